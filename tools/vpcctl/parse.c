// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "parse.h"

/* How the grammar calls what follows a key. */
static const char *const value_words[] = {
	[KEY_NAME] = "NAME",
	[KEY_DEV] = "DEV",
	[KEY_TABLE] = "TABLE",
	[KEY_ADDRESS] = "ADDR",
	[KEY_GATEWAY] = "ADDR",
	[KEY_PREFIX] = "PREFIX",
	[KEY_INTERFACE] = "ADDR/LEN",
	[KEY_LLADDR] = "MAC",
	[KEY_UP_DOWN] = "\"up\" or \"down\"",
	[KEY_ON_OFF] = "\"on\" or \"off\"",
	[KEY_MODE] = "\"route\" or \"policy\"",
	[KEY_RATE] = "RATE",
	[KEY_PERCENT] = "PERCENT",
	[KEY_IF_ID] = "N",
	[KEY_TEXT] = "TEXT",
	[KEY_INTERVAL] = "MS",
	[KEY_MS] = "MS",
	[KEY_MS_NEVER] = "MS",
	[KEY_U8] = "N",
	[KEY_U16] = "N",
	[KEY_U32] = "N",
	[KEY_U64] = "N",
};

static bool read_number(const char *word, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;
	const char *p;

	for (p = word; isdigit((unsigned char)*p); p++) {
		unsigned int digit = *p - '0';

		if (value > (max - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*number = value;
	return p != word && !*p;
}

static int parse_number(const char *word, const struct key *key, uint64_t max,
			uint64_t *number)
{
	unsigned int min = !!(key->flags & KEY_NOT_ZERO);

	if (key->max)
		max = key->max;
	if (!read_number(word, max, number) || *number < min)
		return usage("\"%s\" is not a number from %u to %llu", word, min,
			     (unsigned long long)max);
	return 0;
}

/* A number with so many decimals at most, as a multiple of the last one of these. */
static bool read_decimals(const char *word, unsigned int decimals, uint64_t *number)
{
	uint64_t value = 0;
	const char *p;

	for (p = word; isdigit((unsigned char)*p) && value < UINT32_MAX; p++)
		value = 10 * value + (*p - '0');
	if (p == word)
		return false;
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p) && decimals; p++, decimals--)
			value = 10 * value + (*p - '0');
	if (*p || p[-1] == '.')
		return false;
	while (decimals--)
		value *= 10;
	*number = value;
	return true;
}

static int parse_interval(const char *word, uint64_t *us)
{
	if (!read_decimals(word, 3, us) || *us < VPC_PROBE_INTERVAL_MIN ||
	    *us > VPC_PROBE_INTERVAL_MAX)
		return usage("\"%s\" is not a time from %g to %g milliseconds",
			     word, VPC_PROBE_INTERVAL_MIN / 1000.0,
			     VPC_PROBE_INTERVAL_MAX / 1000.0);
	return 0;
}

int parse_seconds(const char *word, uint64_t *ns)
{
	uint64_t ms;

	if (!read_decimals(word, 3, &ms) || !ms || ms > 86400 * 1000ULL)
		return usage("\"%s\" is not a time from 0.001 to 86400 seconds",
			     word);
	*ns = ms * 1000000;
	return 0;
}

int parse_count(const char *word, uint64_t *count)
{
	static const struct key key = { .flags = KEY_NOT_ZERO };

	return parse_number(word, &key, UINT32_MAX, count);
}

/* 100 percent at most, and no sign behind it. */
static int parse_percent(const char *word, uint64_t *share)
{
	if (!read_decimals(word, 2, share) || *share > VPC_SHARE_ALL)
		return usage("\"%s\" is not a percentage: 0 to 100, with two decimals at most",
			     word);
	return 0;
}

static bool read_address(const char *text, struct prefix *address)
{
	memset(address, 0, sizeof(*address));
	address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	address->length = prefix_bits(address);
	return inet_pton(address->family, text, address->address) == 1;
}

int parse_address(const char *word, struct prefix *address)
{
	if (!read_address(word, address))
		return usage("\"%s\" is not an IPv4 or IPv6 address", word);
	return 0;
}

/* An address, a slash and a length, whatever the bits beyond it. */
static int parse_interface(const char *word, struct prefix *prefix)
{
	const char *slash = strchr(word, '/');
	char text[PREFIX_TEXT] = "";
	uint64_t length;

	if (slash && slash - word < PREFIX_TEXT) {
		memcpy(text, word, slash - word);
		text[slash - word] = '\0';
	}
	if (!*text || !read_address(text, prefix))
		return usage("\"%s\" is not a prefix: ADDRESS/LENGTH", word);
	if (!read_number(slash + 1, prefix->length, &length))
		return usage("\"%s\" is not a prefix: the length is 0 to %u",
			     word, prefix->length);
	prefix->length = length;
	return 0;
}

int parse_prefix(const char *word, struct prefix *prefix)
{
	struct prefix masked;
	char text[PREFIX_TEXT];
	int err;

	err = parse_interface(word, prefix);
	if (err)
		return err;
	masked = *prefix;
	prefix_mask(&masked);
	if (memcmp(masked.address, prefix->address, sizeof(masked.address)))
		return usage("\"%s\" has bits set beyond its length: the prefix is %s",
			     word, prefix_text(&masked, text));
	return 0;
}

static int parse_lladdr(const char *word, uint8_t mac[6])
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == ':' ? word[i] != ':' :
				     !isxdigit((unsigned char)word[i]))
			break;
	if (form[i] || word[i])
		return usage("\"%s\" is not a MAC address: %s", word, form);
	for (i = 0; i < 6; i++)
		mac[i] = strtoul(word + 3 * i, NULL, 16);
	return 0;
}

int parse_put(int err)
{
	if (err < 0)
		return usage("there are too many words for one command");
	return 0;
}

int put_address(struct nl_msg *msg, int attr, const struct prefix *address)
{
	return nla_put(msg, attr, (int)prefix_bytes(address), address->address);
}

static int put_gateway(struct nl_msg *msg, int attr,
		       const struct prefix *address)
{
	struct nlattr *nest = nla_nest_start(msg, attr | NLA_F_NESTED);

	if (!nest || put_address(msg, VPC_A_GATEWAY_ADDRESS, address))
		return -1;
	return nla_nest_end(msg, nest);
}

static int put_prefix(struct nl_msg *msg, int attr, const struct prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(msg, attr | NLA_F_NESTED);

	if (!nest || put_address(msg, VPC_A_PREFIX_ADDRESS, prefix) ||
	    nla_put_u8(msg, VPC_A_PREFIX_LENGTH, prefix->length))
		return -1;
	return nla_nest_end(msg, nest);
}

/* An empty name would mean something else to the module: the default table. */
static int put_name(struct nl_msg *msg, int attr, enum key_type type,
		    const char *name)
{
	size_t max = (type == KEY_DEV ? IFNAMSIZ : VPC_NAME_LEN) - 1;

	if (!*name)
		return usage("a name is empty");
	if (strlen(name) > max)
		return usage("\"%s\" is longer than %zu characters", name, max);
	return parse_put(nla_put_string(msg, attr, name));
}

int parse_name(struct args *args, enum key_type type, struct nl_msg *msg,
	       int attr)
{
	const char *word = args_need(args, value_words[type]);

	return word ? put_name(msg, attr, type, word) : STATUS_USAGE;
}

int parse_addr(struct args *args, struct nl_msg *msg, int attr, const char *what)
{
	const char *word = args_need(args, what);
	struct prefix address;

	if (!word)
		return STATUS_USAGE;
	return parse_address(word, &address) ?:
	       parse_put(put_address(msg, attr, &address));
}

/* Numbers are sent with the width of their attribute. */
static int put_number(struct nl_msg *msg, const struct key *key,
		      const char *word)
{
	uint64_t number;
	int err;

	switch (key->type) {
	case KEY_U8:
		err = parse_number(word, key, UINT8_MAX, &number);
		return err ?: parse_put(nla_put_u8(msg, key->attr, number));
	case KEY_U16:
		err = parse_number(word, key, UINT16_MAX, &number);
		return err ?: parse_put(nla_put_u16(msg, key->attr, number));
	case KEY_MS:
	case KEY_U32:
		err = parse_number(word, key, UINT32_MAX, &number);
		return err ?: parse_put(nla_put_u32(msg, key->attr, number));
	case KEY_INTERVAL:
		err = parse_interval(word, &number);
		return err ?: parse_put(nla_put_u32(msg, key->attr, number));
	case KEY_PERCENT:
		err = parse_percent(word, &number);
		return err ?: parse_put(nla_put_u64(msg, key->attr, number));
	default:
		err = parse_number(word, key, UINT64_MAX, &number);
		return err ?: parse_put(nla_put_u64(msg, key->attr, number));
	}
}

static int put_ms_never(struct nl_msg *msg, const struct key *key,
			const char *word)
{
	uint64_t ms = VPC_PROBE_NEVER;

	if (strcmp(word, "never") != 0 && !read_number(word, key->max, &ms))
		return usage("\"%s\" is neither \"never\" nor a number from 0 to %llu",
			     word, (unsigned long long)key->max);
	return parse_put(nla_put_u32(msg, key->attr, ms));
}

/* One of two words, sent as 0 or 1. */
static int put_choice(struct nl_msg *msg, int attr, const char *word,
		      const char *zero, const char *one)
{
	bool is_one = !strcmp(word, one);

	if (!is_one && strcmp(word, zero) != 0)
		return usage("\"%s\" is neither \"%s\" nor \"%s\"", word, zero,
			     one);
	return parse_put(nla_put_u8(msg, attr, is_one));
}

int parse_if_id(const char *word, uint32_t *if_id)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(word, &end, 0);
	if (!isdigit((unsigned char)*word) || *end || errno || !n ||
	    n > UINT32_MAX)
		return usage("\"%s\" is not an if_id: a number from 1 to 0xffffffff",
			     word);
	*if_id = n;
	return 0;
}

static int put_if_id(struct nl_msg *msg, int attr, const char *word)
{
	uint32_t if_id;

	return parse_if_id(word, &if_id) ?:
	       parse_put(nla_put_u32(msg, attr, if_id));
}

/* As tc has them. */
static int put_rate(struct nl_msg *msg, const struct key *key, const char *word)
{
	static const struct {
		const char *name;
		double bits;
	} units[] = {
		{ "bit", 1 }, { "kbit", 1e3 }, { "mbit", 1e6 }, { "gbit", 1e9 },
	};
	double rate;
	char *end;
	size_t i;

	rate = strtod(word, &end);
	if (!strcmp(word, "0"))
		return parse_put(nla_put_u64(msg, key->attr, 0));
	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(end, units[i].name))
			break;
	if (end == word || i == ARRAY_SIZE(units) || !(rate > 0))
		return usage("\"%s\" is not a rate: a number with bit, kbit, mbit or gbit, or 0",
			     word);
	rate *= units[i].bits;
	if (rate < 1 || rate > (double)key->max)
		return usage("\"%s\" is more than %llugbit, or less than 1bit",
			     word, (unsigned long long)(key->max / 1000000000));
	return parse_put(nla_put_u64(msg, key->attr, (uint64_t)rate));
}

static int put_text(struct nl_msg *msg, const struct key *key, const char *word)
{
	if (strlen(word) > key->max)
		return usage("\"%s\" is longer than %llu bytes", word,
			     (unsigned long long)key->max);
	return parse_put(nla_put_string(msg, key->attr, word));
}

static int put_value(struct nl_msg *msg, const struct key *key,
		     const char *word)
{
	struct prefix prefix = { 0 };
	uint8_t mac[6];

	switch (key->type) {
	case KEY_TABLE:
		if (!strcmp(word, "default"))
			return parse_put(nla_put_string(msg, key->attr, ""));
		__attribute__((fallthrough));
	case KEY_NAME:
	case KEY_DEV:
		return put_name(msg, key->attr, key->type, word);
	case KEY_ADDRESS:
		return parse_address(word, &prefix) ?:
		       parse_put(put_address(msg, key->attr, &prefix));
	case KEY_GATEWAY:
		return parse_address(word, &prefix) ?:
		       parse_put(put_gateway(msg, key->attr, &prefix));
	case KEY_PREFIX:
		return parse_prefix(word, &prefix) ?:
		       parse_put(put_prefix(msg, key->attr, &prefix));
	case KEY_INTERFACE:
		return parse_interface(word, &prefix) ?:
		       parse_put(put_prefix(msg, key->attr, &prefix));
	case KEY_LLADDR:
		return parse_lladdr(word, mac) ?:
		       parse_put(nla_put(msg, key->attr, sizeof(mac), mac));
	case KEY_MS_NEVER:
		return put_ms_never(msg, key, word);
	case KEY_UP_DOWN:
		return put_choice(msg, key->attr, word, "up", "down");
	case KEY_ON_OFF:
		return put_choice(msg, key->attr, word, "off", "on");
	case KEY_MODE:
		return put_choice(msg, key->attr, word, "route", "policy");
	case KEY_RATE:
		return put_rate(msg, key, word);
	case KEY_IF_ID:
		return put_if_id(msg, key->attr, word);
	case KEY_TEXT:
		return put_text(msg, key, word);
	default:
		return put_number(msg, key, word);
	}
}

/* Keys that are there already and exclude another one like @key. */
static int check_again(const struct parser *parser, const struct key *key)
{
	const struct key *other;

	for (other = parser->keys; other->word; other++) {
		if (!(parser->seen & 1UL << (other - parser->keys)))
			continue;
		if (other == key && !(key->flags & KEY_MANY))
			return usage("\"%s\" is given twice", key->word);
		if (other != key && key->flags & other->flags & KEY_ONE_OF)
			return usage("\"%s\" and \"%s\" exclude each other",
				     other->word, key->word);
	}
	return 0;
}

/* A key that takes the name of an object has the word of the object. */
static void complete_value(const struct args *args, const struct key *key)
{
	const struct object *const *object;

	if (key->type == KEY_TABLE)
		complete_word(args, "default");
	if (key->type == KEY_MS_NEVER)
		complete_word(args, "never");
	if (key->type == KEY_UP_DOWN) {
		complete_word(args, "up");
		complete_word(args, "down");
	}
	if (key->type == KEY_ON_OFF) {
		complete_word(args, "on");
		complete_word(args, "off");
	}
	if (key->type == KEY_MODE) {
		complete_word(args, "route");
		complete_word(args, "policy");
	}
	if (key->flags & KEY_OF_VPC)
		complete_names(args, &vpc_object);
	for (object = objects; *object; object++)
		if (key->type == KEY_DEV ? (*object)->name_type == KEY_DEV :
					   !strcmp((*object)->word, key->word))
			complete_names(args, *object);
}

static int parse_key(struct parser *parser, const struct key *key)
{
	char what[64];
	const char *word;
	int err;

	err = check_again(parser, key);
	if (err)
		return err;
	parser->seen |= 1UL << (key - parser->keys);
	if (key->type == KEY_FLAG)
		return parse_put(nla_put_flag(parser->msg, key->attr));
	snprintf(what, sizeof(what), "%s after \"%s\"", value_words[key->type],
		 key->word);
	complete_value(parser->args, key);
	word = args_need(parser->args, what);
	if (!word)
		return STATUS_USAGE;
	return put_value(parser->msg, key, word);
}

int parse_some(struct parser *parser)
{
	const struct key *key = parser->keys;
	int err = 0;

	while (!err && key->word) {
		if (complete_at(parser->args) && check_again(parser, key)) {
			key++;
		} else if (args_take(parser->args, key->word)) {
			err = parse_key(parser, key);
			key = parser->keys;
		} else {
			key++;
		}
	}
	return err;
}

/* Of required keys that exclude each other one is enough. */
static bool has(const struct parser *parser, const struct key *wanted)
{
	const struct key *key;

	for (key = parser->keys; key->word; key++)
		if (parser->seen & 1UL << (key - parser->keys) &&
		    (key == wanted || key->flags & wanted->flags & KEY_ONE_OF))
			return true;
	return false;
}

/* Names what is missing: a key, or all that would do instead of it. */
static int tell_missing(const struct parser *parser, const struct key *wanted)
{
	const struct key *key;
	char text[128] = "";
	size_t len = 0;

	for (key = parser->keys; key->word && len < sizeof(text); key++)
		if (key == wanted || key->flags & wanted->flags & KEY_ONE_OF)
			len += snprintf(text + len, sizeof(text) - len,
					"%s\"%s\"", len ? " or " : "",
					key->word);
	return usage("%s is missing", text);
}

int parse_end(const struct parser *parser)
{
	const struct key *key;
	int err;

	err = args_end(parser->args);
	if (err)
		return err;
	for (key = parser->keys; key->word; key++)
		if (key->flags & KEY_REQUIRED && !has(parser, key))
			return tell_missing(parser, key);
	return 0;
}

int parse_keys(const struct key *keys, struct args *args, struct nl_msg *msg)
{
	struct parser parser = { .keys = keys, .args = args, .msg = msg };

	return parse_some(&parser) ?: parse_end(&parser);
}
