#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The fuzzers, and what must hold while they run and afterwards. From the environment:
#
#   VPC_FUZZ_MESSAGES, VPC_FUZZ_PACKETS   how many (12000, 50000)
#   VPC_FUZZ_TAKEN                        how many frames devices must take (half of them)
#   VPC_FUZZ_SEED                         which (1); the same seed sends the same
#   VPC_FUZZ_ONLY                         corpus, netlink or packets: that part alone
#
# On a crash the last line "vpc-fuzz:" in the console's log says where it was; see
# nlfuzz.c and pktfuzz.c (--from, --to, --print) for how to have that part alone.
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
MESSAGES=${VPC_FUZZ_MESSAGES:-12000}
PACKETS=${VPC_FUZZ_PACKETS:-50000}
SEED=${VPC_FUZZ_SEED:-1}
CORPUS=${0%/*}/corpus
NLFUZZ=${T_STAMP%/*}/nlfuzz
PKTFUZZ=${T_STAMP%/*}/pktfuzz
export VPC_PKT=$T_PKT
t_begin "fuzzing: seed $SEED, $MESSAGES messages, $PACKETS frames"
t_need "$NLFUZZ" "$PKTFUZZ" nft rmmod insmod setpriv
[ -e /dev/net/tun ] || modprobe -q tun || t_skip_all "this kernel has no taps"

# tally FIELD KEY...: the sum of it over these runs
tally()
{
	local field=$1 key

	shift
	for key; do
		cat "$T_DIR/$key.out"
	done | awk -v field="$field" '$1 == field { sum += $2 } END { print sum + 0 }'
}

show()
{
	grep -v -e ' 0$' -e '^#' -e '^command' "$T_DIR/$1.out" | paste -sd ' ' | sed "s/^/# $1: /"
}

# What a fuzzer complains of is in its output.
passed()
{
	local text=$1 key=$2

	if [ "$3" = 0 ]; then
		t_ok "$text"
	else
		t_fail "$text"
		t_note "status $3"
		grep -E '^(seed|nlfuzz|pktfuzz|nlraw)' "$T_DIR/$key.out" | head -n 20 | sed 's/^/# /'
		head -n 20 "$T_DIR/$key.err" | sed 's/^/# /'
	fi
	show "$key"
	[ "$2" != nl ] || sed 's/^command\.//; t; d' "$T_DIR/nl.out" | paste -sd ' ' | sed 's/^/# taken: /'
}

# fuzz KEY NS PROGRAM...: in the background, so that a signal ends it; its status in $rc
fuzz()
{
	local key=$1

	shift
	bg "$key" "$@"
	bg_wait "$key" 100000
	rc=$?
}

devices()
{
	local i

	for i in f0 f1 f2 f3 f4 f5 f6 f7 u0 u1 u2 u3; do
		echo "link add $i type veth peer name $i-peer"
		echo "link set $i up"
	done >"$T_DIR/devices"
	echo "link add vxlan0 type vxlan dstport 4789 external" >>"$T_DIR/devices"
	must ip -n "$T_ID.R" -batch "$T_DIR/devices"
}

emptied()
{
	check "$1: everything can be flushed" vpc flush
	t_is "$1: nothing is left" "$(get '.counts | add')" 0
}

works()
{
	router_new
	side 1
	side 2
	vpc_ok peering add ab vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	check "$1: the module still works" pings ha 10.2.1.10
}

# --- netlink ------------------------------------------------------------------------

netlink()
{
	local few=$((MESSAGES / 20)) many rc

	many=$((MESSAGES - 2 * few))
	router_new
	devices
	fuzz nl R "$NLFUZZ" --seed "$SEED" --count $many --devices --every 1000
	passed "netlink: $many messages by one" nl "$rc"
	# A request for a peering must have expired before it can be enabled again, nothing may be
	# left in a VPC that goes, no connection may have an if_id when the range of these changes,
	# and what one needs must all be there: none of these comes about with every seed.
	if [ "$many" -ge 4000 ]; then
		t_num "all commands but four were taken, or more" "$(tally never nl)" -le 4
	else
		t_skip "every command was taken" "too few messages"
	fi
	t_num "a fifth of the valid requests are taken" $(($(tally taken.valid nl) * 5)) -ge \
		"$(tally sent.valid nl)"
	fuzz nl2 R "$NLFUZZ" --seed $((SEED + 1)) --count $few --devices --jobs 3 --every 1000
	passed "netlink: $few messages by three at once" nl2 "$rc"
	fuzz nl3 R "$NLFUZZ" --seed $((SEED + 2)) --count $few --denied --every 1000
	passed "netlink: $few messages without privilege" nl3 "$rc"
	t_num "netlink: all were sent" "$(tally messages nl nl2 nl3)" -ge "$MESSAGES"
	t_is "netlink: none was taken without privilege" "$(tally taken.valid nl3)" 0
	emptied netlink
	works netlink
}

# --- frames ---------------------------------------------------------------------------

IN4="10.1.1.10 10.1.1.11 10.1.1.12" IN6="fd00:1:0:1::10 fd00:1:0:1::11 fd00:1:0:1::12"
ATTACKS="pkt.veth pkt.tap pkt.frags pkt.up"
PORTS="pa t0 t1 pv pb pc pd ua"

# A third tenant: it must not see a frame. $2: its network, $3: the last number of that
third()
{
	local v=$1 n=$2

	vpc_ok vpc add "$v" cidr "10.$n.0.0/16" cidr "fd00:$n::/48" account 1
	vpc_ok subnet add "s$v" vpc "$v" cidr "10.$n.1.0/24" cidr "fd00:$n:0:1::/64"
	host_new "h$v" "p$v" "10.$n.1.10/24" "fd00:$n:0:1::10/64" via "10.$n.1.1" \
		via "fd00:$n:0:1::1" quiet
	port_add "p$v" subnet "s$v" address "10.$n.1.10" address "fd00:$n:0:1::10" \
		lladdr "$(mac "h$v" eth0)"
}

tap()
{
	must r ip tuntap add dev "$1" mode tap vnet_hdr ${3:+"$3"}
	vpc_ok port add "$1" subnet sa address "10.1.1.$2" address "fd00:1:0:1::$2" \
		lladdr "02:00:00:00:01:$2"
	must r ip link set "$1" up
}

# a is the tenant that attacks, from ports pa, t0, t1 and from behind its uplink; v is another
# port of it; b its peer; c has b's addresses; d is b's other peer; h0 is the host's own.
scene()
{
	router_new
	must r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	side 1
	side 2
	third c 2
	third d 4
	vpc_ok subnet add sv vpc a cidr 10.1.2.0/24 cidr fd00:1:0:2::/64
	host_new hv pv 10.1.2.10/24 fd00:1:0:2::10/64 via 10.1.2.1 via fd00:1:0:2::1 mtu 1400 quiet
	port_add pv subnet sv address 10.1.2.10 address fd00:1:0:2::10 lladdr "$(mac hv eth0)"
	tap t0 11
	tap t1 12
	host_new hr ua 192.168.1.1/24 fd02:1::1/64 quiet
	uplink_add ua vpc a address 192.168.1.2/24 address fd02:1::2/64 gateway 192.168.1.1 \
		gateway fd02:1::1
	host_new hh h0 10.99.0.10/24 via 10.99.0.1 quiet
	must r ip link set h0 up
	must r ip addr add 10.99.0.1/24 dev h0
	cat >"$T_DIR/scene" <<-END
		peering add ab vpc a peer b
		peering add bd vpc b peer d
		route add 10.2.0.0/16 vpc a via peering ab
		route add fd00:2::/48 vpc a via peering ab
		route add 10.4.0.0/16 vpc a via peering ab
		route add fd00:4::/48 vpc a via peering ab
		route add 10.1.0.0/16 vpc b via peering ab
		route add fd00:1::/48 vpc b via peering ab
		route add 10.4.0.0/16 vpc b via peering bd
		route add fd00:4::/48 vpc b via peering bd
		route add 10.1.0.0/16 vpc d via peering bd
		route add 10.2.0.0/16 vpc d via peering bd
		route add 0.0.0.0/1 vpc a via router 192.168.1.1
		route add 2000::/4 vpc a via router fd02:1::1
		route add 198.51.100.0/24 vpc a via blackhole
		route add 203.0.113.0/24 vpc a via unreachable
		route add 192.0.2.0/24 vpc a via prohibit
	END
	vpc_ok -batch "$T_DIR/scene"
	wait_for 10 reached || t_note "the routers behind the uplink do not answer"
}

reached()
{
	[ "$(get '(.[0].gateway // []) | map(select(.lladdr)) | length' uplink show ua)" = 2 ]
}

attacks()
{
	# shellcheck disable=SC2086
	tally "$1" $ATTACKS
}

# The hooks of the host behind the module's see nothing of these devices.
guard()
{
	local p rules

	rules=$(for p in $PORTS; do
		echo "iifname $p counter;"
	done)
	must r nft "
		table inet guard {
			chain pre {
				type filter hook prerouting priority -400
				$rules
			}
			chain in {
				type filter hook input priority 0
				$rules
			}
		}
		table arp guard {
			chain in {
				type filter hook input priority 0
				$rules
			}
		}"
}

# Routes, tables and peerings change while packets are under way. So does the way in: with
# somebody's hook before the module's, packets take the kernel's (see rx.c).
churn()
{
	cat >"$T_DIR/churn" <<-END
		route replace 10.2.0.0/16 vpc a via unreachable
		route replace 10.2.0.0/16 vpc a via peering ab
		table add other vpc a
		route add fd00:2::/48 table other via peering ab
		subnet set sa table other
		subnet set sa table default
		table del other
		peering del bd
		peering add bd vpc b peer d
		route add 10.4.0.0/16 vpc b via peering bd
		route replace 0.0.0.0/1 vpc a via router 10.1.2.10
		route replace 0.0.0.0/1 vpc a via router 192.168.1.1
		port del pv
		port add pv subnet sv address 10.1.2.10 address fd00:1:0:2::10 lladdr $(mac hv eth0)
	END
	# shellcheck disable=SC2016 # for the inner shell
	bg churn R bash -c '
		until [ -e "$1.end" ]; do
			vpcctl -batch "$1" && ip link set pv up || exit
			nft "table inet early {
				chain c {
					type filter hook prerouting priority -500
				}
			}" || exit
			sleep 1
			vpcctl -batch "$1" && ip link set pv up || exit
			nft delete table inet early || exit
			sleep 1
		done' bash "$T_DIR/churn"
}

# attack KEY NS MAC DEVICE ADDR4 ADDR6 [ARG...]: a quarter of the frames
attack()
{
	local key=$1 name=$2 own=$3 dev=$4 list=() a

	for a in 1 2 3 4 5 6; do
		list+=(--src "$5" --src "$6")
	done
	shift 6
	if [ "$key" = up ]; then
		for a in 8.8.8.8 2001:db8::1 10.2.1.10 fd00:2:0:1::10; do
			list+=(--src "$a")
		done
	else
		for a in $IN4 $IN6; do
			list+=(--src "$a")
		done
		list+=(--src 10.1.2.10 --src 10.2.1.10 --src fd00:2:0:1::10)
	fi
	for a in 10.2.1.10 10.2.1.10 10.2.1.10 fd00:2:0:1::10 fd00:2:0:1::10 10.1.2.10 \
		fd00:1:0:2::10 10.1.2.10 fd00:1:0:2::10 10.1.1.1 fd00:1:0:1::1 10.1.1.11 10.1.2.1 \
		fd00:1:0:1::12 10.4.1.10 fd00:4:0:1::10 10.99.0.10 10.99.0.1 192.168.1.1 \
		192.168.1.2 fd02:1::2 fd02:1::1 8.8.8.8 2001:db8::1 198.51.100.1 203.0.113.1 \
		192.0.2.1 10.1.9.9 fd00:1:0:9::9 11.0.0.1; do
		list+=(--dst "$a")
	done
	bg "pkt.$key" "$name" "$PKTFUZZ" --own "$own" --router "$(mac R "$dev")" "${list[@]}" \
		--count "$((PACKETS / 4))" --every 5000 "$@"
}

packets()
{
	local key rc p legit=

	scene
	guard
	for p in pc pd h0; do
		capture_start "$p" R "$p"
	done
	for p in $IN4 $IN6 10.2.1.1 fd00:2:0:1::1; do
		legit+="${legit:+ or }src host $p"
	done
	capture_start pb hb eth0 -s 100 "ether src $(mac R pb) and not ($legit)"
	host_before=$(snmp R IpInDelivers Ip6InDelivers IpForwDatagrams Ip6OutForwDatagrams \
		IcmpInMsgs Icmp6InMsgs)

	churn
	bg nl4 R "$NLFUZZ" --seed $((SEED + 3)) --count $((MESSAGES / 5)) --no-flush --quiet --every 1000
	attack veth ha "$(mac ha eth0)" pa 10.1.1.10 fd00:1:0:1::10 --dev eth0 --vnet \
		--seed "$SEED" --most 65000
	attack tap R 02:00:00:00:01:11 t0 10.1.1.11 fd00:1:0:1::11 --tap t0 --seed $((SEED + 1))
	attack frags R 02:00:00:00:01:12 t1 10.1.1.12 fd00:1:0:1::12 --tap t1 --frags --seed $((SEED + 2))
	attack up hr "$(mac hr eth0)" ua 192.168.1.1 fd02:1::1 --dev eth0 --vnet \
		--seed $((SEED + 3)) --most 65000
	for key in $ATTACKS; do
		bg_wait "$key" 100000
		passed "frames: $key" "$key" $?
	done
	bg_wait nl4 100000
	passed "netlink beside them" nl4 $?
	: >"$T_DIR/churn.end"
	bg_wait churn 60
	passed "changes beside them" churn $?

	t_num "all frames were made" "$(attacks frames)" -ge $((PACKETS / 4 * 4))
	t_note "taken by devices: $(attacks sent) of $(attacks frames)"
	t_num "enough of them were taken" "$(attacks sent)" -ge "${VPC_FUZZ_TAKEN:-$((PACKETS / 2))}"
	verdicts
	check "frames: the module still works" pings ha 10.2.1.10
	check "frames: also IPv6" pings ha fd00:2:0:1::10
	emptied frames
}

# How often each chain of the guard was hit.
hits()
{
	r nft list ruleset | awk '/counter packets/ { for (i = 1; i < NF; i++)
		if ($i == "packets") sum += $(i + 1) } END { print sum + 0 }'
}

verdicts()
{
	local p reasons

	t_is "the host's hooks see no packet of a bound device" "$(hits)" 0
	t_is "the host's stack takes and forwards nothing" "$(snmp R IpInDelivers Ip6InDelivers \
		IpForwDatagrams Ip6OutForwDatagrams IcmpInMsgs Icmp6InMsgs)" "$host_before"
	for p in pc pd h0 pb; do
		capture_stop "$p"
	done
	for p in pc pd; do
		t_is "a third tenant sees no frame at all: $p" "$(capture_count "$p")" 0
		t_is "nothing of the attacker's: $p" "$(grep -acF FUZZMARK "$T_DIR/$p.pcap")" 0
	done
	t_is "nothing of the attacker's on the host's own device" \
		"$(grep -acF FUZZMARK "$T_DIR/h0.pcap")" 0
	t_is "the peer sees only sources that are endpoints of its peer" "$(capture_count pb)" 0
	capture_text pb | head -n 5 | sed 's/^/# /'
	t_num "the peer got some" "$(port_counter pb tx_packets)" -ge $((PACKETS / 100))
	t_num "the other port got some" "$(snmp hv IpInReceives Ip6InReceives)" -ge $((PACKETS / 100))
	t_num "the uplink got some" "$(get '.[0].counters.tx_packets' uplink show ua)" -ge \
		$((PACKETS / 200))
	reasons=$(drops_all a | awk '$2 { print $1 }')
	drops_all a | paste -sd ' ' | sed 's/^/# drops: /'
	for p in malformed ethertype not_for_us source_mac source_address source_route ip_options \
		multicast martian link_local nd arp gateway no_route no_endpoint blackhole \
		unreachable prohibit peering_transit ttl mtu; do
		[[ $'\n'$reasons$'\n' == *$'\n'$p$'\n'* ]] || echo "$p"
	done >"$T_DIR/unseen"
	t_is "every reason to drop that a frame can be was met" "$(paste -sd ' ' "$T_DIR/unseen")" ""
}

# --- corpus ------------------------------------------------------------------------------

corpus()
{
	local rc

	scene
	devices
	fuzz nlc R "$NLFUZZ" --corpus "$CORPUS"/*.nl
	passed "corpus: messages" nlc "$rc"
	guard
	for p in pc pd; do
		capture_start "$p" R "$p"
	done
	fuzz pc0 R "$PKTFUZZ" --tap t0 --own 02:00:00:00:01:11 --router "$(mac R t0)" \
		--corpus "$CORPUS"/*.pkt
	passed "corpus: frames from a tap" pc0 "$rc"
	fuzz pc1 ha "$PKTFUZZ" --dev eth0 --vnet --own "$(mac ha eth0)" --router "$(mac R pa)" \
		--corpus "$CORPUS"/*.pkt
	passed "corpus: frames from a veth" pc1 "$rc"
	for p in pc pd; do
		capture_stop "$p"
		t_is "corpus: a third tenant sees no frame: $p" "$(capture_count "$p")" 0
	done
	t_is "corpus: the host's hooks see none" "$(hits)" 0
	check "corpus: the module still works" pings ha 10.2.1.10
	emptied corpus
}

# --- the end --------------------------------------------------------------------------------

unload()
{
	local ko

	t_remove
	ko=${VPC_KO:-$([ ! -r /run/vpc-vm.config ] || (. /run/vpc-vm.config && echo "$VM_KO"))}
	ko=${ko:-$T_TOP/build/module/$(uname -r)/vpc.ko}
	check "the module can be removed" rmmod vpc
	t_is "nothing of it is left" "$(grep -s '^vpc' /proc/slabinfo)" ""
	check "and loaded again" insmod "$ko"
}

case ${VPC_FUZZ_ONLY:-all} in corpus | all) corpus ;; esac
case ${VPC_FUZZ_ONLY:-all} in netlink | all) netlink ;; esac
case ${VPC_FUZZ_ONLY:-all} in packets | all) packets ;; esac
unload
t_end
