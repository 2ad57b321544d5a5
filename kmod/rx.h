/* SPDX-License-Identifier: GPL-2.0 */
/* The way in: frames of bound devices. */
#ifndef _VPC_RX_H
#define _VPC_RX_H

#include <linux/netdevice.h>

struct vpc_link;

rx_handler_result_t vpc_rx(struct sk_buff **pskb);
void vpc_rx_route(struct vpc_link *link, struct sk_buff *skb, u8 family);

#endif /* _VPC_RX_H */
