// SPDX-License-Identifier: GPL-2.0
/*
 * The time base of probes. A timer of the kernel's wheel is up to 4 ms late, and an hrtimer's
 * softirq waits behind ksoftirqd when the host is busy, which is when a probe must not be late.
 * So: one thread per CPU, of the lowest real-time priority, with a wheel of its own; a timer that
 * expires in hard interrupt context wakes it. Waking it also ends a softirq's restarts
 * (need_resched), and it runs before ksoftirqd. What is left is one pass of net_rx_action():
 * netdev_budget_usecs.
 *
 * Workers belong to the module, not to a namespace: a thousand namespaces with a probe each must
 * not be a thousand threads. They are created when an entry first needs them and stay until the
 * module goes.
 *
 * CPU hotplug: a worker holds nothing that is the CPU's. When that goes offline, the scheduler
 * moves the thread elsewhere as any bound thread that nobody parked, the core moves the timer
 * that it sleeps on, and entries fire on as before; calendar_online() brings the thread back. The
 * CPU is therefore only a preference, and nothing here must rely on it.
 */

#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "calendar.h"

/* A tick is a slot of the wheel: 1.05 ms, a power of two to be a shift. */
#define TICK_SHIFT	20
#define SLOTS		1024
#define NEVER		U64_MAX
/* Times beyond are none (146 years): sums of them do not overflow. */
#define DUE_MAX		(U64_MAX >> 2)

/* Softirqs run at least that often between entries. */
#define BATCH_COUNT	64
#define BATCH_NS	NSEC_PER_MSEC

/* Lateness from which on the host has stalled, and how many of these are remembered. */
#define STALL_NS	(2 * NSEC_PER_MSEC)
#define STALLS		16

/**
 * struct vpc_stall - a time in which a worker should have run and did not
 * @end: when it ran again
 * @length: nanoseconds
 */
struct vpc_stall {
	u64 end;
	u64 length;
};

/**
 * struct vpc_worker - a thread and its wheel
 * @lock: guards everything but @task, @fired and @entries. Taken inside locks of fire()'s
 *	owner, never held around fire()
 * @task: the thread
 * @fired: who waits in vpc_calendar_cancel() for @firing to change
 * @entries: assigned to it; calendar.lock
 * @firing: whose fire() runs
 * @look: when it is to look at the clock next: while it sleeps, when it is to wake; while it runs,
 *	when it last did, so that a stall in the middle counts as well
 * @until: the last tick that is due
 * @at: the next tick whose slot was not looked into. Beyond @until when all is done that is due
 * @taken: rest of the slot before @at
 * @stall: the last ones, a ring
 * @stalls: how many there were
 * @full: slots with something in them, so that an idle worker need not look into each
 * @slot: entries by tick modulo SLOTS; those that are rounds away stay until their turn
 */
struct vpc_worker {
	spinlock_t lock;		/* see above */
	struct task_struct *task;
	wait_queue_head_t fired;
	unsigned int entries;
	struct vpc_calendar_entry *firing;
	u64 look;
	u64 until;
	u64 at;
	struct list_head taken;
	struct vpc_stall stall[STALLS];
	unsigned int stalls;
	DECLARE_BITMAP(full, SLOTS);
	struct list_head slot[SLOTS];
};

static struct {
	struct mutex lock;		/* assigning entries */
	struct vpc_worker **worker;	/* by CPU; set once */
	enum cpuhp_state hotplug;
} calendar;

/* The first tick from @from on whose slot holds anything. */
static u64 wheel_next(const struct vpc_worker *w, u64 from)
{
	unsigned int first = from % SLOTS;
	unsigned int slot = find_next_bit(w->full, SLOTS, first);

	if (slot >= SLOTS) {
		slot = find_first_bit(w->full, SLOTS);
		if (slot >= SLOTS)
			return NEVER;
	}
	return from + (slot - first) % SLOTS;
}

static void wheel_del(struct vpc_worker *w, struct vpc_calendar_entry *e)
{
	unsigned int slot = e->tick % SLOTS;

	list_del_init(&e->node);
	if (list_empty(&w->slot[slot]))
		__clear_bit(slot, w->full);
}

/*
 * What is overdue comes with the next tick, never with one that is being dealt with: an entry that
 * always asks for the past cannot keep the worker from sleeping.
 */
static void wheel_add(struct vpc_worker *w, struct vpc_calendar_entry *e)
{
	unsigned int slot;

	e->tick = max((e->due + BIT_ULL(TICK_SHIFT) - 1) >> TICK_SHIFT, w->until + 1);
	slot = e->tick % SLOTS;
	list_add_tail(&e->node, &w->slot[slot]);
	__set_bit(slot, w->full);
}

/* After a stall of more than a round, one round still visits every slot. */
static void wheel_turn(struct vpc_worker *w, u64 now)
{
	w->until = max(w->until, now >> TICK_SHIFT);
	if (w->until - w->at + 1 > SLOTS && w->at <= w->until)
		w->at = w->until - SLOTS + 1;
}

/* Takes an entry that is due off the wheel, oldest slot first. */
static struct vpc_calendar_entry *wheel_take(struct vpc_worker *w)
{
	struct vpc_calendar_entry *e;
	u64 tick;

	for (;;) {
		e = list_first_entry_or_null(&w->taken, struct vpc_calendar_entry, node);
		if (e) {
			list_del_init(&e->node);
			if (e->tick <= w->until)
				return e;
			wheel_add(w, e);
			continue;
		}
		tick = wheel_next(w, w->at);
		if (tick > w->until) {
			w->at = w->until + 1;
			return NULL;
		}
		w->at = tick + 1;
		list_splice_init(&w->slot[tick % SLOTS], &w->taken);
		__clear_bit(tick % SLOTS, w->full);
	}
}

static u64 worker_clock(struct vpc_worker *w)
{
	u64 now = ktime_get_ns();

	if (now > w->look && now - w->look > STALL_NS)
		w->stall[w->stalls++ % STALLS] = (struct vpc_stall){ now, now - w->look };
	w->look = now;
	return now;
}

/*
 * fire() is over. Only its own call or vpc_calendar_set() may have said when it is due again; the
 * earlier wins, because fire() may have decided without knowing what set() knew, and an entry
 * that fires too early looks again, while one that fires too late is a late verdict.
 */
static void worker_fired(struct vpc_worker *w, struct vpc_calendar_entry *e, u64 next)
{
	w->firing = NULL;
	if (e->dead) {
		/* It may be gone as soon as the lock is free. */
		wake_up_all(&w->fired);
		return;
	}
	if (e->again && (!next || e->again < next))
		next = e->again;
	e->again = 0;
	if (next) {
		e->due = min(next, DUE_MAX);
		wheel_add(w, e);
	}
}

/* Returns whether there is more to do now. */
static bool worker_batch(struct vpc_worker *w)
{
	struct vpc_calendar_entry *e = NULL;
	unsigned int count;
	u64 start, now, next;

	spin_lock(&w->lock);
	start = worker_clock(w);
	now = start;
	wheel_turn(w, now);
	for (count = 0; count < BATCH_COUNT && now - start < BATCH_NS; count++) {
		e = wheel_take(w);
		if (!e)
			break;
		now = worker_clock(w);
		w->firing = e;
		spin_unlock(&w->lock);
		next = e->fire(e, now);
		spin_lock(&w->lock);
		worker_fired(w, e, next);
	}
	spin_unlock(&w->lock);
	return e;
}

/*
 * Whoever sets an entry to a time before @look after it was published here, wakes us: the state is
 * set before, so schedule() returns at once. Whoever did so earlier is on the wheel.
 */
static void worker_sleep(struct vpc_worker *w)
{
	ktime_t until;
	u64 tick;

	set_current_state(TASK_IDLE);
	spin_lock_bh(&w->lock);
	tick = wheel_next(w, w->at);
	w->look = tick == NEVER ? NEVER : tick << TICK_SHIFT;
	until = ns_to_ktime(w->look);
	spin_unlock_bh(&w->lock);
	if (!kthread_should_stop())
		schedule_hrtimeout_range(tick == NEVER ? NULL : &until, 0,
					 HRTIMER_MODE_ABS_PINNED_HARD);
	__set_current_state(TASK_RUNNING);
}

static int worker_main(void *data)
{
	struct vpc_worker *w = data;
	bool more;

	while (!kthread_should_stop()) {
		do {
			local_bh_disable();
			rcu_read_lock();
			more = worker_batch(w);
			rcu_read_unlock();
			/* Runs what is pending, at our priority. */
			local_bh_enable();
			cond_resched();
		} while (more);
		worker_sleep(w);
	}
	return 0;
}

static struct vpc_worker *worker_create(unsigned int cpu)
{
	struct task_struct *task;
	struct vpc_worker *w;
	unsigned int i;

	w = kzalloc_node(sizeof(*w), GFP_KERNEL, cpu_to_node(cpu));
	if (!w)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&w->lock);
	init_waitqueue_head(&w->fired);
	INIT_LIST_HEAD(&w->taken);
	for (i = 0; i < SLOTS; i++)
		INIT_LIST_HEAD(&w->slot[i]);
	w->look = NEVER;
	w->until = ktime_get_ns() >> TICK_SHIFT;
	w->at = w->until + 1;
	task = kthread_create_on_cpu(worker_main, w, cpu, "vpc_probe/%u");
	if (IS_ERR(task)) {
		kfree(w);
		return ERR_CAST(task);
	}
	w->task = task;
	sched_set_fifo_low(task);
	wake_up_process(task);
	/* Pairs with calendar_online(). */
	smp_store_release(&calendar.worker[cpu], w);
	return w;
}

/*
 * The CPU that has the fewest entries; one without a worker has none. CPUs that the administrator
 * isolated are left alone while others are online. One that goes offline meanwhile is still a good
 * choice, see above.
 */
static struct vpc_worker *worker_choose(void)
{
	const struct cpumask *calm = housekeeping_cpumask(HK_TYPE_KTHREAD);
	bool any = !cpumask_intersects(calm, cpu_online_mask);
	unsigned int cpu, best_cpu = 0, best = UINT_MAX;
	struct vpc_worker *w, *other = NULL;

	lockdep_assert_held(&calendar.lock);
	for_each_online_cpu(cpu) {
		unsigned int entries;

		w = calendar.worker[cpu];
		entries = w ? w->entries : 0;
		if (w)
			other = w;
		if (entries < best && (any || cpumask_test_cpu(cpu, calm))) {
			best = entries;
			best_cpu = cpu;
		}
	}
	w = calendar.worker[best_cpu];
	if (w)
		return w;
	w = worker_create(best_cpu);
	return IS_ERR(w) && other ? other : w;
}

/**
 * vpc_calendar_entry_init() - an entry, assigned to a worker, not set
 * @e: the entry; vpc_calendar_cancel() must be called before it is freed
 * @fire: what to call
 *
 * Context: may sleep (creates a thread). Takes no lock that netlink or hotplug wait for.
 * Return: 0, or -ENOMEM, or -EINTR when the caller is being killed; then @e can be cancelled,
 * and setting it does nothing.
 */
int vpc_calendar_entry_init(struct vpc_calendar_entry *e,
			    u64 (*fire)(struct vpc_calendar_entry *e, u64 now))
{
	struct vpc_worker *w;

	*e = (struct vpc_calendar_entry){ .fire = fire };
	INIT_LIST_HEAD(&e->node);
	mutex_lock(&calendar.lock);
	w = worker_choose();
	if (!IS_ERR(w)) {
		e->worker = w;
		w->entries++;
	}
	mutex_unlock(&calendar.lock);
	return PTR_ERR_OR_ZERO(w);
}

/**
 * vpc_calendar_set() - when an entry is to fire, earlier or later than it was
 * @e: the entry
 * @due: nanoseconds of ktime_get_ns(); past: with the next tick
 *
 * While fire() runs, it is remembered, and the earlier of this and of what fire() returns holds.
 * After vpc_calendar_cancel() nothing happens.
 *
 * Context: process or softirq, interrupts on. Also from fire().
 */
void vpc_calendar_set(struct vpc_calendar_entry *e, u64 due)
{
	struct vpc_worker *w = e->worker;
	bool wake = false;

	if (!w)
		return;
	due = clamp(due, 1ULL, DUE_MAX);
	spin_lock_bh(&w->lock);
	if (e->dead) {
		;
	} else if (w->firing == e) {
		e->again = due;
	} else {
		wheel_del(w, e);
		e->due = due;
		wheel_add(w, e);
		/* It sleeps beyond that. From now on it is late if it does not wake. */
		wake = e->tick << TICK_SHIFT < w->look;
		if (wake)
			w->look = max(e->tick << TICK_SHIFT, ktime_get_ns());
	}
	spin_unlock_bh(&w->lock);
	/* A worker outlives its entries, and the caller sees to that @e is alive. */
	if (wake)
		wake_up_process(w->task);
}

static bool worker_fires(struct vpc_worker *w, const struct vpc_calendar_entry *e)
{
	bool fires;

	spin_lock_bh(&w->lock);
	fires = w->firing == e;
	spin_unlock_bh(&w->lock);
	return fires;
}

/**
 * vpc_calendar_cancel() - ends an entry; it may be freed afterwards
 * @e: the entry, initialised or all zero
 *
 * On return, fire() is not running and never will be again; setting it does nothing. Nobody may
 * be in vpc_calendar_set() when it is freed.
 *
 * Context: may sleep. Not from fire(), nor with a lock held that fire() takes.
 */
void vpc_calendar_cancel(struct vpc_calendar_entry *e)
{
	struct vpc_worker *w = e->worker;
	bool was;

	might_sleep();
	if (!w)
		return;
	spin_lock_bh(&w->lock);
	was = e->dead;
	e->dead = true;
	wheel_del(w, e);
	spin_unlock_bh(&w->lock);
	/* Under the lock again: the worker's last look at @e is then over, too. */
	wait_event(w->fired, !worker_fires(w, e));
	if (was)
		return;
	mutex_lock(&calendar.lock);
	w->entries--;
	mutex_unlock(&calendar.lock);
}

/**
 * vpc_calendar_stall() - how long the host stood still
 * @e: an entry; its worker is asked
 * @since: nanoseconds of ktime_get_ns()
 *
 * A stall is seen when the worker should have looked at the clock and did so more than 2 ms late.
 * One between two looks is not: a busy worker looks each millisecond, an idle one when it next
 * has something to do. So this explains, and does not decide; for that there is
 * vpc_fence_start().
 *
 * Context: process or softirq, interrupts on. Also from fire().
 * Return: nanoseconds of the longest stall that was going on at or after @since, whole, even if it
 * began earlier; one that is going on now counts. 0: none, or more than 16 others came later.
 */
u64 vpc_calendar_stall(const struct vpc_calendar_entry *e, u64 since)
{
	struct vpc_worker *w = e->worker;
	u64 now, longest = 0;
	unsigned int i;

	if (!w)
		return 0;
	spin_lock_bh(&w->lock);
	now = ktime_get_ns();
	if (now > w->look && now - w->look > STALL_NS)
		longest = now - w->look;
	for (i = 0; i < STALLS; i++) {
		if (w->stall[i].end > since)
			longest = max(longest, w->stall[i].length);
	}
	spin_unlock_bh(&w->lock);
	return longest;
}

/* Without a lock: a worker that is not seen yet was bound to this CPU when it was created. */
static int calendar_online(unsigned int cpu)
{
	struct vpc_worker *w;

	/* Pairs with worker_create(). */
	w = smp_load_acquire(&calendar.worker[cpu]);
	if (w)
		set_cpus_allowed_ptr(w->task, cpumask_of(cpu));
	return 0;
}

/**
 * vpc_calendar_module_init() - before the first entry
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int vpc_calendar_module_init(void)
{
	int state;

	mutex_init(&calendar.lock);
	calendar.worker = kcalloc(nr_cpu_ids, sizeof(*calendar.worker), GFP_KERNEL);
	if (!calendar.worker)
		return -ENOMEM;
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "net/vpc:online",
					  calendar_online, NULL);
	if (state < 0) {
		kfree(calendar.worker);
		return state;
	}
	calendar.hotplug = state;
	return 0;
}

/**
 * vpc_calendar_module_exit() - after the last entry was cancelled
 *
 * Context: may sleep.
 */
void vpc_calendar_module_exit(void)
{
	struct vpc_worker *w;
	unsigned int cpu;

	cpuhp_remove_state_nocalls(calendar.hotplug);
	for_each_possible_cpu(cpu) {
		w = calendar.worker[cpu];
		if (!w)
			continue;
		WARN_ON(w->entries);
		kthread_stop(w->task);
		kfree(w);
	}
	kfree(calendar.worker);
	mutex_destroy(&calendar.lock);
}
