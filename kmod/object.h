/* SPDX-License-Identifier: GPL-2.0 */
/* What every configured object has: an id that dumps are ordered by, and a name. */
#ifndef _VPC_OBJECT_H
#define _VPC_OBJECT_H

#include <linux/rhashtable-types.h>
#include <linux/xarray.h>
#include <linux/vpc.h>

struct netlink_ext_ack;

/**
 * enum vpc_kind - kinds of objects
 */
enum vpc_kind {
	VPC_KIND_VPC,
	VPC_KIND_SUBNET,
	VPC_KIND_TABLE,
	VPC_KIND_PORT,
	VPC_KIND_UPLINK,
	VPC_KIND_PEERING,
	VPC_KIND_PROBE,
	VPC_KIND_VPN_GATEWAY,
	VPC_KIND_CUSTOMER_GATEWAY,
	VPC_KIND_IPSEC,
	VPC_KIND_NAT_GATEWAY,
	VPC_KIND_ALARM,
	VPC_KINDS,
};

/**
 * struct vpc_object - head of every configured object; guarded by vpc_net::lock
 * @id: never 0, not used again soon
 * @kind: enum vpc_kind
 * @name: zero padded; empty for a default table; ports and uplinks are named
 *	by their device instead and leave it empty
 * @by_name: in vpc_registry::names while @name is not empty
 */
struct vpc_object {
	u32 id;
	u8 kind;
	char name[VPC_NAME_LEN];
	struct rhash_head by_name;
};

/**
 * struct vpc_registry - all objects of a kind in a namespace
 * @kind: enum vpc_kind
 * @count: how many there are
 * @last_id: where the search for a free id goes on
 * @ids: objects by id
 * @names: objects by name
 */
struct vpc_registry {
	u8 kind;
	u32 count;
	u32 last_id;
	struct xarray ids;
	struct rhashtable names;
};

int vpc_registry_init(struct vpc_registry *reg, enum vpc_kind kind);
void vpc_registry_destroy(struct vpc_registry *reg);

int __must_check vpc_object_add(struct vpc_registry *reg, struct vpc_object *obj,
				const char *name, struct netlink_ext_ack *extack);
void vpc_object_del(struct vpc_registry *reg, struct vpc_object *obj);
int __must_check vpc_object_rename(struct vpc_registry *reg, struct vpc_object *obj,
				   const char *name, struct netlink_ext_ack *extack);
void vpc_object_names(void);
void vpc_object_names_done(void);
struct vpc_object *vpc_object_find(struct vpc_registry *reg, const char *name);
struct vpc_object *vpc_object_next(struct vpc_registry *reg, u32 id);
const char *vpc_kind_name(enum vpc_kind kind);

#endif /* _VPC_OBJECT_H */
