// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "vpcctl.h"

#define DEPTH	8

struct print_options print_options;

/* JSON: the objects and arrays that are open, outermost first. */
static struct json_object *stack[DEPTH];
static unsigned int depth;

/* JSON: within a list, and how many elements it has so far. */
static bool in_list;
static unsigned long elements;

/* Text: objects that are open, and what has to come before the next word. */
static unsigned int open_objects;
static bool line_empty = true;
static unsigned int line_indent;

/* Indents what is within a list: json-c does not know of the list. */
static void write_indented(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, "\n");
		printf("  %.*s", (int)len, text);
		if (!text[len])
			break;
		putchar('\n');
	}
}

static void write_json(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	if (print_options.pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = check_memory((void *)json_object_to_json_string_ext(object, flags));
	if (in_list && elements++)
		fputs(print_options.pretty ? ",\n" : ",", stdout);
	if (in_list && print_options.pretty)
		write_indented(text);
	else
		fputs(text, stdout);
	if (!in_list)
		putchar('\n');
}

void print_list(void)
{
	if (!print_options.json)
		return;
	in_list = true;
	elements = 0;
	fputs(print_options.pretty ? "[\n" : "[", stdout);
}

void print_list_end(void)
{
	if (!print_options.json)
		return;
	in_list = false;
	fputs(print_options.pretty && elements ? "\n]\n" : "]\n", stdout);
}

/* Adds a value to what is open; it belongs to that from now on. */
static void add(const char *key, struct json_object *value)
{
	struct json_object *open = stack[depth - 1];

	if (json_object_is_type(open, json_type_array))
		json_object_array_add(open, value);
	else
		json_object_object_add(open, key, value);
}

static void open_value(const char *key, struct json_object *value)
{
	check_memory(value);
	if (depth)
		add(key, value);
	stack[depth++] = value;
}

void print_object(const char *key)
{
	if (print_options.json)
		open_value(key, json_object_new_object());
	else
		open_objects++;
}

void print_array(const char *key)
{
	if (print_options.json)
		open_value(key, json_object_new_array());
	else
		open_objects++;
}

/* Closes the innermost object or array; the outermost one is written. */
void print_end(void)
{
	if (!print_options.json) {
		if (!--open_objects)
			print_line(0);
		return;
	}
	if (--depth)
		return;
	write_json(stack[0]);
	json_object_put(stack[0]);
}

void print_line(unsigned int indent)
{
	if (print_options.json)
		return;
	if (!line_empty)
		putchar('\n');
	line_empty = true;
	line_indent = indent;
}

static void separate(void)
{
	if (line_empty)
		printf("%*s", (int)line_indent, "");
	else
		putchar(' ');
	line_empty = false;
}

static bool begin_text(const char *label)
{
	if (print_options.json || !label)
		return false;
	separate();
	if (*label)
		printf("%s ", label);
	return true;
}

void print_text(const char *format, ...)
{
	va_list ap;

	if (!begin_text(""))
		return;
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
}

void print_string(const char *key, const char *label, const char *value)
{
	if (print_options.json && key)
		add(key, check_memory(json_object_new_string(value)));
	else if (begin_text(label))
		fputs(value, stdout);
}

void print_number(const char *key, const char *label, uint64_t value)
{
	if (print_options.json && key)
		add(key, check_memory(json_object_new_uint64(value)));
	else if (begin_text(label))
		printf("%llu", (unsigned long long)value);
}

const char *decimal_text(double value, int decimals, char text[DECIMAL_TEXT])
{
	size_t len;

	snprintf(text, DECIMAL_TEXT, "%.*f", decimals, value);
	len = strlen(text);
	while (strchr(text, '.') && (text[len - 1] == '0' || text[len - 1] == '.'))
		text[--len] = '\0';
	return text;
}

void print_decimal(const char *key, double value)
{
	char text[DECIMAL_TEXT];

	if (print_options.json)
		add(key, check_memory(json_object_new_double_s(value,
							       decimal_text(value, 4, text))));
}

void print_percent(const char *key, const char *label, uint64_t share)
{
	char text[DECIMAL_TEXT];

	if (print_options.json && key)
		print_decimal(key, share / 100.0);
	else if (begin_text(label))
		printf("%s%%", decimal_text(share / 100.0, 2, text));
}

/* Text: the label alone, when true. */
void print_bool(const char *key, const char *label, bool value)
{
	if (print_options.json && key)
		add(key, check_memory(json_object_new_boolean(value)));
	else if (value && label)
		print_text("%s", label);
}

void print_null(const char *key)
{
	if (print_options.json && key)
		add(key, NULL);
}

/* What was printed must have arrived. */
int print_finish(void)
{
	if (fflush(stdout) || ferror(stdout))
		return refused("cannot write the output: %s", strerror(errno));
	return 0;
}
