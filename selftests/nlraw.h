/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink by hand: messages as bytes, answers as they come. */
#ifndef _VPC_SELFTESTS_NLRAW_H
#define _VPC_SELFTESTS_NLRAW_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "../uapi/linux/vpc.h"

#define MSG_MAX 262144

/* The family as the kernel numbers it, set by nl_open(). */
static __u16 family;
static __u32 group_config, group_health;
static __u32 seq;

struct msg {
	union {
		struct nlmsghdr nlh;
		char buf[MSG_MAX];
	};
};

/* What the kernel said to a request. */
struct answer {
	int err;		/* 0 or a negative errno; 1: no answer in time */
	char text[512];		/* its sentence, or "" */
	char reply[4096];	/* first message that is no ACK */
	unsigned int reply_len;
};

static inline void die(const char *what)
{
	fprintf(stderr, "nlraw: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void msg_start(struct msg *m, __u8 cmd, __u16 flags)
{
	struct genlmsghdr *g = NLMSG_DATA(&m->nlh);

	memset(m->buf, 0, NLMSG_LENGTH(GENL_HDRLEN));
	m->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->nlh.nlmsg_type = family;
	m->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	m->nlh.nlmsg_seq = ++seq;
	g->cmd = cmd;
	g->version = VPC_GENL_VERSION;
}

static inline struct nlattr *put(struct msg *m, __u16 type, const void *data, unsigned int len)
{
	struct nlattr *a = (struct nlattr *)(m->buf + NLMSG_ALIGN(m->nlh.nlmsg_len));
	char *at = (char *)a + NLA_HDRLEN;

	if ((char *)a + NLA_HDRLEN + NLA_ALIGN(len) > m->buf + sizeof(m->buf)) {
		errno = EMSGSIZE;
		die("put");
	}
	memset(at, 0, NLA_ALIGN(len));
	if (len)
		memcpy(at, data, len);
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	m->nlh.nlmsg_len = NLMSG_ALIGN(m->nlh.nlmsg_len) + NLA_HDRLEN + NLA_ALIGN(len);
	return a;
}

static inline void put_str(struct msg *m, __u16 type, const char *s)
{
	put(m, type, s, strlen(s) + 1);
}

static inline void put_u8(struct msg *m, __u16 type, __u8 v)
{
	put(m, type, &v, sizeof(v));
}

static inline void put_u16(struct msg *m, __u16 type, __u16 v)
{
	put(m, type, &v, sizeof(v));
}

static inline void put_u32(struct msg *m, __u16 type, __u32 v)
{
	put(m, type, &v, sizeof(v));
}

static inline struct nlattr *nest(struct msg *m, __u16 type)
{
	return put(m, type | NLA_F_NESTED, NULL, 0);
}

static inline void nest_end(struct msg *m, struct nlattr *a)
{
	a->nla_len = m->buf + m->nlh.nlmsg_len - (char *)a;
}

static inline void put_prefix(struct msg *m, __u16 type, const char *addr, __u8 len)
{
	unsigned char bin[16];
	bool v6 = strchr(addr, ':');
	struct nlattr *n = nest(m, type);

	inet_pton(v6 ? AF_INET6 : AF_INET, addr, bin);
	put(m, VPC_A_PREFIX_ADDRESS, bin, v6 ? 16 : 4);
	put_u8(m, VPC_A_PREFIX_LENGTH, len);
	nest_end(m, n);
}

/* An operation on the route to @addr (host byte order) with one next hop of @type (0: none). */
static inline void put_op(struct msg *m, __u8 kind, __u32 addr, __u8 len, __u8 type)
{
	struct nlattr *op = nest(m, VPC_A_ROUTE_OP);

	addr = htonl(addr);
	put_u8(m, VPC_A_OP_KIND, kind);
	put(m, VPC_A_OP_ADDRESS, &addr, sizeof(addr));
	put_u8(m, VPC_A_OP_LENGTH, len);
	if (type) {
		struct nlattr *nh = nest(m, VPC_A_OP_NEXTHOP);

		put_u8(m, VPC_A_NEXTHOP_TYPE, type);
		nest_end(m, nh);
	}
	nest_end(m, op);
}

/* The attribute @type in a run of attributes, or NULL. */
static inline const struct nlattr *find(const void *data, int len, __u16 type)
{
	const struct nlattr *a = data;

	while (len >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= len) {
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		len -= NLA_ALIGN(a->nla_len);
		a = (const struct nlattr *)((const char *)a + NLA_ALIGN(a->nla_len));
	}
	return NULL;
}

static inline const void *nla_bytes(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

static inline int nla_size(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline int nl_socket(void)
{
	struct timeval patience = { .tv_sec = 60 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int one = 1, size = 4 << 20;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static inline void nl_send(int fd, const struct msg *m)
{
	if (send(fd, m->buf, NLMSG_ALIGN(m->nlh.nlmsg_len), 0) < 0)
		die("send");
}

/* Takes the kernel's verdict out of an NLMSG_ERROR or NLMSG_DONE. */
static inline void verdict(const struct nlmsghdr *h, struct answer *said)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	int skip = NLMSG_HDRLEN + sizeof(*e);
	const struct nlattr *a;

	said->err = *(const int *)NLMSG_DATA(h);
	if (h->nlmsg_type == NLMSG_DONE)
		skip = NLMSG_HDRLEN + sizeof(int);
	else if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || skip > (int)h->nlmsg_len)
		return;
	a = find((const char *)h + skip, h->nlmsg_len - skip, NLMSGERR_ATTR_MSG);
	if (a)
		snprintf(said->text, sizeof(said->text), "%.*s", nla_size(a),
			 (const char *)nla_bytes(a));
}

/* Sends a request and reads up to its ACK, error or end of dump. */
static inline struct answer *transact(int fd, struct msg *m)
{
	static struct answer said;
	static char buf[MSG_MAX];
	struct nlmsghdr *h;
	int len;

	memset(&said, 0, sizeof(said));
	if (!(m->nlh.nlmsg_flags & NLM_F_DUMP))
		m->nlh.nlmsg_flags |= NLM_F_ACK;
	nl_send(fd, m);
	for (;;) {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < 0) {
			if (errno != EAGAIN)
				die("recv");
			said.err = 1;
			return &said;
		}
		for (h = (void *)buf; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_seq != m->nlh.nlmsg_seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
				verdict(h, &said);
				return &said;
			}
			if (!said.reply_len && h->nlmsg_len <= sizeof(said.reply)) {
				memcpy(said.reply, h, h->nlmsg_len);
				said.reply_len = h->nlmsg_len;
			}
		}
	}
}

/* A socket, and the numbers of the family, its groups included. */
static inline int nl_open(void)
{
	static struct msg m;
	struct genlmsghdr *g = NLMSG_DATA(&m.nlh);
	const struct nlattr *a, *grp;
	int fd = nl_socket(), skip = NLMSG_LENGTH(GENL_HDRLEN), left;
	struct answer *said;

	msg_start(&m, CTRL_CMD_GETFAMILY, 0);
	m.nlh.nlmsg_type = GENL_ID_CTRL;
	g->version = 1;
	put_str(&m, CTRL_ATTR_FAMILY_NAME, VPC_GENL_NAME);
	said = transact(fd, &m);
	if (said->err) {
		errno = -said->err;
		die("family vpc");
	}
	a = find(said->reply + skip, said->reply_len - skip, CTRL_ATTR_FAMILY_ID);
	memcpy(&family, nla_bytes(a), sizeof(family));
	a = find(said->reply + skip, said->reply_len - skip, CTRL_ATTR_MCAST_GROUPS);
	if (!a)
		return fd;
	left = nla_size(a);
	for (grp = nla_bytes(a); left >= NLA_HDRLEN && grp->nla_len >= NLA_HDRLEN;
	     left -= NLA_ALIGN(grp->nla_len),
	     grp = (const struct nlattr *)((const char *)grp + NLA_ALIGN(grp->nla_len))) {
		const struct nlattr *name, *id;

		name = find(nla_bytes(grp), nla_size(grp), CTRL_ATTR_MCAST_GRP_NAME);
		id = find(nla_bytes(grp), nla_size(grp), CTRL_ATTR_MCAST_GRP_ID);
		if (name && id)
			memcpy(strcmp(nla_bytes(name), VPC_MCGRP_CONFIG) ?
			       &group_health : &group_config, nla_bytes(id), sizeof(__u32));
	}
	return fd;
}

#endif /* _VPC_SELFTESTS_NLRAW_H */
