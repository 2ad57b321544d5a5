// SPDX-License-Identifier: GPL-2.0
/*
 * Next hop of type ipsec: encrypted by a security association of the connection's if_id, or
 * dropped. XFRM answers a look-up without a policy with the dst that it was given, so what it
 * returns is believed only after a check; and what it was given discards (ipsec_dst.c).
 */

#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netlink.h>
#include <net/xfrm.h>

#include "dst.h"
#include "endpoint.h"
#include "filter.h"
#include "forward.h"
#include "icmp.h"
#include "ipsec.h"
#include "mss.h"
#include "nexthop.h"
#include "policer.h"
#include "reasons.h"
#include "vpc.h"

static int parse(struct vpc_nh_key *key, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	struct vpc_ipsec *conn;
	const char *name;

	if (!tb[VPC_A_NEXTHOP_IPSEC])
		return vpc_err(extack, -EINVAL, "a next hop of type ipsec has the name of an IPsec connection as its target");
	name = nla_data(tb[VPC_A_NEXTHOP_IPSEC]);
	conn = vpc_ipsec_find(key->vpc->vn, name);
	if (!conn)
		return vpc_err(extack, -ENOENT, "there is no IPsec connection named %s", name);
	if (conn->link.vpc != key->vpc)
		return vpc_err(extack, -EINVAL,
			       "IPsec connection %s ends at VPN gateway %s of VPC %s, not in VPC %s",
			       name, conn->gateway->obj.name, conn->link.vpc->obj.name,
			       key->vpc->obj.name);
	key->ipsec = conn;
	return 0;
}

static int init(struct vpc_nexthop *nh, struct netlink_ext_ack *extack)
{
	struct vpc_ipsec *conn = nh->key.ipsec;

	/* Nobody sees it yet, so this is no change. */
	nh->state.device = conn->negotiated;
	nh->health = conn->negotiated ? VPC_HEALTH_UP : VPC_HEALTH_DOWN;
	conn->nh = nh;
	return 0;
}

static void destroy(struct vpc_nexthop *nh)
{
	nh->key.ipsec->nh = NULL;
}

static int may_route(const struct vpc_nexthop *nh, struct netlink_ext_ack *extack)
{
	const struct vpc_ipsec *conn = nh->key.ipsec;

	if (conn->mode == VPC_IPSEC_ROUTE)
		return 0;
	return vpc_err(extack, -EINVAL,
		       "IPsec connection %s is in policy mode: its local and remote prefixes decide, not routes",
		       conn->link.obj.name);
}

/* Ports, or what ICMP has in their place; none of a fragment. */
static void flow_ports(struct flowi *fl, union flowi_uli *uli, const struct sk_buff *skb,
		       unsigned int at, u8 proto)
{
	const __be16 *ports;
	const u8 *icmp;
	__be32 buf;

	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		ports = skb_header_pointer(skb, at, sizeof(buf), &buf);
		if (!ports)
			return;
		uli->ports.sport = ports[0];
		uli->ports.dport = ports[1];
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		icmp = skb_header_pointer(skb, at, 2, &buf);
		if (!icmp)
			return;
		uli->icmpt.type = icmp[0];
		uli->icmpt.code = icmp[1];
		break;
	}
}

/**
 * vpc_ipsec_flow() - a packet as XFRM's selectors see it
 * @fl: gets it; nothing in it is of the host
 * @skb: the packet, at its network header
 * @family: AF_INET or AF_INET6
 * Context: any.
 */
void vpc_ipsec_flow(struct flowi *fl, const struct sk_buff *skb, u8 family)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;
	__be16 frag = 0;
	u8 proto;
	int at;

	memset(fl, 0, sizeof(*fl));
	if (family == AF_INET) {
		iph = ip_hdr(skb);
		fl->u.ip4.saddr = iph->saddr;
		fl->u.ip4.daddr = iph->daddr;
		fl->flowi_proto = iph->protocol;
		if (!ip_is_fragment(iph))
			flow_ports(fl, &fl->u.ip4.uli, skb, ip_hdrlen(skb), iph->protocol);
		return;
	}
	ip6h = ipv6_hdr(skb);
	fl->u.ip6.saddr = ip6h->saddr;
	fl->u.ip6.daddr = ip6h->daddr;
	proto = ip6h->nexthdr;
	at = ipv6_skip_exthdr(skb, sizeof(*ip6h), &proto, &frag);
	fl->flowi_proto = proto;
	if (at >= 0 && !frag)
		flow_ports(fl, &fl->u.ip6.uli, skb, at, proto);
}

/* What a look-up that failed is called. */
static enum vpc_drop_reason reason_of(long err)
{
	switch (err) {
	case -EPERM:
		return VPC_DROP_IPSEC_BLOCKED;
	case -EREMOTE:
	case -EAGAIN:
	case -ESRCH:
		return VPC_DROP_IPSEC_NO_SA;
	case -ENOENT:
		return VPC_DROP_IPSEC_NO_POLICY;
	case -ENOMEM:
	case -ENOBUFS:
		return VPC_DROP_NO_MEMORY;
	default:
		return VPC_DROP_IPSEC_ROUTE;
	}
}

/*
 * Is it ESP, once, in tunnel mode, by a security association of the connection? In transport
 * mode the inner header would be on the wire; and of several transformations the outermost
 * alone is seen here.
 */
static enum vpc_drop_reason check_bundle(const struct dst_entry *dst, u32 if_id)
{
	const struct xfrm_state *x = dst->xfrm;

	if (!x)
		return VPC_DROP_IPSEC_NO_POLICY;
	if (x->if_id != if_id || x->props.mode != XFRM_MODE_TUNNEL || x->id.proto != IPPROTO_ESP ||
	    xfrm_dst_child(dst)->xfrm)
		return VPC_DROP_IPSEC_MODE;
	return VPC_DROP_MAX;
}

static void bundle_drop(struct vpc_ipsec_bundle *b)
{
	dst_release(b->dst);
	b->dst = NULL;
}

/* The bundle that this CPU took last, with a reference, if it is as good as on the first day. */
static struct dst_entry *bundle_get(struct vpc_ipsec_bundle *b, u32 generation)
{
	if (!b->dst)
		return NULL;
	/* The state of the association, the policy, routes and MTU: xfrm_dst_check(). */
	if (likely(b->generation == generation && b->dst->ops->check(b->dst, 0)))
		return dst_clone(b->dst);
	bundle_drop(b);
	return NULL;
}

/* The way through ESP, with a reference; or NULL and why not. */
static struct dst_entry *find_bundle(struct vpc_ipsec *conn, const struct sk_buff *skb, u8 family,
				     enum vpc_drop_reason *reason)
{
	int f = vpc_family_index(family);
	struct vpc_ipsec_bundle *b = &this_cpu_ptr(conn->bundles)->bundle[f];
	struct vpc_net *vn = conn->link.vpc->vn;
	/* Before anything is looked at: what changes then makes another number. */
	u32 generation = smp_load_acquire(&conn->generation);
	struct dst_entry *dst;
	struct flowi fl;

	dst = bundle_get(b, generation);
	if (likely(dst))
		return dst;

	vpc_ipsec_flow(&fl, skb, family);
	dst_hold(vn->discard[f]);
	dst = xfrm_lookup_with_ifid(vn->net, vn->discard[f], &fl, NULL, 0, conn->if_id);
	if (IS_ERR(dst)) {
		*reason = reason_of(PTR_ERR(dst));
		return NULL;
	}
	*reason = check_bundle(dst, conn->if_id);
	if (unlikely(*reason != VPC_DROP_MAX)) {
		dst_release(dst);
		return NULL;
	}
	if (READ_ONCE(conn->cacheable[f]) && vpc_ipsec_any_packet(&dst->xfrm->sel)) {
		b->dst = dst_clone(dst);
		b->generation = generation;
	}
	return dst;
}

/**
 * vpc_ipsec_forget() - let go of bundles
 * @conn: a connection that no packet finds any more
 * Context: any.
 */
void vpc_ipsec_forget(struct vpc_ipsec *conn)
{
	int cpu, f;

	for_each_possible_cpu(cpu)
		for (f = 0; f < 2; f++)
			bundle_drop(&per_cpu_ptr(conn->bundles, cpu)->bundle[f]);
}

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	skb->dev = dst->dev;
	/*
	 * Larger than fits, and may be fragmented: inside, as many customer gateways do not
	 * put fragments of ESP together.
	 */
	if (skb->protocol == htons(ETH_P_IP) && !vpc_forward_fits(skb, dst_mtu(dst)))
		return vpc_dst_fragment(net, sk, skb, NULL, dst_output);
	/*
	 * The size has been looked at. If the MTU falls in this instant, ESP is fragmented;
	 * XFRM would quote the packet to its sender, by the host's routes (icmp_send()).
	 */
	skb->ignore_df = 1;
	return dst_output(net, sk, skb);
}

/*
 * The same where rules have seen a connection: of the VPC that it came in, or, if that was by
 * ESP, of the VPC whose gateway it leaves by.
 */
static int finish_filtered(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct vpc_net *vn = vpc_net(net);
	const struct vpc_ipsec *conn;
	const struct vpc_link *in;
	struct vpc *from, *to;
	bool ok;

	rcu_read_lock();
	in = vpc_link_of(skb->dev);
	conn = xa_load(&vn->if_ids, skb_dst(skb)->xfrm->if_id);
	from = in ? in->vpc : NULL;
	to = conn ? conn->link.vpc : NULL;
	ok = vpc_filter_leave(skb, from, to);
	if (unlikely(!ok && (from || to)))
		vpc_drop_skb(skb, from ?: to, NULL, VPC_DROP_FILTER_TABLE);
	else if (unlikely(!ok))
		vpc_drop_host(vn, skb, VPC_DROP_FILTER_TABLE);
	rcu_read_unlock();
	return likely(ok) ? finish(net, sk, skb) : -ENOMEM;
}

/* Consumes @dst. */
static void hand_over(struct vpc_ipsec *conn, struct sk_buff *skb, u8 family,
		      struct dst_entry *dst)
{
	u32 packets;
	u64 bytes;

	vpc_skb_cost(skb, &packets, &bytes);
	vpc_counters_tx(conn->link.counters, packets, bytes);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	/* The host's rules for its own packets go by the mark. */
	skb->mark = 0;
	/* Host NAT must not look the policy up again (nf_xfrm_me_harder()). */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	if (family == AF_INET) {
		skb->protocol = htons(ETH_P_IP);
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		IPCB(skb)->flags = IPSKB_FORWARDED;
	} else {
		skb->protocol = htons(ETH_P_IPV6);
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		IP6CB(skb)->flags = IP6SKB_FORWARDED;
	}
}

/* Check size, lower the hop count; the headers are writable afterwards. */
static enum vpc_verdict prepare(struct vpc_pkt *pkt, const struct dst_entry *dst)
{
	unsigned int mtu = dst_mtu(dst);

	if (pkt->family == AF_INET) {
		if ((ip_hdr(pkt->skb)->frag_off & htons(IP_DF)) &&
		    !vpc_forward_fits(pkt->skb, mtu))
			return vpc_icmp_reject(pkt, VPC_ICMP_TOO_BIG, mtu, VPC_DROP_MTU);
	} else if (!vpc_forward_fits(pkt->skb, max_t(unsigned int, mtu, IPV6_MIN_MTU))) {
		return vpc_icmp_reject(pkt, VPC_ICMP_TOO_BIG,
				       max_t(unsigned int, mtu, IPV6_MIN_MTU), VPC_DROP_MTU);
	}
	if (skb_cow(pkt->skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len))
		return vpc_drop(pkt, VPC_DROP_NO_MEMORY);
	if (pkt->family == AF_INET)
		ip_decrease_ttl(ip_hdr(pkt->skb));
	else
		ipv6_hdr(pkt->skb)->hop_limit--;
	return VPC_CONTINUE;
}

/* V6, V7: from one connection to another only where the gateways say so, and never back. */
static bool may_transit(const struct vpc_pkt *pkt, const struct vpc_ipsec *conn)
{
	const struct vpc_ipsec *from;

	if (!vpc_link_is_ipsec(pkt->link))
		return true;
	from = vpc_ipsec_of(pkt->link);
	return from != conn && READ_ONCE(from->gateway->transit) &&
	       READ_ONCE(conn->gateway->transit);
}

/*
 * By a route that a transit domain has published to this VPC: as with a next hop of type
 * transit, what comes from here is an endpoint of the VPC.
 */
static bool source_ok(const struct vpc_pkt *pkt, const struct vpc_ipsec *conn)
{
	return likely(pkt->vpc == conn->link.vpc) || vpc_nh_from_endpoint(pkt);
}

/* What comes back is clamped by the same measure, see ipsec_rx.c. */
static void clamp_mss(struct vpc_ipsec *conn, struct sk_buff *skb, u8 family, u32 mtu)
{
	if (READ_ONCE(conn->mtu) != mtu)
		WRITE_ONCE(conn->mtu, mtu);
	vpc_mss_clamp(skb, family, mtu);
}

/* May it enter, and by which way? With VPC_CONTINUE the caller has a reference on that. */
static enum vpc_verdict enter(struct vpc_pkt *pkt, struct vpc_ipsec *conn, struct dst_entry **way)
{
	enum vpc_drop_reason reason = VPC_DROP_MAX;
	struct sk_buff *skb = pkt->skb;
	struct vpc_policer *limit;
	enum vpc_verdict verdict;
	struct dst_entry *dst;

	if (unlikely(!may_transit(pkt, conn)))
		return vpc_drop(pkt, VPC_DROP_IPSEC_TRANSIT);
	if (unlikely(!source_ok(pkt, conn)))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
	if ((pkt->family == AF_INET ? ip_hdr(skb)->ttl : ipv6_hdr(skb)->hop_limit) <= 1)
		return vpc_icmp_reject(pkt, VPC_ICMP_TIME_EXCEEDED, 0, VPC_DROP_TTL);
	dst = find_bundle(conn, skb, pkt->family, &reason);
	if (unlikely(!dst))
		return vpc_drop(pkt, reason);
	limit = rcu_dereference(conn->gateway->limit[0]);
	if (limit && !vpc_policer_pass(limit, pkt->bytes, ktime_get_ns())) {
		verdict = vpc_drop(pkt, VPC_DROP_BANDWIDTH);
		goto release;
	}
	verdict = prepare(pkt, dst);
	if (verdict != VPC_CONTINUE)
		goto release;
	*way = dst;
	return VPC_CONTINUE;

release:
	dst_release(dst);
	return verdict;
}

/**
 * vpc_ipsec_output() - send a packet through a connection
 * @pkt: the packet
 * @conn: the connection
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_ipsec_output(struct vpc_pkt *pkt, struct vpc_ipsec *conn)
{
	int (*then)(struct net *net, struct sock *sk, struct sk_buff *skb) = finish;
	struct sk_buff *skb = pkt->skb;
	struct net_device *in = skb->dev;
	struct dst_entry *dst;

	pkt->dropped = VPC_DROP_MAX;
	if (unlikely(enter(pkt, conn, &dst) != VPC_CONTINUE)) {
		this_cpu_add(conn->lost->sent, pkt->packets);
		if (pkt->dropped != VPC_DROP_MAX)
			vpc_reasons_count(conn->lost, pkt->dropped, pkt->packets);
		return VPC_DONE;
	}
	if (READ_ONCE(conn->gateway->mss_clamp))
		clamp_mss(conn, skb, pkt->family, dst_mtu(dst));
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	hand_over(conn, skb, pkt->family, dst);
	if (vpc_filter_wanted(NULL, pkt->link->vpc)) {
		if (!vpc_filter_enter(skb, pkt->family, pkt->link->vpc))
			return VPC_DONE;
		then = finish_filtered;
	}
	NF_HOOK(pkt->family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NF_INET_FORWARD,
		conn->link.vpc->vn->net, NULL, skb, in, dst->dev, then);
	return VPC_DONE;
}

static enum vpc_verdict output(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	return vpc_ipsec_output(pkt, nh->key.ipsec);
}

/*
 * Without a security association the connection is down, and nothing would ask for one where
 * the policy is a trap: XFRM asks whoever negotiates (acquire) when a packet is looked up.
 */
static void missed(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt)
{
	enum vpc_drop_reason reason;
	struct dst_entry *dst;

	dst = find_bundle(nh->key.ipsec, pkt->skb, pkt->family, &reason);
	dst_release(dst);
}

/**
 * vpc_ipsec_emit() - send a packet of our own through a connection
 * @conn: the connection
 * @skb: the packet, at its network header; consumed
 * @family: AF_INET or AF_INET6
 * Context: bottom halves off, RCU read side.
 * Return: false when there is no way now.
 */
bool vpc_ipsec_emit(struct vpc_ipsec *conn, struct sk_buff *skb, u8 family)
{
	enum vpc_drop_reason reason;
	struct dst_entry *dst;

	dst = find_bundle(conn, skb, family, &reason);
	if (!dst) {
		vpc_drop_skb(skb, conn->link.vpc, NULL, reason);
		return false;
	}
	hand_over(conn, skb, family, dst);
	skb->pkt_type = PACKET_OUTGOING;
	finish(conn->link.vpc->vn->net, NULL, skb);
	return true;
}

static void str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	strscpy(buf, nh->key.ipsec->link.obj.name, size);
}

static int fill(struct sk_buff *msg, const struct vpc_nexthop *nh)
{
	return nla_put_string(msg, VPC_A_NEXTHOP_IPSEC, nh->key.ipsec->link.obj.name);
}

static bool emit(const struct vpc_nexthop *nh, struct sk_buff *skb, u8 family)
{
	return vpc_ipsec_emit(nh->key.ipsec, skb, family);
}

static bool came_by(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt)
{
	return pkt->link == &nh->key.ipsec->link && !pkt->peering;
}

const struct vpc_nh_ops vpc_nh_ipsec_ops = {
	.type = VPC_NH_IPSEC,
	.name = "ipsec",
	.size = sizeof(struct vpc_nexthop),
	.parse = parse,
	.init = init,
	.destroy = destroy,
	.may_route = may_route,
	.output = output,
	.missed = missed,
	.str = str,
	.fill = fill,
	.emit = emit,
	.came_by = came_by,
};
