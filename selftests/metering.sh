#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Drops by reason of ports, peerings, connections and NAT gateways, each direction: as many as were
# sent, and no counter of vpcctl metrics falls when something is configured under traffic.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # check calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
# 192.0.2.0/24 is that of the NAT gateway's uplink.
WAN=198.18.0.1
. "${0%/*}/lib-nat.sh"
t_begin "metering"

# reasons OBJECT NAME: "REASON N", or "REASON sent N", a line each
reasons()
{
	get '.[0].drop_reasons[] | "\(.reason)\(if .sent then " sent" else "" end) \(.packets)"' \
		"$1" show "$2" | sort
}

keep_reasons()
{
	{ echo "none 0" && reasons "$@"; } >"$T_DIR/reasons"
}

# What has come since keep_reasons.
gained()
{
	awk '{ n = $NF; sub(/ [0-9]+$/, "") }
		NR == FNR { was[$0] = n; next }
		n != was[$0] { print $0, n - was[$0] }' "$T_DIR/reasons" <(reasons "$@") | paste -sd,
}

# gains TEXT WANT OBJECT NAME: answers are quick, and what waits for nobody is dropped later.
gains()
{
	local text=$1 want=$2

	shift 2
	wait_for 30 is_gained "$want" "$@"
	t_is "$text" "$(gained "$@")" "$want"
}

is_gained()
{
	local want=$1

	shift
	[ "$(gained "$@")" = "$want" ]
}

# sums OBJECT NAME: received ones are all drops that there are; a peering has both in it.
sums()
{
	t_is "$1 $2: reasons are all of its drops" "$(get '.[0] |
		(.drop_reasons | map(select(.sent | not) | .packets) | add // 0) - .counters.drops' \
		"$1" show "$2")" 0
}

# frame HOST PORT COUNT LAYER...: behind eth
frame()
{
	local host=$1 port=$2 count=$3

	shift 3
	must ns "$host" "$T_PKT" send -c "$count" eth0 eth src "$(mac "$host" eth0)" \
		dst "$(mac R "$port")" "$@"
}

of_port()
{
	keep_reasons port pa
	must ns ha "$T_PKT" udp -c 5 192.0.2.77 9
	frame ha pa 3 ip4 src 10.1.1.99 dst 10.2.1.10 udp 1 9
	frame ha pa 4 ip4 src 10.1.1.10 dst 10.2.1.10 ttl 1 udp 1 9
	fence ha 10.1.1.1
	gains "a port: each reason, exactly" "no_route 5,source_address 3,ttl 4" port pa
	sums port pa
	t_is "the other port has none of it" \
		"$(get '.[0].drop_reasons | map(select(.reason == "no_route")) | length' port show pb)" 0
	check "in text" grep -qx "    drop no_route 5" <(vpc -stats port show pa)
	check "in metrics" grep -qxF \
		'vpc_port_drops_total{device="pa",vpc="a",direction="received",reason="source_address"} 3' <(vpc metrics)
	vpc_ok port del pa
	port_add pa subnet sa address 10.1.1.10 address fd00:1:0:1::10 lladdr "$(mac ha eth0)"
	t_is "one that is added again has none" "$(reasons port pa)" ""
}

of_rates()
{
	bg rates R vpcctl -json stats every 3 count 2
	must wait_for 60 test -s "$T_DIR/rates.out"
	must ns ha "$T_PKT" udp -c 30 192.0.2.77 9
	must bg_wait rates 60
	t_is "rates have the reason" "$(tail -n 1 "$T_DIR/rates.out" | jq -r \
		'.[] | select(.name == "pa") | .drops.no_route * .interval_ns / 1e9 | round')" 30
}

of_peering()
{
	keep_reasons peering ab
	must ns ha "$T_PKT" udp -c 6 10.2.1.99 9
	must ns hb "$T_PKT" udp -c 2 10.1.1.99 9
	fence ha 10.1.1.1
	fence hb 10.2.1.1
	gains "a peering: both directions" "peering_transit 6,peering_transit sent 2" peering ab
	check "in metrics, with who sent it" grep -qxF \
		'vpc_peering_drops_total{peering="ab",from="b",to="a",reason="peering_transit"} 2' <(vpc metrics)
	t_is "their sum" "$(get '.[0] | (.drop_reasons | map(.packets) | add) - .counters.drops' peering show ab)" 0
	vpc_ok peering add ac vpc a peer c
}

of_gateway()
{
	local offered

	tenant 1
	nat 1 address $POOL1
	check "ready" ping_all h1 1 $SERVER
	keep_reasons nat-gateway n1
	offered=$(get '.[0].counters.rx_packets' nat-gateway show n1)
	frame h1 p1 3 ip4 src 10.0.1.10 dst $SERVER proto 47 hex 00000000
	frame h1 p1 2 ip4 src 10.0.1.10 dst $SERVER tcp 7 80 flags 16
	frame h1 p1 4 ip4 src 10.0.1.10 dst $SERVER ttl 1 udp 7 80
	must vpc nat-gateway snat del n1 cidr 10.0.0.0/16
	must ns h1 "$T_PKT" udp -c 5 -B 7001 $OTHER 9
	must vpc nat-gateway snat add n1 cidr 10.0.0.0/16
	fence h1 10.0.1.1
	gains "a NAT gateway: each reason" "nat_invalid 2,nat_protocol 3,nat_rule 5,ttl 4" nat-gateway n1
	t_is "all of it was offered" "$(($(get '.[0].counters.rx_packets' nat-gateway show n1) - offered))" 14
	sums nat-gateway n1
}

of_connection()
{
	underlay_new
	customer_new 1
	gateway_new g vpc a
	conn_new dc g 1
	conn_routes dc g 1 publish
	keys dc 1
	check "packets pass" ns ha ping -c 1 -W 20 172.16.1.1
	keep_reasons ipsec dc
	# Nobody has the first address; the second one is not of the VPC.
	must ns c1 "$T_PKT" udp -c 3 -b 172.16.1.1 10.1.1.77 9
	fence ha 172.16.1.1
	must ns ha "$T_PKT" udp -c 1 172.16.1.1 9
	must ip -n "$T_ID.R" xfrm policy flush
	must ns ha "$T_PKT" udp -c 4 172.16.1.1 9
	fence ha 10.1.1.1
	gains "a connection: both directions" "ipsec_no_policy sent 4,no_endpoint 3" ipsec dc
	sums ipsec dc
}

# grown TEXT [GONE]: no counter is less than it was, and only GONE is not there any more.
grown()
{
	vpc metrics | grep '_total{' | sort >"$T_DIR/now"
	t_is "$1" "$(awk -v gone="${2:-^$}" '
		{ n = $NF; sub(/ [0-9]+$/, "") }
		NR == FNR { was[$0] = n; next }
		{ seen[$0] = 1 }
		($0 in was) && n < was[$0] { print "fell:", $0, was[$0], n }
		END {
			for (s in was)
				if (!(s in seen) && s !~ gone)
					print "missing:", s
		}' "$T_DIR/before" "$T_DIR/now")" ""
	mv "$T_DIR/now" "$T_DIR/before"
}

changed()
{
	vpc_ok "$@"
	grown "nothing falls: $*"
}

monotonic()
{
	bg away ha "$T_PKT" udp -i 2000 192.0.2.77 9
	bg there ha "$T_PKT" udp -i 2000 10.2.1.10 9
	bg out h1 "$T_PKT" udp -i 5000 $SERVER 9
	vpc metrics | grep '_total{' | sort >"$T_DIR/before"
	t_num "counters to look at" "$(wc -l <"$T_DIR/before")" -gt 60
	changed vpc set a cidr 10.9.0.0/16
	changed vpc set a no-cidr 10.9.0.0/16
	changed vpc set a connection-limit 1000
	changed vpc set b filter on
	changed vpc set b filter off
	changed table add t vpc a
	changed route add 10.2.0.0/16 table t via peering ab
	changed subnet set sa table t
	changed subnet set sa table default
	changed route replace 192.0.2.0/24 vpc a via blackhole
	changed route del 192.0.2.0/24 vpc a
	vpc_ok peering set ab name xy
	sed -i 's/peering="ab"/peering="xy"/' "$T_DIR/before"
	grown "another name, the same counters"
	changed peering accept ac
	changed nat-gateway set n1 port-limit 128
	changed nat-gateway set n1 address $POOL2
	changed nat-gateway set n1 no-address $POOL2
	changed vpn-gateway set g bandwidth 10mbit
	changed alarm add loud on peering xy packets above 1000000 for 5
	changed customer-gateway add c2 address 198.18.0.99
	changed ipsec add dc2 gateway g customer c2
	vpc_ok route del 172.16.1.0/24 gateway g
	vpc_ok route del fd00:ac:1::/64 gateway g
	vpc_ok ipsec del dc
	grown "a connection goes, and nothing else" 'connection="dc"'
	vpc_ok peering del ac
	grown "a peering goes" 'peering="ac"'
	vpc_ok port del pb
	grown "a port goes" 'device="pb"'
	port_add pb subnet sb address 10.2.1.10
	grown "and comes again"
	vpc_ok port del pc
	vpc_ok subnet del sc
	vpc_ok vpc del c
	grown "a VPC goes" '(vpc|from|to)="c"'
	bg_stop away
	bg_stop there
	bg_stop out
}

outside
ACCOUNT=1 side 1
ACCOUNT=1 side 2
ACCOUNT=2 side 3
vpc_ok peering add ab vpc a peer b
vpc_ok route add 10.2.0.0/16 vpc a via peering ab
vpc_ok route add 10.1.0.0/16 vpc b via peering ab
of_port
of_rates
of_peering
of_gateway
of_connection
monotonic
t_end
