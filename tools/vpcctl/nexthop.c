// SPDX-License-Identifier: GPL-2.0
/* Next hops, which routes lead to and probes check. */
#include <ctype.h>
#include <string.h>

#include "complete.h"
#include "field.h"
#include "nexthop.h"
#include "print.h"

static const char *const types[] = {
	[VPC_NH_LOCAL] = "local",
	[VPC_NH_PEERING] = "peering",
	[VPC_NH_ROUTER] = "router",
	[VPC_NH_BLACKHOLE] = "blackhole",
	[VPC_NH_UNREACHABLE] = "unreachable",
	[VPC_NH_PROHIBIT] = "prohibit",
	[VPC_NH_IPSEC] = "ipsec",
	[VPC_NH_TRANSIT] = "transit",
	[VPC_NH_NAT] = "nat",
	[VPC_NH_VPC_ROUTER] = "router",
};

static const char *const healths[] = {
	[VPC_HEALTH_DOWN] = "down",
	[VPC_HEALTH_HELD] = "held",
	[VPC_HEALTH_UP] = "up",
};

/* After "router": names begin with a letter, as IPv6 addresses may, which have colons. */
static bool names_vpc(const struct args *args)
{
	return args->left && isalpha((unsigned char)args->word[0][0]) &&
	       !strchr(args->word[0], ':');
}

int nexthop_parse(struct args *args, struct nl_msg *msg, unsigned long allowed,
		  const char *what, unsigned int *type)
{
	const char *word;
	int err;

	/* "router" is the word of two: see names_vpc(). */
	allowed &= ~(1ul << VPC_NH_VPC_ROUTER);
	for (*type = VPC_NH_PEERING; *type < ARRAY_SIZE(types); ++*type)
		if ((allowed & 1ul << *type) && args_take(args, types[*type]))
			break;
	if (*type == ARRAY_SIZE(types)) {
		word = args_need(args, what);
		return word ? usage("\"%s\" is not a type of next hop", word) :
			      STATUS_USAGE;
	}
	if (*type == VPC_NH_ROUTER && names_vpc(args))
		*type = VPC_NH_VPC_ROUTER;
	err = parse_put(nla_put_u8(msg, VPC_A_NEXTHOP_TYPE, *type));
	if (err)
		return err;
	if (*type == VPC_NH_VPC_ROUTER) {
		complete_names(args, &vpc_object);
		return parse_name(args, KEY_NAME, msg, VPC_A_NEXTHOP_VPC);
	}
	if (*type == VPC_NH_IPSEC) {
		complete_names(args, &ipsec_object);
		return parse_name(args, KEY_NAME, msg, VPC_A_NEXTHOP_IPSEC);
	}
	if (*type == VPC_NH_NAT) {
		complete_names(args, &nat_gateway_object);
		return parse_name(args, KEY_NAME, msg, VPC_A_NEXTHOP_NAT);
	}
	if (*type == VPC_NH_PEERING || *type == VPC_NH_TRANSIT) {
		complete_names(args, &peering_object);
		return parse_name(args, KEY_NAME, msg, VPC_A_NEXTHOP_PEERING);
	}
	if (*type != VPC_NH_ROUTER)
		return 0;
	return parse_addr(args, msg, VPC_A_NEXTHOP_ADDRESS,
			  "ADDR or VPC after \"router\"");
}

const char *nexthop_word(const struct attrs *nexthop)
{
	return word_of(types, attr_number(nexthop, VPC_A_NEXTHOP_TYPE, 0));
}

const char *health_word(uint64_t health)
{
	return word_of(healths, health);
}

void nexthop_print_target(const struct attrs *nexthop, const char *label)
{
	unsigned int type = attr_number(nexthop, VPC_A_NEXTHOP_TYPE, 0);

	print_string("type", label, nexthop_word(nexthop));
	if (type == VPC_NH_IPSEC)
		field_string(nexthop, VPC_A_NEXTHOP_IPSEC, "ipsec", "");
	if (type == VPC_NH_PEERING || type == VPC_NH_TRANSIT)
		field_string(nexthop, VPC_A_NEXTHOP_PEERING, "peering", "");
	if (type == VPC_NH_VPC_ROUTER)
		field_string(nexthop, VPC_A_NEXTHOP_VPC, "vpc", "");
	if (type == VPC_NH_NAT)
		field_string(nexthop, VPC_A_NEXTHOP_NAT, "nat", "");
	if (type == VPC_NH_ROUTER)
		field_address(nexthop, VPC_A_NEXTHOP_ADDRESS, "address", "");
}

/* Some types are always as good as up, and so do not tell. */
static bool is_up(const struct attrs *nexthop)
{
	return attr_number(nexthop, VPC_A_NEXTHOP_HEALTH, VPC_HEALTH_UP) ==
	       VPC_HEALTH_UP;
}

/* And packets take none of them. */
bool nexthops_all_down(const struct attrs *route)
{
	const struct nlattr *nla;
	struct attrs nexthop;
	bool any = false;

	if (attr_has(route, VPC_A_ROUTE_FAIL_OPEN))
		return false;
	attr_for_each(nla, route, VPC_A_ROUTE_NEXTHOP) {
		nexthop = attr_nested(nla);
		if (attr_number(&nexthop, VPC_A_NEXTHOP_HEALTH,
				VPC_HEALTH_UP) != VPC_HEALTH_DOWN)
			return false;
		any = true;
	}
	return any;
}

static void print_health(const struct attrs *nexthop, bool told)
{
	if (attr_has(nexthop, VPC_A_NEXTHOP_HEALTH))
		print_string("health", told ? "health" : NULL,
			     health_word(attr_number(nexthop,
						     VPC_A_NEXTHOP_HEALTH, 0)));
	else
		print_null("health");
	if (attr_has(nexthop, VPC_A_NEXTHOP_SHARE))
		print_percent("share_percent", told ? "share" : NULL,
			      attr_number(nexthop, VPC_A_NEXTHOP_SHARE, 0));
	else
		print_null("share_percent");
}

static void print_nexthop(const struct attrs *nexthop, bool told)
{
	bool local = attr_number(nexthop, VPC_A_NEXTHOP_TYPE, 0) == VPC_NH_LOCAL;
	bool used = attr_has(nexthop, VPC_A_NEXTHOP_USED);

	print_object(NULL);
	nexthop_print_target(nexthop, local ? "" : "via");
	field_unusual(nexthop, VPC_A_NEXTHOP_PRIORITY, "priority", "priority",
		      0);
	field_unusual(nexthop, VPC_A_NEXTHOP_WEIGHT, "weight", "weight", 1);
	print_health(nexthop, told);
	print_bool("used", NULL, used);
	print_bool(NULL, "unused", !used && !local);
	print_end();
}

/* Text tells how a next hop is where there is another, or where it is not up. */
void nexthops_print(const struct attrs *route)
{
	const struct nlattr *nla;
	struct attrs nexthop;
	bool told = false;
	size_t n = 0;

	attr_for_each(nla, route, VPC_A_ROUTE_NEXTHOP) {
		nexthop = attr_nested(nla);
		told |= n++ || !is_up(&nexthop);
	}
	print_array("nexthops");
	attr_for_each(nla, route, VPC_A_ROUTE_NEXTHOP) {
		nexthop = attr_nested(nla);
		print_nexthop(&nexthop, told);
	}
	print_end();
}
