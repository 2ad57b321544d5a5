/* SPDX-License-Identifier: GPL-2.0 */
/* Ports: devices bound to a subnet, with the addresses that live behind them. */
#ifndef _VPC_PORT_H
#define _VPC_PORT_H

#include "adj.h"
#include "endpoint.h"
#include "link.h"
#include "subnet.h"

/* A source prefix as packets check it. */
struct vpc_source4 {
	__be32 addr;
	__be32 mask;
};

struct vpc_source6 {
	struct in6_addr addr;
	u8 len;
};

/**
 * struct vpc_port - a port
 * @source4: what its packets may come from: addresses, then allowed prefixes
 * @source6: the same for IPv6
 * @sources: how many of each, by family
 * @own_sources: how many of these are addresses
 * @link: its device and VPC
 * @adj: the tenant's MAC and how to reach it
 * @endpoint: its addresses
 * @endpoints: how many
 * @allow: further source prefixes, as configured
 * @allows: how many
 * @subnet: where it is
 * @node: in vpc_subnet::ports
 *
 * What packets read is two cache lines, the sources and the beginning of @link, and
 * one, the beginning of @adj.
 */
struct vpc_port {
	struct vpc_source4 *source4;
	struct vpc_source6 *source6;
	u8 sources[2];
	u8 own_sources[2];
	struct vpc_link link;
	struct vpc_adj adj ____cacheline_aligned;
	struct vpc_endpoint **endpoint;
	u8 endpoints;
	struct vpc_prefix *allow;
	u8 allows;
	struct vpc_subnet *subnet;
	struct list_head node;
};

/**
 * struct vpc_port_config - what PORT_NEW asks for
 * @dev: the device
 * @subnet: where to bind it
 * @addr: endpoint addresses
 * @addrs: how many, 1..VPC_PORT_SOURCES_MAX
 * @lladdr: MAC of the tenant, or NULL to learn it
 * @allow: further source prefixes
 * @allows: how many
 */
struct vpc_port_config {
	struct net_device *dev;
	struct vpc_subnet *subnet;
	struct vpc_addr *addr;
	u8 addrs;
	const u8 *lladdr;
	struct vpc_prefix *allow;
	u8 allows;
};

/**
 * struct vpc_port_target - where the addresses of a port that ends go to live
 * @host: the VTEP
 * @lladdr: MAC of the overlay device there
 */
struct vpc_port_target {
	struct vpc_addr host;
	const u8 *lladdr;
};

static inline struct vpc_port *vpc_port_of(struct vpc_link *link)
{
	return container_of(link, struct vpc_port, link);
}

bool vpc_port_holds(const struct vpc_port *port, const struct vpc_addr *addr);

/* The RTNL and vpc_net::lock are held. */
struct vpc_port *vpc_port_new(const struct vpc_port_config *cfg, struct netlink_ext_ack *extack);
int vpc_port_del(struct vpc_port *port, const struct vpc_port_target *to,
		 struct netlink_ext_ack *extack);
void vpc_port_remove(struct vpc_port *port);

#endif /* _VPC_PORT_H */
