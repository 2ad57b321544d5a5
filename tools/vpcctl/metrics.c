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

/* A number of an object that is a family of its own. */
struct number {
	const char *name, *type, *help;
	int attr;
	int is;		/* not 0: 1 if it is this, else 0 */
};

static const struct number vpc_numbers[] = {
	{ "vpc_connections", "gauge",
	  "Connections in conntrack, of NAT gateways and of the filter.",
	  VPC_A_VPC_CONNECTIONS, 0 },
	{ }
};

static const struct number nat_gateway_numbers[] = {
	{ "vpc_nat_gateway_exhausted_total", "counter",
	  "New connections that found no free port.",
	  VPC_A_NAT_GATEWAY_EXHAUSTED, 0 },
	{ "vpc_nat_gateway_limited_total", "counter",
	  "New connections of endpoints that had as many ports as they may.",
	  VPC_A_NAT_GATEWAY_LIMITED, 0 },
	{ "vpc_nat_gateway_connections", "gauge",
	  "Connections of a NAT gateway.", VPC_A_NAT_GATEWAY_CONNECTIONS, 0 },
	{ }
};

static const struct number peering_numbers[] = {
	{ "vpc_peering_active", "gauge", "1 while the peering is active.",
	  VPC_A_PEERING_STATE, VPC_PEERING_ACTIVE },
	{ "vpc_peering_bandwidth_bits", "gauge",
	  "Bits per second of each direction, 0: any.",
	  VPC_A_PEERING_BANDWIDTH, 0 },
	{ }
};

static const struct number probe_numbers[] = {
	{ "vpc_probe_up", "gauge", "1 while the probe is up.",
	  VPC_A_PROBE_STATE, VPC_PROBE_UP },
	{ "vpc_probe_flips_total", "counter", "How often the probe went down.",
	  VPC_A_PROBE_FLIPS, 0 },
	{ }
};

static const struct number alarm_numbers[] = {
	{ "vpc_alarm_raised", "gauge", "1 while the alarm is raised.",
	  VPC_A_ALARM_RAISED, 1 },
	{ "vpc_alarm_raises_total", "counter", "How often the alarm was raised.",
	  VPC_A_ALARM_RAISES, 0 },
	{ }
};

struct kind;
static void print_counters(const struct kind *kind, const struct answer *answer);
static void print_peerings(const struct kind *kind, const struct answer *answer);
static void print_stats(const struct kind *kind, const struct answer *answer);

/* What there is, in the order of the answers; what tells one object from the others. */
static const struct kind {
	const char *name, *label;
	const struct object *object;
	const struct number *numbers;
	void (*print)(const struct kind *kind, const struct answer *answer);
} kinds[] = {
	{ "vpc", "vpc", &vpc_object, vpc_numbers, NULL },
	{ "vpc_port", "device", &port_object, NULL, print_counters },
	{ "vpc_uplink", "device", &uplink_object, NULL, print_counters },
	{ "vpc_ipsec", "connection", &ipsec_object, NULL, print_counters },
	{ "vpc_nat_gateway", "gateway", &nat_gateway_object,
	  nat_gateway_numbers, print_counters },
	{ "vpc_peering", "peering", &peering_object, peering_numbers,
	  print_peerings },
	{ "vpc_probe", "probe", &probe_object, probe_numbers, NULL },
	{ "vpc_alarm", "alarm", &alarm_object, alarm_numbers, NULL },
	{ "vpc", "vpc", &stats_object, NULL, print_stats },
};

static void family(const char *name, const char *type, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
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

/* A NAT gateway without a name is the own router of its VPC. A peering has two VPCs. */
static void labels(const struct kind *kind, const struct attrs *object)
{
	label(kind->label, attr_string(object, kind->object->name), true);
	if (kind->object->vpc && kind->object != &peering_object)
		label("vpc", attr_string(object, kind->object->vpc), false);
}

static void print_counters(const struct kind *kind, const struct answer *answer)
{
	struct attrs object, counters;
	const struct nlattr *nla;
	char name[64];
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		snprintf(name, sizeof(name), "%s_%s_total", kind->name,
			 directions[i].name);
		family(name, "counter", directions[i].help);
		answer_for_each(answer, at, &object) {
			nla = attr_next(&object, NULL, kind->object->counters);
			if (!nla)
				continue;
			counters = attr_nested(nla);
			printf("%s", name);
			labels(kind, &object);
			value(attr_number(&counters, directions[i].attr, 0));
		}
	}
}

/* Drops by reason; those of a VPC are in vpc_drops_total. */
static void print_drops(const struct kind *kind, const struct answer *answer)
{
	struct attrs object, counters, drop;
	const struct nlattr *nla;
	struct crossing crossing;
	char name[64];
	size_t at;
	bool sent;

	snprintf(name, sizeof(name), "%s_drops_total", kind->name);
	family(name, "counter", "Packets that were dropped, by reason.");
	answer_for_each(answer, at, &object) {
		counters = attr_nested(attr_next(&object, NULL,
						 kind->object->counters));
		attr_for_each(nla, &counters, VPC_A_COUNTERS_DROP) {
			drop = attr_nested(nla);
			sent = attr_has(&drop, VPC_A_DROP_SENT);
			printf("%s", name);
			labels(kind, &object);
			if (kind->object == &peering_object) {
				crossing = peering_crossing(&object, sent);
				label("from", crossing.from, false);
				label("to", crossing.to, false);
			} else {
				label("direction", sent ? "sent" : "received",
				      false);
			}
			label("reason", attr_string(&drop, VPC_A_DROP_REASON),
			      false);
			value(attr_number(&drop, VPC_A_DROP_PACKETS, 0));
		}
	}
}

static void print_family(const struct kind *kind, const struct number *n,
			 const struct answer *answer)
{
	struct attrs object;
	uint64_t is;
	size_t at;

	family(n->name, n->type, n->help);
	answer_for_each(answer, at, &object) {
		is = attr_number(&object, n->attr, 0);
		printf("%s", n->name);
		labels(kind, &object);
		value(n->is ? is == (uint64_t)n->is : is);
	}
}

/* What each side has sent, and what was dropped of that. */
static void print_peerings(const struct kind *kind, const struct answer *answer)
{
	static const struct {
		const char *name, *help;
	} sums[] = {
		[CROSSED_PACKETS] = {
			"vpc_peering_packets_total",
			"Packets that a VPC has sent into a peering." },
		[CROSSED_BYTES] = {
			"vpc_peering_bytes_total",
			"Network layer bytes of these." },
		[CROSSED_DROPS] = {
			"vpc_peering_dropped_packets_total",
			"Packets that a VPC sent towards a peering, and that were dropped." },
	};
	struct crossing crossing;
	struct attrs peering;
	unsigned int side;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		family(sums[i].name, "counter", sums[i].help);
		answer_for_each(answer, at, &peering) {
			for (side = 0; side < 2; side++) {
				crossing = peering_crossing(&peering, side);
				printf("%s", sums[i].name);
				label(kind->label,
				      attr_string(&peering, kind->object->name),
				      true);
				label("from", crossing.from, false);
				label("to", crossing.to, false);
				value(crossing.count[i]);
			}
		}
	}
}

static void print_stats(const struct kind *kind, const struct answer *answer)
{
	const struct nlattr *nla;
	struct attrs stats, drop;
	size_t at;

	print_counters(kind, answer);
	family("vpc_drops_total", "counter",
	       "Packets that were dropped, by reason; without a VPC: of none.");
	answer_for_each(answer, at, &stats) {
		attr_for_each(nla, &stats, VPC_A_STATS_DROP) {
			drop = attr_nested(nla);
			printf("vpc_drops_total");
			label(kind->label,
			      attr_string(&stats, kind->object->name), true);
			label("reason", attr_string(&drop, VPC_A_DROP_REASON),
			      false);
			value(attr_number(&drop, VPC_A_DROP_PACKETS, 0));
		}
	}
}

static void print_kind(const struct kind *kind, const struct answer *answer)
{
	const struct number *n;

	if (kind->print)
		kind->print(kind, answer);
	if (kind->print && kind->object != &stats_object)
		print_drops(kind, answer);
	for (n = kind->numbers; n && n->name; n++)
		print_family(kind, n, answer);
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
	for (i = 0; !err && i < ARRAY_SIZE(kinds); i++) {
		err = request_list(kinds[i].object->get, 0, NULL, &answer);
		if (!err)
			print_kind(&kinds[i], &answer);
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
