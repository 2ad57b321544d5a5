#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Security groups: nftables filters what passes a VPC, statefully, with ports as devices; each VPC
# in a conntrack zone of its own, and what a NAT gateway translates by its one connection.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-nat.sh"
t_begin "filter"
t_need "$TALK" conntrack nft

# Default deny inbound, replies pass; what is given is let in.
# shellcheck disable=SC2317	# called by must
rules()
{
	guard "$1" 'oifname { "p1", "p2", "p3" }'
}

# The name of who answered HOST.
reached()
{
	local host=$1

	shift
	ns "$host" "$TALK" ask -t "${WAIT:-2}" "$@" hello | cut -d' ' -f1
}

scene()
{
	outside
	for n in 1 2; do
		vpc_ok vpc add "v$n" cidr "10.$n.0.0/16" cidr "fd00:$n::/48" filter on
		vpc_ok subnet add "s$n" vpc "v$n" cidr "10.$n.1.0/24" cidr "fd00:$n:0:1::/64"
	done
	host_new h1 p1 10.1.1.10/24 fd00:1:0:1::10/64 via 10.1.1.1 via fd00:1:0:1::1
	host_new h2 p2 10.1.1.20/24 fd00:1:0:1::20/64 via 10.1.1.1 via fd00:1:0:1::1
	host_new h3 p3 10.2.1.10/24 fd00:2:0:1::10/64 via 10.2.1.1 via fd00:2:0:1::1
	port_add p1 subnet s1 address 10.1.1.10 address fd00:1:0:1::10
	port_add p2 subnet s1 address 10.1.1.20 address fd00:1:0:1::20
	port_add p3 subnet s2 address 10.2.1.10 address fd00:2:0:1::10
	vpc_ok peering add p vpc v1 peer v2
	vpc_ok route add 10.2.0.0/16 vpc v1 via peering p
	vpc_ok route add 10.1.0.0/16 vpc v2 via peering p
	for n in 1 2 3; do
		serve "h$n" 80 81
	done
	ZONE1=$(get '.[0].filter_zone' vpc show v1)
	ZONE2=$(get '.[0].filter_zone' vpc show v2)
}

inside()
{
	must rules 'iifname "p1" oifname "p2" tcp dport 80 accept'
	t_is "what a rule lets in gets in, and its replies back" "$(WAIT=30 reached h1 tcp 10.1.1.20 80)" h2
	t_is "another port does not" "$(reached h1 tcp 10.1.1.20 81)" ""
	t_is "nor UDP" "$(reached h1 udp 10.1.1.20 80)" ""
	t_is "nor the other way" "$(reached h2 tcp 10.1.1.10 80)" ""
	t_is "its connection is in the VPC's zone" \
		"$(r conntrack -L -p tcp --orig-port-dst 80 2>/dev/null | grep -c " zone=$ZONE1 ")" 1
	t_is "what was dropped is in none" "$(entries -p tcp --orig-port-dst 81)" 0
	must rules 'iifname "p1" oifname "p2" accept'
	check "IPv6 has connections, too" ping_all h1 2 fd00:1:0:1::20
	check_fail "and is filtered" ns h2 ping -c 1 -W 2 fd00:1:0:1::10
	check "fragments" ping_all h1 2 -s 4000 10.1.1.20
	check "IPv6 fragments that a host makes are invalid" no_fragments
	vpc_ok vpc set v1 filter off
	t_is "not filtered: untracked, the replies have no state" "$(reached h1 tcp 10.1.1.20 80)" ""
	t_is "and nothing is in conntrack" "$(r conntrack -L 2>/dev/null | grep -c " zone=$ZONE1 ")" 0
	vpc_ok vpc set v1 filter on
	t_is "filtered again" "$(WAIT=30 reached h1 tcp 10.1.1.20 80)" h2
	ZONE1=$(get '.[0].filter_zone' vpc show v1)
}

# shellcheck disable=SC2317	# called by check
no_fragments()
{
	! ns h1 ping -c 1 -W 2 -s 4000 fd00:1:0:1::20
}

peered()
{
	must r conntrack -F >/dev/null 2>&1
	must rules 'iifname "p1" oifname "p3" tcp dport 80 accept'
	t_is "over a peering" "$(WAIT=30 reached h1 tcp 10.2.1.10 80)" h3
	t_is "a connection in the zone of each VPC" \
		"$(r conntrack -L -p tcp --orig-port-dst 80 2>/dev/null | grep -o ' zone=[0-9]*' | sort | tr -d '\n')" \
		" zone=$ZONE1 zone=$ZONE2"
	t_is "another port is closed" "$(reached h1 tcp 10.2.1.10 81)" ""
	t_is "and the other way" "$(reached h3 tcp 10.1.1.10 80)" ""
	vpc_ok vpc set v2 filter off
	must r conntrack -F >/dev/null 2>&1
	t_is "one of them alone" "$(WAIT=30 reached h1 tcp 10.2.1.10 80)" h3
	t_is "has the connection" \
		"$(r conntrack -L -p tcp --orig-port-dst 80 2>/dev/null | grep -o ' zone=[0-9]*' | tr -d '\n')" " zone=$ZONE1"
}

# What rules let in takes room in conntrack, too.
limited()
{
	must r conntrack -F >/dev/null 2>&1
	must rules 'accept'
	t_is "by default there is no limit of the VPC's own" \
		"$(vpc -json vpc show v1 | jq '.[0].connection_limit')" 0
	vpc_ok vpc set v1 connection-limit 5
	vpc_ok vpc set v1 filter on
	t_is "another change leaves it alone" \
		"$(vpc -json vpc show v1 | jq '.[0].connection_limit')" 5
	expect_error "nothing to change is given" "no change" vpc set v1
	bg many h1 "$TALK" many -t 3 udp 10.1.1.20 80 20
	bg_wait many 60
	t_is "a VPC has as many filtered connections as it may" "$(cut -d' ' -f2 "$T_DIR/many.out")" 5
	t_num "counted" "$(drops v1 nat_connections)" -gt 0
	t_is "and shown" "$(get '.[0].connections' vpc show v1)" 5
	must r conntrack -F >/dev/null 2>&1
	check "none when they are gone" wait_for 30 connections_are 0
	vpc_ok vpc set v1 connection-limit 0
	vpc_ok vpc add hub transit
	expect_error "is a transit domain" "a filter without ports" vpc set hub filter on
}

# shellcheck disable=SC2317	# called by wait_for
connections_are()
{
	[ "$(get '.[0].connections' vpc show v1)" = "$1" ]
}

translated()
{
	vpc_ok nat-gateway add n1 vpc v1 uplink ext0 address $POOL1
	vpc_ok nat-gateway snat add n1 cidr 10.1.0.0/16
	vpc_ok nat-gateway dnat add n1 address $POOL1 tcp 8080 to 10.1.1.10 port 80
	vpc_ok route add 0.0.0.0/0 vpc v1 via nat n1
	must r conntrack -F >/dev/null 2>&1
	must rules ''
	t_is "a NAT gateway: out, and the replies" "$(WAIT=30 reached h1 tcp $SERVER 80)" web
	t_is "one connection, that of the translation" "$(entries -p tcp --orig-port-dst 80)" 1
	t_is "in: closed" "$(reached web tcp $POOL1 8080)" ""
	t_is "and no trace of it" "$(entries -p tcp --orig-port-dst 8080)" 0
	must rules 'iifname "ext0" oifname "p1" ip daddr 10.1.1.10 tcp dport 80 accept'
	t_is "in: opened, by the address inside" "$(WAIT=30 reached web tcp $POOL1 8080)" h1
	must rules 'iifname "p1" oifname "ext0" ip saddr 10.1.1.10 drop'
	t_is "out: closed, by the address inside" "$(reached h1 tcp $SERVER 443)" ""
	t_is "and it took no port" "$(entries -p tcp --orig-port-dst 443)" 0
}

scene
inside
limited
peered
translated
t_end
