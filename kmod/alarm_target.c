// SPDX-License-Identifier: GPL-2.0
/* What alarms can watch: one struct vpc_alarm_ops for each kind of object. */

#include "alarm.h"
#include "ipsec.h"
#include "peering.h"
#include "probe.h"

static const struct vpc_peering *peering_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_peering, obj);
}

/* Direction i is what side i sends. */
static void peering_count(const struct vpc_object *obj, int direction, struct vpc_alarm_count *c)
{
	struct vpc_totals sum = {};

	vpc_counters_add(&sum, peering_of(obj)->side[direction].counters);
	c->packets = sum.rx_packets;
	c->bytes = sum.rx_bytes;
	c->refused = sum.tx_packets;
	c->drops = sum.drops;
}

static const char *peering_from(const struct vpc_object *obj, int direction)
{
	return peering_of(obj)->side[direction].vpc->obj.name;
}

static bool peering_good(const struct vpc_object *obj)
{
	return peering_of(obj)->state == VPC_PEERING_ACTIVE;
}

static const struct vpc_alarm_ops peering_ops = {
	.count = peering_count,
	.from = peering_from,
	.good = peering_good,
};

static const struct vpc_ipsec *conn_of(const struct vpc_object *obj)
{
	return container_of(obj, struct vpc_ipsec, link.obj);
}

static void ipsec_count(const struct vpc_object *obj, int direction, struct vpc_alarm_count *c)
{
	const struct vpc_ipsec *conn = conn_of(obj);
	bool sent = direction;
	struct vpc_totals sum = {};
	u64 lost = 0;
	int cpu;

	vpc_counters_add(&sum, conn->link.counters);
	for_each_possible_cpu(cpu) {
		const struct vpc_ipsec_lost *l = per_cpu_ptr(conn->lost, cpu);

		lost += sent ? READ_ONCE(l->sent) : READ_ONCE(l->received);
	}
	c->packets = sent ? sum.tx_packets : sum.rx_packets;
	c->bytes = sent ? sum.tx_bytes : sum.rx_bytes;
	c->refused = lost;
	c->drops = sent ? lost : sum.drops;
}

static bool ipsec_good(const struct vpc_object *obj)
{
	const struct vpc_ipsec *conn = conn_of(obj);
	const struct vpc_probe *probe = vpc_probe_of(conn->nh);

	return conn->negotiated && (!probe || READ_ONCE(probe->up));
}

static const struct vpc_alarm_ops ipsec_ops = {
	.count = ipsec_count,
	.good = ipsec_good,
};

static const struct vpc_alarm_ops * const ops_of[VPC_KINDS] = {
	[VPC_KIND_PEERING] = &peering_ops,
	[VPC_KIND_IPSEC] = &ipsec_ops,
};

/**
 * vpc_alarm_ops_of() - how to watch objects of a kind
 * @kind: enum vpc_kind
 * Context: any.
 * Return: the ops, or NULL: no alarm can.
 */
const struct vpc_alarm_ops *vpc_alarm_ops_of(u8 kind)
{
	return ops_of[kind];
}
