#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# VPN gateways in transit domains, with strongSwan at both ends: datacentres that no VPC knows
# of; several VPCs, datacentres and a direct connection in one domain, in route and in policy
# mode; a primary and a backup tunnel for several VPCs.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-ipsec.sh"
. "${0%/*}/../lib-swan.sh"
t_begin "IPsec: gateways in transit domains"
t_need ping socat swanctl "$SWAN"

IDC=172.20.0.1

setup()
{
	router_new
	underlay_new
	side 1
	side 2
	side 3
	vpc_ok vpc add d transit account 1
	customer_new 1
	customer_new 2
	gateway_new g vpc d inside 10.255.0.1
	for n in ha hb c1 c2; do
		tcp_echo $n
	done
	underlay_watch wire 200
	swan_start R c1 c2
	for n in 1 2; do
		conn_new "t$n" g "$n"
		conn_routes "t$n" g "$n" publish
		swan_pair "t$n" "$n"
	done
}

idc_to()
{
	check "$1: from $2 to $3" ping_all "c$2" 1 "172.16.$3.1" -I "172.16.$2.1" -p "$MARKER_HEX"
	check "$1: from $2 to $3, IPv6" ping_all "c$2" 1 "fd00:ac:$3::1" -I "fd00:ac:$2::1"
}

# vpc_and TEXT LETTER NUMBER N: VPC and datacentre N reach each other
vpc_and()
{
	local v=$2 i=$3 n=$4

	check "$1: from VPC $v to datacentre $n" ping_all "h$v" 2 "172.16.$n.1" -p "$MARKER_HEX"
	check "$1: from datacentre $n to VPC $v" ping_all "c$n" 2 "10.$i.1.10" -I "172.16.$n.1" \
		-p "$MARKER_HEX"
	check "$1: fragments" ping_all "h$v" 1 "172.16.$n.1" -s 3000 -M dont -p "$MARKER_HEX"
	check "$1: TCP" tcp_talks "h$v" "172.16.$n.1"
	check "$1: TCP the other way" tcp_talks "c$n" "10.$i.1.10"
}

# refused TEXT VPC HOST FROM TO: each of three is dropped, for whatever reason, and answered by none
refused()
{
	local before

	before=$(dropped "$2")
	ns "$3" ping -n -q -c 3 -i 0.2 -W 1 -I "$4" "$5" >/dev/null 2>&1
	t_num "$1" $(($(dropped "$2") - before)) -eq 3
}

dropped()
{
	drops_all "$1" | awk '{ sum += $2 } END { print sum + 0 }'
}

# Nobody has joined the domain.
datacentres()
{
	refused "no VPC: no transit by default" d c1 172.16.1.1 172.16.2.1
	vpc_ok vpn-gateway set g transit-between-connections on
	idc_to "no VPC" 1 2
	idc_to "no VPC" 2 1
	refused "no VPC: into one that has not joined" d c1 172.16.1.1 10.1.1.10
	refused "no VPC: out of one that has not joined" a ha 10.1.1.10 172.16.1.1
}

join()
{
	vpc_ok peering add "${1}d" vpc "$1" peer d
	vpc_ok route add "10.$2.0.0/16" gateway g via transit "${1}d"
	vpc_ok route add "10.$2.0.0/16" vpc d via transit "${1}d"
}

# A direct connection: host hu behind an uplink of the domain.
direct()
{
	host_new hu pu 100.64.0.1/30 via 100.64.0.2 quiet
	must ip -n "$T_ID.hu" addr add 192.168.1.10/24 dev lo
	uplink_add pu vpc d address 100.64.0.2/30 gateway 100.64.0.1
	vpc_ok route add 192.168.0.0/16 vpc d via router 100.64.0.1
	vpc_ok route add 192.168.0.0/16 gateway g via router 100.64.0.1
	must ip -n "$T_ID.c1" route replace 192.168.0.0/16 dev ipsec1 src 172.16.1.1
	vpc_ok route add 172.16.1.0/24 vpc d via ipsec t1
}

several()
{
	join a 1
	join b 2
	t_is "the peering lists the route of the gateway as such" \
		"$(get '.[0].routes[] | select(.gateway == "g") | .dst' peering show ad)" 10.1.0.0/16
	check "and in words" grep -q 'vpc d gateway g 10.1.0.0/16' <(vpc peering show ad)
	direct
	vpc_and domain a 1 1
	vpc_and domain b 2 1
	vpc_and domain b 2 2
	idc_to domain 1 2
	check "domain: from datacentre 1 to the direct connection" \
		ping_all c1 2 192.168.1.10 -I 172.16.1.1 -p "$MARKER_HEX"
	check "domain: and from there to it" ping_all hu 2 172.16.1.1 -I 192.168.1.10
	refused "domain: a VPC that has not joined" c hc 10.3.1.10 172.16.1.1
	refused "domain: nor can it be reached" d c1 172.16.1.1 10.3.1.10
	must ip -n "$T_ID.c2" addr add 10.1.1.99/32 dev lan
	capture_start at-hb hb eth0 'src host 10.1.1.99'
	refused "domain: a VPC's address out of a datacentre" d c2 10.1.1.99 10.2.1.10
	capture_stop at-hb
	t_num "domain: nothing of it arrives" "$(capture_count at-hb)" -eq 0
}

# The same by prefixes: datacentres reach the VPCs and not each other.
policies()
{
	local n

	for n in 1 2; do
		swan R --terminate --ike "t$n" --force >/dev/null
		must wait_for 60 conn_is "t$n" down
		[ "$n" = 2 ] || vpc_ok route del 172.16.1.0/24 vpc d
		vpc_ok route del "172.16.$n.0/24" gateway g
		vpc_ok route del "fd00:ac:$n::/64" gateway g
		vpc_ok ipsec del "t$n"
		conn_new "t$n" g "$n" mode policy local 10.1.0.0/16 local 10.2.0.0/16 \
			remote "172.16.$n.0/24"
		must ip -n "$T_ID.c$n" link del ipsec1
		must ip -n "$T_ID.c$n" route replace 10.0.0.0/8 via $WAN src "172.16.$n.1"
		must ip -n "$T_ID.c$n" route replace 172.16.0.0/16 via $WAN src "172.16.$n.1"
		swan_load "c$n" "t$n" < <(swan_conf "t$n" peer)
		swan_ours "t$n"
		check "policy mode: datacentre $n: negotiated" wait_for 120 conn_is "t$n" negotiated ||
			swan_log R "c$n"
	done
	for n in a b; do
		vpc_ok route add 172.16.0.0/12 vpc "$n" via transit "${n}d"
	done
	vpc_and "policy mode" a 1 1
	vpc_and "policy mode" b 2 1
	vpc_and "policy mode" a 1 2
	refused "policy mode: a VPC that has not joined" c hc 10.3.1.10 172.16.1.1
}

# One network behind both, for both VPCs.
backup()
{
	local n

	for n in 1 2; do
		must ip -n "$T_ID.c$n" addr add $IDC/32 dev lan
		vpc_ok probe add "q$n" for ipsec "t$n" icmp source 10.255.0.1 \
			destination "172.16.$n.1" interval 300
	done
	vpc_ok route add 172.20.0.0/16 gateway g via ipsec t1 weight 100 via ipsec t2 weight 0 publish
	for n in 1 2; do
		check "backup: probe $n is up" wait_for 60 probe_is "q$n" up
	done
	takes "backup: both are up" 1
	must ns c1 nft 'add table netdev gone; add chain netdev gone in {
		type filter hook ingress device eth0 priority 0; policy drop; }'
	check "backup: the first one dies" wait_for 60 probe_is q1 down
	takes "backup: the first one is dead" 2
	must ns c1 nft delete table netdev gone
	check "backup: it is back" wait_for 120 probe_is q1 up
	takes "backup: the first one is back" 1
	for n in 1 2; do
		vpc_ok probe del "q$n"
	done
	vpc_ok route del 172.20.0.0/16 gateway g
}

probe_is()
{
	[ "$(get '.[0].health' probe show "$1")" = "$2" ]
}

# takes TEXT N: packets of both VPCs leave through connection N alone; probes are smaller
takes()
{
	local v

	for v in a b; do
		capture_start takes U u0 "src host $WAN and ip proto 50 and greater 600"
		check "$1: ping from VPC $v" ping_all "h$v" 3 -s 700 $IDC -p "$MARKER_HEX"
		capture_stop takes
		t_is "$1: from VPC $v through connection $2" \
			"$(capture_count takes 'dst host 192.0.2.11') $(capture_count takes 'dst host 192.0.2.12')" \
			"$([ "$2" = 1 ] && echo 3 0 || echo 0 3)"
	done
}

setup
datacentres
several
backup
policies
underlay_stop wire
underlay_clean wire "in all of this" 100
t_end
