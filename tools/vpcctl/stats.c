// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>

#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"
#include "rates.h"

/* Here the counters are what was asked for: text has them without -stats. */
static void print(const struct attrs *stats)
{
	bool wanted = print_options.stats;
	const struct nlattr *nla;
	struct attrs drop;

	field_string(stats, VPC_A_STATS_VPC, "vpc", "vpc");
	print_options.stats = true;
	field_counters(stats, VPC_A_STATS_COUNTERS);
	print_options.stats = wanted;
	print_object("drops");
	attr_for_each(nla, stats, VPC_A_STATS_DROP) {
		drop = attr_nested(nla);
		print_line(4);
		print_string(NULL, "drop", attr_string(&drop, VPC_A_DROP_REASON));
		field_number(&drop, VPC_A_DROP_PACKETS,
			     attr_string(&drop, VPC_A_DROP_REASON), "");
	}
	print_end();
}

/* every SECONDS [ count N ] */
static int parse_every(struct args *args, uint64_t *period, uint64_t *count)
{
	const char *word = args_need(args, "SECONDS after \"every\"");
	int err = word ? parse_seconds(word, period) : STATUS_USAGE;

	if (err || !args_take(args, "count"))
		return err;
	word = args_need(args, "N after \"count\"");
	return word ? parse_count(word, count) : STATUS_USAGE;
}

/* [ vpc VPC ] [ every SECONDS [ count N ] ] */
static int run(const struct object *object, struct args *args)
{
	static const struct key keys[] = {
		{ "vpc", KEY_NAME, VPC_A_STATS_VPC, 0, 0 },
		{ 0 }
	};
	struct nl_msg *msg = request_new(object->get);
	struct parser parser = { .keys = keys, .args = args, .msg = msg };
	uint64_t period = 0, count = 0;
	struct answer answer = { 0 };
	const struct nlattr *vpc;
	int err;

	err = parse_some(&parser);
	if (!err && args_take(args, "every"))
		err = parse_every(args, &period, &count) ?: parse_some(&parser);
	err = err ?: parse_end(&parser);
	if (!err && period) {
		vpc = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
				      VPC_A_STATS_VPC);
		err = rates_run(vpc ? nla_get_string(vpc) : NULL, period, count);
		nlmsg_free(msg);
		return err;
	}
	if (parser.seen)
		err = request_run(msg, err, &answer);
	else
		err = request_dump(msg, err, &answer);
	if (!err)
		command_print(&answer, print);
	answer_free(&answer);
	return err;
}

const struct object stats_object = {
	.word = "stats",
	.usage =
"vpcctl stats [ vpc VPC ]\n"
"vpcctl stats [ vpc VPC ] every SECONDS [ count N ]\n",
	.run = run,
	.get = VPC_CMD_STATS_GET,
	.name = VPC_A_STATS_VPC,
	.vpc = VPC_A_STATS_VPC,
	.id = VPC_A_STATS_ID,
	.counters = VPC_A_STATS_COUNTERS,
};
