#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The commands of Documentation/scenarios are what vpcctl and the module take: each page is run
# in a namespace of its own, but for what strongSwan gets, and blocks with "mode policy" that are
# there instead of what the page has already said.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "the pages about scenarios"

# commands PAGE: its blocks that begin with a command
commands()
{
	awk '
		function end()
		{
			if (block ~ /^   (vpcctl|for) / && !(said && block ~ /mode policy/)) {
				printf "%s", block
				said = 1
			}
			block = ""
		}
		/^$/ { end(); next }
		/^   / { block = block $0 "\n"; next }
		{ block = "" }
		END { end() }' "$1" | grep -v -e "ipsec config" -e swanctl
}

for page in "$T_TOP"/Documentation/scenarios/*.rst; do
	name=$(basename "$page" .rst)
	router_new
	must ip -n "$T_ID.R" link add eth1 type dummy
	vpc_ok vpc add shop cidr 192.168.0.0/16
	vpc_ok vpc add a cidr 10.1.0.0/16
	vpc_ok vpc add b cidr 10.2.0.0/16
	commands "$page" >"$T_DIR/$name"
	t_num "$name: commands" "$(grep -c vpcctl "$T_DIR/$name")" -ge 3
	check "$name: they work" ns R bash -ex "$T_DIR/$name"
	t_num "$name: there are connections" "$(vpc -json ipsec show | jq length)" -ge 1
	vpc_ok flush
done
t_end
