// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

#define LEVEL_TEXT	32

/* What an alarm looks at, and how that is written. */
static const struct metric {
	const char *word, *unit;
	enum key_type type;
	uint64_t max;
} metrics[] = {
	[VPC_ALARM_RATE] = { "rate", "bps", KEY_RATE, VPC_BANDWIDTH_MAX },
	[VPC_ALARM_PACKETS] = { "packets", "pps", KEY_U64, 0 },
	[VPC_ALARM_LOSS] = { "loss", "percent", KEY_PERCENT, 0 },
	[VPC_ALARM_STATE] = { "state", NULL, KEY_NONE, 0 },
};

static const char *const directions[] = {
	[VPC_ALARM_EITHER] = "either",
	[VPC_ALARM_RECEIVED] = "received",
	[VPC_ALARM_SENT] = "sent",
};

/* A metric word, or 0. */
static unsigned int take_metric(struct args *args, unsigned int last)
{
	unsigned int i;

	for (i = VPC_ALARM_RATE; i <= last; i++)
		if (args_take(args, metrics[i].word))
			return i;
	return VPC_ALARM_UNSPEC;
}

/* above N, clear N, for SECONDS; of an alarm that is there: name NEW */
static int parse_limits(struct args *args, struct nl_msg *msg,
			const struct metric *metric, bool add)
{
	const unsigned int needed = add ? KEY_REQUIRED : 0;
	const struct key keys[] = {
		{ "above", metric->type, VPC_A_ALARM_ABOVE, needed, metric->max },
		{ "clear", metric->type, VPC_A_ALARM_CLEAR, 0, metric->max },
		{ "for", KEY_U32, VPC_A_ALARM_INTERVAL, needed | KEY_NOT_ZERO,
		  VPC_ALARM_INTERVAL_MAX },
		{ add ? NULL : "name", KEY_NAME, VPC_A_ALARM_NEW_NAME, 0, 0 },
		{ 0 }
	};

	return parse_keys(keys, args, msg);
}

static int parse_metric(struct args *args, struct nl_msg *msg)
{
	unsigned int metric = take_metric(args, VPC_ALARM_STATE);
	const char *word;
	int err;

	if (!metric) {
		word = args_need(args, "\"rate\", \"packets\", \"loss\" or \"state\"");
		return word ? usage("\"%s\" is no metric: rate, packets, loss or state",
				    word) : STATUS_USAGE;
	}
	err = parse_put(nla_put_u8(msg, VPC_A_ALARM_METRIC, metric));
	if (metric == VPC_ALARM_STATE)
		return err ?: args_end(args);
	return err ?: parse_limits(args, msg, &metrics[metric], true);
}

static int parse_peering(struct args *args, struct nl_msg *msg)
{
	static const struct key keys[] = {
		{ "from", KEY_NAME, VPC_A_ALARM_FROM, KEY_OF_VPC, 0 },
		{ 0 }
	};
	struct parser parser = { .keys = keys, .args = args, .msg = msg };

	complete_names(args, &peering_object);
	return parse_name(args, KEY_NAME, msg, VPC_A_ALARM_PEERING) ?:
	       parse_some(&parser);
}

static int parse_ipsec(struct args *args, struct nl_msg *msg)
{
	unsigned int i;
	int err;

	complete_names(args, &ipsec_object);
	err = parse_name(args, KEY_NAME, msg, VPC_A_ALARM_IPSEC);
	for (i = VPC_ALARM_RECEIVED; !err && i < ARRAY_SIZE(directions); i++)
		if (args_take(args, directions[i]))
			return parse_put(nla_put_u8(msg, VPC_A_ALARM_DIRECTION, i));
	return err;
}

/* on { peering NAME [ from VPC ] | ipsec NAME [ received | sent ] } METRIC ... */
static int parse_new(struct args *args, struct nl_msg *msg)
{
	const char *word;
	int err;

	if (!args_take(args, "on"))
		return args_end(args) ?: usage("\"on\" is missing");
	if (args_take(args, "peering")) {
		err = parse_peering(args, msg);
	} else if (args_take(args, "ipsec")) {
		err = parse_ipsec(args, msg);
	} else {
		word = args_need(args, "\"peering\" or \"ipsec\"");
		return word ? usage("\"%s\" has no alarms: peering or ipsec", word) :
			      STATUS_USAGE;
	}
	return err ?: parse_metric(args, msg);
}

static int add(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_ALARM_NEW);
	struct answer answer = { 0 };
	int err;

	err = parse_name(args, object->name_type, msg, object->name) ?:
	      parse_new(args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

/* The metric says what a number means. The module knows it, too: it refuses another one. */
static int parse_change(struct args *args, struct nl_msg *msg)
{
	static const struct key keys[] = {
		{ "for", KEY_U32, VPC_A_ALARM_INTERVAL, KEY_NOT_ZERO,
		  VPC_ALARM_INTERVAL_MAX },
		{ "name", KEY_NAME, VPC_A_ALARM_NEW_NAME, 0, 0 },
		{ 0 }
	};
	unsigned int metric = take_metric(args, VPC_ALARM_LOSS);

	if (!metric)
		return parse_keys(keys, args, msg);
	return parse_put(nla_put_u8(msg, VPC_A_ALARM_METRIC, metric)) ?:
	       parse_limits(args, msg, &metrics[metric], false);
}

static int set(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_ALARM_SET);
	struct answer answer = { 0 };
	int err;

	complete_names(args, object);
	err = parse_name(args, object->name_type, msg, object->name) ?:
	      parse_change(args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

/* In the unit that reads best, exact: it may be typed as it is. */
static const char *rate_words(uint64_t rate, char text[LEVEL_TEXT])
{
	static const char *const units[] = { "bit", "kbit", "mbit", "gbit" };
	uint64_t scale = 1;
	size_t unit = 0, len;

	while (rate >= scale * 1000 && unit + 1 < ARRAY_SIZE(units)) {
		scale *= 1000;
		unit++;
	}
	len = snprintf(text, LEVEL_TEXT, "%llu", (unsigned long long)(rate / scale));
	if (rate % scale) {
		len += snprintf(text + len, LEVEL_TEXT - len, ".%0*llu", (int)(3 * unit),
				(unsigned long long)(rate % scale));
		while (text[len - 1] == '0')
			len--;
	}
	snprintf(text + len, LEVEL_TEXT - len, "%s", rate ? units[unit] : "");
	return text;
}

/* A threshold or a value, in the unit of the metric. */
static void print_level(const struct attrs *alarm, int type, const char *key)
{
	uint64_t metric = attr_number(alarm, VPC_A_ALARM_METRIC, 0);
	uint64_t level = attr_number(alarm, type, 0);
	char text[LEVEL_TEXT];

	if (!attr_has(alarm, type)) {
		print_null(key);
	} else if (metric == VPC_ALARM_LOSS) {
		print_percent(key, key, level);
	} else {
		print_number(key, metric == VPC_ALARM_RATE ? NULL : key, level);
		if (metric == VPC_ALARM_RATE)
			print_string(NULL, key, rate_words(level, text));
	}
}

static void print_metric(const struct attrs *alarm)
{
	uint64_t number = attr_number(alarm, VPC_A_ALARM_METRIC, 0);
	const struct metric *metric;

	if (number < VPC_ALARM_RATE || number >= ARRAY_SIZE(metrics)) {
		print_string("metric", "", "unknown");
		print_null("unit");
		return;
	}
	metric = &metrics[number];
	print_string("metric", "", metric->word);
	if (metric->unit)
		print_string("unit", NULL, metric->unit);
	else
		print_null("unit");
}

static void print_direction(const struct attrs *alarm)
{
	uint64_t direction = attr_number(alarm, VPC_A_ALARM_DIRECTION, 0);

	field_string(alarm, VPC_A_ALARM_FROM, "from", "from");
	if (attr_has(alarm, VPC_A_ALARM_DIRECTION))
		print_string("direction", direction ? "" : NULL,
			     word_of(directions, direction));
	else
		print_null("direction");
}

static void print_what(const struct attrs *alarm)
{
	field_string(alarm, VPC_A_ALARM_NAME, "name", "alarm");
	field_string(alarm, VPC_A_ALARM_PEERING, "peering", "on peering");
	field_string(alarm, VPC_A_ALARM_IPSEC, "ipsec", "on ipsec");
	print_direction(alarm);
	print_metric(alarm);
	print_level(alarm, VPC_A_ALARM_ABOVE, "above");
	print_level(alarm, VPC_A_ALARM_CLEAR, "clear");
	field_number(alarm, VPC_A_ALARM_INTERVAL, "for", "for");
	print_string("state", "state",
		     attr_number(alarm, VPC_A_ALARM_RAISED, 0) ? "raised" : "ok");
	print_level(alarm, VPC_A_ALARM_VALUE, "value");
	field_number(alarm, VPC_A_ALARM_SEQ, "seq", NULL);
}

static void print_time(const struct attrs *alarm, const char *label)
{
	uint64_t time = attr_number(alarm, VPC_A_ALARM_TIME, 0);
	char text[DATE_TEXT];

	if (time)
		print_string("time", label, date_text(time, text));
	else
		print_null("time");
}

static void print(const struct attrs *alarm)
{
	print_what(alarm);
	print_time(alarm, "since");
	field_number(alarm, VPC_A_ALARM_TIME, "time_ns", NULL);
	field_unusual(alarm, VPC_A_ALARM_RAISES, "raises", "raises", 0);
	field_number(alarm, VPC_A_ALARM_ID, "id", NULL);
}

/* One time that an alarm was raised or cleared. */
static void print_record(const struct attrs *alarm)
{
	print_time(alarm, "");
	print_string("event", "",
		     attr_number(alarm, VPC_A_ALARM_RAISED, 0) ? "raised" : "cleared");
	print_what(alarm);
	field_number(alarm, VPC_A_ALARM_TIME, "time_ns", NULL);
}

static void print_raised(const struct answer *alarms, const char *name)
{
	struct attrs alarm;
	bool any = false;
	size_t at;

	print_array("raised");
	answer_for_each(alarms, at, &alarm) {
		if (!attr_number(&alarm, VPC_A_ALARM_RAISED, 0) ||
		    (name && strcmp(name, attr_string(&alarm, VPC_A_ALARM_NAME)) != 0))
			continue;
		any = true;
		print_line(0);
		print_object(NULL);
		print(&alarm);
		print_end();
	}
	print_end();
	print_line(0);
	if (!any)
		print_text("no alarm is raised");
}

static void print_list_of(const struct answer *alarms, const struct answer *history,
			  const char *name)
{
	struct attrs record;
	size_t at;

	print_object(NULL);
	print_raised(alarms, name);
	print_array("history");
	answer_for_each(history, at, &record) {
		print_line(4);
		print_object(NULL);
		print_record(&record);
		print_end();
	}
	print_end();
	print_end();
}

/* [ NAME ]: what is raised now, and when alarms were raised and cleared */
static int list(const struct object *object, struct args *args)
{
	struct answer alarms = { 0 }, history = { 0 };
	const char *name = NULL;
	int err;

	complete_names(args, object);
	if (args->left)
		name = args_need(args, "NAME");
	err = args_end(args) ?:
	      request_list(VPC_CMD_ALARM_GET, 0, NULL, &alarms) ?:
	      request_list(VPC_CMD_ALARM_HISTORY_GET, name ? VPC_A_ALARM_NAME : 0,
			   name, &history);
	if (!err)
		print_list_of(&alarms, &history, name);
	answer_free(&alarms);
	answer_free(&history);
	return err;
}

static const struct command commands[] = {
	{ "add", add, 0, NULL },
	{ "set", set, 0, NULL },
	{ "del", NULL, VPC_CMD_ALARM_DEL, NULL },
	{ "show", command_show, 0, NULL },
	{ "list", list, 0, NULL },
	{ 0 }
};

const struct object alarm_object = {
	.word = "alarm",
	.usage =
"vpcctl alarm add NAME on { peering NAME [ from VPC ] |\n"
"                           ipsec NAME [ received | sent ] }\n"
"                      { LIMIT for SECONDS | state }\n"
"vpcctl alarm set NAME [ LIMIT ] [ for SECONDS ] [ name NEW ]\n"
"vpcctl alarm del NAME\n"
"vpcctl alarm show [ NAME ]\n"
"vpcctl alarm list [ NAME ]\n"
"LIMIT := { rate above RATE [ clear RATE ] | packets above N [ clear N ] |\n"
"           loss above PERCENT [ clear PERCENT ] }\n",
	.commands = commands,
	.get = VPC_CMD_ALARM_GET,
	.name = VPC_A_ALARM_NAME,
	.name_type = KEY_NAME,
	.print = print,
	.event = VPC_A_EVENT_ALARM,
};
