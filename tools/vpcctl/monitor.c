// SPDX-License-Identifier: GPL-2.0
/* Prints what happens, one line per event, as it happens. */
#include <stdlib.h>
#include <time.h>

#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

static const char *const events[] = {
	[VPC_EVENT_ADDED] = "added",
	[VPC_EVENT_CHANGED] = "changed",
	[VPC_EVENT_REMOVED] = "removed",
	[VPC_EVENT_ACCEPTED] = "accepted",
	[VPC_EVENT_REJECTED] = "rejected",
	[VPC_EVENT_EXPIRED] = "expired",
	[VPC_EVENT_ENABLED] = "enabled",
	[VPC_EVENT_FLUSHED] = "flushed",
	[VPC_EVENT_FLIP] = "flip",
	[VPC_EVENT_PORTS] = "ports",
	[VPC_EVENT_RAISED] = "raised",
	[VPC_EVENT_CLEARED] = "cleared",
};

static const char *now(char text[DATE_TEXT])
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return date_text(ts.tv_sec * 1000000000ULL + ts.tv_nsec, text);
}

static const struct object *object_of(const struct attrs *event)
{
	const struct object *const *object;

	for (object = objects; *object; object++)
		if ((*object)->event && attr_has(event, (*object)->event))
			return *object;
	return attr_has(event, flip_object.event) ? &flip_object : NULL;
}

/*
 * Only commands on peerings are done for accounts: without one, the operator
 * did it. An expiry is nobody's doing.
 */
static void print_as(const struct attrs *event, const struct object *object,
		     const char *key, const char *label)
{
	if (attr_has(event, VPC_A_EVENT_AS))
		field_number(event, VPC_A_EVENT_AS, key, label);
	else if (object == &peering_object &&
		 attr_number(event, VPC_A_EVENT_KIND, 0) != VPC_EVENT_EXPIRED)
		print_string(key, label, "operator");
	else
		print_null(key);
}

/* The last word of a line is on whose behalf it happened. */
static void print_event(const struct attrs *event)
{
	const struct object *object = object_of(event);
	struct attrs attrs;
	char time[DATE_TEXT];

	print_object(NULL);
	print_string(NULL, "", now(time));
	print_string("event", "",
		     word_of(events, attr_number(event, VPC_A_EVENT_KIND,
						 UINT64_MAX)));
	if (object) {
		print_string("kind", NULL, object->word);
		print_as(event, object, "as", NULL);
		attrs = attr_nested(attr_next(event, NULL, object->event));
		print_object("object");
		object->print(&attrs);
		print_end();
		print_as(event, object, NULL, "as");
	} else {
		print_null("kind");
		print_as(event, NULL, "as", NULL);
		print_null("object");
	}
	print_string("time", NULL, time);
	print_end();
	if (print_finish())
		exit(STATUS_REFUSED);
}

static int run(const struct object *object, struct args *args)
{
	static const char *const groups[LISTEN_GROUPS] = {
		VPC_MCGRP_CONFIG, VPC_MCGRP_HEALTH
	};

	(void)object;
	return args_end(args) ?: listen_to(groups, print_event);
}

const struct object monitor_object = {
	.word = "monitor",
	.usage =
"vpcctl monitor\n",
	.run = run,
};
