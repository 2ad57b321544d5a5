#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPsec connections with keys by hand: what goes through, how large it may be, who may talk
# to whom, and that the underlay sees ESP and nothing else.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
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

setup
t_is "a connection without keys is down" "$(get '.[0].state' ipsec show t1)" down
keys t1 1
keys t2 2
t_ok "with security associations in both directions it is negotiated"
underlay_watch plain
check "ping, IPv4" ping_all ha 3 $LAN4 -p "$MARKER_HEX"
check "ping, IPv6" ping_all ha 3 $LAN6 -p "$MARKER_HEX"
underlay_stop plain
underlay_clean plain ping 12
t_end
