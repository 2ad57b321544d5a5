/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_IP_H
#define _VPC_COMPAT_LINUX_IP_H

#include_next <linux/ip.h>

/* Without the real one, no packet is larger than its length field can say. */
#ifndef VPC_HAVE_SKB_IP_TOTLEN
static inline unsigned int skb_ip_totlen(const struct sk_buff *skb)
{
	return ntohs(ip_hdr(skb)->tot_len);
}
#endif

#endif
