/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the module, and its answers. */
#ifndef VPCCTL_NL_H
#define VPCCTL_NL_H

#include <netlink/msg.h>

#include "vpcctl.h"

#define REFUSAL_TEXT	512

/**
 * struct answer - what the module replied
 * @data: the messages, one after the other
 * @len: bytes of @data in use
 * @size: bytes of @data
 * @interrupted: the configuration changed during the listing
 * @error: errno of the refusal, 0 for none
 * @offset: where in the request the refused attribute is, 0 for unknown
 * @text: the sentence of the refusal
 */
struct answer {
	char *data;
	size_t len, size;
	bool interrupted;
	int error;
	uint32_t offset;
	char text[REFUSAL_TEXT];
};

struct nl_msg *request_new(enum vpc_cmd cmd);
void request_reserve(struct nl_msg *msg, size_t room);

/*
 * Send a request and free it. @err is the status of building it: when that is
 * not 0, nothing is sent and it is returned. *_try() leaves a refusal in the
 * answer, the others print it. A listing is asked for again when the
 * configuration changed meanwhile.
 */
int request_try(struct nl_msg *msg, int err, struct answer *answer);
int request_run(struct nl_msg *msg, int err, struct answer *answer);
int request_dump(struct nl_msg *msg, int err, struct answer *answer);
/* A listing of all, or of what a filter selects: a string attribute, or 0. */
int request_list(enum vpc_cmd cmd, int filter, const char *value,
		 struct answer *answer);

/* Steps through the messages; *at starts as 0. */
bool answer_next(const struct answer *answer, size_t *at, struct attrs *attrs);
/* The only message of an answer; nothing when there is none. */
struct attrs answer_first(const struct answer *answer);
void answer_free(struct answer *answer);

#define answer_for_each(answer, at, attrs)	\
	for (at = 0; answer_next(answer, &(at), attrs);)

bool module_loaded(void);
#define LISTEN_GROUPS	2
int listen_to(const char *const groups[LISTEN_GROUPS],
	      void (*event)(const struct attrs *event));
void request_finish(void);

#endif
