# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tortures share, on top of lib.sh:
#
#   job KEY CMD...          runs CMD in the background, output to KEY.out
#   over                    it is time to end; see finish
#   finish                  from now on, it is
#   parked NAME             packets are in the queue 2 of a namespace, which nobody empties

job()
{
	local key=$1

	shift
	# The trap of the library is the main shell's.
	(trap - EXIT; "$@") >"$T_DIR/$key.out" 2>"$T_DIR/$key.err" </dev/null &
	# shellcheck disable=SC2034	# for lib.sh
	T_PIDS["$key"]=$!
}

over()
{
	[ -e "$T_DIR/over" ]
}

finish()
{
	touch "$T_DIR/over"
}

# shellcheck disable=SC2016	# awk
parked()
{
	[ "$(ns "$1" awk '$1 == 2 { print $3 }' /proc/net/netfilter/nfnetlink_queue)" -gt 0 ]
}
