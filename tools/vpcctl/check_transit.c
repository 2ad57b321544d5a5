// SPDX-License-Identifier: GPL-2.0
/* What "check" says where a transit domain is between two VPCs, or is one of them. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "field.h"
#include "nl.h"
#include "parse.h"

const char *check_kind(const struct side *side)
{
	return side->transit ? "transit domain" : "vpc";
}

static bool is_active(const struct attrs *peering)
{
	return attr_number(peering, VPC_A_PEERING_STATE, 0) ==
	       VPC_PEERING_ACTIVE;
}

static const char *other_of(const struct attrs *peering, const char *name)
{
	const char *vpc = attr_string(peering, VPC_A_PEERING_VPC);

	return strcmp(vpc, name) ? vpc :
	       attr_string(peering, VPC_A_PEERING_PEER);
}

static int is_domain(const char *name, bool *transit)
{
	struct nl_msg *msg = request_new(VPC_CMD_VPC_GET);
	struct answer answer = { 0 };
	struct attrs vpc;
	int err;

	err = parse_put(nla_put_string(msg, VPC_A_VPC_NAME, name));
	err = request_run(msg, err, &answer);
	if (!err) {
		vpc = answer_first(&answer);
		*transit = attr_has(&vpc, VPC_A_VPC_TRANSIT);
	}
	answer_free(&answer);
	return err;
}

/* A transit domain that has peerings with both, active ones if there are any. */
int check_find_domain(struct check *check)
{
	struct side *a = &check->sides[0], *b = &check->sides[1];
	struct attrs p, q;
	bool transit;
	size_t i, k;
	int err;

	if (a->transit || b->transit)
		return 0;
	answer_for_each(&a->peerings, i, &p)
		answer_for_each(&b->peerings, k, &q) {
			const char *name = other_of(&p, a->name);

			if (strcmp(name, other_of(&q, b->name)))
				continue;
			err = is_domain(name, &transit);
			if (err)
				return err;
			if (!transit)
				continue;
			check->domain = name;
			a->join = p;
			b->join = q;
			if (is_active(&p) && is_active(&q))
				return 0;
		}
	return 0;
}

/* The side whose peering with the domain does not forward. */
const struct side *check_waits(const struct check *check)
{
	size_t s;

	for (s = 0; s < 2; s++)
		if (!is_active(&check->sides[s].join))
			return &check->sides[s];
	return NULL;
}

/* Does the default table of the domain lead an address to its side? */
int check_domain_leads(const struct check *check, const struct side *to,
		       const struct prefix *address, bool *leads)
{
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_LOOKUP);
	const struct nlattr *nla;
	struct answer answer = { 0 };
	struct attrs route, nexthop;
	int err;

	*leads = false;
	err = parse_put(nla_put_string(msg, VPC_A_ROUTE_VPC, check->domain)) ?:
	      parse_put(put_address(msg, VPC_A_ROUTE_ADDRESS, address));
	err = request_try(msg, err, &answer);
	if (!err && answer.error && answer.error != ENETUNREACH)
		err = refused("%s", answer.text);
	if (!err && !answer.error) {
		route = answer_first(&answer);
		attr_for_each(nla, &route, VPC_A_ROUTE_NEXTHOP) {
			nexthop = attr_nested(nla);
			*leads |= attr_has(&nexthop, VPC_A_NEXTHOP_USED) &&
				  !strcmp(attr_string(&nexthop, VPC_A_NEXTHOP_PEERING),
					  attr_string(&to->join, VPC_A_PEERING_NAME));
		}
	}
	answer_free(&answer);
	return err;
}

/* Does any table of a side lead into the domain, or all the way? */
static void find_ways(const struct check *check, size_t s, bool *enter, bool *go)
{
	const struct side *side = &check->sides[s], *other = &check->sides[!s];
	size_t table, cidr;

	*enter = false;
	*go = false;
	for (table = 0; table < side->table_count; table++)
		for (cidr = 0; cidr < other->cidr_count; cidr++) {
			const struct way *way = check_way(side, table, other, cidr);

			*enter |= way->enters || way->goes;
			*go |= way->goes;
		}
}

/* Which of four routes is missing; false when it is none alone. */
bool check_judge_domain(struct check *check)
{
	bool enter[2], go[2];
	size_t s;

	for (s = 0; s < 2; s++)
		find_ways(check, s, &enter[s], &go[s]);
	for (s = 0; s < 2; s++) {
		const struct side *side = &check->sides[s];

		if (enter[s])
			continue;
		check_decide(check, false,
			     ": vpc \"%s\" has no route over transit peering \"%s\" to the subnets of vpc \"%s\"",
			     side->name,
			     attr_string(&side->join, VPC_A_PEERING_NAME),
			     check->sides[!s].name);
		return true;
	}
	for (s = 0; s < 2; s++) {
		const struct side *other = &check->sides[!s];

		if (go[s])
			continue;
		check_decide(check, false,
			     ": transit domain \"%s\" has no route over transit peering \"%s\" to the subnets of vpc \"%s\"",
			     check->domain,
			     attr_string(&other->join, VPC_A_PEERING_NAME),
			     other->name);
		return true;
	}
	return false;
}

static bool has_route(const struct check *check, const char *vpc)
{
	struct attrs route;
	size_t at;

	answer_for_each(&check->joins, at, &route)
		if (!strcmp(attr_string(&route, VPC_A_ROUTE_VPC), vpc))
			return true;
	return false;
}

/* One of the two is a domain, which the other one has joined: the routes decide. */
int check_judge_join(struct check *check)
{
	const char *peering = attr_string(&check->peering, VPC_A_PEERING_NAME);
	const struct side *domain = &check->sides[!check->sides[0].transit];
	const struct side *vpc = &check->sides[check->sides[0].transit];
	size_t cidr, leads = 0;
	int err;

	err = request_list(VPC_CMD_ROUTE_GET, VPC_A_ROUTE_PEERING, peering,
			   &check->joins);
	if (err)
		return err;
	for (cidr = 0; cidr < vpc->cidr_count; cidr++)
		leads += check_way(domain, 0, vpc, cidr)->goes;
	if (!has_route(check, vpc->name))
		check_decide(check, false,
			     ": vpc \"%s\" has no route over transit peering \"%s\"",
			     vpc->name, peering);
	else if (!vpc->cidr_count)
		check_decide(check, false, ": vpc \"%s\" has no subnet",
			     vpc->name);
	else if (!leads)
		check_decide(check, false,
			     ": transit domain \"%s\" has no route over transit peering \"%s\" to the subnets of vpc \"%s\"",
			     domain->name, peering, vpc->name);
	else if (leads < vpc->cidr_count)
		check_decide(check, true,
			     " in part over transit peering \"%s\": %zu of %zu subnet CIDRs have a route in the domain",
			     peering, leads, vpc->cidr_count);
	else
		check_decide(check, true, " over transit peering \"%s\"",
			     peering);
	return 0;
}
