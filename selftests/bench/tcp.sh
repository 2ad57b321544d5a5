# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# TCP between two hosts behind veth devices, with segmentation left to the devices, and
# aggregation on where packets come in: veth devices come without.

TCP_SECONDS=${VPC_BENCH_TCP_SECONDS:-3}

# tcp_host NAME DEV ADDR GATEWAY: a host whose device ends as DEV in the present space.
tcp_host()
{
	local router=$SPACE

	must ip netns add "$1"
	must ip link add "$2" netns "$router" address "$NEXT_MAC" type veth \
		peer name eth0 netns "$1" address "$HOST_MAC"
	must ip -n "$1" link set lo up
	must ip -n "$1" addr add "$3/24" dev eth0
	must ip -n "$1" link set eth0 up
	must ip -n "$1" route add default via "$4"
	must net ethtool -K "$2" gro on
}

tcp_peering()
{
	space tcp-peering
	tcp_host peering-a in0 10.1.1.10 10.1.1.1
	tcp_host peering-b out0 10.6.1.10 10.6.1.1
	vpc vpc add a cidr 10.1.0.0/16
	vpc vpc add b cidr 10.6.0.0/16
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc subnet add b1 vpc b cidr 10.6.1.0/24
	vpc port add in0 subnet a1 address 10.1.1.10 lladdr "$HOST_MAC"
	vpc port add out0 subnet b1 address 10.6.1.10 lladdr "$HOST_MAC"
	vpc peering add ab vpc a peer b
	vpc route add 10.6.0.0/16 vpc a via peering ab
	vpc route add 10.1.0.0/16 vpc b via peering ab
	ipn link set in0 up
	ipn link set out0 up
	tcp_server peering-b
}

tcp_leak()
{
	space tcp-leak
	tcp_host leak-a in0 10.1.1.10 10.1.1.1
	tcp_host leak-b out0 10.6.1.10 10.6.1.1
	vrf red 100
	vrf blue 101
	ipn link set in0 master red
	ipn link set out0 master blue
	ipn link set in0 up
	ipn link set out0 up
	ipn addr add 10.1.1.1/24 dev in0
	ipn addr add 10.6.1.1/24 dev out0
	ipn route add 10.6.1.0/24 dev out0 table 100
	ipn route add 10.1.1.0/24 dev in0 table 101
	tcp_server leak-b
}

tcp_server()
{
	nsenter --net="/run/netns/$1" -- iperf3 -s >/dev/null 2>&1 &
	must wait_for 10 listening "$1"
}

listening()
{
	[ -n "$(nsenter --net="/run/netns/$1" -- ss -Hlnt "sport = :5201")" ]
}

tcp_run()
{
	local bits

	bits=$(nsenter --net="/run/netns/$2" -- iperf3 -J -c 10.6.1.10 -t "$TCP_SECONDS" |
		jq '.end.sum_received.bits_per_second // empty')
	[ -n "$bits" ] || die "$1: no result"
	sample "$1" Gbit/s "$(awk -v b="$bits" 'BEGIN { printf "%.2f", b / 1e9 }')"
}

tcp()
{
	local i

	tcp_peering
	tcp_leak
	for ((i = 1; i <= BENCH_ROUNDS; i++)); do
		echo "round $i of $BENCH_ROUNDS" >&2
		tcp_run tcp-peering peering-a
		tcp_run tcp-leak leak-a
	done
}
