// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for route tables. */

#include "nl_common.h"
#include "subnet.h"
#include "table.h"
#include "vpn_gateway.h"

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return container_of(obj, struct vpc_table, obj)->vpc->obj.id == vpc;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_table *table = container_of(obj, struct vpc_table, obj);
	u64 bytes = (u64)table->lpm[0].bytes + table->lpm[1].bytes;
	const struct vpc_subnet *subnet;
	u32 subnets = 0;

	/* vpc_table::users counts uplinks as well. */
	list_for_each_entry(subnet, &table->vpc->subnets, node)
		subnets += vpc_subnet_table(subnet) == table;

	if (obj->name[0] && nla_put_string(msg, VPC_A_TABLE_NAME, obj->name))
		return -EMSGSIZE;
	if (table->gateway &&
	    nla_put_string(msg, VPC_A_TABLE_GATEWAY, table->gateway->obj.name))
		return -EMSGSIZE;
	if (table == table->vpc->table && nla_put_flag(msg, VPC_A_TABLE_DEFAULT))
		return -EMSGSIZE;
	if (nla_put_string(msg, VPC_A_TABLE_VPC, table->vpc->obj.name) ||
	    nla_put_u32(msg, VPC_A_TABLE_ID, obj->id) ||
	    nla_put_u32(msg, VPC_A_TABLE_ROUTES, table->routes) ||
	    nla_put_u32(msg, VPC_A_TABLE_BYTES, min_t(u64, bytes, U32_MAX)) ||
	    nla_put_u32(msg, VPC_A_TABLE_SUBNETS, subnets))
		return -EMSGSIZE;
	return 0;
}

const struct vpc_nl_form vpc_nl_table_form = {
	.get = VPC_CMD_TABLE_GET,
	.event = VPC_A_EVENT_TABLE,
	.key = VPC_A_TABLE_NAME,
	.filter = VPC_A_TABLE_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

int vpc_nl_table_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_table *table;
	const char *name;
	struct vpc *vpc;

	name = vpc_nl_new_name(info, VPC_KIND_TABLE, VPC_A_TABLE_NAME);
	if (IS_ERR(name))
		return PTR_ERR(name);
	vpc = vpc_nl_vpc(info, VPC_A_TABLE_VPC, "table", "VPC");
	if (IS_ERR(vpc))
		return PTR_ERR(vpc);

	table = vpc_table_new(vpc, name, info->extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &table->obj, NULL);
	return 0;
}

int vpc_nl_table_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	/* No table is called that, so this is what the caller means. */
	if (info->attrs[VPC_A_TABLE_NAME] &&
	    !nla_strcmp(info->attrs[VPC_A_TABLE_NAME], "default"))
		return vpc_err(info->extack, -EPERM,
			       "the default table of a VPC cannot be deleted, it goes with the VPC");
	obj = vpc_nl_named(info, VPC_KIND_TABLE, VPC_A_TABLE_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_table_del(container_of(obj, struct vpc_table, obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_table_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_TABLE, &vpc_nl_table_form);
}

int vpc_nl_table_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_TABLE, &vpc_nl_table_form);
}
