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
#   silence NAME, speech NAME   a router loses everything in both directions, with its link up
#   shares PREFIX           "ROUTER:SHARE..." of a route of VPC a

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
	must ns "$1" nft 'add table netdev silent; add chain netdev silent in {
		type filter hook ingress device eth0 priority 0; policy drop; }
		add table inet silent; add chain inet silent out {
		type filter hook postrouting priority 0; }
		add rule inet silent out oifname "eth0" drop'
}

speech()
{
	must ns "$1" nft 'delete table inet silent; delete table netdev silent'
}

shares()
{
	vpc -json route show vpc a | jq -r --arg p "$1" '.[] | select(.dst == $p) |
		.nexthops | map("\(.address):\(.share)") | sort | join(" ")'
}
