// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "complete.h"
#include "field.h"
#include "nexthop.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const char *const states[] = {
	[VPC_PEERING_PENDING] = "pending",
	[VPC_PEERING_ACTIVE] = "active",
	[VPC_PEERING_EXPIRED] = "expired",
	[VPC_PEERING_REJECTED] = "rejected",
};

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_PEERING_VPC, KEY_REQUIRED, 0 },
	{ "peer", KEY_NAME, VPC_A_PEERING_PEER, KEY_REQUIRED | KEY_OF_VPC, 0 },
	{ "as", KEY_U64, VPC_A_PEERING_AS, 0, 0 },
	{ "expires", KEY_U32, VPC_A_PEERING_EXPIRES, 0,
	  VPC_PEERING_EXPIRES_MAX },
	{ "bandwidth", KEY_RATE, VPC_A_PEERING_BANDWIDTH, 0,
	  VPC_BANDWIDTH_MAX },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_PEERING_NEW_NAME, 0, 0 },
	{ "bandwidth", KEY_RATE, VPC_A_PEERING_BANDWIDTH, 0,
	  VPC_BANDWIDTH_MAX },
	{ "as", KEY_U64, VPC_A_PEERING_AS, 0, 0 },
	{ 0 }
};

static const struct key as_keys[] = {
	{ "as", KEY_U64, VPC_A_PEERING_AS, 0, 0 },
	{ 0 }
};

const char *peering_state(const struct attrs *peering)
{
	return word_of(states, attr_number(peering, VPC_A_PEERING_STATE,
					   VPC_PEERING_PENDING));
}

/* Text tells accounts and deadlines only where they matter. */
static void print_fields(const struct attrs *peering)
{
	bool waits = attr_number(peering, VPC_A_PEERING_STATE, 0) !=
		     VPC_PEERING_ACTIVE;

	field_string(peering, VPC_A_PEERING_NAME, "name", "peering");
	field_string(peering, VPC_A_PEERING_VPC, "vpc", "vpc");
	field_string(peering, VPC_A_PEERING_PEER, "peer", "peer");
	field_unusual(peering, VPC_A_PEERING_ACCOUNT, "account", NULL, 0);
	field_unusual(peering, VPC_A_PEERING_PEER_ACCOUNT, "peer_account",
		      NULL, 0);
	print_string("state", "state", peering_state(peering));
	field_unusual(peering, VPC_A_PEERING_ACCOUNT, NULL, "account", 0);
	field_unusual(peering, VPC_A_PEERING_PEER_ACCOUNT, NULL,
		      "peer-account", 0);
	field_rate(peering, VPC_A_PEERING_BANDWIDTH, "bandwidth_bps",
		   "bandwidth");
	field_number(peering, VPC_A_PEERING_EXPIRES, "expires",
		     waits ? "expires" : NULL);
	field_number(peering, VPC_A_PEERING_REMAINING, "remaining",
		     "remaining");
	field_metered(peering, VPC_A_PEERING_COUNTERS);
}

/* Does this subnet use the table of the route? No name: the default table. */
static bool uses_table(const struct attrs *subnet, const struct attrs *route)
{
	return !attr_has(route, VPC_A_ROUTE_GATEWAY) &&
	       !strcmp(attr_string(subnet, VPC_A_SUBNET_VPC),
		       attr_string(route, VPC_A_ROUTE_VPC)) &&
	       !strcmp(attr_string(subnet, VPC_A_SUBNET_TABLE),
		       attr_string(route, VPC_A_ROUTE_TABLE));
}

static void print_subnets(const struct answer *subnets,
			  const struct attrs *route)
{
	struct attrs subnet;
	size_t at;

	print_array("subnets");
	answer_for_each(subnets, at, &subnet)
		if (uses_table(&subnet, route))
			field_string(&subnet, VPC_A_SUBNET_NAME, "name",
				     "subnet");
	print_end();
}

/* The table of a route, which may be one of a VPN gateway. */
static void print_table(const struct attrs *route)
{
	const char *table = attr_string(route, VPC_A_ROUTE_TABLE);

	if (attr_has(route, VPC_A_ROUTE_GATEWAY))
		print_string(NULL, "gateway",
			     attr_string(route, VPC_A_ROUTE_GATEWAY));
	else
		print_string(NULL, "table", *table ? table : "default");
	field_string(route, VPC_A_ROUTE_TABLE, "table", NULL);
	field_string(route, VPC_A_ROUTE_GATEWAY, "gateway", NULL);
}

struct crossing peering_crossing(const struct attrs *peering, unsigned int side)
{
	static const int vpc[] = { VPC_A_PEERING_VPC, VPC_A_PEERING_PEER };
	static const int packets[] = {
		VPC_A_COUNTERS_RX_PACKETS, VPC_A_COUNTERS_TX_PACKETS
	};
	static const int bytes[] = {
		VPC_A_COUNTERS_RX_BYTES, VPC_A_COUNTERS_TX_BYTES
	};
	struct attrs counters = attr_nested(attr_next(peering, NULL,
						      VPC_A_PEERING_COUNTERS));
	uint64_t drops = attr_number(peering, VPC_A_PEERING_PEER_DROPS, 0);

	if (!side)
		drops = attr_number(&counters, VPC_A_COUNTERS_DROPS, 0) - drops;
	return (struct crossing) {
		.from = attr_string(peering, vpc[side]),
		.to = attr_string(peering, vpc[!side]),
		.count = {
			[CROSSED_PACKETS] = attr_number(&counters, packets[side], 0),
			[CROSSED_BYTES] = attr_number(&counters, bytes[side], 0),
			[CROSSED_DROPS] = drops,
		},
	};
}

/* Adds the routes of one side. */
static bool print_side(const char *vpc, const struct answer *routes,
		       const struct answer *subnets)
{
	bool found = false;
	struct attrs route;
	size_t at;

	answer_for_each(routes, at, &route) {
		if (strcmp(attr_string(&route, VPC_A_ROUTE_VPC), vpc) != 0)
			continue;
		found = true;
		print_line(4);
		print_object(NULL);
		print_string("vpc", "vpc", vpc);
		print_table(&route);
		route_print_prefix(&route);
		print_subnets(subnets, &route);
		nexthops_print(&route);
		print_end();
	}
	return found;
}

static void print_routes(const struct attrs *peering,
			 const struct answer *routes,
			 const struct answer subnets[2])
{
	static const int sides[] = { VPC_A_PEERING_VPC, VPC_A_PEERING_PEER };
	size_t i;

	print_array("routes");
	for (i = 0; i < ARRAY_SIZE(sides); i++) {
		const char *vpc = attr_string(peering, sides[i]);

		if (!print_side(vpc, routes, &subnets[i])) {
			print_line(4);
			print_text("vpc %s has no route over it", vpc);
		}
	}
	print_end();
}

/* One peering, with the routes of both sides that use it. */
static int show_one(const struct object *object, struct args *args)
{
	struct answer answer = { 0 }, routes = { 0 }, subnets[2] = { 0 };
	struct nl_msg *msg = request_new(object->get);
	const char *name = args->word[0];
	struct attrs peering;
	int err;

	err = parse_name(args, object->name_type, msg, object->name);
	err = request_run(msg, err, &answer);
	peering = answer_first(&answer);
	err = err ?:
	      request_list(VPC_CMD_ROUTE_GET, VPC_A_ROUTE_PEERING, name,
			   &routes) ?:
	      request_list(VPC_CMD_SUBNET_GET, VPC_A_SUBNET_VPC,
			   attr_string(&peering, VPC_A_PEERING_VPC), &subnets[0]) ?:
	      request_list(VPC_CMD_SUBNET_GET, VPC_A_SUBNET_VPC,
			   attr_string(&peering, VPC_A_PEERING_PEER), &subnets[1]);
	if (!err) {
		print_list();
		print_object(NULL);
		print_fields(&peering);
		print_routes(&peering, &routes, subnets);
		print_end();
		print_list_end();
	}
	answer_free(&answer);
	answer_free(&routes);
	answer_free(&subnets[0]);
	answer_free(&subnets[1]);
	return err;
}

static int show(const struct object *object, struct args *args)
{
	if (args_last(args))
		return show_one(object, args);
	return command_show(object, args);
}

/* Reject and del: says how many routes went with it. */
static int finish(const struct object *object, struct args *args,
		  enum vpc_cmd cmd, const char *what)
{
	struct nl_msg *msg = request_new(cmd);
	const char *name = args->left ? args->word[0] : NULL;
	struct answer answer = { 0 };
	struct attrs reply;
	uint64_t removed;
	int err;

	complete_names(args, object);
	err = parse_name(args, object->name_type, msg, object->name) ?:
	      parse_keys(as_keys, args, msg);
	err = request_run(msg, err, &answer);
	if (!err) {
		reply = answer_first(&answer);
		removed = attr_number(&reply, VPC_A_PEERING_ROUTES_REMOVED, 0);
		print_object(NULL);
		print_string("name", "peering", name);
		print_string("event", NULL, what);
		print_text("%s, %llu route%s removed", what,
			   (unsigned long long)removed,
			   removed == 1 ? "" : "s");
		print_number("routes_removed", NULL, removed);
		print_end();
	}
	answer_free(&answer);
	return err;
}

static int reject(const struct object *object, struct args *args)
{
	return finish(object, args, VPC_CMD_PEERING_REJECT, "rejected");
}

static int del(const struct object *object, struct args *args)
{
	return finish(object, args, VPC_CMD_PEERING_DEL, "deleted");
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_PEERING_NEW, add_keys },
	{ "set", NULL, VPC_CMD_PEERING_SET, set_keys },
	{ "accept", NULL, VPC_CMD_PEERING_ACCEPT, as_keys },
	{ "reject", reject, 0, NULL },
	{ "enable", NULL, VPC_CMD_PEERING_ENABLE, as_keys },
	{ "del", del, 0, NULL },
	{ "show", show, 0, NULL },
	{ 0 }
};

const struct object peering_object = {
	.word = "peering",
	.usage =
"vpcctl peering add NAME vpc VPC peer VPC [ as ACCOUNT ] [ expires SECONDS ]\n"
"                        [ bandwidth RATE ]\n"
"vpcctl peering set NAME [ name NEW ] [ bandwidth RATE ] [ as ACCOUNT ]\n"
"vpcctl peering { accept | reject | enable | del } NAME [ as ACCOUNT ]\n"
"vpcctl peering show [ NAME ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_PEERING_GET,
	.name = VPC_A_PEERING_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_PEERING_VPC,
	.id = VPC_A_PEERING_ID,
	.counters = VPC_A_PEERING_COUNTERS,
	.print = print_fields,
	.event = VPC_A_EVENT_PEERING,
};
