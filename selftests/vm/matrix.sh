#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make matrix: builds for every supported stock kernel, then runs the VM tests on
# each, one after the other; a table is the last that is printed. Exit status 1
# when anything failed on any kernel.
#
# From the environment: TESTS as for run.sh; KERNELS="6.12 7" for some kernels.
# Logs: build/matrix/KERNEL.log, and build/matrix/KERNEL/ as build/check/ was.

set -u
here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here/../.." || exit 2
MAKE=${MAKE:-make}
dir=$PWD/build/matrix
rows=()
status=0

# row KERNEL RELEASE PASSED FAILED SKIPPED SECONDS
row()
{
	rows+=("$(printf '%-8s %-28s %7s %7s %8s %8s' "$@")")
}

# The counts that a log of run.sh ends with; none when it ended early.
counts()
{
	sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1"
}

# What is wrong with one kernel must not keep the others from their tests.
build()
{
	kdir=$("$here/kernel.sh" kdir "$1") &&
		"$MAKE" --no-print-directory module KDIR="$kdir"
}

run()
{
	local kernel=$1 log=$dir/$1.log start=$SECONDS passed failed skipped

	echo
	echo "# --- $kernel: $release"
	rm -rf "${dir:?}/$kernel"
	mkdir -p "$dir/$kernel"
	KDIR=$kdir VPC_CHECK_DIR=$dir/$kernel VPC_VM_NAME=$kernel selftests/run.sh vm 2>&1 | tee "$log"
	[ "${PIPESTATUS[0]}" = 0 ] || status=1
	read -r passed failed skipped < <(counts "$log")
	row "$kernel" "$release" "${passed:--}" "${failed:--}" "${skipped:--}" $((SECONDS - start))
}

mkdir -p "$dir"
# The caller's choice of one kernel is not for here.
unset KDIR KERNEL
kernels=${KERNELS:-$("$here/kernel.sh" supported)}
declare -A kdirs
for kernel in $kernels; do
	build "$kernel" && kdirs[$kernel]=$kdir
done
for kernel in $kernels; do
	kdir=${kdirs[$kernel]:-}
	if [ -n "$kdir" ]; then
		release=$("$here/kernel.sh" release "$kdir")
		run "$kernel"
	else
		row "$kernel" "(does not build)" 0 1 0 0
		status=1
	fi
done

echo
printf '%-8s %-28s %7s %7s %8s %8s\n' KERNEL RELEASE passed failed skipped seconds
printf '%s\n' "${rows[@]}"
exit "$status"
