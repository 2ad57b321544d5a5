/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_NET_FLOW_H
#define _VPC_COMPAT_NET_FLOW_H

#include_next <net/flow.h>

#include <net/inet_dscp.h>

/* The one name for .flowi4_dscp and, before it, .flowi4_tos. */
static inline void vpc_flowi4_set_dscp(struct flowi4 *fl4, dscp_t dscp)
{
#ifdef VPC_HAVE_FLOWI4_DSCP
	fl4->flowi4_dscp = dscp;
#else
	fl4->flowi4_tos = inet_dscp_to_dsfield(dscp);
#endif
}

#endif
