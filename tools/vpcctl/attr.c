// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "vpcctl.h"

/* The next attribute of a type after @previous; NULL: the first one. */
const struct nlattr *attr_next(const struct attrs *attrs,
			       const struct nlattr *previous, int type)
{
	const struct nlattr *nla = attrs->head;
	int left = attrs->len;

	if (previous) {
		left -= (int)((const char *)previous -
			      (const char *)attrs->head);
		nla = nla_next(previous, &left);
	}
	for (; nla_ok(nla, left); nla = nla_next(nla, &left))
		if (nla_type(nla) == type)
			return nla;
	return NULL;
}

bool attr_has(const struct attrs *attrs, int type)
{
	return attr_next(attrs, NULL, type);
}

const char *attr_string(const struct attrs *attrs, int type)
{
	const struct nlattr *nla = attr_next(attrs, NULL, type);

	if (!nla || !memchr(nla_data(nla), 0, nla_len(nla)))
		return "";
	return nla_data(nla);
}

/* Any width: the writer of the attribute decides it. */
uint64_t attr_number(const struct attrs *attrs, int type, uint64_t absent)
{
	const struct nlattr *nla = attr_next(attrs, NULL, type);
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (nla ? nla_len(nla) : 0) {
	case sizeof(uint8_t):
		return *(const uint8_t *)nla_data(nla);
	case sizeof(uint16_t):
		memcpy(&u16, nla_data(nla), sizeof(u16));
		return u16;
	case sizeof(uint32_t):
		memcpy(&u32, nla_data(nla), sizeof(u32));
		return u32;
	case sizeof(uint64_t):
		memcpy(&u64, nla_data(nla), sizeof(u64));
		return u64;
	default:
		return absent;
	}
}

struct attrs attr_nested(const struct nlattr *nla)
{
	struct attrs attrs = { 0 };

	if (nla) {
		attrs.head = nla_data(nla);
		attrs.len = nla_len(nla);
	}
	return attrs;
}

bool attr_address(const struct nlattr *nla, struct prefix *prefix)
{
	int len = nla ? nla_len(nla) : 0;

	if (len != 4 && len != 16)
		return false;
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = len == 4 ? AF_INET : AF_INET6;
	memcpy(prefix->address, nla_data(nla), len);
	prefix->length = prefix_bits(prefix);
	return true;
}

bool attr_prefix(const struct nlattr *nla, struct prefix *prefix)
{
	struct attrs attrs = attr_nested(nla);
	unsigned int length;

	if (!attr_address(attr_next(&attrs, NULL, VPC_A_PREFIX_ADDRESS), prefix))
		return false;
	length = attr_number(&attrs, VPC_A_PREFIX_LENGTH, prefix->length);
	if (length > prefix->length)
		return false;
	prefix->length = length;
	return true;
}

bool attr_lladdr(const struct attrs *attrs, int type, char text[LLADDR_TEXT])
{
	const struct nlattr *nla = attr_next(attrs, NULL, type);
	const uint8_t *mac;

	if (!nla || nla_len(nla) != 6)
		return false;
	mac = nla_data(nla);
	snprintf(text, LLADDR_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return true;
}

unsigned int prefix_bytes(const struct prefix *prefix)
{
	return prefix->family == AF_INET ? 4 : 16;
}

unsigned int prefix_bits(const struct prefix *prefix)
{
	return 8 * prefix_bytes(prefix);
}

/* Clears the bits beyond the length. */
void prefix_mask(struct prefix *prefix)
{
	unsigned int bit;

	for (bit = prefix->length; bit < prefix_bits(prefix); bit++)
		prefix->address[bit / 8] &= ~(0x80 >> bit % 8);
}

bool prefix_overlap(const struct prefix *a, const struct prefix *b)
{
	struct prefix x = *a, y = *b;

	if (x.family != y.family)
		return false;
	if (x.length > y.length)
		x.length = y.length;
	y.length = x.length;
	prefix_mask(&x);
	prefix_mask(&y);
	return !memcmp(x.address, y.address, prefix_bytes(&x));
}

const char *address_text(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	if (!inet_ntop(prefix->family, prefix->address, text, PREFIX_TEXT))
		text[0] = '\0';
	return text;
}

const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	size_t len = strlen(address_text(prefix, text));

	snprintf(text + len, PREFIX_TEXT - len, "/%u", prefix->length);
	return text;
}
