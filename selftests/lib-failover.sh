# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What failover.sh and frr_failover.sh share: flows through two routers, and silence.
#
#   in_uml                  User-Mode Linux keeps time; an emulator does not
#   failover_scene          two_routers of lib-bfd.sh; d throws the flows away
#   start_probes MS         probes p1 and p2 of r1 and r2, with peers "one" and "two", both up
#   peers_stop              their end
#   flows_start KEY         a hundred flows from ha to d; to be seen in flows KEY
#   flows_stop KEY          no packet is on its way any more
#   arrive TEXT KEY         check: from now on packets of each flow arrive
#   flow_sum KEY FIELD      see "flows sum"
#   ways KEY                "COUNT WAY" for each sequence of ways that flows took
#   silence NAME [DEV], speech NAME   a router loses everything in both directions, with its link up
#   shares PREFIX           "ROUTER:SHARE..." of a route of VPC a
#   taken PREFIX WANT       "ROUTER:HEALTH:SHARE...", all of one instant, is WANT

T_FLOWS=${VPC_FLOWS:-$T_TOP/build/selftests/flows}
FLOWS=100

in_uml()
{
	[[ $(uname -r) = *-vpcum* ]]
}

failover_scene()
{
	two_routers
	must ns d nft 'add table inet quiet; add chain inet quiet in {
		type filter hook input priority 0; }; add rule inet quiet in udp dport 20000-20999 drop'
}

start_probes()
{
	local n

	for n in 1 2; do
		vpc_ok probe add "p$n" for router "172.16.$n.2" vpc a bfd source "172.16.$n.1" \
			destination "172.16.$n.2" interval "$1"
	done
	peer_start one r1 -i "${1}000" -r "${1}000" 172.16.1.2 172.16.1.1
	peer_start two r2 -i "${1}000" -r "${1}000" 172.16.2.2 172.16.2.1
	must wait_for 60 probe_in p1 up
	must wait_for 60 probe_in p2 up
	# In force when both polls are through.
	must wait_for 60 negotiated p1 "$1"
	must wait_for 60 negotiated p2 "$1"
}

negotiated()
{
	[ "$(probe_get "$1" detection_us)" = $(($2 * 3000)) ] &&
		[ "$(probe_get "$1" tx_interval_us)" = $(($2 * 1000)) ]
}

peers_stop()
{
	vpc_ok probe del p1
	vpc_ok probe del p2
	peer_stop one
	peer_stop two
}

# At a thousand packets per second and flow the machine itself would be what is measured if
# it is not fast enough; an emulated one gets twenty.
flows_start()
{
	local usec=50000

	! in_uml || usec=${FLOW_USEC:-1000}
	rm -f "$T_DIR/$1.flows"
	bg "recv.$1" d "$T_FLOWS" recv "$T_DIR/$1.flows" d1 d2
	must wait_for 60 grep -q ready "$T_DIR/recv.$1.out"
	bg "send.$1" "${2:-ha}" "$T_FLOWS" send "$T_DIR/$1.flows" 10.50.0.1 20000 "$FLOWS" "$usec" \
		"$((120000000 / usec))"
	must wait_for 60 test -s "$T_DIR/$1.flows"
}

flows_stop()
{
	bg_stop "send.$1" || :
	must wait_for 60 nothing_new "$1"
	bg_stop "recv.$1" || :
}

nothing_new()
{
	local got

	got=$(flow_sum "$1" got)
	sleep 0.5
	[ "$(flow_sum "$1" got)" = "$got" ]
}

arrive()
{
	check "$1" wait_for 60 flowing "$2" 20 "$("$T_FLOWS" now)"
}

flowing()
{
	"$T_FLOWS" since "$T_DIR/$1.flows" "$3" "$2"
}

flow_sum()
{
	"$T_FLOWS" sum "$T_DIR/$1.flows" | awk -v want="$2" '
		{ for (i = 1; i < NF; i += 2) if ($i == want) print $(i + 1) }'
}

ways()
{
	"$T_FLOWS" show "$T_DIR/$1.flows" | awk '{ n[$NF]++ } END { for (w in n) print n[w], w }' | sort
}

silence()
{
	local dev=${2:-eth0}

	must ns "$1" nft "add table netdev silent; add chain netdev silent in {
		type filter hook ingress device $dev priority 0; policy drop; }
		add table inet silent; add chain inet silent out {
		type filter hook postrouting priority 0; }
		add rule inet silent out oifname $dev drop"
}

speech()
{
	must ns "$1" nft 'delete table inet silent; delete table netdev silent'
}

shares()
{
	vpc -json route show vpc a | jq -r --arg p "$1" '.[] | select(.dst == $p) |
		.nexthops | map("\(.address):\(.share_percent)") | sort | join(" ")'
}

taken()
{
	local is

	is=$(vpc -json route show vpc a | jq -r --arg p "$1" '.[] | select(.dst == $p) |
		.nexthops | map("\(.address):\(.health):\(.share_percent)") | sort | join(" ")')
	echo "$is"
	[ "$is" = "$2" ]
}

# --- the same by FRR ---------------------------------------------------------------------------
#
#   frr_scene               router F with a VRF, host hf in it, r1 and r2 behind f1 and f2
#                           (in them: f0), BGP and BFD between them
#   frr_timers MS           all sessions up with these, the route leads to r1
#   frr_on_way N            for wait_for: the VRF's route leads to rN
#   frr_end                 the daemons end

frr_scene()
{
	local n

	ns_new F
	must ip -n "$T_ID.F" link add red type vrf table 100
	must ip -n "$T_ID.F" link set red up
	host_new hf fh 10.9.1.10/24 via 10.9.1.1 in F quiet
	must ip -n "$T_ID.F" link set fh master red
	must ip -n "$T_ID.F" addr add 10.9.1.1/24 dev fh
	must ip -n "$T_ID.F" link set fh up
	ns F sysctl -qw net.ipv4.ip_forward=1 net.ipv4.tcp_l3mdev_accept=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	for n in 1 2; do
		must ip link add "f$n" netns "$T_ID.F" type veth peer name f0 netns "$T_ID.r$n"
		must ip -n "$T_ID.F" link set "f$n" master red
		must ip -n "$T_ID.F" addr add "172.17.$n.1/24" dev "f$n"
		must ip -n "$T_ID.F" link set "f$n" up
		must ip -n "$T_ID.r$n" addr add "172.17.$n.2/24" dev f0
		must ip -n "$T_ID.r$n" link set f0 up
		must ip -n "$T_ID.r$n" route add 10.9.0.0/16 via "172.17.$n.1"
		frr_start "r$n" zebra bgpd bfdd
		frr_config "r$n" <<-END
			router bgp 6500$n
			 bgp router-id 172.17.$n.2
			 no bgp ebgp-requires-policy
			 no bgp network import-check
			 neighbor 172.17.$n.1 remote-as 65000
			 neighbor 172.17.$n.1 timers connect 1
			 address-family ipv4 unicast
			  network 10.50.0.0/16
		END
	done
	frr_start F zebra bgpd bfdd
	frr_config F <<-END
		router bgp 65000 vrf red
		 bgp router-id 10.9.1.1
		 no bgp ebgp-requires-policy
		 neighbor 172.17.1.2 remote-as 65001
		 neighbor 172.17.1.2 timers connect 1
		 neighbor 172.17.2.2 remote-as 65002
		 neighbor 172.17.2.2 timers connect 1
		 address-family ipv4 unicast
		  neighbor 172.17.1.2 weight 200
	END
}

# bgpd does not tell bfdd when they change, only when there are others.
frr_timers()
{
	local n

	for n in 1 2; do
		frr_config "r$n" <<-END
			router bgp 6500$n
			 no neighbor 172.17.$n.1 bfd
			 neighbor 172.17.$n.1 bfd 3 $1 $1
		END
		frr_config F <<-END
			router bgp 65000 vrf red
			 no neighbor 172.17.$n.2 bfd
			 neighbor 172.17.$n.2 bfd 3 $1 $1
		END
	done
	for n in 1 2; do
		must wait_for 120 frr_session "172.17.$n.2" "$1"
	done
	must wait_for 120 frr_on_way 1
}

frr_session()
{
	frr F "show bfd vrf red peers json" | jq -e --arg a "$1" --argjson ms "$2" '.[] |
		select(.peer == $a) | .status == "up" and .["transmit-interval"] == $ms and
		.["remote-transmit-interval"] == $ms' >/dev/null
}

frr_on_way()
{
	[[ $(ip -n "$T_ID.F" route show vrf red 10.50.0.0/16) = *" 172.17.$1.2 "* ]]
}

frr_end()
{
	local name daemon

	for name in F r1 r2; do
		for daemon in bgpd bfdd zebra; do
			frr_stop "$name" "$daemon"
		done
	done
}
