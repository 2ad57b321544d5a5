// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for NAT gateways. */

#include <linux/slab.h>

#include "natgw.h"
#include "nl_common.h"
#include "subnet.h"

static struct vpc_nat_gateway *gateway_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_nat_gateway, obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return gateway_of(obj)->vpc->obj.id == vpc;
}

static int fill_share(struct sk_buff *msg, const struct vpc_nat_share *share)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_NAT_GATEWAY_ADDRESS);
	const u32 *blocks = share->blocks;

	if (!nest || vpc_nl_put_addr(msg, VPC_A_PUBLIC_ADDRESS, &share->public->addr) ||
	    (share->endpoint.family &&
	     vpc_nl_put_addr(msg, VPC_A_PUBLIC_ENDPOINT, &share->endpoint)) ||
	    (share->draining && nla_put_flag(msg, VPC_A_PUBLIC_DRAINING)) ||
	    nla_put_u8(msg, VPC_A_PUBLIC_LEVEL, share->told) ||
	    nla_put_u32(msg, VPC_A_PUBLIC_CONNECTIONS, atomic_read(&share->connections)) ||
	    nla_put_u32(msg, VPC_A_PUBLIC_TCP_PORTS,
			READ_ONCE(blocks[VPC_NAT_TCP]) * VPC_NAT_BLOCK_PORTS) ||
	    nla_put_u32(msg, VPC_A_PUBLIC_UDP_PORTS,
			READ_ONCE(blocks[VPC_NAT_UDP]) * VPC_NAT_BLOCK_PORTS) ||
	    nla_put_u32(msg, VPC_A_PUBLIC_ICMP_PORTS,
			READ_ONCE(blocks[VPC_NAT_ICMP]) * VPC_NAT_BLOCK_PORTS))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_snat(struct sk_buff *msg, const struct vpc_snat *rule)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_NAT_GATEWAY_SNAT);

	if (!nest || (rule->subnet ?
		      nla_put_string(msg, VPC_A_SNAT_SUBNET, rule->subnet->obj.name) :
		      vpc_nl_put_prefix(msg, VPC_A_SNAT_PREFIX, &rule->prefix)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_dnat(struct sk_buff *msg, const struct vpc_dnat *rule)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_NAT_GATEWAY_DNAT);

	if (!nest || vpc_nl_put_addr(msg, VPC_A_DNAT_ADDRESS, &rule->public) ||
	    nla_put_u8(msg, VPC_A_DNAT_PROTOCOL, rule->proto) ||
	    nla_put_u16(msg, VPC_A_DNAT_PORT, rule->first) ||
	    nla_put_u16(msg, VPC_A_DNAT_LAST_PORT, rule->last) ||
	    vpc_nl_put_addr(msg, VPC_A_DNAT_TO, &rule->to) ||
	    nla_put_u16(msg, VPC_A_DNAT_TO_PORT, rule->to_first))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	const struct vpc_nat_gateway *gw = gateway_of(obj);
	const struct vpc_nat_share *share;
	u32 i;

	if ((obj->name[0] && nla_put_string(msg, VPC_A_NAT_GATEWAY_NAME, obj->name)) ||
	    nla_put_string(msg, VPC_A_NAT_GATEWAY_VPC, gw->vpc->obj.name) ||
	    (gw->uplink && vpc_nl_put_dev(msg, VPC_A_NAT_GATEWAY_UPLINK, gw->uplink->link.dev)) ||
	    nla_put_u16(msg, VPC_A_NAT_GATEWAY_FIRST_PORT, gw->first_port) ||
	    nla_put_u16(msg, VPC_A_NAT_GATEWAY_LAST_PORT, gw->last_port) ||
	    nla_put_u32(msg, VPC_A_NAT_GATEWAY_PORT_LIMIT, gw->port_limit) ||
	    nla_put_u32(msg, VPC_A_NAT_GATEWAY_RATE, gw->rate) ||
	    nla_put_u32(msg, VPC_A_NAT_GATEWAY_CONNECTIONS, atomic_read(&gw->connections)) ||
	    nla_put_u32(msg, VPC_A_NAT_GATEWAY_SOURCES, atomic_read(&gw->sources)) ||
	    nla_put_u64_64bit(msg, VPC_A_NAT_GATEWAY_EXHAUSTED, atomic64_read(&gw->failed),
			      VPC_A_NAT_GATEWAY_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_NAT_GATEWAY_LIMITED, atomic64_read(&gw->limited),
			      VPC_A_NAT_GATEWAY_PAD) ||
	    nla_put_u32(msg, VPC_A_NAT_GATEWAY_ID, obj->id))
		return -EMSGSIZE;
	list_for_each_entry(share, &gw->shares, node)
		if (fill_share(msg, share))
			return -EMSGSIZE;
	for (i = 0; i < gw->snats; i++)
		if (fill_snat(msg, &gw->snat[i]))
			return -EMSGSIZE;
	for (i = 0; i < gw->dnats; i++)
		if (gw->dnat[i].proto && fill_dnat(msg, &gw->dnat[i]))
			return -EMSGSIZE;
	return vpc_nl_put_counters(msg, VPC_A_NAT_GATEWAY_COUNTERS, gw->counters);
}

const struct vpc_nl_form vpc_nl_nat_gateway_form = {
	.get = VPC_CMD_NAT_GATEWAY_GET,
	.event = VPC_A_EVENT_NAT_GATEWAY,
	.key = VPC_A_NAT_GATEWAY_NAME,
	.filter = VPC_A_NAT_GATEWAY_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static int too_many(struct genl_info *info, const struct nlattr *a, const char *what, u32 max)
{
	NL_SET_BAD_ATTR(info->extack, a);
	return vpc_err(info->extack, -E2BIG, "%s of a NAT gateway: at most %u", what, max);
}

/**
 * vpc_nl_get_publics() - read public addresses
 * @info: the request
 * @attr: attribute
 * @list: where to; VPC_NAT_ADDRESSES_MAX
 * @endpoint: gets whom each is bound to; NULL: that is not for this command
 * @count: how many there were
 * Context: a do request.
 * Return: 0 or -errno.
 */
int vpc_nl_get_publics(struct genl_info *info, int attr, struct vpc_addr *list,
		       struct vpc_addr *endpoint, u32 *count)
{
	struct nlattr *tb[VPC_A_PUBLIC_MAX + 1];
	const struct nlattr *a = NULL;
	int err;

	while ((a = vpc_nl_next(info, attr, a))) {
		if (*count == VPC_NAT_ADDRESSES_MAX)
			return too_many(info, a, "public addresses", VPC_NAT_ADDRESSES_MAX);
		/* The policy of the command has checked what is inside of these. */
		err = nla_parse_nested(tb, VPC_A_PUBLIC_MAX, a, NULL, info->extack);
		if (err)
			return err;
		NL_SET_BAD_ATTR(info->extack, a);
		if (!tb[VPC_A_PUBLIC_ADDRESS])
			return vpc_err(info->extack, -EINVAL, "public address: no address given");
		if (tb[VPC_A_PUBLIC_ENDPOINT] && !endpoint)
			return vpc_err(info->extack, -EINVAL,
				       "only a public address that is added to a VPC can be bound to an endpoint");
		err = vpc_nl_get_addr(tb[VPC_A_PUBLIC_ADDRESS], &list[*count], info->extack);
		if (!err && tb[VPC_A_PUBLIC_ENDPOINT])
			err = vpc_nl_get_addr(tb[VPC_A_PUBLIC_ENDPOINT], &endpoint[*count],
					      info->extack);
		if (err)
			return err;
		++*count;
		NL_SET_BAD_ATTR(info->extack, NULL);
	}
	return 0;
}

static int get_snats(struct genl_info *info, int attr, struct vpc_snat *list, u32 *count)
{
	struct nlattr *tb[VPC_A_SNAT_MAX + 1];
	const struct nlattr *a = NULL;
	struct vpc_object *obj;
	int err;

	while ((a = vpc_nl_next(info, attr, a))) {
		struct vpc_snat *rule = &list[*count];

		if (*count == VPC_NAT_RULES_MAX)
			return too_many(info, a, "SNAT rules", VPC_NAT_RULES_MAX);
		err = nla_parse_nested(tb, VPC_A_SNAT_MAX, a, NULL, info->extack);
		if (err)
			return err;
		NL_SET_BAD_ATTR(info->extack, a);
		if (!tb[VPC_A_SNAT_SUBNET] == !tb[VPC_A_SNAT_PREFIX])
			return vpc_err(info->extack, -EINVAL,
				       "an SNAT rule is for a subnet or for a prefix");
		if (tb[VPC_A_SNAT_SUBNET]) {
			obj = vpc_nl_by_name(vpc_nl_net(info), VPC_KIND_SUBNET,
					     tb[VPC_A_SNAT_SUBNET], info->extack);
			if (IS_ERR(obj))
				return PTR_ERR(obj);
			rule->subnet = container_of(obj, struct vpc_subnet, obj);
		} else {
			err = vpc_nl_get_prefix(tb[VPC_A_SNAT_PREFIX], false, &rule->prefix,
						info->extack);
			if (err)
				return err;
		}
		++*count;
		NL_SET_BAD_ATTR(info->extack, NULL);
	}
	return 0;
}

static int get_dnat(struct nlattr **tb, bool del, struct vpc_dnat *rule,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[VPC_A_DNAT_ADDRESS] || !tb[VPC_A_DNAT_PROTOCOL] || !tb[VPC_A_DNAT_PORT])
		return vpc_err(extack, -EINVAL,
			       "a DNAT rule has a public address, a protocol and a port");
	if (!tb[VPC_A_DNAT_TO] && !del)
		return vpc_err(extack, -EINVAL, "a DNAT rule has an address that it leads to");
	err = vpc_nl_get_addr(tb[VPC_A_DNAT_ADDRESS], &rule->public, extack);
	if (err)
		return err;
	rule->proto = nla_get_u8(tb[VPC_A_DNAT_PROTOCOL]);
	if (rule->proto != IPPROTO_TCP && rule->proto != IPPROTO_UDP)
		return vpc_err(extack, -EINVAL, "a DNAT rule is for TCP or UDP, not for protocol %u",
			       rule->proto);
	rule->first = nla_get_u16(tb[VPC_A_DNAT_PORT]);
	rule->last = rule->first;
	if (tb[VPC_A_DNAT_LAST_PORT])
		rule->last = nla_get_u16(tb[VPC_A_DNAT_LAST_PORT]);
	if (rule->last < rule->first)
		return vpc_err(extack, -EINVAL, "ports %u-%u: the last comes before the first",
			       rule->first, rule->last);
	rule->to_first = rule->first;
	if (tb[VPC_A_DNAT_TO_PORT])
		rule->to_first = nla_get_u16(tb[VPC_A_DNAT_TO_PORT]);
	return tb[VPC_A_DNAT_TO] ? vpc_nl_get_addr(tb[VPC_A_DNAT_TO], &rule->to, extack) : 0;
}

static int get_dnats(struct genl_info *info, int attr, struct vpc_dnat *list, u32 *count)
{
	struct nlattr *tb[VPC_A_DNAT_MAX + 1];
	const struct nlattr *a = NULL;
	int err;

	while ((a = vpc_nl_next(info, attr, a))) {
		if (*count == VPC_NAT_RULES_MAX)
			return too_many(info, a, "DNAT rules", VPC_NAT_RULES_MAX);
		err = nla_parse_nested(tb, VPC_A_DNAT_MAX, a, NULL, info->extack);
		if (err)
			return err;
		NL_SET_BAD_ATTR(info->extack, a);
		err = get_dnat(tb, attr == VPC_A_NAT_GATEWAY_DEL_DNAT, &list[(*count)++],
			       info->extack);
		if (err)
			return err;
		NL_SET_BAD_ATTR(info->extack, NULL);
	}
	return 0;
}

/* What NEW and SET have in common. */
static int read_request(struct genl_info *info, struct vpc_natgw_request *req)
{
	int err;

	err = vpc_nl_get_publics(info, VPC_A_NAT_GATEWAY_ADDRESS, req->add, NULL, &req->adds);
	if (!err)
		err = get_snats(info, VPC_A_NAT_GATEWAY_SNAT, req->snat, &req->snats);
	if (!err)
		err = get_dnats(info, VPC_A_NAT_GATEWAY_DNAT, req->dnat, &req->dnats);
	if (err)
		return err;
	if (info->attrs[VPC_A_NAT_GATEWAY_FIRST_PORT])
		req->first_port = nla_get_u16(info->attrs[VPC_A_NAT_GATEWAY_FIRST_PORT]);
	if (info->attrs[VPC_A_NAT_GATEWAY_LAST_PORT])
		req->last_port = nla_get_u16(info->attrs[VPC_A_NAT_GATEWAY_LAST_PORT]);
	if (info->attrs[VPC_A_NAT_GATEWAY_PORT_LIMIT])
		req->port_limit = nla_get_u32(info->attrs[VPC_A_NAT_GATEWAY_PORT_LIMIT]);
	if (info->attrs[VPC_A_NAT_GATEWAY_RATE])
		req->rate = nla_get_u32(info->attrs[VPC_A_NAT_GATEWAY_RATE]);
	return 0;
}

/**
 * vpc_nl_public_uplink() - the public uplink that a request names
 * @info: the request
 * @attr: attribute with its device
 * Context: a do request.
 * Return: the uplink or an ERR_PTR().
 */
struct vpc_uplink *vpc_nl_public_uplink(struct genl_info *info, int attr)
{
	struct vpc_link *link = vpc_nl_link(info, VPC_KIND_UPLINK, attr);

	if (IS_ERR(link))
		return ERR_CAST(link);
	if (vpc_link_is_public(link))
		return vpc_uplink_of(link);
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return ERR_PTR(vpc_err(info->extack, -EINVAL,
			       "uplink %s is of VPC %s: public addresses need a public uplink, one without a VPC",
			       link->dev->name, link->vpc->obj.name));
}

static int nat_gateway_new(struct genl_info *info, struct vpc_natgw_request *req)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_nat_gateway *gw;
	int err;

	req->name = vpc_nl_new_name(info, VPC_KIND_NAT_GATEWAY, VPC_A_NAT_GATEWAY_NAME);
	if (IS_ERR(req->name))
		return PTR_ERR(req->name);
	req->vpc = vpc_nl_vpc(info, VPC_A_NAT_GATEWAY_VPC, "NAT gateway", "VPC");
	if (IS_ERR(req->vpc))
		return PTR_ERR(req->vpc);
	req->uplink = vpc_nl_public_uplink(info, VPC_A_NAT_GATEWAY_UPLINK);
	if (IS_ERR(req->uplink))
		return PTR_ERR(req->uplink);
	req->first_port = VPC_NAT_FIRST_PORT;
	req->last_port = VPC_NAT_LAST_PORT;
	req->port_limit = VPC_NAT_PORT_LIMIT;
	err = read_request(info, req);
	if (err)
		return err;
	gw = vpc_natgw_new(req, info->extack);
	if (IS_ERR(gw))
		return PTR_ERR(gw);
	vpc_nl_event(vn, VPC_EVENT_ADDED, &gw->obj, NULL);
	return 0;
}

static int nat_gateway_set(struct genl_info *info, struct vpc_natgw_request *req)
{
	struct vpc_nat_gateway *gw;
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_NAT_GATEWAY, VPC_A_NAT_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	gw = gateway_of(obj);
	req->first_port = gw->first_port;
	req->last_port = gw->last_port;
	req->port_limit = gw->port_limit;
	req->rate = gw->rate;
	if (info->attrs[VPC_A_NAT_GATEWAY_NEW_NAME]) {
		req->name = vpc_nl_new_name(info, VPC_KIND_NAT_GATEWAY,
					    VPC_A_NAT_GATEWAY_NEW_NAME);
		if (IS_ERR(req->name))
			return PTR_ERR(req->name);
	}
	err = read_request(info, req);
	if (!err)
		err = vpc_nl_get_publics(info, VPC_A_NAT_GATEWAY_DEL_ADDRESS, req->del, NULL,
					 &req->dels);
	if (!err)
		err = get_snats(info, VPC_A_NAT_GATEWAY_DEL_SNAT, req->del_snat,
				&req->del_snats);
	if (!err)
		err = get_dnats(info, VPC_A_NAT_GATEWAY_DEL_DNAT, req->del_dnat,
				&req->del_dnats);
	if (err)
		return err;
	if (!req->name && !req->adds && !req->dels && !req->snats && !req->del_snats &&
	    !req->dnats && !req->del_dnats && !info->attrs[VPC_A_NAT_GATEWAY_FIRST_PORT] &&
	    !info->attrs[VPC_A_NAT_GATEWAY_LAST_PORT] &&
	    !info->attrs[VPC_A_NAT_GATEWAY_PORT_LIMIT] && !info->attrs[VPC_A_NAT_GATEWAY_RATE])
		return vpc_err(info->extack, -EINVAL, "NAT gateway %s: nothing to change is given",
			       obj->name);
	err = vpc_natgw_set(gw, req, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

static int with_request(struct genl_info *info,
			int (*func)(struct genl_info *info, struct vpc_natgw_request *req))
{
	struct vpc_natgw_request *req;
	int err;

	req = kvzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return vpc_err(info->extack, -ENOMEM, "no memory for the request");
	err = func(info, req);
	kvfree(req);
	return err;
}

int vpc_nl_nat_gateway_new(struct sk_buff *skb, struct genl_info *info)
{
	return with_request(info, nat_gateway_new);
}

int vpc_nl_nat_gateway_set(struct sk_buff *skb, struct genl_info *info)
{
	return with_request(info, nat_gateway_set);
}

int vpc_nl_nat_gateway_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_NAT_GATEWAY, VPC_A_NAT_GATEWAY_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	err = vpc_natgw_del(gateway_of(obj), info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_nat_gateway_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_NAT_GATEWAY, &vpc_nl_nat_gateway_form);
}

int vpc_nl_nat_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_NAT_GATEWAY, &vpc_nl_nat_gateway_form);
}
