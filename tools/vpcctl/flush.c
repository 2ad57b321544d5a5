// SPDX-License-Identifier: GPL-2.0
#include "nl.h"
#include "parse.h"

static int run(const struct object *object, struct args *args)
{
	struct answer answer = { 0 };
	int err;

	(void)object;
	err = args_end(args) ?:
	      request_run(request_new(VPC_CMD_FLUSH), 0, &answer);
	answer_free(&answer);
	return err;
}

const struct object flush_object = {
	.word = "flush",
	.usage =
"vpcctl flush\n",
	.run = run,
};
