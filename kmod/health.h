/* SPDX-License-Identifier: GPL-2.0 */
/* Health of next hops: what decides it, and the receipts of its changes. */
#ifndef _VPC_HEALTH_H
#define _VPC_HEALTH_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/vpc.h>

#include "netns.h"

struct vpc_nexthop;
struct vpc_probe;
struct vpc_pkt;

#define VPC_FLIP_TARGET_LEN 80

/**
 * struct vpc_flip - a receipt, as enum vpc_a_flip tells it
 * @seq: counts the flips of the namespace, from 1
 * @time: CLOCK_REALTIME of @switched, ns
 * @last_good: last valid packet of the probe, ns of CLOCK_MONOTONIC; 0: none
 * @detected: when the cause was noticed
 * @switched: when packets could see it
 * @packets: given to the next hop since @last_good
 * @stall: how long this host stood still, ns
 * @vpc: name of the VPC
 * @target: the next hop
 * @probe: name of its probe; empty: it has none
 * @from: enum vpc_health
 * @to: enum vpc_health
 * @cause: enum vpc_flip_cause
 */
struct vpc_flip {
	u64 seq;
	u64 time;
	u64 last_good;
	u64 detected;
	u64 switched;
	u64 packets;
	u64 stall;
	char vpc[VPC_NAME_LEN];
	char target[VPC_FLIP_TARGET_LEN];
	char probe[VPC_NAME_LEN];
	u8 from;
	u8 to;
	u8 cause;
};

/**
 * struct vpc_flips - the last receipts of a namespace
 * @vn: the namespace
 * @work: tells listeners: whoever flips must not wait for that
 * @lock: guards the rest
 * @count: flips so far
 * @told: of these, listeners know
 * @ring: the flip with number n is at n % VPC_FLIPS_MAX
 */
struct vpc_flips {
	struct vpc_net *vn;
	struct work_struct work;
	spinlock_t lock;
	u64 count;
	u64 told;
	struct vpc_flip ring[];
};

/**
 * struct vpc_tally - packets given to a next hop, per CPU
 * @epoch: vpc_nh_state::epoch that @packets belongs to
 * @packets: how many in that epoch
 *
 * A new epoch begins with every valid packet of the probe. To begin one is one store,
 * whatever the number of CPUs; what other CPUs counted before is void by itself.
 */
struct vpc_tally {
	u32 epoch;
	u64 packets;
};

/**
 * struct vpc_nh_state - why a next hop has the health that it has
 * @lock: guards the rest but @tally and @epoch; bottom halves off
 * @probe: its probe, or NULL
 * @tally: counts while there is a probe; NULL otherwise. Freed after a grace period.
 * @epoch: see struct vpc_tally
 * @dead: the next hop goes away
 * @device: its device is there and has carrier
 * @neighbour: a router: has answered, or not been asked often enough; of several, one has
 * @watched: how many routers it leads to
 * @silent: how many of these do not answer
 * @up: the probe is up
 * @held: and the policy says to wait
 * @flapped: the device was gone, and the policy does not know yet
 */
struct vpc_nh_state {
	spinlock_t lock;
	struct vpc_probe *probe;
	struct vpc_tally __percpu *tally;
	u32 epoch;
	bool dead;
	bool device;
	bool neighbour;
	u8 watched;
	u8 silent;
	bool up;
	bool held;
	bool flapped;
};

/**
 * struct vpc_health_cause - what a receipt says about the cause
 * @cause: enum vpc_flip_cause
 * @detected: when it was noticed, ns of CLOCK_MONOTONIC
 * @stall: how long this host stood still lately, ns
 */
struct vpc_health_cause {
	u8 cause;
	u64 detected;
	u64 stall;
};

int vpc_health_net_ready(struct vpc_net *vn, struct netlink_ext_ack *extack);
void vpc_health_net_exit(struct vpc_net *vn);

void vpc_health_init(struct vpc_nexthop *nh);
void vpc_health_stop(struct vpc_nexthop *nh);
void vpc_health_device(struct vpc_nexthop *nh, bool ok);
void vpc_health_ipsec(struct vpc_nexthop *nh, bool ok);
void vpc_health_peering(struct vpc_nexthop *nh, bool ok);
void vpc_health_watch(struct vpc_nexthop *nh);
void vpc_health_unwatch(struct vpc_nexthop *nh, bool silent);
void vpc_health_neighbour(struct vpc_nexthop *nh, bool *silent, bool ok);
void vpc_health_attach(struct vpc_nexthop *nh, struct vpc_probe *probe,
		       struct vpc_tally __percpu *tally);
void vpc_health_detach(struct vpc_nexthop *nh);
void vpc_health_probe(struct vpc_nexthop *nh, bool up, bool held,
		      const struct vpc_health_cause *cause);
bool vpc_health_flapped(struct vpc_nexthop *nh);
void vpc_health_good(struct vpc_nexthop *nh);
void vpc_tally_add(struct vpc_tally __percpu *tally, u32 epoch, u32 packets);
bool vpc_health_flip(struct vpc_net *vn, u64 seq, struct vpc_flip *flip);

int vpc_health_module_init(void);
void vpc_health_drain(void);
void vpc_health_module_exit(void);

#endif /* _VPC_HEALTH_H */
