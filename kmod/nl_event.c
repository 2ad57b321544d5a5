// SPDX-License-Identifier: GPL-2.0
/* What is told to listeners. */

#include <linux/user_namespace.h>

#include "nl_common.h"

/* An event as fill_event() writes it. */
struct event {
	enum vpc_event kind;
	const struct vpc_actor *actor;
	int attr;
	vpc_nl_fill fill;
	const void *item;
};

static const struct vpc_nl_form * const forms[VPC_KINDS] = {
	[VPC_KIND_VPC] = &vpc_nl_vpc_form,
	[VPC_KIND_SUBNET] = &vpc_nl_subnet_form,
	[VPC_KIND_TABLE] = &vpc_nl_table_form,
	[VPC_KIND_PORT] = &vpc_nl_port_form,
	[VPC_KIND_UPLINK] = &vpc_nl_uplink_form,
	[VPC_KIND_PEERING] = &vpc_nl_peering_form,
	[VPC_KIND_PROBE] = &vpc_nl_probe_form,
	[VPC_KIND_VPN_GATEWAY] = &vpc_nl_vpn_gateway_form,
	[VPC_KIND_CUSTOMER_GATEWAY] = &vpc_nl_customer_gateway_form,
	[VPC_KIND_IPSEC] = &vpc_nl_ipsec_form,
	[VPC_KIND_NAT_GATEWAY] = &vpc_nl_nat_gateway_form,
	[VPC_KIND_ALARM] = &vpc_nl_alarm_form,
};

static int fill_event(struct sk_buff *msg, const void *item)
{
	const struct event *ev = item;
	struct nlattr *nest;

	if (nla_put_u8(msg, VPC_A_EVENT_KIND, ev->kind))
		return -EMSGSIZE;
	if (ev->actor && !ev->actor->operator &&
	    nla_put_u64_64bit(msg, VPC_A_EVENT_AS, ev->actor->account, VPC_A_EVENT_PAD))
		return -EMSGSIZE;
	if (!ev->fill)
		return 0;
	nest = nla_nest_start(msg, ev->attr);
	if (!nest || ev->fill(msg, ev->item))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/*
 * Whoever owns a network namespace by an unprivileged user namespace may join its groups. Unless
 * that is wanted, nothing is told there, even if an administrator configures it from outside.
 */
static bool listeners(const struct vpc_net *vn, int group)
{
	return !READ_ONCE(vn->dying) && (vpc_nl_userns || vn->net->user_ns == &init_user_ns) &&
	       genl_has_listeners(&vpc_nl_family, vn->net, group);
}

/* The message, NULL if nobody listens, or an ERR_PTR() for vpc_nl_event_send() to report. */
static struct sk_buff *event_message(struct vpc_net *vn, const struct event *ev)
{
	struct sk_buff *msg;

	if (!listeners(vn, VPC_NL_MCGRP_CONFIG))
		return NULL;
	msg = vpc_nl_message(0, 0, VPC_CMD_EVENT, fill_event, ev);
	WARN_ON_ONCE(IS_ERR(msg) && PTR_ERR(msg) == -EMSGSIZE);
	return msg;
}

/**
 * vpc_nl_changed() - let dumps that are under way notice
 * @vn: the namespace
 * Context: vpc_net::lock is held.
 */
void vpc_nl_changed(struct vpc_net *vn)
{
	/* 0 means to the core that a dump has no number yet. */
	if (!++vn->seq)
		vn->seq = 1;
}

/**
 * vpc_nl_event_prepare() - write an event before what it tells of is done
 * @vn: the namespace
 * @event: enum vpc_event
 * @obj: the object, which will be gone when the event is sent
 * @actor: who asked, or NULL
 * Context: vpc_net::lock is held; may sleep.
 * Return: for vpc_nl_event_send() or vpc_nl_event_drop().
 */
struct sk_buff *vpc_nl_event_prepare(struct vpc_net *vn, enum vpc_event event,
				     const struct vpc_object *obj,
				     const struct vpc_actor *actor)
{
	const struct vpc_nl_form *form = obj ? forms[obj->kind] : NULL;
	struct event ev = { .kind = event, .actor = actor };

	if (event == VPC_EVENT_REJECTED)
		form = &vpc_nl_rejected_form;
	if (form) {
		ev.attr = form->event;
		ev.fill = form->fill;
		ev.item = obj;
	}
	return event_message(vn, &ev);
}

/**
 * vpc_nl_event_send() - what was prepared has happened
 * @vn: the namespace
 * @msg: from vpc_nl_event_prepare()
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nl_event_send(struct vpc_net *vn, struct sk_buff *msg)
{
	vpc_nl_changed(vn);
	/* To listeners that is the same as a full socket: they have missed something. */
	if (IS_ERR(msg))
		genl_set_err(&vpc_nl_family, vn->net, 0, VPC_NL_MCGRP_CONFIG, -ENOBUFS);
	else if (msg)
		genlmsg_multicast_netns(&vpc_nl_family, vn->net, msg, 0, VPC_NL_MCGRP_CONFIG,
					GFP_KERNEL);
}

static void tell_health(struct vpc_net *vn, const struct event *ev, bool lost)
{
	struct sk_buff *msg;

	if (!listeners(vn, VPC_NL_MCGRP_HEALTH))
		return;
	msg = vpc_nl_message(0, 0, VPC_CMD_EVENT, fill_event, ev);
	if (lost || IS_ERR(msg))
		genl_set_err(&vpc_nl_family, vn->net, 0, VPC_NL_MCGRP_HEALTH, -ENOBUFS);
	if (!IS_ERR(msg))
		genlmsg_multicast_netns(&vpc_nl_family, vn->net, msg, 0, VPC_NL_MCGRP_HEALTH,
					GFP_KERNEL);
}

void vpc_nl_event_flip(struct vpc_net *vn, const struct vpc_flip *flip, bool lost)
{
	const struct event ev = {
		.kind = VPC_EVENT_FLIP, .attr = VPC_A_EVENT_FLIP, .fill = vpc_nl_flip_fill,
		.item = flip,
	};

	tell_health(vn, &ev, lost);
}

void vpc_nl_event_alarm(struct vpc_net *vn, enum vpc_event event, const struct vpc_object *obj)
{
	const struct event ev = {
		.kind = event, .attr = vpc_nl_alarm_form.event, .fill = vpc_nl_alarm_form.fill,
		.item = obj,
	};

	tell_health(vn, &ev, false);
}

/**
 * vpc_nl_event_drop() - what was prepared did not happen
 * @msg: from vpc_nl_event_prepare()
 * Context: any.
 */
void vpc_nl_event_drop(struct sk_buff *msg)
{
	if (!IS_ERR(msg))
		nlmsg_free(msg);
}

void vpc_nl_event(struct vpc_net *vn, enum vpc_event event, const struct vpc_object *obj,
		  const struct vpc_actor *actor)
{
	vpc_nl_event_send(vn, vpc_nl_event_prepare(vn, event, obj, actor));
}

/**
 * vpc_nl_event_item() - an event about something that is not a struct vpc_object
 * @vn: the namespace
 * @event: enum vpc_event
 * @attr: attribute of enum vpc_a_event to nest it in
 * @fill: writes it
 * @item: the something
 * @actor: who asked, or NULL
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nl_event_item(struct vpc_net *vn, enum vpc_event event, int attr, vpc_nl_fill fill,
		       const void *item, const struct vpc_actor *actor)
{
	const struct event ev = {
		.kind = event, .actor = actor, .attr = attr, .fill = fill, .item = item,
	};

	vpc_nl_event_send(vn, event_message(vn, &ev));
}
