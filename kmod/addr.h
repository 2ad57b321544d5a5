/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and prefixes of either family, as configuration handles them. */
#ifndef _VPC_ADDR_H
#define _VPC_ADDR_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "lpm.h"

/**
 * struct vpc_addr - an IPv4 or IPv6 address
 * @family: AF_INET or AF_INET6
 * @v4: IPv4 address; the other twelve bytes are zero, so that memcmp() compares
 * @v6: IPv6 address
 */
struct vpc_addr {
	u8 family;
	union {
		u8 bytes[16];
		__be32 v4;
		struct in6_addr v6;
	};
};

/**
 * struct vpc_prefix - an address prefix
 * @addr: its address; bits beyond @len are zero unless said otherwise
 * @len: length in bits
 */
struct vpc_prefix {
	struct vpc_addr addr;
	u8 len;
};

/* "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128" and a NUL */
#define VPC_PREFIX_STRLEN 52

/* Index of a family in arrays of two. */
static inline int vpc_family_index(u8 family)
{
	return family == AF_INET6;
}

static inline u8 vpc_family_bits(u8 family)
{
	return family == AF_INET6 ? 128 : 32;
}

static inline u8 vpc_family_bytes(u8 family)
{
	return vpc_family_bits(family) / 8;
}

/* Into what is compared as bytes: the padding there stays as it was zeroed. */
static inline void vpc_addr_copy(struct vpc_addr *to, const struct vpc_addr *from)
{
	to->family = from->family;
	memcpy(to->bytes, from->bytes, sizeof(to->bytes));
}

static inline bool vpc_addr_equal(const struct vpc_addr *a, const struct vpc_addr *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static inline struct vpc_lpm_prefix vpc_prefix_lpm(const struct vpc_prefix *p)
{
	struct vpc_lpm_prefix lp = { .len = p->len };

	memcpy(lp.addr, p->addr.bytes, sizeof(lp.addr));
	return lp;
}

static inline struct vpc_prefix vpc_prefix_of(u8 family, const struct vpc_lpm_prefix *lp)
{
	struct vpc_prefix p = { .addr.family = family, .len = lp->len };

	memcpy(p.addr.bytes, lp->addr, vpc_family_bytes(family));
	return p;
}

static inline struct vpc_prefix vpc_prefix_host(const struct vpc_addr *a)
{
	return (struct vpc_prefix){ .addr = *a, .len = vpc_family_bits(a->family) };
}

bool vpc_prefix_contains(const struct vpc_prefix *p, const struct vpc_addr *a);
bool vpc_prefix_covers(const struct vpc_prefix *outer, const struct vpc_prefix *inner);
bool vpc_prefix_overlap(const struct vpc_prefix *a, const struct vpc_prefix *b);
void vpc_prefix_mask(struct vpc_prefix *p);
bool vpc_prefix_clean(const struct vpc_prefix *p);
bool vpc_addr_usable(const struct vpc_addr *a);
const char *vpc_addr_str(const struct vpc_addr *a, char *buf);
const char *vpc_prefix_str(const struct vpc_prefix *p, char *buf);

#endif /* _VPC_ADDR_H */
