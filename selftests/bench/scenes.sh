# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# One tenant, one route: the contenders. All get their packets on a dummy device from a
# neighbour whose MAC they know, and send them to such a neighbour by another one.


# v4 SRC DST, v6 SRC DST: what the packets look like.
v4()
{
	echo "src_min $1/src_max $1/dst_min $2/dst_max $2"
}

v6()
{
	echo "src6 $1/dst6 $2/pkt_size 78"
}

# flow KEY IN OUT SETTINGS: a contender, of settings divided by slashes.
flow()
{
	local settings

	IFS=/ read -ra settings <<<"$4"
	contender "$1" "$2" "$3" "${settings[@]}"
}

# Addresses of the host's own stack, for all that use it.
addresses()
{
	ipn addr add 10.1.1.1/24 dev in0
	ipn addr add 10.2.1.1/24 dev out0
	ipn addr add fd00:1::1/64 dev in0 nodad
	ipn addr add fd00:2::1/64 dev out0 nodad
	ipn neigh add 10.1.1.10 lladdr "$HOST_MAC" dev in0
	ipn neigh add 10.2.1.10 lladdr "$NEXT_MAC" dev out0
	ipn neigh add fd00:1::10 lladdr "$HOST_MAC" dev in0
	ipn neigh add fd00:2::10 lladdr "$NEXT_MAC" dev out0
}

# to_next TABLE: its route
to_next()
{
	ipn route add 10.9.0.0/16 via 10.2.1.10 dev out0 table "$1"
	ipn -6 route add fd00:9::/32 via fd00:2::10 dev out0 table "$1"
}

both()
{
	flow "$1" in0 "${2:-out0}" "$(v4 10.1.1.10 10.9.0.1)"
	flow "${1}6" in0 "${2:-out0}" "$(v6 fd00:1::10 fd00:9::1)"
}

host()
{
	space "$1"
	dummy in0
	dummy out0
}

vrf()
{
	ipn link add "$1" type vrf table "$2"
	ipn link set "$1" up
}

floor_drop()
{
	host drop
	must net tc qdisc add dev in0 clsact
	must net tc filter add dev in0 ingress matchall action drop
	flow drop in0 "tc:dev in0 ingress" "$(v4 10.1.1.10 10.9.0.1)"
}

floors()
{
	floor_drop
	host redirect
	must net tc qdisc add dev in0 clsact
	must net tc filter add dev in0 ingress matchall action mirred egress redirect dev out0
	flow redirect in0 out0 "$(v4 10.1.1.10 10.9.0.1)"
}

plain()
{
	host plain
	addresses
	to_next main
	both plain
}

vrf_one()
{
	local key=$1

	host "$key"
	vrf red 100
	ipn link set in0 master red
	ipn link set out0 master red
	addresses
	to_next 100
	if [ "$key" = vrf ]; then
		both vrf
	else
		must net sysctl -qw net.ipv4.conf.in0.accept_local=1
		flow "$key" in0 out0 "$(v4 10.1.1.10 10.9.0.1)"
	fi
}

# A route that leads out of another VRF's device, or to the other VRF.
vrf_leak()
{
	host "$1"
	vrf red 100
	vrf blue 101
	ipn link set in0 master red
	ipn link set out0 master blue
	addresses
	if [ "$1" = leak ]; then
		to_next 100
	else
		ipn route add 10.9.0.0/16 dev blue table 100
		ipn -6 route add fd00:9::/32 dev blue table 100
		to_next 101
	fi
	both "$1"
}

iif_rule()
{
	host iif-rule
	addresses
	ipn rule add iif in0 lookup 100
	ipn -6 rule add iif in0 lookup 100
	to_next 100
	both iif-rule
}

# fast_path CHAIN: a flowtable takes established flows; what it does not take is counted. CHAIN:
# another chain, or nothing
fast_path()
{
	must net nft "
		table ip t {
			flowtable f {
				hook ingress priority 0
				devices = { in0, out0 }
			}
			chain forward {
				type filter hook forward priority 0
				ct state established flow add @f
				counter
			}
			$1
		}"
}

# taken N: it takes all but N packets
taken()
{
	local out

	out=$(net nft -j list chain ip t forward | jq '[.. | .counter? | objects | .packets] | add')
	[ "$out" -le "$1" ] || die "$SPACE: the flowtable does not take the flows: $out packets were forwarded"
}

# The fast path of an established flow: both directions have to be seen before.
flowtable()
{
	host flowtable
	addresses
	to_next main
	ipn route add 10.1.9.0/24 via 10.1.1.10 dev in0
	fast_path ''
	flow flowtable in0 out0 "$(v4 10.1.1.10 10.9.0.1)"
	ip netns exec flowtable "$HERE/pktgen" in0 out0 1 "src_min 10.1.1.10" "src_max 10.1.1.10" \
		"dst_min 10.9.0.1" "dst_max 10.9.0.1" >/dev/null
	ip netns exec flowtable "$HERE/pktgen" out0 in0 1 "src_min 10.9.0.1" "src_max 10.9.0.1" \
		"dst_min 10.1.1.10" "dst_max 10.1.1.10" "src_mac $NEXT_MAC" >/dev/null
	ip netns exec flowtable "$HERE/pktgen" in0 out0 100 "src_min 10.1.1.10" \
		"src_max 10.1.1.10" "dst_min 10.9.0.1" "dst_max 10.9.0.1" >/dev/null
	taken 4
}

ovs()
{
	must modprobe openvswitch
	host ovs
	must ip netns exec ovs python3 "$HERE/ovs.py" in0 out0 "$NEXT_MAC"
	flow ovs in0 out0 "$(v4 10.1.1.10 10.9.0.1)"
}

# A VPC with a tenant on in0, and one on out0 that may be a router.
one_vpc()
{
	vpc vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48
	vpc subnet add a1 vpc a cidr 10.1.1.0/24 cidr fd00:1::/64
	vpc subnet add a2 vpc a cidr 10.1.2.0/24 cidr fd00:1:0:2::/64
	vpc port add in0 subnet a1 address 10.1.1.10 address fd00:1::10 lladdr "$HOST_MAC"
	vpc port add out0 subnet a2 address 10.1.2.10 address fd00:1:0:2::10 lladdr "$NEXT_MAC"
}

ours()
{
	host ours
	dummy out1
	one_vpc
	vpc route add 10.9.0.0/16 vpc a via router 10.1.2.10
	vpc route add fd00:9::/32 vpc a via router fd00:1:0:2::10
	vpc vpc add b cidr 10.6.0.0/16 cidr fd00:6::/48
	vpc subnet add b1 vpc b cidr 10.6.1.0/24 cidr fd00:6::/64
	vpc port add out1 subnet b1 address 10.6.1.10 address fd00:6::10 lladdr "$NEXT_MAC"
	vpc peering add ab vpc a peer b
	vpc route add 10.6.0.0/16 vpc a via peering ab
	vpc route add fd00:6::/48 vpc a via peering ab
	flow local in0 out0 "$(v4 10.1.1.10 10.1.2.10)"
	flow local6 in0 out0 "$(v6 fd00:1::10 fd00:1:0:2::10)"
	both router
	flow peering in0 out1 "$(v4 10.1.1.10 10.6.1.10)"
	flow peering6 in0 out1 "$(v6 fd00:1::10 fd00:6::10)"
}

forward()
{
	plain
	vrf_one vrf
	vrf_one vrf-accept-local
	vrf_leak leak
	vrf_leak leak-device
	iif_rule
	ovs
	flowtable
	ours
}

# What icount compares. Small: every instruction here is emulated.
instructions()
{
	must modprobe -a pktgen dummy
	floor_drop
	plain
	ours
	# shellcheck disable=SC2034	# of lib.sh
	KEYS=(drop plain plain6 local router peering local6)
}
