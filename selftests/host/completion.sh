#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the Tab key offers, without the module: the completion function of bash on
# many command lines; and all words of the grammar that "vpcctl help" prints, each of
# which must be offered somewhere, and no others. $VPCCTL: the tool, else it is built.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ -z "${VPCCTL:-}" ]; then
	VPCCTL=$top/build/vpcctl
	make -s -C "$top" build/vpcctl >/dev/null || exit 1
fi
# shellcheck source=tools/completion/vpcctl.bash
. "$top/tools/completion/vpcctl.bash"
number=0 failed=0

is()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		failed=$((failed + 1))
		echo "not ok $number - $1"
		echo "# got:  $2"
		echo "# want: $3"
	fi
}

# offers LINE [WORD]...: what is offered at the end of the line, in any order
offers()
{
	local line=$1 COMP_LINE="vpcctl $1" COMP_POINT COMPREPLY=()

	shift
	COMP_POINT=${#COMP_LINE}
	_vpcctl "$VPCCTL" 2>&1
	is "\"vpcctl $line\"" "$(printf '%s\n' "${COMPREPLY[@]}" | sort | xargs)" \
		"$(printf '%s\n' "$@" | sort | xargs)"
}

objects=(vpc subnet port uplink endpoint table route peering probe alarm vpn-gateway customer-gateway
	ipsec nat-gateway namespace check stats metrics flush monitor version)
types=(peering transit ipsec nat router blackhole unreachable prohibit)
options=(interval multiplier retries rise hold-down fail-back suppress reuse half-life admin)

lines()
{
	local device

	offers "" "${objects[@]}" help
	offers "p" port peering probe
	offers "-json -stats p" port peering probe
	offers "-" -json -pretty -stats -batch -netns -help
	offers "--p" --pretty
	offers "-json -b" -batch
	offers "nonsense "
	offers "vpc " add set del show help
	offers "vpc s" set show
	offers "vpc help "
	offers "vpc nonsense "
	offers "vpc add "
	offers "vpc add a " cidr transit account peering-limit connection-limit filter region vni
	offers "vpc add a c" cidr connection-limit
	offers "vpc  add   a cidr "
	offers "vpc add a cidr 10.0.0.0/8 " cidr transit account peering-limit connection-limit filter region vni
	offers "vpc add a cidr fd00:1::/32 account 1 " cidr transit peering-limit connection-limit filter region vni
	offers "vpc add a cidr 10.0.0.1/8 "
	offers "vpc add a account 1 account "
	offers "vpc set a " name cidr no-cidr peering-limit connection-limit filter region vni public-address \
		no-public-address
	offers "vpc set a public-address 192.0.2.1 " endpoint public-address no-public-address uplink
	offers "nat-gateway dnat add a address 192.0.2.1 " tcp udp
	offers "nat-gateway snat " add del
	offers "vpc show a "
	offers "subnet add a vpc b cidr 10.0.0.0/24 table " default
	offers "subnet set a t" table
	offers "subnet show " vpc
	offers "subnet show a " vpc
	offers "subnet show a vpc b "
	device=$(basename -a /sys/class/net/*/ | xargs)
	# shellcheck disable=SC2086
	offers "port add " $device
	# shellcheck disable=SC2086
	offers "uplink add " $device
	offers "port add lo subnet a address fd00::1 " address lladdr allow overlay
	offers "endpoint " add replace del show help
	offers "endpoint add 10.0.0.1 " vpc host lladdr
	offers "endpoint del 10.0.0.1 " vpc
	offers "port add lo lladdr 02:00:00:00:00:01 subnet a al" allow
	offers "route " add replace del show get load help
	offers "route add 10.0.0.0/8 " table vpc gateway via
	offers "route add fd00::/8 table a " via
	offers "route add 10.0.0.0/8 via " "${types[@]}"
	offers "route add 10.0.0.0/8 via p" peering prohibit
	offers "route add 10.0.0.0/8 via blackhole " priority weight via table vpc gateway \
		fail-open publish
	offers "route replace 10.0.0.0/8 via blackhole weight 1 fail-open " table vpc gateway publish
	offers "route del 10.0.0.0/8 vpc a via router 10.0.0.1 weight 2 " priority via
	offers "route add 10.0.0.0/8 table a vpc "
	offers "route show table a " peering ipsec
	offers "route get 10.0.0.1 " from table vpc gateway
	offers "route get 10.0.0.1 from a "
	offers "route load r table a " replace
	offers "peering add a vpc b peer c as 1 " expires bandwidth
	offers "peering accept a " as
	offers "peering show a " vpc
	offers "probe " add set del show history help
	offers "probe add "
	offers "probe add a " for
	offers "probe add a for " router peering ipsec
	offers "probe add a for router 10.0.0.1 " vpc bfd icmp
	offers "probe add a for router 10.0.0.1 vpc b " bfd icmp
	offers "probe add a for peering b bfd " vpc source destination multihop "${options[@]}"
	offers "probe add a for peering b vpc c icmp source 10.0.0.1 d" destination
	offers "probe add a for peering b bfd multihop interval 0.5 "
	offers "probe add a for peering b bfd multihop interval 12.5 m" multiplier
	offers "probe set a " name "${options[@]}"
	offers "probe set a retries 3 m"
	offers "probe set a fail-back " never
	offers "probe set a fail-back never admin " up down
	offers "probe set a fail-back nev admin "
	offers "probe set a admin u" up
	offers "probe show " vpc
	offers "probe history "
	offers "probe history a "
	offers "alarm add a " on
	offers "alarm add a on " peering ipsec
	offers "alarm add a on peering b " from rate packets loss state
	offers "alarm add a on ipsec b " received sent rate packets loss state
	offers "alarm add a on ipsec b sent " rate packets loss state
	offers "alarm add a on peering b from c rate " above clear for
	offers "alarm add a on peering b loss above 0.5 c" clear
	offers "alarm add a on peering b state "
	offers "alarm set a " rate packets loss for name
	offers "alarm set a packets clear 3 " above for name
	offers "alarm show "
	offers "alarm list a "
	offers "vpn-gateway add a " vpc transit local inside bandwidth transit-between-connections \
		mss-clamp
	offers "vpn-gateway set a mss-clamp " on off
	offers "ipsec add a mode " route policy
	offers "ipsec config a " peer
	offers "namespace set " if-ids
	offers "stats " vpc every help
	offers "stats every "
	offers "stats every 0.5 " count vpc
	offers "stats every 1 count 3 " vpc
	offers "stats vpc a every 1 " count
	offers "stats every 0 "
	offers "help " "${objects[@]}"
	offers "help vpc "
	offers "flush " help
	offers "flush now "
}

# Files, where a file stands in the grammar.
files()
{
	local dir

	dir=$(mktemp -d)
	cd "$dir" || exit 1
	touch routes.txt rules.txt "vpc add x"
	echo "vpc add a cidr 10.0.0.0/8" >"batch"
	offers "route load r" routes.txt rules.txt
	offers "-batch b" batch
	# Nothing is run, though all is there that a batch needs.
	offers "-batch batch "
	offers "-batch batch -netns none "
	offers "-netns none -batch batch "
	cd / || exit 1
	rm -r "$dir"
}

# --- the whole grammar -------------------------------------------------------------

declare -A seen=() offered=() sample=(
	[NAME]=x [RATE]=1mbit [PERCENT]=1 [TEXT]=x [FIRST-LAST]=1-2 [DEV]=x0 [TABLE]=x [ADDR]=192.0.2.1 [ADDR/LEN]=192.0.2.1/24
	[PREFIX]=192.0.2.0/24 [MAC]=02:00:00:00:00:01 [N]=1 [MS]=20 [FILE]=x
	[SECONDS]=2 [PORT]=80 [SUBNET]=x [VPC]=x
)

# walk OBJECT WORD...: goes wherever there is something offered; no word twice. What may
# come depends on the command and on the last two words, and on others only by leaving out
# what was there.
walk()
{
	local object=$1 state word list

	state="$*"
	[ $# -lt 5 ] || state="$1 $2 ${*: -2}"
	[ -z "${seen[$state]-}" ] || return
	seen[$state]=yes
	mapfile -t list < <("$VPCCTL" complete "$@" "")
	for word in "${list[@]}"; do
		case $word in
		"<NH>") ;;
		"<"*)
			word=${word//[<>]/}
			if [ -z "${sample[$word]-}" ]; then
				is "a sample for $word" "" "one"
			elif [[ " $* " != *" ${sample[$word]} "*" ${sample[$word]} "* ]]; then
				walk "$@" "${sample[$word]}"
			fi
			;;
		*)
			[ "$2" != add ] || [ $# != 2 ] || continue	# a device
			offered[$object $word]=yes
			[[ " $* " = *" $word "* ]] || walk "$@" "$word"
			;;
		esac
	done
}

# What is neither in capitals nor a sign; the files of "route load" have a sentence.
words_of()
{
	"$VPCCTL" help "$1" | sed 's/^FILE has lines of//' | grep -oE '[A-Za-z0-9/-]+' |
		grep -E '^[a-z][a-z-]*$' | grep -vxF -e vpcctl -e "$1" | sort -u | xargs
}

grammar()
{
	local object

	is "options" "$("$VPCCTL" complete - | sort | xargs)" \
		"$({ echo -help; "$VPCCTL" help | head -n 2 | grep -oE -e '-[a-z]+'; } | sort | xargs)"
	is "objects" "$("$VPCCTL" complete "" | sort | xargs)" \
		"$("$VPCCTL" help | sed -n '/^OBJECT :=/,/}/p' | grep -oE '[a-z-]+' | sort | xargs)"
	for object in "${objects[@]}"; do
		walk "$object"
		unset "offered[$object help]"
		is "grammar of $object" "$(printf '%s\n' "${!offered[@]}" |
			sed -n "s/^$object //p" | grep -vxF "$object" | sort | xargs)" "$(words_of "$object")"
	done
}

lines
files
grammar
echo "1..$number"
[ "$failed" = 0 ]
