/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the longest prefix match share. */
#ifndef _LPM_COMMON_H
#define _LPM_COMMON_H

#include "ktap.h"
#include "lpm_oracle.h"

static DEFINE_MUTEX(lock);

/* Prefixes as an adversary, or a network, would choose them. */
enum mix { NESTED, HOSTS, ANY, TAILS, BOUNDARIES, DENSE, MIXED, KINDS };
static __maybe_unused const char * const kind_names[] = {
	"nested", "host routes", "any length", "long common prefixes", "chunk boundaries", "dense",
	"mixed",
};

static __maybe_unused void random_prefix(struct vpc_lpm_prefix *p, int bits, enum mix kind)
{
	static const u8 edges[] = { 0x00, 0xff, 0x80, 0x7f, 0x01, 0xfe };
	static const u8 base[16] = {
		10, 0x9a, 0x55, 0xaa, 0x20, 0x01, 0x0d, 0xb8,
		0xff, 0, 0x80, 0x01, 0x33, 0xcc, 0x0f, 0xf0,
	};
	int i;

	memset(p, 0, sizeof(*p));
	if (kind == MIXED)
		kind = below(MIXED);
	for (i = 0; i < bits / 8; i++)
		p->addr[i] = rnd();
	switch (kind) {
	case NESTED:
		p->len = below(bits + 1);
		memcpy(p->addr, base, bits / 8);
		for (i = 0; i < 2 && p->len; i++)
			if (below(2))
				addr_set_bit(p->addr, p->len - 1 - below(min(p->len, 8)), below(2));
		break;
	case HOSTS:
		p->len = bits;
		break;
	case TAILS:
		memcpy(p->addr, base, bits / 8 - 1);
		p->len = bits - below(10);
		if (!below(8))
			p->addr[below(bits / 8)] ^= 1 << below(8);
		break;
	case BOUNDARIES:
		p->len = min(bits, max(0, 1 + 6 * (int)below(bits / 6 + 1) - 1 + (int)below(3)));
		for (i = 0; i < bits / 8; i++)
			p->addr[i] = edges[below(below(4) ? 2 : sizeof(edges))];
		break;
	case DENSE:
		i = below(bits - 8);
		i -= i % 40;
		p->len = i + below(9);
		memcpy(p->addr, base, i / 8);
		break;
	default:
		p->len = below(bits + 1);
	}
	prefix_trim(p);
}

static __maybe_unused u32 lookup(const struct vpc_lpm *lpm, const u8 *addr)
{
	struct in6_addr v6;
	__be32 v4;
	u32 value;

	rcu_read_lock();
	if (lpm->bits == 32) {
		memcpy(&v4, addr, sizeof(v4));
		value = vpc_lpm_lookup4(lpm, v4);
	} else {
		memcpy(&v6, addr, sizeof(v6));
		value = vpc_lpm_lookup6(lpm, &v6);
	}
	rcu_read_unlock();
	return value;
}

static __maybe_unused void set(struct vpc_lpm_txn *txn, const struct vpc_lpm_prefix *p, u32 value)
{
	u32 old;
	int err;

	err = vpc_lpm_set(txn, p, value, &old);
	expect(!err, "%d", err);
}

static __maybe_unused void drain(void)
{
	while (shim_rcu_run())
		;
}

static __maybe_unused void begin(struct vpc_lpm_txn *txn, struct vpc_lpm *lpm, bool empty)
{
	mutex_lock(&lock);
	expect(!vpc_lpm_begin(txn, lpm, empty));
}

static __maybe_unused void commit(struct vpc_lpm_txn *txn)
{
	vpc_lpm_commit(txn);
	mutex_unlock(&lock);
}

static __maybe_unused void end(struct vpc_lpm *lpm)
{
	mutex_lock(&lock);
	vpc_lpm_destroy(lpm);
	expect(!lpm->count && !lpm->nodes && !lpm->bytes);
	mutex_unlock(&lock);
	drain();
	expect(!shim_live, "%ld blocks are left", shim_live);
}

#endif /* _LPM_COMMON_H */
