/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_TCP_H
#define _SHIM_TCP_H

#include "../skb.h"
#include_next <linux/tcp.h>

static inline unsigned int __tcp_hdrlen(const struct tcphdr *th)
{
	return th->doff * 4;
}

#endif
