// SPDX-License-Identifier: GPL-2.0
/*
 * BFD packets, as RFC 5880 wants them read and written. A number at the beginning of a name is
 * the section that says so.
 *
 * usage: bfd_packet_test [PART OF A TEST NAME]
 */
#include "bfd_common.h"

static const u8 good[VPC_BFD_LEN] = {
	1 << 5 | VPC_BFD_DIAG_SIGNALLED, VPC_BFD_UP << 6 | VPC_BFD_C, 5, VPC_BFD_LEN,
	0xa1, 0xb2, 0xc3, 0xd4,
	0x01, 0x02, 0x03, 0x04,
	0x00, 0x01, 0x86, 0xa0,
	0x80, 0x00, 0x00, 0x01,
	0xde, 0xad, 0xbe, 0xef,
};

static enum vpc_bfd_error parse_len(const u8 *data, size_t len)
{
	struct vpc_bfd_packet pkt;
	enum vpc_bfd_error err;
	u8 *exact = malloc(len);

	memset(&pkt, 0xa5, sizeof(pkt));
	memcpy(exact, data, len);
	err = vpc_bfd_parse(exact, len, &pkt);
	free(exact);
	return err;
}

/* The good packet with one byte changed. */
static enum vpc_bfd_error parse_with(int at, u8 value)
{
	u8 wire[VPC_BFD_LEN];

	memcpy(wire, good, sizeof(wire));
	wire[at] = value;
	return parse_len(wire, sizeof(wire));
}

static void test_fields(void)
{
	struct vpc_bfd_packet pkt;
	u8 wire[VPC_BFD_LEN];

	memset(&pkt, 0xa5, sizeof(pkt));
	expect(vpc_bfd_parse(good, sizeof(good), &pkt) == VPC_BFD_OK);
	expect(pkt.my_discr == REMOTE);
	expect(pkt.your_discr == LOCAL);
	expect(pkt.desired_min_tx_us == 100000);
	expect(pkt.required_min_rx_us == 0x80000001);
	expect(pkt.state == VPC_BFD_UP);
	expect(pkt.diag == VPC_BFD_DIAG_SIGNALLED);
	expect(pkt.multiplier == 5);
	expect(pkt.flags == VPC_BFD_C);
	memcpy(wire, good, sizeof(wire));
	wire[0] |= 0x1f;
	wire[1] |= VPC_BFD_P | VPC_BFD_F | VPC_BFD_D;
	expect(vpc_bfd_parse(wire, sizeof(wire), &pkt) == VPC_BFD_OK);
	expect(pkt.diag == 31);
	expect(pkt.flags == (VPC_BFD_P | VPC_BFD_F | VPC_BFD_C | VPC_BFD_D));
}

static void test_version(void)
{
	int v;

	for (v = 0; v < 8; v++)
		expect(parse_with(0, v << 5) == (v == 1 ? VPC_BFD_OK : VPC_BFD_E_VERSION), "%d", v);
}

static void test_length(void)
{
	int len;

	for (len = 0; len < 24; len++)
		expect(parse_with(3, len) == VPC_BFD_E_LENGTH, "%d", len);
	expect(parse_with(3, 24) == VPC_BFD_OK);
}

static void test_length_auth(void)
{
	u8 wire[28] = { 0 };
	int len;

	memcpy(wire, good, sizeof(good));
	wire[1] |= VPC_BFD_A;
	for (len = 0; len <= 28; len++) {
		wire[3] = len;
		expect(parse_len(wire, sizeof(wire)) ==
		       (len < 26 ? VPC_BFD_E_LENGTH : VPC_BFD_E_AUTH), "%d", len);
	}
}

static void test_payload(void)
{
	u8 wire[64] = { 0 };
	size_t len;
	int field;

	memcpy(wire, good, sizeof(good));
	for (field = 24; field < 256; field++) {
		wire[3] = field;
		for (len = 24; len <= sizeof(wire); len++)
			expect(parse_len(wire, len) ==
			       ((size_t)field > len ? VPC_BFD_E_PAYLOAD : VPC_BFD_OK),
			       "%d in %zu", field, len);
	}
}

static void test_truncated(void)
{
	size_t len;

	for (len = 0; len < 24; len++)
		expect(parse_len(good, len) == VPC_BFD_E_TRUNCATED, "%zu", len);
}

static void test_multiplier(void)
{
	expect(parse_with(2, 0) == VPC_BFD_E_MULTIPLIER);
	expect(parse_with(2, 1) == VPC_BFD_OK);
	expect(parse_with(2, 255) == VPC_BFD_OK);
}

static void test_multipoint(void)
{
	expect(parse_with(1, good[1] | VPC_BFD_M) == VPC_BFD_E_MULTIPOINT);
}

static void test_my_discr(void)
{
	u8 wire[VPC_BFD_LEN];
	int i;

	memcpy(wire, good, sizeof(wire));
	memset(wire + 4, 0, 4);
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_MY_DISCR);
	for (i = 4; i < 8; i++) {
		wire[i] = 1;
		expect(parse_len(wire, sizeof(wire)) == VPC_BFD_OK, "byte %d", i);
		wire[i] = 0;
	}
}

static void your_discr(u8 state, enum vpc_bfd_error want)
{
	u8 wire[VPC_BFD_LEN];

	memcpy(wire, good, sizeof(wire));
	wire[1] = state << 6;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_OK, "state %d", state);
	memset(wire + 8, 0, 4);
	expect(parse_len(wire, sizeof(wire)) == want, "state %d", state);
}

static void test_your_discr_live(void)
{
	your_discr(VPC_BFD_INIT, VPC_BFD_E_YOUR_DISCR);
	your_discr(VPC_BFD_UP, VPC_BFD_E_YOUR_DISCR);
}

static void test_your_discr_down(void)
{
	your_discr(VPC_BFD_DOWN, VPC_BFD_OK);
	your_discr(VPC_BFD_ADMIN_DOWN, VPC_BFD_OK);
}

static void test_auth(void)
{
	u8 wire[26] = { 0 };

	memcpy(wire, good, sizeof(good));
	wire[3] = 26;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_OK);
	wire[1] |= VPC_BFD_A;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_AUTH);
}

/* Everything is wrong with it; what is mended is what has been complained about. */
static void test_order(void)
{
	u8 wire[26] = { 0 };

	wire[1] = VPC_BFD_INIT << 6 | VPC_BFD_A | VPC_BFD_M;
	wire[3] = 25;
	expect(parse_len(wire, 1) == VPC_BFD_E_VERSION);
	expect(parse_len(wire, 0) == VPC_BFD_E_TRUNCATED);
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_VERSION);
	wire[0] = 1 << 5;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_LENGTH);
	wire[3] = 27;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_PAYLOAD);
	wire[3] = 26;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_MULTIPLIER);
	wire[2] = 1;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_MULTIPOINT);
	wire[1] &= ~VPC_BFD_M;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_MY_DISCR);
	wire[7] = 1;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_YOUR_DISCR);
	wire[11] = 1;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_E_AUTH);
	wire[1] &= ~VPC_BFD_A;
	expect(parse_len(wire, sizeof(wire)) == VPC_BFD_OK);
}

/* Contents of what is sent in every state. */
static void test_build(void)
{
	struct vpc_bfd_packet pkt;
	u8 wire[VPC_BFD_LEN];
	struct vpc_bfd s;
	u8 state;

	for (state = VPC_BFD_ADMIN_DOWN; state <= VPC_BFD_UP; state++) {
		bring_to(&s, state, SEC);
		memset(wire, 0xa5, sizeof(wire));
		vpc_bfd_build(&s, false, SEC, wire);
		expect(wire[3] == 24);
		if (state < VPC_BFD_INIT)
			expect(!memcmp(wire + 8, "\0\0\0", 4));
		memcpy(wire + 8, "\1\2\3\4", 4);
		expect(vpc_bfd_parse(wire, sizeof(wire), &pkt) == VPC_BFD_OK);
		expect(pkt.state == state);
		expect(pkt.diag == s.local_diag);
		expect(pkt.diag == (state ? VPC_BFD_DIAG_NONE : VPC_BFD_DIAG_ADMIN));
		expect(pkt.multiplier == 3);
		expect(pkt.my_discr == LOCAL);
		expect(pkt.desired_min_tx_us == (state == VPC_BFD_UP ? 50000 : 1000000));
		expect(pkt.required_min_rx_us == 60000);
	}
}

static void test_build_your_discr(void)
{
	u8 wire[VPC_BFD_LEN];
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	vpc_bfd_build(&s, false, SEC, wire);
	expect(!memcmp(wire + 8, good + 4, 4));
	vpc_bfd_expired(&s, 100 * SEC);
	vpc_bfd_build(&s, false, 100 * SEC, wire);
	expect(!memcmp(wire + 8, "\0\0\0", 4));
}

/* Bits that must be as they are in whatever we send. */
static void check_bits(u8 clear, u8 set)
{
	struct vpc_bfd s;
	u8 state, flags;
	int i;

	for (state = VPC_BFD_ADMIN_DOWN; state <= VPC_BFD_UP; state++) {
		for (i = 0; i < 4; i++) {
			bring_to(&s, state, SEC);
			s.poll = i & 2 ? VPC_BFD_POLL_WANTED : VPC_BFD_POLL_IDLE;
			hear(&s, s.remote_state, VPC_BFD_D, SEC);
			flags = flags_sent(&s, i & 1, SEC);
			expect(!(flags & clear), "0x%x", flags);
			expect((flags & set) == set, "0x%x", flags);
		}
	}
}

static void test_no_auth(void)
{
	check_bits(VPC_BFD_A, 0);
}

static void test_no_demand(void)
{
	check_bits(VPC_BFD_D, 0);
}

static void test_no_multipoint(void)
{
	check_bits(VPC_BFD_M, 0);
}

static void test_independent(void)
{
	check_bits(0, VPC_BFD_C);
}

static void test_no_echo(void)
{
	u8 wire[VPC_BFD_LEN];
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	memset(wire, 0xa5, sizeof(wire));
	vpc_bfd_build(&s, false, SEC, wire);
	expect(!memcmp(wire + 20, "\0\0\0", 4));
}

static void test_poll_bit(void)
{
	struct vpc_bfd s;

	bring_up(&s, &config, SEC);
	expect(!(flags_sent(&s, false, SEC) & VPC_BFD_P));
	s.poll = VPC_BFD_POLL_WANTED;
	expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
	expect(flags_sent(&s, false, SEC) & VPC_BFD_P);
	expect(!(flags_sent(&s, false, SEC) & VPC_BFD_F));
}

static void test_not_both(void)
{
	struct vpc_bfd s;
	u8 poll, flags;

	for (poll = VPC_BFD_POLL_IDLE; poll <= VPC_BFD_POLL_SETTLING; poll++) {
		bring_up(&s, &config, SEC);
		s.poll = poll;
		flags = flags_sent(&s, true, SEC);
		expect((flags & (VPC_BFD_P | VPC_BFD_F)) == VPC_BFD_F, "0x%x", flags);
		expect(s.poll == poll);
	}
}

static void test_ttl(void)
{
	int ttl;

	for (ttl = 0; ttl < 256; ttl++)
		expect(vpc_bfd_ttl_valid(false, ttl, 0) == (ttl == 255), "%d", ttl);
	expect(VPC_BFD_TTL == 255);
}

static void test_ttl_multihop(void)
{
	expect(vpc_bfd_ttl_valid(true, 1, 0));
	expect(vpc_bfd_ttl_valid(true, 250, 250));
	expect(!vpc_bfd_ttl_valid(true, 249, 250));
}

static void test_ports(void)
{
	static u8 seen[65536];
	u32 i, port, used = 0;

	for (i = 0; i < 16384; i++) {
		port = vpc_bfd_source_port(0xffff0000u + i);
		expect(port >= 49152, "%u", port);
		used += !seen[port]++;
	}
	expect(used == 16384);
	expect(VPC_BFD_PORT_SINGLE_HOP == 3784);
}

static void test_port_multihop(void)
{
	expect(VPC_BFD_PORT_MULTIHOP == 4784);
}

static void test_names(void)
{
	int i;

	expect(!strcmp(vpc_bfd_state_name(VPC_BFD_ADMIN_DOWN), "AdminDown"));
	expect(!strcmp(vpc_bfd_state_name(VPC_BFD_UP), "Up"));
	expect(!strcmp(vpc_bfd_diag_name(1), "detection time expired"));
	expect(!strcmp(vpc_bfd_diag_name(7), "administratively down"));
	expect(!strcmp(vpc_bfd_error_name(VPC_BFD_E_AUTH), "authentication is not in use"));
	for (i = 0; i < 256; i++) {
		expect(*vpc_bfd_state_name(i));
		expect(*vpc_bfd_diag_name(i));
		expect(*vpc_bfd_error_name(i));
		if (i > VPC_BFD_DIAG_REVERSE)
			expect(!strcmp(vpc_bfd_diag_name(i), "unknown diagnostic"));
	}
}

int main(int argc, char **argv)
{
	static const struct ktap_test tests[] = {
		{ "4.1 every field is read from its place", test_fields },
		{ "6.8.6 a packet with version other than 1 is discarded", test_version },
		{ "6.8.6 a packet with a Length of less than 24 is discarded", test_length },
		{ "6.8.6 a packet with the A bit and a Length of less than 26 is discarded",
		  test_length_auth },
		{ "6.8.6 a packet with a Length greater than the payload is discarded",
		  test_payload },
		{ "6.8.6 less than a packet is discarded", test_truncated },
		{ "6.8.6 a packet with a Detect Mult of zero is discarded", test_multiplier },
		{ "6.8.6 a packet with the Multipoint bit is discarded", test_multipoint },
		{ "6.8.6 a packet with a My Discriminator of zero is discarded", test_my_discr },
		{ "6.8.6 a packet with a Your Discriminator of zero in Init or Up is discarded",
		  test_your_discr_live },
		{ "6.8.6 a packet with a Your Discriminator of zero in Down or AdminDown is not",
		  test_your_discr_down },
		{ "6.8.6 a packet with the A bit is discarded without authentication", test_auth },
		{ "6.8.6 the checks come in their order", test_order },
		{ "6.8.7 what is sent has the contents listed", test_build },
		{ "6.8.7 Your Discriminator is that of the peer, or zero if unknown",
		  test_build_your_discr },
		{ "6.8.7 the A bit is never sent", test_no_auth },
		{ "6.8.7 the D bit is never sent, demand mode is not in use", test_no_demand },
		{ "6.8.7 the Multipoint bit is never sent", test_no_multipoint },
		{ "6.8.7 the C bit is always sent, nothing but the kernel is needed",
		  test_independent },
		{ "6.8.7 Required Min Echo RX Interval is zero, echo is not in use",
		  test_no_echo },
		{ "6.8.7 P is sent in a Poll Sequence, and only then", test_poll_bit },
		{ "6.5 P and F are never sent together", test_not_both },
		{ "5881:5 a packet over a single hop with a TTL other than 255 is discarded",
		  test_ttl },
		{ "5883:5 a packet over several hops may be held to a least TTL",
		  test_ttl_multihop },
		{ "5881:4 port 3784, from ports 49152 to 65535", test_ports },
		{ "5883:5 port 4784 over several hops", test_port_multihop },
		{ "names for people", test_names },
	};

	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
