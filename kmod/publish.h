/* SPDX-License-Identifier: GPL-2.0 */
/* Routes that VPN gateways publish to the tables of VPCs. (T7) */
#ifndef _VPC_PUBLISH_H
#define _VPC_PUBLISH_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;
struct vpc;
struct vpc_group;
struct vpc_net;
struct vpc_prefix;
struct vpc_route_change;
struct vpc_route_txn;
struct vpc_table;
struct vpc_vpn_gateway;

/* All of these: vpc_net::lock is held; they may sleep. */

/* Parts of a transaction, see route.c. */
int vpc_publish_replace(struct vpc_route_txn *txn, struct netlink_ext_ack *extack);
int vpc_publish_apply(struct vpc_route_txn *txn, const struct vpc_route_change *change,
		      const struct vpc_group *new, struct netlink_ext_ack *extack);
int vpc_publish_refresh(struct vpc_route_txn *txn, const struct vpc_prefix *p,
			const struct vpc_route_txn *source, struct netlink_ext_ack *extack);
void vpc_publish_close(struct vpc_route_txn *txn, bool commit);
void vpc_publish_clear(struct vpc_table *table);

/* For publish_follow.c. */
int vpc_publish_each_target(const struct vpc_vpn_gateway *gw,
			    int (*fn)(struct vpc_table *table, void *data), void *data);
int vpc_publish_each(const struct vpc_vpn_gateway *gw,
		     int (*fn)(const struct vpc_prefix *p, u32 mode, void *data), void *data);
struct vpc_group *vpc_publish_by(const struct vpc_vpn_gateway *gw, const struct vpc_prefix *p,
				 const struct vpc_route_txn *source);

/* publish_follow.c: the world around has changed. Cannot fail. */
void vpc_publish_withdraw(struct vpc_vpn_gateway *gw);
void vpc_publish_changed(struct vpc *domain, struct vpc *vpc);
void vpc_publish_health(struct vpc_net *vn);

/* For the routes of a table in messages: 0 or -EMSGSIZE. */
u8 vpc_publish_mode(const struct vpc_table *table, const struct vpc_prefix *p);
int vpc_publish_fill(struct sk_buff *msg, const struct vpc_table *table,
		     const struct vpc_prefix *p);

#endif /* _VPC_PUBLISH_H */
