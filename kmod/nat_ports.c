// SPDX-License-Identifier: GPL-2.0
/*
 * Which port of which public address a new connection gets.
 *
 * An endpoint gets ports in blocks, of one address as long as there are any (paired pooling,
 * RFC 4787 REQ-2), and keeps a block while a connection uses it. A connection gets a port that
 * nobody uses; when the endpoint may have no more blocks, one that is used towards another
 * destination. So what one endpoint takes is bounded, a search is short, and nobody but the
 * owner of a block is ever in the way.
 */

#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/jhash.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_nat.h>

#include "nat.h"
#include "natgw.h"

/* Ports in use that are tried for another destination. */
#define VPC_NAT_TRIES 64

static const struct rhashtable_params by_addr = {
	.head_offset = offsetof(struct vpc_nat_source, node),
	.key_offset = offsetof(struct vpc_nat_source, addr),
	.key_len = sizeof(struct vpc_addr),
	.automatic_shrinking = true,
};

int vpc_nat_ports_init(struct vpc_nat_gateway *gw)
{
	return rhashtable_init(&gw->source_hash, &by_addr);
}

/* Without connections there are no sources. */
void vpc_nat_ports_exit(struct vpc_nat_gateway *gw)
{
	WARN_ON(atomic_read(&gw->sources));
	rhashtable_destroy(&gw->source_hash);
}

static struct vpc_nat_source *source_get(struct vpc_nat_gateway *gw, __be32 addr)
{
	struct vpc_nat_source *source, *old;
	struct vpc_addr key;
	int i;

	memset(&key, 0, sizeof(key));
	key.family = AF_INET;
	key.v4 = addr;
	source = rhashtable_lookup(&gw->source_hash, &key, by_addr);
	if (likely(source))
		return source;
	source = kzalloc(sizeof(*source), GFP_ATOMIC | __GFP_NOWARN);
	if (!source)
		return NULL;
	source->addr = key;
	source->gateway = gw;
	spin_lock_init(&source->lock);
	for (i = 0; i < VPC_NAT_CLASSES; i++)
		INIT_LIST_HEAD(&source->blocks[i]);
	source->stamp = jiffies;
	source->tokens = U32_MAX;
	old = rhashtable_lookup_get_insert_fast(&gw->source_hash, &source->node, by_addr);
	if (likely(!old)) {
		atomic_inc(&gw->sources);
		return source;
	}
	kfree(source);
	return IS_ERR(old) ? NULL : old;
}

/* Nothing is left of it. */
static void source_check(struct vpc_nat_source *source)
{
	struct vpc_nat_gateway *gw = source->gateway;
	int i;

	lockdep_assert_held(&source->lock);
	for (i = 0; i < VPC_NAT_CLASSES; i++)
		if (source->count[i])
			return;
	if (source->dead)
		return;
	source->dead = true;
	rhashtable_remove_fast(&gw->source_hash, &source->node, by_addr);
	atomic_dec(&gw->sources);
	kfree_rcu(source, rcu);
}

/* A bucket of one second's worth of new connections. */
static bool rate_ok(struct vpc_nat_source *source, u32 rate)
{
	unsigned long now = jiffies;
	u64 full = (u64)rate * 1000;

	if (!rate)
		return true;
	source->tokens += div_u64((u64)(now - source->stamp) * full, HZ);
	source->tokens = min(source->tokens, full);
	source->stamp = now;
	if (source->tokens < 1000)
		return false;
	source->tokens -= 1000;
	return true;
}

/* Would a connection with this port have a reply tuple of its own? */
static bool port_free(const struct vpc_public *public, u16 port,
		      const struct nf_conntrack_tuple *orig, struct nf_conn *ct)
{
	struct nf_conntrack_tuple translated = *orig, reply;

	translated.src.u3.ip = public->addr.v4;
	translated.src.u.all = htons(port);
	return nf_ct_invert_tuple(&reply, &translated) && !nf_conntrack_tuple_taken(&reply, ct);
}

static u16 port_of(const struct vpc_nat_block *block, unsigned int i)
{
	return block->index * VPC_NAT_BLOCK_PORTS + i % VPC_NAT_BLOCK_PORTS;
}

static void choose(struct vpc_nat_flow *flow, struct vpc_nat_block *block, unsigned int i)
{
	i %= VPC_NAT_BLOCK_PORTS;
	block->used[i]++;
	block->connections++;
	flow->share = block->share;
	flow->block = block;
	flow->port = port_of(block, i);
}

static bool take_unused(struct vpc_nat_block *block, const struct nf_conntrack_tuple *orig,
			struct nf_conn *ct, struct vpc_nat_flow *flow)
{
	unsigned int i, start = get_random_u16();

	for (i = start; i < start + VPC_NAT_BLOCK_PORTS; i++) {
		if (block->used[i % VPC_NAT_BLOCK_PORTS] ||
		    !port_free(block->share->public, port_of(block, i), orig, ct))
			continue;
		choose(flow, block, i);
		return true;
	}
	return false;
}

static bool take_shared(struct vpc_nat_source *source, enum vpc_nat_class class,
			const struct nf_conntrack_tuple *orig, struct nf_conn *ct,
			struct vpc_nat_flow *flow)
{
	unsigned int i, tries = VPC_NAT_TRIES, start = get_random_u16();
	struct vpc_nat_block *block;

	list_for_each_entry(block, &source->blocks[class], node) {
		if (block->share->draining)
			continue;
		for (i = start; i < start + VPC_NAT_BLOCK_PORTS; i++) {
			if (!tries--)
				return false;
			if (!port_free(block->share->public, port_of(block, i), orig, ct))
				continue;
			choose(flow, block, i);
			return true;
		}
	}
	return false;
}

/* Somebody wants to know when ports are nearly gone, and once when they are there again. */
static void note_level(struct vpc_nat_share *share, enum vpc_nat_class class)
{
	const struct vpc_public *public = share->public;
	const struct vpc_nat_share *other;
	u8 level = share->level[class];
	u32 percent, used = 0;

	lockdep_assert_held(&public->lock);
	list_for_each_entry(other, &public->shares, peer)
		used += other->blocks[class];
	percent = share->total ? used * 100 / share->total : 0;
	if (percent >= 95)
		level = 95;
	else if (percent >= 80)
		level = max_t(u8, level, 80);
	else if (percent < 70)
		level = 0;
	if (level == share->level[class])
		return;
	WRITE_ONCE(share->level[class], level);
	vpc_natgw_wake(share->gateway->vpc->vn);
}

/*
 * Gateways that share an address are each sure of half of an equal share of its ports: one that
 * has more takes no block that another one may still claim.
 */
static bool may_take(const struct vpc_nat_share *share, enum vpc_nat_class class, u32 total)
{
	const struct vpc_public *public = share->public;
	u32 users = 0, used = 0, claims = 0, sure;
	const struct vpc_nat_share *other;

	lockdep_assert_held(&public->lock);
	list_for_each_entry(other, &public->shares, peer) {
		users++;
		used += other->blocks[class];
	}
	sure = total / users / 2;
	if (share->blocks[class] < sure)
		return true;
	list_for_each_entry(other, &public->shares, peer)
		if (other != share && other->blocks[class] < sure)
			claims += sure - other->blocks[class];
	return used + claims < total;
}

static bool block_claim(struct vpc_nat_share *share, enum vpc_nat_class class,
			const struct vpc_nat_config *config, u16 *index)
{
	u32 total = config->last_block - config->first_block + 1;
	struct vpc_public *public = share->public;
	unsigned long start, found;
	bool ok = false;

	start = config->first_block + get_random_u16() % total;
	spin_lock(&public->lock);
	share->total = total;
	if (may_take(share, class, total)) {
		found = find_next_zero_bit(public->taken[class], config->last_block + 1, start);
		if (found > config->last_block)
			found = find_next_zero_bit(public->taken[class], start,
						   config->first_block);
		ok = found <= config->last_block && !test_bit(found, public->taken[class]);
		if (ok) {
			__set_bit(found, public->taken[class]);
			share->blocks[class]++;
			note_level(share, class);
			*index = found;
		}
	}
	spin_unlock(&public->lock);
	return ok;
}

static void block_release(struct vpc_nat_block *block)
{
	struct vpc_public *public = block->share->public;

	spin_lock(&public->lock);
	__clear_bit(block->index, public->taken[block->class]);
	block->share->blocks[block->class]--;
	note_level(block->share, block->class);
	spin_unlock(&public->lock);
	list_del(&block->node);
	block->source->count[block->class]--;
	kfree_rcu(block, rcu);
}

/* The first address that an endpoint is given is always the same one. */
static struct vpc_nat_share *share_at(const struct vpc_nat_config *config, __be32 addr, u32 i)
{
	return config->share[(jhash_1word((__force u32)addr, 0) + i) % config->shares];
}

static struct vpc_nat_block *block_new(struct vpc_nat_source *source, enum vpc_nat_class class,
				       const struct vpc_nat_config *config,
				       enum vpc_drop_reason *reason)
{
	struct vpc_nat_block *block;
	struct vpc_nat_share *share;
	u16 index;
	u32 i;

	*reason = VPC_DROP_NAT_PORTS;
	for (i = 0; i < config->shares; i++) {
		share = share_at(config, source->addr.v4, i);
		if (block_claim(share, class, config, &index))
			break;
	}
	if (i == config->shares)
		return NULL;
	block = kzalloc(sizeof(*block), GFP_ATOMIC | __GFP_NOWARN);
	if (!block) {
		spin_lock(&share->public->lock);
		__clear_bit(index, share->public->taken[class]);
		share->blocks[class]--;
		spin_unlock(&share->public->lock);
		*reason = VPC_DROP_NO_MEMORY;
		return NULL;
	}
	block->source = source;
	block->share = share;
	block->index = index;
	block->class = class;
	/* The newest first: it has most that is free. */
	list_add(&block->node, &source->blocks[class]);
	source->count[class]++;
	return block;
}

static enum vpc_drop_reason take(struct vpc_nat_source *source,
				 const struct vpc_nat_config *config,
				 const struct nf_conntrack_tuple *orig, struct nf_conn *ct,
				 struct vpc_nat_flow *flow)
{
	enum vpc_drop_reason reason = VPC_DROP_NAT_PORT_LIMIT;
	enum vpc_nat_class class = flow->class;
	struct vpc_nat_block *block;

	lockdep_assert_held(&source->lock);
	if (!rate_ok(source, config->rate))
		return VPC_DROP_NAT_RATE;
	list_for_each_entry(block, &source->blocks[class], node)
		if (!block->share->draining && take_unused(block, orig, ct, flow))
			return VPC_DROP_MAX;
	if (source->count[class] < config->block_limit) {
		block = block_new(source, class, config, &reason);
		if (block && take_unused(block, orig, ct, flow))
			return VPC_DROP_MAX;
		if (block)
			block_release(block);
	}
	if (take_shared(source, class, orig, ct, flow))
		return VPC_DROP_MAX;
	return reason;
}

/**
 * vpc_nat_ports_take() - a port for a new connection
 * @gw: the gateway
 * @config: of the gateway
 * @orig: original tuple
 * @ct: the connection, not confirmed
 * @flow: its class is set; gets address and port
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX, or why there is none.
 */
enum vpc_drop_reason vpc_nat_ports_take(struct vpc_nat_gateway *gw,
					const struct vpc_nat_config *config,
					const struct nf_conntrack_tuple *orig,
					struct nf_conn *ct, struct vpc_nat_flow *flow)
{
	enum vpc_drop_reason reason;
	struct vpc_nat_source *source;

	if (!config->shares)
		return VPC_DROP_NAT_PORTS;
	for (;;) {
		source = source_get(gw, orig->src.u3.ip);
		if (!source)
			return VPC_DROP_NO_MEMORY;
		spin_lock(&source->lock);
		if (likely(!source->dead))
			break;
		/* It went in this moment; the hash has it no more. */
		spin_unlock(&source->lock);
	}
	reason = take(source, config, orig, ct, flow);
	/* One that has nothing stays only for its rate, which a new one has in full. */
	if (reason != VPC_DROP_MAX && reason != VPC_DROP_NAT_RATE)
		source_check(source);
	spin_unlock(&source->lock);
	if (reason == VPC_DROP_NAT_PORTS)
		atomic64_inc(&gw->failed);
	else if (reason == VPC_DROP_NAT_PORT_LIMIT)
		atomic64_inc(&gw->limited);
	return reason;
}

/**
 * vpc_nat_ports_give() - a connection has ended
 * @flow: of the connection, with a block
 * Context: bottom halves off.
 */
void vpc_nat_ports_give(const struct vpc_nat_flow *flow)
{
	struct vpc_nat_block *block = flow->block;
	struct vpc_nat_source *source = block->source;

	spin_lock(&source->lock);
	block->used[flow->port % VPC_NAT_BLOCK_PORTS]--;
	if (!--block->connections) {
		block_release(block);
		source_check(source);
	}
	spin_unlock(&source->lock);
}
