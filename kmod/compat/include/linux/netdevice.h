/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_NETDEVICE_H
#define _VPC_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

#ifndef VPC_HAVE_DEV_NET_RCU
#define dev_net_rcu(dev) dev_net(dev)
#endif

#endif
