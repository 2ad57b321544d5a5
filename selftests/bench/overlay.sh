# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Packets that leave for another host in VXLAN: switched by a bridge, one per VPC, which is what one
# would do without this module; and routed, to endpoints on other hosts. Then a hundred thousand of these, in ten thousand VPCs. The device of the underlay
# is out0, 192.0.2.1/24, and knows the MACs of the other hosts.

FLEET_VPCS=10000
FLEET_ENDPOINTS=10	# of each
FLEET_HOSTS=16

# underlay NAME: a namespace with in0 and out0, and 250 other hosts.
underlay()
{
	space "$1"
	dummy in0
	underlay_device
}

underlay_device()
{
	dummy out0
	ipn addr add 192.0.2.1/24 dev out0
	seq 2 250 | sed "s/.*/neigh add 192.0.2.& lladdr $NEXT_MAC dev out0/" |
		ip -n "$SPACE" -batch - || die "neighbours of $SPACE"
}

sent()
{
	ip -n "$SPACE" -s -j link show dev out0 | jq ".[0].stats64.tx.$1"
}

# To one destination elsewhere. What arrives is VXLAN: 50 bytes more than was sent.
overlay_flow()
{
	local key=$1 bytes packets

	contender "$key" in0 out0 "src_min 10.1.1.10" "src_max 10.1.1.10" "${@:2}"
	bytes=$(sent bytes)
	packets=$(sent packets)
	run "$key" 100 >/dev/null || die "$key: packets are lost"
	bytes=$(($(sent bytes) - bytes))
	packets=$(($(sent packets) - packets))
	[ "$bytes" = $((packets * 110)) ] || die "$key: it is not VXLAN that leaves: $bytes / $packets"
}

overlay_bridge()
{
	underlay overlay-bridge
	ipn link add br0 type bridge
	ipn link add vxlan0 type vxlan id 100 dstport 4789 local 192.0.2.1 nolearning
	ipn link set in0 master br0
	ipn link set vxlan0 master br0
	ipn link set vxlan0 up
	ipn link set br0 up
	must net bridge fdb add "$HOST_MAC" dev in0 master static
	must net bridge fdb add 02:00:00:00:00:77 dev vxlan0 master static
	must net bridge fdb add 02:00:00:00:00:77 dev vxlan0 self dst 192.0.2.2
	overlay_flow overlay-bridge "dst_mac 02:00:00:00:00:77" "dst_min 10.1.1.20" \
		"dst_max 10.1.1.20"
}

overlay_device()
{
	ipn link add vxlan0 type vxlan dstport 4789 external
	vpc port add vxlan0 overlay
	ipn link set vxlan0 up
}

overlay_ours()
{
	underlay overlay
	overlay_device
	vpc vpc add a cidr 10.1.0.0/16 vni 100
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc port add in0 subnet a1 address 10.1.1.10 lladdr "$HOST_MAC"
	ipn link set in0 up
	vpc endpoint add 10.1.1.20 vpc a host 192.0.2.2 lladdr 02:00:00:00:00:77
	overlay_flow overlay "dst_min 10.1.1.20" "dst_max 10.1.1.20"
}

# lines COMMAND: of every endpoint, for vpcctl.
fleet_lines()
{
	seq "$FLEET_VPCS" | awk -v what="$1" -v n=$FLEET_ENDPOINTS -v hosts=$FLEET_HOSTS '{
		for (i = 0; i < n; i++) {
			where = ""
			if (what != "del")
				where = " host 192.0.2." 2 + ($1 * 3 + i % 4) % hosts " lladdr 02:00:00:00:00:77"
			print "endpoint " what " 10.1.1." 20 + i " vpc v" $1 where
		}
	}'
}

fleet_timed()
{
	local start

	start=$(now)
	fleet_lines "$2" | net vpcctl -batch - || die "vpcctl -batch"
	sample "$1" endpoints/s "$(awk -v n=$((FLEET_VPCS * FLEET_ENDPOINTS)) \
		-v s="$(elapsed "$start")" 'BEGIN { printf "%.0f", n / s }')"
}

# A VPC of its own, with two hosts that talk all the time.
bystander()
{
	local name

	vpc vpc add other cidr 10.7.0.0/16
	vpc subnet add o1 vpc other cidr 10.7.1.0/24
	for name in 1 2; do
		must ip netns add "other$name"
		must ip link add "o$name" netns "$SPACE" type veth peer name eth0 netns "other$name"
		must ip -n "other$name" addr add "10.7.1.1$name/24" dev eth0
		must ip -n "other$name" link set eth0 up
		must ip -n "other$name" link set lo up
		vpc port add "o$name" subnet o1 address "10.7.1.1$name"
		ipn link set "o$name" up
	done
	must wait_for 30 nsenter --net=/run/netns/other1 -- ping -q -c 1 -W 1 10.7.1.12
}

# slowest PID CMD...: repeats CMD while PID runs, prints how many ms the slowest took.
slowest()
{
	local pid=$1 start most=0 took

	shift
	while kill -0 "$pid" 2>/dev/null; do
		start=$(now)
		"$@" >/dev/null || die "$*"
		took=$(elapsed "$start")
		most=$(awk -v a="$most" -v b="$took" 'BEGIN { b *= 1000; printf "%.3f", (a > b ? a : b) }')
	done
	echo "$most"
}

# beside WHAT CMD...: packets and answers of others, while CMD runs
beside()
{
	local what=$1 sink flow start file=$BENCH_OUT.sink

	shift
	nsenter --net=/run/netns/other2 -- "$VPC_BENCH_TOOLS/pkt" sink 10.7.1.12 7777 >"$file" &
	sink=$!
	nsenter --net=/run/netns/other1 -- "$VPC_BENCH_TOOLS/pkt" udp -i 200 10.7.1.12 7777 &
	flow=$!
	must wait_for 10 test -s "$file"
	{
		start=$(now)
		"$@" >/dev/null || die "$*"
		sample "vpc-end$what" ms "$(awk -v s="$(elapsed "$start")" 'BEGIN { printf "%.3f", s * 1000 / 5 }')"
	} &
	sample "ask$what" ms "$(slowest $! net vpcctl vpc show other)"
	wait $! || die "$*"
	kill "$flow" "$sink"
	wait "$flow" "$sink" 2>/dev/null
	sample "gap$what" ms "$(awk 'NR > 10 && $1 - last > most { most = $1 - last }
		{ last = $1 } END { printf "%.3f", most / 1e6 }' "$file")"
	rm -f "$file"
}

# Lines that end VPCs 1 to 5, or as many that change nothing.
ends()
{
	local i

	for i in 1 2 3 4 5; do
		if [ "$1" = quiet ]; then
			yes "subnet show o1" | head -n 13
			continue
		fi
		seq 20 29 | sed "s/.*/endpoint del 10.1.1.& vpc v$i/"
		printf '%s\n' "port del in$i" "subnet del a$i" "vpc del v$i"
	done
}

# Starting processes is what disturbs others most in User-Mode Linux: one for all of them.
bystanders()
{
	local i quiet=$BENCH_OUT.quiet end=$BENCH_OUT.end

	bystander
	ends quiet >"$quiet"
	ends all >"$end"
	for ((i = 0; i < BENCH_ROUNDS; i++)); do
		beside -quiet net vpcctl -batch "$quiet"
		beside "" net vpcctl -batch "$end"
		fleet_vpcs 5
		fleet_lines add | head -n 50 | net vpcctl -batch - || die "vpcctl -batch"
		seq 5 | sed 's/.*/link set in& up/' | ip -n "$SPACE" -batch - || die "ip -batch"
	done
	rm -f "$quiet" "$end"
}

# fleet_vpcs N: with a subnet and a port
fleet_vpcs()
{
	seq "$1" | awk -v host="$HOST_MAC" '{
		print "vpc add v" $1 " cidr 10.1.0.0/16 vni " $1
		print "subnet add a" $1 " vpc v" $1 " cidr 10.1.1.0/24"
		print "port add in" $1 " subnet a" $1 " address 10.1.1.10 lladdr " host
	}' | net vpcctl -batch - || die "vpcctl -batch"
}

# One endpoint in ten VPCs' place is no figure: all VPCs send, to all of theirs.
fleet()
{
	local n=$FLEET_VPCS before start

	tenant_space fleet "$n"
	underlay_device
	overlay_device
	start=$(now)
	fleet_vpcs "$n"
	sample vpc-new VPCs/s "$(awk -v n="$n" -v s="$(elapsed "$start")" 'BEGIN { printf "%.0f", n / s }')"
	tenants "$n" "link set in@ up"
	before=$(memory)
	fleet_timed endpoints add
	sample endpoint-bytes bytes/endpoint "$(awk -v n=$((n * FLEET_ENDPOINTS)) -v a="$before" \
		-v b="$(memory)" 'BEGIN { printf "%.1f", (b - a) / n }')"
	fleet_timed endpoints-move replace
	fleet_timed endpoints-del del
	fleet_timed endpoints add
	bystanders
	tenant_flow overlay-fleet "$n" out0
	C_ARGS["overlay-fleet"]=${C_ARGS["overlay-fleet"]//dst_min\\ 11.0.0.0/dst_min\\ 10.1.1.20}
	C_ARGS["overlay-fleet"]=${C_ARGS["overlay-fleet"]//dst_max\\ 11.255.255.255/dst_max\\ 10.1.1.29}
}

overlay()
{
	overlay_bridge
	overlay_ours
	fleet
	# What the devices of that many tenants cost before anybody routes.
	tenants_macvlan "$FLEET_VPCS" fleet-floor
}
