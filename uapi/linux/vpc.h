/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/**
 * DOC: The generic netlink family "vpc"
 *
 * Everything that the module is told and everything that it tells goes through
 * one generic netlink family, "vpc", version 1. Each network namespace has a
 * configuration of its own. Every command, reads included, needs CAP_NET_ADMIN
 * in the initial user namespace; the module parameter userns=1 widens that to
 * the user namespace that owns the network namespace. To join a multicast group
 * takes CAP_NET_ADMIN in the owning one, but without userns=1 nothing is sent to
 * a network namespace that another user namespace owns.
 *
 * Objects are named: a letter, then letters, digits, '.', '_' or '-', at most
 * %VPC_NAME_LEN - 1 characters, unique per kind and namespace. Ports and
 * uplinks are named by their network device. Addresses are in network byte
 * order, 4 bytes for IPv4 and 16 for IPv6; numbers are in host byte order.
 * Attributes marked "[]" may be repeated. A request with an attribute that its
 * command does not take is refused. A reply may carry attributes that an older
 * reader does not know; it skips them.
 *
 * Every refusal of the module carries a sentence (NLMSGERR_ATTR_MSG); the
 * generic netlink core refuses a caller without permission with EPERM alone. A
 * command that is refused has changed nothing. The reply to a command that removes something
 * is sent when no packet can use it any more.
 *
 * The commands, with what each takes ("?" optional, "|" one of) and answers::
 *
 *   INFO_GET     do: -> VPC_A_INFO_*
 *   FLUSH        do: removes every object of the namespace
 *
 *   SETTINGS_SET do: IF_ID_FIRST, IF_ID_LAST
 *
 *   VPC_NEW      do: NAME, CIDR[] (1..16) | TRANSIT, ACCOUNT?, PEERING_LIMIT?,
 *                CONNECTION_LIMIT?, FILTER?, REGION?, VNI?
 *   VPC_SET      do: NAME, NEW_NAME?, CIDR[]? (added), DEL_CIDR[]?, PEERING_LIMIT?,
 *                CONNECTION_LIMIT?, FILTER?, REGION?, VNI?, PUBLIC[]? (added),
 *                DEL_PUBLIC[]?, UPLINK? (these three without the others)
 *   VPC_DEL      do: NAME
 *   VPC_GET      do: NAME -> VPC_A_VPC_*;  dump: all
 *   SUBNET_NEW   do: NAME, VPC, CIDR[] (one per family), GATEWAY[]?, TABLE?
 *   SUBNET_SET   do: NAME, TABLE (the name of a table, or empty: the default one)
 *   SUBNET_DEL   do: NAME
 *   SUBNET_GET   do: NAME;  dump: VPC?
 *   TABLE_NEW    do: NAME, VPC
 *   TABLE_DEL    do: NAME
 *   TABLE_GET    do: NAME;  dump: VPC?
 *   PORT_NEW     do: DEV, SUBNET | OVERLAY, ADDRESS[], LLADDR?, ALLOW[]? (these three not
 *                with OVERLAY)
 *   PORT_DEL     do: DEV, HOST?, LLADDR?
 *   PORT_GET     do: DEV;  dump: VPC?
 *   UPLINK_NEW   do: DEV, VPC, ADDRESS[] (one per family), GATEWAY[]?, TABLE?; a public
 *                uplink: DEV, GATEWAY[]
 *   UPLINK_DEL   do: DEV
 *   UPLINK_GET   do: DEV;  dump: VPC?
 *   ENDPOINT_NEW do: VPC, ADDRESS, HOST, LLADDR, REPLACE?
 *   ENDPOINT_DEL do: VPC, ADDRESS (one on another host)
 *   ENDPOINT_GET dump: VPC?
 *   ROUTE_CHANGE do: TABLE | VPC | GATEWAY, REPLACE_TABLE?, OP[]
 *   ROUTE_GET    dump: TABLE? | VPC? | GATEWAY?, PEERING?, IPSEC?
 *   ROUTE_LOOKUP do: TABLE | VPC | GATEWAY | DEV, ADDRESS -> VPC_A_ROUTE_*, or
 *                ENETUNREACH
 *   PEERING_NEW  do: NAME, VPC, PEER, AS?, EXPIRES?, BANDWIDTH (between regions)
 *   PEERING_SET  do: NAME, NEW_NAME?, BANDWIDTH?, AS?
 *   PEERING_ACCEPT, PEERING_REJECT, PEERING_ENABLE, PEERING_DEL
 *                do: NAME, AS? (REJECT and DEL -> ROUTES_REMOVED)
 *   PEERING_GET  do: NAME;  dump: VPC?
 *   STATS_GET    do: VPC -> VPC_A_STATS_*;  dump: all
 *   VPN_GATEWAY_NEW do: NAME, VPC, LOCAL, INSIDE[]? (one per family), BANDWIDTH?,
 *                TRANSIT?, MSS_CLAMP?
 *   VPN_GATEWAY_SET do: NAME, NEW_NAME?, BANDWIDTH?, TRANSIT?, MSS_CLAMP?
 *   VPN_GATEWAY_DEL do: NAME
 *   VPN_GATEWAY_GET do: NAME;  dump: VPC?
 *   CUSTOMER_GATEWAY_NEW do: NAME, ADDRESS, DESCRIPTION?
 *   CUSTOMER_GATEWAY_SET do: NAME, NEW_NAME?, DESCRIPTION?
 *   CUSTOMER_GATEWAY_DEL do: NAME
 *   CUSTOMER_GATEWAY_GET do: NAME;  dump: all
 *   IPSEC_NEW    do: NAME, GATEWAY, CUSTOMER, IF_ID?, MODE?, LOCAL[]?, REMOTE[]?
 *   IPSEC_SET    do: NAME, NEW_NAME
 *   IPSEC_DEL    do: NAME
 *   IPSEC_GET    do: NAME;  dump: VPC?
 *   NAT_GATEWAY_NEW do: NAME, VPC, UPLINK, ADDRESS[], SNAT[]?, DNAT[]?, FIRST_PORT?,
 *                LAST_PORT?, PORT_LIMIT?, RATE?
 *   NAT_GATEWAY_SET do: NAME, NEW_NAME?, ADDRESS[]? (added), DEL_ADDRESS[]?, SNAT[]?
 *                (added), DEL_SNAT[]?, DNAT[]? (added), DEL_DNAT[]?, FIRST_PORT?,
 *                LAST_PORT?, PORT_LIMIT?, RATE?
 *   NAT_GATEWAY_DEL do: NAME
 *   NAT_GATEWAY_GET do: NAME;  dump: VPC?
 *   PROBE_NEW    do: NAME, VPC? (needed for a ROUTER), NEXTHOP (TYPE and target),
 *                TYPE, SOURCE, DESTINATION, INTERVAL?, MULTIPLIER?, RISE?,
 *                HOLD_DOWN?, FAIL_BACK?, SUPPRESS?, REUSE?, HALF_LIFE?, MULTIHOP?,
 *                ADMIN_DOWN?
 *   PROBE_SET    do: NAME, NEW_NAME?, INTERVAL?, MULTIPLIER?, RISE?, HOLD_DOWN?,
 *                FAIL_BACK?, SUPPRESS?, REUSE?, HALF_LIFE?, ADMIN_DOWN?
 *   PROBE_DEL    do: NAME
 *   PROBE_GET    do: NAME;  dump: VPC?
 *   FLIP_GET     dump: PROBE? -> VPC_A_FLIP_*, oldest first
 *   ALARM_NEW    do: NAME, IPSEC | PEERING, METRIC, FROM? | DIRECTION?, ABOVE, CLEAR?,
 *                INTERVAL (the last five not with VPC_ALARM_STATE)
 *   ALARM_SET    do: NAME, NEW_NAME?, METRIC?, ABOVE?, CLEAR?, INTERVAL?
 *   ALARM_DEL    do: NAME
 *   ALARM_GET    do: NAME;  dump: all
 *   ALARM_HISTORY_GET dump: NAME? -> VPC_A_ALARM_*, oldest first
 *
 * VPC_CMD_EVENT is only ever sent by the kernel: to the multicast group "health"
 * when the health of a next hop has changed (VPC_EVENT_FLIP), or an alarm was raised or
 * cleared (VPC_EVENT_RAISED, VPC_EVENT_CLEARED), to "config" otherwise.
 *
 * ROUTE_CHANGE is a transaction on one table: all its operations take effect
 * at one instant for packets, or none does. With REPLACE_TABLE the operations
 * (all of them additions) become the whole content of the table.
 *
 * Dumps come in a fixed order (objects by id, routes by table, family, address
 * and length) and resume by key, so that an object that exists during the
 * whole dump is listed exactly once. When the configuration changed in
 * between, the messages carry NLM_F_DUMP_INTR.
 */
#ifndef _UAPI_LINUX_VPC_H
#define _UAPI_LINUX_VPC_H

#define VPC_GENL_NAME		"vpc"
#define VPC_GENL_VERSION	1
#define VPC_MCGRP_CONFIG	"config"
#define VPC_MCGRP_HEALTH	"health"

/* Limits, each named in the refusal that it causes. */
#define VPC_NAME_LEN		32	/* with the trailing NUL */
#define VPC_CIDRS_MAX		16	/* per VPC */
#define VPC_VNI_MAX		16777215
#define VPC_PORT_SOURCES_MAX	64	/* addresses and allowed prefixes per port */
#define VPC_NEXTHOPS_MAX	64	/* per route */
#define VPC_GATEWAYS_MAX	16	/* configured, per uplink */
#define VPC_WEIGHT_MAX		256
#define VPC_PEERING_LIMIT	10	/* default, per VPC */
#define VPC_PEERING_EXPIRES	604800	/* default, seconds: seven days */
#define VPC_PEERING_EXPIRES_MAX	31536000
#define VPC_PROBE_INTERVAL	100000	/* BFD, default, microseconds */
#define VPC_PROBE_INTERVAL_ICMP	1000000	/* ICMP, default */
#define VPC_PROBE_INTERVAL_MIN	10000
#define VPC_PROBE_INTERVAL_MAX	60000000
#define VPC_PROBE_MULTIPLIER	3	/* default */
#define VPC_PROBE_RISE		3	/* ICMP, default */
#define VPC_PROBE_DELAY_MAX	86400000	/* milliseconds: one day */
#define VPC_PROBE_NEVER		0xffffffff	/* VPC_A_PROBE_FAIL_BACK */
#define VPC_PROBE_SUPPRESS	3500	/* default; 1000 for each time that it went down */
#define VPC_PROBE_REUSE		1500	/* default */
#define VPC_PROBE_HALF_LIFE	15	/* default, seconds */
#define VPC_PROBE_RATE_MAX	200000	/* packets per second that all probes may send */
#define VPC_FLIPS_MAX		1024	/* receipts that are kept */
#define VPC_SHARE_ALL		10000	/* VPC_A_NEXTHOP_SHARE of all flows */
#define VPC_IF_ID_FIRST		0x76000000	/* default range of XFRM if_ids that are ours */
#define VPC_IF_ID_LAST		0x76ffffff
#define VPC_DESCRIPTION_LEN	128	/* with the trailing NUL */
#define VPC_IPSEC_PREFIXES_MAX	32	/* local and remote ones of a connection, each */
#define VPC_IPSEC_SELECTORS_MAX	1024	/* of all connections in policy mode of a VPC */
#define VPC_PEERING_BANDWIDTH_MIN	1000000	/* bits per second */
#define VPC_BANDWIDTH_MAX	400000000000ull	/* bits per second */
#define VPC_NAT_ADDRESSES_MAX	32	/* public addresses of a NAT gateway */
#define VPC_NAT_RULES_MAX	256	/* SNAT and DNAT rules of a NAT gateway, each */
#define VPC_NAT_FIRST_PORT	1024	/* default */
#define VPC_NAT_LAST_PORT	65535	/* default */
#define VPC_NAT_PORT_LIMIT	4096	/* default, of one endpoint */
#define VPC_ALARMS_MAX		1024	/* per namespace */
#define VPC_ALARM_INTERVAL_MAX	3600	/* seconds */
#define VPC_ALARM_HISTORY_MAX	1024	/* times that alarms were raised or cleared that are kept */

/**
 * enum vpc_cmd - commands of the family
 */
enum vpc_cmd {
	VPC_CMD_UNSPEC,
	VPC_CMD_INFO_GET,
	VPC_CMD_FLUSH,
	VPC_CMD_EVENT,
	VPC_CMD_VPC_NEW,
	VPC_CMD_VPC_SET,
	VPC_CMD_VPC_DEL,
	VPC_CMD_VPC_GET,
	VPC_CMD_SUBNET_NEW,
	VPC_CMD_SUBNET_SET,
	VPC_CMD_SUBNET_DEL,
	VPC_CMD_SUBNET_GET,
	VPC_CMD_TABLE_NEW,
	VPC_CMD_TABLE_DEL,
	VPC_CMD_TABLE_GET,
	VPC_CMD_PORT_NEW,
	VPC_CMD_PORT_DEL,
	VPC_CMD_PORT_GET,
	VPC_CMD_UPLINK_NEW,
	VPC_CMD_UPLINK_DEL,
	VPC_CMD_UPLINK_GET,
	VPC_CMD_ENDPOINT_GET,
	VPC_CMD_ROUTE_CHANGE,
	VPC_CMD_ROUTE_GET,
	VPC_CMD_ROUTE_LOOKUP,
	VPC_CMD_PEERING_NEW,
	VPC_CMD_PEERING_SET,
	VPC_CMD_PEERING_ACCEPT,
	VPC_CMD_PEERING_REJECT,
	VPC_CMD_PEERING_ENABLE,
	VPC_CMD_PEERING_DEL,
	VPC_CMD_PEERING_GET,
	VPC_CMD_STATS_GET,
	VPC_CMD_PROBE_NEW,
	VPC_CMD_PROBE_SET,
	VPC_CMD_PROBE_DEL,
	VPC_CMD_PROBE_GET,
	VPC_CMD_FLIP_GET,
	VPC_CMD_SETTINGS_SET,
	VPC_CMD_VPN_GATEWAY_NEW,
	VPC_CMD_VPN_GATEWAY_SET,
	VPC_CMD_VPN_GATEWAY_DEL,
	VPC_CMD_VPN_GATEWAY_GET,
	VPC_CMD_CUSTOMER_GATEWAY_NEW,
	VPC_CMD_CUSTOMER_GATEWAY_SET,
	VPC_CMD_CUSTOMER_GATEWAY_DEL,
	VPC_CMD_CUSTOMER_GATEWAY_GET,
	VPC_CMD_IPSEC_NEW,
	VPC_CMD_IPSEC_SET,
	VPC_CMD_IPSEC_DEL,
	VPC_CMD_IPSEC_GET,
	VPC_CMD_NAT_GATEWAY_NEW,
	VPC_CMD_NAT_GATEWAY_SET,
	VPC_CMD_NAT_GATEWAY_DEL,
	VPC_CMD_NAT_GATEWAY_GET,
	VPC_CMD_ENDPOINT_NEW,
	VPC_CMD_ENDPOINT_DEL,
	VPC_CMD_ALARM_NEW,
	VPC_CMD_ALARM_SET,
	VPC_CMD_ALARM_DEL,
	VPC_CMD_ALARM_GET,
	VPC_CMD_ALARM_HISTORY_GET,

	/* private: */
	__VPC_CMD_MAX,
	VPC_CMD_MAX = __VPC_CMD_MAX - 1
};

/**
 * enum vpc_a_prefix - an address prefix (nested)
 * @VPC_A_PREFIX_ADDRESS: binary, 4 or 16 bytes. Bits beyond the length must be
 *	zero, except in VPC_A_UPLINK_ADDRESS, which is an interface address.
 * @VPC_A_PREFIX_LENGTH: u8, 0..32 or 0..128
 */
enum vpc_a_prefix {
	VPC_A_PREFIX_UNSPEC,
	VPC_A_PREFIX_ADDRESS,
	VPC_A_PREFIX_LENGTH,

	/* private: */
	__VPC_A_PREFIX_MAX,
	VPC_A_PREFIX_MAX = __VPC_A_PREFIX_MAX - 1
};

/**
 * enum vpc_a_counters - traffic counters (nested); monotonic
 * @VPC_A_COUNTERS_PAD: alignment, no content
 * @VPC_A_COUNTERS_RX_PACKETS: u64, packets taken from the device (peering: sent
 *	by VPC_A_PEERING_VPC). A GSO packet counts as its segments.
 * @VPC_A_COUNTERS_RX_BYTES: u64, bytes of their network layer packets
 * @VPC_A_COUNTERS_TX_PACKETS: u64, packets handed to the device (peering: sent
 *	by VPC_A_PEERING_PEER)
 * @VPC_A_COUNTERS_TX_BYTES: u64
 * @VPC_A_COUNTERS_DROPS: u64, packets that came in here and were dropped by
 *	the module, whatever the reason, frames that are no packets included
 * @VPC_A_COUNTERS_DROP: nested enum vpc_a_drop [], reply: DROPS by reason, and those that
 *	were to leave by an IPsec connection; not in VPC_A_STATS_COUNTERS
 */
enum vpc_a_counters {
	VPC_A_COUNTERS_UNSPEC,
	VPC_A_COUNTERS_PAD,
	VPC_A_COUNTERS_RX_PACKETS,
	VPC_A_COUNTERS_RX_BYTES,
	VPC_A_COUNTERS_TX_PACKETS,
	VPC_A_COUNTERS_TX_BYTES,
	VPC_A_COUNTERS_DROPS,
	VPC_A_COUNTERS_DROP,

	/* private: */
	__VPC_A_COUNTERS_MAX,
	VPC_A_COUNTERS_MAX = __VPC_A_COUNTERS_MAX - 1
};

/**
 * enum vpc_a_info - reply of INFO_GET, and what SETTINGS_SET changes
 * @VPC_A_INFO_VERSION: string, the version of the module
 * @VPC_A_INFO_VPCS: u32, how many VPCs the namespace has
 * @VPC_A_INFO_SUBNETS: u32
 * @VPC_A_INFO_TABLES: u32, default tables included
 * @VPC_A_INFO_PORTS: u32
 * @VPC_A_INFO_UPLINKS: u32
 * @VPC_A_INFO_ENDPOINTS: u32
 * @VPC_A_INFO_PEERINGS: u32
 * @VPC_A_INFO_ROUTES: u32, implicit local routes not included
 * @VPC_A_INFO_GROUPS: u32, different sets of next hops that routes share
 * @VPC_A_INFO_NEXTHOPS: u32
 * @VPC_A_INFO_PROBES: u32
 * @VPC_A_INFO_VPN_GATEWAYS: u32
 * @VPC_A_INFO_CUSTOMER_GATEWAYS: u32
 * @VPC_A_INFO_IPSECS: u32, IPsec connections
 * @VPC_A_INFO_NAT_GATEWAYS: u32
 * @VPC_A_INFO_ALARMS: u32
 * @VPC_A_INFO_ALARMS_RAISED: u32, how many of these are raised
 * @VPC_A_INFO_IF_ID_FIRST: u32, not 0. XFRM if_ids from here on are ours: packets of a
 *	security association with such an if_id, and no connection that has it, are
 *	dropped. Default %VPC_IF_ID_FIRST. Refused while there are connections.
 * @VPC_A_INFO_REBUILDS: u32, reply: how often a group of next hops has followed their health
 * @VPC_A_INFO_IF_ID_LAST: u32, up to and with this one, default %VPC_IF_ID_LAST
 */
enum vpc_a_info {
	VPC_A_INFO_UNSPEC,
	VPC_A_INFO_VERSION,
	VPC_A_INFO_VPCS,
	VPC_A_INFO_SUBNETS,
	VPC_A_INFO_TABLES,
	VPC_A_INFO_PORTS,
	VPC_A_INFO_UPLINKS,
	VPC_A_INFO_ENDPOINTS,
	VPC_A_INFO_PEERINGS,
	VPC_A_INFO_ROUTES,
	VPC_A_INFO_GROUPS,
	VPC_A_INFO_NEXTHOPS,
	VPC_A_INFO_PROBES,
	VPC_A_INFO_VPN_GATEWAYS,
	VPC_A_INFO_CUSTOMER_GATEWAYS,
	VPC_A_INFO_IPSECS,
	VPC_A_INFO_IF_ID_FIRST,
	VPC_A_INFO_IF_ID_LAST,
	VPC_A_INFO_REBUILDS,
	VPC_A_INFO_NAT_GATEWAYS,
	VPC_A_INFO_ALARMS,
	VPC_A_INFO_ALARMS_RAISED,

	/* private: */
	__VPC_A_INFO_MAX,
	VPC_A_INFO_MAX = __VPC_A_INFO_MAX - 1
};

/**
 * enum vpc_a_vpc - a VPC
 * @VPC_A_VPC_PAD: alignment, no content
 * @VPC_A_VPC_NAME: string
 * @VPC_A_VPC_NEW_NAME: string, the name to take
 * @VPC_A_VPC_ACCOUNT: u64, who owns it; default 0
 * @VPC_A_VPC_CIDR: nested enum vpc_a_prefix [], address space
 * @VPC_A_VPC_DEL_CIDR: nested enum vpc_a_prefix [], address space to give up
 * @VPC_A_VPC_PEERING_LIMIT: u32, how many peerings it may have, 0..65535,
 *	default %VPC_PEERING_LIMIT, of a transit domain 65535
 * @VPC_A_VPC_ID: u32, reply: the key that dumps are ordered by
 * @VPC_A_VPC_COUNTERS: nested enum vpc_a_counters, reply: sum over its ports,
 *	uplinks and IPsec connections, past ones included
 * @VPC_A_VPC_TRANSIT: flag: a transit domain, without CIDRs, subnets and ports. VPCs
 *	join it by peerings, see VPC_A_PEERING_PEER.
 * @VPC_A_VPC_CONNECTION_LIMIT: u32, connections of all its NAT gateways at once, and of its
 *	filter; 0 (default): a quarter of nf_conntrack_max
 * @VPC_A_VPC_CONNECTIONS: u32, reply: how many there are
 * @VPC_A_VPC_NAT_ZONE: u16, reply: the conntrack zone of its NAT gateways, absent without one
 * @VPC_A_VPC_PUBLIC: nested enum vpc_a_public []: public addresses of the VPC's own router;
 *	with VPC_A_PUBLIC_ENDPOINT, bound to that endpoint. Reply: without counts, see
 *	NAT_GATEWAY_GET.
 * @VPC_A_VPC_DEL_PUBLIC: nested enum vpc_a_public []: no new connections; it goes with the last
 *	one
 * @VPC_A_VPC_UPLINK: string, device of the public uplink of these; needed with the first one
 * @VPC_A_VPC_FILTER: u8, 1: packets have a connection of conntrack in the FORWARD hook, so that
 *	rules of the host can go by its state; 0 (default): they are untracked
 * @VPC_A_VPC_FILTER_ZONE: u16, reply: the conntrack zone of these, absent without FILTER
 * @VPC_A_VPC_REGION: string, a name, or empty: where the VPC is; absent in a reply when it is
 *	nowhere in particular, which is a region, too. Fixed while the VPC has peerings.
 * @VPC_A_VPC_VNI: u32, 1..%VPC_VNI_MAX: what the VPC is called on overlay networks; 0 (default):
 *	nothing; absent in a reply then. Fixed while it has peerings or endpoints on other hosts.
 */
enum vpc_a_vpc {
	VPC_A_VPC_UNSPEC,
	VPC_A_VPC_PAD,
	VPC_A_VPC_NAME,
	VPC_A_VPC_NEW_NAME,
	VPC_A_VPC_ACCOUNT,
	VPC_A_VPC_CIDR,
	VPC_A_VPC_DEL_CIDR,
	VPC_A_VPC_PEERING_LIMIT,
	VPC_A_VPC_ID,
	VPC_A_VPC_COUNTERS,
	VPC_A_VPC_TRANSIT,
	VPC_A_VPC_CONNECTION_LIMIT,
	VPC_A_VPC_CONNECTIONS,
	VPC_A_VPC_NAT_ZONE,
	VPC_A_VPC_PUBLIC,
	VPC_A_VPC_DEL_PUBLIC,
	VPC_A_VPC_UPLINK,
	VPC_A_VPC_FILTER,
	VPC_A_VPC_FILTER_ZONE,
	VPC_A_VPC_REGION,
	VPC_A_VPC_VNI,

	/* private: */
	__VPC_A_VPC_MAX,
	VPC_A_VPC_MAX = __VPC_A_VPC_MAX - 1
};

/**
 * enum vpc_a_subnet - a subnet
 * @VPC_A_SUBNET_NAME: string
 * @VPC_A_SUBNET_VPC: string, name of its VPC
 * @VPC_A_SUBNET_CIDR: nested enum vpc_a_prefix [], at most one per family
 * @VPC_A_SUBNET_GATEWAY: binary [], 4 or 16 bytes, one per CIDR: the address
 *	that the module answers for; default: the first address after the
 *	network's
 * @VPC_A_SUBNET_TABLE: string, name of its route table; empty or absent: the
 *	default table of the VPC
 * @VPC_A_SUBNET_ID: u32, reply
 */
enum vpc_a_subnet {
	VPC_A_SUBNET_UNSPEC,
	VPC_A_SUBNET_NAME,
	VPC_A_SUBNET_VPC,
	VPC_A_SUBNET_CIDR,
	VPC_A_SUBNET_GATEWAY,
	VPC_A_SUBNET_TABLE,
	VPC_A_SUBNET_ID,

	/* private: */
	__VPC_A_SUBNET_MAX,
	VPC_A_SUBNET_MAX = __VPC_A_SUBNET_MAX - 1
};

/**
 * enum vpc_a_table - a route table
 * @VPC_A_TABLE_NAME: string; absent in the reply for a default table
 * @VPC_A_TABLE_VPC: string, name of its VPC
 * @VPC_A_TABLE_ID: u32, reply
 * @VPC_A_TABLE_DEFAULT: flag, reply: it is the default table of the VPC
 * @VPC_A_TABLE_ROUTES: u32, reply: how many routes, implicit ones not included
 * @VPC_A_TABLE_BYTES: u32, reply: memory of its lookup structure, saturating
 * @VPC_A_TABLE_SUBNETS: u32, reply: how many subnets use it
 * @VPC_A_TABLE_GATEWAY: string, reply: the VPN gateway whose table it is
 */
enum vpc_a_table {
	VPC_A_TABLE_UNSPEC,
	VPC_A_TABLE_NAME,
	VPC_A_TABLE_VPC,
	VPC_A_TABLE_ID,
	VPC_A_TABLE_DEFAULT,
	VPC_A_TABLE_ROUTES,
	VPC_A_TABLE_BYTES,
	VPC_A_TABLE_SUBNETS,
	VPC_A_TABLE_GATEWAY,

	/* private: */
	__VPC_A_TABLE_MAX,
	VPC_A_TABLE_MAX = __VPC_A_TABLE_MAX - 1
};

/**
 * enum vpc_a_port - a port: a network device bound to a subnet
 * @VPC_A_PORT_DEV: string, name of the device
 * @VPC_A_PORT_IFINDEX: u32, reply
 * @VPC_A_PORT_SUBNET: string
 * @VPC_A_PORT_VPC: string, reply; filter of a dump
 * @VPC_A_PORT_ADDRESS: binary [], 4 or 16 bytes: its endpoint addresses
 * @VPC_A_PORT_LLADDR: binary, 6 bytes: the tenant's MAC address. In a reply
 *	it may be a learned one (VPC_A_PORT_LEARNED), and is absent while none
 *	is known.
 * @VPC_A_PORT_ALLOW: nested enum vpc_a_prefix []: further source addresses that
 *	the tenant may send from (an appliance)
 * @VPC_A_PORT_LEARNED: flag, reply: VPC_A_PORT_LLADDR was learned
 * @VPC_A_PORT_COUNTERS: nested enum vpc_a_counters, reply
 * @VPC_A_PORT_ID: u32, reply
 * @VPC_A_PORT_OVERLAY: flag: a VXLAN device in metadata mode that leads to other hosts; it has
 *	neither subnet, VPC nor addresses
 * @VPC_A_PORT_HOST: binary, 4 or 16 bytes: VTEP of the host where the addresses of a port that is
 *	deleted live from now on; VPC_A_PORT_LLADDR is then the MAC address of its overlay device
 */
enum vpc_a_port {
	VPC_A_PORT_UNSPEC,
	VPC_A_PORT_DEV,
	VPC_A_PORT_IFINDEX,
	VPC_A_PORT_SUBNET,
	VPC_A_PORT_VPC,
	VPC_A_PORT_ADDRESS,
	VPC_A_PORT_LLADDR,
	VPC_A_PORT_ALLOW,
	VPC_A_PORT_LEARNED,
	VPC_A_PORT_COUNTERS,
	VPC_A_PORT_ID,
	VPC_A_PORT_OVERLAY,
	VPC_A_PORT_HOST,

	/* private: */
	__VPC_A_PORT_MAX,
	VPC_A_PORT_MAX = __VPC_A_PORT_MAX - 1
};

/**
 * enum vpc_a_uplink - an uplink: a network device towards routers that a VPC
 *	reaches directly
 * @VPC_A_UPLINK_DEV: string, name of the device
 * @VPC_A_UPLINK_IFINDEX: u32, reply
 * @VPC_A_UPLINK_VPC: string, the VPC that owns it; absent: it is a public uplink, which
 *	NAT gateways share. It has no address and no table, and may be a device that the
 *	host uses.
 * @VPC_A_UPLINK_ADDRESS: nested enum vpc_a_prefix [], at most one per family:
 *	the VPC's own address on the link, with the length of the link's prefix
 * @VPC_A_UPLINK_GATEWAY: nested enum vpc_a_gateway []: the routers behind it;
 *	each address lies in the prefix of a VPC_A_UPLINK_ADDRESS, if there is a VPC. A reply also
 *	has those that routes name.
 * @VPC_A_UPLINK_TABLE: string, the table for what comes in; empty or absent:
 *	the default table of the VPC
 * @VPC_A_UPLINK_COUNTERS: nested enum vpc_a_counters, reply
 * @VPC_A_UPLINK_ID: u32, reply
 */
enum vpc_a_uplink {
	VPC_A_UPLINK_UNSPEC,
	VPC_A_UPLINK_DEV,
	VPC_A_UPLINK_IFINDEX,
	VPC_A_UPLINK_VPC,
	VPC_A_UPLINK_ADDRESS,
	VPC_A_UPLINK_GATEWAY,
	VPC_A_UPLINK_TABLE,
	VPC_A_UPLINK_COUNTERS,
	VPC_A_UPLINK_ID,

	/* private: */
	__VPC_A_UPLINK_MAX,
	VPC_A_UPLINK_MAX = __VPC_A_UPLINK_MAX - 1
};

/**
 * enum vpc_a_gateway - a router behind an uplink (nested)
 * @VPC_A_GATEWAY_ADDRESS: binary, 4 or 16 bytes
 * @VPC_A_GATEWAY_LLADDR: binary, 6 bytes, reply: its MAC address, absent while
 *	it is not resolved
 */
enum vpc_a_gateway {
	VPC_A_GATEWAY_UNSPEC,
	VPC_A_GATEWAY_ADDRESS,
	VPC_A_GATEWAY_LLADDR,

	/* private: */
	__VPC_A_GATEWAY_MAX,
	VPC_A_GATEWAY_MAX = __VPC_A_GATEWAY_MAX - 1
};

/**
 * enum vpc_a_endpoint - an endpoint: an address of a VPC and where it lives
 * @VPC_A_ENDPOINT_VPC: string; filter of a dump
 * @VPC_A_ENDPOINT_ADDRESS: binary, 4 or 16 bytes
 * @VPC_A_ENDPOINT_DEV: string, the port that holds it; absent when it is on another host
 * @VPC_A_ENDPOINT_LLADDR: binary, 6 bytes, absent while none is known. On another host: of the
 *	overlay device there
 * @VPC_A_ENDPOINT_ID: u32
 * @VPC_A_ENDPOINT_HOST: binary, 4 or 16 bytes: the VTEP of the other host that it lives on
 * @VPC_A_ENDPOINT_REPLACE: flag: it may live on another host already, and moves
 */
enum vpc_a_endpoint {
	VPC_A_ENDPOINT_UNSPEC,
	VPC_A_ENDPOINT_VPC,
	VPC_A_ENDPOINT_ADDRESS,
	VPC_A_ENDPOINT_DEV,
	VPC_A_ENDPOINT_LLADDR,
	VPC_A_ENDPOINT_ID,
	VPC_A_ENDPOINT_HOST,
	VPC_A_ENDPOINT_REPLACE,

	/* private: */
	__VPC_A_ENDPOINT_MAX,
	VPC_A_ENDPOINT_MAX = __VPC_A_ENDPOINT_MAX - 1
};

/**
 * enum vpc_nh_type - types of next hops
 * @VPC_NH_LOCAL: an endpoint of the VPC; implicit, for the CIDRs of the VPC
 * @VPC_NH_PEERING: the endpoints of the peer VPC
 * @VPC_NH_ROUTER: a router, by its address: an endpoint of the VPC, or a
 *	gateway behind an uplink of the VPC
 * @VPC_NH_BLACKHOLE: drop in silence
 * @VPC_NH_UNREACHABLE: drop, tell the sender "host unreachable" (IPv6: "no
 *	route to destination", as the kernel's own unreachable routes do)
 * @VPC_NH_PROHIBIT: drop, tell the sender "administratively prohibited"
 * @VPC_NH_IPSEC: an IPsec connection: encrypted by its security association, or dropped
 * @VPC_NH_TRANSIT: a peering between a VPC and a transit domain. From the VPC: look it
 *	up in the default table of the domain. From the domain: the endpoints of the VPC.
 * @VPC_NH_NAT: a NAT gateway of the VPC
 * @VPC_NH_VPC_ROUTER: the own router of the VPC, which has a public address
 */
enum vpc_nh_type {
	VPC_NH_UNSPEC,
	VPC_NH_LOCAL,
	VPC_NH_PEERING,
	VPC_NH_ROUTER,
	VPC_NH_BLACKHOLE,
	VPC_NH_UNREACHABLE,
	VPC_NH_PROHIBIT,
	VPC_NH_IPSEC,
	VPC_NH_TRANSIT,
	VPC_NH_NAT,
	VPC_NH_VPC_ROUTER,

	/* private: */
	__VPC_NH_MAX,
	VPC_NH_MAX = __VPC_NH_MAX - 1
};

/**
 * enum vpc_health - what packets make of a next hop
 * @VPC_HEALTH_DOWN: no packet takes it
 * @VPC_HEALTH_HELD: it could be used, but waits (hold-down, fail-back, damping):
 *	taken only when no next hop of the route is up
 * @VPC_HEALTH_UP: usable
 */
enum vpc_health {
	VPC_HEALTH_DOWN,
	VPC_HEALTH_HELD,
	VPC_HEALTH_UP,
};

/**
 * enum vpc_a_nexthop - a next hop of a route (nested)
 * @VPC_A_NEXTHOP_TYPE: u8, enum vpc_nh_type; LOCAL only in replies
 * @VPC_A_NEXTHOP_PEERING: string, target of a PEERING or TRANSIT
 * @VPC_A_NEXTHOP_ADDRESS: binary, 4 or 16 bytes, target of a ROUTER
 * @VPC_A_NEXTHOP_PRIORITY: u32, lower wins, default 0
 * @VPC_A_NEXTHOP_WEIGHT: u16, 1..%VPC_WEIGHT_MAX share of flows, 0 standby,
 *	default 1
 * @VPC_A_NEXTHOP_USED: flag, reply: some packets of the route take it now
 * @VPC_A_NEXTHOP_HEALTH: u8, enum vpc_health, reply; absent for types that have none
 * @VPC_A_NEXTHOP_SHARE: u32, reply: share of the route's flows that take it now,
 *	0..%VPC_SHARE_ALL
 * @VPC_A_NEXTHOP_IPSEC: string, target of an IPSEC
 * @VPC_A_NEXTHOP_NAT: string, target of a NAT
 * @VPC_A_NEXTHOP_VPC: string, target of a VPC_ROUTER: the VPC itself
 */
enum vpc_a_nexthop {
	VPC_A_NEXTHOP_UNSPEC,
	VPC_A_NEXTHOP_TYPE,
	VPC_A_NEXTHOP_PEERING,
	VPC_A_NEXTHOP_ADDRESS,
	VPC_A_NEXTHOP_PRIORITY,
	VPC_A_NEXTHOP_WEIGHT,
	VPC_A_NEXTHOP_USED,
	VPC_A_NEXTHOP_HEALTH,
	VPC_A_NEXTHOP_SHARE,
	VPC_A_NEXTHOP_IPSEC,
	VPC_A_NEXTHOP_NAT,
	VPC_A_NEXTHOP_VPC,

	/* private: */
	__VPC_A_NEXTHOP_MAX,
	VPC_A_NEXTHOP_MAX = __VPC_A_NEXTHOP_MAX - 1
};

/**
 * enum vpc_route_op - what an operation of ROUTE_CHANGE does
 * @VPC_ROUTE_OP_ADD: add the prefix, or further next hops to it; a next hop
 *	that is there already is EEXIST
 * @VPC_ROUTE_OP_REPLACE: make these the next hops of the prefix, there or not
 * @VPC_ROUTE_OP_DEL: without next hops remove the prefix; with next hops remove
 *	those (priority and weight are not compared), and with the last one
 *	the prefix
 */
enum vpc_route_op {
	VPC_ROUTE_OP_ADD,
	VPC_ROUTE_OP_REPLACE,
	VPC_ROUTE_OP_DEL,

	/* private: */
	__VPC_ROUTE_OP_MAX,
	VPC_ROUTE_OP_MAX = __VPC_ROUTE_OP_MAX - 1
};

/**
 * enum vpc_a_op - an operation of ROUTE_CHANGE (nested)
 * @VPC_A_OP_KIND: u8, enum vpc_route_op
 * @VPC_A_OP_ADDRESS: binary, 4 or 16 bytes, bits beyond the length zero
 * @VPC_A_OP_LENGTH: u8
 * @VPC_A_OP_NEXTHOP: nested enum vpc_a_nexthop [], 1..%VPC_NEXTHOPS_MAX
 * @VPC_A_OP_FAIL_OPEN: flag: when no next hop is usable, take them as if all were. A
 *	REPLACE without it takes it off the route; an ADD without it leaves it.
 * @VPC_A_OP_PUBLISH: u8, enum vpc_publish, only in the table of a VPN gateway. A REPLACE
 *	without it takes it off the route; an ADD without it leaves it.
 */
enum vpc_a_op {
	VPC_A_OP_UNSPEC,
	VPC_A_OP_KIND,
	VPC_A_OP_ADDRESS,
	VPC_A_OP_LENGTH,
	VPC_A_OP_NEXTHOP,
	VPC_A_OP_FAIL_OPEN,
	VPC_A_OP_PUBLISH,

	/* private: */
	__VPC_A_OP_MAX,
	VPC_A_OP_MAX = __VPC_A_OP_MAX - 1
};

/**
 * enum vpc_publish - a route of a VPN gateway, in the tables of VPCs
 * @VPC_PUBLISH_NO: only in the table of the gateway
 * @VPC_PUBLISH_ALWAYS: in the default table of the gateway's VPC, or of each VPC that has
 *	joined the gateway's transit domain
 * @VPC_PUBLISH_HEALTHY: while one of its next hops is usable
 */
enum vpc_publish {
	VPC_PUBLISH_NO,
	VPC_PUBLISH_ALWAYS,
	VPC_PUBLISH_HEALTHY,
};

/**
 * enum vpc_route_origin - where a route comes from
 * @VPC_ROUTE_ORIGIN_LOCAL: a CIDR of the VPC
 * @VPC_ROUTE_ORIGIN_STATIC: ROUTE_CHANGE
 * @VPC_ROUTE_ORIGIN_PROPAGATED: published by VPN gateways
 */
enum vpc_route_origin {
	VPC_ROUTE_ORIGIN_LOCAL,
	VPC_ROUTE_ORIGIN_STATIC,
	VPC_ROUTE_ORIGIN_PROPAGATED,
};

/**
 * enum vpc_a_route - routes
 * @VPC_A_ROUTE_TABLE: string, a table by its name
 * @VPC_A_ROUTE_VPC: string, the default table of a VPC. In a reply always the
 *	VPC of the table.
 * @VPC_A_ROUTE_DEV: string, ROUTE_LOOKUP: the table that a packet from this
 *	port or uplink is looked up in
 * @VPC_A_ROUTE_REPLACE_TABLE: flag
 * @VPC_A_ROUTE_OP: nested enum vpc_a_op [], in this order
 * @VPC_A_ROUTE_ADDRESS: binary, 4 or 16 bytes. ROUTE_LOOKUP: where to. Reply:
 *	address of the prefix.
 * @VPC_A_ROUTE_LENGTH: u8, reply: length of the prefix
 * @VPC_A_ROUTE_ORIGIN: u8, enum vpc_route_origin, reply
 * @VPC_A_ROUTE_NEXTHOP: nested enum vpc_a_nexthop [], reply, best first
 * @VPC_A_ROUTE_PEERING: string, dump: only routes with this peering
 * @VPC_A_ROUTE_ENDPOINT: nested enum vpc_a_endpoint, reply of ROUTE_LOOKUP: the
 *	endpoint that the packet ends at (local, peering), or that is the
 *	router; absent where there is none
 * @VPC_A_ROUTE_TABLE_ID: u32, reply
 * @VPC_A_ROUTE_FAIL_OPEN: flag, reply, see VPC_A_OP_FAIL_OPEN
 * @VPC_A_ROUTE_GATEWAY: string, the table of a VPN gateway
 * @VPC_A_ROUTE_IPSEC: string, dump: only routes with this connection
 * @VPC_A_ROUTE_PUBLISH: u8, enum vpc_publish, reply
 * @VPC_A_ROUTE_PUBLISHER: string [], reply: PROPAGATED: the VPN gateways it comes from
 */
enum vpc_a_route {
	VPC_A_ROUTE_UNSPEC,
	VPC_A_ROUTE_TABLE,
	VPC_A_ROUTE_VPC,
	VPC_A_ROUTE_DEV,
	VPC_A_ROUTE_REPLACE_TABLE,
	VPC_A_ROUTE_OP,
	VPC_A_ROUTE_ADDRESS,
	VPC_A_ROUTE_LENGTH,
	VPC_A_ROUTE_ORIGIN,
	VPC_A_ROUTE_NEXTHOP,
	VPC_A_ROUTE_PEERING,
	VPC_A_ROUTE_ENDPOINT,
	VPC_A_ROUTE_TABLE_ID,
	VPC_A_ROUTE_FAIL_OPEN,
	VPC_A_ROUTE_GATEWAY,
	VPC_A_ROUTE_IPSEC,
	VPC_A_ROUTE_PUBLISH,
	VPC_A_ROUTE_PUBLISHER,

	/* private: */
	__VPC_A_ROUTE_MAX,
	VPC_A_ROUTE_MAX = __VPC_A_ROUTE_MAX - 1
};

/**
 * enum vpc_peering_state - life of a peering
 * @VPC_PEERING_PENDING: waits for the account of the peer VPC to accept it
 * @VPC_PEERING_ACTIVE: forwards
 * @VPC_PEERING_EXPIRED: was not accepted in time; can be enabled again
 * @VPC_PEERING_REJECTED: only in the event of its removal
 */
enum vpc_peering_state {
	VPC_PEERING_PENDING,
	VPC_PEERING_ACTIVE,
	VPC_PEERING_EXPIRED,
	VPC_PEERING_REJECTED,
};

/**
 * enum vpc_a_peering - a peering
 * @VPC_A_PEERING_PAD: alignment, no content
 * @VPC_A_PEERING_NAME: string
 * @VPC_A_PEERING_NEW_NAME: string, the name to take
 * @VPC_A_PEERING_VPC: string, the VPC that asked for it; filter of a dump:
 *	either side
 * @VPC_A_PEERING_PEER: string, the VPC that was asked; at most one of the two is a
 *	transit domain
 * @VPC_A_PEERING_AS: u64, the account that the caller acts for; absent: the
 *	operator, who may do everything
 * @VPC_A_PEERING_ACCOUNT: u64, reply: account of VPC_A_PEERING_VPC
 * @VPC_A_PEERING_PEER_ACCOUNT: u64, reply: account of VPC_A_PEERING_PEER
 * @VPC_A_PEERING_STATE: u8, enum vpc_peering_state, reply
 * @VPC_A_PEERING_EXPIRES: u32, seconds, 1..%VPC_PEERING_EXPIRES_MAX, default
 *	%VPC_PEERING_EXPIRES: how long a request waits. Reply: what was set.
 * @VPC_A_PEERING_REMAINING: u32, seconds, reply while pending
 * @VPC_A_PEERING_COUNTERS: nested enum vpc_a_counters, reply
 * @VPC_A_PEERING_ROUTES_REMOVED: u32, reply of REJECT and DEL: how many routes
 *	lost this next hop
 * @VPC_A_PEERING_ID: u32, reply
 * @VPC_A_PEERING_BANDWIDTH: u64, bits per second of network layer packets in each direction,
 *	%VPC_PEERING_BANDWIDTH_MIN..%VPC_BANDWIDTH_MAX: needed between VPCs of different
 *	regions, refused inside one
 * @VPC_A_PEERING_PEER_DROPS: u64, reply: of the drops in COUNTERS, those of packets that
 *	VPC_A_PEERING_PEER had sent
 */
enum vpc_a_peering {
	VPC_A_PEERING_UNSPEC,
	VPC_A_PEERING_PAD,
	VPC_A_PEERING_NAME,
	VPC_A_PEERING_NEW_NAME,
	VPC_A_PEERING_VPC,
	VPC_A_PEERING_PEER,
	VPC_A_PEERING_AS,
	VPC_A_PEERING_ACCOUNT,
	VPC_A_PEERING_PEER_ACCOUNT,
	VPC_A_PEERING_STATE,
	VPC_A_PEERING_EXPIRES,
	VPC_A_PEERING_REMAINING,
	VPC_A_PEERING_COUNTERS,
	VPC_A_PEERING_ROUTES_REMOVED,
	VPC_A_PEERING_ID,
	VPC_A_PEERING_BANDWIDTH,
	VPC_A_PEERING_PEER_DROPS,

	/* private: */
	__VPC_A_PEERING_MAX,
	VPC_A_PEERING_MAX = __VPC_A_PEERING_MAX - 1
};

/**
 * enum vpc_a_drop - a drop counter (nested)
 * @VPC_A_DROP_PAD: alignment, no content
 * @VPC_A_DROP_REASON: string, see Documentation/datapath.rst
 * @VPC_A_DROP_PACKETS: u64
 * @VPC_A_DROP_SENT: flag, of packets that TX counts, or would have: a peering: of those that
 *	VPC_A_PEERING_PEER sent; an IPsec connection: of those that were to leave by it, which
 *	are not in DROPS
 */
enum vpc_a_drop {
	VPC_A_DROP_UNSPEC,
	VPC_A_DROP_PAD,
	VPC_A_DROP_REASON,
	VPC_A_DROP_PACKETS,
	VPC_A_DROP_SENT,

	/* private: */
	__VPC_A_DROP_MAX,
	VPC_A_DROP_MAX = __VPC_A_DROP_MAX - 1
};

/**
 * enum vpc_a_stats - what a VPC has passed and dropped
 * @VPC_A_STATS_VPC: string; absent: what the namespace has dropped that is of no VPC
 * @VPC_A_STATS_COUNTERS: nested enum vpc_a_counters
 * @VPC_A_STATS_DROP: nested enum vpc_a_drop [], reasons that never happened are
 *	left out
 * @VPC_A_STATS_ID: u32, that of the VPC, which tells it from a later one of its name
 */
enum vpc_a_stats {
	VPC_A_STATS_UNSPEC,
	VPC_A_STATS_VPC,
	VPC_A_STATS_COUNTERS,
	VPC_A_STATS_DROP,
	VPC_A_STATS_ID,

	/* private: */
	__VPC_A_STATS_MAX,
	VPC_A_STATS_MAX = __VPC_A_STATS_MAX - 1
};

/**
 * enum vpc_probe_type - how a next hop is probed
 * @VPC_PROBE_BFD: asynchronous mode of RFC 5880, as RFC 5881 (single hop) or RFC
 *	5883 (multihop) carry it
 * @VPC_PROBE_ICMP: echo requests
 */
enum vpc_probe_type {
	VPC_PROBE_UNSPEC,
	VPC_PROBE_BFD,
	VPC_PROBE_ICMP,

	/* private: */
	__VPC_PROBE_MAX,
	VPC_PROBE_MAX = __VPC_PROBE_MAX - 1
};

/**
 * enum vpc_probe_state - what a probe says
 * @VPC_PROBE_ADMIN_DOWN: switched off by VPC_A_PROBE_ADMIN_DOWN
 * @VPC_PROBE_DOWN: the other end is silent, or says that it does not hear us
 * @VPC_PROBE_INIT: BFD: the other end is heard, but does not say that it hears us.
 *	ICMP: no verdict yet.
 * @VPC_PROBE_UP: both ends hear each other
 *
 * The numbers are those of RFC 5880 section 4.1.
 */
enum vpc_probe_state {
	VPC_PROBE_ADMIN_DOWN,
	VPC_PROBE_DOWN,
	VPC_PROBE_INIT,
	VPC_PROBE_UP,
};

/**
 * enum vpc_a_probe - a probe: checks one next hop
 * @VPC_A_PROBE_PAD: alignment, no content
 * @VPC_A_PROBE_NAME: string
 * @VPC_A_PROBE_NEW_NAME: string, the name to take
 * @VPC_A_PROBE_VPC: string, the VPC whose routes have the next hop; filter of a
 *	dump. PROBE_NEW for a PEERING: default is the side that VPC_A_PROBE_SOURCE belongs to.
 * @VPC_A_PROBE_NEXTHOP: nested enum vpc_a_nexthop: TYPE (PEERING, ROUTER or IPSEC) and
 *	target
 * @VPC_A_PROBE_TYPE: u8, enum vpc_probe_type
 * @VPC_A_PROBE_SOURCE: binary, 4 or 16 bytes: any address that no endpoint of the
 *	VPC holds; the module answers for it there
 * @VPC_A_PROBE_DESTINATION: binary, 4 or 16 bytes
 * @VPC_A_PROBE_INTERVAL: u32, microseconds, %VPC_PROBE_INTERVAL_MIN ..
 *	%VPC_PROBE_INTERVAL_MAX: between two packets. BFD: what we ask for in both
 *	directions; the slower end decides.
 * @VPC_A_PROBE_MULTIPLIER: u8, 1..255, default %VPC_PROBE_MULTIPLIER. BFD: how many
 *	of our packets may be lost. ICMP: how many requests in a row go unanswered
 *	before it is down.
 * @VPC_A_PROBE_RISE: u8, 1..255, default %VPC_PROBE_RISE (BFD: refused): how many
 *	requests in a row are answered before it is up
 * @VPC_A_PROBE_HOLD_DOWN: u32, milliseconds, default 0: the next hop stays out of use
 *	for at least this long after it went down
 * @VPC_A_PROBE_FAIL_BACK: u32, milliseconds, default 0: how long the probe is up
 *	before the next hop is used again; %VPC_PROBE_NEVER: it stays held until
 *	PROBE_SET is sent with ADMIN_DOWN 0
 * @VPC_A_PROBE_SUPPRESS: u32, default %VPC_PROBE_SUPPRESS, 0: no damping. Each time
 *	that it goes down costs 1000; from here on the next hop is held
 * @VPC_A_PROBE_REUSE: u32, default %VPC_PROBE_REUSE: until the penalty is below this
 * @VPC_A_PROBE_HALF_LIFE: u32, seconds, 1..3600, default %VPC_PROBE_HALF_LIFE: after
 *	which half of the penalty is left
 * @VPC_A_PROBE_MULTIHOP: flag: BFD as in RFC 5883. Set by itself when the destination
 *	is not the router, and for a PEERING.
 * @VPC_A_PROBE_ADMIN_DOWN: u8, 1: switched off, the next hop is down; 0: on
 * @VPC_A_PROBE_ID: u32, reply
 * @VPC_A_PROBE_STATE: u8, enum vpc_probe_state, reply
 * @VPC_A_PROBE_HEALTH: u8, enum vpc_health, reply: of the next hop
 * @VPC_A_PROBE_PENALTY: u32, reply: of damping, now
 * @VPC_A_PROBE_FLIPS: u32, reply: how often the probe went down
 * @VPC_A_PROBE_SENT: u64, reply: packets
 * @VPC_A_PROBE_RECEIVED: u64, reply: valid packets
 * @VPC_A_PROBE_DISCARDED: u64, reply: packets for it that were not valid
 * @VPC_A_PROBE_UNSENT: u64, reply: there was no way to send one
 * @VPC_A_PROBE_GRACES: u64, reply: how often silence was found to be a stall of this
 *	host, and more time was given
 * @VPC_A_PROBE_DETECTION: u32, microseconds, reply: detection time in force
 * @VPC_A_PROBE_TX_INTERVAL: u32, microseconds, reply: in force, before jitter
 * @VPC_A_PROBE_LOCAL_DISCR: u32, reply, BFD
 * @VPC_A_PROBE_REMOTE_DISCR: u32, reply, BFD
 * @VPC_A_PROBE_REMOTE_STATE: u8, enum vpc_probe_state, reply, BFD
 * @VPC_A_PROBE_DIAG: u8, reply, BFD: our diagnostic code (RFC 5880 section 4.1)
 * @VPC_A_PROBE_REMOTE_DIAG: u8, reply, BFD
 * @VPC_A_PROBE_REMOTE_MULTIPLIER: u8, reply, BFD
 * @VPC_A_PROBE_RTT: u32, nanoseconds, reply, ICMP: of the last answer
 * @VPC_A_PROBE_RTT_MIN: u32, nanoseconds, reply, ICMP
 * @VPC_A_PROBE_RTT_AVERAGE: u32, nanoseconds, reply, ICMP: weighted, 1/8 for the last
 * @VPC_A_PROBE_LOST: u64, reply, ICMP: requests that were not answered in time
 */
enum vpc_a_probe {
	VPC_A_PROBE_UNSPEC,
	VPC_A_PROBE_PAD,
	VPC_A_PROBE_NAME,
	VPC_A_PROBE_NEW_NAME,
	VPC_A_PROBE_VPC,
	VPC_A_PROBE_NEXTHOP,
	VPC_A_PROBE_TYPE,
	VPC_A_PROBE_SOURCE,
	VPC_A_PROBE_DESTINATION,
	VPC_A_PROBE_INTERVAL,
	VPC_A_PROBE_MULTIPLIER,
	VPC_A_PROBE_RISE,
	VPC_A_PROBE_HOLD_DOWN,
	VPC_A_PROBE_FAIL_BACK,
	VPC_A_PROBE_SUPPRESS,
	VPC_A_PROBE_REUSE,
	VPC_A_PROBE_HALF_LIFE,
	VPC_A_PROBE_MULTIHOP,
	VPC_A_PROBE_ADMIN_DOWN,
	VPC_A_PROBE_ID,
	VPC_A_PROBE_STATE,
	VPC_A_PROBE_HEALTH,
	VPC_A_PROBE_PENALTY,
	VPC_A_PROBE_FLIPS,
	VPC_A_PROBE_SENT,
	VPC_A_PROBE_RECEIVED,
	VPC_A_PROBE_DISCARDED,
	VPC_A_PROBE_UNSENT,
	VPC_A_PROBE_GRACES,
	VPC_A_PROBE_DETECTION,
	VPC_A_PROBE_TX_INTERVAL,
	VPC_A_PROBE_LOCAL_DISCR,
	VPC_A_PROBE_REMOTE_DISCR,
	VPC_A_PROBE_REMOTE_STATE,
	VPC_A_PROBE_DIAG,
	VPC_A_PROBE_REMOTE_DIAG,
	VPC_A_PROBE_REMOTE_MULTIPLIER,
	VPC_A_PROBE_RTT,
	VPC_A_PROBE_RTT_MIN,
	VPC_A_PROBE_RTT_AVERAGE,
	VPC_A_PROBE_LOST,

	/* private: */
	__VPC_A_PROBE_MAX,
	VPC_A_PROBE_MAX = __VPC_A_PROBE_MAX - 1
};

/**
 * enum vpc_flip_cause - why the health of a next hop has changed
 * @VPC_FLIP_DETECTION: down: nothing was heard for the detection time
 * @VPC_FLIP_SIGNALLED: down: the other end says that it does not hear us
 * @VPC_FLIP_PEER_ADMIN: down: the other end was switched off
 * @VPC_FLIP_CARRIER: down or up: the device of the next hop
 * @VPC_FLIP_NEIGHBOUR: down or up: the router does not answer ARP or ND, or does again
 * @VPC_FLIP_ADMINISTRATOR: down or up: by PROBE_NEW, PROBE_SET or PROBE_DEL
 * @VPC_FLIP_PROBE: up or held: the probe came up
 * @VPC_FLIP_POLICY: up: the time that hold-down, fail-back or damping asked for is over
 * @VPC_FLIP_IPSEC: down or up: the security associations of a connection, or the local
 *	address of its VPN gateway, went or came
 * @VPC_FLIP_PEERING: down or up: the peering was accepted, asked for again, or has expired
 */
enum vpc_flip_cause {
	VPC_FLIP_DETECTION,
	VPC_FLIP_SIGNALLED,
	VPC_FLIP_PEER_ADMIN,
	VPC_FLIP_CARRIER,
	VPC_FLIP_NEIGHBOUR,
	VPC_FLIP_ADMINISTRATOR,
	VPC_FLIP_PROBE,
	VPC_FLIP_POLICY,
	VPC_FLIP_IPSEC,
	VPC_FLIP_PEERING,
};

/**
 * enum vpc_a_flip - a receipt: the health of a next hop has changed
 * @VPC_A_FLIP_PAD: alignment, no content
 * @VPC_A_FLIP_SEQ: u64, counts the flips of the namespace
 * @VPC_A_FLIP_VPC: string
 * @VPC_A_FLIP_TARGET: string, the next hop as users write it
 * @VPC_A_FLIP_PROBE: string, the probe of the next hop, absent if it has none; filter
 *	of a dump
 * @VPC_A_FLIP_FROM: u8, enum vpc_health
 * @VPC_A_FLIP_TO: u8, enum vpc_health
 * @VPC_A_FLIP_CAUSE: u8, enum vpc_flip_cause
 * @VPC_A_FLIP_TIME: u64, nanoseconds, CLOCK_REALTIME of @VPC_A_FLIP_SWITCHED
 * @VPC_A_FLIP_LAST_GOOD: u64, nanoseconds, CLOCK_MONOTONIC: the last valid packet of
 *	the probe; absent if there was none
 * @VPC_A_FLIP_DETECTED: u64, nanoseconds, CLOCK_MONOTONIC: when the cause was noticed
 * @VPC_A_FLIP_SWITCHED: u64, nanoseconds, CLOCK_MONOTONIC: no packet was given to the
 *	next hop after this (or: could be given to it from here on)
 * @VPC_A_FLIP_PACKETS: u64, down: packets given to the next hop since the last valid
 *	packet of the probe; absent if it has no probe
 * @VPC_A_FLIP_STALL: u64, nanoseconds: this host itself stood still for so long within the
 *	last detection times; absent if it did not
 */
enum vpc_a_flip {
	VPC_A_FLIP_UNSPEC,
	VPC_A_FLIP_PAD,
	VPC_A_FLIP_SEQ,
	VPC_A_FLIP_VPC,
	VPC_A_FLIP_TARGET,
	VPC_A_FLIP_PROBE,
	VPC_A_FLIP_FROM,
	VPC_A_FLIP_TO,
	VPC_A_FLIP_CAUSE,
	VPC_A_FLIP_TIME,
	VPC_A_FLIP_LAST_GOOD,
	VPC_A_FLIP_DETECTED,
	VPC_A_FLIP_SWITCHED,
	VPC_A_FLIP_PACKETS,
	VPC_A_FLIP_STALL,

	/* private: */
	__VPC_A_FLIP_MAX,
	VPC_A_FLIP_MAX = __VPC_A_FLIP_MAX - 1
};

/**
 * enum vpc_vpn_gateway_state - is a VPN gateway ready?
 * @VPC_VPN_GATEWAY_PREPARING: its local address is not on this host
 * @VPC_VPN_GATEWAY_NORMAL: it is
 */
enum vpc_vpn_gateway_state {
	VPC_VPN_GATEWAY_PREPARING,
	VPC_VPN_GATEWAY_NORMAL,
};

/**
 * enum vpc_a_vpn_gateway - a VPN gateway: where IPsec connections of a VPC end
 * @VPC_A_VPN_GATEWAY_PAD: alignment, no content
 * @VPC_A_VPN_GATEWAY_NAME: string
 * @VPC_A_VPN_GATEWAY_NEW_NAME: string, the name to take
 * @VPC_A_VPN_GATEWAY_VPC: string, its VPC or transit domain; filter of a dump
 * @VPC_A_VPN_GATEWAY_LOCAL: binary, 4 or 16 bytes: the address of the host that speaks
 *	ESP and IKE
 * @VPC_A_VPN_GATEWAY_INSIDE: binary [], 4 or 16 bytes, at most one per family: the address
 *	that the gateway itself speaks from inside connections (echo replies, ICMP
 *	errors); default: VPC_A_VPN_GATEWAY_LOCAL for its family, none for the other
 * @VPC_A_VPN_GATEWAY_BANDWIDTH: u64, bits per second of the packets inside, each direction
 *	by itself, over all its connections; 0: no limit
 * @VPC_A_VPN_GATEWAY_TRANSIT: u8, 1: what comes from one connection may leave by another;
 *	0 (default): it may not
 * @VPC_A_VPN_GATEWAY_MSS_CLAMP: u8, 1: the MSS option of TCP is lowered to what fits
 *	into ESP; 0 (default): packets are left alone
 * @VPC_A_VPN_GATEWAY_STATE: u8, enum vpc_vpn_gateway_state, reply
 * @VPC_A_VPN_GATEWAY_ROUTES: u32, reply: how many routes its table has
 * @VPC_A_VPN_GATEWAY_TABLE_ID: u32, reply
 * @VPC_A_VPN_GATEWAY_ID: u32, reply
 */
enum vpc_a_vpn_gateway {
	VPC_A_VPN_GATEWAY_UNSPEC,
	VPC_A_VPN_GATEWAY_PAD,
	VPC_A_VPN_GATEWAY_NAME,
	VPC_A_VPN_GATEWAY_NEW_NAME,
	VPC_A_VPN_GATEWAY_VPC,
	VPC_A_VPN_GATEWAY_LOCAL,
	VPC_A_VPN_GATEWAY_INSIDE,
	VPC_A_VPN_GATEWAY_BANDWIDTH,
	VPC_A_VPN_GATEWAY_TRANSIT,
	VPC_A_VPN_GATEWAY_MSS_CLAMP,
	VPC_A_VPN_GATEWAY_STATE,
	VPC_A_VPN_GATEWAY_ROUTES,
	VPC_A_VPN_GATEWAY_TABLE_ID,
	VPC_A_VPN_GATEWAY_ID,

	/* private: */
	__VPC_A_VPN_GATEWAY_MAX,
	VPC_A_VPN_GATEWAY_MAX = __VPC_A_VPN_GATEWAY_MAX - 1
};

/**
 * enum vpc_a_customer_gateway - a customer gateway: the other end of IPsec connections
 * @VPC_A_CUSTOMER_GATEWAY_NAME: string
 * @VPC_A_CUSTOMER_GATEWAY_NEW_NAME: string, the name to take
 * @VPC_A_CUSTOMER_GATEWAY_ADDRESS: binary, 4 or 16 bytes: where it is
 * @VPC_A_CUSTOMER_GATEWAY_DESCRIPTION: string, at most %VPC_DESCRIPTION_LEN - 1 bytes, for
 *	people
 * @VPC_A_CUSTOMER_GATEWAY_CONNECTIONS: u32, reply: how many connections lead there
 * @VPC_A_CUSTOMER_GATEWAY_ID: u32, reply
 */
enum vpc_a_customer_gateway {
	VPC_A_CUSTOMER_GATEWAY_UNSPEC,
	VPC_A_CUSTOMER_GATEWAY_NAME,
	VPC_A_CUSTOMER_GATEWAY_NEW_NAME,
	VPC_A_CUSTOMER_GATEWAY_ADDRESS,
	VPC_A_CUSTOMER_GATEWAY_DESCRIPTION,
	VPC_A_CUSTOMER_GATEWAY_CONNECTIONS,
	VPC_A_CUSTOMER_GATEWAY_ID,

	/* private: */
	__VPC_A_CUSTOMER_GATEWAY_MAX,
	VPC_A_CUSTOMER_GATEWAY_MAX = __VPC_A_CUSTOMER_GATEWAY_MAX - 1
};

/**
 * enum vpc_ipsec_mode - what decides which packets take a connection
 * @VPC_IPSEC_ROUTE: routes
 * @VPC_IPSEC_POLICY: pairs of a local and a remote prefix, which come after the local routes
 *	of the VPC and before its tables: the longest remote prefix wins, then the
 *	longest local one. What came over a connection never matches.
 */
enum vpc_ipsec_mode {
	VPC_IPSEC_ROUTE,
	VPC_IPSEC_POLICY,
};

/**
 * enum vpc_ipsec_state - state of an IPsec connection
 * @VPC_IPSEC_DOWN: a security association is missing, or the VPN gateway is not ready
 * @VPC_IPSEC_NEGOTIATED: there is one in both directions
 * @VPC_IPSEC_UP: and its probe is up
 */
enum vpc_ipsec_state {
	VPC_IPSEC_DOWN,
	VPC_IPSEC_NEGOTIATED,
	VPC_IPSEC_UP,
};

/**
 * enum vpc_a_ipsec - an IPsec connection
 * @VPC_A_IPSEC_NAME: string
 * @VPC_A_IPSEC_NEW_NAME: string, the name to take
 * @VPC_A_IPSEC_GATEWAY: string, its VPN gateway
 * @VPC_A_IPSEC_CUSTOMER: string, its customer gateway
 * @VPC_A_IPSEC_VPC: string, reply: VPC or transit domain of the gateway; filter of a dump
 * @VPC_A_IPSEC_IF_ID: u32: the XFRM if_id of its security associations and policies, of the
 *	range of the namespace; default: the next one that is free
 * @VPC_A_IPSEC_MODE: u8, enum vpc_ipsec_mode, default ROUTE
 * @VPC_A_IPSEC_LOCAL: nested enum vpc_a_prefix []: what the other end may reach, default:
 *	everything that the table of the gateway leads to. POLICY: needed.
 * @VPC_A_IPSEC_REMOTE: nested enum vpc_a_prefix []: what may be behind the other end,
 *	default: everything that has a route over the connection. POLICY: needed.
 * @VPC_A_IPSEC_STATE: u8, enum vpc_ipsec_state, reply
 * @VPC_A_IPSEC_PROBE: string, reply: its probe
 * @VPC_A_IPSEC_HEALTH: u8, enum vpc_health, reply: of the next hop, absent while neither a
 *	route nor a probe uses the connection
 * @VPC_A_IPSEC_LOCAL_ADDRESS: binary, reply: of the VPN gateway
 * @VPC_A_IPSEC_REMOTE_ADDRESS: binary, reply: of the customer gateway
 * @VPC_A_IPSEC_COUNTERS: nested enum vpc_a_counters, reply: RX: what came out of ESP; TX:
 *	what was handed to ESP
 * @VPC_A_IPSEC_ID: u32, reply
 */
enum vpc_a_ipsec {
	VPC_A_IPSEC_UNSPEC,
	VPC_A_IPSEC_NAME,
	VPC_A_IPSEC_NEW_NAME,
	VPC_A_IPSEC_GATEWAY,
	VPC_A_IPSEC_CUSTOMER,
	VPC_A_IPSEC_VPC,
	VPC_A_IPSEC_IF_ID,
	VPC_A_IPSEC_MODE,
	VPC_A_IPSEC_LOCAL,
	VPC_A_IPSEC_REMOTE,
	VPC_A_IPSEC_STATE,
	VPC_A_IPSEC_PROBE,
	VPC_A_IPSEC_HEALTH,
	VPC_A_IPSEC_LOCAL_ADDRESS,
	VPC_A_IPSEC_REMOTE_ADDRESS,
	VPC_A_IPSEC_COUNTERS,
	VPC_A_IPSEC_ID,

	/* private: */
	__VPC_A_IPSEC_MAX,
	VPC_A_IPSEC_MAX = __VPC_A_IPSEC_MAX - 1
};

/**
 * enum vpc_a_public - a public address of a NAT gateway (nested)
 * @VPC_A_PUBLIC_ADDRESS: binary, 4 bytes
 * @VPC_A_PUBLIC_DRAINING: flag, reply: it was removed, and goes with its last connection
 * @VPC_A_PUBLIC_CONNECTIONS: u32, reply: connections of the gateway that use it
 * @VPC_A_PUBLIC_TCP_PORTS: u32, reply: ports that endpoints of the gateway have, in blocks
 * @VPC_A_PUBLIC_UDP_PORTS: u32, reply
 * @VPC_A_PUBLIC_ICMP_PORTS: u32, reply: identifiers of echo requests
 * @VPC_A_PUBLIC_LEVEL: u8, reply: 80 or 95: at least so many percent of the ports of a protocol
 *	are in use; 0: not; see VPC_EVENT_PORTS
 * @VPC_A_PUBLIC_ENDPOINT: binary, 4 bytes: all that comes in goes to this endpoint, and what it
 *	starts itself leaves by the address, unless a route says otherwise. Only in
 *	VPC_A_VPC_PUBLIC.
 */
enum vpc_a_public {
	VPC_A_PUBLIC_UNSPEC,
	VPC_A_PUBLIC_ADDRESS,
	VPC_A_PUBLIC_DRAINING,
	VPC_A_PUBLIC_CONNECTIONS,
	VPC_A_PUBLIC_TCP_PORTS,
	VPC_A_PUBLIC_UDP_PORTS,
	VPC_A_PUBLIC_ICMP_PORTS,
	VPC_A_PUBLIC_ENDPOINT,
	VPC_A_PUBLIC_LEVEL,

	/* private: */
	__VPC_A_PUBLIC_MAX,
	VPC_A_PUBLIC_MAX = __VPC_A_PUBLIC_MAX - 1
};

/**
 * enum vpc_a_snat - whose connections a NAT gateway takes (nested); one of these
 * @VPC_A_SNAT_SUBNET: string, endpoints of this subnet
 * @VPC_A_SNAT_PREFIX: nested enum vpc_a_prefix, inside a CIDR of the VPC
 */
enum vpc_a_snat {
	VPC_A_SNAT_UNSPEC,
	VPC_A_SNAT_SUBNET,
	VPC_A_SNAT_PREFIX,

	/* private: */
	__VPC_A_SNAT_MAX,
	VPC_A_SNAT_MAX = __VPC_A_SNAT_MAX - 1
};

/**
 * enum vpc_a_dnat - a port of a public address that leads to an endpoint (nested)
 * @VPC_A_DNAT_ADDRESS: binary, 4 bytes: the public address
 * @VPC_A_DNAT_PROTOCOL: u8, 6 (TCP) or 17 (UDP)
 * @VPC_A_DNAT_PORT: u16, host byte order
 * @VPC_A_DNAT_LAST_PORT: u16, of a range; default: VPC_A_DNAT_PORT
 * @VPC_A_DNAT_TO: binary, 4 bytes: inside a CIDR of the VPC; not in a DEL_DNAT
 * @VPC_A_DNAT_TO_PORT: u16, what VPC_A_DNAT_PORT leads to, a range in its order; default: the
 *	same
 */
enum vpc_a_dnat {
	VPC_A_DNAT_UNSPEC,
	VPC_A_DNAT_ADDRESS,
	VPC_A_DNAT_PROTOCOL,
	VPC_A_DNAT_PORT,
	VPC_A_DNAT_LAST_PORT,
	VPC_A_DNAT_TO,
	VPC_A_DNAT_TO_PORT,

	/* private: */
	__VPC_A_DNAT_MAX,
	VPC_A_DNAT_MAX = __VPC_A_DNAT_MAX - 1
};

/**
 * enum vpc_a_nat_gateway - a NAT gateway: the way of a VPC to a public network and back
 * @VPC_A_NAT_GATEWAY_PAD: alignment, no content
 * @VPC_A_NAT_GATEWAY_NAME: string; absent in a reply: it is the own router of the VPC
 * @VPC_A_NAT_GATEWAY_NEW_NAME: string, the name to take
 * @VPC_A_NAT_GATEWAY_VPC: string, its VPC; filter of a dump
 * @VPC_A_NAT_GATEWAY_UPLINK: string, device of a public uplink; absent in a reply when the
 *	device is gone
 * @VPC_A_NAT_GATEWAY_ADDRESS: nested enum vpc_a_public [], 1..%VPC_NAT_ADDRESSES_MAX. Other
 *	gateways may have the same ones.
 * @VPC_A_NAT_GATEWAY_DEL_ADDRESS: nested enum vpc_a_public []: no new connections; what there
 *	is goes on, and the address goes with the last connection
 * @VPC_A_NAT_GATEWAY_SNAT: nested enum vpc_a_snat [], at most %VPC_NAT_RULES_MAX
 * @VPC_A_NAT_GATEWAY_DEL_SNAT: nested enum vpc_a_snat []
 * @VPC_A_NAT_GATEWAY_DNAT: nested enum vpc_a_dnat [], at most %VPC_NAT_RULES_MAX. No two rules
 *	of a public address overlap, whatever their gateways.
 * @VPC_A_NAT_GATEWAY_DEL_DNAT: nested enum vpc_a_dnat []
 * @VPC_A_NAT_GATEWAY_FIRST_PORT: u16, of the ports that new connections get, a multiple of 16;
 *	default %VPC_NAT_FIRST_PORT
 * @VPC_A_NAT_GATEWAY_LAST_PORT: u16, one less than a multiple of 16; default
 *	%VPC_NAT_LAST_PORT
 * @VPC_A_NAT_GATEWAY_PORT_LIMIT: u32, 16..65536: ports of TCP, of UDP and identifiers of ICMP
 *	that one endpoint may have; default %VPC_NAT_PORT_LIMIT
 * @VPC_A_NAT_GATEWAY_RATE: u32, new connections per second of one endpoint, 0 (default): any
 * @VPC_A_NAT_GATEWAY_CONNECTIONS: u32, reply: how many there are
 * @VPC_A_NAT_GATEWAY_SOURCES: u32, reply: endpoints that have ports
 * @VPC_A_NAT_GATEWAY_EXHAUSTED: u64, reply: new connections that found no free port
 * @VPC_A_NAT_GATEWAY_LIMITED: u64, reply: new connections of endpoints that had
 *	VPC_A_NAT_GATEWAY_PORT_LIMIT ports
 * @VPC_A_NAT_GATEWAY_COUNTERS: nested enum vpc_a_counters, reply: RX: packets of endpoints, TX:
 *	packets to endpoints, DROPS: those of RX that were refused, got no port or could not leave
 * @VPC_A_NAT_GATEWAY_ID: u32, reply
 */
enum vpc_a_nat_gateway {
	VPC_A_NAT_GATEWAY_UNSPEC,
	VPC_A_NAT_GATEWAY_PAD,
	VPC_A_NAT_GATEWAY_NAME,
	VPC_A_NAT_GATEWAY_NEW_NAME,
	VPC_A_NAT_GATEWAY_VPC,
	VPC_A_NAT_GATEWAY_UPLINK,
	VPC_A_NAT_GATEWAY_ADDRESS,
	VPC_A_NAT_GATEWAY_DEL_ADDRESS,
	VPC_A_NAT_GATEWAY_SNAT,
	VPC_A_NAT_GATEWAY_DEL_SNAT,
	VPC_A_NAT_GATEWAY_DNAT,
	VPC_A_NAT_GATEWAY_DEL_DNAT,
	VPC_A_NAT_GATEWAY_FIRST_PORT,
	VPC_A_NAT_GATEWAY_LAST_PORT,
	VPC_A_NAT_GATEWAY_PORT_LIMIT,
	VPC_A_NAT_GATEWAY_RATE,
	VPC_A_NAT_GATEWAY_CONNECTIONS,
	VPC_A_NAT_GATEWAY_SOURCES,
	VPC_A_NAT_GATEWAY_EXHAUSTED,
	VPC_A_NAT_GATEWAY_LIMITED,
	VPC_A_NAT_GATEWAY_COUNTERS,
	VPC_A_NAT_GATEWAY_ID,

	/* private: */
	__VPC_A_NAT_GATEWAY_MAX,
	VPC_A_NAT_GATEWAY_MAX = __VPC_A_NAT_GATEWAY_MAX - 1
};

/**
 * enum vpc_alarm_metric - what an alarm looks at
 * @VPC_ALARM_RATE: bits per second of network layer packets
 * @VPC_ALARM_PACKETS: packets per second
 * @VPC_ALARM_LOSS: which part of the packets that were to pass the module has dropped, in
 *	units of 1 / %VPC_SHARE_ALL
 * @VPC_ALARM_STATE: whether a peering is active; whether an IPsec connection is negotiated, and
 *	its probe, if it has one, is up
 */
enum vpc_alarm_metric {
	VPC_ALARM_UNSPEC,
	VPC_ALARM_RATE,
	VPC_ALARM_PACKETS,
	VPC_ALARM_LOSS,
	VPC_ALARM_STATE,

	/* private: */
	__VPC_ALARM_MAX,
	VPC_ALARM_MAX = __VPC_ALARM_MAX - 1
};

/**
 * enum vpc_alarm_direction - what an alarm on an IPsec connection looks at
 * @VPC_ALARM_EITHER: the larger value of both directions
 * @VPC_ALARM_RECEIVED: what comes from the customer gateway
 * @VPC_ALARM_SENT: what goes to it
 */
enum vpc_alarm_direction {
	VPC_ALARM_EITHER,
	VPC_ALARM_RECEIVED,
	VPC_ALARM_SENT,
};

/**
 * enum vpc_a_alarm - an alarm; in ALARM_HISTORY_GET: one time that an alarm was raised or
 *	cleared, with what was then
 * @VPC_A_ALARM_PAD: alignment, no content
 * @VPC_A_ALARM_NAME: string; filter of ALARM_HISTORY_GET
 * @VPC_A_ALARM_NEW_NAME: string, the name to take
 * @VPC_A_ALARM_ID: u32, reply: the key that dumps are ordered by; absent in the history
 * @VPC_A_ALARM_PEERING: string, the peering that it is on, which it goes away with
 * @VPC_A_ALARM_IPSEC: string, or the IPsec connection
 * @VPC_A_ALARM_METRIC: u8, enum vpc_alarm_metric; in ALARM_SET it must be the one that it has
 * @VPC_A_ALARM_FROM: string, a VPC of the peering: what that VPC sends; absent: the larger value
 *	of both sides
 * @VPC_A_ALARM_DIRECTION: u8, enum vpc_alarm_direction, of a connection; default
 *	%VPC_ALARM_EITHER
 * @VPC_A_ALARM_ABOVE: u64, it is raised when the value is larger than this
 * @VPC_A_ALARM_CLEAR: u64, and cleared when it is not larger than this: at most, and by
 *	default, VPC_A_ALARM_ABOVE
 * @VPC_A_ALARM_INTERVAL: u32, seconds that the value is measured over, 1..3600
 * @VPC_A_ALARM_RAISED: u8, reply: 1 while it is raised
 * @VPC_A_ALARM_VALUE: u64, reply: of the last whole interval; absent with VPC_ALARM_STATE
 * @VPC_A_ALARM_TIME: u64, reply: nanoseconds, CLOCK_REALTIME: when it was raised or cleared
 *	last; absent if it never was
 * @VPC_A_ALARM_SEQ: u64, reply: counts the times that alarms of the namespace were raised or
 *	cleared; absent with VPC_A_ALARM_TIME
 * @VPC_A_ALARM_RAISES: u32, reply: how often it was raised; absent in the history
 */
enum vpc_a_alarm {
	VPC_A_ALARM_UNSPEC,
	VPC_A_ALARM_PAD,
	VPC_A_ALARM_NAME,
	VPC_A_ALARM_NEW_NAME,
	VPC_A_ALARM_ID,
	VPC_A_ALARM_PEERING,
	VPC_A_ALARM_IPSEC,
	VPC_A_ALARM_METRIC,
	VPC_A_ALARM_FROM,
	VPC_A_ALARM_DIRECTION,
	VPC_A_ALARM_ABOVE,
	VPC_A_ALARM_CLEAR,
	VPC_A_ALARM_INTERVAL,
	VPC_A_ALARM_RAISED,
	VPC_A_ALARM_VALUE,
	VPC_A_ALARM_TIME,
	VPC_A_ALARM_SEQ,
	VPC_A_ALARM_RAISES,

	/* private: */
	__VPC_A_ALARM_MAX,
	VPC_A_ALARM_MAX = __VPC_A_ALARM_MAX - 1
};

/**
 * enum vpc_event - what happened
 * @VPC_EVENT_ADDED: the object was created
 * @VPC_EVENT_CHANGED: it was changed by a command, or (VPN gateway, IPsec connection) its
 *	state has changed
 * @VPC_EVENT_REMOVED: it was removed, by a command or with its device
 * @VPC_EVENT_ACCEPTED: a peering became active
 * @VPC_EVENT_REJECTED: a peering was rejected, and so removed
 * @VPC_EVENT_EXPIRED: a peering was not accepted in time
 * @VPC_EVENT_ENABLED: an expired peering is pending again
 * @VPC_EVENT_FLUSHED: the namespace has no objects any more; carries no object
 * @VPC_EVENT_FLIP: the health of a next hop has changed; on the group "health"
 * @VPC_EVENT_PORTS: of a NAT gateway: VPC_A_PUBLIC_LEVEL of an address has changed. It falls to 0
 *	below 70 percent.
 * @VPC_EVENT_RAISED: of an alarm: its threshold was crossed; on the group "health"
 * @VPC_EVENT_CLEARED: and is crossed no more; on the group "health"
 */
enum vpc_event {
	VPC_EVENT_ADDED,
	VPC_EVENT_CHANGED,
	VPC_EVENT_REMOVED,
	VPC_EVENT_ACCEPTED,
	VPC_EVENT_REJECTED,
	VPC_EVENT_EXPIRED,
	VPC_EVENT_ENABLED,
	VPC_EVENT_FLUSHED,
	VPC_EVENT_FLIP,
	VPC_EVENT_PORTS,
	VPC_EVENT_RAISED,
	VPC_EVENT_CLEARED,
};

/**
 * enum vpc_a_event - VPC_CMD_EVENT, on the multicast groups
 * @VPC_A_EVENT_PAD: alignment, no content
 * @VPC_A_EVENT_KIND: u8, enum vpc_event
 * @VPC_A_EVENT_AS: u64, the account that the caller acted for; absent: the
 *	operator, or the module itself
 * @VPC_A_EVENT_VPC: nested enum vpc_a_vpc; exactly one object is there
 * @VPC_A_EVENT_SUBNET: nested enum vpc_a_subnet
 * @VPC_A_EVENT_TABLE: nested enum vpc_a_table. CHANGED also for a ROUTE_CHANGE
 *	with more than one operation, which has no event per route.
 * @VPC_A_EVENT_PORT: nested enum vpc_a_port
 * @VPC_A_EVENT_UPLINK: nested enum vpc_a_uplink
 * @VPC_A_EVENT_ROUTE: nested enum vpc_a_route
 * @VPC_A_EVENT_PEERING: nested enum vpc_a_peering
 * @VPC_A_EVENT_PROBE: nested enum vpc_a_probe
 * @VPC_A_EVENT_FLIP: nested enum vpc_a_flip
 * @VPC_A_EVENT_VPN_GATEWAY: nested enum vpc_a_vpn_gateway
 * @VPC_A_EVENT_CUSTOMER_GATEWAY: nested enum vpc_a_customer_gateway
 * @VPC_A_EVENT_IPSEC: nested enum vpc_a_ipsec
 * @VPC_A_EVENT_NAT_GATEWAY: nested enum vpc_a_nat_gateway
 * @VPC_A_EVENT_ENDPOINT: nested enum vpc_a_endpoint, one on another host. Those that go with the
 *	overlay's port have no events of their own, nor has one that moves to a port.
 * @VPC_A_EVENT_ALARM: nested enum vpc_a_alarm
 */
enum vpc_a_event {
	VPC_A_EVENT_UNSPEC,
	VPC_A_EVENT_PAD,
	VPC_A_EVENT_KIND,
	VPC_A_EVENT_AS,
	VPC_A_EVENT_VPC,
	VPC_A_EVENT_SUBNET,
	VPC_A_EVENT_TABLE,
	VPC_A_EVENT_PORT,
	VPC_A_EVENT_UPLINK,
	VPC_A_EVENT_ROUTE,
	VPC_A_EVENT_PEERING,
	VPC_A_EVENT_PROBE,
	VPC_A_EVENT_FLIP,
	VPC_A_EVENT_VPN_GATEWAY,
	VPC_A_EVENT_CUSTOMER_GATEWAY,
	VPC_A_EVENT_IPSEC,
	VPC_A_EVENT_NAT_GATEWAY,
	VPC_A_EVENT_ENDPOINT,
	VPC_A_EVENT_ALARM,

	/* private: */
	__VPC_A_EVENT_MAX,
	VPC_A_EVENT_MAX = __VPC_A_EVENT_MAX - 1
};

#endif /* _UAPI_LINUX_VPC_H */
