# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of IPsec share, on top of lib.sh and scene.sh: an underlay, customer
# gateways on it, keys by hand, and what an underlay may see.
#
#   R wan ---- U hub --- c1 eth0      192.0.2.1    192.0.2.11     outside
#                  +----- c2 eth0                   192.0.2.12
#                        cN lan       172.16.N.1/24, fd00:ac:N::1/64: the network of customer N
#
#   underlay_new            namespace U, and wan of the router on it
#   customer_new N          namespace cN, customer gateway cN of the module; its network is
#                           on a dummy device, so that it is its own hosts
#   gateway_new NAME ARG... vpn-gateway add NAME ARG... local $WAN, which tests may change
#   conn_new NAME GW N [ARG...]   IPsec connection NAME from GW to customer N
#   conn_routes NAME GW N [ARG...]   routes of GW to the network of customer N by it
#   if_id CONN              its if_id
#   conn_is CONN STATE      for wait_for: the connection is in that state
#   conn_wait CONN STATE    must be, soon
#   sa R|cN FROM TO SPI [ARG...]   one end of a security association, AES-GCM, tunnel mode,
#                           for both families. ARG: of ip xfrm state add; $SA_MODE and
#                           $SA_REQID: another mode or reqid
#   spi_out N, spi_in N     what keys_* use
#   keys_ours CONN N, keys_peer N   security associations and policies of one end
#   keys_in CONN N          only the association that our end receives with
#   keys CONN N             both ends; the connection is negotiated
#   policy_ours CONN N [ARG...]   policies of our end for both families
#   drop_gain VPC REASON [FROM]   packets dropped for that reason since FROM
#   host_drops REASON       packets of no VPC dropped for that reason
# Traffic that must not be seen carries $MARKER.
#   underlay_watch KEY [SNAPLEN]   captures what is on the wire between R and the underlay
#   underlay_stop KEY
#   underlay_clean KEY TEXT [ESP]   verdict: nothing but IKE, ESP, ARP and ND, nowhere the
#                           marker, and at least ESP packets of ESP (default 0)
#   underlay_dirt KEY       prints what should not be there
#   shout HOST ADDR4 ADDR6  all kinds of packets with the marker, no matter what comes back
#   storm_start KEY HOST TO ADDR4 ADDR6   TCP with segmentation offload, UDP in fragments,
#                           pings, until storm_stop KEY
#   storm_moves KEY         its TCP connection carries something; waits a minute

MARKER=PLAINTEXT-OF-VPC
MARKER_HEX=$(printf %s "$MARKER" | od -An -tx1 | tr -d ' \n')
WAN=192.0.2.1

# shellcheck source-path=SCRIPTDIR disable=SC1091
. "$T_TOP/selftests/scene.sh"

# What may be outside. Fragments of ESP are ESP. That nobody listens to IKE is no secret.
OUTSIDE='ip proto 50 or ip6 proto 50 or (udp and (port 500 or port 4500)) or arp'
OUTSIDE+=' or (icmp[0] == 3 and icmp[1] == 3 and icmp[17] == 17 and'
OUTSIDE+=' (icmp[30:2] == 500 or icmp[30:2] == 4500))'
OUTSIDE+=' or (icmp6 and ip6[40] >= 130 and ip6[40] <= 143)'
# Multicast listener reports have their ICMPv6 behind a hop-by-hop header.
OUTSIDE+=' or (ip6[6] == 0 and ip6[40] == 58 and ip6[48] >= 130 and ip6[48] <= 143)'

underlay_new()
{
	ns_new U
	must ip -n "$T_ID.U" link add hub type bridge mcast_snooping 0
	must ip -n "$T_ID.U" link set hub up
	must ip link add wan netns "$T_ID.R" type veth peer name u0 netns "$T_ID.U"
	must ip -n "$T_ID.U" link set u0 master hub up
	must r ip link set wan up
	must r ip addr add "$WAN/24" dev wan
	must r ip addr add fd00:ffff::1/64 dev wan nodad
}

customer_new()
{
	local n=$1

	host_new "c$n" "u$n" "${WAN%.*}.$((10 + n))/24" "fd00:ffff::$((10 + n))/64" quiet in U
	must ip -n "$T_ID.U" link set "u$n" master hub up
	must ns "c$n" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	must ip -n "$T_ID.c$n" -batch - <<-END
		link add lan type dummy
		link set lan up
		addr add 172.16.$n.1/24 dev lan
		addr add fd00:ac:$n::1/64 dev lan nodad
		route add 10.0.0.0/8 via $WAN src 172.16.$n.1
		route add 172.16.0.0/16 via $WAN src 172.16.$n.1
		route add fd00::/16 via fd00:ffff::1 src fd00:ac:$n::1
	END
	vpc_ok customer-gateway add "c$n" address "${WAN%.*}.$((10 + n))"
}

gateway_new()
{
	vpc_ok vpn-gateway add "$@" local "$WAN"
}

conn_new()
{
	local name=$1 gw=$2 n=$3

	shift 3
	vpc_ok ipsec add "$name" gateway "$gw" customer "c$n" "$@"
}

conn_routes()
{
	local name=$1 gw=$2 n=$3

	shift 3
	vpc_ok route add "172.16.$n.0/24" gateway "$gw" via ipsec "$name" "$@"
	vpc_ok route add "fd00:ac:$n::/64" gateway "$gw" via ipsec "$name" "$@"
}

if_id()
{
	get '.[0].if_id' ipsec show "$1"
}

conn_is()
{
	[ "$(get '.[0].state' ipsec show "$1")" = "$2" ]
}

conn_wait()
{
	must wait_for 60 conn_is "$1" "$2"
}

# --- keys by hand -------------------------------------------------------------------

spi_out()
{
	printf '0x%x' $((0x10000 + $1))
}

spi_in()
{
	printf '0x%x' $((0x20000 + $1))
}

# One line of ip -batch; the key follows from the SPI.
sa_line()
{
	local from=$1 to=$2 spi=$3

	shift 3
	echo "xfrm state add src $from dst $to proto esp spi $spi" \
		"reqid ${SA_REQID:-1} mode ${SA_MODE:-tunnel}" \
		"flag af-unspec aead rfc4106(gcm(aes)) $(printf '0x%040x' "$((spi))") 128 $*"
}

sa()
{
	local where=$1

	shift
	must ip -n "$T_ID.$where" -batch - < <(sa_line "$@")
}

policy_ours()
{
	local id tmpl="tmpl src $WAN dst ${WAN%.*}.$((10 + $2)) proto esp reqid 1 mode tunnel"

	id=$(if_id "$1")
	shift 2
	must ip -n "$T_ID.R" -batch - <<-END
		xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id $id $* $tmpl
		xfrm policy add src ::/0 dst ::/0 dir out if_id $id $* $tmpl
	END
}

keys_in()
{
	sa R "${WAN%.*}.$((10 + $2))" "$WAN" "$(spi_in "$2")" if_id "$(if_id "$1")"
}

keys_ours()
{
	keys_in "$1" "$2"
	sa R "$WAN" "${WAN%.*}.$((10 + $2))" "$(spi_out "$2")" if_id "$(if_id "$1")"
	policy_ours "$1" "$2"
}

# A customer's policies are for all that is not outside.
keys_peer()
{
	local n=$1 c=${WAN%.*}.$((10 + $1)) tmpl

	sa "c$n" "$c" "$WAN" "$(spi_in "$n")"
	sa "c$n" "$WAN" "$c" "$(spi_out "$n")"
	tmpl="proto esp reqid 1 mode tunnel"
	must ip -n "$T_ID.c$n" -batch - <<-END
		xfrm policy add src 172.16.$n.0/24 dst 0.0.0.0/0 dir out tmpl src $c dst $WAN $tmpl
		xfrm policy add src fd00:ac:$n::/64 dst ::/0 dir out tmpl src $c dst $WAN $tmpl
		xfrm policy add src 0.0.0.0/0 dst 172.16.$n.0/24 dir in tmpl src $WAN dst $c $tmpl
		xfrm policy add src ::/0 dst fd00:ac:$n::/64 dir in tmpl src $WAN dst $c $tmpl
	END
}

keys()
{
	keys_ours "$1" "$2"
	keys_peer "$2"
	conn_wait "$1" negotiated
}

drop_gain()
{
	echo $(($(drops "$1" "$2") - ${3:-0}))
}

host_drops()
{
	get ".[] | select(.vpc == null) | .drops[\"$1\"] // 0" stats
}

# --- what the underlay sees ----------------------------------------------------------

underlay_watch()
{
	capture_start "$1" U u0 -s "${2:-262144}"
}

underlay_stop()
{
	capture_stop "$1"
}

# What should not be there, a few lines of it.
underlay_dirt()
{
	capture_text "$1" "not ($OUTSIDE)" | head -n 5
	grep -aoF -m 3 "$MARKER" "$T_DIR/$1.pcap"
}

underlay_clean()
{
	t_is "$2: the underlay sees IKE and ESP alone" "$(underlay_dirt "$1")" ""
	[ "${3:-0}" = 0 ] || t_num "$2: there is ESP" "$(capture_count "$1" 'ip proto 50 or ip6 proto 50')" \
		-ge "$3"
}

# --- traffic -------------------------------------------------------------------------

# Small ones, fragments, ones that are too large; ICMP, UDP, the begin of a connection.
shout()
{
	local host=$1 addr pids=()

	shift
	for addr; do
		ns "$host" ping -n -q -c 2 -i 0.2 -W 1 -p "$MARKER_HEX" "$addr" & pids+=($!)
		ns "$host" ping -n -q -c 1 -W 1 -s 3000 -p "$MARKER_HEX" "$addr" & pids+=($!)
		ns "$host" ping -n -q -c 1 -W 1 -s 1440 -M "do" -p "$MARKER_HEX" "$addr" & pids+=($!)
		ns "$host" "$T_PKT" udp -c 3 -i 1000 -s 200 -p "$MARKER" "$addr" 9 & pids+=($!)
		ns "$host" "$T_PKT" udp -c 1 -s 4000 -p "$MARKER" "$addr" 9 & pids+=($!)
		ns "$host" nc -w 1 -z "$addr" 9 & pids+=($!)
	done >/dev/null 2>&1
	wait "${pids[@]}"
	return 0
}

storm_bytes()
{
	stat -c %s "$T_DIR/$1.storm"
}

storm_has()
{
	[ "$(storm_bytes "$1")" -gt "$2" ]
}

storm_moves()
{
	wait_for 60 storm_has "$1" "$(storm_bytes "$1")"
}

storm_start()
{
	local key=$1 host=$2 to=$3 addr4=$4 addr6=$5

	: >"$T_DIR/$key.storm"
	yes "$MARKER in a stream" | head -c 60000 >"$T_DIR/$key.burst"
	bg "$key.sink" "$to" socat -u TCP4-LISTEN:5002,reuseaddr "OPEN:$T_DIR/$key.storm,append"
	must wait_for 60 listening "$to" t 5002
	# shellcheck disable=SC2016 # for the inner shell
	bg "$key.tcp" "$host" sh -c 'while cat "$1" && sleep 0.1; do :; done | socat -u - "$2"' \
		sh "$T_DIR/$key.burst" "TCP4:$addr4:5002,connect-timeout=60"
	bg "$key.udp" "$host" "$T_PKT" udp -c 1000000 -i 50000 -s 3000 -p "$MARKER" "$addr4" 9
	bg "$key.ping" "$host" ping -n -q -i 0.2 -s 1200 -p "$MARKER_HEX" "$addr6"
	must storm_moves "$key"
}

storm_stop()
{
	local part

	for part in ping udp tcp sink; do
		bg_stop "$1.$part"
	done
	return 0
}
