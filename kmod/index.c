// SPDX-License-Identifier: GPL-2.0
/* A growing array of RCU pointers. */

#include <linux/slab.h>
#include <linux/mm.h>

#include "index.h"

#define VPC_INDEX_MIN 64

static struct vpc_index_array *array_of(const struct vpc_index *index)
{
	return rcu_dereference_protected(index->array, lockdep_is_held(index->lock));
}

/**
 * vpc_index_init() - an index with no objects
 * @index: the index
 * @lock: what serialises writers
 * Context: any.
 */
void vpc_index_init(struct vpc_index *index, struct mutex *lock)
{
	RCU_INIT_POINTER(index->array, NULL);
	ida_init(&index->ids);
	index->lock = lock;
}

/**
 * vpc_index_destroy() - the end of an index that no packet can see any more
 * @index: the index
 * Context: a grace period has passed; may sleep.
 */
void vpc_index_destroy(struct vpc_index *index)
{
	WARN_ON(!ida_is_empty(&index->ids));
	kvfree(rcu_dereference_protected(index->array, true));
	ida_destroy(&index->ids);
}

/* Readers of the old array miss only what was added after they began. */
static int grow(struct vpc_index *index, u32 want)
{
	struct vpc_index_array *old = array_of(index), *new;
	u32 size = old ? old->size : VPC_INDEX_MIN;
	u32 i;

	while (size <= want)
		size *= 2;
	new = kvzalloc(struct_size(new, slot, size), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->size = size;
	for (i = 0; old && i < old->size; i++)
		RCU_INIT_POINTER(new->slot[i], rcu_dereference_protected(old->slot[i], true));
	rcu_assign_pointer(index->array, new);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/**
 * vpc_index_add() - number an object
 * @index: the index
 * @object: the object, ready for readers
 * @id: gets its number
 * Context: vpc_index::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_index_add(struct vpc_index *index, void *object, u32 *id)
{
	struct vpc_index_array *a = array_of(index);
	int new, err;

	lockdep_assert_held(index->lock);
	new = ida_alloc_range(&index->ids, VPC_INDEX_FIRST, INT_MAX, GFP_KERNEL_ACCOUNT);
	if (new < 0)
		return new;
	if (!a || (u32)new >= a->size) {
		err = grow(index, new);
		if (err) {
			ida_free(&index->ids, new);
			return err;
		}
		a = array_of(index);
	}
	rcu_assign_pointer(a->slot[new], object);
	*id = new;
	return 0;
}

/**
 * vpc_index_set() - give the number of an object to another one
 * @index: the index
 * @id: a number that is taken
 * @object: the other one, ready for readers
 * Context: vpc_index::lock is held. Readers find the one or the other, always.
 */
void vpc_index_set(struct vpc_index *index, u32 id, void *object)
{
	lockdep_assert_held(index->lock);
	rcu_assign_pointer(array_of(index)->slot[id], object);
}

/**
 * vpc_index_clear() - make an object unreachable by its number
 * @index: the index
 * @id: its number
 * Context: vpc_index::lock is held.
 */
void vpc_index_clear(struct vpc_index *index, u32 id)
{
	lockdep_assert_held(index->lock);
	RCU_INIT_POINTER(array_of(index)->slot[id], NULL);
}

/**
 * vpc_index_free() - let a number be used again
 * @index: the index
 * @id: a cleared number
 *
 * A packet may have read the number from a trie just before that let go of it.
 * If the number were given to another object at once, the packet could end up
 * there, possibly with another tenant. So this is called from the RCU callback
 * that frees the object.
 *
 * Context: a grace period has passed since vpc_index_clear(); any, softirq too.
 */
void vpc_index_free(struct vpc_index *index, u32 id)
{
	ida_free(&index->ids, id);
}

/**
 * vpc_index_next() - walk the objects of an index
 * @index: the index
 * @id: where to start
 * Context: vpc_index::lock is held.
 * Return: the object with the smallest number that is not below @id, or NULL.
 */
void *vpc_index_next(const struct vpc_index *index, u32 id)
{
	const struct vpc_index_array *a = array_of(index);
	void *object = NULL;

	lockdep_assert_held(index->lock);
	for (; a && id < a->size && !object; id++)
		object = rcu_dereference_protected(a->slot[id], true);
	return object;
}
