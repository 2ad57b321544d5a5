// SPDX-License-Identifier: GPL-2.0
/* NAT gateways: as objects. */

#include <linux/slab.h>

#include "natgw.h"
#include "netlink.h"
#include "subnet.h"
#include "table.h"

/* The zone of a VPC is there from its first gateway to its last one. */
static int zone_get(struct vpc *vpc, struct netlink_ext_ack *extack)
{
	struct vpc_nat_zone *zone = rcu_dereference_protected(vpc->nat_zone,
							      lockdep_is_held(&vpc->vn->lock));

	if (!zone) {
		zone = vpc_nat_zone_new(vpc->vn, extack);
		if (IS_ERR(zone))
			return PTR_ERR(zone);
		rcu_assign_pointer(vpc->nat_zone, zone);
	}
	vpc->nat_users++;
	return 0;
}

static void zone_put(struct vpc *vpc)
{
	struct vpc_nat_zone *zone;

	if (--vpc->nat_users)
		return;
	zone = rcu_replace_pointer(vpc->nat_zone, NULL, lockdep_is_held(&vpc->vn->lock));
	synchronize_net();
	vpc_nat_zone_free(vpc->vn, zone);
}

static void set_label(struct vpc_nat_gateway *gw)
{
	if (gw->obj.name[0])
		snprintf(gw->label, sizeof(gw->label), "NAT gateway %s", gw->obj.name);
	else
		snprintf(gw->label, sizeof(gw->label), "the router of VPC %s", gw->vpc->obj.name);
}

/**
 * vpc_natgw_renamed() - a VPC has another name
 * @vpc: the VPC
 * Context: vpc_net::lock is held.
 */
void vpc_natgw_renamed(struct vpc *vpc)
{
	struct vpc_nat_gateway *gw;

	list_for_each_entry(gw, &vpc->nat_gateways, node)
		set_label(gw);
}

/**
 * vpc_natgw_new() - a NAT gateway, or the own router of a VPC
 * @req: what is asked for; without a name, the router
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the gateway or ERR_PTR(-errno).
 */
struct vpc_nat_gateway *vpc_natgw_new(struct vpc_natgw_request *req,
				      struct netlink_ext_ack *extack)
{
	struct vpc *vpc = req->vpc;
	struct vpc_net *vn = vpc->vn;
	struct vpc_nat_gateway *gw;
	struct vpc_natgw_change *c;
	int err;

	lockdep_assert_held(&vn->lock);
	if (vpc->transit)
		return ERR_PTR(vpc_err(extack, -EINVAL,
				       "%s is a transit domain, which has no endpoints to translate",
				       vpc->obj.name));
	if (list_empty(&req->uplink->routers))
		return ERR_PTR(vpc_err(extack, -EINVAL,
				       "uplink %s has no gateway to send packets to",
				       req->uplink->link.dev->name));
	if (!req->adds)
		return ERR_PTR(vpc_err(extack, -EINVAL, "NAT gateway %s needs a public address",
				       req->name));
	gw = kzalloc(sizeof(*gw), GFP_KERNEL_ACCOUNT);
	if (!gw)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a NAT gateway"));
	gw->vpc = vpc;
	gw->uplink = req->uplink;
	INIT_LIST_HEAD(&gw->shares);
	err = -ENOMEM;
	gw->counters = vpc_counters_alloc();
	if (!gw->counters) {
		vpc_err(extack, err, "no memory for the counters of a NAT gateway");
		goto err_free;
	}
	err = vpc_nat_ports_init(gw);
	if (err) {
		vpc_err(extack, err, "no memory for a NAT gateway");
		goto err_counters;
	}
	err = zone_get(vpc, extack);
	if (err)
		goto err_ports;
	err = vpc_object_add(&vn->registry[VPC_KIND_NAT_GATEWAY], &gw->obj, req->name, extack);
	if (err)
		goto err_zone;
	set_label(gw);
	c = vpc_natgw_change_prepare(gw, req, extack);
	if (IS_ERR(c)) {
		err = PTR_ERR(c);
		goto err_object;
	}
	vpc_natgw_change_commit(gw, req, c);
	list_add_tail(&gw->node, &vpc->nat_gateways);
	if (!req->name)
		rcu_assign_pointer(vpc->router, gw);
	return gw;

err_object:
	vpc_object_del(&vn->registry[VPC_KIND_NAT_GATEWAY], &gw->obj);
err_zone:
	zone_put(vpc);
err_ports:
	vpc_nat_ports_exit(gw);
err_counters:
	vpc_counters_free(gw->counters);
err_free:
	kfree(gw);
	return ERR_PTR(err);
}

/**
 * vpc_natgw_set() - change a NAT gateway
 * @gw: the gateway
 * @req: what is asked for; ports, limit and rate are those to have
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_natgw_set(struct vpc_nat_gateway *gw, struct vpc_natgw_request *req,
		  struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = gw->vpc->vn;
	struct vpc_natgw_change *c;
	int err;

	lockdep_assert_held(&vn->lock);
	if (!gw->uplink)
		return vpc_err(extack, -ENODEV, "%s has lost its uplink: remove it",
			       gw->label);
	c = vpc_natgw_change_prepare(gw, req, extack);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (req->name) {
		err = vpc_object_rename(&vn->registry[VPC_KIND_NAT_GATEWAY], &gw->obj, req->name,
					extack);
		if (err) {
			vpc_natgw_change_abort(c);
			return err;
		}
		set_label(gw);
	}
	vpc_natgw_change_commit(gw, req, c);
	return 0;
}

/* No new connections, then no connections, then no addresses. */
static void stop(struct vpc_nat_gateway *gw)
{
	struct vpc_net *vn = gw->vpc->vn;
	struct vpc_nat_share *share, *next;
	struct vpc_nat_config *old;

	old = rcu_replace_pointer(gw->config, NULL, lockdep_is_held(&vn->lock));
	gw->dnats = 0;
	/* The rules of others stay, and the end of this one cannot be refused. */
	list_for_each_entry(share, &gw->shares, node)
		vpc_natgw_set_table(share->public,
				    vpc_natgw_dnat_table(share->public, gw, NULL, 0,
							 GFP_KERNEL_ACCOUNT | __GFP_NOFAIL, NULL));
	if (old)
		call_rcu(&old->rcu, vpc_natgw_config_free_rcu);
	vpc_adj_quiesce(vn);
	vpc_nat_kill(vn, gw);
	list_for_each_entry_safe(share, next, &gw->shares, node)
		vpc_natgw_share_release(share);
}

/**
 * vpc_natgw_remove() - remove a NAT gateway, with its connections
 * @gw: the gateway, which no next hop leads to
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_natgw_remove(struct vpc_nat_gateway *gw)
{
	struct vpc *vpc = gw->vpc;

	lockdep_assert_held(&vpc->vn->lock);
	vpc_object_del(&vpc->vn->registry[VPC_KIND_NAT_GATEWAY], &gw->obj);
	list_del(&gw->node);
	if (rcu_access_pointer(vpc->router) == gw)
		RCU_INIT_POINTER(vpc->router, NULL);
	stop(gw);
	zone_put(vpc);
	vpc_nat_ports_exit(gw);
	vpc_counters_free(gw->counters);
	kfree(gw->snat);
	kfree(gw->dnat);
	kfree_rcu(gw, rcu);
}

/**
 * vpc_natgw_del() - remove a NAT gateway that no route needs
 * @gw: the gateway
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_natgw_del(struct vpc_nat_gateway *gw, struct netlink_ext_ack *extack)
{
	char user[VPC_ROUTE_USER_LEN];

	if (gw->nh && vpc_route_user(gw->nh, user, sizeof(user)))
		return vpc_err(extack, -EBUSY, "%s is the next hop of %s: remove it first",
			       gw->label, user);
	vpc_natgw_remove(gw);
	return 0;
}

/**
 * vpc_natgw_find() - a NAT gateway by its name
 * @vn: the namespace
 * @name: the name
 * Context: vpc_net::lock is held.
 * Return: the gateway or NULL.
 */
struct vpc_nat_gateway *vpc_natgw_find(struct vpc_net *vn, const char *name)
{
	struct vpc_object *obj = vpc_object_find(&vn->registry[VPC_KIND_NAT_GATEWAY], name);

	return obj ? container_of(obj, struct vpc_nat_gateway, obj) : NULL;
}

static struct vpc_nat_gateway *next_of(struct vpc_net *vn, const struct vpc_nat_gateway *gw)
{
	struct vpc_object *obj = vpc_object_next(&vn->registry[VPC_KIND_NAT_GATEWAY],
						 gw ? gw->obj.id + 1 : 0);

	return obj ? container_of(obj, struct vpc_nat_gateway, obj) : NULL;
}

/**
 * vpc_natgw_check_unused() - does a NAT gateway need an uplink?
 * @uplink: the uplink
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EBUSY.
 */
int vpc_natgw_check_unused(const struct vpc_uplink *uplink, struct netlink_ext_ack *extack)
{
	struct vpc_nat_gateway *gw = NULL;

	while ((gw = next_of(uplink->link.vpc->vn, gw)))
		if (gw->uplink == uplink)
			return vpc_err(extack, -EBUSY, "uplink %s has %s: remove it first",
				       uplink->link.dev->name, gw->label);
	return 0;
}

/**
 * vpc_natgw_uplink_gone() - an uplink goes with its device
 * @uplink: the uplink
 *
 * Its gateways lose their addresses and connections; routes to them lead nowhere. The own router of
 * a VPC is nothing without an address.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_natgw_uplink_gone(struct vpc_uplink *uplink)
{
	struct vpc_net *vn = uplink->link.vpc->vn;
	struct vpc_nat_gateway *gw, *next;

	for (gw = next_of(vn, NULL); gw; gw = next) {
		next = next_of(vn, gw);
		if (gw->uplink != uplink)
			continue;
		WRITE_ONCE(gw->uplink, NULL);
		vpc_nh_nat_uplink(gw);
		if (gw->obj.name[0] || gw->nh)
			stop(gw);
		else
			vpc_natgw_remove(gw);
	}
}

/**
 * vpc_natgw_check_subnet() - does an SNAT rule need a subnet?
 * @subnet: the subnet
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EBUSY.
 */
int vpc_natgw_check_subnet(const struct vpc_subnet *subnet, struct netlink_ext_ack *extack)
{
	const struct vpc_nat_gateway *gw;
	u32 i;

	list_for_each_entry(gw, &subnet->vpc->nat_gateways, node)
		for (i = 0; i < gw->snats; i++)
			if (gw->snat[i].subnet == subnet)
				return vpc_err(extack, -EBUSY,
					       "subnet %s has an SNAT rule in %s: remove it first",
					       subnet->obj.name, gw->label);
	return 0;
}

/**
 * vpc_natgw_check_cidr() - does a rule need a CIDR of a VPC?
 * @vpc: the VPC
 * @cidr: its CIDR
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EBUSY.
 */
int vpc_natgw_check_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
			 struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], rule[VPC_DNAT_STRLEN];
	const struct vpc_nat_gateway *gw;
	u32 i;

	list_for_each_entry(gw, &vpc->nat_gateways, node) {
		for (i = 0; i < gw->snats; i++)
			if (!gw->snat[i].subnet && vpc_prefix_covers(cidr, &gw->snat[i].prefix))
				return vpc_err(extack, -EBUSY,
					       "CIDR %s has an SNAT rule in %s",
					       vpc_prefix_str(cidr, buf), gw->label);
		for (i = 0; i < gw->dnats; i++)
			if (vpc_prefix_contains(cidr, &gw->dnat[i].to))
				return vpc_err(extack, -EBUSY,
					       "CIDR %s has the target of DNAT rule %s of %s",
					       vpc_prefix_str(cidr, buf),
					       vpc_natgw_dnat_str(&gw->dnat[i], rule, sizeof(rule)),
					       gw->label);
	}
	return 0;
}

/* Listeners hear when ports are nearly gone, and once when they are there again. */
static void tell_levels(struct vpc_net *vn, struct vpc_nat_gateway *gw)
{
	struct vpc_nat_share *share;
	bool news = false;
	u8 level;
	int i;

	list_for_each_entry(share, &gw->shares, node) {
		for (level = 0, i = 0; i < VPC_NAT_CLASSES; i++)
			level = max(level, READ_ONCE(share->level[i]));
		news |= level != share->told;
		share->told = level;
	}
	if (news)
		vpc_nl_event(vn, VPC_EVENT_PORTS, &gw->obj, NULL);
}

/* Addresses that have drained go. */
static void follow(struct work_struct *work)
{
	struct vpc_net *vn = container_of(work, struct vpc_net, nat_work);
	struct vpc_nat_gateway *gw = NULL;

	mutex_lock(&vn->lock);
	while (!vn->dying && (gw = next_of(vn, gw))) {
		struct vpc_nat_share *share, *next;
		bool changed = false;

		list_for_each_entry_safe(share, next, &gw->shares, node) {
			if (!share->draining || atomic_read(&share->connections))
				continue;
			vpc_natgw_share_release(share);
			changed = true;
		}
		if (changed)
			vpc_nl_event(vn, VPC_EVENT_CHANGED, &gw->obj, NULL);
		tell_levels(vn, gw);
	}
	mutex_unlock(&vn->lock);
}

/**
 * vpc_natgw_wake() - an address may have drained, or its ports be nearly gone
 * @vn: the namespace
 * Context: any.
 */
void vpc_natgw_wake(struct vpc_net *vn)
{
	if (!READ_ONCE(vn->dying))
		schedule_work(&vn->nat_work);
}

void vpc_natgw_net_init(struct vpc_net *vn)
{
	ida_init(&vn->nat_zones);
	INIT_WORK(&vn->nat_work, follow);
}

void vpc_natgw_net_exit(struct vpc_net *vn)
{
	cancel_work_sync(&vn->nat_work);
	ida_destroy(&vn->nat_zones);
}
