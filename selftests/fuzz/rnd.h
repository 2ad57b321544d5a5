/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that are a function of a seed and an index, so that any case can be had alone. */
#ifndef _VPC_FUZZ_RND_H
#define _VPC_FUZZ_RND_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

extern uint64_t rnd_state;	/* the program's */

static inline void rnd_seed(uint64_t seed, uint64_t index)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15ull + index * 0xd1342543de82ef95ull + 1;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	rnd_state = (z ^ (z >> 31)) | 1;
}

static inline uint64_t rnd64(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state;
}

static inline uint32_t rnd(uint32_t n)
{
	return n ? (rnd64() >> 16) % n : 0;
}

static inline bool chance(unsigned int percent)
{
	return rnd(100) < percent;
}

#define PICK(a) ((a)[rnd(ARRAY_SIZE(a))])

#endif /* _VPC_FUZZ_RND_H */
