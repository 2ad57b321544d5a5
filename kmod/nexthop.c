// SPDX-License-Identifier: GPL-2.0
/* Next hops: one object per VPC, type and target. */

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "nexthop.h"
#include "nl_policy.h"
#include "vpc.h"

/* Adding a type is adding a file and a row. */
static const struct vpc_nh_ops * const ops_of[VPC_NH_MAX + 1] = {
	[VPC_NH_PEERING] = &vpc_nh_peering_ops,
	[VPC_NH_ROUTER] = &vpc_nh_router_ops,
	[VPC_NH_BLACKHOLE] = &vpc_nh_blackhole_ops,
	[VPC_NH_UNREACHABLE] = &vpc_nh_unreachable_ops,
	[VPC_NH_PROHIBIT] = &vpc_nh_prohibit_ops,
	[VPC_NH_IPSEC] = &vpc_nh_ipsec_ops,
	[VPC_NH_TRANSIT] = &vpc_nh_transit_ops,
	[VPC_NH_NAT] = &vpc_nh_nat_ops,
	[VPC_NH_VPC_ROUTER] = &vpc_nh_vpc_router_ops,
};

static const struct rhashtable_params by_key = {
	.head_offset = offsetof(struct vpc_nexthop, node),
	.key_offset = offsetof(struct vpc_nexthop, key),
	.key_len = sizeof(struct vpc_nh_key),
	.automatic_shrinking = true,
};

int vpc_nexthop_net_init(struct vpc_net *vn)
{
	return rhashtable_init(&vn->nexthop_hash, &by_key);
}

void vpc_nexthop_net_exit(struct vpc_net *vn)
{
	WARN_ON(vn->nexthop_count);
	rhashtable_destroy(&vn->nexthop_hash);
}

/**
 * vpc_nexthop_find() - the next hop of a key, if any route uses it
 * @key: the key
 * Context: vpc_net::lock is held.
 * Return: the next hop, no reference taken, or NULL.
 */
struct vpc_nexthop *vpc_nexthop_find(const struct vpc_nh_key *key)
{
	lockdep_assert_held(&key->vpc->vn->lock);
	return rhashtable_lookup_fast(&key->vpc->vn->nexthop_hash, key, by_key);
}

static struct vpc_nexthop *nexthop_new(const struct vpc_nh_ops *ops, const struct vpc_nh_key *key,
				       struct netlink_ext_ack *extack)
{
	struct vpc_net *vn = key->vpc->vn;
	char name[VPC_NEXTHOP_STRLEN];
	struct vpc_nexthop *nh;
	int err;

	err = vpc_health_net_ready(vn, extack);
	if (err)
		return ERR_PTR(err);
	nh = kzalloc(ops->size, GFP_KERNEL_ACCOUNT);
	if (!nh)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for a next hop"));
	vpc_health_init(nh);
	nh->ops = ops;
	nh->key = *key;
	nh->refs = 1;
	vpc_nexthop_str(nh, name, sizeof(name));
	nh->hash = jhash(name, strlen(name), 0);
	err = ops->init ? ops->init(nh, extack) : 0;
	if (err)
		goto err_free;
	err = rhashtable_insert_fast(&vn->nexthop_hash, &nh->node, by_key);
	if (err) {
		vpc_err(extack, err, "no memory for a next hop");
		goto err_destroy;
	}
	vn->nexthop_count++;
	return nh;

err_destroy:
	vpc_health_stop(nh);
	if (ops->destroy)
		ops->destroy(nh);
err_free:
	kfree_rcu(nh, rcu);
	return ERR_PTR(err);
}

/**
 * vpc_nexthop_put() - let go of a next hop
 * @nh: the next hop; packets may see it until the next grace period
 * Context: vpc_net::lock is held; may sleep.
 */
void vpc_nexthop_put(struct vpc_nexthop *nh)
{
	struct vpc_net *vn = nh->key.vpc->vn;

	lockdep_assert_held(&vn->lock);
	if (--nh->refs)
		return;
	rhashtable_remove_fast(&vn->nexthop_hash, &nh->node, by_key);
	vn->nexthop_count--;
	vpc_health_stop(nh);
	if (nh->ops->destroy)
		nh->ops->destroy(nh);
	kfree_rcu(nh, rcu);
}

/**
 * vpc_nexthop_parse() - read a next hop of a route
 * @vpc: VPC of the table
 * @attr: nested enum vpc_a_nexthop
 * @path: gets the next hop, with a reference, its priority and weight
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_nexthop_parse(struct vpc *vpc, const struct nlattr *attr, struct vpc_path *path,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VPC_A_NEXTHOP_MAX + 1];
	const struct vpc_nh_ops *ops = NULL;
	struct vpc_nh_key key;
	int targets, err;
	u8 type;

	err = nla_parse_nested(tb, VPC_A_NEXTHOP_MAX, attr, vpc_nl_policy_nexthop, extack);
	if (err)
		return err;
	if (!tb[VPC_A_NEXTHOP_TYPE])
		return vpc_err(extack, -EINVAL, "next hop without a type");
	type = nla_get_u8(tb[VPC_A_NEXTHOP_TYPE]);
	if (type <= VPC_NH_MAX)
		ops = ops_of[type];
	if (!ops)
		return vpc_err(extack, -EOPNOTSUPP, type == VPC_NH_LOCAL ?
			       "local routes are implicit and cannot be configured" :
			       "next hop type %u is not known", type);

	memset(&key, 0, sizeof(key));
	key.vpc = vpc;
	key.type = type;
	targets = !!tb[VPC_A_NEXTHOP_PEERING] + !!tb[VPC_A_NEXTHOP_ADDRESS] +
		  !!tb[VPC_A_NEXTHOP_IPSEC] + !!tb[VPC_A_NEXTHOP_NAT] +
		  !!tb[VPC_A_NEXTHOP_VPC];
	if (targets > 1)
		return vpc_err(extack, -EINVAL, "a next hop of type %s has several targets",
			       ops->name);
	if (ops->parse) {
		err = ops->parse(&key, tb, extack);
		if (err)
			return err;
	} else if (targets) {
		return vpc_err(extack, -EINVAL, "a next hop of type %s has no target", ops->name);
	}

	path->priority = tb[VPC_A_NEXTHOP_PRIORITY] ?
			 nla_get_u32(tb[VPC_A_NEXTHOP_PRIORITY]) : 0;
	path->weight = tb[VPC_A_NEXTHOP_WEIGHT] ? nla_get_u16(tb[VPC_A_NEXTHOP_WEIGHT]) : 1;
	path->nh = vpc_nexthop_find(&key);
	if (path->nh) {
		path->nh->refs++;
		return 0;
	}
	path->nh = nexthop_new(ops, &key, extack);
	return PTR_ERR_OR_ZERO(path->nh);
}

/**
 * vpc_nexthop_fill() - write the content of a nested enum vpc_a_nexthop
 * @msg: the message
 * @path: the next hop as a route uses it
 * @used: packets take this one now
 * Context: vpc_net::lock is held.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nexthop_fill(struct sk_buff *msg, const struct vpc_path *path, bool used)
{
	const struct vpc_nexthop *nh = path->nh;

	if (nla_put_u8(msg, VPC_A_NEXTHOP_TYPE, nh->ops->type) ||
	    nla_put_u32(msg, VPC_A_NEXTHOP_PRIORITY, path->priority) ||
	    nla_put_u16(msg, VPC_A_NEXTHOP_WEIGHT, path->weight) ||
	    (used && nla_put_flag(msg, VPC_A_NEXTHOP_USED)))
		return -EMSGSIZE;
	return nh->ops->fill ? nh->ops->fill(msg, nh) : 0;
}

/**
 * vpc_nexthop_str() - a next hop as users write it
 * @nh: the next hop
 * @buf: where to write
 * @size: of @buf, VPC_NEXTHOP_STRLEN suffices
 * Context: vpc_net::lock is held.
 * Return: @buf
 */
const char *vpc_nexthop_str(const struct vpc_nexthop *nh, char *buf, size_t size)
{
	int len = scnprintf(buf, size, "%s", nh->ops->name);

	if (nh->ops->str) {
		len += scnprintf(buf + len, size - len, " ");
		nh->ops->str(nh, buf + len, size - len);
	}
	return buf;
}

/**
 * vpc_nexthop_inside() - the types that may serve prefixes inside a CIDR (T6)
 * @buf: gets their names
 * @size: of @buf, VPC_NEXTHOP_STRLEN suffices
 * Context: any.
 * Return: @buf
 */
const char *vpc_nexthop_inside(char *buf, size_t size)
{
	const char *sep = "";
	int type, len = 0;

	for (type = 0; type <= VPC_NH_MAX; type++) {
		if (!ops_of[type] || !ops_of[type]->inside)
			continue;
		len += scnprintf(buf + len, size - len, "%s%s", sep, ops_of[type]->name);
		sep = ", ";
	}
	return buf;
}
