# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part of demo.sh about a fleet: one VPC on two hypervisors, a twin with its addresses, a peering
# with another region that is capped on both hosts, and an alarm that is raised and cleared.

# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib-overlay.sh"

FLEET_CAP=10000000	# bits per second

# What both hosts know alike.
fleet_vpcs()
{
	hv_ok "$1" vpc add shop cidr 10.0.0.0/16 vni 100 region east
	hv_ok "$1" vpc add twin cidr 10.0.0.0/16 vni 200 region east
	hv_ok "$1" vpc add data cidr 10.9.0.0/16 vni 300 region west
	hv_ok "$1" subnet add shop1 vpc shop cidr 10.0.1.0/24
	hv_ok "$1" subnet add twin1 vpc twin cidr 10.0.1.0/24
	hv_ok "$1" subnet add data1 vpc data cidr 10.9.1.0/24
}

# alarm_is NAME STATE: for wait_for
alarm_is()
{
	[ "$(hv A -json alarm show "$1" | jq -r '.[0].state')" = "$2" ]
}

fleet_bytes()
{
	ip -n "$T_ID.d1" -s -j link show dev eth0 | jq '.[0].stats64.rx.bytes'
}

# Bits per second that arrive, for so long that a burst at the beginning does not count.
fleet_rate()
{
	local bytes start=${EPOCHREALTIME/./}

	bytes=$(fleet_bytes)
	sleep 4
	echo $((($(fleet_bytes) - bytes) * 8000000 / (${EPOCHREALTIME/./} - start)))
}

demo_fleet()
{
	local n=$1 hv rate

	fleet_new
	hv_new A 1
	hv_new B 2
	say "$n. Two hypervisors, A and B, with a VXLAN device each. Three VPCs, known to both; twin has the addresses of shop."
	for hv in A B; do
		fleet_vpcs $hv
	done
	works A vpcctl vpc show
	vm s1 A ps1 shop1 10.0.1.10/24 10.0.1.1
	vm t1 A pt1 twin1 10.0.1.10/24 10.0.1.1
	vm s2 B ps2 shop1 10.0.1.20/24 10.0.1.1
	vm t2 B pt2 twin1 10.0.1.20/24 10.0.1.1
	vm d1 B pd1 data1 10.9.1.10/24 10.9.1.1

	say "$((n + 1)). Each is told what lives on the other. Then tenants of one VPC talk, and carry its number on the wire."
	works A vpcctl endpoint add 10.0.1.20 vpc shop host 192.0.2.2 lladdr "${HV_MAC[B]}"
	works B vpcctl endpoint add 10.0.1.10 vpc shop host 192.0.2.1 lladdr "${HV_MAC[A]}"
	capture_start wire U uA udp port 4789
	# shellcheck disable=SC2046
	works s1 $(ping4 10.0.1.20 20)
	# shellcheck disable=SC2046
	fails t1 $(ping4 10.0.1.20)
	capture_stop wire
	echo "             on the wire: $(vxlan_seen wire 100) packets of shop, $(vxlan_seen wire 200) of twin, which nobody was told of"
	[ "$(vxlan_seen wire)" = "$(vxlan_seen wire 100)" ] || quit "another VPC was on the wire"

	say "$((n + 2)). A peering with another region, across the hosts: it has a bandwidth, and both hosts hold it."
	fails A vpcctl peering add shop-data vpc shop peer data
	for hv in A B; do
		works $hv vpcctl peering add shop-data vpc shop peer data bandwidth ${FLEET_CAP}bit
		hv_ok $hv route add 10.9.0.0/16 vpc shop via peering shop-data
		hv_ok $hv route add 10.0.0.0/16 vpc data via peering shop-data
	done
	lives 10.9.1.10 data B A
	# shellcheck disable=SC2046
	works s1 $(ping4 10.9.1.10 20)
	works A vpcctl alarm add busy on peering shop-data from shop rate above 8mbit clear 4mbit for 2

	say "$((n + 3)). More is sent than that. What arrives is the bandwidth, and the alarm is raised, once."
	bg flood s1 "$T_PKT" udp -c 100000000 -s 1000 10.9.1.10 9
	wait_for 60 alarm_is busy raised || quit "the alarm is not raised"
	works A vpcctl stats vpc shop every 2 count 1
	rate=$(fleet_rate)
	echo "             arriving at d1: $rate bits per second"
	[ "$rate" -le $((FLEET_CAP * 110 / 100)) ] || quit "more than the bandwidth arrives"
	# An emulated machine does not send that much all the time.
	[ "$rate" -ge $((FLEET_CAP * 40 / 100)) ] || quit "much less than the bandwidth arrives"

	say "$((n + 4)). It ends, and the alarm is cleared."
	bg_stop flood || :
	wait_for 60 alarm_is busy ok || quit "the alarm is not cleared"
	works A vpcctl alarm list
	shows cleared
	for hv in A B; do
		works $hv vpcctl flush
	done
}
