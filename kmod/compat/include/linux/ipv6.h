/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_IPV6_H
#define _VPC_COMPAT_LINUX_IPV6_H

#include_next <linux/ipv6.h>

/* Packets beyond 64 KiB have no length; on older kernels, a jumbo option besides. */
#ifndef VPC_HAVE_SKB_IPV6_PAYLOAD_LEN
static inline unsigned int skb_ipv6_payload_len(const struct sk_buff *skb)
{
	u32 len = ntohs(ipv6_hdr(skb)->payload_len);

	if (len || !skb_is_gso(skb) || !skb_is_gso_tcp(skb))
		return len;
	return skb->len - skb_network_offset(skb) - sizeof(struct ipv6hdr);
}
#endif

#endif
