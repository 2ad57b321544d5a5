// SPDX-License-Identifier: GPL-2.0
/*
 * What XFRM knows of connections: are there security associations in both directions, and is
 * one policy all that there is, so that its bundle may be kept. XFRM tells key managers of
 * each change; we are one that only listens. What a change means is found out by a look at
 * everything, later and in process context, so that a thousand changes at once are one look.
 */

#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/xfrm.h>

#include "alarm.h"
#include "ipsec.h"
#include "netlink.h"
#include "nexthop.h"
#include "vpc.h"

/* Bits of vpc_ipsec::found. */
#define FOUND_IN BIT(0)
#define FOUND_OUT BIT(1)

static bool same_address(const struct vpc_addr *addr, const xfrm_address_t *x, u16 family)
{
	return addr->family == family &&
	       !memcmp(addr->bytes, x, vpc_family_bytes(addr->family));
}

/* Under xfrm_state_lock: the look at one security association. */
static int look_at_state(struct xfrm_state *x, int count, void *data)
{
	struct vpc_net *vn = data;
	struct vpc_ipsec *conn;

	if (!vpc_ipsec_is_ours(vn, x->if_id) || x->km.state != XFRM_STATE_VALID ||
	    x->props.mode != XFRM_MODE_TUNNEL)
		return 0;
	conn = xa_load(&vn->if_ids, x->if_id);
	if (!conn)
		return 0;
	conn->found |= same_address(&conn->gateway->local, &x->id.daddr, x->props.family) ?
		       FOUND_IN : FOUND_OUT;
	return 0;
}

/* Under xfrm_policy_lock: the look at one policy. */
static int look_at_policy(struct xfrm_policy *pol, int dir, int count, void *data)
{
	struct vpc_net *vn = data;
	struct vpc_ipsec *conn;
	int f = pol->family == AF_INET6;

	if (dir != XFRM_POLICY_OUT || !vpc_ipsec_is_ours(vn, pol->if_id))
		return 0;
	conn = xa_load(&vn->if_ids, pol->if_id);
	if (!conn)
		return 0;
	conn->policies[f]++;
	conn->wide[f] += pol->type == XFRM_POLICY_TYPE_MAIN && !pol->mark.m &&
			 vpc_ipsec_any_packet(&pol->selector);
	return 0;
}

static void look_at_xfrm(struct vpc_net *vn)
{
	struct xfrm_state_walk states;
	struct xfrm_policy_walk policies;

	xfrm_state_walk_init(&states, IPPROTO_ESP, NULL);
	xfrm_state_walk(vn->net, &states, look_at_state, vn);
	xfrm_state_walk_done(&states, vn->net);
	xfrm_policy_walk_init(&policies, XFRM_POLICY_TYPE_ANY);
	xfrm_policy_walk(vn->net, &policies, look_at_policy, vn);
	xfrm_policy_walk_done(&policies, vn->net);
}

/* Draw conclusions. */
static void settle(struct vpc_ipsec *conn)
{
	bool negotiated = conn->gateway->normal && conn->found == (FOUND_IN | FOUND_OUT);
	int f;

	for (f = 0; f < 2; f++)
		WRITE_ONCE(conn->cacheable[f], conn->policies[f] == 1 && conn->wide[f] == 1);
	/* After it is known what may be kept: a CPU that sees the new number sees that too. */
	smp_store_release(&conn->generation, conn->generation + 1);
	if (conn->negotiated == negotiated)
		return;
	conn->negotiated = negotiated;
	if (conn->nh)
		vpc_health_ipsec(conn->nh, negotiated);
	vpc_nl_event(conn->link.vpc->vn, VPC_EVENT_CHANGED, &conn->link.obj, NULL);
	vpc_alarm_state(conn->link.vpc->vn, &conn->link.obj);
}

/**
 * vpc_ipsec_sync() - find out how connections and VPN gateways are
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_ipsec_sync(struct vpc_net *vn)
{
	struct vpc_vpn_gateway *gw;
	struct vpc_object *obj;
	struct vpc_ipsec *conn;
	unsigned long if_id;
	u32 id;

	lockdep_assert_held(&vn->lock);
	for (id = 0; (obj = vpc_object_next(&vn->registry[VPC_KIND_VPN_GATEWAY], id));
	     id = obj->id + 1) {
		gw = container_of(obj, struct vpc_vpn_gateway, obj);
		if (vpc_vpn_gateway_check_local(gw))
			vpc_nl_event(vn, VPC_EVENT_CHANGED, obj, NULL);
	}
	xa_for_each(&vn->if_ids, if_id, conn) {
		conn->found = 0;
		memset(conn->policies, 0, sizeof(conn->policies));
		memset(conn->wide, 0, sizeof(conn->wide));
	}
	if (!xa_empty(&vn->if_ids))
		look_at_xfrm(vn);
	xa_for_each(&vn->if_ids, if_id, conn)
		settle(conn);
}

static void sync_work(struct work_struct *work)
{
	struct vpc_net *vn = container_of(work, struct vpc_net, ipsec_work);

	mutex_lock(&vn->lock);
	if (!vn->dying)
		vpc_ipsec_sync(vn);
	mutex_unlock(&vn->lock);
}

/* The RCU read lock is held by all who call this, see vpc_ipsec_sync_stop(). */
static void sync_soon(struct vpc_net *vn)
{
	if (!READ_ONCE(vn->dying) && READ_ONCE(vn->hooked))
		queue_work(system_unbound_wq, &vn->ipsec_work);
}

/**
 * vpc_ipsec_sync_init() - what is needed before anybody calls vpc_ipsec_sync()
 * @vn: the namespace
 * Context: the namespace begins.
 */
void vpc_ipsec_sync_init(struct vpc_net *vn)
{
	INIT_WORK(&vn->ipsec_work, sync_work);
}

/**
 * vpc_ipsec_sync_stop() - the work does not run any more
 * @vn: the namespace, which is dying
 * Context: vpc_net::lock is not held; may sleep.
 */
void vpc_ipsec_sync_stop(struct vpc_net *vn)
{
	/* Whoever has not seen that it is dying has queued the work by then. */
	synchronize_rcu();
	cancel_work_sync(&vn->ipsec_work);
}

/* x->lock may be held: from a timer. */
static int state_changed(struct xfrm_state *x, const struct km_event *c)
{
	struct vpc_net *vn;

	switch (c->event) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
	case XFRM_MSG_DELSA:
	case XFRM_MSG_EXPIRE:
	case XFRM_MSG_FLUSHSA:
		break;
	default:
		return 0;
	}
	vn = vpc_net(x ? xs_net(x) : c->net);
	if (!x || vpc_ipsec_is_ours(vn, x->if_id))
		sync_soon(vn);
	return 0;
}

static int policy_changed(struct xfrm_policy *pol, int dir, const struct km_event *c)
{
	struct vpc_net *vn = vpc_net(pol ? xp_net(pol) : c->net);

	if (!pol || vpc_ipsec_is_ours(vn, pol->if_id))
		sync_soon(vn);
	return 0;
}

/* We negotiate nothing: whoever does is another manager. */
static int acquire(struct xfrm_state *x, struct xfrm_tmpl *tmpl, struct xfrm_policy *pol)
{
	return -EOPNOTSUPP;
}

static struct xfrm_policy *compile_policy(struct sock *sk, int opt, u8 *data, int len, int *dir)
{
	*dir = -EOPNOTSUPP;
	return NULL;
}

static struct xfrm_mgr listener = {
	.notify = state_changed,
	.notify_policy = policy_changed,
	.acquire = acquire,
	.compile_policy = compile_policy,
};

static void address_changed(struct net *net)
{
	rcu_read_lock();
	sync_soon(vpc_net(net));
	rcu_read_unlock();
}

static int inetaddr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	address_changed(dev_net(ifa->ifa_dev->dev));
	return NOTIFY_DONE;
}

static int inet6addr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;

	address_changed(dev_net(ifa->idev->dev));
	return NOTIFY_DONE;
}

static struct notifier_block inetaddr_nb = { .notifier_call = inetaddr_event };
static struct notifier_block inet6addr_nb = { .notifier_call = inet6addr_event };

int vpc_ipsec_module_init(void)
{
	int err;

	err = register_inetaddr_notifier(&inetaddr_nb);
	if (err)
		return err;
	err = register_inet6addr_notifier(&inet6addr_nb);
	if (err) {
		unregister_inetaddr_notifier(&inetaddr_nb);
		return err;
	}
	xfrm_register_km(&listener);
	return 0;
}

void vpc_ipsec_module_exit(void)
{
	xfrm_unregister_km(&listener);
	unregister_inet6addr_notifier(&inet6addr_nb);
	unregister_inetaddr_notifier(&inetaddr_nb);
}
