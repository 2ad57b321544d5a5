// SPDX-License-Identifier: GPL-2.0
/* NAT gateways: addresses, rules, and what packets read of them. */

#include <linux/slab.h>

#include "natgw.h"
#include "netlink.h"
#include "subnet.h"
#include "table.h"

/* What a change publishes, made ready before anything is changed. */
struct change {
	struct vpc_snat *snat;
	u32 snats;
	struct vpc_dnat *dnat;
	u32 dnats;
	struct vpc_nat_config *config;
	struct vpc_dnat_table *table[VPC_NAT_ADDRESSES_MAX];
	struct list_head added;
};

static struct vpc_nat_share *share_of(const struct vpc_nat_gateway *gw, const struct vpc_addr *addr)
{
	struct vpc_nat_share *share;

	list_for_each_entry(share, &gw->shares, node)
		if (vpc_addr_equal(&share->public->addr, addr))
			return share;
	return NULL;
}

static void share_release(struct vpc_nat_share *share)
{
	list_del(&share->node);
	spin_lock_bh(&share->public->lock);
	list_del(&share->peer);
	spin_unlock_bh(&share->public->lock);
	vpc_public_put(share->public);
	kfree_rcu(share, rcu);
}

/* A bound address is for one endpoint, and so for one VPC. */
static int check_exclusive(const struct vpc_public *public, const struct vpc_addr *endpoint,
			   struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], to[VPC_PREFIX_STRLEN];
	const struct vpc_nat_share *other;

	list_for_each_entry(other, &public->shares, peer) {
		vpc_addr_str(&public->addr, buf);
		if (other->endpoint.family)
			return vpc_err(extack, -EBUSY,
				       "public address %s is bound to endpoint %s of VPC %s", buf,
				       vpc_addr_str(&other->endpoint, to),
				       other->gateway->vpc->obj.name);
		if (endpoint->family)
			return vpc_err(extack, -EBUSY,
				       "public address %s is of %s, and so cannot be bound to an endpoint",
				       buf, other->gateway->label);
	}
	return 0;
}

static int add_address(struct vpc_nat_gateway *gw, const struct vpc_addr *addr,
		       const struct vpc_addr *endpoint, struct change *c,
		       struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_nat_share *share;
	int err;

	share = share_of(gw, addr);
	if (share && share->draining && vpc_addr_equal(&share->endpoint, endpoint))
		return 0;
	if (share && share->draining)
		return vpc_err(extack, -EBUSY, "public address %s is draining: %u connections are left",
			       vpc_addr_str(addr, buf), atomic_read(&share->connections));
	if (share)
		return vpc_err(extack, -EEXIST, "%s has public address %s already",
			       gw->label, vpc_addr_str(addr, buf));
	list_for_each_entry(share, &c->added, node)
		if (vpc_addr_equal(&share->public->addr, addr))
			return vpc_err(extack, -EINVAL, "public address %s is given twice",
				       vpc_addr_str(addr, buf));
	share = kzalloc(sizeof(*share), GFP_KERNEL_ACCOUNT);
	if (!share)
		return vpc_err(extack, -ENOMEM, "no memory for public address %s",
			       vpc_addr_str(addr, buf));
	share->public = vpc_public_get(gw->uplink, addr, extack);
	if (IS_ERR(share->public)) {
		err = PTR_ERR(share->public);
		kfree(share);
		return err;
	}
	err = check_exclusive(share->public, endpoint, extack);
	if (err) {
		vpc_public_put(share->public);
		kfree(share);
		return err;
	}
	share->gateway = gw;
	share->endpoint = *endpoint;
	spin_lock_bh(&share->public->lock);
	list_add_tail(&share->peer, &share->public->shares);
	spin_unlock_bh(&share->public->lock);
	list_add_tail(&share->node, &c->added);
	return 0;
}

static bool listed(const struct vpc_addr *list, u32 count, const struct vpc_addr *addr)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (vpc_addr_equal(&list[i], addr))
			return true;
	return false;
}

/* Will new connections use it? */
static bool stays(const struct vpc_nat_share *share, const struct vpc_natgw_request *req)
{
	if (listed(req->del, req->dels, &share->public->addr))
		return false;
	return !share->draining || listed(req->add, req->adds, &share->public->addr);
}

static int check_addresses(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			   const struct change *c, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], text[VPC_DNAT_STRLEN];
	const struct vpc_nat_share *share;
	u32 i, count = 0;

	for (i = 0; i < req->dels; i++) {
		share = share_of(gw, &req->del[i]);
		vpc_addr_str(&req->del[i], buf);
		if (!share || share->draining)
			return vpc_err(extack, -ENOENT, "%s has no public address %s%s",
				       gw->label, buf, share ? " any more: it is draining" : "");
		if (listed(req->add, req->adds, &req->del[i]))
			return vpc_err(extack, -EINVAL, "public address %s is both added and removed",
				       buf);
	}
	for (i = 0; i < c->dnats; i++) {
		const struct vpc_addr *addr = &c->dnat[i].public;

		share = share_of(gw, addr);
		if ((share && stays(share, req)) || listed(req->add, req->adds, addr))
			continue;
		if (listed(req->del, req->dels, addr))
			return vpc_err(extack, -EBUSY, "public address %s has DNAT rule %s: remove it first",
				       vpc_addr_str(addr, buf),
				       vpc_natgw_dnat_str(&c->dnat[i], text, sizeof(text)));
		return vpc_err(extack, -ENOENT, "%s has no public address %s",
			       gw->label, vpc_addr_str(addr, buf));
	}
	list_for_each_entry(share, &gw->shares, node)
		count++;
	list_for_each_entry(share, &c->added, node)
		count++;
	if (count > VPC_NAT_ADDRESSES_MAX)
		return vpc_err(extack, -E2BIG,
			       "%s would have more than %d public addresses, those that drain included",
			       gw->label, VPC_NAT_ADDRESSES_MAX);
	return 0;
}

static int check_ports(const struct vpc_natgw_request *req, struct netlink_ext_ack *extack)
{
	if (!req->first_port || req->first_port > req->last_port ||
	    req->first_port % VPC_NAT_BLOCK_PORTS ||
	    (req->last_port + 1) % VPC_NAT_BLOCK_PORTS)
		return vpc_err(extack, -EINVAL,
			       "ports %u-%u: endpoints get ports in blocks of %d, so the first is a multiple of it, and the last one less than a multiple",
			       req->first_port, req->last_port, VPC_NAT_BLOCK_PORTS);
	return 0;
}

static void config_free(struct vpc_nat_config *config)
{
	if (!config)
		return;
	kfree(config->source);
	kfree(config->share);
	kfree(config->bound);
	kfree(config);
}

static void config_free_rcu(struct rcu_head *rcu)
{
	config_free(container_of(rcu, struct vpc_nat_config, rcu));
}

static void config_add(struct vpc_nat_config *config, struct vpc_nat_share *share)
{
	if (share->endpoint.family)
		config->bound[config->bounds++] = share;
	else
		config->share[config->shares++] = share;
}

static struct vpc_nat_config *config_new(const struct vpc_nat_gateway *gw,
					 const struct vpc_natgw_request *req,
					 const struct change *c, struct netlink_ext_ack *extack)
{
	struct vpc_nat_config *config;
	struct vpc_nat_share *share;
	u32 i;

	config = kzalloc(sizeof(*config), GFP_KERNEL_ACCOUNT);
	if (!config)
		goto no_memory;
	config->source = kcalloc(c->snats + 1, sizeof(*config->source), GFP_KERNEL_ACCOUNT);
	config->share = kcalloc(VPC_NAT_ADDRESSES_MAX, sizeof(*config->share), GFP_KERNEL_ACCOUNT);
	config->bound = kcalloc(VPC_NAT_ADDRESSES_MAX, sizeof(*config->bound), GFP_KERNEL_ACCOUNT);
	if (!config->source || !config->share || !config->bound)
		goto no_memory;
	config->all = !gw->obj.name[0];
	for (i = 0; i < c->snats; i++)
		config->source[i] = c->snat[i].subnet ? c->snat[i].subnet->cidr[0] :
							c->snat[i].prefix;
	config->snats = c->snats;
	list_for_each_entry(share, &gw->shares, node)
		if (stays(share, req))
			config_add(config, share);
	list_for_each_entry(share, &c->added, node)
		config_add(config, share);
	config->first_block = req->first_port >> VPC_NAT_BLOCK_SHIFT;
	config->last_block = req->last_port >> VPC_NAT_BLOCK_SHIFT;
	config->block_limit = min_t(u32, DIV_ROUND_UP(req->port_limit, VPC_NAT_BLOCK_PORTS),
				    VPC_NAT_BLOCKS);
	config->rate = req->rate;
	return config;

no_memory:
	config_free(config);
	vpc_err(extack, -ENOMEM, "no memory for %s", gw->label);
	return NULL;
}

static int tables_new(const struct vpc_nat_gateway *gw, struct change *c,
		      struct netlink_ext_ack *extack)
{
	struct vpc_nat_share *share;
	int i = 0;

	list_for_each_entry(share, &gw->shares, node) {
		c->table[i] = vpc_natgw_dnat_table(share->public, gw, c->dnat, c->dnats, extack);
		if (IS_ERR(c->table[i]))
			return PTR_ERR(c->table[i]);
		i++;
	}
	list_for_each_entry(share, &c->added, node) {
		c->table[i] = vpc_natgw_dnat_table(share->public, gw, c->dnat, c->dnats, extack);
		if (IS_ERR(c->table[i]))
			return PTR_ERR(c->table[i]);
		i++;
	}
	return 0;
}

static void change_abort(struct change *c)
{
	struct vpc_nat_share *share, *next;
	int i;

	for (i = 0; i < ARRAY_SIZE(c->table); i++)
		if (!IS_ERR_OR_NULL(c->table[i]))
			kvfree(c->table[i]);
	list_for_each_entry_safe(share, next, &c->added, node)
		share_release(share);
	config_free(c->config);
	kfree(c->snat);
	kfree(c->dnat);
	kfree(c);
}

static void set_table(struct vpc_public *public, struct vpc_dnat_table *table)
{
	struct vpc_dnat_table *old;

	old = rcu_replace_pointer(public->dnat, table,
				  lockdep_is_held(&public->uplink->link.vpc->vn->lock));
	if (old)
		kvfree_rcu(old, rcu);
}

static struct change *change_prepare(struct vpc_nat_gateway *gw,
				     const struct vpc_natgw_request *req,
				     struct netlink_ext_ack *extack)
{
	struct change *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int err;
	u32 i;

	if (!c)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for %s",
				       gw->label));
	INIT_LIST_HEAD(&c->added);
	err = check_ports(req, extack);
	for (i = 0; i < req->adds && !err; i++)
		err = add_address(gw, &req->add[i], &req->endpoint[i], c, extack);
	if (!err)
		err = vpc_natgw_snat_build(gw, req, &c->snat, &c->snats, extack);
	if (!err)
		err = vpc_natgw_dnat_build(gw, req, &c->dnat, &c->dnats, extack);
	if (!err)
		err = check_addresses(gw, req, c, extack);
	if (!err) {
		c->config = config_new(gw, req, c, extack);
		err = c->config ? 0 : -ENOMEM;
	}
	if (!err)
		err = tables_new(gw, c, extack);
	if (!err)
		return c;
	change_abort(c);
	return ERR_PTR(err);
}

/* Cannot fail. */
static void change_commit(struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			  struct change *c)
{
	struct vpc_nat_config *old;
	struct vpc_nat_share *share;
	int i = 0;

	list_for_each_entry(share, &gw->shares, node)
		share->draining = !stays(share, req);
	list_splice_tail(&c->added, &gw->shares);
	list_for_each_entry(share, &gw->shares, node)
		set_table(share->public, c->table[i++]);
	kfree(gw->snat);
	kfree(gw->dnat);
	gw->snat = c->snat;
	gw->snats = c->snats;
	gw->dnat = c->dnat;
	gw->dnats = c->dnats;
	gw->first_port = req->first_port;
	gw->last_port = req->last_port;
	gw->port_limit = req->port_limit;
	gw->rate = req->rate;
	old = rcu_replace_pointer(gw->config, c->config, lockdep_is_held(&gw->vpc->vn->lock));
	if (old)
		call_rcu(&old->rcu, config_free_rcu);
	kfree(c);
	/* No packet starts a connection by the old ones when the reply is sent. */
	vpc_adj_quiesce(gw->vpc->vn);
	vpc_natgw_wake(gw->vpc->vn);
}

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
	struct change *c;
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
	c = change_prepare(gw, req, extack);
	if (IS_ERR(c)) {
		err = PTR_ERR(c);
		goto err_object;
	}
	change_commit(gw, req, c);
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
	free_percpu(gw->counters);
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
	struct change *c;
	int err;

	lockdep_assert_held(&vn->lock);
	if (!gw->uplink)
		return vpc_err(extack, -ENODEV, "%s has lost its uplink: remove it",
			       gw->label);
	c = change_prepare(gw, req, extack);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (req->name) {
		err = vpc_object_rename(&vn->registry[VPC_KIND_NAT_GATEWAY], &gw->obj, req->name,
					extack);
		if (err) {
			change_abort(c);
			return err;
		}
		set_label(gw);
	}
	change_commit(gw, req, c);
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
	list_for_each_entry(share, &gw->shares, node) {
		struct vpc_dnat_table *table;

		table = vpc_natgw_dnat_table(share->public, gw, NULL, 0, NULL);
		/* Without memory for less: packets find none, and drop. */
		set_table(share->public, IS_ERR(table) ? NULL : table);
	}
	if (old)
		call_rcu(&old->rcu, config_free_rcu);
	vpc_adj_quiesce(vn);
	synchronize_net();
	vpc_nat_kill(vn, gw);
	list_for_each_entry_safe(share, next, &gw->shares, node)
		share_release(share);
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
	free_percpu(gw->counters);
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
 * Its gateways lose their addresses and connections; routes to them lead nowhere.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_natgw_uplink_gone(struct vpc_uplink *uplink)
{
	struct vpc_nat_gateway *gw = NULL;

	while ((gw = next_of(uplink->link.vpc->vn, gw))) {
		if (gw->uplink != uplink)
			continue;
		WRITE_ONCE(gw->uplink, NULL);
		vpc_nh_nat_health(gw);
		stop(gw);
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
			share_release(share);
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
