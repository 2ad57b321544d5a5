// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of route tables. A transaction builds a new version of a table, which
 * packets see as a whole or not at all: everything that can fail happens before
 * the commit.
 */

#include <linux/slab.h>

#include "adj.h"
#include "group.h"
#include "publish.h"
#include "table.h"

static u32 cidr_value_of(const struct vpc_table *table, const struct vpc_prefix *p)
{
	const struct vpc_prefix *cidr = vpc_vpc_cidr_of(table->vpc, p);

	return cidr && cidr->len == p->len ? VPC_ROUTE_LOCAL : VPC_LPM_NONE;
}

static int open_family(struct vpc_route_txn *txn, int i, bool empty,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (txn->open & BIT(i))
		return 0;
	err = vpc_lpm_begin(&txn->lpm[i], &txn->table->lpm[i], empty);
	if (err)
		return vpc_err(extack, err, "no memory to change the table");
	txn->open |= BIT(i);
	return 0;
}

/**
 * vpc_route_put() - the value of a prefix in the version that is being built
 * @txn: the transaction
 * @p: the prefix
 * @value: as in vpc_table::lpm; VPC_LPM_NONE: none any more
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_route_put(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 value,
		  struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int i = vpc_family_index(p->addr.family);
	u32 old;
	int err;

	err = open_family(txn, i, false, extack);
	if (err)
		return err;
	err = value ? vpc_lpm_set(&txn->lpm[i], &key, value, &old) :
		      vpc_lpm_del(&txn->lpm[i], &key, &old);
	return err ? vpc_err(extack, err, "no memory to change the table") : 0;
}

/**
 * vpc_route_get() - the value of a prefix in the version that is being built
 * @txn: the transaction
 * @p: the prefix
 * @value: gets it
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_route_get(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 *value,
		  struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int i = vpc_family_index(p->addr.family);
	int err = open_family(txn, i, false, extack);

	if (!err)
		*value = vpc_lpm_txn_get(&txn->lpm[i], &key);
	return err;
}

/**
 * vpc_route_next() - the next route of a table
 * @table: the table
 * @c: the cursor; gets the route
 * Context: vpc_net::lock is held.
 * Return: false at the end.
 */
bool vpc_route_next(const struct vpc_table *table, struct vpc_route_cursor *c)
{
	u32 value;

	for (; c->family < 2; c->family++, c->resume = false) {
		while ((value = vpc_lpm_next(&table->lpm[c->family], &c->at, !c->resume))) {
			c->resume = true;
			if (value == VPC_ROUTE_LOCAL)
				continue;
			c->prefix = vpc_prefix_of(c->family ? AF_INET6 : AF_INET, &c->at);
			c->propagated = value & VPC_ROUTE_PROPAGATED;
			c->group = vpc_group_by_id(table->vpc->vn, value);
			return true;
		}
	}
	return false;
}

/**
 * vpc_route_touch_all() - every route of a table loses its group
 * @table: the table
 * @touched: for vpc_group_settle()
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_route_touch_all(struct vpc_table *table, struct list_head *touched)
{
	struct vpc_route_cursor c = {};

	while (vpc_route_next(table, &c)) {
		vpc_group_touch(c.group, -1, touched);
		cond_resched();
	}
}

/**
 * vpc_route_open() - begin to change a table as part of something larger
 * @txn: the transaction
 * @table: the table
 * @touched: groups of all that is committed together; NULL: the transaction's own
 * @gfp: how to ask for memory
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held until vpc_route_close(); may sleep.
 * Return: 0; or -ENOMEM, then there is nothing to close.
 */
int vpc_route_open(struct vpc_route_txn *txn, struct vpc_table *table, struct list_head *touched,
		   gfp_t gfp, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&table->vpc->vn->lock);
	txn->table = table;
	txn->open = 0;
	txn->publish = NULL;
	txn->routes = table->routes;
	txn->lost = false;
	INIT_LIST_HEAD(&txn->own);
	txn->touched = touched ?: &txn->own;
	txn->scratch = kmalloc_array(VPC_NEXTHOPS_MAX, sizeof(*txn->scratch), gfp);
	if (!txn->scratch)
		return vpc_err(extack, -ENOMEM, "no memory to change the table");
	return 0;
}

/**
 * vpc_route_close() - the end of a transaction, but for its groups
 * @txn: the transaction
 * @commit: packets shall see it
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_route_close(struct vpc_route_txn *txn, bool commit)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!(txn->open & BIT(i)))
			continue;
		if (commit)
			vpc_lpm_commit(&txn->lpm[i]);
		else
			vpc_lpm_abort(&txn->lpm[i]);
	}
	if (commit) {
		txn->table->vpc->vn->route_count += txn->routes - txn->table->routes;
		txn->table->routes = txn->routes;
	}
	txn->open = 0;
	kfree(txn->scratch);
	txn->scratch = NULL;
	vpc_publish_close(txn, commit);
}

/**
 * vpc_route_begin() - begin to change a table
 * @txn: on the caller's stack
 * @table: the table
 * @replace: start from a table with nothing but the implicit local routes
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held until commit or abort; may sleep.
 * Return: 0; or -ENOMEM, then there is nothing to abort.
 */
int vpc_route_begin(struct vpc_route_txn *txn, struct vpc_table *table, bool replace,
		    struct netlink_ext_ack *extack)
{
	const struct vpc *vpc = table->vpc;
	int i, err;

	err = vpc_route_open(txn, table, NULL, GFP_KERNEL, extack);
	if (err || !replace)
		return err;

	for (i = 0; i < 2 && !err; i++)
		err = open_family(txn, i, true, extack);
	for (i = 0; i < vpc->cidrs && !err; i++)
		err = vpc_route_put(txn, &vpc->cidr[i], VPC_ROUTE_LOCAL, extack);
	if (!err) {
		vpc_route_touch_all(table, txn->touched);
		err = vpc_publish_replace(txn, extack);
	}
	if (err) {
		vpc_route_abort(txn);
		return err;
	}
	txn->lost = table->routes;
	txn->routes = 0;
	return 0;
}

/* T6 and T5: may this prefix have these next hops in this table? */
static int check_paths(const struct vpc_route_txn *txn, const struct vpc_route_change *c,
		       struct netlink_ext_ack *extack)
{
	const struct vpc_prefix *cidr = vpc_vpc_cidr_of(txn->table->vpc, &c->prefix);
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN], name[VPC_NEXTHOP_STRLEN];
	char inside[VPC_NEXTHOP_STRLEN];
	unsigned int i, k;

	for (i = 0; i < c->count; i++) {
		const struct vpc_nexthop *nh = c->paths[i].nh;
		int err = nh->ops->may_route ? nh->ops->may_route(nh, extack) : 0;

		if (err)
			return err;

		if (nh->ops->family && nh->ops->family(nh) != c->prefix.addr.family)
			return vpc_err(extack, -EINVAL, "%s and %s are of different families",
				       vpc_prefix_str(&c->prefix, buf),
				       vpc_nexthop_str(nh, name, sizeof(name)));
		if (cidr && !nh->ops->inside)
			return vpc_err(extack, -EINVAL,
				       "%s is inside CIDR %s of VPC %s: only %s are allowed there, not %s",
				       vpc_prefix_str(&c->prefix, buf),
				       vpc_prefix_str(cidr, other), txn->table->vpc->obj.name,
				       vpc_nexthop_inside(inside, sizeof(inside)), nh->ops->name);
		for (k = 0; k < i; k++)
			if (c->paths[k].nh == nh)
				return vpc_err(extack, -EEXIST, "%s has next hop %s twice",
					       vpc_prefix_str(&c->prefix, buf),
					       vpc_nexthop_str(nh, name, sizeof(name)));
	}
	return 0;
}

/**
 * vpc_route_path_index() - where a next hop is
 * @paths: next hops
 * @count: how many
 * @nh: the next hop
 * Context: any.
 * Return: its index, or -1.
 */
int vpc_route_path_index(const struct vpc_path *paths, unsigned int count,
			 const struct vpc_nexthop *nh)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (paths[i].nh == nh)
			return i;
	return -1;
}

void vpc_route_insert_path(struct vpc_path *paths, unsigned int count,
			   const struct vpc_path *path)
{
	while (count && paths[count - 1].priority > path->priority) {
		paths[count] = paths[count - 1];
		count--;
	}
	paths[count] = *path;
}

/* Put the new next hops of a prefix together. Returns how many, or -errno. */
static int merge_paths(struct vpc_route_txn *txn, const struct vpc_group *old,
		       const struct vpc_route_change *c, struct netlink_ext_ack *extack)
{
	unsigned int i, count = 0;
	char buf[VPC_PREFIX_STRLEN], name[VPC_NEXTHOP_STRLEN];

	if (old && c->op != VPC_ROUTE_OP_REPLACE) {
		memcpy(txn->scratch, old->path, old->count * sizeof(*old->path));
		count = old->count;
	}
	for (i = 0; i < c->count; i++) {
		const struct vpc_path *path = &c->paths[i];
		int at = vpc_route_path_index(txn->scratch, count, path->nh);

		if (c->op == VPC_ROUTE_OP_DEL) {
			if (at < 0)
				return vpc_err(extack, -ENOENT, "route %s has no next hop %s",
					       vpc_prefix_str(&c->prefix, buf),
					       vpc_nexthop_str(path->nh, name, sizeof(name)));
			count--;
			memmove(&txn->scratch[at], &txn->scratch[at + 1],
				(count - at) * sizeof(*path));
			continue;
		}
		if (at >= 0)
			return vpc_err(extack, -EEXIST, "route %s has next hop %s already",
				       vpc_prefix_str(&c->prefix, buf),
				       vpc_nexthop_str(path->nh, name, sizeof(name)));
		if (count == VPC_NEXTHOPS_MAX)
			return vpc_err(extack, -E2BIG, "route %s would have more than %d next hops",
				       vpc_prefix_str(&c->prefix, buf), VPC_NEXTHOPS_MAX);
		vpc_route_insert_path(txn->scratch, count++, path);
	}
	return count;
}

/**
 * vpc_route_apply() - one more change of a transaction
 * @txn: the transaction; on failure the caller aborts it
 * @c: the change
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_route_apply(struct vpc_route_txn *txn, const struct vpc_route_change *c,
		    struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&c->prefix);
	char buf[VPC_PREFIX_STRLEN], label[VPC_TABLE_LABEL_LEN];
	int i = vpc_family_index(c->prefix.addr.family);
	struct vpc_group *old = NULL, *new = NULL, *hidden = NULL;
	struct vpc_table *table = txn->table;
	int count = 0, err;
	u32 value;

	err = open_family(txn, i, false, extack);
	if (err)
		return err;
	if (cidr_value_of(table, &c->prefix))
		return vpc_err(extack, -EINVAL,
			       "%s is a CIDR of VPC %s: its local route is implicit and cannot be changed",
			       vpc_prefix_str(&c->prefix, buf), table->vpc->obj.name);
	err = check_paths(txn, c, extack);
	if (err)
		return err;

	value = vpc_lpm_txn_get(&txn->lpm[i], &key);
	if (value & VPC_ROUTE_PROPAGATED)
		hidden = vpc_group_by_id(table->vpc->vn, value);
	else if (value)
		old = vpc_group_by_id(table->vpc->vn, value);
	if (c->op == VPC_ROUTE_OP_DEL && hidden)
		return vpc_err(extack, -ENOENT,
			       "route %s in %s is published by a VPN gateway: remove it from the table of that",
			       vpc_prefix_str(&c->prefix, buf),
			       vpc_table_label(table, label, sizeof(label)));
	if (c->op == VPC_ROUTE_OP_DEL && !old)
		return vpc_err(extack, -ENOENT, "there is no route %s in %s",
			       vpc_prefix_str(&c->prefix, buf),
			       vpc_table_label(table, label, sizeof(label)));
	if (c->op != VPC_ROUTE_OP_DEL && !c->count)
		return vpc_err(extack, -EINVAL, "route %s needs a next hop",
			       vpc_prefix_str(&c->prefix, buf));

	if (c->op != VPC_ROUTE_OP_DEL || c->count) {
		count = merge_paths(txn, old, c, extack);
		if (count < 0)
			return count;
	}
	if (count) {
		bool keep = old && c->op != VPC_ROUTE_OP_REPLACE && old->fail_open;

		new = vpc_group_of(table->vpc, txn->scratch, count, keep || c->fail_open, extack);
		if (IS_ERR(new))
			return PTR_ERR(new);
		vpc_group_touch(new, 1, txn->touched);
		err = vpc_route_put(txn, &c->prefix, new->id, extack);
	} else {
		/* What it hid comes to light. */
		err = vpc_route_put(txn, &c->prefix, VPC_LPM_NONE, extack);
		if (!err)
			err = vpc_publish_refresh(txn, &c->prefix, NULL, extack);
	}
	if (err)
		return err;
	if (old || hidden) {
		vpc_group_touch(old ?: hidden, -1, txn->touched);
		txn->lost = true;
	}
	txn->routes += !!new - !!old;
	return vpc_publish_apply(txn, c, new, extack);
}

/**
 * vpc_route_commit() - let packets see a transaction
 * @txn: the transaction; it is over
 *
 * When this returns, no packet is on its way by a route that went or changed.
 *
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_route_commit(struct vpc_route_txn *txn)
{
	vpc_route_close(txn, true);
	vpc_group_settle(txn->touched, true);
	if (txn->lost)
		vpc_adj_quiesce(txn->table->vpc->vn);
}

/**
 * vpc_route_abort() - a transaction did not take place
 * @txn: the transaction; it is over
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_route_abort(struct vpc_route_txn *txn)
{
	vpc_route_close(txn, false);
	vpc_group_settle(txn->touched, false);
}
