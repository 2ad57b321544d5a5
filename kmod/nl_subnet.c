// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for subnets. */

#include "nl_common.h"
#include "subnet.h"

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return container_of(obj, struct vpc_subnet, obj)->vpc->obj.id == vpc;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_subnet *subnet = container_of(obj, struct vpc_subnet, obj);
	int i;

	if (nla_put_string(msg, VPC_A_SUBNET_NAME, obj->name) ||
	    nla_put_string(msg, VPC_A_SUBNET_VPC, subnet->vpc->obj.name) ||
	    nla_put_u32(msg, VPC_A_SUBNET_ID, obj->id))
		return -EMSGSIZE;
	const struct vpc_table *table = vpc_subnet_table(subnet);

	if (table->obj.name[0] &&
	    nla_put_string(msg, VPC_A_SUBNET_TABLE, table->obj.name))
		return -EMSGSIZE;
	for (i = 0; i < 2; i++) {
		if (!subnet->cidr[i].addr.family)
			continue;
		if (vpc_nl_put_prefix(msg, VPC_A_SUBNET_CIDR, &subnet->cidr[i]) ||
		    vpc_nl_put_addr(msg, VPC_A_SUBNET_GATEWAY, &subnet->gateway[i]))
			return -EMSGSIZE;
	}
	return 0;
}

const struct vpc_nl_form vpc_nl_subnet_form = {
	.get = VPC_CMD_SUBNET_GET,
	.event = VPC_A_EVENT_SUBNET,
	.key = VPC_A_SUBNET_NAME,
	.filter = VPC_A_SUBNET_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static int get_gateways(struct genl_info *info, struct vpc_subnet_config *cfg)
{
	const struct nlattr *a = NULL;
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_addr addr;
	int err, i;

	while ((a = vpc_nl_next(info, VPC_A_SUBNET_GATEWAY, a))) {
		err = vpc_nl_get_host(a, &addr, info->extack);
		if (err)
			return err;
		i = vpc_family_index(addr.family);
		if (cfg->cidr[i].addr.family && !cfg->gateway[i].family) {
			cfg->gateway[i] = addr;
			continue;
		}
		NL_SET_BAD_ATTR(info->extack, a);
		return vpc_err(info->extack, -EINVAL, "gateway %s: the subnet has %s",
			       vpc_addr_str(&addr, buf), cfg->gateway[i].family ?
			       "another of that family" : "no prefix of that family");
	}
	return 0;
}

int vpc_nl_subnet_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_subnet_config cfg = {};
	struct vpc_subnet *subnet;
	int err;

	cfg.name = vpc_nl_new_name(info, VPC_KIND_SUBNET, VPC_A_SUBNET_NAME);
	if (IS_ERR(cfg.name))
		return PTR_ERR(cfg.name);
	cfg.vpc = vpc_nl_vpc(info, VPC_A_SUBNET_VPC, "subnet", "VPC");
	if (IS_ERR(cfg.vpc))
		return PTR_ERR(cfg.vpc);
	cfg.table = vpc_nl_table(info, VPC_A_SUBNET_TABLE, cfg.vpc);
	if (IS_ERR(cfg.table))
		return PTR_ERR(cfg.table);
	err = vpc_nl_get_pair(info, VPC_A_SUBNET_CIDR, false, cfg.cidr, "subnet");
	if (err)
		return err;
	err = get_gateways(info, &cfg);
	if (err)
		return err;

	subnet = vpc_subnet_new(&cfg, info->extack);
	if (IS_ERR(subnet))
		return PTR_ERR(subnet);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &subnet->obj, NULL);
	return 0;
}

int vpc_nl_subnet_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_subnet *subnet;
	struct vpc_table *table;
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_SUBNET, VPC_A_SUBNET_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	err = vpc_nl_need(info, VPC_A_SUBNET_TABLE, "subnet", "table");
	if (err)
		return err;
	subnet = container_of(obj, struct vpc_subnet, obj);
	table = vpc_nl_table(info, VPC_A_SUBNET_TABLE, subnet->vpc);
	if (IS_ERR(table))
		return PTR_ERR(table);

	err = vpc_subnet_set_table(subnet, table, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

int vpc_nl_subnet_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_SUBNET, VPC_A_SUBNET_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_subnet_del(container_of(obj, struct vpc_subnet, obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_subnet_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_SUBNET, &vpc_nl_subnet_form);
}

int vpc_nl_subnet_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_SUBNET, &vpc_nl_subnet_form);
}
