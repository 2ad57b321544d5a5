/* SPDX-License-Identifier: GPL-2.0 */
/* IPsec connections: what the kernel's XFRM encrypts and decrypts with one if_id. */
#ifndef _VPC_IPSEC_H
#define _VPC_IPSEC_H

#include <linux/list.h>
#include <linux/xfrm.h>
#include <net/dst.h>
#include <net/flow.h>

#include "customer_gateway.h"
#include "link.h"
#include "netns.h"
#include "packet.h"
#include "vpn_gateway.h"

struct vpc_nexthop;

/**
 * struct vpc_ipsec_bundle - the way through ESP that a CPU took last
 * @dst: from xfrm_lookup_with_ifid(), with a reference; NULL: none
 * @generation: vpc_ipsec::generation when it was found
 */
struct vpc_ipsec_bundle {
	struct dst_entry *dst;
	u32 generation;
};

/* By family. Bottom halves off, its own CPU. */
struct vpc_ipsec_bundles {
	struct vpc_ipsec_bundle bundle[2];
};

/**
 * struct vpc_ipsec_lost - packets that the counters of a connection do not have, per CPU
 * @received: dropped before they were counted; the drops have them
 * @sent: dropped before they were counted as sent; the drops are those of where they came in
 */
struct vpc_ipsec_lost {
	u64 received;
	u64 sent;
};

/**
 * struct vpc_ipsec - an IPsec connection
 * @link: as a way in: what XFRM has decrypted. It has no device. First, so that a link can
 *	be turned into its connection.
 * @gateway: its VPN gateway
 * @customer: its customer gateway
 * @if_id: of its security associations and policies
 * @mode: enum vpc_ipsec_mode
 * @locals: how many of @prefix are local ones: what the other end may reach; 0: no limit
 * @remotes: how many come after them: what may be behind the other end; 0: no limit
 * @prefix: immutable
 * @bundles: per CPU
 * @lost: per CPU
 * @cacheable: by family: one policy fits all packets, so @bundles may be used
 * @generation: changes with the policies of @if_id
 * @found: directions in which ipsec_sa.c has seen a security association, while it looks
 * @policies: out policies that it has seen, by family
 * @wide: of these, policies for all packets
 * @mtu: what fits inside ESP, as the last packet out has found it; 0: there was none. Kept
 *	while MSS is clamped
 * @negotiated: there is a security association in both directions, and the gateway is normal
 * @nh: its next hop, if a route or a probe uses it; vpc_net::lock
 * @node: in vpc_vpn_gateway::connections
 */
struct vpc_ipsec {
	struct vpc_link link;
	struct vpc_vpn_gateway *gateway;
	struct vpc_customer_gateway *customer;
	u32 if_id;
	u8 mode;
	u8 locals;
	u8 remotes;
	struct vpc_prefix *prefix;
	struct vpc_ipsec_bundles __percpu *bundles;
	struct vpc_ipsec_lost __percpu *lost;
	bool cacheable[2];
	u32 generation;
	u8 found;
	u32 policies[2];
	u32 wide[2];
	u32 mtu;
	bool negotiated;
	struct vpc_nexthop *nh;
	struct list_head node;
};

/* Is an if_id of the namespace's range? Context: any. */
static inline bool vpc_ipsec_is_ours(const struct vpc_net *vn, u32 if_id)
{
	return if_id >= READ_ONCE(vn->if_id_first) && if_id <= READ_ONCE(vn->if_id_last);
}

/* Does a selector of XFRM let every packet of its family pass? Context: any. */
static inline bool vpc_ipsec_any_packet(const struct xfrm_selector *sel)
{
	return !sel->prefixlen_d && !sel->prefixlen_s && !sel->dport_mask && !sel->sport_mask &&
	       !sel->proto && !sel->ifindex;
}

static inline struct vpc_ipsec *vpc_ipsec_of(const struct vpc_link *link)
{
	return container_of(link, struct vpc_ipsec, link);
}

/**
 * struct vpc_ipsec_config - what IPSEC_NEW asks for
 * @name: of the connection
 * @gateway: its VPN gateway
 * @customer: its customer gateway
 * @if_id: 0: to be assigned
 * @mode: enum vpc_ipsec_mode
 * @local: see VPC_A_IPSEC_LOCAL
 * @locals: how many
 * @remote: see VPC_A_IPSEC_REMOTE
 * @remotes: how many
 */
struct vpc_ipsec_config {
	const char *name;
	struct vpc_vpn_gateway *gateway;
	struct vpc_customer_gateway *customer;
	u32 if_id;
	u8 mode;
	struct vpc_prefix local[VPC_IPSEC_PREFIXES_MAX];
	u8 locals;
	struct vpc_prefix remote[VPC_IPSEC_PREFIXES_MAX];
	u8 remotes;
};

/* ipsec.c; vpc_net::lock is held, they may sleep. */
void vpc_ipsec_net_init(struct vpc_net *vn);
void vpc_ipsec_net_exit(struct vpc_net *vn);
struct vpc_ipsec *vpc_ipsec_new(const struct vpc_ipsec_config *cfg,
				struct netlink_ext_ack *extack);
int vpc_ipsec_del(struct vpc_ipsec *conn, struct netlink_ext_ack *extack);
void vpc_ipsec_remove(struct vpc_ipsec *conn);
struct vpc_ipsec *vpc_ipsec_find(struct vpc_net *vn, const char *name);
int vpc_ipsec_set_range(struct vpc_net *vn, u32 first, u32 last,
			struct netlink_ext_ack *extack);
u8 vpc_ipsec_state(const struct vpc_ipsec *conn);

/* ipsec_sa.c */
void vpc_ipsec_sync_init(struct vpc_net *vn);
void vpc_ipsec_sync(struct vpc_net *vn);
void vpc_ipsec_sync_stop(struct vpc_net *vn);
int vpc_ipsec_module_init(void);
void vpc_ipsec_module_exit(void);

/* ipsec_dst.c */
int vpc_ipsec_dst_ready(struct vpc_net *vn, struct netlink_ext_ack *extack);
void vpc_ipsec_dst_gone(struct vpc_net *vn);
int vpc_ipsec_dst_module_init(void);
void vpc_ipsec_dst_module_exit(void);

/* ipsec_rx.c; softirq, RCU read side. */
bool vpc_ipsec_receive(struct net *net, struct sk_buff *skb, u8 family);

/* nh_ipsec.c */
bool vpc_ipsec_emit(struct vpc_ipsec *conn, struct sk_buff *skb, u8 family);
void vpc_ipsec_forget(struct vpc_ipsec *conn);
enum vpc_verdict vpc_ipsec_output(struct vpc_pkt *pkt, struct vpc_ipsec *conn);
void vpc_ipsec_flow(struct flowi *fl, const struct sk_buff *skb, u8 family);

/* selector.c: connections in policy mode. */
int vpc_selectors_build(struct vpc *vpc, const struct vpc_prefix *cidr, int cidrs,
			struct netlink_ext_ack *extack);
void vpc_selectors_restore(struct vpc *vpc);
void vpc_selectors_drop(struct vpc_ipsec *conn);
struct vpc_ipsec *vpc_selectors_of(const struct vpc_pkt *pkt);
struct vpc_ipsec *vpc_selectors_match(const struct vpc *vpc, const void *local,
				      const void *remote, u8 family);

/**
 * vpc_selectors_route() - the connection in policy mode that a packet takes
 * @pkt: the packet, in a VPC
 * Context: softirq, RCU read side.
 * Return: the connection or NULL: its table decides.
 */
static inline struct vpc_ipsec *vpc_selectors_route(const struct vpc_pkt *pkt)
{
	if (likely(!rcu_access_pointer(pkt->vpc->selectors)))
		return NULL;
	return vpc_selectors_of(pkt);
}

#endif /* _VPC_IPSEC_H */
