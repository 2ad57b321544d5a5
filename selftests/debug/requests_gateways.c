// SPDX-License-Identifier: GPL-2.0
/* Requests of failnth.c about probes, gateways, NAT and alarms, and the scene that they meet. */
#include <netinet/in.h>

#include "failnth.h"

static void address_in(__u16 type, __u16 inner, const char *text)
{
	struct nlattr *n = nest(&the_message, type);

	addr(inner, text);
	nest_end(&the_message, n);
}

void uplink_public(void)
{
	uplink(DEV3, NULL, NULL, "198.19.0.1");
}

/* --- probes ----------------------------------------------------------------------- */

/* Switched off, so that its state is always the same. */
static void quiet_probe(const char *name, const char *router, __u8 type)
{
	probe(name, "a", router, "192.0.2.1", type);
	put_u8(&the_message, VPC_A_PROBE_ADMIN_DOWN, 1);
}

void probe_new(void)
{
	quiet_probe("new", "192.0.2.252", VPC_PROBE_ICMP);
}

void probe_bfd(void)
{
	quiet_probe("new", "192.0.2.252", VPC_PROBE_BFD);
}

void probe_set(void)
{
	named(VPC_CMD_PROBE_SET, VPC_A_PROBE_NAME, "probe");
	str(VPC_A_PROBE_NEW_NAME, "renamed");
	put_u32(&the_message, VPC_A_PROBE_INTERVAL, 2000000);
}

/* --- VPN gateways ------------------------------------------------------------------- */

void vpn_gateway_new(void)
{
	vpn_gateway("new", "b", "203.0.113.8");
}

void vpn_gateway_set(void)
{
	named(VPC_CMD_VPN_GATEWAY_SET, VPC_A_VPN_GATEWAY_NAME, "vgw");
	str(VPC_A_VPN_GATEWAY_NEW_NAME, "renamed");
	number(VPC_A_VPN_GATEWAY_BANDWIDTH, 200000000);
}

void customer_gateway_new(void)
{
	customer_gateway("new", "203.0.113.30");
}

void customer_gateway_set(void)
{
	named(VPC_CMD_CUSTOMER_GATEWAY_SET, VPC_A_CUSTOMER_GATEWAY_NAME, "cgw");
	str(VPC_A_CUSTOMER_GATEWAY_DESCRIPTION, "in the cellar");
}

void ipsec_new(void)
{
	ipsec("new", "vgw", "free");
}

void ipsec_policy(void)
{
	ipsec("new", "vgw", "free");
	put_u8(&the_message, VPC_A_IPSEC_MODE, VPC_IPSEC_POLICY);
	prefix(VPC_A_IPSEC_LOCAL, "10.1.0.0", 16);
	prefix(VPC_A_IPSEC_REMOTE, "172.30.0.0", 16);
}

void ipsec_set(void)
{
	named(VPC_CMD_IPSEC_SET, VPC_A_IPSEC_NAME, "dc");
	str(VPC_A_IPSEC_NEW_NAME, "renamed");
}

void route_publish(void)
{
	publish("vgw", "172.29.0.0", "dc");
}

/* --- NAT -------------------------------------------------------------------------- */

static void nat_gateway(const char *name, const char *vpc, const char *address)
{
	named(VPC_CMD_NAT_GATEWAY_NEW, VPC_A_NAT_GATEWAY_NAME, name);
	str(VPC_A_NAT_GATEWAY_VPC, vpc);
	str(VPC_A_NAT_GATEWAY_UPLINK, DEV4);
	address_in(VPC_A_NAT_GATEWAY_ADDRESS, VPC_A_PUBLIC_ADDRESS, address);
}

static void change_nat(void)
{
	named(VPC_CMD_NAT_GATEWAY_SET, VPC_A_NAT_GATEWAY_NAME, "nat");
}

static void snat(__u16 type, const char *to)
{
	struct nlattr *n = nest(&the_message, type);

	prefix(VPC_A_SNAT_PREFIX, to, 24);
	nest_end(&the_message, n);
}

static void dnat(__u16 type, __u16 port)
{
	struct nlattr *n = nest(&the_message, type);

	addr(VPC_A_DNAT_ADDRESS, "198.18.1.1");
	put_u8(&the_message, VPC_A_DNAT_PROTOCOL, IPPROTO_TCP);
	put_u16(&the_message, VPC_A_DNAT_PORT, port);
	if (type == VPC_A_NAT_GATEWAY_DNAT)
		addr(VPC_A_DNAT_TO, "10.1.1.10");
	nest_end(&the_message, n);
}

static void public(__u16 type, const char *address, const char *endpoint)
{
	struct nlattr *n = nest(&the_message, type);

	addr(VPC_A_PUBLIC_ADDRESS, address);
	if (endpoint)
		addr(VPC_A_PUBLIC_ENDPOINT, endpoint);
	nest_end(&the_message, n);
}

void nat_gateway_new(void)
{
	nat_gateway("new", "c", "198.18.1.3");
}

void nat_gateway_set(void)
{
	change_nat();
	str(VPC_A_NAT_GATEWAY_NEW_NAME, "renamed");
	address_in(VPC_A_NAT_GATEWAY_ADDRESS, VPC_A_PUBLIC_ADDRESS, "198.18.1.4");
	put_u32(&the_message, VPC_A_NAT_GATEWAY_PORT_LIMIT, 64);
	put_u32(&the_message, VPC_A_NAT_GATEWAY_RATE, 10);
}

void nat_gateway_rules(void)
{
	change_nat();
	snat(VPC_A_NAT_GATEWAY_SNAT, "10.1.2.0");
	snat(VPC_A_NAT_GATEWAY_SNAT, "10.1.3.0");
	dnat(VPC_A_NAT_GATEWAY_DNAT, 443);
	dnat(VPC_A_NAT_GATEWAY_DNAT, 444);
}

void nat_gateway_fewer(void)
{
	change_nat();
	snat(VPC_A_NAT_GATEWAY_DEL_SNAT, "10.1.1.0");
	dnat(VPC_A_NAT_GATEWAY_DEL_DNAT, 80);
}

void nat_route(void)
{
	change(NULL, "a");
	op(REPLACE, "100.65.0.0", 16, "nat nat", END);
	op(ADD, "100.66.0.0", 16, "nat nat", END);
}

void router_new(void)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "c");
	public(VPC_A_VPC_PUBLIC, "198.18.2.3", NULL);
	str(VPC_A_VPC_UPLINK, DEV4);
}

void router_more(void)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "a");
	public(VPC_A_VPC_PUBLIC, "198.18.2.4", NULL);
	public(VPC_A_VPC_PUBLIC, "198.18.2.5", "10.1.1.10");
}

void router_del(void)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "c");
	public(VPC_A_VPC_DEL_PUBLIC, "198.18.2.3", NULL);
}

void router_route(void)
{
	change(NULL, "a");
	op(ADD, "100.67.0.1", 32, "router a", END);
}

void filter_on(void)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "b");
	put_u8(&the_message, VPC_A_VPC_FILTER, 1);
}

/* --- alarms ----------------------------------------------------------------------- */

/* Of an hour, so that its state is always the same. */
static void slow_alarm(const char *name, __u16 type, const char *target, __u8 metric)
{
	alarm_on(name, type, target, metric);
	if (metric != VPC_ALARM_STATE)
		put_u32(&the_message, VPC_A_ALARM_INTERVAL, 3600);
}

void alarm_new(void)
{
	slow_alarm("new", VPC_A_ALARM_PEERING, "ab", VPC_ALARM_RATE);
	str(VPC_A_ALARM_FROM, "a");
}

/* A peering that nobody has accepted. */
void alarm_raised(void)
{
	slow_alarm("new", VPC_A_ALARM_PEERING, "ac", VPC_ALARM_STATE);
}

void alarm_set(void)
{
	named(VPC_CMD_ALARM_SET, VPC_A_ALARM_NAME, "alarm");
	str(VPC_A_ALARM_NEW_NAME, "renamed");
	number(VPC_A_ALARM_CLEAR, 500);
	put_u32(&the_message, VPC_A_ALARM_INTERVAL, 1800);
}

/* --- the scene ---------------------------------------------------------------------- */

void gateways_scene(void)
{
	quiet_probe("probe", "192.0.2.253", VPC_PROBE_ICMP);
	done();
	vpn_gateway("vgw", "a", "203.0.113.7");
	done();
	customer_gateway("cgw", "203.0.113.20");
	done();
	customer_gateway("free", "203.0.113.21");
	done();
	ipsec("dc", "vgw", "cgw");
	done();
	customer_gateway("busy", "203.0.113.22");
	done();
	ipsec("idle", "vgw", "busy");
	done();
	vpn_gateway("idle", "c", "203.0.113.7");
	done();
	publish("vgw", "172.28.0.0", "dc");
	done();

	uplink(DEV4, NULL, NULL, "198.18.0.1");
	done();
	nat_gateway("nat", "a", "198.18.1.1");
	address_in(VPC_A_NAT_GATEWAY_ADDRESS, VPC_A_PUBLIC_ADDRESS, "198.18.1.2");
	done();
	nat_gateway("idle", "b", "198.18.1.1");
	done();
	change_nat();
	snat(VPC_A_NAT_GATEWAY_SNAT, "10.1.1.0");
	dnat(VPC_A_NAT_GATEWAY_DNAT, 80);
	done();
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "a");
	public(VPC_A_VPC_PUBLIC, "198.18.2.1", NULL);
	public(VPC_A_VPC_PUBLIC, "198.18.2.2", NULL);
	str(VPC_A_VPC_UPLINK, DEV4);
	done();
	change(NULL, "a");
	op(ADD, "100.65.0.0", 16, "nat nat", "router a", END);
	done();

	slow_alarm("alarm", VPC_A_ALARM_PEERING, "ab", VPC_ALARM_PACKETS);
	done();
	slow_alarm("down", VPC_A_ALARM_IPSEC, "idle", VPC_ALARM_STATE);
	done();
}
