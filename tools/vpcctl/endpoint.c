// SPDX-License-Identifier: GPL-2.0
#include "field.h"

void endpoint_print(const struct attrs *endpoint)
{
	field_string(endpoint, VPC_A_ENDPOINT_VPC, "vpc", NULL);
	field_address(endpoint, VPC_A_ENDPOINT_ADDRESS, "address", "endpoint");
	field_string(endpoint, VPC_A_ENDPOINT_VPC, NULL, "vpc");
	field_string(endpoint, VPC_A_ENDPOINT_DEV, "dev", "dev");
	field_lladdr(endpoint, VPC_A_ENDPOINT_LLADDR, "lladdr", "lladdr");
}

static const struct command commands[] = {
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object endpoint_object = {
	.word = "endpoint",
	.usage =
"vpcctl endpoint show [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_ENDPOINT_GET,
	.vpc = VPC_A_ENDPOINT_VPC,
	.print = endpoint_print,
};
