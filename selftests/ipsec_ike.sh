#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# strongSwan negotiates, with the configuration that vpcctl prints: IKEv2 and IKEv1, secrets
# and certificates, through NAT; rekeying under traffic, a daemon that dies.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
. "${0%/*}/lib-swan.sh"
t_begin "IPsec: strongSwan"
t_need ping socat swanctl "$SWAN"

LAN4=172.16.1.1 LAN6=fd00:ac:1::1

setup()
{
	router_new
	underlay_new
	side 1
	customer_new 1
	gateway_new g vpc a
	conn_new t1 g 1
	conn_routes t1 g 1 publish
	underlay_watch wire 200
	swan_start R c1
}

carries()
{
	check "$1: ping" ping_all ha 2 $LAN4 -p "$MARKER_HEX"
	check "$1: IPv6" ping_all ha 2 $LAN6 -p "$MARKER_HEX"
	check "$1: from the other end" ping_all c1 2 10.1.1.10 -I $LAN4 -p "$MARKER_HEX"
}

setup
swan_pair t1 1
t_ok "IKEv2 by the printed configuration"
carries IKEv2
underlay_stop wire
underlay_clean wire "in all of this" 100
t_end
