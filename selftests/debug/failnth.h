/* SPDX-License-Identifier: GPL-2.0 */
/* What failnth.c, which lets allocations fail, and requests.c, which knows requests, share. */
#ifndef _VPC_SELFTESTS_FAILNTH_H
#define _VPC_SELFTESTS_FAILNTH_H

#include "objects.h"

#define DEVICES 6

/* A request that is tried with each of its allocations failing. */
struct request {
	const char *name;
	void (*build)(void);	/* writes it to the_message; or else: */
	__u8 cmd;
	__u16 type;		/* its only attribute */
	const char *value;
	void (*prepare)(void);	/* writes another one, which is done before */
	bool (*settled)(void);	/* true when that has had its effect */
	bool dump;
	bool changes;		/* it is told to listeners when it succeeds */
	bool rtnetlink;		/* it goes to NETLINK_ROUTE */
};

extern const struct request requests[];
extern const unsigned int request_count;
extern const char *const devices[DEVICES];

/* Objects of every kind, and what @r needs. What was there before is gone. */
void scene_for(const struct request *r);
/* Writes it to the_message. */
void request_build(const struct request *r);
/* Writes dump number @i to the_message; false: there are no more. */
bool state_dump(int i);
/* Not for attributes that change by themselves, and for ids. */
bool attribute_counts(__u8 cmd, __u16 type);

#define DEV0 "fault0"
#define DEV1 "fault1"
#define DEV2 "fault2"
#define DEV3 "fault3"
#define DEV4 "fault4"
#define DEV5 "fault5"	/* leads to other hosts */

void many_routes(void);

/* requests_gateways.c: probes, VPN gateways, NAT, alarms */
void uplink_public(void);
void probe_new(void);
void probe_bfd(void);
void probe_set(void);
void vpn_gateway_new(void);
void vpn_gateway_set(void);
void customer_gateway_new(void);
void customer_gateway_set(void);
void ipsec_new(void);
void ipsec_policy(void);
void ipsec_set(void);
void route_publish(void);
void nat_gateway_new(void);
void nat_gateway_set(void);
void nat_gateway_rules(void);
void nat_gateway_fewer(void);
void nat_route(void);
void router_new(void);
void router_more(void);
void router_del(void);
void router_route(void);
void filter_on(void);
void alarm_new(void);
void alarm_raised(void);
void alarm_set(void);
void gateways_scene(void);

/* requests_overlay.c: other hosts */
void vni(__u32 number);
void vpc_new_vni(void);
void vpc_set_vni(void);
void endpoint_new(void);
void endpoint_known(void);
void endpoint_ipv6(void);
void endpoint_replace(void);
void endpoint_swap(void);
void endpoint_del(void);
void endpoint_last(void);
void endpoints_del(void);
void peering_hosts(void);
void port_moves(void);
void port_leaves(void);
void overlay_new(void);
void overlay_del(void);
void overlay_scene(void);

#endif /* _VPC_SELFTESTS_FAILNTH_H */
