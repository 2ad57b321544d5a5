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

static __be64 cookie_of(const struct vpc_probe *p, u64 seq)
{
	return cpu_to_be64(siphash_1u64(seq, &p->icmp.key));
}

static void start(struct vpc_probe *p)
{
	memset(&p->icmp, 0, sizeof(p->icmp));
	get_random_bytes(&p->icmp.key, sizeof(p->icmp.key));
	p->icmp.seq = get_random_u32();
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
	p->icmp.missed = 0;
	p->icmp.open = 0;
	return (was_up ? VPC_PROBE_STATE : 0) | (down ? 0 : VPC_PROBE_TIMERS);
}

/* RFC 792, RFC 4443 section 4.1: the two families differ in the type alone. */
static void write_payload(struct vpc_probe *p, u8 *payload, bool final, u64 now)
{
	struct echo_payload *body = (struct echo_payload *)(payload + sizeof(struct icmphdr));
	struct icmphdr *icmph = (struct icmphdr *)payload;
	struct vpc_probe_icmp *s = &p->icmp;

	if (s->open & 1) {
		s->lost++;
		s->good = 0;
		s->missed = min(s->missed + 1, U8_MAX);
	}
	s->seq++;
	s->open = s->open << 1 | 1;
	s->sent[s->seq % VPC_ICMP_WINDOW] = now;
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

/* From the last answer; see deadline(). */
static u64 detect_ns(const struct vpc_probe *p)
{
	return p->icmp.up ? p->cfg.multiplier * interval(p) + interval(p) / 2 : 0;
}

/*
 * What was not asked cannot go unanswered: it is requests that count, not time. All but the
 * last have had an interval for their answers, and that one gets half of it.
 */
static u64 deadline(const struct vpc_probe *p)
{
	const struct vpc_probe_icmp *s = &p->icmp;

	if (!s->up || !(s->open & 1) || s->missed + 1 < p->cfg.multiplier)
		return 0;
	return s->sent[s->seq % VPC_ICMP_WINDOW] + interval(p) / 2;
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

/*
 * The cookie is of all 64 bits of the number, so that an answer is good once. One that comes
 * after the next request was sent is late, and does not help the probe up; but it was heard,
 * and a host that was busy with other packets first must not take that for silence.
 */
static unsigned int rx(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	const struct echo_payload *body;
	struct vpc_probe_icmp *s = &p->icmp;
	const struct icmphdr *icmph;
	u16 age;

	if (rx->len != ECHO_LEN || p->cfg.admin_down)
		return 0;
	icmph = (const struct icmphdr *)rx->data;
	body = (const struct echo_payload *)(rx->data + sizeof(*icmph));
	age = (u16)s->seq - ntohs(icmph->un.echo.sequence);
	if (icmph->code || icmph->un.echo.id != htons(p->discr) || age >= VPC_ICMP_WINDOW ||
	    !(s->open & BIT(age)) || body->cookie != cookie_of(p, s->seq - age))
		return 0;
	s->open &= ~BIT(age);
	s->missed = min_t(u16, s->missed, age ? age - 1 : 0);
	measure(s, rx->now - s->sent[(s->seq - age) % VPC_ICMP_WINDOW]);
	if (age)
		return VPC_PROBE_VALID;
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
	.asks = true,
	.start = start,
	.set = set,
	.admin = admin,
	.write = write_payload,
	.tx_ns = tx_ns,
	.interval_us = interval_us,
	.detect_ns = detect_ns,
	.deadline = deadline,
	.rx_quick = rx_quick,
	.rx = rx,
	.expired = expired,
	.state = state,
	.cause = cause,
	.fill = fill,
};
