// SPDX-License-Identifier: GPL-2.0
/* The policer, in virtual time and with as many CPUs as wanted. */

#include <math.h>

/* To see what it holds. */
#include "../../kmod/policer.c"

#include "ktap.h"

#define SECOND ((u64)NSEC_PER_SEC)
#define SMALLEST 60
#define LARGEST (512 * 1024)
/* A ns is the grain of what a CPU takes at once. */
#define SLICE_ERROR 0.002

/* Packets of one run: at high rates and small sizes these are not many milliseconds. */
#ifdef __SANITIZE_ADDRESS__
#define PACKETS 200000
#define FASTEST 1000000000ULL
#else
#define PACKETS 2000000
#define FASTEST VPC_POLICER_MAX
#endif

unsigned int shim_cpus = 1;
__thread unsigned int shim_cpu;

static const u64 rates[] = {
	VPC_POLICER_MIN, 10000000, 64000000, 1000000000, 10000000000, 100000000000,
	VPC_POLICER_MAX,
};

static const unsigned int cpus[] = { 1, 2, 3, 16, 128 };

/* A source: how large its packets are, how much faster than the limit, on which CPUs. */
struct source {
	const char *name;
	u32 (*size)(void);
	double load;
	unsigned int (*cpu)(u64 number);
};

static u32 size_small(void)
{
	return SMALLEST;
}

static u32 size_frame(void)
{
	return 1500;
}

static u32 size_gso(void)
{
	return 65536;
}

static u32 size_largest(void)
{
	return LARGEST;
}

static u32 size_mixed(void)
{
	static const u32 sizes[] = { SMALLEST, 576, 1500, 9000, 65536, LARGEST };

	return sizes[below(ARRAY_SIZE(sizes))];
}

static u32 size_any(void)
{
	return SMALLEST + below(2000);
}

static unsigned int cpu_turn(u64 number)
{
	return number % shim_cpus;
}

static unsigned int cpu_any(u64 number)
{
	return below(shim_cpus);
}

/* One does nearly all the work, the others see a packet now and then. */
static unsigned int cpu_one(u64 number)
{
	return number % 100 ? 0 : below(shim_cpus);
}

static double wire_ns(u64 rate, u64 bytes)
{
	return bytes * 8e9 / rate;
}

static bool pass(struct vpc_policer *p, unsigned int cpu, u32 bytes, u64 now)
{
	shim_cpu = cpu;
	return vpc_policer_pass(p, bytes, now);
}

static struct vpc_policer *new(u64 rate)
{
	struct vpc_policer *p = vpc_policer_new(rate);

	shim_assert(p);
	return p;
}

/* As it is under load: nothing left, on no CPU. */
static void drain(struct vpc_policer *p, u64 now)
{
	unsigned int cpu;

	while (pass(p, 0, LARGEST, now))
		;
	atomic64_set(&p->empty, now);
	for (cpu = 0; cpu < shim_cpus; cpu++)
		p->credit[cpu] = 0;
}

/* By how much what passes may differ from the limit: what CPUs hold, and what is on loan. */
static double uncertain(const struct vpc_policer *p, u64 rate, u32 largest)
{
	return 2.0 * slice_ns() * (shim_cpus + 1) + 3 * wire_ns(rate, largest) +
	       (largest > p->slice ? 2.0 * VPC_POLICER_SPREAD_NS : 0);
}

/*
 * Offer more than the limit from an empty bucket on. @settle: for so long that 5 % is more than
 * what CPUs hold and what is on loan, however many packets that takes.
 */
static void overload(u64 rate, const struct source *s, u64 on, u64 off, bool settle)
{
	struct vpc_policer *p = new(rate);
	u64 began = 1000 * SECOND, passed = 0, number, now = began;
	double clock = 0, due, slack, error;
	u32 largest = 0;

	drain(p, began);
	/* Half a second and 40 packets, if there are enough. */
	for (number = 0; settle ? 0.049 * clock < uncertain(p, rate, largest) :
	     number < PACKETS && (number < 200 * s->load || clock < SECOND / 2.0);
	     number++) {
		u32 bytes = s->size();

		largest = max(largest, bytes);
		clock += wire_ns(rate, bytes) / s->load;
		if (off && fmod(clock, on + off) > on)
			clock += off;
		now = began + clock;
		if (pass(p, s->cpu(number), bytes, now))
			passed += bytes;
	}
	due = now - began;
	slack = uncertain(p, rate, largest) + off + SLICE_ERROR * due;
	if (settle)
		slack = 0.05 * due;
	else if (clock >= SECOND / 2.0 && number < PACKETS)
		slack = min(slack, max(0.05 * due, 3 * wire_ns(rate, largest)));
	error = wire_ns(rate, passed) - due;
	expect(fabs(error) <= slack,
	       "%s, %llu bit/s, %u CPUs: %+.3f ms too much in %.3f ms, %+.2f %%", s->name, rate,
	       shim_cpus, error / 1e6, due / 1e6, 100 * error / due);
	vpc_policer_free(p);
}

static void test_overload(void)
{
	static const struct source sources[] = {
		{ "60 bytes, little more", size_small, 1.02, cpu_turn },
		{ "60 bytes, ten times", size_small, 10, cpu_any },
		{ "60 bytes, one CPU mostly", size_small, 2, cpu_one },
		{ "1500 bytes, little more", size_frame, 1.02, cpu_any },
		{ "1500 bytes, three times", size_frame, 3, cpu_turn },
		{ "1500 bytes, one CPU mostly", size_frame, 1.5, cpu_one },
		{ "64 KiB, little more", size_gso, 1.02, cpu_turn },
		{ "64 KiB, ten times", size_gso, 10, cpu_any },
		{ "512 KiB, little more", size_largest, 1.02, cpu_turn },
		{ "512 KiB, twice", size_largest, 2, cpu_any },
		{ "512 KiB, a hundred times", size_largest, 100, cpu_turn },
		{ "all sizes, little more", size_mixed, 1.05, cpu_any },
		{ "all sizes, four times", size_mixed, 4, cpu_turn },
	};
	unsigned int r, c, s;

	for (r = 0; r < ARRAY_SIZE(rates); r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++)
			for (s = 0; s < ARRAY_SIZE(sources); s++) {
				shim_cpus = cpus[c];
				overload(rates[r], &sources[s], 0, 0, false);
			}
}

/* Small packets at a high rate: many of them, until 5 % of what was due says something. */
static void test_settles(void)
{
	static const struct source sources[] = {
		{ "60 bytes, little more", size_small, 1.02, cpu_turn },
		{ "1500 bytes, twice", size_frame, 2, cpu_any },
	};
	unsigned int r, c, s;

	for (r = 0; r < ARRAY_SIZE(rates) && rates[r] <= FASTEST; r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++)
			for (s = 0; s < ARRAY_SIZE(sources); s++) {
				shim_cpus = cpus[c];
				overload(rates[r], &sources[s], 0, 0, true);
			}
}

/* Four times the limit in a third of the time: the silence is no loss. */
static void test_on_and_off(void)
{
	static const struct source source = { "5 ms of 15", size_any, 4, cpu_any };
	unsigned int r, c;

	for (r = 1; r < ARRAY_SIZE(rates); r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++) {
			shim_cpus = cpus[c];
			overload(rates[r], &source, 5 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC,
				 false);
		}
}

/* After a rest one packet of any size passes on any CPU, and what follows soon is limited. */
static void test_idle(void)
{
	static const u32 sizes[] = { 1, SMALLEST, 1500, 65536, LARGEST };
	unsigned int r, c, i, cpu;

	for (r = 0; r < ARRAY_SIZE(rates); r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++)
			for (i = 0; i < ARRAY_SIZE(sizes); i++) {
				struct vpc_policer *p;
				u64 now = 0;

				shim_cpus = cpus[c];
				p = new(rates[r]);
				for (cpu = 0; cpu < shim_cpus; cpu++) {
					expect(pass(p, cpu, sizes[i], now), "%llu bit/s, %u bytes",
					       rates[r], sizes[i]);
					drain(p, now);
					now += SECOND + 2 * wire_ns(rates[r], LARGEST);
				}
				vpc_policer_free(p);
			}
}

/* All that passes at one moment after an hour of rest, and in the second that follows. */
static void test_burst(void)
{
	static const u32 sizes[] = { SMALLEST, 1500, 65536, LARGEST };
	unsigned int r, c, i, cpu;

	for (r = 0; r < ARRAY_SIZE(rates); r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++)
			for (i = 0; i < ARRAY_SIZE(sizes); i++) {
				double most = VPC_POLICER_BURST_NS + VPC_POLICER_SPREAD_NS +
					      3 * wire_ns(rates[r], sizes[i]);
				u64 passed = 0, now = 3600 * SECOND;
				struct vpc_policer *p;
				double took;

				if (wire_ns(rates[r], sizes[i]) * PACKETS < most)
					continue;
				shim_cpus = cpus[c];
				p = new(rates[r]);
				for (cpu = 0; cpu < shim_cpus; cpu++)
					while (wire_ns(rates[r], passed) <= most &&
					       pass(p, cpu, sizes[i], now))
						passed += sizes[i];
				took = wire_ns(rates[r], passed);
				expect(took <= most && took >= 0.99 * VPC_POLICER_BURST_NS,
				       "%llu bit/s, %u bytes, %u CPUs: %.3f ms", rates[r], sizes[i],
				       shim_cpus, took / 1e6);
				vpc_policer_free(p);
			}
}

/* What is refused costs nothing, and what comes late by another CPU's clock does no harm. */
static void test_refused(void)
{
	struct vpc_policer *p;
	u64 now = SECOND;
	int i;

	shim_cpus = 2;
	p = new(10000000);
	drain(p, now);
	expect(pass(p, 0, 65536, now + 1));
	for (i = 0; i < 1000; i++)
		expect(!pass(p, 1, LARGEST, now + 2));
	expect(!pass(p, 1, SMALLEST, 0));
	/* 65,536 bytes and a slice each: 52 ms. */
	expect(!pass(p, 1, SMALLEST, now + 52 * NSEC_PER_MSEC));
	expect(pass(p, 1, SMALLEST, now + 53 * NSEC_PER_MSEC));
	vpc_policer_free(p);
}

/* Large packets among many small ones have their chance, and so have the small ones. */
static void large_among_small(u64 rate, u32 small, u32 large)
{
	struct vpc_policer *p = new(rate);
	u64 number, passed[2] = {}, offered[2] = {};
	double clock = SECOND, share[2], due;

	drain(p, clock);
	for (number = 0; number < 500000; number++) {
		bool is_large = !below(500);
		u32 bytes = is_large ? large : small;

		offered[is_large] += bytes;
		if (pass(p, below(shim_cpus), bytes, clock))
			passed[is_large] += bytes;
		/* Twice the limit. */
		clock += wire_ns(rate, bytes) / 2;
	}
	share[0] = (double)passed[0] / offered[0];
	share[1] = (double)passed[1] / offered[1];
	due = clock - SECOND;
	/* Of less, much is what CPUs have just taken. */
	if (due > 4 * VPC_POLICER_SPREAD_NS)
		expect(share[0] > 0.35 && share[1] > 0.35,
		       "%llu bit/s, %u CPUs: %.2f of %u bytes, %.2f of %u", rate, shim_cpus,
		       share[0], small, share[1], large);
	if (due > SECOND / 2.0)
		expect(fabs(wire_ns(rate, passed[0] + passed[1]) / due - 1) < 0.05);
	vpc_policer_free(p);
}

static void test_large_among_small(void)
{
	unsigned int r, c;

	for (r = 0; r < ARRAY_SIZE(rates); r++)
		for (c = 0; c < ARRAY_SIZE(cpus); c++) {
			shim_cpus = cpus[c];
			large_among_small(rates[r], 100, 65536);
			large_among_small(rates[r], 60, LARGEST);
			large_among_small(rates[r], 1500, 65536);
		}
}

/* Two CPUs that offer the same get about the same. */
static void test_fair(void)
{
	unsigned int r;

	shim_cpus = 2;
	for (r = 0; r < ARRAY_SIZE(rates); r++) {
		double step = wire_ns(rates[r], 1500) / 4, clock = SECOND;
		struct vpc_policer *p = new(rates[r]);
		u64 passed[2] = {}, number;

		drain(p, clock);
		for (number = 0; number < 500000; number++) {
			clock += step * (below(1000) + 500) / 1000;
			passed[number & 1] += pass(p, number & 1, 1500, clock);
		}
		expect(passed[0] > 0.6 * passed[1] && passed[1] > 0.6 * passed[0],
		       "%llu bit/s: %llu and %llu", rates[r], passed[0], passed[1]);
		vpc_policer_free(p);
	}
}

/* No rate is rounded to another one. */
static void test_rates(void)
{
	u64 rate;

	for (shim_cpus = 1; shim_cpus <= SHIM_CPUS; shim_cpus *= 2)
		for (rate = VPC_POLICER_MIN; rate <= VPC_POLICER_MAX; rate += rate / 3) {
			struct vpc_policer *p = new(rate);
			double ns = ldexp(p->byte_ns, -BYTE_SHIFT);
			double most = (double)VPC_POLICER_SPREAD_NS / shim_cpus;

			expect(fabs(ns / wire_ns(rate, 1) - 1) < 0.00001);
			expect(wire_ns(rate, p->slice) <= most);
			expect(wire_ns(rate, p->slice + 1) >=
			       min(VPC_POLICER_SLICE_NS, floor(most)));
			vpc_policer_free(p);
		}
}

static void test_memory(void)
{
	long before = shim_live;
	int i;

	for (i = 1; i <= 2; i++) {
		shim_fail_in = i;
		expect(!vpc_policer_new(VPC_POLICER_MIN));
		expect(shim_live == before);
	}
	shim_fail_in = 0;
	vpc_policer_free(NULL);
	vpc_policer_free(new(VPC_POLICER_MAX));
	expect(shim_live == before);
	/* That of one CPU is 4 bytes. */
	expect(sizeof(struct vpc_policer) <= 64, "%zu", sizeof(struct vpc_policer));
}

enum { THREADS = 4, ROUNDS = 200000 };

struct racer {
	struct vpc_policer *p;
	unsigned int cpu;
	u64 *now, step, passed;
};

static void *race(void *arg)
{
	struct racer *me = arg;
	unsigned int i;

	shim_cpu = me->cpu;
	for (i = 0; i < ROUNDS; i++) {
		u64 now = __atomic_add_fetch(me->now, me->step, __ATOMIC_RELAXED);

		me->passed += vpc_policer_pass(me->p, 1500, now) ? 1500 : 0;
	}
	return NULL;
}

/* What passes while each packet of each thread takes @step ns. */
static u64 races(struct vpc_policer *p, u64 *now, u64 step)
{
	struct racer racer[THREADS];
	pthread_t thread[THREADS];
	u64 passed = 0;
	int i;

	for (i = 0; i < THREADS; i++) {
		racer[i] = (struct racer){ .p = p, .cpu = i, .now = now, .step = step };
		pthread_create(&thread[i], NULL, race, &racer[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		passed += racer[i].passed;
	}
	return passed;
}

/* Real threads, with slices; then each packet takes from what they share, and none twice. */
static void test_race(void)
{
	u64 now = SECOND, passed;
	struct vpc_policer *p;
	double due;

	shim_cpus = THREADS;
	p = new(1000000000);
	drain(p, now);
	passed = races(p, &now, 6000);
	due = (now - SECOND) / 8.0;
	expect(fabs(passed / due - 1) < 0.05, "%llu of %.0f bytes", passed, due);

	drain(p, now);
	p->slice = 0;
	p->burst = now;
	due = THREADS * ROUNDS / 2 * 1500;
	atomic64_set(&p->empty, now - (u64)wire_ns(1000000000, due));
	passed = races(p, &now, 0);
	expect(fabs(passed - due) <= 1500, "%llu of %.0f bytes", passed, due);
	vpc_policer_free(p);
}

static const struct ktap_test tests[] = {
	{ "overload passes the limit", test_overload },
	{ "five percent, at any rate", test_settles },
	{ "a load that comes and goes", test_on_and_off },
	{ "any packet passes after a rest", test_idle },
	{ "the burst after a rest", test_burst },
	{ "what is refused costs nothing", test_refused },
	{ "large packets among small ones", test_large_among_small },
	{ "two CPUs share", test_fair },
	{ "rates are not rounded", test_rates },
	{ "memory", test_memory },
	{ "threads", test_race },
};

int main(int argc, char **argv)
{
	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
