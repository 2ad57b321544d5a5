/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output. One call writes a value in the chosen form: with -json as a member
 * called key (an element, within an array), else as "label value" on the
 * current line. Without a key a value is text only, without a label JSON only;
 * an empty label writes the bare value.
 */
#ifndef VPCCTL_PRINT_H
#define VPCCTL_PRINT_H

#include <stdbool.h>
#include <stdint.h>

/* Set by the options. */
extern struct print_options {
	bool json;
	bool pretty;
	bool stats;
} print_options;

/* The outermost array of a listing: its elements are written one by one. */
void print_list(void);
void print_list_end(void);

void print_object(const char *key);
void print_array(const char *key);
void print_end(void);

/* Text: starts a new line. */
void print_line(unsigned int indent);
void print_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

void print_string(const char *key, const char *label, const char *value);
void print_number(const char *key, const char *label, uint64_t value);
#define DECIMAL_TEXT	32
/* With at most so many decimals, and none that are 0 at the end. */
const char *decimal_text(double value, int decimals, char text[DECIMAL_TEXT]);
/* JSON, with at most four decimals. */
void print_decimal(const char *key, double value);
/* A share in hundredths of a percent. */
void print_percent(const char *key, const char *label, uint64_t share);
void print_bool(const char *key, const char *label, bool value);
void print_null(const char *key);
int print_finish(void);

#endif
