// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of route tables. A transaction builds a new version of a table, which
 * packets see as a whole or not at all: everything that can fail happens before
 * the commit.
 */

#include <linux/slab.h>

#include "adj.h"
#include "group.h"
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

static int set_value(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 value,
		     struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int i = vpc_family_index(p->addr.family);
	u32 old;
	int err;

	err = open_family(txn, i, false, extack);
	if (!err) {
		err = vpc_lpm_set(&txn->lpm[i], &key, value, &old);
		if (err)
			vpc_err(extack, err, "no memory to change the table");
	}
	return err;
}

static int del_value(struct vpc_route_txn *txn, const struct vpc_prefix *p,
		     struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int i = vpc_family_index(p->addr.family);
	u32 old;
	int err;

	err = open_family(txn, i, false, extack);
	if (!err) {
		err = vpc_lpm_del(&txn->lpm[i], &key, &old);
		if (err)
			vpc_err(extack, err, "no memory to change the table");
	}
	return err;
}

/* A walk over the static routes of a table, by family, address and length. */
struct cursor {
	int family;
	bool resume;
	struct vpc_lpm_prefix at;
	struct vpc_prefix prefix;
	struct vpc_group *group;
};

static bool next_route(const struct vpc_table *table, struct cursor *c)
{
	u32 value;

	for (; c->family < 2; c->family++, c->resume = false) {
		while ((value = vpc_lpm_next(&table->lpm[c->family], &c->at, !c->resume))) {
			c->resume = true;
			if (value == VPC_ROUTE_LOCAL)
				continue;
			c->prefix = vpc_prefix_of(c->family ? AF_INET6 : AF_INET, &c->at);
			c->group = vpc_group_by_id(table->vpc->vn, value);
			return true;
		}
	}
	return false;
}

/* Every static route of the table loses its group. */
static void touch_all(struct vpc_table *table, struct list_head *touched)
{
	struct cursor c = {};

	while (next_route(table, &c)) {
		vpc_group_touch(c.group, -1, touched);
		cond_resched();
	}
}

static int begin(struct vpc_route_txn *txn, struct vpc_table *table, struct list_head *touched,
		 struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&table->vpc->vn->lock);
	txn->table = table;
	txn->open = 0;
	txn->routes = table->routes;
	txn->lost = false;
	INIT_LIST_HEAD(&txn->own);
	txn->touched = touched ?: &txn->own;
	txn->scratch = kmalloc_array(VPC_NEXTHOPS_MAX, sizeof(*txn->scratch), GFP_KERNEL);
	if (!txn->scratch)
		return vpc_err(extack, -ENOMEM, "no memory to change the table");
	return 0;
}

static void close_lpms(struct vpc_route_txn *txn, bool commit)
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

	err = begin(txn, table, NULL, extack);
	if (err || !replace)
		return err;

	for (i = 0; i < 2 && !err; i++)
		err = open_family(txn, i, true, extack);
	for (i = 0; i < vpc->cidrs && !err; i++)
		err = set_value(txn, &vpc->cidr[i], VPC_ROUTE_LOCAL, extack);
	if (err) {
		vpc_route_abort(txn);
		return err;
	}
	touch_all(table, txn->touched);
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

static int path_index(const struct vpc_path *paths, unsigned int count,
		      const struct vpc_nexthop *nh)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (paths[i].nh == nh)
			return i;
	return -1;
}

/* Keep them by priority, and in the order of their coming within one. */
static void insert_path(struct vpc_path *paths, unsigned int count, const struct vpc_path *path)
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
		int at = path_index(txn->scratch, count, path->nh);

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
		insert_path(txn->scratch, count++, path);
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
	struct vpc_group *old = NULL, *new = NULL;
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
	if (value)
		old = vpc_group_by_id(table->vpc->vn, value);
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
		err = set_value(txn, &c->prefix, new->id, extack);
	} else {
		err = del_value(txn, &c->prefix, extack);
	}
	if (err)
		return err;
	if (old) {
		vpc_group_touch(old, -1, txn->touched);
		txn->lost = true;
	}
	txn->routes += !!new - !!old;
	return 0;
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
	close_lpms(txn, true);
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
	close_lpms(txn, false);
	vpc_group_settle(txn->touched, false);
}

/* Transactions on several tables that are committed together. */
struct route_batch {
	struct list_head touched;
	unsigned int count;
	struct vpc_route_txn *txn;
};

static unsigned int count_tables(const struct vpc *vpc)
{
	struct vpc_table *table;
	unsigned int count = 0;

	if (vpc)
		list_for_each_entry(table, &vpc->tables, node)
			count++;
	return count;
}

static int batch_init(struct route_batch *batch, unsigned int tables,
		      struct netlink_ext_ack *extack)
{
	INIT_LIST_HEAD(&batch->touched);
	batch->count = 0;
	batch->txn = kvcalloc(tables, sizeof(*batch->txn), GFP_KERNEL);
	if (!batch->txn)
		return vpc_err(extack, -ENOMEM, "no memory to change %u tables", tables);
	return 0;
}

static struct vpc_route_txn *batch_begin(struct route_batch *batch, struct vpc_table *table,
					 struct netlink_ext_ack *extack)
{
	struct vpc_route_txn *txn = &batch->txn[batch->count];
	int err = begin(txn, table, &batch->touched, extack);

	if (err)
		return ERR_PTR(err);
	batch->count++;
	return txn;
}

static void batch_finish(struct route_batch *batch, bool commit)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++)
		close_lpms(&batch->txn[i], commit);
	vpc_group_settle(&batch->touched, commit);
	kvfree(batch->txn);
}

/* A CIDR that comes must not take over routes that are not allowed inside it. */
static int check_inside(const struct vpc_table *table, const struct vpc_prefix *cidr,
			struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN], label[VPC_TABLE_LABEL_LEN];
	const struct vpc_lpm *lpm = &table->lpm[vpc_family_index(cidr->addr.family)];
	struct vpc_lpm_prefix at = vpc_prefix_lpm(cidr);
	u32 value = vpc_lpm_get(lpm, &at);
	bool allowed = !value;

	vpc_table_label(table, label, sizeof(label));
	vpc_prefix_str(cidr, buf);
	while (allowed && (value = vpc_lpm_next(lpm, &at, false))) {
		const struct vpc_prefix p = vpc_prefix_of(cidr->addr.family, &at);
		const struct vpc_group *group;
		unsigned int i;

		if (!vpc_prefix_covers(cidr, &p))
			return 0;
		vpc_prefix_str(&p, other);
		if (value == VPC_ROUTE_LOCAL)
			continue;
		group = vpc_group_by_id(table->vpc->vn, value);
		for (i = 0; i < group->count; i++)
			if (!group->path[i].nh->ops->inside)
				return vpc_err(extack, -EINVAL,
					       "CIDR %s would cover route %s via %s in %s: remove it first",
					       buf, other, group->path[i].nh->ops->name, label);
	}
	if (!allowed)
		return vpc_err(extack, -EEXIST, "CIDR %s is a route in %s: remove it first", buf,
			       label);
	return 0;
}

/**
 * vpc_route_set_cidrs() - implicit local routes of a VPC, in all its tables
 * @vpc: the VPC; its own list of CIDRs is the caller's to change
 * @add: CIDRs that come
 * @adds: how many
 * @del: CIDRs that go
 * @dels: how many
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_route_set_cidrs(struct vpc *vpc, const struct vpc_prefix *add, int adds,
			const struct vpc_prefix *del, int dels, struct netlink_ext_ack *extack)
{
	struct route_batch batch;
	struct vpc_table *table;
	int i, err;

	lockdep_assert_held(&vpc->vn->lock);
	err = batch_init(&batch, count_tables(vpc), extack);
	if (err)
		return err;
	list_for_each_entry(table, &vpc->tables, node) {
		struct vpc_route_txn *txn = batch_begin(&batch, table, extack);

		err = PTR_ERR_OR_ZERO(txn);
		for (i = 0; i < adds && !err; i++)
			err = check_inside(table, &add[i], extack);
		for (i = 0; i < dels && !err; i++)
			err = del_value(txn, &del[i], extack);
		for (i = 0; i < adds && !err; i++)
			err = set_value(txn, &add[i], VPC_ROUTE_LOCAL, extack);
		if (err)
			break;
	}
	batch_finish(&batch, !err);
	if (!err)
		vpc_adj_quiesce(vpc->vn);
	return err;
}

static int purge_table(struct vpc_route_txn *txn, struct vpc_nexthop *nh, u32 *routes,
		       struct netlink_ext_ack *extack)
{
	const struct vpc_path path = { .nh = nh };
	struct cursor c = {};
	int err;

	/* The published table is walked, the one being built is changed. */
	while (next_route(txn->table, &c)) {
		const struct vpc_route_change change = {
			.op = VPC_ROUTE_OP_DEL,
			.prefix = c.prefix,
			.paths = &path,
			.count = 1,
		};

		cond_resched();
		if (path_index(c.group->path, c.group->count, nh) < 0)
			continue;
		err = vpc_route_apply(txn, &change, extack);
		if (err)
			return err;
		(*routes)++;
	}
	return 0;
}

/**
 * vpc_route_purge() - take next hops out of every route of their VPCs
 * @nh: up to two next hops, NULL for none
 * @routes: gets how many routes lost one; those left without any are gone
 * @extack: gets the sentence of a refusal
 *
 * The next hops are gone with the last group that had them.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, or -ENOMEM; then nothing has changed.
 */
int vpc_route_purge(struct vpc_nexthop *const nh[2], u32 *routes,
		    struct netlink_ext_ack *extack)
{
	struct route_batch batch;
	struct vpc_table *table;
	int k, err;

	*routes = 0;
	err = batch_init(&batch, count_tables(nh[0] ? nh[0]->key.vpc : NULL) +
				 count_tables(nh[1] ? nh[1]->key.vpc : NULL), extack);
	for (k = 0; k < 2 && !err; k++) {
		if (!nh[k])
			continue;
		list_for_each_entry(table, &nh[k]->key.vpc->tables, node) {
			struct vpc_route_txn *txn = batch_begin(&batch, table, extack);

			err = PTR_ERR_OR_ZERO(txn);
			if (!err)
				err = purge_table(txn, nh[k], routes, extack);
			if (err)
				break;
		}
	}
	batch_finish(&batch, !err);
	return err;
}

/**
 * vpc_route_clear() - a table loses everything, its local routes too
 * @table: a table that no packet needs any more
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_route_clear(struct vpc_table *table)
{
	LIST_HEAD(touched);
	int i;

	touch_all(table, &touched);
	for (i = 0; i < 2; i++) {
		vpc_lpm_destroy(&table->lpm[i]);
		vpc_lpm_init(&table->lpm[i], i ? 128 : 32, &table->vpc->vn->lock);
	}
	table->vpc->vn->route_count -= table->routes;
	table->routes = 0;
	vpc_group_settle(&touched, true);
}

/**
 * vpc_route_user() - name a route that uses a next hop
 * @nh: the next hop
 * @buf: gets "route PREFIX in TABLE"
 * @size: of @buf, VPC_ROUTE_USER_LEN suffices
 * Context: vpc_net::lock is held.
 * Return: false when no route uses it.
 */
bool vpc_route_user(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	char prefix[VPC_PREFIX_STRLEN], label[VPC_TABLE_LABEL_LEN];
	struct vpc_table *table;

	list_for_each_entry(table, &nh->key.vpc->tables, node) {
		struct cursor c = {};

		while (next_route(table, &c)) {
			if (path_index(c.group->path, c.group->count, nh) < 0)
				continue;
			snprintf(buf, size, "route %s in %s", vpc_prefix_str(&c.prefix, prefix),
				 vpc_table_label(table, label, sizeof(label)));
			return true;
		}
	}
	return false;
}
