// SPDX-License-Identifier: GPL-2.0
/* What tables cost, as the kernel's allocator would round it. */
#include "lpm_common.h"
#include "lpm_bgp.h"

static void test_full_table(void)
{
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	struct bgp bgp = { .state = ktap_state };
	double each;

	vpc_lpm_init(&lpm, 32, &lock);
	begin(&txn, &lpm, true);
	while (txn.count < 1000000) {
		bgp_next(&bgp, &p);
		set(&txn, &p, 1 + below(64));
	}
	commit(&txn);
	each = (double)lpm.bytes / lpm.count;
	printf("# %u routes: %.1f bytes each, %u nodes\n", lpm.count, each, lpm.nodes);
	expect(each <= 14, "%.1f bytes per route", each);
	end(&lpm);
}

/* All to one next hop but for a few, for a while. */
static void test_one_value(void)
{
	struct vpc_lpm_prefix p, few[1000];
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	struct bgp bgp = { .state = ktap_state };
	size_t before;
	double each;
	u32 i;

	vpc_lpm_init(&lpm, 32, &lock);
	begin(&txn, &lpm, true);
	while (txn.count < 1000000) {
		bgp_next(&bgp, &p);
		set(&txn, &p, 7);
		if (txn.count <= ARRAY_SIZE(few))
			few[txn.count - 1] = p;
	}
	commit(&txn);
	before = lpm.bytes;
	each = (double)before / lpm.count;
	printf("# %u routes: %.1f bytes each\n", lpm.count, each);
	expect(each <= 10, "%.1f bytes per route", each);

	begin(&txn, &lpm, false);
	for (i = 0; i < ARRAY_SIZE(few); i++)
		set(&txn, &few[i], 8);
	commit(&txn);
	expect(lpm.bytes > before);
	begin(&txn, &lpm, false);
	for (i = 0; i < ARRAY_SIZE(few); i++)
		set(&txn, &few[i], 7);
	commit(&txn);
	expect(lpm.bytes == before, "%zu, not %zu", lpm.bytes, before);
	end(&lpm);
}

/* Subnets of one block, a default, peers' blocks, some host routes. */
static void test_vpc(void)
{
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int i;

	vpc_lpm_init(&lpm, 32, &lock);
	begin(&txn, &lpm, true);
	for (i = 0; txn.count < 50; i++) {
		memset(&p, 0, sizeof(p));
		if (i < 30)
			p = (struct vpc_lpm_prefix){ .addr = { 10, 20, i }, .len = 24 };
		else if (i < 40)
			p = (struct vpc_lpm_prefix){ .addr = { 10, 30 + 7 * (i - 30) }, .len = 16 };
		else if (i < 49)
			p = (struct vpc_lpm_prefix){ .addr = { 192, 168, 5, i }, .len = 32 };
		set(&txn, &p, 1 + i);
	}
	commit(&txn);
	printf("# %u routes: %zu bytes\n", lpm.count, lpm.bytes);
	expect(lpm.bytes <= 1024);
	end(&lpm);
}

/* Leaves with as many values as fit in 64 bytes, where no word about children is stored. */
static void test_leaves6(void)
{
	struct vpc_lpm_prefix p = { .addr = { 0x20 }, .len = 121 };
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int i;

	vpc_lpm_init(&lpm, 128, &lock);
	begin(&txn, &lpm, true);
	for (i = 0; i < 6; i++) {
		p.len = 121 + i;
		set(&txn, &p, 1 + i);
	}
	commit(&txn);
	expect(lpm.nodes == 1 && lpm.bytes == 64, "%u nodes, %zu bytes", lpm.nodes, lpm.bytes);
	end(&lpm);
}

int main(void)
{
	static const struct ktap_test tests[] = {
		{ "a million routes", test_full_table },
		{ "a million routes, one next hop", test_one_value },
		{ "fifty routes", test_vpc },
		{ "leaves of IPv6", test_leaves6 },
	};
	int ret;

	if (vpc_lpm_module_init())
		return 1;
	ret = ktap_main(tests, ARRAY_SIZE(tests), NULL);
	vpc_lpm_module_exit();
	return ret;
}
