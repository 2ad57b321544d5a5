// SPDX-License-Identifier: GPL-2.0
/* The words of a command, one after the other. */
#include <string.h>

#include "complete.h"
#include "parse.h"

bool args_is(const struct args *args, const char *word)
{
	complete_word(args, word);
	return args->left && !strcmp(args->word[0], word);
}

bool args_last(const struct args *args)
{
	return args->left == 1 && !completing();
}

bool args_take(struct args *args, const char *word)
{
	if (!args_is(args, word))
		return false;
	args->word++;
	args->left--;
	return true;
}

const char *args_need(struct args *args, const char *what)
{
	if (!args->left) {
		complete_hint(args, what);
		usage("%s is missing", what);
		return NULL;
	}
	args->left--;
	return *args->word++;
}

int args_end(const struct args *args)
{
	if (args->left)
		return usage("unexpected word \"%s\"", args->word[0]);
	return completing() ? STATUS_USAGE : 0;
}
