// SPDX-License-Identifier: GPL-2.0
/* Objects by id and by name. */

#include <linux/rhashtable.h>

#include "netns.h"
#include "object.h"

static const char * const kind_name[VPC_KINDS] = {
	[VPC_KIND_VPC] = "VPC",
	[VPC_KIND_SUBNET] = "subnet",
	[VPC_KIND_TABLE] = "table",
	[VPC_KIND_PORT] = "port",
	[VPC_KIND_UPLINK] = "uplink",
	[VPC_KIND_PEERING] = "peering",
	[VPC_KIND_PROBE] = "probe",
	[VPC_KIND_VPN_GATEWAY] = "VPN gateway",
	[VPC_KIND_CUSTOMER_GATEWAY] = "customer gateway",
	[VPC_KIND_IPSEC] = "IPsec connection",
	[VPC_KIND_NAT_GATEWAY] = "NAT gateway",
	[VPC_KIND_ALARM] = "alarm",
};

static const struct rhashtable_params by_name = {
	.head_offset = offsetof(struct vpc_object, by_name),
	.key_offset = offsetof(struct vpc_object, name),
	.key_len = VPC_NAME_LEN,
	.automatic_shrinking = true,
};

/**
 * vpc_kind_name() - how sentences call a kind of object
 * @kind: enum vpc_kind
 * Context: any.
 * Return: a constant string.
 */
const char *vpc_kind_name(enum vpc_kind kind)
{
	return kind_name[kind];
}

/**
 * vpc_registry_init() - start with no objects
 * @reg: the registry
 * @kind: of what
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_registry_init(struct vpc_registry *reg, enum vpc_kind kind)
{
	reg->kind = kind;
	xa_init_flags(&reg->ids, XA_FLAGS_ALLOC1);
	return rhashtable_init(&reg->names, &by_name);
}

/**
 * vpc_registry_destroy() - the end of an empty registry
 * @reg: the registry
 * Context: may sleep.
 */
void vpc_registry_destroy(struct vpc_registry *reg)
{
	WARN_ON(reg->count);
	rhashtable_destroy(&reg->names);
	xa_destroy(&reg->ids);
}

static int name_insert(struct vpc_registry *reg, struct vpc_object *obj,
		       struct netlink_ext_ack *extack)
{
	int err = rhashtable_lookup_insert_fast(&reg->names, &obj->by_name, by_name);

	if (err == -EEXIST)
		return vpc_err(extack, err, "%s %s exists already", kind_name[reg->kind],
			       obj->name);
	if (err)
		return vpc_err(extack, err, "no memory for the name of %s %s",
			       kind_name[reg->kind], obj->name);
	return 0;
}

/**
 * vpc_object_add() - give a new object an id and a name
 * @reg: objects of its kind
 * @obj: the object
 * @name: valid name, or NULL for an object that is found another way
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EEXIST when the name is taken, or -ENOMEM.
 */
int vpc_object_add(struct vpc_registry *reg, struct vpc_object *obj, const char *name,
		   struct netlink_ext_ack *extack)
{
	int err;

	obj->kind = reg->kind;
	memset(obj->name, 0, sizeof(obj->name));
	if (name) {
		strscpy(obj->name, name, sizeof(obj->name));
		err = name_insert(reg, obj, extack);
		if (err)
			return err;
	}
	err = xa_alloc_cyclic(&reg->ids, &obj->id, obj, xa_limit_32b, &reg->last_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0) {
		if (name)
			rhashtable_remove_fast(&reg->names, &obj->by_name, by_name);
		return vpc_err(extack, err, "no memory for another %s", kind_name[reg->kind]);
	}
	reg->count++;
	return 0;
}

/**
 * vpc_object_del() - forget an object
 * @reg: objects of its kind
 * @obj: the object
 * Context: vpc_net::lock is held.
 */
void vpc_object_del(struct vpc_registry *reg, struct vpc_object *obj)
{
	if (obj->name[0])
		rhashtable_remove_fast(&reg->names, &obj->by_name, by_name);
	xa_erase(&reg->ids, obj->id);
	reg->count--;
}

/* See vpc_object_names(). */
static DEFINE_SPINLOCK(names_lock);

/**
 * vpc_object_names() - no object changes its name from here on
 *
 * For whoever needs names without vpc_net::lock. Short, until vpc_object_names_done().
 *
 * Context: bottom halves off.
 */
void vpc_object_names(void)
	__acquires(&names_lock)
{
	spin_lock(&names_lock);
}

void vpc_object_names_done(void)
	__releases(&names_lock)
{
	spin_unlock(&names_lock);
}

static void set_name(struct vpc_object *obj, const char *name)
{
	spin_lock_bh(&names_lock);
	memset(obj->name, 0, sizeof(obj->name));
	strscpy(obj->name, name, sizeof(obj->name));
	spin_unlock_bh(&names_lock);
}

/**
 * vpc_object_rename() - give an object another name
 * @reg: objects of its kind
 * @obj: the object, which has a name
 * @name: valid name
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EEXIST when the name is taken, or -ENOMEM; then nothing changed.
 */
int vpc_object_rename(struct vpc_registry *reg, struct vpc_object *obj, const char *name,
		      struct netlink_ext_ack *extack)
{
	char old[VPC_NAME_LEN];
	int err;

	if (vpc_object_find(reg, name))
		return vpc_err(extack, -EEXIST, "%s %s exists already", kind_name[reg->kind], name);

	memcpy(old, obj->name, sizeof(old));
	rhashtable_remove_fast(&reg->names, &obj->by_name, by_name);
	set_name(obj, name);
	err = name_insert(reg, obj, extack);
	if (!err)
		return 0;

	/* One was just taken out, so the table has room to take it back. */
	set_name(obj, old);
	WARN_ON(rhashtable_insert_fast(&reg->names, &obj->by_name, by_name));
	return err;
}

/**
 * vpc_object_find() - object of a name
 * @reg: objects of a kind
 * @name: any string
 * Context: vpc_net::lock is held.
 * Return: the object or NULL.
 */
struct vpc_object *vpc_object_find(struct vpc_registry *reg, const char *name)
{
	char key[VPC_NAME_LEN] = {};

	if (strscpy(key, name, sizeof(key)) <= 0)
		return NULL;
	return rhashtable_lookup_fast(&reg->names, key, by_name);
}

/**
 * vpc_object_next() - walk objects by id
 * @reg: objects of a kind
 * @id: where to start
 * Context: vpc_net::lock is held.
 * Return: the object with the smallest id that is not below @id, or NULL.
 */
struct vpc_object *vpc_object_next(struct vpc_registry *reg, u32 id)
{
	unsigned long at = id;

	return xa_find(&reg->ids, &at, ULONG_MAX, XA_PRESENT);
}
