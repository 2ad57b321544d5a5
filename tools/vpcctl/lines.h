/* SPDX-License-Identifier: GPL-2.0 */
/* Reading a file of commands. Errors told meanwhile name the line. */
#ifndef VPCCTL_LINES_H
#define VPCCTL_LINES_H

#include <stdio.h>

#include "vpcctl.h"

struct lines {
	FILE *file;
	struct place place, outer;
	char *line;
	size_t line_size;
	char **words;
	size_t words_size;
};

/* @name "-" is the standard input. */
int lines_open(struct lines *lines, const char *name);
/* The words of the next line that has some; false at the end. */
bool lines_next(struct lines *lines, struct args *args);
/* The status, of reading when there is no other. */
int lines_close(struct lines *lines, int status);

#endif
