#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# A tenant moves to another host under traffic: its connections live, and what its neighbours on the
# old host send gets there. Frames inside VXLAN that no host sends get nowhere. Checksums that a
# device below VXLAN does not make are right on the wire.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # check and wait_for call functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-overlay.sh"
. "${0%/*}/lib-nat.sh"
t_begin "overlay_moves"
t_need socat sha256sum

# The one that moves is m, on hv B first; n2 is its neighbour there, b2 a peer.
scene()
{
	local hv

	fleet_new
	hv_new A 1
	hv_new B 2
	hv_new C 3
	for hv in A B C; do
		peers $hv
	done
	vm a1 A pa1 a1 10.1.1.10/24 10.1.1.1 fd00:1:0:1::10/64 fd00:1:0:1::1
	vm b2 B pb2 b1 10.2.1.20/24 10.2.1.1
	vm n2 B pn2 a1 10.1.1.40/24 10.1.1.1 fd00:1:0:1::40/64 fd00:1:0:1::1
	vm m B pm a1 10.1.1.20/24 10.1.1.1 fd00:1:0:1::20/64 fd00:1:0:1::1
	lives 10.1.1.10 a A B C
	lives fd00:1:0:1::10 a A B C
	lives 10.1.1.20 a B A
	lives fd00:1:0:1::20 a B A
	lives 10.1.1.40 a B A C
	lives fd00:1:0:1::40 a B A C
	lives 10.2.1.20 b B A C
}

# --- frames that no host sends ---------------------------------------------------------

# As the host 192.0.2.2, inside VXLAN: raw VNI LAYER...
raw()
{
	local vni=$1 inner

	shift
	inner=$(ns U "$T_PKT" hex "$@") || return
	must ns U "$T_PKT" send br0 eth src "$(mac B under)" dst "$(mac A under)" \
		ip4 src 192.0.2.2 dst 192.0.2.1 udp 50000 4789 sum 0 \
		hex "08000000$(printf %06x "$vni")00$inner"
}

# nobody REASON TEXT VNI LAYER...: a frame in a VNI of A arrives nowhere and is counted so.
nobody()
{
	local reason=$1 text=$2 before

	shift 2
	before=$(hv_drops_all A "$reason")
	raw "$@"
	check "$text: $reason" wait_for 30 dropped_more "$before" "$reason"
}

# Of whatever VPC.
hv_drops_all()
{
	hv "$1" -json stats | jq --arg r "$2" '[.[].drops[$r] // 0] | add // 0'
}

dropped_more()
{
	[ "$(hv_drops_all A "$2")" -gt "$1" ]
}

raw_frames()
{
	local mark=02:76:70:00:00:64 to=${HV_MAC[A]} from="ip4 src 10.1.1.20 dst 10.1.1.10"

	bg sink7 a1 "$T_PKT" sink 10.1.1.10 7
	must wait_for 60 listening a1 u 7
	capture_start in a1 eth0
	capture_start out U uA src host 192.0.2.1
	# shellcheck disable=SC2086
	raw 100 eth src $mark dst "$to" $from ttl 9 udp 7 7 text that-is-true
	must wait_for 30 seen_in
	# shellcheck disable=SC2086
	{
		nobody overlay_vni "VNI 0" 0 eth src $mark dst "$to" $from udp 7 8
		nobody overlay_vni "a VNI of nobody" 77 eth src $mark dst "$to" $from udp 7 8
		nobody not_for_us "to another MAC" 100 eth src $mark dst 02:00:00:00:00:77 $from udp 7 8
		nobody not_for_us "to the tenant's own MAC" 100 eth src $mark dst "$(mac a1 eth0)" $from udp 7 8
		nobody multicast "to all" 100 eth src $mark dst ff:ff:ff:ff:ff:ff $from udp 7 8
		nobody ethertype "a VLAN" 100 eth src $mark dst "$to" vlan 5 $from udp 7 8
		nobody ethertype "another protocol" 100 eth src $mark dst "$to" type 0x88cc hex 0207
		nobody no_endpoint "to the gateway" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.20 dst 10.1.1.1 icmp 8 0 00010001
		nobody no_endpoint "to an endpoint that this host does not know" 100 \
			eth src $mark dst "$to" ip4 src 10.1.1.20 dst 10.1.1.99 udp 7 8
		nobody peering_transit "over a peering, too" 100 eth src 02:76:70:00:00:c8 dst "$to" \
			ip4 src 10.1.1.20 dst 10.2.1.99 udp 7 8
		nobody overlay_source "from the gateway" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.1 dst 10.1.1.10 udp 7 8
		nobody overlay_source "from an endpoint of this host" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.10 dst 10.1.1.10 udp 7 8
		nobody overlay_source "from nowhere" 100 eth src $mark dst "$to" \
			ip4 src 0.0.0.0 dst 10.1.1.10 udp 7 8
		nobody multicast "multicast" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.20 dst 224.0.0.5 udp 7 8
		nobody ip_options "options" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.20 dst 10.1.1.10 opt 83030400 udp 7 8
		nobody ttl "a hop count of 0, which no host lets go" 100 eth src $mark dst "$to" \
			ip4 src 10.1.1.20 dst 10.1.1.10 ttl 0 udp 7 8
		nobody overlay_transit "for a VPC that the sender has no peering with" 100 \
			eth src 02:76:70:00:00:07 dst "$to" $from udp 7 8
	}
	nobody ethertype "an ARP request" 100 eth src $mark dst ff:ff:ff:ff:ff:ff \
		arp 1 $mark 10.1.1.20 00:00:00:00:00:00 10.1.1.10
	nobody ethertype "an ARP answer that nobody asked for" 100 eth src $mark dst "$to" \
		arp 2 $mark 10.1.1.10 "$to" 10.1.1.20
	nobody nd "a neighbour solicitation" 100 eth src $mark dst "$to" \
		ip6 src fd00:1:0:1::20 dst ff02::1:ff00:10 hop 255 \
		icmp6 135 0 00000000 addr fd00:1:0:1::10 hex 0101 mac $mark
	check "the host still talks" ping_all n2 1 10.1.1.10
	capture_stop in
	capture_stop out
	bg_stop sink7 || :
	t_is "one frame of all has arrived, and the last ping" "$(capture_count in dst host 10.1.1.10)" 2
	t_is "nothing has for others" "$(capture_count in ether broadcast or ether multicast)" 0
	t_is "nobody was answered or told" "$(capture_text out -t | grep -c 'VXLAN')" 1
}

seen_in()
{
	grep -qa that-is-true "$T_DIR/in.pcap"
}

# --- checksums ------------------------------------------------------------------------------

checksums()
{
	head -c 2000000 /dev/urandom >"$T_DIR/sent"
	must ns A ethtool -K under tx off
	must ns B ethtool -K under tx off
	capture_start sums U uA udp port 4789
	bg sink m socat -u TCP4-LISTEN:7777,reuseaddr "CREATE:$T_DIR/got"
	must wait_for 60 listening m t 7777
	check "TCP, without checksums of a device" ns a1 socat -u "FILE:$T_DIR/sent" TCP4:10.1.1.20:7777
	bg_wait sink 120
	capture_stop sums
	t_is "as it was sent" "$(sha256sum <"$T_DIR/got")" "$(sha256sum <"$T_DIR/sent")"
	t_num "checksums inside are right on the wire" \
		"$(capture_text sums -vv | grep -c 'cksum .*(correct)')" -gt 500
	t_is "all of them" "$(capture_text sums -vv | grep -c 'cksum .*(incorrect')" 0
	must ns A ethtool -K under tx on
	must ns B ethtool -K under tx on
}

# --- moving ------------------------------------------------------------------------------

# m has a second device, on C: what a migration does is to let it have its address there.
move()
{
	local addr n

	must ip link add pm2 netns "$T_ID.C" type veth peer name eth1 netns "$T_ID.m"
	must ns m ip link set eth1 address "$(mac m eth0)"
	must ns m sysctl -qw net.ipv6.conf.eth1.accept_dad=0
	serve m 9000
	talks_with far a1 10.1.1.10
	talks_with near n2 10.1.1.40
	talks_with peer b2 10.2.1.20
	# Neighbours, one in each family, a peer, and another host, while it moves.
	bg sink4 m "$T_PKT" sink 10.1.1.20 7777
	bg sink6 m "$T_PKT" sink fd00:1:0:1::20 7777
	bg udp.n n2 "$T_PKT" udp -i 3000 10.1.1.20 7777
	bg udp.6 n2 "$T_PKT" udp -i 3000 fd00:1:0:1::20 7777
	bg udp.b b2 "$T_PKT" udp -i 3000 10.1.1.20 7777
	capture_start old m eth0 udp port 7777
	capture_start new m eth1 udp port 7777
	must wait_for 60 file_grows old
	# The new host, then the tenant, then the old host and the others.
	hv_ok C port add pm2 subnet a1 address 10.1.1.20 address fd00:1:0:1::20 lladdr "$(mac m eth1)"
	must ip -n "$T_ID.C" link set pm2 up
	must ns m ip link set eth1 up
	must wait_for 60 second_linked
	for addr in 10.1.1.20/24 fd00:1:0:1::20/64; do
		must ns m ip addr del $addr dev eth0
		must ns m ip addr add $addr dev eth1 nodad
	done
	must ns m ip route replace default via 10.1.1.1 dev eth1
	must ns m ip -6 route replace default via fd00:1:0:1::1 dev eth1
	must ns m ip neigh replace 10.1.1.1 lladdr "$(mac C pm2)" dev eth1
	bg events B vpcctl -json monitor
	must wait_for 60 watching events B a
	hv_ok B port del pm host 192.0.2.3 lladdr "${HV_MAC[C]}"
	hv_ok A endpoint replace 10.1.1.20 vpc a host 192.0.2.3 lladdr "${HV_MAC[C]}"
	hv_ok A endpoint replace fd00:1:0:1::20 vpc a host 192.0.2.3 lladdr "${HV_MAC[C]}"
	must wait_for 60 file_grows new
	check "each who talks gets there: a neighbour" wait_for 60 arrives 10.1.1.40
	check "over IPv6" wait_for 60 arrives fd00:1:0:1::40
	check "a peer" wait_for 60 arrives 10.2.1.20
	bg_stop udp.n
	bg_stop udp.6
	bg_stop udp.b
	fence n2 10.1.1.20
	capture_stop old
	capture_stop new
	for addr in 10.1.1.40 fd00:1:0:1::40 10.2.1.20; do
		n=$(missing "$addr")
		t_num "of what $addr has sent, what did not arrive here or there: $n, less than a few in flight" \
			"$n" -le 5
	done
	t_is "nobody was told that there is no such host" \
		"$(hv_drops B a no_endpoint) $(hv_drops B b peering_transit)" "0 0"
	check "a connection from another host goes on" still far
	check "that of a neighbour" still near
	check "that of a peer" still peer
	t_is "on its old host it lives elsewhere" "$(hv B -json endpoint show vpc a |
		jq -r '[.[] | select(.host == "192.0.2.3") | .address] | sort | join(" ")')" \
		"10.1.1.20 fd00:1:0:1::20"
	check "events tell that it moved, and that its port went" wait_for 30 told
	bg_stop events || :
}

second_linked()
{
	[ "$({
		ip -n "$T_ID.C" -o link show dev pm2
		ip -n "$T_ID.m" -o link show dev eth1
	} | grep -c 'state UP')" = 2 ]
}

told()
{
	[ "$(of_events changed endpoint host | grep -c 192.0.2.3)" = 2 ] &&
		[ "$(of_events removed port dev)" = pm ]
}

of_events()
{
	jq -r --arg e "$1" --arg k "$2" --arg f "$3" \
		'select(.event == $e and .kind == $k) | .object[$f]' "$T_DIR/events.out"
}

file_grows()
{
	[ "$(stat -c %s "$T_DIR/$1.pcap")" -gt 2000 ]
}

arrives()
{
	capture_text new -t "src host $1" | grep -q UDP
}

# The numbers inside say which ones arrived.
missing()
{
	{
		capture_text old -A -t "src host $1"
		capture_text new -A -t "src host $1"
	} | grep -aoE -- '- [0-9]+ [0-9]{15,}' | awk '
		{ seen[$2] = 1; if (!first || $2 < min) { min = $2; first = 1 } if ($2 > max) max = $2 }
		END { n = 0; for (i = min; i <= max; i++) n += !(i in seen); print n + (first ? 0 : 999) }'
}

# talks_with KEY HOST ADDR: a connection that stays; still KEY: it goes on
talks_with()
{
	bg "$1" "$2" "$TALK" many -b "$3" -t 60 -k tcp 10.1.1.20 9000 1
	must wait_for 60 grep -q "answered 1 wrong 0" "$T_DIR/$1.out"
}

still()
{
	again "$1" | grep -q "^again answered 1 wrong 0"
}

refusals()
{
	hv_refuses "host ADDR lladdr MAC" "a host without a MAC" B port del pn2 host 192.0.2.3
	hv_refuses "is an address of this host" "this host" \
		B port del pn2 host 192.0.2.2 lladdr "${HV_MAC[C]}"
	hv_refuses "is the MAC address of vxlan0 here" "the MAC of this host" \
		B port del pn2 host 192.0.2.3 lladdr "${HV_MAC[B]}"
	hv_refuses "has no addresses that could move" "an overlay" \
		B port del vxlan0 host 192.0.2.3 lladdr "${HV_MAC[C]}"
	check "and it is where it was" ping_all n2 1 10.1.1.10
	hv_ok B vpc add z cidr 10.9.0.0/16
	hv_ok B subnet add z1 vpc z cidr 10.9.1.0/24
	host_new z pz 10.9.1.10/24 via 10.9.1.1 in B quiet
	hv_ok B port add pz subnet z1 address 10.9.1.10
	hv_refuses "VPC z has no VNI" "of a VPC without a VNI" \
		B port del pz host 192.0.2.3 lladdr "${HV_MAC[C]}"
	hv_ok B port del pz
}

scene
refusals
raw_frames
checksums
move
t_end
