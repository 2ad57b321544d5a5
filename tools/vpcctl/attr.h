/* SPDX-License-Identifier: GPL-2.0 */
/* Getting at attributes. What is absent or malformed reads as empty or zero. */
#ifndef VPCCTL_ATTR_H
#define VPCCTL_ATTR_H

#include <netlink/attr.h>
#include <stdbool.h>
#include <stdint.h>

/* A run of attributes: of a message, or nested in another attribute. */
struct attrs {
	const struct nlattr *head;
	int len;
};

/* An IPv4 or IPv6 address with a length. */
struct prefix {
	int family;
	uint8_t address[16];
	unsigned int length;
};

#define PREFIX_TEXT	52	/* an IPv6 address, a slash, three digits, NUL */
#define LLADDR_TEXT	18

const struct nlattr *attr_next(const struct attrs *attrs,
			       const struct nlattr *previous, int type);

#define attr_for_each(nla, attrs, type)				\
	for (nla = attr_next(attrs, NULL, type); nla;		\
	     nla = attr_next(attrs, nla, type))

bool attr_has(const struct attrs *attrs, int type);
const char *attr_string(const struct attrs *attrs, int type);
uint64_t attr_number(const struct attrs *attrs, int type, uint64_t absent);
struct attrs attr_nested(const struct nlattr *nla);

bool attr_address(const struct nlattr *nla, struct prefix *prefix);
bool attr_prefix(const struct nlattr *nla, struct prefix *prefix);
bool attr_lladdr(const struct attrs *attrs, int type, char text[LLADDR_TEXT]);

unsigned int prefix_bytes(const struct prefix *prefix);
unsigned int prefix_bits(const struct prefix *prefix);
void prefix_mask(struct prefix *prefix);
bool prefix_overlap(const struct prefix *a, const struct prefix *b);
const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT]);
const char *address_text(const struct prefix *prefix, char text[PREFIX_TEXT]);

#endif
