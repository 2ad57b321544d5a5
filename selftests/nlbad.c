// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that no honest program sends: each must be refused, with a sentence,
 * and change nothing (the caller compares the state).
 *
 *   nlbad list VPC TABLE SUBNET DEV   a list of them; in VPC, TABLE and SUBNET (10.77.0.0/24) they
 *                                     would work without the one mistake; DEV: to be a port
 *   nlbad fuzz COUNT SEED             well-formed requests with random damage; each must be
 *                                     answered, whatever the answer is
 */
#include "nlraw.h"

static struct msg m;
static int sock, errors, cases;

static const __u8 addr4[4] = { 10, 78, 0, 0 }, host4[4] = { 10, 77, 0, 9 };
static const __u8 zero[256];

/* Sends what is in m. It must be refused; @wordless: without a sentence. */
static void bad(const char *what, bool wordless)
{
	struct answer *said = transact(sock, &m);

	cases++;
	if (said->err < 0 && (*said->text || wordless))
		return;
	errors++;
	printf("%s: %s%s%s\n", what, !said->err ? "taken" :
	       said->err > 0 ? "no answer" : strerror(-said->err),
	       *said->text ? ": " : "", said->text);
}

/* The same without the mistake is taken. */
static void good(const char *what)
{
	struct answer *said = transact(sock, &m);

	cases++;
	if (!said->err)
		return;
	errors++;
	printf("%s: %s\n", what, said->err > 0 ? "no answer" : said->text);
}

static void start(__u8 cmd)
{
	msg_start(&m, cmd, 0);
}

static void vpc_new(void)
{
	start(VPC_CMD_VPC_NEW);
	put_str(&m, VPC_A_VPC_NAME, "bad");
}

/* --- headers and framing -------------------------------------------------- */

static void framing(void)
{
	struct nlattr *a;
	__u8 cmd;
	char what[64];

	start(VPC_CMD_INFO_GET);
	m.nlh.nlmsg_len = NLMSG_HDRLEN;
	bad("no generic netlink header", true);
	start(VPC_CMD_UNSPEC);
	bad("command 0", true);
	start(VPC_CMD_MAX + 1);
	bad("a command that is not there", true);
	start(255);
	bad("command 255", true);
	start(VPC_CMD_EVENT);
	bad("the command of events", true);
	msg_start(&m, VPC_CMD_VPC_NEW, NLM_F_DUMP);
	bad("a dump of something that creates", true);
	msg_start(&m, VPC_CMD_FLUSH, NLM_F_DUMP);
	bad("a dump of flush", true);
	start(VPC_CMD_ROUTE_GET);
	bad("no dump of something that only dumps", true);
	start(VPC_CMD_ENDPOINT_GET);
	bad("no dump of endpoints", true);
	start(VPC_CMD_FLIP_GET);
	bad("no dump of receipts", true);
	start(VPC_CMD_ALARM_HISTORY_GET);
	bad("no dump of what alarms were", true);

	for (cmd = VPC_CMD_INFO_GET; cmd <= VPC_CMD_MAX; cmd++) {
		if (cmd == VPC_CMD_EVENT || cmd == VPC_CMD_ROUTE_GET ||
		    cmd == VPC_CMD_ENDPOINT_GET || cmd == VPC_CMD_FLIP_GET ||
		    cmd == VPC_CMD_ALARM_HISTORY_GET)
			continue;
		start(cmd);
		put_u32(&m, 1000, 1);
		snprintf(what, sizeof(what), "command %u with attribute 1000", cmd);
		bad(what, false);
		start(cmd);
		put_u32(&m, 255, 1);
		snprintf(what, sizeof(what), "command %u with attribute 255", cmd);
		bad(what, false);
		start(cmd);
		a = put(&m, 1, "x", 2);
		a->nla_len = 2;
		snprintf(what, sizeof(what), "command %u with a short attribute", cmd);
		bad(what, false);
		start(cmd);
		a = put(&m, 1, "x", 2);
		a->nla_len = 4000;
		snprintf(what, sizeof(what), "command %u with a long attribute", cmd);
		bad(what, false);
	}
	for (cmd = VPC_CMD_INFO_GET; cmd <= VPC_CMD_MAX; cmd++) {
		msg_start(&m, cmd, NLM_F_DUMP);
		put_u32(&m, 1000, 1);
		snprintf(what, sizeof(what), "dump %u with attribute 1000", cmd);
		bad(what, true);
	}
}

/* --- names ------------------------------------------------------------------ */

static void names(void)
{
	static const char *const wrong[] = {
		"", "1", "-", ".x", "_x", "a/b", "a b", "a\n", "\303\244", "a%s", "a:",
		"a234567890123456789012345678901x", "a\x7f", NULL
	};
	unsigned int i;
	char what[64];

	for (i = 0; wrong[i]; i++) {
		start(VPC_CMD_VPC_NEW);
		put_str(&m, VPC_A_VPC_NAME, wrong[i]);
		put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
		snprintf(what, sizeof(what), "name number %u", i);
		bad(what, false);
	}
	start(VPC_CMD_VPC_NEW);
	put(&m, VPC_A_VPC_NAME, "noend", 5);
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("a name without its end", false);
	start(VPC_CMD_VPC_NEW);
	put(&m, VPC_A_VPC_NAME, NULL, 0);
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("a name of no bytes", false);
	start(VPC_CMD_VPC_NEW);
	put(&m, VPC_A_VPC_NAME, zero, 200);
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("a name of 200 bytes", false);
	start(VPC_CMD_VPC_NEW);
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("no name", false);
	vpc_new();
	bad("no address space", false);
	start(VPC_CMD_TABLE_DEL);
	put_str(&m, VPC_A_TABLE_NAME, "");
	bad("deletion of a default table", false);
}

/* --- prefixes ----------------------------------------------------------------- */

/* A prefix of any bytes in a new VPC. */
static void prefix(const char *what, const void *addr, unsigned int alen, const void *len,
		   unsigned int llen, __u16 flag)
{
	struct nlattr *n;

	vpc_new();
	n = put(&m, VPC_A_VPC_CIDR | flag, NULL, 0);
	if (addr)
		put(&m, VPC_A_PREFIX_ADDRESS, addr, alen);
	if (len)
		put(&m, VPC_A_PREFIX_LENGTH, len, llen);
	nest_end(&m, n);
	bad(what, false);
}

static void cidrs(void)
{
	__u8 l16 = 16, l33 = 33, l129 = 129, l255 = 255;
	__u64 number = 7;
	struct nlattr *n;
	int i;

	prefix("a prefix without the flag of nests", addr4, 4, &l16, 1, 0);
	prefix("a prefix with nothing in it", NULL, 0, NULL, 0, NLA_F_NESTED);
	prefix("a prefix without address", NULL, 0, &l16, 1, NLA_F_NESTED);
	prefix("a prefix without length", addr4, 4, NULL, 0, NLA_F_NESTED);
	prefix("an address of 0 bytes", addr4, 0, &l16, 1, NLA_F_NESTED);
	prefix("an address of 3 bytes", addr4, 3, &l16, 1, NLA_F_NESTED);
	prefix("an address of 5 bytes", zero, 5, &l16, 1, NLA_F_NESTED);
	prefix("an address of 8 bytes", zero, 8, &l16, 1, NLA_F_NESTED);
	prefix("an address of 17 bytes", zero, 17, &l16, 1, NLA_F_NESTED);
	prefix("an IPv4 length of 33", addr4, 4, &l33, 1, NLA_F_NESTED);
	prefix("an IPv6 length of 129", zero, 16, &l129, 1, NLA_F_NESTED);
	prefix("a length of 255", addr4, 4, &l255, 1, NLA_F_NESTED);
	prefix("a length of two bytes", addr4, 4, "\020", 2, NLA_F_NESTED);
	prefix("bits beyond the length", host4, 4, &l16, 1, NLA_F_NESTED);

	vpc_new();
	put(&m, VPC_A_VPC_CIDR | NLA_F_NESTED, addr4, 4);
	bad("an address in place of a prefix", false);
	vpc_new();
	n = nest(&m, VPC_A_VPC_CIDR);
	put(&m, VPC_A_PREFIX_ADDRESS, addr4, 4);
	put_u8(&m, VPC_A_PREFIX_LENGTH, 16);
	put_u8(&m, 99, 1);
	nest_end(&m, n);
	bad("an unknown attribute in a prefix", false);
	vpc_new();
	for (i = 0; i < 17; i++)
		put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("17 prefixes", false);
	vpc_new();
	for (i = 0; i < 3000; i++)
		put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	bad("3000 prefixes", false);
	vpc_new();
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	put_u32(&m, VPC_A_VPC_ACCOUNT, 7);
	bad("an account of four bytes", false);
	vpc_new();
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	put(&m, VPC_A_VPC_PEERING_LIMIT, &number, 8);
	bad("a limit of eight bytes", false);
	vpc_new();
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	put_u32(&m, VPC_A_VPC_ID, 7);
	bad("an id, which only replies have", false);
	vpc_new();
	put_prefix(&m, VPC_A_VPC_CIDR, "10.78.0.0", 16);
	good("a VPC");
	start(VPC_CMD_VPC_DEL);
	put_str(&m, VPC_A_VPC_NAME, "bad");
	good("deletion of a VPC");
}

/* --- ports ----------------------------------------------------------------------- */

static void port(const char *subnet, const char *dev)
{
	start(VPC_CMD_PORT_NEW);
	put_str(&m, VPC_A_PORT_DEV, dev);
	put_str(&m, VPC_A_PORT_SUBNET, subnet);
}

static void ports(const char *subnet, const char *dev)
{
	int i;

	port(subnet, dev);
	bad("a port without address", false);
	port(subnet, dev);
	put(&m, VPC_A_PORT_ADDRESS, zero, 5);
	bad("a port with an address of 5 bytes", false);
	port(subnet, dev);
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	put(&m, VPC_A_PORT_LLADDR, zero, 5);
	bad("a MAC of five bytes", false);
	port(subnet, dev);
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	put(&m, VPC_A_PORT_LLADDR, zero, 8);
	bad("a MAC of eight bytes", false);
	port(subnet, dev);
	for (i = 10; i < 75; i++)
		put(&m, VPC_A_PORT_ADDRESS, (__u8[]){ 10, 77, 0, i }, 4);
	bad("65 addresses", false);
	port(subnet, "a-device-with-a-name-that-is-too-long");
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	bad("a device with a long name", false);
	port(subnet, "");
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	bad("a device without a name", false);
	port(subnet, "%d");
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	bad("a device called %d", false);
	port(subnet, dev);
	put(&m, VPC_A_PORT_ADDRESS, host4, 4);
	put(&m, VPC_A_PORT_LLADDR, "\2\0\0\0\0\1", 6);
	good("a port");
	start(VPC_CMD_PORT_DEL);
	put_str(&m, VPC_A_PORT_DEV, dev);
	good("deletion of a port");
}

/* --- routes ------------------------------------------------------------------------ */

static struct nlattr *op_start(const char *vpc, __u8 kind)
{
	struct nlattr *op;

	start(VPC_CMD_ROUTE_CHANGE);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	op = nest(&m, VPC_A_ROUTE_OP);
	put_u8(&m, VPC_A_OP_KIND, kind);
	return op;
}

static void op_prefix(__u8 len)
{
	put(&m, VPC_A_OP_ADDRESS, addr4, 4);
	put_u8(&m, VPC_A_OP_LENGTH, len);
}

static struct nlattr *nh_start(__u8 type)
{
	struct nlattr *nh = nest(&m, VPC_A_OP_NEXTHOP);

	put_u8(&m, VPC_A_NEXTHOP_TYPE, type);
	return nh;
}

/* An addition with one next hop of that type and nothing more. */
static void next_hop(const char *what, const char *vpc, __u8 type)
{
	struct nlattr *op = op_start(vpc, VPC_ROUTE_OP_ADD), *nh;

	op_prefix(16);
	nh = nh_start(type);
	nest_end(&m, nh);
	nest_end(&m, op);
	bad(what, false);
}

/* An addition with a blackhole and one attribute more. */
static void extra(const char *what, const char *vpc, __u16 type, const void *data, int len)
{
	struct nlattr *op = op_start(vpc, VPC_ROUTE_OP_ADD), *nh;

	op_prefix(16);
	nh = nh_start(VPC_NH_BLACKHOLE);
	put(&m, type, data, len);
	nest_end(&m, nh);
	nest_end(&m, op);
	bad(what, false);
}

static void deep(const char *vpc)
{
	struct nlattr *n[200];
	int i;

	start(VPC_CMD_ROUTE_CHANGE);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	for (i = 0; i < 200; i++)
		n[i] = nest(&m, VPC_A_ROUTE_OP);
	while (i--)
		nest_end(&m, n[i]);
	bad("200 nests", false);
}

static void routes(const char *vpc, const char *table)
{
	__u16 weight = 257;
	__u64 big = 1;
	struct nlattr *op;
	int i;

	start(VPC_CMD_ROUTE_CHANGE);
	put_op(&m, VPC_ROUTE_OP_ADD, 0x0a4e0000, 16, VPC_NH_BLACKHOLE);
	bad("a route without table", false);
	start(VPC_CMD_ROUTE_CHANGE);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	put_str(&m, VPC_A_ROUTE_TABLE, table);
	put_op(&m, VPC_ROUTE_OP_ADD, 0x0a4e0000, 16, VPC_NH_BLACKHOLE);
	bad("a table and a VPC", false);
	start(VPC_CMD_ROUTE_CHANGE);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	bad("no operation", false);
	start(VPC_CMD_ROUTE_CHANGE);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	nest_end(&m, nest(&m, VPC_A_ROUTE_OP));
	bad("an empty operation", false);
	op = op_start(vpc, VPC_ROUTE_OP_MAX + 1);
	op_prefix(16);
	nest_end(&m, op);
	bad("an operation of no known kind", false);
	op = op_start(vpc, VPC_ROUTE_OP_ADD);
	nest_end(&m, op);
	bad("an operation without prefix", false);
	op = op_start(vpc, VPC_ROUTE_OP_ADD);
	op_prefix(16);
	nest_end(&m, op);
	bad("an addition without next hop", false);
	op = op_start(vpc, VPC_ROUTE_OP_REPLACE);
	op_prefix(16);
	nest_end(&m, op);
	bad("a replacement without next hop", false);
	op = op_start(vpc, VPC_ROUTE_OP_ADD);
	op_prefix(8);
	nest_end(&m, nh_start(VPC_NH_BLACKHOLE));
	nest_end(&m, op);
	bad("bits beyond the length of a route", false);
	op = op_start(vpc, VPC_ROUTE_OP_ADD);
	op_prefix(16);
	for (i = 0; i < VPC_NEXTHOPS_MAX + 1; i++)
		nest_end(&m, nh_start(VPC_NH_BLACKHOLE));
	nest_end(&m, op);
	bad("65 next hops", false);
	next_hop("a next hop of type 0", vpc, VPC_NH_UNSPEC);
	next_hop("a next hop of type local", vpc, VPC_NH_LOCAL);
	next_hop("a next hop of an unknown type", vpc, VPC_NH_MAX + 1);
	next_hop("a peering without name", vpc, VPC_NH_PEERING);
	next_hop("a router without address", vpc, VPC_NH_ROUTER);
	extra("a blackhole with an address", vpc, VPC_A_NEXTHOP_ADDRESS, host4, 4);
	extra("a blackhole with a peering", vpc, VPC_A_NEXTHOP_PEERING, "x", 2);
	extra("a weight of 257", vpc, VPC_A_NEXTHOP_WEIGHT, &weight, 2);
	extra("a weight of eight bytes", vpc, VPC_A_NEXTHOP_WEIGHT, &big, 8);
	extra("a priority of eight bytes", vpc, VPC_A_NEXTHOP_PRIORITY, &big, 8);
	extra("a next hop that says it is used", vpc, VPC_A_NEXTHOP_USED, NULL, 0);
	deep(vpc);
	start(VPC_CMD_ROUTE_LOOKUP);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	bad("a lookup of nothing", false);
	start(VPC_CMD_ROUTE_LOOKUP);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	put(&m, VPC_A_ROUTE_ADDRESS, zero, 7);
	bad("a lookup of seven bytes", false);
	start(VPC_CMD_ROUTE_LOOKUP);
	put(&m, VPC_A_ROUTE_ADDRESS, host4, 4);
	bad("a lookup nowhere", false);
	op = op_start(vpc, VPC_ROUTE_OP_ADD);
	op_prefix(16);
	nest_end(&m, nh_start(VPC_NH_BLACKHOLE));
	nest_end(&m, op);
	good("a route");
	op = op_start(vpc, VPC_ROUTE_OP_DEL);
	op_prefix(16);
	nest_end(&m, op);
	good("deletion of a route");
}

/* --- random damage -------------------------------------------------------------------- */

static __u32 state;

static __u32 rnd(__u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static void build(__u8 cmd)
{
	int i, n = rnd(6);

	start(cmd);
	put_str(&m, 1 + rnd(4), rnd(4) ? "a" : "fuzzed");
	for (i = 0; i < n; i++) {
		__u16 type = rnd(14);

		switch (rnd(6)) {
		case 0:
			put_str(&m, type, rnd(2) ? "a" : "b");
			break;
		case 1:
			put_u32(&m, type, rnd(100));
			break;
		case 2:
			put_prefix(&m, type, rnd(2) ? "10.0.0.0" : "fd00::", 8 + rnd(40));
			break;
		case 3:
			put(&m, type, zero, rnd(40));
			break;
		case 4:
			put(&m, type, host4, 4);
			break;
		default:
			put_op(&m, rnd(4), rnd(~0u), rnd(33), rnd(8));
			break;
		}
	}
	if (cmd == VPC_CMD_ROUTE_CHANGE && rnd(2))
		put_op(&m, rnd(3), 0x0b000000 + (rnd(256) << 16), 16,
		       rnd(2) ? VPC_NH_BLACKHOLE : 0);
}

static int fuzz(int count)
{
	unsigned int body, i;
	__u8 cmd;

	while (count--) {
		do
			cmd = 1 + rnd(VPC_CMD_MAX);
		while (cmd == VPC_CMD_FLUSH && rnd(50));
		build(cmd);
		body = m.nlh.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
		for (i = rnd(4); i && body; i--)
			m.buf[NLMSG_LENGTH(GENL_HDRLEN) + rnd(body)] = rnd(256);
		if (!rnd(8))
			m.nlh.nlmsg_flags |= NLM_F_DUMP;
		if (transact(sock, &m)->err > 0) {
			printf("command %u is not answered\n", cmd);
			return 1;
		}
	}
	start(VPC_CMD_INFO_GET);
	return transact(sock, &m)->err ? 1 : 0;
}

int main(int argc, char **argv)
{
	sock = argc > 1 ? nl_open() : -1;
	if (argc == 4 && !strcmp(argv[1], "fuzz")) {
		state = strtoul(argv[3], NULL, 0) * 2 + 1;
		return fuzz(atoi(argv[2]));
	}
	if (argc == 6 && !strcmp(argv[1], "list")) {
		framing();
		names();
		cidrs();
		ports(argv[4], argv[5]);
		routes(argv[2], argv[3]);
		printf("%d requests, %d not refused as they should be\n", cases, errors);
		return !!errors;
	}
	fprintf(stderr, "usage: nlbad list VPC TABLE SUBNET DEV | fuzz COUNT SEED\n");
	return 1;
}
