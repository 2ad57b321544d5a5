// SPDX-License-Identifier: GPL-2.0
/* vpcctl: tells the module vpc what to do, and what it has to tell. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "complete.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

#define NETNS_DIRECTORY	"/var/run/netns/"

const struct object *const objects[] = {
	&vpc_object, &subnet_object, &port_object, &uplink_object,
	&endpoint_object, &table_object, &route_object, &peering_object,
	&probe_object, &alarm_object, &vpn_gateway_object, &customer_gateway_object,
	&ipsec_object, &nat_gateway_object, &namespace_object, &check_object,
	&stats_object, &metrics_object, &flush_object, &monitor_object, &version_object, NULL
};

static const char general_usage[] =
"vpcctl [ -json ] [ -pretty ] [ -stats ] [ -batch { FILE | - } ] [ -netns NAME ]\n"
"       OBJECT COMMAND ...\n"
"OBJECT := { vpc | subnet | port | uplink | endpoint | table | route | peering |\n"
"            probe | alarm | vpn-gateway | customer-gateway | ipsec |\n"
"            nat-gateway | namespace | check | stats | metrics | flush |\n"
"            monitor | version | help }\n"
"vpcctl [ -json ]                 a summary\n"
"vpcctl help [ OBJECT ]\n";

static const struct object general = { .usage = general_usage };

/* What the options ask for besides the form of the output. */
struct wishes {
	const char *batch;
	const char *netns;
};

/* NULL: the next word is none. */
static const struct object *take_object(struct args *args)
{
	const struct object *const *object;

	for (object = objects; *object; object++)
		if (args_take(args, (*object)->word))
			return *object;
	return NULL;
}

/* [ OBJECT ] */
static int help(struct args *args)
{
	const struct object *const *object;
	const struct object *only = take_object(args);
	int err;

	if (!only && args->left)
		return usage("\"%s\" is not an object", args->word[0]);
	err = args_end(args);
	if (err)
		return err;
	if (!only)
		puts(general_usage);
	for (object = objects; *object; object++)
		if (!only || only == *object)
			printf("%s%s", (*object)->usage, only ? "" : "\n");
	return 0;
}

/* OBJECT COMMAND ..., from the arguments or from a line of a batch */
int run_words(struct args *args)
{
	const struct object *object;
	const char *word;

	error_usage(&general);
	if (args_take(args, "help"))
		return help(args);
	object = take_object(args);
	if (object)
		return command_run(object, args);
	word = args_need(args, "the object");
	return word ? usage("\"%s\" is not an object", word) : STATUS_USAGE;
}

static int enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd, err = 0;

	if (!*name || strchr(name, '/') || *name == '.')
		return usage("\"%s\" is not the name of a network namespace",
			     name);
	snprintf(path, sizeof(path), NETNS_DIRECTORY "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return refused("there is no network namespace \"%s\"", name);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err = refused("cannot enter the network namespace \"%s\": %s",
			      name, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (err && completing()) {
		complete_blindly();
		err = 0;
	}
	return err;
}

static bool at_option(const struct args *args)
{
	return complete_at_option(args) ||
	       (args->left && args->word[0][0] == '-');
}

/* An option, with one dash or two. */
static bool take_option(struct args *args, const char *option)
{
	const char *word = args->left ? args->word[0] : "";

	complete_option(args, option);
	if (word[0] != '-' || strcmp(word + 1 + (word[1] == '-'), option) != 0)
		return false;
	return args_take(args, word);
}

static int not_an_option(struct args *args)
{
	const char *word = args_need(args, "the option");

	return word ? usage("\"%s\" is not an option", word) : STATUS_USAGE;
}

static void complete_option_value(const struct args *args, bool netns)
{
	if (netns)
		complete_files(args, NETNS_DIRECTORY);
	else
		complete_hint(args, "FILE");
}

static int parse_options(struct args *args, struct wishes *wishes)
{
	while (at_option(args)) {
		const char **value = NULL;

		if (take_option(args, "json"))
			print_options.json = true;
		else if (take_option(args, "pretty"))
			print_options.pretty = true;
		else if (take_option(args, "stats"))
			print_options.stats = true;
		else if (take_option(args, "help"))
			return help(args) ?: -1;
		else if (take_option(args, "batch"))
			value = &wishes->batch;
		else if (take_option(args, "netns"))
			value = &wishes->netns;
		else
			return not_an_option(args);
		if (value) {
			complete_option_value(args, value == &wishes->netns);
			*value = args_need(args, "the value of the option");
			if (!*value)
				return STATUS_USAGE;
		}
	}
	return 0;
}

static int run(struct args *args)
{
	struct wishes wishes = { 0 };
	int err;

	error_usage(&general);
	err = parse_options(args, &wishes);
	if (err)
		return err < 0 ? 0 : err;
	if (wishes.batch)
		err = args_end(args);
	if (!err && wishes.netns)
		err = enter_netns(wishes.netns);
	if (err)
		return err;
	if (wishes.batch)
		return batch_run(wishes.batch);
	return args->left || completing() ? run_words(args) : summary_run();
}

int main(int argc, char **argv)
{
	struct args args = { argv + 1, argc > 0 ? (size_t)argc - 1 : 0 };
	int status = args_take(&args, "complete") ? complete_run(&args, run) :
						    run(&args);

	request_finish();
	return print_finish() ?: status;
}
