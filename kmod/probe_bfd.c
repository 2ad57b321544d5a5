// SPDX-License-Identifier: GPL-2.0
/* Probes of type bfd: a session of bfd.c, and what its neighbours on both sides need. */

#include <linux/random.h>
#include <net/netlink.h>

#include "probe.h"

static struct vpc_bfd_config config_of(const struct vpc_probe *p)
{
	return (struct vpc_bfd_config){
		.desired_min_tx_us = p->cfg.interval_us,
		.required_min_rx_us = p->cfg.interval_us,
		.multiplier = p->cfg.multiplier,
	};
}

static unsigned int flags_of(unsigned int bfd)
{
	unsigned int what = 0;

	if (bfd & VPC_BFD_SEND_FINAL)
		what |= VPC_PROBE_REPLY;
	if (bfd & VPC_BFD_SEND_NOW)
		what |= VPC_PROBE_SEND;
	if (bfd & (VPC_BFD_TX_CHANGED | VPC_BFD_DETECT_CHANGED))
		what |= VPC_PROBE_TIMERS;
	if (bfd & VPC_BFD_STATE_CHANGED)
		what |= VPC_PROBE_STATE;
	return what;
}

static void start(struct vpc_probe *p)
{
	const struct vpc_bfd_config cfg = config_of(p);

	vpc_bfd_init(&p->bfd, &cfg, p->discr);
}

static unsigned int set(struct vpc_probe *p)
{
	const struct vpc_bfd_config cfg = config_of(p);

	return flags_of(vpc_bfd_set(&p->bfd, &cfg));
}

static unsigned int admin(struct vpc_probe *p, bool down)
{
	return flags_of(vpc_bfd_admin(&p->bfd, down));
}

static void write_payload(struct vpc_probe *p, u8 *payload, bool final, u64 now)
{
	vpc_bfd_build(&p->bfd, final, now, payload);
}

static u64 tx_ns(struct vpc_probe *p)
{
	return vpc_bfd_tx_ns(&p->bfd, get_random_u32());
}

/* RFC 5880 section 6.8.7 */
static u32 interval_us(const struct vpc_probe *p)
{
	return max(p->bfd.tx_us, p->bfd.remote_min_rx_us);
}

static u64 detect_ns(const struct vpc_probe *p)
{
	return vpc_bfd_detect_ns(&p->bfd);
}

static u64 deadline(const struct vpc_probe *p)
{
	u64 silence = detect_ns(p);

	return silence ? READ_ONCE(p->bfd.last_rx_ns) + silence : 0;
}

static u64 interval_ns(const struct vpc_probe *p)
{
	return p->cfg.interval_us * (u64)NSEC_PER_USEC;
}

static bool parse(const struct vpc_probe *p, const struct vpc_probe_rx *rx,
		  struct vpc_bfd_packet *pkt)
{
	return rx->multihop == p->multihop &&
	       vpc_bfd_ttl_valid(p->multihop, rx->ttl, 0) &&
	       vpc_bfd_parse(rx->data, rx->len, pkt) == VPC_BFD_OK;
}

static bool rx_quick(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	struct vpc_bfd_packet pkt;

	if (!parse(p, rx, &pkt) || !vpc_bfd_is_steady(&p->bfd, &pkt))
		return false;
	vpc_bfd_touch(&p->bfd, rx->now);
	return true;
}

static unsigned int rx(struct vpc_probe *p, const struct vpc_probe_rx *rx)
{
	struct vpc_bfd_packet pkt;
	unsigned int bfd;

	if (!parse(p, rx, &pkt))
		return 0;
	/*
	 * Down for an interval at least, or a peer that says up and down in turns makes a
	 * flip of every packet.
	 */
	if (p->bfd.state == VPC_BFD_DOWN && rx->now - p->down_since < interval_ns(p))
		return VPC_PROBE_VALID;
	bfd = vpc_bfd_receive(&p->bfd, &pkt, rx->now);
	return bfd & VPC_BFD_DISCARDED ? 0 : VPC_PROBE_VALID | flags_of(bfd);
}

static unsigned int expired(struct vpc_probe *p, u64 now)
{
	return flags_of(vpc_bfd_expired(&p->bfd, now));
}

static u8 state(const struct vpc_probe *p)
{
	/* The numbers are the same by the RFC. */
	return p->bfd.state;
}

static u8 cause(const struct vpc_probe *p)
{
	if (p->bfd.state == VPC_BFD_ADMIN_DOWN)
		return VPC_FLIP_ADMINISTRATOR;
	return vpc_bfd_peer_admin_down(&p->bfd) ? VPC_FLIP_PEER_ADMIN : VPC_FLIP_SIGNALLED;
}

static int fill(struct sk_buff *msg, const struct vpc_probe *p)
{
	const struct vpc_bfd *s = &p->bfd;

	if (nla_put_u32(msg, VPC_A_PROBE_LOCAL_DISCR, s->local_discr) ||
	    nla_put_u32(msg, VPC_A_PROBE_REMOTE_DISCR, s->remote_discr) ||
	    nla_put_u8(msg, VPC_A_PROBE_REMOTE_STATE, s->remote_state) ||
	    nla_put_u8(msg, VPC_A_PROBE_DIAG, s->local_diag) ||
	    nla_put_u8(msg, VPC_A_PROBE_REMOTE_DIAG, s->remote_diag) ||
	    nla_put_u8(msg, VPC_A_PROBE_REMOTE_MULTIPLIER, s->remote_multiplier))
		return -EMSGSIZE;
	return p->multihop ? nla_put_flag(msg, VPC_A_PROBE_MULTIHOP) : 0;
}

const struct vpc_probe_ops vpc_probe_bfd_ops = {
	.type = VPC_PROBE_BFD,
	.name = "bfd",
	.interval = VPC_PROBE_INTERVAL,
	.payload = VPC_BFD_LEN,
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
