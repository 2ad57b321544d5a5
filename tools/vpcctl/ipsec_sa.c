// SPDX-License-Identifier: GPL-2.0
/*
 * Security associations of an if_id, from the kernel's XFRM. A dump carries keys to whoever
 * may ask for it: they are not printed, and the buffer is wiped when they have been read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/xfrm.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "field.h"
#include "ipsec.h"
#include "print.h"

#define ALGORITHM_TEXT	64

/* What may be told of one. */
struct sa {
	uint32_t if_id;
	uint32_t spi;
	uint16_t family;
	xfrm_address_t to;
	char algorithm[ALGORITHM_TEXT];
	struct xfrm_lifetime_cfg limit;
	struct xfrm_lifetime_cur now;
};

static struct {
	struct sa *sa;
	size_t count, size;
} sas;

/* How long it lives from now on, or nothing when there is no limit. */
static void print_left(const char *key, const char *label, uint64_t limit,
		       uint64_t added)
{
	uint64_t now = (uint64_t)time(NULL), age = now > added ? now - added : 0;
	char text[TIME_TEXT];

	if (!limit) {
		print_null(key);
		return;
	}
	limit = limit > age ? limit - age : 0;
	print_number(key, NULL, limit);
	print_string(NULL, label, time_text(limit * 1000000000, text));
}

static void print_sa(const struct sa *sa, const struct prefix *local)
{
	char spi[16];
	bool in;

	in = local->family == sa->family &&
	     !memcmp(&sa->to, local->address, prefix_bytes(local));
	snprintf(spi, sizeof(spi), "0x%08x", sa->spi);
	print_object(NULL);
	print_line(4);
	print_string("direction", "sa", in ? "in" : "out");
	print_string("spi", "spi", spi);
	if (*sa->algorithm)
		print_string("algorithm", "algorithm", sa->algorithm);
	else
		print_null("algorithm");
	print_number("bytes", "bytes", sa->now.bytes);
	print_number("packets", "packets", sa->now.packets);
	print_left("rekey_s", "rekey", sa->limit.soft_add_expires_seconds,
		   sa->now.add_time);
	print_left("expires_s", "expires", sa->limit.hard_add_expires_seconds,
		   sa->now.add_time);
	print_end();
}

static void keep(const struct xfrm_usersa_info *info, struct nlattr **tb)
{
	const char *name = NULL;
	struct sa *sa;

	sas.sa = array_grow(sas.sa, sas.count, &sas.size, sizeof(*sas.sa));
	sa = &sas.sa[sas.count++];
	*sa = (struct sa){
		.if_id = nla_get_u32(tb[XFRMA_IF_ID]),
		.spi = ntohl(info->id.spi),
		.family = info->family,
		.to = info->id.daddr,
		.limit = info->lft,
		.now = info->curlft,
	};
	if (tb[XFRMA_ALG_AEAD])
		name = ((struct xfrm_algo_aead *)nla_data(tb[XFRMA_ALG_AEAD]))->alg_name;
	else if (tb[XFRMA_ALG_CRYPT])
		name = ((struct xfrm_algo *)nla_data(tb[XFRMA_ALG_CRYPT]))->alg_name;
	if (name)
		snprintf(sa->algorithm, sizeof(sa->algorithm), "%s", name);
}

/* The messages of one datagram; false after the last one. */
static bool read_messages(struct nlmsghdr *hdr, int len)
{
	struct nlattr *tb[XFRMA_MAX + 1];

	for (; nlmsg_ok(hdr, len); hdr = nlmsg_next(hdr, &len)) {
		if (hdr->nlmsg_type == NLMSG_DONE || hdr->nlmsg_type == NLMSG_ERROR)
			return false;
		if (hdr->nlmsg_type == XFRM_MSG_NEWSA &&
		    nlmsg_parse(hdr, sizeof(struct xfrm_usersa_info), tb, XFRMA_MAX,
				NULL) >= 0 && tb[XFRMA_IF_ID])
			keep(nlmsg_data(hdr), tb);
	}
	return true;
}

/*
 * Whatever goes wrong, there is nothing to tell: the connection's state says the rest. Received
 * into one buffer of ours, as a library would leave copies of the keys behind.
 */
void ipsec_read_sas(void)
{
	static union {
		struct nlmsghdr hdr;
		char bytes[1 << 16];
	} buffer;
	struct nl_sock *sock = nl_socket_alloc();
	ssize_t len;

	sas.count = 0;
	if (sock && nl_connect(sock, NETLINK_XFRM) >= 0 &&
	    nl_send_simple(sock, XFRM_MSG_GETSA, NLM_F_DUMP, NULL, 0) >= 0)
		do
			len = recv(nl_socket_get_fd(sock), &buffer, sizeof(buffer), 0);
		while (len > 0 && read_messages(&buffer.hdr, len));
	explicit_bzero(&buffer, sizeof(buffer));
	nl_socket_free(sock);
}

void ipsec_print_sas(uint32_t if_id, const struct prefix *local)
{
	size_t i;

	print_array("sas");
	for (i = 0; i < sas.count; i++)
		if (sas.sa[i].if_id == if_id)
			print_sa(&sas.sa[i], local);
	print_end();
}
