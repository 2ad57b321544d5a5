// SPDX-License-Identifier: GPL-2.0
/*
 * ARP (RFC 826, RFC 5227) and neighbour discovery (RFC 4861) on ports and
 * uplinks. The host's own code never sees these packets. On a port we answer
 * for every address of the subnet but the port's own, always with the device's
 * MAC; on an uplink for the VPC's own address and those that its probes speak from.
 */

#include <linux/if_arp.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "adj.h"
#include "arp_nd.h"
#include "port.h"
#include "probe.h"
#include "public.h"
#include "uplink.h"

/* Do we answer for this address on the link? */
static bool is_ours(struct vpc_link *link, const struct vpc_addr *addr)
{
	const struct vpc_public *public;
	const struct vpc_port *port;
	int i = vpc_family_index(addr->family);

	if (vpc_link_is_public(link)) {
		public = vpc_public_find(link->vpc->vn, addr);
		return public && &public->uplink->link == link;
	}
	if (vpc_link_is_uplink(link))
		return vpc_addr_equal(&link->gateway[i], addr) ||
		       vpc_probe_is_source(link->vpc, addr);
	port = vpc_port_of(link);
	return port->subnet->cidr[i].addr.family &&
	       vpc_prefix_contains(&port->subnet->cidr[i], addr) && !vpc_port_holds(port, addr);
}

/* The adjacency that an address on the link stands for, or NULL. */
static struct vpc_adj *adj_of(struct vpc_link *link, const struct vpc_addr *addr)
{
	if (vpc_link_is_uplink(link))
		return vpc_uplink_adj(vpc_uplink_of(link), addr);
	return vpc_port_holds(vpc_port_of(link), addr) ? &vpc_port_of(link)->adj : NULL;
}

/*
 * May this MAC say that it is @adj? A configured MAC is the only one that may;
 * otherwise whoever has the port is who it says it is.
 */
static bool may_be(const struct vpc_adj *adj, const u8 *lladdr)
{
	return !adj->fixed || ether_addr_equal(adj->lladdr, lladdr);
}

static struct vpc_addr addr4(__be32 addr)
{
	struct vpc_addr a = { .family = AF_INET };

	a.v4 = addr;
	return a;
}

static struct vpc_addr addr6(const struct in6_addr *addr)
{
	return (struct vpc_addr){ .family = AF_INET6, .v6 = *addr };
}

static void arp_send_to(struct vpc_link *link, int type, __be32 sender, __be32 target,
			const u8 *lladdr)
{
	struct net_device *dev = link->dev;
	struct sk_buff *skb;

	skb = arp_create(type, ETH_P_ARP, target, dev, sender, lladdr, dev->dev_addr, lladdr);
	if (skb)
		dev_queue_xmit(skb);
}

/* Nobody hears a question on a device that is down. */
static bool works(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/**
 * vpc_arp_ask() - who has an address?
 * @link: where
 * @addr: the address
 * Context: any; atomic.
 */
void vpc_arp_ask(struct vpc_link *link, __be32 addr)
{
	__be32 sender = link->gateway[0].v4;

	if (!works(link->dev))
		return;
	if (vpc_link_is_public(link)) {
		rcu_read_lock();
		sender = vpc_public_sender(vpc_uplink_of(link), addr);
		rcu_read_unlock();
	} else if (!link->gateway[0].family) {
		return;
	}
	arp_send_to(link, ARPOP_REQUEST, sender, addr, NULL);
}

/**
 * vpc_arp_announce() - an address is here now (RFC 5227 section 2.3)
 * @link: where
 * @addr: the address
 * Context: any; atomic.
 */
void vpc_arp_announce(struct vpc_link *link, __be32 addr)
{
	arp_send_to(link, ARPOP_REQUEST, addr, addr, NULL);
}

/* The body of an Ethernet/IPv4 ARP packet. */
struct arp_eth {
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

static enum vpc_drop_reason arp_handle(struct vpc_link *link, struct sk_buff *skb)
{
	struct vpc_addr sender, target;
	const struct arp_eth *body;
	const struct arphdr *arp;
	struct vpc_adj *adj;

	if (!pskb_may_pull(skb, sizeof(*arp) + sizeof(*body)))
		return VPC_DROP_ARP;
	arp = (struct arphdr *)skb->data;
	body = (struct arp_eth *)(arp + 1);
	if (arp->ar_hrd != htons(ARPHRD_ETHER) || arp->ar_pro != htons(ETH_P_IP) ||
	    arp->ar_hln != ETH_ALEN || arp->ar_pln != 4 ||
	    (arp->ar_op != htons(ARPOP_REQUEST) && arp->ar_op != htons(ARPOP_REPLY)))
		return VPC_DROP_ARP;
	/* Nobody speaks for another MAC here. */
	if (!ether_addr_equal(body->sha, eth_hdr(skb)->h_source))
		return VPC_DROP_ARP;
	sender = addr4(body->sip);
	target = addr4(body->tip);

	adj = adj_of(link, &sender);
	if (adj && !may_be(adj, body->sha))
		return VPC_DROP_SOURCE_MAC;
	if (adj) {
		vpc_adj_learn(adj, body->sha);
	} else if (body->sip && !vpc_link_is_uplink(link)) {
		/* A tenant claims an address that is not its own. */
		return VPC_DROP_ARP;
	}
	if (arp->ar_op == htons(ARPOP_REQUEST) && body->tip != body->sip && is_ours(link, &target))
		arp_send_to(link, ARPOP_REPLY, body->tip, body->sip, body->sha);
	return VPC_DROP_MAX;
}

/**
 * vpc_arp_rcv() - ARP that came in on a link
 * @link: the link
 * @skb: starts after the Ethernet header; consumed
 * Context: softirq, RCU read side.
 */
void vpc_arp_rcv(struct vpc_link *link, struct sk_buff *skb)
{
	enum vpc_drop_reason reason = arp_handle(link, skb);

	if (reason == VPC_DROP_MAX)
		consume_skb(skb);
	else
		vpc_drop_skb(skb, link->vpc, link->counters, reason);
}

/**
 * vpc_arp_public() - ARP that came in on a public uplink, which the host hears too
 * @link: the uplink
 * @skb: starts at the ARP header; not consumed
 * Context: softirq, RCU read side.
 */
void vpc_arp_public(struct vpc_link *link, struct sk_buff *skb)
{
	arp_handle(link, skb);
}

static void nd_send(struct vpc_link *link, u8 type, const struct in6_addr *from,
		    const struct in6_addr *to, const u8 *lladdr, const struct in6_addr *target,
		    bool solicited)
{
	unsigned int len = sizeof(struct nd_msg) + 8;
	struct net_device *dev = link->dev;
	struct ipv6hdr *ip6h;
	struct sk_buff *skb;
	struct nd_msg *msg;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + sizeof(*ip6h) + len, GFP_ATOMIC);
	if (!skb)
		return;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	ip6h = skb_put_zero(skb, sizeof(*ip6h));
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = NEXTHDR_ICMP;
	ip6h->hop_limit = 255;
	ip6h->saddr = *from;
	ip6h->daddr = *to;

	msg = skb_put_zero(skb, len);
	msg->icmph.icmp6_type = type;
	msg->icmph.icmp6_solicited = solicited;
	msg->icmph.icmp6_override = type == NDISC_NEIGHBOUR_ADVERTISEMENT;
	msg->icmph.icmp6_router = type == NDISC_NEIGHBOUR_ADVERTISEMENT;
	msg->target = *target;
	msg->opt[0] = type == NDISC_NEIGHBOUR_ADVERTISEMENT ? ND_OPT_TARGET_LL_ADDR :
							      ND_OPT_SOURCE_LL_ADDR;
	msg->opt[1] = 1;
	ether_addr_copy(msg->opt + 2, dev->dev_addr);
	msg->icmph.icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, NEXTHDR_ICMP,
						 csum_partial(msg, len, 0));
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IPV6);
	skb->priority = TC_PRIO_CONTROL;
	eth_header(skb, dev, ETH_P_IPV6, lladdr, dev->dev_addr, skb->len);
	skb_reset_mac_header(skb);
	dev_queue_xmit(skb);
}

/**
 * vpc_nd_ask() - who has an address?
 * @link: where
 * @addr: the address
 * Context: any; atomic.
 */
void vpc_nd_ask(struct vpc_link *link, const struct in6_addr *addr)
{
	struct in6_addr to;
	u8 lladdr[ETH_ALEN];

	if (!link->gateway[1].family || !works(link->dev))
		return;
	addrconf_addr_solict_mult(addr, &to);
	ipv6_eth_mc_map(&to, lladdr);
	nd_send(link, NDISC_NEIGHBOUR_SOLICITATION, &link->gateway[1].v6, &to, lladdr, addr, false);
}

/**
 * vpc_nd_is() - is it router or neighbour discovery?
 * @skb: an IPv6 packet with a linear header
 *
 * With extension headers it is not: RFC 6980 forbids fragments, and no sender
 * has use for others.
 *
 * Context: any.
 * Return: true if it is.
 */
bool vpc_nd_is(const struct sk_buff *skb)
{
	const u8 *type;
	u8 buf;

	if (ipv6_hdr(skb)->nexthdr != NEXTHDR_ICMP)
		return false;
	type = skb_header_pointer(skb, sizeof(struct ipv6hdr), 1, &buf);
	return type && *type >= NDISC_ROUTER_SOLICITATION && *type <= NDISC_REDIRECT;
}

/* The link-layer address option of a kind, or NULL; false for malformed options. */
static bool lladdr_option(const u8 *opt, int len, u8 kind, const u8 **lladdr)
{
	*lladdr = NULL;
	while (len >= 8) {
		int size = opt[1] * 8;

		if (!size || size > len)
			return false;
		if (opt[0] == kind && size == 8)
			*lladdr = opt + 2;
		opt += size;
		len -= size;
	}
	return !len;
}

static bool nd_checksum_ok(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	int len = skb->len - sizeof(*ip6h);

	return !csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, NEXTHDR_ICMP,
				skb_checksum(skb, sizeof(*ip6h), len, 0));
}

static enum vpc_drop_reason nd_handle(struct vpc_link *link, struct sk_buff *skb)
{
	struct in6_addr all_nodes = IN6ADDR_LINKLOCAL_ALLNODES_INIT;
	struct vpc_addr sender, target;
	const struct ipv6hdr *ip6h;
	const u8 *lladdr, *frame_from;
	const struct nd_msg *msg;
	u8 mc_lladdr[ETH_ALEN];
	struct vpc_adj *adj;
	bool solicit;

	if (skb_linearize(skb) || skb->len < sizeof(*ip6h) + sizeof(*msg))
		return VPC_DROP_ND;
	frame_from = eth_hdr(skb)->h_source;
	ip6h = ipv6_hdr(skb);
	msg = (struct nd_msg *)(ip6h + 1);
	solicit = msg->icmph.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION;
	/* Routers are not for tenants to announce, and we do not announce any. */
	if (!solicit && msg->icmph.icmp6_type != NDISC_NEIGHBOUR_ADVERTISEMENT)
		return VPC_DROP_ND;
	/* RFC 4861 7.1.1, 7.1.2 */
	if (ip6h->hop_limit != 255 || msg->icmph.icmp6_code || !nd_checksum_ok(skb) ||
	    ipv6_addr_is_multicast(&msg->target))
		return VPC_DROP_ND;
	if (!lladdr_option(msg->opt, skb->len - sizeof(*ip6h) - sizeof(*msg),
			   solicit ? ND_OPT_SOURCE_LL_ADDR : ND_OPT_TARGET_LL_ADDR, &lladdr))
		return VPC_DROP_ND;
	/* Nobody speaks for another MAC here. */
	if (lladdr && !ether_addr_equal(lladdr, frame_from))
		return VPC_DROP_ND;

	target = addr6(&msg->target);
	sender = solicit ? addr6(&ip6h->saddr) : target;
	adj = adj_of(link, &sender);
	if (adj && !may_be(adj, frame_from))
		return VPC_DROP_SOURCE_MAC;
	if (adj)
		vpc_adj_learn(adj, frame_from);
	else if (!vpc_link_is_uplink(link) && !ipv6_addr_any(&sender.v6) &&
		 !(ipv6_addr_type(&sender.v6) & IPV6_ADDR_LINKLOCAL))
		return VPC_DROP_ND;

	if (!solicit || !is_ours(link, &target))
		return VPC_DROP_MAX;
	if (!ipv6_addr_any(&ip6h->saddr)) {
		nd_send(link, NDISC_NEIGHBOUR_ADVERTISEMENT, &target.v6, &ip6h->saddr, frame_from,
			&target.v6, true);
		return VPC_DROP_MAX;
	}
	/* Duplicate address detection for an address that is not the sender's. */
	ipv6_eth_mc_map(&all_nodes, mc_lladdr);
	nd_send(link, NDISC_NEIGHBOUR_ADVERTISEMENT, &target.v6, &all_nodes, mc_lladdr,
		&target.v6, false);
	return VPC_DROP_MAX;
}

/**
 * vpc_nd_rcv() - router or neighbour discovery that came in on a link
 * @pkt: the packet
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_nd_rcv(struct vpc_pkt *pkt)
{
	enum vpc_drop_reason reason = nd_handle(pkt->link, pkt->skb);

	if (reason != VPC_DROP_MAX)
		return vpc_drop(pkt, reason);
	consume_skb(pkt->skb);
	return VPC_DONE;
}
