// SPDX-License-Identifier: GPL-2.0
/*
 * Lets each memory allocation of a request fail, one after the other
 * (/proc/thread-self/fail-nth), and compares everything that can be seen of the
 * configuration before and after. A request that fails must have changed nothing
 * and told no listener; one that succeeds all the same must have done all of it,
 * and listeners must have its event or the error that says they missed one.
 *
 *   failnth list            names of the requests
 *   failnth run NAME        one of them
 *   failnth netns           creation of a network namespace
 *   failnth module FILE     loading of the module, which is not loaded
 *
 * The network namespace has no VPC of anybody else. The requests are in requests.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "failnth.h"

#define POINTS_MAX 5000		/* no request allocates as often */
#define STATE_MAX (1 << 20)

/* What the kernel said. */
struct outcome {
	int err;		/* negative; 0: done; 1: nothing, or only that it has no memory */
	char listed[STATE_MAX];	/* by a dump */
	size_t len;
};

static struct outcome said, usual;
static char before[STATE_MAX], after[STATE_MAX], now[STATE_MAX];
static int errors;

static void complain(const char *fmt, ...)
{
	va_list args;

	errors++;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

/* --- faults ----------------------------------------------------------------- */

static int fault_fd = -1;

/* Of the calling thread; a child opens its own. */
static void fault_open(void)
{
	fault_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fault_fd < 0)
		die("fail-nth");
}

static void fault_set(int n)
{
	char buf[16];
	int len = snprintf(buf, sizeof(buf), "%d", n);

	if (pwrite(fault_fd, buf, len, 0) != len)
		die("fail-nth");
}

/* Ends it. Returns how many allocations were left until the fault; 0: it was there. */
static int fault_end(void)
{
	char buf[16] = "";

	if (pread(fault_fd, buf, sizeof(buf) - 1, 0) <= 0)
		die("fail-nth");
	fault_set(0);
	return atoi(buf);
}

/* --- requests and what they change --------------------------------------------- */

static void list(struct outcome *out, __u8 cmd, const void *at, int len, int depth)
{
	const struct nlattr *a = at;
	int i;

	for (; len >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= len;
	     len -= NLA_ALIGN(a->nla_len),
	     a = (const struct nlattr *)((const char *)a + NLA_ALIGN(a->nla_len))) {
		__u16 type = a->nla_type & NLA_TYPE_MASK;
		const unsigned char *bytes = nla_bytes(a);

		if (!depth && !attribute_counts(cmd, type))
			continue;
		if (out->len + 4 * a->nla_len + 64 > sizeof(out->listed)) {
			errno = E2BIG;
			die("state");
		}
		out->len += sprintf(out->listed + out->len, " %u=", type);
		if (a->nla_type & NLA_F_NESTED) {
			out->len += sprintf(out->listed + out->len, "{");
			list(out, cmd, bytes, nla_size(a), depth + 1);
			out->len += sprintf(out->listed + out->len, " }");
			continue;
		}
		for (i = 0; i < nla_size(a); i++)
			out->len += sprintf(out->listed + out->len,
					    bytes[i] > 32 && bytes[i] < 127 ? "%c" : "\\%u",
					    bytes[i]);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Numbers decide on the order, and whoever is set up again may get another's. */
static void sort_lines(struct outcome *out)
{
	static char *line[STATE_MAX / 8], sorted[STATE_MAX];
	size_t count = 0, len = 0, i;
	char *at;

	for (at = strtok(out->listed, "\n"); at; at = strtok(NULL, "\n"))
		line[count++] = at;
	qsort(line, count, sizeof(*line), by_text);
	for (i = 0; i < count; i++)
		len += sprintf(sorted + len, "%s\n", line[i]);
	memcpy(out->listed, sorted, len + 1);
}

/* Sends the_message and reads all of the answer; @n: which allocation fails, or 0. */
static int exchange(struct outcome *out, bool rtnetlink, int n)
{
	static char buf[MSG_MAX];
	struct msg *m = &the_message;
	bool dump = m->nlh.nlmsg_flags & NLM_F_DUMP, over = false;
	__u8 cmd = ((struct genlmsghdr *)NLMSG_DATA(&m->nlh))->cmd;
	int skip = NLMSG_LENGTH(GENL_HDRLEN), left = 0, ret, fd;
	struct nlmsghdr *h;

	out->err = 1;
	out->len = 0;
	fd = rtnetlink ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) : nl_socket();
	if (!dump)
		m->nlh.nlmsg_flags |= NLM_F_ACK;
	if (n)
		fault_set(n);
	ret = send(fd, m->buf, NLMSG_ALIGN(m->nlh.nlmsg_len), 0);
	/* The rest of a dump is made while it is read. */
	if (n && !dump)
		left = fault_end();
	while (ret >= 0 && !over) {
		ret = recv(fd, buf, sizeof(buf), dump ? 0 : MSG_DONTWAIT);
		if (ret < 0 && errno == EAGAIN)
			complain("no answer, and no error from the socket");
		for (h = (void *)buf; ret > 0 && NLMSG_OK(h, (unsigned int)ret);
		     h = NLMSG_NEXT(h, ret)) {
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
				out->err = *(const int *)NLMSG_DATA(h);
				over = true;
				break;
			}
			list(out, cmd, (const char *)h + skip, h->nlmsg_len - skip, 0);
			out->len += sprintf(out->listed + out->len, "\n");
		}
	}
	if (n && dump)
		left = fault_end();
	out->listed[out->len] = 0;
	if (out->len)
		sort_lines(out);
	close(fd);
	return left;
}

/* What of a device the module changes and gives back. */
static int device_state(const char *dev, char *to, size_t size)
{
	struct ifreq ifr = { };
	char path[128], mode[16] = "";
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), up;

	if (fd < 0)
		die("socket");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	up = ioctl(fd, SIOCGIFFLAGS, &ifr) ? -1 : !!(ifr.ifr_flags & IFF_UP);
	close(fd);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode", dev);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, mode, sizeof(mode) - 1) < 0)
		die(path);
	if (fd >= 0)
		close(fd);
	return snprintf(to, size, "device %s up=%d addr_gen_mode=%s\n", dev, up, mode);
}

static void state(char *to)
{
	static struct outcome part;
	size_t at = 0;
	int i;

	for (i = 0; state_dump(i); i++) {
		exchange(&part, false, 0);
		if (part.err || at + part.len + 32 > STATE_MAX) {
			errno = part.err < 0 ? -part.err : EIO;
			die("state");
		}
		at += sprintf(to + at, "-- %d\n", i);
		memcpy(to + at, part.listed, part.len + 1);
		at += part.len;
	}
	for (i = 0; i < DEVICES; i++)
		at += device_state(devices[i], to + at, STATE_MAX - at);
}

/* The first line that differs. */
static void differ(const char *what, const char *want, const char *got)
{
	size_t i, line = 0;

	for (i = 0; want[i] && want[i] == got[i]; i++)
		if (want[i] == '\n')
			line = i + 1;
	complain("%s\n  want %.*s\n  have %.*s", what,
		 (int)strcspn(want + line, "\n"), want + line,
		 (int)strcspn(got + line, "\n"), got + line);
}

/* What has come since: events, or the error that some are lost. */
static int heard(int fd, bool *lost)
{
	static char buf[MSG_MAX];
	int events = 0;

	*lost = false;
	for (;;) {
		if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
			events++;
		else if (errno == ENOBUFS)
			*lost = true;
		else if (errno != EAGAIN)
			die("listener");
		else
			break;
	}
	return events;
}

/* --- one request -------------------------------------------------------------------- */

static void begin(const struct request *r)
{
	scene_for(r);
	state(now);
	if (*before && strcmp(before, now))
		differ("the scene cannot be set twice:", before, now);
	strcpy(before, now);
}

/* Compares with what the request did when no allocation failed. */
static void check(const struct request *r, int n, int ears)
{
	bool done = said.err == 0, lost;
	int events = heard(ears, &lost);
	char what[128];

	state(now);
	snprintf(what, sizeof(what), "%s, allocation %d, %s:", r->name, n,
		 said.err > 0 ? "no answer" : done ? "succeeded" : strerror(-said.err));
	if (said.err > 0)
		done = !strcmp(now, after) && strcmp(before, after);
	if (strcmp(now, done ? after : before))
		differ(what, done ? after : before, now);
	/* What is done is done: there may be no memory left to tell the details. */
	if (!said.err && strcmp(said.listed, usual.listed) && !(r->changes && !said.len))
		differ(what, usual.listed, said.listed);
	if (!done && events)
		complain("%s an event tells of what did not happen", what);
	if (done && r->changes && !events && !lost)
		complain("%s no event, and no error that tells listeners", what);
}

static int run(const struct request *r)
{
	int n, left, refused = 0, survived = 0, ears = listener();
	bool lost;

	begin(r);
	request_build(r);
	exchange(&usual, r->rtnetlink, 0);
	if (usual.err) {
		complain("%s: %s without any fault", r->name, strerror(abs(usual.err)));
		return 1;
	}
	state(after);
	if (r->changes == !strcmp(before, after))
		complain("%s: %s", r->name, r->changes ? "changes nothing" : "changes something");
	begin(r);
	for (n = 1; n < POINTS_MAX && errors < 20; n++) {
		heard(ears, &lost);
		request_build(r);
		left = exchange(&said, r->rtnetlink, n);
		if (left && said.err)
			complain("%s, without any fault: %s", r->name, strerror(abs(said.err)));
		check(r, n, ears);
		if (left)
			break;
		if (said.err)
			refused++;
		else
			survived++;
		if (strcmp(now, before))
			begin(r);
	}
	if (n == POINTS_MAX)
		complain("%s: no end of allocations", r->name);
	printf("%s: %d allocations; refused when one fails: %d, done all the same: %d\n",
	       r->name, n - 1, refused, survived);
	return !!errors;
}

/* --- namespaces, the module ------------------------------------------------------------ */

/* In a child, whose end takes with it what it made. Returns what was left, or -1. */
static int try_unshare(int n, int *status)
{
	int pipefd[2], left = -1, result[2] = { -1, 0 };
	pid_t pid;

	if (pipe(pipefd))
		die("pipe");
	pid = fork();
	if (!pid) {
		fault_open();
		fault_set(n);
		result[1] = unshare(CLONE_NEWNET) ? errno : 0;
		result[0] = fault_end();
		_exit(write(pipefd[1], result, sizeof(result)) != sizeof(result));
	}
	close(pipefd[1]);
	if (pid > 0 && read(pipefd[0], result, sizeof(result)) == sizeof(result))
		left = result[0];
	close(pipefd[0]);
	waitpid(pid, NULL, 0);
	*status = result[1];
	return left;
}

/*
 * The module's part comes last, as it was loaded last: the last POINTS allocations, and
 * some of those before, after which the module has to give up what it has not got.
 */
static int netns(void)
{
	enum { POINTS = 80, EVERY = 37, MANY = 1000000 };
	int status, total, n, failed = 0, tried = 0;

	total = MANY - try_unshare(MANY, &status);
	if (status || total <= 0 || total >= MANY)
		die("unshare");
	for (n = 1; n <= total; n += total - n < POINTS ? 1 : EVERY) {
		if (try_unshare(n, &status) < 0) {
			complain("no namespace could be tried at allocation %d", n);
			break;
		}
		tried++;
		failed += !!status;
	}
	printf("%d of %d allocations, %d made the creation fail\n", tried, total, failed);
	return errors || !failed;
}

/*
 * What the kernel allocates before it has read the parameters is its own business; its
 * tracing says WARNING when that fails.
 */
static int module(const char *file)
{
	enum { MANY = 1000000 };
	int n, first, left = 0, failed = 0, fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(file);
	fault_set(MANY);
	/* "neither" would be taken for no: the kernel reads but the first letter. */
	if (!syscall(SYS_finit_module, fd, "userns=wrong", 0))
		complain("a wrong parameter is taken");
	first = MANY - fault_end();
	for (n = first; n < first + POINTS_MAX && !left; n++) {
		long ret;

		fault_set(n);
		ret = syscall(SYS_finit_module, fd, "", 0);
		left = fault_end();
		if (ret && left) {
			complain("without any fault: %s", strerror(errno));
			break;
		}
		failed += !!ret;
		if (!ret && syscall(SYS_delete_module, "vpc", O_NONBLOCK)) {
			complain("allocation %d: cannot be removed: %s", n, strerror(errno));
			break;
		}
	}
	printf("%d to %d of the allocations, %d made the loading fail\n", first, n - 2, failed);
	return errors || !failed;
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < request_count; i++)
			printf("%s\n", requests[i].name);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "netns"))
		return netns();
	if (argc == 3 && !strcmp(argv[1], "module")) {
		fault_open();
		return module(argv[2]);
	}
	for (i = 0; argc == 3 && !strcmp(argv[1], "run") && i < request_count; i++) {
		if (strcmp(argv[2], requests[i].name))
			continue;
		fault_open();
		objects_begin();
		return run(&requests[i]);
	}
	fprintf(stderr, "usage: failnth list | run NAME | netns | module FILE\n");
	return 2;
}
