#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Asks the compiler what this kernel has; distributions backport freely, so a
# version says nothing. One compilation answers all questions: each probe is a
# "file" of its own by #line, and one that draws an error is missing.
#
#   probe.sh OUTPUT COMPILER [FLAG]...

set -eu
output=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# probe NAME, C at file scope on standard input.
probe()
{
	echo "#line 1 \"VPC_HAVE_$1\""
	cat
}

probes()
{
	cat <<-'EOF'
	#include <linux/hrtimer.h>
	#include <linux/module.h>
	#include <linux/netdevice.h>
	#include <linux/netlink.h>
	#include <linux/rcupdate.h>
	#include <linux/skbuff.h>
	#include <linux/timer.h>
	#include <net/dst.h>
	#include <net/flow.h>
	#include <net/genetlink.h>
	#include <trace/stages/stage6_event_callback.h>
	EOF
	probe HRTIMER_SETUP <<-'EOF'
	void *p_hrtimer_setup(void); void *p_hrtimer_setup(void) { return hrtimer_setup; }
	EOF
	probe TIMER_CONTAINER_OF <<-'EOF'
	struct p_timer { struct timer_list t; };
	void *p_timer(struct timer_list *t);
	void *p_timer(struct timer_list *t)
	{ struct p_timer *p = timer_container_of(p, t, t); return p; }
	EOF
	probe TIMER_DELETE <<-'EOF'
	void p_timer_delete(struct timer_list *t);
	void p_timer_delete(struct timer_list *t) { timer_delete(t); timer_delete_sync(t); }
	EOF
	probe TIMER_SHUTDOWN <<-'EOF'
	void p_timer_shutdown(struct timer_list *t);
	void p_timer_shutdown(struct timer_list *t) { timer_shutdown(t); timer_shutdown_sync(t); }
	EOF
	probe EXTACK_FMT <<-'EOF'
	void p_extack(struct netlink_ext_ack *extack);
	void p_extack(struct netlink_ext_ack *extack) { NL_SET_ERR_MSG_FMT(extack, "%d", 1); }
	EOF
	probe EXTACK_ATTR_FMT <<-'EOF'
	void p_extack_attr(struct netlink_ext_ack *extack, struct nlattr *attr);
	void p_extack_attr(struct netlink_ext_ack *extack, struct nlattr *attr)
	{ NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%d", 1); }
	EOF
	probe GENL_REQ_ATTR_CHECK <<-'EOF'
	bool p_req_attr(struct genl_info *info);
	bool p_req_attr(struct genl_info *info) { return GENL_REQ_ATTR_CHECK(info, 1); }
	EOF
	probe GENL_SPLIT_OPS <<-'EOF'
	int p_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info);
	struct genl_family p_family = { .pre_doit = p_pre_doit };
	EOF
	probe GENL_INFO_DUMP <<-'EOF'
	const struct genl_info *p_info_dump(struct netlink_callback *cb);
	const struct genl_info *p_info_dump(struct netlink_callback *cb)
	{ return genl_info_dump(cb); }
	EOF
	probe GENL_INFO_NET_CONST <<-'EOF'
	struct net *p_info_net(const struct genl_info *info);
	struct net *p_info_net(const struct genl_info *info) { return genl_info_net(info); }
	EOF
	probe DST_ALLOC_NO_REF <<-'EOF'
	void *p_dst_alloc(struct dst_ops *ops);
	void *p_dst_alloc(struct dst_ops *ops)
	{ return dst_alloc(ops, (struct net_device *)0, 0, 0); }
	EOF
	probe DST_DEV_RCU <<-'EOF'
	void *p_dst_dev(struct dst_entry *dst); void *p_dst_dev(struct dst_entry *dst)
	{ return dst_dev_rcu(dst) ? dst_dev(dst) : (struct net_device *)0; }
	EOF
	probe SKB_DST_DEV_RCU <<-'EOF'
	void *p_skb_dst_dev(struct sk_buff *skb); void *p_skb_dst_dev(struct sk_buff *skb)
	{ return skb_dst_dev_rcu(skb) ? skb_dst_dev(skb) : (struct net_device *)0; }
	EOF
	probe DEV_NET_RCU <<-'EOF'
	struct net *p_dev_net(struct net_device *dev);
	struct net *p_dev_net(struct net_device *dev) { return dev_net_rcu(dev); }
	EOF
	probe FLOWI4_DSCP <<-'EOF'
	void p_flowi4(struct flowi4 *fl); void p_flowi4(struct flowi4 *fl)
	{ fl->flowi4_dscp = (dscp_t)0; }
	EOF
	probe SK_SKB_REASON_DROP <<-'EOF'
	void p_skb_drop(struct sk_buff *skb); void p_skb_drop(struct sk_buff *skb)
	{ sk_skb_reason_drop((struct sock *)0, skb, SKB_DROP_REASON_NOT_SPECIFIED); }
	EOF
	probe KFREE_RCU_MIGHTSLEEP <<-'EOF'
	void p_kfree_rcu(void *p); void p_kfree_rcu(void *p) { kfree_rcu_mightsleep(p); }
	EOF
	probe ASSIGN_STR_1 <<-'EOF'
	extern const char p_assign_str[]; const char p_assign_str[] = __stringify(__assign_str(x));
	EOF
	probe UNALIGNED_H <<-'EOF'
	#if !__has_include(<linux/unaligned.h>)
	#error no linux/unaligned.h
	#endif
	EOF
	probe NET_GSO_H <<-'EOF'
	#if !__has_include(<net/gso.h>)
	#error no net/gso.h
	#endif
	EOF
	for reason in IP_INVALID_SOURCE IP_INVALID_DEST IP_LOCAL_SOURCE IP_LOCALNET \
		MAC_INVALID_SOURCE LOCAL_MAC RECURSION_LIMIT IPV6_BAD_EXTHDR SKB_BAD_GSO; do
		echo "extern int p_$reason; int p_$reason = SKB_DROP_REASON_$reason;" |
			probe "DROP_$reason"
	done
}

# -ftrack...: an error inside a macro is reported where the macro is used, that is,
# at the probe. Warnings do not matter here.
probes >"$dir/probe.c"
track=
"$@" -ftrack-macro-expansion=0 -x c -fsyntax-only /dev/null 2>/dev/null &&
	track=-ftrack-macro-expansion=0
status=0
LC_ALL=C "$@" -Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
	-Werror=discarded-qualifiers -Werror=int-conversion -fmax-errors=0 $track \
	-fno-diagnostics-show-caret -fsyntax-only "$dir/probe.c" >"$dir/log" 2>&1 || status=$?

grep -E '^[^ ]*:[0-9]+(:[0-9]+)?: (fatal )?error:' "$dir/log" >"$dir/errors" || :
if grep -v '^VPC_HAVE_' "$dir/errors" >&2 || grep -q 'fatal error' "$dir/log" ||
   { [ "$status" != 0 ] && [ ! -s "$dir/errors" ]; }; then
	echo "probe.sh: the probes do not compile for a reason of their own:" >&2
	head -n 20 "$dir/log" >&2
	exit 1
fi

{
	echo "/* Generated by kmod/compat/probe.sh: what this kernel has. */"
	sed -n 's/^#line 1 "\(.*\)"$/\1/p' "$dir/probe.c" | while read -r name; do
		error=$(grep "^$name:" "$dir/errors" | head -n 1 | sed 's|\*/|* /|g')
		if [ -z "$error" ]; then
			echo "#define $name 1"
		else
			echo "/* no $error */"
		fi
	done
} >"$output"
