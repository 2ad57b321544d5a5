// SPDX-License-Identifier: GPL-2.0
/*
 * capture [-s SNAPLEN] [-f FILTER] DEV FILE
 *
 * Writes what DEV sends and receives to FILE, for "tcpdump -r". It says "ready"
 * when it sees everything, and on SIGINT or SIGTERM it first writes all that it
 * was given until then: unlike with tcpdump, what is not in the file did not
 * happen. FILTER is a file with the output of "tcpdump -y EN10MB -ddd".
 * Status 3: packets were lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ROOM (1 << 18)
#define TAG_LEN 4

static volatile sig_atomic_t ending;
static struct timespec end;	/* what was seen after it is not waited for */
static uint32_t snaplen = ROOM - TAG_LEN;
static uint8_t frame[ROOM];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "capture: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void on_signal(int sig)
{
	(void)sig;
	clock_gettime(CLOCK_REALTIME, &end);
	ending = 1;
}

static void attach_filter(int fd, const char *name)
{
	FILE *f = fopen(name, "r");
	static struct sock_filter insn[4096];
	struct sock_fprog prog = { .filter = insn };
	unsigned int n, i, code, jt, jf, k;

	if (!f || fscanf(f, "%u", &n) != 1 || n > sizeof(insn) / sizeof(*insn))
		die(name);
	for (i = 0; i < n; i++) {
		if (fscanf(f, "%u %u %u %u", &code, &jt, &jf, &k) != 4)
			die(name);
		insn[i] = (struct sock_filter){ code, jt, jf, k };
	}
	fclose(f);
	prog.len = n;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("filter");
}

static int open_socket(const char *dev, const char *filter)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct packet_mreq promisc = { .mr_type = PACKET_MR_PROMISC };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1, room = 256 << 20;

	at.sll_ifindex = if_nametoindex(dev);
	promisc.mr_ifindex = at.sll_ifindex;
	if (fd < 0 || !at.sll_ifindex)
		die(dev);
	if (filter)
		attach_filter(fd, filter);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) ||
	    bind(fd, (void *)&at, sizeof(at)))
		die(dev);
	return fd;
}

/* The kernel takes the VLAN tag out of the frame: put it back. */
static uint32_t put_tag(uint32_t len, const struct tpacket_auxdata *aux)
{
	uint16_t tag[2];

	tag[0] = htons(aux->tp_status & TP_STATUS_VLAN_TPID_VALID ?
		       aux->tp_vlan_tpid : ETH_P_8021Q);
	tag[1] = htons(aux->tp_vlan_tci);
	memmove(frame + 12 + TAG_LEN, frame + 12, len - 12);
	memcpy(frame + 12, tag, TAG_LEN);
	return len + TAG_LEN;
}

/* Reads one frame and writes it; false when there is none, or none of before the end. */
static int copy(int fd, FILE *out)
{
	struct iovec iov = { .iov_base = frame, .iov_len = ROOM - TAG_LEN };
	union {
		char buf[CMSG_SPACE(sizeof(struct timespec)) +
			 CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct timespec at = { };
	struct cmsghdr *cmsg;
	uint32_t len, head[4];
	ssize_t got;

	got = recvmsg(fd, &msg, MSG_DONTWAIT);
	if (got < 0) {
		/* The device went down: it may come back. */
		if (errno == EAGAIN || errno == EINTR || errno == ENETDOWN)
			return errno != EAGAIN;
		die("receive");
	}
	len = got;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		struct tpacket_auxdata aux;

		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&at, CMSG_DATA(cmsg), sizeof(at));
		if (cmsg->cmsg_level != SOL_PACKET || cmsg->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID && len >= 12)
			len = put_tag(len, &aux);
	}
	head[0] = at.tv_sec;
	head[1] = at.tv_nsec;
	head[2] = len < snaplen ? len : snaplen;
	head[3] = len;
	if (fwrite(head, sizeof(head), 1, out) != 1 || fwrite(frame, 1, head[2], out) != head[2])
		die("write");
	return !ending || at.tv_sec < end.tv_sec ||
	       (at.tv_sec == end.tv_sec && at.tv_nsec < end.tv_nsec);
}

int main(int argc, char **argv)
{
	/* pcap with nanoseconds, version 2.4, Ethernet */
	uint32_t head[6] = { 0xa1b23c4d, 4 << 16 | 2, 0, 0, ROOM, 1 };
	struct sigaction sa = { .sa_handler = on_signal };
	struct tpacket_stats stats = { };
	socklen_t len = sizeof(stats);
	const char *filter = NULL;
	sigset_t ends, none;
	struct pollfd pfd;
	FILE *out;
	int c;

	while ((c = getopt(argc, argv, "s:f:")) != -1) {
		switch (c) {
		case 's': snaplen = atoi(optarg); break;
		case 'f': filter = optarg; break;
		default: return 2;
		}
	}
	if (argc - optind != 2) {
		fprintf(stderr, "capture [-s SNAPLEN] [-f FILTER] DEV FILE\n");
		return 2;
	}
	/* Signals come only while it waits, so that none is missed. */
	sigemptyset(&none);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);

	pfd.fd = open_socket(argv[optind], filter);
	pfd.events = POLLIN;
	out = fopen(argv[optind + 1], "w");
	if (!out || fwrite(head, sizeof(head), 1, out) != 1 || fflush(out))
		die(argv[optind + 1]);
	puts("ready");
	fflush(stdout);
	while (!ending) {
		ppoll(&pfd, 1, NULL, &none);
		while (copy(pfd.fd, out))
			;
		fflush(out);
	}
	getsockopt(pfd.fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	if (fclose(out))
		die("write");
	if (!stats.tp_drops)
		return 0;
	fprintf(stderr, "capture: %u packets were lost\n", stats.tp_drops);
	return 3;
}
