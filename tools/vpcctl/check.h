/* SPDX-License-Identifier: GPL-2.0 */
/* What "check" knows of two VPCs. */
#ifndef VPCCTL_CHECK_H
#define VPCCTL_CHECK_H

#include "nl.h"

/* A CIDR of a subnet. */
struct cidr {
	const char *subnet;
	struct prefix prefix;
	struct prefix gateway;
	size_t table;		/* index in the tables of its side */
	bool first;		/* of its subnet */
	bool has_port;		/* the subnet has one */
};

/* How a table of one side leads to a CIDR of the other. */
struct way {
	bool asked;		/* a subnet with this table has the family */
	bool found;		/* there is a route */
	bool goes;		/* it goes over the peering */
	bool down;		/* all its next hops are */
	struct prefix route;
	char via[VPC_NAME_LEN + 40];
};

struct side {
	const char *name;
	struct answer vpc, subnets, ports, endpoints;
	struct cidr *cidrs;
	size_t cidr_count, cidr_size;
	const char **tables;	/* names, empty for the default table */
	size_t table_count, table_size;
	struct way *ways;	/* for each table, each CIDR of the other side */
};

struct check {
	struct side sides[2];
	struct answer peerings;
	struct attrs peering;	/* no head: there is none */
	bool same, active, looked_up, can_talk;
	char verdict[512];
};

/* Pairs of subnet CIDRs, by the directions that have a route. */
struct pairs {
	size_t all, forward, back, both;
};

int check_read_side(struct side *side);
int check_look_up(struct check *check);
const struct way *check_way(const struct side *side, size_t table,
			    const struct side *other, size_t cidr);
void check_free(struct check *check);

#endif
