// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "parse.h"

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_SUBNET_VPC, KEY_REQUIRED, 0 },
	{ "cidr", KEY_PREFIX, VPC_A_SUBNET_CIDR, KEY_MANY | KEY_REQUIRED, 0 },
	{ "gateway", KEY_ADDRESS, VPC_A_SUBNET_GATEWAY, KEY_MANY, 0 },
	{ "table", KEY_TABLE, VPC_A_SUBNET_TABLE, 0, 0 },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "table", KEY_TABLE, VPC_A_SUBNET_TABLE, KEY_REQUIRED, 0 },
	{ 0 }
};

static void print(const struct attrs *subnet)
{
	field_string(subnet, VPC_A_SUBNET_NAME, "name", "subnet");
	field_string(subnet, VPC_A_SUBNET_VPC, "vpc", "vpc");
	field_prefixes(subnet, VPC_A_SUBNET_CIDR, "cidr", "cidr");
	field_addresses(subnet, VPC_A_SUBNET_GATEWAY, "gateway", "gateway");
	field_string(subnet, VPC_A_SUBNET_TABLE, "table", "table");
	field_number(subnet, VPC_A_SUBNET_ID, "id", NULL);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_SUBNET_NEW, add_keys },
	{ "set", NULL, VPC_CMD_SUBNET_SET, set_keys },
	{ "del", NULL, VPC_CMD_SUBNET_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object subnet_object = {
	.word = "subnet",
	.usage =
"vpcctl subnet add NAME vpc VPC cidr PREFIX [ cidr PREFIX ]\n"
"                       [ gateway ADDR ]... [ table { TABLE | default } ]\n"
"vpcctl subnet set NAME table { TABLE | default }\n"
"vpcctl subnet del NAME\n"
"vpcctl subnet show [ NAME ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_SUBNET_GET,
	.name = VPC_A_SUBNET_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_SUBNET_VPC,
	.print = print,
	.event = VPC_A_EVENT_SUBNET,
};
