// SPDX-License-Identifier: GPL-2.0
/* From outside: what connections wait for, and what rules lead in. */

#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>

#include "endpoint.h"
#include "forward.h"
#include "group.h"
#include "ipsec.h"
#include "nat.h"
#include "natgw.h"
#include "nexthop.h"
#include "table.h"

/* The rule by which a connection from outside leads in. */
static const struct vpc_dnat_slot *slot_of(const struct vpc_public *public,
					   const struct nf_conntrack_tuple *orig)
{
	return vpc_public_dnat(public, orig->dst.protonum, ntohs(orig->dst.u.all));
}

static bool set_target(struct nf_conn *ct, const struct vpc_dnat *rule)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS };

	range.min_addr.ip = rule->to.v4;
	range.max_addr = range.min_addr;
	if (rule->proto) {
		range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
		range.min_proto.all = htons(rule->to_first + ntohs(orig->dst.u.all) - rule->first);
		range.max_proto = range.min_proto;
	}
	return nf_ct_nat_ext_add(ct) &&
	       nf_nat_setup_info(ct, &range, NF_NAT_MANIP_DST) == NF_ACCEPT;
}

/* On this host: another one takes nothing that comes from outside. */
static struct vpc_endpoint *endpoint_of(struct vpc *vpc, __be32 addr)
{
	struct vpc_endpoint *ep = vpc_endpoint_lookup(vpc, AF_INET, &addr);

	return ep && ep->adj ? ep : NULL;
}

/*
 * Nobody outside has an address that the VPC has a way of its own to: inside, over a peering, to a
 * datacentre. A default route is none, nor one by which connections leave for the public network.
 */
static bool may_be_outside(struct vpc *vpc, const struct vpc_endpoint *ep, __be32 source)
{
	const struct vpc_table *table = rcu_dereference(ep->adj->link->table) ?: vpc->table;
	const struct vpc_addr addr = { .family = AF_INET, .v4 = source };
	const struct vpc_group *group;
	unsigned int i;
	u32 value;
	u8 len;

	if (!vpc_addr_usable(&addr) ||
	    vpc_selectors_match(vpc, ep->addr.bytes, addr.bytes, AF_INET))
		return false;
	value = vpc_lpm_match(&table->lpm[0], addr.bytes, &len);
	if (value == VPC_LPM_NONE || !len)
		return true;
	group = value == VPC_ROUTE_LOCAL ? NULL : vpc_group_of_value(vpc->vn, value);
	for (i = 0; group && i < group->count; i++)
		if (vpc_nh_is_nat(group->path[i].nh))
			return true;
	return false;
}

/* A connection from outside begins, if a rule leads somewhere. */
static enum vpc_drop_reason start_in(struct vpc_net *vn, struct sk_buff *skb,
				     const struct vpc_public *public,
				     const struct nf_conntrack_tuple *orig, bool hairpin,
				     struct vpc_nat_gateway **gw)
{
	struct vpc_nat_pending pending = { .hairpin = hairpin };
	const struct vpc_dnat_slot *slot;
	const struct vpc_nat_zone *zone;
	const struct vpc_endpoint *ep;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	struct nf_conn *ct;

	if (vpc_nat_class_of(orig->dst.protonum) == VPC_NAT_CLASSES)
		return VPC_DROP_NAT_PROTOCOL;
	/* Nobody outside has one of our addresses. */
	if (!hairpin && vpc_public_find4(vn, orig->src.u3.ip))
		return VPC_DROP_NAT_SPOOFED;
	slot = slot_of(public, orig);
	if (!slot || !vpc_nat_may_start(skb))
		return VPC_DROP_NAT_UNSOLICITED;
	*gw = slot->share->gateway;
	zone = rcu_dereference((*gw)->vpc->nat_zone);
	if (!zone || !rcu_access_pointer((*gw)->config))
		return VPC_DROP_NAT_UNSOLICITED;
	ep = endpoint_of((*gw)->vpc, slot->rule.to.v4);
	if (!ep)
		return VPC_DROP_NO_ENDPOINT;
	if (!hairpin && !may_be_outside((*gw)->vpc, ep, orig->src.u3.ip))
		return VPC_DROP_SOURCE_ROUTE;
	if (vpc_nat_limit_reached((*gw)->vpc))
		return VPC_DROP_NAT_CONNECTIONS;
	reason = vpc_nat_track(vn, skb, zone->in);
	if (reason != VPC_DROP_MAX)
		return reason;
	ct = nf_ct_get(skb, &ctinfo);
	if (ctinfo != IP_CT_NEW || nf_ct_is_confirmed(ct) || nf_ct_zone(ct)->id != zone->both.id)
		return VPC_DROP_NAT_SPOOFED;
	pending.gateway = (*gw)->obj.id;
	if (!set_target(ct, &slot->rule) || !vpc_nat_pend(ct, &pending))
		return VPC_DROP_NO_MEMORY;
	if (nf_conntrack_tuple_taken(&ct->tuplehash[IP_CT_DIR_REPLY].tuple, ct))
		return VPC_DROP_NAT_CONFLICT;
	return VPC_DROP_MAX;
}

/**
 * vpc_nat_finish_in() - what FORWARD has let through, if the rule has not gone meanwhile
 * @vn: the namespace
 * @ct: a connection from outside, not confirmed
 * @flow: zeroed; gets what we keep of it
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX, or why its packet must go.
 */
enum vpc_drop_reason vpc_nat_finish_in(struct vpc_net *vn, struct nf_conn *ct,
				       struct vpc_nat_flow *flow)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct vpc_public *public = vpc_public_find4(vn, orig->dst.u3.ip);
	const struct vpc_dnat_slot *slot = public ? slot_of(public, orig) : NULL;
	const struct vpc_nat_pending *pending = vpc_nat_pending_of(ct);

	flow->gateway = vpc_nat_pending_gateway(vn, pending);
	if (!slot || !flow->gateway || slot->share->gateway != flow->gateway ||
	    !rcu_access_pointer(flow->gateway->config))
		return VPC_DROP_NO_NEXTHOP;
	flow->share = slot->share;
	flow->hairpin = pending->hairpin;
	flow->class = vpc_nat_class_of(orig->dst.protonum);
	flow->port = ntohs(orig->dst.u.all);
	return vpc_nat_flow_set(ct, flow);
}

/* Whose is it? Only connections that we know are looked at, and in the direction that comes in. */
static enum vpc_drop_reason track_in(struct vpc_net *vn, struct sk_buff *skb,
				     const struct vpc_public *public, bool hairpin,
				     struct vpc_nat_gateway **gw)
{
	bool error = vpc_nat_icmp_error(skb), attached = false;
	const struct vpc_nat_flow *flow;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	const struct nf_conn *ct;

	if (likely(!error)) {
		if (!vpc_nat_tuple_of(vn, skb, &tuple))
			return VPC_DROP_NAT_INVALID;
		h = nf_conntrack_find_get(vn->net, &nf_ct_zone_dflt, &tuple);
		if (!h)
			return start_in(vn, skb, public, &tuple, hairpin, gw);
		if (!vpc_nat_flow_of(nf_ct_tuplehash_to_ctrack(h))) {
			nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
			return VPC_DROP_NAT_UNSOLICITED;
		}
		attached = vpc_nat_attach(vn, skb, h);
	}
	reason = likely(attached) ? VPC_DROP_MAX : vpc_nat_track(vn, skb, NULL);
	if (reason != VPC_DROP_MAX)
		return error && reason == VPC_DROP_NAT_INVALID ? VPC_DROP_NAT_UNSOLICITED : reason;
	ct = nf_ct_get(skb, &ctinfo);
	/* TCP that begins once more, on the remains of a connection, is a new one. */
	if (unlikely(!nf_ct_is_confirmed(ct)) && !error)
		return start_in(vn, skb, public, &tuple, hairpin, gw);
	flow = vpc_nat_flow_of(ct);
	if (!flow)
		return VPC_DROP_NAT_UNSOLICITED;
	if (flow->share->public != public || flow->hairpin != hairpin ||
	    CTINFO2DIR(ctinfo) != (nf_ct_zone(ct)->dir == NF_CT_ZONE_DIR_ORIG ?
				   IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL))
		return VPC_DROP_NAT_SPOOFED;
	*gw = flow->gateway;
	return VPC_DROP_MAX;
}

/* The endpoint that a packet from outside is for: on either side of the translation. */
static __be32 inside_of(const struct nf_conn *ct)
{
	enum ip_conntrack_dir dir = nf_ct_zone(ct)->dir == NF_CT_ZONE_DIR_ORIG ?
				    IP_CT_DIR_ORIGINAL : IP_CT_DIR_REPLY;

	return ct->tuplehash[dir].tuple.src.u3.ip;
}

/* Looked at, and not translated yet: what its sender is told speaks of public addresses. */
static enum vpc_verdict deliver(struct vpc_pkt *pkt, struct vpc_nat_gateway *gw)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	struct vpc_endpoint *ep;
	enum vpc_verdict verdict;

	pkt->vpc = gw->vpc;
	ep = endpoint_of(gw->vpc, inside_of(ct));
	if (unlikely(!ep))
		return vpc_drop(pkt, VPC_DROP_NO_ENDPOINT);
	verdict = vpc_forward_prepare(pkt, ep->adj->link->dev);
	if (unlikely(verdict != VPC_CONTINUE))
		return verdict;
	if (unlikely(!vpc_nat_translate(pkt->skb)))
		return vpc_drop(pkt, VPC_DROP_NAT_INVALID);
	vpc_counters_tx(gw->counters, pkt->packets, pkt->bytes);
	return vpc_forward_to(pkt, ep->adj);
}

/**
 * vpc_nat_receive() - a packet to a public address
 * @vn: the namespace
 * @public: the address
 * @skb: starts at its network header, which was checked; consumed
 * @hairpin: it comes from an endpoint of this host, not from the network
 * Context: softirq, RCU read side.
 */
void vpc_nat_receive(struct vpc_net *vn, struct vpc_public *public, struct sk_buff *skb,
		     bool hairpin)
{
	struct vpc_pkt pkt = {
		.skb = skb,
		.link = &public->uplink->link,
		.vpc = vn->outside,
		.family = AF_INET,
		.public = hairpin ? NULL : public,
	};
	struct vpc_nat_gateway *gw;
	enum vpc_drop_reason reason;

	vpc_skb_cost(skb, &pkt.packets, &pkt.bytes);
	if (!hairpin)
		vpc_counters_rx(pkt.link->counters, pkt.packets, pkt.bytes);
	if (unlikely(skb->pkt_type != PACKET_HOST)) {
		vpc_drop(&pkt, VPC_DROP_NOT_FOR_US);
		return;
	}
	if (unlikely(ip_hdr(skb)->ihl > 5)) {
		vpc_drop(&pkt, VPC_DROP_IP_OPTIONS);
		return;
	}
	if (unlikely(!vpc_nat_whole(vn, skb, 0)))
		return;
	reason = track_in(vn, skb, public, hairpin, &gw);
	if (unlikely(reason != VPC_DROP_MAX))
		vpc_drop(&pkt, reason);
	else
		deliver(&pkt, gw);
}
