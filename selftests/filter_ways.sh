#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Security groups on the ways of a filtered VPC to a datacentre and back, IPsec connections and
# direct connects: by ports, ESP and uplinks as devices, in the VPC's zone, and not beside it.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # check and wait_for call functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
. "${0%/*}/lib-nat.sh"
. "${0%/*}/lib-filter.sh"
t_begin "filter, all ways"
t_need "$TALK" conntrack nft socat

DC=192.168.1.10 DC6=fd00:192::10

scene()
{
	local n

	router_new
	underlay_new
	for n in 1 2 3; do
		side $n
		customer_new $n
	done
	vpc_ok vpc set a filter on
	vpc_ok vpc set b filter on
	zones
	gateway_new g vpc a
	for n in 1 2; do
		conn_new "t$n" g $n
		conn_routes "t$n" g $n publish
		keys "t$n" $n
	done
	conn_new t3 g 3 mode policy local 10.1.0.0/16 remote 172.16.3.0/24
	keys t3 3
	for n in ha hb c1 c2 c3; do
		serve $n 80 81
	done
}

# What the association to a datacentre has encrypted, as XFRM itself counts.
esp_sent()
{
	r ip -s xfrm state get src $WAN dst "192.0.2.$((10 + $1))" proto esp spi "$(spi_out "$1")" |
		grep -A 2 'lifetime current' | grep -o '[0-9]*(packets)'
}

# --- IPsec ------------------------------------------------------------------------------------

ipsec()
{
	local esp

	underlay_watch wire
	rules
	t_is "to a datacentre, and the replies back" "$(reached ha tcp 172.16.1.1 80)" c1
	t_is "its connection is in the VPC's zone" "$(in_zones 80)" a
	t_is "by port and the device of ESP, and in no other zone" "$(passed | cut -d' ' -f1-3)" \
		"pa wan a"$'\n'"wan pa a"
	check "IPv6" ping_all ha 1 fd00:ac:1::1
	check "fragments" ping_all ha 1 172.16.1.1 -s 4000 -M dont
	closed "from a datacentre" c1 ha closed "$TALK" ask -t 60 tcp 10.1.1.10 80 hello
	closed "from a datacentre, IPv6" c1 ha closed ping -n -c 1 -W 60 fd00:1:0:1::10
	t_is "no connection of what was dropped" \
		"$(entries -p tcp --orig-dst 10.1.1.10),$(entries -f ipv6 -p icmpv6 --orig-dst fd00:1:0:1::10)" 0,0
	rules 'iifname "wan" oifname "pa" ip saddr 172.16.1.0/24 tcp dport 80 accept
		iifname "wan" oifname "pa" icmp type echo-request meta ipsec missing accept'
	t_is "opened" "$(reached c1 tcp 10.1.1.10 80)" ha
	check "fragments from there" ping_all c1 1 10.1.1.10 -I 172.16.1.1 -s 4000
	closed "another port" c1 ha closed "$TALK" ask -t 60 tcp 10.1.1.10 81 hello
	closed "another datacentre" c2 ha closed "$TALK" ask -t 60 tcp 10.1.1.10 80 hello

	# What is put together needs more than one packet of ESP, so that a lost one shows.
	rules 'ip daddr 172.16.0.0/16 ip protocol udp rt ipsec exists counter name "closed" drop'
	esp="$(esp_sent 1) $(esp_sent 3)"
	must ns ha "$T_PKT" udp -c 5 -i 1000 -s 4000 -p "$MARKER" 172.16.1.1 9
	check "on the way out: a rule drops it" wait_for 60 more_than 4 count closed
	must ns ha "$T_PKT" udp -c 5 -i 1000 -s 200 -p "$MARKER" 172.16.3.1 9
	check "in policy mode: a rule drops it" wait_for 60 more_than 9 count closed
	t_is "and ESP gets nothing of it" "$(esp_sent 1) $(esp_sent 3)" "$esp"
	t_is "in policy mode, and the replies back" "$(reached ha tcp 172.16.3.1 80)" c3
	t_is "its connection is in the VPC's zone, too" "$(in_zones 80)" a
	closed "from there" c3 ha closed "$TALK" ask -t 60 tcp 10.1.1.10 80 hello

	rewritten
	# From one datacentre to another through the VPC.
	vpc_ok vpn-gateway set g transit-between-connections on
	rules 'iifname "wan" oifname "wan" tcp dport 80 accept
		oifname "wan" tcp sport != 1 counter name "closed" drop'
	t_is "between datacentres: what a rule lets in, and its replies" "$(reached c1 tcp 172.16.2.1 80)" c2
	t_is "is a connection of the VPC" "$(in_zones 80) $(passed | cut -d' ' -f1-3)" "a wan wan a"
	bg closed c1 "$TALK" ask -t 60 tcp 172.16.2.1 81 hello
	check "and nothing else" wait_for 60 more_than 0 count closed
	bg_stop closed || :
	vpc_ok vpn-gateway set g transit-between-connections off
	underlay_stop wire
	underlay_clean wire "in all of this" 20
	t_is "nothing would have left in clear" "$(host_drops ipsec_plaintext)" 0
}

# A guest says where in its packet the checksum is to be written: into the port, say, when the
# rules have seen it. These come out at port 82 by 1 + 80 + 50 + 0xff2a + 82 = 0xffff.
rewritten()
{
	local before where

	rules 'iifname "pa" udp dport != 80 counter name "closed" drop'
	bg sink c1 "$T_PKT" sink -t 100 172.16.1.1 82
	must wait_for 60 listening c1 u 82
	before=$(drops a malformed)
	# The last one is that of a tunnel.
	for where in 34:2 36:0 62:6; do
		must ns ha "$T_PKT" send -o $where eth0 eth dst "$(mac R pa)" \
			ip4 src 10.1.1.10 dst 172.16.1.1 udp 1 80 sum 0 hex "ff2a$(printf %080d 0)"
	done
	fence ha 172.16.1.1
	bg_stop sink
	t_is "a checksum that becomes a port does not get out" "$(cat "$T_DIR/sink.out")" ""
	t_num "it is malformed, and one of a tunnel is not" "$(drop_gain a malformed "$before")" -eq 2
}

# --- direct connect ---------------------------------------------------------------------------

# A datacentre behind two uplinks of VPC a; the second one stands by. Behind it, a link that is
# narrow.
direct()
{
	host_new hu pu 100.64.0.1/30 fd00:64::1/64 via 100.64.0.2 via fd00:64::2 quiet
	must ip link add pv netns "$T_ID.R" type veth peer name eth1 netns "$T_ID.hu"
	must ns hu sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.ignore_routes_with_linkdown=1 \
		net.ipv4.conf.eth0.ignore_routes_with_linkdown=1
	must ip -n "$T_ID.hu" -batch - <<-END
		addr add $DC/32 dev lo
		addr add $DC6/128 dev lo nodad
		addr add 100.64.1.1/30 dev eth1
		link set eth1 up
		route add default via 100.64.1.2 metric 9
		link add narrow mtu 1300 type dummy
		link set narrow up
		addr add 192.168.2.1/24 dev narrow
		addr add fd00:192:2::1/64 dev narrow nodad
		neigh add 192.168.2.9 lladdr 02:00:00:00:00:09 dev narrow
		neigh add fd00:192:2::9 lladdr 02:00:00:00:00:09 dev narrow
	END
	uplink_add pu vpc a address 100.64.0.2/30 address fd00:64::2/64 gateway 100.64.0.1 \
		gateway fd00:64::1
	uplink_add pv vpc a address 100.64.1.2/30 gateway 100.64.1.1
	vpc_ok route add 192.168.0.0/16 vpc a via router 100.64.0.1 priority 1 \
		via router 100.64.1.1 priority 2
	vpc_ok route add fd00:192::/32 vpc a via router fd00:64::1
	serve hu 80 81
	must wait_for 60 ns hu ping -n -c 1 -W 1 100.64.0.2
}

uplinks()
{
	rules
	t_is "to a router behind an uplink, and the replies back" "$(reached ha tcp $DC 80)" hu
	t_is "its connection is in the VPC's zone" "$(in_zones 80)" a
	t_is "by port and uplink" "$(passed | cut -d' ' -f1-3)" "pa pu a"$'\n'"pu pa a"
	check "IPv6" ping_all ha 1 $DC6
	closed "from there" hu ha closed "$TALK" ask -b $DC -t 60 tcp 10.1.1.10 80 hello
	closed "from there, IPv6" hu ha closed ping -n -c 1 -W 60 -I $DC6 fd00:1:0:1::10
	rules 'iifname "pu" oifname "pa" ip saddr 192.168.1.0/24 tcp dport 80 accept'
	t_is "opened" "$(reached hu -b $DC tcp 10.1.1.10 80)" ha
	closed "another port" hu ha closed "$TALK" ask -b $DC -t 60 tcp 10.1.1.10 81 hello
	rules 'iifname "pa" oifname "pu" tcp dport 80 counter name "closed" drop'
	closed "on the way out" ha hu closed "$TALK" ask -t 60 tcp $DC 80 hello
}

# told ADDR MTU
told()
{
	[[ $(ns ha ip route get "$1") = *" mtu $2"* ]]
}

# Behind datacentre 1 there is a link that is narrow, too.
narrow_behind_esp()
{
	must ip -n "$T_ID.c1" -batch - <<-END
		link add narrow mtu 1300 type dummy
		link set narrow up
		route add 172.16.1.128/25 dev narrow
		neigh add 172.16.1.129 lladdr 02:00:00:00:00:09 dev narrow
		xfrm policy add src 0.0.0.0/0 dst 172.16.1.0/24 dir fwd tmpl src $WAN dst 192.0.2.11 proto esp reqid 1 mode tunnel
	END
}

# Errors about a connection come back; those about none, and what is of no connection, do not.
errors()
{
	local quote

	rules
	ns ha ping -n -c 1 -W 1 -M "do" -s 1372 192.168.2.9 >/dev/null 2>&1
	check "larger than fits beyond the uplink: the sender is told" wait_for 30 told 192.168.2.9 1300
	ns ha ping -n -c 1 -W 1 -M "do" -s 1352 fd00:192:2::9 >/dev/null 2>&1
	check "larger than fits, IPv6: the sender is told" wait_for 30 told fd00:192:2::9 1300
	narrow_behind_esp
	ns ha ping -n -c 1 -W 1 -M "do" -s 1372 172.16.1.129 >/dev/null 2>&1
	check "larger than fits beyond ESP: the sender is told" wait_for 30 told 172.16.1.129 1300
	t_is "as related" "$(count related) $(count invalid) $(count closed)" "3 0 0"
	rules 'oifname "pa" drop'
	ns ha ping -n -c 1 -W 1 -M "do" -s 1472 172.16.2.1 >/dev/null 2>&1
	check "larger than ESP fits: we tell it, whatever the rules say" wait_for 30 told 172.16.2.1 1446
	rules
	quote=(ip4 src 10.1.1.10 dst 192.168.2.9 udp 1000 2000)
	closed "an error about no connection" hu ha invalid "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip4 src 100.64.0.1 dst 10.1.1.10 icmp 3 4 00000514 "${quote[@]}"
	closed "an answer to no question" hu ha invalid "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip4 src $DC dst 10.1.1.10 icmp 0 0 12345678
	closed "flags that are none" hu ha invalid "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip4 src $DC dst 10.1.1.10 tcp 80 80 flags 0x3
	closed "the middle of TCP is new" hu ha closed "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip4 src $DC dst 10.1.1.10 tcp 80 80 flags 0x10
	must r sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
	closed "or invalid, as the host likes" hu ha invalid "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip4 src $DC dst 10.1.1.10 tcp 80 81 flags 0x10
	must r sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1
	closed "a fragment of IPv6" hu ha invalid "$T_PKT" send eth0 eth dst "$(mac R pu)" \
		ip6 src $DC6 dst fd00:1:0:1::10 cut6 16 1 7 udp 1 2 fill 40 x
}

# It would send established flows by the host's routes, past all checks of the module.
flowtable()
{
	rules
	must r ip route add default via 192.0.2.11
	must r nft 'add flowtable inet groups fast { hook ingress priority 0; devices = { pa, pu, wan }; }
		insert rule inet groups forward meta l4proto { tcp, udp } flow add @fast'
	keep_talking conv ha $DC
	keep_talking esp ha 172.16.1.1
	again conv >/dev/null
	t_is "a flowtable takes none: by an uplink" "$(again conv)" "again answered 1 wrong 0 ports 1"
	again esp >/dev/null
	t_is "by ESP" "$(again esp)" "again answered 1 wrong 0 ports 1"
	bg_stop conv
	bg_stop esp
	must r ip route del default
	t_is "they are where they were" "$(r conntrack -L 2>/dev/null | grep -c OFFLOAD) $(in_zones 80)" "0 aa"
}

# A router fails: what is established goes by the other uplink, and stays what it was.
moved()
{
	rules
	keep_talking conv ha $DC
	must r ip link set pu down
	t_is "an established flow moves to the other uplink" "$(again conv)" "again answered 1 wrong 0 ports 1"
	must r ip link set pu up
	bg_stop conv
	t_is "and is the same connection" "$(in_zones 80)" a
	t_is "by both" "$(passed | cut -d' ' -f1-3 | paste -sd,)" "pa pu a,pa pv a,pu pa a,pv pa a"
	t_is "and nothing of it was closed" "$(count closed) $(count invalid)" "0 0"
	must wait_for 60 ns hu ping -n -c 1 -W 1 100.64.0.2
}

# Open connections live through it where rules let in what is not filtered.
switched()
{
	local i off=0 on=0

	rules 'ct state untracked accept'
	storm_start storm ha hu $DC $DC6
	for ((i = 0; i < 4; i++)); do
		vpc_ok vpc set a filter off
		! storm_moves storm || off=$((off + 1))
		vpc_ok vpc set a filter on
		! storm_moves storm || on=$((on + 1))
	done
	t_is "switched off and on under traffic: it goes on" "$off $on" "4 4"
	zones
	t_is "now with a connection, now without" "$(passed | cut -d' ' -f1-3 | grep -v invalid | paste -sd,)" \
		"pa pu a,pa pu untracked,pu pa a,pu pa untracked"
	vpc_ok vpc set a filter off
	t_is "off: nothing is left in conntrack" "$(r conntrack -L -w "$ZA" 2>/dev/null | grep -c .)" 0
	vpc_ok vpc set a filter on
	zones
	storm_stop storm
}

scene
ipsec
direct
uplinks
errors
flowtable
moved
switched
t_end
