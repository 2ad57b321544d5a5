#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two VPCs that are equal in everything: prefixes, addresses, MAC addresses, and
# at the same time the same flows. What VPC a sends is marked AAAAAAAA, what VPC b
# sends BBBBBBBB, and captures on every port see no mark where it must not be.
# All of it twice: alone, and with conntrack and its defragmentation at work.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "two VPCs with equal addresses"
t_need nft ping socat conntrack cmp

SRC4=10.0.1.10 DST4=10.0.2.10 SRC6=fd00:a:1::10 DST6=fd00:a:2::10
MAC1=02:00:00:00:00:01 MAC2=02:00:00:00:00:02 PORT_MAC=02:00:00:00:00:ff
MARK_a=AAAAAAAA MARK_b=BBBBBBBB
PORT=40010

# setup: VPCs a and b with hosts a1 a2 b1 b2 on ports pa1 pa2 pb1 pb2.
setup()
{
	local v p

	router_new
	must r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for v in a b; do
		vpc_ok vpc add "$v" cidr 10.0.0.0/16 cidr fd00:a::/32
		vpc_ok subnet add "${v}1" vpc "$v" cidr 10.0.1.0/24 cidr fd00:a:1::/64
		vpc_ok subnet add "${v}2" vpc "$v" cidr 10.0.2.0/24 cidr fd00:a:2::/64
		host_new "${v}1" "p${v}1" $SRC4/24 $SRC6/64 via 10.0.1.1 via fd00:a:1::1 mac $MAC1
		host_new "${v}2" "p${v}2" $DST4/24 $DST6/64 via 10.0.2.1 via fd00:a:2::1 mac $MAC2
		for p in "p${v}1" "p${v}2"; do
			must r ip link set "$p" address $PORT_MAC
		done
		port_add "p${v}1" subnet "${v}1" address $SRC4 address $SRC6
		port_add "p${v}2" subnet "${v}2" address $DST4 address $DST6
	done
}

conntrack_on()
{
	must r nft '
		table inet filter {
			chain pre {
				type filter hook prerouting priority -150
				ct state new counter
			}
			chain forward {
				type filter hook forward priority 0
				ct state invalid counter drop
				ct state established,related counter accept
				ct state untracked counter
			}
			chain post {
				type filter hook postrouting priority 0
				iifname "pa1" oifname "pa2" ct state untracked counter
			}
		}'
	# It is at work: the router's own traffic is tracked.
	must r ping -q -c 1 127.0.0.1
	[ "$(r cat /proc/sys/net/netfilter/nf_conntrack_count)" -ge 1 ] || {
		t_fail "conntrack is at work"
		exit 1
	}
	must r conntrack -F
}

captures_start()
{
	local p

	for p in pa1 pa2 pb1 pb2; do
		capture_start "$p" R "$p"
	done
}

# captures_stop TEXT: what belongs there was seen, and nothing else was.
captures_stop()
{
	local v p other

	for p in pa1 pa2 pb1 pb2; do
		capture_stop "$p"
	done
	for v in a b; do
		[ "$v" = a ] && other=$MARK_b || other=$MARK_a
		local mark="MARK_$v"
		for p in "p${v}1" "p${v}2"; do
			t_num "$1: $p has the traffic of VPC $v" \
				"$(grep -aoF "${!mark}" "$T_DIR/$p.pcap" | wc -l)" -ge 1
			t_is "$1: $p has nothing of the other VPC" \
				"$(grep -aoF "$other" "$T_DIR/$p.pcap" | wc -l)" 0
		done
	done
}

# --- the same flow in both VPCs --------------------------------------------------

send_icmp()
{
	local v hex to=$2

	for v in a b; do
		[ "$v" = a ] && hex=41 || hex=42
		bg "ping$v" "${v}1" ping -q -e 77 -p "$hex" -s 600 -c 5 -i 0.2 -W 30 "$to"
	done
	for v in a b; do
		bg_wait "ping$v"
		check "$1: echo in VPC $v" grep "^5 packets transmitted, 5 received" "$T_DIR/ping$v.out"
	done
}

send_udp()
{
	local v mark src=$2 dst=$3 n=50

	for v in a b; do
		bg "sink$v" "${v}2" "$T_PKT" sink -c "$n" -t 60 "$dst" 5000
		wait_for 30 listening "${v}2" u 5000
	done
	for v in a b; do
		mark="MARK_$v"
		bg "udp$v" "${v}1" "$T_PKT" udp -c "$n" -i 2000 -s 300 -b "$src" -B 40000 \
			-p "${!mark}" "$dst" 5000
	done
	for v in a b; do
		mark="MARK_$v"
		check "$1: UDP in VPC $v" bg_wait "sink$v"
		bg_wait "udp$v"
		t_is "$1: VPC $v has its own datagrams" \
			"$(awk '{ print $2, $3, $5 }' "$T_DIR/sink$v.out" | sort | uniq -c | xargs)" \
			"$n $src 40000 ${!mark}"
	done
}

established()
{
	[ -n "$(ns "$1" ss -Htn state established "sport = :5001 and dport = :$PORT")" ]
}

# Both connections exist with equal 5-tuples before either transfers its file.
send_tcp()
{
	local v mark src=$2 dst=$3 family=$4

	PORT=$((PORT + 1))	# the one before is in TIME_WAIT
	rm -f "$T_DIR/go"
	for v in a b; do
		mark="MARK_$v"
		awk -v mark="${!mark}" 'BEGIN { for (i = 0; i < 30000; i++) print mark, i }' \
			>"$T_DIR/file$v"
		rm -f "$T_DIR/got$v"
		bg "server$v" "${v}2" socat -u "TCP$family-LISTEN:5001" "CREATE:$T_DIR/got$v"
		wait_for 30 listening "${v}2" t 5001
	done
	for v in a b; do
		# shellcheck disable=SC2016 # for the inner shell
		bg "client$v" "${v}1" sh -c '
			{ until [ -e "$1/go" ]; do sleep 0.1; done; cat "$2"; } | socat -u - "$3"' \
			sh "$T_DIR" "$T_DIR/file$v" "TCP$family:$dst:5001,bind=$src:$PORT"
	done
	check "$1: the same connection in VPC a" wait_for 60 established a2
	check "$1: and at once in VPC b" wait_for 60 established b2
	touch "$T_DIR/go"
	for v in a b; do
		bg_wait "client$v" 60
		bg_wait "server$v" 60
		check "$1: VPC $v has its own file" cmp "$T_DIR/file$v" "$T_DIR/got$v"
	done
}

has_bytes()
{
	[ "$(stat -c %s "$1" 2>/dev/null)" = "$2" ]
}

# Equal ids, interleaved: a mixture would have a wrong checksum and be lost, or
# would show the other's letters.
send_fragments()
{
	local v mark id i family=$4 head payload=1400 rounds=2
	local order=(a0 b0 b1 a1 b2 a2  b2 a2 b0 a1 b1 a0)

	for v in a b; do
		rm -f "$T_DIR/frag$v"
		bg "frag$v" "${v}2" socat -u "UDP$family-RECV:6000" \
			"OPEN:$T_DIR/frag$v,creat,append"
		wait_for 30 listening "${v}2" u 6000
		mark="MARK_$v"
		awk -v mark="${!mark}" -v n="$((2 * rounds * payload / 8))" \
			'BEGIN { while (n--) printf "%s", mark }' >"$T_DIR/want$v"
	done
	for ((id = 1; id <= 2 * rounds; id += 2)); do
		for ((i = 0; i < ${#order[@]}; i++)); do
			v=${order[i]:0:1}
			mark="MARK_$v"
			if [ "$family" = 4 ]; then
				head=(ip4 src "$2" dst "$3" id $((id + i / 6)) cut 512 "${order[i]:1}")
			else
				head=(ip6 src "$2" dst "$3" cut6 512 "${order[i]:1}" $((id + i / 6)))
			fi
			must ns "${v}1" "$T_PKT" send eth0 eth dst $PORT_MAC "${head[@]}" \
				udp 40002 6000 fill $payload "${!mark}"
		done
	done
	for v in a b; do
		check "$1: all datagrams of VPC $v are whole" \
			wait_for 30 has_bytes "$T_DIR/frag$v" $((2 * rounds * payload))
		check "$1: and its own" cmp "$T_DIR/want$v" "$T_DIR/frag$v"
		bg_stop "frag$v"
	done
}

# flows TEXT: everything above, IPv4 and IPv6.
flows()
{
	captures_start
	send_icmp "$1, IPv4" $DST4
	send_icmp "$1, IPv6" $DST6
	send_udp "$1, IPv4" $SRC4 $DST4
	send_udp "$1, IPv6" $SRC6 $DST6
	send_fragments "$1, IPv4 fragments" $SRC4 $DST4 4
	send_fragments "$1, IPv6 fragments" $SRC6 $DST6 6
	captures_stop "$1"
	# Apart, as a capture slows it down and is large.
	captures_start
	send_tcp "$1, TCP over IPv4" $SRC4 $DST4 4
	send_tcp "$1, TCP over IPv6" "[$SRC6]" "[$DST6]" 6
	captures_stop "$1, TCP"
}

# counter_of CHAIN TEXT: packets that the rule with TEXT has counted.
counter_of()
{
	r nft list chain inet filter "$1" | grep -F "$2" | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

# --- an address that only the other VPC holds ---------------------------------------

lone()
{
	local before p

	vpc_ok port del pa2
	for p in pa1 pb1 pb2; do
		capture_start "$p" R "$p"
	done
	before=$(drops a no_endpoint)
	check_fail "an address of VPC b is not reached from VPC a, IPv4" \
		ns a1 ping -q -p 41 -s 600 -c 2 -i 0.2 -W 3 $DST4
	check_fail "an address of VPC b is not reached from VPC a, IPv6" \
		ns a1 ping -q -p 41 -s 600 -c 2 -i 0.2 -W 3 $DST6
	t_num "it is an address that nobody holds" "$(($(drops a no_endpoint) - before))" -eq 4
	check "VPC b is as before" ping_all b1 2 -p 42 -s 600 $DST4
	for p in pa1 pb1 pb2; do
		capture_stop "$p"
	done
	t_num "VPC a sent it" "$(grep -aoF $MARK_a "$T_DIR/pa1.pcap" | wc -l)" -ge 1
	t_is "nothing of VPC a is in VPC b" \
		"$(cat "$T_DIR/pb1.pcap" "$T_DIR/pb2.pcap" | grep -aoF $MARK_a | wc -l)" 0
	t_num "what VPC b sent is" "$(grep -aoF $MARK_b "$T_DIR/pb2.pcap" | wc -l)" -ge 1
}

setup
flows "alone"
lone
port_add pa2 subnet a2 address $DST4 address $DST6
conntrack_on
NEW=$(counter_of pre 'ct state new')
flows "with conntrack"
t_is "tenants' traffic is not tracked" "$(r cat /proc/sys/net/netfilter/nf_conntrack_count)" 0
t_is "nor new to conntrack" "$(counter_of pre 'ct state new')" "$NEW"
t_num "the FORWARD hook sees it as untracked" "$(counter_of forward 'ct state untracked')" -ge 100
t_is "and not as invalid" "$(counter_of forward 'ct state invalid')" 0
t_num "the POST_ROUTING hook sees it with its ports" "$(counter_of post oifname)" -ge 50
for v in a b; do
	# What the hosts say by themselves, and "lone".
	t_is "VPC $v dropped nothing else" "$(drops_all "$v" |
		grep -Ev '^(multicast|nd|ip_options|host_stack|source_address|source_unknown|no_endpoint) ')" ""
done
t_end
