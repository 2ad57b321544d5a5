#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the tests (make check), or a script or a shell in the VM (make vm).
#
#   run.sh [style] [host] [vm]     run tests; TESTS="peering style" selects by name
#   run.sh shell [SCRIPT [ARG]...] build, then selftests/vm/run
#   run.sh guest SCRIPT...         (in the VM) run test scripts
#
# A VM test is an executable selftests/NAME.sh that prints KTAP; those in
# selftests/long/ run with LONG=1, or when named. Its time limit is 600 seconds,
# or what a line "# timeout: SECONDS" in it says. KERNEL or KDIR choose the
# kernel. Logs: build/check/. The last line is "N passed, N failed, N skipped".
# TESTS=failover means all about next hops that fail, TESTS=ipsec all about IPsec, see
# also_named.

set -u
here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here/.." || exit 2
MAKE=${MAKE:-make}
TESTS=${TESTS:-}
dir=${VPC_CHECK_DIR:-$PWD/build/check}
passed=0 failed=0 skipped=0
bad=()

# Names that bring others along.
also_named="failover: probes bfd frr groups sessions
region: overlay overlay_moves alarm rates metrics metering host
ipsec: ipsec_leak ipsec_identity ipsec_ike ipsec_scenarios ipsec_domains ipsec_failover
ipsec: ipsec_limits ipsec_peers
nat: nat_in nat_sides nat_limits nat_balancer filter filter_page filter_ways filter_domains"
while IFS=: read -r key names; do
	[[ " $TESTS " == *" $key "* ]] || continue
	for name in $names; do
		[ "$name" != host ] && [ ! -x "selftests/$name.sh" ] &&
			[ ! -x "selftests/long/$name.sh" ] || TESTS+=" $name"
	done
done <<<"$also_named"

# What the kernel must not say while a test runs.
complaints='WARNING:|BUG:|KASAN|KCSAN|UBSAN|Oops|general protection|possible (recursive|circular)'
complaints+='|inconsistent lock|suspicious RCU|sleeping function|refcount_t|list_(add|del) corruption'
complaints+='|unregister_netdevice: waiting|waiting for .* to become free|kmemleak: [0-9]'
complaints+='|scheduling while atomic|Kernel panic'

now()
{
	local us=${EPOCHREALTIME/[.,]/}

	echo "$((us / 100000))"
}

# run_one NAME LIMIT COMMAND...: runs it, shows and keeps its output, sets
# ok, not_ok, skip to its counts, adds a note for whatever else is wrong.
run_one()
{
	local name=$1 limit=$2 log pid tail rc plan seen start

	shift 2
	log=$(mktemp)
	start=$(now)
	[ ! -w /dev/kmsg ] || echo "vpc-check: begin $name" >/dev/kmsg
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null &
	pid=$!
	tail -n +1 -s 0.2 -f --pid="$pid" "$log" &
	tail=$!
	wait "$pid"
	rc=$?
	wait "$tail"

	ok=$(grep -c '^ok ' "$log")
	not_ok=$(grep -c '^not ok ' "$log")
	skip=$(grep -ciE '^ok .*# skip' "$log")
	seen=$((ok + not_ok))
	ok=$((ok - skip))
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$log" | tail -n 1)
	if [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
		wrong "$name" "not finished in $limit seconds"
	elif [ -z "$plan" ]; then
		wrong "$name" "ended without a plan (exit status $rc)"
	elif [ "$plan" != "$seen" ]; then
		wrong "$name" "$plan tests planned, $seen seen (exit status $rc)"
	elif [ "$plan" = 0 ]; then
		skip=1
	elif [ "$rc" != 0 ] && [ "$not_ok" = 0 ] && ! { [ "$rc" = 4 ] && [ "$ok" = 0 ]; }; then
		wrong "$name" "exit status $rc, and no test failed"
	fi
	if [ "${VPC_CHECK_GUEST:-}" = yes ]; then
		"$here/debug/klog" | sed -n "/vpc-check: begin $name\$/,\$p" >"$log.dmesg"
		if grep -E "$complaints" "$log.dmesg" | head -n 5 | sed 's/^/# /' | grep .; then
			wrong "$name" "the kernel complained, see $name.dmesg"
			cp "$log.dmesg" "$dir/$name.dmesg"
		fi
	fi
	taken=$(($(now) - start))
	taken=$((taken / 10)).$((taken % 10))
	echo "# $name: $ok passed, $not_ok failed, $skip skipped ($taken s)"
	cp "$log" "$dir/$name.log"
	rm -f "$log" "$log.dmesg"
}

wrong()
{
	not_ok=$((not_ok + 1))
	echo "not ok - $1: $2"
}

# count NAME OK NOT_OK SKIP SECONDS: into the totals.
count()
{
	passed=$((passed + $2))
	failed=$((failed + $3))
	skipped=$((skipped + $4))
	[ "$3" = 0 ] || bad+=("$1")
	summary+="$(printf '%-24s %5d passed %5d failed %5d skipped %8s s' "$@")"$'\n'
}

selected()
{
	[ -z "$TESTS" ] || [[ " $TESTS " == *" $1 "* ]]
}

# --- in the VM -------------------------------------------------------------

# Takes one script after the other that no other VM has taken. "current" is what it is in, and
# its age tells that it does not come back, see VPC_VM_WATCH.
guest()
{
	local script name limit vm=${VPC_VM_NAME:-check}

	VPC_CHECK_GUEST=yes
	mkdir -p "$dir/taken"
	for script; do
		name=$(basename "$script" .sh)
		mkdir "$dir/taken/$name" 2>/dev/null || continue
		limit=$(limit_of "$script")
		echo "$name $((limit + 60))" >"$dir/current.$vm"
		echo
		echo "# --- $name"
		run_one "$name" "$limit" "./$script"
		echo "$name $ok $not_ok $skip $taken" >>"$dir/counts.$vm"
	done
	rm -f "$dir/current.$vm"
}

limit_of()
{
	local limit

	limit=$(sed -n 's/^# timeout: \([0-9]*\)$/\1/p' "$1" | head -n 1)
	echo "${VPC_TEST_TIMEOUT:-${limit:-600}}"
}

# --- on this machine -------------------------------------------------------

kernel()
{
	if [ -z "${KDIR:-}" ]; then
		KDIR=$(selftests/vm/kernel.sh kdir "${KERNEL:-6.1}") || exit 2
	fi
	RELEASE=$(selftests/vm/kernel.sh release "$KDIR")
	export KDIR RELEASE
	export VPC_VM_KO=$PWD/build/module/$RELEASE/vpc.ko
}

build()
{
	"$MAKE" -j "$(nproc)" --no-print-directory module vpcctl KDIR="$KDIR" &&
		"$MAKE" -j "$(nproc)" --no-print-directory -C selftests OUT="$PWD/build/selftests"
}

vm_scripts()
{
	local script

	# shellcheck disable=SC2086	# a list
	[ -z "${VPC_CHECK_SCRIPTS:-}" ] || set -- $VPC_CHECK_SCRIPTS
	[ $# -gt 0 ] || set -- selftests/*.sh selftests/long/*.sh
	for script; do
		case $script in
		selftests/run.sh | selftests/demo.sh) continue ;;
		selftests/long/*) [ -n "${LONG:-}" ] || [ -n "$TESTS" ] || continue ;;
		esac
		if [ -x "$script" ] && selected "$(basename "$script" .sh)"; then
			echo "$script"
		fi
	done
}

# Shows what one of several VMs says, a script at a time.
whole_scripts()
{
	local line block=

	while IFS= read -r line; do
		block+=$line$'\n'
		[[ $line =~ ^"# "[a-z_0-9]+": "[0-9]+" passed, " ]] || continue
		flock 9
		printf '%s' "$block"
		flock -u 9
		block=
	done 9>>"$dir/show.lock"
	printf '%s' "$block"
}

boot()
{
	local vm=$1

	shift
	VPC_VM_TIMEOUT=${VPC_VM_TIMEOUT:-$limit} VPC_VM_RESULTS=$dir VPC_VM_NAME=$vm \
		VPC_VM_WATCH=$dir/current.$vm "$@" selftests/run.sh guest "${left[@]}"
}

# Two VMs of one CPU each take one script after the other: most of a script is one process
# after the other, which a second CPU does not make faster. After a crash others for those that
# are left. selftests/debug/run boots another kernel, and has a directory of its own for the
# logs.
vm()
{
	local left script rc name line boot i count=${VPC_VMS:-2} vm=${VPC_VM_NAME:-check}
	local -i limit told

	read -r -a boot <<<"${VPC_CHECK_BOOT:-selftests/vm/run}"
	mapfile -t left < <(vm_scripts)
	[ ${#left[@]} -gt 1 ] || count=1
	while [ ${#left[@]} -gt 0 ]; do
		limit=120
		for script in "${left[@]}"; do
			limit+=$(limit_of "$script")+10
		done
		rm -rf "$dir/taken" "$dir"/{current,counts}.*
		mkdir -p "$dir/taken"
		rc=0
		if [ "$count" = 1 ]; then
			boot "$vm" "${boot[@]}" || rc=$?
		else
			for ((i = 1; i <= count; i++)); do
				(
					set -o pipefail
					export VPC_VM_CPUS=${VPC_VM_CPUS:-1}
					boot "$vm$i" "${boot[@]}" 2>&1 | whole_scripts
				) &
				vms[i]=$!
			done
			for ((i = 1; i <= count; i++)); do
				wait "${vms[i]}" || rc=$?
			done
		fi
		told=0
		while read -r name line; do
			# shellcheck disable=SC2086
			count "$name" $line
			drop "$name"
			told+=1
		done < <(cat "$dir"/counts.* 2>/dev/null)
		for line in "$dir"/current.*; do
			[ -s "$line" ] || continue
			read -r name _ <"$line"
			cp "build/vm/${line##*/current.}.console.log" "$dir/$name.console.log"
			echo "not ok - $name: the VM ended in it (see ${dir#"$PWD/"}/$name.console.log)"
			count "$name" 0 1 0 -
			drop "$name"
			told+=1
			rc=0
		done
		if [ "$rc" != 0 ] || [ "$told" = 0 ]; then
			echo "not ok - vm: exit status $rc"
			count vm 0 1 0 -
			return
		fi
	done
}

drop()
{
	local script keep=()

	for script in "${left[@]}"; do
		[ "$(basename "$script" .sh)" = "$1" ] || keep+=("$script")
	done
	left=("${keep[@]}")
}

# One test for a command that prints no KTAP.
single()
{
	local name=$1

	shift
	echo "TAP version 13"
	echo "1..1"
	if "$@" 2>&1; then
		echo "ok 1 - $name"
	else
		echo "not ok 1 - $name"
		return 1
	fi
}

report()
{
	echo
	echo "$summary"
	[ ${#bad[@]} = 0 ] || echo "failed: ${bad[*]}"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# aside NAME LIMIT COMMAND...: run_one, while others run, when they have nothing to do, as what has
# timers does not like to wait; asides shows what came of it, and counts it.
aside_names=()
aside()
{
	local name=$1

	aside_names+=("$name")
	echo "# --- $name: meanwhile, see below"
	{
		chrt -i -p 0 "$BASHPID"
		run_one "$@"
		echo "$ok $not_ok $skip $taken" >"$dir/$name.counts"
	} >"$dir/$name.aside" 2>&1 &
}

asides()
{
	local name line

	wait
	for name in "${aside_names[@]}"; do
		echo
		echo "# --- $name"
		cat "$dir/$name.aside"
		read -r line <"$dir/$name.counts"
		# shellcheck disable=SC2086
		count "$name" $line
		rm -f "$dir/$name.aside" "$dir/$name.counts"
	done
}

check()
{
	local kind name names fuzz=20

	[ -z "${LONG:-}" ] || fuzz=300

	names=" style host icount debug stall $(vm_scripts | xargs -r -n 1 basename -s .sh | tr '\n' ' ')"
	for name in $TESTS; do
		if [[ $names != *" $name "* ]]; then
			echo "run.sh: no test is called $name" >&2
			exit 2
		fi
	done
	rm -rf "$dir"
	mkdir -p "$dir"
	run_one build 1800 "$here/run.sh" single build
	count build "$ok" "$not_ok" "$skip" "$taken"
	for kind; do
		[ "$failed" = 0 ] || [ "$kind" != vm ] || [ -e "$VPC_VM_KO" ] || continue
		case $kind in
		style)
			selected style || continue
			aside style 2400 "$here/run.sh" single style
			;;
		host)
			selected host || continue
			[ -x selftests/host/run.sh ] || continue
			aside host 3600 env TESTS= FUZZ_SECONDS="${FUZZ_SECONDS:-$fuzz}" \
				selftests/host/run.sh
			;;
		vm)
			vm
			;;
		icount)
			selected icount || continue
			run_one icount 900 selftests/bench/icount
			count icount "$ok" "$not_ok" "$skip" "$taken"
			;;
		debug)
			selected debug || continue
			aside debug 3600 env TESTS= selftests/debug/run bounded
			;;
		stall)
			selected stall || continue
			run_one stall 1800 selftests/uml/stall
			count stall "$ok" "$not_ok" "$skip" "$taken"
			;;
		*)
			echo "run.sh: unknown: $kind" >&2
			exit 2
			;;
		esac
	done
	asides
	report
}

summary=
case ${1:-} in
guest)
	shift
	guest "$@"
	;;
single)
	case $2 in
	build) single build build ;;
	style) single style selftests/vm/style.sh ;;
	esac
	;;
shell)
	shift
	kernel
	build >&2 || exit 2
	exec selftests/vm/run "$@"
	;;
*)
	kernel
	check "$@"
	;;
esac
