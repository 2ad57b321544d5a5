#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The last test on a debug kernel: nothing that the tests before had is left. With
# the module still there kmemleak can name the function; without it there is nothing
# that could refer to what was lost.
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # check calls functions
. "${0%/*}/../lib.sh"
t_begin "what is left"
[ -w /sys/kernel/debug/kmemleak ] || t_skip_all "this kernel has no kmemleak"

# Without what the kernel loses itself: when a slab cache cannot be made, for failnth.sh
# took the memory, the name of its kobject (sysfs_slab_add() in mm/slub.c, 6.12).
ours()
{
	awk '
		function end()
		{
			if (!(report ~ /\(size (8|16)\)/ && report ~ /comm "failnth"/ &&
			      report ~ /  vpc_(dst|discard)\.+\n/))
				printf "%s", report
			report = ""
		}
		/^unreferenced object/ { end() }
		{ report = report $0 "\n" }
		END { end() }'
}

# What is younger than 5 s is not looked at; the second look is at what has not changed
# since the first.
leaked()
{
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	ours </sys/kernel/debug/kmemleak
}

unused()
{
	[ "$(cat /sys/module/vpc/refcnt)" = 0 ]
}

check "the module is not in use" wait_for 60 unused
t_is "nothing is lost" "$(leaked)" ""
check "rmmod works" rmmod vpc
t_is "nothing is lost, the module included" "$(leaked)" ""
check "lockdep was on until now" grep -Eq '^ *debug_locks: +1$' /proc/lockdep_stats
T_REFS=
t_end
