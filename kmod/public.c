// SPDX-License-Identifier: GPL-2.0
/*
 * The public side. A public uplink may be the host's own NIC: nothing is bound, the host goes on
 * using it, and of what comes in there only ARP and packets for public addresses are ours.
 */

#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <net/route.h>

#include "arp_nd.h"
#include "hook.h"
#include "public.h"
#include "rx.h"
#include "vpc.h"

static const struct rhashtable_params by_key = {
	.head_offset = offsetof(struct vpc_public, node),
	.key_offset = offsetof(struct vpc_public, key),
	.key_len = sizeof(struct in6_addr),
	.automatic_shrinking = true,
};

int vpc_public_net_init(struct vpc_net *vn)
{
	INIT_LIST_HEAD(&vn->public_uplinks);
	return rhashtable_init(&vn->public_hash, &by_key);
}

void vpc_public_net_exit(struct vpc_net *vn)
{
	WARN_ON(vn->public_count);
	rhashtable_destroy(&vn->public_hash);
	kfree(vn->outside);
}

/**
 * vpc_public_link_of() - the public uplink that a device is
 * @dev: any device
 * Context: RCU read side, the RTNL or vpc_net::lock.
 * Return: its link, or NULL.
 */
struct vpc_link *vpc_public_link_of(const struct net_device *dev)
{
	struct vpc_net *vn = vpc_net(dev_net(dev));
	struct vpc_uplink *uplink;

	list_for_each_entry_rcu(uplink, &vn->public_uplinks, link.node,
				lockdep_rtnl_is_held() || lockdep_is_held(&vn->lock))
		if (uplink->link.dev == dev)
			return &uplink->link;
	return NULL;
}

/**
 * vpc_public_find4() - a public address
 * @vn: the namespace
 * @addr: the address
 * Context: RCU read side.
 * Return: it, or NULL.
 */
struct vpc_public *vpc_public_find4(struct vpc_net *vn, __be32 addr)
{
	struct in6_addr key;

	if (likely(!READ_ONCE(vn->public_count)))
		return NULL;
	ipv6_addr_set_v4mapped(addr, &key);
	return rhashtable_lookup(&vn->public_hash, &key, by_key);
}

/**
 * vpc_public_find() - a public address
 * @vn: the namespace
 * @addr: the address
 * Context: RCU read side.
 * Return: it, or NULL.
 */
struct vpc_public *vpc_public_find(struct vpc_net *vn, const struct vpc_addr *addr)
{
	return addr->family == AF_INET ? vpc_public_find4(vn, addr->v4) : NULL;
}

/**
 * vpc_public_sender() - whom a question for a router comes from
 * @uplink: a public uplink
 * @target: the router
 *
 * An address of the host in the router's subnet, if there is one, as routers may not answer
 * others. Failing that, a public address; failing that, nobody (RFC 5227 section 2.1.1).
 *
 * Context: RCU read side.
 * Return: the address.
 */
__be32 vpc_public_sender(struct vpc_uplink *uplink, __be32 target)
{
	struct vpc_public *public;
	const struct in_ifaddr *ifa;
	struct in_device *in_dev = __in_dev_get_rcu(uplink->link.dev);

	if (in_dev)
		in_dev_for_each_ifa_rcu(ifa, in_dev)
			if (inet_ifa_match(target, ifa))
				return ifa->ifa_local;
	public = list_first_or_null_rcu(&uplink->publics, struct vpc_public, on);
	return public ? public->addr.v4 : 0;
}

/**
 * vpc_public_dnat() - where a port of a public address leads
 * @public: the address
 * @proto: IPPROTO_TCP, IPPROTO_UDP or another
 * @port: host byte order
 * Context: RCU read side.
 * Return: the rule, or NULL: nowhere.
 */
const struct vpc_dnat_slot *vpc_public_dnat(const struct vpc_public *public, u8 proto, u16 port)
{
	const struct vpc_dnat_table *table = rcu_dereference(public->dnat);
	u32 low = 0, high = table ? table->count : 0;

	while (low < high) {
		u32 mid = (low + high) / 2;
		const struct vpc_dnat *rule = &table->slot[mid].rule;

		if (rule->proto < proto || (rule->proto == proto && rule->last < port))
			low = mid + 1;
		else
			high = mid;
	}
	if (table && low < table->count && table->slot[low].rule.proto == proto &&
	    table->slot[low].rule.first <= port)
		return &table->slot[low];
	/* What stands for the rest sorts first. */
	if (table && table->count && !table->slot[0].rule.proto)
		return &table->slot[0];
	return NULL;
}

static int check_address(struct vpc_uplink *uplink, const struct vpc_addr *addr,
			 struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = uplink->link.vpc->vn;
	char buf[VPC_PREFIX_STRLEN];
	struct net_device *dev;

	vpc_addr_str(addr, buf);
	if (addr->family != AF_INET)
		return vpc_err(extack, -EOPNOTSUPP,
			       "%s: public addresses are IPv4: endpoints with IPv6 need no translation",
			       buf);
	if (!vpc_addr_usable(addr))
		return vpc_err(extack, -EINVAL, "%s cannot be a public address", buf);
	rcu_read_lock();
	dev = __ip_dev_find(vn->net, addr->v4, false);
	rcu_read_unlock();
	if (dev)
		return vpc_err(extack, -EBUSY,
			       "%s is an address of the host, whose own connections have it: take another one",
			       buf);
	if (vpc_uplink_adj(uplink, addr))
		return vpc_err(extack, -EINVAL, "%s is the gateway of uplink %s", buf,
			       uplink->link.dev->name);
	return 0;
}

/**
 * vpc_public_get() - have a public address
 * @uplink: a public uplink
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: it, with one more user, or an ERR_PTR().
 */
struct vpc_public *vpc_public_get(struct vpc_uplink *uplink, const struct vpc_addr *addr,
				  struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = uplink->link.vpc->vn;
	struct vpc_public *public;
	char buf[VPC_PREFIX_STRLEN];
	int err;

	lockdep_assert_held(&vn->lock);
	rcu_read_lock();
	public = vpc_public_find(vn, addr);
	rcu_read_unlock();
	if (public && public->uplink != uplink)
		return ERR_PTR(vpc_err(extack, -EBUSY, "public address %s is on uplink %s",
				       vpc_addr_str(addr, buf), public->uplink->link.dev->name));
	if (public) {
		public->users++;
		return public;
	}
	err = check_address(uplink, addr, extack);
	if (err)
		return ERR_PTR(err);
	public = kzalloc(sizeof(*public), GFP_KERNEL_ACCOUNT);
	if (!public)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for public address %s",
				       vpc_addr_str(addr, buf)));
	ipv6_addr_set_v4mapped(addr->v4, &public->key);
	vpc_addr_copy(&public->addr, addr);
	public->uplink = uplink;
	public->users = 1;
	spin_lock_init(&public->lock);
	INIT_LIST_HEAD(&public->shares);
	err = rhashtable_insert_fast(&vn->public_hash, &public->node, by_key);
	if (err) {
		kfree(public);
		return ERR_PTR(vpc_err(extack, err, "no memory for public address %s",
				       vpc_addr_str(addr, buf)));
	}
	list_add_tail_rcu(&public->on, &uplink->publics);
	WRITE_ONCE(vn->public_count, vn->public_count + 1);
	return public;
}

/**
 * vpc_public_announce() - the first gateway uses a public address
 * @public: the address
 * Context: vpc_net::lock is held.
 */
void vpc_public_announce(struct vpc_public *public)
{
	lockdep_assert_held(&public->uplink->link.vpc->vn->lock);
	if (public->announced)
		return;
	public->announced = true;
	vpc_arp_announce(&public->uplink->link, public->addr.v4);
}

/**
 * vpc_public_put() - have it no longer
 * @public: the address; packets may see it until the next grace period
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_public_put(struct vpc_public *public)
{
	struct vpc_net *vn = public->uplink->link.vpc->vn;

	lockdep_assert_held(&vn->lock);
	if (--public->users)
		return;
	WARN_ON(!list_empty(&public->shares));
	rhashtable_remove_fast(&vn->public_hash, &public->node, by_key);
	list_del_rcu(&public->on);
	WRITE_ONCE(vn->public_count, vn->public_count - 1);
	kfree_rcu(public, rcu);
}

static int check_device(struct net_device *dev, struct netlink_ext_ack *extack)
{
	const struct net_device *master;
	int err;

	err = vpc_link_check_free(dev, extack);
	if (err)
		return err;
	master = netdev_master_upper_dev_get(dev);
	if (master && !netif_is_l3_master(master))
		return vpc_err(extack, -EBUSY,
			       "device %s belongs to %s, where its packets come in: make that one the uplink",
			       dev->name, master->name);
	return 0;
}

static int check_gateways(const struct vpc_uplink_config *cfg, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	int i;

	for (i = 0; i < cfg->gateways; i++)
		if (cfg->gateway[i].family != AF_INET)
			return vpc_err(extack, -EOPNOTSUPP,
				       "gateway %s: only IPv4 is translated, so a public uplink has IPv4 gateways",
				       vpc_addr_str(&cfg->gateway[i], buf));
	return 0;
}

/**
 * vpc_outside() - what public uplinks and the overlay are in: no VPC of anybody
 * @vn: the namespace
 *
 * Its drops are those of the namespace.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: it, or NULL without memory.
 */
struct vpc *vpc_outside(struct vpc_net *vn)
{
	struct vpc *vpc = vn->outside;

	if (vpc)
		return vpc;
	vpc = kzalloc(sizeof(*vpc), GFP_KERNEL_ACCOUNT);
	if (!vpc)
		return NULL;
	vpc->vn = vn;
	vpc->drops = vn->drops;
	INIT_LIST_HEAD(&vpc->links);
	INIT_LIST_HEAD(&vpc->routers);
	INIT_LIST_HEAD(&vpc->probes);
	INIT_LIST_HEAD(&vpc->remotes);
	vn->outside = vpc;
	return vpc;
}

/**
 * vpc_public_uplink_new() - let NAT gateways use a device
 * @vn: the namespace
 * @cfg: what is asked for; no VPC
 * @extack: gets the sentence of a refusal
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: the uplink or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_uplink *vpc_public_uplink_new(struct vpc_net *vn, const struct vpc_uplink_config *cfg,
					 struct netlink_ext_ack *extack)
{
	struct vpc *outside;
	struct vpc_uplink *uplink;
	int err;

	err = check_device(cfg->dev, extack) ?: check_gateways(cfg, extack);
	if (err)
		return ERR_PTR(err);
	outside = vpc_outside(vn);
	uplink = outside ? kzalloc(sizeof(*uplink), GFP_KERNEL_ACCOUNT) : NULL;
	if (!uplink)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for uplink %s",
				       cfg->dev->name));
	INIT_LIST_HEAD(&uplink->routers);
	INIT_LIST_HEAD(&uplink->publics);
	uplink->public = true;
	uplink->link.vpc = outside;
	uplink->link.dev = cfg->dev;
	vpc_link_init_rate(&uplink->link);
	err = -ENOMEM;
	uplink->link.counters = vpc_counters_alloc();
	if (!uplink->link.counters) {
		vpc_err(extack, err, "no memory for the counters of device %s", cfg->dev->name);
		goto err_free;
	}
	err = vpc_object_add(&vn->registry[VPC_KIND_UPLINK], &uplink->link.obj, NULL, extack);
	if (err)
		goto err_counters;
	err = vpc_hook_register(vn);
	if (err) {
		vpc_err(extack, err, "the packet hooks could not be registered");
		goto err_object;
	}
	/* A merged packet cannot be forwarded; ip_forward() asks for the same. */
	dev_disable_lro(cfg->dev);
	netdev_hold(cfg->dev, &uplink->link.dev_tracker, GFP_KERNEL);
	list_add_tail_rcu(&uplink->link.node, &vn->public_uplinks);
	/* A configured module cannot be removed. */
	__module_get(THIS_MODULE);
	err = vpc_uplink_add_gateways(uplink, cfg, extack);
	if (!err)
		return uplink;
	vpc_uplink_remove(uplink);
	return ERR_PTR(err);

err_object:
	vpc_object_del(&vn->registry[VPC_KIND_UPLINK], &uplink->link.obj);
err_counters:
	vpc_counters_free(uplink->link.counters);
err_free:
	kfree(uplink);
	return ERR_PTR(err);
}
