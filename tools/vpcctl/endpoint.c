// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "complete.h"
#include "field.h"
#include "nl.h"
#include "parse.h"

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_ENDPOINT_VPC, KEY_REQUIRED, 0 },
	{ "host", KEY_ADDRESS, VPC_A_ENDPOINT_HOST, KEY_REQUIRED, 0 },
	{ "lladdr", KEY_LLADDR, VPC_A_ENDPOINT_LLADDR, KEY_REQUIRED, 0 },
	{ 0 }
};

static const struct key del_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_ENDPOINT_VPC, KEY_REQUIRED, 0 },
	{ 0 }
};

static int change(struct args *args, enum vpc_cmd cmd, bool replace)
{
	struct nl_msg *msg = request_new(cmd);
	struct answer answer = { 0 };
	int err;

	err = parse_addr(args, msg, VPC_A_ENDPOINT_ADDRESS, "ADDR");
	if (!err && replace)
		err = parse_put(nla_put_flag(msg, VPC_A_ENDPOINT_REPLACE));
	if (!err)
		err = parse_keys(cmd == VPC_CMD_ENDPOINT_NEW ? add_keys : del_keys,
				 args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

static int add(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_CMD_ENDPOINT_NEW, false);
}

static int replace(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_CMD_ENDPOINT_NEW, true);
}

static int del(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_CMD_ENDPOINT_DEL, false);
}

void endpoint_print(const struct attrs *endpoint)
{
	field_string(endpoint, VPC_A_ENDPOINT_VPC, "vpc", NULL);
	field_address(endpoint, VPC_A_ENDPOINT_ADDRESS, "address", "endpoint");
	field_string(endpoint, VPC_A_ENDPOINT_VPC, NULL, "vpc");
	field_string(endpoint, VPC_A_ENDPOINT_DEV, "dev", "dev");
	field_address(endpoint, VPC_A_ENDPOINT_HOST, "host", "host");
	field_lladdr(endpoint, VPC_A_ENDPOINT_LLADDR, "lladdr", "lladdr");
}

static const struct command commands[] = {
	{ "add", add, 0, NULL },
	{ "replace", replace, 0, NULL },
	{ "del", del, 0, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object endpoint_object = {
	.word = "endpoint",
	.usage =
"vpcctl endpoint { add | replace } ADDR vpc VPC host VTEP lladdr MAC\n"
"vpcctl endpoint del ADDR vpc VPC\n"
"vpcctl endpoint show [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_ENDPOINT_GET,
	.vpc = VPC_A_ENDPOINT_VPC,
	.print = endpoint_print,
	.event = VPC_A_EVENT_ENDPOINT,
};
