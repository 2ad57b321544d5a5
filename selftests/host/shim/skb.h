/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of an skb as code needs that looks into headers: a test fills in what is linear and
 * what is behind it, and says whether it can be made writable.
 */
#ifndef _SHIM_SKB_H
#define _SHIM_SKB_H

#include <netinet/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "shim.h"

#define CHECKSUM_NONE 0
#define CHECKSUM_PARTIAL 3

/* @whole: all of it; only the first @linear bytes are at @data, until they are made writable. */
struct sk_buff {
	u8 *data;
	const u8 *whole;
	unsigned int len, linear;
	u8 ip_summed;
	bool writable, stubborn;
};

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb->data;
}

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb->data;
}

static inline int ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4;
}

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(0x3fff);
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int at, int len, void *copy)
{
	if (at < 0 || at + len > (int)skb->len)
		return NULL;
	if (at + len <= (int)skb->linear)
		return skb->data + at;
	return memcpy(copy, skb->whole + at, len);
}

/* Walks hop-by-hop and destination options and the fragment header. */
static inline int ipv6_skip_exthdr(const struct sk_buff *skb, int at, u8 *nexthdr, __be16 *frag)
{
	u8 buf[8], *h;

	while (*nexthdr == IPPROTO_HOPOPTS || *nexthdr == IPPROTO_DSTOPTS ||
	       *nexthdr == IPPROTO_FRAGMENT) {
		h = skb_header_pointer(skb, at, sizeof(buf), buf);
		if (!h)
			return -1;
		at += *nexthdr == IPPROTO_FRAGMENT ? 8 : (h[1] + 1) * 8;
		if (*nexthdr == IPPROTO_FRAGMENT)
			memcpy(frag, &h[2], sizeof(*frag));
		*nexthdr = h[0];
		if (*frag & htons(~7))
			break;
	}
	return at;
}

/* Another copy, exactly as long as asked for. */
static inline int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	if (skb->stubborn)
		return -ENOMEM;
	shim_assert(len <= skb->len);
	if (len > skb->linear) {
		free(skb->data);
		skb->data = malloc(len);
		memcpy(skb->data, skb->whole, len);
		skb->linear = len;
	}
	skb->writable = true;
	return 0;
}

/* RFC 1624, as include/net/checksum.h has it. */
static inline void inet_proto_csum_replace2(__sum16 *sum, struct sk_buff *skb, __be16 from,
					    __be16 to, bool pseudohdr)
{
	u32 s = (u16)~*sum;

	shim_assert(skb->writable && !pseudohdr);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return;
	s += (u16)~from;
	s += to;
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	*sum = ~s;
}

#endif
