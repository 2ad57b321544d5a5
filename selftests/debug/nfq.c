// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of an NFQUEUE that keeps packets waiting.
 *
 *   nfq QUEUE park        takes packets and never decides; they stay until it ends
 *   nfq QUEUE slow USEC   lets the oldest packet go on, every USEC microseconds
 *
 * Says "ready" when the queue is there. Ends by a signal.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>

#define WAITING_MAX 8192

struct message {
	struct nlmsghdr nlh;
	struct nfgenmsg nfg;
	struct nlattr attr;
	union {
		struct nfqnl_msg_config_cmd cmd;
		struct nfqnl_msg_config_params params;
		struct nfqnl_msg_verdict_hdr verdict;
	} __attribute__((packed));
};

static int sock;
static unsigned int queue;

static void die(const char *what)
{
	fprintf(stderr, "nfq: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void start(struct message *m, int type, int attr, size_t size)
{
	memset(m, 0, sizeof(*m));
	m->nlh.nlmsg_len = offsetof(struct message, cmd) + size;
	m->nlh.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	m->nlh.nlmsg_flags = NLM_F_REQUEST;
	m->nfg.res_id = htons(queue);
	m->attr.nla_type = attr;
	m->attr.nla_len = NLA_HDRLEN + size;
}

static void tell(struct message *m)
{
	/* What is already gone, with its device, cannot be decided on. */
	if (send(sock, m, m->nlh.nlmsg_len, 0) < 0 && errno != ENOBUFS && errno != ENOMEM)
		die("send");
}

static void bind_queue(void)
{
	struct message m;

	start(&m, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, sizeof(m.cmd));
	m.nlh.nlmsg_flags |= NLM_F_ACK;
	m.cmd.command = NFQNL_CFG_CMD_BIND;
	tell(&m);
	start(&m, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, sizeof(m.params));
	m.params.copy_mode = NFQNL_COPY_META;
	tell(&m);
}

static void verdict(__u32 id)
{
	struct message m;

	start(&m, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, sizeof(m.verdict));
	m.verdict.verdict = htonl(NF_ACCEPT);
	m.verdict.id = id;
	tell(&m);
}

/* Of the packets in a message, into a ring; the oldest are pushed out. */
static unsigned int take(const struct nlmsghdr *h, int len, __be32 *ring, unsigned int at)
{
	for (; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
		const struct nlattr *a = (const void *)((const char *)NLMSG_DATA(h) +
							sizeof(struct nfgenmsg));
		const struct nfqnl_msg_packet_hdr *packet = (const void *)(a + 1);

		if (h->nlmsg_type == NLMSG_ERROR) {
			errno = -*(const int *)NLMSG_DATA(h);
			if (errno && errno != ENOENT)
				die("the kernel");
		} else if (a->nla_type == NFQA_PACKET_HDR) {
			ring[at++ % WAITING_MAX] = packet->packet_id;
		}
	}
	return at;
}

int main(int argc, char **argv)
{
	static __be32 ring[WAITING_MAX];
	static char buf[65536];
	unsigned int in = 0, out = 0;
	int len, pause = 0;

	if (argc == 4 && !strcmp(argv[2], "slow"))
		pause = atoi(argv[3]);
	else if (argc != 3 || strcmp(argv[2], "park"))
		return fprintf(stderr, "usage: nfq QUEUE park | QUEUE slow USEC\n"), 2;
	queue = atoi(argv[1]);
	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	if (sock < 0)
		die("socket");
	bind_queue();
	len = recv(sock, buf, sizeof(buf), 0);
	if (len < 0)
		die("bind");
	take((void *)buf, len, ring, 0);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		len = recv(sock, buf, sizeof(buf), pause ? MSG_DONTWAIT : 0);
		if (len > 0)
			in = take((void *)buf, len, ring, in);
		else if (errno != EAGAIN && errno != ENOBUFS)
			die("recv");
		if (!pause || len > 0)
			continue;
		if (in - out > WAITING_MAX)
			out = in - WAITING_MAX;
		if (out != in)
			verdict(ring[out++ % WAITING_MAX]);
		usleep(pause);
	}
}
