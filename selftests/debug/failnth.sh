#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation of every request fails once: the state afterwards is that before.
# VPC_FAILNTH="vpc-new flush": only these requests.
# timeout: 1200
# shellcheck source-path=SCRIPTDIR disable=SC1091
. "${0%/*}/../lib.sh"
t_begin "allocation failures"
debug=/sys/kernel/debug
failnth=$T_TOP/build/selftests/failnth
t_need "$failnth" insmod rmmod
[ -e /proc/self/fail-nth ] || t_skip_all "this kernel injects no faults"

# All allocations, those that may wait included; quietly.
for attr in failslab fail_page_alloc; do
	must bash -c "echo N >$debug/$attr/ignore-gfp-wait"
	must bash -c "echo 0 >$debug/$attr/verbose"
done
must bash -c "echo N >$debug/failslab/cache-filter"
must bash -c "echo N >$debug/fail_page_alloc/ignore-gfp-highmem"
must bash -c "echo 0 >$debug/fail_page_alloc/min-order"

# report TEXT CMD...: passed when CMD succeeds; its figures are shown
report()
{
	local text=$1

	shift
	check "$text" "$@" && t_show "$T_DIR/check.out"
}

router_new
for name in ${VPC_FAILNTH:-$("$failnth" list)}; do
	report "$name" r "$failnth" run "$name"
done
[ -z "${VPC_FAILNTH:-}" ] || t_end
router_new
report "creation of a network namespace" "$failnth" netns
t_remove
if wait_for 60 t_refs_back && [ "$T_REFS" = 0 ]; then
	must strip -g -o "$T_DIR/vpc.ko" "$T_TOP/build/module/$(uname -r)/vpc.ko"
	must rmmod vpc
	report "loading of the module" "$failnth" module "$T_DIR/vpc.ko"
	must insmod "$T_DIR/vpc.ko"
else
	t_fail "the module is unused after all requests"
fi
t_end
