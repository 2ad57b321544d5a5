// SPDX-License-Identifier: GPL-2.0
/*
 * Conversations, and who the other end takes us for.
 *
 *   talk serve NAME PORT...	answers over UDP and TCP on these ports of every address: "NAME
 *				ADDR PORT TEXT" to each TEXT, with address and port that it
 *				came from; says "ready" first
 *   talk ask [-b ADDR] [-B PORT] [-t SECONDS] {udp|tcp} ADDR PORT TEXT
 *				says TEXT, prints the answer; status 1 when there is none
 *   talk many [-b ADDR [-a N]] [-B PORT] [-n NAME] [-t SECONDS] [-k] {udp|tcp} ADDR PORT COUNT
 *				COUNT conversations at once, each with a port of its own (-B: this
 *				one and those that follow) and with a text that begins with NAME;
 *				prints how many were answered, how many with another one's text,
 *				and how many ports the other end saw: "answered N wrong N ports N".
 *				-a: in turns from N addresses, beginning with ADDR. -k: then keeps
 *				them until it is told to end; at SIGUSR1 each speaks once more, and
 *				"again" with the same is printed. Ports are counted once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE 512
#define BURST 64	/* new conversations between two looks at the answers */

static void die(const char *what)
{
	fprintf(stderr, "talk: %s: %s\n", what, strerror(errno));
	exit(3);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static struct sockaddr_in address(const char *addr, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons(atoi(port));
	if (inet_pton(AF_INET, addr, &sin.sin_addr) != 1) {
		fprintf(stderr, "talk: \"%s\" is not an IPv4 address\n", addr);
		exit(3);
	}
	return sin;
}

static void many_files(void)
{
	struct rlimit limit = { 1 << 18, 1 << 18 };

	setrlimit(RLIMIT_NOFILE, &limit);
}

/* --- the server ------------------------------------------------------------- */

#define KIND_LISTEN 0x100000000ull
#define KIND_UDP 0x200000000ull

static void watch(int epoll, int fd, uint64_t kind)
{
	struct epoll_event ev = { .events = EPOLLIN };

	ev.data.u64 = kind | fd;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev))
		die("epoll_ctl");
}

static int answer_text(char *out, const char *name, const struct sockaddr_in *from,
		       const char *text, int len)
{
	char addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &from->sin_addr, addr, sizeof(addr));
	return snprintf(out, 2 * LINE, "%s %s %u %.*s", name, addr, ntohs(from->sin_port), len,
			text);
}

static void serve_udp(int fd, const char *name)
{
	struct sockaddr_in from;
	char in[LINE], out[2 * LINE];
	socklen_t size;
	int len, i;

	for (i = 0; i < BURST; i++) {
		size = sizeof(from);
		len = recvfrom(fd, in, sizeof(in), MSG_DONTWAIT, (void *)&from, &size);
		if (len < 0)
			return;
		len = answer_text(out, name, &from, in, len);
		sendto(fd, out, len, 0, (void *)&from, size);
	}
}

static void serve_tcp(int fd, const char *name)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char in[LINE], out[2 * LINE];
	int len = recv(fd, in, sizeof(in), MSG_DONTWAIT);

	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0 || getpeername(fd, (void *)&from, &size)) {
		close(fd);
		return;
	}
	len = answer_text(out, name, &from, in, len);
	send(fd, out, len, MSG_NOSIGNAL);
}

static void open_port(int epoll, const char *port)
{
	struct sockaddr_in any = address("0.0.0.0", port);
	int one = 1, size = 1 << 24, fd;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (void *)&any, sizeof(any)))
		die("bind");
	watch(epoll, fd, KIND_UDP);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&any, sizeof(any)) || listen(fd, 4096))
		die("listen");
	watch(epoll, fd, KIND_LISTEN);
}

static void __attribute__((noreturn)) serve(int argc, char **argv)
{
	struct epoll_event ev[BURST];
	int epoll = epoll_create1(0), i, n, fd;

	many_files();
	for (i = 1; i < argc; i++)
		open_port(epoll, argv[i]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		n = epoll_wait(epoll, ev, BURST, -1);
		for (i = 0; i < n; i++) {
			fd = (int)ev[i].data.u64;
			if (ev[i].data.u64 & KIND_UDP) {
				serve_udp(fd, argv[0]);
			} else if (ev[i].data.u64 & KIND_LISTEN) {
				while ((fd = accept4((int)ev[i].data.u64, NULL, NULL,
						     SOCK_NONBLOCK)) >= 0)
					watch(epoll, fd, 0);
			} else {
				serve_tcp(fd, argv[0]);
			}
		}
	}
}

/* --- the client ------------------------------------------------------------- */

static const char *opt_bind = "0.0.0.0", *opt_port = "0", *opt_name = "talk";
static double opt_time = 10;
static int opt_addresses = 1;
static bool opt_keep;

static int open_socket(bool tcp, const struct sockaddr_in *to, int flags, int turn)
{
	struct sockaddr_in from = address(opt_bind, opt_port);
	int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | flags, 0), one = 1;

	if (fd < 0)
		die("socket");
	from.sin_addr.s_addr = htonl(ntohl(from.sin_addr.s_addr) + turn % opt_addresses);
	if (from.sin_port)
		from.sin_port = htons(ntohs(from.sin_port) + turn);
	/* Of UDP it would let two conversations have one port. */
	if (tcp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (strcmp(opt_port, "0") == 0)
		setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, (void *)&from, sizeof(from)))
		die("bind");
	if (connect(fd, (const void *)to, sizeof(*to)) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool ready(int fd, short what, double until)
{
	struct pollfd p = { .fd = fd, .events = what };
	double left = until - now();

	return left > 0 && poll(&p, 1, left * 1000 + 1) == 1;
}

static int ask(char **argv)
{
	bool tcp = strcmp(argv[0], "tcp") == 0;
	struct sockaddr_in to = address(argv[1], argv[2]);
	double until = now() + opt_time;
	char in[2 * LINE];
	int fd = open_socket(tcp, &to, SOCK_NONBLOCK, 0), len;

	if (fd < 0 || !ready(fd, POLLOUT, until))
		return 1;
	if (send(fd, argv[3], strlen(argv[3]), MSG_NOSIGNAL) < 0 || !ready(fd, POLLIN, until))
		return 1;
	len = recv(fd, in, sizeof(in) - 1, 0);
	if (len <= 0)
		return 1;
	printf("%.*s\n", len, in);
	return 0;
}

struct talk {
	int fd;
	bool said, answered;
	double at;
};

static unsigned long answered, wrong, ports;
static unsigned char port_seen[65536];

static void hear(struct talk *t, int number)
{
	char in[2 * LINE], text[32];
	unsigned int port;
	char said[32];
	int len = recv(t->fd, in, sizeof(in) - 1, MSG_DONTWAIT);

	if (len <= 0 || t->answered)
		return;
	in[len] = '\0';
	snprintf(text, sizeof(text), "%s-%d", opt_name, number);
	if (sscanf(in, "%*s %*s %u %31s", &port, said) != 2 || strcmp(said, text) != 0) {
		wrong++;
		return;
	}
	t->answered = true;
	answered++;
	if (port < sizeof(port_seen) && !port_seen[port]) {
		port_seen[port] = 1;
		ports++;
	}
}

static void say(struct talk *t, int number)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%s-%d", opt_name, number);

	if (send(t->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
		t->said = true;
	t->at = now();
}

static void look(int epoll, struct talk *talks, int wait)
{
	struct epoll_event ev[BURST];
	int i, n = epoll_wait(epoll, ev, BURST, wait);

	for (i = 0; i < n; i++) {
		int number = (int)ev[i].data.u64;
		struct talk *t = &talks[number];

		if (ev[i].events & (EPOLLERR | EPOLLHUP)) {
			epoll_ctl(epoll, EPOLL_CTL_DEL, t->fd, NULL);
			continue;
		}
		if ((ev[i].events & EPOLLOUT) && !t->said)
			say(t, number);
		if (ev[i].events & EPOLLIN)
			hear(t, number);
		if (t->said) {
			ev[i].events = EPOLLIN;
			epoll_ctl(epoll, EPOLL_CTL_MOD, t->fd, &ev[i]);
		}
	}
}

/* Until all that was said is answered, or time is over. */
static void listen_to(int epoll, struct talk *talks, int count, bool tcp)
{
	double until = now() + opt_time;
	int i;

	while (answered + wrong < (unsigned long)count && now() < until) {
		look(epoll, talks, 100);
		/* A datagram may be lost on the way without anybody's fault: once more. */
		for (i = 0; !tcp && i < count; i++)
			if (talks[i].said && !talks[i].answered && now() > talks[i].at + 1)
				say(&talks[i], i);
	}
	printf("answered %lu wrong %lu ports %lu\n", answered, wrong, ports);
	fflush(stdout);
}

static void __attribute__((noreturn)) keep(int epoll, struct talk *talks, int count, bool tcp,
					   const sigset_t *again)
{
	int i, signal;

	for (;;) {
		sigwait(again, &signal);
		answered = 0;
		wrong = 0;
		for (i = 0; i < count; i++) {
			talks[i].answered = false;
			say(&talks[i], i);
		}
		printf("again ");
		listen_to(epoll, talks, count, tcp);
	}
}

static int many(char **argv)
{
	bool tcp = strcmp(argv[0], "tcp") == 0;
	struct sockaddr_in to = address(argv[1], argv[2]);
	int count = atoi(argv[3]), epoll = epoll_create1(0), i, k;
	struct talk *talks = calloc(count + 1, sizeof(*talks));
	sigset_t again;

	sigemptyset(&again);
	sigaddset(&again, SIGUSR1);
	sigprocmask(SIG_BLOCK, &again, NULL);
	many_files();
	for (i = 0; i < count; i++) {
		struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT };

		talks[i].fd = open_socket(tcp, &to, SOCK_NONBLOCK, i);
		if (talks[i].fd < 0)
			die("connect");
		ev.data.u64 = i;
		epoll_ctl(epoll, EPOLL_CTL_ADD, talks[i].fd, &ev);
		if (i % BURST == 0)
			for (k = 0; k < 4; k++)
				look(epoll, talks, 0);
	}
	listen_to(epoll, talks, count, tcp);
	if (opt_keep)
		keep(epoll, talks, count, tcp, &again);
	return answered == (unsigned long)count && !wrong ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int c;

	signal(SIGPIPE, SIG_IGN);
	if (strcmp(what, "serve") == 0 && argc > 3)
		serve(argc - 2, argv + 2);
	optind = 2;
	while ((c = getopt(argc, argv, "+a:b:B:n:t:k")) != -1) {
		switch (c) {
		case 'a': opt_addresses = atoi(optarg); break;
		case 'b': opt_bind = optarg; break;
		case 'B': opt_port = optarg; break;
		case 'n': opt_name = optarg; break;
		case 't': opt_time = atof(optarg); break;
		case 'k': opt_keep = true; break;
		default: return 3;
		}
	}
	if (strcmp(what, "ask") == 0 && argc == optind + 4)
		return ask(argv + optind);
	if (strcmp(what, "many") == 0 && argc == optind + 4)
		return many(argv + optind);
	fprintf(stderr, "talk: see talk.c\n");
	return 3;
}
