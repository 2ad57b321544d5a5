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
t_need ping socat swanctl pki "$SWAN"

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

# again TEXT SED [SED-PEER]: negotiates once more with an edited configuration
again()
{
	local text=$1

	swan R --terminate --ike t1 --force >/dev/null
	must wait_for 60 conn_is t1 down
	must wait_for 60 peer_is_down
	swan_peer t1 1 "${3:-$2}"
	swan_ours t1 "$2"
	check "$text: negotiated" wait_for 120 conn_is t1 negotiated || swan_log R c1
}

peer_is_down()
{
	[ -z "$(ns c1 ip xfrm state)" ]
}

spis()
{
	r ip xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort
}

new_spis()
{
	local now

	now=$(spis)
	[ "$now" != "$1" ] && [ "$(wc -l <<<"$now")" = 2 ]
}

rekey()
{
	local before old

	before=$(drops_all a)
	bg catch c1 "$T_STAMP" recv "$T_DIR/seen.stamps" ipsec1 7000
	must wait_for 60 grep -q ready "$T_DIR/catch.out"
	stamp_send sent ha $LAN4 7000 5000
	for _ in 1 2; do
		old=$(spis)
		must swan R --rekey --child t1
		check "rekey: other associations" wait_for 60 new_spis "$old"
		stamp_wait seen $(($(stamp_highest sent) + 20))
	done
	must swan c1 --rekey --ike t1
	stamp_wait seen $(($(stamp_highest sent) + 50))
	bg_stop sent
	stamp_wait seen "$(stamp_highest sent)"
	bg_stop catch
	t_is "rekey under traffic: nothing is lost" "$(stamp_count seen)" "$(stamp_highest sent)"
	t_is "rekey: nothing is dropped" "$(drops_all a)" "$before"
}

# What is negotiated stays; a new daemon negotiates anew.
killed()
{
	local old

	swan_kill R
	check "daemon killed: what is negotiated carries" ping_all ha 2 $LAN4 -p "$MARKER_HEX"
	must r ip xfrm state flush
	must wait_for 60 conn_is t1 down
	shout ha $LAN4 $LAN6
	must r ip xfrm policy flush
	swan_start R
	swan_ours t1
	check "a new one negotiates" wait_for 120 conn_is t1 negotiated || swan_log R c1
	carries "after the daemon was killed"
}

# It complains that it has no TPM.
pki()
{
	command pki "$@" 2>>"$T_DIR/pki.err"
}

certificates()
{
	local who dir addr

	(cd "$T_DIR" &&
		pki --gen --type ecdsa --size 256 --outform pem >ca.key &&
		pki --self --ca --in ca.key --type ecdsa --dn "CN=test CA" --outform pem >ca.pem) ||
		exit 1
	for who in R:$WAN c1:192.0.2.11; do
		addr=${who#*:}
		dir=$(swan_dir "${who%%:*}")
		pki --gen --type ecdsa --size 256 --outform pem >"$dir/private/own.pem"
		pki --pub --in "$dir/private/own.pem" --type ecdsa |
			pki --issue --cacert "$T_DIR/ca.pem" --cakey "$T_DIR/ca.key" --dn "CN=$addr" \
				--san "$addr" --outform pem >"$dir/x509/own.pem"
		cp "$T_DIR/ca.pem" "$dir/x509ca/"
	done
	again certificates 's/auth = psk/auth = pubkey/; /^    local {/a certs = own.pem'
	carries certificates
}

setup
swan_pair t1 1
t_ok "IKEv2 by the printed configuration: negotiated"
carries IKEv2
rekey
killed
again "ESP in UDP" '/version = /a encap = yes'
carries "ESP in UDP"
certificates
# One pair of prefixes per association: IPv6 would need a child of its own.
again IKEv1 's/version = 2/version = 1/'
check "IKEv1: ping" ping_all ha 2 $LAN4 -p "$MARKER_HEX"
underlay_stop wire
underlay_clean wire "in all of this" 100
t_num "and ESP in UDP" "$(capture_count wire 'udp port 4500')" -ge 12
t_end
