// SPDX-License-Identifier: GPL-2.0
/*
 * Which flow a packet belongs to. skb_get_hash() would not do: it may be the device's, differ
 * between a flow's packets when they come by different devices, and has ports for the first
 * fragment that the others do not have.
 */

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "flow.h"

/* Unknown to tenants, who otherwise could aim all flows at one next hop. */
static hsiphash_key_t key __ro_after_init;

/**
 * vpc_flow_module_init() - draw the key
 * Context: module init.
 */
void __init vpc_flow_module_init(void)
{
	get_random_bytes(&key, sizeof(key));
}

/* Both ports, or 0. @offset is where the header of the transport protocol should be. */
static u32 ports_of(const struct sk_buff *skb, int offset, u8 protocol)
{
	const __be32 *ports;
	__be32 buf;

	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		ports = skb_header_pointer(skb, offset, sizeof(buf), &buf);
		return ports ? (__force u32)*ports : 0;
	default:
		return 0;
	}
}

static u32 hash4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	u32 ports = 0;

	if (!ip_is_fragment(iph))
		ports = ports_of(skb, skb_network_offset(skb) + iph->ihl * 4, iph->protocol);
	return hsiphash_4u32((__force u32)iph->saddr, (__force u32)iph->daddr, ports,
			     iph->protocol, &key);
}

static u32 hash6(const struct sk_buff *skb)
{
	const struct ipv6hdr *h = ipv6_hdr(skb);
	struct {
		struct in6_addr saddr, daddr;
		u32 ports;
		u32 protocol;
	} flow __aligned(HSIPHASH_ALIGNMENT) = {
		.saddr = h->saddr,
		.daddr = h->daddr,
	};
	int offset = skb_network_offset(skb) + sizeof(*h);
	u8 protocol = h->nexthdr;
	__be16 fragment = 0;

	/* The packet has passed the check of extension headers, so they are few. */
	if (ipv6_ext_hdr(protocol))
		offset = ipv6_skip_exthdr(skb, offset, &protocol, &fragment);
	/*
	 * What follows the fragment header may be an extension header in the first fragment,
	 * which the others do not tell the end of: they have no common protocol to go by.
	 */
	if (offset >= 0 && !fragment) {
		flow.ports = ports_of(skb, offset, protocol);
		flow.protocol = protocol;
	}
	return hsiphash(&flow, sizeof(flow), &key);
}

/**
 * vpc_flow_hash() - a number that all packets of a flow share
 * @skb: packet of any kind, its network header is linear and checked
 * @family: AF_INET or AF_INET6
 *
 * Of addresses, protocol and ports. Fragments, the first one too, have no ports, so that all of a
 * datagram go one way; nor has what comes without such or is cut before them.
 *
 * Context: any; reads the packet only.
 * Return: the hash; all its bits are good.
 */
u32 vpc_flow_hash(const struct sk_buff *skb, u8 family)
{
	return family == AF_INET ? hash4(skb) : hash6(skb);
}
