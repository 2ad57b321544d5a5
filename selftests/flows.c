// SPDX-License-Identifier: GPL-2.0
/*
 * Flows of UDP packets, and what becomes of every single one.
 *
 *   flows send FILE ADDR PORT FLOWS USEC COUNT
 *	makes FILE; every USEC microseconds sends one packet of each flow, COUNT of each or
 *	until it is told to end. Flows differ in the destination port: PORT, PORT + 1...
 *   flows recv FILE DEV...	notes what the devices get; says "ready" first
 *   flows show FILE		a line for each flow:
 *	flow N sent N got N lost N twice N from NS to NS gap NS path P
 *	lost: sent, not got; from, to: when the first and the last of those were sent (0:
 *	none); gap: the longest time between two sent packets that were got with lost ones in
 *	between; path: the devices in the order of sending, as numbers from 1: "1", "1>2>1"
 *   flows sum FILE [FROM TO]...	the same in one line for all flows:
 *	flows N sent N got N lost N twice N from NS to NS gap NS losers N worst N outside N
 *	losers: flows that lost; worst: packets that the worst of them lost; outside: packets
 *	that were lost though they were sent in none of the times from FROM to TO
 *   flows since FILE FROM N	status 0 when of each flow N packets came that were sent after FROM
 *   flows now			the clock
 *
 * FILE is shared memory. The clock is CLOCK_MONOTONIC; the time of sending is noted
 * before the packet is sent, so that a packet noted after an event was sent after it. When
 * the packet was handed to the kernel is noted, too: "before FROM" is judged by that.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "numeric.h"

#define MAGIC 0x7670632d666c6f77ull	/* "vpc-flow" */
#define FLOWS_MAX 1024
#define BATCH 64

struct record {
	uint64_t sent, handed;	/* before and after the system call */
	uint64_t got;		/* when, above the lowest byte; that is the path */
	uint64_t copies;
};

struct log {
	uint64_t flows, count, usec;
	struct record rec[];
};

struct payload {
	uint64_t magic;
	uint32_t flow, seq;
};

static volatile sig_atomic_t ending;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "flows: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void on_signal(int sig)
{
	(void)sig;
	ending = 1;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static struct log *log_open(const char *name, uint64_t flows, uint64_t count)
{
	int fd = open(name, flows ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR, 0644);
	size_t size = sizeof(struct log) + flows * count * sizeof(struct record);
	struct stat st;
	struct log *log;

	if (fd < 0 || (flows && ftruncate(fd, size)) || fstat(fd, &st))
		die(name);
	log = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (log == MAP_FAILED)
		die(name);
	close(fd);
	return log;
}

static struct record *record(struct log *log, uint64_t flow, uint64_t seq)
{
	return &log->rec[flow * log->count + seq];
}

static int cmd_send(char **arg)
{
	struct addrinfo *to = numeric(arg[1], arg[2]);
	uint64_t flows = strtoul(arg[3], NULL, 0), usec = strtoul(arg[4], NULL, 0);
	uint64_t count = strtoul(arg[5], NULL, 0), seq, i, next, t;
	static struct sockaddr_storage name[FLOWS_MAX];
	static struct payload load[FLOWS_MAX];
	static struct mmsghdr msg[FLOWS_MAX];
	static struct iovec iov[FLOWS_MAX];
	int fd, sent, room = 1 << 24;
	struct timespec ts;
	struct log *log;

	if (!flows || flows > FLOWS_MAX || !usec || !count || !to)
		die("send: arguments");
	fd = socket(to->ai_family, SOCK_DGRAM, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("socket");
	log = log_open(arg[0], flows, count);
	log->count = count;
	log->usec = usec;
	log->flows = flows;
	for (i = 0; i < flows; i++) {
		struct sockaddr_in *sin = (void *)&name[i];	/* the port is there in both */

		memcpy(sin, to->ai_addr, to->ai_addrlen);
		sin->sin_port = htons(ntohs(sin->sin_port) + i);
		load[i].magic = MAGIC;
		load[i].flow = i;
		iov[i] = (struct iovec){ &load[i], sizeof(load[i]) };
		msg[i].msg_hdr = (struct msghdr){ .msg_name = &name[i],
			.msg_namelen = to->ai_addrlen, .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	next = now();
	for (seq = 0; seq < count && !ending; seq++) {
		t = now();
		if (t < next) {
			ts.tv_sec = next / 1000000000;
			ts.tv_nsec = next % 1000000000;
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		} else if (t > next + 100000000) {
			next = t;	/* a stopped machine does not catch up */
		}
		next += usec * 1000;
		for (i = 0; i < flows; i++) {
			load[i].seq = seq;
			__atomic_store_n(&record(log, i, seq)->sent, now(), __ATOMIC_RELEASE);
		}
		for (i = 0; i < flows; i += sent) {
			sent = sendmmsg(fd, msg + i, flows - i, 0);
			if (sent < 0 && errno != EINTR && errno != ENOBUFS)
				die("send");
			if (sent < 0)
				sent = 0;
		}
		t = now();
		for (i = 0; i < flows; i++)
			record(log, i, seq)->handed = t;
	}
	return 0;
}

static void take(const char *name, const uint8_t *p, size_t len, unsigned int path)
{
	static struct log *log;
	struct payload load;
	struct record *rec;
	size_t off;

	if (len > 28 && p[0] >> 4 == 4 && p[9] == IPPROTO_UDP)
		off = (p[0] & 15) * 4 + 8;
	else if (len > 48 && p[0] >> 4 == 6 && p[6] == IPPROTO_UDP)
		off = 48;
	else
		return;
	if (len < off + sizeof(load))
		return;
	memcpy(&load, p + off, sizeof(load));
	if (load.magic != MAGIC)
		return;
	if (!log)	/* the sender has made it before it sent */
		log = log_open(name, 0, 0);
	if (load.flow >= log->flows || load.seq >= log->count)
		return;
	rec = record(log, load.flow, load.seq);
	if (!rec->copies++)
		__atomic_store_n(&rec->got, (now() & ~255ull) | path, __ATOMIC_RELEASE);
}

static int cmd_recv(int argc, char **arg)
{
	static uint8_t buf[BATCH][256];
	static struct mmsghdr msg[BATCH];
	static struct iovec iov[BATCH];
	struct pollfd wait[8] = { };
	int i, k, n, paths = argc - 1, room = 1 << 24;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ buf[i], sizeof(buf[i]) };
		msg[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	if (paths > 8)
		die("too many devices");
	for (k = 0; k < paths; k++) {
		struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
			.sll_ifindex = if_nametoindex(arg[k + 1]) };

		wait[k].fd = socket(AF_PACKET, SOCK_DGRAM, 0);
		wait[k].events = POLLIN;
		if (wait[k].fd < 0 || !ll.sll_ifindex ||
		    setsockopt(wait[k].fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
		    bind(wait[k].fd, (void *)&ll, sizeof(ll)))
			die(arg[k + 1]);
	}
	puts("ready");
	fflush(stdout);
	while (!ending) {
		if (poll(wait, paths, 100) <= 0)
			continue;
		for (k = 0; k < paths; k++) {
			if (!(wait[k].revents & POLLIN))
				continue;
			n = recvmmsg(wait[k].fd, msg, BATCH, MSG_DONTWAIT, NULL);
			for (i = 0; i < n; i++)
				take(arg[0], buf[i], msg[i].msg_len, k + 1);
		}
	}
	return 0;
}

struct fate {
	uint64_t sent, got, lost, twice, from, to, gap, outside;
	char path[256];
};

/* "FROM TO..." of the command line */
static char **window;
static int windows;

static int excused(const struct record *r)
{
	int i;

	for (i = 0; i + 1 < windows; i += 2)
		if (r->handed >= strtoull(window[i], NULL, 0) &&
		    r->sent <= strtoull(window[i + 1], NULL, 0))
			return 1;
	return !windows;
}

static struct fate follow(struct log *log, uint64_t flow)
{
	uint64_t seq, before = 0, hole = 0;
	struct fate f = { };
	unsigned int last = 0;
	size_t len = 0;

	for (seq = 0; seq < log->count; seq++) {
		struct record *r = record(log, flow, seq);

		if (!r->sent)
			break;
		f.sent++;
		f.twice += r->copies > 1;
		if (!r->got) {
			f.lost++;
			f.from = f.from ? f.from : r->sent;
			f.to = r->sent;
			f.outside += !excused(r);
			hole = 1;
			continue;
		}
		f.got++;
		if (hole && before && r->sent - before > f.gap)
			f.gap = r->sent - before;
		hole = 0;
		before = r->sent;
		if ((r->got & 255) != last && len < sizeof(f.path) - 8) {
			last = r->got & 255;
			len += sprintf(f.path + len, "%s%u", len ? ">" : "", last);
		}
	}
	if (!len)
		strcpy(f.path, "-");
	return f;
}

static void print_numbers(const struct fate *f)
{
	printf(" sent %ju got %ju lost %ju twice %ju from %ju to %ju gap %ju", f->sent, f->got,
	       f->lost, f->twice, f->from, f->to, f->gap);
}

static int cmd_show(struct log *log)
{
	struct fate f;
	uint64_t i;

	for (i = 0; i < log->flows; i++) {
		f = follow(log, i);
		printf("flow %ju", i);
		print_numbers(&f);
		printf(" path %s\n", f.path);
	}
	return 0;
}

static int cmd_sum(struct log *log)
{
	struct fate all = { }, f;
	uint64_t i, losers = 0, worst = 0;

	for (i = 0; i < log->flows; i++) {
		f = follow(log, i);
		all.sent += f.sent;
		all.got += f.got;
		all.lost += f.lost;
		all.twice += f.twice;
		all.outside += f.outside;
		all.gap = f.gap > all.gap ? f.gap : all.gap;
		all.to = f.to > all.to ? f.to : all.to;
		if (f.from && (!all.from || f.from < all.from))
			all.from = f.from;
		losers += f.lost > 0;
		worst = f.lost > worst ? f.lost : worst;
	}
	printf("flows %ju", log->flows);
	print_numbers(&all);
	printf(" losers %ju worst %ju outside %ju\n", losers, worst, all.outside);
	return 0;
}

static int cmd_since(struct log *log, uint64_t from, uint64_t want)
{
	uint64_t i, seq, got;
	struct record *r;

	for (i = 0; i < log->flows; i++) {
		for (seq = got = 0; seq < log->count && got < want; seq++) {
			r = record(log, i, seq);
			if (!r->sent)
				return 1;
			got += r->sent > from && r->got;
		}
		if (got < want)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (argc == 8 && !strcmp(argv[1], "send"))
		return cmd_send(argv + 2);
	if (argc > 3 && !strcmp(argv[1], "recv"))
		return cmd_recv(argc - 2, argv + 2);
	if (argc == 3 && !strcmp(argv[1], "show"))
		return cmd_show(log_open(argv[2], 0, 0));
	if (argc > 2 && !strcmp(argv[1], "sum")) {
		window = argv + 3;
		windows = argc - 3;
		return cmd_sum(log_open(argv[2], 0, 0));
	}
	if (argc == 5 && !strcmp(argv[1], "since"))
		return cmd_since(log_open(argv[2], 0, 0), strtoull(argv[3], NULL, 0),
				 strtoull(argv[4], NULL, 0));
	if (argc == 2 && !strcmp(argv[1], "now"))
		return printf("%ju\n", now()) < 0;
	errno = EINVAL;
	die("send, recv, show, sum, since or now");
}
