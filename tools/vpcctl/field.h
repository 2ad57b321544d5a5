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

#define TIME_TEXT	32
/* In the unit that reads best, with at most three decimals. */
const char *time_text(uint64_t ns, char text[TIME_TEXT]);
#define DATE_TEXT	40
/* Nanoseconds since 1970, as UTC with microseconds. */
const char *date_text(uint64_t ns, char text[DATE_TEXT]);

/* A string that may be absent: null in JSON, nothing in text. */
void field_string(const struct attrs *attrs, int type, const char *key,
		  const char *label);
void field_number(const struct attrs *attrs, int type, const char *key,
		  const char *label);
/* A number that text leaves out when it is the usual one. */
void field_unusual(const struct attrs *attrs, int type, const char *key,
		   const char *label, uint64_t usual);
/* A number of nanoseconds, or of a larger unit that has @ns of them. */
void field_time(const struct attrs *attrs, int type, const char *key,
		const char *label, uint64_t ns);
/* Bits per second; 0 is no limit, and text leaves it out. */
void field_rate(const struct attrs *attrs, int type, const char *key,
		const char *label);
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
/* The same and drops by reason. */
void field_metered(const struct attrs *attrs, int type);

/* route.c */
void route_print_placed(const struct attrs *route);
void route_print_prefix(const struct attrs *route);
/* peering.c */
const char *peering_state(const struct attrs *peering);
enum {
	CROSSED_PACKETS,
	CROSSED_BYTES,
	CROSSED_DROPS,	/* also of what was not let in */
	CROSSED
};

/* One direction of a peering. */
struct crossing {
	const char *from, *to;
	uint64_t count[CROSSED];
};

/* Side 0 is who asked for it, side 1 who was asked. */
struct crossing peering_crossing(const struct attrs *peering, unsigned int side);
/* flip.c */
void flip_print_dated(const struct attrs *flip);
/* probe.c */
const char *probe_state(const struct attrs *probe);
/* endpoint.c */
void endpoint_print(const struct attrs *endpoint);

#endif
