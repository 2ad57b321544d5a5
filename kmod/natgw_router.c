// SPDX-License-Identifier: GPL-2.0
/*
 * The own router of a VPC: a NAT gateway without a name and without rules of its own. It is there
 * as long as the VPC has a public address. An address that is bound to an endpoint is a DNAT rule
 * for everything that comes in.
 */

#include "natgw.h"
#include "table.h"

static int add_rule(struct vpc_natgw_request *req, const struct vpc *vpc, u32 i,
		    struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], to[VPC_PREFIX_STRLEN];
	struct vpc_dnat *rule = &req->dnat[req->dnats];
	const struct vpc_nat_gateway *router;
	u32 k;

	if (!req->endpoint[i].family)
		return 0;
	router = rcu_dereference_protected(vpc->router, lockdep_is_held(&vpc->vn->lock));
	for (k = 0; router && k < router->dnats; k++)
		if (vpc_addr_equal(&router->dnat[k].to, &req->endpoint[i]) &&
		    !vpc_addr_equal(&router->dnat[k].public, &req->add[i]))
			return vpc_err(extack, -EEXIST,
				       "endpoint %s has public address %s already",
				       vpc_addr_str(&req->endpoint[i], to),
				       vpc_addr_str(&router->dnat[k].public, buf));
	rule->public = req->add[i];
	rule->last = U16_MAX;
	rule->to = req->endpoint[i];
	req->dnats++;
	return 0;
}

static void del_rule(struct vpc_natgw_request *req, const struct vpc_nat_gateway *router, u32 i)
{
	u32 k;

	for (k = 0; k < router->dnats; k++)
		if (vpc_addr_equal(&router->dnat[k].public, &req->del[i]))
			req->del_dnat[req->del_dnats++] = router->dnat[k];
}

/* Will it have an address for new connections? */
static bool has_some(const struct vpc_nat_gateway *router, const struct vpc_natgw_request *req)
{
	const struct vpc_nat_share *share;

	list_for_each_entry(share, &router->shares, node)
		if (vpc_natgw_stays(share, req))
			return true;
	return req->adds;
}

static int check_dels(const struct vpc_nat_gateway *router, const struct vpc_natgw_request *req,
		      struct netlink_ext_ack *extack)
{
	const struct vpc_nat_share *share;
	char buf[VPC_PREFIX_STRLEN];
	u32 i;

	for (i = 0; i < req->dels; i++) {
		share = vpc_natgw_share_of(router, &req->del[i]);
		if (!share || share->draining)
			return vpc_err(extack, -ENOENT, "%s has no public address %s",
				       router->label, vpc_addr_str(&req->del[i], buf));
	}
	return 0;
}

/* Its uplink is gone, and routes lead to it: another one, or the same again, will do. */
static int move(struct vpc_nat_gateway *router, struct vpc_natgw_request *req,
		struct netlink_ext_ack *extack)
{
	int err;

	if (!req->uplink)
		return vpc_err(extack, -ENODEV, "%s has lost its uplink: name one", router->label);
	WRITE_ONCE(router->uplink, req->uplink);
	err = vpc_natgw_set(router, req, extack);
	if (err)
		WRITE_ONCE(router->uplink, NULL);
	else
		vpc_nh_nat_uplink(router);
	return err;
}

static int change(struct vpc_nat_gateway *router, struct vpc_natgw_request *req,
		  struct netlink_ext_ack *extack)
{
	char user[VPC_ROUTE_USER_LEN];
	int err;
	u32 i;

	err = check_dels(router, req, extack);
	if (err)
		return err;
	if (!router->uplink)
		return move(router, req, extack);
	if (req->uplink && req->uplink != router->uplink)
		return vpc_err(extack, -EINVAL, "%s is on uplink %s, where all its addresses are",
			       router->label, router->uplink->link.dev->name);
	for (i = 0; i < req->dels; i++)
		del_rule(req, router, i);
	/* Without any it is no router. Those of its connections that are left end with it. */
	if (!has_some(router, req)) {
		if (router->nh && vpc_route_user(router->nh, user, sizeof(user)))
			return vpc_err(extack, -EBUSY,
				       "%s is the next hop of %s, and would have no public address: remove that first",
				       router->label, user);
		vpc_natgw_remove(router);
		return 0;
	}
	return vpc_natgw_set(router, req, extack);
}

/**
 * vpc_natgw_router_set() - change the public addresses of a VPC
 * @vpc: the VPC
 * @req: addresses to have and to drain, uplink
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_natgw_router_set(struct vpc *vpc, struct vpc_natgw_request *req,
			 struct netlink_ext_ack *extack)
{
	struct vpc_nat_gateway *router;
	u32 i;
	int err;

	router = rcu_dereference_protected(vpc->router, lockdep_is_held(&vpc->vn->lock));
	req->name = NULL;
	req->vpc = vpc;
	req->first_port = VPC_NAT_FIRST_PORT;
	req->last_port = VPC_NAT_LAST_PORT;
	req->port_limit = VPC_NAT_PORT_LIMIT;
	for (i = 0; i < req->adds; i++) {
		err = add_rule(req, vpc, i, extack);
		if (err)
			return err;
	}
	if (router)
		return change(router, req, extack);
	if (req->dels)
		return vpc_err(extack, -ENOENT, "VPC %s has no public address", vpc->obj.name);
	if (!req->uplink)
		return vpc_err(extack, -EINVAL,
			       "the first public address of VPC %s needs the uplink that it is on",
			       vpc->obj.name);
	router = vpc_natgw_new(req, extack);
	return PTR_ERR_OR_ZERO(router);
}
