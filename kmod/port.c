// SPDX-License-Identifier: GPL-2.0
/* Ports: devices bound to a subnet, with the addresses that live behind them. */

#include <linux/inetdevice.h>
#include <linux/slab.h>

#include "nexthop.h"
#include "nl_common.h"
#include "overlay.h"
#include "port.h"
#include "table.h"

/**
 * vpc_port_holds() - is an address one of a port's own?
 * @port: the port
 * @addr: the address
 * Context: RCU read side or vpc_net::lock.
 * Return: true if it is; allowed prefixes do not count.
 */
bool vpc_port_holds(const struct vpc_port *port, const struct vpc_addr *addr)
{
	int i;

	for (i = 0; i < port->endpoints; i++)
		if (vpc_addr_equal(&port->endpoint[i]->addr, addr))
			return true;
	return false;
}

/* Packets check their source against addresses and allowed prefixes alike. */
static void fill_sources(struct vpc_port *port, const struct vpc_port_config *cfg)
{
	int i;

	for (i = 0; i < cfg->addrs + cfg->allows; i++) {
		struct vpc_prefix p = i < cfg->addrs ? vpc_prefix_host(&cfg->addr[i]) :
						       cfg->allow[i - cfg->addrs];

		if (i < cfg->addrs)
			port->own_sources[vpc_family_index(p.addr.family)]++;
		if (p.addr.family == AF_INET) {
			struct vpc_source4 *s = &port->source4[port->sources[0]++];

			s->addr = p.addr.v4;
			s->mask = inet_make_mask(p.len);
		} else {
			struct vpc_source6 *s = &port->source6[port->sources[1]++];

			s->addr = p.addr.v6;
			s->len = p.len;
		}
	}
}

static void port_free(struct vpc_port *port)
{
	kfree(port->endpoint);
	kfree(port->allow);
	kfree(port->source4);
	kfree(port->source6);
	kfree(port);
}

static struct vpc_port *port_alloc(const struct vpc_port_config *cfg)
{
	int sources = cfg->addrs + cfg->allows;
	struct vpc_port *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return NULL;
	port->endpoint = kcalloc(cfg->addrs, sizeof(*port->endpoint), GFP_KERNEL_ACCOUNT);
	port->source4 = kcalloc(sources, sizeof(*port->source4), GFP_KERNEL_ACCOUNT);
	port->source6 = kcalloc(sources, sizeof(*port->source6), GFP_KERNEL_ACCOUNT);
	if (cfg->allows)
		port->allow = kmemdup(cfg->allow, cfg->allows * sizeof(*cfg->allow),
				      GFP_KERNEL_ACCOUNT);
	if (!port->endpoint || !port->source4 || !port->source6 ||
	    (cfg->allows && !port->allow)) {
		port_free(port);
		return NULL;
	}
	port->allows = cfg->allows;
	fill_sources(port, cfg);
	return port;
}

static int check_config(const struct vpc_port_config *cfg, struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	int i, k, err;

	if (cfg->addrs + cfg->allows > VPC_PORT_SOURCES_MAX)
		return vpc_err(extack, -E2BIG, "a port has at most %d addresses and allowed prefixes",
			       VPC_PORT_SOURCES_MAX);
	for (i = 0; i < cfg->addrs; i++) {
		err = vpc_subnet_check_address(cfg->subnet, &cfg->addr[i], extack);
		if (!err)
			err = vpc_endpoint_check_port(cfg->subnet->vpc, &cfg->addr[i], extack);
		if (err)
			return err;
		for (k = 0; k < i; k++)
			if (vpc_addr_equal(&cfg->addr[i], &cfg->addr[k]))
				return vpc_err(extack, -EINVAL, "address %s is given twice",
					       vpc_addr_str(&cfg->addr[i], buf));
	}
	if (cfg->lladdr && !is_valid_ether_addr(cfg->lladdr))
		return vpc_err(extack, -EINVAL, "%pM is not the MAC address of a host",
			       cfg->lladdr);
	return 0;
}

/* First address of each family: whom to ask for a MAC. */
static void fill_adj(struct vpc_port *port, const struct vpc_port_config *cfg)
{
	int i = cfg->addrs;

	while (i--)
		port->adj.addr[vpc_family_index(cfg->addr[i].family)] = cfg->addr[i];
}

/* Take a port apart that packets may have seen. */
static void dismantle(struct vpc_port *port)
{
	struct vpc_net *vn = port->link.vpc->vn;
	int i;

	/* First the device: its frames are compared with the endpoints. */
	vpc_link_unbind(&port->link);
	for (i = 0; i < port->endpoints; i++)
		vpc_endpoint_del(port->endpoint[i]);
	vpc_nh_router_resolve(port->link.vpc);
	vpc_adj_stop(&port->adj);
	vpc_adj_quiesce(vn);
}

/**
 * vpc_port_new() - bind a device to a subnet
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: the port or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_port *vpc_port_new(const struct vpc_port_config *cfg, struct netlink_ext_ack *extack)
{
	struct vpc_subnet *subnet = cfg->subnet;
	struct vpc_port *port;
	int i, err;

	err = check_config(cfg, extack);
	if (err)
		return ERR_PTR(err);
	port = port_alloc(cfg);
	if (!port)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for port %s", cfg->dev->name));
	port->subnet = subnet;
	port->link.gateway[0] = subnet->gateway[0];
	port->link.gateway[1] = subnet->gateway[1];
	fill_adj(port, cfg);

	err = vpc_link_bind(&port->link, cfg->dev, subnet->vpc, vpc_subnet_table(subnet),
			    VPC_KIND_PORT, port->sources[1], extack);
	if (err)
		goto err_free;
	err = vpc_adj_init(&port->adj, &port->link, cfg->lladdr);
	if (err) {
		vpc_err(extack, err, "no memory for port %s", cfg->dev->name);
		goto err_dismantle;
	}
	for (i = 0; i < cfg->addrs; i++) {
		err = vpc_endpoint_add(port, &cfg->addr[i], &port->endpoint[i], extack);
		if (err)
			goto err_dismantle;
		port->endpoints++;
	}
	err = vpc_link_publish(&port->link, extack) ?: vpc_link_open(&port->link, extack);
	if (err)
		goto err_dismantle;

	for (i = 0; i < port->endpoints; i++)
		vpc_endpoint_settle(port->endpoint[i]);
	list_add_tail(&port->node, &subnet->ports);
	vpc_nh_router_resolve(subnet->vpc);
	vpc_adj_start(&port->adj);
	return port;

err_dismantle:
	dismantle(port);
	vpc_link_restore(&port->link);
	vpc_link_release(&port->link);
err_free:
	port_free(port);
	return ERR_PTR(err);
}

/**
 * vpc_port_remove() - unbind a port, whoever refers to it
 * @port: the port
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 */
void vpc_port_remove(struct vpc_port *port)
{
	if (port->link.overlay) {
		vpc_overlay_remove(port);
		return;
	}
	list_del(&port->node);
	dismantle(port);
	vpc_link_release(&port->link);
	port_free(port);
}

/* All addresses go to live on another host, or none does. */
static int move(struct vpc_port *port, const struct vpc_port_target *to,
		struct netlink_ext_ack *extack)
{
	struct vpc_endpoint **next = kcalloc(port->endpoints, sizeof(*next), GFP_KERNEL);
	struct vpc_remote_config cfg = {
		.vpc = port->link.vpc,
		.host = to->host,
		.lladdr = to->lladdr,
	};
	int i, err = 0;

	if (!next)
		return vpc_err(extack, -ENOMEM, "no memory for the request");
	for (i = 0; i < port->endpoints; i++) {
		cfg.addr = port->endpoint[i]->addr;
		next[i] = vpc_remote_endpoint_prepare(&cfg, extack);
		if (IS_ERR(next[i])) {
			err = PTR_ERR(next[i]);
			break;
		}
	}
	while (i--) {
		if (err) {
			vpc_remote_endpoint_abandon(next[i]);
			continue;
		}
		vpc_remote_endpoint_move(port->endpoint[i], next[i]);
	}
	for (i = 0; !err && i < port->endpoints; i++)
		vpc_nl_event_item(cfg.vpc->vn, VPC_EVENT_CHANGED, VPC_A_EVENT_ENDPOINT,
				  vpc_nl_endpoint_fill, next[i], NULL);
	kfree(next);
	return err;
}

/**
 * vpc_port_del() - unbind a port that no route needs
 * @port: the port
 * @to: where its addresses go to live; or NULL: nowhere
 * @extack: gets the sentence of a refusal
 *
 * A packet to an address that moves finds it here or there.
 *
 * Context: the RTNL and vpc_net::lock are held; may sleep.
 * Return: 0 or -errno; then nothing has changed.
 */
int vpc_port_del(struct vpc_port *port, const struct vpc_port_target *to,
		 struct netlink_ext_ack *extack)
{
	int err = port->link.overlay ? vpc_overlay_check_unused(port, extack) :
				       vpc_nh_router_check_unused(&port->link, extack);

	if (!err && to)
		err = move(port, to, extack);
	if (err)
		return err;
	vpc_port_remove(port);
	return 0;
}
