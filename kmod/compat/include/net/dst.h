/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_NET_DST_H
#define _VPC_COMPAT_NET_DST_H

#include_next <net/dst.h>

#ifndef VPC_HAVE_DST_ALLOC_NO_REF
/* Older ones take the first reference's count. */
#define dst_alloc(ops, dev, initial_obsolete, flags) \
	dst_alloc(ops, dev, 1, initial_obsolete, flags)
#define dst_init(dst, ops, dev, initial_obsolete, flags) \
	dst_init(dst, ops, dev, 1, initial_obsolete, flags)
#endif

#ifndef VPC_HAVE_DST_DEV_RCU
#define dst_dev(dst) READ_ONCE((dst)->dev)
#define dst_dev_rcu(dst) READ_ONCE((dst)->dev)
#endif

#ifndef VPC_HAVE_SKB_DST_DEV_RCU
#define skb_dst_dev(skb) dst_dev(skb_dst(skb))
#define skb_dst_dev_rcu(skb) dst_dev_rcu(skb_dst(skb))
#endif

#endif
