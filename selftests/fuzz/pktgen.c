// SPDX-License-Identifier: GPL-2.0
/* Makes frames: from the outermost header inwards, lengths and checksums last. */
#include <arpa/inet.h>
#include <string.h>

#include "pktgen.h"
#include "rnd.h"

#define DEPTH_MAX 3

struct scene scene;

/* Told by no list: what is never routed, or only looks as if. */
static const char *const odd4[] = {
	"0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.1", "239.1.2.3", "169.254.1.1",
	"240.0.0.1", "0.0.0.1", "10.0.0.0", "192.0.2.1", "8.8.8.8",
};

static const char *const odd6[] = {
	"::", "::1", "ff02::1", "ff02::2", "ff02::16", "ff05::2", "fe80::1", "::ffff:10.2.1.10",
	"2001:db8::1", "fec0::1", "ff01::1", "::2", "fe80::ff:fe00:1",
};

static void put8(struct frame *f, unsigned int v)
{
	if (f->len < FRAME_ROOM)
		f->b[f->len++] = v;
}

static void put16(struct frame *f, unsigned int v)
{
	put8(f, v >> 8);
	put8(f, v);
}

static void put32(struct frame *f, uint32_t v)
{
	put16(f, v >> 16);
	put16(f, v);
}

static void put_zero(struct frame *f, unsigned int len)
{
	while (len--)
		put8(f, 0);
}

static void putn(struct frame *f, const void *data, unsigned int len)
{
	const uint8_t *p = data;

	while (len--)
		put8(f, *p++);
}

static void set16(struct frame *f, unsigned int at, unsigned int v)
{
	f->b[at] = v >> 8;
	f->b[at + 1] = v;
}

static uint32_t sum(uint32_t s, const uint8_t *p, unsigned int len)
{
	for (; len > 1; p += 2, len -= 2)
		s += p[0] << 8 | p[1];
	return len ? s + (p[0] << 8) : s;
}

static unsigned int fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

static void put_addr(struct frame *f, const struct address *list, int count, unsigned int len,
		     unsigned int odd)
{
	uint8_t buf[16];
	int tries = 20;

	if (chance(odd)) {
		if (len == 4)
			inet_pton(AF_INET, PICK(odd4), buf);
		else
			inet_pton(AF_INET6, PICK(odd6), buf);
		putn(f, buf, len);
		return;
	}
	while (count && tries--) {
		const struct address *a = &list[rnd(count)];

		if (a->len == len) {
			putn(f, a->bytes, len);
			return;
		}
	}
	while (len--)
		put8(f, rnd(256));
}

static void put_src(struct frame *f, unsigned int len)
{
	put_addr(f, scene.src, chance(92) ? scene.srcs : 0, len, 4);
}

static void put_dst(struct frame *f, unsigned int len)
{
	put_addr(f, scene.dst, chance(96) ? scene.dsts : 0, len, 8);
}

static void put_mark(struct frame *f)
{
	unsigned int len = chance(80) ? rnd(120) : chance(80) ? rnd(1500) :
			   chance(70) ? scene.mtu - 60 + rnd(80) : rnd(65536), i;

	if (len > scene.most)
		len = scene.most;
	for (i = 0; i < len && f->len < scene.most; i++)
		put8(f, MARK[i % (sizeof(MARK) - 1)]);
}

/* --- what is in an IP packet ---------------------------------------------------------- */

static void put_ip(struct frame *f, bool v6, int depth);

static unsigned int pseudo(struct frame *f, unsigned int ip, bool v6, unsigned int at,
			   unsigned int proto)
{
	uint32_t s = proto + f->len - at;

	s = v6 ? sum(s, f->b + ip + 8, 32) : sum(s, f->b + ip + 12, 8);
	return fold(sum(s, f->b + at, f->len - at));
}

static void put_tcp(struct frame *f)
{
	unsigned int opts = chance(15) ? rnd(11) : 0;

	put16(f, 1024 + rnd(8));
	put16(f, chance(50) ? 80 : rnd(65536));
	put32(f, rnd64());
	put32(f, rnd64());
	put8(f, (5 + opts) << 4);
	put8(f, chance(80) ? PICK(((const uint8_t[]){ 2, 16, 18, 24, 1, 4 })) : rnd(256));
	put16(f, 65535);
	put16(f, 0);
	put16(f, 0);
	for (opts *= 4; opts--;)
		put8(f, rnd(9));
}

static void put_icmp(struct frame *f, bool v6, int depth)
{
	static const uint8_t type4[] = { 0, 3, 3, 4, 5, 8, 8, 8, 9, 10, 11, 12, 13, 14, 17, 18 };
	static const uint8_t type6[] = { 1, 2, 3, 4, 128, 128, 128, 129, 130, 131, 132, 143, 139,
					 151 };
	unsigned int type = chance(95) ? v6 ? PICK(type6) : PICK(type4) : rnd(256);
	bool error = v6 ? type < 128 : type == 3 || type == 4 || type == 5 || type == 11 ||
				       type == 12;

	put8(f, type);
	put8(f, chance(80) ? rnd(5) : rnd(256));
	put16(f, 0);
	put32(f, chance(50) ? rnd(2000) : rnd64());
	if (error && depth < DEPTH_MAX)
		put_ip(f, v6 != chance(3), depth + 1);
	else
		put_mark(f);
}

/* Neighbour and router discovery with options, right and wrong. */
static void put_nd(struct frame *f)
{
	unsigned int type = 133 + rnd(5), options = rnd(4);

	put8(f, type);
	put8(f, chance(95) ? 0 : rnd(256));
	put16(f, 0);
	put32(f, chance(50) ? 0x60000000 : rnd64());
	if (type == 134)
		put_zero(f, 8);
	if (type >= 135)
		put_addr(f, chance(50) ? scene.src : scene.dst,
			 chance(50) ? scene.srcs : scene.dsts, 16, 20);
	if (type == 137)
		put_dst(f, 16);
	while (options--) {
		unsigned int size = chance(90) ? 1 : rnd(5), i;

		put8(f, chance(80) ? 1 + rnd(5) : rnd(256));
		put8(f, size);
		if (size == 1 && chance(80))
			putn(f, scene.own, 6);
		else
			for (i = 0; i + 2 < size * 8; i++)
				put8(f, rnd(256));
	}
}

/* The protocol, and after its header the mark. */
static uint8_t draw_proto(bool v6)
{
	static const uint8_t protos[] = { 6, 6, 17, 17, 17, 1, 58, 58, 1, 50, 51, 47, 132, 136 };
	uint8_t proto = chance(95) ? PICK(protos) : rnd(256);

	if (proto == 1 && v6)
		return 58;
	if (proto == 58 && !v6)
		return 1;
	if (chance(2))
		return chance(50) ? IPPROTO_IPIP : 41;
	return proto;
}

static void put_l4(struct frame *f, unsigned int ip, bool v6, uint8_t proto, int depth)
{
	unsigned int at = f->len, check = 0;
	bool nd = false;

	switch (proto) {
	case 6:
		put_tcp(f);
		check = 16;
		break;
	case 17:
	case 136:
		put16(f, 1024 + rnd(8));
		put16(f, chance(50) ? 53 : rnd(65536));
		put16(f, 0);
		put16(f, 0);
		check = 6;
		break;
	case 1:
	case 58:
		nd = v6 && chance(35);
		if (nd)
			put_nd(f);
		else
			put_icmp(f, v6, depth);
		check = 2;
		break;
	case IPPROTO_IPIP:
	case 41:
		if (depth < DEPTH_MAX)
			put_ip(f, proto == 41, depth + 1);
		break;
	default:	/* ESP, AH, GRE, SCTP: a number or two, then what nobody reads */
		put32(f, rnd64());
		put32(f, rnd(4));
	}
	if (proto != 1 && proto != 58)
		put_mark(f);
	if (proto == 17 || proto == 136)
		set16(f, at + 4, chance(97) ? f->len - at : rnd(65536));
	if (nd && depth == 0)	/* RFC 4861: only from a neighbour */
		f->b[ip + 7] = chance(95) ? 255 : rnd(256);
	if (check && chance(93)) {
		set16(f, at + check, 0);
		set16(f, at + check, proto == 1 ? fold(sum(0, f->b + at, f->len - at)) :
						 pseudo(f, ip, v6, at, proto));
	}
	if (depth == 0) {
		f->l4 = at;
		f->proto = proto;
	}
}

static void put_ip4(struct frame *f, int depth)
{
	static const uint16_t offs[] = { 0, 1, 2, 8, 100, 185, 186, 1000, 8188, 8191 };
	unsigned int at = f->len, opts = chance(4) ? 1 + rnd(10) : 0, i;
	uint8_t proto = draw_proto(false);

	put8(f, 0x40 | (5 + opts));
	put8(f, chance(80) ? 0 : rnd(256));
	put16(f, 0);
	put16(f, rnd(8));
	put16(f, chance(80) ? (chance(50) ? 0x4000 : 0) :
	      PICK(offs) | (chance(60) ? 0x2000 : 0) | (chance(5) ? 0x8000 : 0));
	put8(f, chance(85) ? 64 : rnd(4));
	put8(f, proto);
	put16(f, 0);
	if (depth) {	/* what an error quotes went the other way */
		put_dst(f, 4);
		put_src(f, 4);
	} else {
		put_src(f, 4);
		put_dst(f, 4);
	}
	for (i = 0; i < opts * 4; i++)
		put8(f, chance(50) ? PICK(((const uint8_t[]){ 0, 1, 7, 68, 131, 137, 148 })) :
			rnd(256));
	put_l4(f, at, false, proto, depth);
	set16(f, at + 2, chance(98) ? f->len - at : rnd(65536));
	if (chance(98))
		set16(f, at + 10, fold(sum(0, f->b + at, 20 + opts * 4)));
}

static unsigned int put_extensions(struct frame *f, unsigned int next, int depth)
{
	static const uint8_t types[] = { 0, 60, 60, 43, 43, 44, 44, 51, 59, 135, 139, 140 };
	unsigned int count = chance(80) ? 0 : chance(80) ? 1 + rnd(3) : rnd(20), size, i;

	if (depth)
		return next;
	while (count--) {
		uint8_t type = PICK(types);

		if (type == 0 && !chance(20))
			continue;
		f->b[next] = type;
		next = f->len;
		size = chance(90) ? 1 : rnd(6);
		put8(f, 59);
		put8(f, type == 44 ? 0 : type == 51 ? size * 2 : chance(97) ? size - !!size : 255);
		if (type == 44) {
			put16(f, chance(50) ? rnd(2) : rnd(65536));
			put32(f, rnd(4));
			continue;
		}
		if (type == 43)
			put16(f, rnd(6) << 8 | rnd(3));
		else
			put16(f, rnd(3) << 8 | rnd(8));
		for (i = 4; i < (size ? size : 1) * 8; i++)
			put8(f, chance(50) ? 0 : rnd(256));
	}
	return next;
}

static void put_ip6(struct frame *f, int depth)
{
	unsigned int at = f->len, next;
	uint8_t proto = draw_proto(true);

	put32(f, 0x60000000 | (chance(80) ? 0 : rnd(1 << 28)));
	put16(f, 0);
	put8(f, proto);
	put8(f, chance(85) ? 64 : rnd(4));
	if (depth) {
		put_dst(f, 16);
		put_src(f, 16);
	} else {
		put_src(f, 16);
		put_dst(f, 16);
	}
	next = put_extensions(f, at + 6, depth);
	f->b[next] = chance(98) ? proto : 59;
	put_l4(f, at, true, proto, depth);
	set16(f, at + 4, chance(98) ? f->len - at - 40 : rnd(65536));
}

static void put_ip(struct frame *f, bool v6, int depth)
{
	if (v6)
		put_ip6(f, depth);
	else
		put_ip4(f, depth);
}

/* --- frames ------------------------------------------------------------------------------ */

static void put_mac(struct frame *f, const uint8_t *usual, unsigned int odd)
{
	static const uint8_t odds[][6] = {
		{ 255, 255, 255, 255, 255, 255 }, { 1, 0, 0x5e, 0, 0, 1 },
		{ 0x33, 0x33, 0, 0, 0, 1 },
		{ 0 }, { 1, 0x80, 0xc2, 0, 0, 0 }, { 2, 0, 0, 0, 0, 77 },
	};

	putn(f, chance(odd) ? PICK(odds) : usual, 6);
}

static void put_arp(struct frame *f)
{
	putn(f, chance(97) ? "\0\1\10\0\6\4" : "\0\6\10\0\10\4", 6);
	put16(f, chance(90) ? 1 + rnd(2) : rnd(12));
	put_mac(f, scene.own, 8);
	put_src(f, 4);
	put_mac(f, scene.router, 30);
	put_addr(f, chance(30) ? scene.src : scene.dst, chance(50) ? scene.srcs : scene.dsts, 4, 8);
	if (chance(30))
		put_mark(f);
}

/* LLDP, MPLS, PPPoE, STP in LLC, or no known type at all. */
static void put_other(struct frame *f)
{
	static const uint16_t types[] = { 0x88cc, 0x8847, 0x8864, 0x0026, 0x88b5, 0x8035, 0xffff };

	put16(f, chance(90) ? PICK(types) : rnd(65536));
	put32(f, rnd64());
	put_mark(f);
}

void gen_frame(struct frame *f)
{
	int tags = chance(96) ? 0 : 1 + rnd(3);
	unsigned int kind = rnd(100);

	f->len = 0;
	f->l3 = 0;
	f->l4 = 0;
	f->proto = 0;
	memset(&f->vnet, 0, sizeof(f->vnet));
	put_mac(f, scene.router, kind < 12 ? 50 : 4);
	put_mac(f, scene.own, 3);
	while (tags--) {
		put16(f, chance(70) ? 0x8100 : 0x88a8);
		put16(f, chance(50) ? 0 : rnd(65536));
	}
	if (kind < 12) {
		put16(f, 0x0806);
		put_arp(f);
	} else if (kind < 96) {
		f->v6 = kind < 54;
		put16(f, chance(99) ? f->v6 ? 0x86dd : 0x0800 : f->v6 ? 0x0800 : 0x86dd);
		f->l3 = f->len;
		put_ip(f, f->v6, 0);
	} else {
		put_other(f);
	}
}
