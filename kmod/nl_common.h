/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands of all objects have in common: reading requests, writing replies. */
#ifndef _VPC_NL_COMMON_H
#define _VPC_NL_COMMON_H

#include <linux/vpc.h>
#include <net/genetlink.h>

#include "addr.h"
#include "netlink.h"
#include "netns.h"
#include "object.h"
#include "stats.h"

struct net_device;
struct vpc;
struct vpc_link;
struct vpc_table;
struct vpc_uplink;

/**
 * typedef vpc_nl_fill - write the attributes of something
 * @msg: message to append them to
 * @item: the something
 *
 * One such function per kind of object serves get, dump and events.
 * vpc_net::lock is held. Returns 0 or -EMSGSIZE.
 */
typedef int (*vpc_nl_fill)(struct sk_buff *msg, const void *item);

/**
 * struct vpc_nl_form - how objects of a kind look in messages
 * @get: command whose replies carry them
 * @event: attribute of enum vpc_a_event that carries them
 * @key: attribute of a do request that names one
 * @filter: attribute of a dump request that names their VPC, or 0
 * @in_vpc: does an object pass that filter? (optional: no filter)
 * @fill: writes one; the item is its struct vpc_object
 * @has_last: is there something to list after all objects? (with @last)
 * @last: writes that; the item is the struct vpc_net. (optional)
 */
struct vpc_nl_form {
	u8 get;
	u8 event;
	u8 key;
	u8 filter;
	bool (*in_vpc)(const struct vpc_object *obj, u32 vpc);
	vpc_nl_fill fill;
	bool (*has_last)(const struct vpc_net *vn);
	vpc_nl_fill last;
};

extern const struct vpc_nl_form vpc_nl_vpc_form, vpc_nl_subnet_form, vpc_nl_table_form,
				vpc_nl_port_form, vpc_nl_uplink_form, vpc_nl_peering_form,
				vpc_nl_rejected_form, vpc_nl_probe_form, vpc_nl_vpn_gateway_form,
				vpc_nl_customer_gateway_form, vpc_nl_ipsec_form,
				vpc_nl_nat_gateway_form, vpc_nl_alarm_form;

static inline struct vpc_net *vpc_nl_net(struct genl_info *info)
{
	return vpc_net(genl_info_net(info));
}

/* Reading requests. All of these: vpc_net::lock is held, refusals have a sentence. */
bool vpc_name_valid(const char *name);
int vpc_nl_need(struct genl_info *info, int attr, const char *object, const char *what);
const struct nlattr *vpc_nl_next(const struct genl_info *info, int attr,
				 const struct nlattr *last);
int vpc_nl_check_name(struct genl_info *info, int attr, const char *what);
const char *vpc_nl_new_name(struct genl_info *info, enum vpc_kind kind, int attr);
struct vpc_object *vpc_nl_by_name(struct vpc_net *vn, enum vpc_kind kind,
				  const struct nlattr *attr, struct netlink_ext_ack *extack);
struct vpc_object *vpc_nl_named(struct genl_info *info, enum vpc_kind kind, int attr);
struct vpc *vpc_nl_vpc(struct genl_info *info, int attr, const char *object, const char *what);
struct vpc_table *vpc_nl_table(struct genl_info *info, int attr, const struct vpc *vpc);
struct vpc_link *vpc_nl_link(struct genl_info *info, enum vpc_kind kind, int attr);
struct net_device *vpc_nl_dev(struct genl_info *info, enum vpc_kind kind, int attr);
int vpc_nl_get_addr(const struct nlattr *attr, struct vpc_addr *addr,
		    struct netlink_ext_ack *extack);
int vpc_nl_get_host(const struct nlattr *attr, struct vpc_addr *addr,
		    struct netlink_ext_ack *extack);
int vpc_nl_make_prefix(const struct nlattr *addr, const struct nlattr *len, bool host,
		       struct vpc_prefix *p, struct netlink_ext_ack *extack);
int vpc_nl_get_prefix(const struct nlattr *attr, bool host, struct vpc_prefix *p,
		      struct netlink_ext_ack *extack);
int vpc_nl_get_prefixes(struct genl_info *info, int attr, struct vpc_prefix *list, u8 max,
			u8 *count, const char *limit);
int vpc_nl_get_pair(struct genl_info *info, int attr, bool host, struct vpc_prefix pair[2],
		    const char *object);

/* nl_nat.c: the same */
int vpc_nl_get_publics(struct genl_info *info, int attr, struct vpc_addr *list,
		       struct vpc_addr *endpoint, u32 *count);
struct vpc_uplink *vpc_nl_public_uplink(struct genl_info *info, int attr);

/* Writing: 0 or -EMSGSIZE. */
int vpc_nl_put_addr(struct sk_buff *msg, int attr, const struct vpc_addr *addr);
int vpc_nl_put_prefix(struct sk_buff *msg, int attr, const struct vpc_prefix *p);
int vpc_nl_put_drop(struct sk_buff *msg, int attr, enum vpc_drop_reason reason, u64 packets,
		    bool sent);
int vpc_nl_put_totals(struct sk_buff *msg, int attr, const struct vpc_totals *totals,
		      const void __percpu *received, const void __percpu *sent);
int vpc_nl_put_counters(struct sk_buff *msg, int attr,
			const struct vpc_counters __percpu *counters);
int vpc_nl_put_dev(struct sk_buff *msg, int attr, const struct net_device *dev);

/* Messages. */
struct sk_buff *vpc_nl_message(u32 portid, u32 seq, u8 cmd, vpc_nl_fill fill, const void *item);
int vpc_nl_reply(struct genl_info *info, u8 cmd, vpc_nl_fill fill, const void *item);
int vpc_nl_get(struct genl_info *info, enum vpc_kind kind, const struct vpc_nl_form *form);
int vpc_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, enum vpc_kind kind,
		const struct vpc_nl_form *form);
int vpc_nl_dump_lock(struct vpc_net *vn, struct netlink_callback *cb);
int vpc_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    vpc_nl_fill fill, const void *item);
int vpc_nl_dump_unlock(struct vpc_net *vn, struct sk_buff *skb, int err);

/* netlink.c */
#define VPC_NL_MCGRP_CONFIG 0
#define VPC_NL_MCGRP_HEALTH 1

extern struct genl_family vpc_nl_family;
extern bool vpc_nl_userns;

/* nl_event.c */
void vpc_nl_changed(struct vpc_net *vn);
struct sk_buff *vpc_nl_event_prepare(struct vpc_net *vn, enum vpc_event event,
				     const struct vpc_object *obj,
				     const struct vpc_actor *actor);
void vpc_nl_event_send(struct vpc_net *vn, struct sk_buff *msg);
void vpc_nl_event_drop(struct sk_buff *msg);
void vpc_nl_event_item(struct vpc_net *vn, enum vpc_event event, int attr, vpc_nl_fill fill,
		       const void *item, const struct vpc_actor *actor);

/* nl_probe.c: the item is a struct vpc_flip. */
int vpc_nl_flip_fill(struct sk_buff *msg, const void *item);

/* nl_endpoint.c: the item is a struct vpc_endpoint. */
int vpc_nl_endpoint_fill(struct sk_buff *msg, const void *item);

/* The commands. */
int vpc_nl_info_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_flush(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpc_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpc_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpc_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpc_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpc_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_subnet_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_subnet_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_subnet_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_subnet_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_subnet_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_table_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_table_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_table_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_table_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_port_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_port_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_port_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_port_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_uplink_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_uplink_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_uplink_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_uplink_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_endpoint_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_endpoint_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_endpoint_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_route_change(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_route_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_route_lookup(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_accept(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_enable(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_reject(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_peering_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_probe_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_probe_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_probe_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_probe_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_probe_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_flip_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_settings_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpn_gateway_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpn_gateway_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpn_gateway_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpn_gateway_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_vpn_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_customer_gateway_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_customer_gateway_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_customer_gateway_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_customer_gateway_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_customer_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_ipsec_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_ipsec_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_ipsec_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_ipsec_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_ipsec_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_nat_gateway_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_nat_gateway_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_nat_gateway_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_nat_gateway_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_nat_gateway_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_alarm_new(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_alarm_set(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_alarm_del(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_alarm_get(struct sk_buff *skb, struct genl_info *info);
int vpc_nl_alarm_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vpc_nl_alarm_history(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _VPC_NL_COMMON_H */
