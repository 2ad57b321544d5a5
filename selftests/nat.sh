#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# NAT gateways: tenants with equal addresses share public addresses; what comes back
# reaches its own tenant, what nobody asked for reaches nobody and leaves no trace.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-nat.sh"
t_begin "nat"
t_need "$TALK" conntrack

TENANTS=10

equal_tenants()
{
	local n got

	outside
	capture_start wire isp eth0 "not arp"
	for ((n = 1; n <= TENANTS; n++)); do
		tenant "$n"
		nat "$n" address $POOL1
	done
	for proto in udp tcp; do
		for ((n = 1; n <= TENANTS; n++)); do
			got=$(ask "h$n" -B 5555 -t 30 $proto $SERVER 80 "tenant-$n")
			t_is "$proto: tenant $n with the addresses of all gets its own answer" \
				"${got%% *} ${got##* } $(cut -d' ' -f2 <<<"$got")" "web tenant-$n $POOL1"
		done
	done
	for ((n = 1; n <= TENANTS; n++)); do
		check "icmp: tenant $n is answered" ping_all "h$n" 2 $SERVER
	done
	capture_stop wire
	t_is "no private address on the wire" "$(capture_count wire 'net 10.0.0.0/8')" 0
	t_num "the pool's address is" "$(capture_count wire "host $POOL1")" -ge $((TENANTS * 8))
	t_is "every connection has a zone of its own" \
		"$(r conntrack -L -p udp 2>/dev/null | grep -o 'zone-orig=[0-9]*' | sort -u | wc -l)" $TENANTS
	t_is "the gateway shows its connections" \
		"$(get '.[0].connections >= 3' nat-gateway show n1)" true
	t_is "the VPC too" "$(get '.[0].connections >= 3' vpc show v1)" true
}

# All at once, with the same 5-tuples
at_once()
{
	local n ok=0

	for ((n = 1; n <= TENANTS; n++)); do
		bg "many$n" "h$n" "$TALK" many -b 10.0.1.10 -B 6000 -n "tenant$n" -t 60 udp $SERVER 443 50
	done
	for ((n = 1; n <= TENANTS; n++)); do
		bg_wait "many$n" 120 && ok=$((ok + 1))
	done
	t_is "fifty conversations of each at once, none gets another's answer" $ok $TENANTS
	for ((n = 1; n <= TENANTS; n++)); do
		bg "many$n" "h$n" "$TALK" many -b 10.0.1.10 -B 6200 -n "tenant$n" -t 60 tcp $SERVER 443 20
	done
	ok=0
	for ((n = 1; n <= TENANTS; n++)); do
		bg_wait "many$n" 120 && ok=$((ok + 1))
	done
	t_is "twenty TCP connections of each at once, too" $ok $TENANTS
	t_is "all with one source" "$(r conntrack -L -p udp --orig-port-src 6000 2>/dev/null | wc -l)" $TENANTS
	for ((n = 1; n <= TENANTS; n++)); do
		bg "echo$n" "h$n" ping -n -e 77 -c 3 -i 0.3 -W 30 -p "$(printf %02x "$n")" $SERVER
	done
	ok=0
	for ((n = 1; n <= TENANTS; n++)); do
		bg_wait "echo$n" 120 && ! grep -q "wrong data" "$T_DIR/echo$n.out" &&
			grep -q " 3 received" "$T_DIR/echo$n.out" && ok=$((ok + 1))
	done
	t_is "echo with one identifier at once, each with its own pattern" $ok $TENANTS
}

# What nobody asked for
strangers()
{
	local before n

	n=$(entries)
	before=$(host_drops nat_unsolicited)
	ns web "$TALK" ask -t 1 udp $POOL1 7777 hello && t_fail "a stranger was answered"
	ns web "$TALK" ask -t 1 tcp $POOL1 7777 hello && t_fail "a stranger was answered"
	ns web ping -c 1 -W 1 $POOL1 >/dev/null && t_fail "a pool address answered echo"
	check "strangers are counted" wait_for 30 more_than "$before" host_drops nat_unsolicited
	before=$(host_drops nat_unsolicited)
	must ns isp "$T_PKT" send eth0 eth src "$(mac isp eth0)" dst "$(mac R ext0)" \
		ip4 src $SERVER dst $POOL1 icmp 3 3 ip4 src $POOL1 dst $SERVER udp 4001 4002
	check "an error about no connection, too" wait_for 30 more_than "$before" host_drops nat_unsolicited
	t_is "and leave no trace in conntrack" "$(entries -s $SERVER)" 0
	check "the host's own address is the host's" ping_all web 2 192.0.2.10
	t_num "conntrack has no more than before" "$(entries)" -le "$n"
}

midstream()
{
	local before

	before=$(drops v1 nat_invalid)
	must ns h1 "$T_PKT" send eth0 eth src "$(mac h1 eth0)" dst "$(mac R p1)" \
		ip4 src 10.0.1.10 dst $SERVER tcp 4000 80 flags 16
	check "TCP from the middle is dropped and counted" wait_for 30 more_than "$before" drops v1 nat_invalid
	t_is "and starts nothing" "$(entries -p tcp --orig-port-src 4000)" 0
}

# spoof WHAT: the reply tuple, as what may start something: TCP with flags, or udp.
spoof()
{
	local what=(tcp 80 "$port" flags "$1") before

	[ "$1" != udp ] || what=(udp 80 "$port" text spoofed)
	before=$(drops evil nat_spoofed)
	capture_start victim h1 eth0 src host $SERVER
	must ns evil "$T_PKT" send eth0 eth src "$(mac evil eth0)" dst "$(mac R pe)" \
		ip4 src $SERVER dst $POOL1 "${what[@]}"
	check "the other end's tuple, $1: dropped and counted" \
		wait_for 30 more_than "$before" drops evil nat_spoofed
	capture_stop victim
	t_is "and nobody has heard of it" "$(capture_count victim)" 0
	t_is "nothing is left of it" \
		"$(entries -p "${what[0]}" -s $SERVER --orig-port-src 80 --orig-port-dst "$port")" 0
}

# A tenant speaks as the other end of another one's connection, by its reply tuple, and sends
# errors about connections that are not its own.
forged()
{
	local port before

	# Tenant 2's own address is the server's: its VPC has that address space too.
	vpc_ok vpc add evil cidr 203.0.113.0/24
	vpc_ok subnet add es vpc evil cidr 203.0.113.0/24
	host_new evil pe $SERVER/24 via 203.0.113.1
	port_add pe subnet es address $SERVER
	vpc_ok nat-gateway add en vpc evil uplink ext0 address $POOL1
	vpc_ok nat-gateway snat add en cidr 203.0.113.0/24
	vpc_ok route add 0.0.0.0/0 vpc evil via nat en

	bg held h1 "$TALK" many -b 10.0.1.10 -k tcp $SERVER 80 1
	must wait_for 60 grep -q "answered 1" "$T_DIR/held.out"
	port=$(r conntrack -L -p tcp --orig-port-dst 80 -d $SERVER --state ESTABLISHED 2>/dev/null |
		grep -o 'dport=[0-9]*' | tail -n 1 | cut -d= -f2)
	before=$(drops evil nat_spoofed)
	must ns evil "$T_PKT" send eth0 eth src "$(mac evil eth0)" dst "$(mac R pe)" \
		ip4 src $SERVER dst $POOL1 tcp 80 "$port" flags 4
	check "a tenant that speaks as the other end is dropped and counted" \
		wait_for 30 more_than "$before" drops evil nat_spoofed
	spoof 18
	spoof 2
	t_is "the connection stays established" \
		"$(r conntrack -L -p tcp --reply-port-dst "$port" 2>/dev/null | grep -c ESTABLISHED)" 1
	before=$(drops evil nat_invalid)
	# "Port unreachable", as the server would send it.
	must ns evil "$T_PKT" send eth0 eth src "$(mac evil eth0)" dst "$(mac R pe)" \
		ip4 src $SERVER dst $POOL1 icmp 3 3 ip4 src $POOL1 dst $SERVER tcp "$port" 80
	check "a forged error is dropped and counted" \
		wait_for 30 more_than "$before" drops evil nat_invalid
	t_is "the connection is still established" \
		"$(r conntrack -L -p tcp --reply-port-dst "$port" 2>/dev/null | grep -c ESTABLISHED)" 1
	bg_stop held || :
	bg held h1 "$TALK" many -b 10.0.1.10 -k udp $SERVER 80 1
	must wait_for 60 grep -q "answered 1" "$T_DIR/held.out"
	port=$(r conntrack -L -p udp --orig-port-dst 80 -d $SERVER 2>/dev/null |
		grep -o 'dport=[0-9]*' | tail -n 1 | cut -d= -f2)
	spoof udp
	t_is "the conversation goes on" "$(again held)" "again answered 1 wrong 0 ports 1"
	bg_stop held
	ip netns del "$T_ID.evil" && unset "T_NS[evil]"
}

# An error about a tenant's own packet is translated, inside and outside.
errors()
{
	local n

	capture_start err h1 eth0 icmp
	ask h1 -t 3 udp $SERVER 9 nobody >/dev/null
	fence h1 10.0.1.1
	capture_stop err
	t_num "port unreachable comes back to who asked" \
		"$(capture_count err 'icmp[0] = 3 and icmp[1] = 3')" -ge 1
	n=$(capture_text err -v | grep -c "10.0.1.10.*> $SERVER")
	t_num "and quotes the packet as the tenant sent it" "$n" -ge 1
	t_is "nothing of the public side in it" "$(capture_text err -v | grep -c "$POOL1")" 0

	must ns isp ip link set lan mtu 1200
	must ns isp ip link set to-web mtu 1200
	must ns h1 ip route flush cache
	ns h1 ping -c 2 -W 5 -M "do" -s 1400 $SERVER >/dev/null && t_fail "too large, and answered"
	check "fragmentation needed reaches the tenant" mtu_known h1 $SERVER 1200
	must ns isp ip link set lan mtu 1500
	must ns isp ip link set to-web mtu 1500
}

# shellcheck disable=SC2317	# called by check
mtu_known()
{
	ns "$1" ip route get "$2" | grep -q "mtu $3"
}

fragments()
{
	check "fragments in both directions" ping_all h1 3 -s 4000 $SERVER
}

equal_tenants
at_once
strangers
midstream
errors
fragments
forged
t_end
