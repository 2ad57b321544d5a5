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
	bool goes;		/* it goes over the peering, or over the domain */
	bool enters;		/* it goes into the domain */
	bool down;		/* all its next hops are */
	struct prefix route;
	char via[VPC_NAME_LEN + 40];
};

struct side {
	const char *name;
	bool transit;		/* it is a transit domain */
	struct answer vpc, subnets, ports, endpoints, peerings;
	struct attrs join;	/* its peering with the domain of the two */
	struct cidr *cidrs;
	size_t cidr_count, cidr_size;
	const char **tables;	/* names, empty for the default table */
	size_t table_count, table_size;
	struct way *ways;	/* for each table, each CIDR of the other side */
};

struct check {
	struct side sides[2];
	struct attrs peering;	/* no head: there is none */
	const char *domain;	/* that both have asked to join, or NULL */
	struct answer joins;	/* routes into the domain that is one of the two */
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

/* check_transit.c */
int check_find_domain(struct check *check);
int check_domain_leads(const struct check *check, const struct side *to,
		       const struct prefix *address, bool *leads);
const struct side *check_waits(const struct check *check);
bool check_judge_domain(struct check *check);
int check_judge_join(struct check *check);
void check_decide(struct check *check, bool can_talk, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *check_kind(const struct side *side);

#endif
