#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two customer gateways to one network: a route with weights 100 and 0, a probe through each
# tunnel. The active one's customer gateway dies without a word, traffic moves; it comes
# back, traffic moves back; both die: dropped, never in clear.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
t_begin "IPsec: two customer gateways"
t_need ping

IDC=172.20.0.1

# Both customer gateways have the address of the datacentre: whichever gets a packet answers.
setup()
{
	local n

	router_new
	underlay_new
	side 1
	customer_new 1
	customer_new 2
	gateway_new g vpc a inside 10.255.0.1
	for n in 1 2; do
		conn_new "t$n" g "$n"
		conn_routes "t$n" g "$n"
		keys "t$n" "$n"
		must ip -n "$T_ID.c$n" -batch - <<-END
			addr add $IDC/32 dev lan
			route add 10.0.0.0/8 via $WAN src $IDC metric 1
			xfrm policy add src $IDC/32 dst 10.0.0.0/8 dir out tmpl src 192.0.2.$((10 + n)) dst $WAN proto esp reqid 1 mode tunnel
			xfrm policy add src 10.0.0.0/8 dst $IDC/32 dir in tmpl src $WAN dst 192.0.2.$((10 + n)) proto esp reqid 1 mode tunnel
		END
	done
	vpc_ok route add 172.20.0.0/16 gateway g via ipsec t1 weight 100 via ipsec t2 weight 0 publish
	for n in 1 2; do
		vpc_ok probe add "q$n" for ipsec "t$n" icmp source 10.255.0.1 \
			destination "172.16.$n.1" interval 300
		check "the probe of connection $n is up" wait_for 60 probe_is "q$n" up
	done
}

probe_is()
{
	[ "$(get '.[0].health' probe show "$1")" = "$2" ]
}

# takes TEXT N: what ha says goes through connection N alone; probes are smaller
takes()
{
	capture_start takes U u0 "src host $WAN and ip proto 50 and greater 600"
	check "$1: ping" ping_all ha 3 -s 700 $IDC -p "$MARKER_HEX"
	capture_stop takes
	t_is "$1: through connection $2" \
		"$(capture_count takes 'dst host 192.0.2.11') $(capture_count takes 'dst host 192.0.2.12')" \
		"$([ "$2" = 1 ] && echo 3 0 || echo 0 3)"
}

# What comes over the standby passes; the answer takes the active one.
standby()
{
	capture_start standby ha eth0 "icmp[0] == 8 and src host $IDC"
	ns c2 ping -n -q -c 2 -i 0.2 -W 1 -I $IDC 10.1.1.10 >/dev/null
	fence ha 10.1.1.1
	capture_stop standby
	t_is "a standby's packets pass" "$(capture_count standby)" 2
}

# Its process is gone, its link is up: it hears nothing and says nothing.
die()
{
	must ip netns exec "$T_ID.c$1" nft '
		table netdev gone {
			chain in {
				type filter hook ingress device eth0 priority 0
				drop
			}
		}'
}

revive()
{
	must ip netns exec "$T_ID.c$1" nft delete table netdev gone
}

setup
underlay_watch wire
takes "both are up" 1
standby
die 1
check "the active one dies: its probe notices" wait_for 60 probe_is q1 down
t_is "the association is still there" "$(get '.[0].state' ipsec show t1)" negotiated
takes "the active one is dead" 2
revive 1
check "it comes back: its probe is up" wait_for 120 probe_is q1 up
takes "it is back" 1
die 1
die 2
check "both die" wait_for 60 probe_is q1 down
check "both are down" wait_for 60 probe_is q2 down
before=$(drops a nexthop_down)
shout ha $IDC
t_num "both are dead: dropped" "$(drop_gain a nexthop_down "$before")" -ge 10
revive 2
check "one comes back" wait_for 120 probe_is q2 up
takes "one is back" 2
underlay_stop wire
underlay_clean wire "in all of this" 20
t_end
