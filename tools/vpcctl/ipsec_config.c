// SPDX-License-Identifier: GPL-2.0
/* What an IKE daemon is told of a connection: swanctl.conf of strongSwan, for either end. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "ipsec.h"
#include "nl.h"
#include "parse.h"
#include "print.h"

#define NAME_MAX_SECTION	32

/* A connection as one end sees it. */
struct end {
	const struct attrs *conn;
	const char *name;
	char section[NAME_MAX_SECTION];
	bool peer;
	bool policy;
	char local[PREFIX_TEXT];	/* addresses outside */
	char remote[PREFIX_TEXT];
};

static void read_address(const struct attrs *conn, int attr,
			 char text[PREFIX_TEXT])
{
	struct prefix address;

	text[0] = '\0';
	if (attr_address(attr_next(conn, NULL, attr), &address))
		address_text(&address, text);
}

/* To strongSwan a dot separates sections. A plus is no letter of our names, so this is unique. */
static void name_section(struct end *end)
{
	char *dot;

	snprintf(end->section, sizeof(end->section), "%s", end->name);
	for (dot = end->section; (dot = strchr(dot, '.')); dot++)
		*dot = '+';
}

/* Traffic selectors: "0.0.0.0/0,::/0", or the prefixes of policy mode. */
static void write_selectors(FILE *out, const char *key, const struct end *end,
			    int attr)
{
	const char *comma = "";
	const struct nlattr *nla;
	char text[PREFIX_TEXT];
	struct prefix prefix;

	fprintf(out, "        %s = ", key);
	if (!end->policy)
		fputs("0.0.0.0/0,::/0", out);
	attr_for_each(nla, end->conn, attr) {
		if (!end->policy || !attr_prefix(nla, &prefix))
			continue;
		fprintf(out, "%s%s", comma, prefix_text(&prefix, text));
		comma = ",";
	}
	fputc('\n', out);
}

static void write_head(FILE *out, const struct end *end)
{
	fprintf(out, "# swanctl.conf of IPsec connection %s, %s\n", end->name,
		end->peer ? "for the customer gateway" : "for this host");
	fputs("# Replace the secret, the same at both ends, then: swanctl --load-all\n",
	      out);
	if (!end->peer)
		fputs("# strongswan.conf needs \"charon { install_routes = no }\": vpc routes.\n",
		      out);
	else if (!end->policy)
		fputs("# A Linux gateway needs an interface for what is routed here, and\n"
		      "# \"charon { install_routes = no }\":\n"
		      "#   ip link add ipsec1 type xfrm if_id 1 && ip link set ipsec1 up\n"
		      "#   ip route add PREFIX-OF-THE-VPC dev ipsec1\n",
		      out);
	fputs("# Certificates instead of a secret: auth = pubkey, certs = FILE in local, and\n"
	      "# the CA in swanctl/x509ca. IKEv1: version = 1.\n",
	      out);
}

static void write_child(FILE *out, const struct end *end)
{
	uint64_t if_id = end->peer ? 1 : attr_number(end->conn,
						     VPC_A_IPSEC_IF_ID, 0);

	fprintf(out, "    children {\n      %s {\n", end->section);
	write_selectors(out, "local_ts", end,
			end->peer ? VPC_A_IPSEC_REMOTE : VPC_A_IPSEC_LOCAL);
	write_selectors(out, "remote_ts", end,
			end->peer ? VPC_A_IPSEC_LOCAL : VPC_A_IPSEC_REMOTE);
	fputs("        mode = tunnel\n"
	      "        esp_proposals = aes256gcm16,aes128gcm16\n",
	      out);
	/* Without an interface, selectors of the peer in policy mode are plain policies. */
	if (!end->peer || !end->policy)
		fprintf(out, "        if_id_in = %llu\n        if_id_out = %llu\n",
			(unsigned long long)if_id, (unsigned long long)if_id);
	if (end->peer)
		fputs("        start_action = none\n", out);
	else
		fputs("        start_action = start\n"
		      "        close_action = start\n"
		      "        dpd_action = restart\n",
		      out);
	fputs("      }\n    }\n", out);
}

static void write_config(FILE *out, const struct end *end)
{
	write_head(out, end);
	fprintf(out,
		"connections {\n"
		"  %s {\n"
		"    version = 2\n"
		"    local_addrs = %s\n"
		"    remote_addrs = %s\n"
		"    proposals = aes256gcm16-prfsha384-ecp384,aes128gcm16-prfsha256-ecp256,aes128-sha256-modp2048\n"
		"    dpd_delay = 10s\n"
		"    keyingtries = 0\n"
		"    local {\n"
		"      auth = psk\n"
		"      id = %s\n"
		"    }\n"
		"    remote {\n"
		"      auth = psk\n"
		"      id = %s\n"
		"    }\n",
		end->section, end->local, end->remote, end->local, end->remote);
	write_child(out, end);
	fprintf(out,
		"  }\n"
		"}\n"
		"secrets {\n"
		"  ike-%s {\n"
		"    id-1 = %s\n"
		"    id-2 = %s\n"
		"    secret = \"REPLACE-THIS\"\n"
		"  }\n"
		"}\n",
		end->section, end->local, end->remote);
}

static int tell(const struct attrs *conn, bool peer)
{
	struct end end = {
		.conn = conn, .name = attr_string(conn, VPC_A_IPSEC_NAME),
		.peer = peer,
		.policy = attr_number(conn, VPC_A_IPSEC_MODE, 0) ==
			  VPC_IPSEC_POLICY,
	};
	char *text = NULL;
	size_t size;
	FILE *out;

	read_address(conn, peer ? VPC_A_IPSEC_REMOTE_ADDRESS :
				  VPC_A_IPSEC_LOCAL_ADDRESS, end.local);
	read_address(conn, peer ? VPC_A_IPSEC_LOCAL_ADDRESS :
				  VPC_A_IPSEC_REMOTE_ADDRESS, end.remote);
	name_section(&end);
	out = check_memory(open_memstream(&text, &size));
	write_config(out, &end);
	if (fclose(out))
		return refused("cannot write the configuration");
	if (print_options.json) {
		print_object(NULL);
		print_string("swanctl.conf", NULL, text);
		print_end();
	} else {
		fputs(text, stdout);
	}
	free(text);
	return 0;
}

int ipsec_config(const struct object *object, struct args *args)
{
	struct nl_msg *msg = request_new(VPC_CMD_IPSEC_GET);
	struct answer answer = { 0 };
	struct attrs conn;
	bool peer;
	int err;

	complete_names(args, object);
	err = parse_name(args, KEY_NAME, msg, VPC_A_IPSEC_NAME);
	peer = !err && args_take(args, "peer");
	err = request_run(msg, err ?: args_end(args), &answer);
	if (!err) {
		conn = answer_first(&answer);
		err = tell(&conn, peer);
	}
	answer_free(&answer);
	return err;
}
