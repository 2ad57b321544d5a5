// SPDX-License-Identifier: GPL-2.0
/*
 * Security groups. The packets of a VPC that is filtered have a connection of conntrack on their
 * way through the FORWARD hook, where the host's nftables rules see ports as devices and "ct state"
 * as of the VPC. Each VPC has a zone of its own for that, which is not the one of its NAT gateways:
 * there the same tuples mean something else. What crosses from one filtered VPC to another passes
 * FORWARD twice, in the zone of each.
 */

#include <linux/netfilter.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "filter.h"
#include "forward.h"
#include "nat.h"

/**
 * struct vpc_filter - a VPC is filtered; immutable
 * @tmpl: has the zone
 * @id: of the zone
 * @connections: how many are in it
 */
struct vpc_filter {
	struct nf_conn *tmpl;
	u16 id;
	atomic_t connections;
};

DEFINE_STATIC_KEY_FALSE(vpc_filter_used);

static struct vpc_filter *filter_of(const struct vpc *vpc)
{
	return rcu_dereference_protected(vpc->filter, lockdep_is_held(&vpc->vn->lock));
}

/**
 * vpc_filter_on() - let rules see the connections of a VPC
 * @vpc: the VPC
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_filter_on(struct vpc *vpc, struct netlink_ext_ack *extack)
{
	struct vpc_filter *filter;
	int id;

	if (filter_of(vpc))
		return 0;
	if (vpc->transit)
		return vpc_err(extack, -EINVAL,
			       "%s is a transit domain, which has no ports: filter the VPCs that it joins",
			       vpc->obj.name);
	id = vpc_nat_zone_id(vpc->vn, extack);
	if (id < 0)
		return id;
	filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
	if (filter)
		filter->tmpl = vpc_nat_template(vpc->vn, id, NF_CT_DEFAULT_ZONE_DIR);
	if (!filter || !filter->tmpl) {
		kfree(filter);
		ida_free(&vpc->vn->nat_zones, id);
		return vpc_err(extack, -ENOMEM, "no memory for the filter of VPC %s",
			       vpc->obj.name);
	}
	filter->id = id;
	rcu_assign_pointer(vpc->filter, filter);
	static_branch_inc(&vpc_filter_used);
	return 0;
}

static int in_zone(struct nf_conn *ct, void *data)
{
	return nf_ct_zone(ct)->id == ((const struct vpc_filter *)data)->id;
}

/**
 * vpc_filter_off() - and no more
 * @vpc: the VPC
 *
 * The zone is free for others when no connection is left in it.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_filter_off(struct vpc *vpc)
{
	struct vpc_filter *filter = filter_of(vpc);
	const struct nf_ct_iter_data iter = { .net = vpc->vn->net, .data = filter };

	if (!filter)
		return;
	RCU_INIT_POINTER(vpc->filter, NULL);
	static_branch_dec(&vpc_filter_used);
	synchronize_net();
	nf_ct_iterate_cleanup_net(in_zone, &iter);
	if (!vpc_nat_wait_for_none(&filter->connections))
		pr_warn("VPC %s: connections were taken away from the module\n", vpc->obj.name);
	ida_free(&vpc->vn->nat_zones, filter->id);
	nf_ct_put(filter->tmpl);
	kfree(filter);
}

/**
 * vpc_filter_zone() - what conntrack calls the connections that rules see
 * @vpc: the VPC
 * Context: vpc_net::lock is held.
 * Return: the zone, 0: it is not filtered.
 */
u16 vpc_filter_zone(const struct vpc *vpc)
{
	const struct vpc_filter *filter = filter_of(vpc);

	return filter ? filter->id : 0;
}

/**
 * vpc_filter_connections() - how many connections rules see
 * @vpc: the VPC
 * Context: RCU read side, or vpc_net::lock.
 * Return: their number.
 */
u32 vpc_filter_connections(const struct vpc *vpc)
{
	const struct vpc_filter *filter =
		rcu_dereference_check(vpc->filter, lockdep_is_held(&vpc->vn->lock));

	return filter ? atomic_read(&filter->connections) : 0;
}

/**
 * vpc_filter_enter() - give a packet its connection
 * @skb: starts at its network header
 * @family: AF_INET or AF_INET6
 * @vpc: a VPC that was filtered a moment ago
 *
 * What belongs to no connection has none afterwards, which is "ct state invalid".
 *
 * Context: softirq, RCU read side.
 * Return: false: the packet is gone. It waits to be put together, or conntrack is full.
 */
bool vpc_filter_enter(struct sk_buff *skb, u8 family, struct vpc *vpc)
{
	const struct vpc_filter *filter = rcu_dereference(vpc->filter);
	const struct nf_hook_state state = {
		.hook = NF_INET_PRE_ROUTING,
		.pf = family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.net = vpc->vn->net,
	};
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	nf_reset_ct(skb);
	if (unlikely(!filter)) {
		/* It was just turned off, and what is not filtered is not invalid either. */
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
		return true;
	}
	if (family == AF_INET && !vpc_nat_whole(vpc->vn, skb, filter->id))
		return false;
	nf_conntrack_get(&filter->tmpl->ct_general);
	nf_ct_set(skb, filter->tmpl, IP_CT_NEW);
	if (unlikely(nf_conntrack_in(skb, &state) != NF_ACCEPT)) {
		vpc_drop_skb(skb, vpc, NULL, VPC_DROP_FILTER_TABLE);
		return false;
	}
	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(!nf_ct_is_confirmed(ct)) && unlikely(vpc_nat_limit_reached(vpc))) {
		vpc_drop_skb(skb, vpc, NULL, VPC_DROP_NAT_CONNECTIONS);
		return false;
	}
	return true;
}

static struct vpc_filter *filter_with(u16 id, const struct vpc *vpc)
{
	struct vpc_filter *filter = vpc ? rcu_dereference(vpc->filter) : NULL;

	return filter && filter->id == id ? filter : NULL;
}

/* Into the table with it. Two that begin at once may become one. */
static bool confirm(struct sk_buff *skb, struct vpc_filter *filter)
{
	enum ip_conntrack_info ctinfo;
	bool counted, same, ok;

	if (!vpc_nat_count(nf_ct_get(skb, &ctinfo), &filter->connections, &counted))
		return false;
	ok = vpc_nat_confirm(skb, &same);
	if (counted && !(ok && same))
		atomic_dec(&filter->connections);
	return ok;
}

/**
 * vpc_filter_leave() - a packet has passed FORWARD with its connection, and goes on without it
 * @skb: the packet; not freed
 * @from: VPC that it came in, or NULL
 * @to: VPC that it leaves from
 *
 * It may have waited in a queue of a hook until its zone was another VPC's.
 *
 * Context: softirq, RCU read side.
 * Return: false: it must go.
 */
bool vpc_filter_leave(struct sk_buff *skb, const struct vpc *from, const struct vpc *to)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	bool ok = true;

	if (ct && !nf_ct_is_confirmed(ct)) {
		u16 id = nf_ct_zone(ct)->id;
		struct vpc_filter *filter = filter_with(id, from) ?: filter_with(id, to);

		ok = filter && confirm(skb, filter);
	}
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return ok;
}

static struct vpc *from_of(const struct sk_buff *skb)
{
	const struct vpc_link *link = vpc_link_of(skb->dev);

	return link ? link->vpc : NULL;
}

/* After FORWARD: NULL, and the packet is gone, or the way that it goes on by. */
static struct vpc_dst *passed(struct net *net, struct sk_buff *skb)
{
	struct vpc_dst *vd = container_of(skb_dst(skb), struct vpc_dst, dst);
	struct vpc *from = from_of(skb);

	if (unlikely(READ_ONCE(vd->dst.obsolete) == DST_OBSOLETE_DEAD)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
		return NULL;
	}
	if (likely(vpc_filter_leave(skb, from, vd->link->vpc)))
		return vd;
	vpc_drop_skb(skb, vd->link->vpc, NULL, VPC_DROP_FILTER_TABLE);
	return NULL;
}

static int passed_last(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct vpc_dst *vd;
	int ret = 0;

	rcu_read_lock();
	vd = passed(net, skb);
	if (vd)
		ret = vpc_forward_out(skb, vd);
	rcu_read_unlock();
	return ret;
}

static void forward(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *vpc,
		    int (*then)(struct net *net, struct sock *sk, struct sk_buff *skb))
{
	u8 family = vd->dst.ops->family;

	if (!vpc_filter_enter(skb, family, vpc))
		return;
	NF_HOOK(family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NF_INET_FORWARD, vpc->vn->net,
		NULL, skb, skb->dev, READ_ONCE(vd->dst.dev), then);
}

static int passed_first(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct vpc_dst *vd;

	rcu_read_lock();
	vd = passed(net, skb);
	if (vd)
		forward(skb, vd, vd->link->vpc, passed_last);
	rcu_read_unlock();
	return 0;
}

/**
 * vpc_filter_send() - vpc_forward_send() where a VPC is filtered
 * @skb: ready to leave
 * @vd: where to
 * @from: VPC that it came in, or NULL
 * Context: softirq, RCU read side.
 */
void vpc_filter_send(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from)
{
	struct vpc *to = vd->link->vpc;
	bool first = from && from != to && rcu_access_pointer(from->filter);

	skb_dst_drop(skb);
	skb_dst_set_noref(skb, &vd->dst);
	if (first && rcu_access_pointer(to->filter))
		forward(skb, vd, from, passed_first);
	else
		forward(skb, vd, first ? from : to, passed_last);
}
