// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "subnet", KEY_NAME, VPC_A_PORT_SUBNET, 0, 0 },
	{ "address", KEY_ADDRESS, VPC_A_PORT_ADDRESS, KEY_MANY, 0 },
	{ "lladdr", KEY_LLADDR, VPC_A_PORT_LLADDR, 0, 0 },
	{ "allow", KEY_PREFIX, VPC_A_PORT_ALLOW, KEY_MANY, 0 },
	{ "overlay", KEY_FLAG, VPC_A_PORT_OVERLAY, 0, 0 },
	{ 0 }
};

static const struct key del_keys[] = {
	{ "host", KEY_ADDRESS, VPC_A_PORT_HOST, 0, 0 },
	{ "lladdr", KEY_LLADDR, VPC_A_PORT_LLADDR, 0, 0 },
	{ 0 }
};

static void print(const struct attrs *port)
{
	field_string(port, VPC_A_PORT_DEV, "dev", "port");
	field_number(port, VPC_A_PORT_IFINDEX, "ifindex", NULL);
	print_bool("overlay", "overlay", attr_has(port, VPC_A_PORT_OVERLAY));
	field_string(port, VPC_A_PORT_SUBNET, "subnet", "subnet");
	field_string(port, VPC_A_PORT_VPC, "vpc", NULL);
	field_addresses(port, VPC_A_PORT_ADDRESS, "address", "address");
	field_lladdr(port, VPC_A_PORT_LLADDR, "lladdr", "lladdr");
	print_bool("learned", "learned", attr_has(port, VPC_A_PORT_LEARNED));
	field_prefixes(port, VPC_A_PORT_ALLOW, "allow", "allow");
	print_string(NULL, "vpc", attr_string(port, VPC_A_PORT_VPC));
	field_number(port, VPC_A_PORT_ID, "id", NULL);
	field_metered(port, VPC_A_PORT_COUNTERS);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_PORT_NEW, add_keys },
	{ "del", NULL, VPC_CMD_PORT_DEL, del_keys },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object port_object = {
	.word = "port",
	.usage =
"vpcctl port add DEV subnet SUBNET address ADDR [ address ADDR ]...\n"
"                    [ lladdr MAC ] [ allow PREFIX ]...\n"
"vpcctl port add DEV overlay\n"
"vpcctl port del DEV [ host ADDR lladdr MAC ]\n"
"vpcctl port show [ DEV ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_PORT_GET,
	.name = VPC_A_PORT_DEV,
	.name_type = KEY_DEV,
	.vpc = VPC_A_PORT_VPC,
	.id = VPC_A_PORT_ID,
	.counters = VPC_A_PORT_COUNTERS,
	.print = print,
	.event = VPC_A_EVENT_PORT,
};
