/* SPDX-License-Identifier: GPL-2.0 */
/* Subnets. */
#ifndef _VPC_SUBNET_H
#define _VPC_SUBNET_H

#include "addr.h"
#include "table.h"
#include "vpc.h"

/**
 * struct vpc_subnet - a subnet
 * @obj: id and name
 * @vpc: its VPC
 * @table: its route table; packets of endpoints on other hosts read it under RCU
 * @cidr: address range, by family; family 0: none
 * @gateway: address that we answer for, by family
 * @ports: struct vpc_port
 * @remotes: how many endpoints it has on other hosts
 * @had_remotes: it had some once
 * @node: in vpc::subnets
 */
struct vpc_subnet {
	struct vpc_object obj;
	struct vpc *vpc;
	struct vpc_table __rcu *table;
	struct vpc_prefix cidr[2];
	struct vpc_addr gateway[2];
	struct list_head ports;
	u32 remotes;
	bool had_remotes;
	struct list_head node;
};

/**
 * struct vpc_subnet_config - what SUBNET_NEW asks for
 * @name: of the subnet
 * @vpc: its VPC
 * @table: or NULL for the default table
 * @cidr: by family; family 0: none
 * @gateway: by family; family 0: the default
 */
struct vpc_subnet_config {
	const char *name;
	struct vpc *vpc;
	struct vpc_table *table;
	struct vpc_prefix cidr[2];
	struct vpc_addr gateway[2];
};

/* vpc_net::lock is held. */
struct vpc_subnet *vpc_subnet_new(const struct vpc_subnet_config *cfg,
				  struct netlink_ext_ack *extack);
struct vpc_subnet *vpc_subnet_of(const struct vpc *vpc, const struct vpc_addr *addr);
struct vpc_table *vpc_subnet_table(const struct vpc_subnet *subnet);
int vpc_subnet_check_address(const struct vpc_subnet *subnet, const struct vpc_addr *addr,
			     struct netlink_ext_ack *extack);
int vpc_subnet_set_table(struct vpc_subnet *subnet, struct vpc_table *table,
			 struct netlink_ext_ack *extack);
int vpc_subnet_del(struct vpc_subnet *subnet, struct netlink_ext_ack *extack);

#endif /* _VPC_SUBNET_H */
