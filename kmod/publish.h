/* SPDX-License-Identifier: GPL-2.0 */
/* Routes that VPN gateways publish to the tables of VPCs. (T7) */
#ifndef _VPC_PUBLISH_H
#define _VPC_PUBLISH_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;
struct vpc;
struct vpc_prefix;
struct vpc_table;
struct vpc_vpn_gateway;

/* vpc_net::lock is held; may sleep. */
void vpc_publish_withdraw(struct vpc_vpn_gateway *gw);
void vpc_publish_changed(struct vpc *domain, struct vpc *vpc);
int vpc_publish_fill(struct sk_buff *msg, const struct vpc_table *table,
		     const struct vpc_prefix *prefix);

#endif /* _VPC_PUBLISH_H */
