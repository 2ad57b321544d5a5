// SPDX-License-Identifier: GPL-2.0
/* Peerings: their life. What a packet does at one is in nh_peering.c. */

#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "adj.h"
#include "alarm.h"
#include "health.h"
#include "limit.h"
#include "netlink.h"
#include "nexthop.h"
#include "overlay.h"
#include "peering.h"
#include "probe.h"
#include "publish.h"
#include "table.h"

static struct workqueue_struct *expiry_wq;

/**
 * vpc_peering_find() - peering of a name
 * @vn: the namespace
 * @name: the name
 * Context: vpc_net::lock is held.
 * Return: the peering or NULL.
 */
struct vpc_peering *vpc_peering_find(struct vpc_net *vn, const char *name)
{
	struct vpc_object *obj = vpc_object_find(&vn->registry[VPC_KIND_PEERING], name);

	return obj ? container_of(obj, struct vpc_peering, obj) : NULL;
}

static bool acts_for(const struct vpc_actor *actor, const struct vpc *vpc)
{
	return actor->operator || actor->account == vpc->account;
}

/* What only the account of one VPC may do. */
static int check_owner(const struct vpc_actor *actor, const struct vpc_peering *p, int side,
		       const char *what, struct netlink_ext_ack *extack)
{
	const struct vpc *owner = p->side[side].vpc;

	if (acts_for(actor, owner))
		return 0;
	return vpc_err(extack, -EPERM,
		       "account %llu may not %s peering %s: that is for account %llu, which owns VPC %s",
		       actor->account, what, p->obj.name, owner->account, owner->obj.name);
}

/* What the account of either VPC may do. */
static int check_either(const struct vpc_actor *actor, const struct vpc_peering *p,
			const char *what, struct netlink_ext_ack *extack)
{
	const struct vpc *a = p->side[0].vpc, *b = p->side[1].vpc;

	if (acts_for(actor, a) || acts_for(actor, b))
		return 0;
	return vpc_err(extack, -EPERM,
		       "account %llu may not %s peering %s: that is for accounts %llu and %llu, which own VPC %s and VPC %s",
		       actor->account, what, p->obj.name, a->account, b->account, a->obj.name,
		       b->obj.name);
}

static void peering_put(struct vpc_peering *p)
{
	if (!refcount_dec_and_test(&p->refs))
		return;
	vpc_counters_free(p->side[0].counters);
	vpc_counters_free(p->side[1].counters);
	kfree_rcu(p, rcu);
}

/*
 * Every change of state. Next hops of the peering follow, so that routes with others leave it; and
 * what VPN gateways of a transit domain publish follows whether a VPC is joined to it.
 */
static void set_state(struct vpc_peering *p, u8 state)
{
	bool was = p->state == VPC_PEERING_ACTIVE, is = state == VPC_PEERING_ACTIVE;
	int vpc = p->side[0].vpc->transit;
	struct vpc_nexthop *nh;
	int i;

	lockdep_assert_held(&p->vn->lock);
	WRITE_ONCE(p->state, state);
	for (i = 0; i < 2 && was != is; i++) {
		nh = vpc_nh_peering_find(p, i);
		if (nh)
			vpc_health_peering(nh, is);
	}
	if (vpc_peering_is_transit(p) && was != is)
		vpc_publish_changed(p->side[!vpc].vpc, p->side[vpc].vpc);
	if (was != is)
		vpc_alarm_state(p->vn, &p->obj);
}

/* A new request: it waits until its deadline. */
static void set_pending(struct vpc_peering *p)
{
	set_state(p, VPC_PEERING_PENDING);
	p->deadline = ktime_get_boottime_seconds() + p->expires;
	refcount_inc(&p->refs);
	if (!queue_delayed_work(expiry_wq, &p->work, (unsigned long)p->expires * HZ))
		refcount_dec(&p->refs);
}

static void cancel_expiry(struct vpc_peering *p)
{
	/* If it runs already, it waits for the lock that we hold, and puts itself. */
	if (cancel_delayed_work(&p->work))
		peering_put(p);
}

static void expire(struct work_struct *work)
{
	struct vpc_peering *p = container_of(to_delayed_work(work), struct vpc_peering, work);
	struct vpc_net *vn = p->vn;

	mutex_lock(&vn->lock);
	if (p->state == VPC_PEERING_PENDING) {
		time64_t left = p->deadline - ktime_get_boottime_seconds();

		/* The machine may have slept, or the request was made anew. */
		if (left > 0) {
			refcount_inc(&p->refs);
			if (!queue_delayed_work(expiry_wq, &p->work, (unsigned long)left * HZ))
				refcount_dec(&p->refs);
		} else {
			set_state(p, VPC_PEERING_EXPIRED);
			vpc_nl_event(vn, VPC_EVENT_EXPIRED, &p->obj, NULL);
		}
	}
	mutex_unlock(&vn->lock);
	peering_put(p);
}

static const struct vpc_prefix *overlap(const struct vpc *vpc, const struct vpc_prefix *cidr)
{
	int i;

	for (i = 0; i < vpc->cidrs; i++)
		if (vpc_prefix_overlap(&vpc->cidr[i], cidr))
			return &vpc->cidr[i];
	return NULL;
}

static int check_overlap(const struct vpc *vpc, const struct vpc_prefix *cidr,
			 const struct vpc *peer, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	const struct vpc_prefix *theirs = overlap(peer, cidr);

	if (!theirs)
		return 0;
	return vpc_err(extack, -EINVAL, "CIDR %s of VPC %s overlaps with %s of its peer %s",
		       vpc_prefix_str(cidr, buf), vpc->obj.name, vpc_prefix_str(theirs, other),
		       peer->obj.name);
}

/*
 * Peers of one VPC in other regions do not overlap: whoever carries packets between regions goes
 * by their addresses.
 */
static int check_others(const struct vpc *hub, const struct vpc *peer,
			const struct vpc_prefix *cidr, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	const struct vpc_prefix *theirs;
	struct vpc_peering_side *side;

	list_for_each_entry(side, &hub->sides, node) {
		const struct vpc *third = vpc_peering_other(side);

		theirs = third != peer && side->peering->bandwidth ? overlap(third, cidr) : NULL;
		if (theirs)
			return vpc_err(extack, -EINVAL,
				       "CIDR %s of VPC %s overlaps with %s of VPC %s: both are peers of VPC %s in other regions",
				       vpc_prefix_str(cidr, buf), peer->obj.name,
				       vpc_prefix_str(theirs, other), third->obj.name,
				       hub->obj.name);
	}
	return 0;
}

/**
 * vpc_peering_check_cidr() - would a further CIDR overlap with a peer's?
 * @vpc: the VPC
 * @cidr: the CIDR
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: 0 or -EINVAL.
 */
int vpc_peering_check_cidr(const struct vpc *vpc, const struct vpc_prefix *cidr,
			   struct netlink_ext_ack *extack)
{
	struct vpc_peering_side *side;
	int err;

	list_for_each_entry(side, &vpc->sides, node) {
		err = check_overlap(vpc, cidr, vpc_peering_other(side), extack);
		if (!err && side->peering->bandwidth)
			err = check_others(vpc_peering_other(side), vpc, cidr, extack);
		if (err)
			return err;
	}
	return 0;
}

/* Between regions there is a bandwidth, inside one there is none. */
static int check_regions(const struct vpc_peering_config *cfg, struct netlink_ext_ack *extack)
{
	const struct vpc *vpc = cfg->vpc, *peer = cfg->peer;
	int i, err = 0;

	if (!strcmp(vpc->region, peer->region)) {
		if (!cfg->bandwidth)
			return 0;
		return vpc_err(extack, -EINVAL,
			       "VPC %s and VPC %s are in one region, where peerings have no bandwidth limit",
			       vpc->obj.name, peer->obj.name);
	}
	if (!cfg->bandwidth)
		return vpc_err(extack, -EINVAL,
			       "VPC %s is in region \"%s\" and VPC %s in \"%s\": a peering between regions needs a bandwidth",
			       vpc->obj.name, vpc->region, peer->obj.name, peer->region);
	for (i = 0; i < peer->cidrs && !err; i++)
		err = check_others(vpc, peer, &peer->cidr[i], extack);
	for (i = 0; i < vpc->cidrs && !err; i++)
		err = check_others(peer, vpc, &vpc->cidr[i], extack);
	return err;
}

static int check_config(const struct vpc_peering_config *cfg, const struct vpc_actor *actor,
			struct netlink_ext_ack *extack)
{
	const struct vpc *vpc = cfg->vpc, *peer = cfg->peer;
	const struct vpc *both[] = { vpc, peer };
	struct vpc_peering_side *side;
	int i, err;

	if (vpc == peer)
		return vpc_err(extack, -EINVAL, "VPC %s cannot be its own peer", vpc->obj.name);
	if (vpc->transit && peer->transit)
		return vpc_err(extack, -EINVAL,
			       "%s and %s are both transit domains, which have no way to each other: a peering joins a VPC to one",
			       vpc->obj.name, peer->obj.name);
	if (!acts_for(actor, vpc))
		return vpc_err(extack, -EPERM,
			       "account %llu may not ask for a peering of VPC %s, which account %llu owns",
			       actor->account, vpc->obj.name, vpc->account);
	list_for_each_entry(side, &vpc->sides, node)
		if (vpc_peering_other(side) == peer)
			return vpc_err(extack, -EEXIST, "VPC %s and VPC %s have peering %s already",
				       vpc->obj.name, peer->obj.name, side->peering->obj.name);
	for (i = 0; i < 2; i++)
		if (both[i]->peering_count >= both[i]->peering_limit)
			return vpc_err(extack, -EDQUOT,
				       "VPC %s has %u peerings, which is its limit (vpc set %s peering-limit N)",
				       both[i]->obj.name, both[i]->peering_count,
				       both[i]->obj.name);
	for (i = 0; i < vpc->cidrs; i++) {
		err = check_overlap(vpc, &vpc->cidr[i], peer, extack);
		if (err)
			return err;
	}
	return check_regions(cfg, extack);
}

/**
 * vpc_peering_new() - ask for a peering
 * @cfg: what is asked for
 * @actor: who asks
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the peering, active when both VPCs have the same account, else
 * pending; or ERR_PTR(-errno).
 */
struct vpc_peering *vpc_peering_new(const struct vpc_peering_config *cfg,
				    const struct vpc_actor *actor,
				    struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = cfg->vpc->vn;
	struct vpc_policer *limit[2];
	struct vpc_peering *p;
	int i, err;

	lockdep_assert_held(&vn->lock);
	err = check_config(cfg, actor, extack);
	if (err)
		return ERR_PTR(err);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for peering %s", cfg->name));
	refcount_set(&p->refs, 1);
	INIT_DELAYED_WORK(&p->work, expire);
	p->vn = vn;
	p->expires = cfg->expires ?: VPC_PEERING_EXPIRES;
	err = -ENOMEM;
	for (i = 0; i < 2; i++) {
		p->side[i].peering = p;
		p->side[i].vpc = i ? cfg->peer : cfg->vpc;
		p->side[i].counters = vpc_counters_alloc();
		if (!p->side[i].counters) {
			vpc_err(extack, err, "no memory for peering %s", cfg->name);
			goto err_free;
		}
	}
	err = vpc_limit_prepare(cfg->bandwidth, limit, extack);
	if (err)
		goto err_free;
	err = vpc_remote_join(cfg->vpc, cfg->peer, extack);
	if (err)
		goto err_limit;
	err = vpc_object_add(&vn->registry[VPC_KIND_PEERING], &p->obj, cfg->name, extack);
	if (err)
		goto err_remote;
	vpc_remote_join_commit(cfg->vpc, cfg->peer);
	p->bandwidth = cfg->bandwidth;
	vpc_limit_publish(p->limit, limit, &vn->lock);
	for (i = 0; i < 2; i++) {
		list_add_tail(&p->side[i].node, &p->side[i].vpc->sides);
		p->side[i].vpc->peering_count++;
	}
	if (cfg->vpc->account == cfg->peer->account)
		set_state(p, VPC_PEERING_ACTIVE);
	else
		set_pending(p);
	return p;

err_remote:
	vpc_remote_part(cfg->vpc, cfg->peer);
err_limit:
	vpc_limit_drop(limit);
err_free:
	peering_put(p);
	return ERR_PTR(err);
}

/**
 * vpc_peering_set() - change a peering
 * @p: the peering
 * @name: valid name to take, or NULL
 * @bandwidth: bits per second to have, or 0 for no change
 * @actor: who asks: either side
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_peering_set(struct vpc_peering *p, const char *name, u64 bandwidth,
		    const struct vpc_actor *actor, struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = p->vn;
	struct vpc_policer *limit[2];
	int err = check_either(actor, p, "change", extack);

	if (err)
		return err;
	if (bandwidth && !p->bandwidth)
		return vpc_err(extack, -EINVAL,
			       "peering %s is inside one region, where peerings have no bandwidth limit",
			       p->obj.name);
	err = vpc_limit_prepare(bandwidth, limit, extack);
	if (err)
		return err;
	if (name)
		err = vpc_object_rename(&vn->registry[VPC_KIND_PEERING], &p->obj, name, extack);
	if (err) {
		vpc_limit_drop(limit);
		return err;
	}
	if (bandwidth) {
		vpc_limit_publish(p->limit, limit, &vn->lock);
		p->bandwidth = bandwidth;
	}
	return 0;
}

static const char *state_name(u8 state)
{
	static const char * const name[] = {
		[VPC_PEERING_PENDING] = "pending",
		[VPC_PEERING_ACTIVE] = "active",
		[VPC_PEERING_EXPIRED] = "expired",
		[VPC_PEERING_REJECTED] = "rejected",
	};

	return name[state];
}

static int need_state(const struct vpc_peering *p, u8 state, const char *what,
		      struct netlink_ext_ack *extack)
{
	if (p->state == state)
		return 0;
	return vpc_err(extack, -EINVAL, "peering %s is %s: only a %s one can be %s",
		       p->obj.name, state_name(p->state), state_name(state), what);
}

/**
 * vpc_peering_accept() - a pending request becomes active
 * @p: the peering
 * @actor: who asks: the account of the VPC that was asked
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EPERM or -EINVAL.
 */
int vpc_peering_accept(struct vpc_peering *p, const struct vpc_actor *actor,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = check_owner(actor, p, 1, "accept", extack);
	if (!err)
		err = need_state(p, VPC_PEERING_PENDING, "accepted", extack);
	if (err)
		return err;
	set_state(p, VPC_PEERING_ACTIVE);
	cancel_expiry(p);
	return 0;
}

/**
 * vpc_peering_enable() - ask again after a request has expired
 * @p: the peering
 * @actor: who asks: the account of the VPC that asked before
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EPERM or -EINVAL.
 */
int vpc_peering_enable(struct vpc_peering *p, const struct vpc_actor *actor,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = check_owner(actor, p, 0, "enable", extack);
	if (!err)
		err = need_state(p, VPC_PEERING_EXPIRED, "enabled", extack);
	if (err)
		return err;
	set_pending(p);
	return 0;
}

/**
 * vpc_peering_del() - remove a peering and all its uses
 * @p: the peering
 * @reject: the account that was asked says no; otherwise either side deletes
 * @actor: who asks
 * @routes: gets how many routes lost it
 * @extack: gets the sentence of a refusal
 *
 * When this returns, no further packet that crossed it is handed to a device.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0, -EPERM, -EINVAL or -ENOMEM; then nothing has changed.
 */
int vpc_peering_del(struct vpc_peering *p, bool reject, const struct vpc_actor *actor,
		    u32 *routes, struct netlink_ext_ack *extack)
{
	struct vpc_nexthop *const nh[2] = {
		vpc_nh_peering_find(p, 0), vpc_nh_peering_find(p, 1)
	};
	static struct vpc_policer *const none[2];
	struct vpc_probe *const probe[2] = { vpc_probe_of(nh[0]), vpc_probe_of(nh[1]) };
	struct vpc_net *vn = p->vn;
	int i, err;

	lockdep_assert_held(&vn->lock);
	if (reject) {
		err = check_owner(actor, p, 1, "reject", extack);
		if (!err)
			err = need_state(p, VPC_PEERING_PENDING, "rejected", extack);
	} else {
		err = check_either(actor, p, "delete", extack);
	}
	if (err)
		return err;
	*routes = 0;
	if (nh[0] || nh[1])
		err = vpc_route_purge(nh, routes, extack);
	if (err)
		return err;

	/* Before its state changes: what is asked for is nothing to be alarmed of. */
	vpc_alarm_gone(vn, &p->obj);
	/* While it still carries their last packets. */
	for (i = 0; i < 2; i++)
		if (probe[i])
			vpc_probe_drop(probe[i]);
	set_state(p, VPC_PEERING_REJECTED);
	cancel_expiry(p);
	for (i = 0; i < 2; i++) {
		list_del(&p->side[i].node);
		p->side[i].vpc->peering_count--;
	}
	vpc_remote_part(p->side[0].vpc, p->side[1].vpc);
	vpc_object_del(&vn->registry[VPC_KIND_PEERING], &p->obj);
	vpc_adj_quiesce(vn);
	vpc_limit_publish(p->limit, none, &vn->lock);
	peering_put(p);
	return 0;
}

/**
 * vpc_peering_remaining() - how long a request still waits
 * @p: a pending peering
 * Context: vpc_net::lock is held.
 * Return: seconds.
 */
u32 vpc_peering_remaining(const struct vpc_peering *p)
{
	return max_t(time64_t, p->deadline - ktime_get_boottime_seconds(), 0);
}

/**
 * vpc_peering_totals() - traffic of a peering
 * @p: the peering
 * @sum: gets it: rx is what side 0 sent, tx what side 1 sent, drops both
 * Context: any.
 * Return: the drops of what side 1 sent.
 */
u64 vpc_peering_totals(const struct vpc_peering *p, struct vpc_totals *sum)
{
	struct vpc_totals back = {};

	memset(sum, 0, sizeof(*sum));
	vpc_counters_add(sum, p->side[0].counters);
	vpc_counters_add(&back, p->side[1].counters);
	sum->tx_packets = back.rx_packets;
	sum->tx_bytes = back.rx_bytes;
	sum->drops += back.drops;
	return back.drops;
}

int vpc_peering_module_init(void)
{
	expiry_wq = alloc_workqueue("vpc_peering", WQ_UNBOUND, 0);
	return expiry_wq ? 0 : -ENOMEM;
}

/* Wait for timers that had begun when their peering was removed. */
void vpc_peering_flush_timers(void)
{
	flush_workqueue(expiry_wq);
}

void vpc_peering_module_exit(void)
{
	destroy_workqueue(expiry_wq);
}
