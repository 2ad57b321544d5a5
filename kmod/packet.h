/* SPDX-License-Identifier: GPL-2.0 */
/* A packet on its way, and what a step may say about it. */
#ifndef _VPC_PACKET_H
#define _VPC_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "stats.h"

struct vpc;
struct vpc_link;
struct vpc_table;
struct vpc_peering;
struct vpc_peering_side;
struct vpc_public;

/* VPCs and transit domains that one packet may pass. */
#define VPC_DOMAINS_MAX 4

/**
 * enum vpc_verdict - what a step of the packet's way says
 * @VPC_CONTINUE: the next step shall look at it
 * @VPC_AGAIN: vpc_pkt::vpc and vpc_pkt::table have changed, look it up there
 * @VPC_DONE: it is gone: sent, answered, waiting or dropped
 */
enum vpc_verdict {
	VPC_CONTINUE,
	VPC_AGAIN,
	VPC_DONE,
};

/**
 * struct vpc_pkt - a packet on its way; lives on the stack of the hook
 * @skb: its data starts at the network header, which is linear
 * @link: the port or uplink that it came in on
 * @vpc: the VPC it is in now
 * @table: the table to look it up in; NULL: only endpoints of @vpc are reached
 * @value: what @table says about the destination, see table.h
 * @peering: the peering that it has crossed last, or NULL
 * @peering_dir: index into vpc_peering::side of the VPC that sent it
 * @before: the side of the peering that it has crossed before that one, or NULL
 * @family: AF_INET or AF_INET6
 * @from_endpoint: the source address is one of the port's own; or of an endpoint of the other host
 * @routes_back: it came from a VPC into the transit domain that it is in, which would send
 *	answers back there
 * @domains: how many domains it has been looked up in
 * @public: it came in for this public address, which speaks for us; or NULL
 * @packets: wire packets that it stands for (GSO)
 * @bytes: network layer bytes of these
 * @dropped: set by vpc_drop(), for steps that let others decide; else whatever such a step
 *	has put there
 */
struct vpc_pkt {
	struct sk_buff *skb;
	struct vpc_link *link;
	struct vpc *vpc;
	const struct vpc_table *table;
	u32 value;
	struct vpc_peering *peering;
	const struct vpc_peering_side *before;
	u8 peering_dir;
	u8 family;
	bool from_endpoint;
	bool routes_back;
	u8 domains;
	const struct vpc_public *public;
	u32 packets;
	u64 bytes;
	enum vpc_drop_reason dropped;
};

/**
 * vpc_pkt_source() - where a packet comes from
 * @pkt: the packet
 * Context: any.
 * Return: its source address, __be32 or struct in6_addr.
 */
static inline const void *vpc_pkt_source(const struct vpc_pkt *pkt)
{
	return pkt->family == AF_INET ? (const void *)&ip_hdr(pkt->skb)->saddr :
					&ipv6_hdr(pkt->skb)->saddr;
}

/**
 * vpc_pkt_destination() - where a packet goes
 * @pkt: the packet
 * Context: any.
 * Return: its destination address, __be32 or struct in6_addr.
 */
static inline const void *vpc_pkt_destination(const struct vpc_pkt *pkt)
{
	return pkt->family == AF_INET ? (const void *)&ip_hdr(pkt->skb)->daddr :
					&ipv6_hdr(pkt->skb)->daddr;
}

/**
 * vpc_drop() - count a packet's end and free it
 * @pkt: the packet
 * @reason: why
 * Context: softirq, RCU read side.
 * Return: VPC_DONE, so that a step can return it.
 */
enum vpc_verdict vpc_drop(struct vpc_pkt *pkt, enum vpc_drop_reason reason);

#endif /* _VPC_PACKET_H */
