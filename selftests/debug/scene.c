// SPDX-License-Identifier: GPL-2.0
/* The configuration that the requests of failnth.c meet. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "failnth.h"

#define MORE_ROUTES 40

const char *const devices[DEVICES] = { DEV0, DEV1, DEV2, DEV3, DEV4, DEV5 };

void many_routes(void)
{
	int i;

	for (i = 0; i < MORE_ROUTES; i++)
		put_op(&the_message, ADD, 0xac100000 + (i << 10), 24, i & 1 ? VPC_NH_BLACKHOLE :
								   VPC_NH_PROHIBIT);
}

static unsigned int make(const char *dev, const char *kind)
{
	char line[128];

	if (!if_nametoindex(dev)) {
		snprintf(line, sizeof(line), "ip link add %s type %s", dev, kind);
		if (system(line))
			die(line);
	}
	return if_nametoindex(dev);
}

static void set_up(const char *dev)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
	} up = {
		.nlh = { .nlmsg_len = sizeof(up), .nlmsg_type = RTM_NEWLINK,
			 .nlmsg_flags = NLM_F_REQUEST },
		.ifi = { .ifi_index = make(dev, "dummy"), .ifi_flags = IFF_UP,
			 .ifi_change = IFF_UP },
	};
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || send(fd, &up, sizeof(up), 0) < 0)
		die("link up");
	close(fd);
}

static void scene(void)
{
	int i;

	req(VPC_CMD_FLUSH);
	done();
	/* Not up: its sockets take memory, and without it the device stays down. */
	make(DEV5, "vxlan dstport 4789 external");
	for (i = 0; i < DEVICES; i++)
		if (strcmp(devices[i], DEV5))
			set_up(devices[i]);
	vpc("a", "10.1.0.0", "fd00:1::", 1);
	vni(100);
	done();
	vpc("b", "10.2.0.0", "fd00:2::", 1);
	vni(200);
	done();
	vpc("c", "10.3.0.0", "fd00:3::", 2);
	vni(300);
	done();
	vpc("spare", "10.4.0.0", "fd00:4::", 2);
	done();
	table("ta", "a");
	done();
	table("tspare", "a");
	done();
	subnet("sa", "a", "10.1.1.0", "fd00:1:0:1::", NULL);
	done();
	subnet("sspare", "a", "10.1.2.0", "fd00:1:0:2::", "ta");
	done();
	subnet("sb", "b", "10.2.1.0", "fd00:2:0:1::", NULL);
	done();
	port(DEV0, "sa", "10.1.1.10", "fd00:1:0:1::10", true);
	done();
	port(DEV1, "sb", "10.2.1.10", "fd00:2:0:1::10", true);
	done();
	uplink(DEV2, "a", "192.0.2.1", "192.0.2.254");
	done();
	peering("ab", "a", "b", 0);
	done();
	peering("ac", "a", "c", 0);
	done();
	change(NULL, "a");
	op(ADD, "10.2.0.0", 16, "ab", END);
	op(ADD, "fd00:2::", 48, "ab", END);
	op(ADD, "203.0.113.0", 24, "192.0.2.254", "10.1.1.10", END);
	op(ADD, "198.51.100.0", 24, "192.0.2.253", END);
	op(ADD, "2001:db8::", 32, "unreachable", END);
	many_routes();
	done();
	change("ta", NULL);
	op(ADD, "10.2.0.0", 16, "ab", "192.0.2.254", END);
	op(ADD, "0.0.0.0", 0, "192.0.2.252", END);
	done();
	change(NULL, "b");
	op(ADD, "10.1.0.0", 16, "ab", END);
	op(ADD, "fd00:1::", 48, "ab", "blackhole", END);
	done();
	gateways_scene();
	overlay_scene();
}

static const __u8 dumps[] = {
	VPC_CMD_VPC_GET, VPC_CMD_SUBNET_GET, VPC_CMD_TABLE_GET, VPC_CMD_PORT_GET,
	VPC_CMD_UPLINK_GET, VPC_CMD_ENDPOINT_GET, VPC_CMD_PEERING_GET, VPC_CMD_ROUTE_GET,
	VPC_CMD_PROBE_GET, VPC_CMD_VPN_GATEWAY_GET, VPC_CMD_CUSTOMER_GATEWAY_GET,
	VPC_CMD_IPSEC_GET, VPC_CMD_NAT_GATEWAY_GET, VPC_CMD_ALARM_GET,
};

bool state_dump(int i)
{
	int count = sizeof(dumps) / sizeof(*dumps);

	if (i < count)
		dump(dumps[i]);
	else if (i == count)
		req(VPC_CMD_INFO_GET);
	return i <= count;
}

bool attribute_counts(__u8 cmd, __u16 type)
{
	switch (cmd) {
	case VPC_CMD_VPC_GET:
		return type != VPC_A_VPC_ID && type != VPC_A_VPC_COUNTERS &&
		       type != VPC_A_VPC_NAT_ZONE && type != VPC_A_VPC_FILTER_ZONE;
	case VPC_CMD_SUBNET_GET:
		return type != VPC_A_SUBNET_ID;
	case VPC_CMD_TABLE_GET:
		return type != VPC_A_TABLE_ID;
	case VPC_CMD_PORT_GET:
		return type != VPC_A_PORT_ID && type != VPC_A_PORT_COUNTERS &&
		       type != VPC_A_PORT_IFINDEX;
	case VPC_CMD_UPLINK_GET:
		return type != VPC_A_UPLINK_ID && type != VPC_A_UPLINK_COUNTERS &&
		       type != VPC_A_UPLINK_IFINDEX;
	case VPC_CMD_ENDPOINT_GET:
		return type != VPC_A_ENDPOINT_ID;
	case VPC_CMD_PEERING_GET:
		return type != VPC_A_PEERING_ID && type != VPC_A_PEERING_COUNTERS &&
		       type != VPC_A_PEERING_REMAINING;
	case VPC_CMD_ROUTE_GET:
		return type != VPC_A_ROUTE_TABLE_ID;
	case VPC_CMD_ROUTE_LOOKUP:
		return type != VPC_A_ROUTE_TABLE_ID && type != VPC_A_ROUTE_ENDPOINT;
	case VPC_CMD_INFO_GET:
		return type != VPC_A_INFO_REBUILDS;
	case VPC_CMD_PROBE_GET:
		return type <= VPC_A_PROBE_ADMIN_DOWN;
	case VPC_CMD_VPN_GATEWAY_GET:
		return type != VPC_A_VPN_GATEWAY_ID && type != VPC_A_VPN_GATEWAY_TABLE_ID;
	case VPC_CMD_CUSTOMER_GATEWAY_GET:
		return type != VPC_A_CUSTOMER_GATEWAY_ID;
	case VPC_CMD_IPSEC_GET:
		return type != VPC_A_IPSEC_ID && type != VPC_A_IPSEC_COUNTERS &&
		       type != VPC_A_IPSEC_IF_ID;
	case VPC_CMD_NAT_GATEWAY_GET:
		return type != VPC_A_NAT_GATEWAY_ID && type != VPC_A_NAT_GATEWAY_COUNTERS;
	case VPC_CMD_ALARM_GET:
		return type != VPC_A_ALARM_ID && type != VPC_A_ALARM_VALUE &&
		       type != VPC_A_ALARM_TIME && type != VPC_A_ALARM_SEQ;
	case VPC_CMD_STATS_GET:
		return type == VPC_A_STATS_VPC;
	}
	return true;
}

void scene_for(const struct request *r)
{
	scene();
	if (r->prepare) {
		r->prepare();
		done();
	}
	while (r->settled && !r->settled())
		usleep(50000);
}

void request_build(const struct request *r)
{
	if (r->build) {
		r->build();
		return;
	}
	if (r->dump)
		dump(r->cmd);
	else
		req(r->cmd);
	if (r->value)
		str(r->type, r->value);
}

