// SPDX-License-Identifier: GPL-2.0
/*
 * Random requests about VPN gateways (g0, g1; g2 in the transit domain x), customer gateways (c0,
 * c1), IPsec connections (d0, d1), probes (p0, p1, of the routers of v0 and v1) and alarms (a0,
 * a1), for churn.c.
 */
#include "churn.h"

static const char *name(const char *fmt, int n)
{
	return text(fmt, n, 0, 0);
}

/* --- VPN gateways, customer gateways, connections ----------------------------------- */

static void gateway(void)
{
	int n = rnd(3);

	switch (rnd(5)) {
	case 0:
		named(VPC_CMD_VPN_GATEWAY_DEL, VPC_A_VPN_GATEWAY_NAME, name("g%d", n));
		break;
	case 1:
		named(VPC_CMD_VPN_GATEWAY_SET, VPC_A_VPN_GATEWAY_NAME, name("g%d", n));
		number(VPC_A_VPN_GATEWAY_BANDWIDTH, 1000000 * (1 + rnd(1000)));
		break;
	case 2:
		publish(name("g%d", n), name("172.%d.0.0", 20 + rnd(4)), name("d%d", rnd(2)));
		break;
	default:
		vpn_gateway(name("g%d", n), n == 2 ? "x" : name("v%d", n),
			    name("198.51.100.%d", n + 1));
		break;
	}
}

static void customer(void)
{
	int n = rnd(2);

	switch (rnd(4)) {
	case 0:
		named(VPC_CMD_CUSTOMER_GATEWAY_DEL, VPC_A_CUSTOMER_GATEWAY_NAME, name("c%d", n));
		break;
	case 1:
		named(VPC_CMD_CUSTOMER_GATEWAY_SET, VPC_A_CUSTOMER_GATEWAY_NAME, name("c%d", n));
		str(VPC_A_CUSTOMER_GATEWAY_DESCRIPTION, name("number %d", rnd(100)));
		break;
	default:
		customer_gateway(name("c%d", n), name("203.0.113.%d", n + 1));
		break;
	}
}

/* The second one has two names, which others look for in vain in turn. */
static void connection(void)
{
	int n = rnd(2);
	bool second = rnd(2);

	switch (rnd(5)) {
	case 0:
	case 1:
		named(VPC_CMD_IPSEC_DEL, VPC_A_IPSEC_NAME, name("d%d", n));
		break;
	case 2:
		named(VPC_CMD_IPSEC_SET, VPC_A_IPSEC_NAME, second ? "d1" : "e1");
		str(VPC_A_IPSEC_NEW_NAME, second ? "e1" : "d1");
		break;
	default:
		ipsec(name("d%d", n), name("g%d", rnd(3)), name("c%d", rnd(2)));
		break;
	}
}

/* Refused while there are connections. */
static void settings(void)
{
	req(VPC_CMD_SETTINGS_SET);
	put_u32(&the_message, VPC_A_INFO_IF_ID_FIRST, 0x10000 + rnd(16));
	put_u32(&the_message, VPC_A_INFO_IF_ID_LAST, 0x20000 + rnd(16));
}

/* --- probes and alarms ------------------------------------------------------------------ */

static void probe_request(void)
{
	int n = rnd(2);

	switch (rnd(4)) {
	case 0:
		named(VPC_CMD_PROBE_DEL, VPC_A_PROBE_NAME, name("p%d", n));
		break;
	case 1:
		named(VPC_CMD_PROBE_SET, VPC_A_PROBE_NAME, name("p%d", n));
		put_u32(&the_message, VPC_A_PROBE_INTERVAL, 50000 * (1 + rnd(4)));
		break;
	default:
		probe(name("p%d", n), name("v%d", n), name("192.0.%d.254", 2 + n),
		      name("192.0.%d.1", 2 + n), rnd(2) ? VPC_PROBE_BFD : VPC_PROBE_ICMP);
		put_u32(&the_message, VPC_A_PROBE_INTERVAL, 50000);
		break;
	}
}

static void alarm_request(void)
{
	__u8 metric = 1 + rnd(VPC_ALARM_MAX);
	int n = rnd(2);

	switch (rnd(4)) {
	case 0:
		named(VPC_CMD_ALARM_DEL, VPC_A_ALARM_NAME, name("a%d", n));
		break;
	case 1:
		named(VPC_CMD_ALARM_SET, VPC_A_ALARM_NAME, name("a%d", n));
		number(VPC_A_ALARM_ABOVE, rnd(5000));
		break;
	default:
		if (n)
			alarm_on("a1", VPC_A_ALARM_IPSEC, name("d%d", rnd(2)), metric);
		else
			alarm_on("a0", VPC_A_ALARM_PEERING, "x01", metric);
		put_u32(&the_message, VPC_A_ALARM_INTERVAL, 1);
		break;
	}
}

/* --- the transit domain; names and bandwidths -------------------------------------------- */

static void transit_request(void)
{
	int i = rnd(VPCS);

	switch (rnd(6)) {
	case 0:
		named(VPC_CMD_VPC_DEL, VPC_A_VPC_NAME, "x");
		break;
	case 1:
		transit("x", 0);
		break;
	case 2:
		named(VPC_CMD_PEERING_DEL, VPC_A_PEERING_NAME, name("t%d", i));
		break;
	case 3:
		change(NULL, name("v%d", i));
		op(REPLACE, "10.0.0.0", 8, name("transit t%d", i), END);
		break;
	case 4:
		change(NULL, "x");
		op(REPLACE, name("10.%d.0.0", i + 1), 16, name("transit t%d", i), END);
		break;
	default:
		peering(name("t%d", i), name("v%d", i), "x", 0);
		break;
	}
}

/* VPC v4, which is in another region, or w4, and what it has with v0. */
static void far_request(void)
{
	bool first = rnd(2);

	switch (rnd(5)) {
	case 0:
		named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, first ? "v4" : "w4");
		str(VPC_A_VPC_NEW_NAME, first ? "w4" : "v4");
		break;
	case 1:
		named(VPC_CMD_PEERING_SET, VPC_A_PEERING_NAME, first ? "far" : "off");
		str(VPC_A_PEERING_NEW_NAME, first ? "off" : "far");
		break;
	case 2:
		named(VPC_CMD_PEERING_SET, VPC_A_PEERING_NAME, first ? "far" : "off");
		number(VPC_A_PEERING_BANDWIDTH, 1000000 * (1 + rnd(1000)));
		break;
	case 3:
		change(NULL, "v0");
		op(REPLACE, "10.5.0.0", 16, first ? "far" : "off", END);
		break;
	default:
		peering("far", "v0", "v4", 0);
		number(VPC_A_PEERING_BANDWIDTH, 10000000);
		break;
	}
}

static void look(void)
{
	static const __u8 dumps[] = {
		VPC_CMD_VPN_GATEWAY_GET, VPC_CMD_CUSTOMER_GATEWAY_GET, VPC_CMD_IPSEC_GET,
		VPC_CMD_PROBE_GET, VPC_CMD_FLIP_GET, VPC_CMD_ALARM_GET, VPC_CMD_ALARM_HISTORY_GET,
	};

	if (rnd(8))
		dump(dumps[rnd(sizeof(dumps))]);
	else
		req(VPC_CMD_INFO_GET);
}

void gateways_request(void)
{
	static void (*const what[])(void) = {
		gateway, gateway, customer, connection, connection, settings, probe_request,
		probe_request, alarm_request, transit_request, transit_request, far_request, look,
	};

	what[rnd(sizeof(what) / sizeof(*what))]();
}
