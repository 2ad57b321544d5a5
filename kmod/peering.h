/* SPDX-License-Identifier: GPL-2.0 */
/* Peerings: their life, and their counters. */
#ifndef _VPC_PEERING_H
#define _VPC_PEERING_H

#include <linux/workqueue.h>

#include "object.h"
#include "stats.h"
#include "vpc.h"

struct vpc_peering;
struct vpc_policer;

/**
 * struct vpc_peering_side - one VPC of a peering
 * @vpc: the VPC
 * @peering: the peering
 * @node: in vpc::sides
 * @counters: rx: packets that this VPC sent into the peering, per CPU; drops:
 *	those of them that the module dropped later, and what it did not let in, which is
 *	counted as tx
 */
struct vpc_peering_side {
	struct vpc *vpc;
	struct vpc_peering *peering;
	struct list_head node;
	struct vpc_counters __percpu *counters;
};

/**
 * struct vpc_peering - a peering
 * @obj: id and name
 * @vn: the namespace
 * @side: 0 asked for it, 1 was asked
 * @state: enum vpc_peering_state; written under vpc_net::lock, read by packets
 * @bandwidth: bits per second of each direction; 0: inside a region, any
 * @limit: enforces @bandwidth for what @side of the same number sends
 * @expires: seconds that a request waits
 * @deadline: when it expires, CLOCK_BOOTTIME seconds; while pending
 * @work: expires it
 * @refs: the configuration, and queued @work
 * @rcu: frees it
 */
struct vpc_peering {
	struct vpc_object obj;
	struct vpc_net *vn;
	struct vpc_peering_side side[2];
	u8 state;
	u64 bandwidth;
	struct vpc_policer __rcu *limit[2];
	u32 expires;
	time64_t deadline;
	struct delayed_work work;
	refcount_t refs;
	struct rcu_head rcu;
};

/* The other VPC of a peering. */
static inline struct vpc *vpc_peering_other(const struct vpc_peering_side *side)
{
	return side->peering->side[side == &side->peering->side[0]].vpc;
}

/**
 * vpc_peering_is_transit() - does a peering join a VPC to a transit domain?
 * @p: the peering
 * Context: any.
 * Return: false for one between two VPCs.
 */
static inline bool vpc_peering_is_transit(const struct vpc_peering *p)
{
	return p->side[0].vpc->transit != p->side[1].vpc->transit;
}

/**
 * vpc_peering_joined() - who is joined to a transit domain by a peering now
 * @side: of vpc::sides of the domain, or of a VPC
 *
 * To visit every VPC of a domain: list_for_each_entry() over its vpc::sides, and this.
 *
 * Context: vpc_net::lock is held.
 * Return: the VPC, or the domain, on the other side; NULL when the peering is an ordinary
 * one or not active.
 */
static inline struct vpc *vpc_peering_joined(const struct vpc_peering_side *side)
{
	const struct vpc_peering *p = side->peering;

	return p->state == VPC_PEERING_ACTIVE && vpc_peering_is_transit(p) ?
	       vpc_peering_other(side) : NULL;
}

/**
 * struct vpc_peering_config - what PEERING_NEW asks for
 * @name: of the peering
 * @vpc: who asks
 * @peer: who is asked
 * @expires: seconds, or 0 for the default
 * @bandwidth: bits per second, or 0
 */
struct vpc_peering_config {
	const char *name;
	struct vpc *vpc;
	struct vpc *peer;
	u32 expires;
	u64 bandwidth;
};

/* vpc_net::lock is held; all may sleep. */
struct vpc_peering *vpc_peering_find(struct vpc_net *vn, const char *name);
struct vpc_peering *vpc_peering_new(const struct vpc_peering_config *cfg,
				    const struct vpc_actor *actor,
				    struct netlink_ext_ack *extack);
/* @name: or NULL; @bandwidth: or 0 */
int vpc_peering_set(struct vpc_peering *p, const char *name, u64 bandwidth,
		    const struct vpc_actor *actor, struct netlink_ext_ack *extack);
int vpc_peering_accept(struct vpc_peering *p, const struct vpc_actor *actor,
		       struct netlink_ext_ack *extack);
int vpc_peering_enable(struct vpc_peering *p, const struct vpc_actor *actor,
		       struct netlink_ext_ack *extack);
/* @reject: as the accepter says no to a request. *routes: how many lost it. */
int vpc_peering_del(struct vpc_peering *p, bool reject, const struct vpc_actor *actor,
		    u32 *routes, struct netlink_ext_ack *extack);
u32 vpc_peering_remaining(const struct vpc_peering *p);
u64 vpc_peering_totals(const struct vpc_peering *p, struct vpc_totals *sum);
/* Would the VPC's address space overlap with a peer's if it had @cidr too? */
int vpc_peering_check_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
			   struct netlink_ext_ack *extack);
int vpc_peering_module_init(void);
void vpc_peering_flush_timers(void);
void vpc_peering_module_exit(void);

#endif /* _VPC_PEERING_H */
