#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports and uplinks: neighbours, the gateway, MAC addresses, appliances, routers
# behind an uplink, counters.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # wait_for calls functions
. "${0%/*}/lib.sh"
t_begin "ports and uplinks"
t_need nft ping

ADDR1=10.0.1.10 ADDR2=10.0.1.11 GW=10.0.1.1
ADDR1_6=fd00:a:1::10 ADDR2_6=fd00:a:1::11 GW_6=fd00:a:1::1
MAC1=02:00:00:00:01:10 MAC2=02:00:00:00:01:11

vpc_a()
{
	router_new
	vpc_ok vpc add a cidr 10.0.0.0/16 cidr fd00:a::/32
	vpc_ok subnet add s1 vpc a cidr 10.0.1.0/24 cidr fd00:a:1::/64
}

# host1 [OPTION...], host2 [OPTION...]: the two hosts of the subnet s1.
host1()
{
	host_new h1 p1 "$ADDR1/24" "$ADDR1_6/64" via "$GW" via "$GW_6" mac "$MAC1" "$@"
}

host2()
{
	host_new h2 p2 "$ADDR2/24" "$ADDR2_6/64" via "$GW" via "$GW_6" mac "$MAC2" "$@"
}

port1()
{
	port_add p1 subnet s1 address "$ADDR1" address "$ADDR1_6" "$@"
}

port2()
{
	port_add p2 subnet s1 address "$ADDR2" address "$ADDR2_6" "$@"
}

addresses_settled()
{
	[ -z "$(ip -n "$T_ID.$1" -6 addr show dev eth0 tentative)" ]
}

dad_failed()
{
	ip -n "$T_ID.$1" -6 addr show dev eth0 dadfailed
}

lladdr()
{
	vpc -json port show "$1" | jq -r '.[0] | "\(.lladdr // "none") \(.learned // false)"'
}

# --- two ports of one subnet ---------------------------------------------------

test_subnet()
{
	vpc_a
	host1 dad
	host2 dad
	port1
	port2
	check "DAD ends for h1" wait_for 60 addresses_settled h1
	check "DAD ends for h2" wait_for 60 addresses_settled h2
	t_is "DAD finds no duplicate" "$(dad_failed h1)$(dad_failed h2)" ""
	check "IPv4 between two ports of a subnet" ping_all h1 3 "$ADDR2"
	check "IPv4 the other way" ping_all h2 3 "$ADDR1"
	check "IPv6 between two ports of a subnet" ping_all h1 3 "$ADDR2_6"
	check "IPv6 the other way" ping_all h2 3 "$ADDR1_6"
	t_is "the neighbour is seen with the port's MAC" \
		"$(ip -n "$T_ID.h1" -j neigh show "$ADDR2" dev eth0 | jq -r '.[0].lladdr')" \
		"$(mac R p1)"
}

# deaf NAME: the host does not hear who asks for it; hears NAME: it does again.
deaf()
{
	must ns "$1" nft '
		table arp deaf {
			chain in {
				type filter hook input priority 0
				arp operation request drop
			}
		}
		table ip6 deaf {
			chain in {
				type filter hook input priority 0
				icmpv6 type nd-neighbor-solicit drop
			}
		}'
}

hears()
{
	must ns "$1" nft delete table arp deaf
	must ns "$1" nft delete table ip6 deaf
}

asked()
{
	[ "$(capture_count asked "src host $GW_6 and icmp6 and ip6[40] = 135")" -ge "$1" ]
}

# unknown NAME DEV ADDRESS...: a port whose tenant was asked for in vain, three times.
unknown()
{
	deaf "$1"
	capture_start asked "$1" eth0
	vpc_ok port add "$2" subnet s1 address "$3" address "$4"
	plug "$2"
	check "$1 is asked for its MAC" wait_for 60 asked 3
	capture_stop asked
	hears "$1"
	t_is "and is not known" "$(lladdr "$2")" "none false"
}

test_first_packet()
{
	local to

	for to in "$ADDR2" "$ADDR2_6"; do
		vpc_a
		host1 quiet
		host2 quiet
		port1
		unknown h2 p2 "$ADDR2" "$ADDR2_6"
		check "the first packet to $to is not lost" ns h1 ping -q -c 1 -W 30 "$to"
		vpc_ok flush
	done
}

# A tenant that knows the gateway's MAC and asks for nothing: what it sends first is
# dropped, as its MAC is not known, but it makes the module ask.
test_first_word()
{
	vpc_a
	host1 quiet
	unknown h1 p1 "$ADDR1" "$ADDR1_6"
	neigh h1 "$GW" "$(mac R p1)"
	check "a tenant that never asks is heard" wait_for 10 ns h1 ping -q -c 1 -W 1 "$GW"
	t_num "though not at once" "$(drops a source_unknown)" -ge 1
}

# --- ARP and ND ----------------------------------------------------------------

# ask SPA TPA, ask6 SOURCE TARGET: a question of h1.
ask()
{
	must ns h1 "$T_PKT" send eth0 eth arp 1 "$MAC1" "$1" 00:00:00:00:00:00 "$2"
}

ask6()
{
	local opt=(hex 0101 mac "$MAC1")

	[ "$1" != :: ] || opt=()
	must ns h1 "$T_PKT" send eth0 eth dst 33:33:ff:00:00:01 \
		ip6 src "$1" dst ff02::1:ff00:1 hop 255 icmp6 135 0 addr "$2" "${opt[@]}"
}

# arp_answers TPA, nd_answers TARGET: how many answers h1 has seen.
arp_answers()
{
	capture_text arp -e "arp[6:2] = 2" | grep -cF "Reply $1 is-at $PORT_MAC"
}

nd_answers()
{
	capture_text arp -v "icmp6 and ip6[40] = 136" | grep -F "tgt is $1," | grep -cv '^$'
}

test_neighbours()
{
	local a

	vpc_a
	host1 quiet
	host2 quiet
	port1
	port2
	PORT_MAC=$(mac R p1)
	capture_start arp h1 eth0 arp or icmp6
	ask "$ADDR1" "$ADDR1"
	ask 0.0.0.0 "$ADDR1"
	ask "$ADDR1" 10.0.2.1
	ask "$ADDR1" 192.0.2.1
	for a in "$GW" "$ADDR2" 10.0.1.77; do
		ask "$ADDR1" "$a"
	done
	ask6 "$ADDR1_6" "$ADDR1_6"
	ask6 :: "$ADDR1_6"
	ask6 "$ADDR1_6" fd00:a:2::1
	ask6 :: fd00:a:1::99
	for a in "$GW_6" "$ADDR2_6" fd00:a:1::77; do
		ask6 "$ADDR1_6" "$a"
	done
	fence h1 "$GW"
	fence h1 "$GW_6"
	capture_stop arp

	for a in "$GW" "$ADDR2" 10.0.1.77; do
		t_num "ARP for $a is answered with the port's MAC" "$(arp_answers "$a")" -ge 1
	done
	t_is "ARP and a probe for the port's own address are not" "$(arp_answers "$ADDR1")" 0
	t_is "ARP for an address elsewhere in the VPC is not" "$(arp_answers 10.0.2.1)" 0
	t_is "ARP for an address elsewhere is not" "$(arp_answers 192.0.2.1)" 0
	t_is "no answer has another MAC" \
		"$(capture_text arp "arp[6:2] = 2" | grep -c Reply)" \
		"$(capture_text arp "arp[6:2] = 2" | grep -cF "is-at $PORT_MAC")"

	for a in "$GW_6" "$ADDR2_6" fd00:a:1::77; do
		t_num "NS for $a is answered" "$(nd_answers "$a")" -ge 1
	done
	t_is "NS and DAD for the port's own address are not" "$(nd_answers "$ADDR1_6")" 0
	t_is "NS for an address elsewhere in the VPC is not" "$(nd_answers fd00:a:2::1)" 0
	t_is "DAD for an address of the subnet that is not the port's is answered to all" \
		"$(capture_count arp "icmp6 and ip6[40] = 136 and dst host ff02::1")" 1
	a=$(capture_text arp -v "icmp6 and ip6[40] = 136 and not ether src $MAC1" |
		grep -c 'destination link-address option.*: '"$PORT_MAC")
	t_is "every NA has the port's MAC" "$a" \
		"$(capture_count arp "icmp6 and ip6[40] = 136 and not ether src $MAC1")"
}

# --- the gateway -----------------------------------------------------------------

test_gateway()
{
	local before

	vpc_a
	host1 quiet
	port1
	check "echo from the gateway, IPv4" ping_all h1 3 "$GW"
	check "echo from the gateway, IPv6" ping_all h1 3 "$GW_6"
	check "echo of 1400 bytes" ns h1 ping -q -c 1 -s 1400 -W 20 "$GW"
	check "echo of 1400 bytes, IPv6" ns h1 ping -q -c 1 -s 1400 -W 20 "$GW_6"

	before=$(drops a gateway)
	capture_start gw h1 eth0 "src host $GW or src host $GW_6"
	PORT_MAC=$(mac R p1)
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip4 src "$ADDR1" dst "$GW" tcp 4000 22
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip4 src "$ADDR1" dst "$GW" udp 4000 53 text a
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip4 src "$ADDR1" dst "$GW" icmp 13 0
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip4 src "$ADDR1" dst "$GW" proto 89 text a
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip6 src "$ADDR1_6" dst "$GW_6" tcp 4000 22
	must ns h1 "$T_PKT" send eth0 eth dst "$PORT_MAC" ip6 src "$ADDR1_6" dst "$GW_6" udp 4000 53 text a
	fence h1 "$GW"
	capture_stop gw
	t_is "to the gateway nothing but echo: counted" "$(($(drops a gateway) - before))" 6
	t_is "to the gateway nothing but echo: answered" \
		"$(capture_count gw "not arp and not (icmp6 and ip6[40] = 135) and not (icmp6 and ip6[40] = 136)")" 1
}

# --- MAC addresses ---------------------------------------------------------------

test_lladdr()
{
	local before new=02:00:00:00:01:99

	vpc_a
	host1 quiet
	host2 quiet
	port1
	port2 lladdr "$MAC2"
	check "a MAC is learned" ns h1 ping -q -c 1 -W 20 "$GW"
	t_is "show tells a learned MAC" "$(lladdr p1)" "$MAC1 true"
	t_is "show tells a configured MAC" "$(lladdr p2)" "$MAC2 false"
	check "traffic between the two" ns h1 ping -q -c 1 -W 20 "$ADDR2"

	must ip -n "$T_ID.h1" link set eth0 address "$new"
	# One that was learned a moment ago stays for a second.
	check "a tenant may change a learned MAC" wait_for 30 ns h1 ping -q -c 1 -W 2 "$GW"
	t_is "the new MAC is learned" "$(lladdr p1)" "$new true"
	check "and reached under it" ns h2 ping -q -c 1 -W 30 "$ADDR1"
	before=$(drops a source_mac)
	must ns h1 "$T_PKT" send -c 3 eth0 eth dst "$(mac R p1)" src "$MAC1" \
		ip4 src "$ADDR1" dst "$ADDR2" udp 1 2 text a
	fence h1 "$GW"
	t_is "packets from another MAC are dropped" "$(($(drops a source_mac) - before))" 3

	before=$(drops a source_mac)
	must ns h2 "$T_PKT" send eth0 eth src "$new" arp 1 "$new" "$ADDR2" 00:00:00:00:00:00 "$GW"
	must ns h2 "$T_PKT" send eth0 eth src "$new" dst 33:33:ff:00:00:01 ip6 src "$ADDR2_6" \
		dst ff02::1:ff00:1 hop 255 icmp6 135 0 addr "$GW_6" hex 0101 mac "$new"
	fence h2 "$GW"
	t_is "ARP and ND from another MAC than the configured one are dropped" \
		"$(($(drops a source_mac) - before))" 2
	before=$(drops a source_mac)
	must ip -n "$T_ID.h2" link set eth0 address "$new"
	check_fail "a tenant may not change a configured MAC" ns h2 ping -q -c 2 -i 0.2 -W 2 "$GW"
	t_is "the configured MAC stays" "$(lladdr p2)" "$MAC2 false"
	t_num "which is counted as source_mac" "$(($(drops a source_mac) - before))" -ge 1
}

# --- an appliance ------------------------------------------------------------------

# Between the subnets s1 and s2 by the appliance.
appliance_routes()
{
	vpc_ok route "$1" 10.0.2.0/24 table t1 via router 10.0.3.10
	vpc_ok route "$1" fd00:a:2::/64 table t1 via router fd00:a:3::10
	vpc_ok route "$1" 10.0.1.0/24 table t2 via router 10.0.3.10
	vpc_ok route "$1" fd00:a:1::/64 table t2 via router fd00:a:3::10
}

test_appliance()
{
	local before

	vpc_a
	vpc_ok subnet add s2 vpc a cidr 10.0.2.0/24 cidr fd00:a:2::/64
	vpc_ok subnet add s3 vpc a cidr 10.0.3.0/24 cidr fd00:a:3::/64
	vpc_ok table add t1 vpc a
	vpc_ok table add t2 vpc a
	vpc_ok subnet set s1 table t1
	vpc_ok subnet set s2 table t2
	host1
	host_new h2 p2 10.0.2.10/24 fd00:a:2::10/64 via 10.0.2.1 via fd00:a:2::1
	host_new app p3 10.0.3.10/24 fd00:a:3::10/64 via 10.0.3.1 via fd00:a:3::1
	must ns app sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
	port1
	port_add p2 subnet s2 address 10.0.2.10 address fd00:a:2::10
	port_add p3 subnet s3 address 10.0.3.10 address fd00:a:3::10
	appliance_routes add

	before=$(drops a source_address)
	check_fail "without allow the appliance forwards nothing, IPv4" \
		ns h1 ping -q -c 2 -i 0.2 -W 3 10.0.2.10
	check_fail "without allow the appliance forwards nothing, IPv6" \
		ns h1 ping -q -c 2 -i 0.2 -W 3 fd00:a:2::10
	t_num "which is counted as source_address" "$(($(drops a source_address) - before))" -ge 4

	appliance_routes del
	vpc_ok port del p3
	port_add p3 subnet s3 address 10.0.3.10 address fd00:a:3::10 allow 10.0.1.0/24 \
		allow 10.0.2.0/24 allow fd00:a:1::/64 allow fd00:a:2::/64
	appliance_routes add
	capture_start app app eth0 "icmp[0] = 8 or (icmp6 and ip6[40] = 128)"
	check "with allow the appliance forwards, IPv4" ping_all h1 3 10.0.2.10
	check "with allow the appliance forwards, IPv6" ping_all h1 3 fd00:a:2::10
	capture_stop app
	t_is "every request passes the appliance, in and out" "$(capture_count app)" 12
	t_is "the hop count is lowered before and after it" \
		"$(capture_text app -v "icmp" | grep -o 'ttl [0-9]*' | sort -u | tr '\n' ' ')" \
		"ttl 62 ttl 63 "
	before=$(drops a source_address)
	must ns app "$T_PKT" send eth0 eth dst "$(mac R p3)" \
		ip4 src 10.0.4.1 dst 10.0.2.10 udp 1 2 text a
	fence app 10.0.3.1
	t_is "allow is for its prefixes alone" "$(($(drops a source_address) - before))" 1
}

# --- counters ------------------------------------------------------------------------

# Of p1, of p2 and of the VPC, a line per counter.
all_counters()
{
	{
		vpc -json port show
		vpc -json stats vpc a
	} | jq -rs '[(.[0][] | select(.dev == "p1")), (.[0][] | select(.dev == "p2")), .[1][0]] |
		map(.counters) | ("rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "drops") as $f |
		map(.[$f]) | join(" ")'
}

# counted TEXT BEFORE WANT: what has been counted since BEFORE, an all_counters:
# for each counter that of p1, of p2 and of the VPC, ended by ";".
counted()
{
	local got

	got=$(paste -d' ' <(echo "$2") <(all_counters) |
		awk '{ printf "%d %d %d; ", $4 - $1, $5 - $2, $6 - $3 }')
	t_is "$1" "$got" "$3"
}

test_counters()
{
	local before n=200 size=500 len4 len6 a

	vpc_a
	host1 quiet
	host2 quiet
	port1 lladdr "$MAC1"
	port2 lladdr "$MAC2"
	PORT_MAC=$(mac R p1)
	for a in "$GW" "$ADDR2" "$GW_6" "$ADDR2_6"; do
		neigh h1 "$a" "$PORT_MAC"
	done
	for a in "$GW" "$ADDR1" "$GW_6" "$ADDR1_6"; do
		neigh h2 "$a" "$(mac R p2)"
	done
	bg sink h2 "$T_PKT" sink -c "$n" -t 60 "$ADDR2" 5000
	bg sink6 h2 "$T_PKT" sink -c "$n" -t 60 "$ADDR2_6" 5000
	check "receivers" wait_for 30 receivers_ready
	before=$(all_counters)
	must ns h1 "$T_PKT" udp -c "$n" -i 200 -s "$size" "$ADDR2" 5000
	check "all IPv4 packets arrive" bg_wait sink
	len4=$((n * (size + 28)))
	counted "counters of ports and VPC tell exactly what was sent, IPv4" "$before" \
		"$n 0 $n; $len4 0 $len4; 0 $n $n; 0 $len4 $len4; 0 0 0; "
	before=$(all_counters)
	must ns h1 "$T_PKT" udp -c "$n" -i 200 -s "$size" "$ADDR2_6" 5000
	check "all IPv6 packets arrive" bg_wait sink6
	len6=$((n * (size + 48)))
	counted "counters of ports and VPC tell exactly what was sent, IPv6" "$before" \
		"$n 0 $n; $len6 0 $len6; 0 $n $n; 0 $len6 $len6; 0 0 0; "

	vpc_ok route add 203.0.113.0/24 vpc a via blackhole
	before=$(all_counters)
	must ns h1 "$T_PKT" send -c "$n" eth0 eth dst "$PORT_MAC" \
		ip4 src "$ADDR1" dst 203.0.113.5 udp 1 2 fill "$size" x
	fence h1 "$GW"
	a=$((len4 + 84))
	counted "drops are counted where they came in" "$before" \
		"$((n + 1)) 0 $((n + 1)); $a 0 $a; 1 0 1; 84 0 84; $n 0 $n; "
	t_is "and by reason" "$(drops a blackhole)" "$n"
	vpc_ok port del p1
	t_num "a VPC keeps what a port that is gone has counted" "$(vpc_counter a rx_packets)" \
		-ge $((3 * n))
}

receivers_ready()
{
	[ "$(ns h2 ss -Hlnu "sport = :5000" | wc -l)" = 2 ]
}

# --- a router behind an uplink ---------------------------------------------------------

test_uplink()
{
	local before a

	vpc_a
	host1
	port1
	host_new gw u1 192.0.2.1/24 2001:db8:1::1/64
	must ip -n "$T_ID.gw" addr add 198.51.100.1/32 dev lo
	must ip -n "$T_ID.gw" addr add 2001:db8:99::1/128 dev lo
	must ip -n "$T_ID.gw" route add 10.0.0.0/16 via 192.0.2.2
	must ip -n "$T_ID.gw" route add fd00:a::/32 via 2001:db8:1::2
	capture_start up gw eth0
	uplink_add u1 vpc a address 192.0.2.2/24 address 2001:db8:1::2/64
	vpc_ok route add 198.51.100.0/24 vpc a via router 192.0.2.1
	vpc_ok route add 2001:db8:99::/48 vpc a via router 2001:db8:1::1

	check "the first packet to a router behind an uplink is not lost, IPv4" \
		ns h1 ping -q -c 1 -W 30 198.51.100.1
	check "the first packet to a router behind an uplink is not lost, IPv6" \
		ns h1 ping -q -c 1 -W 30 2001:db8:99::1
	check "there and back, IPv4" ping_all h1 3 198.51.100.1
	check "there and back, IPv6" ping_all h1 3 2001:db8:99::1
	check "from behind the uplink, IPv4" \
		ping_all gw 3 -I 198.51.100.1 "$ADDR1"
	check "from behind the uplink, IPv6" \
		ping_all gw 3 -I 2001:db8:99::1 "$ADDR1_6"
	capture_stop up
	a=$(mac R u1)
	t_num "we ask for the router's MAC from the uplink's address" "$(capture_count up \
		"ether src $a and arp[6:2] = 1 and arp[14:4] = 0xc0000202 and arp[24:4] = 0xc0000201")" -ge 1
	t_is "and from no other" "$(capture_count up \
		"ether src $a and arp and not arp[14:4] = 0xc0000202")" 0
	t_num "the same with ND" "$(capture_count up \
		"ether src $a and icmp6 and ip6[40] = 135 and src host 2001:db8:1::2")" -ge 1
	t_is "there is no ND from another address" "$(capture_count up \
		"ether src $a and icmp6 and ip6[40] >= 133 and ip6[40] <= 137 and not src host 2001:db8:1::2")" 0
	t_is "nothing leaves for the router but the VPC's packets" "$(capture_count up \
		"ether src $a and not arp and not src net 10.0.0.0/16 and not src net fd00:a::/32 and not src host 2001:db8:1::2")" 0

	capture_start h1 h1 eth0 udp
	before=$(drops a source_route)
	# Nowhere, a tenant's own, the VPC's, and an address behind another router.
	for a in 203.0.113.7 "$ADDR1" 10.0.2.99; do
		must ns gw "$T_PKT" send eth0 eth dst "$(mac R u1)" \
			ip4 src "$a" dst "$ADDR1" udp 1 2 text a
	done
	for a in 2001:db8:77::1 "$ADDR1_6" fd00:a:2::99; do
		must ns gw "$T_PKT" send eth0 eth dst "$(mac R u1)" \
			ip6 src "$a" dst "$ADDR1_6" udp 1 2 text a
	done
	must ns gw ping -q -c 1 -W 30 -I 198.51.100.1 "$ADDR1"
	must ns gw "$T_PKT" send eth0 eth dst "$(mac R u1)" \
		ip4 src 198.51.100.9 dst "$ADDR1" udp 1 2 text a
	must ns gw ping -q -c 1 -W 30 -I 198.51.100.1 "$ADDR1"
	capture_stop h1
	t_is "sources that do not route back to the uplink are dropped" \
		"$(($(drops a source_route) - before))" 6
	before=$(drops a source_address)
	for a in 192.0.2.2 127.0.0.1 0.0.0.0 224.0.0.1; do
		must ns gw "$T_PKT" send eth0 eth dst "$(mac R u1)" \
			ip4 src "$a" dst "$ADDR1" udp 1 2 text a
	done
	for a in 2001:db8:1::2 fe80::1 ::; do
		must ns gw "$T_PKT" send eth0 eth dst "$(mac R u1)" \
			ip6 src "$a" dst "$ADDR1_6" udp 1 2 text a
	done
	must ns gw ping -q -c 1 -W 30 -I 198.51.100.1 "$ADDR1"
	t_is "sources that are nobody's or our own are dropped" \
		"$(($(drops a source_address) - before))" 7
	t_is "and those that do are not" "$(capture_text h1 -t | sed 's/\.[0-9]* > .*//')" \
		"IP 198.51.100.9"
}

test_subnet
test_first_packet
test_first_word
test_neighbours
test_gateway
test_lladdr
test_appliance
test_counters
test_uplink
t_end
