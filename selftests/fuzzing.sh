#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Netlink messages and frames that nobody sends; see fuzz/fuzz.sh.
# timeout: 900
exec "${0%/*}/fuzz/fuzz.sh" "$@"
