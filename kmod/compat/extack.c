// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/spinlock.h>

#include "extack.h"

#define SLOTS 64

/*
 * Used round robin. The reply is sent by the caller of the operation, without
 * telling us, so a slot is taken again only when it is a second old; if 64
 * requests fail within one second, some get the sentence without its details.
 */
static struct {
	char text[VPC_EXTACK_LEN];
	unsigned long free_at;
	bool used;
} slots[SLOTS];

static DEFINE_SPINLOCK(slots_lock);
static unsigned int slots_next;

static char *slot_take(void)
{
	unsigned int i;
	char *text = NULL;

	spin_lock_bh(&slots_lock);
	i = slots_next % SLOTS;
	if (!slots[i].used || time_after(jiffies, slots[i].free_at)) {
		slots[i].used = true;
		slots[i].free_at = jiffies + HZ;
		text = slots[i].text;
		slots_next++;
	}
	spin_unlock_bh(&slots_lock);
	return text;
}

void vpc_extack_fmt(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const struct nla_policy *policy, const char *fmt, ...)
{
	va_list args;
	char *text;

	if (!extack)
		return;
	if (attr) {
		extack->bad_attr = attr;
		extack->policy = policy;
	}
	text = slot_take();
	if (!text) {
		extack->_msg = "too many errors at once to say which";
		return;
	}
	va_start(args, fmt);
	vsnprintf(text, VPC_EXTACK_LEN, fmt, args);
	va_end(args);
	extack->_msg = text;
}
