/* SPDX-License-Identifier: GPL-2.0 */
/* What every file of vpcctl needs: the words of a command, and how it fails. */
#ifndef VPCCTL_H
#define VPCCTL_H

#include <linux/vpc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit statuses. Functions that can fail return one of them, 0 for success. */
enum {
	STATUS_USAGE = 1,
	STATUS_REFUSED = 2,
	STATUS_CANNOT_TALK = 3,
};

/* The words that are still to be read. */
struct args {
	char **word;
	size_t left;
};

/* What a word stands for, and how it is sent. */
enum key_type {
	KEY_NONE,
	KEY_NAME,	/* string */
	KEY_DEV,	/* string, name of a network device */
	KEY_TABLE,	/* string; the word "default" is sent empty */
	KEY_ADDRESS,	/* 4 or 16 bytes */
	KEY_GATEWAY,	/* nested address */
	KEY_PREFIX,	/* nested prefix */
	KEY_INTERFACE,	/* nested prefix, host bits allowed */
	KEY_LLADDR,	/* 6 bytes */
	KEY_FLAG,	/* no value */
	KEY_UP_DOWN,	/* 8 bits, 1 for down */
	KEY_ON_OFF,	/* 8 bits, 1 for on */
	KEY_MODE,	/* 8 bits, enum vpc_ipsec_mode */
	KEY_RATE,	/* bits per second with a unit, 64 bits */
	KEY_PERCENT,	/* with two decimals at most, sent as 1/100 percent, 64 bits */
	KEY_IF_ID,	/* 32 bits, decimal or with 0x */
	KEY_TEXT,	/* string for people */
	KEY_INTERVAL,	/* milliseconds with decimals, sent as microseconds */
	KEY_MS,		/* 32 bits */
	KEY_MS_NEVER,	/* 32 bits, or the word "never" */
	KEY_U8,
	KEY_U16,
	KEY_U32,
	KEY_U64,
};

struct key;
struct object;

/**
 * struct command - what a command word of an object does
 * @word: the word; NULL ends a list
 * @run: does it; NULL: send @cmd with the name of the object and @keys
 * @cmd: request to send when there is no @run
 * @keys: words that may follow the name; NULL: none
 */
struct command {
	const char *word;
	int (*run)(const struct object *object, struct args *args);
	enum vpc_cmd cmd;
	const struct key *keys;
};

/**
 * struct object - an object word
 * @word: the word
 * @usage: its lines of the grammar
 * @commands: its commands; NULL: @run does everything
 * @run: runs an object word without commands
 * @get: request that reads objects of this kind
 * @name: attribute with the name of the object
 * @name_type: KEY_NAME or KEY_DEV; KEY_NONE: they have no name
 * @vpc: attribute that restricts a listing to a VPC
 * @id: attribute that tells it from a later one of its name; objects with
 *	@counters have it, and are listed in its order
 * @counters: attribute with the counters of its traffic
 * @print: prints the fields of one object
 * @event: attribute of an event with an object of this kind
 */
struct object {
	const char *word;
	const char *usage;
	const struct command *commands;
	int (*run)(const struct object *object, struct args *args);
	enum vpc_cmd get;
	int name;
	enum key_type name_type;
	int vpc, id, counters;
	void (*print)(const struct attrs *object);
	int event;
};

extern const struct object vpc_object, subnet_object, port_object,
	uplink_object, endpoint_object, table_object, route_object,
	peering_object, probe_object, alarm_object, vpn_gateway_object,
	customer_gateway_object, ipsec_object, nat_gateway_object, namespace_object, check_object,
	stats_object, metrics_object, flush_object,
	monitor_object, version_object;

/* What the events of "health" carry: no word, only form. */
extern const struct object flip_object;

/* main.c: all object words, in the order of the grammar, ended by NULL */
extern const struct object *const objects[];
int run_words(struct args *args);

/* error.c: where errors are, and how they are told. They return a status. */
struct place {
	const char *file;	/* NULL: the arguments */
	unsigned long line;
};

struct place error_at(struct place place);
void error_usage(const struct object *object);
int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
int refused(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* memory.c */
void *check_memory(void *memory);
void *array_grow(void *array, size_t count, size_t *size, size_t width);

/* command.c: what the objects have in common */
int command_run(const struct object *object, struct args *args);
int command_show(const struct object *object, struct args *args);
struct answer;
void command_print(const struct answer *answer,
		   void (*print)(const struct attrs *object));

/* batch.c, summary.c */
int batch_run(const char *file);
int summary_run(void);

#endif
