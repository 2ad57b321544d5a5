// SPDX-License-Identifier: GPL-2.0
/*
 * Adjacencies: whose MAC is at the other end of a link.
 *
 * The kernel's neighbour tables are not used: they would ask tenants with an
 * address of the host as the sender (arp_solicit() in net/ipv4/arp.c), and ND
 * would not ask at all on a device without addresses. What is needed of them
 * is little: ask, learn, hold a few packets meanwhile, forget who is gone.
 */

#include <linux/netdevice.h>

#include "adj.h"
#include "arp_nd.h"
#include "forward.h"
#include "link.h"
#include "nexthop.h"

/* Packets that wait for one MAC. */
#define VPC_ADJ_QUEUE_MAX 16
/* Between questions, and how many before nobody is there. (RFC 4861 section 10) */
#define VPC_ADJ_RETRANS HZ
#define VPC_ADJ_ATTEMPTS 3
/* A learned MAC stays for this long at least. (locktime of the kernel's ARP) */
#define VPC_ADJ_LOCKTIME HZ
/* Between questions when nobody has answered those, and a next hop leads there. */
#define VPC_ADJ_RETRY (5 * HZ)
/* A known MAC is asked for again after this long, as kernels do. */
#define VPC_ADJ_REFRESH (30 * HZ)

static void ask_for(struct vpc_adj *adj)
{
	if (adj->addr[0].family)
		vpc_arp_ask(adj->link, adj->addr[0].v4);
	if (adj->addr[1].family)
		vpc_nd_ask(adj->link, &adj->addr[1].v6);
}

static void set_waiting(struct vpc_adj *adj, bool waiting)
{
	struct vpc_net *vn = adj->link->vpc->vn;

	lockdep_assert_held(&adj->lock);
	spin_lock(&vn->wait_lock);
	if (waiting && list_empty(&adj->waiting))
		list_add_tail(&adj->waiting, &vn->waiting);
	else if (!waiting)
		list_del_init(&adj->waiting);
	spin_unlock(&vn->wait_lock);
}

static void take_queue(struct vpc_adj *adj, struct sk_buff_head *list)
{
	lockdep_assert_held(&adj->lock);
	skb_queue_splice_tail_init(&adj->queue, list);
	set_waiting(adj, false);
}

/* Drop packets that waited in vain, on the account of whoever sent them. */
static void drop_queue(struct vpc_adj *adj, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	rcu_read_lock();
	while ((skb = __skb_dequeue(list))) {
		struct vpc_link *from = vpc_link_of(skb->dev);

		vpc_drop_skb(skb, from ? from->vpc : adj->link->vpc,
			     from ? from->counters : NULL, VPC_DROP_NEIGHBOUR);
	}
	rcu_read_unlock();
}

static struct vpc_dst *swap_dst(struct vpc_adj *adj, int i, struct vpc_dst *new)
{
	return rcu_replace_pointer(adj->dst[i], new, lockdep_is_held(&adj->lock));
}

/* Without memory for the new way there is none: packets wait and ask again. */
static void set_dsts(struct vpc_adj *adj, const u8 *lladdr)
{
	lockdep_assert_held(&adj->lock);
	vpc_dst_free(swap_dst(adj, 0, lladdr ? vpc_dst_new(adj->link, AF_INET, lladdr) : NULL));
	vpc_dst_free(swap_dst(adj, 1, lladdr ? vpc_dst_new(adj->link, AF_INET6, lladdr) : NULL));
}

static bool has_dsts(const struct vpc_adj *adj)
{
	return rcu_access_pointer(adj->dst[0]) && rcu_access_pointer(adj->dst[1]);
}

static bool device_ok(const struct vpc_adj *adj)
{
	const struct net_device *dev = adj->link->dev;

	return netif_running(dev) && netif_carrier_ok(dev);
}

/* Carrier and administrator. */
static void tell_device(struct vpc_adj *adj)
{
	bool ok = device_ok(adj);
	struct vpc_adj_watch *watch;

	lockdep_assert_held(&adj->lock);
	list_for_each_entry(watch, &adj->watches, node)
		vpc_health_device(watch->nh, ok);
}

static void tell_neighbour(struct vpc_adj *adj, bool ok)
{
	struct vpc_adj_watch *watch;

	lockdep_assert_held(&adj->lock);
	list_for_each_entry(watch, &adj->watches, node)
		vpc_health_neighbour(watch->nh, &watch->silent, ok);
}

/* Tell next hops, if that is news for them. */
static void set_failed(struct vpc_adj *adj, bool failed)
{
	lockdep_assert_held(&adj->lock);
	if (adj->failed == failed)
		return;
	adj->failed = failed;
	tell_neighbour(adj, !failed);
}

static void set_lladdr(struct vpc_adj *adj, const u8 *lladdr)
{
	ether_addr_copy(adj->lladdr, lladdr);
	adj->known = true;
	adj->changed = jiffies;
	set_dsts(adj, lladdr);
}

static void timer_fired(struct timer_list *timer)
{
	struct vpc_adj *adj = timer_container_of(adj, timer, timer);
	struct sk_buff_head lost;
	bool ask = false;

	__skb_queue_head_init(&lost);
	spin_lock(&adj->lock);
	if (!adj->dead && adj->unanswered < VPC_ADJ_ATTEMPTS) {
		adj->unanswered++;
		ask = true;
		mod_timer(&adj->timer, jiffies + VPC_ADJ_RETRANS);
	} else if (!adj->dead) {
		/* Nobody answers. The next packet starts over, and whoever watches goes on. */
		adj->known = false;
		set_dsts(adj, NULL);
		take_queue(adj, &lost);
		set_failed(adj, true);
		ask = !list_empty(&adj->watches);
		if (ask)
			mod_timer(&adj->timer, jiffies + VPC_ADJ_RETRY);
	}
	spin_unlock(&adj->lock);
	if (ask)
		ask_for(adj);
	drop_queue(adj, &lost);
}

/**
 * vpc_adj_init() - prepare an adjacency
 * @adj: zeroed, with its addresses set
 * @link: where
 * @lladdr: MAC, or NULL to ask for it
 * Context: may sleep; @link is bound.
 * Return: 0 or -ENOMEM. vpc_adj_stop() is called in either case.
 */
int vpc_adj_init(struct vpc_adj *adj, struct vpc_link *link, const u8 *lladdr)
{
	int err = 0;

	adj->link = link;
	spin_lock_init(&adj->lock);
	skb_queue_head_init(&adj->queue);
	INIT_LIST_HEAD(&adj->waiting);
	INIT_LIST_HEAD(&adj->watches);
	timer_setup(&adj->timer, timer_fired, 0);
	if (!lladdr)
		return 0;
	spin_lock_bh(&adj->lock);
	adj->fixed = true;
	adj->known = true;
	ether_addr_copy(adj->lladdr, lladdr);
	set_dsts(adj, lladdr);
	if (!has_dsts(adj))
		err = -ENOMEM;
	spin_unlock_bh(&adj->lock);
	return err;
}

/**
 * vpc_adj_start() - ask for the MAC, as the link came up or changed its own MAC
 * @adj: the adjacency
 *
 * A fixed one gets its Ethernet headers anew, with the link's MAC of today.
 *
 * Context: any; atomic.
 */
void vpc_adj_start(struct vpc_adj *adj)
{
	spin_lock_bh(&adj->lock);
	if (adj->known && !adj->dead)
		set_dsts(adj, adj->lladdr);
	if (!adj->fixed && !adj->dead) {
		adj->unanswered = 0;
		mod_timer(&adj->timer, jiffies);
	}
	spin_unlock_bh(&adj->lock);
}

/**
 * vpc_adj_stop() - no timer, no way, no waiting packets any more
 * @adj: the adjacency, which packets may still see until the next grace period
 * Context: may sleep.
 */
void vpc_adj_stop(struct vpc_adj *adj)
{
	struct sk_buff_head lost;

	__skb_queue_head_init(&lost);
	spin_lock_bh(&adj->lock);
	adj->dead = true;
	adj->known = false;
	set_dsts(adj, NULL);
	take_queue(adj, &lost);
	spin_unlock_bh(&adj->lock);
	timer_shutdown_sync(&adj->timer);
	local_bh_disable();
	drop_queue(adj, &lost);
	local_bh_enable();
}

/**
 * vpc_adj_learn() - its MAC was heard
 * @adj: the adjacency
 * @lladdr: the MAC
 * Context: softirq, RCU read side.
 */
void vpc_adj_learn(struct vpc_adj *adj, const u8 *lladdr)
{
	struct sk_buff_head ready;
	struct sk_buff *skb;

	if (adj->fixed || !is_valid_ether_addr(lladdr))
		return;
	__skb_queue_head_init(&ready);
	spin_lock(&adj->lock);
	if (!adj->dead) {
		adj->unanswered = 0;
		set_failed(adj, false);
		mod_timer(&adj->timer, jiffies + VPC_ADJ_REFRESH);
		if (!adj->known || !has_dsts(adj)) {
			set_lladdr(adj, lladdr);
		} else if (!ether_addr_equal(adj->lladdr, lladdr)) {
			/* One that changes all the time costs memory: ask when it has settled. */
			if (time_after(jiffies, adj->changed + VPC_ADJ_LOCKTIME))
				set_lladdr(adj, lladdr);
			else
				mod_timer(&adj->timer, adj->changed + VPC_ADJ_LOCKTIME + 1);
		}
		take_queue(adj, &ready);
	}
	spin_unlock(&adj->lock);

	while ((skb = __skb_dequeue(&ready))) {
		int i = skb->protocol == htons(ETH_P_IPV6);
		struct vpc_dst *vd = rcu_dereference(adj->dst[i]);

		if (vd) {
			struct vpc_link *from = vpc_link_of(skb->dev);

			vpc_forward_send(skb, vd, from ? from->vpc : NULL);
		} else {
			__skb_queue_head(&ready, skb);
			drop_queue(adj, &ready);
		}
	}
}

/**
 * vpc_adj_watch() - a next hop leads here: see whether anybody is there. It may lead to several
 * @adj: the adjacency
 * @watch: where that is noted
 * @nh: the next hop
 * Context: vpc_net::lock is held. The next hop is told before this returns.
 */
void vpc_adj_watch(struct vpc_adj *adj, struct vpc_adj_watch *watch, struct vpc_nexthop *nh)
{
	watch->nh = nh;
	watch->silent = false;
	vpc_health_watch(nh);
	spin_lock_bh(&adj->lock);
	list_add_tail(&watch->node, &adj->watches);
	tell_device(adj);
	tell_neighbour(adj, !adj->failed);
	if (!adj->fixed && !adj->dead && !adj->known) {
		/* It may have failed for somebody else long ago: ask from the beginning. */
		if (!timer_pending(&adj->timer) || adj->unanswered >= VPC_ADJ_ATTEMPTS)
			adj->unanswered = 0;
		mod_timer(&adj->timer, jiffies);
	}
	spin_unlock_bh(&adj->lock);
}

/**
 * vpc_adj_unwatch() - a next hop leads elsewhere
 * @adj: the adjacency
 * @watch: of vpc_adj_watch()
 * Context: vpc_net::lock is held.
 */
void vpc_adj_unwatch(struct vpc_adj *adj, struct vpc_adj_watch *watch)
{
	spin_lock_bh(&adj->lock);
	list_del_init(&watch->node);
	spin_unlock_bh(&adj->lock);
	vpc_health_unwatch(watch->nh, watch->silent);
}

/**
 * vpc_adj_device() - the device of the link has changed
 * @adj: the adjacency
 * Context: any; atomic.
 */
void vpc_adj_device(struct vpc_adj *adj)
{
	spin_lock_bh(&adj->lock);
	if (!adj->dead)
		tell_device(adj);
	spin_unlock_bh(&adj->lock);
}

/**
 * vpc_adj_lladdr() - its MAC, for people
 * @adj: the adjacency
 * @lladdr: gets it
 * Context: any.
 * Return: false while it is not known.
 */
bool vpc_adj_lladdr(struct vpc_adj *adj, u8 *lladdr)
{
	bool known;

	spin_lock_bh(&adj->lock);
	known = adj->known;
	ether_addr_copy(lladdr, adj->lladdr);
	spin_unlock_bh(&adj->lock);
	return known;
}

/**
 * vpc_adj_wake() - it spoke, but its MAC is not known: ask
 * @adj: the adjacency
 * Context: softirq.
 */
void vpc_adj_wake(struct vpc_adj *adj)
{
	spin_lock(&adj->lock);
	if (!adj->fixed && !adj->dead && !timer_pending(&adj->timer)) {
		adj->unanswered = 0;
		mod_timer(&adj->timer, jiffies);
	}
	spin_unlock(&adj->lock);
}

/**
 * vpc_adj_emit() - send a packet of our own
 * @adj: to whom
 * @skb: starts at its network header, with room for what the device needs before it
 * @family: of the packet
 *
 * It does not wait for the MAC, but asks for it: the next one may have more luck.
 *
 * Context: bottom halves off, RCU read side.
 * Return: true: @skb is gone; false: there is no way now.
 */
bool vpc_adj_emit(struct vpc_adj *adj, struct sk_buff *skb, u8 family)
{
	struct net_device *dev = adj->link->dev;
	struct vpc_dst *vd;

	if (!netif_running(dev))
		return false;
	vd = rcu_dereference(adj->dst[vpc_family_index(family)]);
	if (!vd) {
		vpc_adj_wake(adj);
		return false;
	}
	skb->dev = dev;
	skb->protocol = family == AF_INET6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	vpc_dst_transmit(vd, skb);
	return true;
}

/**
 * vpc_adj_wait() - let a packet wait for the MAC
 * @adj: the adjacency
 * @pkt: the packet, ready to be sent
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_adj_wait(struct vpc_adj *adj, struct vpc_pkt *pkt)
{
	int i = vpc_family_index(pkt->family);
	struct vpc_dst *vd;
	bool ask = false, first;

	spin_lock(&adj->lock);
	/* It may have been learned since the caller looked. */
	vd = rcu_dereference_protected(adj->dst[i], lockdep_is_held(&adj->lock));
	if (vd || adj->dead || adj->fixed || skb_queue_len(&adj->queue) >= VPC_ADJ_QUEUE_MAX) {
		bool full = skb_queue_len(&adj->queue) >= VPC_ADJ_QUEUE_MAX;

		spin_unlock(&adj->lock);
		if (!vd)
			return vpc_drop(pkt, full ? VPC_DROP_NEIGHBOUR_QUEUE : VPC_DROP_NEIGHBOUR);
		vpc_forward_send(pkt->skb, vd, pkt->link->vpc);
		return VPC_DONE;
	}
	/*
	 * The first to wait starts over: the questions so far were for others. But not where a
	 * next hop wants to know whether anybody is there.
	 */
	first = skb_queue_empty(&adj->queue);
	if (first && list_empty(&adj->watches))
		adj->unanswered = 0;
	__skb_queue_tail(&adj->queue, pkt->skb);
	set_waiting(adj, true);
	/*
	 * Known, but without a dst for want of memory: ask, to learn it anew. Failed: the
	 * timer asks rarely, and this packet does not wait for that.
	 */
	if (!timer_pending(&adj->timer) || adj->known ||
	    (adj->failed && first)) {
		adj->known = false;
		adj->unanswered = 1;
		ask = true;
		mod_timer(&adj->timer, jiffies + VPC_ADJ_RETRANS);
	}
	spin_unlock(&adj->lock);
	if (ask)
		ask_for(adj);
	return VPC_DONE;
}

/**
 * vpc_adj_quiesce() - let what was decided before have no effect any more
 * @vn: the namespace
 *
 * When this returns, no packet is on its way by what was unpublished before:
 * not in the hook, and not among those that wait for a MAC. Expedited, as a
 * command waits for it.
 *
 * Context: vpc_net::lock is held, so that no adjacency is freed meanwhile; sleeps.
 */
void vpc_adj_quiesce(struct vpc_net *vn)
{
	LIST_HEAD(now);

	lockdep_assert_held(&vn->lock);
	synchronize_rcu_expedited();
	/* Only those that wait now, or a flood of new ones would keep us here. */
	spin_lock_bh(&vn->wait_lock);
	list_splice_init(&vn->waiting, &now);
	spin_unlock_bh(&vn->wait_lock);

	for (;;) {
		struct sk_buff_head lost;
		struct vpc_adj *adj;

		__skb_queue_head_init(&lost);
		spin_lock_bh(&vn->wait_lock);
		adj = list_first_entry_or_null(&now, struct vpc_adj, waiting);
		spin_unlock_bh(&vn->wait_lock);
		if (!adj)
			break;
		spin_lock_bh(&adj->lock);
		take_queue(adj, &lost);
		drop_queue(adj, &lost);
		spin_unlock_bh(&adj->lock);
	}
	/* A MAC may have been learned just before: then its packets are being sent. */
	synchronize_rcu_expedited();
}
