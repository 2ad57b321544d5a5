// SPDX-License-Identifier: GPL-2.0
/*
 * Readers during updates.
 *
 * Each transaction gives its number to all of a set of prefixes. A reader that has seen a
 * number must not see a smaller one afterwards, wherever it looks, as it would if a transaction
 * became visible piece by piece.
 *
 * SEED=N repeats the choices, RACE_SECONDS=N sets the length.
 */
#include <time.h>

#include "lpm_common.h"

#define RACE_PREFIXES 48
#define RACE_READERS 2
#define CHURN 0x80000000u

struct race {
	struct vpc_lpm lpm;
	struct vpc_lpm_prefix prefix[RACE_PREFIXES];
	int last;	/* nothing but its own more specifics is behind it */
	u32 version;
	int stop;
};

static struct race race4, race6;

static void *race_reader(void *arg)
{
	u64 state = (u64)(size_t)arg, lookups = 0;
	struct race *race;
	u32 last[2] = {};
	u32 value, seen;
	bool six;
	u8 addr[16];
	int i;

	while (!__atomic_load_n(&race4.stop, __ATOMIC_RELAXED)) {
		six = rnd_from(&state) & 1;
		race = six ? &race6 : &race4;
		seen = __atomic_load_n(&race->version, __ATOMIC_ACQUIRE);
		rcu_read_lock();
		for (i = rnd_from(&state) % 32; i >= 0; i--) {
			const struct vpc_lpm_prefix *p;

			p = &race->prefix[rnd_from(&state) % RACE_PREFIXES];
			memcpy(addr, p->addr, sizeof(addr));
			addr[race->lpm.bits / 8 - 1] |= rnd_from(&state) % 64;
			value = lookup(&race->lpm, addr);
			lookups++;
			if (value & CHURN)
				continue;
			expect(value >= seen, "%u after %u was there", value, seen);
			expect(value >= last[six], "%u after %u", value, last[six]);
			last[six] = value;
			if (!(rnd_from(&state) % 64)) {
				struct vpc_lpm_prefix q = *p;

				expect(vpc_lpm_next(&race->lpm, &q, false) ||
				       !prefix_cmp(p, &race->prefix[race->last]));
			}
		}
		rcu_read_unlock();
	}
	return (void *)(size_t)lookups;
}

static void *race_freer(void *arg)
{
	size_t n = 0;

	(void)arg;
	while (!__atomic_load_n(&race4.stop, __ATOMIC_RELAXED))
		n += shim_rcu_run();
	return (void *)n;
}

static void race_update(struct race *race)
{
	u32 version = race->version + 1, old;
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	bool empty = !below(8);
	int i;

	begin(&txn, &race->lpm, empty);
	for (i = below(6); i > 0; i--) {
		p = race->prefix[below(RACE_PREFIXES)];
		p.len = race->lpm.bits - below(6);
		p.addr[race->lpm.bits / 8 - 1] |= below(64);
		prefix_trim(&p);
		if (below(2))
			expect(!vpc_lpm_set(&txn, &p, CHURN | version, &old));
		else if (vpc_lpm_del(&txn, &p, &old))
			expect(old == VPC_LPM_NONE);
	}
	for (i = 0; i < RACE_PREFIXES; i++)
		set(&txn, &race->prefix[i], version);
	if (below(5)) {
		vpc_lpm_commit(&txn);
		__atomic_store_n(&race->version, version, __ATOMIC_RELEASE);
	} else {
		vpc_lpm_abort(&txn);
	}
	mutex_unlock(&lock);
}

static void race_init(struct race *race, int bits)
{
	int i;

	memset(race, 0, sizeof(*race));
	vpc_lpm_init(&race->lpm, bits, &lock);
	for (i = 0; i < RACE_PREFIXES; i++) {
		random_prefix(&race->prefix[i], bits, below(2) ? HOSTS : TAILS);
		race->prefix[i].len = bits - 6;
		prefix_trim(&race->prefix[i]);
		if (prefix_cmp(&race->prefix[i], &race->prefix[race->last]) > 0)
			race->last = i;
	}
	race_update(race);
	while (!race->version)
		race_update(race);
}

static void test_race(void)
{
	const char *env = getenv("RACE_SECONDS");
	time_t until = time(NULL) + (env ? atoi(env) : 4);
	size_t lookups = 0, batches;
	pthread_t readers[RACE_READERS], freer;
	void *ret;
	int i;

	race_init(&race4, 32);
	race_init(&race6, 128);
	for (i = 0; i < RACE_READERS; i++)
		pthread_create(&readers[i], NULL, race_reader, (void *)(size_t)rnd());
	pthread_create(&freer, NULL, race_freer, NULL);
	while (time(NULL) < until) {
		race_update(&race4);
		race_update(&race6);
	}
	__atomic_store_n(&race4.stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < RACE_READERS; i++) {
		pthread_join(readers[i], &ret);
		lookups += (size_t)ret;
	}
	pthread_join(freer, &ret);
	batches = (size_t)ret;
	printf("# %zu lookups during %u transactions, %zu grace periods\n", lookups,
	       race4.version + race6.version, batches);
	expect(lookups > 1000 && batches > 10 && race4.version > 100);
	mutex_lock(&lock);
	vpc_lpm_destroy(&race4.lpm);
	mutex_unlock(&lock);
	end(&race6.lpm);
}

int main(void)
{
	static const struct ktap_test tests[] = {
		{ "readers during updates", test_race },
	};
	int ret;

	if (vpc_lpm_module_init())
		return 1;
	ret = ktap_main(tests, ARRAY_SIZE(tests), NULL);
	vpc_lpm_module_exit();
	return ret;
}
