/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP that the module sends: errors and echo replies, inside the VPC. */
#ifndef _VPC_ICMP_H
#define _VPC_ICMP_H

#include "packet.h"

/**
 * enum vpc_icmp_error - errors by meaning, in both families
 */
enum vpc_icmp_error {
	VPC_ICMP_TIME_EXCEEDED,
	VPC_ICMP_TOO_BIG,
	VPC_ICMP_NO_ROUTE,
	VPC_ICMP_NO_HOST,
	VPC_ICMP_UNREACHABLE,
	VPC_ICMP_PROHIBITED,
};

enum vpc_verdict vpc_icmp_reject(struct vpc_pkt *pkt, enum vpc_icmp_error error, u32 mtu,
				 enum vpc_drop_reason reason);
enum vpc_verdict vpc_icmp_echo(struct vpc_pkt *pkt);

#endif /* _VPC_ICMP_H */
