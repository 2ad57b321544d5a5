// SPDX-License-Identifier: GPL-2.0
/* Why two VPCs can or cannot talk: one verdict, then the facts behind it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "complete.h"
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

/* The verdict: which two, whether they can talk, and more about it. */
void check_decide(struct check *check, bool can_talk, const char *format, ...)
{
	const struct side *a = &check->sides[0], *b = &check->sides[1];
	size_t len, size = sizeof(check->verdict);
	va_list ap;

	check->can_talk = can_talk;
	len = snprintf(check->verdict, size, "%s \"%s\" and %s \"%s\" %s talk",
		       check_kind(a), a->name, check_kind(b), b->name,
		       can_talk ? "can" : "cannot");
	if (len >= size)
		return;
	va_start(ap, format);
	vsnprintf(check->verdict + len, size - len, format, ap);
	va_end(ap);
}

/* The active peering of the two, or any other. */
static void find_peering(struct check *check)
{
	const char *peer = check->sides[1].name;
	struct attrs peering;
	size_t at;

	answer_for_each(&check->sides[0].peerings, at, &peering) {
		if (strcmp(attr_string(&peering, VPC_A_PEERING_PEER), peer) &&
		    strcmp(attr_string(&peering, VPC_A_PEERING_VPC), peer))
			continue;
		check->peering = peering;
		check->active = attr_number(&peering, VPC_A_PEERING_STATE, 0) ==
				VPC_PEERING_ACTIVE;
		if (check->active)
			return;
	}
}

/* Counts CIDRs of the two that overlap: no peering is possible then. */
static size_t find_overlaps(const struct check *check,
			    void (*each)(const struct prefix *a,
					 const struct prefix *b))
{
	struct attrs a = answer_first(&check->sides[0].vpc);
	struct attrs b = answer_first(&check->sides[1].vpc);
	const struct nlattr *x, *y;
	struct prefix p, q;
	size_t n = 0;

	attr_for_each(x, &a, VPC_A_VPC_CIDR)
		attr_for_each(y, &b, VPC_A_VPC_CIDR)
			if (attr_prefix(x, &p) && attr_prefix(y, &q) &&
			    prefix_overlap(&p, &q)) {
				if (each)
					each(&p, &q);
				n++;
			}
	return n;
}

/* Counts the pairs of subnet CIDRs, and those with a route in each direction. */
static void count_pairs(const struct check *check, struct pairs *pairs)
{
	const struct side *a = &check->sides[0], *b = &check->sides[1];
	bool forward, back;
	size_t i, j;

	for (i = 0; i < a->cidr_count; i++)
		for (j = 0; j < b->cidr_count; j++) {
			if (a->cidrs[i].prefix.family !=
			    b->cidrs[j].prefix.family)
				continue;
			forward = check_way(a, a->cidrs[i].table, b, j)->goes;
			back = check_way(b, b->cidrs[j].table, a, i)->goes;
			pairs->all++;
			pairs->forward += forward;
			pairs->back += back;
			pairs->both += forward && back;
		}
}

/* The first table with a route to the other side that no packet takes. */
static const struct way *find_down(const struct check *check,
				   const struct side **side, const char **table)
{
	size_t s, i, cidr;

	for (s = 0; s < 2; s++) {
		const struct side *other = &check->sides[!s];

		*side = &check->sides[s];
		for (i = 0; i < (*side)->table_count; i++)
			for (cidr = 0; cidr < other->cidr_count; cidr++) {
				const struct way *way;

				way = check_way(*side, i, other, cidr);
				*table = (*side)->tables[i];
				if (way->down)
					return way;
			}
	}
	return NULL;
}

/* False when there is none. */
static bool judge_down(struct check *check)
{
	char text[PREFIX_TEXT];
	const struct side *side;
	const struct way *way;
	const char *table;

	way = find_down(check, &side, &table);
	if (!way)
		return false;
	check_decide(check, false,
		     ": all next hops of route %s are down, in table \"%s\" of vpc \"%s\"",
		     prefix_text(&way->route, text), *table ? table : "default",
		     side->name);
	return true;
}

/* What is between the two. */
static const char *between(const struct check *check, char *text, size_t size)
{
	const char *peering = attr_string(&check->peering, VPC_A_PEERING_NAME);
	bool joined = check->domain && !check_waits(check);

	if (check->active && joined)
		snprintf(text, size, "peering \"%s\" and transit domain \"%s\"",
			 peering, check->domain);
	else if (joined)
		snprintf(text, size, "transit domain \"%s\"", check->domain);
	else
		snprintf(text, size, "peering \"%s\"", peering);
	return text;
}

/* With an active peering, or with a domain that both have joined, the routes decide. */
static void judge_routes(struct check *check)
{
	const char *a = check->sides[0].name, *b = check->sides[1].name;
	char over[2 * VPC_NAME_LEN + 40];
	struct pairs pairs = { 0 };

	between(check, over, sizeof(over));
	count_pairs(check, &pairs);
	if (!check->sides[0].cidr_count || !check->sides[1].cidr_count)
		check_decide(check, false, ": vpc \"%s\" has no subnet",
			     check->sides[0].cidr_count ? b : a);
	else if (!pairs.all)
		check_decide(check, false,
			     ": their subnets have no address family in common");
	else if (pairs.both == pairs.all)
		check_decide(check, true, " over %s", over);
	else if (pairs.both)
		check_decide(check, true,
			     " in part over %s: %zu of %zu pairs of subnet CIDRs have routes both ways",
			     over, pairs.both, pairs.all);
	else if (judge_down(check) ||
		 (check->domain && check_judge_domain(check)))
		return;
	else if (!pairs.forward && !pairs.back)
		check_decide(check, false,
			     ": neither has a route over %s to the subnets of the other",
			     over);
	else if (!pairs.forward || !pairs.back)
		check_decide(check, false,
			     ": vpc \"%s\" has no route over %s to the subnets of vpc \"%s\"",
			     pairs.back ? a : b, over, pairs.back ? b : a);
	else
		check_decide(check, false,
			     ": no pair of subnets has routes over %s both ways",
			     over);
}

/* At least one of the two is a transit domain. */
static int judge_transit(struct check *check)
{
	if (check->sides[0].transit && check->sides[1].transit)
		check_decide(check, false,
			     ": both are transit domains, which have no way to each other");
	else if (!check->peering.head)
		check_decide(check, false,
			     ": they are not joined, as there is no peering between them");
	else if (!check->active)
		check_decide(check, false, ": transit peering \"%s\" is %s",
			     attr_string(&check->peering, VPC_A_PEERING_NAME),
			     peering_state(&check->peering));
	else
		return check_judge_join(check);
	return 0;
}

static int judge(struct check *check)
{
	const struct side *waits = check->domain ? check_waits(check) : NULL;

	if (check->sides[0].transit || check->sides[1].transit)
		return judge_transit(check);
	if (check->active || (check->domain && !waits))
		judge_routes(check);
	else if (check->peering.head)
		check_decide(check, false, ": peering \"%s\" is %s",
			     attr_string(&check->peering, VPC_A_PEERING_NAME),
			     peering_state(&check->peering));
	else if (waits)
		check_decide(check, false,
			     ": there is no peering between them, and transit peering \"%s\" with transit domain \"%s\" is %s",
			     attr_string(&waits->join, VPC_A_PEERING_NAME),
			     check->domain, peering_state(&waits->join));
	else if (find_overlaps(check, NULL))
		check_decide(check, false,
			     ": there is no peering, and none is possible as their CIDRs overlap");
	else
		check_decide(check, false,
			     ": there is no peering between them, and no transit domain that both have joined");
	return 0;
}

static void print_overlap(const struct prefix *a, const struct prefix *b)
{
	char x[PREFIX_TEXT], y[PREFIX_TEXT];

	print_line(4);
	print_text("CIDR");
	print_array(NULL);
	print_string("a", "", prefix_text(a, x));
	print_text("overlaps");
	print_string("b", "", prefix_text(b, y));
	print_end();
}

static void print_peering(const struct check *check)
{
	if (!check->peering.head) {
		print_null("peering");
		return;
	}
	print_line(4);
	print_object("peering");
	peering_object.print(&check->peering);
	print_end();
}

/* The domain that is between the two, and how each has joined it. */
static void print_domain(const struct check *check)
{
	size_t s;

	if (check->domain) {
		print_line(4);
		print_string("domain", "transit domain", check->domain);
	} else {
		print_null("domain");
	}
	print_array("joins");
	for (s = 0; s < 2 && check->domain; s++) {
		print_line(4);
		print_object(NULL);
		peering_object.print(&check->sides[s].join);
		print_end();
	}
	print_end();
}

/* The CIDR that was looked up, and the subnet of the other side that has it. */
static void print_target(const struct side *other, const struct way *way,
			 size_t cidr)
{
	char text[PREFIX_TEXT];

	print_string("to_vpc", NULL, other->name);
	print_string("to_subnet", "to subnet", other->cidrs[cidr].subnet);
	print_string("dst", "",
		     prefix_text(&other->cidrs[cidr].prefix, text));
	print_bool("goes", NULL, way->goes);
	print_text(way->found ? "by" : "has no route");
	if (way->found)
		print_string("route", "route", prefix_text(&way->route, text));
	else
		print_null("route");
	if (*way->via)
		print_string("via", "via", way->via);
	else
		print_null("via");
	print_bool(NULL, "(not all of it)", way->goes &&
		   way->route.length > other->cidrs[cidr].prefix.length);
	print_bool("down", NULL, way->down);
	print_bool(NULL, "(all its next hops are down)", way->down);
	print_bool(NULL, "(the domain does not lead there)",
		   way->enters && !way->goes && !way->down);
	print_bool(NULL, "(not over the peering)", way->found && !way->goes &&
		   !way->enters && !way->down);
}

static void print_way(const struct side *side, size_t table,
		      const struct side *other, size_t cidr)
{
	const char *name = side->tables[table];
	size_t i;

	print_line(4);
	print_object(NULL);
	print_string("vpc", "vpc", side->name);
	print_string(NULL, "table", *name ? name : "default");
	if (*name)
		print_string("table", NULL, name);
	else
		print_null("table");
	print_array("subnets");
	for (i = 0; i < side->cidr_count; i++)
		if (side->cidrs[i].table == table && side->cidrs[i].first)
			print_string("name", "subnet", side->cidrs[i].subnet);
	print_end();
	print_target(other, check_way(side, table, other, cidr), cidr);
	print_end();
}

static void print_ways(const struct check *check)
{
	size_t s, table, cidr;

	print_array("routes");
	for (s = 0; s < 2 && check->looked_up; s++) {
		const struct side *side = &check->sides[s];
		const struct side *other = &check->sides[!s];

		for (table = 0; table < side->table_count; table++)
			for (cidr = 0; cidr < other->cidr_count; cidr++)
				if (check_way(side, table, other, cidr)->asked)
					print_way(side, table, other, cidr);
	}
	print_end();
}

static void print_portless(const struct check *check)
{
	size_t s, i;

	print_array("subnets_without_ports");
	for (s = 0; s < 2; s++)
		for (i = 0; i < check->sides[s].cidr_count; i++) {
			const struct cidr *cidr = &check->sides[s].cidrs[i];

			if (!cidr->first || cidr->has_port)
				continue;
			print_line(4);
			print_string("name", "subnet", cidr->subnet);
			print_text("of vpc %s has no port",
				   check->sides[s].name);
		}
	print_end();
}

static void print_check(const struct check *check)
{
	print_object(NULL);
	print_string("verdict", "", check->verdict);
	print_bool("can_talk", NULL, check->can_talk);
	print_peering(check);
	print_domain(check);
	print_array("overlaps");
	if (!check->same)
		find_overlaps(check, print_overlap);
	print_end();
	print_ways(check);
	print_portless(check);
	print_end();
}

static int examine(struct check *check)
{
	int err;

	err = check_read_side(&check->sides[0]);
	if (!err && check->same) {
		check_decide(check, true, check->sides[0].transit ?
			     ": they are one" :
			     ": they are one, its local routes join its subnets");
		return 0;
	}
	err = err ?: check_read_side(&check->sides[1]);
	if (err)
		return err;
	find_peering(check);
	err = check_find_domain(check);
	if (!err && (check->peering.head || check->domain))
		err = check_look_up(check);
	return err ?: judge(check);
}

/* VPC VPC */
static int run(const struct object *object, struct args *args)
{
	struct check check = { 0 };
	int i, err;

	(void)object;
	for (i = 0; i < 2; i++) {
		complete_names(args, &vpc_object);
		check.sides[i].name = args_need(args, i ? "the second VPC" :
							  "the first VPC");
		if (!check.sides[i].name)
			return STATUS_USAGE;
	}
	err = args_end(args);
	if (err)
		return err;
	check.same = !strcmp(check.sides[0].name, check.sides[1].name);
	err = examine(&check);
	if (!err) {
		print_check(&check);
		err = check.can_talk ? 0 : STATUS_CANNOT_TALK;
	}
	check_free(&check);
	return err;
}

const struct object check_object = {
	.word = "check",
	.usage =
"vpcctl check VPC VPC\n",
	.run = run,
};
