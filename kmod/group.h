/* SPDX-License-Identifier: GPL-2.0 */
/* Groups: what a route leads to. Routes with equal next hops share one. */
#ifndef _VPC_GROUP_H
#define _VPC_GROUP_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>

#include "nexthop.h"
#include "table.h"

/*
 * Buckets that flows are spread over. Each has one owner, drawn once: of N buckets a next hop
 * with share p gets p N with a variance of p (1 - p) N. Of n flows it then gets p n with a
 * variance of p (1 - p) n (1 + n / N). At N = 16384 shares are right to less than 0.4 %, and 10,000
 * flows differ from ideal ones by no more than two thirds of what chance makes of them anyway.
 * With 256 buckets it would be forty times that, and 16 KiB are what a table costs.
 */
#define VPC_GROUP_BUCKET_BITS 14
#define VPC_GROUP_BUCKETS BIT(VPC_GROUP_BUCKET_BITS)

/**
 * struct vpc_owners - who takes the flows of each bucket; immutable
 * @index: in vpc_group::path
 *
 * Nothing else is in it: a byte more and the page allocator would give twice the memory.
 */
struct vpc_owners {
	u8 index[VPC_GROUP_BUCKETS];
};

/**
 * struct vpc_group - next hops with priority and weight; immutable but for @sole and @owners,
 *	which follow health a moment after it has changed
 * @sole: takes all flows while it is up; NULL: several do, or none is up
 * @owners: of buckets, over those that were up; NULL: @sole, none is up, or no memory
 * @takers: of @path those that these two are of, a bit each; vpc_net::lock
 * @vpc: VPC of its next hops
 * @id: its number in route tables
 * @index: where @id comes from
 * @refs: routes that use it; vpc_net::lock
 * @delta: what the open transaction will add to @refs
 * @touched: in vpc_route_txn::touched while a transaction may change @refs
 * @node: in vpc_net::group_hash
 * @rcu: frees it
 * @fail_open: with no next hop usable, take them as if all were
 * @count: of @path
 * @path: by priority, then in the order in which they were given
 */
struct vpc_group {
	const struct vpc_nexthop *sole;
	struct vpc_owners __rcu *owners;
	u64 takers;
	struct vpc *vpc;
	struct vpc_index *index;
	u32 id;
	u32 refs;
	s32 delta;
	struct list_head touched;
	struct rhash_head node;
	struct rcu_head rcu;
	bool fail_open;
	u16 count;
	struct vpc_path path[];
};

int vpc_group_net_init(struct vpc_net *vn);
void vpc_group_net_exit(struct vpc_net *vn);
struct vpc_group *vpc_group_of(struct vpc *vpc, const struct vpc_path *paths,
			       unsigned int count, bool fail_open,
			       struct netlink_ext_ack *extack);
void vpc_group_touch(struct vpc_group *group, s32 delta, struct list_head *touched);
void vpc_group_settle(struct list_head *touched, bool commit);
struct vpc_group *vpc_group_by_id(const struct vpc_net *vn, u32 id);
void vpc_group_health(struct vpc_net *vn);
void vpc_group_health_stop(struct vpc_net *vn);

/**
 * vpc_group_of_value() - the group that a route table leads to
 * @vn: the namespace
 * @value: of a route that is not local, see table.h
 * Context: RCU read side.
 * Return: the group; NULL when it was removed in this instant.
 */
static inline struct vpc_group *vpc_group_of_value(const struct vpc_net *vn, u32 value)
{
	return vpc_index_get(&vn->groups, value & ~VPC_ROUTE_PROPAGATED);
}

/* Who takes flows now. */
struct vpc_share {
	bool used;
	u16 share;	/* 0..VPC_SHARE_ALL */
};

void vpc_group_shares(const struct vpc_group *group, struct vpc_share *shares);
const struct vpc_nexthop *vpc_group_main(const struct vpc_group *group);
const struct vpc_nexthop *vpc_group_spread(const struct vpc_group *group,
					   const struct sk_buff *skb, u8 family);

/**
 * vpc_group_select() - the next hop that a packet takes
 * @group: the group
 * @skb: the packet, classified
 * @family: AF_INET or AF_INET6
 *
 * Most routes have one next hop that is up: that costs one comparison, and no hash. A next
 * hop that has just come up gets its flows when the work has run that vpc_group_health() queues.
 *
 * Context: softirq, RCU read side.
 * Return: the next hop, or NULL when none is usable.
 */
static inline const struct vpc_nexthop *vpc_group_select(const struct vpc_group *group,
							 const struct sk_buff *skb, u8 family)
{
	const struct vpc_nexthop *sole = READ_ONCE(group->sole);

	if (likely(sole && READ_ONCE(sole->health) == VPC_HEALTH_UP))
		return sole;
	return vpc_group_spread(group, skb, family);
}

#endif /* _VPC_GROUP_H */
