// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for VPN gateways and customer gateways. */

#include "customer_gateway.h"
#include "nl_common.h"
#include "table.h"
#include "vpc.h"
#include "vpn_gateway.h"

/* --- VPN gateways --------------------------------------------------------- */

static struct vpc_vpn_gateway *vpn_gateway_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_vpn_gateway, obj);
}

static bool vpn_gateway_in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return vpn_gateway_of(obj)->vpc->obj.id == vpc;
}

static int fill_vpn_gateway(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_vpn_gateway *gw = vpn_gateway_of(obj);
	int i;

	if (nla_put_string(msg, VPC_A_VPN_GATEWAY_NAME, obj->name) ||
	    nla_put_string(msg, VPC_A_VPN_GATEWAY_VPC, gw->vpc->obj.name) ||
	    vpc_nl_put_addr(msg, VPC_A_VPN_GATEWAY_LOCAL, &gw->local) ||
	    nla_put_u64_64bit(msg, VPC_A_VPN_GATEWAY_BANDWIDTH, gw->bandwidth,
			      VPC_A_VPN_GATEWAY_PAD) ||
	    nla_put_u8(msg, VPC_A_VPN_GATEWAY_TRANSIT, gw->transit) ||
	    nla_put_u8(msg, VPC_A_VPN_GATEWAY_MSS_CLAMP, gw->mss_clamp) ||
	    nla_put_u8(msg, VPC_A_VPN_GATEWAY_STATE, gw->normal ? VPC_VPN_GATEWAY_NORMAL :
								  VPC_VPN_GATEWAY_PREPARING) ||
	    nla_put_u32(msg, VPC_A_VPN_GATEWAY_ROUTES, gw->table->routes) ||
	    nla_put_u32(msg, VPC_A_VPN_GATEWAY_TABLE_ID, gw->table->obj.id) ||
	    nla_put_u32(msg, VPC_A_VPN_GATEWAY_ID, obj->id))
		return -EMSGSIZE;
	for (i = 0; i < 2; i++) {
		if (gw->inside[i].family &&
		    vpc_nl_put_addr(msg, VPC_A_VPN_GATEWAY_INSIDE, &gw->inside[i]))
			return -EMSGSIZE;
	}
	return 0;
}

const struct vpc_nl_form vpc_nl_vpn_gateway_form = {
	.get = VPC_CMD_VPN_GATEWAY_GET,
	.event = VPC_A_EVENT_VPN_GATEWAY,
	.key = VPC_A_VPN_GATEWAY_NAME,
	.filter = VPC_A_VPN_GATEWAY_VPC,
	.in_vpc = vpn_gateway_in_vpc,
	.fill = fill_vpn_gateway,
};

static int get_inside(struct genl_info *info, struct vpc_vpn_gateway_config *cfg)
{
	const struct nlattr *a = NULL;
	struct vpc_addr addr;
	int err, f;

	while ((a = vpc_nl_next(info, VPC_A_VPN_GATEWAY_INSIDE, a))) {
		NL_SET_BAD_ATTR(info->extack, a);
		err = vpc_nl_get_host(a, &addr, info->extack);
		if (err)
			return err;
		f = vpc_family_index(addr.family);
		if (cfg->inside[f].family)
			return vpc_err(info->extack, -EINVAL,
				       "VPN gateway: two inside addresses of one family");
		cfg->inside[f] = addr;
		NL_SET_BAD_ATTR(info->extack, NULL);
	}
	return 0;
}

/* What NEW and SET have in common. */
static void read_options(struct genl_info *info, struct vpc_vpn_gateway_config *cfg)
{
	if (info->attrs[VPC_A_VPN_GATEWAY_BANDWIDTH])
		cfg->bandwidth = nla_get_u64(info->attrs[VPC_A_VPN_GATEWAY_BANDWIDTH]);
	if (info->attrs[VPC_A_VPN_GATEWAY_TRANSIT])
		cfg->transit = nla_get_u8(info->attrs[VPC_A_VPN_GATEWAY_TRANSIT]);
	if (info->attrs[VPC_A_VPN_GATEWAY_MSS_CLAMP])
		cfg->mss_clamp = nla_get_u8(info->attrs[VPC_A_VPN_GATEWAY_MSS_CLAMP]);
}

int vpc_nl_vpn_gateway_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_vpn_gateway_config cfg = {};
	struct vpc_vpn_gateway *gw;
	int err;

	cfg.name = vpc_nl_new_name(info, VPC_KIND_VPN_GATEWAY, VPC_A_VPN_GATEWAY_NAME);
	if (IS_ERR(cfg.name))
		return PTR_ERR(cfg.name);
	cfg.vpc = vpc_nl_vpc(info, VPC_A_VPN_GATEWAY_VPC, "VPN gateway", "VPC");
	if (IS_ERR(cfg.vpc))
		return PTR_ERR(cfg.vpc);
	err = vpc_nl_need(info, VPC_A_VPN_GATEWAY_LOCAL, "VPN gateway", "local address");
	if (!err)
		err = vpc_nl_get_host(info->attrs[VPC_A_VPN_GATEWAY_LOCAL], &cfg.local,
				      info->extack);
	if (!err)
		err = get_inside(info, &cfg);
	if (err)
		return err;
	read_options(info, &cfg);

	gw = vpc_vpn_gateway_new(&cfg, info->extack);
	if (IS_ERR(gw))
		return PTR_ERR(gw);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &gw->obj, NULL);
	return 0;
}

int vpc_nl_vpn_gateway_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_vpn_gateway_config cfg = {};
	struct vpc_vpn_gateway *gw;
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_VPN_GATEWAY, VPC_A_VPN_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	gw = vpn_gateway_of(obj);
	cfg.bandwidth = gw->bandwidth;
	cfg.transit = gw->transit;
	cfg.mss_clamp = gw->mss_clamp;
	read_options(info, &cfg);
	if (info->attrs[VPC_A_VPN_GATEWAY_NEW_NAME]) {
		cfg.name = vpc_nl_new_name(info, VPC_KIND_VPN_GATEWAY, VPC_A_VPN_GATEWAY_NEW_NAME);
		if (IS_ERR(cfg.name))
			return PTR_ERR(cfg.name);
	} else if (!info->attrs[VPC_A_VPN_GATEWAY_BANDWIDTH] &&
		   !info->attrs[VPC_A_VPN_GATEWAY_TRANSIT] &&
		   !info->attrs[VPC_A_VPN_GATEWAY_MSS_CLAMP]) {
		return vpc_err(info->extack, -EINVAL, "VPN gateway %s: nothing to change is given",
			       obj->name);
	}
	err = vpc_vpn_gateway_set(gw, &cfg, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

int vpc_nl_vpn_gateway_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_VPN_GATEWAY, VPC_A_VPN_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_vpn_gateway_del(vpn_gateway_of(obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_vpn_gateway_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_VPN_GATEWAY, &vpc_nl_vpn_gateway_form);
}

int vpc_nl_vpn_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_VPN_GATEWAY, &vpc_nl_vpn_gateway_form);
}

/* --- customer gateways ---------------------------------------------------- */

static struct vpc_customer_gateway *customer_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_customer_gateway, obj);
}

static int fill_customer(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_customer_gateway *cgw = customer_of(obj);

	if (nla_put_string(msg, VPC_A_CUSTOMER_GATEWAY_NAME, obj->name) ||
	    vpc_nl_put_addr(msg, VPC_A_CUSTOMER_GATEWAY_ADDRESS, &cgw->address) ||
	    nla_put_u32(msg, VPC_A_CUSTOMER_GATEWAY_CONNECTIONS, cgw->connections) ||
	    nla_put_u32(msg, VPC_A_CUSTOMER_GATEWAY_ID, obj->id))
		return -EMSGSIZE;
	if (cgw->description[0] &&
	    nla_put_string(msg, VPC_A_CUSTOMER_GATEWAY_DESCRIPTION, cgw->description))
		return -EMSGSIZE;
	return 0;
}

const struct vpc_nl_form vpc_nl_customer_gateway_form = {
	.get = VPC_CMD_CUSTOMER_GATEWAY_GET,
	.event = VPC_A_EVENT_CUSTOMER_GATEWAY,
	.key = VPC_A_CUSTOMER_GATEWAY_NAME,
	.fill = fill_customer,
};

static const char *description_of(const struct genl_info *info)
{
	const struct nlattr *a = info->attrs[VPC_A_CUSTOMER_GATEWAY_DESCRIPTION];

	return a ? nla_data(a) : NULL;
}

int vpc_nl_customer_gateway_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_customer_gateway *cgw;
	struct vpc_addr address;
	const char *name;
	int err;

	name = vpc_nl_new_name(info, VPC_KIND_CUSTOMER_GATEWAY, VPC_A_CUSTOMER_GATEWAY_NAME);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = vpc_nl_need(info, VPC_A_CUSTOMER_GATEWAY_ADDRESS, "customer gateway", "address");
	if (!err)
		err = vpc_nl_get_host(info->attrs[VPC_A_CUSTOMER_GATEWAY_ADDRESS], &address,
				      info->extack);
	if (err)
		return err;
	cgw = vpc_customer_gateway_new(vn, name, &address, description_of(info), info->extack);
	if (IS_ERR(cgw))
		return PTR_ERR(cgw);
	vpc_nl_event(vn, VPC_EVENT_ADDED, &cgw->obj, NULL);
	return 0;
}

int vpc_nl_customer_gateway_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	const char *name = NULL;
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_CUSTOMER_GATEWAY, VPC_A_CUSTOMER_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (info->attrs[VPC_A_CUSTOMER_GATEWAY_NEW_NAME]) {
		name = vpc_nl_new_name(info, VPC_KIND_CUSTOMER_GATEWAY,
				       VPC_A_CUSTOMER_GATEWAY_NEW_NAME);
		if (IS_ERR(name))
			return PTR_ERR(name);
	} else if (!description_of(info)) {
		return vpc_err(info->extack, -EINVAL,
			       "customer gateway %s: nothing to change is given", obj->name);
	}
	err = vpc_customer_gateway_set(vn, customer_of(obj), name, description_of(info),
				       info->extack);
	if (!err)
		vpc_nl_event(vn, VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

int vpc_nl_customer_gateway_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_CUSTOMER_GATEWAY, VPC_A_CUSTOMER_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_customer_gateway_del(vn, customer_of(obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_customer_gateway_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_CUSTOMER_GATEWAY, &vpc_nl_customer_gateway_form);
}

int vpc_nl_customer_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_CUSTOMER_GATEWAY, &vpc_nl_customer_gateway_form);
}
