#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# BFD against FRR's bfdd as the distribution ships it: both roles, both families, single
# hop and multihop, everything that happens to a session in its life.
# timeout: 900
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/../lib-frr.sh"
. "${0%/*}/../lib-bfd.sh"
t_begin "BFD against FRR"
t_need "$FRR_BIN/bfdd" "$FRR_BIN/zebra" vtysh "$T_BFD"

SINGLE="for router 172.16.1.2 vpc a bfd source 172.16.1.1 destination 172.16.1.2"
PEER="peer 172.16.1.1 local-address 172.16.1.2 interface eth0"
OURS=172.16.1.1

frr_has()
{
	local is

	is=$(frr_peer r1 "$1" "$2")
	echo "$1 $2: $is"
	[ "$is" = "$3" ]
}

# both TEXT: up at both ends, which agree on who they are
both()
{
	probe_up p1 "$1"
	check "$1: FRR says up" frr_up r1 "$OURS"
	check "$1: discriminators" frr_has "$OURS" '"remote-id"' "$(probe_get p1 local_discriminator)"
}

# times MS: what is set at both ends, is in force
times()
{
	check "$1 ms: we send so" wait_for 60 has p1 tx_interval_us "$(($1 * 1000))"
	check "$1 ms: we listen so" wait_for 60 has p1 detection_us "$(($1 * 3000))"
	check "$1 ms: FRR knows our interval" wait_for 60 \
		frr_has "$OURS" '"remote-transmit-interval"' "$1"
	check "$1 ms: and what we take" wait_for 60 frr_has "$OURS" '"remote-receive-interval"' "$1"
}

frr_times()
{
	frr_config r1 <<-END
		bfd
		 $PEER
		  receive-interval $1
		  transmit-interval $1
	END
}

setup()
{
	two_routers
	frr_start r1 zebra bfdd
	frr_config r1 <<-END
		bfd
		 $PEER
		  receive-interval 300
		  transmit-interval 300
	END
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE interval 300
	both "300 ms"
	times 300
}

changes()
{
	local flips

	flips=$(probe_get p1 flips)
	capture_start change r1 eth0 udp
	frr_times 100
	check "FRR wants it faster, we do not" wait_for 60 \
		frr_has "$OURS" '"remote-transmit-interval"' 300
	check "its poll is answered: detection is the slower end's" wait_for 60 \
		has p1 detection_us 900000
	vpc_ok probe set p1 interval 100
	times 100
	vpc_ok probe set p1 multiplier 7
	check "FRR knows our multiplier" wait_for 60 frr_has "$OURS" '"remote-detect-multiplier"' 7
	frr_config r1 <<-END
		bfd
		 $PEER
		  detect-multiplier 9
	END
	check "we know its multiplier" wait_for 60 has p1 remote_multiplier 9
	check "and use it" wait_for 60 has p1 detection_us 900000
	capture_stop change
	t_num "our polls" "$(bfd_fields change flags src 172.16.1.1 | grep -c P)" -ge 1
	t_num "its finals" "$(bfd_fields change flags src 172.16.1.2 | grep -c F)" -ge 1
	t_num "its polls" "$(bfd_fields change flags src 172.16.1.2 | grep -c P)" -ge 1
	t_num "our finals" "$(bfd_fields change flags src 172.16.1.1 | grep -c F)" -ge 1
	t_is "the session has not noticed" "$(probe_get p1 flips)" "$flips"
	frr_config r1 <<-END
		bfd
		 $PEER
		  detect-multiplier 3
	END
	vpc_ok probe set p1 multiplier 3
	check "as before" wait_for 60 has p1 detection_us 300000
}

ends()
{
	frr r1 "clear bfd peers counters" >/dev/null
	vpc_ok probe set p1 admin down
	check "we are switched off: FRR is down" wait_for 60 frr_has "$OURS" status down
	check "and knows why" wait_for 60 frr_has "$OURS" '"remote-diagnostic"' \
		"administratively down"
	vpc_ok probe set p1 admin up
	both "on again"
	frr_config r1 <<-END
		bfd
		 $PEER
		  shutdown
	END
	check "FRR is switched off" wait_for 60 caused p1 "up>down AdminDown by peer"
	frr_config r1 <<-END
		bfd
		 $PEER
		  no shutdown
	END
	both "on again"

	must ns r1 nft 'add table ip lossy; add chain ip lossy in {
		type filter hook input priority 0; }; add rule ip lossy in udp dport 3784 drop'
	check "FRR does not hear us, and says so" wait_for 60 \
		caused p1 "up>down signalled down by peer"
	must ns r1 nft delete table ip lossy
	both "it does again"
	must ns r1 nft 'add table ip lossy; add chain ip lossy out {
		type filter hook output priority 0; }; add rule ip lossy out udp dport 3784 drop'
	check "we do not hear FRR" wait_for 60 caused p1 "up>down detection time expired"
	check "it is told" wait_for 60 frr_has "$OURS" '"remote-diagnostic"' \
		"control detection time expired"
	must ns r1 nft delete table ip lossy
	both "we do again"
}

restarts()
{
	local before

	before=$(probe_get p1 remote_discriminator)
	frr_stop r1 bfdd KILL
	check "FRR dies" wait_for 60 caused p1 "up>down detection time expired"
	frr_start r1 bfdd
	frr_times 100
	both "it is back"
	check "with another discriminator" test "$(probe_get p1 remote_discriminator)" != "$before"
	vpc_ok probe del p1
	check "our probe is removed" wait_for 60 frr_has "$OURS" status down
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE interval 100
	both "and added"
	vpc_ok probe del p1
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE interval 100
	both "and in between FRR has not even noticed"
	frr_config r1 <<-END
		bfd
		 $PEER
		  passive-mode
	END
	vpc_ok probe del p1
	check "passive FRR: down" wait_for 60 frr_has "$OURS" status down
	# shellcheck disable=SC2086	# words
	vpc_ok probe add p1 $SINGLE interval 100
	both "passive FRR: we begin"
	frr_config r1 <<-END
		bfd
		 $PEER
		  no passive-mode
	END
}

# What FRR and we say to wrong packets is in bfd.sh; here they come from FRR itself.
wrong()
{
	local before

	before=$(discards p1)
	must ns r1 nft 'add table ip wrong; add chain ip wrong out {
		type filter hook output priority 0; }; add rule ip wrong out udp dport 3784 ip ttl set 254'
	check "FRR from two hops away is not believed" wait_for 60 \
		caused p1 "up>down detection time expired"
	t_num "and counted" "$(discards p1)" -gt "$before"
	must ns r1 nft delete table ip wrong
	both "a neighbour again"
}

# fast MS MULTIPLIER: FRR is a process that may not run for a while, and then its own
# sessions fail; so there is room for that
fast()
{
	local flips

	if [[ $(uname -r) != *-vpcum* ]]; then
		t_skip "$1 ms" "an emulated machine does not keep such times"
		return
	fi
	vpc_ok probe set p1 multiplier "$2"
	frr_config r1 <<-END
		bfd
		 $PEER
		  detect-multiplier $2
		  receive-interval $1
		  transmit-interval $1
	END
	vpc_ok probe set p1 interval "$1"
	check "$1 ms: we send so" wait_for 60 has p1 tx_interval_us "$(($1 * 1000))"
	check "$1 ms: detection" wait_for 60 has p1 detection_us "$(($1 * $2 * 1000))"
	check "$1 ms: FRR knows" wait_for 60 frr_has "$OURS" '"remote-transmit-interval"' "$1"
	both "$1 ms"
	flips=$(probe_get p1 flips)
	capture_start fast r1 eth0 udp
	check "$1 ms: a hundred packets each" wait_for 60 hundred
	capture_stop fast
	t_num "$1 ms: and no failure of ours or FRR's" "$(probe_get p1 flips)" -eq "$flips"
	t_note "$1 ms: intervals of ours $(gaps 172.16.1.1) of FRR $(gaps 172.16.1.2)"
}

hundred()
{
	[ "$(stat -c %s "$T_DIR/fast.pcap")" -gt 20000 ]
}

gaps()
{
	"$T_BFD" show "$T_DIR/fast.pcap" | awk -v src="$1" '$2 == src {
			if (last) { g = ($1 - last) / 1000; n++; sum += g; if (g > max) max = g
				if (!min || g < min) min = g }
			last = $1
		}
		END { if (n) printf "%d..%d us, mean %d", min, max, sum / n }'
}

families()
{
	frr_config r1 <<-END
		bfd
		 no $PEER
		 peer fd00:f1::1 local-address fd00:f1::2 interface eth0
		  receive-interval 100
		  transmit-interval 100
		 exit
		 peer 172.16.1.1 multihop local-address 198.51.100.1
		  receive-interval 100
		  transmit-interval 100
		 exit
		 peer fd00:f2::1 multihop local-address 2001:db8::1
		  receive-interval 100
		  transmit-interval 100
	END
	vpc_ok probe del p1
	must ns r1 ip addr add 198.51.100.1/32 dev lo
	must ns r1 ip addr add 2001:db8::1/128 dev lo
	must ns r1 ip route add fd00:f2::/64 via fd00:f1::1
	vpc_ok route add 198.51.100.0/24 vpc a via router 172.16.1.2
	vpc_ok route add 2001:db8::/64 vpc a via router fd00:f1::2
	OURS=fd00:f1::1
	vpc_ok probe add p1 for router fd00:f1::2 vpc a bfd source fd00:f1::1 destination fd00:f1::2
	both "IPv6"
	times 100
	vpc_ok probe del p1
	OURS=172.16.1.1
	vpc_ok probe add p1 for router 172.16.1.2 vpc a bfd source 172.16.1.1 \
		destination 198.51.100.1
	both "multihop"
	times 100
	vpc_ok probe del p1
	OURS=fd00:f2::1
	vpc_ok probe add p1 for router fd00:f1::2 vpc a bfd source fd00:f2::1 \
		destination 2001:db8::1
	both "multihop IPv6"
	times 100
	vpc_ok probe del p1
}

setup
changes
ends
restarts
wrong
fast 50 10
fast 10 50
families
t_end
