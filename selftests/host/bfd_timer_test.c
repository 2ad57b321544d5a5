// SPDX-License-Identifier: GPL-2.0
/*
 * Intervals of BFD and their changes under way against RFC 5880. A number at the beginning of a
 * name is the section that says so.
 *
 * usage: bfd_timer_test [PART OF A TEST NAME]
 */
#include "bfd_common.h"

static u64 tx_least(const struct vpc_bfd *s)
{
	return vpc_bfd_tx_ns(s, UINT32_MAX);
}

static void test_slow(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;
	u8 state;

	for (state = AD; state < UP; state++) {
		bring_to(&s, state, SEC);
		expect(s.desired_min_tx_us == 1000000 && tx_most(&s) == SEC);
		c.desired_min_tx_us = 10000;
		vpc_bfd_set(&s, &c);
		expect(s.desired_min_tx_us == 1000000 && tx_most(&s) == SEC);
		c.desired_min_tx_us = 3000000;
		expect(vpc_bfd_set(&s, &c) & VPC_BFD_TX_CHANGED);
		expect(s.desired_min_tx_us == 3000000 && tx_most(&s) == 3 * SEC);
	}
}

static void test_slow_again(void)
{
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(s.desired_min_tx_us == 50000);
	expect(hear(&s, DN, 0, SEC) == (FLIP | VPC_BFD_TX_CHANGED));
	expect(s.desired_min_tx_us == 1000000 && tx_most(&s) == SEC);
	bring_up(&s, &config, SEC);
	expect(vpc_bfd_expired(&s, 10 * SEC) & VPC_BFD_TX_CHANGED);
	expect(s.desired_min_tx_us == 1000000 && tx_most(&s) == SEC);
	bring_up(&s, &config, SEC);
	expect(vpc_bfd_admin(&s, true) == (FLIP | VPC_BFD_TX_CHANGED));
	expect(s.desired_min_tx_us == 1000000 && tx_most(&s) == SEC);
}

static void test_poll_begins(void)
{
	struct vpc_bfd_config c;
	struct vpc_bfd s;
	int i;

	for (i = 0; i < 5; i++) {
		c = config;
		c.desired_min_tx_us += i == 1 ? 10000 : i == 2 ? -10000 : 0;
		c.required_min_rx_us += i == 3 ? 10000 : i == 4 ? -10000 : 0;
		bring_up(&s, &config, SEC);
		vpc_bfd_set(&s, &c);
		expect(!!(flags_sent(&s, false, SEC) & VPC_BFD_P) == !!i, "%d", i);
	}
	/* Slow start ends and begins by a change of bfd.DesiredMinTxInterval. */
	bring_to(&s, IN, SEC);
	expect(!(flags_sent(&s, false, SEC) & VPC_BFD_P));
	hear(&s, IN, 0, SEC);
	expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
	bring_up(&s, &config, SEC);
	hear(&s, DN, 0, SEC);
	expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
}

static void test_multiplier_no_poll(void)
{
	struct vpc_bfd_config c = config;
	u8 wire[VPC_BFD_LEN];
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.multiplier = 7;
	expect(!vpc_bfd_set(&s, &c));
	vpc_bfd_build(&s, false, SEC, wire);
	expect(wire[2] == 7 && !(wire[1] & VPC_BFD_P));
}

static void test_tx_up(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.desired_min_tx_us = 300000;
	expect(!vpc_bfd_set(&s, &c));
	expect(s.desired_min_tx_us == 300000 && tx_most(&s) == 50 * MS);
	flags_sent(&s, false, SEC);
	expect(!hear(&s, UP, 0, SEC));
	expect(tx_most(&s) == 50 * MS);
	expect(hear(&s, UP, VPC_BFD_F, SEC) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 300 * MS);
}

static void test_tx_down(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.desired_min_tx_us = 35000;
	expect(vpc_bfd_set(&s, &c) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 35 * MS);
}

static void test_rx_down(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(vpc_bfd_detect_ns(&s) == 300 * MS);
	c.required_min_rx_us = 50000;
	expect(!vpc_bfd_set(&s, &c));
	expect(s.required_min_rx_us == 50000 && vpc_bfd_detect_ns(&s) == 300 * MS);
	flags_sent(&s, false, SEC);
	expect(!hear(&s, UP, 0, SEC));
	expect(vpc_bfd_detect_ns(&s) == 300 * MS);
	expect(hear(&s, UP, VPC_BFD_F, SEC) == VPC_BFD_DETECT_CHANGED);
	expect(vpc_bfd_detect_ns(&s) == 250 * MS);
}

static void test_rx_up(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.required_min_rx_us = 100000;
	expect(vpc_bfd_set(&s, &c) == VPC_BFD_DETECT_CHANGED);
	expect(vpc_bfd_detect_ns(&s) == 500 * MS);
}

/* What is held back while up is not when it is down: the rules speak of the former only. */
static void test_not_up(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.required_min_rx_us = 50000;
	c.desired_min_tx_us = 2000000;
	vpc_bfd_set(&s, &c);
	expect(tx_most(&s) == 50 * MS && vpc_bfd_detect_ns(&s) == 300 * MS);
	hear(&s, DN, 0, SEC);
	expect(tx_most(&s) == 2 * SEC && vpc_bfd_detect_ns(&s) == 250 * MS);
}

static void test_honour(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	pkt.required_min_rx_us = 200000;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 200 * MS);
	pkt.required_min_rx_us = 100000;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 100 * MS);
}

/* Choice 1: P has not been sent yet, so one sequence tells of both changes. */
static void test_single_packet(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.desired_min_tx_us = 100000;
	vpc_bfd_set(&s, &c);
	c.required_min_rx_us = 50000;
	vpc_bfd_set(&s, &c);
	expect(!s.poll_again);
	expect(finish_poll(&s, SEC) == (VPC_BFD_TX_CHANGED | VPC_BFD_DETECT_CHANGED));
	expect(s.poll == VPC_BFD_POLL_IDLE);
	expect(tx_most(&s) == 100 * MS && vpc_bfd_detect_ns(&s) == 250 * MS);
}

/* P has been sent: F may be for what the packet said. */
static void test_second_poll(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.desired_min_tx_us = 100000;
	c.required_min_rx_us = 50000;
	vpc_bfd_set(&s, &c);
	flags_sent(&s, false, SEC);
	c.desired_min_tx_us = 200000;
	c.required_min_rx_us = 45000;
	expect(!vpc_bfd_set(&s, &c));
	expect(s.desired_min_tx_us == 200000 && s.required_min_rx_us == 45000);
	expect(!hear(&s, UP, VPC_BFD_F, SEC + MS));
	expect(tx_most(&s) == 50 * MS && vpc_bfd_detect_ns(&s) == 300 * MS);
	expect(!(flags_sent(&s, false, SEC + MS) & VPC_BFD_P));
	hear(&s, UP, 0, SEC + 2 * MS);
	expect(finish_poll(&s, SEC + 3 * MS) == (VPC_BFD_TX_CHANGED | VPC_BFD_DETECT_CHANGED));
	expect(tx_most(&s) == 200 * MS && vpc_bfd_detect_ns(&s) == 225 * MS);
	expect(s.poll == VPC_BFD_POLL_IDLE && !s.poll_again);
}

/* Choices 2 and 3 together. */
static void test_settle(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	c.desired_min_tx_us = 100000;
	vpc_bfd_set(&s, &c);
	flags_sent(&s, false, SEC);
	hear(&s, UP, VPC_BFD_F, SEC + 100 * MS);
	expect(tx_most(&s) == 100 * MS);
	c.desired_min_tx_us = 200000;
	vpc_bfd_set(&s, &c);
	expect(!(flags_sent(&s, false, SEC + 110 * MS) & VPC_BFD_P));
	hear(&s, UP, 0, SEC + 199 * MS);
	expect(!(flags_sent(&s, false, SEC + 199 * MS) & VPC_BFD_P));
	hear(&s, UP, VPC_BFD_F, SEC + 201 * MS);
	expect(!(flags_sent(&s, false, SEC + 201 * MS) & VPC_BFD_P));
	expect(tx_most(&s) == 100 * MS);
	hear(&s, UP, 0, SEC + 202 * MS);
	expect(flags_sent(&s, false, SEC + 202 * MS) & VPC_BFD_P);
	expect(hear(&s, UP, VPC_BFD_F, SEC + 203 * MS) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 200 * MS);
}

/* P on every packet that is due anyway, until F comes; no packet of its own. */
static void test_poll_periodic(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;
	int i;

	bring_up(&s, &config, SEC);
	c.required_min_rx_us = 50000;
	c.desired_min_tx_us = 40000;
	expect(!(vpc_bfd_set(&s, &c) & (VPC_BFD_SEND_NOW | VPC_BFD_SEND_FINAL)));
	for (i = 0; i < 10; i++) {
		expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
		expect(!hear(&s, UP, 0, SEC));
	}
	hear(&s, UP, VPC_BFD_F, SEC);
	expect(!(flags_sent(&s, false, SEC) & VPC_BFD_P));
}

static void test_final(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;
	u8 state;

	for (state = AD; state <= UP; state++) {
		bring_to(&s, state, SEC);
		c.required_min_rx_us = 50000;
		vpc_bfd_set(&s, &c);
		expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
		hear(&s, state, 0, SEC);
		expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
		hear(&s, AD, VPC_BFD_F, SEC);
		expect(s.poll == VPC_BFD_POLL_SETTLING);
		if (state == AD)
			expect(!(flags_sent(&s, false, SEC) & VPC_BFD_P));
	}
}

static void test_stray_final(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(!hear(&s, UP, VPC_BFD_F, SEC));
	expect(s.poll == VPC_BFD_POLL_IDLE);
	c.required_min_rx_us = 50000;
	vpc_bfd_set(&s, &c);
	expect(!hear(&s, UP, VPC_BFD_F, SEC));
	expect(vpc_bfd_detect_ns(&s) == 300 * MS);
	expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
}

static void test_poll_answered(void)
{
	struct vpc_bfd s;
	u8 state, heard;
	unsigned int todo;

	for (state = AD; state <= UP; state++) {
		for (heard = AD; heard <= UP; heard++) {
			bring_to(&s, state, SEC);
			todo = hear(&s, heard, VPC_BFD_P, SEC);
			expect(todo & VPC_BFD_SEND_FINAL, "%d hears %d", state, heard);
			expect(!!(todo & VPC_BFD_SEND_NOW) == (s.state != state));
			todo = flags_sent(&s, true, SEC);
			expect((todo & (VPC_BFD_F | VPC_BFD_P)) == VPC_BFD_F);
			expect(!(hear(&s, heard, 0, SEC) & VPC_BFD_SEND_FINAL));
		}
	}
}

/* As BIRD does: P in all packets, its own Poll Sequence and ours at the same time. */
static void test_poll_both(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;
	int i;

	bring_up(&s, &config, SEC);
	c.required_min_rx_us = 50000;
	vpc_bfd_set(&s, &c);
	for (i = 0; i < 3; i++) {
		expect(hear(&s, UP, VPC_BFD_P, SEC) == VPC_BFD_SEND_FINAL);
		expect((flags_sent(&s, true, SEC) & (VPC_BFD_P | VPC_BFD_F)) == VPC_BFD_F);
		expect((flags_sent(&s, false, SEC) & (VPC_BFD_P | VPC_BFD_F)) == VPC_BFD_P);
	}
	expect(hear(&s, UP, VPC_BFD_F, SEC) == VPC_BFD_DETECT_CHANGED);
	expect(hear(&s, UP, VPC_BFD_P, SEC) == VPC_BFD_SEND_FINAL);
	expect(s.poll == VPC_BFD_POLL_IDLE);
}

static void test_detect(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(vpc_bfd_detect_ns(&s) == 5 * 60 * MS);
	pkt.desired_min_tx_us = 70000;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_DETECT_CHANGED);
	expect(vpc_bfd_detect_ns(&s) == 5 * 70 * MS);
	pkt.multiplier = 2;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_DETECT_CHANGED);
	expect(vpc_bfd_detect_ns(&s) == 2 * 70 * MS);
	pkt.desired_min_tx_us = UINT32_MAX;
	pkt.multiplier = 255;
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(vpc_bfd_detect_ns(&s) == 255ULL * UINT32_MAX * US);
}

static void test_interval(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(tx_most(&s) == 50 * MS);
	pkt.required_min_rx_us = 50001;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == 50001 * US);
	pkt.required_min_rx_us = UINT32_MAX;
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(tx_most(&s) == UINT32_MAX * US);
}

static void check_jitter(u8 multiplier, int least, int most)
{
	struct vpc_bfd_config c = config;
	u64 ns, min = UINT64_MAX, max = 0, sum = 0;
	struct vpc_bfd s;
	int i, n = 100000;

	c.multiplier = multiplier;
	bring_up(&s, &c, SEC);
	for (i = 0; i < n; i++) {
		ns = vpc_bfd_tx_ns(&s, rnd());
		min = min(min, ns);
		max = max(max, ns);
		sum += ns;
	}
	expect(min >= least * 500 * US && min < least * 500 * US + 50 * US, "%llu", min);
	expect(max <= most * 500 * US && max > most * 500 * US - 50 * US, "%llu", max);
	sum = sum / n * 2;
	expect(sum > (least + most) * 500 * US - 100 * US, "%llu", sum);
	expect(sum < (least + most) * 500 * US + 100 * US, "%llu", sum);
	expect(tx_most(&s) == most * 500 * US && tx_least(&s) >= least * 500 * US);
}

static void test_jitter(void)
{
	check_jitter(2, 75, 100);
	check_jitter(3, 75, 100);
	check_jitter(255, 75, 100);
}

static void test_jitter_one(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	check_jitter(1, 75, 90);
	bring_up(&s, &config, SEC);
	c.multiplier = 1;
	expect(vpc_bfd_set(&s, &c) == VPC_BFD_TX_CHANGED);
}

static void test_silence(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	pkt.required_min_rx_us = 0;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_TX_CHANGED);
	expect(!tx_most(&s) && !tx_least(&s));
	c.desired_min_tx_us = 10000;
	vpc_bfd_set(&s, &c);
	expect(!tx_most(&s));
	pkt.flags |= VPC_BFD_P;
	expect(vpc_bfd_receive(&s, &pkt, SEC) == VPC_BFD_SEND_FINAL);
	expect(vpc_bfd_admin(&s, true) == FLIP);
}

int main(int argc, char **argv)
{
	static const struct ktap_test tests[] = {
		{ "6.8.3 bfd.DesiredMinTxInterval is at least a second while not up", test_slow },
		{ "6.8.3 bfd.DesiredMinTxInterval is at least a second when up no more",
		  test_slow_again },
		{ "6.8.3 a change of an interval begins a Poll Sequence", test_poll_begins },
		{ "6.8.12 a change of bfd.DetectMult does not", test_multiplier_no_poll },
		{ "6.8.3 an increased bfd.DesiredMinTxInterval is not used before F", test_tx_up },
		{ "6.8.3 a decreased bfd.DesiredMinTxInterval is used at once", test_tx_down },
		{ "6.8.3 a reduced bfd.RequiredMinRxInterval is not used before F", test_rx_down },
		{ "6.8.3 an increased bfd.RequiredMinRxInterval is used at once", test_rx_up },
		{ "6.8.3 everything is used at once while not up", test_not_up },
		{ "6.8.3 a reduced bfd.RemoteMinRxInterval is honoured at once", test_honour },
		{ "6.8.3 changes before P is sent are told in one packet", test_single_packet },
		{ "6.8.3 changes after P was sent take another Poll Sequence", test_second_poll },
		{ "6.8.3 it waits for a round trip and a packet without F", test_settle },
		{ "6.5 P is on periodic packets, without additional ones", test_poll_periodic },
		{ "6.8.6 F terminates the Poll Sequence, in every state", test_final },
		{ "6.8.6 F terminates nothing before P was sent", test_stray_final },
		{ "6.8.7 P is answered with F, in every state", test_poll_answered },
		{ "6.5 Poll Sequences of both sides at once", test_poll_both },
		{ "6.8.4 Detection Time: its multiplier, the greater interval", test_detect },
		{ "6.8.7 not more often than the greater of the two intervals", test_interval },
		{ "6.8.7 intervals are reduced by 0 to 25 percent, each anew", test_jitter },
		{ "6.8.7 with bfd.DetectMult 1 by 10 to 25 percent", test_jitter_one },
		{ "6.8.7 no periodic packets while bfd.RemoteMinRxInterval is zero",
		  test_silence },
	};

	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
