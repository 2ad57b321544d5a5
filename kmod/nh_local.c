// SPDX-License-Identifier: GPL-2.0
/* Next hop of type local: an endpoint of the VPC that the packet is in. */

#include <net/ip.h>
#include <net/ipv6.h>

#include "endpoint.h"
#include "forward.h"
#include "icmp.h"
#include "nexthop.h"
#include "overlay.h"
#include "probe.h"

/**
 * vpc_nh_local_output() - deliver to the endpoint that has the address
 * @pkt: the packet; without a table, as after a peering, this is all it can do
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_nh_local_output(struct vpc_pkt *pkt)
{
	const struct vpc_endpoint *ep;

	/* With a family that is known, each is a few instructions less. */
	ep = pkt->family == AF_INET ?
	     vpc_endpoint_lookup(pkt->vpc, AF_INET, &ip_hdr(pkt->skb)->daddr) :
	     vpc_endpoint_lookup(pkt->vpc, AF_INET6, &ipv6_hdr(pkt->skb)->daddr);
	if (unlikely(!ep)) {
		/* Over a peering, what answers a probe of the VPC meets nobody before us. */
		if (pkt->peering && vpc_probe_maybe(READ_ONCE(pkt->vpc->probe_filter),
						    vpc_pkt_destination(pkt), pkt->family) &&
		    vpc_probe_receive(pkt) != VPC_CONTINUE)
			return VPC_DONE;
		return vpc_icmp_reject(pkt, VPC_ICMP_NO_HOST, 0,
				       pkt->peering ? VPC_DROP_PEERING_TRANSIT :
						      VPC_DROP_NO_ENDPOINT);
	}
	if (unlikely(ep->remote))
		return vpc_remote_output(pkt, ep);
	return vpc_forward(pkt, ep->adj);
}
