// SPDX-License-Identifier: GPL-2.0
/* Figures of the longest prefix match: lookups, updates, memory. Not a test. */
#include <time.h>

#include "ktap.h"
#include "lpm_oracle.h"
#include "lpm_bgp.h"

static DEFINE_MUTEX(lock);

/* Keeps the compiler from leaving out what nobody looks at. */
static void use(unsigned long value)
{
	asm volatile("" : : "r" (value));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* IPv6 routes like a table's: /32 to /48 below a few registries' blocks, some /64. */
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

/* What a cache miss costs here and today; figures of different machines differ mostly by it. */
static double miss(size_t size)
{
	size_t n = size / 64, i, j, loops = 2000000;
	char *p = calloc(n, 64);
	u32 *order = calloc(n, sizeof(*order)), t;
	unsigned long long state = 1;
	void **at = (void **)p;
	double start;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i; i--) {
		j = rnd_from(&state) % (i + 1);
		t = order[i];
		order[i] = order[j];
		order[j] = t;
	}
	for (i = 0; i < n; i++)
		*(void **)(p + order[i] * 64ul) = p + order[(i + 1) % n] * 64ul;
	start = now();
	for (i = 0; i < loops; i++)
		at = *at;
	start = now() - start;
	use((unsigned long)at);
	free(order);
	free(p);
	return start / loops * 1e9;
}

static u32 look(const struct vpc_lpm *lpm, const u8 *addr)
{
	struct in6_addr v6;
	__be32 v4;

	if (lpm->bits == 32) {
		memcpy(&v4, addr, sizeof(v4));
		return vpc_lpm_lookup4(lpm, v4);
	}
	memcpy(&v6, addr, sizeof(v6));
	return vpc_lpm_lookup6(lpm, &v6);
}

static double lookups(const struct vpc_lpm *lpm, const u8 (*addr)[16], u32 n, bool chained)
{
	u32 i, loops = 4000000, sum = 0, at = 0;
	double t;

	rcu_read_lock();
	t = now();
	for (i = 0; i < loops; i++) {
		u32 value = look(lpm, addr[at & (n - 1)]);

		sum += value;
		/* Values are small: this adds nothing, but the next lookup has to wait for it. */
		at += 1 + (chained ? value >> 31 : 0);
	}
	t = now() - t;
	rcu_read_unlock();
	use(sum);
	return t / loops * 1e9;
}

static void bench(int bits, u32 routes)
{
	static u8 addr[1 << 20][16];
	struct vpc_lpm_prefix *list = calloc(routes, sizeof(*list));
	unsigned long long state = 1;
	struct bgp bgp = { .state = 1 };
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	double bulk, single, change, walk, start;
	struct vpc_lpm_prefix p;
	u32 i, j, old, n = 0;

	while (n < routes) {
		if (bits == 32)
			bgp_next(&bgp, &list[n]);
		else
			v6_prefix(&state, &list[n]);
		n++;
	}
	vpc_lpm_init(&lpm, bits, &lock);
	mutex_lock(&lock);
	bulk = now();
	if (vpc_lpm_begin(&txn, &lpm, true))
		exit(1);
	for (i = 0; i < n; i++)
		if (vpc_lpm_set(&txn, &list[i], 1 + i % 64, &old))
			exit(1);
	vpc_lpm_commit(&txn);
	bulk = now() - bulk;

	for (i = 0; i < ARRAY_SIZE(addr); i++) {
		p = list[rnd_from(&state) % n];
		for (j = p.len; j < (u32)bits; j++)
			addr_set_bit(p.addr, j, rnd_from(&state) & 1);
		memcpy(addr[i], p.addr, 16);
	}
	printf("IPv%d, %u routes, %.1f bytes/route\n", bits == 32 ? 4 : 6, lpm.count,
	       (double)lpm.bytes / lpm.count);
	printf("  lookup, ns: %.1f hot (256), %.1f warm (4096), %.1f random, %.1f one by one\n",
	       lookups(&lpm, (const u8 (*)[16])addr, 256, false),
	       lookups(&lpm, (const u8 (*)[16])addr, 4096, false),
	       lookups(&lpm, (const u8 (*)[16])addr, ARRAY_SIZE(addr), false),
	       lookups(&lpm, (const u8 (*)[16])addr, ARRAY_SIZE(addr), true));

	single = now();
	for (i = 0; i < 200000; i++) {
		struct vpc_lpm_prefix *q = &list[rnd_from(&state) % n];

		if (vpc_lpm_begin(&txn, &lpm, false))
			exit(1);
		if (vpc_lpm_del(&txn, q, &old) && vpc_lpm_set(&txn, q, 1 + i % 64, &old))
			exit(1);
		vpc_lpm_commit(&txn);
		if (i % 256 == 0)
			shim_rcu_run();
	}
	single = now() - single;
	change = now();
	for (i = 0; i < 200000; i++) {
		if (vpc_lpm_begin(&txn, &lpm, false) ||
		    vpc_lpm_set(&txn, &list[rnd_from(&state) % n], 100 + i, &old))
			exit(1);
		vpc_lpm_commit(&txn);
		if (i % 256 == 0)
			shim_rcu_run();
	}
	change = now() - change;
	walk = now();
	for (i = vpc_lpm_next(&lpm, &p, true), j = 0; i; i = vpc_lpm_next(&lpm, &p, false))
		j++;
	walk = now() - walk;
	printf("  updates, M/s: %.2f in bulk, %.2f one add or delete, %.2f one change\n",
	       n / bulk / 1e6, 0.2 / single, 0.2 / change);
	printf("  walk, ns/route: %.0f\n", walk / j * 1e9);
	while (shim_rcu_run())
		;
	vpc_lpm_destroy(&lpm);
	mutex_unlock(&lock);
	start = now();
	while (shim_rcu_run())
		;
	printf("  free, ms: %.1f\n", (now() - start) * 1e3);
	free(list);
}

int main(void)
{
	static const u32 sizes[] = { 50, 1000, 100000, 1000000 };
	unsigned int i;

	if (vpc_lpm_module_init())
		return 1;
	printf("a dependent load from 1, 4, 16 MiB: %.0f, %.0f, %.0f ns\n", miss(1 << 20),
	       miss(4 << 20), miss(16 << 20));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bench(32, sizes[i]);
		bench(128, sizes[i]);
	}
	vpc_lpm_module_exit();
	return 0;
}
