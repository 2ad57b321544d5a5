// SPDX-License-Identifier: GPL-2.0
/*
 * "Nothing came" and "we did not look" are the same to a timer. When a host was stopped, or its
 * CPUs are busy, the calendar's threads run first and find a peer silent whose packets wait in a
 * ring. A detection that finds silence therefore starts a fence on the CPU where the session's
 * packets are received, and looks again when it has passed: then that CPU has dealt with what had
 * arrived.
 *
 * How: the tasklet softirq comes after the receive softirq in every pass over the pending ones,
 * and ksoftirqd keeps that order. If the receive softirq was pending when a tasklet was raised,
 * then net_rx_action() returns before the tasklet runs. It raises itself again exactly when it
 * leaves a device unpolled or a device has more, so a tasklet that does not see it pending knows
 * that every device polled here was found empty. This goes for what decryption and tunnels hand
 * back to NAPI on this CPU (gro_cells), too. A CPU whose softirqs starve lets the fence wait for
 * exactly as long as it lets packets wait: that is the point.
 *
 * What it does not cover:
 * - packets that a full ring or backlog dropped: they never come;
 * - devices polled by threads (threaded NAPI, busy polling), RPS, and a flow that a device moved
 *   to another CPU meanwhile: their packets need someone else to run first;
 * - packets that the device itself holds back (interrupt coalescing, gro_flush_timeout), which is
 *   tens of microseconds, also without a stall;
 * - under a flood, what is behind VPC_FENCE_PASSES, see fence_run().
 */

#include <linux/bits.h>

#include "fence.h"

/* Started and not passed; owns @passes and @csd. */
#define FENCE_BUSY	BIT(0)
/* The other CPU has yet to take us up; it touches us last when it clears this. */
#define FENCE_SENT	BIT(1)
/* Cancelled. */
#define FENCE_DEAD	BIT(2)

/* In hard interrupt context on the CPU in question, or on this one in its place. */
static void fence_arrive(void *data)
{
	struct vpc_fence *f = data;

	tasklet_schedule(&f->tasklet);
	/* Orders it before vpc_fence_cancel() sees it: nothing is done to @f from here on. */
	atomic_fetch_andnot_release(FENCE_SENT, &f->state);
}

/*
 * The interrupt of a device may come between the one that brought us here and us: it is dealt with
 * before any softirq runs, so that the receive softirq is pending now. Two runs at least, to be
 * generous to an interrupt that is still on its way.
 *
 * Under a flood no pass leaves every device empty. But a device hands out in the order of
 * arrival, so as many packets as its ring holds are enough: 4096 at most with the drivers that we
 * know, 256 to 1024 usually, and 2000 for the backlog that veth and loopback use (two queues of
 * net.core.netdev_max_backlog). A pass polls a device once, for 64 packets (NAPI_POLL_WEIGHT;
 * net.core.dev_weight for the backlog), hence VPC_FENCE_PASSES. Not every pass gets to each device
 * when more than four are busy (netdev_budget, 300 packets) or packets are so expensive that time
 * runs out (netdev_budget_usecs); then it can be too few for a ring that is also full. More would
 * let every flood delay the detection of a real failure further.
 */
static void fence_run(struct tasklet_struct *t)
{
	struct vpc_fence *f = from_tasklet(f, t, tasklet);
	bool more = local_softirq_pending() & BIT(NET_RX_SOFTIRQ);

	if (atomic_read(&f->state) & FENCE_DEAD)
		return;
	f->passes--;
	if (f->passes && (more || f->passes == VPC_FENCE_PASSES - 1)) {
		tasklet_schedule(t);
		return;
	}
	/* Before the call, so that it can be started again from there. */
	atomic_fetch_andnot_release(FENCE_BUSY, &f->state);
	f->passed(f);
}

/**
 * vpc_fence_init() - a fence, not started
 * @f: the fence; vpc_fence_cancel() must be called before it is freed
 * @passed: to be called when it has passed; it must not free @f
 * Context: any.
 */
void vpc_fence_init(struct vpc_fence *f, void (*passed)(struct vpc_fence *f))
{
	f->passed = passed;
	atomic_set(&f->state, 0);
	f->passes = 0;
	INIT_CSD(&f->csd, fence_arrive, f);
	tasklet_setup(&f->tasklet, fence_run);
}

/**
 * vpc_fence_start() - have what has arrived on a CPU dealt with
 * @f: the fence
 * @cpu: where; one that is offline or negative: this one, as the network core hands over to others
 *	what a CPU that goes offline has not polled, and what nobody ever received waits nowhere
 *	in particular
 *
 * Later, passed() is called; if the CPU goes offline meanwhile, on the one that takes over its
 * tasklets.
 *
 * Context: any, also hard interrupt.
 * Return: false when it is under way already, or cancelled; then nothing was started.
 */
bool vpc_fence_start(struct vpc_fence *f, int cpu)
{
	/* Acquire: who had it before is done with it. */
	if (atomic_cmpxchg_acquire(&f->state, 0, FENCE_BUSY | FENCE_SENT))
		return false;
	f->passes = VPC_FENCE_PASSES;
	/*
	 * Never busy: FENCE_SENT was clear, so the last fence_arrive() had begun, and the core
	 * lets go of an asynchronous csd before it calls.
	 */
	if (cpu < 0 || smp_call_function_single_async(cpu, &f->csd))
		fence_arrive(f);
	return true;
}

/**
 * vpc_fence_cancel() - ends a fence; it may be freed afterwards
 * @f: the fence, initialised
 *
 * On return, passed() is not running and never will be again; starting it does nothing.
 *
 * Context: may sleep. Not with a lock held that passed() takes.
 */
void vpc_fence_cancel(struct vpc_fence *f)
{
	might_sleep();
	/* Full barrier: vpc_fence_start() came before, and we see FENCE_SENT, or it fails. */
	atomic_fetch_or(FENCE_DEAD, &f->state);
	/* For as long as the other CPU keeps its interrupts off. */
	while (atomic_read_acquire(&f->state) & FENCE_SENT)
		cond_resched();
	/* It runs once more at most, and sees FENCE_DEAD then. */
	tasklet_kill(&f->tasklet);
}
