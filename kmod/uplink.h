/* SPDX-License-Identifier: GPL-2.0 */
/* Uplinks: devices towards routers that a VPC reaches directly. */
#ifndef _VPC_UPLINK_H
#define _VPC_UPLINK_H

#include "adj.h"
#include "link.h"
#include "table.h"

/**
 * struct vpc_uplink - an uplink that belongs to a VPC, or a public one
 * @link: its device and VPC; first, so that a link can be turned into its uplink
 * @table: configured table, which vpc_link::table follows; none of a public one
 * @prefix: our address and the length of the link's prefix, by family; none of a public one
 * @routers: struct vpc_uplink_router; packets read it under RCU
 * @public: it belongs to no VPC, NAT gateways share it, and it holds the module (public.c)
 * @publics: struct vpc_public of a public one; packets read it under RCU
 * @rcu: frees a public one
 */
struct vpc_uplink {
	struct vpc_link link;
	struct vpc_table *table;
	struct vpc_prefix prefix[2];
	struct list_head routers;
	bool public;
	struct list_head publics;
	struct rcu_head rcu;
};

/**
 * struct vpc_uplink_router - a router behind an uplink
 * @adj: its MAC and how to reach it
 * @node: in vpc_uplink::routers
 * @refs: 1 for a configured gateway, and next hops that use it
 * @rcu: frees it
 */
struct vpc_uplink_router {
	struct vpc_adj adj;
	struct list_head node;
	u32 refs;
	struct rcu_head rcu;
};

/**
 * struct vpc_uplink_config - what UPLINK_NEW asks for
 * @dev: the device
 * @vpc: its VPC, or NULL for a public one
 * @table: or NULL for the default table
 * @prefix: address and length, by family; family 0: none
 * @gateway: routers behind it
 * @gateways: how many
 */
struct vpc_uplink_config {
	struct net_device *dev;
	struct vpc *vpc;
	struct vpc_table *table;
	struct vpc_prefix prefix[2];
	struct vpc_addr gateway[VPC_GATEWAYS_MAX];
	u8 gateways;
};

static inline struct vpc_uplink *vpc_uplink_of(struct vpc_link *link)
{
	return container_of(link, struct vpc_uplink, link);
}

/* RCU read side or vpc_net::lock. */
struct vpc_adj *vpc_uplink_adj(struct vpc_uplink *uplink, const struct vpc_addr *addr);

/* The RTNL and vpc_net::lock are held. */
struct vpc_uplink *vpc_uplink_new(const struct vpc_uplink_config *cfg,
				  struct netlink_ext_ack *extack);
int vpc_uplink_del(struct vpc_uplink *uplink, struct netlink_ext_ack *extack);
void vpc_uplink_remove(struct vpc_uplink *uplink);

/* vpc_net::lock is held: a router by its address, for a next hop. */
struct vpc_uplink_router *vpc_uplink_router_get(struct vpc *vpc, const struct vpc_addr *addr,
						struct netlink_ext_ack *extack);
int vpc_uplink_add_gateways(struct vpc_uplink *uplink, const struct vpc_uplink_config *cfg,
			    struct netlink_ext_ack *extack);
void vpc_uplink_router_put(struct vpc_uplink_router *router);

#endif /* _VPC_UPLINK_H */
