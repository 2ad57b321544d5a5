// SPDX-License-Identifier: GPL-2.0
/* Lowering the MSS that TCP asks for. */

#include <linux/swab.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "mss.h"

/* Its data offset is 4 bits. */
#define TCP_HEADER_MAX 60

/* Where the TCP header of a whole packet is, or negative. */
static int tcp_offset(const struct sk_buff *skb, u8 family)
{
	__be16 frag = 0;
	u8 proto;
	int at;

	if (family == AF_INET) {
		if (ip_hdr(skb)->protocol != IPPROTO_TCP || ip_is_fragment(ip_hdr(skb)))
			return -1;
		return ip_hdrlen(skb);
	}
	proto = ipv6_hdr(skb)->nexthdr;
	at = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &proto, &frag);
	return proto == IPPROTO_TCP && !frag ? at : -1;
}

/* It may be anywhere. */
static u16 read_value(const u8 *value)
{
	return value[0] << 8 | value[1];
}

/* Change two bytes of the TCP header, which is writable. */
static void set_value(struct sk_buff *skb, struct tcphdr *th, u8 *value, u16 mss)
{
	u16 old = read_value(value), new = mss;

	value[0] = mss >> 8;
	value[1] = mss;
	/* The sum is one of words: a value that begins in the middle of one counts swapped. */
	if ((value - (u8 *)th) & 1) {
		old = swab16(old);
		new = swab16(new);
	}
	inet_proto_csum_replace2(&th->check, skb, htons(old), htons(new), false);
}

/**
 * vpc_mss_clamp() - have TCP send no segments that are too large
 * @skb: starts at the network header, which is linear; its headers may be made writable
 * @family: AF_INET or AF_INET6
 * @mtu: of the way, for packets with the IP header
 *
 * Lowers the MSS option of a SYN to what fits. Without the option the default of RFC 9293
 * applies, which fits everywhere; what does not hold together is left alone, and so is the
 * packet when there is no memory: then the path MTU has to tell.
 *
 * Context: softirq.
 */
void vpc_mss_clamp(struct sk_buff *skb, u8 family, unsigned int mtu)
{
	unsigned int headers = sizeof(struct tcphdr) +
			       (family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	int offset = tcp_offset(skb, family), len, at;
	u8 copy[TCP_HEADER_MAX], *options;
	const struct tcphdr *th;
	struct tcphdr *mine;
	unsigned int mss;

	if (offset < 0 || mtu <= headers)
		return;
	th = skb_header_pointer(skb, offset, sizeof(*th), copy);
	if (!th || !th->syn || __tcp_hdrlen(th) <= sizeof(*th))
		return;
	len = __tcp_hdrlen(th);
	th = skb_header_pointer(skb, offset, len, copy);
	if (!th)
		return;
	/* Most ask for what fits, or for nothing: they are not copied. */
	mss = min_t(unsigned int, mtu - headers, U16_MAX);
	options = (u8 *)(th + 1);
	len -= sizeof(*th);
	for (at = vpc_mss_find(options, len, 0); at >= 0; at = vpc_mss_find(options, len, at + 2))
		if (read_value(&options[at]) > mss)
			break;
	if (at < 0 || skb_ensure_writable(skb, offset + sizeof(*th) + len))
		return;
	mine = (struct tcphdr *)(skb->data + offset);
	options = (u8 *)(mine + 1);
	for (; at >= 0; at = vpc_mss_find(options, len, at + 2))
		if (read_value(&options[at]) > mss)
			set_value(skb, mine, &options[at], mss);
}
