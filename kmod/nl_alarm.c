// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for alarms, and for their history. */

#include "alarm.h"
#include "nl_common.h"
#include "peering.h"
#include "vpc.h"

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, VPC_A_ALARM_PAD);
}

static int fill_limits(struct sk_buff *msg, const struct vpc_alarm_record *r)
{
	if (r->metric == VPC_ALARM_STATE)
		return 0;
	if ((r->from[0] && nla_put_string(msg, VPC_A_ALARM_FROM, r->from)) ||
	    (r->kind == VPC_KIND_IPSEC &&
	     nla_put_u8(msg, VPC_A_ALARM_DIRECTION, r->direction)) ||
	    put_u64(msg, VPC_A_ALARM_ABOVE, r->limits.above) ||
	    put_u64(msg, VPC_A_ALARM_CLEAR, r->limits.clear) ||
	    nla_put_u32(msg, VPC_A_ALARM_INTERVAL, r->limits.interval) ||
	    put_u64(msg, VPC_A_ALARM_VALUE, r->value))
		return -EMSGSIZE;
	return 0;
}

static int fill_record(struct sk_buff *msg, const void *item)
{
	const struct vpc_alarm_record *r = item;

	if (nla_put_string(msg, VPC_A_ALARM_NAME, r->name) ||
	    (r->kind == VPC_KIND_PEERING && nla_put_string(msg, VPC_A_ALARM_PEERING, r->target)) ||
	    (r->kind == VPC_KIND_IPSEC && nla_put_string(msg, VPC_A_ALARM_IPSEC, r->target)) ||
	    nla_put_u8(msg, VPC_A_ALARM_METRIC, r->metric) ||
	    nla_put_u8(msg, VPC_A_ALARM_RAISED, r->raised) ||
	    fill_limits(msg, r))
		return -EMSGSIZE;
	if (r->seq && (put_u64(msg, VPC_A_ALARM_TIME, r->time) ||
		       put_u64(msg, VPC_A_ALARM_SEQ, r->seq)))
		return -EMSGSIZE;
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_alarm *a = vpc_alarm_of(item);
	struct vpc_alarm_record r;

	vpc_alarm_describe(a, &r);
	if (fill_record(msg, &r) ||
	    nla_put_u32(msg, VPC_A_ALARM_ID, a->obj.id) ||
	    nla_put_u32(msg, VPC_A_ALARM_RAISES, a->raises))
		return -EMSGSIZE;
	return 0;
}

const struct vpc_nl_form vpc_nl_alarm_form = {
	.get = VPC_CMD_ALARM_GET,
	.event = VPC_A_EVENT_ALARM,
	.key = VPC_A_ALARM_NAME,
	.fill = fill,
};

static const char * const metric_name[] = {
	[VPC_ALARM_RATE] = "rate",
	[VPC_ALARM_PACKETS] = "packets",
	[VPC_ALARM_LOSS] = "loss",
	[VPC_ALARM_STATE] = "state",
};

/* One of the attributes that a state has no use for, or NULL. */
static const struct nlattr *any_limit(struct genl_info *info)
{
	int attr;

	for (attr = VPC_A_ALARM_FROM; attr <= VPC_A_ALARM_INTERVAL; attr++)
		if (info->attrs[attr])
			return info->attrs[attr];
	return NULL;
}

static int no_limits(struct genl_info *info, const char *name)
{
	const struct nlattr *limit = any_limit(info);

	if (!limit)
		return 0;
	NL_SET_BAD_ATTR(info->extack, limit);
	return vpc_err(info->extack, -EINVAL,
		       "alarm %s is on a state, which is good or not: it has no direction, threshold or interval",
		       name);
}

static int get_target(struct genl_info *info, struct vpc_alarm_config *cfg)
{
	const struct nlattr *peering = info->attrs[VPC_A_ALARM_PEERING];
	const struct nlattr *ipsec = info->attrs[VPC_A_ALARM_IPSEC];
	struct vpc_object *obj;

	if (!peering == !ipsec)
		return vpc_err(info->extack, -EINVAL,
			       "alarm %s is on one peering or one IPsec connection: name one of them",
			       cfg->name);
	obj = vpc_nl_by_name(vpc_nl_net(info), peering ? VPC_KIND_PEERING : VPC_KIND_IPSEC,
			     peering ?: ipsec, info->extack);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	cfg->target = obj;
	return 0;
}

/* The side that a VPC is of a peering, as a bit. */
static int get_from(struct genl_info *info, struct vpc_alarm_config *cfg)
{
	const struct vpc_peering *p = container_of(cfg->target, struct vpc_peering, obj);
	const struct vpc *vpc = vpc_nl_vpc(info, VPC_A_ALARM_FROM, "alarm", "VPC");
	int i;

	if (IS_ERR(vpc))
		return PTR_ERR(vpc);
	for (i = 0; i < 2; i++) {
		if (p->side[i].vpc == vpc) {
			cfg->directions = BIT(i);
			return 0;
		}
	}
	NL_SET_BAD_ATTR(info->extack, info->attrs[VPC_A_ALARM_FROM]);
	return vpc_err(info->extack, -EINVAL,
		       "alarm %s: peering %s connects %s and %s, so nothing in it is from VPC %s",
		       cfg->name, p->obj.name, p->side[0].vpc->obj.name, p->side[1].vpc->obj.name,
		       vpc->obj.name);
}

static int get_directions(struct genl_info *info, struct vpc_alarm_config *cfg)
{
	const struct nlattr *from = info->attrs[VPC_A_ALARM_FROM];
	const struct nlattr *direction = info->attrs[VPC_A_ALARM_DIRECTION];
	bool peering = cfg->target->kind == VPC_KIND_PEERING;
	const struct nlattr *wrong = peering ? direction : from;
	u8 which;

	cfg->directions = BIT(0) | BIT(1);
	if (wrong)
		NL_SET_BAD_ATTR(info->extack, wrong);
	if (wrong && peering)
		return vpc_err(info->extack, -EINVAL,
			       "alarm %s: what a peering carries is from one VPC or the other, not received or sent: name the VPC",
			       cfg->name);
	if (wrong)
		return vpc_err(info->extack, -EINVAL,
			       "alarm %s: what an IPsec connection carries is received or sent, and not from a VPC",
			       cfg->name);
	if (from)
		return get_from(info, cfg);
	which = direction ? nla_get_u8(direction) : VPC_ALARM_EITHER;
	if (which != VPC_ALARM_EITHER)
		cfg->directions = BIT(which - VPC_ALARM_RECEIVED);
	return 0;
}

/* What the request says, over what @limits has. Who clears where it is raised goes on so. */
static void get_limits(struct genl_info *info, struct vpc_alarm_limits *limits)
{
	bool same = limits->clear == limits->above;

	if (info->attrs[VPC_A_ALARM_ABOVE])
		limits->above = nla_get_u64(info->attrs[VPC_A_ALARM_ABOVE]);
	if (info->attrs[VPC_A_ALARM_CLEAR])
		limits->clear = nla_get_u64(info->attrs[VPC_A_ALARM_CLEAR]);
	else if (same)
		limits->clear = limits->above;
	if (info->attrs[VPC_A_ALARM_INTERVAL])
		limits->interval = nla_get_u32(info->attrs[VPC_A_ALARM_INTERVAL]);
}

static int get_config(struct genl_info *info, struct vpc_alarm_config *cfg)
{
	int err;

	cfg->name = vpc_nl_new_name(info, VPC_KIND_ALARM, VPC_A_ALARM_NAME);
	if (IS_ERR(cfg->name))
		return PTR_ERR(cfg->name);
	err = vpc_nl_need(info, VPC_A_ALARM_METRIC, "alarm", "metric");
	if (!err)
		err = get_target(info, cfg);
	if (err)
		return err;
	cfg->metric = nla_get_u8(info->attrs[VPC_A_ALARM_METRIC]);
	if (cfg->metric == VPC_ALARM_STATE)
		return no_limits(info, cfg->name);
	err = vpc_nl_need(info, VPC_A_ALARM_ABOVE, "alarm", "threshold");
	if (!err)
		err = vpc_nl_need(info, VPC_A_ALARM_INTERVAL, "alarm", "interval");
	if (err)
		return err;
	get_limits(info, &cfg->limits);
	return get_directions(info, cfg);
}

int vpc_nl_alarm_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_alarm_config cfg = {};
	struct vpc_alarm *a;
	int err;

	err = get_config(info, &cfg);
	if (err)
		return err;
	a = vpc_alarm_new(vpc_nl_net(info), &cfg, info->extack);
	if (IS_ERR(a))
		return PTR_ERR(a);
	vpc_nl_event(vpc_nl_net(info), VPC_EVENT_ADDED, &a->obj, NULL);
	/* The event of a state that is bad already comes after. */
	vpc_alarm_look(a);
	return 0;
}

static int check_set(struct genl_info *info, const struct vpc_alarm *a)
{
	const struct nlattr *metric = info->attrs[VPC_A_ALARM_METRIC];

	if (!info->attrs[VPC_A_ALARM_NEW_NAME] && !any_limit(info))
		return vpc_err(info->extack, -EINVAL, "alarm %s: nothing to change is given",
			       a->obj.name);
	if (metric && nla_get_u8(metric) != a->metric) {
		NL_SET_BAD_ATTR(info->extack, metric);
		return vpc_err(info->extack, -EINVAL,
			       "alarm %s is on %s, and not on %s: add another alarm for that",
			       a->obj.name, metric_name[a->metric],
			       metric_name[nla_get_u8(metric)]);
	}
	return a->metric == VPC_ALARM_STATE ? no_limits(info, a->obj.name) : 0;
}

int vpc_nl_alarm_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_alarm_limits limits;
	const char *name = NULL;
	struct vpc_object *obj;
	struct vpc_alarm *a;
	int err;

	obj = vpc_nl_named(info, VPC_KIND_ALARM, VPC_A_ALARM_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	a = vpc_alarm_of(obj);
	err = check_set(info, a);
	if (err)
		return err;
	if (info->attrs[VPC_A_ALARM_NEW_NAME])
		name = vpc_nl_new_name(info, VPC_KIND_ALARM, VPC_A_ALARM_NEW_NAME);
	if (IS_ERR(name))
		return PTR_ERR(name);
	limits = a->limits;
	get_limits(info, &limits);
	err = vpc_alarm_set(a, name, &limits, info->extack);
	if (!err)
		vpc_nl_event(vpc_nl_net(info), VPC_EVENT_CHANGED, obj, NULL);
	return err;
}

int vpc_nl_alarm_del(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);
	struct vpc_object *obj;
	struct sk_buff *event;

	obj = vpc_nl_named(info, VPC_KIND_ALARM, VPC_A_ALARM_NAME);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	event = vpc_nl_event_prepare(vn, VPC_EVENT_REMOVED, obj, NULL);
	vpc_alarm_del(vpc_alarm_of(obj));
	vpc_nl_event_send(vn, event);
	return 0;
}

int vpc_nl_alarm_get(struct sk_buff *skb, struct genl_info *info)
{
	return vpc_nl_get(info, VPC_KIND_ALARM, &vpc_nl_alarm_form);
}

int vpc_nl_alarm_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vpc_nl_dump(skb, cb, VPC_KIND_ALARM, &vpc_nl_alarm_form);
}

/* By number: an alarm that is gone has its history still, and so a name is no error. */
int vpc_nl_alarm_history(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *filter = genl_info_dump(cb)->attrs[VPC_A_ALARM_NAME];
	struct vpc_net *vn = vpc_net(sock_net(skb->sk));
	const struct vpc_alarm_record *r;
	u64 *seq = (u64 *)cb->ctx;
	int err;

	err = vpc_nl_dump_lock(vn, cb);
	for (; !err && (r = vpc_alarm_history(vn, *seq + 1)); *seq = r->seq) {
		if (!filter || !strcmp(r->name, nla_data(filter)))
			err = vpc_nl_dump_one(skb, cb, VPC_CMD_ALARM_HISTORY_GET, fill_record, r);
		if (err)
			break;
	}
	return vpc_nl_dump_unlock(vn, skb, err);
}
