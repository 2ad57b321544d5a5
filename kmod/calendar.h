/* SPDX-License-Identifier: GPL-2.0 */
/* When probes send and when they look: to the millisecond, on threads of their own. */
#ifndef _VPC_CALENDAR_H
#define _VPC_CALENDAR_H

#include <linux/list.h>
#include <linux/types.h>

struct vpc_worker;

/**
 * struct vpc_calendar_entry - something to do at a time
 * @fire: does it, at the first tick (2^20 ns) of the worker at or after the time that was
 *	set. In the worker: bottom halves off, RCU read side, no lock of the calendar held. @now
 *	is read just before; @now less the entry's due is the lateness. Returns when to be called
 *	next, in nanoseconds of ktime_get_ns(), or 0 for not by itself. What is past comes with
 *	the next tick: missed times are not made up for.
 * @due: for @fire to read: when it was due
 * @tick: when that is on the wheel; vpc_worker::lock guards this and the rest
 * @again: what vpc_calendar_set() asked for while @fire ran; 0: nothing
 * @node: in a slot of the wheel, or empty
 * @worker: that it is assigned to; never changes
 * @dead: cancelled
 */
struct vpc_calendar_entry {
	u64 (*fire)(struct vpc_calendar_entry *e, u64 now);
	u64 due;
	u64 tick;
	u64 again;
	struct list_head node;
	struct vpc_worker *worker;
	bool dead;
};

int vpc_calendar_entry_init(struct vpc_calendar_entry *e,
			    u64 (*fire)(struct vpc_calendar_entry *e, u64 now));
void vpc_calendar_set(struct vpc_calendar_entry *e, u64 due);
void vpc_calendar_cancel(struct vpc_calendar_entry *e);
u64 vpc_calendar_stall(const struct vpc_calendar_entry *e, u64 since);

int vpc_calendar_module_init(void);
void vpc_calendar_module_exit(void);

#endif /* _VPC_CALENDAR_H */
