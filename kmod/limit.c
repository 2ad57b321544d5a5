// SPDX-License-Identifier: GPL-2.0
/*
 * A bandwidth for each of two directions: one policer each, so that neither takes from the other.
 * Another bandwidth is another pair, published in place of the one before.
 */

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "limit.h"
#include "netns.h"
#include "policer.h"

/**
 * vpc_limit_prepare() - policers for both directions, or none
 * @bandwidth: bits per second, 0: any
 * @limit: gets them
 * @extack: gets the sentence of a refusal
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_limit_prepare(u64 bandwidth, struct vpc_policer *limit[2],
		      struct netlink_ext_ack *extack)
{
	int i;

	limit[0] = NULL;
	limit[1] = NULL;
	for (i = 0; bandwidth && i < 2; i++) {
		limit[i] = vpc_policer_new(bandwidth);
		if (!limit[i]) {
			vpc_policer_free(limit[0]);
			return vpc_err(extack, -ENOMEM, "no memory for a bandwidth limit");
		}
	}
	return 0;
}

/**
 * vpc_limit_drop() - what was prepared is not needed
 * @limit: from vpc_limit_prepare()
 * Context: any.
 */
void vpc_limit_drop(struct vpc_policer *const limit[2])
{
	vpc_policer_free(limit[0]);
	vpc_policer_free(limit[1]);
}

/**
 * vpc_limit_publish() - packets see these from now on
 * @in_force: those that they have seen so far, which are freed
 * @limit: from vpc_limit_prepare()
 * @lock: guards @in_force, and is held
 * Context: any.
 */
void vpc_limit_publish(struct vpc_policer __rcu **in_force, struct vpc_policer *const limit[2],
		       struct mutex *lock)
{
	int i;

	for (i = 0; i < 2; i++)
		/* After a grace period: packets may be at it. */
		vpc_policer_free(rcu_replace_pointer(in_force[i], limit[i],
						     lockdep_is_held(lock)));
}
