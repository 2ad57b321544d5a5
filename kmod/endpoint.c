// SPDX-License-Identifier: GPL-2.0
/* Endpoints: addresses of a VPC and where they live. */

#include <linux/slab.h>

#include "endpoint.h"
#include "overlay.h"
#include "port.h"
#include "probe.h"
#include "vpn_gateway.h"

static struct vpc_lpm *lpm_of(struct vpc *vpc, const struct vpc_addr *addr)
{
	return &vpc->endpoints[vpc_family_index(addr->family)];
}

/**
 * vpc_endpoint_find() - endpoint of an address
 * @vpc: the VPC
 * @addr: the address
 * Context: vpc_net::lock is held.
 * Return: the endpoint or NULL.
 */
struct vpc_endpoint *vpc_endpoint_find(struct vpc *vpc, const struct vpc_addr *addr)
{
	const struct vpc_prefix host = vpc_prefix_host(addr);
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&host);
	struct vpc_endpoint *ep = NULL;
	u32 id;

	lockdep_assert_held(&vpc->vn->lock);
	id = vpc_lpm_get(lpm_of(vpc, addr), &key);
	if (id) {
		rcu_read_lock();
		ep = vpc_index_get(&vpc->vn->endpoints, id);
		rcu_read_unlock();
	}
	return ep;
}

/**
 * vpc_endpoint_next() - walk the endpoints of a namespace
 * @vn: the namespace
 * @id: where to start
 * Context: vpc_net::lock is held.
 * Return: the endpoint with the smallest id that is not below @id, or NULL.
 */
struct vpc_endpoint *vpc_endpoint_next(struct vpc_net *vn, u32 id)
{
	return vpc_index_next(&vn->endpoints, id);
}

/**
 * vpc_endpoint_refuse() - say where an address lives already
 * @ep: its endpoint
 * @extack: gets the sentence
 * Context: vpc_net::lock is held.
 * Return: -EEXIST.
 */
int vpc_endpoint_refuse(const struct vpc_endpoint *ep, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], host[VPC_PREFIX_STRLEN];

	vpc_addr_str(&ep->addr, buf);
	if (ep->port)
		return vpc_err(extack, -EEXIST, "address %s of VPC %s lives on port %s already",
			       buf, ep->vpc->obj.name, ep->port->link.dev->name);
	return vpc_err(extack, -EEXIST, "address %s of VPC %s lives on host %s already", buf,
		       ep->vpc->obj.name, vpc_addr_str(&ep->remote->host, host));
}

/**
 * vpc_endpoint_check() - does no endpoint have an address?
 * @vpc: the VPC
 * @addr: the address
 * @extack: gets the sentence of a refusal, which names who has it
 * Context: vpc_net::lock is held.
 * Return: 0 or -EEXIST.
 */
int vpc_endpoint_check(struct vpc *vpc, const struct vpc_addr *addr,
		       struct netlink_ext_ack *extack)
{
	const struct vpc_endpoint *ep = vpc_endpoint_find(vpc, addr);

	return ep ? vpc_endpoint_refuse(ep, extack) : 0;
}

/**
 * vpc_endpoint_check_port() - may an address live on a port?
 * @vpc: the VPC
 * @addr: the address; one of another host moves here
 * @extack: gets the sentence of a refusal, which names who has it
 * Context: vpc_net::lock is held.
 * Return: 0 or -errno.
 */
int vpc_endpoint_check_port(struct vpc *vpc, const struct vpc_addr *addr,
			    struct netlink_ext_ack *extack)
{
	const struct vpc_endpoint *ep = vpc_endpoint_find(vpc, addr);

	if (ep && ep->port)
		return vpc_endpoint_refuse(ep, extack);
	return vpc_endpoint_check_ours(vpc, addr, extack);
}

/**
 * vpc_endpoint_check_ours() - does the module itself not have an address?
 * @vpc: the VPC
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -errno.
 */
int vpc_endpoint_check_ours(struct vpc *vpc, const struct vpc_addr *addr,
			    struct netlink_ext_ack *extack)
{
	int err = vpc_probe_source_check(vpc, addr, extack);

	return err ?: vpc_vpn_gateway_check_inside(vpc, addr, extack);
}

/**
 * vpc_endpoint_alloc() - an endpoint that nobody sees yet
 * @vpc: its VPC
 * @addr: its address
 * Context: may sleep.
 * Return: the endpoint, to be freed by kfree() or published; or NULL.
 */
struct vpc_endpoint *vpc_endpoint_alloc(struct vpc *vpc, const struct vpc_addr *addr)
{
	struct vpc_endpoint *ep = kzalloc(sizeof(*ep), GFP_KERNEL_ACCOUNT);

	if (ep) {
		ep->vpc = vpc;
		ep->addr = *addr;
		ep->index = &vpc->vn->endpoints;
	}
	return ep;
}

static void forget_remote(struct vpc_endpoint *ep)
{
	if (!ep->remote)
		return;
	ep->subnet->remotes--;
	vpc_remote_put(ep->remote);
}

/* Packets find the one or the other. */
static void take_number(struct vpc_endpoint *ep, const struct vpc_endpoint *old)
{
	ep->id = old->id;
	vpc_index_set(ep->index, ep->id, ep);
}

static void take_place(struct vpc_endpoint *ep, struct vpc_endpoint *old)
{
	take_number(ep, old);
	forget_remote(old);
	kfree_rcu(old, rcu);
}

/**
 * vpc_endpoint_publish() - packets to an address find its endpoint
 * @ep: from vpc_endpoint_alloc(), complete
 * @old: the one whose place it takes, which is freed; or NULL
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM; with @old always 0.
 */
int vpc_endpoint_publish(struct vpc_endpoint *ep, struct vpc_endpoint *old,
			 struct netlink_ext_ack *extack)
{
	const struct vpc_prefix host = vpc_prefix_host(&ep->addr);
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&host);
	char buf[VPC_PREFIX_STRLEN];
	struct vpc *vpc = ep->vpc;
	struct vpc_lpm_txn txn;
	u32 none;
	int err;

	if (old) {
		take_place(ep, old);
		return 0;
	}
	err = vpc_index_add(ep->index, ep, &ep->id);
	if (err)
		goto err_nomem;
	err = vpc_lpm_begin(&txn, lpm_of(vpc, &ep->addr), false);
	if (err)
		goto err_index;
	err = vpc_lpm_set(&txn, &key, ep->id, &none);
	if (err) {
		vpc_lpm_abort(&txn);
		goto err_index;
	}
	vpc_lpm_commit(&txn);
	vpc->vn->endpoint_count++;
	return 0;

err_index:
	/* Nothing published has led to the number. */
	vpc_index_clear(ep->index, ep->id);
	vpc_index_free(ep->index, ep->id);
err_nomem:
	return vpc_err(extack, -ENOMEM, "no memory for address %s", vpc_addr_str(&ep->addr, buf));
}

/**
 * vpc_endpoint_add() - an address lives behind a port
 * @port: the port
 * @addr: an address that its subnet has, and that vpc_endpoint_check_port() let pass
 * @ret: gets the endpoint
 * @extack: gets the sentence of a refusal
 *
 * One that lives on another host goes on doing so until vpc_endpoint_settle().
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_endpoint_add(struct vpc_port *port, const struct vpc_addr *addr,
		     struct vpc_endpoint **ret, struct netlink_ext_ack *extack)
{
	struct vpc *vpc = port->link.vpc;
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_endpoint *ep;
	int err = 0;

	ep = vpc_endpoint_alloc(vpc, addr);
	if (!ep)
		return vpc_err(extack, -ENOMEM, "no memory for address %s",
			       vpc_addr_str(addr, buf));
	ep->adj = &port->adj;
	ep->port = port;
	ep->over = vpc_endpoint_find(vpc, addr);
	if (!ep->over)
		err = vpc_endpoint_publish(ep, NULL, extack);
	if (err)
		kfree(ep);
	else
		*ret = ep;
	return err;
}

/**
 * vpc_endpoint_settle() - an address that moves here from another host is here
 * @ep: its endpoint on a port
 * Context: vpc_net::lock is held. Cannot fail.
 */
void vpc_endpoint_settle(struct vpc_endpoint *ep)
{
	if (!ep->over)
		return;
	take_place(ep, ep->over);
	ep->over = NULL;
}

/**
 * vpc_endpoint_move() - an address moves from a port to another host
 * @ep: its endpoint on a port, to which vpc_endpoint_del() is owed
 * @to: that on the other host, which nobody sees yet
 *
 * Packets find the one or the other.
 *
 * Context: vpc_net::lock is held. Cannot fail.
 */
void vpc_endpoint_move(struct vpc_endpoint *ep, struct vpc_endpoint *to)
{
	take_number(to, ep);
	ep->over = ep;
}

static void endpoint_free(struct rcu_head *rcu)
{
	struct vpc_endpoint *ep = container_of(rcu, struct vpc_endpoint, rcu);

	vpc_index_free(ep->index, ep->id);
	kfree(ep);
}

/**
 * vpc_endpoint_del() - an address lives nowhere any more
 * @ep: its endpoint; its port must outlive the next grace period
 * Context: vpc_net::lock is held; may sleep. Cannot fail, as a device that goes
 * away does not ask.
 */
void vpc_endpoint_del(struct vpc_endpoint *ep)
{
	const struct vpc_prefix host = vpc_prefix_host(&ep->addr);
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&host);
	struct vpc *vpc = ep->vpc;

	if (ep->over == ep) {
		kfree_rcu(ep, rcu);
		return;
	}
	/* Packets have not found it, and no frame of its device is compared with it any more. */
	if (ep->over) {
		kfree(ep);
		return;
	}
	vpc_lpm_remove(lpm_of(vpc, &ep->addr), &key);
	vpc_index_clear(ep->index, ep->id);
	vpc->vn->endpoint_count--;
	forget_remote(ep);
	call_rcu(&ep->rcu, endpoint_free);
}
