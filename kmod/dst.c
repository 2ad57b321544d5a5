// SPDX-License-Identifier: GPL-2.0
/*
 * The dst that carries a packet through FORWARD and POST_ROUTING to its device.
 *
 * A real rtable or rt6_info, so that hooks which look at it find what they
 * expect, but with dst_ops of our own: nothing the host does to its routes
 * touches it, and it never leads into the host's neighbour tables, which would
 * ask tenants for their MAC with an address of the host.
 */

#include <linux/etherdevice.h>
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_route.h>

#include "dst.h"
#include "link.h"

static struct kmem_cache *dst_cache;

static struct dst_entry *dst_ops_check(struct dst_entry *dst, u32 cookie)
{
	return READ_ONCE(dst->obsolete) == DST_OBSOLETE_DEAD ? NULL : dst;
}

static unsigned int dst_ops_mtu(const struct dst_entry *dst)
{
	return READ_ONCE(READ_ONCE(dst->dev)->mtu);
}

static unsigned int dst_ops_advmss(const struct dst_entry *dst)
{
	unsigned int headers = dst->ops->family == AF_INET6 ? 60 : 40;

	return max_t(unsigned int, dst_ops_mtu(dst), 576) - headers;
}

/* Path MTU and redirects are the tenants' business, the module keeps neither. */
static void dst_ops_update_pmtu(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb,
				u32 mtu, bool confirm_neigh)
{
}

static void dst_ops_redirect(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb)
{
}

static void dst_ops_link_failure(struct sk_buff *skb)
{
}

static struct neighbour *dst_ops_neigh_lookup(const struct dst_entry *dst, struct sk_buff *skb,
					      const void *daddr)
{
	return NULL;
}

static void dst_ops_destroy(struct dst_entry *dst)
{
	const struct vpc_dst *vd = container_of(dst, struct vpc_dst, dst);

	if (vd->tunnel)
		dst_release(&vd->tunnel->dst);
	dst_destroy_metrics_generic(dst);
}

static struct dst_ops dst_ops[2] = {
	{
		.family = AF_INET,
		.check = dst_ops_check,
		.mtu = dst_ops_mtu,
		.default_advmss = dst_ops_advmss,
		.cow_metrics = dst_cow_metrics_generic,
		.update_pmtu = dst_ops_update_pmtu,
		.redirect = dst_ops_redirect,
		.link_failure = dst_ops_link_failure,
		.neigh_lookup = dst_ops_neigh_lookup,
		.destroy = dst_ops_destroy,
	}, {
		.family = AF_INET6,
		.check = dst_ops_check,
		.mtu = dst_ops_mtu,
		.default_advmss = dst_ops_advmss,
		.cow_metrics = dst_cow_metrics_generic,
		.update_pmtu = dst_ops_update_pmtu,
		.redirect = dst_ops_redirect,
		.link_failure = dst_ops_link_failure,
		.neigh_lookup = dst_ops_neigh_lookup,
		.destroy = dst_ops_destroy,
	},
};

/**
 * vpc_dst_is_ours() - was a packet routed by the module?
 * @dst: of the packet, or NULL
 * Context: any.
 * Return: true if it was.
 */
bool vpc_dst_is_ours(const struct dst_entry *dst)
{
	return dst && dst->ops >= dst_ops && dst->ops < dst_ops + ARRAY_SIZE(dst_ops);
}

/**
 * vpc_dst_transmit() - write the Ethernet header and hand the frame to the device
 * @vd: the way
 * @skb: a packet that fits; skb->dev is the way's device
 * Context: bottom halves off, RCU read side. Consumes @skb.
 * Return: 0 or -errno; the packet is counted in either case.
 */
int vpc_dst_transmit(const struct vpc_dst *vd, struct sk_buff *skb)
{
	u32 packets;
	u64 bytes;

	/* forward.c made room; a hook or an unlucky fragment may have used it. */
	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(skb->dev)))) {
		vpc_drop_skb(skb, vd->link->vpc, NULL, VPC_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	vpc_skb_cost(skb, &packets, &bytes);
	vpc_counters_tx(vd->link->counters, packets, bytes);
	__skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	*eth_hdr(skb) = vd->header;
	/* A tunnel device would take it for its own way. */
	skb_dst_drop(skb);
	if (unlikely(vd->tunnel))
		skb_dst_set_noref(skb, &vd->tunnel->dst);
	return dev_queue_xmit(skb);
}

static int transmit(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return vpc_dst_transmit(container_of(skb_dst(skb), struct vpc_dst, dst), skb);
}

/**
 * vpc_dst_fragment() - cut an IPv4 packet that does not fit, and may be fragmented
 * @net: the namespace
 * @sk: NULL
 * @skb: the packet, with its dst, which has the MTU; a GSO packet may have segments that do
 *	not fit. Consumed.
 * @vpc: on whose account it is dropped if it lies about its segments; NULL: the namespace's
 * @output: gets the fragments
 * Context: bottom halves off or process context, RCU read side.
 * Return: 0 or -errno.
 */
int vpc_dst_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, struct vpc *vpc,
		     int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb))
{
	netdev_features_t features = netif_skb_features(skb) & ~NETIF_F_GSO_MASK;
	struct sk_buff *segs, *next;
	int ret = 0;

	if (!skb_is_gso(skb))
		return ip_do_fragment(net, sk, skb, output);
	segs = skb_gso_segment(skb, features);
	if (IS_ERR_OR_NULL(segs)) {
		if (vpc)
			vpc_drop_skb(skb, vpc, NULL, VPC_DROP_MALFORMED);
		else
			vpc_drop_host(vpc_net(net), skb, VPC_DROP_MALFORMED);
		return -EINVAL;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, segs, next) {
		int err;

		skb_mark_not_on_list(segs);
		err = ip_do_fragment(net, sk, segs, output);
		if (err && !ret)
			ret = err;
	}
	return ret;
}

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);
	unsigned int mtu = READ_ONCE(skb->dev->mtu);
	int ret;

	/*
	 * A queue may hold a packet between the hooks and here, long after its
	 * link is gone. The dst is dead before the link is freed, and the grace
	 * period between the two is what the read lock is about.
	 */
	rcu_read_lock();
	if (unlikely(READ_ONCE(dst->obsolete) == DST_OBSOLETE_DEAD)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
		ret = -ENETDOWN;
	} else if (skb->len <= mtu ||
		   (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu)) ||
		   dst->ops->family == AF_INET6) {
		ret = transmit(net, sk, skb);
	} else {
		ret = vpc_dst_fragment(net, sk, skb,
				       container_of(dst, struct vpc_dst, dst)->link->vpc,
				       transmit);
	}
	rcu_read_unlock();
	return ret;
}

static int output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);
	struct net_device *in = skb->dev;

	/* Of a dst that dies just now it may be the blackhole device, which is as good. */
	skb->dev = READ_ONCE(dst->dev);
	return NF_HOOK(dst->ops->family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		       NF_INET_POST_ROUTING, net, sk, skb, in, skb->dev, finish);
}

/**
 * vpc_dst_new() - a way to a MAC on a link
 * @link: the link
 * @family: of the packets that will take it
 * @lladdr: the MAC
 * Context: any; atomic.
 * Return: the dst with one reference, or NULL without memory.
 */
struct vpc_dst *vpc_dst_new(struct vpc_link *link, u8 family, const u8 *lladdr)
{
	struct dst_ops *ops = &dst_ops[vpc_family_index(family)];
	struct vpc_dst *vd;

	vd = dst_alloc(ops, link->dev, DST_OBSOLETE_NONE, DST_NOXFRM | DST_NOPOLICY);
	if (!vd)
		return NULL;
	memset((u8 *)vd + sizeof(vd->dst), 0, sizeof(*vd) - sizeof(vd->dst));
	vd->dst.output = output;
	if (family == AF_INET) {
		vd->rt.rt_type = RTN_UNICAST;
		vd->rt.rt_is_input = 1;
	}
	vd->link = link;
	ether_addr_copy(vd->header.h_dest, lladdr);
	ether_addr_copy(vd->header.h_source, link->dev->dev_addr);
	vd->header.h_proto = htons(family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
	return vd;
}

/**
 * vpc_dst_free() - let go of a dst that new packets do not find any more
 * @vd: the dst, or NULL
 *
 * From here on packets that still hold it are discarded; the memory goes with
 * the last of them, after a grace period.
 *
 * Context: any.
 */
void vpc_dst_free(struct vpc_dst *vd)
{
	if (!vd)
		return;
	dst_dev_put(&vd->dst);
	dst_release(&vd->dst);
}

int vpc_dst_module_init(void)
{
	int i, err;

	dst_cache = KMEM_CACHE(vpc_dst, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	if (!dst_cache)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(dst_ops); i++) {
		dst_ops[i].kmem_cachep = dst_cache;
		err = dst_entries_init(&dst_ops[i]);
		if (err)
			goto err_entries;
	}
	return 0;

err_entries:
	while (i--)
		dst_entries_destroy(&dst_ops[i]);
	kmem_cache_destroy(dst_cache);
	return err;
}

void vpc_dst_module_exit(void)
{
	int i;

	/*
	 * Queues and asynchronous crypto may hold the last packets with our dsts;
	 * their destruction calls into this module. rcu_barrier() has run.
	 */
	for (i = 0; i < ARRAY_SIZE(dst_ops); i++) {
		while (dst_entries_get_slow(&dst_ops[i]))
			schedule_timeout_uninterruptible(msecs_to_jiffies(10));
		dst_entries_destroy(&dst_ops[i]);
	}
	/* The count goes down just before the callback that frees is queued. */
	synchronize_rcu();
	rcu_barrier();
	kmem_cache_destroy(dst_cache);
}
