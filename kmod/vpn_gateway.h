/* SPDX-License-Identifier: GPL-2.0 */
/* VPN gateways: where IPsec connections of a VPC or a transit domain end. */
#ifndef _VPC_VPN_GATEWAY_H
#define _VPC_VPN_GATEWAY_H

#include <linux/list.h>

#include "addr.h"
#include "lpm.h"
#include "object.h"

struct vpc;
struct vpc_net;
struct vpc_policer;
struct vpc_table;

/**
 * struct vpc_vpn_gateway - a VPN gateway
 * @obj: id and name
 * @vpc: its VPC or transit domain
 * @table: what comes out of its connections is looked up here; one of vpc::tables
 * @local: address of the host that speaks ESP
 * @inside: what the gateway speaks from inside connections, by family; family 0: nothing
 * @bandwidth: bits per second of each direction; 0: no limit
 * @limit: enforces @bandwidth, out of and into connections; NULL while there is none
 * @transit: packets may go from one connection to another
 * @mss_clamp: the MSS option of TCP is lowered to what fits
 * @normal: @local is on this host
 * @connections: struct vpc_ipsec
 * @node: in vpc::vpn_gateways
 * @published: prefix -> enum vpc_publish, of routes of @table, by family
 * @rcu: frees it
 */
struct vpc_vpn_gateway {
	struct vpc_object obj;
	struct vpc *vpc;
	struct vpc_table *table;
	struct vpc_addr local;
	struct vpc_addr inside[2];
	u64 bandwidth;
	struct vpc_policer __rcu *limit[2];
	bool transit;
	bool mss_clamp;
	bool normal;
	struct list_head connections;
	struct list_head node;
	struct vpc_lpm published[2];
	struct rcu_head rcu;
};

/**
 * struct vpc_vpn_gateway_config - what VPN_GATEWAY_NEW and VPN_GATEWAY_SET ask for
 * @name: of the gateway; SET: the new name or NULL
 * @vpc: its VPC (NEW)
 * @local: see struct vpc_vpn_gateway (NEW)
 * @inside: family 0: not given (NEW)
 * @bandwidth: bits per second, 0: no limit
 * @transit: see struct vpc_vpn_gateway
 * @mss_clamp: see struct vpc_vpn_gateway
 *
 * For SET the caller fills in what does not change.
 */
struct vpc_vpn_gateway_config {
	const char *name;
	struct vpc *vpc;
	struct vpc_addr local;
	struct vpc_addr inside[2];
	u64 bandwidth;
	bool transit;
	bool mss_clamp;
};

/* All of these: vpc_net::lock is held; they may sleep. */
struct vpc_vpn_gateway *vpc_vpn_gateway_new(const struct vpc_vpn_gateway_config *cfg,
					    struct netlink_ext_ack *extack);
int vpc_vpn_gateway_set(struct vpc_vpn_gateway *gw, const struct vpc_vpn_gateway_config *cfg,
			struct netlink_ext_ack *extack);
int vpc_vpn_gateway_del(struct vpc_vpn_gateway *gw, struct netlink_ext_ack *extack);
void vpc_vpn_gateway_remove(struct vpc_vpn_gateway *gw);
bool vpc_vpn_gateway_check_local(struct vpc_vpn_gateway *gw);
int vpc_vpn_gateway_check_inside(struct vpc *vpc, const struct vpc_addr *addr,
				 struct netlink_ext_ack *extack);

#endif /* _VPC_VPN_GATEWAY_H */
