#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two hypervisors under change: endpoints on the other one, peerings, VNIs, ports that take
# addresses over, the overlay and its device come and go at full speed on both, beside traffic in
# both directions, with packets parked in NFQUEUE and in netem inside and outside the tunnel. What
# goes wrong is in the kernel log, or in what leaks.sh finds; at the end all is set up once more,
# and must work.
#
# VPC_TORTURE_SECONDS (60): how long; VPC_TORTURE_SEED: repeats a run's changes.
# timeout: 3600
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib-overlay.sh"
. "${0%/*}/lib-torture.sh"
t_begin "torture of the overlay"
t_need nft tc renice "$T_TOP/build/selftests/nfq"
nfq=$T_TOP/build/selftests/nfq
seconds=${VPC_TORTURE_SECONDS:-60}
seed=${VPC_TORTURE_SEED:-$(date +%s)}

# VPC a is 10.1.0.0/16, b 10.2.0.0/16, x 10.9.0.0/16, and the tenant of each is .10 on A and .20 on
# B. Device pm is for the address that VPC a has on the other hypervisor.
declare -A NUMBER=([A]=1 [B]=2) OTHER=([A]=B [B]=A) NET=([a]=1 [b]=2 [x]=9)

declare -A IP IP6
for v in a b x; do
	for hv in A B; do
		IP[$v$hv]=10.${NET[$v]}.1.${NUMBER[$hv]}0
		IP6[$v$hv]=fd00:${NET[$v]}:0:1::${NUMBER[$hv]}0
	done
done

# A host whose packets come whatever is configured: tenant NAME HV DEV VPC ADDR ADDR6
tenant()
{
	local name=$1 hv=$2 dev=$3 net=${NET[$4]} mac

	host_new "$name" "$dev" "$5/24" "$6/64" via "10.$net.1.1" via "fd00:$net:0:1::1" in "$hv"
	mac=$(mac "$hv" "$dev")
	neigh "$name" "10.$net.1.1" "$mac"
	neigh "$name" "fd00:$net:0:1::1" "$mac"
}

# What a hypervisor is told, line by line.
add_vpc()
{
	echo "vpc add $1 cidr 10.${NET[$1]}.0.0/16 cidr fd00:${NET[$1]}::/48 vni $((NET[$1] * 100))"
	echo "subnet add s$1 vpc $1 cidr 10.${NET[$1]}.1.0/24 cidr fd00:${NET[$1]}:0:1::/64"
}

add_port()
{
	echo "port add p$1 subnet s$1 address ${IP[$1$2]} address ${IP6[$1$2]}"
}

add_peering()
{
	echo "peering add $1$2 vpc $1 peer $2"
	add_route "$1" "$2"
	add_route "$2" "$1"
}

add_route()
{
	local name=$1$2

	[[ $1 < $2 ]] || name=$2$1
	echo "route replace 10.${NET[$2]}.0.0/16 vpc $1 via peering $name"
	echo "route replace fd00:${NET[$2]}::/48 vpc $1 via peering $name"
}

# endpoint VERB VPC HV HOST: what VPC has on the other one, which is reached at HOST
endpoint()
{
	local to=${OTHER[$3]} host=${4:-}

	host=${host:-${HV_IP[$to]}}
	echo "endpoint $1 ${IP[$2$to]} vpc $2 host $host lladdr ${HV_MAC[$to]}"
	echo "endpoint $1 ${IP6[$2$to]} vpc $2 host $host lladdr ${HV_MAC[$to]}"
}

endpoint_del()
{
	echo "endpoint del ${IP[$1${OTHER[$2]}]} vpc $1"
	echo "endpoint del ${IP6[$1${OTHER[$2]}]} vpc $1"
}

setup()
{
	local v

	echo "port add vxlan0 overlay"
	for v in a b x; do
		add_vpc "$v"
		add_port "$v" "$1"
		endpoint add "$v" "$1"
	done
	add_peering a b
	add_peering a x
}

# A VPC with a VNI goes and comes back; now and then it loses the VNI before.
again_x()
{
	echo "peering del ax"
	endpoint_del x "$1"
	echo "port del px"
	echo "subnet del sx"
	((RANDOM % 2)) || echo "vpc set x vni 0"
	echo "vpc del x"
	add_vpc x
	add_peering a x
	endpoint add x "$1"
	add_port x "$1"
}

again_overlay()
{
	local v

	for v in a b x; do
		endpoint_del "$v" "$1"
	done
	echo "port del vxlan0"
	echo "port add vxlan0 overlay"
	for v in a b x; do
		endpoint add "$v" "$1"
	done
}

# Lines for hypervisor $1; RANDOM begins with the seed.
change()
{
	local hv=$1 vpcs=(a b x) onoff=(on off) vnis=(0 900 901)
	local v=${vpcs[RANDOM % 3]} n=${NUMBER[${OTHER[$1]}]}
	local hosts=("192.0.2.$n" "192.0.2.1$n" "fd00:c::$n")
	local host=${hosts[RANDOM % 3]}

	case $((RANDOM % 24)) in
	0 | 1) endpoint add "$v" "$hv" "$host" ;;
	2 | 3 | 4 | 5) endpoint replace "$v" "$hv" "$host" ;;
	6) endpoint_del "$v" "$hv" ;;
	7) echo "peering del ab" ;;
	8 | 9) add_peering a b ;;
	10) echo "peering del ax" ;;
	11) add_peering a x ;;
	12) echo "vpc set $v filter ${onoff[RANDOM % 2]}" ;;
	13) echo "vpc set x vni ${vnis[RANDOM % 3]}" ;;
	14) echo "port del p$v" ;;
	15 | 16) add_port "$v" "$hv" ;;
	17 | 18) echo "port add pm subnet sa address 10.1.1.${n}0 address fd00:1:0:1::${n}0" ;;
	19) echo "port del pm" ;;
	20) echo "port add vxlan0 overlay" ;;
	21) echo "endpoint show" ;;
	22) echo "vpc set a filter off" ;;
	23) echo "port del p$v host $host lladdr ${HV_MAC[${OTHER[$hv]}]}" ;;
	esac
}

# Which changes were not made yet. Without processes, which are dear in User-Mode Linux.
missing()
{
	local made what

	made=$'\n'$(cat "$T_DIR"/changes[AB].out "$T_DIR/whole.out")
	for what in "endpoint add" "endpoint replace" "endpoint del" "endpoint show" \
		"peering add ab" "peering del ab" "peering add ax" "peering del ax" \
		"route replace" "vpc set ? filter on" "vpc set ? filter off" "vpc set x vni" \
		"vpc del x" "vpc add x" "subnet del" "port add p[abx]" "port del p[abx]" "port del p? host" \
		"port add pm" "port del pm" "port add vxlan0" "port del vxlan0" flush; do
		# shellcheck disable=SC2053	# a pattern
		[[ $made == *$'\n'"done "$what* ]] || echo "$what;"
	done
}

# Time is over: on a slow machine, not before each change was made, but not for ever.
enough()
{
	[ "$SECONDS" -ge "$1" ] && { [ "$SECONDS" -ge $(($1 + 600)) ] || [ -z "$(missing)" ]; }
}

# try HV: each line of the input, as vpcctl takes it; notes what was done.
try()
{
	local line

	while read -r line; do
		# shellcheck disable=SC2086	# words
		! hv "$1" $line >/dev/null 2>&1 </dev/null || echo "done $line"
	done
}

# Random changes would undo what a row of them is after.
alone()
{
	while [ -e "$T_DIR/alone$1" ]; do
		sleep 1
	done
}

changes()
{
	RANDOM=$2
	while ! enough "$3"; do
		alone "$1"
		change "$1" >"$T_DIR/change$1"
		try "$1" <"$T_DIR/change$1"
	done
}

# What takes many changes in a row.
whole()
{
	local hv

	RANDOM=$1
	while ! enough "$2"; do
		for hv in A B; do
			touch "$T_DIR/alone$hv"
			{
				again_x "$hv"
				again_overlay "$hv"
				again_x "$hv"
				echo flush
				setup "$hv"
			} >"$T_DIR/whole"
			try "$hv" <"$T_DIR/whole"
			rm "$T_DIR/alone$hv"
			sleep 2
		done
	done
}

# VXLAN devices with what waits in them go away, and come back.
disappear()
{
	local hv

	while ! over; do
		for hv in A B; do
			sleep 3
			alone "$hv"
			if ip -n "$T_ID.$hv" link del vxlan0 && vxlan "$hv"; then
				echo again
			else
				echo failed
			fi
			{
				echo "port add vxlan0 overlay"
				endpoint add a "$hv"
				endpoint add b "$hv"
			} | try "$hv" >/dev/null
		done
	done
}

vxlan()
{
	ip -n "$T_ID.$1" link add vxlan0 address "${HV_MAC[$1]}" mtu 1450 type vxlan dstport 4789 external
}

# Ports that are unbound leave their devices down, and lose their qdiscs with them. Inside the tunnel
# a packet waits with what its device is told, outside with the way to the other host.
devices()
{
	local hv

	printf 'link set %s up\n' pa pb px pm vxlan0 >"$T_DIR/up"
	while ! over; do
		for hv in A B; do
			ip -n "$T_ID.$hv" -force -batch "$T_DIR/up"
		done
		tc -n "$T_ID.B" qdisc replace dev vxlan0 root netem delay 100ms limit 2000
		tc -n "$T_ID.A" qdisc replace dev under root netem delay 50ms limit 2000
		sleep 1
	done >/dev/null 2>&1
}

# Ports 5000 to 5004: forwarded, or what the ruleset below makes of them.
traffic()
{
	local name=$1 hv=$2 v port=0

	shift 2
	renice -n 19 -p "$BASHPID" >/dev/null
	while ! over; do
		for v; do
			port=$(((port + 1) % 5))
			ns "$name" timeout 30 "$T_PKT" udp -c 500 -i 3000 -s 100 "${IP[$v$hv]}" \
				$((5000 + port)) &
			ns "$name" timeout 30 "$T_PKT" udp -c 50 -i 30000 -s 4000 \
				"${IP6[$v$hv]}" $((5000 + port)) &
			ns "$name" timeout 30 ping -q -f -c 300 -w 2 "${IP[$v$hv]}" &
			ns "$name" timeout 30 ping -q -f -c 100 -w 2 "${IP6[$v$hv]}" &
			wait
		done
	done >/dev/null 2>&1
}

# A hypervisor is deleted at once, with traffic in both directions and with all that is parked.
# Names are new each time, as the deletion itself comes later.
namespace()
{
	local hv

	# What is to be removed is what is made here.
	T_ID=$T_ID.$1 T_NS=() T_PIDS=()
	trap t_remove EXIT
	hypervisors
	for hv in A B; do
		tenant "t$hv" "$hv" pa a "${IP[a$hv]}" "${IP6[a$hv]}"
		{
			add_vpc a
			add_port a "$hv"
			endpoint add a "$hv"
		} >"$T_DIR/ns"
		hv_ok "$hv" -batch "$T_DIR/ns"
		must ip -n "$T_ID.$hv" link set pa up
	done
	must ns B nft -f "$T_DIR/rules"
	bg reader B "$nfq" 2 park
	must wait_for 60 grep -qs ready "$T_DIR/reader.out"
	must tc -n "$T_ID.B" qdisc replace dev vxlan0 root netem delay 500ms
	must tc -n "$T_ID.B" qdisc replace dev under root netem delay 500ms
	bg fromA tA "$T_PKT" udp -c 100000 -i 5000 "${IP[aB]}" 5002
	bg fromB tB "$T_PKT" udp -c 100000 -i 5000 "${IP[aA]}" 5000
	bg queued tB "$T_PKT" udp -c 100000 -i 5000 "${IP[aA]}" 5002
	must wait_for 60 parked B
	# It lives until the last socket in it is closed, and then goes with all that is parked.
	host_del B
	bg_stop reader || :
}

# Each can be reached at two more addresses, of which packets do not come back.
hypervisors()
{
	local hv

	fleet_new
	for hv in A B; do
		hv_new "$hv" "${NUMBER[$hv]}"
		must ip -n "$T_ID.$hv" addr add "192.0.2.1${NUMBER[$hv]}/24" dev under
	done
}

told()
{
	local dev

	setup "$1" >"$T_DIR/told"
	hv_ok "$1" -batch "$T_DIR/told"
	for dev in pa pb px vxlan0; do
		must ip -n "$T_ID.$1" link set "$dev" up
	done
}

reaches()
{
	ns "$1" ping -q -c 1 -W 2 "$2"
}

# In both directions, in the VPC and over peerings.
works()
{
	local hv to pair v

	for hv in A B; do
		to=${OTHER[$hv]}
		for pair in a:a a:b b:a x:x a:x x:a; do
			v=${pair%:*}
			check "$1: $pair from $hv" wait_for 60 reaches "$v$hv" "${IP[${pair#*:}$to]}"
			check "$1: $pair from $hv, IPv6" wait_for 60 reaches "$v$hv" "${IP6[${pair#*:}$to]}"
		done
	done
}

# A peering adds a way to each host; what waits in a queue goes on by one that there was.
waits()
{
	hv_ok A peering del ax
	must ns A nft 'table inet park {
		chain forward {
			type filter hook forward priority 0
			udp dport 7777 queue num 2
		}
	}'
	bg reader A "$nfq" 2 slow 1000
	must wait_for 60 grep -qs ready "$T_DIR/reader.out"
	kill -STOP "${T_PIDS[reader]}"
	bg sink aB "$T_PKT" sink -t 120 "${IP[aB]}" 7777
	must wait_for 60 listening aB u 7777
	must ns aA "$T_PKT" udp -c 1 "${IP[aB]}" 7777
	check "a packet waits" wait_for 60 parked A
	hv_ok A peering add ax vpc a peer x
	kill -CONT "${T_PIDS[reader]}"
	check "and arrives, although there is another peering now" wait_for 60 [ -s "$T_DIR/sink.out" ]
}

nothing()
{
	[ "$(hv A -json endpoint show | jq length)$(hv B -json endpoint show | jq length)" = 00 ]
}

cat >"$T_DIR/rules" <<-END
	table inet park {
		chain forward {
			type filter hook forward priority 0
			udp dport 5001 queue num 1
			udp dport 5002 queue num 2
			udp dport 5004 queue num 4
		}
		chain postrouting {
			type filter hook postrouting priority 0
			udp dport 5003 queue num 1
		}
	}
END

t_note "seed $seed, $seconds seconds: VPC_TORTURE_SEED=$seed VPC_TORTURE_SECONDS=$seconds"
hypervisors
for hv in A B; do
	for v in a b x; do
		tenant "$v$hv" "$hv" "p$v" "$v" "${IP[$v$hv]}" "${IP6[$v$hv]}"
	done
	to=${OTHER[$hv]}
	tenant "m$hv" "$hv" pm a "${IP[a$to]}" "${IP6[a$to]}"
	hv_ok "$hv" flush
	told "$hv"
	must ns "$hv" nft -f "$T_DIR/rules"
	bg "slow$hv" "$hv" "$nfq" 1 slow 5000
	bg "park$hv" "$hv" "$nfq" 2 park
	must wait_for 60 grep -qs ready "$T_DIR/slow$hv.out"
	must wait_for 60 grep -qs ready "$T_DIR/park$hv.out"
done
works "it begins"

job devices devices
for hv in A B; do
	to=${OTHER[$hv]}
	job "trafficA$hv" traffic "a$hv" "$to" a b x
	job "trafficX$hv" traffic "x$hv" "$to" x a
done
check "packets are parked" wait_for 300 parked A
check "on both" wait_for 300 parked B
end=$((SECONDS + seconds))
job disappear disappear
job namespaces namespaces
job changesA changes A "$seed" "$end"
job changesB changes B $((seed + 1)) "$end"
job whole whole $((seed + 2)) "$end"
for key in changesA changesB whole; do
	check "changes are made ($key)" bg_wait $key $((seconds + 1200))
done
touch "$T_DIR/last"
check "the last namespace is gone" bg_wait namespaces 600
t_note "$(cat "$T_DIR"/changes[AB].out "$T_DIR/whole.out" | cut -d' ' -f2,3 | sort | uniq -c | tr -s ' \n' ' ')"
t_is "every change was made at least once (these were not)" "$(missing)" ""
finish
bg_wait disappear 120 || :
for i in disappear namespaces; do
	t_note "$i: $(grep -c again "$T_DIR/$i.out") times"
done
t_is "a device was deleted, each time" "$(sort -u "$T_DIR/disappear.out")" again
t_is "a namespace was deleted, each time" "$(sort -u "$T_DIR/namespaces.out")" again
[ ! -e "$T_DIR/namespace.failed" ] || t_show "$T_DIR/namespace.failed"
for hv in A B; do
	check "flush on $hv with packets parked" hv "$hv" flush
done
check "nobody lives anywhere" nothing
for key in devices traffic{A,X}{A,B} {slow,park}{A,B}; do
	case $key in
	slow* | park*) bg_stop "$key" || : ;;
	*) bg_wait "$key" 120 || : ;;
	esac
done

for hv in A B; do
	must ns "$hv" nft delete table inet park
	must ip -n "$T_ID.$hv" link del vxlan0
	must vxlan "$hv"
	must tc -n "$T_ID.$hv" qdisc replace dev under root pfifo
	told "$hv"
done
works "afterwards"
waits
t_end
