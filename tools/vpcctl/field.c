// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "field.h"
#include "print.h"

#define NS_PER_SECOND	1000000000ULL

const char *word_at(const char *const *words, size_t count, uint64_t number)
{
	if (number >= count || !words[number])
		return "unknown";
	return words[number];
}

const char *time_text(uint64_t ns, char text[TIME_TEXT])
{
	static const struct {
		uint64_t ns, below;
		const char *word;
	} units[] = {
		{ 1000, 1000000, "us" },
		{ 1000000, 10000000000, "ms" },
		{ 1000000000, UINT64_MAX, "s" },
	};
	size_t unit, len;

	for (unit = 0; unit < ARRAY_SIZE(units) - 1; unit++)
		if (ns < units[unit].below)
			break;
	snprintf(text, TIME_TEXT, "%llu.%03llu",
		 (unsigned long long)(ns / units[unit].ns),
		 (unsigned long long)(ns % units[unit].ns /
				      (units[unit].ns / 1000)));
	len = strlen(text);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	snprintf(text + len, TIME_TEXT - len, "%s", units[unit].word);
	return text;
}

const char *date_text(uint64_t ns, char text[DATE_TEXT])
{
	time_t seconds = ns / NS_PER_SECOND;
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, DATE_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, DATE_TEXT - len, ".%06lluZ",
		 (unsigned long long)(ns % NS_PER_SECOND / 1000));
	return text;
}

void field_string(const struct attrs *attrs, int type, const char *key,
		  const char *label)
{
	const char *value = attr_string(attrs, type);

	if (*value)
		print_string(key, label, value);
	else
		print_null(key);
}

void field_number(const struct attrs *attrs, int type, const char *key,
		  const char *label)
{
	if (attr_has(attrs, type))
		print_number(key, label, attr_number(attrs, type, 0));
	else
		print_null(key);
}

void field_unusual(const struct attrs *attrs, int type, const char *key,
		   const char *label, uint64_t usual)
{
	uint64_t value = attr_number(attrs, type, usual);

	print_number(key, value != usual ? label : NULL, value);
}

void field_time(const struct attrs *attrs, int type, const char *key,
		const char *label, uint64_t ns)
{
	uint64_t value = attr_number(attrs, type, 0);
	char text[TIME_TEXT];

	if (!attr_has(attrs, type)) {
		print_null(key);
		return;
	}
	print_number(key, NULL, value);
	print_string(NULL, label, time_text(value * ns, text));
}

void field_rate(const struct attrs *attrs, int type, const char *key,
		const char *label)
{
	static const char *const units[] = { "bit", "kbit", "mbit", "gbit" };
	uint64_t rate = attr_number(attrs, type, 0), n = rate;
	size_t unit = 0;
	char text[32];

	print_number(key, NULL, rate);
	if (!rate)
		return;
	while (n % 1000 == 0 && unit + 1 < ARRAY_SIZE(units)) {
		n /= 1000;
		unit++;
	}
	snprintf(text, sizeof(text), "%llu%s", (unsigned long long)n,
		 units[unit]);
	print_string(NULL, label, text);
}

static void print_address(const struct nlattr *nla, const char *key,
			  const char *label)
{
	char text[PREFIX_TEXT];
	struct prefix address;

	if (attr_address(nla, &address))
		print_string(key, label, address_text(&address, text));
}

void field_address(const struct attrs *attrs, int type, const char *key,
		   const char *label)
{
	if (attr_has(attrs, type))
		print_address(attr_next(attrs, NULL, type), key, label);
	else
		print_null(key);
}

void field_addresses(const struct attrs *attrs, int type, const char *key,
		     const char *label)
{
	const struct nlattr *nla;

	print_array(key);
	attr_for_each(nla, attrs, type)
		print_address(nla, key, label);
	print_end();
}

void field_prefixes(const struct attrs *attrs, int type, const char *key,
		    const char *label)
{
	const struct nlattr *nla;
	char text[PREFIX_TEXT];
	struct prefix prefix;

	print_array(key);
	attr_for_each(nla, attrs, type)
		if (attr_prefix(nla, &prefix))
			print_string(key, label, prefix_text(&prefix, text));
	print_end();
}

void field_lladdr(const struct attrs *attrs, int type, const char *key,
		  const char *label)
{
	char text[LLADDR_TEXT];

	if (attr_lladdr(attrs, type, text))
		print_string(key, label, text);
	else
		print_null(key);
}

void field_counters(const struct attrs *attrs, int type)
{
	const char *label = print_options.stats ? "" : NULL;
	struct attrs counters;

	if (!attr_has(attrs, type)) {
		print_null("counters");
		return;
	}
	counters = attr_nested(attr_next(attrs, NULL, type));
	print_object("counters");
	if (label)
		print_line(4);
	field_number(&counters, VPC_A_COUNTERS_RX_PACKETS, "rx_packets",
		     label ? "rx packets" : NULL);
	field_number(&counters, VPC_A_COUNTERS_RX_BYTES, "rx_bytes",
		     label ? "bytes" : NULL);
	field_number(&counters, VPC_A_COUNTERS_TX_PACKETS, "tx_packets",
		     label ? "tx packets" : NULL);
	field_number(&counters, VPC_A_COUNTERS_TX_BYTES, "tx_bytes",
		     label ? "bytes" : NULL);
	field_number(&counters, VPC_A_COUNTERS_DROPS, "drops",
		     label ? "drops" : NULL);
	print_end();
}

void field_metered(const struct attrs *attrs, int type)
{
	const char *label = print_options.stats ? "" : NULL;
	struct attrs counters, drop;
	const struct nlattr *nla;

	field_counters(attrs, type);
	counters = attr_nested(attr_next(attrs, NULL, type));
	print_array("drop_reasons");
	attr_for_each(nla, &counters, VPC_A_COUNTERS_DROP) {
		drop = attr_nested(nla);
		if (label)
			print_line(4);
		print_object(NULL);
		print_string("reason", label ? "drop" : NULL,
			     attr_string(&drop, VPC_A_DROP_REASON));
		field_number(&drop, VPC_A_DROP_PACKETS, "packets", label);
		print_bool("sent", label ? "sent" : NULL,
			   attr_has(&drop, VPC_A_DROP_SENT));
		print_end();
	}
	print_end();
}
