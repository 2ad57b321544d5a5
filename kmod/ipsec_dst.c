// SPDX-License-Identifier: GPL-2.0
/*
 * The dst that XFRM bundles are built on: it discards. XFRM needs one of the inner family
 * to begin with, and gives it back wherever it does not encrypt (no policy, NAT that looks
 * the policy up again). A packet that leaves by it leaves in clear, so none may.
 */

#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/route.h>

#include "ipsec.h"
#include "netns.h"
#include "stats.h"

/* What hooks and XFRM cast it to. */
struct vpc_discard {
	union {
		struct dst_entry dst;
		struct rtable rt;
		struct rt6_info rt6;
	};
};

static struct kmem_cache *discard_cache;

static struct dst_entry *discard_check(struct dst_entry *dst, u32 cookie)
{
	return READ_ONCE(dst->obsolete) == DST_OBSOLETE_DEAD ? NULL : dst;
}

/* The bundle above it has the MTU that counts. */
static unsigned int discard_mtu(const struct dst_entry *dst)
{
	return IP_MAX_MTU;
}

static unsigned int discard_advmss(const struct dst_entry *dst)
{
	return IP_MAX_MTU - 60;
}

static void discard_update_pmtu(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb,
				u32 mtu, bool confirm_neigh)
{
}

static void discard_redirect(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb)
{
}

static void discard_link_failure(struct sk_buff *skb)
{
}

static struct neighbour *discard_neigh_lookup(const struct dst_entry *dst, struct sk_buff *skb,
					      const void *daddr)
{
	return NULL;
}

static void discard_destroy(struct dst_entry *dst)
{
	dst_destroy_metrics_generic(dst);
}

#define DISCARD_OPS(af) {				\
	.family = af,					\
	.check = discard_check,				\
	.mtu = discard_mtu,				\
	.default_advmss = discard_advmss,		\
	.cow_metrics = dst_cow_metrics_generic,		\
	.update_pmtu = discard_update_pmtu,		\
	.redirect = discard_redirect,			\
	.link_failure = discard_link_failure,		\
	.neigh_lookup = discard_neigh_lookup,		\
	.destroy = discard_destroy,			\
}

static struct dst_ops discard_ops[2] = { DISCARD_OPS(AF_INET), DISCARD_OPS(AF_INET6) };

static int discard_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	rcu_read_lock_bh();
	vpc_drop_host(vpc_net(net), skb, VPC_DROP_IPSEC_PLAINTEXT);
	rcu_read_unlock_bh();
	return -EPERM;
}

static int discard_input(struct sk_buff *skb)
{
	kfree_skb(skb);
	return 0;
}

static struct dst_entry *discard_new(int f)
{
	struct vpc_discard *d;

	d = dst_alloc(&discard_ops[f], blackhole_netdev, DST_OBSOLETE_NONE,
		      DST_NOXFRM | DST_NOPOLICY);
	if (!d)
		return NULL;
	memset((u8 *)d + sizeof(d->dst), 0, sizeof(*d) - sizeof(d->dst));
	d->dst.output = discard_output;
	d->dst.input = discard_input;
	if (!f) {
		d->rt.rt_type = RTN_UNICAST;
		d->rt.rt_is_input = 1;
	}
	return &d->dst;
}

/**
 * vpc_ipsec_dst_ready() - a namespace has what bundles are built on
 * @vn: the namespace
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_ipsec_dst_ready(struct vpc_net *vn, struct netlink_ext_ack *extack)
{
	int f;

	lockdep_assert_held(&vn->lock);
	for (f = 0; f < 2; f++) {
		if (!vn->discard[f])
			vn->discard[f] = discard_new(f);
		if (!vn->discard[f])
			return vpc_err(extack, -ENOMEM, "no memory for IPsec connections");
	}
	return 0;
}

/**
 * vpc_ipsec_dst_gone() - a namespace has no connection any more
 * @vn: the namespace, which ends
 * Context: may sleep.
 */
void vpc_ipsec_dst_gone(struct vpc_net *vn)
{
	int f;

	for (f = 0; f < 2; f++) {
		if (!vn->discard[f])
			continue;
		/* What still holds it is discarded as before. */
		WRITE_ONCE(vn->discard[f]->obsolete, DST_OBSOLETE_DEAD);
		dst_release(vn->discard[f]);
	}
}

int vpc_ipsec_dst_module_init(void)
{
	int f, err;

	discard_cache = KMEM_CACHE(vpc_discard, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	if (!discard_cache)
		return -ENOMEM;
	for (f = 0; f < 2; f++) {
		discard_ops[f].kmem_cachep = discard_cache;
		err = dst_entries_init(&discard_ops[f]);
		if (err)
			goto err_entries;
	}
	return 0;

err_entries:
	while (f--)
		dst_entries_destroy(&discard_ops[f]);
	kmem_cache_destroy(discard_cache);
	return err;
}

void vpc_ipsec_dst_module_exit(void)
{
	int f;

	/* Bundles in queues and in asynchronous crypto hold it, see vpc_dst_module_exit(). */
	for (f = 0; f < 2; f++) {
		while (dst_entries_get_slow(&discard_ops[f]))
			schedule_timeout_uninterruptible(msecs_to_jiffies(10));
		dst_entries_destroy(&discard_ops[f]);
	}
	synchronize_rcu();
	rcu_barrier();
	kmem_cache_destroy(discard_cache);
}
