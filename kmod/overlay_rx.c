// SPDX-License-Identifier: GPL-2.0
/*
 * From other hosts. The VNI names the VPC that sent a packet, and its source must be an endpoint of
 * that VPC which lives where the packet came from. It gets to endpoints of that VPC here, or over
 * one of the VPC's peerings to endpoints of a peer here, and nowhere else: whatever else a route
 * leads to, a third host, a router or a gateway, is not looked at.
 */

#include <net/dst_metadata.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "classify.h"
#include "endpoint.h"
#include "group.h"
#include "nexthop.h"
#include "overlay.h"
#include "port.h"
#include "table.h"

static bool sent_by(const struct ip_tunnel_info *info, const struct vpc_addr *host)
{
	if (ip_tunnel_info_af(info) != host->family)
		return false;
	return host->family == AF_INET ? info->key.u.ipv4.src == host->v4 :
					 ipv6_addr_equal(&info->key.u.ipv6.src, &host->v6);
}

/*
 * The two hosts are one router to tenants, and the other one has lowered the hop count. It lets
 * nothing with a hop count of 0 go, and forward.c is about to lower it again.
 */
static bool raise_hop_count(struct vpc_pkt *pkt)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_ensure_writable(skb, pkt->family == AF_INET ? sizeof(struct iphdr) :
							      sizeof(struct ipv6hdr)))
		return false;
	if (pkt->family == AF_INET6) {
		ipv6_hdr(skb)->hop_limit += ipv6_hdr(skb)->hop_limit != 255;
	} else if (ip_hdr(skb)->ttl != 255) {
		csum_replace2(&ip_hdr(skb)->check, htons(ip_hdr(skb)->ttl << 8),
			      htons((ip_hdr(skb)->ttl + 1) << 8));
		ip_hdr(skb)->ttl++;
	}
	return true;
}

/* The VPC that the packet is for, as its sender has it, see vpc_overlay_mark(). */
static u32 vni_of_target(const struct sk_buff *skb)
{
	const u8 *mark = eth_hdr(skb)->h_source;

	return mark[3] << 16 | mark[4] << 8 | mark[5];
}

/* Over the peering that leads to the destination, if it is with that VPC. */
static enum vpc_verdict cross(struct vpc_pkt *pkt, const struct vpc_group *group)
{
	const u32 vni = vni_of_target(pkt->skb);
	int i;

	for (i = 0; group && i < group->count; i++) {
		const struct vpc_nexthop *nh = group->path[i].nh;

		if (nh->key.type == VPC_NH_PEERING && vpc_nh_peering_target(&nh->key)->vni == vni)
			return vpc_nh_peering_cross(pkt, nh);
	}
	return vpc_drop(pkt, VPC_DROP_OVERLAY_TRANSIT);
}

/*
 * To where the table of the sender's subnet leads: the VPC itself, or a peer. An appliance or a
 * reject inside the VPC's own addresses is a route of its own, and nothing goes past it.
 */
static void route(struct vpc_pkt *pkt, const struct vpc_subnet *subnet)
{
	const struct vpc_table *table = rcu_dereference(subnet->table);
	const struct vpc_lpm *lpm = &table->lpm[vpc_family_index(pkt->family)];
	const void *to = vpc_pkt_destination(pkt);
	const struct vpc_group *group = NULL;
	u32 value;

	value = pkt->family == AF_INET ? vpc_lpm_lookup4(lpm, *(const __be32 *)to) :
					 vpc_lpm_lookup6(lpm, to);
	if (value == VPC_ROUTE_LOCAL && pkt->vpc->vni == vni_of_target(pkt->skb)) {
		vpc_nh_local_output(pkt);
		return;
	}
	if (value != VPC_LPM_NONE && value != VPC_ROUTE_LOCAL)
		group = vpc_group_of_value(pkt->vpc->vn, value);
	if (cross(pkt, group) == VPC_AGAIN)
		vpc_nh_local_output(pkt);
}

/**
 * vpc_overlay_rcv() - a packet from another host
 * @pkt: the packet, in no VPC yet; counted
 * Context: softirq, RCU read side. It is gone afterwards.
 */
void vpc_overlay_rcv(struct vpc_pkt *pkt)
{
	const struct ip_tunnel_info *info = skb_tunnel_info(pkt->skb);
	const struct vpc_endpoint *from;
	struct vpc *vpc = NULL;

	if (info && !(info->mode & IP_TUNNEL_INFO_TX))
		vpc = xa_load(&pkt->link->vpc->vn->vnis,
			      be32_to_cpu(tunnel_id_to_key32(info->key.tun_id)));
	if (!vpc) {
		vpc_drop(pkt, VPC_DROP_OVERLAY_VNI);
		return;
	}
	pkt->vpc = vpc;
	from = vpc_endpoint_lookup(vpc, pkt->family, vpc_pkt_source(pkt));
	if (!from || !from->remote || !sent_by(info, &from->remote->host)) {
		vpc_drop(pkt, VPC_DROP_OVERLAY_SOURCE);
		return;
	}
	pkt->from_endpoint = true;
	if (vpc_classify_headers(pkt) != VPC_CONTINUE || vpc_classify_local(pkt) != VPC_CONTINUE)
		return;
	if (raise_hop_count(pkt))
		route(pkt, from->subnet);
	else
		vpc_drop(pkt, VPC_DROP_NO_MEMORY);
}
