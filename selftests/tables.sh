#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Route tables: which route wins, what may be in them, and how they change under traffic.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "route tables"
t_need "$T_STAMP" nft

# Two routers in a subnet of their own, which see what routes give them.
routers()
{
	vpc_ok subnet add sr vpc a cidr 10.1.2.0/24 cidr fd00:1:0:2::/64
	host_new r1 pr1 10.1.2.11/24 fd00:1:0:2::11/64 via 10.1.2.1 via fd00:1:0:2::1 quiet
	host_new r2 pr2 10.1.2.12/24 fd00:1:0:2::12/64 via 10.1.2.1 via fd00:1:0:2::1 quiet
	port_add pr1 subnet sr address 10.1.2.11 address fd00:1:0:2::11 lladdr "$(mac r1 eth0)"
	port_add pr2 subnet sr address 10.1.2.12 address fd00:1:0:2::12 lladdr "$(mac r2 eth0)"
}

# The prefix that wins for an address, and the next hop that is used.
winner()
{
	get '"\(.dst) \(.nexthops[] | select(.used) | .address // .peering // .type)"' route get "$@"
}

# The next hops of a route, best first, the used one marked.
paths()
{
	get '.[] | select(.dst == "'"$1"'") | [.nexthops[] |
		"\(.address // .type):\(.priority):\(.weight)\(if .used then "*" else "" end)"] | join(" ")' \
		route show vpc a
}

# goes TEXT ADDR ROUTER: what ha sends to ADDR comes to that router only
goes()
{
	local other=r1

	[ "$3" = r2 ] || other=r2
	stamp_catch at "$3" 5000
	stamp_catch else "$other" 5000
	stamp_send from ha "$2" 5000 1000 20
	bg_wait from
	stamp_wait at 20
	bg_stop catch.at
	bg_stop catch.else
	t_is "$1" "$(stamps at), else $(stamp_count else)" "20 1 20 20, else 0"
}

# Which of two it is depends on a key that is another one with each boot.
one_has_all()
{
	[ $(($(stamp_count one) + $(stamp_count other))) = "$1" ]
}

longest_prefix()
{
	local dst

	router_new
	side 1
	routers
	keep
	refuse default -- table del default
	t_is "a VPC has a default table" "$(get '.[] | "\(.name) \(.vpc) \(.default) \(.routes) \(.subnets)"' \
		table show)" "null a true 0 2"

	vpc_ok route add 0.0.0.0/0 vpc a via unreachable
	vpc_ok route add 203.0.113.0/24 vpc a via router 10.1.2.11
	vpc_ok route add 203.0.113.128/25 vpc a via router 10.1.2.12
	vpc_ok route add 203.0.113.200/32 vpc a via blackhole
	vpc_ok route add ::/0 vpc a via prohibit
	vpc_ok route add 2001:db8::/32 vpc a via router fd00:1:0:2::11
	vpc_ok route add 2001:db8:8000::/33 vpc a via router fd00:1:0:2::12
	vpc_ok route add 2001:db8:8000::1/128 vpc a via blackhole
	t_is "IPv4: /0" "$(winner 203.0.114.0 vpc a)" "0.0.0.0/0 unreachable"
	t_is "IPv4: /24" "$(winner 203.0.113.127 vpc a)" "203.0.113.0/24 10.1.2.11"
	t_is "IPv4: /25" "$(winner 203.0.113.128 from pa)" "203.0.113.128/25 10.1.2.12"
	t_is "IPv4: /32" "$(winner 203.0.113.200 from pa)" "203.0.113.200/32 blackhole"
	t_is "IPv6: /0" "$(winner 2001:db9:: vpc a)" "::/0 prohibit"
	t_is "IPv6: /32" "$(winner 2001:db8:7fff::1 vpc a)" "2001:db8::/32 fd00:1:0:2::11"
	t_is "IPv6: /33" "$(winner 2001:db8:8000::2 from pa)" "2001:db8:8000::/33 fd00:1:0:2::12"
	t_is "IPv6: /128" "$(winner 2001:db8:8000::1 from pa)" "2001:db8:8000::1/128 blackhole"
	goes "IPv4 packets: /24" 203.0.113.127 r1
	goes "IPv4 packets: /25" 203.0.113.129 r2
	goes "IPv6 packets: /32" 2001:db8:7fff::1 r1
	goes "IPv6 packets: /33" 2001:db8:8000::2 r2
	for dst in 203.0.113.200 2001:db8:8000::1; do
		probe ha "$dst"
	done
	t_num "both /32 and /128: blackhole" "$(drops a blackhole)" -eq 6
	probe ha 203.0.114.0
	probe ha 2001:db9::
	t_num "IPv4 /0: unreachable" "$(drops a unreachable)" -eq 3
	t_num "IPv6 /0: prohibit" "$(drops a prohibit)" -eq 3

	# Routes that cover the address space: the VPC's own addresses stay local.
	vpc_ok route add 10.0.0.0/8 vpc a via blackhole
	vpc_ok route add fd00::/16 vpc a via blackhole
	check "covering routes: local wins, IPv4" pings ha 10.1.2.11
	check "covering routes: local wins, IPv6" pings ha fd00:1:0:2::11
	t_is "covering routes: the route says so" \
		"$(get '"\(.dst) \(.origin) \(.nexthops[0].type) \(.endpoint.dev)"' route get 10.1.2.11 vpc a)" \
		"10.1.0.0/16 local local pr1"

	# More specific than the address space.
	keep
	refuse 10.1.0.0/16 -- route add 10.1.0.0/16 vpc a via blackhole
	refuse 10.1.0.0/16 -- route replace 10.1.0.0/16 vpc a via router 10.1.2.11
	refuse 10.1.0.0/16 -- route del 10.1.0.0/16 vpc a
	refuse fd00:1::/48 -- route add fd00:1::/48 vpc a via router fd00:1:0:2::11
	vpc_ok vpc add b cidr 10.2.0.0/16
	vpc_ok peering add ab vpc a peer b
	keep
	refuse 10.1.3.0/24 10.1.0.0/16 -- route add 10.1.3.0/24 vpc a via peering ab
	refuse 10.1.3.0/24 10.1.0.0/16 -- route add 10.1.3.0/24 vpc a via blackhole via peering ab
	check "inside the CIDR: router" vpc route add 10.1.3.0/24 vpc a via router 10.1.2.11
	check "inside the CIDR: blackhole" vpc route add 10.1.4.0/24 vpc a via blackhole
	check "inside the CIDR: unreachable" vpc route add 10.1.5.0/24 vpc a via unreachable
	check "inside the CIDR: prohibit" vpc route add 10.1.6.0/24 vpc a via prohibit
	check "inside the CIDR: one endpoint" vpc route add 10.1.2.12/32 vpc a via router 10.1.2.11
	check "inside the CIDR: IPv6" vpc route add fd00:1:0:3::/64 vpc a via router fd00:1:0:2::12
	goes "packets inside the CIDR: router" 10.1.3.9 r1
	goes "packets to an endpoint with a route of its own" 10.1.2.12 r1
	goes "packets inside the CIDR: IPv6" fd00:1:0:3::9 r2
	probe ha 10.1.4.9
	t_num "packets inside the CIDR: blackhole" "$(drops a blackhole)" -eq 9
}

# --- several next hops ----------------------------------------------------------------

next_hops()
{
	local dst=198.51.100.0/24

	router_new
	side 1
	routers
	vpc_ok route add $dst vpc a via router 10.1.2.11 priority 10
	t_is "one next hop" "$(paths $dst)" "10.1.2.11:10:1*"
	keep
	refuse $dst 10.1.2.11 -- route add $dst vpc a via router 10.1.2.11 priority 10
	refuse $dst 10.1.2.11 -- route add $dst vpc a via router 10.1.2.11 priority 5 weight 3
	refuse $dst -- route add $dst vpc a via blackhole via blackhole
	vpc_ok route add $dst vpc a via router 10.1.2.12 priority 5 weight 20 via blackhole priority 20
	t_is "best first" "$(paths $dst)" "10.1.2.12:5:20* 10.1.2.11:10:1 blackhole:20:1"
	t_is "it is still one route" "$(get '.[].routes' table show)" 1
	goes "the lower priority is used" 198.51.100.1 r2
	vpc_ok route del $dst vpc a via router 10.1.2.12
	t_is "without the best one" "$(paths $dst)" "10.1.2.11:10:1* blackhole:20:1"
	goes "the next one is used" 198.51.100.1 r1
	keep
	refuse $dst 10.1.2.12 -- route del $dst vpc a via router 10.1.2.12
	vpc_ok route replace $dst vpc a via router 10.1.2.11 weight 0 via router 10.1.2.12
	t_is "replaced; weight 0 stands by" "$(paths $dst)" "10.1.2.11:0:0 10.1.2.12:0:1*"
	goes "weight 0 stands by" 198.51.100.1 r2
	vpc_ok route replace $dst vpc a via router 10.1.2.12 weight 0 priority 1 via router 10.1.2.11 priority 2
	goes "a standby comes before the next priority" 198.51.100.1 r2
	vpc_ok route replace $dst vpc a via router 10.1.2.11 weight 0 via router 10.1.2.12 weight 0
	stamp_catch one r1 5000
	stamp_catch other r2 5000
	stamp_send from ha 198.51.100.1 5000 1000 20
	bg_wait from
	wait_for 60 one_has_all 20
	bg_stop catch.one
	bg_stop catch.other
	t_is "of equal standbys one takes a flow" \
		"$(printf '%s\n' "$(stamp_count one)" "$(stamp_count other)" | sort -n | xargs)" "0 20"
	vpc_ok route del $dst vpc a via router 10.1.2.11 via router 10.1.2.12
	t_is "with its last next hop a route goes" "$(paths $dst)" ""
	keep
	refuse $dst -- route del $dst vpc a
	check "replace adds what is not there" vpc route replace $dst vpc a via blackhole
	check "del without next hops" vpc route del $dst vpc a
	t_is "the table is empty" "$(get '.[].routes' table show)" 0
	t_is "nothing of it is left" "$(get '.counts | "\(.routes) \(.groups) \(.nexthops)"')" "0 0 0"
}

# --- under traffic -----------------------------------------------------------------------

# once TEXT: of what was sent, r1 has the first part and r2 the rest, each packet once
once()
{
	local n count1 first1 high1 count2 first2 high2

	n=$(stamp_highest from)
	stamp_wait r2 "$n"
	read -r count1 first1 _ high1 < <(stamps r1)
	read -r count2 first2 _ high2 < <(stamps r2)
	t_is "$1" "$first1-$high1 ($count1), $first2-$high2 ($count2)" \
		"1-$high1 ($high1), $((high1 + 1))-$n ($((n - high1)))"
}

# swap TEXT CMD...: traffic goes to r1 before CMD and to r2 after
swap()
{
	local text=$1

	shift
	stamp_catch r1 r1 5000
	stamp_catch r2 r2 5000
	stamp_send from ha 203.0.113.5 5000
	must stamp_wait r1 100
	must "$@"
	stamp_wait r2 $(($(stamp_highest from) + 100)) || t_note "nothing comes to r2"
	bg_stop from
	once "$text"
	bg_stop catch.r1
	bg_stop catch.r2
}

moves()
{
	local i

	router_new
	side 1
	routers
	vpc_ok table add t2 vpc a
	vpc_ok route add 203.0.113.0/24 vpc a via router 10.1.2.11
	vpc_ok route add 203.0.113.0/24 table t2 via router 10.1.2.12
	vpc_ok route add 2001:db8::/32 table t2 via blackhole
	swap "a subnet moves to another table: no packet is lost or doubled" vpc subnet set sa table t2
	t_is "the subnet shows its table" "$(get '.[0].table' subnet show sa)" t2
	t_is "tables count their subnets" "$(get 'map(.subnets) | join(" ")' table show)" "1 1"
	keep
	refuse t2 sa -- table del t2
	vpc_ok subnet set sa table default
	t_is "and back" "$(get '.[0].table' subnet show sa)" null
	swap "one route is replaced" vpc route replace 203.0.113.0/24 vpc a via router 10.1.2.12

	for ((i = 0; i < 1000; i++)); do
		echo "100.$((i / 256)).$((i % 256)).0/24 via blackhole"
	done >"$T_DIR/many"
	sed '500a 203.0.113.0/24 via router 10.1.2.11' "$T_DIR/many" >"$T_DIR/with-r1"
	sed '100a 203.0.113.0/24 via router 10.1.2.12' "$T_DIR/many" >"$T_DIR/with-r2"
	vpc_ok route load "$T_DIR/with-r1" vpc a replace
	t_is "a table is loaded" "$(get '.[0].routes' table show)" 1001
	swap "a whole table is replaced" vpc route load "$T_DIR/with-r2" vpc a replace
	check "a table without subnets can be deleted" vpc table del t2
	t_is "with its routes" "$(get .counts.routes)" 1001
}

# --- packets that wait for a MAC --------------------------------------------------------------

# mute NAME DEV ADDR GW: a host that answers no question; only when it speaks its MAC is known
mute()
{
	host_new "$1" "$2" "$3/24" via "$4" quiet
	must ns "$1" nft '
		table arp mute {
			chain in {
				type filter hook input priority 0
				arp operation request drop
			}
		}'
}

# waited HOST CMD...: prints how many of five packets come to the router hm or to the endpoint
# hb, which wait for its MAC during CMD, when it speaks after that
waited()
{
	local host=$1 dev=p${1#h} dst gw

	shift
	if [ "$host" = hm ]; then
		dst=203.0.113.5 gw=10.1.2.1
		vpc_ok port add "$dev" subnet sr address 10.1.2.13
		vpc_ok route add 203.0.113.0/24 vpc a via router 10.1.2.13
	else
		dst=10.2.1.10 gw=10.2.1.1
		vpc_ok port add "$dev" subnet sb address $dst
		vpc_ok peering add ab vpc a peer b
		vpc_ok route add 10.2.0.0/16 vpc a via peering ab
	fi
	plug "$dev"
	capture_start mute "$host" eth0 udp dst port 9
	must ns ha "$T_PKT" udp -c 5 $dst 9
	fence ha 10.1.1.1
	must "$@"
	fence "$host" $gw
	capture_stop mute
	capture_count mute
	vpc_ok subnet set sa table default
	vpc_ok route load /dev/null vpc a replace
	vpc_ok port del "$dev"
}

all_come()
{
	[ "$(waited hm true)" = 5 ]
}

waiting()
{
	router_new
	side 1
	vpc_ok subnet add sr vpc a cidr 10.1.2.0/24
	vpc_ok vpc add b cidr 10.2.0.0/16 account 1
	vpc_ok subnet add sb vpc b cidr 10.2.1.0/24
	vpc_ok table add t2 vpc a
	mute hm pm 10.1.2.13 10.1.2.1
	mute hb pb 10.2.1.10 10.2.1.1
	# They wait for three seconds, which an emulator may miss.
	check "packets that wait for a MAC are sent when it is known" wait_for 60 all_come
	t_is "but not after their route is deleted" \
		"$(waited hm vpc route del 203.0.113.0/24 vpc a)" 0
	t_is "or replaced" "$(waited hm vpc route replace 203.0.113.0/24 vpc a via blackhole)" 0
	t_is "or the table is" "$(waited hm vpc route load /dev/null vpc a replace)" 0
	t_is "or their subnet has another table" "$(waited hm vpc subnet set sa table t2)" 0
	t_is "or the peering is deleted" "$(waited hb vpc peering del ab)" 0
}

# --- loading -------------------------------------------------------------------------------

# loads_not TEXT FRAGMENT FILE ARGS...: refused, at that line, nothing changed
loads_not()
{
	local text=$1 fragment=$2 before after

	shift 2
	before=$(state)
	expect_error "$fragment" "load: $text" route load "$@"
	after=$(state)
	t_is "load: $text: nothing has changed" "$after" "$before"
}

loading()
{
	local f=$T_DIR/routes i

	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48
	vpc_ok table add t vpc a
	vpc_ok route add 192.0.2.0/24 table t via blackhole
	for ((i = 0; i < 200; i++)); do
		echo "add 100.64.$i.0/24 via blackhole priority 2 via unreachable"
	done >"$f"
	{
		echo "# a comment"
		echo
		cat "$f"
		echo "2001:db8::/32 via prohibit # and so on"
		echo "replace 192.0.2.0/24 via prohibit"
		echo "del 100.64.7.0/24"
		echo "del 100.64.8.0/24 via unreachable"
	} >"$f.good"
	sed 's,100.64.99.0/24,100.64.98.0/24,' "$f" >"$f.twice"
	sed 's,100.64.150.0/24 via blackhole priority 2,100.64.150.0/24 via peering nobody,' "$f" >"$f.peering"
	sed 's,100.64.50.0/24 ,10.1.0.0/16 ,' "$f" >"$f.local"
	sed '120s,.*,del 203.0.113.0/24,' "$f" >"$f.absent"
	sed '130s,/24,/33,' "$f" >"$f.length"
	sed '140s,via unreachable,via nonsense,' "$f" >"$f.word"
	loads_not "the same route twice" "$f.twice:100: " "$f.twice" table t
	loads_not "no such peering" "$f.peering:151: " "$f.peering" table t
	loads_not "the VPC's own CIDR" "$f.local:51: " "$f.local" table t
	loads_not "deletes what is not there" "$f.absent:120: " "$f.absent" table t
	loads_not "no prefix" "$f.length:130: " "$f.length" table t
	loads_not "no next hop" "$f.word:140: " "$f.word" table t
	loads_not "replace, with a mistake" "$f.twice:100: " "$f.twice" table t replace
	loads_not "replace, with a deletion" "" "$f.good" table t replace
	loads_not "no such table" nowhere "$f" table nowhere
	loads_not "no such file" "$f.missing" "$f.missing" table t
	check "load: a good file" vpc route load "$f.good" table t
	t_is "load: all of it is there" "$(get '.[] | select(.name == "t") | .routes' table show)" 201
	t_is "load: in order" \
		"$(get '[.[] | select(.dst == "192.0.2.0/24" or .dst == "100.64.7.0/24" or .dst == "100.64.8.0/24" or
			.dst == "2001:db8::/32") | "\(.dst) \(.nexthops | map(.type) | join("+"))"] | sort | join(", ")' \
			route show table t)" \
		"100.64.8.0/24 blackhole, 192.0.2.0/24 prohibit, 2001:db8::/32 prohibit"
	t_is "load: routes with equal next hops share them" \
		"$(get '.counts | "\(.groups) \(.nexthops)"')" "3 3"
	check "load: from the standard input" \
		sh -c "echo 192.0.2.0/24 via unreachable | nsenter --net=/run/netns/$T_ID.R vpcctl route load - table t replace"
	t_is "load: that is all now" \
		"$(get 'map("\(.dst) \(.origin) \(.nexthops[0].type)") | sort | join(", ")' route show table t)" \
		"10.1.0.0/16 local local, 192.0.2.0/24 static unreachable, fd00:1::/48 local local"
	check "load: an empty file empties the table" vpc route load /dev/null table t replace
	t_is "load: nothing is left" "$(get '.counts | "\(.routes) \(.groups) \(.nexthops)"')" "0 0 0"
}

# --- a thousand routes ----------------------------------------------------------------------

# Writes $1.load, $1.get (a batch) and $1.want: routes of both families, nested and in clusters,
# addresses, and what a naive search finds. $2: a route of $3 is left out.
naive()
{
	awk -v out="$1" -v skip="$2" -v of="$3" '
	function rnd(n) { return int(rand() * n) }
	function bits(n, width,  s) {
		for (s = ""; width > 0; width--) { s = (n % 2) s; n = int(n / 2) }
		return s
	}
	function num(s,  i, n) {
		for (i = 1; i <= length(s); i++) n = n * 2 + substr(s, i, 1)
		return n + 0
	}
	function zeros(s, width) { while (length(s) < width) s = s "0"; return s }
	function text4(s) {
		s = zeros(s, 32)
		return num(substr(s, 1, 8)) "." num(substr(s, 9, 8)) "." num(substr(s, 17, 8)) "." num(substr(s, 25, 8))
	}
	function text6(s,  i, t, last) {
		s = zeros(s, 128)
		for (last = 8; last > 0 && num(substr(s, last * 16 - 15, 16)) == 0; last--) ;
		if (last == 7) last = 8
		for (i = 1; i <= last; i++)
			t = t (i > 1 ? ":" : "") sprintf("%x", num(substr(s, i * 16 - 15, 16)))
		return last < 8 ? t "::" : t
	}
	function grow(s, width) { while (length(s) < width) s = s rnd(2); return s }
	# No group of an IPv6 address but the last ones is zero: there is one way to write it.
	function grow6(s, width) {
		while (length(s) < width) s = s (length(s) % 16 == 15 ? 1 : rnd(2))
		return s
	}
	function find(s, n, list,  len) {
		for (len = length(s); len >= 0; len--)
			if ((substr(s, 1, len)) in list) return substr(s, 1, len)
	}
	BEGIN {
		srand(4711)
		have4[""]; have6[""]
		print "0.0.0.0/0 via unreachable" >(out ".load")
		print "::/0 via unreachable" >(out ".load")
		while (n4 < 1000) {
			s = n4 < 50 || rnd(3) == 0 ? "0110" : substr(all4[rnd(n4)], 1, 4 + rnd(29))
			s = grow(s, 5 + rnd(28))
			if (s in seen) continue
			seen[s]; all4[n4++] = s
		}
		while (n6 < 1000) {
			s = n6 < 50 || rnd(3) == 0 ? "0010000000000001" : substr(all6[rnd(n6)], 1, 16 + rnd(80))
			s = grow6(s, rnd(8) == 0 ? 128 : 17 + rnd(80))
			if (s in seen6) continue
			seen6[s]; all6[n6++] = s
		}
		for (i = 0; i < 1000; i++) {
			if (skip && i % of == 0) {
				print "del " text4(all4[i]) "/" length(all4[i]) >(out ".load")
				print "del " text6(all6[i]) "/" length(all6[i]) >(out ".load")
				continue
			}
			have4[all4[i]]; have6[all6[i]]
			if (skip) continue
			print text4(all4[i]) "/" length(all4[i]) " via blackhole priority " i % 3 >(out ".load")
			print text6(all6[i]) "/" length(all6[i]) " via prohibit priority " i % 3 >(out ".load")
		}
		for (i = 0; i < 150; i++) {
			s = grow(all4[rnd(n4)], 32)
			if (i % 5 == 0) s = grow(substr(s, 1, 6 + rnd(20)), 32)
			f = find(s, 32, have4)
			print "route get " text4(s) " vpc a" >(out ".get")
			print text4(f) "/" length(f) >(out ".want")
			s = grow6(all6[rnd(n6)], 128)
			if (i % 5 == 0) s = grow6(substr(s, 1, 18 + rnd(60)), 128)
			f = find(s, 128, have6)
			print "route get " text6(s) " vpc a" >(out ".get")
			print (f == "" ? "::" : text6(f)) "/" length(f) >(out ".want")
		}
	}'
}

thousand()
{
	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48
	naive "$T_DIR/all" 0 1
	check "2,000 routes of both families are loaded" vpc route load "$T_DIR/all.load" vpc a
	t_is "all are there" "$(get '.[].routes' table show)" 2002
	t_is "lookups find what a naive search finds" \
		"$(get .dst -batch "$T_DIR/all.get")" "$(cat "$T_DIR/all.want")"
	naive "$T_DIR/less" 1 3
	sed -i '1,2d' "$T_DIR/less.load"
	check "a third of them is deleted" vpc route load "$T_DIR/less.load" vpc a
	t_is "lookups find what a naive search finds in the rest" \
		"$(get .dst -batch "$T_DIR/less.get")" "$(cat "$T_DIR/less.want")"
	t_is "the listing is in order and whole" "$(get 'length' route show vpc a)" $((2002 - 668 + 2))
}

longest_prefix
next_hops
moves
waiting
loading
thousand
t_end
