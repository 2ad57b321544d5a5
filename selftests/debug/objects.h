/* SPDX-License-Identifier: GPL-2.0 */
/* Requests as functions. Each begins the_message anew, or adds to it. */
#ifndef _VPC_SELFTESTS_OBJECTS_H
#define _VPC_SELFTESTS_OBJECTS_H

#include "../nlraw.h"

#define ADD VPC_ROUTE_OP_ADD
#define REPLACE VPC_ROUTE_OP_REPLACE
#define DEL VPC_ROUTE_OP_DEL
#define END ((const char *)NULL)

extern struct msg the_message;

void req(__u8 cmd);
void dump(__u8 cmd);
void str(__u16 type, const char *s);
void number(__u16 type, __u64 v);
void addr(__u16 type, const char *text);
void prefix(__u16 type, const char *text, __u8 len);
void named(__u8 cmd, __u16 type, const char *name);
void vpc(const char *name, const char *v4, const char *v6, __u64 account);
void subnet(const char *name, const char *vpc, const char *v4, const char *v6,
	    const char *table);
void table(const char *name, const char *vpc);
void port(const char *dev, const char *subnet, const char *v4, const char *v6, bool mac);
/* Without VPC: a public one. */
void uplink(const char *dev, const char *vpc, const char *own, const char *router);
void peering(const char *name, const char *vpc, const char *peer, __u32 expires);
/* Of a router of the VPC. */
void probe(const char *name, const char *vpc, const char *router, const char *source, __u8 type);
void vpn_gateway(const char *name, const char *vpc, const char *local);
void customer_gateway(const char *name, const char *address);
void ipsec(const char *name, const char *gateway, const char *customer);
/* A route of the gateway, by a connection, that appears in the table of its VPC. */
void publish(const char *gateway, const char *to, const char *via);
/* On a peering or a connection, which @type says. */
void alarm_on(const char *name, __u16 type, const char *target, __u8 metric);
/* A VPC that is a transit domain. */
void transit(const char *name, __u64 account);
void change(const char *table, const char *vpc);
/*
 * One operation, with next hops: the name of a peering, an address, a type, or "nat", "ipsec",
 * "transit", "router" (its own) and a name; END.
 */
void op(__u8 kind, const char *to, __u8 len, ...);
/* Sends it and reads the answer. */
struct answer *ask(void);
/* The same, and it must succeed. */
void done(void);
/* A socket that hears of changes. */
int listener(void);
/* Opens the family; before everything else. */
void objects_begin(void);

#endif /* _VPC_SELFTESTS_OBJECTS_H */
