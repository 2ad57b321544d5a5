// SPDX-License-Identifier: GPL-2.0
/* One socket for all commands; libnl builds and carries the messages. */
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "complete.h"
#include "nl.h"
#include "parse.h"

#define REQUEST_SIZE	(16 << 10)
#define RECEIVE_SIZE	(64 << 10)
#define EVENT_QUEUE	(16 << 20)
#define DUMP_TRIES	10

static struct nl_sock *sock;
static int family;
static int send_space;

static int set_space(int forced, int plain, int bytes)
{
	int fd = nl_socket_get_fd(sock);

	if (!setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)))
		return 0;
	return setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

/* An old kernel that lacks one of these still works, with poorer errors. */
static void set_options(void)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int one = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, options[i],
			   &one, sizeof(one));
}

static int open_socket(void)
{
	int err;

	if (!complete_may_send())
		return STATUS_REFUSED;
	if (sock)
		return 0;
	sock = check_memory(nl_socket_alloc());
	nl_socket_set_msg_buf_size(sock, RECEIVE_SIZE);
	err = genl_connect(sock);
	if (!err)
		err = genl_ctrl_resolve(sock, VPC_GENL_NAME);
	if (err < 0) {
		request_finish();
		if (err == -NLE_OBJ_NOTFOUND)
			return refused("the module vpc is not loaded: modprobe vpc");
		return refused("cannot talk to the kernel: %s", nl_geterror(err));
	}
	family = err;
	set_options();
	return 0;
}

void request_finish(void)
{
	nl_socket_free(sock);
	sock = NULL;
	send_space = 0;
}

/* Without a word about the reason when it is not. */
bool module_loaded(void)
{
	struct nl_sock *probe = check_memory(nl_socket_alloc());
	bool loaded;

	loaded = !genl_connect(probe) &&
		 genl_ctrl_resolve(probe, VPC_GENL_NAME) >= 0;
	nl_socket_free(probe);
	return loaded;
}

/* The family is filled in when the message is sent: parsing needs no module. */
struct nl_msg *request_new(enum vpc_cmd cmd)
{
	struct nl_msg *msg = check_memory(nlmsg_alloc_size(REQUEST_SIZE));

	check_memory(genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, 0, cmd,
				 VPC_GENL_VERSION));
	return msg;
}

/* Makes room for more attributes; no nest may be open. */
void request_reserve(struct nl_msg *msg, size_t room)
{
	size_t size = nlmsg_get_max_size(msg);

	if (size - nlmsg_hdr(msg)->nlmsg_len >= room)
		return;
	if (nlmsg_expand(msg, 2 * size + room) < 0)
		check_memory(NULL);
}

static const char *sentence_of(int error)
{
	switch (error) {
	case EPERM:
		return "this needs CAP_NET_ADMIN in the initial user namespace (or userns=1)";
	case EOPNOTSUPP:
		return "the module does not know this command: it is older than vpcctl";
	case ENOENT:
	case ENODEV:
		return "there is no such object";
	case EEXIST:
		return "there is such an object already";
	case EBUSY:
		return "the object is in use";
	case ENOMEM:
	case ENOBUFS:
		return "the kernel has no memory for this";
	default:
		return NULL;
	}
}

/* Notes a refusal: errno, and what the attributes after it say. */
static void take_refusal(struct answer *answer, int error,
			 const struct attrs *attrs)
{
	const char *text = attr_string(attrs, NLMSGERR_ATTR_MSG);

	answer->error = error;
	answer->offset = attr_number(attrs, NLMSGERR_ATTR_OFFS, 0);
	if (!*text)
		text = sentence_of(error);
	if (text)
		snprintf(answer->text, sizeof(answer->text), "%s", text);
	else
		snprintf(answer->text, sizeof(answer->text),
			 "the kernel refused this: %s", strerror(error));
}

/* The attributes follow the header of the request that was refused. */
static void take_ack(struct answer *answer, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = nlmsg_data(nlh);
	size_t skip = sizeof(*ack);
	struct attrs attrs = { 0 };

	if ((size_t)nlmsg_datalen(nlh) < skip) {
		take_refusal(answer, EPROTO, &attrs);
		return;
	}
	if (!ack->error)
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(ack->msg.nlmsg_len) - sizeof(ack->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	    skip < (size_t)nlmsg_datalen(nlh)) {
		attrs.head = (const void *)((const char *)ack + skip);
		attrs.len = nlmsg_datalen(nlh) - (int)skip;
	}
	take_refusal(answer, -ack->error, &attrs);
}

/* A listing that fails half-way says so in its last message. */
static void take_done(struct answer *answer, const struct nlmsghdr *nlh)
{
	struct attrs attrs = { 0 };
	int error;

	if (nlmsg_datalen(nlh) < (int)sizeof(error))
		return;
	memcpy(&error, nlmsg_data(nlh), sizeof(error));
	if (error >= 0)
		return;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS) {
		attrs.head = (const void *)((const char *)nlmsg_data(nlh) +
					    sizeof(error));
		attrs.len = nlmsg_datalen(nlh) - (int)sizeof(error);
	}
	take_refusal(answer, -error, &attrs);
}

static void take_message(struct answer *answer, const struct nlmsghdr *nlh)
{
	size_t need = answer->len + NLMSG_ALIGN(nlh->nlmsg_len);

	if (need > answer->size) {
		answer->size = 2 * need;
		answer->data = check_memory(realloc(answer->data, answer->size));
	}
	memcpy(answer->data + answer->len, nlh, nlh->nlmsg_len);
	answer->len = need;
}

/* True when this message ends the answer. */
static bool take(struct answer *answer, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		take_ack(answer, nlh);
		return true;
	case NLMSG_DONE:
		take_done(answer, nlh);
		return true;
	default:
		if (nlh->nlmsg_type == family)
			take_message(answer, nlh);
		return false;
	}
}

/* Calls @take for each message from the kernel until it says that it is done. */
static int receive(bool (*each)(struct answer *, const struct nlmsghdr *),
		   struct answer *answer, uint32_t seq)
{
	struct sockaddr_nl from;
	struct nlmsghdr *nlh;
	bool done = false;
	unsigned char *buf;
	int len;

	while (!done) {
		len = nl_recv(sock, &from, &buf, NULL);
		if (len < 0)
			return len;
		if (!len)
			continue;
		nlh = (struct nlmsghdr *)buf;
		for (; !done && nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len))
			if (!from.nl_pid && nlh->nlmsg_seq == seq)
				done = each(answer, nlh);
		free(buf);
	}
	return 0;
}

/* The kernel takes no message that is larger than the space of the socket. */
static int send_message(struct nl_msg *msg)
{
	int len = (int)nlmsg_hdr(msg)->nlmsg_len, err;

	if (len > send_space) {
		set_space(SO_SNDBUFFORCE, SO_SNDBUF, len);
		send_space = len;
	}
	err = nl_send_auto(sock, msg);
	if (err == -NLE_MSGSIZE)
		return refused("a request of %d bytes is larger than net.core.wmem_max allows",
			       len);
	if (err < 0)
		return refused("cannot send to the kernel: %s", nl_geterror(err));
	return 0;
}

/* Sends and receives; a refusal by the module is not a failure here. */
static int talk(struct nl_msg *msg, struct answer *answer, int flags)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int err;

	answer->len = 0;
	answer->interrupted = false;
	answer->error = 0;
	err = open_socket();
	if (err)
		return err;
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = NL_AUTO_SEQ;
	err = send_message(msg);
	if (err)
		return err;
	err = receive(take, answer, nlh->nlmsg_seq);
	if (err < 0)
		return refused("cannot receive from the kernel: %s",
			       nl_geterror(err));
	return 0;
}

int request_try(struct nl_msg *msg, int err, struct answer *answer)
{
	if (!err)
		err = talk(msg, answer, NLM_F_ACK);
	nlmsg_free(msg);
	return err;
}

int request_run(struct nl_msg *msg, int err, struct answer *answer)
{
	err = request_try(msg, err, answer);
	if (!err && answer->error)
		err = refused("%s", answer->text);
	return err;
}

int request_dump(struct nl_msg *msg, int err, struct answer *answer)
{
	int tries = DUMP_TRIES;

	while (!err && tries--) {
		err = talk(msg, answer, NLM_F_DUMP);
		if (answer->error || !answer->interrupted)
			break;
	}
	nlmsg_free(msg);
	if (err)
		return err;
	if (answer->error)
		return refused("%s", answer->text);
	if (answer->interrupted)
		warning("the configuration keeps changing: the listing mixes states");
	return 0;
}

int request_list(enum vpc_cmd cmd, int filter, const char *value,
		 struct answer *answer)
{
	struct nl_msg *msg = request_new(cmd);
	int err = filter ? parse_put(nla_put_string(msg, filter, value)) : 0;

	return request_dump(msg, err, answer);
}

static struct attrs message_attrs(const struct nlmsghdr *nlh)
{
	struct genlmsghdr *ghdr = nlmsg_data(nlh);
	struct attrs attrs = { 0 };

	if (nlmsg_datalen(nlh) >= (int)sizeof(*ghdr)) {
		attrs.head = genlmsg_attrdata(ghdr, 0);
		attrs.len = genlmsg_attrlen(ghdr, 0);
	}
	return attrs;
}

bool answer_next(const struct answer *answer, size_t *at, struct attrs *attrs)
{
	const struct nlmsghdr *nlh;

	if (*at >= answer->len)
		return false;
	nlh = (const void *)(answer->data + *at);
	*attrs = message_attrs(nlh);
	*at += NLMSG_ALIGN(nlh->nlmsg_len);
	return true;
}

struct attrs answer_first(const struct answer *answer)
{
	struct attrs attrs = { 0 };
	size_t at = 0;

	answer_next(answer, &at, &attrs);
	return attrs;
}

void answer_free(struct answer *answer)
{
	free(answer->data);
	memset(answer, 0, sizeof(*answer));
}

static void (*event_handler)(const struct attrs *event);

static bool take_event(struct answer *answer, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *ghdr = nlmsg_data(nlh);
	struct attrs attrs = message_attrs(nlh);

	(void)answer;
	if (nlh->nlmsg_type == family && attrs.head &&
	    ghdr->cmd == VPC_CMD_EVENT)
		event_handler(&attrs);
	return false;
}

/* All are resolved before one is joined: an event would come between the answers. */
static int join(const char *const groups[LISTEN_GROUPS])
{
	int id[LISTEN_GROUPS], err, i;

	for (i = 0; i < LISTEN_GROUPS; i++) {
		id[i] = genl_ctrl_resolve_grp(sock, VPC_GENL_NAME, groups[i]);
		if (id[i] < 0)
			return refused("the module has no events \"%s\": %s",
				       groups[i], nl_geterror(id[i]));
	}
	set_space(SO_RCVBUFFORCE, SO_RCVBUF, EVENT_QUEUE);
	for (i = 0; i < LISTEN_GROUPS; i++) {
		err = nl_socket_add_membership(sock, id[i]);
		if (err == -NLE_PERM)
			return refused("%s", sentence_of(EPERM));
		if (err < 0)
			return refused("cannot listen to events: %s",
				       nl_geterror(err));
	}
	return 0;
}

/* Never returns as long as it works. */
int listen_to(const char *const groups[LISTEN_GROUPS],
	      void (*event)(const struct attrs *event))
{
	int err;

	event_handler = event;
	err = open_socket() ?: join(groups);
	if (err)
		return err;
	for (;;) {
		err = receive(take_event, NULL, 0);
		if (err != -NLE_NOMEM)
			break;
		warning("events came faster than they were read: some are lost");
	}
	return refused("cannot receive from the kernel: %s", nl_geterror(err));
}
