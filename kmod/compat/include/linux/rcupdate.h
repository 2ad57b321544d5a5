/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_RCUPDATE_H
#define _VPC_COMPAT_LINUX_RCUPDATE_H

#include_next <linux/rcupdate.h>

#ifndef VPC_HAVE_KFREE_RCU_MIGHTSLEEP
#define kfree_rcu_mightsleep(ptr) kfree_rcu(ptr)
#endif

#endif
