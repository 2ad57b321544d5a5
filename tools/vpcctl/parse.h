/* SPDX-License-Identifier: GPL-2.0 */
/* From words to attributes. Errors are told here; what is returned is a status. */
#ifndef VPCCTL_PARSE_H
#define VPCCTL_PARSE_H

#include <netlink/msg.h>

#include "vpcctl.h"

enum key_flags {
	KEY_MANY = 1,		/* may be repeated */
	KEY_REQUIRED = 2,	/* must be there */
	KEY_ONE_OF = 4,		/* at most one of the keys with this flag */
	KEY_OF_VPC = 8,		/* the name is that of a VPC */
	KEY_NOT_ZERO = 16,	/* a number from 1 */
};

/* A key word; a list ends with a word of NULL. */
struct key {
	const char *word;
	enum key_type type;
	int attr;
	unsigned int flags;
	uint64_t max;		/* of a number; 0: what the attribute holds */
};

/* A command that is read; @seen starts as 0. */
struct parser {
	const struct key *keys;
	struct args *args;
	struct nl_msg *msg;
	unsigned long seen;
};

bool args_is(const struct args *args, const char *word);
bool args_take(struct args *args, const char *word);
/* Is one word left, and no other to come? */
bool args_last(const struct args *args);
/* The next word, or NULL after saying that @what is missing. */
const char *args_need(struct args *args, const char *what);
int args_end(const struct args *args);

/* Reads keys as long as there are some. */
int parse_some(struct parser *parser);
/* After the last word: is all there that has to be? */
int parse_end(const struct parser *parser);
/* All words that are left are keys. */
int parse_keys(const struct key *keys, struct args *args, struct nl_msg *msg);

/* At most three decimals, as nanoseconds. */
int parse_seconds(const char *word, uint64_t *ns);
/* A number from 1. */
int parse_count(const char *word, uint64_t *count);
int parse_if_id(const char *word, uint32_t *if_id);
int parse_address(const char *word, struct prefix *address);
int parse_prefix(const char *word, struct prefix *prefix);
/* The next word, a KEY_NAME or KEY_DEV, as a string attribute. */
int parse_name(struct args *args, enum key_type type, struct nl_msg *msg,
	       int attr);
/* The next word, WHAT, as an address attribute. */
int parse_addr(struct args *args, struct nl_msg *msg, int attr, const char *what);

/* The status for the result of nla_put() and its like. */
int parse_put(int err);
int put_address(struct nl_msg *msg, int attr, const struct prefix *address);

#endif
