# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# A peering between regions at its bandwidth, which is changed under way: four TCP streams, and what
# of them arrives, every half second. Writes cap.series beside the samples: seconds, bandwidth,
# bits per second of network layer packets at the receiver. Then what passes with the largest bandwidth,
# and at half of what that was.

CAPS=(400000000 100000000 200000000 400000000)
CAP_SECONDS=5	# with each

cap()
{
	local i json=$BENCH_OUT.json base

	space cap
	tcp_host cap-a in0 10.1.1.10 10.1.1.1
	tcp_host cap-b out0 10.6.1.10 10.6.1.1
	vpc vpc add a cidr 10.1.0.0/16 region east
	vpc vpc add b cidr 10.6.0.0/16 region west
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc subnet add b1 vpc b cidr 10.6.1.0/24
	vpc port add in0 subnet a1 address 10.1.1.10 lladdr "$HOST_MAC"
	vpc port add out0 subnet b1 address 10.6.1.10 lladdr "$HOST_MAC"
	vpc peering add ab vpc a peer b bandwidth "${CAPS[0]}bit"
	vpc route add 10.6.0.0/16 vpc a via peering ab
	vpc route add 10.1.0.0/16 vpc b via peering ab
	ipn link set in0 up
	ipn link set out0 up
	nsenter --net=/run/netns/cap-b -- iperf3 -s -1 -i 0.5 -J >"$json" 2>/dev/null &
	base=$!
	must wait_for 10 listening cap-b
	nsenter --net=/run/netns/cap-a -- iperf3 -c 10.6.1.10 -P 4 \
		-t $((CAP_SECONDS * ${#CAPS[@]})) >/dev/null &
	for ((i = 1; i < ${#CAPS[@]}; i++)); do
		sleep $CAP_SECONDS
		vpc peering set ab bandwidth "${CAPS[i]}bit"
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
	cap_half
}

# cap_rate: bits per second of network layer packets that arrive of four streams, with headers
cap_rate()
{
	local json=$BENCH_OUT.json server

	nsenter --net=/run/netns/cap-b -- iperf3 -s -1 -J >"$json" 2>/dev/null &
	server=$!
	must wait_for 10 listening cap-b
	nsenter --net=/run/netns/cap-a -- iperf3 -c 10.6.1.10 -P 4 -O 1 -t 4 >/dev/null ||
		die "cap: the sender ends badly"
	wait "$server" || die "cap: the receiver ends badly"
	jq '.end.sum_received.bits_per_second * 1500 / 1448 | floor' "$json"
	rm -f "$json"
}

cap_half()
{
	local i any got

	for ((i = 0; i < BENCH_ROUNDS; i++)); do
		vpc peering set ab bandwidth 400gbit
		any=$(cap_rate) || exit 1
		sample cap-none Mbit/s $((any / 1000000))
		vpc peering set ab bandwidth $((any / 2))bit
		got=$(cap_rate) || exit 1
		sample cap-half percent "$(awk -v a="$any" -v g="$got" 'BEGIN { printf "%.1f", g * 200 / a }')"
	done
}
