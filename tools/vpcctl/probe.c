// SPDX-License-Identifier: GPL-2.0
#include "complete.h"
#include "field.h"
#include "nexthop.h"
#include "nl.h"
#include "print.h"

static const char *const types[] = {
	[VPC_PROBE_BFD] = "bfd",
	[VPC_PROBE_ICMP] = "icmp",
};

static const char *const states[] = {
	[VPC_PROBE_ADMIN_DOWN] = "admin-down",
	[VPC_PROBE_DOWN] = "down",
	[VPC_PROBE_INIT] = "init",
	[VPC_PROBE_UP] = "up",
};

/* RFC 5880 section 4.1 */
static const char *const diags[] = {
	"none", "control detection time expired", "echo function failed",
	"neighbor signaled session down", "forwarding plane reset", "path down",
	"concatenated path down", "administratively down",
	"reverse concatenated path down",
};

/* The first one may also come before the type of the probe. */
static const struct key add_keys[] = {
	{ "vpc", KEY_NAME, VPC_A_PROBE_VPC, 0, 0 },
	{ "source", KEY_ADDRESS, VPC_A_PROBE_SOURCE, KEY_REQUIRED, 0 },
	{ "destination", KEY_ADDRESS, VPC_A_PROBE_DESTINATION, KEY_REQUIRED, 0 },
	{ "multihop", KEY_FLAG, VPC_A_PROBE_MULTIHOP, 0, 0 },
	{ "interval", KEY_INTERVAL, VPC_A_PROBE_INTERVAL, 0, 0 },
	{ "multiplier", KEY_U8, VPC_A_PROBE_MULTIPLIER,
	  KEY_ONE_OF | KEY_NOT_ZERO, 0 },
	{ "retries", KEY_U8, VPC_A_PROBE_MULTIPLIER,
	  KEY_ONE_OF | KEY_NOT_ZERO, 0 },
	{ "rise", KEY_U8, VPC_A_PROBE_RISE, KEY_NOT_ZERO, 0 },
	{ "hold-down", KEY_MS, VPC_A_PROBE_HOLD_DOWN, 0, VPC_PROBE_DELAY_MAX },
	{ "fail-back", KEY_MS_NEVER, VPC_A_PROBE_FAIL_BACK, 0,
	  VPC_PROBE_DELAY_MAX },
	{ "suppress", KEY_U32, VPC_A_PROBE_SUPPRESS, 0, 0 },
	{ "reuse", KEY_U32, VPC_A_PROBE_REUSE, 0, 0 },
	{ "half-life", KEY_U32, VPC_A_PROBE_HALF_LIFE, KEY_NOT_ZERO, 3600 },
	{ "admin", KEY_UP_DOWN, VPC_A_PROBE_ADMIN_DOWN, 0, 0 },
	{ 0 }
};

static const struct key set_keys[] = {
	{ "name", KEY_NAME, VPC_A_PROBE_NEW_NAME, 0, 0 },
	{ "interval", KEY_INTERVAL, VPC_A_PROBE_INTERVAL, 0, 0 },
	{ "multiplier", KEY_U8, VPC_A_PROBE_MULTIPLIER,
	  KEY_ONE_OF | KEY_NOT_ZERO, 0 },
	{ "retries", KEY_U8, VPC_A_PROBE_MULTIPLIER,
	  KEY_ONE_OF | KEY_NOT_ZERO, 0 },
	{ "rise", KEY_U8, VPC_A_PROBE_RISE, KEY_NOT_ZERO, 0 },
	{ "hold-down", KEY_MS, VPC_A_PROBE_HOLD_DOWN, 0, VPC_PROBE_DELAY_MAX },
	{ "fail-back", KEY_MS_NEVER, VPC_A_PROBE_FAIL_BACK, 0,
	  VPC_PROBE_DELAY_MAX },
	{ "suppress", KEY_U32, VPC_A_PROBE_SUPPRESS, 0, 0 },
	{ "reuse", KEY_U32, VPC_A_PROBE_REUSE, 0, 0 },
	{ "half-life", KEY_U32, VPC_A_PROBE_HALF_LIFE, KEY_NOT_ZERO, 3600 },
	{ "admin", KEY_UP_DOWN, VPC_A_PROBE_ADMIN_DOWN, 0, 0 },
	{ 0 }
};

static int parse_type(struct args *args, struct nl_msg *msg)
{
	unsigned int type;
	const char *word;

	for (type = VPC_PROBE_BFD; type < ARRAY_SIZE(types); type++)
		if (args_take(args, types[type]))
			return parse_put(nla_put_u8(msg, VPC_A_PROBE_TYPE, type));
	word = args_need(args, "\"bfd\" or \"icmp\"");
	return word ? usage("\"%s\" is not a type of probe: bfd or icmp", word) :
		      STATUS_USAGE;
}

/* for { router ADDR vpc VPC | peering NAME [ vpc VPC ] | ipsec NAME } { bfd | icmp } ... */
static int parse_new(struct args *args, struct nl_msg *msg)
{
	const struct key vpc_key[] = { add_keys[0], { 0 } };
	struct parser parser = { .keys = vpc_key, .args = args, .msg = msg };
	struct nlattr *nest;
	unsigned int type;
	int err;

	if (!args_take(args, "for"))
		return args_end(args) ?: usage("\"for\" is missing");
	nest = nla_nest_start(msg, VPC_A_PROBE_NEXTHOP | NLA_F_NESTED);
	err = parse_put(nest ? 0 : -1) ?:
	      nexthop_parse(args, msg, NEXTHOPS_PROBED, "NH after \"for\"", &type) ?:
	      parse_put(nla_nest_end(msg, nest)) ?:
	      parse_some(&parser) ?:
	      parse_type(args, msg);
	parser.keys = add_keys;
	err = err ?: parse_some(&parser) ?: parse_end(&parser);
	if (!err && type == VPC_NH_ROUTER && !(parser.seen & 1))
		return usage("\"vpc\" is missing: whose routes have this router?");
	return err;
}

static int add(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_PROBE_NEW);
	struct answer answer = { 0 };
	int err;

	err = parse_name(args, object->name_type, msg, object->name) ?:
	      parse_new(args, msg);
	err = request_run(msg, err, &answer);
	answer_free(&answer);
	return err;
}

const char *probe_state(const struct attrs *probe)
{
	return word_of(states, attr_number(probe, VPC_A_PROBE_STATE, UINT64_MAX));
}

static void print_nexthop(const struct attrs *probe)
{
	struct attrs nexthop = attr_nested(attr_next(probe, NULL,
						     VPC_A_PROBE_NEXTHOP));

	print_object("nexthop");
	nexthop_print_target(&nexthop, "for");
	print_end();
}

/* A time that text leaves out while it is 0. */
static void print_delay(const struct attrs *probe, int type, const char *key,
			const char *label)
{
	if (attr_number(probe, type, 0) == VPC_PROBE_NEVER) {
		print_null(key);
		print_string(NULL, label, "never");
	} else {
		field_time(probe, type, key,
			   attr_number(probe, type, 0) ? label : NULL, 1000000);
	}
}

/* How the next hop is judged. What is usual is left out. */
static void print_policy(const struct attrs *probe, bool bfd)
{
	field_time(probe, VPC_A_PROBE_INTERVAL, "interval_us", "interval", 1000);
	field_number(probe, VPC_A_PROBE_MULTIPLIER, "multiplier",
		     bfd ? "multiplier" : "retries");
	field_number(probe, VPC_A_PROBE_RISE, "rise", bfd ? NULL : "rise");
	print_delay(probe, VPC_A_PROBE_HOLD_DOWN, "hold_down_ms", "hold-down");
	print_delay(probe, VPC_A_PROBE_FAIL_BACK, "fail_back_ms", "fail-back");
	field_unusual(probe, VPC_A_PROBE_SUPPRESS, "suppress", "suppress",
		      VPC_PROBE_SUPPRESS);
	field_unusual(probe, VPC_A_PROBE_REUSE, "reuse", "reuse",
		      VPC_PROBE_REUSE);
	field_unusual(probe, VPC_A_PROBE_HALF_LIFE, "half_life_s", "half-life",
		      VPC_PROBE_HALF_LIFE);
}

static void print_counts(const struct attrs *probe, bool told)
{
	if (told)
		print_line(4);
	field_time(probe, VPC_A_PROBE_TX_INTERVAL, "tx_interval_us",
		   told ? "tx-interval" : NULL, 1000);
	field_number(probe, VPC_A_PROBE_SENT, "sent", told ? "sent" : NULL);
	field_number(probe, VPC_A_PROBE_RECEIVED, "received",
		     told ? "received" : NULL);
	field_number(probe, VPC_A_PROBE_DISCARDED, "discarded",
		     told ? "discarded" : NULL);
	field_number(probe, VPC_A_PROBE_UNSENT, "unsent",
		     told ? "unsent" : NULL);
	field_number(probe, VPC_A_PROBE_GRACES, "graces",
		     told ? "graces" : NULL);
	field_number(probe, VPC_A_PROBE_FLIPS, "flips", told ? "flips" : NULL);
}

static void print_diag(const struct attrs *probe, int type, const char *key,
		       const char *label)
{
	uint64_t diag = attr_number(probe, type, 0);

	field_number(probe, type, key, label);
	if (label && diag)
		print_text("(%s)", word_of(diags, diag));
}

static void print_bfd(const struct attrs *probe, bool told)
{
	const char *state = word_of(states, attr_number(probe,
							VPC_A_PROBE_REMOTE_STATE,
							UINT64_MAX));

	if (told)
		print_line(4);
	field_number(probe, VPC_A_PROBE_LOCAL_DISCR, "local_discriminator",
		     told ? "local discriminator" : NULL);
	print_diag(probe, VPC_A_PROBE_DIAG, "diag", told ? "diag" : NULL);
	if (told)
		print_line(4);
	field_number(probe, VPC_A_PROBE_REMOTE_DISCR, "remote_discriminator",
		     told ? "remote discriminator" : NULL);
	if (attr_has(probe, VPC_A_PROBE_REMOTE_STATE))
		print_string("remote_state", told ? "state" : NULL, state);
	else
		print_null("remote_state");
	field_number(probe, VPC_A_PROBE_REMOTE_MULTIPLIER, "remote_multiplier",
		     told ? "multiplier" : NULL);
	print_diag(probe, VPC_A_PROBE_REMOTE_DIAG, "remote_diag",
		   told ? "diag" : NULL);
}

static void print_icmp(const struct attrs *probe, bool told)
{
	if (told)
		print_line(4);
	field_time(probe, VPC_A_PROBE_RTT, "rtt_ns", told ? "rtt" : NULL, 1);
	field_time(probe, VPC_A_PROBE_RTT_MIN, "rtt_min_ns",
		   told ? "min" : NULL, 1);
	field_time(probe, VPC_A_PROBE_RTT_AVERAGE, "rtt_average_ns",
		   told ? "average" : NULL, 1);
	field_number(probe, VPC_A_PROBE_LOST, "lost", told ? "lost" : NULL);
}

/* With -stats, text has lines for what was counted and what the other end says. */
static void print(const struct attrs *probe)
{
	uint64_t type = attr_number(probe, VPC_A_PROBE_TYPE, VPC_PROBE_UNSPEC);
	bool bfd = type == VPC_PROBE_BFD, told = print_options.stats;

	field_string(probe, VPC_A_PROBE_NAME, "name", "probe");
	field_string(probe, VPC_A_PROBE_VPC, "vpc", "vpc");
	print_nexthop(probe);
	print_string("type", "", word_of(types, type));
	field_address(probe, VPC_A_PROBE_SOURCE, "source", "source");
	field_address(probe, VPC_A_PROBE_DESTINATION, "destination",
		      "destination");
	print_bool("multihop", "multihop", attr_has(probe, VPC_A_PROBE_MULTIHOP));
	print_policy(probe, bfd);
	print_bool("admin_down", NULL,
		   attr_number(probe, VPC_A_PROBE_ADMIN_DOWN, 0));
	print_string("state", "state", probe_state(probe));
	print_string("health", "health",
		     health_word(attr_number(probe, VPC_A_PROBE_HEALTH,
					     UINT64_MAX)));
	field_unusual(probe, VPC_A_PROBE_PENALTY, "penalty", "penalty", 0);
	/* Not while it is down. */
	field_time(probe, VPC_A_PROBE_DETECTION, "detection_us",
		   attr_number(probe, VPC_A_PROBE_DETECTION, 0) ?
		   "detection" : NULL, 1000);
	print_counts(probe, told);
	print_bfd(probe, told && bfd);
	print_icmp(probe, told && type == VPC_PROBE_ICMP);
	field_number(probe, VPC_A_PROBE_ID, "id", NULL);
}

/* Who asks for one probe wants all of it. */
static int show(const struct object *object, struct args *args)
{
	bool wanted = print_options.stats;
	int err;

	print_options.stats |= args_last(args);
	err = command_show(object, args);
	print_options.stats = wanted;
	return err;
}

/* [ NAME ]: the receipts of all next hops, or of the one that a probe checks */
static int history(const struct object *object, struct args *args)
{
	struct answer answer = { 0 };
	const char *name = NULL;
	int err;

	complete_names(args, object);
	if (args->left)
		name = args_need(args, "NAME");
	err = args_end(args) ?:
	      request_list(VPC_CMD_FLIP_GET, name ? VPC_A_FLIP_PROBE : 0, name,
			   &answer);
	if (!err)
		command_print(&answer, flip_print_dated);
	answer_free(&answer);
	return err;
}

static const struct command commands[] = {
	{ "add", add, 0, NULL },
	{ "set", NULL, VPC_CMD_PROBE_SET, set_keys },
	{ "del", NULL, VPC_CMD_PROBE_DEL, NULL },
	{ "show", show, 0, NULL },
	{ "history", history, 0, NULL },
	{ 0 }
};

const struct object probe_object = {
	.word = "probe",
	.usage =
"vpcctl probe add NAME for { router ADDR vpc VPC | peering NAME [ vpc VPC ] |\n"
"                            ipsec NAME }\n"
"                     { bfd | icmp } source ADDR destination ADDR [ multihop ]\n"
"                     [ OPTION ]...\n"
"vpcctl probe set NAME [ name NEW ] [ OPTION ]...\n"
"vpcctl probe del NAME\n"
"vpcctl probe show [ NAME ] [ vpc VPC ]\n"
"vpcctl probe history [ NAME ]\n"
"OPTION := { interval MS | multiplier N | retries N | rise N | hold-down MS |\n"
"            fail-back { MS | never } | suppress N | reuse N |\n"
"            half-life SECONDS | admin { up | down } }\n",
	.commands = commands,
	.get = VPC_CMD_PROBE_GET,
	.name = VPC_A_PROBE_NAME,
	.name_type = KEY_NAME,
	.vpc = VPC_A_PROBE_VPC,
	.print = print,
	.event = VPC_A_EVENT_PROBE,
};
