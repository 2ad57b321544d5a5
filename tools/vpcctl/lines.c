// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

int lines_open(struct lines *lines, const char *name)
{
	memset(lines, 0, sizeof(*lines));
	lines->file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	if (!lines->file)
		return refused("cannot read %s: %s", name, strerror(errno));
	lines->place.file = name;
	lines->outer = error_at(lines->place);
	return 0;
}

/* Words are what blanks divide; one that starts with # ends the line. */
static size_t split(struct lines *lines)
{
	char *rest = lines->line, *word;
	size_t n = 0;

	while ((word = strsep(&rest, " \t\r\n"))) {
		if (*word == '#')
			break;
		if (!*word)
			continue;
		lines->words = array_grow(lines->words, n, &lines->words_size,
					  sizeof(*lines->words));
		lines->words[n++] = word;
	}
	return n;
}

bool lines_next(struct lines *lines, struct args *args)
{
	while (getline(&lines->line, &lines->line_size, lines->file) >= 0) {
		lines->place.line++;
		error_at(lines->place);
		args->left = split(lines);
		args->word = lines->words;
		if (args->left)
			return true;
	}
	return false;
}

int lines_close(struct lines *lines, int status)
{
	error_at(lines->outer);
	if (!status && ferror(lines->file))
		status = refused("cannot read %s: %s", lines->place.file,
				 strerror(errno));
	if (lines->file != stdin)
		fclose(lines->file);
	free(lines->line);
	free(lines->words);
	return status;
}
