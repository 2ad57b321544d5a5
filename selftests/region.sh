#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Peerings between regions: they have a bandwidth, in each direction, which can be changed under
# traffic, and their peers do not overlap.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "region"
t_need iperf3

LATE=110
[[ $(uname -r) != *vpcum ]] || LATE=10
RATE=10000000	# bits per second, which an emulated machine passes many times over
DROPPED=0
SIZE=1000	# of datagrams, UDP payload
END=9999999999999999999
FULL=300000000	# ns until what another bandwidth begins with, a full bucket, has passed

rules()
{
	expect_error "needs a bandwidth" "between regions without a bandwidth" \
		peering add ab vpc a peer b
	expect_error "VPC a is in region \"east\" and VPC b in \"west\"" "and says which" \
		peering add ab vpc a peer b
	expect_error "are in one region" "inside a region with one" \
		peering add ac vpc a peer c bandwidth 10mbit
	expect_error "from 1000000 to" "less than there is" peering add ab vpc a peer b bandwidth 999kbit
	vpc_ok peering add ab vpc a peer b bandwidth "$RATE"bit
	expect_error "from 1000000 to" "none any more" peering set ab bandwidth 0
	vpc_ok peering add ac vpc a peer c
	expect_error "inside one region" "a bandwidth for one inside a region" \
		peering set ac bandwidth 10mbit
	expect_error "nothing to change" "no change" peering set ab
	expect_error "has peering" "another region for a VPC with peerings" vpc set a region north
	expect_error "not a region" "a region that is no name" vpc set d region "-x"
	vpc_ok vpc set b region west
	t_is "it is shown" "$(get '.[0].bandwidth_bps' peering show ab)" $RATE
	t_is "and the region" "$(get '.[0].region' vpc show b)" west
	expect_error "overlaps with 10.2.0.0/16 of VPC b: both are peers of VPC a in other regions" \
		"a peer that overlaps with another one" peering add ad vpc a peer d bandwidth 1mbit
	vpc_ok vpc add e cidr 10.5.0.0/16 region south
	vpc_ok peering add ae vpc a peer e bandwidth 1mbit
	expect_error "both are peers of VPC a" "a CIDR that would" vpc set e cidr 10.2.0.0/24
	vpc_ok peering set ae name renamed bandwidth 2mbit
	t_is "name and bandwidth are changed together" "$(get '.[0].bandwidth_bps' peering show renamed)" 2000000
	vpc_ok peering del renamed
}

# judged RATE FROM TO: of datagrams that were sent between two times, "DROPPED UNJUST TOO-MANY". Each
# has a number, and when it was sent. So the bucket that there should be can be filled and emptied
# here, from the first drop on, when it is empty: what is dropped while it holds 10 ms of the rate is
# dropped unjustly. And whatever time one looks at, what has passed in it is too much if it is 30 ms
# more than its length, 20 of which are the bucket. A rate that is five percent off is found in a
# second, whenever the sender gets its turn. An emulated machine may leave what was sent in a queue for
# a while: there it takes $LATE ms and three seconds.
judged()
{
	awk -v rate="$1" -v from="$2" -v to="$3" -v size=$((SIZE + 28)) -v late="${LATE}e6" '
		BEGIN { cost = size * 8e9 / rate; slack = 10e6 + 2 * cost; full = 20e6 + cost }
		$NF < from || $NF > to { next }
		{ lost = seen ? $(NF - 1) - seq - 1 : 0 }
		lost > 0 && begun { dropped += lost; if (tokens > slack) unjust += lost }
		lost > 0 && !begun { begun = 1; tokens = 0; at = $NF }
		begun { tokens += $NF - at; tokens = (tokens > full ? full : tokens) - cost }
		seen {
			owed -= $NF - at0
			owed = (owed < 0 ? 0 : owed) + cost
			many += owed > full + 2 * cost + late
		}
		{ seen = 1; seq = $(NF - 1); at = at0 = $NF }
		END { print dropped + 0, unjust + 0, many + 0 }' "$T_DIR/sink.out"
}

# exact TEXT RATE [FROM TO]
exact()
{
	local dropped unjust many

	read -r dropped unjust many < <(judged "$2" "${3:-0}" "${4:-$END}")
	t_num "$1: more was sent than $2 bit/s" "$dropped" -gt 100
	t_num "$1: of $dropped dropped, $unjust were not over the bandwidth: at most 2 %" \
		$((unjust * 50)) -le "$dropped"
	t_is "$1: too much passed, times" "$many" 0
}

# bits per second of network layer packets that arrived, all in all
arrived()
{
	awk -v size=$((SIZE + 28)) 'NR == 1 { first = $1 } END { printf "%d\n", NR * size * 8e9 / ($1 - first) }' \
		"$T_DIR/sink.out"
}

# flood FROM TO ADDR RATE: until three seconds of the rate have arrived, of many more that are sent
flood()
{
	local from=$1 to=$2 addr=$3 count=$(($4 * 3 / 8 / (SIZE + 28)))

	bg sink "$to" "$T_PKT" sink -c "$count" -t 5 "$addr" 7777
	must wait_for 60 listening "$to" u 7777
	bg flood "$from" "$T_PKT" udp -c 100000000 -s "$SIZE" "$addr" 7777
	bg_wait sink 300
	bg_stop flood || :
}

# Has more been dropped since the last time?
dropped()
{
	local before=$DROPPED

	DROPPED=$(drops a bandwidth)
	t_num "$1: more was sent, and dropped" "$DROPPED" -gt "$before"
}

caps()
{
	local before

	flood ha hb 10.2.1.10 $RATE
	exact "UDP" $RATE
	dropped "UDP"
	flood hb ha 10.1.1.10 $RATE
	exact "the other way" $RATE
	t_num "and it is the other VPC's drops" "$(drops b bandwidth)" -gt 0
	t_num "for the peering, too" "$(get '.[0].counters.drops' peering show ab)" -gt 0
	before=$(drops a bandwidth)
	bg sink hc "$T_PKT" sink -c 2000 -t 60 10.3.1.10 7777
	must wait_for 60 listening hc u 7777
	ns ha "$T_PKT" udp -c 2000 -s $SIZE 10.3.1.10 7777
	t_is "inside a region there is none" "$(drops a bandwidth)" "$before"
	bg_stop sink || :
}

# As much as half of what passes without a limit, in the smallest packets.
half()
{
	local any cap

	SIZE=36
	flood ha hc 10.3.1.10 2000000
	any=$(arrived)
	t_num "64 bytes without a limit: $any bit/s" "$any" -gt 1000000
	cap=$((any > 2000000 ? any / 2 : 1000000))
	vpc_ok peering set ab bandwidth ${cap}bit
	flood ha hb 10.2.1.10 $cap
	exact "64 bytes" $cap
	dropped "64 bytes"
	SIZE=1000
	vpc_ok peering set ab bandwidth ${RATE}bit
}

# The receiver's frames tell what a segment is: they are cut before they leave, and not put
# together again.
segments()
{
	local before after frames

	must r ethtool -K pc tso off gso off
	must ns hc ethtool -K eth0 gro off
	before=$(get '.[0].counters | "\(.rx_packets) \(.rx_bytes)"' peering show ac)
	capture_start segments hc eth0 tcp and src 10.1.1.10
	bg server hc iperf3 -s -1 -J
	must wait_for 60 listening hc t 5201
	must ns ha iperf3 -c 10.3.1.10 -n 20M -J >"$T_DIR/client.json"
	must bg_wait server 60
	capture_stop segments
	after=$(get '.[0].counters | "\(.rx_packets) \(.rx_bytes)"' peering show ac)
	frames=$(capture_count segments)
	t_num "many segments" "$frames" -gt 10000
	t_is "the peering has counted each of them, and its bytes" \
		"$(paste -d' ' <(echo "$after") <(echo "$before") | awk '{ print $1 - $3, $2 - $4 }')" \
		"$frames $(capture_text segments -e -t | sed -n 's/.*(0x0800), length \([0-9]*\):.*/\1/p' | awk '{ n += $1 - 14 } END { print n }')"
	must r ethtool -K pc tso on gso on
}

# What is sent all the time, while the bandwidth changes.
changed()
{
	local stop

	bg sink hb "$T_PKT" sink -c 100000 -t 30 10.2.1.10 7777
	must wait_for 60 listening hb u 7777
	bg flood ha "$T_PKT" udp -c 100000000 -s $SIZE 10.2.1.10 7777
	must wait_for 120 has_lines 3000
	vpc_ok peering set ab bandwidth $((RATE / 4))bit
	SPLIT1=$(ns hb "$T_PKT" now)
	must wait_for 120 has_lines 6000
	stop=$(ns hb "$T_PKT" now)
	vpc_ok peering set ab bandwidth $((RATE / 2))bit
	SPLIT2=$(ns hb "$T_PKT" now)
	must wait_for 120 has_lines 12000
	bg_stop flood || :
	bg_stop sink || :
	exact "a quarter, under traffic" $((RATE / 4)) $((SPLIT1 + FULL)) "$stop"
	exact "and half" $((RATE / 2)) $((SPLIT2 + FULL))
	dropped "both"
	vpc_ok peering set ab bandwidth ${RATE}bit
}

# shellcheck disable=SC2317	# called by wait_for
has_lines()
{
	[ "$(wc -l <"$T_DIR/sink.out")" -ge "$1" ]
}

# near TEXT GOT WANT: within five percent. Streams on an emulated machine, or on one whose every step
# is watched, do not try that hard all the time: there they must not be stopped. That it is as
# exact for any rate, size and number of CPUs is shown in virtual time, by host/policer_test.c.
near()
{
	if [[ $(uname -r) = *vpcum ]]; then
		t_num "$1: $2 of $3 bit/s, at least" "$2" -ge $(($3 * 95 / 100))
	else
		t_num "$1: $2 of $3 bit/s, at least" "$2" -ge $(($3 * 5 / 100))
	fi
	t_num "$1: at most" "$2" -le $(($3 * 105 / 100))
}

# Segments that wait to be cut count as what they will be.
streams()
{
	local got

	bg server hb iperf3 -s -1 -J
	must wait_for 60 listening hb t 5201
	must ns ha iperf3 -c 10.2.1.10 -P 4 -t 12
	bg_wait server 60 || :
	got=$(jq '[.intervals[2:][].sum.bits_per_second] | sort | .[length / 2 | floor] | floor' "$T_DIR/server.out")
	# 1,448 bytes of 1,500 are payload.
	near "TCP, four streams" "$((got * 1500 / 1448))" $RATE
	dropped "TCP"
}

router_new
vpc_ok vpc add a cidr 10.1.0.0/16 region east
vpc_ok vpc add b cidr 10.2.0.0/16 region west
vpc_ok vpc add c cidr 10.3.0.0/16 region east
vpc_ok vpc add d cidr 10.2.128.0/17 region north
i=1
for v in a b c; do
	vpc_ok subnet add "s$v" vpc $v cidr 10.$i.1.0/24
	host_new "h$v" "p$v" 10.$i.1.10/24 via 10.$i.1.1
	port_add "p$v" subnet "s$v" address 10.$i.1.10
	i=$((i + 1))
done
rules
vpc_ok route add 10.2.0.0/16 vpc a via peering ab
vpc_ok route add 10.3.0.0/16 vpc a via peering ac
vpc_ok route add 10.1.0.0/16 vpc b via peering ab
vpc_ok route add 10.1.0.0/16 vpc c via peering ac
caps
half
segments
changed
streams
t_end
