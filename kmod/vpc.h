/* SPDX-License-Identifier: GPL-2.0 */
/* A VPC: address space, subnets, tables, endpoints. */
#ifndef _VPC_VPC_H
#define _VPC_VPC_H

#include <linux/list.h>

#include "addr.h"
#include "lpm.h"
#include "netns.h"
#include "object.h"
#include "stats.h"

/**
 * struct vpc - a VPC
 * @obj: id and name
 * @vn: its namespace
 * @account: who owns it
 * @peering_limit: how many peerings it may have
 * @peering_count: how many it has, in whatever state
 * @cidr: its address space; no two overlap
 * @cidrs: how many of @cidr are used
 * @endpoints: host routes to the numbers of endpoints in vpc_net::endpoints, by
 *	family; the only thing of a VPC that its peers can look into
 * @table: the default table
 * @tables: struct vpc_table, all of them
 * @subnets: struct vpc_subnet
 * @links: struct vpc_link, ports and uplinks
 * @sides: struct vpc_peering_side
 * @routers: struct vpc_nh_router, to be resolved again when @links change
 * @probes: struct vpc_probe
 * @vpn_gateways: struct vpc_vpn_gateway
 * @selectors: connections in policy mode; NULL: there is none
 * @transit: a transit domain: without CIDRs, subnets and ports
 * @probe_filter: bits of the addresses that probes speak from, see vpc_probe_maybe()
 * @nat_gateways: struct vpc_nat_gateway
 * @filter: rules see its connections; NULL: they do not
 * @router: its own router, one of @nat_gateways; NULL: it has no public address
 * @region: where it is, empty: nowhere in particular
 * @vni: what it is called on overlay networks, 0: nothing
 * @remotes: struct vpc_remote
 * @nat_zone: conntrack's name for it; there from the first NAT gateway on
 * @nat_users: how many need @nat_zone
 * @connection_limit: connections by NAT gateways and of the filter, 0: a quarter of what the
 *	machine may have
 * @drops: by reason, per CPU
 * @past: counters of links that are gone
 * @rcu: frees it
 */
struct vpc {
	struct vpc_object obj;
	struct vpc_net *vn;
	u64 probe_filter;
	struct vpc_selectors __rcu *selectors;
	struct vpc_nat_gateway __rcu *router;
	u64 account;
	u32 peering_limit;
	u32 peering_count;
	struct vpc_prefix cidr[VPC_CIDRS_MAX];
	u8 cidrs;
	bool transit;
	struct vpc_lpm endpoints[2];
	struct vpc_table *table;
	struct list_head tables;
	struct list_head subnets;
	struct list_head links;
	struct list_head sides;
	struct list_head routers;
	struct list_head probes;
	struct list_head vpn_gateways;
	struct list_head nat_gateways;
	struct vpc_filter __rcu *filter;
	struct vpc_nat_zone __rcu *nat_zone;
	u32 nat_users;
	char region[VPC_NAME_LEN];
	u32 vni;
	struct list_head remotes;
	u32 connection_limit;
	struct vpc_drops __percpu *drops;
	struct vpc_totals past;
	struct rcu_head rcu;
};

/**
 * struct vpc_vpc_config - what VPC_NEW and VPC_SET ask for
 * @name: of the VPC; VPC_SET: the new name or NULL
 * @account: owner (VPC_NEW)
 * @transit: a transit domain (VPC_NEW)
 * @peering_limit: or negative for the default (NEW) or no change (SET)
 * @connection_limit: or negative for no change
 * @region: where it is; empty: nowhere in particular; SET: NULL: no change
 * @vni: what it is called on overlay networks, 0: nothing; negative: no change
 * @filter: 1: on, 0: off, negative: no change
 * @cidr: address space to have, or to add
 * @cidrs: how many
 * @del_cidr: address space to give up (SET)
 * @del_cidrs: how many
 */
struct vpc_vpc_config {
	const char *name;
	u64 account;
	bool transit;
	int peering_limit;
	s64 connection_limit;
	const char *region;
	s32 vni;
	int filter;
	struct vpc_prefix cidr[VPC_CIDRS_MAX];
	u8 cidrs;
	struct vpc_prefix del_cidr[VPC_CIDRS_MAX];
	u8 del_cidrs;
};

/* All of these: vpc_net::lock is held; they may sleep. */
struct vpc *vpc_vpc_new(struct vpc_net *vn, const struct vpc_vpc_config *cfg,
			struct netlink_ext_ack *extack);
int vpc_vpc_set(struct vpc *vpc, const struct vpc_vpc_config *cfg,
		struct netlink_ext_ack *extack);
int vpc_vpc_del(struct vpc *vpc, struct netlink_ext_ack *extack);
void vpc_flush(struct vpc_net *vn);
void vpc_vpc_totals(const struct vpc *vpc, struct vpc_totals *sum);
const struct vpc_prefix *vpc_vpc_cidr_of(const struct vpc *vpc, const struct vpc_prefix *p);

#endif /* _VPC_VPC_H */
