#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Alarms on rate, packets, loss and state: one event when a threshold is crossed, one when it is
# crossed no more, however long either lasts; both are kept in a list.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
t_begin "alarms"
t_need "$T_PKT" ping

SIZE=1000	# bytes of a datagram, with headers
BURST=307	# datagrams

# What the alarms of a listener did, in order: "raised NAME", "cleared NAME".
turns()
{
	events "$1" 'select(.kind == "alarm" and (.event == "raised" or .event == "cleared")) |
		"\(.event) \(.object.name)"' | tr -d '"' | grep "${2:-.}" | xargs
}

# The same of the list.
listed()
{
	get '.history[] | "\(.event) \(.name)"' alarm list "$@" | xargs
}

value()
{
	get '.[0].value' alarm show "$1"
}

alarm_is()
{
	[ "$(get '.[0].state' alarm show "$1")" = "$2" ]
}

# event_is KEY EVENT NAME [COUNT]: for wait_for
event_is()
{
	[ "$(events "$1" "select(.event == \"$2\" and .object.name == \"$3\")" | grep -c .)" -ge "${4:-1}" ]
}

# flow COUNT USEC: datagrams from a to c, one every so often
flow()
{
	must ns ha "$T_PKT" udp -c "$1" -i "$2" -s $((SIZE - 28)) 10.3.1.10 7777
}

sent_by_a()
{
	get '.[0].counters.rx_packets' peering show ac
}

# What nobody listens to is not answered.
mute()
{
	must ns "$1" nft '
		table ip mute {
			chain out {
				type filter hook output priority 0
				icmp type 3 drop
			}
		}'
}

setup()
{
	local i=1 v

	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 region east account 1
	vpc_ok vpc add b cidr 10.2.0.0/16 region west account 1
	vpc_ok vpc add c cidr 10.3.0.0/16 region east account 2
	for v in a b c; do
		vpc_ok subnet add "s$v" vpc $v cidr 10.$i.1.0/24
		host_new "h$v" "p$v" 10.$i.1.10/24 via 10.$i.1.1 quiet
		port_add "p$v" subnet "s$v" address 10.$i.1.10
		i=$((i + 1))
	done
	mute hb
	mute hc
	vpc_ok peering add ab vpc a peer b bandwidth 1mbit
	vpc_ok peering add ac vpc a peer c
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	vpc_ok route add 10.3.0.0/16 vpc a via peering ac
	vpc_ok route add 10.1.0.0/16 vpc c via peering ac
}

# Of a peering that waits: raised at once, and what anybody does is known when the command is done.
states()
{
	events_start state
	vpc_ok alarm add waiting on peering ac state
	t_is "a state that is bad already" "$(listed waiting)" "raised waiting"
	vpc_ok peering accept ac
	t_is "and is good: known when the command is done" "$(listed waiting)" \
		"raised waiting cleared waiting"
	t_is "it has no value" "$(value waiting)" null
	events_stop state
	t_is "one event each" "$(turns state)" "raised waiting cleared waiting"
	t_is "after that of the alarm itself" \
		"$(events state 'select(.kind == "alarm") | .event' | head -n 1)" '"added"'
	t_is "how often it was raised is counted" "$(get '.[0].raises' alarm show waiting)" 1
	fence ha 10.1.1.1
	check "packets cross" ns ha ping -c 1 -W 20 10.3.1.10
}

# The sender needs eight seconds at least, which is four intervals.
rate()
{
	local before bits begin took value

	before=$(sent_by_a)
	flow 100 5000
	t_is "what was sent is counted" "$(($(sent_by_a) - before))" 100
	events_start rate
	vpc_ok alarm add hot on peering ac from a rate above 400kbit clear 100kbit for 2
	vpc_ok alarm add back on peering ac from c packets above 5 for 1
	vpc_ok alarm add either on peering ac packets above 5 for 1
	begin=$(ns ha "$T_PKT" now)
	flow 1600 5000
	# From now on less, but all the time: a slow machine looks in its own good time.
	bg more ha "$T_PKT" udp -c 100000 -i 40000 -s $((SIZE - 28)) 10.3.1.10 7777
	took=$((($(ns ha "$T_PKT" now) - begin) / 1000000))
	check "traffic above the threshold raises it" wait_for 60 event_is rate raised hot
	bits=$((1600 * SIZE * 8 * 1000 / took))
	value=$(events rate 'select(.event == "raised" and .object.name == "hot") | .object.value' | head -n 1)
	t_num "not by less than the threshold" "$value" -gt 400000
	t_num "the value is what was sent, $bits bit/s: at most" "$value" -le $((bits * 3 / 2))
	check "in between it is measured" wait_for 60 below hot 400000
	t_is "so far: one event, in four intervals and more" "$(turns rate hot)" "raised hot"
	bg_stop more || :
	check "nothing is sent any more: it is cleared" wait_for 60 event_is rate cleared hot
	bg more ha "$T_PKT" udp -c 150 -i 40000 -s $((SIZE - 28)) 10.3.1.10 7777
	check "in between again, from below" bg_wait more 120
	t_is "one event each" "$(turns rate hot)" "raised hot cleared hot"
	check "the larger of both sides is cleared as well" wait_for 60 alarm_is either ok
	events_stop rate
	t_is "the other side has sent nothing" "$(turns rate back)" ""
	t_is "which is the larger one" "$(turns rate either | cut -d' ' -f1,2)" "raised either"
	vpc_ok alarm del hot
	vpc_ok alarm del back
	vpc_ok alarm del either
}

# below NAME LEVEL: measured, and not larger
below()
{
	local now

	now=$(value "$1")
	[ "$now" -gt 0 ] && [ "$now" -le "$2" ]
}

# All of the burst is in one interval, and so the values are what counters say.
loss()
{
	local offered drops want value

	events_start loss
	fence ha 10.1.1.1
	offered=$(get '.[0].counters.rx_packets' peering show ab)
	drops=$(get '.[0].counters.drops' peering show ab)
	vpc_ok -batch - <<-END
		alarm add lossy on peering ab from a loss above 10 clear 5 for 5
		alarm add some on peering ab loss above 0 for 5
		alarm add packets on peering ab from a packets above 10 for 5
		alarm add bits on peering ab rate above 10kbit for 5
		alarm add none on peering ab from b loss above 0 for 5
	END
	must ns ha "$T_PKT" udp -c $BURST -s $((SIZE - 28)) 10.2.1.10 7777
	for name in lossy some packets bits; do
		check "$name is raised" wait_for 60 event_is loss raised $name
	done
	offered=$(($(get '.[0].counters.rx_packets' peering show ab) - offered))
	drops=$(($(get '.[0].counters.drops' peering show ab) - drops))
	t_is "all of the burst was offered" "$offered" $BURST
	t_num "some of it dropped ($drops)" "$drops" -gt $((BURST / 5))
	want=$(((drops * 10000 + offered - 1) / offered))
	value=$(events loss 'select(.event == "raised" and .object.name == "lossy") | .object.value' | head -n 1)
	t_is "the loss is exactly that, in percent" "$value" "$(hundredths $want)"
	t_is "and of both sides it is the larger one" \
		"$(events loss 'select(.event == "raised" and .object.name == "some") | .object.value' | head -n 1)" \
		"$value"
	value=$(events loss 'select(.event == "raised" and .object.name == "packets") | .object.value' | head -n 1)
	t_num "packets per second: not more" "$value" -le $(((BURST + 4) / 5))
	t_num "packets per second: not less" "$value" -ge $((BURST / 10))
	value=$(events loss 'select(.event == "raised" and .object.name == "bits") | .object.value' | head -n 1)
	t_num "bits per second: not more" "$value" -le $((BURST * SIZE * 8 / 5 + 1))
	t_num "bits per second: not less" "$value" -ge $((BURST * SIZE * 8 / 10))
	for name in lossy some packets bits; do
		check "$name is cleared" wait_for 60 event_is loss cleared $name
	done
	events_stop loss
	t_is "nothing was lost of what the other side sent" "$(turns loss none)" ""
	for name in lossy some packets bits; do
		t_is "$name: one event each" "$(turns loss $name)" "raised $name cleared $name"
	done
	vpc_ok alarm del none
	vpc_ok alarm del packets
	vpc_ok alarm del bits
}

# As vpcctl writes them.
hundredths()
{
	awk -v n="$1" 'BEGIN { printf "%g", n / 100 }'
}

# Keys by hand, so that nobody negotiates them again.
ipsec()
{
	local before received

	underlay_new
	customer_new 1
	gateway_new g vpc a
	conn_new dc g 1
	events_start ipsec
	vpc_ok alarm add down on ipsec dc state
	t_is "a connection that nobody has negotiated" "$(listed down)" "raised down"
	keys dc 1
	check "has keys" wait_for 60 event_is ipsec cleared down
	must ip -n "$T_ID.R" xfrm state flush
	check "and loses them" wait_for 60 event_is ipsec raised down 2
	keys_ours_again
	check "and has some again" wait_for 60 event_is ipsec cleared down 2
	# Whether anything leads there or not.
	conn_routes dc g 1 publish
	check "packets pass" ns ha ping -c 1 -W 20 172.16.1.1
	mute c1
	vpc_ok -batch - <<-END
		alarm add out on ipsec dc sent packets above 10 for 5
		alarm add in on ipsec dc received packets above 10 for 5
		alarm add lost on ipsec dc sent loss above 20 for 5
		alarm add refused on ipsec dc received loss above 20 for 5
	END
	must ns ha "$T_PKT" udp -c $BURST -s 100 172.16.1.1 9
	check "what is sent is told from what is received" wait_for 60 event_is ipsec raised out
	vpc_ok vpn-gateway set g bandwidth 1mbit
	before=$(drops a bandwidth)
	must ns ha "$T_PKT" udp -c $BURST -s $((SIZE - 28)) 172.16.1.1 9
	check "what does not get into it is lost" wait_for 60 event_is ipsec raised lost
	t_num "as that was dropped" "$(drops a bandwidth)" -gt "$before"
	received=$(turns ipsec '[a-z] in$')
	# Nobody has that address.
	must ns c1 "$T_PKT" udp -c $BURST -b 172.16.1.1 10.1.1.77 9
	check "so is what comes by it and is not let in" wait_for 60 event_is ipsec raised refused
	events_stop ipsec
	t_is "nothing was received before" "$received" ""
	t_is "the state: one event each" "$(turns ipsec down)" \
		"raised down cleared down raised down cleared down"
	probe_dies
}

keys_ours_again()
{
	local id

	id=$(if_id dc)
	sa R 192.0.2.11 "$WAN" "$(spi_in 1)" if_id "$id"
	sa R "$WAN" 192.0.2.11 "$(spi_out 1)" if_id "$id"
}

# There are keys, but nobody answers. A probe that has no verdict yet is not up.
probe_dies()
{
	vpc_ok vpn-gateway set g bandwidth 0
	vpc_ok probe add live for ipsec dc icmp source 10.1.9.1 destination 172.16.1.1 interval 200
	check "with a probe that is up, it is as good as before" wait_for 120 conn_is dc up
	must wait_for 60 alarm_is down ok
	events_start probe
	must ip -n "$T_ID.c1" link set eth0 down
	check "a probe that goes down is a bad state" wait_for 120 alarm_is down raised
	t_is "though there are keys" "$(get '.[0].state' ipsec show dc)" negotiated
	vpc_ok probe del live
	check "without the probe the keys count" wait_for 60 alarm_is down ok
	must ip -n "$T_ID.R" xfrm state flush
	check "until they are gone" wait_for 60 alarm_is down raised
	events_stop probe
	t_is "of all that: one event each" "$(turns probe down)" "raised down cleared down raised down"
}

# What they are on is removed as if they were not there.
removal()
{
	events_start removal
	check "a peering with alarms is removed" vpc peering del ab
	events_stop removal
	t_is "with them, one event each" \
		"$(events removal 'select(.kind == "alarm" and .event == "removed") | .object.name' | tr -d '"' | sort | xargs)" \
		"lossy some"
	# Those of the connection, whose rates are over, may be cleared meanwhile.
	t_is "before its own" \
		"$(events removal 'select(.event != "cleared") | .kind' | tail -n 1)" '"peering"'
	vpc_ok route del 172.16.1.0/24 gateway g
	vpc_ok route del fd00:ac:1::/64 gateway g
	check "a connection, too" vpc ipsec del dc
	t_is "what is left" "$(get '.[].name' alarm show | xargs)" waiting
	t_is "is not raised" "$(get .counts.alarms_raised)" 0
}

history()
{
	local seqs

	seqs=$(get '.history[].seq' alarm list)
	t_is "the list has every time, in order" "$(echo "$seqs" | xargs)" \
		"$(seq "$(echo "$seqs" | wc -l)" | xargs)"
	t_is "its times grow" "$(get '[.history[].time_ns] | . == sort' alarm list)" true
	t_is "and what is gone is in it" "$(listed lossy)" "raised lossy cleared lossy"
	t_is "with what it was on" "$(get '.history[0] | "\(.peering) \(.from) \(.metric)"' alarm list lossy)" \
		"ab a loss"
	t_is "in words" "$(vpc alarm list lossy | sed '1d; s/^.*Z //; s/value .*//' | head -n 1)" \
		"raised alarm lossy on peering ab from a loss above 10% clear 5% for 5 state raised "
}

refusals()
{
	vpc_ok alarm add r on peering ac rate above 10mbit for 10
	keep
	refuse "no peering named xy" -- alarm add x on peering xy state
	refuse "no IPsec connection named xy" -- alarm add x on ipsec xy state
	refuse "alarm r exists" -- alarm add r on peering ac state
	refuse "alarm r exists" -- alarm set waiting name r
	refuse "no alarm named xy" -- alarm set xy for 5
	refuse "no alarm named xy" -- alarm del xy
	refuse "connects a and c" "from VPC b" -- alarm add x on peering ac from b packets above 1 for 1
	refuse "cleared at 20" "above 10" -- alarm add x on peering ac packets above 10 clear 20 for 1
	refuse "cleared at 10000000" -- alarm set r rate above 5mbit clear 10mbit
	refuse "below 100 percent" -- alarm add x on peering ac loss above 100 for 1
	refuse "0 to 100" -- alarm add x on peering ac loss above 101 for 1
	refuse "two decimals" -- alarm add x on peering ac loss above 0.001 for 1
	refuse "from 1 to 3600" -- alarm add x on peering ac loss above 1 for 0
	refuse "from 1 to 3600" -- alarm add x on peering ac loss above 1 for 3601
	refuse "alarm r is on rate, and not on packets" -- alarm set r packets above 1
	refuse "no direction, threshold or interval" -- alarm set waiting for 5
	refuse "nothing to change" -- alarm set r
	refuse "is not a name" -- alarm add -x on peering ac state
	refuse "is no metric" -- alarm add x on peering ac speed above 1 for 1
	refuse "\"above\" is missing" -- alarm add x on peering ac rate for 1
	refuse "has no alarms" -- alarm add x on port pa state
	vpc_ok alarm set r rate above 20mbit for 20 name s
	t_is "what cleared where it was raised goes on so" "$(get '.[0] | "\(.above) \(.clear) \(.for)"' alarm show s)" \
		"20000000 20000000 20"
	vpc_ok alarm set s rate clear 1.5mbit
	t_is "a change is shown" "$(vpc alarm show s)" \
		"alarm s on peering ac rate above 20mbit clear 1.5mbit for 20 state ok value 0"
	vpc_ok alarm del s
}

limit()
{
	local i

	for ((i = 1; i < 1024; i++)); do
		echo "alarm add n$i on peering ac packets above $i for 1"
	done >"$T_DIR/many"
	vpc_ok -batch "$T_DIR/many"
	t_is "so many are possible" "$(get .counts.alarms)" 1024
	expect_error "has 1024 alarms, which is the limit" "one more is not" \
		alarm add more on peering ac state
	t_is "metrics tell them" "$(vpc metrics | grep -c '^vpc_alarm_raised{')" 1024
	events_start flush
	vpc_ok flush
	wait_for 60 flushed || :
	events_stop flush
	t_is "flush removes them without a word" "$(events flush .event | xargs)" flushed
	t_is "all of them" "$(vpc -json alarm show)" "[]"
	t_num "and the list is still there" "$(get '.history | length' alarm list)" -gt 10
}

flushed()
{
	grep -q flushed "$T_DIR/events.flush.out"
}

# What a namespace had goes with it, under way or not.
vanishes()
{
	vpc_ok vpc add a cidr 10.1.0.0/16
	vpc_ok vpc add b cidr 10.2.0.0/16 account 2
	vpc_ok peering add ab vpc a peer b
	vpc_ok alarm add one on peering ab packets above 1 for 1
	vpc_ok alarm add two on peering ab state
	t_is "one is raised" "$(get .counts.alarms_raised)" 1
}

setup
states
rate
loss
ipsec
removal
history
refusals
limit
vanishes
t_end
