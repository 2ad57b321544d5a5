// SPDX-License-Identifier: GPL-2.0
/* Customer gateways: the other ends of IPsec connections. */

#include <linux/slab.h>

#include "customer_gateway.h"
#include "ipsec.h"
#include "netns.h"

static int check_address(const struct vpc_addr *address, const char *name,
			 struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];

	if (vpc_addr_usable(address))
		return 0;
	return vpc_err(extack, -EINVAL, "%s cannot be the address of customer gateway %s",
		       vpc_addr_str(address, buf), name);
}

/**
 * vpc_customer_gateway_new() - a customer gateway
 * @vn: the namespace
 * @name: valid name
 * @address: where it is
 * @description: for people, shorter than VPC_DESCRIPTION_LEN; or NULL
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the customer gateway or ERR_PTR(-errno).
 */
struct vpc_customer_gateway *vpc_customer_gateway_new(struct vpc_net *vn, const char *name,
						      const struct vpc_addr *address,
						      const char *description,
						      struct netlink_ext_ack *extack)
{
	struct vpc_customer_gateway *cgw;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check_address(address, name, extack);
	if (err)
		return ERR_PTR(err);
	cgw = kzalloc(sizeof(*cgw), GFP_KERNEL_ACCOUNT);
	if (!cgw)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for customer gateway %s", name));
	cgw->address = *address;
	if (description)
		strscpy(cgw->description, description, sizeof(cgw->description));
	err = vpc_object_add(&vn->registry[VPC_KIND_CUSTOMER_GATEWAY], &cgw->obj, name, extack);
	if (err) {
		kfree(cgw);
		return ERR_PTR(err);
	}
	return cgw;
}

/**
 * vpc_customer_gateway_set() - change what people call it
 * @vn: the namespace
 * @cgw: the customer gateway
 * @name: another name, or NULL
 * @description: another description, or NULL
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_customer_gateway_set(struct vpc_net *vn, struct vpc_customer_gateway *cgw,
			     const char *name, const char *description,
			     struct netlink_ext_ack *extack)
{
	int err = 0;

	lockdep_assert_held(&vn->lock);
	if (name)
		err = vpc_object_rename(&vn->registry[VPC_KIND_CUSTOMER_GATEWAY], &cgw->obj, name,
					extack);
	if (!err && description)
		strscpy_pad(cgw->description, description, sizeof(cgw->description));
	return err;
}

static void release(struct vpc_net *vn, struct vpc_customer_gateway *cgw)
{
	vpc_object_del(&vn->registry[VPC_KIND_CUSTOMER_GATEWAY], &cgw->obj);
	kfree(cgw);
}

/* The connection of the smallest id that leads there. */
static const struct vpc_ipsec *connection_to(struct vpc_net *vn,
					     const struct vpc_customer_gateway *cgw)
{
	struct vpc_object *obj;
	u32 id;

	for (id = 0; (obj = vpc_object_next(&vn->registry[VPC_KIND_IPSEC], id)); id = obj->id + 1) {
		const struct vpc_ipsec *conn = container_of(obj, struct vpc_ipsec, link.obj);

		if (conn->customer == cgw)
			return conn;
	}
	return NULL;
}

/**
 * vpc_customer_gateway_del() - remove a customer gateway that no connection leads to
 * @vn: the namespace
 * @cgw: the customer gateway
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_customer_gateway_del(struct vpc_net *vn, struct vpc_customer_gateway *cgw,
			     struct netlink_ext_ack *extack)
{
	const struct vpc_ipsec *conn;

	lockdep_assert_held(&vn->lock);
	conn = cgw->connections ? connection_to(vn, cgw) : NULL;
	if (conn)
		return vpc_err(extack, -EBUSY,
			       "customer gateway %s has IPsec connection %s: remove it first",
			       cgw->obj.name, conn->link.obj.name);
	release(vn, cgw);
	return 0;
}

/**
 * vpc_customer_gateway_flush() - remove all of a namespace
 * @vn: the namespace, without connections
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_customer_gateway_flush(struct vpc_net *vn)
{
	struct vpc_object *obj;

	lockdep_assert_held(&vn->lock);
	while ((obj = vpc_object_next(&vn->registry[VPC_KIND_CUSTOMER_GATEWAY], 0)))
		release(vn, container_of(obj, struct vpc_customer_gateway, obj));
}
