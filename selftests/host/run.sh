#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Compares the netlink specification with the code, and the completion of vpcctl with
# its grammar; builds the pure parts of the module as processes and runs their tests.
# Prints KTAP.
# SEED=N repeats a run, FUZZ_SECONDS=N sets the length of each fuzz run (20),
# RACE_SECONDS=N that of the tests with threads (4).

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${OUT:-$here/../../build/host}
mkdir -p "$out"
out=$(cd "$out" && pwd)
fuzz_seconds=${FUZZ_SECONDS:-20}

# TSan cannot live with the address space randomisation of newer kernels.
fixed=()
setarch -R true 2>/dev/null && fixed=(setarch -R)

names=(netlink_spec completion build hrw_test hrw_test_clang policy_test policer_test
	policer_test_clang policer_test_tsan mss_test lpm_test lpm_test_clang lpm_memory lpm_race
	lpm_race_tsan bfd_packet_test bfd_test bfd_timer_test bfd_timer_test_clang bfd_pair
	lpm_fuzz bfd_fuzz)
number=0 failed=0

run()
{
	local name=$1 status

	shift
	"$@" 2>&1 | sed 's/^/  /'
	status=${PIPESTATUS[0]}
	number=$((number + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $number - $name"
	else
		failed=$((failed + 1))
		echo "not ok $number - $name"
	fi
	return "$status"
}

build()
{
	make -s -j"$(nproc)" -C "$here" OUT="$out" all 2>&1 | sed 's/^/# /'
	return "${PIPESTATUS[0]}"
}

# New inputs stay in the build directory, so that one run goes on where the last one ended.
fuzz()
{
	local name=$1

	mkdir -p "$out/corpus-$name"
	"$out/$name" -max_total_time="$fuzz_seconds" -max_len=512 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$out/" ${SEED:+-seed=$SEED} "$out/corpus-$name" 2>&1 |
		grep -vE 'NEW_FUNC|^"|^####|^INFO' | sed 's/^/# /'
	return "${PIPESTATUS[0]}"
}

echo "TAP version 13"
echo "1..${#names[@]}"
run netlink_spec python3 "$here/../netlink_spec.py"
run completion "$here/completion.sh"
if run build build; then
	run hrw_test "$out/hrw_test"
	run hrw_test_clang "$out/hrw_test_clang"
	run policy_test "$out/policy_test"
	run policer_test "$out/policer_test"
	run policer_test_clang "$out/policer_test_clang"
	run policer_test_tsan "${fixed[@]}" "$out/policer_test_tsan" threads
	run mss_test "$out/mss_test"
	run lpm_test "$out/lpm_test"
	run lpm_test_clang "$out/lpm_test_clang"
	run lpm_memory "$out/lpm_memory"
	run lpm_race "$out/lpm_race"
	run lpm_race_tsan "${fixed[@]}" "$out/lpm_race_tsan"
	run bfd_packet_test "$out/bfd_packet_test"
	run bfd_test "$out/bfd_test"
	run bfd_timer_test "$out/bfd_timer_test"
	run bfd_timer_test_clang "$out/bfd_timer_test_clang"
	run bfd_pair "$out/bfd_pair"
	run lpm_fuzz fuzz lpm_fuzz
	run bfd_fuzz fuzz bfd_fuzz
else
	for name in "${names[@]:3}"; do
		number=$((number + 1)) failed=$((failed + 1))
		echo "not ok $number - $name"
	done
fi
echo "# Totals: pass:$((number - failed)) fail:$failed skip:0"
[ "$failed" -eq 0 ]
