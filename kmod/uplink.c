// SPDX-License-Identifier: GPL-2.0
/* Uplinks: devices towards routers that a VPC reaches directly. */

#include <linux/module.h>
#include <linux/slab.h>

#include "natgw.h"
#include "nexthop.h"
#include "table.h"
#include "uplink.h"

/**
 * vpc_uplink_adj() - the router behind an uplink that has an address
 * @uplink: the uplink
 * @addr: the address
 * Context: RCU read side or vpc_net::lock.
 * Return: its adjacency, or NULL when no such router is known.
 */
struct vpc_adj *vpc_uplink_adj(struct vpc_uplink *uplink, const struct vpc_addr *addr)
{
	int i = vpc_family_index(addr->family);
	struct vpc_uplink_router *router;

	list_for_each_entry_rcu(router, &uplink->routers, node,
				lockdep_is_held(&uplink->link.vpc->vn->lock))
		if (vpc_addr_equal(&router->adj.addr[i], addr))
			return &router->adj;
	return NULL;
}

static struct vpc_uplink_router *router_get(struct vpc_uplink *uplink, const struct vpc_addr *addr,
					    struct netlink_ext_ack *extack)
{
	struct vpc_adj *adj = vpc_uplink_adj(uplink, addr);
	struct vpc_uplink_router *router;
	char buf[VPC_PREFIX_STRLEN];

	if (adj) {
		router = container_of(adj, struct vpc_uplink_router, adj);
		router->refs++;
		return router;
	}
	router = kzalloc(sizeof(*router), GFP_KERNEL_ACCOUNT);
	if (!router)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for router %s",
				       vpc_addr_str(addr, buf)));
	router->refs = 1;
	router->adj.addr[vpc_family_index(addr->family)] = *addr;
	vpc_adj_init(&router->adj, &uplink->link, NULL);
	list_add_tail_rcu(&router->node, &uplink->routers);
	vpc_adj_start(&router->adj);
	return router;
}

/**
 * vpc_uplink_router_put() - a next hop needs a router no more
 * @router: the router; packets may see it until the next grace period
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_uplink_router_put(struct vpc_uplink_router *router)
{
	if (--router->refs)
		return;
	list_del_rcu(&router->node);
	vpc_adj_stop(&router->adj);
	kfree_rcu(router, rcu);
}

/**
 * vpc_uplink_router_get() - a router behind an uplink of a VPC
 * @vpc: the VPC
 * @addr: address of the router
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the router with a reference; NULL when no uplink's prefix has the
 * address, or it is the uplink's own; or ERR_PTR(-ENOMEM).
 */
struct vpc_uplink_router *vpc_uplink_router_get(struct vpc *vpc, const struct vpc_addr *addr,
						struct netlink_ext_ack *extack)
{
	int i = vpc_family_index(addr->family);
	struct vpc_link *link;

	lockdep_assert_held(&vpc->vn->lock);
	list_for_each_entry(link, &vpc->links, node) {
		struct vpc_uplink *uplink;

		if (!vpc_link_is_uplink(link))
			continue;
		uplink = vpc_uplink_of(link);
		if (uplink->prefix[i].addr.family &&
		    vpc_prefix_contains(&uplink->prefix[i], addr) &&
		    !vpc_addr_equal(&link->gateway[i], addr))
			return router_get(uplink, addr, extack);
	}
	return NULL;
}

/**
 * vpc_uplink_add_gateways() - the configured routers behind an uplink
 * @uplink: the uplink, which has none yet
 * @cfg: has them
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM; then the uplink has some of them.
 */
int vpc_uplink_add_gateways(struct vpc_uplink *uplink, const struct vpc_uplink_config *cfg,
			    struct netlink_ext_ack *extack)
{
	struct vpc_uplink_router *router;
	int i;

	for (i = 0; i < cfg->gateways; i++) {
		/* The same one twice is one. */
		if (vpc_uplink_adj(uplink, &cfg->gateway[i]))
			continue;
		router = router_get(uplink, &cfg->gateway[i], extack);
		if (IS_ERR(router))
			return PTR_ERR(router);
	}
	return 0;
}

static int check_config(const struct vpc_uplink_config *cfg, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	struct vpc_link *link;
	int i, k;

	for (i = 0; i < 2; i++) {
		const struct vpc_prefix *p = &cfg->prefix[i];
		struct vpc_prefix net = *p;

		if (!p->addr.family)
			continue;
		vpc_prefix_mask(&net);
		for (k = 0; k < cfg->vpc->cidrs; k++)
			if (vpc_prefix_overlap(&cfg->vpc->cidr[k], &net))
				return vpc_err(extack, -EINVAL,
					       "uplink prefix %s overlaps with CIDR %s of VPC %s",
					       vpc_prefix_str(&net, buf),
					       vpc_prefix_str(&cfg->vpc->cidr[k], other),
					       cfg->vpc->obj.name);
		list_for_each_entry(link, &cfg->vpc->links, node) {
			const struct vpc_prefix *q;

			if (!vpc_link_is_uplink(link))
				continue;
			q = &vpc_uplink_of(link)->prefix[i];
			if (q->addr.family && vpc_prefix_overlap(q, &net))
				return vpc_err(extack, -EINVAL,
					       "uplink prefix %s overlaps with the one of uplink %s",
					       vpc_prefix_str(&net, buf), link->dev->name);
		}
	}
	for (k = 0; k < cfg->gateways; k++) {
		const struct vpc_addr *gw = &cfg->gateway[k];

		i = vpc_family_index(gw->family);
		vpc_addr_str(gw, buf);
		if (!cfg->prefix[i].addr.family || !vpc_prefix_contains(&cfg->prefix[i], gw))
			return vpc_err(extack, -EINVAL,
				       "gateway %s is not in %s, the prefix of the uplink's address",
				       buf, cfg->prefix[i].addr.family ?
				       vpc_prefix_str(&cfg->prefix[i], other) : "no address");
		if (vpc_addr_equal(&cfg->prefix[i].addr, gw))
			return vpc_err(extack, -EINVAL, "gateway %s is the uplink's own address",
				       buf);
	}
	return 0;
}

static void dismantle(struct vpc_uplink *uplink)
{
	struct vpc *vpc = uplink->link.vpc;
	struct vpc_uplink_router *router, *next;

	if (uplink->public) {
		list_del_rcu(&uplink->link.node);
		vpc_object_del(&vpc->vn->registry[VPC_KIND_UPLINK], &uplink->link.obj);
	} else {
		vpc_link_unbind(&uplink->link);
	}
	/* Next hops look elsewhere, and let go of our routers. */
	vpc_nh_router_resolve(vpc);
	list_for_each_entry_safe(router, next, &uplink->routers, node) {
		WARN_ON(router->refs != 1);
		vpc_uplink_router_put(router);
	}
	vpc_adj_quiesce(vpc->vn);
}

/**
 * vpc_uplink_new() - bind a device as an uplink of a VPC
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: the uplink or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_uplink *vpc_uplink_new(const struct vpc_uplink_config *cfg,
				  struct netlink_ext_ack *extack)
{
	struct vpc_table *table = cfg->table ?: cfg->vpc->table;
	struct vpc_uplink *uplink;
	int i, err;

	err = check_config(cfg, extack);
	if (err)
		return ERR_PTR(err);
	uplink = kzalloc(sizeof(*uplink), GFP_KERNEL_ACCOUNT);
	if (!uplink)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for uplink %s",
				       cfg->dev->name));
	INIT_LIST_HEAD(&uplink->routers);
	uplink->table = table;
	for (i = 0; i < 2; i++) {
		uplink->link.gateway[i] = cfg->prefix[i].addr;
		uplink->prefix[i] = cfg->prefix[i];
	}
	err = vpc_link_bind(&uplink->link, cfg->dev, cfg->vpc, table, VPC_KIND_UPLINK,
			    cfg->prefix[1].addr.family, extack);
	if (err)
		goto err_free;
	err = vpc_uplink_add_gateways(uplink, cfg, extack);
	if (err)
		goto err_dismantle;
	err = vpc_link_publish(&uplink->link, extack) ?: vpc_link_open(&uplink->link, extack);
	if (err)
		goto err_dismantle;

	vpc_nh_router_resolve(cfg->vpc);
	return uplink;

err_dismantle:
	dismantle(uplink);
	vpc_link_restore(&uplink->link);
	vpc_link_release(&uplink->link);
err_free:
	kfree(uplink);
	return ERR_PTR(err);
}

/**
 * vpc_uplink_remove() - unbind an uplink, whoever refers to it
 * @uplink: the uplink
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 */
void vpc_uplink_remove(struct vpc_uplink *uplink)
{
	if (uplink->public)
		vpc_natgw_uplink_gone(uplink);
	dismantle(uplink);
	vpc_link_release(&uplink->link);
	if (uplink->public)
		module_put(THIS_MODULE);
	kfree_rcu(uplink, rcu);
}

/**
 * vpc_uplink_del() - unbind an uplink that no route needs
 * @uplink: the uplink
 * @extack: gets the sentence of a refusal
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_uplink_del(struct vpc_uplink *uplink, struct netlink_ext_ack *extack)
{
	int err = uplink->public ? vpc_natgw_check_unused(uplink, extack) :
				   vpc_nh_router_check_unused(&uplink->link, extack);

	if (err)
		return err;
	vpc_uplink_remove(uplink);
	return 0;
}
