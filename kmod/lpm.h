/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest prefix match for IPv4 and IPv6: a map from prefixes to non-zero 32-bit values.
 *
 * Packets look up under rcu_read_lock() and see one version of a table: each transaction becomes
 * visible as a whole or not at all. Writers of one table hold the mutex that vpc_lpm_init() was
 * given, from vpc_lpm_begin() until vpc_lpm_commit() or vpc_lpm_abort().
 */
#ifndef _VPC_LPM_H
#define _VPC_LPM_H

#include <linux/compiler.h>
#include <linux/in6.h>
#include <linux/mutex.h>
#include <linux/types.h>

/* No prefix matched. Never a value of a prefix. */
#define VPC_LPM_NONE 0u

/* What leads to a node; never followed as it is. NULL: to none. See lpm_node.h. */
struct vpc_lpm_ref;
struct vpc_lpm_node;

/**
 * struct vpc_lpm - one table of one address family
 * @root: the published version; NULL when it is empty
 * @lock: held by writers
 * @generation: number of the newest transaction (guarded by @lock)
 * @bytes: memory of the nodes, as the allocator rounds it (guarded by @lock)
 * @count: number of prefixes (guarded by @lock)
 * @nodes: number of nodes (guarded by @lock)
 * @bits: 32 or 128
 */
struct vpc_lpm {
	struct vpc_lpm_ref __rcu *root;
	struct mutex *lock;		/* of the writers */
	u64 generation;
	size_t bytes;
	u32 count;
	u32 nodes;
	u8 bits;
};

/**
 * struct vpc_lpm_prefix - a prefix in network order
 * @addr: the address; IPv4 uses the first four bytes; bits past @len are zero
 * @len: prefix length
 */
struct vpc_lpm_prefix {
	u8 addr[16];
	u8 len;
};

/**
 * struct vpc_lpm_txn - a version under construction, on the stack of its writer
 * @lpm: the table that it is for
 * @root: the new version
 * @garbage: nodes of the published version that the new one does without
 * @garbage_last: the last of them
 * @bytes: as in &struct vpc_lpm, for the new version
 * @count: likewise
 * @nodes: likewise
 * @empty: the new version shares nothing with the published one
 * @must: there is nobody to tell that memory is short: wait for it
 */
struct vpc_lpm_txn {
	struct vpc_lpm *lpm;
	struct vpc_lpm_ref __rcu *root;
	struct vpc_lpm_node *garbage;
	struct vpc_lpm_node *garbage_last;
	size_t bytes;
	u32 count;
	u32 nodes;
	bool empty;
	bool must;
};

void vpc_lpm_init(struct vpc_lpm *lpm, u8 bits, struct mutex *lock);
void vpc_lpm_destroy(struct vpc_lpm *lpm);

u32 vpc_lpm_lookup4(const struct vpc_lpm *lpm, __be32 addr);
u32 vpc_lpm_lookup6(const struct vpc_lpm *lpm, const struct in6_addr *addr);
u32 vpc_lpm_match(const struct vpc_lpm *lpm, const u8 *addr, u8 *len);

u32 vpc_lpm_get(const struct vpc_lpm *lpm, const struct vpc_lpm_prefix *prefix);
u32 vpc_lpm_next(const struct vpc_lpm *lpm, struct vpc_lpm_prefix *prefix, bool first);

int __must_check vpc_lpm_begin(struct vpc_lpm_txn *txn, struct vpc_lpm *lpm, bool empty);
int __must_check vpc_lpm_set(struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix,
			     u32 value, u32 *old);
int __must_check vpc_lpm_del(struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix,
			     u32 *old);
u32 vpc_lpm_txn_get(const struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *prefix);
u32 vpc_lpm_txn_next(const struct vpc_lpm_txn *txn, struct vpc_lpm_prefix *prefix, bool first);
void vpc_lpm_remove(struct vpc_lpm *lpm, const struct vpc_lpm_prefix *prefix);
void vpc_lpm_commit(struct vpc_lpm_txn *txn);
void vpc_lpm_abort(struct vpc_lpm_txn *txn);

int __must_check vpc_lpm_module_init(void);
void vpc_lpm_module_exit(void);

#endif /* _VPC_LPM_H */
