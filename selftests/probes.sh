#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Probes as objects: what is refused, the address they speak from, ICMP echo, forgeries,
# what they make of carrier and neighbours. BFD's own rules are in bfd.sh and long/frr.sh.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-bfd.sh"
t_begin "probes"
t_need "$T_BFD" arping ndisc6

# Words that make a BFD probe of r1.
R1="for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 172.16.1.2"

above()
{
	[ "$(probe_get "$1" "$2")" -gt "$3" ]
}

# --- what is refused --------------------------------------------------------------------

names()
{
	get 'map(.name) | sort | join(" ")' probe show
}

refusals()
{
	two_routers
	side 2
	vpc_ok peering add ab vpc a peer b
	# shellcheck disable=SC2086	# words
	{
		vpc_ok probe add p1 $R1 admin down
		keep
		refuse p1 172.16.1.2 -- probe add p1 $R1
		refuse 172.16.1.2 "VPC a" p1 -- probe add p2 $R1
		refuse "no VPC" nowhere -- probe add p2 ${R1/vpc a/vpc nowhere}
	}
	refuse vpc -- probe add p2 for router 172.16.2.2 bfd source 172.16.2.1 destination 172.16.2.2
	refuse nothing -- probe add p2 for peering nothing bfd source 10.1.1.1 destination 10.2.1.10
	refuse 172.16.9.9 -- probe add p2 for router 172.16.9.9 vpc a bfd source 172.16.9.1 \
		destination 172.16.9.9
	refuse p2 families -- probe add p2 for router 172.16.2.2 vpc a bfd source fd00:f2::1 \
		destination 172.16.2.2
	refuse 172.16.2.2 families -- probe add p2 for router 172.16.2.2 vpc a bfd \
		source fd00:f2::1 destination fd00:f2::2
	refuse p2 172.16.2.2 -- probe add p2 for router 172.16.2.2 vpc a bfd source 172.16.2.2 \
		destination 172.16.2.2
	refuse 10.1.1.10 pa -- probe add p2 for router 172.16.2.2 vpc a bfd source 10.1.1.10 \
		destination 172.16.2.2
	refuse source ab -- probe add p2 for peering ab bfd source 10.9.1.1 destination 10.2.1.10
	refuse p1 "another source" -- probe add p2 for router 172.16.2.2 vpc a bfd \
		source 172.16.1.1 destination 172.16.1.2
	set -- for router 172.16.2.2 vpc a bfd source 172.16.2.1 destination 172.16.2.2
	refuse 10 60000 -- probe add p2 "$@" interval 9
	refuse 10 60000 -- probe add p2 "$@" interval 60001
	refuse 1 255 -- probe add p2 "$@" multiplier 0
	refuse 1 255 -- probe add p2 "$@" multiplier 256
	refuse rise -- probe add p2 "$@" rise 3
	refuse never 86400000 -- probe add p2 "$@" fail-back 86400001
	refuse 86400000 -- probe add p2 "$@" hold-down 86400001
	refuse reuse suppress -- probe add p2 "$@" suppress 1000 reuse 1000
	refuse reuse -- probe add p2 "$@" suppress 1000 reuse 0
	refuse 1 3600 -- probe add p2 "$@" half-life 0
	refuse multihop -- probe add p2 "${@/bfd/icmp}" multihop
	refuse p9 -- probe set p9 interval 100
	refuse p9 -- probe del p9
	refuse p9 -- probe show p9
	refuse reuse -- probe set p1 suppress 1000 reuse 2000
	t_is "there is the one" "$(names)" p1
	# A probe that speaks from an address of the subnet, and a device that could be a port.
	vpc_ok probe add p2 for router 172.16.2.2 vpc a icmp source 10.1.1.77 \
		destination 172.16.2.2 admin down
	must r ip link add spare type dummy
	keep
	refuse 10.1.1.77 p2 -- port add spare subnet sa address 10.1.1.77
	vpc_ok probe set p1 name one
	t_is "renamed" "$(names)" "one p2"
	t_is "what was not named is as it was" "$(probe_get one interval_us)" 100000
	vpc_ok uplink del u1
	t_is "as routes do, a probe outlives the uplink of its router" "$(names)" "one p2"
	t_is "which is down" "$(probe_get one health)" down
	vpc_ok probe del one
	vpc_ok probe del p2
	t_is "none is left" "$(names)" ""
	too_fast
}

# 10 ms are a hundred packets per second, whether or not they are sent now.
too_fast()
{
	local i

	must r ip link add many type dummy
	vpc_ok uplink add many vpc a address 172.20.0.1/16
	for ((i = 1; i <= 2000; i++)); do
		echo "probe add m$i for router 172.20.$((i / 250)).$((i % 250 + 2)) vpc a icmp source" \
			"172.20.0.1 destination 172.20.$((i / 250)).$((i % 250 + 2)) interval 10 admin down"
	done >"$T_DIR/batch"
	vpc_ok -batch "$T_DIR/batch"
	t_is "as many as may be" "$(get length probe show)" 2000
	keep
	refuse 200000 packets interval -- probe add m2001 for router 172.20.100.1 vpc a icmp \
		source 172.20.0.1 destination 172.20.100.1 interval 10
	vpc_ok probe set m1 interval 20
	keep
	refuse 200000 -- probe add m2001 for router 172.20.100.1 vpc a icmp \
		source 172.20.0.1 destination 172.20.100.1 interval 10
	check "what is left of the limit" vpc probe add m2001 for router 172.20.100.1 vpc a icmp \
		source 172.20.0.1 destination 172.20.100.1 interval 20
	vpc_ok flush
	t_is "all go when everything goes" "$(names)" ""
}

# --- the address that it speaks from -----------------------------------------------------

answers6()
{
	ns r1 ndisc6 -1 -r 3 -w 5000 "$1" eth0
}

source_address()
{
	two_routers
	check_fail "nobody has the address" ns r1 arping -c 1 -w 1 -I eth0 172.16.1.77
	vpc_ok probe add p1 for router 172.16.1.2 vpc a icmp source 172.16.1.77 \
		destination 172.16.1.2
	vpc_ok probe add p2 for router fd00:f1::2 vpc a icmp source fd00:f1::77 \
		destination fd00:f1::2
	vpc_ok probe add p3 for router 172.16.2.2 vpc a icmp source 10.1.1.77 destination 172.16.2.2
	check "ARP" ns r1 arping -c 1 -w 30 -I eth0 172.16.1.77
	check "ND" answers6 fd00:f1::77
	check "echo" ns r1 ping -c 1 -W 30 172.16.1.77
	check "echo, IPv6" ns r1 ping -c 1 -W 30 fd00:f1::77
	check "a tenant gets it, too, from its subnet" pings ha 10.1.1.77
	check "and from elsewhere" pings ha 172.16.1.77
	check_fail "not by TCP" ns ha socat -T 2 - TCP:172.16.1.77:22,connect-timeout=2
	probe_up p1
	probe_up p2 "IPv6"
	probe_up p3 "from the subnet's own addresses"
	vpc_ok probe add q1 for router fd00:f2::2 vpc a icmp source fd00:f1::77 \
		destination fd00:f2::2
	vpc_ok probe del p2
	check "two share it, one goes" ns r1 ping -c 1 -W 30 fd00:f1::77
	vpc_ok probe del q1
	vpc_ok probe del p1
	vpc_ok probe del p3
	check_fail "no probe, no answer" ns r1 ping -c 1 -W 1 172.16.1.77
	check_fail "no ARP" ns r1 arping -c 1 -w 1 -I eth0 172.16.1.77
	check_fail "nor for a tenant" ns ha ping -c 1 -W 1 10.1.1.77
}

# --- ICMP echo -------------------------------------------------------------------------------

echo_probe()
{
	local sent lost

	capture_start echo r1 eth0 "icmp or icmp6"
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	vpc_ok probe add e1 for router 172.16.1.2 vpc a icmp source 172.16.1.1 \
		destination 172.16.1.2 interval 200 retries 4 rise 5
	check "it sends" wait_for 60 above e1 sent 5
	t_is "no answer, no verdict" "$(probe_get e1 state) $(probe_get e1 health)" "init down"
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=0
	probe_up e1 "answers"
	t_num "after as many as rise says" "$(probe_get e1 received)" -ge 5
	t_is "the next hop is up" "$(probe_get e1 health)" up
	t_num "round trip" "$(probe_get e1 rtt_ns)" -gt 0
	t_num "not above the average and its minimum" "$(probe_get e1 rtt_min_ns)" -le \
		"$(probe_get e1 rtt_average_ns)"
	lost=$(probe_get e1 lost)
	t_num "what was lost before" "$lost" -ge 5
	check "steady" wait_for 60 above e1 received 20
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	sent=$(probe_get e1 sent)
	check "no answers: down" wait_for 60 caused e1 "up>down detection time expired"
	t_num "not before as many as retries says" $(($(probe_get e1 sent) - sent)) -ge 3
	t_num "counted as lost" "$(probe_get e1 lost)" -ge $((lost + 3))
	t_num "after four intervals and a half" "$(flip_get e1 good_to_detected_ns)" -ge 900000000
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=0
	check "and up again" wait_for 60 caused e1 "down>up probe up"
	capture_stop echo
	t_is "by this router alone, TTL 255" "$(capture_text echo -v 'icmp[0] == 8' |
		grep -o 'ttl [0-9]*' | sort -u)" "ttl 255"
	vpc_ok probe set e1 admin down
	check "switched off" caused e1 "up>down administrator"
	sent=$(probe_get e1 sent)
	vpc_ok probe set e1 admin up
	check "and on" wait_for 60 caused e1 "down>up probe up"
}

counted()
{
	[ "$(discards e1)" -gt "$1" ]
}

more_drops()
{
	[ "$(vpc_counter a drops)" -gt "$1" ]
}

# A reply that would count if it were believed: everything but the answer of r1 itself,
# which keeps silent here. The probe must go down in spite of all of them.
forged()
{
	local id seq cookie before i

	vpc_ok probe set e1 retries 10
	capture_start forged r1 eth0 'icmp[0] == 8'
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	before=$(probe_get e1 sent)
	must wait_for 60 above e1 sent "$before"
	capture_stop forged
	read -r id seq cookie < <(tcpdump -nn -t -r "$T_DIR/forged.pcap" -x 2>/dev/null | tail -n 4 |
		awk '/0x/ { for (i = 2; i <= NF; i++) h = h $i }
			END { print substr(h, 49, 4), substr(h, 53, 4), substr(h, 57) }')
	t_note "the last request: id $id seq $seq payload $cookie"
	before=$(discards e1)
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" hex "00000000000000000000000000000000000000000000000000"
	check "another length: counted" wait_for 60 counted "$before"
	before=$(discards e1)
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" hex "$(tr 0123456789abcdef 123456789abcdef0 <<<"$cookie")"
	check "another cookie: counted" wait_for 60 counted "$before"
	before=$(discards e1)
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$(printf %04x $((0x$id ^ 1)))$seq" hex "$cookie"
	check "another id: counted" wait_for 60 counted "$before"
	before=$(discards e1)
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$(printf %04x $(((0x$seq + 1) & 0xffff)))" hex "$cookie"
	check "another number: counted" wait_for 60 counted "$before"
	before=$(discards e1)
	must ns r1 "$T_PKT" send eth0 eth dst "$(mac R u1)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" sum 1 hex "$cookie"
	check "a bad checksum: counted" wait_for 60 counted "$before"
	before=$(drops a probe)
	must ns ha "$T_PKT" send eth0 eth dst "$(mac R pa)" ip4 src 10.1.1.10 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" hex "$cookie"
	check "by a tenant who has seen it: counted" wait_for 60 more "$before"
	before=$(vpc_counter a drops)
	must ns ha "$T_PKT" send eth0 eth dst "$(mac R pa)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" hex "$cookie"
	check "with r1's address: dropped" wait_for 60 more_drops "$before"
	before=$(vpc_counter a drops)
	must ns r2 "$T_PKT" send eth0 eth dst "$(mac R u2)" ip4 src 172.16.1.2 dst 172.16.1.1 \
		icmp 0 0 "$id$seq" hex "$cookie"
	check "and from r2: dropped" wait_for 60 more_drops "$before"
	check "so it goes down" wait_for 60 caused e1 "up>down detection time expired"
	must ns r1 sysctl -qw net.ipv4.icmp_echo_ignore_all=0
	probe_up e1 "the true ones"
	vpc_ok probe del e1
}

more()
{
	[ "$(drops a probe)" -gt "$1" ]
}

# d is behind both routers; what it answers by the other one is no proof of this one.
wrong_way()
{
	local before

	vpc_ok route add 10.50.0.0/16 vpc a via router 172.16.1.2 via router 172.16.2.2
	must ns d ip route replace default via 192.0.2.9
	must ns r2 ip route add 172.16.1.0/24 via 172.16.2.1
	vpc_ok probe add e2 for router 172.16.1.2 vpc a icmp source 172.16.1.1 \
		destination 10.50.0.1 interval 100
	check "answers come by the other router" wait_for 60 above e2 sent 10
	before=$(drops a probe)
	check "they are dropped and counted" wait_for 60 more "$before"
	t_is "and do not count" "$(probe_get e2 state) $(probe_get e2 received)" "init 0"
	must ns d ip route replace default via 192.0.2.5
	probe_up e2 "by the right one"
	vpc_ok probe del e2
	vpc_ok route del 10.50.0.0/16 vpc a
}

# --- peerings -----------------------------------------------------------------------------------

over_peering()
{
	side 2
	vpc_ok peering add ab vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	vpc_ok probe add pp for peering ab icmp source 10.1.1.1 destination 10.2.1.10 \
		interval 300 retries 20
	t_is "the side of the source" "$(probe_get pp vpc)" a
	probe_up pp "by a peering"
	vpc_ok probe add pb for peering ab vpc b bfd source 10.2.1.99 destination 10.1.1.10
	peer_start pb ha -m -T 64 10.1.1.10 10.2.1.99
	probe_up pb "the other way, BFD"
	peer_say pb stop
	check "silence" wait_for 60 caused pb "up>down detection time expired"
	must ns hb sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	check "no echo" wait_for 60 caused pp "up>down detection time expired"
	check_fail "so a does not get to b" ns ha ping -c 1 -W 1 10.2.1.10
	vpc_ok probe del pp
	must ns hb sysctl -qw net.ipv4.icmp_echo_ignore_all=0
	check_fail "b not to a" ns ha ping -c 1 -W 1 10.2.1.10
	peer_say pb go
	probe_up pb
	check "both do" pings ha 10.2.1.10
	vpc_ok peering del ab
	t_is "probes go with the peering" "$(names)" ""
}

refusals
source_address
echo_probe
forged
wrong_way
over_peering
t_end
