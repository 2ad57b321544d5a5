/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps per network namespace, and the order of its locks. */
#ifndef _VPC_NETNS_H
#define _VPC_NETNS_H

#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "index.h"
#include "object.h"

/*
 * Order of locks: RTNL, vpc_net::lock, vpc_probe::lock, vpc_adj::lock,
 * vpc_nh_state::lock, vpc_flips::lock; and vpc_adj::lock, vpc_net::wait_lock. Packets
 * hold the RCU read lock alone. Documentation/locking.rst has the rest.
 */

/**
 * struct vpc_net - the module's state in a network namespace
 * @net: the namespace; it holds us, we do not hold it
 * @lock: guards all configuration below
 * @seq: changes with every change of the configuration; lets dumps notice
 * @registry: objects by kind
 * @groups: struct vpc_group by the numbers in route tables
 * @endpoints: struct vpc_endpoint by the numbers in vpc::endpoints
 * @group_hash: groups by content, so that equal routes share one
 * @nexthop_hash: next hops by VPC, type and target
 * @group_count: groups in @group_hash
 * @nexthop_count: next hops in @nexthop_hash
 * @endpoint_count: endpoints in @endpoints
 * @route_count: static routes in all tables
 * @hooked: the packet hooks are registered (from the first VPC on)
 * @dying: the namespace goes away
 * @flips: receipts; there from the first next hop on
 * @probe_flows: struct vpc_probe by VPC, source and destination
 * @probe_sources: struct vpc_probe_source by VPC and address
 * @probe_key: makes their numbers
 * @probe_rate: packets per second that all probes may send
 * @if_ids: struct vpc_ipsec by if_id; packets read it under RCU
 * @if_id_first: the range of if_ids that are ours
 * @if_id_last: its end
 * @if_id_next: where the search for a free one goes on
 * @ipsec_work: vpc_ipsec_sync()
 * @group_work: groups follow the health of their next hops
 * @rebuilds: how often a group has
 * @discard: what bundles of XFRM are built on, by family; there from the first connection on
 * @public_hash: struct vpc_public by address; packets read it under RCU
 * @public_count: how many
 * @public_uplinks: struct vpc_uplink that no VPC owns; packets read it under RCU
 * @outside: what these are in, see public.c; there from the first one on
 * @vnis: struct vpc by VNI; packets read it under RCU
 * @remotes: struct vpc_remote by VPC, host and MAC
 * @overlay: the port to other hosts, or NULL
 * @nat_zones: which conntrack zones are taken, see nat_ct.c
 * @nat_work: vpc_natgw_follow()
 * @alarm_log: when alarms were raised and cleared; there from the first one on
 * @alarm_work: looks at alarms that measure something
 * @alarm_next: when it is due, ns of CLOCK_MONOTONIC
 * @alarm_states: alarms on the state of something
 * @alarms_raised: how many alarms are raised
 * @drops: what is of no VPC, by reason, per CPU
 * @wait_lock: guards @waiting
 * @waiting: struct vpc_adj with packets that wait for a MAC
 */
struct vpc_net {
	struct net *net;
	struct mutex lock;
	u32 seq;
	struct vpc_registry registry[VPC_KINDS];
	struct vpc_index groups;
	struct vpc_index endpoints;
	struct rhashtable group_hash;
	struct rhashtable nexthop_hash;
	u32 group_count;
	u32 nexthop_count;
	u32 endpoint_count;
	u32 route_count;
	bool hooked;
	bool dying;
	struct vpc_flips *flips;
	struct rhltable probe_flows;
	struct rhashtable probe_sources;
	siphash_key_t probe_key;
	u32 probe_rate;
	struct xarray if_ids;
	u32 if_id_first;
	u32 if_id_last;
	u32 if_id_next;
	struct work_struct ipsec_work;
	struct work_struct group_work;
	u32 rebuilds;
	struct dst_entry *discard[2];
	struct rhashtable public_hash;
	u32 public_count;
	struct list_head public_uplinks;
	struct vpc *outside;
	struct xarray vnis;
	struct rhashtable remotes;
	struct vpc_port *overlay;
	struct ida nat_zones;
	struct work_struct nat_work;
	struct vpc_alarm_log *alarm_log;
	struct delayed_work alarm_work;
	u64 alarm_next;
	u32 alarm_states;
	u32 alarms_raised;
	struct vpc_drops __percpu *drops;
	spinlock_t wait_lock;
	struct list_head waiting;
};

struct vpc_net *vpc_net(const struct net *net);

/* How netlink and timers name who asked. NULL stands for the module itself. */
struct vpc_actor {
	bool operator;	/* no account was asserted: may do everything */
	u64 account;
};

int __printf(3, 4) vpc_err(struct netlink_ext_ack *extack, int err, const char *fmt, ...);

#endif /* _VPC_NETNS_H */
