/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink requests as trees of attributes, from the tables that spec.py writes. */
#ifndef _VPC_FUZZ_NLGEN_H
#define _VPC_FUZZ_NLGEN_H

#include "../nlraw.h"

enum attr_type {
	T_PAD, T_FLAG, T_U8, T_U16, T_U32, T_U64, T_STRING, T_BINARY, T_NEST
};

struct attr {
	const char *name;
	__u16 number;
	enum attr_type type;
	int nested;		/* its set, or -1 */
	long long low, high;	/* value or length; high -1: no limit */
};

struct attr_set {
	const char *name;
	const struct attr *attrs;
	int count;
};

#define SLOT_CHOICES 4
#define SLOTS_MAX 16

/* A place in a request: one of these attributes. */
struct slot {
	bool optional, repeated;
	int choices;
	__u16 number[SLOT_CHOICES];
};

struct command {
	const char *name;
	__u8 number;
	int set;
	bool can_do, can_dump;
	int do_slots, dump_slots;
	struct slot doit[SLOTS_MAX], dump[SLOTS_MAX];
};

/* An attribute of a request that is being made. */
struct node {
	__u16 type;		/* with its flags */
	int lie;		/* nla_len, or -1: the true one */
	unsigned int len;
	unsigned char *data;
	int parent, child, last, next;
};

enum way { WAY_VALID, WAY_NEARLY, WAY_MUTATED, WAYS };

struct request {
	const struct command *cmd;
	enum way way;
	bool dump;
	bool framed;		/* its headers are right: it must be answered, and in words */
	__u32 seq;
};

extern const struct command *const command_table;
extern const int command_count;
extern bool may_flush, flush_now;

const struct attr_set *set_of(int number);
const struct attr *attr_of(int set, __u16 number);
const struct attr *attr_named(int set, const char *name);
const struct command *command_named(const char *name);

/* The tree; node 0 is the message. */
void tree_clear(void);
int tree_add(int parent, __u16 type, const void *data, unsigned int len);
struct node *tree_node(int i);
int tree_count(void);
void tree_write(struct msg *m);

/* As nl_open() of the program has found it; each file has its own nlraw.h. */
void gen_init(__u16 family_id);
void gen_start(struct msg *m, __u8 cmd, __u16 flags);
void gen_request(struct msg *m, struct request *r);
void wrong_string(int parent, __u16 number);
void wrong_binary(int parent, __u16 number);
void wrong_number(int parent, const struct attr *a);
void mutate_tree(void);
void mutate_bytes(struct msg *m, struct request *r);

/* A line of a corpus file: 1: a request, 0: nothing; dies on mistakes. */
int text_request(struct msg *m, char *line, struct request *r);
void text_print(FILE *to, const struct msg *m);

#endif /* _VPC_FUZZ_NLGEN_H */
