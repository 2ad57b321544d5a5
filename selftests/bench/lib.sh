# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the measurements share, inside the guest: network namespaces with a device
# to receive on and a device to leave by, contenders, rounds.
#
#   space NAME              a new network namespace, which the following are about; it
#                           forwards, and has nothing of the others
#   dummy DEV [MAC]         a device there that swallows what it is to send
#   net CMD...              runs CMD there
#   contender KEY DEVS SINK [PACKETS=N] [SETTING]...
#                           traffic in the present namespace, see pktgen
#   before KEY CMD...       runs CMD there before each measurement
#   rounds                  measures all contenders in turn, $BENCH_ROUNDS times
#   sample KEY UNIT VALUE   a value of a figure, for the host
#   must CMD...             when CMD fails so does the whole
#   wait_for SECONDS CMD... repeats CMD until it succeeds; fails after SECONDS
#
# The file with the samples is $BENCH_OUT.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
BENCH_ROUNDS=${VPC_BENCH_ROUNDS:-5}
BENCH_PACKETS=${VPC_BENCH_PACKETS:-1000000}
BENCH_OUT=${VPC_VM_RESULTS:?}/${VPC_BENCH_NAME:?}.samples
SPACE=
KEYS=()
declare -A C_SPACE C_ARGS C_PACKETS C_BEFORE
export LC_ALL=C

# The tenant that sends, and the next one on the way.
# shellcheck disable=SC2034	# by those who source this
HOST_MAC=02:00:00:00:00:99
# shellcheck disable=SC2034
NEXT_MAC=02:00:00:00:00:98

die()
{
	echo "bench: $*" >&2
	exit 1
}

must()
{
	local out

	out=$("$@" 2>&1) || die "line ${BASH_LINENO[0]}: $*: $out"
}

wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		sleep 0.1
	done
}

space()
{
	SPACE=$1
	must ip netns add "$1"
	must ip -n "$1" link set lo up
	# What a router has to be, all else as the kernel has it.
	must net sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.default.accept_dad=0
	[ "$(net cat /proc/sys/net/ipv4/conf/all/rp_filter)" = 0 ] || die "rp_filter is on"
}

net()
{
	nsenter --net="/run/netns/$SPACE" -- "$@"
}

ipn()
{
	must ip -n "$SPACE" "$@"
}

vpc()
{
	must net vpcctl "$@"
}

dummy()
{
	ipn link add "$1" ${2:+address "$2"} type dummy
	ipn link set "$1" up
}

contender()
{
	local key=$1 args=("${@:2}") packets=$BENCH_PACKETS

	case ${args[2]:-} in
	PACKETS=*)
		packets=${args[2]#*=}
		args=("${args[@]:0:2}" "${args[@]:3}")
		;;
	esac
	KEYS+=("$key")
	C_SPACE[$key]=$SPACE
	C_PACKETS[$key]=$packets
	C_ARGS[$key]=$(printf '%q ' "${args[@]:2}")
	C_ARGS[$key]="$(printf '%q ' "${args[@]:0:2}") @@ ${C_ARGS[$key]}"
}

before()
{
	C_BEFORE[$1]=$(printf '%q ' "${@:2}")
}

sample()
{
	echo "$1 $2 $3" >>"$BENCH_OUT"
}

# run KEY PACKETS: prints nanoseconds per packet.
run()
{
	local args out usec sent arrived

	SPACE=${C_SPACE[$1]}
	eval "${C_BEFORE[$1]:-}"
	eval "args=(${C_ARGS[$1]/ @@ / $2 })"
	out=$(ip netns exec "$SPACE" "$HERE/pktgen" "${args[@]}") || return 1
	read -r usec sent arrived <<<"$out"
	if [ "$sent" != "$arrived" ]; then
		echo "bench: $1: $sent packets were sent, $arrived arrived" >&2
		return 1
	fi
	awk -v usec="$usec" -v sent="$sent" 'BEGIN { printf "%.1f\n", usec * 1000 / sent }'
}

# In turn, so that what disturbs the machine disturbs all alike. A figure whose packets did
# not all arrive once is none.
rounds()
{
	local i key ns lost=

	for key in "${KEYS[@]}"; do
		run "$key" $((C_PACKETS[$key] / 10 + 100)) >/dev/null || lost="$lost $key "
	done
	for ((i = 1; i <= BENCH_ROUNDS; i++)); do
		echo "round $i of $BENCH_ROUNDS, ${#KEYS[@]} figures" >&2
		for key in "${KEYS[@]}"; do
			[[ $lost != *" $key "* ]] || continue
			if ns=$(run "$key" "${C_PACKETS[$key]}"); then
				sample "$key" ns/packet "$ns"
			else
				lost="$lost $key "
				sed -i "/^$key /d" "$BENCH_OUT"
			fi
		done
	done
	[ -z "$lost" ] || die "no result:$lost"
}
