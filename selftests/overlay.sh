#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# One VPC on many hosts: endpoints behind VXLAN, peerings whose sides are on different hosts, what
# other hosts may not do, MTU, moving endpoints.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/lib-overlay.sh"
t_begin "overlay"
t_need socat sha256sum

# VPCs a and b, peers; x has the addresses of a.
configure()
{
	local hv=$1

	peers "$hv"
	hv_ok "$hv" vpc add x cidr 10.1.0.0/16 vni 16777215
	hv_ok "$hv" subnet add x1 vpc x cidr 10.1.1.0/24
}

# a1 is hv A, a2 and b2 hv B; x1 and x2, with the addresses of a1 and a2, as well.
scene()
{
	local hv

	fleet_new
	hv_new A 1
	hv_new B 2
	hv_new C 3
	for hv in A B C; do
		configure "$hv"
	done
	vm a1 A pa1 a1 10.1.1.10/24 10.1.1.1 fd00:1:0:1::10/64 fd00:1:0:1::1
	vm a2 B pa2 a1 10.1.1.20/24 10.1.1.1 fd00:1:0:1::20/64 fd00:1:0:1::1
	vm b2 B pb2 b1 10.2.1.20/24 10.2.1.1 fd00:2:0:1::20/64 fd00:2:0:1::1
	vm x1 A px1 x1 10.1.1.10/24 10.1.1.1
	vm x2 B px2 x1 10.1.1.20/24 10.1.1.1
	lives 10.1.1.10 a A B C
	lives fd00:1:0:1::10 a A B C
	lives 10.1.1.20 a B A C
	lives fd00:1:0:1::20 a B A C
	lives 10.2.1.20 b B A C
	lives fd00:2:0:1::20 b B A C
	lives 10.1.1.10 x A B
	lives 10.1.1.20 x B A
}

refusals()
{
	local lladdr=02:00:00:00:00:01

	ns_new D
	must ip -n "$T_ID.D" link add plain type vxlan id 7 dstport 4789 remote 192.0.2.9
	must ip -n "$T_ID.D" link add vxlan0 type vxlan dstport 4790 external
	must ip -n "$T_ID.D" link add vxlan1 type vxlan dstport 4791 external
	must ip -n "$T_ID.D" link add curious type vxlan dstport 4792 external learning
	must ip -n "$T_ID.D" link add veth0 type veth peer name veth1
	hv_ok D vpc add a cidr 10.1.0.0/16
	hv_ok D vpc add b cidr 10.2.0.0/16 vni 200
	hv_ok D subnet add a1 vpc a cidr 10.1.1.0/24
	hv_ok D subnet add b1 vpc b cidr 10.2.1.0/24
	hv_refuses "make a VXLAN device a port first" "an endpoint elsewhere without an overlay" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "is not a VXLAN device in metadata mode" "a VXLAN device with an id" \
		D port add plain overlay
	hv_refuses "make it with nolearning" "one that learns" D port add curious overlay
	hv_refuses "is not a VXLAN device in metadata mode" "another device" D port add veth0 overlay
	hv_refuses "an overlay is in no subnet" "an overlay with addresses" \
		D port add vxlan0 overlay subnet a1 address 10.1.1.9
	hv_ok D port add vxlan0 overlay
	hv_refuses "leads to other hosts already" "a second one" D port add vxlan1 overlay
	hv_refuses "VPC a has no VNI" "an endpoint without a VNI" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "VNI 200 is that of VPC b" "a VNI twice" D vpc set a vni 200
	hv_ok D vpc set a vni 100
	hv_refuses "cannot be the address of another host" "a multicast host" \
		D endpoint add 10.1.1.20 vpc a host 224.0.0.1 lladdr $lladdr
	must ip -n "$T_ID.D" addr add 192.0.2.4/24 dev veth0
	hv_refuses "is an address of this host" "this host" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.4 lladdr $lladdr
	hv_refuses "is the MAC address of vxlan0 here" "the MAC of this host" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr "$(mac D vxlan0)"
	hv_refuses "cannot be the MAC address" "a multicast MAC" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr 01:00:00:00:00:01
	hv_refuses "is in no subnet of VPC a" "an address of no subnet" \
		D endpoint add 10.1.2.20 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "is the gateway of subnet a1" "the gateway" \
		D endpoint add 10.1.1.1 vpc a host 192.0.2.2 lladdr $lladdr
	hv_ok D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "lives on host 192.0.2.2 already" "the same again" \
		D endpoint add 10.1.1.20 vpc a host 192.0.2.3 lladdr $lladdr
	hv_refuses "has endpoints on other hosts" "another VNI now" D vpc set a vni 101
	hv_refuses "1 endpoints on other hosts" "the end of its subnet" D subnet del a1
	hv_refuses "leads to endpoints on other hosts" "the end of the overlay" D port del vxlan0
	hv_refuses "nobody has address" "the end of one that is not there" \
		D endpoint del 10.1.1.21 vpc a
	must ip -n "$T_ID.D" addr flush dev veth0
	hv_ok D port add veth0 subnet a1 address 10.1.1.30
	hv_refuses "lives on port veth0 already" "one that lives here" \
		D endpoint add 10.1.1.30 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "lives on port veth0 already" "and does not move by itself" \
		D endpoint replace 10.1.1.30 vpc a host 192.0.2.2 lladdr $lladdr
	hv_refuses "goes with it (port del veth0)" "nor ends" D endpoint del 10.1.1.30 vpc a
	hv_ok D endpoint del 10.1.1.20 vpc a
	hv_ok D peering add ab vpc a peer b
	hv_refuses "can be changed without peerings" "another VNI with a peering" D vpc set a vni 101
	hv_ok D endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr $lladdr
	bg monitor D vpcctl -json monitor
	must wait_for 60 watching monitor D a
	must ip -n "$T_ID.D" link del vxlan0
	check "the device goes, and its endpoints with it" wait_for 60 gone
	t_is "all but that of the port" "$(hv D -json endpoint show | jq -r '.[].address')" 10.1.1.30
	bg_stop monitor || :
	hv_ok D subnet show
	hv_ok D flush
	ns_end D
}

# shellcheck disable=SC2317	# called by wait_for
gone()
{
	[ "$(hv D -json port show | jq length)" = 1 ] && grep -q '"overlay": *true' "$T_DIR/monitor.out"
}

ns_end()
{
	must ip netns del "$T_ID.$1"
	unset "T_NS[$1]"
}

reach()
{
	capture_start net U uA udp port 4789
	check "to another host" ping_all a1 5 10.1.1.20
	capture_stop net
	t_is "all of it with the VNI of the VPC, there and back" "$(vxlan_seen net 100)" 10
	check "and back" ping_all a2 5 10.1.1.10
	check "IPv6" ping_all a1 5 fd00:1:0:1::20
	capture_start in a2 eth0 icmp
	check "a hop count of 2" ns a1 ping -c 1 -W 30 -t 2 10.1.1.20
	capture_stop in
	t_is "is 1 at the other end, as the two hosts are one router" \
		"$(capture_text in -v "icmp[0] = 8" | grep -o 'ttl [0-9]*')" "ttl 1"
	check_fail "one of 1 ends here" ns a1 ping -c 1 -W 2 -t 1 10.1.1.20
	capture_start net U uA udp port 4789
	check "VPCs with the same addresses" ping_all x1 5 10.1.1.20
	capture_stop net
	t_is "have another VNI" "$(vxlan_seen net 16777215)" 10
	check_fail "and what is in one only" ns x1 ping -c 1 -W 2 10.2.1.20
}

peering()
{
	local before

	capture_start net U uA udp port 4789
	check "a peer on another host" ping_all a1 5 10.2.1.20
	capture_stop net
	t_is "the VNI is that of the sender: there" "$(vxlan_seen net 100)" 5
	t_is "and back" "$(vxlan_seen net 200)" 5
	check "IPv6" ping_all a1 5 fd00:2:0:1::20
	check "and from there" ping_all b2 5 10.1.1.10
	t_is "both hosts count it: here" "$(hv A -json peering show ab |
		jq -c '[.[0].counters | .rx_packets, .tx_packets]')" "[15,15]"
	t_is "and there" "$(hv B -json peering show ab |
		jq -c '[.[0].counters | .rx_packets, .tx_packets]')" "[15,15]"
	# Each host can end it alone.
	hv_ok B peering del ab
	before=$(hv_drops B overlay_transit)
	capture_start in b2 eth0 icmp
	check_fail "the receiver has ended it" ns a1 ping -c 2 -W 2 10.2.1.20
	capture_stop in
	t_is "nothing arrives" "$(capture_count in)" 0
	t_is "it is dropped there" $(($(hv_drops B overlay_transit) - before)) 2
	peer B
	check "again" ping_all a1 2 10.2.1.20
	hv_ok A peering del ab
	capture_start net U uA udp port 4789
	check_fail "the sender has ended it" ns a1 ping -c 2 -W 2 10.2.1.20
	capture_stop net
	t_is "nothing leaves" "$(capture_count net)" 0
	peer A
	check "and again" ping_all a1 2 10.2.1.20
}

# What the peering is on the receiver's host counts there: its state, its bandwidth.
receiver()
{
	local hv before

	for hv in A B; do
		hv_ok $hv vpc add e cidr 10.3.0.0/16 vni 301 region east account 1
		hv_ok $hv vpc add w cidr 10.4.0.0/16 vni 302 region west account 2
		hv_ok $hv subnet add e1 vpc e cidr 10.3.1.0/24
		hv_ok $hv subnet add w1 vpc w cidr 10.4.1.0/24
		hv_ok $hv peering add ew vpc e peer w bandwidth 1gbit as 1
		hv_ok $hv route add 10.4.0.0/16 vpc e via peering ew
		hv_ok $hv route add 10.3.0.0/16 vpc w via peering ew
	done
	vm e1 A pe1 e1 10.3.1.10/24 10.3.1.1
	vm w1 B pw1 w1 10.4.1.10/24 10.4.1.1
	lives 10.3.1.10 e A B
	lives 10.4.1.10 w B A
	hv_ok A peering accept ew as 2
	before=$(hv_drops B peering_state)
	capture_start in w1 eth0 icmp
	check_fail "accepted on one host only" ns e1 ping -c 2 -W 2 10.4.1.10
	capture_stop in
	t_is "nothing arrives" "$(capture_count in)" 0
	t_is "it is dropped where it is not active" $(($(hv_drops B peering_state) - before)) 2
	hv_ok B peering accept ew as 2
	check "accepted on both" ping_all e1 3 10.4.1.10
	hv_ok B peering set ew bandwidth 1mbit
	bg sink w1 "$T_PKT" sink -t 20 10.4.1.10 7777
	must wait_for 60 listening w1 u 7777
	ns e1 "$T_PKT" udp -c 2000 -s 1400 10.4.1.10 7777
	fence e1 10.3.1.1
	must wait_for 60 settled
	bg_stop sink || :
	t_is "what the receiver's bandwidth does not let in is dropped there" \
		$(($(hv_drops B bandwidth) + $(wc -l <"$T_DIR/sink.out"))) 2000
	t_num "and that is some of it" "$(hv_drops B bandwidth)" -gt 0
	t_is "none of it was dropped by the sender's" "$(hv_drops A e bandwidth)" 0
}

# shellcheck disable=SC2317	# called by wait_for
settled()
{
	[ $(($(hv_drops B bandwidth) + $(wc -l <"$T_DIR/sink.out"))) -ge 2000 ]
}

# Two peers with the same addresses, and hosts that see different routes: who it is for is said.
twins()
{
	local hv v n

	for hv in A B; do
		hv_ok $hv vpc add s cidr 10.8.0.0/16 vni 401
		hv_ok $hv subnet add s1 vpc s cidr 10.8.1.0/24
		for v in p q; do
			n=402
			[ $v = p ] || n=403
			hv_ok $hv vpc add $v cidr 10.9.0.0/16 vni $n
			hv_ok $hv subnet add ${v}1 vpc $v cidr 10.9.1.0/24
			hv_ok $hv peering add s$v vpc s peer $v
			hv_ok $hv route add 10.8.0.0/16 vpc $v via peering s$v
		done
	done
	hv_ok A route add 10.9.0.0/16 vpc s via peering sp
	hv_ok B route add 10.9.0.0/16 vpc s via peering sq priority 1 via peering sp priority 2
	vm s1 A ps1 s1 10.8.1.10/24 10.8.1.1
	vm p1 B pp1 p1 10.9.1.20/24 10.9.1.1
	vm q1 B pq1 q1 10.9.1.20/24 10.9.1.1
	lives 10.8.1.10 s A B
	lives 10.9.1.20 p B A
	capture_start in q1 eth0 icmp
	check "of two peers with the same address" ping_all s1 3 10.9.1.20
	capture_stop in
	t_is "the other one gets nothing" "$(capture_count in)" 0
	# What the receiver's table has inside the VPC's own addresses holds for other hosts, too.
	hv_ok B route add 10.1.1.20/32 vpc a via blackhole
	v=$(hv_drops B overlay_transit)
	check_fail "a reject of the other host" ns a1 ping -c 2 -W 2 10.1.1.20
	t_is "is counted there" $(($(hv_drops B overlay_transit) - v)) 2
	hv_ok B route del 10.1.1.20/32 vpc a
}

# C is a host that lies, or whose control plane is behind.
attacks()
{
	local before

	vm c C pc a1 10.1.1.30/24 10.1.1.1
	capture_start in a1 eth0 icmp
	before=$(hv_drops A overlay_source)
	check_fail "an endpoint that nobody knows of" ns c ping -c 2 -W 2 10.1.1.10
	t_is "is dropped" $(($(hv_drops A overlay_source) - before)) 2
	# The address of a2, who lives hv B.
	hv_ok C endpoint del 10.1.1.20 vpc a
	must ip -n "$T_ID.c" addr add 10.1.1.20/24 dev eth0
	on_c a1 10.1.1.20 10.1.1.30
	before=$(hv_drops A overlay_source)
	check_fail "as an endpoint of another host" ns c ping -c 2 -W 2 -I 10.1.1.20 10.1.1.10
	t_is "is dropped" $(($(hv_drops A overlay_source) - before)) 2
	# A VNI that A has no VPC for.
	hv_ok C vpc add z cidr 10.1.0.0/16 vni 300
	hv_ok C subnet add z1 vpc z cidr 10.1.1.0/24
	on_c z1 10.1.1.20 10.1.1.30
	hv_ok C endpoint add 10.1.1.10 vpc z host 192.0.2.1 lladdr "${HV_MAC[A]}"
	before=$(hv_drops A overlay_vni)
	check_fail "a VNI of nobody" ns c ping -c 2 -W 2 10.1.1.10
	t_is "is dropped" $(($(hv_drops A overlay_vni) - before)) 2
	capture_stop in
	t_is "nothing has arrived" "$(capture_count in)" 0
	hv_ok C endpoint del 10.1.1.10 vpc z
	# A true endpoint, but A is not where a2 lives.
	on_c a1 10.1.1.30
	hv_ok C subnet del z1
	hv_ok C vpc del z
	must ip -n "$T_ID.c" addr del 10.1.1.20/24 dev eth0
	lives 10.1.1.30 a C A B
	check "one that is known" ping_all c 2 10.1.1.10
	hv_ok C endpoint add 10.1.1.20 vpc a host 192.0.2.1 lladdr "${HV_MAC[A]}"
	before=$(hv_drops A overlay_transit)
	capture_start net U uA src host 192.0.2.1 and udp port 4789
	check_fail "to a host that is not the right one" ns c ping -c 2 -W 2 10.1.1.20
	capture_stop net
	t_is "nothing goes on to the right one" "$(capture_count net)" 0
	t_is "it is dropped" $(($(hv_drops A overlay_transit) - before)) 2
	hv_ok C endpoint replace 10.1.1.20 vpc a host 192.0.2.2 lladdr "${HV_MAC[B]}"
	check "and goes where it lives, when that is known" ping_all c 2 10.1.1.20
	# The VNI of another VPC of A, where these addresses are true: as nobody, and as x2.
	on_c x1 10.1.1.20 10.1.1.30
	must ip -n "$T_ID.c" addr add 10.1.1.20/24 dev eth0
	hv_ok C endpoint add 10.1.1.10 vpc x host 192.0.2.1 lladdr "${HV_MAC[A]}"
	capture_start in a1 eth0 icmp
	capture_start inx x1 eth0 icmp
	before=$(hv_drops A overlay_source)
	check_fail "with the VNI of another VPC" ns c ping -c 2 -W 2 -I 10.1.1.30 10.1.1.10
	check_fail "as its endpoint" ns c ping -c 2 -W 2 -I 10.1.1.20 10.1.1.10
	capture_stop in
	capture_stop inx
	t_is "nothing arrives in either" "$(capture_count in)/$(capture_count inx)" 0/0
	t_is "it is dropped" $(($(hv_drops A overlay_source) - before)) 4
	hv_ok C port del pc
	hv_ok C endpoint del 10.1.1.10 vpc x
}

# on_c SUBNET ADDR...: the tenant of C, elsewhere
on_c()
{
	local subnet=$1 addr addrs=()

	shift
	for addr; do
		addrs+=(address "$addr")
	done
	hv_ok C port del pc
	hv_ok C port add pc subnet "$subnet" "${addrs[@]}" lladdr "$(mac c eth0)"
	must ip -n "$T_ID.C" link set pc up
	must wait_for 60 t_linked pc C
}

# sent SIZE WHO ADDR: bytes of TCP arrive as they were sent.
transfer()
{
	local text=$1 from=$2 to=$3 addr=$4 family=TCP4

	[[ $addr != *:* ]] || family=TCP6
	bg sink "$to" socat -u "$family-LISTEN:7777,reuseaddr" "CREATE:$T_DIR/got"
	must wait_for 60 listening "$to" t 7777
	check "$text" ns "$from" socat -u "FILE:$T_DIR/sent" "$family:[$addr]:7777"
	bg_wait sink 120
	t_is "$text: as it was sent" "$(sha256sum <"$T_DIR/got")" "$(sha256sum <"$T_DIR/sent")"
}

mtu()
{
	local mtu n name before

	head -c 3000000 /dev/urandom >"$T_DIR/sent"
	for mtu in 1450 1500 9000; do
		for name in A B; do
			must ip -n "$T_ID.$name" link set vxlan0 mtu $mtu
		done
		for name in A:pa1 B:pa2 B:pb2; do
			must ip -n "$T_ID.${name%:*}" link set "${name#*:}" mtu 9000
		done
		for name in a1 a2 b2; do
			must ip -n "$T_ID.$name" link set eth0 mtu 9000
			must ip -n "$T_ID.$name" route flush cache
			must ip -n "$T_ID.$name" -6 route flush cache
		done
		check "$mtu: a packet that just fits" ns a1 ping -c 1 -W 30 -M "do" -s $((mtu - 28)) 10.1.1.20
		n=$(ns a1 ping -c 1 -W 10 -M "do" -s $((mtu - 27)) 10.1.1.20 2>&1)
		if [ $mtu = 9000 ]; then
			t_num "$mtu: the host itself knows" "$(grep -c 'message too long\|Frag needed' <<<"$n")" -gt 0
		else
			t_num "$mtu: one byte more, and the sender is told" \
				"$(grep -c "mtu *= *$mtu" <<<"$n")" -gt 0
		fi
		check "$mtu: IPv6" ns a1 ping -c 1 -W 30 -M "do" -s $((mtu - 48)) fd00:1:0:1::20
		transfer "$mtu: TCP" a1 a2 10.1.1.20
		transfer "$mtu: TCP over a peering, IPv6" a1 b2 fd00:2:0:1::20
		[ $mtu != 9000 ] || continue
		n=$(ns a1 ping -c 1 -W 10 -M "do" -s $((mtu - 47)) fd00:1:0:1::20 2>&1)
		t_num "$mtu: IPv6, one byte more, and the sender is told" \
			"$(grep -c "mtu *= *$mtu" <<<"$n")" -gt 0
		capture_start net U uA udp dst port 4789 and src host 192.0.2.1 and greater 3000
		transfer "$mtu: TCP" a1 a2 10.1.1.20
		capture_stop net
		t_num "$mtu: segments crossed the network in one packet" "$(vxlan_seen net 100)" -gt 0
	done
	# Where the port that it is for has a smaller one, nobody is told.
	must ip -n "$T_ID.B" link set pa2 mtu 1300
	before=$(hv_drops B mtu)
	check_fail "larger than the port at the other end" \
		ns a1 ping -c 2 -W 2 -M "do" -s 1372 10.1.1.20
	t_is "is dropped there" $(($(hv_drops B mtu) - before)) 2
	must ip -n "$T_ID.B" link set pa2 mtu 9000
}

outer6()
{
	hv_ok A endpoint replace 10.1.1.20 vpc a host fd00:c::2 lladdr "${HV_MAC[B]}"
	hv_ok A endpoint replace fd00:1:0:1::20 vpc a host fd00:c::2 lladdr "${HV_MAC[B]}"
	hv_ok B endpoint replace 10.1.1.10 vpc a host fd00:c::1 lladdr "${HV_MAC[A]}"
	hv_ok B endpoint replace fd00:1:0:1::10 vpc a host fd00:c::1 lladdr "${HV_MAC[A]}"
	capture_start net U uA ip6 and udp port 4789
	check "over IPv6" ping_all a1 3 10.1.1.20
	check "IPv6 over IPv6" ping_all a1 3 fd00:1:0:1::20
	capture_stop net
	t_is "it was" "$(vxlan_seen net)" 12
	transfer "TCP over IPv6" a1 a2 10.1.1.20
	hv_ok A endpoint replace 10.1.1.20 vpc a host 192.0.2.2 lladdr "${HV_MAC[B]}"
	hv_ok A endpoint replace fd00:1:0:1::20 vpc a host 192.0.2.2 lladdr "${HV_MAC[B]}"
	hv_ok B endpoint replace 10.1.1.10 vpc a host 192.0.2.1 lladdr "${HV_MAC[A]}"
	hv_ok B endpoint replace fd00:1:0:1::10 vpc a host 192.0.2.1 lladdr "${HV_MAC[A]}"
}

# Flows spread over the source ports of the outer UDP header.
entropy()
{
	local port

	capture_start net U uA udp dst port 4789
	for port in 1 2 3 4 5 6 7 8; do
		ns a1 "$T_PKT" udp -c 2 -B "1000$port" 10.1.1.20 9
	done
	fence a1 10.1.1.20
	capture_stop net
	capture_text net -t "src host 192.0.2.1" | awk '
		/^IP 192.0.2.1\.[0-9]+ > / { outer = $2 }
		/^IP 10.1.1.10\.1000[1-8] > / { print $2, outer }' >"$T_DIR/ports"
	t_is "eight flows, two packets each" "$(wc -l <"$T_DIR/ports")" 16
	t_is "each has one outer source port" "$(sort -u "$T_DIR/ports" | wc -l)" 8
	t_num "these are more than two" "$(cut -d' ' -f2 "$T_DIR/ports" | sort -u | wc -l)" -gt 2
}

# a2 moves from B to C, with its copy there: no packet is lost, as both take what is for them.
migration()
{
	local n before

	host_new a2c pa2c 10.1.1.20/24 via 10.1.1.1 fd00:1:0:1::20/64 via fd00:1:0:1::1 in C quiet
	bg at.b a2 "$T_PKT" sink -t 60 10.1.1.20 7777
	bg at.c a2c "$T_PKT" sink -t 60 10.1.1.20 7777
	must wait_for 60 listening a2 u 7777
	must wait_for 60 listening a2c u 7777
	bg stream a1 "$T_PKT" udp -c 4000 -i 2000 10.1.1.20 7777
	must wait_for 60 lines at.b 100
	hv_ok C port add pa2c subnet a1 address 10.1.1.20 address fd00:1:0:1::20 \
		lladdr "$(mac a2c eth0)"
	must ip -n "$T_ID.C" link set pa2c up
	must wait_for 60 t_linked pa2c C
	t_is "on its new host it is local" \
		"$(hv C -json endpoint show vpc a | jq -r '.[] | select(.address == "10.1.1.20") | .dev')" pa2c
	hv_ok A endpoint replace 10.1.1.20 vpc a host 192.0.2.3 lladdr "${HV_MAC[C]}"
	must wait_for 60 lines at.c 100
	bg_wait stream 120
	check "after the last one" wait_for 60 all_there
	n=$(sort -u <(seqs at.b) <(seqs at.c) | wc -l)
	t_is "each of 4000 packets arrived, here or there" "$n" 4000
	t_is "none twice" $(($(seqs at.b | wc -l) + $(seqs at.c | wc -l))) 4000
	bg_stop at.b || :
	bg_stop at.c || :
	# The old host, last.
	hv_ok B port del pa2
	lives 10.1.1.20 a C B
	hv_ok B endpoint replace 10.1.1.20 vpc a host 192.0.2.3 lladdr "${HV_MAC[C]}"
	check "the other way" ping_all a2c 3 10.1.1.10
	check "from its old host" ping_all b2 3 10.1.1.20
	hv_ok B endpoint del 10.1.1.20 vpc a
	before=$(hv_drops B b peering_transit)
	check_fail "one that lives nowhere" ns b2 ping -c 1 -W 2 10.1.1.20
	t_is "is no endpoint" $(($(hv_drops B b peering_transit) - before)) 1
}

# shellcheck disable=SC2317	# called by wait_for
lines()
{
	[ "$(wc -l <"$T_DIR/$1.out")" -ge "$2" ]
}

seqs()
{
	awk '{ print $(NF - 1) }' "$T_DIR/$1.out"
}

# shellcheck disable=SC2317	# called by wait_for
all_there()
{
	[ $(($(seqs at.b | wc -l) + $(seqs at.c | wc -l))) -ge 4000 ]
}

# Each host filters for the VPCs whose ports it has, in both directions.
filtered()
{
	local hv

	for hv in A B; do
		hv_ok $hv vpc set a filter on
		must ns $hv nft 'table inet t {
			chain forward {
				type filter hook forward priority 0; policy accept
				iifname "vxlan0" ct state established,related accept
				iifname "vxlan0" drop
			}
		}'
	done
	check_fail "default deny inbound" ns b2 ping -c 1 -W 2 10.1.1.10
	must ns B nft flush ruleset
	check "replies of what was asked for pass" ping_all a1 3 10.2.1.20
	must ns A nft flush ruleset
	check "and all, without rules" ping_all b2 3 10.1.1.10
	for hv in A B; do
		hv_ok $hv vpc set a filter off
	done
}

refusals
scene
reach
peering
receiver
twins
entropy
attacks
mtu
outer6
filtered
migration
t_end
