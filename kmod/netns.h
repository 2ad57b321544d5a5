/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps per network namespace, and the order of its locks. */
#ifndef _VPC_NETNS_H
#define _VPC_NETNS_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "index.h"
#include "object.h"

/**
 * DOC: Locks and lifetimes
 *
 * Configuration of a namespace is guarded by one mutex, vpc_net::lock. It nests
 * inside the RTNL: whoever needs both (binding and unbinding devices, the
 * netdevice notifier) takes the RTNL first. vpc_adj::lock (bottom halves off)
 * nests inside both and is the only lock that a packet may take, and only
 * while the MAC of its destination is unknown. vpc_net::wait_lock nests inside
 * vpc_adj::lock.
 *
 * Packets hold nothing but the RCU read lock. What they can reach is immutable
 * after rcu_assign_pointer(), except for words that are read with READ_ONCE()
 * (vpc_peering::state). An object is taken away in three steps: unpublish what
 * leads to it; synchronize_net(); release. A command replies after the second
 * step at the earliest.
 */

/**
 * struct vpc_net - the module's state in a network namespace
 * @net: the namespace; it holds us, we do not hold it
 * @lock: guards all configuration below
 * @seq: changes with every change of the configuration; lets dumps notice
 * @registry: objects by kind
 * @groups: struct vpc_group by the numbers in route tables
 * @endpoints: struct vpc_endpoint by the numbers in vpc::endpoints
 * @group_hash: groups by content, so that equal routes share one
 * @nexthop_hash: next hops by VPC, type and target
 * @group_count: groups in @group_hash
 * @nexthop_count: next hops in @nexthop_hash
 * @endpoint_count: endpoints in @endpoints
 * @route_count: static routes in all tables
 * @hooked: the packet hooks are registered (while there is a VPC)
 * @dying: the namespace goes away
 * @wait_lock: guards @waiting
 * @waiting: struct vpc_adj with packets that wait for a MAC
 */
struct vpc_net {
	struct net *net;
	struct mutex lock;
	u32 seq;
	struct vpc_registry registry[VPC_KINDS];
	struct vpc_index groups;
	struct vpc_index endpoints;
	struct rhashtable group_hash;
	struct rhashtable nexthop_hash;
	u32 group_count;
	u32 nexthop_count;
	u32 endpoint_count;
	u32 route_count;
	bool hooked;
	bool dying;
	spinlock_t wait_lock;
	struct list_head waiting;
};

struct vpc_net *vpc_net(const struct net *net);

/* How netlink and timers name who asked. NULL stands for the module itself. */
struct vpc_actor {
	bool operator;	/* no account was asserted: may do everything */
	u64 account;
};

int __printf(3, 4) vpc_err(struct netlink_ext_ack *extack, int err, const char *fmt, ...);

#endif /* _VPC_NETNS_H */
