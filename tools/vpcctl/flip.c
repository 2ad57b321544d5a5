// SPDX-License-Identifier: GPL-2.0
/* Receipts: when and why a next hop was taken out of use, or into it again. */
#include "field.h"
#include "nexthop.h"
#include "print.h"

static const char *const causes[] = {
	[VPC_FLIP_DETECTION] = "detection time expired",
	[VPC_FLIP_SIGNALLED] = "signalled down by peer",
	[VPC_FLIP_PEER_ADMIN] = "AdminDown by peer",
	[VPC_FLIP_CARRIER] = "carrier",
	[VPC_FLIP_NEIGHBOUR] = "neighbour",
	[VPC_FLIP_ADMINISTRATOR] = "administrator",
	[VPC_FLIP_PROBE] = "probe up",
	[VPC_FLIP_POLICY] = "policy",
	[VPC_FLIP_IPSEC] = "security associations",
	[VPC_FLIP_PEERING] = "peering",
};

/* How much later something happened than something before it. */
static void print_later(const struct attrs *flip, int before, int after,
			const char *key, const char *label)
{
	uint64_t from = attr_number(flip, before, 0);
	uint64_t to = attr_number(flip, after, 0);
	uint64_t ns = to > from ? to - from : 0;
	char text[TIME_TEXT];

	if (!attr_has(flip, before) || !attr_has(flip, after)) {
		print_null(key);
		return;
	}
	print_number(key, NULL, ns);
	print_string(NULL, label, time_text(ns, text));
}

static void print_change(const struct attrs *flip)
{
	const char *from = health_word(attr_number(flip, VPC_A_FLIP_FROM,
						   UINT64_MAX));
	const char *to = health_word(attr_number(flip, VPC_A_FLIP_TO,
						 UINT64_MAX));
	const char *cause = word_of(causes, attr_number(flip, VPC_A_FLIP_CAUSE,
							UINT64_MAX));

	print_string("from", NULL, from);
	print_string("to", NULL, to);
	print_string("cause", NULL, cause);
	print_text("%s -> %s (%s)", from, to, cause);
}

static void print(const struct attrs *flip)
{
	uint64_t time = attr_number(flip, VPC_A_FLIP_TIME, 0);
	bool fell = attr_number(flip, VPC_A_FLIP_TO, 0) == VPC_HEALTH_DOWN;
	char text[DATE_TEXT];

	field_number(flip, VPC_A_FLIP_SEQ, "seq", NULL);
	print_string("time", NULL, date_text(time, text));
	field_number(flip, VPC_A_FLIP_TIME, "time_ns", NULL);
	field_string(flip, VPC_A_FLIP_TARGET, "nexthop", "");
	field_string(flip, VPC_A_FLIP_VPC, "vpc", "vpc");
	field_string(flip, VPC_A_FLIP_PROBE, "probe", "probe");
	print_change(flip);
	print_later(flip, VPC_A_FLIP_LAST_GOOD, VPC_A_FLIP_DETECTED,
		    "good_to_detected_ns", fell ? "detected after" : NULL);
	print_later(flip, VPC_A_FLIP_DETECTED, VPC_A_FLIP_SWITCHED,
		    "detected_to_switched_ns", "switched after");
	field_number(flip, VPC_A_FLIP_LAST_GOOD, "last_good_ns", NULL);
	field_number(flip, VPC_A_FLIP_DETECTED, "detected_ns", NULL);
	field_number(flip, VPC_A_FLIP_SWITCHED, "switched_ns", NULL);
	field_number(flip, VPC_A_FLIP_PACKETS, "packets", "packets");
	field_time(flip, VPC_A_FLIP_STALL, "stall_ns", "stall", 1);
}

/* An event has its time already. */
void flip_print_dated(const struct attrs *flip)
{
	char text[DATE_TEXT];

	print_string(NULL, "",
		     date_text(attr_number(flip, VPC_A_FLIP_TIME, 0), text));
	print(flip);
}

const struct object flip_object = {
	.word = "flip",
	.print = print,
	.event = VPC_A_EVENT_FLIP,
};
