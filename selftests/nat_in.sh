#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What leads inside: port forwards, from outside and from VPCs (hairpin), the own router of a
# VPC, and public addresses that are bound to an endpoint.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-nat.sh"
t_begin "nat: from outside"
t_need "$TALK" conntrack

POOL3=198.51.100.3

# The name and the address that the server at ADDR PORT saw, asked by HOST.
seen()
{
	local host=$1 answer

	shift
	answer=$(ns "$host" "$TALK" ask -t 30 "$@" text)
	echo "$answer" | cut -d' ' -f1,2
}

# shellcheck disable=SC2317	# called by wait_for
says()
{
	capture_text "$1" -v 2>/dev/null | grep -q "$2"
}

forwards()
{
	local before

	outside
	tenant 1
	tenant 2
	nat 1 address $POOL1 address $POOL2
	nat 2 address $POOL1
	serve h1 8080 8081 8082 9000 53
	serve h2 8080
	vpc_ok nat-gateway dnat add n1 address $POOL1 tcp 80 to 10.0.1.10 port 8080
	vpc_ok nat-gateway dnat add n1 address $POOL1 tcp 7000-7002 to 10.0.1.10 port 8080
	vpc_ok nat-gateway dnat add n1 address $POOL1 udp 53 to 10.0.1.10
	vpc_ok nat-gateway dnat add n2 address $POOL1 tcp 81 to 10.0.1.10 port 8080

	t_is "from outside, TCP: the client is seen" "$(seen web tcp $POOL1 80)" "h1 $SERVER"
	t_is "from outside, UDP" "$(seen web udp $POOL1 53)" "h1 $SERVER"
	t_is "the other tenant's port on the same address" "$(seen web tcp $POOL1 81)" "h2 $SERVER"
	capture_start range h1 eth0 "tcp[tcpflags] & tcp-syn != 0 and dst host 10.0.1.10"
	for port in 7000 7001 7002; do
		t_is "a range: port $port" "$(seen web tcp $POOL1 $port)" "h1 $SERVER"
	done
	capture_stop range
	t_is "each of it leads to the port that is as far from the first" \
		"$(capture_text range -t | sed -n 's/.* > 10\.0\.1\.10\.\([0-9]*\):.*/\1/p' | uniq | paste -sd,)" \
		8080,8081,8082
	t_is "beyond the range is nobody" "$(seen web -t 1 tcp $POOL1 7003)" ""
	t_is "UDP is not TCP" "$(seen web -t 1 udp $POOL1 80)" ""
	capture_start wire isp eth0 "net 198.51.100.0/24 and not arp"
	t_is "hairpin: from the same VPC" "$(seen h1 tcp $POOL1 80 | sed 's/[12]$/N/')" "h1 198.51.100.N"
	t_is "hairpin: from another VPC" "$(seen h2 tcp $POOL1 80)" "h1 $POOL1"
	t_is "hairpin: UDP" "$(seen h2 udp $POOL1 53)" "h1 $POOL1"
	capture_stop wire
	t_is "all of it left the wire alone" "$(capture_count wire)" 0
	before=$(host_drops nat_unsolicited)
	must ns isp "$T_PKT" send eth0 eth src "$(mac isp eth0)" dst "$(mac R ext0)" \
		ip4 src $SERVER dst $POOL1 tcp 4000 80 flags 16
	check "TCP from the middle, to a port that leads in, is dropped" \
		wait_for 30 more_than "$before" host_drops nat_unsolicited
	t_is "and starts nothing" "$(entries -p tcp --orig-port-src 4000)" 0
	bg sink h1 "$T_PKT" sink -c 1 -t 60 10.0.1.10 5353
	must wait_for 60 listening h1 u 5353
	vpc_ok nat-gateway dnat add n1 address $POOL1 udp 5353 to 10.0.1.10
	must ns web "$T_PKT" udp -c 1 -s 4000 $POOL1 5353
	check "a datagram in fragments" bg_wait sink 90
	t_is "whole" "$(awk '{ print $4 }' "$T_DIR/sink.out")" 4000
	vpc_ok nat-gateway dnat add n1 address $POOL1 udp 5354 to 10.0.1.10
	capture_start err web eth0 icmp
	ns web "$TALK" ask -t 3 udp $POOL1 5354 nobody >/dev/null
	must ns isp "$T_PKT" send eth0 eth src "$(mac isp eth0)" dst "$(mac R ext0)" \
		ip4 src $SERVER dst $POOL1 ttl 1 udp 5000 5354 text x
	check "errors about it speak of the public address, from inside" \
		wait_for 30 says err "$POOL1 udp port 5354 unreachable"
	check "and of the hop count" wait_for 30 says err "time exceeded"
	capture_stop err
	t_is "and of nothing inside" "$(capture_text err -v | grep -c "10\.0\.")" 0
	check "a connection that is open" open_connection
	vpc_ok nat-gateway dnat add n1 address $POOL2 tcp 90 to 10.0.1.10 port 8080
	vpc_ok nat-gateway dnat del n1 address $POOL1 tcp 80
	t_is "goes on when rules change, its own too" "$(again open)" "again answered 1 wrong 0 ports 1"
	t_is "and a removed rule leads nowhere" "$(seen web -t 1 tcp $POOL1 80)" ""
	bg_stop open
}

# shellcheck disable=SC2317	# called by check
open_connection()
{
	bg open web "$TALK" many -k tcp "$POOL1" 80 1
	wait_for 60 grep -q "answered 1" "$T_DIR/open.out"
}

refusals()
{
	expect_error "DNAT rule $POOL1 tcp port 7001 overlaps with $POOL1 tcp port 7000-7002 of NAT gateway n1" \
		"overlap in the same gateway" \
		nat-gateway dnat add n1 address $POOL1 tcp 7001 to 10.0.1.10
	expect_error "overlaps with $POOL1 tcp port 7000-7002 of NAT gateway n1" \
		"overlap with another gateway" \
		nat-gateway dnat add n2 address $POOL1 tcp 6000-7000 to 10.0.1.10
	expect_error "has no public address $POOL2" "an address of another gateway" \
		nat-gateway dnat add n2 address $POOL2 tcp 80 to 10.0.1.10
	expect_error "not an IPv4 address inside a CIDR" "a target outside the VPC" \
		nat-gateway dnat add n1 address $POOL1 tcp 99 to 10.9.0.1
	expect_error "is an address of the host" "the host's address" \
		nat-gateway set n1 address 192.0.2.10
	expect_error "is the gateway of uplink" "the gateway's address" \
		nat-gateway set n1 address $GW
	expect_error "remove it first" "an address with rules" nat-gateway set n1 no-address $POOL1
	expect_error "NAT gateway n1 is the next hop of" "a gateway with a route" nat-gateway del n1
	expect_error "has NAT gateway" "an uplink with gateways" uplink del ext0
	expect_error "not inside a CIDR" "an SNAT rule outside the VPC" \
		nat-gateway snat add n1 cidr 192.168.0.0/16
	expect_error "blocks of 16" "ports that are no blocks" nat-gateway set n1 first-port 1025
	expect_error "SNAT rule in NAT gateway n1" "a CIDR with a rule" vpc set v1 cidr 10.5.0.0/16 no-cidr 10.0.0.0/16
	check_fail "the host cannot take a public address" r ip addr add $POOL1/32 dev ext0
}


# The recipe of a load balancer: its own public address, and back ends by the VPC's router.
own_router()
{
	vpc_ok vpc add lb cidr 10.0.0.0/16
	vpc_ok subnet add sl vpc lb cidr 10.0.1.0/24
	host_new lb pl 10.0.1.10/24 via 10.0.1.1
	port_add pl subnet sl address 10.0.1.10
	expect_error "no public address" "a router without an address" \
		route add $SERVER/32 vpc lb via router lb
	expect_error "needs the uplink" "an address without an uplink" \
		vpc set lb public-address $POOL2
	vpc_ok vpc set lb public-address 198.51.100.7 uplink ext0
	expect_error "not the one of VPC v1" "another VPC's router" \
		route add $SERVER/32 vpc lb via router v1
	vpc_ok vpc set lb public-address $POOL3 endpoint 10.0.1.10
	expect_error "bound to endpoint 10.0.1.10" "a bound address is nobody else's" \
		nat-gateway set n1 address $POOL3
	expect_error "already" "an endpoint has one address" \
		vpc set lb public-address 198.51.100.9 endpoint 10.0.1.10
	serve lb 80 8080

	t_is "1:1, from outside" "$(seen web tcp $POOL3 8080)" "lb $SERVER"
	t_is "1:1, UDP, any port" "$(seen web udp $POOL3 80)" "lb $SERVER"
	check "1:1, echo" ping_all web 2 $POOL3
	t_is "1:1, the other way" "$(seen lb tcp $SERVER 80)" "web $POOL3"
	vpc_ok route add $SERVER/32 vpc lb via router lb
	t_is "a /32 route by the router wins for new connections" "$(seen lb tcp $SERVER 80)" \
		"web 198.51.100.7"
	t_is "not for others" "$(seen lb tcp $OTHER 80)" "other $POOL3"
	t_is "and not for what came in" "$(seen web tcp $POOL3 80)" "lb $SERVER"
	vpc_ok route add 0.0.0.0/0 vpc lb via router lb
	t_is "a default route does not win" "$(seen lb tcp $OTHER 80)" "other $POOL3"
	vpc_ok route replace 0.0.0.0/0 vpc lb via blackhole
	t_is "whatever the default route, what came in is answered" "$(seen other tcp $POOL3 80)" "lb $OTHER"
	check "echo, too, and fragments" ping_all other 2 -s 4000 $POOL3
	check_fail "and what begins inside follows it" ns lb "$TALK" ask -t 2 tcp $OTHER 80 text
	vpc_ok route replace 0.0.0.0/0 vpc lb via router lb
	t_is "the VPC shows its addresses" \
		"$(get '[.[0].public_addresses[].address] | sort | join(" ")' vpc show lb)" \
		"$POOL3 198.51.100.7"
	expect_error "the router of VPC lb is the next hop of" "the last address with a route" \
		vpc set lb no-public-address 198.51.100.7 no-public-address $POOL3
	vpc_ok route del $SERVER/32 vpc lb
	vpc_ok route del 0.0.0.0/0 vpc lb
	vpc_ok vpc set lb no-public-address 198.51.100.7 no-public-address $POOL3
	t_is "without addresses it is no router" "$(seen web -t 1 tcp $POOL3 8080)" ""
	t_is "and has no connections" "$(get '.[0].connections // 0' vpc show lb)" 0
}

# An address that goes keeps what it has.
draining()
{
	bg open h2 "$TALK" many -b 10.0.1.10 -k tcp $SERVER 80 1
	must wait_for 60 grep -q "answered 1" "$T_DIR/open.out"
	vpc_ok nat-gateway set n2 address 198.51.100.8
	vpc_ok nat-gateway dnat del n2 address $POOL1 tcp 81
	vpc_ok nat-gateway set n2 no-address $POOL1
	t_is "new connections take the other address" "$(seen h2 tcp $SERVER 80)" "web 198.51.100.8"
	t_is "it is draining" \
		"$(get ".[0].addresses[] | select(.address == \"$POOL1\").draining" nat-gateway show n2)" true
	check "the open connection has its address" still_there
	t_is "and goes on" "$(again open)" "again answered 1 wrong 0 ports 1"
	bg_stop open
	must r conntrack -F >/dev/null 2>&1
	check "and it goes with its last connection" wait_for 60 drained
}

# shellcheck disable=SC2317	# called by check
still_there()
{
	r conntrack -L -p tcp 2>/dev/null | grep -q "ESTABLISHED.*dst=$POOL1"
}

# shellcheck disable=SC2317	# called by check
drained()
{
	[ "$(get '[.[0].addresses[].address] | join(" ")' nat-gateway show n2)" = 198.51.100.8 ]
}

forwards
refusals
own_router
draining
t_end
