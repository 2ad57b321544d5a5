// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_TABLE_VPC, KEY_REQUIRED, 0 },
	{ 0 }
};

static void print(const struct attrs *table)
{
	const char *name = attr_string(table, VPC_A_TABLE_NAME);

	field_string(table, VPC_A_TABLE_NAME, "name", NULL);
	print_string(NULL, "table", *name ? name : "default");
	field_string(table, VPC_A_TABLE_VPC, "vpc", "vpc");
	print_bool("default", NULL, attr_has(table, VPC_A_TABLE_DEFAULT));
	field_number(table, VPC_A_TABLE_ROUTES, "routes", "routes");
	field_number(table, VPC_A_TABLE_BYTES, "bytes", "bytes");
	field_number(table, VPC_A_TABLE_SUBNETS, "subnets", "subnets");
	field_number(table, VPC_A_TABLE_ID, "id", NULL);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_TABLE_NEW, add_keys },
	{ "del", NULL, VPC_CMD_TABLE_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object table_object = {
	.word = "table",
	.usage =
"vpcctl table add NAME vpc VPC\n"
"vpcctl table del NAME\n"
"vpcctl table show [ NAME ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_TABLE_GET,
	.name = VPC_A_TABLE_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_TABLE_VPC,
	.print = print,
	.event = VPC_A_EVENT_TABLE,
};
