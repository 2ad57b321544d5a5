#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever is wrong with policies and security associations: nothing leaves in clear, and
# what is dropped is counted by its reason. All packets carry a marker; the underlay is
# captured in each case, and anything that is not ESP is a failure.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
t_begin "IPsec: never a packet in clear"
t_need ping socat nc nft

LAN4=172.16.1.1 LAN6=fd00:ac:1::1
PEER=192.0.2.11
TMPL=(tmpl src "$WAN" dst "$PEER" proto esp reqid 1 mode)
ID=

setup()
{
	router_new
	must r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	underlay_new
	# The worst case: for the host, everything is out there.
	must r ip route add default via $PEER
	must r ip route add default via fd00:ffff::11
	side 1
	customer_new 1
	gateway_new g vpc a
	conn_new t1 g 1
	conn_routes t1 g 1
	ID=$(if_id t1)
}

# With fail-open packets go on although the next hop is down.
routes()
{
	vpc_ok route replace 172.16.1.0/24 vpc a via ipsec t1 "$@"
	vpc_ok route replace fd00:ac:1::/64 vpc a via ipsec t1 "$@"
}

xfrm_clear()
{
	must r ip xfrm policy flush
	must r ip xfrm state flush
	must wait_for 60 conn_is t1 down
}

# policies ARG...: of t1, for both families
policies()
{
	must r ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out "$@"
	must r ip xfrm policy add src ::/0 dst ::/0 dir out "$@"
}

# leak TEXT REASON: nothing of all that is said gets out
leak()
{
	local before

	before=$(drops a "$2")
	underlay_watch leak
	shout ha $LAN4 $LAN6
	underlay_stop leak
	underlay_clean leak "$1"
	t_num "$1: counted as $2" "$(drop_gain a "$2" "$before")" -ge 20
	xfrm_clear
}

# The verdict itself: it must notice one packet.
verdict()
{
	underlay_watch dirty
	ns R "$T_PKT" udp -c 1 -s 200 -p "$MARKER" $PEER 9
	fence R $PEER
	underlay_stop dirty
	t_num "the verdict notices a packet in clear" \
		"$(underlay_dirt dirty | grep -cE "$MARKER|UDP")" -ge 2
}

associations()
{
	routes
	leak "nothing at all" nexthop_down
	routes fail-open
	leak "no policy" ipsec_no_policy

	policies if_id "$ID" "${TMPL[@]}" tunnel
	leak "policy without an association" ipsec_no_sa
	policies if_id "$ID" "${TMPL[@]}" tunnel
	bg monitor R ip xfrm monitor acquire
	leak "policy and somebody who will negotiate" ipsec_no_sa
	bg_stop monitor
	policies if_id "$ID" "${TMPL[@]}" tunnel
	keys_in t1 1
	leak "an association in one direction" ipsec_no_sa

	policies if_id "$ID" action block
	leak "policy that blocks" ipsec_blocked
	policies if_id "$ID"
	leak "policy that allows without encryption" ipsec_no_policy
	must r ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id "$ID" \
		"${TMPL[@]}" transport level use
	must r ip xfrm policy add src ::/0 dst ::/0 dir out if_id "$ID" tmpl src fd00:ffff::1 \
		dst fd00:ffff::11 proto esp mode transport level use
	leak "policy that makes encryption optional" ipsec_no_policy

	# The inner header would be outside.
	must r ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id "$ID" tmpl proto esp mode transport
	must r ip xfrm policy add src ::/0 dst ::/0 dir out if_id "$ID" tmpl proto esp mode transport
	SA_MODE=transport SA_REQID=0 sa R 10.1.1.10 $LAN4 0x500 if_id "$ID"
	SA_MODE=transport SA_REQID=0 sa R fd00:1:0:1::10 $LAN6 0x500 if_id "$ID"
	leak "transport mode" ipsec_mode
}

numbers()
{
	policies if_id $((ID + 1)) "${TMPL[@]}" tunnel
	sa R $WAN $PEER 0x501 if_id $((ID + 1))
	leak "policy and association of another if_id" ipsec_no_policy
	policies if_id "$ID" "${TMPL[@]}" tunnel
	sa R $WAN $PEER 0x502 if_id $((ID + 1))
	leak "association of another if_id" ipsec_no_sa
	policies if_id "$ID" "${TMPL[@]}" tunnel
	sa R $WAN $PEER 0x503
	leak "association without an if_id" ipsec_no_sa
	policies "${TMPL[@]}" tunnel
	sa R $WAN $PEER 0x504
	leak "policy and association without an if_id" ipsec_no_policy
}

# --- under traffic ----------------------------------------------------------------------

# What takes the tunnel away, and what it is counted as, while everything flows.
flushed()
{
	local before

	routes
	keys t1 1
	underlay_watch storm 200
	storm_start s ha c1 $LAN4 $LAN6
	before=$(drops a nexthop_down)
	for _ in 1 2 3; do
		must r ip xfrm state flush
		must wait_for 60 more_drops nexthop_down "$before"
		before=$(drops a nexthop_down)
		keys_in t1 1
		sa R $WAN $PEER "$(spi_out 1)" if_id "$ID"
		check "associations flushed and made again: it goes on" storm_moves s
	done
	must r ip xfrm policy flush
	must wait_for 60 more_drops ipsec_no_policy 0
	t_ok "policies flushed: drops are counted"
	policies if_id "$ID" "${TMPL[@]}" tunnel
	check "policies made again: it goes on" storm_moves s
	rekey
	masquerade
	deleted
	storm_stop s
	underlay_stop storm
	underlay_clean storm "under traffic" 200
}

more_drops()
{
	[ "$(drops a "$1")" -gt "$2" ]
}

# The new association first, at the receiver first.
rekey()
{
	local old new before

	before=$(drops_all a)
	stamp_catch seen c1 7000
	stamp_send sent ha $LAN4 7000 5000
	old=$(spi_out 1)
	for new in 0x701 0x702; do
		sa c1 $WAN $PEER $new
		sa R $WAN $PEER $new if_id "$ID"
		must r ip xfrm state delete src $WAN dst $PEER proto esp spi "$old"
		stamp_wait seen $(($(stamp_highest sent) + 20))
		must ns c1 ip xfrm state delete src $WAN dst $PEER proto esp spi "$old"
		old=$new
	done
	bg_stop sent
	stamp_wait seen "$(stamp_highest sent)"
	bg_stop catch.seen
	t_is "rekey under traffic: nothing is lost" "$(stamp_count seen)" "$(stamp_highest sent)"
	t_is "rekey: nothing is dropped" "$(drops_all a)" "$before"
}

# Host NAT looks the policy up again for what it has changed.
masquerade()
{
	must r nft '
		table ip nat {
			chain post {
				type nat hook postrouting priority 100
				oifname "wan" counter masquerade
			}
		}
		table ip6 nat {
			chain post {
				type nat hook postrouting priority 100
				oifname "wan" counter masquerade
			}
		}'
	capture_start inside c1 eth0 'icmp and src net 10.0.0.0/8'
	check "with masquerading on the underlay: ping" ping_all ha 3 $LAN4
	capture_stop inside
	t_num "and the source stays" "$(capture_count inside 'src 10.1.1.10')" -ge 3
	check "with masquerading: it goes on" storm_moves s
	must r nft flush ruleset
}

deleted()
{
	local before

	before=$(drops a no_route)
	vpc_ok route del 172.16.1.0/24 vpc a
	vpc_ok route del fd00:ac:1::/64 vpc a
	vpc_ok route del 172.16.1.0/24 gateway g
	vpc_ok route del fd00:ac:1::/64 gateway g
	vpc_ok ipsec del t1
	check "connection deleted under traffic: no_route is counted" \
		wait_for 60 more_drops no_route "$((before + 20))"
	shout ha $LAN4 $LAN6
	xfrm_gone
}

xfrm_gone()
{
	must r ip xfrm policy flush
	must r ip xfrm state flush
}

setup
verdict
associations
numbers
flushed
t_end
