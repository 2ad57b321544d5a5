#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP with segmentation and checksums left to the devices: throughput beside a
# plain router, no ICMP errors, bytes that arrive as they were sent, mixed MTUs.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "offloads and MTU mixes"
t_need iperf3 socat ethtool cmp

H1=10.0.1.10 H2=10.0.2.10 C1=10.9.1.10
H1_6=fd00:a:1::10 H2_6=fd00:a:2::10 C1_6=fd00:c:1::10
SIZE=8388608

# setup MTU1 MTU2: VPC a with h1 and h2 in two subnets, VPC c, its peer, with c1.
setup()
{
	router_new
	vpc_ok vpc add a cidr 10.0.0.0/16 cidr fd00:a::/32
	vpc_ok subnet add s1 vpc a cidr 10.0.1.0/24 cidr fd00:a:1::/64
	vpc_ok subnet add s2 vpc a cidr 10.0.2.0/24 cidr fd00:a:2::/64
	host_new h1 p1 $H1/24 $H1_6/64 via 10.0.1.1 via fd00:a:1::1 mtu "$1"
	host_new h2 p2 $H2/24 $H2_6/64 via 10.0.2.1 via fd00:a:2::1 mtu "$2"
	port_add p1 subnet s1 address $H1 address $H1_6
	port_add p2 subnet s2 address $H2 address $H2_6
}

setup_peer()
{
	vpc_ok vpc add c cidr 10.9.0.0/16 cidr fd00:c::/32
	vpc_ok subnet add c1 vpc c cidr 10.9.1.0/24 cidr fd00:c:1::/64
	host_new c1 pc1 $C1/24 $C1_6/64 via 10.9.1.1 via fd00:c:1::1
	port_add pc1 subnet c1 address $C1 address $C1_6
	vpc_ok peering add a-c vpc a peer c
	vpc_ok route add 10.9.0.0/16 vpc a via peering a-c
	vpc_ok route add fd00:c::/32 vpc a via peering a-c
	vpc_ok route add 10.0.0.0/16 vpc c via peering a-c
	vpc_ok route add fd00:a::/32 vpc c via peering a-c
}

# The same with a plain router P: q1 and q2, addresses 10.1.1.10 and 10.1.2.10.
setup_plain()
{
	local i

	ns_new P
	must ns P sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	host_new q1 pq1 10.1.1.10/24 fd01:1::10/64 via 10.1.1.1 via fd01:1::1 in P
	host_new q2 pq2 10.1.2.10/24 fd01:2::10/64 via 10.1.2.1 via fd01:2::1 in P
	for i in 1 2; do
		must ip -n "$T_ID.P" addr add "10.1.$i.1/24" dev "pq$i"
		must ip -n "$T_ID.P" addr add "fd01:$i::1/64" dev "pq$i" nodad
		must ip -n "$T_ID.P" link set "pq$i" up
	done
}

# rate FROM TO ADDR: megabits per second from FROM to TO.
rate()
{
	local from=$1 to=$2 addr=$3

	bg "iperf.$to" "$to" iperf3 -s -1 -p 5201
	wait_for 30 listening "$to" t 5201
	ns "$from" iperf3 -c "$addr" -p 5201 -t 2 -J |
		jq -r '(.end.sum_received.bits_per_second // 0) / 1000000 | floor'
	bg_wait "iperf.$to" 60 >/dev/null
}

# compare TEXT FROM TO ADDR PLAIN: the same for both, twice each, as the machine may
# be busy with something else at any moment.
compare()
{
	local i got plain=0 ours=0

	for i in 1 2; do
		got=$(rate q1 q2 "$5")
		[ "${got:-0}" -le "$plain" ] || plain=$got
		got=$(rate "$2" "$3" "$4")
		[ "${got:-0}" -le "$ours" ] || ours=$got
	done
	t_note "$1: plain router $plain Mbit/s, here $ours Mbit/s"
	t_num "$1: the plain router works" "$plain" -ge 1
	t_num "$1: so does this one" "$ours" -ge 1
	if grep -q " kasan_report\$" /proc/kallsyms; then
		t_skip "$1: throughput is of a plain router's order" "a sanitizer slows the two differently"
		return
	fi
	t_num "$1: throughput is of a plain router's order" $((ours * 4)) -ge "$plain"
}

# ICMP errors that a host got: unreachables of any kind, IPv6 too big.
icmp_errors()
{
	snmp "$1" IcmpInDestUnreachs Icmp6InDestUnreachs Icmp6InPktTooBigs
}

# copy TEXT FROM TO ADDR: a file over TCP, compared.
copy()
{
	local family=4 addr=$4

	[[ $addr != *:* ]] || { family=6; addr="[$addr]"; }
	rm -f "$T_DIR/got"
	bg copy "$3" socat -u "TCP$family-LISTEN:5002" "CREATE:$T_DIR/got"
	wait_for 30 listening "$3" t 5002
	must ns "$2" socat -u "OPEN:$T_DIR/file" "TCP$family:$addr:5002"
	bg_wait copy 60
	t_is "$1: the file arrives as it was sent" "$(sha256sum <"$T_DIR/got")" "$SUM"
}

test_throughput()
{
	setup 1500 1500
	setup_peer
	setup_plain
	must ns h1 ping -q -c 1 -W 30 $H2
	must ns h1 ping -q -c 1 -W 30 $C1
	must ns h1 ping -q -c 1 -W 30 $C1_6
	must ns q1 ping -q -c 1 -W 30 10.1.2.10

	compare "IPv4, two subnets" h1 h2 $H2 10.1.2.10
	compare "IPv4, two VPCs" h1 c1 $C1 10.1.2.10
	compare "IPv6, two VPCs" h1 c1 $C1_6 fd01:2::10
	t_is "no ICMP error came of it" "$(icmp_errors h1) $(icmp_errors h2) $(icmp_errors c1)" "0 0 0"
	t_is "nothing was too large" "$(drops a mtu) $(drops c mtu)" "0 0"
}

# Devices that segment and compute checksums, and devices that leave it to us.
test_copies()
{
	local to

	capture_start gso R p2 -s 100 "greater 3000"
	copy "offloads on, IPv4" h1 h2 $H2
	copy "offloads on, IPv6" h1 h2 $H2_6
	capture_stop gso
	t_num "packets larger than the MTU cross whole, IPv4" "$(capture_count gso ip)" -ge 10
	t_num "packets larger than the MTU cross whole, IPv6" "$(capture_count gso ip6)" -ge 10
	copy "offloads on, between VPCs, IPv4" h1 c1 $C1
	copy "offloads on, between VPCs, IPv6" h1 c1 $C1_6

	must r ethtool -K p2 tx off tso off gso off
	copy "sending port without offloads, IPv4" h1 h2 $H2
	copy "sending port without offloads, IPv6" h1 h2 $H2_6
	must ns h1 ethtool -K eth0 tx off
	copy "tenant without checksum offload, IPv4" h1 h2 $H2
	copy "tenant without checksum offload, IPv6" h1 h2 $H2_6
	must r ethtool -K p1 gro on
	copy "receiving port with GRO, IPv4" h1 h2 $H2
	copy "receiving port with GRO, IPv6" h1 h2 $H2_6

	# Checksums of what leaves for a device that does not compute them.
	must ns h1 ethtool -K eth0 tx on
	capture_start sums h2 eth0 "udp dst port 7000"
	for to in $H2 $H2_6; do
		must ns h1 "$T_PKT" udp -c 3 -s 333 "$to" 7000
	done
	fence h1 $H2_6
	capture_stop sums
	t_is "checksums are right where the device does not compute them" \
		"$(capture_text sums -vv | grep -c 'udp sum ok')" 6
	t_is "still no ICMP error for TCP" "$(drops a mtu) $(drops c mtu)" "0 0"
}

# setup_middle MTU: a router of the tenants between h1 and h2, with another MTU.
setup_middle()
{
	local i

	vpc_ok subnet add s3 vpc a cidr 10.0.3.0/24 cidr fd00:a:3::/64
	host_new mid p3 10.0.3.10/24 fd00:a:3::10/64 via 10.0.3.1 via fd00:a:3::1 mtu "$1"
	must ns mid sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
	port_add p3 subnet s3 address 10.0.3.10 address fd00:a:3::10 allow 10.0.0.0/16 \
		allow fd00:a::/32
	for i in 1 2; do
		vpc_ok table add "t$i" vpc a
		vpc_ok subnet set "s$i" table "t$i"
		vpc_ok route add "10.0.$((3 - i)).0/24" table "t$i" via router 10.0.3.10
		vpc_ok route add "fd00:a:$((3 - i))::/64" table "t$i" via router fd00:a:3::10
	done
}

test_mtus()
{
	local mtu1 mtu2 middle least most

	# The last: how many packets are refused for their size. None when the two ends
	# agree on what fits; at least the first large one of each family when not.
	while read -r mtu1 middle mtu2 least most; do
		setup "$mtu1" "$mtu2"
		setup_middle "$middle"
		capture_start mid mid eth0 -s 100 "src net 10.0.1.0/24 or src net fd00:a:1::/64"
		copy "MTU $mtu1, $middle, $mtu2, IPv4" h1 h2 $H2
		copy "MTU $mtu1, $middle, $mtu2, IPv6" h1 h2 $H2_6
		copy "MTU $mtu1, $middle, $mtu2, IPv4, back" h2 h1 $H1
		copy "MTU $mtu1, $middle, $mtu2, IPv6, back" h2 h1 $H1_6
		capture_stop mid
		t_num "MTU $mtu1, $middle, $mtu2: it goes through the middle" "$(capture_count mid)" -ge 10
		t_note "errors of h1 and h2: $(icmp_errors h1) $(icmp_errors h2)"
		t_num "MTU $mtu1, $middle, $mtu2: too large packets are refused" "$(drops a mtu)" -ge "$least"
		t_num "MTU $mtu1, $middle, $mtu2: and are few" "$(drops a mtu)" -le "$most"
	done <<-EOT
		1500 9000 1400 0 0
		9000 1400 9000 2 50
	EOT
}

head -c $SIZE /dev/urandom >"$T_DIR/file"
SUM=$(sha256sum <"$T_DIR/file")
test_throughput
test_copies
test_mtus
t_end
