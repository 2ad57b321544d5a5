#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The door to user space: dumps while things change, malformed requests, transactions, events, batches.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "netlink"
T_NLRAW=${VPC_NLRAW:-$T_TOP/build/selftests/nlraw}
T_NLBAD=${VPC_NLBAD:-$T_TOP/build/selftests/nlbad}
t_need "$T_NLRAW" "$T_NLBAD"

route_count()
{
	get ".[] | select(.vpc == \"$1\" and .default) | .routes" table show
}

dumps()
{
	router_new
	vpc_ok vpc add a cidr 192.168.0.0/16
	check "10,000 routes while others come and go" r "$T_NLRAW" dump-routes a 10000
	t_note "$(grep while "$T_DIR/check.out")"
	vpc_ok flush
	check "VPCs while others come and go" r "$T_NLRAW" dump-vpcs 100
	t_note "$(grep while "$T_DIR/check.out")"
	check "everything can be removed" vpc flush
	t_is "and is" "$(get '.counts | add' 2>&1)" 0
}

# --- requests ------------------------------------------------------------------------

malformed()
{
	local seed

	router_new
	must ip -n "$T_ID.R" link add d0 type dummy
	vpc_ok vpc add a cidr 10.77.0.0/16
	vpc_ok table add t vpc a
	vpc_ok subnet add s vpc a cidr 10.77.0.0/24
	vpc_ok route add 192.0.2.0/24 vpc a via blackhole
	keep
	check "malformed requests are refused" r "$T_NLBAD" list a t s d0
	t_note "$(tail -n 1 "$T_DIR/check.out")"
	t_is "and change nothing" "$(state)" "$STATE"
	for seed in 1 2 3; do
		check "damaged requests are answered, seed $seed" r "$T_NLBAD" fuzz 1500 $seed
	done
	check "everything can be removed" vpc flush
	t_is "and is" "$(get '.counts | add')" 0
}

# wrong_last FRAGMENT WHAT: 1,000 operations of which the last is wrong
wrong_last()
{
	local before after out rc

	before=$(state)
	out=$(r "$T_NLRAW" many a 1000 "$2")
	rc=$?
	after=$(state)
	t_is "1,000 operations, the last one wrong ($2): status" $rc 2
	check "1,000 operations, the last one wrong ($2): says why" grep -qiF -- "$1" <<<"$out"
	t_is "1,000 operations, the last one wrong ($2): nothing has changed" "$after" "$before"
}

transactions()
{
	router_new
	vpc_ok vpc add a cidr 192.168.0.0/16
	vpc_ok route add 172.16.0.0/12 vpc a via prohibit
	wrong_last 10.0.0.0/24 exists
	wrong_last 10.3.231. host-bits
	wrong_last 10.3.231.0/24 absent
	wrong_last "" kind
	wrong_last "no next hop" no-next-hop
	events_start many
	check "1,000 operations" r "$T_NLRAW" many a 1000
	events_stop many
	t_num "all of them" "$(route_count a)" -eq 1001
	t_is "are one event" \
		"$(events many '"\(.event) \(.kind) \(.object.vpc) \(.object.routes)"')" '"changed table a 1001"'
	t_is "they share one group" "$(get '.counts | "\(.groups) \(.nexthops)"')" "2 2"

	keep
	check_fail "a replacement with a deletion is refused" r "$T_NLRAW" replace a 500 100 del
	t_is "and changes nothing" "$(state)" "$STATE"
	events_start replace
	check "a table is replaced" r "$T_NLRAW" replace a 500 1000
	events_stop replace
	t_num "as a whole" "$(route_count a)" -eq 1000
	t_is "in one event" \
		"$(events replace '"\(.event) \(.kind) \(.object.vpc) \(.object.routes)"')" '"changed table a 1000"'
	t_is "what was there only is gone" "$(get '[.[] | select(.origin == "static") | .dst] |
		"\(index("172.16.0.0/12")) \(index("10.0.0.0/24")) \(index("10.5.219.0/24") != null)"' \
		route show vpc a)" "null null true"
	check "a table is emptied" r "$T_NLRAW" replace a 0 0
	t_is "nothing is left" "$(get '.counts | "\(.routes) \(.groups) \(.nexthops)"')" "0 0 0"
}

# --- events ----------------------------------------------------------------------------

every_event()
{
	events_start all
	cat >"$T_DIR/batch" <<-END
		vpc add a cidr 10.1.0.0/16
		vpc set a cidr 172.16.0.0/16
		vpc add b cidr 10.2.0.0/16 account 7
		vpc set b name bb
		table add t vpc a
		subnet add s vpc a cidr 10.1.1.0/24
		subnet set s table t
		port add d0 subnet s address 10.1.1.10
		uplink add d1 vpc a address 100.64.0.2/30 gateway 100.64.0.1
		route add 192.0.2.0/24 vpc a via blackhole
		route add 192.0.2.0/24 vpc a via unreachable
		route replace 192.0.2.0/24 vpc a via router 100.64.0.1
		route del 192.0.2.0/24 vpc a
		peering add p vpc a peer bb
		peering set p name q
		peering accept q as 7
		route add 10.2.0.0/16 table t via peering q
		peering del q as 7
		uplink del d1
		port del d0
		subnet del s
		table del t
		vpc del bb
		vpc show a
	END
	vpc_ok -batch "$T_DIR/batch"
	# shellcheck disable=SC2016
	events_stop all
	t_is "every command is one event" \
		"$(events all '"\(.event) \(.kind) \(.object | .name // .dev // .dst)"' | tr -d '"')" "$(
		cat <<-END
			added vpc a
			changed vpc a
			added vpc b
			changed vpc bb
			added table t
			added subnet s
			changed subnet s
			added port d0
			added uplink d1
			added route 192.0.2.0/24
			changed route 192.0.2.0/24
			changed route 192.0.2.0/24
			removed route 192.0.2.0/24
			added peering p
			changed peering q
			accepted peering q
			added route 10.2.0.0/16
			removed peering q
			removed uplink d1
			removed port d0
			removed subnet s
			removed table t
			removed vpc bb
		END
	)"
	t_is "and so is every change of health" \
		"$(flips all '"\(.nexthop) \(.vpc) \(.from) \(.to) \(.cause) \(.probe)"')" \
		'"router 100.64.0.1 a up down carrier null"'
	t_is "events show the object as it is then" "$(events all 'select(.kind == "subnet") | .object.table')" \
		"$(printf 'null\n"t"\n"t"')"
	t_is "and the whole of it" "$(events all 'select(.kind == "vpc" and .event == "changed") | .object.cidr')" \
		"$(printf '["10.1.0.0/16","172.16.0.0/16"]\n["10.2.0.0/16"]')"
	t_is "and who asked" "$(events all 'select(.kind == "peering") | .as')" \
		"$(printf '"operator"\n"operator"\n7\n7')"
}

# What happens without a command: a device goes away, everything is flushed.
other_events()
{
	events_start other
	cat >"$T_DIR/batch" <<-END
		subnet add s vpc a cidr 10.1.1.0/24
		port add d0 subnet s address 10.1.1.10
		uplink add d1 vpc a address 100.64.0.2/30
	END
	vpc_ok -batch "$T_DIR/batch"
	must ip -n "$T_ID.R" link del d0
	must ip -n "$T_ID.R" link del d1
	t_is "ports and uplinks go with their devices" "$(get '.counts | "\(.ports) \(.uplinks)"')" "0 0"
	vpc_ok flush
	bg_flushed
	events_stop other
	t_is "and that is told, as is a flush" \
		"$(events other 'select(.event != "added") | "\(.event) \(.kind) \(.object | if . then .dev else . end)"' |
			tr -d '"' | grep -v -e 'removed vpc' -e 'removed subnet')" \
		"$(printf 'removed port d0\nremoved uplink d1\nflushed null null')"
}

bg_flushed()
{
	wait_for 60 grep -q '"flushed"' "$T_DIR/events.other.out" || t_note "no event of the flush"
}

all_events()
{
	router_new
	must ip -n "$T_ID.R" link add d0 type dummy
	must ip -n "$T_ID.R" link add d1 type dummy
	every_event
	other_events

	router_new
	ns_new elsewhere
	events_start here
	must ns elsewhere vpcctl vpc add elsewhere cidr 10.0.0.0/8
	must ns elsewhere vpcctl vpc del elsewhere
	events_stop here
	t_is "another namespace's events are not heard" "$(events here .)" ""
}

# --- batches --------------------------------------------------------------------------------

batches()
{
	router_new
	cat >"$T_DIR/batch" <<-END
		# three lines that are good, one that is not
		vpc add a cidr 10.1.0.0/16

		subnet add s vpc a cidr 10.1.1.0/24	# with a comment
		subnet add t vpc a cidr 10.9.1.0/24
		vpc add never cidr 10.3.0.0/16
	END
	expect_error "$T_DIR/batch:5: " "a mistake in a batch names its line" -batch "$T_DIR/batch"
	t_is "the lines before it stay, those after it are not run" \
		"$(get 'map(.name) | join(" ")' vpc show), $(get 'map(.name) | join(" ")' subnet show)" "a, s"
	printf 'vpc show\nvpc frobnicate\nvpc show\n' >"$T_DIR/batch"
	expect_error "$T_DIR/batch:2: " "a word that is none" -batch "$T_DIR/batch"
	t_is "what came before is printed" "$(get 'map(.name) | join(" ")' -batch "$T_DIR/batch" 2>/dev/null)" a
	check "a batch from the standard input" sh -c \
		"echo 'table add t vpc a' | nsenter --net=/run/netns/$T_ID.R vpcctl -batch -"
	t_is "is run" "$(get 'map(.name) | join(" ")' table show t)" t
	check "a batch of nothing" vpc -batch /dev/null
}

dumps
malformed
transactions
all_events
batches
t_end
