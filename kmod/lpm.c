// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Longest prefix match
 *
 * A multibit trie. A node covers a chunk of 6 address bits. It holds the prefixes that end inside
 * its chunk (relative length 0 to 5) as a bitmap over a binary heap: the prefix of relative length
 * l and value v is bit (1 << l) + v of @intb. Children are a bitmap over the 64 values of the
 * chunk. Only what exists takes memory: the rank of a bit is the index in a packed array.
 * Prefixes stay where they end: nothing is pushed down to leaves, so an update touches one node.
 *
 * The first chunk has one bit only. With boundaries at 1, 7, 13, 19 the common lengths /24, /16,
 * /22 of IPv4 (and /48, /56, /64 of IPv6) fall inside chunks and share nodes; with boundaries at
 * 0, 6, 12, 18, 24 each /24 would be a node of its own.
 *
 * Nodes that would hold one child and no prefix do not exist. A node therefore stores all address
 * bits before its chunk, and a lookup compares them. Storing all, not only the skipped ones, means
 * that a node need not change when something is inserted or removed above it. The shape of a trie
 * depends on its contents only, not on their history.
 *
 * Prefixes that lie close together mostly have the same value, as they lead to the same next hop. A
 * node whose prefixes all have one stores it once. A node without children stores nothing of them,
 * and is known by the pointer to it.
 *
 * Published nodes never change for readers. A transaction copies what it changes and the way from
 * the root to it, and shares the rest; its own copies it may change freely until they are
 * published by one store to the root.
 */

#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "lpm_node.h"

/* The prefixes of a node that cover chunk value s: the bits (64 + s) >> k for k = 1 to 6. */
static const u64 cover[FANOUT] = {
	0x0000000100010116ULL, 0x0000000100010116ULL, 0x0000000200010116ULL, 0x0000000200010116ULL,
	0x0000000400020116ULL, 0x0000000400020116ULL, 0x0000000800020116ULL, 0x0000000800020116ULL,
	0x0000001000040216ULL, 0x0000001000040216ULL, 0x0000002000040216ULL, 0x0000002000040216ULL,
	0x0000004000080216ULL, 0x0000004000080216ULL, 0x0000008000080216ULL, 0x0000008000080216ULL,
	0x0000010000100426ULL, 0x0000010000100426ULL, 0x0000020000100426ULL, 0x0000020000100426ULL,
	0x0000040000200426ULL, 0x0000040000200426ULL, 0x0000080000200426ULL, 0x0000080000200426ULL,
	0x0000100000400826ULL, 0x0000100000400826ULL, 0x0000200000400826ULL, 0x0000200000400826ULL,
	0x0000400000800826ULL, 0x0000400000800826ULL, 0x0000800000800826ULL, 0x0000800000800826ULL,
	0x000100000100104aULL, 0x000100000100104aULL, 0x000200000100104aULL, 0x000200000100104aULL,
	0x000400000200104aULL, 0x000400000200104aULL, 0x000800000200104aULL, 0x000800000200104aULL,
	0x001000000400204aULL, 0x001000000400204aULL, 0x002000000400204aULL, 0x002000000400204aULL,
	0x004000000800204aULL, 0x004000000800204aULL, 0x008000000800204aULL, 0x008000000800204aULL,
	0x010000001000408aULL, 0x010000001000408aULL, 0x020000001000408aULL, 0x020000001000408aULL,
	0x040000002000408aULL, 0x040000002000408aULL, 0x080000002000408aULL, 0x080000002000408aULL,
	0x100000004000808aULL, 0x100000004000808aULL, 0x200000004000808aULL, 0x200000004000808aULL,
	0x400000008000808aULL, 0x400000008000808aULL, 0x800000008000808aULL, 0x800000008000808aULL,
};

static void key_to_prefix(const struct vpc_lpm_key *key, struct vpc_lpm_prefix *prefix, bool v6)
{
	__be64 hi = cpu_to_be64(key->w[0] << 3 | key->w[1] >> 57);
	__be64 lo = cpu_to_be64(key->w[1] << 7 | key->w[2] >> 5);

	memset(prefix, 0, sizeof(*prefix));
	memcpy(prefix->addr, &hi, v6 ? sizeof(hi) : sizeof(__be32));
	if (v6)
		memcpy(prefix->addr + sizeof(hi), &lo, sizeof(lo));
	prefix->len = key->chunk * STRIDE + key->rel + 1 - STRIDE;
}

/* The value of the longest of the prefixes @m of a node. */
static __always_inline u32 longest(const struct vpc_lpm_node *n, u64 m, const u32 *values, u8 *len)
{
	u8 index = fls64(m) - 1;

	if (len)
		*len = n->chunk * STRIDE + fls(index) - STRIDE;
	return values[value_rank(n->intb, index)];
}

static __always_inline u32 lookup(const struct vpc_lpm *lpm, const struct vpc_lpm_key *key,
				  bool v6, u8 *len)
{
	const struct vpc_lpm_ref *ref = reader_ref(lpm, lpm->root);
	const struct vpc_lpm_node *n, *best = NULL;
	u64 s, m, best_m = 0;
	u8 guess = 63;

	while (ref && !ref_leaf(ref)) {
		n = ref_node(ref);
		/*
		 * Two cache lines, of which the second would wait for the first: where
		 * children are many, the one for the next chunk is about here.
		 */
		if (!v6)
			__builtin_prefetch(&n->body[1 + ((key->w[0] >> guess) & MAX_CHUNK_VALUE)]);
		s = node_diff(n, key, v6);
		guess = n->shift - STRIDE;
		if (s > MAX_CHUNK_VALUE)
			goto out;
		m = n->intb & cover[s];
		if (m) {
			best = n;
			best_m = m;
		}
		if (!(*node_map(n, v6) & BIT_ULL(s)))
			goto out;
		ref = reader_ref(lpm, *node_child(n, s, v6));
	}
	if (ref) {
		n = ref_node(ref);
		s = node_diff(n, key, v6);
		if (s <= MAX_CHUNK_VALUE) {
			m = n->intb & cover[s];
			if (m)
				return longest(n, m, leaf_values(n, v6), len);
		}
	}
out:
	return best ? longest(best, best_m, inner_values(best, v6), len) : VPC_LPM_NONE;
}

/**
 * vpc_lpm_lookup4() - the value of the longest prefix that covers an IPv4 address
 * @lpm: a table of 32 bits
 * @addr: the address
 *
 * Context: RCU read side, or the table's lock held.
 * Return: the value, or VPC_LPM_NONE.
 */
u32 vpc_lpm_lookup4(const struct vpc_lpm *lpm, __be32 addr)
{
	struct vpc_lpm_key key;

	key_from_addr(&key, (const u8 *)&addr, false);
	return lookup(lpm, &key, false, NULL);
}

/**
 * vpc_lpm_lookup6() - the value of the longest prefix that covers an IPv6 address
 * @lpm: a table of 128 bits
 * @addr: the address
 *
 * Context: RCU read side, or the table's lock held.
 * Return: the value, or VPC_LPM_NONE.
 */
u32 vpc_lpm_lookup6(const struct vpc_lpm *lpm, const struct in6_addr *addr)
{
	struct vpc_lpm_key key;

	key_from_addr(&key, addr->s6_addr, true);
	return lookup(lpm, &key, true, NULL);
}

/**
 * vpc_lpm_match() - look up in a table of either family and say which prefix it was
 * @lpm: the table
 * @addr: address in network order, 4 or 16 bytes as the table has it
 * @len: set to the length of the prefix, if one matched
 *
 * Context: RCU read side, or the table's lock held.
 * Return: the value, or VPC_LPM_NONE.
 */
u32 vpc_lpm_match(const struct vpc_lpm *lpm, const u8 *addr, u8 *len)
{
	struct vpc_lpm_key key;

	key_from_addr(&key, addr, is_v6(lpm));
	return lookup(lpm, &key, is_v6(lpm), len);
}

/* Exactly this prefix, in any version of the table. */
u32 vpc_lpm_find(const struct vpc_lpm *lpm, const struct vpc_lpm_node *n,
		 const struct vpc_lpm_key *key)
{
	bool v6 = is_v6(lpm);
	u64 s;

	for (; n && n->chunk <= key->chunk; n = reader_deref(lpm, *node_child(n, s, v6))) {
		s = node_diff(n, key, v6);
		if (s > MAX_CHUNK_VALUE)
			break;
		if (n->chunk == key->chunk) {
			u8 index = key_index(key);

			return n->intb & BIT_ULL(index) ? *node_value(n, index, v6) : VPC_LPM_NONE;
		}
		if (!(node_ext(n, v6) & BIT_ULL(s)))
			break;
	}
	return VPC_LPM_NONE;
}

static u32 get(const struct vpc_lpm *lpm, const struct vpc_lpm_node *root,
	       const struct vpc_lpm_prefix *prefix)
{
	struct vpc_lpm_key key;

	if (prefix->len > lpm->bits)
		return VPC_LPM_NONE;
	key_from_prefix(&key, prefix, is_v6(lpm));
	return key_valid(&key) ? vpc_lpm_find(lpm, root, &key) : VPC_LPM_NONE;
}

/**
 * vpc_lpm_get() - the value of exactly this prefix
 * @lpm: the table
 * @prefix: the prefix
 *
 * Context: RCU read side, or the table's lock held.
 * Return: the value, or VPC_LPM_NONE.
 */
u32 vpc_lpm_get(const struct vpc_lpm *lpm, const struct vpc_lpm_prefix *prefix)
{
	return get(lpm, reader_deref(lpm, lpm->root), prefix);
}

/*
 * Order by (address, length) inside a node is order by (s, l): s is the prefix left-aligned to a
 * chunk value, l its relative length. A child is an entry of length STRIDE: all that is below it
 * starts with s and is longer than what the node has there.
 */
struct position {
	const struct vpc_lpm_node *node;
	u8 s;
	u8 l;
};

/* The first entry of the node behind (s, l). l = -1: at or behind s, whatever its length. */
static bool node_next(const struct vpc_lpm_node *n, u8 s, int l, struct position *pos, bool v6)
{
	u64 ext = node_ext(n, v6);
	unsigned int best = UINT_MAX;
	int i;

	for (i = 0; i <= STRIDE; i++) {
		unsigned int step = 1 << (STRIDE - i);
		unsigned int v = i > l ? (s + step - 1) / step : s / step + 1;
		u64 map = ext;

		if (v >> i)
			continue;
		if (i < STRIDE)
			map = (n->intb >> (1 << i)) & (BIT_ULL(1 << i) - 1);
		map >>= v;
		if (map)
			best = min_t(unsigned int, best, (v + __ffs64(map)) * step << 3 | i);
	}
	if (best == UINT_MAX)
		return false;
	pos->node = n;
	pos->s = best >> 3;
	pos->l = best & 7;
	return true;
}

static bool key_behind(const struct vpc_lpm_key *a, const struct vpc_lpm_key *b)
{
	u8 i;

	for (i = 0; i < ARRAY_SIZE(a->w); i++)
		if (a->w[i] != b->w[i])
			return a->w[i] > b->w[i];
	return true;
}

static u32 walk(const struct vpc_lpm *lpm, const struct vpc_lpm_node *n,
		struct vpc_lpm_prefix *prefix, bool first)
{
	struct position pos = {};
	bool v6 = is_v6(lpm);
	struct vpc_lpm_key key, at;

	if (first)
		memset(prefix, 0, sizeof(*prefix));
	if (prefix->len > lpm->bits)
		return VPC_LPM_NONE;
	key_from_prefix(&key, prefix, v6);

	/*
	 * Go down to where the last prefix is or was. What is behind it deeper down comes before
	 * what is behind it further up, so the last one found wins.
	 */
	while (n) {
		u64 s = node_diff(n, &key, v6);

		if (n->chunk > key.chunk || s > MAX_CHUNK_VALUE) {
			node_key(n, &at, v6);
			if (key_behind(&at, &key))
				node_next(n, 0, -1, &pos, v6);
			break;
		}
		if (n->chunk == key.chunk) {
			node_next(n, s, first ? -1 : key.rel, &pos, v6);
			break;
		}
		node_next(n, s, STRIDE, &pos, v6);
		if (!(node_ext(n, v6) & BIT_ULL(s)))
			break;
		n = reader_deref(lpm, *node_child(n, s, v6));
	}
	if (!pos.node)
		return VPC_LPM_NONE;
	while (pos.l == STRIDE)
		if (!node_next(reader_deref(lpm, *node_child(pos.node, pos.s, v6)), 0, -1, &pos,
			       v6))
			return VPC_LPM_NONE;

	node_key(pos.node, &at, v6);
	at.chunk = pos.node->chunk;
	at.rel = pos.l;
	at.w[chunk_word(pos.node->chunk)] |= (u64)pos.s << pos.node->shift;
	key_to_prefix(&at, prefix, v6);
	return *node_value(pos.node, key_index(&at), v6);
}

/**
 * vpc_lpm_next() - walk in the order of (address, length)
 * @lpm: the table
 * @prefix: the last prefix seen, which need not exist any more; set to the next one
 * @first: start from the beginning, whatever @prefix is
 *
 * A step costs a walk from the root, so a dump can stop anywhere and hold nothing meanwhile.
 *
 * Context: RCU read side, or the table's lock held.
 * Return: the value of the next prefix, or VPC_LPM_NONE behind the last one.
 */
u32 vpc_lpm_next(const struct vpc_lpm *lpm, struct vpc_lpm_prefix *prefix, bool first)
{
	return walk(lpm, reader_deref(lpm, lpm->root), prefix, first);
}

/**
 * vpc_lpm_txn_get() - vpc_lpm_get() in the version under construction
 * @txn: the transaction
 * @prefix: the prefix
 *
 * Context: the table's lock held.
 * Return: the value, or VPC_LPM_NONE.
 */
u32 vpc_lpm_txn_get(const struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix)
{
	return get(txn->lpm, writer_deref(txn->lpm, txn->root), prefix);
}

/**
 * vpc_lpm_txn_next() - vpc_lpm_next() in the version under construction
 * @txn: the transaction
 * @prefix: the last prefix seen; set to the next one
 * @first: start from the beginning, whatever @prefix is
 *
 * Context: the table's lock held.
 * Return: the value of the next prefix, or VPC_LPM_NONE behind the last one.
 */
u32 vpc_lpm_txn_next(const struct vpc_lpm_txn *txn, struct vpc_lpm_prefix *prefix, bool first)
{
	return walk(txn->lpm, writer_deref(txn->lpm, txn->root), prefix, first);
}
