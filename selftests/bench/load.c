// SPDX-License-Identifier: GPL-2.0
/*
 * Loads routes, as fast as the kernel takes them: messages are built before the clock
 * starts, and sent many at a time.
 *
 *	load print FAMILY N
 *	load rtnl {add|replace|del} FAMILY N FIRST LAST {via GATEWAY DEV%u | nhid ID}
 *	load vpc {add|replace|del|swap} FAMILY N FIRST LAST NAME%u {router ADDR | blackhole}
 *
 * FIRST to LAST: numbers of tables (of devices: without the 100,000s), or of VPCs; each gets
 * N routes. They tile 11.0.0.0/8,
 * or as many addresses of fd00:9:b00::/40, without gaps, with prefixes of many lengths,
 * so that a random address in there always has a route. N is 2^24 at most.
 * Prints the seconds that it took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vpc.h>

struct route {
	__u32 addr;	/* what follows 11/8, in its place */
	__u8 len;	/* as IPv4 */
};

/* What is sent at once. */
struct chunk {
	size_t start, len;
	__u32 seq;
};

static struct route *routes;
static unsigned int count;
static int family;
static int fd;
static char *buf;
static size_t used, room;
static struct chunk *chunks;
static unsigned int nchunks;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static __u32 rnd(__u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

/* A prefix is cut in two until there are n, and each half gets a third or more of them. */
static void tile(__u64 *state, __u32 addr, int len, unsigned int n)
{
	unsigned int most = 1u << (31 - len), left;

	if (n == 1) {
		routes[count++] = (struct route){ addr, len };
		return;
	}
	left = n / 3 + rnd(state) % (n - 2 * (n / 3) + 1);
	if (left < 1)
		left = 1;
	if (left > n - 1)
		left = n - 1;
	if (left > most)
		left = most;
	if (n - left > most)
		left = n - most;
	tile(state, addr, len + 1, left);
	tile(state, addr | most, len + 1, n - left);
}

static void make_routes(unsigned int n)
{
	__u64 state = 1;

	routes = calloc(n, sizeof(*routes));
	if (!routes || !n || n > 1 << 24)
		die("routes");
	tile(&state, 11u << 24, 8, n);
}

static unsigned int address(const struct route *r, __u8 *to)
{
	__u32 addr = htonl(r->addr);

	if (family == AF_INET) {
		memcpy(to, &addr, 4);
		return 4;
	}
	memcpy(to, "\xfd\0\0\x09", 4);
	memcpy(to + 4, &addr, 4);
	memset(to + 8, 0, 8);
	return 16;
}

static __u8 length(const struct route *r)
{
	return family == AF_INET ? r->len : r->len + 32;
}

/* --- messages -------------------------------------------------------------------- */

static void *space(size_t len)
{
	len = NLMSG_ALIGN(len);
	if (used + len > room) {
		room = room * 2 + len + 65536;
		buf = realloc(buf, room);
		if (!buf)
			die("memory");
	}
	memset(buf + used, 0, len);
	used += len;
	return buf + used - len;
}

static size_t put(__u16 type, const void *data, size_t len)
{
	struct nlattr *a = space(NLA_HDRLEN + len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy(a + 1, data, len);
	return (char *)a - buf;
}

static void nest_end(size_t start)
{
	((struct nlattr *)(buf + start))->nla_len = used - start;
}

static size_t message(__u16 type, __u16 flags)
{
	size_t start = used;
	struct nlmsghdr *nlh = space(NLMSG_HDRLEN);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return start;
}

static void message_end(size_t start)
{
	((struct nlmsghdr *)(buf + start))->nlmsg_len = used - start;
}

/* The last message of a chunk is acknowledged. */
static void chunk_end(size_t start, size_t last)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(buf + last);

	chunks = realloc(chunks, (nchunks + 1) * sizeof(*chunks));
	if (!chunks)
		die("memory");
	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = nchunks + 1;
	chunks[nchunks] = (struct chunk){ start, used - start, nchunks + 1 };
	nchunks++;
}

/* Until the acknowledgment comes; every error is one too many. */
static __u16 answer(__u32 seq, __u16 want)
{
	static char reply[65536] __attribute__((aligned(4)));

	for (;;) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)reply;
		int len = recv(fd, reply, sizeof(reply), 0);
		__u16 id = 0;

		if (len < 0)
			die("recv");
		for (; NLMSG_OK(nlh, (unsigned int)len); nlh = NLMSG_NEXT(nlh, len)) {
			struct nlmsgerr *e = NLMSG_DATA(nlh);
			struct nlattr *a = (void *)((char *)NLMSG_DATA(nlh) + GENL_HDRLEN);

			if (nlh->nlmsg_type != NLMSG_ERROR) {
				for (; (char *)a < (char *)nlh + nlh->nlmsg_len;
				     a = (void *)((char *)a + NLA_ALIGN(a->nla_len)))
					if (a->nla_type == want)
						id = *(__u16 *)(a + 1);
				if (id)
					return id;
				continue;
			}
			errno = -e->error;
			if (e->error)
				die("the kernel refuses");
			if (nlh->nlmsg_seq == seq)
				return 0;
		}
	}
}

static void transmit(const struct chunk *c)
{
	if (send(fd, buf + c->start, c->len, 0) != (ssize_t)c->len)
		die("send");
}

static double run(void)
{
	struct timespec a, b;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < nchunks; i++) {
		transmit(&chunks[i]);
		answer(chunks[i].seq, 0);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	return b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9;
}

static void open_socket(int protocol)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	int size = 1 << 30, one = 1;

	fd = socket(AF_NETLINK, SOCK_RAW, protocol);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		die("socket");
}

/* --- the kernel's own tables --------------------------------------------------------- */

static void rtnl(const char *op, unsigned int first, unsigned int last, char **via)
{
	bool del = !strcmp(op, "del"), nh = !strcmp(via[0], "nhid");
	__u16 flags = del ? 0 : !strcmp(op, "add") ? NLM_F_CREATE | NLM_F_EXCL :
						     NLM_F_CREATE | NLM_F_REPLACE;
	__u32 id = nh ? atoi(via[1]) : 0, ifindex = 0, table;
	size_t begin = 0, start = 0;
	__u8 dst[16], gateway[16];
	char dev[32];
	unsigned int i;

	open_socket(NETLINK_ROUTE);
	if (!nh && inet_pton(family, via[1], gateway) != 1)
		die("gateway");
	for (table = first; table <= last; table++) {
		if (!nh) {
			snprintf(dev, sizeof(dev), via[2], table % 100000);
			ifindex = if_nametoindex(dev);
			if (!ifindex)
				die(dev);
		}
		begin = used;
		for (i = 0; i < count; i++) {
			struct rtmsg *rtm;
			unsigned int len;

			start = message(del ? RTM_DELROUTE : RTM_NEWROUTE, flags);
			rtm = space(sizeof(*rtm));
			*rtm = (struct rtmsg){
				.rtm_family = family,
				.rtm_dst_len = length(&routes[i]),
				.rtm_protocol = RTPROT_STATIC,
				.rtm_scope = RT_SCOPE_UNIVERSE,
				.rtm_type = RTN_UNICAST,
			};
			len = address(&routes[i], dst);
			put(RTA_DST, dst, len);
			put(RTA_TABLE, &table, 4);
			if (nh) {
				put(RTA_NH_ID, &id, 4);
			} else {
				put(RTA_GATEWAY, gateway, len);
				put(RTA_OIF, &ifindex, 4);
			}
			message_end(start);
			if (i % 1000 == 999 || i == count - 1) {
				chunk_end(begin, start);
				begin = used;
			}
		}
	}
}

/* --- ours ------------------------------------------------------------------------- */

static __u16 genl_family(void)
{
	size_t start = message(GENL_ID_CTRL, NLM_F_ACK);
	struct genlmsghdr *g = space(GENL_HDRLEN);
	struct chunk c;

	*g = (struct genlmsghdr){ .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	put(CTRL_ATTR_FAMILY_NAME, VPC_GENL_NAME, sizeof(VPC_GENL_NAME));
	message_end(start);
	c = (struct chunk){ 0, used, 0 };
	transmit(&c);
	used = 0;
	return answer(~0u, CTRL_ATTR_FAMILY_ID);
}

static void vpc(const char *op, unsigned int first, unsigned int last, char **how)
{
	bool swap = !strcmp(op, "swap"), del = !strcmp(op, "del");
	__u8 kind = del ? VPC_ROUTE_OP_DEL :
		    !strcmp(op, "replace") ? VPC_ROUTE_OP_REPLACE : VPC_ROUTE_OP_ADD;
	bool router = !strcmp(how[1], "router");
	__u8 type = router ? VPC_NH_ROUTER : VPC_NH_BLACKHOLE, dst[16], gateway[16], plen;
	unsigned int i, n, batch = swap ? count : 10000;
	size_t start = 0, nest, nh;
	char name[64];
	__u16 id;

	open_socket(NETLINK_GENERIC);
	id = genl_family();
	if (!id)
		die("no family vpc");
	if (router && inet_pton(family, how[2], gateway) != 1)
		die("router");
	for (n = first; n <= last; n++) {
		snprintf(name, sizeof(name), how[0], n);
		for (i = 0; i < count; i++) {
			unsigned int len = address(&routes[i], dst);

			if (i % batch == 0) {
				struct genlmsghdr *g;

				start = message(id, 0);
				g = space(GENL_HDRLEN);
				*g = (struct genlmsghdr){
					.cmd = VPC_CMD_ROUTE_CHANGE,
					.version = VPC_GENL_VERSION,
				};
				put(VPC_A_ROUTE_VPC, name, strlen(name) + 1);
				if (swap)
					put(VPC_A_ROUTE_REPLACE_TABLE, NULL, 0);
			}
			plen = length(&routes[i]);
			nest = put(VPC_A_ROUTE_OP | NLA_F_NESTED, NULL, 0);
			put(VPC_A_OP_KIND, &kind, 1);
			put(VPC_A_OP_ADDRESS, dst, len);
			put(VPC_A_OP_LENGTH, &plen, 1);
			if (!del) {
				nh = put(VPC_A_OP_NEXTHOP | NLA_F_NESTED, NULL, 0);
				put(VPC_A_NEXTHOP_TYPE, &type, 1);
				if (router)
					put(VPC_A_NEXTHOP_ADDRESS, gateway, len);
				nest_end(nh);
			}
			nest_end(nest);
			if (i % batch == batch - 1 || i == count - 1) {
				message_end(start);
				chunk_end(start, start);
			}
		}
	}
}

static void print(void)
{
	char text[INET6_ADDRSTRLEN];
	__u8 dst[16];
	unsigned int i;

	for (i = 0; i < count; i++) {
		address(&routes[i], dst);
		inet_ntop(family, dst, text, sizeof(text));
		printf("%s/%u\n", text, length(&routes[i]));
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "print")) {
		family = atoi(argv[2]) == 6 ? AF_INET6 : AF_INET;
		make_routes(atoi(argv[3]));
		print();
		return 0;
	}
	if (argc < 9) {
		fprintf(stderr, "usage: see load.c\n");
		return 1;
	}
	family = atoi(argv[3]) == 6 ? AF_INET6 : AF_INET;
	make_routes(atoi(argv[4]));
	if (!strcmp(argv[1], "vpc"))
		vpc(argv[2], atoi(argv[5]), atoi(argv[6]), argv + 7);
	else
		rtnl(argv[2], atoi(argv[5]), atoi(argv[6]), argv + 7);
	printf("%.6f\n", run());
	return 0;
}
