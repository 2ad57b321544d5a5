// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "complete.h"
#include "field.h"
#include "ipsec.h"
#include "nexthop.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const char *const modes[] = {
	[VPC_IPSEC_ROUTE] = "route",
	[VPC_IPSEC_POLICY] = "policy",
};

static const char *const states[] = {
	[VPC_IPSEC_DOWN] = "down",
	[VPC_IPSEC_NEGOTIATED] = "negotiated",
	[VPC_IPSEC_UP] = "up",
};

static const struct key add_keys[] = {
	{ "gateway", KEY_NAME, VPC_A_IPSEC_GATEWAY, KEY_REQUIRED, 0 },
	{ "customer", KEY_NAME, VPC_A_IPSEC_CUSTOMER, KEY_REQUIRED, 0 },
	{ "if-id", KEY_IF_ID, VPC_A_IPSEC_IF_ID, 0, 0 },
	{ "mode", KEY_MODE, VPC_A_IPSEC_MODE, 0, 0 },
	{ "local", KEY_PREFIX, VPC_A_IPSEC_LOCAL, KEY_MANY, 0 },
	{ "remote", KEY_PREFIX, VPC_A_IPSEC_REMOTE, KEY_MANY, 0 },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_IPSEC_NEW_NAME, KEY_REQUIRED, 0 },
	{ 0 }
};

static void print_if_id(const struct attrs *conn)
{
	uint64_t if_id = attr_number(conn, VPC_A_IPSEC_IF_ID, 0);
	char text[16];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)if_id);
	print_number("if_id", NULL, if_id);
	print_string(NULL, "if-id", text);
}

/* Last of an object, as text has lines of their own for what follows. */
static void print_fields(const struct attrs *conn)
{
	field_string(conn, VPC_A_IPSEC_NAME, "name", "ipsec");
	print_string("state", "state",
		     word_of(states, attr_number(conn, VPC_A_IPSEC_STATE,
						 UINT64_MAX)));
	field_string(conn, VPC_A_IPSEC_GATEWAY, "gateway", "gateway");
	field_address(conn, VPC_A_IPSEC_LOCAL_ADDRESS, "local_address", NULL);
	field_string(conn, VPC_A_IPSEC_CUSTOMER, "customer", "customer");
	field_address(conn, VPC_A_IPSEC_REMOTE_ADDRESS, "remote_address",
		      "at");
	field_string(conn, VPC_A_IPSEC_VPC, "vpc", "vpc");
	print_if_id(conn);
	print_string("mode", "mode",
		     word_of(modes, attr_number(conn, VPC_A_IPSEC_MODE,
						UINT64_MAX)));
	field_prefixes(conn, VPC_A_IPSEC_LOCAL, "local", "local");
	field_prefixes(conn, VPC_A_IPSEC_REMOTE, "remote", "remote");
	field_string(conn, VPC_A_IPSEC_PROBE, "probe", "probe");
	if (attr_has(conn, VPC_A_IPSEC_HEALTH))
		print_string("health", "health",
			     health_word(attr_number(conn, VPC_A_IPSEC_HEALTH,
						     0)));
	else
		print_null("health");
	field_number(conn, VPC_A_IPSEC_ID, "id", NULL);
}

/* In an event: what the connection is, without a look at anything else. */
static void print(const struct attrs *conn)
{
	print_fields(conn);
	field_metered(conn, VPC_A_IPSEC_COUNTERS);
}

/* Routes of all tables with this connection. */
static void print_routes(const struct attrs *conn)
{
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_GET);
	const char *name = attr_string(conn, VPC_A_IPSEC_NAME);
	struct answer answer = { 0 };
	struct attrs route;
	size_t at;
	int err;

	err = parse_put(nla_put_string(msg, VPC_A_ROUTE_IPSEC, name));
	if (request_dump(msg, err, &answer))
		return;
	print_array("routes");
	answer_for_each(&answer, at, &route) {
		print_object(NULL);
		print_line(4);
		route_print_placed(&route);
		print_end();
	}
	print_end();
	answer_free(&answer);
}

static void print_with_sas(const struct attrs *conn)
{
	struct prefix local = { 0 };

	print_fields(conn);
	attr_address(attr_next(conn, NULL, VPC_A_IPSEC_LOCAL_ADDRESS), &local);
	ipsec_print_sas(attr_number(conn, VPC_A_IPSEC_IF_ID, 0), &local);
}

/* In a listing, without its routes: each connection would need a dump of its own. */
static void print_one(const struct attrs *conn)
{
	print_with_sas(conn);
	field_metered(conn, VPC_A_IPSEC_COUNTERS);
}

static void print_whole(const struct attrs *conn)
{
	print_with_sas(conn);
	print_routes(conn);
	field_metered(conn, VPC_A_IPSEC_COUNTERS);
}

static int show(const struct object *object, struct args *args)
{
	struct object whole = *object;
	bool listing = !args->left || (args_is(args, "vpc") && args->left > 1);

	whole.print = listing ? print_one : print_whole;
	if (!completing())
		ipsec_read_sas();
	return command_show(&whole, args);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_IPSEC_NEW, add_keys },
	{ "set", NULL, VPC_CMD_IPSEC_SET, set_keys },
	{ "del", NULL, VPC_CMD_IPSEC_DEL, NULL },
	{ "show", show, 0, NULL },
	{ "config", ipsec_config, 0, NULL },
	{ 0 }
};

const struct object ipsec_object = {
	.word = "ipsec",
	.usage =
"vpcctl ipsec add NAME gateway VGW customer CGW [ if-id N ]\n"
"                    [ mode { route | policy } ] [ local PREFIX ]...\n"
"                    [ remote PREFIX ]...\n"
"vpcctl ipsec set NAME name NEW\n"
"vpcctl ipsec del NAME\n"
"vpcctl ipsec show [ NAME ] [ vpc VPC ]\n"
"vpcctl ipsec config NAME [ peer ]\n",
	.commands = commands,
	.get = VPC_CMD_IPSEC_GET,
	.name = VPC_A_IPSEC_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_IPSEC_VPC,
	.id = VPC_A_IPSEC_ID,
	.counters = VPC_A_IPSEC_COUNTERS,
	.print = print,
	.event = VPC_A_EVENT_IPSEC,
};
