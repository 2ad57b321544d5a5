// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of type icmp: echo requests. Every request carries a cookie that only we can make,
 * so an answer can come only from who has seen the request, and the request is seen only by
 * the next hop that is checked and who is behind it.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/random.h>
#include <net/netlink.h>

#include "probe.h"

/* What follows the ICMP header. */
struct echo_payload {
	__be64 cookie;
	u8 zero[16];
} __packed;

#define ECHO_LEN (sizeof(struct icmphdr) + sizeof(struct echo_payload))

static u64 interval(const struct vpc_probe *p)
{
	return p->cfg.interval_us * (u64)NSEC_PER_USEC;
}

static __be64 cookie_of(const struct vpc_probe *p, u16 seq)
{
	return cpu_to_be64(siphash_2u32(p->discr, seq, &p->icmp.key));
}

static void start(struct vpc_probe *p)
{
	memset(&p->icmp, 0, sizeof(p->icmp));
	get_random_bytes(&p->icmp.key, sizeof(p->icmp.key));
	p->icmp.seq = get_random_u32();
	/* There is no request before the first that could have been lost. */
	p->icmp.answered = true;
}

static unsigned int set(struct vpc_probe *p)
{
	return VPC_PROBE_TIMERS;
}

static unsigned int admin(struct vpc_probe *p, bool down)
{
	bool was_up = p->icmp.up;

	p->icmp.up = false;
	p->icmp.known = false;
	p->icmp.good = 0;
	p->icmp.answered = true;
	return (was_up ? VPC_PROBE_STATE : 0) | (down ? 0 : VPC_PROBE_TIMERS);
}

/* RFC 792, RFC 4443 section 4.1: the two families differ in the type alone. */
static void write_payload(struct vpc_probe *p, u8 *payload, bool final, u64 now)
{
	struct echo_payload *body = (struct echo_payload *)(payload + sizeof(struct icmphdr));
	struct icmphdr *icmph = (struct icmphdr *)payload;
	struct vpc_probe_icmp *s = &p->icmp;

	if (!s->answered) {
		s->lost++;
		s->good = 0;
	}
	s->seq++;
	s->answered = false;
	s->sent = now;
	icmph->type = p->flow.source.family == AF_INET ? ICMP_ECHO : ICMPV6_ECHO_REQUEST;
	icmph->un.echo.id = htons(p->discr);
	icmph->un.echo.sequence = htons(s->seq);
	body->cookie = cookie_of(p, s->seq);
}

static u64 tx_ns(struct vpc_probe *p)
{
	return p->cfg.admin_down ? 0 : interval(p);
}

static u32 interval_us(const struct vpc_probe *p)
{
	return p->cfg.interval_us;
}

/* So that the last of the requests has half an interval for its answer. */
static u64 detect_ns(const struct vpc_probe *p)
{
	return p->icmp.up ? p->cfg.multiplier * interval(p) + interval(p) / 2 : 0;
}

static u64 last_good(const struct vpc_probe *p)
{
	return READ_ONCE(p->icmp.last_good);
}

/* An interval is a second, or ten milliseconds at least: a lock costs nothing there. */
static bool rx_quick(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	return false;
}

static void measure(struct vpc_probe_icmp *s, u64 rtt)
{
	s->rtt = min_t(u64, rtt, U32_MAX);
	if (!s->rtt_min || s->rtt < s->rtt_min)
		s->rtt_min = s->rtt;
	/* RFC 6298 section 2 has the weights. */
	s->rtt_average = s->rtt_average ? s->rtt_average - s->rtt_average / 8 + s->rtt / 8 : s->rtt;
}

static unsigned int rx(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	const struct echo_payload *body;
	struct vpc_probe_icmp *s = &p->icmp;
	const struct icmphdr *icmph;
	u16 seq;

	if (rx->len != ECHO_LEN || p->cfg.admin_down)
		return 0;
	icmph = (const struct icmphdr *)rx->data;
	body = (const struct echo_payload *)(rx->data + sizeof(*icmph));
	seq = ntohs(icmph->un.echo.sequence);
	if (icmph->code || icmph->un.echo.id != htons(p->discr) ||
	    body->cookie != cookie_of(p, seq))
		return 0;
	/* Only the last request counts: an answer after the next one was sent came too late. */
	if (seq != s->seq || s->answered)
		return 0;
	s->answered = true;
	WRITE_ONCE(s->last_good, rx->now);
	measure(s, rx->now - s->sent);
	s->good = min_t(u16, s->good + 1, U8_MAX);
	if (s->up || s->good < p->cfg.rise)
		return VPC_PROBE_VALID;
	s->up = true;
	s->known = true;
	return VPC_PROBE_VALID | VPC_PROBE_STATE;
}

static unsigned int expired(struct vpc_probe *p, u64 now)
{
	p->icmp.up = false;
	p->icmp.known = true;
	p->icmp.good = 0;
	return VPC_PROBE_STATE;
}

static u8 state(const struct vpc_probe *p)
{
	if (p->cfg.admin_down)
		return VPC_PROBE_ADMIN_DOWN;
	if (p->icmp.up)
		return VPC_PROBE_UP;
	return p->icmp.known ? VPC_PROBE_DOWN : VPC_PROBE_INIT;
}

static u8 cause(const struct vpc_probe *p)
{
	return p->cfg.admin_down ? VPC_FLIP_ADMINISTRATOR : VPC_FLIP_DETECTION;
}

static int fill(struct sk_buff *msg, const struct vpc_probe *p)
{
	const struct vpc_probe_icmp *s = &p->icmp;

	if (nla_put_u8(msg, VPC_A_PROBE_RISE, p->cfg.rise) ||
	    nla_put_u64_64bit(msg, VPC_A_PROBE_LOST, s->lost, VPC_A_PROBE_PAD))
		return -EMSGSIZE;
	if (!s->rtt_min)
		return 0;
	if (nla_put_u32(msg, VPC_A_PROBE_RTT, s->rtt) ||
	    nla_put_u32(msg, VPC_A_PROBE_RTT_MIN, s->rtt_min) ||
	    nla_put_u32(msg, VPC_A_PROBE_RTT_AVERAGE, s->rtt_average))
		return -EMSGSIZE;
	return 0;
}

const struct vpc_probe_ops vpc_probe_icmp_ops = {
	.type = VPC_PROBE_ICMP,
	.name = "icmp",
	.interval = VPC_PROBE_INTERVAL_ICMP,
	.payload = ECHO_LEN,
	.start = start,
	.set = set,
	.admin = admin,
	.write = write_payload,
	.tx_ns = tx_ns,
	.interval_us = interval_us,
	.detect_ns = detect_ns,
	.last_good = last_good,
	.rx_quick = rx_quick,
	.rx = rx,
	.expired = expired,
	.state = state,
	.cause = cause,
	.fill = fill,
};
