// SPDX-License-Identifier: GPL-2.0
/* vpc: per-tenant routing tables with next hops of many types. Module and namespaces. */

#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>

#include "alarm.h"
#include "calendar.h"
#include "dst.h"
#include "flow.h"
#include "group.h"
#include "hook.h"
#include "ipsec.h"
#include "link.h"
#include "reasons.h"
#include "lpm.h"
#include "natgw.h"
#include "netlink.h"
#include "netns.h"
#include "nexthop.h"
#include "overlay.h"
#include "peering.h"
#include "probe.h"
#include "version.h"
#include "vpc.h"

static unsigned int vpc_net_id;

/**
 * vpc_net() - the module's state in a network namespace
 * @net: the namespace
 * Context: any.
 * Return: it.
 */
struct vpc_net *vpc_net(const struct net *net)
{
	return net_generic(net, vpc_net_id);
}

static int __net_init net_init(struct net *net)
{
	struct vpc_net *vn = vpc_net(net);
	int kind, err;

	vn->net = net;
	vn->seq = 1;
	mutex_init(&vn->lock);
	spin_lock_init(&vn->wait_lock);
	INIT_LIST_HEAD(&vn->waiting);
	vn->drops = alloc_percpu_gfp(struct vpc_drops, GFP_KERNEL_ACCOUNT);
	if (!vn->drops)
		return -ENOMEM;
	vpc_natgw_net_init(vn);
	vpc_ipsec_net_init(vn);
	vpc_alarm_net_init(vn);
	vpc_index_init(&vn->groups, &vn->lock);
	vpc_index_init(&vn->endpoints, &vn->lock);
	for (kind = 0; kind < VPC_KINDS; kind++) {
		err = vpc_registry_init(&vn->registry[kind], kind);
		if (err)
			goto err_registry;
	}
	err = vpc_group_net_init(vn);
	if (err)
		goto err_registry;
	err = vpc_nexthop_net_init(vn);
	if (err)
		goto err_group;
	err = vpc_probe_net_init(vn);
	if (err)
		goto err_nexthop;
	err = vpc_public_net_init(vn);
	if (err)
		goto err_probe;
	err = vpc_overlay_net_init(vn);
	if (err)
		goto err_public;
	return 0;

err_public:
	vpc_public_net_exit(vn);
err_probe:
	vpc_probe_net_exit(vn);
err_nexthop:
	vpc_nexthop_net_exit(vn);
err_group:
	vpc_group_net_exit(vn);
err_registry:
	while (kind--)
		vpc_registry_destroy(&vn->registry[kind]);
	free_percpu(vn->drops);
	return err;
}

static void __net_exit net_exit(struct net *net)
{
	struct vpc_net *vn = vpc_net(net);
	int kind;

	/* Most namespaces never had a VPC, and end without waiting. */
	if (vn->hooked) {
		rtnl_lock();
		mutex_lock(&vn->lock);
		WRITE_ONCE(vn->dying, true);
		vpc_flush(vn);
		vpc_hook_unregister(vn);
		mutex_unlock(&vn->lock);
		rtnl_unlock();
		/* Expiry work and RCU callbacks refer to what goes now. */
		vpc_peering_flush_timers();
		vpc_alarm_net_stop(vn);
		vpc_ipsec_sync_stop(vn);
		vpc_group_health_stop(vn);
		rcu_barrier();
	}
	vpc_alarm_net_exit(vn);
	vpc_natgw_net_exit(vn);
	vpc_overlay_net_exit(vn);
	vpc_public_net_exit(vn);
	vpc_ipsec_net_exit(vn);
	vpc_probe_net_exit(vn);
	vpc_health_net_exit(vn);
	vpc_nexthop_net_exit(vn);
	vpc_group_net_exit(vn);
	for (kind = VPC_KINDS; kind--;)
		vpc_registry_destroy(&vn->registry[kind]);
	vpc_index_destroy(&vn->endpoints);
	vpc_index_destroy(&vn->groups);
	free_percpu(vn->drops);
	mutex_destroy(&vn->lock);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &vpc_net_id,
	.size = sizeof(struct vpc_net),
};

static int __init vpc_init(void)
{
	int err;

	vpc_flow_module_init();
	vpc_nat_module_init();
	err = vpc_reasons_module_init();
	if (err)
		return err;
	err = vpc_lpm_module_init();
	if (err)
		goto err_reasons;
	err = vpc_dst_module_init();
	if (err)
		goto err_lpm;
	err = vpc_ipsec_dst_module_init();
	if (err)
		goto err_dst;
	err = vpc_peering_module_init();
	if (err)
		goto err_ipsec_dst;
	err = vpc_calendar_module_init();
	if (err)
		goto err_peering;
	err = vpc_health_module_init();
	if (err)
		goto err_calendar;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_health;
	err = vpc_link_module_init();
	if (err)
		goto err_pernet;
	err = vpc_ipsec_module_init();
	if (err)
		goto err_link;
	err = vpc_nl_module_init();
	if (err)
		goto err_ipsec;
	return 0;

err_ipsec:
	vpc_ipsec_module_exit();
err_link:
	vpc_link_module_exit();
err_pernet:
	unregister_pernet_subsys(&net_ops);
err_health:
	vpc_health_module_exit();
err_calendar:
	vpc_calendar_module_exit();
err_peering:
	vpc_peering_module_exit();
err_ipsec_dst:
	rcu_barrier();
	vpc_ipsec_dst_module_exit();
err_dst:
	rcu_barrier();
	vpc_dst_module_exit();
err_lpm:
	vpc_lpm_module_exit();
err_reasons:
	vpc_reasons_module_exit();
	return err;
}

static void __exit vpc_exit(void)
{
	vpc_health_drain();
	vpc_nl_module_exit();
	vpc_ipsec_module_exit();
	vpc_link_module_exit();
	unregister_pernet_subsys(&net_ops);
	vpc_health_module_exit();
	vpc_calendar_module_exit();
	vpc_peering_module_exit();
	rcu_barrier();
	vpc_nat_module_exit();
	vpc_ipsec_dst_module_exit();
	vpc_dst_module_exit();
	vpc_lpm_module_exit();
	vpc_reasons_module_exit();
}

module_init(vpc_init);
module_exit(vpc_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("VPC router: per-tenant routing tables");
MODULE_AUTHOR("The vpc maintainers");
MODULE_VERSION(VPC_VERSION);
