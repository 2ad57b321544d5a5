// SPDX-License-Identifier: GPL-2.0
/*
 * BFD (RFC 5880) for the tests: what is in a capture, and a peer that does what it is told.
 *
 *   bfdpkt show FILE		one line for each BFD control packet of a capture:
 *	NANOSECONDS SRC SPORT DST DPORT ttl N tos N ver N state S diag N flags F mult N
 *	len N my N your N tx N rx N echo N
 *	S: AdminDown Down Init Up; F: letters of PFCADM that are set, or "-"; tx, rx, echo:
 *	microseconds
 *
 *   bfdpkt session [OPTION]... LOCAL REMOTE FIFO
 *	-m		multihop: port 4784
 *	-p PORT		source port (49152)
 *	-T TTL		of what is sent (255)
 *	-d NUMBER	own discriminator (1)
 *	-i USEC -r USEC -x N	desired tx interval, required rx interval, multiplier
 *	-P		passive: says nothing before it has heard something
 *	A peer of asynchronous mode without any timing of its own: slow start, poll and final
 *	are there, the state follows RFC 5880 section 6.8.6, the detection time is kept. It
 *	reads commands from FIFO, one per line:
 *	stop | go		is silent | is not
 *	deaf | hear		does not see what it gets | does
 *	admin | up		AdminDown | back to Down
 *	say STATE DIAG | free	claims this state (0..3) whatever is true | the truth
 *	set tx|rx|mult N	changes it, with a poll while up
 *	port N			sends from another port
 *	quit
 *	and prints a line for each change, the same fields first to last:
 *	NANOSECONDS state S diag N remote S rdiag N rdisc N rtx N rrx N rmult N polls N finals N
 *	where the clock is CLOCK_MONOTONIC, and polls and finals are those that it got. Each
 *	command that was done is printed as "did COMMAND".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "numeric.h"

enum { ADMIN_DOWN, DOWN, INIT, UP };
enum { F_POLL = 0x20, F_FINAL = 0x10 };

static const char *const state_name[] = { "AdminDown", "Down", "Init", "Up" };

struct bfd {
	uint8_t vers_diag, flags, mult, len;
	uint32_t my, your, tx, rx, echo;
} __attribute__((packed));

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("bfdpkt: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* --- captures ------------------------------------------------------------- */

static void print_packet(const uint8_t *p, const char *src, const char *dst, int sport, int dport,
			 int ttl, int tos, uint64_t stamp)
{
	char flags[8] = "", *f = flags;
	struct bfd b;
	int i;

	memcpy(&b, p, sizeof(b));
	for (i = 0; i < 6; i++)
		if (b.flags & (0x20 >> i))
			*f++ = "PFCADM"[i];
	printf("%llu %s %d %s %d ttl %d tos %d ver %d state %s diag %d", (unsigned long long)stamp,
	       src, sport, dst, dport, ttl, tos, b.vers_diag >> 5, state_name[b.flags >> 6],
	       b.vers_diag & 31);
	printf(" flags %s mult %d len %d my %u your %u tx %u rx %u echo %u\n", *flags ? flags : "-",
	       b.mult, b.len, ntohl(b.my), ntohl(b.your), ntohl(b.tx), ntohl(b.rx), ntohl(b.echo));
}

static void frame(const uint8_t *p, size_t len, uint64_t stamp)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int proto, ttl, tos, sport, dport;
	size_t off = 14;

	if (len < off + 40)
		return;
	if (p[12] == 0x08 && p[13] == 0x00) {
		proto = p[off + 9];
		ttl = p[off + 8];
		tos = p[off + 1];
		inet_ntop(AF_INET, p + off + 12, src, sizeof(src));
		inet_ntop(AF_INET, p + off + 16, dst, sizeof(dst));
		off += (p[off] & 15) * 4;
	} else if (p[12] == 0x86 && p[13] == 0xdd) {
		proto = p[off + 6];
		ttl = p[off + 7];
		tos = (p[off] & 15) << 4 | p[off + 1] >> 4;
		inet_ntop(AF_INET6, p + off + 8, src, sizeof(src));
		inet_ntop(AF_INET6, p + off + 24, dst, sizeof(dst));
		off += 40;
	} else {
		return;
	}
	if (proto != IPPROTO_UDP || len < off + 8 + sizeof(struct bfd))
		return;
	sport = p[off] << 8 | p[off + 1];
	dport = p[off + 2] << 8 | p[off + 3];
	if (dport == 3784 || dport == 4784)
		print_packet(p + off + 8, src, dst, sport, dport, ttl, tos, stamp);
}

static int cmd_show(const char *name)
{
	static uint8_t buf[1 << 18];
	uint32_t head[6], rec[4];
	FILE *f = fopen(name, "r");
	int nano;

	if (!f || fread(head, sizeof(head), 1, f) != 1)
		die("%s: %s", name, f ? "no capture" : strerror(errno));
	nano = head[0] == 0xa1b23c4d;
	if (!nano && head[0] != 0xa1b2c3d4)
		die("%s: not of this machine", name);
	while (fread(rec, sizeof(rec), 1, f) == 1) {
		if (rec[2] > sizeof(buf) || fread(buf, 1, rec[2], f) != rec[2])
			die("%s: cut off", name);
		frame(buf, rec[2], rec[0] * 1000000000ull + rec[1] * (nano ? 1ull : 1000ull));
	}
	return 0;
}

/* --- a peer ------------------------------------------------------------------ */

static struct {
	uint32_t my, tx, rx;		/* what is set; applied at once */
	uint8_t mult;
	int state, diag, polling, silent, deaf, passive, claim, claimed_diag;
	/* of the other side */
	int rstate, rdiag;
	uint32_t rdisc, rtx, rrx;
	uint8_t rmult;
	unsigned long polls, finals;
	uint64_t next, expires;
} s = { .my = 1, .tx = 100000, .rx = 100000, .mult = 3, .state = DOWN, .claim = -1, .rrx = 1 };

static struct addrinfo *local, *remote;
static int tx_fd = -1, ttl = 255;

static void report(void)
{
	printf("%llu state %s diag %d remote %s rdiag %d", (unsigned long long)now(),
	       state_name[s.state], s.diag, state_name[s.rstate], s.rdiag);
	printf(" rdisc %u rtx %u rrx %u rmult %d polls %lu finals %lu\n", s.rdisc, s.rtx, s.rrx,
	       s.rmult, s.polls, s.finals);
}

static void transmit(uint8_t extra)
{
	int state = s.claim < 0 ? s.state : s.claim;
	struct bfd b = {
		.vers_diag = 1 << 5 | (s.claim < 0 ? s.diag : s.claimed_diag),
		.flags = state << 6 | extra,
		.mult = s.mult,
		.len = sizeof(b),
		.my = htonl(s.my),
		.your = htonl(s.rdisc),
		.tx = htonl(s.state == UP || s.tx > 1000000 ? s.tx : 1000000),
		.rx = htonl(s.rx),
	};

	if (s.silent || (s.passive && !s.rdisc))
		return;
	if (s.polling && !(extra & F_FINAL))
		b.flags |= F_POLL;
	/* What comes back by ICMP is not ours to judge. */
	(void)!sendto(tx_fd, &b, sizeof(b), 0, remote->ai_addr, remote->ai_addrlen);
}

static void set_state(int state, int diag)
{
	if (s.state == state && s.diag == diag)
		return;
	s.polling = state == UP;	/* from slow start to what is set */
	s.state = state;
	s.diag = diag;
	s.next = 0;
	report();
}

/* Jitter as RFC 5880 section 6.8.7 has it, less of it for a multiplier of 1. */
static uint64_t interval(void)
{
	uint64_t tx = s.state == UP || s.tx > 1000000 ? s.tx : 1000000;

	if (tx < s.rrx)
		tx = s.rrx;
	return tx * 10 * (75 + random() % (s.mult == 1 ? 16 : 26));
}

static void receive(int fd)
{
	uint32_t rdisc, rtx, rrx;
	int rstate, rdiag, changed;
	struct bfd b;
	uint64_t t;

	if (recv(fd, &b, sizeof(b), 0) != sizeof(b) || s.deaf)
		return;
	if (b.vers_diag >> 5 != 1 || (b.your && ntohl(b.your) != s.my))
		return;
	rstate = b.flags >> 6, rdiag = b.vers_diag & 31;
	rdisc = ntohl(b.my), rtx = ntohl(b.tx), rrx = ntohl(b.rx);
	changed = rstate != s.rstate || rdiag != s.rdiag || rdisc != s.rdisc || rtx != s.rtx ||
		rrx != s.rrx || b.mult != s.rmult || (b.flags & (F_POLL | F_FINAL));
	s.rstate = rstate, s.rdiag = rdiag, s.rdisc = rdisc;
	s.rtx = rtx, s.rrx = rrx, s.rmult = b.mult;
	s.expires = now() + s.rmult * 1000ull * (s.rx > rtx ? s.rx : rtx);
	t = now() + interval();
	if (s.next > t)
		s.next = t;
	if (b.flags & F_FINAL) {
		s.finals++;
		s.polling = 0;
	}
	if (b.flags & F_POLL)
		s.polls++;
	if (changed)
		report();
	if (s.state != ADMIN_DOWN) {
		if (rstate == ADMIN_DOWN) {
			if (s.state != DOWN)
				set_state(DOWN, 3);
		} else if (s.state == DOWN) {
			if (rstate == DOWN)
				set_state(INIT, s.diag);
			else if (rstate == INIT)
				set_state(UP, 0);
		} else if (s.state == INIT) {
			if (rstate >= INIT)
				set_state(UP, 0);
		} else if (rstate == DOWN) {
			set_state(DOWN, 3);
		}
	}
	if (b.flags & F_POLL)
		transmit(F_FINAL);
}

static void source(const char *port)
{
	char addr[INET6_ADDRSTRLEN];
	struct addrinfo *from;
	int v6 = local->ai_family == AF_INET6, fd, tos = 0xc0;

	getnameinfo(local->ai_addr, local->ai_addrlen, addr, sizeof(addr), NULL, 0, NI_NUMERICHOST);
	from = numeric(addr, port);
	if (!from)
		die("no port: %s", port);
	fd = socket(from->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, from->ai_addr, from->ai_addrlen) ||
	    setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl,
		       sizeof(ttl)) ||
	    setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, &tos,
		       sizeof(tos)))
		die("port %s: %s", port, strerror(errno));
	if (tx_fd >= 0)
		close(tx_fd);
	tx_fd = fd;
}

static void command(char *line)
{
	uint32_t n;
	int a, b;

	if (!strcmp(line, "stop"))
		s.silent = 1;
	else if (!strcmp(line, "go"))
		s.silent = 0;
	else if (!strcmp(line, "deaf"))
		s.deaf = 1;
	else if (!strcmp(line, "hear"))
		s.deaf = 0;
	else if (!strcmp(line, "admin"))
		set_state(ADMIN_DOWN, 7);
	else if (!strcmp(line, "up"))
		set_state(DOWN, 0);
	else if (sscanf(line, "say %d %d", &a, &b) == 2)
		s.claim = a, s.claimed_diag = b;
	else if (!strcmp(line, "free"))
		s.claim = -1;
	else if (sscanf(line, "set tx %u", &n) == 1)
		s.tx = n, s.polling = s.state == UP;
	else if (sscanf(line, "set rx %u", &n) == 1)
		s.rx = n, s.polling = s.state == UP;
	else if (sscanf(line, "set mult %u", &n) == 1)
		s.mult = n;
	else if (!strncmp(line, "port ", 5))
		source(line + 5);
	else if (!strcmp(line, "quit"))
		exit(0);
	else
		die("unknown command: %s", line);
	s.next = 0;
	printf("did %s\n", line);
}

static void commands(int fd)
{
	static char buf[1024];
	static size_t have;
	ssize_t got = read(fd, buf + have, sizeof(buf) - 1 - have);
	char *nl;

	if (got <= 0)
		return;
	have += got;
	buf[have] = 0;
	while ((nl = strchr(buf, '\n'))) {
		*nl = 0;
		command(buf);
		have -= nl + 1 - buf;
		memmove(buf, nl + 1, have + 1);
	}
}

static struct addrinfo *resolve(const char *addr, const char *port)
{
	struct addrinfo *res = numeric(addr, port);

	if (!res)
		die("not an address: %s", addr);
	return res;
}

static void run(int fd, int fifo)
{
	struct pollfd wait[2] = {
		{ .fd = fd, .events = POLLIN }, { .fd = fifo, .events = POLLIN }
	};
	struct timespec ts;
	uint64_t t, end;

	report();
	for (;;) {
		t = now();
		/* What waits in the socket was in time, however late this process is. */
		while (poll(wait, 1, 0) > 0)
			receive(fd);
		if (s.expires && t >= s.expires) {
			s.expires = 0;
			s.rdisc = 0;
			s.rrx = 1;
			if (s.state == INIT || s.state == UP)
				set_state(DOWN, 1);
		}
		if (t >= s.next) {
			transmit(0);
			s.next = t + interval();
		}
		end = s.expires && s.expires < s.next ? s.expires : s.next;
		t = now();
		end = end > t ? end - t : 0;
		ts.tv_sec = end / 1000000000;
		ts.tv_nsec = end % 1000000000;
		if (ppoll(wait, 2, &ts, NULL) > 0 && wait[1].revents)
			commands(fifo);
	}
}

static int cmd_session(int argc, char **argv)
{
	const char *port = "3784", *sport = "49152";
	int c, fd, fifo;

	while ((c = getopt(argc, argv, "+mPp:T:d:i:r:x:")) != -1) {
		switch (c) {
		case 'm': port = "4784"; break;
		case 'P': s.passive = 1; break;
		case 'p': sport = optarg; break;
		case 'T': ttl = atoi(optarg); break;
		case 'd': s.my = strtoul(optarg, NULL, 0); break;
		case 'i': s.tx = strtoul(optarg, NULL, 0); break;
		case 'r': s.rx = strtoul(optarg, NULL, 0); break;
		case 'x': s.mult = atoi(optarg); break;
		default: return 2;
		}
	}
	if (argc - optind != 3)
		die("session LOCAL REMOTE FIFO");
	argv += optind;
	local = resolve(argv[0], port);
	remote = resolve(argv[1], port);
	fd = socket(local->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, local->ai_addr, local->ai_addrlen))
		die("%s: %s", argv[0], strerror(errno));
	source(sport);
	fifo = open(argv[2], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fifo < 0)
		die("%s: %s", argv[2], strerror(errno));
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom(now());
	run(fd, fifo);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "show"))
		return cmd_show(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "session"))
		return cmd_session(argc - 1, argv + 1);
	die("show FILE | session [OPTION]... LOCAL REMOTE FIFO");
}
