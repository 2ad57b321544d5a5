#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For the race detector: two CPUs send into the same ports and to the same next hops all the
# time, while what packets read is changed and what they count is read. Unlike in
# torture.sh nothing that carries the traffic goes away, so that there is always traffic.
#
# VPC_RACES_SECONDS (120): how long.
# timeout: 1800
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/lib-torture.sh"
t_begin "two CPUs at once"
t_need taskset
[ "$(nproc)" -gt 1 ] || t_skip_all "there is one CPU"

seconds=${VPC_RACES_SECONDS:-120}
ENOUGH=1000	# packets

# Frames that a CPU has handed to their receivers, the sum of its backlog and of all devices.
received_by()
{
	echo $((16#$(awk -v n="$(($1 + 1))" 'NR == n { print $1 }' /proc/net/softnet_stat)))
}

# blast NAME ADDR...: all the time, from each CPU to each address
blast()
{
	local name=$1 cpu addr

	shift
	for cpu in 0 1; do
		for addr; do
			bg "$name$cpu$addr" "$name" nice -n 15 taskset -c "$cpu" "$T_PKT" udp -i 500 "$addr" 5000
		done
	done
}

# What a packet looks at, in one request after the other.
changes()
{
	cat <<-END
		route replace 198.51.100.0/24 vpc a via router 192.0.2.254 weight 3 via router 192.0.2.253
		probe set x interval 40
		port show
		vpc show
		route replace 10.2.0.0/16 vpc a via blackhole
		route replace 10.2.0.0/16 vpc a via peering ab
		probe show
		route replace 198.51.100.0/24 vpc a via router 192.0.2.253 via router 192.0.2.254 priority 1
		peering show
		probe set x interval 50
		probe history
		route show
	END
}

# One group of next hops after the other, as fast as they can be made.
swaps()
{
	local weight

	for weight in {1..200}; do
		echo "route replace 198.51.100.0/24 vpc a via router 192.0.2.254 weight $weight via router 192.0.2.253"
	done
}

swap_all()
{
	until over; do
		vpc -batch "$T_DIR/swaps" || return
		echo again
	done
}

changed_all()
{
	changes | vpc -stats -batch - >"$T_DIR/changes.out" 2>&1
}

busy()
{
	[ $(($(received_by "$1") - from[$1])) -ge "$ENOUGH" ]
}

left_by()
{
	[ "$(port_counter "$1" tx_packets)" -ge "$ENOUGH" ]
}

in_health()
{
	[ "$(get '.[0].health' probe show x)" = "$1" ]
}

router_new
side 1
side 2
host_new h3 p3 10.1.1.11/24 via 10.1.1.1
port_add p3 subnet sa address 10.1.1.11
host_new r0 u0 192.0.2.254/24 192.0.2.253/24 via 192.0.2.1
uplink_add u0 vpc a address 192.0.2.1/24
vpc_ok peering add ab vpc a peer b
vpc_ok route add 10.2.0.0/16 vpc a via peering ab
vpc_ok route add 10.1.0.0/16 vpc b via peering ab
vpc_ok route add 198.51.100.0/24 vpc a via router 192.0.2.254
vpc_ok probe add x for router 192.0.2.254 vpc a icmp source 192.0.2.1 destination 192.0.2.254 \
	interval 50
check "the router answers its probe" wait_for 120 in_health up
blast ha 10.1.1.11 10.2.1.10 198.51.100.9
blast hb 10.1.1.11
for cpu in 0 1; do
	from[cpu]=$(received_by "$cpu")
done

swaps >"$T_DIR/swaps"
job swapping swap_all

# Each change is waited for, so all are made however slow the machine is.
end=$((SECONDS + seconds))
rounds=0 bad=0
while [ "$rounds" -lt 3 ] || [ "$SECONDS" -lt "$end" ]; do
	rounds=$((rounds + 1))
	changed_all && wait_for 60 in_health up || bad=$((bad + 1))
	ns r0 ip link set eth0 down
	changed_all && wait_for 60 in_health down || bad=$((bad + 1))
	ns r0 ip link set eth0 up
done
t_is "each of $rounds rounds of changes was made" "$bad" 0
[ "$bad" = 0 ] || t_show "$T_DIR/changes.out"
finish
check "groups were swapped all the time" bg_wait swapping 300
t_num "and hundreds of them" "$(grep -c again "$T_DIR/swapping.out")" -ge 2
for cpu in 0 1; do
	check "CPU $cpu was busy with packets" wait_for 300 busy "$cpu"
done
for dev in pa pb p3; do
	check "they left by $dev" wait_for 300 left_by "$dev"
done
t_end
