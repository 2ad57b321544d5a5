/* SPDX-License-Identifier: GPL-2.0 */
/* Counters and the names of drops. */
#ifndef _VPC_STATS_H
#define _VPC_STATS_H

#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>

struct net_device;
struct vpc_adj;
struct vpc_dst;

/**
 * VPC_DROP_REASONS() - every reason to drop a packet
 *
 * X(name in code, the kernel's nearest reason for the skb, text). Users see the
 * name, in lower case in statistics, as it is in the tracepoint vpc:vpc_drop. It is
 * ABI. The text is the one of Documentation/datapath.rst.
 */
#define VPC_DROP_REASONS(X)								\
	X(MALFORMED, IP_INHDR, "headers do not hold together")				\
	X(ETHERTYPE, UNHANDLED_PROTO, "frame is neither ARP, IPv4 nor IPv6, or is tagged") \
	X(NOT_FOR_US, OTHERHOST, "frame is addressed to another MAC")			\
	X(SOURCE_MAC, IP_RPFILTER, "source MAC is not the port's")			\
	X(SOURCE_UNKNOWN, IP_RPFILTER, "the port's MAC is not learned yet")		\
	X(SOURCE_ADDRESS, IP_RPFILTER, "source address is not allowed here")		\
	X(SOURCE_ROUTE, IP_RPFILTER, "source does not route back where it came from")	\
	X(IP_OPTIONS, IP_INHDR, "IPv4 options, or an IPv6 routing header type 0")	\
	X(MULTICAST, IP_INHDR, "multicast or broadcast destination")			\
	X(MARTIAN, IP_INHDR, "destination that is never routed")			\
	X(LINK_LOCAL, IP_INHDR, "link-local traffic that is not for the gateway")	\
	X(ND, IP_INHDR, "neighbour discovery that a tenant may not send")		\
	X(ARP, IP_INHDR, "ARP that is malformed or claims another's address")		\
	X(GATEWAY, IP_NOPROTO, "to a gateway address, but not an echo request")		\
	X(ICMP_LIMIT, NOT_SPECIFIED, "answer or error suppressed by the rate limit")	\
	X(NO_ROUTE, IP_OUTNOROUTES, "no route in the table")				\
	X(NO_ENDPOINT, IP_OUTNOROUTES, "nobody holds this address of the VPC")		\
	X(NO_NEXTHOP, IP_OUTNOROUTES, "the next hop went away with its device")		\
	X(NEXTHOP_DOWN, IP_OUTNOROUTES, "no next hop of the route is usable")		\
	X(BLACKHOLE, IP_OUTNOROUTES, "route of type blackhole")				\
	X(UNREACHABLE, IP_OUTNOROUTES, "route of type unreachable")			\
	X(PROHIBIT, IP_OUTNOROUTES, "route of type prohibit")				\
	X(PROBE, NOT_SPECIFIED, "claims to be of a probe, and is not")			\
	X(IPSEC_NO_POLICY, XFRM_POLICY, "no XFRM policy of the connection fits")	\
	X(IPSEC_NO_SA, XFRM_POLICY, "no security association of the connection")	\
	X(IPSEC_BLOCKED, XFRM_POLICY, "an XFRM policy blocks it")			\
	X(IPSEC_MODE, XFRM_POLICY, "not ESP in tunnel mode of the connection's if_id")	\
	X(IPSEC_ROUTE, IP_OUTNOROUTES, "the host has no way to the customer gateway")	\
	X(IPSEC_TRANSIT, XFRM_POLICY, "to another connection, which is not allowed")	\
	X(IPSEC_SELECTOR, XFRM_POLICY, "not what the connection or its SA is for")	\
	X(IPSEC_STATE, XFRM_POLICY, "the VPN gateway is not ready")			\
	X(IPSEC_DEPTH, XFRM_POLICY, "came through several security associations")	\
	X(IPSEC_UNKNOWN, XFRM_POLICY, "if_id of our range, but of no connection")	\
	X(IPSEC_PLAINTEXT, XFRM_POLICY, "would have left a connection in clear")	\
	X(BANDWIDTH, NOT_SPECIFIED, "over that of a VPN gateway, or of a peering")	\
	X(NAT_PROTOCOL, IP_NOPROTO, "to a NAT gateway, and not TCP, UDP or ICMP of IPv4") \
	X(NAT_RULE, NETFILTER_DROP, "no SNAT rule of the NAT gateway has the source")	\
	X(NAT_INVALID, NETFILTER_DROP, "not of a connection, and may not start one")	\
	X(NAT_SPOOFED, NETFILTER_DROP, "claims to be of somebody else's connection")	\
	X(NAT_UNSOLICITED, NETFILTER_DROP, "to a public address, where nothing waits for it") \
	X(NAT_PORTS, NETFILTER_DROP, "no port of the public addresses is free")		\
	X(NAT_PORT_LIMIT, NETFILTER_DROP, "the source has as many ports as it may have") \
	X(NAT_CONNECTIONS, NETFILTER_DROP, "the VPC has as many connections as it may have") \
	X(NAT_RATE, NETFILTER_DROP, "the source starts connections too fast")		\
	X(NAT_TABLE, NETFILTER_DROP, "conntrack has no room for the connection")	\
	X(NAT_CONFLICT, NETFILTER_DROP, "another connection has the translated addresses") \
	X(FILTER_TABLE, NETFILTER_DROP, "conntrack has no room for a connection that is filtered") \
	X(PEERING_STATE, IP_OUTNOROUTES, "the peering is not active")			\
	X(PEERING_TRANSIT, IP_OUTNOROUTES, "not an endpoint of the peer VPC")		\
	X(DOMAIN_LIMIT, IP_OUTNOROUTES, "crossed too many domains")			\
	X(OVERLAY_VNI, IP_OUTNOROUTES, "the VNI is of no VPC, or the VPC has none")	\
	X(OVERLAY_SOURCE, IP_RPFILTER, "source is no endpoint of the host that sent it") \
	X(OVERLAY_TRANSIT, IP_OUTNOROUTES, "from another host, and for no endpoint here") \
	X(TTL, IP_INHDR, "TTL or hop limit exceeded")					\
	X(MTU, PKT_TOO_BIG, "larger than the MTU and must not be fragmented")		\
	X(NEIGHBOUR, NEIGH_FAILED, "MAC of the destination is not resolved")		\
	X(NEIGHBOUR_QUEUE, NEIGH_QUEUEFULL, "too many packets wait for a MAC")		\
	X(LINK_DOWN, DEV_READY, "the outgoing device is down")				\
	X(HOST_STACK, NETFILTER_DROP, "the host's own packet towards a bound device")	\
	X(NO_MEMORY, NOMEM, "out of memory")

enum vpc_drop_reason {
#define VPC_DROP_ENUM(name, core, text) VPC_DROP_##name,
	VPC_DROP_REASONS(VPC_DROP_ENUM)
#undef VPC_DROP_ENUM
	VPC_DROP_MAX
};

/**
 * struct vpc_drops - drops of a VPC, per CPU
 * @count: by reason
 */
struct vpc_drops {
	u64 count[VPC_DROP_MAX];
};

/**
 * struct vpc_counters - traffic of a link or of one peering, per CPU
 * @rx_packets: see enum vpc_a_counters
 * @rx_bytes: bytes of network layer packets
 * @tx_packets: handed to the device
 * @tx_bytes: bytes of network layer packets
 * @drops: came in here and were dropped
 * @syncp: makes 64-bit reads whole on 32-bit machines
 * @adj: where the last packet from here went; it may be gone: this and the next two
 *	are fetched ahead, and never followed
 * @dst: the way that it took
 * @dev: the device that it left by
 *
 * One cache line.
 */
struct vpc_counters {
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
	u64_stats_t drops;
	struct u64_stats_sync syncp;
	const struct vpc_adj *adj;
	const struct vpc_dst *dst;
	const struct net_device *dev;
} ____cacheline_aligned;

/**
 * struct vpc_totals - a sum of struct vpc_counters
 */
struct vpc_totals {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 drops;
};

struct vpc_pkt;
struct vpc;
struct vpc_net;

struct vpc_counters __percpu *vpc_counters_alloc(void);
void vpc_counters_free(struct vpc_counters __percpu *c);
void vpc_counters_add(struct vpc_totals *sum, const struct vpc_counters __percpu *c);
void vpc_skb_cost_gso(const struct sk_buff *skb, u32 *packets, u64 *bytes);
void vpc_counters_drop(struct vpc_counters __percpu *c, enum vpc_drop_reason reason,
		       u32 packets);
u64 vpc_drops_read(const struct vpc_drops __percpu *drops, enum vpc_drop_reason reason);
void vpc_drops_count(struct vpc *vpc, struct vpc_counters __percpu *counters,
		     enum vpc_drop_reason reason);
void vpc_drop_host(struct vpc_net *vn, struct sk_buff *skb, enum vpc_drop_reason reason);
#define VPC_DROP_NAME_LEN 24
const char *vpc_drop_name(enum vpc_drop_reason reason, char *buf);
void vpc_drop_skb(struct sk_buff *skb, struct vpc *vpc, struct vpc_counters __percpu *counters,
		  enum vpc_drop_reason reason);

/**
 * vpc_counters_rx() - count what came in
 * @c: counters
 * @packets: wire packets
 * @bytes: their network layer bytes
 * Context: bottom halves off.
 */
static inline void vpc_counters_rx(struct vpc_counters __percpu *c, u32 packets, u64 bytes)
{
	struct vpc_counters *mine = this_cpu_ptr(c);

	u64_stats_update_begin(&mine->syncp);
	u64_stats_add(&mine->rx_packets, packets);
	u64_stats_add(&mine->rx_bytes, bytes);
	u64_stats_update_end(&mine->syncp);
}

/**
 * vpc_counters_tx() - count what goes out
 * @c: counters
 * @packets: wire packets
 * @bytes: their network layer bytes
 * Context: bottom halves off.
 */
static inline void vpc_counters_tx(struct vpc_counters __percpu *c, u32 packets, u64 bytes)
{
	struct vpc_counters *mine = this_cpu_ptr(c);

	u64_stats_update_begin(&mine->syncp);
	u64_stats_add(&mine->tx_packets, packets);
	u64_stats_add(&mine->tx_bytes, bytes);
	u64_stats_update_end(&mine->syncp);
}

/**
 * vpc_skb_cost() - how many wire packets an skb stands for
 * @skb: starts at the network header
 * @packets: gets their number
 * @bytes: gets the sum of their network layer lengths
 * Context: any.
 */
static inline void vpc_skb_cost(const struct sk_buff *skb, u32 *packets, u64 *bytes)
{
	if (unlikely(skb_is_gso(skb))) {
		vpc_skb_cost_gso(skb, packets, bytes);
		return;
	}
	*packets = 1;
	*bytes = skb->len;
}

#endif /* _VPC_STATS_H */
