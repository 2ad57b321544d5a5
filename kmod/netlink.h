/* SPDX-License-Identifier: GPL-2.0 */
/* The door to user space. */
#ifndef _VPC_NETLINK_H
#define _VPC_NETLINK_H

#include <linux/vpc.h>

#include "netns.h"
#include "object.h"
#include "addr.h"

struct vpc_table;

int vpc_nl_module_init(void);
void vpc_nl_module_exit(void);

/**
 * vpc_nl_event() - tell listeners of "config" that something happened
 * @vn: the namespace
 * @event: enum vpc_event
 * @obj: to whom; the kind is vpc_object::kind. NULL for FLUSHED.
 * @actor: who asked, or NULL for the module itself
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nl_event(struct vpc_net *vn, enum vpc_event event, const struct vpc_object *obj,
		  const struct vpc_actor *actor);

struct vpc_flip;

/**
 * vpc_nl_event_flip() - tell listeners of "health" of a receipt
 * @vn: the namespace
 * @flip: the receipt
 * @lost: others before it were overwritten before anybody was told
 * Context: may sleep; no lock is needed.
 */
void vpc_nl_event_flip(struct vpc_net *vn, const struct vpc_flip *flip, bool lost);

/**
 * vpc_nl_event_alarm() - tell listeners of "health" that an alarm was raised or cleared
 * @vn: the namespace
 * @event: VPC_EVENT_RAISED or VPC_EVENT_CLEARED
 * @obj: the alarm
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nl_event_alarm(struct vpc_net *vn, enum vpc_event event, const struct vpc_object *obj);

/* The same as vpc_nl_event() for one route; REMOVED has only its prefix. */
void vpc_nl_event_route(struct vpc_net *vn, enum vpc_event event,
			const struct vpc_table *table, const struct vpc_prefix *prefix,
			const struct vpc_actor *actor);

#endif /* _VPC_NETLINK_H */
