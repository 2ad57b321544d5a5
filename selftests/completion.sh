#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the Tab key offers for names: those of the objects that are there. The words of
# the grammar are tested without the module, in host/completion.sh.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
t_begin "completion"
t_need setpriv

# What the function of bash offers at the end of a line.
# shellcheck disable=SC2016 # for the inner shell
tab='. "$1"
COMP_LINE="vpcctl $2" COMP_POINT=$((${#2} + 7))
_vpcctl vpcctl
printf "%s\n" "${COMPREPLY[@]}" | sort | xargs'

# offers_to COMMAND... -- LINE [WORD]...: a shell run by COMMAND offers the words, and
# nothing is said on the standard error.
offers_to()
{
	local by=() line

	while [ "$1" != -- ]; do
		by+=("$1")
		shift
	done
	line=$2
	shift 2
	t_is "${by[*]:+(${by[0]}) }\"vpcctl $line\"" \
		"$("${by[@]}" timeout 60 bash -c "$tab" sh "$T_TOP/tools/completion/vpcctl.bash" "$line" 2>&1)" \
		"$(printf '%s\n' "$@" | sort | xargs)"
}

offers()
{
	offers_to r -- "$@"
}

setup()
{
	local dev

	router_new
	for dev in d0 d1 port0 port1 up0; do
		must r ip link add "$dev" type dummy
	done
	vpc_ok -batch - <<-END
		vpc add red cidr 10.1.0.0/16 account 1
		vpc add blue cidr 10.2.0.0/16 account 2
		table add out vpc red
		table add in vpc blue
		subnet add red1 vpc red cidr 10.1.1.0/24
		subnet add blue1 vpc blue cidr 10.2.1.0/24
		port add port0 subnet red1 address 10.1.1.10
		port add port1 subnet blue1 address 10.2.1.10
		uplink add up0 vpc red address 192.0.2.2/24 gateway 192.0.2.1
		peering add red-blue vpc red peer blue
		probe add west for router 192.0.2.1 vpc red bfd source 192.0.2.2 destination 192.0.2.1
		probe add east for peering red-blue icmp source 10.1.9.1 destination 10.2.1.10
		alarm add quiet on peering red-blue state
		alarm add hot on peering red-blue rate above 1mbit for 10
	END
}

names()
{
	offers "vpc del " blue red
	offers "vpc set r" red
	offers "vpc show " blue red
	offers "vpc add "
	offers "vpc set red name "
	offers "subnet del " blue1 red1
	offers "subnet show " blue1 red1 vpc
	offers "subnet show red1 vpc " blue red
	offers "subnet show vpc b" blue
	offers "subnet add x vpc " blue red
	offers "subnet set red1 table " default in out
	offers "port add " d0 d1 lo port0 port1 up0
	offers "port add d" d0 d1
	offers "port add d0 subnet " blue1 red1
	offers "port del " port0 port1
	offers "uplink add " d0 d1 lo port0 port1 up0
	offers "uplink del " up0
	offers "table del " in out
	offers "route add 203.0.113.0/24 table " in out
	offers "route add 203.0.113.0/24 vpc " blue red
	offers "route add 203.0.113.0/24 via peering " red-blue
	offers "route show peering " red-blue
	offers "route get 10.1.1.10 from " port0 port1 up0
	offers "peering add x vpc red peer " blue red
	offers "peering accept " red-blue
	offers "peering reject r" red-blue
	offers "peering show " red-blue vpc
	offers "probe add x for peering " red-blue
	offers "probe add x for router 192.0.2.1 vpc " blue red
	offers "probe set " east west
	offers "probe del w" west
	offers "probe show " east west vpc
	offers "probe show vpc r" red
	offers "probe history " east west
	offers "alarm add x on peering " red-blue
	offers "alarm add x on peering red-blue from " blue red
	offers "alarm set " hot quiet
	offers "alarm del h" hot
	offers "alarm show " hot quiet
	offers "alarm list q" quiet
	offers "check " blue red help
	offers "check red b" blue
	offers "stats vpc " blue red
}

# In another namespace, and for those who may not ask.
elsewhere()
{
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

	ns_new Q
	offers_to ns Q -- "vpc del "
	offers_to ns Q -- "port add " lo
	offers_to ns Q -- "-netns $T_ID.R vpc del " blue red
	offers_to ns Q -- "-netns $T_ID.R port add d" d0 d1
	offers_to ns Q -- "-netns $T_ID.Q -netns $T_ID.R" "$T_ID.R"
	offers_to r "${nobody[@]}" -- "vpc del "
	offers_to r "${nobody[@]}" -- "vpc del red"
	offers_to r "${nobody[@]}" -- "vpc s" set show
	offers_to r "${nobody[@]}" -- "port add d" d0 d1
	offers_to "${nobody[@]}" -- "-netns $T_ID.R vpc s" set show
	offers_to "${nobody[@]}" -- "-netns $T_ID.R port add "
}

# Whole commands, of which nothing may be done.
harmless()
{
	local line

	echo "10.9.0.0/16 via blackhole" >"$T_DIR/routes"
	echo "flush" >"$T_DIR/flush"
	keep
	for line in flush "vpc add green cidr 10.3.0.0/16" "vpc del blue" "vpc set red name green" \
		"port del port0" "table del out" "peering accept red-blue" "peering del red-blue" \
		"probe set west admin down" "probe del west" "alarm set hot for 5" "alarm del hot" \
		"route add 10.9.0.0/16 vpc red via blackhole" "route load $T_DIR/routes vpc red" \
		"subnet set red1 table out" "-batch $T_DIR/flush" "-batch $T_DIR/flush -netns $T_ID.R"; do
		r timeout 60 bash -c "$tab" sh "$T_TOP/tools/completion/vpcctl.bash" "$line " \
			>/dev/null 2>&1 </dev/null || t_note "$line: status $?"
		r timeout 60 bash -c "$tab" sh "$T_TOP/tools/completion/vpcctl.bash" "$line" \
			>/dev/null 2>&1 </dev/null || t_note "$line: status $?"
	done
	t_is "nothing is done" "$(state)" "$STATE"
	offers "monitor " help
	offers "version " help
}

setup
names
elsewhere
harmless
t_end
