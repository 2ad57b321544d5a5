#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPsec connections with keys by hand: what goes through, how large it may be, who may talk
# to whom, and that the underlay sees ESP and nothing else.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-ipsec.sh"
t_begin "IPsec connections, keys by hand"
t_need ping socat nc cmp

LAN4=172.16.1.1 LAN6=fd00:ac:1::1

setup()
{
	router_new
	underlay_new
	side 1
	customer_new 1
	customer_new 2
	gateway_new g vpc a
	conn_new t1 g 1
	conn_new t2 g 2
	conn_routes t1 g 1 publish
	conn_routes t2 g 2 publish
}

# transfer HOST FROM TO ADDR: a file with the marker in each line, by TCP
transfer()
{
	local addr=$3

	rm -f "$T_DIR/got"
	bg server "$2" socat -u TCP6-LISTEN:5001,ipv6only=0,reuseaddr "CREATE:$T_DIR/got"
	must wait_for 60 listening "$2" t 5001
	case $addr in *:*) addr="[$addr]" ;; esac
	must ns "$1" timeout 120 socat -u "OPEN:$T_DIR/file" "TCP:$addr:5001,connect-timeout=60"
	must bg_wait server
	cmp "$T_DIR/file" "$T_DIR/got"
}

# told HOST ADDR: the MTU that an ICMP error has told for a destination
told()
{
	ns "$1" ip route get "$2" | grep -o 'mtu [0-9]*'
}

forget()
{
	must ns ha ip route flush cache
	must ns ha ip -6 route flush cache
}

# fits TEXT ADDR HEADER MTU: packets of MTU bytes pass, larger ones are refused with it
fits()
{
	local text=$1 addr=$2 header=$3 size=$4

	forget
	check "$text: one byte more is refused" refused ha "$addr" $((size + 1 - header))
	t_is "$text: and the sender is told what fits" "$(told ha "$addr")" "mtu $size"
	forget
	check "$text: $size bytes pass" pings_whole ha "$addr" $((size - header))
}

refused()
{
	ns "$1" ping -n -c 1 -W 20 -M "do" -s "$3" -p "$MARKER_HEX" "$2" | tee "$T_DIR/refused" |
		grep -iE 'frag needed|too big|too long'
}

pings_whole()
{
	ns "$1" ping -n -c 1 -W 20 -M "do" -s "$3" -p "$MARKER_HEX" "$2"
}

conn_counter()
{
	get ".[0].counters.$2" ipsec show "$1"
}

through()
{
	check "ping, IPv4" ping_all ha 3 $LAN4 -p "$MARKER_HEX"
	check "ping, IPv6" ping_all ha 3 $LAN6 -p "$MARKER_HEX"
	check "ping from the other end" ping_all c1 3 10.1.1.10 -I $LAN4 -p "$MARKER_HEX"
	check "ping from the other end, IPv6" ping_all c1 3 fd00:1:0:1::10 -I $LAN6 -p "$MARKER_HEX"
	check "fragments, IPv4" ping_all ha 2 $LAN4 -s 4000 -M dont -p "$MARKER_HEX"
	# The sender learns from the first one how large fragments may be.
	ns ha ping -n -q -c 1 -W 1 -s 4000 $LAN6 >/dev/null
	check "fragments, IPv6" ping_all ha 2 $LAN6 -s 4000 -p "$MARKER_HEX"
	yes "$MARKER and a few words more" | head -c 600000 >"$T_DIR/file"
	check "TCP with segmentation offload, IPv4" transfer ha c1 $LAN4
	check "TCP with segmentation offload, IPv6" transfer ha c1 $LAN6
	check "TCP the other way" transfer c1 ha 10.1.1.10
}

hops()
{
	check "the VPC's router says that the TTL is over" \
		grep -q 'From 10.1.1.1 .*Time to live exceeded' \
		<(ns ha ping -n -c 1 -W 20 -t 1 $LAN4)
	check "and that the hop limit is" grep -q 'From fd00:1:0:1::1 .*Hop limit' \
		<(ns ha ping -n -c 1 -W 20 -t 1 $LAN6)
	check "the VPC is one hop" ping_all ha 1 $LAN4 -t 2
}

counters()
{
	local tx rx bytes in drops

	tx=$(conn_counter t2 tx_packets) rx=$(conn_counter t2 rx_packets)
	bytes=$(conn_counter t2 tx_bytes) in=$(conn_counter t2 rx_bytes)
	drops=$(conn_counter t2 drops)
	ping_all ha 5 172.16.2.1 -s 100 >/dev/null
	t_num "what was handed to ESP is counted" $(($(conn_counter t2 tx_packets) - tx)) -eq 5
	t_num "its bytes" $(($(conn_counter t2 tx_bytes) - bytes)) -eq $((5 * 128))
	t_num "what came out of ESP" $(($(conn_counter t2 rx_packets) - rx)) -eq 5
	t_num "its bytes, too" $(($(conn_counter t2 rx_bytes) - in)) -eq $((5 * 128))
	# Nobody has that address.
	probe c2 10.1.1.99 4
	t_num "what came out and went nowhere" $(($(conn_counter t2 drops) - drops)) -eq 4
	t_num "has come in" $(($(conn_counter t2 rx_packets) - rx)) -eq 9
}

# Two customers of one gateway.
transit()
{
	local before

	before=$(drops a ipsec_transit)
	probe c1 172.16.2.1 2
	probe c1 fd00:ac:2::1 2
	t_num "no transit: dropped" "$(drop_gain a ipsec_transit "$before")" -eq 4
	vpc_ok vpn-gateway set g transit-between-connections on
	check "transit" ping_all c1 2 172.16.2.1 -I $LAN4 -p "$MARKER_HEX"
	check "transit, IPv6" ping_all c1 2 fd00:ac:2::1 -I $LAN6 -p "$MARKER_HEX"
	check "transit: the other way" ping_all c2 2 $LAN4 -I 172.16.2.1 -p "$MARKER_HEX"
	vpc_ok vpn-gateway set g transit-between-connections off
	before=$(drops a ipsec_transit)
	probe c2 $LAN4 2
	t_num "and no more" "$(drop_gain a ipsec_transit "$before")" -eq 2
}

gateway_is()
{
	[ "$(get '.[0].state' vpn-gateway show g)" = "$1" ]
}

states()
{
	local before

	must r ip xfrm state delete src $WAN dst 192.0.2.12 proto esp spi "$(spi_out 2)"
	check "one direction alone is down" wait_for 60 conn_is t2 down
	sa R $WAN 192.0.2.12 "$(spi_out 2)" if_id "$(if_id t2)"
	check "and both again are negotiated" wait_for 60 conn_is t2 negotiated
	check "and carry" pings ha 172.16.2.1

	must r ip addr del $WAN/24 dev wan
	check "without its local address the gateway is preparing" wait_for 60 gateway_is preparing
	check "and its connections are down" wait_for 60 conn_is t1 down
	before=$(drops a nexthop_down)
	probe ha $LAN4 2
	t_num "nothing goes there" "$(drop_gain a nexthop_down "$before")" -eq 2
	must r ip addr add $WAN/24 dev wan
	check "with it it is normal" wait_for 60 gateway_is normal
	check "and its connections are back" wait_for 60 conn_is t1 negotiated
	check "and carry" pings ha $LAN4
}

refusals()
{
	keep
	refuse t1 -- customer-gateway del c1
	refuse t1 -- vpn-gateway del g
	refuse route -- ipsec del t1
	refuse exists -- ipsec add t1 gateway g customer c1
	refuse "no VPN gateway" -- ipsec add x gateway none customer c1
	refuse "no customer gateway" -- ipsec add x gateway g customer none
	refuse 0x100 -- ipsec add x gateway g customer c1 if-id 0x100
	refuse t1 -- ipsec add x gateway g customer c1 if-id "$(if_id t1)"
	refuse prefix -- ipsec add x gateway g customer c1 mode policy
	refuse "10.1.0.0/16" -- route add 10.1.2.0/24 gateway g via ipsec t1
	refuse "10.1.0.0/16" -- route add 10.1.0.0/16 gateway g via ipsec t1
	refuse "no IPsec connection" -- route add 172.31.0.0/16 gateway g via ipsec none
	refuse "" -- namespace set if-ids 0x100-0x1ff
}

setup
t_is "a connection without keys is down" "$(get '.[0].state' ipsec show t1)" down
keys t1 1
keys t2 2
t_ok "with security associations in both directions it is negotiated"
t_is "a listing tells of both, each with its own" \
	"$(get '.[] | "\(.name) \(.sas | map(.spi) | sort | join(" "))"' ipsec show | sort | paste -sd' ')" \
	"t1 $(printf '0x%08x 0x%08x' "$(spi_out 1)" "$(spi_in 1)") t2 $(printf '0x%08x 0x%08x' "$(spi_out 2)" "$(spi_in 2)")"
t_is "one connection with its routes" "$(get '.[0].routes | map(.dst) | unique | join(" ")' \
	ipsec show t1)" "172.16.1.0/24 fd00:ac:1::/64"
underlay_watch wire
through
# 20 outer header, 8 ESP, 8 IV, 2 trailer, 16 ICV, aligned to 4.
fits "IPv4" $LAN4 28 1446
fits "IPv6" $LAN6 48 1446
must r ip link set wan mtu 1400
fits "MTU of the underlay becomes 1400, IPv4" $LAN4 28 1346
fits "MTU of the underlay becomes 1400, IPv6" $LAN6 48 1346
must r ip link set wan mtu 1500
forget
hops
counters
transit
states
underlay_stop wire
underlay_clean wire "in all of this" 1000
refusals
t_end
