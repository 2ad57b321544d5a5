#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Failover as its user sees it: many flows, one of two routers falls silent while its link
# stays up, and every single packet is accounted for. Then the rules for coming back, and
# every reason to leave a next hop.
# timeout: 1200
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-frr.sh"
. "${0%/*}/lib-bfd.sh"
. "${0%/*}/lib-failover.sh"
t_begin "failover"
t_need "$T_FLOWS" "$T_BFD"

# --- the receiver's loss against the receipt ----------------------------------------------

# loss KEY: what was lost against the receipts of p1 that say down. There is one, but where
# the peer, a process, was itself too late for its timers.
loss()
{
	local key=$1 down windows packets lost

	down=$(vpc -json probe history p1 | jq -c --argjson from "$SEQ" \
		'[.[] | select(.to == "down" and .last_good_ns and .seq > $from)]')
	mapfile -t windows < <(jq '.[] | .last_good_ns, .switched_ns' <<<"$down")
	packets=$(jq 'map(.packets) | add' <<<"$down")
	lost=$(flow_sum "$key" lost)
	t_note "$key: $("$T_FLOWS" sum "$T_DIR/$key.flows")"
	jq -r '.[] | "\(.cause), \(.good_to_detected_ns) ns after the last packet, switched " +
		"\(.detected_to_switched_ns) ns later, \(.packets) packets"' <<<"$down" |
		sed "s/^/# $key: receipt: /"
	t_num "$key: something was lost, as the router was silent" "$lost" -gt 0
	t_is "$key: but nothing that was sent before the last good packet, or after the switch" \
		"$("$T_FLOWS" sum "$T_DIR/$key.flows" "${windows[@]}" | grep -o 'outside.*')" \
		"outside 0"
	t_num "$key: not more than the receipt says were given to it" "$lost" -le "$packets"
	t_is "$key: nothing came twice" "$(flow_sum "$key" twice)" 0
	t_is "$key: the cause" "$(jq -r '[.[] | select(.packets > 0)][0].cause' <<<"$down")" \
		"detection time expired"
}

# Receipts up to here belong to what was before.
mark()
{
	SEQ=$(vpc -json probe history | jq '(.[-1].seq // 0)')
}

# How many flows went over and back, once or more.
over_and_back()
{
	awk '$2 ~ /^1(>2>1)+$/ { n += $1 } END { print n + 0 }'
}

# active_standby MS: 100/0
active_standby()
{
	local ms=$1 key=$1ms

	start_probes "$ms"
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 weight 100 \
		via router 172.16.2.2 weight 0
	t_is "$key: the share of each" "$(shares 10.50.0.0/16)" "172.16.1.2:100 172.16.2.2:0"
	mark
	flows_start "$key"
	arrive "$key: all flows arrive" "$key"
	silence r1
	check "$key: the probe notices" wait_for 60 probe_in p1 down
	arrive "$key: and all flows arrive again" "$key"
	t_is "$key: the share of each" "$(shares 10.50.0.0/16)" "172.16.1.2:0 172.16.2.2:100"
	speech r1
	check "$key: it comes back" wait_for 60 probe_in p1 up
	arrive "$key: and the flows with it" "$key"
	flows_stop "$key"
	loss "$key"
	t_is "$key: each flow went over and back" "$(ways "$key" | over_and_back)" 100
	peers_stop
}

# shared MS: 70/30
shared()
{
	local ms=$1 key=shared one two lost

	start_probes "$ms"
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 weight 70 \
		via router 172.16.2.2 weight 30
	mark
	flows_start "$key"
	arrive "70/30: all flows arrive" "$key"
	silence r1
	check "70/30: the probe notices" wait_for 60 probe_in p1 down
	arrive "70/30: all flows arrive again" "$key"
	speech r1
	check "70/30: it comes back" wait_for 60 probe_in p1 up
	arrive "70/30: and the flows with it" "$key"
	flows_stop "$key"
	one=$(ways "$key" | over_and_back)
	two=$(ways "$key" | sed -n 's/ 2$//p')
	t_is "70/30: those of the dead one go over and back, the others stay" \
		"$((${one:-0} + ${two:-0}))" 100
	# Four standard deviations of a hundred draws are 18.
	t_num "70/30: the share of the first" "${one:-0}" -ge 52
	t_num "70/30: the share of the first" "${one:-0}" -le 88
	lost=$("$T_FLOWS" show "$T_DIR/$key.flows" | awk '$NF == "2" { n += $8 } END { print n + 0 }')
	t_is "70/30: flows on the healthy one lose nothing" "$lost" 0
	loss "$key"
	peers_stop
}

# --- nothing usable ---------------------------------------------------------------------------

both_dead()
{
	local before

	start_probes 100
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 via router 172.16.2.2
	peer_say one stop
	peer_say two stop
	check "both are dead" wait_for 60 probe_in p1 down
	check "both are dead" wait_for 60 probe_in p2 down
	before=$(drops a nexthop_down)
	check_fail "nothing passes" ns ha ping -c 3 -i 0.2 -W 1 10.50.0.1
	t_num "and is counted" "$(drops a nexthop_down)" -ge $((before + 3))
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 via router 172.16.2.2 fail-open
	check "but with fail-open" pings ha 10.50.0.1
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 via router 172.16.2.2
	check_fail "and without" ns ha ping -c 1 -W 1 10.50.0.1
	peer_say two go
	probe_up p2
	check "one is enough" pings ha 10.50.0.1
	peers_stop
}

# --- when it is used again ----------------------------------------------------------------------

health_is()
{
	local is

	is=$(probe_get "$1" health)
	echo "$is"
	[ "$is" = "$2" ]
}

# fall NAME: its peer says that it does not hear us, and then that it does
fall()
{
	peer_say "$1" say 1 1
	must wait_for 60 peer_is "$1" rdiag 3
	peer_say "$1" free
}

policy()
{
	local held down up

	start_probes 100
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 weight 100 \
		via router 172.16.2.2 weight 0

	vpc_ok probe set p1 hold-down 10000
	fall one
	check "hold-down: held, and packets take the other one" wait_for 60 \
		taken 10.50.0.0/16 "172.16.1.2:held:0 172.16.2.2:up:100"
	check "hold-down: used again" wait_for 60 health_is p1 up
	down=$(vpc -json probe history p1 | jq '[.[] | select(.to == "down")][-1].switched_ns')
	up=$(flip_get p1 switched_ns)
	t_num "hold-down: not before its time" $((up - down)) -ge 10000000000
	t_is "hold-down: by policy" "$(flip_get p1 cause)" policy

	vpc_ok probe set p1 hold-down 0 fail-back 10000 admin up
	fall one
	check "fail-back: held" wait_for 60 health_is p1 held
	check "fail-back: used again" wait_for 60 health_is p1 up
	held=$(vpc -json probe history p1 | jq '[.[] | select(.to == "held")][-1].switched_ns')
	up=$(flip_get p1 switched_ns)
	t_num "fail-back: up for this long first" $((up - held)) -ge 10000000000
	t_is "fail-back: by policy" "$(flip_get p1 cause)" policy

	vpc_ok probe set p1 fail-back never admin up
	fall one
	check "never: held" wait_for 60 health_is p1 held
	fall two
	check "never: not even held if nothing else is there" pings ha 10.50.0.1
	check "never: the other one is back" wait_for 60 health_is p2 up
	t_is "never: held" "$(probe_get p1 health)" held
	t_is "never: packets take the other one" "$(shares 10.50.0.0/16)" \
		"172.16.1.2:0 172.16.2.2:100"
	vpc_ok probe set p1 admin up
	check "never: until told to" wait_for 60 health_is p1 up
	t_is "never: by the administrator" "$(flip_get p1 cause)" administrator

	vpc_ok probe set p1 fail-back 0 suppress 2500 reuse 2400 half-life 20 admin up
	for _ in 1 2 3 4; do
		check "damping: up or held" wait_for 60 probe_in p1 up
		fall one
	done
	check "damping: held" wait_for 60 health_is p1 held
	t_num "damping: the penalty is shown" "$(probe_get p1 penalty)" -gt 1000
	check "damping: used again" wait_for 60 health_is p1 up
	t_num "damping: the penalty has gone" "$(probe_get p1 penalty)" -le 2400
	t_is "damping: by policy" "$(flip_get p1 cause)" policy
	peers_stop
}

# --- without a probe ------------------------------------------------------------------------------

# left_by TARGET CHANGE: the last receipt of a next hop
left_by()
{
	local is

	is=$(vpc -json probe history | jq -r --arg t "$1" '[.[] | select(.nexthop == $t)][-1] |
		"\(.from)>\(.to) \(.cause)"')
	echo "$is"
	# shellcheck disable=SC2053	# a pattern
	[[ $is = $2 ]]
}

no_probe()
{
	vpc_ok route replace 10.50.0.0/16 vpc a via router 172.16.1.2 weight 100 \
		via router 172.16.2.2 weight 0
	must ns d ip route replace default via 192.0.2.9
	check "no probe: the neighbour is there" pings ha 10.50.0.1
	must ns r1 ip link set eth0 down
	check "carrier lost" wait_for 60 left_by "router 172.16.1.2" "up>down carrier"
	check "the other one is taken" pings ha 10.50.0.1
	t_is "and shown" "$(shares 10.50.0.0/16)" "172.16.1.2:0 172.16.2.2:100"
	must ns r1 ip link set eth0 up
	must ip -n "$T_ID.r1" route replace 10.1.0.0/16 via 172.16.1.1
	# What is back is the device; the neighbour has to answer first.
	check "carrier back" wait_for 60 left_by "router 172.16.1.2" "down>up [cn]*"
	check "it is taken" pings ha 10.50.0.1
	must ns r1 ip link set eth0 arp off
	must ns r1 nft 'add table arp deaf; add chain arp deaf in {
		type filter hook input priority 0; policy drop; }'
	check "no answer to ARP: down after three" wait_for 180 \
		left_by "router 172.16.1.2" "up>down neighbour"
	check "the other one is taken" pings ha 10.50.0.1
	must ns r1 nft delete table arp deaf
	must ns r1 ip link set eth0 arp on
	check "answers again" wait_for 180 left_by "router 172.16.1.2" "down>up neighbour"
}

# --- events -------------------------------------------------------------------------------------

everything_told()
{
	local told kept

	events_stop all
	told=$(flips all .seq | sort -n | uniq | wc -l)
	kept=$(vpc -json probe history | jq length)
	t_num "flips have been" "$kept" -ge 20
	t_is "each was an event, too" "$told" "$kept"
	t_is "in the order of their numbers" "$(vpc -json probe history | jq -c 'map(.seq) == (map(.seq) | sort)')" \
		true
}

# --- beside FRR ----------------------------------------------------------------------------------

# The same failure at the same timers, seen by the same receiver; what it costs is for the
# reader. Debian 12's staticd knows nothing of BFD, so routes come by BGP, which does.
beside_frr()
{
	local ms

	if ! [ -x "$FRR_BIN/bgpd" ] || ! [ -x "$FRR_BIN/bfdd" ]; then
		t_skip "FRR" "it is not installed"
		return
	fi
	frr_scene
	for ms in 300 100 50; do
		[ "$ms" != 50 ] || in_uml || continue
		frr_timers "$ms"
		flows_start "frr$ms" hf
		arrive "FRR, $ms ms: all flows arrive" "frr$ms"
		silence r1 f0
		check "FRR, $ms ms: it notices" wait_for 120 frr_on_way 2
		arrive "FRR, $ms ms: and all flows arrive again" "frr$ms"
		speech r1
		check "FRR, $ms ms: it comes back" wait_for 120 frr_on_way 1
		arrive "FRR, $ms ms: and the flows with it" "frr$ms"
		flows_stop "frr$ms"
		t_note "$ms ms: FRR: $("$T_FLOWS" sum "$T_DIR/frr$ms.flows")"
		t_note "$ms ms: loss window, the longest of a flow: FRR $(flow_sum "frr$ms" gap) ns," \
			"this module $(flow_sum "${ms}ms" gap) ns;" \
			"packets of a flow: FRR $(flow_sum "frr$ms" worst)," \
			"this module $(flow_sum "${ms}ms" worst)"
	done
	frr_end
}

failover_scene
events_start all
active_standby 300
active_standby 100
if in_uml; then
	active_standby 50
	# The peer is a process: with sanitizers it is too late itself for 30 ms.
	if [[ $(uname -r) = *-vpcumdbg* ]]; then
		t_skip "10 ms" "a kernel with sanitizers does not keep such times"
	else
		active_standby 10
	fi
else
	t_skip "50 and 10 ms" "an emulated machine does not keep such times"
fi
shared 100
beside_frr
both_dead
policy
no_probe
everything_told
t_end
