// SPDX-License-Identifier: GPL-2.0
/*
 * Counters and states in the text format of Prometheus (exposition format 0.0.4): a family is a
 * name, what it is, and a sample per object. Counters only grow, but for objects that are removed
 * and added again.
 */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

/* The counters of an object, in two directions, as families are named after them. */
static const struct direction {
	const char *name, *help;
	int attr;
} directions[] = {
	{ "received_packets", "Packets that came in.", VPC_A_COUNTERS_RX_PACKETS },
	{ "received_bytes", "Network layer bytes that came in.",
	  VPC_A_COUNTERS_RX_BYTES },
	{ "sent_packets", "Packets that were sent.", VPC_A_COUNTERS_TX_PACKETS },
	{ "sent_bytes", "Network layer bytes that were sent.",
	  VPC_A_COUNTERS_TX_BYTES },
	{ "dropped_packets", "Packets that were dropped, see vpc_drops_total.",
	  VPC_A_COUNTERS_DROPS },
};

/* Objects with counters; what tells one from the others. */
static const struct counted {
	const char *name, *label;
	enum vpc_cmd get;
	int key, vpc, counters;
} counted[] = {
	{ "vpc", "vpc", VPC_CMD_VPC_GET, VPC_A_VPC_NAME, 0, VPC_A_VPC_COUNTERS },
	{ "vpc_port", "device", VPC_CMD_PORT_GET, VPC_A_PORT_DEV,
	  VPC_A_PORT_VPC, VPC_A_PORT_COUNTERS },
	{ "vpc_uplink", "device", VPC_CMD_UPLINK_GET, VPC_A_UPLINK_DEV,
	  VPC_A_UPLINK_VPC, VPC_A_UPLINK_COUNTERS },
	{ "vpc_ipsec", "connection", VPC_CMD_IPSEC_GET, VPC_A_IPSEC_NAME,
	  VPC_A_IPSEC_VPC, VPC_A_IPSEC_COUNTERS },
	/* Without a name it is the own router of its VPC. */
	{ "vpc_nat_gateway", "gateway", VPC_CMD_NAT_GATEWAY_GET,
	  VPC_A_NAT_GATEWAY_NAME, VPC_A_NAT_GATEWAY_VPC,
	  VPC_A_NAT_GATEWAY_COUNTERS },
};

/* Numbers of an object that are families of their own. */
static const struct number {
	const char *name, *type, *help, *label;
	enum vpc_cmd get;
	int key, vpc, attr;
	uint64_t absent;
	int is;		/* not 0: 1 if it is this, else 0 */
} numbers[] = {
	{ "vpc_connections", "gauge",
	  "Connections in conntrack, of NAT gateways and of the filter.", "vpc",
	  VPC_CMD_VPC_GET, VPC_A_VPC_NAME, 0, VPC_A_VPC_CONNECTIONS, 0, 0 },
	{ "vpc_nat_gateway_exhausted_total", "counter",
	  "New connections that found no free port.", "gateway",
	  VPC_CMD_NAT_GATEWAY_GET, VPC_A_NAT_GATEWAY_NAME,
	  VPC_A_NAT_GATEWAY_VPC, VPC_A_NAT_GATEWAY_EXHAUSTED, 0, 0 },
	{ "vpc_nat_gateway_limited_total", "counter",
	  "New connections of endpoints that had as many ports as they may.",
	  "gateway", VPC_CMD_NAT_GATEWAY_GET, VPC_A_NAT_GATEWAY_NAME,
	  VPC_A_NAT_GATEWAY_VPC, VPC_A_NAT_GATEWAY_LIMITED, 0, 0 },
	{ "vpc_nat_gateway_connections", "gauge",
	  "Connections of a NAT gateway.", "gateway",
	  VPC_CMD_NAT_GATEWAY_GET, VPC_A_NAT_GATEWAY_NAME,
	  VPC_A_NAT_GATEWAY_VPC, VPC_A_NAT_GATEWAY_CONNECTIONS, 0, 0 },
	{ "vpc_peering_active", "gauge", "1 while the peering is active.",
	  "peering", VPC_CMD_PEERING_GET, VPC_A_PEERING_NAME, 0,
	  VPC_A_PEERING_STATE, 0, VPC_PEERING_ACTIVE },
	{ "vpc_peering_bandwidth_bits", "gauge",
	  "Bits per second of each direction, 0: any.", "peering",
	  VPC_CMD_PEERING_GET, VPC_A_PEERING_NAME, 0,
	  VPC_A_PEERING_BANDWIDTH, 0, 0 },
	{ "vpc_probe_up", "gauge", "1 while the probe is up.", "probe",
	  VPC_CMD_PROBE_GET, VPC_A_PROBE_NAME, VPC_A_PROBE_VPC,
	  VPC_A_PROBE_STATE, 0, VPC_PROBE_UP },
	{ "vpc_probe_flips_total", "counter", "How often the probe went down.",
	  "probe", VPC_CMD_PROBE_GET, VPC_A_PROBE_NAME, VPC_A_PROBE_VPC,
	  VPC_A_PROBE_FLIPS, 0, 0 },
};

static void family(const char *object, const char *name, const char *type,
		   const char *help)
{
	const char *total = strcmp(type, "counter") ? "" : "_total";

	if (!*object)
		total = "";
	printf("# HELP %s%s%s%s %s\n", object, *object ? "_" : "", name, total,
	       help);
	printf("# TYPE %s%s%s%s %s\n", object, *object ? "_" : "", name, total,
	       type);
}

/* What has a meaning inside quotes is escaped: a device may be called anything. */
static void label(const char *name, const char *value, bool first)
{
	printf("%s%s=\"", first ? "{" : ",", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			putchar('\\');
		putchar(*value);
	}
	putchar('"');
}

static void value(uint64_t number)
{
	printf("} %llu\n", (unsigned long long)number);
}

static void print_counted(const struct counted *kind,
			  const struct answer *answer)
{
	const struct nlattr *nla;
	struct attrs object, counters;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		family(kind->name, directions[i].name, "counter",
		       directions[i].help);
		answer_for_each(answer, at, &object) {
			nla = attr_next(&object, NULL, kind->counters);
			if (!nla)
				continue;
			counters = attr_nested(nla);
			printf("%s_%s_total", kind->name, directions[i].name);
			label(kind->label, attr_string(&object, kind->key), true);
			if (kind->vpc)
				label("vpc", attr_string(&object, kind->vpc),
				      false);
			value(attr_number(&counters, directions[i].attr, 0));
		}
	}
}

/* What each side has sent; what was dropped of both. */
static void print_peerings(const struct answer *answer)
{
	static const struct {
		const char *name, *help;
		int attr[2];
	} sums[] = {
		{ "packets", "Packets that a VPC has sent into a peering.",
		  { VPC_A_COUNTERS_RX_PACKETS, VPC_A_COUNTERS_TX_PACKETS } },
		{ "bytes", "Network layer bytes of these.",
		  { VPC_A_COUNTERS_RX_BYTES, VPC_A_COUNTERS_TX_BYTES } },
	};
	static const int side[] = { VPC_A_PEERING_VPC, VPC_A_PEERING_PEER };
	struct attrs peering, counters;
	size_t i, k, at;

	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		family("vpc_peering", sums[i].name, "counter", sums[i].help);
		answer_for_each(answer, at, &peering) {
			counters = attr_nested(attr_next(&peering, NULL,
							 VPC_A_PEERING_COUNTERS));
			for (k = 0; k < ARRAY_SIZE(side); k++) {
				printf("vpc_peering_%s_total", sums[i].name);
				label("peering",
				      attr_string(&peering, VPC_A_PEERING_NAME),
				      true);
				label("from", attr_string(&peering, side[k]),
				      false);
				label("to", attr_string(&peering, side[!k]),
				      false);
				value(attr_number(&counters, sums[i].attr[k], 0));
			}
		}
	}
	family("vpc_peering", "dropped_packets", "counter",
	       "Packets of either side that were dropped.");
	answer_for_each(answer, at, &peering) {
		counters = attr_nested(attr_next(&peering, NULL,
						 VPC_A_PEERING_COUNTERS));
		printf("vpc_peering_dropped_packets_total");
		label("peering", attr_string(&peering, VPC_A_PEERING_NAME), true);
		value(attr_number(&counters, VPC_A_COUNTERS_DROPS, 0));
	}
}

static void print_drops(const struct answer *answer)
{
	const struct nlattr *nla;
	struct attrs stats, drop;
	size_t at;

	family("", "vpc_drops_total", "counter",
	       "Packets that were dropped, by reason; without a VPC: of none.");
	answer_for_each(answer, at, &stats) {
		attr_for_each(nla, &stats, VPC_A_STATS_DROP) {
			drop = attr_nested(nla);
			printf("vpc_drops_total");
			label("vpc", attr_string(&stats, VPC_A_STATS_VPC), true);
			label("reason", attr_string(&drop, VPC_A_DROP_REASON),
			      false);
			value(attr_number(&drop, VPC_A_DROP_PACKETS, 0));
		}
	}
}

static void print_number_of(const struct number *n, const struct answer *answer)
{
	struct attrs object;
	uint64_t is;
	size_t at;

	family("", n->name, n->type, n->help);
	answer_for_each(answer, at, &object) {
		is = attr_number(&object, n->attr, n->absent);
		printf("%s", n->name);
		label(n->label, attr_string(&object, n->key), true);
		if (n->vpc)
			label("vpc", attr_string(&object, n->vpc), false);
		value(n->is ? is == (uint64_t)n->is : is);
	}
}

/* One listing of a kind, for whoever prints it. */
static int listing(enum vpc_cmd get, struct answer *answer)
{
	return request_list(get, 0, NULL, answer);
}

static int run(const struct object *object, struct args *args)
{
	struct answer answer = { 0 };
	size_t i;
	int err;

	(void)object;
	err = args_end(args);
	if (!err && print_options.json)
		err = usage("metrics have a form of their own: -json is for \"vpcctl stats\"");
	for (i = 0; !err && i < ARRAY_SIZE(counted); i++) {
		err = listing(counted[i].get, &answer);
		if (!err)
			print_counted(&counted[i], &answer);
		answer_free(&answer);
	}
	if (!err)
		err = listing(VPC_CMD_PEERING_GET, &answer);
	if (!err)
		print_peerings(&answer);
	answer_free(&answer);
	if (!err)
		err = listing(VPC_CMD_STATS_GET, &answer);
	if (!err)
		print_drops(&answer);
	answer_free(&answer);
	for (i = 0; !err && i < ARRAY_SIZE(numbers); i++) {
		err = listing(numbers[i].get, &answer);
		if (!err)
			print_number_of(&numbers[i], &answer);
		answer_free(&answer);
	}
	return err;
}

const struct object metrics_object = {
	.word = "metrics",
	.usage =
"vpcctl metrics\n",
	.run = run,
};
