// SPDX-License-Identifier: GPL-2.0
/* Writing messages, which are as large as what they carry; replies; dumps. */

#include <linux/netdevice.h>
#include <linux/sched.h>

#include "link.h"
#include "nl_common.h"
#include "reasons.h"
#include "vpc.h"

/**
 * vpc_nl_put_addr() - write an address
 * @msg: where to
 * @attr: attribute
 * @addr: the address
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_addr(struct sk_buff *msg, int attr, const struct vpc_addr *addr)
{
	return nla_put(msg, attr, vpc_family_bytes(addr->family), addr->bytes);
}

/**
 * vpc_nl_put_prefix() - write a nested prefix
 * @msg: where to
 * @attr: attribute
 * @p: the prefix
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_prefix(struct sk_buff *msg, int attr, const struct vpc_prefix *p)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest ||
	    vpc_nl_put_addr(msg, VPC_A_PREFIX_ADDRESS, &p->addr) ||
	    nla_put_u8(msg, VPC_A_PREFIX_LENGTH, p->len))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * vpc_nl_put_drop() - write drops for one reason
 * @msg: where to
 * @attr: attribute
 * @reason: the reason
 * @packets: how many
 * @sent: what VPC_A_DROP_SENT says
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_drop(struct sk_buff *msg, int attr, enum vpc_drop_reason reason, u64 packets,
		    bool sent)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	char name[VPC_DROP_NAME_LEN];

	if (!nest ||
	    nla_put_string(msg, VPC_A_DROP_REASON, vpc_drop_name(reason, name)) ||
	    nla_put_u64_64bit(msg, VPC_A_DROP_PACKETS, packets, VPC_A_DROP_PAD) ||
	    (sent && nla_put_flag(msg, VPC_A_DROP_SENT)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_reasons(struct sk_buff *msg, const void __percpu *whose, bool sent)
{
	unsigned int reason;
	u64 packets;

	for (reason = 0; whose && reason < VPC_DROP_MAX; reason++) {
		packets = vpc_reasons_read(whose, reason);
		if (packets && vpc_nl_put_drop(msg, VPC_A_COUNTERS_DROP, reason, packets, sent))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * vpc_nl_put_totals() - write nested counters
 * @msg: where to
 * @attr: attribute
 * @totals: the counters
 * @received: whose drops by reason come with them; or NULL
 * @sent: whose drops by reason are those of what was sent; or NULL
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_totals(struct sk_buff *msg, int attr, const struct vpc_totals *totals,
		      const void __percpu *received, const void __percpu *sent)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest ||
	    nla_put_u64_64bit(msg, VPC_A_COUNTERS_RX_PACKETS, totals->rx_packets,
			      VPC_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_COUNTERS_RX_BYTES, totals->rx_bytes,
			      VPC_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_COUNTERS_TX_PACKETS, totals->tx_packets,
			      VPC_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_COUNTERS_TX_BYTES, totals->tx_bytes,
			      VPC_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, VPC_A_COUNTERS_DROPS, totals->drops, VPC_A_COUNTERS_PAD) ||
	    (totals->drops && put_reasons(msg, received, false)) ||
	    put_reasons(msg, sent, true))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * vpc_nl_put_counters() - write nested counters of an object
 * @msg: where to
 * @attr: attribute
 * @counters: the counters
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_counters(struct sk_buff *msg, int attr,
			const struct vpc_counters __percpu *counters)
{
	struct vpc_totals totals = {};

	vpc_counters_add(&totals, counters);
	return vpc_nl_put_totals(msg, attr, &totals, counters, NULL);
}

/**
 * vpc_nl_put_dev() - write the name of a device
 * @msg: where to
 * @attr: attribute
 * @dev: the device
 * Context: may sleep; the RTNL is not needed.
 * Return: 0 or -EMSGSIZE.
 */
int vpc_nl_put_dev(struct sk_buff *msg, int attr, const struct net_device *dev)
{
	char name[IFNAMSIZ];

	/*
	 * Without the RTNL a name that changes right now may come out as half of both. It is
	 * copied first, so that at least its length is that of what is sent.
	 */
	strscpy(name, dev->name, sizeof(name));
	return nla_put_string(msg, attr, name);
}

/*
 * Where messages start, and where they end growing. The first holds any route or port. The last
 * keeps every length inside of 16 bits, which nested attributes have.
 */
#define SIZE_FIRST 8192UL
#define SIZE_LAST 65536UL

/**
 * vpc_nl_message() - a message with one thing in it
 * @portid: to whom, or 0
 * @seq: of the request, or 0
 * @cmd: enum vpc_cmd
 * @fill: writes the attributes
 * @item: for @fill
 * Context: vpc_net::lock is held; may sleep.
 * Return: the message or an ERR_PTR().
 */
struct sk_buff *vpc_nl_message(u32 portid, u32 seq, u8 cmd, vpc_nl_fill fill, const void *item)
{
	struct sk_buff *msg;
	size_t size;
	void *hdr;
	int err;

	for (size = SIZE_FIRST; size <= SIZE_LAST; size *= 2) {
		msg = alloc_skb(SKB_WITH_OVERHEAD(size), GFP_KERNEL);
		if (!msg)
			return ERR_PTR(-ENOMEM);
		hdr = genlmsg_put(msg, portid, seq, &vpc_nl_family, 0, cmd);
		err = hdr ? fill(msg, item) : -EMSGSIZE;
		if (!err) {
			genlmsg_end(msg, hdr);
			return msg;
		}
		nlmsg_free(msg);
		if (err != -EMSGSIZE)
			return ERR_PTR(err);
	}
	return ERR_PTR(-EMSGSIZE);
}

/**
 * vpc_nl_reply() - answer a request
 * @info: the request
 * @cmd: enum vpc_cmd
 * @fill: writes the attributes
 * @item: for @fill
 * Context: a do request.
 * Return: 0 or an error.
 */
int vpc_nl_reply(struct genl_info *info, u8 cmd, vpc_nl_fill fill, const void *item)
{
	struct sk_buff *msg;

	msg = vpc_nl_message(info->snd_portid, info->snd_seq, cmd, fill, item);
	if (!IS_ERR(msg))
		return genlmsg_reply(msg, info);
	return vpc_err(info->extack, PTR_ERR(msg), PTR_ERR(msg) == -ENOMEM ?
		       "no memory for the reply" : "the reply does not fit in a message");
}

/**
 * vpc_nl_get() - answer with the object that a request names
 * @info: the request
 * @kind: of the object
 * @form: how it looks
 * Context: a do request.
 * Return: 0 or an error.
 */
int vpc_nl_get(struct genl_info *info, enum vpc_kind kind, const struct vpc_nl_form *form)
{
	struct vpc_object *obj;
	struct vpc_link *link;

	if (form->filter && info->attrs[form->filter]) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[form->filter]);
		return vpc_err(info->extack, -EINVAL, "%s: a VPC selects only what a dump lists",
			       vpc_kind_name(kind));
	}
	if (kind == VPC_KIND_PORT || kind == VPC_KIND_UPLINK) {
		link = vpc_nl_link(info, kind, form->key);
		if (IS_ERR(link))
			return PTR_ERR(link);
		obj = &link->obj;
	} else {
		obj = vpc_nl_named(info, kind, form->key);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	return vpc_nl_reply(info, form->get, form->fill, obj);
}

/**
 * vpc_nl_dump_lock() - start with a part of a dump
 * @vn: the namespace
 * @cb: the dump
 * Context: may sleep. Ends with vpc_nl_dump_unlock(), also when it fails.
 * Return: 0 or an error.
 */
int vpc_nl_dump_lock(struct vpc_net *vn, struct netlink_callback *cb)
{
	mutex_lock(&vn->lock);
	cb->seq = vn->seq;
	if (vn->dying)
		return vpc_err(cb->extack, -ENODEV, "this network namespace is going away");
	return 0;
}

/**
 * vpc_nl_dump_unlock() - end with a part of a dump
 * @vn: the namespace
 * @skb: the part
 * @err: what the last step said
 * Context: may sleep.
 * Return: what a dumpit function returns.
 */
int vpc_nl_dump_unlock(struct vpc_net *vn, struct sk_buff *skb, int err)
{
	mutex_unlock(&vn->lock);
	/* A full message is no error as long as there is something in it. */
	if (err && (err != -EMSGSIZE || !skb->len))
		return err;
	return skb->len;
}

/**
 * vpc_nl_dump_one() - add a message to a part of a dump
 * @skb: the part
 * @cb: the dump
 * @cmd: enum vpc_cmd
 * @fill: writes the attributes
 * @item: for @fill
 * Context: between vpc_nl_dump_lock() and vpc_nl_dump_unlock().
 * Return: 0; -EMSGSIZE when the next part has to begin with this; -ENOMEM.
 */
int vpc_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    vpc_nl_fill fill, const void *item)
{
	size_t size = SIZE_FIRST;
	void *hdr;
	int err;

	for (;;) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vpc_nl_family, NLM_F_MULTI, cmd);
		err = hdr ? fill(skb, item) : -EMSGSIZE;
		if (!err) {
			genl_dump_check_consistent(cb, hdr);
			genlmsg_end(skb, hdr);
			return 0;
		}
		genlmsg_cancel(skb, hdr);
		/*
		 * What does not fit in an empty part never will: the part has to grow. The core
		 * has charged it to the socket already and will uncharge the same.
		 */
		if (err != -EMSGSIZE || skb->len)
			return err;
		while (SKB_WITH_OVERHEAD(size) <= skb_tailroom(skb))
			size *= 2;
		if (size > SIZE_LAST)
			return vpc_err(cb->extack, err, "an entry does not fit in a message");
		if (pskb_expand_head(skb, 0, SKB_WITH_OVERHEAD(size) - skb_tailroom(skb),
				     GFP_KERNEL))
			return vpc_err(cb->extack, -ENOMEM, "no memory for the reply");
	}
}

/* cb->ctx of the dump of a kind of objects. */
struct cursor {
	u32 next;	/* smallest id that was not listed */
	u32 vpc;	/* id of the VPC to list, 0: all */
	bool started;
	bool done;	/* the largest id was listed */
};

static int start(struct vpc_net *vn, struct netlink_callback *cb, struct cursor *cur,
		 enum vpc_kind kind, const struct vpc_nl_form *form)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vpc_object *vpc;

	if (attrs[form->key])
		return vpc_err(cb->extack, -EINVAL, "%s: a dump lists all, whatever their names",
			       vpc_kind_name(kind));
	if (form->filter && attrs[form->filter]) {
		vpc = vpc_nl_by_name(vn, VPC_KIND_VPC, attrs[form->filter], cb->extack);
		if (IS_ERR(vpc))
			return PTR_ERR(vpc);
		cur->vpc = vpc->id;
	}
	cur->started = true;
	return 0;
}

/**
 * vpc_nl_dump() - list the objects of a kind
 * @skb: a part of the dump
 * @cb: the dump
 * @kind: of the objects
 * @form: how they look
 * Context: may sleep.
 * Return: what a dumpit function returns.
 */
int vpc_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, enum vpc_kind kind,
		const struct vpc_nl_form *form)
{
	struct vpc_net *vn = vpc_net(sock_net(skb->sk));
	struct cursor *cur = (struct cursor *)cb->ctx;
	struct vpc_object *obj;
	int err;

	static_assert(sizeof(*cur) <= sizeof(cb->ctx));

	err = vpc_nl_dump_lock(vn, cb);
	/* Not in .start, where older kernels have no place for a sentence. */
	if (!err && !cur->started)
		err = start(vn, cb, cur, kind, form);
	while (!err && !cur->done) {
		obj = vpc_object_next(&vn->registry[kind], cur->next);
		if (!obj) {
			if (form->last && form->has_last(vn))
				err = vpc_nl_dump_one(skb, cb, form->get, form->last, vn);
			cur->done = !err;
			break;
		}
		if (!cur->vpc || form->in_vpc(obj, cur->vpc))
			err = vpc_nl_dump_one(skb, cb, form->get, form->fill, obj);
		if (!err) {
			cur->next = obj->id + 1;
			cur->done = !cur->next;
		}
		cond_resched();
	}
	return vpc_nl_dump_unlock(vn, skb, err);
}
