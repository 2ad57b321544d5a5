/* SPDX-License-Identifier: GPL-2.0 */
/* Groups: what a route leads to. Routes with equal next hops share one. */
#ifndef _VPC_GROUP_H
#define _VPC_GROUP_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>

#include "nexthop.h"

/**
 * struct vpc_group - next hops with priority and weight; immutable
 * @best: the next hop that packets take
 * @vpc: VPC of its next hops
 * @id: its number in route tables
 * @index: where @id comes from
 * @refs: routes that use it; vpc_net::lock
 * @delta: what the open transaction will add to @refs
 * @touched: in vpc_route_txn::touched while a transaction may change @refs
 * @node: in vpc_net::group_hash
 * @rcu: frees it
 * @count: of @path
 * @path: by priority, then in the order in which they were given
 */
struct vpc_group {
	const struct vpc_nexthop *best;
	struct vpc *vpc;
	struct vpc_index *index;
	u32 id;
	u32 refs;
	s32 delta;
	struct list_head touched;
	struct rhash_head node;
	struct rcu_head rcu;
	u16 count;
	struct vpc_path path[];
};

int vpc_group_net_init(struct vpc_net *vn);
void vpc_group_net_exit(struct vpc_net *vn);
/* vpc_net::lock is held. The group of these next hops, with no reference taken. */
struct vpc_group *vpc_group_of(struct vpc *vpc, const struct vpc_path *paths,
			       unsigned int count, struct netlink_ext_ack *extack);
void vpc_group_touch(struct vpc_group *group, s32 delta, struct list_head *touched);
void vpc_group_settle(struct list_head *touched, bool commit);
struct vpc_group *vpc_group_by_id(const struct vpc_net *vn, u32 id);

#endif /* _VPC_GROUP_H */
