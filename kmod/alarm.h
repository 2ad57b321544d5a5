/* SPDX-License-Identifier: GPL-2.0 */
/* Alarms: each watches a peering or an IPsec connection. */
#ifndef _VPC_ALARM_H
#define _VPC_ALARM_H

#include <linux/vpc.h>

#include "netns.h"
#include "object.h"

/* What an object carries has two directions. */
#define VPC_ALARM_DIRECTIONS 2

/**
 * struct vpc_alarm_count - what has passed an object in one direction
 * @packets: as its counters tell
 * @bytes: of these
 * @refused: dropped before they were counted in @packets
 * @drops: that the module dropped, @refused included
 */
struct vpc_alarm_count {
	u64 packets;
	u64 bytes;
	u64 refused;
	u64 drops;
};

/**
 * struct vpc_alarm_ops - a kind of objects that alarms can watch
 * @count: what passed in a direction, 0 or 1. vpc_net::lock is held, as for all of these.
 * @from: name of the VPC that sends in a direction; NULL: 0 is received, 1 is sent
 * @good: nothing is wrong with its state
 */
struct vpc_alarm_ops {
	void (*count)(const struct vpc_object *obj, int direction, struct vpc_alarm_count *c);
	const char *(*from)(const struct vpc_object *obj, int direction);
	bool (*good)(const struct vpc_object *obj);
};

/**
 * struct vpc_alarm_limits - what ALARM_SET can change
 * @above: see VPC_A_ALARM_ABOVE
 * @clear: see VPC_A_ALARM_CLEAR
 * @interval: seconds; 0: an alarm on a state, which has no interval
 */
struct vpc_alarm_limits {
	u64 above;
	u64 clear;
	u32 interval;
};

/**
 * struct vpc_alarm - an alarm; guarded by vpc_net::lock
 * @obj: id and name
 * @vn: the namespace
 * @target: what it watches
 * @ops: how
 * @metric: enum vpc_alarm_metric
 * @directions: bit mask of those that it looks at
 * @limits: when it is raised and cleared
 * @raised: it is
 * @raises: how often it was
 * @value: of the last whole interval; a state: 1 if something is wrong
 * @time: when it was raised or cleared last, ns of CLOCK_REALTIME; 0: never
 * @seq: of that time in the history
 * @begin: of the interval, ns of CLOCK_MONOTONIC
 * @due: its end
 * @count: by direction, at its begin
 */
struct vpc_alarm {
	struct vpc_object obj;
	struct vpc_net *vn;
	const struct vpc_object *target;
	const struct vpc_alarm_ops *ops;
	u8 metric;
	u8 directions;
	struct vpc_alarm_limits limits;
	bool raised;
	u32 raises;
	u64 value;
	u64 time;
	u64 seq;
	u64 begin;
	u64 due;
	struct vpc_alarm_count count[VPC_ALARM_DIRECTIONS];
};

/**
 * struct vpc_alarm_record - an alarm as it is told: now, or as it was when raised or cleared
 * @seq: of the last time that it was raised or cleared; 0: it never was
 * @time: of that, ns of CLOCK_REALTIME
 * @value: as in struct vpc_alarm
 * @limits: its limits
 * @name: its name
 * @target: name of what it watches
 * @from: name of the VPC whose packets it looks at; empty: of either, or not of a VPC
 * @kind: enum vpc_kind of the target
 * @metric: enum vpc_alarm_metric
 * @direction: enum vpc_alarm_direction
 * @raised: it is
 */
struct vpc_alarm_record {
	u64 seq;
	u64 time;
	u64 value;
	struct vpc_alarm_limits limits;
	char name[VPC_NAME_LEN];
	char target[VPC_NAME_LEN];
	char from[VPC_NAME_LEN];
	u8 kind;
	u8 metric;
	u8 direction;
	bool raised;
};

/**
 * struct vpc_alarm_log - the history of a namespace; guarded by vpc_net::lock
 * @count: records so far
 * @ring: the one with number n is at n % VPC_ALARM_HISTORY_MAX
 */
struct vpc_alarm_log {
	u64 count;
	struct vpc_alarm_record ring[];
};

/**
 * struct vpc_alarm_config - what ALARM_NEW asks for
 * @name: of the alarm
 * @target: what to watch
 * @metric: enum vpc_alarm_metric
 * @directions: bit mask
 * @limits: when to raise it; zeroes for a state
 */
struct vpc_alarm_config {
	const char *name;
	const struct vpc_object *target;
	u8 metric;
	u8 directions;
	struct vpc_alarm_limits limits;
};

static inline struct vpc_alarm *vpc_alarm_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_alarm, obj);
}

/* alarm.c; vpc_net::lock is held, but for those with "net". They may sleep. */
void vpc_alarm_net_init(struct vpc_net *vn);
void vpc_alarm_net_stop(struct vpc_net *vn);
void vpc_alarm_net_exit(struct vpc_net *vn);
struct vpc_alarm *vpc_alarm_new(struct vpc_net *vn, const struct vpc_alarm_config *cfg,
				struct netlink_ext_ack *extack);
int vpc_alarm_set(struct vpc_alarm *a, const char *name, const struct vpc_alarm_limits *limits,
		  struct netlink_ext_ack *extack);
void vpc_alarm_del(struct vpc_alarm *a);
void vpc_alarm_flush(struct vpc_net *vn);
void vpc_alarm_gone(struct vpc_net *vn, const struct vpc_object *target);
void vpc_alarm_look(struct vpc_alarm *a);
void vpc_alarm_state(struct vpc_net *vn, const struct vpc_object *target);
void vpc_alarm_states(struct vpc_net *vn);
void vpc_alarm_describe(const struct vpc_alarm *a, struct vpc_alarm_record *r);
const struct vpc_alarm_record *vpc_alarm_history(struct vpc_net *vn, u64 seq);

/* alarm_target.c */
const struct vpc_alarm_ops *vpc_alarm_ops_of(u8 kind);

#endif /* _VPC_ALARM_H */
