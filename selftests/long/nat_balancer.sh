#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# A load balancer in a VPC, real haproxy, whose HTTP back ends are across the public network:
# by a NAT gateway with SNAT by subnet, and by the VPC's own router with /32 routes and a listener
# address of its own. Both recipes are in Documentation/nat.rst.
# shellcheck source-path=SCRIPTDIR/..
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/../lib-nat.sh"
t_begin "nat: load balancer"
t_need haproxy curl conntrack
# It exchanges 16 bytes at once, and ends with an illegal instruction where that is not there.
grep -qw cx16 /proc/cpuinfo || t_skip_all "haproxy needs a CPU with cmpxchg16b"

CLIENT=203.0.113.50 LISTENER=198.51.100.20 ROUTER=198.51.100.21

settings()
{
	cat <<-END
	defaults
		mode http
		timeout connect 5s
		timeout client 30s
		timeout server 30s
	END
}

# A web server that says its name and whom it sees.
backend_start()
{
	settings >"$T_DIR/$1.cfg"
	cat >>"$T_DIR/$1.cfg" <<-END
	frontend web
		bind $2:8001
		http-request return status 200 content-type text/plain lf-string "$1 %[src]\n"
	END
	bg "http.$1" "$1" haproxy -db -f "$T_DIR/$1.cfg"
	must wait_for 60 listening "$1" t 8001
}

# The load balancer on HOST.
balancer_start()
{
	settings >"$T_DIR/lb.cfg"
	cat >>"$T_DIR/lb.cfg" <<-END
	global
		stats socket $T_DIR/lb.sock
	frontend public
		bind 10.0.1.10:80
		default_backend region
	backend region
		balance roundrobin
		option redispatch
		retry-on all-retryable-errors
		server web $SERVER:8001 check inter 500ms fall 2 rise 2
		server other $OTHER:8001 check inter 500ms fall 2 rise 2
	END
	bg lb "$1" haproxy -db -f "$T_DIR/lb.cfg"
	must wait_for 60 listening "$1" t 80
}

# What haproxy says of a server: UP, DOWN...
# shellcheck disable=SC2317	# called by is
health()
{
	echo "show stat" | socat - "UNIX-CONNECT:$T_DIR/lb.sock" |
		awk -F, -v s="$1" '$1 == "region" && $2 == s {
			split($18, w, " ")
			print $37 ~ /INI/ ? "unchecked" : w[1]
		}'
}

# shellcheck disable=SC2317	# called by wait_for
is()
{
	[ "$(health "$1")" = "$2" ]
}

# Answers of N requests of the client: each name with how often, and whom the back ends saw.
answers()
{
	local i

	for ((i = 0; i < $2; i++)); do
		ns client curl -s -m 30 "http://$1/"
	done | sort | uniq -c | awk '{ print $2, $3, $1 }'
}

recipe()
{
	local what=$1 listener=$2 seen=$3

	check "$what: the first back end turns up" wait_for 90 is web UP
	check "$what: the second one, too" wait_for 90 is other UP
	t_is "$what: both answer the client, and see one public address" "$(answers "$listener" 10)" \
		"other $seen 5"$'\n'"web $seen 5"
	bg_stop http.other KILL
	check "$what: one that is stopped is taken out" wait_for 90 is other DOWN
	t_is "$what: requests go on" "$(answers "$listener" 6)" "web $seen 6"
	backend_start other $OTHER
	check "$what: and it comes back in" wait_for 90 is other UP
	t_is "$what: and answers" "$(answers "$listener" 10 | wc -l)" 2
}

# group PORT RULE...: the security group of the load balancer's port
group()
{
	local port=$1

	shift
	guard "$(printf '%s accept\n' "$@")" "iifname \"$port\"" "oifname \"$port\""
}

# The same with a security group: what it does not let through is not there.
guarded()
{
	local what=$1 listener=$2 vpc=$3 port=$4
	local checks="iifname \"$port\" oifname \"ext0\" tcp dport 8001"
	local clients="iifname \"ext0\" oifname \"$port\" tcp dport 80"

	vpc_ok vpc set "$vpc" filter on
	group "$port" "$clients"
	check "$what: closed towards the back ends, the first one is down" wait_for 90 is web DOWN
	check "$what: and the second" wait_for 90 is other DOWN
	group "$port" "$checks"
	check "$what: opened, up again" wait_for 90 is web UP
	check "$what: both" wait_for 90 is other UP
	check_fail "$what: closed for clients" ns client curl -s -m 4 "http://$listener/"
	group "$port" "$checks" "$clients"
	t_is "$what: opened, they are answered" "$(answers "$listener" 4 | wc -l)" 2
	must r nft delete table inet guard
	vpc_ok vpc set "$vpc" filter off
}

client()
{
	ns_new client
	must ns isp ip link add to-client type veth peer name eth0 netns "$T_ID.client"
	must ns isp ip link set to-client master lan up
	must ns client ip addr add $CLIENT/24 dev eth0
	must ns client ip link set eth0 up
	must ns client ip route add default via 203.0.113.1
}

outside
client
backend_start web $SERVER
backend_start other $OTHER

tenant 1
vpc_ok nat-gateway add n1 vpc v1 uplink ext0 address $POOL1
vpc_ok nat-gateway snat add n1 subnet s1
vpc_ok nat-gateway dnat add n1 address $POOL1 tcp 80 to 10.0.1.10
vpc_ok route add 0.0.0.0/0 vpc v1 via nat n1
balancer_start h1
recipe "by a NAT gateway" $POOL1 $POOL1
guarded "by a NAT gateway" $POOL1 v1 p1
bg_stop lb KILL

tenant 2
vpc_ok vpc set v2 public-address $ROUTER uplink ext0
vpc_ok vpc set v2 public-address $LISTENER endpoint 10.0.1.10
vpc_ok route add $SERVER/32 vpc v2 via router v2
vpc_ok route add $OTHER/32 vpc v2 via router v2
balancer_start h2
recipe "by the VPC's router" $LISTENER $ROUTER
guarded "by the VPC's router" $LISTENER v2 p2
bg_stop lb KILL
t_end
