// SPDX-License-Identifier: GPL-2.0
/* Hold-down, fail-back delay and damping, in virtual time. */

#include <math.h>

#include <linux/time64.h>

#include "../../kmod/policy.h"

#include "ktap.h"

#define MS ((u64)NSEC_PER_MSEC)
#define SECOND ((u64)NSEC_PER_SEC)
#define NEVER 0xffffffffu

static const struct vpc_policy_config damped = {
	.suppress = 3500, .reuse = 1500, .half_life_s = 15,
};

static u64 now;

static void begin(struct vpc_policy *p)
{
	*p = (struct vpc_policy){};
	now = 1000 * SECOND;
}

/* Goes down and comes up again at once. */
static void flap(struct vpc_policy *p, const struct vpc_policy_config *cfg)
{
	vpc_policy_down(p, cfg, now);
	vpc_policy_up(p, cfg, now);
}

static void test_first(void)
{
	const struct vpc_policy_config cfg = {
		.hold_down_ms = 5000, .fail_back_ms = 5000, .half_life_s = 15,
	};
	const struct vpc_policy_config never = { .fail_back_ms = NEVER, .half_life_s = 15 };
	struct vpc_policy p;

	begin(&p);
	vpc_policy_up(&p, &cfg, now);
	expect(!vpc_policy_held(&p, &cfg, now));
	begin(&p);
	vpc_policy_up(&p, &never, now);
	expect(!vpc_policy_held(&p, &never, now));
}

static void test_hold_down(void)
{
	const struct vpc_policy_config cfg = { .hold_down_ms = 5000, .half_life_s = 15 };
	struct vpc_policy p;
	u64 end;

	begin(&p);
	end = now + 5 * SECOND;
	vpc_policy_down(&p, &cfg, now);
	now += SECOND;
	vpc_policy_up(&p, &cfg, now);
	expect(vpc_policy_held(&p, &cfg, now) == end);
	expect(vpc_policy_held(&p, &cfg, end - 1) == end);
	expect(!vpc_policy_held(&p, &cfg, end));
}

static void test_fail_back(void)
{
	const struct vpc_policy_config cfg = { .fail_back_ms = 3000, .half_life_s = 15 };
	struct vpc_policy p;

	begin(&p);
	vpc_policy_down(&p, &cfg, now);
	now += 10 * SECOND;
	vpc_policy_up(&p, &cfg, now);
	expect(vpc_policy_held(&p, &cfg, now) == now + 3 * SECOND);
	/* It has to be up all the time: another failure starts over. */
	now += 2 * SECOND;
	flap(&p, &cfg);
	expect(vpc_policy_held(&p, &cfg, now) == now + 3 * SECOND);
	expect(!vpc_policy_held(&p, &cfg, now + 3 * SECOND));
}

static void test_never(void)
{
	const struct vpc_policy_config cfg = { .fail_back_ms = NEVER, .half_life_s = 15 };
	struct vpc_policy p;

	begin(&p);
	flap(&p, &cfg);
	expect(vpc_policy_held(&p, &cfg, now + 1000000 * SECOND) == VPC_POLICY_NEVER);
	vpc_policy_release(&p);
	expect(!vpc_policy_held(&p, &cfg, now));
}

static void test_decay(void)
{
	struct vpc_policy p;
	u64 start;
	int i;

	begin(&p);
	start = now;
	vpc_policy_down(&p, &damped, now);
	expect(vpc_policy_penalty(&p, &damped, now) == VPC_POLICY_PENALTY);
	for (i = 0; i < 1000; i++) {
		double want = VPC_POLICY_PENALTY * pow(0.5, i * 0.1 / 15);
		double is = vpc_policy_penalty(&p, &damped, start + i * 100 * MS);

		/* Values below 20 are rounded to whole ones. */
		if (fabs(is - want) > want * 0.07 + 1)
			expect(0, "after %d ms: %.0f, want %.0f\n", i * 100, is, want);
	}
	expect(!vpc_policy_penalty(&p, &damped, start + 1000000 * SECOND));
}

static void test_damping(void)
{
	struct vpc_policy p;
	u64 again;
	int i;

	begin(&p);
	for (i = 0; i < 3; i++) {
		flap(&p, &damped);
		now += 100 * MS;
		expect(!vpc_policy_held(&p, &damped, now), "after flap %d\n", i + 1);
	}
	flap(&p, &damped);
	again = vpc_policy_held(&p, &damped, now);
	/* From 4000 to 1500: log2(4000 / 1500) half-lives. */
	expect(again > now + 19 * SECOND && again < now + 23 * SECOND, "in %llu ms\n",
	       (unsigned long long)((again - now) / MS));
	expect(vpc_policy_held(&p, &damped, again - SECOND));
	expect(!vpc_policy_held(&p, &damped, again));
	/* It is told when: who asks then is never sent away again and again. */
	expect(vpc_policy_penalty(&p, &damped, again) < damped.reuse);
}

static void test_ceiling(void)
{
	struct vpc_policy p;
	u64 again;
	int i;

	begin(&p);
	for (i = 0; i < 1000; i++)
		flap(&p, &damped);
	again = vpc_policy_held(&p, &damped, now);
	/* log2(14000 / 1500) half-lives, however often it failed. */
	expect(again > now + 45 * SECOND && again < now + 55 * SECOND);
}

static void test_off(void)
{
	const struct vpc_policy_config off = { .reuse = 1500, .half_life_s = 15 };
	struct vpc_policy p;
	int i;

	begin(&p);
	for (i = 0; i < 1000; i++)
		flap(&p, &off);
	expect(!vpc_policy_held(&p, &off, now));
	/* Switched off while it is suppressed. */
	begin(&p);
	for (i = 0; i < 10; i++)
		flap(&p, &damped);
	expect(vpc_policy_held(&p, &damped, now));
	expect(!vpc_policy_held(&p, &off, now));
}

static void test_terminates(void)
{
	int i, k;

	for (i = 0; i < 20000; i++) {
		const struct vpc_policy_config cfg = {
			.suppress = 2 + below(1u << below(32)), .reuse = 1,
			.half_life_s = 1 + below(3600),
		};
		struct vpc_policy p;
		u64 again;

		begin(&p);
		for (k = below(50); k >= 0; k--)
			flap(&p, &cfg);
		again = vpc_policy_held(&p, &cfg, now);
		if (again)
			expect(again > now && !vpc_policy_held(&p, &cfg, again));
	}
}

static const struct ktap_test tests[] = {
	{ "the first start waits for nothing", test_first },
	{ "hold-down", test_hold_down },
	{ "fail-back delay", test_fail_back },
	{ "no fail-back", test_never },
	{ "the penalty decays", test_decay },
	{ "the fourth failure in a row is damped", test_damping },
	{ "the penalty has a ceiling", test_ceiling },
	{ "without damping", test_off },
	{ "whoever asks again at the time told is let go", test_terminates },
};

int main(int argc, char **argv)
{
	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
