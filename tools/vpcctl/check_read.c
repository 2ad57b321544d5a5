// SPDX-License-Identifier: GPL-2.0
/* Gathers what "check" judges: subnets, ports, and what the tables say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "field.h"
#include "nexthop.h"

/* So many endpoints of a CIDR are tried when its gateway has no route. */
#define ENDPOINTS_MAX	64

static size_t add_table(struct side *side, const char *name)
{
	size_t i;

	for (i = 0; i < side->table_count; i++)
		if (!strcmp(side->tables[i], name))
			return i;
	side->tables = array_grow(side->tables, i, &side->table_size,
				  sizeof(*side->tables));
	side->tables[side->table_count++] = name;
	return i;
}

/* The gateway address that lies in a CIDR; else the address of the network. */
static void find_gateway(struct cidr *cidr, const struct attrs *subnet)
{
	const struct nlattr *nla;
	struct prefix address;

	cidr->gateway = cidr->prefix;
	cidr->gateway.length = prefix_bits(&cidr->prefix);
	attr_for_each(nla, subnet, VPC_A_SUBNET_GATEWAY)
		if (attr_address(nla, &address) &&
		    prefix_overlap(&address, &cidr->prefix))
			cidr->gateway = address;
}

static void add_subnet(struct side *side, const struct attrs *subnet)
{
	const struct nlattr *nla;
	struct cidr cidr = {
		.subnet = attr_string(subnet, VPC_A_SUBNET_NAME),
		.table = add_table(side, attr_string(subnet,
						     VPC_A_SUBNET_TABLE)),
		.first = true,
	};

	attr_for_each(nla, subnet, VPC_A_SUBNET_CIDR) {
		if (!attr_prefix(nla, &cidr.prefix))
			continue;
		find_gateway(&cidr, subnet);
		side->cidrs = array_grow(side->cidrs, side->cidr_count,
					 &side->cidr_size,
					 sizeof(*side->cidrs));
		side->cidrs[side->cidr_count++] = cidr;
		cidr.first = false;
	}
}

static void note_port(struct side *side, const struct attrs *port)
{
	const char *subnet = attr_string(port, VPC_A_PORT_SUBNET);
	size_t i;

	for (i = 0; i < side->cidr_count; i++)
		if (!strcmp(side->cidrs[i].subnet, subnet))
			side->cidrs[i].has_port = true;
}

static int read_vpc(struct side *side)
{
	struct nl_msg *msg = request_new(VPC_CMD_VPC_GET);
	int err = parse_put(nla_put_string(msg, VPC_A_VPC_NAME, side->name));
	struct attrs vpc;

	err = request_run(msg, err, &side->vpc);
	if (err)
		return err;
	vpc = answer_first(&side->vpc);
	side->transit = attr_has(&vpc, VPC_A_VPC_TRANSIT);
	/* No subnet has it, but whoever joins the domain. */
	if (side->transit)
		add_table(side, "");
	return 0;
}

int check_read_side(struct side *side)
{
	struct attrs attrs;
	size_t at;
	int err;

	err = read_vpc(side) ?:
	      request_list(VPC_CMD_SUBNET_GET, VPC_A_SUBNET_VPC, side->name,
			   &side->subnets) ?:
	      request_list(VPC_CMD_PORT_GET, VPC_A_PORT_VPC, side->name,
			   &side->ports) ?:
	      request_list(VPC_CMD_ENDPOINT_GET, VPC_A_ENDPOINT_VPC, side->name,
			   &side->endpoints) ?:
	      request_list(VPC_CMD_PEERING_GET, VPC_A_PEERING_VPC, side->name,
			   &side->peerings);
	if (err)
		return err;
	answer_for_each(&side->subnets, at, &attrs)
		add_subnet(side, &attrs);
	answer_for_each(&side->ports, at, &attrs)
		note_port(side, &attrs);
	return 0;
}

const struct way *check_way(const struct side *side, size_t table,
			    const struct side *other, size_t cidr)
{
	return &side->ways[table * other->cidr_count + cidr];
}

/* Packets take it; those of a peering that is not active take none. */
static bool is_over(const struct attrs *nexthop, const struct check *check)
{
	const char *peering = attr_string(nexthop, VPC_A_NEXTHOP_PEERING);

	return !strcmp(peering, attr_string(&check->peering,
					    VPC_A_PEERING_NAME)) &&
	       (attr_has(nexthop, VPC_A_NEXTHOP_USED) || !check->active);
}

/* Packets take it into the domain that is between the two. */
static bool is_into(const struct attrs *nexthop, const struct side *side,
		    const struct check *check)
{
	return check->domain && attr_has(nexthop, VPC_A_NEXTHOP_USED) &&
	       !strcmp(attr_string(nexthop, VPC_A_NEXTHOP_PEERING),
		       attr_string(&side->join, VPC_A_PEERING_NAME));
}

static void name_nexthop(struct way *way, const struct attrs *nexthop)
{
	const char *peering = attr_string(nexthop, VPC_A_NEXTHOP_PEERING);
	const struct nlattr *nla = attr_next(nexthop, NULL,
					     VPC_A_NEXTHOP_ADDRESS);
	const char *type = nexthop_word(nexthop);
	struct prefix address;
	char text[PREFIX_TEXT];

	if (*peering)
		snprintf(way->via, sizeof(way->via), "%s %s", type, peering);
	else if (attr_address(nla, &address))
		snprintf(way->via, sizeof(way->via), "%s %s", type,
			 address_text(&address, text));
	else
		snprintf(way->via, sizeof(way->via), "%s", type);
}

/* Names the peering if it is one of the next hops, else the best of them. */
static int take_route(struct way *way, const struct side *side,
		      const struct attrs *route, const struct prefix *address,
		      const struct check *check)
{
	const struct side *other = &check->sides[side == &check->sides[0]];
	const struct nlattr *nla;
	struct attrs nexthop;
	bool into;
	int err;

	if (!attr_address(attr_next(route, NULL, VPC_A_ROUTE_ADDRESS),
			  &way->route))
		return 0;
	way->route.length = attr_number(route, VPC_A_ROUTE_LENGTH,
					way->route.length);
	way->found = true;
	way->down = nexthops_all_down(route);
	way->via[0] = '\0';
	attr_for_each(nla, route, VPC_A_ROUTE_NEXTHOP) {
		nexthop = attr_nested(nla);
		way->goes = is_over(&nexthop, check);
		into = !way->goes && is_into(&nexthop, side, check);
		if (way->goes || into || !*way->via)
			name_nexthop(way, &nexthop);
		if (into) {
			way->enters = true;
			err = check_domain_leads(check, other, address,
						 &way->goes);
			if (err)
				return err;
		}
		if (way->goes)
			break;
	}
	return 0;
}

/* No route is an answer, not a failure. */
static bool is_no_route(const struct answer *answer)
{
	return answer->error == ENETUNREACH || answer->error == EHOSTUNREACH ||
	       answer->error == ESRCH || answer->error == ENOENT;
}

static int look_up(struct way *way, const struct side *side, size_t table,
		   const struct prefix *address, const struct check *check)
{
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_LOOKUP);
	const char *name = side->tables[table];
	struct answer answer = { 0 };
	struct attrs route;
	size_t at;
	int err;

	if (*name)
		err = nla_put_string(msg, VPC_A_ROUTE_TABLE, name);
	else
		err = nla_put_string(msg, VPC_A_ROUTE_VPC, side->name);
	err = parse_put(err) ?:
	      parse_put(put_address(msg, VPC_A_ROUTE_ADDRESS, address));
	err = request_try(msg, err, &answer);
	if (!err && answer.error && !is_no_route(&answer))
		err = refused("%s", answer.text);
	answer_for_each(&answer, at, &route)
		err = err ?: take_route(way, side, &route, address, check);
	answer_free(&answer);
	return err;
}

/* Routes may be narrower than the CIDR: then the endpoints in it decide. */
static int look_up_cidr(struct way *way, const struct side *side, size_t table,
			const struct side *other, const struct cidr *cidr,
			const struct check *check)
{
	struct prefix address;
	struct attrs endpoint;
	unsigned int tries = 0;
	size_t at;
	int err;

	err = look_up(way, side, table, &cidr->gateway, check);
	answer_for_each(&other->endpoints, at, &endpoint) {
		if (err || way->goes || tries == ENDPOINTS_MAX)
			break;
		if (!attr_address(attr_next(&endpoint, NULL,
					    VPC_A_ENDPOINT_ADDRESS),
				  &address) ||
		    !prefix_overlap(&address, &cidr->prefix))
			continue;
		tries++;
		err = look_up(way, side, table, &address, check);
	}
	return err;
}

static bool has_family(const struct side *side, size_t table, int family)
{
	size_t i;

	if (side->transit)
		return true;
	for (i = 0; i < side->cidr_count; i++)
		if (side->cidrs[i].table == table &&
		    side->cidrs[i].prefix.family == family)
			return true;
	return false;
}

static int look_up_side(struct side *side, const struct side *other,
			const struct check *check)
{
	size_t table, i;
	int err = 0;

	side->ways = check_memory(calloc(side->table_count * other->cidr_count
					 + 1, sizeof(*side->ways)));
	for (table = 0; table < side->table_count; table++)
		for (i = 0; i < other->cidr_count && !err; i++) {
			const struct cidr *cidr = &other->cidrs[i];
			struct way *way;

			if (!has_family(side, table, cidr->prefix.family))
				continue;
			way = &side->ways[table * other->cidr_count + i];
			way->asked = true;
			err = look_up_cidr(way, side, table, other, cidr,
					   check);
		}
	return err;
}

/* Asks every table of each side for every CIDR of the other. */
int check_look_up(struct check *check)
{
	check->looked_up = true;
	return look_up_side(&check->sides[0], &check->sides[1], check) ?:
	       look_up_side(&check->sides[1], &check->sides[0], check);
}

static void free_side(struct side *side)
{
	answer_free(&side->vpc);
	answer_free(&side->subnets);
	answer_free(&side->ports);
	answer_free(&side->endpoints);
	answer_free(&side->peerings);
	free(side->cidrs);
	free(side->tables);
	free(side->ways);
}

void check_free(struct check *check)
{
	free_side(&check->sides[0]);
	free_side(&check->sides[1]);
	answer_free(&check->joins);
}
