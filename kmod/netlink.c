// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who may speak, and which function hears what. The commands are in
 * nl_<object>.c, what is told to listeners in nl_event.c.
 */

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rtnetlink.h>

#include "nl_common.h"
#include "nl_policy.h"

bool vpc_nl_userns;
module_param_named(userns, vpc_nl_userns, bool, 0444);
MODULE_PARM_DESC(userns,
		 "CAP_NET_ADMIN in the user namespace that owns a network namespace is enough (default 0)");

/* genl_ops::internal_flags: the command binds or unbinds devices. */
#define NEEDS_RTNL BIT(0)

#define POLICY(name)					\
	.policy = vpc_nl_policy_##name,		\
	.maxattr = ARRAY_SIZE(vpc_nl_policy_##name) - 1

/* A command without a policy takes no attributes. */
static struct genl_ops vpc_nl_ops[] __ro_after_init = {
	{
		.cmd = VPC_CMD_INFO_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_info_get,
	}, {
		.cmd = VPC_CMD_FLUSH,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_flush,
	}, {
		.cmd = VPC_CMD_VPC_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_new,
		POLICY(vpc_new),
	}, {
		.cmd = VPC_CMD_VPC_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_set,
		POLICY(vpc_set),
	}, {
		.cmd = VPC_CMD_VPC_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_del,
		POLICY(vpc_del),
	}, {
		.cmd = VPC_CMD_VPC_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_get,
		.dumpit = vpc_nl_vpc_dump,
		POLICY(vpc_get),
	}, {
		.cmd = VPC_CMD_SUBNET_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_new,
		POLICY(subnet_new),
	}, {
		.cmd = VPC_CMD_SUBNET_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_set,
		POLICY(subnet_set),
	}, {
		.cmd = VPC_CMD_SUBNET_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_del,
		POLICY(subnet_del),
	}, {
		.cmd = VPC_CMD_SUBNET_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_get,
		.dumpit = vpc_nl_subnet_dump,
		POLICY(subnet_get),
	}, {
		.cmd = VPC_CMD_TABLE_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_new,
		POLICY(table_new),
	}, {
		.cmd = VPC_CMD_TABLE_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_del,
		POLICY(table_del),
	}, {
		.cmd = VPC_CMD_TABLE_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_get,
		.dumpit = vpc_nl_table_dump,
		POLICY(table_get),
	}, {
		.cmd = VPC_CMD_PORT_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_port_new,
		POLICY(port_new),
	}, {
		.cmd = VPC_CMD_PORT_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_port_del,
		POLICY(port_del),
	}, {
		.cmd = VPC_CMD_PORT_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_port_get,
		.dumpit = vpc_nl_port_dump,
		POLICY(port_get),
	}, {
		.cmd = VPC_CMD_UPLINK_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_uplink_new,
		POLICY(uplink_new),
	}, {
		.cmd = VPC_CMD_UPLINK_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_uplink_del,
		POLICY(uplink_del),
	}, {
		.cmd = VPC_CMD_UPLINK_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_uplink_get,
		.dumpit = vpc_nl_uplink_dump,
		POLICY(uplink_get),
	}, {
		.cmd = VPC_CMD_ENDPOINT_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_endpoint_new,
		POLICY(endpoint_new),
	}, {
		.cmd = VPC_CMD_ENDPOINT_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_endpoint_del,
		POLICY(endpoint_del),
	}, {
		.cmd = VPC_CMD_ENDPOINT_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_endpoint_dump,
		POLICY(endpoint_get),
	}, {
		.cmd = VPC_CMD_ROUTE_CHANGE,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_route_change,
		POLICY(route_change),
	}, {
		.cmd = VPC_CMD_ROUTE_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_route_dump,
		POLICY(route_get),
	}, {
		.cmd = VPC_CMD_ROUTE_LOOKUP,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_route_lookup,
		POLICY(route_lookup),
	}, {
		.cmd = VPC_CMD_PEERING_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_new,
		POLICY(peering_new),
	}, {
		.cmd = VPC_CMD_PEERING_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_set,
		POLICY(peering_set),
	}, {
		.cmd = VPC_CMD_PEERING_ACCEPT,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_accept,
		POLICY(peering_accept),
	}, {
		.cmd = VPC_CMD_PEERING_REJECT,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_reject,
		POLICY(peering_reject),
	}, {
		.cmd = VPC_CMD_PEERING_ENABLE,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_enable,
		POLICY(peering_enable),
	}, {
		.cmd = VPC_CMD_PEERING_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_del,
		POLICY(peering_del),
	}, {
		.cmd = VPC_CMD_PEERING_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_get,
		.dumpit = vpc_nl_peering_dump,
		POLICY(peering_get),
	}, {
		.cmd = VPC_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_stats_get,
		.dumpit = vpc_nl_stats_dump,
		POLICY(stats_get),
	}, {
		.cmd = VPC_CMD_PROBE_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_new,
		POLICY(probe_new),
	}, {
		.cmd = VPC_CMD_PROBE_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_set,
		POLICY(probe_set),
	}, {
		.cmd = VPC_CMD_PROBE_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_del,
		POLICY(probe_del),
	}, {
		.cmd = VPC_CMD_PROBE_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_get,
		.dumpit = vpc_nl_probe_dump,
		POLICY(probe_get),
	}, {
		.cmd = VPC_CMD_FLIP_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_flip_dump,
		POLICY(flip_get),
	}, {
		.cmd = VPC_CMD_SETTINGS_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_settings_set,
		POLICY(settings_set),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_new,
		POLICY(vpn_gateway_new),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_set,
		POLICY(vpn_gateway_set),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_del,
		POLICY(vpn_gateway_del),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_get,
		.dumpit = vpc_nl_vpn_gateway_dump,
		POLICY(vpn_gateway_get),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_new,
		POLICY(customer_gateway_new),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_set,
		POLICY(customer_gateway_set),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_del,
		POLICY(customer_gateway_del),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_get,
		.dumpit = vpc_nl_customer_gateway_dump,
		POLICY(customer_gateway_get),
	}, {
		.cmd = VPC_CMD_IPSEC_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_new,
		POLICY(ipsec_new),
	}, {
		.cmd = VPC_CMD_IPSEC_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_set,
		POLICY(ipsec_set),
	}, {
		.cmd = VPC_CMD_IPSEC_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_del,
		POLICY(ipsec_del),
	}, {
		.cmd = VPC_CMD_IPSEC_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_get,
		.dumpit = vpc_nl_ipsec_dump,
		POLICY(ipsec_get),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_new,
		POLICY(nat_gateway_new),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_set,
		POLICY(nat_gateway_set),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_del,
		POLICY(nat_gateway_del),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_get,
		.dumpit = vpc_nl_nat_gateway_dump,
		POLICY(nat_gateway_get),
	}, {
		.cmd = VPC_CMD_ALARM_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_new,
		POLICY(alarm_new),
	}, {
		.cmd = VPC_CMD_ALARM_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_set,
		POLICY(alarm_set),
	}, {
		.cmd = VPC_CMD_ALARM_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_del,
		POLICY(alarm_del),
	}, {
		.cmd = VPC_CMD_ALARM_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_get,
		.dumpit = vpc_nl_alarm_dump,
		POLICY(alarm_get),
	}, {
		.cmd = VPC_CMD_ALARM_HISTORY_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_alarm_history,
		POLICY(alarm_history_get),
	},
};

/*
 * The flag asks for CAP_NET_ADMIN in the user namespace of the network namespace, which is less
 * than what commands ask for; listeners() in nl_event.c makes up for it.
 */
static const struct genl_multicast_group vpc_nl_groups[] = {
	[VPC_NL_MCGRP_CONFIG] = { .name = VPC_MCGRP_CONFIG, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[VPC_NL_MCGRP_HEALTH] = { .name = VPC_MCGRP_HEALTH, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

static int lock_all(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);

	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_lock();
	mutex_lock(&vn->lock);
	if (!vn->dying)
		return 0;

	mutex_unlock(&vn->lock);
	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_unlock();
	return vpc_err(info->extack, -ENODEV, "this network namespace is going away");
}

static void unlock_all(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info)
{
	mutex_unlock(&vpc_nl_net(info)->lock);
	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_unlock();
}

/* resv_start_op stays 0: every request is validated strictly. */
struct genl_family vpc_nl_family __ro_after_init = {
	.name = VPC_GENL_NAME,
	.version = VPC_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.pre_doit = lock_all,
	.post_doit = unlock_all,
	.ops = vpc_nl_ops,
	.n_ops = ARRAY_SIZE(vpc_nl_ops),
	.mcgrps = vpc_nl_groups,
	.n_mcgrps = ARRAY_SIZE(vpc_nl_groups),
};

/**
 * vpc_nl_module_init() - open the door
 * Context: module init; vpc_net() works already in every namespace.
 * Return: 0 or an error.
 */
int __init vpc_nl_module_init(void)
{
	unsigned int i;

	for (i = 0; vpc_nl_userns && i < ARRAY_SIZE(vpc_nl_ops); i++)
		vpc_nl_ops[i].flags = GENL_UNS_ADMIN_PERM;
	return genl_register_family(&vpc_nl_family);
}

/**
 * vpc_nl_module_exit() - close it
 * Context: module exit. When it returns, no command or dump runs any more.
 */
void vpc_nl_module_exit(void)
{
	genl_unregister_family(&vpc_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(VPC_GENL_NAME);
