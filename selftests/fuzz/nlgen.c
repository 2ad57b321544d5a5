// SPDX-License-Identifier: GPL-2.0
/*
 * Makes requests. The names and addresses of VPC n, subnet k and peer p follow
 * from these numbers, so that what is made from one draw of them fits together
 * and most requests of the way "valid" do something.
 */
#include "nlgen.h"
#include "rnd.h"
#include "vpc_spec.h"

#define VPCS 4
#define SUBNETS 3
#define PORT_DEVS 8
#define UPLINK_DEVS 4

const struct command *const command_table = commands;
const int command_count = COMMANDS;
bool may_flush = true, flush_now;

static struct {
	int n, k, p;	/* VPC, subnet, peer */
	int spoil;	/* the attribute that is to be wrong; -1: none */
	bool v6;
	int i;		/* how many of the repeated attribute there are already */
	bool plain;	/* next hops without a target: what counts is how many */
	bool probed;	/* the next hop is of a probe */
	bool open;	/* an uplink without a VPC */
	bool overlay;	/* a port that leads to other hosts */
	bool state;	/* an alarm on a state, which has no limits */
} draw;

const struct attr_set *set_of(int number)
{
	return &sets[number];
}

const struct attr *attr_of(int set, __u16 number)
{
	int i;

	for (i = 0; i < sets[set].count; i++)
		if (sets[set].attrs[i].number == number)
			return &sets[set].attrs[i];
	return NULL;
}

const struct attr *attr_named(int set, const char *name)
{
	int i;

	for (i = 0; i < sets[set].count; i++)
		if (!strcmp(sets[set].attrs[i].name, name))
			return &sets[set].attrs[i];
	return NULL;
}

const struct command *command_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Counts at the limits of lists, and beyond. */
static const unsigned char edges[] = { 2, 15, 16, 17, 63, 64, 65, 66, 70, 130 };

/* --- values that fit --------------------------------------------------------------- */

static void name_of(const char *what, char *out, size_t size)
{
	int n = chance(4) ? (int)rnd(VPCS) : draw.n, k = chance(4) ? (int)rnd(SUBNETS) : draw.k;
	int a = n < draw.p ? n : draw.p, b = n < draw.p ? draw.p : n;

	if (!strcmp(what, "vpc") || !strcmp(what, "from"))
		snprintf(out, size, "v%d", n);
	else if (!strcmp(what, "peer"))
		snprintf(out, size, "v%d", draw.p);
	else if (!strcmp(what, "subnet"))
		snprintf(out, size, "s%d.%d", n, k);
	else if (!strcmp(what, "table"))
		snprintf(out, size, "t%d.%d", n, k % 2);
	else if (!strcmp(what, "peering"))
		snprintf(out, size, "p%d.%d", a, b);
	else if (!strcmp(what, "public") || (!strcmp(what, "uplink") && draw.open))
		snprintf(out, size, "u0");
	else if (!strcmp(what, "port") && draw.overlay)
		snprintf(out, size, "vxlan0");
	else if (!strcmp(what, "uplink") || (!strcmp(what, "route") && chance(30)))
		snprintf(out, size, "u%d", 1 + n % (UPLINK_DEVS - 1));
	else
		snprintf(out, size, "f%d", (n * SUBNETS + k) % PORT_DEVS);
}

static unsigned int address(unsigned char *out, int first, int n, int k, int host)
{
	memset(out, 0, 16);
	if (!draw.v6) {
		out[0] = first == 0xfd00 ? 10 : first == 0xfd02 ? 192 : 100;
		out[1] = first == 0xfd00 ? n : first == 0xfd02 ? 168 : 64;
		out[2] = first == 0xfd00 ? k : n;
		out[3] = host;
		return 4;
	}
	out[0] = first >> 8;
	out[1] = first;
	out[3] = n;
	out[7] = k;
	out[15] = host;
	return 16;
}

/* An address, and the length of its prefix; which ones depends on what it is for. */
static unsigned int prefix_of(const char *set, unsigned char *out, __u8 *len)
{
	int n = draw.n, k = draw.k, which = rnd(10);

	if (!strcmp(set, "vpc") && draw.i > 1) {
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd01, 64 + draw.i, 0, 0);
	}
	if (!strcmp(set, "vpc")) {
		*len = which < 8 ? (draw.v6 ? 48 : 16) : draw.v6 ? 64 : 24;
		return address(out, which < 8 ? 0xfd00 : 0xfd01, n, 0, 0);
	}
	if (!strcmp(set, "subnet")) {
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd00, n, k, 0);
	}
	if (!strcmp(set, "uplink")) {
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd02, n, 0, 2);
	}
	if (!strcmp(set, "snat")) {
		draw.v6 = false;
		*len = 16 + 8 * (which & 1);
		return address(out, 0xfd00, n, which & 1 ? k : 0, 0);
	}
	if (!strcmp(set, "port")) {	/* allowed sources */
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd01, 32 + rnd(32), 0, 0);
	}
	switch (which) {
	case 0:
		*len = 0;
		memset(out, 0, 16);
		return draw.v6 ? 16 : 4;
	case 1:
	case 2:
	case 3:
		*len = draw.v6 ? 48 : 16;
		return address(out, 0xfd00, draw.p, 0, 0);
	case 4:
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd00, draw.p, rnd(SUBNETS), 0);
	case 5:
		*len = draw.v6 ? 128 : 32;
		return address(out, 0xfd00, chance(50) ? n : draw.p, k, rnd(256));
	case 6:
		*len = draw.v6 ? 64 : 24;
		return address(out, 0xfd00, n, k, 0);
	default:
		*len = draw.v6 ? 128 - rnd(2) : 32 - rnd(2);
		return address(out, 0xfd01, rnd(256), 0, rnd(128) * 2);
	}
}

static unsigned int endpoint(unsigned char *out)
{
	int more = draw.i > 1 ? draw.i : chance(80) ? 0 : (int)rnd(3);

	return address(out, 0xfd00, draw.n, draw.k, 10 + more);
}

static unsigned int host_of(const char *set, unsigned char *out)
{
	if (!strcmp(set, "host")) {
		static const unsigned char vtep[] = { 192, 0, 2, 2 };

		memcpy(out, vtep, sizeof(vtep));
		out[3] += rnd(4);
		return sizeof(vtep);
	}
	if (!strcmp(set, "subnet"))
		return address(out, 0xfd00, draw.n, draw.k, 1 + rnd(2));
	if (!strcmp(set, "gateway"))
		return address(out, 0xfd02, draw.n, 0, 3 + (draw.i > 1 ? draw.i : (int)rnd(3)));
	if (!strcmp(set, "nexthop"))
		return chance(50) ? endpoint(out) : address(out, 0xfd02, draw.n, 0, 3 + rnd(3));
	if (!strcmp(set, "source"))
		return chance(50) ? address(out, 0xfd02, draw.n, 0, 2) :
				    address(out, 0xfd00, draw.n, draw.k, 200 + rnd(8));
	if (!strcmp(set, "destination"))
		return address(out, 0xfd02, draw.n, 0, 3 + rnd(3));
	if (!strcmp(set, "route"))
		return address(out, 0xfd00, chance(50) ? draw.n : draw.p, rnd(SUBNETS), rnd(256));
	return endpoint(out);
}

/* --- values that do not -------------------------------------------------------------- */

static void gen_attr(int parent, int set, const struct attr *a);

static void gen_all(int parent, int set)
{
	int i;

	for (i = 0; i < sets[set].count; i++)
		if (chance(70))
			gen_attr(parent, set, &sets[set].attrs[i]);
}

static void wrong_nest(int parent, const struct attr *a)
{
	unsigned char buf[16] = { 10, 0, 0, 1 };
	__u8 len = PICK(((const __u8[]){ 0, 8, 31, 32, 33, 128, 129, 255 }));
	int n;

	switch (rnd(6)) {
	case 0:
		tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		return;
	case 1:
		tree_add(parent, a->number | NLA_F_NESTED, buf, 4);
		return;
	case 2:		/* bits beyond the length, or too long */
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		tree_add(n, VPC_A_PREFIX_ADDRESS, buf, draw.v6 ? 16 : 4);
		tree_add(n, VPC_A_PREFIX_LENGTH, &len, 1);
		return;
	case 3:		/* of another set */
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		gen_all(n, rnd(ARRAY_SIZE(sets)));
		return;
	case 4:		/* no flag */
		n = tree_add(parent, a->number, NULL, 0);
		gen_all(n, a->nested);
		return;
	default:	/* all of it, replies included */
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		gen_all(n, a->nested);
		gen_attr(n, a->nested, &sets[a->nested].attrs[0]);
	}
}

/* --- attributes -------------------------------------------------------------------------- */

static void gen_nexthop(int parent, const struct attr *a)
{
	int set = a->nested, n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
	__u8 type = chance(35) ? VPC_NH_PEERING :
		    VPC_NH_PEERING + rnd(VPC_NH_MAX - VPC_NH_PEERING + 1);
	int i;

	if (draw.plain)
		type = VPC_NH_BLACKHOLE + rnd(3);
	else if (draw.probed && chance(95))
		type = chance(30) ? VPC_NH_PEERING : VPC_NH_ROUTER;
	else if (!rnd(400))
		type = rnd(10);
	for (i = 0; i < sets[set].count; i++) {
		const struct attr *b = &sets[set].attrs[i];

		if (b->number == VPC_A_NEXTHOP_TYPE)
			tree_add(n, b->number, &type, 1);
		else if (b->number == VPC_A_NEXTHOP_PEERING ? type == VPC_NH_PEERING :
			 b->number == VPC_A_NEXTHOP_ADDRESS ? type == VPC_NH_ROUTER :
			 b->number == VPC_A_NEXTHOP_NAT ? type == VPC_NH_NAT :
			 b->number == VPC_A_NEXTHOP_VPC ? type == VPC_NH_VPC_ROUTER :
			 b->type != T_FLAG && chance(draw.probed ? 2 : 30))
			gen_attr(n, set, b);
	}
}

static void gen_op(int parent, const struct attr *a)
{
	int set = a->nested, n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0), i;
	static const __u8 kinds[] = {
		VPC_ROUTE_OP_ADD, VPC_ROUTE_OP_REPLACE, VPC_ROUTE_OP_REPLACE,
		VPC_ROUTE_OP_REPLACE, VPC_ROUTE_OP_REPLACE, VPC_ROUTE_OP_DEL
	};
	__u8 kind = PICK(kinds), len, count;
	unsigned char addr[16];

	draw.v6 = chance(40);
	draw.i = 0;
	i = prefix_of("op", addr, &len);
	tree_add(n, VPC_A_OP_KIND, &kind, 1);
	tree_add(n, VPC_A_OP_ADDRESS, addr, i);
	tree_add(n, VPC_A_OP_LENGTH, &len, 1);
	count = kind == VPC_ROUTE_OP_DEL ? rnd(2) : chance(70) ? 1 : chance(80) ? 1 + rnd(3) :
		PICK(edges);
	draw.plain = count > 3;
	while (count--)
		gen_attr(n, set, attr_of(set, VPC_A_OP_NEXTHOP));
	draw.plain = false;
}

/* One of a few, so that rules meet addresses, and deletions additions. */
static void public_address(int parent, int attr)
{
	unsigned char addr[4] = { 198, 18, 0, 1 + rnd(6) };

	tree_add(parent, attr, addr, 4);
}

static void inside_address(int parent, int attr)
{
	unsigned char addr[4] = { 10, draw.n, draw.k, 10 };

	tree_add(parent, attr, addr, 4);
}

static void gen_public(int n, int set)
{
	public_address(n, VPC_A_PUBLIC_ADDRESS);
	if (set == SET_VPC && chance(50))
		inside_address(n, VPC_A_PUBLIC_ENDPOINT);
}

static void gen_snat(int n)
{
	if (chance(50))
		gen_attr(n, SET_SNAT, attr_of(SET_SNAT, VPC_A_SNAT_SUBNET));
	else
		gen_attr(n, SET_SNAT, attr_of(SET_SNAT, VPC_A_SNAT_PREFIX));
}

static void gen_dnat(int n, bool del)
{
	__u8 proto = chance(50) ? 6 : 17;
	__u16 port = 80 + rnd(8), last = port + rnd(4);

	public_address(n, VPC_A_DNAT_ADDRESS);
	tree_add(n, VPC_A_DNAT_PROTOCOL, &proto, 1);
	tree_add(n, VPC_A_DNAT_PORT, &port, 2);
	if (chance(30))
		tree_add(n, VPC_A_DNAT_LAST_PORT, &last, 2);
	if (!del || chance(20))
		inside_address(n, VPC_A_DNAT_TO);
	if (chance(30))
		tree_add(n, VPC_A_DNAT_TO_PORT, &port, 2);
}

static void gen_nest(int parent, int set, const struct attr *a)
{
	unsigned char addr[16];
	unsigned int size;
	__u8 len;
	int n;

	if (a->nested == SET_OP) {
		gen_op(parent, a);
	} else if (a->nested == SET_NEXTHOP) {
		draw.probed = set == SET_PROBE;
		gen_nexthop(parent, a);
		draw.probed = false;
	} else if (a->nested == SET_PREFIX) {
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		size = prefix_of(sets[set].name, addr, &len);
		tree_add(n, VPC_A_PREFIX_ADDRESS, addr, size);
		tree_add(n, VPC_A_PREFIX_LENGTH, &len, 1);
	} else if (a->nested == SET_GATEWAY) {
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		size = host_of("gateway", addr);
		tree_add(n, VPC_A_GATEWAY_ADDRESS, addr, size);
	} else if (a->nested == SET_PUBLIC || a->nested == SET_SNAT || a->nested == SET_DNAT) {
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		if (a->nested == SET_PUBLIC)
			gen_public(n, set);
		else if (a->nested == SET_SNAT)
			gen_snat(n);
		else
			gen_dnat(n, a->number == VPC_A_NAT_GATEWAY_DEL_DNAT);
	} else {
		n = tree_add(parent, a->number | NLA_F_NESTED, NULL, 0);
		gen_all(n, a->nested);
	}
}

static void gen_number(int parent, const struct attr *a)
{
	long long high = a->high < 0 ? 1000 : a->high;
	__u64 v = a->low + rnd(4);

	if (!strcmp(a->name, "account") || !strcmp(a->name, "as"))
		v = (!strcmp(a->name, "as") && chance(30) ? draw.p : draw.n) % 2;
	else if (!strcmp(a->name, "expires") && chance(50))
		v = 1;
	else if (!strcmp(a->name, "peering-limit") && chance(90))
		v = VPCS + rnd(10);
	else if (!strcmp(a->name, "vni") && chance(90))
		v = 100 + draw.n;
	else if (!strcmp(a->name, "first-port") && chance(90))
		v = 16 * (1 + rnd(100));
	else if (!strcmp(a->name, "last-port") && chance(90))
		v = 65536 - 16 * rnd(100) - 1;
	else if (!strcmp(a->name, "metric") && chance(95))
		v = draw.state ? VPC_ALARM_STATE : VPC_ALARM_RATE + rnd(3);
	else if (!strcmp(a->name, "suppress") && chance(90))
		v = 2000 + rnd(3000);
	else if (!strcmp(a->name, "reuse") && chance(90))
		v = 1 + rnd(1500);
	else if (chance(20))
		v = chance(50) ? a->low : high;
	else if (chance(30))
		v = a->low + rnd(high - a->low + 1);
	if ((long long)v > high)
		v = high;
	tree_add(parent, a->number, &v, a->type == T_U8 ? 1 : a->type == T_U16 ? 2 :
		 a->type == T_U32 ? 4 : 8);
}

static void gen_attr(int parent, int set, const struct attr *a)
{
	const char *what = a->name;
	unsigned char buf[64];
	bool spoil = draw.spoil-- == 0;

	switch (a->type) {
	case T_PAD:
	case T_FLAG:
		tree_add(parent, a->number, "x", spoil ? 1 : 0);
		break;
	case T_STRING:
		if (spoil) {
			wrong_string(parent, a->number);
			break;
		}
		if (!strcmp(what, "name") || !strcmp(what, "new-name") || !strcmp(what, "dev"))
			what = sets[set].name;
		if (!strcmp(what, "uplink") && set != SET_UPLINK)
			what = "public";
		if (!strcmp(a->name, "new-name"))
			draw.n = rnd(VPCS);
		name_of(what, (char *)buf, sizeof(buf));
		if (!strcmp(a->name, "table") && set != SET_ROUTE && chance(40))
			buf[0] = 0;
		tree_add(parent, a->number, buf, strlen((char *)buf) + 1);
		break;
	case T_BINARY:
		if (spoil) {
			wrong_binary(parent, a->number);
		} else if (!strcmp(what, "lladdr")) {
			unsigned char mac[6] = { 2, 0, 0, 0, draw.n, draw.k };

			tree_add(parent, a->number, mac, 6);
		} else {
			tree_add(parent, a->number, buf,
				 host_of(set == SET_PROBE || !strcmp(what, "host") ?
					 what : sets[set].name, buf));
		}
		break;
	case T_NEST:
		if (spoil)
			wrong_nest(parent, a);
		else
			gen_nest(parent, set, a);
		break;
	default:
		if (spoil)
			wrong_number(parent, a);
		else
			gen_number(parent, a);
	}
}

/* --- requests -------------------------------------------------------------------------------- */

static unsigned int weight(const struct command *c)
{
	if (!strcmp(c->name, "flush"))
		return 0;
	if (!strcmp(c->name, "route-change"))
		return 24;
	if (!strcmp(c->name, "port-new") || !strcmp(c->name, "subnet-new") ||
	    !strcmp(c->name, "peering-new") || !strcmp(c->name, "probe-new"))
		return 10;
	if (strstr(c->name, "-new") || !strcmp(c->name, "peering-accept") ||
	    !strcmp(c->name, "peering-enable"))
		return 7;
	return 3;
}

static const struct command *draw_command(void)
{
	unsigned int i, at, sum;

	if (may_flush && (flush_now || !rnd(5000)))
		return command_named("flush");
	for (i = 0, sum = 0; i < COMMANDS; i++)
		sum += weight(&commands[i]);
	at = rnd(sum);
	for (i = 0; at >= weight(&commands[i]); i++)
		at -= weight(&commands[i]);
	return &commands[i];
}

/*
 * How often an optional attribute is there. Peerings wait only between two accounts; what is to
 * be deleted is rarely there.
 */
static unsigned int likely_of(const struct attr *a)
{
	if (!strncmp(a->name, "del-", 4))
		return 8;
	if (!strcmp(a->name, "account") || !strcmp(a->name, "vni"))
		return 90;
	return a->type == T_FLAG ? 8 : 30;
}

static void gen_slots(const struct slot *slot, int slots, int set)
{
	bool first_v6 = chance(30);
	int i, n, count, missing = draw.spoil >= 0 && chance(15) ? (int)rnd(slots + 1) : -1;

	for (i = 0; i < slots; i++, slot++) {
		int which = chance(60) ? slot->choices - 1 : (int)rnd(slot->choices);
		const struct attr *a = attr_of(set, slot->number[which]);

		/* Most VPCs are no transit domains, or nothing would fit into them. */
		if (draw.overlay && slot->choices > 1)
			a = attr_of(set, VPC_A_PORT_OVERLAY);
		else if (a->type == T_FLAG && slot->choices > 1 && chance(85))
			a = attr_of(set, slot->number[0]);
		if (draw.open && strcmp(a->name, "dev") != 0 && strcmp(a->name, "gateway") != 0)
			continue;
		if (draw.state && a->number >= VPC_A_ALARM_FROM)
			continue;
		if (draw.overlay && strcmp(a->name, "dev") != 0 && a->number != VPC_A_PORT_OVERLAY)
			continue;
		if (slot->optional && !draw.open ? !chance(likely_of(a)) : i == missing)
			continue;
		count = 1;
		if (slot->repeated && a->nested == SET_OP)
			count += rnd(chance(3) ? 300 : 3);
		else if (slot->repeated && chance(85))	/* one of each family */
			count += chance(95) ? 1 : PICK(edges);
		draw.v6 = first_v6;
		for (n = 0; n < count; n++, draw.v6 = !draw.v6) {
			draw.i = n;
			gen_attr(0, set, a);
		}
		draw.i = 0;
	}
	/* An attribute that the command does not take, or takes once. */
	if (draw.spoil >= 0 && chance(50))
		gen_attr(0, set, &sets[set].attrs[rnd(sets[set].count)]);
}

void gen_init(__u16 family_id)
{
	family = family_id;
	seq = 1 << 30;	/* not those of the program's own questions */
}

void gen_start(struct msg *m, __u8 cmd, __u16 flags)
{
	msg_start(m, cmd, flags);
}

void gen_request(struct msg *m, struct request *r)
{
	const struct command *c = draw_command();

	*r = (struct request){ .cmd = c, .framed = true };
	r->way = chance(50) ? WAY_VALID : chance(55) ? WAY_NEARLY : WAY_MUTATED;
	r->dump = c->can_dump && (!c->can_do || chance(50));
	draw.n = rnd(VPCS);
	draw.k = rnd(SUBNETS);
	draw.p = (draw.n + 1 + rnd(VPCS - 1)) % VPCS;
	if (!strncmp(c->name, "peering-new", 11) && draw.n > draw.p) {
		int n = draw.n;

		draw.n = draw.p;
		draw.p = n;
	}
	draw.spoil = r->way == WAY_NEARLY ? (int)rnd(6) : -1;
	draw.open = !strcmp(c->name, "uplink-new") && chance(40);
	draw.overlay = !strcmp(c->name, "port-new") && chance(10);
	draw.state = !strcmp(c->name, "alarm-new") && chance(25);
	tree_clear();
	gen_slots(r->dump ? c->dump : c->doit, r->dump ? c->dump_slots : c->do_slots, c->set);
	draw.spoil = -1;
	if (r->way == WAY_MUTATED && chance(70))
		mutate_tree();
	gen_start(m, c->number, r->dump ? NLM_F_DUMP : NLM_F_ACK);
	tree_write(m);
	if (r->way == WAY_MUTATED && chance(60))
		mutate_bytes(m, r);
	r->seq = m->nlh.nlmsg_seq;
}
