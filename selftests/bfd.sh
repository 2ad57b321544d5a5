#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# BFD on the wire, against a peer that does what it is told: what we send, how a session
# comes and goes, what is thrown away. long/frr.sh has the same against FRR.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-bfd.sh"
t_begin "BFD packets and sessions"
t_need "$T_BFD"

SINGLE="for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 172.16.1.2"

last_cause()
{
	flip_get "$1" '| "\(.from)>\(.to) \(.cause)"' 2>/dev/null
}

# expect NAME STATE CAUSE TEXT: the probe gets there, and the last receipt says why
expect()
{
	check "$4" wait_for 60 probe_in "$1" "$2"
	check "$4: the receipt says why" wait_for 60 caused "$1" "$3"
}

# --- what is on the wire ---------------------------------------------------------------

wire()
{
	local sports our

	two_routers
	capture_start wire r1 eth0 udp
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE interval 300
	check "a new probe is down" probe_in p1 down
	t_is "and so is its next hop" "$(probe_get p1 health)" down
	peer_start a r1 -i 300000 -r 300000 172.16.1.2 172.16.1.1
	probe_up p1
	check "the next hop is up with it" has p1 health up
	check "the peer is up, too" wait_for 60 peer_is a state Up
	check "our poll has been answered" wait_for 60 has p1 tx_interval_us 300000
	check "and we have answered the peer's" wait_for 60 peer_is a finals 1
	t_is "detection: the peer's multiplier times the slower interval" \
		"$(probe_get p1 detection_us)" 900000
	our=$(probe_get p1 local_discriminator)
	t_is "the peer knows our discriminator" "$(peer_get a rdisc)" "$our"
	t_is "and we know the peer's" "$(probe_get p1 remote_discriminator)" 1
	capture_stop wire

	t_num "a capture of it" "$(bfd_show wire src 172.16.1.1 | wc -l)" -ge 3
	t_is "each of ours: TTL 255 (RFC 5881)" "$(bfd_fields wire ttl src 172.16.1.1 | sort -u)" 255
	t_is "network control" "$(bfd_fields wire tos src 172.16.1.1 | sort -u)" 192
	t_is "version 1" "$(bfd_fields wire ver src 172.16.1.1 | sort -u)" 1
	t_is "24 bytes" "$(bfd_fields wire len src 172.16.1.1 | sort -u)" 24
	t_is "no echo function" "$(bfd_fields wire echo src 172.16.1.1 | sort -u)" 0
	t_is "one discriminator" "$(bfd_fields wire my src 172.16.1.1 | sort -u)" "$our"
	sports=$(bfd_fields wire sport src 172.16.1.1 | sort -u)
	t_num "one source port from the range of RFC 5881" "$sports" -ge 49152
	t_is "before it is up: not faster than a second" \
		"$(bfd_show wire src 172.16.1.1 state Down | grep -cv 'tx 1000000')" 0
	t_is "never poll and final in one" \
		"$(bfd_fields wire flags src 172.16.1.1 | grep -c 'P.*F')" 0
	t_num "a poll when it is up" "$(bfd_fields wire flags src 172.16.1.1 state Up |
		grep -c P)" -ge 1
	t_num "a final" "$(bfd_fields wire flags src 172.16.1.1 | grep -c F)" -ge 1
}

# --- parameters change under way -----------------------------------------------------------

parameters()
{
	local finals flips

	flips=$(probe_get p1 flips)
	capture_start change r1 eth0 udp
	vpc_ok probe set p1 interval 100
	check "we change: in force after the peer's final" wait_for 60 has p1 tx_interval_us 300000
	peer_say a set rx 100000
	check "and both: the slower end decided" wait_for 60 has p1 tx_interval_us 100000
	peer_say a set tx 200000
	check "detection follows the peer's interval" wait_for 60 has p1 detection_us 600000
	peer_say a set mult 7
	check "and its multiplier" wait_for 60 has p1 detection_us 1400000
	finals=$(peer_get a finals)
	peer_say a set rx 150000
	check "a poll of the peer is answered" wait_for 60 peer_has_more finals "$finals"
	check "we send no faster than it wants" wait_for 60 has p1 tx_interval_us 150000
	vpc_ok probe set p1 interval 1000
	check "slower" wait_for 60 has p1 tx_interval_us 1000000
	vpc_ok probe set p1 interval 100 multiplier 5
	check "the peer learns our multiplier" wait_for 60 peer_is a rmult 5
	check "and interval" wait_for 60 peer_is a rtx 100000
	check "faster" wait_for 60 has p1 tx_interval_us 150000
	capture_stop change
	t_num "polls were sent" "$(bfd_show change src 172.16.1.1 flags PC | wc -l)" -ge 3
	t_num "and answered" "$(bfd_show change src 172.16.1.2 flags F | wc -l)" -ge 3
	t_is "the session has not noticed" "$(probe_get p1 flips)" "$flips"
	peer_say a set mult 3
	peer_say a set tx 100000
	peer_say a set rx 100000
}

peer_has_more()
{
	[ "$(peer_get a "$1")" -gt "$2" ]
}

# --- ends of a session ----------------------------------------------------------------------

ends()
{
	check "at the usual speed" wait_for 60 has p1 detection_us 300000
	peer_say a stop
	expect p1 down "up>down detection time expired" "the peer is silent"
	t_is "our diagnostic: 1" "$(probe_get p1 diag)" 1
	t_is "the next hop is down" "$(probe_get p1 health)" down
	t_num "last good, then detected" "$(flip_get p1 last_good_ns)" -lt "$(flip_get p1 detected_ns)"
	t_num "not before the detection time is over" "$(flip_get p1 good_to_detected_ns)" -ge 300000000
	t_num "detected, then switched" "$(flip_get p1 detected_ns)" -le "$(flip_get p1 switched_ns)"
	t_note "detected $(flip_get p1 good_to_detected_ns) ns after the last packet," \
		"switched $(flip_get p1 detected_to_switched_ns) ns later"
	check "the peer was told" wait_for 60 peer_is a rdiag 1
	peer_say a go
	expect p1 up "down>up probe up" "it speaks again"

	peer_say a say 1 1
	expect p1 init "up>down signalled down by peer" "the peer says that it does not hear us"
	check "its diagnostic is shown" wait_for 60 has p1 remote_diag 1
	t_is "our diagnostic: 3" "$(probe_get p1 diag)" 3
	peer_say a free
	expect p1 up "down>up probe up" "it hears us again"

	peer_say a admin
	expect p1 down "up>down AdminDown by peer" "the peer was switched off"
	check "its state is shown" wait_for 60 has p1 remote_state admin-down
	peer_say a up
	expect p1 up "down>up probe up" "and on"

	vpc_ok probe set p1 admin down
	expect p1 admin-down "up>down administrator" "we were switched off"
	check "the peer is told" wait_for 60 peer_is a remote AdminDown
	t_is "with diagnostic 7" "$(peer_get a rdiag)" 7
	vpc_ok probe set p1 admin up
	expect p1 up "down>up probe up" "and on again"
}

one_way()
{
	must ns r1 nft 'add table ip lossy; add chain ip lossy in {
		type filter hook input priority 0; }; add rule ip lossy in udp dport 3784 drop'
	# The peer goes on to say Down, and we answer Init: that we were down may be over soon.
	check "our packets are lost" wait_for 60 caused p1 "up>down signalled down by peer"
	t_is "our packets are lost: the next hop is down" "$(probe_get p1 health)" down
	must ns r1 nft delete table ip lossy
	expect p1 up "down>up probe up" "not any more"
	must ns r1 nft 'add table ip lossy; add chain ip lossy out {
		type filter hook output priority 0; }; add rule ip lossy out udp dport 3784 drop'
	expect p1 down "up>down detection time expired" "the peer's packets are lost"
	check "the peer knows from us" wait_for 60 peer_is a rdiag 1
	must ns r1 nft delete table ip lossy
	expect p1 up "down>up probe up" "not any more"
}

restarts()
{
	peer_stop a
	peer_start b r1 -d 77 172.16.1.2 172.16.1.1
	check "another peer in its place" wait_for 60 has p1 remote_discriminator 77
	probe_up p1 "with it"
	check "it has us" wait_for 60 peer_is b state Up
	vpc_ok probe del p1
	check "a probe that goes says so" wait_for 60 peer_is b remote AdminDown
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE
	probe_up p1 "another one"
	t_is "the default is 100 ms" "$(probe_get p1 interval_us)" 100000
	t_is "three times" "$(probe_get p1 multiplier)" 3
}

# --- what is thrown away ----------------------------------------------------------------------

counted()
{
	[ "$(drops a probe)" -gt "$1" ]
}

# bogus TEXT NAME LAYER...: NAME sends a frame to our MAC; it is dropped and counted; the
# session, which it would end if it were believed, stays
bogus()
{
	local text=$1 name=$2 before

	shift 2
	before=$(drops a probe)
	must ns "$name" "$T_PKT" send eth0 eth dst "$(mac R "${UPLINK[$name]}")" "$@"
	check "$text: counted" wait_for 60 counted "$before"
	t_is "$text: no effect" "$(probe_get p1 state) $(probe_get p1 flips)" "up $FLIPS"
}

thrown_away()
{
	local -A UPLINK=([r1]=u1 [r2]=u2 [ha]=pa)
	local FLIPS our ip good udp before n

	# A machine with other things to do must not be what ends it.
	vpc_ok probe set p1 multiplier 30
	peer_say b set mult 30
	check "the session is up" wait_for 60 has p1 detection_us 3000000
	FLIPS=$(probe_get p1 flips)
	our=$(probe_get p1 local_discriminator)
	ip="ip4 src 172.16.1.2 dst 172.16.1.1 ttl 255"
	udp="udp 49152 3784"
	good="my 77 your $our state 1 diag 1"
	before=$(discards p1)
	n=0
	# shellcheck disable=SC2086	# words
	while IFS='|' read -r text words; do
		n=$((n + 1))
		bogus "$text" r1 $ip $udp hex "$(bfd_hex $good $words)"
	done <<-END
		version 0|ver 0
		version 2|ver 2
		a length below 24|len 23
		a length beyond the packet|len 25
		multiplier 0|mult 0
		the multipoint bit|flags 1
		the authentication bit|flags 4 len 32 tail 0108000000000000
		the authentication bit without any|flags 4
		discriminator 0|my 0
		another's discriminator|your $((our ^ 1))
		no discriminator and not down|your 0 state 3
	END
	# shellcheck disable=SC2086	# words
	{
		bogus "TTL 254" r1 ${ip/255/254} $udp hex "$(bfd_hex $good)"
		bogus "TTL 1" r1 ${ip/255/1} $udp hex "$(bfd_hex $good)"
		bogus "a bad checksum" r1 $ip $udp sum 1 hex "$(bfd_hex $good)"
		bogus "cut short" r1 $ip $udp hex "$(bfd_hex $good | cut -c 1-46)"
		bogus "the port of multihop" r1 $ip udp 49152 4784 hex "$(bfd_hex $good)"
		t_num "the probe has counted each" "$(discards p1)" -ge $((before + n + 5))

			bogus "by a tenant" ha ip4 src 10.1.1.10 dst 172.16.1.1 ttl 255 $udp \
			hex "$(bfd_hex $good)"
	}
	before=$(vpc_counter a drops)
	# shellcheck disable=SC2086	# words
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ${ip/1.2/1.3} $udp hex "$(bfd_hex $good)"
	check "from another address: dropped" wait_for 60 more_drops "$before"
	before=$(vpc_counter a drops)
	# shellcheck disable=SC2086	# words
	must ns r2 "$T_PKT" send eth0 eth dst "$(mac R u2)" ${ip/1.2/2.2} $udp hex "$(bfd_hex $good)"
	check "by another router: dropped" wait_for 60 more_drops "$before"
	before=$(vpc_counter a drops)
	# shellcheck disable=SC2086	# words
	must ns r2 "$T_PKT" send eth0 eth dst "$(mac R u2)" $ip $udp hex "$(bfd_hex $good)"
	check "with the peer's address by another router: dropped" wait_for 60 more_drops "$before"
	before=$(vpc_counter a drops)
	# shellcheck disable=SC2086	# words
	must ns ha "$T_PKT" send eth0 eth dst "$(mac R pa)" $ip $udp hex "$(bfd_hex $good)"
	check "with the peer's address by a tenant: dropped" wait_for 60 more_drops "$before"
	before=$(vpc_counter a drops)
	# shellcheck disable=SC2086	# words
	for n in 0 1; do
		must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" $ip cut 16 "$n" $udp \
			hex "$(bfd_hex $good)"
	done
	check "in fragments: dropped" wait_for 60 more_drops "$((before + 1))"
	t_is "no effect of any of these" "$(probe_get p1 state) $(probe_get p1 flips)" "up $FLIPS"

	# What shows that these would have had one.
	# shellcheck disable=SC2086	# words
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" $ip $udp hex "$(bfd_hex $good)"
	check "the same without a mistake ends the session" wait_for 60 has p1 flips $((FLIPS + 1))
	probe_up p1 "again"
}

more_drops()
{
	[ "$(vpc_counter a drops)" -gt "$1" ]
}

# A peer, or who can speak as it, that says down and up in turns, ten times in a row: down lasts
# for an interval, so that there are not as many flips.
turns()
{
	local our udp n begin took before

	vpc_ok probe set p1 interval 3000
	peer_say b stop
	our=$(probe_get p1 local_discriminator)
	before=$(probe_get p1 flips)
	udp="ip4 src 172.16.1.2 dst 172.16.1.1 ttl 255 udp 49152 3784"
	begin=$SECONDS
	# shellcheck disable=SC2086	# words
	for n in 1 2 3 4 5 6 7 8 9 10; do
		must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" $udp \
			hex "$(bfd_hex my 77 your "$our" state 1 diag 1)"
		must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" $udp \
			hex "$(bfd_hex my 77 your "$our" state 2)"
	done
	fence ha 10.1.1.1
	took=$((SECONDS - begin + 1))
	n=$(($(probe_get p1 flips) - before))
	t_num "down and up in turns: it has been down" "$n" -ge 1
	t_num "but once in an interval at most" "$n" -le $((took / 3 + 1))
}

# --- other ways ----------------------------------------------------------------------------------

# other NAME TEXT PEER_ARGS... -- ADD_ARGS...: comes up, with which port; goes down
other()
{
	local name=$1 text=$2 port=$3 args=()

	shift 3
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	capture_start "$name" r1 eth0 udp
	vpc_ok probe add "$name" "$@"
	peer_start "$name" r1 "${args[@]}"
	probe_up "$name" "$text"
	peer_say "$name" stop
	expect "$name" down "up>down detection time expired" "$text"
	capture_stop "$name"
	t_is "$text: port" "$(bfd_show "$name" | awk '{ print $5 }' | sort -u)" "$port"
	t_is "$text: no fragment, TTL 255" \
		"$(bfd_fields "$name" ttl my "$(probe_get "$name" local_discriminator)" | sort -u)" 255
	vpc_ok probe del "$name"
	peer_stop "$name"
}

others()
{
	vpc_ok probe del p1
	peer_stop b
	other six "IPv6" 3784 fd00:f1::2 fd00:f1::1 -- \
		for router fd00:f1::2 vpc a bfd source fd00:f1::1 destination fd00:f1::2
	must ns r1 ip addr add 198.51.100.1/32 dev lo
	must ns r1 ip addr add 2001:db8::1/128 dev lo
	# What comes from behind a router is from where a route leads to.
	vpc_ok route add 198.51.100.0/24 vpc a via router 172.16.1.2
	vpc_ok route add 2001:db8::/64 vpc a via router fd00:f1::2
	other hops "multihop" 4784 -m -T 64 198.51.100.1 172.16.1.1 -- \
		for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 198.51.100.1
	other hops6 "multihop IPv6" 4784 -m -T 64 2001:db8::1 fd00:f1::1 -- \
		for router fd00:f1::2 vpc a bfd source fd00:f1::1 destination 2001:db8::1
	other asked "multihop though a neighbour" 4784 -m -T 64 172.16.1.2 172.16.1.1 -- \
		for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 172.16.1.2 multihop
	other inside "from an address of the VPC" 4784 -m -T 64 172.16.1.2 10.1.1.1 -- \
		for router 172.16.1.2 vpc a bfd source 10.1.1.1 destination 172.16.1.2 multihop
	other passive "a passive peer" 3784 -P 172.16.1.2 172.16.1.1 -- \
		for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 172.16.1.2
}

wire
parameters
ends
one_way
restarts
thrown_away
turns
others
t_end
