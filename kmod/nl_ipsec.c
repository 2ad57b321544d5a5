// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for IPsec connections. No key passes here: XFRM has its own family. */

#include <linux/slab.h>

#include "ipsec.h"
#include "nl_common.h"
#include "probe.h"
#include "vpc.h"

static struct vpc_ipsec *conn_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_ipsec, link.obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return conn_of(obj)->link.vpc->obj.id == vpc;
}

static int fill_prefixes(struct sk_buff *msg, const struct vpc_ipsec *conn)
{
	const struct vpc_prefix *p = conn->prefix;
	int i;

	for (i = 0; i < conn->locals; i++, p++)
		if (vpc_nl_put_prefix(msg, VPC_A_IPSEC_LOCAL, p))
			return -EMSGSIZE;
	for (i = 0; i < conn->remotes; i++, p++)
		if (vpc_nl_put_prefix(msg, VPC_A_IPSEC_REMOTE, p))
			return -EMSGSIZE;
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_ipsec *conn = conn_of(obj);
	const struct vpc_probe *probe = vpc_probe_of(conn->nh);
	struct vpc_totals totals = {};

	if (nla_put_string(msg, VPC_A_IPSEC_NAME, obj->name) ||
	    nla_put_string(msg, VPC_A_IPSEC_GATEWAY, conn->gateway->obj.name) ||
	    nla_put_string(msg, VPC_A_IPSEC_CUSTOMER, conn->customer->obj.name) ||
	    nla_put_string(msg, VPC_A_IPSEC_VPC, conn->link.vpc->obj.name) ||
	    nla_put_u32(msg, VPC_A_IPSEC_IF_ID, conn->if_id) ||
	    nla_put_u8(msg, VPC_A_IPSEC_MODE, conn->mode) ||
	    nla_put_u8(msg, VPC_A_IPSEC_STATE, vpc_ipsec_state(conn)) ||
	    vpc_nl_put_addr(msg, VPC_A_IPSEC_LOCAL_ADDRESS, &conn->gateway->local) ||
	    vpc_nl_put_addr(msg, VPC_A_IPSEC_REMOTE_ADDRESS, &conn->customer->address) ||
	    nla_put_u32(msg, VPC_A_IPSEC_ID, obj->id) ||
	    fill_prefixes(msg, conn))
		return -EMSGSIZE;
	if ((probe && nla_put_string(msg, VPC_A_IPSEC_PROBE, probe->obj.name)) ||
	    (conn->nh && nla_put_u8(msg, VPC_A_IPSEC_HEALTH, READ_ONCE(conn->nh->health))))
		return -EMSGSIZE;
	vpc_counters_add(&totals, conn->link.counters);
	return vpc_nl_put_totals(msg, VPC_A_IPSEC_COUNTERS, &totals, conn->link.counters,
				 conn->lost);
}

const struct vpc_nl_form vpc_nl_ipsec_form = {
	.get = VPC_CMD_IPSEC_GET,
	.event = VPC_A_EVENT_IPSEC,
	.key = VPC_A_IPSEC_NAME,
	.filter = VPC_A_IPSEC_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static int get_config(struct genl_info *info, struct vpc_ipsec_config *cfg)
{
	struct vpc_object *obj;
	int err;

	cfg->name = vpc_nl_new_name(info, VPC_KIND_IPSEC, VPC_A_IPSEC_NAME);
	if (IS_ERR(cfg->name))
		return PTR_ERR(cfg->name);
	err = vpc_nl_need(info, VPC_A_IPSEC_GATEWAY, "IPsec connection", "VPN gateway");
	if (!err)
		err = vpc_nl_need(info, VPC_A_IPSEC_CUSTOMER, "IPsec connection",
				  "customer gateway");
	if (err)
		return err;
	obj = vpc_nl_named(info, VPC_KIND_VPN_GATEWAY, VPC_A_IPSEC_GATEWAY);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	cfg->gateway = container_of(obj, struct vpc_vpn_gateway, obj);
	obj = vpc_nl_named(info, VPC_KIND_CUSTOMER_GATEWAY, VPC_A_IPSEC_CUSTOMER);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	cfg->customer = container_of(obj, struct vpc_customer_gateway, obj);
	if (info->attrs[VPC_A_IPSEC_IF_ID])
		cfg->if_id = nla_get_u32(info->attrs[VPC_A_IPSEC_IF_ID]);
	if (info->attrs[VPC_A_IPSEC_MODE])
		cfg->mode = nla_get_u8(info->attrs[VPC_A_IPSEC_MODE]);
	err = vpc_nl_get_prefixes(info, VPC_A_IPSEC_LOCAL, cfg->local, ARRAY_SIZE(cfg->local),
				  &cfg->locals, "local prefixes of an IPsec connection:");
	if (!err)
		err = vpc_nl_get_prefixes(info, VPC_A_IPSEC_REMOTE, cfg->remote,
					  ARRAY_SIZE(cfg->remote), &cfg->remotes,
					  "remote prefixes of an IPsec connection:");
	return err;
}

static int ipsec_new(struct genl_info *info, struct vpc_ipsec_config *cfg)
{
	struct vpc_ipsec *conn;
	int err;

	err = get_config(info, cfg);
	if (err)
		return err;
	conn = vpc_ipsec_new(cfg, info->extack);
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &conn->link.obj, NULL);
	/* The event of its first state, if it is up already, comes after. */
	vpc_ipsec_sync(vpc_nl_net(info));
	return 0;
}

int vpc_nl_ipsec_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_ipsec_config *cfg;
	int err;

	cfg = kzalloc(sizeof(*cfg), GFP_KERNEL);
	if (!cfg)
		return vpc_err(info->extack, -ENOMEM, "no memory for the request");
	err = ipsec_new(info, cfg);
	kfree(cfg);
	return err;
}

int vpc_nl_ipsec_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	const char *name;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_IPSEC, VPC_A_IPSEC_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (!info->attrs[VPC_A_IPSEC_NEW_NAME])
		return vpc_err(info->extack, -EINVAL,
			       "IPsec connection %s: nothing to change is given", obj->name);
	name = vpc_nl_new_name(info, VPC_KIND_IPSEC, VPC_A_IPSEC_NEW_NAME);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = vpc_object_rename(&vn->registry[VPC_KIND_IPSEC], obj, name, info->extack);
	if (!err)
		vpc_nl_event(vn, VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

int vpc_nl_ipsec_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_IPSEC, VPC_A_IPSEC_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_ipsec_del(conn_of(obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_ipsec_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_IPSEC, &vpc_nl_ipsec_form);
}

int vpc_nl_ipsec_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_IPSEC, &vpc_nl_ipsec_form);
}
