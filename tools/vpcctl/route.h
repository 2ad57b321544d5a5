/* SPDX-License-Identifier: GPL-2.0 */
/* What reading a file of routes shares with the other commands on routes. */
#ifndef VPCCTL_ROUTE_H
#define VPCCTL_ROUTE_H

#include "parse.h"

/* Which table to change: its name, or the VPC that it is the default table of. */
extern const struct key route_table_keys[];

/* Reads the next hops and adds the operation to the request. */
int route_operation(struct args *args, struct nl_msg *msg,
		    enum vpc_route_op kind, const struct prefix *dst);

int route_load(const struct object *object, struct args *args);

#endif
