// SPDX-License-Identifier: GPL-2.0
/* Netlink commands for endpoints. */

#include <linux/sched.h>

#include "endpoint.h"
#include "nl_common.h"
#include "overlay.h"
#include "port.h"

/**
 * vpc_nl_endpoint_fill() - write an endpoint
 * @msg: message to append it to
 * @item: struct vpc_endpoint
 * Context: vpc_net::lock is held.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_endpoint_fill(struct sk_buff *msg, const void *item)
{
	const struct vpc_endpoint *ep = item;
	u8 lladdr[ETH_ALEN];

	if (nla_put_string(msg, VPC_A_ENDPOINT_VPC, ep->vpc->obj.name) ||
	    vpc_nl_put_addr(msg, VPC_A_ENDPOINT_ADDRESS, &ep->addr) ||
	    nla_put_u32(msg, VPC_A_ENDPOINT_ID, ep->id))
		return -EMSGSIZE;
	if (ep->remote) {
		if (vpc_nl_put_addr(msg, VPC_A_ENDPOINT_HOST, &ep->remote->host) ||
		    nla_put(msg, VPC_A_ENDPOINT_LLADDR, ETH_ALEN, ep->remote->key.lladdr))
			return -EMSGSIZE;
		return 0;
	}
	if (vpc_nl_put_dev(msg, VPC_A_ENDPOINT_DEV, ep->port->link.dev))
		return -EMSGSIZE;
	if (vpc_adj_lladdr(ep->adj, lladdr) &&
	    nla_put(msg, VPC_A_ENDPOINT_LLADDR, ETH_ALEN, lladdr))
		return -EMSGSIZE;
	return 0;
}

/* What both commands name. */
static int get_address(struct genl_info *info, struct vpc **vpc, struct vpc_addr *addr)
{
	int err;

	*vpc = vpc_nl_vpc(info, VPC_A_ENDPOINT_VPC, "endpoint", "VPC");
	if (IS_ERR(*vpc))
		return PTR_ERR(*vpc);
	err = vpc_nl_need(info, VPC_A_ENDPOINT_ADDRESS, "endpoint", "address");
	return err ?: vpc_nl_get_host(info->attrs[VPC_A_ENDPOINT_ADDRESS], addr, info->extack);
}

int vpc_nl_endpoint_new(struct sk_buff *skb, struct genl_info *info)
{
	struct vpc_remote_config cfg = {};
	struct vpc_endpoint *ep;
	bool moves;
	int err;

	err = get_address(info, &cfg.vpc, &cfg.addr) ?:
	      vpc_nl_need(info, VPC_A_ENDPOINT_HOST, "endpoint", "host") ?:
	      vpc_nl_get_addr(info->attrs[VPC_A_ENDPOINT_HOST], &cfg.host, info->extack) ?:
	      vpc_nl_need(info, VPC_A_ENDPOINT_LLADDR, "endpoint", "lladdr of its host");
	if (err)
		return err;
	cfg.lladdr = nla_data(info->attrs[VPC_A_ENDPOINT_LLADDR]);
	cfg.replace = nla_get_flag(info->attrs[VPC_A_ENDPOINT_REPLACE]);
	moves = vpc_endpoint_find(cfg.vpc, &cfg.addr);

	ep = vpc_remote_endpoint_new(&cfg, info->extack);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	vpc_nl_event_item(vpc_nl_net(info), moves ? VPC_EVENT_CHANGED : VPC_EVENT_ADDED,
			  VPC_A_EVENT_ENDPOINT, vpc_nl_endpoint_fill, ep, NULL);
	return 0;
}

int vpc_nl_endpoint_del(struct sk_buff *skb, struct genl_info *info)
{
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_endpoint *ep;
	struct vpc_addr addr;
	struct vpc *vpc;
	int err;

	err = get_address(info, &vpc, &addr);
	if (err)
		return err;
	ep = vpc_endpoint_find(vpc, &addr);
	vpc_addr_str(&addr, buf);
	if (!ep)
		return vpc_err(info->extack, -ENOENT, "nobody has address %s of VPC %s", buf,
			       vpc->obj.name);
	if (ep->port)
		return vpc_err(info->extack, -EBUSY,
			       "address %s of VPC %s lives on port %s, and goes with it (port del %s)",
			       buf, vpc->obj.name, ep->port->link.dev->name,
			       ep->port->link.dev->name);
	vpc_nl_event_item(vpc_nl_net(info), VPC_EVENT_REMOVED, VPC_A_EVENT_ENDPOINT,
			  vpc_nl_endpoint_fill, ep, NULL);
	vpc_endpoint_del(ep);
	return 0;
}

/* In cb->ctx. */
struct cursor {
	u32 next;	/* smallest id that was not listed */
	u32 vpc;	/* id of the VPC to list, 0: all */
	bool started;
	bool done;	/* the largest id was listed */
};

static int start(struct vpc_net *vn, struct netlink_callback *cb, struct cursor *cur)
{
	const struct nlattr *filter = genl_info_dump(cb)->attrs[VPC_A_ENDPOINT_VPC];
	struct vpc_object *vpc;

	if (filter) {
		vpc = vpc_nl_by_name(vn, VPC_KIND_VPC, filter, cb->extack);
		if (IS_ERR(vpc))
			return PTR_ERR(vpc);
		cur->vpc = vpc->id;
	}
	cur->started = true;
	return 0;
}

int vpc_nl_endpoint_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpc_net *vn = vpc_net(sock_net(skb->sk));
	struct cursor *cur = (struct cursor *)cb->ctx;
	struct vpc_endpoint *ep;
	int err;

	static_assert(sizeof(*cur) <= sizeof(cb->ctx));

	err = vpc_nl_dump_lock(vn, cb);
	if (!err && !cur->started)
		err = start(vn, cb, cur);
	while (!err && !cur->done) {
		ep = vpc_endpoint_next(vn, cur->next);
		if (!ep)
			break;
		if (!cur->vpc || ep->vpc->obj.id == cur->vpc)
			err = vpc_nl_dump_one(skb, cb, VPC_CMD_ENDPOINT_GET,
					      vpc_nl_endpoint_fill, ep);
		if (!err) {
			cur->next = ep->id + 1;
			cur->done = !cur->next;
		}
		cond_resched();
	}
	return vpc_nl_dump_unlock(vn, skb, err);
}
