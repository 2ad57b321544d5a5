// SPDX-License-Identifier: GPL-2.0
/* Without arguments: how much there is, and what each VPC consists of. */
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "nl.h"
#include "print.h"

/* Text names at most so many objects of a kind. */
#define NAMES_MAX	8

/* What belongs to a VPC. A peering belongs to both sides: it has two kinds. */
static const struct kind {
	const char *key;
	int count;	/* in the reply of INFO_GET; an older module has none */
	enum vpc_cmd cmd;
	int name, vpc, peer;
} kinds[] = {
	{ "subnets", VPC_A_INFO_SUBNETS, VPC_CMD_SUBNET_GET, VPC_A_SUBNET_NAME,
	  VPC_A_SUBNET_VPC, 0 },
	{ "ports", VPC_A_INFO_PORTS, VPC_CMD_PORT_GET, VPC_A_PORT_DEV,
	  VPC_A_PORT_VPC, 0 },
	{ "uplinks", VPC_A_INFO_UPLINKS, VPC_CMD_UPLINK_GET, VPC_A_UPLINK_DEV,
	  VPC_A_UPLINK_VPC, 0 },
	{ "peerings", VPC_A_INFO_PEERINGS, VPC_CMD_PEERING_GET,
	  VPC_A_PEERING_NAME, VPC_A_PEERING_VPC, VPC_A_PEERING_PEER },
	{ "vpn_gateways", VPC_A_INFO_VPN_GATEWAYS, VPC_CMD_VPN_GATEWAY_GET,
	  VPC_A_VPN_GATEWAY_NAME, VPC_A_VPN_GATEWAY_VPC, 0 },
	{ "ipsecs", VPC_A_INFO_IPSECS, VPC_CMD_IPSEC_GET, VPC_A_IPSEC_NAME,
	  VPC_A_IPSEC_VPC, 0 },
	{ "nat_gateways", VPC_A_INFO_NAT_GATEWAYS, VPC_CMD_NAT_GATEWAY_GET,
	  VPC_A_NAT_GATEWAY_NAME, VPC_A_NAT_GATEWAY_VPC, 0 },
	{ "probes", VPC_A_INFO_PROBES, VPC_CMD_PROBE_GET, VPC_A_PROBE_NAME,
	  VPC_A_PROBE_VPC, 0 },
};

struct part {
	const char *vpc;
	size_t kind, order;
	struct attrs attrs;
};

struct parts {
	struct part *part;
	size_t count, size;
	struct answer answers[ARRAY_SIZE(kinds)];
};

static int compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = strcmp(x->vpc, y->vpc);

	if (order)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void add_part(struct parts *parts, size_t kind,
		     const struct attrs *attrs, int vpc)
{
	struct part *part;

	parts->part = array_grow(parts->part, parts->count, &parts->size,
				 sizeof(*parts->part));
	part = &parts->part[parts->count];
	part->vpc = attr_string(attrs, vpc);
	part->kind = kind;
	part->order = parts->count++;
	part->attrs = *attrs;
}

/* All parts of all VPCs, sorted by VPC and kind. */
static int read_parts(struct parts *parts, const struct answer *answer)
{
	struct attrs info = answer_first(answer);
	struct attrs attrs;
	size_t kind, at;
	int err;

	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		if (!attr_has(&info, kinds[kind].count))
			continue;
		err = request_list(kinds[kind].cmd, 0, NULL,
				   &parts->answers[kind]);
		if (err)
			return err;
		answer_for_each(&parts->answers[kind], at, &attrs) {
			add_part(parts, kind, &attrs, kinds[kind].vpc);
			if (kinds[kind].peer)
				add_part(parts, kind, &attrs, kinds[kind].peer);
		}
	}
	if (parts->count)
		qsort(parts->part, parts->count, sizeof(*parts->part), compare);
	return 0;
}

static void free_parts(struct parts *parts)
{
	size_t kind;

	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		answer_free(&parts->answers[kind]);
	free(parts->part);
}

/* The first part of this kind and VPC, or where it would be. */
static size_t find_parts(const struct parts *parts, const char *vpc, size_t kind)
{
	const struct part wanted = { .vpc = vpc, .kind = kind };
	size_t low = 0, high = parts->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&parts->part[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void print_peering(const struct part *part, bool named)
{
	const char *peer = attr_string(&part->attrs, VPC_A_PEERING_PEER);

	if (!strcmp(peer, part->vpc))
		peer = attr_string(&part->attrs, VPC_A_PEERING_VPC);
	print_object(NULL);
	field_string(&part->attrs, VPC_A_PEERING_NAME, "name",
		     named ? "" : NULL);
	print_string("peer", NULL, peer);
	print_string("state", NULL, peering_state(&part->attrs));
	if (named)
		print_text("(%s, %s)", peer, peering_state(&part->attrs));
	print_end();
}

static void print_probe(const struct part *part, bool named)
{
	const char *state = probe_state(&part->attrs);

	print_object(NULL);
	field_string(&part->attrs, VPC_A_PROBE_NAME, "name", named ? "" : NULL);
	print_string("state", NULL, state);
	if (named)
		print_text("(%s)", state);
	print_end();
}

static void print_kind(const struct parts *parts, const char *vpc, size_t kind)
{
	size_t first = find_parts(parts, vpc, kind), n;
	const struct part *part;

	for (n = 0; first + n < parts->count; n++) {
		part = &parts->part[first + n];
		if (part->kind != kind || strcmp(part->vpc, vpc))
			break;
	}
	print_array(kinds[kind].key);
	if (n) {
		print_line(4);
		print_text("%s %zu:", kinds[kind].key, n);
	}
	for (part = &parts->part[first]; part < &parts->part[first + n]; part++) {
		bool named = part - &parts->part[first] < NAMES_MAX;

		if (kinds[kind].peer)
			print_peering(part, named);
		else if (kinds[kind].cmd == VPC_CMD_PROBE_GET)
			print_probe(part, named);
		else
			field_string(&part->attrs, kinds[kind].name, "name",
				     named ? "" : NULL);
	}
	if (n > NAMES_MAX)
		print_text("and %zu more", n - NAMES_MAX);
	print_end();
}

static void print_vpc(const struct attrs *vpc, const struct parts *parts)
{
	size_t kind;

	print_line(0);
	print_object(NULL);
	field_string(vpc, VPC_A_VPC_NAME, "name", "vpc");
	field_prefixes(vpc, VPC_A_VPC_CIDR, "cidr", "cidr");
	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		print_kind(parts, attr_string(vpc, VPC_A_VPC_NAME), kind);
	print_end();
}

static void print_counts(const struct attrs *info)
{
	static const char *const words[] = {
		[VPC_A_INFO_VPCS] = "vpcs",
		[VPC_A_INFO_SUBNETS] = "subnets",
		[VPC_A_INFO_TABLES] = "tables",
		[VPC_A_INFO_PORTS] = "ports",
		[VPC_A_INFO_UPLINKS] = "uplinks",
		[VPC_A_INFO_ENDPOINTS] = "endpoints",
		[VPC_A_INFO_PEERINGS] = "peerings",
		[VPC_A_INFO_ROUTES] = "routes",
		[VPC_A_INFO_GROUPS] = "groups",
		[VPC_A_INFO_NEXTHOPS] = "nexthops",
		[VPC_A_INFO_PROBES] = "probes",
		[VPC_A_INFO_VPN_GATEWAYS] = "vpn_gateways",
		[VPC_A_INFO_CUSTOMER_GATEWAYS] = "customer_gateways",
		[VPC_A_INFO_IPSECS] = "ipsecs",
		[VPC_A_INFO_NAT_GATEWAYS] = "nat_gateways",
		[VPC_A_INFO_ALARMS] = "alarms",
		[VPC_A_INFO_ALARMS_RAISED] = "alarms_raised",
	};
	size_t i;

	field_string(info, VPC_A_INFO_VERSION, "module", "module");
	print_object("counts");
	for (i = VPC_A_INFO_VPCS; i < ARRAY_SIZE(words); i++)
		if (words[i])
			field_number(info, i, words[i], words[i]);
	print_end();
}

static void print_summary(const struct answer *info, const struct answer *vpcs,
			  const struct parts *parts)
{
	struct attrs attrs = answer_first(info);
	size_t at;

	print_object(NULL);
	print_counts(&attrs);
	print_array("vpcs");
	answer_for_each(vpcs, at, &attrs)
		print_vpc(&attrs, parts);
	print_end();
	if (!vpcs->len) {
		print_line(0);
		print_text("There is no VPC yet. To begin: vpcctl vpc add NAME cidr PREFIX");
		print_line(0);
		print_text("The grammar: vpcctl help");
	}
	print_end();
}

int summary_run(void)
{
	struct answer info = { 0 }, vpcs = { 0 };
	struct parts parts = { 0 };
	int err;

	err = request_run(request_new(VPC_CMD_INFO_GET), 0, &info) ?:
	      request_list(VPC_CMD_VPC_GET, 0, NULL, &vpcs) ?:
	      read_parts(&parts, &info);
	if (!err)
		print_summary(&info, &vpcs, &parts);
	answer_free(&info);
	answer_free(&vpcs);
	free_parts(&parts);
	return err;
}
