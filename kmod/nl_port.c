// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for ports. */

#include <linux/slab.h>

#include "nl_common.h"
#include "overlay.h"
#include "port.h"

static struct vpc_port *port_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_port, link.obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return port_of(obj)->link.vpc->obj.id == vpc;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;
	struct vpc_port *port = port_of(obj);
	u8 lladdr[ETH_ALEN];
	u8 i;

	if (vpc_nl_put_dev(msg, VPC_A_PORT_DEV, port->link.dev) ||
	    nla_put_u32(msg, VPC_A_PORT_IFINDEX, port->link.dev->ifindex) ||
	    nla_put_u32(msg, VPC_A_PORT_ID, obj->id))
		return -EMSGSIZE;
	if (vpc_nl_put_counters(msg, VPC_A_PORT_COUNTERS, port->link.counters))
		return -EMSGSIZE;
	if (port->link.overlay)
		return nla_put_flag(msg, VPC_A_PORT_OVERLAY);
	if (nla_put_string(msg, VPC_A_PORT_SUBNET, port->subnet->obj.name) ||
	    nla_put_string(msg, VPC_A_PORT_VPC, port->link.vpc->obj.name))
		return -EMSGSIZE;
	if (vpc_adj_lladdr(&port->adj, lladdr)) {
		if (nla_put(msg, VPC_A_PORT_LLADDR, ETH_ALEN, lladdr))
			return -EMSGSIZE;
		if (!port->adj.fixed && nla_put_flag(msg, VPC_A_PORT_LEARNED))
			return -EMSGSIZE;
	}
	for (i = 0; i < port->endpoints; i++) {
		if (vpc_nl_put_addr(msg, VPC_A_PORT_ADDRESS, &port->endpoint[i]->addr))
			return -EMSGSIZE;
	}
	for (i = 0; i < port->allows; i++) {
		if (vpc_nl_put_prefix(msg, VPC_A_PORT_ALLOW, &port->allow[i]))
			return -EMSGSIZE;
	}
	return 0;
}

const struct vpc_nl_form vpc_nl_port_form = {
	.get = VPC_CMD_PORT_GET,
	.event = VPC_A_EVENT_PORT,
	.key = VPC_A_PORT_DEV,
	.filter = VPC_A_PORT_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static int get_lladdr(struct genl_info *info, struct vpc_port_config *cfg)
{
	const struct nlattr *lladdr = info->attrs[VPC_A_PORT_LLADDR];

	if (!lladdr)
		return 0;
	cfg->lladdr = nla_data(lladdr);
	if (is_valid_ether_addr(cfg->lladdr))
		return 0;
	NL_SET_BAD_ATTR(info->extack, lladdr);
	return vpc_err(info->extack, -EINVAL, "%pM cannot be the MAC address of a tenant",
		       cfg->lladdr);
}

static int too_many(struct genl_info *info, const struct nlattr *attr)
{
	NL_SET_BAD_ATTR(info->extack, attr);
	return vpc_err(info->extack, -E2BIG,
		       "addresses and allowed prefixes of a port: at most %d together",
		       VPC_PORT_SOURCES_MAX);
}

/* @cfg has room for VPC_PORT_SOURCES_MAX addresses and as many prefixes. */
static int get_sources(struct genl_info *info, struct vpc_port_config *cfg)
{
	const struct nlattr *a = NULL;
	int err;

	err = vpc_nl_need(info, VPC_A_PORT_ADDRESS, "port", "address");
	if (err)
		return err;
	while ((a = vpc_nl_next(info, VPC_A_PORT_ADDRESS, a))) {
		if (cfg->addrs == VPC_PORT_SOURCES_MAX)
			return too_many(info, a);
		err = vpc_nl_get_host(a, &cfg->addr[cfg->addrs++], info->extack);
		if (err)
			return err;
	}
	while ((a = vpc_nl_next(info, VPC_A_PORT_ALLOW, a))) {
		if (cfg->addrs + cfg->allows == VPC_PORT_SOURCES_MAX)
			return too_many(info, a);
		err = vpc_nl_get_prefix(a, false, &cfg->allow[cfg->allows++], info->extack);
		if (err)
			return err;
	}
	return get_lladdr(info, cfg);
}

static struct vpc_port *overlay_new(struct genl_info *info, struct net_device *dev)
{
	static const int others[] = {
		VPC_A_PORT_SUBNET, VPC_A_PORT_ADDRESS, VPC_A_PORT_LLADDR, VPC_A_PORT_ALLOW,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (!info->attrs[others[i]])
			continue;
		NL_SET_BAD_ATTR(info->extack, info->attrs[others[i]]);
		return ERR_PTR(vpc_err(info->extack, -EINVAL,
				       "port %s: an overlay is in no subnet, and has no addresses",
				       dev->name));
	}
	return vpc_overlay_new(vpc_nl_net(info), dev, info->extack);
}

static struct vpc_port *tenant_new(struct genl_info *info, struct net_device *dev)
{
	struct vpc_port_config cfg = { .dev = dev };
	struct vpc_object *subnet;
	struct vpc_port *port;
	int err;

	err = vpc_nl_need(info, VPC_A_PORT_SUBNET, "port", "subnet");
	if (err)
		return ERR_PTR(err);
	subnet = vpc_nl_named(info, VPC_KIND_SUBNET, VPC_A_PORT_SUBNET);
	if (IS_ERR(subnet))
		return ERR_CAST(subnet);
	cfg.subnet = container_of(subnet, struct vpc_subnet, obj);

	cfg.addr = kcalloc(VPC_PORT_SOURCES_MAX, sizeof(*cfg.addr), GFP_KERNEL);
	cfg.allow = kcalloc(VPC_PORT_SOURCES_MAX, sizeof(*cfg.allow), GFP_KERNEL);
	if (cfg.addr && cfg.allow)
		err = get_sources(info, &cfg);
	else
		err = vpc_err(info->extack, -ENOMEM, "no memory for the request");
	port = err ? ERR_PTR(err) : vpc_port_new(&cfg, info->extack);
	kfree(cfg.allow);
	kfree(cfg.addr);
	return port;
}

int vpc_nl_port_new(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *dev = vpc_nl_dev(info, VPC_KIND_PORT, VPC_A_PORT_DEV);
	struct vpc_port *port;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	port = nla_get_flag(info->attrs[VPC_A_PORT_OVERLAY]) ? overlay_new(info, dev) :
							       tenant_new(info, dev);
	if (IS_ERR(port))
		return PTR_ERR(port);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &port->link.obj, NULL);
	return 0;
}

/* Where the addresses go to live; without one, @to stays empty. */
static int get_target(struct genl_info *info, const struct vpc_link *link,
		      struct vpc_port_target *to)
{
	const struct nlattr *host = info->attrs[VPC_A_PORT_HOST];
	const struct nlattr *lladdr = info->attrs[VPC_A_PORT_LLADDR];
	int err;

	if (!host && !lladdr)
		return 0;
	if (!host || !lladdr)
		return vpc_err(info->extack, -EINVAL,
			       "another host is an address and the MAC address of its overlay device (host ADDR lladdr MAC)");
	if (link->overlay) {
		NL_SET_BAD_ATTR(info->extack, host);
		return vpc_err(info->extack, -EINVAL,
			       "port %s is an overlay, which has no addresses that could move",
			       link->dev->name);
	}
	err = vpc_nl_get_addr(host, &to->host, info->extack);
	if (!err)
		to->lladdr = nla_data(lladdr);
	return err;
}

int vpc_nl_port_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_port_target to = {};
	struct vpc_link *link;
	struct sk_buff *event;
	int err;

	link = vpc_nl_link(info, VPC_KIND_PORT, VPC_A_PORT_DEV);
	if (IS_ERR(link))
		return PTR_ERR(link);
	err = get_target(info, link, &to);
	if (err)
		return err;
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, &link->obj, NULL);
	err = vpc_port_del(vpc_port_of(link), to.lladdr ? &to : NULL, info->extack);
	if (err)
		vpc_nl_event_drop(event);
	else
		vpc_nl_event_send(vn, event);
	return err;
}

int vpc_nl_port_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_PORT, &vpc_nl_port_form);
}

int vpc_nl_port_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_PORT, &vpc_nl_port_form);
}
