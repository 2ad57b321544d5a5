// SPDX-License-Identifier: GPL-2.0
/*
 * The way to other hosts: a VXLAN device in metadata mode, which is told for each packet where it
 * goes and which VNI it carries. It is a port that is in no subnet: what comes in there is in the
 * VPC that its VNI names, see overlay_rx.c.
 */

#include <linux/module.h>
#include <linux/slab.h>
#include <net/vxlan.h>

#include "adj.h"
#include "hook.h"
#include "overlay.h"
#include "peering.h"
#include "port.h"
#include "public.h"

static int check_device(const struct vpc_net *vn, const struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	const struct vxlan_dev *vxlan;

	if (vn->overlay)
		return vpc_err(extack, -EEXIST, "%s leads to other hosts already: one device does",
			       vn->overlay->link.dev->name);
	vxlan = netif_is_vxlan(dev) ? netdev_priv(dev) : NULL;
	if (!vxlan || !(vxlan->cfg.flags & VXLAN_F_COLLECT_METADATA))
		return vpc_err(extack, -EINVAL,
			       "device %s is not a VXLAN device in metadata mode (ip link add %s type vxlan dstport 4789 external)",
			       dev->name, dev->name);
	/* Whoever sends to it would fill its table of addresses, before we see the packet. */
	if (vxlan->cfg.flags & VXLAN_F_LEARN)
		return vpc_err(extack, -EINVAL,
			       "device %s learns addresses: make it with nolearning", dev->name);
	return 0;
}

/* Packets see it no more; no endpoint is behind it. */
static void dismantle(struct vpc_port *port)
{
	vpc_link_unbind(&port->link);
	vpc_adj_stop(&port->adj);
	vpc_adj_quiesce(port->link.vpc->vn);
}

/**
 * vpc_overlay_new() - let a device lead to other hosts
 * @vn: the namespace
 * @dev: a VXLAN device
 * @extack: gets the sentence of a refusal
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: its port or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_port *vpc_overlay_new(struct vpc_net *vn, struct net_device *dev,
				 struct netlink_ext_ack *extack)
{
	struct vpc *outside;
	struct vpc_port *port;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check_device(vn, dev, extack);
	if (err)
		return ERR_PTR(err);
	outside = vpc_outside(vn);
	port = outside ? kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT) : NULL;
	if (!port)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for port %s", dev->name));
	port->link.overlay = true;
	err = vpc_hook_register(vn);
	if (err) {
		vpc_err(extack, err, "the packet hooks could not be registered");
		goto err_free;
	}
	err = vpc_link_bind(&port->link, dev, outside, NULL, VPC_KIND_PORT, false, extack);
	if (err)
		goto err_free;
	/* Nobody is at the other end but us: nothing is asked, nothing is learned. */
	err = vpc_adj_init(&port->adj, &port->link, dev->dev_addr);
	if (err)
		vpc_err(extack, err, "no memory for port %s", dev->name);
	else
		err = vpc_link_publish(&port->link, extack) ?:
		      vpc_link_open(&port->link, extack);
	if (err)
		goto err_dismantle;
	/* A configured module cannot be removed. */
	__module_get(THIS_MODULE);
	vn->overlay = port;
	return port;

err_dismantle:
	dismantle(port);
	vpc_link_restore(&port->link);
	vpc_link_release(&port->link);
err_free:
	kfree(port);
	return ERR_PTR(err);
}

/**
 * vpc_overlay_check_unused() - does no endpoint need it?
 * @port: the overlay
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EBUSY.
 */
int vpc_overlay_check_unused(const struct vpc_port *port, struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = port->link.vpc->vn;

	lockdep_assert_held(&vn->lock);
	if (!atomic_read(&vn->remotes.nelems))
		return 0;
	return vpc_err(extack, -EBUSY, "%s leads to endpoints on other hosts",
		       port->link.dev->name);
}

/**
 * vpc_overlay_remove() - no device leads to other hosts any more; the endpoints there go
 * @port: the overlay
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 */
void vpc_overlay_remove(struct vpc_port *port)
{
	struct vpc_net *vn = port->link.vpc->vn;

	lockdep_assert_held(&vn->lock);
	vpc_remote_endpoints_clear(vn);
	vn->overlay = NULL;
	dismantle(port);
	/*
	 * Ways are dead when their callbacks have run. What held one until then, in a queue of a
	 * hook, looks at that and no further; but it may be looking just now.
	 */
	rcu_barrier();
	synchronize_rcu_expedited();
	vpc_link_release(&port->link);
	kfree(port);
	module_put(THIS_MODULE);
}

/**
 * vpc_overlay_prepare_vni() - what a VPC is to be called on overlay networks
 * @vpc: the VPC
 * @vni: 1 to 16777215 (RFC 7348 section 5), or 0: nothing
 * @extack: gets the sentence of a refusal
 *
 * Ways to other hosts have it in them, and those of peers have, too. vpc_overlay_commit_vni() or
 * vpc_overlay_abort_vni() follows.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_overlay_prepare_vni(struct vpc *vpc, u32 vni, struct netlink_ext_ack *extack)
{
	const struct vpc_peering_side *side =
		list_first_entry_or_null(&vpc->sides, struct vpc_peering_side, node);
	struct vpc_net *vn = vpc->vn;
	struct vpc *other;
	int err;

	lockdep_assert_held(&vn->lock);
	if (vni == vpc->vni)
		return 0;
	if (vpc->transit)
		return vpc_err(extack, -EINVAL,
			       "%s is a transit domain, which is on one host: VPCs have VNIs",
			       vpc->obj.name);
	other = vni ? xa_load(&vn->vnis, vni) : NULL;
	if (other)
		return vpc_err(extack, -EEXIST, "VNI %u is that of VPC %s", vni, other->obj.name);
	if (side)
		return vpc_err(extack, -EBUSY, "VPC %s has peering %s: its VNI can be changed without peerings",
			       vpc->obj.name, side->peering->obj.name);
	if (!list_empty(&vpc->remotes))
		return vpc_err(extack, -EBUSY, "VPC %s has endpoints on other hosts: its VNI can be changed without them",
			       vpc->obj.name);
	err = vni ? xa_reserve(&vn->vnis, vni, GFP_KERNEL_ACCOUNT) : 0;
	return err ? vpc_err(extack, err, "no memory for VNI %u", vni) : 0;
}

/**
 * vpc_overlay_commit_vni() - it is called that
 * @vpc: the VPC
 * @vni: of vpc_overlay_prepare_vni(); or 0, without it: the VPC ends
 *
 * When this returns, no packet of other hosts is in the VPC by its old VNI: it may end without one,
 * and then nothing else waits for them.
 *
 * Context: vpc_net::lock is held; may sleep. Cannot fail.
 */
void vpc_overlay_commit_vni(struct vpc *vpc, u32 vni)
{
	u32 old = vpc->vni;

	if (vni == old)
		return;
	vpc->vni = vni;
	if (vni)
		xa_store(&vpc->vn->vnis, vni, vpc, GFP_KERNEL_ACCOUNT);
	if (old) {
		xa_erase(&vpc->vn->vnis, old);
		vpc_adj_quiesce(vpc->vn);
	}
}

/**
 * vpc_overlay_abort_vni() - it is not
 * @vpc: the VPC, which no packet has found by it
 * @vni: of vpc_overlay_prepare_vni()
 * Context: vpc_net::lock is held.
 */
void vpc_overlay_abort_vni(struct vpc *vpc, u32 vni)
{
	if (vni && vni != vpc->vni)
		xa_release(&vpc->vn->vnis, vni);
}

/**
 * vpc_overlay_forget_all() - no packet of other hosts finds a VPC any more
 * @vn: the namespace, which has no endpoints on other hosts any more
 *
 * At once, as each VPC and subnet by itself waits for grace periods.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_overlay_forget_all(struct vpc_net *vn)
{
	struct vpc_subnet *subnet;
	struct vpc_object *obj;
	bool any = false;
	struct vpc *vpc;
	u32 id;

	for (id = 0; (obj = vpc_object_next(&vn->registry[VPC_KIND_VPC], id)); id = obj->id + 1) {
		vpc = container_of(obj, struct vpc, obj);
		if (!vpc->vni)
			continue;
		any = true;
		xa_erase(&vn->vnis, vpc->vni);
		vpc->vni = 0;
		list_for_each_entry(subnet, &vpc->subnets, node)
			subnet->had_remotes = false;
		cond_resched();
	}
	if (any)
		vpc_adj_quiesce(vn);
}
