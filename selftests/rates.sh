#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpcctl stats every SECONDS: rates and losses are those that the receiving host sees in the same
# time, in each direction, and what is removed or added meanwhile has none.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "rates"

SIZE=1000	# bytes of the network layer
CAP=2000000	# bits per second
FROM=0 TO=0

# flow KEY FROM TO ADDR INTERVAL: datagrams, and what comes of them
flow()
{
	bg "sink$1" "$3" "$T_PKT" sink "$4" 7777
	must wait_for 60 listening "$3" u 7777
	bg "flow$1" "$2" "$T_PKT" udp -i "$5" -s $((SIZE - 28)) "$4" 7777
	must wait_for 60 has_lines "sink$1" 50
}

flow_end()
{
	bg_stop "flow$1" || :
	bg_stop "sink$1" || :
}

# shellcheck disable=SC2317	# called by wait_for
has_lines()
{
	[ "$(wc -l <"$T_DIR/$1.out")" -ge "$2" ]
}

# rates SECONDS [ARG...]: reads them, and notes when that began and ended
rates()
{
	local seconds=$1

	shift
	FROM=$(r "$T_PKT" now)
	vpc -json stats "$@" every "$seconds" count 1 >"$T_DIR/rates" || t_fail "stats $*"
	TO=$(r "$T_PKT" now)
}

# rate SELECTION FILTER: of a line of it
rate()
{
	jq -r "[.[] | select($1)] | if length == 1 then .[0]$2 else \"\(length) lines\" end" "$T_DIR/rates"
}

port()
{
	rate ".kind == \"port\" and .name == \"$1\"" ".$2"
}

peering()
{
	rate ".kind == \"peering\" and .name == \"$1\" and .from == \"$2\"" ".$3"
}

of_vpc()
{
	rate ".kind == \"vpc\" and .name == \"$1\"" ".$2"
}

# arrived KEY: packets per second that a sink has seen, between FROM and TO
arrived()
{
	awk -v from="$FROM" -v to="$TO" '
		$1 >= from && $1 < to { n++ }
		END { printf "%d\n", n * 1e9 / (to - from) }' "$T_DIR/sink$1.out"
}

# near TEXT GOT WANT: an emulated machine does not let everybody run when it is time.
near()
{
	local got=${2%.*} off=30

	[[ $(uname -r) != *vpcum* ]] || off=15
	t_num "$1: $got of $3, at least" "$got" -ge $(($3 * (100 - off) / 100))
	t_num "$1: at most" "$got" -le $(($3 * (100 + off) / 100))
}

constant()
{
	local got

	flow 1 ha hc 10.3.1.10 2000
	rates 3
	flow_end 1
	got=$(arrived 1)
	t_num "something arrives" "$got" -gt 20
	near "the sender's port" "$(port pa rx_pps)" "$got"
	near "the receiver's port" "$(port pc tx_pps)" "$got"
	near "the sender's VPC" "$(of_vpc a rx_pps)" "$got"
	near "the receiver's VPC" "$(of_vpc c tx_pps)" "$got"
	near "the peering" "$(peering ac a rx_pps)" "$got"
	near "in bits" "$(peering ac a rx_bps)" $((got * SIZE * 8))
	near "bits sent by the port" "$(port pc tx_bps)" $((got * SIZE * 8))
	t_is "nothing the other way" "$(peering ac c rx_pps) $(port pc rx_pps) $(port pa tx_pps)" "0 0 0"
	t_is "nothing is lost" "$(port pa loss_percent) $(peering ac a loss_percent)" "0 0"
	t_is "of nothing there is no share" "$(peering ac c loss_percent)" null
	t_is "what a peering sends is what it was sent by the other side" "$(peering ac a tx_pps)" null
	got=$(port pa interval_ns)
	t_num "the interval: $got" "$got" -ge 2900000000
	t_num "is in between" "$got" -le $((TO - FROM))
}

# Whoever reads late has to divide by what has passed.
late()
{
	flow 1 ha hc 10.3.1.10 2000
	bg late R vpcctl -json stats vpc a every 2 count 2
	must wait_for 60 has_lines late 1
	FROM=$(r "$T_PKT" now)
	must kill -STOP "${T_PIDS[late]}"
	sleep 5
	must kill -CONT "${T_PIDS[late]}"
	must bg_wait late 60
	TO=$(r "$T_PKT" now)
	flow_end 1
	tail -n 1 "$T_DIR/late.out" >"$T_DIR/rates"
	t_num "a late reading has a long interval" "$(port pa interval_ns)" -ge 4500000000
	near "and the same rate" "$(port pa rx_pps)" "$(arrived 1)"
}

losses()
{
	local got rx loss

	flow 1 ha hb 10.2.1.10 1000
	flow 2 hb ha 10.1.1.10 20000
	# An idle peering lets a burst pass.
	must wait_for 60 has_lines sink1 200
	rates 4
	flow_end 1
	flow_end 2
	got=$(arrived 1) rx=$(peering ab a rx_pps) loss=$(peering ab a loss_percent)
	t_num "what arrives is not more than the peering lets through: $got" "$got" -le $((CAP * 11 / SIZE / 80))
	t_num "more is sent: ${rx%.*}" "${rx%.*}" -gt $((got * 5 / 4))
	near "the loss is what did not arrive: $loss" \
		"$(awk -v rx="$rx" -v loss="$loss" 'BEGIN { print rx * (100 - loss) / 100 }')" "$got"
	near "in packets" "$(peering ab a drops_pps)" "$(awk -v rx="$rx" -v got="$got" 'BEGIN { printf "%d", rx - got }')"
	near "the VPC has the reason" "$(of_vpc a drops.bandwidth)" "$(peering ab a drops_pps | cut -d. -f1)"
	t_is "and no other" "$(of_vpc a 'drops | length')" 1
	near "the other way" "$(peering ab b rx_pps)" "$(arrived 2)"
	t_is "has no loss" "$(peering ab b drops_pps) $(peering ab b loss_percent)" "0 0"
	t_is "and its VPC no drop" "$(of_vpc b drops_pps) $(of_vpc b 'drops | length')" "0 0"
}

# changes NAME: what the reports of "changing" say of a name, without what stays the same
changes()
{
	jq -r --arg n "$1" '.[] | select(.name == $n and .change) | "\(.kind) \(.change) \(.rx_pps)"' \
		"$T_DIR/changing.out" | sort -u | paste -sd,
}

changing()
{
	flow 1 ha hb 10.2.1.10 2000
	bg changing R vpcctl -json stats every 2 count 3
	must wait_for 60 has_lines changing 1
	must kill -STOP "${T_PIDS[changing]}"
	vpc_ok peering set ac name other
	vpc_ok vpc add fresh cidr 10.9.0.0/16
	vpc_ok vpc del old
	vpc_ok port del pb
	port_add pb subnet sb address 10.2.1.10
	must kill -CONT "${T_PIDS[changing]}"
	must bg_wait changing 60
	flow_end 1
	t_is "a report per interval" "$(wc -l <"$T_DIR/changing.out")" 3
	t_is "one that is removed has no rate" "$(changes old)" "vpc removed null"
	t_is "nor one that is added" "$(changes fresh)" "vpc added null"
	t_is "nor what is removed and added again" "$(changes pb)" "port added null,port removed null"
	t_is "another name makes no other peering" "$(changes other)$(changes ac)" ""
	t_is "no rate is out of the way" \
		"$(jq '.[] | .rx_pps, .tx_pps, .drops_pps | select(. != null and (. < 0 or . > 100000))' "$T_DIR/changing.out")" ""
	vpc_ok peering set other name ac
	bg changing R vpcctl -json stats vpc fresh every 2
	must wait_for 60 has_lines changing 1
	vpc_ok vpc del fresh
	bg_wait changing 60
	t_is "a VPC that is asked for and goes is an error" $? 2
	check "which says so" grep -q "no VPC named fresh" "$T_DIR/changing.err"
}

forms()
{
	local text

	rates 0.1 vpc b
	t_is "one VPC: what is of it" "$(jq -r '.[] | "\(.kind) \(.name)"' "$T_DIR/rates" | sort -u | paste -sd,)" \
		"peering ab,port pb,vpc b"
	must ns ha "$T_PKT" udp -c 3 192.0.2.1 9
	text=$(vpc stats every 0.5 count 1)
	check "text has units" grep -qE '^[0-9.]+ms +rx packets/s +bit/s +tx packets/s +bit/s +drops/s +loss %$' <<<"$text"
	check "a line per port" grep -qE '^port pa vpc a +0 +0bit +0 +0bit +0 +-$' <<<"$text"
	check "and per direction of a peering" grep -qE '^peering ab from b to a +0 +0bit +0 +-$' <<<"$text"
}

of_nothing()
{
	rate '.kind == "vpc" and .name == null' "| [$1]" | tr -d ' \n'
}

# What is of no VPC is listed from its first drop on, which is none less for that.
of_none()
{
	host_new isp u0 192.0.2.1/24
	must ns isp ip route add 198.51.100.1 dev eth0
	uplink_add u0 gateway 192.0.2.1
	vpc_ok vpc set a public-address 198.51.100.1 uplink u0
	must ns isp ip neigh replace 198.51.100.1 lladdr "$(mac R u0)" dev eth0
	bg none R vpcctl -json stats every 2 count 2
	must wait_for 60 has_lines none 1
	must kill -STOP "${T_PIDS[none]}"
	must ns isp "$T_PKT" udp -c 40 198.51.100.1 9
	must wait_for 60 has_come 40
	must kill -CONT "${T_PIDS[none]}"
	must bg_wait none 60
	tail -n 1 "$T_DIR/none.out" >"$T_DIR/rates"
	t_is "drops of no VPC" "$(of_nothing '(.drops_pps, .drops.nat_unsolicited) * .interval_ns / 1e9 | round')" \
		"[40,40]"
	t_is "are a share of nothing" "$(of_nothing '.rx_pps, .tx_bps, .loss_percent')" "[null,null,null]"
}

# shellcheck disable=SC2317	# called by wait_for
has_come()
{
	[ "$(get '[.[] | select(.vpc == null)][0].drops.nat_unsolicited // 0' stats)" = "$1" ]
}

refusals()
{
	local word

	for word in 0 0.000 x -1 1s 1.0001 86401 ""; do
		expect_error "is not a time from 0.001 to 86400 seconds" "every \"$word\"" stats every "$word"
	done
	expect_error "SECONDS after \"every\" is missing" "no time" stats every
	for word in 0 x -1 1.5 4294967296; do
		expect_error "is not a number from 1" "count \"$word\"" stats every 1 count "$word"
	done
	expect_error "N after \"count\" is missing" "no number" stats every 1 count
	expect_error "unexpected word" "twice" stats every 1 every 1
	expect_error "unexpected word" "a number of nothing" stats count 1
	expect_error "no VPC named nobody" "a VPC that is not there" stats vpc nobody every 1
}

router_new
vpc_ok vpc add a cidr 10.1.0.0/16 region east
vpc_ok vpc add b cidr 10.2.0.0/16 region west
vpc_ok vpc add c cidr 10.3.0.0/16 region east
vpc_ok vpc add old cidr 10.4.0.0/16
i=1
for v in a b c; do
	vpc_ok subnet add "s$v" vpc $v cidr 10.$i.1.0/24
	host_new "h$v" "p$v" 10.$i.1.10/24 via 10.$i.1.1 quiet
	port_add "p$v" subnet "s$v" address 10.$i.1.10
	i=$((i + 1))
done
vpc_ok peering add ab vpc a peer b bandwidth ${CAP}bit
vpc_ok peering add ac vpc a peer c
vpc_ok route add 10.2.0.0/16 vpc a via peering ab
vpc_ok route add 10.3.0.0/16 vpc a via peering ac
vpc_ok route add 10.1.0.0/16 vpc b via peering ab
vpc_ok route add 10.1.0.0/16 vpc c via peering ac
refusals
constant
late
losses
forms
changing
of_none
t_end
