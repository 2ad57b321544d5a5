/* SPDX-License-Identifier: GPL-2.0 */
/* Next hops: what routes and probes say about them. */
#ifndef VPCCTL_NEXTHOP_H
#define VPCCTL_NEXTHOP_H

#include "parse.h"

/* Type and target, of the types whose bits (by enum vpc_nh_type) are set. */
#define NEXTHOPS_ALL	(~0ul)
#define NEXTHOPS_PROBED	(1ul << VPC_NH_PEERING | 1ul << VPC_NH_ROUTER | \
			 1ul << VPC_NH_IPSEC)
int nexthop_parse(struct args *args, struct nl_msg *msg, unsigned long allowed,
		  const char *what, unsigned int *type);

const char *nexthop_word(const struct attrs *nexthop);
const char *health_word(uint64_t health);
bool nexthops_all_down(const struct attrs *route);
void nexthop_print_target(const struct attrs *nexthop, const char *label);
/* Those of a route. */
void nexthops_print(const struct attrs *route);

#endif
