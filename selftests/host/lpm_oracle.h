/* SPDX-License-Identifier: GPL-2.0 */
/* What a table should hold: a list, searched bit by bit. Shares no idea with the trie. */
#ifndef _LPM_ORACLE_H
#define _LPM_ORACLE_H

#include "lpm.h"
#include "shim.h"

#define ORACLE_MAX 1024

struct oracle {
	int n;
	struct vpc_lpm_prefix prefix[ORACLE_MAX];
	u32 value[ORACLE_MAX];
};

static inline bool addr_bit(const u8 *addr, int i)
{
	return addr[i / 8] & 0x80 >> i % 8;
}

static inline void addr_set_bit(u8 *addr, int i, bool v)
{
	addr[i / 8] = (addr[i / 8] & ~(0x80 >> i % 8)) | (v ? 0x80 >> i % 8 : 0);
}

static inline void prefix_trim(struct vpc_lpm_prefix *p)
{
	int i;

	for (i = p->len; i < 128; i++)
		addr_set_bit(p->addr, i, false);
}

static inline bool prefix_covers(const struct vpc_lpm_prefix *p, const u8 *addr)
{
	int i;

	for (i = 0; i < p->len; i++)
		if (addr_bit(p->addr, i) != addr_bit(addr, i))
			return false;
	return true;
}

static inline int prefix_cmp(const struct vpc_lpm_prefix *a, const struct vpc_lpm_prefix *b)
{
	int c = memcmp(a->addr, b->addr, sizeof(a->addr));

	return c ? c : a->len - b->len;
}

static inline int oracle_find(const struct oracle *o, const struct vpc_lpm_prefix *p)
{
	int i;

	for (i = 0; i < o->n; i++)
		if (!prefix_cmp(&o->prefix[i], p))
			return i;
	return -1;
}

static inline u32 oracle_get(const struct oracle *o, const struct vpc_lpm_prefix *p)
{
	int i = oracle_find(o, p);

	return i < 0 ? VPC_LPM_NONE : o->value[i];
}

static inline void oracle_set(struct oracle *o, const struct vpc_lpm_prefix *p, u32 value)
{
	int i = oracle_find(o, p);

	if (i < 0) {
		shim_assert(o->n < ORACLE_MAX);
		i = o->n++;
		o->prefix[i] = *p;
	}
	o->value[i] = value;
}

static inline void oracle_del(struct oracle *o, const struct vpc_lpm_prefix *p)
{
	int i = oracle_find(o, p);

	if (i < 0)
		return;
	o->n--;
	o->prefix[i] = o->prefix[o->n];
	o->value[i] = o->value[o->n];
}

static inline u32 oracle_lookup(const struct oracle *o, const u8 *addr, u8 *len)
{
	int i, best = -1;

	for (i = 0; i < o->n; i++)
		if ((best < 0 || o->prefix[i].len > o->prefix[best].len) &&
		    prefix_covers(&o->prefix[i], addr))
			best = i;
	if (best < 0)
		return VPC_LPM_NONE;
	*len = o->prefix[best].len;
	return o->value[best];
}

/* The next one behind @p (NULL: the first one), or -1. */
static inline int oracle_next(const struct oracle *o, const struct vpc_lpm_prefix *p)
{
	int i, best = -1;

	for (i = 0; i < o->n; i++)
		if ((!p || prefix_cmp(&o->prefix[i], p) > 0) &&
		    (best < 0 || prefix_cmp(&o->prefix[i], &o->prefix[best]) < 0))
			best = i;
	return best;
}

#endif /* _LPM_ORACLE_H */
