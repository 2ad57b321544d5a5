/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PKT_H
#define PKT_H

#include <stddef.h>
#include <stdint.h>

#define MAC_LEN 6

extern uint8_t own_mac[MAC_LEN];	/* source of frames that do not name one */

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);
unsigned long number(const char *s);
const uint8_t *build(char **word, int words, size_t *len);

#endif
