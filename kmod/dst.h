/* SPDX-License-Identifier: GPL-2.0 */
/* The dst that carries a packet through FORWARD and POST_ROUTING to its device. */
#ifndef _VPC_DST_H
#define _VPC_DST_H

#include <linux/if_ether.h>
#include <net/ip6_fib.h>
#include <net/route.h>

struct metadata_dst;
struct vpc;
struct vpc_link;

/**
 * struct vpc_dst - way to one MAC on one link; immutable
 * @dst: what the stack sees; real rtable and rt6_info, as hooks cast to them
 * @rt: for IPv4
 * @rt6: for IPv6
 * @link: whose device; not to be followed once the dst is dead
 * @tunnel: what an overlay device is told about the way; else NULL. The dst holds it
 * @header: complete Ethernet header
 */
struct vpc_dst {
	union {
		struct dst_entry dst;
		struct rtable rt;
		struct rt6_info rt6;
	};
	struct vpc_link *link;
	struct metadata_dst *tunnel;
	struct ethhdr header;
};

struct vpc_dst *vpc_dst_new(struct vpc_link *link, u8 family, const u8 *lladdr);
void vpc_dst_free(struct vpc_dst *vd);
bool vpc_dst_is_ours(const struct dst_entry *dst);
int vpc_dst_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, struct vpc *vpc,
		     int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb));
int vpc_dst_transmit(const struct vpc_dst *vd, struct sk_buff *skb);
int vpc_dst_module_init(void);
void vpc_dst_module_exit(void);

#endif /* _VPC_DST_H */
