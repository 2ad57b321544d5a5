#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every refusal says what is wrong with what, and changes nothing.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "refusals"
t_need setpriv unshare
T_NLRAW=${VPC_NLRAW:-$T_TOP/build/selftests/nlraw}
t_need "$T_NLRAW"

# repeat WORDS N: the words N times, with the numbers 1 to N in place of their %d
repeat()
{
	local i

	for ((i = 1; i <= $2; i++)); do
		# shellcheck disable=SC2059
		printf "$1 " "$i"
	done
}

long=a23456789012345678901234567890	# 30 characters

scene()
{
	local i

	router_new
	for i in 1 2 3 4 5 6 7 8; do
		echo "link add d$i type dummy"
	done >"$T_DIR/batch"
	cat >>"$T_DIR/batch" <<-END
		link add br0 type bridge
		link set d6 master br0
		link add link d7 name d7.5 type vlan id 5
		address add 192.0.2.77/24 dev d5
	END
	must ip -n "$T_ID.R" -batch "$T_DIR/batch"
	cat >"$T_DIR/batch" <<-END
		vpc add a cidr 10.1.0.0/16 cidr 172.16.0.0/16 cidr fd00:1::/48 account 1
		vpc add b cidr 10.2.0.0/16 cidr fd00:2::/48 account 1
		vpc add c cidr 10.3.0.0/16 account 1
		table add ta vpc a
		table add tb vpc b
		table add tu vpc a
		subnet add sa vpc a cidr 10.1.1.0/24 cidr fd00:1:0:1::/64 table ta
		subnet add s2 vpc a cidr 10.1.2.0/24
		port add d1 subnet sa address 10.1.1.10 address fd00:1:0:1::10
		port add d2 subnet s2 address 10.1.2.10
		uplink add d3 vpc a address 100.64.0.2/30 gateway 100.64.0.1 table tu
		peering add ab vpc a peer b
		peering add bc vpc b peer c
		route add 192.0.2.0/24 vpc a via router 10.1.1.10
		route add 198.51.100.0/24 table ta via router 100.64.0.1
		route add 10.2.0.0/16 vpc a via peering ab
		route add 203.0.113.0/24 vpc a via peering ab
	END
	vpc_ok -batch "$T_DIR/batch"
	keep
}

words()
{
	refuse frobnicate -- frobnicate
	refuse frobnicate -- vpc frobnicate
	refuse frobnicate -- -frobnicate vpc show
	refuse "" -- vpc
	refuse NAME -- vpc add
	refuse cidr -- vpc add x
	refuse PREFIX -- vpc add x cidr
	refuse 10.9.0.0 -- vpc add x cidr 10.9.0.0
	refuse 33 -- vpc add x cidr 10.9.0.0/33
	refuse 129 -- vpc add x cidr fd00:9::/129
	refuse 10.9.0.1/16 10.9.0.0/16 -- vpc add x cidr 10.9.0.1/16
	refuse fd00:9::1/48 fd00:9::/48 -- vpc add x cidr fd00:9::1/48
	refuse nonsense -- vpc add x cidr nonsense/8
	refuse account -- vpc add x cidr 10.9.0.0/16 account 1 account 2
	refuse -1 -- vpc add x cidr 10.9.0.0/16 account -1
	refuse 18446744073709551616 -- vpc add x cidr 10.9.0.0/16 account 18446744073709551616
	refuse extra -- vpc del a extra
	refuse subnet -- port add d4 address 10.1.1.11
	refuse address -- port add d4 subnet sa
	refuse nonsense -- port add d4 subnet sa address nonsense
	refuse 02:00:00:00:00 -- port add d4 subnet sa address 10.1.1.11 lladdr 02:00:00:00:00
	refuse via -- route add 192.0.2.0/25 vpc a
	refuse NH -- route add 192.0.2.0/25 vpc a via
	refuse nonsense -- route add 192.0.2.0/25 vpc a via nonsense
	refuse ADDR -- route add 192.0.2.0/25 vpc a via router
	refuse vpc -- route add 192.0.2.0/25 via blackhole
	refuse table vpc -- route add 192.0.2.0/25 vpc a table ta via blackhole
	refuse 192.0.2.1/25 192.0.2.0/25 -- route add 192.0.2.1/25 vpc a via blackhole
	refuse missing-file -- -batch "$T_DIR/missing-file"
	refuse nowhere -- -netns nowhere vpc show
	refuse VPC -- check a
	refuse nobody -- check a nobody
	refuse nobody -- stats vpc nobody
}

vpcs()
{
	refuse a exists -- vpc add a cidr 10.9.0.0/16
	refuse 1x -- vpc add 1x cidr 10.9.0.0/16
	refuse a/b -- vpc add a/b cidr 10.9.0.0/16
	refuse _x -- vpc add _x cidr 10.9.0.0/16
	refuse "x y" -- vpc add "x y" cidr 10.9.0.0/16
	refuse empty -- vpc add "" cidr 10.9.0.0/16
	refuse 31 -- vpc add "${long}12" cidr 10.9.0.0/16
	vpc_ok vpc add "${long}1" cidr 10.9.0.0/16
	check "a name of 31 characters" vpc vpc del "${long}1"
	refuse 10.9.0.0/16 10.9.4.0/24 -- vpc add x cidr 10.9.0.0/16 cidr 10.9.4.0/24
	refuse fd00:9::/48 fd00:9:0:1::/64 -- vpc add x cidr fd00:9:0:1::/64 cidr fd00:9::/48
	refuse 10.9.0.0/16 -- vpc add x cidr 10.9.0.0/16 cidr 10.9.0.0/16
	# shellcheck disable=SC2046
	refuse 16 -- vpc add x $(repeat "cidr 10.%d.0.0/16" 17)
	refuse 65535 -- vpc add x cidr 10.9.0.0/16 peering-limit 65536

	refuse nobody -- vpc show nobody
	refuse nobody -- vpc set nobody name x
	refuse nobody -- vpc del nobody
	refuse b exists -- vpc set a name b
	refuse 1x -- vpc set a name 1x
	refuse 10.1.5.0/24 10.1.0.0/16 -- vpc set a cidr 10.1.5.0/24
	refuse 10.0.0.0/8 10.1.0.0/16 -- vpc set a name x cidr 10.9.0.0/16 cidr 10.0.0.0/8
	refuse 10.9.0.0/16 -- vpc set a no-cidr 10.9.0.0/16
	refuse 10.1.0.0/16 sa -- vpc set a no-cidr 172.16.0.0/16 no-cidr 10.1.0.0/16
	refuse fd00:1::/48 sa -- vpc set a no-cidr fd00:1::/48
	refuse cidr -- vpc set c no-cidr 10.3.0.0/16
	refuse 192.0.2.0/24 -- vpc set a cidr 192.0.2.0/24
	refuse 203.0.0.0/16 203.0.113.0/24 -- vpc set a cidr 203.0.0.0/16
	# shellcheck disable=SC2046
	refuse 16 -- vpc set a $(repeat "cidr 10.2%d.0.0/24" 5) $(repeat "cidr 10.10%d.0.0/24" 9)
	refuse a has -- vpc del a
	refuse c bc -- vpc del c
}

subnets()
{
	refuse sa exists -- subnet add sa vpc a cidr 10.1.3.0/24
	refuse 1x -- subnet add 1x vpc a cidr 10.1.3.0/24
	refuse nobody -- subnet add x vpc nobody cidr 10.1.3.0/24
	refuse 10.9.3.0/24 a -- subnet add x vpc a cidr 10.9.3.0/24
	refuse 10.0.0.0/8 a -- subnet add x vpc a cidr 10.0.0.0/8
	refuse fd00:9::/64 a -- subnet add x vpc a cidr 10.1.3.0/24 cidr fd00:9::/64
	refuse 10.1.1.128/25 10.1.1.0/24 sa -- subnet add x vpc a cidr 10.1.1.128/25
	refuse fd00:1:0:1:8000::/65 fd00:1:0:1::/64 sa -- \
		subnet add x vpc a cidr 10.1.3.0/24 cidr fd00:1:0:1:8000::/65
	refuse 10.1.0.0/16 -- subnet add x vpc a cidr 10.1.0.0/16
	refuse "" -- subnet add x vpc a cidr 10.1.3.0/24 cidr 10.1.4.0/24
	refuse 10.1.4.1 10.1.3.0/24 -- subnet add x vpc a cidr 10.1.3.0/24 gateway 10.1.4.1
	refuse 10.1.3.0 -- subnet add x vpc a cidr 10.1.3.0/24 gateway 10.1.3.0
	refuse 10.1.3.255 -- subnet add x vpc a cidr 10.1.3.0/24 gateway 10.1.3.255
	refuse fd00:1:0:3::1 -- subnet add x vpc a cidr 10.1.3.0/24 gateway fd00:1:0:3::1
	refuse "" -- subnet add x vpc a cidr 10.1.3.0/24 gateway 10.1.3.1 gateway 10.1.3.2
	refuse nowhere -- subnet add x vpc a cidr 10.1.3.0/24 table nowhere
	refuse tb -- subnet add x vpc a cidr 10.1.3.0/24 table tb
	refuse nobody -- subnet set nobody table ta
	refuse nowhere -- subnet set sa table nowhere
	refuse tb -- subnet set sa table tb
	refuse nobody -- subnet show nobody
	refuse nobody -- subnet del nobody
	refuse sa d1 -- subnet del sa
}

tables()
{
	refuse ta exists -- table add ta vpc a
	refuse ta exists -- table add ta vpc b
	refuse 1x -- table add 1x vpc a
	refuse nobody -- table add x vpc nobody
	refuse default -- table add default vpc a
	refuse nobody -- table show nobody
	refuse nobody -- table del nobody
	refuse ta sa -- table del ta
	refuse tu d3 -- table del tu
}

ports()
{
	refuse d9 -- port add d9 subnet sa address 10.1.1.11
	refuse lo -- port add lo subnet sa address 10.1.1.11
	refuse d5 192.0.2.77 -- port add d5 subnet sa address 10.1.1.11
	refuse d6 br0 -- port add d6 subnet sa address 10.1.1.11
	refuse d7 -- port add d7 subnet sa address 10.1.1.11
	refuse d1 already -- port add d1 subnet sa address 10.1.1.11
	refuse d3 already -- port add d3 subnet sa address 10.1.1.11
	refuse nobody -- port add d4 subnet nobody address 10.1.1.11
	refuse 10.1.2.11 10.1.1.0/24 -- port add d4 subnet sa address 10.1.2.11
	refuse fd00:9::1 fd00:1:0:1::/64 -- port add d4 subnet sa address 10.1.1.11 address fd00:9::1
	refuse 10.1.1.1 gateway -- port add d4 subnet sa address 10.1.1.1
	refuse fd00:1:0:1::1 gateway -- port add d4 subnet sa address fd00:1:0:1::1
	refuse 10.1.1.10 d1 -- port add d4 subnet sa address 10.1.1.11 address 10.1.1.10
	refuse 10.1.1.11 -- port add d4 subnet sa address 10.1.1.11 address 10.1.1.11
	refuse 10.1.1.0 -- port add d4 subnet sa address 10.1.1.0
	refuse 10.1.1.255 -- port add d4 subnet sa address 10.1.1.255
	refuse fd00:1:0:1::11 s2 -- port add d4 subnet s2 address fd00:1:0:1::11
	refuse 01:00:5e:00:00:01 -- port add d4 subnet sa address 10.1.1.11 lladdr 01:00:5e:00:00:01
	refuse ff:ff:ff:ff:ff:ff -- port add d4 subnet sa address 10.1.1.11 lladdr ff:ff:ff:ff:ff:ff
	refuse 00:00:00:00:00:00 -- port add d4 subnet sa address 10.1.1.11 lladdr 00:00:00:00:00:00
	refuse 192.0.2.1/24 -- port add d4 subnet sa address 10.1.1.11 allow 192.0.2.1/24
	# shellcheck disable=SC2046
	refuse 64 -- port add d4 subnet sa $(repeat "address 10.1.1.1%02d" 50) $(repeat "allow 10.20.%d.0/24" 15)
	refuse d4 -- port show d4
	refuse d4 -- port del d4
	refuse d9 -- port del d9
	refuse d3 -- port del d3
	refuse 10.1.1.10 192.0.2.0/24 -- port del d1
	# shellcheck disable=SC2046
	check "64 sources are taken" vpc port add d4 subnet sa \
		$(repeat "address 10.1.1.1%02d" 50) $(repeat "allow 10.20.%d.0/24" 14)
	vpc_ok port del d4
}

uplinks()
{
	refuse d9 -- uplink add d9 vpc a address 100.64.1.2/30
	refuse lo -- uplink add lo vpc a address 100.64.1.2/30
	refuse d5 192.0.2.77 -- uplink add d5 vpc a address 100.64.1.2/30
	refuse d6 br0 -- uplink add d6 vpc a address 100.64.1.2/30
	refuse d7 -- uplink add d7 vpc a address 100.64.1.2/30
	refuse d1 already -- uplink add d1 vpc a address 100.64.1.2/30
	refuse d3 already -- uplink add d3 vpc a address 100.64.1.2/30
	refuse nobody -- uplink add d4 vpc nobody address 100.64.1.2/30
	refuse 100.64.9.1 gateway -- uplink add d4 vpc a address 100.64.1.2/30 gateway 100.64.9.1
	refuse 100.64.1.2 -- uplink add d4 vpc a address 100.64.1.2/30 gateway 100.64.1.2
	refuse fd00:9::1 -- uplink add d4 vpc a address 100.64.1.2/30 gateway fd00:9::1
	refuse "" -- uplink add d4 vpc a address 100.64.1.2/30 address 100.64.2.2/30
	refuse tb -- uplink add d4 vpc a address 100.64.1.2/30 table tb
	refuse nowhere -- uplink add d4 vpc a address 100.64.1.2/30 table nowhere
	refuse d4 -- uplink show d4
	refuse d4 -- uplink del d4
	refuse d1 -- uplink del d1
	refuse 100.64.0.1 198.51.100.0/24 -- uplink del d3
}

routes()
{
	refuse nowhere -- route add 192.0.3.0/24 table nowhere via blackhole
	refuse nobody -- route add 192.0.3.0/24 vpc nobody via blackhole
	refuse nobody -- route add 192.0.3.0/24 vpc a via peering nobody
	refuse bc a -- route add 192.0.3.0/24 vpc a via peering bc
	refuse 10.1.9.9 -- route add 192.0.3.0/24 vpc a via router 10.1.9.9
	refuse 192.0.2.1 -- route add 192.0.3.0/24 vpc a via router 192.0.2.1
	refuse 10.2.0.1 -- route add 192.0.3.0/24 vpc a via router 10.2.0.1
	refuse 10.1.1.10 -- route add 192.0.3.0/24 vpc b via router 10.1.1.10
	refuse 10.1.1.1 -- route add 192.0.3.0/24 vpc a via router 10.1.1.1
	refuse fd00:1:0:1::10 -- route add 192.0.3.0/24 vpc a via router fd00:1:0:1::10
	refuse 10.1.1.10 -- route add 2001:db8::/32 vpc a via router 10.1.1.10
	refuse 192.0.2.0/24 10.1.1.10 -- route add 192.0.2.0/24 vpc a via router 10.1.1.10
	refuse 10.1.0.0/16 -- route add 10.1.0.0/16 vpc a via blackhole
	refuse 10.1.9.0/24 10.1.0.0/16 -- route add 10.1.9.0/24 vpc a via peering ab
	refuse fd00:1:0:9::/64 fd00:1::/48 -- route add fd00:1:0:9::/64 vpc a via peering ab
	refuse 256 -- route add 192.0.3.0/24 vpc a via blackhole weight 257
	refuse 65536 -- route add 192.0.3.0/24 vpc a via blackhole weight 65536
	refuse 4294967296 -- route add 192.0.3.0/24 vpc a via blackhole priority 4294967296
	refuse 192.0.4.0/24 -- route del 192.0.4.0/24 vpc a
	refuse 192.0.2.0/24 blackhole -- route del 192.0.2.0/24 vpc a via blackhole
	refuse nowhere -- route get 192.0.2.1 table nowhere
	refuse d4 -- route get 192.0.2.1 from d4
	refuse d9 -- route get 192.0.2.1 from d9
	refuse 192.0.9.1 -- route get 192.0.9.1 vpc a
	refuse nobody -- route show peering nobody
	too_many
}

# A route with 64 next hops, and one more.
too_many()
{
	# shellcheck disable=SC2046
	vpc_ok port add d4 subnet sa $(repeat "address 10.1.1.1%02d" 64)
	# shellcheck disable=SC2046
	check "64 next hops are taken" vpc route add 192.0.3.0/24 vpc a $(repeat "via router 10.1.1.1%02d" 64)
	keep
	refuse 192.0.3.0/24 64 -- route add 192.0.3.0/24 vpc a via blackhole
	# shellcheck disable=SC2046
	refuse 64 -- route replace 192.0.3.0/24 vpc a via blackhole $(repeat "via router 10.1.1.1%02d" 64)
	refuse 192.0.3.0/24 -- port del d4
	vpc_ok route del 192.0.3.0/24 vpc a
	vpc_ok port del d4
	keep
}

# --- who may speak ---------------------------------------------------------------------

# denied TEXT WHAT WRAPPER...: vpcctl and bare netlink are refused when run by WRAPPER. WHAT: all,
# or commands, where the groups are open: the kernel itself gives them to the owner of a namespace.
denied()
{
	local text=$1 what=$2 args list=("vpc show" "vpc add z cidr 10.99.0.0/16" flush "")

	shift 2
	[ "$what" = commands ] || list+=(monitor)
	for args in "${list[@]}"; do
		# shellcheck disable=SC2086
		r "$@" timeout 60 "$(type -P vpcctl)" $args >"$T_DIR/denied" 2>&1
		t_is "$text: vpcctl $args: status" $? 2
		check "$text: vpcctl $args: says why" grep -q CAP_NET_ADMIN "$T_DIR/denied"
	done
	check "$text: everything is refused by bare netlink: $what" r "$@" "$T_NLRAW" denied "$what"
	t_is "$text: nothing has changed" "$(state)" "$STATE"
}

# hears TEXT WHAT [WRAPPER...]: a listener run by WRAPPER hears WHAT when a VPC comes and goes
hears()
{
	local text=$1 what=$2 pid

	shift 2
	rm -f "$T_DIR/now"
	bg hears R "$@" "$T_NLRAW" hears "$T_DIR/now"
	must wait_for 60 grep -q joined "$T_DIR/hears.out"
	pid=${T_PIDS[hears]}
	must nsenter --net="/proc/$pid/ns/net" vpcctl vpc add heard cidr 192.0.2.0/24
	must nsenter --net="/proc/$pid/ns/net" vpcctl vpc del heard
	: >"$T_DIR/now"
	bg_wait hears
	t_is "$text" "$(tail -n 1 "$T_DIR/hears.out")" "$what"
}

scene
words
vpcs
subnets
tables
ports
uplinks
routes
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
denied "another user" all "${nobody[@]}"
denied "root of a user namespace" commands "${nobody[@]}" unshare -Urn
denied "root of a user namespace, in this network namespace" all "${nobody[@]}" unshare -Ur
denied "root without the capability" all setpriv --bounding-set -net_admin
chmod 755 "$T_DIR"	# for the listeners
hears "an event is heard by who may" something
hears "none is sent where another than the host's root owns the namespace" nothing "${nobody[@]}" unshare -Urn
check "after all that everything can be removed" vpc flush
t_is "and is" "$(get '.counts | add')" 0
t_end
