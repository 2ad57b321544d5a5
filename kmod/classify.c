// SPDX-License-Identifier: GPL-2.0
/*
 * Where a packet comes from: its VPC and table, after its source has been
 * checked. Every way in has a rule for sources: a port's packets come from its
 * MAC and its addresses, an uplink's from where the VPC would route back to it.
 */

#include <linux/etherdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "arp_nd.h"
#include "classify.h"
#include "group.h"
#include "icmp.h"
#include "ipsec.h"
#include "port.h"
#include "probe.h"
#include "table.h"
#include "uplink.h"

/* IPv6 extension headers of a packet. */
#define VPC_EXTENSIONS_MAX 8

/* Which source prefix of the port the address is in, or -1. */
static int source_index4(const struct vpc_port *port, __be32 addr)
{
	const struct vpc_source4 *s = port->source4;
	int i;

	for (i = 0; i < port->sources[0]; i++)
		if ((addr & s[i].mask) == s[i].addr)
			return i;
	return -1;
}

static int source_index6(const struct vpc_port *port, const struct in6_addr *addr)
{
	const struct vpc_source6 *s = port->source6;
	int i;

	for (i = 0; i < port->sources[1]; i++)
		if (ipv6_prefix_equal(addr, &s[i].addr, s[i].len))
			return i;
	return -1;
}

static struct vpc_addr source_of(const struct vpc_pkt *pkt)
{
	struct vpc_addr source = { .family = pkt->family };

	if (pkt->family == AF_INET)
		source.v4 = ip_hdr(pkt->skb)->saddr;
	else
		source.v6 = ipv6_hdr(pkt->skb)->saddr;
	return source;
}

static struct vpc_addr destination_of(const struct vpc_pkt *pkt)
{
	struct vpc_addr to = { .family = pkt->family };

	if (pkt->family == AF_INET)
		to.v4 = ip_hdr(pkt->skb)->daddr;
	else
		to.v6 = ipv6_hdr(pkt->skb)->daddr;
	return to;
}

/* Neither an allowed prefix nor a route makes these true: nobody, and ourselves. */
static bool foreign_source_ok(const struct vpc_pkt *pkt, const struct vpc_addr *source)
{
	return vpc_addr_usable(source) &&
	       !vpc_addr_equal(source, &pkt->link->gateway[vpc_family_index(pkt->family)]) &&
	       !vpc_probe_is_source(pkt->vpc, source);
}

static enum vpc_verdict check_port(struct vpc_pkt *pkt)
{
	struct vpc_port *port = vpc_port_of(pkt->link);
	const struct sk_buff *skb = pkt->skb;
	int f = vpc_family_index(pkt->family);
	const struct vpc_dst *vd;
	struct vpc_addr source;
	int i;

	/* The way to the tenant has its MAC, and is in the cache for answers. */
	vd = rcu_dereference(port->adj.dst[f]);
	if (unlikely(!vd)) {
		vpc_adj_wake(&port->adj);
		return vpc_drop(pkt, VPC_DROP_SOURCE_UNKNOWN);
	}
	if (unlikely(!ether_addr_equal(vd->header.h_dest, eth_hdr(skb)->h_source)))
		return vpc_drop(pkt, VPC_DROP_SOURCE_MAC);

	i = pkt->family == AF_INET ? source_index4(port, ip_hdr(skb)->saddr) :
				     source_index6(port, &ipv6_hdr(skb)->saddr);
	if (unlikely(i < 0))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
	pkt->from_endpoint = i < port->own_sources[f];
	if (likely(pkt->from_endpoint))
		return VPC_CONTINUE;
	source = source_of(pkt);
	if (!foreign_source_ok(pkt, &source))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
	return VPC_CONTINUE;
}

/* Does a next hop lead where the packet came from? */
static bool leads_back(const struct vpc_nexthop *nh, const struct vpc_link *link)
{
	if (vpc_link_is_ipsec(link))
		return nh->key.type == VPC_NH_IPSEC && &nh->key.ipsec->link == link;
	return vpc_nh_router_leads_to(nh, link);
}

/* Would the table send packets for the source back, by whichever next hop of a route? */
static bool routes_back(const struct vpc_pkt *pkt, const struct vpc_addr *source)
{
	const struct vpc_lpm *lpm = &pkt->table->lpm[vpc_family_index(pkt->family)];
	const struct vpc_group *group;
	u32 value;
	int i;

	value = pkt->family == AF_INET ? vpc_lpm_lookup4(lpm, source->v4) :
					 vpc_lpm_lookup6(lpm, &source->v6);
	if (value == VPC_LPM_NONE || value == VPC_ROUTE_LOCAL)
		return false;
	group = vpc_group_of_value(pkt->vpc->vn, value);
	for (i = 0; group && i < group->count; i++)
		if (leads_back(group->path[i].nh, pkt->link))
			return true;
	return false;
}

static enum vpc_verdict check_uplink(struct vpc_pkt *pkt)
{
	struct vpc_uplink *uplink = vpc_uplink_of(pkt->link);
	const struct vpc_addr source = source_of(pkt);

	if (unlikely(!foreign_source_ok(pkt, &source)))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
	/* The routers themselves, as they send errors. */
	if (vpc_uplink_adj(uplink, &source))
		return VPC_CONTINUE;
	if (!routes_back(pkt, &source))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ROUTE);
	return VPC_CONTINUE;
}

static bool covered(const struct vpc_prefix *list, int count, const struct vpc_addr *addr)
{
	int i;

	for (i = 0; i < count; i++)
		if (vpc_prefix_contains(&list[i], addr))
			return true;
	return !count;
}

/* V5: as if it were to go back. What the connection is for, in both directions, comes first. */
static enum vpc_verdict check_ipsec(struct vpc_pkt *pkt)
{
	const struct vpc_ipsec *conn = vpc_ipsec_of(pkt->link);
	const struct vpc_addr source = source_of(pkt), to = destination_of(pkt);

	if (unlikely(!foreign_source_ok(pkt, &source)))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
	if (!covered(conn->prefix, conn->locals, &to) ||
	    !covered(conn->prefix + conn->locals, conn->remotes, &source))
		return vpc_drop(pkt, VPC_DROP_IPSEC_SELECTOR);
	if (conn->mode == VPC_IPSEC_POLICY ?
	    vpc_selectors_match(pkt->vpc, to.bytes, source.bytes, pkt->family) != conn :
	    !routes_back(pkt, &source))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ROUTE);
	return VPC_CONTINUE;
}

static __always_inline enum vpc_verdict check_options4(struct vpc_pkt *pkt)
{
	/* Source routes are an attack, and no tenant needs the others. */
	if (unlikely(ip_hdr(pkt->skb)->ihl > 5))
		return vpc_drop(pkt, VPC_DROP_IP_OPTIONS);
	return VPC_CONTINUE;
}

/*
 * Walk the extension headers: no routing header of type 0 (RFC 5095), and no
 * more of them than a sender with a reason has. What follows a fragment header
 * of a later fragment cannot be read, and is data there.
 */
static bool extensions_ok(const struct sk_buff *skb)
{
	unsigned int offset = sizeof(struct ipv6hdr);
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	int i;

	for (i = 0; i < VPC_EXTENSIONS_MAX && ipv6_ext_hdr(nexthdr); i++) {
		const struct ipv6_rt_hdr *h;
		struct ipv6_rt_hdr buf;
		const __be16 *frag;
		__be16 frag_buf;

		if (nexthdr == NEXTHDR_NONE)
			return true;
		h = skb_header_pointer(skb, offset, sizeof(buf), &buf);
		if (!h || nexthdr == NEXTHDR_HOP ||
		    (nexthdr == NEXTHDR_ROUTING && h->type == IPV6_SRCRT_TYPE_0))
			return false;
		if (nexthdr == NEXTHDR_FRAGMENT) {
			frag = skb_header_pointer(skb, offset + offsetof(struct frag_hdr, frag_off),
						  sizeof(frag_buf), &frag_buf);
			if (!frag)
				return false;
			if (*frag & htons(IP6_OFFSET))
				return true;
			offset += sizeof(struct frag_hdr);
		} else if (nexthdr == NEXTHDR_AUTH) {
			offset += (h->hdrlen + 2) * 4;
		} else {
			offset += (h->hdrlen + 1) * 8;
		}
		nexthdr = h->nexthdr;
	}
	return !ipv6_ext_hdr(nexthdr) || nexthdr == NEXTHDR_NONE;
}

static __always_inline enum vpc_verdict check_options6(struct vpc_pkt *pkt)
{
	if (vpc_nd_is(pkt->skb))
		return vpc_link_is_ipsec(pkt->link) || pkt->link->overlay ?
		       vpc_drop(pkt, VPC_DROP_ND) : vpc_nd_rcv(pkt);
	if (unlikely(ipv6_ext_hdr(ipv6_hdr(pkt->skb)->nexthdr)) && !extensions_ok(pkt->skb))
		return vpc_drop(pkt, VPC_DROP_IP_OPTIONS);
	return VPC_CONTINUE;
}

static __always_inline enum vpc_verdict check_headers(struct vpc_pkt *pkt)
{
	enum vpc_verdict verdict;

	verdict = pkt->family == AF_INET ? check_options4(pkt) : check_options6(pkt);
	if (verdict == VPC_CONTINUE && unlikely(pkt->skb->pkt_type != PACKET_HOST))
		return vpc_drop(pkt, VPC_DROP_MULTICAST);
	return verdict;
}

/**
 * vpc_classify_headers() - check what no packet may say, wherever it comes from
 * @pkt: the packet
 * Context: softirq, RCU read side.
 * Return: VPC_CONTINUE, or VPC_DONE when it was dropped or answered.
 */
enum vpc_verdict vpc_classify_headers(struct vpc_pkt *pkt)
{
	return check_headers(pkt);
}

/**
 * vpc_classify() - check where a packet comes from
 * @pkt: the packet
 * Context: softirq, RCU read side.
 * Return: VPC_CONTINUE, or VPC_DONE when it was dropped or answered.
 */
enum vpc_verdict vpc_classify(struct vpc_pkt *pkt)
{
	enum vpc_verdict verdict = check_headers(pkt);

	if (verdict != VPC_CONTINUE)
		return verdict;
	switch (pkt->link->obj.kind) {
	case VPC_KIND_UPLINK:
		return check_uplink(pkt);
	case VPC_KIND_IPSEC:
		return check_ipsec(pkt);
	default:
		return check_port(pkt);
	}
}

/**
 * vpc_classify_local() - deal with destinations that are not routed
 * @pkt: a classified packet
 * Context: softirq, RCU read side.
 * Return: VPC_CONTINUE, or VPC_DONE when it was dropped or answered.
 */
enum vpc_verdict vpc_classify_local(struct vpc_pkt *pkt)
{
	const struct vpc_addr *own = &pkt->link->gateway[vpc_family_index(pkt->family)];
	u64 filter = READ_ONCE(pkt->vpc->probe_filter);

	if (pkt->family == AF_INET) {
		__be32 to = ip_hdr(pkt->skb)->daddr;

		if (vpc_probe_maybe(filter, &to, AF_INET) &&
		    vpc_probe_receive(pkt) != VPC_CONTINUE)
			return VPC_DONE;
		if (own->family && to == own->v4)
			return vpc_icmp_echo(pkt);
		if (unlikely(ipv4_is_multicast(to) || ipv4_is_lbcast(to)))
			return vpc_drop(pkt, VPC_DROP_MULTICAST);
		if (unlikely(ipv4_is_loopback(to) || ipv4_is_zeronet(to) ||
			     (to & htonl(0xf0000000)) == htonl(0xf0000000)))
			return vpc_drop(pkt, VPC_DROP_MARTIAN);
		if (unlikely(ipv4_is_linklocal_169(to)))
			return vpc_drop(pkt, VPC_DROP_LINK_LOCAL);
	} else {
		const struct in6_addr *to = &ipv6_hdr(pkt->skb)->daddr;
		int type = ipv6_addr_type(to);

		if (vpc_probe_maybe(filter, to, AF_INET6) &&
		    vpc_probe_receive(pkt) != VPC_CONTINUE)
			return VPC_DONE;
		if (own->family && ipv6_addr_equal(to, &own->v6))
			return vpc_icmp_echo(pkt);
		if (unlikely(type & IPV6_ADDR_MULTICAST))
			return vpc_drop(pkt, VPC_DROP_MULTICAST);
		if (unlikely(type & IPV6_ADDR_LINKLOCAL))
			return vpc_drop(pkt, VPC_DROP_LINK_LOCAL);
		if (unlikely(type == IPV6_ADDR_ANY || (type & IPV6_ADDR_LOOPBACK)))
			return vpc_drop(pkt, VPC_DROP_MARTIAN);
	}
	return VPC_CONTINUE;
}
