# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# One tenant with many routes: every packet goes to a random address that has one.

RANDOM4="src_min 10.1.1.10/src_max 10.1.1.10/dst_min 11.0.0.0/dst_max 11.255.255.255/flag IPDST_RND"
RANDOM6="src6 fd00:1::10/dst6_min fd00:9:b00::/dst6_max fd00:9:bff:ffff::/pkt_size 78"

load()
{
	must net "$VPC_BENCH_TOOLS/load" "$@"
}

routes_plain()
{
	host "plain$1"
	addresses
	load rtnl add 4 "$2" 254 254 via 10.2.1.10 out0
	flow "plain-$1" in0 out0 "$RANDOM4"
}

routes_vrf()
{
	host "vrf$1"
	vrf red 100
	ipn link set in0 master red
	ipn link set out0 master red
	addresses
	load rtnl add 4 "$2" 100 100 via 10.2.1.10 out0
	load rtnl add 6 "$2" 100 100 via fd00:2::10 out0
	flow "vrf-$1" in0 out0 "$RANDOM4"
	flow "vrf6-$1" in0 out0 "$RANDOM6"
}

routes_ours()
{
	host "router$1"
	one_vpc
	load vpc add 4 "$2" 1 1 a router 10.1.2.10
	load vpc add 6 "$2" 1 1 a router fd00:1:0:2::10
	flow "router-$1" in0 out0 "$RANDOM4"
	flow "router6-$1" in0 out0 "$RANDOM6"
}

routes()
{
	local name count

	for name in 1 1k 100k 1M; do
		count=${name/k/000}
		count=${count/M/000000}
		routes_plain "$name" "$count"
		routes_vrf "$name" "$count"
		routes_ours "$name" "$count"
	done
}
