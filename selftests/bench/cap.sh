# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# A peering between regions, whose VPCs are on two hosts, at its bandwidth, which is changed under way:
# four TCP streams, and what of them arrives, every half second. Writes cap.series beside the samples: seconds, bandwidth,
# bits per second of network layer packets at the receiver. Then what passes with the largest bandwidth,
# and at half of what that was.

CAPS=(400000000 100000000 200000000 400000000)
CAP_SECONDS=5	# with each

# cap_hypervisor NAME N: a host of the fleet, which SPACE is from now on
cap_hypervisor()
{
	space "$1"
	ipn link add vxlan0 mtu 9000 address "02:00:00:00:01:0$2" type vxlan dstport 4789 external
	vpc port add vxlan0 overlay
	ipn link set vxlan0 up
	vpc vpc add a cidr 10.1.0.0/16 region east vni 100
	vpc vpc add b cidr 10.6.0.0/16 region west vni 200
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc subnet add b1 vpc b cidr 10.6.1.0/24
	vpc peering add ab vpc a peer b bandwidth "${CAPS[0]}bit"
	vpc route add 10.6.0.0/16 vpc a via peering ab
	vpc route add 10.1.0.0/16 vpc b via peering ab
}

cap_port()
{
	vpc port add "$1" subnet "$2" address "$3" lladdr "$HOST_MAC"
	ipn link set "$1" up
}

cap_underlay()
{
	must ip -n "$1" addr add "192.0.2.$2/24" dev under
	must ip -n "$1" link set under up
}

# cap_lives HERE ADDR VPC N: the address lives on hypervisor N
cap_lives()
{
	SPACE=$1 vpc endpoint add "$2" vpc "$3" host "192.0.2.$4" lladdr "02:00:00:00:01:0$4"
}

# Both hosts hold it.
cap_set()
{
	SPACE=cap-hv-a vpc peering set ab bandwidth "$1bit"
	SPACE=cap-hv-b vpc peering set ab bandwidth "$1bit"
}

cap()
{
	local i json=$BENCH_OUT.json base

	cap_hypervisor cap-hv-b 2
	tcp_host cap-b out0 10.6.1.10 10.6.1.1
	cap_port out0 b1 10.6.1.10
	cap_hypervisor cap-hv-a 1
	tcp_host cap-a in0 10.1.1.10 10.1.1.1
	cap_port in0 a1 10.1.1.10
	must ip -n cap-hv-a link add under mtu 9100 type veth peer name under netns cap-hv-b mtu 9100
	cap_underlay cap-hv-a 1
	cap_underlay cap-hv-b 2
	cap_lives cap-hv-a 10.6.1.10 b 2
	cap_lives cap-hv-b 10.1.1.10 a 1
	nsenter --net=/run/netns/cap-b -- iperf3 -s -1 -i 0.5 -J >"$json" 2>/dev/null &
	base=$!
	must wait_for 10 listening cap-b
	nsenter --net=/run/netns/cap-a -- iperf3 -c 10.6.1.10 -P 4 \
		-t $((CAP_SECONDS * ${#CAPS[@]})) >/dev/null &
	for ((i = 1; i < ${#CAPS[@]}; i++)); do
		sleep $CAP_SECONDS
		cap_set "${CAPS[i]}"
	done
	wait "$base" || die "cap: the receiver ends badly"
	# Payload of full segments with timestamps: 1448 of 1500 bytes.
	jq -r '.intervals[].sum | "\(.start) \(.end) \(.bits_per_second * 1500 / 1448)"' "$json" |
		awk -v caps="${CAPS[*]}" -v per=$CAP_SECONDS 'BEGIN { split(caps, cap, " ") }
			{ i = int(($1 + 0.01) / per) + 1; if (i in cap) print ($1 + $2) / 2, cap[i], $3 }' \
			>"$VPC_VM_RESULTS/cap.series"
	[ "$(wc -l <"$VPC_VM_RESULTS/cap.series")" -ge $((CAP_SECONDS * ${#CAPS[@]})) ] ||
		die "cap: there is no series"
	rm -f "$json"
	# In the middle of each bandwidth's time, where no change is near.
	awk -v per=$CAP_SECONDS '{ at = $1 - int($1 / per) * per
		if (at > 1.5 && at < per - 0.5) print $3 / $2 * 100 }' "$VPC_VM_RESULTS/cap.series" |
		while read -r i; do
			sample cap percent "$i"
		done
	cap_both cap cap_tcp_rate cap_set
	cap_udp_host
	cap_both cap-udp cap_udp_rate cap_udp_set
}

# cap_both KEY RATE SET: what RATE tells of what passes, in bits per second, and at half of that as
# the bandwidth, which SET sets.
cap_both()
{
	local i any got

	for ((i = 0; i < BENCH_ROUNDS; i++)); do
		"$3" 400000000000
		any=$("$2") || exit 1
		sample "$1-none" Mbit/s $((any / 1000000))
		"$3" $((any / 2))
		got=$("$2") || exit 1
		sample "$1-half" percent "$(awk -v a="$any" -v g="$got" 'BEGIN { printf "%.1f", g * 200 / a }')"
	done
}

# Network layer packets that arrive of sixteen streams, with headers.
cap_tcp_rate()
{
	local json=$BENCH_OUT.json server

	nsenter --net=/run/netns/cap-b -- iperf3 -s -1 -J >"$json" 2>/dev/null &
	server=$!
	must wait_for 10 listening cap-b
	nsenter --net=/run/netns/cap-a -- iperf3 -c 10.6.1.10 -P 16 -O 1 -t 4 >/dev/null ||
		die "cap: the sender ends badly"
	wait "$server" || die "cap: the receiver ends badly"
	jq '.end.sum_received.bits_per_second * 1500 / 1448 | floor' "$json"
	rm -f "$json"
}

# Frames of 64 bytes, of which 50 are the packet, by the kernel's generator, for two seconds.
cap_udp_rate()
{
	local out usec arrived

	out=$(ip netns exec "$SPACE" "$HERE/pktgen" in0 out0 $((BENCH_PACKETS * 8)) "pkt_size 64" \
		"src_min 10.1.1.10" "src_max 10.1.1.10" "dst_min 10.6.1.10" "dst_max 10.6.1.10") ||
		die "cap: no packets pass"
	read -r usec _ arrived <<<"$out"
	echo $((arrived * 400 * 1000000 / usec))
}

cap_udp_set()
{
	vpc peering set ab bandwidth "$1bit"
}

cap_udp_host()
{
	space cap-udp
	dummy in0
	dummy out0
	vpc vpc add a cidr 10.1.0.0/16 region east
	vpc vpc add b cidr 10.6.0.0/16 region west
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc subnet add b1 vpc b cidr 10.6.1.0/24
	vpc port add in0 subnet a1 address 10.1.1.10 lladdr "$HOST_MAC"
	vpc port add out0 subnet b1 address 10.6.1.10 lladdr "$NEXT_MAC"
	vpc peering add ab vpc a peer b bandwidth 400gbit
	vpc route add 10.6.0.0/16 vpc a via peering ab
}
