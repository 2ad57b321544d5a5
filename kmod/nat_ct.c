// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's conntrack and NAT, called as net/sched/act_ct.c calls them, not by hooks: only
 * what needs translation is tracked, and no rule of the host's has a hand in it.
 */

#include <linux/icmp.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_l4proto.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>

#include "nat.h"
#include "natgw.h"
#include "public.h"

#if !IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES)
#error "vpc needs a kernel with CONFIG_NF_CONNTRACK_ZONES, to keep the connections of VPCs apart"
#endif

/* Conntrack zones that are ours; users have those below. */
#define VPC_ZONE_FIRST 32768
#define VPC_ZONE_LAST 65535

/**
 * vpc_nat_template() - what makes conntrack look in a zone
 * @vn: the namespace
 * @id: of the zone
 * @dir: directions whose tuples are in the zone; the others are in zone 0
 * Context: may sleep.
 * Return: the template with a reference, or NULL.
 */
struct nf_conn *vpc_nat_template(struct vpc_net *vn, u16 id, u8 dir)
{
	struct nf_conntrack_zone zone;

	nf_ct_zone_init(&zone, id, dir, 0);
	return nf_ct_tmpl_alloc(vn->net, &zone, GFP_KERNEL);
}

/**
 * vpc_nat_zone_id() - a conntrack zone that nobody has
 * @vn: the namespace
 * @extack: gets the sentence of a refusal
 * Context: may sleep.
 * Return: its id, to be freed in vpc_net::nat_zones, or -errno.
 */
int vpc_nat_zone_id(struct vpc_net *vn, struct netlink_ext_ack *extack)
{
	int id = ida_alloc_range(&vn->nat_zones, VPC_ZONE_FIRST, VPC_ZONE_LAST, GFP_KERNEL);

	if (id >= 0)
		return id;
	return vpc_err(extack, id, id == -ENOSPC ?
		       "there is no conntrack zone left: %d are in use" :
		       "no memory for a conntrack zone", VPC_ZONE_LAST - VPC_ZONE_FIRST + 1);
}

/**
 * vpc_nat_zone_new() - a conntrack zone for a VPC
 * @vn: the namespace
 * @extack: gets the sentence of a refusal
 * Context: may sleep.
 * Return: it or an ERR_PTR().
 */
struct vpc_nat_zone *vpc_nat_zone_new(struct vpc_net *vn, struct netlink_ext_ack *extack)
{
	struct vpc_nat_zone *zone;
	int id;

	id = vpc_nat_zone_id(vn, extack);
	if (id < 0)
		return ERR_PTR(id);
	zone = kzalloc(sizeof(*zone), GFP_KERNEL_ACCOUNT);
	if (!zone)
		goto no_memory;
	nf_ct_zone_init(&zone->both, id, NF_CT_DEFAULT_ZONE_DIR, 0);
	zone->inside = vpc_nat_template(vn, id, NF_CT_DEFAULT_ZONE_DIR);
	zone->in = vpc_nat_template(vn, id, NF_CT_ZONE_DIR_REPL);
	if (zone->inside && zone->in)
		return zone;
	if (zone->inside)
		nf_ct_put(zone->inside);
	if (zone->in)
		nf_ct_put(zone->in);
	kfree(zone);
no_memory:
	ida_free(&vn->nat_zones, id);
	return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a conntrack zone"));
}

/**
 * vpc_nat_zone_free() - a zone that no packet sees and no connection is in
 * @vn: the namespace
 * @zone: the zone
 * Context: may sleep.
 */
void vpc_nat_zone_free(struct vpc_net *vn, struct vpc_nat_zone *zone)
{
	WARN_ON(atomic_read(&zone->connections));
	ida_free(&vn->nat_zones, zone->both.id);
	nf_ct_put(zone->inside);
	nf_ct_put(zone->in);
	kfree(zone);
}

static_assert(sizeof(struct vpc_nat_flow) <= sizeof_field(struct nf_conn_help, data));
static_assert(sizeof(struct vpc_nat_pending) <= sizeof_field(struct nf_conn_help, data));

static struct vpc_nat_flow *data_of(const struct nf_conn *ct)
{
	return nfct_help_data(ct);
}

static void count(const struct vpc_nat_flow *flow, int by)
{
	struct vpc_nat_zone *zone = rcu_dereference(flow->gateway->vpc->nat_zone);

	atomic_add(by, &zone->connections);
	atomic_add(by, &flow->gateway->connections);
	atomic_add(by, &flow->share->connections);
}

static void give_up(const struct vpc_nat_flow *flow)
{
	struct vpc_net *vn = flow->gateway->vpc->vn;

	local_bh_disable();
	if (flow->block)
		vpc_nat_ports_give(flow);
	count(flow, -1);
	/* Whoever waits for the last connection waits for the read lock, too. */
	if (READ_ONCE(flow->share->draining) && !atomic_read(&flow->share->connections))
		vpc_natgw_wake(vn);
	local_bh_enable();
}

/* Conntrack: the connection has left the table. RCU read side. */
static void destroy(struct nf_conn *ct)
{
	give_up(data_of(ct));
}

static int help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
		enum ip_conntrack_info ctinfo)
{
	return NF_ACCEPT;
}

/*
 * Helpers of conntrack have room in a connection and hear of its end; nobody else does. This one
 * is in no list, so that nobody can ask for it by name.
 */
static struct nf_conntrack_helper helper __read_mostly = {
	.name = "vpc",
	.me = THIS_MODULE,
	.help = help,
	.destroy = destroy,
};

/* Only counts, where the area of a connection says. */
static void uncount(struct nf_conn *ct)
{
	atomic_t **counter = nfct_help_data(ct);

	atomic_dec(*counter);
}

static struct nf_conntrack_helper counted __read_mostly = {
	.name = "vpc",
	.me = THIS_MODULE,
	.help = help,
	.destroy = uncount,
};

/* The same before it is in the table: there is nothing to give back. */
static struct nf_conntrack_helper pending __read_mostly = {
	.name = "vpc",
	.me = THIS_MODULE,
	.help = help,
};

/* The area of a connection that is not confirmed. */
static struct nf_conn_help *area_of(struct nf_conn *ct)
{
	return nfct_help(ct) ?: nf_ct_helper_ext_add(ct, GFP_ATOMIC);
}

static void set_helper(struct nf_conn_help *area, struct nf_conntrack_helper *new)
{
	struct nf_conntrack_helper *old = rcu_dereference(area->helper);

	vpc_ct_helper_hold(new);
	rcu_assign_pointer(area->helper, new);
	if (old)
		vpc_ct_helper_put(old);
}

/**
 * vpc_nat_pend() - whose a new connection will be
 * @ct: the connection, not confirmed
 * @p: the gateway and the like
 * Context: softirq.
 * Return: false without memory.
 */
bool vpc_nat_pend(struct nf_conn *ct, const struct vpc_nat_pending *p)
{
	struct nf_conn_help *area = area_of(ct);

	if (!area)
		return false;
	*(struct vpc_nat_pending *)nfct_help_data(ct) = *p;
	set_helper(area, &pending);
	return true;
}

/**
 * vpc_nat_pending_of() - what vpc_nat_pend() has noted
 * @ct: the connection, not confirmed
 * Context: RCU read side.
 * Return: it, or NULL.
 */
const struct vpc_nat_pending *vpc_nat_pending_of(const struct nf_conn *ct)
{
	const struct nf_conn_help *area = nfct_help(ct);

	if (!area || rcu_access_pointer(area->helper) != &pending)
		return NULL;
	return nfct_help_data(ct);
}

/**
 * vpc_nat_flow_of() - what we keep of a connection
 * @ct: the connection
 * Context: RCU read side.
 * Return: it, or NULL: the connection is not ours, or is at its end: what it refers to may go with
 * the next grace period.
 */
const struct vpc_nat_flow *vpc_nat_flow_of(const struct nf_conn *ct)
{
	const struct nf_conn_help *area = nfct_help(ct);

	if (!area || rcu_access_pointer(area->helper) != &helper || nf_ct_is_dying(ct))
		return NULL;
	return data_of(ct);
}

/**
 * vpc_nat_flow_set() - a new connection is ours
 * @ct: the connection, not confirmed
 * @flow: what we keep of it; its port is given back if this fails
 *
 * Whoever does not get it into the table calls vpc_nat_flow_lost().
 *
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX or VPC_DROP_NO_MEMORY.
 */
enum vpc_drop_reason vpc_nat_flow_set(struct nf_conn *ct, const struct vpc_nat_flow *flow)
{
	struct nf_conn_help *area;

	area = area_of(ct);
	if (!area) {
		if (flow->block)
			vpc_nat_ports_give(flow);
		return VPC_DROP_NO_MEMORY;
	}
	*data_of(ct) = *flow;
	set_helper(area, &helper);
	count(flow, 1);
	return VPC_DROP_MAX;
}

/**
 * vpc_nat_flow_lost() - a connection did not get into the table
 * @flow: a copy of what we kept of it
 * Context: softirq, RCU read side.
 */
void vpc_nat_flow_lost(const struct vpc_nat_flow *flow)
{
	give_up(flow);
}

/**
 * vpc_nat_count() - count a connection as long as it is in the table
 * @ct: the connection, not confirmed
 * @counter: where; whoever does not get the connection into the table takes it back
 * @done: gets whether it was counted: not if a rule of the host's has given it a helper
 *
 * A flowtable takes no connection that has room for a helper. One of ours it would send by the
 * host's routes, past all that is checked here. (nft_flow_offload_eval())
 *
 * Context: softirq, RCU read side.
 * Return: false without memory.
 */
bool vpc_nat_count(struct nf_conn *ct, atomic_t *counter, bool *done)
{
	struct nf_conn_help *area = area_of(ct);

	*done = area && !rcu_access_pointer(area->helper);
	if (!*done)
		return area;
	*(atomic_t **)nfct_help_data(ct) = counter;
	set_helper(area, &counted);
	atomic_inc(counter);
	return true;
}

/**
 * vpc_nat_confirm() - a new connection gets into the table
 * @skb: its packet
 * @same: gets whether it is this connection: if two began at once, conntrack may put the other one
 *	in its place
 * Context: softirq, RCU read side.
 * Return: false: it does not.
 */
bool vpc_nat_confirm(struct sk_buff *skb, bool *same)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	bool ok = nf_conntrack_confirm(skb) == NF_ACCEPT;

	*same = ok && nf_ct_get(skb, &ctinfo) == ct;
	/* Then it also leaves the mark of a new one on it, and may disown us. */
	if (*same)
		vpc_ct_ext_settle(ct->ext);
	return ok;
}

/**
 * vpc_nat_wait_for_none() - wait until all connections are gone
 * @connections: how many there are; nobody begins one
 *
 * They were ended, but somebody else may be about to delete one, and tell us in a moment.
 *
 * Context: may sleep.
 * Return: false: some never will be. A root who plays with helpers can have ours removed.
 */
bool vpc_nat_wait_for_none(const atomic_t *connections)
{
	unsigned long end = jiffies + 10 * HZ;

	while (atomic_read(connections) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	return !atomic_read(connections);
}

/**
 * vpc_nat_icmp_error() - is it an error message?
 * @skb: an IPv4 packet, not a later fragment
 * Context: any.
 * Return: true if it is.
 */
bool vpc_nat_icmp_error(const struct sk_buff *skb)
{
	const u8 *type;
	u8 buf;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return false;
	type = skb_header_pointer(skb, ip_hdrlen(skb), 1, &buf);
	return type && icmp_is_err(*type);
}

/**
 * vpc_nat_class_of() - whose ports a protocol has
 * @proto: of IPv4
 * Context: any.
 * Return: the class, or VPC_NAT_CLASSES: it is not translated.
 */
enum vpc_nat_class vpc_nat_class_of(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return VPC_NAT_TCP;
	case IPPROTO_UDP:
		return VPC_NAT_UDP;
	case IPPROTO_ICMP:
		return VPC_NAT_ICMP;
	default:
		return VPC_NAT_CLASSES;
	}
}

/**
 * vpc_nat_track() - let conntrack see a packet
 * @vn: the namespace
 * @skb: starts at its network header, no fragment; has its connection afterwards
 * @tmpl: template with the zone, or NULL for zone 0
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX or why it must go; it is not freed.
 */
enum vpc_drop_reason vpc_nat_track(struct vpc_net *vn, struct sk_buff *skb, struct nf_conn *tmpl)
{
	const struct nf_hook_state state = {
		.hook = NF_INET_PRE_ROUTING,
		.pf = NFPROTO_IPV4,
		.net = vn->net,
	};

	nf_reset_ct(skb);
	if (tmpl) {
		nf_conntrack_get(&tmpl->ct_general);
		nf_ct_set(skb, tmpl, IP_CT_NEW);
	}
	if (nf_conntrack_in(skb, &state) != NF_ACCEPT)
		return VPC_DROP_NAT_TABLE;
	return skb_nfct(skb) ? VPC_DROP_MAX : VPC_DROP_NAT_INVALID;
}

/**
 * vpc_nat_attach() - a packet of a connection that conntrack has nothing to learn from
 * @vn: the namespace
 * @skb: starts at its network header, no fragment
 * @h: its tuple in conntrack's table, with a reference, which is used up
 *
 * That is most of UDP: all there is to do is to put off the end of the connection. It saves the
 * way through nf_conntrack_in(), which would look the tuple up once more. The first answer, and
 * what makes a connection assured, take that way: conntrack sees what changes its state. TCP
 * always does, as its windows are followed.
 *
 * (net/netfilter/nf_conntrack_proto_udp.c, nf_conntrack_udp_packet())
 *
 * Context: softirq, RCU read side.
 * Return: true if the packet has its connection now.
 */
bool vpc_nat_attach(struct vpc_net *vn, struct sk_buff *skb, struct nf_conntrack_tuple_hash *h)
{
	const unsigned int *timeouts = nf_udp_pernet(vn->net)->timeouts;
	struct nf_conn *ct = nf_ct_tuplehash_to_ctrack(h);
	unsigned long status = READ_ONCE(ct->status);
	enum ip_conntrack_info ctinfo;
	unsigned int timeout;

	if (nf_ct_protonum(ct) != IPPROTO_UDP || (status & (IPS_NAT_CLASH | IPS_DYING)))
		goto no;
	if (status & IPS_ASSURED) {
		timeout = timeouts[UDP_CT_REPLIED];
		ctinfo = NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL ? IP_CT_ESTABLISHED :
								    IP_CT_ESTABLISHED_REPLY;
	} else if (!(status & IPS_SEEN_REPLY) && NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL) {
		timeout = timeouts[UDP_CT_UNREPLIED];
		ctinfo = IP_CT_NEW;
	} else {
		goto no;
	}
	nf_reset_ct(skb);
	nf_ct_set(skb, ct, ctinfo);
	nf_ct_refresh_acct(ct, ctinfo, skb, timeout);
	return true;

no:
	nf_ct_put(ct);
	return false;
}

static bool translate_one(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo,
			  enum nf_nat_manip_type manip)
{
	/* As HOOK2MANIP() wants it. */
	unsigned int hook = manip == NF_NAT_MANIP_SRC ? NF_INET_LOCAL_IN : NF_INET_LOCAL_OUT;

	if (ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY)
		return nf_nat_icmp_reply_translation(skb, ct, ctinfo, hook);
	return nf_nat_packet(ct, ctinfo, hook, skb) == NF_ACCEPT;
}

/**
 * vpc_nat_translate() - translate a packet as its connection says
 * @skb: the packet, with its connection
 * Context: softirq, RCU read side.
 * Return: false when it cannot be.
 */
bool vpc_nat_translate(struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	return translate_one(skb, ct, ctinfo, NF_NAT_MANIP_SRC) &&
	       translate_one(skb, ct, ctinfo, NF_NAT_MANIP_DST);
}

static int is_of(struct nf_conn *ct, void *data)
{
	const struct vpc_nat_flow *flow = vpc_nat_flow_of(ct);

	return flow && flow->gateway == data;
}

/**
 * vpc_nat_kill() - end all connections of a gateway
 * @vn: the namespace
 * @gw: the gateway, which gets no new ones
 * Context: may sleep.
 */
void vpc_nat_kill(struct vpc_net *vn, const struct vpc_nat_gateway *gw)
{
	const struct nf_ct_iter_data iter = {
		.net = vn->net,
		.data = (void *)gw,
	};

	if (atomic_read(&gw->connections))
		nf_ct_iterate_cleanup_net(is_of, &iter);
	if (!vpc_nat_wait_for_none(&gw->connections))
		pr_warn("%s: connections were taken away from the module; their ports are lost\n",
			gw->label);
	synchronize_net();
}

/* Its port leads to somebody else by now. */
static int is_forwarded(struct nf_conn *ct, void *data)
{
	const struct vpc_nat_flow *flow;
	bool ret;

	rcu_read_lock();
	flow = vpc_nat_flow_of(ct);
	ret = flow && flow->block &&
	      vpc_public_dnat(flow->share->public, nf_ct_protonum(ct), flow->port);
	rcu_read_unlock();
	return ret;
}

/**
 * vpc_nat_kill_forwarded() - end connections from inside whose port a rule leads in by now
 * @vn: the namespace
 *
 * The other end could mean either by what it sends there.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nat_kill_forwarded(struct vpc_net *vn)
{
	const struct nf_ct_iter_data iter = { .net = vn->net };

	nf_ct_iterate_cleanup_net(is_forwarded, &iter);
}

static int is_ours(struct nf_conn *ct, void *data)
{
	return !!vpc_nat_flow_of(ct);
}

void vpc_nat_module_init(void)
{
	vpc_ct_helper_init(&helper);
	vpc_ct_helper_init(&pending);
	vpc_ct_helper_init(&counted);
}

/**
 * vpc_nat_module_exit() - no connection refers to us any more
 * Context: may sleep; there are no gateways.
 */
void vpc_nat_module_exit(void)
{
	nf_ct_iterate_destroy(is_ours, NULL);
	/* The last packet of one may still be on its way. */
	while (!vpc_ct_helper_idle(&helper) || !vpc_ct_helper_idle(&pending) ||
	       !vpc_ct_helper_idle(&counted))
		schedule_timeout_uninterruptible(msecs_to_jiffies(10));
}
