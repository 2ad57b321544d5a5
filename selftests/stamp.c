// SPDX-License-Identifier: GPL-2.0
/*
 * UDP packets with a number in each, and a record of which ones arrive.
 *
 *   stamp send FILE ADDR PORT INTERVAL [COUNT]  sends 1, 2, 3... every INTERVAL microseconds,
 *                            for ever or COUNT of them
 *   stamp recv FILE DEV PORT notes what DEV receives for that UDP port; says "ready" first
 *   stamp wait FILE NUMBER SECONDS
 *                            waits until the highest number is at least NUMBER; status 1
 *                            when it is not after SECONDS
 *   stamp show FILE          "COUNT FIRST LAST HIGHEST"; of a sender all four are the last number
 *
 * FILE is shared memory, so that a record can be read at any moment. A sender
 * writes the number before it sends the packet: whoever reads N knows that
 * packets above N are sent after the reading. The receiver is a packet socket:
 * what it sees has been handed to the device by the other side, whether or not
 * anybody wants it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>

#define MAGIC 0x7670632d7374616dULL	/* "vpc-stam" */

struct stamp {
	__u64 magic;
	__u64 number;
};

struct record {
	__u64 count, first, last, highest;
};

static void die(const char *what)
{
	fprintf(stderr, "stamp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct record *record_open(const char *path, int flags)
{
	int fd = open(path, flags, 0644);
	struct record *rec;

	if (fd < 0 || ((flags & O_CREAT) && ftruncate(fd, sizeof(*rec))))
		die(path);
	rec = mmap(NULL, sizeof(*rec), flags == O_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	if (rec == MAP_FAILED)
		die(path);
	close(fd);
	return rec;
}

/* Other processes see it before anything that follows. */
static void note(__u64 *where, __u64 number)
{
	__atomic_store_n(where, number, __ATOMIC_SEQ_CST);
}

static int sender(struct record *rec, const char *addr, int port, int interval, __u64 count)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int v6 = !!strchr(addr, ':'), fd;
	struct stamp s = { .magic = MAGIC };
	struct sockaddr *to = v6 ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4;
	socklen_t len = v6 ? sizeof(to6) : sizeof(to4);

	if (inet_pton(v6 ? AF_INET6 : AF_INET, addr,
		      v6 ? (void *)&to6.sin6_addr : (void *)&to4.sin_addr) != 1) {
		errno = EINVAL;
		die(addr);
	}
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("socket");
	for (s.number = 1; !count || s.number <= count; s.number++) {
		note(&rec->count, s.number);
		note(&rec->first, s.number);
		note(&rec->last, s.number);
		note(&rec->highest, s.number);
		while (sendto(fd, &s, sizeof(s), 0, to, len) < 0)
			if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
				die("sendto");
		if (interval)
			usleep(interval);
	}
	return 0;
}

/* The stamp in an IPv4 or IPv6 packet for that port, or NULL. */
static const struct stamp *stamp_of(const char *pkt, int len, int port)
{
	const struct iphdr *ip4 = (const void *)pkt;
	const struct udphdr *udp;
	int at;

	if (len >= 20 && ip4->version == 4 && ip4->protocol == IPPROTO_UDP)
		at = ip4->ihl * 4;
	else if (len >= 40 && ip4->version == 6 &&
		 ((const struct ip6_hdr *)pkt)->ip6_nxt == IPPROTO_UDP)
		at = 40;
	else
		return NULL;
	udp = (const void *)(pkt + at);
	if (len < at + 8 + (int)sizeof(struct stamp) || udp->dest != htons(port))
		return NULL;
	return (const void *)(pkt + at + 8);
}

/* Without a socket on that port the host would answer with ICMP errors. */
static void listen_to(int port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), zero = 0;

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
}

static int receiver(struct record *rec, const char *dev, int port)
{
	struct sockaddr_ll on = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0), size = 32 << 20;
	char buf[2048];

	if (fd < 0)
		die("socket");
	listen_to(port);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	on.sll_ifindex = if_nametoindex(dev);
	if (!on.sll_ifindex || bind(fd, (struct sockaddr *)&on, sizeof(on)))
		die(dev);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct sockaddr_ll from = { 0 };
		socklen_t fromlen = sizeof(from);
		const struct stamp *at;
		struct stamp s;
		int len = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &fromlen);

		if (len < 0) {
			if (errno == ENETDOWN || errno == EINTR)
				continue;
			break;
		}
		at = from.sll_pkttype == PACKET_OUTGOING ? NULL : stamp_of(buf, len, port);
		if (!at)
			continue;
		memcpy(&s, at, sizeof(s));
		if (s.magic != MAGIC)
			continue;
		if (!rec->count)
			note(&rec->first, s.number);
		note(&rec->last, s.number);
		if (s.number > rec->highest)
			note(&rec->highest, s.number);
		note(&rec->count, rec->count + 1);
	}
	die("recvfrom");
	return 1;
}

static int waiter(const struct record *rec, __u64 number, int seconds)
{
	long turns;

	for (turns = seconds * 100L; turns > 0; turns--) {
		if (__atomic_load_n(&rec->highest, __ATOMIC_SEQ_CST) >= number)
			return 0;
		usleep(10000);
	}
	return 1;
}

int main(int argc, char **argv)
{
	if ((argc == 6 || argc == 7) && !strcmp(argv[1], "send"))
		return sender(record_open(argv[2], O_RDWR | O_CREAT | O_TRUNC), argv[3],
			      atoi(argv[4]), atoi(argv[5]), argc == 7 ? atoi(argv[6]) : 0);
	if (argc == 5 && !strcmp(argv[1], "recv"))
		return receiver(record_open(argv[2], O_RDWR | O_CREAT | O_TRUNC), argv[3],
				atoi(argv[4]));
	if (argc == 5 && !strcmp(argv[1], "wait"))
		return waiter(record_open(argv[2], O_RDONLY), atoll(argv[3]), atoi(argv[4]));
	if (argc == 3 && !strcmp(argv[1], "show")) {
		const struct record *rec = record_open(argv[2], O_RDONLY);

		printf("%llu %llu %llu %llu\n", rec->count,
		       rec->first, rec->last,
		       rec->highest);
		return 0;
	}
	fprintf(stderr, "usage: stamp send FILE ADDR PORT INTERVAL [COUNT] |\n"
		"       recv FILE DEV PORT | wait FILE NUMBER SECONDS | show FILE\n");
	return 1;
}
