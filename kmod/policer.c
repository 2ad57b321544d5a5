// SPDX-License-Identifier: GPL-2.0
/*
 * A token bucket that many CPUs share. Its tokens are time: vpc_policer::empty is when the
 * bucket was, or will be, empty, and what lies between that and now may be spent. A CPU
 * takes more than the packet at hand needs, and the next ones cost it nothing: how often
 * CPUs write to the one word that they share depends on their number, not on the rate.
 *
 * A packet passes whenever there are tokens at all, and owes the rest. So the largest one
 * passes sooner or later, and over time what passes is exact whatever the sizes.
 */

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "policer.h"

/* Binary digits of vpc_policer::byte_ns after the point: a byte may take 0.02 ns. */
#define BYTE_SHIFT 24

/**
 * struct vpc_policer - a policer
 * @byte_ns: what a byte costs; it and @slice never change: another rate is another policer,
 *	published in place of this one
 * @slice: bytes that a CPU takes ahead
 * @credit: bytes that a CPU has and has not used, 0 to @slice
 * @burst: tokens that the bucket holds, ns; grows with the largest packet
 * @empty: when the bucket was or will be empty, ns
 * @rcu: frees it
 *
 * Tokens that CPUs hold do not expire. They are few (VPC_POLICER_SPREAD_NS), and a CPU that
 * sees a packet now and then would lose all of its slice for each.
 */
struct vpc_policer {
	u64 byte_ns;
	u32 slice;
	u32 __percpu *credit;
	s64 burst;
	atomic64_t empty;
	struct rcu_head rcu;
};

static u64 slice_ns(void)
{
	return min_t(u64, VPC_POLICER_SLICE_NS, VPC_POLICER_SPREAD_NS / num_possible_cpus());
}

/**
 * vpc_policer_new() - a policer with a full bucket
 * @rate: bits per second, VPC_POLICER_MIN to VPC_POLICER_MAX
 * Context: may sleep.
 * Return: the policer, or NULL without memory.
 */
struct vpc_policer *vpc_policer_new(u64 rate)
{
	struct vpc_policer *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	p->credit = alloc_percpu_gfp(u32, GFP_KERNEL_ACCOUNT);
	if (!p->credit) {
		kfree(p);
		return NULL;
	}
	p->byte_ns = div64_u64((8ull * NSEC_PER_SEC) << BYTE_SHIFT, rate);
	p->slice = div64_u64(rate * slice_ns(), 8ull * NSEC_PER_SEC);
	p->burst = VPC_POLICER_BURST_NS;
	atomic64_set(&p->empty, S64_MIN);
	return p;
}

static void policer_free(struct rcu_head *rcu)
{
	struct vpc_policer *p = container_of(rcu, struct vpc_policer, rcu);

	free_percpu(p->credit);
	kfree(p);
}

/**
 * vpc_policer_free() - the end of a policer
 * @p: the policer, unpublished, or NULL
 * Context: any. Packets may see it until the next grace period.
 */
void vpc_policer_free(struct vpc_policer *p)
{
	if (p)
		call_rcu(&p->rcu, policer_free);
}

/* Take tokens out of the bucket, if it has any or owes less than @loan. */
static bool take(struct vpc_policer *p, u32 bytes, s64 now, s64 loan)
{
	s64 cost = mul_u64_u32_shr(p->byte_ns, bytes, BYTE_SHIFT);
	s64 empty = atomic64_read(&p->empty);
	s64 burst = READ_ONCE(p->burst);

	/*
	 * Large packets come in long intervals: the tokens of one interval must have room,
	 * whatever this one comes to.
	 */
	if (unlikely(burst < cost + VPC_POLICER_BURST_NS)) {
		burst = cost + VPC_POLICER_BURST_NS;
		WRITE_ONCE(p->burst, burst);
	}
	do {
		if (empty >= now + loan)
			return false;
	} while (!atomic64_try_cmpxchg(&p->empty, &empty, max(empty, now - burst) + cost));
	return true;
}

/**
 * vpc_policer_pass() - may a packet pass?
 * @p: the policer
 * @bytes: its length, that of all segments of a GSO packet
 * @now: ns, of one clock for all CPUs
 * Context: bottom halves off.
 * Return: true, and the packet has used its share; or false, and it has cost nothing.
 */
bool vpc_policer_pass(struct vpc_policer *p, u32 bytes, u64 now)
{
	u32 *credit = this_cpu_ptr(p->credit);

	if (likely(*credit >= bytes)) {
		*credit -= bytes;
		return true;
	}
	/*
	 * Small packets would pass with what is left, and new slices go to whoever comes first,
	 * most likely a small one. So that a large packet has as much of a chance, it may take
	 * on loan where small ones would pass.
	 */
	if (bytes > p->slice && *credit > p->slice / 4 &&
	    take(p, bytes - *credit, now, VPC_POLICER_SPREAD_NS)) {
		*credit = 0;
		return true;
	}
	if (!take(p, bytes - *credit + p->slice, now, 0))
		return false;
	*credit = p->slice;
	return true;
}
