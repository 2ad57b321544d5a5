# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Library of the VM tests: KTAP output, hosts as network namespaces, captures,
# counters. A test is a script like this:
#
#	#!/bin/bash
#	# shellcheck source-path=SCRIPTDIR
#	. "${0%/*}/lib.sh"
#	t_begin "what is tested"
#	router_new
#	vpc_ok vpc add a cidr 10.0.0.0/16
#	vpc_ok subnet add s1 vpc a cidr 10.0.1.0/24
#	host_new h1 p1 10.0.1.10/24 via 10.0.1.1
#	port_add p1 subnet s1 address 10.0.1.10
#	check "the gateway answers" ns h1 ping -c 1 -W 10 10.0.1.1
#	t_end
#
# It is run as root, in the VM, with vpc.ko loaded and vpcctl on PATH. It exits
# with 0 (all passed or skipped), 1 (something failed) or 4 (all skipped).
# Namespaces are called by short names; their real names begin with $T_ID, so
# that two tests can run at once. Everything is removed on exit. The VM may be
# emulated, 30 times slower than the machine: time limits are generous, and
# nothing is proved by waiting.
#
# Results
#   t_begin TEXT            start of the script: header, cleanup on exit
#   t_end                   end: nothing left in the module, no complaint in the
#                           kernel log, the plan; exits
#   t_ok TEXT               one test passed; t_fail TEXT: failed; t_skip TEXT WHY
#   t_is TEXT GOT WANT      passed when the strings are equal
#   t_num TEXT GOT OP WANT  the same for numbers; OP: -eq -ne -lt -le -gt -ge
#   t_note TEXT...          a line of diagnostics (only tests have "ok" lines)
#   t_skip_all WHY          the whole script cannot run here
#   t_need PROGRAM...       t_skip_all when one is missing
#   check TEXT CMD...       passed when CMD succeeds; its output is shown if not
#   check_fail TEXT CMD...  passed when CMD fails (not: is killed, not found)
#   expect_error FRAGMENT TEXT ARGS...   vpcctl ARGS in the router fails and
#                           says FRAGMENT on its standard error
#   must CMD...             preparation: when CMD fails the script ends as failed
# Namespaces
#   router_new              a new router namespace "R" without configuration;
#                           deletes the former one with all hosts
#   ns NAME CMD...          runs CMD in a namespace (not on shell functions)
#   r CMD...                runs CMD in the router
#   vpc ARGS...             vpcctl ARGS in the router
#   vpc_ok ARGS...          must vpc ARGS...
#   host_new NAME DEV [ADDR/LEN]... [via GW]... [mac MAC] [mtu N] [dad] [quiet] [in NS]
#                           a host: namespace NAME with eth0, linked to DEV in the
#                           router (or in NS). DEV stays down until port_add,
#                           uplink_add or "r ip link set DEV up". Addresses are usable at
#                           once (no DAD) unless "dad". quiet: the host says
#                           nothing by itself (no MLD, no RS), for exact counts
#   host_del NAME           deletes it, and so DEV
#   ns_new NAME             a namespace with lo and nothing else
#   port_add DEV ARGS...    vpcctl port add DEV ARGS..., plug, and waits until the host's
#                           MAC is known: before, what it sends is dropped
#   uplink_add DEV ARGS...  vpcctl uplink add DEV ARGS..., plug
#   plug DEV                sets DEV up, waits until the kernel has noticed at both ends
#   mac NAME DEV            prints the MAC address of a device of a namespace
#   neigh NAME ADDR MAC     a static neighbour of that host's eth0
# Waiting
#   wait_for SECONDS CMD... repeats CMD until it succeeds; fails after SECONDS
#   bg KEY NAME CMD...      starts CMD in a namespace; output: $T_DIR/KEY.{out,err}
#   bg_wait KEY [SECONDS]   waits for its end; returns its status, 124: time over
#   bg_stop KEY [SIGNAL]    ends it (default TERM) and waits for its end
#   bg_alive KEY            it still runs
#   listening NAME {t|u} PORT   something listens there (for wait_for)
#   ping_all NAME COUNT ADDR [ARG...]   each of COUNT echo requests is answered (ping itself
#                           is content with one)
#   fence NAME ADDR         what NAME sent before has been handled: ADDR answered it
# Captures
#   capture_start KEY NAME DEV [-s SNAPLEN] [FILTER]   returns when it sees everything
#   capture_stop KEY        returns when all that was seen is in the file
#   capture_count KEY [FILTER]   how many packets (FILTER of tcpdump)
#   capture_text KEY [ARG...]    prints it (arguments for tcpdump -r)
# Counters
#   drops VPC REASON        packets dropped for a reason (0 when never)
#   drops_all VPC           all reasons, "name number" per line
#   vpc_counter VPC FIELD   rx_packets rx_bytes tx_packets tx_bytes drops
#   port_counter DEV FIELD
#   snmp NAME COUNTER...    sum of counters of a namespace, named as by nstat
#   snmp_list NAME COUNTER...    each of them, "name number" per line
# Files
#   $T_TOP the repository; $T_DIR a directory of this run; $T_PKT the frame
#   tool, see pkt.c

T_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
T_NAME=$(basename "$0" .sh)
T_ID=t$$
T_DIR=
T_ENTER=$T_TOP/build/selftests/enter
T_PKT=${VPC_PKT:-$T_TOP/build/selftests/pkt}
T_CAPTURE=${VPC_CAPTURE:-$T_TOP/build/selftests/capture}
T_COUNT=0
T_FAILED=0
T_SKIPPED=0
T_REFS=
T_MARK=
T_DONE=no
declare -A T_NS=() T_PEER=()
export LC_ALL=C

# What the kernel must never say. Stalls are left out: an emulator stalls.
T_COMPLAINTS='WARNING:|BUG:|KASAN|KCSAN|UBSAN|Oops|general protection|possible (recursive|circular)'
T_COMPLAINTS+='|lock dependency|inconsistent lock|suspicious RCU|sleeping function|refcount_t'
T_COMPLAINTS+='|memory leak|kmemleak: [0-9]|waiting for .* to become free|Call Trace|leaked|blocked for more'

t_note()
{
	printf '# %s\n' "$*"
}

t_ok()
{
	T_COUNT=$((T_COUNT + 1))
	echo "ok $T_COUNT $*"
}

t_fail()
{
	T_COUNT=$((T_COUNT + 1))
	T_FAILED=$((T_FAILED + 1))
	echo "not ok $T_COUNT $*"
}

t_skip()
{
	T_COUNT=$((T_COUNT + 1))
	T_SKIPPED=$((T_SKIPPED + 1))
	echo "ok $T_COUNT $1 # SKIP ${2-}"
}

t_is()
{
	if [ "$2" = "$3" ]; then
		t_ok "$1"
	else
		t_fail "$1"
		printf '# got:  %s\n# want: %s\n' "${2//$'\n'/$'\n'#       }" "${3//$'\n'/$'\n'#       }"
	fi
}

t_num()
{
	if [[ $2 =~ ^-?[0-9]+$ && $4 =~ ^-?[0-9]+$ ]] && test "$2" "$3" "$4"; then
		t_ok "$1"
	else
		t_fail "$1"
		t_note "got $2, want $3 $4"
	fi
}

t_need()
{
	local prog

	for prog; do
		type -P "$prog" >/dev/null || [ -x "$prog" ] || t_skip_all "$prog is missing"
	done
}

t_skip_all()
{
	echo "1..0 # SKIP $*"
	T_DONE=yes
	exit 4
}

t_begin()
{
	echo "TAP version 13"
	t_note "$T_NAME: $*"
	[ "$(id -u)" = 0 ] || t_skip_all "needs root"
	t_need ip tcpdump gojq vpcctl "$T_ENTER" "$T_PKT" "$T_CAPTURE"
	T_DIR=$(mktemp -d "/tmp/vpc-$T_NAME.XXXXXX") || exit 1
	trap t_cleanup EXIT
	trap 'exit 1' HUP INT TERM
	T_REFS=$(cat /sys/module/vpc/refcnt 2>/dev/null)
	T_MARK="vpc-test $T_NAME $T_ID"
	echo "$T_MARK" 2>/dev/null >/dev/kmsg || T_MARK=
}

# New complaints in the kernel log, one per line.
t_complaints()
{
	[ -n "$T_MARK" ] || return 0
	"$T_TOP/selftests/debug/klog" | awk -v mark="$T_MARK" 'index($0, mark) { on = 1; next } on' |
		grep -E "$T_COMPLAINTS"
}

t_end()
{
	local lines

	t_remove
	if [ -n "$T_REFS" ]; then
		check "the module is as unused as before" wait_for 60 t_refs_back
	fi
	if [ -n "$T_MARK" ]; then
		lines=$(t_complaints)
		t_is "the kernel does not complain" "$lines" ""
	fi
	T_DONE=yes
	echo "1..$T_COUNT"
	[ "$T_FAILED" = 0 ] || exit 1
	[ "$T_SKIPPED" != "$T_COUNT" ] || exit 4
	exit 0
}

t_refs_back()
{
	[ "$(cat /sys/module/vpc/refcnt)" = "$T_REFS" ]
}

# Ends what runs in our namespaces and what we have started, deletes the namespaces.
t_remove()
{
	local name key pids=()

	for key in "${!T_PIDS[@]}"; do
		pids+=("${T_PIDS[$key]}")
	done
	for name in "${!T_NS[@]}"; do
		mapfile -t -O "${#pids[@]}" pids < <(ip netns pids "${T_NS[$name]}" 2>/dev/null)
	done
	if [ "${#pids[@]}" != 0 ]; then
		kill "${pids[@]}" 2>/dev/null
		kill -CONT "${pids[@]}" 2>/dev/null
	fi
	for key in "${!T_PIDS[@]}"; do
		bg_wait "$key" 10 >/dev/null || kill -KILL "${T_PIDS[$key]-}" 2>/dev/null
	done
	for name in "${!T_NS[@]}"; do
		ip netns del "${T_NS[$name]}" 2>/dev/null
	done
	wait
	T_PIDS=()
	T_NS=()
}

t_cleanup()
{
	local rc=$?

	trap - EXIT
	if [ "$T_DONE" = no ]; then
		t_fail "the script runs to its end (status $rc)"
		t_complaints | sed 's/^/# /'
		echo "1..$T_COUNT"
		rc=1
	fi
	t_remove
	[ -z "$T_DIR" ] || rm -rf "$T_DIR"
	exit "$rc"
}

t_show()
{
	head -n 40 "$1" | sed 's/^/# /'
}

check()
{
	local text=$1 rc

	shift
	"$@" >"$T_DIR/check.out" 2>&1
	rc=$?
	if [ "$rc" = 0 ]; then
		t_ok "$text"
	else
		t_fail "$text"
		t_note "status $rc: $*"
		t_show "$T_DIR/check.out"
	fi
	return "$rc"
}

check_fail()
{
	local text=$1 rc

	shift
	"$@" >"$T_DIR/check.out" 2>&1
	rc=$?
	if [ "$rc" != 0 ] && [ "$rc" -lt 125 ]; then
		t_ok "$text"
		return 0
	fi
	t_fail "$text"
	t_note "status $rc: $*"
	t_show "$T_DIR/check.out"
	return 1
}

expect_error()
{
	local fragment=$1 text=$2 rc

	shift 2
	vpc "$@" >"$T_DIR/check.out" 2>"$T_DIR/check.err"
	rc=$?
	if [ "$rc" != 0 ] && [ "$rc" -lt 125 ] && grep -qF -- "$fragment" "$T_DIR/check.err"; then
		t_ok "$text"
		return 0
	fi
	t_fail "$text"
	t_note "status $rc: vpcctl $*"
	t_note "want an error with: $fragment"
	t_show "$T_DIR/check.err"
	return 1
}

must()
{
	if ! "$@" >"$T_DIR/must.out" 2>&1; then
		t_note "preparation failed, line ${BASH_LINENO[0]}${BASH_LINENO[1]:+ from ${BASH_LINENO[1]}}: $*"
		t_show "$T_DIR/must.out"
		exit 1
	fi
}

# --- namespaces ---------------------------------------------------------------

ns()
{
	local name=$1

	shift
	"$T_ENTER" "/run/netns/$T_ID.$name" "$@"
}

# Debian 12's jq compiles a library of its own at each start, which takes a quarter of a second
# in an emulated machine.
jq()
{
	gojq "$@"
}

r()
{
	ns R "$@"
}

vpc()
{
	ns R vpcctl "$@"
}

vpc_ok()
{
	must vpc "$@"
}

ns_new()
{
	must ip netns add "$T_ID.$1"
	T_NS[$1]=$T_ID.$1
	must ip -n "$T_ID.$1" link set lo up
}

router_new()
{
	t_remove
	ns_new R
}

host_del()
{
	must ip netns del "$T_ID.$1"
	unset "T_NS[$1]"
}

host_new()
{
	local name=$1 dev=$2 addrs=() gws=() mac=() mtu=() nodad=nodad quiet=no in=R a

	shift 2
	while [ $# != 0 ]; do
		case $1 in
		via) gws+=("$2"); shift ;;
		mac) mac=(address "$2"); shift ;;
		mtu) mtu=(mtu "$2"); shift ;;
		in) in=$2; shift ;;
		dad) nodad= ;;
		quiet) quiet=yes ;;
		*) addrs+=("$1") ;;
		esac
		shift
	done
	must ip netns add "$T_ID.$name"
	T_NS[$name]=$T_ID.$name
	[ "$quiet" = no ] || must ns "$name" nft '
		table ip6 quiet {
			chain out {
				type filter hook output priority 0
				icmpv6 type { 130, 131, 132, 133, 143 } drop
			}
		}'
	must ip link add "$dev" netns "$T_ID.$in" "${mtu[@]}" type veth \
		peer name eth0 netns "$T_ID.$name" "${mac[@]}" "${mtu[@]}"
	T_PEER[$dev]=$name
	{
		echo "link set lo up"
		echo "link set eth0 up"
		for a in "${addrs[@]}"; do
			case $a in
			*:*) echo "addr add $a dev eth0 $nodad" ;;
			*) echo "addr add $a dev eth0" ;;
			esac
		done
		for a in "${gws[@]}"; do
			echo "route add default via $a dev eth0"
		done
	} >"$T_DIR/batch"
	must ip -n "$T_ID.$name" -batch "$T_DIR/batch"
}

# Both ends of the cable have noticed: before, the kernel drops what they send.
t_linked()
{
	[ "$({
		ip -n "$T_ID.${2:-R}" -o link show dev "$1"
		ip -n "$T_ID.${T_PEER[$1]}" -o link show dev eth0
	} | grep -c 'state UP')" = 2 ]
}

plug()
{
	must r ip link set "$1" up
	[ -z "${T_PEER[$1]-}" ] || must wait_for 60 t_linked "$1"
}

t_learned()
{
	vpc -json port show "$1" | jq -e '.[0].lladdr' >/dev/null
}

# A host that has the address answers the question for its MAC, if not the first
# one then the second, a second later. A host that does not is none of our business.
port_add()
{
	vpc_ok port add "$@"
	plug "$1"
	[ -z "${T_PEER[$1]-}" ] || wait_for 5 t_learned "$1" || :
}

uplink_add()
{
	vpc_ok uplink add "$@"
	plug "$1"
}

mac()
{
	ip -n "$T_ID.$1" -j link show dev "$2" | jq -r '.[0].address'
}

neigh()
{
	must ip -n "$T_ID.$1" neigh replace "$2" lladdr "$3" dev eth0 nud permanent
}

# shellcheck source-path=SCRIPTDIR disable=SC1091
. "$T_TOP/selftests/lib-traffic.sh"
