/* SPDX-License-Identifier: GPL-2.0 */
/* A limit in bits per second. Also built in userspace, see selftests/host/. */
#ifndef _VPC_POLICER_H
#define _VPC_POLICER_H

#include <linux/types.h>

/* Bits per second. */
#define VPC_POLICER_MIN 1000000ull
#define VPC_POLICER_MAX 400000000000ull

/*
 * How much an idle policer lets pass at once, as time; the largest packet that it has seen comes
 * on top. With what CPUs hold, the second after a rest is exact to 2.5 %, those after it to less.
 */
#define VPC_POLICER_BURST_NS 20000000

/*
 * What a CPU takes ahead, as time, and what all of them may hold together. The less, the
 * more evenly packets pass; with this much, 97 packets of 64 bytes at 1 Gbit/s, or 41 of 1,500
 * at 10 Gbit/s, cost one write to what CPUs share.
 */
#define VPC_POLICER_SLICE_NS 50000
#define VPC_POLICER_SPREAD_NS 5000000

struct vpc_policer;

/* May sleep. NULL: no memory. */
struct vpc_policer *vpc_policer_new(u64 rate);
/* Packets may see it until the next grace period. NULL: nothing to do. */
void vpc_policer_free(struct vpc_policer *p);
/* Bottom halves off. */
bool vpc_policer_pass(struct vpc_policer *p, u32 bytes, u64 now);

#endif /* _VPC_POLICER_H */
