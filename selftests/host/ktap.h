/* SPDX-License-Identifier: GPL-2.0 */
/* KTAP output for host tests, and a random generator that repeats itself. */
#ifndef _KTAP_H
#define _KTAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim.h"

struct ktap_test {
	const char *name;
	void (*run)(void);
};

static int ktap_broken;
static int ktap_current;	/* which test it is */
static unsigned long long ktap_state;

/* Says the first few reasons why the current test fails; it goes on to its end. */
#define expect(cond, ...) \
	do { \
		if (!(cond)) \
			ktap_fail(__FILE__, __LINE__, #cond, " " __VA_ARGS__); \
	} while (0)

static __maybe_unused __printf(4, 5)
void ktap_fail(const char *file, int line, const char *cond, const char *fmt, ...)
{
	va_list args;

	if (__atomic_fetch_add(&ktap_broken, 1, __ATOMIC_RELAXED) >= 5)
		return;
	printf("# %s:%d: not true: %s", file, line, cond);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* splitmix64 */
static inline unsigned long long rnd_from(unsigned long long *state)
{
	unsigned long long z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static __maybe_unused unsigned long long rnd(void)
{
	return rnd_from(&ktap_state);
}

static __maybe_unused unsigned int below(unsigned int n)
{
	return rnd() % n;
}

/* Each test starts from the seed, so one that is run alone does what it did among others. */
static __maybe_unused int ktap_main(const struct ktap_test *tests, int n, const char *only)
{
	const char *env = getenv("SEED");
	unsigned long long seed = env ? strtoull(env, NULL, 0) : 20261120;
	int i, failed = 0, number = 0, planned = 0;

	for (i = 0; i < n; i++)
		planned += !only || strstr(tests[i].name, only);
	printf("TAP version 13\n1..%d\n# SEED=%llu\n", planned, seed);
	for (i = 0; i < n; i++) {
		if (only && !strstr(tests[i].name, only))
			continue;
		ktap_broken = 0;
		ktap_current = i;
		ktap_state = seed + i;
		tests[i].run();
		failed += !!ktap_broken;
		printf("%sok %d - %s\n", ktap_broken ? "not " : "", ++number, tests[i].name);
		fflush(stdout);
	}
	return !planned || failed;
}

#endif /* _KTAP_H */
