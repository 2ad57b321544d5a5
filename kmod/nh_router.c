// SPDX-License-Identifier: GPL-2.0
/*
 * Next hop of type router: an endpoint of the VPC (an appliance), or a router
 * behind one of its uplinks. It is named by its address and found again
 * whenever ports or uplinks come and go; while it is nowhere, packets drop.
 */

#include <net/netlink.h>

#include "adj.h"
#include "endpoint.h"
#include "forward.h"
#include "icmp.h"
#include "link.h"
#include "nexthop.h"
#include "nl_common.h"
#include "table.h"
#include "uplink.h"

/**
 * struct vpc_nh_router - a next hop of type router
 * @nh: what all types have
 * @adj: where it is; NULL: nowhere now
 * @router: holds @adj when it is behind an uplink
 * @watch: of @adj
 * @node: in vpc::routers
 */
struct vpc_nh_router {
	struct vpc_nexthop nh;
	struct vpc_adj __rcu *adj;
	struct vpc_uplink_router *router;
	struct vpc_adj_watch watch;
	struct list_head node;
};

static struct vpc_nh_router *router_of(const struct vpc_nexthop *nh)
{
	return container_of(nh, struct vpc_nh_router, nh);
}

static int parse(struct vpc_nh_key *key, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (!tb[VPC_A_NEXTHOP_ADDRESS])
		return vpc_err(extack, -EINVAL, "a next hop of type router has an address as its target");
	return vpc_nl_get_addr(tb[VPC_A_NEXTHOP_ADDRESS], &key->addr, extack);
}

/* Lead to an adjacency, or nowhere. Its health is what we hear of it from now on. */
static void lead_to(struct vpc_nh_router *r, struct vpc_adj *adj)
{
	struct vpc_adj *old = rcu_dereference_protected(r->adj,
							lockdep_is_held(&r->nh.key.vpc->vn->lock));

	if (old == adj)
		return;
	if (old)
		vpc_adj_unwatch(old, &r->watch);
	rcu_assign_pointer(r->adj, adj);
	if (adj)
		vpc_adj_watch(adj, &r->watch, &r->nh);
	else
		vpc_health_device(&r->nh, false);
}

/* Look where the address is now. */
static int resolve(struct vpc_nh_router *r, struct netlink_ext_ack *extack)
{
	struct vpc_uplink_router *old = r->router;
	struct vpc *vpc = r->nh.key.vpc;
	struct vpc_endpoint *ep = vpc_endpoint_find(vpc, &r->nh.key.addr);
	struct vpc_uplink_router *router = NULL;

	if (!ep)
		router = vpc_uplink_router_get(vpc, &r->nh.key.addr, extack);
	if (IS_ERR(router)) {
		r->router = NULL;
		lead_to(r, NULL);
	} else {
		r->router = router;
		lead_to(r, ep && ep->adj ? ep->adj : router ? &router->adj : NULL);
	}
	if (old)
		vpc_uplink_router_put(old);
	return PTR_ERR_OR_ZERO(router);
}

static int init(struct vpc_nexthop *nh, struct netlink_ext_ack *extack)
{
	struct vpc_nh_router *r = router_of(nh);
	char buf[VPC_PREFIX_STRLEN];
	int err;

	err = resolve(r, extack);
	if (err)
		return err;
	if (!rcu_access_pointer(r->adj))
		return vpc_err(extack, -ENOENT,
			       "router %s is neither an endpoint of VPC %s nor behind one of its uplinks",
			       vpc_addr_str(&nh->key.addr, buf), nh->key.vpc->obj.name);
	list_add_tail(&r->node, &nh->key.vpc->routers);
	return 0;
}

static void destroy(struct vpc_nexthop *nh)
{
	struct vpc_nh_router *r = router_of(nh);

	list_del(&r->node);
	lead_to(r, NULL);
	if (r->router)
		vpc_uplink_router_put(r->router);
}

/**
 * vpc_nh_router_resolve() - find all routers of a VPC again
 * @vpc: the VPC, whose ports or uplinks have changed
 *
 * A router for which there is no memory is nowhere until the next change.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nh_router_resolve(struct vpc *vpc)
{
	struct vpc_nh_router *r;

	lockdep_assert_held(&vpc->vn->lock);
	list_for_each_entry(r, &vpc->routers, node)
		resolve(r, NULL);
}

/**
 * vpc_nh_router_check_unused() - does a route need a router on this link?
 * @link: the link
 * @extack: gets the sentence of a refusal, which names the route
 * Context: vpc_net::lock is held.
 * Return: 0 or -EBUSY.
 */
int vpc_nh_router_check_unused(const struct vpc_link *link, struct netlink_ext_ack *extack)
{
	char addr[VPC_PREFIX_STRLEN], user[VPC_ROUTE_USER_LEN];
	struct vpc_nh_router *r;

	list_for_each_entry(r, &link->vpc->routers, node) {
		if (!vpc_nh_router_leads_to(&r->nh, link))
			continue;
		if (!vpc_route_user(&r->nh, user, sizeof(user)))
			continue;
		return vpc_err(extack, -EBUSY, "%s on device %s is the router of %s: remove it first",
			       vpc_addr_str(&r->nh.key.addr, addr), link->dev->name, user);
	}
	return 0;
}

/**
 * vpc_nh_router_leads_to() - is a next hop a router on this link?
 * @nh: next hop of any type
 * @link: the link
 * Context: RCU read side or vpc_net::lock.
 * Return: true if it is.
 */
bool vpc_nh_router_leads_to(const struct vpc_nexthop *nh, const struct vpc_link *link)
{
	const struct vpc_adj *adj;

	if (nh->ops != &vpc_nh_router_ops)
		return false;
	adj = rcu_dereference_check(router_of(nh)->adj, lockdep_is_held(&link->vpc->vn->lock));
	return adj && adj->link == link;
}

static enum vpc_verdict output(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	struct vpc_adj *adj = rcu_dereference(router_of(nh)->adj);

	if (unlikely(!adj))
		return vpc_icmp_reject(pkt, VPC_ICMP_NO_HOST, 0, VPC_DROP_NO_NEXTHOP);
	return vpc_forward(pkt, adj);
}

static u8 family(const struct vpc_nexthop *nh)
{
	return nh->key.addr.family;
}

static void str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	char addr[VPC_PREFIX_STRLEN];

	strscpy(buf, vpc_addr_str(&nh->key.addr, addr), size);
}

static int fill(struct sk_buff *msg, const struct vpc_nexthop *nh)
{
	return vpc_nl_put_addr(msg, VPC_A_NEXTHOP_ADDRESS, &nh->key.addr);
}

static struct vpc_endpoint *endpoint(const struct vpc_nexthop *nh, const struct vpc_addr *addr)
{
	return vpc_endpoint_find(nh->key.vpc, &nh->key.addr);
}

static bool emit(const struct vpc_nexthop *nh, struct sk_buff *skb, u8 family)
{
	struct vpc_adj *adj = rcu_dereference(router_of(nh)->adj);

	if (adj && vpc_adj_emit(adj, skb, family))
		return true;
	kfree_skb(skb);
	return false;
}

/* Not by its MAC: routers that share an address speak with one of their own. */
static bool came_by(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt)
{
	const struct vpc_adj *adj = rcu_dereference(router_of(nh)->adj);

	return adj && pkt->link == adj->link && !pkt->peering;
}

const struct vpc_nh_ops vpc_nh_router_ops = {
	.type = VPC_NH_ROUTER,
	.name = "router",
	.inside = true,
	.size = sizeof(struct vpc_nh_router),
	.parse = parse,
	.init = init,
	.destroy = destroy,
	.output = output,
	.family = family,
	.str = str,
	.fill = fill,
	.endpoint = endpoint,
	.emit = emit,
	.came_by = came_by,
};
