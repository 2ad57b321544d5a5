/* SPDX-License-Identifier: GPL-2.0 */
/* Customer gateways: the other ends of IPsec connections. */
#ifndef _VPC_CUSTOMER_GATEWAY_H
#define _VPC_CUSTOMER_GATEWAY_H

#include <linux/vpc.h>

#include "addr.h"
#include "object.h"

struct vpc_net;

/**
 * struct vpc_customer_gateway - a customer gateway; guarded by vpc_net::lock
 * @obj: id and name
 * @address: where it is
 * @description: for people
 * @connections: how many struct vpc_ipsec lead there
 */
struct vpc_customer_gateway {
	struct vpc_object obj;
	struct vpc_addr address;
	char description[VPC_DESCRIPTION_LEN];
	u32 connections;
};

/* All of these: vpc_net::lock is held; they may sleep. */
struct vpc_customer_gateway *vpc_customer_gateway_new(struct vpc_net *vn, const char *name,
						      const struct vpc_addr *address,
						      const char *description,
						      struct netlink_ext_ack *extack);
int vpc_customer_gateway_set(struct vpc_net *vn, struct vpc_customer_gateway *cgw,
			     const char *name, const char *description,
			     struct netlink_ext_ack *extack);
int vpc_customer_gateway_del(struct vpc_net *vn, struct vpc_customer_gateway *cgw,
			     struct netlink_ext_ack *extack);
void vpc_customer_gateway_flush(struct vpc_net *vn);

#endif /* _VPC_CUSTOMER_GATEWAY_H */
