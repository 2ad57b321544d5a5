// SPDX-License-Identifier: GPL-2.0
/* VPCs. */

#include <linux/module.h>
#include <linux/slab.h>

#include "alarm.h"
#include "filter.h"
#include "hook.h"
#include "ipsec.h"
#include "natgw.h"
#include "overlay.h"
#include "peering.h"
#include "probe.h"
#include "port.h"
#include "subnet.h"
#include "table.h"
#include "uplink.h"
#include "vpc.h"

/**
 * vpc_vpc_cidr_of() - the CIDR of a VPC that a prefix lies in
 * @vpc: the VPC
 * @p: the prefix
 * Context: vpc_net::lock is held.
 * Return: the CIDR, which may be equal to the prefix, or NULL.
 */
const struct vpc_prefix *vpc_vpc_cidr_of(const struct vpc *vpc, const struct vpc_prefix *p)
{
	int i;

	for (i = 0; i < vpc->cidrs; i++)
		if (vpc_prefix_covers(&vpc->cidr[i], p))
			return &vpc->cidr[i];
	return NULL;
}

/* Address space that may come: nothing unusable, no overlap with what is there. */
static int check_cidr(const struct vpc *vpc, const char *name, const struct vpc_prefix *cidr,
		      const struct vpc_prefix *have, int count, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	struct vpc_link *link;
	int i;

	vpc_prefix_str(cidr, buf);
	if (!vpc_addr_usable(&cidr->addr) || !cidr->len)
		return vpc_err(extack, -EINVAL, "%s cannot be the address space of a VPC", buf);
	for (i = 0; i < count; i++)
		if (vpc_prefix_overlap(&have[i], cidr))
			return vpc_err(extack, -EEXIST, "CIDR %s overlaps with %s of VPC %s", buf,
				       vpc_prefix_str(&have[i], other), name);
	if (!vpc)
		return 0;
	list_for_each_entry(link, &vpc->links, node) {
		struct vpc_prefix p;

		if (!vpc_link_is_uplink(link))
			continue;
		p = vpc_uplink_of(link)->prefix[vpc_family_index(cidr->addr.family)];
		if (p.addr.family && vpc_prefix_overlap(&p, cidr)) {
			vpc_prefix_mask(&p);
			return vpc_err(extack, -EEXIST, "CIDR %s overlaps with %s of uplink %s",
				       buf, vpc_prefix_str(&p, other), link->dev->name);
		}
	}
	return vpc_peering_check_cidr(vpc, cidr, extack);
}

static int refuse_cidrs(const char *name, struct netlink_ext_ack *extack)
{
	return vpc_err(extack, -EINVAL,
		       "%s is a transit domain, which has no CIDRs: its routes lead to those of the VPCs that join it",
		       name);
}

/**
 * vpc_vpc_new() - a VPC with its default table
 * @vn: the namespace
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the VPC or ERR_PTR(-errno).
 */
struct vpc *vpc_vpc_new(struct vpc_net *vn, const struct vpc_vpc_config *cfg,
			struct netlink_ext_ack *extack)
{
	struct vpc_table *table;
	struct vpc *vpc;
	int i, err;

	lockdep_assert_held(&vn->lock);
	if (cfg->transit && cfg->cidrs)
		return ERR_PTR(refuse_cidrs(cfg->name, extack));
	if (!cfg->transit && !cfg->cidrs)
		return ERR_PTR(vpc_err(extack, -EINVAL,
				       "VPC %s needs a CIDR (only a transit domain has none)",
				       cfg->name));
	for (i = 0; i < cfg->cidrs; i++) {
		err = check_cidr(NULL, cfg->name, &cfg->cidr[i], cfg->cidr, i, extack);
		if (err)
			return ERR_PTR(err);
	}
	vpc = kzalloc(sizeof(*vpc), GFP_KERNEL_ACCOUNT);
	if (!vpc)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for VPC %s", cfg->name));
	vpc->vn = vn;
	vpc->account = cfg->account;
	vpc->transit = cfg->transit;
	if (cfg->peering_limit >= 0)
		vpc->peering_limit = cfg->peering_limit;
	else
		vpc->peering_limit = vpc->transit ? U16_MAX : VPC_PEERING_LIMIT;
	memcpy(vpc->cidr, cfg->cidr, sizeof(vpc->cidr));
	vpc->cidrs = cfg->cidrs;
	vpc_lpm_init(&vpc->endpoints[0], 32, &vn->lock);
	vpc_lpm_init(&vpc->endpoints[1], 128, &vn->lock);
	INIT_LIST_HEAD(&vpc->tables);
	INIT_LIST_HEAD(&vpc->subnets);
	INIT_LIST_HEAD(&vpc->links);
	INIT_LIST_HEAD(&vpc->sides);
	INIT_LIST_HEAD(&vpc->routers);
	INIT_LIST_HEAD(&vpc->probes);
	INIT_LIST_HEAD(&vpc->vpn_gateways);
	INIT_LIST_HEAD(&vpc->nat_gateways);
	INIT_LIST_HEAD(&vpc->remotes);
	if (cfg->connection_limit > 0)
		vpc->connection_limit = cfg->connection_limit;
	if (cfg->region)
		strscpy(vpc->region, cfg->region, sizeof(vpc->region));

	vpc->drops = alloc_percpu_gfp(struct vpc_drops, GFP_KERNEL_ACCOUNT);
	if (!vpc->drops) {
		err = vpc_err(extack, -ENOMEM, "no memory for VPC %s", cfg->name);
		goto err_free;
	}
	err = vpc_object_add(&vn->registry[VPC_KIND_VPC], &vpc->obj, cfg->name, extack);
	if (err)
		goto err_drops;
	table = vpc_table_new(vpc, NULL, extack);
	if (IS_ERR(table)) {
		err = PTR_ERR(table);
		goto err_object;
	}
	vpc->table = table;
	err = vpc_hook_register(vn);
	if (err) {
		vpc_err(extack, err, "the packet hooks could not be registered");
		goto err_table;
	}
	err = cfg->vni > 0 ? vpc_overlay_prepare_vni(vpc, cfg->vni, extack) : 0;
	if (err)
		goto err_table;
	/* A configured module cannot be removed. */
	if (!try_module_get(THIS_MODULE)) {
		err = vpc_err(extack, -ENODEV, "the module is being removed");
		goto err_vni;
	}
	if (cfg->filter > 0) {
		err = vpc_filter_on(vpc, extack);
		if (err)
			goto err_module;
	}
	if (cfg->vni > 0)
		vpc_overlay_commit_vni(vpc, cfg->vni);
	return vpc;

err_module:
	module_put(THIS_MODULE);
err_vni:
	if (cfg->vni > 0)
		vpc_overlay_abort_vni(vpc, cfg->vni);
err_table:
	vpc_table_release(table);
err_object:
	vpc_object_del(&vn->registry[VPC_KIND_VPC], &vpc->obj);
err_drops:
	free_percpu(vpc->drops);
err_free:
	kfree(vpc);
	return ERR_PTR(err);
}

/* May this CIDR go? It must be one, and no subnet may lie in it. */
static int check_del_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
			  struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	const struct vpc_prefix *have = vpc_vpc_cidr_of(vpc, cidr);
	int f = vpc_family_index(cidr->addr.family);
	const struct vpc_subnet *subnet;

	vpc_prefix_str(cidr, buf);
	if (!have || have->len != cidr->len)
		return vpc_err(extack, -ENOENT, "VPC %s has no CIDR %s", vpc->obj.name, buf);
	if (vpc_natgw_check_cidr(vpc, cidr, extack))
		return -EBUSY;
	list_for_each_entry(subnet, &vpc->subnets, node)
		if (subnet->cidr[f].addr.family && vpc_prefix_covers(cidr, &subnet->cidr[f]))
			return vpc_err(extack, -EBUSY, "CIDR %s has %s of subnet %s in it", buf,
				       vpc_prefix_str(&subnet->cidr[f], other), subnet->obj.name);
	return 0;
}

static int change_cidrs(struct vpc *vpc, const struct vpc_vpc_config *cfg,
			struct netlink_ext_ack *extack)
{
	struct vpc_prefix cidr[2 * VPC_CIDRS_MAX];
	char buf[VPC_PREFIX_STRLEN];
	int i, k, count = 0, err;

	for (i = 0; i < cfg->del_cidrs; i++) {
		err = check_del_cidr(vpc, &cfg->del_cidr[i], extack);
		for (k = 0; k < i && !err; k++)
			if (vpc_prefix_covers(&cfg->del_cidr[k], &cfg->del_cidr[i]))
				err = vpc_err(extack, -EINVAL, "CIDR %s is given twice",
					      vpc_prefix_str(&cfg->del_cidr[i], buf));
		if (err)
			return err;
	}
	for (i = 0; i < vpc->cidrs; i++) {
		for (k = 0; k < cfg->del_cidrs; k++)
			if (vpc_prefix_covers(&cfg->del_cidr[k], &vpc->cidr[i]))
				break;
		if (k == cfg->del_cidrs)
			cidr[count++] = vpc->cidr[i];
	}
	for (i = 0; i < cfg->cidrs; i++) {
		err = check_cidr(vpc, vpc->obj.name, &cfg->cidr[i], cidr, count, extack);
		if (err)
			return err;
		cidr[count++] = cfg->cidr[i];
	}
	if (!count)
		return vpc_err(extack, -EINVAL, "VPC %s would have no CIDR left", vpc->obj.name);
	if (count > VPC_CIDRS_MAX)
		return vpc_err(extack, -E2BIG, "VPC %s would have more than %d CIDRs",
			       vpc->obj.name, VPC_CIDRS_MAX);
	/* It has the new ones a moment earlier, which only drops. */
	err = vpc_selectors_build(vpc, cidr, count, extack);
	if (err)
		return err;
	err = vpc_route_set_cidrs(vpc, cfg->cidr, cfg->cidrs, cfg->del_cidr, cfg->del_cidrs,
				  extack);
	if (err) {
		vpc_selectors_restore(vpc);
		return err;
	}
	memcpy(vpc->cidr, cidr, count * sizeof(*cidr));
	vpc->cidrs = count;
	return 0;
}

/* Whether a peering crosses regions, and so has a bandwidth, is settled when it is made. */
static int check_region(struct vpc *vpc, const struct vpc_vpc_config *cfg,
			struct netlink_ext_ack *extack)
{
	const struct vpc_peering_side *side =
		list_first_entry_or_null(&vpc->sides, struct vpc_peering_side, node);

	if (!cfg->region || !side || !strcmp(cfg->region, vpc->region))
		return 0;
	return vpc_err(extack, -EBUSY, "VPC %s has peering %s: its region can be changed without peerings",
		       vpc->obj.name, side->peering->obj.name);
}

/**
 * vpc_vpc_set() - change a VPC
 * @vpc: the VPC
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_vpc_set(struct vpc *vpc, const struct vpc_vpc_config *cfg,
		struct netlink_ext_ack *extack)
{
	struct vpc_registry *reg = &vpc->vn->registry[VPC_KIND_VPC];
	char old[VPC_NAME_LEN];
	bool had_filter;
	int err;

	lockdep_assert_held(&vpc->vn->lock);
	if (vpc->transit && (cfg->cidrs || cfg->del_cidrs))
		return refuse_cidrs(vpc->obj.name, extack);
	if (cfg->peering_limit >= 0 && cfg->peering_limit < vpc->peering_count)
		return vpc_err(extack, -EBUSY, "VPC %s has %u peerings already", vpc->obj.name,
			       vpc->peering_count);
	err = check_region(vpc, cfg, extack);
	if (!err && cfg->vni >= 0)
		err = vpc_overlay_prepare_vni(vpc, cfg->vni, extack);
	if (err)
		return err;
	had_filter = vpc_filter_zone(vpc);
	if (cfg->filter > 0) {
		err = vpc_filter_on(vpc, extack);
		if (err)
			goto err_vni;
	}
	memcpy(old, vpc->obj.name, sizeof(old));
	if (cfg->name) {
		err = vpc_object_rename(reg, &vpc->obj, cfg->name, extack);
		if (err)
			goto err_filter;
		vpc_natgw_renamed(vpc);
	}
	if (cfg->cidrs || cfg->del_cidrs) {
		err = change_cidrs(vpc, cfg, extack);
		if (err) {
			if (cfg->name)
				WARN_ON(vpc_object_rename(reg, &vpc->obj, old, NULL));
			vpc_natgw_renamed(vpc);
			goto err_filter;
		}
	}
	if (!cfg->filter)
		vpc_filter_off(vpc);
	if (cfg->vni >= 0)
		vpc_overlay_commit_vni(vpc, cfg->vni);
	if (cfg->region)
		strscpy(vpc->region, cfg->region, sizeof(vpc->region));
	if (cfg->peering_limit >= 0)
		vpc->peering_limit = cfg->peering_limit;
	if (cfg->connection_limit >= 0)
		WRITE_ONCE(vpc->connection_limit, cfg->connection_limit);
	return 0;

err_filter:
	if (!had_filter)
		vpc_filter_off(vpc);
err_vni:
	if (cfg->vni >= 0)
		vpc_overlay_abort_vni(vpc, cfg->vni);
	return err;
}

/* Without references, without links: packets see it no more. */
static void release(struct vpc *vpc)
{
	struct vpc_net *vn = vpc->vn;

	vpc_overlay_commit_vni(vpc, 0);
	vpc_filter_off(vpc);
	vpc_table_release(vpc->table);
	vpc_lpm_destroy(&vpc->endpoints[0]);
	vpc_lpm_destroy(&vpc->endpoints[1]);
	vpc_object_del(&vn->registry[VPC_KIND_VPC], &vpc->obj);
	free_percpu(vpc->drops);
	kfree_rcu(vpc, rcu);
	module_put(THIS_MODULE);
}

/* T9: name who still needs it. */
static int refuse_used(struct vpc *vpc, struct netlink_ext_ack *extack)
{
	const char *name = vpc->obj.name;
	const struct vpc_peering_side *side;
	const struct vpc_nat_gateway *nat;
	const struct vpc_vpn_gateway *gw;
	const struct vpc_subnet *subnet;
	const struct vpc_table *table;
	const struct vpc_probe *probe;
	const struct vpc_link *link;

	probe = list_first_entry_or_null(&vpc->probes, struct vpc_probe, node);
	if (probe)
		return vpc_err(extack, -EBUSY, "VPC %s has probe %s", name, probe->obj.name);
	side = list_first_entry_or_null(&vpc->sides, struct vpc_peering_side, node);
	if (side)
		return vpc_err(extack, -EBUSY, "VPC %s has peering %s", name,
			       side->peering->obj.name);
	subnet = list_first_entry_or_null(&vpc->subnets, struct vpc_subnet, node);
	if (subnet)
		return vpc_err(extack, -EBUSY, "VPC %s has subnet %s", name, subnet->obj.name);
	link = list_first_entry_or_null(&vpc->links, struct vpc_link, node);
	if (link)
		return vpc_err(extack, -EBUSY, "VPC %s has uplink %s", name, link->dev->name);
	gw = list_first_entry_or_null(&vpc->vpn_gateways, struct vpc_vpn_gateway, node);
	if (gw)
		return vpc_err(extack, -EBUSY, "VPC %s has VPN gateway %s", name, gw->obj.name);
	nat = list_first_entry_or_null(&vpc->nat_gateways, struct vpc_nat_gateway, node);
	if (nat)
		return vpc_err(extack, -EBUSY, nat->obj.name[0] ?
			       "VPC %s has NAT gateway %s" : "VPC %s has a public address%s", name,
			       nat->obj.name);
	list_for_each_entry(table, &vpc->tables, node)
		if (table != vpc->table)
			return vpc_err(extack, -EBUSY, "VPC %s has table %s", name,
				       table->obj.name);
	return 0;
}

/**
 * vpc_vpc_del() - remove a VPC that nothing belongs to, with its default table
 * @vpc: the VPC
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_vpc_del(struct vpc *vpc, struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&vpc->vn->lock);
	err = refuse_used(vpc, extack);
	if (err)
		return err;
	release(vpc);
	return 0;
}

/**
 * vpc_vpc_totals() - traffic of a VPC
 * @vpc: the VPC
 * @sum: gets the sum over its ports, uplinks and connections, past ones included
 * Context: vpc_net::lock is held.
 */
void vpc_vpc_totals(const struct vpc *vpc, struct vpc_totals *sum)
{
	const struct vpc_vpn_gateway *gw;
	const struct vpc_ipsec *conn;
	const struct vpc_link *link;

	*sum = vpc->past;
	list_for_each_entry(link, &vpc->links, node)
		vpc_counters_add(sum, link->counters);
	list_for_each_entry(gw, &vpc->vpn_gateways, node)
		list_for_each_entry(conn, &gw->connections, node)
			vpc_counters_add(sum, conn->link.counters);
}

static void flush_vpc(struct vpc *vpc)
{
	static const struct vpc_actor operator = { .operator = true };
	struct vpc_peering_side *side, *next_side;
	struct vpc_nat_gateway *nat, *next_nat;
	struct vpc_vpn_gateway *gw, *next_gw;
	struct vpc_subnet *subnet, *next_subnet;
	struct vpc_table *table, *next_table;
	struct vpc_link *link, *next_link;
	u32 routes;

	list_for_each_entry_safe(nat, next_nat, &vpc->nat_gateways, node)
		vpc_natgw_remove(nat);
	list_for_each_entry_safe(link, next_link, &vpc->links, node) {
		if (vpc_link_is_uplink(link))
			vpc_uplink_remove(vpc_uplink_of(link));
		else
			vpc_port_remove(vpc_port_of(link));
	}
	/* No route uses them any more, so this needs no memory. */
	list_for_each_entry_safe(side, next_side, &vpc->sides, node)
		WARN_ON(vpc_peering_del(side->peering, false, &operator, &routes, NULL));
	list_for_each_entry_safe(subnet, next_subnet, &vpc->subnets, node)
		WARN_ON(vpc_subnet_del(subnet, NULL));
	list_for_each_entry_safe(gw, next_gw, &vpc->vpn_gateways, node)
		vpc_vpn_gateway_remove(gw);
	list_for_each_entry_safe(table, next_table, &vpc->tables, node)
		if (table != vpc->table)
			vpc_table_release(table);
	release(vpc);
}

/**
 * vpc_flush() - remove every object of a namespace
 * @vn: the namespace
 * Context: the RTNL and vpc_net::lock are held; may sleep. Cannot fail.
 */
void vpc_flush(struct vpc_net *vn)
{
	struct vpc_uplink *uplink;
	struct vpc_object *obj;
	u32 id;

	lockdep_assert_held(&vn->lock);
	for (id = 0; (obj = vpc_object_next(&vn->registry[VPC_KIND_TABLE], id)); id = obj->id + 1) {
		vpc_route_clear(container_of(obj, struct vpc_table, obj));
		cond_resched();
	}
	vpc_alarm_flush(vn);
	/* Of all VPCs first: one may have the next hop of a peering that the other side deletes. */
	while ((obj = vpc_object_next(&vn->registry[VPC_KIND_PROBE], 0))) {
		vpc_probe_del(container_of(obj, struct vpc_probe, obj));
		cond_resched();
	}
	/* And what other hosts send, while there are VPCs for it. */
	if (vn->overlay)
		vpc_overlay_remove(vn->overlay);
	vpc_overlay_forget_all(vn);
	while ((obj = vpc_object_next(&vn->registry[VPC_KIND_VPC], 0))) {
		flush_vpc(container_of(obj, struct vpc, obj));
		cond_resched();
	}
	vpc_customer_gateway_flush(vn);
	while ((uplink = list_first_entry_or_null(&vn->public_uplinks, struct vpc_uplink,
						  link.node)))
		vpc_uplink_remove(uplink);
}
