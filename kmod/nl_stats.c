// SPDX-License-Identifier: GPL-2.0
/* Netlink commands about everything at once: information, statistics, flush. */

#include "ipsec.h"
#include "nl_common.h"
#include "version.h"
#include "vpc.h"

static int fill_info(struct sk_buff *msg, const void *item)
{
	const struct vpc_net *vn = item;

	if (nla_put_string(msg, VPC_A_INFO_VERSION, VPC_VERSION) ||
	    nla_put_u32(msg, VPC_A_INFO_VPCS, vn->registry[VPC_KIND_VPC].count) ||
	    nla_put_u32(msg, VPC_A_INFO_SUBNETS, vn->registry[VPC_KIND_SUBNET].count) ||
	    nla_put_u32(msg, VPC_A_INFO_TABLES, vn->registry[VPC_KIND_TABLE].count) ||
	    nla_put_u32(msg, VPC_A_INFO_PORTS, vn->registry[VPC_KIND_PORT].count) ||
	    nla_put_u32(msg, VPC_A_INFO_UPLINKS, vn->registry[VPC_KIND_UPLINK].count) ||
	    nla_put_u32(msg, VPC_A_INFO_ENDPOINTS, vn->endpoint_count) ||
	    nla_put_u32(msg, VPC_A_INFO_PEERINGS, vn->registry[VPC_KIND_PEERING].count) ||
	    nla_put_u32(msg, VPC_A_INFO_ROUTES, vn->route_count) ||
	    nla_put_u32(msg, VPC_A_INFO_GROUPS, vn->group_count) ||
	    nla_put_u32(msg, VPC_A_INFO_NEXTHOPS, vn->nexthop_count) ||
	    nla_put_u32(msg, VPC_A_INFO_PROBES, vn->registry[VPC_KIND_PROBE].count) ||
	    nla_put_u32(msg, VPC_A_INFO_VPN_GATEWAYS,
			vn->registry[VPC_KIND_VPN_GATEWAY].count) ||
	    nla_put_u32(msg, VPC_A_INFO_CUSTOMER_GATEWAYS,
			vn->registry[VPC_KIND_CUSTOMER_GATEWAY].count) ||
	    nla_put_u32(msg, VPC_A_INFO_IPSECS, vn->registry[VPC_KIND_IPSEC].count) ||
	    nla_put_u32(msg, VPC_A_INFO_ALARMS, vn->registry[VPC_KIND_ALARM].count) ||
	    nla_put_u32(msg, VPC_A_INFO_ALARMS_RAISED, vn->alarms_raised) ||
	    nla_put_u32(msg, VPC_A_INFO_NAT_GATEWAYS,
			vn->registry[VPC_KIND_NAT_GATEWAY].count) ||
	    nla_put_u32(msg, VPC_A_INFO_IF_ID_FIRST, vn->if_id_first) ||
	    nla_put_u32(msg, VPC_A_INFO_IF_ID_LAST, vn->if_id_last) ||
	    nla_put_u32(msg, VPC_A_INFO_REBUILDS, vn->rebuilds))
		return -EMSGSIZE;
	return 0;
}

int vpc_nl_settings_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	int err;

	err = vpc_nl_need(info, VPC_A_INFO_IF_ID_FIRST, "settings", "first if_id");
	if (!err)
		err = vpc_nl_need(info, VPC_A_INFO_IF_ID_LAST, "settings", "last if_id");
	if (!err)
		err = vpc_ipsec_set_range(vn, nla_get_u32(info->attrs[VPC_A_INFO_IF_ID_FIRST]),
					  nla_get_u32(info->attrs[VPC_A_INFO_IF_ID_LAST]),
					  info->extack);
	return err;
}

int vpc_nl_info_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_reply(info, VPC_CMD_INFO_GET, fill_info, vpc_nl_net(info));
}

int vpc_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);

	vpc_flush(vn);
	vpc_nl_event(vn, VPC_EVENT_FLUSHED, NULL, NULL);
	return 0;
}

static int fill_drops(struct sk_buff *msg, const struct vpc_drops __percpu *drops)
{
	unsigned int reason;
	u64 packets;

	for (reason = 0; reason < VPC_DROP_MAX; reason++) {
		packets = vpc_drops_read(drops, reason);
		if (packets && vpc_nl_put_drop(msg, VPC_A_STATS_DROP, reason, packets, false))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_stats(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc *vpc = container_of(obj, struct vpc, obj);
	struct vpc_totals totals = {};

	if (nla_put_string(msg, VPC_A_STATS_VPC, obj->name) ||
	    nla_put_u32(msg, VPC_A_STATS_ID, obj->id))
		return -EMSGSIZE;
	vpc_vpc_totals(vpc, &totals);
	if (vpc_nl_put_totals(msg, VPC_A_STATS_COUNTERS, &totals, NULL, NULL))
		return -EMSGSIZE;
	return fill_drops(msg, vpc->drops);
}

/* What is of no VPC. */
static int fill_host(struct sk_buff *msg, const void *item)
{
	const struct vpc_net *vn = item;

	return fill_drops(msg, vn->drops);
}

static bool has_host(const struct vpc_net *vn)
{
	unsigned int reason;

	for (reason = 0; reason < VPC_DROP_MAX; reason++)
		if (vpc_drops_read(vn->drops, reason))
			return true;
	return false;
}

/* Another look at VPCs; no event carries it. */
static const struct vpc_nl_form stats_form = {
	.get = VPC_CMD_STATS_GET,
	.key = VPC_A_STATS_VPC,
	.fill = fill_stats,
	.has_last = has_host,
	.last = fill_host,
};

int vpc_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_VPC, &stats_form);
}

int vpc_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_VPC, &stats_form);
}
