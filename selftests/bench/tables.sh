# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Changing big tables, and what they weigh: ours against rtnetlink.

LOAD_ROUTES=${VPC_BENCH_ROUTES:-1000000}
LOAD_VPCS=${VPC_BENCH_VPCS:-10000}
# Lines for "ip -batch": more do not fit into a User-Mode Linux process.
LOAD_LINES=20000

# Bytes that the kernel has allocated, without what its caches keep for later.
memory()
{
	local file

	# Callbacks that free are over.
	sleep 0.5
	for file in /sys/kernel/slab/*/shrink; do
		echo 1 >"$file"
	done
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { printf "%.0f\n", sum * 1024 }' \
		/proc/meminfo
}

# timed KEY COUNT ARG...: load, in routes per second.
timed()
{
	local seconds

	seconds=$(net "$VPC_BENCH_TOOLS/load" "${@:3}") || die "load ${*:3}"
	rate "$1" "$2" "$seconds"
}

rate()
{
	sample "$1" routes/s "$(awk -v n="$2" -v s="$3" 'BEGIN { printf "%.0f", n / s }')"
}

# weight KEY COUNT BEFORE: bytes per route.
weight()
{
	sample "$1" bytes/route "$(awk -v n="$2" -v a="$3" -v b="$(memory)" \
		'BEGIN { printf "%.2f", (b - a) / n }')"
}

now()
{
	echo "${EPOCHREALTIME/,/.}"
}

elapsed()
{
	awk -v a="$1" -v b="$(now)" 'BEGIN { print b - a }'
}

has_routes()
{
	[ "$(net vpcctl -json table show | jq '[.[].routes] | add')" = "$1" ] ||
		die "the tables have not $1 routes"
}

load_ours()
{
	local n=$LOAD_ROUTES before start

	host load
	one_vpc
	ipn link set out0 up
	before=$(memory)
	timed load "$n" vpc add 4 "$n" 1 1 a router 10.1.2.10
	has_routes "$n"
	weight bytes "$n" "$before"
	timed replace "$n" vpc replace 4 "$n" 1 1 a router 10.1.1.10
	timed swap "$n" vpc swap 4 "$n" 1 1 a router 10.1.2.10
	timed delete "$n" vpc del 4 "$n" 1 1 a router 10.1.2.10
	has_routes 0
	before=$(memory)
	timed load6 "$n" vpc add 6 "$n" 1 1 a router fd00:1:0:2::10
	weight bytes6 "$n" "$before"
	timed delete6 "$n" vpc del 6 "$n" 1 1 a router fd00:1:0:2::10
	start=$(now)
	must net vpcctl route load "$TEXT" vpc a
	rate load-vpcctl "$n" "$(elapsed "$start")"
	must ip netns del load
}

load_rtnl()
{
	local n=$LOAD_ROUTES before start

	host rtnl
	addresses
	ipn nexthop add id 1 via 10.2.1.10 dev out0
	ipn nexthop add id 2 via 10.1.1.10 dev in0
	ipn nexthop add id 6 via fd00:2::10 dev out0
	before=$(memory)
	timed rtnl-load "$n" rtnl add 4 "$n" 100 100 nhid 1
	weight rtnl-bytes "$n" "$before"
	timed rtnl-replace "$n" rtnl replace 4 "$n" 100 100 nhid 2
	timed rtnl-delete "$n" rtnl del 4 "$n" 100 100 nhid 2
	timed rtnl-load-gateway "$n" rtnl add 4 "$n" 100 100 via 10.2.1.10 out0
	timed rtnl-delete-gateway "$n" rtnl del 4 "$n" 100 100 via 10.2.1.10 out0
	before=$(memory)
	timed rtnl-load6 "$n" rtnl add 6 "$n" 100 100 nhid 6
	weight rtnl-bytes6 "$n" "$before"
	start=$(now)
	must ip -n rtnl -batch "$LINES_FILE"
	rate ip-batch "$LOAD_LINES" "$(elapsed "$start")"
	must ip netns del rtnl
}

# Many small tables, and one next hop for all routes, which needs no device.
small_tables()
{
	local n=$LOAD_VPCS before

	space small
	before=$(memory)
	seq "$n" | awk '{
		print "vpc add v" $1 " cidr 10.1.0.0/16"
		print "subnet add a" $1 " vpc v" $1 " cidr 10.1.1.0/24"
	}' | net vpcctl -batch - || die "vpcctl -batch"
	timed load-small $((n * 50)) vpc add 4 50 1 "$n" v%u blackhole
	has_routes $((n * 50))
	sample memory-vpcs MiB "$(awk -v a="$before" -v b="$(memory)" \
		'BEGIN { printf "%.2f", (b - a) / 1048576 }')"
	must ip netns del small

	space small
	ipn nexthop add id 1 blackhole
	before=$(memory)
	timed rtnl-load-small $((n * 50)) rtnl add 4 50 100001 $((100000 + n)) nhid 1
	sample memory-tables MiB "$(awk -v a="$before" -v b="$(memory)" \
		'BEGIN { printf "%.2f", (b - a) / 1048576 }')"
	must ip netns del small
}

tables()
{
	local i

	TEXT=$(mktemp /tmp/routes.XXXXXX)
	LINES_FILE=$(mktemp /tmp/lines.XXXXXX)
	"$VPC_BENCH_TOOLS/load" print 4 "$LOAD_ROUTES" >"$LINES_FILE"
	sed 's/$/ via router 10.1.2.10/' "$LINES_FILE" >"$TEXT"
	sed -i "$((LOAD_LINES + 1)),\$d; s/.*/route add & via 10.2.1.10 dev out0 table 101/" \
		"$LINES_FILE"
	for ((i = 1; i <= BENCH_ROUNDS; i++)); do
		echo "round $i of $BENCH_ROUNDS" >&2
		load_ours
		load_rtnl
		small_tables
	done
}
