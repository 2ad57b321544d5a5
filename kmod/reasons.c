// SPDX-License-Identifier: GPL-2.0
/*
 * Drops of an object by reason. There are many reasons, and an object meets few of them: a row
 * is made when a packet is the first one of its object that is dropped for its reason. Whatever
 * has counters may have rows; their per-CPU address says whose a row is.
 *
 * A row has a few cache lines, by the number of the CPU: what is dropped most is a flood, which
 * comes in on many. A per-CPU counter, as VPCs have, cannot always be had where nothing may sleep.
 */

#include <linux/log2.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "reasons.h"

/* A key is compared as bytes, so it has no holes. */
struct vpc_reason_key {
	const void __percpu *whose;
	unsigned long reason;
};

struct vpc_reason_share {
	atomic64_t packets;
} ____cacheline_aligned;

#define SHARES_MAX 8U

struct vpc_reason_row {
	struct rhash_head hash;
	struct vpc_reason_key key;
	struct rcu_head rcu;
	struct vpc_reason_share share[];
};

static const struct rhashtable_params by_key = {
	.head_offset = offsetof(struct vpc_reason_row, hash),
	.key_offset = offsetof(struct vpc_reason_row, key),
	.key_len = sizeof(struct vpc_reason_key),
	.automatic_shrinking = true,
};

static struct rhashtable rows;
/* Of each row; a power of two. */
static unsigned int shares __read_mostly;

/* Without memory: NULL. */
static struct vpc_reason_row *row_new(const struct vpc_reason_key *key)
{
	struct vpc_reason_row *row, *old;

	row = kzalloc(struct_size(row, share, shares), GFP_ATOMIC | __GFP_NOWARN);
	if (!row)
		return NULL;
	row->key = *key;
	old = rhashtable_lookup_get_insert_fast(&rows, &row->hash, by_key);
	if (likely(!old))
		return row;
	kfree(row);
	return IS_ERR(old) ? NULL : old;
}

/**
 * vpc_reasons_count() - count what was dropped
 * @whose: counters of the object
 * @reason: why
 * @packets: wire packets
 *
 * Without memory for a row these packets are in the sum of the object's drops only, and in
 * the drops of its VPC.
 *
 * Context: bottom halves off, RCU read side. @whose is not freed yet.
 */
void vpc_reasons_count(const void __percpu *whose, enum vpc_drop_reason reason, u32 packets)
{
	const struct vpc_reason_key key = { .whose = whose, .reason = reason };
	struct vpc_reason_row *row = rhashtable_lookup(&rows, &key, by_key);

	if (unlikely(!row))
		row = row_new(&key);
	if (likely(row))
		atomic64_add(packets, &row->share[smp_processor_id() & (shares - 1)].packets);
}

/**
 * vpc_reasons_read() - how often an object's packets were dropped for a reason
 * @whose: counters of the object
 * @reason: the reason
 * Context: any.
 * Return: packets.
 */
u64 vpc_reasons_read(const void __percpu *whose, enum vpc_drop_reason reason)
{
	const struct vpc_reason_key key = { .whose = whose, .reason = reason };
	struct vpc_reason_row *row;
	unsigned int i;
	u64 packets = 0;

	rcu_read_lock();
	row = rhashtable_lookup(&rows, &key, by_key);
	for (i = 0; row && i < shares; i++)
		packets += atomic64_read(&row->share[i].packets);
	rcu_read_unlock();
	return packets;
}

/**
 * vpc_reasons_forget() - the end of an object's rows
 * @whose: its counters, which no packet sees any more; NULL: nothing
 * Context: any but hardirq.
 */
void vpc_reasons_forget(const void __percpu *whose)
{
	struct vpc_reason_key key = { .whose = whose };
	struct vpc_reason_row *row;

	if (!whose)
		return;
	rcu_read_lock();
	for (key.reason = 0; key.reason < VPC_DROP_MAX; key.reason++) {
		row = rhashtable_lookup(&rows, &key, by_key);
		if (row && !rhashtable_remove_fast(&rows, &row->hash, by_key))
			kfree_rcu(row, rcu);
	}
	rcu_read_unlock();
}

int vpc_reasons_module_init(void)
{
	shares = min_t(unsigned int, SHARES_MAX, roundup_pow_of_two(nr_cpu_ids));
	return rhashtable_init(&rows, &by_key);
}

/* Objects are gone, and their rows with them. */
void vpc_reasons_module_exit(void)
{
	WARN_ON_ONCE(atomic_read(&rows.nelems));
	rhashtable_destroy(&rows);
}
