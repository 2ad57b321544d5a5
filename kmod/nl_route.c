// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for routes. */

#include <linux/sched.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "group.h"
#include "link.h"
#include "nl_common.h"
#include "ipsec.h"
#include "peering.h"
#include "publish.h"
#include "table.h"

/* A route as fill() writes it. */
struct route {
	const struct vpc_table *table;
	struct vpc_prefix prefix;
	u32 value;	/* in vpc_table::lpm; VPC_LPM_NONE: only the prefix is told */
	const struct vpc_endpoint *endpoint;
};

static int fill_nexthop(struct sk_buff *msg, const struct vpc_path *path,
			const struct vpc_share *share)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_ROUTE_NEXTHOP);
	const struct vpc_nexthop *nh = path->nh;

	if (!nest || vpc_nexthop_fill(msg, path, share->used) ||
	    nla_put_u32(msg, VPC_A_NEXTHOP_SHARE, share->share))
		return -EMSGSIZE;
	/* What has no target has no health either. */
	if (nh->ops->parse &&
	    nla_put_u8(msg, VPC_A_NEXTHOP_HEALTH, READ_ONCE(nh->health)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The next hop of an implicit route, which no table has an object for. */
static int fill_local(struct sk_buff *msg)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_ROUTE_NEXTHOP);

	if (!nest ||
	    nla_put_u8(msg, VPC_A_NEXTHOP_TYPE, VPC_NH_LOCAL) ||
	    nla_put_flag(msg, VPC_A_NEXTHOP_USED) ||
	    nla_put_u32(msg, VPC_A_NEXTHOP_SHARE, VPC_SHARE_ALL))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_nexthops(struct sk_buff *msg, const struct route *r)
{
	struct vpc_share shares[VPC_NEXTHOPS_MAX];
	const struct vpc_group *group;
	u16 i;

	if (r->value == VPC_ROUTE_LOCAL) {
		if (nla_put_u8(msg, VPC_A_ROUTE_ORIGIN, VPC_ROUTE_ORIGIN_LOCAL))
			return -EMSGSIZE;
		return fill_local(msg);
	}
	if (r->value & VPC_ROUTE_PROPAGATED) {
		if (nla_put_u8(msg, VPC_A_ROUTE_ORIGIN, VPC_ROUTE_ORIGIN_PROPAGATED) ||
		    vpc_publish_fill(msg, r->table, &r->prefix))
			return -EMSGSIZE;
	} else if (nla_put_u8(msg, VPC_A_ROUTE_ORIGIN, VPC_ROUTE_ORIGIN_STATIC) ||
		   nla_put_u8(msg, VPC_A_ROUTE_PUBLISH, vpc_publish_mode(r->table, &r->prefix))) {
		return -EMSGSIZE;
	}
	group = vpc_group_by_id(r->table->vpc->vn, r->value);
	if (group->fail_open && nla_put_flag(msg, VPC_A_ROUTE_FAIL_OPEN))
		return -EMSGSIZE;
	vpc_group_shares(group, shares);
	for (i = 0; i < group->count; i++) {
		if (fill_nexthop(msg, &group->path[i], &shares[i]))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_endpoint(struct sk_buff *msg, const struct vpc_endpoint *ep)
{
	struct nlattr *nest = nla_nest_start(msg, VPC_A_ROUTE_ENDPOINT);

	if (!nest || vpc_nl_endpoint_fill(msg, ep))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, const void *item)
{
	const struct route *r = item;

	if (r->table->obj.name[0] &&
	    nla_put_string(msg, VPC_A_ROUTE_TABLE, r->table->obj.name))
		return -EMSGSIZE;
	if (r->table->gateway &&
	    nla_put_string(msg, VPC_A_ROUTE_GATEWAY, r->table->gateway->obj.name))
		return -EMSGSIZE;
	if (nla_put_string(msg, VPC_A_ROUTE_VPC, r->table->vpc->obj.name) ||
	    nla_put_u32(msg, VPC_A_ROUTE_TABLE_ID, r->table->obj.id) ||
	    vpc_nl_put_addr(msg, VPC_A_ROUTE_ADDRESS, &r->prefix.addr) ||
	    nla_put_u8(msg, VPC_A_ROUTE_LENGTH, r->prefix.len))
		return -EMSGSIZE;
	if (r->value != VPC_LPM_NONE && fill_nexthops(msg, r))
		return -EMSGSIZE;
	return r->endpoint ? fill_endpoint(msg, r->endpoint) : 0;
}

static u32 value_of(const struct vpc_table *table, const struct vpc_prefix *prefix)
{
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(prefix);

	return vpc_lpm_get(&table->lpm[vpc_family_index(prefix->addr.family)], &key);
}

void vpc_nl_event_route(struct vpc_net *vn, enum vpc_event event,
			const struct vpc_table *table, const struct vpc_prefix *prefix,
			const struct vpc_actor *actor)
{
	const struct route r = {
		.table = table,
		.prefix = *prefix,
		.value = event == VPC_EVENT_REMOVED ? VPC_LPM_NONE : value_of(table, prefix),
	};

	vpc_nl_event_item(vn, event, VPC_A_EVENT_ROUTE, fill, &r, actor);
}

/*
 * The table that a request is about: by its name, as the default table of a VPC, as that of a VPN
 * gateway, or, in look-ups, as the one that a device uses. NULL: none is named.
 */
static struct vpc_table *find_table(struct vpc_net *vn, struct nlattr **attrs, bool lookup,
				    struct netlink_ext_ack *extack)
{
	const struct nlattr *dev = lookup ? attrs[VPC_A_ROUTE_DEV] : NULL;
	const struct nlattr *name = attrs[VPC_A_ROUTE_TABLE];
	const struct nlattr *gateway = attrs[VPC_A_ROUTE_GATEWAY];
	const struct nlattr *vpc = attrs[VPC_A_ROUTE_VPC];
	struct vpc_object *obj;
	struct vpc_table *table;
	struct vpc_link *link;

	if (!!name + !!vpc + !!gateway + !!dev > 1)
		return ERR_PTR(vpc_err(extack, -EINVAL, "route: the table is named twice"));
	if (dev) {
		link = vpc_link_find(vn, nla_data(dev), VPC_KINDS, extack);
		NL_SET_BAD_ATTR(extack, dev);
		if (IS_ERR(link))
			return ERR_CAST(link);
		table = rcu_dereference_protected(link->table, lockdep_is_held(&vn->lock));
		if (!table)
			return ERR_PTR(vpc_err(extack, -EINVAL,
					       "%s has no table: what comes in there is in no VPC yet",
					       link->dev->name));
		NL_SET_BAD_ATTR(extack, NULL);
		return table;
	}
	if (name) {
		obj = vpc_nl_by_name(vn, VPC_KIND_TABLE, name, extack);
		return IS_ERR(obj) ? ERR_CAST(obj) : container_of(obj, struct vpc_table, obj);
	}
	if (gateway) {
		obj = vpc_nl_by_name(vn, VPC_KIND_VPN_GATEWAY, gateway, extack);
		return IS_ERR(obj) ? ERR_CAST(obj) :
				     container_of(obj, struct vpc_vpn_gateway, obj)->table;
	}
	if (vpc) {
		obj = vpc_nl_by_name(vn, VPC_KIND_VPC, vpc, extack);
		return IS_ERR(obj) ? ERR_CAST(obj) : container_of(obj, struct vpc, obj)->table;
	}
	return NULL;
}

/* Reads an operation. @paths has room for VPC_NEXTHOPS_MAX; their next hops are to be put. */
static int get_change(struct vpc_table *table, const struct nlattr *op,
		      struct vpc_route_change *change, struct vpc_path *paths,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VPC_A_OP_MAX + 1];
	const struct nlattr *a;
	int err, rem;

	change->paths = paths;
	change->count = 0;
	/* The policy of the command has checked what is inside. */
	err = nla_parse_nested(tb, VPC_A_OP_MAX, op, NULL, extack);
	if (err)
		return err;
	if (!tb[VPC_A_OP_KIND])
		return vpc_err(extack, -EINVAL, "route: the operation does not say what to do");
	change->op = nla_get_u8(tb[VPC_A_OP_KIND]);
	err = vpc_nl_make_prefix(tb[VPC_A_OP_ADDRESS], tb[VPC_A_OP_LENGTH], false,
				 &change->prefix, extack);
	if (err)
		return err;
	change->publish = VPC_PUBLISH_NO;
	if (tb[VPC_A_OP_PUBLISH])
		change->publish = nla_get_u8(tb[VPC_A_OP_PUBLISH]);
	if (change->publish && !table->gateway)
		return vpc_err(extack, -EINVAL,
			       "route: only the table of a VPN gateway publishes routes");
	if (change->publish && change->op == VPC_ROUTE_OP_DEL)
		return vpc_err(extack, -EINVAL, "route: to remove something cannot publish it");
	change->fail_open = nla_get_flag(tb[VPC_A_OP_FAIL_OPEN]);
	if (change->fail_open && change->op == VPC_ROUTE_OP_DEL)
		return vpc_err(extack, -EINVAL,
			       "route: to remove something cannot make it fail open");
	if (!tb[VPC_A_OP_NEXTHOP])
		return change->op == VPC_ROUTE_OP_DEL ? 0 :
		       vpc_err(extack, -EINVAL, "route: no next hop given");

	nla_for_each_nested(a, op, rem) {
		if (nla_type(a) != VPC_A_OP_NEXTHOP)
			continue;
		if (change->count == VPC_NEXTHOPS_MAX)
			return vpc_err(extack, -E2BIG, "next hops of a route: at most %d",
				       VPC_NEXTHOPS_MAX);
		err = vpc_nexthop_parse(table->vpc, a, &paths[change->count], extack);
		if (err)
			return err;
		change->count++;
	}
	return 0;
}

static int apply(struct vpc_route_txn *txn, bool replace, const struct nlattr *op,
		 struct vpc_route_change *change, struct vpc_path *paths,
		 struct netlink_ext_ack *extack)
{
	unsigned int i;
	int err;

	err = get_change(txn->table, op, change, paths, extack);
	if (!err && replace && change->op != VPC_ROUTE_OP_ADD)
		err = vpc_err(extack, -EINVAL,
			      "route: only additions make up the new content of a table");
	if (!err)
		err = vpc_route_apply(txn, change, extack);
	for (i = 0; i < change->count; i++)
		vpc_nexthop_put(paths[i].nh);
	/* The operation, not the attribute inside, so that callers can map it to their input. */
	if (err)
		NL_SET_BAD_ATTR(extack, op);
	return err;
}

static void change_event(struct vpc_table *table, const struct vpc_prefix *prefix, u32 before)
{
	u32 after = value_of(table, prefix);

	vpc_nl_event_route(table->vpc->vn, after == VPC_LPM_NONE ? VPC_EVENT_REMOVED :
			   before == VPC_LPM_NONE ? VPC_EVENT_ADDED : VPC_EVENT_CHANGED,
			   table, prefix, NULL);
}

static int change_table(struct genl_info *info, struct vpc_table *table, bool replace,
			struct vpc_path *paths)
{
	const struct nlattr *op = NULL;
	struct vpc_route_change change;
	struct vpc_route_txn txn;
	unsigned int ops = 0;
	u32 before;
	int err;

	err = vpc_route_begin(&txn, table, replace, info->extack);
	if (err)
		return err;
	while ((op = vpc_nl_next(info, VPC_A_ROUTE_OP, op))) {
		err = apply(&txn, replace, op, &change, paths, info->extack);
		if (err) {
			vpc_route_abort(&txn);
			return err;
		}
		ops++;
		cond_resched();
	}
	if (ops == 1 && !replace) {
		before = value_of(table, &change.prefix);
		vpc_route_commit(&txn);
		change_event(table, &change.prefix, before);
	} else {
		vpc_route_commit(&txn);
		vpc_nl_event(table->vpc->vn, VPC_EVENT_CHANGED, &table->obj, NULL);
	}
	return 0;
}

int vpc_nl_route_change(struct sk_buff *skb, struct genl_info *info)
{
	bool replace = nla_get_flag(info->attrs[VPC_A_ROUTE_REPLACE_TABLE]);
	struct vpc_table *table;
	struct vpc_path *paths;
	int err;

	table = find_table(vpc_nl_net(info), info->attrs, false, info->extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	if (!table)
		return vpc_err(info->extack, -EINVAL, "route: no table or VPC given");
	if (!replace) {
		err = vpc_nl_need(info, VPC_A_ROUTE_OP, "route", "operation");
		if (err)
			return err;
	}

	paths = kmalloc_array(VPC_NEXTHOPS_MAX, sizeof(*paths), GFP_KERNEL);
	if (paths)
		err = change_table(info, table, replace, paths);
	else
		err = vpc_err(info->extack, -ENOMEM, "no memory for the request");
	kfree(paths);
	return err;
}

/* Where a packet to an address would end, if that is an endpoint. */
static const struct vpc_endpoint *endpoint_of(const struct route *r, const struct vpc_addr *addr)
{
	const struct vpc_nexthop *nh;

	if (r->value == VPC_ROUTE_LOCAL)
		return vpc_endpoint_find(r->table->vpc, addr);
	nh = vpc_group_main(vpc_group_by_id(r->table->vpc->vn, r->value));
	return nh && nh->ops->endpoint ? nh->ops->endpoint(nh, addr) : NULL;
}

int vpc_nl_route_lookup(struct sk_buff *skb, struct genl_info *info)
{
	char addr_buf[VPC_PREFIX_STRLEN], label[VPC_TABLE_LABEL_LEN];
	struct vpc_table *table;
	struct vpc_addr addr;
	struct route r = {};
	int err;

	table = find_table(vpc_nl_net(info), info->attrs, true, info->extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	if (!table)
		return vpc_err(info->extack, -EINVAL, "route: no table, VPC or device given");
	err = vpc_nl_need(info, VPC_A_ROUTE_ADDRESS, "route", "address");
	if (err)
		return err;
	err = vpc_nl_get_host(info->attrs[VPC_A_ROUTE_ADDRESS], &addr, info->extack);
	if (err)
		return err;

	r.table = table;
	r.value = vpc_lpm_match(&table->lpm[vpc_family_index(addr.family)], addr.bytes,
				&r.prefix.len);
	if (r.value == VPC_LPM_NONE)
		return vpc_err(info->extack, -ENETUNREACH, "%s has no route to %s",
			       vpc_table_label(table, label, sizeof(label)),
			       vpc_addr_str(&addr, addr_buf));
	r.prefix.addr = addr;
	vpc_prefix_mask(&r.prefix);
	r.endpoint = endpoint_of(&r, &addr);
	return vpc_nl_reply(info, VPC_CMD_ROUTE_LOOKUP, fill, &r);
}

/* In cb->ctx. */
struct cursor {
	u32 only;			/* id of the table to list, 0: all */
	u32 peering;			/* id of the peering to list, 0: all */
	u32 ipsec;			/* id of the connection to list, 0: all */
	u32 table;			/* id of the current table, or where to search for it */
	struct vpc_lpm_prefix prefix;	/* last one listed */
	u8 family;			/* index of the current family in vpc_table::lpm */
	bool resume;			/* @prefix is valid */
	bool started;
	bool done;			/* the last table was listed */
};

static int start(struct vpc_net *vn, struct netlink_callback *cb, struct cursor *cur)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vpc_object *peering, *ipsec;
	struct vpc_table *table;

	table = find_table(vn, attrs, false, cb->extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	if (table)
		cur->only = table->obj.id;
	if (attrs[VPC_A_ROUTE_PEERING]) {
		peering = vpc_nl_by_name(vn, VPC_KIND_PEERING, attrs[VPC_A_ROUTE_PEERING],
					 cb->extack);
		if (IS_ERR(peering))
			return PTR_ERR(peering);
		cur->peering = peering->id;
	}
	if (attrs[VPC_A_ROUTE_IPSEC]) {
		ipsec = vpc_nl_by_name(vn, VPC_KIND_IPSEC, attrs[VPC_A_ROUTE_IPSEC], cb->extack);
		if (IS_ERR(ipsec))
			return PTR_ERR(ipsec);
		cur->ipsec = ipsec->id;
	}
	cur->table = cur->only;
	cur->started = true;
	return 0;
}

/* Does a route have the peering, or the connection, that a dump asks for? */
static bool is_wanted(struct vpc_net *vn, u32 value, const struct cursor *cur)
{
	const struct vpc_group *group;
	u16 i;

	if (!cur->peering && !cur->ipsec)
		return true;
	if (value == VPC_ROUTE_LOCAL)
		return false;
	group = vpc_group_by_id(vn, value);
	for (i = 0; i < group->count; i++) {
		const struct vpc_nh_key *key = &group->path[i].nh->key;

		switch (key->type) {
		case VPC_NH_PEERING:
		case VPC_NH_TRANSIT:
			if (key->peering->obj.id == cur->peering)
				return true;
			break;
		case VPC_NH_IPSEC:
			if (key->ipsec->link.obj.id == cur->ipsec)
				return true;
			break;
		}
	}
	return false;
}

/* Lists a table from where the cursor is. */
static int dump_table(struct sk_buff *skb, struct netlink_callback *cb, struct cursor *cur,
		      const struct vpc_table *table)
{
	struct vpc_lpm_prefix at;
	struct route r;
	int err;

	for (; cur->family < ARRAY_SIZE(table->lpm); cur->family++, cur->resume = false) {
		at = cur->prefix;
		for (;;) {
			memset(&r, 0, sizeof(r));
			r.table = table;
			r.value = vpc_lpm_next(&table->lpm[cur->family], &at, !cur->resume);
			if (r.value == VPC_LPM_NONE)
				break;
			r.prefix = vpc_prefix_of(cur->family ? AF_INET6 : AF_INET, &at);
			if (is_wanted(table->vpc->vn, r.value, cur)) {
				err = vpc_nl_dump_one(skb, cb, VPC_CMD_ROUTE_GET, fill, &r);
				if (err)
					return err;
			}
			cur->prefix = at;
			cur->resume = true;
			cond_resched();
		}
	}
	return 0;
}

int vpc_nl_route_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpc_net *vn = vpc_net(sock_net(skb->sk));
	struct cursor *cur = (struct cursor *)cb->ctx;
	struct vpc_object *obj;
	int err;

	static_assert(sizeof(*cur) <= sizeof(cb->ctx));

	err = vpc_nl_dump_lock(vn, cb);
	if (!err && !cur->started)
		err = start(vn, cb, cur);
	while (!err && !cur->done) {
		obj = vpc_object_next(&vn->registry[VPC_KIND_TABLE], cur->table);
		cur->done = !obj || (cur->only && obj->id != cur->only);
		if (cur->done)
			break;
		/* The table that we were in is gone: begin with the next one. */
		if (obj->id != cur->table) {
			cur->table = obj->id;
			cur->family = 0;
			cur->resume = false;
		}
		err = dump_table(skb, cb, cur, container_of(obj, struct vpc_table, obj));
		if (!err) {
			cur->table = obj->id + 1;
			cur->done = !cur->table;
			cur->family = 0;
			cur->resume = false;
		}
	}
	return vpc_nl_dump_unlock(vn, skb, err);
}
