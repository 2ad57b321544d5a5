// SPDX-License-Identifier: GPL-2.0
/* VPN gateways: where IPsec connections of a VPC or a transit domain end. */

#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "endpoint.h"
#include "ipsec.h"
#include "limit.h"
#include "probe.h"
#include "publish.h"
#include "table.h"
#include "vpc.h"
#include "vpn_gateway.h"

/* An address of the host, in whatever state. */
static bool on_host(const struct vpc_net *vn, const struct vpc_addr *addr)
{
	if (addr->family == AF_INET)
		return inet_addr_type(vn->net, addr->v4) == RTN_LOCAL;
	/* Without IPv6 its tables are not there either. */
	return ipv6_mod_enabled() && ipv6_chk_addr(vn->net, &addr->v6, NULL, 0);
}

/**
 * vpc_vpn_gateway_check_local() - look whether the local address is on the host
 * @gw: the gateway
 * Context: vpc_net::lock is held.
 * Return: true when its state has changed.
 */
bool vpc_vpn_gateway_check_local(struct vpc_vpn_gateway *gw)
{
	bool normal = on_host(gw->vpc->vn, &gw->local);

	lockdep_assert_held(&gw->vpc->vn->lock);
	if (normal == gw->normal)
		return false;
	gw->normal = normal;
	return true;
}

/**
 * vpc_vpn_gateway_check_inside() - may an endpoint have an address?
 * @vpc: the VPC
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0, or -EEXIST: a VPN gateway of the VPC speaks from it.
 */
int vpc_vpn_gateway_check_inside(struct vpc *vpc, const struct vpc_addr *addr,
				 struct netlink_ext_ack *extack)
{
	const struct vpc_vpn_gateway *gw;
	char buf[VPC_PREFIX_STRLEN];

	lockdep_assert_held(&vpc->vn->lock);
	list_for_each_entry(gw, &vpc->vpn_gateways, node)
		if (vpc_addr_equal(&gw->inside[vpc_family_index(addr->family)], addr))
			return vpc_err(extack, -EEXIST,
				       "address %s of VPC %s is the inside address of VPN gateway %s",
				       vpc_addr_str(addr, buf), vpc->obj.name, gw->obj.name);
	return 0;
}

static int check(const struct vpc_vpn_gateway_config *cfg, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	int i, err = 0;

	if (!vpc_addr_usable(&cfg->local))
		return vpc_err(extack, -EINVAL, "%s cannot be the local address of VPN gateway %s",
			       vpc_addr_str(&cfg->local, buf), cfg->name);
	for (i = 0; i < 2 && !err; i++) {
		const struct vpc_addr *inside = &cfg->inside[i];

		if (!inside->family)
			continue;
		if (!vpc_addr_usable(inside))
			return vpc_err(extack, -EINVAL,
				       "%s cannot be the inside address of VPN gateway %s",
				       vpc_addr_str(inside, buf), cfg->name);
		err = vpc_endpoint_check(cfg->vpc, inside, extack);
		if (!err)
			err = vpc_probe_source_check(cfg->vpc, inside, extack);
	}
	return err;
}

/**
 * vpc_vpn_gateway_new() - a VPN gateway with its table
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the gateway or ERR_PTR(-errno).
 */
struct vpc_vpn_gateway *vpc_vpn_gateway_new(const struct vpc_vpn_gateway_config *cfg,
					    struct netlink_ext_ack *extack)
{
	struct vpc *vpc = cfg->vpc;
	struct vpc_net *vn = vpc->vn;
	struct vpc_vpn_gateway *gw;
	struct vpc_policer *limit[2];
	int err;

	lockdep_assert_held(&vn->lock);
	err = check(cfg, extack);
	if (err)
		return ERR_PTR(err);
	gw = kzalloc(sizeof(*gw), GFP_KERNEL_ACCOUNT);
	if (!gw)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for VPN gateway %s", cfg->name));
	gw->vpc = vpc;
	gw->local = cfg->local;
	memcpy(gw->inside, cfg->inside, sizeof(gw->inside));
	if (!gw->inside[vpc_family_index(gw->local.family)].family)
		gw->inside[vpc_family_index(gw->local.family)] = gw->local;
	gw->transit = cfg->transit;
	gw->mss_clamp = cfg->mss_clamp;
	gw->bandwidth = cfg->bandwidth;
	INIT_LIST_HEAD(&gw->connections);
	vpc_lpm_init(&gw->published[0], 32, &vn->lock);
	vpc_lpm_init(&gw->published[1], 128, &vn->lock);
	err = vpc_object_add(&vn->registry[VPC_KIND_VPN_GATEWAY], &gw->obj, cfg->name, extack);
	if (err)
		goto err_free;
	gw->table = vpc_table_new(vpc, NULL, extack);
	if (IS_ERR(gw->table)) {
		err = PTR_ERR(gw->table);
		goto err_object;
	}
	gw->table->gateway = gw;
	err = vpc_limit_prepare(cfg->bandwidth, limit, extack);
	if (err)
		goto err_table;
	vpc_limit_publish(gw->limit, limit, &vn->lock);
	vpc_vpn_gateway_check_local(gw);
	list_add_tail(&gw->node, &vpc->vpn_gateways);
	return gw;

err_table:
	vpc_table_release(gw->table);
err_object:
	vpc_object_del(&vn->registry[VPC_KIND_VPN_GATEWAY], &gw->obj);
err_free:
	kfree(gw);
	return ERR_PTR(err);
}

/**
 * vpc_vpn_gateway_set() - change a VPN gateway
 * @gw: the gateway
 * @cfg: what is asked for, and what stays as it is
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_vpn_gateway_set(struct vpc_vpn_gateway *gw, const struct vpc_vpn_gateway_config *cfg,
			struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = gw->vpc->vn;
	struct vpc_policer *limit[2];
	int err;

	lockdep_assert_held(&vn->lock);
	err = vpc_limit_prepare(cfg->bandwidth, limit, extack);
	if (err)
		return err;
	if (cfg->name)
		err = vpc_object_rename(&vn->registry[VPC_KIND_VPN_GATEWAY], &gw->obj, cfg->name,
					extack);
	if (err) {
		vpc_limit_drop(limit);
		return err;
	}
	vpc_limit_publish(gw->limit, limit, &vn->lock);
	gw->bandwidth = cfg->bandwidth;
	WRITE_ONCE(gw->transit, cfg->transit);
	WRITE_ONCE(gw->mss_clamp, cfg->mss_clamp);
	return 0;
}

/**
 * vpc_vpn_gateway_remove() - remove a VPN gateway, with its connections and routes
 * @gw: the gateway; no route and no probe needs its connections any more
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_vpn_gateway_remove(struct vpc_vpn_gateway *gw)
{
	static struct vpc_policer *const none[2];
	struct vpc_net *vn = gw->vpc->vn;
	struct vpc_ipsec *conn, *next;

	lockdep_assert_held(&vn->lock);
	list_for_each_entry_safe(conn, next, &gw->connections, node)
		vpc_ipsec_remove(conn);
	list_del(&gw->node);
	vpc_publish_withdraw(gw);
	vpc_limit_publish(gw->limit, none, &vn->lock);
	vpc_table_release(gw->table);
	vpc_object_del(&vn->registry[VPC_KIND_VPN_GATEWAY], &gw->obj);
	kfree_rcu(gw, rcu);
}

/**
 * vpc_vpn_gateway_del() - remove a VPN gateway without connections, with its routes
 * @gw: the gateway
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_vpn_gateway_del(struct vpc_vpn_gateway *gw, struct netlink_ext_ack *extack)
{
	const struct vpc_ipsec *conn;

	lockdep_assert_held(&gw->vpc->vn->lock);
	conn = list_first_entry_or_null(&gw->connections, struct vpc_ipsec, node);
	if (conn)
		return vpc_err(extack, -EBUSY,
			       "VPN gateway %s has IPsec connection %s: remove it first",
			       gw->obj.name, conn->link.obj.name);
	vpc_vpn_gateway_remove(gw);
	return 0;
}
