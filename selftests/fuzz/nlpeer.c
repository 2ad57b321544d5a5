// SPDX-License-Identifier: GPL-2.0
/* What the netlink fuzzer needs besides requests: sockets, devices that come and go, questions. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>

#include "nlfuzz.h"
#include "rnd.h"

#define TALKERS 4

static struct talker talkers[TALKERS];
static __u32 events;

static void open_one(struct talker *t)
{
	int zero = 0, one = 1, size = 1 << 18;

	t->fd = nl_socket();
	t->dumping = false;
	t->small = rnd(2);
	t->ext_ack = rnd(8);
	if (!t->ext_ack)
		setsockopt(t->fd, SOL_NETLINK, NETLINK_EXT_ACK, &zero, sizeof(zero));
	if (rnd(2))
		setsockopt(t->fd, SOL_NETLINK, NETLINK_CAP_ACK, &zero, sizeof(zero));
	if (rnd(2))
		setsockopt(t->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	if (!rnd(4))
		setsockopt(t->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof(one));
	if (!rnd(4))
		setsockopt(t->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (!rnd(4))
		setsockopt(t->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &events, sizeof(events));
}

void talkers_open(__u32 group)
{
	int i;

	events = group;
	for (i = 0; i < TALKERS; i++)
		open_one(&talkers[i]);
}

struct talker *talker_first(void)
{
	return talkers;
}

struct talker *talker_any(void)
{
	return &talkers[rnd(TALKERS)];
}

/* Closes it in the middle of whatever it does. */
void talker_reopen(struct talker *t)
{
	close(t->fd);
	open_one(t);
}

bool talker_readable(const struct talker *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* --- devices ------------------------------------------------------------------------ */

static int route_socket(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		die("rtnetlink");
	return fd;
}

static void link_start(struct msg *m, __u16 type, __u16 flags, const char *name, bool up)
{
	struct ifinfomsg ifi = { .ifi_change = IFF_UP, .ifi_flags = up ? IFF_UP : 0 };

	memset(m->buf, 0, NLMSG_LENGTH(sizeof(ifi)));
	m->nlh.nlmsg_len = NLMSG_LENGTH(sizeof(ifi));
	m->nlh.nlmsg_type = type;
	m->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(NLMSG_DATA(&m->nlh), &ifi, sizeof(ifi));
	put_str(m, IFLA_IFNAME, name);
}

static void veth_add(struct msg *m, const char *name)
{
	struct ifinfomsg ifi = {};
	struct nlattr *info, *data, *peer;
	char other[IFNAMSIZ];

	snprintf(other, sizeof(other), "%s-peer", name);
	link_start(m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, true);
	info = nest(m, IFLA_LINKINFO);
	put_str(m, IFLA_INFO_KIND, "veth");
	data = nest(m, IFLA_INFO_DATA);
	peer = put(m, VETH_INFO_PEER, &ifi, sizeof(ifi));
	put_str(m, IFLA_IFNAME, other);
	nest_end(m, peer);
	nest_end(m, data);
	nest_end(m, info);
}

/* A device of the pool goes, comes, or is set up or down. */
void device_event(int fd)
{
	static struct msg m;
	char name[IFNAMSIZ], buf[8192];
	int what = rnd(8);

	(void)fd;
	if (rnd(3))
		snprintf(name, sizeof(name), "f%u", rnd(8));
	else
		snprintf(name, sizeof(name), "u%u", rnd(4));
	if (what == 0)
		link_start(&m, RTM_DELLINK, 0, name, false);
	else if (what <= 4)
		veth_add(&m, name);
	else
		link_start(&m, RTM_NEWLINK, 0, name, what < 7);
	if (send(route_socket(), m.buf, m.nlh.nlmsg_len, 0) < 0)
		complain("rtnetlink: %s", strerror(errno));
	while (recv(route_socket(), buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

/* --- questions ----------------------------------------------------------------------- */

bool info_get(int fd, struct info *info)
{
	static struct msg m;
	int skip = NLMSG_LENGTH(GENL_HDRLEN), i;
	struct answer *said;

	memset(info, 0, sizeof(*info));
	gen_start(&m, VPC_CMD_INFO_GET, 0);
	said = transact(fd, &m);
	if (said->err) {
		complain("INFO_GET: %s", said->err > 0 ? "no answer" : strerror(-said->err));
		return false;
	}
	for (i = VPC_A_INFO_VPCS; i <= VPC_A_INFO_MAX && i < INFO_NUMBERS; i++) {
		const struct nlattr *a = find(said->reply + skip, said->reply_len - skip, i);

		if (a && nla_size(a) == 4)
			memcpy(&info->n[i], nla_bytes(a), 4);
	}
	return true;
}

static long listed(int fd, __u8 cmd)
{
	static struct msg m;
	static char buf[1 << 17];
	long count = 0;

	gen_start(&m, cmd, NLM_F_DUMP);
	nl_send(fd, &m);
	for (;;) {
		int len = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *h = (void *)buf;

		if (len < 0)
			return -1;
		for (; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
			const char *at = (char *)h + NLMSG_LENGTH(GENL_HDRLEN);
			const struct nlattr *a;

			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
				return *(int *)NLMSG_DATA(h) ? -1 : count;
			if (cmd == VPC_CMD_ROUTE_GET) {
				a = find(at, h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN),
					 VPC_A_ROUTE_ORIGIN);
				if (a && *(__u8 *)nla_bytes(a) == VPC_ROUTE_ORIGIN_LOCAL)
					continue;
			}
			count++;
		}
	}
}

/* Every object that is counted is listed. */
void audit(int fd)
{
	static const struct {
		__u8 cmd, info;
		const char *name;
	} kinds[] = {
		{ VPC_CMD_VPC_GET, VPC_A_INFO_VPCS, "VPCs" },
		{ VPC_CMD_SUBNET_GET, VPC_A_INFO_SUBNETS, "subnets" },
		{ VPC_CMD_TABLE_GET, VPC_A_INFO_TABLES, "tables" },
		{ VPC_CMD_PORT_GET, VPC_A_INFO_PORTS, "ports" },
		{ VPC_CMD_UPLINK_GET, VPC_A_INFO_UPLINKS, "uplinks" },
		{ VPC_CMD_ENDPOINT_GET, VPC_A_INFO_ENDPOINTS, "endpoints" },
		{ VPC_CMD_PEERING_GET, VPC_A_INFO_PEERINGS, "peerings" },
		{ VPC_CMD_ROUTE_GET, VPC_A_INFO_ROUTES, "routes" },
		{ VPC_CMD_PROBE_GET, VPC_A_INFO_PROBES, "probes" },
		{ VPC_CMD_ALARM_GET, VPC_A_INFO_ALARMS, "alarms" },
	};
	struct info info;
	unsigned int i;

	if (!info_get(fd, &info))
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		long n = listed(fd, kinds[i].cmd);

		if (n != info.n[kinds[i].info])
			complain("%s: %ld are listed, %u counted", kinds[i].name, n,
				 info.n[kinds[i].info]);
	}
}
