// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec connections as objects: what is allowed, and their coming and going. The packet's
 * way out is in nh_ipsec.c, its way in is ipsec_rx.c, and what XFRM knows is in ipsec_sa.c.
 */

#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "alarm.h"
#include "ipsec.h"
#include "nexthop.h"
#include "probe.h"
#include "reasons.h"
#include "table.h"
#include "vpc.h"

void vpc_ipsec_net_init(struct vpc_net *vn)
{
	vn->if_id_first = VPC_IF_ID_FIRST;
	vn->if_id_last = VPC_IF_ID_LAST;
	xa_init_flags(&vn->if_ids, XA_FLAGS_ALLOC);
	vpc_ipsec_sync_init(vn);
}

void vpc_ipsec_net_exit(struct vpc_net *vn)
{
	WARN_ON(!xa_empty(&vn->if_ids));
	xa_destroy(&vn->if_ids);
	vpc_ipsec_dst_gone(vn);
}

/**
 * vpc_ipsec_find() - connection of a name
 * @vn: the namespace
 * @name: the name
 * Context: vpc_net::lock is held.
 * Return: the connection or NULL.
 */
struct vpc_ipsec *vpc_ipsec_find(struct vpc_net *vn, const char *name)
{
	struct vpc_object *obj = vpc_object_find(&vn->registry[VPC_KIND_IPSEC], name);

	return obj ? container_of(obj, struct vpc_ipsec, link.obj) : NULL;
}

/**
 * vpc_ipsec_set_range() - which if_ids are ours
 * @vn: the namespace
 * @first: the first one, not 0
 * @last: the last one
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0, -EINVAL or -EBUSY.
 */
int vpc_ipsec_set_range(struct vpc_net *vn, u32 first, u32 last,
			struct netlink_ext_ack *extack)
{
	struct vpc_object *obj = vpc_object_next(&vn->registry[VPC_KIND_IPSEC], 0);

	lockdep_assert_held(&vn->lock);
	if (!first || first > last)
		return vpc_err(extack, -EINVAL,
			       "if_ids from 0x%x to 0x%x are no range: the first one is not 0, and not above the last",
			       first, last);
	if (obj)
		return vpc_err(extack, -EBUSY,
			       "IPsec connection %s has an if_id of the range: remove all connections first",
			       obj->name);
	/* A packet in this instant may see one of each; there is no connection for it anyway. */
	WRITE_ONCE(vn->if_id_first, first);
	WRITE_ONCE(vn->if_id_last, last);
	vn->if_id_next = 0;
	return 0;
}

/**
 * vpc_ipsec_state() - state of a connection
 * @conn: the connection
 * Context: vpc_net::lock is held.
 * Return: enum vpc_ipsec_state.
 */
u8 vpc_ipsec_state(const struct vpc_ipsec *conn)
{
	const struct vpc_probe *probe = vpc_probe_of(conn->nh);

	if (!conn->negotiated)
		return VPC_IPSEC_DOWN;
	return probe && READ_ONCE(probe->up) ? VPC_IPSEC_UP : VPC_IPSEC_NEGOTIATED;
}

/* V11: nothing behind a connection may be inside the VPC, or the local route would hide it. */
static int check_remotes(const struct vpc_ipsec_config *cfg, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	const struct vpc *vpc = cfg->gateway->vpc;
	const struct vpc_prefix *cidr;
	int i;

	for (i = 0; i < cfg->remotes; i++) {
		cidr = vpc_vpc_cidr_of(vpc, &cfg->remote[i]);
		if (cidr)
			return vpc_err(extack, -EINVAL,
				       "remote prefix %s of IPsec connection %s is inside CIDR %s of VPC %s",
				       vpc_prefix_str(&cfg->remote[i], buf), cfg->name,
				       vpc_prefix_str(cidr, other), vpc->obj.name);
	}
	return 0;
}

static int check(const struct vpc_ipsec_config *cfg, struct netlink_ext_ack *extack)
{
	const struct vpc_addr *local = &cfg->gateway->local, *remote = &cfg->customer->address;
	const struct vpc_net *vn = cfg->gateway->vpc->vn;
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];

	if (local->family != remote->family)
		return vpc_err(extack, -EINVAL,
			       "VPN gateway %s (%s) and customer gateway %s (%s) are of different families",
			       cfg->gateway->obj.name, vpc_addr_str(local, buf),
			       cfg->customer->obj.name, vpc_addr_str(remote, other));
	if (vpc_addr_equal(local, remote))
		return vpc_err(extack, -EINVAL,
			       "VPN gateway %s and customer gateway %s have the same address %s",
			       cfg->gateway->obj.name, cfg->customer->obj.name,
			       vpc_addr_str(local, buf));
	if (cfg->if_id && (cfg->if_id < vn->if_id_first || cfg->if_id > vn->if_id_last))
		return vpc_err(extack, -ERANGE,
			       "if_id 0x%x is not in the range of this namespace, 0x%x to 0x%x",
			       cfg->if_id, vn->if_id_first, vn->if_id_last);
	if (cfg->mode == VPC_IPSEC_POLICY && (!cfg->locals || !cfg->remotes))
		return vpc_err(extack, -EINVAL,
			       "IPsec connection %s in policy mode needs a local and a remote prefix",
			       cfg->name);
	return check_remotes(cfg, extack);
}

/* An id that was just given up may still have security associations. So the next one is taken. */
static int take_if_id(struct vpc_net *vn, struct vpc_ipsec *conn, u32 wish,
		      struct netlink_ext_ack *extack)
{
	const struct vpc_ipsec *other;
	int err;

	conn->if_id = wish;
	if (wish)
		err = xa_insert(&vn->if_ids, wish, NULL, GFP_KERNEL_ACCOUNT);
	else
		err = xa_alloc_cyclic(&vn->if_ids, &conn->if_id, NULL,
				      XA_LIMIT(vn->if_id_first, vn->if_id_last),
				      &vn->if_id_next, GFP_KERNEL_ACCOUNT);
	if (wish && err == -EBUSY) {
		other = xa_load(&vn->if_ids, wish);
		return vpc_err(extack, -EEXIST, "if_id 0x%x is the one of IPsec connection %s",
			       wish, other->link.obj.name);
	}
	if (err == -EBUSY)
		return vpc_err(extack, -ENOSPC, "every if_id from 0x%x to 0x%x is in use",
			       vn->if_id_first, vn->if_id_last);
	return err < 0 ? vpc_err(extack, err, "no memory for an IPsec connection") : 0;
}

static void conn_free(struct vpc_ipsec *conn)
{
	if (conn->bundles)
		vpc_ipsec_forget(conn);
	free_percpu(conn->bundles);
	vpc_reasons_forget(conn->lost);
	free_percpu(conn->lost);
	vpc_counters_free(conn->link.counters);
	kfree(conn->prefix);
	kfree(conn);
}

static struct vpc_ipsec *conn_alloc(const struct vpc_ipsec_config *cfg)
{
	struct vpc_vpn_gateway *gw = cfg->gateway;
	struct vpc_ipsec *conn;

	conn = kzalloc(sizeof(*conn), GFP_KERNEL_ACCOUNT);
	if (!conn)
		return NULL;
	conn->gateway = gw;
	conn->customer = cfg->customer;
	conn->mode = cfg->mode;
	conn->locals = cfg->locals;
	conn->remotes = cfg->remotes;
	conn->link.vpc = gw->vpc;
	memcpy(conn->link.gateway, gw->inside, sizeof(conn->link.gateway));
	vpc_link_init_rate(&conn->link);
	rcu_assign_pointer(conn->link.table, gw->table);
	conn->link.counters = vpc_counters_alloc();
	conn->bundles = alloc_percpu_gfp(struct vpc_ipsec_bundles, GFP_KERNEL_ACCOUNT);
	conn->lost = alloc_percpu_gfp(struct vpc_ipsec_lost, GFP_KERNEL_ACCOUNT);
	conn->prefix = kcalloc(cfg->locals + cfg->remotes ?: 1, sizeof(*conn->prefix),
			       GFP_KERNEL_ACCOUNT);
	if (!conn->link.counters || !conn->bundles || !conn->lost || !conn->prefix) {
		conn_free(conn);
		return NULL;
	}
	memcpy(conn->prefix, cfg->local, cfg->locals * sizeof(*conn->prefix));
	memcpy(conn->prefix + cfg->locals, cfg->remote, cfg->remotes * sizeof(*conn->prefix));
	return conn;
}

/**
 * vpc_ipsec_new() - an IPsec connection
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 *
 * It is down until vpc_ipsec_sync() has looked.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the connection or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_ipsec *vpc_ipsec_new(const struct vpc_ipsec_config *cfg,
				struct netlink_ext_ack *extack)
{
	struct vpc *vpc = cfg->gateway->vpc;
	struct vpc_net *vn = vpc->vn;
	struct vpc_ipsec *conn;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check(cfg, extack);
	if (!err)
		err = vpc_ipsec_dst_ready(vn, extack);
	if (err)
		return ERR_PTR(err);
	conn = conn_alloc(cfg);
	if (!conn)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for IPsec connection %s",
				       cfg->name));
	err = vpc_object_add(&vn->registry[VPC_KIND_IPSEC], &conn->link.obj, cfg->name, extack);
	if (err)
		goto err_free;
	err = take_if_id(vn, conn, cfg->if_id, extack);
	if (err)
		goto err_object;
	list_add_tail(&conn->node, &cfg->gateway->connections);
	err = vpc_selectors_build(vpc, vpc->cidr, vpc->cidrs, extack);
	if (err)
		goto err_list;
	cfg->customer->connections++;
	/* From here on packets find it. The place was reserved: no memory is needed. */
	xa_store(&vn->if_ids, conn->if_id, conn, GFP_KERNEL_ACCOUNT);
	return conn;

err_list:
	list_del(&conn->node);
	xa_erase(&vn->if_ids, conn->if_id);
err_object:
	vpc_object_del(&vn->registry[VPC_KIND_IPSEC], &conn->link.obj);
err_free:
	conn_free(conn);
	return ERR_PTR(err);
}

/**
 * vpc_ipsec_remove() - remove a connection that no route and no probe needs
 * @conn: the connection
 *
 * When this returns, no packet enters or leaves by it.
 *
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_ipsec_remove(struct vpc_ipsec *conn)
{
	struct vpc *vpc = conn->link.vpc;
	struct vpc_net *vn = vpc->vn;

	lockdep_assert_held(&vn->lock);
	WARN_ON(conn->nh);
	vpc_alarm_gone(vn, &conn->link.obj);
	xa_erase(&vn->if_ids, conn->if_id);
	list_del(&conn->node);
	vpc_selectors_drop(conn);
	synchronize_net();
	vpc_counters_add(&vpc->past, conn->link.counters);
	conn->customer->connections--;
	vpc_object_del(&vn->registry[VPC_KIND_IPSEC], &conn->link.obj);
	conn_free(conn);
}

/**
 * vpc_ipsec_del() - remove a connection, unless a route or a probe needs it
 * @conn: the connection
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_ipsec_del(struct vpc_ipsec *conn, struct netlink_ext_ack *extack)
{
	const struct vpc_probe *probe = vpc_probe_of(conn->nh);
	const char *name = conn->link.obj.name;
	char user[VPC_ROUTE_USER_LEN];

	lockdep_assert_held(&conn->link.vpc->vn->lock);
	if (conn->nh && vpc_route_user(conn->nh, user, sizeof(user)))
		return vpc_err(extack, -EBUSY, "IPsec connection %s is the next hop of %s: remove it first",
			       name, user);
	if (probe)
		return vpc_err(extack, -EBUSY, "IPsec connection %s has probe %s: remove it first",
			       name, probe->obj.name);
	vpc_ipsec_remove(conn);
	return 0;
}
