// SPDX-License-Identifier: GPL-2.0
/* When a next hop whose probe came up again is used again. */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "policy.h"

/**
 * vpc_policy_penalty() - what is still owed
 * @p: history
 * @cfg: configuration
 * @now: ns, not before the last call
 *
 * Halved every half-life, and in a straight line between: 6 % off at most, which no
 * threshold is that exact about, and without a table.
 *
 * Context: any.
 * Return: the penalty.
 */
u32 vpc_policy_penalty(const struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now)
{
	u64 half_life = cfg->half_life_s * (u64)NSEC_PER_SEC, rest;
	/* A packet that had to wait for its turn comes with the time before. */
	u64 halves = div64_u64_rem(now > p->stamp ? now - p->stamp : 0, half_life, &rest);
	u32 penalty;

	if (halves >= 32)
		return 0;
	penalty = p->penalty >> halves;
	/* In milliseconds, or the product would not fit. */
	return penalty - div64_u64(penalty * div_u64(rest, NSEC_PER_MSEC),
				   2 * (u64)cfg->half_life_s * MSEC_PER_SEC);
}

/* When the penalty will be below the threshold, or a little later. */
static u64 reuse_time(const struct vpc_policy *p, const struct vpc_policy_config *cfg)
{
	u64 half_life = cfg->half_life_s * (u64)NSEC_PER_SEC, at = p->stamp;
	u32 penalty = p->penalty;

	while (penalty / 2 >= cfg->reuse && penalty) {
		penalty /= 2;
		at += half_life;
	}
	if (penalty >= cfg->reuse && penalty)
		at += div_u64(2 * (u64)cfg->half_life_s * MSEC_PER_SEC *
			      (penalty - cfg->reuse + 1), penalty) * NSEC_PER_MSEC;
	return at + NSEC_PER_MSEC;
}

/**
 * vpc_policy_down() - it was up, and failed
 * @p: history
 * @cfg: configuration
 * @now: ns
 * Context: any; the caller serializes.
 */
void vpc_policy_down(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now)
{
	u64 penalty = (u64)vpc_policy_penalty(p, cfg, now) + VPC_POLICY_PENALTY;

	p->failed = true;
	p->hold_until = now + cfg->hold_down_ms * (u64)NSEC_PER_MSEC;
	p->penalty = min_t(u64, penalty, max_t(u64, (u64)cfg->suppress * VPC_POLICY_CEILING,
					       VPC_POLICY_PENALTY));
	p->stamp = now;
	if (cfg->suppress && p->penalty >= cfg->suppress)
		p->suppressed = true;
}

/**
 * vpc_policy_up() - its probe came up
 * @p: history
 * @cfg: configuration
 * @now: ns
 * Context: any; the caller serializes.
 */
void vpc_policy_up(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now)
{
	if (!p->failed)
		p->fail_back = 0;
	else if (cfg->fail_back_ms == U32_MAX)
		p->fail_back = VPC_POLICY_NEVER;
	else
		p->fail_back = now + cfg->fail_back_ms * (u64)NSEC_PER_MSEC;
}

/**
 * vpc_policy_release() - forget everything: the administrator wants it used
 * @p: history
 * Context: any; the caller serializes.
 */
void vpc_policy_release(struct vpc_policy *p)
{
	*p = (struct vpc_policy){};
}

/**
 * vpc_policy_held() - does it have to wait although its probe is up?
 * @p: history
 * @cfg: configuration
 * @now: ns
 * Context: any; the caller serializes.
 * Return: 0: no; otherwise when to ask again, VPC_POLICY_NEVER: no need to.
 */
u64 vpc_policy_held(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now)
{
	u64 until = 0;

	if (p->suppressed && (!cfg->suppress || vpc_policy_penalty(p, cfg, now) < cfg->reuse))
		p->suppressed = false;
	if (p->suppressed)
		until = max(reuse_time(p, cfg), now + NSEC_PER_MSEC);
	if (p->hold_until > now)
		until = max(until, p->hold_until);
	if (p->fail_back > now)
		until = max(until, p->fail_back);
	return until;
}
