// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints of a VPC on other hosts. Those of one VPC on one host share a struct vpc_remote, which
 * has a ready-made way for packets of the VPC itself and one for those of each peer, as a packet
 * carries the VNI of the VPC that sent it. Ways are made when endpoints and peerings are, so that a
 * packet finds one or is dropped.
 */

#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/dst_metadata.h>
#include <net/ip_tunnels.h>
#include <net/vxlan.h>

#include "dst.h"
#include "forward.h"
#include "overlay.h"
#include "peering.h"
#include "port.h"

static const struct rhashtable_params by_key = {
	.head_offset = offsetof(struct vpc_remote, hash),
	.key_offset = offsetof(struct vpc_remote, key),
	.key_len = sizeof(struct vpc_remote_key),
	.automatic_shrinking = true,
};

int vpc_overlay_net_init(struct vpc_net *vn)
{
	xa_init(&vn->vnis);
	return rhashtable_init(&vn->remotes, &by_key);
}

void vpc_overlay_net_exit(struct vpc_net *vn)
{
	WARN_ON(!xa_empty(&vn->vnis) || vn->overlay);
	xa_destroy(&vn->vnis);
	rhashtable_destroy(&vn->remotes);
}

/* What the overlay device is told, see vxlan_xmit_one() in drivers/net/vxlan/vxlan_core.c. */
static struct metadata_dst *tunnel_new(const struct net_device *dev, const struct vpc_addr *host,
				       u32 vni)
{
	struct metadata_dst *md = metadata_dst_alloc(0, METADATA_IP_TUNNEL, GFP_KERNEL_ACCOUNT);
	const union vxlan_addr *local = &((struct vxlan_dev *)netdev_priv(dev))->cfg.saddr;
	struct ip_tunnel_info *info;

	if (!md)
		return NULL;
	info = &md->u.tun_info;
#ifdef CONFIG_DST_CACHE
	if (dst_cache_init(&info->dst_cache, GFP_KERNEL_ACCOUNT)) {
		metadata_dst_free(md);
		return NULL;
	}
#endif
	info->mode = IP_TUNNEL_INFO_TX;
	info->key.tun_id = key32_to_tunnel_id(cpu_to_be32(vni));
	info->key.ttl = 64;
	if (host->family == AF_INET6) {
		info->mode |= IP_TUNNEL_INFO_IPV6;
		info->key.u.ipv6.dst = host->v6;
		if (local->sa.sa_family == AF_INET6)
			info->key.u.ipv6.src = local->sin6.sin6_addr;
	} else {
		info->key.u.ipv4.dst = host->v4;
		if (local->sa.sa_family == AF_INET)
			info->key.u.ipv4.src = local->sin.sin_addr.s_addr;
	}
	/* Over IPv6 a receiver takes no datagram without one, unless told to (RFC 6935). */
	vpc_tunnel_flags(&info->key, host->family == AF_INET6);
	return md;
}

static struct vpc_dst *dst_new(struct vpc_net *vn, const struct vpc_remote *remote, u32 vni)
{
	struct net_device *dev = vn->overlay->link.dev;
	struct metadata_dst *tunnel = tunnel_new(dev, &remote->host, vni);
	struct vpc_dst *vd;

	if (!tunnel)
		return NULL;
	vd = vpc_dst_new(&vn->overlay->link, remote->key.family, remote->key.lladdr);
	if (!vd) {
		dst_release(&tunnel->dst);
		return NULL;
	}
	vd->tunnel = tunnel;
	vpc_overlay_mark(vd->header.h_source, remote->key.vpc->vni);
	return vd;
}

static void ways_free_rcu(struct rcu_head *rcu)
{
	struct vpc_ways *ways = container_of(rcu, struct vpc_ways, rcu);
	u32 i;

	for (i = 0; i < ways->count; i++)
		vpc_dst_free(ways->way[i].dst);
	kfree(ways);
}

/* Who has found one still gets there by it. */
static void ways_free(struct vpc_ways *ways)
{
	if (ways)
		call_rcu(&ways->rcu, ways_free_rcu);
}

static struct vpc_ways *ways_new(struct vpc *vpc, const struct vpc_remote *remote)
{
	u32 count = 1 + vpc->peering_count, used = 0;
	struct vpc_peering_side *side;
	struct vpc_ways *ways;

	ways = kzalloc(struct_size(ways, way, count), GFP_KERNEL_ACCOUNT);
	if (!ways)
		return NULL;
	ways->count = count;
	ways->way[used++].from = vpc;
	list_for_each_entry(side, &vpc->sides, node)
		if (vpc_peering_other(side)->vni)
			ways->way[used++].from = vpc_peering_other(side);
	ways->count = used;
	while (used--) {
		struct vpc_way *way = &ways->way[used];

		way->dst = dst_new(vpc->vn, remote, way->from->vni);
		if (!way->dst) {
			ways_free(ways);
			return NULL;
		}
	}
	return ways;
}

static struct vpc_ways *ways_of(const struct vpc_remote *remote)
{
	return rcu_dereference_protected(remote->ways,
					 lockdep_is_held(&remote->key.vpc->vn->lock));
}

/* The ways that there are, which packets may be on, and after them that of a peer to be. */
static struct vpc_ways *ways_more(const struct vpc_remote *remote, const struct vpc *peer)
{
	const struct vpc_ways *old = ways_of(remote);
	struct vpc_ways *ways;
	u32 i, used = 0;

	ways = kzalloc(struct_size(ways, way, old->count + 1), GFP_KERNEL_ACCOUNT);
	if (!ways)
		return NULL;
	ways->count = old->count + 1;
	for (i = 0; i < old->count; i++)
		if (old->way[i].from)
			ways->way[used++] = old->way[i];
	ways->way[used].from = peer;
	ways->way[used].dst = dst_new(peer->vn, remote, peer->vni);
	ways->count = used + 1;
	if (ways->way[used].dst)
		return ways;
	kfree(ways);
	return NULL;
}

/**
 * vpc_remote_put() - one endpoint less
 * @remote: where it was
 * Context: vpc_net::lock is held. Packets may see it until the next grace period.
 */
void vpc_remote_put(struct vpc_remote *remote)
{
	struct vpc_net *vn = remote->key.vpc->vn;

	lockdep_assert_held(&vn->lock);
	if (--remote->endpoints)
		return;
	rhashtable_remove_fast(&vn->remotes, &remote->hash, by_key);
	list_del(&remote->node);
	ways_free(rcu_replace_pointer(remote->ways, NULL, lockdep_is_held(&vn->lock)));
	kfree_rcu(remote, rcu);
}

static struct vpc_remote *remote_get(const struct vpc_remote_config *cfg)
{
	struct vpc_net *vn = cfg->vpc->vn;
	struct vpc_remote_key key;
	struct vpc_remote *remote;

	memset(&key, 0, sizeof(key));
	key.vpc = cfg->vpc;
	key.family = cfg->addr.family;
	ether_addr_copy(key.lladdr, cfg->lladdr);
	if (cfg->host.family == AF_INET)
		ipv6_addr_set_v4mapped(cfg->host.v4, &key.host);
	else
		key.host = cfg->host.v6;
	remote = rhashtable_lookup_fast(&vn->remotes, &key, by_key);
	if (remote) {
		remote->endpoints++;
		return remote;
	}
	remote = kzalloc(sizeof(*remote), GFP_KERNEL_ACCOUNT);
	if (!remote)
		return NULL;
	remote->key = key;
	remote->host = cfg->host;
	remote->endpoints = 1;
	RCU_INIT_POINTER(remote->ways, ways_new(cfg->vpc, remote));
	if (!ways_of(remote) || rhashtable_insert_fast(&vn->remotes, &remote->hash, by_key)) {
		ways_free(ways_of(remote));
		kfree(remote);
		return NULL;
	}
	list_add_tail(&remote->node, &cfg->vpc->remotes);
	return remote;
}

static bool own_address(struct net *net, const struct vpc_addr *addr)
{
	return addr->family == AF_INET ? inet_addr_type(net, addr->v4) == RTN_LOCAL :
					 ipv6_chk_addr(net, &addr->v6, NULL, 0);
}

static int check_config(const struct vpc_remote_config *cfg, const struct vpc_subnet *subnet,
			struct netlink_ext_ack *extack)
{
	struct vpc *vpc = cfg->vpc;
	char buf[VPC_PREFIX_STRLEN];

	if (!vpc->vn->overlay)
		return vpc_err(extack, -ENODEV,
			       "there is no way to other hosts: make a VXLAN device a port first (port add DEV overlay)");
	if (!vpc->vni)
		return vpc_err(extack, -EINVAL, "VPC %s has no VNI (vpc set %s vni N)",
			       vpc->obj.name, vpc->obj.name);
	vpc_addr_str(&cfg->host, buf);
	if (!vpc_addr_usable(&cfg->host))
		return vpc_err(extack, -EINVAL, "%s cannot be the address of another host", buf);
	if (cfg->host.family == AF_INET6 && !ipv6_mod_enabled())
		return vpc_err(extack, -EAFNOSUPPORT, "host %s: this kernel has no IPv6", buf);
	if (own_address(vpc->vn->net, &cfg->host))
		return vpc_err(extack, -EINVAL, "%s is an address of this host", buf);
	if (ether_addr_equal(cfg->lladdr, vpc->vn->overlay->link.dev->dev_addr))
		return vpc_err(extack, -EINVAL,
			       "%pM is the MAC address of %s here: another host's is another one",
			       cfg->lladdr, vpc->vn->overlay->link.dev->name);
	if (!is_valid_ether_addr(cfg->lladdr))
		return vpc_err(extack, -EINVAL,
			       "%pM cannot be the MAC address of an overlay device", cfg->lladdr);
	if (!subnet)
		return vpc_err(extack, -EINVAL, "address %s is in no subnet of VPC %s",
			       vpc_addr_str(&cfg->addr, buf), vpc->obj.name);
	return vpc_subnet_check_address(subnet, &cfg->addr, extack);
}

/**
 * vpc_remote_endpoint_prepare() - an address is about to live on another host
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 *
 * vpc_remote_endpoint_move() or vpc_remote_endpoint_abandon() follows.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: the endpoint, which nobody sees yet, or ERR_PTR(-errno).
 */
struct vpc_endpoint *vpc_remote_endpoint_prepare(const struct vpc_remote_config *cfg,
						 struct netlink_ext_ack *extack)
{
	struct vpc_subnet *subnet = vpc_subnet_of(cfg->vpc, &cfg->addr);
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_endpoint *ep;
	int err;

	lockdep_assert_held(&cfg->vpc->vn->lock);
	err = check_config(cfg, subnet, extack);
	if (err)
		return ERR_PTR(err);
	ep = vpc_endpoint_alloc(cfg->vpc, &cfg->addr);
	if (ep)
		ep->remote = remote_get(cfg);
	if (!ep || !ep->remote) {
		kfree(ep);
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for address %s",
				       vpc_addr_str(&cfg->addr, buf)));
	}
	ep->subnet = subnet;
	subnet->remotes++;
	return ep;
}

/**
 * vpc_remote_endpoint_abandon() - an address does not go to live on another host
 * @ep: from vpc_remote_endpoint_prepare()
 * Context: vpc_net::lock is held.
 */
void vpc_remote_endpoint_abandon(struct vpc_endpoint *ep)
{
	ep->subnet->remotes--;
	vpc_remote_put(ep->remote);
	kfree(ep);
}

/**
 * vpc_remote_endpoint_move() - an address that lived on a port lives on another host
 * @from: its endpoint on the port
 * @to: from vpc_remote_endpoint_prepare()
 * Context: vpc_net::lock is held. Cannot fail.
 */
void vpc_remote_endpoint_move(struct vpc_endpoint *from, struct vpc_endpoint *to)
{
	to->subnet->had_remotes = true;
	vpc_endpoint_move(from, to);
}

/**
 * vpc_remote_endpoint_new() - an address lives on another host
 * @cfg: what is asked for
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the endpoint or ERR_PTR(-errno); then nothing has changed.
 */
struct vpc_endpoint *vpc_remote_endpoint_new(const struct vpc_remote_config *cfg,
					     struct netlink_ext_ack *extack)
{
	struct vpc_endpoint *old = vpc_endpoint_find(cfg->vpc, &cfg->addr), *ep;
	int err = 0;

	ep = vpc_remote_endpoint_prepare(cfg, extack);
	if (IS_ERR(ep))
		return ep;
	if (old && (old->port || !cfg->replace))
		err = vpc_endpoint_refuse(old, extack);
	err = err ?: vpc_endpoint_check_ours(cfg->vpc, &cfg->addr, extack) ?:
	      vpc_endpoint_publish(ep, old, extack);
	if (err) {
		vpc_remote_endpoint_abandon(ep);
		return ERR_PTR(err);
	}
	ep->subnet->had_remotes = true;
	return ep;
}

/**
 * vpc_remote_endpoints_clear() - no address lives on another host any more
 * @vn: the namespace
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_remote_endpoints_clear(struct vpc_net *vn)
{
	struct vpc_endpoint *ep;
	u32 id = 0;

	lockdep_assert_held(&vn->lock);
	while ((ep = vpc_endpoint_next(vn, id))) {
		id = ep->id + 1;
		if (ep->remote)
			vpc_endpoint_del(ep);
		cond_resched();
	}
}

static void drop_next(struct vpc *vpc)
{
	struct vpc_remote *remote;

	list_for_each_entry(remote, &vpc->remotes, node) {
		if (!remote->next)
			continue;
		vpc_dst_free(remote->next->way[remote->next->count - 1].dst);
		kfree(remote->next);
		remote->next = NULL;
	}
}

static int prepare_next(struct vpc *vpc, const struct vpc *peer)
{
	struct vpc_remote *remote;

	list_for_each_entry(remote, &vpc->remotes, node) {
		remote->next = ways_more(remote, peer);
		if (!remote->next) {
			drop_next(vpc);
			return -ENOMEM;
		}
		cond_resched();
	}
	return 0;
}

static void commit_next(struct vpc *vpc)
{
	struct vpc_remote *remote;
	struct vpc_ways *old;

	list_for_each_entry(remote, &vpc->remotes, node) {
		if (!remote->next)
			continue;
		old = rcu_replace_pointer(remote->ways, remote->next,
					  lockdep_is_held(&vpc->vn->lock));
		remote->next = NULL;
		kfree_rcu(old, rcu);
	}
}

/**
 * vpc_remote_join() - two VPCs become peers: prepare ways to the other's hosts
 * @a: one
 * @b: the other
 * @extack: gets the sentence of a refusal
 *
 * vpc_remote_join_commit() or vpc_remote_part() follows.
 *
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vpc_remote_join(struct vpc *a, struct vpc *b, struct netlink_ext_ack *extack)
{
	int err = b->vni ? prepare_next(a, b) : 0;

	lockdep_assert_held(&a->vn->lock);
	if (!err && a->vni)
		err = prepare_next(b, a);
	if (!err)
		return 0;
	drop_next(a);
	return vpc_err(extack, err, "no memory for the ways between hosts of VPC %s and VPC %s",
		       a->obj.name, b->obj.name);
}

/**
 * vpc_remote_join_commit() - they are peers
 * @a: one
 * @b: the other
 * Context: vpc_net::lock is held.
 */
void vpc_remote_join_commit(struct vpc *a, struct vpc *b)
{
	commit_next(a);
	commit_next(b);
}

static void forget(struct vpc *vpc, const struct vpc *peer)
{
	struct vpc_remote *remote;
	u32 i;

	list_for_each_entry(remote, &vpc->remotes, node) {
		struct vpc_ways *ways = ways_of(remote);

		/* The address of a VPC may be that of another one some day. */
		for (i = 1; i < ways->count; i++) {
			if (ways->way[i].from != peer)
				continue;
			WRITE_ONCE(ways->way[i].from, NULL);
			vpc_dst_free(xchg(&ways->way[i].dst, NULL));
		}
	}
}

/**
 * vpc_remote_part() - they are peers no more, or do not become peers
 * @a: one
 * @b: the other
 * Context: vpc_net::lock is held.
 */
void vpc_remote_part(struct vpc *a, struct vpc *b)
{
	drop_next(a);
	drop_next(b);
	forget(a, b);
	forget(b, a);
}

static struct vpc_dst *way_of(const struct vpc_remote *remote, const struct vpc *from)
{
	const struct vpc_ways *ways = rcu_dereference(remote->ways);
	u32 i;

	for (i = 0; ways && i < ways->count; i++)
		if (READ_ONCE(ways->way[i].from) == from)
			return READ_ONCE(ways->way[i].dst);
	return NULL;
}

/**
 * vpc_remote_output() - send a packet to an endpoint on another host
 * @pkt: the packet
 * @ep: the endpoint
 *
 * Only what an endpoint of the VPC has sent gets there, as the other host checks just that. What
 * comes from a transit domain has no VNI to carry.
 *
 * Context: softirq, RCU read side.
 * Return: VPC_DONE.
 */
enum vpc_verdict vpc_remote_output(struct vpc_pkt *pkt, const struct vpc_endpoint *ep)
{
	const struct vpc *from = pkt->peering ? pkt->peering->side[pkt->peering_dir].vpc : pkt->vpc;
	enum vpc_verdict verdict;
	struct vpc_dst *vd;

	if (unlikely(pkt->link->overlay))
		return vpc_drop(pkt, VPC_DROP_OVERLAY_TRANSIT);
	if (unlikely(!pkt->from_endpoint))
		return vpc_drop(pkt, VPC_DROP_OVERLAY_SOURCE);
	vd = way_of(ep->remote, from);
	if (unlikely(!vd))
		return vpc_drop(pkt, VPC_DROP_OVERLAY_VNI);
	verdict = vpc_forward_prepare(pkt, vd->link->dev);
	if (likely(verdict == VPC_CONTINUE))
		vpc_forward_send(pkt->skb, vd, pkt->link->vpc);
	return VPC_DONE;
}
