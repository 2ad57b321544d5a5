#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets take the host's hooks where somebody has one, and the short way where
# nobody has: the same packets arrive by either, and what is malformed by neither.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
t_begin "hooks and the way without them"
t_need nft ping tc

A=10.1.1.10 B=10.1.2.10 A6=fd00:1:0:1::10 B6=fd00:1:0:2::10

setup()
{
	router_new
	vpc_ok vpc add a cidr 10.1.0.0/16 cidr fd00:1::/48
	vpc_ok subnet add s1 vpc a cidr 10.1.1.0/24 cidr fd00:1:0:1::/64
	vpc_ok subnet add s2 vpc a cidr 10.1.2.0/24 cidr fd00:1:0:2::/64
	host_new h1 p1 $A/24 $A6/64 via 10.1.1.1 via fd00:1:0:1::1 quiet
	host_new h2 p2 $B/24 $B6/64 via 10.1.2.1 via fd00:1:0:2::1 quiet
	port_add p1 subnet s1 address $A address $A6
	port_add p2 subnet s2 address $B address $B6
	check "before any hook, IPv4" ping_all h1 2 $B
	check "before any hook, IPv6" ping_all h1 2 $B6
}

seen()
{
	r nft list chain inet t c | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

# chain HOOK PRIORITY MATCH STATEMENT...
chain()
{
	must r nft "table inet t {
		chain c {
			type filter hook $1 priority $2
			$3 ${*:4}
		}
	}"
}

# hook NAME PRIORITY MATCH: a chain there counts what crosses, then drops it.
hook()
{
	chain "$1" "$2" "$3" counter
	check "$1 at $2: IPv4 passes" ping_all h1 3 $B
	check "$1 at $2: IPv6 passes" ping_all h1 3 $B6
	t_num "$1 at $2: it was seen" "$(seen)" -ge 6
	must r nft flush chain inet t c
	must r nft add rule inet t c "$3" counter drop
	check_fail "$1 at $2: what it drops does not pass, IPv4" \
		ns h1 ping -q -c 2 -i 0.2 -W 2 $B
	check_fail "$1 at $2: what it drops does not pass, IPv6" \
		ns h1 ping -q -c 2 -i 0.2 -W 2 $B6
	t_is "$1 at $2: what it drops was seen" "$(seen)" 4
	must r nft delete table inet t
	check "$1 at $2 is gone: IPv4 passes" ping_all h1 2 $B
	check "$1 at $2 is gone: IPv6 passes" ping_all h1 2 $B6
}

# A hook that comes after ours sees nothing of a tenant.
late_hook()
{
	chain prerouting -449 'iifname "p1"' counter drop
	check "PRE_ROUTING behind ours has no say, IPv4" ping_all h1 2 $B
	check "PRE_ROUTING behind ours has no say, IPv6" ping_all h1 2 $B6
	t_is "and sees nothing" "$(seen)" 0
	must r nft delete table inet t
}

# bad TEXT TYPE HEX: three such packets are dropped as malformed and do not arrive.
bad()
{
	local before

	before=$(drops a malformed)
	must ns h1 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p1)" type "$2" hex "$3"
	fence h1 10.1.1.1
	t_is "$1: dropped as malformed" "$(($(drops a malformed) - before))" 3
}

malformed()
{
	local from4=0a01010a0a01020a from6 udp=0001000200080000

	from6=$("$T_PKT" hex addr $A6)$("$T_PKT" hex addr $B6)
	capture_start bad h2 eth0 "udp port 2"
	bad "IPv4, version 5" 0x800 "5500001c00000000401153bc$from4$udp"
	bad "IPv4, header of 16 bytes" 0x800 "4400001c00000000401164bc$from4$udp"
	bad "IPv4, header of 60 bytes in 28" 0x800 "4f00001c00000000401159bc$from4$udp"
	bad "IPv4, wrong checksum" 0x800 "4500001c000000004011dead$from4$udp"
	bad "IPv4, longer than the frame" 0x800 "4500011c00000000401162bc$from4$udp"
	bad "IPv4, shorter than its header" 0x800 "4500001000000000401163c8$from4$udp"
	bad "IPv4, cut" 0x800 45000010
	bad "IPv6, version 5" 0x86dd "5000000000081140$from6$udp"
	bad "IPv6, longer than the frame" 0x86dd "6000000001081140$from6$udp"
	bad "IPv6, cut" 0x86dd 60000000
	# The same with nothing wrong, and with the padding that Ethernet needs.
	must ns h1 "$T_PKT" send eth0 eth dst "$(mac R p1)" type 0x800 \
		hex "4500001c00000000401163bc$from4${udp}000000000000"
	must ns h1 "$T_PKT" send eth0 eth dst "$(mac R p1)" type 0x86dd \
		hex "6000000000081140$from6${udp}000000000000"
	fence h1 $B
	capture_stop bad
	t_is "what is well formed arrives" "$(capture_count bad udp)" 2
	t_is "without its padding" "$(capture_count bad '(ip and greater 43) or (ip6 and greater 63)')" 0
}

setup
hook prerouting -500 'iifname "p1"'
hook forward 0 'iifname "p1" oifname "p2"'
hook postrouting 0 'iifname "p1" oifname "p2"'
late_hook
malformed
t_end
