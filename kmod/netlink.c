// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who may speak, which function hears what, and what is told to
 * listeners. The commands are in nl_<object>.c.
 */

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rtnetlink.h>
#include <linux/user_namespace.h>

#include "nl_common.h"
#include "nl_policy.h"

static bool vpc_nl_userns;
module_param_named(userns, vpc_nl_userns, bool, 0444);
MODULE_PARM_DESC(userns,
		 "CAP_NET_ADMIN in the user namespace that owns a network namespace is enough (default 0)");

/* genl_ops::internal_flags: the command binds or unbinds devices. */
#define NEEDS_RTNL BIT(0)

#define MCGRP_CONFIG 0
#define MCGRP_HEALTH 1

#define POLICY(name)					\
	.policy = vpc_nl_policy_##name,		\
	.maxattr = ARRAY_SIZE(vpc_nl_policy_##name) - 1

/* A command without a policy takes no attributes. */
static struct genl_ops vpc_nl_ops[] __ro_after_init = {
	{
		.cmd = VPC_CMD_INFO_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_info_get,
	}, {
		.cmd = VPC_CMD_FLUSH,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_flush,
	}, {
		.cmd = VPC_CMD_VPC_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_new,
		POLICY(vpc_new),
	}, {
		.cmd = VPC_CMD_VPC_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_set,
		POLICY(vpc_set),
	}, {
		.cmd = VPC_CMD_VPC_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_del,
		POLICY(vpc_del),
	}, {
		.cmd = VPC_CMD_VPC_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpc_get,
		.dumpit = vpc_nl_vpc_dump,
		POLICY(vpc_get),
	}, {
		.cmd = VPC_CMD_SUBNET_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_new,
		POLICY(subnet_new),
	}, {
		.cmd = VPC_CMD_SUBNET_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_set,
		POLICY(subnet_set),
	}, {
		.cmd = VPC_CMD_SUBNET_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_del,
		POLICY(subnet_del),
	}, {
		.cmd = VPC_CMD_SUBNET_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_subnet_get,
		.dumpit = vpc_nl_subnet_dump,
		POLICY(subnet_get),
	}, {
		.cmd = VPC_CMD_TABLE_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_new,
		POLICY(table_new),
	}, {
		.cmd = VPC_CMD_TABLE_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_del,
		POLICY(table_del),
	}, {
		.cmd = VPC_CMD_TABLE_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_table_get,
		.dumpit = vpc_nl_table_dump,
		POLICY(table_get),
	}, {
		.cmd = VPC_CMD_PORT_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_port_new,
		POLICY(port_new),
	}, {
		.cmd = VPC_CMD_PORT_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_port_del,
		POLICY(port_del),
	}, {
		.cmd = VPC_CMD_PORT_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_port_get,
		.dumpit = vpc_nl_port_dump,
		POLICY(port_get),
	}, {
		.cmd = VPC_CMD_UPLINK_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_uplink_new,
		POLICY(uplink_new),
	}, {
		.cmd = VPC_CMD_UPLINK_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = NEEDS_RTNL,
		.doit = vpc_nl_uplink_del,
		POLICY(uplink_del),
	}, {
		.cmd = VPC_CMD_UPLINK_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_uplink_get,
		.dumpit = vpc_nl_uplink_dump,
		POLICY(uplink_get),
	}, {
		.cmd = VPC_CMD_ENDPOINT_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_endpoint_new,
		POLICY(endpoint_new),
	}, {
		.cmd = VPC_CMD_ENDPOINT_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_endpoint_del,
		POLICY(endpoint_del),
	}, {
		.cmd = VPC_CMD_ENDPOINT_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_endpoint_dump,
		POLICY(endpoint_get),
	}, {
		.cmd = VPC_CMD_ROUTE_CHANGE,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_route_change,
		POLICY(route_change),
	}, {
		.cmd = VPC_CMD_ROUTE_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_route_dump,
		POLICY(route_get),
	}, {
		.cmd = VPC_CMD_ROUTE_LOOKUP,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_route_lookup,
		POLICY(route_lookup),
	}, {
		.cmd = VPC_CMD_PEERING_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_new,
		POLICY(peering_new),
	}, {
		.cmd = VPC_CMD_PEERING_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_set,
		POLICY(peering_set),
	}, {
		.cmd = VPC_CMD_PEERING_ACCEPT,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_accept,
		POLICY(peering_accept),
	}, {
		.cmd = VPC_CMD_PEERING_REJECT,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_reject,
		POLICY(peering_reject),
	}, {
		.cmd = VPC_CMD_PEERING_ENABLE,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_enable,
		POLICY(peering_enable),
	}, {
		.cmd = VPC_CMD_PEERING_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_del,
		POLICY(peering_del),
	}, {
		.cmd = VPC_CMD_PEERING_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_peering_get,
		.dumpit = vpc_nl_peering_dump,
		POLICY(peering_get),
	}, {
		.cmd = VPC_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_stats_get,
		.dumpit = vpc_nl_stats_dump,
		POLICY(stats_get),
	}, {
		.cmd = VPC_CMD_PROBE_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_new,
		POLICY(probe_new),
	}, {
		.cmd = VPC_CMD_PROBE_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_set,
		POLICY(probe_set),
	}, {
		.cmd = VPC_CMD_PROBE_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_del,
		POLICY(probe_del),
	}, {
		.cmd = VPC_CMD_PROBE_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_probe_get,
		.dumpit = vpc_nl_probe_dump,
		POLICY(probe_get),
	}, {
		.cmd = VPC_CMD_FLIP_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_flip_dump,
		POLICY(flip_get),
	}, {
		.cmd = VPC_CMD_SETTINGS_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_settings_set,
		POLICY(settings_set),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_new,
		POLICY(vpn_gateway_new),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_set,
		POLICY(vpn_gateway_set),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_del,
		POLICY(vpn_gateway_del),
	}, {
		.cmd = VPC_CMD_VPN_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_vpn_gateway_get,
		.dumpit = vpc_nl_vpn_gateway_dump,
		POLICY(vpn_gateway_get),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_new,
		POLICY(customer_gateway_new),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_set,
		POLICY(customer_gateway_set),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_del,
		POLICY(customer_gateway_del),
	}, {
		.cmd = VPC_CMD_CUSTOMER_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_customer_gateway_get,
		.dumpit = vpc_nl_customer_gateway_dump,
		POLICY(customer_gateway_get),
	}, {
		.cmd = VPC_CMD_IPSEC_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_new,
		POLICY(ipsec_new),
	}, {
		.cmd = VPC_CMD_IPSEC_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_set,
		POLICY(ipsec_set),
	}, {
		.cmd = VPC_CMD_IPSEC_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_del,
		POLICY(ipsec_del),
	}, {
		.cmd = VPC_CMD_IPSEC_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_ipsec_get,
		.dumpit = vpc_nl_ipsec_dump,
		POLICY(ipsec_get),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_new,
		POLICY(nat_gateway_new),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_set,
		POLICY(nat_gateway_set),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_del,
		POLICY(nat_gateway_del),
	}, {
		.cmd = VPC_CMD_NAT_GATEWAY_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_nat_gateway_get,
		.dumpit = vpc_nl_nat_gateway_dump,
		POLICY(nat_gateway_get),
	}, {
		.cmd = VPC_CMD_ALARM_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_new,
		POLICY(alarm_new),
	}, {
		.cmd = VPC_CMD_ALARM_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_set,
		POLICY(alarm_set),
	}, {
		.cmd = VPC_CMD_ALARM_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_del,
		POLICY(alarm_del),
	}, {
		.cmd = VPC_CMD_ALARM_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = vpc_nl_alarm_get,
		.dumpit = vpc_nl_alarm_dump,
		POLICY(alarm_get),
	}, {
		.cmd = VPC_CMD_ALARM_HISTORY_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = vpc_nl_alarm_history,
		POLICY(alarm_history_get),
	},
};

/*
 * The flag asks for CAP_NET_ADMIN in the user namespace of the network namespace, which is less
 * than what commands ask for; listeners() makes up for it.
 */
static const struct genl_multicast_group vpc_nl_groups[] = {
	[MCGRP_CONFIG] = { .name = VPC_MCGRP_CONFIG, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[MCGRP_HEALTH] = { .name = VPC_MCGRP_HEALTH, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

static int lock_all(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	struct vpc_net *vn = vpc_nl_net(info);

	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_lock();
	mutex_lock(&vn->lock);
	if (!vn->dying)
		return 0;

	mutex_unlock(&vn->lock);
	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_unlock();
	return vpc_err(info->extack, -ENODEV, "this network namespace is going away");
}

static void unlock_all(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info)
{
	mutex_unlock(&vpc_nl_net(info)->lock);
	if (ops->internal_flags & NEEDS_RTNL)
		rtnl_unlock();
}

/* resv_start_op stays 0: every request is validated strictly. */
struct genl_family vpc_nl_family __ro_after_init = {
	.name = VPC_GENL_NAME,
	.version = VPC_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.pre_doit = lock_all,
	.post_doit = unlock_all,
	.ops = vpc_nl_ops,
	.n_ops = ARRAY_SIZE(vpc_nl_ops),
	.mcgrps = vpc_nl_groups,
	.n_mcgrps = ARRAY_SIZE(vpc_nl_groups),
};

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

	if (!listeners(vn, MCGRP_CONFIG))
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
		genl_set_err(&vpc_nl_family, vn->net, 0, MCGRP_CONFIG, -ENOBUFS);
	else if (msg)
		genlmsg_multicast_netns(&vpc_nl_family, vn->net, msg, 0, MCGRP_CONFIG,
					GFP_KERNEL);
}

static void tell_health(struct vpc_net *vn, const struct event *ev, bool lost)
{
	struct sk_buff *msg;

	if (!listeners(vn, MCGRP_HEALTH))
		return;
	msg = vpc_nl_message(0, 0, VPC_CMD_EVENT, fill_event, ev);
	if (lost || IS_ERR(msg))
		genl_set_err(&vpc_nl_family, vn->net, 0, MCGRP_HEALTH, -ENOBUFS);
	if (!IS_ERR(msg))
		genlmsg_multicast_netns(&vpc_nl_family, vn->net, msg, 0, MCGRP_HEALTH, GFP_KERNEL);
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

/**
 * vpc_nl_module_init() - open the door
 * Context: module init; vpc_net() works already in every namespace.
 * Return: 0 or an error.
 */
int __init vpc_nl_module_init(void)
{
	unsigned int i;

	for (i = 0; vpc_nl_userns && i < ARRAY_SIZE(vpc_nl_ops); i++)
		vpc_nl_ops[i].flags = GENL_UNS_ADMIN_PERM;
	return genl_register_family(&vpc_nl_family);
}

/**
 * vpc_nl_module_exit() - close it
 * Context: module exit. When it returns, no command or dump runs any more.
 */
void vpc_nl_module_exit(void)
{
	genl_unregister_family(&vpc_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(VPC_GENL_NAME);
