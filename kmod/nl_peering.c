// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for peerings. */

#include "nl_common.h"
#include "peering.h"

static const struct vpc_peering *peering_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_peering, obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	const struct vpc_peering *p = peering_of(obj);

	return p->side[0].vpc->obj.id == vpc || p->side[1].vpc->obj.id == vpc;
}

static int fill_state(struct sk_buff *msg, const struct vpc_object *obj, u8 state)
{
	const struct vpc_peering *p = peering_of(obj);
	struct vpc_totals totals;
	u64 peer_drops;

	if (nla_put_string(msg, VPC_A_PEERING_NAME, obj->name) ||
	    nla_put_string(msg, VPC_A_PEERING_VPC, p->side[0].vpc->obj.name) ||
	    nla_put_string(msg, VPC_A_PEERING_PEER, p->side[1].vpc->obj.name) ||
	    nla_put_u64_64bit(msg, VPC_A_PEERING_ACCOUNT, p->side[0].vpc->account,
			      VPC_A_PEERING_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_PEERING_PEER_ACCOUNT, p->side[1].vpc->account,
			      VPC_A_PEERING_PAD) ||
	    nla_put_u8(msg, VPC_A_PEERING_STATE, state) ||
	    nla_put_u32(msg, VPC_A_PEERING_EXPIRES, p->expires) ||
	    nla_put_u32(msg, VPC_A_PEERING_ID, obj->id))
		return -EMSGSIZE;
	if (p->bandwidth && nla_put_u64_64bit(msg, VPC_A_PEERING_BANDWIDTH, p->bandwidth,
					      VPC_A_PEERING_PAD))
		return -EMSGSIZE;
	if (state == VPC_PEERING_PENDING &&
	    nla_put_u32(msg, VPC_A_PEERING_REMAINING, vpc_peering_remaining(p)))
		return -EMSGSIZE;
	peer_drops = vpc_peering_totals(p, &totals);
	if (nla_put_u64_64bit(msg, VPC_A_PEERING_PEER_DROPS, peer_drops, VPC_A_PEERING_PAD))
		return -EMSGSIZE;
	return vpc_nl_put_totals(msg, VPC_A_PEERING_COUNTERS, &totals, p->side[0].counters,
				 p->side[1].counters);
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_object *obj = item;

	return fill_state(msg, obj, peering_of(obj)->state);
}

static int fill_rejected(struct sk_buff *msg, const void *item)
{
	return fill_state(msg, item, VPC_PEERING_REJECTED);
}

const struct vpc_nl_form vpc_nl_peering_form = {
	.get = VPC_CMD_PEERING_GET,
	.event = VPC_A_EVENT_PEERING,
	.key = VPC_A_PEERING_NAME,
	.filter = VPC_A_PEERING_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

/* Only for events: no peering stays in this state. */
const struct vpc_nl_form vpc_nl_rejected_form = {
	.event = VPC_A_EVENT_PEERING,
	.fill = fill_rejected,
};

static struct vpc_actor get_actor(const struct genl_info *info)
{
	const struct nlattr *as = info->attrs[VPC_A_PEERING_AS];

	if (!as)
		return (struct vpc_actor){ .operator = true };
	return (struct vpc_actor){ .account = nla_get_u64(as) };
}

static struct vpc_peering *get_peering(struct genl_info *info)
{
	struct vpc_object *obj = vpc_nl_named(info, VPC_KIND_PEERING, VPC_A_PEERING_NAME);

	if (IS_ERR(obj))
		return ERR_CAST(obj);
	return container_of(obj, struct vpc_peering, obj);
}

/* Without one: 0. */
static int get_bandwidth(struct genl_info *info, u64 *bandwidth)
{
	const struct nlattr *nla = info->attrs[VPC_A_PEERING_BANDWIDTH];

	*bandwidth = nla ? nla_get_u64(nla) : 0;
	if (!nla || *bandwidth >= VPC_PEERING_BANDWIDTH_MIN)
		return 0;
	NL_SET_BAD_ATTR(info->extack, nla);
	return vpc_err(info->extack, -ERANGE,
		       "%llu bits per second: the bandwidth of a peering is from %u to %llu",
		       *bandwidth, VPC_PEERING_BANDWIDTH_MIN, VPC_BANDWIDTH_MAX);
}

int vpc_nl_peering_new(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *expires = info->attrs[VPC_A_PEERING_EXPIRES];
	const struct vpc_actor actor = get_actor(info);
	struct vpc_peering_config cfg = {};
	struct vpc_peering *p;
	int err;

	cfg.name = vpc_nl_new_name(info, VPC_KIND_PEERING, VPC_A_PEERING_NAME);
	if (IS_ERR(cfg.name))
		return PTR_ERR(cfg.name);
	cfg.vpc = vpc_nl_vpc(info, VPC_A_PEERING_VPC, "peering", "VPC");
	if (IS_ERR(cfg.vpc))
		return PTR_ERR(cfg.vpc);
	cfg.peer = vpc_nl_vpc(info, VPC_A_PEERING_PEER, "peering", "peer VPC");
	if (IS_ERR(cfg.peer))
		return PTR_ERR(cfg.peer);
	cfg.expires = expires ? nla_get_u32(expires) : 0;
	err = get_bandwidth(info, &cfg.bandwidth);
	if (err)
		return err;

	p = vpc_peering_new(&cfg, &actor, info->extack);
	if (IS_ERR(p))
		return PTR_ERR(p);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &p->obj, &actor);
	return 0;
}

int vpc_nl_peering_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct vpc_actor actor = get_actor(info);
	struct vpc_peering *p = get_peering(info);
	const char *name = NULL;
	u64 bandwidth;
	int err;

	if (IS_ERR(p))
		return PTR_ERR(p);
	if (!info->attrs[VPC_A_PEERING_NEW_NAME] && !info->attrs[VPC_A_PEERING_BANDWIDTH])
		return vpc_err(info->extack, -EINVAL, "peering %s: nothing to change is given",
			       p->obj.name);
	if (info->attrs[VPC_A_PEERING_NEW_NAME])
		name = vpc_nl_new_name(info, VPC_KIND_PEERING, VPC_A_PEERING_NEW_NAME);
	if (IS_ERR(name))
		return PTR_ERR(name);

	err = get_bandwidth(info, &bandwidth);
	if (!err)
		err = vpc_peering_set(p, name, bandwidth, &actor, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, &p->obj, &actor);
	return err;
}

int vpc_nl_peering_accept(struct sk_buff *skb, struct genl_info *info)
{
	const struct vpc_actor actor = get_actor(info);
	struct vpc_peering *p = get_peering(info);
	int err;

	if (IS_ERR(p))
		return PTR_ERR(p);
	err = vpc_peering_accept(p, &actor, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ACCEPTED, &p->obj, &actor);
	return err;
}

int vpc_nl_peering_enable(struct sk_buff *skb, struct genl_info *info)
{
	const struct vpc_actor actor = get_actor(info);
	struct vpc_peering *p = get_peering(info);
	int err;

	if (IS_ERR(p))
		return PTR_ERR(p);
	err = vpc_peering_enable(p, &actor, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ENABLED, &p->obj, &actor);
	return err;
}

static int fill_removed(struct sk_buff *msg, const void *item)
{
	return nla_put_u32(msg, VPC_A_PEERING_ROUTES_REMOVED, *(const u32 *)item);
}

static int remove(struct genl_info *info, bool reject)
{
	const struct vpc_actor actor = get_actor(info);
	struct vpc_peering *p = get_peering(info);
	struct vpc_net *vn = vpc_nl_net(info);
	struct sk_buff *event;
	u32 routes = 0;
	int err;

	if (IS_ERR(p))
		return PTR_ERR(p);
	event = vpc_nl_event_prepare(vn, reject ? VPC_EVENT_REJECTED : VPC_EVENT_REMOVED,
				     &p->obj, &actor);
	err = vpc_peering_del(p, reject, &actor, &routes, info->extack);
	if (err) {
		vpc_nl_event_drop(event);
		return err;
	}
	vpc_nl_event_send(vn, event);

	/*
	 * It is done. If there is no memory now to tell the number, the acknowledgment must
	 * still not say that it failed.
	 */
	vpc_nl_reply(info, reject ? VPC_CMD_PEERING_REJECT : VPC_CMD_PEERING_DEL, fill_removed,
		     &routes);
	return 0;
}

int vpc_nl_peering_reject(struct sk_buff *skb, struct genl_info *info)
{
	return remove(info, true);
}

int vpc_nl_peering_del(struct sk_buff *skb, struct genl_info *info)
{
	return remove(info, false);
}

int vpc_nl_peering_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_PEERING, &vpc_nl_peering_form);
}

int vpc_nl_peering_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_PEERING, &vpc_nl_peering_form);
}
