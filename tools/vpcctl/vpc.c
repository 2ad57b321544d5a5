// SPDX-License-Identifier: GPL-2.0
#include "complete.h"
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "cidr", KEY_PREFIX, VPC_A_VPC_CIDR, KEY_MANY, 0 },
	{ "transit", KEY_FLAG, VPC_A_VPC_TRANSIT, 0, 0 },
	{ "account", KEY_U64, VPC_A_VPC_ACCOUNT, 0, 0 },
	{ "peering-limit", KEY_U32, VPC_A_VPC_PEERING_LIMIT, 0, UINT16_MAX },
	{ "connection-limit", KEY_U32, VPC_A_VPC_CONNECTION_LIMIT, 0, 0 },
	{ "filter", KEY_ON_OFF, VPC_A_VPC_FILTER, 0, 0 },
	{ "region", KEY_NAME, VPC_A_VPC_REGION, 0, 0 },
	{ "vni", KEY_U32, VPC_A_VPC_VNI, 0, VPC_VNI_MAX },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_VPC_NEW_NAME, 0, 0 },
	{ "cidr", KEY_PREFIX, VPC_A_VPC_CIDR, KEY_MANY, 0 },
	{ "no-cidr", KEY_PREFIX, VPC_A_VPC_DEL_CIDR, KEY_MANY, 0 },
	{ "peering-limit", KEY_U32, VPC_A_VPC_PEERING_LIMIT, 0, UINT16_MAX },
	{ "connection-limit", KEY_U32, VPC_A_VPC_CONNECTION_LIMIT, 0, 0 },
	{ "filter", KEY_ON_OFF, VPC_A_VPC_FILTER, 0, 0 },
	{ "region", KEY_NAME, VPC_A_VPC_REGION, 0, 0 },
	{ "vni", KEY_U32, VPC_A_VPC_VNI, 0, VPC_VNI_MAX },
	{ 0 }
};

static int put_public(struct args *args, struct nl_msg *msg, int attr,
		      bool may_be_bound)
{
	struct nlattr *nest = nla_nest_start(msg, attr | NLA_F_NESTED);
	int err;

	err = parse_put(nest ? 0 : -1) ?:
	      parse_addr(args, msg, VPC_A_PUBLIC_ADDRESS, "ADDR");
	if (!err && may_be_bound && args_take(args, "endpoint"))
		err = parse_addr(args, msg, VPC_A_PUBLIC_ENDPOINT,
				 "ADDR after \"endpoint\"");
	return err ?: parse_put(nla_nest_end(msg, nest));
}

/* { public-address ADDR [ endpoint ADDR ] | no-public-address ADDR | uplink DEV }... */
static int parse_publics(struct args *args, struct nl_msg *msg)
{
	int err = 0;

	while (!err && (args->left || complete_at(args))) {
		if (args_take(args, "public-address"))
			err = put_public(args, msg, VPC_A_VPC_PUBLIC, true);
		else if (args_take(args, "no-public-address"))
			err = put_public(args, msg, VPC_A_VPC_DEL_PUBLIC, false);
		else if (args_take(args, "uplink"))
			err = parse_name(args, KEY_DEV, msg, VPC_A_VPC_UPLINK);
		else
			break;
	}
	if (!err && args->left)
		err = usage("\"%s\" cannot be changed together with public addresses",
			    args->word[0]);
	return err;
}

static int set(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_VPC_SET);
	struct answer answer = { 0 };
	int err;

	complete_names(args, object);
	err = parse_name(args, KEY_NAME, msg, VPC_A_VPC_NAME);
	if (!err)
		err = args_is(args, "public-address") ||
		      args_is(args, "no-public-address") ?
		      parse_publics(args, msg) : parse_keys(set_keys, args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

static void print_publics(const struct attrs *vpc)
{
	const struct nlattr *nla;
	struct attrs public;

	print_array("public_addresses");
	attr_for_each(nla, vpc, VPC_A_VPC_PUBLIC) {
		public = attr_nested(nla);
		print_object(NULL);
		field_address(&public, VPC_A_PUBLIC_ADDRESS, "address",
			      "public-address");
		field_address(&public, VPC_A_PUBLIC_ENDPOINT, "endpoint",
			      "endpoint");
		print_end();
	}
	print_end();
	field_string(vpc, VPC_A_VPC_UPLINK, "uplink", "uplink");
}

static void print(const struct attrs *vpc)
{
	field_string(vpc, VPC_A_VPC_NAME, "name", "vpc");
	print_bool("transit", "transit", attr_has(vpc, VPC_A_VPC_TRANSIT));
	field_prefixes(vpc, VPC_A_VPC_CIDR, "cidr", "cidr");
	field_unusual(vpc, VPC_A_VPC_ACCOUNT, "account", "account", 0);
	field_unusual(vpc, VPC_A_VPC_PEERING_LIMIT, "peering_limit",
		      "peering-limit", VPC_PEERING_LIMIT);
	field_string(vpc, VPC_A_VPC_REGION, "region", "region");
	field_number(vpc, VPC_A_VPC_VNI, "vni", "vni");
	print_publics(vpc);
	print_bool("filter", "filter", attr_number(vpc, VPC_A_VPC_FILTER, 0));
	field_number(vpc, VPC_A_VPC_FILTER_ZONE, "filter_zone", "filter-zone");
	field_unusual(vpc, VPC_A_VPC_CONNECTION_LIMIT, "connection_limit",
		      "connection-limit", 0);
	field_number(vpc, VPC_A_VPC_CONNECTIONS, "connections", "connections");
	field_number(vpc, VPC_A_VPC_NAT_ZONE, "nat_zone", "nat-zone");
	field_number(vpc, VPC_A_VPC_ID, "id", NULL);
	field_counters(vpc, VPC_A_VPC_COUNTERS);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_VPC_NEW, add_keys },
	{ "set", set, 0, NULL },
	{ "del", NULL, VPC_CMD_VPC_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object vpc_object = {
	.word = "vpc",
	.usage =
"vpcctl vpc add NAME { cidr PREFIX [ cidr PREFIX ]... | transit } [ account ID ]\n"
"                    [ peering-limit N ] [ connection-limit N ]\n"
"                    [ filter { on | off } ] [ region NAME ] [ vni N ]\n"
"vpcctl vpc set NAME [ name NEW ] [ cidr PREFIX ]... [ no-cidr PREFIX ]...\n"
"                    [ peering-limit N ] [ connection-limit N ]\n"
"                    [ filter { on | off } ] [ region NAME ] [ vni N ]\n"
"vpcctl vpc set NAME [ public-address ADDR [ endpoint ADDR ] ]...\n"
"                    [ no-public-address ADDR ]... [ uplink DEV ]\n"
"vpcctl vpc del NAME\n"
"vpcctl vpc show [ NAME ]\n",
	.commands = commands,
	.get = VPC_CMD_VPC_GET,
	.name = VPC_A_VPC_NAME,
	.name_type = KEY_NAME,
	.print = print,
	.event = VPC_A_EVENT_VPC,
};
