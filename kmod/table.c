// SPDX-License-Identifier: GPL-2.0
/* Route tables, and the lookup of a packet in one. */

#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "group.h"
#include "icmp.h"
#include "ipsec.h"
#include "nat.h"
#include "subnet.h"
#include "table.h"
#include "uplink.h"
#include "vpn_gateway.h"

/**
 * vpc_table_label() - how sentences call a table
 * @table: the table
 * @buf: where to write
 * @size: of @buf, VPC_TABLE_LABEL_LEN suffices
 * Context: vpc_net::lock is held.
 * Return: @buf
 */
const char *vpc_table_label(const struct vpc_table *table, char *buf, size_t size)
{
	if (table->obj.name[0])
		snprintf(buf, size, "table %s", table->obj.name);
	else if (table->gateway)
		snprintf(buf, size, "the table of VPN gateway %s", table->gateway->obj.name);
	else
		snprintf(buf, size, "the default table of VPC %s", table->vpc->obj.name);
	return buf;
}

/**
 * vpc_table_new() - a table with the implicit local routes of its VPC
 * @vpc: the VPC, with its CIDRs
 * @name: valid name, or NULL for the default table
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the table or ERR_PTR(-errno).
 */
struct vpc_table *vpc_table_new(struct vpc *vpc, const char *name,
				struct netlink_ext_ack *extack)
{
	struct vpc_route_txn txn;
	struct vpc_table *table;
	int err;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a table"));
	table->vpc = vpc;
	vpc_lpm_init(&table->lpm[0], 32, &vpc->vn->lock);
	vpc_lpm_init(&table->lpm[1], 128, &vpc->vn->lock);
	err = vpc_object_add(&vpc->vn->registry[VPC_KIND_TABLE], &table->obj, name, extack);
	if (err)
		goto err_free;
	err = vpc_route_begin(&txn, table, true, extack);
	if (err)
		goto err_object;
	vpc_route_commit(&txn);
	list_add_tail(&table->node, &vpc->tables);
	return table;

err_object:
	vpc_object_del(&vpc->vn->registry[VPC_KIND_TABLE], &table->obj);
err_free:
	kfree(table);
	return ERR_PTR(err);
}

/**
 * vpc_table_release() - remove a table that nothing uses
 * @table: the table
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_table_release(struct vpc_table *table)
{
	vpc_route_clear(table);
	vpc_lpm_destroy(&table->lpm[0]);
	vpc_lpm_destroy(&table->lpm[1]);
	list_del(&table->node);
	vpc_object_del(&table->vpc->vn->registry[VPC_KIND_TABLE], &table->obj);
	kfree_rcu(table, rcu);
}

/* Name who uses a table. */
static int refuse_used(const struct vpc_table *table, struct netlink_ext_ack *extack)
{
	const struct vpc *vpc = table->vpc;
	struct vpc_subnet *subnet;
	struct vpc_link *link;

	list_for_each_entry(subnet, &vpc->subnets, node)
		if (vpc_subnet_table(subnet) == table)
			return vpc_err(extack, -EBUSY, "table %s is used by subnet %s",
				       table->obj.name, subnet->obj.name);
	list_for_each_entry(link, &vpc->links, node)
		if (vpc_link_is_uplink(link) && vpc_uplink_of(link)->table == table)
			return vpc_err(extack, -EBUSY, "table %s is used by uplink %s",
				       table->obj.name, link->dev->name);
	return 0;
}

/**
 * vpc_table_del() - remove a table, with its routes
 * @table: a table with a name: default tables go with their VPC
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_table_del(struct vpc_table *table, struct netlink_ext_ack *extack)
{
	int err = refuse_used(table, extack);

	if (err)
		return err;
	vpc_table_release(table);
	return 0;
}

/**
 * vpc_table_lookup() - look a packet up
 * @pkt: the packet; has a table; its value is set
 * Context: softirq, RCU read side.
 */
void vpc_table_lookup(struct vpc_pkt *pkt)
{
	const struct vpc_lpm *lpm = &pkt->table->lpm[vpc_family_index(pkt->family)];

	pkt->value = pkt->family == AF_INET ? vpc_lpm_lookup4(lpm, ip_hdr(pkt->skb)->daddr) :
					      vpc_lpm_lookup6(lpm, &ipv6_hdr(pkt->skb)->daddr);
}

/* Who could have taken it may want to know. */
static noinline enum vpc_verdict nobody(struct vpc_pkt *pkt, const struct vpc_group *group)
{
	u8 reason = group->count == 1 ? group->path[0].nh->ops->down_reason : 0;
	unsigned int i;

	for (i = 0; i < group->count; i++) {
		const struct vpc_nexthop *nh = group->path[i].nh;

		if (nh->ops->missed)
			nh->ops->missed(nh, pkt);
	}
	return vpc_icmp_reject(pkt, VPC_ICMP_NO_ROUTE, 0, reason ?: VPC_DROP_NEXTHOP_DOWN);
}

/* An endpoint with a public address of its own needs no route. */
static noinline enum vpc_verdict no_route(struct vpc_pkt *pkt)
{
	struct vpc_nat_gateway *router = vpc_nat_bound_router(pkt);

	if (router)
		return vpc_nat_output(pkt, router);
	return vpc_icmp_reject(pkt, VPC_ICMP_NO_ROUTE, 0, VPC_DROP_NO_ROUTE);
}

/**
 * vpc_table_route() - let a packet take its next hop
 * @pkt: the packet, looked up
 * Context: softirq, RCU read side.
 * Return: VPC_AGAIN or VPC_DONE.
 */
enum vpc_verdict vpc_table_route(struct vpc_pkt *pkt)
{
	const struct vpc_group *group;
	const struct vpc_nexthop *nh;
	struct vpc_ipsec *conn;

	if (pkt->value == VPC_ROUTE_LOCAL)
		return vpc_nh_local_output(pkt);
	if (unlikely(rcu_access_pointer(pkt->vpc->router)) && vpc_nat_answer(pkt))
		return VPC_DONE;
	conn = vpc_selectors_route(pkt);
	if (unlikely(conn))
		return vpc_ipsec_output(pkt, conn);
	group = likely(pkt->value != VPC_LPM_NONE) ?
		vpc_group_of_value(pkt->vpc->vn, pkt->value) : NULL;
	if (unlikely(!group))
		return no_route(pkt);
	nh = vpc_group_select(group, pkt->skb, pkt->family);
	if (unlikely(!nh))
		return nobody(pkt, group);
	if (unlikely(READ_ONCE(nh->state.tally)))
		vpc_health_tally(nh, pkt->packets);
	return nh->ops->output(pkt, nh);
}
