/* SPDX-License-Identifier: GPL-2.0 */
/* NAT gateways as configuration sees them. */
#ifndef _VPC_NATGW_H
#define _VPC_NATGW_H

#include "nat.h"
#include "netns.h"
#include "public.h"
#include "vpc.h"

/**
 * struct vpc_natgw_request - what NAT_GATEWAY_NEW and NAT_GATEWAY_SET ask for
 * @name: of the gateway; SET: the new name or NULL
 * @vpc: its VPC (NEW)
 * @uplink: a public uplink (NEW)
 * @add: public addresses to have
 * @endpoint: whom each is bound to; family 0: nobody
 * @adds: how many
 * @del: public addresses to drain
 * @dels: how many
 * @snat: rules to have
 * @snats: how many
 * @del_snat: rules to give up
 * @del_snats: how many
 * @dnat: rules to have
 * @dnats: how many
 * @del_dnat: rules to give up, by their key
 * @del_dnats: how many
 * @first_port: of the pool
 * @last_port: of the pool
 * @port_limit: ports of one endpoint
 * @rate: new connections per second of one endpoint, 0: any
 */
struct vpc_natgw_request {
	const char *name;
	struct vpc *vpc;
	struct vpc_uplink *uplink;
	struct vpc_addr add[VPC_NAT_ADDRESSES_MAX];
	struct vpc_addr endpoint[VPC_NAT_ADDRESSES_MAX];
	u32 adds;
	struct vpc_addr del[VPC_NAT_ADDRESSES_MAX];
	u32 dels;
	struct vpc_snat snat[VPC_NAT_RULES_MAX];
	u32 snats;
	struct vpc_snat del_snat[VPC_NAT_RULES_MAX];
	u32 del_snats;
	struct vpc_dnat dnat[VPC_NAT_RULES_MAX];
	u32 dnats;
	struct vpc_dnat del_dnat[VPC_NAT_RULES_MAX];
	u32 del_dnats;
	u16 first_port;
	u16 last_port;
	u32 port_limit;
	u32 rate;
};

/* vpc_net::lock is held; they may sleep. */
struct vpc_nat_gateway *vpc_natgw_new(struct vpc_natgw_request *req,
				      struct netlink_ext_ack *extack);
int vpc_natgw_set(struct vpc_nat_gateway *gw, struct vpc_natgw_request *req,
		  struct netlink_ext_ack *extack);
void vpc_natgw_renamed(struct vpc *vpc);
int vpc_natgw_router_set(struct vpc *vpc, struct vpc_natgw_request *req,
			 struct netlink_ext_ack *extack);
int vpc_natgw_del(struct vpc_nat_gateway *gw, struct netlink_ext_ack *extack);
void vpc_natgw_remove(struct vpc_nat_gateway *gw);
struct vpc_nat_gateway *vpc_natgw_find(struct vpc_net *vn, const char *name);
int vpc_natgw_check_unused(const struct vpc_uplink *uplink, struct netlink_ext_ack *extack);
void vpc_natgw_uplink_gone(struct vpc_uplink *uplink);
int vpc_natgw_check_subnet(const struct vpc_subnet *subnet, struct netlink_ext_ack *extack);
int vpc_natgw_check_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
			 struct netlink_ext_ack *extack);
void vpc_natgw_net_init(struct vpc_net *vn);
void vpc_natgw_net_exit(struct vpc_net *vn);
void vpc_natgw_wake(struct vpc_net *vn);

/* natgw_change.c: the same */
struct vpc_natgw_change;
struct vpc_natgw_change *vpc_natgw_change_prepare(struct vpc_nat_gateway *gw,
						  const struct vpc_natgw_request *req,
						  struct netlink_ext_ack *extack);
void vpc_natgw_change_commit(struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			     struct vpc_natgw_change *c);
void vpc_natgw_change_abort(struct vpc_natgw_change *c);
struct vpc_nat_share *vpc_natgw_share_of(const struct vpc_nat_gateway *gw,
					 const struct vpc_addr *addr);
bool vpc_natgw_stays(const struct vpc_nat_share *share, const struct vpc_natgw_request *req);
void vpc_natgw_share_release(struct vpc_nat_share *share);
void vpc_natgw_set_table(struct vpc_public *public, struct vpc_dnat_table *table);
void vpc_natgw_config_free_rcu(struct rcu_head *rcu);

/* natgw_rules.c: the same */
int vpc_natgw_snat_build(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			 struct vpc_snat **list, u32 *count, struct netlink_ext_ack *extack);
int vpc_natgw_dnat_build(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			 struct vpc_dnat **list, u32 *count, struct netlink_ext_ack *extack);
struct vpc_dnat_table *vpc_natgw_dnat_table(const struct vpc_public *public,
					    const struct vpc_nat_gateway *gw,
					    const struct vpc_dnat *list, u32 count, gfp_t gfp,
					    struct netlink_ext_ack *extack);
const char *vpc_natgw_dnat_str(const struct vpc_dnat *rule, char *buf, size_t size);
#define VPC_DNAT_STRLEN 96

/* nh_nat.c */
void vpc_nh_nat_uplink(const struct vpc_nat_gateway *gw);

#endif /* _VPC_NATGW_H */
