/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_NETLINK_H
#define _VPC_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#include "../../extack.h"

#ifndef VPC_HAVE_EXTACK_FMT
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) \
	vpc_extack_fmt(extack, NULL, NULL, fmt, ##args)
#endif

#ifndef VPC_HAVE_EXTACK_ATTR_FMT
#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) \
	vpc_extack_fmt(extack, attr, NULL, fmt, ##args)
#endif

#endif
