#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Transit domains: who may join, what their tables decide, what is never carried.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "transit domains"
t_need socat "$T_STAMP"

peering_state()
{
	get '.[0].state' peering show "$1"
}

is_state()
{
	[ "$(peering_state "$1")" = "$2" ]
}

peering_counter()
{
	get ".[0].counters.$2" peering show "$1"
}

# The prefixes of the static routes of a table, with types of next hops.
routes()
{
	get '[.[] | select(.origin == "static")] | map("\(.dst):\(.nexthops | map(.type) | join("+"))")
		| sort | join(" ")' route show "$@"
}

# join N...: these VPCs join domain d, and send everything that is not theirs there
join()
{
	local n v

	for n; do
		v=$(letter "$n")
		vpc_ok peering add "${v}d" vpc "$v" peer d
		vpc_ok route add 0.0.0.0/0 vpc "$v" via transit "${v}d"
		vpc_ok route add ::/0 vpc "$v" via transit "${v}d"
	done
}

# lead N...: the domain's table knows these VPCs
lead()
{
	local n v

	for n; do
		v=$(letter "$n")
		vpc_ok route add "10.$n.0.0/16" vpc d via transit "${v}d"
		vpc_ok route add "fd00:$n::/48" vpc d via transit "${v}d"
	done
}

# A datacentre: host hu on an uplink of VPC $1, with addresses of its own behind it.
idc()
{
	host_new hu pu 100.64.0.1/30 fd00:64::1/64 via 100.64.0.2 via fd00:64::2 quiet
	must ip -n "$T_ID.hu" addr add 192.168.1.10/24 dev lo
	must ip -n "$T_ID.hu" addr add fd00:192::10/64 dev lo nodad
	uplink_add pu vpc "$1" address 100.64.0.2/30 address fd00:64::2/64 \
		gateway 100.64.0.1 gateway fd00:64::1
	vpc_ok route add 192.168.0.0/16 vpc "$1" via router 100.64.0.1
	vpc_ok route add fd00:192::/32 vpc "$1" via router fd00:64::1
}

# refuses TEXT VPC REASON HOST ADDR [ARG...]: each of three echo requests is dropped for REASON
refuses()
{
	local text=$1 vpc=$2 reason=$3 before

	before=$(drops "$vpc" "$reason")
	ns "$4" ping -n -q -c 3 -i 0.05 -W 0.2 "${@:6}" "$5" >/dev/null 2>&1
	t_num "$text: dropped as $reason" "$(($(drops "$vpc" "$reason") - before))" -eq 3
}

nothing_arrived()
{
	t_num "$1" "$(capture_count "at-$2" "${3-}")" -eq 0
}

# --- objects; no packets -----------------------------------------------------------------

objects()
{
	local i

	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48 account 1
	vpc_ok vpc add b cidr 10.1.0.0/16 account 1
	vpc_ok vpc add c cidr 10.3.0.0/16 account 2
	vpc_ok vpc add d transit account 1
	vpc_ok vpc add e transit account 1
	t_is "a transit domain is shown as one" \
		"$(get '.[0] | "\(.transit) \(.cidr // [] | length)"' vpc show d)" "true 0"
	t_is "and a VPC is not" "$(get '.[0].transit // false' vpc show a)" false
	vpc_ok peering add ac vpc a peer c
	vpc_ok peering accept ac
	vpc_ok peering add ad vpc a peer d
	t_is "same account: joined at once" "$(peering_state ad)" active
	keep
	refuse transit CIDR -- vpc add x transit cidr 10.9.0.0/16
	refuse CIDR -- vpc add x
	refuse d transit CIDR -- vpc set d cidr 10.9.0.0/16
	refuse d transit CIDR -- vpc set d no-cidr 10.9.0.0/16
	refuse d transit subnet "peer d" -- subnet add s vpc d cidr 10.9.1.0/24
	refuse d e transit -- peering add de vpc d peer e
	refuse ad already -- peering add x vpc d peer a
	refuse "via transit ad" -- route add 10.2.0.0/16 vpc a via peering ad
	refuse "via transit ad" -- route add 10.1.0.0/16 vpc d via peering ad
	refuse "via peering ac" -- route add 10.3.0.0/16 vpc a via transit ac
	refuse ac d -- route add 10.3.0.0/16 vpc d via transit ac
	refuse ad c -- route add 10.3.0.0/16 vpc b via transit ad
	refuse nothing -- route add 10.3.0.0/16 vpc a via transit nothing
	refuse 10.1.5.0/24 10.1.0.0/16 transit -- route add 10.1.5.0/24 vpc a via transit ad
	refuse transit -- probe add p for peering ad icmp source 10.1.0.9 destination 10.1.0.10
	refuse ad -- vpc del d
	refuse peering -- vpc del a

	check "VPCs with the same address space join" vpc peering add bd vpc b peer d
	check "a join from the domain's side" vpc peering add ae vpc e peer a
	check "another account asks" vpc peering add cd vpc c peer d as 2
	t_is "and waits" "$(peering_state cd)" pending
	keep
	refuse cd account -- peering accept cd as 2
	refuse cd account -- peering del cd as 3
	check "the domain's account accepts" vpc peering accept cd as 1
	check "tables in a domain" vpc table add td vpc d
	check "any prefix has a route there" vpc route add 10.1.5.0/24 table td via transit ad
	t_is "the types of next hops are told" "$(routes table td)" "10.1.5.0/24:transit"
	t_is "with the peering" "$(get '.[0].nexthops[0].peering' route show table td)" ad
	vpc_ok route add 10.0.0.0/8 vpc a via transit ad
	t_is "show lists both sides' routes" \
		"$(get '.[0].routes | map("\(.vpc) \(.table // "default") \(.dst)") | sort | join(", ")' \
			peering show ad)" "a default 10.0.0.0/8, d td 10.1.5.0/24"
	t_is "how many routes a deletion takes out" "$(get .routes_removed peering del ad)" 2
	t_is "they are gone on both sides" "$(routes vpc a), $(routes table td)" ", "
	vpc_ok peering del bd
	vpc_ok peering del cd
	keep
	refuse td -- vpc del d
	vpc_ok table del td
	check "a domain that nobody needs goes" vpc vpc del d
	vpc_ok vpc add d transit account 1

	vpc_ok vpc set a peering-limit 2
	keep
	refuse a 2 -- peering add ad vpc a peer d
	for ((i = 11; i <= 30; i++)); do
		echo "vpc add v$i cidr 10.1.0.0/16 account 1"
		echo "peering add p$i vpc v$i peer d"
	done >"$T_DIR/batch"
	check "a domain has no limit of ten" vpc -batch "$T_DIR/batch"
	vpc_ok vpc set d peering-limit 20
	keep
	refuse d 20 -- peering add x vpc d peer b
}

# --- what is carried -----------------------------------------------------------------------

carries()
{
	local ad bd

	router_new
	side 1
	side 2
	side 3
	vpc_ok vpc add d transit account 1
	join 1 2 3
	capture_start at-hb hb eth0 'net 10.1.0.0/16 or net fd00:1::/48'
	refuses "no route in the domain" a no_route ha 10.2.1.10
	refuses "no route in the domain, IPv6" a no_route ha fd00:2:0:1::10
	lead 2
	refuses "only one has a route in the domain" a source_route ha 10.2.1.10
	refuses "only one has a route in the domain, IPv6" a source_route ha fd00:2:0:1::10
	capture_stop at-hb
	nothing_arrived "unless the domain knows both, nothing arrives" hb
	lead 1

	capture_start at-hb hb eth0 'src net 10.1.0.0/16 and icmp[0] == 8'
	ad=$(peering_counter ad rx_packets)
	bd=$(peering_counter bd tx_packets)
	check "IPv4 ping" pings ha 10.2.1.10
	capture_stop at-hb
	t_num "the hop count is lowered once" "$(capture_count at-hb 'ip[8] == 63')" -eq 1
	t_num "counted where it comes from" "$(($(peering_counter ad rx_packets) - ad))" -eq 1
	t_num "and where it goes to" "$(($(peering_counter bd tx_packets) - bd))" -eq 1
	check "IPv6 ping" pings ha fd00:2:0:1::10
	check "from the other side" pings hb 10.1.1.10
	tcp_echo hb
	check "TCP" tcp_talks ha 10.2.1.10
	check "TCP over IPv6" tcp_talks ha fd00:2:0:1::10
	check "a packet of several fragments" ns ha ping -n -c 1 -W 20 -s 4000 10.2.1.10
	t_is "route get follows the domain's table to the endpoint" \
		"$(get '"\(.nexthops[0].peering) \(.endpoint.vpc) \(.endpoint.address)"' \
			route get 10.2.1.10 from pa)" "ad b 10.2.1.10"
	t_is "where nobody has the address, there is none" \
		"$(get '.endpoint' route get 10.2.1.77 from pa)" null

	capture_start at-hc hc eth0 'net 10.1.0.0/16'
	refuses "a VPC that the domain has no route to" a no_route ha 10.3.1.10
	refuses "nor does it get out of there" c source_route hc 10.1.1.10
	capture_stop at-hc
	nothing_arrived "nothing of a arrives in c" hc 'src net 10.1.0.0/16'

	ad=$(peering_counter ad drops)
	bd=$(peering_counter bd drops)
	refuses "nobody has the address" a peering_transit ha 10.2.1.99
	t_num "a drop after two peerings counts for the first" "$(($(peering_counter ad drops) - ad))" -eq 3
	t_num "and for the second" "$(($(peering_counter bd drops) - bd))" -eq 3
	vpc_ok route add 10.9.0.0/16 vpc d via blackhole
	ad=$(peering_counter ad drops)
	bd=$(peering_counter bd drops)
	refuses "what the domain's table says" a blackhole ha 10.9.0.1
	t_num "a drop in the domain counts for the way in" "$(($(peering_counter ad drops) - ad))" -eq 3
	t_num "and for no other" "$(($(peering_counter bd drops) - bd))" -eq 0
}

# --- what is never carried --------------------------------------------------------------------

# Beyond the VPC on the other side there is nothing, whatever its tables say.
beyond()
{
	router_new
	side 1
	side 2
	side 3
	vpc_ok vpc add d transit account 1
	join 1 2
	lead 1 2
	vpc_ok peering add bc vpc b peer c
	vpc_ok route add 10.3.0.0/16 vpc b via peering bc
	vpc_ok route add 10.2.0.0/16 vpc c via peering bc
	vpc_ok route add 10.1.0.0/16 vpc c via peering bc
	vpc_ok route add 10.3.0.0/16 vpc d via transit bd
	idc b
	vpc_ok route add 172.16.0.0/16 vpc b via router 10.2.1.10
	vpc_ok route add 192.168.0.0/16 vpc d via transit bd
	vpc_ok route add 172.16.0.0/16 vpc d via transit bd
	check "a and b talk" pings ha 10.2.1.10
	check "b and its peer talk" pings hb 10.3.1.10
	check "b and its uplink talk" pings hb 192.168.1.10
	capture_start at-hc hc eth0 'net 10.1.0.0/16'
	capture_start at-hu hu eth0 'net 10.1.0.0/16'
	capture_start at-hb hb eth0 'net 172.16.0.0/16'
	capture_start at-ha ha eth0 'src net 10.3.0.0/16 or src net 192.168.0.0/16'
	refuses "the other VPC's peer" a peering_transit ha 10.3.1.10
	refuses "the other VPC's uplink" a peering_transit ha 192.168.1.10
	refuses "the other VPC's router" a peering_transit ha 172.16.0.1
	refuses "a VPC's peer into the domain" c peering_transit hc 10.1.1.10
	refuses "a VPC's uplink into the domain" b source_address hu 10.1.1.10 -I 192.168.1.10
	capture_stop at-hc
	capture_stop at-hu
	capture_stop at-hb
	capture_stop at-ha
	nothing_arrived "the other VPC's peer gets nothing of a" hc 'src net 10.1.0.0/16'
	nothing_arrived "the other VPC's uplink gets nothing of a" hu 'src net 10.1.0.0/16'
	nothing_arrived "the other VPC's router gets nothing of a" hb
	nothing_arrived "a gets nothing from beyond" ha

	# An appliance of a VPC is no endpoint with the addresses that it is allowed.
	host_new hx px 10.1.1.20/24 via 10.1.1.1 quiet
	must ip -n "$T_ID.hx" addr add 10.50.0.1/32 dev lo
	port_add px subnet sa address 10.1.1.20 allow 10.50.0.0/16
	vpc_ok route add 10.50.0.0/16 vpc d via transit ad
	capture_start at-hb hb eth0 'net 10.50.0.0/16'
	refuses "not an address of an endpoint" a source_address hx 10.2.1.10 -I 10.50.0.1
	capture_stop at-hb
	nothing_arrived "not an address of an endpoint: nothing arrives" hb
}

# Two VPCs with the same addresses: none speaks as the other.
overlaps()
{
	router_new
	side 1
	side 2
	vpc_ok vpc add d transit account 1
	join 1 2
	lead 1 2
	idc d
	vpc_ok vpc add z cidr 10.1.0.0/16 cidr fd00:1::/48 account 1
	vpc_ok subnet add sz vpc z cidr 10.1.1.0/24 cidr fd00:1:0:1::/64
	vpc_ok subnet add sz7 vpc z cidr 10.1.7.0/24
	host_new hz pz 10.1.1.10/24 fd00:1:0:1::10/64 via 10.1.1.1 via fd00:1:0:1::1 quiet
	port_add pz subnet sz address 10.1.1.10 address fd00:1:0:1::10 lladdr "$(mac hz eth0)"
	host_new hz7 pz7 10.1.7.10/24 via 10.1.7.1 quiet
	port_add pz7 subnet sz7 address 10.1.7.10
	vpc_ok peering add zd vpc z peer d
	vpc_ok route add 0.0.0.0/0 vpc z via transit zd
	vpc_ok route add ::/0 vpc z via transit zd
	capture_start at-hb hb eth0 'icmp[0] == 8 or icmp6[0] == 128'
	capture_start at-hu hu eth0 'icmp[0] == 8 or icmp6[0] == 128'
	refuses "the address of another VPC" z source_route hz 10.2.1.10
	refuses "the address of another VPC, IPv6" z source_route hz fd00:2:0:1::10
	refuses "the address of another VPC, to an uplink" z source_route hz 192.168.1.10
	capture_stop at-hb
	capture_stop at-hu
	nothing_arrived "no other VPC is told an address of another" hb
	nothing_arrived "nor is an uplink" hu
	check "who has the address in the domain talks" pings ha 10.2.1.10

	vpc_ok route add 10.1.7.0/24 vpc d via transit zd
	check "a part of it for the other one" pings hz7 10.2.1.10
	capture_start at-ha ha eth0 'icmp[0] == 8'
	capture_start at-hz7 hz7 eth0 'icmp[0] == 8'
	check "each of them is reached: the one" pings hb 10.1.1.10
	check "each of them is reached: the other" pings hb 10.1.7.10
	capture_stop at-ha
	capture_stop at-hz7
	t_is "and no other" "$(capture_count at-ha) $(capture_count at-hz7)" "1 1"
	refuses "an address that is reached elsewhere" z source_route hz 10.2.1.10
	vpc_ok route add 10.1.1.0/24 vpc d via transit ad weight 0 via transit zd priority 9
	check "a standby's route is one: whatever is used now" pings ha 10.2.1.10
	capture_start at-hb hb eth0 'icmp[0] == 8'
	probe hz 10.2.1.10
	capture_stop at-hb
	t_num "and so is one of a lower priority" "$(capture_count at-hb)" -eq 3

	# Who is outside speaks as no endpoint of the VPC that it sends to.
	must ip -n "$T_ID.hu" addr add 10.2.1.10/32 dev lo
	vpc_ok route add 10.2.1.10/32 vpc d via router 100.64.0.1
	host_new hb2 pb2 10.2.1.20/24 via 10.2.1.1 quiet
	port_add pb2 subnet sb address 10.2.1.20
	capture_start at-hb2 hb2 eth0 'icmp[0] == 8'
	refuses "the address of a neighbour" d source_address hu 10.2.1.20 -I 10.2.1.10
	capture_stop at-hb2
	nothing_arrived "the address of a neighbour: nothing arrives" hb2
}

# --- a datacentre on an uplink of the domain -----------------------------------------------------

datacentre()
{
	router_new
	side 1
	side 2
	side 3
	vpc_ok vpc add d transit account 1
	join 1 2 3
	lead 1 2
	idc d
	check "VPC to datacentre" pings ha 192.168.1.10
	check "VPC to datacentre, IPv6" pings ha fd00:192::10
	tcp_echo hu
	check "VPC to datacentre, TCP" tcp_talks ha 192.168.1.10
	check "datacentre to VPC" ns hu ping -n -c 1 -W 20 -I 192.168.1.10 10.1.1.10
	check "datacentre to VPC, IPv6" ns hu ping -n -c 1 -W 20 -I fd00:192::10 fd00:1:0:1::10
	check "the second VPC" ns hu ping -n -c 1 -W 20 -I 192.168.1.10 10.2.1.10
	capture_start at-hc hc eth0 'src net 192.168.0.0/16'
	refuses "a VPC that the domain has no route to" d no_route hu 10.3.1.10 -I 192.168.1.10
	must ip -n "$T_ID.hu" addr add 198.51.100.1/32 dev lo
	refuses "a source that does not route back" d source_route hu 10.1.1.10 -I 198.51.100.1
	must ip -n "$T_ID.hu" addr add 10.2.9.9/32 dev lo
	refuses "the address of a VPC" d source_route hu 10.1.1.10 -I 10.2.9.9
	capture_stop at-hc
	nothing_arrived "nothing arrives there" hc

	# c has no route in the domain, and a default route is not somebody else's address.
	vpc_ok route add 0.0.0.0/0 vpc d via router 100.64.0.1
	capture_start at-hu hu eth0 'src net 10.3.0.0/16'
	probe hc 192.168.1.10
	capture_stop at-hu
	t_num "what has no route in the domain gets out of it" "$(capture_count at-hu)" -eq 3
	refuses "but not into another VPC" c source_route hc 10.1.1.10
	vpc_ok route add 10.3.0.0/16 vpc d via router 100.64.0.1
	refuses "nor out as the datacentre" c source_route hc 192.168.1.10

	# Another table for what comes in here.
	vpc_ok table add td vpc d
	vpc_ok route del 0.0.0.0/0 vpc d
	vpc_ok route del 10.3.0.0/16 vpc d
	vpc_ok route del 192.168.0.0/16 vpc d
	vpc_ok route del fd00:192::/32 vpc d
	vpc_ok uplink del pu
	uplink_add pu vpc d address 100.64.0.2/30 gateway 100.64.0.1 table td
	vpc_ok route add 192.168.0.0/16 table td via router 100.64.0.1
	vpc_ok route add 192.168.0.0/16 vpc d via router 100.64.0.1
	vpc_ok route add 10.2.0.0/16 table td via transit bd
	check "the uplink's table decides" ns hu ping -n -c 1 -W 20 -I 192.168.1.10 10.2.1.10
	refuses "and no other" d no_route hu 10.1.1.10 -I 192.168.1.10
}

# --- joins come and go ------------------------------------------------------------------------------

all_taken()
{
	[ "$(port_counter pa rx_packets)" -ge "$(stamp_highest from)" ]
}

joins()
{
	local sent

	router_new
	side 1
	ACCOUNT=2
	side 2
	ACCOUNT=1
	vpc_ok vpc add d transit account 1
	join 1
	vpc_ok peering add bd vpc b peer d as 2 expires 2
	vpc_ok route add 0.0.0.0/0 vpc b via transit bd
	lead 1 2
	capture_start at-hb hb eth0 'net 10.1.0.0/16'
	capture_start at-ha ha eth0 'net 10.2.0.0/16'
	must wait_for 60 is_state bd expired
	refuses "expired: into the VPC" a peering_state ha 10.2.1.10
	refuses "expired: out of the VPC" b peering_state hb 10.1.1.10
	vpc_ok peering del bd
	vpc_ok peering add bd vpc b peer d as 2
	vpc_ok route add 0.0.0.0/0 vpc b via transit bd
	lead 2
	refuses "pending: into the VPC" a peering_state ha 10.2.1.10
	refuses "pending: out of the VPC" b peering_state hb 10.1.1.10
	capture_stop at-hb
	capture_stop at-ha
	nothing_arrived "not active: nothing arrives" hb 'src net 10.1.0.0/16'
	nothing_arrived "not active: nothing comes out" ha 'src net 10.2.0.0/16'
	vpc_ok peering accept bd as 1
	check "accepted: the routes of before work" pings ha 10.2.1.10

	vpc_ok table add td vpc d
	vpc_ok route add 10.2.0.0/24 table td via transit bd
	vpc_ok route add 10.2.1.0/24 vpc d via transit bd priority 1 via blackhole priority 2
	stamp_catch at hb 5000
	stamp_send from ha 10.2.1.10 5000
	stamp_wait at 100 || t_note "no traffic before the deletion"
	get . peering del bd >"$T_DIR/del.out"
	sent=$(stamp_highest from)
	stamp_wait from $((sent + 300))
	bg_stop from
	must wait_for 60 all_taken
	t_num "deleted under traffic: nothing sent after the reply ($sent) arrives" \
		"$(stamp_highest at)" -le "$sent"
	t_num "but what was sent before did" "$(stamp_highest at)" -gt 99
	t_is "how many routes it was in" "$(jq -r .routes_removed "$T_DIR/del.out")" 5
	t_is "they are gone on both sides, others are untouched" \
		"$(routes vpc b), $(routes table td), $(routes vpc d)" \
		", , 10.1.0.0/16:transit 10.2.1.0/24:blackhole fd00:1::/48:transit"
	vpc_ok flush
	t_is "all of it goes with a flush" "$(get length vpc show) $(get length peering show)" "0 0"
}

# --- check --------------------------------------------------------------------------------------------

# verdict TEXT STATUS FRAGMENT VPC VPC
verdict()
{
	local rc out

	out=$(vpc check "$4" "$5" 2>&1)
	rc=$?
	if [ "$rc" = "$2" ] && grep -qiF -- "$3" <<<"$out"; then
		t_ok "check: $1"
	else
		t_fail "check: $1"
		t_note "status $rc: $out"
		t_note "want $2: $3"
	fi
}

verdicts()
{
	router_new
	side 1
	ACCOUNT=2
	side 2
	ACCOUNT=1
	vpc_ok vpc add d transit account 1
	verdict "not joined" 3 "not joined" a d
	vpc_ok peering add ad vpc a peer d
	vpc_ok peering add bd vpc b peer d
	verdict "waits" 3 pending b d
	verdict "a domain that one has joined" 3 'transit peering "bd"' a b
	vpc_ok peering accept bd
	verdict "no route into the domain" 3 'vpc "a" has no route' a d
	vpc_ok route add 0.0.0.0/0 vpc a via transit ad
	verdict "no route of the domain" 3 'transit domain "d" has no route' a d
	lead 1
	verdict "joined, with routes" 0 'transit peering "ad"' a d
	verdict "the other way round" 0 'transit peering "ad"' d a
	verdict "one of two" 3 'vpc "b" has no route' a b
	vpc_ok route add 0.0.0.0/0 vpc b via transit bd
	verdict "the domain has no route to it" 3 'transit domain "d" has no route' a b
	lead 2
	verdict "over the domain" 0 'transit domain "d"' a b
	verdict "over the domain, from the other side" 0 'transit domain "d"' b a
	check "and it is so" pings ha 10.2.1.10
	vpc_ok vpc add e transit account 1
	verdict "two domains" 3 "both are transit domains" d e
}

objects
carries
beyond
overlaps
datacentre
joins
verdicts
t_end
