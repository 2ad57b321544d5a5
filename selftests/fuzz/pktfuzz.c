// SPDX-License-Identifier: GPL-2.0
/*
 * Sends frames into a port.
 *
 *   pktfuzz {--tap NAME [--frags] | --dev NAME [--vnet]} [OPTION]...
 *	--tap NAME		write to that tap device; --frags: in pieces, as NAPI gets them
 *	--dev NAME		send by that device; --vnet: with a virtio header
 *	--seed N --count N	which frames, and how many
 *	--from N --to N		only these of them; frame I is a function of seed, I and the scene
 *	--own MAC --router MAC	of the sender, and of the other end
 *	--src ADDR... --dst ADDR...	the scene: whom it may be, whom it knows of
 *	--mtu N --most N	usual and greatest length (1500, 65535)
 *	--print			print them and send nothing (lines for a corpus file)
 *	--every N		say where we are, here and in the kernel log
 *	--corpus FILE...	send the lines of these files: [vnet HEX] hex HEX, or [vnet HEX] and
 *				layers for the program pkt; %own and %router are the MACs
 *
 * SIGUSR1 makes it say where it is. What comes back is read and counted. At the end a tally.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>

#include "pktgen.h"
#include "rnd.h"

#ifndef PACKET_VNET_HDR
#define PACKET_VNET_HDR 15
#endif
#define ERRNOS 140

uint64_t rnd_state = 1;

static struct {
	unsigned long long seed, count, from, to, every;
	const char *tap, *dev;
	bool frags, vnet, print, corpus;
} opt = { .seed = 1, .count = 1000, .to = ~0ull };

static struct frame frame;
static unsigned long long at;
static unsigned long made, sent, mutated, offloaded, answers, err[ERRNOS];
static volatile sig_atomic_t asked;
static int fd = -1;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "pktfuzz: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void on_usr1(int sig)
{
	asked = sig;
}

static void say_where(void)
{
	FILE *f = fopen("/dev/kmsg", "w");
	const char *name = opt.tap ? opt.tap : opt.dev;

	asked = 0;
	printf("# %s seed %llu frame %llu\n", name, opt.seed, at);
	fflush(stdout);
	if (f) {
		fprintf(f, "vpc-fuzz: %s seed %llu frame %llu\n", name, opt.seed, at);
		fclose(f);
	}
}

static void tap_open(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	if (opt.frags)
		ifr.ifr_flags |= IFF_NAPI | IFF_NAPI_FRAGS;
	strncpy(ifr.ifr_name, opt.tap, IFNAMSIZ - 1);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETOFFLOAD, offloads))
		die(opt.tap);
}

static void dev_open(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(opt.dev),
	};
	int one = 1;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	if (fd < 0 || !to.sll_ifindex || bind(fd, (void *)&to, sizeof(to)))
		die(opt.dev);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (opt.vnet && setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		die("PACKET_VNET_HDR");
}

static void send_frame(void)
{
	static uint8_t back[FRAME_ROOM];
	struct iovec iov[6] = { { &frame.vnet, sizeof(frame.vnet) } };
	unsigned int from = 0, n = 1, i;
	bool vnet = opt.tap || opt.vnet;

	made++;
	if (!vnet)
		n = 0;
	/* The first piece becomes the linear part. */
	for (i = opt.frags && chance(80) ? rnd(4) : 0; i; i--) {
		unsigned int len = chance(50) ? rnd(80) : rnd(frame.len + 1);

		if (from + len >= frame.len)
			break;
		iov[n++] = (struct iovec){ frame.b + from, len };
		from += len;
	}
	iov[n++] = (struct iovec){ frame.b + from, frame.len - from };
	if (writev(fd, iov, n) < 0) {
		if (errno < ERRNOS)
			err[errno]++;
	} else {
		sent++;
	}
	while (read(fd, back, sizeof(back)) > 0)
		answers++;
}

static void print_frame(void)
{
	unsigned int i;

	printf("vnet ");
	for (i = 0; i < sizeof(frame.vnet); i++)
		printf("%02x", ((uint8_t *)&frame.vnet)[i]);
	printf(" hex ");
	for (i = 0; i < frame.len; i++)
		printf("%02x", frame.b[i]);
	printf("\n");
}

static void one(void)
{
	rnd_seed(opt.seed, at);
	gen_frame(&frame);
	gen_vnet(&frame);
	if (chance(50)) {
		mutate_frame(&frame);
		mutated++;
	}
	if (frame.vnet.flags || frame.vnet.gso_type)
		offloaded++;
	if (opt.print)
		print_frame();
	else
		send_frame();
}

/* --- corpus ---------------------------------------------------------------------------- */

static unsigned int unhex(const char *s, uint8_t *out, unsigned int room)
{
	unsigned int n = 0, v;

	for (; isxdigit(s[0]) && isxdigit(s[1]) && n < room; s += 2) {
		if (sscanf(s, "%2x", &v) == 1)
			out[n++] = v;
	}
	return n;
}

/* The layers of a line, with the MACs of the scene, through the program that knows them. */
static unsigned int layers(const char *line)
{
	char cmd[8192], hex[2 * FRAME_ROOM], *to = cmd;
	const char *pkt = getenv("VPC_PKT");
	unsigned int len = 0;
	FILE *f;

	to += sprintf(to, "%s hex ", pkt ? pkt : "pkt");
	while (*line && to < cmd + sizeof(cmd) - 64) {
		const uint8_t *mac = !strncmp(line, "%own", 4) ? scene.own :
				     !strncmp(line, "%router", 7) ? scene.router : NULL;

		if (mac) {
			to += sprintf(to, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
				      mac[3], mac[4], mac[5]);
			line += mac == scene.own ? 4 : 7;
			continue;
		}
		*to++ = *line++;
	}
	*to = 0;
	f = popen(cmd, "r");
	if (f && fgets(hex, sizeof(hex), f))
		len = unhex(hex, frame.b, FRAME_ROOM);
	if (!f || pclose(f) || !len) {
		fprintf(stderr, "pktfuzz: not understood: %s\n", cmd);
		exit(2);
	}
	return len;
}

static void replay(const char *file)
{
	static char line[2 * FRAME_ROOM + 200];
	FILE *f = fopen(file, "r");

	if (!f)
		die(file);
	for (at = 1; fgets(line, sizeof(line), f); at++) {
		char *p = strpbrk(line, "#\n");

		if (p)
			*p = 0;
		p = line + strspn(line, " \t");
		if (!*p)
			continue;
		memset(&frame, 0, sizeof(frame));
		if (!strncmp(p, "vnet ", 5)) {
			unhex(p + 5, (uint8_t *)&frame.vnet, sizeof(frame.vnet));
			p = strchr(p + 5, ' ');
			if (!p)
				continue;
			p++;
		}
		if (!strncmp(p, "hex ", 4))
			frame.len = unhex(p + 4, frame.b, FRAME_ROOM);
		else
			frame.len = layers(p);
		send_frame();
	}
	fclose(f);
}

/* --- options ------------------------------------------------------------------------------ */

static void add_addr(struct address *list, int *count, const char *s)
{
	struct address *a = &list[*count];

	if (*count == ADDRS_MAX)
		return;
	if (inet_pton(AF_INET, s, a->bytes) == 1)
		a->len = 4;
	else if (inet_pton(AF_INET6, s, a->bytes) == 1)
		a->len = 16;
	else
		exit((fprintf(stderr, "pktfuzz: not an address: %s\n", s), 2));
	(*count)++;
}

static void get_mac(uint8_t *mac, const char *s)
{
	if (sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		   mac + 5) != 6)
		exit((fprintf(stderr, "pktfuzz: not a MAC: %s\n", s), 2));
}

static void report(void)
{
	int i;

	printf("frames %lu\nsent %lu\nmutated %lu\noffloaded %lu\nanswers %lu\n", made, sent,
	       mutated, offloaded, answers);
	for (i = 1; i < ERRNOS; i++)
		if (err[i])
			printf("refused.%s %lu\n", strerrorname_np(i), err[i]);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tap", 1, NULL, 'T' }, { "dev", 1, NULL, 'D' }, { "frags", 0, NULL, 'F' },
		{ "vnet", 0, NULL, 'V' }, { "seed", 1, NULL, 's' }, { "count", 1, NULL, 'c' },
		{ "from", 1, NULL, 'f' }, { "to", 1, NULL, 't' }, { "own", 1, NULL, 'o' },
		{ "router", 1, NULL, 'r' }, { "src", 1, NULL, 'a' }, { "dst", 1, NULL, 'b' },
		{ "mtu", 1, NULL, 'm' }, { "most", 1, NULL, 'M' }, { "print", 0, NULL, 'p' },
		{ "every", 1, NULL, 'e' }, { "corpus", 0, NULL, 'C' }, {}
	};
	int c;

	scene.mtu = 1500;
	scene.most = 65535;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'T': opt.tap = optarg; break;
		case 'D': opt.dev = optarg; break;
		case 'F': opt.frags = true; break;
		case 'V': opt.vnet = true; break;
		case 's': opt.seed = strtoull(optarg, NULL, 0); break;
		case 'c': opt.count = strtoull(optarg, NULL, 0); break;
		case 'f': opt.from = strtoull(optarg, NULL, 0); break;
		case 't': opt.to = strtoull(optarg, NULL, 0); break;
		case 'o': get_mac(scene.own, optarg); break;
		case 'r': get_mac(scene.router, optarg); break;
		case 'a': add_addr(scene.src, &scene.srcs, optarg); break;
		case 'b': add_addr(scene.dst, &scene.dsts, optarg); break;
		case 'm': scene.mtu = strtoul(optarg, NULL, 0); break;
		case 'M': scene.most = strtoul(optarg, NULL, 0); break;
		case 'p': opt.print = true; break;
		case 'e': opt.every = strtoull(optarg, NULL, 0); break;
		case 'C': opt.corpus = true; break;
		default: return 2;
		}
	}
	if (scene.most > FRAME_ROOM - 500)
		scene.most = FRAME_ROOM - 500;
	if (!opt.print) {
		if (!opt.tap == !opt.dev)
			return 2;
		if (opt.tap)
			tap_open();
		else
			dev_open();
	}
	signal(SIGUSR1, on_usr1);
	if (opt.corpus) {
		for (; optind < argc; optind++)
			replay(argv[optind]);
		report();
		return 0;
	}
	for (at = opt.from; at < opt.count && at < opt.to; at++) {
		one();
		if (asked || (opt.every && at % opt.every == opt.every - 1))
			say_where();
	}
	if (!opt.print)
		report();
	return 0;
}
