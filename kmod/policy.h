/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a next hop whose probe came up again is used again: hold-down, fail-back delay, damping.
 * Pure: it is told the time.
 */
#ifndef _VPC_POLICY_H
#define _VPC_POLICY_H

#include <linux/types.h>

/* What one failure costs, and how much can be owed at most. (RFC 2439 section 4.2) */
#define VPC_POLICY_PENALTY 1000
#define VPC_POLICY_CEILING 4	/* times the suppress threshold */
#define VPC_POLICY_NEVER (~0ull)

/**
 * struct vpc_policy_config - what the administrator decides
 * @hold_down_ms: stay out of use for this long after a failure
 * @fail_back_ms: the probe is up for this long first; U32_MAX: until vpc_policy_release()
 * @suppress: penalty from which on it is held; 0: no damping
 * @reuse: penalty below which it is used again
 * @half_life_s: after which half of the penalty is left; never 0
 */
struct vpc_policy_config {
	u32 hold_down_ms;
	u32 fail_back_ms;
	u32 suppress;
	u32 reuse;
	u32 half_life_s;
};

/**
 * struct vpc_policy - the history that decides; zeroed: none
 * @hold_until: end of hold-down, ns
 * @fail_back: end of the fail-back delay, ns; VPC_POLICY_NEVER
 * @stamp: when @penalty was what it says, ns
 * @penalty: for the failures so far
 * @failed: it has failed before: a first start is no fail-back
 * @suppressed: the penalty was over the threshold and is not yet below the other
 */
struct vpc_policy {
	u64 hold_until;
	u64 fail_back;
	u64 stamp;
	u32 penalty;
	bool failed;
	bool suppressed;
};

void vpc_policy_down(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now);
void vpc_policy_up(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now);
void vpc_policy_release(struct vpc_policy *p);
u64 vpc_policy_held(struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now);
u32 vpc_policy_penalty(const struct vpc_policy *p, const struct vpc_policy_config *cfg, u64 now);

#endif /* _VPC_POLICY_H */
