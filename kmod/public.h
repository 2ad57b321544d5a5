/* SPDX-License-Identifier: GPL-2.0 */
/* The public side: uplinks that no VPC owns, and the addresses that we answer for there. */
#ifndef _VPC_PUBLIC_H
#define _VPC_PUBLIC_H

#include <linux/rhashtable-types.h>

#include "nat.h"
#include "uplink.h"

/**
 * struct vpc_dnat_slot - a range of ports that leads inside
 * @rule: where to
 * @share: the address, and with it the gateway
 */
struct vpc_dnat_slot {
	struct vpc_dnat rule;
	struct vpc_nat_share *share;
};

/**
 * struct vpc_dnat_table - all of an address, by protocol and port; immutable
 * @rcu: frees it
 * @count: how many
 * @slot: sorted; ranges of a protocol do not overlap
 */
struct vpc_dnat_table {
	struct rcu_head rcu;
	u32 count;
	struct vpc_dnat_slot slot[];
};

/**
 * struct vpc_public - a public address
 * @key: the address, IPv4 as IPv4-mapped
 * @addr: the same
 * @node: in vpc_net::public_hash
 * @uplink: where it lives
 * @on: in vpc_uplink::publics
 * @users: how many gateways have it; vpc_net::lock
 * @announced: neighbours have heard of it; vpc_net::lock
 * @shares: struct vpc_nat_share; read under @lock, changed under vpc_net::lock too
 * @lock: guards @taken
 * @taken: blocks of ports that an endpoint has, by class
 * @dnat: ports that lead inside; NULL: none
 * @forwarded: @dnat was not NULL once, so that there may be connections from outside
 * @rcu: frees it
 */
struct vpc_public {
	struct in6_addr key;
	struct vpc_addr addr;
	struct rhash_head node;
	struct vpc_uplink *uplink;
	struct list_head on;
	u32 users;
	bool announced;
	struct list_head shares;
	spinlock_t lock;
	DECLARE_BITMAP(taken[VPC_NAT_CLASSES], VPC_NAT_BLOCKS);
	struct vpc_dnat_table __rcu *dnat;
	bool forwarded;
	struct rcu_head rcu;
};

int vpc_public_net_init(struct vpc_net *vn);
void vpc_public_net_exit(struct vpc_net *vn);

/* The RTNL and vpc_net::lock are held. */
struct vpc *vpc_outside(struct vpc_net *vn);
struct vpc_uplink *vpc_public_uplink_new(struct vpc_net *vn, const struct vpc_uplink_config *cfg,
					 struct netlink_ext_ack *extack);

/* vpc_net::lock is held. */
struct vpc_public *vpc_public_get(struct vpc_uplink *uplink, const struct vpc_addr *addr,
				  struct netlink_ext_ack *extack);
void vpc_public_announce(struct vpc_public *public);
void vpc_public_put(struct vpc_public *public);

/* RCU read side, or what is said there. */
struct vpc_link *vpc_public_link_of(const struct net_device *dev);
struct vpc_public *vpc_public_find4(struct vpc_net *vn, __be32 addr);
struct vpc_public *vpc_public_find(struct vpc_net *vn, const struct vpc_addr *addr);
__be32 vpc_public_sender(struct vpc_uplink *uplink, __be32 target);
const struct vpc_dnat_slot *vpc_public_dnat(const struct vpc_public *public, u8 proto, u16 port);

static inline bool vpc_link_is_public(const struct vpc_link *link)
{
	return vpc_link_is_uplink(link) &&
	       container_of(link, struct vpc_uplink, link)->public;
}

#endif /* _VPC_PUBLIC_H */
