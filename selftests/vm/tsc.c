// SPDX-License-Identifier: GPL-2.0
/*
 * Prints how many times in a millisecond this machine's time stamp counter ticks, which is what an
 * emulated machine's does. It would find out itself, against an emulated timer that is late on a
 * busy machine: then its clock runs several times too fast or too slow for as long as it runs.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct both {
	uint64_t ns, ticks;
};

/* Both at one instant: of many readings, the one that took the least time. */
static struct both now(void)
{
	uint64_t best = UINT64_MAX, before, after;
	struct both both = { 0 };
	struct timespec ts;
	int i;

	for (i = 0; i < 1000; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = __rdtsc();
		if (after - before >= best)
			continue;
		best = after - before;
		both.ticks = before + best / 2;
		both.ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	}
	return both;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	struct both a = now(), b;

	nanosleep(&pause, NULL);
	b = now();
	printf("%.0f\n", (double)(b.ticks - a.ticks) * 1e6 / (double)(b.ns - a.ns));
	return 0;
}
