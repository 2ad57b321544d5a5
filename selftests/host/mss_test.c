// SPDX-License-Identifier: GPL-2.0
/* Lowering the MSS of a SYN: the walk over options that a tenant wrote, and the checksum. */

#include "../../kmod/mss.c"

#include "ktap.h"

#define MTU 1400
#define MSS4 1360
#define MSS6 1340

/* The walk in another way: the last word on each byte, from the front. */
static int oracle(const u8 *options, int len, int n)
{
	int at = 0;

	while (at < len) {
		int kind = options[at], size = kind <= 1 ? 1 : at + 1 < len ? options[at + 1] : 0;

		if (!kind || !size || (kind > 1 && size < 2) || at + size > len)
			return -1;
		if (kind == 2 && size == 4 && !n--)
			return at + 2;
		at += size;
	}
	return -1;
}

static void compare(const u8 *bytes, int len)
{
	/* Exactly as long as it is, so that a byte too far is seen. */
	u8 *options = malloc(len);
	int n, at, from = 0;

	memcpy(options, bytes, len);
	for (n = 0; n <= 40; n++) {
		at = vpc_mss_find(options, len, from);
		expect(at == oracle(options, len, n), "%d of %d bytes: %d", n, len, at);
		if (at < 0)
			break;
		expect(at >= 2 && at + 2 <= len);
		from = at + 2;
	}
	free(options);
}

static void test_walk(void)
{
	static const u8 interesting[] = { 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 8, 10, 39, 40, 41, 255 };
	int round, len, i;
	u8 bytes[40];

	for (round = 0; round < 300000; round++) {
		len = below(41);
		for (i = 0; i < len; i++)
			bytes[i] = round & 1 ? rnd() : interesting[below(ARRAY_SIZE(interesting))];
		compare(bytes, len);
	}
}

static void test_examples(void)
{
	static const struct {
		const char *options;
		int len, at;
	} examples[] = {
		{ "", 0, -1 },
		{ "\2\4\5\264", 4, 2 },
		{ "\1\2\4\5\264\1\1\1", 8, 3 },
		{ "\3\3\7\2\4\5\264\0", 8, 5 },
		{ "\0\2\4\5\264", 5, -1 },	/* behind the end */
		{ "\2", 1, -1 },
		{ "\2\4\5", 3, -1 },		/* cut off */
		{ "\2\3\5\264", 4, -1 },	/* another length */
		{ "\2\3\5\2\4\5\264", 7, 5 },
		{ "\2\0\5\264", 4, -1 },	/* would never end */
		{ "\4\1\2\4\5\264", 6, -1 },
		{ "\4\377\2\4\5\264", 6, -1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		const u8 *options = (const u8 *)examples[i].options;

		expect(vpc_mss_find(options, examples[i].len, 0) == examples[i].at, "number %u", i);
		compare(options, examples[i].len);
	}
}

/* Packets. */
struct packet {
	struct sk_buff skb;
	u8 bytes[256];
	u8 family;
	int tcp, options, payload;
};

static u32 add(u32 sum, const u8 *bytes, int len)
{
	int i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static u16 fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Over everything; of a good packet it is 0. */
static u16 checksum(const u8 *packet, const struct packet *p)
{
	int addresses = p->family == AF_INET ? 12 : 8, len = p->skb.len - p->tcp;
	u32 sum = add(0, packet + addresses, p->family == AF_INET ? 8 : 32);

	sum += IPPROTO_TCP + len;
	return fold(add(sum, packet + p->tcp, len));
}

static void make(struct packet *p, u8 family, const u8 *options, int len, int payload)
{
	int ip = family == AF_INET ? 20 : 40, i;
	u8 *tcp = p->bytes + ip;
	u16 sum;

	memset(p, 0, sizeof(*p));
	p->family = family;
	p->tcp = ip;
	p->options = ip + 20;
	for (i = 0; i < (int)sizeof(p->bytes); i++)
		p->bytes[i] = rnd();
	if (family == AF_INET) {
		p->bytes[0] = 0x45;
		p->bytes[6] = 0x40;
		p->bytes[7] = 0;
		p->bytes[9] = IPPROTO_TCP;
	} else {
		p->bytes[0] = 0x60;
		p->bytes[6] = IPPROTO_TCP;
	}
	tcp[12] = (20 + len) / 4 << 4;
	tcp[13] = 0x02;
	memcpy(tcp + 20, options, len);
	p->skb.len = ip + 20 + len + payload;
	memset(tcp + 16, 0, 2);
	sum = checksum(p->bytes, p);
	tcp[16] = sum >> 8;
	tcp[17] = sum;
}

/* Runs it on a packet of which @linear bytes are linear. Returns the packet of after. */
static u8 *clamp(struct packet *p, unsigned int linear, unsigned int mtu)
{
	u8 *after = malloc(p->skb.len);

	p->skb.linear = min(linear, p->skb.len);
	p->skb.whole = p->bytes;
	p->skb.writable = false;
	p->skb.data = malloc(p->skb.linear);
	memcpy(p->skb.data, p->bytes, p->skb.linear);
	vpc_mss_clamp(&p->skb, p->family, mtu);
	memcpy(after, p->bytes, p->skb.len);
	memcpy(after, p->skb.data, p->skb.linear);
	free(p->skb.data);
	return after;
}

static u16 word(const u8 *at)
{
	return at[0] << 8 | at[1];
}

/* @at: where in the options the value is, or -1: nothing changes. */
static void check(struct packet *p, unsigned int linear, int at, u16 want, const char *what)
{
	u8 *after = clamp(p, linear, MTU), expected[sizeof(p->bytes)];

	memcpy(expected, p->bytes, sizeof(expected));
	if (at >= 0) {
		expected[p->options + at] = want >> 8;
		expected[p->options + at + 1] = want;
		expect(word(after + p->options + at) == want, "%s: %u", what,
		       word(after + p->options + at));
		/* Partial: the rest of the sum comes later. */
		if (p->skb.ip_summed != CHECKSUM_PARTIAL)
			expect(!checksum(after, p), "%s: sum %04x", what, checksum(after, p));
		else
			expect(word(after + p->tcp + 16) == word(p->bytes + p->tcp + 16));
	} else {
		expect(!p->skb.writable, "%s: was made writable", what);
	}
	memcpy(expected + p->tcp + 16, after + p->tcp + 16, 2);
	expect(at >= 0 || word(after + p->tcp + 16) == word(p->bytes + p->tcp + 16), "%s", what);
	expect(!memcmp(expected, after, p->skb.len), "%s: something else changed", what);
	free(after);
}

static void test_clamp(void)
{
	static const u8 options[] = "\1\1\2\4\5\264\1\1";
	/* Behind one NOP, the value begins in the middle of a word. */
	static const u8 odd[] = "\1\2\4\5\264\1\1\1";
	struct packet p;
	int round, f;

	for (round = 0; round < 3000; round++)
		for (f = 0; f < 2; f++) {
			u8 family = f ? AF_INET6 : AF_INET;
			u16 want = f ? MSS6 : MSS4;
			/* The TCP header is linear, or begins to be, or is not. */
			unsigned int linear = (f ? 40 : 20) + below(80);

			make(&p, family, options, 8, below(40));
			check(&p, linear, 4, want, "even");
			make(&p, family, odd, 8, below(40));
			check(&p, linear, 3, want, "odd");
			make(&p, family, odd, 8, below(40));
			p.skb.ip_summed = CHECKSUM_PARTIAL;
			check(&p, linear, 3, want, "partial");
			p.skb.stubborn = true;
			check(&p, linear, -1, 0, "no memory");
		}
}

/* A receiver believes the last one, so all are lowered; those that fit stay. */
static void test_several(void)
{
	static const u8 options[] = "\2\4\5\264\2\4\5\0\2\4\377\377\1\2\4\377\377\0\0\0";
	struct packet p;
	u8 *after;

	make(&p, AF_INET, options, 20, 0);
	after = clamp(&p, 256, MTU);
	expect(word(after + p.options + 2) == MSS4);
	expect(word(after + p.options + 6) == 0x500);
	expect(word(after + p.options + 10) == MSS4);
	expect(word(after + p.options + 15) == MSS4);
	expect(!checksum(after, &p));
	free(after);
}

static void test_left_alone(void)
{
	static const u8 large[] = "\2\4\5\264", fits[] = "\2\4\5\120", end[] = "\0\2\4\5\264\0\0\0";
	static const u8 cut[] = "\1\1\2\5";
	struct packet p;

	make(&p, AF_INET, fits, 4, 0);
	check(&p, 256, -1, 0, "fits");
	make(&p, AF_INET6, (const u8 *)"\2\4\5\74", 4, 0);
	check(&p, 256, -1, 0, "fits");
	make(&p, AF_INET, end, 8, 0);
	check(&p, 256, -1, 0, "after the end");
	make(&p, AF_INET, cut, 4, 4);
	check(&p, 256, -1, 0, "cut off");
	make(&p, AF_INET, large, 0, 8);
	check(&p, 256, -1, 0, "no options");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[p.tcp + 13] = 0x10;
	check(&p, 256, -1, 0, "no SYN");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[9] = IPPROTO_UDP;
	check(&p, 256, -1, 0, "UDP");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[6] = 0x20;
	check(&p, 256, -1, 0, "first fragment");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[7] = 1;
	check(&p, 256, -1, 0, "later fragment");
	make(&p, AF_INET6, large, 4, 0);
	p.bytes[6] = IPPROTO_UDP;
	check(&p, 256, -1, 0, "UDP");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[p.tcp + 12] = 0xf0;
	check(&p, 256, -1, 0, "header is longer than the packet");
	make(&p, AF_INET, large, 4, 0);
	p.bytes[p.tcp + 12] = 0x10;
	check(&p, 256, -1, 0, "header is shorter than a header");
	make(&p, AF_INET, large, 4, 0);
	p.skb.len = p.tcp + 19;
	check(&p, 256, -1, 0, "no header");
}

/* The way to TCP is over a header that is no fragment's, or over one that is. */
static void test_extensions(void)
{
	static const u8 options[] = "\2\4\5\264";
	struct packet p;
	u8 *after;

	make(&p, AF_INET6, options, 4, 0);
	memmove(p.bytes + 48, p.bytes + 40, 24);
	p.bytes[6] = IPPROTO_DSTOPTS;
	p.bytes[40] = IPPROTO_TCP;
	p.bytes[41] = 0;
	p.skb.len += 8;
	p.tcp += 8;
	p.options += 8;
	after = clamp(&p, 40, MTU);
	expect(word(after + p.options + 2) == MSS6);
	expect(!checksum(after, &p));
	free(after);

	p.bytes[6] = IPPROTO_FRAGMENT;
	p.bytes[42] = 0;
	p.bytes[43] = 1;
	check(&p, 256, -1, 0, "first fragment");
}

static void test_mtu(void)
{
	static const u8 options[] = "\2\4\377\377";
	struct packet p;
	unsigned int mtu;
	u8 *after;

	for (mtu = 0; mtu < 70000; mtu += mtu < 50 ? 1 : 1 + below(50)) {
		u16 want = mtu <= 40 ? 0xffff : min(mtu - 40, 0xffffu);

		make(&p, AF_INET, options, 4, 0);
		after = clamp(&p, 256, mtu);
		expect(word(after + p.options + 2) == want, "MTU %u: %u", mtu,
		       word(after + p.options + 2));
		expect(!checksum(after, &p));
		free(after);
	}
}

/* Whatever a tenant sends: nothing is read behind its end, and good sums stay good. */
static void test_anything(void)
{
	u8 options[40];
	int round, i;

	for (round = 0; round < 100000; round++) {
		int len = below(11) * 4;
		struct packet p;
		u8 *after;

		for (i = 0; i < len; i++)
			options[i] = below(4) ? below(6) : rnd();
		make(&p, round & 1 ? AF_INET : AF_INET6, options, len, below(30));
		after = clamp(&p, (round & 1 ? 20 : 40) + below(100), 40 + below(2000));
		expect(!checksum(after, &p));
		free(after);

		p.bytes[p.tcp + 12] = rnd();
		p.skb.len -= below(p.skb.len - p.tcp + 1);
		free(clamp(&p, p.tcp + below(100), MTU));
	}
}

static const struct ktap_test tests[] = {
	{ "options", test_examples },
	{ "any options", test_walk },
	{ "MSS is lowered, sums stay right", test_clamp },
	{ "several MSS options", test_several },
	{ "what is left alone", test_left_alone },
	{ "IPv6 extension headers", test_extensions },
	{ "any MTU", test_mtu },
	{ "any packet", test_anything },
};

int main(int argc, char **argv)
{
	return ktap_main(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : NULL);
}
