/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_NET_NETFILTER_NF_CONNTRACK_HELPER_H
#define _VPC_COMPAT_NET_NETFILTER_NF_CONNTRACK_HELPER_H

#include_next <net/netfilter/nf_conntrack_helper.h>

/*
 * Where helpers are counted, each connection holds its helper until its own memory is freed
 * (nf_ct_help_put()), and whoever sets one takes the reference. The one of vpc_ct_helper_init() is
 * never given back, as ours are not allocated.
 */
#ifdef VPC_HAVE_CT_HELPER_REFCNT
static inline void vpc_ct_helper_init(struct nf_conntrack_helper *helper)
{
	refcount_set(&helper->ct_refcnt, 1);
}

static inline void vpc_ct_helper_hold(struct nf_conntrack_helper *helper)
{
	refcount_inc(&helper->ct_refcnt);
}

static inline void vpc_ct_helper_put(struct nf_conntrack_helper *helper)
{
	refcount_dec(&helper->ct_refcnt);
}

static inline bool vpc_ct_helper_idle(const struct nf_conntrack_helper *helper)
{
	return refcount_read(&helper->ct_refcnt) == 1;
}
#else
static inline void vpc_ct_helper_init(struct nf_conntrack_helper *helper) { }
static inline void vpc_ct_helper_hold(struct nf_conntrack_helper *helper) { }
static inline void vpc_ct_helper_put(struct nf_conntrack_helper *helper) { }

static inline bool vpc_ct_helper_idle(const struct nf_conntrack_helper *helper)
{
	return true;
}
#endif

#endif
