// SPDX-License-Identifier: GPL-2.0
/* The requests that failnth.c tries. scene.c has what they name. */
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "failnth.h"

static void vpc_new(void)
{
	vpc("new", "10.9.0.0", "fd00:9::", 7);
}

static void subnet_new(void)
{
	subnet("new", "a", "10.1.9.0", "fd00:1:0:9::", "ta");
}

static void table_new(void)
{
	table("new", "a");
}

static void port_new(void)
{
	port(DEV3, "sa", "10.1.1.11", "fd00:1:0:1::11", true);
}

static void port_asks(void)
{
	port(DEV3, "sspare", "10.1.2.11", NULL, false);
}

static void uplink_new(void)
{
	uplink(DEV3, "a", "192.0.3.1", "192.0.3.254");
}

static void uplink_ipv6(void)
{
	uplink(DEV3, "b", "fc01::1", "fc01::2");
}

static void peering_new(void)
{
	peering("new", "b", "spare", 1000);
}

static void peering_active(void)
{
	peering("new", "c", "spare", 0);
}

static void vpc_far(void)
{
	vpc("far", "10.9.0.0", "fd00:9::", 2);
	str(VPC_A_VPC_REGION, "north");
}

static void peering_far(void)
{
	peering("new", "c", "far", 0);
	number(VPC_A_PEERING_BANDWIDTH, 10000000);
}

/* Both directions get another policer, and then the name is taken. */
static void peering_bandwidth(void)
{
	named(VPC_CMD_PEERING_SET, VPC_A_PEERING_NAME, "new");
	str(VPC_A_PEERING_NEW_NAME, "renamed");
	number(VPC_A_PEERING_BANDWIDTH, 20000000);
}

static void far_peered(void)
{
	vpc_far();
	done();
	peering_far();
}

static void transit_new(void)
{
	transit("new", 2);
}

static void transit_peering(void)
{
	peering("joined", "c", "new", 0);
}

static void transit_joined(void)
{
	transit_new();
	done();
	transit_peering();
}

static void transit_route(void)
{
	change(NULL, "c");
	op(ADD, "0.0.0.0", 0, "transit joined", END);
}

static void flush(void)
{
	req(VPC_CMD_FLUSH);
}

/* There must be no connection. */
static void settings_set(void)
{
	req(VPC_CMD_SETTINGS_SET);
	put_u32(&the_message, VPC_A_INFO_IF_ID_FIRST, VPC_IF_ID_FIRST);
	put_u32(&the_message, VPC_A_INFO_IF_ID_LAST, VPC_IF_ID_LAST);
}

static void vpc_set(void)
{
	req(VPC_CMD_VPC_SET);
	str(VPC_A_VPC_NAME, "a");
	str(VPC_A_VPC_NEW_NAME, "renamed");
	prefix(VPC_A_VPC_CIDR, "10.5.0.0", 16);
	prefix(VPC_A_VPC_CIDR, "fd00:5::", 48);
	put_u32(&the_message, VPC_A_VPC_PEERING_LIMIT, 20);
}

static void vpc_shrink(void)
{
	req(VPC_CMD_VPC_SET);
	str(VPC_A_VPC_NAME, "spare");
	prefix(VPC_A_VPC_DEL_CIDR, "10.4.0.0", 16);
	prefix(VPC_A_VPC_CIDR, "10.6.0.0", 16);
}

static void subnet_set(void)
{
	named(VPC_CMD_SUBNET_SET, VPC_A_SUBNET_NAME, "sa");
	str(VPC_A_SUBNET_TABLE, "ta");
}

static void peering_set(void)
{
	named(VPC_CMD_PEERING_SET, VPC_A_PEERING_NAME, "ab");
	str(VPC_A_PEERING_NEW_NAME, "renamed");
}

static void brief_peering(void)
{
	peering("brief", "b", "c", 1);
}

static bool brief_expired(void)
{
	const struct nlattr *state;
	struct answer *said;
	int skip = NLMSG_LENGTH(GENL_HDRLEN);

	named(VPC_CMD_PEERING_GET, VPC_A_PEERING_NAME, "brief");
	said = ask();
	state = find(said->reply + skip, said->reply_len - skip, VPC_A_PEERING_STATE);
	return state && *(const __u8 *)nla_bytes(state) == VPC_PEERING_EXPIRED;
}

static void route_add(void)
{
	change(NULL, "a");
	op(ADD, "100.64.0.0", 10, "ab", "blackhole", END);
}

static void route_replace(void)
{
	change(NULL, "a");
	op(REPLACE, "203.0.113.0", 24, "192.0.2.250", END);
}

static void route_del(void)
{
	change(NULL, "a");
	op(DEL, "198.51.100.0", 24, END);
}

static void route_del_nexthop(void)
{
	change("ta", NULL);
	op(DEL, "10.2.0.0", 16, "ab", END);
}

static void route_many(void)
{
	change(NULL, "b");
	op(ADD, "2001:db8::", 32, "unreachable", END);
	op(REPLACE, "10.1.0.0", 16, "blackhole", END);
	op(DEL, "fd00:1::", 48, "ab", END);
	many_routes();
}

static void route_load(void)
{
	change(NULL, "a");
	put(&the_message, VPC_A_ROUTE_REPLACE_TABLE, NULL, 0);
	op(ADD, "10.2.0.0", 16, "ab", END);
	op(ADD, "203.0.113.0", 24, "10.1.1.10", END);
	op(ADD, "2001:db8:1::", 48, "blackhole", END);
}

static void route_lookup(void)
{
	named(VPC_CMD_ROUTE_LOOKUP, VPC_A_ROUTE_VPC, "a");
	addr(VPC_A_ROUTE_ADDRESS, "10.2.1.10");
}

/* A device goes away, as with its tenant: not by a command of ours. */
static void unlink_device(const char *dev)
{
	struct ifinfomsg ifi = { .ifi_index = if_nametoindex(dev) };

	req(0);
	the_message.nlh.nlmsg_type = RTM_DELLINK;
	memcpy(NLMSG_DATA(&the_message.nlh), &ifi, sizeof(ifi));
	the_message.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(ifi));
}

static void device_del(void)
{
	unlink_device(DEV1);
}

static void overlay_device_del(void)
{
	unlink_device(DEV5);
}

/* A request with one attribute, which is a name, or with none. */
#define DO(c, attr, to) .cmd = VPC_CMD_##c, .type = VPC_A_##attr, .value = (to)
#define DUMP(c) .cmd = VPC_CMD_##c, .dump = true
#define TOLD .changes = true

const struct request requests[] = {
	{ "vpc-new", .build = vpc_new, TOLD },
	{ "vpc-set", .build = vpc_set, TOLD },
	{ "vpc-set-shrink", .build = vpc_shrink, TOLD },
	{ "vpc-del", DO(VPC_DEL, VPC_NAME, "spare"), TOLD },
	{ "vpc-get", DO(VPC_GET, VPC_NAME, "a") },
	{ "subnet-new", .build = subnet_new, TOLD },
	{ "subnet-set", .build = subnet_set, TOLD },
	{ "subnet-del", DO(SUBNET_DEL, SUBNET_NAME, "sspare"), TOLD },
	{ "subnet-get", DO(SUBNET_GET, SUBNET_NAME, "sa") },
	{ "table-new", .build = table_new, TOLD },
	{ "table-del", DO(TABLE_DEL, TABLE_NAME, "tspare"), TOLD },
	{ "table-get", DO(TABLE_GET, TABLE_NAME, "ta") },
	{ "port-new", .build = port_new, TOLD },
	{ "port-new-asks", .build = port_asks, TOLD },
	{ "port-del", DO(PORT_DEL, PORT_DEV, DEV1), TOLD },
	{ "port-get", DO(PORT_GET, PORT_DEV, DEV0) },
	{ "uplink-new", .build = uplink_new, TOLD },
	{ "uplink-new-ipv6", .build = uplink_ipv6, TOLD },
	{ "uplink-new-public", .build = uplink_public, TOLD },
	{ "uplink-del", DO(UPLINK_DEL, UPLINK_DEV, DEV3), TOLD, .prepare = uplink_new },
	{ "uplink-get", DO(UPLINK_GET, UPLINK_DEV, DEV2) },
	{ "route-add", .build = route_add, TOLD },
	{ "route-replace", .build = route_replace, TOLD },
	{ "route-del", .build = route_del, TOLD },
	{ "route-del-nexthop", .build = route_del_nexthop, TOLD },
	{ "route-many", .build = route_many, TOLD },
	{ "route-load", .build = route_load, TOLD },
	{ "route-lookup", .build = route_lookup },
	{ "peering-new", .build = peering_new, TOLD },
	{ "peering-new-active", .build = peering_active, TOLD },
	{ "peering-new-far", .build = peering_far, TOLD, .prepare = vpc_far },
	{ "peering-set", .build = peering_set, TOLD },
	{ "peering-set-bandwidth", .build = peering_bandwidth, TOLD, .prepare = far_peered },
	{ "transit-new", .build = transit_new, TOLD },
	{ "transit-peering", .build = transit_peering, TOLD, .prepare = transit_new },
	{ "transit-route", .build = transit_route, TOLD, .prepare = transit_joined },
	{ "settings-set", .build = settings_set, .prepare = flush },
	{ "peering-accept", DO(PEERING_ACCEPT, PEERING_NAME, "ac"), TOLD },
	{ "peering-reject", DO(PEERING_REJECT, PEERING_NAME, "ac"), TOLD },
	{ "peering-enable", DO(PEERING_ENABLE, PEERING_NAME, "brief"), TOLD,
	  .prepare = brief_peering, .settled = brief_expired },
	{ "peering-del", DO(PEERING_DEL, PEERING_NAME, "ab"), TOLD },
	{ "peering-get", DO(PEERING_GET, PEERING_NAME, "ac") },
	{ "stats-get", DO(STATS_GET, STATS_VPC, "a") },
	{ "probe-new", .build = probe_new, TOLD },
	{ "probe-new-bfd", .build = probe_bfd, TOLD },
	{ "probe-set", .build = probe_set, TOLD },
	{ "probe-del", DO(PROBE_DEL, PROBE_NAME, "probe"), TOLD },
	{ "probe-get", DO(PROBE_GET, PROBE_NAME, "probe") },
	{ "vpn-gateway-new", .build = vpn_gateway_new, TOLD },
	{ "vpn-gateway-set", .build = vpn_gateway_set, TOLD },
	{ "vpn-gateway-del", DO(VPN_GATEWAY_DEL, VPN_GATEWAY_NAME, "idle"), TOLD },
	{ "vpn-gateway-get", DO(VPN_GATEWAY_GET, VPN_GATEWAY_NAME, "vgw") },
	{ "customer-gateway-new", .build = customer_gateway_new, TOLD },
	{ "customer-gateway-set", .build = customer_gateway_set, TOLD },
	{ "customer-gateway-del", DO(CUSTOMER_GATEWAY_DEL, CUSTOMER_GATEWAY_NAME, "free"), TOLD },
	{ "customer-gateway-get", DO(CUSTOMER_GATEWAY_GET, CUSTOMER_GATEWAY_NAME, "cgw") },
	{ "ipsec-new", .build = ipsec_new, TOLD },
	{ "ipsec-new-policy", .build = ipsec_policy, TOLD },
	{ "ipsec-set", .build = ipsec_set, TOLD },
	{ "ipsec-del", DO(IPSEC_DEL, IPSEC_NAME, "idle"), TOLD },
	{ "ipsec-get", DO(IPSEC_GET, IPSEC_NAME, "dc") },
	{ "route-publish", .build = route_publish, TOLD },
	{ "nat-gateway-new", .build = nat_gateway_new, TOLD },
	{ "nat-gateway-set", .build = nat_gateway_set, TOLD },
	{ "nat-gateway-rules", .build = nat_gateway_rules, TOLD },
	{ "nat-gateway-fewer", .build = nat_gateway_fewer, TOLD },
	{ "nat-gateway-del", DO(NAT_GATEWAY_DEL, NAT_GATEWAY_NAME, "idle"), TOLD },
	{ "nat-gateway-get", DO(NAT_GATEWAY_GET, NAT_GATEWAY_NAME, "nat") },
	{ "nat-route", .build = nat_route, TOLD },
	{ "router-new", .build = router_new, TOLD },
	{ "router-more", .build = router_more, TOLD },
	{ "router-del", .build = router_del, TOLD, .prepare = router_new },
	{ "router-route", .build = router_route, TOLD },
	{ "filter-on", .build = filter_on, TOLD },
	{ "alarm-new", .build = alarm_new, TOLD },
	{ "alarm-new-raised", .build = alarm_raised, TOLD },
	{ "alarm-set", .build = alarm_set, TOLD },
	{ "alarm-del", DO(ALARM_DEL, ALARM_NAME, "alarm"), TOLD },
	{ "alarm-get", DO(ALARM_GET, ALARM_NAME, "alarm") },
	{ "vpc-new-vni", .build = vpc_new_vni, TOLD },
	{ "vpc-set-vni", .build = vpc_set_vni, TOLD },
	{ "overlay-new", .build = overlay_new, TOLD, .prepare = overlay_del },
	{ "overlay-del", DO(PORT_DEL, PORT_DEV, DEV5), TOLD, .prepare = endpoints_del },
	{ "overlay-device-del", .build = overlay_device_del, TOLD, .rtnetlink = true },
	{ "endpoint-new", .build = endpoint_new, TOLD },
	{ "endpoint-new-known", .build = endpoint_known, TOLD },
	{ "endpoint-new-ipv6", .build = endpoint_ipv6, TOLD },
	{ "endpoint-replace", .build = endpoint_replace, TOLD },
	{ "endpoint-replace-known", .build = endpoint_swap, TOLD },
	{ "endpoint-del", .build = endpoint_del, TOLD },
	{ "endpoint-del-last", .build = endpoint_last, TOLD },
	{ "peering-new-hosts", .build = peering_hosts, TOLD },
	{ "port-new-moves", .build = port_moves, TOLD },
	{ "port-del-moves", .build = port_leaves, TOLD },
	{ "info-get", .cmd = VPC_CMD_INFO_GET },
	{ "flush", .cmd = VPC_CMD_FLUSH, TOLD },
	{ "device-del", .build = device_del, TOLD, .rtnetlink = true },
	{ "dump-vpcs", DUMP(VPC_GET) },
	{ "dump-subnets", DUMP(SUBNET_GET) },
	{ "dump-tables", DUMP(TABLE_GET) },
	{ "dump-ports", DUMP(PORT_GET) },
	{ "dump-uplinks", DUMP(UPLINK_GET) },
	{ "dump-endpoints", DUMP(ENDPOINT_GET) },
	{ "dump-peerings", DUMP(PEERING_GET) },
	{ "dump-routes", DUMP(ROUTE_GET) },
	{ "dump-probes", DUMP(PROBE_GET) },
	{ "dump-vpn-gateways", DUMP(VPN_GATEWAY_GET) },
	{ "dump-customer-gateways", DUMP(CUSTOMER_GATEWAY_GET) },
	{ "dump-ipsec", DUMP(IPSEC_GET) },
	{ "dump-nat-gateways", DUMP(NAT_GATEWAY_GET) },
	{ "dump-stats", DUMP(STATS_GET) },
	{ "dump-alarms", DUMP(ALARM_GET) },
	/* Of what has none: each scene makes the histories longer. */
	{ "dump-alarm-history", DUMP(ALARM_HISTORY_GET), .type = VPC_A_ALARM_NAME,
	  .value = "alarm" },
	{ "dump-flips", DUMP(FLIP_GET), .type = VPC_A_FLIP_PROBE, .value = "nobody" },
};

const unsigned int request_count = sizeof(requests) / sizeof(*requests);
