// SPDX-License-Identifier: GPL-2.0
/* Why a request is refused, in words. */

#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "netns.h"

/*
 * Sentences of refusals. extack keeps only a pointer, and the core reads it when it builds the
 * acknowledgment, after the last function of ours has returned; kernels that have room for text
 * in extack itself have less than we need. So the text lives here. A task has one refusal at a
 * time, and overwrites its own text with the next one. Only if 63 other tasks are refused between
 * a refusal and its acknowledgment may a task's text be taken, so that nobody can push out
 * another's sentence with a batch of bad requests.
 */
#define SENTENCES 64
#define SENTENCE_LEN 256

static struct sentence {
	const void *task;	/* only compared: it may be gone */
	u64 used;
	char text[SENTENCE_LEN];
} sentences[SENTENCES];
static DEFINE_SPINLOCK(sentence_lock);
static u64 sentence_clock;

/**
 * vpc_err() - say why something is refused
 * @extack: gets the sentence; may be NULL
 * @err: negative error number
 * @fmt: the sentence, without a full stop
 * Context: process context.
 * Return: @err.
 */
int vpc_err(struct netlink_ext_ack *extack, int err, const char *fmt, ...)
{
	struct sentence *s, *mine = sentences;
	va_list args;

	if (!extack)
		return err;

	spin_lock(&sentence_lock);
	for (s = sentences; s < sentences + SENTENCES; s++) {
		if (s->task == current) {
			mine = s;
			break;
		}
		if (s->used < mine->used)
			mine = s;
	}
	mine->task = current;
	mine->used = ++sentence_clock;
	va_start(args, fmt);
	vsnprintf(mine->text, sizeof(mine->text), fmt, args);
	va_end(args);
	spin_unlock(&sentence_lock);

	do_trace_netlink_extack(mine->text);
	extack->_msg = mine->text;
	return err;
}
