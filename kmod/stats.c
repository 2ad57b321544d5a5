// SPDX-License-Identifier: GPL-2.0
/* Counters and drops. */

#include <linux/ip.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "link.h"
#include "packet.h"
#include "peering.h"
#include "reasons.h"
#include "stats.h"
#include "vpc.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static const struct {
	const char *name;
	enum skb_drop_reason core;
} drop_reason[VPC_DROP_MAX] = {
#define VPC_DROP_ROW(id, near, text) { #id, SKB_DROP_REASON_##near },
	VPC_DROP_REASONS(VPC_DROP_ROW)
#undef VPC_DROP_ROW
};

/**
 * vpc_counters_alloc() - counters, all zero
 * Context: may sleep.
 * Return: them, or NULL without memory.
 */
struct vpc_counters __percpu *vpc_counters_alloc(void)
{
	struct vpc_counters __percpu *c;
	int cpu;

	c = alloc_percpu_gfp(struct vpc_counters, GFP_KERNEL_ACCOUNT);
	if (!c)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(c, cpu)->syncp);
	return c;
}

/**
 * vpc_counters_free() - the end of counters
 * @c: counters that no packet sees any more, or NULL
 * Context: any but hardirq.
 */
void vpc_counters_free(struct vpc_counters __percpu *c)
{
	vpc_reasons_forget(c);
	free_percpu(c);
}

/**
 * vpc_counters_drop() - count what is dropped
 * @c: counters of where it came in
 * @reason: why
 * @packets: wire packets
 * Context: bottom halves off, RCU read side.
 */
void vpc_counters_drop(struct vpc_counters __percpu *c, enum vpc_drop_reason reason,
		       u32 packets)
{
	struct vpc_counters *mine = this_cpu_ptr(c);

	u64_stats_update_begin(&mine->syncp);
	u64_stats_add(&mine->drops, packets);
	u64_stats_update_end(&mine->syncp);
	vpc_reasons_count(c, reason, packets);
}

/**
 * vpc_counters_add() - add the counters of all CPUs to a sum
 * @sum: the sum
 * @c: counters
 * Context: any.
 */
void vpc_counters_add(struct vpc_totals *sum, const struct vpc_counters __percpu *c)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct vpc_counters *one = per_cpu_ptr(c, cpu);
		struct vpc_totals t;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&one->syncp);
			t.rx_packets = u64_stats_read(&one->rx_packets);
			t.rx_bytes = u64_stats_read(&one->rx_bytes);
			t.tx_packets = u64_stats_read(&one->tx_packets);
			t.tx_bytes = u64_stats_read(&one->tx_bytes);
			t.drops = u64_stats_read(&one->drops);
		} while (u64_stats_fetch_retry(&one->syncp, start));
		sum->rx_packets += t.rx_packets;
		sum->rx_bytes += t.rx_bytes;
		sum->tx_packets += t.tx_packets;
		sum->tx_bytes += t.tx_bytes;
		sum->drops += t.drops;
	}
}

/* Network and transport header of a GSO packet, or 0 when it cannot be told. */
static unsigned int gso_headers(const struct sk_buff *skb)
{
	unsigned int transport = skb_transport_offset(skb);
	unsigned int type = skb_shinfo(skb)->gso_type;

	if (!skb_transport_header_was_set(skb) || skb_transport_offset(skb) <= 0)
		return 0;
	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		const struct tcphdr *th;
		struct tcphdr copy;

		th = skb_header_pointer(skb, transport, sizeof(copy), &copy);
		return th ? transport + __tcp_hdrlen(th) : 0;
	}
	if (type & SKB_GSO_UDP_L4)
		return transport + sizeof(struct udphdr);
	/* Fragments, of which only the first has the transport header. */
	if (type & SKB_GSO_UDP)
		return transport;
	return 0;
}

/**
 * vpc_skb_cost_gso() - vpc_skb_cost() of a GSO packet
 * @skb: starts at the network header
 * @packets: gets their number
 * @bytes: gets the sum of their network layer lengths
 *
 * A guest writes gso_segs of its packets, so it is not believed.
 *
 * Context: any.
 */
void vpc_skb_cost_gso(const struct sk_buff *skb, u32 *packets, u64 *bytes)
{
	unsigned int headers = gso_headers(skb), size = skb_shinfo(skb)->gso_size;

	*packets = 1;
	*bytes = skb->len;
	if (!headers || skb->len <= headers || !size)
		return;
	*packets = DIV_ROUND_UP(skb->len - headers, size);
	*bytes += (u64)(*packets - 1) * headers;
}

/**
 * vpc_drops_read() - how often a VPC dropped for a reason
 * @drops: of the VPC
 * @reason: the reason
 * Context: any.
 * Return: packets.
 */
u64 vpc_drops_read(const struct vpc_drops __percpu *drops, enum vpc_drop_reason reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(drops, cpu)->count[reason]);
	return sum;
}

/**
 * vpc_drop_name() - what users call a reason
 * @reason: the reason
 * @buf: VPC_DROP_NAME_LEN bytes
 * Context: any.
 * Return: @buf, with the name in lower case.
 */
const char *vpc_drop_name(enum vpc_drop_reason reason, char *buf)
{
	const char *from = drop_reason[reason].name;
	int i;

	for (i = 0; i < VPC_DROP_NAME_LEN - 1 && from[i]; i++)
		buf[i] = tolower(from[i]);
	buf[i] = '\0';
	return buf;
}

/**
 * vpc_drops_count() - count the end of an skb that is gone already
 * @vpc: whose drop it is
 * @counters: of the link it came in on
 * @reason: why
 * Context: bottom halves off, RCU read side.
 */
void vpc_drops_count(struct vpc *vpc, struct vpc_counters __percpu *counters,
		     enum vpc_drop_reason reason)
{
	this_cpu_inc(vpc->drops->count[reason]);
	vpc_counters_drop(counters, reason, 1);
}

/**
 * vpc_drop_skb() - count an skb's end and free it
 * @skb: the skb
 * @vpc: whose drop it is
 * @counters: of the link it came in on, or NULL
 * @reason: why
 * Context: bottom halves off, RCU read side.
 */
void vpc_drop_skb(struct sk_buff *skb, struct vpc *vpc, struct vpc_counters __percpu *counters,
		  enum vpc_drop_reason reason)
{
	u32 packets;
	u64 bytes;

	trace_vpc_drop(skb, vpc, reason);
	vpc_skb_cost(skb, &packets, &bytes);
	this_cpu_add(vpc->drops->count[reason], packets);
	if (counters)
		vpc_counters_drop(counters, reason, packets);
	kfree_skb_reason(skb, drop_reason[reason].core);
}

/**
 * vpc_drop_host() - count the end of an skb that is of no VPC, and free it
 * @vn: the namespace
 * @skb: the skb
 * @reason: why
 * Context: bottom halves off, RCU read side.
 */
void vpc_drop_host(struct vpc_net *vn, struct sk_buff *skb, enum vpc_drop_reason reason)
{
	u32 packets;
	u64 bytes;

	trace_vpc_drop(skb, NULL, reason);
	vpc_skb_cost(skb, &packets, &bytes);
	this_cpu_add(vn->drops->count[reason], packets);
	kfree_skb_reason(skb, drop_reason[reason].core);
}

enum vpc_verdict vpc_drop(struct vpc_pkt *pkt, enum vpc_drop_reason reason)
{
	/* The tenant that sent it is the one who will ask why. */
	if (unlikely(pkt->before))
		vpc_counters_drop(pkt->before->counters, reason, pkt->packets);
	if (pkt->peering)
		vpc_counters_drop(pkt->peering->side[pkt->peering_dir].counters, reason,
				  pkt->packets);
	pkt->dropped = reason;
	vpc_drop_skb(pkt->skb, pkt->link->vpc, pkt->link->counters, reason);
	return VPC_DONE;
}
