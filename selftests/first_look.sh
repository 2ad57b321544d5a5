#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make demo` shows is true: the demonstration stops with an error at the
# first step that does not show what it says.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
t_begin "the demonstration"
check "every step of the demonstration shows what it says" "${0%/*}/demo.sh"
t_end
