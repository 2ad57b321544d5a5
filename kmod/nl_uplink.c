// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for uplinks. */

#include "nl_common.h"
#include "public.h"
#include "uplink.h"

/*
 * Next hops add routers to an uplink, as many as there are routes. The configured ones come
 * first; a list as long as this leaves room for the rest of the uplink in every message.
 */
#define ROUTERS_LISTED 256

static struct vpc_uplink *uplink_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_uplink, link.obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return uplink_of(obj)->link.vpc->obj.id == vpc;
}

static int fill_router(struct sk_buff *msg, struct vpc_uplink_router *router)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_UPLINK_GATEWAY);
	const struct vpc_addr *addr = router->adj.addr;
	u8 lladdr[ETH_ALEN];

	if (!addr->family)
		addr++;
	if (!nest || vpc_nl_put_addr(msg, VPC_A_GATEWAY_ADDRESS, addr))
		return -EMSGSIZE;
	if (vpc_adj_lladdr(&router->adj, lladdr) &&
	    nla_put(msg, VPC_A_GATEWAY_LLADDR, ETH_ALEN, lladdr))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	struct vpc_uplink *uplink = uplink_of(obj);
	struct vpc_uplink_router *router;
	unsigned int listed = 0;
	int i;

	if (vpc_nl_put_dev(msg, VPC_A_UPLINK_DEV, uplink->link.dev) ||
	    nla_put_u32(msg, VPC_A_UPLINK_IFINDEX, uplink->link.dev->ifindex) ||
	    nla_put_u32(msg, VPC_A_UPLINK_ID, obj->id))
		return -EMSGSIZE;
	if (!uplink->public &&
	    nla_put_string(msg, VPC_A_UPLINK_VPC, uplink->link.vpc->obj.name))
		return -EMSGSIZE;
	if (uplink->table && uplink->table->obj.name[0] &&
	    nla_put_string(msg, VPC_A_UPLINK_TABLE, uplink->table->obj.name))
		return -EMSGSIZE;
	for (i = 0; i < 2; i++) {
		if (uplink->prefix[i].addr.family &&
		    vpc_nl_put_prefix(msg, VPC_A_UPLINK_ADDRESS, &uplink->prefix[i]))
			return -EMSGSIZE;
	}
	list_for_each_entry(router, &uplink->routers, node) {
		if (listed++ == ROUTERS_LISTED)
			break;
		if (fill_router(msg, router))
			return -EMSGSIZE;
	}
	return vpc_nl_put_counters(msg, VPC_A_UPLINK_COUNTERS, uplink->link.counters);
}

const struct vpc_nl_form vpc_nl_uplink_form = {
	.get = VPC_CMD_UPLINK_GET,
	.event = VPC_A_EVENT_UPLINK,
	.key = VPC_A_UPLINK_DEV,
	.filter = VPC_A_UPLINK_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static int get_gateways(struct genl_info *info, struct vpc_uplink_config *cfg)
{
	struct nlattr *tb[VPC_A_GATEWAY_MAX + 1];
	const struct nlattr *a = NULL;
	int err;

	while ((a = vpc_nl_next(info, VPC_A_UPLINK_GATEWAY, a))) {
		NL_SET_BAD_ATTR(info->extack, a);
		if (cfg->gateways == ARRAY_SIZE(cfg->gateway))
			return vpc_err(info->extack, -E2BIG, "gateways of an uplink: at most %zu",
				       ARRAY_SIZE(cfg->gateway));
		/* The policy of the command has checked what is inside. */
		err = nla_parse_nested(tb, VPC_A_GATEWAY_MAX, a, NULL, info->extack);
		if (err)
			return err;
		if (!tb[VPC_A_GATEWAY_ADDRESS])
			return vpc_err(info->extack, -EINVAL, "gateway: no address given");
		err = vpc_nl_get_host(tb[VPC_A_GATEWAY_ADDRESS], &cfg->gateway[cfg->gateways++],
				      info->extack);
		if (err)
			return err;
		NL_SET_BAD_ATTR(info->extack, NULL);
	}
	return 0;
}

/* Without a VPC it is a public one, which NAT gateways share. */
static int public_new(struct genl_info *info, struct vpc_uplink_config *cfg)
{
	struct vpc_uplink *uplink;
	int err;

	if (info->attrs[VPC_A_UPLINK_ADDRESS] || info->attrs[VPC_A_UPLINK_TABLE])
		return vpc_err(info->extack, -EINVAL,
			       "uplink %s: no VPC given, and a public uplink, which has none, has neither address nor table",
			       cfg->dev->name);
	err = vpc_nl_need(info, VPC_A_UPLINK_GATEWAY, "public uplink", "gateway");
	if (!err)
		err = get_gateways(info, cfg);
	if (err)
		return err;
	uplink = vpc_public_uplink_new(vpc_nl_net(info), cfg, info->extack);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &uplink->link.obj, NULL);
	return 0;
}

int vpc_nl_uplink_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_uplink_config cfg = {};
	struct vpc_uplink *uplink;
	int err;

	cfg.dev = vpc_nl_dev(info, VPC_KIND_UPLINK, VPC_A_UPLINK_DEV);
	if (IS_ERR(cfg.dev))
		return PTR_ERR(cfg.dev);
	if (!info->attrs[VPC_A_UPLINK_VPC])
		return public_new(info, &cfg);
	cfg.vpc = vpc_nl_vpc(info, VPC_A_UPLINK_VPC, "uplink", "VPC");
	if (IS_ERR(cfg.vpc))
		return PTR_ERR(cfg.vpc);
	cfg.table = vpc_nl_table(info, VPC_A_UPLINK_TABLE, cfg.vpc);
	if (IS_ERR(cfg.table))
		return PTR_ERR(cfg.table);
	err = vpc_nl_get_pair(info, VPC_A_UPLINK_ADDRESS, true, cfg.prefix, "uplink");
	if (err)
		return err;
	err = get_gateways(info, &cfg);
	if (err)
		return err;

	uplink = vpc_uplink_new(&cfg, info->extack);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &uplink->link.obj, NULL);
	return 0;
}

int vpc_nl_uplink_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_link *link;
	struct sk_buff *event;
	int err;

	link = vpc_nl_link(info, VPC_KIND_UPLINK, VPC_A_UPLINK_DEV);
	if (IS_ERR(link))
		return PTR_ERR(link);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, &link->obj, NULL);
	err = vpc_uplink_del(vpc_uplink_of(link), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_uplink_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_UPLINK, &vpc_nl_uplink_form);
}

int vpc_nl_uplink_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_UPLINK, &vpc_nl_uplink_form);
}
