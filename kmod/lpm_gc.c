// SPDX-License-Identifier: GPL-2.0
/* Longest prefix match: what becomes of nodes that a transaction has replaced. */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "lpm_node.h"

/*
 * Garbage of all tables shares grace periods: one batch waits for readers while the next one
 * gathers. It needs no memory of its own, so that a commit has nothing to fail at. It is freed in
 * process context because a replaced table can be a million blocks.
 */
static struct {
	spinlock_t lock;		/* innermost: tables' locks are held around it */
	struct vpc_lpm_node *gathering;	/* guarded by lock */
	struct vpc_lpm_node *waiting;	/* the worker's while busy */
	bool busy;			/* guarded by lock */
	struct rcu_work work;
	struct workqueue_struct *wq;
} gc;

static void gc_start(void)
{
	lockdep_assert_held(&gc.lock);
	if (gc.busy || !gc.gathering)
		return;
	gc.busy = true;
	gc.waiting = gc.gathering;
	gc.gathering = NULL;
	queue_rcu_work(gc.wq, &gc.work);
}

/**
 * vpc_lpm_gc_add() - free nodes when no reader can see them any more
 * @first: nodes, chained by their gc link
 * @last: the last of them
 *
 * Context: process context. Does not wait, allocates nothing.
 */
void vpc_lpm_gc_add(struct vpc_lpm_node *first, struct vpc_lpm_node *last)
{
	spin_lock(&gc.lock);
	last->gc = gc.gathering;
	gc.gathering = first;
	gc_start();
	spin_unlock(&gc.lock);
}

static bool gc_busy(void)
{
	bool busy;

	spin_lock(&gc.lock);
	busy = gc.busy;
	spin_unlock(&gc.lock);
	return busy;
}

static struct vpc_lpm_node *gc_push_children(struct vpc_lpm_node *n, struct vpc_lpm_node *list)
{
	bool v6 = n->whole == WHOLE_V6;
	struct vpc_lpm_ref __rcu **children = node_children(n, v6);
	unsigned int i, count = child_count(n, v6);

	for (i = 0; i < count; i++) {
		struct vpc_lpm_node *child = ref_node(rcu_dereference_protected(children[i], true));

		child->whole = n->whole;
		child->gc = list;
		list = child;
	}
	return list;
}

static void gc_work(struct work_struct *work)
{
	struct vpc_lpm_node *n, *list = gc.waiting;

	while (list) {
		n = list;
		list = n->gc;
		if (n->whole)
			list = gc_push_children(n, list);
		kfree(n);
		cond_resched();
	}
	spin_lock(&gc.lock);
	gc.busy = false;
	gc_start();
	spin_unlock(&gc.lock);
}

/**
 * vpc_lpm_module_init() - before the first table
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_lpm_module_init(void)
{
	BUILD_BUG_ON(offsetof(struct vpc_lpm_node, body) != 24);
	spin_lock_init(&gc.lock);
	INIT_RCU_WORK(&gc.work, gc_work);
	gc.wq = alloc_workqueue("vpc_lpm", WQ_UNBOUND, 0);
	return gc.wq ? 0 : -ENOMEM;
}

/**
 * vpc_lpm_module_exit() - after the last table was destroyed
 *
 * Waits until all garbage is freed. A batch may start the next one, hence the loop.
 *
 * Context: may sleep.
 */
void vpc_lpm_module_exit(void)
{
	while (gc_busy())
		flush_rcu_work(&gc.work);
	destroy_workqueue(gc.wq);
}
