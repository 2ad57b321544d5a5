// SPDX-License-Identifier: GPL-2.0
/*
 * Alarms: when they are raised and cleared, and the history of that. What they watch, and how, is
 * in alarm_target.c.
 *
 * One work item per namespace looks at all alarms that are due; counters are only read, so that
 * packets know nothing of alarms. A change of state is told by whoever makes it.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "alarm.h"
#include "netlink.h"

/* Between two looks at all alarms, however many there are. */
#define LOOK_NS (100 * NSEC_PER_MSEC)

static struct vpc_alarm *next_alarm(struct vpc_net *vn, u32 id)
{
	struct vpc_object *obj = vpc_object_next(&vn->registry[VPC_KIND_ALARM], id);

	return obj ? vpc_alarm_of(obj) : NULL;
}

/* Begin an interval. */
static void begin(struct vpc_alarm *a)
{
	int i;

	a->begin = ktime_get_ns();
	a->due = a->begin + (u64)a->limits.interval * NSEC_PER_SEC;
	for (i = 0; i < VPC_ALARM_DIRECTIONS; i++)
		if (a->directions & BIT(i))
			a->ops->count(a->target, i, &a->count[i]);
}

/*
 * Rounded up, as loss is: then a value is above a whole number exactly if what was measured is,
 * and a single packet is above 0.
 */
static u64 per_second(u64 count, u64 ns)
{
	u64 ms = max_t(u64, div_u64(ns, NSEC_PER_MSEC), 1);

	return DIV64_U64_ROUND_UP(min_t(u64, count, U64_MAX / MSEC_PER_SEC / 2) * MSEC_PER_SEC, ms);
}

/* Packets on their way were counted in one interval, and may be dropped in the next. */
static u64 loss(const struct vpc_alarm_count *was, const struct vpc_alarm_count *is)
{
	u64 offered = is->packets - was->packets + is->refused - was->refused;
	u64 drops = min(is->drops - was->drops, offered);

	return offered ? DIV64_U64_ROUND_UP(drops * VPC_SHARE_ALL, offered) : 0;
}

static u64 measure(const struct vpc_alarm *a, u64 ns, const struct vpc_alarm_count *was,
		   const struct vpc_alarm_count *is)
{
	switch (a->metric) {
	case VPC_ALARM_RATE:
		return per_second((is->bytes - was->bytes) * BITS_PER_BYTE, ns);
	case VPC_ALARM_PACKETS:
		return per_second(is->packets - was->packets, ns);
	case VPC_ALARM_LOSS:
		return loss(was, is);
	default:
		return 0;
	}
}

/* The end of an interval, and the begin of the next. */
static void measure_all(struct vpc_alarm *a)
{
	struct vpc_alarm_count was[VPC_ALARM_DIRECTIONS];
	u64 since = a->begin;
	int i;

	memcpy(was, a->count, sizeof(was));
	begin(a);
	a->value = 0;
	for (i = 0; i < VPC_ALARM_DIRECTIONS; i++)
		if (a->directions & BIT(i))
			a->value = max(a->value, measure(a, a->begin - since, &was[i],
							 &a->count[i]));
}

/**
 * vpc_alarm_describe() - an alarm as it is now
 * @a: the alarm
 * @r: gets it
 * Context: vpc_net::lock is held.
 */
void vpc_alarm_describe(const struct vpc_alarm *a, struct vpc_alarm_record *r)
{
	bool one = hweight8(a->directions) == 1;
	int direction = a->directions >> 1;

	memset(r, 0, sizeof(*r));
	r->seq = a->seq;
	r->time = a->time;
	r->value = a->value;
	r->limits = a->limits;
	strscpy(r->name, a->obj.name, sizeof(r->name));
	strscpy(r->target, a->target->name, sizeof(r->target));
	r->kind = a->target->kind;
	r->metric = a->metric;
	r->raised = a->raised;
	if (one && a->ops->from)
		strscpy(r->from, a->ops->from(a->target, direction), sizeof(r->from));
	else if (one)
		r->direction = VPC_ALARM_RECEIVED + direction;
}

static void turn(struct vpc_alarm *a, bool raised)
{
	struct vpc_net *vn = a->vn;

	a->raised = raised;
	a->raises += raised;
	vn->alarms_raised += raised ? 1 : -1;
	a->time = ktime_get_real_ns();
	a->seq = ++vn->alarm_log->count;
	vpc_alarm_describe(a, &vn->alarm_log->ring[a->seq % VPC_ALARM_HISTORY_MAX]);
	vpc_nl_event_alarm(vn, raised ? VPC_EVENT_RAISED : VPC_EVENT_CLEARED, &a->obj);
}

/* Between the two thresholds it stays as it is. */
static void judge(struct vpc_alarm *a)
{
	if (!a->raised && a->value > a->limits.above)
		turn(a, true);
	else if (a->raised && a->value <= a->limits.clear)
		turn(a, false);
}

/**
 * vpc_alarm_look() - look whether a state is good, now
 * @a: the alarm; one that measures something waits for the end of its interval
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_alarm_look(struct vpc_alarm *a)
{
	lockdep_assert_held(&a->vn->lock);
	if (a->metric != VPC_ALARM_STATE)
		return;
	a->value = !a->ops->good(a->target);
	judge(a);
}

static void look_at_states(struct vpc_net *vn, const struct vpc_object *target)
{
	struct vpc_alarm *a;
	u32 id;

	lockdep_assert_held(&vn->lock);
	if (!vn->alarm_states)
		return;
	for (id = 0; (a = next_alarm(vn, id)); id = a->obj.id + 1)
		if (!target || a->target == target)
			vpc_alarm_look(a);
}

/**
 * vpc_alarm_state() - the state of something that alarms can watch has changed
 * @vn: the namespace
 * @target: the something
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_alarm_state(struct vpc_net *vn, const struct vpc_object *target)
{
	look_at_states(vn, target);
}

/**
 * vpc_alarm_states() - the state of anything may have changed
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_alarm_states(struct vpc_net *vn)
{
	look_at_states(vn, NULL);
}

/* Until the time that is due first. */
static void wait(struct vpc_net *vn, u64 now)
{
	mod_delayed_work(system_unbound_wq, &vn->alarm_work,
			 nsecs_to_jiffies(vn->alarm_next - now) + 1);
}

static void look(struct work_struct *work)
{
	struct vpc_net *vn = container_of(to_delayed_work(work), struct vpc_net, alarm_work);
	struct vpc_alarm *a;
	u64 now;
	u32 id;

	mutex_lock(&vn->lock);
	now = ktime_get_ns();
	vn->alarm_next = U64_MAX;
	for (id = 0; (a = next_alarm(vn, id)); id = a->obj.id + 1) {
		if (!a->limits.interval)
			continue;
		if (a->due <= now) {
			measure_all(a);
			judge(a);
		}
		vn->alarm_next = min(vn->alarm_next, a->due);
		cond_resched();
	}
	if (vn->alarm_next != U64_MAX) {
		now = ktime_get_ns();
		vn->alarm_next = max(vn->alarm_next, now + LOOK_NS);
		wait(vn, now);
	}
	mutex_unlock(&vn->lock);
}

/*
 * From now on; the work comes earlier if it has to. One that has begun waits for the lock that we
 * hold: its time is over, so that it is not put off here, and it will see this alarm.
 */
static void start(struct vpc_alarm *a)
{
	struct vpc_net *vn = a->vn;

	begin(a);
	if (a->due >= vn->alarm_next)
		return;
	vn->alarm_next = a->due;
	wait(vn, a->begin);
}

/**
 * vpc_alarm_net_init() - there is no alarm yet
 * @vn: the namespace
 * Context: the namespace begins.
 */
void vpc_alarm_net_init(struct vpc_net *vn)
{
	INIT_DELAYED_WORK(&vn->alarm_work, look);
	vn->alarm_next = U64_MAX;
}

/**
 * vpc_alarm_net_stop() - nobody looks any more
 * @vn: the namespace, which has no alarm any more and gets no other
 * Context: vpc_net::lock is not held; may sleep.
 */
void vpc_alarm_net_stop(struct vpc_net *vn)
{
	cancel_delayed_work_sync(&vn->alarm_work);
}

/**
 * vpc_alarm_net_exit() - forget the history
 * @vn: the namespace
 * Context: the namespace ends.
 */
void vpc_alarm_net_exit(struct vpc_net *vn)
{
	kvfree(vn->alarm_log);
}

static int check_limits(const char *name, u8 metric, const struct vpc_alarm_limits *limits,
			struct netlink_ext_ack *extack)
{
	if (metric == VPC_ALARM_LOSS && limits->above >= VPC_SHARE_ALL)
		return vpc_err(extack, -ERANGE,
			       "alarm %s: no loss is above %llu/10000: give a threshold below 100 percent",
			       name, limits->above);
	if (limits->clear > limits->above)
		return vpc_err(extack, -EINVAL,
			       "alarm %s would be cleared at %llu and raised above %llu: clear it at that or less",
			       name, limits->clear, limits->above);
	return 0;
}

static int ready(struct vpc_net *vn, struct netlink_ext_ack *extack)
{
	struct vpc_alarm_log *log;

	if (vn->registry[VPC_KIND_ALARM].count >= VPC_ALARMS_MAX)
		return vpc_err(extack, -ENOSPC,
			       "this network namespace has %d alarms, which is the limit: remove one first",
			       VPC_ALARMS_MAX);
	if (vn->alarm_log)
		return 0;
	log = kvzalloc(struct_size(log, ring, VPC_ALARM_HISTORY_MAX), GFP_KERNEL_ACCOUNT);
	if (!log)
		return vpc_err(extack, -ENOMEM, "no memory for the history of alarms");
	vn->alarm_log = log;
	return 0;
}

/**
 * vpc_alarm_new() - watch something
 * @vn: the namespace
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 *
 * It is not raised yet, whatever the state: see vpc_alarm_look().
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the alarm or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_alarm *vpc_alarm_new(struct vpc_net *vn, const struct vpc_alarm_config *cfg,
				struct netlink_ext_ack *extack)
{
	struct vpc_alarm *a;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check_limits(cfg->name, cfg->metric, &cfg->limits, extack);
	if (!err)
		err = ready(vn, extack);
	if (err)
		return ERR_PTR(err);
	a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	if (!a)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for alarm %s", cfg->name));
	a->vn = vn;
	a->target = cfg->target;
	a->ops = vpc_alarm_ops_of(cfg->target->kind);
	a->metric = cfg->metric;
	a->directions = cfg->directions;
	a->limits = cfg->limits;
	err = vpc_object_add(&vn->registry[VPC_KIND_ALARM], &a->obj, cfg->name, extack);
	if (err) {
		kfree(a);
		return ERR_PTR(err);
	}
	if (a->metric == VPC_ALARM_STATE)
		vn->alarm_states++;
	else
		start(a);
	return a;
}

/**
 * vpc_alarm_set() - change an alarm
 * @a: the alarm
 * @name: valid name to take, or NULL
 * @limits: all of its limits
 * @extack: gets the sentence of a refusal
 *
 * What is raised stays so until a value is measured by the new limits.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_alarm_set(struct vpc_alarm *a, const char *name, const struct vpc_alarm_limits *limits,
		  struct netlink_ext_ack *extack)
{
	bool interval = limits->interval != a->limits.interval;
	struct vpc_net *vn = a->vn;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check_limits(a->obj.name, a->metric, limits, extack);
	if (!err && name)
		err = vpc_object_rename(&vn->registry[VPC_KIND_ALARM], &a->obj, name, extack);
	if (err)
		return err;
	a->limits = *limits;
	if (interval)
		start(a);
	return 0;
}

/**
 * vpc_alarm_del() - watch no more
 * @a: the alarm
 * Context: vpc_net::lock is held.
 */
void vpc_alarm_del(struct vpc_alarm *a)
{
	struct vpc_net *vn = a->vn;

	lockdep_assert_held(&vn->lock);
	vn->alarms_raised -= a->raised;
	vn->alarm_states -= a->metric == VPC_ALARM_STATE;
	vpc_object_del(&vn->registry[VPC_KIND_ALARM], &a->obj);
	kfree(a);
}

/**
 * vpc_alarm_flush() - remove all alarms of a namespace
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_alarm_flush(struct vpc_net *vn)
{
	struct vpc_alarm *a;

	while ((a = next_alarm(vn, 0))) {
		vpc_alarm_del(a);
		cond_resched();
	}
}

/**
 * vpc_alarm_gone() - what alarms watch goes away, and they with it
 * @vn: the namespace
 * @target: the something, which is there still
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_alarm_gone(struct vpc_net *vn, const struct vpc_object *target)
{
	struct vpc_alarm *a;
	u32 id, next;

	lockdep_assert_held(&vn->lock);
	for (id = 0; (a = next_alarm(vn, id)); id = next) {
		next = a->obj.id + 1;
		if (a->target != target)
			continue;
		vpc_nl_event(vn, VPC_EVENT_REMOVED, &a->obj, NULL);
		vpc_alarm_del(a);
	}
}

/**
 * vpc_alarm_history() - a time that an alarm was raised or cleared, by its number
 * @vn: the namespace
 * @seq: the number; an older one than is kept means the oldest that is
 * Context: vpc_net::lock is held.
 * Return: its record, or NULL when there is none with this or a higher number.
 */
const struct vpc_alarm_record *vpc_alarm_history(struct vpc_net *vn, u64 seq)
{
	const struct vpc_alarm_log *log = vn->alarm_log;
	u64 oldest;

	lockdep_assert_held(&vn->lock);
	if (!log)
		return NULL;
	oldest = log->count > VPC_ALARM_HISTORY_MAX ? log->count - VPC_ALARM_HISTORY_MAX + 1 : 1;
	seq = max(seq, oldest);
	return seq <= log->count ? &log->ring[seq % VPC_ALARM_HISTORY_MAX] : NULL;
}
