# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# A next hop goes down: until its last route has left it. Ours by its own receipt, with and
# without somebody who listens to routes and health; the kernel's nexthop group by the time
# that "ip nexthop replace" takes.

FLIPS=5

# flip KEY: from the notice that the device is down to the store that all routes see.
flip()
{
	local i

	for ((i = 0; i < FLIPS; i++)); do
		ipn link set out0 down
		ipn link set out0 up
	done
	net vpcctl -json probe history | jq -r --argjson n "$FLIPS" \
		'[.[] | select(.to == "down")] | .[-$n:] | .[].detected_to_switched_ns' |
		while read -r ns; do
			sample "$1" ns "$ns"
		done
}

flip_ours()
{
	local name=$1 n=$2 listener

	host flips
	one_vpc
	ipn link set out0 up
	net "$VPC_BENCH_TOOLS/load" vpc add 4 "$n" 1 1 a router 10.1.2.10 >/dev/null || die "load"
	has_routes "$n"
	flip "flip-$name"
	nsenter --net=/run/netns/flips -- vpcctl monitor >/dev/null &
	listener=$!
	flip "flip-listen-$name"
	kill "$listener"
	wait "$listener"
	must ip netns del flips
}

# replaced KEY GROUP: all routes have another group of next hops.
replaced()
{
	local start

	start=$(now)
	ipn nexthop replace id 10 group "$2"
	sample "$1" ns "$(elapsed "$start" | awk '{ printf "%.0f", $1 * 1e9 }')"
}

flip_kernel()
{
	local name=$1 n=$2 listener i

	host nexthops
	addresses
	ipn nexthop add id 1 via 10.2.1.10 dev out0
	ipn nexthop add id 2 via 10.1.1.10 dev in0
	ipn nexthop add id 10 group 1/2
	net "$VPC_BENCH_TOOLS/load" rtnl add 4 "$n" 100 100 nhid 10 >/dev/null || die "load"
	for ((i = 0; i < FLIPS; i++)); do
		replaced "replace-$name" 2
		ipn nexthop replace id 10 group 1/2
	done
	for ((i = 0; i < FLIPS; i++)); do
		nsenter --net=/run/netns/nexthops -- ip monitor route >/dev/null &
		listener=$!
		replaced "replace-listen-$name" 2
		kill "$listener"
		wait "$listener"
		ipn nexthop replace id 10 group 1/2
	done
	must ip netns del nexthops
}

flips()
{
	local size

	for size in "10 10" "1k 1000" "100k 100000" "1M $LOAD_ROUTES"; do
		# shellcheck disable=SC2086 # a name and a number
		flip_ours $size
		# shellcheck disable=SC2086
		flip_kernel $size
	done
}
