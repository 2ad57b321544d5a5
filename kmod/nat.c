// SPDX-License-Identifier: GPL-2.0
/*
 * A packet's way through a NAT gateway.
 *
 * From inside: the connection is looked up in the zone of the VPC, the packet passes FORWARD as
 * the tenant sent it, then it is translated and leaves by the uplink. From outside: a connection
 * of zone 0 says whose packet it is, it is translated, and passes FORWARD as the tenant will see
 * it. What starts no connection that a rule allows leaves no trace in conntrack.
 */

#include <linux/icmp.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "filter.h"
#include "forward.h"
#include "nat.h"
#include "natgw.h"

/**
 * vpc_nat_whole() - put fragments of IPv4 together, as later ones have no ports
 * @vn: the namespace
 * @skb: starts at its network header
 * @zone: has a queue of its own
 * Context: softirq, RCU read side.
 * Return: false: the packet is not complete, and is gone.
 */
bool vpc_nat_whole(struct vpc_net *vn, struct sk_buff *skb, u16 zone)
{
	struct net_device *dev = skb->dev;

	if (likely(!ip_is_fragment(ip_hdr(skb))))
		return true;
	/*
	 * When time is over the stack looks for the device, and tells the sender by the host's own
	 * routes (ip_expire() in net/ipv4/ip_fragment.c). It shall find none.
	 */
	skb->dev = blackhole_netdev;
	if (ip_defrag(vn->net, skb, IP_DEFRAG_CONNTRACK_IN + zone))
		return false;
	skb->dev = dev;
	skb->ignore_df = 1;
	return true;
}

/**
 * vpc_nat_tuple_of() - a packet as conntrack looks it up
 * @vn: the namespace
 * @skb: starts at its network header, no fragment
 * @tuple: gets it
 * Context: any.
 * Return: false: it has none.
 */
bool vpc_nat_tuple_of(struct vpc_net *vn, const struct sk_buff *skb,
		      struct nf_conntrack_tuple *tuple)
{
	return nf_ct_get_tuplepr(skb, skb_network_offset(skb), NFPROTO_IPV4, vn->net, tuple);
}

/**
 * vpc_nat_may_start() - does a packet start a connection?
 * @skb: starts at its network header, no fragment
 *
 * Conntrack by itself takes TCP that it meets in the middle for a new connection, and would give
 * it another port.
 *
 * Context: any.
 * Return: true if it does.
 */
bool vpc_nat_may_start(const struct sk_buff *skb)
{
	const struct icmphdr *icmph;
	const struct tcphdr *th;
	union {
		struct tcphdr th;
		struct icmphdr icmph;
	} buf;

	switch (ip_hdr(skb)->protocol) {
	case IPPROTO_TCP:
		th = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf.th), &buf.th);
		return th && th->syn && !th->ack && !th->rst && !th->fin;
	case IPPROTO_ICMP:
		icmph = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf.icmph), &buf.icmph);
		return icmph && icmph->type == ICMP_ECHO;
	default:
		return true;
	}
}

/**
 * vpc_nat_connections() - how many connections a VPC has in conntrack's table
 * @vpc: the VPC
 * Context: RCU read side, or vpc_net::lock.
 * Return: those of its NAT gateways, and those that are filtered.
 */
u32 vpc_nat_connections(const struct vpc *vpc)
{
	const struct vpc_nat_zone *zone =
		rcu_dereference_check(vpc->nat_zone, lockdep_is_held(&vpc->vn->lock));

	return (zone ? atomic_read(&zone->connections) : 0) + vpc_filter_connections(vpc);
}

/**
 * vpc_nat_limit_reached() - has a VPC as many connections as it may have?
 * @vpc: the VPC
 * Context: RCU read side.
 * Return: true if it has.
 */
bool vpc_nat_limit_reached(const struct vpc *vpc)
{
	u32 limit = READ_ONCE(vpc->connection_limit);

	/* The table is the machine's: by default, one VPC may fill a quarter of it. */
	if (!limit)
		limit = nf_conntrack_max / 4;
	return limit && vpc_nat_connections(vpc) >= limit;
}

/* A connection that the first packet has made, and that packet's translation. */
static enum vpc_drop_reason finish_new(struct vpc_net *vn, struct sk_buff *skb, bool out)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	enum vpc_drop_reason reason;
	struct vpc_nat_flow flow = {};
	bool same;

	reason = out ? vpc_nat_finish_out(vn, ct, &flow) : vpc_nat_finish_in(vn, ct, &flow);
	if (reason != VPC_DROP_MAX)
		return reason;
	if (out && !vpc_nat_translate(skb))
		reason = VPC_DROP_NAT_INVALID;
	else if (!vpc_nat_confirm(skb, &same) || !same)
		reason = VPC_DROP_NAT_CONFLICT;
	if (reason != VPC_DROP_MAX)
		vpc_nat_flow_lost(&flow);
	return reason;
}

/* Does a packet go out, by its connection? */
static bool goes_out(const struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	return (nf_ct_zone(ct)->dir == NF_CT_ZONE_DIR_ORIG) ==
	       (CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL);
}

static enum vpc_drop_reason finish(struct vpc_net *vn, struct sk_buff *skb, bool *hairpin)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	bool out = goes_out(ct, ctinfo);
	bool new = !nf_ct_is_confirmed(ct);
	enum vpc_drop_reason reason = new ? finish_new(vn, skb, out) : VPC_DROP_MAX;
	const struct vpc_nat_flow *flow;

	if (reason != VPC_DROP_MAX)
		return reason;
	flow = vpc_nat_flow_of(ct);
	if (unlikely(!flow))
		return VPC_DROP_NO_NEXTHOP;
	if (!new && out && !vpc_nat_translate(skb))
		return VPC_DROP_NAT_INVALID;
	*hairpin = out && flow->hairpin;
	return VPC_DROP_MAX;
}

/* The gateway by which a packet was to leave has counted it. */
static void gateway_drop(struct vpc_net *vn, const struct sk_buff *skb,
			 enum vpc_drop_reason reason)
{
	const struct vpc_nat_pending *pending;
	const struct vpc_nat_gateway *gw;
	const struct vpc_nat_flow *flow;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	u32 packets;
	u64 bytes;

	if (!ct || !goes_out(ct, ctinfo))
		return;
	pending = vpc_nat_pending_of(ct);
	flow = pending ? NULL : vpc_nat_flow_of(ct);
	gw = flow ? flow->gateway : vpc_nat_pending_gateway(vn, pending);
	if (!gw)
		return;
	vpc_skb_cost(skb, &packets, &bytes);
	vpc_counters_drop(gw->counters, reason, packets);
}

/* It may have waited in a queue of a hook for long: whatever it needs may be gone. */
static void drop_late(struct vpc_net *vn, struct sk_buff *skb, enum vpc_drop_reason reason)
{
	struct vpc_link *from = vpc_link_of(skb->dev);

	gateway_drop(vn, skb, reason);
	vpc_drop_skb(skb, from ? from->vpc : vn->outside, from ? from->counters : NULL, reason);
}

/**
 * vpc_nat_finish() - a packet with a connection has passed FORWARD
 * @net: the namespace
 * @sk: NULL
 * @skb: the packet, with its dst, which is ours; consumed
 * Context: bottom halves off.
 * Return: 0 or -errno.
 */
int vpc_nat_finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct vpc_dst *vd = container_of(skb_dst(skb), struct vpc_dst, dst);
	struct vpc_net *vn = vpc_net(net);
	struct vpc_public *public = NULL;
	enum vpc_drop_reason reason;
	bool hairpin = false;
	int ret = 0;

	rcu_read_lock();
	reason = READ_ONCE(vd->dst.obsolete) == DST_OBSOLETE_DEAD ? VPC_DROP_LINK_DOWN :
								    finish(vn, skb, &hairpin);
	if (unlikely(reason != VPC_DROP_MAX)) {
		drop_late(vn, skb, reason);
		goto out;
	}
	nf_reset_ct(skb);
	if (unlikely(hairpin))
		public = vpc_public_find4(vn, ip_hdr(skb)->daddr);
	if (unlikely(public)) {
		skb->dev = public->uplink->link.dev;
		skb_dst_drop(skb);
		vpc_nat_receive(vn, public, skb, true);
		goto out;
	}
	/* Rules of the host for NAT leave it alone. */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	ret = vpc_forward_out(skb, vd);
out:
	rcu_read_unlock();
	return ret;
}
