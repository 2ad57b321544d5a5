// SPDX-License-Identifier: GPL-2.0
/*
 * Frames and datagrams for the tests.
 *
 *   pkt send [-c COUNT] [-i USEC] [-o START:OFFSET] DEV LAYER...
 *	send a frame, as it is told; -o: it leaves a checksum to the device, over what follows
 *	byte START, to be written OFFSET bytes behind that
 *   pkt hex LAYER...				print it
 *   pkt udp [-c COUNT] [-i USEC] [-s SIZE] [-b ADDR] [-B PORT] [-p TEXT] ADDR PORT
 *	UDP datagrams "TEXT SEQ NANOSECONDS" (seconds since 1970), padded to SIZE
 *   pkt sink [-c COUNT] [-t SECONDS] ADDR PORT
 *	prints "NANOSECONDS SOURCE PORT LENGTH TEXT SEQ NANOSECONDS" for each, until
 *	COUNT came; status 1 when SECONDS pass without one
 *   pkt now					the clock of udp and sink
 *
 * For layers see frame.c.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "numeric.h"
#include "pkt.h"

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static unsigned long opt_count, opt_interval, opt_size, opt_timeout;
static const char *opt_bind, *opt_bind_port = "0", *opt_prefix = "-", *opt_offload;

static int options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+c:i:o:s:t:b:B:p:")) != -1) {
		switch (c) {
		case 'c': opt_count = number(optarg); break;
		case 'i': opt_interval = number(optarg); break;
		case 'o': opt_offload = optarg; break;
		case 's': opt_size = number(optarg); break;
		case 't': opt_timeout = number(optarg); break;
		case 'b': opt_bind = optarg; break;
		case 'B': opt_bind_port = optarg; break;
		case 'p': opt_prefix = optarg; break;
		default: exit(2);
		}
	}
	return optind;
}

/* From now on each frame has what a guest writes before its frames. */
static void offload(int fd, struct virtio_net_hdr *vnet)
{
	unsigned int start, offset;
	int one = 1;

	if (sscanf(opt_offload, "%u:%u", &start, &offset) != 2)
		die("send: -o START:OFFSET");
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		die("PACKET_VNET_HDR: %s", strerror(errno));
	vnet->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vnet->csum_start = start;
	vnet->csum_offset = offset;
}

static int cmd_send(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	struct virtio_net_hdr vnet = { };
	struct iovec iov[2];
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct ifreq ifr = { };
	const uint8_t *frame;
	unsigned long i;
	size_t len;
	int fd;

	if (argc < 2)
		die("send: DEV LAYER...");
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", argv[0]);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die("%s: %s", argv[0], strerror(errno));
	memcpy(own_mac, ifr.ifr_hwaddr.sa_data, MAC_LEN);
	to.sll_ifindex = if_nametoindex(argv[0]);
	frame = build(argv + 1, argc - 1, &len);
	if (opt_offload)
		offload(fd, &vnet);
	iov[0] = (struct iovec){ &vnet, sizeof(vnet) };
	iov[1] = (struct iovec){ (void *)frame, len };
	msg.msg_iov = opt_offload ? iov : iov + 1;
	msg.msg_iovlen = opt_offload ? 2 : 1;
	for (i = 0; i < (opt_count ? opt_count : 1); i++) {
		if (i && opt_interval)
			usleep(opt_interval);
		while (sendmsg(fd, &msg, 0) < 0) {
			if (errno != ENOBUFS)
				die("%s: send: %s", argv[0], strerror(errno));
			usleep(1000);
		}
	}
	return 0;
}

static int cmd_hex(int argc, char **argv)
{
	const uint8_t *frame;
	size_t i, len;

	frame = build(argv, argc, &len);
	for (i = 0; i < len; i++)
		printf("%02x", frame[i]);
	putchar('\n');
	return 0;
}

static struct addrinfo *resolve(const char *addr, const char *port)
{
	struct addrinfo *res = numeric(addr, port);

	if (!res)
		die("not an address and port: %s %s", addr, port);
	return res;
}

static int bound(const struct addrinfo *ai)
{
	int one = 1, fd = socket(ai->ai_family, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen))
		die("bind: %s", strerror(errno));
	return fd;
}

static int cmd_udp(int argc, char **argv)
{
	char buf[65536] = "";
	struct addrinfo *to;
	unsigned long i;
	size_t len;
	int fd;

	if (argc != 2 || opt_size >= sizeof(buf))
		die("udp: ADDR PORT");
	to = resolve(argv[0], argv[1]);
	if (!opt_bind)
		opt_bind = to->ai_family == AF_INET ? "0.0.0.0" : "::";
	fd = bound(resolve(opt_bind, opt_bind_port));
	for (i = 0; !opt_count || i < opt_count; i++) {
		if (i && opt_interval)
			usleep(opt_interval);
		memset(buf, '.', opt_size);
		len = snprintf(buf, sizeof(buf), "%s %lu %llu ", opt_prefix, i,
			       (unsigned long long)now());
		if (len < opt_size)
			len = opt_size;
		/* Errors that came back by ICMP are not ours to judge. */
		if (sendto(fd, buf, len, 0, to->ai_addr, to->ai_addrlen) < 0)
			fprintf(stderr, "%lu %s\n", i, strerror(errno));
	}
	return 0;
}

static int cmd_sink(int argc, char **argv)
{
	char buf[65536], host[64], port[16], text[64];
	unsigned long long seq, stamp, at;
	struct sockaddr_storage from;
	struct timeval tv = { };
	int room = 1 << 24;
	unsigned long i;
	socklen_t fromlen;
	ssize_t len;
	int fd;

	if (argc != 2)
		die("sink: ADDR PORT");
	fd = bound(resolve(argv[0], argv[1]));
	/* What is not here was lost on the way, and not because we were late. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	tv.tv_sec = opt_timeout;
	if (opt_timeout)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	/* Lines are read when there is time for them, which is when nothing waits. */
	setvbuf(stdout, NULL, _IOFBF, 65536);
	for (i = 0; !opt_count || i < opt_count; i++) {
		fromlen = sizeof(from);
		len = recvfrom(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT, (void *)&from, &fromlen);
		if (len < 0 && errno == EAGAIN) {
			fflush(stdout);
			len = recvfrom(fd, buf, sizeof(buf) - 1, 0, (void *)&from, &fromlen);
		}
		at = now();
		if (len < 0)
			return 1;
		buf[len] = 0;
		if (sscanf(buf, "%63s %llu %llu", text, &seq, &stamp) != 3)
			snprintf(text, sizeof(text), "?%.32s", buf), seq = stamp = 0;
		getnameinfo((void *)&from, fromlen, host, sizeof(host), port, sizeof(port),
			    NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM);
		printf("%llu %s %s %zd %s %llu %llu\n", at, host, port, len, text, seq, stamp);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int n;

	if (argc < 2)
		die("send, hex, udp, sink or now");
	n = options(argc - 1, argv + 1) + 1;
	if (!strcmp(argv[1], "send"))
		return cmd_send(argc - n, argv + n);
	if (!strcmp(argv[1], "hex"))
		return cmd_hex(argc - n, argv + n);
	if (!strcmp(argv[1], "udp"))
		return cmd_udp(argc - n, argv + n);
	if (!strcmp(argv[1], "sink"))
		return cmd_sink(argc - n, argv + n);
	if (!strcmp(argv[1], "now"))
		return printf("%llu\n", (unsigned long long)now()) < 0;
	die("%s: unknown", argv[1]);
}
