// SPDX-License-Identifier: GPL-2.0
/* Weighted rendezvous hashing: shares, and what moves when candidates come and go. */

#include <math.h>
#include <time.h>

#include "../../kmod/hrw.c"

#include "ktap.h"

#define BUCKETS 16384
#define MEMBERS 64
#define WEIGHT_MAX 256

struct member {
	u32 hash;
	u32 weight;	/* 0: not there */
};

static u8 before[BUCKETS], after[BUCKETS];

static int owner_of(const struct member *m, int n, u32 bucket)
{
	struct vpc_hrw h;
	int i;

	vpc_hrw_begin(&h, bucket);
	for (i = 0; i < n; i++)
		if (m[i].weight)
			vpc_hrw_offer(&h, i, m[i].hash, m[i].weight);
	return h.owner;
}

static void fill(u8 *owner, const struct member *m, int n)
{
	u32 b;

	for (b = 0; b < BUCKETS; b++) {
		int i = owner_of(m, n, b);

		expect(i >= 0 && i < n && m[i].weight);
		owner[b] = i;
	}
}

static void members(struct member *m, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		m[i].hash = rnd();
		m[i].weight = 1 + below(WEIGHT_MAX);
	}
}

static double share(const struct member *m, int n, int of)
{
	u32 sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += m[i].weight;
	return (double)m[of].weight / sum;
}

static double chi_square(const u32 *count, const struct member *m, int n, u32 total)
{
	double sum = 0;
	int i;

	for (i = 0; i < n; i++) {
		double want = share(m, n, i) * total;

		sum += (count[i] - want) * (count[i] - want) / want;
	}
	return sum;
}

/* What chance exceeds once in a million (Wilson and Hilferty). */
static double chi_limit(int freedom)
{
	double v = 2.0 / (9 * freedom);

	return freedom * pow(1 - v + 4.7534 * sqrt(v), 3);
}

static void check_log(u64 u)
{
	double want = 33 - log2(u), got = minus_log2(u) / (double)(1u << 31);

	/* A chord is below the curve: the cost is never too small but by its last digit. */
	expect(got - want < 0.0000028 && want - got < 0.0000000015,
	       "u %llu: %.9f, not %.9f", u, got, want);
}

static void test_log(void)
{
	int i;

	for (i = 0; i < 33; i++) {
		check_log(1ULL << i);
		check_log((1ULL << i) + 1);
		check_log((2ULL << i) - 1);
	}
	for (i = 0; i < 256; i++) {
		check_log((256ULL + i) << 24);
		check_log((256ULL + i) << 24 | 0x800001);
	}
	for (i = 0; i < 1000000; i++)
		check_log(rnd() >> (31 + below(33)) | 1);
	expect(minus_log2(1) == 33ULL << 31);
	expect(minus_log2((1ULL << 33) - 1) < 1 << 8);
}

/* Against the same in floating point: differs only where two are all but equal. */
static void test_oracle(void)
{
	struct member m[MEMBERS];
	int round, i, n;

	for (round = 0; round < 20000; round++) {
		double best = HUGE_VAL, got;
		u32 b = rnd();

		n = 1 + below(MEMBERS);
		members(m, n);
		for (i = 0; i < n; i++) {
			u64 u = mix((u64)m[i].hash << 32 | b) >> 31 | 1;

			best = fmin(best, (33 - log2(u)) / m[i].weight);
		}
		i = owner_of(m, n, b);
		got = (33 - log2(mix((u64)m[i].hash << 32 | b) >> 31 | 1)) / m[i].weight;
		expect(got - best <= 0.0000028 / m[i].weight * 2, "%.9f, not %.9f", got, best);
	}
}

/* Over many groups: none is off, and on the average they are as far off as chance. */
static void test_shares(void)
{
	const int rounds = 300;
	struct member m[MEMBERS];
	double sum = 0;
	int round, n;
	u32 b;

	for (round = 0; round < rounds; round++) {
		u32 count[MEMBERS] = {};
		double chi;

		n = 2 + below(MEMBERS - 1);
		members(m, n);
		fill(before, m, n);
		for (b = 0; b < BUCKETS; b++)
			count[before[b]]++;
		chi = chi_square(count, m, n, BUCKETS);
		expect(chi < chi_limit(n - 1), "%d members: %.1f", n, chi);
		sum += chi / (n - 1);
	}
	printf("# chi-square by degrees of freedom: %.3f\n", sum / rounds);
	expect(fabs(sum / rounds - 1) < 0.06, "%.3f", sum / rounds);
}

/* 10,000 flows over the buckets: as many as the comment in group.h promises. */
static void test_flows(void)
{
	const int flows = 10000, rounds = 300;
	struct member m[MEMBERS];
	double sum = 0;
	int round, i, n;

	for (round = 0; round < rounds; round++) {
		u32 count[MEMBERS] = {};

		n = 2 + below(3);
		members(m, n);
		fill(before, m, n);
		for (i = 0; i < flows; i++)
			count[before[below(BUCKETS)]]++;
		sum += chi_square(count, m, n, flows) / (n - 1);
	}
	printf("# chi-square of %d flows by degrees of freedom: %.3f\n", flows, sum / rounds);
	expect(sum / rounds < (1 + (double)flows / BUCKETS) * 1.2, "%.3f", sum / rounds);
}

static void test_remove(void)
{
	struct member m[MEMBERS];
	int round, n, gone;
	u32 b, weight;

	for (round = 0; round < 30; round++) {
		n = 2 + below(MEMBERS - 1);
		members(m, n);
		fill(before, m, n);
		gone = below(n);
		weight = m[gone].weight;
		m[gone].weight = 0;
		fill(after, m, n);
		for (b = 0; b < BUCKETS; b++)
			expect(after[b] == before[b] || before[b] == gone);
		m[gone].weight = weight;
		fill(after, m, n);
		expect(!memcmp(before, after, sizeof(before)));
	}
}

/* What moves, moves to the one whose weight grew, and is the difference of its shares. */
static void test_weight(void)
{
	struct member m[MEMBERS];
	int round, n, who;
	u32 b;

	for (round = 0; round < 100; round++) {
		u32 moved = 0;
		double want, p;

		n = 2 + below(MEMBERS - 1);
		members(m, n);
		who = below(n);
		m[who].weight = 1 + below(WEIGHT_MAX - 1);
		fill(before, m, n);
		p = share(m, n, who);
		m[who].weight += 1 + below(WEIGHT_MAX - m[who].weight);
		p = share(m, n, who) - p;
		fill(after, m, n);
		for (b = 0; b < BUCKETS; b++) {
			expect(after[b] == before[b] || after[b] == who);
			moved += after[b] != before[b];
		}
		want = p * BUCKETS;
		expect(fabs(moved - want) < 6 * sqrt(want + 1) + 6, "%u, not %.1f", moved, want);
	}
}

/* 63 with all the weight there is and one with the least; and the other way round. */
static void test_edges(void)
{
	struct member m[MEMBERS];
	int light, i;
	u32 b;

	for (light = 1; light < MEMBERS; light += MEMBERS - 2) {
		u32 count[MEMBERS] = {};

		members(m, MEMBERS);
		for (i = 0; i < MEMBERS; i++)
			m[i].weight = i < light ? 1 : WEIGHT_MAX;
		fill(before, m, MEMBERS);
		for (b = 0; b < BUCKETS; b++)
			count[before[b]]++;
		expect(chi_square(count, m, MEMBERS, BUCKETS) < chi_limit(MEMBERS - 1));
	}
	for (b = 0; b < BUCKETS; b++)
		expect(vpc_hrw_cost(b, b * 0x9e3779b1) * WEIGHT_MAX >> 46 == 0);
}

/* The order of the candidates decides only between twins. */
static void test_order(void)
{
	struct member m[MEMBERS], twins[2] = { { 7, 3 }, { 7, 3 } };
	struct vpc_hrw h;
	int i, round;
	u32 b;

	for (round = 0; round < 1000; round++) {
		b = rnd();
		members(m, MEMBERS);
		vpc_hrw_begin(&h, b);
		for (i = MEMBERS; i--;)
			vpc_hrw_offer(&h, i, m[i].hash, m[i].weight);
		expect(h.owner == owner_of(m, MEMBERS, b));

		expect(owner_of(twins, 2, b) == 0);
		twins[1].weight++;
		expect(owner_of(twins, 2, b) == 1);
		twins[1].weight--;
	}
	vpc_hrw_begin(&h, 1);
	expect(h.owner == -1);
}

static double ns_per_choice(const struct member *m, int n)
{
	const int rounds = 2000000 / n;
	struct timespec from, to;
	unsigned int sum = 0;
	int i;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < rounds; i++)
		sum += owner_of(m, n, i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	/* So that the loop is not for nothing. */
	expect(sum <= (unsigned int)rounds * n);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / rounds;
}

/* A figure, not a verdict: what a packet pays whose bucket has no owner that is up. */
static void test_cost(void)
{
	struct member m[MEMBERS];

	members(m, MEMBERS);
	printf("# one choice: of 2 members %.0f ns, of 8 %.0f ns, of 64 %.0f ns\n",
	       ns_per_choice(m, 2), ns_per_choice(m, 8), ns_per_choice(m, 64));
}

static const struct ktap_test tests[] = {
	{ "the logarithm", test_log },
	{ "the same as in floating point", test_oracle },
	{ "buckets are shared by weight", test_shares },
	{ "flows are shared by weight", test_flows },
	{ "removing one moves its own buckets, adding it restores them", test_remove },
	{ "a change of weight moves the difference", test_weight },
	{ "extreme weights", test_edges },
	{ "the order does not matter", test_order },
	{ "what it costs", test_cost },
};

int main(int argc, char **argv)
{
	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
