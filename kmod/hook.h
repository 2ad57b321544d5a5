/* SPDX-License-Identifier: GPL-2.0 */
/* The adapter between netfilter and the packet's way. */
#ifndef _VPC_HOOK_H
#define _VPC_HOOK_H

#include "netns.h"

bool vpc_hook_before_ours(const struct net *net, u8 family);
bool vpc_hook_on_the_way(const struct net *net, u8 family);
int vpc_hook_register(struct vpc_net *vn);
void vpc_hook_unregister(struct vpc_net *vn);

#endif /* _VPC_HOOK_H */
