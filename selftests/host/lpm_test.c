// SPDX-License-Identifier: GPL-2.0
/*
 * The longest prefix match against a list that is searched bit by bit.
 *
 * usage: lpm_test [PART OF A TEST NAME]
 * SEED=N repeats a run.
 */
#include "lpm_common.h"
#include "lpm_node.h"

static void check_address(const struct vpc_lpm *lpm, const struct oracle *o, const u8 *addr)
{
	u8 want_len = 255, len = 255;
	u32 want = oracle_lookup(o, addr, &want_len);

	expect(lookup(lpm, addr) == want);
	rcu_read_lock();
	expect(vpc_lpm_match(lpm, addr, &len) == want);
	rcu_read_unlock();
	expect(len == want_len, "%d, not %d", len, want_len);
}

static void addr_step(u8 *addr, int bits, int step)
{
	int i;

	for (i = bits / 8 - 1; i >= 0; i--) {
		addr[i] += step;
		if (addr[i] != (step > 0 ? 0 : 0xff))
			break;
	}
}

/* The first and the last address of a prefix and their neighbours outside. */
static void check_edges(const struct vpc_lpm *lpm, const struct oracle *o,
			const struct vpc_lpm_prefix *p)
{
	u8 addr[16];
	int i;

	memcpy(addr, p->addr, sizeof(addr));
	check_address(lpm, o, addr);
	addr_step(addr, lpm->bits, -1);
	check_address(lpm, o, addr);
	memcpy(addr, p->addr, sizeof(addr));
	for (i = p->len; i < lpm->bits; i++)
		addr_set_bit(addr, i, true);
	check_address(lpm, o, addr);
	addr_step(addr, lpm->bits, 1);
	check_address(lpm, o, addr);
	if (p->len) {
		memcpy(addr, p->addr, sizeof(addr));
		addr_set_bit(addr, p->len - 1, !addr_bit(addr, p->len - 1));
		check_address(lpm, o, addr);
	}
}

/* Packets believe what leads to a node, before they see it. */
static u32 check_refs(const struct vpc_lpm *lpm, struct vpc_lpm_ref __rcu *const *slot)
{
	const struct vpc_lpm_node *n = reader_deref(lpm, *slot);
	bool v6 = lpm->bits == 128;
	u32 seen = 1;
	unsigned int i;

	if (!n)
		return 0;
	expect(ref_leaf(reader_ref(lpm, *slot)) == n->leaf);
	expect(n->leaf == !node_ext(n, v6));
	for (i = 0; i < child_count(n, v6); i++)
		seen += check_refs(lpm, &node_children(n, v6)[i]);
	return seen;
}

/* The shape must not tell how the table came about. */
static void check_shape(const struct vpc_lpm *lpm, const struct oracle *o)
{
	struct vpc_lpm_txn txn;
	struct vpc_lpm fresh;
	int i, from;

	vpc_lpm_init(&fresh, lpm->bits, &lock);
	mutex_lock(&lock);
	expect(!vpc_lpm_begin(&txn, &fresh, false));
	from = o->n ? below(o->n) : 0;
	for (i = 0; i < o->n; i++)
		set(&txn, &o->prefix[(i + from) % o->n], o->value[(i + from) % o->n]);
	vpc_lpm_commit(&txn);
	expect(fresh.nodes == lpm->nodes, "%u, not %u", lpm->nodes, fresh.nodes);
	expect(fresh.bytes == lpm->bytes, "%zu, not %zu", lpm->bytes, fresh.bytes);
	expect(fresh.nodes <= 2 * fresh.count);
	expect(check_refs(lpm, &lpm->root) == lpm->nodes);
	vpc_lpm_destroy(&fresh);
	mutex_unlock(&lock);
}

static void check_walk(const struct vpc_lpm *lpm, const struct oracle *o)
{
	struct vpc_lpm_prefix p;
	int n = 0, at = -1;
	u32 value;

	memset(&p, 0xff, sizeof(p));
	rcu_read_lock();
	for (value = vpc_lpm_next(lpm, &p, true); value; value = vpc_lpm_next(lpm, &p, false)) {
		at = oracle_next(o, at < 0 ? NULL : &o->prefix[at]);
		expect(at >= 0);
		if (at < 0)
			break;
		expect(!prefix_cmp(&p, &o->prefix[at]));
		expect(value == o->value[at]);
		n++;
	}
	expect(n == o->n, "%d, not %d", n, o->n);

	/* From places where no prefix is. */
	for (n = 0; n < 10; n++) {
		random_prefix(&p, lpm->bits, below(KINDS));
		at = oracle_next(o, &p);
		value = vpc_lpm_next(lpm, &p, false);
		expect(value == (at < 0 ? VPC_LPM_NONE : o->value[at]));
		expect(at < 0 || !prefix_cmp(&p, &o->prefix[at]));
	}
	rcu_read_unlock();
}

static void check_all(const struct vpc_lpm *lpm, const struct oracle *o, enum mix kind)
{
	struct vpc_lpm_prefix p;
	int i;

	expect(lpm->count == (u32)o->n, "%u, not %d", lpm->count, o->n);
	for (i = 0; i < o->n; i++) {
		mutex_lock(&lock);
		expect(vpc_lpm_get(lpm, &o->prefix[i]) == o->value[i]);
		mutex_unlock(&lock);
	}
	for (i = 0; i < 10 && o->n; i++)
		check_edges(lpm, o, &o->prefix[below(o->n)]);
	for (i = 0; i < 10; i++) {
		random_prefix(&p, lpm->bits, kind);
		check_edges(lpm, o, &p);
	}
}

static void random_op(struct vpc_lpm_txn *txn, struct oracle *o, enum mix kind, int size)
{
	struct vpc_lpm_prefix p;
	u32 old, want, value;
	int err;

	random_prefix(&p, txn->lpm->bits, kind);
	if (o->n && below(3) == 0)
		p = o->prefix[below(o->n)];
	want = oracle_get(o, &p);
	expect(vpc_lpm_txn_get(txn, &p) == want);
	if (below(size) >= (u32)o->n) {
		value = 1 + below(below(2) ? 3 : UINT_MAX);
		err = vpc_lpm_set(txn, &p, value, &old);
		expect(!err && old == want);
		oracle_set(o, &p, value);
	} else {
		if (o->n && below(4)) {
			p = o->prefix[below(o->n)];
			want = oracle_get(o, &p);
		}
		err = vpc_lpm_del(txn, &p, &old);
		expect(err == (want ? 0 : -ENOENT) && old == want);
		oracle_del(o, &p);
	}
}

static void random_ops(int bits, enum mix kind, int rounds, int size)
{
	static struct oracle published, o;
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	bool empty;
	int i, at;

	published.n = 0;
	vpc_lpm_init(&lpm, bits, &lock);
	while (rounds--) {
		empty = !below(20);
		o = published;
		if (empty)
			o.n = 0;
		mutex_lock(&lock);
		expect(!vpc_lpm_begin(&txn, &lpm, empty));
		for (i = below(below(4) ? 4 : size); i >= 0; i--)
			random_op(&txn, &o, kind, size);
		memset(&p, 0, sizeof(p));
		for (i = 0, at = -1; i < 3; i++) {
			u32 value = vpc_lpm_txn_next(&txn, &p, !i);

			at = value ? oracle_find(&o, &p) : -1;
			expect(!value || (at >= 0 && o.value[at] == value));
			if (!value)
				break;
		}
		/* Until the commit nothing shows, and after an abort nothing happened. */
		mutex_unlock(&lock);
		if (below(4) == 0)
			check_all(&lpm, &published, kind);
		mutex_lock(&lock);
		if (below(4)) {
			vpc_lpm_commit(&txn);
			published = o;
		} else {
			vpc_lpm_abort(&txn);
		}
		mutex_unlock(&lock);
		check_all(&lpm, &published, kind);
		if (below(4) == 0) {
			check_shape(&lpm, &published);
			check_walk(&lpm, &published);
		}
		if (below(8) == 0)
			drain();
	}

	/* To the last prefix: an empty table is no node. */
	mutex_lock(&lock);
	expect(!vpc_lpm_begin(&txn, &lpm, false));
	for (i = 0; i < published.n; i++) {
		u32 old;

		expect(!vpc_lpm_del(&txn, &published.prefix[i], &old) && old == published.value[i]);
	}
	vpc_lpm_commit(&txn);
	expect(!lpm.count && !lpm.nodes && !lpm.bytes && !lpm.root);
	vpc_lpm_destroy(&lpm);
	mutex_unlock(&lock);
	drain();
	expect(!shim_live, "%ld blocks are left", shim_live);
}

/* The first tests are the kinds, each for both families. */
static void test_kind(void)
{
	int bits = ktap_current & 1 ? 128 : 32;
	enum mix kind = ktap_current / 2;

	random_ops(bits, kind, 150, 8);
	random_ops(bits, kind, 60, 60);
	random_ops(bits, kind, 12, 500);
}

/* One prefix of each length, alone and with /0 and full length around it. */
static void lengths(int bits)
{
	static struct oracle o;
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int len, fill;
	u32 old;

	vpc_lpm_init(&lpm, bits, &lock);
	o.n = 0;
	check_all(&lpm, &o, ANY);
	for (fill = 0; fill < 256; fill += 51) {
		for (len = 0; len <= bits; len++) {
			o.n = 0;
			memset(&p, 0, sizeof(p));
			memset(p.addr, fill, bits / 8);
			p.len = len;
			prefix_trim(&p);
			begin(&txn, &lpm, true);
			set(&txn, &p, 7);
			oracle_set(&o, &p, 7);
			commit(&txn);
			check_all(&lpm, &o, ANY);
			check_edges(&lpm, &o, &p);

			begin(&txn, &lpm, false);
			p.len = bits;
			memset(p.addr, fill, bits / 8);
			set(&txn, &p, 8);
			oracle_set(&o, &p, 8);
			p.len = 0;
			prefix_trim(&p);
			set(&txn, &p, 9);
			oracle_set(&o, &p, 9);
			commit(&txn);
			check_all(&lpm, &o, ANY);
			check_walk(&lpm, &o);
			begin(&txn, &lpm, false);
			expect(!vpc_lpm_del(&txn, &p, &old) && old == 9);
			oracle_del(&o, &p);
			commit(&txn);
			check_all(&lpm, &o, ANY);
			check_shape(&lpm, &o);
		}
	}
	end(&lpm);
}

static void test_lengths(void)
{
	lengths(32);
	lengths(128);
}

static void test_refusals(void)
{
	struct vpc_lpm_prefix p = { .addr = { 10, 1, 2, 3 }, .len = 32 };
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int bits, len;
	u32 old;

	for (bits = 32; bits <= 128; bits += 96) {
		vpc_lpm_init(&lpm, bits, &lock);
		begin(&txn, &lpm, false);
		p.len = 32;
		expect(vpc_lpm_set(&txn, &p, VPC_LPM_NONE, &old) == -EINVAL);
		expect(!vpc_lpm_set(&txn, &p, 5, &old));
		p.len = bits + 1;
		expect(vpc_lpm_set(&txn, &p, 1, &old) == -EINVAL);
		expect(vpc_lpm_del(&txn, &p, &old) == -EINVAL);
		expect(vpc_lpm_txn_get(&txn, &p) == VPC_LPM_NONE);
		p.len = 255;
		expect(vpc_lpm_set(&txn, &p, 1, &old) == -EINVAL);
		for (len = 0; len < bits; len++) {
			struct vpc_lpm_prefix host = { .len = len };

			/* The last bit, and then the first one behind the prefix. */
			addr_set_bit(host.addr, bits - 1, true);
			expect(vpc_lpm_set(&txn, &host, 1, &old) == -EINVAL, "/%d", len);
			expect(vpc_lpm_del(&txn, &host, &old) == -EINVAL);
			addr_set_bit(host.addr, bits - 1, false);
			addr_set_bit(host.addr, len, true);
			expect(vpc_lpm_set(&txn, &host, 1, &old) == -EINVAL, "/%d", len);
			expect(vpc_lpm_txn_get(&txn, &host) == VPC_LPM_NONE);
		}
		p.len = 32;
		expect(vpc_lpm_txn_get(&txn, &p) == 5 && txn.count == 1);
		commit(&txn);
		end(&lpm);
	}
}

/* A dump deletes what it has seen, and somebody else deletes around it. */
static void test_resume(void)
{
	static struct oracle o;
	struct vpc_lpm_prefix p, q;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int bits, i, at, want;
	u32 old, value;

	for (bits = 32; bits <= 128; bits += 96) {
		o.n = 0;
		vpc_lpm_init(&lpm, bits, &lock);
		begin(&txn, &lpm, false);
		for (i = 0; i < 400; i++) {
			random_prefix(&p, bits, MIXED);
			set(&txn, &p, i + 1);
			oracle_set(&o, &p, i + 1);
		}
		commit(&txn);
		for (i = 0; o.n; i = 1) {
			want = oracle_next(&o, i ? &p : NULL);
			rcu_read_lock();
			value = vpc_lpm_next(&lpm, &p, !i);
			rcu_read_unlock();
			expect(value == (want < 0 ? VPC_LPM_NONE : o.value[want]));
			if (want < 0)
				break;
			expect(!prefix_cmp(&p, &o.prefix[want]));
			begin(&txn, &lpm, false);
			q = p;
			expect(!vpc_lpm_del(&txn, &q, &old) && old == value);
			oracle_del(&o, &q);
			at = o.n ? (int)below(o.n) : -1;
			if (at >= 0) {
				q = o.prefix[at];
				expect(!vpc_lpm_del(&txn, &q, &old) && old == o.value[at]);
				oracle_del(&o, &q);
			}
			commit(&txn);
		}
		expect(!lpm.count && !o.n);
		end(&lpm);
	}
}

/* Each allocation of a transaction fails once. What the failing call began must not show. */
static void no_memory(int bits, enum mix kind, bool empty)
{
	static struct oracle published, o, before;
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	long live, fail;
	u64 state;
	int i, err = -ENOMEM;
	u32 old;

	published.n = 0;
	vpc_lpm_init(&lpm, bits, &lock);
	begin(&txn, &lpm, false);
	for (i = 0; i < 60; i++)
		random_op(&txn, &published, kind, 50);
	commit(&txn);
	drain();
	live = shim_live;
	expect(live == lpm.nodes, "%ld blocks for %u nodes", live, lpm.nodes);
	state = ktap_state;
	for (fail = 1; err; fail++) {
		bool proceed = fail & 1;

		ktap_state = state;
		o = published;
		if (empty)
			o.n = 0;
		err = 0;
		shim_fail_in = fail;
		begin(&txn, &lpm, empty);
		for (i = 0; i < 40 && !err; i++) {
			before = o;
			random_prefix(&p, bits, kind);
			if (o.n && below(3))
				p = o.prefix[below(o.n)];
			if (below(2)) {
				err = vpc_lpm_set(&txn, &p, i + 1, &old);
				oracle_set(&o, &p, i + 1);
			} else if (oracle_find(&o, &p) >= 0) {
				err = vpc_lpm_del(&txn, &p, &old);
				oracle_del(&o, &p);
			}
		}
		shim_fail_in = 0;
		expect(!err || err == -ENOMEM);
		if (err)
			o = before;
		expect(txn.count == (u32)o.n);
		for (i = 0; i < o.n; i++)
			expect(vpc_lpm_txn_get(&txn, &o.prefix[i]) == o.value[i]);
		if (err && proceed) {
			/* The version is whole without the call that failed. */
			vpc_lpm_commit(&txn);
			mutex_unlock(&lock);
			check_all(&lpm, &o, kind);
			check_walk(&lpm, &o);
			check_shape(&lpm, &o);
			begin(&txn, &lpm, true);
			for (i = 0; i < published.n; i++)
				set(&txn, &published.prefix[i], published.value[i]);
			commit(&txn);
		} else {
			vpc_lpm_abort(&txn);
			mutex_unlock(&lock);
		}
		drain();
		expect(shim_live == live, "%ld blocks, not %ld", shim_live, live);
		check_all(&lpm, &published, kind);
		check_shape(&lpm, &published);
		drain();
	}
	expect(fail > 10, "failed %ld times only", fail);
	end(&lpm);
}

static void test_no_memory(void)
{
	int i;

	for (i = 0; i < KINDS; i++) {
		no_memory(32, i, false);
		no_memory(128, i, false);
		no_memory(128, i, true);
	}
}

/* Abort and commit in turn on shared nodes: an abort must not leave marks on what it gives back. */
static void test_abort(void)
{
	static struct oracle o;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	int i, j;

	o.n = 0;
	vpc_lpm_init(&lpm, 32, &lock);
	begin(&txn, &lpm, false);
	for (i = 0; i < 300; i++)
		random_op(&txn, &o, DENSE, 200);
	commit(&txn);
	drain();
	for (i = 0; i < 100; i++) {
		static struct oracle copy;
		long live = shim_live;

		copy = o;
		begin(&txn, &lpm, i % 10 == 0);
		if (i % 10 == 0)
			copy.n = 0;
		for (j = 0; j < 50; j++)
			random_op(&txn, &copy, DENSE, 200);
		vpc_lpm_abort(&txn);
		mutex_unlock(&lock);
		expect(!shim_rcu_run());
		expect(shim_live == live);
		check_all(&lpm, &o, DENSE);
		begin(&txn, &lpm, false);
		random_op(&txn, &o, DENSE, 200);
		commit(&txn);
		check_shape(&lpm, &o);
		drain();
	}
	end(&lpm);
}

/* Blocks of an old version stay until its readers are through, and then they go. */
static void test_grace_period(void)
{
	struct vpc_lpm_prefix p = { .addr = { 10 }, .len = 8 };
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	long live;
	u32 i;

	vpc_lpm_init(&lpm, 32, &lock);
	begin(&txn, &lpm, false);
	set(&txn, &p, 1);
	commit(&txn);
	live = shim_live;
	for (i = 2; i < 10; i++) {
		begin(&txn, &lpm, i & 1);
		set(&txn, &p, i);
		commit(&txn);
		expect(shim_live == live + 1, "%ld", shim_live);
		expect(shim_rcu_run());
		/* One more round for what was gathered while the batch was under way; none here. */
		expect(!shim_rcu_run());
		expect(shim_live == live);
	}
	for (i = 0; i < 5; i++) {
		begin(&txn, &lpm, false);
		set(&txn, &p, 100 + i);
		commit(&txn);
	}
	expect(shim_live == live + 5);
	expect(shim_rcu_run() && shim_live == live + 4);
	expect(shim_rcu_run() && shim_live == live);
	expect(!shim_rcu_run());
	end(&lpm);

	/* The exit of the module waits for both rounds. */
	vpc_lpm_init(&lpm, 32, &lock);
	for (i = 0; i < 5; i++) {
		begin(&txn, &lpm, false);
		set(&txn, &p, 100 + i);
		commit(&txn);
	}
	mutex_lock(&lock);
	vpc_lpm_destroy(&lpm);
	mutex_unlock(&lock);
	vpc_lpm_module_exit();
	expect(!shim_live);
	expect(!vpc_lpm_module_init());
}

int main(int argc, char **argv)
{
	static char names[2 * KINDS][64];
	static struct ktap_test tests[64];
	static const struct ktap_test others[] = {
		{ "every length", test_lengths },
		{ "refusals", test_refusals },
		{ "walk and delete", test_resume },
		{ "abort", test_abort },
		{ "grace period", test_grace_period },
		{ "every allocation fails", test_no_memory },
	};
	int i, n = 0, ret;

	for (i = 0; i < 2 * KINDS; i++) {
		snprintf(names[i], sizeof(names[i]), "IPv%d against a list: %s", i & 1 ? 6 : 4,
			 kind_names[i / 2]);
		tests[n++] = (struct ktap_test){ names[i], test_kind };
	}
	for (i = 0; i < (int)ARRAY_SIZE(others); i++)
		tests[n++] = others[i];

	if (vpc_lpm_module_init())
		return 1;
	ret = ktap_main(tests, n, argc > 1 ? argv[1] : NULL);
	vpc_lpm_module_exit();
	return ret;
}
