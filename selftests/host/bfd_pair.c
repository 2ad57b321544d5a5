// SPDX-License-Identifier: GPL-2.0
/*
 * Two BFD sessions that talk to each other, on a clock of their own: what RFC 5880 wants its
 * rules for. Delays, intervals and moments are random.
 *
 * usage: bfd_pair [PART OF A TEST NAME]
 * SEED=N repeats a run, ROUNDS=N sets how often (1000).
 */
#include "bfd_common.h"

#define QUEUE 4096
#define NEVER UINT64_MAX

struct frame {
	u64 at;
	u8 wire[VPC_BFD_LEN];
};

/* One end, and the way of its packets to the other. */
struct end {
	struct vpc_bfd s;
	u64 last_tx, next_tx;
	u64 delay;		/* of a packet */
	u64 spread;		/* it may be that much more */
	unsigned int loss;	/* percent */
	u64 arrival;		/* of the last packet: they stay in order */
	unsigned int head, tail;
	struct frame queue[QUEUE];
	unsigned int flips;	/* since somebody last looked */
	unsigned int finals;
};

static struct end ends[2];
static u64 now;

static void schedule(struct end *e)
{
	u64 ns = vpc_bfd_tx_ns(&e->s, rnd());

	e->next_tx = ns ? max(now, e->last_tx + ns) : NEVER;
}

static void transmit(struct end *e, bool final)
{
	struct frame *f = &e->queue[e->tail % QUEUE];

	vpc_bfd_build(&e->s, final, now, f->wire);
	expect((f->wire[1] & (VPC_BFD_P | VPC_BFD_F)) != (VPC_BFD_P | VPC_BFD_F));
	if (!final)
		e->last_tx = now;
	if (below(100) < e->loss)
		return;
	f->at = max(e->arrival, now + e->delay + (e->spread ? rnd() % e->spread : 0));
	e->arrival = f->at;
	e->tail++;
	shim_assert(e->tail - e->head < QUEUE);
}

static void act(struct end *e, unsigned int todo)
{
	expect(!(todo & VPC_BFD_DISCARDED));
	e->flips += !!(todo & VPC_BFD_STATE_CHANGED);
	e->finals += !!(todo & VPC_BFD_SEND_FINAL);
	if (todo & VPC_BFD_SEND_FINAL)
		transmit(e, true);
	else if (todo & VPC_BFD_SEND_NOW)
		transmit(e, false);
	if (todo & (VPC_BFD_SEND_NOW | VPC_BFD_TX_CHANGED))
		schedule(e);
}

static void deliver(struct end *from, struct end *to)
{
	struct frame *f = &from->queue[from->head++ % QUEUE];
	struct vpc_bfd_packet pkt;

	if (vpc_bfd_parse(f->wire, sizeof(f->wire), &pkt) != VPC_BFD_OK) {
		expect(false, "packet refused");
		return;
	}
	/* What the fast path leaves out must not be missed. */
	if (vpc_bfd_is_steady(&to->s, &pkt))
		vpc_bfd_touch(&to->s, now);
	else
		act(to, vpc_bfd_receive(&to->s, &pkt, now));
}

static u64 deadline(const struct end *e)
{
	u64 ns = vpc_bfd_detect_ns(&e->s);

	return ns ? e->s.last_rx_ns + ns : NEVER;
}

static void run_until(u64 end)
{
	u64 next;
	int i;

	for (;;) {
		next = NEVER;
		for (i = 0; i < 2; i++) {
			if (ends[i].head != ends[i].tail)
				next = min(next, ends[i].queue[ends[i].head % QUEUE].at);
			next = min(next, ends[i].next_tx);
			next = min(next, deadline(&ends[i]));
		}
		if (next > end) {
			now = end;
			return;
		}
		now = next;
		for (i = 0; i < 2; i++) {
			struct end *e = &ends[i];

			if (e->head != e->tail && e->queue[e->head % QUEUE].at == now)
				deliver(e, &ends[!i]);
			if (e->next_tx == now) {
				transmit(e, false);
				schedule(e);
			}
			/* Packets that arrive at the very moment are in time. */
			if (deadline(e) == now && (ends[!i].head == ends[!i].tail ||
						   ends[!i].queue[ends[!i].head % QUEUE].at != now))
				act(e, vpc_bfd_expired(&e->s, now));
		}
	}
}

static u32 random_us(u32 most)
{
	static const u32 usual[] = { 10000, 50000, 100000, 300000, 1000000 };
	u32 us = below(2) ? usual[below(ARRAY_SIZE(usual))] : 3000 + below(most);

	return min(us, most);
}

static struct vpc_bfd_config random_config(u32 most)
{
	return (struct vpc_bfd_config){
		.desired_min_tx_us = random_us(most),
		.required_min_rx_us = random_us(most),
		.multiplier = 1 + below(5),
	};
}

static void both_are(u8 state)
{
	expect(ends[0].s.state == state && ends[1].s.state == state, "%s, %s",
	       vpc_bfd_state_name(ends[0].s.state), vpc_bfd_state_name(ends[1].s.state));
}

static void start(u64 delay, u64 spread)
{
	struct vpc_bfd_config c;
	int i;

	now = SEC;
	memset(ends, 0, sizeof(ends));
	for (i = 0; i < 2; i++) {
		c = random_config(2000000);
		vpc_bfd_init(&ends[i].s, &c, i ? LOCAL : REMOTE);
		ends[i].delay = delay;
		ends[i].spread = spread;
		ends[i].next_tx = now + below(1000000000);
	}
}

/* Both know what the other wants, and use it. */
static void agree(void)
{
	int i;

	both_are(VPC_BFD_UP);
	for (i = 0; i < 2; i++) {
		const struct vpc_bfd *s = &ends[i].s, *peer = &ends[!i].s;

		expect(s->poll == VPC_BFD_POLL_IDLE && !s->poll_again, "%d", s->poll);
		expect(s->local_diag == VPC_BFD_DIAG_NONE);
		expect(s->remote_discr == peer->local_discr);
		expect(s->tx_us == s->config.desired_min_tx_us);
		expect(s->rx_us == s->config.required_min_rx_us);
		expect(s->remote_min_rx_us == peer->config.required_min_rx_us);
		expect(vpc_bfd_tx_ns(s, 0) <= max(s->config.desired_min_tx_us,
						  peer->config.required_min_rx_us) * US);
		expect(vpc_bfd_detect_ns(s) ==
		       peer->config.multiplier * US * max(s->config.required_min_rx_us,
							  peer->config.desired_min_tx_us));
	}
}

static int rounds(void)
{
	const char *env = getenv("ROUNDS");

	return env ? atoi(env) : 1000;
}

static void test_up(void)
{
	int round;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % (100 * MS), 0);
		run_until(now + 5 * SEC);
		both_are(VPC_BFD_UP);
		expect(ends[0].flips <= 2 && ends[1].flips <= 2);
		run_until(now + 20 * SEC);
		agree();
		ends[0].finals = 0;
		ends[1].finals = 0;
		run_until(now + 20 * SEC);
		expect(!ends[0].finals && !ends[1].finals);
	}
}

static void change(u64 delay, u64 spread, u32 most_us, u64 pause)
{
	struct vpc_bfd_config c;
	int round, i;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % delay, 0);
		for (i = 0; i < 2 && spread; i++)
			ends[i].s.config.multiplier += 2;
		run_until(now + 10 * SEC);
		both_are(VPC_BFD_UP);
		for (i = 0; i < 2; i++) {
			ends[i].flips = 0;
			ends[i].spread = spread;
		}
		for (i = 0; i < 50; i++) {
			struct end *e = &ends[below(2)];

			c = random_config(most_us);
			if (spread)
				c.multiplier += 2;
			act(e, vpc_bfd_set(&e->s, &c));
			run_until(now + rnd() % (below(2) ? pause : pause / 100));
		}
		expect(!ends[0].flips && !ends[1].flips, "%u, %u", ends[0].flips, ends[1].flips);
		run_until(now + 60 * SEC);
		expect(!ends[0].flips && !ends[1].flips, "%u, %u", ends[0].flips, ends[1].flips);
		agree();
	}
}

static void test_change(void)
{
	change(MS, 0, 2000000, 5 * SEC);
}

static void test_change_far(void)
{
	change(500 * MS, 0, 100000, 2 * SEC);
}

static void test_change_spread(void)
{
	change(20 * MS, 2 * MS, 300000, 3 * SEC);
}

static void test_loss(void)
{
	struct vpc_bfd_config c;
	int round, i;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % (50 * MS), rnd() % (20 * MS));
		ends[0].loss = below(80);
		ends[1].loss = below(80);
		for (i = 0; i < 20; i++) {
			struct end *e = &ends[below(2)];

			if (below(2)) {
				c = random_config(500000);
				c.multiplier += 2;
				act(e, vpc_bfd_set(&e->s, &c));
			} else {
				act(e, vpc_bfd_admin(&e->s, below(2)));
			}
			run_until(now + rnd() % (3 * SEC));
		}
		for (i = 0; i < 2; i++) {
			ends[i].loss = 0;
			ends[i].spread = 0;
			c = random_config(500000);
			act(&ends[i], vpc_bfd_set(&ends[i].s, &c));
			act(&ends[i], vpc_bfd_admin(&ends[i].s, false));
		}
		run_until(now + 60 * SEC);
		agree();
	}
}

/* One end hears nothing any more: both must know. */
static void test_one_way(void)
{
	struct end *deaf = &ends[0], *other = &ends[1];
	int round;
	u64 limit;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % (20 * MS), 0);
		run_until(now + 30 * SEC);
		agree();
		other->loss = 100;
		limit = now + other->delay + vpc_bfd_detect_ns(&deaf->s);
		deaf->flips = 0;
		other->flips = 0;
		run_until(limit + deaf->delay);
		expect(deaf->s.state == VPC_BFD_DOWN);
		expect(deaf->s.local_diag == VPC_BFD_DIAG_EXPIRED && !deaf->s.remote_discr);
		expect(other->s.state != VPC_BFD_UP);
		expect(other->s.local_diag == VPC_BFD_DIAG_SIGNALLED);
		expect(other->s.remote_diag == VPC_BFD_DIAG_EXPIRED);
		run_until(now + 60 * SEC);
		expect(deaf->s.state == VPC_BFD_DOWN && deaf->flips == 1);
		expect(other->s.state == VPC_BFD_INIT && other->flips == 2);
		other->loss = 0;
		run_until(now + 30 * SEC);
		agree();
	}
}

static void test_admin(void)
{
	int round;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % (20 * MS), 0);
		run_until(now + 30 * SEC);
		act(&ends[0], vpc_bfd_admin(&ends[0].s, true));
		run_until(now + ends[0].delay);
		expect(vpc_bfd_peer_admin_down(&ends[1].s));
		expect(ends[1].s.remote_diag == VPC_BFD_DIAG_ADMIN);
		run_until(now + 60 * SEC);
		expect(ends[0].s.state == VPC_BFD_ADMIN_DOWN);
		expect(vpc_bfd_peer_admin_down(&ends[1].s));
		act(&ends[0], vpc_bfd_admin(&ends[0].s, false));
		run_until(now + 30 * SEC);
		agree();
	}
}

/* A peer that lost all it knew. */
static void test_restart(void)
{
	struct vpc_bfd_config c;
	int round;

	for (round = 0; round < rounds(); round++) {
		start(rnd() % (20 * MS), 0);
		run_until(now + 30 * SEC);
		c = ends[0].s.config;
		vpc_bfd_init(&ends[0].s, &c, REMOTE + 1);
		ends[0].last_tx = now;
		ends[0].head = ends[0].tail;
		ends[1].head = ends[1].tail;
		ends[1].flips = 0;
		/* The old one's number is nobody's any more. */
		ends[1].loss = 100;
		schedule(&ends[0]);
		while (!ends[1].flips)
			run_until(now + MS);
		ends[1].loss = 0;
		run_until(now + 30 * SEC);
		agree();
		expect(ends[1].s.remote_discr == REMOTE + 1);
	}
}

int main(int argc, char **argv)
{
	static const struct ktap_test tests[] = {
		{ "both come up, agree, and poll no more", test_up },
		{ "6.8.3 changes under way take nobody down", test_change },
		{ "6.8.3 changes under way, round trips longer than the intervals",
		  test_change_far },
		{ "6.8.3 changes under way, varying delays", test_change_spread },
		{ "losses and changes of everything, then peace", test_loss },
		{ "6.8.4 losses one way take both down", test_one_way },
		{ "6.8.16 AdminDown and back", test_admin },
		{ "a restarted peer with another discriminator", test_restart },
	};

	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
