// SPDX-License-Identifier: GPL-2.0
/* Requests as functions: see objects.h. */
#include <stdarg.h>

#include "objects.h"

struct msg the_message;
static int sock = -1;

void req(__u8 cmd)
{
	msg_start(&the_message, cmd, 0);
}

void dump(__u8 cmd)
{
	msg_start(&the_message, cmd, NLM_F_DUMP);
}

void str(__u16 type, const char *s)
{
	put_str(&the_message, type, s);
}

void number(__u16 type, __u64 v)
{
	put(&the_message, type, &v, sizeof(v));
}

void addr(__u16 type, const char *text)
{
	unsigned char bin[16];
	bool v6 = strchr(text, ':');

	inet_pton(v6 ? AF_INET6 : AF_INET, text, bin);
	put(&the_message, type, bin, v6 ? 16 : 4);
}

void prefix(__u16 type, const char *text, __u8 len)
{
	put_prefix(&the_message, type, text, len);
}

struct answer *ask(void)
{
	return transact(sock, &the_message);
}

void done(void)
{
	struct answer *said = ask();

	if (!said->err)
		return;
	printf("scene: command %u: %s: %s\n",
	       ((struct genlmsghdr *)NLMSG_DATA(&the_message.nlh))->cmd,
	       said->err > 0 ? "no answer" : strerror(-said->err), said->text);
	exit(1);
}

/* --- objects ------------------------------------------------------------------- */

void vpc(const char *name, const char *v4, const char *v6, __u64 account)
{
	req(VPC_CMD_VPC_NEW);
	str(VPC_A_VPC_NAME, name);
	prefix(VPC_A_VPC_CIDR, v4, 16);
	prefix(VPC_A_VPC_CIDR, v6, 48);
	number(VPC_A_VPC_ACCOUNT, account);
}

void subnet(const char *name, const char *vpc, const char *v4, const char *v6,
	    const char *table)
{
	req(VPC_CMD_SUBNET_NEW);
	str(VPC_A_SUBNET_NAME, name);
	str(VPC_A_SUBNET_VPC, vpc);
	prefix(VPC_A_SUBNET_CIDR, v4, 24);
	if (v6)
		prefix(VPC_A_SUBNET_CIDR, v6, 64);
	if (table)
		str(VPC_A_SUBNET_TABLE, table);
}

void table(const char *name, const char *vpc)
{
	req(VPC_CMD_TABLE_NEW);
	str(VPC_A_TABLE_NAME, name);
	str(VPC_A_TABLE_VPC, vpc);
}

void port(const char *dev, const char *subnet, const char *v4, const char *v6, bool mac)
{
	req(VPC_CMD_PORT_NEW);
	str(VPC_A_PORT_DEV, dev);
	str(VPC_A_PORT_SUBNET, subnet);
	addr(VPC_A_PORT_ADDRESS, v4);
	if (v6)
		addr(VPC_A_PORT_ADDRESS, v6);
	if (mac)
		put(&the_message, VPC_A_PORT_LLADDR, "\2\0\0\0\0\1", 6);
}

void uplink(const char *dev, const char *vpc, const char *own, const char *router)
{
	struct nlattr *n;

	req(VPC_CMD_UPLINK_NEW);
	str(VPC_A_UPLINK_DEV, dev);
	if (vpc) {
		str(VPC_A_UPLINK_VPC, vpc);
		prefix(VPC_A_UPLINK_ADDRESS, own, 24);
	}
	n = nest(&the_message, VPC_A_UPLINK_GATEWAY);
	addr(VPC_A_GATEWAY_ADDRESS, router);
	nest_end(&the_message, n);
}

void peering(const char *name, const char *vpc, const char *peer, __u32 expires)
{
	req(VPC_CMD_PEERING_NEW);
	str(VPC_A_PEERING_NAME, name);
	str(VPC_A_PEERING_VPC, vpc);
	str(VPC_A_PEERING_PEER, peer);
	if (expires)
		put_u32(&the_message, VPC_A_PEERING_EXPIRES, expires);
}

void named(__u8 cmd, __u16 type, const char *name)
{
	req(cmd);
	str(type, name);
}

/* --- gateways ------------------------------------------------------------------- */

void probe(const char *name, const char *vpc, const char *router, const char *source, __u8 type)
{
	struct nlattr *n;

	named(VPC_CMD_PROBE_NEW, VPC_A_PROBE_NAME, name);
	str(VPC_A_PROBE_VPC, vpc);
	n = nest(&the_message, VPC_A_PROBE_NEXTHOP);
	put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_ROUTER);
	addr(VPC_A_NEXTHOP_ADDRESS, router);
	nest_end(&the_message, n);
	put_u8(&the_message, VPC_A_PROBE_TYPE, type);
	addr(VPC_A_PROBE_SOURCE, source);
	addr(VPC_A_PROBE_DESTINATION, router);
}

void vpn_gateway(const char *name, const char *vpc, const char *local)
{
	named(VPC_CMD_VPN_GATEWAY_NEW, VPC_A_VPN_GATEWAY_NAME, name);
	str(VPC_A_VPN_GATEWAY_VPC, vpc);
	addr(VPC_A_VPN_GATEWAY_LOCAL, local);
	number(VPC_A_VPN_GATEWAY_BANDWIDTH, 100000000);
}

void customer_gateway(const char *name, const char *address)
{
	named(VPC_CMD_CUSTOMER_GATEWAY_NEW, VPC_A_CUSTOMER_GATEWAY_NAME, name);
	addr(VPC_A_CUSTOMER_GATEWAY_ADDRESS, address);
}

void ipsec(const char *name, const char *gateway, const char *customer)
{
	named(VPC_CMD_IPSEC_NEW, VPC_A_IPSEC_NAME, name);
	str(VPC_A_IPSEC_GATEWAY, gateway);
	str(VPC_A_IPSEC_CUSTOMER, customer);
}

void publish(const char *gateway, const char *to, const char *via)
{
	struct nlattr *o, *nh;

	named(VPC_CMD_ROUTE_CHANGE, VPC_A_ROUTE_GATEWAY, gateway);
	o = nest(&the_message, VPC_A_ROUTE_OP);
	put_u8(&the_message, VPC_A_OP_KIND, ADD);
	addr(VPC_A_OP_ADDRESS, to);
	put_u8(&the_message, VPC_A_OP_LENGTH, 16);
	nh = nest(&the_message, VPC_A_OP_NEXTHOP);
	put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_IPSEC);
	str(VPC_A_NEXTHOP_IPSEC, via);
	nest_end(&the_message, nh);
	put_u8(&the_message, VPC_A_OP_PUBLISH, VPC_PUBLISH_ALWAYS);
	nest_end(&the_message, o);
}

void alarm_on(const char *name, __u16 type, const char *target, __u8 metric)
{
	named(VPC_CMD_ALARM_NEW, VPC_A_ALARM_NAME, name);
	str(type, target);
	put_u8(&the_message, VPC_A_ALARM_METRIC, metric);
	if (metric != VPC_ALARM_STATE)
		number(VPC_A_ALARM_ABOVE, 1000);
}

void transit(const char *name, __u64 account)
{
	named(VPC_CMD_VPC_NEW, VPC_A_VPC_NAME, name);
	put(&the_message, VPC_A_VPC_TRANSIT, NULL, 0);
	number(VPC_A_VPC_ACCOUNT, account);
}

/* --- routes --------------------------------------------------------------------- */

void change(const char *table, const char *vpc)
{
	req(VPC_CMD_ROUTE_CHANGE);
	str(table ? VPC_A_ROUTE_TABLE : VPC_A_ROUTE_VPC, table ?: vpc);
}

/*
 * One operation; next hops are written as "via": a peering's name, an address, a type, or a type
 * and a name.
 */
void op(__u8 kind, const char *to, __u8 len, ...)
{
	struct nlattr *o = nest(&the_message, VPC_A_ROUTE_OP), *nh;
	const char *via;
	va_list args;

	put_u8(&the_message, VPC_A_OP_KIND, kind);
	addr(VPC_A_OP_ADDRESS, to);
	put_u8(&the_message, VPC_A_OP_LENGTH, len);
	va_start(args, len);
	while ((via = va_arg(args, const char *))) {
		nh = nest(&the_message, VPC_A_OP_NEXTHOP);
		if (!strncmp(via, "nat ", 4)) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_NAT);
			str(VPC_A_NEXTHOP_NAT, via + 4);
		} else if (!strncmp(via, "ipsec ", 6)) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_IPSEC);
			str(VPC_A_NEXTHOP_IPSEC, via + 6);
		} else if (!strncmp(via, "transit ", 8)) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_TRANSIT);
			str(VPC_A_NEXTHOP_PEERING, via + 8);
		} else if (!strncmp(via, "router ", 7)) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_VPC_ROUTER);
			str(VPC_A_NEXTHOP_VPC, via + 7);
		} else if (!strcmp(via, "blackhole") || !strcmp(via, "unreachable")) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE,
			       *via == 'b' ? VPC_NH_BLACKHOLE : VPC_NH_UNREACHABLE);
		} else if (strpbrk(via, ".:")) {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_ROUTER);
			addr(VPC_A_NEXTHOP_ADDRESS, via);
		} else {
			put_u8(&the_message, VPC_A_NEXTHOP_TYPE, VPC_NH_PEERING);
			str(VPC_A_NEXTHOP_PEERING, via);
		}
		nest_end(&the_message, nh);
	}
	va_end(args);
	nest_end(&the_message, o);
}

int listener(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = nl_socket();

	/* Without a number of its own it would pass for the sender of every event. */
	if (bind(fd, (void *)&any, sizeof(any)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group_config,
		       sizeof(group_config)))
		die("listener");
	return fd;
}

void objects_begin(void)
{
	sock = nl_open();
}
