#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A first look: two VPCs that come to talk over a peering, and a third with the
# addresses of the first that notices nothing; then a pair of routers of which one dies; then
# tenants that browse through one public address (demo-nat.sh); then a VPC on two hypervisors
# (demo-fleet.sh); then a datacentre behind two IPsec connections (demo-ipsec.sh), if strongSwan is
# there. Run it by `make demo`, or on any machine
# where vpc.ko is loaded, as root. Fails when a step does not show what it says.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-bfd.sh"
. "${0%/*}/demo-nat.sh"
. "${0%/*}/demo-fleet.sh"
. "${0%/*}/demo-ipsec.sh"

T_ID=demo$$
T_DIR=$(mktemp -d /tmp/vpc-demo.XXXXXX) || exit 1
trap leave EXIT
bold='' plain=''
[ ! -t 1 ] || bold=$'\e[1m' plain=$'\e[0m'

leave()
{
	local rc=$?

	trap - EXIT
	[ "$rc" = 0 ] || echo "The demo has FAILED (status $rc)."
	t_remove
	rm -rf "$T_DIR"
	exit "$rc"
}

say()
{
	echo
	printf '%s%s%s\n' "$bold" "$*" "$plain"
}

# on HOST COMMAND...: shows and runs it; "router" is this machine's part
on()
{
	local host=$1 rc

	shift
	printf '    %-6s # %s\n' "$host" "$*"
	[ "$host" != router ] || host=R
	ns "$host" "$@" >"$T_DIR/out" 2>&1
	rc=$?
	grep -v -e '^$' -e '^PING' -e '^---' -e '^rtt' "$T_DIR/out" | sed 's/^/             /'
	return "$rc"
}

quit()
{
	echo "This should not be: $*"
	exit 1
}

works()
{
	on "$@" || quit "the command above fails"
}

fails()
{
	! on "$@" || quit "the command above works"
}

shows()
{
	grep -qF -- "$1" "$T_DIR/out" || quit "no \"$1\" above"
}

ping4()
{
	echo "ping -n -q -c 3 -i 0.2 -W ${2:-1} $1"
}

# The number of packets that a device of the router has sent to its host.
sent_to()
{
	vpc -json port show "$1" | jq '.[0].counters.tx_packets'
}

host()
{
	host_new "$1" "$2" "$3.10/24" via "$3.1" quiet
}

router_new
host blue p-blue 192.168.1
host red p-red 10.0.1
host twin p-twin 192.168.1

say "1. Two customers' networks on one kernel ($(uname -r)): blue has 192.168.1.0/24, red has 10.0.1.0/24."
works router vpcctl vpc add blue cidr 192.168.1.0/24 account 1
works router vpcctl vpc add red cidr 10.0.1.0/24 account 2
say "2. A third one has the very addresses of blue. They are other VPCs, so they never meet."
works router vpcctl vpc add twin cidr 192.168.1.0/24 account 3
for v in "blue 192.168.1" "red 10.0.1" "twin 192.168.1"; do
	works router vpcctl subnet add "s-${v% *}" vpc "${v% *}" cidr "${v#* }.0/24"
	works router vpcctl port add "p-${v% *}" subnet "s-${v% *}" address "${v#* }.10"
	must r ip link set "p-${v% *}" up
done

say "3. Each host reaches its gateway, which the module plays. Blue does not reach red: nothing connects them."
# shellcheck disable=SC2046
{
	works blue $(ping4 192.168.1.1 20)
	works twin $(ping4 192.168.1.1 20)
	fails blue $(ping4 10.0.1.10)
}
twin=$(sent_to p-twin)

say "4. Account 1 asks for a peering of its blue with red. Red's account has not agreed: pending."
works router vpcctl peering add blue-red vpc blue peer red as 1
fails router vpcctl peering accept blue-red as 1
fails router vpcctl check blue red
shows pending

say "5. Account 2 accepts. The peering is active, but without routes it carries nothing."
works router vpcctl peering accept blue-red as 2
# shellcheck disable=SC2046
fails blue $(ping4 10.0.1.10)
fails router vpcctl check blue red
shows "neither has a route"

say "6. A route on blue's side: requests reach red now (the peering counts them), answers find no way back."
works router vpcctl route add 10.0.1.0/24 vpc blue via peering blue-red
# shellcheck disable=SC2046
fails blue $(ping4 10.0.1.10)
counted=$(vpc -json peering show blue-red | jq -r '.[0].counters | "\(.rx_packets) from blue, \(.tx_packets) from red"')
echo "             packets over the peering: $counted"
[ "$counted" = "3 from blue, 0 from red" ] || quit "these were three from blue"
fails router vpcctl check blue red
shows 'vpc "red" has no route'

say "7. A route on red's side too: now they talk. One hop lies between them, and it is the gateway."
works router vpcctl route add 192.168.1.0/24 vpc red via peering blue-red
works router vpcctl check blue red
# shellcheck disable=SC2046
works blue $(ping4 10.0.1.10 20)
works blue traceroute -n -q 1 -w 20 -m 5 10.0.1.10
shows "1  192.168.1.1"
shows "2  10.0.1.10"

say "8. What each side has sent over the peering, and who has dropped what:"
works router vpcctl -stats peering show blue-red
works router vpcctl stats vpc red
shows no_route

say "9. The twin, with blue's addresses, has not been sent a single packet of all this."
[ "$(sent_to p-twin)" = "$twin" ] || quit "twin has got something"
echo "             p-twin: $twin packets sent before, $(sent_to p-twin) now (its own echo replies)"

say "10. Red's account deletes the peering. Its routes go with it, on both sides, before the reply."
works router vpcctl peering del blue-red as 2
shows "2 routes"
# shellcheck disable=SC2046
fails blue $(ping4 10.0.1.10)

say "11. And everything is gone:"
works router vpcctl flush
works router vpcctl
# --- a router dies ----------------------------------------------------------------------

PACKETS=2000

# What d has got of the stream.
arrived()
{
	ns d nft -j list table inet seen | jq '.. | .counter? | .packets? // empty'
}

more_than()
{
	[ "$(arrived)" -gt "$1" ]
}

t_remove
two_routers
must ns d nft 'add table inet seen; add chain inet seen in { type filter hook input priority 0; };
	add rule inet seen in udp dport 9 counter drop'

say "12. VPC a reaches 10.50.0.0/16 by two routers, 100/0. Each has a probe: BFD, 100 ms x 3."
for n in 1 2; do
	peer_start "peer$n" "r$n" -i 100000 -r 100000 "172.16.$n.2" "172.16.$n.1"
	works router vpcctl probe add "p$n" for router "172.16.$n.2" vpc a bfd \
		source "172.16.$n.1" destination "172.16.$n.2"
done
works router vpcctl route add 10.50.0.0/16 vpc a via router 172.16.1.2 weight 100 \
	via router 172.16.2.2 weight 0
wait_for 60 probe_in p1 up || quit "probe p1 is not up"
wait_for 60 probe_in p2 up || quit "probe p2 is not up"
works router vpcctl route show vpc a
shows "share 100"

say "13. Packets flow, and the active router falls silent. Its link stays up."
bg stream ha "$T_PKT" udp -c "$PACKETS" -i 5000 10.50.0.1 9
wait_for 60 more_than 100 || quit "nothing arrives"
silent='add table netdev silent; add chain netdev silent in { type filter hook ingress device eth0 priority 0; policy drop; }
	add table inet silent; add chain inet silent out { type filter hook postrouting priority 0; policy drop; }'
works r1 nft "$silent"
bg_wait stream 300 || quit "the stream ends badly"
lost=$((PACKETS - $(arrived)))

say "14. The receipt, beside what the receiver counted:"
works router vpcctl probe history p1
shows "detection time expired"
echo "             $PACKETS packets sent, $(arrived) received, $lost lost"
packets=$(vpc -json probe history p1 | jq '.[-1].packets')
if [ "$lost" = 0 ] || [ "$lost" -gt "$packets" ]; then
	quit "the receipt says that $packets were given to the dead router"
fi
works router vpcctl route show vpc a
works router vpcctl flush

# --- to the Internet and back ------------------------------------------------------------------

t_remove
demo_nat 15

# --- many hosts ------------------------------------------------------------------------------

t_remove
demo_fleet 17

# --- a datacentre -------------------------------------------------------------------------

t_remove
if [ -x "$SWAN" ]; then
	demo_ipsec
else
	say "22. The part about IPsec needs strongSwan, which is not here."
fi

say "That is vpc. Next: README.md, vpcctl help, make check."
