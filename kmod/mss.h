/* SPDX-License-Identifier: GPL-2.0 */
/* The MSS option of TCP. */
#ifndef _VPC_MSS_H
#define _VPC_MSS_H

#include <linux/types.h>

struct sk_buff;

/* mss.c */
void vpc_mss_clamp(struct sk_buff *skb, u8 family, unsigned int mtu);

/* mss_option.c; also built in userspace, see selftests/host/. */
int vpc_mss_find(const u8 *options, unsigned int len, unsigned int from);

#endif /* _VPC_MSS_H */
