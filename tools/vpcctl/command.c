// SPDX-License-Identifier: GPL-2.0
/* What the objects have in common: add, set, del by keys, and show. */
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const struct key no_keys[] = { { 0 } };

/* A new object is called as nothing is yet, or like a device. */
static void complete_name(const struct args *args, const struct object *object,
			  const struct command *command)
{
	if (strcmp(command->word, "add") != 0)
		complete_names(args, object);
	else if (object->name_type == KEY_DEV)
		complete_devices(args);
}

/* Sends the name of the object and the keys that follow. */
static int send_command(const struct object *object,
			const struct command *command, struct args *args)
{
	struct nl_msg *msg = request_new(command->cmd);
	struct answer answer = { 0 };
	int err;

	complete_name(args, object, command);
	err = parse_name(args, object->name_type, msg, object->name) ?:
	      parse_keys(command->keys ?: no_keys, args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

int command_run(const struct object *object, struct args *args)
{
	const struct command *command;
	const char *word;
	int err;

	error_usage(object);
	if (args_take(args, "help")) {
		err = args_end(args);
		if (!err)
			fputs(object->usage, stdout);
		return err;
	}
	if (!object->commands)
		return object->run(object, args);
	for (command = object->commands; command->word; command++) {
		if (!args_take(args, command->word))
			continue;
		if (command->run)
			return command->run(object, args);
		return send_command(object, command, args);
	}
	word = args_need(args, "the command");
	if (!word)
		return STATUS_USAGE;
	return usage("\"%s\" is not a command of \"%s\"", word, object->word);
}

void command_print(const struct answer *answer,
		   void (*print)(const struct attrs *object))
{
	struct attrs attrs;
	size_t at;

	print_list();
	answer_for_each(answer, at, &attrs) {
		print_object(NULL);
		print(&attrs);
		print_end();
	}
	print_list_end();
}

/* The one of a listing that is called @name; false when there is none. */
static bool print_named(const struct object *object,
			const struct answer *answer, const char *name)
{
	struct attrs attrs;
	size_t at;

	answer_for_each(answer, at, &attrs) {
		if (strcmp(attr_string(&attrs, object->name), name) != 0)
			continue;
		print_list();
		print_object(NULL);
		object->print(&attrs);
		print_end();
		print_list_end();
		return true;
	}
	return false;
}

static int show_one(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(object->get);
	struct answer answer = { 0 };
	int err;

	err = parse_name(args, object->name_type, msg, object->name);
	err = request_run(msg, err, &answer);
	if (!err)
		command_print(&answer, object->print);
	answer_free(&answer);
	return err;
}

/*
 * show [NAME] [vpc VPC]. A first word "vpc" that has something after it is no
 * name. The module does not take both, so what it lists for the VPC is searched
 * for the name.
 */
int command_show(const struct object *object, struct args *args)
{
	const struct key keys[] = {
		{ object->vpc ? "vpc" : NULL, KEY_NAME, object->vpc, 0, 0 },
		{ 0 },
	};
	struct answer answer = { 0 };
	const char *name = NULL;
	struct nl_msg *msg;
	int err;

	if (object->name_type && args_last(args))
		return show_one(object, args);
	complete_names(args, object);
	if (object->name_type && args->left && !args_is(args, "vpc"))
		name = args_need(args, "NAME");
	msg = request_new(object->get);
	err = request_dump(msg, parse_keys(keys, args, msg), &answer);
	if (!err && !name)
		command_print(&answer, object->print);
	else if (!err && !print_named(object, &answer, name))
		err = refused("there is no %s \"%s\" in that VPC",
			      object->word, name);
	answer_free(&answer);
	return err;
}
