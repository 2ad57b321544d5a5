/* SPDX-License-Identifier: GPL-2.0 */
/* The last steps of a forwarded packet. */
#ifndef _VPC_FORWARD_H
#define _VPC_FORWARD_H

#include "adj.h"
#include "packet.h"

struct vpc;

enum vpc_verdict vpc_forward_prepare(struct vpc_pkt *pkt, struct net_device *dev);
enum vpc_verdict vpc_forward_to(struct vpc_pkt *pkt, struct vpc_adj *adj);
enum vpc_verdict vpc_forward(struct vpc_pkt *pkt, struct vpc_adj *adj);
bool vpc_forward_fits(const struct sk_buff *skb, unsigned int mtu);
int vpc_forward_out(struct sk_buff *skb, struct vpc_dst *vd);
void vpc_forward_send(struct sk_buff *skb, struct vpc_dst *vd, struct vpc *from);

#endif /* _VPC_FORWARD_H */
