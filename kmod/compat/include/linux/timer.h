/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_LINUX_TIMER_H
#define _VPC_COMPAT_LINUX_TIMER_H

#include_next <linux/timer.h>

#ifndef VPC_HAVE_TIMER_CONTAINER_OF
#define timer_container_of(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, typeof(*(var)), timer_fieldname)
#endif

/* Without the real one, a timer that is armed again later is not refused. */
#ifndef VPC_HAVE_TIMER_SHUTDOWN
#define timer_shutdown_sync(timer) del_timer_sync(timer)
#endif

#endif
