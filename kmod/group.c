// SPDX-License-Identifier: GPL-2.0
/* Groups: what a route leads to. Routes with equal next hops share one. */

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "group.h"
#include "netns.h"
#include "vpc.h"

/* What a group is looked up by: the paths of a route that is being changed. */
struct group_key {
	struct vpc *vpc;
	const struct vpc_path *path;
	unsigned int count;
};

static u32 hash_paths(struct vpc *vpc, const struct vpc_path *path, unsigned int count, u32 seed)
{
	u32 hash = jhash_2words((u32)(unsigned long)vpc, count, seed);

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

	return hash_paths(key->vpc, key->path, key->count, seed);
}

static u32 hash_object(const void *data, u32 len, u32 seed)
{
	const struct vpc_group *group = data;

	return hash_paths(group->vpc, group->path, group->count, seed);
}

static int compare(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct vpc_group *group = object;
	const struct group_key *key = arg->key;
	unsigned int i;

	if (group->vpc != key->vpc || group->count != key->count)
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

int vpc_group_net_init(struct vpc_net *vn)
{
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

/* T4 without health: lowest priority, there the first with weight, else the first. */
static const struct vpc_nexthop *best_of(const struct vpc_group *group)
{
	unsigned int i;

	for (i = 0; i < group->count && group->path[i].priority == group->path[0].priority; i++)
		if (group->path[i].weight)
			return group->path[i].nh;
	return group->path[0].nh;
}

/**
 * vpc_group_of() - the group of these next hops
 * @vpc: VPC of the next hops
 * @paths: next hops by priority
 * @count: how many, 1..VPC_NEXTHOPS_MAX
 * @extack: gets the sentence of a refusal
 *
 * The group may be a new one that no route uses yet: the caller calls
 * vpc_group_touch() for it, and vpc_group_settle() frees it if nothing came of it.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the group, no reference taken, or ERR_PTR(-ENOMEM).
 */
struct vpc_group *vpc_group_of(struct vpc *vpc, const struct vpc_path *paths,
			       unsigned int count, struct netlink_ext_ack *extack)
{
	struct group_key key = { .vpc = vpc, .path = paths, .count = count };
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
	group->best = best_of(group);
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
	group = vpc_index_get(&vn->groups, id);
	rcu_read_unlock();
	return group;
}
