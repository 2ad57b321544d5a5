#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nothing of a tenant reaches the host, and nothing of the host a tenant. The host
# is the router namespace, made as careless as it can be: it forwards, accepts
# source routes, redirects and router advertisements, listens on everything.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "tenants and the host"
t_need ping socat

T1=10.0.1.10 T2=10.0.2.10 GW=10.0.1.1
T1_6=fd00:a:1::10 T2_6=fd00:a:2::10 GW_6=fd00:a:1::1
MAC1=02:00:00:00:01:10
# Addresses of the host: its own, and some that are the VPC's as well.
HOST4=(198.51.100.1 10.99.0.1 10.0.2.1 "$T2" "$GW" 127.0.0.1)
HOST6=(2001:db8:99::1 fd00:99::1 fd00:a:2::1 "$T2_6" "$GW_6" ::1)

setup()
{
	local a

	router_new
	must r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for a in all default; do
		must r sysctl -q -w "net.ipv4.conf.$a.rp_filter=0" \
			"net.ipv4.conf.$a.accept_source_route=1" \
			"net.ipv4.conf.$a.accept_redirects=1" "net.ipv4.conf.$a.accept_local=1" \
			"net.ipv4.conf.$a.route_localnet=1" "net.ipv4.conf.$a.proxy_arp=1" \
			"net.ipv6.conf.$a.accept_source_route=1" \
			"net.ipv6.conf.$a.accept_redirects=1" "net.ipv6.conf.$a.accept_ra=2" \
			"net.ipv6.conf.$a.proxy_ndp=1"
	done
	# Where the host lives: a neighbour that would see what it forwards.
	host_new out o0 198.51.100.9/24 2001:db8:99::9/64 via 198.51.100.1 via 2001:db8:99::1 quiet
	must r ip link set o0 addrgenmode none
	must r ip addr add 198.51.100.1/24 dev o0
	must r ip addr add 2001:db8:99::1/64 dev o0 nodad
	must r ip link set o0 up
	for a in 10.99.0.1/32 10.0.2.1/32 "$T2/32" "$GW/32"; do
		must r ip addr add "$a" dev lo
	done
	for a in fd00:99::1 fd00:a:2::1 "$T2_6" "$GW_6"; do
		must r ip addr add "$a/128" dev lo nodad
	done
	bg tcp R socat -u TCP6-LISTEN:7777,ipv6only=0,fork "OPEN:$T_DIR/heard,creat,append"
	bg udp R socat -u UDP6-RECV:7777,ipv6only=0 "OPEN:$T_DIR/heard,creat,append"

	vpc_ok vpc add a cidr 10.0.0.0/16 cidr fd00:a::/32
	vpc_ok subnet add s1 vpc a cidr 10.0.1.0/24 cidr fd00:a:1::/64
	vpc_ok subnet add s2 vpc a cidr 10.0.2.0/24 cidr fd00:a:2::/64
	vpc_ok subnet add s9 vpc a cidr 10.0.9.0/24 cidr fd00:a:9::/64
	host_new h1 p1 $T1/24 $T1_6/64 via $GW via $GW_6 mac $MAC1 quiet
	host_new h2 p2 $T2/24 $T2_6/64 via 10.0.2.1 via fd00:a:2::1 quiet
	host_new h9 p9 10.0.9.10/24 fd00:a:9::10/64 quiet
	for a in 198.51.100.9 2001:db8:99::9; do
		must ip -n "$T_ID.R" neigh replace $a lladdr "$(mac out eth0)" dev o0 nud permanent
	done
}

# The port p9 is idle; a capture of it runs beside everything else for a minute.
idle_start()
{
	capture_start idle h9 eth0
	IDLE_SINCE=$SECONDS
	port_add p9 subnet s9 address 10.0.9.10 address fd00:a:9::10
}

idle_over()
{
	[ $((SECONDS - IDLE_SINCE)) -ge 60 ]
}

idle_end()
{
	local own=(ether src "$(mac h9 eth0)") ask

	wait_for 90 idle_over
	capture_stop idle
	t_num "the idle port is asked for its MAC" \
		"$(capture_count idle "arp and not ${own[*]}")" -ge 1
	# We ask the tenant, whose stack then wants to know who we are.
	ask="(arp[14:4] = 0x0a000901 and arp[24:4] = 0x0a00090a)"
	ask+=" or (icmp6 and (ip6[40] = 135 or ip6[40] = 136) and src host fd00:a:9::1)"
	t_is "an idle port carries our ARP and ND and nothing else" \
		"$(capture_text idle -e "not ${own[*]} and not (ether src $(mac R p9) and ($ask))")" ""
}

# What the host's stack has taken or sent.
HOST_COUNTERS=(IpInDelivers IpForwDatagrams IpInUnknownProtos IcmpInMsgs IcmpOutMsgs IpOutRequests
	TcpInSegs TcpOutSegs TcpPassiveOpens UdpInDatagrams UdpNoPorts UdpInErrors
	Ip6InDelivers Ip6OutForwDatagrams Ip6InUnknownProtos Icmp6InMsgs
	Udp6InDatagrams Udp6NoPorts Icmp6OutDestUnreachs Icmp6OutNeighborAdvertisements)

host_counters()
{
	snmp_list R "${HOST_COUNTERS[@]}"
}

# frame [-c N] LAYER...: h1 sends to its port.
frame()
{
	local count=()

	[ "$1" != -c ] || { count=(-c "$2"); shift 2; }
	must ns h1 "$T_PKT" send "${count[@]}" eth0 "$@"
}

settled()
{
	fence h1 $GW
}

# drop REASON TEXT LAYER...: three frames, each is counted under that reason.
drop()
{
	local reason=$1 text=$2 before

	shift 2
	before=$(drops a "$reason")
	frame -c 3 "$@"
	settled
	t_is "$text: dropped as $reason" "$(($(drops a "$reason") - before))" 3
}

# --- what a tenant may try -------------------------------------------------------------

scan()
{
	local a e=(eth dst "$PORT_MAC")

	# On the way an address is the VPC's or nobody's; the host's own are as any.
	for a in "${HOST4[@]}" 198.51.100.9; do
		frame "${e[@]}" ip4 src $T1 dst "$a" tcp 4000 7777
		frame "${e[@]}" ip4 src $T1 dst "$a" udp 4000 7777 text "scan $a"
		frame "${e[@]}" ip4 src $T1 dst "$a" udp 4000 7778 text "scan $a"
		frame "${e[@]}" ip4 src $T1 dst "$a" proto 89 text ospf
	done
	for a in "${HOST6[@]}" 2001:db8:99::9 "$LINK_LOCAL" ff02::1 ff02::2 ff02::1:ff00:1; do
		frame "${e[@]}" ip6 src $T1_6 dst "$a" tcp 4000 7777
		frame "${e[@]}" ip6 src $T1_6 dst "$a" udp 4000 7777 text "scan $a"
		frame "${e[@]}" ip6 src $T1_6 dst "$a" udp 4000 7778 text "scan $a"
		frame "${e[@]}" ip6 src $T1_6 dst "$a" next 89 text ospf
		frame "${e[@]}" ip6 src fe80::1 dst "$a" icmp6 128 0 00010001
	done
	frame eth ip4 src $T1 dst 10.0.1.255 udp 4000 7777 text "scan broadcast"
	frame eth ip4 src $T1 dst 255.255.255.255 udp 4000 7777 text "scan broadcast"
	frame eth dst 01:00:5e:00:00:01 ip4 src $T1 dst 224.0.0.1 icmp 8 0 00010001
	frame eth dst 33:33:00:00:00:01 ip6 src $T1_6 dst ff02::1 icmp6 128 0 00010001
	frame eth ip4 src 0.0.0.0 dst 255.255.255.255 udp 68 67 fill 240 x
	# By the tenant's own stack, which would go on if it were answered.
	for a in 198.51.100.1 10.99.0.1 "$GW"; do
		check_fail "no TCP connection to $a" \
			ns h1 socat -u OPEN:/dev/null "TCP4:$a:7777,connect-timeout=2"
	done
	for a in 2001:db8:99::1 "$GW_6"; do
		check_fail "no TCP connection to $a" \
			ns h1 socat -u OPEN:/dev/null "TCP6:[$a]:7777,connect-timeout=2"
	done
	check "the addresses that are the VPC's are the VPC's" ns h1 ping -q -c 1 -W 20 $T2
	check "the addresses that are the VPC's are the VPC's, IPv6" ns h1 ping -q -c 1 -W 20 $T2_6
}

neighbours()
{
	local a

	capture_start arp h1 eth0 "arp or icmp6"
	for a in "${HOST4[@]}" 198.51.100.9; do
		[ "$a" = $GW ] || frame eth arp 1 $MAC1 $T1 00:00:00:00:00:00 "$a"
	done
	for a in "${HOST6[@]}" 2001:db8:99::9 "$LINK_LOCAL"; do
		[ "$a" = $GW_6 ] || frame eth dst 33:33:ff:00:00:01 ip6 src $T1_6 dst ff02::1:ff00:1 \
			hop 255 icmp6 135 0 addr "$a" hex 0101 mac $MAC1
	done
	settled
	capture_stop arp
	t_is "ARP for the host's addresses is not answered" \
		"$(capture_text arp "arp[6:2] = 2 and not ether src $MAC1" | grep -v "Reply $GW ")" ""
	t_is "ND for the host's addresses is not answered" \
		"$(capture_text arp "icmp6 and ip6[40] = 136 and not ether src $MAC1" | grep -v "tgt is $GW_6,")" ""
	t_is "the host has no neighbour on the port" "$(ip -n "$T_ID.R" neigh show dev p1)" ""
}

claims()
{
	local before e=(eth dst "$PORT_MAC") ra

	drop arp "ARP that claims another's address" eth arp 1 $MAC1 10.0.1.99 00:00:00:00:00:00 $GW
	drop arp "ARP that claims the gateway's address" eth arp 2 $MAC1 $GW $MAC1 $GW
	drop arp "ARP for another MAC" eth arp 1 02:00:00:00:09:99 $T1 00:00:00:00:00:00 $GW
	drop arp "ARP cut short" eth type 0x0806 hex 0001080006040001
	# A router advertisement with a prefix, of lifetime for ever.
	ra=030440c0ffffffffffffffff00000000
	before=$(drops a nd)
	frame -c 3 eth dst 33:33:00:00:00:01 ip6 src fe80::1 dst ff02::1 hop 255 icmp6 134 0 40000708 \
		hex 0000000000000000 hex $ra addr 2001:db8:bad:: hex 0101 mac $MAC1
	frame "${e[@]}" ip6 src fe80::1 dst ff02::1 hop 255 icmp6 134 0 40000708 hex 0000000000000000
	settled
	t_is "a router advertisement is dropped as nd" "$(($(drops a nd) - before))" 4
	drop nd "a router solicitation" eth dst 33:33:00:00:00:02 ip6 src $T1_6 dst ff02::2 hop 255 icmp6 133 0
	drop nd "a redirect" "${e[@]}" ip6 src fe80::1 dst "$GW_6" hop 255 icmp6 137 0 \
		addr fe80::1 addr 2001:db8:77::1
	drop nd "an advertisement of another's address" eth dst 33:33:00:00:00:01 \
		ip6 src $T1_6 dst ff02::1 hop 255 icmp6 136 0 20000000 addr $T2_6 hex 0201 mac $MAC1
	drop nd "a solicitation from elsewhere" eth dst 33:33:ff:00:00:01 \
		ip6 src $T1_6 dst ff02::1:ff00:1 hop 64 icmp6 135 0 addr $GW_6 hex 0101 mac $MAC1
	drop nd "a solicitation for another MAC" eth dst 33:33:ff:00:00:01 ip6 src $T1_6 \
		dst ff02::1:ff00:1 hop 255 icmp6 135 0 addr $GW_6 hex 0101 mac 02:00:00:00:09:99
	t_is "the host has no address of the advertisement" \
		"$(ip -n "$T_ID.R" -6 addr show | grep -c bad)" 0
	t_is "and no route over the port" "$(ip -n "$T_ID.R" -6 route show table all dev p1 |
		grep -Ev '^(multicast )?ff00::/8')" ""
	drop gateway "an IPv4 redirect" "${e[@]}" ip4 src $T1 dst $GW icmp 5 1 c6336409 \
		hex "$("$T_PKT" hex ip4 src $GW dst 203.0.113.1 udp 1 2)"
}

spoofs()
{
	local e=(eth dst "$PORT_MAC")

	drop source_address "spoofed source" "${e[@]}" ip4 src 10.0.1.11 dst $T2 udp 1 2
	drop source_address "another tenant's source" "${e[@]}" ip4 src $T2 dst $T1 udp 1 2
	drop source_address "the gateway's source" "${e[@]}" ip4 src $GW dst $T2 udp 1 2
	drop source_address "the host's source" "${e[@]}" ip4 src 198.51.100.1 dst $T2 udp 1 2
	drop source_address "loopback source" "${e[@]}" ip4 src 127.0.0.1 dst $T2 udp 1 2
	drop source_address "no source" "${e[@]}" ip4 src 0.0.0.0 dst $T2 udp 1 2
	drop source_address "spoofed source, IPv6" "${e[@]}" ip6 src fd00:a:1::11 dst $T2_6 udp 1 2
	drop source_address "the host's source, IPv6" "${e[@]}" ip6 src 2001:db8:99::1 dst $T2_6 udp 1 2
	drop source_address "link-local source" "${e[@]}" ip6 src fe80::1 dst $T2_6 udp 1 2
	drop source_mac "spoofed MAC" "${e[@]}" src 02:00:00:00:01:99 ip4 src $T1 dst $T2 udp 1 2
	drop source_mac "spoofed MAC, IPv6" "${e[@]}" src 02:00:00:00:01:99 \
		ip6 src $T1_6 dst $T2_6 udp 1 2
	drop not_for_us "another destination MAC" eth dst 02:00:00:00:02:99 ip4 src $T1 dst $T2 udp 1 2
	drop not_for_us "the tenant's own MAC" eth dst $MAC1 ip4 src $T1 dst $T2 udp 1 2
	drop multicast "broadcast MAC, unicast address" eth ip4 src $T1 dst $T2 udp 1 2
	drop martian "to loopback" "${e[@]}" ip4 src $T1 dst 127.0.0.1 udp 1 7777
	drop martian "to no address" "${e[@]}" ip4 src $T1 dst 0.0.0.0 udp 1 7777
	drop martian "to class E" "${e[@]}" ip4 src $T1 dst 240.0.0.1 udp 1 7777
	drop link_local "to a link-local address" "${e[@]}" ip4 src $T1 dst 169.254.169.254 tcp 1 80
	drop link_local "to a link-local address, IPv6" "${e[@]}" ip6 src $T1_6 dst "$LINK_LOCAL" tcp 1 80
	# LSRR and SSRR over T1 to the host, record route; routing header type 0.
	drop ip_options "loose source route" "${e[@]}" ip4 src $T1 dst $T2 opt 830704c633640100 udp 1 7777
	drop ip_options "strict source route" "${e[@]}" ip4 src $T1 dst $T2 opt 890704c633640100 udp 1 7777
	drop ip_options "record route" "${e[@]}" ip4 src $T1 dst $T2 opt 0707040000000000 udp 1 7777
	drop ip_options "source route to the gateway" "${e[@]}" ip4 src $T1 dst $GW \
		opt 830704c633640100 udp 1 7777
	drop ip_options "routing header type 0" "${e[@]}" ip6 src $T1_6 dst $T2_6 \
		ext 43 000100000000"$("$T_PKT" hex addr 2001:db8:99::1)" udp 1 7777
	drop ip_options "routing header type 0 behind another header" "${e[@]}" ip6 src $T1_6 dst $T2_6 \
		ext 60 010400000000 ext 43 000100000000"$("$T_PKT" hex addr 2001:db8:99::1)" udp 1 7777
}

ethertypes()
{
	local e=(eth dst "$PORT_MAC") ip=(ip4 src "$T1" dst "$T2" udp 1 7777 text tagged)
	local ip6=(ip6 src "$T1_6" dst "$T2_6" udp 1 7777 text tagged)

	capture_start h2 h2 eth0 "not arp and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 137)"
	drop ethertype "VLAN 5" "${e[@]}" vlan 5 "${ip[@]}"
	drop ethertype "VLAN 5, IPv6" "${e[@]}" vlan 5 "${ip6[@]}"
	drop ethertype "802.1ad" "${e[@]}" vlan 5 tpid 0x88a8 "${ip[@]}"
	drop ethertype "VLAN 0 and 5" "${e[@]}" vlan 0 vlan 5 "${ip[@]}"
	drop ethertype "VLAN 5 and 6" "${e[@]}" vlan 5 vlan 6 "${ip[@]}"
	drop ethertype "VLAN 5, ARP" eth vlan 5 arp 1 $MAC1 $T1 00:00:00:00:00:00 $GW
	drop ethertype "MPLS" "${e[@]}" mpls 100 "${ip[@]}"
	drop ethertype "an unknown type" "${e[@]}" type 0x88b5 "${ip[@]}"
	drop ethertype "802.3 with LLC (spanning tree)" len dst 01:80:c2:00:00:00 hex 424203 fill 43 x
	drop ethertype "802.3 with SNAP" len dst "$PORT_MAC" hex aaaa030000000800 "${ip[@]}"
	drop ethertype "LLDP" eth dst 01:80:c2:00:00:0e type 0x88cc fill 46 x
	drop ethertype "PPPoE" "${e[@]}" type 0x8863 fill 46 x
	capture_stop h2
	t_is "nothing of it arrives anywhere" "$(capture_text h2)" ""
}

test_attacks()
{
	local before after

	idle_start
	port_add p1 subnet s1 address $T1 address $T1_6
	port_add p2 subnet s2 address $T2 address $T2_6
	PORT_MAC=$(mac R p1)
	# What the address would be, were the host to give itself one there.
	LINK_LOCAL=$(printf 'fe80::%x:%xff:fe%s:%s' \
		$((16#${PORT_MAC:0:2} * 256 + 16#${PORT_MAC:3:2} ^ 0x200)) "0x${PORT_MAC:6:2}" \
		"${PORT_MAC:9:2}" "${PORT_MAC:12:2}${PORT_MAC:15:2}")
	wait_for 30 listening R t 7777
	wait_for 30 listening R u 7777
	settled
	fence h2 10.0.2.1

	capture_start out out eth0
	before=$(host_counters)
	scan
	neighbours
	claims
	spoofs
	ethertypes
	settled
	after=$(host_counters)
	t_is "no counter of the host's stack has moved" \
		"$(diff <(echo "$before") <(echo "$after"))" ""
	capture_stop out
	t_is "nothing of it leaves the host elsewhere" \
		"$(capture_text out "not ether src $(mac out eth0)")" ""
	t_is "nobody was heard" "$(cat "$T_DIR/heard" 2>/dev/null)" ""
	# That these counters and listeners see anything at all:
	must ns out "$T_PKT" udp -c 1 198.51.100.1 7777
	check "the host hears its own neighbour" wait_for 20 test -s "$T_DIR/heard"
	t_num "and counts it" "$(snmp R UdpInDatagrams Udp6InDatagrams)" -ge 1
	idle_end
}

# --- what an administrator may do by mistake --------------------------------------------

# A command on a bound device is refused, or the device is down afterwards.
held()
{
	local text=$1

	shift
	if r "$@" >"$T_DIR/held.out" 2>&1 && is_up p1; then
		t_fail "$text"
	else
		t_ok "$text"
	fi
}

is_up()
{
	r ip link show dev "$1" | grep -q '[<,]UP[,>]'
}

made()
{
	r ip link add "$@" 2>/dev/null
}

test_bound()
{
	local kind before

	check "the port is up" is_up p1
	held "no IPv4 address on a port" ip addr add 10.66.0.1/24 dev p1
	held "no IPv6 address on a port" ip addr add fd00:66::1/64 dev p1
	held "no link-local address on a port" ip addr add fe80::66/64 dev p1
	for kind in bridge vrf; do
		# shellcheck disable=SC2046
		if made m0 type $kind $([ $kind = bridge ] || echo table 66); then
			held "no $kind over a port" ip link set p1 master m0
			must r ip link del m0
		else
			t_skip "no $kind over a port" "not in this kernel"
		fi
	done
	for kind in vlan macvlan ipvlan; do
		# shellcheck disable=SC2046
		if made link o0 name u0 type $kind $([ $kind != vlan ] || echo id 5); then
			must r ip link del u0
			# shellcheck disable=SC2046
			held "no $kind on a port" \
				ip link add link p1 name u0 type $kind $([ $kind != vlan ] || echo id 5)
		else
			t_skip "no $kind on a port" "not in this kernel"
		fi
	done
	check "it still works" ns h1 ping -q -c 1 -W 20 $T2
	t_is "the port has no address" "$(r ip -o addr show dev p1)" ""

	# The host does not speak to tenants, even when told to.
	before=$(drops a host_stack)
	capture_start quiet h1 eth0 "not ether src $MAC1 and not src host $GW and not src host $GW_6"
	must r ip route add 203.0.113.0/24 dev p1
	must r ip -6 route add 2001:db8:66::/64 dev p1
	r "$T_PKT" udp -c 1 203.0.113.1 9 >/dev/null 2>&1
	r "$T_PKT" udp -c 1 2001:db8:66::1 9 >/dev/null 2>&1
	settled
	capture_stop quiet
	t_is "a route of the host to a port carries nothing" \
		"$(capture_text quiet)" ""
	t_num "which is counted as host_stack" "$(($(drops a host_stack) - before))" -ge 2
	must r ip route del 203.0.113.0/24 dev p1
	must r ip -6 route del 2001:db8:66::/64 dev p1
}

test_bind_refused()
{
	host_new x x0
	must r ip link set x0 up
	must r ip addr add 10.66.0.1/24 dev x0
	expect_error "10.66.0.1" "a device with an IPv4 address is refused" \
		port add x0 subnet s9 address 10.0.9.20
	must r ip addr flush dev x0
	must r ip addr add fd00:66::1/64 dev x0 nodad
	expect_error "fd00:66::1" "a device with an IPv6 address is refused" \
		port add x0 subnet s9 address 10.0.9.20
	must r ip addr flush dev x0
	expect_error "no device named nodev" "a device that is not there is refused" \
		port add nodev subnet s9 address 10.0.9.20
	expect_error "Ethernet" "loopback is refused" port add lo subnet s9 address 10.0.9.20
	expect_error "already a port of VPC a" "a bound device is refused" \
		port add p1 subnet s9 address 10.0.9.20
	if made m1 type bridge; then
		must r ip link set x0 master m1
		expect_error "belongs to m1" "a device with a master is refused" \
			port add x0 subnet s9 address 10.0.9.20
		must r ip link del m1
	else
		t_skip "a device with a master is refused" "no bridge in this kernel"
	fi
	if made link x0 name x0.5 type vlan id 5; then
		expect_error "on top of it" "a device with a VLAN is refused" \
			port add x0 subnet s9 address 10.0.9.20
		must r ip link del x0.5
	else
		t_skip "a device with a VLAN is refused" "no VLAN in this kernel"
	fi
	check "a refused device is as it was" is_up x0
	check "free of all that it is bound" vpc port add x0 subnet s9 address 10.0.9.20
}

# --- after the port --------------------------------------------------------------------------

# gone TEXT PORT ARGS...: that command leaves the port down, and its tenant alone.
gone()
{
	local text=$1 port=$2 before

	shift 2
	check "$text: up before" is_up "$port"
	vpc "$@" >/dev/null
	check_fail "$text: the device is down when the command returns" is_up "$port"
	before=$(host_counters)
	# Its carrier is gone: the tenant may try what it likes.
	ns h1 "$T_PKT" send -c 10 eth0 eth dst "$PORT_MAC" \
		ip4 src $T1 dst 198.51.100.1 udp 1 7777 text late >/dev/null 2>&1
	ns h1 ping -q -c 2 -i 0.2 -W 1 198.51.100.1 >/dev/null 2>&1
	t_is "$text: the tenant reaches nothing of the host" \
		"$(diff <(echo "$before") <(host_counters))" ""
}

test_unbound()
{
	gone "port del" p1 port del p1
	t_is "the device has no addresses" "$(r ip -o addr show dev p1)" ""
	port_add p1 subnet s1 address $T1 address $T1_6
	check "it can be bound again" ns h1 ping -q -c 1 -W 30 $GW
	gone "flush" p1 flush
	check_fail "flush: every port is down" is_up p2
	check_fail "flush: idle ones too" is_up p9
	t_is "nothing is left" "$(vpc -json vpc show | jq length)$(vpc -json port show | jq length)" 00
	t_is "nobody was heard late" "$(grep -c late "$T_DIR/heard")" 0
}

setup
test_attacks
test_bound
test_bind_refused
test_unbound
t_end
