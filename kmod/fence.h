/* SPDX-License-Identifier: GPL-2.0 */
/* Knowing that what had arrived has been looked at. */
#ifndef _VPC_FENCE_H
#define _VPC_FENCE_H

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/smp.h>

/* A ring of 4096 packets by 64 in each pass, and a first one that may begin too early. */
#define VPC_FENCE_PASSES	(4096 / 64 + 1)

/**
 * struct vpc_fence - between silence and the verdict
 * @passed: called once for each start, in softirq context on the CPU that was asked about
 * @state: FENCE_*, see fence.c
 * @passes: of the receive softirq that may still be waited for. Belongs to who has set FENCE_BUSY
 * @csd: brings us to that CPU
 * @tasklet: runs behind its receive softirq
 */
struct vpc_fence {
	void (*passed)(struct vpc_fence *f);
	atomic_t state;
	unsigned int passes;
	call_single_data_t csd;
	struct tasklet_struct tasklet;
};

void vpc_fence_init(struct vpc_fence *f, void (*passed)(struct vpc_fence *f));
bool vpc_fence_start(struct vpc_fence *f, int cpu);
void vpc_fence_cancel(struct vpc_fence *f);

#endif /* _VPC_FENCE_H */
