// SPDX-License-Identifier: GPL-2.0
#include <sched.h>

#include "shim.h"

long shim_live, shim_allocs, shim_fail_in;
__thread char shim_self;

void *kmalloc(size_t size, int gfp)
{
	void *p;

	(void)gfp;
	__atomic_fetch_add(&shim_allocs, 1, __ATOMIC_RELAXED);
	if (__atomic_load_n(&shim_fail_in, __ATOMIC_RELAXED) > 0 &&
	    !__atomic_sub_fetch(&shim_fail_in, 1, __ATOMIC_RELAXED))
		return NULL;
	p = malloc(size);
	shim_assert(p);
#ifndef SHIM_FAST
	/* Whoever relies on zeros shall notice. */
	memset(p, 0xa5, size);
#endif
	__atomic_fetch_add(&shim_live, 1, __ATOMIC_RELAXED);
	return p;
}

void *kzalloc(size_t size, int gfp)
{
	void *p = kmalloc(size, gfp);

	return p ? memset(p, 0, size) : NULL;
}

void kfree(const void *p)
{
	if (!p)
		return;
	__atomic_fetch_sub(&shim_live, 1, __ATOMIC_RELAXED);
	free((void *)p);
}

size_t kmalloc_size_roundup(size_t size)
{
	size_t c;

	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	for (c = 8; c < size; c *= 2)
		;
	return c;
}

#define MAX_READERS 64

/* An epoch, or 0: not in a read section. */
static struct {
	unsigned long epoch;
	char pad[56];
} readers[MAX_READERS];
static unsigned long epoch = 1;
static int n_readers;
static __thread int my_reader = -1;
__thread int shim_rcu_depth;

/* TSan does not know fences, and does not need this one: it sees the atomics. */
static inline void fence(void)
{
#if !defined(__SANITIZE_THREAD__)
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

void rcu_read_lock(void)
{
	if (shim_rcu_depth++)
		return;
	if (my_reader < 0) {
		my_reader = __atomic_fetch_add(&n_readers, 1, __ATOMIC_SEQ_CST);
		shim_assert(my_reader < MAX_READERS);
	}
	__atomic_exchange_n(&readers[my_reader].epoch, __atomic_load_n(&epoch, __ATOMIC_SEQ_CST),
			    __ATOMIC_SEQ_CST);
	fence();
}

void rcu_read_unlock(void)
{
	shim_assert(shim_rcu_depth > 0);
	if (!--shim_rcu_depth)
		__atomic_store_n(&readers[my_reader].epoch, 0, __ATOMIC_RELEASE);
}

void synchronize_rcu(void)
{
	unsigned long target, e;
	int i;

	shim_assert(!shim_rcu_depth);
	fence();
	target = __atomic_add_fetch(&epoch, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < MAX_READERS; i++)
		while ((e = __atomic_load_n(&readers[i].epoch, __ATOMIC_SEQ_CST)) && e < target)
			sched_yield();
}

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t run_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rcu_work *queue;

struct workqueue_struct *alloc_workqueue(const char *name, int flags, int max_active)
{
	(void)name;
	(void)flags;
	(void)max_active;
	return calloc(1, sizeof(struct workqueue_struct));
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	free(wq);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	bool queued;

	(void)wq;
	pthread_mutex_lock(&queue_lock);
	queued = !rwork->pending;
	if (queued) {
		rwork->pending = true;
		rwork->next = queue;
		queue = rwork;
	}
	pthread_mutex_unlock(&queue_lock);
	return queued;
}

bool shim_rcu_run(void)
{
	struct rcu_work *rwork;

	pthread_mutex_lock(&run_lock);
	pthread_mutex_lock(&queue_lock);
	rwork = queue;
	if (rwork) {
		queue = rwork->next;
		rwork->pending = false;
	}
	pthread_mutex_unlock(&queue_lock);
	if (rwork) {
		synchronize_rcu();
		rwork->work.func(&rwork->work);
	}
	pthread_mutex_unlock(&run_lock);
	return rwork;
}

bool flush_rcu_work(struct rcu_work *rwork)
{
	(void)rwork;
	return shim_rcu_run();
}
