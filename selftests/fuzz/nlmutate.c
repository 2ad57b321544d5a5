// SPDX-License-Identifier: GPL-2.0
/* Damage to requests: to the tree of attributes before it is written, to the bytes after. */
#include "nlgen.h"
#include "rnd.h"

static int any_node(void)
{
	return tree_count() > 1 ? 1 + (int)rnd(tree_count() - 1) : 0;
}

/* @count copies of a node's bytes, below @parent. */
static void copies(int parent, int i, int count)
{
	const struct node *n = tree_node(i);

	while (count--)
		tree_add(parent, n->type, n->data, n->len);
}

/* The whole below @i once more, at the end of @parent. */
static void graft(int parent, int i, int depth)
{
	const struct node *n = tree_node(i);
	int copy = tree_add(parent, n->type, n->data, n->len), c;

	if (copy == parent)
		return;
	for (c = n->child; c >= 0 && depth < 8; c = tree_node(c)->next)
		graft(copy, c, depth + 1);
}

static void deepen(int parent, __u16 type, int depth)
{
	while (depth--)
		parent = tree_add(parent, type | NLA_F_NESTED, NULL, 0);
}

static void mutate_node(int i)
{
	static const __u16 lies[] = { 0, 1, 3, 4, 5, 7, 8, 64, 4096, 32768, 65535 };
	struct node *n = tree_node(i);
	unsigned int k;

	switch (rnd(12)) {
	case 0:
		n->lie = PICK(lies);
		break;
	case 1:
		n->lie = NLA_HDRLEN + n->len + (int)rnd(17) - 8;
		if (n->lie < 0)
			n->lie = 0;
		break;
	case 2:
		n->type ^= chance(50) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 3:
		n->type = (n->type & ~NLA_TYPE_MASK) | rnd(chance(80) ? 16 : 65536);
		break;
	case 4:
		n->len = rnd(n->len + 1);
		break;
	case 5:
		for (k = 0; k < n->len; k++)
			n->data[k] = chance(30) ? rnd(256) : n->data[k];
		break;
	case 6:
		graft(n->parent, i, 0);
		break;
	case 7:
		graft(0, i, 0);
		break;
	case 8:
		graft(any_node(), i, 0);
		break;
	case 9:
		copies(n->parent, i, 1 + rnd(chance(90) ? 40 : 12000));
		break;
	case 10:
		deepen(i, n->type & NLA_TYPE_MASK, 1 + rnd(chance(70) ? 8 : 3000));
		break;
	default:	/* out of its parent's list, with what follows it */
		if (n->parent >= 0 && tree_node(n->parent)->child == i)
			tree_node(n->parent)->child = n->next;
		else
			n->next = -1;
	}
}

void mutate_tree(void)
{
	int count = 1 + rnd(3);

	while (count--)
		if (any_node())
			mutate_node(any_node());
}

static void mutate_header(struct msg *m, struct request *r)
{
	struct genlmsghdr *g = NLMSG_DATA(&m->nlh);

	r->framed = false;
	switch (rnd(8)) {
	case 0:
		m->nlh.nlmsg_flags ^= 1 << rnd(16);
		break;
	case 1:
		m->nlh.nlmsg_flags = rnd(65536) | NLM_F_REQUEST;
		break;
	case 2:
		m->nlh.nlmsg_len = rnd(m->nlh.nlmsg_len + 1);
		break;
	case 3:
		m->nlh.nlmsg_len += rnd(64);
		break;
	case 4:
		m->nlh.nlmsg_type -= 1;
		if (chance(50))
			m->nlh.nlmsg_type = rnd(NLMSG_MIN_TYPE);
		break;
	case 5:
		g->cmd = rnd(256);
		break;
	case 6:
		g->version = rnd(256);
		break;
	default:
		g->reserved = rnd(65536);
	}
}

void mutate_bytes(struct msg *m, struct request *r)
{
	unsigned int start = NLMSG_LENGTH(GENL_HDRLEN), body = m->nlh.nlmsg_len - start;
	int count = 1 + rnd(4);

	if (chance(15)) {
		mutate_header(m, r);
		return;
	}
	while (count-- && body) {
		char *at = m->buf + start + rnd(body);

		switch (rnd(5)) {
		case 0:
			*at ^= 1 << rnd(8);
			break;
		case 1:
			*at = chance(50) ? 0 : 0xff;
			break;
		case 2:		/* the end is missing; the length says so */
			m->nlh.nlmsg_len = start + rnd(body + 1);
			body = m->nlh.nlmsg_len - start;
			break;
		case 3:		/* or there is more than that */
			if (m->nlh.nlmsg_len + 64 < sizeof(m->buf)) {
				unsigned int more = rnd(20);

				memset(m->buf + m->nlh.nlmsg_len, rnd(256), more);
				m->nlh.nlmsg_len += more;
				body += more;
			}
			break;
		default:
			*at = rnd(256);
		}
	}
}
