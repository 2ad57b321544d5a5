/* SPDX-License-Identifier: GPL-2.0 */
/* What ports, uplinks and IPsec connections have in common: packets come in by them. */
#ifndef _VPC_LINK_H
#define _VPC_LINK_H

#include <linux/list.h>
#include <linux/netdevice.h>

#include "addr.h"
#include "object.h"
#include "stats.h"
#include "vpc.h"

/**
 * struct vpc_rate - token bucket for what we answer
 * @lock: guards the rest
 * @tokens: answers that may be given now
 * @stamp: jiffies of the last refill
 */
struct vpc_rate {
	spinlock_t lock;
	u32 tokens;
	unsigned long stamp;
};

/**
 * struct vpc_link - a way into a VPC: a device that is bound to it, or an IPsec connection
 * @vpc: the VPC; what comes in here is in it
 * @dev: the device, whose rx_handler_data we are; NULL for a connection
 * @table: what packets from here are looked up in; NULL: they are in no VPC yet (overlay), or
 *	only translated (public uplink)
 * @counters: traffic, per CPU
 * @gateway: our own address on it, by family; family 0: none
 * @obj: id; the name is the device's. What packets need not read begins here
 * @dev_tracker: our reference to it
 * @rate: limits our answers and errors
 * @node: in vpc::links
 * @overlay: it leads to other hosts, see overlay.c
 * @was_up: the device was up before it was bound
 * @addr_gen_mode: of the device before it was bound
 */
struct vpc_link {
	struct vpc *vpc;
	struct net_device *dev;
	struct vpc_table __rcu *table;
	struct vpc_counters __percpu *counters;
	struct vpc_addr gateway[2];
	struct vpc_object obj;
	netdevice_tracker dev_tracker;
	struct vpc_rate rate;
	struct list_head node;
	bool overlay;
	bool was_up;
	u8 addr_gen_mode;
};

/**
 * vpc_link_of() - the link that a device is bound as
 * @dev: any device
 * Context: RCU read side, or the RTNL.
 * Return: the link, or NULL when the device is not ours.
 */
struct vpc_link *vpc_link_of(const struct net_device *dev);

int vpc_link_check_free(const struct net_device *dev, struct netlink_ext_ack *extack);
int vpc_link_bind(struct vpc_link *link, struct net_device *dev, struct vpc *vpc,
		  struct vpc_table *table, enum vpc_kind kind, bool ipv6,
		  struct netlink_ext_ack *extack);
int vpc_link_publish(struct vpc_link *link, struct netlink_ext_ack *extack);
int __must_check vpc_link_open(struct vpc_link *link, struct netlink_ext_ack *extack);
void vpc_link_restore(struct vpc_link *link);
void vpc_link_unbind(struct vpc_link *link);
void vpc_link_release(struct vpc_link *link);
struct vpc_link *vpc_link_find(struct vpc_net *vn, const char *dev, enum vpc_kind kind,
			       struct netlink_ext_ack *extack);
bool vpc_link_may_answer(struct vpc_link *link);
void vpc_link_init_rate(struct vpc_link *link);

static inline bool vpc_link_is_uplink(const struct vpc_link *link)
{
	return link->obj.kind == VPC_KIND_UPLINK;
}

static inline bool vpc_link_is_ipsec(const struct vpc_link *link)
{
	return link->obj.kind == VPC_KIND_IPSEC;
}

int vpc_link_module_init(void);
void vpc_link_module_exit(void);

#endif /* _VPC_LINK_H */
