# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tortures share, on top of lib.sh:
#
#   job KEY CMD...          runs CMD in the background, output to KEY.out
#   over                    it is time to end; see finish
#   finish                  from now on, it is
#   namespaces              calls the script's namespace N again and again; "last" ends it
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

namespaces()
{
	local n=0

	while ! over && ! [ -e "$T_DIR/last" ]; do
		n=$((n + 1))
		if (namespace "$n") >"$T_DIR/namespace.log" 2>&1; then
			echo again
		else
			echo failed
			cp "$T_DIR/namespace.log" "$T_DIR/namespace.failed"
		fi
	done
}
