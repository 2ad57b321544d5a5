// SPDX-License-Identifier: GPL-2.0
/*
 * Health of next hops. What decides it (device, neighbour, probe, policy) is
 * joined here into the one word that packets read, and every change of that
 * word leaves a receipt.
 */

#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "group.h"
#include "health.h"
#include "netlink.h"
#include "nexthop.h"
#include "probe.h"
#include "vpc.h"

static u8 verdict(const struct vpc_nh_state *h)
{
	if (!h->device)
		return VPC_HEALTH_DOWN;
	if (!h->probe)
		return h->neighbour ? VPC_HEALTH_UP : VPC_HEALTH_DOWN;
	if (!h->up)
		return VPC_HEALTH_DOWN;
	return h->held ? VPC_HEALTH_HELD : VPC_HEALTH_UP;
}

static u64 count_packets(const struct vpc_nh_state *h)
{
	u64 packets = 0;
	int cpu;

	if (!h->tally)
		return 0;
	for_each_possible_cpu(cpu) {
		const struct vpc_tally *t = per_cpu_ptr(h->tally, cpu);

		if (READ_ONCE(t->epoch) == READ_ONCE(h->epoch))
			packets += READ_ONCE(t->packets);
	}
	return packets;
}

/* Receipts that listeners are told of before others have their turn. */
#define TELL_MAX 64

static struct workqueue_struct *tell_wq;

static void tell(struct work_struct *work)
{
	struct vpc_flips *flips = container_of(work, struct vpc_flips, work);
	int budget = TELL_MAX;
	struct vpc_flip flip;
	bool lost;

	while (budget--) {
		spin_lock_bh(&flips->lock);
		if (flips->told == flips->count) {
			spin_unlock_bh(&flips->lock);
			return;
		}
		lost = flips->count - flips->told > VPC_FLIPS_MAX;
		if (lost)
			flips->told = flips->count - VPC_FLIPS_MAX;
		flip = flips->ring[++flips->told % VPC_FLIPS_MAX];
		spin_unlock_bh(&flips->lock);
		vpc_nl_event_flip(flips->vn, &flip, lost);
	}
	queue_work(tell_wq, &flips->work);
}

/**
 * vpc_health_net_ready() - have room for receipts before there can be any
 * @vn: the namespace
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_health_net_ready(struct vpc_net *vn, struct netlink_ext_ack *extack)
{
	struct vpc_flips *flips;

	lockdep_assert_held(&vn->lock);
	if (vn->flips)
		return 0;
	flips = kvzalloc(struct_size(flips, ring, VPC_FLIPS_MAX), GFP_KERNEL_ACCOUNT);
	if (!flips)
		return vpc_err(extack, -ENOMEM, "no memory for receipts of health changes");
	flips->vn = vn;
	spin_lock_init(&flips->lock);
	INIT_WORK(&flips->work, tell);
	vn->flips = flips;
	return 0;
}

void vpc_health_net_exit(struct vpc_net *vn)
{
	if (!vn->flips)
		return;
	cancel_work_sync(&vn->flips->work);
	kvfree(vn->flips);
}

/**
 * vpc_health_flip() - a receipt by its number
 * @vn: the namespace
 * @seq: the number; an older one than is kept means the oldest that is
 * @flip: gets it
 * Context: vpc_net::lock is held.
 * Return: false when there is none with this or a higher number.
 */
bool vpc_health_flip(struct vpc_net *vn, u64 seq, struct vpc_flip *flip)
{
	struct vpc_flips *flips = vn->flips;
	u64 oldest;
	bool found;

	lockdep_assert_held(&vn->lock);
	if (!flips)
		return false;
	spin_lock_bh(&flips->lock);
	oldest = flips->count > VPC_FLIPS_MAX ? flips->count - VPC_FLIPS_MAX + 1 : 1;
	seq = max(seq, oldest);
	found = seq <= flips->count;
	if (found)
		*flip = flips->ring[seq % VPC_FLIPS_MAX];
	spin_unlock_bh(&flips->lock);
	return found;
}

static void leave_receipt(struct vpc_nexthop *nh, u8 from, const struct vpc_health_cause *cause,
			  u64 switched)
{
	struct vpc_nh_state *h = &nh->state;
	struct vpc *vpc = nh->key.vpc;
	struct vpc_flips *flips = vpc->vn->flips;
	struct vpc_flip *flip;
	u64 packets = count_packets(h);

	spin_lock(&flips->lock);
	flip = &flips->ring[++flips->count % VPC_FLIPS_MAX];
	memset(flip, 0, sizeof(*flip));
	flip->seq = flips->count;
	flip->time = ktime_get_real_ns();
	flip->last_good = h->probe ? vpc_probe_last_good(h->probe) : 0;
	flip->detected = cause->detected;
	flip->switched = switched;
	flip->packets = packets;
	flip->stall = cause->stall;
	flip->from = from;
	flip->to = nh->health;
	flip->cause = cause->cause;
	vpc_object_names();
	strscpy(flip->vpc, vpc->obj.name, sizeof(flip->vpc));
	vpc_nexthop_str(nh, flip->target, sizeof(flip->target));
	if (h->probe)
		strscpy(flip->probe, vpc_probe_name(h->probe), sizeof(flip->probe));
	vpc_object_names_done();
	spin_unlock(&flips->lock);
	queue_work(tell_wq, &flips->work);
}

/* Everything that a flip is for packets is the one store. */
static void settle(struct vpc_nexthop *nh, const struct vpc_health_cause *cause)
{
	u8 from = nh->health, to = verdict(&nh->state);

	lockdep_assert_held(&nh->state.lock);
	if (from == to || nh->state.dead)
		return;
	WRITE_ONCE(nh->health, to);
	leave_receipt(nh, from, cause, ktime_get_ns());
	vpc_group_health(nh->key.vpc->vn);
}

/**
 * vpc_health_init() - a new next hop: up until something says otherwise
 * @nh: the next hop
 * Context: vpc_net::lock is held; vpc_health_net_ready() has succeeded.
 */
void vpc_health_init(struct vpc_nexthop *nh)
{
	spin_lock_init(&nh->state.lock);
	nh->state.device = true;
	nh->state.neighbour = true;
	nh->health = VPC_HEALTH_UP;
}

/**
 * vpc_health_stop() - a next hop goes away: no receipts any more
 * @nh: the next hop
 * Context: vpc_net::lock is held.
 */
void vpc_health_stop(struct vpc_nexthop *nh)
{
	spin_lock_bh(&nh->state.lock);
	nh->state.dead = true;
	spin_unlock_bh(&nh->state.lock);
}

/* What carries packets to the next hop came or went. */
static void carrier(struct vpc_nexthop *nh, bool ok, u8 why)
{
	const struct vpc_health_cause cause = { .cause = why, .detected = ktime_get_ns() };

	spin_lock_bh(&nh->state.lock);
	/* When it is back, the policy has its say before packets go there. */
	if (nh->state.device && !ok && nh->state.probe && nh->state.up) {
		nh->state.flapped = true;
		nh->state.held = true;
		vpc_probe_flapped(nh->state.probe);
	}
	nh->state.device = ok;
	settle(nh, &cause);
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_device() - the device of a next hop came or went
 * @nh: the next hop
 * @ok: it is there, up and has carrier
 * Context: any; atomic.
 */
void vpc_health_device(struct vpc_nexthop *nh, bool ok)
{
	carrier(nh, ok, VPC_FLIP_CARRIER);
}

/**
 * vpc_health_ipsec() - the security associations of a connection came or went
 * @nh: the next hop
 * @ok: they are there, and its VPN gateway is ready
 * Context: any; atomic.
 */
void vpc_health_ipsec(struct vpc_nexthop *nh, bool ok)
{
	carrier(nh, ok, VPC_FLIP_IPSEC);
}

/**
 * vpc_health_peering() - the peering of a next hop became active, or is no more
 * @nh: the next hop
 * @ok: it is active
 * Context: any; atomic.
 */
void vpc_health_peering(struct vpc_nexthop *nh, bool ok)
{
	carrier(nh, ok, VPC_FLIP_PEERING);
}

/**
 * vpc_health_watch() - a next hop leads to one more router
 * @nh: the next hop
 * Context: vpc_net::lock is held.
 */
void vpc_health_watch(struct vpc_nexthop *nh)
{
	spin_lock_bh(&nh->state.lock);
	nh->state.watched++;
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_unwatch() - and to it no more
 * @nh: the next hop
 * @silent: what vpc_health_neighbour() has made of it
 *
 * What was last known of the next hop stays so until it leads elsewhere.
 *
 * Context: vpc_net::lock is held.
 */
void vpc_health_unwatch(struct vpc_nexthop *nh, bool silent)
{
	spin_lock_bh(&nh->state.lock);
	nh->state.watched--;
	nh->state.silent -= silent;
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_neighbour() - a router answers, or does not
 * @nh: the next hop
 * @silent: what was known of this router; changed
 * @ok: it does
 * Context: any; atomic.
 */
void vpc_health_neighbour(struct vpc_nexthop *nh, bool *silent, bool ok)
{
	const struct vpc_health_cause cause = {
		.cause = VPC_FLIP_NEIGHBOUR, .detected = ktime_get_ns(),
	};

	spin_lock_bh(&nh->state.lock);
	nh->state.silent += !ok - *silent;
	*silent = !ok;
	nh->state.neighbour = nh->state.silent < nh->state.watched;
	settle(nh, &cause);
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_attach() - from now on a probe decides, and it is not up
 * @nh: the next hop
 * @probe: its probe
 * @tally: for vpc_health_tally(), zeroed
 * Context: vpc_net::lock is held.
 */
void vpc_health_attach(struct vpc_nexthop *nh, struct vpc_probe *probe,
		       struct vpc_tally __percpu *tally)
{
	const struct vpc_health_cause cause = {
		.cause = VPC_FLIP_ADMINISTRATOR, .detected = ktime_get_ns(),
	};

	spin_lock_bh(&nh->state.lock);
	nh->state.probe = probe;
	WRITE_ONCE(nh->state.tally, tally);
	nh->state.up = false;
	nh->state.held = false;
	settle(nh, &cause);
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_detach() - the probe goes; device and neighbour decide again
 * @nh: the next hop; its tally is the caller's to free, after a grace period
 * Context: vpc_net::lock is held.
 */
void vpc_health_detach(struct vpc_nexthop *nh)
{
	const struct vpc_health_cause cause = {
		.cause = VPC_FLIP_ADMINISTRATOR, .detected = ktime_get_ns(),
	};

	spin_lock_bh(&nh->state.lock);
	nh->state.probe = NULL;
	WRITE_ONCE(nh->state.tally, NULL);
	settle(nh, &cause);
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_probe() - what the probe of a next hop says now
 * @nh: the next hop
 * @up: the probe is up
 * @held: the policy says to wait
 * @cause: for the receipt, if that makes a difference
 * Context: any; atomic. No allocation; independent of how many groups and routes have it.
 */
void vpc_health_probe(struct vpc_nexthop *nh, bool up, bool held,
		      const struct vpc_health_cause *cause)
{
	spin_lock_bh(&nh->state.lock);
	if (nh->state.probe) {
		nh->state.up = up;
		nh->state.held = held;
		settle(nh, cause);
	}
	spin_unlock_bh(&nh->state.lock);
}

/**
 * vpc_health_flapped() - has the device gone since this was asked last?
 * @nh: the next hop
 * Context: any; atomic.
 * Return: true if it has.
 */
bool vpc_health_flapped(struct vpc_nexthop *nh)
{
	bool flapped;

	spin_lock_bh(&nh->state.lock);
	flapped = nh->state.flapped;
	nh->state.flapped = false;
	spin_unlock_bh(&nh->state.lock);
	return flapped;
}

/**
 * vpc_health_good() - a valid packet of the probe came: count packets from here
 * @nh: the next hop
 * Context: any.
 */
void vpc_health_good(struct vpc_nexthop *nh)
{
	WRITE_ONCE(nh->state.epoch, READ_ONCE(nh->state.epoch) + 1);
}

/**
 * vpc_tally_add() - count packets in the epoch that it is now
 * @tally: of the next hop
 * @epoch: of the next hop
 * @packets: wire packets
 * Context: softirq, RCU read side.
 */
void vpc_tally_add(struct vpc_tally __percpu *tally, u32 epoch, u32 packets)
{
	struct vpc_tally *t = this_cpu_ptr(tally);

	if (t->epoch != epoch) {
		WRITE_ONCE(t->packets, 0);
		WRITE_ONCE(t->epoch, epoch);
	}
	WRITE_ONCE(t->packets, t->packets + packets);
}

int vpc_health_module_init(void)
{
	tell_wq = alloc_workqueue("vpc_health", WQ_UNBOUND, 0);
	return tell_wq ? 0 : -ENOMEM;
}

/**
 * vpc_health_drain() - everybody who listens has been told
 * Context: module exit, when there is no next hop any more and the family is still there; sleeps.
 */
void vpc_health_drain(void)
{
	drain_workqueue(tell_wq);
}

void vpc_health_module_exit(void)
{
	destroy_workqueue(tell_wq);
}
