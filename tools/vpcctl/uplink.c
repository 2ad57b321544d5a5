// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_UPLINK_VPC, 0, 0 },
	{ "address", KEY_INTERFACE, VPC_A_UPLINK_ADDRESS, KEY_MANY, 0 },
	{ "gateway", KEY_GATEWAY, VPC_A_UPLINK_GATEWAY, KEY_MANY, 0 },
	{ "table", KEY_TABLE, VPC_A_UPLINK_TABLE, 0, 0 },
	{ 0 }
};

static void print_gateways(const struct attrs *uplink)
{
	const struct nlattr *nla;
	struct attrs gateway;

	print_array("gateway");
	attr_for_each(nla, uplink, VPC_A_UPLINK_GATEWAY) {
		gateway = attr_nested(nla);
		print_object(NULL);
		field_address(&gateway, VPC_A_GATEWAY_ADDRESS, "address",
			      "gateway");
		field_lladdr(&gateway, VPC_A_GATEWAY_LLADDR, "lladdr", NULL);
		print_end();
	}
	print_end();
}

static void print(const struct attrs *uplink)
{
	field_string(uplink, VPC_A_UPLINK_DEV, "dev", "uplink");
	field_number(uplink, VPC_A_UPLINK_IFINDEX, "ifindex", NULL);
	field_string(uplink, VPC_A_UPLINK_VPC, "vpc", "vpc");
	field_prefixes(uplink, VPC_A_UPLINK_ADDRESS, "address", "address");
	print_gateways(uplink);
	field_string(uplink, VPC_A_UPLINK_TABLE, "table", "table");
	field_number(uplink, VPC_A_UPLINK_ID, "id", NULL);
	field_metered(uplink, VPC_A_UPLINK_COUNTERS);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_UPLINK_NEW, add_keys },
	{ "del", NULL, VPC_CMD_UPLINK_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object uplink_object = {
	.word = "uplink",
	.usage =
"vpcctl uplink add DEV vpc VPC address ADDR/LEN [ address ADDR/LEN ]\n"
"                      [ gateway ADDR ]... [ table { TABLE | default } ]\n"
"vpcctl uplink add DEV gateway ADDR [ gateway ADDR ]...\n"
"vpcctl uplink del DEV\n"
"vpcctl uplink show [ DEV ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_UPLINK_GET,
	.name = VPC_A_UPLINK_DEV,
	.name_type = KEY_DEV,
	.vpc = VPC_A_UPLINK_VPC,
	.id = VPC_A_UPLINK_ID,
	.counters = VPC_A_UPLINK_COUNTERS,
	.print = print,
	.event = VPC_A_EVENT_UPLINK,
};
