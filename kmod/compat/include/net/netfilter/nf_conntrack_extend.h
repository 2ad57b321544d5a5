/* SPDX-License-Identifier: GPL-2.0 */
/* Until 7.x, extensions of a connection had the number of a generation; a new one had its mark. */
#ifndef _VPC_COMPAT_NET_NF_CONNTRACK_EXTEND_H
#define _VPC_COMPAT_NET_NF_CONNTRACK_EXTEND_H

#include_next <net/netfilter/nf_conntrack_extend.h>

/* vpc_ct_ext_settle() - those of a connection that is in the table are valid */
static inline void vpc_ct_ext_settle(struct nf_ct_ext *ext)
{
#ifdef VPC_HAVE_CT_EXT_GEN_ID
	if (ext)
		WRITE_ONCE(ext->gen_id, 0);
#endif
}

#endif
