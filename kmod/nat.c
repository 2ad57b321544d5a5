// SPDX-License-Identifier: GPL-2.0
/*
 * A packet's way through a NAT gateway.
 *
 * From inside: the connection is looked up in the zone of the VPC, the packet passes FORWARD as
 * the tenant sent it, then it is translated and leaves by the uplink. From outside: a connection
 * of zone 0 says whose packet it is, it is translated, and passes FORWARD as the tenant will see
 * it. What starts no connection that a rule allows leaves no trace in conntrack.
 */

#include <linux/icmp.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>

#include "endpoint.h"
#include "forward.h"
#include "icmp.h"
#include "nat.h"
#include "natgw.h"
#include "nexthop.h"
#include "table.h"
#include "vpc.h"

/*
 * Put fragments together: later ones have no ports. Each VPC has a queue of its own. False: the
 * packet is not complete, and is gone.
 */
static bool whole(struct vpc_net *vn, struct sk_buff *skb, u16 zone)
{
	if (likely(!ip_is_fragment(ip_hdr(skb))))
		return true;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	if (ip_defrag(vn->net, skb, IP_DEFRAG_CONNTRACK_IN + zone))
		return false;
	skb->ignore_df = 1;
	return true;
}

static bool tuple_of(struct vpc_net *vn, const struct sk_buff *skb,
		     struct nf_conntrack_tuple *tuple)
{
	return nf_ct_get_tuplepr(skb, skb_network_offset(skb), NFPROTO_IPV4, vn->net, tuple);
}

/*
 * Only what starts a connection may start one here. Conntrack by itself takes TCP that it meets
 * in the middle for a new connection, and would give it another port.
 */
static bool may_start(const struct sk_buff *skb)
{
	const struct icmphdr *icmph;
	const struct tcphdr *th;
	union {
		struct tcphdr th;
		struct icmphdr icmph;
	} buf;

	switch (ip_hdr(skb)->protocol) {
	case IPPROTO_TCP:
		th = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf.th), &buf.th);
		return th && th->syn && !th->ack && !th->rst && !th->fin;
	case IPPROTO_ICMP:
		icmph = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buf.icmph), &buf.icmph);
		return icmph && icmph->type == ICMP_ECHO;
	default:
		return true;
	}
}

static bool limit_reached(const struct vpc *vpc)
{
	const struct vpc_nat_zone *zone = rcu_dereference(vpc->nat_zone);
	u32 limit = READ_ONCE(vpc->connection_limit);

	/* The table is the machine's: by default, one VPC may fill half of it. */
	if (!limit)
		limit = nf_conntrack_max / 2;
	return zone && limit && atomic_read(&zone->connections) >= limit;
}

/* --- from inside ----------------------------------------------------------- */

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
	if (!may_start(pkt->skb))
		return VPC_DROP_NAT_INVALID;
	/* Answers would find nobody but endpoints. */
	if (!vpc_nh_from_endpoint(pkt) ||
	    (!covered(config, ip_hdr(pkt->skb)->saddr) && !leaves_by_bound(pkt)))
		return VPC_DROP_NAT_RULE;
	if (limit_reached(pkt->vpc))
		return VPC_DROP_NAT_CONNECTIONS;
	return VPC_DROP_MAX;
}

/*
 * Which template shows conntrack the packet as what it is? A tuple that the VPC does not have is
 * looked for in zone 0 too, as conntrack itself will: there a tenant could speak as the other end
 * of somebody else's connection, or of the host's, and bring it down.
 */
static enum vpc_drop_reason direct(struct vpc_net *vn, const struct vpc_pkt *pkt,
				   const struct vpc_nat_gateway *gw,
				   const struct vpc_nat_zone *zone, struct nf_conn **tmpl)
{
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;

	if (!tuple_of(vn, pkt->skb, &tuple))
		return VPC_DROP_NAT_INVALID;
	h = nf_conntrack_find_get(vn->net, &zone->both, &tuple);
	if (likely(h)) {
		*tmpl = NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL ? zone->out : zone->in;
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
		return VPC_DROP_MAX;
	}
	h = nf_conntrack_find_get(vn->net, &nf_ct_zone_dflt, &tuple);
	if (unlikely(h)) {
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
		return VPC_DROP_NAT_SPOOFED;
	}
	*tmpl = zone->out;
	return check_new_out(pkt, gw);
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
				      const struct vpc_nat_gateway *gw)
{
	const struct vpc_nat_zone *zone = rcu_dereference(pkt->vpc->nat_zone);
	enum vpc_drop_reason reason;
	struct nf_conn *tmpl;

	if (unlikely(!zone))
		return VPC_DROP_NO_NEXTHOP;
	if (unlikely(vpc_nat_icmp_error(pkt->skb))) {
		/* Of either kind of connection; conntrack makes none of an error. */
		reason = vpc_nat_track(vn, pkt->skb, zone->out);
		if (reason == VPC_DROP_NAT_INVALID)
			reason = vpc_nat_track(vn, pkt->skb, zone->in);
	} else {
		reason = direct(vn, pkt, gw, zone, &tmpl);
		if (reason == VPC_DROP_MAX)
			reason = vpc_nat_track(vn, pkt->skb, tmpl);
	}
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

/**
 * vpc_nat_output() - a packet goes out by a NAT gateway
 * @pkt: the packet
 * @gw: the gateway
 * Context: softirq, RCU read side. Consumes the packet.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_nat_output(struct vpc_pkt *pkt, struct vpc_nat_gateway *gw)
{
	const struct vpc_nat_zone *zone = rcu_dereference(pkt->vpc->nat_zone);
	struct vpc_uplink *uplink = READ_ONCE(gw->uplink);
	struct vpc_net *vn = gw->vpc->vn;
	const struct vpc_nat_flow *flow;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	struct vpc_adj *adj;
	struct nf_conn *ct;

	if (pkt->family != AF_INET ||
	    vpc_nat_class_of(ip_hdr(pkt->skb)->protocol) == VPC_NAT_CLASSES)
		return vpc_icmp_reject(pkt, VPC_ICMP_UNREACHABLE, 0, VPC_DROP_NAT_PROTOCOL);
	if (unlikely(pkt->vpc != gw->vpc || !zone || !uplink))
		return vpc_drop(pkt, VPC_DROP_NO_NEXTHOP);
	if (unlikely(!whole(vn, pkt->skb, zone->both.id)))
		return VPC_DONE;
	reason = track_out(vn, pkt, gw);
	if (unlikely(reason != VPC_DROP_MAX))
		return vpc_drop(pkt, reason);

	/* What is there already goes out as it came in, whichever gateway the route names. */
	ct = nf_ct_get(pkt->skb, &ctinfo);
	flow = nf_ct_is_confirmed(ct) ? vpc_nat_flow_of(ct) : NULL;
	if (flow) {
		gw = flow->gateway;
		uplink = READ_ONCE(gw->uplink);
	} else {
		struct vpc_nat_pending pending = {
			.hairpin = vpc_public_find4(vn, ip_hdr(pkt->skb)->daddr),
			.bound = leaves_by_bound(pkt),
		};

		if (pending.bound)
			gw = vpc_nat_bound_router(pkt) ?: gw;
		uplink = READ_ONCE(gw->uplink);
		pending.gateway = gw->obj.id;
		if (!vpc_nat_pend(ct, &pending))
			return vpc_drop(pkt, VPC_DROP_NO_MEMORY);
	}
	adj = uplink ? adj_of(uplink) : NULL;
	if (unlikely(!adj))
		return vpc_drop(pkt, VPC_DROP_NO_NEXTHOP);
	vpc_counters_rx(gw->counters, pkt->packets, pkt->bytes);
	return vpc_forward(pkt, adj);
}

/* The gateway of a connection that is not in the table yet, unless it has gone meanwhile. */
static struct vpc_nat_gateway *pending_gateway(struct vpc_net *vn,
					       const struct vpc_nat_pending *pending)
{
	struct vpc_object *obj;

	obj = pending ? xa_load(&vn->registry[VPC_KIND_NAT_GATEWAY].ids, pending->gateway) : NULL;
	return obj ? container_of(obj, struct vpc_nat_gateway, obj) : NULL;
}

/* The address that is bound to the endpoint: nobody else has it, so ports stay as they are. */
static enum vpc_drop_reason take_bound(const struct nf_conntrack_tuple *orig,
				       struct vpc_nat_flow *flow, struct nf_nat_range2 *range)
{
	flow->share = bound_to(flow->gateway, orig->src.u3.ip);
	if (!flow->share)
		return VPC_DROP_NO_NEXTHOP;
	flow->port = ntohs(orig->src.u.all);
	range->flags = NF_NAT_RANGE_MAP_IPS;
	return VPC_DROP_MAX;
}

static enum vpc_drop_reason take_port(const struct nf_conntrack_tuple *orig, struct nf_conn *ct,
				      struct vpc_nat_flow *flow, struct nf_nat_range2 *range)
{
	const struct vpc_nat_config *config = rcu_dereference(flow->gateway->config);
	enum vpc_drop_reason reason;

	if (!config)
		return VPC_DROP_NO_NEXTHOP;
	reason = vpc_nat_ports_take(flow->gateway, config, orig, ct, flow);
	if (reason != VPC_DROP_MAX)
		return reason;
	range->flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
	range->min_proto.all = htons(flow->port);
	range->max_proto = range->min_proto;
	return VPC_DROP_MAX;
}

/* What FORWARD has let through gets an address and a port. */
static enum vpc_drop_reason finish_out(struct vpc_net *vn, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	const struct vpc_nat_pending *pending = vpc_nat_pending_of(ct);
	struct nf_nat_range2 range = {};
	struct vpc_nat_flow flow = {};
	enum vpc_drop_reason reason;

	flow.gateway = pending_gateway(vn, pending);
	if (!flow.gateway)
		return VPC_DROP_NO_NEXTHOP;
	flow.class = vpc_nat_class_of(orig->dst.protonum);
	flow.hairpin = pending->hairpin;
	reason = pending->bound ? take_bound(orig, &flow, &range) :
				  take_port(orig, ct, &flow, &range);
	if (reason != VPC_DROP_MAX)
		return reason;
	range.min_addr.ip = flow.share->public->addr.v4;
	range.max_addr = range.min_addr;
	if (nf_ct_nat_ext_add(ct) && nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC) == NF_ACCEPT &&
	    reply->dst.u3.ip == range.min_addr.ip &&
	    (!flow.block || flow.class == VPC_NAT_ICMP ||
	     reply->dst.u.all == range.min_proto.all))
		return vpc_nat_flow_set(ct, &flow);
	if (flow.block)
		vpc_nat_ports_give(&flow);
	return VPC_DROP_NO_MEMORY;
}

/* --- from outside ---------------------------------------------------------- */

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

/* A connection from outside begins, if a rule leads somewhere. */
static enum vpc_drop_reason start_in(struct vpc_net *vn, struct sk_buff *skb,
				     const struct vpc_public *public,
				     const struct nf_conntrack_tuple *orig, bool hairpin,
				     struct vpc_nat_gateway **gw)
{
	struct vpc_nat_pending pending = { .hairpin = hairpin };
	const struct vpc_dnat_slot *slot;
	const struct vpc_nat_zone *zone;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	struct nf_conn *ct;

	if (vpc_nat_class_of(orig->dst.protonum) == VPC_NAT_CLASSES)
		return VPC_DROP_NAT_PROTOCOL;
	/* Nobody outside has one of our addresses. */
	if (!hairpin && vpc_public_find4(vn, orig->src.u3.ip))
		return VPC_DROP_NAT_SPOOFED;
	slot = slot_of(public, orig);
	if (!slot || !may_start(skb))
		return VPC_DROP_NAT_UNSOLICITED;
	*gw = slot->share->gateway;
	zone = rcu_dereference((*gw)->vpc->nat_zone);
	if (!zone || !rcu_access_pointer((*gw)->config))
		return VPC_DROP_NAT_UNSOLICITED;
	if (limit_reached((*gw)->vpc))
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

/* What FORWARD has let through; the rule may have gone meanwhile. */
static enum vpc_drop_reason finish_in(struct vpc_net *vn, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct vpc_public *public = vpc_public_find4(vn, orig->dst.u3.ip);
	const struct vpc_dnat_slot *slot = public ? slot_of(public, orig) : NULL;
	const struct vpc_nat_pending *pending = vpc_nat_pending_of(ct);
	struct vpc_nat_flow flow = {};

	flow.gateway = pending_gateway(vn, pending);
	if (!slot || !flow.gateway || slot->share->gateway != flow.gateway ||
	    !rcu_access_pointer(flow.gateway->config))
		return VPC_DROP_NO_NEXTHOP;
	flow.share = slot->share;
	flow.hairpin = pending->hairpin;
	flow.class = vpc_nat_class_of(orig->dst.protonum);
	flow.port = ntohs(orig->dst.u.all);
	return vpc_nat_flow_set(ct, &flow);
}

/* Whose is it? Only connections that we know are looked at, and in the direction that comes in. */
static enum vpc_drop_reason track_in(struct vpc_net *vn, struct sk_buff *skb,
				     const struct vpc_public *public, bool hairpin,
				     struct vpc_nat_gateway **gw)
{
	bool error = vpc_nat_icmp_error(skb), known;
	const struct vpc_nat_flow *flow;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	enum ip_conntrack_info ctinfo;
	enum vpc_drop_reason reason;
	const struct nf_conn *ct;

	if (likely(!error)) {
		if (!tuple_of(vn, skb, &tuple))
			return VPC_DROP_NAT_INVALID;
		h = nf_conntrack_find_get(vn->net, &nf_ct_zone_dflt, &tuple);
		if (!h)
			return start_in(vn, skb, public, &tuple, hairpin, gw);
		known = vpc_nat_flow_of(nf_ct_tuplehash_to_ctrack(h));
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
		if (!known)
			return VPC_DROP_NAT_UNSOLICITED;
	}
	reason = vpc_nat_track(vn, skb, NULL);
	if (reason != VPC_DROP_MAX)
		return error && reason == VPC_DROP_NAT_INVALID ? VPC_DROP_NAT_UNSOLICITED : reason;
	ct = nf_ct_get(skb, &ctinfo);
	flow = nf_ct_is_confirmed(ct) ? vpc_nat_flow_of(ct) : NULL;
	if (!flow)
		return VPC_DROP_NAT_UNSOLICITED;
	if (flow->share->public != public || flow->hairpin != hairpin ||
	    CTINFO2DIR(ctinfo) != (nf_ct_zone(ct)->dir == NF_CT_ZONE_DIR_ORIG ?
				   IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL))
		return VPC_DROP_NAT_SPOOFED;
	*gw = flow->gateway;
	return VPC_DROP_MAX;
}

static struct vpc_endpoint *endpoint_of(struct vpc *vpc, __be32 addr)
{
	u32 id = vpc_lpm_lookup4(&vpc->endpoints[0], addr);

	return id != VPC_LPM_NONE ? vpc_index_get(&vpc->vn->endpoints, id) : NULL;
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
	if (unlikely(!whole(vn, skb, 0)))
		return;
	reason = track_in(vn, skb, public, hairpin, &gw);
	if (unlikely(reason != VPC_DROP_MAX))
		vpc_drop(&pkt, reason);
	else
		deliver(&pkt, gw);
}

/* --- after FORWARD --------------------------------------------------------- */

/* A connection that the first packet has made, and that packet's translation. */
static enum vpc_drop_reason finish_new(struct vpc_net *vn, struct sk_buff *skb, bool out)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	enum vpc_drop_reason reason;
	struct vpc_nat_flow flow;

	reason = out ? finish_out(vn, ct) : finish_in(vn, ct);
	if (reason != VPC_DROP_MAX)
		return reason;
	flow = *vpc_nat_flow_of(ct);
	if (out && !vpc_nat_translate(skb))
		reason = VPC_DROP_NAT_INVALID;
	/* Conntrack may put another connection in the place of ours, if both began at once. */
	else if (nf_conntrack_confirm(skb) != NF_ACCEPT || nf_ct_get(skb, &ctinfo) != ct)
		reason = VPC_DROP_NAT_CONFLICT;
	if (reason != VPC_DROP_MAX)
		vpc_nat_flow_lost(&flow);
	return reason;
}

static enum vpc_drop_reason finish(struct vpc_net *vn, struct sk_buff *skb, bool *hairpin)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	enum vpc_drop_reason reason = VPC_DROP_MAX;
	bool out = (nf_ct_zone(ct)->dir == NF_CT_ZONE_DIR_ORIG) ==
		   (CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL);
	const struct vpc_nat_flow *flow;

	if (!nf_ct_is_confirmed(ct))
		reason = finish_new(vn, skb, out);
	else if (out && !vpc_nat_translate(skb))
		reason = VPC_DROP_NAT_INVALID;
	if (reason != VPC_DROP_MAX)
		return reason;
	flow = vpc_nat_flow_of(ct);
	*hairpin = out && flow && flow->hairpin;
	return VPC_DROP_MAX;
}

/* It may have waited in a queue of a hook for long: whatever it needs may be gone. */
static void drop_late(struct vpc_net *vn, struct sk_buff *skb, enum vpc_drop_reason reason)
{
	struct vpc_link *from = vpc_link_of(skb->dev);

	vpc_drop_skb(skb, from ? from->vpc : vn->outside, from ? from->counters : NULL, reason);
}

/**
 * vpc_nat_finish() - a packet with a connection has passed FORWARD
 * @net: the namespace
 * @sk: NULL
 * @skb: the packet, with its dst, which is ours; consumed
 * Context: bottom halves off.
 * Return: 0 or -errno.
 */
int vpc_nat_finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct vpc_dst *vd = container_of(skb_dst(skb), struct vpc_dst, dst);
	struct vpc_net *vn = vpc_net(net);
	struct vpc_public *public = NULL;
	enum vpc_drop_reason reason;
	bool hairpin = false;
	int ret = 0;

	rcu_read_lock();
	reason = READ_ONCE(vd->dst.obsolete) == DST_OBSOLETE_DEAD ? VPC_DROP_LINK_DOWN :
								    finish(vn, skb, &hairpin);
	if (unlikely(reason != VPC_DROP_MAX)) {
		drop_late(vn, skb, reason);
		goto out;
	}
	nf_reset_ct(skb);
	if (unlikely(hairpin))
		public = vpc_public_find4(vn, ip_hdr(skb)->daddr);
	if (unlikely(public)) {
		skb->dev = public->uplink->link.dev;
		skb_dst_drop(skb);
		vpc_nat_receive(vn, public, skb, true);
		goto out;
	}
	/* Rules of the host for NAT leave it alone. */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	ret = vpc_forward_out(skb, vd);
out:
	rcu_read_unlock();
	return ret;
}
