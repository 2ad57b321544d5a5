// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "cidr", KEY_PREFIX, VPC_A_VPC_CIDR, KEY_MANY, 0 },
	{ "transit", KEY_FLAG, VPC_A_VPC_TRANSIT, 0, 0 },
	{ "account", KEY_U64, VPC_A_VPC_ACCOUNT, 0, 0 },
	{ "peering-limit", KEY_U32, VPC_A_VPC_PEERING_LIMIT, 0, UINT16_MAX },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_VPC_NEW_NAME, 0, 0 },
	{ "cidr", KEY_PREFIX, VPC_A_VPC_CIDR, KEY_MANY, 0 },
	{ "no-cidr", KEY_PREFIX, VPC_A_VPC_DEL_CIDR, KEY_MANY, 0 },
	{ "peering-limit", KEY_U32, VPC_A_VPC_PEERING_LIMIT, 0, UINT16_MAX },
	{ 0 }
};

static void print(const struct attrs *vpc)
{
	field_string(vpc, VPC_A_VPC_NAME, "name", "vpc");
	print_bool("transit", "transit", attr_has(vpc, VPC_A_VPC_TRANSIT));
	field_prefixes(vpc, VPC_A_VPC_CIDR, "cidr", "cidr");
	field_unusual(vpc, VPC_A_VPC_ACCOUNT, "account", "account", 0);
	field_unusual(vpc, VPC_A_VPC_PEERING_LIMIT, "peering_limit",
		      "peering-limit", VPC_PEERING_LIMIT);
	field_number(vpc, VPC_A_VPC_ID, "id", NULL);
	field_counters(vpc, VPC_A_VPC_COUNTERS);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_VPC_NEW, add_keys },
	{ "set", NULL, VPC_CMD_VPC_SET, set_keys },
	{ "del", NULL, VPC_CMD_VPC_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object vpc_object = {
	.word = "vpc",
	.usage =
"vpcctl vpc add NAME { cidr PREFIX [ cidr PREFIX ]... | transit } [ account ID ]\n"
"                    [ peering-limit N ]\n"
"vpcctl vpc set NAME [ name NEW ] [ cidr PREFIX ]... [ no-cidr PREFIX ]...\n"
"                    [ peering-limit N ]\n"
"vpcctl vpc del NAME\n"
"vpcctl vpc show [ NAME ]\n",
	.commands = commands,
	.get = VPC_CMD_VPC_GET,
	.name = VPC_A_VPC_NAME,
	.name_type = KEY_NAME,
	.print = print,
	.event = VPC_A_EVENT_VPC,
};
