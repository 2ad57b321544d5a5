// SPDX-License-Identifier: GPL-2.0
/*
 * Security associations of an if_id, from the kernel's XFRM. A dump carries keys to whoever
 * may ask for it: they are not printed, and each message is wiped when it has been read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/xfrm.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "field.h"
#include "ipsec.h"
#include "print.h"

struct search {
	uint32_t if_id;
	const struct prefix *local;
};

static void print_algorithm(struct nlattr **tb)
{
	const struct xfrm_algo_aead *aead;
	const struct xfrm_algo *algo;

	if (tb[XFRMA_ALG_AEAD]) {
		aead = nla_data(tb[XFRMA_ALG_AEAD]);
		print_string("algorithm", "algorithm", aead->alg_name);
	} else if (tb[XFRMA_ALG_CRYPT]) {
		algo = nla_data(tb[XFRMA_ALG_CRYPT]);
		print_string("algorithm", "algorithm", algo->alg_name);
	} else {
		print_null("algorithm");
	}
}

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

static void print_sa(const struct search *search,
		     const struct xfrm_usersa_info *sa, struct nlattr **tb)
{
	const struct prefix *local = search->local;
	char spi[16];
	bool in;

	in = local->family == sa->family &&
	     !memcmp(&sa->id.daddr, local->address, prefix_bytes(local));
	snprintf(spi, sizeof(spi), "0x%08x", ntohl(sa->id.spi));
	print_object(NULL);
	print_line(4);
	print_string("direction", "sa", in ? "in" : "out");
	print_string("spi", "spi", spi);
	print_algorithm(tb);
	print_number("bytes", "bytes", sa->curlft.bytes);
	print_number("packets", "packets", sa->curlft.packets);
	print_left("rekey_s", "rekey", sa->lft.soft_add_expires_seconds,
		   sa->curlft.add_time);
	print_left("expires_s", "expires", sa->lft.hard_add_expires_seconds,
		   sa->curlft.add_time);
	print_end();
}

static int found(struct nl_msg *msg, void *data)
{
	const struct search *search = data;
	const struct xfrm_usersa_info *sa;
	struct nlattr *tb[XFRMA_MAX + 1];
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	if (hdr->nlmsg_type != XFRM_MSG_NEWSA ||
	    nlmsg_parse(hdr, sizeof(*sa), tb, XFRMA_MAX, NULL) < 0)
		return NL_SKIP;
	sa = nlmsg_data(hdr);
	if (tb[XFRMA_IF_ID] && nla_get_u32(tb[XFRMA_IF_ID]) == search->if_id)
		print_sa(search, sa, tb);
	explicit_bzero(nlmsg_data(hdr), nlmsg_datalen(hdr));
	return NL_OK;
}

/* Whatever goes wrong, there is nothing to tell: the connection's state says the rest. */
void ipsec_print_sas(uint32_t if_id, const struct prefix *local)
{
	struct search search = { if_id, local };
	struct nl_sock *sock = nl_socket_alloc();

	print_array("sas");
	if (sock && nl_connect(sock, NETLINK_XFRM) >= 0) {
		nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, found,
				    &search);
		if (nl_send_simple(sock, XFRM_MSG_GETSA, NLM_F_DUMP, NULL, 0) >=
		    0)
			nl_recvmsgs_default(sock);
	}
	nl_socket_free(sock);
	print_end();
}
