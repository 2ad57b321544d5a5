# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Second part of lib.sh, which says what everything is for: waiting, captures,
# counters.

declare -A T_PIDS=()

# --- waiting --------------------------------------------------------------------

# One turn of a polling loop; never a proof of anything.
t_pause()
{
	sleep 0.1
}

wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		t_pause
	done
}

bg()
{
	local key=$1 name=$2

	shift 2
	# What the last one of this name has said is nothing to wait for.
	: >"$T_DIR/$key.out"
	(exec "$T_ENTER" "/run/netns/$T_ID.$name" "$@") \
		>"$T_DIR/$key.out" 2>"$T_DIR/$key.err" </dev/null &
	T_PIDS[$key]=$!
}

bg_alive()
{
	[ -n "${T_PIDS[$1]-}" ] && kill -0 "${T_PIDS[$1]}" 2>/dev/null
}

bg_ended()
{
	! bg_alive "$1"
}

bg_wait()
{
	local pid=${T_PIDS[$1]-}

	[ -n "$pid" ] || return 127
	wait_for "${2:-120}" bg_ended "$1" || return 124
	unset "T_PIDS[$1]"
	wait "$pid"
}

bg_stop()
{
	local pid=${T_PIDS[$1]-}

	[ -n "$pid" ] || return 127
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	bg_wait "$1" 60
}

listening()
{
	[ -n "$(ns "$1" ss -Hln"$2" "sport = :$3")" ]
}

ping_all()
{
	local name=$1 count=$2 out

	shift 2
	out=$(ns "$name" ping -q -n -c "$count" -i 0.2 -W 30 "$@" 2>&1)
	echo "$out"
	grep -q "^$count packets transmitted, $count received" <<<"$out"
}

# Frames of one host are handled in order, so an answer to a later one will do.
fence()
{
	must ns "$1" ping -q -c 1 -W 30 "$2"
}

# --- captures -------------------------------------------------------------------

capture_start()
{
	local key=$1 name=$2 dev=$3 options=()

	shift 3
	if [ "${1-}" = -s ]; then
		options=(-s "$2")
		shift 2
	fi
	if [ -n "${1-}" ]; then
		tcpdump -y EN10MB -ddd "$*" >"$T_DIR/$key.bpf" || exit 1
		options+=(-f "$T_DIR/$key.bpf")
	fi
	bg "cap.$key" "$name" "$T_CAPTURE" "${options[@]}" "$dev" "$T_DIR/$key.pcap"
	must wait_for 60 grep -qs ready "$T_DIR/cap.$key.out"
}

capture_stop()
{
	must bg_stop "cap.$1"
}

capture_text()
{
	local key=$1

	shift
	tcpdump -nn -r "$T_DIR/$key.pcap" "$@" 2>/dev/null
}

capture_count()
{
	local key=$1

	shift
	capture_text "$key" -t "$@" | grep -c '^[^[:space:]]'
}

# --- counters -------------------------------------------------------------------

drops()
{
	vpc -json stats vpc "$1" | jq -r --arg r "$2" '(.[0].drops[$r] // 0)'
}

drops_all()
{
	vpc -json stats vpc "$1" | jq -r '.[0].drops | to_entries[] | "\(.key) \(.value)"'
}

vpc_counter()
{
	vpc -json stats vpc "$1" | jq -r --arg f "$2" '.[0].counters[$f]'
}

port_counter()
{
	vpc -json port show "$1" | jq -r --arg f "$2" '.[0].counters[$f]'
}

snmp_list()
{
	local name=$1

	shift
	ns "$name" cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6 |
		awk -v list="$*" '
			/^[A-Za-z]+:/ {
				p = $1
				sub(":", "", p)
				if (p != prev) {
					split($0, head)
					prev = p
					next
				}
				for (i = 2; i <= NF; i++)
					value[p head[i]] = $i
				prev = ""
				next
			}
			{ value[$1] = $2 }
			END {
				n = split(list, want, " ")
				for (i = 1; i <= n; i++)
					print want[i], want[i] in value ? value[want[i]] : "unknown"
			}'
}

snmp()
{
	snmp_list "$@" | awk '$2 == "unknown" { print "no counter", $1; exit bad = 1 }
		{ sum += $2 }
		END { if (!bad) print sum + 0 }'
}
