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

#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_nat.h>

#include "nat.h"
#include "natgw.h"

/* Ports that are tried; after so many unused ones, those in use towards other destinations. */
#define VPC_NAT_TRIES 64
#define VPC_NAT_TRIES_UNUSED 8

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
	for (i = 0; i < VPC_NAT_CLASSES; i++) {
		INIT_LIST_HEAD(&source->blocks[i]);
		INIT_LIST_HEAD(&source->full[i]);
	}
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

/*
 * Has nobody the reply tuple that a connection would have? The lookup is one of our own:
 * nf_conntrack_tuple_taken() does not see connections from outside. It ends what it finds to have
 * expired, which gives back ports: never under a lock of ours.
 */
static bool port_free(struct vpc_net *vn, const struct vpc_nat_flow *flow,
		      const struct nf_conntrack_tuple *orig)
{
	struct nf_conntrack_tuple translated = *orig, reply;
	struct nf_conntrack_tuple_hash *h;

	translated.src.u3.ip = flow->share->public->addr.v4;
	translated.src.u.all = htons(flow->port);
	if (!nf_ct_invert_tuple(&reply, &translated))
		return false;
	h = nf_conntrack_find_get(vn->net, &nf_ct_zone_dflt, &reply);
	if (h)
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
	return !h;
}

static u16 port_of(const struct vpc_nat_block *block, unsigned int i)
{
	return block->index * VPC_NAT_BLOCK_PORTS + i;
}

/* A port that a rule leads in belongs to whoever has the rule. */
static bool may_use(const struct vpc_nat_block *block, unsigned int i)
{
	static const u8 proto[VPC_NAT_CLASSES] = {
		[VPC_NAT_TCP] = IPPROTO_TCP,
		[VPC_NAT_UDP] = IPPROTO_UDP,
		[VPC_NAT_ICMP] = IPPROTO_ICMP,
	};

	return !vpc_public_dnat(block->share->public, proto[block->class], port_of(block, i));
}

static void choose(struct vpc_nat_flow *flow, struct vpc_nat_block *block, unsigned int i)
{
	struct vpc_nat_source *source = block->source;

	lockdep_assert_held(&source->lock);
	block->used[i]++;
	block->connections++;
	if (block->unused & BIT(i)) {
		block->unused &= ~BIT(i);
		if (!block->unused)
			list_move(&block->node, &source->full[block->class]);
	}
	flow->share = block->share;
	flow->block = block;
	flow->port = port_of(block, i);
}

static bool take_unused(struct vpc_nat_block *block, struct vpc_nat_flow *flow)
{
	unsigned int i, n, start = get_random_u8();

	for (n = 0; n < VPC_NAT_BLOCK_PORTS; n++) {
		i = (start + n) % VPC_NAT_BLOCK_PORTS;
		if (!(block->unused & BIT(i)) || !may_use(block, i))
			continue;
		choose(flow, block, i);
		return true;
	}
	return false;
}

/* Blocks in turn, and of each the port that was not tried for longest. */
static bool take_next(struct list_head *blocks, u32 count, struct vpc_nat_flow *flow)
{
	struct vpc_nat_block *block;
	unsigned int i;

	while (count-- && !list_empty(blocks)) {
		block = list_first_entry(blocks, struct vpc_nat_block, node);
		list_move_tail(&block->node, blocks);
		i = block->next++ % VPC_NAT_BLOCK_PORTS;
		if (block->share->draining || !may_use(block, i))
			continue;
		choose(flow, block, i);
		return true;
	}
	return false;
}

static bool take_shared(struct vpc_nat_source *source, enum vpc_nat_class class,
			struct vpc_nat_flow *flow)
{
	return take_next(&source->full[class], source->count[class], flow) ||
	       take_next(&source->blocks[class], source->count[class], flow);
}

static void block_release(struct vpc_nat_block *block)
{
	vpc_nat_block_unclaim(block->share, block->class, block->index);
	list_del(&block->node);
	block->source->count[block->class]--;
	kfree_rcu(block, rcu);
}

/* The address that an endpoint has ports of already, if new connections may have it. */
static struct vpc_nat_share *paired_with(const struct vpc_nat_source *source)
{
	const struct vpc_nat_block *block;
	int i;

	for (i = 0; i < VPC_NAT_CLASSES; i++) {
		list_for_each_entry(block, &source->blocks[i], node)
			if (!block->share->draining)
				return block->share;
		list_for_each_entry(block, &source->full[i], node)
			if (!block->share->draining)
				return block->share;
	}
	return NULL;
}

/* That one; failing that, beginning with one that is always the same. */
static struct vpc_nat_share *claim(const struct vpc_nat_source *source, enum vpc_nat_class class,
				   const struct vpc_nat_config *config, u16 *index)
{
	struct vpc_nat_share *share = paired_with(source);
	u32 i;

	if (share && vpc_nat_block_claim(share, class, index))
		return share;
	for (i = 0; i < config->shares; i++) {
		u32 at = jhash_1word((__force u32)source->addr.v4, 0) + i;

		share = config->share[at % config->shares];
		if (vpc_nat_block_claim(share, class, index))
			return share;
	}
	return NULL;
}

static struct vpc_nat_block *block_new(struct vpc_nat_source *source, enum vpc_nat_class class,
				       const struct vpc_nat_config *config,
				       enum vpc_drop_reason *reason)
{
	struct vpc_nat_block *block;
	struct vpc_nat_share *share;
	u16 index;

	*reason = VPC_DROP_NAT_PORTS;
	share = claim(source, class, config, &index);
	if (!share)
		return NULL;
	block = kzalloc(sizeof(*block), GFP_ATOMIC | __GFP_NOWARN);
	if (!block) {
		vpc_nat_block_unclaim(share, class, index);
		*reason = VPC_DROP_NO_MEMORY;
		return NULL;
	}
	block->source = source;
	block->share = share;
	block->index = index;
	block->class = class;
	block->unused = U16_MAX;
	/* The newest first: it has most that is free. */
	list_add(&block->node, &source->blocks[class]);
	source->count[class]++;
	return block;
}

/*
 * Marks a port as used, and so keeps others from it; whether it can be used is seen later.
 * @shared: only one that is used, for another destination; gets whether it is one
 * @why: gets why there is no unused one
 */
static enum vpc_drop_reason reserve(struct vpc_nat_source *source,
				    const struct vpc_nat_config *config,
				    struct vpc_nat_flow *flow, bool *shared,
				    enum vpc_drop_reason *why)
{
	enum vpc_nat_class class = flow->class;
	struct vpc_nat_block *block;

	lockdep_assert_held(&source->lock);
	if (!*shared) {
		list_for_each_entry(block, &source->blocks[class], node)
			if (!block->share->draining && take_unused(block, flow))
				return VPC_DROP_MAX;
	}
	if (!*shared && source->count[class] < config->block_limit) {
		block = block_new(source, class, config, why);
		if (block && take_unused(block, flow))
			return VPC_DROP_MAX;
		if (block)
			block_release(block);
	}
	*shared = true;
	return take_shared(source, class, flow) ? VPC_DROP_MAX : *why;
}

static enum vpc_drop_reason take(struct vpc_nat_gateway *gw, const struct vpc_nat_config *config,
				 const struct nf_conntrack_tuple *orig, struct vpc_nat_flow *flow)
{
	enum vpc_drop_reason reason, why = VPC_DROP_NAT_PORT_LIMIT;
	struct vpc_nat_source *source;
	bool shared, counted = false;
	unsigned int tries;

	for (tries = 0; tries < VPC_NAT_TRIES; tries++) {
		source = source_get(gw, orig->src.u3.ip);
		if (!source)
			return VPC_DROP_NO_MEMORY;
		spin_lock(&source->lock);
		if (unlikely(source->dead)) {
			/* It went in this moment; the hash has it no more. */
			spin_unlock(&source->lock);
			continue;
		}
		shared = tries >= VPC_NAT_TRIES_UNUSED;
		reason = !counted && !rate_ok(source, config->rate) ? VPC_DROP_NAT_RATE :
			 reserve(source, config, flow, &shared, &why);
		counted = true;
		/* One that has nothing stays only for its rate, which a new one has in full. */
		if (reason != VPC_DROP_MAX && reason != VPC_DROP_NAT_RATE)
			source_check(source);
		spin_unlock(&source->lock);
		if (reason != VPC_DROP_MAX)
			return reason;
		/* One that was unused is free, unless connections from outside may have it. */
		if (likely(!shared && !READ_ONCE(flow->share->public->forwarded)) ||
		    port_free(gw->vpc->vn, flow, orig))
			return VPC_DROP_MAX;
		vpc_nat_ports_give(flow);
	}
	return why;
}

/**
 * vpc_nat_ports_take() - a port for a new connection
 * @gw: the gateway
 * @config: of the gateway
 * @orig: original tuple
 * @flow: its class is set; gets address and port
 * Context: softirq, RCU read side.
 * Return: VPC_DROP_MAX, or why there is none.
 */
enum vpc_drop_reason vpc_nat_ports_take(struct vpc_nat_gateway *gw,
					const struct vpc_nat_config *config,
					const struct nf_conntrack_tuple *orig,
					struct vpc_nat_flow *flow)
{
	enum vpc_drop_reason reason = config->shares ? take(gw, config, orig, flow) :
						       VPC_DROP_NAT_PORTS;

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
	unsigned int i = flow->port % VPC_NAT_BLOCK_PORTS;
	struct vpc_nat_source *source = block->source;

	spin_lock(&source->lock);
	if (!--block->used[i]) {
		if (!block->unused)
			list_move(&block->node, &source->blocks[block->class]);
		block->unused |= BIT(i);
	}
	if (!--block->connections) {
		block_release(block);
		source_check(source);
	}
	spin_unlock(&source->lock);
}
