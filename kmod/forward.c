// SPDX-License-Identifier: GPL-2.0
/*
 * What ip_forward() and ip6_forward() do, for a packet whose way is known: hop
 * count, MTU, headroom, FORWARD hook, output. (net/ipv4/ip_forward.c,
 * net/ipv6/ip6_output.c)
 */

#include <linux/netfilter.h>
#include <net/dst.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "filter.h"
#include "forward.h"
#include "hook.h"
#include "icmp.h"
#include "link.h"
#include "nat.h"

static int forward_finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return dst_output(net, sk, skb);
}

/**
 * vpc_forward_fits() - does a packet, or each of its segments, fit?
 * @skb: the packet
 * @mtu: what fits
 * Context: any.
 * Return: true if it does.
 */
bool vpc_forward_fits(const struct sk_buff *skb, unsigned int mtu)
{
	return skb->len <= mtu || (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/**
 * vpc_forward_out() - transmit what has passed FORWARD
 * @skb: the packet, with @vd as its dst
 * @vd: where to
 *
 * Where nobody has a hook, and nothing is to be fragmented, the IP stack has
 * nothing to add: the frame goes to the device at once.
 *
 * Context: bottom halves off, RCU read side.
 * Return: 0 or -errno.
 */
int vpc_forward_out(struct sk_buff *skb, struct vpc_dst *vd)
{
	struct net_device *out = READ_ONCE(vd->dst.dev);

	if (unlikely(vpc_hook_on_the_way(dev_net(skb->dev), vd->dst.ops->family)) ||
	    unlikely(!vpc_forward_fits(skb, READ_ONCE(out->mtu))))
		return dst_output(dev_net(skb->dev), NULL, skb);
	skb->dev = out;
	return vpc_dst_transmit(vd, skb);
}

/* With hooks, with a connection, or too large for the device. */
static noinline void send_slowly(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from)
{
	struct net_device *in = skb->dev, *out = READ_ONCE(vd->dst.dev);
	u8 family = vd->dst.ops->family;
	bool tracked = skb_nfct(skb);

	/* What is translated is filtered by the connection that it has for that. */
	if (!tracked && vpc_filter_wanted(from, vd->link->vpc)) {
		vpc_filter_send(skb, vd, from);
		return;
	}
	/* What needs neither NAT nor a stateful filter costs no conntrack. */
	if (!tracked)
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, &vd->dst);
	NF_HOOK(family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NF_INET_FORWARD, dev_net(in),
		NULL, skb, in, out, tracked ? vpc_nat_finish : forward_finish);
}

static __always_inline void send(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from)
{
	/* Once, as vpc_dst_free() may put the blackhole device there meanwhile. */
	struct net_device *in = skb->dev, *out = READ_ONCE(vd->dst.dev);

	if (likely(!skb_nfct(skb)) && likely(!vpc_filter_wanted(from, vd->link->vpc)) &&
	    likely(!vpc_hook_on_the_way(dev_net(in), vd->dst.ops->family)) &&
	    likely(vpc_forward_fits(skb, READ_ONCE(out->mtu)))) {
		skb->dev = out;
		vpc_dst_transmit(vd, skb);
		return;
	}
	send_slowly(skb, vd, from);
}

/**
 * vpc_forward_send() - run the hooks, if there are any, and transmit
 * @skb: ready to leave, its hop count already lowered
 * @vd: where to
 * @from: VPC that it came in, or NULL: not known
 * Context: softirq, RCU read side.
 */
void vpc_forward_send(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from)
{
	send(skb, vd, from);
}

/* Check and lower the hop count; the headers are writable afterwards. */
static enum vpc_verdict prepare4(struct vpc_pkt *pkt, const struct net_device *dev)
{
	const struct iphdr *iph = ip_hdr(pkt->skb);
	unsigned int mtu = READ_ONCE(dev->mtu);

	if (iph->ttl <= 1)
		return vpc_icmp_reject(pkt, VPC_ICMP_TIME_EXCEEDED, 0, VPC_DROP_TTL);
	/* What was put together is taken apart again. */
	if ((iph->frag_off & htons(IP_DF)) && !pkt->skb->ignore_df &&
	    unlikely(!vpc_forward_fits(pkt->skb, mtu)))
		return vpc_icmp_reject(pkt, VPC_ICMP_TOO_BIG, mtu, VPC_DROP_MTU);
	if (skb_cow(pkt->skb, LL_RESERVED_SPACE(dev)))
		return vpc_drop(pkt, VPC_DROP_NO_MEMORY);
	ip_decrease_ttl(ip_hdr(pkt->skb));
	IPCB(pkt->skb)->flags |= IPSKB_FORWARDED;
	return VPC_CONTINUE;
}

static enum vpc_verdict prepare6(struct vpc_pkt *pkt, const struct net_device *dev)
{
	unsigned int mtu = max_t(unsigned int, READ_ONCE(dev->mtu), IPV6_MIN_MTU);

	if (ipv6_hdr(pkt->skb)->hop_limit <= 1)
		return vpc_icmp_reject(pkt, VPC_ICMP_TIME_EXCEEDED, 0, VPC_DROP_TTL);
	if (!vpc_forward_fits(pkt->skb, mtu))
		return vpc_icmp_reject(pkt, VPC_ICMP_TOO_BIG, mtu, VPC_DROP_MTU);
	if (skb_cow(pkt->skb, LL_RESERVED_SPACE(dev)))
		return vpc_drop(pkt, VPC_DROP_NO_MEMORY);
	ipv6_hdr(pkt->skb)->hop_limit--;
	IP6CB(pkt->skb)->flags |= IP6SKB_FORWARDED;
	return VPC_CONTINUE;
}

/* For the packets that follow this one, see fetch_ahead() in rx.c. */
static void note_way(const struct vpc_link *link, const struct vpc_adj *adj,
		     const struct vpc_dst *vd)
{
	struct vpc_counters *c = this_cpu_ptr(link->counters);

	if (likely(c->dst == vd))
		return;
	c->adj = adj;
	c->dst = vd;
	c->dev = vd->dst.dev;
}

/* Inline, as the cost of a packet is counted in instructions. */
static __always_inline enum vpc_verdict leave_prepare(struct vpc_pkt *pkt, struct net_device *dev)
{
	struct sk_buff *skb = pkt->skb;
	enum vpc_verdict verdict;

	if (unlikely(!(READ_ONCE(dev->flags) & IFF_UP)))
		return vpc_drop(pkt, VPC_DROP_LINK_DOWN);
	/* LRO is off on bound devices; a merged packet cannot be taken apart again. */
	if (unlikely(skb_warn_if_lro(skb)))
		return vpc_drop(pkt, VPC_DROP_MALFORMED);

	verdict = pkt->family == AF_INET ? prepare4(pkt, dev) : prepare6(pkt, dev);
	if (verdict != VPC_CONTINUE)
		return verdict;
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	return VPC_CONTINUE;
}

static __always_inline enum vpc_verdict leave_by(struct vpc_pkt *pkt, struct vpc_adj *adj)
{
	struct vpc_dst *vd = rcu_dereference(adj->dst[vpc_family_index(pkt->family)]);

	if (unlikely(!vd))
		return vpc_adj_wait(adj, pkt);
	note_way(pkt->link, adj, vd);
	send(pkt->skb, vd, pkt->link->vpc);
	return VPC_DONE;
}

/**
 * vpc_forward_prepare() - may a packet leave by a device? Lower its hop count
 * @pkt: the packet
 * @dev: the device
 * Context: softirq, RCU read side.
 * Return: VPC_CONTINUE, or VPC_DONE: it was dropped.
 */
enum vpc_verdict vpc_forward_prepare(struct vpc_pkt *pkt, struct net_device *dev)
{
	return leave_prepare(pkt, dev);
}

/**
 * vpc_forward_to() - send a packet that is prepared to an adjacency
 * @pkt: the packet
 * @adj: who gets it
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_forward_to(struct vpc_pkt *pkt, struct vpc_adj *adj)
{
	return leave_by(pkt, adj);
}

/**
 * vpc_forward() - send a packet to an adjacency
 * @pkt: the packet
 * @adj: who gets it
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_forward(struct vpc_pkt *pkt, struct vpc_adj *adj)
{
	enum vpc_verdict verdict = leave_prepare(pkt, adj->link->dev);

	return likely(verdict == VPC_CONTINUE) ? leave_by(pkt, adj) : verdict;
}
