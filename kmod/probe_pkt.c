// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of probes: built for exactly one next hop, and recognised when they come back. No
 * socket and no route of the host is involved in either direction.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/rhashtable.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "icmp.h"
#include "probe.h"
#include "vpc.h"

/* Of the largest payload that a type has. */
#define PAYLOAD_MAX 64
/* RFC 5881 section 5; for echo requests any value would do. */
#define PROBE_TTL 255
/* CS6, network control (RFC 4594 section 3.1). */
#define PROBE_TOS 0xc0

const struct rhashtable_params vpc_probe_by_flow = {
	.head_offset = offsetof(struct vpc_probe, by_flow),
	.key_offset = offsetof(struct vpc_probe, flow),
	.key_len = sizeof(struct vpc_probe_flow),
	.automatic_shrinking = true,
};

static u8 protocol_of(const struct vpc_probe *p)
{
	if (p->ops->type == VPC_PROBE_BFD)
		return IPPROTO_UDP;
	return p->flow.source.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
}

static void write_ip4(struct iphdr *iph, const struct vpc_probe *p, unsigned int len)
{
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = PROBE_TOS;
	iph->tot_len = htons(sizeof(*iph) + len);
	iph->frag_off = htons(IP_DF);
	iph->ttl = PROBE_TTL;
	iph->protocol = protocol_of(p);
	iph->saddr = p->flow.source.v4;
	iph->daddr = p->flow.destination.v4;
	ip_send_check(iph);
}

static void write_ip6(struct ipv6hdr *ip6h, const struct vpc_probe *p, unsigned int len)
{
	ip6_flow_hdr(ip6h, PROBE_TOS, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = protocol_of(p);
	ip6h->hop_limit = PROBE_TTL;
	ip6h->saddr = p->flow.source.v6;
	ip6h->daddr = p->flow.destination.v6;
}

static __sum16 checksum(const struct vpc_probe *p, const void *data, unsigned int len)
{
	__wsum sum = csum_partial(data, len, 0);
	u8 proto = protocol_of(p);

	if (proto == IPPROTO_ICMP)
		return csum_fold(sum);
	if (p->flow.source.family == AF_INET)
		return csum_tcpudp_magic(p->flow.source.v4, p->flow.destination.v4, len, proto,
					 sum);
	return csum_ipv6_magic(&p->flow.source.v6, &p->flow.destination.v6, len, proto, sum);
}

/**
 * vpc_probe_packet() - the next packet of a probe
 * @p: the probe
 * @final: it answers a poll (BFD)
 * @now: ns of CLOCK_MONOTONIC
 * Context: vpc_probe::lock is held.
 * Return: the packet, or NULL for want of memory.
 */
struct sk_buff *vpc_probe_packet(struct vpc_probe *p, bool final, u64 now)
{
	bool udp = p->ops->type == VPC_PROBE_BFD, v4 = p->flow.source.family == AF_INET;
	unsigned int header = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	unsigned int len = p->ops->payload + (udp ? sizeof(struct udphdr) : 0);
	struct udphdr *uh;
	struct sk_buff *skb;
	__sum16 sum;
	u8 *l4;

	lockdep_assert_held(&p->lock);
	skb = alloc_skb(LL_MAX_HEADER + header + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	l4 = (u8 *)skb_put_zero(skb, header + len) + header;
	skb_set_transport_header(skb, header);
	p->ops->write(p, l4 + (udp ? sizeof(*uh) : 0), final, now);
	if (udp) {
		uh = (struct udphdr *)l4;
		uh->source = p->port;
		uh->dest = htons(p->multihop ? VPC_BFD_PORT_MULTIHOP : VPC_BFD_PORT_SINGLE_HOP);
		uh->len = htons(len);
		sum = checksum(p, l4, len);
		uh->check = sum ?: CSUM_MANGLED_0;
	} else {
		/* Both kinds of ICMP have it at the same place. */
		((struct icmphdr *)l4)->checksum = checksum(p, l4, len);
	}
	if (v4)
		write_ip4(ip_hdr(skb), p, len);
	else
		write_ip6(ipv6_hdr(skb), p, len);
	skb->priority = TC_PRIO_CONTROL;
	return skb;
}

/**
 * vpc_probe_transmit() - send a packet by the next hop that is probed, and no other
 * @p: the probe
 * @skb: from vpc_probe_packet()
 * Context: bottom halves off, RCU read side; not with vpc_probe::lock.
 */
void vpc_probe_transmit(struct vpc_probe *p, struct sk_buff *skb)
{
	if (p->nh->ops->emit(p->nh, skb, p->flow.source.family))
		atomic64_inc(&p->sent);
	else
		atomic64_inc(&p->unsent);
}

/* What a packet to an address of ours is. */
struct parsed {
	struct vpc_probe_rx rx;
	u8 type;	/* enum vpc_probe_type, VPC_PROBE_UNSPEC: not for probes */
	u8 data[PAYLOAD_MAX];
};

/* Where the transport header is; negative: a fragment, or none. */
static int transport(const struct vpc_pkt *pkt, u8 *proto)
{
	const struct sk_buff *skb = pkt->skb;
	__be16 frag = 0;
	int at;

	if (pkt->family == AF_INET) {
		*proto = ip_hdr(skb)->protocol;
		return ip_is_fragment(ip_hdr(skb)) ? -1 : ip_hdrlen(skb);
	}
	*proto = ipv6_hdr(skb)->nexthdr;
	at = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), proto, &frag);
	return frag ? -1 : at;
}

static bool checksum_ok(const struct vpc_pkt *pkt, int at, u8 proto)
{
	if (pkt->family == AF_INET)
		return !nf_ip_checksum(pkt->skb, NF_INET_PRE_ROUTING, at, proto);
	return !nf_ip6_checksum(pkt->skb, NF_INET_PRE_ROUTING, at, proto);
}

static bool parse_udp(struct vpc_pkt *pkt, int at, struct parsed *out)
{
	unsigned int have = pkt->skb->len - at, len;
	const struct udphdr *uh;
	struct udphdr buf;

	uh = skb_header_pointer(pkt->skb, at, sizeof(buf), &buf);
	if (!uh || (uh->dest != htons(VPC_BFD_PORT_SINGLE_HOP) &&
		    uh->dest != htons(VPC_BFD_PORT_MULTIHOP)))
		return true;
	out->type = VPC_PROBE_BFD;
	out->rx.multihop = uh->dest == htons(VPC_BFD_PORT_MULTIHOP);
	len = ntohs(uh->len);
	/* The Length field of BFD is a byte: what is longer need not be summed up. */
	if (len < sizeof(*uh) || len > have || len > sizeof(*uh) + U8_MAX)
		return false;
	/* RFC 768: zero is none. RFC 8200 section 8.1 does not have that. */
	if (!uh->check) {
		if (pkt->family == AF_INET6)
			return false;
	} else if (!checksum_ok(pkt, at, IPPROTO_UDP)) {
		return false;
	}
	len -= sizeof(*uh);
	out->rx.len = len;
	return !skb_copy_bits(pkt->skb, at + sizeof(*uh), out->data,
			      min_t(unsigned int, len, sizeof(out->data)));
}

static bool parse_icmp(struct vpc_pkt *pkt, int at, u8 proto, struct parsed *out)
{
	unsigned int len = pkt->skb->len - at;
	const u8 *type;
	u8 buf;

	type = skb_header_pointer(pkt->skb, at, sizeof(buf), &buf);
	if (!type || *type != (proto == IPPROTO_ICMP ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY))
		return true;
	out->type = VPC_PROBE_ICMP;
	if (len > sizeof(out->data) || !checksum_ok(pkt, at, proto))
		return false;
	out->rx.len = len;
	return !skb_copy_bits(pkt->skb, at, out->data,
			      min_t(unsigned int, len, sizeof(out->data)));
}

/* False: malformed. */
static bool parse(struct vpc_pkt *pkt, struct parsed *out)
{
	u8 proto;
	int at;

	out->type = VPC_PROBE_UNSPEC;
	out->rx.data = out->data;
	out->rx.ttl = pkt->family == AF_INET ? ip_hdr(pkt->skb)->ttl :
					       ipv6_hdr(pkt->skb)->hop_limit;
	at = transport(pkt, &proto);
	if (at < 0 || at >= pkt->skb->len)
		return true;
	if (proto == IPPROTO_UDP)
		return parse_udp(pkt, at, out);
	if (proto == (pkt->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return parse_icmp(pkt, at, proto, out);
	return true;
}

static void make_flow(struct vpc_probe_flow *flow, const struct vpc_pkt *pkt)
{
	memset(flow, 0, sizeof(*flow));
	flow->vpc = pkt->vpc;
	flow->source.family = pkt->family;
	flow->destination.family = pkt->family;
	/* What the packet comes from is what we send to. */
	if (pkt->family == AF_INET) {
		flow->source.v4 = ip_hdr(pkt->skb)->daddr;
		flow->destination.v4 = ip_hdr(pkt->skb)->saddr;
	} else {
		flow->source.v6 = ipv6_hdr(pkt->skb)->daddr;
		flow->destination.v6 = ipv6_hdr(pkt->skb)->saddr;
	}
}

/* Offer it to every probe with these addresses. */
static bool deliver(struct vpc_pkt *pkt, struct parsed *in, bool ok,
		    const struct vpc_probe_flow *flow)
{
	struct vpc_probe *p, *first = NULL;
	struct rhlist_head *list, *at;

	in->rx.now = ktime_get_ns();
	list = rhltable_lookup(&pkt->vpc->vn->probe_flows, flow, vpc_probe_by_flow);
	rhl_for_each_entry_rcu(p, at, list, by_flow) {
		if (p->ops->type != in->type || !p->nh->ops->came_by(p->nh, pkt))
			continue;
		if (ok && vpc_probe_input(p, &in->rx))
			return true;
		first = first ?: p;
	}
	if (first)
		atomic64_inc(&first->discarded);
	return false;
}

/**
 * vpc_probe_receive() - a packet to an address that probes may speak from
 * @pkt: the packet
 *
 * Whatever is addressed to a probe's source ends here: what belongs to a probe, what claims
 * to, echo requests, and what is not for that address at all.
 *
 * Context: softirq, RCU read side.
 * Return: VPC_CONTINUE when the address is none of a probe's, or VPC_DONE.
 */
enum vpc_verdict vpc_probe_receive(struct vpc_pkt *pkt)
{
	struct vpc_probe_flow flow;
	struct parsed in;
	bool ok;

	make_flow(&flow, pkt);
	if (!vpc_probe_is_source(pkt->vpc, &flow.source))
		return VPC_CONTINUE;
	ok = parse(pkt, &in);
	/* Over a peering only endpoints are reached, and this is none. */
	if (in.type == VPC_PROBE_UNSPEC && pkt->peering)
		return VPC_CONTINUE;
	if (in.type == VPC_PROBE_UNSPEC)
		return vpc_icmp_echo(pkt);
	if (!deliver(pkt, &in, ok, &flow))
		return vpc_drop(pkt, VPC_DROP_PROBE);
	consume_skb(pkt->skb);
	return VPC_DONE;
}
