/* SPDX-License-Identifier: GPL-2.0 */
/* Small numbers for objects, so that a trie entry costs four bytes and not a pointer. */
#ifndef _VPC_INDEX_H
#define _VPC_INDEX_H

#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

struct vpc_index_array {
	struct rcu_head rcu;
	u32 size;
	void __rcu *slot[];
};

/**
 * struct vpc_index - a growing array of RCU pointers
 * @array: what readers use; replaced by a larger one when it is full
 * @ids: which slots are taken
 * @lock: serialises writers
 */
struct vpc_index {
	struct vpc_index_array __rcu *array;
	struct ida ids;
	struct mutex *lock;
};

/* The first slots mean something by themselves, see table.h. */
#define VPC_INDEX_FIRST 2

void vpc_index_init(struct vpc_index *index, struct mutex *lock);
void vpc_index_destroy(struct vpc_index *index);
int __must_check vpc_index_add(struct vpc_index *index, void *object, u32 *id);
void vpc_index_set(struct vpc_index *index, u32 id, void *object);
void vpc_index_clear(struct vpc_index *index, u32 id);
void vpc_index_free(struct vpc_index *index, u32 id);
void *vpc_index_next(const struct vpc_index *index, u32 id);

/**
 * vpc_index_get() - object of a number
 * @index: the index
 * @id: number that was read from a published structure
 * Context: RCU read side.
 * Return: the object; NULL when it was removed in this instant.
 */
static inline void *vpc_index_get(const struct vpc_index *index, u32 id)
{
	const struct vpc_index_array *a = rcu_dereference(index->array);

	if (unlikely(!a || id >= a->size))
		return NULL;
	return rcu_dereference(a->slot[id]);
}

#endif /* _VPC_INDEX_H */
