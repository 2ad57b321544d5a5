// SPDX-License-Identifier: GPL-2.0
/*
 * What vpcctl does not show: dumps that are read slowly while things change,
 * transactions as one message, and who may speak at all.
 *
 *   nlraw fill VPC FIRST COUNT STEP  blackhole routes to the default table, in one message
 *   nlraw many VPC COUNT [WRONG]     COUNT routes in one message; WRONG: what the last one is
 *   nlraw replace VPC FIRST COUNT [del]  one message that replaces the table; del: with an
 *                                    operation that is no addition
 *   nlraw dump-routes VPC COUNT      COUNT routes stay while others come and go during the dump
 *   nlraw dump-vpcs COUNT            the same with VPCs
 *   nlraw denied {all | commands}    every command must be refused with EPERM; all: and both groups
 *   nlraw hears FILE                 joins the groups and says so; when FILE is there, says whether
 *                                    there was an event. Events are queued before a command ends.
 *
 * Route number I leads to 10.(I / 256).(I % 256).0/24.
 */
#include <stdarg.h>

#include "nlraw.h"

#define ROUTE(i) (0x0a000000u + ((__u32)(i) << 8))
#define OPS_MAX 1000

static struct msg m;

static int fail(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "nlraw: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	return 1;
}

static int report(const struct answer *said)
{
	if (!said->err)
		return 0;
	printf("%s: %s\n", said->err > 0 ? "no answer" : strerror(-said->err), said->text);
	return 2;
}

/* --- transactions ------------------------------------------------------- */

static int fill(int fd, const char *vpc, int first, int count, int step)
{
	int i;

	msg_start(&m, VPC_CMD_ROUTE_CHANGE, 0);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	for (i = 0; i < count; i++)
		put_op(&m, VPC_ROUTE_OP_ADD, ROUTE(first + i * step), 24, VPC_NH_BLACKHOLE);
	return report(transact(fd, &m));
}

static int many(int fd, const char *vpc, int count, const char *wrong)
{
	__u32 last = ROUTE(count - 1);
	int i;

	msg_start(&m, VPC_CMD_ROUTE_CHANGE, 0);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	for (i = 0; i < count - 1; i++)
		put_op(&m, VPC_ROUTE_OP_ADD, ROUTE(i), 24, VPC_NH_BLACKHOLE);
	if (!wrong)
		put_op(&m, VPC_ROUTE_OP_ADD, last, 24, VPC_NH_BLACKHOLE);
	else if (!strcmp(wrong, "exists"))
		put_op(&m, VPC_ROUTE_OP_ADD, ROUTE(0), 24, VPC_NH_BLACKHOLE);
	else if (!strcmp(wrong, "host-bits"))
		put_op(&m, VPC_ROUTE_OP_ADD, last | 1, 24, VPC_NH_BLACKHOLE);
	else if (!strcmp(wrong, "absent"))
		put_op(&m, VPC_ROUTE_OP_DEL, last, 24, 0);
	else if (!strcmp(wrong, "kind"))
		put_op(&m, 77, last, 24, VPC_NH_BLACKHOLE);
	else if (!strcmp(wrong, "no-next-hop"))
		put_op(&m, VPC_ROUTE_OP_ADD, last, 24, 0);
	else
		return fail("no such mistake: %s", wrong);
	return report(transact(fd, &m));
}

static int replace(int fd, const char *vpc, int first, int count, bool del)
{
	int i;

	msg_start(&m, VPC_CMD_ROUTE_CHANGE, 0);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	put(&m, VPC_A_ROUTE_REPLACE_TABLE, NULL, 0);
	for (i = 0; i < count; i++)
		put_op(&m, VPC_ROUTE_OP_ADD, ROUTE(first + i), 24, VPC_NH_BLACKHOLE);
	if (del)
		put_op(&m, VPC_ROUTE_OP_DEL, ROUTE(first), 24, 0);
	return report(transact(fd, &m));
}

/* --- dumps -------------------------------------------------------------- */

struct dump {
	int fd;
	bool intr;		/* NLM_F_DUMP_INTR was seen */
	bool done;
	int messages;		/* how many pieces the dump came in */
	int listed;
	unsigned int stable;	/* how many of those that stay */
	__u64 last;		/* key of the last object: they must ascend */
	int errors;
};

/* Takes one piece; @entry looks at each object. */
static void dump_read(struct dump *d, void (*entry)(struct dump *d, const void *at, int len))
{
	static char buf[4096];	/* small, so that the kernel dumps in small pieces */
	struct nlmsghdr *h;
	int len = recv(d->fd, buf, sizeof(buf), 0);

	if (len < 0)
		die("dump");
	d->messages++;
	for (h = (void *)buf; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			d->intr = true;
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
			int err = *(int *)NLMSG_DATA(h);

			if (err)
				d->errors += fail("the dump ends with %s", strerror(-err));
			d->done = true;
			return;
		}
		d->listed++;
		entry(d, (char *)h + NLMSG_LENGTH(GENL_HDRLEN),
		      h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
	}
}

static void ascend(struct dump *d, __u64 key)
{
	if (key <= d->last)
		d->errors += fail("object %llu is listed twice or out of order",
				  key);
	d->last = key;
}

static void route_entry(struct dump *d, const void *at, int len)
{
	const struct nlattr *addr = find(at, len, VPC_A_ROUTE_ADDRESS);
	const struct nlattr *origin = find(at, len, VPC_A_ROUTE_ORIGIN);
	__u32 key;

	if (!addr || !origin) {
		d->errors += fail("a route without address or origin");
		return;
	}
	if (*(const __u8 *)nla_bytes(origin) == VPC_ROUTE_ORIGIN_LOCAL || nla_size(addr) != 4)
		return;
	memcpy(&key, nla_bytes(addr), sizeof(key));
	key = ntohl(key);
	ascend(d, key);
	if (!((key >> 8) & 1))
		d->stable++;
}

static void vpc_entry(struct dump *d, const void *at, int len)
{
	const struct nlattr *name = find(at, len, VPC_A_VPC_NAME);
	const struct nlattr *id = find(at, len, VPC_A_VPC_ID);

	if (!name || !id) {
		d->errors += fail("a VPC without name or id");
		return;
	}
	ascend(d, *(const __u32 *)nla_bytes(id));
	if (!strncmp(nla_bytes(name), "stay-", 5))
		d->stable++;
}

static int dump_check(const struct dump *d, const char *what, unsigned int stable, bool changed)
{
	int errors = d->errors;

	printf("%s: %d objects in %d messages%s\n", what, d->listed, d->messages,
	       d->intr ? ", announced as inconsistent" : "");
	if (d->stable != stable)
		errors += fail("%s: %u of the %u that were there all the time", what,
			       d->stable, stable);
	if (d->messages < 4)
		errors += fail("%s: only %d messages, nothing was resumed", what, d->messages);
	if (changed && !d->intr)
		errors += fail("%s: changes were not announced", what);
	if (!changed && d->intr)
		errors += fail("%s: changes were announced that never were", what);
	return errors;
}

static void dump_start(struct dump *d, __u8 cmd, const char *vpc)
{
	*d = (struct dump){ .fd = nl_socket() };
	msg_start(&m, cmd, NLM_F_DUMP);
	if (vpc)
		put_str(&m, VPC_A_ROUTE_VPC, vpc);
	nl_send(d->fd, &m);
}

/* Odd routes come and go, before and after the place where the dump is. */
static void toggle_routes(int fd, const char *vpc, bool *there, int count)
{
	static __u32 at;
	struct answer *said;
	int i;

	msg_start(&m, VPC_CMD_ROUTE_CHANGE, 0);
	put_str(&m, VPC_A_ROUTE_VPC, vpc);
	for (i = 0; i < 20; i++) {
		at = (at + 7919) % count;
		put_op(&m, there[at] ? VPC_ROUTE_OP_DEL : VPC_ROUTE_OP_ADD, ROUTE(at * 2 + 1), 24,
		       there[at] ? 0 : VPC_NH_BLACKHOLE);
		there[at] = !there[at];
	}
	said = transact(fd, &m);
	if (said->err) {
		errno = said->err < 0 ? -said->err : ETIMEDOUT;
		die("change during the dump");
	}
}

static int dump_routes(int fd, const char *vpc, int count)
{
	bool *there = calloc(count, sizeof(*there));
	int i, errors = 0;
	struct dump d;

	if (!there || count > 32768)
		die("count");
	for (i = 0; i < count; i += OPS_MAX)
		if (fill(fd, vpc, i * 2, count - i < OPS_MAX ? count - i : OPS_MAX, 2))
			return 1;
	dump_start(&d, VPC_CMD_ROUTE_GET, vpc);
	while (!d.done)
		dump_read(&d, route_entry);
	errors += dump_check(&d, "at rest", count, false);
	close(d.fd);

	dump_start(&d, VPC_CMD_ROUTE_GET, vpc);
	while (!d.done) {
		dump_read(&d, route_entry);
		toggle_routes(fd, vpc, there, count);
	}
	errors += dump_check(&d, "while changing", count, true);
	close(d.fd);
	free(there);
	return !!errors;
}

static void vpc_new(int fd, const char *prefix, int number)
{
	struct answer *said;
	char name[VPC_NAME_LEN];

	snprintf(name, sizeof(name), "%s-%d", prefix, number);
	msg_start(&m, VPC_CMD_VPC_NEW, 0);
	put_str(&m, VPC_A_VPC_NAME, name);
	put_prefix(&m, VPC_A_VPC_CIDR, "10.0.0.0", 24);
	said = transact(fd, &m);
	if (said->err) {
		fprintf(stderr, "nlraw: %s: %s\n", name, said->text);
		exit(1);
	}
}

static void vpc_del(int fd, const char *prefix, int number)
{
	struct answer *said;
	char name[VPC_NAME_LEN];

	snprintf(name, sizeof(name), "%s-%d", prefix, number);
	msg_start(&m, VPC_CMD_VPC_DEL, 0);
	put_str(&m, VPC_A_VPC_NAME, name);
	said = transact(fd, &m);
	if (said->err) {
		fprintf(stderr, "nlraw: %s: %s\n", name, said->text);
		exit(1);
	}
}

static int dump_vpcs(int fd, int count)
{
	int i, errors = 0, next = count, oldest = 0;
	struct dump d;

	for (i = 0; i < count; i++) {
		vpc_new(fd, "stay", i);
		vpc_new(fd, "leave", i);
	}
	dump_start(&d, VPC_CMD_VPC_GET, NULL);
	while (!d.done) {
		dump_read(&d, vpc_entry);
		if (d.messages > 8)	/* or there would always be one more */
			continue;
		vpc_new(fd, "leave", next++);
		vpc_del(fd, "leave", oldest++);
		vpc_del(fd, "leave", next - 2);	/* one behind, one ahead of the dump */
		vpc_new(fd, "leave", next - 2);
	}
	errors += dump_check(&d, "VPCs while changing", count, true);
	close(d.fd);
	return !!errors;
}

/* --- permission --------------------------------------------------------- */

static int denied(int fd, bool groups)
{
	int errors = 0, cmd, err_do, err_dump;
	__u32 group;

	for (cmd = VPC_CMD_INFO_GET; cmd <= VPC_CMD_MAX; cmd++) {
		if (cmd == VPC_CMD_EVENT)
			continue;
		msg_start(&m, cmd, 0);
		err_do = transact(fd, &m)->err;
		msg_start(&m, cmd, NLM_F_DUMP);
		err_dump = transact(fd, &m)->err;
		if (err_do != -EPERM && err_dump != -EPERM)
			errors += fail("command %d is not refused", cmd);
		if ((err_do != -EPERM && err_do != -EOPNOTSUPP) ||
		    (err_dump != -EPERM && err_dump != -EOPNOTSUPP))
			errors += fail("command %d is looked at before the caller", cmd);
	}
	for (group = 0; groups && group < 2; group++) {
		__u32 id = group ? group_health : group_config;
		const char *name = group ? "health" : "config";

		if (!id) {
			errors += fail("group %s is not there", name);
			continue;
		}
		if (!setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
			errors += fail("group %s can be joined", name);
		else if (errno != EPERM)
			die("joining a group");
	}
	return !!errors;
}

/* --- events --------------------------------------------------------------- */

static int hears(int fd, const char *file)
{
	char buf[4096];

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group_config,
		       sizeof(group_config)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group_health,
		       sizeof(group_health)))
		die("joining a group");
	printf("joined\n");
	fflush(stdout);
	while (access(file, F_OK))
		usleep(20000);
	if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		printf("something\n");
	else if (errno == EAGAIN)
		printf("nothing\n");
	else
		die("recv");
	return 0;
}

static int help(void)
{
	fprintf(stderr, "usage: nlraw fill VPC FIRST COUNT STEP | many VPC COUNT [WRONG] |\n"
		"       replace VPC FIRST COUNT [del] | dump-routes VPC COUNT | dump-vpcs COUNT |\n"
		"       denied { all | commands } | hears FILE\n");
	return 1;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 1 ? argv[1] : "";
	int fd;

	if (argc < 2)
		return help();
	fd = nl_open();
	if (!strcmp(cmd, "fill") && argc == 6)
		return fill(fd, argv[2], atoi(argv[3]), atoi(argv[4]), atoi(argv[5]));
	if (!strcmp(cmd, "many") && (argc == 4 || argc == 5))
		return many(fd, argv[2], atoi(argv[3]), argc == 5 ? argv[4] : NULL);
	if (!strcmp(cmd, "replace") && (argc == 5 || argc == 6))
		return replace(fd, argv[2], atoi(argv[3]), atoi(argv[4]), argc == 6);
	if (!strcmp(cmd, "dump-routes") && argc == 4)
		return dump_routes(fd, argv[2], atoi(argv[3]));
	if (!strcmp(cmd, "dump-vpcs") && argc == 3)
		return dump_vpcs(fd, atoi(argv[2]));
	if (!strcmp(cmd, "denied") && argc == 3)
		return denied(fd, !strcmp(argv[2], "all"));
	if (!strcmp(cmd, "hears") && argc == 3)
		return hears(fd, argv[2]);
	return help();
}
