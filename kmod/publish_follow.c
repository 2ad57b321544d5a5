// SPDX-License-Identifier: GPL-2.0
/*
 * What is published follows the world: VPN gateways that go, VPCs that join or leave, next hops
 * that come up or go down. Nobody is there to hear that there is no memory, so nothing fails.
 */

#include <net/netlink.h>

#include "group.h"
#include "ipsec.h"
#include "peering.h"
#include "publish.h"
#include "table.h"

/* Give a table up what it cannot be told for want of memory: no route is safe, a stale one not. */
static void take_away(struct vpc_table *table, const struct vpc_prefix *p,
		      struct list_head *touched)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);
	struct vpc_lpm *lpm = &table->lpm[vpc_family_index(p->addr.family)];
	u32 value = vpc_lpm_get(lpm, &key);

	if (!(value & VPC_ROUTE_PROPAGATED))
		return;
	vpc_group_touch(vpc_group_by_id(table->vpc->vn, value), -1, touched);
	vpc_lpm_remove(lpm, &key);
}

struct surely {
	struct vpc_table *table;
	struct list_head touched;
	bool healthy;
};

/* One prefix, one transaction: what has no memory is taken away, and the rest goes on. */
static int refresh_surely(const struct vpc_prefix *p, u32 mode, void *data)
{
	struct surely *s = data;
	struct vpc_route_txn txn;
	LIST_HEAD(touched);
	int err;

	if (s->healthy && mode != VPC_PUBLISH_HEALTHY)
		return 0;
	err = vpc_route_open(&txn, s->table, &touched, GFP_KERNEL, NULL);
	if (!err) {
		err = vpc_publish_refresh(&txn, p, NULL, NULL);
		vpc_route_close(&txn, !err);
		vpc_group_settle(&touched, !err);
	}
	if (err) {
		take_away(s->table, p, &touched);
		vpc_group_settle(&touched, true);
	}
	return 0;
}

/**
 * vpc_publish_withdraw() - a VPN gateway goes away
 * @gw: the gateway, in no list any more
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_publish_withdraw(struct vpc_vpn_gateway *gw)
{
	struct surely s;
	struct vpc_peering_side *side;
	struct vpc *vpc;

	lockdep_assert_held(&gw->vpc->vn->lock);
	if (!gw->vpc->transit) {
		s = (struct surely){ .table = gw->vpc->table };
		vpc_publish_each(gw, refresh_surely, &s);
		return;
	}
	list_for_each_entry(side, &gw->vpc->sides, node) {
		vpc = vpc_peering_joined(side);
		if (!vpc)
			continue;
		s = (struct surely){ .table = vpc->table };
		vpc_publish_each(gw, refresh_surely, &s);
	}
}

/**
 * vpc_publish_changed() - a VPC has joined a transit domain, or left it
 * @domain: the domain
 * @vpc: the VPC
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_publish_changed(struct vpc *domain, struct vpc *vpc)
{
	struct surely s = { .table = vpc->table };
	const struct vpc_vpn_gateway *gw;

	lockdep_assert_held(&vpc->vn->lock);
	list_for_each_entry(gw, &domain->vpn_gateways, node)
		vpc_publish_each(gw, refresh_surely, &s);
}

static int refresh_healthy(struct vpc_table *table, void *data)
{
	struct surely s = { .table = table, .healthy = true };

	vpc_publish_each(data, refresh_surely, &s);
	return 0;
}

/**
 * vpc_publish_health() - next hops have come up or gone down
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_publish_health(struct vpc_net *vn)
{
	struct vpc_vpn_gateway *gw;
	struct vpc_object *obj;
	u32 id;

	lockdep_assert_held(&vn->lock);
	for (id = 0; (obj = vpc_object_next(&vn->registry[VPC_KIND_VPN_GATEWAY], id));
	     id = obj->id + 1) {
		gw = container_of(obj, struct vpc_vpn_gateway, obj);
		vpc_publish_each_target(gw, refresh_healthy, gw);
	}
}

/**
 * vpc_publish_mode() - is a route published?
 * @table: its table
 * @p: its prefix
 * Context: vpc_net::lock is held.
 * Return: enum vpc_publish.
 */
u8 vpc_publish_mode(const struct vpc_table *table, const struct vpc_prefix *p)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(p);

	if (!table->gateway)
		return VPC_PUBLISH_NO;
	return vpc_lpm_get(&table->gateway->published[vpc_family_index(p->addr.family)], &key);
}

static int fill_domain(struct sk_buff *msg, const struct vpc *domain, const struct vpc_prefix *p)
{
	const struct vpc_vpn_gateway *gw;

	list_for_each_entry(gw, &domain->vpn_gateways, node)
		if (vpc_publish_by(gw, p, NULL) &&
		    nla_put_string(msg, VPC_A_ROUTE_PUBLISHER, gw->obj.name))
			return -EMSGSIZE;
	return 0;
}

/**
 * vpc_publish_fill() - write who publishes a route
 * @msg: the message
 * @table: a default table
 * @p: prefix of a propagated route
 * Context: vpc_net::lock is held.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_publish_fill(struct sk_buff *msg, const struct vpc_table *table,
		     const struct vpc_prefix *p)
{
	const struct vpc *vpc = table->vpc, *domain;
	struct vpc_peering_side *side;

	if (fill_domain(msg, vpc, p))
		return -EMSGSIZE;
	list_for_each_entry(side, &vpc->sides, node) {
		domain = vpc_peering_joined(side);
		if (domain && domain->transit && fill_domain(msg, domain, p))
			return -EMSGSIZE;
	}
	return 0;
}
