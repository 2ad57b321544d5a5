// SPDX-License-Identifier: GPL-2.0
/* A request as a tree, so that what is inside a nest can grow and shrink. */
#include "nlgen.h"

#define NODES_MAX 20000
#define ARENA (1 << 18)

static struct node nodes[NODES_MAX];
static int node_count;
static unsigned char arena[ARENA];
static unsigned int arena_used;

void tree_clear(void)
{
	nodes[0] = (struct node){ .lie = -1, .parent = -1, .child = -1, .last = -1, .next = -1 };
	node_count = 1;
	arena_used = 0;
}

struct node *tree_node(int i)
{
	return &nodes[i];
}

int tree_count(void)
{
	return node_count;
}

int tree_add(int parent, __u16 type, const void *data, unsigned int len)
{
	struct node *up = &nodes[parent];
	int i = node_count;

	if (i == NODES_MAX || len > sizeof(arena) - arena_used)
		return parent;
	node_count++;
	nodes[i] = (struct node){
		.type = type, .lie = -1, .len = len, .data = arena + arena_used,
		.parent = parent, .child = -1, .last = -1, .next = -1,
	};
	if (data)
		memcpy(nodes[i].data, data, len);
	else
		memset(nodes[i].data, 0, len);
	arena_used += len;
	if (up->last < 0)
		up->child = i;
	else
		nodes[up->last].next = i;
	up->last = i;
	return i;
}

static void write_node(struct msg *m, int i)
{
	struct node *n = &nodes[i];
	struct nlattr *a;
	int c;

	if (m->nlh.nlmsg_len + n->len + 64 > sizeof(m->buf))
		return;
	a = put(m, n->type, n->data, n->len);
	for (c = n->child; c >= 0; c = nodes[c].next)
		write_node(m, c);
	if (n->child >= 0)
		a->nla_len = m->buf + m->nlh.nlmsg_len - (char *)a;
	if (n->lie >= 0)
		a->nla_len = n->lie;
}

void tree_write(struct msg *m)
{
	int c;

	for (c = nodes[0].child; c >= 0; c = nodes[c].next)
		write_node(m, c);
}
