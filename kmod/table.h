/* SPDX-License-Identifier: GPL-2.0 */
/* Route tables. */
#ifndef _VPC_TABLE_H
#define _VPC_TABLE_H

#include "addr.h"
#include "lpm.h"
#include "nexthop.h"
#include "object.h"
#include "packet.h"
#include "vpc.h"

struct vpc_publish_txn;

/* What a trie says besides a group's number: look the endpoint up. */
#define VPC_ROUTE_LOCAL 1u
/* With a group's number: VPN gateways have published the route. */
#define VPC_ROUTE_PROPAGATED BIT(31)

/**
 * struct vpc_table - a route table
 * @obj: id and name; the default table of a VPC has no name
 * @vpc: whose it is
 * @node: in vpc::tables
 * @gateway: the VPN gateway whose table it is, or NULL
 * @lpm: prefix -> VPC_ROUTE_LOCAL or number of a group, by family
 * @routes: static routes; the implicit local ones are not counted
 * @rcu: frees it
 */
struct vpc_table {
	struct vpc_object obj;
	struct vpc *vpc;
	struct list_head node;
	struct vpc_vpn_gateway *gateway;
	struct vpc_lpm lpm[2];
	u32 routes;
	struct rcu_head rcu;
};

struct vpc_table *vpc_table_new(struct vpc *vpc, const char *name,
				struct netlink_ext_ack *extack);
int vpc_table_del(struct vpc_table *table, struct netlink_ext_ack *extack);
void vpc_table_release(struct vpc_table *table);
const char *vpc_table_label(const struct vpc_table *table, char *buf, size_t size);
#define VPC_TABLE_LABEL_LEN (VPC_NAME_LEN + 32)

/**
 * struct vpc_route_txn - a set of changes of one table, all or nothing
 * @table: the table
 * @open: bits of @lpm that were begun
 * @lpm: the versions being built, by family
 * @touched: groups whose references change on commit; may be shared by
 *	transactions that are committed together
 * @own: what @touched points to otherwise
 * @scratch: VPC_NEXTHOPS_MAX paths, while next hops are put together
 * @publish: what it publishes, see publish.c; NULL: nothing
 * @routes: what vpc_table::routes will be
 * @lost: a route goes or changes, so packets may be on their way by it
 */
struct vpc_route_txn {
	struct vpc_table *table;
	u8 open;
	struct vpc_lpm_txn lpm[2];
	struct list_head *touched;
	struct list_head own;
	struct vpc_path *scratch;
	struct vpc_publish_txn *publish;
	u32 routes;
	bool lost;
};

/**
 * struct vpc_route_change - one operation
 * @op: enum vpc_route_op
 * @prefix: of the route
 * @paths: next hops, in the order given
 * @count: how many
 * @fail_open: see VPC_A_OP_FAIL_OPEN
 * @publish: enum vpc_publish
 */
struct vpc_route_change {
	u8 op;
	struct vpc_prefix prefix;
	const struct vpc_path *paths;
	unsigned int count;
	bool fail_open;
	u8 publish;
};

/* route.c: vpc_net::lock is held from begin to commit or abort; may sleep. */
int vpc_route_begin(struct vpc_route_txn *txn, struct vpc_table *table, bool replace,
		    struct netlink_ext_ack *extack);
int vpc_route_apply(struct vpc_route_txn *txn, const struct vpc_route_change *change,
		    struct netlink_ext_ack *extack);
void vpc_route_commit(struct vpc_route_txn *txn);
void vpc_route_abort(struct vpc_route_txn *txn);

/* For publish.c: a transaction that is part of another one, which settles its groups. */
int vpc_route_open(struct vpc_route_txn *txn, struct vpc_table *table, struct list_head *touched,
		   gfp_t gfp, struct netlink_ext_ack *extack);
void vpc_route_close(struct vpc_route_txn *txn, bool commit);
int vpc_route_put(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 value,
		  struct netlink_ext_ack *extack);
int vpc_route_get(struct vpc_route_txn *txn, const struct vpc_prefix *p, u32 *value,
		  struct netlink_ext_ack *extack);
/* Keep paths by priority, and in the order of their coming within one. */
void vpc_route_insert_path(struct vpc_path *paths, unsigned int count,
			   const struct vpc_path *path);

/**
 * struct vpc_route_cursor - a walk over the routes of a table but the local ones, by family,
 *	address and length; begins as zeroes
 * @family: index in vpc_table::lpm
 * @resume: @at is valid
 * @propagated: the route is published by VPN gateways
 * @at: the last one
 * @prefix: of the route
 * @group: of the route
 */
struct vpc_route_cursor {
	int family;
	bool resume;
	bool propagated;
	struct vpc_lpm_prefix at;
	struct vpc_prefix prefix;
	struct vpc_group *group;
};

/* For route_batch.c. */
bool vpc_route_next(const struct vpc_table *table, struct vpc_route_cursor *c);
void vpc_route_touch_all(struct vpc_table *table, struct list_head *touched);
int vpc_route_path_index(const struct vpc_path *paths, unsigned int count,
			 const struct vpc_nexthop *nh);

/* The CIDRs of a VPC in all its tables, as one step. */
int vpc_route_set_cidrs(struct vpc *vpc, const struct vpc_prefix *add, int adds,
			const struct vpc_prefix *del, int dels,
			struct netlink_ext_ack *extack);
/* Take next hops (NULL: none) out of every route of their VPCs, as one step. */
int vpc_route_purge(struct vpc_nexthop *const nh[2], u32 *routes,
		    struct netlink_ext_ack *extack);
void vpc_route_clear(struct vpc_table *table);
bool vpc_route_user(const struct vpc_nexthop *nh, char *buf, size_t size);
#define VPC_ROUTE_USER_LEN (VPC_PREFIX_STRLEN + VPC_TABLE_LABEL_LEN + 8)

void vpc_table_lookup(struct vpc_pkt *pkt);
enum vpc_verdict vpc_table_route(struct vpc_pkt *pkt);

#endif /* _VPC_TABLE_H */
