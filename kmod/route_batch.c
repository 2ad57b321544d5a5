// SPDX-License-Identifier: GPL-2.0
/* Changes that concern several route tables, or all of one, and take effect as one step. */

#include <linux/slab.h>

#include "adj.h"
#include "group.h"
#include "publish.h"
#include "table.h"

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
	int err = vpc_route_open(txn, table, &batch->touched, GFP_KERNEL, extack);

	if (err)
		return ERR_PTR(err);
	batch->count++;
	return txn;
}

static void batch_finish(struct route_batch *batch, bool commit)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++)
		vpc_route_close(&batch->txn[i], commit);
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
			err = vpc_route_put(txn, &del[i], VPC_LPM_NONE, extack);
		for (i = 0; i < adds && !err; i++)
			err = vpc_route_put(txn, &add[i], VPC_ROUTE_LOCAL, extack);
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
	struct vpc_route_cursor c = {};
	int err;

	/* The published table is walked, the one being built is changed. */
	while (vpc_route_next(txn->table, &c)) {
		const struct vpc_route_change change = {
			.op = VPC_ROUTE_OP_DEL,
			.prefix = c.prefix,
			.paths = &path,
			.count = 1,
		};

		cond_resched();
		/* What is published has no next hops of the types that are purged. */
		if (vpc_route_path_index(c.group->path, c.group->count, nh) < 0)
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

	vpc_route_touch_all(table, &touched);
	for (i = 0; i < 2; i++) {
		vpc_lpm_destroy(&table->lpm[i]);
		vpc_lpm_init(&table->lpm[i], i ? 128 : 32, &table->vpc->vn->lock);
	}
	table->vpc->vn->route_count -= table->routes;
	table->routes = 0;
	vpc_publish_clear(table);
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
		struct vpc_route_cursor c = {};

		while (vpc_route_next(table, &c)) {
			if (c.propagated ||
			    vpc_route_path_index(c.group->path, c.group->count, nh) < 0)
				continue;
			snprintf(buf, size, "route %s in %s", vpc_prefix_str(&c.prefix, prefix),
				 vpc_table_label(table, label, sizeof(label)));
			return true;
		}
	}
	return false;
}
