/* SPDX-License-Identifier: GPL-2.0 */
/* Probes: each checks one next hop. */
#ifndef _VPC_PROBE_H
#define _VPC_PROBE_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/siphash.h>

#include "addr.h"
#include "bfd.h"
#include "calendar.h"
#include "fence.h"
#include "health.h"
#include "nexthop.h"
#include "object.h"
#include "packet.h"
#include "policy.h"

struct vpc_probe;

/**
 * struct vpc_probe_rx - a packet for a probe, as its type sees it
 * @data: what follows the UDP header, or the ICMP header and what follows it
 * @len: how much that is
 * @ttl: TTL or hop limit
 * @multihop: it came to the port of RFC 5883 (BFD)
 * @now: ns of CLOCK_MONOTONIC
 */
struct vpc_probe_rx {
	const u8 *data;
	unsigned int len;
	u8 ttl;
	bool multihop;
	u64 now;
};

/* What vpc_probe_ops::rx says. */
#define VPC_PROBE_VALID		0x1	/* it was for this probe, and good */
#define VPC_PROBE_REPLY		0x2	/* answer at once, beside the schedule (BFD: final) */
#define VPC_PROBE_SEND		0x4	/* send at once, and go on from there */
#define VPC_PROBE_TIMERS	0x8	/* intervals or the deadline are others now */
#define VPC_PROBE_STATE		0x10	/* the state is another one */

/**
 * struct vpc_probe_ops - a type of probe
 * @type: enum vpc_probe_type
 * @name: as users write it
 * @interval: default, microseconds
 * @payload: bytes after the UDP header, or of the ICMP header and what follows it
 * @start: begin from scratch. vpc_probe::lock held, as for all of these.
 * @set: the configuration has changed
 * @admin: it was switched off (true) or on. Returns flags.
 * @write: the payload of the next packet
 * @tx_ns: time to the next packet; 0: none
 * @interval_us: between packets, before jitter
 * @asks: silence counts from our own packets: @deadline is new with each of them
 * @detect_ns: silence that makes it go down; 0: it is not up
 * @deadline: when silence is failure, ns of CLOCK_MONOTONIC; 0: there is nothing to miss
 * @rx_quick: deal with a packet that changes nothing, without the lock; false: rx
 * @rx: a packet. Returns flags.
 * @expired: there was silence for the detection time. Returns flags.
 * @state: enum vpc_probe_state
 * @cause: enum vpc_flip_cause, after it went down
 * @fill: attributes of its own
 */
struct vpc_probe_ops {
	u8 type;
	const char *name;
	u32 interval;
	u8 payload;
	bool asks;
	void (*start)(struct vpc_probe *p);
	unsigned int (*set)(struct vpc_probe *p);
	unsigned int (*admin)(struct vpc_probe *p, bool down);
	void (*write)(struct vpc_probe *p, u8 *payload, bool final, u64 now);
	u64 (*tx_ns)(struct vpc_probe *p);
	u32 (*interval_us)(const struct vpc_probe *p);
	u64 (*detect_ns)(const struct vpc_probe *p);
	u64 (*deadline)(const struct vpc_probe *p);
	bool (*rx_quick)(struct vpc_probe *p, const struct vpc_probe_rx *rx);
	unsigned int (*rx)(struct vpc_probe *p, const struct vpc_probe_rx *rx);
	unsigned int (*expired)(struct vpc_probe *p, u64 now);
	u8 (*state)(const struct vpc_probe *p);
	u8 (*cause)(const struct vpc_probe *p);
	int (*fill)(struct sk_buff *msg, const struct vpc_probe *p);
};

extern const struct vpc_probe_ops vpc_probe_bfd_ops, vpc_probe_icmp_ops;

/* Requests that may still be answered, late as it may be. */
#define VPC_ICMP_WINDOW 16

/**
 * struct vpc_probe_icmp - an ICMP echo session
 * @key: makes the cookie that only we can make
 * @seq: of the last request; its low 16 bits are on the wire
 * @open: requests without an answer: bit 0 is the last one, bit 1 the one before
 * @missed: requests in a row that had their interval and no answer
 * @up: the verdict
 * @known: there is a verdict
 * @good: requests in a row that were answered in time
 * @sent: when, by sequence number
 * @rtt: of the last answer, ns
 * @rtt_min: ns
 * @rtt_average: ns
 * @lost: requests that were not answered in time
 */
struct vpc_probe_icmp {
	siphash_key_t key;
	u64 seq;
	u16 open;
	u16 missed;
	bool up;
	bool known;
	u16 good;
	u64 sent[VPC_ICMP_WINDOW];
	u32 rtt;
	u32 rtt_min;
	u32 rtt_average;
	u64 lost;
};

/**
 * struct vpc_probe_config - what PROBE_NEW and PROBE_SET ask for
 * @interval_us: between two packets
 * @multiplier: see VPC_A_PROBE_MULTIPLIER
 * @rise: see VPC_A_PROBE_RISE
 * @admin_down: switched off
 * @release: forget what the policy knows of it (PROBE_SET)
 * @policy: when it is used again
 */
struct vpc_probe_config {
	u32 interval_us;
	u8 multiplier;
	u8 rise;
	bool admin_down;
	bool release;
	struct vpc_policy_config policy;
};

/**
 * struct vpc_probe_flow - by what packets find their probe; compared as bytes
 * @vpc: the domain
 * @source: our address
 * @destination: the other end's
 */
struct vpc_probe_flow {
	struct vpc *vpc;
	struct vpc_addr source;
	struct vpc_addr destination;
};

/**
 * struct vpc_probe - a probe
 * @obj: id and name
 * @ops: its type
 * @nh: what it checks, with a reference
 * @tally: counts the packets that @nh is given
 * @flow: its addresses
 * @by_flow: in vpc_net::probe_flows
 * @node: in vpc::probes
 * @multihop: BFD as RFC 5883 has it
 * @discr: its number on the wire: the discriminator, or the identifier's 16 bits
 * @port: UDP source port
 * @cfg: configuration; @lock
 * @lock: guards what follows; bottom halves off
 * @policy: history; @lock
 * @up: what the next hop was told; @lock
 * @tx: the next packet is due
 * @detect: it is time to look for silence
 * @wake: it is time to ask the policy
 * @fence: before the verdict
 * @graces: stalls in a row that were forgiven; @lock
 * @replies: polls answered since @replies_since; @lock
 * @replies_since: ns; @lock
 * @last_tx: when the last packet of the schedule was sent; @lock
 * @down_since: when it went down; @lock
 * @good: when the last packet came that spoke well of the next hop, ns; 0: never
 * @rx_cpu: where its packets come in
 * @flips: how often it went down; @lock
 * @sent: packets
 * @received: valid packets
 * @discarded: packets that were for it and not valid
 * @unsent: there was no way to send one
 * @forgiven: stalls of this host
 * @bfd: session
 * @icmp: session
 * @rcu: frees it
 */
struct vpc_probe {
	struct vpc_object obj;
	const struct vpc_probe_ops *ops;
	struct vpc_nexthop *nh;
	struct vpc_tally __percpu *tally;
	struct vpc_probe_flow flow;
	struct rhlist_head by_flow;
	struct list_head node;
	bool multihop;
	u32 discr;
	__be16 port;
	struct vpc_probe_config cfg;
	spinlock_t lock;
	struct vpc_policy policy;
	bool up;
	struct vpc_calendar_entry tx;
	struct vpc_calendar_entry detect;
	struct vpc_calendar_entry wake;
	struct vpc_fence fence;
	u8 graces;
	u8 replies;
	u64 replies_since;
	u64 last_tx;
	u64 down_since;
	u64 good;
	int rx_cpu;
	u32 flips;
	atomic64_t sent;
	atomic64_t received;
	atomic64_t discarded;
	atomic64_t unsent;
	atomic64_t forgiven;
	union {
		struct vpc_bfd bfd;
		struct vpc_probe_icmp icmp;
	};
	struct rcu_head rcu;
};

/**
 * struct vpc_probe_new - what PROBE_NEW asks for
 * @name: of the probe
 * @nh: what to check; the probe takes a reference of its own
 * @type: enum vpc_probe_type
 * @source: our address
 * @destination: the other end's
 * @multihop: as RFC 5883, even where a single hop is possible
 * @cfg: the rest
 */
struct vpc_probe_new {
	const char *name;
	struct vpc_nexthop *nh;
	u8 type;
	struct vpc_addr source;
	struct vpc_addr destination;
	bool multihop;
	struct vpc_probe_config cfg;
};

/* probe.c; vpc_net::lock is held, may sleep */
int vpc_probe_net_init(struct vpc_net *vn);
void vpc_probe_net_exit(struct vpc_net *vn);
const struct vpc_probe_ops *vpc_probe_type(u8 type);
struct vpc_probe *vpc_probe_new(const struct vpc_probe_new *new, struct netlink_ext_ack *extack);
int vpc_probe_set(struct vpc_probe *p, const struct vpc_probe_config *cfg,
		  struct netlink_ext_ack *extack);
void vpc_probe_del(struct vpc_probe *p);
void vpc_probe_drop(struct vpc_probe *p);
struct vpc_probe *vpc_probe_of(const struct vpc_nexthop *nh);
const char *vpc_probe_name(const struct vpc_probe *p);
u64 vpc_probe_last_good(const struct vpc_probe *p);

/* probe_source.c */
int vpc_probe_source_get(struct vpc *vpc, const struct vpc_addr *addr,
			 struct netlink_ext_ack *extack);
void vpc_probe_source_put(struct vpc *vpc, const struct vpc_addr *addr);
int vpc_probe_source_check(struct vpc *vpc, const struct vpc_addr *addr,
			   struct netlink_ext_ack *extack);
bool vpc_probe_is_source(const struct vpc *vpc, const struct vpc_addr *addr);
int vpc_probe_sources_init(struct vpc_net *vn);
void vpc_probe_sources_exit(struct vpc_net *vn);

/* probe_run.c: packets and time */
int vpc_probe_prepare(struct vpc_probe *p, struct netlink_ext_ack *extack);
void vpc_probe_unprepare(struct vpc_probe *p);
void vpc_probe_run(struct vpc_probe *p);
void vpc_probe_reconfigure(struct vpc_probe *p, const struct vpc_probe_config *cfg);
void vpc_probe_stop(struct vpc_probe *p);
void vpc_probe_flapped(struct vpc_probe *p);
unsigned int vpc_probe_input(struct vpc_probe *p, const struct vpc_probe_rx *rx);

/* probe_pkt.c: softirq or bottom halves off, RCU read side */
void vpc_probe_transmit(struct vpc_probe *p, struct sk_buff *skb);
struct sk_buff *vpc_probe_packet(struct vpc_probe *p, bool final, u64 now);
enum vpc_verdict vpc_probe_receive(struct vpc_pkt *pkt);
extern const struct rhashtable_params vpc_probe_by_flow;

/* One of 64 bits: the packets of a VPC pay next to nothing, and those of others nothing. */
static inline u64 vpc_probe_filter_bit(const u8 *addr, u8 family)
{
	u32 last;

	memcpy(&last, addr + (family == AF_INET6 ? 12 : 0), sizeof(last));
	return BIT_ULL(last * 0x61c88647u >> 26);
}

/**
 * vpc_probe_maybe() - may an address be one that a probe speaks from?
 * @filter: vpc::probe_filter
 * @addr: 4 or 16 bytes
 * @family: AF_INET or AF_INET6
 * Context: any.
 * Return: false when it is none.
 */
static inline bool vpc_probe_maybe(u64 filter, const void *addr, u8 family)
{
	return unlikely(filter) && (filter & vpc_probe_filter_bit(addr, family));
}

#endif /* _VPC_PROBE_H */
