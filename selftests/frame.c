// SPDX-License-Identifier: GPL-2.0
/*
 * Builds frames from words.
 *
 * Layers, outermost first. Lengths, checksums and the numbers that tell what
 * comes next are filled in; where such a number can be given, it wins.
 *
 *   eth [dst MAC] [src MAC] [type N]	src: that of DEV; dst: broadcast
 *   len [dst MAC] [src MAC]		IEEE 802.3: a length in place of the type
 *   vlan ID [tpid N] [type N]
 *   mpls LABEL
 *   arp OP SHA SPA THA TPA
 *   ip4 src A dst A [ttl N] [id N] [off N] [proto N] [tos N] [df] [mf] [opt HEX]
 *   ip6 src A dst A [hop N] [next N]
 *   ext TYPE HEX			IPv6 extension header; HEX: from its third byte
 *   cut SIZE N				after ip4 or ip6: only fragment N (from 0) of
 *					SIZE bytes each; its id is that of ip4, or:
 *   cut6 SIZE N ID
 *   udp SPORT DPORT [sum N]
 *   tcp SPORT DPORT [flags N]
 *   icmp TYPE CODE [HEX] [sum N]	HEX: the four bytes after the checksum
 *   icmp6 TYPE CODE [HEX] [sum N]
 *   hex HEX | text TEXT | fill N TEXT | addr A | mac MAC	bytes
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt.h"

enum kind {
	ETH, LEN, VLAN, MPLS, ARP, IP4, IP6, EXT, CUT, CUT6, UDP, TCP, ICMP, ICMP6,
	HEX, TEXT, FILL, ADDR, MAC, KINDS
};

static const char *const kind_name[KINDS] = {
	"eth", "len", "vlan", "mpls", "arp", "ip4", "ip6", "ext", "cut", "cut6", "udp", "tcp",
	"icmp", "icmp6", "hex", "text", "fill", "addr", "mac",
};

/* How many words follow the name of a layer, before its options. */
static const int kind_words[KINDS] = {
	[VLAN] = 1, [MPLS] = 1, [ARP] = 5, [EXT] = 2, [CUT] = 2, [CUT6] = 3, [UDP] = 2,
	[TCP] = 2, [ICMP] = 2, [ICMP6] = 2, [HEX] = 1, [TEXT] = 1, [FILL] = 2, [ADDR] = 1,
	[MAC] = 1,
};

struct layer {
	enum kind kind;
	char **arg;	/* its words */
	int args;	/* how many, options included */
};

#define LAYERS_MAX 32
#define ROOM 70000

static struct layer layer[LAYERS_MAX];
static int layers;
static uint8_t room[ROOM];
static uint8_t *top = room + ROOM;	/* the frame grows towards lower addresses */
uint8_t own_mac[MAC_LEN];
static unsigned int cut_off, cut_more;

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("pkt: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

unsigned long number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 0);

	if (!*s || *end)
		die("not a number: %s", s);
	return n;
}

static size_t length(void)
{
	return room + ROOM - top;
}

static uint8_t *push(const void *data, size_t len)
{
	if (len > (size_t)(top - room))
		die("frame too long");
	top -= len;
	if (data)
		memcpy(top, data, len);
	else
		memset(top, 0, len);
	return top;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static size_t parse_hex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned int v;

	while (*s) {
		if (n == max || sscanf(s, "%2x", &v) != 1 || !s[1])
			die("not hexadecimal: %s", s);
		out[n++] = v;
		s += 2;
	}
	return n;
}

static void parse_mac(const char *s, uint8_t *mac)
{
	if (sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != 6)
		die("not a MAC address: %s", s);
}

static size_t parse_addr(const char *s, uint8_t *out)
{
	if (inet_pton(AF_INET, s, out) == 1)
		return 4;
	if (inet_pton(AF_INET6, s, out) == 1)
		return 16;
	die("not an address: %s", s);
}

/* The value of an option of a layer, NULL without; "df" is its own value. */
static const char *option(const struct layer *l, const char *name)
{
	int i;

	i = kind_words[l->kind];
	/* The four bytes of ICMP, which are there or not. */
	if ((l->kind == ICMP || l->kind == ICMP6) && i < l->args && strcmp(l->arg[i], "sum"))
		i++;
	for (; i < l->args; i++) {
		if (!strcmp(l->arg[i], "df") || !strcmp(l->arg[i], "mf")) {
			if (!strcmp(l->arg[i], name))
				return name;
			continue;
		}
		if (i + 1 == l->args)
			die("%s: no value", l->arg[i]);
		if (!strcmp(l->arg[i], name))
			return l->arg[i + 1];
		i++;
	}
	return NULL;
}

static unsigned long option_number(const struct layer *l, const char *name, unsigned long def)
{
	const char *s = option(l, name);

	return s ? number(s) : def;
}

static void option_addr(const struct layer *l, const char *name, uint8_t *out, size_t len)
{
	const char *s = option(l, name);

	if (!s)
		die("%s: %s is missing", kind_name[l->kind], name);
	if (parse_addr(s, out) != len)
		die("%s: wrong address family: %s", kind_name[l->kind], s);
}

static uint32_t sum(uint32_t s, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		s += p[0] << 8 | p[1];
	if (len)
		s += p[0] << 8;
	return s;
}

static unsigned int fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

/* The checksum of what is built so far, under the IP header that comes next. */
static unsigned int l4_sum(int i, unsigned int proto)
{
	uint8_t addr[32];
	uint32_t s = sum(0, top, length());

	while (--i >= 0) {
		if (layer[i].kind == IP4) {
			option_addr(&layer[i], "src", addr, 4);
			option_addr(&layer[i], "dst", addr + 4, 4);
			return fold(sum(s + proto + length(), addr, 8));
		}
		if (layer[i].kind == IP6) {
			option_addr(&layer[i], "src", addr, 16);
			option_addr(&layer[i], "dst", addr + 16, 16);
			return fold(sum(s + proto + length(), addr, 32));
		}
	}
	return 0;
}

/* What a header with a protocol field says about the layer after layer i. */
static unsigned int proto_after(int i, unsigned int none)
{
	for (i++; i < layers; i++) {
		switch (layer[i].kind) {
		case CUT: continue;
		case CUT6: return 44;
		case EXT: return number(layer[i].arg[0]);
		case IP4: return 4;
		case IP6: return 41;
		case UDP: return 17;
		case TCP: return 6;
		case ICMP: return 1;
		case ICMP6: return 58;
		default: return none;
		}
	}
	return none;
}

static unsigned int type_after(int i)
{
	if (++i == layers)
		return 0xffff;
	switch (layer[i].kind) {
	case VLAN: return option_number(&layer[i], "tpid", 0x8100);
	case MPLS: return 0x8847;
	case ARP: return 0x0806;
	case IP4: return 0x0800;
	case IP6: return 0x86dd;
	default: return 0x88b5;	/* local experimental */
	}
}

static void cut(unsigned long size, unsigned long n)
{
	unsigned long off = size * n, len = length(), keep;

	if (size % 8 || off >= len)
		die("cut %lu %lu of %lu bytes", size, n, len);
	keep = len - off < size ? len - off : size;
	memmove(room + ROOM - keep, top + off, keep);
	top = room + ROOM - keep;
	cut_off = off / 8;
	cut_more = off + keep < len;
}

static void build_eth(const struct layer *l, unsigned int type)
{
	const char *s;
	uint8_t *p = push(NULL, 14);

	memset(p, 0xff, MAC_LEN);
	s = option(l, "dst");
	if (s)
		parse_mac(s, p);
	memcpy(p + 6, own_mac, MAC_LEN);
	s = option(l, "src");
	if (s)
		parse_mac(s, p + 6);
	put16(p + 12, option_number(l, "type", type));
}

static void build_ip4(const struct layer *l, int i)
{
	uint8_t opt[40], *p;
	size_t opts = 0, payload = length();
	unsigned int off = option_number(l, "off", cut_off);

	if (option(l, "opt"))
		opts = parse_hex(option(l, "opt"), opt, sizeof(opt));
	if (opts % 4)
		die("ip4: options are not a multiple of 4 bytes");
	push(opt, opts);
	p = push(NULL, 20);
	p[0] = 0x40 | (20 + opts) / 4;
	p[1] = option_number(l, "tos", 0);
	put16(p + 2, 20 + opts + payload);
	put16(p + 4, option_number(l, "id", 0));
	put16(p + 6, off | (option(l, "df") ? 0x4000 : 0) |
		     (option(l, "mf") || cut_more ? 0x2000 : 0));
	p[8] = option_number(l, "ttl", 64);
	p[9] = option_number(l, "proto", proto_after(i, 255));
	option_addr(l, "src", p + 12, 4);
	option_addr(l, "dst", p + 16, 4);
	put16(p + 10, fold(sum(0, p, 20 + opts)));
}

static void build_ip6(const struct layer *l, int i)
{
	size_t payload = length();
	uint8_t *p = push(NULL, 40);

	p[0] = 0x60;
	put16(p + 4, payload);
	p[6] = option_number(l, "next", proto_after(i, 59));
	p[7] = option_number(l, "hop", 64);
	option_addr(l, "src", p + 8, 16);
	option_addr(l, "dst", p + 24, 16);
}

static void build_layer(int i)
{
	const struct layer *l = &layer[i];
	uint8_t buf[2048], *p;
	unsigned long n;
	size_t len;

	switch (l->kind) {
	case ETH:
		build_eth(l, type_after(i));
		break;
	case LEN:
		build_eth(l, length());
		break;
	case VLAN:
		p = push(NULL, 4);
		put16(p, number(l->arg[0]));
		put16(p + 2, option_number(l, "type", type_after(i)));
		break;
	case MPLS:
		n = number(l->arg[0]) << 12 | 0x140;	/* bottom of stack, TTL 64 */
		p = push(NULL, 4);
		put16(p, n >> 16);
		put16(p + 2, n);
		break;
	case ARP:
		memcpy(buf, "\0\1\10\0\6\4", 6);
		put16(buf + 6, number(l->arg[0]));
		parse_mac(l->arg[1], buf + 8);
		parse_addr(l->arg[2], buf + 14);
		parse_mac(l->arg[3], buf + 18);
		parse_addr(l->arg[4], buf + 24);
		push(buf, 28);
		break;
	case IP4:
		build_ip4(l, i);
		break;
	case IP6:
		build_ip6(l, i);
		break;
	case EXT:
		len = parse_hex(l->arg[1], buf, sizeof(buf));
		if ((len + 2) % 8)
			die("ext: not a multiple of 8 bytes");
		push(buf, len);
		p = push(NULL, 2);
		p[0] = proto_after(i, 59);
		p[1] = (len + 2) / 8 - 1;
		break;
	case CUT:
	case CUT6:
		cut(number(l->arg[0]), number(l->arg[1]));
		if (l->kind == CUT)
			break;
		p = push(NULL, 8);
		p[0] = proto_after(i, 59);
		put16(p + 2, cut_off << 3 | cut_more);
		n = number(l->arg[2]);
		put16(p + 4, n >> 16);
		put16(p + 6, n);
		break;
	case UDP:
		p = push(NULL, 8);
		put16(p, number(l->arg[0]));
		put16(p + 2, number(l->arg[1]));
		put16(p + 4, length());
		n = l4_sum(i, 17);
		put16(p + 6, option_number(l, "sum", n ? n : 0xffff));
		break;
	case TCP:
		p = push(NULL, 20);
		put16(p, number(l->arg[0]));
		put16(p + 2, number(l->arg[1]));
		p[12] = 0x50;
		p[13] = option_number(l, "flags", 2);
		put16(p + 14, 65535);
		put16(p + 16, l4_sum(i, 6));
		break;
	case ICMP:
	case ICMP6:
		p = push(NULL, 8);
		p[0] = number(l->arg[0]);
		p[1] = number(l->arg[1]);
		if (l->args > 2 && strcmp(l->arg[2], "sum") && parse_hex(l->arg[2], p + 4, 4) != 4)
			die("%s: want four bytes", kind_name[l->kind]);
		n = l->kind == ICMP ? fold(sum(0, p, length())) : l4_sum(i, 58);
		put16(p + 2, option_number(l, "sum", n));
		break;
	case HEX:
		push(buf, parse_hex(l->arg[0], buf, sizeof(buf)));
		break;
	case TEXT:
		push(l->arg[0], strlen(l->arg[0]));
		break;
	case FILL:
		n = number(l->arg[0]);
		p = push(NULL, n);
		for (len = strlen(l->arg[1]); len && n--;)
			p[n] = l->arg[1][n % len];
		break;
	case ADDR:
		push(buf, parse_addr(l->arg[0], buf));
		break;
	case MAC:
		parse_mac(l->arg[0], buf);
		push(buf, MAC_LEN);
		break;
	case KINDS:
		break;
	}
}

static int kind_of(const char *word)
{
	int k;

	for (k = 0; k < KINDS; k++)
		if (!strcmp(word, kind_name[k]))
			return k;
	return -1;
}

const uint8_t *build(char **word, int words, size_t *len)
{
	struct layer *l;
	int k;

	while (words) {
		k = kind_of(*word);
		if (k < 0)
			die("not a layer: %s", *word);
		if (layers == LAYERS_MAX)
			die("too many layers");
		l = &layer[layers++];
		l->kind = k;
		l->arg = ++word;
		l->args = kind_words[k];
		if (--words < l->args)
			die("%s: too few words", kind_name[k]);
		while (l->args < words && kind_of(word[l->args]) < 0)
			l->args++;
		word += l->args;
		words -= l->args;
	}
	for (k = layers - 1; k >= 0; k--)
		build_layer(k);
	*len = length();
	return top;
}
