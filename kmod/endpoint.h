/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoints: addresses of a VPC and where they live. */
#ifndef _VPC_ENDPOINT_H
#define _VPC_ENDPOINT_H

#include "addr.h"
#include "vpc.h"

struct vpc_adj;
struct vpc_port;
struct vpc_remote;
struct vpc_subnet;

/**
 * struct vpc_endpoint - an address of a VPC; immutable
 * @adj: how to reach it, NULL when it is on another host
 * @remote: where it is on another host, else NULL
 * @port: the port that holds it, NULL when it is on another host
 * @subnet: whose table its packets are looked up in; with @remote
 * @over: the one on another host whose place it takes, until vpc_endpoint_settle(); or NULL.
 *	Itself: another one has taken its place, see vpc_endpoint_move()
 * @vpc: its VPC
 * @addr: the address
 * @id: its number in vpc_net::endpoints
 * @index: where @id comes from
 * @rcu: frees it
 */
struct vpc_endpoint {
	struct vpc_adj *adj;
	struct vpc_remote *remote;
	struct vpc_port *port;
	struct vpc_subnet *subnet;
	struct vpc_endpoint *over;
	struct vpc *vpc;
	struct vpc_addr addr;
	u32 id;
	struct vpc_index *index;
	struct rcu_head rcu;
};

/* vpc_net::lock is held. */
struct vpc_endpoint *vpc_endpoint_find(struct vpc *vpc, const struct vpc_addr *addr);
int vpc_endpoint_check(struct vpc *vpc, const struct vpc_addr *addr,
		       struct netlink_ext_ack *extack);
int vpc_endpoint_check_port(struct vpc *vpc, const struct vpc_addr *addr,
			    struct netlink_ext_ack *extack);
int vpc_endpoint_check_ours(struct vpc *vpc, const struct vpc_addr *addr,
			    struct netlink_ext_ack *extack);
int vpc_endpoint_refuse(const struct vpc_endpoint *ep, struct netlink_ext_ack *extack);
struct vpc_endpoint *vpc_endpoint_alloc(struct vpc *vpc, const struct vpc_addr *addr);
int vpc_endpoint_publish(struct vpc_endpoint *ep, struct vpc_endpoint *old,
			 struct netlink_ext_ack *extack);
void vpc_endpoint_settle(struct vpc_endpoint *ep);
int vpc_endpoint_add(struct vpc_port *port, const struct vpc_addr *addr,
		     struct vpc_endpoint **ep, struct netlink_ext_ack *extack);
void vpc_endpoint_move(struct vpc_endpoint *ep, struct vpc_endpoint *to);
void vpc_endpoint_del(struct vpc_endpoint *ep);
/**
 * vpc_endpoint_lookup() - the endpoint of an address, for packets
 * @vpc: the VPC
 * @family: AF_INET or AF_INET6
 * @addr: the address, __be32 or struct in6_addr
 * Context: RCU read side.
 * Return: the endpoint, or NULL.
 */
static __always_inline struct vpc_endpoint *
vpc_endpoint_lookup(const struct vpc *vpc, u8 family, const void *addr)
{
	const struct vpc_lpm *lpm = &vpc->endpoints[vpc_family_index(family)];
	u32 id;

	id = family == AF_INET ? vpc_lpm_lookup4(lpm, *(const __be32 *)addr) :
				 vpc_lpm_lookup6(lpm, addr);
	return likely(id != VPC_LPM_NONE) ? vpc_index_get(&vpc->vn->endpoints, id) : NULL;
}

/* The endpoint with the smallest id that is not below @id, for dumps. */
struct vpc_endpoint *vpc_endpoint_next(struct vpc_net *vn, u32 id);

#endif /* _VPC_ENDPOINT_H */
