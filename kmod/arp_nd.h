/* SPDX-License-Identifier: GPL-2.0 */
/* ARP and neighbour discovery on ports and uplinks. */
#ifndef _VPC_ARP_ND_H
#define _VPC_ARP_ND_H

#include "link.h"
#include "packet.h"

void vpc_arp_rcv(struct vpc_link *link, struct sk_buff *skb);
bool vpc_nd_is(const struct sk_buff *skb);
enum vpc_verdict vpc_nd_rcv(struct vpc_pkt *pkt);
void vpc_arp_ask(struct vpc_link *link, __be32 addr);
void vpc_arp_announce(struct vpc_link *link, __be32 addr);
void vpc_arp_public(struct vpc_link *link, struct sk_buff *skb);
void vpc_nd_ask(struct vpc_link *link, const struct in6_addr *addr);

#endif /* _VPC_ARP_ND_H */
