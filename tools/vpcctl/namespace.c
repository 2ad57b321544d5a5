// SPDX-License-Identifier: GPL-2.0
/* What is of the whole network namespace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

/* if-ids FIRST-LAST */
static int parse_if_ids(struct args *args, struct nl_msg *msg)
{
	uint32_t first, last;
	const char *word;
	char *dash, *copy;
	int err;

	if (!args_take(args, "if-ids"))
		return args_end(args) ?: usage("\"if-ids\" is missing");
	word = args_need(args, "FIRST-LAST");
	if (!word)
		return STATUS_USAGE;
	copy = check_memory(strdup(word));
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = '\0';
	err = dash ? parse_if_id(copy, &first) ?: parse_if_id(dash, &last) :
		     usage("\"%s\" is not FIRST-LAST", word);
	free(copy);
	return err ?:
	       parse_put(nla_put_u32(msg, VPC_A_INFO_IF_ID_FIRST, first)) ?:
	       parse_put(nla_put_u32(msg, VPC_A_INFO_IF_ID_LAST, last)) ?:
	       args_end(args);
}

static int set(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_SETTINGS_SET);
	struct answer answer = { 0 };
	int err = request_run(msg, parse_if_ids(args, msg), &answer);

	(void)object;
	answer_free(&answer);
	return err;
}

static void print(const struct attrs *info)
{
	uint64_t first = attr_number(info, VPC_A_INFO_IF_ID_FIRST, 0);
	uint64_t last = attr_number(info, VPC_A_INFO_IF_ID_LAST, 0);
	char text[32];

	snprintf(text, sizeof(text), "0x%llx-0x%llx", (unsigned long long)first,
		 (unsigned long long)last);
	print_number("if_id_first", NULL, first);
	print_number("if_id_last", NULL, last);
	print_string(NULL, "if-ids", text);
	field_number(info, VPC_A_INFO_REBUILDS, "group_rebuilds", "group-rebuilds");
}

static int show(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_INFO_GET);
	struct answer answer = { 0 };
	int err = request_run(msg, args_end(args), &answer);
	struct attrs info;

	(void)object;
	if (!err) {
		info = answer_first(&answer);
		print_object(NULL);
		print(&info);
		print_end();
	}
	answer_free(&answer);
	return err;
}

static const struct command commands[] = {
	{ "set", set, 0, NULL },
	{ "show", show, 0, NULL },
	{ 0 }
};

const struct object namespace_object = {
	.word = "namespace",
	.usage =
"vpcctl namespace set if-ids FIRST-LAST\n"
"vpcctl namespace show\n",
	.commands = commands,
};
