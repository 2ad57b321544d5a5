/* SPDX-License-Identifier: GPL-2.0 */
/* A bandwidth for each of two directions, of an object that packets see. */
#ifndef _VPC_LIMIT_H
#define _VPC_LIMIT_H

#include <linux/types.h>

struct mutex;
struct netlink_ext_ack;
struct vpc_policer;

int vpc_limit_prepare(u64 bandwidth, struct vpc_policer *limit[2],
		      struct netlink_ext_ack *extack);
void vpc_limit_drop(struct vpc_policer *const limit[2]);
void vpc_limit_publish(struct vpc_policer __rcu **in_force, struct vpc_policer *const limit[2],
		       struct mutex *lock);

#endif /* _VPC_LIMIT_H */
