#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routes with several next hops: which flows take which, by weight, priority and health.
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2317 # awk; wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "next-hop groups"
T_SPREAD=${VPC_SPREAD:-$T_TOP/build/selftests/spread}
t_need "$T_SPREAD"

DST=198.51.100.0/24
TO=198.51.100.9
DST6=2001:db8:99::/48
TO6=2001:db8:99::9
R1=10.1.2.11
R2=10.1.2.12
R3=192.0.2.1
declare -A ADDR=([r1]=$R1 [r2]=$R2 [r3]=$R3)
# Routers whose link is up.
UP="r1 r2 r3"

# Two routers that are endpoints and one behind an uplink.
scene()
{
	router_new
	side 1
	vpc_ok subnet add sr vpc a cidr 10.1.2.0/24 cidr fd00:1:0:2::/64
	host_new r1 pr1 $R1/24 fd00:1:0:2::11/64 via 10.1.2.1 via fd00:1:0:2::1 quiet
	host_new r2 pr2 $R2/24 fd00:1:0:2::12/64 via 10.1.2.1 via fd00:1:0:2::1 quiet
	host_new r3 u3 $R3/24 2001:db8:1::1/64 via 192.0.2.2 via 2001:db8:1::2 quiet
	port_add pr1 subnet sr address $R1 address fd00:1:0:2::11 lladdr "$(mac r1 eth0)"
	port_add pr2 subnet sr address $R2 address fd00:1:0:2::12 lladdr "$(mac r2 eth0)"
	uplink_add u3 vpc a address 192.0.2.2/24 address 2001:db8:1::2/64
	# For fences, whatever its health.
	vpc_ok route add $R3/32 vpc a via router $R3 fail-open
}

# --- flows ------------------------------------------------------------------------------

# All that was sent has been handled: each router answers, by the way that the flows took.
fences()
{
	local name

	for name in $UP; do
		fence ha "${ADDR[$name]}"
	done
}

# flows MAP COUNT [ADDR]: the file MAP gets "PORT ROUTER" for each packet that arrived
flows()
{
	local map=$T_DIR/$1 count=$2 to=${3:-$TO} name

	for name in $UP; do
		capture_start "$name" "$name" eth0 -s 80 udp dst port 9
	done
	must ns ha "$T_SPREAD" "$to" 9 10001 "$count"
	fences
	: >"$map.all"
	for name in $UP; do
		capture_stop "$name"
		capture_text "$name" -t | sed -E "s/.*\.([0-9]+) > .*/\1 $name/" >>"$map.all"
	done
	sort "$map.all" >"$map"
}

# "COUNT ROUTER" of a map, in a line
counts()
{
	awk '{ n[$2]++ } END { for (r in n) print n[r], r }' "$T_DIR/$1" | sort -k2 | paste -sd' '
}

# by_weight TEXT MAP COUNT ROUTER:WEIGHT...: chi-square. The buckets, drawn once, are off by chance
# themselves, hence the factor; chance alone exceeds the limit once in a million times.
by_weight()
{
	local text=$1 map=$2 count=$3

	shift 3
	check "$text" awk -v count="$count" -v want="$*" '
		{ n[$2]++; seen[$1]++; all++ }
		END {
			m = split(want, w)
			for (i = 1; i <= m; i++) {
				split(w[i], p, ":")
				weight[p[1]] = p[2]
				sum += p[2]
			}
			for (r in weight) {
				e = count * weight[r] / sum
				print r, n[r], "of", e
				chi += (n[r] - e) ^ 2 / e
			}
			for (r in n)
				bad += !(r in weight)
			for (s in seen)
				bad += seen[s] != 1
			limit = (m == 2 ? 23.9 : 27.6) * (1 + count / 16384)
			print "chi-square", chi, "limit", limit, "packets", all, "bad", bad
			exit bad || all != count || chi > limit
		}' "$T_DIR/$map"
	sed 's/^/# /' "$T_DIR/check.out"
}

# Flows that go elsewhere now: "FROM TO" and how many, one line.
moves()
{
	join "$T_DIR/$1" "$T_DIR/$2" | awk '$2 != $3 { n[$2 ">" $3]++ }
		END { for (m in n) print m }' | sort | paste -sd' '
}

same()
{
	check "$1" diff "$T_DIR/$2" "$T_DIR/$3"
}

# --- health -------------------------------------------------------------------------------

nexthops()
{
	get '.[] | select(.dst == "'"$1"'") | [.nexthops[] |
		"\(.address // .type) \(.health) \(.share_percent)\(if .used then "*" else "" end)"] | join(", ")' \
		route show vpc a
}

opens()
{
	get '.[] | select(.dst == "'$DST'") | .fail_open' route show vpc a
}

is_health()
{
	[[ $(nexthops "$DST") = *"$1 $2 "* ]]
}

# A probe that nobody answers takes a next hop out of use; its link stays up.
down()
{
	vpc_ok probe add "down-${1##*.}" for router "$1" vpc a bfd source 10.1.250.1 \
		destination "$1"
	must wait_for 60 is_health "$1" down
}

up()
{
	vpc_ok probe del "down-${1##*.}"
	must wait_for 60 is_health "$1" up
}

unplug()
{
	must ip -n "$T_ID.$1" link set eth0 down
	must wait_for 60 is_health "$2" down
}

replug()
{
	# The default route went with the link.
	must ip -n "$T_ID.$1" link set eth0 up
	must ip -n "$T_ID.$1" route replace default via 10.1.2.1
	must wait_for 60 is_health "$2" up
}

# --- tests ----------------------------------------------------------------------------------

weights()
{
	scene
	vpc_ok route add $DST vpc a via router $R1 weight 100 via router $R2 weight 0
	flows map 500
	t_is "100/0" "$(counts map)" "500 r1"
	vpc_ok route replace $DST vpc a via router $R1 weight 70 via router $R2 weight 30
	flows map 10000
	by_weight "70/30 of 10,000 flows" map 10000 r1:70 r2:30
	t_is "the shares are told" "$(nexthops $DST)" "$R1 up 70*, $R2 up 30*"
	flows again 10000
	same "a flow stays where it is" map again

	vpc_ok route add $DST6 vpc a via router fd00:1:0:2::11 weight 256 \
		via router fd00:1:0:2::12 weight 128 via router 2001:db8:1::1 weight 1 priority 1
	flows map 2000 $TO6
	by_weight "IPv6: 256/128, and nobody of a higher priority value" map 2000 r1:256 r2:128
	t_is "the shares are told, rounded" "$(nexthops $DST6)" \
		"fd00:1:0:2::11 up 66.67*, fd00:1:0:2::12 up 33.33*, 2001:db8:1::1 up 0"
}

# What a next hop had goes to the others when it leaves the route, and comes back with it.
members()
{
	scene
	vpc_ok route add $DST vpc a via router $R1 weight 2 via router $R2 via router $R3
	flows base 3000
	by_weight "three ways" base 3000 r1:2 r2:1 r3:1
	vpc_ok route del $DST vpc a via router $R2
	flows without 3000
	t_is "removing one moves its flows only, to all others" "$(moves base without)" "r2>r1 r2>r3"
	by_weight "what is left is by weight" without 3000 r1:2 r3:1
	vpc_ok route add $DST vpc a via router $R2
	flows again 3000
	same "adding it again restores every flow" base again

	down $R2
	flows failed 3000
	same "one goes down: every flow is where it is without it" without failed
	t_is "and the shares say so" "$(nexthops $DST)" "$R1 up 66.67*, $R3 up 33.33*, $R2 down 0"
	up $R2
	flows again 3000
	same "up again: every flow is back" base again

	unplug r2 $R2
	UP="r1 r3" flows failed 3000
	same "its carrier goes: every flow is where it is without it" without failed
	replug r2 $R2
	flows again 3000
	same "and back" base again

	vpc_ok route replace $DST vpc a via router $R1 weight 2 via router $R2 weight 2 via router $R3
	flows heavier 3000
	t_is "a higher weight takes from the others only" "$(moves base heavier)" "r1>r2 r3>r2"
}

tiers()
{
	scene
	vpc_ok route add $DST vpc a via router $R3 priority 10 via router $R1 via router $R2 weight 0
	flows map 300
	t_is "first priority, those with weight" "$(counts map)" "300 r1"
	down $R1
	flows map 300
	t_is "then its standby" "$(counts map)" "300 r2"
	down $R2
	flows map 300
	t_is "then the next priority" "$(counts map)" "300 r3"
	t_is "which is told" "$(nexthops $DST)" "$R1 down 0, $R2 down 0, $R3 up 100*"
	t_is "and route get names it" \
		"$(get '[.nexthops[] | select(.used) | .address] | join(" ")' route get $TO from pa)" $R3
	up $R1
	flows map 300
	t_is "back at the first" "$(counts map)" "300 r1"
	up $R2

	vpc_ok route replace $DST vpc a via router $R1 via router $R2 weight 0 via router $R3 weight 0
	flows map 300
	t_is "standbys stand by" "$(counts map)" "300 r1"
	down $R1
	flows map 2000
	by_weight "several standbys share equally" map 2000 r2:1 r3:1
	up $R1

	vpc_ok route replace $DST vpc a via router $R1 via blackhole priority 1
	down $R1
	flows map 50
	t_is "a blackhole is always up" "$(counts map) $(drops a blackhole) $(drops a nexthop_down)" \
		" 50 0"
	up $R1
}

nobody()
{
	local before

	scene
	vpc_ok route add $DST vpc a via router $R1 weight 70 via router $R2 weight 30
	flows base 1000
	down $R1
	down $R2
	before=$(drops a nexthop_down)
	capture_start err ha eth0 icmp
	flows map 100
	capture_stop err
	t_is "nobody is up: dropped" "$(counts map) $(($(drops a nexthop_down) - before))" " 100"
	t_num "and the sender hears that the net is unreachable" \
		"$(capture_count err "icmp[0] = 3 and icmp[1] = 0 and src host 10.1.1.1")" -ge 1
	t_is "no share is told" "$(nexthops $DST)" "$R1 down 0, $R2 down 0"

	vpc_ok route add $DST vpc a via router $R3 weight 0 priority 1 fail-open
	down $R3
	t_is "a route that fails open says so" "$(opens)" true
	before=$(drops a nexthop_down)
	flows map 1000
	same "it fails open: as if all were up" base map
	t_is "and nothing is dropped" "$(($(drops a nexthop_down) - before))" 0
	t_is "its shares are told" "$(nexthops $DST)" "$R1 down 70*, $R2 down 30*, $R3 down 0"
	up $R3
	flows map 300
	t_is "one that is up has them all, open or not" "$(counts map)" "300 r3"

	vpc_ok route del $DST vpc a via router $R3
	t_is "it stays so when a next hop goes" "$(opens)" true
	vpc_ok route replace $DST vpc a via router $R1 weight 70 via router $R2 weight 30
	t_is "but not when it is replaced" "$(opens)" false
	before=$(drops a nexthop_down)
	flows map 100
	t_is "and drops again" "$(counts map) $(($(drops a nexthop_down) - before))" " 100"
}

rebuilds()
{
	vpc -json namespace show | jq .group_rebuilds
}

rebuilds_are()
{
	rebuilds
	[ "$(rebuilds)" = "$1" ]
}

# Packets find the right next hop at once; that tables follow is for their speed, and is seen by
# the count alone.
following()
{
	local from

	scene
	vpc_ok route add $DST vpc a via router $R1 weight 2 via router $R2 via router $R3
	vpc_ok route add 198.51.101.0/24 vpc a via router $R2 via router $R1 weight 0
	vpc_ok route add 198.51.102.0/24 vpc a via router $R3 via router $R1 priority 1
	flows base 2000
	from=$(rebuilds)
	down $R1
	check "one goes down: groups where it takes flows follow" wait_for 60 \
		rebuilds_are $((from + 1))
	flows failed 2000
	t_is "packets that took it take others" "$(moves base failed)" "r1>r2 r1>r3"
	up $R1
	check "and when it is back" wait_for 60 rebuilds_are $((from + 2))
	flows again 2000
	same "with each flow" base again
	down $R2
	check "a group of one, with a standby" wait_for 60 rebuilds_are $((from + 4))
	flows standby 100 198.51.101.9
	t_is "the standby takes all" "$(counts standby)" "100 r1"
	down $R1
	check "both gone" wait_for 60 rebuilds_are $((from + 6))
	flows nobody 100 198.51.101.9
	t_is "nothing passes" "$(counts nobody)" ""
	up $R1
	up $R2
	check "both back" wait_for 60 rebuilds_are $((from + 10))
	flows again 2000
	same "every flow is where it was" base again
}

# Only the first fragment has ports: by them it would go elsewhere than the others.
fragments()
{
	local name n

	scene
	vpc_ok route add $DST vpc a via router $R1 via router $R2 via router $R3
	vpc_ok route add $DST6 vpc a via router fd00:1:0:2::11 via router fd00:1:0:2::12 \
		via router 2001:db8:1::1
	for name in r1 r2 r3; do
		capture_start "$name" "$name" eth0 -s 80 "dst host $TO or dst host $TO6"
	done
	must ns ha "$T_SPREAD" $TO 9 10001 30 4000
	must ns ha "$T_SPREAD" $TO6 9 10001 30 4000
	fences
	for name in r1 r2 r3; do
		capture_stop "$name"
		n=$(capture_count "$name" "ip[6:2] & 0x3fff != 0")
		[ "$n" = 0 ] || echo "$n" >>"$T_DIR/fragments4"
		n=$(capture_count "$name" "ip6[6] = 44")
		[ "$n" = 0 ] || echo "$n" >>"$T_DIR/fragments6"
	done
	t_is "all fragments between two addresses go one way, IPv4" "$(cat "$T_DIR/fragments4")" 90
	t_is "IPv6" "$(cat "$T_DIR/fragments6")" 90
	flows map 300
	check "flows that are not fragmented do not" test "$(counts map | wc -w)" = 6
}

limit()
{
	local i paths=()

	scene
	for ((i = 1; i <= 64; i++)); do
		paths+=(via router "192.0.2.$((i + 100))")
	done
	check "64 next hops" vpc route add $DST vpc a "${paths[@]}"
	t_is "they are all there, and the shares add up" "$(get '.[] | select(.dst == "'$DST'") |
		"\(.nexthops | length) \([.nexthops[].share_percent] | add * 100 | round)"' \
		route show vpc a)" "64 10000"
	keep
	refuse $DST "more than 64" -- route add $DST vpc a via blackhole
	expect_error "at most 64" "65 next hops" route replace $DST vpc a "${paths[@]}" via blackhole
}

weights
members
tiers
nobody
following
fragments
limit
t_end
