#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Peerings: their life, who may do what, what they carry and what they never carry.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "peerings"
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

# both NAME: routes for a peering of a and b, both families
both()
{
	vpc_ok route add 10.2.0.0/16 vpc a via peering "$1"
	vpc_ok route add fd00:2::/48 vpc a via peering "$1"
	vpc_ok route add 10.1.0.0/16 vpc b via peering "$1"
	vpc_ok route add fd00:1::/48 vpc b via peering "$1"
}

nexthop_health()
{
	vpc -json route show vpc a | jq -r --arg p "$1" '.[] | select(.dst == $p) | .nexthops[0].health'
}

# --- life and consent; no packets ---------------------------------------------------

life()
{
	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48 account 1
	vpc_ok vpc add b cidr 10.2.0.0/16 cidr fd00:2::/48 account 1
	vpc_ok vpc add c cidr 10.3.0.0/16 account 2
	events_start life

	vpc_ok peering add ab vpc a peer b
	t_is "same account: active at once" "$(peering_state ab)" active
	vpc_ok peering del ab
	vpc_ok peering add ab vpc a peer b as 1
	t_is "same account, asked by it: active at once" "$(peering_state ab)" active

	keep
	refuse account -- peering add ac vpc a peer c as 2
	refuse account -- peering add ac vpc a peer c as 3
	vpc_ok peering add ac vpc a peer c as 1
	t_is "other account: pending" "$(peering_state ac)" pending
	t_is "both sides and their accounts are shown" \
		"$(get '.[0] | "\(.vpc) \(.peer) \(.account) \(.peer_account) \(.expires)"' peering show ac)" \
		"a c 1 2 604800"
	t_num "it waits for seven days" "$(get '.[0].remaining' peering show ac)" -gt 604600
	keep
	refuse ac account -- peering accept ac as 1
	refuse ac account -- peering accept ac as 3
	refuse ac account -- peering reject ac as 1
	refuse ac account -- peering reject ac as 3
	refuse ac account -- peering del ac as 3
	refuse ac account -- peering set ac name other as 3
	refuse ac -- peering enable ac as 1
	check "the right account accepts" vpc peering accept ac as 2
	t_is "accepted: active" "$(peering_state ac)" active
	keep
	refuse ac -- peering accept ac as 2
	refuse ac -- peering reject ac as 2
	refuse ac account -- peering del ac as 3
	check "the side that asked deletes" vpc peering del ac as 1
	vpc_ok peering add ac vpc a peer c as 1
	vpc_ok peering accept ac as 2
	check "the side that was asked deletes" vpc peering del ac as 2
	vpc_ok peering add ac vpc a peer c as 1
	check "the operator accepts for anybody" vpc peering accept ac
	vpc_ok peering del ac

	vpc_ok peering add ac vpc a peer c as 1
	vpc_ok route add 10.3.0.0/16 vpc a via peering ac
	check "the right account rejects" vpc peering reject ac as 2
	expect_error ac "a rejected request is gone" peering show ac
	t_is "and so are its routes" "$(routes vpc a)" ""

	vpc_ok peering add ac vpc a peer c as 1 expires 2
	t_is "expires is shown" "$(get '.[0].expires' peering show ac)" 2
	check "a request expires" wait_for 60 is_state ac expired
	t_is "it stays visible" "$(get 'map(.name) | sort | join(" ")' peering show)" "ab ac"
	keep
	refuse ac expired -- peering accept ac as 2
	refuse ac account -- peering enable ac as 3
	check "it is enabled again" vpc peering enable ac as 1
	t_is "then it is pending" "$(peering_state ac)" pending
	t_num "with a new deadline" "$(get '.[0].remaining' peering show ac)" -le 2
	check "and expires again" wait_for 60 is_state ac expired
	vpc_ok peering del ac
	vpc_ok peering add ac vpc a peer c expires 100000
	vpc_ok peering set ac name renamed as 1
	t_is "renamed" "$(get 'map(.name) | sort | join(" ")' peering show)" "ab renamed"
	keep
	refuse ac -- peering set ac name x
	refuse ab -- peering set renamed name ab
	vpc_ok peering accept renamed as 2
	vpc_ok route add 10.3.0.0/16 vpc a via peering renamed
	vpc_ok peering set renamed name again
	t_is "routes follow the name" \
		"$(get '.[] | select(.origin == "static") | .nexthops[0].peering' route show vpc a)" again
	vpc_ok peering del again

	events_stop life
	t_is "each step is an event, with who asked" "$(life_events)" "$(
		cat <<-END
			added ab active operator
			removed ab active operator
			added ab active 1
			added ac pending 1
			accepted ac active 2
			removed ac active 1
			added ac pending 1
			accepted ac active 2
			removed ac active 2
			added ac pending 1
			accepted ac active operator
			removed ac active operator
			added ac pending 1
			rejected ac rejected 2
			added ac pending 1
			expired ac expired nobody
			enabled ac pending 1
			expired ac expired nobody
			removed ac expired operator
			added ac pending operator
			changed renamed pending 1
			accepted renamed active 2
			changed again active operator
			removed again active operator
		END
	)"
}

life_events()
{
	events life 'select(.kind == "peering") |
		"\(.event) \(.object.name) \(.object.state) \(.as // "nobody")"' | tr -d '"'
}

# --- address spaces and the quota -----------------------------------------------------

refusals()
{
	local i

	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48 account 1
	vpc_ok vpc add b cidr 10.2.0.0/16 account 1
	vpc_ok vpc add wide cidr 10.0.0.0/8 account 1
	vpc_ok vpc add part cidr 172.16.0.0/16 cidr 10.1.128.0/17 account 2
	vpc_ok vpc add six cidr 10.9.0.0/16 cidr fd00:1:0:5::/64 account 1
	vpc_ok peering add ab vpc a peer b
	keep
	refuse 10.1.0.0/16 10.0.0.0/8 -- peering add x vpc a peer wide
	refuse 10.1.0.0/16 10.0.0.0/8 -- peering add x vpc wide peer a
	refuse 10.1.0.0/16 10.1.128.0/17 -- peering add x vpc a peer part
	refuse fd00:1::/48 fd00:1:0:5::/64 -- peering add x vpc a peer six
	refuse 10.1.5.0/24 10.1.0.0/16 -- vpc set b cidr 10.1.5.0/24
	refuse 10.0.0.0/14 10.2.0.0/16 -- vpc set a no-cidr 10.1.0.0/16 cidr 10.0.0.0/14
	refuse fd00:1:0:5::/64 fd00:1::/48 -- vpc set b cidr 172.20.0.0/16 cidr fd00:1:0:5::/64
	check "other address space can be added" vpc vpc set b cidr 172.20.0.0/16
	keep
	refuse ab exists -- peering add ab vpc b peer six
	refuse a -- peering add x vpc a peer a
	refuse nobody -- peering add x vpc a peer nobody
	refuse nobody -- peering add x vpc nobody peer a
	refuse "" -- peering add x vpc a peer b expires 0
	refuse "" -- peering add x vpc a peer b expires 31536001
	refuse x -- peering accept x
	refuse x -- peering del x
	refuse ab -- vpc del a
	refuse ab -- vpc del b

	for ((i = 11; i <= 20; i++)); do
		echo "vpc add v$i cidr 10.$i.0.0/16 account $((i % 2 + 1))"
	done >"$T_DIR/batch"
	for ((i = 11; i < 20; i++)); do
		echo "peering add p$i vpc a peer v$i"
	done >>"$T_DIR/batch"
	vpc_ok -batch "$T_DIR/batch"
	t_is "ten peerings, pending ones included" "$(get length peering show)" 10
	keep
	refuse a 10 -- peering add p20 vpc a peer v20
	refuse a 10 -- peering add p20 vpc v20 peer a
	vpc_ok vpc set a peering-limit 11
	check "the limit is settable" vpc peering add p20 vpc v20 peer a
	keep
	refuse a 11 -- peering add p30 vpc a peer part
	vpc_ok peering del p11
	vpc_ok vpc set b peering-limit 1
	keep
	refuse b 1 -- peering add bv vpc v20 peer b
}

# --- what is carried ---------------------------------------------------------------------

# nothing_arrived TEXT HOST FILTER: nothing of that kind is in the capture "at-HOST"
nothing_arrived()
{
	t_num "$1" "$(capture_count "at-$2" "$3")" -eq 0
}

carries()
{
	local rx tx bytes

	router_new
	side 1
	side 2
	vpc_ok peering add ab vpc a peer b

	capture_start at-hb hb eth0 'net 10.1.0.0/16 or net fd00:1::/48'
	probe ha 10.2.1.10
	probe ha fd00:2:0:1::10
	t_num "no route: dropped for want of one" "$(drops a no_route)" -eq 6
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	vpc_ok route add fd00:2::/48 vpc a via peering ab
	capture_stop at-hb
	nothing_arrived "no route: nothing arrives" hb ""

	capture_start at-hb hb eth0 'icmp[0] == 8 or icmp6[0] == 128'
	capture_start at-ha ha eth0 'icmp[0] == 0 or icmp6[0] == 129'
	probe ha 10.2.1.10
	probe ha fd00:2:0:1::10
	t_num "one side's route only: answers are dropped" "$(drops b no_route)" -eq 6
	capture_stop at-hb
	capture_stop at-ha
	t_num "one side's route only: requests arrive" "$(capture_count at-hb)" -eq 6
	nothing_arrived "one side's route only: no answer arrives" ha ""
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	vpc_ok route add fd00:1::/48 vpc b via peering ab

	check "both routes: IPv4 ping" pings ha 10.2.1.10
	check "both routes: IPv6 ping" pings ha fd00:2:0:1::10
	tcp_echo ha
	tcp_echo hb
	check "IPv4 TCP, from the side that asked" tcp_talks ha 10.2.1.10
	check "IPv6 TCP, from the side that asked" tcp_talks ha fd00:2:0:1::10
	check "IPv4 TCP, from the other side" tcp_talks hb 10.1.1.10
	check "IPv6 TCP, from the other side" tcp_talks hb fd00:1:0:1::10

	rx=$(peering_counter ab rx_packets)
	tx=$(peering_counter ab tx_packets)
	bytes=$(peering_counter ab rx_bytes)
	udp_arrives ha hb 10.2.1.10
	udp_arrives ha hb fd00:2:0:1::10
	t_num "counted: packets of the side that asked" "$(($(peering_counter ab rx_packets) - rx))" -eq 200
	t_num "counted: their bytes" "$(($(peering_counter ab rx_bytes) - bytes))" -eq $((100 * (44 + 64)))
	t_num "counted: none of the other side" "$(($(peering_counter ab tx_packets) - tx))" -eq 0
	udp_arrives hb ha 10.1.1.10
	udp_arrives hb ha fd00:1:0:1::10
	t_num "counted: packets of the other side" "$(($(peering_counter ab tx_packets) - tx))" -eq 200
	t_num "counted: no more of the side that asked" "$(($(peering_counter ab rx_packets) - rx))" -eq 200
}

# udp_arrives FROM TO ADDR: a hundred packets, each once
udp_arrives()
{
	stamp_catch at "$2" 5000
	stamp_send from "$1" "$3" 5000 500 100
	bg_wait from
	stamp_wait at 100
	bg_stop catch.at
	t_is "UDP, $1 to $3" "$(stamps at)" "100 1 100 100"
}

# Only an active peering forwards, whatever the routes say.
states()
{
	local from

	ACCOUNT=1
	router_new
	side 1
	ACCOUNT=2
	side 2
	ACCOUNT=1
	vpc_ok peering add ab vpc a peer b as 1 expires 2
	both ab
	capture_start at-hb hb eth0 'net 10.1.0.0/16'
	must wait_for 60 is_state ab expired
	from=$(drops a peering_state)
	probe ha 10.2.1.10
	t_num "expired: dropped" "$(($(drops a peering_state) - from))" -eq 3
	t_is "expired: its next hop is down" "$(nexthop_health 10.2.0.0/16)" down
	vpc_ok route replace 10.2.0.0/16 vpc a via peering ab via blackhole priority 1
	from=$(drops a blackhole)
	probe ha 10.2.1.10
	t_num "expired: packets take another next hop of the route" \
		"$(($(drops a blackhole) - from))" -eq 3
	capture_stop at-hb
	nothing_arrived "expired: nothing arrives" hb ""
	vpc_ok peering enable ab as 1
	vpc_ok peering accept ab as 2
	check "accepted: they take the peering again" pings ha 10.2.1.10
	t_is "which a receipt explains" "$(vpc -json probe history | jq -r '.[-1] |
		"\(.nexthop) \(.from)>\(.to) \(.cause)"')" "peering ab down>up peering"
	vpc_ok peering del ab as 1
	vpc_ok route del 10.2.0.0/16 vpc a
	vpc_ok peering add ab vpc a peer b as 1
	both ab
	capture_start at-hb hb eth0 'net 10.1.0.0/16'
	from=$(drops a peering_state)
	probe ha 10.2.1.10
	t_num "pending: dropped" "$(($(drops a peering_state) - from))" -eq 3
	capture_stop at-hb
	nothing_arrived "pending: nothing arrives" hb ""
	t_num "pending: nothing is counted as sent" "$(peering_counter ab tx_packets)" -eq 0
	vpc_ok peering accept ab as 2
	check "accepted: the routes of before work" pings ha 10.2.1.10
}

# --- what is never carried ----------------------------------------------------------------

# refuses_transit TEXT HOST ADDR: three packets are dropped as such
refuses_transit()
{
	local before

	before=$(($(drops a peering_transit) + $(drops b peering_transit)))
	probe "$2" "$3"
	t_num "$1: dropped and counted" \
		"$(($(drops a peering_transit) + $(drops b peering_transit) - before))" -eq 3
}

transit()
{
	router_new
	side 1
	side 2
	side 3
	vpc_ok peering add ab vpc a peer b
	vpc_ok peering add bc vpc b peer c
	both ab
	vpc_ok route add 10.3.0.0/16 vpc a via peering ab
	vpc_ok route add 10.3.0.0/16 vpc b via peering bc
	vpc_ok route add 10.2.0.0/16 vpc c via peering bc
	vpc_ok route add 10.1.0.0/16 vpc c via peering bc
	check "neighbours talk: a and b" pings ha 10.2.1.10
	check "neighbours talk: b and c" pings hb 10.3.1.10
	capture_start at-hc hc eth0 'net 10.1.0.0/16'
	capture_start at-ha ha eth0 'src net 10.3.0.0/16'
	refuses_transit "the peer's peer" ha 10.3.1.10

	# A second address behind the port of hb; b's own router and uplink.
	host_new hb2 pb2 10.2.1.20/24 via 10.2.1.1 quiet
	port_add pb2 subnet sb address 10.2.1.20
	host_new hu pu 100.64.0.1/30 via 100.64.0.2 quiet
	uplink_add pu vpc b address 100.64.0.2/30 gateway 100.64.0.1
	vpc_ok route add 172.16.0.0/16 vpc b via router 10.2.1.10
	vpc_ok route add 0.0.0.0/0 vpc b via router 100.64.0.1
	vpc_ok route add 172.16.0.0/16 vpc a via peering ab
	vpc_ok route add 0.0.0.0/0 vpc a via peering ab
	capture_start at-hb hb eth0 'net 172.16.0.0/16 or dst net 10.2.9.0/24 or dst host 10.2.1.20'
	capture_start at-hu hu eth0 'not arp'
	probe hb2 172.16.0.1
	probe hb2 198.51.100.1
	refuses_transit "the peer's router" ha 172.16.0.1
	refuses_transit "the peer's uplink" ha 198.51.100.1

	# Routes inside b's address space are for what b sends, not for what a sends.
	vpc_ok route add 10.2.9.0/24 vpc b via router 10.2.1.10
	vpc_ok route add 10.2.1.20/32 vpc b via router 10.2.1.10
	probe hb2 10.2.9.9
	refuses_transit "a route inside the peer's CIDR" ha 10.2.9.9
	capture_start at-hb2 hb2 eth0 'icmp[0] == 8 and src net 10.1.0.0/16'
	check "an endpoint with a route of its own is reached" pings ha 10.2.1.20
	capture_stop at-hb2
	t_num "and directly" "$(capture_count at-hb2)" -eq 1
	capture_stop at-hc
	capture_stop at-ha
	capture_stop at-hb
	capture_stop at-hu
	nothing_arrived "the peer's peer: nothing arrives" hc ""
	nothing_arrived "the peer's peer: nor does anything come back" ha ""
	nothing_arrived "the peer's router gets nothing of a" hb "src net 10.1.0.0/16"
	nothing_arrived "the peer's uplink gets nothing of a" hu "src net 10.1.0.0/16"
	t_num "those routes work for b itself: router" \
		"$(capture_count at-hb 'src host 10.2.1.20 and dst host 172.16.0.1')" -ge 3
	t_num "those routes work for b itself: uplink" \
		"$(capture_count at-hu 'src host 10.2.1.20 and icmp[0] == 8')" -eq 3
	t_num "those routes work for b itself: inside the CIDR" \
		"$(capture_count at-hb 'src host 10.2.1.20 and dst net 10.2.9.0/24')" -ge 3
}

# --- deletion ------------------------------------------------------------------------------

deletion()
{
	local sent i

	router_new
	side 1
	side 2
	vpc_ok vpc add c cidr 10.3.0.0/16 account 1
	vpc_ok peering add ac vpc a peer c
	vpc_ok table add extra vpc a
	vpc_ok table add spare vpc b
	vpc_ok route add 10.3.0.0/16 vpc a via peering ac
	vpc_ok route add 10.2.1.10/32 table extra via blackhole
	stamp_catch at hb 5000
	for i in 1 2 3; do
		vpc_ok peering add ab vpc a peer b
		both ab
		vpc_ok route add 10.4.0.0/16 vpc a via peering ab priority 1 via blackhole priority 2 weight 0
		vpc_ok route add 10.2.0.0/16 table extra via peering ab
		vpc_ok route add 10.2.0.0/24 table extra via peering ab
		vpc_ok route add fd00:1::/48 table spare via peering ab
		stamp_send from ha 10.2.1.10 5000
		stamp_wait at 100 || t_note "no traffic before the deletion"
		[ "$i" != 1 ] || shown
		get . peering del ab >"$T_DIR/del.out"
		sent=$(stamp_highest from)
		stamp_wait from $((sent + 300))
		bg_stop from
		must wait_for 60 all_taken
		t_num "deleted under traffic: nothing sent after the reply ($sent) arrives" \
			"$(stamp_highest at)" -le "$sent"
		t_num "but what was sent before did" "$(stamp_highest at)" -gt 99
		t_is "how many routes it was in" "$(jq -r .routes_removed "$T_DIR/del.out")" 8
		t_is "its routes are gone in both VPCs, others are untouched" \
			"$(routes vpc a), $(routes table extra), $(routes vpc b), $(routes table spare)" \
			"10.3.0.0/16:peering 10.4.0.0/16:blackhole, 10.2.1.10/32:blackhole, , "
		vpc_ok route del 10.4.0.0/16 vpc a
		bg_stop catch.at
		stamp_catch at hb 5000
	done
	t_is "what is left of a is the other peering" "$(get '.[].name' peering show)" ac
}

# All that the sender sent has been through the module.
all_taken()
{
	[ "$(port_counter pa rx_packets)" -ge "$(stamp_highest from)" ]
}

# Both sides' routes, with tables and subnets; in the middle of deletion().
shown()
{
	vpc_ok subnet add sa2 vpc a cidr 10.1.2.0/24 table extra
	t_is "show lists both sides' routes with tables and subnets" \
		"$(get '.[0].routes[] | "\(.dst) \(.vpc) \(.table // "default") \(.subnets | sort | join("+") | if . == "" then "none" else . end)"' \
			peering show ab | sort)" \
		"$(sort <<-END
			10.2.0.0/16 a default sa
			fd00:2::/48 a default sa
			10.4.0.0/16 a default sa
			10.2.0.0/16 a extra sa2
			10.2.0.0/24 a extra sa2
			10.1.0.0/16 b default sb
			fd00:1::/48 b default sb
			fd00:1::/48 b spare none
		END
		)"
	t_is "route show can be asked for them" \
		"$(get '[.[].dst] | sort | join(" ")' route show vpc a peering ab)" \
		"10.2.0.0/16 10.4.0.0/16 fd00:2::/48"
	vpc_ok subnet del sa2
}

# --- check -----------------------------------------------------------------------------------

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
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48 account 1
	vpc_ok vpc add b cidr 10.2.0.0/16 cidr fd00:2::/48 account 2
	vpc_ok vpc add o cidr 10.1.0.0/24 account 1
	vpc_ok subnet add sa vpc a cidr 10.1.1.0/24 cidr fd00:1:0:1::/64
	vpc_ok subnet add sb vpc b cidr 10.2.1.0/24 cidr fd00:2:0:1::/64
	verdict "no peering" 3 peering a b
	verdict "overlap" 3 overlap a o
	vpc_ok peering add ab vpc a peer b expires 2
	verdict "pending" 3 pending a b
	must wait_for 60 is_state ab expired
	verdict "expired" 3 expired a b
	vpc_ok peering enable ab
	vpc_ok peering del ab
	vpc_ok peering add ab vpc a peer b
	vpc_ok peering accept ab
	verdict "active, no route" 3 route a b
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	verdict "no return route" 3 'vpc "b" has no route' a b
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	verdict "both routes" 0 "" a b
	verdict "both routes, from the other side" 0 "" b a
	vpc_ok route del 10.2.0.0/16 vpc a
	verdict "no route on the first side" 3 'vpc "a" has no route' a b
	verdict "no such VPC" 2 nobody a nobody
}

life
refusals
carries
states
transit
deletion
verdicts
t_end
