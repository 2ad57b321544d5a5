// SPDX-License-Identifier: GPL-2.0
/*
 * States of a BFD session against RFC 5880. A number at the beginning of a name is the section
 * that says so.
 *
 * usage: bfd_test [PART OF A TEST NAME]
 */
#include "bfd_common.h"

static void test_active(void)
{
	struct vpc_bfd s;

	vpc_bfd_init(&s, &config, LOCAL);
	expect(tx_most(&s) == SEC);
	bring_up(&s, &config, SEC);
	expect(vpc_bfd_expired(&s, 10 * SEC) & VPC_BFD_SEND_NOW);
	expect(tx_most(&s) == SEC);
}

static void test_passive(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;
	unsigned int todo;

	c.passive = true;
	vpc_bfd_init(&s, &c, LOCAL);
	expect(!tx_most(&s));
	expect(vpc_bfd_admin(&s, true) == VPC_BFD_STATE_CHANGED);
	expect(vpc_bfd_admin(&s, false) == VPC_BFD_STATE_CHANGED);
	todo = hear(&s, DN, 0, SEC);
	expect(todo == (FLIP | VPC_BFD_TX_CHANGED | VPC_BFD_DETECT_CHANGED), "0x%x", todo);
	expect(tx_most(&s) == SEC);
	hear(&s, IN, 0, SEC);
	todo = vpc_bfd_expired(&s, 10 * SEC);
	expect(todo == (VPC_BFD_STATE_CHANGED | VPC_BFD_TX_CHANGED | VPC_BFD_DETECT_CHANGED),
	       "0x%x", todo);
	expect(!tx_most(&s));
	expect(vpc_bfd_set(&s, &config) == VPC_BFD_TX_CHANGED);
	expect(tx_most(&s) == SEC);
}

static void test_both_active(void)
{
	struct vpc_bfd_config c = config;

	expect(vpc_bfd_config_valid(&c, false) && vpc_bfd_config_valid(&c, true));
	c.passive = true;
	expect(!vpc_bfd_config_valid(&c, false) && vpc_bfd_config_valid(&c, true));
}

static void test_other_session(void)
{
	struct vpc_bfd_packet pkt = packet(DN, VPC_BFD_P | VPC_BFD_F);
	struct vpc_bfd s, before;

	bring_up(&s, &config, SEC);
	before = s;
	pkt.your_discr = LOCAL + 1;
	expect(vpc_bfd_receive(&s, &pkt, 2 * SEC) == VPC_BFD_DISCARDED);
	expect(!memcmp(&s, &before, sizeof(s)));
	pkt.your_discr = LOCAL;
	expect(vpc_bfd_receive(&s, &pkt, 2 * SEC) & VPC_BFD_STATE_CHANGED);
}

static void test_initial(void)
{
	struct vpc_bfd_config c = config;
	struct vpc_bfd s;

	memset(&s, 0xa5, sizeof(s));
	vpc_bfd_init(&s, &c, LOCAL);
	expect(s.state == DN);
	expect(s.remote_state == DN);
	expect(s.local_discr == LOCAL);
	expect(s.remote_discr == 0);
	expect(s.local_diag == VPC_BFD_DIAG_NONE);
	expect(s.desired_min_tx_us == 1000000);
	expect(s.required_min_rx_us == 60000);
	expect(s.remote_min_rx_us == 1);
	expect(s.poll == VPC_BFD_POLL_IDLE);
	expect(!vpc_bfd_detect_ns(&s) && !vpc_bfd_expired(&s, 1000 * SEC));
	c.desired_min_tx_us = 2500000;
	vpc_bfd_init(&s, &c, LOCAL);
	expect(s.desired_min_tx_us == 2500000);
}

static void test_valid(void)
{
	struct vpc_bfd_config c = config;

	c.multiplier = 0;
	expect(!vpc_bfd_config_valid(&c, true));
	c = config;
	c.desired_min_tx_us = 0;
	expect(!vpc_bfd_config_valid(&c, true));
	c = config;
	c.required_min_rx_us = 0;
	expect(!vpc_bfd_config_valid(&c, true));
}

static void test_forget(void)
{
	struct vpc_bfd s;
	u8 state;

	for (state = AD; state <= UP; state++) {
		bring_to(&s, state, SEC);
		hear(&s, AD, 0, 2 * SEC);
		expect(s.remote_discr == REMOTE && s.remote_min_rx_us == 30000);
		expect(vpc_bfd_expired(&s, 2 * SEC + 300 * MS) & VPC_BFD_DETECT_CHANGED);
		expect(s.remote_discr == 0);
		expect(s.state == (state == AD ? AD : DN));
		expect(!vpc_bfd_detect_ns(&s));
		expect(!vpc_bfd_expired(&s, 100 * SEC));
	}
}

static void test_forget_zero(void)
{
	struct vpc_bfd_packet pkt = packet(DN, 0);
	struct vpc_bfd s;

	bring_to(&s, DN, SEC);
	pkt.required_min_rx_us = 0;
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(!tx_most(&s));
	expect(vpc_bfd_expired(&s, 10 * SEC) & VPC_BFD_TX_CHANGED);
	expect(s.remote_min_rx_us == 1);
	expect(tx_most(&s) == SEC);
}

static void test_preserved(void)
{
	struct vpc_bfd s, before;
	u8 state;

	for (state = AD; state <= UP; state++) {
		bring_to(&s, state, SEC);
		hear(&s, AD, 0, 2 * SEC);
		before = s;
		expect(!vpc_bfd_expired(&s, 2 * SEC + 300 * MS - 1));
		expect(!vpc_bfd_expired(&s, SEC));
		expect(!memcmp(&s, &before, sizeof(s)));
	}
}

static void test_expired(void)
{
	struct vpc_bfd s;
	unsigned int todo;
	u8 state;

	for (state = AD; state <= UP; state++) {
		bring_to(&s, state, SEC);
		if (state <= DN)
			hear(&s, AD, 0, SEC);
		expect(s.state == state);
		todo = vpc_bfd_expired(&s, SEC + 300 * MS);
		expect(s.state == (state >= IN ? DN : state));
		expect(!!(todo & FLIP) == (state >= IN), "%d: 0x%x", state, todo);
		expect((s.local_diag == VPC_BFD_DIAG_EXPIRED) == (state >= IN));
		expect(!s.remote_discr);
	}
}

/* Only what is not discarded counts as received. */
static void test_received(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	hear(&s, UP, 0, SEC + 200 * MS);
	expect(!vpc_bfd_expired(&s, SEC + 499 * MS));
	expect(s.last_rx_ns == SEC + 200 * MS);
	pkt.your_discr = LOCAL + 1;
	vpc_bfd_receive(&s, &pkt, SEC + 400 * MS);
	expect(vpc_bfd_expired(&s, SEC + 500 * MS) & VPC_BFD_STATE_CHANGED);
	bring_up(&s, &config, SEC);
	vpc_bfd_touch(&s, SEC - MS);
	expect(s.last_rx_ns == SEC);
}

static void test_variables(void)
{
	struct vpc_bfd_packet pkt = packet(DN, VPC_BFD_D);
	struct vpc_bfd s;
	u8 state;

	for (state = AD; state <= UP; state++) {
		bring_to(&s, state, SEC);
		pkt.my_discr = 77;
		pkt.diag = VPC_BFD_DIAG_PATH;
		pkt.required_min_rx_us = 12345;
		vpc_bfd_receive(&s, &pkt, SEC);
		expect(s.remote_discr == 77);
		expect(s.remote_state == DN);
		expect(s.remote_diag == VPC_BFD_DIAG_PATH);
		expect(s.remote_flags == (VPC_BFD_C | VPC_BFD_D));
		expect(s.remote_min_rx_us == 12345);
		expect(s.remote_min_tx_us == 40000);
		expect(s.remote_multiplier == 5);
	}
}

/* Each state hears each state. */
static void test_transitions(void)
{
	static const u8 next[4][4] = {
		[AD] = { AD, AD, AD, AD },
		[DN] = { [AD] = DN, [DN] = IN, [IN] = UP, [UP] = DN },
		[IN] = { [AD] = DN, [DN] = IN, [IN] = UP, [UP] = UP },
		[UP] = { [AD] = DN, [DN] = DN, [IN] = UP, [UP] = UP },
	};
	struct vpc_bfd s;
	unsigned int todo;
	u8 state, heard;

	for (state = AD; state <= UP; state++) {
		for (heard = AD; heard <= UP; heard++) {
			bring_to(&s, state, SEC);
			todo = hear(&s, heard, 0, SEC);
			expect(s.state == next[state][heard], "%d hears %d: %d", state, heard,
			       s.state);
			expect((todo & FLIP) == (s.state == state ? 0 : FLIP));
		}
	}
}

static void signalled(u8 heard)
{
	struct vpc_bfd s;
	u8 state;

	for (state = IN; state <= UP; state++) {
		if (state == IN && heard == DN)
			continue;
		bring_to(&s, state, SEC);
		hear(&s, heard, 0, SEC);
		expect(s.state == DN && s.local_diag == VPC_BFD_DIAG_SIGNALLED);
		expect(vpc_bfd_peer_admin_down(&s) == (heard == AD));
		expect(s.remote_state == heard);
	}
}

static void test_signalled(void)
{
	signalled(DN);
}

static void test_peer_admin(void)
{
	struct vpc_bfd_packet pkt = packet(AD, 0);
	struct vpc_bfd s;

	signalled(AD);
	bring_up(&s, &config, SEC);
	pkt.diag = VPC_BFD_DIAG_ADMIN;
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(s.remote_diag == VPC_BFD_DIAG_ADMIN);
	expect(vpc_bfd_peer_admin_down(&s));
	vpc_bfd_expired(&s, 10 * SEC);
	expect(!vpc_bfd_peer_admin_down(&s) && s.remote_diag == VPC_BFD_DIAG_ADMIN);
	expect(s.local_diag == VPC_BFD_DIAG_SIGNALLED);
	/* Never up: nothing was signalled. */
	bring_to(&s, DN, SEC);
	hear(&s, AD, 0, SEC);
	expect(s.local_diag == VPC_BFD_DIAG_NONE && !vpc_bfd_peer_admin_down(&s));
}

/* bfdd forgets us when it goes down, and knows us by address only. */
static void test_bfdd_restart(void)
{
	struct vpc_bfd_packet pkt = packet(DN, 0);
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	pkt.my_discr = REMOTE + 1;
	pkt.your_discr = 0;
	expect(vpc_bfd_receive(&s, &pkt, SEC) & VPC_BFD_STATE_CHANGED);
	expect(s.state == DN && s.local_diag == VPC_BFD_DIAG_SIGNALLED);
	expect(s.remote_discr == REMOTE + 1);
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(s.state == IN && s.local_diag == VPC_BFD_DIAG_SIGNALLED);
	pkt.state = UP;
	pkt.your_discr = LOCAL;
	vpc_bfd_receive(&s, &pkt, SEC);
	expect(s.state == UP && s.local_diag == VPC_BFD_DIAG_NONE);
}

static void test_discr_changes(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0);
	u8 wire[VPC_BFD_LEN];
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	pkt.my_discr = 5;
	expect(!vpc_bfd_is_steady(&s, &pkt));
	expect(!vpc_bfd_receive(&s, &pkt, SEC));
	vpc_bfd_build(&s, false, SEC, wire);
	expect(wire[11] == 5 && s.state == UP);
}

static void test_demand(void)
{
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(!hear(&s, UP, VPC_BFD_D, SEC));
	expect(tx_most(&s) == 50 * MS);
	expect(s.remote_flags & VPC_BFD_D);
}

static void test_admin(void)
{
	struct vpc_bfd s;
	u8 state, heard;

	for (state = DN; state <= UP; state++) {
		bring_to(&s, state, SEC);
		expect((vpc_bfd_admin(&s, true) & FLIP) == FLIP);
		expect(s.state == AD && s.local_diag == VPC_BFD_DIAG_ADMIN);
		expect(!vpc_bfd_admin(&s, true));
		for (heard = AD; heard <= UP; heard++) {
			expect(!(hear(&s, heard, 0, SEC) & FLIP));
			expect(s.state == AD && s.local_diag == VPC_BFD_DIAG_ADMIN);
		}
		expect(tx_most(&s) == SEC);
		expect((vpc_bfd_admin(&s, false) & FLIP) == FLIP);
		expect(s.state == DN && s.local_diag == VPC_BFD_DIAG_NONE);
		expect(!vpc_bfd_admin(&s, false) && s.state == DN);
	}
}

static void test_steady(void)
{
	struct vpc_bfd_packet pkt = packet(UP, 0), other;
	struct vpc_bfd s, was;
	size_t i;
	u8 poll;

	bring_up(&s, &config, SEC);
	expect(vpc_bfd_is_steady(&s, &pkt));
	for (i = 0; i < sizeof(pkt); i++) {
		other = pkt;
		((u8 *)&other)[i] ^= 1;
		expect(!vpc_bfd_is_steady(&s, &other), "byte %zu", i);
	}
	for (i = VPC_BFD_D; i <= VPC_BFD_P; i <<= 1) {
		other = pkt;
		other.flags ^= i;
		expect(!vpc_bfd_is_steady(&s, &other), "flag 0x%zx", i);
	}
	for (poll = VPC_BFD_POLL_WANTED; poll <= VPC_BFD_POLL_SETTLING; poll++) {
		was = s;
		was.poll = poll;
		expect(!vpc_bfd_is_steady(&was, &pkt), "%d", poll);
	}
	was = s;
	expect(!vpc_bfd_receive(&s, &pkt, 2 * SEC));
	vpc_bfd_touch(&was, 2 * SEC);
	expect(!memcmp(&s, &was, sizeof(s)));
	hear(&s, AD, 0, SEC);
	expect(!vpc_bfd_is_steady(&s, &pkt));
	bring_to(&s, IN, SEC);
	expect(!vpc_bfd_is_steady(&s, &pkt));
}

int main(int argc, char **argv)
{
	static const struct ktap_test tests[] = {
		{ "6.1 an active system sends without having heard anything", test_active },
		{ "6.1, 6.8.7 a passive system sends nothing while bfd.RemoteDiscr is zero",
		  test_passive },
		{ "5881:3 both sides of a single hop are active", test_both_active },
		{ "6.8.6 a nonzero Your Discriminator selects the session", test_other_session },
		{ "6.8.1 the variables are initialized as listed", test_initial },
		{ "6.8.1 bfd.DetectMult is nonzero", test_valid },
		{ "6.8.1 bfd.RemoteDiscr is zero after a Detection Time of silence", test_forget },
		{ "6.8.18 bfd.RemoteMinRxInterval is 1 after a Detection Time of silence",
		  test_forget_zero },
		{ "6.8.1 state is preserved for a Detection Time", test_preserved },
		{ "6.8.4 after it Init and Up are Down with diagnostic 1", test_expired },
		{ "6.8.4 it counts from the last packet that was not discarded", test_received },
		{ "6.8.6 a packet sets the variables of the peer, in every state",
		  test_variables },
		{ "6.8.6 each state that hears each state", test_transitions },
		{ "6.8.6 Up that hears Down is Down with diagnostic 3", test_signalled },
		{ "6.8.6 Init and Up that hear AdminDown are Down with diagnostic 3",
		  test_peer_admin },
		{ "6.8.6 Your Discriminator zero takes an Up session down", test_bfdd_restart },
		{ "6.3 a peer may change its discriminator", test_discr_changes },
		{ "6.8.6 demand mode of the peer is not obeyed", test_demand },
		{ "6.8.16 administrative control", test_admin },
		{ "a steady packet would change nothing but the time", test_steady },
	};

	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
