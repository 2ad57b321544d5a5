// SPDX-License-Identifier: GPL-2.0
/* NAT gateways: their addresses and rules. */
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_NAT_GATEWAY_VPC, KEY_REQUIRED | KEY_OF_VPC,
	  0 },
	{ "uplink", KEY_DEV, VPC_A_NAT_GATEWAY_UPLINK, KEY_REQUIRED, 0 },
	{ "address", KEY_GATEWAY, VPC_A_NAT_GATEWAY_ADDRESS,
	  KEY_MANY | KEY_REQUIRED, 0 },
	{ "first-port", KEY_U16, VPC_A_NAT_GATEWAY_FIRST_PORT, 0, 0 },
	{ "last-port", KEY_U16, VPC_A_NAT_GATEWAY_LAST_PORT, 0, 0 },
	{ "port-limit", KEY_U32, VPC_A_NAT_GATEWAY_PORT_LIMIT, 0, 65536 },
	{ "rate", KEY_U32, VPC_A_NAT_GATEWAY_RATE, 0, 0 },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_NAT_GATEWAY_NEW_NAME, 0, 0 },
	{ "address", KEY_GATEWAY, VPC_A_NAT_GATEWAY_ADDRESS, KEY_MANY, 0 },
	{ "no-address", KEY_GATEWAY, VPC_A_NAT_GATEWAY_DEL_ADDRESS, KEY_MANY,
	  0 },
	{ "first-port", KEY_U16, VPC_A_NAT_GATEWAY_FIRST_PORT, 0, 0 },
	{ "last-port", KEY_U16, VPC_A_NAT_GATEWAY_LAST_PORT, 0, 0 },
	{ "port-limit", KEY_U32, VPC_A_NAT_GATEWAY_PORT_LIMIT, 0, 65536 },
	{ "rate", KEY_U32, VPC_A_NAT_GATEWAY_RATE, 0, 0 },
	{ 0 }
};

/* PORT or PORT-PORT */
static int parse_ports(const char *word, unsigned int *first, unsigned int *last)
{
	char *end;

	if (isdigit((unsigned char)*word)) {
		*first = strtoul(word, &end, 10);
		*last = *first;
		if (*end == '-' && isdigit((unsigned char)end[1]))
			*last = strtoul(end + 1, &end, 10);
		if (!*end && *first && *first <= *last && *last <= UINT16_MAX)
			return 0;
	}
	return usage("\"%s\" is not a port from 1 to 65535, or two of them with a dash",
		     word);
}

/* address ADDR { tcp | udp } PORT[-PORT], and for an addition: to ADDR [ port PORT ] */
static int parse_dnat(struct args *args, struct nl_msg *msg, bool add)
{
	unsigned int first, last, proto = IPPROTO_TCP, to;
	const char *word;
	int err;

	if (!args_take(args, "address"))
		return usage("a DNAT rule begins with \"address\" and a public address");
	err = parse_addr(args, msg, VPC_A_DNAT_ADDRESS, "ADDR after \"address\"");
	if (err)
		return err;
	if (args_take(args, "udp"))
		proto = IPPROTO_UDP;
	else if (!args_take(args, "tcp"))
		return usage("after the public address comes \"tcp\" or \"udp\"");
	word = args_need(args, "PORT");
	if (!word)
		return STATUS_USAGE;
	err = parse_ports(word, &first, &last);
	if (!err)
		err = parse_put(nla_put_u8(msg, VPC_A_DNAT_PROTOCOL, proto)) ?:
		      parse_put(nla_put_u16(msg, VPC_A_DNAT_PORT, first)) ?:
		      parse_put(nla_put_u16(msg, VPC_A_DNAT_LAST_PORT, last));
	if (err || !add)
		return err;
	if (!args_take(args, "to"))
		return usage("after the port comes \"to\" and an address of the VPC");
	err = parse_addr(args, msg, VPC_A_DNAT_TO, "ADDR after \"to\"");
	if (err || !args_take(args, "port"))
		return err;
	word = args_need(args, "PORT");
	if (!word)
		return STATUS_USAGE;
	return parse_ports(word, &to, &last) ?:
	       parse_put(nla_put_u16(msg, VPC_A_DNAT_TO_PORT, to));
}

/* { subnet S | cidr PREFIX } */
static int parse_snat(struct args *args, struct nl_msg *msg, bool add)
{
	static const struct key keys[] = {
		{ "subnet", KEY_NAME, VPC_A_SNAT_SUBNET,
		  KEY_ONE_OF | KEY_REQUIRED, 0 },
		{ "cidr", KEY_PREFIX, VPC_A_SNAT_PREFIX, KEY_ONE_OF, 0 },
		{ 0 }
	};

	(void)add;
	return parse_keys(keys, args, msg);
}

/* { add | del } NAME RULE */
static int rule(const struct object *object, struct args *args, int add_attr,
		int del_attr,
		int (*parse)(struct args *args, struct nl_msg *msg, bool add))
{
	struct nl_msg *msg = request_new(VPC_CMD_NAT_GATEWAY_SET);
	struct answer answer = { 0 };
	struct nlattr *nest;
	bool add = args_take(args, "add");
	int err = 0;

	if (!add && !args_take(args, "del"))
		err = args_need(args, "\"add\" or \"del\"") ?
		      usage("a rule can be added or deleted: \"add\" or \"del\"") :
		      STATUS_USAGE;
	if (!err) {
		complete_names(args, object);
		err = parse_name(args, KEY_NAME, msg, VPC_A_NAT_GATEWAY_NAME);
	}
	if (!err) {
		nest = nla_nest_start(msg, (add ? add_attr : del_attr) |
					   NLA_F_NESTED);
		err = parse_put(nest ? 0 : -1) ?: parse(args, msg, add) ?:
		      args_end(args) ?: parse_put(nla_nest_end(msg, nest));
	}
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

static int snat(const struct object *object, struct args *args)
{
	return rule(object, args, VPC_A_NAT_GATEWAY_SNAT,
		    VPC_A_NAT_GATEWAY_DEL_SNAT, parse_snat);
}

static int dnat(const struct object *object, struct args *args)
{
	return rule(object, args, VPC_A_NAT_GATEWAY_DNAT,
		    VPC_A_NAT_GATEWAY_DEL_DNAT, parse_dnat);
}

static void print_addresses(const struct attrs *gateway)
{
	const struct nlattr *nla;
	struct attrs public;

	print_array("addresses");
	attr_for_each(nla, gateway, VPC_A_NAT_GATEWAY_ADDRESS) {
		public = attr_nested(nla);
		print_line(2);
		print_object(NULL);
		field_address(&public, VPC_A_PUBLIC_ADDRESS, "address",
			      "address");
		field_address(&public, VPC_A_PUBLIC_ENDPOINT, "endpoint",
			      "endpoint");
		field_unusual(&public, VPC_A_PUBLIC_LEVEL, "level",
			      "ports-in-use-percent", 0);
		print_bool("draining", "draining",
			   attr_has(&public, VPC_A_PUBLIC_DRAINING));
		field_number(&public, VPC_A_PUBLIC_CONNECTIONS, "connections",
			     "connections");
		field_number(&public, VPC_A_PUBLIC_TCP_PORTS, "tcp_ports",
			     "tcp-ports");
		field_number(&public, VPC_A_PUBLIC_UDP_PORTS, "udp_ports",
			     "udp-ports");
		field_number(&public, VPC_A_PUBLIC_ICMP_PORTS, "icmp_ports",
			     "icmp-ports");
		print_end();
	}
	print_end();
}

static void print_snat(const struct attrs *gateway)
{
	const struct nlattr *nla;
	struct attrs rule;

	print_array("snat");
	attr_for_each(nla, gateway, VPC_A_NAT_GATEWAY_SNAT) {
		rule = attr_nested(nla);
		print_line(2);
		print_text("snat ");
		print_object(NULL);
		field_string(&rule, VPC_A_SNAT_SUBNET, "subnet", "subnet");
		field_prefixes(&rule, VPC_A_SNAT_PREFIX, "cidr", "cidr");
		print_end();
	}
	print_end();
}

static void print_ports(const struct attrs *rule)
{
	unsigned int first = attr_number(rule, VPC_A_DNAT_PORT, 0);
	unsigned int last = attr_number(rule, VPC_A_DNAT_LAST_PORT, first);
	bool udp = attr_number(rule, VPC_A_DNAT_PROTOCOL, 0) == IPPROTO_UDP;
	char text[16];

	print_string("protocol", NULL, udp ? "udp" : "tcp");
	print_number("port", NULL, first);
	print_number("last_port", NULL, last);
	snprintf(text, sizeof(text), first == last ? "%u" : "%u-%u", first, last);
	print_string(NULL, udp ? "udp" : "tcp", text);
}

static void print_dnat(const struct attrs *gateway)
{
	const struct nlattr *nla;
	struct attrs rule;

	print_array("dnat");
	attr_for_each(nla, gateway, VPC_A_NAT_GATEWAY_DNAT) {
		rule = attr_nested(nla);
		print_line(2);
		print_text("dnat ");
		print_object(NULL);
		field_address(&rule, VPC_A_DNAT_ADDRESS, "address", "address");
		print_ports(&rule);
		field_address(&rule, VPC_A_DNAT_TO, "to", "to");
		field_number(&rule, VPC_A_DNAT_TO_PORT, "to_port", "port");
		print_end();
	}
	print_end();
}

static void print(const struct attrs *gateway)
{
	bool named = attr_has(gateway, VPC_A_NAT_GATEWAY_NAME);

	field_string(gateway, VPC_A_NAT_GATEWAY_NAME, "name", "nat-gateway");
	/* The own router of a VPC has no name. */
	field_string(gateway, VPC_A_NAT_GATEWAY_VPC, "vpc",
		     named ? "vpc" : "router of vpc");
	field_string(gateway, VPC_A_NAT_GATEWAY_UPLINK, "uplink", "uplink");
	field_number(gateway, VPC_A_NAT_GATEWAY_CONNECTIONS, "connections",
		     "connections");
	field_number(gateway, VPC_A_NAT_GATEWAY_SOURCES, "sources", "sources");
	field_unusual(gateway, VPC_A_NAT_GATEWAY_FIRST_PORT, "first_port",
		      "first-port", VPC_NAT_FIRST_PORT);
	field_unusual(gateway, VPC_A_NAT_GATEWAY_LAST_PORT, "last_port",
		      "last-port", VPC_NAT_LAST_PORT);
	field_unusual(gateway, VPC_A_NAT_GATEWAY_PORT_LIMIT, "port_limit",
		      "port-limit", VPC_NAT_PORT_LIMIT);
	field_unusual(gateway, VPC_A_NAT_GATEWAY_RATE, "rate", "rate", 0);
	field_unusual(gateway, VPC_A_NAT_GATEWAY_EXHAUSTED, "exhausted",
		      "exhausted", 0);
	field_unusual(gateway, VPC_A_NAT_GATEWAY_LIMITED, "limited", "limited",
		      0);
	print_addresses(gateway);
	print_snat(gateway);
	print_dnat(gateway);
	field_number(gateway, VPC_A_NAT_GATEWAY_ID, "id", NULL);
	field_metered(gateway, VPC_A_NAT_GATEWAY_COUNTERS);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_NAT_GATEWAY_NEW, add_keys },
	{ "set", NULL, VPC_CMD_NAT_GATEWAY_SET, set_keys },
	{ "snat", snat, 0, NULL },
	{ "dnat", dnat, 0, NULL },
	{ "del", NULL, VPC_CMD_NAT_GATEWAY_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object nat_gateway_object = {
	.word = "nat-gateway",
	.usage =
"vpcctl nat-gateway add NAME vpc VPC uplink DEV address ADDR [ address ADDR ]...\n"
"                    [ first-port N ] [ last-port N ] [ port-limit N ] [ rate N ]\n"
"vpcctl nat-gateway set NAME [ name NEW ] [ address ADDR ]... [ no-address ADDR ]...\n"
"                    [ first-port N ] [ last-port N ] [ port-limit N ] [ rate N ]\n"
"vpcctl nat-gateway snat { add | del } NAME { subnet SUBNET | cidr PREFIX }\n"
"vpcctl nat-gateway dnat add NAME address ADDR { tcp | udp } PORT[-PORT]\n"
"                    to ADDR [ port PORT ]\n"
"vpcctl nat-gateway dnat del NAME address ADDR { tcp | udp } PORT[-PORT]\n"
"vpcctl nat-gateway del NAME\n"
"vpcctl nat-gateway show [ NAME ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_NAT_GATEWAY_GET,
	.name = VPC_A_NAT_GATEWAY_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_NAT_GATEWAY_VPC,
	.id = VPC_A_NAT_GATEWAY_ID,
	.counters = VPC_A_NAT_GATEWAY_COUNTERS,
	.print = print,
	.event = VPC_A_EVENT_NAT_GATEWAY,
};
