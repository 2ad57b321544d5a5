/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printing attributes that several kinds of objects have. Keys and labels are
 * those of print.h.
 */
#ifndef VPCCTL_FIELD_H
#define VPCCTL_FIELD_H

#include "vpcctl.h"

/* The word for a number, of an array indexed by it. */
#define word_of(words, number)	word_at(words, ARRAY_SIZE(words), number)
const char *word_at(const char *const *words, size_t count, uint64_t number);

/* A string that may be absent: null in JSON, nothing in text. */
void field_string(const struct attrs *attrs, int type, const char *key,
		  const char *label);
void field_number(const struct attrs *attrs, int type, const char *key,
		  const char *label);
/* A number that text leaves out when it is the usual one. */
void field_unusual(const struct attrs *attrs, int type, const char *key,
		   const char *label, uint64_t usual);
void field_address(const struct attrs *attrs, int type, const char *key,
		   const char *label);
void field_addresses(const struct attrs *attrs, int type, const char *key,
		     const char *label);
void field_prefixes(const struct attrs *attrs, int type, const char *key,
		    const char *label);
void field_lladdr(const struct attrs *attrs, int type, const char *key,
		  const char *label);
/* Last of an object: text has lines of their own for them, with -stats. */
void field_counters(const struct attrs *attrs, int type);

/* route.c */
void route_print_prefix(const struct attrs *route);
void route_print_nexthops(const struct attrs *route);
const char *route_nexthop_word(const struct attrs *nexthop);
/* peering.c */
const char *peering_state(const struct attrs *peering);
/* endpoint.c */
void endpoint_print(const struct attrs *endpoint);

#endif
