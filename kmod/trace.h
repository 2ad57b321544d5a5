/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vpc

#if !defined(_VPC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VPC_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include "stats.h"
#include "vpc.h"

#define VPC_DROP_TRACE(name, core, text) { VPC_DROP_##name, #name },

TRACE_EVENT(vpc_drop,
	TP_PROTO(const struct sk_buff *skb, const struct vpc *vpc, enum vpc_drop_reason reason),
	TP_ARGS(skb, vpc, reason),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(u32, vpc)
		__field(int, ifindex)
		__field(u16, protocol)
		__field(u8, reason)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->vpc = vpc ? vpc->obj.id : 0;
		__entry->ifindex = skb->dev ? skb->dev->ifindex : 0;
		__entry->protocol = ntohs(skb->protocol);
		__entry->reason = reason;
	),
	TP_printk("skbaddr=%p vpc=%u ifindex=%d protocol=0x%04x reason=%s",
		  __entry->skbaddr, __entry->vpc, __entry->ifindex, __entry->protocol,
		  __print_symbolic(__entry->reason, VPC_DROP_REASONS(VPC_DROP_TRACE)
				   { VPC_DROP_MAX, "?" }))
);

#endif /* _VPC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
