// SPDX-License-Identifier: GPL-2.0
/* Addresses and prefixes of either family. */

#include <linux/kernel.h>

#include "addr.h"

/* Do the first @bits bits of two addresses agree? */
static bool bits_equal(const u8 *a, const u8 *b, u8 bits)
{
	u8 rest = bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

/**
 * vpc_prefix_contains() - is an address in a prefix?
 * @p: the prefix
 * @a: the address
 * Context: any.
 * Return: true if it is.
 */
bool vpc_prefix_contains(const struct vpc_prefix *p, const struct vpc_addr *a)
{
	return p->addr.family == a->family && bits_equal(p->addr.bytes, a->bytes, p->len);
}

/**
 * vpc_prefix_covers() - is a prefix inside another, or equal to it?
 * @outer: the larger one
 * @inner: the smaller one
 * Context: any.
 * Return: true if it is.
 */
bool vpc_prefix_covers(const struct vpc_prefix *outer, const struct vpc_prefix *inner)
{
	return outer->len <= inner->len && vpc_prefix_contains(outer, &inner->addr);
}

/**
 * vpc_prefix_overlap() - do two prefixes have an address in common?
 * @a: one
 * @b: the other
 * Context: any.
 * Return: true if they do.
 */
bool vpc_prefix_overlap(const struct vpc_prefix *a, const struct vpc_prefix *b)
{
	return vpc_prefix_covers(a, b) || vpc_prefix_covers(b, a);
}

/**
 * vpc_prefix_mask() - clear the bits beyond the length
 * @p: the prefix
 * Context: any.
 */
void vpc_prefix_mask(struct vpc_prefix *p)
{
	unsigned int bytes = vpc_family_bytes(p->addr.family);
	unsigned int i = p->len / 8;

	if (p->len % 8)
		p->addr.bytes[i++] &= 0xff << (8 - p->len % 8);
	if (i < bytes)
		memset(p->addr.bytes + i, 0, bytes - i);
}

/**
 * vpc_prefix_clean() - are the bits beyond the length zero?
 * @p: the prefix
 * Context: any.
 * Return: true if they are.
 */
bool vpc_prefix_clean(const struct vpc_prefix *p)
{
	struct vpc_prefix masked = *p;

	vpc_prefix_mask(&masked);
	return vpc_addr_equal(&masked.addr, &p->addr);
}

/**
 * vpc_addr_usable() - can it be the address of a single host?
 * @a: the address
 * Context: any.
 * Return: false for unspecified, loopback, multicast, broadcast, link-local and
 * IPv4-mapped addresses and for 0/8 and class E.
 */
bool vpc_addr_usable(const struct vpc_addr *a)
{
	int type;

	if (a->family == AF_INET)
		return !ipv4_is_zeronet(a->v4) && !ipv4_is_loopback(a->v4) &&
		       !ipv4_is_multicast(a->v4) && !ipv4_is_lbcast(a->v4) &&
		       !ipv4_is_linklocal_169(a->v4) &&
		       (a->v4 & htonl(0xf0000000)) != htonl(0xf0000000);

	type = ipv6_addr_type(&a->v6);
	return type != IPV6_ADDR_ANY &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED));
}

/**
 * vpc_addr_str() - write an address for people
 * @a: the address
 * @buf: VPC_PREFIX_STRLEN bytes
 * Context: any.
 * Return: @buf
 */
const char *vpc_addr_str(const struct vpc_addr *a, char *buf)
{
	if (a->family == AF_INET)
		snprintf(buf, VPC_PREFIX_STRLEN, "%pI4", &a->v4);
	else
		snprintf(buf, VPC_PREFIX_STRLEN, "%pI6c", &a->v6);
	return buf;
}

/**
 * vpc_prefix_str() - write a prefix for people
 * @p: the prefix
 * @buf: VPC_PREFIX_STRLEN bytes
 * Context: any.
 * Return: @buf
 */
const char *vpc_prefix_str(const struct vpc_prefix *p, char *buf)
{
	size_t len;

	vpc_addr_str(&p->addr, buf);
	len = strlen(buf);
	snprintf(buf + len, VPC_PREFIX_STRLEN - len, "/%u", p->len);
	return buf;
}
