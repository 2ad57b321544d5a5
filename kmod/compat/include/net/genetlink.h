/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_COMPAT_NET_GENETLINK_H
#define _VPC_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <net/sock.h>

#ifndef VPC_HAVE_GENL_SPLIT_OPS
#define genl_split_ops genl_ops
#endif

#ifndef VPC_HAVE_GENL_INFO_NET_CONST
#define genl_info_net(info) read_pnet(&(info)->_net)
#endif

#ifndef VPC_HAVE_GENL_INFO_DUMP
/* The info lives as long as the block that asks for it; user_ptr[] is not kept. */
#define genl_info_dump(cb) vpc_genl_info_dump(cb, &(struct genl_info){})

static inline const struct genl_info *
vpc_genl_info_dump(struct netlink_callback *cb, struct genl_info *info)
{
	info->snd_seq = cb->nlh->nlmsg_seq;
	info->snd_portid = NETLINK_CB(cb->skb).portid;
	info->nlhdr = (struct nlmsghdr *)cb->nlh;
	info->genlhdr = nlmsg_data(cb->nlh);
	info->attrs = genl_dumpit_info(cb)->attrs;
	info->extack = cb->extack;
	genl_info_net_set(info, sock_net(cb->skb->sk));
	return info;
}
#endif

#endif
