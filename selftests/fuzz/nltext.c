// SPDX-License-Identifier: GPL-2.0
/*
 * Requests as text, one a line; '#' begins a comment.
 *
 *	COMMAND [dump] ITEM...
 *	raw FLAGS HEX			generic netlink header and all that follows
 *
 * ITEM	NAME=VALUE | NAME{ ITEM... } | NAME	as the specification calls it in this set,
 *						or a number; NAME alone is a flag
 *	@LEN before NAME: the nla_len that is told; ~ before it: without, or for a value
 *	with, the flag of nests; *N before it: N times
 * VALUE "text" (with its NUL) | 'text' (without) | 0xHEX bytes | an address | a number
 */
#include <ctype.h>

#include "nlgen.h"

static char *line_start;

static void wrong(const char *what, const char *at)
{
	fprintf(stderr, "nlfuzz: %s: %s\nin: %s\n", what, at, line_start);
	exit(2);
}

static unsigned int unhex(const char *s, unsigned char *out, unsigned int room)
{
	unsigned int n = 0, v;

	for (; isxdigit(s[0]) && isxdigit(s[1]) && n < room; s += 2) {
		if (sscanf(s, "%2x", &v) == 1)
			out[n++] = v;
	}
	if (*s)
		wrong("not hexadecimal", s);
	return n;
}

static unsigned int value(const struct attr *a, const char *s, unsigned char *out,
			  unsigned int room)
{
	unsigned int len = strlen(s);
	__u64 number;
	char *end;

	if ((*s == '"' || *s == '\'') && len > 1 && s[len - 1] == *s) {
		memcpy(out, s + 1, len - 2);
		out[len - 2] = 0;
		return len - 2 + (*s == '"');
	}
	if (!strncmp(s, "0x", 2))
		return unhex(s + 2, out, room);
	if (inet_pton(AF_INET, s, out) == 1)
		return 4;
	if (inet_pton(AF_INET6, s, out) == 1)
		return 16;
	number = strtoull(s, &end, 0);
	if (!*s || *end)
		wrong("not a value", s);
	len = a && a->type == T_U8 ? 1 : a && a->type == T_U16 ? 2 : a && a->type == T_U64 ? 8 : 4;
	memcpy(out, &number, len);
	return len;
}

static void item(char *word, int *parent, int *set, int *depth)
{
	static unsigned char buf[65536];
	int lie = -1, times = 1, i = 0;
	bool flip = false;
	const struct attr *a;
	unsigned int len = 0;
	__u16 type;
	char *at;

	for (;; word = at) {
		if (*word == '@')
			lie = strtol(word + 1, &at, 10);
		else if (*word == '*')
			times = strtol(word + 1, &at, 10);
		else if (*word == '~')
			at = word + 1;
		else
			break;
		flip |= *word == '~';
	}
	at = word + strcspn(word, "={");
	len = 0;
	if (*at == '=') {
		*at++ = 0;
		a = *set < 0 ? NULL : attr_named(*set, word);
		len = value(a, at, buf, sizeof(buf));
		at = "";
	} else {
		bool opens = *at;

		*at = 0;
		a = *set < 0 ? NULL : attr_named(*set, word);
		at = opens ? "{" : "";
	}
	if (!a && !isdigit(*word))
		wrong("no such attribute here", word);
	type = a ? a->number : strtol(word, NULL, 0);
	if ((*at == '{') != flip)
		type |= NLA_F_NESTED;
	while (times--) {
		i = tree_add(*parent, type, buf, len);
		tree_node(i)->lie = lie;
	}
	if (*at == '{') {
		*parent = i;
		set[1] = a ? a->nested : -1;
		(*depth)++;
	}
}

int text_request(struct msg *m, char *line, struct request *r)
{
	int set[64], depth = 0, parent = 0;
	char *word, *save, *hash = strchr(line, '#');
	unsigned int len;
	__u16 flags = 0;

	if (hash)
		*hash = 0;
	line_start = strdup(line);
	word = strtok_r(line, " \t\n", &save);
	if (!word)
		return 0;
	*r = (struct request){ .framed = true };
	if (!strcmp(word, "raw")) {
		word = strtok_r(NULL, " \t\n", &save);
		flags = word ? strtoul(word, NULL, 0) : 0;
		gen_start(m, 0, flags | NLM_F_ACK);
		word = strtok_r(NULL, " \t\n", &save);
		len = unhex(word ? word : "?", NLMSG_DATA(&m->nlh), MSG_MAX / 2);
		m->nlh.nlmsg_len = NLMSG_LENGTH(len);
		r->framed = len >= GENL_HDRLEN;
		r->seq = m->nlh.nlmsg_seq;
		return 1;
	}
	r->cmd = command_named(word);
	if (!r->cmd)
		wrong("no such command", word);
	tree_clear();
	set[0] = r->cmd->set;
	while ((word = strtok_r(NULL, " \t\n", &save))) {
		if (!strcmp(word, "dump")) {
			r->dump = true;
		} else if (*word == '}') {
			if (!depth--)
				wrong("one } too many", word);
			parent = tree_node(parent)->parent;
		} else {
			if (depth > 60)
				wrong("too deep", word);
			item(word, &parent, set + depth, &depth);
		}
	}
	gen_start(m, r->cmd->number, r->dump ? NLM_F_DUMP : NLM_F_ACK);
	tree_write(m);
	r->seq = m->nlh.nlmsg_seq;
	return 1;
}

void text_print(FILE *to, const struct msg *m)
{
	unsigned int i;

	fprintf(to, "raw 0x%x ", m->nlh.nlmsg_flags);
	for (i = NLMSG_HDRLEN; i < m->nlh.nlmsg_len && i < sizeof(m->buf); i++)
		fprintf(to, "%02x", (unsigned char)m->buf[i]);
	fprintf(to, "\n");
}
