/* SPDX-License-Identifier: GPL-2.0 */
/* Next hops: what routes and probes say about them. */
#ifndef VPCCTL_NEXTHOP_H
#define VPCCTL_NEXTHOP_H

#include "parse.h"

/* Type and target, of the types that a command may name up to @last. */
int nexthop_parse(struct args *args, struct nl_msg *msg, enum vpc_nh_type last,
		  const char *what, unsigned int *type);

const char *nexthop_word(const struct attrs *nexthop);
const char *health_word(uint64_t health);
bool nexthops_all_down(const struct attrs *route);
void nexthop_print_target(const struct attrs *nexthop, const char *label);
/* Those of a route. */
void nexthops_print(const struct attrs *route);

#endif
