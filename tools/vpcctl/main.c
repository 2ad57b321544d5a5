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

#include "nl.h"
#include "parse.h"
#include "print.h"

#define NETNS_DIRECTORY	"/var/run/netns/"

const struct object *const objects[] = {
	&vpc_object, &subnet_object, &port_object, &uplink_object,
	&endpoint_object, &table_object, &route_object, &peering_object,
	&check_object, &stats_object, &flush_object, &monitor_object,
	&version_object, NULL
};

static const char general_usage[] =
"vpcctl [ -json ] [ -pretty ] [ -stats ] [ -batch { FILE | - } ] [ -netns NAME ]\n"
"       OBJECT COMMAND ...\n"
"OBJECT := { vpc | subnet | port | uplink | endpoint | table | route | peering |\n"
"            check | stats | flush | monitor | version | help }\n"
"vpcctl [ -json ]                 a summary\n"
"vpcctl help [ OBJECT ]\n";

static const struct object general = { .usage = general_usage };

/* What the options ask for besides the form of the output. */
struct wishes {
	const char *batch;
	const char *netns;
};

static const struct object *find_object(const char *word)
{
	const struct object *const *object;

	for (object = objects; *object; object++)
		if (!strcmp((*object)->word, word))
			return *object;
	return NULL;
}

/* [ OBJECT ] */
static int help(struct args *args)
{
	const struct object *const *object;
	const struct object *only = NULL;

	if (args->left) {
		only = find_object(args->word[0]);
		if (!only)
			return usage("\"%s\" is not an object", args->word[0]);
		args_take(args, only->word);
	}
	if (args->left)
		return args_end(args);
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
	word = args_need(args, "the object");
	if (!word)
		return STATUS_USAGE;
	if (!strcmp(word, "help"))
		return help(args);
	object = find_object(word);
	if (!object)
		return usage("\"%s\" is not an object", word);
	return command_run(object, args);
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
	return err;
}

/* An option, with one dash or two. */
static bool take_option(struct args *args, const char *option)
{
	const char *word = args->word[0];

	if (word[0] != '-' || strcmp(word + 1 + (word[1] == '-'), option) != 0)
		return false;
	return args_take(args, word);
}

static int parse_options(struct args *args, struct wishes *wishes)
{
	while (args->left && args->word[0][0] == '-') {
		const char **value = NULL;
		const char *word = args->word[0];

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
			return usage("\"%s\" is not an option", word);
		if (value) {
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
	if (wishes.batch && args->left)
		return args_end(args);
	if (wishes.netns)
		err = enter_netns(wishes.netns);
	if (err)
		return err;
	if (wishes.batch)
		return batch_run(wishes.batch);
	return args->left ? run_words(args) : summary_run();
}

int main(int argc, char **argv)
{
	struct args args = { argv + 1, argc > 0 ? (size_t)argc - 1 : 0 };
	int status = run(&args);

	request_finish();
	return print_finish() ?: status;
}
