#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a packet may say about where it comes from, beyond the plain cases of
# tenant.sh: options that the kernel would answer before any hook, sources that an
# appliance or a network behind an uplink may not have, into a peering above all.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
t_begin "sources"

A=10.1.1.10 A_GW=10.1.1.1 A6=fd00:1:0:1::10
B1=10.2.1.10 B2=10.2.1.20 B1_6=fd00:2:0:1::10 B2_6=fd00:2:0:1::20
OUT6=2001:db8:99::9

setup()
{
	router_new
	# The host's own network, where an answer of the host would be seen.
	host_new out o0 198.51.100.9/24 $OUT6/64 quiet
	must r ip link set o0 addrgenmode none
	must r ip addr add 198.51.100.1/24 dev o0
	must r ip addr add 2001:db8:99::1/64 dev o0 nodad
	must r ip link set o0 up
	must ip -n "$T_ID.R" neigh replace $OUT6 lladdr "$(mac out eth0)" dev o0 nud permanent

	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48
	vpc_ok subnet add sa vpc a cidr 10.1.1.0/24 cidr fd00:1:0:1::/64
	vpc_ok vpc add b cidr 10.2.0.0/16 cidr fd00:2::/48
	vpc_ok subnet add sb vpc b cidr 10.2.1.0/24 cidr fd00:2:0:1::/64
	host_new ha pa $A/24 $A6/64 via $A_GW via fd00:1:0:1::1 quiet
	host_new b1 pb1 $B1/24 $B1_6/64 via 10.2.1.1 via fd00:2:0:1::1 quiet
	host_new b2 pb2 $B2/24 $B2_6/64 via 10.2.1.1 via fd00:2:0:1::1 quiet
	# The appliance may send from anywhere, as far as its own VPC goes.
	port_add pa subnet sa address $A address $A6 allow 0.0.0.0/0 allow ::/0
	port_add pb1 subnet sb address $B1 address $B1_6
	port_add pb2 subnet sb address $B2 address $B2_6
	vpc_ok peering add p vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering p
	vpc_ok route add fd00:2::/48 vpc a via peering p
	vpc_ok route add 10.1.0.0/16 vpc b via peering p
	vpc_ok route add fd00:1::/48 vpc b via peering p
	MAC_PA=$(mac R pa)
}

# drop NAME DEV TO VPC REASON TEXT LAYER...: three frames, each is counted.
drop()
{
	local host=$1 dev=$2 gw=$3 vpc=$4 reason=$5 text=$6 before

	shift 6
	before=$(drops "$vpc" "$reason")
	must ns "$host" "$T_PKT" send -c 3 "$dev" "$@"
	fence "$host" "$gw"
	t_is "$text: dropped as $reason" "$(($(drops "$vpc" "$reason") - before))" 3
}

hop_by_hop()
{
	local e=(eth dst "$MAC_PA") s

	capture_start out out eth0 ip6
	for s in $A6 $OUT6 2001:db8:99::1; do
		# An unknown option that asks for an answer; for one unless to multicast.
		drop ha eth0 $A_GW a ip_options "hop-by-hop option 0x80 from $s" \
			"${e[@]}" ip6 src "$s" dst $B2_6 ext 0 800400000000 udp 1 2
		drop ha eth0 $A_GW a ip_options "hop-by-hop option 0xc0 from $s" \
			"${e[@]}" ip6 src "$s" dst $B2_6 ext 0 c00400000000 udp 1 2
		# A jumbo option that is too small for one.
		drop ha eth0 $A_GW a ip_options "bad jumbo option from $s" \
			"${e[@]}" ip6 src "$s" dst $B2_6 ext 0 c20400000010 udp 1 2
	done
	capture_stop out
	t_is "the host answered none of them" "$(capture_count out 'icmp6[0] < 128')" 0
}

extensions()
{
	local e=(eth dst "$MAC_PA" ip6 src "$A6" dst "$B2_6") pad=010400000000 many=()
	local rh4=000400000000 rh0

	rh0=000100000000$("$T_PKT" hex addr $B1_6)
	drop ha eth0 $A_GW a ip_options "routing header 0 behind another" \
		"${e[@]}" ext 43 $rh4 ext 43 "$rh0" udp 1 2
	while [ ${#many[@]} -lt 27 ]; do
		many+=(ext 60 "$pad")
	done
	drop ha eth0 $A_GW a ip_options "nine extension headers" "${e[@]}" "${many[@]}" udp 1 2
	capture_start ext b2 eth0 ip6
	must ns ha "$T_PKT" send eth0 "${e[@]}" ext 60 "$pad" ext 60 "$pad" udp 1 2 text extended
	must ns ha "$T_PKT" send eth0 "${e[@]}" ext 43 $rh4 udp 1 2 text extended
	fence ha $B2
	capture_stop ext
	t_is "few, and none that steers, pass" "$(capture_text ext -A | grep -c extended)" 2
}

appliance()
{
	local e=(eth dst "$MAC_PA") s

	capture_start b2 b2 eth0 udp
	for s in $B1 203.0.113.9 10.1.7.7; do
		drop ha eth0 $A_GW a source_address "over the peering from $s" \
			"${e[@]}" ip4 src "$s" dst $B2 udp 1 2 text forged
	done
	for s in $B1_6 2001:db8:7::7; do
		drop ha eth0 $A_GW a source_address "over the peering from $s" \
			"${e[@]}" ip6 src "$s" dst $B2_6 udp 1 2 text forged
	done
	for s in 0.0.0.0 127.0.0.1 224.0.0.5 255.255.255.255 240.0.0.1 169.254.1.1 $A_GW; do
		drop ha eth0 $A_GW a source_address "allowed everything, but not $s" \
			"${e[@]}" ip4 src "$s" dst 10.1.1.99 udp 1 2
	done
	for s in fe80::1 ::ffff:10.1.1.7 fd00:1:0:1::1; do
		drop ha eth0 $A_GW a source_address "allowed everything, but not $s" \
			"${e[@]}" ip6 src "$s" dst fd00:1:0:1::99 udp 1 2
	done
	must ns ha "$T_PKT" send eth0 "${e[@]}" ip4 src $A dst $B2 udp 1 2 text honest
	fence ha $B2
	capture_stop b2
	t_is "nothing forged arrived" "$(capture_text b2 -A | grep -c forged)" 0
	t_is "what is honest arrived" "$(capture_text b2 -A | grep -c honest)" 1
}

uplink()
{
	host_new gw u0 192.0.2.1/24 203.0.113.1/32 via 192.0.2.2 quiet
	uplink_add u0 vpc a address 192.0.2.2/24 gateway 192.0.2.1
	vpc_ok route add 0.0.0.0/0 vpc a via router 192.0.2.1
	must wait_for 20 ns gw ping -c 1 -W 5 192.0.2.2
	local e=(eth dst "$(mac R u0)") s

	capture_start b2 b2 eth0 udp
	for s in 203.0.113.1 $B1; do
		drop gw eth0 192.0.2.2 a "$([ "$s" = "$B1" ] && echo source_route || echo source_address)" \
			"from behind the uplink into the peering as $s" \
			"${e[@]}" ip4 src "$s" dst $B2 udp 1 2 text transit
	done
	drop gw eth0 192.0.2.2 a source_address "the uplink's own address" \
		"${e[@]}" ip4 src 192.0.2.2 dst $A udp 1 2
	capture_stop b2
	t_is "nothing passed through" "$(capture_text b2 -A | grep -c transit)" 0
	capture_start ha ha eth0 udp
	must ns gw "$T_PKT" send eth0 "${e[@]}" ip4 src 203.0.113.1 dst $A udp 1 2 text inbound
	fence gw 192.0.2.2
	capture_stop ha
	t_is "to an endpoint of the VPC it passes" "$(capture_text ha -A | grep -c inbound)" 1
}

setup
hop_by_hop
extensions
appliance
uplink
t_end
