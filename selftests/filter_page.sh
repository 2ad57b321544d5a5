#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rulesets of Documentation/filter.rst are taken by nft, and the first one does what the page says.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-nat.sh"
t_begin "the page about filters"
t_need nft

# ruleset N: of the page, counted from 1
ruleset()
{
	awk -v want="$1" '
		/^    table inet / { n++ }
		/^[^ ]/ { inside = 0 }
		/^    table inet / { inside = 1 }
		inside && n == want { sub(/^    /, ""); print }' "$T_TOP/Documentation/filter.rst"
}

# passes FROM ADDR PORT, stops FROM ADDR PORT
passes()
{
	check "$1 to $2 port $3 passes" ns "$1" "$TALK" ask -t 30 tcp "$2" "$3" text
}

stops()
{
	check_fail "$1 to $2 port $3 does not" ns "$1" "$TALK" ask -t 2 tcp "$2" "$3" text
}

router_new
host_new isp eth0 203.0.113.1/24
vpc_ok vpc add red cidr 10.1.0.0/16
vpc_ok subnet add red1 vpc red cidr 10.1.1.0/24
for i in 0 1 2; do
	host_new "t$i" "tap$i" "10.1.1.1$i/24" via 10.1.1.1
	port_add "tap$i" subnet red1 address "10.1.1.1$i"
done
uplink_add eth0 vpc red address 203.0.113.2/24 gateway 203.0.113.1
must ns isp ip route add 10.1.0.0/16 via 203.0.113.2
vpc_ok route add 203.0.113.0/24 vpc red via router 203.0.113.1
serve t0 80 22 23
serve t1 80 443
serve t2 5432 80
vpc_ok vpc set red filter on
passes isp 10.1.1.12 5432
ruleset 1 >"$T_DIR/groups"
t_num "a ruleset with lines" "$(wc -l <"$T_DIR/groups")" -gt 15
check "nft takes it" ns R nft -f "$T_DIR/groups"
passes t2 10.1.1.10 80
passes isp 10.1.1.11 443
passes t0 10.1.1.12 5432
passes t1 10.1.1.12 5432
passes isp 10.1.1.10 22
stops t1 10.1.1.10 22
stops isp 10.1.1.10 23
stops isp 10.1.1.12 5432
stops t0 10.1.1.12 80
must r nft flush ruleset
passes t0 10.1.1.12 80
ruleset 2 >"$T_DIR/datacentre"
t_num "the other one has lines" "$(wc -l <"$T_DIR/datacentre")" -gt 15
check "nft takes it, too" ns R nft -f "$T_DIR/datacentre"
must r nft flush ruleset
t_end
