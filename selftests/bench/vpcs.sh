# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Many tenants with the same addresses and 50 routes each; every packet comes from a random
# one of them and goes to a random address that has a route. A tenant has two macvlan
# devices: finding the first by its MAC is part of every figure here, and alone in
# "macvlan".

# On one parent; the hash of macvlan has 256 chains.
TENANTS=1000
TENANT_ROUTES=50

# tenants N LINE...: lines for ip per tenant, with @ for its number, ~ for its table, % for
# the number of its parent and # for its MAC. In parts: with too many lines a process
# outgrows what User-Mode Linux can map.
tenants()
{
	local n=$1

	shift
	printf '%s\n' "$@" | awk -v n="$n" -v per=$TENANTS '
		{ line[NR] = $0 }
		END {
			for (i = 0; i < n; i++)
				for (j = 1; j <= NR; j++) {
					text = line[j]
					p = int(i / per)
					k = i % per
					gsub("@", i + 1, text)
					gsub("~", 100001 + i, text)
					gsub("%", p, text)
					gsub("#", sprintf("02:10:00:%02x:%02x:%02x", p,
						int(k / 256), k % 256), text)
					print text
				}
		}' | split -l 20000 --filter="ip -n $SPACE -batch -" || die "ip -batch"
}

# tenant_space NAME N: a namespace with in1 to inN and out1 to outN.
tenant_space()
{
	local n=$2 i

	space "$1"
	# The traffic is IPv4; addresses of tens of thousands of devices only take time.
	must net sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	for ((i = 0; i < n; i += TENANTS)); do
		dummy "from$((i / TENANTS))"
	done
	dummy sink
	tenants "$n" "link add link from% name in@ address # type macvlan mode private" \
		"link add link sink name out@ type macvlan mode private"
}

# tenant_flow KEY N SINK [BUSY]: packets for the first BUSY tenants of each parent, of all
# by default.
tenant_flow()
{
	local n=$2 i devs=from0 packets=$BENCH_PACKETS busy=${4:-$(($2 < TENANTS ? $2 : TENANTS))}
	local settings=("src_min 10.1.1.10" "src_max 10.1.1.10" "dst_min 11.0.0.0"
		"dst_max 11.255.255.255" "flag IPDST_RND" "flag MACDST_RND"
		"dst_mac 02:10:00:%:00:00" "dst_mac_count $busy")

	for ((i = TENANTS; i < n; i += TENANTS)); do
		devs+=,from$((i / TENANTS))
	done
	# Devices of the generator take turns when each has a delay, however short.
	[ "$n" -le $TENANTS ] || settings+=("delay 1")
	case $1 in
	iif-rule-1000 | vrfs-10000) packets=$((packets / 10)) ;;
	esac
	contender "$1" "$devs" "$3" "PACKETS=$packets" "${settings[@]}"
}

tenants_macvlan()
{
	tenant_space "macvlan$1" "$1"
	tenants "$1" "link set in@ up"
	seq -f "qdisc add dev in%.0f ingress_block 1 clsact" "$1" |
		tc -n "$SPACE" -batch - || die "tc -batch"
	must net tc filter add block 1 matchall action drop
	tenant_flow "${2:-macvlan-$1}" "$1" "tc:block 1"
}

# What VRF and rules have in common.
TENANT_ADDRESSES=("link set in@ up" "link set out@ up" "addr add 10.1.1.1/24 dev in@"
	"addr add 10.2.1.1/24 dev out@" "neigh add 10.2.1.10 lladdr $NEXT_MAC dev out@")

tenants_vrf()
{
	tenant_space "vrf-$1" "$1"
	tenants "$1" "link add red@ type vrf table ~" "link set red@ up" \
		"link set in@ master red@" "link set out@ master red@" "${TENANT_ADDRESSES[@]}"
	load rtnl add 4 $TENANT_ROUTES 100001 $((100000 + $1)) via 10.2.1.10 out%u
	tenant_flow "vrfs-$1" "$1" sink
}

tenants_rule()
{
	tenant_space "rule-$1" "$1"
	tenants "$1" "${TENANT_ADDRESSES[@]}" "rule add iif in@ lookup ~ pref @"
	load rtnl add 4 $TENANT_ROUTES 100001 $((100000 + $1)) via 10.2.1.10 out%u
	tenant_flow "iif-rule-$1" "$1" sink
}

tenants_ours()
{
	tenant_space "vpc-$1" "$1"
	seq "$1" | awk -v host="$HOST_MAC" -v next_mac="$NEXT_MAC" '{
		print "vpc add v" $1 " cidr 10.1.0.0/16"
		print "subnet add a" $1 " vpc v" $1 " cidr 10.1.1.0/24"
		print "subnet add b" $1 " vpc v" $1 " cidr 10.1.2.0/24"
		print "port add in" $1 " subnet a" $1 " address 10.1.1.10 lladdr " host
		print "port add out" $1 " subnet b" $1 " address 10.1.2.10 lladdr " next_mac
	}' | net vpcctl -batch - || die "vpcctl -batch"
	tenants "$1" "link set in@ up" "link set out@ up"
	load vpc add 4 $TENANT_ROUTES 1 "$1" v%u router 10.1.2.10
	tenant_flow "vpcs-$1" "$1" sink
}

vpcs()
{
	local n

	for n in 1 100 1000 10000; do
		tenants_macvlan "$n"
		tenants_ours "$n"
		[ "$n" -gt 1000 ] || tenants_rule "$n"
		tenants_vrf "$n"
	done
	# Few of many: what those cost that are there and silent.
	SPACE=vpc-10000
	tenant_flow vpcs-10-of-10000 10000 sink 1
}
