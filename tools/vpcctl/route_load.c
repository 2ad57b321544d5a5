// SPDX-License-Identifier: GPL-2.0
/* A file of routes becomes one request: all of it takes effect, or nothing. */
#include <stdlib.h>

#include "lines.h"
#include "nl.h"
#include "route.h"

/* What a word adds to a request at most, besides its own letters. */
#define WORD_ROOM	64

/* Where each operation starts in the request, to name the line of a bad one. */
struct start {
	uint32_t offset;
	uint32_t line;
};

struct starts {
	struct start *start;
	size_t count, size;
};

static void note_start(struct starts *starts, struct nl_msg *msg,
		       unsigned long line)
{
	struct start *start;

	starts->start = array_grow(starts->start, starts->count, &starts->size,
				   sizeof(*starts->start));
	start = &starts->start[starts->count++];
	start->offset = nlmsg_hdr(msg)->nlmsg_len;
	start->line = line;
}

/* The line of the last operation that starts at or before an offset. */
static unsigned long line_at(const struct starts *starts, uint32_t offset)
{
	size_t low = 0, high = starts->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (starts->start[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? starts->start[low - 1].line : 0;
}

static int read_operation(struct args *args, struct nl_msg *msg)
{
	enum vpc_route_op kind = VPC_ROUTE_OP_ADD;
	struct prefix dst;
	const char *word;

	if (args_take(args, "replace"))
		kind = VPC_ROUTE_OP_REPLACE;
	else if (args_take(args, "del"))
		kind = VPC_ROUTE_OP_DEL;
	else
		args_take(args, "add");
	word = args_need(args, "PREFIX");
	if (!word)
		return STATUS_USAGE;
	return parse_prefix(word, &dst) ?:
	       route_operation(args, msg, kind, &dst) ?:
	       args_end(args);
}

static int read_operations(struct lines *lines, struct nl_msg *msg,
			   struct starts *starts)
{
	struct args args;
	int err = 0;

	while (!err && lines_next(lines, &args)) {
		request_reserve(msg, lines->line_size +
				     (args.left + 2) * WORD_ROOM);
		note_start(starts, msg, lines->place.line);
		err = read_operation(&args, msg);
	}
	return err;
}

/* Tells a refusal at the line that the module objects to, if it names one. */
static int tell_refusal(const struct answer *answer, struct place place,
			const struct starts *starts)
{
	struct place outer;
	int err;

	place.line = answer->offset ? line_at(starts, answer->offset) : 0;
	if (!place.line)
		return refused("%s", answer->text);
	outer = error_at(place);
	err = refused("%s", answer->text);
	error_at(outer);
	return err;
}

static int load(const char *file, struct nl_msg *msg, bool whole)
{
	struct starts starts = { 0 };
	struct answer answer = { 0 };
	struct lines lines;
	int err;

	err = lines_open(&lines, file);
	if (!err)
		err = lines_close(&lines, read_operations(&lines, msg, &starts));
	if (err || starts.count || whole)
		err = request_try(msg, err, &answer);
	else
		nlmsg_free(msg);
	if (!err && answer.error)
		err = tell_refusal(&answer, lines.place, &starts);
	answer_free(&answer);
	free(starts.start);
	return err;
}

int route_load(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_ROUTE_CHANGE);
	struct parser parser = {
		.keys = route_table_keys, .args = args, .msg = msg,
	};
	const char *file = args_need(args, "FILE");
	bool whole;
	int err;

	(void)object;
	err = file ? parse_some(&parser) : STATUS_USAGE;
	whole = !err && args_take(args, "replace");
	if (!err)
		err = parse_end(&parser);
	if (!err && whole)
		err = parse_put(nla_put_flag(msg, VPC_A_ROUTE_REPLACE_TABLE));
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return load(file, msg, whole);
}
