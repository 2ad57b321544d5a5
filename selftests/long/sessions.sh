#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A thousand BFD sessions between two routers that both have the module: 50 ms in User-Mode
# Linux, both ends on its one CPU, a second elsewhere. Then everything goes while they run.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
t_begin "a thousand sessions"
t_need jq

SESSIONS=1000
INTERVAL=1000
[[ $(uname -r) != *-vpcum* ]] || INTERVAL=50
[[ $(uname -r) != *-vpcumdbg* ]] || INTERVAL=1000
PACKETS=20	# that each session gets while they are watched

# batch NAME OURS THEIRS: the probes of a router
batch()
{
	local i x

	for ((i = 0; i < SESSIONS; i++)); do
		x=$((i / 250)).$((i % 250 + 1))
		echo "probe add p$i for router 10.$3.$x vpc a bfd source 10.$2.$x destination 10.$3.$x interval $INTERVAL"
	done >"$T_DIR/batch"
	must ns "$1" vpcctl -batch "$T_DIR/batch"
}

wire()
{
	must ip link add u0 netns "$T_ID.R" type veth peer name u0 netns "$T_ID.Q"
}

uplink()
{
	must ns "$1" vpcctl uplink add u0 vpc a address "10.$2.255.1/8"
	must ns "$1" ip link set u0 up
}

# sum NAME FILTER: what jq makes of all probes of a router
sum()
{
	ns "$1" vpcctl -json probe show | jq "$2"
}

in_health()
{
	[ "$(sum "$1" "[.[] | select(.health == \"$2\")] | length")" = "$SESSIONS" ]
}

heard()
{
	[ "$(sum "$1" '[.[] | .received] | min')" -ge "$2" ]
}

router_new
ns_new Q
wire
for n in "R 1 2" "Q 2 1"; do
	read -r name ours theirs <<<"$n"
	must ns "$name" vpcctl vpc add a cidr "172.16.$ours.0/24"
	uplink "$name" "$ours"
	batch "$name" "$ours" "$theirs"
done
for name in R Q; do
	check "all of $name are up" wait_for 120 in_health "$name" up
done
from=$(sum R '[.[] | .received] | max')
check "they are watched for $PACKETS packets each" wait_for 300 heard R $((from + PACKETS))
for name in R Q; do
	t_is "none of $name ever went down" "$(sum "$name" '[.[] | .flips] | add')" 0
	check "and all are up" in_health "$name" up
	t_is "no packet of $name was discarded" "$(sum "$name" '[.[] | .discarded] | add')" 0
	t_note "$name: $(sum "$name" '[.[] | .sent] | add') packets sent, $(sum "$name" \
		'[.[] | .graces] | add') stalls of this host"
done

must ip -n "$T_ID.R" link del u0
check "their device goes: all are down" wait_for 60 in_health R down
t_is "by their carrier" "$(ns R vpcctl -json probe history | jq -r '.[-1].cause')" carrier
check "and so are those of the other end" wait_for 60 in_health Q down
wire
uplink R 1
must ip -n "$T_ID.Q" link set u0 up
uplink Q 2
for name in R Q; do
	check "another device: all of $name are up again" wait_for 120 in_health "$name" up
done
must ns Q vpcctl flush
check "the other end is flushed: all are down" wait_for 60 in_health R down
t_is "and know why" "$(ns R vpcctl -json probe history | jq -r '.[-1].cause')" "AdminDown by peer"
batch_again()
{
	must ns Q vpcctl vpc add a cidr 172.16.2.0/24
	uplink Q 2
	batch Q 2 1
}
batch_again
check "up once more" wait_for 120 in_health R up
must ip netns del "$T_ID.Q"
check "the other namespace goes with all its sessions" wait_for 60 in_health R down
must ip netns del "$T_ID.R"
check "and this one" wait_for 60 t_refs_back
t_end
