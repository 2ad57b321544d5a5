// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops of type nat and vpc-router: out by a NAT gateway of the VPC, or by its own router,
 * which is one, too. What comes back needs no route.
 */

#include <net/netlink.h>

#include "adj.h"
#include "natgw.h"
#include "nexthop.h"
#include "vpc.h"

/**
 * struct vpc_nh_nat - a next hop of type nat
 * @nh: what all types have
 * @watched: how many routers the uplink has; 0: it is gone
 * @watch: whether they are there
 * @adj: they
 */
struct vpc_nh_nat {
	struct vpc_nexthop nh;
	int watched;
	struct vpc_adj_watch watch[VPC_GATEWAYS_MAX];
	struct vpc_adj *adj[VPC_GATEWAYS_MAX];
};

static struct vpc_nh_nat *nat_of(struct vpc_nexthop *nh)
{
	return container_of(nh, struct vpc_nh_nat, nh);
}

static int parse(struct vpc_nh_key *key, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	struct vpc_nat_gateway *gw;
	const char *name;

	if (!tb[VPC_A_NEXTHOP_NAT])
		return vpc_err(extack, -EINVAL, "a next hop of type nat has the name of a NAT gateway as its target");
	name = nla_data(tb[VPC_A_NEXTHOP_NAT]);
	gw = vpc_natgw_find(key->vpc->vn, name);
	if (!gw)
		return vpc_err(extack, -ENOENT, "there is no NAT gateway named %s", name);
	if (gw->vpc != key->vpc)
		return vpc_err(extack, -EINVAL, "NAT gateway %s is of VPC %s, not of VPC %s", name,
			       gw->vpc->obj.name, key->vpc->obj.name);
	key->nat = gw;
	return 0;
}

static int parse_router(struct vpc_nh_key *key, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	struct vpc *vpc = key->vpc;
	const char *name;

	if (!tb[VPC_A_NEXTHOP_VPC])
		return vpc_err(extack, -EINVAL, "a next hop of this type has the name of its VPC as its target");
	name = nla_data(tb[VPC_A_NEXTHOP_VPC]);
	if (strcmp(name, vpc->obj.name))
		return vpc_err(extack, -EINVAL,
			       "VPC %s can use its own router, not the one of VPC %s: that takes a peering",
			       vpc->obj.name, name);
	key->nat = rcu_dereference_protected(vpc->router, lockdep_is_held(&vpc->vn->lock));
	if (key->nat)
		return 0;
	return vpc_err(extack, -ENOENT,
		       "the router of VPC %s has no public address: vpcctl vpc set %s public-address ADDR uplink DEV",
		       name, name);
}

static void watch_uplink(struct vpc_nh_nat *n)
{
	struct vpc_uplink_router *router;

	list_for_each_entry(router, &n->nh.key.nat->uplink->routers, node) {
		n->adj[n->watched] = &router->adj;
		vpc_adj_watch(&router->adj, &n->watch[n->watched++], &n->nh);
	}
}

static void unwatch_uplink(struct vpc_nh_nat *n)
{
	while (n->watched) {
		n->watched--;
		vpc_adj_unwatch(n->adj[n->watched], &n->watch[n->watched]);
	}
}

static int init(struct vpc_nexthop *nh, struct netlink_ext_ack *extack)
{
	struct vpc_nat_gateway *gw = nh->key.nat;

	if (!gw->uplink)
		return vpc_err(extack, -ENODEV, "%s has lost its uplink",
			       gw->label);
	gw->nh = nh;
	watch_uplink(nat_of(nh));
	return 0;
}

static void destroy(struct vpc_nexthop *nh)
{
	unwatch_uplink(nat_of(nh));
	nh->key.nat->nh = NULL;
}

/**
 * vpc_nh_nat_uplink() - a gateway has lost its uplink, or has another one
 * @gw: the gateway
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nh_nat_uplink(const struct vpc_nat_gateway *gw)
{
	struct vpc_nh_nat *n = gw->nh ? nat_of(gw->nh) : NULL;

	if (!n)
		return;
	unwatch_uplink(n);
	if (gw->uplink)
		watch_uplink(n);
	else
		vpc_health_device(&n->nh, false);
}

static enum vpc_verdict output(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	return vpc_nat_output(pkt, nh->key.nat);
}

static u8 family(const struct vpc_nexthop *nh)
{
	return AF_INET;
}

static void str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	strscpy(buf, nh->key.nat->obj.name, size);
}

static int fill(struct sk_buff *msg, const struct vpc_nexthop *nh)
{
	return nla_put_string(msg, VPC_A_NEXTHOP_NAT, nh->key.nat->obj.name);
}

const struct vpc_nh_ops vpc_nh_nat_ops = {
	.type = VPC_NH_NAT,
	.name = "nat",
	.size = sizeof(struct vpc_nh_nat),
	.parse = parse,
	.init = init,
	.destroy = destroy,
	.output = output,
	.family = family,
	.str = str,
	.fill = fill,
};

static void router_str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	strscpy(buf, nh->key.vpc->obj.name, size);
}

static int router_fill(struct sk_buff *msg, const struct vpc_nexthop *nh)
{
	return nla_put_string(msg, VPC_A_NEXTHOP_VPC, nh->key.vpc->obj.name);
}

const struct vpc_nh_ops vpc_nh_vpc_router_ops = {
	.type = VPC_NH_VPC_ROUTER,
	.name = "router",
	.size = sizeof(struct vpc_nh_nat),
	.parse = parse_router,
	.init = init,
	.destroy = destroy,
	.output = output,
	.family = family,
	.str = router_str,
	.fill = router_fill,
};
