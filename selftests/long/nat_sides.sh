#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# NAT gateways and what is around them: the host's own routes and rules, senders outside that claim
# to be inside, ports that several want, uplinks whose routers or devices go.
# timeout: 1200
# shellcheck source-path=SCRIPTDIR/..
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/../lib-nat.sh"
t_begin "nat: from all sides"
t_need "$TALK" conntrack nft

# As whom HOST is seen by the server at ADDR, port 80.
seen()
{
	local host=$1

	shift
	ask "$host" -t "${WAIT:-30}" "$@" text | cut -d' ' -f2
}

# The host has its own opinion of where the server is, and of who may be seen there.
the_host()
{
	must r ip route add blackhole 203.0.113.0/24
	must r nft '
		table ip own {
			chain post {
				type nat hook postrouting priority srcnat
				oifname ext0 snat to 192.0.2.10
			}
		}'
	t_is "the host's routes do not decide, nor its NAT" "$(seen h1 udp $SERVER 80)" $POOL1
	must r nft delete table ip own
	must r ip route del blackhole 203.0.113.0/24
}

rules()
{
	local before

	vpc_ok subnet add other1 vpc v1 cidr 10.0.2.0/24
	host_new o1 po 10.0.2.10/24 via 10.0.2.1
	port_add po subnet other1 address 10.0.2.10
	vpc_ok nat-gateway snat del n1 cidr 10.0.0.0/16
	vpc_ok nat-gateway snat add n1 subnet s1
	before=$(drops v1 nat_rule)
	t_is "what a rule names is translated" "$(seen h1 udp $SERVER 80)" $POOL1
	check_fail "another subnet is not" ns o1 "$TALK" ask -t 2 udp $SERVER 80 text
	t_num "and is counted" "$(drops v1 nat_rule)" -gt "$before"
	hold held h1 udp $SERVER 80 3
	vpc_ok nat-gateway snat del n1 subnet s1
	before=$(drops v1 nat_rule)
	check_fail "without the rule nothing new begins" ns h1 "$TALK" ask -t 2 udp $SERVER 80 text
	t_num "counted" "$(drops v1 nat_rule)" -gt "$before"
	t_is "and what there is goes on, as the same" "$(again held)" "again answered 3 wrong 0 ports 3"
	bg_stop held
	vpc_ok nat-gateway snat add n1 cidr 10.0.0.0/16
	before=$(drops v1 nat_protocol)
	must ns h1 "$T_PKT" send eth0 eth src "$(mac h1 eth0)" dst "$(mac R p1)" \
		ip4 src 10.0.1.10 dst $SERVER proto 47 text gre
	check "what has no ports is counted" wait_for 30 more_than "$before" drops v1 nat_protocol
}

# Nobody outside has an address of the inside.
claims()
{
	local before source

	serve h1 8080
	vpc_ok nat-gateway dnat add n1 address $POOL1 udp 8080 to 10.0.1.10
	vpc_ok vpc add peer cidr 172.20.0.0/16
	vpc_ok peering add x vpc v1 peer peer
	vpc_ok route add 172.20.0.0/16 vpc v1 via peering x
	capture_start in h1 eth0 "udp port 8080"
	for source in 10.0.1.10 10.0.1.77 10.0.7.7 172.20.1.1 127.0.0.1 224.0.0.5 0.0.0.0; do
		before=$(host_drops source_route)
		must ns isp "$T_PKT" send eth0 eth src "$(mac isp eth0)" dst "$(mac R ext0)" \
			ip4 src $source dst $POOL1 udp 5 8080 text evil
		case $source in
		# These the stack itself takes from nobody.
		127.* | 224.* | 0.*) ;;
		*)
			check "$source from outside is dropped and counted" \
				wait_for 30 more_than "$before" host_drops source_route
			;;
		esac
	done
	t_is "the client outside is served" "$(ns web "$TALK" ask -t 30 udp $POOL1 8080 text | cut -d' ' -f1)" h1
	capture_stop in
	t_is "and nobody else was heard" "$(capture_count in "not host $SERVER")" 0
	t_is "nor left a trace" "$(entries -p udp --orig-port-src 5)" 0
}

# A port that leads inside is nobody's source port.
forwarded_ports()
{
	vpc_ok nat-gateway set n2 address $POOL2 no-address $POOL1
	vpc_ok nat-gateway set n2 first-port 40000 last-port 40015
	check "an address that is left goes" wait_for 30 only n2 $POOL2
	hold first h2 udp $SERVER 80 16
	t_is "sixteen ports for sixteen" "$(tail -n 1 "$T_DIR/first.out")" "answered 16 wrong 0 ports 16"
	vpc_ok nat-gateway dnat add n2 address $POOL2 udp 40000-40007 to 10.0.1.10
	t_is "those that a rule takes are gone, the others stay" "$(again first | cut -d' ' -f2-3)" "answered 8"
	bg_stop first
	must r conntrack -F >/dev/null 2>&1
	bg second h2 "$TALK" many -b 10.0.1.10 -t 3 udp $SERVER 80 16
	bg_wait second 60
	t_is "and are given to nobody" "$(cut -d' ' -f2 "$T_DIR/second.out")" 8
	vpc_ok nat-gateway dnat del n2 address $POOL2 udp 40000-40007
}

# shellcheck disable=SC2317	# called by wait_for
only()
{
	[ "$(get '[.[0].addresses[].address] | join(" ")' nat-gateway show "$1")" = "$2" ]
}

# Connections whose time is over are still in the table when new ones look for a port there.
expired()
{
	local i

	must r sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1 net.netfilter.nf_conntrack_udp_timeout_stream=1
	for i in 1 2 3; do
		must r conntrack -F >/dev/null 2>&1
		bg first h2 "$TALK" many -b 10.0.1.10 -t 30 udp $SERVER 80 16
		bg_wait first 60
		t_is "all ports in use ($i)" "$(cut -d' ' -f2 "$T_DIR/first.out")" 16
		# A look at the table would end them.
		sleep 2
		bg second h2 "$TALK" many -b 10.0.1.10 -t 30 udp $SERVER 80 16
		bg_wait second 60
		t_is "and free for others when their time is over ($i)" "$(cut -d' ' -f2 "$T_DIR/second.out")" 16
	done
	must r sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600 net.netfilter.nf_conntrack_udp_timeout_stream=600
}

ranges()
{
	expect_error "are to be the same or to have none in common" "ports that overlap those of another gateway" \
		nat-gateway set n2 address $POOL1
	vpc_ok nat-gateway set n2 first-port 1024 last-port 65535
	vpc_ok nat-gateway set n2 address $POOL1 no-address $POOL2
	expect_error "NAT gateway n1 uses ports 1024-65535 of $POOL1" "and the other way" \
		nat-gateway set n2 first-port 40000 last-port 40015
}

# Both routers are one host, isp2; those that are not named do not speak.
routers_are()
{
	local addr

	must ns isp2 ip addr flush dev eth0
	for addr; do
		must ns isp2 ip addr add "$addr/24" dev eth0
	done
	must ns isp2 ip route replace 198.51.100.30/31 dev eth0
}

# sources KEY: the public addresses of v3 that packets in a capture have
sources()
{
	capture_text "$1" -t | sed -n 's/^IP \(198\.51\.100\.3[01]\)\.[0-9]* > .*/\1/p' | sort -u
}

# An uplink with two routers; the one that packets go by falls silent.
routers()
{
	local addresses

	vpc_ok nat-gateway add n3 vpc v3 uplink ext1 address 198.51.100.30 address 198.51.100.31
	vpc_ok nat-gateway snat add n3 cidr 10.0.0.0/16
	vpc_ok route add 0.0.0.0/0 vpc v3 via nat n3
	capture_start before isp2 eth0 "udp dst port 80"
	hold held h3 udp $SERVER 80 2
	capture_stop before
	addresses=$(sources before)
	t_is "by one of two routers" "$(tail -n 1 "$T_DIR/held.out")" "answered 2 wrong 0 ports 2"
	t_is "with one public address" "$(wc -w <<<"$addresses")" 1
	capture_start after isp2 eth0 "udp dst port 80"
	routers_are 192.0.3.2
	check "the gateway stays up by the other one" wait_for 60 by_the_other
	t_is "and conversations go on, as the same" "$(again held)" "again answered 2 wrong 0 ports 2"
	capture_stop after
	t_is "from the same public address" "$(sources after)" "$addresses"
	routers_are
	check "without both it is down" wait_for 60 health_is down
	routers_are 192.0.3.2
	check "and up with one" wait_for 60 health_is up
	check "again" wait_for 60 ask h3 -t 2 udp $SERVER 80 text
	bg_stop held
	expect_error "only IPv4 is translated" "a router with IPv6" uplink add dum0 gateway fd00::1
}

# shellcheck disable=SC2317	# called by wait_for
by_the_other()
{
	[ "$(get '[.[0].gateway[] | select(.address == "192.0.3.1")][0].lladdr' uplink show ext1)" = null ] &&
		health_is up
}

# shellcheck disable=SC2317	# called by wait_for
health_is()
{
	[ "$(get '.[] | select(.dst == "0.0.0.0/0") | .nexthops[0].health' route show vpc v3)" = "$1" ]
}

# The other uplink does not answer for the first one's addresses.
other_uplink()
{
	capture_start arp isp2 eth0 "arp and arp[6:2] = 2"
	must ns isp2 "$T_PKT" send eth0 eth src "$(mac isp2 eth0)" arp 1 "$(mac isp2 eth0)" 192.0.3.2 \
		0:0:0:0:0:0 $POOL1
	must ns isp2 "$T_PKT" send eth0 eth src "$(mac isp2 eth0)" arp 1 "$(mac isp2 eth0)" 192.0.3.2 \
		0:0:0:0:0:0 198.51.100.30
	check "an uplink answers for its own address" wait_for 30 answered_for 198.51.100.30
	capture_stop arp
	t_is "and not for one of another uplink" "$(capture_text arp | grep -c "$POOL1 is-at")" 0
}

# shellcheck disable=SC2317	# called by wait_for
answered_for()
{
	capture_text arp 2>/dev/null | grep -q "$1 is-at"
}

# The device goes with everything; what is configured comes back on another one.
device()
{
	vpc_ok vpc set v3 public-address 198.51.100.31 uplink ext1
	vpc_ok route add 203.0.113.10/32 vpc v3 via router v3
	vpc_ok vpc set v2 public-address 198.51.100.32 uplink ext1
	t_is "by the own router" "$(seen h3 udp $OTHER 80)" 198.51.100.31
	must r ip link del ext1
	check "the uplink goes with its device" wait_for 30 uplink_gone
	t_is "without routes a router goes with it" \
		"$(get '[.[] | select(.name == null).vpc] | join(" ")' nat-gateway show)" v3
	expect_error "has lost its uplink" "an address for a router without an uplink" \
		vpc set v3 public-address 198.51.100.31
	check_fail "there is no way out" ns h3 "$TALK" ask -t 2 udp $OTHER 80 text
	for n in web other; do
		must ns "$n" ip route del 198.51.100.30/31
	done
	vpc_ok vpc set v3 public-address 198.51.100.31 uplink ext0
	check "by another uplink there is" wait_for 60 ask h3 -t 2 udp $OTHER 80 text
	t_is "with its address" "$(seen h3 udp $OTHER 80)" 198.51.100.31
	vpc_ok vpc set v2 public-address 198.51.100.32 uplink ext0
	expect_error "has lost its uplink: remove it" "a gateway without an uplink" \
		nat-gateway set n3 address 198.51.100.33
}

# shellcheck disable=SC2317	# called by wait_for
uplink_gone()
{
	[ "$(get '[.[].dev] | join(" ")' uplink show)" = ext0 ]
}

outside
tenant 1
tenant 2
tenant 3
nat 1 address $POOL1
nat 2 address $POOL1
# A second way to the servers, with two routers in one host.
host_new isp2 ext1 192.0.3.1/24
must ns isp2 sysctl -qw net.ipv4.ip_forward=1
must ns isp2 ip link add core type veth peer name core netns "$T_ID.isp"
must ns isp ip link set core master lan up
must ns isp2 ip addr add 203.0.113.2/24 dev core
must ns isp2 ip link set core up
routers_are 192.0.3.1 192.0.3.2
for n in web other; do
	must ns "$n" ip route add 198.51.100.30/31 via 203.0.113.2
done
must r ip addr add 192.0.3.10/24 dev ext1
must r ip link set ext1 up
must r ip link add dum0 type dummy
vpc_ok uplink add ext1 gateway 192.0.3.1 gateway 192.0.3.2
the_host
rules
claims
forwarded_ports
expired
ranges
routers
other_uplink
device
t_end
