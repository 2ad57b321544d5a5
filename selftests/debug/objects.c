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
