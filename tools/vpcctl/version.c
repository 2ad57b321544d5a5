// SPDX-License-Identifier: GPL-2.0
/* The versions of the tool and of the module: they need not be equal. */
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

#ifndef VPCCTL_VERSION
#define VPCCTL_VERSION	"0.1.0"
#endif

static void print(const struct attrs *info)
{
	print_object(NULL);
	print_string("vpcctl", "vpcctl", VPCCTL_VERSION);
	print_line(0);
	field_string(info, VPC_A_INFO_VERSION, "module", "module");
	if (!info->head)
		print_text("the module vpc is not loaded");
	print_end();
}

static int run(const struct object *object, struct args *args)
{
	struct answer answer = { 0 };
	struct attrs info;
	int err;

	(void)object;
	err = args_end(args);
	if (!err && module_loaded())
		err = request_run(request_new(VPC_CMD_INFO_GET), 0, &answer);
	if (!err) {
		info = answer_first(&answer);
		print(&info);
	}
	answer_free(&answer);
	return err;
}

const struct object version_object = {
	.word = "version",
	.usage =
"vpcctl version\n",
	.run = run,
};
