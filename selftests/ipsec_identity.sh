#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may send what into a VPC: a customer gateway with valid keys sends what is another's,
# and somebody on the underlay sends in clear. Nothing arrives, each packet is counted.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
t_begin "IPsec: who may send what"
t_need ping

C1=192.0.2.11 C2=192.0.2.12
HOST4=10.1.1.10 HOST6=fd00:1:0:1::10

# Two customers at one gateway of VPC a, and a VPC that has none.
setup()
{
	router_new
	must r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	underlay_new
	side 1
	side 2
	customer_new 1
	customer_new 2
	gateway_new g vpc a
	conn_new t1 g 1
	conn_new t2 g 2 remote 172.16.2.0/25 remote fd00:ac:2::/64
	conn_routes t1 g 1 publish
	conn_routes t2 g 2 publish
	keys t1 1
	keys t2 2
	# It has whatever address it likes, and sends it all through its tunnel.
	must ip -n "$T_ID.c1" -batch - <<-END
		addr add 172.16.2.9/32 dev lan
		addr add 10.1.1.77/32 dev lan
		addr add 10.1.1.1/32 dev lan
		addr add 172.31.0.1/32 dev lan
		addr add fd00:ac:2::9/128 dev lan nodad
		addr add fd00:1:0:1::77/128 dev lan nodad
		route add 10.1.1.10/32 via $WAN
	END
	every c1 $C1
}

every()
{
	must ip -n "$T_ID.$1" -batch - <<-END
		xfrm policy add src 0.0.0.0/0 dst 10.0.0.0/8 dir out priority 9 tmpl src $2 dst $WAN proto esp reqid 1 mode tunnel
		xfrm policy add src ::/0 dst fd00::/16 dir out priority 9 tmpl src $2 dst $WAN proto esp reqid 1 mode tunnel
	END
}

say()
{
	must ns "$1" "$T_PKT" udp -c 3 -i 1000 -s 100 -b "$2" -p "$MARKER" "$3" 9
}

gained()
{
	[ "$(drops "$1" "$2")" -ge "$3" ]
}

# no TEXT REASON CUSTOMER SOURCE DESTINATION: three packets, all of them dropped for that
no()
{
	local before

	before=$(drops a "$2")
	say "$3" "$4" "$5"
	wait_for 30 gained a "$2" $((before + 3))
	t_num "$1: $2" "$(drop_gain a "$2" "$before")" -eq 3
}

# wire SPI ARG...: what c1 sends with from now on, and what our end makes of it
wire()
{
	local spi=$1

	shift
	must ns c1 ip xfrm state deleteall src $C1 dst $WAN
	must r ip xfrm state deleteall src $C1 dst $WAN
	sa c1 $C1 $WAN "$spi"
	sa R $C1 $WAN "$spi" "$@"
}

sources()
{
	no "the other's source" source_route c1 172.16.2.9 $HOST4
	no "the other's source, IPv6" source_route c1 fd00:ac:2::9 $HOST6
	no "a source of the VPC" source_route c1 10.1.1.77 $HOST4
	no "a source of the VPC, IPv6" source_route c1 fd00:1:0:1::77 $HOST6
	no "the VPC's router as source" source_route c1 10.1.1.1 $HOST4
	no "a source without a route" source_route c1 172.31.0.1 $HOST4
	must ip -n "$T_ID.c2" addr add 172.16.2.200/32 dev lan
	no "a source that the connection is not for" ipsec_selector c2 172.16.2.200 $HOST4
	no "to another VPC" no_route c1 172.16.1.1 10.2.1.10
	no "to another VPC, IPv6" no_route c1 fd00:ac:1::1 fd00:2:0:1::10
}

associations()
{
	local id before

	id=$(if_id t1)
	wire 0x601 if_id "$id" sel src 172.16.1.128/25 dst 0.0.0.0/0
	no "outside of the association's selector" ipsec_selector c1 172.16.1.1 $HOST4
	wire 0x602 if_id "$(if_id t2)"
	no "by an association of the other" ipsec_selector c1 172.16.1.1 $HOST4
	before=$(host_drops ipsec_unknown)
	wire 0x603 if_id $((id + 100))
	say c1 172.16.1.1 $HOST4
	wire 0x604 if_id "$id"
	check "(c1 is heard again)" ping_all c1 1 $HOST4 -I 172.16.1.1
	t_num "an if_id of the range without a connection" $(($(host_drops ipsec_unknown) - before)) \
		-eq 3
}

# What is inside the first ESP is ESP.
nested()
{
	local id

	id=$(if_id t1)
	must ns c1 ip xfrm policy add src 172.31.0.1/32 dst $HOST4/32 dir out priority 1 \
		tmpl src $C1 dst $WAN proto esp reqid 1 mode tunnel \
		tmpl src $C1 dst $WAN proto esp reqid 2 mode tunnel
	SA_REQID=2 sa c1 $C1 $WAN 0x610
	SA_REQID=2 sa R $C1 $WAN 0x610 if_id "$id"
	no "ESP in ESP" source_route c1 172.31.0.1 $HOST4
	must r ip xfrm state delete src $C1 dst $WAN proto esp spi 0x610
	SA_REQID=2 sa R $C1 $WAN 0x610
	no "ESP in ESP of the host's" ipsec_depth c1 172.31.0.1 $HOST4
}

transport()
{
	must ns c1 ip xfrm policy add src $C1/32 dst $WAN/32 proto udp dir out \
		tmpl proto esp reqid 3 mode transport
	SA_MODE=transport SA_REQID=3 sa c1 $C1 $WAN 0x620
	SA_MODE=transport SA_REQID=3 sa R $C1 $WAN 0x620 if_id "$(if_id t1)"
	no "transport mode" ipsec_mode c1 $C1 $WAN
}

# In clear, to the MAC of the underlay device: for the host, which has no way there.
in_clear()
{
	local to src

	src="eth dst $(mac R wan)"
	must r ip route add default via $C2
	for to in "$src ip4 src 172.16.1.1 dst $HOST4" "$src ip4 src 172.16.2.1 dst $HOST4" \
		"$src ip6 src fd00:ac:1::1 dst $HOST6" \
		"$src ip4 src $C1 dst $WAN proto 4 ip4 src 172.16.1.1 dst $HOST4" \
		"$src ip4 src $C1 dst $WAN proto 41 ip6 src fd00:ac:1::1 dst $HOST6"; do
		# shellcheck disable=SC2086 # words
		must ns c1 "$T_PKT" send -c 3 eth0 $to udp 1 9 text "$MARKER"
	done
	fence c1 $WAN
}

setup
for h in ha hb; do
	capture_start "$h" "$h" eth0
done
check "what is its own passes" ping_all c1 2 $HOST4 -I 172.16.1.1
sources
associations
nested
transport
in_clear
check "what is its own still passes" ping_all c1 2 $HOST4 -I 172.16.1.1
check "and the other's" ping_all c2 2 $HOST6 -I fd00:ac:2::1
for h in ha hb; do
	capture_stop "$h"
	t_is "nothing has arrived at $h" "$(grep -aoF "$MARKER" "$T_DIR/$h.pcap" | wc -l)" 0
done
t_num "the capture works" "$(capture_count ha icmp)" -ge 8
t_end
