// SPDX-License-Identifier: GPL-2.0
/* Addresses that probes speak from: the module answers for them in their VPC. */

#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "probe.h"
#include "vpc.h"

struct source_key {
	struct vpc *vpc;
	struct vpc_addr addr;
};

/* An address and how many probes speak from it; refs: vpc_net::lock. */
struct vpc_probe_source {
	struct source_key key;
	struct rhash_head node;
	u32 refs;
	struct rcu_head rcu;
};

static const struct rhashtable_params by_address = {
	.head_offset = offsetof(struct vpc_probe_source, node),
	.key_offset = offsetof(struct vpc_probe_source, key),
	.key_len = sizeof(struct source_key),
	.automatic_shrinking = true,
};

int vpc_probe_sources_init(struct vpc_net *vn)
{
	return rhashtable_init(&vn->probe_sources, &by_address);
}

void vpc_probe_sources_exit(struct vpc_net *vn)
{
	rhashtable_destroy(&vn->probe_sources);
}

static void make_key(struct source_key *key, const struct vpc *vpc, const struct vpc_addr *addr)
{
	memset(key, 0, sizeof(*key));
	key->vpc = (struct vpc *)vpc;
	vpc_addr_copy(&key->addr, addr);
}

static struct vpc_probe_source *find(const struct vpc *vpc, const struct vpc_addr *addr)
{
	struct source_key key;

	make_key(&key, vpc, addr);
	return rhashtable_lookup(&vpc->vn->probe_sources, &key, by_address);
}

/**
 * vpc_probe_is_source() - does a probe of the VPC speak from an address?
 * @vpc: the VPC
 * @addr: the address
 * Context: any; takes the RCU read lock.
 * Return: true if one does.
 */
bool vpc_probe_is_source(const struct vpc *vpc, const struct vpc_addr *addr)
{
	bool is;

	if (!vpc_probe_maybe(READ_ONCE(vpc->probe_filter), addr->bytes, addr->family))
		return false;
	rcu_read_lock();
	is = find(vpc, addr);
	rcu_read_unlock();
	return is;
}

/**
 * vpc_probe_source_check() - may an endpoint have an address?
 * @vpc: the VPC
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EEXIST.
 */
int vpc_probe_source_check(struct vpc *vpc, const struct vpc_addr *addr,
			   struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_probe *p;

	lockdep_assert_held(&vpc->vn->lock);
	if (!vpc_probe_is_source(vpc, addr))
		return 0;
	list_for_each_entry(p, &vpc->probes, node)
		if (vpc_addr_equal(&p->flow.source, addr))
			return vpc_err(extack, -EEXIST,
				       "address %s of VPC %s is the source of probe %s",
				       vpc_addr_str(addr, buf), vpc->obj.name, p->obj.name);
	return 0;
}

/* Anew, as bits are shared. */
static void set_filter(struct vpc *vpc)
{
	struct vpc_probe *p;
	u64 filter = 0;

	list_for_each_entry(p, &vpc->probes, node)
		filter |= vpc_probe_filter_bit(p->flow.source.bytes, p->flow.source.family);
	WRITE_ONCE(vpc->probe_filter, filter);
}

/**
 * vpc_probe_source_get() - a probe speaks from an address
 * @vpc: the VPC, in whose list the probe is already
 * @addr: the address
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EEXIST: an endpoint has it, or -ENOMEM.
 */
int vpc_probe_source_get(struct vpc *vpc, const struct vpc_addr *addr,
			 struct netlink_ext_ack *extack)
{
	struct vpc_probe_source *source;
	int err;

	lockdep_assert_held(&vpc->vn->lock);
	err = vpc_endpoint_check(vpc, addr, extack);
	if (err)
		return err;
	rcu_read_lock();
	source = find(vpc, addr);
	rcu_read_unlock();
	if (source) {
		source->refs++;
		return 0;
	}
	source = kzalloc(sizeof(*source), GFP_KERNEL_ACCOUNT);
	if (!source)
		return vpc_err(extack, -ENOMEM, "no memory for a probe");
	make_key(&source->key, vpc, addr);
	source->refs = 1;
	err = rhashtable_insert_fast(&vpc->vn->probe_sources, &source->node, by_address);
	if (err) {
		kfree(source);
		return vpc_err(extack, err, "no memory for a probe");
	}
	set_filter(vpc);
	return 0;
}

/**
 * vpc_probe_source_put() - a probe does not speak from an address any more
 * @vpc: the VPC, in whose list the probe is no more
 * @addr: the address
 * Context: vpc_net::lock is held.
 */
void vpc_probe_source_put(struct vpc *vpc, const struct vpc_addr *addr)
{
	struct vpc_probe_source *source;

	lockdep_assert_held(&vpc->vn->lock);
	rcu_read_lock();
	source = find(vpc, addr);
	rcu_read_unlock();
	if (WARN_ON(!source) || --source->refs)
		return;
	rhashtable_remove_fast(&vpc->vn->probe_sources, &source->node, by_address);
	set_filter(vpc);
	kfree_rcu(source, rcu);
}
