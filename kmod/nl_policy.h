/* SPDX-License-Identifier: GPL-2.0 */
/* What each command takes. Checked against the specification by selftests/netlink_spec.py. */
#ifndef _VPC_NL_POLICY_H
#define _VPC_NL_POLICY_H

#include <linux/vpc.h>
#include <net/netlink.h>

/* Nested attributes; those that only replies carry have no entry, and are refused. */
extern const struct nla_policy vpc_nl_policy_prefix[VPC_A_PREFIX_MAX + 1];
extern const struct nla_policy vpc_nl_policy_gateway[VPC_A_GATEWAY_MAX + 1];
extern const struct nla_policy vpc_nl_policy_nexthop[VPC_A_NEXTHOP_MAX + 1];
extern const struct nla_policy vpc_nl_policy_op[VPC_A_OP_MAX + 1];
extern const struct nla_policy vpc_nl_policy_public[VPC_A_PUBLIC_MAX + 1];
extern const struct nla_policy vpc_nl_policy_snat[VPC_A_SNAT_MAX + 1];
extern const struct nla_policy vpc_nl_policy_dnat[VPC_A_DNAT_MAX + 1];

/* One per command, for its do and its dump requests together. */
extern const struct nla_policy vpc_nl_policy_vpc_new[VPC_A_VPC_VNI + 1];
extern const struct nla_policy vpc_nl_policy_vpc_set[VPC_A_VPC_VNI + 1];
extern const struct nla_policy vpc_nl_policy_vpc_del[VPC_A_VPC_NAME + 1];
extern const struct nla_policy vpc_nl_policy_vpc_get[VPC_A_VPC_NAME + 1];
extern const struct nla_policy vpc_nl_policy_subnet_new[VPC_A_SUBNET_TABLE + 1];
extern const struct nla_policy vpc_nl_policy_subnet_set[VPC_A_SUBNET_TABLE + 1];
extern const struct nla_policy vpc_nl_policy_subnet_del[VPC_A_SUBNET_NAME + 1];
extern const struct nla_policy vpc_nl_policy_subnet_get[VPC_A_SUBNET_VPC + 1];
extern const struct nla_policy vpc_nl_policy_table_new[VPC_A_TABLE_VPC + 1];
extern const struct nla_policy vpc_nl_policy_table_del[VPC_A_TABLE_NAME + 1];
extern const struct nla_policy vpc_nl_policy_table_get[VPC_A_TABLE_VPC + 1];
extern const struct nla_policy vpc_nl_policy_port_new[VPC_A_PORT_OVERLAY + 1];
extern const struct nla_policy vpc_nl_policy_port_del[VPC_A_PORT_HOST + 1];
extern const struct nla_policy vpc_nl_policy_port_get[VPC_A_PORT_VPC + 1];
extern const struct nla_policy vpc_nl_policy_uplink_new[VPC_A_UPLINK_TABLE + 1];
extern const struct nla_policy vpc_nl_policy_uplink_del[VPC_A_UPLINK_DEV + 1];
extern const struct nla_policy vpc_nl_policy_uplink_get[VPC_A_UPLINK_VPC + 1];
extern const struct nla_policy vpc_nl_policy_endpoint_new[VPC_A_ENDPOINT_REPLACE + 1];
extern const struct nla_policy vpc_nl_policy_endpoint_del[VPC_A_ENDPOINT_ADDRESS + 1];
extern const struct nla_policy vpc_nl_policy_endpoint_get[VPC_A_ENDPOINT_VPC + 1];
extern const struct nla_policy vpc_nl_policy_route_change[VPC_A_ROUTE_GATEWAY + 1];
extern const struct nla_policy vpc_nl_policy_route_get[VPC_A_ROUTE_IPSEC + 1];
extern const struct nla_policy vpc_nl_policy_route_lookup[VPC_A_ROUTE_GATEWAY + 1];
extern const struct nla_policy vpc_nl_policy_peering_new[VPC_A_PEERING_BANDWIDTH + 1];
extern const struct nla_policy vpc_nl_policy_peering_set[VPC_A_PEERING_BANDWIDTH + 1];
extern const struct nla_policy vpc_nl_policy_peering_accept[VPC_A_PEERING_AS + 1];
extern const struct nla_policy vpc_nl_policy_peering_reject[VPC_A_PEERING_AS + 1];
extern const struct nla_policy vpc_nl_policy_peering_enable[VPC_A_PEERING_AS + 1];
extern const struct nla_policy vpc_nl_policy_peering_del[VPC_A_PEERING_AS + 1];
extern const struct nla_policy vpc_nl_policy_peering_get[VPC_A_PEERING_VPC + 1];
extern const struct nla_policy vpc_nl_policy_stats_get[VPC_A_STATS_VPC + 1];
extern const struct nla_policy vpc_nl_policy_probe_new[VPC_A_PROBE_ADMIN_DOWN + 1];
extern const struct nla_policy vpc_nl_policy_probe_set[VPC_A_PROBE_ADMIN_DOWN + 1];
extern const struct nla_policy vpc_nl_policy_probe_del[VPC_A_PROBE_NAME + 1];
extern const struct nla_policy vpc_nl_policy_probe_get[VPC_A_PROBE_VPC + 1];
extern const struct nla_policy vpc_nl_policy_flip_get[VPC_A_FLIP_PROBE + 1];
extern const struct nla_policy vpc_nl_policy_settings_set[VPC_A_INFO_IF_ID_LAST + 1];
extern const struct nla_policy vpc_nl_policy_vpn_gateway_new[VPC_A_VPN_GATEWAY_MSS_CLAMP + 1];
extern const struct nla_policy vpc_nl_policy_vpn_gateway_set[VPC_A_VPN_GATEWAY_MSS_CLAMP + 1];
extern const struct nla_policy vpc_nl_policy_vpn_gateway_del[VPC_A_VPN_GATEWAY_NAME + 1];
extern const struct nla_policy vpc_nl_policy_vpn_gateway_get[VPC_A_VPN_GATEWAY_VPC + 1];
extern const struct nla_policy
vpc_nl_policy_customer_gateway_new[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION + 1];
extern const struct nla_policy
vpc_nl_policy_customer_gateway_set[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION + 1];
extern const struct nla_policy vpc_nl_policy_customer_gateway_del[VPC_A_CUSTOMER_GATEWAY_NAME + 1];
extern const struct nla_policy vpc_nl_policy_customer_gateway_get[VPC_A_CUSTOMER_GATEWAY_NAME + 1];
extern const struct nla_policy vpc_nl_policy_ipsec_new[VPC_A_IPSEC_REMOTE + 1];
extern const struct nla_policy vpc_nl_policy_ipsec_set[VPC_A_IPSEC_NEW_NAME + 1];
extern const struct nla_policy vpc_nl_policy_ipsec_del[VPC_A_IPSEC_NAME + 1];
extern const struct nla_policy vpc_nl_policy_ipsec_get[VPC_A_IPSEC_VPC + 1];
extern const struct nla_policy vpc_nl_policy_nat_gateway_new[VPC_A_NAT_GATEWAY_RATE + 1];
extern const struct nla_policy vpc_nl_policy_nat_gateway_set[VPC_A_NAT_GATEWAY_RATE + 1];
extern const struct nla_policy vpc_nl_policy_nat_gateway_del[VPC_A_NAT_GATEWAY_NAME + 1];
extern const struct nla_policy vpc_nl_policy_nat_gateway_get[VPC_A_NAT_GATEWAY_VPC + 1];
extern const struct nla_policy vpc_nl_policy_alarm_new[VPC_A_ALARM_INTERVAL + 1];
extern const struct nla_policy vpc_nl_policy_alarm_set[VPC_A_ALARM_INTERVAL + 1];
extern const struct nla_policy vpc_nl_policy_alarm_del[VPC_A_ALARM_NAME + 1];
extern const struct nla_policy vpc_nl_policy_alarm_get[VPC_A_ALARM_NAME + 1];
extern const struct nla_policy vpc_nl_policy_alarm_history_get[VPC_A_ALARM_NAME + 1];

#endif /* _VPC_NL_POLICY_H */
