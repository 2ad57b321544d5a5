/* SPDX-License-Identifier: GPL-2.0 */
/* Next hops: one object per VPC, type and target, and the door to each type's file. */
#ifndef _VPC_NEXTHOP_H
#define _VPC_NEXTHOP_H

#include <linux/rhashtable-types.h>
#include <net/netlink.h>
#include <linux/vpc.h>

#include "addr.h"
#include "health.h"
#include "netns.h"
#include "packet.h"

struct vpc_nexthop;
struct vpc_adj;
struct vpc_endpoint;
struct vpc_nat_gateway;

/**
 * struct vpc_nh_key - what makes two next hops the same
 * @vpc: VPC of the tables that may use it
 * @type: enum vpc_nh_type
 * @peering: target of a peering or of transit
 * @ipsec: target of an IPsec connection
 * @nat: target of a NAT gateway
 * @addr: target of a router
 *
 * Compared as bytes: zero it before it is filled.
 */
struct vpc_nh_key {
	struct vpc *vpc;
	u64 type;
	union {
		struct vpc_peering *peering;
		struct vpc_ipsec *ipsec;
		struct vpc_nat_gateway *nat;
		struct vpc_addr addr;
	};
};

/**
 * struct vpc_nh_ops - a type of next hop: a file and a row in the table
 * @type: enum vpc_nh_type
 * @name: as users write it
 * @inside: may be the next hop of a prefix inside a CIDR of the VPC (T6)
 * @size: of the whole object, which starts with struct vpc_nexthop
 * @parse: fill the target of a key from attributes of a nested next hop; may
 *	refuse. vpc_net::lock held. (optional: the type has no target)
 * @init: make a new object ready. vpc_net::lock held, may sleep. (optional)
 * @destroy: no route uses it any more, but packets may still see it until the
 *	grace period that follows. vpc_net::lock held, may sleep. (optional)
 * @may_route: may routes lead to it, or does only a probe use it? Refuses.
 *	vpc_net::lock held. (optional: they may)
 * @output: a packet takes it. Softirq, RCU read side.
 * @missed: a packet would have taken it, or another next hop of its route, but none is
 *	usable. Softirq, RCU read side. (optional)
 * @down_reason: enum vpc_drop_reason of packets of a route that leads to nothing else, while it
 *	is down (optional: VPC_DROP_NEXTHOP_DOWN)
 * @family: of the prefixes that it can serve (optional: either)
 * @str: write the target as users do, after the name of the type. (optional: the
 *	type has no target)
 * @fill: write the target's attributes, vpc_net::lock held. (optional)
 * @endpoint: where a packet to @addr would end, for ROUTE_LOOKUP; NULL: nowhere.
 *	vpc_net::lock held. (optional)
 * @emit: send a packet of our own, a probe, by exactly this next hop. Consumes it;
 *	false: there is no way now. Bottom halves off, RCU read side. (optional: the
 *	type cannot be probed)
 * @came_by: did a packet arrive by this next hop? Softirq, RCU read side. (with @emit)
 */
struct vpc_nh_ops {
	u8 type;
	const char *name;
	bool inside;
	size_t size;
	int (*parse)(struct vpc_nh_key *key, struct nlattr **tb, struct netlink_ext_ack *extack);
	int (*init)(struct vpc_nexthop *nh, struct netlink_ext_ack *extack);
	void (*destroy)(struct vpc_nexthop *nh);
	int (*may_route)(const struct vpc_nexthop *nh, struct netlink_ext_ack *extack);
	enum vpc_verdict (*output)(struct vpc_pkt *pkt, const struct vpc_nexthop *nh);
	void (*missed)(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt);
	u8 down_reason;
	u8 (*family)(const struct vpc_nexthop *nh);
	void (*str)(const struct vpc_nexthop *nh, char *buf, size_t size);
	int (*fill)(struct sk_buff *msg, const struct vpc_nexthop *nh);
	struct vpc_endpoint *(*endpoint)(const struct vpc_nexthop *nh,
					 const struct vpc_addr *addr);
	bool (*emit)(const struct vpc_nexthop *nh, struct sk_buff *skb, u8 family);
	bool (*came_by)(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt);
};

/**
 * struct vpc_nexthop - a next hop; starts the object of every type
 * @ops: its type
 * @health: enum vpc_health, the one word that flips while packets look at it
 * @hash: of its type and target, the same on every host and after it was removed
 *	and added again: by it flows choose
 * @state: why @health is what it is
 * @key: its identity
 * @refs: groups that contain it, and whoever holds it for a while; vpc_net::lock
 * @node: in vpc_net::nexthop_hash
 * @rcu: frees it
 */
struct vpc_nexthop {
	const struct vpc_nh_ops *ops;
	u8 health;
	u32 hash;
	struct vpc_nh_state state;
	struct vpc_nh_key key;
	u32 refs;
	struct rhash_head node;
	struct rcu_head rcu;
};

/* By it connections leave for a public network. */
static inline bool vpc_nh_is_nat(const struct vpc_nexthop *nh)
{
	return nh->ops->type == VPC_NH_NAT || nh->ops->type == VPC_NH_VPC_ROUTER;
}

/**
 * vpc_health_tally() - packets are given to a next hop: count them if it has a probe
 * @nh: the next hop
 * @packets: wire packets
 * Context: softirq, RCU read side.
 */
static inline void vpc_health_tally(const struct vpc_nexthop *nh, u32 packets)
{
	struct vpc_tally __percpu *tally = READ_ONCE(nh->state.tally);

	if (unlikely(tally))
		vpc_tally_add(tally, READ_ONCE(nh->state.epoch), packets);
}

/**
 * struct vpc_path - a next hop as a route uses it
 * @nh: the next hop
 * @priority: lower wins
 * @weight: share of flows, 0: standby
 */
struct vpc_path {
	struct vpc_nexthop *nh;
	u32 priority;
	u16 weight;
};

extern const struct vpc_nh_ops vpc_nh_peering_ops, vpc_nh_router_ops, vpc_nh_blackhole_ops,
			       vpc_nh_unreachable_ops, vpc_nh_prohibit_ops,
			       vpc_nh_ipsec_ops, vpc_nh_transit_ops, vpc_nh_nat_ops,
			       vpc_nh_vpc_router_ops;

int vpc_nexthop_net_init(struct vpc_net *vn);
void vpc_nexthop_net_exit(struct vpc_net *vn);
/* Parse a nested enum vpc_a_nexthop: takes a reference on the next hop. */
int vpc_nexthop_parse(struct vpc *vpc, const struct nlattr *attr, struct vpc_path *path,
		      struct netlink_ext_ack *extack);
struct vpc_nexthop *vpc_nexthop_find(const struct vpc_nh_key *key);
void vpc_nexthop_put(struct vpc_nexthop *nh);
int vpc_nexthop_fill(struct sk_buff *msg, const struct vpc_path *path, bool used);
const char *vpc_nexthop_str(const struct vpc_nexthop *nh, char *buf, size_t size);
#define VPC_NEXTHOP_STRLEN 80
/* The types that may serve prefixes inside a CIDR, for a sentence. */
const char *vpc_nexthop_inside(char *buf, size_t size);

enum vpc_verdict vpc_nh_local_output(struct vpc_pkt *pkt);

/* nh_peering.c: the next hop of one side, if any route uses it; and what transit shares. */
struct vpc_nexthop *vpc_nh_peering_find(struct vpc_peering *p, int side);
int vpc_nh_peering_init(struct vpc_nexthop *nh, struct netlink_ext_ack *extack);
int vpc_nh_peering_parse(struct vpc_nh_key *key, struct nlattr **tb,
			 struct netlink_ext_ack *extack);
struct vpc *vpc_nh_peering_target(const struct vpc_nh_key *key);
enum vpc_verdict vpc_nh_peering_cross(struct vpc_pkt *pkt, const struct vpc_nexthop *nh);
void vpc_nh_peering_str(const struct vpc_nexthop *nh, char *buf, size_t size);
int vpc_nh_peering_fill(struct sk_buff *msg, const struct vpc_nexthop *nh);
bool vpc_nh_from_endpoint(const struct vpc_pkt *pkt);
bool vpc_nh_source_in(const struct vpc *vpc, const struct vpc_pkt *pkt);

/* nh_router.c: routers are found again when the links of their VPC change. */
void vpc_nh_router_resolve(struct vpc *vpc);
int vpc_nh_router_check_unused(const struct vpc_link *link, struct netlink_ext_ack *extack);
bool vpc_nh_router_leads_to(const struct vpc_nexthop *nh, const struct vpc_link *link);

#endif /* _VPC_NEXTHOP_H */
