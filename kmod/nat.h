/* SPDX-License-Identifier: GPL-2.0 */
/* NAT gateways: VPCs with equal addresses share public addresses. */
#ifndef _VPC_NAT_H
#define _VPC_NAT_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/workqueue.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <linux/vpc.h>

#include "addr.h"
#include "object.h"
#include "packet.h"
#include "stats.h"

struct vpc_nexthop;
struct vpc_subnet;
struct vpc_uplink;

/* What has port numbers of its own: TCP, UDP, and the identifiers of ICMP echo. */
enum vpc_nat_class {
	VPC_NAT_TCP,
	VPC_NAT_UDP,
	VPC_NAT_ICMP,
	VPC_NAT_CLASSES,
};

#define VPC_NAT_BLOCK_PORTS 16
#define VPC_NAT_BLOCKS (65536 / VPC_NAT_BLOCK_PORTS)

/**
 * struct vpc_nat_zone - what conntrack knows a VPC by
 * @both: zone of the VPC for tuples as its own endpoints send them
 * @inside: template of what endpoints send: conntrack looks in the zone of the VPC only
 * @in: template of connections from outside: the original tuple is in zone 0, where public
 *	addresses are, the reply tuple in the zone of the VPC
 * @connections: how many there are
 *
 * (net/netfilter/nf_conntrack_core.c, resolve_normal_ct())
 */
struct vpc_nat_zone {
	struct nf_conntrack_zone both;
	struct nf_conn *inside;
	struct nf_conn *in;
	atomic_t connections;
};

/**
 * struct vpc_dnat - a port of a public address that leads inside; immutable
 * @public: the address
 * @proto: IPPROTO_TCP or IPPROTO_UDP; 0: whatever is left (a 1:1 address)
 * @first: port, host byte order
 * @last: port, host byte order
 * @to: endpoint
 * @to_first: port that @first leads to
 */
struct vpc_dnat {
	struct vpc_addr public;
	u8 proto;
	u16 first;
	u16 last;
	struct vpc_addr to;
	u16 to_first;
};

/**
 * struct vpc_snat - whose connections are translated
 * @subnet: endpoints of this subnet; NULL: of @prefix
 * @prefix: inside a CIDR of the VPC
 */
struct vpc_snat {
	struct vpc_subnet *subnet;
	struct vpc_prefix prefix;
};

/**
 * struct vpc_nat_share - a public address of a gateway
 * @public: the address
 * @gateway: the gateway
 * @endpoint: whom it is bound to, 1:1; family 0: nobody
 * @node: in vpc_nat_gateway::shares
 * @peer: in vpc_public::shares
 * @draining: no new connections
 * @blocks: blocks of ports that the gateway's endpoints have, by class; vpc_public::lock
 * @connections: how many use the address
 * @first_block: first block of ports for new connections; vpc_public::lock
 * @last_block: last block
 * @level: 0, or percent in use of those that it may have: 80 or 95, by class; vpc_public::lock
 * @told: what listeners know of @level; vpc_net::lock
 * @rcu: frees it
 */
struct vpc_nat_share {
	struct vpc_public *public;
	struct vpc_nat_gateway *gateway;
	struct vpc_addr endpoint;
	struct list_head node;
	struct list_head peer;
	bool draining;
	u32 blocks[VPC_NAT_CLASSES];
	atomic_t connections;
	u16 first_block;
	u16 last_block;
	u8 level[VPC_NAT_CLASSES];
	u8 told;
	struct rcu_head rcu;
};

/**
 * struct vpc_nat_config - what new connections of a gateway read; immutable
 * @snats: how many prefixes are in @source
 * @source: whose connections are translated; private bits are zero
 * @all: of every endpoint, whatever @source
 * @shares: how many addresses are in @share
 * @share: addresses that are neither draining nor bound
 * @draining: an address that is bound is on its way out
 * @bounds: how many addresses are in @bound
 * @bound: addresses that are bound, and not draining
 * @block_limit: blocks that one endpoint may have, of a class
 * @rate: new connections per second of one endpoint, 0: any
 * @rcu: frees it
 */
struct vpc_nat_config {
	u32 snats;
	struct vpc_prefix *source;
	bool all;
	u32 shares;
	struct vpc_nat_share **share;
	bool draining;
	u32 bounds;
	struct vpc_nat_share **bound;
	u16 block_limit;
	u32 rate;
	struct rcu_head rcu;
};

/**
 * struct vpc_nat_gateway - a NAT gateway, or the own router of a VPC
 * @obj: id and name; no name: the own router of the VPC
 * @label: what sentences call it
 * @vpc: its VPC
 * @uplink: a public uplink
 * @config: for new connections; NULL: the gateway is going
 * @counters: RX: what its VPC sent by it, TX: what came back and was delivered, drops: of RX
 * @source_hash: struct vpc_nat_source by address
 * @sources: how many
 * @connections: how many
 * @failed: new connections that found no port of the address pool
 * @limited: new connections of endpoints that had as many ports as they may have
 * @shares: struct vpc_nat_share
 * @snat: rules
 * @snats: how many
 * @dnat: rules
 * @dnats: how many
 * @first_port: of the pool
 * @last_port: of the pool
 * @port_limit: ports of one endpoint
 * @rate: see struct vpc_nat_config
 * @nh: the next hop that leads here, or NULL
 * @node: in vpc::nat_gateways
 * @rcu: frees it
 *
 * Configuration is guarded by vpc_net::lock.
 */
struct vpc_nat_gateway {
	struct vpc_object obj;
	char label[VPC_NAME_LEN + 24];
	struct vpc *vpc;
	struct vpc_uplink *uplink;
	struct vpc_nat_config __rcu *config;
	struct vpc_counters __percpu *counters;
	struct rhashtable source_hash;
	atomic_t sources;
	atomic_t connections;
	atomic64_t failed;
	atomic64_t limited;
	struct list_head shares;
	struct vpc_snat *snat;
	u32 snats;
	struct vpc_dnat *dnat;
	u32 dnats;
	u16 first_port;
	u16 last_port;
	u32 port_limit;
	u32 rate;
	struct vpc_nexthop *nh;
	struct list_head node;
	struct rcu_head rcu;
};

/**
 * struct vpc_nat_block - ports of a public address that an endpoint has
 * @node: in vpc_nat_source::blocks, or in vpc_nat_source::full
 * @source: the endpoint
 * @share: the address
 * @index: first port / VPC_NAT_BLOCK_PORTS
 * @class: enum vpc_nat_class
 * @unused: a bit for each port that no connection uses
 * @next: the port that is tried next for another destination
 * @connections: sum over @used
 * @used: connections by port
 * @rcu: frees it
 */
struct vpc_nat_block {
	struct list_head node;
	struct vpc_nat_source *source;
	struct vpc_nat_share *share;
	u16 index;
	u8 class;
	u16 unused;
	u8 next;
	u32 connections;
	u32 used[VPC_NAT_BLOCK_PORTS];
	struct rcu_head rcu;
};

/**
 * struct vpc_nat_source - an endpoint that has connections through a gateway
 * @addr: its address
 * @node: in vpc_nat_gateway::source_hash
 * @gateway: the gateway
 * @lock: guards the rest
 * @dead: it had no block any more, and is not in the hash
 * @blocks: struct vpc_nat_block by class, those that have unused ports
 * @full: the others
 * @count: how many blocks by class
 * @tokens: new connections that may come now, in thousandths
 * @stamp: jiffies when @tokens was right
 * @rcu: frees it
 */
struct vpc_nat_source {
	struct vpc_addr addr;
	struct rhash_head node;
	struct vpc_nat_gateway *gateway;
	spinlock_t lock;
	bool dead;
	struct list_head blocks[VPC_NAT_CLASSES];
	struct list_head full[VPC_NAT_CLASSES];
	u16 count[VPC_NAT_CLASSES];
	u64 tokens;
	unsigned long stamp;
	struct rcu_head rcu;
};

/**
 * struct vpc_nat_pending - what we keep of a connection that is not in the table yet
 * @gateway: number of its gateway
 * @hairpin: the other end is a public address of this host
 * @bound: by the address that is bound to the endpoint
 *
 * Its first packet may wait, for a MAC or in a queue of a hook, and the gateway may go meanwhile.
 */
struct vpc_nat_pending {
	u32 gateway;
	bool hairpin;
	bool bound;
};

/**
 * struct vpc_nat_flow - what we keep of a connection, in conntrack's area for helpers
 * @gateway: whose it is
 * @share: its public address
 * @block: its port; NULL: a connection from outside, or of an endpoint with an address of its own
 * @port: of the public address, host byte order
 * @class: enum vpc_nat_class
 * @hairpin: the other end is a public address of this host
 *
 * There as long as the connection is in conntrack's table; when it leaves, conntrack calls
 * nf_conntrack_helper::destroy.
 */
struct vpc_nat_flow {
	struct vpc_nat_gateway *gateway;
	struct vpc_nat_share *share;
	struct vpc_nat_block *block;
	u16 port;
	u8 class;
	bool hairpin;
};

/* nat_blocks.c */
bool vpc_nat_block_claim(struct vpc_nat_share *share, enum vpc_nat_class class, u16 *index);
void vpc_nat_block_unclaim(struct vpc_nat_share *share, enum vpc_nat_class class, u16 index);

/* nat_ports.c; softirq, RCU read side */
enum vpc_drop_reason vpc_nat_ports_take(struct vpc_nat_gateway *gw,
					const struct vpc_nat_config *config,
					const struct nf_conntrack_tuple *orig,
					struct vpc_nat_flow *flow);
void vpc_nat_ports_give(const struct vpc_nat_flow *flow);
int vpc_nat_ports_init(struct vpc_nat_gateway *gw);
void vpc_nat_ports_exit(struct vpc_nat_gateway *gw);

/* nat_ct.c */
struct nf_conn *vpc_nat_template(struct vpc_net *vn, u16 id, u8 dir);
int vpc_nat_zone_id(struct vpc_net *vn, struct netlink_ext_ack *extack);
struct vpc_nat_zone *vpc_nat_zone_new(struct vpc_net *vn, struct netlink_ext_ack *extack);
void vpc_nat_zone_free(struct vpc_net *vn, struct vpc_nat_zone *zone);
const struct vpc_nat_flow *vpc_nat_flow_of(const struct nf_conn *ct);
enum vpc_drop_reason vpc_nat_flow_set(struct nf_conn *ct, const struct vpc_nat_flow *flow);
void vpc_nat_flow_lost(const struct vpc_nat_flow *flow);
bool vpc_nat_count(struct nf_conn *ct, atomic_t *counter, bool *done);
bool vpc_nat_confirm(struct sk_buff *skb, bool *same);
bool vpc_nat_wait_for_none(const atomic_t *connections);
bool vpc_nat_pend(struct nf_conn *ct, const struct vpc_nat_pending *pending);
const struct vpc_nat_pending *vpc_nat_pending_of(const struct nf_conn *ct);
enum vpc_drop_reason vpc_nat_track(struct vpc_net *vn, struct sk_buff *skb, struct nf_conn *tmpl);
bool vpc_nat_attach(struct vpc_net *vn, struct sk_buff *skb, struct nf_conntrack_tuple_hash *h);
bool vpc_nat_translate(struct sk_buff *skb);
void vpc_nat_kill(struct vpc_net *vn, const struct vpc_nat_gateway *gw);
void vpc_nat_kill_forwarded(struct vpc_net *vn);
enum vpc_nat_class vpc_nat_class_of(u8 proto);
bool vpc_nat_icmp_error(const struct sk_buff *skb);
void vpc_nat_module_init(void);
void vpc_nat_module_exit(void);

/* nat.c; softirq, RCU read side */
bool vpc_nat_whole(struct vpc_net *vn, struct sk_buff *skb, u16 zone);
bool vpc_nat_tuple_of(struct vpc_net *vn, const struct sk_buff *skb,
		      struct nf_conntrack_tuple *tuple);
bool vpc_nat_may_start(const struct sk_buff *skb);
u32 vpc_nat_connections(const struct vpc *vpc);
bool vpc_nat_limit_reached(const struct vpc *vpc);
struct vpc_nat_gateway *vpc_nat_pending_gateway(struct vpc_net *vn,
						const struct vpc_nat_pending *pending);
enum vpc_drop_reason vpc_nat_finish_out(struct vpc_net *vn, struct nf_conn *ct,
					struct vpc_nat_flow *flow);
enum vpc_drop_reason vpc_nat_finish_in(struct vpc_net *vn, struct nf_conn *ct,
				       struct vpc_nat_flow *flow);

/* nat_out.c, nat_in.c, nat.c; the same. Consume the packet. */
enum vpc_verdict vpc_nat_output(struct vpc_pkt *pkt, struct vpc_nat_gateway *gw);
bool vpc_nat_answer(struct vpc_pkt *pkt);
struct vpc_nat_gateway *vpc_nat_bound_router(const struct vpc_pkt *pkt);
void vpc_nat_receive(struct vpc_net *vn, struct vpc_public *public, struct sk_buff *skb,
		     bool hairpin);
int vpc_nat_finish(struct net *net, struct sock *sk, struct sk_buff *skb);

#endif /* _VPC_NAT_H */
