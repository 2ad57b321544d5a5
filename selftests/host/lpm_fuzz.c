// SPDX-License-Identifier: GPL-2.0
/* Bytes are operations on a table and on a list, which must agree. */
#include "lpm_oracle.h"

static DEFINE_MUTEX(lock);

struct input {
	const u8 *p;
	size_t left;
};

static u8 take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

/* Few bytes make long prefixes that share much: a repeated byte, then some of the input. */
static void take_prefix(struct input *in, struct vpc_lpm_prefix *p, int bits)
{
	u8 how = take(in), n = how & 3, at = (how >> 2) % (bits / 8), i;

	memset(p, 0, sizeof(*p));
	memset(p->addr, how & 0x80 ? 0xff : 0, bits / 8);
	for (i = 0; i < n && at + i < bits / 8; i++)
		p->addr[at + i] = take(in);
	p->len = take(in) % (bits + 1);
	prefix_trim(p);
}

static void check_lookup(const struct vpc_lpm *lpm, const struct oracle *o, const u8 *addr)
{
	u8 len = 255, want_len = 255;
	u32 want = oracle_lookup(o, addr, &want_len);

	rcu_read_lock();
	shim_assert(vpc_lpm_match(lpm, addr, &len) == want);
	shim_assert(len == want_len);
	if (lpm->bits == 32) {
		__be32 v4;

		memcpy(&v4, addr, sizeof(v4));
		shim_assert(vpc_lpm_lookup4(lpm, v4) == want);
	} else {
		struct in6_addr v6;

		memcpy(&v6, addr, sizeof(v6));
		shim_assert(vpc_lpm_lookup6(lpm, &v6) == want);
	}
	rcu_read_unlock();
}

static void check_walk(const struct vpc_lpm *lpm, const struct oracle *o)
{
	struct vpc_lpm_prefix p;
	int at = -1, n = 0;
	u32 value;

	rcu_read_lock();
	for (value = vpc_lpm_next(lpm, &p, true); value; value = vpc_lpm_next(lpm, &p, false)) {
		at = oracle_next(o, at < 0 ? NULL : &o->prefix[at]);
		shim_assert(at >= 0 && !prefix_cmp(&p, &o->prefix[at]) && value == o->value[at]);
		n++;
	}
	rcu_read_unlock();
	shim_assert(n == o->n && lpm->count == (u32)n);
}

static void check_shape(const struct vpc_lpm *lpm, const struct oracle *o)
{
	struct vpc_lpm_txn txn;
	struct vpc_lpm fresh;
	u32 old;
	int i;

	vpc_lpm_init(&fresh, lpm->bits, &lock);
	shim_assert(!vpc_lpm_begin(&txn, &fresh, true));
	for (i = 0; i < o->n; i++)
		shim_assert(!vpc_lpm_set(&txn, &o->prefix[i], o->value[i], &old));
	vpc_lpm_commit(&txn);
	shim_assert(fresh.nodes == lpm->nodes && fresh.bytes == lpm->bytes);
	vpc_lpm_destroy(&fresh);
}

/* The build gives it the name that libFuzzer calls. */
int fuzz_one(const u8 *data, size_t size);

int fuzz_one(const u8 *data, size_t size)
{
	static struct oracle published, o;
	struct input in = { data, size };
	struct vpc_lpm_prefix p;
	struct vpc_lpm_txn txn;
	struct vpc_lpm lpm;
	bool failed = false;
	u32 old, value;
	int err, at;
	u8 op;

	if (!size || size > 2048)
		return 0;
	if (vpc_lpm_module_init())
		return 0;
	published.n = 0;
	o.n = 0;
	mutex_lock(&lock);
	vpc_lpm_init(&lpm, take(&in) & 1 ? 128 : 32, &lock);
	shim_assert(!vpc_lpm_begin(&txn, &lpm, false));
	while (in.left) {
		op = take(&in);
		switch (op & 7) {
		case 0:
		case 1:
		case 2:
			take_prefix(&in, &p, lpm.bits);
			value = 1 + (op >> 3);
			if (o.n == ORACLE_MAX)
				break;
			err = vpc_lpm_set(&txn, &p, value, &old);
			shim_assert(old == oracle_get(&o, &p));
			if (!err)
				oracle_set(&o, &p, value);
			shim_assert(!err || (err == -ENOMEM && failed));
			break;
		case 3:
			take_prefix(&in, &p, lpm.bits);
			if (op & 0x80 && o.n)
				p = o.prefix[op % o.n];
			err = vpc_lpm_del(&txn, &p, &old);
			shim_assert(old == oracle_get(&o, &p));
			shim_assert((err == -ENOENT) == !old);
			if (!err)
				oracle_del(&o, &p);
			shim_assert(!err || err == -ENOENT || (err == -ENOMEM && failed));
			break;
		case 4:
			take_prefix(&in, &p, lpm.bits);
			check_lookup(&lpm, &published, p.addr);
			shim_assert(vpc_lpm_txn_get(&txn, &p) == oracle_get(&o, &p));
			at = oracle_next(&o, &p);
			value = vpc_lpm_txn_next(&txn, &p, false);
			shim_assert(value == (at < 0 ? VPC_LPM_NONE : o.value[at]));
			shim_assert(at < 0 || !prefix_cmp(&p, &o.prefix[at]));
			break;
		case 5:
			shim_fail_in = 1 + (op >> 3) % 8;
			failed = true;
			break;
		default:
			shim_fail_in = 0;
			failed = false;
			if (op & 8) {
				vpc_lpm_abort(&txn);
				o = published;
			} else {
				vpc_lpm_commit(&txn);
				published = o;
			}
			if (op & 0x40)
				check_walk(&lpm, &published);
			if (op & 0x80)
				check_shape(&lpm, &published);
			shim_assert(!vpc_lpm_begin(&txn, &lpm, op & 0x10));
			if (op & 0x10)
				o.n = 0;
			if (op & 0x20)
				shim_rcu_run();
		}
	}
	shim_fail_in = 0;
	vpc_lpm_commit(&txn);
	check_walk(&lpm, &o);
	check_shape(&lpm, &o);
	for (at = 0; at < o.n; at++)
		check_lookup(&lpm, &o, o.prefix[at].addr);
	vpc_lpm_destroy(&lpm);
	mutex_unlock(&lock);
	vpc_lpm_module_exit();
	shim_assert(!shim_live);
	return 0;
}
