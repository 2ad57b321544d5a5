/* SPDX-License-Identifier: GPL-2.0 */
/* Adjacencies: who is at the other end of a link, by MAC. */
#ifndef _VPC_ADJ_H
#define _VPC_ADJ_H

#include <linux/etherdevice.h>
#include <linux/skbuff.h>
#include <linux/timer.h>

#include "addr.h"
#include "dst.h"
#include "netns.h"
#include "packet.h"

struct vpc_nexthop;

/**
 * struct vpc_adj_watch - a next hop that is told whether an adjacency answers
 * @node: in vpc_adj::watches
 * @nh: the next hop
 * @silent: it was told that nobody answers
 */
struct vpc_adj_watch {
	struct list_head node;
	struct vpc_nexthop *nh;
	bool silent;
};

/**
 * struct vpc_adj - an adjacency: the tenant of a port, or a router of an uplink
 * @link: where
 * @addr: addresses to ask for, by family; family 0: none
 * @dst: ready-made way to it, by family of the packet; NULL: MAC not known
 * @fixed: the MAC was configured: we neither ask nor learn
 * @lock: guards the rest
 * @known: @lladdr is valid
 * @dead: no timer, no learning any more
 * @failed: nobody answered, and next hops were told
 * @lladdr: its MAC
 * @changed: jiffies when @lladdr was learned
 * @unanswered: questions since the last sign of life
 * @queue: packets that wait for the MAC
 * @timer: asks again
 * @waiting: in vpc_net::waiting while @queue is not empty
 * @watches: struct vpc_adj_watch of next hops that lead here
 */
struct vpc_adj {
	struct vpc_link *link;
	struct vpc_addr addr[2];
	struct vpc_dst __rcu *dst[2];
	bool fixed;
	spinlock_t lock;
	bool known;
	bool dead;
	bool failed;
	u8 lladdr[ETH_ALEN];
	unsigned long changed;
	u8 unanswered;
	struct sk_buff_head queue;
	struct timer_list timer;
	struct list_head waiting;
	struct list_head watches;
};

/* Two steps, as its packets and timer stop first, and the memory goes later. */
int vpc_adj_init(struct vpc_adj *adj, struct vpc_link *link, const u8 *lladdr);
void vpc_adj_start(struct vpc_adj *adj);
void vpc_adj_stop(struct vpc_adj *adj);
void vpc_adj_learn(struct vpc_adj *adj, const u8 *lladdr);
bool vpc_adj_lladdr(struct vpc_adj *adj, u8 *lladdr);
void vpc_adj_wake(struct vpc_adj *adj);
void vpc_adj_watch(struct vpc_adj *adj, struct vpc_adj_watch *watch, struct vpc_nexthop *nh);
void vpc_adj_unwatch(struct vpc_adj *adj, struct vpc_adj_watch *watch);
void vpc_adj_device(struct vpc_adj *adj);
bool vpc_adj_emit(struct vpc_adj *adj, struct sk_buff *skb, u8 family);
enum vpc_verdict vpc_adj_wait(struct vpc_adj *adj, struct vpc_pkt *pkt);
void vpc_adj_quiesce(struct vpc_net *vn);

#endif /* _VPC_ADJ_H */
