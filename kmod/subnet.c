// SPDX-License-Identifier: GPL-2.0
/* Subnets. */

#include <linux/inetdevice.h>
#include <linux/slab.h>

#include "natgw.h"
#include "port.h"
#include "subnet.h"

static int check_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
		      struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	int f = vpc_family_index(cidr->addr.family);
	const struct vpc_subnet *subnet;
	int i;

	vpc_prefix_str(cidr, buf);
	if (!vpc_vpc_cidr_of(vpc, cidr)) {
		for (i = 0; i < vpc->cidrs; i++)
			if (vpc->cidr[i].addr.family == cidr->addr.family)
				return vpc_err(extack, -EINVAL,
					       "%s is not in the address space of VPC %s (%s is)",
					       buf, vpc->obj.name,
					       vpc_prefix_str(&vpc->cidr[i], other));
		return vpc_err(extack, -EINVAL, "%s is not in the address space of VPC %s, which has no %s CIDR",
			       buf, vpc->obj.name, f ? "IPv6" : "IPv4");
	}
	list_for_each_entry(subnet, &vpc->subnets, node)
		if (subnet->cidr[f].addr.family && vpc_prefix_overlap(&subnet->cidr[f], cidr))
			return vpc_err(extack, -EEXIST, "%s overlaps with %s of subnet %s", buf,
				       vpc_prefix_str(&subnet->cidr[f], other), subnet->obj.name);
	if (vpc_family_bits(cidr->addr.family) - cidr->len < 2)
		return vpc_err(extack, -EINVAL, "%s is too small for a subnet: it needs room for a gateway and a port (/30 or /126 at least)",
			       buf);
	return 0;
}

static int check_gateway(const struct vpc_prefix *cidr, const struct vpc_addr *gw,
			 struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];

	vpc_addr_str(gw, buf);
	if (!cidr->addr.family)
		return vpc_err(extack, -EINVAL, "gateway %s has no CIDR of its family", buf);
	vpc_prefix_str(cidr, other);
	if (!vpc_prefix_contains(cidr, gw))
		return vpc_err(extack, -EINVAL, "gateway %s is not in %s", buf, other);
	if (vpc_addr_equal(&cidr->addr, gw) ||
	    (gw->family == AF_INET && gw->v4 == (cidr->addr.v4 | ~inet_make_mask(cidr->len))))
		return vpc_err(extack, -EINVAL, "gateway %s is the network or broadcast address of %s",
			       buf, other);
	return 0;
}

/* The first address after the network's. */
static struct vpc_addr default_gateway(const struct vpc_prefix *cidr)
{
	struct vpc_addr gw = cidr->addr;

	gw.bytes[vpc_family_bytes(gw.family) - 1] |= 1;
	return gw;
}

/* Addresses that no host can have: the network's, and IPv4's broadcast. */
static bool reserved(const struct vpc_prefix *cidr, const struct vpc_addr *addr)
{
	if (cidr->len >= vpc_family_bits(addr->family) - 1)
		return false;
	if (vpc_addr_equal(&cidr->addr, addr))
		return true;
	return addr->family == AF_INET && addr->v4 == (cidr->addr.v4 | ~inet_make_mask(cidr->len));
}

/**
 * vpc_subnet_check_address() - may an address of a subnet be a tenant's?
 * @subnet: the subnet
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EINVAL.
 */
int vpc_subnet_check_address(const struct vpc_subnet *subnet, const struct vpc_addr *addr,
			     struct netlink_ext_ack *extack)
{
	int i = vpc_family_index(addr->family);
	const struct vpc_prefix *cidr = &subnet->cidr[i];
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];

	vpc_addr_str(addr, buf);
	if (!cidr->addr.family)
		return vpc_err(extack, -EINVAL, "subnet %s has no %s CIDR for address %s",
			       subnet->obj.name, i ? "IPv6" : "IPv4", buf);
	vpc_prefix_str(cidr, other);
	if (!vpc_prefix_contains(cidr, addr))
		return vpc_err(extack, -EINVAL, "address %s is not in %s of subnet %s", buf, other,
			       subnet->obj.name);
	if (vpc_addr_equal(&subnet->gateway[i], addr))
		return vpc_err(extack, -EINVAL, "address %s is the gateway of subnet %s", buf,
			       subnet->obj.name);
	if (reserved(cidr, addr))
		return vpc_err(extack, -EINVAL,
			       "address %s is the network or broadcast address of %s of subnet %s",
			       buf, other, subnet->obj.name);
	return 0;
}

/**
 * vpc_subnet_of() - the subnet that has an address
 * @vpc: the VPC
 * @addr: the address
 * Context: vpc_net::lock is held.
 * Return: the subnet or NULL.
 */
struct vpc_subnet *vpc_subnet_of(const struct vpc *vpc, const struct vpc_addr *addr)
{
	const int f = vpc_family_index(addr->family);
	struct vpc_subnet *subnet;

	list_for_each_entry(subnet, &vpc->subnets, node)
		if (subnet->cidr[f].addr.family && vpc_prefix_contains(&subnet->cidr[f], addr))
			return subnet;
	return NULL;
}

/**
 * vpc_subnet_table() - its route table
 * @subnet: the subnet
 * Context: vpc_net::lock is held.
 * Return: the table.
 */
struct vpc_table *vpc_subnet_table(const struct vpc_subnet *subnet)
{
	return rcu_dereference_protected(subnet->table, lockdep_is_held(&subnet->vpc->vn->lock));
}

/**
 * vpc_subnet_new() - a subnet
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the subnet or ERR_PTR(-errno).
 */
struct vpc_subnet *vpc_subnet_new(const struct vpc_subnet_config *cfg,
				  struct netlink_ext_ack *extack)
{
	struct vpc_table *table = cfg->table ?: cfg->vpc->table;
	struct vpc *vpc = cfg->vpc;
	struct vpc_subnet *subnet;
	int i, err;

	lockdep_assert_held(&vpc->vn->lock);
	if (vpc->transit)
		return ERR_PTR(vpc_err(extack, -EINVAL,
				       "%s is a transit domain, which has no subnets: join a VPC to it that has them (peering add NAME vpc VPC peer %s)",
				       vpc->obj.name, vpc->obj.name));
	for (i = 0; i < 2; i++) {
		err = cfg->cidr[i].addr.family ? check_cidr(vpc, &cfg->cidr[i], extack) : 0;
		if (!err && cfg->gateway[i].family)
			err = check_gateway(&cfg->cidr[i], &cfg->gateway[i], extack);
		if (err)
			return ERR_PTR(err);
	}
	subnet = kzalloc(sizeof(*subnet), GFP_KERNEL_ACCOUNT);
	if (!subnet)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for subnet %s", cfg->name));
	err = vpc_object_add(&vpc->vn->registry[VPC_KIND_SUBNET], &subnet->obj, cfg->name, extack);
	if (err) {
		kfree(subnet);
		return ERR_PTR(err);
	}
	subnet->vpc = vpc;
	RCU_INIT_POINTER(subnet->table, table);
	for (i = 0; i < 2; i++) {
		subnet->cidr[i] = cfg->cidr[i];
		if (cfg->gateway[i].family)
			subnet->gateway[i] = cfg->gateway[i];
		else if (cfg->cidr[i].addr.family)
			subnet->gateway[i] = default_gateway(&cfg->cidr[i]);
	}
	INIT_LIST_HEAD(&subnet->ports);
	list_add_tail(&subnet->node, &vpc->subnets);
	return subnet;
}

/**
 * vpc_subnet_set_table() - associate a subnet with another table
 * @subnet: the subnet
 * @table: the table
 * @extack: gets the sentence of a refusal
 *
 * When this returns, no packet of the subnet is looked up in the old one.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, or -EINVAL for the table of another VPC.
 */
int vpc_subnet_set_table(struct vpc_subnet *subnet, struct vpc_table *table,
			 struct netlink_ext_ack *extack)
{
	struct vpc_port *port;

	lockdep_assert_held(&subnet->vpc->vn->lock);
	if (table->vpc != subnet->vpc)
		return vpc_err(extack, -EINVAL, "table %s belongs to VPC %s, subnet %s to VPC %s",
			       table->obj.name, table->vpc->obj.name, subnet->obj.name,
			       subnet->vpc->obj.name);
	rcu_assign_pointer(subnet->table, table);
	list_for_each_entry(port, &subnet->ports, node)
		rcu_assign_pointer(port->link.table, table);
	vpc_adj_quiesce(subnet->vpc->vn);
	return 0;
}

/**
 * vpc_subnet_del() - remove a subnet without ports
 * @subnet: the subnet
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -EBUSY.
 */
int vpc_subnet_del(struct vpc_subnet *subnet, struct netlink_ext_ack *extack)
{
	struct vpc_port *port = list_first_entry_or_null(&subnet->ports, struct vpc_port, node);

	lockdep_assert_held(&subnet->vpc->vn->lock);
	if (port)
		return vpc_err(extack, -EBUSY, "subnet %s has port %s", subnet->obj.name,
			       port->link.dev->name);
	if (subnet->remotes)
		return vpc_err(extack, -EBUSY, "subnet %s has %u endpoints on other hosts",
			       subnet->obj.name, subnet->remotes);
	if (vpc_natgw_check_subnet(subnet, extack))
		return -EBUSY;
	list_del(&subnet->node);
	vpc_object_del(&subnet->vpc->vn->registry[VPC_KIND_SUBNET], &subnet->obj);
	/*
	 * Packets read it under RCU. The last port waited for a grace period; endpoints on other
	 * hosts do not, as there are too many of them.
	 */
	if (subnet->had_remotes)
		vpc_adj_quiesce(subnet->vpc->vn);
	kfree(subnet);
	return 0;
}
