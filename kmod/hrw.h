/* SPDX-License-Identifier: GPL-2.0 */
/* Weighted rendezvous hashing: who of several owns a bucket. */
#ifndef _VPC_HRW_H
#define _VPC_HRW_H

#include <linux/types.h>

/**
 * struct vpc_hrw - the contest for one bucket; set up by vpc_hrw_begin()
 * @bucket: its number
 * @owner: index of the best candidate so far, -1: there was none
 * @weight: of the owner
 * @hash: of the owner
 * @cost: of the owner, before it is divided by the weight
 */
struct vpc_hrw {
	u32 bucket;
	int owner;
	u32 weight;
	u32 hash;
	u64 cost;
};

/**
 * vpc_hrw_begin() - no candidate has come yet
 * @h: the contest
 * @bucket: number of the bucket
 * Context: any.
 */
static inline void vpc_hrw_begin(struct vpc_hrw *h, u32 bucket)
{
	h->bucket = bucket;
	h->owner = -1;
}

void vpc_hrw_offer(struct vpc_hrw *h, int index, u32 hash, u32 weight);
u64 vpc_hrw_cost(u32 bucket, u32 hash);

/* Binary digits after the point of vpc_hrw_cost(). */
#define VPC_HRW_COST_BITS 31

#endif /* _VPC_HRW_H */
