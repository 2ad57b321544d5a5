/* SPDX-License-Identifier: GPL-2.0 */
/* Where a packet comes from, and whether it may say what it says. */
#ifndef _VPC_CLASSIFY_H
#define _VPC_CLASSIFY_H

#include "packet.h"

enum vpc_verdict vpc_classify_headers(struct vpc_pkt *pkt);
enum vpc_verdict vpc_classify(struct vpc_pkt *pkt);
enum vpc_verdict vpc_classify_local(struct vpc_pkt *pkt);

#endif /* _VPC_CLASSIFY_H */
