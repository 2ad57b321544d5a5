#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a VPN gateway limits and what it tells others: bandwidth, MSS, prefixes of policy mode,
# routes that are published while they work. IPv6 outside, VPCs with the same addresses,
# BFD through a tunnel. Keys by hand.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-ipsec.sh"
. "${0%/*}/../lib-bfd.sh"
t_begin "IPsec: limits, publishing, addresses"
t_need ping nc "$T_BFD"

LAN4=172.16.1.1 LAN6=fd00:ac:1::1
PACKETS=1000 SIZE=1000

setup()
{
	router_new
	underlay_new
	side 1
	customer_new 1
	customer_new 2
	gateway_new g vpc a inside 10.255.0.1
	conn_new t1 g 1
	conn_routes t1 g 1 publish
	keys t1 1
}

# --- bandwidth ------------------------------------------------------------------------

got()
{
	ns c1 nft -j list table inet seen | jq '.. | .counter? | .packets? // empty'
}

us()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

# At most what the rate allows in the time that it took, and a burst; all else is counted.
bandwidth()
{
	local before begin end dropped got limit

	must ns c1 nft 'add table inet seen; add chain inet seen in { type filter hook input priority 0; };
		add rule inet seen in udp dport 9 counter drop'
	vpc_ok vpn-gateway set g bandwidth 1mbit
	before=$(drops a bandwidth)
	begin=$(us)
	must ns ha "$T_PKT" udp -c $PACKETS -i 100 -s $SIZE $LAN4 9
	end=$(us)
	fence ha 10.1.1.1
	dropped=$(drop_gain a bandwidth "$before")
	must wait_for 60 all_but "$dropped"
	got=$(got)
	# A bit per microsecond; a fifth of a second is ten times the burst and what a CPU holds.
	limit=$(((end - begin + 200000) / (8 * SIZE) + 2))
	t_num "more than the bandwidth: $got of $PACKETS packets pass, at most" "$got" -le "$limit"
	t_num "some pass" "$got" -ge 2
	t_num "the others are dropped for that reason" "$dropped" -eq $((PACKETS - got))

	must ns c1 nft flush chain inet seen in
	must ns c1 nft add rule inet seen in udp dport 9 counter drop
	vpc_ok vpn-gateway set g bandwidth 0
	before=$(drops a bandwidth)
	must ns ha "$T_PKT" udp -c $PACKETS -i 100 -s $SIZE $LAN4 9
	check "without a limit all pass" wait_for 60 all_but 0
	t_num "and none is dropped" "$(drop_gain a bandwidth "$before")" -eq 0

	# What comes in has its own.
	vpc_ok vpn-gateway set g bandwidth 1mbit
	capture_start in ha eth0 -s 80 'udp dst port 9'
	before=$(drops a bandwidth)
	begin=$(us)
	must ns c1 "$T_PKT" udp -c $PACKETS -i 100 -s $SIZE 10.1.1.10 9
	end=$(us)
	check "a ping gets through meanwhile, sooner or later" wait_for 60 pings c1 10.1.1.10
	capture_stop in
	got=$(capture_count in)
	limit=$(((end - begin + 200000) / (8 * SIZE) + 2))
	t_num "coming in: $got pass, at most" "$got" -le "$limit"
	t_num "coming in: some pass" "$got" -ge 2
	t_num "coming in: the others are dropped" \
		"$(drop_gain a bandwidth "$before")" -ge $((PACKETS - got))
	vpc_ok vpn-gateway set g bandwidth 0
}

all_but()
{
	[ "$(got)" = $((PACKETS - $1)) ]
}

# --- MSS --------------------------------------------------------------------------------

# mss TEXT OUT IN: what the other end sees in SYNs of the VPC, and the VPC in its
mss()
{
	local text=$1 addr syn='tcp[13] & 2 != 0 or (ip6 and ip6[6] = 6 and ip6[53] & 2 != 0)'

	capture_start there c1 eth0 "$syn"
	capture_start here ha eth0 "($syn) and dst port 99"
	for addr in $LAN4 $LAN6; do
		ns ha nc -w 1 -z "$addr" 98 >/dev/null 2>&1
	done
	for addr in 10.1.1.10 fd00:1:0:1::10; do
		ns c1 nc -w 1 -z "$addr" 99 >/dev/null 2>&1
	done
	fence ha 10.1.1.1
	capture_stop there
	capture_stop here
	t_is "$text: SYN out" "$(capture_text there 'dst port 98' | told)" "$2"
	t_is "$text: SYN in" "$(capture_text here | told)" "$3"
}

told()
{
	grep -o 'mss [0-9]*' | sort -ru | paste -sd' '
}

clamp()
{
	# The other end asks for as much with IPv6, going by the IPv4 outside.
	mss "without a clamp" "mss 1460 mss 1440" "mss 1460"
	vpc_ok vpn-gateway set g mss-clamp on
	# 1446 bytes fit, see ipsec.sh.
	mss "clamped" "mss 1406 mss 1386" "mss 1406 mss 1386"
	vpc_ok vpn-gateway set g mss-clamp off
	mss "no more" "mss 1460 mss 1440" "mss 1460"
}

# --- policy mode ----------------------------------------------------------------------------

pairs()
{
	vpc_ok ipsec add p1 gateway g customer c2 mode policy local 10.1.0.0/16 remote 172.30.0.0/16
	keep
	refuse p1 172.30.0.0/16 -- ipsec add p2 gateway g customer c1 mode policy \
		local 10.1.0.0/16 remote 172.30.0.0/16
	refuse p1 -- ipsec add p2 gateway g customer c1 mode policy local 10.1.0.0/16 \
		remote 172.29.0.0/16 remote 172.30.0.0/16
	refuse "policy mode" -- route add 172.31.0.0/16 gateway g via ipsec p1
	check "a longer prefix is another pair" vpc ipsec add p2 gateway g customer c1 mode policy \
		local 10.1.0.0/16 remote 172.30.1.0/24
	vpc_ok ipsec del p2
	vpc_ok ipsec del p1
}

# --- publishing ---------------------------------------------------------------------------

published()
{
	[ "$(get '[.[] | select(.dst == "172.20.0.0/16")] | length' route show vpc a)" = "$1" ]
}

# While the connection is down, the shorter route has its packets.
healthy()
{
	local before

	must ip -n "$T_ID.c1" addr add 172.20.0.1/32 dev lan
	must ip -n "$T_ID.c1" xfrm policy add src 172.20.0.0/16 dst 10.0.0.0/8 dir out \
		tmpl src 192.0.2.11 dst $WAN proto esp reqid 1 mode tunnel
	must ip -n "$T_ID.c1" xfrm policy add src 10.0.0.0/8 dst 172.20.0.0/16 dir in \
		tmpl src $WAN dst 192.0.2.11 proto esp reqid 1 mode tunnel
	vpc_ok route add 172.16.0.0/12 vpc a via blackhole
	vpc_ok route add 172.20.0.0/16 gateway g via ipsec t1 publish healthy
	check "published while healthy" ping_all ha 2 172.20.0.1 -p "$MARKER_HEX"
	must r ip xfrm state flush
	check "withdrawn when it is not" wait_for 60 published 0
	before=$(drops a blackhole)
	probe ha 172.20.0.1
	t_num "packets take the shorter route" "$(drop_gain a blackhole "$before")" -eq 3
	# One that is published in any case stays, and drops.
	before=$(drops a nexthop_down)
	probe ha $LAN4
	t_num "what is published in any case stays" "$(drop_gain a nexthop_down "$before")" -eq 3
	keys_in t1 1
	sa R $WAN 192.0.2.11 "$(spi_out 1)" if_id "$(if_id t1)"
	check "published again" wait_for 60 published 1
	check "and carries" ping_all ha 2 172.20.0.1 -p "$MARKER_HEX"
	vpc_ok route del 172.20.0.0/16 gateway g
	t_is "gone with the gateway's route" "$(get '[.[] | select(.dst == "172.20.0.0/16")] | length' \
		route show vpc a)" 0
}

# --- addresses ----------------------------------------------------------------------------

# VPC z has the addresses of a, behind a gateway of its own to the second customer.
overlap()
{
	vpc_ok vpc add z cidr 10.1.0.0/16 account 2
	vpc_ok subnet add sz vpc z cidr 10.1.1.0/24
	host_new hz pz 10.1.1.10/24 via 10.1.1.1 quiet
	port_add pz subnet sz address 10.1.1.10 lladdr "$(mac hz eth0)"
	gateway_new gz vpc z
	conn_new tz gz 2
	vpc_ok route add 172.16.0.0/16 gateway gz via ipsec tz publish
	keys tz 2
	capture_start at-a ha eth0 "icmp[0] == 8"
	capture_start at-z hz eth0 "icmp[0] == 8"
	check "the same address in two VPCs: the first customer" \
		ping_all c1 3 10.1.1.10 -I $LAN4 -p "$MARKER_HEX"
	check "the second one" ping_all c2 2 10.1.1.10 -I 172.16.2.1 -p "$MARKER_HEX"
	capture_stop at-a
	capture_stop at-z
	t_is "each has reached its own VPC" \
		"$(capture_count at-a "src host $LAN4") $(capture_count at-a) $(capture_count at-z 'src host 172.16.2.1') $(capture_count at-z)" \
		"3 3 2 2"
	# In the other VPC, the very addresses of the first customer.
	must ip -n "$T_ID.c2" addr add $LAN4/32 dev lan
	must ip -n "$T_ID.c2" xfrm policy add src $LAN4/32 dst 10.0.0.0/8 dir out \
		tmpl src 192.0.2.12 dst $WAN proto esp reqid 1 mode tunnel
	must ip -n "$T_ID.c2" xfrm policy add src 10.0.0.0/8 dst $LAN4/32 dir in \
		tmpl src $WAN dst 192.0.2.12 proto esp reqid 1 mode tunnel
	capture_start at-c2 U u2 "src host $WAN and ip proto 50"
	capture_start at-c1 U u1 "src host $WAN and ip proto 50"
	check "the same addresses on both sides" ping_all hz 2 $LAN4 -p "$MARKER_HEX"
	check "and in the first VPC" ping_all ha 3 $LAN4 -p "$MARKER_HEX"
	capture_stop at-c1
	capture_stop at-c2
	t_is "each through its own connection" "$(capture_count at-c1) $(capture_count at-c2)" "3 2"
	vpc_ok route del 172.16.0.0/16 gateway gz
	vpc_ok ipsec del tz
}

# ESP over IPv6.
outside6()
{
	local id us=fd00:ffff::1 them=fd00:ffff::12 where end tmpl

	must r ip xfrm state deleteall dst 192.0.2.12
	must r ip xfrm state deleteall src 192.0.2.12
	must ns c2 ip xfrm state flush
	must ns c2 ip xfrm policy flush
	vpc_ok vpn-gateway add g6 vpc a local $us
	vpc_ok customer-gateway add c26 address $them
	vpc_ok ipsec add t6 gateway g6 customer c26
	vpc_ok route add 172.16.2.0/24 gateway g6 via ipsec t6 publish
	vpc_ok route add fd00:ac:2::/64 gateway g6 via ipsec t6 publish
	id=$(if_id t6)
	sa R $us $them 0x61 if_id "$id"
	sa R $them $us 0x62 if_id "$id"
	sa c2 $us $them 0x61
	sa c2 $them $us 0x62
	tmpl="proto esp reqid 1 mode tunnel"
	for end in "0.0.0.0/0 172.16.2.0/24" "::/0 fd00:ac:2::/64"; do
		where=${end% *}
		must r ip xfrm policy add src "$where" dst "$where" dir out if_id "$id" \
			tmpl src $us dst $them proto esp reqid 1 mode tunnel
		must ip -n "$T_ID.c2" -batch - <<-END
			xfrm policy add src ${end#* } dst $where dir out tmpl src $them dst $us $tmpl
			xfrm policy add src $where dst ${end#* } dir in tmpl src $us dst $them $tmpl
		END
	done
	conn_wait t6 negotiated
	capture_start six U u0 "ip6 proto 50"
	check "IPv6 outside: ping" ping_all ha 3 172.16.2.1 -p "$MARKER_HEX"
	check "IPv6 outside: IPv6 inside" ping_all ha 3 fd00:ac:2::1 -p "$MARKER_HEX"
	check "IPv6 outside: from the other end" ping_all c2 2 10.1.1.10 -I 172.16.2.1
	check "IPv6 outside: fragments" ping_all ha 1 172.16.2.1 -s 3000 -M dont -p "$MARKER_HEX"
	capture_stop six
	t_num "IPv6 outside: it is ESP over IPv6" "$(capture_count six)" -ge 20
}

# --- BFD ------------------------------------------------------------------------------------

bfd()
{
	vpc_ok probe add b1 for ipsec t1 bfd source 10.255.0.1 destination $LAN4 interval 300
	peer_start one c1 -i 300000 -r 300000 $LAN4 10.255.0.1
	probe_up b1 "BFD through the tunnel"
	t_is "BFD: the connection is up" "$(get '.[0].state' ipsec show t1)" up
	peer_stop one
	check "BFD: the other end falls silent" wait_for 60 caused b1 \
		"up>down detection time expired"
	vpc_ok probe del b1
}

setup
underlay_watch wire 200
bandwidth
clamp
pairs
healthy
bfd
overlap
outside6
underlay_stop wire
underlay_clean wire "in all of this" 1000
t_end
