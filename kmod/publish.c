// SPDX-License-Identifier: GPL-2.0
/*
 * Routes that VPN gateways publish to the default tables of VPCs (T7): of the gateway's own
 * VPC, or of those that have joined its transit domain. A published route uses the group of
 * the gateway's route, weights and health included; where several gateways publish a prefix,
 * their next hops are merged by priority. A static route of the same prefix hides it, and a
 * CIDR of the VPC wins over it.
 *
 * A table has no list of what is published to it: what it has to show for a prefix follows
 * from what the gateways say at that time, and is worked out again whenever that changes.
 */

#include <linux/slab.h>
#include <net/netlink.h>

#include "group.h"
#include "ipsec.h"
#include "netlink.h"
#include "peering.h"
#include "publish.h"
#include "table.h"

/**
 * struct vpc_publish_txn - what a change of a gateway's table does elsewhere
 * @open: bits of @lpm that were begun
 * @lpm: vpc_vpn_gateway::published, by family
 * @count: tables that are published to
 * @follower: their transactions
 */
struct vpc_publish_txn {
	u8 open;
	struct vpc_lpm_txn lpm[2];
	unsigned int count;
	struct vpc_route_txn follower[];
};

/**
 * vpc_publish_each_target() - for each table that a gateway publishes to
 * @gw: the gateway
 * @fn: called with the table; an error ends the walk
 * @data: for @fn
 * Context: vpc_net::lock is held.
 * Return: 0 or what @fn has returned.
 */
int vpc_publish_each_target(const struct vpc_vpn_gateway *gw,
			    int (*fn)(struct vpc_table *table, void *data), void *data)
{
	struct vpc_peering_side *side;
	struct vpc *vpc;
	int err = 0;

	if (!gw->vpc->transit)
		return fn(gw->vpc->table, data);
	list_for_each_entry(side, &gw->vpc->sides, node) {
		vpc = vpc_peering_joined(side);
		if (vpc)
			err = fn(vpc->table, data);
		if (err)
			break;
	}
	return err;
}

/* Next hops of a prefix as they are put together from several gateways. */
struct merge {
	const struct vpc_prefix *prefix;
	const struct vpc_route_txn *source;	/* its version counts, not the published one */
	struct vpc_group *sole;			/* of the only gateway */
	unsigned int gateways;
	struct vpc_path *path;
	unsigned int count;
	bool fail_open;
};

static bool usable(const struct vpc_group *group)
{
	unsigned int i;

	for (i = 0; i < group->count; i++)
		if (READ_ONCE(group->path[i].nh->health) != VPC_HEALTH_DOWN)
			return true;
	return group->fail_open;
}

/**
 * vpc_publish_by() - what a gateway says of a prefix
 * @gw: the gateway
 * @p: the prefix
 * @source: a transaction whose version of the gateway's table counts, or NULL
 * Context: vpc_net::lock is held.
 * Return: the group that it publishes, or NULL.
 */
struct vpc_group *vpc_publish_by(const struct vpc_vpn_gateway *gw, const struct vpc_prefix *p,
				 const struct vpc_route_txn *source)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int f = vpc_family_index(p->addr.family);
	bool changing = source && source->table == gw->table;
	struct vpc_group *group;
	u32 mode, value;

	mode = changing && source->publish && (source->publish->open & BIT(f)) ?
	       vpc_lpm_txn_get(&source->publish->lpm[f], &key) :
	       vpc_lpm_get(&gw->published[f], &key);
	if (mode == VPC_PUBLISH_NO)
		return NULL;
	value = changing && (source->open & BIT(f)) ? vpc_lpm_txn_get(&source->lpm[f], &key) :
						      vpc_lpm_get(&gw->table->lpm[f], &key);
	if (WARN_ON(value == VPC_LPM_NONE || value == VPC_ROUTE_LOCAL))
		return NULL;
	group = vpc_group_by_id(gw->vpc->vn, value);
	return mode == VPC_PUBLISH_ALWAYS || usable(group) ? group : NULL;
}

static void merge_gateway(struct merge *m, const struct vpc_vpn_gateway *gw)
{
	struct vpc_group *group = vpc_publish_by(gw, m->prefix, m->source);
	unsigned int i, k;

	if (!group)
		return;
	m->sole = m->gateways++ ? NULL : group;
	m->fail_open |= group->fail_open;
	for (i = 0; i < group->count; i++) {
		for (k = 0; k < m->count && m->path[k].nh != group->path[i].nh; k++)
			;
		if (k == m->count && m->count < VPC_NEXTHOPS_MAX)
			vpc_route_insert_path(m->path, m->count++, &group->path[i]);
	}
}

static void merge_domain(struct merge *m, const struct vpc *domain)
{
	const struct vpc_vpn_gateway *gw;

	list_for_each_entry(gw, &domain->vpn_gateways, node)
		merge_gateway(m, gw);
}

/*
 * What is published to the default table of a VPC for a prefix: a group, NULL for nothing, or
 * -ENOMEM. A new group may have no user yet: the caller touches it.
 */
static struct vpc_group *published_to(struct vpc *vpc, struct merge *m,
				      struct netlink_ext_ack *extack)
{
	struct vpc_peering_side *side;
	struct vpc *domain;

	/* Local wins. */
	if (vpc->transit || vpc_vpc_cidr_of(vpc, m->prefix))
		return NULL;
	merge_domain(m, vpc);
	list_for_each_entry(side, &vpc->sides, node) {
		domain = vpc_peering_joined(side);
		if (domain && domain->transit)
			merge_domain(m, domain);
	}
	if (m->sole || !m->gateways)
		return m->sole;
	return vpc_group_of(vpc, m->path, m->count, m->fail_open, extack);
}

/**
 * vpc_publish_refresh() - let a default table say what is published for a prefix
 * @txn: a transaction of the table
 * @p: the prefix
 * @source: a transaction of a gateway's table whose version counts, or NULL
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_publish_refresh(struct vpc_route_txn *txn, const struct vpc_prefix *p,
			const struct vpc_route_txn *source, struct netlink_ext_ack *extack)
{
	struct vpc_table *table = txn->table;
	struct merge m = { .prefix = p, .source = source, .path = txn->scratch };
	struct vpc_group *group, *old = NULL;
	u32 value;
	int err;

	if (table != table->vpc->table)
		return 0;
	err = vpc_route_get(txn, p, &value, extack);
	/* A static route hides what is published. */
	if (err || (value && !(value & VPC_ROUTE_PROPAGATED)))
		return err;
	if (value)
		old = vpc_group_by_id(table->vpc->vn, value);
	group = published_to(table->vpc, &m, extack);
	if (IS_ERR(group))
		return PTR_ERR(group);
	if (group == old)
		return 0;
	if (group)
		vpc_group_touch(group, 1, txn->touched);
	if (old) {
		vpc_group_touch(old, -1, txn->touched);
		txn->lost = true;
	}
	return vpc_route_put(txn, p, group ? group->id | VPC_ROUTE_PROPAGATED : VPC_LPM_NONE,
			     extack);
}

static int count_target(struct vpc_table *table, void *data)
{
	++*(unsigned int *)data;
	return 0;
}

static int open_follower(struct vpc_table *table, void *data)
{
	struct vpc_route_txn *txn = data;
	struct vpc_publish_txn *pub = txn->publish;
	int err;

	err = vpc_route_open(&pub->follower[pub->count], table, txn->touched, GFP_KERNEL, NULL);
	if (!err)
		pub->count++;
	return err;
}

/* A gateway's table changes in a way that others see. */
static int open_publish(struct vpc_route_txn *txn, int f, struct netlink_ext_ack *extack)
{
	struct vpc_vpn_gateway *gw = txn->table->gateway;
	struct vpc_publish_txn *pub = txn->publish;
	unsigned int count = 0;
	int err = 0;

	if (!pub) {
		vpc_publish_each_target(gw, count_target, &count);
		pub = kvzalloc(struct_size(pub, follower, count), GFP_KERNEL);
		if (!pub)
			goto err_nomem;
		txn->publish = pub;
		err = vpc_publish_each_target(gw, open_follower, txn);
	}
	if (!err && !(pub->open & BIT(f))) {
		err = vpc_lpm_begin(&pub->lpm[f], &gw->published[f], false);
		if (!err)
			pub->open |= BIT(f);
	}
	if (!err)
		return 0;
err_nomem:
	return vpc_err(extack, -ENOMEM, "no memory to publish routes");
}

static int set_mode(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 mode,
		    struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	int f = vpc_family_index(p->addr.family);
	u32 old;
	int err;

	err = mode ? vpc_lpm_set(&txn->publish->lpm[f], &key, mode, &old) :
		     vpc_lpm_del(&txn->publish->lpm[f], &key, &old);
	return err ? vpc_err(extack, err, "no memory to publish routes") : 0;
}

/* V11, and what a table elsewhere can have. */
static int check(const struct vpc_route_txn *txn, const struct vpc_prefix *p,
		 const struct vpc_group *group, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN], name[VPC_NEXTHOP_STRLEN];
	const struct vpc_prefix *cidr;
	unsigned int i;

	for (i = 0; i < group->count; i++)
		if (group->path[i].nh->ops != &vpc_nh_ipsec_ops)
			return vpc_err(extack, -EINVAL,
				       "route %s has next hop %s: only routes over IPsec connections can be published",
				       vpc_prefix_str(p, buf),
				       vpc_nexthop_str(group->path[i].nh, name, sizeof(name)));
	for (i = 0; i < txn->publish->count; i++) {
		const struct vpc *vpc = txn->publish->follower[i].table->vpc;

		cidr = vpc_vpc_cidr_of(vpc, p);
		if (cidr)
			return vpc_err(extack, -EINVAL,
				       "route %s cannot be published to VPC %s: it is inside CIDR %s there",
				       vpc_prefix_str(p, buf), vpc->obj.name,
				       vpc_prefix_str(cidr, other));
	}
	return 0;
}

/* One prefix of a gateway's table has another group or mode: followers see to it. */
static int publish(struct vpc_route_txn *txn, const struct vpc_prefix *p,
		   const struct vpc_group *group, u32 mode, u32 old,
		   struct netlink_ext_ack *extack)
{
	struct vpc_publish_txn *pub;
	unsigned int i;
	int err;

	err = open_publish(txn, vpc_family_index(p->addr.family), extack);
	if (err)
		return err;
	pub = txn->publish;
	if (mode)
		err = check(txn, p, group, extack);
	if (!err && mode != old)
		err = set_mode(txn, p, mode, extack);
	for (i = 0; i < pub->count && !err; i++)
		err = vpc_publish_refresh(&pub->follower[i], p, txn, extack);
	return err;
}

/**
 * vpc_publish_apply() - a route of a gateway's table changes
 * @txn: the transaction, which has the change
 * @change: the change
 * @new: the group that the route has now; NULL: it is gone
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_publish_apply(struct vpc_route_txn *txn, const struct vpc_route_change *change,
		      const struct vpc_group *new, struct netlink_ext_ack *extack)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&change->prefix);
	struct vpc_vpn_gateway *gw = txn->table->gateway;
	int f = vpc_family_index(change->prefix.addr.family);
	u32 mode = VPC_PUBLISH_NO, old;

	if (!gw)
		return 0;
	old = txn->publish && (txn->publish->open & BIT(f)) ?
	      vpc_lpm_txn_get(&txn->publish->lpm[f], &key) :
	      vpc_lpm_get(&gw->published[f], &key);
	/* An addition that says nothing leaves it as it was. */
	if (new && (change->publish || change->op == VPC_ROUTE_OP_REPLACE))
		mode = change->publish;
	else if (new)
		mode = old;
	if (!mode && !old)
		return 0;
	return publish(txn, &change->prefix, new, mode, old, extack);
}

/**
 * vpc_publish_each() - for everything that a gateway has published
 * @gw: the gateway
 * @fn: called with the prefix and its enum vpc_publish; an error ends the walk
 * @data: for @fn
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or what @fn has returned.
 */
int vpc_publish_each(const struct vpc_vpn_gateway *gw,
		     int (*fn)(const struct vpc_prefix *p, u32 mode, void *data), void *data)
{
	struct vpc_lpm_prefix at;
	struct vpc_prefix p;
	bool first;
	u32 mode;
	int f, err;

	for (f = 0; f < 2; f++) {
		memset(&at, 0, sizeof(at));
		for (first = true; (mode = vpc_lpm_next(&gw->published[f], &at, first));
		     first = false) {
			p = vpc_prefix_of(f ? AF_INET6 : AF_INET, &at);
			err = fn(&p, mode, data);
			if (err)
				return err;
			cond_resched();
		}
	}
	return 0;
}

struct refresh {
	struct vpc_route_txn *txn;
	struct netlink_ext_ack *extack;
	bool healthy;	/* only those that follow health */
};

static int unpublish_one(const struct vpc_prefix *p, u32 mode, void *data)
{
	struct refresh *r = data;

	return publish(r->txn, p, NULL, VPC_PUBLISH_NO, mode, r->extack);
}

static int refresh_one(const struct vpc_prefix *p, u32 mode, void *data)
{
	struct refresh *r = data;

	if (r->healthy && mode != VPC_PUBLISH_HEALTHY)
		return 0;
	return vpc_publish_refresh(r->txn, p, NULL, r->extack);
}

/* Everything that may be published to a VPC, by its own gateways or by a domain's. */
static int refresh_all(struct vpc *vpc, struct refresh *r)
{
	const struct vpc_vpn_gateway *gw;
	struct vpc_peering_side *side;
	struct vpc *domain;
	int err = 0;

	list_for_each_entry(gw, &vpc->vpn_gateways, node) {
		err = vpc_publish_each(gw, refresh_one, r);
		if (err)
			return err;
	}
	list_for_each_entry(side, &vpc->sides, node) {
		domain = vpc_peering_joined(side);
		if (!domain || !domain->transit)
			continue;
		list_for_each_entry(gw, &domain->vpn_gateways, node) {
			err = vpc_publish_each(gw, refresh_one, r);
			if (err)
				return err;
		}
	}
	return err;
}

/**
 * vpc_publish_replace() - a table begins from nothing
 * @txn: the transaction
 * @extack: gets the sentence of a refusal
 *
 * A gateway's table publishes nothing any more; a default table has again what is published
 * to it.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_publish_replace(struct vpc_route_txn *txn, struct netlink_ext_ack *extack)
{
	struct refresh r = { .txn = txn, .extack = extack };
	struct vpc_table *table = txn->table;

	if (table->gateway)
		return vpc_publish_each(table->gateway, unpublish_one, &r);
	/* The first table of a VPC is its default table, and not yet known as that. */
	if (table != table->vpc->table)
		return 0;
	return refresh_all(table->vpc, &r);
}

/**
 * vpc_publish_close() - the end of what a transaction does elsewhere
 * @txn: the transaction
 * @commit: packets shall see it
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_publish_close(struct vpc_route_txn *txn, bool commit)
{
	struct vpc_publish_txn *pub = txn->publish;
	unsigned int i;
	int f;

	if (!pub)
		return;
	txn->publish = NULL;
	for (f = 0; f < 2; f++) {
		if (!(pub->open & BIT(f)))
			continue;
		if (commit)
			vpc_lpm_commit(&pub->lpm[f]);
		else
			vpc_lpm_abort(&pub->lpm[f]);
	}
	for (i = 0; i < pub->count; i++) {
		struct vpc_route_txn *follower = &pub->follower[i];
		bool changed = follower->open;

		txn->lost |= follower->lost;
		vpc_route_close(follower, commit);
		if (commit && changed)
			vpc_nl_event(txn->table->vpc->vn, VPC_EVENT_CHANGED,
				     &follower->table->obj, NULL);
	}
	kvfree(pub);
}

/**
 * vpc_publish_clear() - a table that no packet needs has lost its routes
 * @table: the table
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_publish_clear(struct vpc_table *table)
{
	int f;

	for (f = 0; table->gateway && f < 2; f++) {
		vpc_lpm_destroy(&table->gateway->published[f]);
		vpc_lpm_init(&table->gateway->published[f], f ? 128 : 32, &table->vpc->vn->lock);
	}
}
