#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Security groups where there is more than one domain: through a transit domain, from a peering
# that fails to one, by public addresses. A packet passes FORWARD once for each VPC that filters
# it, in that VPC's zone.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # check and wait_for call functions
. "${0%/*}/lib.sh"
. "${0%/*}/lib-ipsec.sh"
. "${0%/*}/lib-nat.sh"
. "${0%/*}/lib-filter.sh"
t_begin "filter, several domains"
t_need "$TALK" conntrack nft

scene()
{
	local n v

	router_new
	underlay_new
	vpc_ok vpc add d transit account 1
	for n in 1 2 3; do
		v=$(letter $n)
		side $n
		serve "h$v" 80
		vpc_ok peering add "${v}d" vpc "$v" peer d
		vpc_ok route add "10.$n.0.0/16" vpc d via transit "${v}d"
		vpc_ok route add 10.0.0.0/8 vpc "$v" via transit "${v}d"
	done
	vpc_ok vpc set a filter on
	vpc_ok vpc set b filter on
	zones
}

# --- transit domains ----------------------------------------------------------------------------

through()
{
	rules 'icmp type echo-request accept'
	check "through a domain, both VPCs filter" ping_all ha 1 10.2.1.10
	t_is "once each, in its own zone" "$(passed | paste -sd,)" \
		"pa pb a 1,pa pb b 1,pb pa a 1,pb pa b 1"
	rules
	check "through a domain to a VPC that does not" ping_all ha 1 10.3.1.10
	t_is "once" "$(passed | paste -sd,)" "pa pc a 1,pc pa a 1"
	closed "from there" hc ha closed ping -n -c 1 -W 60 10.1.1.10
	rules "ct zone $ZB accept"
	closed "from a VPC that filters and lets it out" hb ha closed ping -n -c 1 -W 60 10.1.1.10
	t_is "it is the other one that drops it" "$(passed | paste -sd,)" "pb pa a 1,pb pa b 1"
}

# A direct connect of the domain itself, and a datacentre of its gateway.
domains_own()
{
	customer_new 1
	serve c1 80
	gateway_new g vpc d
	conn_new t1 g 1
	conn_routes t1 g 1 publish
	keys t1 1
	host_new hx px 100.65.0.1/30 via 100.65.0.2 quiet
	serve hx 80
	uplink_add px vpc d address 100.65.0.2/30 gateway 100.65.0.1
	must ip -n "$T_ID.c1" route add 100.65.0.0/30 via $WAN src 172.16.1.1
	vpc_ok route add 10.1.0.0/16 gateway g via transit ad
	vpc_ok route add 172.16.1.0/24 vpc d via ipsec t1
	vpc_ok route add 100.65.0.0/30 gateway g via router 100.65.0.1
	vpc_ok route add 100.65.0.0/30 vpc d via router 100.65.0.1
	vpc_ok route add 100.65.0.0/30 vpc a via transit ad

	rules
	t_is "to an uplink of the domain" "$(reached ha tcp 100.65.0.1 80)" hx
	t_is "in the VPC's zone" "$(in_zones 80) $(passed | cut -d' ' -f1-3 | paste -sd,)" "a pa px a,px pa a"
	closed "from there" hx ha closed "$TALK" ask -t 60 tcp 10.1.1.10 80 hello
	rules
	t_is "to a datacentre of the domain" "$(reached ha tcp 172.16.1.1 80)" c1
	t_is "in the VPC's zone" "$(in_zones 80) $(passed | cut -d' ' -f1-3 | paste -sd,)" \
		"a pa wan a,wan pa a"
	closed "from there" c1 ha closed "$TALK" ask -t 60 tcp 10.1.1.10 80 hello
	rules
	t_is "the domain itself is not filtered" "$(reached c1 tcp 100.65.0.1 80)" hx
	t_is "nor has it connections" "$(in_zones 80) $(passed | cut -d' ' -f1-3 | paste -sd,)" \
		" px wan untracked,wan px untracked"
}

# A peering fails, and what it has carried goes through the domain.
failover()
{
	local before

	vpc_ok peering add ab vpc a peer b
	vpc_ok route add 10.2.0.0/16 vpc a via peering ab priority 1 via transit ad priority 2
	vpc_ok route add 10.1.0.0/16 vpc b via peering ab
	vpc_ok probe add pp for peering ab icmp source 10.1.1.1 destination 10.2.1.10 interval 300 retries 20
	must wait_for 60 probe_is up
	rules 'iifname "pa" oifname "pb" tcp dport 80 accept'
	keep_talking conv ha 10.2.1.10
	must ns hb sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	must wait_for 60 probe_is down
	before=$(get '.[0].counters.rx_packets' peering show ad)
	t_is "an established flow moves from a peering to a transit domain" "$(again conv)" \
		"again answered 1 wrong 0 ports 1"
	t_num "so it has" "$(get '.[0].counters.rx_packets' peering show ad)" -gt "$before"
	t_is "and is the same connection of each VPC" "$(in_zones 80)" ab
	t_is "and nothing of it was closed" "$(count closed) $(count invalid)" "0 0"
	bg_stop conv
}

probe_is()
{
	[ "$(get '.[0].state' probe show pp)" = "$1" ]
}

# --- public addresses ---------------------------------------------------------------------------

# A VPC's own router, and from one tenant to the public address of another on the same host.
public()
{
	local n

	outside
	for n in 1 2; do
		tenant $n
		vpc_ok vpc set v$n filter on
		serve h$n 80
	done
	nat 2 address $POOL2
	vpc_ok vpc set v1 public-address 198.51.100.3 uplink ext0
	vpc_ok vpc set v1 public-address $POOL1 endpoint 10.0.1.10
	rules
	t_is "by an address of its own: out" "$(reached h1 tcp $SERVER 80)" web
	closed "in" web h1 closed "$TALK" ask -t 60 tcp $POOL1 80 hello
	rules
	closed "from another tenant of the host" h2 h1 closed "$TALK" ask -t 60 tcp $POOL1 80 hello
	t_is "out of the one by the uplink, and in to the other" "$(passed | cut -d' ' -f1,2 | sort -u | paste -sd,)" \
		"ext0 p1,p2 ext0"
	rules 'iifname "ext0" oifname "p1" tcp dport 80 accept'
	t_is "opened" "$(reached h2 tcp $POOL1 80)" h1
	rules 'iifname "p2" oifname "ext0" drop'
	t_is "closed on the way out" "$(ns h2 "$TALK" ask -t 2 tcp $POOL1 80 hello)" ""
	t_is "the other one sees nothing of it" "$(passed | cut -d' ' -f1,2)" "p2 ext0"
}

scene
through
domains_own
failover
public
t_end
