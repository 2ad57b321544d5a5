// SPDX-License-Identifier: GPL-2.0
/*
 * Random requests at full speed, for the torture test. Names, addresses and devices
 * are few, so that requests meet each other's objects; most are refused, and that is
 * as it should be.
 *
 *   churn SECONDS SEED PORTS    PORTS: ports are p0 to pN-1
 *   churn wanted                the numbers of the commands that it does sooner or later
 *   churn build PORTS           what traffic can flow in, once
 *   churn reload SECONDS FILE PORTS   flush, unload, load, build; again and again
 *
 * VPC i (0 to 3) is vI with 10.I+1.0.0/16 and fd00:I+1::/48. Port j is of VPC j % 4, in
 * its subnet j / 4 % 2, with 10.I+1.K+1.10+J and fd00:I+1:0:K+1::10+J. The module may
 * go away and come back meanwhile. At the end it prints how often each command was done
 * and refused; a request without an answer is an error. It goes on for longer, but not
 * for ever, until each command was done, as a slow machine gets through few requests.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "churn.h"

#define LIFE 300	/* requests of one process, which then has the module's number anew */
#define LONGER 240	/* seconds */

struct tally {
	unsigned long done[VPC_CMD_MAX + 1], refused[VPC_CMD_MAX + 1], silent;
};

static struct tally *tally;
static unsigned long long state;
static int ports;

unsigned int rnd(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

const char *text(const char *fmt, int a, int b, int c)
{
	static char bufs[8][64];
	static int at;
	char *buf = bufs[at++ % 8];

	snprintf(buf, sizeof(bufs[0]), fmt, a, b, c);
	return buf;
}

/* --- objects by number ----------------------------------------------------------- */

static void one_vpc(int i)
{
	vpc(text("v%d", i, 0, 0), text("10.%d.0.0", i + 1, 0, 0), text("fd00:%d::", i + 1, 0, 0),
	    i & 1);
	if (i == VPCS)
		str(VPC_A_VPC_REGION, "north");
}

static void one_subnet(int i, int k, bool own_table)
{
	subnet(text("s%d%d", i, k, 0), text("v%d", i, 0, 0),
	       text("10.%d.%d.0", i + 1, k + 1, 0), text("fd00:%d:0:%d::", i + 1, k + 1, 0),
	       own_table ? text("t%d", i, 0, 0) : NULL);
}

static void one_port(int j)
{
	int i = j % VPCS, k = j / VPCS % 2;

	port(text("p%d", j, 0, 0), text("s%d%d", i, k, 0),
	     text("10.%d.%d.%d", i + 1, k + 1, 10 + j),
	     text("fd00:%d:0:%d::%d", i + 1, k + 1, 10 + j), false);
}

static void one_uplink(int i)
{
	uplink(text("u%d", i, 0, 0), text("v%d", i, 0, 0), text("192.0.%d.1", 2 + i, 0, 0),
	       text("192.0.%d.254", 2 + i, 0, 0));
}

static const char *peering_name(int i, int k)
{
	return text("x%d%d", i < k ? i : k, i < k ? k : i, 0);
}

static void table_of(int i)
{
	if (rnd(3))
		change(NULL, text("v%d", i, 0, 0));
	else
		change(text("t%d", i, 0, 0), NULL);
}

/* A next hop that may be there. */
static const char *via(int i)
{
	int k = rnd(VPCS);

	switch (rnd(6)) {
	case 0:
		return "blackhole";
	case 1:
		return text("192.0.%d.%d", 2 + i, 250 + rnd(5), 0);
	case 2:
		return text("10.%d.%d.%d", i + 1, 1, 10 + i);
	default:
		return peering_name(i, k == i ? (i + 1) % VPCS : k);
	}
}

static void one_op(int i)
{
	__u8 kind = rnd(4) ? (rnd(2) ? ADD : REPLACE) : DEL;
	int k = rnd(VPCS + 2);

	if (kind == DEL)
		op(DEL, text("10.%d.0.0", k + 1, 0, 0), 16, END);
	else if (rnd(4))
		op(kind, text("10.%d.0.0", k + 1, 0, 0), 16, via(i), END);
	else
		op(kind, text("10.%d.%d.0", k + 1, rnd(200), 0), 24, via(i), via(i), END);
}

static void routes(int i)
{
	int n = rnd(20) ? 1 + rnd(3) : 1 + rnd(300), k;

	table_of(i);
	if (rnd(20) == 0) {
		put(&the_message, VPC_A_ROUTE_REPLACE_TABLE, NULL, 0);
		for (k = 0; k < n; k++)
			op(ADD, text("172.16.%d.%d", k / 250, k % 250, 0), 32, "blackhole", END);
		op(ADD, text("10.%d.0.0", (i + 1) % VPCS + 1, 0, 0), 16,
		   peering_name(i, (i + 1) % VPCS), END);
	} else if (n > 3) {
		for (k = 0; k < n; k++)
			op(REPLACE, text("172.17.%d.%d", k / 250, k % 250, 0), 32, "blackhole",
			   END);
	} else {
		while (n--)
			one_op(i);
	}
}

/* --- random requests ------------------------------------------------------------- */

static void change_vpc(int i)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, text("v%d", i, 0, 0));
	prefix(rnd(2) ? VPC_A_VPC_CIDR : VPC_A_VPC_DEL_CIDR, text("10.%d.0.0", 100 + i, 0, 0),
	       16);
	if (!rnd(4))
		put_u32(&the_message, VPC_A_VPC_PEERING_LIMIT, rnd(4) + 2);
}

static void change_peering(int i, int k)
{
	static const __u8 what[] = {
		VPC_CMD_PEERING_ACCEPT, VPC_CMD_PEERING_ACCEPT, VPC_CMD_PEERING_ACCEPT,
		VPC_CMD_PEERING_REJECT, VPC_CMD_PEERING_ENABLE, VPC_CMD_PEERING_GET,
		VPC_CMD_PEERING_DEL,
	};

	named(what[rnd(sizeof(what))], VPC_A_PEERING_NAME, peering_name(i, k));
}

static void look(int i)
{
	static const __u8 dumps[] = {
		VPC_CMD_VPC_GET, VPC_CMD_SUBNET_GET, VPC_CMD_TABLE_GET, VPC_CMD_PORT_GET,
		VPC_CMD_UPLINK_GET, VPC_CMD_ENDPOINT_GET, VPC_CMD_ROUTE_GET,
		VPC_CMD_PEERING_GET, VPC_CMD_STATS_GET,
	};

	if (rnd(3)) {
		dump(dumps[rnd(sizeof(dumps))]);
		return;
	}
	named(VPC_CMD_ROUTE_LOOKUP, VPC_A_ROUTE_VPC, text("v%d", i, 0, 0));
	addr(VPC_A_ROUTE_ADDRESS, text("10.%d.1.%d", rnd(VPCS) + 1, 10 + rnd(ports), 0));
}

static void random_request(void)
{
	int i = rnd(VPCS), k = (i + 1 + rnd(VPCS - 1)) % VPCS, j = rnd(ports);

	if (!rnd(3)) {
		gateways_request();
		return;
	}
	switch (rnd(24)) {
	case 0:
		one_vpc(rnd(VPCS + 1));
		break;
	case 1:
		/* The fifth is nobody's, so it can go. */
		named(VPC_CMD_VPC_DEL, VPC_A_VPC_NAME, text("v%d", rnd(VPCS + 1), 0, 0));
		break;
	case 2:
		change_vpc(i);
		break;
	case 3:
		table(text("t%d", i, 0, 0), text("v%d", i, 0, 0));
		break;
	case 4:
		named(VPC_CMD_TABLE_DEL, VPC_A_TABLE_NAME, text("t%d", i, 0, 0));
		break;
	case 5:
	case 6:
		one_subnet(i, rnd(2), rnd(2));
		break;
	case 7:
		named(VPC_CMD_SUBNET_DEL, VPC_A_SUBNET_NAME, text("s%d%d", i, rnd(2), 0));
		break;
	case 8:
		named(VPC_CMD_SUBNET_SET, VPC_A_SUBNET_NAME, text("s%d%d", i, rnd(2), 0));
		str(VPC_A_SUBNET_TABLE, rnd(2) ? "" : text("t%d", i, 0, 0));
		break;
	case 9:
	case 10:
	case 11:
		one_port(j);
		break;
	case 12:
		named(VPC_CMD_PORT_DEL, VPC_A_PORT_DEV, text("p%d", j, 0, 0));
		break;
	case 13:
		one_uplink(rnd(2));
		break;
	case 14:
		named(VPC_CMD_UPLINK_DEL, VPC_A_UPLINK_DEV, text("u%d", rnd(2), 0, 0));
		break;
	case 15:
	case 16:
		peering(peering_name(i, k), text("v%d", i, 0, 0), text("v%d", k, 0, 0),
			rnd(4) ? 0 : 1);
		break;
	case 17:
	case 18:
		change_peering(i, k);
		break;
	case 19:
		look(i);
		break;
	default:
		routes(i);
		break;
	}
}

/* --- processes ------------------------------------------------------------------------ */

/* Status 1: the module is not there. */
static int live(void)
{
	struct genlmsghdr *g = NLMSG_DATA(&the_message.nlh);
	struct answer *said;
	int n;

	if (!freopen("/dev/null", "w", stderr))
		return 1;
	objects_begin();
	for (n = 0; n < LIFE; n++) {
		random_request();
		said = ask();
		if (said->err > 0) {
			tally->silent++;
			return 2;
		}
		/* Without a sentence: there is no such family any more. */
		if (said->err == -ENOENT && !*said->text)
			return 1;
		if (said->err)
			tally->refused[g->cmd]++;
		else
			tally->done[g->cmd]++;
	}
	if (!rnd(8)) {
		req(VPC_CMD_FLUSH);
		if (!ask()->err)
			tally->done[VPC_CMD_FLUSH]++;
	}
	return 0;
}

static bool wanted(int cmd)
{
	switch (cmd) {
	case VPC_CMD_EVENT:
	/* That a request for a peering has expired takes luck. */
	case VPC_CMD_PEERING_ENABLE:
	/* torture_nat.sh */
	case VPC_CMD_NAT_GATEWAY_NEW:
	case VPC_CMD_NAT_GATEWAY_SET:
	case VPC_CMD_NAT_GATEWAY_DEL:
	case VPC_CMD_NAT_GATEWAY_GET:
	/* torture_overlay.sh */
	case VPC_CMD_ENDPOINT_NEW:
	case VPC_CMD_ENDPOINT_DEL:
		return false;
	default:
		return cmd > VPC_CMD_UNSPEC && cmd <= VPC_CMD_MAX;
	}
}

static bool all_done(void)
{
	int i;

	for (i = 1; i <= VPC_CMD_MAX; i++)
		if (wanted(i) && !tally->done[i])
			return false;
	return true;
}

static int churn(int seconds, unsigned long seed)
{
	time_t end = time(NULL) + seconds;
	unsigned long lives = 0, sum = 0;
	int i, status;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		die("mmap");
	while (time(NULL) < end || (time(NULL) < end + LONGER && !all_done())) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			state = (seed + 1) * 0x9e3779b97f4a7c15ull + lives * 7919;
			_exit(live());
		}
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		if (WIFSIGNALED(status))
			printf("life %lu: signal %d\n", lives, WTERMSIG(status));
		else if (WEXITSTATUS(status) == 1)
			usleep(20000);
		lives++;
	}
	for (i = 1; i <= VPC_CMD_MAX; i++) {
		if (tally->done[i] || tally->refused[i])
			printf("command %d: %lu done, %lu refused\n", i, tally->done[i],
			       tally->refused[i]);
		sum += tally->done[i] + tally->refused[i];
	}
	printf("seed %lu: %lu requests in %lu lives, %lu without answer\n", seed, sum, lives,
	       tally->silent);
	return !!tally->silent;
}

static void build(void)
{
	int i, k;

	for (i = 0; i < VPCS; i++) {
		one_vpc(i);
		done();
		for (k = 0; k < 2; k++) {
			one_subnet(i, k, false);
			done();
		}
	}
	for (i = 0; i < ports; i++) {
		one_port(i);
		done();
	}
	for (i = 0; i < VPCS; i++) {
		for (k = i + 1; k < VPCS; k++) {
			peering(peering_name(i, k), text("v%d", i, 0, 0), text("v%d", k, 0, 0), 0);
			done();
			if ((i ^ k) & 1) {
				named(VPC_CMD_PEERING_ACCEPT, VPC_A_PEERING_NAME,
				      peering_name(i, k));
				done();
			}
			change(NULL, text("v%d", i, 0, 0));
			op(ADD, text("10.%d.0.0", k + 1, 0, 0), 16, peering_name(i, k), END);
			done();
			change(NULL, text("v%d", k, 0, 0));
			op(ADD, text("10.%d.0.0", i + 1, 0, 0), 16, peering_name(i, k), END);
			done();
		}
	}
}

/* Others may configure something again before the module is removed: then once more. */
static int reload(int seconds, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), removed = 0, refused = 0, status;
	time_t end = time(NULL) + seconds;

	if (fd < 0)
		die(file);
	objects_begin();
	while (time(NULL) < end || (time(NULL) < end + LONGER && !removed)) {
		req(VPC_CMD_FLUSH);
		ask();
		if (syscall(SYS_delete_module, "vpc", O_NONBLOCK)) {
			refused++;
			continue;
		}
		removed++;
		if (syscall(SYS_finit_module, fd, "", 0))
			die("load");
		objects_begin();
		/* Whoever else configures gets in its way, so it may end early. */
		if (!fork()) {
			if (freopen("/dev/null", "w", stdout))
				build();
			_exit(0);
		}
		wait(&status);
		usleep(100000);
	}
	printf("%d times removed, %d times in use\n", removed, refused);
	return !removed;
}

int main(int argc, char **argv)
{
	int i;

	if (argc == 2 && !strcmp(argv[1], "wanted")) {
		for (i = 1; i <= VPC_CMD_MAX; i++)
			if (wanted(i))
				printf("%d\n", i);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "build")) {
		ports = atoi(argv[2]);
		objects_begin();
		build();
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "reload")) {
		ports = atoi(argv[4]);
		return reload(atoi(argv[2]), argv[3]);
	}
	if (argc != 4 || atoi(argv[3]) < 1) {
		fprintf(stderr,
			"usage: churn SECONDS SEED PORTS | wanted | build PORTS | reload SECONDS FILE PORTS\n");
		return 2;
	}
	ports = atoi(argv[3]);
	return churn(atoi(argv[1]), strtoul(argv[2], NULL, 0));
}
