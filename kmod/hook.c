// SPDX-License-Identifier: GPL-2.0
/*
 * The adapter between netfilter and the packet's way: the only place that knows
 * NF_ACCEPT, NF_DROP and NF_STOLEN.
 */

#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/xfrm.h>

#include "arp_nd.h"
#include "dst.h"
#include "hook.h"
#include "ipsec.h"
#include "link.h"
#include "public.h"
#include "rx.h"

#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_ARP)
#error "vpc needs a kernel with CONFIG_NETFILTER_FAMILY_ARP, to keep the host's ARP off ports"
#endif

/* On a public uplink, what is for a public address is ours, and nothing else. */
static bool to_public(struct vpc_net *vn, struct sk_buff *skb)
{
	struct vpc_public *public = vpc_public_find4(vn, ip_hdr(skb)->daddr);

	if (likely(!public) || public->uplink->link.dev != skb->dev)
		return false;
	local_bh_disable();
	vpc_nat_receive(vn, public, skb, false);
	local_bh_enable();
	return true;
}

/* On a device of the host, what XFRM has decrypted may be ours. */
static unsigned int host_device(struct net *net, struct sk_buff *skb, u8 family)
{
	bool ours = false;

	if (unlikely(!netif_running(skb->dev)))
		return NF_DROP;
	if (unlikely(secpath_exists(skb))) {
		local_bh_disable();
		ours = vpc_ipsec_receive(net, skb, family);
		local_bh_enable();
	}
	if (!ours && family == AF_INET)
		ours = to_public(vpc_net(net), skb);
	return ours ? NF_STOLEN : NF_ACCEPT;
}

static unsigned int pre_routing(struct net *net, struct sk_buff *skb, u8 family)
{
	struct vpc_link *link = vpc_link_of(skb->dev);

	/*
	 * A device that is unbound is down, but packets that came in before may
	 * still be in a CPU's backlog. They are not for the host's stack.
	 */
	if (!link)
		return host_device(net, skb, family);

	/* A queue of a hook before ours lets packets go on in process context. */
	local_bh_disable();
	vpc_rx_route(link, skb, family);
	local_bh_enable();
	return NF_STOLEN;
}

static unsigned int pre_routing4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return pre_routing(state->net, skb, AF_INET);
}

static unsigned int pre_routing6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return pre_routing(state->net, skb, AF_INET6);
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

/* ARP of a public uplink. The host has no public address, so it has nothing to say to this. */
static unsigned int arp_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vpc_link *link = vpc_public_link_of(state->in);

	if (unlikely(link))
		vpc_arp_public(link, skb);
	return NF_ACCEPT;
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
	}, {
		.hook = arp_in,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = NF_IP_PRI_FIRST,
	},
};

static const struct nf_hook_entries *entries(const struct net *net, u8 family, int hook)
{
	return family == AF_INET6 ? rcu_dereference(net->nf.hooks_ipv6[hook]) :
				    rcu_dereference(net->nf.hooks_ipv4[hook]);
}

/**
 * vpc_hook_before_ours() - has somebody a PRE_ROUTING hook that comes before ours?
 * @net: namespace of a bound device
 * @family: of the packet
 *
 * Those that come after it never see a packet of ours.
 *
 * Context: RCU read side.
 * Return: true when the packet must take the kernel's way in.
 */
bool vpc_hook_before_ours(const struct net *net, u8 family)
{
	const struct nf_hook_entries *e = entries(net, family, NF_INET_PRE_ROUTING);

	return !e || e->hooks[0].hook != (family == AF_INET6 ? pre_routing6 : pre_routing4);
}

/*
 * AppArmor, which distributions switch on by default, has a POST_ROUTING hook in
 * every namespace. It accepts whatever belongs to no socket, and nothing that is
 * forwarded does (apparmor_ip_postroute() in security/apparmor/lsm.c). It is built
 * in, so its address stays good. No symbol leads to it, hence by its name.
 */
static unsigned long apparmor_hook __read_mostly;

static void find_apparmor(const struct net *net)
{
	char name[KSYM_NAME_LEN];
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < entries(net, AF_INET, NF_INET_POST_ROUTING)->num_hook_entries; i++) {
		nf_hookfn *hook = entries(net, AF_INET, NF_INET_POST_ROUTING)->hooks[i].hook;

		snprintf(name, sizeof(name), "%ps", hook);
		if (!strcmp(name, "apparmor_ip_postroute"))
			WRITE_ONCE(apparmor_hook, (unsigned long)hook);
	}
	rcu_read_unlock();
}

/**
 * vpc_hook_on_the_way() - has somebody a FORWARD or POST_ROUTING hook?
 * @net: namespace of a bound device
 * @family: of the packet
 *
 * Our own POST_ROUTING hook is for the host's packets alone. The packet belongs
 * to no socket.
 *
 * Context: RCU read side.
 * Return: true when the packet must take the hooks.
 */
bool vpc_hook_on_the_way(const struct net *net, u8 family)
{
	const struct nf_hook_entries *post = entries(net, family, NF_INET_POST_ROUTING);

	if (entries(net, family, NF_INET_FORWARD) || !post)
		return true;
	return post->num_hook_entries >
	       1 + ((unsigned long)post->hooks[0].hook == READ_ONCE(apparmor_hook));
}

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
	if (!err)
		find_apparmor(vn->net);
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
