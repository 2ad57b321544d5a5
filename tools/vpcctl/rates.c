// SPDX-License-Identifier: GPL-2.0
/* Rates: what was counted between two readings of the listings, per second. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "field.h"
#include "nl.h"
#include "parse.h"
#include "print.h"
#include "rates.h"

#define NS_PER_SECOND	1000000000ULL
#define SUBJECT_TEXT	160
#define RATE_TEXT	(DECIMAL_TEXT + 8)

/* What is metered, in the order of the output. */
static const struct object *const metered[] = {
	&stats_object, &port_object, &uplink_object, &peering_object,
	&ipsec_object, &nat_gateway_object,
};

/* The kernel may take a while for a long one: @at is half-way. CLOCK_MONOTONIC. */
struct listing {
	struct answer answer;
	uint64_t at;
};

struct reading {
	struct listing of[ARRAY_SIZE(metered)];
};

enum { RX_PACKETS, RX_BYTES, TX_PACKETS, TX_BYTES, DROPS, COUNTS };

/* A line of the output. */
struct row {
	const struct object *object;
	struct attrs before, now;
	bool was, is;
	unsigned int side;	/* of a peering */
	uint64_t ns;
	uint64_t gain[COUNTS];
};

struct rows {
	struct row *row;
	size_t count, size;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SECOND + ts.tv_nsec;
}

static void wait_until(uint64_t at)
{
	const struct timespec ts = {
		.tv_sec = at / NS_PER_SECOND,
		.tv_nsec = at % NS_PER_SECOND,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* VPCs are what the other listings are restricted to: theirs has no filter. */
static int list(const struct object *object, const char *vpc,
		struct answer *answer)
{
	struct nl_msg *msg;

	if (object != &stats_object || !vpc)
		return request_list(object->get, vpc ? object->vpc : 0, vpc,
				    answer);
	msg = request_new(object->get);
	return request_run(msg, parse_put(nla_put_string(msg, object->name, vpc)),
			   answer);
}

static int take_reading(struct reading *reading, const char *vpc)
{
	uint64_t start;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(metered); i++) {
		start = now();
		err = list(metered[i], vpc, &reading->of[i].answer);
		reading->of[i].at = start + (now() - start) / 2;
	}
	return err;
}

static void free_reading(struct reading *reading)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(metered); i++)
		answer_free(&reading->of[i].answer);
}

static const struct attrs *known(const struct row *row)
{
	return row->is ? &row->now : &row->before;
}

/* What is of no VPC has come in somewhere else, and is counted there. */
static bool only_drops(const struct row *row)
{
	return row->object == &stats_object &&
	       !attr_has(known(row), row->object->name);
}

static void count(const struct row *row, const struct attrs *attrs,
		  uint64_t counts[COUNTS])
{
	static const int types[COUNTS] = {
		VPC_A_COUNTERS_RX_PACKETS, VPC_A_COUNTERS_RX_BYTES,
		VPC_A_COUNTERS_TX_PACKETS, VPC_A_COUNTERS_TX_BYTES,
		VPC_A_COUNTERS_DROPS,
	};
	struct attrs counters, drop;
	struct crossing crossing;
	const struct nlattr *nla;
	size_t i;

	if (row->object == &peering_object) {
		crossing = peering_crossing(attrs, row->side);
		counts[RX_PACKETS] = crossing.count[CROSSED_PACKETS];
		counts[RX_BYTES] = crossing.count[CROSSED_BYTES];
		counts[DROPS] = crossing.count[CROSSED_DROPS];
		return;
	}
	counters = attr_nested(attr_next(attrs, NULL, row->object->counters));
	for (i = 0; i < COUNTS; i++)
		counts[i] = attr_number(&counters, types[i], 0);
	if (!only_drops(row))
		return;
	attr_for_each(nla, attrs, VPC_A_STATS_DROP) {
		drop = attr_nested(nla);
		counts[DROPS] += attr_number(&drop, VPC_A_DROP_PACKETS, 0);
	}
}

/* What has fewer than before is not the same, whatever its id says. */
static void gain(struct row *row)
{
	uint64_t before[COUNTS] = { 0 };
	size_t i;

	count(row, &row->before, before);
	count(row, &row->now, row->gain);
	for (i = 0; i < COUNTS; i++) {
		if (row->gain[i] < before[i])
			row->was = false;
		row->gain[i] -= before[i];
	}
}

static void add(struct rows *rows, const struct row *row)
{
	struct row *new;

	rows->row = array_grow(rows->row, rows->count, &rows->size,
			       sizeof(*rows->row));
	new = &rows->row[rows->count++];
	*new = *row;
	if (new->was && new->is)
		gain(new);
}

/*
 * Both listings are in the order of ids, and what is of no VPC comes last, without one. It is
 * listed from its first drop on: before, it had none.
 */
static uint64_t id(const struct object *object, bool there,
		   const struct attrs *attrs)
{
	return there ? attr_number(attrs, object->id, UINT64_MAX - 1) :
		       UINT64_MAX;
}

static void compare(struct rows *rows, const struct object *object,
		    const struct listing *before, const struct listing *now)
{
	struct row row = { .object = object, .ns = now->at - before->at };
	size_t at_before = 0, at_now = 0;
	struct attrs was, is;
	bool old = answer_next(&before->answer, &at_before, &was);
	bool new = answer_next(&now->answer, &at_now, &is);

	while (old || new) {
		uint64_t id_old = id(object, old, &was);
		uint64_t id_new = id(object, new, &is);

		row.was = id_old <= id_new;
		row.is = id_new <= id_old;
		row.before = row.was ? was : (struct attrs) { 0 };
		row.now = row.is ? is : (struct attrs) { 0 };
		if (row.was)
			old = answer_next(&before->answer, &at_before, &was);
		if (row.is)
			new = answer_next(&now->answer, &at_now, &is);
		row.was |= id_new == UINT64_MAX - 1;
		for (row.side = 0; row.side < 1 + (object == &peering_object);
		     row.side++)
			add(rows, &row);
	}
}

static const char *change(const struct row *row)
{
	if (!row->was)
		return "added";
	return row->is ? NULL : "removed";
}

static const char *subject(const struct row *row, char text[SUBJECT_TEXT])
{
	const struct object *object = row->object;
	const char *name = attr_string(known(row), object->name);
	const char *vpc = attr_string(known(row), object->vpc);
	struct crossing crossing;

	if (object == &peering_object) {
		crossing = peering_crossing(known(row), row->side);
		snprintf(text, SUBJECT_TEXT, "peering %s from %s to %s", name,
			 crossing.from, crossing.to);
	} else if (object == &stats_object) {
		snprintf(text, SUBJECT_TEXT, "%s%s", *name ? "vpc " : "no vpc",
			 name);
	} else if (!*name) {
		snprintf(text, SUBJECT_TEXT, "router of vpc %s", vpc);
	} else {
		snprintf(text, SUBJECT_TEXT, "%s %s%s%s", object->word, name,
			 *vpc ? " vpc " : "", vpc);
	}
	return text;
}

static double per_second(const struct row *row, uint64_t count)
{
	return (double)count * NS_PER_SECOND / (double)row->ns;
}

/*
 * The share of what came in, in percent; below 0: nothing did, or it is counted elsewhere.
 * Frames that are no packets count as drops only.
 */
static double loss(const struct row *row)
{
	uint64_t drops = row->gain[DROPS], offered = row->gain[RX_PACKETS];

	if (offered < drops)
		offered = drops;
	if (!offered || only_drops(row))
		return -1;
	return 100.0 * (double)drops / (double)offered;
}

static const char *rate_text(double bits, char text[RATE_TEXT])
{
	static const char *const units[] = { "bit", "kbit", "mbit", "gbit" };
	char number[DECIMAL_TEXT];
	size_t unit = 0;

	for (; bits >= 1000 && unit + 1 < ARRAY_SIZE(units); unit++)
		bits /= 1000;
	snprintf(text, RATE_TEXT, "%s%s", decimal_text(bits, 3, number),
		 units[unit]);
	return text;
}

/* VPCs have their drops by reason beside their counters, others in them. */
static int find_drops(const struct row *row, const struct attrs *object,
		      struct attrs *in)
{
	if (row->object == &stats_object) {
		*in = *object;
		return VPC_A_STATS_DROP;
	}
	*in = attr_nested(attr_next(object, NULL, row->object->counters));
	return VPC_A_COUNTERS_DROP;
}

/* How often it was dropped for a reason before. */
static uint64_t dropped(const struct row *row, const char *reason, bool sent)
{
	const struct nlattr *nla;
	struct attrs in, drop;
	int type = find_drops(row, &row->before, &in);

	attr_for_each(nla, &in, type) {
		drop = attr_nested(nla);
		if (attr_has(&drop, VPC_A_DROP_SENT) == sent &&
		    !strcmp(attr_string(&drop, VPC_A_DROP_REASON), reason))
			return attr_number(&drop, VPC_A_DROP_PACKETS, 0);
	}
	return 0;
}

/* By reason: those that there were meanwhile. @sent: of what was to leave. */
static void print_drops(const struct row *row, const char *key, bool sent)
{
	char number[DECIMAL_TEXT];
	const struct nlattr *nla;
	struct attrs in, drop;
	const char *reason;
	bool any = false;
	uint64_t packets;
	int type = find_drops(row, &row->now, &in);

	print_object(key);
	attr_for_each(nla, &in, type) {
		drop = attr_nested(nla);
		if (attr_has(&drop, VPC_A_DROP_SENT) != sent)
			continue;
		reason = attr_string(&drop, VPC_A_DROP_REASON);
		packets = attr_number(&drop, VPC_A_DROP_PACKETS, 0) -
			  dropped(row, reason, sent);
		if (!packets)
			continue;
		if (!any)
			print_line(4);
		if (!any && sent && row->object == &ipsec_object)
			print_text("sent:");
		any = true;
		print_decimal(reason, per_second(row, packets));
		print_text("%s %s/s", reason,
			   decimal_text(per_second(row, packets), 1, number));
	}
	print_end();
}

/* A line of a peering is one of its directions. */
static void print_all_drops(const struct row *row)
{
	if (change(row))
		return;
	print_drops(row, "drops", row->side);
	if (row->object == &ipsec_object)
		print_drops(row, "tx_drops", true);
}

/* Does it tell what came in, or what was sent? */
static bool counted(const struct row *row, bool sent)
{
	return !only_drops(row) && !(sent && row->object == &peering_object);
}

static void print_text_row(const struct row *row, int width)
{
	char name[SUBJECT_TEXT], packets[2][DECIMAL_TEXT], bits[2][RATE_TEXT];
	char drops[DECIMAL_TEXT], share[DECIMAL_TEXT] = "-";
	size_t i;

	if (change(row)) {
		print_text("%-*s  %s", width, subject(row, name), change(row));
		return;
	}
	for (i = 0; i < 2; i++) {
		packets[i][0] = '\0';
		bits[i][0] = '\0';
		if (!counted(row, i))
			continue;
		decimal_text(per_second(row, row->gain[2 * i + RX_PACKETS]), 1,
			     packets[i]);
		rate_text(8 * per_second(row, row->gain[2 * i + RX_BYTES]),
			  bits[i]);
	}
	if (loss(row) >= 0)
		decimal_text(loss(row), 4, share);
	print_text("%-*s %12s %11s %12s %11s %9s %8s", width,
		   subject(row, name), packets[0], bits[0], packets[1], bits[1],
		   decimal_text(per_second(row, row->gain[DROPS]), 1, drops),
		   share);
}

static void print_rate(const struct row *row, const char *key, bool there,
		       uint64_t count)
{
	if (there)
		print_decimal(key, per_second(row, count));
	else
		print_null(key);
}

static void print_members(const struct row *row)
{
	bool same = !change(row);
	bool received = same && counted(row, false);
	bool sent = same && counted(row, true);
	struct crossing crossing = { 0 };

	print_string("kind", NULL, row->object == &stats_object ?
		     vpc_object.word : row->object->word);
	field_string(known(row), row->object->name, "name", NULL);
	if (row->object == &peering_object) {
		crossing = peering_crossing(known(row), row->side);
		print_null("vpc");
		print_string("from", NULL, crossing.from);
		print_string("to", NULL, crossing.to);
	} else {
		field_string(known(row), row->object->vpc, "vpc", NULL);
		print_null("from");
		print_null("to");
	}
	if (same)
		print_null("change");
	else
		print_string("change", NULL, change(row));
	print_number("interval_ns", NULL, row->ns);
	print_rate(row, "rx_pps", received, row->gain[RX_PACKETS]);
	print_rate(row, "rx_bps", received, 8 * row->gain[RX_BYTES]);
	print_rate(row, "tx_pps", sent, row->gain[TX_PACKETS]);
	print_rate(row, "tx_bps", sent, 8 * row->gain[TX_BYTES]);
	print_rate(row, "drops_pps", same, row->gain[DROPS]);
	if (same && loss(row) >= 0)
		print_decimal("loss_percent", loss(row));
	else
		print_null("loss_percent");
}

static void print_heading(int width, uint64_t ns)
{
	char time[TIME_TEXT];

	if (print_options.json)
		return;
	print_object(NULL);
	print_text("%-*s %12s %11s %12s %11s %9s %8s", width,
		   time_text(ns, time), "rx packets/s", "bit/s",
		   "tx packets/s", "bit/s", "drops/s", "loss %");
	print_end();
}

static int report(const struct reading *before, const struct reading *now)
{
	char text[SUBJECT_TEXT];
	struct rows rows = { 0 };
	const struct row *row;
	size_t i, len, width = TIME_TEXT / 2;

	for (i = 0; i < ARRAY_SIZE(metered); i++)
		compare(&rows, metered[i], &before->of[i], &now->of[i]);
	for (row = rows.row; row < rows.row + rows.count; row++) {
		len = strlen(subject(row, text));
		width = len > width ? len : width;
	}
	print_heading((int)width, now->of[0].at - before->of[0].at);
	print_list();
	for (row = rows.row; row < rows.row + rows.count; row++) {
		print_object(NULL);
		print_members(row);
		print_text_row(row, (int)width);
		print_all_drops(row);
		print_end();
	}
	print_list_end();
	free(rows.row);
	return print_finish();
}

int rates_run(const char *vpc, uint64_t period, uint64_t count)
{
	struct reading readings[2] = { 0 };
	uint64_t due, i;
	/* The first one opens the socket, which would make it late. */
	int err = take_reading(&readings[0], vpc) ?:
		  take_reading(&readings[0], vpc);

	due = now();
	for (i = 1; !err && (!count || i <= count); i++) {
		due += period;
		/* What takes longer than that to read does not run after its time. */
		if (due < now())
			due = now();
		wait_until(due);
		err = take_reading(&readings[i % 2], vpc) ?:
		      report(&readings[!(i % 2)], &readings[i % 2]);
	}
	free_reading(&readings[0]);
	free_reading(&readings[1]);
	return err;
}
