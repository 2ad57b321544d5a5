#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP that the module sends: which error, from which address, into which VPC, and
# when none; hop counts, MTU, fragmentation, the rate limit.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "ICMP errors, hop count, MTU"
t_need ping traceroute socat

# VPCs a and b are equal; VPC c is a peer of a. Hosts: a1 a2 b1 b2 c1, host X on
# port pX. The ports of a2 and b2 have an MTU of 1400.
A1=10.0.1.10 A2=10.0.2.10 C1=10.9.1.10 GW=10.0.1.1
A1_6=fd00:a:1::10 A2_6=fd00:a:2::10 C1_6=fd00:c:1::10 GW_6=fd00:a:1::1

setup()
{
	local v

	router_new
	for v in a b; do
		vpc_ok vpc add "$v" cidr 10.0.0.0/16 cidr fd00:a::/32
		vpc_ok subnet add "${v}1" vpc "$v" cidr 10.0.1.0/24 cidr fd00:a:1::/64
		vpc_ok subnet add "${v}2" vpc "$v" cidr 10.0.2.0/24 cidr fd00:a:2::/64
		host_new "${v}1" "p${v}1" $A1/24 $A1_6/64 via $GW via $GW_6
		host_new "${v}2" "p${v}2" $A2/24 $A2_6/64 via 10.0.2.1 via fd00:a:2::1 mtu 1400
		port_add "p${v}1" subnet "${v}1" address $A1 address $A1_6
		port_add "p${v}2" subnet "${v}2" address $A2 address $A2_6
	done
	vpc_ok vpc add c cidr 10.9.0.0/16 cidr fd00:c::/32
	vpc_ok subnet add c1 vpc c cidr 10.9.1.0/24 cidr fd00:c:1::/64
	host_new c1 pc1 $C1/24 $C1_6/64 via 10.9.1.1 via fd00:c:1::1
	port_add pc1 subnet c1 address $C1 address $C1_6
	vpc_ok peering add a-c vpc a peer c
	vpc_ok route add 10.9.0.0/16 vpc a via peering a-c
	vpc_ok route add fd00:c::/32 vpc a via peering a-c
	vpc_ok route add 10.0.0.0/16 vpc c via peering a-c
	vpc_ok route add fd00:a::/32 vpc c via peering a-c
	GW_MAC=$(mac R pa1)
	for v in a1 a2 b1 b2; do
		must ns "$v" ping -q -c 1 -W 30 "$(gw_of "$v")"
	done
}

gw_of()
{
	case $1 in
	*1) echo $GW ;;
	*2) echo 10.0.2.1 ;;
	esac
}

# frame LAYER...: a raw frame of a1 towards its gateway.
frame()
{
	must ns a1 "$T_PKT" send "${COUNT[@]}" eth0 eth dst "$GW_MAC" "$@"
}
COUNT=()

# --- traceroute --------------------------------------------------------------------

hops()
{
	traceroute_out=$(ns a1 traceroute -n -q 1 -N 1 -w 20 -m 6 "$@" 2>&1 | sed 1d |
		awk '{ printf "%s ", $2 }')
}

test_traceroute()
{
	capture_start b1 b1 eth0 "icmp or udp or icmp6"
	capture_start b2 b2 eth0 "icmp or udp or (icmp6 and ip6[40] < 128)"
	hops $A2
	t_is "traceroute to another subnet" "$traceroute_out" "$GW $A2 "
	hops -6 $A2_6
	t_is "traceroute to another subnet, IPv6" "$traceroute_out" "$GW_6 $A2_6 "
	hops -I $C1
	t_is "traceroute to a peer" "$traceroute_out" "$GW $C1 "
	hops -6 -I $C1_6
	t_is "traceroute to a peer, IPv6" "$traceroute_out" "$GW_6 $C1_6 "
	check "the hop limit is exceeded in VPC a" ping_says a1 "Time to live exceeded" "$GW" -t 1 $A2
	check "the hop limit is exceeded in VPC a, IPv6" \
		ping_says a1 "Time exceeded: Hop limit" "$GW_6" -t 1 $A2_6
	capture_stop b1
	capture_stop b2
	t_is "the equal host of the other VPC gets no error" \
		"$(capture_count b1 'icmp or udp or (icmp6 and ip6[40] < 128)')" 0
	t_is "and no probe" "$(capture_count b2)" 0
	check "VPC b has errors of its own" ping_says b1 "Time to live exceeded" "$GW" -t 1 $A2
}

# ping_says HOST WORDS FROM ARGS...: an echo request brings an error WORDS from FROM.
ping_says()
{
	local host=$1 words=$2 from=$3 out

	shift 3
	out=$(ns "$host" ping -n -c 1 -W 20 "$@" 2>&1)
	echo "$out"
	grep -F "From $from " <<<"$out" | grep -qF "$words"
}

# --- where there is no way -----------------------------------------------------------

test_unreachable()
{
	local before a n=0

	for a in blackhole unreachable prohibit; do
		n=$((n + 1))
		vpc_ok route add "203.0.$n.0/24" vpc a via "$a"
		vpc_ok route add "2001:db8:$n::/48" vpc a via "$a"
	done
	capture_start err a1 eth0 "icmp or icmp6"
	# name in the stats, IPv4 and IPv6 destination
	while read -r a dst4 dst6; do
		before=$(drops a "$a")
		frame ip4 src $A1 dst "$dst4" udp 7 1000 text x
		frame ip6 src $A1_6 dst "$dst6" udp 7 1000 text x
		fence a1 $GW
		t_is "$a is counted" "$(($(drops a "$a") - before))" 2
	done <<-EOT
		no_route 198.51.100.1 2001:db8:ffff::1
		no_endpoint 10.0.2.99 fd00:a:2::99
		blackhole 203.0.1.1 2001:db8:1::1
		unreachable 203.0.2.1 2001:db8:2::1
		prohibit 203.0.3.1 2001:db8:3::1
	EOT
	capture_stop err

	# destination, type and code for IPv4, type and code for IPv6
	while read -r a dst4 code4 dst6 code6; do
		t_is "$a: error for IPv4" "$(errors4 "$dst4")" "$code4"
		t_is "$a: error for IPv6" "$(errors6 "$dst6")" "$code6"
	done <<-EOT
		no_route 198.51.100.1 3/0 2001:db8:ffff::1 1/0
		no_endpoint 10.0.2.99 3/1 fd00:a:2::99 1/3
		blackhole 203.0.1.1 none 2001:db8:1::1 none
		unreachable 203.0.2.1 3/1 2001:db8:2::1 1/0
		prohibit 203.0.3.1 3/13 2001:db8:3::1 1/1
	EOT
	t_is "every error comes from the gateway of the sender's subnet" \
		"$(capture_count err "(icmp[0] = 3 and not src host $GW) or (icmp6 and ip6[40] < 128 and not src host $GW_6)")" 0
	t_is "every error has a right checksum" \
		"$(capture_text err -v "icmp[0] = 3 or (icmp6 and ip6[40] < 128)" | grep -ci 'wrong\|bad')" 0

	check "the sender understands: net unreachable" \
		ping_says a1 "Destination Net Unreachable" $GW 198.51.100.1
	check "the sender understands: host unreachable" \
		ping_says a1 "Destination Host Unreachable" $GW 10.0.2.99
	check "the sender understands: prohibited" ping_says a1 "Packet filtered" $GW 203.0.3.1
	check "the sender understands: no route, IPv6" \
		ping_says a1 "Destination unreachable: No route" $GW_6 2001:db8:ffff::1
	check "the sender understands: address unreachable, IPv6" \
		ping_says a1 "Destination unreachable: Address unreachable" $GW_6 fd00:a:2::99
	check "the sender understands: prohibited, IPv6" \
		ping_says a1 "Destination unreachable: Administratively prohibited" $GW_6 2001:db8:3::1
}

# errors4 DST, errors6 DST: type/code of the error whose quote is a packet to DST.
errors4()
{
	codes "icmp and icmp[0] = 3 and icmp[24:4] = 0x$("$T_PKT" hex addr "$1")" 34
}

errors6()
{
	local hex

	hex=$("$T_PKT" hex addr "$1")
	codes "icmp6 and ip6[40] < 128 and ip6[72:4] = 0x${hex:0:8} and ip6[76:4] = 0x${hex:8:8} and ip6[84:4] = 0x${hex:24:8}" 54
}

# codes FILTER OFFSET: the bytes at OFFSET of the frames, "type/code", or "none".
codes()
{
	local hex

	case $(capture_count err "$1") in
	0) echo none; return ;;
	1) ;;
	*) echo several; return ;;
	esac
	hex=$(capture_text err -t -xx "$1" | grep -v '^[^[:space:]]' | sed 's/.*: *//' | tr -d ' \n')
	echo "$((16#${hex:$((2 * $2)):2}))/$((16#${hex:$((2 * $2 + 2)):2}))"
}

# --- MTU ---------------------------------------------------------------------------------

mtu_learned()
{
	ns "$1" ip route get "$2" | grep -qw "mtu $3"
}

test_mtu()
{
	local before v

	before=$(drops a mtu)
	check "IPv4 with DF: fragmentation needed, from the gateway, with the MTU" \
		ping_says a1 "(mtu = 1400)" $GW -M "do" -s 1472 $A2
	check "the sender learns it" mtu_learned a1 $A2 1400
	check "IPv6: packet too big, from the gateway, with the MTU" \
		ping_says a1 "Packet too big: mtu=1400" $GW_6 -M "do" -s 1452 $A2_6
	check "the sender learns it, IPv6" mtu_learned a1 $A2_6 1400
	t_is "both are counted" "$(($(drops a mtu) - before))" 2
	check "the equal host of the other VPC learns nothing" \
		fails mtu_learned b1 $A2 1400
	check "nor for IPv6" fails mtu_learned b1 $A2_6 1400
	check "a packet of the MTU passes" ns a1 ping -q -M "do" -c 1 -W 20 -s 1372 $A2
	check "a packet of the MTU passes, IPv6" ns a1 ping -q -M "do" -c 1 -W 20 -s 1352 $A2_6
	# b1 does not know yet: one byte too many is refused, the MTU itself is not.
	check "a packet of the MTU passes at once" ns b1 ping -q -M "do" -c 1 -W 20 -s 1372 $A2
	check "one byte more does not" ping_says b1 "(mtu = 1400)" $GW -M "do" -s 1373 $A2
}

fails()
{
	! "$@"
}

# IPv4 without DF is fragmented for the smaller MTU.
test_fragmentation()
{
	must ns a1 ip route flush cache
	capture_start frag a2 eth0 "ip[6:2] & 0x3fff != 0"
	bg got a2 socat -u UDP4-RECV:6000 "CREATE:$T_DIR/got"
	wait_for 30 listening a2 u 6000
	awk 'BEGIN { for (i = 0; i < 1472 / 8; i++) printf "%07d\n", i }' >"$T_DIR/want"
	# The kernel would honour what it has learned: written by hand.
	frame ip4 src $A1 dst $A2 id 4242 udp 4000 6000 text "$(cat "$T_DIR/want")"
	check "IPv4 without DF arrives over a smaller MTU" wait_for 30 has_size "$T_DIR/got" 1471
	bg_stop got
	capture_stop frag
	t_is "as it was sent" "$(cat "$T_DIR/got")" "$(cat "$T_DIR/want")"
	t_is "in two fragments" "$(capture_count frag)" 2
	t_is "of the same id" "$(capture_count frag 'ip[4:2] = 4242')" 2
	t_is "none larger than the MTU" "$(capture_count frag 'greater 1415')" 0
	check "a large echo without DF comes back" ping_all b1 2 -M dont -s 3000 $A2
	# a1 knows the MTU since test_mtu.
	check "fragments of the sender itself pass, IPv6" ping_all a1 2 -s 3000 $A2_6
}

has_size()
{
	[ "$(stat -c %s "$1" 2>/dev/null)" = "$2" ]
}

# --- hop count ------------------------------------------------------------------------------

test_ttl()
{
	host_new a3 pa3 10.0.1.11/24 fd00:a:1::11/64 via $GW via $GW_6
	port_add pa3 subnet a1 address 10.0.1.11 address fd00:a:1::11
	must ns a3 ping -q -c 1 -W 20 $GW
	local to host dst4 dst6

	while read -r host to dst4 dst6; do
		capture_start ttl "$host" eth0 "ip[8] = 32 or ip6[7] = 32"
		frame ip4 src $A1 dst "$dst4" ttl 33 udp 4000 9 text x
		frame ip6 src $A1_6 dst "$dst6" hop 33 udp 4000 9 text x
		fence a1 "$dst4"
		fence a1 "$dst6"
		capture_stop ttl
		t_is "the TTL is lowered by one, $to" "$(capture_count ttl "ip and src host $A1")" 1
		t_is "the hop limit is lowered by one, $to" \
			"$(capture_count ttl "ip6 and src host $A1_6")" 1
	done <<-EOT
		a3 within_a_subnet 10.0.1.11 fd00:a:1::11
		a2 between_subnets $A2 $A2_6
		c1 over_a_peering $C1 $C1_6
	EOT
	check "a TTL of 2 arrives" ns a1 ping -q -c 1 -W 20 -t 2 $A2
	check "a hop limit of 2 arrives" ns a1 ping -q -c 1 -W 20 -t 2 $A2_6
}

# --- no error ---------------------------------------------------------------------------------

# Packets that would be worth an error but for what they are.
test_no_error()
{
	local before quote

	before=$(drops a ttl)
	capture_start none a1 eth0 "icmp or icmp6"
	quote=$("$T_PKT" hex ip4 src $A2 dst $A1 udp 1 2)
	frame ip4 src $A1 dst $A2 ttl 1 icmp 3 1 hex "$quote"
	frame ip4 src $A1 dst $A2 ttl 1 icmp 11 0 hex "$quote"
	frame ip4 src $A1 dst $A2 ttl 1 icmp 5 0 hex "$quote"
	frame ip4 src $A1 dst $A2 ttl 1 icmp 99 0
	frame ip4 src $A1 dst $A2 ttl 1 id 9 off 64 proto 17 fill 64 x
	frame ip4 src $A1 dst 198.51.100.9 icmp 3 1 hex "$quote"
	quote=$("$T_PKT" hex ip6 src $A2_6 dst $A1_6 udp 1 2)
	frame ip6 src $A1_6 dst $A2_6 hop 1 icmp6 1 0 hex "$quote"
	frame ip6 src $A1_6 dst $A2_6 hop 1 icmp6 2 0 00000500 hex "$quote"
	frame ip6 src $A1_6 dst $A2_6 hop 1 icmp6 3 0 hex "$quote"
	frame ip6 src $A1_6 dst $A2_6 hop 1 cut6 64 1 99 udp 1 2 fill 200 x
	t_is "all of these are dropped" "$(($(ttl_drops 9) - before))" 9
	before=$(drops a multicast)
	must ns a1 "$T_PKT" send eth0 eth dst 01:00:5e:00:00:05 ip4 src $A1 dst 224.0.0.5 ttl 1 udp 1 2
	frame ip4 src $A1 dst 224.0.0.5 ttl 1 udp 1 2
	frame ip4 src $A1 dst 255.255.255.255 ttl 1 udp 1 2
	must ns a1 "$T_PKT" send eth0 eth dst 33:33:00:00:00:05 \
		ip6 src $A1_6 dst ff02::5 hop 1 udp 1 2
	frame ip6 src $A1_6 dst ff0e::5 hop 1 udp 1 2
	fence a1 $GW
	t_num "multicast is dropped" "$(($(drops a multicast) - before))" -ge 5
	# That the way for errors is open:
	frame ip4 src $A1 dst $A2 ttl 1 udp 1 2
	frame ip6 src $A1_6 dst $A2_6 hop 1 udp 1 2
	fence a1 $GW
	capture_stop none
	t_is "no error for errors, later fragments, multicast" \
		"$(capture_count none "src host $GW and (icmp[0] = 3 or icmp[0] = 11)")" 1
	t_is "no error for errors, later fragments, multicast, IPv6" \
		"$(capture_count none "icmp6 and ip6[40] < 128 and src host $GW_6")" 1
}

# ttl_drops N: the counter, when what was sent before has been handled.
ttl_drops()
{
	must ns a1 ping -q -c 1 -W 30 $GW
	drops a ttl
}

# --- the rate limit -----------------------------------------------------------------------------

# No more than 100 at once and 1000 per second.
test_rate()
{
	local start end answers limited ttl n=5000 bound

	must ns a1 ping -q -c 1 -W 30 $GW
	limited=$(drops a icmp_limit)
	ttl=$(drops a ttl)
	capture_start rate a1 eth0 "icmp[0] = 11"
	COUNT=(-c "$n")
	start=$("$T_PKT" now)
	frame ip4 src $A1 dst $A2 ttl 1 udp 1 2
	end=$("$T_PKT" now)
	COUNT=()
	wait_for 60 all_dropped $((ttl + n))
	capture_stop rate
	answers=$(capture_count rate)
	limited=$(($(drops a icmp_limit) - limited))
	# A second more, for what the emulator's clock may be off.
	bound=$((100 + (end - start) / 1000000 + 1000))
	t_note "$n packets in $(((end - start) / 1000000)) ms: $answers errors"
	t_num "there are errors" "$answers" -ge 50
	t_num "a flood brings no flood of errors" "$answers" -le "$bound"
	t_is "those left out are counted" "$((answers + limited))" "$n"
	t_is "and every packet has its reason" "$(($(drops a ttl) - ttl))" "$n"
	check "the limit is of the port: another one has its errors" \
		ping_says a2 "Time to live exceeded" 10.0.2.1 -t 1 $A1
	check "and it ends" wait_for 30 ping_says a1 "Time to live exceeded" $GW -t 1 $A2
}

all_dropped()
{
	[ "$(drops a ttl)" -ge "$1" ]
}

setup
test_traceroute
test_unreachable
test_mtu
test_fragmentation
test_ttl
test_no_error
test_rate
t_end
