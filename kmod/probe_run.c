// SPDX-License-Identifier: GPL-2.0
/*
 * A probe at work: when it sends, when silence is failure, and what that makes of its next
 * hop. What the packets say is the business of probe_bfd.c and probe_icmp.c.
 *
 * A valid packet that changes nothing only stores the time (rx_quick); the entry that looks
 * for silence finds that out when its own time comes, and goes back to sleep. Everything
 * else takes vpc_probe::lock.
 *
 * Silence is failure only if this host was listening. If the entry comes late, the host
 * stood still, and so may have the packets: another interval is waited for. And when it
 * comes in time, the receive softirq has to run before the verdict (vpc_fence_start()).
 */

#include <linux/random.h>

#include "probe.h"
#include "vpc.h"

/* An entry that fires later than this after its time tells of a stall. */
#define VPC_PROBE_LATE (2 * NSEC_PER_MSEC)
/*
 * Stalls in a row that are forgiven while nothing is heard. A host that is always late
 * would never find a failure otherwise.
 */
#define VPC_PROBE_GRACES 3
/* Polls that are answered per interval. (RFC 5880 section 6.8.7 permits a limit) */
#define VPC_PROBE_REPLIES 8
/* Detection times in which a stall of ours may be why the other end gave up. */
#define VPC_PROBE_STALL_WINDOW 4

static struct vpc_probe *probe_of_tx(struct vpc_calendar_entry *e)
{
	return container_of(e, struct vpc_probe, tx);
}

static struct vpc_probe *probe_of_detect(struct vpc_calendar_entry *e)
{
	return container_of(e, struct vpc_probe, detect);
}

/* Set the time to look for silence, if there is anything to miss. */
static void arm_detection(struct vpc_probe *p)
{
	u64 deadline = p->ops->deadline(p);

	lockdep_assert_held(&p->lock);
	if (deadline)
		vpc_calendar_set(&p->detect, deadline);
}

/* Tell the next hop what follows from the state and the policy. */
static void report(struct vpc_probe *p, u8 reason, u64 now)
{
	bool up = p->ops->state(p) == VPC_PROBE_UP;
	struct vpc_health_cause cause = {
		.cause = reason,
		.detected = now,
	};
	u64 held, window, stall;

	lockdep_assert_held(&p->lock);
	if (p->up && !up) {
		vpc_policy_down(&p->policy, &p->cfg.policy, now);
		p->down_since = now;
		p->flips++;
	} else if (!p->up && up) {
		vpc_policy_up(&p->policy, &p->cfg.policy, now);
	}
	p->up = up;
	held = up ? vpc_policy_held(&p->policy, &p->cfg.policy, now) : 0;
	if (held && held != VPC_POLICY_NEVER)
		vpc_calendar_set(&p->wake, held);
	if (!up) {
		window = VPC_PROBE_STALL_WINDOW * p->cfg.multiplier * (u64)p->cfg.interval_us *
			 NSEC_PER_USEC;
		stall = vpc_calendar_stall(&p->tx, now > window ? now - window : 0);
		/* A shorter one explains nothing. */
		if (stall > p->cfg.interval_us * (u64)NSEC_PER_USEC)
			cause.stall = stall;
	}
	vpc_health_probe(p->nh, up, held, &cause);
}

/* A peer that polls all the time gets its answers at the pace of an interval. */
static bool may_reply(struct vpc_probe *p, u64 now)
{
	if (now - p->replies_since > p->cfg.interval_us * (u64)NSEC_PER_USEC) {
		p->replies_since = now;
		p->replies = 0;
	}
	return p->replies < VPC_PROBE_REPLIES && ++p->replies;
}

/* Do what a session asks for; returns packets to send when the lock is free again. */
static struct sk_buff *follow(struct vpc_probe *p, unsigned int what, u8 reason, u64 now)
{
	struct sk_buff *skb = NULL;
	u64 next;

	lockdep_assert_held(&p->lock);
	/* First of all: from here on no packet is lost. */
	if (what & VPC_PROBE_STATE)
		report(p, reason, now);
	if ((what & VPC_PROBE_SEND) || ((what & VPC_PROBE_REPLY) && may_reply(p, now)))
		skb = vpc_probe_packet(p, what & VPC_PROBE_REPLY, now);
	if (what & (VPC_PROBE_SEND | VPC_PROBE_TIMERS)) {
		if (what & VPC_PROBE_SEND)
			p->last_tx = now;
		/* From the last packet, or a peer with ever new wishes would keep us silent. */
		next = p->ops->tx_ns(p);
		if (next)
			vpc_calendar_set(&p->tx, p->last_tx + next);
	}
	if (what & (VPC_PROBE_STATE | VPC_PROBE_TIMERS))
		arm_detection(p);
	return skb;
}

static u64 fire_tx(struct vpc_calendar_entry *e, u64 now)
{
	struct vpc_probe *p = probe_of_tx(e);
	struct sk_buff *skb;
	u64 next;

	spin_lock(&p->lock);
	next = p->ops->tx_ns(p);
	skb = next ? vpc_probe_packet(p, false, now) : NULL;
	p->last_tx = now;
	if (p->ops->asks)
		arm_detection(p);
	spin_unlock(&p->lock);
	if (skb)
		vpc_probe_transmit(p, skb);
	else if (next)
		atomic64_inc(&p->unsent);
	return next ? now + next : 0;
}

/* Silence that this host cannot explain: the verdict. */
static void fence_passed(struct vpc_fence *f)
{
	struct vpc_probe *p = container_of(f, struct vpc_probe, fence);
	struct sk_buff *skb = NULL;
	unsigned int what = 0;
	u64 deadline, now;

	/* Softirq is no read side of RCU by itself. */
	rcu_read_lock();
	spin_lock(&p->lock);
	now = ktime_get_ns();
	deadline = p->ops->deadline(p);
	if (deadline && deadline <= now)
		what = p->ops->expired(p, now);
	/* A packet may have come between the two looks, on another CPU. */
	if (what)
		skb = follow(p, what, VPC_FLIP_DETECTION, now);
	else
		arm_detection(p);
	spin_unlock(&p->lock);
	if (skb)
		vpc_probe_transmit(p, skb);
	rcu_read_unlock();
}

static u64 fire_detect(struct vpc_calendar_entry *e, u64 now)
{
	struct vpc_probe *p = probe_of_detect(e);
	u64 deadline, next = 0;

	spin_lock(&p->lock);
	deadline = p->ops->deadline(p);
	if (deadline > now) {
		p->graces = 0;
		next = deadline;
	} else if (deadline && now - e->due > VPC_PROBE_LATE && p->graces < VPC_PROBE_GRACES) {
		p->graces++;
		atomic64_inc(&p->forgiven);
		next = now + max_t(u64, div_u64(p->ops->detect_ns(p), p->cfg.multiplier),
				   VPC_PROBE_LATE);
	} else if (deadline) {
		p->graces = 0;
		vpc_fence_start(&p->fence, READ_ONCE(p->rx_cpu));
	}
	spin_unlock(&p->lock);
	return next;
}

static u64 fire_wake(struct vpc_calendar_entry *e, u64 now)
{
	struct vpc_probe *p = container_of(e, struct vpc_probe, wake);

	spin_lock(&p->lock);
	/* The device was gone for a moment: for the policy that is a failure as any other. */
	if (vpc_health_flapped(p->nh) && p->up) {
		vpc_policy_down(&p->policy, &p->cfg.policy, now);
		vpc_policy_up(&p->policy, &p->cfg.policy, now);
		p->flips++;
	}
	if (p->up)
		report(p, VPC_FLIP_POLICY, now);
	spin_unlock(&p->lock);
	return 0;
}

/**
 * vpc_probe_flapped() - the device of the next hop has gone, maybe for a moment only
 * @p: the probe
 * Context: any; atomic.
 */
void vpc_probe_flapped(struct vpc_probe *p)
{
	vpc_calendar_set(&p->wake, ktime_get_ns());
}

/* A packet that was good news. What says "down" is none, and ends no count of packets. */
static void note_good(struct vpc_probe *p, u64 now)
{
	int cpu = smp_processor_id();

	WRITE_ONCE(p->good, now);
	if (READ_ONCE(p->rx_cpu) != cpu)
		WRITE_ONCE(p->rx_cpu, cpu);
	vpc_health_good(p->nh);
	atomic64_inc(&p->received);
}

/**
 * vpc_probe_input() - a packet that is addressed to a probe, and came by its next hop
 * @p: the probe
 * @rx: the packet
 * Context: softirq, RCU read side.
 * Return: VPC_PROBE_VALID, or 0 when it is to be discarded.
 */
unsigned int vpc_probe_input(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	struct sk_buff *skb;
	unsigned int what;
	bool fell;

	if (p->ops->rx_quick(p, rx)) {
		note_good(p, rx->now);
		return VPC_PROBE_VALID;
	}
	spin_lock(&p->lock);
	what = p->ops->rx(p, rx);
	fell = p->up && p->ops->state(p) != VPC_PROBE_UP;
	if (fell)
		atomic64_inc(&p->received);
	else if (what & VPC_PROBE_VALID)
		note_good(p, rx->now);
	skb = follow(p, what, fell ? p->ops->cause(p) : VPC_FLIP_PROBE, rx->now);
	spin_unlock(&p->lock);
	if (skb)
		vpc_probe_transmit(p, skb);
	return what & VPC_PROBE_VALID;
}

/**
 * vpc_probe_prepare() - all of a probe but that it runs; from here on packets may see it
 * @p: a new probe, with its number
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_probe_prepare(struct vpc_probe *p, struct netlink_ext_ack *extack)
{
	spin_lock_init(&p->lock);
	vpc_fence_init(&p->fence, fence_passed);
	if (vpc_calendar_entry_init(&p->tx, fire_tx))
		goto err;
	if (vpc_calendar_entry_init(&p->detect, fire_detect))
		goto err_tx;
	if (vpc_calendar_entry_init(&p->wake, fire_wake))
		goto err_detect;
	p->rx_cpu = raw_smp_processor_id();
	spin_lock_bh(&p->lock);
	p->ops->start(p);
	if (p->cfg.admin_down)
		p->ops->admin(p, true);
	spin_unlock_bh(&p->lock);
	return 0;

err_detect:
	vpc_calendar_cancel(&p->detect);
err_tx:
	vpc_calendar_cancel(&p->tx);
err:
	return vpc_err(extack, -ENOMEM, "no memory for the timers of a probe");
}

/**
 * vpc_probe_unprepare() - no timer of a probe runs any more
 * @p: the probe
 * Context: may sleep.
 */
void vpc_probe_unprepare(struct vpc_probe *p)
{
	vpc_calendar_cancel(&p->tx);
	vpc_calendar_cancel(&p->detect);
	vpc_calendar_cancel(&p->wake);
	vpc_fence_cancel(&p->fence);
}

/**
 * vpc_probe_run() - begin to probe
 * @p: a new probe, which its next hop knows
 * Context: vpc_net::lock is held.
 */
void vpc_probe_run(struct vpc_probe *p)
{
	u64 next;

	spin_lock_bh(&p->lock);
	next = p->ops->tx_ns(p);
	p->last_tx = ktime_get_ns();
	/* Not all of a thousand at once. */
	if (next)
		vpc_calendar_set(&p->tx, p->last_tx +
				 get_random_u32_below(min_t(u64, next, NSEC_PER_SEC / 4)));
	spin_unlock_bh(&p->lock);
}

/**
 * vpc_probe_reconfigure() - go on with another configuration
 * @p: the probe
 * @cfg: the configuration
 * Context: vpc_net::lock is held.
 */
void vpc_probe_reconfigure(struct vpc_probe *p, const struct vpc_probe_config *cfg)
{
	bool admin = cfg->admin_down != p->cfg.admin_down;
	struct sk_buff *skb;
	unsigned int what;
	u64 now;

	spin_lock_bh(&p->lock);
	now = ktime_get_ns();
	/* A delay that is another one counts from now. */
	if (p->up && cfg->policy.fail_back_ms != p->cfg.policy.fail_back_ms)
		vpc_policy_up(&p->policy, &cfg->policy, now);
	p->cfg = *cfg;
	what = p->ops->set(p);
	if (admin)
		what |= p->ops->admin(p, cfg->admin_down);
	if (cfg->release)
		vpc_policy_release(&p->policy);
	skb = follow(p, what, VPC_FLIP_ADMINISTRATOR, now);
	/* The policy may be another one, whatever the session says. */
	if (!(what & VPC_PROBE_STATE) && p->up)
		report(p, VPC_FLIP_ADMINISTRATOR, now);
	spin_unlock_bh(&p->lock);
	if (skb) {
		local_bh_disable();
		rcu_read_lock();
		vpc_probe_transmit(p, skb);
		rcu_read_unlock();
		local_bh_enable();
	}
}

/**
 * vpc_probe_stop() - probe no more
 * @p: the probe, which packets do not find any more but for the grace period
 *
 * The other end is told a few times, as the packet may be lost (RFC 5880 section 6.8.16).
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_probe_stop(struct vpc_probe *p)
{
	struct sk_buff *skb[VPC_PROBE_MULTIPLIER];
	int i;

	vpc_probe_unprepare(p);
	local_bh_disable();
	rcu_read_lock();
	spin_lock(&p->lock);
	p->cfg.admin_down = true;
	p->ops->admin(p, true);
	for (i = 0; i < ARRAY_SIZE(skb); i++)
		skb[i] = p->ops->tx_ns(p) ? vpc_probe_packet(p, false, ktime_get_ns()) : NULL;
	spin_unlock(&p->lock);
	for (i = 0; i < ARRAY_SIZE(skb); i++)
		if (skb[i])
			vpc_probe_transmit(p, skb[i]);
	rcu_read_unlock();
	local_bh_enable();
}
