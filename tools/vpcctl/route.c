// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "nexthop.h"
#include "nl.h"
#include "print.h"
#include "route.h"

static const char *const origins[] = {
	[VPC_ROUTE_ORIGIN_LOCAL] = "local",
	[VPC_ROUTE_ORIGIN_STATIC] = "static",
	[VPC_ROUTE_ORIGIN_PROPAGATED] = "propagated",
};

static const char *const publishes[] = {
	[VPC_PUBLISH_NO] = "no",
	[VPC_PUBLISH_ALWAYS] = "always",
	[VPC_PUBLISH_HEALTHY] = "healthy",
};

const struct key route_table_keys[] = {
	{ "table", KEY_NAME, VPC_A_ROUTE_TABLE, KEY_ONE_OF | KEY_REQUIRED, 0 },
	{ "vpc", KEY_NAME, VPC_A_ROUTE_VPC, KEY_ONE_OF | KEY_REQUIRED, 0 },
	{ "gateway", KEY_NAME, VPC_A_ROUTE_GATEWAY, KEY_ONE_OF | KEY_REQUIRED,
	  0 },
	{ 0 }
};

static int parse_nexthop(struct args *args, struct nl_msg *msg)
{
	static const struct key keys[] = {
		{ "priority", KEY_U32, VPC_A_NEXTHOP_PRIORITY, 0, 0 },
		{ "weight", KEY_U16, VPC_A_NEXTHOP_WEIGHT, 0,
		  VPC_WEIGHT_MAX },
		{ 0 }
	};
	struct parser parser = { .keys = keys, .args = args, .msg = msg };
	struct nlattr *nest;
	unsigned int type;

	nest = nla_nest_start(msg, VPC_A_OP_NEXTHOP | NLA_F_NESTED);
	return parse_put(nest ? 0 : -1) ?:
	       nexthop_parse(args, msg, NEXTHOPS_ALL, "NH after \"via\"", &type) ?:
	       parse_some(&parser) ?:
	       parse_put(nla_nest_end(msg, nest));
}

/* publish [ healthy ] */
static int parse_publish(struct args *args, struct nl_msg *msg)
{
	enum vpc_publish how = VPC_PUBLISH_ALWAYS;

	if (!args_take(args, "publish"))
		return 0;
	if (args_take(args, "healthy"))
		how = VPC_PUBLISH_HEALTHY;
	return parse_put(nla_put_u8(msg, VPC_A_OP_PUBLISH, how));
}

int route_operation(struct args *args, struct nl_msg *msg,
		    enum vpc_route_op kind, const struct prefix *dst)
{
	struct nlattr *nest;
	int err;

	if (kind != VPC_ROUTE_OP_DEL && !args_is(args, "via"))
		return args_end(args) ?: usage("\"via\" is missing");
	nest = nla_nest_start(msg, VPC_A_ROUTE_OP | NLA_F_NESTED);
	if (!nest || nla_put_u8(msg, VPC_A_OP_KIND, kind) ||
	    put_address(msg, VPC_A_OP_ADDRESS, dst) ||
	    nla_put_u8(msg, VPC_A_OP_LENGTH, dst->length))
		return parse_put(-1);
	while (args_take(args, "via")) {
		err = parse_nexthop(args, msg);
		if (err)
			return err;
	}
	if (kind != VPC_ROUTE_OP_DEL && args_take(args, "fail-open")) {
		err = parse_put(nla_put_flag(msg, VPC_A_OP_FAIL_OPEN));
		if (err)
			return err;
	}
	if (kind != VPC_ROUTE_OP_DEL) {
		err = parse_publish(args, msg);
		if (err)
			return err;
	}
	return parse_put(nla_nest_end(msg, nest));
}

/*
 * PREFIX { table TABLE | vpc VPC | gateway VGW } [ via NH ]... [ fail-open ]
 * [ publish ], the table also at the end
 */
static int parse_change(struct args *args, struct nl_msg *msg,
			enum vpc_route_op kind)
{
	struct parser parser = {
		.keys = route_table_keys, .args = args, .msg = msg,
	};
	const char *word = args_need(args, "PREFIX");
	struct prefix dst;

	if (!word)
		return STATUS_USAGE;
	return parse_prefix(word, &dst) ?:
	       parse_some(&parser) ?:
	       route_operation(args, msg, kind, &dst) ?:
	       parse_some(&parser) ?:
	       parse_end(&parser);
}

static int change(struct args *args, enum vpc_route_op kind)
{
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_CHANGE);
	struct answer answer = { 0 };
	int err = parse_change(args, msg, kind);

	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

static int add(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_ROUTE_OP_ADD);
}

static int replace(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_ROUTE_OP_REPLACE);
}

static int del(const struct object *object, struct args *args)
{
	(void)object;
	return change(args, VPC_ROUTE_OP_DEL);
}

void route_print_prefix(const struct attrs *route)
{
	char text[PREFIX_TEXT];
	struct prefix dst;

	if (!attr_address(attr_next(route, NULL, VPC_A_ROUTE_ADDRESS), &dst))
		return;
	dst.length = attr_number(route, VPC_A_ROUTE_LENGTH, dst.length);
	print_string("dst", "", prefix_text(&dst, text));
}

static void print_publish(const struct attrs *route)
{
	uint64_t how = attr_number(route, VPC_A_ROUTE_PUBLISH, VPC_PUBLISH_NO);
	const struct nlattr *nla;

	print_string("publish", NULL, word_of(publishes, how));
	print_bool(NULL, "publish", how == VPC_PUBLISH_ALWAYS);
	print_bool(NULL, "publish healthy", how == VPC_PUBLISH_HEALTHY);
	print_array("publishers");
	attr_for_each(nla, route, VPC_A_ROUTE_PUBLISHER)
		print_string("", "published by", nla_get_string(nla));
	print_end();
}

static void print_route(const struct attrs *route)
{
	route_print_prefix(route);
	field_string(route, VPC_A_ROUTE_TABLE, "table", NULL);
	field_string(route, VPC_A_ROUTE_VPC, "vpc", NULL);
	field_string(route, VPC_A_ROUTE_GATEWAY, "gateway", NULL);
	print_string("origin", NULL,
		     word_of(origins, attr_number(route, VPC_A_ROUTE_ORIGIN,
						  VPC_ROUTE_ORIGIN_STATIC)));
	nexthops_print(route);
	print_bool("fail_open", "fail-open",
		   attr_has(route, VPC_A_ROUTE_FAIL_OPEN));
	print_publish(route);
}

/* When routes of several tables may be shown, text begins with the table. */
void route_print_placed(const struct attrs *route)
{
	if (attr_has(route, VPC_A_ROUTE_GATEWAY))
		field_string(route, VPC_A_ROUTE_GATEWAY, NULL, "gateway");
	else if (attr_has(route, VPC_A_ROUTE_TABLE))
		field_string(route, VPC_A_ROUTE_TABLE, NULL, "table");
	else
		field_string(route, VPC_A_ROUTE_VPC, NULL, "vpc");
	print_route(route);
}

/* In an event the line has to say what it is about. */
static void print(const struct attrs *route)
{
	print_text("route");
	route_print_placed(route);
}

static int show(const struct object *object, struct args *args)
{
	static const struct key keys[] = {
		{ "peering", KEY_NAME, VPC_A_ROUTE_PEERING, 0, 0 },
		{ "ipsec", KEY_NAME, VPC_A_ROUTE_IPSEC, 0, 0 },
		{ "table", KEY_NAME, VPC_A_ROUTE_TABLE, KEY_ONE_OF, 0 },
		{ "vpc", KEY_NAME, VPC_A_ROUTE_VPC, KEY_ONE_OF, 0 },
		{ "gateway", KEY_NAME, VPC_A_ROUTE_GATEWAY, KEY_ONE_OF, 0 },
		{ 0 }
	};
	struct nl_msg *msg = request_new(object->get);
	struct parser parser = { .keys = keys, .args = args, .msg = msg };
	struct answer answer = { 0 };
	int err = parse_some(&parser) ?: parse_end(&parser);

	err = request_dump(msg, err, &answer);
	if (!err)
		command_print(&answer, parser.seen & ~3UL ? print_route :
				       route_print_placed);
	answer_free(&answer);
	return err;
}

static void print_lookup(const struct attrs *route)
{
	struct attrs endpoint;

	print_object(NULL);
	route_print_placed(route);
	if (attr_has(route, VPC_A_ROUTE_ENDPOINT)) {
		endpoint = attr_nested(attr_next(route, NULL,
						 VPC_A_ROUTE_ENDPOINT));
		print_object("endpoint");
		endpoint_print(&endpoint);
		print_end();
	} else {
		print_null("endpoint");
	}
	print_end();
}

static int get(const struct object *object, struct args *args)
{
	static const struct key keys[] = {
		{ "from", KEY_DEV, VPC_A_ROUTE_DEV, KEY_ONE_OF | KEY_REQUIRED, 0 },
		{ "table", KEY_NAME, VPC_A_ROUTE_TABLE, KEY_ONE_OF, 0 },
		{ "vpc", KEY_NAME, VPC_A_ROUTE_VPC, KEY_ONE_OF, 0 },
		{ "gateway", KEY_NAME, VPC_A_ROUTE_GATEWAY, KEY_ONE_OF, 0 },
		{ 0 }
	};
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_LOOKUP);
	struct answer answer = { 0 };
	struct attrs route;
	int err;

	(void)object;
	err = parse_addr(args, msg, VPC_A_ROUTE_ADDRESS, "ADDR") ?:
	      parse_keys(keys, args, msg);
	err = request_run(msg, err, &answer);
	if (!err) {
		route = answer_first(&answer);
		print_lookup(&route);
	}
	answer_free(&answer);
	return err;
}

static const struct command commands[] = {
	{ "add", add, 0, NULL },
	{ "replace", replace, 0, NULL },
	{ "del", del, 0, NULL },
	{ "show", show, 0, NULL },
	{ "get", get, 0, NULL },
	{ "load", route_load, 0, NULL },
	{ 0 }
};

const struct object route_object = {
	.word = "route",
	.usage =
"vpcctl route { add | replace | del } PREFIX TABLE\n"
"                    [ via NH [ priority N ] [ weight N ] ]... [ fail-open ]\n"
"                    [ publish [ healthy ] ]\n"
"vpcctl route show [ TABLE ] [ peering NAME ] [ ipsec NAME ]\n"
"vpcctl route get ADDR { from DEV | TABLE }\n"
"vpcctl route load { FILE | - } TABLE [ replace ]\n"
"TABLE := { table NAME | vpc VPC | gateway VGW }\n"
"NH := { peering NAME | transit NAME | ipsec NAME | nat NAME |\n"
"        router { ADDR | VPC } | blackhole | unreachable | prohibit }\n"
"FILE has lines of [ add | replace | del ] PREFIX\n"
"                    [ via NH [ priority N ] [ weight N ] ]... [ fail-open ]\n",
	.commands = commands,
	.get = VPC_CMD_ROUTE_GET,
	.print = print,
	.event = VPC_A_EVENT_ROUTE,
};
