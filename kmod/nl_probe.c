// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for probes, and for the receipts of what they cause. */

#include "health.h"
#include "ipsec.h"
#include "nl_common.h"
#include "peering.h"
#include "probe.h"
#include "vpc.h"

static struct vpc_probe *probe_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_probe, obj);
}

static bool in_vpc(const struct vpc_object *obj, u32 vpc)
{
	return probe_of(obj)->flow.vpc->obj.id == vpc;
}

static int put_counter(struct sk_buff *msg, int attr, const atomic64_t *counter)
{
	return nla_put_u64_64bit(msg, attr, atomic64_read(counter), VPC_A_PROBE_PAD);
}

static int fill_config(struct sk_buff *msg, const struct vpc_probe *p)
{
	const struct vpc_policy_config *policy = &p->cfg.policy;
	struct nlattr *nest;

	if (nla_put_string(msg, VPC_A_PROBE_NAME, p->obj.name) ||
	    nla_put_u32(msg, VPC_A_PROBE_ID, p->obj.id) ||
	    nla_put_string(msg, VPC_A_PROBE_VPC, p->flow.vpc->obj.name) ||
	    nla_put_u8(msg, VPC_A_PROBE_TYPE, p->ops->type) ||
	    vpc_nl_put_addr(msg, VPC_A_PROBE_SOURCE, &p->flow.source) ||
	    vpc_nl_put_addr(msg, VPC_A_PROBE_DESTINATION, &p->flow.destination))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, VPC_A_PROBE_NEXTHOP);
	if (!nest || nla_put_u8(msg, VPC_A_NEXTHOP_TYPE, p->nh->ops->type) ||
	    p->nh->ops->fill(msg, p->nh))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	if (nla_put_u32(msg, VPC_A_PROBE_INTERVAL, p->cfg.interval_us) ||
	    nla_put_u8(msg, VPC_A_PROBE_MULTIPLIER, p->cfg.multiplier) ||
	    nla_put_u8(msg, VPC_A_PROBE_ADMIN_DOWN, p->cfg.admin_down) ||
	    nla_put_u32(msg, VPC_A_PROBE_HOLD_DOWN, policy->hold_down_ms) ||
	    nla_put_u32(msg, VPC_A_PROBE_FAIL_BACK, policy->fail_back_ms) ||
	    nla_put_u32(msg, VPC_A_PROBE_SUPPRESS, policy->suppress) ||
	    nla_put_u32(msg, VPC_A_PROBE_REUSE, policy->reuse) ||
	    nla_put_u32(msg, VPC_A_PROBE_HALF_LIFE, policy->half_life_s))
		return -EMSGSIZE;
	return 0;
}

static u32 to_us(u64 ns)
{
	return min_t(u64, div_u64(ns, NSEC_PER_USEC), U32_MAX);
}

static int fill_session(struct sk_buff *msg, struct vpc_probe *p)
{
	int err = -EMSGSIZE;

	spin_lock_bh(&p->lock);
	if (!nla_put_u8(msg, VPC_A_PROBE_STATE, p->ops->state(p)) &&
	    !nla_put_u32(msg, VPC_A_PROBE_PENALTY,
			 vpc_policy_penalty(&p->policy, &p->cfg.policy, ktime_get_ns())) &&
	    !nla_put_u32(msg, VPC_A_PROBE_FLIPS, p->flips) &&
	    !nla_put_u32(msg, VPC_A_PROBE_DETECTION, to_us(p->ops->detect_ns(p))) &&
	    !nla_put_u32(msg, VPC_A_PROBE_TX_INTERVAL, p->ops->interval_us(p)))
		err = p->ops->fill(msg, p);
	spin_unlock_bh(&p->lock);
	return err;
}

static int fill(struct sk_buff *msg, const void *item)
{
	struct vpc_probe *p = probe_of(item);

	if (fill_config(msg, p) || fill_session(msg, p) ||
	    nla_put_u8(msg, VPC_A_PROBE_HEALTH, READ_ONCE(p->nh->health)) ||
	    put_counter(msg, VPC_A_PROBE_SENT, &p->sent) ||
	    put_counter(msg, VPC_A_PROBE_RECEIVED, &p->received) ||
	    put_counter(msg, VPC_A_PROBE_DISCARDED, &p->discarded) ||
	    put_counter(msg, VPC_A_PROBE_UNSENT, &p->unsent) ||
	    put_counter(msg, VPC_A_PROBE_GRACES, &p->forgiven))
		return -EMSGSIZE;
	return 0;
}

const struct vpc_nl_form vpc_nl_probe_form = {
	.get = VPC_CMD_PROBE_GET,
	.event = VPC_A_EVENT_PROBE,
	.key = VPC_A_PROBE_NAME,
	.filter = VPC_A_PROBE_VPC,
	.in_vpc = in_vpc,
	.fill = fill,
};

static void get_u32(struct genl_info *info, int attr, u32 *value)
{
	if (info->attrs[attr])
		*value = nla_get_u32(info->attrs[attr]);
}

static void get_u8(struct genl_info *info, int attr, u8 *value)
{
	if (info->attrs[attr])
		*value = nla_get_u8(info->attrs[attr]);
}

/* What the request says, over what @cfg has. */
static int get_config(struct genl_info *info, const struct vpc_probe_ops *ops,
		      struct vpc_probe_config *cfg)
{
	const struct nlattr *admin = info->attrs[VPC_A_PROBE_ADMIN_DOWN];

	if (info->attrs[VPC_A_PROBE_RISE] && ops->type != VPC_PROBE_ICMP)
		return vpc_err(info->extack, -EINVAL, "a probe of type %s has no rise", ops->name);
	get_u32(info, VPC_A_PROBE_INTERVAL, &cfg->interval_us);
	get_u8(info, VPC_A_PROBE_MULTIPLIER, &cfg->multiplier);
	get_u8(info, VPC_A_PROBE_RISE, &cfg->rise);
	get_u32(info, VPC_A_PROBE_HOLD_DOWN, &cfg->policy.hold_down_ms);
	get_u32(info, VPC_A_PROBE_FAIL_BACK, &cfg->policy.fail_back_ms);
	get_u32(info, VPC_A_PROBE_SUPPRESS, &cfg->policy.suppress);
	get_u32(info, VPC_A_PROBE_REUSE, &cfg->policy.reuse);
	get_u32(info, VPC_A_PROBE_HALF_LIFE, &cfg->policy.half_life_s);
	if (cfg->policy.fail_back_ms > VPC_PROBE_DELAY_MAX &&
	    cfg->policy.fail_back_ms != VPC_PROBE_NEVER)
		return vpc_err(info->extack, -EINVAL,
			       "fail-back of a probe: at most %d ms, or never",
			       VPC_PROBE_DELAY_MAX);
	if (admin)
		cfg->admin_down = nla_get_u8(admin);
	cfg->release = admin && !cfg->admin_down;
	return 0;
}

/* The VPC whose routes have the next hop. */
static struct vpc *domain_of(struct genl_info *info, struct nlattr *const *nexthop,
			     const struct vpc_addr *source)
{
	const struct nlattr *peering = nexthop[VPC_A_NEXTHOP_PEERING];
	const struct nlattr *ipsec = nexthop[VPC_A_NEXTHOP_IPSEC];
	const struct vpc_prefix host = vpc_prefix_host(source);
	const struct vpc_peering *p;
	struct vpc_object *obj;
	int i;

	if (info->attrs[VPC_A_PROBE_VPC])
		return vpc_nl_vpc(info, VPC_A_PROBE_VPC, "probe", "VPC");
	if (ipsec) {
		obj = vpc_nl_by_name(vpc_nl_net(info), VPC_KIND_IPSEC, ipsec, info->extack);
		return IS_ERR(obj) ? ERR_CAST(obj) :
				     container_of(obj, struct vpc_ipsec, link.obj)->link.vpc;
	}
	if (!peering)
		return ERR_PTR(vpc_err(info->extack, -EINVAL, "probe: no VPC given"));
	p = vpc_peering_find(vpc_nl_net(info), nla_data(peering));
	if (!p)
		return ERR_PTR(vpc_err(info->extack, -ENOENT, "there is no peering named %s",
				       (const char *)nla_data(peering)));
	for (i = 0; i < 2; i++)
		if (vpc_vpc_cidr_of(p->side[i].vpc, &host))
			return p->side[i].vpc;
	return ERR_PTR(vpc_err(info->extack, -EINVAL,
			       "probe: the source is in a CIDR of neither side of peering %s: give the VPC",
			       p->obj.name));
}

/* Takes a reference on the next hop. */
static int get_target(struct genl_info *info, struct vpc_probe_new *new)
{
	const struct nlattr *target = info->attrs[VPC_A_PROBE_NEXTHOP];
	struct nlattr *tb[VPC_A_NEXTHOP_MAX + 1];
	struct vpc_path path;
	struct vpc *vpc;
	int err;

	/* The policy of the command has checked what is inside. */
	err = nla_parse_nested(tb, VPC_A_NEXTHOP_MAX, target, NULL, info->extack);
	if (err)
		return err;
	if (tb[VPC_A_NEXTHOP_PRIORITY] || tb[VPC_A_NEXTHOP_WEIGHT])
		return vpc_err(info->extack, -EINVAL,
			       "probe: its next hop has no priority and no weight, those are a route's");
	vpc = domain_of(info, tb, &new->source);
	if (IS_ERR(vpc))
		return PTR_ERR(vpc);
	err = vpc_nexthop_parse(vpc, target, &path, info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, target);
	else
		new->nh = path.nh;
	return err;
}

static int get_new(struct genl_info *info, struct vpc_probe_new *new)
{
	static const struct {
		int attr;
		const char *what;
	} needed[] = {
		{ VPC_A_PROBE_TYPE, "type" }, { VPC_A_PROBE_SOURCE, "source" },
		{ VPC_A_PROBE_DESTINATION, "destination" }, { VPC_A_PROBE_NEXTHOP, "next hop" },
	};
	const struct vpc_probe_ops *ops;
	int i, err;

	new->name = vpc_nl_new_name(info, VPC_KIND_PROBE, VPC_A_PROBE_NAME);
	if (IS_ERR(new->name))
		return PTR_ERR(new->name);
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		err = vpc_nl_need(info, needed[i].attr, "probe", needed[i].what);
		if (err)
			return err;
	}
	new->type = nla_get_u8(info->attrs[VPC_A_PROBE_TYPE]);
	new->multihop = nla_get_flag(info->attrs[VPC_A_PROBE_MULTIHOP]);
	ops = vpc_probe_type(new->type);
	if (new->multihop && new->type != VPC_PROBE_BFD)
		return vpc_err(info->extack, -EINVAL, "a probe of type %s has no multihop",
			       ops->name);
	err = vpc_nl_get_host(info->attrs[VPC_A_PROBE_SOURCE], &new->source, info->extack);
	if (!err)
		err = vpc_nl_get_host(info->attrs[VPC_A_PROBE_DESTINATION], &new->destination,
				      info->extack);
	if (err)
		return err;
	new->cfg = (struct vpc_probe_config){
		.interval_us = ops->interval,
		.multiplier = VPC_PROBE_MULTIPLIER,
		.rise = VPC_PROBE_RISE,
		.policy = {
			.suppress = VPC_PROBE_SUPPRESS,
			.reuse = VPC_PROBE_REUSE,
			.half_life_s = VPC_PROBE_HALF_LIFE,
		},
	};
	return get_config(info, ops, &new->cfg);
}

int vpc_nl_probe_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_probe_new new = {};
	struct vpc_probe *p;
	int err;

	err = get_new(info, &new);
	if (err)
		return err;
	err = get_target(info, &new);
	if (err)
		return err;
	p = vpc_probe_new(&new, info->extack);
	vpc_nexthop_put(new.nh);
	if (IS_ERR(p))
		return PTR_ERR(p);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &p->obj, NULL);
	return 0;
}

static bool changes_anything(const struct genl_info *info)
{
	int attr;

	for (attr = VPC_A_PROBE_NEW_NAME; attr <= VPC_A_PROBE_ADMIN_DOWN; attr++)
		if (info->attrs[attr])
			return true;
	return false;
}

int vpc_nl_probe_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_registry *reg = &vn->registry[VPC_KIND_PROBE];
	struct vpc_probe_config cfg;
	const char *name = NULL;
	char old[VPC_NAME_LEN];
	struct vpc_object *obj;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_PROBE, VPC_A_PROBE_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (!changes_anything(info))
		return vpc_err(info->extack, -EINVAL, "probe %s: nothing to change is given",
			       obj->name);
	cfg = probe_of(obj)->cfg;
	err = get_config(info, probe_of(obj)->ops, &cfg);
	if (err)
		return err;
	if (info->attrs[VPC_A_PROBE_NEW_NAME]) {
		name = vpc_nl_new_name(info, VPC_KIND_PROBE, VPC_A_PROBE_NEW_NAME);
		if (IS_ERR(name))
			return PTR_ERR(name);
		memcpy(old, obj->name, sizeof(old));
		err = vpc_object_rename(reg, obj, name, info->extack);
		if (err)
			return err;
	}
	err = vpc_probe_set(probe_of(obj), &cfg, info->extack);
	if (err) {
		if (name)
			WARN_ON(vpc_object_rename(reg, obj, old, NULL));
		return err;
	}
	vpc_nl_event(vn, VPC_EVENT_CHANGED, obj, NULL);
	return 0;
}

int vpc_nl_probe_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;

	obj = vpc_nl_named(info, VPC_KIND_PROBE, VPC_A_PROBE_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	vpc_probe_del(probe_of(obj));
	/* A packet that came just before may still cause an answer. */
	synchronize_rcu_expedited();
	vpc_nl_event_send(vn, event);
	return 0;
}

int vpc_nl_probe_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_PROBE, &vpc_nl_probe_form);
}

int vpc_nl_probe_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_PROBE, &vpc_nl_probe_form);
}

static int put_ns(struct sk_buff *msg, int attr, u64 ns)
{
	return nla_put_u64_64bit(msg, attr, ns, VPC_A_FLIP_PAD);
}

/**
 * vpc_nl_flip_fill() - write a receipt
 * @msg: message to append it to
 * @item: struct vpc_flip
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_flip_fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_flip *flip = item;

	if (put_ns(msg, VPC_A_FLIP_SEQ, flip->seq) ||
	    nla_put_string(msg, VPC_A_FLIP_VPC, flip->vpc) ||
	    nla_put_string(msg, VPC_A_FLIP_TARGET, flip->target) ||
	    nla_put_u8(msg, VPC_A_FLIP_FROM, flip->from) ||
	    nla_put_u8(msg, VPC_A_FLIP_TO, flip->to) ||
	    nla_put_u8(msg, VPC_A_FLIP_CAUSE, flip->cause) ||
	    put_ns(msg, VPC_A_FLIP_TIME, flip->time) ||
	    put_ns(msg, VPC_A_FLIP_DETECTED, flip->detected) ||
	    put_ns(msg, VPC_A_FLIP_SWITCHED, flip->switched))
		return -EMSGSIZE;
	if ((flip->last_good && put_ns(msg, VPC_A_FLIP_LAST_GOOD, flip->last_good)) ||
	    (flip->stall && put_ns(msg, VPC_A_FLIP_STALL, flip->stall)))
		return -EMSGSIZE;
	if (!flip->probe[0])
		return 0;
	if (nla_put_string(msg, VPC_A_FLIP_PROBE, flip->probe) ||
	    (flip->to == VPC_HEALTH_DOWN && put_ns(msg, VPC_A_FLIP_PACKETS, flip->packets)))
		return -EMSGSIZE;
	return 0;
}

int vpc_nl_flip_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *filter = genl_info_dump(cb)->attrs[VPC_A_FLIP_PROBE];
	struct vpc_net *vn = vpc_net(sock_net(skb->sk));
	u64 *seq = (u64 *)cb->ctx;
	struct vpc_flip flip;
	int err;

	err = vpc_nl_dump_lock(vn, cb);
	for (; !err && vpc_health_flip(vn, *seq + 1, &flip); *seq = flip.seq) {
		if (!filter || !strcmp(flip.probe, nla_data(filter)))
			err = vpc_nl_dump_one(skb, cb, VPC_CMD_FLIP_GET, vpc_nl_flip_fill, &flip);
		if (err)
			break;
	}
	return vpc_nl_dump_unlock(vn, skb, err);
}
