# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of security groups on more than the simplest way share, on top of lib-ipsec.sh and
# lib-nat.sh. VPCs a and b, of side 1 and 2, are filtered.
#
#   rules [RULE]            default deny inbound, replies pass; RULE is decided before. Forgets all
#                           connections, and what the functions below count
#   count NAME              what met a rule: closed, invalid, related
#   passed                  what passed FORWARD: lines of "IN OUT ZONE PACKETS", sorted, with the
#                           names of VPCs for their zones; "IN OUT STATE PACKETS" of what had no
#                           connection
#   zones                   must be called when the filter of a or b was turned on
#   in_zones PORT           a letter for each connection to a TCP port: the zone that it is in
#   reached HOST ARGS...    the name of who answered "talk ask ARGS"
#   closed TEXT HOST TO COUNTER CMD...   verdict: what CMD in HOST sends meets the rule of
#                           COUNTER, and the host TO hears nothing of it
#   keep_talking KEY HOST ADDR   a TCP connection to port 80, until bg_stop KEY; "again" of
#                           lib-nat.sh has it speak once more

# What a host gets apart from answers to its own questions for a MAC.
ANY='not arp and not ip6 multicast and not (icmp6 and ip6[40] >= 133)'

rules()
{
	must r nft -f - <<-END
	table inet groups
	delete table inet groups
	table inet groups {
		set seen {
			typeof iifname . oifname . ct zone
			size 1000
			flags dynamic
			counter
		}
		set bare {
			typeof iifname . oifname . ct state
			size 1000
			flags dynamic
			counter
		}
		counter related { }
		counter invalid { }
		counter closed { }
		chain forward {
			type filter hook forward priority filter; policy accept;
			ct state invalid,untracked update @bare { iifname . oifname . ct state }
			update @seen { iifname . oifname . ct zone }
			ct state established accept
			ct state related counter name "related" accept
			ct state invalid counter name "invalid" drop
			${1-}
			oifname { "pa", "pb", "p1" } counter name "closed" drop
		}
	}
	END
	ns R conntrack -F >/dev/null 2>&1
}

count()
{
	r nft -j list counter inet groups "$1" | jq '.nftables[].counter // empty | .packets'
}

passed()
{
	for set in seen bare; do
		r nft -j list set inet groups $set | jq -r '.nftables[].set.elem // empty | .[].elem |
			"\(.val.concat | map(tostring) | join(" ")) \(.counter.packets)"'
	done | sed "s/ $ZA / a /; s/ $ZB / b /" | sort
}

zones()
{
	ZA=$(get '.[0]."filter_zone"' vpc show a)
	ZB=$(get '.[0]."filter_zone"' vpc show b)
}

reached()
{
	local host=$1

	shift
	ns "$host" "$TALK" ask -t 30 "$@" hello | cut -d' ' -f1
}

closed()
{
	local text=$1 host=$2 to=$3 counter=$4 before

	shift 4
	before=$(count "$counter")
	capture_start closed "$to" eth0 "$ANY"
	bg closed "$host" "$@"
	check "$text: a rule drops it" wait_for 60 more_than "$before" count "$counter"
	bg_stop closed || :
	capture_stop closed
	t_is "$text: nobody hears of it" "$(capture_text closed -t)" ""
}

keep_talking()
{
	bg "$1" "$2" "$TALK" many -k -t 60 tcp "$3" 80 1
	must wait_for 60 grep -q 'answered 1' "$T_DIR/$1.out"
}

in_zones()
{
	r conntrack -L -p tcp --orig-port-dst "$1" 2>/dev/null | grep -o ' zone=[0-9]*' |
		sed "s/zone=$ZA$/a/; s/zone=$ZB$/b/" | sort | tr -d ' \n'
}
