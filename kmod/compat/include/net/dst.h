/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_NET_DST_H
#define _VPC_COMPAT_NET_DST_H

#include_next <net/dst.h>

#ifndef VPC_HAVE_DST_ALLOC_NO_REF
/* Older ones take the first reference's count. */
#define dst_alloc(ops, dev, initial_obsolete, flags) \
	dst_alloc(ops, dev, 1, initial_obsolete, flags)
#endif

#endif
