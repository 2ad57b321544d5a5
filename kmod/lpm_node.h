/* SPDX-License-Identifier: GPL-2.0 */
/* The nodes of the trie and how to read them: for lpm*.c only. */
#ifndef _VPC_LPM_NODE_H
#define _VPC_LPM_NODE_H

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "lpm.h"

#define STRIDE		6
#define FANOUT		64	/* 1 << STRIDE */
#define NO_CHUNK	23	/* past the last chunk of IPv6 */

/*
 * An address as chunks: w[0] holds chunks 0 (one bit) to 10, w[1] chunks 11 to 20, w[2] chunks 21
 * and 22, each word right-aligned. No chunk straddles words, so that one XOR and one shift both
 * compare the bits before a chunk and extract it. IPv4 uses chunks 0 to 6. The last chunk of both
 * families has one address bit, padded with zeros.
 */
struct vpc_lpm_key {
	u64 w[3];
	u8 chunk;	/* where the prefix ends */
	u8 rel;		/* its relative length there */
};

/**
 * struct vpc_lpm_node - one block of memory per node
 * @intb: bits 1 to 63: prefixes, heap-indexed; bit 0: they have all the same value, stored once
 * @owner: the transaction that made it; writers only
 * @gc: next one to be freed; writers only
 * @chunk: number of the chunk
 * @leaf: there are no children, and no word that says which
 * @shift: the chunk's lowest bit in its word of struct vpc_lpm_key
 * @whole: garbage together with everything below; writers only
 * @tail: IPv4: the address bits before the chunk; IPv6: w[2] of them
 * @body: IPv6: w[0] and w[1] of the address bits before the chunk. Then, of both families and
 *	unless it is a leaf: a word whose bit s says that there is a child for chunk value s, and
 *	the children. Then the values of the prefixes as u32.
 *
 * What lies close together mostly leads to the same place: with its values stored once, an IPv4
 * leaf takes 28 bytes, and two of them share a cache line. Most nodes of a large table are
 * such ones.
 */
struct vpc_lpm_node {
	u64 intb;
	union {
		u64 owner;
		struct vpc_lpm_node *gc;
	};
	u8 chunk;
	u8 leaf;
	u8 shift;
	u8 whole;
	u32 tail;
	u64 body[];
};

/* See vpc_lpm_node::intb. No prefix has this bit, and none of the masks that look for one. */
#define ONE_VALUE 1ULL

/* A chunk value beyond this means that bits before the chunk differ. */
#define MAX_CHUNK_VALUE ((u64)FANOUT - 1)

static inline bool is_v6(const struct vpc_lpm *lpm)
{
	return lpm->bits == 128;
}

static inline u8 chunk_word(u8 chunk)
{
	return chunk <= 10 ? 0 : chunk <= 20 ? 1 : 2;
}

static inline u8 chunk_shift(u8 chunk)
{
	static const u8 last[] = { 10, 20, 22 };

	return (last[chunk_word(chunk)] - chunk) * STRIDE;
}

static inline u8 key_value(const struct vpc_lpm_key *key, u8 chunk)
{
	return (key->w[chunk_word(chunk)] >> chunk_shift(chunk)) & MAX_CHUNK_VALUE;
}

/* The builtins, as memcpy() is a call in User-Mode Linux, whatever the size. */
static __always_inline void key_from_addr(struct vpc_lpm_key *key, const u8 *addr, bool v6)
{
	__be64 hi, lo;
	__be32 v4;

	if (!v6) {
		__builtin_memcpy(&v4, addr, sizeof(v4));
		key->w[0] = (u64)be32_to_cpu(v4) << 29;
		key->w[1] = 0;
		key->w[2] = 0;
		return;
	}
	__builtin_memcpy(&hi, addr, sizeof(hi));
	__builtin_memcpy(&lo, addr + sizeof(hi), sizeof(lo));
	key->w[0] = be64_to_cpu(hi) >> 3;
	key->w[1] = (be64_to_cpu(hi) & 7) << 57 | be64_to_cpu(lo) >> 7;
	key->w[2] = (be64_to_cpu(lo) & 0x7f) << 5;
}

static inline void key_from_prefix(struct vpc_lpm_key *key, const struct vpc_lpm_prefix *prefix,
				   bool v6)
{
	key_from_addr(key, prefix->addr, v6);
	key->chunk = (prefix->len + STRIDE - 1) / STRIDE;
	key->rel = (prefix->len + STRIDE - 1) % STRIDE;
}

/* The index of the key's prefix among the prefixes of the node where it ends. */
static inline u8 key_index(const struct vpc_lpm_key *key)
{
	return 1 << key->rel | key_value(key, key->chunk) >> (STRIDE - key->rel);
}

/* Below the chunk the key must be zero, or it would make a second name for one prefix. */
static inline bool key_valid(const struct vpc_lpm_key *key)
{
	u8 word = chunk_word(key->chunk);
	u64 host = key->w[word] << 1 << (63 - chunk_shift(key->chunk) - (STRIDE - key->rel));
	u8 i;

	for (i = word + 1; i < ARRAY_SIZE(key->w); i++)
		host |= key->w[i];
	return !host;
}

/*
 * hweight64() is one instruction on x86, patched in at boot. User-Mode Linux
 * patches nothing: Kbuild tells the compiler that the instruction is there.
 */
static __always_inline unsigned int count_bits(u64 map)
{
#ifdef __POPCNT__
	return __builtin_popcountll(map);
#else
	return hweight64(map);
#endif
}

/* Which children a node has that is no leaf. */
static __always_inline u64 *node_map(const struct vpc_lpm_node *n, bool v6)
{
	return (u64 *)&n->body[v6 ? 2 : 0];
}

static inline u64 node_ext(const struct vpc_lpm_node *n, bool v6)
{
	return n->leaf ? 0 : *node_map(n, v6);
}

static inline unsigned int child_count(const struct vpc_lpm_node *n, bool v6)
{
	return hweight64(node_ext(n, v6));
}

/* Of a leaf: not to be followed. */
static __always_inline struct vpc_lpm_ref __rcu **
node_children(const struct vpc_lpm_node *n, bool v6)
{
	return (struct vpc_lpm_ref __rcu **)(node_map(n, v6) + 1);
}

static __always_inline u32 *leaf_values(const struct vpc_lpm_node *n, bool v6)
{
	return (u32 *)node_map(n, v6);
}

static __always_inline u32 *inner_values(const struct vpc_lpm_node *n, bool v6)
{
	return (u32 *)(node_children(n, v6) + count_bits(*node_map(n, v6)));
}

static inline u32 *node_values(const struct vpc_lpm_node *n, bool v6)
{
	return n->leaf ? leaf_values(n, v6) : inner_values(n, v6);
}

static __always_inline unsigned int rank(u64 map, u8 bit)
{
	return count_bits(map & (BIT_ULL(bit) - 1));
}

/* Of a node that has this child. */
static __always_inline struct vpc_lpm_ref __rcu **
node_child(const struct vpc_lpm_node *n, u8 s, bool v6)
{
	return node_children(n, v6) + rank(*node_map(n, v6), s);
}

/* Where the value of a prefix is among those of its node. */
static __always_inline unsigned int value_rank(u64 intb, u8 index)
{
	u32 many = (intb & ONE_VALUE) - 1;

	return rank(intb, index) & many;
}

static inline u32 *node_value(const struct vpc_lpm_node *n, u8 index, bool v6)
{
	return node_values(n, v6) + value_rank(n->intb, index);
}

static inline void node_key(const struct vpc_lpm_node *n, struct vpc_lpm_key *key, bool v6)
{
	key->w[0] = v6 ? n->body[0] : (u64)n->tail << 29;
	key->w[1] = v6 ? n->body[1] : 0;
	key->w[2] = v6 ? n->tail : 0;
}

/* The key's value of the node's chunk, or more than MAX_CHUNK_VALUE if bits before it differ. */
static __always_inline u64 node_diff(const struct vpc_lpm_node *n, const struct vpc_lpm_key *key,
				     bool v6)
{
	if (!v6)
		return (key->w[0] ^ (u64)n->tail << 29) >> n->shift;
	if (!chunk_word(n->chunk))
		return (key->w[0] ^ n->body[0]) >> n->shift;
	if (key->w[0] != n->body[0])
		return U64_MAX;
	if (chunk_word(n->chunk) == 1)
		return (key->w[1] ^ n->body[1]) >> n->shift;
	if (key->w[1] != n->body[1])
		return U64_MAX;
	return (key->w[2] ^ n->tail) >> n->shift;
}

/*
 * What leads to nodes, in tables and in other nodes: the address, and in the lowest bit whether it
 * is a leaf. Packets know then, before the node comes from memory, that nothing behind its first
 * bytes is needed.
 */
#define LEAF	1UL

static __always_inline bool ref_leaf(const struct vpc_lpm_ref *ref)
{
	return (unsigned long)ref & LEAF;
}

static __always_inline struct vpc_lpm_node *ref_node(const struct vpc_lpm_ref *ref)
{
	return (struct vpc_lpm_node *)((unsigned long)ref & ~LEAF);
}

/* Readers may also hold the lock of writers instead of being in an RCU section. */
#define reader_ref(lpm, p) rcu_dereference_check(p, lockdep_is_held((lpm)->lock))
#define reader_deref(lpm, p) ref_node(reader_ref(lpm, p))
#define writer_deref(lpm, p) ref_node(rcu_dereference_protected(p, lockdep_is_held((lpm)->lock)))

static inline void node_assign(struct vpc_lpm_ref __rcu **slot, const struct vpc_lpm_node *n)
{
	unsigned long ref = (unsigned long)n;

	if (n && n->leaf)
		ref |= LEAF;
	rcu_assign_pointer(*slot, (struct vpc_lpm_ref *)ref);
}

u32 vpc_lpm_find(const struct vpc_lpm *lpm, const struct vpc_lpm_node *n,
		 const struct vpc_lpm_key *key);

/* @whole does not say the family: nodes of both kinds meet in one list. */
#define WHOLE_V4	1
#define WHOLE_V6	2

void vpc_lpm_gc_add(struct vpc_lpm_node *first, struct vpc_lpm_node *last);

#endif /* _VPC_LPM_NODE_H */
