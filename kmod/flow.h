/* SPDX-License-Identifier: GPL-2.0 */
/* Which flow a packet belongs to. */
#ifndef _VPC_FLOW_H
#define _VPC_FLOW_H

#include <linux/skbuff.h>

void vpc_flow_module_init(void);
u32 vpc_flow_hash(const struct sk_buff *skb, u8 family);

#endif /* _VPC_FLOW_H */
