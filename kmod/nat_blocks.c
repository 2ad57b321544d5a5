// SPDX-License-Identifier: GPL-2.0
/* The ports of a public address, in blocks: which gateway takes which, and when they run out. */

#include <linux/bitmap.h>
#include <linux/random.h>

#include "nat.h"
#include "natgw.h"

/**
 * struct tally - the ports of a public address that some gateways share
 * @total: blocks in their range
 * @used: how many of these are taken
 * @sure: how many each gateway is sure of
 * @claims: sum of what gateways have less than that
 */
struct tally {
	u32 total;
	u32 used;
	u32 sure;
	u32 claims;
};

static bool same_range(const struct vpc_nat_share *a, const struct vpc_nat_share *b)
{
	return a->first_block == b->first_block && a->last_block == b->last_block;
}

static u32 claim_of(const struct vpc_nat_share *share, enum vpc_nat_class class,
		    const struct tally *t)
{
	if (share->draining || share->blocks[class] >= t->sure)
		return 0;
	return t->sure - share->blocks[class];
}

/* Gateways whose ranges differ have no port in common, see check_ranges() in natgw_change.c. */
static void add_up(const struct vpc_nat_share *share, enum vpc_nat_class class, struct tally *t)
{
	const struct vpc_public *public = share->public;
	const struct vpc_nat_share *other;
	u32 users = 0;

	lockdep_assert_held(&public->lock);
	t->total = share->last_block - share->first_block + 1;
	t->used = bitmap_weight(public->taken[class], share->last_block + 1) -
		  bitmap_weight(public->taken[class], share->first_block);
	list_for_each_entry(other, &public->shares, peer)
		users += !other->draining && same_range(other, share);
	t->sure = users ? t->total / users / 2 : 0;
	t->claims = 0;
	list_for_each_entry(other, &public->shares, peer)
		if (same_range(other, share))
			t->claims += claim_of(other, class, t);
}

/*
 * Somebody wants to know when the ports that a gateway may have are nearly gone, and once when they
 * are there again.
 */
static void note_level(struct vpc_nat_share *share, enum vpc_nat_class class,
		       const struct tally *t)
{
	u32 may = t->total - min(t->total, t->claims - claim_of(share, class, t));
	u32 percent = may ? min(t->used * 100 / may, 100u) : 100;
	u8 level = share->level[class];

	if (percent >= 95)
		level = 95;
	else if (percent >= 80)
		level = max_t(u8, level, 80);
	else if (percent < 70)
		level = 0;
	if (level == share->level[class])
		return;
	WRITE_ONCE(share->level[class], level);
	vpc_natgw_wake(share->gateway->vpc->vn);
}

static void note_levels(const struct vpc_nat_share *share, enum vpc_nat_class class)
{
	struct vpc_nat_share *other;
	struct tally t;

	add_up(share, class, &t);
	list_for_each_entry(other, &share->public->shares, peer)
		if (same_range(other, share))
			note_level(other, class, &t);
}

/*
 * Gateways that share ports of an address are each sure of half of an equal share: one that has
 * more takes no block that another one may still claim.
 */
static bool may_take(const struct vpc_nat_share *share, enum vpc_nat_class class)
{
	struct tally t;

	add_up(share, class, &t);
	return share->blocks[class] < t.sure || t.used + t.claims < t.total;
}

/**
 * vpc_nat_block_claim() - a gateway takes a block of ports
 * @share: of this address
 * @class: whose ports
 * @index: gets the number of the block
 * Context: softirq, RCU read side.
 * Return: false: there is none that it may have.
 */
bool vpc_nat_block_claim(struct vpc_nat_share *share, enum vpc_nat_class class, u16 *index)
{
	struct vpc_public *public = share->public;
	unsigned long first, last, start, found;
	bool ok = false;

	spin_lock(&public->lock);
	first = share->first_block;
	last = share->last_block;
	if (may_take(share, class)) {
		start = first + get_random_u16() % (last - first + 1);
		found = find_next_zero_bit(public->taken[class], last + 1, start);
		if (found > last)
			found = find_next_zero_bit(public->taken[class], start, first);
		ok = found <= last && !test_bit(found, public->taken[class]);
		if (ok) {
			__set_bit(found, public->taken[class]);
			share->blocks[class]++;
			note_levels(share, class);
			*index = found;
		}
	}
	spin_unlock(&public->lock);
	return ok;
}

/**
 * vpc_nat_block_unclaim() - and gives it back
 * @share: of this address
 * @class: whose ports
 * @index: number of the block
 * Context: bottom halves off.
 */
void vpc_nat_block_unclaim(struct vpc_nat_share *share, enum vpc_nat_class class, u16 index)
{
	struct vpc_public *public = share->public;

	spin_lock(&public->lock);
	__clear_bit(index, public->taken[class]);
	share->blocks[class]--;
	note_levels(share, class);
	spin_unlock(&public->lock);
}
