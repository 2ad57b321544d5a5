/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of BFD share. */
#ifndef _BFD_COMMON_H
#define _BFD_COMMON_H

#include "bfd.h"
#include "ktap.h"

#define US 1000ULL
#define MS (1000 * US)
#define SEC (1000 * MS)

#define LOCAL 0x01020304u
#define REMOTE 0xa1b2c3d4u

/* All that a change of the state can ask for. */
#define FLIP (VPC_BFD_STATE_CHANGED | VPC_BFD_SEND_NOW)

static const struct vpc_bfd_config config = {
	.desired_min_tx_us = 50000,
	.required_min_rx_us = 60000,
	.multiplier = 3,
};

/* What a peer with 40 ms, 30 ms and a multiplier of 5 would send. */
static __maybe_unused struct vpc_bfd_packet packet(u8 state, u8 flags)
{
	return (struct vpc_bfd_packet){
		.my_discr = REMOTE,
		.your_discr = state > VPC_BFD_DOWN ? LOCAL : 0,
		.desired_min_tx_us = 40000,
		.required_min_rx_us = 30000,
		.state = state,
		.multiplier = 5,
		.flags = VPC_BFD_C | flags,
	};
}

static __maybe_unused unsigned int hear(struct vpc_bfd *s, u8 state, u8 flags, u64 now)
{
	struct vpc_bfd_packet pkt = packet(state, flags);

	return vpc_bfd_receive(s, &pkt, now);
}

static __maybe_unused unsigned int flags_sent(struct vpc_bfd *s, bool final, u64 now)
{
	u8 wire[VPC_BFD_LEN];

	vpc_bfd_build(s, final, now, wire);
	return wire[1] & 0x3f;
}

/* A Poll Sequence from its first packet to the end. */
static __maybe_unused unsigned int finish_poll(struct vpc_bfd *s, u64 now)
{
	unsigned int todo;

	expect(flags_sent(s, false, now) & VPC_BFD_P);
	todo = hear(s, s->remote_state, VPC_BFD_F, now);
	hear(s, s->remote_state, 0, now);
	return todo;
}

/* Up at @now, with nothing left to be told. */
static __maybe_unused void bring_up(struct vpc_bfd *s, const struct vpc_bfd_config *c, u64 now)
{
	vpc_bfd_init(s, c, LOCAL);
	hear(s, VPC_BFD_DOWN, 0, now);
	hear(s, VPC_BFD_INIT, 0, now);
	if (s->poll)
		finish_poll(s, now);
	hear(s, VPC_BFD_UP, 0, now);
	expect(s->state == VPC_BFD_UP && s->poll == VPC_BFD_POLL_IDLE);
}

/* Periodic packets come after this time at the latest. */
static __maybe_unused u64 tx_most(const struct vpc_bfd *s)
{
	return vpc_bfd_tx_ns(s, 0);
}

/* In any state, as it gets there. */
static __maybe_unused void bring_to(struct vpc_bfd *s, u8 state, u64 now)
{
	if (state == VPC_BFD_UP) {
		bring_up(s, &config, now);
		return;
	}
	vpc_bfd_init(s, &config, LOCAL);
	if (state == VPC_BFD_INIT)
		hear(s, VPC_BFD_DOWN, 0, now);
	if (state == VPC_BFD_ADMIN_DOWN)
		vpc_bfd_admin(s, true);
	expect(s->state == state);
}

#define AD VPC_BFD_ADMIN_DOWN
#define DN VPC_BFD_DOWN
#define IN VPC_BFD_INIT
#define UP VPC_BFD_UP

#endif /* _BFD_COMMON_H */
