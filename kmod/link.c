// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are ours alone. Binding takes the device's rx_handler: frames
 * that are neither ARP nor IP end there, bridges, bonds and macvlans find the
 * place taken, and the way from a device to its link is one pointer.
 */

#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "link.h"
#include "netlink.h"
#include "port.h"
#include "public.h"
#include "rx.h"
#include "table.h"
#include "uplink.h"

/* Answers per second and link, and how many at once. */
#define VPC_RATE_PER_SECOND 1000
#define VPC_RATE_BURST 100

struct vpc_link *vpc_link_of(const struct net_device *dev)
{
	if (!dev || rcu_access_pointer(dev->rx_handler) != vpc_rx)
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

/**
 * vpc_link_init_rate() - a new link may answer
 * @link: the link
 * Context: any.
 */
void vpc_link_init_rate(struct vpc_link *link)
{
	spin_lock_init(&link->rate.lock);
	link->rate.tokens = VPC_RATE_BURST;
	link->rate.stamp = jiffies;
}

/**
 * vpc_link_may_answer() - take a token for an answer of ours
 * @link: where the answer would go
 * Context: softirq.
 * Return: false when there were too many already.
 */
bool vpc_link_may_answer(struct vpc_link *link)
{
	struct vpc_rate *rate = &link->rate;
	unsigned long now = jiffies;
	u64 fresh;
	bool may;

	spin_lock(&rate->lock);
	fresh = (u64)(now - rate->stamp) * VPC_RATE_PER_SECOND / HZ;
	if (fresh) {
		rate->tokens = min_t(u64, rate->tokens + fresh, VPC_RATE_BURST);
		rate->stamp = now;
	}
	may = rate->tokens;
	if (may)
		rate->tokens--;
	spin_unlock(&rate->lock);
	return may;
}

/* An address of the host on a device, other than a link-local one of the kernel's. */
static bool host_address(struct net_device *dev, char *buf)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	struct inet6_dev *idev = __in6_dev_get(dev);
	const struct in_ifaddr *ifa4;
	struct inet6_ifaddr *ifa6;
	bool found = false;

	ifa4 = in_dev ? rtnl_dereference(in_dev->ifa_list) : NULL;
	if (ifa4) {
		snprintf(buf, VPC_PREFIX_STRLEN, "%pI4", &ifa4->ifa_address);
		return true;
	}
	if (!idev)
		return false;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa6, &idev->addr_list, if_list) {
		if (ifa6->scope == IFA_LINK)
			continue;
		snprintf(buf, VPC_PREFIX_STRLEN, "%pI6c", &ifa6->addr);
		found = true;
		break;
	}
	read_unlock_bh(&idev->lock);
	return found;
}

/**
 * vpc_link_check_free() - is it an Ethernet device that is no link yet?
 * @dev: the device
 * @extack: gets the sentence of a refusal
 * Context: the RTNL is held.
 * Return: 0, -EBUSY or -EINVAL.
 */
int vpc_link_check_free(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	const struct vpc_link *link = vpc_link_of(dev);

	if (vpc_public_link_of(dev))
		return vpc_err(extack, -EBUSY, "device %s is already a public uplink", dev->name);
	if (link && link->overlay)
		return vpc_err(extack, -EBUSY, "device %s leads to other hosts already", dev->name);
	if (link)
		return vpc_err(extack, -EBUSY, "device %s is already %s of VPC %s", dev->name,
			       vpc_link_is_uplink(link) ? "an uplink" : "a port",
			       link->vpc->obj.name);
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK)
		return vpc_err(extack, -EINVAL, "device %s is not an Ethernet device", dev->name);
	return 0;
}

static int check_device(struct net_device *dev, struct netlink_ext_ack *extack, bool ipv6)
{
	struct inet6_dev *idev = __in6_dev_get(dev);
	struct net_device *master;
	char addr[VPC_PREFIX_STRLEN];
	int err;

	err = vpc_link_check_free(dev, extack);
	if (err)
		return err;
	/* br_netfilter shows frames between a bridge's ports to hooks as the bridge's. */
	if (netif_is_bridge_master(dev))
		return vpc_err(extack, -EINVAL, "device %s is a bridge: bind the tenant's own device",
			       dev->name);
	master = netdev_master_upper_dev_get(dev);
	if (master)
		return vpc_err(extack, -EBUSY, "device %s belongs to %s: release it first (ip link set %s nomaster)",
			       dev->name, master->name, dev->name);
	if (netdev_has_any_upper_dev(dev) || netdev_is_rx_handler_busy(dev))
		return vpc_err(extack, -EBUSY, "device %s has devices on top of it (VLAN, macvlan, bridge, bond): remove them first",
			       dev->name);
	if (host_address(dev, addr))
		return vpc_err(extack, -EBUSY, "device %s has the host's address %s: remove it first (ip address flush dev %s)",
			       dev->name, addr, dev->name);
	if (ipv6 && (!idev || READ_ONCE(idev->cnf.disable_ipv6)))
		return vpc_err(extack, -EOPNOTSUPP, "IPv6 is disabled on device %s: set net.ipv6.conf.%s.disable_ipv6=0",
			       dev->name, dev->name);
	return 0;
}

/* From now on the kernel gives the device no link-local address. */
static void silence_ipv6(struct vpc_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	if (!idev)
		return;
	link->addr_gen_mode = idev->cnf.addr_gen_mode;
	WRITE_ONCE(idev->cnf.addr_gen_mode, IN6_ADDR_GEN_MODE_NONE);
}

static void restore_ipv6(struct vpc_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	if (idev)
		WRITE_ONCE(idev->cnf.addr_gen_mode, link->addr_gen_mode);
}

/**
 * vpc_link_bind() - make a device ours
 * @link: zeroed but for its gateway addresses
 * @dev: the device
 * @vpc: its VPC
 * @table: what packets from here are looked up in
 * @kind: VPC_KIND_PORT or VPC_KIND_UPLINK
 * @ipv6: IPv6 is wanted
 * @extack: gets the sentence of a refusal
 *
 * The device is set down, so that addresses the kernel gave it go, and stays
 * down: the caller makes its part ready, then vpc_link_publish() lets packets
 * see it. On failure the caller backs out with vpc_link_unbind(),
 * vpc_link_restore() and vpc_link_release().
 *
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_link_bind(struct vpc_link *link, struct net_device *dev, struct vpc *vpc,
		  struct vpc_table *table, enum vpc_kind kind, bool ipv6,
		  struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&vpc->vn->lock);
	err = check_device(dev, extack, ipv6);
	if (err)
		return err;
	link->counters = vpc_counters_alloc();
	if (!link->counters)
		return vpc_err(extack, -ENOMEM, "no memory for the counters of device %s",
			       dev->name);
	err = vpc_object_add(&vpc->vn->registry[kind], &link->obj, NULL, extack);
	if (err)
		goto err_counters;

	link->vpc = vpc;
	link->dev = dev;
	rcu_assign_pointer(link->table, table);
	vpc_link_init_rate(link);
	link->was_up = dev->flags & IFF_UP;
	dev_close(dev);
	silence_ipv6(link);
	dev_disable_lro(dev);
	netdev_hold(dev, &link->dev_tracker, GFP_KERNEL);
	list_add_tail(&link->node, &vpc->links);
	return 0;

err_counters:
	vpc_counters_free(link->counters);
	return err;
}

/**
 * vpc_link_publish() - let packets see a link
 * @link: a bound link, ready for packets
 * @extack: gets the sentence of a refusal
 * Context: the RTNL is held; may sleep.
 * Return: 0, or -errno when another kernel facility has the device.
 */
int vpc_link_publish(struct vpc_link *link, struct netlink_ext_ack *extack)
{
	int err = netdev_rx_handler_register(link->dev, vpc_rx, link);

	if (err)
		return vpc_err(extack, err, "device %s is used by another kernel facility",
			       link->dev->name);
	return 0;
}

/**
 * vpc_link_open() - set the device up again if it was up before
 * @link: a bound link that packets may see
 * @extack: gets the sentence of a refusal
 * Context: the RTNL is held; may sleep.
 * Return: 0, or what the device's driver says.
 */
int vpc_link_open(struct vpc_link *link, struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	err = link->was_up ? dev_open(link->dev, NULL) : 0;
	return err ? vpc_err(extack, err, "device %s was up, and cannot be set up again",
			     link->dev->name) : 0;
}

/**
 * vpc_link_restore() - set the device up again that was not bound after all
 * @link: the link, dismantled
 * Context: the RTNL is held; may sleep.
 */
void vpc_link_restore(struct vpc_link *link)
{
	ASSERT_RTNL();
	if (link->was_up && dev_open(link->dev, NULL))
		netdev_warn(link->dev, "cannot be set up again\n");
}

/**
 * vpc_link_unbind() - let go of a device
 * @link: the link; packets may see it until the next grace period
 *
 * The device is down when this returns, so that the tenant does not meet the
 * host's stack.
 *
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 */
void vpc_link_unbind(struct vpc_link *link)
{
	struct vpc_net *vn = link->vpc->vn;

	ASSERT_RTNL();
	lockdep_assert_held(&vn->lock);
	dev_close(link->dev);
	if (vpc_link_of(link->dev) == link)
		netdev_rx_handler_unregister(link->dev);
	restore_ipv6(link);
	list_del(&link->node);
	vpc_object_del(&vn->registry[link->obj.kind], &link->obj);
}

/**
 * vpc_link_release() - the end of an unbound link
 * @link: the link, which no packet can see any more
 * Context: vpc_net::lock is held.
 */
void vpc_link_release(struct vpc_link *link)
{
	vpc_counters_add(&link->vpc->past, link->counters);
	vpc_counters_free(link->counters);
	netdev_put(link->dev, &link->dev_tracker);
}

/**
 * vpc_link_find() - link of a device's name
 * @vn: the namespace
 * @name: of the device
 * @kind: VPC_KIND_PORT, VPC_KIND_UPLINK, or VPC_KINDS for either
 * @extack: gets the sentence of a refusal
 * Context: the RTNL or vpc_net::lock is held.
 * Return: the link or ERR_PTR(-ENODEV, -ENOENT).
 */
struct vpc_link *vpc_link_find(struct vpc_net *vn, const char *name, enum vpc_kind kind,
			       struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct vpc_link *link;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(vn->net, name);
	/* Links come and go under vpc_net::lock, so it outlives the read lock. */
	link = vpc_link_of(dev);
	if (dev && !link)
		link = vpc_public_link_of(dev);
	rcu_read_unlock();
	if (!dev)
		return ERR_PTR(vpc_err(extack, -ENODEV, "there is no device %s", name));
	if (!link || (kind != VPC_KINDS && link->obj.kind != kind))
		return ERR_PTR(vpc_err(extack, -ENOENT, "device %s is not %s", name,
				       kind == VPC_KIND_PORT ? "a port" :
				       kind == VPC_KIND_UPLINK ? "an uplink" :
				       "a port or uplink"));
	return link;
}

/* The device goes away, and its port or uplink with it. */
static void device_gone(struct vpc_link *link)
{
	struct vpc_net *vn = link->vpc->vn;

	mutex_lock(&vn->lock);
	vpc_nl_event(vn, VPC_EVENT_REMOVED, &link->obj, NULL);
	if (vpc_link_is_uplink(link))
		vpc_uplink_remove(vpc_uplink_of(link));
	else
		vpc_port_remove(vpc_port_of(link));
	mutex_unlock(&vn->lock);
}

/*
 * The device came up, or has another MAC: whoever is behind it shall hear of us.
 * Commands set devices up while they hold vpc_net::lock, so this does not take it.
 */
static void device_new_lladdr(struct vpc_link *link)
{
	struct vpc_uplink_router *router;

	rcu_read_lock();
	if (vpc_link_is_uplink(link))
		list_for_each_entry_rcu(router, &vpc_uplink_of(link)->routers, node)
			vpc_adj_start(&router->adj);
	else
		vpc_adj_start(&vpc_port_of(link)->adj);
	rcu_read_unlock();
}

/* Carrier or administrator: next hops that lead through the device hear of it at once. */
static void device_changed(struct vpc_link *link)
{
	struct vpc_uplink_router *router;

	rcu_read_lock();
	if (vpc_link_is_uplink(link))
		list_for_each_entry_rcu(router, &vpc_uplink_of(link)->routers, node)
			vpc_adj_device(&router->adj);
	else
		vpc_adj_device(&vpc_port_of(link)->adj);
	rcu_read_unlock();
}

static int refuse_bound(const struct vpc_link *link, const char *what,
			struct netlink_ext_ack *extack)
{
	if (link->overlay)
		vpc_err(extack, -EBUSY, "%s leads to other hosts: %s", link->dev->name, what);
	else
		vpc_err(extack, -EBUSY, "%s is bound to VPC %s: %s", link->dev->name,
			link->vpc->obj.name, what);
	return notifier_from_errno(-EBUSY);
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vpc_link *link = vpc_link_of(dev) ?: vpc_public_link_of(dev);
	struct netdev_notifier_changeupper_info *upper = ptr;

	if (!link)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		if (!upper->linking || vpc_link_is_public(link))
			break;
		return refuse_bound(link, "nothing can be put on top of it",
				    netdev_notifier_info_to_extack(ptr));
	case NETDEV_UNREGISTER:
		device_gone(link);
		break;
	case NETDEV_UP:
		device_changed(link);
		device_new_lladdr(link);
		break;
	case NETDEV_CHANGEADDR:
		device_new_lladdr(link);
		break;
	case NETDEV_CHANGE:
	case NETDEV_DOWN:
		device_changed(link);
		break;
	}
	return NOTIFY_DONE;
}

static int refuse_public(struct in_validator_info *info)
{
	struct net_device *dev = info->ivi_dev->dev;
	const struct vpc_public *public;

	rcu_read_lock();
	public = vpc_public_find4(vpc_net(dev_net(dev)), info->ivi_addr);
	rcu_read_unlock();
	if (!public)
		return NOTIFY_DONE;
	return notifier_from_errno(vpc_err(info->extack, -EBUSY,
					   "%pI4 is a public address of NAT gateways: the host cannot have it",
					   &info->ivi_addr));
}

static int refuse_address(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	const struct vpc_link *link = vpc_link_of(dev);

	return link ? refuse_bound(link, "the host can have no address on it", extack) :
		      NOTIFY_DONE;
}

static int inetaddr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct in_validator_info *info = ptr;

	if (event != NETDEV_UP)
		return NOTIFY_DONE;
	return vpc_link_of(info->ivi_dev->dev) ? refuse_address(info->ivi_dev->dev, info->extack) :
						 refuse_public(info);
}

static int inet6addr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct in6_validator_info *info = ptr;

	return event == NETDEV_UP ? refuse_address(info->i6vi_dev->dev, info->extack) :
				    NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = netdev_event };
static struct notifier_block inetaddr_nb = { .notifier_call = inetaddr_event };
static struct notifier_block inet6addr_nb = { .notifier_call = inet6addr_event };

int vpc_link_module_init(void)
{
	int err;

	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		return err;
	err = register_inetaddr_validator_notifier(&inetaddr_nb);
	if (err)
		goto err_netdev;
	err = register_inet6addr_validator_notifier(&inet6addr_nb);
	if (err)
		goto err_inetaddr;
	return 0;

err_inetaddr:
	unregister_inetaddr_validator_notifier(&inetaddr_nb);
err_netdev:
	unregister_netdevice_notifier(&netdev_nb);
	return err;
}

void vpc_link_module_exit(void)
{
	unregister_inet6addr_validator_notifier(&inet6addr_nb);
	unregister_inetaddr_validator_notifier(&inetaddr_nb);
	unregister_netdevice_notifier(&netdev_nb);
}
