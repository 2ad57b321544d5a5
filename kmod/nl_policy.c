// SPDX-License-Identifier: GPL-2.0
/*
 * What each command takes. An attribute that is not listed is refused by the core, and so is a
 * number or a length out of range; what depends on more than one attribute is checked by the
 * commands. selftests/netlink_spec.py reads this file: one entry per line.
 */

#include <linux/if.h>
#include <linux/if_ether.h>

#include "nl_policy.h"

#define NAME		{ .type = NLA_NUL_STRING, .len = VPC_NAME_LEN - 1 }
#define DEV		{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define ADDRESS		NLA_POLICY_RANGE(NLA_BINARY, 4, 16)
#define DESCRIPTION	{ .type = NLA_NUL_STRING, .len = VPC_DESCRIPTION_LEN - 1 }
#define PREFIX		NLA_POLICY_NESTED(vpc_nl_policy_prefix)

/* Not const: the policy of older kernels points to variables. */
static struct netlink_range_validation peering_limit = {
	.max = 65535,
};

static struct netlink_range_validation vni = {
	.max = VPC_VNI_MAX,
};

static struct netlink_range_validation peering_expires = {
	.min = 1,
	.max = VPC_PEERING_EXPIRES_MAX,
};

static struct netlink_range_validation probe_interval = {
	.min = VPC_PROBE_INTERVAL_MIN,
	.max = VPC_PROBE_INTERVAL_MAX,
};

static struct netlink_range_validation probe_delay = {
	.max = VPC_PROBE_DELAY_MAX,
};

static struct netlink_range_validation bandwidth = {
	.max = VPC_BANDWIDTH_MAX,
};

static struct netlink_range_validation nat_port_limit = {
	.min = 16,
	.max = 65536,
};

const struct nla_policy vpc_nl_policy_prefix[VPC_A_PREFIX_MAX + 1] = {
	[VPC_A_PREFIX_ADDRESS] = ADDRESS,
	[VPC_A_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy vpc_nl_policy_gateway[VPC_A_GATEWAY_MAX + 1] = {
	[VPC_A_GATEWAY_ADDRESS] = ADDRESS,
};

const struct nla_policy vpc_nl_policy_nexthop[VPC_A_NEXTHOP_MAX + 1] = {
	[VPC_A_NEXTHOP_TYPE] = NLA_POLICY_RANGE(NLA_U8, VPC_NH_LOCAL, VPC_NH_MAX),
	[VPC_A_NEXTHOP_PEERING] = NAME,
	[VPC_A_NEXTHOP_ADDRESS] = ADDRESS,
	[VPC_A_NEXTHOP_PRIORITY] = { .type = NLA_U32 },
	[VPC_A_NEXTHOP_WEIGHT] = NLA_POLICY_MAX(NLA_U16, VPC_WEIGHT_MAX),
	[VPC_A_NEXTHOP_IPSEC] = NAME,
	[VPC_A_NEXTHOP_NAT] = NAME,
	[VPC_A_NEXTHOP_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_op[VPC_A_OP_MAX + 1] = {
	[VPC_A_OP_KIND] = NLA_POLICY_MAX(NLA_U8, VPC_ROUTE_OP_MAX),
	[VPC_A_OP_ADDRESS] = ADDRESS,
	[VPC_A_OP_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
	[VPC_A_OP_NEXTHOP] = NLA_POLICY_NESTED(vpc_nl_policy_nexthop),
	[VPC_A_OP_FAIL_OPEN] = { .type = NLA_FLAG },
	[VPC_A_OP_PUBLISH] = NLA_POLICY_MAX(NLA_U8, VPC_PUBLISH_HEALTHY),
};

const struct nla_policy vpc_nl_policy_public[VPC_A_PUBLIC_MAX + 1] = {
	[VPC_A_PUBLIC_ADDRESS] = ADDRESS,
	[VPC_A_PUBLIC_ENDPOINT] = ADDRESS,
};

const struct nla_policy vpc_nl_policy_snat[VPC_A_SNAT_MAX + 1] = {
	[VPC_A_SNAT_SUBNET] = NAME,
	[VPC_A_SNAT_PREFIX] = PREFIX,
};

const struct nla_policy vpc_nl_policy_dnat[VPC_A_DNAT_MAX + 1] = {
	[VPC_A_DNAT_ADDRESS] = ADDRESS,
	[VPC_A_DNAT_PROTOCOL] = { .type = NLA_U8 },
	[VPC_A_DNAT_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VPC_A_DNAT_LAST_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VPC_A_DNAT_TO] = ADDRESS,
	[VPC_A_DNAT_TO_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
};

const struct nla_policy vpc_nl_policy_vpc_new[VPC_A_VPC_VNI + 1] = {
	[VPC_A_VPC_NAME] = NAME,
	[VPC_A_VPC_ACCOUNT] = { .type = NLA_U64 },
	[VPC_A_VPC_CIDR] = PREFIX,
	[VPC_A_VPC_PEERING_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &peering_limit),
	[VPC_A_VPC_TRANSIT] = { .type = NLA_FLAG },
	[VPC_A_VPC_CONNECTION_LIMIT] = { .type = NLA_U32 },
	[VPC_A_VPC_FILTER] = NLA_POLICY_MAX(NLA_U8, 1),
	[VPC_A_VPC_REGION] = NAME,
	[VPC_A_VPC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vni),
};

const struct nla_policy vpc_nl_policy_vpc_set[VPC_A_VPC_VNI + 1] = {
	[VPC_A_VPC_NAME] = NAME,
	[VPC_A_VPC_NEW_NAME] = NAME,
	[VPC_A_VPC_CIDR] = PREFIX,
	[VPC_A_VPC_DEL_CIDR] = PREFIX,
	[VPC_A_VPC_PEERING_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &peering_limit),
	[VPC_A_VPC_CONNECTION_LIMIT] = { .type = NLA_U32 },
	[VPC_A_VPC_PUBLIC] = NLA_POLICY_NESTED(vpc_nl_policy_public),
	[VPC_A_VPC_DEL_PUBLIC] = NLA_POLICY_NESTED(vpc_nl_policy_public),
	[VPC_A_VPC_UPLINK] = DEV,
	[VPC_A_VPC_FILTER] = NLA_POLICY_MAX(NLA_U8, 1),
	[VPC_A_VPC_REGION] = NAME,
	[VPC_A_VPC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vni),
};

const struct nla_policy vpc_nl_policy_vpc_del[VPC_A_VPC_NAME + 1] = {
	[VPC_A_VPC_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_vpc_get[VPC_A_VPC_NAME + 1] = {
	[VPC_A_VPC_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_subnet_new[VPC_A_SUBNET_TABLE + 1] = {
	[VPC_A_SUBNET_NAME] = NAME,
	[VPC_A_SUBNET_VPC] = NAME,
	[VPC_A_SUBNET_CIDR] = PREFIX,
	[VPC_A_SUBNET_GATEWAY] = ADDRESS,
	[VPC_A_SUBNET_TABLE] = NAME,
};

const struct nla_policy vpc_nl_policy_subnet_set[VPC_A_SUBNET_TABLE + 1] = {
	[VPC_A_SUBNET_NAME] = NAME,
	[VPC_A_SUBNET_TABLE] = NAME,
};

const struct nla_policy vpc_nl_policy_subnet_del[VPC_A_SUBNET_NAME + 1] = {
	[VPC_A_SUBNET_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_subnet_get[VPC_A_SUBNET_VPC + 1] = {
	[VPC_A_SUBNET_NAME] = NAME,
	[VPC_A_SUBNET_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_table_new[VPC_A_TABLE_VPC + 1] = {
	[VPC_A_TABLE_NAME] = NAME,
	[VPC_A_TABLE_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_table_del[VPC_A_TABLE_NAME + 1] = {
	[VPC_A_TABLE_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_table_get[VPC_A_TABLE_VPC + 1] = {
	[VPC_A_TABLE_NAME] = NAME,
	[VPC_A_TABLE_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_port_new[VPC_A_PORT_OVERLAY + 1] = {
	[VPC_A_PORT_DEV] = DEV,
	[VPC_A_PORT_SUBNET] = NAME,
	[VPC_A_PORT_ADDRESS] = ADDRESS,
	[VPC_A_PORT_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[VPC_A_PORT_ALLOW] = PREFIX,
	[VPC_A_PORT_OVERLAY] = { .type = NLA_FLAG },
};

const struct nla_policy vpc_nl_policy_port_del[VPC_A_PORT_HOST + 1] = {
	[VPC_A_PORT_DEV] = DEV,
	[VPC_A_PORT_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[VPC_A_PORT_HOST] = ADDRESS,
};

const struct nla_policy vpc_nl_policy_port_get[VPC_A_PORT_VPC + 1] = {
	[VPC_A_PORT_DEV] = DEV,
	[VPC_A_PORT_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_uplink_new[VPC_A_UPLINK_TABLE + 1] = {
	[VPC_A_UPLINK_DEV] = DEV,
	[VPC_A_UPLINK_VPC] = NAME,
	[VPC_A_UPLINK_ADDRESS] = PREFIX,
	[VPC_A_UPLINK_GATEWAY] = NLA_POLICY_NESTED(vpc_nl_policy_gateway),
	[VPC_A_UPLINK_TABLE] = NAME,
};

const struct nla_policy vpc_nl_policy_uplink_del[VPC_A_UPLINK_DEV + 1] = {
	[VPC_A_UPLINK_DEV] = DEV,
};

const struct nla_policy vpc_nl_policy_uplink_get[VPC_A_UPLINK_VPC + 1] = {
	[VPC_A_UPLINK_DEV] = DEV,
	[VPC_A_UPLINK_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_endpoint_new[VPC_A_ENDPOINT_REPLACE + 1] = {
	[VPC_A_ENDPOINT_VPC] = NAME,
	[VPC_A_ENDPOINT_ADDRESS] = ADDRESS,
	[VPC_A_ENDPOINT_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[VPC_A_ENDPOINT_HOST] = ADDRESS,
	[VPC_A_ENDPOINT_REPLACE] = { .type = NLA_FLAG },
};

const struct nla_policy vpc_nl_policy_endpoint_del[VPC_A_ENDPOINT_ADDRESS + 1] = {
	[VPC_A_ENDPOINT_VPC] = NAME,
	[VPC_A_ENDPOINT_ADDRESS] = ADDRESS,
};

const struct nla_policy vpc_nl_policy_endpoint_get[VPC_A_ENDPOINT_VPC + 1] = {
	[VPC_A_ENDPOINT_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_route_change[VPC_A_ROUTE_GATEWAY + 1] = {
	[VPC_A_ROUTE_TABLE] = NAME,
	[VPC_A_ROUTE_VPC] = NAME,
	[VPC_A_ROUTE_REPLACE_TABLE] = { .type = NLA_FLAG },
	[VPC_A_ROUTE_OP] = NLA_POLICY_NESTED(vpc_nl_policy_op),
	[VPC_A_ROUTE_GATEWAY] = NAME,
};

const struct nla_policy vpc_nl_policy_route_get[VPC_A_ROUTE_IPSEC + 1] = {
	[VPC_A_ROUTE_TABLE] = NAME,
	[VPC_A_ROUTE_VPC] = NAME,
	[VPC_A_ROUTE_PEERING] = NAME,
	[VPC_A_ROUTE_GATEWAY] = NAME,
	[VPC_A_ROUTE_IPSEC] = NAME,
};

const struct nla_policy vpc_nl_policy_route_lookup[VPC_A_ROUTE_GATEWAY + 1] = {
	[VPC_A_ROUTE_TABLE] = NAME,
	[VPC_A_ROUTE_VPC] = NAME,
	[VPC_A_ROUTE_DEV] = DEV,
	[VPC_A_ROUTE_ADDRESS] = ADDRESS,
	[VPC_A_ROUTE_GATEWAY] = NAME,
};

const struct nla_policy vpc_nl_policy_peering_new[VPC_A_PEERING_BANDWIDTH + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_VPC] = NAME,
	[VPC_A_PEERING_PEER] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
	[VPC_A_PEERING_EXPIRES] = NLA_POLICY_FULL_RANGE(NLA_U32, &peering_expires),
	[VPC_A_PEERING_BANDWIDTH] = NLA_POLICY_FULL_RANGE(NLA_U64, &bandwidth),
};

const struct nla_policy vpc_nl_policy_peering_set[VPC_A_PEERING_BANDWIDTH + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_NEW_NAME] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
	[VPC_A_PEERING_BANDWIDTH] = NLA_POLICY_FULL_RANGE(NLA_U64, &bandwidth),
};

const struct nla_policy vpc_nl_policy_peering_accept[VPC_A_PEERING_AS + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
};

const struct nla_policy vpc_nl_policy_peering_reject[VPC_A_PEERING_AS + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
};

const struct nla_policy vpc_nl_policy_peering_enable[VPC_A_PEERING_AS + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
};

const struct nla_policy vpc_nl_policy_peering_del[VPC_A_PEERING_AS + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_AS] = { .type = NLA_U64 },
};

const struct nla_policy vpc_nl_policy_peering_get[VPC_A_PEERING_VPC + 1] = {
	[VPC_A_PEERING_NAME] = NAME,
	[VPC_A_PEERING_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_stats_get[VPC_A_STATS_VPC + 1] = {
	[VPC_A_STATS_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_probe_new[VPC_A_PROBE_ADMIN_DOWN + 1] = {
	[VPC_A_PROBE_NAME] = NAME,
	[VPC_A_PROBE_VPC] = NAME,
	[VPC_A_PROBE_NEXTHOP] = NLA_POLICY_NESTED(vpc_nl_policy_nexthop),
	[VPC_A_PROBE_TYPE] = NLA_POLICY_RANGE(NLA_U8, VPC_PROBE_BFD, VPC_PROBE_MAX),
	[VPC_A_PROBE_SOURCE] = ADDRESS,
	[VPC_A_PROBE_DESTINATION] = ADDRESS,
	[VPC_A_PROBE_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &probe_interval),
	[VPC_A_PROBE_MULTIPLIER] = NLA_POLICY_RANGE(NLA_U8, 1, 255),
	[VPC_A_PROBE_RISE] = NLA_POLICY_RANGE(NLA_U8, 1, 255),
	[VPC_A_PROBE_HOLD_DOWN] = NLA_POLICY_FULL_RANGE(NLA_U32, &probe_delay),
	[VPC_A_PROBE_FAIL_BACK] = { .type = NLA_U32 },
	[VPC_A_PROBE_SUPPRESS] = { .type = NLA_U32 },
	[VPC_A_PROBE_REUSE] = { .type = NLA_U32 },
	[VPC_A_PROBE_HALF_LIFE] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[VPC_A_PROBE_MULTIHOP] = { .type = NLA_FLAG },
	[VPC_A_PROBE_ADMIN_DOWN] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy vpc_nl_policy_probe_set[VPC_A_PROBE_ADMIN_DOWN + 1] = {
	[VPC_A_PROBE_NAME] = NAME,
	[VPC_A_PROBE_NEW_NAME] = NAME,
	[VPC_A_PROBE_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &probe_interval),
	[VPC_A_PROBE_MULTIPLIER] = NLA_POLICY_RANGE(NLA_U8, 1, 255),
	[VPC_A_PROBE_RISE] = NLA_POLICY_RANGE(NLA_U8, 1, 255),
	[VPC_A_PROBE_HOLD_DOWN] = NLA_POLICY_FULL_RANGE(NLA_U32, &probe_delay),
	[VPC_A_PROBE_FAIL_BACK] = { .type = NLA_U32 },
	[VPC_A_PROBE_SUPPRESS] = { .type = NLA_U32 },
	[VPC_A_PROBE_REUSE] = { .type = NLA_U32 },
	[VPC_A_PROBE_HALF_LIFE] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[VPC_A_PROBE_ADMIN_DOWN] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy vpc_nl_policy_probe_del[VPC_A_PROBE_NAME + 1] = {
	[VPC_A_PROBE_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_probe_get[VPC_A_PROBE_VPC + 1] = {
	[VPC_A_PROBE_NAME] = NAME,
	[VPC_A_PROBE_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_flip_get[VPC_A_FLIP_PROBE + 1] = {
	[VPC_A_FLIP_PROBE] = NAME,
};

const struct nla_policy vpc_nl_policy_settings_set[VPC_A_INFO_IF_ID_LAST + 1] = {
	[VPC_A_INFO_IF_ID_FIRST] = { .type = NLA_U32 },
	[VPC_A_INFO_IF_ID_LAST] = { .type = NLA_U32 },
};

const struct nla_policy vpc_nl_policy_vpn_gateway_new[VPC_A_VPN_GATEWAY_MSS_CLAMP + 1] = {
	[VPC_A_VPN_GATEWAY_NAME] = NAME,
	[VPC_A_VPN_GATEWAY_VPC] = NAME,
	[VPC_A_VPN_GATEWAY_LOCAL] = ADDRESS,
	[VPC_A_VPN_GATEWAY_INSIDE] = ADDRESS,
	[VPC_A_VPN_GATEWAY_BANDWIDTH] = NLA_POLICY_FULL_RANGE(NLA_U64, &bandwidth),
	[VPC_A_VPN_GATEWAY_TRANSIT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VPC_A_VPN_GATEWAY_MSS_CLAMP] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy vpc_nl_policy_vpn_gateway_set[VPC_A_VPN_GATEWAY_MSS_CLAMP + 1] = {
	[VPC_A_VPN_GATEWAY_NAME] = NAME,
	[VPC_A_VPN_GATEWAY_NEW_NAME] = NAME,
	[VPC_A_VPN_GATEWAY_BANDWIDTH] = NLA_POLICY_FULL_RANGE(NLA_U64, &bandwidth),
	[VPC_A_VPN_GATEWAY_TRANSIT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VPC_A_VPN_GATEWAY_MSS_CLAMP] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy vpc_nl_policy_vpn_gateway_del[VPC_A_VPN_GATEWAY_NAME + 1] = {
	[VPC_A_VPN_GATEWAY_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_vpn_gateway_get[VPC_A_VPN_GATEWAY_VPC + 1] = {
	[VPC_A_VPN_GATEWAY_NAME] = NAME,
	[VPC_A_VPN_GATEWAY_VPC] = NAME,
};

const struct nla_policy
vpc_nl_policy_customer_gateway_new[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION + 1] = {
	[VPC_A_CUSTOMER_GATEWAY_NAME] = NAME,
	[VPC_A_CUSTOMER_GATEWAY_ADDRESS] = ADDRESS,
	[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION] = DESCRIPTION,
};

const struct nla_policy
vpc_nl_policy_customer_gateway_set[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION + 1] = {
	[VPC_A_CUSTOMER_GATEWAY_NAME] = NAME,
	[VPC_A_CUSTOMER_GATEWAY_NEW_NAME] = NAME,
	[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION] = DESCRIPTION,
};

const struct nla_policy vpc_nl_policy_customer_gateway_del[VPC_A_CUSTOMER_GATEWAY_NAME + 1] = {
	[VPC_A_CUSTOMER_GATEWAY_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_customer_gateway_get[VPC_A_CUSTOMER_GATEWAY_NAME + 1] = {
	[VPC_A_CUSTOMER_GATEWAY_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_ipsec_new[VPC_A_IPSEC_REMOTE + 1] = {
	[VPC_A_IPSEC_NAME] = NAME,
	[VPC_A_IPSEC_GATEWAY] = NAME,
	[VPC_A_IPSEC_CUSTOMER] = NAME,
	[VPC_A_IPSEC_IF_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VPC_A_IPSEC_MODE] = NLA_POLICY_MAX(NLA_U8, VPC_IPSEC_POLICY),
	[VPC_A_IPSEC_LOCAL] = PREFIX,
	[VPC_A_IPSEC_REMOTE] = PREFIX,
};

const struct nla_policy vpc_nl_policy_ipsec_set[VPC_A_IPSEC_NEW_NAME + 1] = {
	[VPC_A_IPSEC_NAME] = NAME,
	[VPC_A_IPSEC_NEW_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_ipsec_del[VPC_A_IPSEC_NAME + 1] = {
	[VPC_A_IPSEC_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_ipsec_get[VPC_A_IPSEC_VPC + 1] = {
	[VPC_A_IPSEC_NAME] = NAME,
	[VPC_A_IPSEC_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_nat_gateway_new[VPC_A_NAT_GATEWAY_RATE + 1] = {
	[VPC_A_NAT_GATEWAY_NAME] = NAME,
	[VPC_A_NAT_GATEWAY_VPC] = NAME,
	[VPC_A_NAT_GATEWAY_UPLINK] = DEV,
	[VPC_A_NAT_GATEWAY_ADDRESS] = NLA_POLICY_NESTED(vpc_nl_policy_public),
	[VPC_A_NAT_GATEWAY_SNAT] = NLA_POLICY_NESTED(vpc_nl_policy_snat),
	[VPC_A_NAT_GATEWAY_DNAT] = NLA_POLICY_NESTED(vpc_nl_policy_dnat),
	[VPC_A_NAT_GATEWAY_FIRST_PORT] = { .type = NLA_U16 },
	[VPC_A_NAT_GATEWAY_LAST_PORT] = { .type = NLA_U16 },
	[VPC_A_NAT_GATEWAY_PORT_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &nat_port_limit),
	[VPC_A_NAT_GATEWAY_RATE] = { .type = NLA_U32 },
};

const struct nla_policy vpc_nl_policy_nat_gateway_set[VPC_A_NAT_GATEWAY_RATE + 1] = {
	[VPC_A_NAT_GATEWAY_NAME] = NAME,
	[VPC_A_NAT_GATEWAY_NEW_NAME] = NAME,
	[VPC_A_NAT_GATEWAY_ADDRESS] = NLA_POLICY_NESTED(vpc_nl_policy_public),
	[VPC_A_NAT_GATEWAY_DEL_ADDRESS] = NLA_POLICY_NESTED(vpc_nl_policy_public),
	[VPC_A_NAT_GATEWAY_SNAT] = NLA_POLICY_NESTED(vpc_nl_policy_snat),
	[VPC_A_NAT_GATEWAY_DEL_SNAT] = NLA_POLICY_NESTED(vpc_nl_policy_snat),
	[VPC_A_NAT_GATEWAY_DNAT] = NLA_POLICY_NESTED(vpc_nl_policy_dnat),
	[VPC_A_NAT_GATEWAY_DEL_DNAT] = NLA_POLICY_NESTED(vpc_nl_policy_dnat),
	[VPC_A_NAT_GATEWAY_FIRST_PORT] = { .type = NLA_U16 },
	[VPC_A_NAT_GATEWAY_LAST_PORT] = { .type = NLA_U16 },
	[VPC_A_NAT_GATEWAY_PORT_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &nat_port_limit),
	[VPC_A_NAT_GATEWAY_RATE] = { .type = NLA_U32 },
};

const struct nla_policy vpc_nl_policy_nat_gateway_del[VPC_A_NAT_GATEWAY_NAME + 1] = {
	[VPC_A_NAT_GATEWAY_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_nat_gateway_get[VPC_A_NAT_GATEWAY_VPC + 1] = {
	[VPC_A_NAT_GATEWAY_NAME] = NAME,
	[VPC_A_NAT_GATEWAY_VPC] = NAME,
};

const struct nla_policy vpc_nl_policy_alarm_new[VPC_A_ALARM_INTERVAL + 1] = {
	[VPC_A_ALARM_NAME] = NAME,
	[VPC_A_ALARM_PEERING] = NAME,
	[VPC_A_ALARM_IPSEC] = NAME,
	[VPC_A_ALARM_METRIC] = NLA_POLICY_RANGE(NLA_U8, VPC_ALARM_RATE, VPC_ALARM_MAX),
	[VPC_A_ALARM_FROM] = NAME,
	[VPC_A_ALARM_DIRECTION] = NLA_POLICY_MAX(NLA_U8, VPC_ALARM_SENT),
	[VPC_A_ALARM_ABOVE] = { .type = NLA_U64 },
	[VPC_A_ALARM_CLEAR] = { .type = NLA_U64 },
	[VPC_A_ALARM_INTERVAL] = NLA_POLICY_RANGE(NLA_U32, 1, VPC_ALARM_INTERVAL_MAX),
};

const struct nla_policy vpc_nl_policy_alarm_set[VPC_A_ALARM_INTERVAL + 1] = {
	[VPC_A_ALARM_NAME] = NAME,
	[VPC_A_ALARM_NEW_NAME] = NAME,
	[VPC_A_ALARM_METRIC] = NLA_POLICY_RANGE(NLA_U8, VPC_ALARM_RATE, VPC_ALARM_MAX),
	[VPC_A_ALARM_ABOVE] = { .type = NLA_U64 },
	[VPC_A_ALARM_CLEAR] = { .type = NLA_U64 },
	[VPC_A_ALARM_INTERVAL] = NLA_POLICY_RANGE(NLA_U32, 1, VPC_ALARM_INTERVAL_MAX),
};

const struct nla_policy vpc_nl_policy_alarm_del[VPC_A_ALARM_NAME + 1] = {
	[VPC_A_ALARM_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_alarm_get[VPC_A_ALARM_NAME + 1] = {
	[VPC_A_ALARM_NAME] = NAME,
};

const struct nla_policy vpc_nl_policy_alarm_history_get[VPC_A_ALARM_NAME + 1] = {
	[VPC_A_ALARM_NAME] = NAME,
};
