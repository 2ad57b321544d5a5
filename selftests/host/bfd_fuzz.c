// SPDX-License-Identifier: GPL-2.0
/* Bytes are what happens to a session. It must agree with RFC 5880 as written down here again. */
#include "bfd_common.h"

struct input {
	const u8 *p;
	size_t left;
};

/* The variables of section 6.8.1 that no timing rule touches. */
struct model {
	u8 state, diag, remote_state, remote_diag, remote_multiplier;
	u32 remote_discr, remote_min_tx, remote_min_rx;
	u64 last_rx;
};

static u8 take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

static u32 take_us(struct input *in)
{
	static const u32 some[] = { 0, 1, 10000, 50000, 300000, 1000000, 2000000, UINT32_MAX };
	u8 b = take(in);

	return b & 0x80 ? some[b & 7] : (u32)b * 1000;
}

static struct vpc_bfd_config take_config(struct input *in)
{
	struct vpc_bfd_config c = {
		.desired_min_tx_us = max(take_us(in), 1u),
		.required_min_rx_us = max(take_us(in), 1u),
		.multiplier = 1 + (take(in) & 7),
	};

	c.passive = take(in) & 1;
	shim_assert(vpc_bfd_config_valid(&c, true));
	return c;
}

/* The pseudo code of section 6.8.6, line by line. */
static void model_receive(struct model *m, const struct vpc_bfd_packet *pkt, u64 now)
{
	m->remote_discr = pkt->my_discr;
	m->remote_state = pkt->state;
	m->remote_diag = pkt->diag;
	m->remote_min_tx = pkt->desired_min_tx_us;
	m->remote_min_rx = pkt->required_min_rx_us;
	m->remote_multiplier = pkt->multiplier;
	m->last_rx = now;
	if (m->state == VPC_BFD_ADMIN_DOWN)
		return;
	if (pkt->state == VPC_BFD_ADMIN_DOWN) {
		if (m->state != VPC_BFD_DOWN) {
			m->diag = 3;
			m->state = VPC_BFD_DOWN;
		}
	} else if (m->state == VPC_BFD_DOWN) {
		if (pkt->state == VPC_BFD_DOWN)
			m->state = VPC_BFD_INIT;
		else if (pkt->state == VPC_BFD_INIT)
			m->state = VPC_BFD_UP;
	} else if (m->state == VPC_BFD_INIT) {
		if (pkt->state == VPC_BFD_INIT || pkt->state == VPC_BFD_UP)
			m->state = VPC_BFD_UP;
	} else if (pkt->state == VPC_BFD_DOWN) {
		m->diag = 3;
		m->state = VPC_BFD_DOWN;
	}
	if (m->state == VPC_BFD_UP)
		m->diag = 0;
}

static void model_expired(struct model *m)
{
	m->remote_discr = 0;
	m->remote_state = VPC_BFD_DOWN;
	m->remote_min_rx = 1;
	m->remote_min_tx = 0;
	m->remote_multiplier = 0;
	if (m->state >= VPC_BFD_INIT) {
		m->state = VPC_BFD_DOWN;
		m->diag = 1;
	}
}

/* The interval as it may be used, or 0. */
static u64 model_interval(const struct vpc_bfd *s, const struct model *m)
{
	if (!m->remote_min_rx || (s->config.passive && !m->remote_discr))
		return 0;
	return max(s->tx_us, m->remote_min_rx) * US;
}

static void check(const struct vpc_bfd *s, const struct model *m, u32 random)
{
	u32 desired = s->config.desired_min_tx_us;
	u64 interval = model_interval(s, m), ns = vpc_bfd_tx_ns(s, random);
	bool settled = s->poll == VPC_BFD_POLL_IDLE ||
		       (s->poll == VPC_BFD_POLL_SETTLING && !s->poll_again);

	shim_assert(s->state == m->state && s->local_diag == m->diag);
	shim_assert(s->remote_state == m->remote_state && s->remote_diag == m->remote_diag);
	shim_assert(s->remote_discr == m->remote_discr && s->last_rx_ns == m->last_rx);
	shim_assert(s->state < VPC_BFD_INIT || s->remote_discr);

	if (s->state != VPC_BFD_UP)
		desired = max(desired, 1000000u);
	shim_assert(s->desired_min_tx_us == desired);
	shim_assert(s->required_min_rx_us == s->config.required_min_rx_us);
	shim_assert(s->tx_us <= desired && s->rx_us >= s->required_min_rx_us);
	if (s->state != VPC_BFD_UP || settled)
		shim_assert(s->tx_us == desired && s->rx_us == s->required_min_rx_us);
	shim_assert(!s->poll_again || s->poll >= VPC_BFD_POLL_ACTIVE);

	shim_assert(vpc_bfd_detect_ns(s) == (m->remote_discr ? m->remote_multiplier * US *
					     max(s->rx_us, m->remote_min_tx) : 0));
	shim_assert(ns >= interval / 4 * 3);
	shim_assert(ns <= (s->config.multiplier == 1 ? interval / 10 * 9 : interval));
}

static void check_todo(const struct vpc_bfd *s, const struct vpc_bfd *old, const struct model *m,
		       const struct model *was, unsigned int todo)
{
	bool flip = s->state != old->state, mute = s->config.passive && !m->remote_discr;

	shim_assert(!!(todo & VPC_BFD_STATE_CHANGED) == flip);
	shim_assert(!!(todo & VPC_BFD_SEND_NOW) == (flip && !mute));
	shim_assert(!!(todo & VPC_BFD_DETECT_CHANGED) ==
		    (vpc_bfd_detect_ns(s) != vpc_bfd_detect_ns(old)));
	shim_assert(!!(todo & VPC_BFD_TX_CHANGED) ==
		    (model_interval(s, m) != model_interval(old, was) ||
		     (s->config.multiplier == 1) != (old->config.multiplier == 1)));
}

static bool take_packet(struct input *in, struct vpc_bfd_packet *pkt)
{
	static const u32 yours[] = { LOCAL, LOCAL, 0, LOCAL + 1 };
	u8 raw[40] = { 0 }, how = take(in), i;

	if (how & 0x80) {
		for (i = 0; i < how % sizeof(raw); i++)
			raw[i] = take(in);
		return vpc_bfd_parse(raw, how % sizeof(raw), pkt) == VPC_BFD_OK;
	}
	*pkt = packet(how & 3, 0);
	pkt->your_discr = yours[how >> 2 & 3];
	if (how & 0x10)
		pkt->flags |= take(in) & (VPC_BFD_P | VPC_BFD_F | VPC_BFD_D);
	if (how & 0x20) {
		pkt->desired_min_tx_us = take_us(in);
		pkt->required_min_rx_us = take_us(in);
		pkt->multiplier = 1 + (take(in) & 7);
		pkt->my_discr = 1 + (take(in) & 1);
		pkt->diag = take(in) & 0x1f;
	}
	return pkt->your_discr || pkt->state <= VPC_BFD_DOWN;
}

static void receive(struct vpc_bfd *s, struct model *m, const struct vpc_bfd_packet *pkt, u64 now)
{
	bool steady = vpc_bfd_is_steady(s, pkt);
	struct vpc_bfd old = *s;
	struct model was = *m;
	unsigned int todo = vpc_bfd_receive(s, pkt, now);

	if (pkt->your_discr && pkt->your_discr != LOCAL) {
		shim_assert(todo == VPC_BFD_DISCARDED && !steady);
		shim_assert(!memcmp(s, &old, sizeof(old)));
		return;
	}
	if (steady) {
		shim_assert(!todo);
		vpc_bfd_touch(&old, now);
		shim_assert(!memcmp(s, &old, sizeof(old)));
	}
	model_receive(m, pkt, now);
	shim_assert(!!(todo & VPC_BFD_SEND_FINAL) == !!(pkt->flags & VPC_BFD_P));
	check_todo(s, &old, m, &was, todo);
}

static void build(struct vpc_bfd *s, bool final, u64 now)
{
	struct vpc_bfd_packet pkt;
	u8 wire[VPC_BFD_LEN];

	vpc_bfd_build(s, final, now, wire);
	shim_assert(vpc_bfd_parse(wire, sizeof(wire), &pkt) == VPC_BFD_OK);
	shim_assert(pkt.state == s->state && pkt.diag == s->local_diag);
	shim_assert(!!(pkt.flags & VPC_BFD_F) == final);
	shim_assert(!!(pkt.flags & VPC_BFD_P) == (!final && s->poll == VPC_BFD_POLL_ACTIVE));
	shim_assert(s->poll != VPC_BFD_POLL_WANTED || final);
}

/* The build gives it the name that libFuzzer calls. */
int fuzz_one(const u8 *data, size_t size);

int fuzz_one(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct model m = { .state = DN, .remote_state = DN, .remote_min_rx = 1 };
	struct vpc_bfd_config c = take_config(&in);
	struct vpc_bfd_packet pkt;
	struct vpc_bfd s, old;
	struct model was;
	unsigned int todo;
	u64 now = SEC, ns;
	u8 op;

	vpc_bfd_init(&s, &c, LOCAL);
	check(&s, &m, 0);
	while (in.left) {
		op = take(&in);
		old = s;
		was = m;
		todo = 0;
		switch (op & 7) {
		case 0:
		case 1:
		case 2:
			if (take_packet(&in, &pkt))
				receive(&s, &m, &pkt, now);
			break;
		case 3:
			now += (u64)(op >> 3) * (op & 0x80 ? SEC : 10 * MS);
			break;
		case 4:
			ns = vpc_bfd_detect_ns(&s);
			todo = vpc_bfd_expired(&s, now);
			if (ns && now - m.last_rx >= ns)
				model_expired(&m);
			check_todo(&s, &old, &m, &was, todo);
			break;
		case 5:
			c = take_config(&in);
			todo = vpc_bfd_set(&s, &c);
			check_todo(&s, &old, &m, &was, todo);
			break;
		case 6:
			todo = vpc_bfd_admin(&s, op & 8);
			if (op & 8) {
				m.state = VPC_BFD_ADMIN_DOWN;
				m.diag = VPC_BFD_DIAG_ADMIN;
			} else if (m.state == VPC_BFD_ADMIN_DOWN) {
				m.state = VPC_BFD_DOWN;
				m.diag = 0;
			}
			check_todo(&s, &old, &m, &was, todo);
			break;
		default:
			build(&s, op & 8, now);
		}
		check(&s, &m, op * 0x01010101u);
	}
	return 0;
}
