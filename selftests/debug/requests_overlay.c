// SPDX-License-Identifier: GPL-2.0
/* Requests of failnth.c about other hosts, and the scene that they meet. */
#include "failnth.h"

#define HOST1 "198.51.100.1"
#define HOST2 "198.51.100.2"
#define HOST3 "2001:db8:c::3"

/* VPCs b and c are no peers, and each has endpoints on the same hosts as the other. */
static const struct elsewhere {
	const char *vpc, *address, *host;
} endpoints[] = {
	{ "a", "10.1.1.20", HOST1 },
	{ "a", "10.1.1.21", HOST1 },
	{ "a", "10.1.1.22", HOST2 },
	{ "a", "fd00:1:0:1::20", HOST1 },
	{ "b", "10.2.1.20", HOST1 },
	{ "b", "10.2.1.21", HOST2 },
	{ "b", "fd00:2:0:1::20", HOST3 },
	{ "c", "10.3.1.20", HOST1 },
	{ "c", "10.3.1.21", HOST2 },
};

#define ENDPOINTS ((int)(sizeof(endpoints) / sizeof(*endpoints)))

void vni(__u32 number)
{
	put_u32(&the_message, VPC_A_VPC_VNI, number);
}

/* Rules are what it asks for last, so that all before has to be taken back. */
void vpc_new_vni(void)
{
	vpc("new", "10.9.0.0", "fd00:9::", 7);
	vni(900);
	put_u8(&the_message, VPC_A_VPC_FILTER, 1);
}

void vpc_set_vni(void)
{
	named(VPC_CMD_VPC_SET, VPC_A_VPC_NAME, "spare");
	str(VPC_A_VPC_NEW_NAME, "renamed");
	prefix(VPC_A_VPC_CIDR, "10.5.0.0", 16);
	vni(900);
	put_u8(&the_message, VPC_A_VPC_FILTER, 1);
}

static void endpoint(__u8 cmd, const char *vpc, const char *address)
{
	named(cmd, VPC_A_ENDPOINT_VPC, vpc);
	addr(VPC_A_ENDPOINT_ADDRESS, address);
}

static void lives(const char *vpc, const char *address, const char *host)
{
	endpoint(VPC_CMD_ENDPOINT_NEW, vpc, address);
	addr(VPC_A_ENDPOINT_HOST, host);
	put(&the_message, VPC_A_ENDPOINT_LLADDR, "\2\0\0\0\0\2", 6);
}

void endpoint_new(void)
{
	lives("a", "10.1.1.30", HOST3);
}

void endpoint_known(void)
{
	lives("a", "10.1.1.30", HOST1);
}

void endpoint_ipv6(void)
{
	lives("b", "fd00:2:0:1::30", HOST1);
}

static void moves(const char *address, const char *host)
{
	lives("a", address, host);
	put(&the_message, VPC_A_ENDPOINT_REPLACE, NULL, 0);
}

/* The only one of its host, to one that nobody lives on. */
void endpoint_replace(void)
{
	moves("10.1.1.22", HOST3);
}

void endpoint_swap(void)
{
	moves("10.1.1.20", HOST2);
}

void endpoint_del(void)
{
	endpoint(VPC_CMD_ENDPOINT_DEL, "a", "10.1.1.20");
}

void endpoint_last(void)
{
	endpoint(VPC_CMD_ENDPOINT_DEL, "a", "10.1.1.22");
}

void peering_hosts(void)
{
	peering("new", "b", "c", 1000);
}

/* Its addresses are those of endpoints elsewhere, and one more. */
void port_moves(void)
{
	port(DEV3, "sa", "10.1.1.20", "fd00:1:0:1::20", true);
	addr(VPC_A_PORT_ADDRESS, "10.1.1.22");
	addr(VPC_A_PORT_ADDRESS, "10.1.1.30");
}

/* Both of its addresses, to a host that no endpoint of theirs lives on. */
void port_leaves(void)
{
	named(VPC_CMD_PORT_DEL, VPC_A_PORT_DEV, DEV1);
	addr(VPC_A_PORT_HOST, HOST3);
	put(&the_message, VPC_A_PORT_LLADDR, "\2\0\0\0\0\7", 6);
}

void overlay_new(void)
{
	named(VPC_CMD_PORT_NEW, VPC_A_PORT_DEV, DEV5);
	put(&the_message, VPC_A_PORT_OVERLAY, NULL, 0);
}

/* Nobody lives elsewhere: the last one is what is still to be done. */
void endpoints_del(void)
{
	int i;

	for (i = 0; i < ENDPOINTS; i++) {
		if (i)
			done();
		endpoint(VPC_CMD_ENDPOINT_DEL, endpoints[i].vpc, endpoints[i].address);
	}
}

void overlay_del(void)
{
	endpoints_del();
	done();
	named(VPC_CMD_PORT_DEL, VPC_A_PORT_DEV, DEV5);
}

void overlay_scene(void)
{
	int i;

	overlay_new();
	done();
	subnet("sc", "c", "10.3.1.0", NULL, NULL);
	done();
	for (i = 0; i < ENDPOINTS; i++) {
		lives(endpoints[i].vpc, endpoints[i].address, endpoints[i].host);
		done();
	}
}
