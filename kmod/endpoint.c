// SPDX-License-Identifier: GPL-2.0
/* Endpoints: addresses of a VPC and where they live. */

#include <linux/slab.h>

#include "endpoint.h"
#include "port.h"

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
 * vpc_endpoint_check() - is an address free?
 * @vpc: the VPC
 * @addr: the address
 * @extack: gets the sentence of a refusal, which names who has it
 * Context: vpc_net::lock is held.
 * Return: 0 or -EEXIST.
 */
int vpc_endpoint_check(struct vpc *vpc, const struct vpc_addr *addr,
		       struct netlink_ext_ack *extack)
{
	struct vpc_endpoint *ep = vpc_endpoint_find(vpc, addr);
	char buf[VPC_PREFIX_STRLEN];

	if (!ep)
		return 0;
	return vpc_err(extack, -EEXIST, "address %s of VPC %s lives on port %s already",
		       vpc_addr_str(addr, buf), vpc->obj.name, ep->port->link.dev->name);
}

/**
 * vpc_endpoint_add() - an address lives behind a port
 * @port: the port
 * @addr: an address that its subnet has, and that vpc_endpoint_check() let pass
 * @ret: gets the endpoint
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_endpoint_add(struct vpc_port *port, const struct vpc_addr *addr,
		     struct vpc_endpoint **ret, struct netlink_ext_ack *extack)
{
	const struct vpc_prefix host = vpc_prefix_host(addr);
	const struct vpc_lpm_prefix key = vpc_prefix_lpm(&host);
	struct vpc *vpc = port->link.vpc;
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_lpm_txn txn;
	struct vpc_endpoint *ep;
	u32 old;
	int err;

	ep = kzalloc(sizeof(*ep), GFP_KERNEL_ACCOUNT);
	if (!ep)
		goto err_nomem;
	ep->adj = &port->adj;
	ep->port = port;
	ep->vpc = vpc;
	ep->addr = *addr;
	ep->index = &vpc->vn->endpoints;
	err = vpc_index_add(ep->index, ep, &ep->id);
	if (err)
		goto err_free;

	err = vpc_lpm_begin(&txn, lpm_of(vpc, addr), false);
	if (err)
		goto err_index;
	err = vpc_lpm_set(&txn, &key, ep->id, &old);
	if (err) {
		vpc_lpm_abort(&txn);
		goto err_index;
	}
	vpc_lpm_commit(&txn);
	vpc->vn->endpoint_count++;
	*ret = ep;
	return 0;

err_index:
	/* Nothing published has led to the number. */
	vpc_index_clear(ep->index, ep->id);
	vpc_index_free(ep->index, ep->id);
err_free:
	kfree(ep);
err_nomem:
	return vpc_err(extack, -ENOMEM, "no memory for address %s", vpc_addr_str(addr, buf));
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

	vpc_lpm_remove(lpm_of(vpc, &ep->addr), &key);
	vpc_index_clear(ep->index, ep->id);
	vpc->vn->endpoint_count--;
	call_rcu(&ep->rcu, endpoint_free);
}
