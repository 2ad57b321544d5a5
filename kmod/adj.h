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
 * @nexthops: struct vpc_nh_router that lead here; they are told whether it answers
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
	struct list_head nexthops;
};

/* Two steps, as its packets and timer stop first, and the memory goes later. */
int vpc_adj_init(struct vpc_adj *adj, struct vpc_link *link, const u8 *lladdr);
void vpc_adj_start(struct vpc_adj *adj);
void vpc_adj_stop(struct vpc_adj *adj);
void vpc_adj_learn(struct vpc_adj *adj, const u8 *lladdr);
bool vpc_adj_lladdr(struct vpc_adj *adj, u8 *lladdr);
void vpc_adj_wake(struct vpc_adj *adj);
void vpc_adj_watch(struct vpc_adj *adj, struct list_head *nexthop);
void vpc_adj_unwatch(struct vpc_adj *adj, struct list_head *nexthop);
void vpc_adj_device(struct vpc_adj *adj);
bool vpc_adj_emit(struct vpc_adj *adj, struct sk_buff *skb, u8 family);
enum vpc_verdict vpc_adj_wait(struct vpc_adj *adj, struct vpc_pkt *pkt);
void vpc_adj_quiesce(struct vpc_net *vn);

#endif /* _VPC_ADJ_H */
