/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bidirectional Forwarding Detection: control packets, and the state machine of one session.
 *
 * Nothing here sends, waits, locks or allocates. Who owns a session tells it what happens (a
 * packet came, the detection time is over, the configuration changed), and is told what to do
 * about it. He serializes all calls for a session; vpc_bfd_is_steady() and vpc_bfd_touch() may
 * run beside them.
 */
#ifndef _VPC_BFD_H
#define _VPC_BFD_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Of a packet without authentication (RFC 5880 section 4.1). */
#define VPC_BFD_LEN 24
/* Nobody sends faster while a session is not up (RFC 5880 section 6.8.3). */
#define VPC_BFD_SLOW_US 1000000u

/* RFC 5881 sections 4 and 5, RFC 5883 section 5. */
#define VPC_BFD_PORT_SINGLE_HOP 3784
#define VPC_BFD_PORT_MULTIHOP 4784
#define VPC_BFD_SOURCE_PORT_MIN 49152
#define VPC_BFD_SOURCE_PORT_MAX 65535
#define VPC_BFD_TTL 255

/**
 * enum vpc_bfd_state - bfd.SessionState and the State field (RFC 5880 section 4.1)
 * @VPC_BFD_ADMIN_DOWN: held down by the administrator
 * @VPC_BFD_DOWN: nothing has been heard, or nothing good
 * @VPC_BFD_INIT: the peer is heard and does not hear us yet
 * @VPC_BFD_UP: both hear each other
 */
enum vpc_bfd_state {
	VPC_BFD_ADMIN_DOWN,
	VPC_BFD_DOWN,
	VPC_BFD_INIT,
	VPC_BFD_UP,
};

/**
 * enum vpc_bfd_diag - why a session changed its state (RFC 5880 section 4.1); peers may send
 * any value up to 31
 * @VPC_BFD_DIAG_NONE: no diagnostic
 * @VPC_BFD_DIAG_EXPIRED: no packet came for the detection time
 * @VPC_BFD_DIAG_ECHO: the echo function failed; we never say so
 * @VPC_BFD_DIAG_SIGNALLED: the neighbour said that it is down
 * @VPC_BFD_DIAG_RESET: the forwarding plane was reset; we never say so
 * @VPC_BFD_DIAG_PATH: the path underneath is down; we never say so
 * @VPC_BFD_DIAG_CONCATENATED: a path behind the neighbour is down; we never say so
 * @VPC_BFD_DIAG_ADMIN: the administrator wants it down
 * @VPC_BFD_DIAG_REVERSE: a path behind the neighbour, the other way; we never say so
 */
enum vpc_bfd_diag {
	VPC_BFD_DIAG_NONE,
	VPC_BFD_DIAG_EXPIRED,
	VPC_BFD_DIAG_ECHO,
	VPC_BFD_DIAG_SIGNALLED,
	VPC_BFD_DIAG_RESET,
	VPC_BFD_DIAG_PATH,
	VPC_BFD_DIAG_CONCATENATED,
	VPC_BFD_DIAG_ADMIN,
	VPC_BFD_DIAG_REVERSE,
};

/* The second byte of a packet, below the state. */
#define VPC_BFD_P 0x20	/* poll: answer at once */
#define VPC_BFD_F 0x10	/* final: that answer */
#define VPC_BFD_C 0x08	/* the sender lives as long as its forwarding plane */
#define VPC_BFD_A 0x04	/* an authentication section follows */
#define VPC_BFD_D 0x02	/* demand mode */
#define VPC_BFD_M 0x01	/* reserved for multipoint */

/**
 * struct vpc_bfd_packet - a control packet that passed vpc_bfd_parse()
 * @my_discr: the sender's number of the session, never zero
 * @your_discr: our number of the session; zero: the sender does not know it
 * @desired_min_tx_us: it would like to send this often
 * @required_min_rx_us: it can receive this often; zero: do not send periodically
 * @state: &enum vpc_bfd_state of the sender
 * @diag: &enum vpc_bfd_diag of the sender, or a newer one
 * @multiplier: of the interval, that makes our detection time; never zero
 * @flags: VPC_BFD_P, _F, _C and _D
 */
struct vpc_bfd_packet {
	u32 my_discr;
	u32 your_discr;
	u32 desired_min_tx_us;
	u32 required_min_rx_us;
	u8 state;
	u8 diag;
	u8 multiplier;
	u8 flags;
};

/**
 * enum vpc_bfd_error - why a packet is to be discarded (RFC 5880 section 6.8.6, in its order)
 * @VPC_BFD_OK: it is not
 * @VPC_BFD_E_VERSION: not version 1
 * @VPC_BFD_E_TRUNCATED: there is no whole packet
 * @VPC_BFD_E_LENGTH: the Length field is less than the shortest packet
 * @VPC_BFD_E_PAYLOAD: the Length field is greater than the payload
 * @VPC_BFD_E_MULTIPLIER: Detect Mult is zero
 * @VPC_BFD_E_MULTIPOINT: the Multipoint bit is set
 * @VPC_BFD_E_MY_DISCR: My Discriminator is zero
 * @VPC_BFD_E_YOUR_DISCR: Your Discriminator is zero in state Init or Up
 * @VPC_BFD_E_AUTH: it is authenticated, which is not in use
 */
enum vpc_bfd_error {
	VPC_BFD_OK,
	VPC_BFD_E_VERSION,
	VPC_BFD_E_TRUNCATED,
	VPC_BFD_E_LENGTH,
	VPC_BFD_E_PAYLOAD,
	VPC_BFD_E_MULTIPLIER,
	VPC_BFD_E_MULTIPOINT,
	VPC_BFD_E_MY_DISCR,
	VPC_BFD_E_YOUR_DISCR,
	VPC_BFD_E_AUTH,
};

/**
 * struct vpc_bfd_config - what the administrator decides; valid by vpc_bfd_config_valid()
 * @desired_min_tx_us: how often we would like to send once the session is up
 * @required_min_rx_us: how often we can receive
 * @multiplier: bfd.DetectMult: how many of our packets the peer may miss
 * @passive: say nothing before the peer has spoken (RFC 5880 section 6.1)
 */
struct vpc_bfd_config {
	u32 desired_min_tx_us;
	u32 required_min_rx_us;
	u8 multiplier;
	bool passive;
};

/**
 * enum vpc_bfd_poll - where a Poll Sequence is (RFC 5880 sections 6.5 and 6.8.3)
 * @VPC_BFD_POLL_IDLE: there is none
 * @VPC_BFD_POLL_WANTED: the next periodic packet will be the first with P
 * @VPC_BFD_POLL_ACTIVE: periodic packets carry P, until F comes
 * @VPC_BFD_POLL_SETTLING: F came; answers to other packets with P may still be under way
 */
enum vpc_bfd_poll {
	VPC_BFD_POLL_IDLE,
	VPC_BFD_POLL_WANTED,
	VPC_BFD_POLL_ACTIVE,
	VPC_BFD_POLL_SETTLING,
};

/**
 * struct vpc_bfd - one session: the variables of RFC 5880 section 6.8.1, and what they imply
 * @config: as the administrator wants it; its multiplier is bfd.DetectMult
 * @local_discr: bfd.LocalDiscr
 * @remote_discr: bfd.RemoteDiscr; zero: unknown, or forgotten
 * @desired_min_tx_us: bfd.DesiredMinTxInterval, as we announce it now
 * @required_min_rx_us: bfd.RequiredMinRxInterval, as we announce it now
 * @tx_us: the former as it is used: never more than what the peer may know (section 6.8.3)
 * @rx_us: the latter as it is used: never less than what the peer may know (section 6.8.3)
 * @remote_min_tx_us: last received Desired Min TX Interval
 * @remote_min_rx_us: bfd.RemoteMinRxInterval
 * @state: bfd.SessionState
 * @remote_state: bfd.RemoteSessionState
 * @local_diag: bfd.LocalDiag
 * @remote_diag: last received diagnostic; kept for people when the peer is forgotten
 * @remote_multiplier: last received Detect Mult
 * @remote_flags: VPC_BFD_C and VPC_BFD_D as last received; for people
 * @poll: &enum vpc_bfd_poll
 * @poll_again: parameters changed after P was sent: another Poll Sequence is to follow
 * @poll_ns: when P was first sent; while settling, when its last answer must have come
 * @last_rx_ns: when the last packet came, on the caller's clock
 */
struct vpc_bfd {
	struct vpc_bfd_config config;
	u32 local_discr;
	u32 remote_discr;
	u32 desired_min_tx_us;
	u32 required_min_rx_us;
	u32 tx_us;
	u32 rx_us;
	u32 remote_min_tx_us;
	u32 remote_min_rx_us;
	u8 state;
	u8 remote_state;
	u8 local_diag;
	u8 remote_diag;
	u8 remote_multiplier;
	u8 remote_flags;
	u8 poll;
	bool poll_again;
	u64 poll_ns;
	u64 last_rx_ns;
};

/*
 * What the caller has to do, and what happened. A packet with F tells of a new state as well as
 * any other: with both SEND_FINAL and SEND_NOW, one packet with F is enough, and must not fall
 * to a rate limit, which RFC 5880 section 6.8.7 permits for other packets with F.
 */
#define VPC_BFD_SEND_FINAL 0x01	/* answer the poll at once, outside the schedule */
#define VPC_BFD_SEND_NOW 0x02	/* send at once, and go on with the schedule from there */
#define VPC_BFD_STATE_CHANGED 0x04	/* @state is another one */
#define VPC_BFD_TX_CHANGED 0x08	/* next packet: last one + vpc_bfd_tx_ns(), if not 0 */
#define VPC_BFD_DETECT_CHANGED 0x10	/* deadline: @last_rx_ns + vpc_bfd_detect_ns(), if not 0 */
#define VPC_BFD_DISCARDED 0x20	/* the packet is for another session; nothing else happened */

bool vpc_bfd_config_valid(const struct vpc_bfd_config *config, bool multihop);
void vpc_bfd_init(struct vpc_bfd *s, const struct vpc_bfd_config *config, u32 local_discr);

enum vpc_bfd_error vpc_bfd_parse(const u8 *data, size_t len, struct vpc_bfd_packet *pkt);
void vpc_bfd_build(struct vpc_bfd *s, bool final, u64 now, u8 wire[VPC_BFD_LEN]);

unsigned int vpc_bfd_receive(struct vpc_bfd *s, const struct vpc_bfd_packet *pkt, u64 now);
unsigned int vpc_bfd_expired(struct vpc_bfd *s, u64 now);
unsigned int vpc_bfd_set(struct vpc_bfd *s, const struct vpc_bfd_config *config);
unsigned int vpc_bfd_admin(struct vpc_bfd *s, bool down);

u64 vpc_bfd_detect_ns(const struct vpc_bfd *s);
u64 vpc_bfd_tx_ns(const struct vpc_bfd *s, u32 random);

const char *vpc_bfd_state_name(u8 state);
const char *vpc_bfd_diag_name(u8 diag);
const char *vpc_bfd_error_name(enum vpc_bfd_error error);

/**
 * vpc_bfd_is_steady() - a packet tells nothing but that the peer is alive
 * @s: session
 * @pkt: a packet of this session
 *
 * Both are up, nobody polls, and everything is as before: vpc_bfd_receive() would only note the
 * time, and return 0. vpc_bfd_touch() does that.
 *
 * Return: true if vpc_bfd_touch() is enough
 */
static inline bool vpc_bfd_is_steady(const struct vpc_bfd *s, const struct vpc_bfd_packet *pkt)
{
	return READ_ONCE(s->state) == VPC_BFD_UP && READ_ONCE(s->poll) == VPC_BFD_POLL_IDLE &&
	       pkt->state == VPC_BFD_UP && READ_ONCE(s->remote_state) == VPC_BFD_UP &&
	       READ_ONCE(s->remote_flags) == pkt->flags &&
	       pkt->your_discr == s->local_discr &&
	       READ_ONCE(s->remote_discr) == pkt->my_discr &&
	       READ_ONCE(s->remote_min_tx_us) == pkt->desired_min_tx_us &&
	       READ_ONCE(s->remote_min_rx_us) == pkt->required_min_rx_us &&
	       READ_ONCE(s->remote_multiplier) == pkt->multiplier &&
	       READ_ONCE(s->remote_diag) == pkt->diag;
}

/**
 * vpc_bfd_touch() - the peer is alive
 * @s: session
 * @now: the caller's clock
 */
static inline void vpc_bfd_touch(struct vpc_bfd *s, u64 now)
{
	/* Another CPU may have been first with a later packet. */
	if ((s64)(now - READ_ONCE(s->last_rx_ns)) > 0)
		WRITE_ONCE(s->last_rx_ns, now);
}

/**
 * vpc_bfd_peer_admin_down() - the session is down because the peer's administrator says so
 * @s: session
 *
 * RFC 5882 section 3.2: that is no failure of the path. When it came together with
 * VPC_BFD_STATE_CHANGED, it is the reason for the change.
 *
 * Return: true if so
 */
static inline bool vpc_bfd_peer_admin_down(const struct vpc_bfd *s)
{
	return s->state == VPC_BFD_DOWN && s->local_diag == VPC_BFD_DIAG_SIGNALLED &&
	       s->remote_state == VPC_BFD_ADMIN_DOWN;
}

/**
 * vpc_bfd_ttl_valid() - a packet has not come from further away than allowed
 * @multihop: RFC 5883 instead of RFC 5881
 * @ttl: Time to Live or Hop Limit as received
 * @min: the least for multihop; a single hop takes VPC_BFD_TTL only (RFC 5881 section 5)
 *
 * Return: true if it may be looked at
 */
static inline bool vpc_bfd_ttl_valid(bool multihop, u8 ttl, u8 min)
{
	return multihop ? ttl >= min : ttl == VPC_BFD_TTL;
}

/**
 * vpc_bfd_source_port() - a source port in the range of RFC 5881 section 4
 * @number: of the session; neighbouring numbers have different ports
 *
 * Return: the port, in host order
 */
static inline u16 vpc_bfd_source_port(u32 number)
{
	return VPC_BFD_SOURCE_PORT_MIN +
	       number % (VPC_BFD_SOURCE_PORT_MAX - VPC_BFD_SOURCE_PORT_MIN + 1);
}

#endif /* _VPC_BFD_H */
