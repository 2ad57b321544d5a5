#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1500
# What a tenant may take of public addresses: ports of one endpoint, of all; connections;
# new ones per second. And that what it may have is there: 80,000 connections at once.
# shellcheck source-path=SCRIPTDIR/..
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/../lib-nat.sh"
t_begin "nat: limits"
t_need "$TALK" conntrack

# How many of COUNT conversations at once were answered.
answered()
{
	local host=$1 seconds=$2

	shift 2
	ns "$host" "$TALK" many -t "$seconds" "$@" | sed -n 's/^answered \([0-9]*\) .*/\1/p'
}

shown()
{
	get ".[0].$2" nat-gateway show "$1"
}

forget()
{
	must r conntrack -F >/dev/null 2>&1
	must wait_for 60 forgotten "$1"
}

# shellcheck disable=SC2317	# called by wait_for
forgotten()
{
	[ "$(shown "$1" connections)" = 0 ] && [ "$(shown "$1" sources)" = 0 ]
}

pool()
{
	local before

	events_start ports
	vpc_ok nat-gateway set n1 first-port 40000 last-port 40063
	t_is "a pool of 64 ports has 64 conversations" "$(answered h1 3 -b 10.0.1.10 udp $SERVER 80 80)" 64
	t_num "what found no port is counted" "$(drops v1 nat_ports)" -gt 0
	t_num "at the gateway too" "$(shown n1 exhausted)" -gt 0
	t_is "all ports are in use" "$(shown n1 'addresses[0].udp_ports')" 64
	t_is "the same ports serve another destination" "$(answered h1 30 -b 10.0.1.10 udp $OTHER 80 40)" 40
	t_is "TCP has ports of its own" "$(answered h1 30 -b 10.0.1.10 tcp $SERVER 80 40)" 40
	forget n1
	t_is "and they come back" "$(shown n1 'addresses[0].udp_ports')" 0
	t_is "for others" "$(answered h1 30 -b 10.0.1.11 udp $SERVER 80 64)" 64
	forget n1
	check "an event when all are in use, and one at the end" wait_for 30 told "95 0 .*95 0"
	events_stop ports
	# Twenty blocks, of which sixteen are 80 percent, and nineteen 95
	vpc_ok nat-gateway set n1 first-port 40000 last-port 40319
	events_start ports
	bg most h1 "$TALK" many -b 10.0.1.10 -t 60 -k udp $SERVER 80 256
	check "an event at 80 percent" wait_for 60 told "80"
	bg more h1 "$TALK" many -b 10.0.1.11 -t 60 -k udp $SERVER 80 48
	check "one at 95" wait_for 60 told "80 95"
	bg_stop most
	bg_stop more
	forget n1
	check "and one at the end" wait_for 60 told "80 95 0"
	events_stop ports
	vpc_ok nat-gateway set n1 first-port 1024 last-port 65535
}

# shellcheck disable=SC2317	# called by wait_for
told()
{
	local levels

	levels=$(events ports 'select(.event == "ports") | .object.addresses[0].level' | uniq | tr '\n' ' ')
	# Between two looks the work may see only the last of several levels.
	[[ $levels =~ $1\ $ ]]
}

one_endpoint()
{
	vpc_ok nat-gateway set n1 port-limit 32
	t_is "one endpoint stops at its limit" "$(answered h1 3 -b 10.0.1.10 udp $SERVER 80 50)" 32
	t_num "with a counter of its own" "$(drops v1 nat_port_limit)" -gt 0
	t_num "at the gateway too" "$(shown n1 limited)" -gt 0
	t_is "another endpoint is not concerned" "$(answered h1 30 -b 10.0.1.11 udp $SERVER 80 20)" 20
	forget n1
	vpc_ok nat-gateway set n1 port-limit 4096
}

# Two tenants on one address: whatever the first one does, the second one has some.
flood()
{
	local n

	vpc_ok nat-gateway set n1 first-port 40000 last-port 40255
	vpc_ok nat-gateway set n2 address $POOL1 no-address $POOL2 first-port 40000 last-port 40255
	events_start flood
	bg flood h1 "$TALK" many -b 10.0.1.10 -a 2 -t 5 -k udp $SERVER 80 400
	must wait_for 60 grep -q answered "$T_DIR/flood.out"
	n=$(sed -n 's/^answered \([0-9]*\) .*/\1/p' "$T_DIR/flood.out")
	t_is "a flood gets what others are not sure of" "$n" 192
	check "it is told that it has all that it may have" wait_for 60 told_of n1 95
	events_stop flood
	t_is "and the other tenant's connections work" "$(answered h2 30 -b 10.0.1.10 udp $SERVER 80 64)" 64
	bg_stop flood
	forget n1
	forget n2
	vpc_ok nat-gateway set n2 address $POOL2 no-address $POOL1 first-port 1024 last-port 65535
	vpc_ok nat-gateway set n1 first-port 1024 last-port 65535
}

# New connections without an end, more than conntrack has room for: one VPC may fill a quarter of it.
storm()
{
	local max i

	max=$(sysctl -n net.netfilter.nf_conntrack_max)
	must sysctl -qw net.netfilter.nf_conntrack_max=2000
	bg storm h1 bash -c "until [ -e '$T_DIR/storm.over' ]; do '$TALK' many -b 10.0.1.10 -a 2 -t 1 udp $SERVER 80 600; done"
	must wait_for 60 more_than 1000 drops v1 nat_connections
	for i in 1 2 3; do
		t_is "the other tenant begins connections in the middle of it, $i" \
			"$(answered h2 30 -b 10.0.1.10 udp $SERVER 80 64)" 64
	done
	t_num "the first one has its quarter" "$(shown n1 connections)" -le 500
	t_is "the table was never full" "$(drops v2 nat_table) $(drops v1 nat_table)" "0 0"
	i=$(drops v1 nat_connections)
	check "and it has not ceased" wait_for 60 more_than "$i" drops v1 nat_connections
	# Its last conversations end with it, or they would begin again behind the flush.
	touch "$T_DIR/storm.over"
	bg_wait storm 120 || :
	must sysctl -qw net.netfilter.nf_conntrack_max="$max"
	forget n1
	forget n2
}

# shellcheck disable=SC2317	# called by wait_for
told_of()
{
	[ "$(events flood "select(.event == \"ports\" and .object.name == \"$1\") | .object.addresses[0].level" |
		tail -n 1)" = "$2" ]
}

# An endpoint stays with one address, also when others are added.
pairing()
{
	local i before

	vpc_ok nat-gateway set n1 address 198.51.100.11 address 198.51.100.12 address 198.51.100.13
	bg one h1 "$TALK" many -b 10.0.1.10 -t 60 -k udp $SERVER 80 40
	bg two h1 "$TALK" many -b 10.0.1.10 -t 60 -k tcp $OTHER 80 40
	must wait_for 60 grep -q answered "$T_DIR/one.out"
	must wait_for 60 grep -q answered "$T_DIR/two.out"
	before=$(addresses_of 10.0.1.10)
	t_is "one public address for all of one endpoint" "$(wc -w <<<"$before")" 1
	for i in 14 15 16; do
		vpc_ok nat-gateway set n1 address "198.51.100.$i"
		bg "more$i" h1 "$TALK" many -b 10.0.1.10 -t 60 -k udp $OTHER 443 40
		must wait_for 60 grep -q answered "$T_DIR/more$i.out"
	done
	t_is "and no other when there are more" "$(addresses_of 10.0.1.10)" "$before"
	for i in one two more14 more15 more16; do
		bg_stop $i
	done
	forget n1
	vpc_ok nat-gateway set n1 no-address 198.51.100.11 no-address 198.51.100.12 \
		no-address 198.51.100.13 no-address 198.51.100.14 no-address 198.51.100.15 \
		no-address 198.51.100.16
}

addresses_of()
{
	r conntrack -L -s "$1" 2>/dev/null | grep -o ' dst=198[0-9.]*' | sort -u | tr -d '\n'
}

connections()
{
	vpc_ok vpc set v1 connection-limit 10
	t_is "a VPC stops at its limit" "$(answered h1 3 -b 10.0.1.10 udp $SERVER 80 20)" 10
	t_num "counted" "$(drops v1 nat_connections)" -gt 0
	t_is "another VPC is not concerned" "$(answered h2 30 -b 10.0.1.10 udp $SERVER 80 20)" 20
	vpc_ok vpc set v1 connection-limit 0
	forget n1
	vpc_ok nat-gateway set n1 rate 5
	t_num "an endpoint starts so many per second" "$(answered h1 2 -b 10.0.1.10 udp $SERVER 80 100)" -lt 60
	t_num "counted" "$(drops v1 nat_rate)" -gt 0
	t_is "another endpoint is not concerned" "$(answered h1 30 -b 10.0.1.11 udp $SERVER 80 5)" 5
	vpc_ok nat-gateway set n1 rate 0
	forget n1
	forget n2
}

stat()
{
	r conntrack -S | grep -o "$1=[0-9]*" | cut -d= -f2 | awk '{ n += $1 } END { print n + 0 }'
}

# 60,000 of UDP and 20,000 of TCP, from 256 endpoints by one address to one destination
many()
{
	local i k failed addresses max

	max=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
	must sysctl -qw net.netfilter.nf_conntrack_max=400000
	echo 65536 >/sys/module/nf_conntrack/parameters/hashsize
	vpc_ok subnet add big vpc v1 cidr 10.0.8.0/22
	for i in 0 1 2 3; do
		host_new "b$i" "q$i" "10.0.$((8 + i)).2/22" via 10.0.8.1
		addresses=()
		for ((k = 2; k < 66; k++)); do
			addresses+=(address "10.0.$((8 + i)).$k")
			[ $k = 2 ] || must ns "b$i" ip addr add "10.0.$((8 + i)).$k/22" dev eth0
		done
		port_add "q$i" subnet big "${addresses[@]}"
	done
	failed=$(stat insert_failed)
	# Answers stay for as long as the slowest machine takes to start them all.
	must r sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600
	must r sysctl -qw net.netfilter.nf_conntrack_udp_timeout_stream=600
	for i in 0 1 2 3; do
		bg "u$i" "b$i" "$TALK" many -b "10.0.$((8 + i)).2" -a 64 -t 500 -k udp $SERVER 443 15000
		bg "t$i" "b$i" "$TALK" many -b "10.0.$((8 + i)).2" -a 64 -t 500 -k tcp $SERVER 443 5000
	done
	for i in 0 1 2 3; do
		wait_for 600 grep -q answered "$T_DIR/u$i.out"
		wait_for 600 grep -q answered "$T_DIR/t$i.out"
	done
	t_is "60,000 conversations of UDP at once, each with its own answer" \
		"$(cat "$T_DIR"/u?.out | awk '{ a += $2; w += $4; p += $6 } END { print a, w, p }')" "60000 0 60000"
	t_is "20,000 of TCP" \
		"$(cat "$T_DIR"/t?.out | awk '{ a += $2; w += $4; p += $6 } END { print a, w, p }')" "20000 0 20000"
	t_is "the gateway has them" "$(shown n1 connections)" 80000
	t_is "from 256 endpoints" "$(shown n1 sources)" 256
	t_is "conntrack refused none" "$(($(stat insert_failed) - failed))" 0
	for i in 0 1 2 3; do
		bg_stop "u$i"
		bg_stop "t$i"
	done
	forget n1
	sysctl -qw net.netfilter.nf_conntrack_max="$max"
}

outside
tenant 1
tenant 2
must ns h1 ip addr add 10.0.1.11/24 dev eth0
vpc_ok port del p1
port_add p1 subnet s1 address 10.0.1.10 address 10.0.1.11
nat 1 address $POOL1
nat 2 address $POOL2
pool
one_endpoint
flood
storm
pairing
connections
many
t_end
