// SPDX-License-Identifier: GPL-2.0
/* Changes of NAT gateways: prepared, then published by a commit that cannot fail. */

#include <linux/slab.h>

#include "natgw.h"
#include "netlink.h"
#include "subnet.h"
#include "table.h"

/* What a change publishes, made ready before anything is changed. */
struct vpc_natgw_change {
	struct vpc_snat *snat;
	u32 snats;
	struct vpc_dnat *dnat;
	u32 dnats;
	struct vpc_nat_config *config;
	struct vpc_dnat_table *table[VPC_NAT_ADDRESSES_MAX];
	int tables;
	struct list_head added;
};

/**
 * vpc_natgw_share_of() - a public address of a gateway
 * @gw: the gateway
 * @addr: the address
 * Context: vpc_net::lock is held.
 * Return: it, draining or not, or NULL.
 */
struct vpc_nat_share *vpc_natgw_share_of(const struct vpc_nat_gateway *gw,
					 const struct vpc_addr *addr)
{
	struct vpc_nat_share *share;

	list_for_each_entry(share, &gw->shares, node)
		if (vpc_addr_equal(&share->public->addr, addr))
			return share;
	return NULL;
}

/**
 * vpc_natgw_share_release() - a gateway gives up a public address
 * @share: what it had of it; packets may see it until the next grace period
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_natgw_share_release(struct vpc_nat_share *share)
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
		       const struct vpc_addr *endpoint, struct vpc_natgw_change *c,
		       struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_nat_share *share;
	int err;

	share = vpc_natgw_share_of(gw, addr);
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

/**
 * vpc_natgw_stays() - will new connections use a public address?
 * @share: what a gateway has of it
 * @req: what is asked for
 * Context: vpc_net::lock is held.
 * Return: true if they will.
 */
bool vpc_natgw_stays(const struct vpc_nat_share *share, const struct vpc_natgw_request *req)
{
	if (listed(req->del, req->dels, &share->public->addr))
		return false;
	return !share->draining || listed(req->add, req->adds, &share->public->addr);
}

static int check_addresses(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			   const struct vpc_natgw_change *c, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], text[VPC_DNAT_STRLEN];
	const struct vpc_nat_share *share;
	u32 i, count = 0;

	for (i = 0; i < req->dels; i++) {
		share = vpc_natgw_share_of(gw, &req->del[i]);
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

		share = vpc_natgw_share_of(gw, addr);
		if ((share && vpc_natgw_stays(share, req)) || listed(req->add, req->adds, addr))
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

/* What several gateways share they share fairly, and that needs to be the same for all of them. */
static int check_range(const struct vpc_nat_gateway *gw, const struct vpc_nat_share *share,
		       const struct vpc_natgw_request *req, struct netlink_ext_ack *extack)
{
	const struct vpc_nat_share *other;
	char buf[VPC_PREFIX_STRLEN];

	list_for_each_entry(other, &share->public->shares, peer) {
		const struct vpc_nat_gateway *user = other->gateway;

		if (user == gw || other->draining || req->first_port > user->last_port ||
		    user->first_port > req->last_port)
			continue;
		if (user->first_port != req->first_port || user->last_port != req->last_port)
			return vpc_err(extack, -EINVAL,
				       "%s uses ports %u-%u of %s, and %s would use %u-%u: they are to be the same or to have none in common",
				       user->label, user->first_port, user->last_port,
				       vpc_addr_str(&share->public->addr, buf), gw->label,
				       req->first_port, req->last_port);
	}
	return 0;
}

static int check_ranges(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			const struct vpc_natgw_change *c, struct netlink_ext_ack *extack)
{
	const struct vpc_nat_share *share;
	int err = 0;

	list_for_each_entry(share, &gw->shares, node)
		if (!err && vpc_natgw_stays(share, req))
			err = check_range(gw, share, req, extack);
	list_for_each_entry(share, &c->added, node)
		err = err ?: check_range(gw, share, req, extack);
	return err;
}

/* What drains keeps the range that it has. */
static void set_range(struct vpc_nat_share *share, const struct vpc_natgw_request *req)
{
	spin_lock_bh(&share->public->lock);
	share->first_block = req->first_port / VPC_NAT_BLOCK_PORTS;
	share->last_block = req->last_port / VPC_NAT_BLOCK_PORTS;
	spin_unlock_bh(&share->public->lock);
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

/**
 * vpc_natgw_config_free_rcu() - free what packets have read
 * @rcu: vpc_nat_config::rcu
 * Context: any.
 */
void vpc_natgw_config_free_rcu(struct rcu_head *rcu)
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
					 const struct vpc_natgw_change *c,
					 struct netlink_ext_ack *extack)
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
		if (vpc_natgw_stays(share, req))
			config_add(config, share);
		else
			config->draining |= share->endpoint.family;
	list_for_each_entry(share, &c->added, node)
		config_add(config, share);
	config->block_limit = min_t(u32, DIV_ROUND_UP(req->port_limit, VPC_NAT_BLOCK_PORTS),
				    VPC_NAT_BLOCKS);
	config->rate = req->rate;
	return config;

no_memory:
	config_free(config);
	vpc_err(extack, -ENOMEM, "no memory for %s", gw->label);
	return NULL;
}

static int table_new(const struct vpc_nat_gateway *gw, const struct vpc_nat_share *share,
		     struct vpc_natgw_change *c, struct netlink_ext_ack *extack)
{
	struct vpc_dnat_table *table;

	table = vpc_natgw_dnat_table(share->public, gw, c->dnat, c->dnats,
				     GFP_KERNEL_ACCOUNT, extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	c->table[c->tables++] = table;
	return 0;
}

/* In the order that the gateway will have its addresses in. */
static int tables_new(const struct vpc_nat_gateway *gw, struct vpc_natgw_change *c,
		      struct netlink_ext_ack *extack)
{
	struct vpc_nat_share *share;
	int err = 0;

	list_for_each_entry(share, &gw->shares, node)
		err = err ?: table_new(gw, share, c, extack);
	list_for_each_entry(share, &c->added, node)
		err = err ?: table_new(gw, share, c, extack);
	return err;
}

/**
 * vpc_natgw_change_abort() - what was prepared does not happen
 * @c: from vpc_natgw_change_prepare()
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_natgw_change_abort(struct vpc_natgw_change *c)
{
	struct vpc_nat_share *share, *next;
	int i;

	for (i = 0; i < c->tables; i++)
		kvfree(c->table[i]);
	list_for_each_entry_safe(share, next, &c->added, node)
		vpc_natgw_share_release(share);
	config_free(c->config);
	kfree(c->snat);
	kfree(c->dnat);
	kfree(c);
}

/**
 * vpc_natgw_set_table() - publish where ports of a public address lead
 * @public: the address
 * @table: or NULL for nowhere
 * Context: vpc_net::lock is held.
 */
void vpc_natgw_set_table(struct vpc_public *public, struct vpc_dnat_table *table)
{
	struct vpc_dnat_table *old;

	if (table)
		WRITE_ONCE(public->forwarded, true);
	old = rcu_replace_pointer(public->dnat, table,
				  lockdep_is_held(&public->uplink->link.vpc->vn->lock));
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * vpc_natgw_change_prepare() - check a change, and make all of it ready
 * @gw: the gateway
 * @req: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the change or an ERR_PTR(); then nothing has changed.
 */
struct vpc_natgw_change *vpc_natgw_change_prepare(struct vpc_nat_gateway *gw,
						  const struct vpc_natgw_request *req,
						  struct netlink_ext_ack *extack)
{
	struct vpc_natgw_change *c = kzalloc(sizeof(*c), GFP_KERNEL);
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
	if (!err)
		err = check_ranges(gw, req, c, extack);
	if (!err) {
		c->config = config_new(gw, req, c, extack);
		err = c->config ? 0 : -ENOMEM;
	}
	if (!err)
		err = tables_new(gw, c, extack);
	if (!err)
		return c;
	vpc_natgw_change_abort(c);
	return ERR_PTR(err);
}

/**
 * vpc_natgw_change_commit() - publish a change; cannot fail
 * @gw: the gateway
 * @req: what was asked for
 * @c: from vpc_natgw_change_prepare(); freed
 * Context: vpc_net::lock is held; may sleep. No packet starts a connection by what was before when
 * this returns.
 */
void vpc_natgw_change_commit(struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			     struct vpc_natgw_change *c)
{
	struct vpc_nat_config *old;
	struct vpc_nat_share *share;
	int i = 0;

	list_for_each_entry(share, &gw->shares, node)
		share->draining = !vpc_natgw_stays(share, req);
	list_splice_tail(&c->added, &gw->shares);
	list_for_each_entry(share, &gw->shares, node)
		if (!share->draining)
			set_range(share, req);
	list_for_each_entry(share, &gw->shares, node)
		vpc_natgw_set_table(share->public, c->table[i++]);
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
		call_rcu(&old->rcu, vpc_natgw_config_free_rcu);
	kfree(c);
	/* No packet starts a connection by the old ones when the reply is sent. */
	vpc_adj_quiesce(gw->vpc->vn);
	/* Nor is anybody left on a port that leads in now. */
	if (req->dnats)
		vpc_nat_kill_forwarded(gw->vpc->vn);
	list_for_each_entry(share, &gw->shares, node)
		vpc_public_announce(share->public);
	vpc_natgw_wake(gw->vpc->vn);
}
