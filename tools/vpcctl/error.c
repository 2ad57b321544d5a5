// SPDX-License-Identifier: GPL-2.0
/* Errors: one sentence each, on the standard error. */
#include <stdarg.h>
#include <stdio.h>

#include "complete.h"

static struct place at;
static const struct object *at_object;

/* From now on errors are in this place; returns where they were. */
struct place error_at(struct place place)
{
	struct place old = at;

	at = place;
	return old;
}

/* A usage error is followed by the grammar of this object. */
void error_usage(const struct object *object)
{
	at_object = object;
}

static void tell(const char *format, va_list ap)
{
	if (completing())
		return;
	fflush(stdout);
	if (at.file)
		fprintf(stderr, "%s:%lu: ", at.file, at.line);
	else
		fputs("vpcctl: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

int usage(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(format, ap);
	va_end(ap);
	if (!at.file && at_object && !completing())
		fprintf(stderr, "\n%s", at_object->usage);
	return STATUS_USAGE;
}

int refused(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(format, ap);
	va_end(ap);
	return STATUS_REFUSED;
}

void warning(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(format, ap);
	va_end(ap);
}
