/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formatted error sentences, on every kernel. Newer kernels keep 80 bytes in the
 * extack itself, 6.1 nothing but a pointer; a sentence that names two prefixes
 * and two objects needs more, and must live until the reply is sent, after the
 * operation has returned. VPC_ERR() formats into one of a few slots of ours.
 */
#ifndef _VPC_COMPAT_EXTACK_H
#define _VPC_COMPAT_EXTACK_H

#include <linux/compiler.h>

struct netlink_ext_ack;
struct nlattr;
struct nla_policy;

#define VPC_EXTACK_LEN 240

__printf(4, 5)
void vpc_extack_fmt(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const struct nla_policy *policy, const char *fmt, ...);

/* @extack and @attr may be NULL. No newline, no full stop, as in the kernel. */
#define VPC_ERR(extack, attr, fmt, args...) \
	vpc_extack_fmt(extack, attr, NULL, fmt, ##args)

#endif
