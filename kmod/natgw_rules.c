// SPDX-License-Identifier: GPL-2.0
/* Rules of NAT gateways: whose connections go out, which ports lead in. */

#include <linux/slab.h>
#include <linux/sort.h>

#include "natgw.h"
#include "subnet.h"

static bool same_snat(const struct vpc_snat *a, const struct vpc_snat *b)
{
	return a->subnet == b->subnet &&
	       (a->subnet || (a->prefix.len == b->prefix.len &&
			      vpc_addr_equal(&a->prefix.addr, &b->prefix.addr)));
}

static const char *snat_str(const struct vpc_snat *rule, char *buf)
{
	return rule->subnet ? rule->subnet->obj.name : vpc_prefix_str(&rule->prefix, buf);
}

static int check_snat(const struct vpc *vpc, const struct vpc_snat *rule,
		      struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];

	if (rule->subnet) {
		if (rule->subnet->vpc != vpc)
			return vpc_err(extack, -EINVAL, "subnet %s is of VPC %s, not of VPC %s",
				       rule->subnet->obj.name, rule->subnet->vpc->obj.name,
				       vpc->obj.name);
		if (rule->subnet->cidr[0].addr.family)
			return 0;
		return vpc_err(extack, -EINVAL,
			       "subnet %s has no IPv4 addresses, and IPv6 is not translated",
			       rule->subnet->obj.name);
	}
	if (rule->prefix.addr.family != AF_INET)
		return vpc_err(extack, -EOPNOTSUPP, "SNAT rule %s: IPv6 is not translated",
			       vpc_prefix_str(&rule->prefix, buf));
	if (!vpc_vpc_cidr_of(vpc, &rule->prefix))
		return vpc_err(extack, -EINVAL, "SNAT rule %s is not inside a CIDR of VPC %s",
			       vpc_prefix_str(&rule->prefix, buf), vpc->obj.name);
	return 0;
}

/* The index of a rule in a list, or its length. */
static u32 find_snat(const struct vpc_snat *list, u32 count, const struct vpc_snat *rule)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (same_snat(&list[i], rule))
			break;
	return i;
}

/**
 * vpc_natgw_snat_build() - the SNAT rules that a gateway will have
 * @gw: the gateway, with those that it has
 * @req: what is asked for
 * @list: gets them; the caller frees it
 * @count: gets how many
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_natgw_snat_build(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			 struct vpc_snat **list, u32 *count, struct netlink_ext_ack *extack)
{
	const char *name = gw->label;
	char buf[VPC_PREFIX_STRLEN];
	struct vpc_snat *rules;
	u32 i, n = gw->snats, at;
	int err;

	rules = kcalloc(gw->snats + req->snats + 1, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	if (!rules)
		return vpc_err(extack, -ENOMEM, "no memory for rules of %s", name);
	if (n)
		memcpy(rules, gw->snat, n * sizeof(*rules));
	for (i = 0; i < req->del_snats; i++) {
		at = find_snat(rules, n, &req->del_snat[i]);
		if (at == n) {
			err = vpc_err(extack, -ENOENT, "%s has no SNAT rule for %s",
				      name, snat_str(&req->del_snat[i], buf));
			goto err_free;
		}
		memmove(&rules[at], &rules[at + 1], (--n - at) * sizeof(*rules));
	}
	for (i = 0; i < req->snats; i++) {
		err = check_snat(gw->vpc, &req->snat[i], extack);
		if (err)
			goto err_free;
		if (find_snat(rules, n, &req->snat[i]) < n) {
			err = vpc_err(extack, -EEXIST, "%s has an SNAT rule for %s already",
				      name, snat_str(&req->snat[i], buf));
			goto err_free;
		}
		rules[n++] = req->snat[i];
	}
	if (n > VPC_NAT_RULES_MAX) {
		err = vpc_err(extack, -E2BIG, "%s would have more than %d SNAT rules",
			      name, VPC_NAT_RULES_MAX);
		goto err_free;
	}
	*list = rules;
	*count = n;
	return 0;

err_free:
	kfree(rules);
	return err;
}

/**
 * vpc_natgw_dnat_str() - a DNAT rule for a sentence
 * @rule: the rule
 * @buf: where to
 * @size: of @buf, VPC_DNAT_STRLEN suffices
 * Context: any.
 * Return: @buf
 */
const char *vpc_natgw_dnat_str(const struct vpc_dnat *rule, char *buf, size_t size)
{
	char addr[VPC_PREFIX_STRLEN];
	int len;

	vpc_addr_str(&rule->public, addr);
	if (!rule->proto) {
		snprintf(buf, size, "%s (1:1)", addr);
		return buf;
	}
	len = scnprintf(buf, size, "%s %s port %u", addr,
			rule->proto == IPPROTO_TCP ? "tcp" : "udp", rule->first);
	if (rule->last != rule->first)
		scnprintf(buf + len, size - len, "-%u", rule->last);
	return buf;
}

static bool overlap(const struct vpc_dnat *a, const struct vpc_dnat *b)
{
	return vpc_addr_equal(&a->public, &b->public) && a->proto == b->proto &&
	       a->first <= b->last && b->first <= a->last;
}

static bool same_dnat(const struct vpc_dnat *a, const struct vpc_dnat *b)
{
	return vpc_addr_equal(&a->public, &b->public) && a->proto == b->proto &&
	       a->first == b->first && a->last == b->last;
}

/* Against the rules of other gateways on the same address. */
static int check_others(const struct vpc_nat_gateway *gw, const struct vpc_dnat *rule,
			struct netlink_ext_ack *extack)
{
	char mine[VPC_DNAT_STRLEN], other[VPC_DNAT_STRLEN];
	const struct vpc_public *public;
	const struct vpc_nat_share *share;
	u32 i;

	rcu_read_lock();
	public = vpc_public_find(gw->vpc->vn, &rule->public);
	rcu_read_unlock();
	if (!public)
		return 0;
	list_for_each_entry(share, &public->shares, peer) {
		if (share->gateway == gw)
			continue;
		for (i = 0; i < share->gateway->dnats; i++) {
			if (!overlap(&share->gateway->dnat[i], rule))
				continue;
			return vpc_err(extack, -EEXIST,
				       "DNAT rule %s overlaps with %s of %s",
				       vpc_natgw_dnat_str(rule, mine, sizeof(mine)),
				       vpc_natgw_dnat_str(&share->gateway->dnat[i], other,
							  sizeof(other)),
				       share->gateway->label);
		}
	}
	return 0;
}

static int check_dnat(const struct vpc_nat_gateway *gw, const struct vpc_dnat *rule,
		      struct netlink_ext_ack *extack)
{
	struct vpc_prefix host = { .len = 32 };
	char buf[VPC_PREFIX_STRLEN], text[VPC_DNAT_STRLEN];

	vpc_natgw_dnat_str(rule, text, sizeof(text));
	host.addr = rule->to;
	if (rule->to.family != AF_INET || !vpc_vpc_cidr_of(gw->vpc, &host))
		return vpc_err(extack, -EINVAL,
			       "DNAT rule %s: %s is not an IPv4 address inside a CIDR of VPC %s",
			       text, vpc_addr_str(&rule->to, buf), gw->vpc->obj.name);
	if (rule->to_first + (rule->last - rule->first) > 65535)
		return vpc_err(extack, -EINVAL, "DNAT rule %s: its ports would lead beyond 65535",
			       text);
	return check_others(gw, rule, extack);
}

/**
 * vpc_natgw_dnat_build() - the DNAT rules that a gateway will have
 * @gw: the gateway, with those that it has
 * @req: what is asked for
 * @list: gets them; the caller frees it
 * @count: gets how many
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: 0 or -errno.
 */
int vpc_natgw_dnat_build(const struct vpc_nat_gateway *gw, const struct vpc_natgw_request *req,
			 struct vpc_dnat **list, u32 *count, struct netlink_ext_ack *extack)
{
	char mine[VPC_DNAT_STRLEN], other[VPC_DNAT_STRLEN];
	const char *name = gw->label;
	u32 i, k, n = gw->dnats;
	struct vpc_dnat *rules;
	int err;

	rules = kcalloc(gw->dnats + req->dnats + 1, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	if (!rules)
		return vpc_err(extack, -ENOMEM, "no memory for rules of %s", name);
	if (n)
		memcpy(rules, gw->dnat, n * sizeof(*rules));
	for (i = 0; i < req->del_dnats; i++) {
		for (k = 0; k < n && !same_dnat(&rules[k], &req->del_dnat[i]); k++)
			;
		if (k == n) {
			err = vpc_err(extack, -ENOENT, "%s has no DNAT rule %s", name,
				      vpc_natgw_dnat_str(&req->del_dnat[i], mine, sizeof(mine)));
			goto err_free;
		}
		memmove(&rules[k], &rules[k + 1], (--n - k) * sizeof(*rules));
	}
	for (i = 0; i < req->dnats; i++) {
		err = check_dnat(gw, &req->dnat[i], extack);
		if (err)
			goto err_free;
		for (k = 0; k < n; k++) {
			if (!overlap(&rules[k], &req->dnat[i]))
				continue;
			err = vpc_err(extack, -EEXIST,
				      "DNAT rule %s overlaps with %s of %s",
				      vpc_natgw_dnat_str(&req->dnat[i], mine, sizeof(mine)),
				      vpc_natgw_dnat_str(&rules[k], other, sizeof(other)), name);
			goto err_free;
		}
		rules[n++] = req->dnat[i];
	}
	if (n > VPC_NAT_RULES_MAX) {
		err = vpc_err(extack, -E2BIG, "%s would have more than %d DNAT rules",
			      name, VPC_NAT_RULES_MAX);
		goto err_free;
	}
	*list = rules;
	*count = n;
	return 0;

err_free:
	kfree(rules);
	return err;
}

static int by_port(const void *a, const void *b)
{
	const struct vpc_dnat *x = &((const struct vpc_dnat_slot *)a)->rule;
	const struct vpc_dnat *y = &((const struct vpc_dnat_slot *)b)->rule;

	if (x->proto != y->proto)
		return x->proto < y->proto ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static u32 collect(const struct vpc_nat_share *share, const struct vpc_dnat *list, u32 count,
		   struct vpc_dnat_slot *slot)
{
	u32 i, n = 0;

	for (i = 0; i < count; i++) {
		if (!vpc_addr_equal(&list[i].public, &share->public->addr))
			continue;
		if (slot) {
			slot[n].rule = list[i];
			slot[n].share = (struct vpc_nat_share *)share;
		}
		n++;
	}
	return n;
}

/* All rules of an address, with those in @list for @gw; counts them when @slot is NULL. */
static u32 collect_all(const struct vpc_public *public, const struct vpc_nat_gateway *gw,
		       const struct vpc_dnat *list, u32 count, struct vpc_dnat_slot *slot)
{
	const struct vpc_nat_share *share;
	u32 n = 0;

	list_for_each_entry(share, &public->shares, peer) {
		bool mine = share->gateway == gw;

		n += collect(share, mine ? list : share->gateway->dnat,
			     mine ? count : share->gateway->dnats, slot ? slot + n : NULL);
	}
	return n;
}

/**
 * vpc_natgw_dnat_table() - what packets to an address will read
 * @public: the address; shares of all its gateways are on it
 * @gw: a gateway that changes
 * @list: rules that @gw will have
 * @count: how many
 * @gfp: GFP_KERNEL_ACCOUNT, or with __GFP_NOFAIL where rules of others must not be lost
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held; may sleep.
 * Return: the table, NULL when there is no rule, or ERR_PTR(-ENOMEM).
 */
struct vpc_dnat_table *vpc_natgw_dnat_table(const struct vpc_public *public,
					    const struct vpc_nat_gateway *gw,
					    const struct vpc_dnat *list, u32 count, gfp_t gfp,
					    struct netlink_ext_ack *extack)
{
	struct vpc_dnat_table *table;
	u32 n = collect_all(public, gw, list, count, NULL);

	if (!n)
		return NULL;
	table = kvzalloc(struct_size(table, slot, n), gfp);
	if (!table)
		return ERR_PTR(vpc_err(extack, -ENOMEM, "no memory for rules of %s",
				       gw->label));
	table->count = collect_all(public, gw, list, count, table->slot);
	sort(table->slot, table->count, sizeof(table->slot[0]), by_port, NULL);
	return table;
}
