#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Are the sanitizers really on, in the kernel and in the module? A test on a kernel
# that watches nothing would pass. Starts kmemleak's account; leaks.sh ends it.
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # check calls functions
. "${0%/*}/../lib.sh"
t_begin "what watches"

symbol()
{
	grep -q " $1\$" /proc/kallsyms
}

# The module refers to it, so it was compiled for it.
compiled_in()
{
	nm -u "$T_TOP/build/module/$(uname -r)/vpc.ko" | grep -q " $1"
}

lockdep()
{
	grep -Eq '^ *debug_locks: +1$' /proc/lockdep_stats
}

debugfs()
{
	[ -e "/sys/kernel/debug/$1" ]
}

# Accesses that another CPU had the time to race with.
watched()
{
	[ "$(sed -n 's/^setup_watchpoints: *//p' /sys/kernel/debug/kcsan)" -gt 0 ]
}

router_new
vpc_ok vpc add a cidr 10.0.0.0/8
case $(uname -r) in
*kcsan*)
	check "KCSAN is on" grep -q '^enabled: *1$' /sys/kernel/debug/kcsan
	check "it watches" wait_for 60 watched
	check "the module is compiled for KCSAN" compiled_in __tsan_read
	;;
*)
	check "KASAN is on" symbol kasan_report
	check "the module is compiled for KASAN" compiled_in __asan_
	check "lockdep is on" lockdep
	check "it knows locks of the module" grep -q 'vn->lock' /proc/lockdep
	check "the module is compiled for lockdep" compiled_in lock_is_held_type
	check "RCU is proved" compiled_in lockdep_rcu_suspicious
	check "sleeping in atomic context is noticed" compiled_in __might_sleep
	check "objects are tracked" debugfs debug_objects/stats
	check "references to devices are tracked" symbol ref_tracker_alloc
	check "slab faults can be injected" debugfs failslab/ignore-gfp-wait
	check "page faults can be injected" debugfs fail_page_alloc/ignore-gfp-wait
	check "kmemleak is on" test -w /sys/kernel/debug/kmemleak
	# By hand only, and from here on.
	must bash -c 'echo scan=off >/sys/kernel/debug/kmemleak'
	must bash -c 'echo scan >/sys/kernel/debug/kmemleak'
	must bash -c 'echo clear >/sys/kernel/debug/kmemleak'
	;;
esac
t_end
