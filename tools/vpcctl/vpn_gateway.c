// SPDX-License-Identifier: GPL-2.0
/* VPN gateways, and the customer gateways at the other end. */
#include "field.h"
#include "parse.h"
#include "print.h"

static const char *const states[] = {
	[VPC_VPN_GATEWAY_PREPARING] = "preparing",
	[VPC_VPN_GATEWAY_NORMAL] = "normal",
};

/* A transit domain is a VPC to the module; people may say which they mean. */
static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_VPN_GATEWAY_VPC,
	  KEY_ONE_OF | KEY_REQUIRED | KEY_OF_VPC, 0 },
	{ "transit", KEY_NAME, VPC_A_VPN_GATEWAY_VPC, KEY_ONE_OF | KEY_OF_VPC, 0 },
	{ "local", KEY_ADDRESS, VPC_A_VPN_GATEWAY_LOCAL, KEY_REQUIRED, 0 },
	{ "inside", KEY_ADDRESS, VPC_A_VPN_GATEWAY_INSIDE, KEY_MANY, 0 },
	{ "bandwidth", KEY_RATE, VPC_A_VPN_GATEWAY_BANDWIDTH, 0,
	  VPC_BANDWIDTH_MAX },
	{ "transit-between-connections", KEY_ON_OFF, VPC_A_VPN_GATEWAY_TRANSIT,
	  0, 0 },
	{ "mss-clamp", KEY_ON_OFF, VPC_A_VPN_GATEWAY_MSS_CLAMP, 0, 0 },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_VPN_GATEWAY_NEW_NAME, 0, 0 },
	{ "bandwidth", KEY_RATE, VPC_A_VPN_GATEWAY_BANDWIDTH, 0,
	  VPC_BANDWIDTH_MAX },
	{ "transit-between-connections", KEY_ON_OFF, VPC_A_VPN_GATEWAY_TRANSIT,
	  0, 0 },
	{ "mss-clamp", KEY_ON_OFF, VPC_A_VPN_GATEWAY_MSS_CLAMP, 0, 0 },
	{ 0 }
};

static void print(const struct attrs *gateway)
{
	field_string(gateway, VPC_A_VPN_GATEWAY_NAME, "name", "vpn-gateway");
	field_string(gateway, VPC_A_VPN_GATEWAY_VPC, "vpc", "vpc");
	field_address(gateway, VPC_A_VPN_GATEWAY_LOCAL, "local", "local");
	field_addresses(gateway, VPC_A_VPN_GATEWAY_INSIDE, "inside", "inside");
	print_string("state", "state",
		     word_of(states, attr_number(gateway,
						 VPC_A_VPN_GATEWAY_STATE,
						 UINT64_MAX)));
	field_rate(gateway, VPC_A_VPN_GATEWAY_BANDWIDTH, "bandwidth_bps",
		   "bandwidth");
	print_bool("transit_between_connections", "transit-between-connections",
		   attr_number(gateway, VPC_A_VPN_GATEWAY_TRANSIT, 0));
	print_bool("mss_clamp", "mss-clamp",
		   attr_number(gateway, VPC_A_VPN_GATEWAY_MSS_CLAMP, 0));
	field_number(gateway, VPC_A_VPN_GATEWAY_ROUTES, "routes", "routes");
	field_number(gateway, VPC_A_VPN_GATEWAY_ID, "id", NULL);
}

static const struct command commands[] = {
	{ "add", NULL, VPC_CMD_VPN_GATEWAY_NEW, add_keys },
	{ "set", NULL, VPC_CMD_VPN_GATEWAY_SET, set_keys },
	{ "del", NULL, VPC_CMD_VPN_GATEWAY_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object vpn_gateway_object = {
	.word = "vpn-gateway",
	.usage =
"vpcctl vpn-gateway add NAME { vpc VPC | transit DOMAIN } local ADDR\n"
"                    [ inside ADDR ]... [ bandwidth RATE ]\n"
"                    [ transit-between-connections { on | off } ]\n"
"                    [ mss-clamp { on | off } ]\n"
"vpcctl vpn-gateway set NAME [ name NEW ] [ bandwidth RATE ]\n"
"                    [ transit-between-connections { on | off } ]\n"
"                    [ mss-clamp { on | off } ]\n"
"vpcctl vpn-gateway del NAME\n"
"vpcctl vpn-gateway show [ NAME ] [ vpc VPC ]\n",
	.commands = commands,
	.get = VPC_CMD_VPN_GATEWAY_GET,
	.name = VPC_A_VPN_GATEWAY_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_VPN_GATEWAY_VPC,
	.print = print,
	.event = VPC_A_EVENT_VPN_GATEWAY,
};

static const struct key customer_add_keys[] = {
	{ "address", KEY_ADDRESS, VPC_A_CUSTOMER_GATEWAY_ADDRESS, KEY_REQUIRED,
	  0 },
	{ "description", KEY_TEXT, VPC_A_CUSTOMER_GATEWAY_DESCRIPTION, 0,
	  VPC_DESCRIPTION_LEN - 1 },
	{ 0 }
};

static const struct key customer_set_keys[] = {
	{ "name", KEY_NAME, VPC_A_CUSTOMER_GATEWAY_NEW_NAME, 0, 0 },
	{ "description", KEY_TEXT, VPC_A_CUSTOMER_GATEWAY_DESCRIPTION, 0,
	  VPC_DESCRIPTION_LEN - 1 },
	{ 0 }
};

static void print_customer(const struct attrs *customer)
{
	field_string(customer, VPC_A_CUSTOMER_GATEWAY_NAME, "name",
		     "customer-gateway");
	field_address(customer, VPC_A_CUSTOMER_GATEWAY_ADDRESS, "address",
		      "address");
	field_string(customer, VPC_A_CUSTOMER_GATEWAY_DESCRIPTION,
		     "description", "description");
	field_number(customer, VPC_A_CUSTOMER_GATEWAY_CONNECTIONS,
		     "connections", "connections");
	field_number(customer, VPC_A_CUSTOMER_GATEWAY_ID, "id", NULL);
}

static const struct command customer_commands[] = {
	{ "add", NULL, VPC_CMD_CUSTOMER_GATEWAY_NEW, customer_add_keys },
	{ "set", NULL, VPC_CMD_CUSTOMER_GATEWAY_SET, customer_set_keys },
	{ "del", NULL, VPC_CMD_CUSTOMER_GATEWAY_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ 0 }
};

const struct object customer_gateway_object = {
	.word = "customer-gateway",
	.usage =
"vpcctl customer-gateway add NAME address ADDR [ description TEXT ]\n"
"vpcctl customer-gateway set NAME [ name NEW ] [ description TEXT ]\n"
"vpcctl customer-gateway del NAME\n"
"vpcctl customer-gateway show [ NAME ]\n",
	.commands = customer_commands,
	.get = VPC_CMD_CUSTOMER_GATEWAY_GET,
	.name = VPC_A_CUSTOMER_GATEWAY_NAME,
	.name_type = KEY_NAME,
	.print = print_customer,
	.event = VPC_A_EVENT_CUSTOMER_GATEWAY,
};
