#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ways that open and close: address space that comes and goes in all tables, the
# table of an uplink, MACs that are not known, packets that wait for one while
# their peering is deleted, routers whose device goes away.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "ways that open and close"

setup()
{
	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16
	vpc_ok table add t2 vpc a
	vpc_ok subnet add s1 vpc a cidr 10.1.1.0/24
	vpc_ok subnet add s2 vpc a cidr 10.1.2.0/24 table t2
	vpc_ok vpc add b cidr 10.2.0.0/16
	vpc_ok subnet add sb vpc b cidr 10.2.1.0/24
	host_new h1 p1 10.1.1.10/24 via 10.1.1.1 quiet
	host_new h2 p2 10.1.2.10/24 via 10.1.2.1 quiet
	host_new hb pb 10.2.1.10/24 via 10.2.1.1 quiet
	port_add p1 subnet s1 address 10.1.1.10
	port_add p2 subnet s2 address 10.1.2.10
}

# more VPC REASON BEFORE: how many more drops than before
more()
{
	echo $(($(drops "$1" "$2") - $3))
}

local_in()
{
	vpc -json route show "$@" | jq -r '[.[] | select(.origin == "local").dst] | sort | join(" ")'
}

cidrs()
{
	local both="10.1.0.0/16 10.3.0.0/16" before

	before=$(drops a no_route)
	must ns h2 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p2)" ip4 src 10.1.2.10 dst 10.3.1.10 udp 1 2
	fence h2 10.1.2.1
	t_is "outside the address space there is no route" "$(more a no_route "$before")" 3
	vpc_ok vpc set a cidr 10.3.0.0/16
	t_is "a new CIDR is in the default table" "$(local_in vpc a)" "$both"
	t_is "and in the other table" "$(local_in table t2)" "$both"
	vpc_ok subnet add s3 vpc a cidr 10.3.1.0/24
	host_new h3 p3 10.3.1.10/24 via 10.3.1.1 quiet
	port_add p3 subnet s3 address 10.3.1.10
	check "a port in it is reached by the default table" ping_all h1 2 10.3.1.10
	check "and by the other table" ping_all h2 2 10.3.1.10
	vpc_ok port del p3
	vpc_ok subnet del s3
	vpc_ok vpc set a no-cidr 10.3.0.0/16
	t_is "a CIDR that goes leaves the default table" "$(local_in vpc a)" 10.1.0.0/16
	t_is "and the other table" "$(local_in table t2)" 10.1.0.0/16
	before=$(drops a no_route)
	must ns h2 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p2)" ip4 src 10.1.2.10 dst 10.3.1.10 udp 1 2
	fence h2 10.1.2.1
	t_is "and has no route again" "$(more a no_route "$before")" 3
}

uplink_table()
{
	host_new gw u0 192.0.2.1/24 203.0.113.1/32 via 192.0.2.2 quiet
	vpc_ok table add tu vpc a
	vpc_ok route add 203.0.113.0/24 table tu via blackhole
	uplink_add u0 vpc a address 192.0.2.2/24 gateway 192.0.2.1 table tu
	vpc_ok route replace 203.0.113.0/24 table tu via router 192.0.2.1
	vpc_ok route add 203.0.113.0/24 vpc a via router 192.0.2.1
	must wait_for 20 ns gw ping -c 1 -W 5 192.0.2.2
	must ip -n "$T_ID.gw" route add 10.1.0.0/16 via 192.0.2.2 src 203.0.113.1
	check "what comes in by the uplink is looked up in its table" ping_all gw 2 10.1.1.10
	vpc_ok route add 10.1.1.0/24 table tu via prohibit
	local before
	before=$(drops a prohibit)
	check_fail "a route of that table decides" ns gw ping -c 2 -W 2 10.1.1.10
	t_is "and says so" "$(more a prohibit "$before")" 2
	t_is "route get knows the uplink's table" \
		"$(vpc -json route get 10.1.1.10 from u0 | jq -r '.nexthops[0].type')" prohibit
	# The uplink's device goes, and its router with it.
	before=$(drops a nexthop_down)
	must r ip link del u0
	must ns h1 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p1)" ip4 src 10.1.1.10 dst 203.0.113.1 udp 1 2
	fence h1 10.1.1.1
	t_is "a router without its device: nexthop_down" "$(more a nexthop_down "$before")" 3
	vpc_ok route del 203.0.113.0/24 vpc a
}

# A host that is there but does not say who it is, until it is made to.
mute()
{
	MAC_HB=$(mac hb eth0)
	must ip -n "$T_ID.hb" link set eth0 arp off
}

announce()
{
	must ns hb "$T_PKT" send eth0 eth arp 1 "$MAC_HB" 10.2.1.10 00:00:00:00:00:00 10.2.1.10
}

known()
{
	[ "$(vpc -json port show "$1" | jq -r '.[0].lladdr')" != null ]
}

# hb has no MAC for the module: it never speaks. The gateway's is given to it.
waiting()
{
	local deleted=$1 mark=$2

	vpc_ok peering add p vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering p
	vpc_ok port add pb subnet sb address 10.2.1.10
	must r ip link set pb up
	check_fail "nothing is known of the mute host" known pb
	capture_start "$mark" hb eth0 udp
	must ns h1 "$T_PKT" send eth0 eth dst "$(mac R p1)" ip4 src 10.1.1.10 dst 10.2.1.10 udp 1 2 text "$mark"
	[ "$deleted" = no ] || vpc_ok peering del p
	# It says who it is: whoever waits for it may go. The module asks for three seconds.
	announce
	must wait_for 10 known pb
	must ip -n "$T_ID.hb" neigh replace 10.2.1.1 lladdr "$(mac R pb)" dev eth0 nud permanent
	fence hb 10.2.1.1
	capture_stop "$mark"
}

peering_deleted()
{
	mute
	waiting no control
	t_is "a packet waits for the MAC of its destination" \
		"$(capture_text control -A | grep -c control)" 1
	vpc_ok port del pb
	vpc_ok peering del p
	waiting yes deleted
	t_is "when its peering is deleted, it is never sent" \
		"$(capture_text deleted -A | grep -c deleted)" 0
	t_num "but dropped as neighbour" "$(drops a neighbour)" -ge 1
	vpc_ok port del pb
}

unknown()
{
	local before p

	# A full queue, and nobody who answers.
	vpc_ok port add pb subnet sb address 10.2.1.10 address 10.2.1.11
	must r ip link set pb up
	vpc_ok peering add p vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering p
	before=$(drops a neighbour_queue)
	p=$(drops a neighbour)
	must ns h1 "$T_PKT" send -c 20 eth0 eth dst "$(mac R p1)" ip4 src 10.1.1.10 dst 10.2.1.10 udp 1 2
	fence h1 10.1.1.1
	t_is "16 packets wait, the others are dropped" "$(more a neighbour_queue "$before")" 4
	check "those that wait in vain are dropped" wait_for 30 all_dropped "$p"

	# It speaks before it is known.
	before=$(drops b source_unknown)
	must ns hb "$T_PKT" send -c 3 eth0 eth dst "$(mac R pb)" ip4 src 10.2.1.10 dst 10.1.1.10 udp 1 2
	check "a source whose MAC is not known is dropped" wait_for 10 unknown_source "$before"

	# The device is down.
	announce
	must wait_for 10 known pb
	must r ip link set pb down
	before=$(drops a link_down)
	must ns h1 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p1)" ip4 src 10.1.1.10 dst 10.2.1.10 udp 1 2
	fence h1 10.1.1.1
	t_is "a port that is down: link_down" "$(more a link_down "$before")" 3
}

all_dropped()
{
	[ "$(more a neighbour "$1")" = 16 ]
}

unknown_source()
{
	[ "$(more b source_unknown "$1")" = 3 ]
}

traced()
{
	local t=/sys/kernel/tracing

	# As a kernel of our own for measuring: tracepoints would be there to be paid for.
	if ! grep -qw tracefs /proc/filesystems; then
		t_skip "each drop is traced with its reason" "this kernel has no tracing"
		return
	fi
	[ -d $t/events ] || mount -t tracefs tracefs $t 2>/dev/null
	if ! [ -d $t/events/vpc ]; then
		t_fail "the tracepoint vpc:vpc_drop is there"
		return
	fi
	echo 1 >$t/events/vpc/vpc_drop/enable
	: >$t/trace
	must ns h1 "$T_PKT" send -c 2 eth0 eth dst "$(mac R p1)" ip4 src 10.1.1.10 dst 10.9.9.9 udp 1 2
	fence h1 10.1.1.1
	echo 0 >$t/events/vpc/vpc_drop/enable
	t_is "each drop is traced with its reason" "$(grep -c 'vpc_drop:.*reason=NO_ROUTE' $t/trace)" 2
}

setup
cidrs
uplink_table
peering_deleted
unknown
traced
t_end
