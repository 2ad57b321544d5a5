/* SPDX-License-Identifier: GPL-2.0 */
/* Security groups: connections of a VPC as the host's own rules see them. */
#ifndef _VPC_FILTER_H
#define _VPC_FILTER_H

#include <linux/jump_label.h>

#include "dst.h"
#include "link.h"
#include "vpc.h"

struct vpc_filter;

DECLARE_STATIC_KEY_FALSE(vpc_filter_used);

/**
 * vpc_filter_wanted() - shall rules see the connection of a packet?
 * @from: VPC that it came in, or NULL
 * @to: VPC that it leaves from
 * Context: RCU read side.
 * Return: true if one of them is filtered.
 */
static inline bool vpc_filter_wanted(const struct vpc *from, const struct vpc *to)
{
	if (!static_branch_unlikely(&vpc_filter_used))
		return false;
	return (from && rcu_access_pointer(from->filter)) || rcu_access_pointer(to->filter);
}

/* vpc_net::lock is held; they may sleep. */
int vpc_filter_on(struct vpc *vpc, struct netlink_ext_ack *extack);
void vpc_filter_off(struct vpc *vpc);
u16 vpc_filter_zone(const struct vpc *vpc);
u32 vpc_filter_connections(const struct vpc *vpc);

/* Softirq, RCU read side. */
void vpc_filter_send(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from);
bool vpc_filter_enter(struct sk_buff *skb, u8 family, struct vpc *vpc);
bool vpc_filter_leave(struct sk_buff *skb, const struct vpc *from, const struct vpc *to);

#endif /* _VPC_FILTER_H */
