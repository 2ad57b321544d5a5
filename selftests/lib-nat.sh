# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of NAT gateways share, on top of scene.sh.
#
#   outside                 router with uplink ext0 (the host's address: 192.0.2.10) behind whose
#                           gateway "isp" are the servers "web" (203.0.113.9, ports 80 and 443) and
#                           "other" (203.0.113.10), see talk.c; 198.51.100.0/24 is routed to us
#                           link by link: the provider asks for each address
#   tenant N                VPC vN with 10.0.0.0/16 and a host hN at 10.0.1.10
#   nat N ARGS...           NAT gateway nN of vN with ARGS, for all its addresses, and the route
#   serve HOST ARGS...      talk serve HOST there, in the background
#   ask HOST ARGS...        talk ask from 10.0.1.10
#   hold KEY HOST ARGS...   conversations from 10.0.1.10 that stay, see talk many
#   again KEY               each of these speaks once more; prints what came of it
#   guard RULES DEVICE...   the host's firewall lets through what has a connection, what RULES
#                           (lines of nft) accept, and what matches no DEVICE, as 'iifname "p1"'
#   entries ARGS...         how many conntrack entries there are
#   host_drops REASON       packets dropped that are of no VPC
#   more_than N CMD...      CMD prints a larger number

# shellcheck disable=SC2034	# for the tests
TALK=$T_TOP/build/selftests/talk
# shellcheck disable=SC2034
POOL1=198.51.100.1 POOL2=198.51.100.2 SERVER=203.0.113.9 OTHER=203.0.113.10 GW=192.0.2.1

server()
{
	ns_new "$1"
	must ns isp ip link add "to-$1" type veth peer name eth0 netns "$T_ID.$1"
	must ns isp ip link set "to-$1" master lan up
	must ns "$1" ip addr add "$2/24" dev eth0
	must ns "$1" ip link set eth0 up
	must ns "$1" ip route add default via 203.0.113.1
	serve "$1" 80 443
}

serve()
{
	bg "serve.$1" "$1" "$TALK" serve "$@"
	must wait_for 60 grep -q ready "$T_DIR/serve.$1.out"
}

outside()
{
	local name

	router_new
	host_new isp ext0 192.0.2.1/24
	must r ip addr add 192.0.2.10/24 dev ext0
	must r ip link set ext0 up
	must r ip route add default via $GW
	must ns isp sysctl -qw net.ipv4.ip_forward=1
	# A slow machine is still at it after the thirty seconds that are usual.
	for name in udp_timeout udp_timeout_stream icmp_timeout; do
		must r sysctl -qw "net.netfilter.nf_conntrack_$name=600"
	done
	must ns isp ip link add lan type bridge
	must ns isp ip addr add 203.0.113.1/24 dev lan
	must ns isp ip link set lan up
	must ns isp ip route add 198.51.100.0/24 dev eth0
	server web $SERVER
	server other $OTHER
	vpc_ok uplink add ext0 gateway $GW
}

tenant()
{
	vpc_ok vpc add "v$1" cidr 10.0.0.0/16
	vpc_ok subnet add "s$1" vpc "v$1" cidr 10.0.1.0/24
	host_new "h$1" "p$1" 10.0.1.10/24 via 10.0.1.1
	port_add "p$1" subnet "s$1" address 10.0.1.10
}

nat()
{
	local n=$1

	shift
	vpc_ok nat-gateway add "n$n" vpc "v$n" uplink ext0 "$@"
	vpc_ok nat-gateway snat add "n$n" cidr 10.0.0.0/16
	vpc_ok route add 0.0.0.0/0 vpc "v$n" via nat "n$n"
}

ask()
{
	local host=$1

	shift
	ns "$host" "$TALK" ask -b 10.0.1.10 "$@"
}

hold()
{
	local key=$1 host=$2

	shift 2
	bg "$key" "$host" "$TALK" many -b 10.0.1.10 -t 60 -k "$@"
	must wait_for 60 grep -q answered "$T_DIR/$key.out"
}

again()
{
	local n

	n=$(grep -c answered "$T_DIR/$1.out")
	kill -USR1 "${T_PIDS[$1]}"
	wait_for 90 more_than "$n" grep -c answered "$T_DIR/$1.out"
	tail -n 1 "$T_DIR/$1.out"
}

guard()
{
	local accept=$1

	shift
	must r nft -f - <<-END
	table inet guard
	flush table inet guard
	table inet guard {
		chain forward {
			type filter hook forward priority filter
			ct state established,related accept
			ct state invalid drop
			$accept
			$(printf '%s drop\n' "$@")
		}
	}
	END
}

entries()
{
	r conntrack -L "$@" 2>/dev/null | grep -c .
}

host_drops()
{
	get "[.[] | select(.vpc == null)][0].drops.$1 // 0" stats
}

more_than()
{
	local before=$1

	shift
	[ "$("$@")" -gt "$before" ]
}
