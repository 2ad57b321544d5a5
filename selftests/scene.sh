# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of the control side share, on top of lib.sh: the whole state as
# text, two VPCs with a host each, stamped traffic, events.
#
#   state                   everything configured, one JSON document per kind; without what
#                           changes by itself (counters, learned MACs, time left, health)
#   get FILTER ARGS...      vpcctl -json ARGS through jq -r FILTER
#   refuse FRAGMENT... -- ARGS...   vpcctl ARGS is refused; its sentence has every FRAGMENT; the
#                           state before and after is the same (that of $STATE, see keep)
#   keep                    notes the state for refuse
#   side N                  VPC number N (letter: a, b, c...) of account $ACCOUNT with the
#                           address space 10.N.0.0/16 and fd00:N::/48, subnet sN, host hN on port
#                           pN with 10.N.1.10 and fd00:N:0:1::10
#   letter N                its name
#   probe HOST ADDR [COUNT] COUNT (3) echo requests, no matter what comes back
#   pings HOST ADDR         an echo request is answered
#   stamp_catch KEY HOST PORT   notes the stamped packets that HOST gets
#   stamp_send KEY HOST ADDR PORT [INTERVAL [COUNT]]
#   stamps KEY              "COUNT FIRST LAST HIGHEST", see stamp.c; also stamp_highest,
#                           stamp_count KEY
#   stamp_wait KEY N        waits until the highest number is at least N; fails after a minute
#   tcp_echo HOST           serves an echo on TCP port 7 of every address
#   tcp_talks HOST ADDR     ADDR echoes what HOST says
#   events_start KEY        listens to events; events_stop KEY
#   events KEY FILTER       prints what jq -c FILTER makes of each event; flips KEY FILTER: of each
#                           change of health, which is in no order with the others

T_STAMP=${VPC_STAMP:-$T_TOP/build/selftests/stamp}

ACCOUNT=1
# What packets make of next hops: that a router does not answer takes a while to be found out.
STATE_HEALTH='s/"health":"[a-z]*"//g; s/"share_percent":[0-9.]+//g; s/"used":(true|false)//g'
STATE=

state()
{
	local counts='rx_packets|rx_bytes|tx_packets|tx_bytes|drops|remaining|bytes'

	counts+='|value|raises|seq|time_ns|sent|received|discarded|unsent|graces|penalty|lost|rtt_ns|rtt_min_ns|rtt_average_ns'
	vpc -json -batch - <<-END | sed -E "s/\"drop_reasons\":\[[^]]*\]//g; s/\"($counts)\":[0-9]+//g; $STATE_HEALTH; s/\"lladdr\":\"[0-9a-f:]*\"//g"
		vpc show
		subnet show
		table show
		port show
		uplink show
		endpoint show
		peering show
		probe show
		alarm show
		route show
	END
}

get()
{
	local filter=$1

	shift
	vpc -json "$@" | jq -r "$filter"
}

keep()
{
	STATE=$(state)
}

# One object a line.
lines()
{
	echo "${1//\},\{/\},$'\n'\{}"
}

refuse()
{
	local fragments=() fragment rc bad=0 now said

	while [ "$1" != -- ]; do
		fragments+=("$1")
		shift
	done
	shift
	vpc "$@" >"$T_DIR/refuse.out" 2>"$T_DIR/refuse.err" </dev/null
	rc=$?
	read -r said <"$T_DIR/refuse.err" || said=
	[[ $rc = [12] && $said = "vpcctl: "?* ]] || bad=1
	for fragment in "${fragments[@]}"; do
		[[ ${said,,} = *"${fragment,,}"* ]] || bad=1
	done
	now=$(state)
	if [ "$now" != "$STATE" ]; then
		bad=1
		diff <(lines "$STATE") <(lines "$now") | sed 's/^/# /'
		STATE=$now
	fi
	if [ "$bad" = 0 ]; then
		t_ok "refused: $*"
		return 0
	fi
	t_fail "refused: $*"
	t_note "status $rc, want:$(printf ' "%s"' "${fragments[@]}")"
	t_show "$T_DIR/refuse.err"
	return 1
}

# --- two VPCs and more ------------------------------------------------------------

letter()
{
	local letters=abcdefghijklmnopqrstuvwxyz

	echo "${letters:$1-1:1}"
}

side()
{
	local n=$1 v

	v=$(letter "$n")
	vpc_ok vpc add "$v" cidr "10.$n.0.0/16" cidr "fd00:$n::/48" account "$ACCOUNT"
	vpc_ok subnet add "s$v" vpc "$v" cidr "10.$n.1.0/24" cidr "fd00:$n:0:1::/64"
	host_new "h$v" "p$v" "10.$n.1.10/24" "fd00:$n:0:1::10/64" via "10.$n.1.1" \
		via "fd00:$n:0:1::1" quiet
	port_add "p$v" subnet "s$v" address "10.$n.1.10" address "fd00:$n:0:1::10" \
		lladdr "$(mac "h$v" eth0)"
}

probe()
{
	ns "$1" ping -n -q -c "${3:-3}" -i 0.2 -W 1 "$2" >/dev/null 2>&1
	return 0
}

pings()
{
	ns "$1" ping -n -c 1 -W 20 "$2"
}

tcp_echo()
{
	bg "echo.$1" "$1" socat TCP6-LISTEN:7,ipv6only=0,reuseaddr,fork EXEC:cat
	must wait_for 60 listening "$1" t 7
}

tcp_talks()
{
	local addr=$2 said

	case $addr in *:*) addr="[$addr]" ;; esac
	said=$(echo "hello $addr" | ns "$1" socat -t 60 - "TCP:$addr:7,connect-timeout=60")
	echo "$said"
	[ "$said" = "hello $addr" ]
}

# --- stamped traffic ----------------------------------------------------------------

stamp_catch()
{
	bg "catch.$1" "$2" "$T_STAMP" recv "$T_DIR/$1.stamps" eth0 "$3"
	must wait_for 60 grep -q ready "$T_DIR/catch.$1.out"
}

stamp_send()
{
	local key=$1 host=$2

	shift 2
	rm -f "$T_DIR/$key.stamps"
	bg "$key" "$host" "$T_STAMP" send "$T_DIR/$key.stamps" "$1" "$2" "${3:-1000}" "${@:4}"
	must wait_for 60 test -s "$T_DIR/$key.stamps"
	must stamp_wait "$key" 1
}

stamps()
{
	"$T_STAMP" show "$T_DIR/$1.stamps"
}

stamp_count()
{
	local count rest

	read -r count rest < <(stamps "$1")
	echo "${count:-none}"
}

stamp_highest()
{
	local highest rest

	read -r rest rest rest highest < <(stamps "$1")
	echo "${highest:-none}"
}

stamp_wait()
{
	"$T_STAMP" wait "$T_DIR/$1.stamps" "$2" 60
}

# --- events ---------------------------------------------------------------------------

# The listener is there when it reports an object that is made for that.
events_start()
{
	local i

	bg "events.$1" R vpcctl -json monitor
	for ((i = 0; i < 100; i++)); do
		vpc_ok vpc add listening cidr 192.0.2.0/24
		vpc_ok vpc del listening
		grep -q listening "$T_DIR/events.$1.out" && return
		t_pause
	done
	t_note "the monitor reports nothing"
	t_show "$T_DIR/events.$1.err"
	exit 1
}

# Everything that has happened is in the file when the last event is.
events_stop()
{
	vpc_ok vpc add "last-$1" cidr 192.0.2.0/24
	vpc_ok vpc del "last-$1"
	wait_for 60 events_seen_last "$1" || t_note "the monitor misses the last event"
	bg_stop "events.$1"
}

events_seen_last()
{
	[ "$(grep -c "last-$1" "$T_DIR/events.$1.out")" -ge 2 ]
}

events()
{
	grep -v -e listening -e "last-$1" "$T_DIR/events.$1.out" |
		jq -c "select(.event != \"flip\") | $2"
}

flips()
{
	jq -c "select(.event == \"flip\") | .object | $2" "$T_DIR/events.$1.out"
}
