# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Packets of a tenant that get a public address: by masquerade in a VRF, which is what one would
# do without this module, by that with a flowtable, and by a NAT gateway. The device to the
# public network is out0; the public address is 10.2.1.1 for masquerade, 198.51.100.1 for ours.

# Many flows, one after the other: 61 senders with 67 ports to 16 destinations, as the generator
# counts all three up at once, and they have no common divisor. It stops short of a last port.
NAT_MANY="src_min 10.1.1.2/src_max 10.1.1.62/udp_src_min 2000/udp_src_max 2067/dst_min 10.9.0.1/dst_max 10.9.0.16"
NAT_EIGHT="src_min 10.1.1.10/src_max 10.1.1.10/udp_src_min 2000/udp_src_max 2008/dst_min 10.9.0.1/dst_max 10.9.0.1"
# Half as many as one address has ports for one destination: nobody has to look for long.
NAT_NEW="src_min 10.1.1.2/src_max 10.1.1.62/udp_src_min 2000/udp_src_max 2509/dst_min 10.9.0.1/dst_max 10.9.0.1"
NAT_NEW_COUNT=$((61 * 509))
NAT_MANY_COUNT=$((61 * 67 * 16))

# nat_host NAME: conntrack as large as a gateway has it, and nothing ends meanwhile
nat_host()
{
	host "$1"
	must modprobe -a nf_conntrack nf_nat
	must net sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=3600
	# Of the machine, not of a namespace.
	must sysctl -qw net.netfilter.nf_conntrack_max=1000000
}

# nat_flows KEY: contenders with few, many, and only new flows
nat_flows()
{
	flow "$1-8" in0 out0 "$NAT_EIGHT"
	flow "$1-64k" in0 out0 "$NAT_MANY"
	# All of them, so that none is new when it counts.
	run "$1-64k" "$NAT_MANY_COUNT" >/dev/null || die "$1-64k: packets are lost"
	nat_tracked "$1-64k" "$NAT_MANY_COUNT"
}

# nat_tracked KEY N: there are as many connections as there should be
nat_tracked()
{
	local n

	n=$(net conntrack -C)
	[ "$n" -ge "$2" ] || die "$1: $n connections are tracked, not $2"
}

# In a namespace of their own, that of the others would be empty each time.
nat_new()
{
	flow "$1-new" in0 out0 "PACKETS=$NAT_NEW_COUNT/$NAT_NEW"
	before "$1-new" forget
}

forget()
{
	must net conntrack -F
}

masquerade()
{
	nat_host "$1"
	vrf red 100
	ipn link set in0 master red
	ipn link set out0 master red
	addresses
	to_next 100
	must net nft 'add table ip nat
		add chain ip nat post { type nat hook postrouting priority srcnat; }
		add rule ip nat post oifname out0 masquerade'
}

# The fast path of established flows; masquerade leaves their ports as they are.
masquerade_flowtable()
{
	local settings

	nat_host flowtable-nat
	addresses
	to_next main
	fast_path 'chain post {
				type nat hook postrouting priority srcnat
				oifname out0 masquerade
			}'
	flow flowtable-nat-8 in0 out0 "$NAT_EIGHT"
	run flowtable-nat-8 8 >/dev/null || die "flowtable-nat: packets are lost"
	IFS=/ read -ra settings <<<"$(v4 10.9.0.1 10.2.1.1)/src_mac $NEXT_MAC/udp_dst_min 2000/udp_dst_max 2008"
	must ip netns exec flowtable-nat "$HERE/pktgen" out0 in0 8 "${settings[@]}"
	run flowtable-nat-8 100 >/dev/null || die "flowtable-nat: packets are lost"
	taken 24
}

# The router behind out0, whose MAC the module asks for by itself.
public_router()
{
	dummy ask0
	must net tc qdisc add dev ask0 clsact
	must net tc filter add dev ask0 egress matchall action mirred ingress redirect dev out0
	net python3 "$HERE/router.py" ask0 10.2.1.10 "$NEXT_MAC" 10.2.1.1 \
		"$(ip -n "$SPACE" -j link show out0 | jq -r ".[0].address")" &
}

# The module has heard of the router.
known()
{
	[ "$(net vpcctl -json uplink show out0 | jq -r '.[0].gateway[0].lladdr')" = "$NEXT_MAC" ]
}

# 61 endpoints behind one device
gateway()
{
	local addresses=() i

	for ((i = 2; i < 63; i++)); do
		addresses+=(address "10.1.1.$i")
	done
	nat_host "$1"
	vpc vpc add a cidr 10.1.0.0/16
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc port add in0 subnet a1 "${addresses[@]}" lladdr "$HOST_MAC"
	ipn addr add 10.2.1.1/24 dev out0
	# Otherwise nobody listens to ARP there, and with it nobody shall ask for IPv6.
	must net sysctl -qw net.ipv6.conf.out0.disable_ipv6=1
	ipn link set out0 arp on
	public_router
	vpc uplink add out0 gateway 10.2.1.10
	vpc nat-gateway add n vpc a uplink out0 address 198.51.100.1
	vpc nat-gateway snat add n subnet a1
	vpc route add 0.0.0.0/0 vpc a via nat n
	must wait_for 10 known
}

nat()
{
	masquerade masq
	nat_flows masq
	masquerade masq-new
	nat_new masq
	masquerade_flowtable
	gateway nat
	nat_flows nat
	gateway nat-new
	nat_new nat
}
