#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the other end of a connection may do: fall silent, be restarted, sit behind NAT; and two
# hundred of them at once. strongSwan at both ends.
# timeout: 1200
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-ipsec.sh"
. "${0%/*}/../lib-swan.sh"
t_begin "IPsec: the other end"
t_need ping nft swanctl "$SWAN"

LAN4=172.16.1.1
MANY=200
OFTEN='s/dpd_delay = 10s/dpd_delay = 1s/'

setup()
{
	router_new
	underlay_new
	side 1
	customer_new 1
	customer_new 2
	gateway_new g vpc a
	conn_new t1 g 1
	conn_routes t1 g 1 publish
	underlay_watch wire 200
	swan_start R c1 c2
	swan_pair t1 1 "$OFTEN" "$OFTEN"
	check "it carries" carries
}

carries()
{
	ns ha ping -n -c 1 -W 2 "$LAN4" -p "$MARKER_HEX"
}

# Dead peer detection is the daemon's; what follows from it is ours.
silent()
{
	local before

	must ns c1 nft 'add table netdev gone; add chain netdev gone in {
		type filter hook ingress device eth0 priority 0; policy drop; }'
	check "the other end is silent: the connection goes down" wait_for 180 conn_is t1 down
	before=$(drops a nexthop_down)
	shout ha $LAN4 fd00:ac:1::1
	t_num "what goes there is dropped" "$(drop_gain a nexthop_down "$before")" -ge 10
	must ns c1 nft delete table netdev gone
	check "it speaks again: negotiated anew" wait_for 180 conn_is t1 negotiated ||
		swan_log R c1
	check "and it carries" wait_for 60 carries
}

# It knows nothing of before.
restarted()
{
	local conf

	conf=$(swan_dir c1)/conf.d/t1.conf
	swan_kill c1
	must ns c1 ip xfrm state flush
	must ns c1 ip xfrm policy flush
	swan_start c1
	SWANCTL_DIR=$(swan_dir c1) must swan c1 --load-all --noprompt
	t_is "restarted: with the configuration of before" "$(grep -c '^  t1 {' "$conf")" 1
	check "restarted: it carries again" wait_for 180 carries || swan_log R c1
}

# A box between: nobody behind it can be seen from outside but by the ports that it forwards.
behind_nat()
{
	ns_new N
	must ip -n "$T_ID.U" link set u2 nomaster
	must ip -n "$T_ID.U" link del u2
	must ip link add u2 netns "$T_ID.U" type veth peer name out netns "$T_ID.N"
	must ip -n "$T_ID.U" link set u2 master hub up
	must ip -n "$T_ID.N" addr add 192.0.2.12/24 dev out
	must ip -n "$T_ID.N" link set out up
	must ip link add in netns "$T_ID.N" type veth peer name eth0 netns "$T_ID.c2"
	must ip -n "$T_ID.N" addr add 10.77.0.1/24 dev in
	must ip -n "$T_ID.N" link set in up
	must ip -n "$T_ID.c2" addr add 10.77.0.2/24 dev eth0
	must ip -n "$T_ID.c2" link set eth0 up
	must ip -n "$T_ID.c2" route add 192.0.2.0/24 via 10.77.0.1
	must ns N sysctl -q -w net.ipv4.ip_forward=1
	must ns N nft 'add table ip nat; add chain ip nat pre { type nat hook prerouting priority -100; };
		add chain ip nat post { type nat hook postrouting priority 100; };
		add rule ip nat pre iifname out udp dport { 500, 4500 } dnat to 10.77.0.2;
		add rule ip nat post oifname out masquerade'
	conn_new t2 g 2
	conn_routes t2 g 2 publish
	# By itself it knows only its private address; its name is the public one.
	swan_pair t2 2 "" 's/local_addrs = .*/local_addrs = 10.77.0.2/'
	capture_start nat U u2 "udp port 4500 or ip proto 50"
	check "behind NAT: to it" ping_all ha 3 172.16.2.1 -p "$MARKER_HEX"
	check "behind NAT: from it" ping_all c2 3 10.1.1.10 -I 172.16.2.1 -p "$MARKER_HEX"
	capture_stop nat
	t_num "behind NAT: all of it is ESP in UDP" "$(capture_count nat 'udp port 4500')" -ge 12
	t_num "behind NAT: and none is bare ESP" "$(capture_count nat 'ip proto 50')" -eq 0
}

# Each has an address and a network of its own, and a name that cannot be one of strongSwan's.
many()
{
	local n

	must ip -n "$T_ID.R" addr add 10.200.255.1/16 dev wan
	{
		for ((n = 1; n <= MANY; n++)); do
			echo "addr add 10.200.0.$n/16 dev eth0"
			echo "addr add 172.30.$n.1/32 dev lan"
		done
	} | must ip -n "$T_ID.c1" -batch -
	vpc_ok vpn-gateway add gm vpc a local 10.200.255.1
	for ((n = 1; n <= MANY; n++)); do
		echo "customer-gateway add m$n address 10.200.0.$n"
		echo "ipsec add m.$n gateway gm customer m$n mode policy local 10.1.0.0/16 remote 172.30.$n.0/24"
	done >"$T_DIR/many"
	vpc_ok -batch "$T_DIR/many"
	for ((n = 1; n <= MANY; n++)); do
		swan_conf "m.$n" peer >>"$(swan_dir c1)/conf.d/many.conf"
		swan_conf "m.$n" "" >>"$(swan_dir R)/conf.d/many.conf"
	done
	SWANCTL_DIR=$(swan_dir c1) must swan c1 --load-all --noprompt
	SWANCTL_DIR=$(swan_dir R) must swan R --load-all --noprompt
	check "$MANY connections at once are negotiated" wait_for 300 all_negotiated ||
		swan_log R c1
	capture_start seen c1 lan
	for ((n = 1; n <= MANY; n++)); do
		echo "172.30.$n.1"
	done >"$T_DIR/targets"
	check "and each carries" reach_all
	t_is "each by itself: two packets in each security association" "$(by_itself)" "$MANY"
	capture_stop seen
}

all_negotiated()
{
	[ "$(get '[.[] | select((.name | startswith("m")) and .state == "negotiated")] | length' \
		ipsec show)" = "$MANY" ]
}

reach_all()
{
	local addr

	while read -r addr; do
		ns ha ping -n -q -c 1 -W 20 "$addr" >/dev/null || {
			echo "$addr does not answer"
			return 1
		}
	done <"$T_DIR/targets"
}

# How many connections have had exactly one packet in each direction.
by_itself()
{
	get '[.[] | select((.name | startswith("m")) and .counters.tx_packets == 1 and
		.counters.rx_packets == 1)] | length' ipsec show
}

setup
silent
restarted
behind_nat
many
underlay_stop wire
underlay_clean wire "in all of this" 400
t_end
