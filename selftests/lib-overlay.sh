# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Several hypervisors: namespaces with a configuration of the module each, and a network between
# their VXLAN devices.
#
#   fleet_new                  the network: namespace U with a bridge
#   hv_new HV N [MTU]          hypervisor HV, 192.0.2.N and fd00:c::N, with vxlan0 as its overlay,
#                              which has MTU (1450)
#   hv HV ARGS...              vpcctl ARGS there; hv_ok: must
#   hv_refuses FRAGMENT TEXT HV ARGS...   it fails there and says FRAGMENT
#   peers HV                   VPCs a and b there, with subnets a1 and b1, and peer HV
#   peer HV                    they are peers, with routes to each other
#   watching KEY HV VPC        for wait_for: the monitor KEY of HV listens
#   vm NAME HV DEV SUBNET ADDR/LEN GW [ADDR/LEN GW]   a host NAME on port DEV of HV
#   lives ADDR VPC HV HERE...  the address lives on HV: an endpoint on each HERE
#   hv_drops HV [VPC] REASON   how many, of a VPC or of none
#   vxlan_seen KEY [VNI]       packets, with that VNI, in capture KEY of the network

fleet_new()
{
	ns_new U
	must ip -n "$T_ID.U" link add br0 type bridge
	must ip -n "$T_ID.U" link set br0 mtu 9100 up
}

hv_new()
{
	local hv=$1 n=$2 mtu=${3:-1450}

	ns_new "$hv"
	must ip link add "u$hv" netns "$T_ID.U" mtu 9100 type veth peer name under netns "$T_ID.$hv" \
		mtu 9100
	must ip -n "$T_ID.U" link set "u$hv" master br0 up
	must ip -n "$T_ID.$hv" addr add "192.0.2.$n/24" dev under
	must ip -n "$T_ID.$hv" addr add "fd00:c::$n/64" dev under nodad
	must ip -n "$T_ID.$hv" link set under up
	must ip -n "$T_ID.$hv" link add vxlan0 mtu "$mtu" type vxlan dstport 4789 external
	hv_ok "$hv" port add vxlan0 overlay
	must ip -n "$T_ID.$hv" link set vxlan0 up
	HV_IP[$hv]=192.0.2.$n
	HV_MAC[$hv]=$(mac "$hv" vxlan0)
}
declare -A HV_IP HV_MAC

hv()
{
	local hv=$1

	shift
	ns "$hv" vpcctl "$@"
}

hv_ok()
{
	must hv "$@"
}

hv_refuses()
{
	local fragment=$1 text=$2 out rc

	shift 2
	out=$(hv "$@" 2>&1 >/dev/null)
	rc=$?
	if [ "$rc" = 2 ] && [[ $out = *"$fragment"* ]]; then
		t_ok "refused: $text"
	else
		t_fail "refused: $text"
		t_note "status $rc, said: $out"
	fi
}

peers()
{
	hv_ok "$1" vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48 vni 100
	hv_ok "$1" vpc add b cidr 10.2.0.0/16 cidr fd00:2::/48 vni 200
	hv_ok "$1" subnet add a1 vpc a cidr 10.1.1.0/24 cidr fd00:1:0:1::/64
	hv_ok "$1" subnet add b1 vpc b cidr 10.2.1.0/24 cidr fd00:2:0:1::/64
	peer "$1"
}

peer()
{
	hv_ok "$1" peering add ab vpc a peer b
	hv_ok "$1" route add 10.2.0.0/16 vpc a via peering ab
	hv_ok "$1" route add 10.1.0.0/16 vpc b via peering ab
	hv_ok "$1" route add fd00:2::/48 vpc a via peering ab
	hv_ok "$1" route add fd00:1::/48 vpc b via peering ab
}

watching()
{
	hv_ok "$2" vpc set "$3" connection-limit 10
	grep -q connection_limit "$T_DIR/$1.out"
}

# The MAC is given, so that nothing is learned while packets are counted.
vm()
{
	local name=$1 hv=$2 dev=$3 subnet=$4 args=() addrs=()

	shift 4
	while [ $# -gt 1 ]; do
		args+=("$1" via "$2")
		addrs+=(address "${1%/*}")
		shift 2
	done
	host_new "$name" "$dev" "${args[@]}" in "$hv" quiet
	hv_ok "$hv" port add "$dev" subnet "$subnet" "${addrs[@]}" lladdr "$(mac "$name" eth0)"
	must ip -n "$T_ID.$hv" link set "$dev" up
	must wait_for 60 t_linked "$dev" "$hv"
}

lives()
{
	local addr=$1 vpc=$2 hv=$3 here

	shift 3
	for here; do
		hv_ok "$here" endpoint add "$addr" vpc "$vpc" host "${HV_IP[$hv]}" \
			lladdr "${HV_MAC[$hv]}"
	done
}

hv_drops()
{
	local vpc=

	[ $# = 2 ] || vpc=$2
	hv "$1" -json stats | jq -r --arg v "$vpc" --arg r "${*: -1}" \
		'[.[] | select((.vpc // "") == $v) | .drops[$r] // 0] | add // 0'
}

# The packet inside has a line of its own.
vxlan_seen()
{
	capture_text "$1" -t | grep -c "VXLAN.* vni ${2:-[0-9]*}\$"
}
