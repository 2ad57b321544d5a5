/* SPDX-License-Identifier: GPL-2.0 */
/* GSO has a header of its own since 6.5; before, it was in linux/netdevice.h. */
#ifndef _VPC_COMPAT_NET_GSO_H
#define _VPC_COMPAT_NET_GSO_H

#include <linux/netdevice.h>
#ifdef VPC_HAVE_NET_GSO_H
#include_next <net/gso.h>
#endif

#endif
