#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# VPCs and datacentres, with strongSwan at both ends: one datacentre; three that reach each
# other through the gateway; three that reach the VPC alone, in route mode, in policy mode,
# mixed. In each, what must work works in both directions, and what must not does not.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-ipsec.sh"
. "${0%/*}/../lib-swan.sh"
t_begin "IPsec: scenarios with datacentres"
t_need ping socat swanctl "$SWAN"

setup()
{
	router_new
	underlay_new
	side 1
	for n in 1 2 3; do
		customer_new $n
	done
	gateway_new g vpc a
	for n in ha c1 c2 c3; do
		tcp_echo $n
	done
	underlay_watch wire 200
	swan_start R c1 c2 c3
}

# route N, policy N: the connection of datacentre N, in that mode
route()
{
	conn_new "t$1" g "$1"
	conn_routes "t$1" g "$1" publish
	swan_pair "t$1" "$1"
}

# The customer has policies for these prefixes, and no interface.
policy()
{
	conn_new "t$1" g "$1" mode policy local 10.1.0.0/16 local fd00:1::/48 \
		remote "172.16.$1.0/24" remote "fd00:ac:$1::/64"
	must ip -n "$T_ID.c$1" link del ipsec1
	must ip -n "$T_ID.c$1" -batch - <<-END
		route replace 10.0.0.0/8 via $WAN src 172.16.$1.1
		route replace 172.16.0.0/16 via $WAN src 172.16.$1.1
		route replace fd00::/16 via fd00:ffff::1 src fd00:ac:$1::1
	END
	swan_load "c$1" "t$1" < <(swan_conf "t$1" peer)
	swan_ours "t$1"
	check "datacentre $1 in policy mode: negotiated" wait_for 120 conn_is "t$1" negotiated ||
		swan_log R "c$1"
	cheat "$1"
}

# With the same association it sends to the others, too, which is not in its configuration.
cheat()
{
	local n=$1 m tmpl

	tmpl="src 192.0.2.$((10 + n)) dst $WAN proto esp mode tunnel"
	tmpl+=" $(ns "c$n" ip xfrm state | grep -m 1 -o 'reqid [0-9]*')"
	for m in 1 2 3; do
		[ "$m" = "$n" ] || must ip -n "$T_ID.c$n" -batch - <<-END
			xfrm policy add src 172.16.$n.0/24 dst 172.16.$m.0/24 dir out tmpl $tmpl
			xfrm policy add src fd00:ac:$n::/64 dst fd00:ac:$m::/64 dir out tmpl $tmpl
		END
	done
}

gone()
{
	swan R --terminate --ike "t$1" --force >/dev/null
	must wait_for 60 conn_is "t$1" down
	if [ "$(get '.[0].mode' ipsec show "t$1")" = route ]; then
		vpc_ok route del "172.16.$1.0/24" gateway g
		vpc_ok route del "fd00:ac:$1::/64" gateway g
	fi
	vpc_ok ipsec del "t$1"
}

# vpc_and TEXT N: the VPC and datacentre N reach each other
vpc_and()
{
	local n=$2

	check "$1: from the VPC to $n" ping_all ha 2 "172.16.$n.1" -p "$MARKER_HEX"
	check "$1: from the VPC to $n, IPv6" ping_all ha 1 "fd00:ac:$n::1" -p "$MARKER_HEX"
	check "$1: from $n to the VPC" ping_all "c$n" 2 10.1.1.10 -I "172.16.$n.1" -p "$MARKER_HEX"
	check "$1: from $n, fragments" ping_all "c$n" 1 10.1.1.10 -I "172.16.$n.1" -s 3000 -M dont
	check "$1: from the VPC to $n, large" ping_all ha 1 "172.16.$n.1" -s 1400 -M "do"
	check "$1: from the VPC to $n, TCP" tcp_talks ha "172.16.$n.1"
	check "$1: from $n to the VPC, TCP" tcp_talks "c$n" 10.1.1.10
}

between()
{
	check "$1: from $2 to $3" ping_all "c$2" 1 "172.16.$3.1" -I "172.16.$2.1" -p "$MARKER_HEX"
	check "$1: from $2 to $3, IPv6" ping_all "c$2" 1 "fd00:ac:$3::1" -I "fd00:ac:$2::1"
}

dropped()
{
	drops_all "$1" | awk '/^(ipsec_|no_route)/ { sum += $2 } END { print sum + 0 }'
}

# Dropped, every one, and not only unanswered.
not_between()
{
	local before

	before=$(dropped a)
	ns "c$2" ping -n -q -c 2 -i 0.2 -W 1 -I "172.16.$2.1" "172.16.$3.1" >/dev/null 2>&1
	ns "c$2" ping -n -q -c 2 -i 0.2 -W 1 -I "fd00:ac:$2::1" "fd00:ac:$3::1" >/dev/null 2>&1
	t_num "$1: nothing from $2 to $3" $(($(dropped a) - before)) -eq 4
}

setup
route 1
vpc_and "one datacentre" 1

route 2
route 3
vpc_ok vpn-gateway set g transit-between-connections on
for n in 2 3; do
	vpc_and "transit" "$n"
done
between transit 1 2
between transit 2 3
between transit 3 1

vpc_ok vpn-gateway set g transit-between-connections off
vpc_and "no transit" 3
not_between "no transit" 1 2
not_between "no transit" 3 1

gone 2
policy 2
vpc_and mixed 1
vpc_and mixed 2
not_between mixed 1 2
not_between mixed 2 3

gone 1
gone 3
policy 3
vpc_and "policy mode" 2
vpc_and "policy mode" 3
not_between "policy mode" 2 3
underlay_stop wire
underlay_clean wire "in all of this" 100
t_end
