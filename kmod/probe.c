// SPDX-License-Identifier: GPL-2.0
/* Probes as objects: what is allowed, and their coming and going. */

#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "netlink.h"
#include "probe.h"
#include "vpc.h"

/* Feistel rounds of number_of(). */
#define ROUNDS 4

/* Packets per second that the probes of all namespaces may send. */
static atomic_t total_rate;

static const struct vpc_probe_ops * const ops_of[VPC_PROBE_MAX + 1] = {
	[VPC_PROBE_BFD] = &vpc_probe_bfd_ops,
	[VPC_PROBE_ICMP] = &vpc_probe_icmp_ops,
};

/**
 * vpc_probe_type() - a type of probe
 * @type: enum vpc_probe_type
 * Context: any.
 * Return: its ops, or NULL.
 */
const struct vpc_probe_ops *vpc_probe_type(u8 type)
{
	return type <= VPC_PROBE_MAX ? ops_of[type] : NULL;
}

int vpc_probe_net_init(struct vpc_net *vn)
{
	int err;

	get_random_bytes(&vn->probe_key, sizeof(vn->probe_key));
	err = rhltable_init(&vn->probe_flows, &vpc_probe_by_flow);
	if (err)
		return err;
	err = vpc_probe_sources_init(vn);
	if (err)
		rhltable_destroy(&vn->probe_flows);
	return err;
}

void vpc_probe_net_exit(struct vpc_net *vn)
{
	WARN_ON(vn->probe_rate);
	rhltable_destroy(&vn->probe_flows);
	vpc_probe_sources_exit(vn);
}

/*
 * The number on the wire: unique, as RFC 5880 section 6.8.1 asks for, because ids are and
 * this is a permutation; and it tells nothing about the others, of this namespace or another.
 */
static u32 number_of(const struct vpc_net *vn, u32 id)
{
	u16 left, right;
	int round;

	do {
		left = id >> 16;
		right = id;
		for (round = 0; round < ROUNDS; round++) {
			u16 next = left ^ (u16)siphash_2u32(right, round, &vn->probe_key);

			left = right;
			right = next;
		}
		id = (u32)left << 16 | right;
	} while (!id);
	return id;
}

/**
 * vpc_probe_of() - the probe of a next hop
 * @nh: the next hop, or NULL
 * Context: vpc_net::lock is held.
 * Return: the probe or NULL.
 */
struct vpc_probe *vpc_probe_of(const struct vpc_nexthop *nh)
{
	return nh ? nh->state.probe : NULL;
}

const char *vpc_probe_name(const struct vpc_probe *p)
{
	return p->obj.name;
}

/* When the last valid packet came, ns of CLOCK_MONOTONIC; 0: never. */
u64 vpc_probe_last_good(const struct vpc_probe *p)
{
	return READ_ONCE(p->good);
}

/* Packets per second that a configuration may cause. */
static u32 rate_of(const struct vpc_probe_config *cfg)
{
	return DIV_ROUND_UP(USEC_PER_SEC, cfg->interval_us);
}

/* Takes what a configuration causes from what all namespaces may, and gives back @without. */
static int take_rate(struct vpc_net *vn, u32 without, const struct vpc_probe_config *cfg,
		     const char *name, struct netlink_ext_ack *extack)
{
	u32 rate = atomic_add_return(rate_of(cfg) - without, &total_rate);

	if (rate <= VPC_PROBE_RATE_MAX) {
		vn->probe_rate += rate_of(cfg) - without;
		return 0;
	}
	atomic_sub(rate_of(cfg) - without, &total_rate);
	return vpc_err(extack, -ENOSPC,
		       "with probe %s all probes would send %u packets/s, more than %d: take a longer interval",
		       name, rate, VPC_PROBE_RATE_MAX);
}

static void give_rate(struct vpc_net *vn, const struct vpc_probe_config *cfg)
{
	atomic_sub(rate_of(cfg), &total_rate);
	vn->probe_rate -= rate_of(cfg);
}

static int check_policy(const struct vpc_policy_config *cfg, struct netlink_ext_ack *extack)
{
	if (cfg->suppress && cfg->reuse >= cfg->suppress)
		return vpc_err(extack, -EINVAL,
			       "probe: reuse %u must be below suppress %u, or it would be held forever",
			       cfg->reuse, cfg->suppress);
	if (cfg->suppress && !cfg->reuse)
		return vpc_err(extack, -EINVAL, "probe: reuse 0 is never reached");
	return 0;
}

static void make_flow(struct vpc_probe_flow *flow, const struct vpc_probe_new *new)
{
	memset(flow, 0, sizeof(*flow));
	flow->vpc = new->nh->key.vpc;
	vpc_addr_copy(&flow->source, &new->source);
	vpc_addr_copy(&flow->destination, &new->destination);
}

/* The BFD probe with these addresses, or NULL. Probes come and go under vpc_net::lock. */
static const struct vpc_probe *bfd_between(const struct vpc_probe_new *new)
{
	const struct vpc_probe *found = NULL;
	struct rhlist_head *list, *at;
	struct vpc_probe_flow flow;
	struct vpc_probe *p;

	make_flow(&flow, new);
	rcu_read_lock();
	list = rhltable_lookup(&flow.vpc->vn->probe_flows, &flow, vpc_probe_by_flow);
	rhl_for_each_entry_rcu(p, at, list, by_flow)
		if (p->ops->type == VPC_PROBE_BFD)
			found = p;
	rcu_read_unlock();
	return found;
}

static int check(const struct vpc_probe_new *new, const struct vpc_probe_ops *ops,
		 struct netlink_ext_ack *extack)
{
	const struct vpc_nexthop *nh = new->nh;
	struct vpc *vpc = nh->key.vpc;
	char name[VPC_NEXTHOP_STRLEN], buf[VPC_PREFIX_STRLEN];
	const struct vpc_probe *other;

	if (!nh->ops->emit)
		return vpc_err(extack, -EINVAL, "a next hop of type %s cannot be probed",
			       nh->ops->name);
	if (nh->state.probe)
		return vpc_err(extack, -EEXIST, "%s of VPC %s has probe %s already",
			       vpc_nexthop_str(nh, name, sizeof(name)), vpc->obj.name,
			       nh->state.probe->obj.name);
	if (new->source.family != new->destination.family)
		return vpc_err(extack, -EINVAL,
			       "probe %s: source and destination are of different families",
			       new->name);
	if (vpc_addr_equal(&new->source, &new->destination))
		return vpc_err(extack, -EINVAL, "probe %s: source and destination are both %s",
			       new->name, vpc_addr_str(&new->source, buf));
	if (nh->ops->family && nh->ops->family(nh) != new->destination.family)
		return vpc_err(extack, -EINVAL, "%s and %s are of different families",
			       vpc_nexthop_str(nh, name, sizeof(name)),
			       vpc_addr_str(&new->destination, buf));
	/* A BFD peer that has forgotten our number is known by its address alone. */
	other = new->type == VPC_PROBE_BFD ? bfd_between(new) : NULL;
	if (other)
		return vpc_err(extack, -EEXIST,
			       "probe %s has BFD between these two addresses already: give another source",
			       other->obj.name);
	return check_policy(&new->cfg.policy, extack);
}

/*
 * RFC 5881 is for neighbours; who is behind a router, or in another VPC, is none. A tunnel is
 * one hop: ESP leaves the TTL inside as it is.
 */
static bool needs_multihop(const struct vpc_probe_new *new)
{
	const struct vpc_nh_key *key = &new->nh->key;

	if (key->type == VPC_NH_IPSEC)
		return new->multihop;
	return new->multihop || key->type != VPC_NH_ROUTER ||
	       !vpc_addr_equal(&key->addr, &new->destination);
}

/**
 * vpc_probe_new() - check a next hop from now on
 * @new: what is asked for
 * @extack: gets the sentence of a refusal
 *
 * The next hop is down until the probe is up.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the probe or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_probe *vpc_probe_new(const struct vpc_probe_new *new, struct netlink_ext_ack *extack)
{
	const struct vpc_probe_ops *ops = vpc_probe_type(new->type);
	struct vpc *vpc = new->nh->key.vpc;
	struct vpc_net *vn = vpc->vn;
	struct vpc_probe *p;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check(new, ops, extack);
	if (err)
		return ERR_PTR(err);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a probe"));
	p->tally = alloc_percpu_gfp(struct vpc_tally, GFP_KERNEL_ACCOUNT);
	if (!p->tally) {
		err = vpc_err(extack, -ENOMEM, "no memory for a probe");
		goto err_free;
	}
	p->ops = ops;
	p->nh = new->nh;
	make_flow(&p->flow, new);
	p->multihop = needs_multihop(new);
	p->cfg = new->cfg;
	err = vpc_object_add(&vn->registry[VPC_KIND_PROBE], &p->obj, new->name, extack);
	if (err)
		goto err_free;
	p->discr = number_of(vn, p->obj.id);
	p->port = htons(vpc_bfd_source_port(p->discr));
	err = vpc_probe_prepare(p, extack);
	if (err)
		goto err_object;
	list_add_tail(&p->node, &vpc->probes);
	err = vpc_probe_source_get(vpc, &p->flow.source, extack);
	if (err)
		goto err_list;
	err = take_rate(vn, 0, &p->cfg, p->obj.name, extack);
	if (err)
		goto err_source;
	/* Its first packet must not find it before its next hop knows it. */
	spin_lock_bh(&p->lock);
	err = rhltable_insert(&vn->probe_flows, &p->by_flow, vpc_probe_by_flow);
	if (!err)
		vpc_health_attach(p->nh, p, p->tally);
	spin_unlock_bh(&p->lock);
	if (err) {
		vpc_err(extack, err, "no memory for a probe");
		goto err_rate;
	}
	p->nh->refs++;
	vpc_probe_run(p);
	return p;

err_rate:
	give_rate(vn, &p->cfg);
err_source:
	list_del_init(&p->node);
	vpc_probe_source_put(vpc, &p->flow.source);
err_list:
	list_del(&p->node);
	vpc_probe_unprepare(p);
err_object:
	vpc_object_del(&vn->registry[VPC_KIND_PROBE], &p->obj);
err_free:
	free_percpu(p->tally);
	kfree(p);
	return ERR_PTR(err);
}

/**
 * vpc_probe_set() - change a probe
 * @p: the probe
 * @cfg: all of its configuration
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_probe_set(struct vpc_probe *p, const struct vpc_probe_config *cfg,
		  struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = p->flow.vpc->vn;
	int err;

	lockdep_assert_held(&vn->lock);
	err = check_policy(&cfg->policy, extack);
	if (!err)
		err = take_rate(vn, rate_of(&p->cfg), cfg, p->obj.name, extack);
	if (err)
		return err;
	vpc_probe_reconfigure(p, cfg);
	return 0;
}

static void probe_free(struct rcu_head *rcu)
{
	struct vpc_probe *p = container_of(rcu, struct vpc_probe, rcu);

	free_percpu(p->tally);
	kfree(p);
}

/**
 * vpc_probe_del() - do not check any more
 * @p: the probe
 *
 * The other end is told that this is by intent. Its next hop follows device and neighbour
 * from now on.
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_probe_del(struct vpc_probe *p)
{
	struct vpc *vpc = p->flow.vpc;
	struct vpc_net *vn = vpc->vn;

	lockdep_assert_held(&vn->lock);
	list_del(&p->node);
	rhltable_remove(&vn->probe_flows, &p->by_flow, vpc_probe_by_flow);
	vpc_probe_source_put(vpc, &p->flow.source);
	give_rate(vn, &p->cfg);
	vpc_probe_stop(p);
	vpc_health_detach(p->nh);
	vpc_object_del(&vn->registry[VPC_KIND_PROBE], &p->obj);
	vpc_nexthop_put(p->nh);
	call_rcu(&p->rcu, probe_free);
}

/**
 * vpc_probe_drop() - what a probe checks goes away, and the probe with it
 * @p: the probe
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_probe_drop(struct vpc_probe *p)
{
	vpc_nl_event(p->flow.vpc->vn, VPC_EVENT_REMOVED, &p->obj, NULL);
	vpc_probe_del(p);
}
