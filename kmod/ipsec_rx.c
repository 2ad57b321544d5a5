// SPDX-License-Identifier: GPL-2.0
/*
 * The way in of IPsec connections. XFRM decrypts, and gives the packet to the host's receive
 * path once more, on the device that ESP came in on. It carries the security associations it
 * came through: the if_id of the innermost tells whose it is. Nothing of the host's policy
 * check runs for it, so all of that is done here.
 */

#include <net/xfrm.h>

#include "ipsec.h"
#include "mss.h"
#include "netns.h"
#include "policer.h"
#include "rx.h"
#include "vpc.h"

/* Does any security association that it came through have an if_id of our range? */
static bool any_is_ours(const struct vpc_net *vn, const struct sec_path *sp)
{
	int i;

	for (i = 0; i < sp->len; i++)
		if (vpc_ipsec_is_ours(vn, sp->xvec[i]->if_id))
			return true;
	return false;
}

/* XFRM matches the selector of an inbound association only with a policy. (xfrm_policy_ok()) */
static bool selector_ok(const struct xfrm_state *x, const struct sk_buff *skb, u8 family)
{
	const struct xfrm_selector *sel = &x->sel;
	const union flowi_uli *uli;
	struct flowi fl;

	if (sel->family == AF_UNSPEC && !sel->prefixlen_d && !sel->prefixlen_s && !sel->proto)
		return true;
	/* Of a tunnel for both families, the one of the other is for all of it. */
	if (sel->family != family)
		return sel->family == AF_UNSPEC || (!sel->prefixlen_d && !sel->prefixlen_s);
	vpc_ipsec_flow(&fl, skb, family);
	uli = family == AF_INET ? &fl.u.ip4.uli : &fl.u.ip6.uli;
	if (family == AF_INET ?
	    !addr4_match(fl.u.ip4.daddr, sel->daddr.a4, sel->prefixlen_d) ||
	    !addr4_match(fl.u.ip4.saddr, sel->saddr.a4, sel->prefixlen_s) :
	    !addr_match(&fl.u.ip6.daddr, &sel->daddr, sel->prefixlen_d) ||
	    !addr_match(&fl.u.ip6.saddr, &sel->saddr, sel->prefixlen_s))
		return false;
	return (!sel->proto || sel->proto == fl.flowi_proto) &&
	       !((xfrm_flowi_dport(&fl, uli) ^ sel->dport) & sel->dport_mask) &&
	       !((xfrm_flowi_sport(&fl, uli) ^ sel->sport) & sel->sport_mask);
}

/* What can be wrong before its addresses are looked at; VPC_DROP_MAX: nothing. */
static enum vpc_drop_reason check(const struct vpc_ipsec *conn, const struct sec_path *sp,
				  struct sk_buff *skb, u8 family)
{
	struct xfrm_state *x = sp->xvec[sp->len - 1];
	struct vpc_policer *limit;

	if (sp->len != 1)
		return VPC_DROP_IPSEC_DEPTH;
	if (x->props.mode != XFRM_MODE_TUNNEL || x->id.proto != IPPROTO_ESP ||
	    xs_net(x) != conn->link.vpc->vn->net)
		return VPC_DROP_IPSEC_MODE;
	if (!READ_ONCE(conn->gateway->normal))
		return VPC_DROP_IPSEC_STATE;
	if (!selector_ok(x, skb, family))
		return VPC_DROP_IPSEC_SELECTOR;
	limit = rcu_dereference(conn->gateway->limit[1]);
	if (limit) {
		u32 packets;
		u64 bytes;

		vpc_skb_cost(skb, &packets, &bytes);
		if (!vpc_policer_pass(limit, bytes, ktime_get_ns()))
			return VPC_DROP_BANDWIDTH;
	}
	/* What the VPC sends follows from this SYN; until something has, from what always fits. */
	if (READ_ONCE(conn->gateway->mss_clamp))
		vpc_mss_clamp(skb, family, READ_ONCE(conn->mtu) ?: IPV6_MIN_MTU);
	return VPC_DROP_MAX;
}

/* It has not come in yet. */
static void drop(struct vpc_ipsec *conn, struct sk_buff *skb, enum vpc_drop_reason reason)
{
	u32 packets;
	u64 bytes;

	vpc_skb_cost(skb, &packets, &bytes);
	this_cpu_add(conn->lost->received, packets);
	vpc_drop_skb(skb, conn->link.vpc, conn->link.counters, reason);
}

/**
 * vpc_ipsec_receive() - a packet that XFRM has decrypted
 * @net: where
 * @skb: the packet, in PRE_ROUTING, with its sec_path; consumed if it is ours
 * @family: AF_INET or AF_INET6
 * Context: bottom halves off, RCU read side.
 * Return: false when it is the host's.
 */
bool vpc_ipsec_receive(struct net *net, struct sk_buff *skb, u8 family)
{
	const struct sec_path *sp = skb_sec_path(skb);
	struct vpc_net *vn = vpc_net(net);
	enum vpc_drop_reason reason;
	struct vpc_ipsec *conn;

	if (!any_is_ours(vn, sp))
		return false;
	conn = xa_load(&vn->if_ids, sp->xvec[sp->len - 1]->if_id);
	if (!conn) {
		vpc_drop_host(vn, skb, VPC_DROP_IPSEC_UNKNOWN);
		return true;
	}
	reason = check(conn, sp, skb, family);
	/* No later stage shall take it for what it was checked as here. */
	secpath_reset(skb);
	if (reason != VPC_DROP_MAX)
		drop(conn, skb, reason);
	else
		vpc_rx_route(&conn->link, skb, family);
	return true;
}
