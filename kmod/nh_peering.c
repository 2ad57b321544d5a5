// SPDX-License-Identifier: GPL-2.0
/*
 * Next hop of type peering: on to the peer VPC, and there only to endpoints.
 * A packet has no table after this step, so neither the peer's other peerings
 * nor its routers can be reached: there is nothing to look them up in.
 */

#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "adj.h"
#include "endpoint.h"
#include "nexthop.h"
#include "peering.h"
#include "policer.h"

/* Which side of its peering the VPC of a next hop is. */
static int side_of(const struct vpc_nh_key *key)
{
	return key->peering->side[1].vpc == key->vpc;
}

/**
 * vpc_nh_peering_parse() - the peering that a next hop of type peering or transit names
 * @key: gets it; its type and VPC are known
 * @tb: attributes of the next hop
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0, -EINVAL or -ENOENT.
 */
int vpc_nh_peering_parse(struct vpc_nh_key *key, struct nlattr **tb,
			 struct netlink_ext_ack *extack)
{
	bool transit = key->type == VPC_NH_TRANSIT;
	const struct vpc *a, *b;
	struct vpc_peering *p;
	const char *name;

	if (!tb[VPC_A_NEXTHOP_PEERING])
		return vpc_err(extack, -EINVAL,
			       "a next hop of type %s has the name of a peering as its target",
			       transit ? "transit" : "peering");
	name = nla_data(tb[VPC_A_NEXTHOP_PEERING]);
	p = vpc_peering_find(key->vpc->vn, name);
	if (!p)
		return vpc_err(extack, -ENOENT, "there is no peering named %s", name);
	a = p->side[0].vpc;
	b = p->side[1].vpc;
	if (a != key->vpc && b != key->vpc)
		return vpc_err(extack, -EINVAL, "peering %s connects %s and %s, not VPC %s", name,
			       a->obj.name, b->obj.name, key->vpc->obj.name);
	if (transit && !vpc_peering_is_transit(p))
		return vpc_err(extack, -EINVAL,
			       "peering %s is between two VPCs, %s and %s: its next hops are of type peering (via peering %s)",
			       name, a->obj.name, b->obj.name, name);
	if (!transit && vpc_peering_is_transit(p))
		return vpc_err(extack, -EINVAL,
			       "peering %s joins VPC %s to transit domain %s: its next hops are of type transit (via transit %s)",
			       name, a->transit ? b->obj.name : a->obj.name,
			       a->transit ? a->obj.name : b->obj.name, name);
	key->peering = p;
	return 0;
}

/* The other VPC of the peering of a next hop. */
struct vpc *vpc_nh_peering_target(const struct vpc_nh_key *key)
{
	return key->peering->side[!side_of(key)].vpc;
}

/**
 * vpc_nh_source_in() - is the source of a packet an endpoint of a VPC?
 * @vpc: the VPC
 * @pkt: the packet
 * Context: softirq, RCU read side.
 * Return: true if it is.
 */
bool vpc_nh_source_in(const struct vpc *vpc, const struct vpc_pkt *pkt)
{
	const struct vpc_lpm *lpm = &vpc->endpoints[vpc_family_index(pkt->family)];

	return (pkt->family == AF_INET ? vpc_lpm_lookup4(lpm, ip_hdr(pkt->skb)->saddr) :
					 vpc_lpm_lookup6(lpm, &ipv6_hdr(pkt->skb)->saddr)) !=
	       VPC_LPM_NONE;
}

/**
 * vpc_nh_from_endpoint() - does a packet come from an endpoint of the VPC it is in?
 * @pkt: the packet
 *
 * What crosses into another domain does. Otherwise an appliance, or a network behind an
 * uplink, could speak as an endpoint of the peer to its neighbours, or pass through the VPC
 * to the peer.
 *
 * Context: softirq, RCU read side.
 * Return: true if it does.
 */
bool vpc_nh_from_endpoint(const struct vpc_pkt *pkt)
{
	return likely(pkt->from_endpoint) || vpc_nh_source_in(pkt->vpc, pkt);
}

/* Not let into the peering that it was to cross. */
static noinline enum vpc_verdict refuse(struct vpc_pkt *pkt, enum vpc_drop_reason reason)
{
	vpc_counters_tx(pkt->peering->side[pkt->peering_dir].counters, pkt->packets, pkt->bytes);
	return vpc_drop(pkt, reason);
}

/**
 * vpc_nh_peering_cross() - a packet crosses a peering
 * @pkt: the packet
 * @nh: next hop of type peering or transit
 *
 * A transit domain has no endpoints: who came in there has been checked on the way in.
 *
 * Context: softirq, RCU read side.
 * Return: VPC_AGAIN: it is in the other VPC, without a table; or VPC_DONE.
 */
enum vpc_verdict vpc_nh_peering_cross(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	struct vpc_peering *p = nh->key.peering;
	int side = side_of(&nh->key);
	struct vpc_policer *limit;

	if (unlikely(pkt->peering))
		pkt->before = &pkt->peering->side[pkt->peering_dir];
	pkt->peering = p;
	pkt->peering_dir = side;
	if (unlikely(READ_ONCE(p->state) != VPC_PEERING_ACTIVE))
		return refuse(pkt, VPC_DROP_PEERING_STATE);
	if (unlikely(!pkt->from_endpoint) && !pkt->vpc->transit &&
	    !vpc_nh_source_in(pkt->vpc, pkt))
		return refuse(pkt, VPC_DROP_SOURCE_ADDRESS);
	vpc_counters_rx(p->side[side].counters, pkt->packets, pkt->bytes);
	limit = rcu_dereference(p->limit[side]);
	if (unlikely(limit) && !vpc_policer_pass(limit, pkt->bytes, ktime_get_ns()))
		return vpc_drop(pkt, VPC_DROP_BANDWIDTH);
	pkt->vpc = p->side[!side].vpc;
	pkt->table = NULL;
	return VPC_AGAIN;
}

void vpc_nh_peering_str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	strscpy(buf, nh->key.peering->obj.name, size);
}

int vpc_nh_peering_fill(struct sk_buff *msg, const struct vpc_nexthop *nh)
{
	return nla_put_string(msg, VPC_A_NEXTHOP_PEERING, nh->key.peering->obj.name);
}

static struct vpc_endpoint *endpoint(const struct vpc_nexthop *nh, const struct vpc_addr *addr)
{
	struct vpc_peering *p = nh->key.peering;

	if (p->state != VPC_PEERING_ACTIVE)
		return NULL;
	return vpc_endpoint_find(vpc_nh_peering_target(&nh->key), addr);
}

/* A probe crosses as any packet of the VPC does, but for the source, which is ours. */
static bool emit(const struct vpc_nexthop *nh, struct sk_buff *skb, u8 family)
{
	struct vpc_peering *p = nh->key.peering;
	const struct vpc_endpoint *ep;
	struct vpc *peer = vpc_nh_peering_target(&nh->key);
	int side = side_of(&nh->key);

	ep = vpc_endpoint_lookup(peer, family,
				 family == AF_INET ? (const void *)&ip_hdr(skb)->daddr :
						     &ipv6_hdr(skb)->daddr);
	if (READ_ONCE(p->state) == VPC_PEERING_ACTIVE && ep && ep->adj) {
		vpc_counters_rx(p->side[side].counters, 1, skb->len);
		if (vpc_adj_emit(ep->adj, skb, family))
			return true;
	}
	kfree_skb(skb);
	return false;
}

/* An appliance of the peer may send with other sources, but answers no probe in their name. */
static bool came_by(const struct vpc_nexthop *nh, const struct vpc_pkt *pkt)
{
	return pkt->peering == nh->key.peering && pkt->vpc == nh->key.vpc && pkt->from_endpoint;
}

/**
 * vpc_nh_peering_init() - a new next hop of type peering or transit is as up as its peering
 * @nh: the next hop, which nobody sees yet
 * @extack: not used: this is not refused
 * Context: vpc_net::lock is held.
 * Return: 0.
 */
int vpc_nh_peering_init(struct vpc_nexthop *nh, struct netlink_ext_ack *extack)
{
	nh->state.device = nh->key.peering->state == VPC_PEERING_ACTIVE;
	nh->health = nh->state.device ? VPC_HEALTH_UP : VPC_HEALTH_DOWN;
	return 0;
}

const struct vpc_nh_ops vpc_nh_peering_ops = {
	.type = VPC_NH_PEERING,
	.name = "peering",
	.size = sizeof(struct vpc_nexthop),
	.parse = vpc_nh_peering_parse,
	.init = vpc_nh_peering_init,
	.down_reason = VPC_DROP_PEERING_STATE,
	.output = vpc_nh_peering_cross,
	.str = vpc_nh_peering_str,
	.fill = vpc_nh_peering_fill,
	.endpoint = endpoint,
	.emit = emit,
	.came_by = came_by,
};

/**
 * vpc_nh_peering_find() - the next hop that leads into a peering
 * @p: the peering
 * @side: index into vpc_peering::side of the VPC whose routes have it
 * Context: vpc_net::lock is held.
 * Return: the next hop, or NULL when no route uses it.
 */
struct vpc_nexthop *vpc_nh_peering_find(struct vpc_peering *p, int side)
{
	struct vpc_nh_key key;

	memset(&key, 0, sizeof(key));
	key.vpc = p->side[side].vpc;
	key.type = vpc_peering_is_transit(p) ? VPC_NH_TRANSIT : VPC_NH_PEERING;
	key.peering = p;
	return vpc_nexthop_find(&key);
}
