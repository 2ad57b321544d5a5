// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Bidirectional Forwarding Detection
 *
 * Asynchronous mode of RFC 5880, for one hop (RFC 5881) and for several (RFC 5883). Sections
 * below are those of RFC 5880.
 *
 * Not implemented are
 *
 * - authentication: a packet with the A bit is discarded, as 6.8.6 wants it where authentication
 *   is not in use; we never set the bit;
 * - echo: we announce a Required Min Echo RX Interval of zero, and send none;
 * - demand mode: we never set the D bit, and a peer that sets it goes on to hear from us
 *   periodically, although 6.6 lets it ask us to be silent. Its detection of our failures would
 *   then depend on its own polls, and ours would gain nothing.
 *
 * The one subtle part is a change of parameters while the session is up (6.8.3). What the peer
 * may not know yet must not be relied upon: when we want to send less often, its detection time
 * must have grown first; when we want it to send more often, it must have begun to before our
 * detection time shrinks. A Poll Sequence tells when: P on our periodic packets until F comes.
 * @tx_us and @rx_us hold the careful values meanwhile; changes the other way apply at once.
 *
 * An F does not say which P it answers. A change that comes when P has been sent already is
 * announced at once but confirmed by a second sequence only, and that one has to wait until no
 * answer to the first one can arrive any more: a packet without F has come (choice 3 in 6.8.3),
 * and the time that the first answer took has passed once more, since all other packets with P
 * had been sent when it arrived (choice 2). The latter matters when a round trip takes longer
 * than an interval.
 */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "bfd.h"

#define VERSION 1
#define AUTH_LEN_MIN 2
#define NS_PER_US 1000ULL
/* No round trip takes longer; what seems to has lost the first packets with P. */
#define ROUND_TRIP_MAX_NS (2000000 * NS_PER_US)

/* What a caller has arranged his timers by. */
struct outcome {
	u64 detect_ns;
	u32 tx_us;
	u8 state;
	bool narrow;
};

static u32 get_u32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void put_u32(u8 *p, u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

/**
 * vpc_bfd_config_valid() - an administrator may ask for this
 * @config: what he asks for
 * @multihop: RFC 5883 instead of RFC 5881
 *
 * 6.8.1: bfd.DetectMult is nonzero. Intervals of zero are reserved (4.1), or would mean that the
 * peer shall not send, which detects nothing. RFC 5881 section 3: over a single hop both sides
 * are active.
 *
 * Return: true if it is valid
 */
bool vpc_bfd_config_valid(const struct vpc_bfd_config *config, bool multihop)
{
	return config->multiplier && config->desired_min_tx_us && config->required_min_rx_us &&
	       (multihop || !config->passive);
}

/**
 * vpc_bfd_parse() - the checks of a packet that need no session (6.8.6)
 * @data: payload of UDP
 * @len: its length
 * @pkt: filled in if it passes
 *
 * Return: VPC_BFD_OK, or why the packet must be discarded
 */
enum vpc_bfd_error vpc_bfd_parse(const u8 *data, size_t len, struct vpc_bfd_packet *pkt)
{
	u32 my_discr, your_discr;
	u8 state, flags, length;

	if (len && data[0] >> 5 != VERSION)
		return VPC_BFD_E_VERSION;
	/* Whatever the Length field says, it is too small or greater than the payload. */
	if (len < VPC_BFD_LEN)
		return VPC_BFD_E_TRUNCATED;

	state = data[1] >> 6;
	flags = data[1] & 0x3f;
	length = data[3];
	if (length < VPC_BFD_LEN + (flags & VPC_BFD_A ? AUTH_LEN_MIN : 0))
		return VPC_BFD_E_LENGTH;
	if (length > len)
		return VPC_BFD_E_PAYLOAD;
	if (!data[2])
		return VPC_BFD_E_MULTIPLIER;
	if (flags & VPC_BFD_M)
		return VPC_BFD_E_MULTIPOINT;
	my_discr = get_u32(data + 4);
	if (!my_discr)
		return VPC_BFD_E_MY_DISCR;
	your_discr = get_u32(data + 8);
	if (!your_discr && state > VPC_BFD_DOWN)
		return VPC_BFD_E_YOUR_DISCR;
	if (flags & VPC_BFD_A)
		return VPC_BFD_E_AUTH;

	pkt->my_discr = my_discr;
	pkt->your_discr = your_discr;
	pkt->desired_min_tx_us = get_u32(data + 12);
	pkt->required_min_rx_us = get_u32(data + 16);
	pkt->state = state;
	pkt->diag = data[0] & 0x1f;
	pkt->multiplier = data[2];
	pkt->flags = flags;
	return VPC_BFD_OK;
}

/* The system in the Passive role that knows no discriminator of the peer is silent (6.8.7). */
static bool may_send(const struct vpc_bfd *s)
{
	return s->remote_discr || !s->config.passive;
}

/* The transmit interval (6.8.7), or 0 if there are no periodic packets. */
static u32 interval_us(const struct vpc_bfd *s)
{
	return may_send(s) && s->remote_min_rx_us ? max(s->tx_us, s->remote_min_rx_us) : 0;
}

static struct outcome outcome(const struct vpc_bfd *s)
{
	return (struct outcome){
		.detect_ns = vpc_bfd_detect_ns(s),
		.tx_us = interval_us(s),
		.state = s->state,
		.narrow = s->config.multiplier == 1,
	};
}

static unsigned int changes(const struct vpc_bfd *s, const struct outcome *old)
{
	struct outcome new = outcome(s);
	unsigned int todo = 0;

	if (new.state != old->state)
		todo |= VPC_BFD_STATE_CHANGED | (may_send(s) ? VPC_BFD_SEND_NOW : 0);
	if (new.tx_us != old->tx_us || new.narrow != old->narrow)
		todo |= VPC_BFD_TX_CHANGED;
	if (new.detect_ns != old->detect_ns)
		todo |= VPC_BFD_DETECT_CHANGED;
	return todo;
}

/* Until P has been sent, one sequence announces whatever has changed (choice 1 in 6.8.3). */
static void poll_start(struct vpc_bfd *s)
{
	if (s->poll == VPC_BFD_POLL_IDLE)
		WRITE_ONCE(s->poll, VPC_BFD_POLL_WANTED);
	else if (s->poll != VPC_BFD_POLL_WANTED)
		s->poll_again = true;
}

static void poll_final(struct vpc_bfd *s, u64 now)
{
	if (s->poll != VPC_BFD_POLL_ACTIVE)
		return;
	WRITE_ONCE(s->poll, VPC_BFD_POLL_SETTLING);
	s->poll_ns = now + min(now - s->poll_ns, ROUND_TRIP_MAX_NS);
	if (s->poll_again)
		return;
	s->tx_us = s->desired_min_tx_us;
	s->rx_us = s->required_min_rx_us;
}

static void poll_settle(struct vpc_bfd *s, u64 now)
{
	if (s->poll != VPC_BFD_POLL_SETTLING || (s64)(now - s->poll_ns) < 0)
		return;
	WRITE_ONCE(s->poll, s->poll_again ? VPC_BFD_POLL_WANTED : VPC_BFD_POLL_IDLE);
	s->poll_again = false;
}

/* Announces what configuration and state ask for; 6.8.3 says what of it is used already. */
static void announce(struct vpc_bfd *s)
{
	u32 tx = s->config.desired_min_tx_us, rx = s->config.required_min_rx_us;

	if (s->state != VPC_BFD_UP)
		tx = max(tx, VPC_BFD_SLOW_US);
	if (tx != s->desired_min_tx_us || rx != s->required_min_rx_us)
		poll_start(s);
	s->desired_min_tx_us = tx;
	s->required_min_rx_us = rx;
	s->tx_us = s->state == VPC_BFD_UP ? min(s->tx_us, tx) : tx;
	s->rx_us = s->state == VPC_BFD_UP ? max(s->rx_us, rx) : rx;
}

static void enter(struct vpc_bfd *s, u8 state, u8 diag)
{
	WRITE_ONCE(s->state, state);
	s->local_diag = diag;
	announce(s);
}

/* The initial values of what the peer tells us (6.8.1). */
static void forget_peer(struct vpc_bfd *s)
{
	WRITE_ONCE(s->remote_discr, 0);
	WRITE_ONCE(s->remote_state, VPC_BFD_DOWN);
	WRITE_ONCE(s->remote_min_tx_us, 0);
	WRITE_ONCE(s->remote_min_rx_us, 1);
	WRITE_ONCE(s->remote_multiplier, 0);
	WRITE_ONCE(s->remote_flags, 0);
}

/**
 * vpc_bfd_init() - a new session (6.8.1)
 * @s: to be filled in
 * @config: valid by vpc_bfd_config_valid()
 * @local_discr: number of the session, nonzero and unique on this system (6.3); better random
 *
 * It is down. Unless it is passive, the first packet may be sent at once.
 */
void vpc_bfd_init(struct vpc_bfd *s, const struct vpc_bfd_config *config, u32 local_discr)
{
	memset(s, 0, sizeof(*s));
	s->config = *config;
	s->local_discr = local_discr;
	s->desired_min_tx_us = max(config->desired_min_tx_us, VPC_BFD_SLOW_US);
	s->required_min_rx_us = config->required_min_rx_us;
	s->tx_us = s->desired_min_tx_us;
	s->rx_us = s->required_min_rx_us;
	WRITE_ONCE(s->state, VPC_BFD_DOWN);
	forget_peer(s);
}

/**
 * vpc_bfd_build() - the packet to send now (6.8.7)
 * @s: session
 * @final: it answers a poll; it then carries F, and never P (6.5)
 * @now: the caller's clock
 * @wire: the packet
 *
 * The first periodic packet of a Poll Sequence begins it: what is built has to be sent.
 */
void vpc_bfd_build(struct vpc_bfd *s, bool final, u64 now, u8 wire[VPC_BFD_LEN])
{
	u8 flags = VPC_BFD_C;

	if (final) {
		flags |= VPC_BFD_F;
	} else {
		if (s->poll == VPC_BFD_POLL_WANTED) {
			WRITE_ONCE(s->poll, VPC_BFD_POLL_ACTIVE);
			s->poll_ns = now;
		}
		if (s->poll == VPC_BFD_POLL_ACTIVE)
			flags |= VPC_BFD_P;
	}
	wire[0] = VERSION << 5 | s->local_diag;
	wire[1] = s->state << 6 | flags;
	wire[2] = s->config.multiplier;
	wire[3] = VPC_BFD_LEN;
	put_u32(wire + 4, s->local_discr);
	put_u32(wire + 8, s->remote_discr);
	put_u32(wire + 12, s->desired_min_tx_us);
	put_u32(wire + 16, s->required_min_rx_us);
	put_u32(wire + 20, 0);
}

/*
 * The state machine of 6.8.6. 6.8.1 wants the reason of the last change in bfd.LocalDiag; that
 * the peer is heard again does not make the reason for not being up go away.
 */
static void advance(struct vpc_bfd *s, u8 heard)
{
	switch (s->state) {
	case VPC_BFD_ADMIN_DOWN:
		break;
	case VPC_BFD_DOWN:
		if (heard == VPC_BFD_DOWN)
			enter(s, VPC_BFD_INIT, s->local_diag);
		else if (heard == VPC_BFD_INIT)
			enter(s, VPC_BFD_UP, VPC_BFD_DIAG_NONE);
		break;
	case VPC_BFD_INIT:
		if (heard == VPC_BFD_ADMIN_DOWN)
			enter(s, VPC_BFD_DOWN, VPC_BFD_DIAG_SIGNALLED);
		else if (heard != VPC_BFD_DOWN)
			enter(s, VPC_BFD_UP, VPC_BFD_DIAG_NONE);
		break;
	case VPC_BFD_UP:
		if (heard == VPC_BFD_ADMIN_DOWN || heard == VPC_BFD_DOWN)
			enter(s, VPC_BFD_DOWN, VPC_BFD_DIAG_SIGNALLED);
		break;
	}
}

/**
 * vpc_bfd_receive() - a packet came (6.8.6)
 * @s: the session that Your Discriminator names, or, if that is zero, the addresses
 * @pkt: the packet
 * @now: the caller's clock
 *
 * The caller has verified that it came by this session's path. A peer that lost its state sends
 * a Your Discriminator of zero, also to a session that is up.
 *
 * 6.8.6 discards packets in state AdminDown, but not before it has taken over what they say; and
 * a poll is answered in every state (6.8.7).
 *
 * Return: what the caller has to do
 */
unsigned int vpc_bfd_receive(struct vpc_bfd *s, const struct vpc_bfd_packet *pkt, u64 now)
{
	struct outcome old = outcome(s);
	unsigned int todo;

	if (pkt->your_discr && pkt->your_discr != s->local_discr)
		return VPC_BFD_DISCARDED;

	WRITE_ONCE(s->remote_discr, pkt->my_discr);
	WRITE_ONCE(s->remote_state, pkt->state);
	WRITE_ONCE(s->remote_diag, pkt->diag);
	WRITE_ONCE(s->remote_flags, pkt->flags & (VPC_BFD_C | VPC_BFD_D));
	WRITE_ONCE(s->remote_min_tx_us, pkt->desired_min_tx_us);
	WRITE_ONCE(s->remote_min_rx_us, pkt->required_min_rx_us);
	WRITE_ONCE(s->remote_multiplier, pkt->multiplier);
	if (pkt->flags & VPC_BFD_F)
		poll_final(s, now);
	else
		poll_settle(s, now);
	vpc_bfd_touch(s, now);
	advance(s, pkt->state);

	todo = changes(s, &old);
	if (pkt->flags & VPC_BFD_P)
		todo |= VPC_BFD_SEND_FINAL;
	return todo;
}

/**
 * vpc_bfd_expired() - the detection time may be over (6.8.4)
 * @s: session
 * @now: the caller's clock
 *
 * Nothing happens if a packet has come in the meantime. Otherwise the peer is forgotten (6.8.1,
 * 6.8.18), and a session in Init or Up goes down.
 *
 * Return: what the caller has to do
 */
unsigned int vpc_bfd_expired(struct vpc_bfd *s, u64 now)
{
	struct outcome old = outcome(s);

	if (!old.detect_ns || (s64)(now - READ_ONCE(s->last_rx_ns) - old.detect_ns) < 0)
		return 0;
	forget_peer(s);
	if (s->state == VPC_BFD_INIT || s->state == VPC_BFD_UP)
		enter(s, VPC_BFD_DOWN, VPC_BFD_DIAG_EXPIRED);
	return changes(s, &old);
}

/**
 * vpc_bfd_set() - the administrator wants other parameters (6.8.3, 6.8.12)
 * @s: session
 * @config: valid by vpc_bfd_config_valid()
 *
 * The next periodic packet announces them. 6.5 forbids an extra one.
 *
 * Return: what the caller has to do
 */
unsigned int vpc_bfd_set(struct vpc_bfd *s, const struct vpc_bfd_config *config)
{
	struct outcome old = outcome(s);

	s->config = *config;
	announce(s);
	return changes(s, &old);
}

/**
 * vpc_bfd_admin() - the administrator disables or enables a session (6.8.16)
 * @s: session
 * @down: disable it
 *
 * Packets go on to be sent while it is disabled. Who wants to delete it should do so a peer's
 * detection time later, so that the peer knows that this was no failure.
 *
 * Return: what the caller has to do
 */
unsigned int vpc_bfd_admin(struct vpc_bfd *s, bool down)
{
	struct outcome old = outcome(s);
	bool is_down = s->state == VPC_BFD_ADMIN_DOWN;

	if (down == is_down)
		return 0;
	if (down)
		enter(s, VPC_BFD_ADMIN_DOWN, VPC_BFD_DIAG_ADMIN);
	else
		enter(s, VPC_BFD_DOWN, VPC_BFD_DIAG_NONE);
	return changes(s, &old);
}

/**
 * vpc_bfd_detect_ns() - the detection time (6.8.4)
 * @s: session
 *
 * The peer's multiplier times the peer's interval. It counts from the last packet in every state,
 * because a peer is forgotten after that time (6.8.1).
 *
 * Return: nanoseconds; 0 if there is no peer to miss
 */
u64 vpc_bfd_detect_ns(const struct vpc_bfd *s)
{
	if (!s->remote_discr)
		return 0;
	return s->remote_multiplier * NS_PER_US * max(s->rx_us, s->remote_min_tx_us);
}

/**
 * vpc_bfd_tx_ns() - time from one periodic packet to the next (6.8.7)
 * @s: session
 * @random: another one each time
 *
 * It is up to 25 percent less than the interval, and 10 to 25 percent less where the peer goes
 * down by one packet that is late.
 *
 * Return: nanoseconds; 0 if there must be no periodic packets
 */
u64 vpc_bfd_tx_ns(const struct vpc_bfd *s, u32 random)
{
	u64 ns = interval_us(s) * NS_PER_US;
	u64 least = s->config.multiplier == 1 ? div_u64(ns, 10) : 0;

	return ns - least - ((ns / 4 - least) * (random >> 16) >> 16);
}

static const char * const state_names[] = {
	[VPC_BFD_ADMIN_DOWN] = "AdminDown",
	[VPC_BFD_DOWN] = "Down",
	[VPC_BFD_INIT] = "Init",
	[VPC_BFD_UP] = "Up",
};

static const char * const diag_names[] = {
	[VPC_BFD_DIAG_NONE] = "no diagnostic",
	[VPC_BFD_DIAG_EXPIRED] = "detection time expired",
	[VPC_BFD_DIAG_ECHO] = "echo function failed",
	[VPC_BFD_DIAG_SIGNALLED] = "neighbour signalled session down",
	[VPC_BFD_DIAG_RESET] = "forwarding plane reset",
	[VPC_BFD_DIAG_PATH] = "path down",
	[VPC_BFD_DIAG_CONCATENATED] = "concatenated path down",
	[VPC_BFD_DIAG_ADMIN] = "administratively down",
	[VPC_BFD_DIAG_REVERSE] = "reverse concatenated path down",
};

static const char * const error_names[] = {
	[VPC_BFD_OK] = "valid",
	[VPC_BFD_E_VERSION] = "version is not 1",
	[VPC_BFD_E_TRUNCATED] = "truncated",
	[VPC_BFD_E_LENGTH] = "length field is too small",
	[VPC_BFD_E_PAYLOAD] = "length field is greater than the payload",
	[VPC_BFD_E_MULTIPLIER] = "multiplier is zero",
	[VPC_BFD_E_MULTIPOINT] = "multipoint bit is set",
	[VPC_BFD_E_MY_DISCR] = "my discriminator is zero",
	[VPC_BFD_E_YOUR_DISCR] = "your discriminator is zero in state Init or Up",
	[VPC_BFD_E_AUTH] = "authentication is not in use",
};

/**
 * vpc_bfd_state_name() - a state for people
 * @state: &enum vpc_bfd_state
 *
 * Return: its name in RFC 5880
 */
const char *vpc_bfd_state_name(u8 state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : "unknown";
}

/**
 * vpc_bfd_diag_name() - a diagnostic for people
 * @diag: as received
 *
 * Return: a few words
 */
const char *vpc_bfd_diag_name(u8 diag)
{
	return diag < ARRAY_SIZE(diag_names) ? diag_names[diag] : "unknown diagnostic";
}

/**
 * vpc_bfd_error_name() - why a packet was discarded, for people
 * @error: what vpc_bfd_parse() said
 *
 * Return: a few words
 */
const char *vpc_bfd_error_name(enum vpc_bfd_error error)
{
	return (size_t)error < ARRAY_SIZE(error_names) ? error_names[error] : "unknown";
}
