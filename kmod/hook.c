// SPDX-License-Identifier: GPL-2.0
/*
 * The adapter between netfilter and the packet's way: the only place that knows
 * NF_ACCEPT, NF_DROP and NF_STOLEN.
 */

#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "classify.h"
#include "dst.h"
#include "hook.h"
#include "link.h"
#include "nexthop.h"
#include "packet.h"
#include "table.h"

#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_ARP)
#error "vpc needs a kernel with CONFIG_NETFILTER_FAMILY_ARP, to keep the host's ARP off ports"
#endif

/* More than any sender makes of a packet of 64 KiB. */
#define VPC_SEGMENTS_MAX 1024

/* The packet's way, as Documentation/datapath.rst tells it. */
static enum vpc_verdict route(struct vpc_pkt *pkt)
{
	enum vpc_verdict verdict;

	verdict = vpc_classify(pkt);
	if (verdict != VPC_CONTINUE)
		return verdict;
	verdict = vpc_classify_local(pkt);
	if (verdict != VPC_CONTINUE)
		return verdict;
	do {
		if (unlikely(++pkt->domains > VPC_DOMAINS_MAX))
			return vpc_drop(pkt, VPC_DROP_DOMAIN_LIMIT);
		verdict = pkt->table ? vpc_table_route(pkt) : vpc_nh_local_output(pkt);
	} while (verdict == VPC_AGAIN);
	return verdict;
}

/*
 * A guest writes the offload fields of its packets. They must not make the kernel
 * write a checksum into the addresses that are checked here, or cut a packet into
 * tens of thousands.
 */
static bool offload_ok(const struct sk_buff *skb, u8 family)
{
	int header = family == AF_INET ? ip_hdrlen(skb) : sizeof(struct ipv6hdr);

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) < header)
		return false;
	return !skb_is_gso(skb) ||
	       skb->len <= (u64)skb_shinfo(skb)->gso_size * VPC_SEGMENTS_MAX;
}

static unsigned int pre_routing(struct sk_buff *skb, u8 family)
{
	struct vpc_link *link = vpc_link_of(skb->dev);
	struct vpc_pkt pkt;

	/*
	 * A device that is unbound is down, but packets that came in before may
	 * still be in a CPU's backlog. They are not for the host's stack.
	 */
	if (!link)
		return likely(netif_running(skb->dev)) ? NF_ACCEPT : NF_DROP;

	/* A queue of a hook before ours lets packets go on in process context. */
	local_bh_disable();
	pkt = (struct vpc_pkt){ .skb = skb, .link = link, .family = family };
	/* What needs neither NAT nor a stateful filter costs no conntrack. */
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	vpc_skb_cost(skb, &pkt.packets, &pkt.bytes);
	vpc_counters_rx(link->counters, pkt.packets, pkt.bytes);
	if (likely(offload_ok(skb, family)))
		route(&pkt);
	else
		vpc_drop(&pkt, VPC_DROP_MALFORMED);
	local_bh_enable();
	return NF_STOLEN;
}

static unsigned int pre_routing4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return pre_routing(skb, AF_INET);
}

static unsigned int pre_routing6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return pre_routing(skb, AF_INET6);
}

/*
 * The host's own stack does not speak to tenants: MLD, IGMP, router
 * solicitation, what an administrator routes there by mistake.
 */
static unsigned int guard_link(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vpc_link *link = vpc_link_of(state->out);

	if (likely(!link) || vpc_dst_is_ours(skb_dst(skb)))
		return NF_ACCEPT;
	local_bh_disable();
	vpc_drop_skb(skb, link->vpc, NULL, VPC_DROP_HOST_STACK);
	local_bh_enable();
	return NF_STOLEN;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = pre_routing4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW_BEFORE_DEFRAG,
	}, {
		.hook = pre_routing6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW_BEFORE_DEFRAG,
	}, {
		.hook = guard_link,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_LAST,
	}, {
		.hook = guard_link,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_LAST,
	}, {
		/* Our own ARP does not pass this hook, see arp_nd.c. */
		.hook = guard_link,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_OUT,
		.priority = NF_IP_PRI_LAST,
	},
};

/**
 * vpc_hook_register() - begin to see packets of a namespace
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_hook_register(struct vpc_net *vn)
{
	int err;

	lockdep_assert_held(&vn->lock);
	if (vn->hooked)
		return 0;
	err = nf_register_net_hooks(vn->net, hooks, ARRAY_SIZE(hooks));
	vn->hooked = !err;
	return err;
}

/**
 * vpc_hook_unregister() - see no packets of a namespace any more
 * @vn: the namespace, which ends
 *
 * Not before its end: the hook also catches what devices that are unbound have
 * left in backlogs.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_hook_unregister(struct vpc_net *vn)
{
	lockdep_assert_held(&vn->lock);
	if (vn->hooked)
		nf_unregister_net_hooks(vn->net, hooks, ARRAY_SIZE(hooks));
	vn->hooked = false;
}
