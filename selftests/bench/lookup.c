// SPDX-License-Identifier: GPL-2.0
/*
 * The longest prefix match alone, as a process of this machine: lookups, changes, memory.
 * Routes are like those of the Internet's tables. Prints samples: key, unit, value.
 *
 *	lookup ROUNDS
 */
#include <time.h>

#include "ktap.h"
#include "lpm_oracle.h"
#include "lpm_bgp.h"

#define ADDRESSES	(1 << 20)
#define HOT		256
#define LOOKUPS		4000000
#define UPDATES		200000

/* Many small tables. */
#define TABLES		10000
#define SMALL		50

static DEFINE_MUTEX(lock);
static u8 addr[ADDRESSES][16];
static u32 table_of[ADDRESSES];
static struct vpc_lpm small[TABLES];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void v6_prefix(unsigned long long *state, struct vpc_lpm_prefix *p)
{
	static const u8 lens[] = { 32, 32, 36, 40, 44, 44, 48, 48, 48, 48, 48, 48, 64 };
	u64 r = rnd_from(state), s = rnd_from(state);

	memset(p, 0, sizeof(*p));
	p->addr[0] = 0x20 | r % 4 * 4;
	p->addr[1] = r >> 8;
	p->addr[2] = r >> 16;
	p->addr[3] = r >> 24 & 0xf0;
	p->addr[4] = s;
	p->addr[5] = s >> 8 & 0x1f;
	p->addr[7] = s >> 16;
	p->len = lens[(r >> 32) % sizeof(lens)];
	prefix_trim(p);
}

static struct vpc_lpm_prefix *routes_new(int bits, u32 n)
{
	struct vpc_lpm_prefix *list = calloc(n, sizeof(*list));
	struct bgp bgp = { .state = 1 };
	unsigned long long state = 1;
	u32 i;

	if (!list)
		exit(1);
	for (i = 0; i < n; i++)
		if (bits == 32)
			bgp_next(&bgp, &list[i]);
		else
			v6_prefix(&state, &list[i]);
	return list;
}

static void fill(struct vpc_lpm *lpm, int bits, const struct vpc_lpm_prefix *list, u32 n)
{
	struct vpc_lpm_txn txn;
	u32 i, old;

	vpc_lpm_init(lpm, bits, &lock);
	if (vpc_lpm_begin(&txn, lpm, true))
		exit(1);
	for (i = 0; i < n; i++)
		if (vpc_lpm_set(&txn, &list[i], 1 + i % 64, &old))
			exit(1);
	vpc_lpm_commit(&txn);
}

/* An address that the prefix covers. */
static void inside(unsigned long long *state, struct vpc_lpm_prefix p, int bits, u8 *to)
{
	int i;

	for (i = p.len; i < bits; i++)
		addr_set_bit(p.addr, i, rnd_from(state) & 1);
	memcpy(to, p.addr, 16);
}

static u32 look(const struct vpc_lpm *lpm, const u8 *at)
{
	struct in6_addr v6;
	__be32 v4;

	if (lpm->bits == 32) {
		memcpy(&v4, at, sizeof(v4));
		return vpc_lpm_lookup4(lpm, v4);
	}
	memcpy(&v6, at, sizeof(v6));
	return vpc_lpm_lookup6(lpm, &v6);
}

/* Of one table, or of the one that each address comes with. Every lookup has to hit. */
static double lookups(const struct vpc_lpm *lpm, const struct vpc_lpm *tables, u32 n)
{
	u32 i, misses = 0;
	double t;

	rcu_read_lock();
	t = now();
	for (i = 0; i < LOOKUPS; i++) {
		u32 at = i & (n - 1);

		misses += !look(lpm ?: &tables[table_of[at]], addr[at]);
	}
	t = now() - t;
	rcu_read_unlock();
	if (misses)
		exit(1);
	return t / LOOKUPS;
}

/* Single transactions: a route is removed, then added again. */
static double updates(struct vpc_lpm *lpm, const struct vpc_lpm_prefix *list, u32 n)
{
	unsigned long long state = 2;
	struct vpc_lpm_txn txn;
	double t = now();
	u32 i, old;

	for (i = 0; i < UPDATES; i++) {
		const struct vpc_lpm_prefix *p = &list[rnd_from(&state) % n];

		if (vpc_lpm_begin(&txn, lpm, false))
			exit(1);
		if (vpc_lpm_del(&txn, p, &old) && vpc_lpm_set(&txn, p, 1, &old))
			exit(1);
		vpc_lpm_commit(&txn);
		if (i % 256 == 0)
			shim_rcu_run();
	}
	return UPDATES / (now() - t);
}

static void drain(void)
{
	while (shim_rcu_run())
		;
}

static void one_table(int bits, u32 n, const char *name)
{
	const char *six = bits == 32 ? "" : "6";
	struct vpc_lpm_prefix *list = routes_new(bits, n);
	unsigned long long state = 1;
	struct vpc_lpm lpm;
	u32 i;

	mutex_lock(&lock);
	fill(&lpm, bits, list, n);
	mutex_unlock(&lock);
	for (i = 0; i < ADDRESSES; i++)
		inside(&state, list[rnd_from(&state) % n], bits, addr[i]);
	printf("lookup%s-hot-%s lookups/s %.0f\n", six, name, 1 / lookups(&lpm, NULL, HOT));
	printf("lookup%s-random-%s lookups/s %.0f\n", six, name,
	       1 / lookups(&lpm, NULL, ADDRESSES));
	printf("lookup%s-bytes-%s bytes/route %.2f\n", six, name, (double)lpm.bytes / lpm.count);
	mutex_lock(&lock);
	printf("lookup%s-updates-%s updates/s %.0f\n", six, name, updates(&lpm, list, n));
	drain();
	vpc_lpm_destroy(&lpm);
	mutex_unlock(&lock);
	drain();
	free(list);
}

/* The same number of addresses and lookups, in one table of 50 routes and in 10,000. */
static void small_tables(void)
{
	struct vpc_lpm_prefix *list = routes_new(32, TABLES * SMALL);
	unsigned long long state = 1;
	u32 i, tables;

	mutex_lock(&lock);
	for (i = 0; i < TABLES; i++)
		fill(&small[i], 32, list + i * SMALL, SMALL);
	mutex_unlock(&lock);
	for (tables = 1; tables <= TABLES; tables *= TABLES) {
		for (i = 0; i < ADDRESSES; i++) {
			table_of[i] = rnd_from(&state) % tables;
			inside(&state, list[table_of[i] * SMALL + rnd_from(&state) % SMALL], 32,
			       addr[i]);
		}
		printf("lookup-tables-%u ns/lookup %.2f\n", tables,
		       lookups(NULL, small, ADDRESSES) * 1e9);
	}
	mutex_lock(&lock);
	for (i = 0; i < TABLES; i++)
		vpc_lpm_destroy(&small[i]);
	mutex_unlock(&lock);
	drain();
	free(list);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 5;

	if (vpc_lpm_module_init())
		return 1;
	for (; rounds > 0; rounds--) {
		one_table(32, 1000, "1k");
		one_table(32, 100000, "100k");
		one_table(32, 1000000, "1M");
		one_table(128, 1000, "1k");
		one_table(128, 100000, "100k");
		one_table(128, 1000000, "1M");
		small_tables();
		fflush(stdout);
	}
	vpc_lpm_module_exit();
	return 0;
}
