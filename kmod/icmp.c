// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP that the module sends. The kernel's icmp_send() asks the host's routing
 * table where the sender is and which address to speak from; both answers would
 * be wrong in a VPC. Here an error goes back out of the link that the offending
 * packet came in on, to the MAC that sent it, from the gateway address there.
 */

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "icmp.h"
#include "ipsec.h"
#include "link.h"
#include "public.h"

/* RFC 1812 4.3.2.3: as much as fits into 576 bytes; RFC 4443 2.4 (c): into 1280. */
#define ERROR_MAX4 576
#define ERROR_MAX6 IPV6_MIN_MTU

static const struct {
	u8 type4, code4, type6, code6;
} error_code[] = {
	[VPC_ICMP_TIME_EXCEEDED] = { ICMP_TIME_EXCEEDED, ICMP_EXC_TTL,
				     ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT },
	[VPC_ICMP_TOO_BIG] = { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMPV6_PKT_TOOBIG, 0 },
	[VPC_ICMP_NO_ROUTE] = { ICMP_DEST_UNREACH, ICMP_NET_UNREACH,
				ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE },
	[VPC_ICMP_NO_HOST] = { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
			       ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH },
	/* As the kernel's own routes of type unreachable answer. */
	[VPC_ICMP_UNREACHABLE] = { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
				   ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE },
	[VPC_ICMP_PROHIBITED] = { ICMP_DEST_UNREACH, ICMP_PKT_FILTERED,
				  ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED },
};

/* Room for what is put before an answer. */
static unsigned int headroom(const struct vpc_link *link)
{
	return link->dev ? LL_RESERVED_SPACE(link->dev) : LL_MAX_HEADER;
}

/* Send an answer where @skb came from: to the MAC of its frame, or through the connection. */
static void answer(struct vpc_link *link, struct sk_buff *reply, const struct sk_buff *skb,
		   __be16 proto)
{
	u8 dest[ETH_ALEN];

	if (vpc_link_is_ipsec(link)) {
		reply->priority = TC_PRIO_CONTROL;
		vpc_ipsec_emit(vpc_ipsec_of(link), reply,
			       proto == htons(ETH_P_IP) ? AF_INET : AF_INET6);
		return;
	}
	/* It may lie in the head of @reply, under what is written here. */
	ether_addr_copy(dest, eth_hdr(skb)->h_source);
	vpc_counters_tx(link->counters, 1, reply->len);
	reply->dev = link->dev;
	reply->protocol = proto;
	reply->priority = TC_PRIO_CONTROL;
	eth_header(reply, link->dev, ntohs(proto), dest, link->dev->dev_addr, reply->len);
	skb_reset_mac_header(reply);
	dev_queue_xmit(reply);
}

/* RFC 1122 3.2.2: what never causes an error. */
static bool may_cause_error4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *type;
	u8 buf;

	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	if (ipv4_is_multicast(iph->daddr) || ipv4_is_lbcast(iph->daddr) ||
	    ipv4_is_multicast(iph->saddr) || ipv4_is_lbcast(iph->saddr) ||
	    ipv4_is_zeronet(iph->saddr) || ipv4_is_loopback(iph->saddr))
		return false;
	if (iph->protocol != IPPROTO_ICMP)
		return true;
	type = skb_header_pointer(skb, ip_hdrlen(skb), 1, &buf);
	if (!type)
		return false;
	switch (*type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
		return true;
	default:
		/* An error, or a type that we do not know and that may be one. */
		return false;
	}
}

/* RFC 4443 2.4 (e) */
static bool may_cause_error6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u8 nexthdr = ip6h->nexthdr;
	__be16 frag_off = 0;
	const u8 *type;
	int offset;
	u8 buf;

	if (ipv6_addr_is_multicast(&ip6h->daddr) || ipv6_addr_is_multicast(&ip6h->saddr) ||
	    ipv6_addr_any(&ip6h->saddr))
		return false;
	offset = ipv6_skip_exthdr(skb, sizeof(*ip6h), &nexthdr, &frag_off);
	if (offset < 0 || frag_off & htons(IP6_OFFSET))
		return false;
	if (nexthdr != NEXTHDR_ICMP)
		return true;
	type = skb_header_pointer(skb, offset, 1, &buf);
	return type && (*type & ICMPV6_INFOMSG_MASK) && *type != NDISC_REDIRECT;
}

static struct sk_buff *error_skb(const struct vpc_pkt *pkt, unsigned int headers,
				 unsigned int max)
{
	unsigned int quote = min_t(unsigned int, pkt->skb->len, max - headers);
	unsigned int room = headroom(pkt->link);
	struct sk_buff *reply;

	reply = alloc_skb(room + headers + quote, GFP_ATOMIC);
	if (!reply)
		return NULL;
	skb_reserve(reply, room);
	skb_reset_network_header(reply);
	skb_put_zero(reply, headers);
	if (skb_copy_bits(pkt->skb, skb_network_offset(pkt->skb), skb_put(reply, quote), quote)) {
		kfree_skb(reply);
		return NULL;
	}
	return reply;
}

static void send_error4(const struct vpc_pkt *pkt, enum vpc_icmp_error error, u32 mtu)
{
	const struct iphdr *from = ip_hdr(pkt->skb);
	struct icmphdr *icmph;
	struct sk_buff *reply;
	struct iphdr *iph;

	reply = error_skb(pkt, sizeof(*iph) + sizeof(*icmph), ERROR_MAX4);
	if (!reply)
		return;
	iph = ip_hdr(reply);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = IPTOS_PREC_INTERNETCONTROL;
	iph->tot_len = htons(reply->len);
	iph->frag_off = htons(IP_DF);
	iph->ttl = 64;
	iph->protocol = IPPROTO_ICMP;
	iph->saddr = pkt->public ? pkt->public->addr.v4 : pkt->link->gateway[0].v4;
	iph->daddr = from->saddr;
	ip_send_check(iph);

	icmph = (struct icmphdr *)(iph + 1);
	icmph->type = error_code[error].type4;
	icmph->code = error_code[error].code4;
	if (error == VPC_ICMP_TOO_BIG)
		icmph->un.frag.mtu = htons(min_t(u32, mtu, U16_MAX));
	icmph->checksum = csum_fold(csum_partial(icmph, reply->len - sizeof(*iph), 0));
	answer(pkt->link, reply, pkt->skb, htons(ETH_P_IP));
}

static void send_error6(const struct vpc_pkt *pkt, enum vpc_icmp_error error, u32 mtu)
{
	const struct ipv6hdr *from = ipv6_hdr(pkt->skb);
	struct icmp6hdr *icmph;
	struct ipv6hdr *ip6h;
	struct sk_buff *reply;
	unsigned int len;

	reply = error_skb(pkt, sizeof(*ip6h) + sizeof(*icmph), ERROR_MAX6);
	if (!reply)
		return;
	len = reply->len - sizeof(*ip6h);
	ip6h = ipv6_hdr(reply);
	ip6_flow_hdr(ip6h, IPTOS_PREC_INTERNETCONTROL, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = NEXTHDR_ICMP;
	ip6h->hop_limit = 64;
	ip6h->saddr = pkt->link->gateway[1].v6;
	ip6h->daddr = from->saddr;

	icmph = (struct icmp6hdr *)(ip6h + 1);
	icmph->icmp6_type = error_code[error].type6;
	icmph->icmp6_code = error_code[error].code6;
	if (error == VPC_ICMP_TOO_BIG)
		icmph->icmp6_mtu = htonl(mtu);
	icmph->icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, NEXTHDR_ICMP,
					     csum_partial(icmph, len, 0));
	answer(pkt->link, reply, pkt->skb, htons(ETH_P_IPV6));
}

/**
 * vpc_icmp_reject() - drop a packet and tell its sender why
 * @pkt: the packet, as it came in (hop count not lowered yet)
 * @error: what to tell
 * @mtu: for VPC_ICMP_TOO_BIG
 * @reason: what to count
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_icmp_reject(struct vpc_pkt *pkt, enum vpc_icmp_error error, u32 mtu,
				 enum vpc_drop_reason reason)
{
	bool v4 = pkt->family == AF_INET;
	struct vpc_link *link = pkt->link;

	if ((!link->gateway[!v4].family && !pkt->public) ||
	    !(v4 ? may_cause_error4(pkt->skb) : may_cause_error6(pkt->skb)))
		return vpc_drop(pkt, reason);

	if (!vpc_link_may_answer(link))
		this_cpu_inc(link->vpc->drops->count[VPC_DROP_ICMP_LIMIT]);
	else if (v4)
		send_error4(pkt, error, mtu);
	else
		send_error6(pkt, error, mtu);
	return vpc_drop(pkt, reason);
}

static bool echo4(struct sk_buff *skb)
{
	struct icmphdr *icmph;
	struct iphdr *iph;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP || ip_is_fragment(ip_hdr(skb)) ||
	    skb_ensure_writable(skb, sizeof(*iph) + sizeof(*icmph)))
		return false;
	iph = ip_hdr(skb);
	icmph = (struct icmphdr *)(iph + 1);
	if (icmph->type != ICMP_ECHO || icmph->code)
		return false;
	swap(iph->saddr, iph->daddr);
	iph->ttl = 64;
	ip_send_check(iph);
	icmph->type = ICMP_ECHOREPLY;
	/* RFC 1624: a checksum that was wrong stays wrong. */
	csum_replace2(&icmph->checksum, htons(ICMP_ECHO << 8), htons(ICMP_ECHOREPLY << 8));
	return true;
}

static bool echo6(struct sk_buff *skb)
{
	struct icmp6hdr *icmph;
	struct ipv6hdr *ip6h;

	if (ipv6_hdr(skb)->nexthdr != NEXTHDR_ICMP ||
	    skb_ensure_writable(skb, sizeof(*ip6h) + sizeof(*icmph)))
		return false;
	ip6h = ipv6_hdr(skb);
	icmph = (struct icmp6hdr *)(ip6h + 1);
	if (icmph->icmp6_type != ICMPV6_ECHO_REQUEST || icmph->icmp6_code)
		return false;
	swap(ip6h->saddr, ip6h->daddr);
	ip6h->hop_limit = 64;
	icmph->icmp6_type = ICMPV6_ECHO_REPLY;
	csum_replace2(&icmph->icmp6_cksum, htons(ICMPV6_ECHO_REQUEST << 8),
		      htons(ICMPV6_ECHO_REPLY << 8));
	return true;
}

/**
 * vpc_icmp_echo() - a packet to our own address: answer an echo request
 * @pkt: the packet
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_icmp_echo(struct vpc_pkt *pkt)
{
	struct vpc_link *link = pkt->link;
	struct sk_buff *skb = pkt->skb;
	__be16 proto = skb->protocol;

	/* Another host speaks to our own addresses, which are on each. */
	if (unlikely(link->overlay))
		return vpc_drop(pkt, VPC_DROP_OVERLAY_TRANSIT);
	if (!(pkt->family == AF_INET ? echo4(skb) : echo6(skb)))
		return vpc_drop(pkt, VPC_DROP_GATEWAY);
	if (!vpc_link_may_answer(link))
		return vpc_drop(pkt, VPC_DROP_ICMP_LIMIT);
	if (skb_cow_head(skb, headroom(link)))
		return vpc_drop(pkt, VPC_DROP_NO_MEMORY);

	/* The packet becomes its answer. */
	skb->ip_summed = CHECKSUM_NONE;
	skb->pkt_type = PACKET_OUTGOING;
	skb_clear_tstamp(skb);
	answer(link, skb, skb, proto);
	return VPC_DONE;
}
