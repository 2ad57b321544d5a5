# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# BFD by hand: packets with any content, a peer that does what it is told, captures that
# are read field by field. See bfdpkt.c.
#
#   bfd_hex [WORD VALUE]...      a control packet in hexadecimal. Words: ver diag state flags
#                                mult len my your tx rx echo (numbers; flags: sum of P 32 F 16
#                                C 8 A 4 D 2 M 1), tail (hexadecimal, what follows)
#   peer_start KEY NAME [OPTION]... LOCAL REMOTE   a peer in a namespace
#   peer_say KEY COMMAND...      tells it, returns when it is done
#   peer_get KEY FIELD           the last value of a field that it printed (state, rdiag...)
#   peer_is KEY FIELD VALUE      for wait_for
#   peer_stop KEY
#   bfd_show KEY [FIELD VALUE]...   the packets of a capture (see lib.sh) in which each
#                                field has that value; "src" and "dst" are fields too
#   bfd_fields KEY FIELD [FIELD VALUE]...   of those, that field

T_BFD=${VPC_BFDPKT:-$T_TOP/build/selftests/bfdpkt}

bfd_hex()
{
	local -A f=([ver]=1 [diag]=0 [state]=3 [flags]=0 [mult]=3 [len]=24 [my]=1 [your]=0
		[tx]=100000 [rx]=100000 [echo]=0 [tail]="")

	while [ $# -gt 1 ]; do
		[ -n "${f[$1]+set}" ] || exit 2
		f[$1]=$2
		shift 2
	done
	printf '%02x%02x%02x%02x%08x%08x%08x%08x%08x%s' $((f[ver] << 5 | f[diag])) \
		$((f[state] << 6 | f[flags])) "${f[mult]}" "${f[len]}" "${f[my]}" "${f[your]}" \
		"${f[tx]}" "${f[rx]}" "${f[echo]}" "${f[tail]}"
}

peer_start()
{
	local key=$1 name=$2

	shift 2
	rm -f "$T_DIR/$key.fifo"
	must mkfifo "$T_DIR/$key.fifo"
	bg "peer.$key" "$name" "$T_BFD" session "$@" "$T_DIR/$key.fifo"
	must wait_for 60 grep -q state "$T_DIR/peer.$key.out"
}

peer_done()
{
	[ "$(grep -c '^did ' "$T_DIR/peer.$1.out")" -ge "$2" ]
}

peer_say()
{
	local key=$1 before

	shift
	before=$(grep -c '^did ' "$T_DIR/peer.$key.out")
	echo "$*" >"$T_DIR/$key.fifo"
	must wait_for 60 peer_done "$key" $((before + 1))
}

peer_get()
{
	awk -v want="$2" '!/^did/ { for (i = 2; i < NF; i += 2) if ($i == want) v = $(i + 1) }
		END { print v }' "$T_DIR/peer.$1.out"
}

peer_is()
{
	[ "$(peer_get "$1" "$2")" = "$3" ]
}

peer_stop()
{
	bg_stop "peer.$1" || :
}

bfd_show()
{
	local key=$1

	shift
	"$T_BFD" show "$T_DIR/$key.pcap" | awk -v want="$*" '
		BEGIN { n = split(want, w, " ") }
		{
			split("", v)
			v["src"] = $2; v["sport"] = $3; v["dst"] = $4; v["dport"] = $5
			for (i = 6; i < NF; i += 2)
				v[$i] = $(i + 1)
			for (i = 1; i < n; i += 2)
				if (v[w[i]] != w[i + 1])
					next
			print
		}'
}

bfd_fields()
{
	local key=$1 field=$2

	shift 2
	bfd_show "$key" "$@" | awk -v want="$field" '
		want == "sport" { print $3; next }
		{ for (i = 6; i < NF; i += 2) if ($i == want) print $(i + 1) }'
}

# --- probes of the router ---------------------------------------------------------
#
#   two_routers                  VPC a with host ha (scene.sh), routers r1 and r2 behind uplinks
#                                u1 and u2: 172.16.1.2 and fd00:f1::2, 172.16.2.2 and
#                                fd00:f2::2, the VPC has .1; both lead to d, which has
#                                10.50.0.1 and fd00:50::1 (devices d1, d2)
#   probe_get NAME FIELD         of "probe show", as jq takes it
#   probe_in NAME STATE          for wait_for: up, down, init, admin-down
#   has NAME FIELD VALUE         for wait_for: of "probe show", as jq takes it
#   caused NAME TEXT             for wait_for: the last receipt says "up>down carrier"
#   probe_up NAME                check: it comes up
#   flip_get NAME FIELD [N]      of the receipts of a probe, the last or the Nth of them
#   flip_causes NAME             "up>down detection time expired" of each, one per line
#   discards NAME                packets that a probe has thrown away

join_d()
{
	must ip link add "x$1" netns "$T_ID.r$1" type veth peer name "d$1" netns "$T_ID.d"
	must ip -n "$T_ID.r$1" addr add "192.0.2.$((4 * $1 + 1))/30" dev "x$1"
	must ip -n "$T_ID.r$1" addr add "fd00:d$1::1/64" dev "x$1" nodad
	must ip -n "$T_ID.r$1" link set "x$1" up
	must ip -n "$T_ID.d" addr add "192.0.2.$((4 * $1 + 2))/30" dev "d$1"
	must ip -n "$T_ID.d" addr add "fd00:d$1::2/64" dev "d$1" nodad
	must ip -n "$T_ID.d" link set "d$1" up
	must ip -n "$T_ID.r$1" route add 10.50.0.0/16 via "192.0.2.$((4 * $1 + 2))"
	must ip -n "$T_ID.r$1" route add fd00:50::/32 via "fd00:d$1::2"
	must ip -n "$T_ID.r$1" route add 10.1.0.0/16 via "172.16.$1.1"
	must ip -n "$T_ID.r$1" route add fd00:1::/48 via "fd00:f$1::1"
	ns "r$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
}

two_routers()
{
	local n

	router_new
	side 1
	ns_new d
	must ip -n "$T_ID.d" addr add 10.50.0.1/32 dev lo
	must ip -n "$T_ID.d" addr add fd00:50::1/128 dev lo
	ns d sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	for n in 1 2; do
		host_new "r$n" "u$n" "172.16.$n.2/24" "fd00:f$n::2/64" quiet
		uplink_add "u$n" vpc a address "172.16.$n.1/24" address "fd00:f$n::1/64" \
			gateway "172.16.$n.2" gateway "fd00:f$n::2"
		join_d "$n"
	done
	must ip -n "$T_ID.d" route add default via 192.0.2.5
	must ip -n "$T_ID.d" route add default via fd00:d1::1
}

probe_get()
{
	vpc -json probe show "$1" | jq -r ".[0].$2"
}

probe_in()
{
	[ "$(probe_get "$1" state)" = "$2" ]
}

has()
{
	local is

	is=$(probe_get "$1" "$2")
	echo "$1 $2: $is"
	[ "$is" = "$3" ]
}

caused()
{
	local is

	is=$(vpc -json probe history "$1" | jq -r '.[-1] | "\(.from)>\(.to) \(.cause)"')
	echo "$is"
	[ "$is" = "$2" ]
}

probe_up()
{
	check "probe $1 comes up${2:+: $2}" wait_for 60 probe_in "$1" up
}

flip_get()
{
	vpc -json probe history "$1" | jq -r ".[${3:--1}].$2"
}

flip_causes()
{
	vpc -json probe history "$1" | jq -r '.[] | "\(.from)>\(.to) \(.cause)"'
}

discards()
{
	probe_get "$1" discarded
}
