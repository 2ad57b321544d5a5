// SPDX-License-Identifier: GPL-2.0
/* Next hops that go nowhere: blackhole, unreachable, prohibit. */

#include "icmp.h"
#include "nexthop.h"

static enum vpc_verdict output_blackhole(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	return vpc_drop(pkt, VPC_DROP_BLACKHOLE);
}

static enum vpc_verdict output_unreachable(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	return vpc_icmp_reject(pkt, VPC_ICMP_UNREACHABLE, 0, VPC_DROP_UNREACHABLE);
}

static enum vpc_verdict output_prohibit(struct vpc_pkt *pkt, const struct vpc_nexthop *nh)
{
	return vpc_icmp_reject(pkt, VPC_ICMP_PROHIBITED, 0, VPC_DROP_PROHIBIT);
}

const struct vpc_nh_ops vpc_nh_blackhole_ops = {
	.type = VPC_NH_BLACKHOLE,
	.name = "blackhole",
	.inside = true,
	.size = sizeof(struct vpc_nexthop),
	.output = output_blackhole,
};

const struct vpc_nh_ops vpc_nh_unreachable_ops = {
	.type = VPC_NH_UNREACHABLE,
	.name = "unreachable",
	.inside = true,
	.size = sizeof(struct vpc_nexthop),
	.output = output_unreachable,
};

const struct vpc_nh_ops vpc_nh_prohibit_ops = {
	.type = VPC_NH_PROHIBIT,
	.name = "prohibit",
	.inside = true,
	.size = sizeof(struct vpc_nexthop),
	.output = output_prohibit,
};
