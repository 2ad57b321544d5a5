// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

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

/* [ vpc VPC ] */
static int run(const struct object *object, struct args *args)
{
	static const struct key keys[] = {
		{ "vpc", KEY_NAME, VPC_A_STATS_VPC, 0, 0 },
		{ 0 }
	};
	struct nl_msg *msg = request_new(object->get);
	bool one = args->left;
	struct answer answer = { 0 };
	int err = parse_keys(keys, args, msg);

	if (one)
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
"vpcctl stats [ vpc VPC ]\n",
	.run = run,
	.get = VPC_CMD_STATS_GET,
	.name = VPC_A_STATS_VPC,
	.vpc = VPC_A_STATS_VPC,
	.id = VPC_A_STATS_ID,
	.counters = VPC_A_STATS_COUNTERS,
};
