#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices, namespaces and the module itself come and go, with packets on their way.
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "lifetime"
t_need "$T_STAMP" rmmod insmod setpriv unshare

# The module that is loaded: $VPC_KO, what the VM was started with, or what was built for this kernel.
ko=${VPC_KO:-}
params=
if [ -z "$ko" ] && [ -r /run/vpc-vm.config ]; then
	ko=$(. /run/vpc-vm.config && echo "$VM_KO")
	params=$(. /run/vpc-vm.config && echo "${VM_PARAMS-}")
fi
ko=${ko:-$T_TOP/build/module/$(uname -r)/vpc.ko}
# Without its debug information it loads three times as fast.
if strip -g -o "$T_DIR/vpc.ko" "$ko" 2>/dev/null; then
	ko=$T_DIR/vpc.ko
fi

load()
{
	# shellcheck disable=SC2086
	insmod "$ko" "$@" $params
}

# device_is NS DEV: it is there
device_is()
{
	ip -n "$T_ID.$1" link show "$2" >/dev/null 2>&1
}

gone()
{
	! device_is "$@"
}

refs_back()
{
	[ "$(cat /sys/module/vpc/refcnt)" = "$T_REFS" ]
}

# A host in VPC a that keeps sending to ADDR; its packets come whatever happens to the module.
sender()
{
	neigh ha "$1" "$(mac R pa)"
	stamp_send from ha "$2" 5000 3000
}

# --- devices ----------------------------------------------------------------------------

devices()
{
	router_new
	side 1
	host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
	port_add pb subnet sa address 10.1.1.20
	stamp_catch at hb 5000
	sender 10.1.1.20 10.1.1.20
	must stamp_wait at 50
	events_start dev
	check "a port's device is deleted under traffic" timeout 60 ip -n "$T_ID.R" link del pb
	t_is "the port is gone" "$(get 'map(.dev) | join(" ")' port show)" pa
	t_is "its address is free" "$(get 'map(.address) | join(" ")' endpoint show)" \
		"10.1.1.10 fd00:1:0:1::10"
	must stamp_wait from $(($(stamp_highest from) + 100))
	t_num "what is sent to it is dropped and counted" "$(drops a no_endpoint)" -gt 0
	bg_stop catch.at
	host_del hb

	host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
	port_add pb subnet sa address 10.1.1.20
	stamp_catch at hb 5000
	check "a new device can take its place" stamp_wait at 1
	check "the sender's device is deleted" timeout 60 ip -n "$T_ID.R" link del pa
	bg_stop from
	bg_stop catch.at
	events_stop dev
	t_is "each of these is an event" \
		"$(events dev 'select(.kind == "port") | "\(.event) \(.object.dev)"' | tr -d '"' | tr '\n' ',')" \
		"removed pb,added pb,removed pa,"
}

# Packets that wait for a MAC when their port goes away; ports that leave or change their name.
silent()
{
	router_new
	side 1
	host_new hb pb 10.1.1.20/24 quiet
	must ip -n "$T_ID.hb" link set eth0 arp off
	port_add pb subnet sa address 10.1.1.20
	sender 10.1.1.20 10.1.1.20
	must stamp_wait from 50
	check "a device with packets waiting for a MAC is deleted" timeout 60 ip -n "$T_ID.R" link del pb
	host_del hb

	host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
	port_add pb subnet sa address 10.1.1.20
	stamp_catch at hb 5000
	must stamp_wait at 50
	must r ip link set pb down
	check "a port's device can be renamed" r ip link set pb name px
	t_is "the port has the new name" "$(get 'map(.dev) | sort | join(" ")' port show)" "pa px"
	check "and is found by it" vpc port show px
	must r ip link set px up
	check "and works" stamp_wait at $(($(stamp_highest from) + 50))
	ns_new elsewhere
	events_start move
	check "a port's device is moved to another namespace" \
		timeout 60 ip -n "$T_ID.R" link set px netns "$T_ID.elsewhere"
	t_is "the port is gone" "$(get 'map(.dev) | join(" ")' port show)" pa
	check "the device is there" device_is elsewhere px
	events_stop move
	t_is "that is an event" "$(events move '"\(.event) \(.object.dev)"')" '"removed px"'
	must ns elsewhere vpcctl vpc add a cidr 10.1.0.0/16
	must ns elsewhere vpcctl subnet add sa vpc a cidr 10.1.1.0/24
	check "it can be a port there" ns elsewhere vpcctl port add px subnet sa address 10.1.1.20
	bg_stop from
	bg_stop catch.at
}

# --- namespaces --------------------------------------------------------------------------

# Everything that can be configured, in the namespace of $1.
everything()
{
	cat >"$T_DIR/batch" <<-END
		vpc add x cidr 10.8.0.0/16 account 2
		vpc add y cidr 10.9.0.0/16 account 3
		table add t vpc a
		subnet set sa table t
		peering add ay vpc a peer y expires 100
		peering add ax vpc a peer x
		peering accept ax
		uplink add up0 vpc a address 100.64.0.2/30 gateway 100.64.0.1
		route add 10.8.0.0/16 table t via peering ax
		route add 10.9.0.0/16 table t via peering ay via blackhole priority 5
		route add 0.0.0.0/0 table t via router 100.64.0.1
		route add 10.1.7.0/24 table t via router 10.1.1.10
		route add fd00:8::/48 table t via unreachable via prohibit priority 3
	END
	must ip -n "$T_ID.$1" link add up0 type dummy
	must ns "$1" vpcctl -batch "$T_DIR/batch"
	must ip -n "$T_ID.$1" link set up0 up
}

namespaces()
{
	local i

	for i in 1 2 3; do
		router_new
		side 1
		host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
		port_add pb subnet sa address 10.1.1.20
		everything R
		stamp_catch at hb 5000
		sender 10.1.1.20 10.1.1.20
		bg out ha "$T_STAMP" send "$T_DIR/out.stamps" 203.0.113.1 5000 1000
		must stamp_wait at 50
		must ip netns del "$T_ID.R"
		check "round $i: a namespace with everything in it goes, under traffic" wait_for 120 gone hb eth0
		check "round $i: and lets go of the module" wait_for 120 refs_back
		unset "T_NS[R]"
	done
}

# Two routers with equal names and addresses for everything.
independent()
{
	local was

	router_new
	side 1
	ns_new Q
	host_new qa pa 10.1.1.10/24 via 10.1.1.1 quiet in Q
	host_new qb pb 10.1.1.20/24 via 10.1.1.1 quiet in Q
	cat >"$T_DIR/batch" <<-END
		vpc add a cidr 10.1.0.0/16
		subnet add sa vpc a cidr 10.1.1.0/24
		port add pa subnet sa address 10.1.1.10
		port add pb subnet sa address 10.1.1.20
		route add 192.0.2.0/24 vpc a via blackhole
	END
	must ns Q vpcctl -batch "$T_DIR/batch"
	must ip -n "$T_ID.Q" link set pa up
	must ip -n "$T_ID.Q" link set pb up
	t_is "two namespaces, two configurations" \
		"$(get .counts.ports), $(get .counts.routes), $(ns Q vpcctl -json | jq .counts.ports), $(
			ns Q vpcctl -json | jq .counts.routes)" "1, 0, 2, 1"
	check "ports of one talk" pings qa 10.1.1.20
	probe ha 10.1.1.20
	t_num "an address of the other is not there" "$(drops a no_endpoint)" -eq 3
	was=$(ns Q vpcctl -json vpc show | jq '.[0].counters.rx_packets')
	probe ha 10.1.1.1
	t_is "counters are of their own" "$(ns Q vpcctl -json vpc show | jq '.[0].counters.rx_packets')" "$was"
	check "vpcctl enters a namespace" \
		test "$(vpcctl -json -netns "$T_ID.Q" port show | jq length)" = 2
	vpc_ok flush
	t_is "a flush is for one" "$(ns Q vpcctl -json | jq .counts.ports)" 2
	check "the other still works" pings qb 10.1.1.10
}

# --- the module -----------------------------------------------------------------------------

# Memory that the module could have lost, in kB, without what allocators hold ready; the
# module is not loaded.
memory()
{
	local cache

	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done 2>/dev/null
	awk '$1 == "Percpu:" || $1 == "SUnreclaim:" { sum += $2 } END { print sum }' /proc/meminfo
}

removed()
{
	! grep -q '^vpc ' /proc/modules
}

# Ways to a MAC go a grace period after what had them. What is free in the slab of a CPU
# counts as used until the cache shrinks.
no_dsts()
{
	echo 1 2>/dev/null >/sys/kernel/slab/vpc_dst/shrink
	! awk '$1 == "vpc_dst" { print $2 }' /proc/slabinfo | grep -qv '^0$'
}

unloading()
{
	router_new
	side 1
	host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
	port_add pb subnet sa address 10.1.1.20
	everything R
	check_fail "rmmod is refused while something is configured" rmmod vpc
	check "and nothing has happened" pings ha 10.1.1.20
	sender 10.1.1.20 10.1.1.20
	must stamp_wait from 50
	check "flush under traffic" vpc flush
	t_is "everything is gone" "$(get '.counts | add')" 0
	check "no way to a MAC is left" wait_for 20 no_dsts
	check "rmmod works then" rmmod vpc
	check "the module is gone" removed
	t_is "its caches are gone" "$(grep '^vpc' /proc/slabinfo)" ""
	expect_error "the module vpc is not loaded" "vpcctl says that it is not loaded" vpc show
	expect_error "the module vpc is not loaded" "also without arguments"
	t_is "vpcctl version works and says so" "$(vpc version 2>&1 | grep -c "not loaded")" 1
	check "insmod" load
	t_is "nothing is configured" "$(get '.counts | add')" 0
	bg_stop from
}

# With a sender that never stops. Odd rounds end with a flush, even ones with the removal of each.
rounds()
{
	local i seen=0 config=$T_DIR/config undo=$T_DIR/undo

	router_new
	side 1
	host_new hb pb 10.1.1.20/24 via 10.1.1.1 quiet
	vpc_ok flush
	must r ip link set pa up
	cat >"$config" <<-END
		vpc add a cidr 10.1.0.0/16
		vpc add b cidr 10.2.0.0/16
		subnet add sa vpc a cidr 10.1.1.0/24
		port add pa subnet sa address 10.1.1.10
		port add pb subnet sa address 10.1.1.20
		peering add ab vpc a peer b
		route add 10.2.0.0/16 vpc a via peering ab
	END
	cat >"$undo" <<-END
		route del 10.2.0.0/16 vpc a
		peering del ab
		port del pa
		port del pb
		subnet del sa
		vpc del b
		vpc del a
	END
	printf 'link set pa up\nlink set pb up\n' >"$T_DIR/up"
	stamp_catch at hb 5000
	sender 10.1.1.20 10.1.1.20
	for ((i = 1; i <= 50; i++)); do
		must rmmod vpc
		must load
		vpc_ok -batch "$config"
		must ip -n "$T_ID.R" -batch "$T_DIR/up"
		if stamp_wait at $(($(stamp_highest from) + 1)); then
			seen=$((seen + 1))
		fi
		if [ $((i % 2)) = 1 ]; then
			vpc_ok flush
		else
			vpc_ok -batch "$undo"
		fi
		must ip -n "$T_ID.R" -batch "$T_DIR/up"	# so that packets come all the time
	done
	bg_stop from
	bg_stop catch.at
	t_num "50 rounds of insmod and rmmod under traffic: packets passed" $seen -eq 50
	t_is "50 rounds of insmod and rmmod under traffic: everything was removed" "$(get '.counts | add')" 0
}

# Many objects, again and again; the module is unloaded before memory is looked at.
leaks()
{
	local i before after

	router_new
	for ((i = 0; i < 100; i++)); do
		echo "vpc add v$i cidr 10.$i.0.0/16 cidr fd00:$i::/48 account $((i % 3))"
		echo "table add t$i vpc v$i"
		echo "subnet add s$i vpc v$i cidr 10.$i.1.0/24 cidr fd00:$i:0:1::/64 table t$i"
		[ $((i % 2)) = 0 ] || echo "peering add p$i vpc v$i peer v$((i - 1))"
		[ $((i % 2)) = 0 ] || echo "route add 10.$((i - 1)).0.0/16 table t$i via peering p$i"
		echo "route add 192.168.0.0/16 vpc v$i via blackhole priority $i via prohibit priority $((i + 1))"
	done >"$T_DIR/objects"
	for ((i = 0; i < 1500; i++)); do
		echo "172.16.$((i / 100)).$((i % 100))/32 via blackhole priority $i via unreachable priority $((i + 5000))"
	done >"$T_DIR/routes"
	echo "port add d0 subnet s0 address 10.0.1.10 lladdr 02:00:00:00:00:01" >>"$T_DIR/objects"
	must ip -n "$T_ID.R" link add d0 type dummy
	# The first ones fill what allocators keep for the next.
	turn
	turn
	before=$(memory)
	for ((i = 0; i < 12; i++)); do
		turn
	done
	after=$(memory)
	t_note "$before kB before, $after kB after"
	# What is less than that is for kmemleak, in a debug kernel.
	t_num "memory of 1,200 VPCs and 18,000 routes comes back (kB)" $((after - before)) -lt 352
	must load
}

turn()
{
	grep -q '^vpc ' /proc/modules || must load
	vpc_ok -batch "$T_DIR/objects"
	vpc_ok route load "$T_DIR/routes" vpc v0
	vpc_ok flush
	must rmmod vpc
}

# The parameter that lets the owner of a user namespace configure its own network namespaces.
userns()
{
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

	router_new
	must rmmod vpc
	must insmod "$ko" userns=1
	check "userns=1: root of a user namespace may, in its network namespace" \
		"${nobody[@]}" unshare -Urn "$(type -P vpcctl)" vpc add a cidr 10.0.0.0/8
	check_fail "userns=1: but not in another's" \
		r "${nobody[@]}" unshare -Ur "$(type -P vpcctl)" vpc add a cidr 10.0.0.0/8
	check_fail "userns=1: nor may another user" r "${nobody[@]}" "$(type -P vpcctl)" vpc show
	must wait_for 60 refs_back
	must rmmod vpc
	must load
}

devices
silent
namespaces
independent
t_remove
must wait_for 120 refs_back
if [ "$T_REFS" != 0 ] || [ ! -r "$ko" ]; then
	t_skip "the module is loaded and unloaded" "it is in use elsewhere, or vpc.ko is not found"
else
	unloading
	rounds
	t_remove
	must wait_for 120 refs_back
	leaks
	userns
fi
t_end
