// SPDX-License-Identifier: GPL-2.0
/*
 * Next hop of type transit: a peering between a VPC and a transit domain. From the VPC it leads
 * into the default table of the domain, which decides. From the domain it leads to endpoints of
 * the VPC and nowhere else, as a packet has no table after that step. So a packet is in three
 * domains at most: what came out of a domain cannot enter another one.
 */

#include <net/ip.h>
#include <net/ipv6.h>

#include "endpoint.h"
#include "group.h"
#include "nexthop.h"
#include "peering.h"
#include "table.h"

static const struct vpc_lpm *lpm_of(const struct vpc *domain, u8 family)
{
	return &domain->table->lpm[vpc_family_index(family)];
}

static bool leads_into(const struct vpc_group *group, const struct vpc_peering *p)
{
	int i;

	for (i = 0; i < group->count; i++) {
		const struct vpc_nh_key *key = &group->path[i].nh->key;

		if (key->type == VPC_NH_TRANSIT && key->peering == p)
			return true;
	}
	return false;
}

/*
 * The VPCs of a domain may have the same address space, and none may speak as another one. An
 * address is the VPC's in this domain if its route there leads back, whatever weight,
 * priority or health that next hop has. One without a route, or with no more than a default
 * route, is nobody else's: it gets out of the domain (where the table of a VPN gateway may
 * know the way back), but not to another VPC.
 */
static bool source_ok(struct vpc_pkt *pkt)
{
	const u8 *source = vpc_pkt_source(pkt);
	const struct vpc_group *group = NULL;
	u8 len = 0;
	u32 value;

	value = vpc_lpm_match(lpm_of(pkt->vpc, pkt->family), source, &len);
	if (value != VPC_LPM_NONE)
		group = vpc_group_of_value(pkt->vpc->vn, value);
	pkt->routes_back = group && leads_into(group, pkt->peering);
	return pkt->routes_back || !group || !len;
}

static enum vpc_verdict output(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	bool leaves = nh->key.vpc->transit;
	enum vpc_verdict verdict;

	if (leaves && unlikely(pkt->peering && !pkt->routes_back))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ROUTE);
	verdict = vpc_nh_peering_cross(pkt, nh);
	if (unlikely(verdict != VPC_AGAIN))
		return verdict;
	if (leaves) {
		/* Neither another VPC nor a network outside speaks as a neighbour. */
		if (unlikely(vpc_nh_source_in(pkt->vpc, pkt)))
			return vpc_drop(pkt, VPC_DROP_SOURCE_ADDRESS);
		return VPC_AGAIN;
	}
	if (unlikely(!source_ok(pkt)))
		return vpc_drop(pkt, VPC_DROP_SOURCE_ROUTE);
	pkt->table = pkt->vpc->table;
	return VPC_AGAIN;
}

static struct vpc_endpoint *endpoint(const struct vpc_nexthop *nh, const struct vpc_addr *addr)
{
	struct vpc *target = vpc_nh_peering_target(&nh->key);
	const struct vpc_nexthop *next;
	u32 value;
	u8 len;

	if (nh->key.peering->state != VPC_PEERING_ACTIVE)
		return NULL;
	if (!target->transit)
		return vpc_endpoint_find(target, addr);
	value = vpc_lpm_match(lpm_of(target, addr->family), addr->bytes, &len);
	if (value == VPC_LPM_NONE)
		return NULL;
	next = vpc_group_main(vpc_group_by_id(target->vn, value));
	return next && next->ops->endpoint ? next->ops->endpoint(next, addr) : NULL;
}

const struct vpc_nh_ops vpc_nh_transit_ops = {
	.type = VPC_NH_TRANSIT,
	.name = "transit",
	.size = sizeof(struct vpc_nexthop),
	.parse = vpc_nh_peering_parse,
	.init = vpc_nh_peering_init,
	.down_reason = VPC_DROP_PEERING_STATE,
	.output = output,
	.str = vpc_nh_peering_str,
	.fill = vpc_nh_peering_fill,
	.endpoint = endpoint,
};
