// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec connections in policy mode (V6): pairs of a local and a remote prefix. They come
 * after the local routes of a VPC and before its tables. The longest remote prefix wins, then
 * the longest local one: the list is in this order, and the first pair that fits is taken.
 */

#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "ipsec.h"
#include "vpc.h"

/* Whoever leaves the domain by a connection goes from local to remote. */
struct selector {
	struct vpc_prefix local;
	struct vpc_prefix remote;
	struct vpc_ipsec *conn;
};

/**
 * struct vpc_selectors - all pairs of a VPC; immutable
 * @rcu: frees it
 * @count: pairs
 * @cidrs: how many of @cidr
 * @cidr: address space of the VPC, which no pair takes away
 * @selector: the pairs, best first
 */
struct vpc_selectors {
	struct rcu_head rcu;
	u32 count;
	u8 cidrs;
	struct vpc_prefix cidr[VPC_CIDRS_MAX];
	struct selector selector[];
};

static int compare(const void *a, const void *b)
{
	const struct selector *x = a, *y = b;
	int d;

	if (x->remote.len != y->remote.len)
		return (int)y->remote.len - x->remote.len;
	if (x->local.len != y->local.len)
		return (int)y->local.len - x->local.len;
	/* Equal pairs side by side. */
	d = memcmp(x->remote.addr.bytes, y->remote.addr.bytes, sizeof(x->remote.addr.bytes));
	if (!d)
		d = memcmp(x->local.addr.bytes, y->local.addr.bytes, sizeof(x->local.addr.bytes));
	return d ?: (int)x->remote.addr.family - y->remote.addr.family;
}

static u32 pairs_of(const struct vpc_ipsec *conn, struct selector *to)
{
	const struct vpc_prefix *local = conn->prefix, *remote = conn->prefix + conn->locals;
	u32 count = 0;
	int i, k;

	if (conn->mode != VPC_IPSEC_POLICY)
		return 0;
	for (i = 0; i < conn->locals; i++)
		for (k = 0; k < conn->remotes; k++) {
			if (local[i].addr.family != remote[k].addr.family)
				continue;
			if (to)
				to[count] = (struct selector){ local[i], remote[k],
							       (struct vpc_ipsec *)conn };
			count++;
		}
	return count;
}

/* An equal pair on two connections: which one would it be? */
static int check_equal(const struct vpc_selectors *s, struct netlink_ext_ack *extack)
{
	char local[VPC_PREFIX_STRLEN], remote[VPC_PREFIX_STRLEN];
	u32 i;

	for (i = 1; i < s->count; i++) {
		const struct selector *a = &s->selector[i - 1], *b = &s->selector[i];

		if (compare(a, b))
			continue;
		if (a->conn == b->conn)
			return vpc_err(extack, -EINVAL,
				       "IPsec connection %s has local %s and remote %s twice",
				       a->conn->link.obj.name,
				       vpc_prefix_str(&a->local, local),
				       vpc_prefix_str(&a->remote, remote));
		return vpc_err(extack, -EEXIST,
			       "IPsec connections %s and %s both have local %s and remote %s",
			       a->conn->link.obj.name, b->conn->link.obj.name,
			       vpc_prefix_str(&a->local, local),
			       vpc_prefix_str(&a->remote, remote));
	}
	return 0;
}

static u32 collect(const struct vpc *vpc, struct selector *to)
{
	const struct vpc_vpn_gateway *gw;
	const struct vpc_ipsec *conn;
	u32 count = 0;

	list_for_each_entry(gw, &vpc->vpn_gateways, node)
		list_for_each_entry(conn, &gw->connections, node)
			count += pairs_of(conn, to ? to + count : NULL);
	return count;
}

/* A CIDR that comes must not be what a connection says is behind it. (V11) */
static int check_cidrs(const struct vpc_selectors *s, const struct vpc *vpc,
		       struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN], other[VPC_PREFIX_STRLEN];
	u32 i;
	int k;

	for (i = 0; i < s->count; i++)
		for (k = 0; k < s->cidrs; k++)
			if (vpc_prefix_covers(&s->cidr[k], &s->selector[i].remote))
				return vpc_err(extack, -EINVAL,
					       "CIDR %s of VPC %s would cover remote prefix %s of IPsec connection %s",
					       vpc_prefix_str(&s->cidr[k], buf), vpc->obj.name,
					       vpc_prefix_str(&s->selector[i].remote, other),
					       s->selector[i].conn->link.obj.name);
	return 0;
}

static void publish(struct vpc *vpc, struct vpc_selectors *s)
{
	struct vpc_selectors *old;

	old = rcu_replace_pointer(vpc->selectors, s, lockdep_is_held(&vpc->vn->lock));
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * vpc_selectors_build() - packets see the connections that a VPC has now
 * @vpc: the VPC
 * @cidr: its address space, as it will be
 * @cidrs: how many
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno; then packets see what they saw.
 */
int vpc_selectors_build(struct vpc *vpc, const struct vpc_prefix *cidr, int cidrs,
			struct netlink_ext_ack *extack)
{
	u32 count = collect(vpc, NULL);
	struct vpc_selectors *s;
	int err;

	lockdep_assert_held(&vpc->vn->lock);
	if (!count) {
		publish(vpc, NULL);
		return 0;
	}
	if (count > VPC_IPSEC_SELECTORS_MAX)
		return vpc_err(extack, -E2BIG,
			       "VPC %s would have %u pairs of local and remote prefixes, more than %d",
			       vpc->obj.name, count, VPC_IPSEC_SELECTORS_MAX);
	s = kvzalloc(struct_size(s, selector, count), GFP_KERNEL_ACCOUNT);
	if (!s)
		return vpc_err(extack, -ENOMEM, "no memory for the connections of VPC %s",
			       vpc->obj.name);
	s->count = collect(vpc, s->selector);
	s->cidrs = cidrs;
	memcpy(s->cidr, cidr, cidrs * sizeof(*cidr));
	sort(s->selector, count, sizeof(*s->selector), compare, NULL);
	err = check_equal(s, extack);
	if (!err)
		err = check_cidrs(s, vpc, extack);
	if (err) {
		kvfree(s);
		return err;
	}
	publish(vpc, s);
	return 0;
}

/**
 * vpc_selectors_restore() - the address space did not change after all
 * @vpc: the VPC
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_selectors_restore(struct vpc *vpc)
{
	/* Without memory packets find no connection: that drops, and nothing worse. */
	if (vpc_selectors_build(vpc, vpc->cidr, vpc->cidrs, NULL))
		publish(vpc, NULL);
}

/**
 * vpc_selectors_drop() - packets do not find a connection any more
 * @conn: the connection, in no list any more; stays for a grace period
 *
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_selectors_drop(struct vpc_ipsec *conn)
{
	if (conn->mode == VPC_IPSEC_POLICY)
		vpc_selectors_restore(conn->link.vpc);
}

static bool contains4(const struct vpc_prefix *p, __be32 addr)
{
	return p->addr.family == AF_INET && !((addr ^ p->addr.v4) & inet_make_mask(p->len));
}

static bool contains6(const struct vpc_prefix *p, const struct in6_addr *addr)
{
	return p->addr.family == AF_INET6 && ipv6_prefix_equal(&p->addr.v6, addr, p->len);
}

static bool contains(const struct vpc_prefix *p, const void *addr, u8 family)
{
	return family == AF_INET ? contains4(p, *(const __be32 *)addr) : contains6(p, addr);
}

/**
 * vpc_selectors_of() - the connection in policy mode that a packet takes
 * @pkt: a packet of a VPC that has such connections
 * Context: softirq, RCU read side.
 * Return: the connection or NULL: its table decides.
 */
struct vpc_ipsec *vpc_selectors_of(const struct vpc_pkt *pkt)
{
	/* What came over a connection never matches: no transit. */
	if (vpc_link_is_ipsec(pkt->link))
		return NULL;
	if (pkt->family == AF_INET)
		return vpc_selectors_match(pkt->vpc, &ip_hdr(pkt->skb)->saddr,
					   &ip_hdr(pkt->skb)->daddr, AF_INET);
	return vpc_selectors_match(pkt->vpc, &ipv6_hdr(pkt->skb)->saddr,
				   &ipv6_hdr(pkt->skb)->daddr, AF_INET6);
}

/**
 * vpc_selectors_match() - the connection in policy mode that two addresses are for
 * @vpc: the VPC
 * @local: 4 or 16 bytes, on our side
 * @remote: 4 or 16 bytes, on the other side
 * @family: AF_INET or AF_INET6
 * Context: softirq, RCU read side.
 * Return: the connection or NULL.
 */
struct vpc_ipsec *vpc_selectors_match(const struct vpc *vpc, const void *local,
				      const void *remote, u8 family)
{
	const struct vpc_selectors *s = rcu_dereference(vpc->selectors);
	u32 i;

	if (likely(!s))
		return NULL;
	for (i = 0; i < s->cidrs; i++)
		if (contains(&s->cidr[i], remote, family))
			return NULL;
	for (i = 0; i < s->count; i++)
		if (contains(&s->selector[i].remote, remote, family) &&
		    contains(&s->selector[i].local, local, family))
			return s->selector[i].conn;
	return NULL;
}
