// SPDX-License-Identifier: GPL-2.0
/* Groups: what a route leads to. Routes with equal next hops share one. */

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "alarm.h"
#include "flow.h"
#include "group.h"
#include "hrw.h"
#include "netns.h"
#include "publish.h"
#include "table.h"
#include "vpc.h"

/* What a group is looked up by: the paths of a route that is being changed. */
struct group_key {
	struct vpc *vpc;
	const struct vpc_path *path;
	unsigned int count;
	bool fail_open;
};

static u32 hash_paths(struct vpc *vpc, const struct vpc_path *path, unsigned int count,
		      bool fail_open, u32 seed)
{
	u32 hash = jhash_3words((u32)(unsigned long)vpc, count, fail_open, seed);

	while (count--) {
		hash = jhash_3words((u32)(unsigned long)path->nh, path->priority, path->weight,
				    hash);
		path++;
	}
	return hash;
}

static u32 hash_key(const void *data, u32 len, u32 seed)
{
	const struct group_key *key = data;

	return hash_paths(key->vpc, key->path, key->count, key->fail_open, seed);
}

static u32 hash_object(const void *data, u32 len, u32 seed)
{
	const struct vpc_group *group = data;

	return hash_paths(group->vpc, group->path, group->count, group->fail_open, seed);
}

static int compare(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct vpc_group *group = object;
	const struct group_key *key = arg->key;
	unsigned int i;

	if (group->vpc != key->vpc || group->count != key->count ||
	    group->fail_open != key->fail_open)
		return 1;
	for (i = 0; i < key->count; i++)
		if (group->path[i].nh != key->path[i].nh ||
		    group->path[i].priority != key->path[i].priority ||
		    group->path[i].weight != key->path[i].weight)
			return 1;
	return 0;
}

static const struct rhashtable_params by_content = {
	.head_offset = offsetof(struct vpc_group, node),
	.hashfn = hash_key,
	.obj_hashfn = hash_object,
	.obj_cmpfn = compare,
	.automatic_shrinking = true,
};

static void follow_health(struct work_struct *work);

int vpc_group_net_init(struct vpc_net *vn)
{
	INIT_WORK(&vn->group_work, follow_health);
	return rhashtable_init(&vn->group_hash, &by_content);
}

void vpc_group_net_exit(struct vpc_net *vn)
{
	WARN_ON(vn->group_count);
	rhashtable_destroy(&vn->group_hash);
}

static void group_free(struct rcu_head *rcu)
{
	struct vpc_group *group = container_of(rcu, struct vpc_group, rcu);

	vpc_index_free(group->index, group->id);
	kvfree(rcu_dereference_protected(group->owners, true));
	kfree(group);
}

static void group_del(struct vpc_net *vn, struct vpc_group *group)
{
	unsigned int i;

	rhashtable_remove_fast(&vn->group_hash, &group->node, by_content);
	vn->group_count--;
	vpc_index_clear(group->index, group->id);
	for (i = 0; i < group->count; i++)
		vpc_nexthop_put(group->path[i].nh);
	call_rcu(&group->rcu, group_free);
}

/*
 * Next hops that flows may be spread over (T4): of one priority, with weight or standing by, at a
 * level of health. The rule for everybody is: levels from UP down, there priorities in order,
 * there those with weight before the standbys; the first such tier with anybody in it.
 */
struct tier {
	u8 level;
	unsigned int from;
	unsigned int to;
	bool standby;
};

static void tier_begin(const struct vpc_group *group, struct tier *t, u8 level, unsigned int from)
{
	t->level = level;
	t->from = from;
	t->to = from + 1;
	while (t->to < group->count && group->path[t->to].priority == group->path[from].priority)
		t->to++;
	t->standby = false;
}

/* The first tier that could be used, before anybody's health is known. */
static void tier_first(const struct vpc_group *group, struct tier *t)
{
	tier_begin(group, t, VPC_HEALTH_UP, 0);
}

/* The next one. DOWN is the level of a group that fails open. */
static bool tier_next(const struct vpc_group *group, struct tier *t)
{
	if (!t->standby) {
		t->standby = true;
		return true;
	}
	if (t->to < group->count) {
		tier_begin(group, t, t->level, t->to);
		return true;
	}
	if (t->level == (group->fail_open ? VPC_HEALTH_DOWN : VPC_HEALTH_HELD))
		return false;
	tier_begin(group, t, t->level - 1, 0);
	return true;
}

/* Of a path within a tier, 0: it is not in it. Standbys share equally. */
static unsigned int weight_in(const struct tier *t, const struct vpc_path *path)
{
	return t->standby ? !path->weight : path->weight;
}

static bool usable(const struct tier *t, const struct vpc_path *path)
{
	return READ_ONCE(path->nh->health) >= t->level;
}

/* Rendezvous within a tier: the index of the owner of a bucket, or -1. */
static int owner_in(const struct vpc_group *group, const struct tier *t, u32 bucket)
{
	struct vpc_hrw h;
	unsigned int i;

	vpc_hrw_begin(&h, bucket);
	for (i = t->from; i < t->to; i++) {
		const struct vpc_path *path = &group->path[i];
		unsigned int weight = weight_in(t, path);

		if (weight && usable(t, path))
			vpc_hrw_offer(&h, i, path->nh->hash, weight);
	}
	return h.owner;
}

/*
 * What a bucket's owner would be in a table that was built over what is usable in this instant. So
 * a flow moves when its next hop goes down, once, and back when that is up, and no other does.
 */
static noinline const struct vpc_nexthop *choose(const struct vpc_group *group, u32 bucket)
{
	struct tier t;
	int i;

	tier_first(group, &t);
	do {
		i = owner_in(group, &t, bucket);
		if (i >= 0)
			return group->path[i].nh;
	} while (tier_next(group, &t));
	return NULL;
}

/**
 * vpc_group_spread() - the next hop of a packet, where it may be one of several
 * @group: the group
 * @skb: the packet, classified
 * @family: AF_INET or AF_INET6
 * Context: softirq, RCU read side.
 * Return: the next hop, or NULL when none is usable.
 */
const struct vpc_nexthop *vpc_group_spread(const struct vpc_group *group,
					   const struct sk_buff *skb, u8 family)
{
	u32 bucket = vpc_flow_hash(skb, family) >> (32 - VPC_GROUP_BUCKET_BITS);
	const struct vpc_owners *owners = rcu_dereference(group->owners);

	if (likely(owners)) {
		const struct vpc_nexthop *nh = group->path[owners->index[bucket]].nh;

		if (likely(READ_ONCE(nh->health) == VPC_HEALTH_UP))
			return nh;
	}
	return choose(group, bucket);
}

/**
 * vpc_group_shares() - who takes flows now
 * @group: the group
 * @shares: by index of vpc_group::path; the shares add up to VPC_SHARE_ALL or 0
 *
 * From the weights, as a tenant asked for them; the buckets come close to that.
 *
 * Context: vpc_net::lock or RCU read side.
 */
void vpc_group_shares(const struct vpc_group *group, struct vpc_share *shares)
{
	u32 total = 0, sum = 0, before = 0;
	struct tier t;
	unsigned int i;

	memset(shares, 0, group->count * sizeof(*shares));
	tier_first(group, &t);
	do {
		for (i = t.from; i < t.to; i++) {
			shares[i].used = weight_in(&t, &group->path[i]) &&
					 usable(&t, &group->path[i]);
			if (shares[i].used)
				total += weight_in(&t, &group->path[i]);
		}
	} while (!total && tier_next(group, &t));

	/* Each up to where it ends, so that what is cut off here is added there. */
	for (i = t.from; i < t.to; i++) {
		if (!shares[i].used)
			continue;
		sum += weight_in(&t, &group->path[i]);
		shares[i].share = DIV_ROUND_CLOSEST(sum * VPC_SHARE_ALL, total) - before;
		before += shares[i].share;
	}
}

/**
 * vpc_group_main() - the next hop that takes most flows now
 * @group: the group
 * Context: vpc_net::lock or RCU read side.
 * Return: the first of those with the largest share, or NULL when none is usable.
 */
const struct vpc_nexthop *vpc_group_main(const struct vpc_group *group)
{
	const struct vpc_nexthop *nh = NULL;
	unsigned int i, weight, best = 0;
	struct tier t;

	tier_first(group, &t);
	do {
		for (i = t.from; i < t.to; i++) {
			weight = weight_in(&t, &group->path[i]);
			if (weight > best && usable(&t, &group->path[i])) {
				best = weight;
				nh = group->path[i].nh;
			}
		}
	} while (!nh && tier_next(group, &t));
	return nh;
}

/*
 * Who takes flows now, by index in vpc_group::path: those of the first tier with anybody who is
 * up. Held or down next hops are nobody's owner: packets find these by themselves.
 */
static u64 who_takes(const struct vpc_group *group, struct tier *t)
{
	unsigned int i;
	u64 who = 0;

	BUILD_BUG_ON(VPC_NEXTHOPS_MAX > 64);
	tier_first(group, t);
	do {
		for (i = t->from; i < t->to; i++)
			if (weight_in(t, &group->path[i]) && usable(t, &group->path[i]))
				who |= BIT_ULL(i);
	} while (!who && tier_next(group, t) && t->level == VPC_HEALTH_UP);
	return who;
}

static u8 owner_of(const struct vpc_group *group, const struct tier *t, u64 who, u32 bucket)
{
	struct vpc_hrw h;
	unsigned int i;

	vpc_hrw_begin(&h, bucket);
	for (i = t->from; i < t->to; i++)
		if (who & BIT_ULL(i))
			vpc_hrw_offer(&h, i, group->path[i].nh->hash,
				      weight_in(t, &group->path[i]));
	return h.owner;
}

/*
 * Write down who takes flows now: one, or the owners of buckets. Whatever health is meanwhile,
 * packets look at it: an owner that is down is replaced on the fly by the same rule. So it does no
 * harm if there is no memory for the owners, or if this comes late.
 *
 * Returns what packets may still look at until the next grace period, and nobody needs then.
 */
static struct vpc_owners *spread_out(struct vpc_group *group)
{
	struct vpc_owners *owners = NULL, *old;
	struct tier t;
	u32 bucket;
	u64 who;

	lockdep_assert_held(&group->vpc->vn->lock);
	BUILD_BUG_ON(U8_MAX < VPC_NEXTHOPS_MAX);
	who = who_takes(group, &t);
	if (hweight64(who) > 1) {
		owners = kvmalloc(sizeof(*owners), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		/* Tried again when health changes next. */
		if (!owners)
			who = 0;
	}
	for (bucket = 0; owners && bucket < VPC_GROUP_BUCKETS; bucket++) {
		owners->index[bucket] = owner_of(group, &t, who, bucket);
		if (!(bucket % 256))
			cond_resched();
	}
	group->takers = who;
	WRITE_ONCE(group->sole, hweight64(who) == 1 ? group->path[__ffs64(who)].nh : NULL);
	old = rcu_replace_pointer(group->owners, owners,
				  lockdep_is_held(&group->vpc->vn->lock));
	return old;
}

/* The next group from a number on that health has left behind. */
static struct vpc_group *find_late(struct vpc_net *vn, u32 id)
{
	struct vpc_group *group;
	struct tier t;

	lockdep_assert_held(&vn->lock);
	while ((group = vpc_index_next(&vn->groups, id))) {
		if (who_takes(group, &t) != group->takers)
			return group;
		id = group->id + 1;
		cond_resched();
	}
	return NULL;
}

/* Tables that are replaced before there is a grace period to free the old ones. */
#define FOLLOW_BATCH 16

/*
 * However many groups follow, a command gets the lock after each, and the grace period after a
 * few keeps this from taking a CPU and memory for itself.
 */
static void follow_health(struct work_struct *work)
{
	struct vpc_net *vn = container_of(work, struct vpc_net, group_work);
	struct vpc_owners *old[FOLLOW_BATCH];
	struct vpc_group *group;
	unsigned int i, batch;
	u32 id = 0;

	do {
		for (batch = 0; batch < FOLLOW_BATCH; batch++) {
			mutex_lock(&vn->lock);
			group = vn->dying ? NULL : find_late(vn, id);
			if (group) {
				id = group->id + 1;
				old[batch] = spread_out(group);
				vn->rebuilds++;
			}
			mutex_unlock(&vn->lock);
			if (!group)
				break;
		}
		if (batch)
			synchronize_rcu();
		for (i = 0; i < batch; i++)
			kvfree(old[i]);
	} while (group);

	mutex_lock(&vn->lock);
	if (!vn->dying) {
		vpc_publish_health(vn);
		/* The state of a connection is also what its probe says. */
		vpc_alarm_states(vn);
	}
	mutex_unlock(&vn->lock);
}

/**
 * vpc_group_health() - a next hop has come up or gone down: groups shall follow
 * @vn: the namespace
 *
 * Any number of changes is one walk over the groups, and those that have none of them are
 * left alone.
 *
 * Context: any; atomic.
 */
void vpc_group_health(struct vpc_net *vn)
{
	queue_work(system_unbound_wq, &vn->group_work);
}

/**
 * vpc_group_health_stop() - groups follow no more
 * @vn: the namespace, which has no next hop any more
 * Context: vpc_net::lock is not held; may sleep.
 */
void vpc_group_health_stop(struct vpc_net *vn)
{
	cancel_work_sync(&vn->group_work);
}

/**
 * vpc_group_of() - the group of these next hops
 * @vpc: VPC of the next hops
 * @paths: next hops by priority
 * @count: how many, 1..VPC_NEXTHOPS_MAX
 * @fail_open: with none usable, take them as if all were
 * @extack: gets the sentence of a refusal
 *
 * The group may be a new one that no route uses yet: the caller calls
 * vpc_group_touch() for it, and vpc_group_settle() frees it if nothing came of it.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the group, no reference taken, or ERR_PTR(-ENOMEM).
 */
struct vpc_group *vpc_group_of(struct vpc *vpc, const struct vpc_path *paths,
			       unsigned int count, bool fail_open,
			       struct netlink_ext_ack *extack)
{
	struct group_key key = {
		.vpc = vpc,
		.path = paths,
		.count = count,
		.fail_open = fail_open,
	};
	struct vpc_net *vn = vpc->vn;
	struct vpc_group *group;
	unsigned int i;

	lockdep_assert_held(&vn->lock);
	group = rhashtable_lookup_fast(&vn->group_hash, &key, by_content);
	if (group)
		return group;

	group = kzalloc(struct_size(group, path, count), GFP_KERNEL_ACCOUNT);
	if (!group)
		goto err_nomem;
	group->vpc = vpc;
	group->index = &vn->groups;
	INIT_LIST_HEAD(&group->touched);
	group->count = count;
	memcpy(group->path, paths, count * sizeof(*paths));
	group->fail_open = fail_open;
	WARN_ON(spread_out(group));
	if (vpc_index_add(&vn->groups, group, &group->id))
		goto err_free;
	if (rhashtable_insert_fast(&vn->group_hash, &group->node, by_content))
		goto err_index;
	for (i = 0; i < count; i++)
		group->path[i].nh->refs++;
	vn->group_count++;
	return group;

err_index:
	/* Nothing published has led to the number. */
	vpc_index_clear(&vn->groups, group->id);
	vpc_index_free(&vn->groups, group->id);
err_free:
	kvfree(rcu_dereference_protected(group->owners, true));
	kfree(group);
err_nomem:
	return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a group of next hops"));
}

/**
 * vpc_group_touch() - a transaction will change how many routes use a group
 * @group: the group
 * @delta: by how many
 * @touched: groups of the transaction
 * Context: vpc_net::lock is held until vpc_group_settle().
 */
void vpc_group_touch(struct vpc_group *group, s32 delta, struct list_head *touched)
{
	lockdep_assert_held(&group->vpc->vn->lock);
	if (list_empty(&group->touched))
		list_add_tail(&group->touched, touched);
	group->delta += delta;
}

/**
 * vpc_group_settle() - a transaction is over
 * @touched: its groups
 * @commit: it took effect
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_group_settle(struct list_head *touched, bool commit)
{
	struct vpc_group *group, *next;

	list_for_each_entry_safe(group, next, touched, touched) {
		list_del_init(&group->touched);
		if (commit)
			group->refs += group->delta;
		group->delta = 0;
		if (!group->refs)
			group_del(group->vpc->vn, group);
	}
}

/**
 * vpc_group_by_id() - the group of a number in a route table
 * @vn: the namespace
 * @id: the number
 * Context: vpc_net::lock is held.
 * Return: the group.
 */
struct vpc_group *vpc_group_by_id(const struct vpc_net *vn, u32 id)
{
	struct vpc_group *group;

	lockdep_assert_held(&vn->lock);
	rcu_read_lock();
	group = vpc_group_of_value(vn, id);
	rcu_read_unlock();
	return group;
}
