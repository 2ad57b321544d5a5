/* SPDX-License-Identifier: GPL-2.0 */
/* Flags of tunnels are a bitmap since 6.10; before, they were a word. */
#ifndef _VPC_COMPAT_NET_IP_TUNNELS_H
#define _VPC_COMPAT_NET_IP_TUNNELS_H

#include_next <net/ip_tunnels.h>

/* vpc_tunnel_flags() - there is a VNI; and the outer UDP header has a checksum or none */
static inline void vpc_tunnel_flags(struct ip_tunnel_key *key, bool csum)
{
#ifdef VPC_HAVE_TUNNEL_FLAG_BITS
	__set_bit(IP_TUNNEL_KEY_BIT, key->tun_flags);
	if (csum)
		__set_bit(IP_TUNNEL_CSUM_BIT, key->tun_flags);
#else
	key->tun_flags = TUNNEL_KEY | (csum ? TUNNEL_CSUM : 0);
#endif
}

#endif
