// SPDX-License-Identifier: GPL-2.0
/* Longest prefix match: transactions. */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lpm_node.h"

static unsigned int value_count(u64 intb)
{
	return intb & ONE_VALUE ? 1 : hweight64(intb);
}

static size_t node_size(u64 ext, u64 intb, bool v6)
{
	size_t size = offsetof(struct vpc_lpm_node, body[v6 ? 2 : 0]);

	if (ext)
		size += sizeof(ext) + hweight64(ext) * sizeof(struct vpc_lpm_node *);
	return size + value_count(intb) * sizeof(u32);
}

static void txn_account(struct vpc_lpm_txn *txn, const struct vpc_lpm_node *n, int sign)
{
	bool v6 = is_v6(txn->lpm);
	size_t bytes = kmalloc_size_roundup(node_size(node_ext(n, v6), n->intb, v6));

	txn->nodes += sign;
	txn->bytes += sign > 0 ? bytes : -bytes;
}

/* The bits of @key before @chunk say where the node is; children and values are the caller's. */
static struct vpc_lpm_node *node_new(struct vpc_lpm_txn *txn, const struct vpc_lpm_key *key,
				     u8 chunk,
				     u64 ext, u64 intb)
{
	u8 word = chunk_word(chunk), shift = chunk_shift(chunk);
	bool v6 = is_v6(txn->lpm);
	struct vpc_lpm_node *n;
	u64 w[3] = {};
	u8 i;

	n = kmalloc(node_size(ext, intb, v6),
		    GFP_KERNEL_ACCOUNT | (txn->must ? __GFP_NOFAIL : 0));
	if (!n)
		return NULL;
	for (i = 0; i < word; i++)
		w[i] = key->w[i];
	w[word] = key->w[word] >> shift >> STRIDE << STRIDE << shift;

	n->intb = intb;
	n->owner = txn->lpm->generation;
	n->chunk = chunk;
	n->leaf = !ext;
	n->shift = shift;
	n->whole = 0;
	n->tail = v6 ? w[2] : w[0] >> 29;
	if (v6) {
		n->body[0] = w[0];
		n->body[1] = w[1];
	}
	if (ext)
		*node_map(n, v6) = ext;
	txn_account(txn, n, 1);
	return n;
}

static struct vpc_lpm_node *leaf_new(struct vpc_lpm_txn *txn, const struct vpc_lpm_key *key,
				     u32 value)
{
	u64 intb = BIT_ULL(key_index(key)) | ONE_VALUE;
	struct vpc_lpm_node *n = node_new(txn, key, key->chunk, 0, intb);

	if (n)
		*node_values(n, is_v6(txn->lpm)) = value;
	return n;
}

/* Not in the new version any more. Readers of the published one may still be in it. */
static void node_drop(struct vpc_lpm_txn *txn, struct vpc_lpm_node *n)
{
	txn_account(txn, n, -1);
	if (n->owner == txn->lpm->generation) {
		kfree(n);
		return;
	}
	if (!txn->garbage)
		txn->garbage_last = n;
	n->gc = txn->garbage;
	txn->garbage = n;
}

/* Copies the children to a node with at most one more or less; leaves the gap. */
static void copy_children(struct vpc_lpm_node *to, const struct vpc_lpm_node *from, bool v6)
{
	struct vpc_lpm_ref __rcu **new = node_children(to, v6), **old = node_children(from, v6);
	u64 ext = node_ext(from, v6), diff = ext ^ node_ext(to, v6);
	unsigned int n = hweight64(ext), i = n;

	if (diff)
		i = hweight64(ext & (diff - 1));
	memcpy(new, old, i * sizeof(*new));
	if (diff & ~ext)
		memcpy(new + i + 1, old + i, (n - i) * sizeof(*new));
	else if (diff)
		memcpy(new + i, old + i + 1, (n - i - 1) * sizeof(*new));
}

/*
 * The values of a node after that of the prefix @index is set, or removed: VPC_LPM_NONE; no
 * prefix: index 0. Returns what its @intb is then.
 */
static u64 change_values(const struct vpc_lpm_node *n, u8 index, u32 value, u32 *values, bool v6)
{
	u64 intb = n->intb & ~ONE_VALUE, left;
	unsigned int count = 0;
	bool one = true;

	if (!index) {
		memcpy(values, node_values(n, v6), value_count(n->intb) * sizeof(*values));
		return n->intb;
	}
	intb = value == VPC_LPM_NONE ? intb & ~BIT_ULL(index) : intb | BIT_ULL(index);
	for (left = intb; left; left &= left - 1) {
		u8 at = __ffs64(left);

		values[count] = at == index ? value : *node_value(n, at, v6);
		one &= values[count++] == values[0];
	}
	return count && one ? intb | ONE_VALUE : intb;
}

/*
 * Makes *@slot a node of this transaction with at most one child more or less, which the caller
 * fills in, and one value changed: see change_values().
 */
static struct vpc_lpm_node *node_reshape(struct vpc_lpm_txn *txn, struct vpc_lpm_ref __rcu **slot,
					 u64 ext, u8 index, u32 value)
{
	struct vpc_lpm_node *new, *n = writer_deref(txn->lpm, *slot);
	bool v6 = is_v6(txn->lpm);
	struct vpc_lpm_key key;
	u32 values[FANOUT];
	u64 intb;

	intb = change_values(n, index, value, values, v6);
	new = n;
	if (n->owner != txn->lpm->generation || node_ext(n, v6) != ext || n->intb != intb) {
		node_key(n, &key, v6);
		new = node_new(txn, &key, n->chunk, ext, intb);
		if (!new)
			return NULL;
		copy_children(new, n, v6);
		node_assign(slot, new);
		node_drop(txn, n);
	}
	memcpy(node_values(new, v6), values, value_count(intb) * sizeof(*values));
	return new;
}

/*
 * The slot that holds @stop, a node on the way to @key, with everything above it owned by the
 * transaction. The contents do not change, so that an allocation failure half way is harmless.
 */
static struct vpc_lpm_ref __rcu **txn_slot(struct vpc_lpm_txn *txn, const struct vpc_lpm_key *key,
					   const struct vpc_lpm_node *stop)
{
	struct vpc_lpm_ref __rcu **slot = &txn->root;
	bool v6 = is_v6(txn->lpm);
	struct vpc_lpm_node *n;

	while ((n = writer_deref(txn->lpm, *slot)) != stop) {
		n = node_reshape(txn, slot, node_ext(n, v6), 0, VPC_LPM_NONE);
		if (!n)
			return NULL;
		slot = node_child(n, key_value(key, n->chunk), v6);
	}
	return slot;
}

/* The first chunk in which the key and the node's bits differ. */
static u8 first_difference(const struct vpc_lpm_key *key, const struct vpc_lpm_node *n, bool v6)
{
	static const u8 last[] = { 10, 20, 22 };
	struct vpc_lpm_key other;
	u8 i;

	node_key(n, &other, v6);
	for (i = 0; i < ARRAY_SIZE(last); i++)
		if (key->w[i] != other.w[i])
			return last[i] - (fls64(key->w[i] ^ other.w[i]) - 1) / STRIDE;
	return NO_CHUNK;
}

/* Puts a node above @n: where the key leaves the node's way, or where the key ends on it. */
static int split(struct vpc_lpm_txn *txn, struct vpc_lpm_ref __rcu **slot, struct vpc_lpm_node *n,
		 const struct vpc_lpm_key *key, u8 chunk, u32 value)
{
	struct vpc_lpm_node *leaf = NULL, *new;
	bool v6 = is_v6(txn->lpm);
	u64 ext, intb = 0;
	struct vpc_lpm_key below;

	node_key(n, &below, v6);
	ext = BIT_ULL(key_value(&below, chunk));
	if (chunk == key->chunk) {
		intb = BIT_ULL(key_index(key)) | ONE_VALUE;
	} else {
		ext |= BIT_ULL(key_value(key, chunk));
		leaf = leaf_new(txn, key, value);
		if (!leaf)
			return -ENOMEM;
	}
	new = node_new(txn, key, chunk, ext, intb);
	if (!new) {
		if (leaf)
			node_drop(txn, leaf);
		return -ENOMEM;
	}
	node_assign(node_child(new, key_value(&below, chunk), v6), n);
	if (leaf)
		node_assign(node_child(new, key_value(key, chunk), v6), leaf);
	else
		*node_values(new, v6) = value;
	node_assign(slot, new);
	return 0;
}

static int insert(struct vpc_lpm_txn *txn, const struct vpc_lpm_key *key, u32 value)
{
	struct vpc_lpm_node *n = writer_deref(txn->lpm, txn->root), *leaf;
	struct vpc_lpm_ref __rcu **slot;
	bool v6 = is_v6(txn->lpm);
	u64 s = 0;
	u8 chunk;

	while (n && n->chunk < key->chunk) {
		s = node_diff(n, key, v6);
		if (s > MAX_CHUNK_VALUE || !(node_ext(n, v6) & BIT_ULL(s)))
			break;
		n = writer_deref(txn->lpm, *node_child(n, s, v6));
	}
	slot = txn_slot(txn, key, n);
	if (!slot)
		return -ENOMEM;

	if (n) {
		chunk = min(key->chunk, first_difference(key, n, v6));
		if (chunk < n->chunk)
			return split(txn, slot, n, key, chunk, value);
		if (n->chunk == key->chunk)
			return node_reshape(txn, slot, node_ext(n, v6), key_index(key), value) ?
			       0 : -ENOMEM;
	}

	leaf = leaf_new(txn, key, value);
	if (!leaf)
		return -ENOMEM;
	if (n) {
		n = node_reshape(txn, slot, node_ext(n, v6) | BIT_ULL(s), 0, VPC_LPM_NONE);
		if (!n) {
			node_drop(txn, leaf);
			return -ENOMEM;
		}
		slot = node_child(n, s, v6);
	}
	node_assign(slot, leaf);
	return 0;
}

/* The prefix exists. Leaves no empty node, and none with one child and no prefix. */
static int erase(struct vpc_lpm_txn *txn, const struct vpc_lpm_key *key)
{
	struct vpc_lpm_node *n = writer_deref(txn->lpm, txn->root), *parent = NULL, *stop, *rest;
	struct vpc_lpm_ref __rcu **slot;
	bool v6 = is_v6(txn->lpm);
	u8 index = key_index(key);
	u64 ext, left;

	for (; n->chunk < key->chunk; n = writer_deref(txn->lpm, *slot)) {
		slot = node_child(n, key_value(key, n->chunk), v6);
		parent = n;
	}

	/* A leaf goes from its parent; anything else happens in the node itself. */
	stop = n;
	ext = node_ext(n, v6);
	left = n->intb & ~(BIT_ULL(index) | ONE_VALUE);
	if (!ext && !left && parent) {
		stop = parent;
		ext = node_ext(parent, v6) & ~BIT_ULL(key_value(key, parent->chunk));
		left = parent->intb;
		index = 0;
	}
	slot = txn_slot(txn, key, stop);
	if (!slot)
		return -ENOMEM;
	if (left || hweight64(ext) > 1) {
		if (!node_reshape(txn, slot, ext, index, VPC_LPM_NONE))
			return -ENOMEM;
	} else {
		rest = ext ? writer_deref(txn->lpm, *node_child(stop, __ffs64(ext), v6)) : NULL;
		node_assign(slot, rest);
		node_drop(txn, stop);
	}
	if (stop != n)
		node_drop(txn, n);
	return 0;
}

/**
 * vpc_lpm_begin() - start a transaction
 * @txn: the transaction
 * @lpm: the table
 * @empty: start from nothing: the commit replaces the whole table
 *
 * Context: the table's lock held, until the commit or the abort.
 * Return: 0. Callers check for errors so that it may allocate one day.
 */
int vpc_lpm_begin(struct vpc_lpm_txn *txn, struct vpc_lpm *lpm, bool empty)
{
	lockdep_assert_held(lpm->lock);
	memset(txn, 0, sizeof(*txn));
	txn->lpm = lpm;
	txn->empty = empty;
	lpm->generation++;
	if (!empty) {
		node_assign(&txn->root, writer_deref(lpm, lpm->root));
		txn->bytes = lpm->bytes;
		txn->count = lpm->count;
		txn->nodes = lpm->nodes;
	}
	return 0;
}

static int txn_key(const struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix,
		   struct vpc_lpm_key *key)
{
	lockdep_assert_held(txn->lpm->lock);
	if (prefix->len > txn->lpm->bits)
		return -EINVAL;
	key_from_prefix(key, prefix, is_v6(txn->lpm));
	return key_valid(key) ? 0 : -EINVAL;
}

/**
 * vpc_lpm_set() - add a prefix or replace its value
 * @txn: the transaction
 * @prefix: the prefix
 * @value: its value, not VPC_LPM_NONE
 * @old: set to the previous value, or VPC_LPM_NONE
 *
 * A call that fails changes nothing in the version under construction.
 *
 * Context: the table's lock held. May sleep.
 * Return: 0, -EINVAL (length, bits past the length, value), -ENOMEM.
 */
int vpc_lpm_set(struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix, u32 value, u32 *old)
{
	struct vpc_lpm_key key;
	int err;

	err = txn_key(txn, prefix, &key);
	if (err)
		return err;
	if (value == VPC_LPM_NONE)
		return -EINVAL;
	*old = vpc_lpm_find(txn->lpm, writer_deref(txn->lpm, txn->root), &key);
	if (*old == value)
		return 0;
	err = insert(txn, &key, value);
	if (!err && *old == VPC_LPM_NONE)
		txn->count++;
	return err;
}

/**
 * vpc_lpm_del() - remove a prefix
 * @txn: the transaction
 * @prefix: the prefix
 * @old: set to the value that it had
 *
 * A call that fails changes nothing in the version under construction.
 *
 * Context: the table's lock held. May sleep.
 * Return: 0, -EINVAL (length, bits past the length), -ENOENT, -ENOMEM.
 */
int vpc_lpm_del(struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix, u32 *old)
{
	struct vpc_lpm_key key;
	int err;

	err = txn_key(txn, prefix, &key);
	if (err)
		return err;
	*old = vpc_lpm_find(txn->lpm, writer_deref(txn->lpm, txn->root), &key);
	if (*old == VPC_LPM_NONE)
		return -ENOENT;
	err = erase(txn, &key);
	if (!err)
		txn->count--;
	return err;
}

static void drop_whole(struct vpc_lpm_node *root, bool v6)
{
	if (!root)
		return;
	root->whole = v6 ? WHOLE_V6 : WHOLE_V4;
	vpc_lpm_gc_add(root, root);
}

/**
 * vpc_lpm_commit() - publish the new version
 * @txn: the transaction, which is over
 *
 * Packets that look up from now on see all of the transaction. It does not wait for those that are
 * on their way; what the old version alone used is freed when they are through.
 *
 * Context: the table's lock held. Cannot fail.
 */
void vpc_lpm_commit(struct vpc_lpm_txn *txn)
{
	struct vpc_lpm *lpm = txn->lpm;
	struct vpc_lpm_node *old = writer_deref(lpm, lpm->root);

	lockdep_assert_held(lpm->lock);
	node_assign(&lpm->root, writer_deref(lpm, txn->root));
	lpm->bytes = txn->bytes;
	lpm->count = txn->count;
	lpm->nodes = txn->nodes;
	if (txn->garbage)
		vpc_lpm_gc_add(txn->garbage, txn->garbage_last);
	if (txn->empty)
		drop_whole(old, is_v6(lpm));
}

/**
 * vpc_lpm_abort() - forget the new version
 * @txn: the transaction, which is over
 *
 * No reader has seen what the transaction made, so it is freed at once.
 *
 * Context: the table's lock held. May sleep.
 */
void vpc_lpm_abort(struct vpc_lpm_txn *txn)
{
	struct vpc_lpm *lpm = txn->lpm;
	struct vpc_lpm_node *n, *child, *list = NULL;
	struct vpc_lpm_ref __rcu **children;
	u64 own = lpm->generation;
	unsigned int i, count;
	bool v6 = is_v6(lpm);

	lockdep_assert_held(lpm->lock);

	/* The published nodes stay in use, and must never look like a later transaction's own. */
	while (txn->garbage) {
		n = txn->garbage;
		txn->garbage = n->gc;
		n->owner = 0;
	}

	/* A node is reached through copies only if it is one, so shared parts end the descent. */
	n = writer_deref(lpm, txn->root);
	if (n && n->owner == own) {
		n->gc = NULL;
		list = n;
	}
	while (list) {
		n = list;
		list = n->gc;
		children = node_children(n, v6);
		count = child_count(n, v6);
		for (i = 0; i < count; i++) {
			child = writer_deref(lpm, children[i]);
			if (child->owner != own)
				continue;
			child->gc = list;
			list = child;
		}
		kfree(n);
		cond_resched();
	}
}

/**
 * vpc_lpm_remove() - remove one prefix, for callers that cannot fail
 * @lpm: the table
 * @prefix: a prefix of it
 *
 * Removing copies a node or two. Where what the prefix leads to goes away by
 * itself, as a device does, nobody could act on an error.
 *
 * Context: the table's lock held, no transaction open. May sleep.
 */
void vpc_lpm_remove(struct vpc_lpm *lpm, const struct vpc_lpm_prefix *prefix)
{
	struct vpc_lpm_txn txn;
	u32 old;

	WARN_ON(vpc_lpm_begin(&txn, lpm, false));
	txn.must = true;
	WARN_ON(vpc_lpm_del(&txn, prefix, &old));
	vpc_lpm_commit(&txn);
}

/**
 * vpc_lpm_init() - make an empty table
 * @lpm: the table
 * @bits: 32 for IPv4, 128 for IPv6
 * @lock: the mutex that its writers hold
 */
void vpc_lpm_init(struct vpc_lpm *lpm, u8 bits, struct mutex *lock)
{
	memset(lpm, 0, sizeof(*lpm));
	lpm->bits = bits;
	lpm->lock = lock;
}

/**
 * vpc_lpm_destroy() - empty a table for good
 * @lpm: the table; its own memory stays the caller's, for a grace period at least
 *
 * Context: the table's lock held, no transaction open. Does not wait for readers.
 */
void vpc_lpm_destroy(struct vpc_lpm *lpm)
{
	struct vpc_lpm_node *old = writer_deref(lpm, lpm->root);

	lockdep_assert_held(lpm->lock);
	RCU_INIT_POINTER(lpm->root, NULL);
	lpm->bytes = 0;
	lpm->count = 0;
	lpm->nodes = 0;
	drop_whole(old, is_v6(lpm));
}
