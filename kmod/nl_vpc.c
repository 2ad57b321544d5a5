// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for VPCs. */

#include <linux/slab.h>

#include "filter.h"
#include "natgw.h"
#include "nl_common.h"
#include "vpc.h"

static int fill_publics(struct sk_buff *msg, const struct vpc *vpc)
{
	const struct vpc_nat_gateway *router;
	const struct vpc_nat_share *share;
	struct nlattr *nest;

	router = rcu_dereference_protected(vpc->router, lockdep_is_held(&vpc->vn->lock));
	if (!router)
		return 0;
	if (router->uplink && vpc_nl_put_dev(msg, VPC_A_VPC_UPLINK, router->uplink->link.dev))
		return -EMSGSIZE;
	list_for_each_entry(share, &router->shares, node) {
		if (share->draining)
			continue;
		nest = nla_nest_start(msg, VPC_A_VPC_PUBLIC);
		if (!nest || vpc_nl_put_addr(msg, VPC_A_PUBLIC_ADDRESS, &share->public->addr) ||
		    (share->endpoint.family &&
		     vpc_nl_put_addr(msg, VPC_A_PUBLIC_ENDPOINT, &share->endpoint)))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc *vpc = container_of(obj, struct vpc, obj);
	const struct vpc_nat_zone *zone;
	struct vpc_totals totals = {};
	u8 i;

	if (nla_put_string(msg, VPC_A_VPC_NAME, obj->name) ||
	    nla_put_u64_64bit(msg, VPC_A_VPC_ACCOUNT, vpc->account, VPC_A_VPC_PAD) ||
	    nla_put_u32(msg, VPC_A_VPC_PEERING_LIMIT, vpc->peering_limit) ||
	    nla_put_u32(msg, VPC_A_VPC_ID, obj->id) ||
	    (vpc->transit && nla_put_flag(msg, VPC_A_VPC_TRANSIT)) ||
	    (vpc->vni && nla_put_u32(msg, VPC_A_VPC_VNI, vpc->vni)) ||
	    (vpc->region[0] && nla_put_string(msg, VPC_A_VPC_REGION, vpc->region)) ||
	    nla_put_u32(msg, VPC_A_VPC_CONNECTION_LIMIT, vpc->connection_limit))
		return -EMSGSIZE;
	zone = rcu_dereference_protected(vpc->nat_zone, lockdep_is_held(&vpc->vn->lock));
	if ((zone && nla_put_u16(msg, VPC_A_VPC_NAT_ZONE, zone->both.id)) ||
	    ((zone || vpc_filter_zone(vpc)) &&
	     nla_put_u32(msg, VPC_A_VPC_CONNECTIONS, vpc_nat_connections(vpc))))
		return -EMSGSIZE;
	for (i = 0; i < vpc->cidrs; i++) {
		if (vpc_nl_put_prefix(msg, VPC_A_VPC_CIDR, &vpc->cidr[i]))
			return -EMSGSIZE;
	}
	if (vpc_filter_zone(vpc) &&
	    (nla_put_u8(msg, VPC_A_VPC_FILTER, 1) ||
	     nla_put_u16(msg, VPC_A_VPC_FILTER_ZONE, vpc_filter_zone(vpc))))
		return -EMSGSIZE;
	if (fill_publics(msg, vpc))
		return -EMSGSIZE;
	vpc_vpc_totals(vpc, &totals);
	return vpc_nl_put_totals(msg, VPC_A_VPC_COUNTERS, &totals, NULL, NULL);
}

const struct vpc_nl_form vpc_nl_vpc_form = {
	.get = VPC_CMD_VPC_GET,
	.event = VPC_A_EVENT_VPC,
	.key = VPC_A_VPC_NAME,
	.fill = fill,
};

/* What NEW and SET have in common. */
static int get_config(struct genl_info *info, struct vpc_vpc_config *cfg)
{
	const struct nlattr *connections = info->attrs[VPC_A_VPC_CONNECTION_LIMIT];
	const struct nlattr *limit = info->attrs[VPC_A_VPC_PEERING_LIMIT];
	const struct nlattr *filter = info->attrs[VPC_A_VPC_FILTER];
	const struct nlattr *region = info->attrs[VPC_A_VPC_REGION];
	const struct nlattr *vni = info->attrs[VPC_A_VPC_VNI];
	int err;

	cfg->region = region ? nla_data(region) : NULL;
	if (region && *cfg->region) {
		err = vpc_nl_check_name(info, VPC_A_VPC_REGION, "region");
		if (err)
			return err;
	}
	cfg->vni = vni ? (s32)nla_get_u32(vni) : -1;
	cfg->peering_limit = limit ? nla_get_u32(limit) : -1;
	cfg->filter = filter ? nla_get_u8(filter) : -1;
	cfg->connection_limit = connections ? (s64)nla_get_u32(connections) : -1;
	return vpc_nl_get_prefixes(info, VPC_A_VPC_CIDR, cfg->cidr, ARRAY_SIZE(cfg->cidr),
				   &cfg->cidrs, "CIDRs of a VPC:");
}

static int vpc_new(struct genl_info *info, struct vpc_vpc_config *cfg)
{
	const struct nlattr *account = info->attrs[VPC_A_VPC_ACCOUNT];
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc *vpc;
	int err;

	cfg->name = vpc_nl_new_name(info, VPC_KIND_VPC, VPC_A_VPC_NAME);
	if (IS_ERR(cfg->name))
		return PTR_ERR(cfg->name);
	cfg->transit = nla_get_flag(info->attrs[VPC_A_VPC_TRANSIT]);
	if (!cfg->transit) {
		err = vpc_nl_need(info, VPC_A_VPC_CIDR, "VPC", "CIDR");
		if (err)
			return err;
	}
	cfg->account = account ? nla_get_u64(account) : 0;
	err = get_config(info, cfg);
	if (err)
		return err;

	vpc = vpc_vpc_new(vn, cfg, info->extack);
	if (IS_ERR(vpc))
		return PTR_ERR(vpc);
	vpc_nl_event(vn, VPC_EVENT_ADDED, &vpc->obj, NULL);
	return 0;
}

/* Public addresses are changed by themselves: nothing else has to be taken back then. */
static int set_publics(struct genl_info *info, struct vpc *vpc)
{
	struct vpc_natgw_request *req;
	bool others = info->attrs[VPC_A_VPC_FILTER] || info->attrs[VPC_A_VPC_REGION];
	int attr, err;

	for (attr = VPC_A_VPC_NEW_NAME; attr < VPC_A_VPC_PUBLIC; attr++)
		others |= !!info->attrs[attr];
	if (others)
		return vpc_err(info->extack, -EINVAL,
			       "VPC %s: public addresses are changed in a request of their own",
			       vpc->obj.name);
	req = kvzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return vpc_err(info->extack, -ENOMEM, "no memory for the request");
	err = vpc_nl_get_publics(info, VPC_A_VPC_PUBLIC, req->add, req->endpoint, &req->adds);
	if (!err)
		err = vpc_nl_get_publics(info, VPC_A_VPC_DEL_PUBLIC, req->del, NULL, &req->dels);
	if (!err && info->attrs[VPC_A_VPC_UPLINK]) {
		req->uplink = vpc_nl_public_uplink(info, VPC_A_VPC_UPLINK);
		err = PTR_ERR_OR_ZERO(req->uplink);
	}
	if (!err && !req->adds && !req->dels)
		err = vpc_err(info->extack, -EINVAL, "VPC %s: no public address given",
			      vpc->obj.name);
	if (!err)
		err = vpc_natgw_router_set(vpc, req, info->extack);
	kvfree(req);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, &vpc->obj, NULL);
	return err;
}

static int vpc_set(struct genl_info *info, struct vpc_vpc_config *cfg)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_VPC, VPC_A_VPC_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (info->attrs[VPC_A_VPC_PUBLIC] || info->attrs[VPC_A_VPC_DEL_PUBLIC] ||
	    info->attrs[VPC_A_VPC_UPLINK])
		return set_publics(info, container_of(obj, struct vpc, obj));
	if (info->attrs[VPC_A_VPC_NEW_NAME]) {
		cfg->name = vpc_nl_new_name(info, VPC_KIND_VPC, VPC_A_VPC_NEW_NAME);
		if (IS_ERR(cfg->name))
			return PTR_ERR(cfg->name);
	}
	err = get_config(info, cfg);
	if (err)
		return err;
	err = vpc_nl_get_prefixes(info, VPC_A_VPC_DEL_CIDR, cfg->del_cidr,
				  ARRAY_SIZE(cfg->del_cidr), &cfg->del_cidrs,
				  "CIDRs of a VPC:");
	if (err)
		return err;
	if (!cfg->name && !cfg->region && cfg->vni < 0 && cfg->peering_limit < 0 &&
	    cfg->connection_limit < 0 && cfg->filter < 0 && !cfg->cidrs && !cfg->del_cidrs)
		return vpc_err(info->extack, -EINVAL, "VPC %s: nothing to change is given",
			       obj->name);

	err = vpc_vpc_set(container_of(obj, struct vpc, obj), cfg, info->extack);
	if (!err)
		vpc_nl_event(vn, VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

static int with_config(struct genl_info *info,
		       int (*func)(struct genl_info *info, struct vpc_vpc_config *cfg))
{
	struct vpc_vpc_config *cfg;
	int err;

	cfg = kzalloc(sizeof(*cfg), GFP_KERNEL);
	if (cfg)
		err = func(info, cfg);
	else
		err = vpc_err(info->extack, -ENOMEM, "no memory for the request");
	kfree(cfg);
	return err;
}

int vpc_nl_vpc_new(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, vpc_new);
}

int vpc_nl_vpc_set(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, vpc_set);
}

int vpc_nl_vpc_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_VPC, VPC_A_VPC_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_vpc_del(container_of(obj, struct vpc, obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_vpc_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_VPC, &vpc_nl_vpc_form);
}

int vpc_nl_vpc_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_VPC, &vpc_nl_vpc_form);
}
