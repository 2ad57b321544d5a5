// SPDX-License-Identifier: GPL-2.0
/* From inside: out by a NAT gateway, or by the address that is bound to an endpoint. */

#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>

#include "forward.h"
#include "icmp.h"
#include "nat.h"
#include "natgw.h"
#include "nexthop.h"
#include "table.h"
#include "vpc.h"

static bool covered(const struct vpc_nat_config *config, __be32 source)
{
	struct vpc_addr addr = { .family = AF_INET };
	u32 i;

	if (config->all)
		return true;
	addr.v4 = source;
	for (i = 0; i < config->snats; i++)
		if (vpc_prefix_contains(&config->source[i], &addr))
			return true;
	return false;
}

/* The address that is bound to an endpoint, if it is. */
static struct vpc_nat_share *bound_to(const struct vpc_nat_gateway *router, __be32 source)
{
	const struct vpc_nat_config *config = router ? rcu_dereference(router->config) : NULL;
	u32 i;

	for (i = 0; config && i < config->bounds; i++)
		if (config->bound[i]->endpoint.v4 == source)
			return config->bound[i];
	return NULL;
}

/**
 * vpc_nat_bound_router() - by what an endpoint with an address of its own leaves
 * @pkt: a packet that comes from an endpoint
 * Context: softirq, RCU read side.
 * Return: the router of its VPC, or NULL: it has none.
 */
struct vpc_nat_gateway *vpc_nat_bound_router(const struct vpc_pkt *pkt)
{
	struct vpc_nat_gateway *router = rcu_dereference(pkt->vpc->router);

	return pkt->family == AF_INET && bound_to(router, ip_hdr(pkt->skb)->saddr) ? router : NULL;
}

/**
 * vpc_nat_answer() - what came in by an address that is bound to an endpoint is answered by it
 * @pkt: a packet to somebody who is no endpoint of its VPC, which has a router of its own
 *
 * Whatever routes there are: the other end knows no other address.
 *
 * Context: softirq, RCU read side.
 * Return: true if that has consumed it; false: routes decide.
 */
bool vpc_nat_answer(struct vpc_pkt *pkt)
{
	struct vpc_nat_gateway *router = rcu_dereference(pkt->vpc->router);
	const struct vpc_nat_zone *zone = rcu_dereference(pkt->vpc->nat_zone);
	const struct vpc_nat_config *config = router ? rcu_dereference(router->config) : NULL;
	struct vpc_net *vn = pkt->vpc->vn;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	const struct vpc_nat_flow *flow;
	bool ours;

	if (pkt->family != AF_INET || !zone || !config ||
	    (!config->draining && !bound_to(router, ip_hdr(pkt->skb)->saddr)))
		return false;
	if (unlikely(!vpc_nat_whole(vn, pkt->skb, zone->both.id)))
		return true;
	if (!vpc_nat_tuple_of(vn, pkt->skb, &tuple))
		return false;
	h = nf_conntrack_find_get(vn->net, &zone->both, &tuple);
	if (!h)
		return false;
	flow = vpc_nat_flow_of(nf_ct_tuplehash_to_ctrack(h));
	ours = flow && flow->gateway == router && flow->share->endpoint.family &&
	       NF_CT_DIRECTION(h) == IP_CT_DIR_REPLY;
	nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
	if (ours)
		vpc_nat_output(pkt, router);
	return ours;
}

/*
 * A default route does not take from an endpoint the address that is bound to it; a longer one
 * says more than the binding does.
 */
static bool leaves_by_bound(const struct vpc_pkt *pkt)
{
	const struct vpc_lpm *lpm = pkt->table ? &pkt->table->lpm[0] : NULL;
	u8 len = 0;

	if (!vpc_nat_bound_router(pkt))
		return false;
	return !lpm || vpc_lpm_match(lpm, (const u8 *)&ip_hdr(pkt->skb)->daddr, &len) ==
	       VPC_LPM_NONE || !len;
}

/* May this packet start a connection from inside? */
static enum vpc_drop_reason check_new_out(const struct vpc_pkt *pkt,
					  const struct vpc_nat_gateway *gw)
{
	const struct vpc_nat_config *config = rcu_dereference(gw->config);

	if (!config)
		return VPC_DROP_NO_NEXTHOP;
	if (!vpc_nat_may_start(pkt->skb))
		return VPC_DROP_NAT_INVALID;
	/* Answers would find nobody but endpoints. */
	if (!vpc_nh_from_endpoint(pkt) ||
	    (!covered(config, ip_hdr(pkt->skb)->saddr) && !leaves_by_bound(pkt)))
		return VPC_DROP_NAT_RULE;
	if (vpc_nat_limit_reached(pkt->vpc))
		return VPC_DROP_NAT_CONNECTIONS;
	return VPC_DROP_MAX;
}

/* Is it what the other end of somebody else's connection would send to a public address? */
static bool is_reply(struct vpc_net *vn, const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *h;

	h = nf_conntrack_find_get(vn->net, &nf_ct_zone_dflt, tuple);
	if (h)
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
	return h;
}

/*
 * Shows conntrack what an endpoint sends: an answer, or what starts a connection. By a template
 * whose replies are in zone 0, as those of a connection from inside are, conntrack would look for
 * the tuple there too: a tenant could speak in somebody else's connection, or in one of the host's,
 * and bring it down. So it is shown as if all were in the zone of the VPC, which finds what is
 * there, whoever began; and where replies to something new are is put right afterwards, as nobody
 * else has it yet.
 *
 * (net/netfilter/nf_conntrack_core.c, resolve_normal_ct(), init_conntrack())
 */
static enum vpc_drop_reason track(struct vpc_net *vn, struct sk_buff *skb,
				  const struct vpc_nat_zone *zone)
{
	enum vpc_drop_reason reason = vpc_nat_track(vn, skb, zone->inside);
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	if (reason != VPC_DROP_MAX)
		return reason;
	ct = nf_ct_get(skb, &ctinfo);
	if (!nf_ct_is_confirmed(ct))
		ct->zone.dir = NF_CT_ZONE_DIR_ORIG;
	return VPC_DROP_MAX;
}

/* *public: the address of ours that something new is for. */
static enum vpc_drop_reason track_tuple(struct vpc_net *vn, const struct vpc_pkt *pkt,
					const struct vpc_nat_gateway *gw,
					const struct vpc_nat_zone *zone,
					const struct vpc_public **public)
{
	const __be32 to = ip_hdr(pkt->skb)->daddr;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;

	if (!vpc_nat_tuple_of(vn, pkt->skb, &tuple))
		return VPC_DROP_NAT_INVALID;
	h = nf_conntrack_find_get(vn->net, &zone->both, &tuple);
	if (likely(h)) {
		if (likely(vpc_nat_attach(vn, pkt->skb, h)))
			return VPC_DROP_MAX;
		reason = track(vn, pkt->skb, zone);
		/* TCP that begins once more, on the remains of a connection, is a new one. */
		if (reason == VPC_DROP_MAX &&
		    !nf_ct_is_confirmed(nf_ct_get(pkt->skb, &ctinfo))) {
			*public = vpc_public_find4(vn, to);
			reason = check_new_out(pkt, gw);
		}
		return reason;
	}
	*public = vpc_public_find4(vn, to);
	if (unlikely(*public) && is_reply(vn, &tuple))
		return VPC_DROP_NAT_SPOOFED;
	reason = check_new_out(pkt, gw);
	return reason == VPC_DROP_MAX ? track(vn, pkt->skb, zone) : reason;
}

/* Is what conntrack says what the VPC may have? */
static bool ours_out(const struct vpc *vpc, const struct vpc_nat_zone *zone,
		     const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct nf_conntrack_zone *z = nf_ct_zone(ct);
	const struct vpc_nat_flow *flow;

	if (z->id != zone->both.id)
		return false;
	if (CTINFO2DIR(ctinfo) != (z->dir == NF_CT_ZONE_DIR_ORIG ? IP_CT_DIR_ORIGINAL :
								    IP_CT_DIR_REPLY))
		return false;
	if (!nf_ct_is_confirmed(ct))
		return ctinfo == IP_CT_NEW;
	flow = vpc_nat_flow_of(ct);
	return flow && flow->gateway->vpc == vpc;
}

static enum vpc_drop_reason track_out(struct vpc_net *vn, const struct vpc_pkt *pkt,
				      const struct vpc_nat_gateway *gw,
				      const struct vpc_nat_zone *zone,
				      const struct vpc_public **public)
{
	enum vpc_drop_reason reason;

	/* Conntrack makes no connection of an error. */
	if (unlikely(vpc_nat_icmp_error(pkt->skb)))
		reason = vpc_nat_track(vn, pkt->skb, zone->inside);
	else
		reason = track_tuple(vn, pkt, gw, zone, public);
	if (reason == VPC_DROP_MAX && unlikely(!ours_out(pkt->vpc, zone, pkt->skb)))
		reason = VPC_DROP_NAT_SPOOFED;
	return reason;
}

/* The gateway of the uplink that answers; the first one if none does. */
static struct vpc_adj *adj_of(const struct vpc_uplink *uplink)
{
	struct vpc_uplink_router *router;
	struct vpc_adj *first = NULL;

	list_for_each_entry_rcu(router, &uplink->routers, node) {
		if (!router->adj.addr[0].family)
			continue;
		if (likely(rcu_access_pointer(router->adj.dst[0])))
			return &router->adj;
		if (!first)
			first = &router->adj;
	}
	return first;
}

/* *by: the gateway of the route; becomes the one of the connection, or NULL: it waits. */
static enum vpc_verdict output(struct vpc_pkt *pkt, struct vpc_nat_gateway **by)
{
	const struct vpc_nat_zone *zone = rcu_dereference(pkt->vpc->nat_zone);
	const struct vpc_public *public = NULL;
	struct vpc_nat_gateway *gw = *by;
	struct vpc_net *vn = gw->vpc->vn;
	const struct vpc_nat_flow *flow;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	struct vpc_uplink *uplink;
	enum vpc_verdict verdict;
	struct vpc_adj *adj;
	struct nf_conn *ct;

	if (pkt->family != AF_INET ||
	    vpc_nat_class_of(ip_hdr(pkt->skb)->protocol) == VPC_NAT_CLASSES)
		return vpc_icmp_reject(pkt, VPC_ICMP_UNREACHABLE, 0, VPC_DROP_NAT_PROTOCOL);
	if (unlikely(pkt->vpc != gw->vpc || !zone || !READ_ONCE(gw->uplink)))
		return vpc_drop(pkt, VPC_DROP_NO_NEXTHOP);
	if (unlikely(!vpc_nat_whole(vn, pkt->skb, zone->both.id))) {
		*by = NULL;
		return VPC_DONE;
	}
	reason = track_out(vn, pkt, gw, zone, &public);
	if (unlikely(reason != VPC_DROP_MAX))
		return vpc_drop(pkt, reason);

	/* What is there already goes out as it came in, whichever gateway the route names. */
	ct = nf_ct_get(pkt->skb, &ctinfo);
	if (nf_ct_is_confirmed(ct)) {
		/* Another CPU may have ended it since; what it has noted is still its own. */
		flow = vpc_nat_flow_of(ct);
		if (unlikely(!flow))
			return vpc_drop(pkt, VPC_DROP_NO_NEXTHOP);
		gw = flow->gateway;
	} else {
		struct vpc_nat_pending pending = {
			.hairpin = public,
			.bound = leaves_by_bound(pkt),
		};

		if (pending.bound)
			gw = vpc_nat_bound_router(pkt) ?: gw;
		pending.gateway = gw->obj.id;
		if (!vpc_nat_pend(ct, &pending))
			return vpc_drop(pkt, VPC_DROP_NO_MEMORY);
	}
	*by = gw;
	uplink = READ_ONCE(gw->uplink);
	adj = uplink ? adj_of(uplink) : NULL;
	if (unlikely(!adj))
		return vpc_drop(pkt, VPC_DROP_NO_NEXTHOP);
	verdict = vpc_forward_prepare(pkt, adj->link->dev);
	return likely(verdict == VPC_CONTINUE) ? vpc_forward_to(pkt, adj) : verdict;
}

/**
 * vpc_nat_output() - a packet goes out by a NAT gateway
 * @pkt: the packet
 * @gw: the gateway
 * Context: softirq, RCU read side. Consumes the packet.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_nat_output(struct vpc_pkt *pkt, struct vpc_nat_gateway *gw)
{
	enum vpc_verdict verdict;

	pkt->dropped = VPC_DROP_MAX;
	verdict = output(pkt, &gw);
	if (unlikely(!gw))
		return verdict;
	vpc_counters_rx(gw->counters, pkt->packets, pkt->bytes);
	if (unlikely(pkt->dropped != VPC_DROP_MAX))
		vpc_counters_drop(gw->counters, pkt->dropped, pkt->packets);
	return verdict;
}

/**
 * vpc_nat_pending_gateway() - the gateway of a connection that is not in the table yet
 * @vn: the namespace
 * @pending: what was noted, or NULL
 * Context: RCU read side.
 * Return: it, or NULL: it has gone meanwhile.
 */
struct vpc_nat_gateway *vpc_nat_pending_gateway(struct vpc_net *vn,
						const struct vpc_nat_pending *pending)
{
	struct vpc_object *obj;

	obj = pending ? xa_load(&vn->registry[VPC_KIND_NAT_GATEWAY].ids, pending->gateway) : NULL;
	return obj ? container_of(obj, struct vpc_nat_gateway, obj) : NULL;
}

/* The address that is bound to the endpoint: nobody else has it, so ports stay as they are. */
static enum vpc_drop_reason take_bound(const struct nf_conntrack_tuple *orig,
				       struct vpc_nat_flow *flow)
{
	flow->share = bound_to(flow->gateway, orig->src.u3.ip);
	if (!flow->share)
		return VPC_DROP_NO_NEXTHOP;
	flow->port = ntohs(orig->src.u.all);
	return VPC_DROP_MAX;
}

static enum vpc_drop_reason take_port(const struct nf_conntrack_tuple *orig,
				      struct vpc_nat_flow *flow)
{
	const struct vpc_nat_config *config = rcu_dereference(flow->gateway->config);

	return config ? vpc_nat_ports_take(flow->gateway, config, orig, flow) :
			VPC_DROP_NO_NEXTHOP;
}

/*
 * The port was chosen, and it is free: "random" keeps nf_nat_setup_info() from looking through all
 * connections that began with the same address and port, for one whose translation would do.
 */
static bool set_source(struct nf_conn *ct, const struct vpc_nat_flow *flow)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED |
			 NF_NAT_RANGE_PROTO_RANDOM_FULLY,
		.min_addr.ip = flow->share->public->addr.v4,
		.max_addr.ip = flow->share->public->addr.v4,
		.min_proto.all = htons(flow->port),
		.max_proto.all = htons(flow->port),
	};

	return nf_ct_nat_ext_add(ct) &&
	       nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC) == NF_ACCEPT &&
	       reply->dst.u3.ip == range.min_addr.ip &&
	       (flow->class == VPC_NAT_ICMP || reply->dst.u.all == range.min_proto.all);
}

/**
 * vpc_nat_finish_out() - what FORWARD has let through gets an address and a port
 * @vn: the namespace
 * @ct: a connection from inside, not confirmed
 * @flow: zeroed; gets what we keep of it
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX, or why its packet must go.
 */
enum vpc_drop_reason vpc_nat_finish_out(struct vpc_net *vn, struct nf_conn *ct,
					struct vpc_nat_flow *flow)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct vpc_nat_pending *pending = vpc_nat_pending_of(ct);
	enum vpc_drop_reason reason;

	flow->gateway = vpc_nat_pending_gateway(vn, pending);
	if (!flow->gateway)
		return VPC_DROP_NO_NEXTHOP;
	flow->class = vpc_nat_class_of(orig->dst.protonum);
	flow->hairpin = pending->hairpin;
	reason = pending->bound ? take_bound(orig, flow) : take_port(orig, flow);
	if (reason != VPC_DROP_MAX)
		return reason;
	if (set_source(ct, flow))
		return vpc_nat_flow_set(ct, flow);
	if (flow->block)
		vpc_nat_ports_give(flow);
	return VPC_DROP_NO_MEMORY;
}
