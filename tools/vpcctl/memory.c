// SPDX-License-Identifier: GPL-2.0
/* Memory: without it the tool ends. */
#include <stdlib.h>

#include "vpcctl.h"

void *check_memory(void *memory)
{
	if (!memory) {
		refused("out of memory");
		exit(STATUS_REFUSED);
	}
	return memory;
}

/* Makes room for one more element of an array that has @count of them. */
void *array_grow(void *array, size_t count, size_t *size, size_t width)
{
	if (count < *size)
		return array;
	*size = 2 * count + 64;
	return check_memory(reallocarray(array, *size, width));
}
