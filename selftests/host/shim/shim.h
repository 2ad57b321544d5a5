/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enough of the kernel for its pure parts to run in a process. What a stand-in can check it
 * checks: that locks are held where the code says so, and that published pointers are followed in
 * a read section only.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* In the kernel u64 is long long everywhere, which the C library's uint64_t is not. */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;

/* __be32 and the like. */
#include <linux/types.h>

#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define S64_MIN INT64_MIN
#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define __GFP_NOFAIL 1

#define __rcu
#define __must_check __attribute__((warn_unused_result))
#define __maybe_unused __attribute__((unused))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* TSan takes volatile for nothing. */
#ifdef __SANITIZE_THREAD__
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#else
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#endif
#define BUILD_BUG_ON(x) _Static_assert(!(x), #x)
#define BIT_ULL(n) (1ULL << (n))
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define min(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))

#define WARN_ON(x) ({ bool _bad = !!(x); shim_assert(!_bad); _bad; })

#define shim_assert(x) \
	do { \
		if (!(x)) { \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #x); \
			fflush(stdout); \
			abort(); \
		} \
	} while (0)

static inline unsigned int hweight64(u64 w)
{
	return __builtin_popcountll(w);
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

#define be32_to_cpu(x) be32toh(x)
#define be64_to_cpu(x) ((u64)be64toh(x))
#define cpu_to_be32(x) htobe32(x)
#define cpu_to_be64(x) htobe64(x)

/* Memory. Blocks are exactly as large as asked for, so that ASan sees one byte too far. */
extern long shim_live;		/* blocks that were not freed */
extern long shim_allocs;	/* calls so far */
extern long shim_fail_in;	/* the how manieth call from now fails; 0: none */

void *kmalloc(size_t size, int gfp);
void *kzalloc(size_t size, int gfp);
void kfree(const void *p);
size_t kmalloc_size_roundup(size_t size);

/* Locks that know their owner. */
struct shim_lock {
	pthread_mutex_t m;
	const void *owner;
};

extern __thread char shim_self;

static inline void shim_lock(struct shim_lock *l)
{
	pthread_mutex_lock(&l->m);
	__atomic_store_n(&l->owner, &shim_self, __ATOMIC_RELAXED);
}

static inline void shim_unlock(struct shim_lock *l)
{
	__atomic_store_n(&l->owner, NULL, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&l->m);
}

static inline bool shim_held(const struct shim_lock *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == &shim_self;
}

struct mutex {
	struct shim_lock l;
};

typedef struct {
	struct shim_lock l;
} spinlock_t;

#define DEFINE_MUTEX(name) struct mutex name = { { PTHREAD_MUTEX_INITIALIZER, NULL } }
#define mutex_lock(x) shim_lock(&(x)->l)
#define mutex_unlock(x) shim_unlock(&(x)->l)
#define spin_lock_init(x) pthread_mutex_init(&(x)->l.m, NULL)
#define spin_lock(x) shim_lock(&(x)->l)
#define spin_unlock(x) shim_unlock(&(x)->l)
#define lockdep_is_held(x) shim_held(&(x)->l)
#define lockdep_assert_held(x) shim_assert(lockdep_is_held(x))

/*
 * RCU with real grace periods: a reader says in which epoch it started, and synchronize_rcu()
 * waits until nobody is in an older one.
 */
extern __thread int shim_rcu_depth;
void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

struct rcu_head {
	struct rcu_head *next;
};

/* At once: a caller who must not see the end of it does not call it. */
static inline void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	func(head);
}

#ifdef SHIM_FAST
#define shim_rcu_assert(c) do { } while (0 && (c))
#else
#define shim_rcu_assert(c) shim_assert(c)
#endif

#define rcu_dereference_check(p, c) \
	({ shim_rcu_assert(shim_rcu_depth || (c)); __atomic_load_n(&(p), __ATOMIC_ACQUIRE); })
#define rcu_dereference(p) rcu_dereference_check(p, 0)
#define rcu_dereference_protected(p, c) ({ shim_rcu_assert(c); (p); })
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELAXED)

/* Work waits until somebody calls shim_rcu_run(): a test decides when, and in which thread. */
struct work_struct {
	void (*func)(struct work_struct *work);
};

struct rcu_work {
	struct work_struct work;
	struct rcu_work *next;
	bool pending;
};

struct workqueue_struct {
	int unused;
};

#define WQ_UNBOUND 0
#define INIT_RCU_WORK(w, f) do { (w)->pending = false; (w)->work.func = (f); } while (0)
struct workqueue_struct *alloc_workqueue(const char *name, int flags, int max_active);
void destroy_workqueue(struct workqueue_struct *wq);
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork);
bool flush_rcu_work(struct rcu_work *rwork);
bool shim_rcu_run(void);	/* one piece of work after a grace period; false: there was none */

static inline void cond_resched(void)
{
}

#endif /* _SHIM_H */
