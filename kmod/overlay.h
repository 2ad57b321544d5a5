/* SPDX-License-Identifier: GPL-2.0 */
/* Other hosts: the overlay device, and endpoints that live behind it. */
#ifndef _VPC_OVERLAY_H
#define _VPC_OVERLAY_H

#include "endpoint.h"
#include "packet.h"

struct metadata_dst;
struct vpc_peering;
struct vpc_port;

/**
 * struct vpc_way - how packets of one VPC reach a host
 * @from: the VPC, whose VNI they carry; NULL: it is no peer any more
 * @dst: the way
 */
struct vpc_way {
	const struct vpc *from;
	struct vpc_dst *dst;
};

/**
 * struct vpc_ways - all ways to endpoints of one VPC on a host; immutable but for what ends
 * @rcu: frees it
 * @count: how many
 * @way: that of the VPC itself, then those of its peers
 */
struct vpc_ways {
	struct rcu_head rcu;
	u32 count;
	struct vpc_way way[] __counted_by(count);
};

/**
 * struct vpc_remote_key - what makes endpoints share a struct vpc_remote
 * @vpc: their VPC
 * @host: the VTEP, IPv4 as IPv4-mapped
 * @lladdr: MAC of its overlay device
 * @family: of the endpoints
 *
 * Compared as bytes: zero it before it is filled.
 */
struct vpc_remote_key {
	const struct vpc *vpc;
	struct in6_addr host;
	u8 lladdr[ETH_ALEN];
	u16 family;
};

/**
 * struct vpc_remote - endpoints of a VPC that live on one other host
 * @key: which
 * @host: the VTEP
 * @ways: how to get there
 * @next: the ways that are being prepared; vpc_net::lock
 * @endpoints: how many; vpc_net::lock
 * @hash: in vpc_net::remotes
 * @node: in vpc::remotes
 * @rcu: frees it
 */
struct vpc_remote {
	struct vpc_remote_key key;
	struct vpc_addr host;
	struct vpc_ways __rcu *ways;
	struct vpc_ways *next;
	u32 endpoints;
	struct rhash_head hash;
	struct list_head node;
	struct rcu_head rcu;
};

/**
 * struct vpc_remote_config - what ENDPOINT_NEW asks for
 * @vpc: the VPC
 * @addr: the address
 * @host: the VTEP that it lives behind
 * @lladdr: MAC of the overlay device there
 * @replace: it may live elsewhere now
 */
struct vpc_remote_config {
	struct vpc *vpc;
	struct vpc_addr addr;
	struct vpc_addr host;
	const u8 *lladdr;
	bool replace;
};

/*
 * The source of the inner Ethernet header, which nobody needs, names the VPC that the packet is
 * for: with peerings that is not the one that its VNI names, and two peers may have the same
 * addresses.
 */
static inline void vpc_overlay_mark(u8 *lladdr, u32 vni)
{
	lladdr[0] = 0x02;	/* locally administered */
	lladdr[1] = 'v';
	lladdr[2] = 'p';
	lladdr[3] = vni >> 16;
	lladdr[4] = vni >> 8;
	lladdr[5] = vni;
}

int vpc_overlay_net_init(struct vpc_net *vn);
void vpc_overlay_net_exit(struct vpc_net *vn);

/* The RTNL and vpc_net::lock are held. */
struct vpc_port *vpc_overlay_new(struct vpc_net *vn, struct net_device *dev,
				 struct netlink_ext_ack *extack);
int vpc_overlay_check_unused(const struct vpc_port *port, struct netlink_ext_ack *extack);
void vpc_overlay_remove(struct vpc_port *port);

/* vpc_net::lock is held. */
int vpc_overlay_prepare_vni(struct vpc *vpc, u32 vni, struct netlink_ext_ack *extack);
void vpc_overlay_commit_vni(struct vpc *vpc, u32 vni);
void vpc_overlay_abort_vni(struct vpc *vpc, u32 vni);
void vpc_overlay_forget_all(struct vpc_net *vn);
struct vpc_endpoint *vpc_remote_endpoint_new(const struct vpc_remote_config *cfg,
					     struct netlink_ext_ack *extack);
struct vpc_endpoint *vpc_remote_endpoint_prepare(const struct vpc_remote_config *cfg,
						 struct netlink_ext_ack *extack);
void vpc_remote_endpoint_abandon(struct vpc_endpoint *ep);
void vpc_remote_endpoint_move(struct vpc_endpoint *from, struct vpc_endpoint *to);
void vpc_remote_endpoints_clear(struct vpc_net *vn);
void vpc_remote_put(struct vpc_remote *remote);
int vpc_remote_join(struct vpc *a, struct vpc *b, struct netlink_ext_ack *extack);
void vpc_remote_join_commit(struct vpc *a, struct vpc *b);
void vpc_remote_part(struct vpc *a, struct vpc *b);

/* Packets. */
void vpc_overlay_rcv(struct vpc_pkt *pkt);
enum vpc_verdict vpc_remote_output(struct vpc_pkt *pkt, const struct vpc_endpoint *ep);

#endif /* _VPC_OVERLAY_H */
