// SPDX-License-Identifier: GPL-2.0
/* Reading requests: what the commands of all objects share. */

#include <linux/ctype.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "link.h"
#include "nl_common.h"
#include "table.h"
#include "vpc.h"

/**
 * vpc_name_valid() - may an object have this name?
 * @name: the name
 * Context: any.
 * Return: true for a letter, then letters, digits, '.', '_' or '-', at most 31
 * characters in all.
 */
bool vpc_name_valid(const char *name)
{
	const char *c = name;

	/* isalpha() of the kernel knows Latin-1 letters too. */
	if (!isascii(*c) || !isalpha(*c))
		return false;
	while (*++c) {
		if (!isascii(*c) || (!isalnum(*c) && !strchr("._-", *c)))
			return false;
	}
	return c - name < VPC_NAME_LEN;
}

/**
 * vpc_nl_need() - refuse a request that lacks an attribute
 * @info: the request
 * @attr: the attribute
 * @object: what the request is about
 * @what: what the attribute says
 * Context: a do request.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_need(struct genl_info *info, int attr, const char *object, const char *what)
{
	if (info->attrs[attr])
		return 0;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, attr);
	return vpc_err(info->extack, -EINVAL, "%s: no %s given", object, what);
}

/**
 * vpc_nl_next() - walk the attributes that may be repeated
 * @info: the request
 * @attr: the attribute
 * @last: the last one seen, or NULL to start
 * Context: a do request.
 * Return: the next one, or NULL.
 */
const struct nlattr *vpc_nl_next(const struct genl_info *info, int attr,
				 const struct nlattr *last)
{
	const struct nlattr *a = nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
	int rem = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN);

	if (last) {
		rem -= (const char *)last - (const char *)a;
		a = nla_next(last, &rem);
	}
	return nla_find(a, rem, attr);
}

/**
 * vpc_nl_check_name() - is the text of an attribute one that things are called by?
 * @info: the request
 * @attr: attribute with the text, which is there
 * @what: what it is in a refusal, "name"
 * Context: a do request.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_check_name(struct genl_info *info, int attr, const char *what)
{
	const char *name = nla_data(info->attrs[attr]);

	if (vpc_name_valid(name))
		return 0;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return vpc_err(info->extack, -EINVAL,
		       "\"%*pE\" is not a %s: a letter, then letters, digits, '.', '_' or '-', at most %d in all",
		       (int)strlen(name), name, what, VPC_NAME_LEN - 1);
}

/**
 * vpc_nl_new_name() - a name for an object to take
 * @info: the request
 * @kind: of the object
 * @attr: attribute with the name
 * Context: a do request.
 * Return: the name, which lives as long as the request, or an ERR_PTR().
 */
const char *vpc_nl_new_name(struct genl_info *info, enum vpc_kind kind, int attr)
{
	const char *name;
	int err;

	err = vpc_nl_need(info, attr, vpc_kind_name(kind), "name");
	if (err)
		return ERR_PTR(err);

	name = nla_data(info->attrs[attr]);
	err = vpc_nl_check_name(info, attr, "name");
	if (!err && kind == VPC_KIND_TABLE && !strcmp(name, "default")) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
		err = vpc_err(info->extack, -EINVAL,
			      "no table can be named default, as every VPC has a default table");
	}
	return err ? ERR_PTR(err) : name;
}

/**
 * vpc_nl_by_name() - the object that an attribute names
 * @vn: the namespace
 * @kind: of the object
 * @attr: attribute with a name
 * @extack: gets the sentence of a refusal
 * Context: vpc_net::lock is held.
 * Return: the object or an ERR_PTR().
 */
struct vpc_object *vpc_nl_by_name(struct vpc_net *vn, enum vpc_kind kind,
				  const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	struct vpc_object *obj;

	obj = vpc_object_find(&vn->registry[kind], name);
	if (obj)
		return obj;
	NL_SET_BAD_ATTR(extack, attr);
	if (!*name)
		return ERR_PTR(vpc_err(extack, -EINVAL, "the name of a %s is empty",
				       vpc_kind_name(kind)));
	return ERR_PTR(vpc_err(extack, -ENOENT, "there is no %s named %*pE",
			       vpc_kind_name(kind), (int)strlen(name), name));
}

/**
 * vpc_nl_named() - the object that a request is about
 * @info: the request
 * @kind: of the object; not a port or an uplink
 * @attr: attribute with its name
 * Context: a do request.
 * Return: the object or an ERR_PTR().
 */
struct vpc_object *vpc_nl_named(struct genl_info *info, enum vpc_kind kind, int attr)
{
	int err = vpc_nl_need(info, attr, vpc_kind_name(kind), "name");

	if (err)
		return ERR_PTR(err);
	return vpc_nl_by_name(vpc_nl_net(info), kind, info->attrs[attr], info->extack);
}

/**
 * vpc_nl_vpc() - a VPC that a request about another object names
 * @info: the request
 * @attr: attribute with its name
 * @object: what the request is about
 * @what: what the VPC is to it
 * Context: a do request.
 * Return: the VPC or an ERR_PTR().
 */
struct vpc *vpc_nl_vpc(struct genl_info *info, int attr, const char *object, const char *what)
{
	struct vpc_object *obj;
	int err;

	err = vpc_nl_need(info, attr, object, what);
	if (err)
		return ERR_PTR(err);
	obj = vpc_nl_by_name(vpc_nl_net(info), VPC_KIND_VPC, info->attrs[attr], info->extack);
	if (IS_ERR(obj))
		return ERR_CAST(obj);
	return container_of(obj, struct vpc, obj);
}

/**
 * vpc_nl_table() - the route table that something in a VPC shall use
 * @info: the request
 * @attr: attribute with its name; empty or absent: the default table
 * @vpc: the VPC
 * Context: a do request.
 * Return: the table or an ERR_PTR().
 */
struct vpc_table *vpc_nl_table(struct genl_info *info, int attr, const struct vpc *vpc)
{
	const struct nlattr *name = info->attrs[attr];
	struct vpc_table *table;
	struct vpc_object *obj;

	if (!name || !*(const char *)nla_data(name))
		return vpc->table;
	obj = vpc_nl_by_name(vpc_nl_net(info), VPC_KIND_TABLE, name, info->extack);
	if (IS_ERR(obj))
		return ERR_CAST(obj);
	table = container_of(obj, struct vpc_table, obj);
	if (table->vpc == vpc)
		return table;
	NL_SET_BAD_ATTR(info->extack, name);
	return ERR_PTR(vpc_err(info->extack, -EINVAL, "table %s is of VPC %s, not of VPC %s",
			       obj->name, table->vpc->obj.name, vpc->obj.name));
}

/**
 * vpc_nl_link() - the port or uplink that a request is about
 * @info: the request
 * @kind: VPC_KIND_PORT, VPC_KIND_UPLINK, or VPC_KINDS for either
 * @attr: attribute with the name of its device
 * Context: a do request.
 * Return: the link or an ERR_PTR().
 */
struct vpc_link *vpc_nl_link(struct genl_info *info, enum vpc_kind kind, int attr)
{
	const char *object = kind == VPC_KINDS ? "port or uplink" : vpc_kind_name(kind);
	struct vpc_link *link;
	int err;

	err = vpc_nl_need(info, attr, object, "device");
	if (err)
		return ERR_PTR(err);
	link = vpc_link_find(vpc_nl_net(info), nla_data(info->attrs[attr]), kind, info->extack);
	if (!IS_ERR_OR_NULL(link))
		return link;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return link ? link : ERR_PTR(-ENOENT);
}

/**
 * vpc_nl_dev() - the device that a request wants to bind
 * @info: the request
 * @kind: as what
 * @attr: attribute with its name
 * Context: a do request, with the RTNL held.
 * Return: the device, with no reference taken, or an ERR_PTR().
 */
struct net_device *vpc_nl_dev(struct genl_info *info, enum vpc_kind kind, int attr)
{
	struct net_device *dev;
	const char *name;
	int err;

	ASSERT_RTNL();
	err = vpc_nl_need(info, attr, vpc_kind_name(kind), "device");
	if (err)
		return ERR_PTR(err);
	name = nla_data(info->attrs[attr]);
	dev = __dev_get_by_name(genl_info_net(info), name);
	if (dev)
		return dev;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return ERR_PTR(vpc_err(info->extack, -ENODEV, "there is no device named %*pE",
			       (int)strlen(name), name));
}

/**
 * vpc_nl_get_addr() - read an address, whatever it is good for
 * @attr: attribute with 4 or 16 bytes
 * @addr: where to
 * @extack: gets the sentence of a refusal
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_get_addr(const struct nlattr *attr, struct vpc_addr *addr,
		    struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr)) {
		NL_SET_BAD_ATTR(extack, attr);
		return vpc_err(extack, -EINVAL,
			       "an address has 4 or 16 bytes, this one has %d", len);
	}
	memset(addr, 0, sizeof(*addr));
	addr->family = len == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	memcpy(addr->bytes, nla_data(attr), len);
	return 0;
}

/**
 * vpc_nl_get_host() - read the address of a single host
 * @attr: attribute with 4 or 16 bytes
 * @addr: where to
 * @extack: gets the sentence of a refusal
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_get_host(const struct nlattr *attr, struct vpc_addr *addr,
		    struct netlink_ext_ack *extack)
{
	char buf[VPC_PREFIX_STRLEN];
	int err;

	err = vpc_nl_get_addr(attr, addr, extack);
	if (err || vpc_addr_usable(addr))
		return err;
	NL_SET_BAD_ATTR(extack, attr);
	return vpc_err(extack, -EINVAL, "%s cannot be the address of a host",
		       vpc_addr_str(addr, buf));
}

/**
 * vpc_nl_make_prefix() - put a prefix together
 * @addr: its address, or NULL if it is missing
 * @len: its length, or NULL if it is missing
 * @host: it is the address of a host, with the length of a link's prefix
 * @p: where to
 * @extack: gets the sentence of a refusal
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_make_prefix(const struct nlattr *addr, const struct nlattr *len, bool host,
		       struct vpc_prefix *p, struct netlink_ext_ack *extack)
{
	char given[VPC_PREFIX_STRLEN], right[VPC_PREFIX_STRLEN];
	int err;

	if (!addr || !len)
		return vpc_err(extack, -EINVAL, "prefix: no %s given", addr ? "length" : "address");
	err = host ? vpc_nl_get_host(addr, &p->addr, extack) :
		     vpc_nl_get_addr(addr, &p->addr, extack);
	if (err)
		return err;
	p->len = nla_get_u8(len);
	if (p->len > vpc_family_bits(p->addr.family)) {
		NL_SET_BAD_ATTR(extack, len);
		return vpc_err(extack, -EINVAL, "%s: a prefix of this family has at most %u bits",
			       vpc_prefix_str(p, given), vpc_family_bits(p->addr.family));
	}
	if (host || vpc_prefix_clean(p))
		return 0;
	vpc_prefix_str(p, given);
	vpc_prefix_mask(p);
	NL_SET_BAD_ATTR(extack, addr);
	return vpc_err(extack, -EINVAL, "%s has bits set beyond its length: the prefix is %s",
		       given, vpc_prefix_str(p, right));
}

/**
 * vpc_nl_get_prefix() - read a nested prefix
 * @attr: attribute with enum vpc_a_prefix inside
 * @host: as in vpc_nl_make_prefix()
 * @p: where to
 * @extack: gets the sentence of a refusal
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_get_prefix(const struct nlattr *attr, bool host, struct vpc_prefix *p,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VPC_A_PREFIX_MAX + 1];
	int err;

	/* The policy of the command has checked what is inside. */
	err = nla_parse_nested(tb, VPC_A_PREFIX_MAX, attr, NULL, extack);
	if (err)
		return err;
	NL_SET_BAD_ATTR(extack, attr);
	err = vpc_nl_make_prefix(tb[VPC_A_PREFIX_ADDRESS], tb[VPC_A_PREFIX_LENGTH], host, p,
				 extack);
	if (!err)
		NL_SET_BAD_ATTR(extack, NULL);
	return err;
}

/**
 * vpc_nl_get_prefixes() - read all prefixes of one type
 * @info: the request
 * @attr: attribute
 * @list: where to
 * @max: room in @list
 * @count: how many there were
 * @limit: says what has at most @max of them
 * Context: a do request.
 * Return: 0, -EINVAL or -E2BIG.
 */
int vpc_nl_get_prefixes(struct genl_info *info, int attr, struct vpc_prefix *list, u8 max,
			u8 *count, const char *limit)
{
	const struct nlattr *a = NULL;
	int err;

	*count = 0;
	while ((a = vpc_nl_next(info, attr, a))) {
		if (*count == max) {
			NL_SET_BAD_ATTR(info->extack, a);
			return vpc_err(info->extack, -E2BIG, "%s at most %u", limit, max);
		}
		err = vpc_nl_get_prefix(a, false, &list[*count], info->extack);
		if (err)
			return err;
		++*count;
	}
	return 0;
}

/**
 * vpc_nl_get_pair() - read prefixes of which there is at most one per family
 * @info: the request
 * @attr: attribute; at least one must be there
 * @host: as in vpc_nl_make_prefix()
 * @pair: where to, by family; family 0: none
 * @object: what has them
 * Context: a do request.
 * Return: 0 or -EINVAL.
 */
int vpc_nl_get_pair(struct genl_info *info, int attr, bool host, struct vpc_prefix pair[2],
		    const char *object)
{
	char first[VPC_PREFIX_STRLEN], second[VPC_PREFIX_STRLEN];
	struct vpc_prefix p, *slot;
	const struct nlattr *a = NULL;
	int err;

	err = vpc_nl_need(info, attr, object, host ? "address" : "prefix");
	if (err)
		return err;
	while ((a = vpc_nl_next(info, attr, a))) {
		err = vpc_nl_get_prefix(a, host, &p, info->extack);
		if (err)
			return err;
		slot = &pair[vpc_family_index(p.addr.family)];
		if (slot->addr.family) {
			NL_SET_BAD_ATTR(info->extack, a);
			return vpc_err(info->extack, -EINVAL,
				       "%s: one of a family, but both %s and %s are given", object,
				       vpc_prefix_str(slot, first), vpc_prefix_str(&p, second));
		}
		*slot = p;
	}
	return 0;
}
