// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: frames of bound devices. What is IP is checked as ip_rcv() and
 * ipv6_rcv() check it (ip_rcv_core(), ip6_rcv_core()) and routed on the spot;
 * the kernel's own receive path is taken only when somebody has a PRE_ROUTING
 * hook that comes before ours.
 */

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/if_vlan.h>
#include <linux/prefetch.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/xfrm.h>

#include "arp_nd.h"
#include "classify.h"
#include "dst.h"
#include "hook.h"
#include "link.h"
#include "nexthop.h"
#include "overlay.h"
#include "packet.h"
#include "rx.h"
#include "table.h"

/* More than any sender makes of a packet of 64 KiB. */
#define VPC_SEGMENTS_MAX 1024

/* Where the checksum is in a transport header; 0: there is none, or none that devices write. */
static unsigned int checksum_at(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return offsetof(struct udphdr, check);
	case IPPROTO_SCTP:
		return offsetof(struct sctphdr, checksum);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return offsetof(struct icmphdr, checksum);
	default:
		return 0;
	}
}

/*
 * The device writes a checksum where the guest says, long after rules have seen ports and flags:
 * that must be where the transport header has it, or behind that header, as in a tunnel of the
 * guest's own, where the first 8 bytes are what tells one flow from another.
 */
static bool checksum_ok(const struct sk_buff *skb, u8 family)
{
	u8 proto = family == AF_INET ? ip_hdr(skb)->protocol : ipv6_hdr(skb)->nexthdr;
	int start = skb_checksum_start_offset(skb), at = sizeof(struct ipv6hdr);
	__be16 frag;

	if (family == AF_INET)
		at = ip_hdrlen(skb);
	else if (unlikely(ipv6_ext_hdr(proto)))
		at = ipv6_skip_exthdr(skb, at, &proto, &frag);
	if (unlikely(at < 0))
		return false;
	if (likely(start == at))
		return checksum_at(proto) && skb->csum_offset == checksum_at(proto);
	return proto != IPPROTO_TCP && start >= at + 8;
}

/*
 * A guest writes the offload fields of its packets. They must not make the kernel
 * write a checksum into what is checked here or by rules, or cut a packet into
 * tens of thousands.
 */
static bool offload_ok(const struct sk_buff *skb, u8 family)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && unlikely(!checksum_ok(skb, family)))
		return false;
	return !skb_is_gso(skb) ||
	       skb->len <= (u64)skb_shinfo(skb)->gso_size * VPC_SEGMENTS_MAX;
}

/*
 * Among thousands of busy tenants nothing of this one is in the cache, and each step to
 * the device that it leaves by would wait for the one before. Most packets go where the
 * last one went: have that fetched during the lookup. Inline, or gcc takes the function
 * for one that does nothing.
 */
static __always_inline void fetch_ahead(const struct vpc_link *link)
{
	const struct vpc_counters *c = this_cpu_ptr(link->counters);

	prefetch(c->adj);
	prefetch(&c->dst->dst);
	prefetch(&c->dst->header);
	prefetch(&c->dev->_tx);
	prefetch(&c->dev->flags);
}

static noinline void from_overlay(struct vpc_pkt *pkt)
{
	nf_reset_ct(pkt->skb);
	vpc_skb_cost(pkt->skb, &pkt->packets, &pkt->bytes);
	vpc_counters_rx(pkt->link->counters, pkt->packets, pkt->bytes);
	if (offload_ok(pkt->skb, pkt->family))
		vpc_overlay_rcv(pkt);
	else
		vpc_drop(pkt, VPC_DROP_MALFORMED);
}

/**
 * vpc_rx_route() - the packet's way, as Documentation/datapath.rst tells it
 * @link: where it came in
 * @skb: the packet; its IP header is linear and has been checked
 * @family: AF_INET or AF_INET6
 * Context: bottom halves off, RCU read side. Consumes @skb.
 */
void vpc_rx_route(struct vpc_link *link, struct sk_buff *skb, u8 family)
{
	/* With each field named, stores do; else a slow instruction would clear all first. */
	struct vpc_pkt pkt = {
		.skb = skb,
		.link = link,
		.vpc = link->vpc,
		.table = rcu_dereference(link->table),
		.value = VPC_LPM_NONE,
		.peering = NULL,
		.before = NULL,
		.peering_dir = 0,
		.family = family,
		.from_endpoint = false,
		.routes_back = false,
		.domains = 0,
		.public = NULL,
		.packets = 0,
		.bytes = 0,
		.dropped = 0,
	};

	/* What other hosts send is in no VPC yet, and so has no table. */
	if (unlikely(!pkt.table)) {
		from_overlay(&pkt);
		return;
	}
	fetch_ahead(link);
	/*
	 * Before the packet may be looked up: nothing is done with the answer until its
	 * source has been checked. But the checks take as long as the first cache misses
	 * of the lookup, and the CPU does both at once.
	 */
	vpc_table_lookup(&pkt);
	nf_reset_ct(skb);
	vpc_skb_cost(skb, &pkt.packets, &pkt.bytes);
	vpc_counters_rx(link->counters, pkt.packets, pkt.bytes);
	if (unlikely(!offload_ok(skb, family))) {
		vpc_drop(&pkt, VPC_DROP_MALFORMED);
		return;
	}
	if (unlikely(vpc_classify(&pkt) != VPC_CONTINUE) ||
	    unlikely(vpc_classify_local(&pkt) != VPC_CONTINUE))
		return;
	while (likely(++pkt.domains <= VPC_DOMAINS_MAX)) {
		if (!pkt.table) {
			vpc_nh_local_output(&pkt);
			return;
		}
		if (pkt.domains > 1)
			vpc_table_lookup(&pkt);
		if (vpc_table_route(&pkt) != VPC_AGAIN)
			return;
	}
	vpc_drop(&pkt, VPC_DROP_DOMAIN_LIMIT);
}

/*
 * Check the header, cut off what Ethernet has padded, set up what the kernel's steps expect: by
 * stores, as memset() is a call on some kernels.
 */
static bool prepare4(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	iph = ip_hdr(skb);
	if (iph->version != 4 || iph->ihl < 5 || !pskb_may_pull(skb, iph->ihl * 4))
		return false;
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, iph->ihl))
		return false;
	len = skb_ip_totlen(skb);
	if (len > skb->len || len < iph->ihl * 4 || pskb_trim_rcsum(skb, len))
		return false;
	skb->transport_header = skb->network_header + ip_hdrlen(skb);
	*IPCB(skb) = (struct inet_skb_parm){ .iif = skb->skb_iif };
	return true;
}

/* Addresses are classify.c's business: it is stricter than the kernel. */
static bool prepare6(struct sk_buff *skb)
{
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)) || ipv6_hdr(skb)->version != 6)
		return false;
	len = skb_ipv6_payload_len(skb) + sizeof(struct ipv6hdr);
	if (len > skb->len || pskb_trim_rcsum(skb, len))
		return false;
	skb->transport_header = skb->network_header + sizeof(struct ipv6hdr);
	*IP6CB(skb) = (struct inet6_skb_parm){
		.iif = skb->skb_iif,
		.nhoff = offsetof(struct ipv6hdr, nexthdr),
	};
	return true;
}

/*
 * The kernel parses hop-by-hop options before any hook sees the packet, and
 * answers bad ones itself: by the host's routes, with an address of the host, to
 * a source that nobody has checked (ipv6_parse_hopopts() in net/ipv6/exthdrs.c).
 */
static bool has_hop_options(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buf;

	ip6h = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	return ip6h && ip6h->nexthdr == NEXTHDR_HOP;
}

static rx_handler_result_t rx_ip(struct vpc_link *link, struct sk_buff **pskb, u8 family)
{
	struct sk_buff *skb;

	if (unlikely(vpc_hook_before_ours(dev_net(link->dev), family))) {
		if (family == AF_INET || !has_hop_options(*pskb))
			return RX_HANDLER_PASS;
		vpc_drop_skb(*pskb, link->vpc, link->counters, VPC_DROP_IP_OPTIONS);
		return RX_HANDLER_CONSUMED;
	}
	skb = skb_share_check(*pskb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vpc_drops_count(link->vpc, link->counters, VPC_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	if (unlikely(!(family == AF_INET ? prepare4(skb) : prepare6(skb)))) {
		vpc_drop_skb(skb, link->vpc, link->counters, VPC_DROP_MALFORMED);
		return RX_HANDLER_CONSUMED;
	}
	skb_orphan(skb);
	vpc_rx_route(link, skb, family);
	return RX_HANDLER_CONSUMED;
}

/**
 * vpc_rx() - the rx_handler of a bound device
 * @pskb: the frame, its data at the network header
 * Context: softirq, RCU read side.
 * Return: RX_HANDLER_CONSUMED, or RX_HANDLER_PASS when it shall meet other hooks first.
 */
rx_handler_result_t vpc_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vpc_link *link = rcu_dereference(skb->dev->rx_handler_data);
	enum vpc_drop_reason reason = VPC_DROP_ETHERTYPE;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	/* ESP of a tenant that GRO took for a packet of the host's associations. */
	if (unlikely(secpath_exists(skb))) {
		reason = VPC_DROP_IPSEC_SELECTOR;
		goto drop;
	}
	/* Only VLAN 0, which is a priority and no VLAN, is left in place for us. */
	if (skb_vlan_tag_present(skb)) {
		if (skb_vlan_tag_get_id(skb))
			goto drop;
		__vlan_hwaccel_clear_tag(skb);
	}
	if (unlikely(skb->pkt_type == PACKET_OTHERHOST)) {
		reason = VPC_DROP_NOT_FOR_US;
		goto drop;
	}
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return rx_ip(link, pskb, AF_INET);
	case htons(ETH_P_IPV6):
		return rx_ip(link, pskb, AF_INET6);
	case htons(ETH_P_ARP):
		if (unlikely(link->overlay))
			break;
		skb = skb_share_check(skb, GFP_ATOMIC);
		if (skb)
			vpc_arp_rcv(link, skb);
		else
			vpc_drops_count(link->vpc, link->counters, VPC_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
drop:
	vpc_drop_skb(skb, link->vpc, link->counters, reason);
	return RX_HANDLER_CONSUMED;
}
