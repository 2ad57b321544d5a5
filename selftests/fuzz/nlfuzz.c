// SPDX-License-Identifier: GPL-2.0
/*
 * Speaks the netlink family as no honest program does, and as honest ones do.
 *
 *   nlfuzz [OPTION]...
 *	--seed N --count N	which requests, and how many
 *	--from N --to N		only these of them; request I is a function of seed and I
 *	--jobs N		so many processes share the requests
 *	--denied		without privilege: each request must be refused
 *	--devices		veth devices f0..f7 and u0..u3 come and go meanwhile
 *	--no-flush --quiet	never FLUSH, and compare no numbers, as others have objects here
 *	--print			print them and send nothing (lines for a corpus file)
 *	--why			say why valid requests are refused
 *	--every N		say where we are, here and in the kernel log (0: never)
 *	--corpus FILE...	send the lines of these files, see nltext.c
 *
 * SIGUSR1 makes it say where it is. What it checks: every request with a whole header is
 * answered; every refusal has a sentence; one that is refused changes no number of INFO; dumps
 * list as many objects as INFO counts; without privilege nothing is taken. Status 1: it was not
 * so. At the end a tally.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "nlfuzz.h"
#include "rnd.h"

#define ERRNOS 140
#define BATCH_MAX 4

uint64_t rnd_state = 1;

static struct {
	unsigned long long seed, count, from, to, every;
	int jobs;
	bool denied, devices, print, quiet, why;
} opt = { .seed = 1, .count = 1000, .jobs = 1, .to = ~0ull };

struct tally {
	unsigned long sent[WAYS], taken[WAYS], err[ERRNOS], cmd[256];
	unsigned long unanswered, abandoned, dumps, audits, devices, wrong;
};

static struct tally *tally;	/* of this process; all of them are shared */
static unsigned long long at;
static volatile sig_atomic_t asked;
static struct msg batch, change;
static struct request requests[BATCH_MAX];
static int asker = -1;		/* for our own questions */

static void on_usr1(int sig)
{
	asked = sig;
}

void complain(const char *fmt, ...)
{
	va_list args;

	if (tally)
		tally->wrong++;
	printf("seed %llu message %llu: ", opt.seed, at);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* The kernel's log is what is left of a crash. */
static void say_where(void)
{
	FILE *f = fopen("/dev/kmsg", "w");

	asked = 0;
	printf("# seed %llu message %llu\n", opt.seed, at);
	fflush(stdout);
	if (f) {
		fprintf(f, "vpc-fuzz: netlink seed %llu message %llu\n", opt.seed, at);
		fclose(f);
	}
}

/* --- answers ---------------------------------------------------------------------- */

struct verdict {
	bool seen;
	int err;
	char text[256];
};

/* @lost: not all of what came could be read. */
static void judge(const struct request *r, const struct verdict *v, bool lost)
{
	if (r->way < WAYS)
		tally->sent[r->way]++;
	if (!v->seen) {
		tally->unanswered++;
		if (r->framed && !lost)
			complain("%s is not answered", r->cmd ? r->cmd->name : "raw");
		return;
	}
	if (-v->err < ERRNOS && v->err <= 0)
		tally->err[-v->err]++;
	if (!v->err) {
		tally->taken[r->way]++;
		if (r->cmd)
			tally->cmd[r->cmd->number]++;
		if (opt.denied && r->framed)
			complain("%s is taken without privilege", r->cmd->name);
		return;
	}
	if (opt.why && r->way == WAY_VALID)
		printf("why %s: %s: %s\n", r->cmd->name, strerror(-v->err), v->text);
	if (opt.denied && r->framed && v->err != -EPERM && v->err != -EOPNOTSUPP)
		complain("%s is looked at without privilege: %s", r->cmd->name,
			 strerror(-v->err));
	/* EBUSY: a dump is under way on this socket; ENOMEM and ENOBUFS: of the core. */
	if (r->framed && !*v->text && v->err != -EPERM && v->err != -EOPNOTSUPP &&
	    v->err != -EBUSY && v->err != -ENOMEM && v->err != -ENOBUFS)
		complain("%s is refused without a word: %s", r->cmd ? r->cmd->name : "raw",
			 strerror(-v->err));
}

static void note(const struct nlmsghdr *h, struct verdict *v, bool ext_ack)
{
	struct answer said = { .err = 0 };

	verdict(h, &said);
	v->seen = true;
	v->err = said.err;
	snprintf(v->text, sizeof(v->text), "%.250s", ext_ack ? said.text : "?");
}

/*
 * Reads what there is, at most @parts receives. Requests are handled while they are sent, so
 * what is not there now will not come.
 */
static bool hear(struct talker *t, const struct request *r, struct verdict *v, int n, int parts)
{
	static char buf[1 << 17];
	bool lost = false;
	int i;

	while (parts--) {
		int size = t->small ? 4096 : (int)sizeof(buf);
		int len = recv(t->fd, buf, size, MSG_DONTWAIT | MSG_TRUNC);
		struct nlmsghdr *h = (void *)buf;

		if (len < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (len < 0)	/* a dump that ends with an error may come this way */
			continue;
		if (len > size) {
			lost = true;
			len = size;
		}
		for (; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE && h->nlmsg_seq == t->dump_seq)
				t->dumping = false;
			if (h->nlmsg_type != NLMSG_ERROR && h->nlmsg_type != NLMSG_DONE)
				continue;
			for (i = 0; i < n; i++)
				if (h->nlmsg_seq == r[i].seq)
					note(h, &v[i], t->ext_ack);
		}
	}
	return lost;
}

/* --- requests --------------------------------------------------------------------- */

/* One datagram with up to BATCH_MAX requests; only the last may have a broken header. */
static int make(struct request *r, int most)
{
	static struct msg m;
	unsigned int len = 0;
	int n = 0;

	do {
		gen_request(&m, &r[n]);
		if (len + NLMSG_ALIGN(m.nlh.nlmsg_len) + 64 > sizeof(batch.buf)) {
			r[n].cmd = NULL;
			break;
		}
		memcpy(batch.buf + len, m.buf, m.nlh.nlmsg_len);
		len += NLMSG_ALIGN(m.nlh.nlmsg_len);
		n++;
	} while (n < most && r[n - 1].framed && !r[n - 1].dump);
	if (opt.print)
		text_print(stdout, &m);
	return n ? (int)len : 0;
}

static bool carries_on(const struct request *r, int n)
{
	return n == 1 && r->dump && r->framed;
}

static void send_batch(struct talker *t, int len, int n)
{
	struct verdict v[BATCH_MAX] = {};
	bool lost;
	int i;

	if (send(t->fd, batch.buf, len, 0) < 0) {
		if (errno != EMSGSIZE && errno != ENOBUFS)
			complain("send: %s", strerror(errno));
		return;
	}
	if (carries_on(requests, n)) {
		bool leave = chance(30);

		tally->dumps++;
		if (!t->dumping)
			t->dump_seq = requests[0].seq;
		t->dumping = true;
		lost = hear(t, requests, v, 1, leave ? (int)rnd(3) : 1);
		if (leave && !v[0].seen) {
			tally->abandoned++;
			return;
		}
		/* Something changes between the parts of it. */
		while (!v[0].seen && t->dumping && !lost) {
			struct talker *other = talker_any();
			struct request r;

			if (chance(30) && other != t && !other->dumping && !opt.denied) {
				struct verdict w = {};

				gen_request(&change, &r);
				if (send(other->fd, change.buf, change.nlh.nlmsg_len, 0) >= 0)
					judge(&r, &w, hear(other, &r, &w, 1, 1000) || !w.seen);
			}
			lost |= hear(t, requests, v, 1, 1);
			if (!talker_readable(t))
				break;
		}
		hear(t, requests, v, 1, 100000);
		judge(requests, v, lost);
		return;
	}
	lost = hear(t, requests, v, n, t->dumping ? 50 : 1000);
	for (i = 0; i < n; i++)
		judge(&requests[i], &v[i], lost);
}

static void one(void)
{
	struct info before, after;
	struct talker *t;
	bool compare, refused = true;
	unsigned long taken;
	int len, n, i;

	rnd_seed(opt.seed, at);
	/* Drawn before the request, so that --print shows what is sent. */
	t = talker_any();
	compare = !opt.denied && !opt.quiet && opt.jobs == 1 && chance(10);
	n = 1 + (chance(5) ? rnd(BATCH_MAX) : 0);
	memset(requests, 0, sizeof(requests));
	len = make(requests, n);
	for (n = 0; n < BATCH_MAX && requests[n].cmd; n++)
		;
	if (opt.print || !len)
		return;
	if (opt.devices && chance(2)) {
		device_event(asker);
		tally->devices++;
	}
	if (chance(2) || (t->dumping && chance(30)))
		talker_reopen(t);
	if (t->dumping && chance(30)) {
		struct verdict v = {};

		hear(t, requests, &v, 0, 1 + rnd(4));
	}
	compare = compare && info_get(asker, &before);
	for (i = 0, taken = 0; i < WAYS; i++)
		taken += tally->taken[i];
	send_batch(t, len, n);
	for (i = 0; i < WAYS; i++)
		taken -= tally->taken[i];
	refused = !taken && requests[n - 1].framed && !requests[0].dump;
	if (compare && refused && info_get(asker, &after) && memcmp(&before, &after, sizeof(after)))
		complain("%s is refused and has changed something", requests[0].cmd->name);
	if (!opt.denied && opt.jobs == 1 && !opt.quiet && at % 512 == 511) {
		audit(asker);
		tally->audits++;
	}
}

static void drop_privilege(void)
{
	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
	    setresuid(65534, 65534, 65534))
		die("dropping privilege");
}

static void work(int job)
{
	if (!opt.print) {
		asker = nl_open();
		if (opt.denied)
			drop_privilege();
		talkers_open(group_config);
	}
	gen_init(family ? family : 99);
	for (at = opt.from; at < opt.count && at < opt.to; at++) {
		if ((int)(at % opt.jobs) != job)
			continue;
		flush_now = at == opt.count / 2;
		one();
		if (asked || (opt.every && at % opt.every == opt.every - 1))
			say_where();
	}
	if (!opt.print && !opt.denied && opt.jobs == 1)
		audit(asker);
}

/* --- corpus ------------------------------------------------------------------------- */

static void replay(const char *file)
{
	static char line[1 << 18];
	FILE *f = fopen(file, "r");
	struct verdict v;

	if (!f)
		die(file);
	for (at = 1; fgets(line, sizeof(line), f); at++) {
		if (!text_request(&batch, line, &requests[0]))
			continue;
		talker_reopen(talker_first());
		v = (struct verdict){};
		if (send(talker_first()->fd, batch.buf, NLMSG_ALIGN(batch.nlh.nlmsg_len), 0) < 0)
			complain("%s: send: %s", file, strerror(errno));
		judge(requests, &v, hear(talker_first(), requests, &v, 1, 1000));
		if (opt.every)
			printf("%s:%llu %s %s %s\n", file, at,
			       requests[0].cmd ? requests[0].cmd->name : "raw",
			       !v.seen ? "unanswered" : v.err ? strerror(-v.err) : "taken", v.text);
	}
	fclose(f);
}

/* --- results ------------------------------------------------------------------------ */

static int report(const struct tally *all)
{
	static const char *const way[] = { "valid", "nearly", "mutated" };
	struct tally t = {};
	unsigned long *sum = (void *)&t;
	int i, never = 0;
	size_t k;

	for (i = 0; i < opt.jobs; i++)
		for (k = 0; k < sizeof(t) / sizeof(*sum); k++)
			sum[k] += ((const unsigned long *)&all[i])[k];
	for (i = 0; i < WAYS; i++)
		printf("sent.%s %lu\ntaken.%s %lu\n", way[i], t.sent[i], way[i], t.taken[i]);
	for (i = 1; i < ERRNOS; i++)
		if (t.err[i])
			printf("refused.%s %lu\n", strerrorname_np(i), t.err[i]);
	for (i = 0; i < command_count; i++) {
		if (!t.cmd[command_table[i].number])
			never++;
		printf("command.%s %lu\n", command_table[i].name, t.cmd[command_table[i].number]);
	}
	printf("never %d\nunanswered %lu\ndumps %lu\nabandoned %lu\naudits %lu\ndevices %lu\n",
	       never, t.unanswered, t.dumps, t.abandoned, t.audits, t.devices);
	printf("messages %lu\nwrong %lu\n", t.sent[0] + t.sent[1] + t.sent[2], t.wrong);
	return t.wrong ? 1 : 0;
}

static int run(void)
{
	struct tally *all = mmap(NULL, sizeof(*all) * opt.jobs, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, status, failed = 0;

	if (all == MAP_FAILED)
		die("mmap");
	signal(SIGUSR1, on_usr1);
	fflush(stdout);
	for (i = 0; i < opt.jobs; i++) {
		if (opt.jobs > 1) {
			pid_t pid = fork();

			if (pid < 0)
				die("fork");
			if (pid)
				continue;
		}
		tally = &all[i];
		work(i);
		if (opt.jobs > 1)
			exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	if (opt.print)
		return 0;
	return report(all) || failed;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", 1, NULL, 's' }, { "count", 1, NULL, 'c' }, { "from", 1, NULL, 'f' },
		{ "to", 1, NULL, 't' }, { "jobs", 1, NULL, 'j' }, { "denied", 0, NULL, 'd' },
		{ "devices", 0, NULL, 'D' }, { "no-flush", 0, NULL, 'n' },
		{ "print", 0, NULL, 'p' }, { "every", 1, NULL, 'e' },
		{ "corpus", 0, NULL, 'C' }, { "quiet", 0, NULL, 'q' },
		{ "why", 0, NULL, 'w' }, {}
	};
	static struct tally corpus_tally;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's': opt.seed = strtoull(optarg, NULL, 0); break;
		case 'c': opt.count = strtoull(optarg, NULL, 0); break;
		case 'f': opt.from = strtoull(optarg, NULL, 0); break;
		case 't': opt.to = strtoull(optarg, NULL, 0); break;
		case 'j': opt.jobs = atoi(optarg) > 0 ? atoi(optarg) : 1; break;
		case 'e': opt.every = strtoull(optarg, NULL, 0); break;
		case 'd': opt.denied = true; break;
		case 'D': opt.devices = true; break;
		case 'q': opt.quiet = true; break;
		case 'w': opt.why = true; break;
		case 'n': may_flush = false; break;
		case 'p': opt.print = true; break;
		case 'C':
			tally = &corpus_tally;
			nl_open();
			talkers_open(group_config);
			gen_init(family);
			for (; optind < argc; optind++)
				replay(argv[optind]);
			opt.jobs = 1;
			return report(tally);
		default:
			return 2;
		}
	}
	return run();
}
