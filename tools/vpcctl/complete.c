// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "nl.h"

/* How the word to complete begins; NULL: there is none, a command is run. */
static const char *beginning;
static bool asking, blind;

int complete_run(struct args *args, int (*run)(struct args *args))
{
	beginning = args->left ? args->word[--args->left] : "";
	run(args);
	return 0;
}

bool completing(void)
{
	return beginning;
}

bool complete_at(const struct args *args)
{
	return beginning && !args->left;
}

bool complete_at_option(const struct args *args)
{
	return complete_at(args) && *beginning == '-';
}

bool complete_may_send(void)
{
	return !beginning || asking;
}

void complete_blindly(void)
{
	blind = true;
}

void complete_word(const struct args *args, const char *word)
{
	if (complete_at(args) && !strncmp(word, beginning, strlen(beginning)))
		puts(word);
}

/* With as many dashes as there are already. */
void complete_option(const struct args *args, const char *option)
{
	int dashes;

	if (!complete_at_option(args))
		return;
	dashes = beginning[1] == '-' ? 2 : 1;
	if (!strncmp(option, beginning + dashes, strlen(beginning + dashes)))
		printf("%.*s%s\n", dashes, "--", option);
}

void complete_hint(const struct args *args, const char *what)
{
	if (complete_at(args) && isupper((unsigned char)*what))
		printf("<%.*s>\n", (int)strcspn(what, " "), what);
}

void complete_names(const struct args *args, const struct object *object)
{
	struct answer answer = { 0 };
	struct attrs attrs;
	size_t at;

	if (!complete_at(args) || blind || !object->name_type)
		return;
	asking = true;
	if (!request_list(object->get, 0, NULL, &answer))
		answer_for_each(&answer, at, &attrs)
			if (attr_has(&attrs, object->name))
				complete_word(args, attr_string(&attrs, object->name));
	answer_free(&answer);
	asking = false;
}

void complete_devices(const struct args *args)
{
	struct if_nameindex *all, *dev;

	all = complete_at(args) && !blind ? if_nameindex() : NULL;
	if (!all)
		return;
	for (dev = all; dev->if_index; dev++)
		complete_word(args, dev->if_name);
	if_freenameindex(all);
}

void complete_files(const struct args *args, const char *directory)
{
	DIR *dir = complete_at(args) ? opendir(directory) : NULL;
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			complete_word(args, entry->d_name);
	closedir(dir);
}
