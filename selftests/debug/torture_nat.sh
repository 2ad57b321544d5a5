#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# NAT and security groups under change: gateways, addresses, rules, uplinks, ports and the table
# of connections come and go at full speed beside traffic in all directions, with packets parked
# in NFQUEUE. What goes wrong is in the kernel log, or in what leaks.sh finds; at the end all is
# set up once more, and must work.
#
# VPC_TORTURE_SECONDS (60): how long; VPC_TORTURE_SEED: repeats a run's changes.
# timeout: 3600
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/../scene.sh"
. "${0%/*}/../lib-nat.sh"
. "${0%/*}/lib-torture.sh"
t_begin "torture of NAT"
t_need "$TALK" conntrack nft renice "$T_TOP/build/selftests/nfq"
nfq=$T_TOP/build/selftests/nfq
seconds=${VPC_TORTURE_SECONDS:-60}
seed=${VPC_TORTURE_SEED:-$(date +%s)}
TENANTS=3

# Connections of each protocol, short ones and ones that stay, and hairpin.
inside()
{
	local h=h$1 port

	renice -n 15 -p "$BASHPID" >/dev/null
	while ! over; do
		for port in 80 443 5001 5002; do
			ns "$h" "$TALK" many -t 2 -b 10.0.1.10 -a 2 udp "$SERVER" "$port" 40 &
			ns "$h" timeout 5 "$T_PKT" udp -c 20 -i 1000 -s 4000 "$OTHER" 80 &
			wait
		done
		ns "$h" "$TALK" many -t 2 -b 10.0.1.10 tcp "$SERVER" 80 20 &
		ns "$h" timeout 5 ping -q -f -c 100 -w 2 "$SERVER" &
		ns "$h" "$TALK" many -t 2 -b 10.0.1.10 udp "$POOL1" 8080 10 &
		wait
	done >/dev/null 2>&1
}

# What comes in by rules, what nobody asked for, and errors about connections that may be there.
strangers()
{
	local port

	renice -n 15 -p "$BASHPID" >/dev/null
	while ! over; do
		for port in 8080 8081 8090 9999; do
			ns web "$TALK" many -t 2 udp "$POOL1" "$port" 20 &
			ns web "$TALK" many -t 2 tcp "$POOL2" "$port" 5 &
			ns other timeout 5 ping -q -f -c 50 -w 2 198.51.100.3 &
			ns other timeout 5 "$T_PKT" udp -c 50 -i 1000 -s 4000 "$POOL2" "$port" &
			wait
		done
	done >/dev/null 2>&1
}

# Ports that are unbound leave their devices down.
devices()
{
	local n

	while ! over; do
		for ((n = 1; n <= TENANTS; n++)); do
			ns R ip link set "p$n" up
		done
		ns R ip link set ext0 up
		ns R ip route replace default via "$GW"
		sleep 0.3
	done >/dev/null 2>&1
}

port()
{
	echo "port add p$1 subnet s$1 address 10.0.1.10 address 10.0.1.11"
}

# A change, as vpcctl takes it; RANDOM begins with the seed.
change()
{
	local n=$((RANDOM % TENANTS + 1)) pool=198.51.100.$((RANDOM % 4 + 1))
	local first=$((1024 + RANDOM % 64 * 256)) onoff=on
	local dnat="address $pool udp $((8080 + RANDOM % 12))"

	((RANDOM % 2)) || onoff=off
	case $((RANDOM % 23)) in
	0) echo "nat-gateway del n$n" ;;
	1 | 2) echo "nat-gateway add n$n vpc v$n uplink ext0 address $POOL1 address $pool" ;;
	3) echo "nat-gateway set n$n address $pool" ;;
	4) echo "nat-gateway set n$n no-address $pool" ;;
	5) echo "nat-gateway set n$n first-port $first last-port $((first + 63))" ;;
	6) echo "nat-gateway set n$n first-port 1024 last-port 65535 port-limit $((16 << RANDOM % 8))" ;;
	7) echo "nat-gateway snat del n$n cidr 10.0.0.0/16" ;;
	8 | 9) echo "nat-gateway snat add n$n cidr 10.0.0.0/16" ;;
	10) echo "nat-gateway snat add n$n subnet s$n" ;;
	11 | 12) echo "nat-gateway dnat add n$n $dnat to 10.0.1.1$((RANDOM % 2))" ;;
	13) echo "nat-gateway dnat del n$n $dnat" ;;
	14) echo "route replace 0.0.0.0/0 vpc v$n via nat n$n" ;;
	15) echo "route replace 0.0.0.0/0 vpc v$n via router v$n" ;;
	16) echo "vpc set v$n public-address $pool uplink ext0" ;;
	17) echo "vpc set v$n public-address 198.51.100.1$n endpoint 10.0.1.10 uplink ext0" ;;
	18) echo "vpc set v$n no-public-address $pool" ;;
	19) echo "vpc set v$n filter $onoff" ;;
	20) echo "vpc set v$n connection-limit $((RANDOM % 2 * 20))" ;;
	21) echo "port del p$n" ;;
	22) port "$n" ;;
	esac
}

# Which changes were not made yet.
missing()
{
	local what

	for what in "nat-gateway del" "nat-gateway add" "nat-gateway set" "nat-gateway snat" \
		"nat-gateway dnat" "route replace" "vpc set" "port del" "port add" "uplink add" flush; do
		grep -qsx "done $what" "$T_DIR"/changes[012].out || echo "$what;"
	done
}

# Time is over: on a slow machine, not before each change was made, but not for ever.
enough()
{
	[ "$SECONDS" -ge "$1" ] && { [ "$SECONDS" -ge $(($1 + 600)) ] || [ -z "$(missing)" ]; }
}

# try LINE: as vpcctl takes it; notes the first two words if it was done.
try()
{
	# shellcheck disable=SC2086	# words
	if ns R vpcctl $1 2>/dev/null; then
		echo "done $(cut -d' ' -f1,2 <<<"$1")"
	fi
}

changes()
{
	RANDOM=$1
	while ! enough "$2"; do
		((RANDOM % 40)) || ns R conntrack -F 2>/dev/null
		try "$(change)"
	done
}

# All at once goes, and comes back; before, one gateway goes that routes do not hold.
flushes()
{
	local n

	while ! enough "$1"; do
		sleep 7
		{
			echo "nat-gateway set n1 rate $RANDOM"
			echo "route del 0.0.0.0/0 vpc v1"
			echo "nat-gateway del n1"
			echo "port del p1"
			echo "flush"
			echo "uplink add ext0 gateway $GW"
			for ((n = 1; n <= TENANTS; n++)); do
				echo "vpc add v$n cidr 10.0.0.0/16"
				echo "subnet add s$n vpc v$n cidr 10.0.1.0/24"
				port "$n"
				echo "nat-gateway add n$n vpc v$n uplink ext0 address $POOL1"
				echo "nat-gateway snat add n$n cidr 10.0.0.0/16"
				echo "route add 0.0.0.0/0 vpc v$n via nat n$n"
			done
		} | while read -r line; do
			try "$line"
		done
	done
}

# shellcheck disable=SC2317	# called by wait_for
quiet()
{
	[ "$(r conntrack -L 2>/dev/null | grep -c 198.51.100)" = 0 ]
}

t_note "seed $seed, $seconds seconds: VPC_TORTURE_SEED=$seed VPC_TORTURE_SECONDS=$seconds"
outside
for ((n = 1; n <= TENANTS; n++)); do
	tenant "$n"
	must ns "h$n" ip addr add 10.0.1.11/24 dev eth0
	nat "$n" address "$POOL1"
	serve "h$n" 8080 8081
done
must ns web ip route add 192.0.2.0/24 via 203.0.113.1
must r nft '
	table inet park {
		chain forward {
			type filter hook forward priority 0
			udp dport 5001 queue num 1
			udp dport 5002 queue num 2
			udp sport 80 ct state established accept
			udp dport 8081 queue num 1
		}
	}'
bg slow R "$nfq" 1 slow 5000
bg park R "$nfq" 2 park
must wait_for 60 grep -qs ready "$T_DIR/slow.out"
must wait_for 60 grep -qs ready "$T_DIR/park.out"
check "it begins with tenants that are answered" ask h1 udp "$SERVER" 80 hello

job devices devices
for ((n = 1; n <= TENANTS; n++)); do
	job "inside$n" inside "$n"
done
job strangers strangers
check "packets are parked" wait_for 300 parked R
end=$((SECONDS + seconds))
job changes0 changes "$seed" "$end"
job changes1 changes $((seed + 1)) "$end"
job changes2 flushes "$end"
check "changes are made (0)" bg_wait changes0 $((seconds + 1200))
check "changes are made (1)" bg_wait changes1 $((seconds + 1200))
check "changes are made (2)" bg_wait changes2 $((seconds + 1200))
t_note "$(sort "$T_DIR"/changes[012].out | uniq -c | tr -s ' \n' ' ')"
t_is "every change was made at least once (these were not)" "$(missing)" ""
check "flush with packets parked, and gateways in use" vpc flush
check "no connection of a public address is left" wait_for 60 quiet
finish
bg_stop park || :
bg_stop slow || :
for key in devices inside1 inside2 inside3 strangers; do
	bg_wait "$key" 120 || :
done

must r nft delete table inet park
vpc_ok uplink add ext0 gateway "$GW"
must r ip link set ext0 up
must r ip route replace default via "$GW"
for ((n = 1; n <= TENANTS; n++)); do
	vpc_ok vpc add "v$n" cidr 10.0.0.0/16
	vpc_ok subnet add "s$n" vpc "v$n" cidr 10.0.1.0/24
	port_add "p$n" subnet "s$n" address 10.0.1.10
	nat "$n" address "$POOL1"
	check "afterwards tenant $n is answered" wait_for 30 ask "h$n" udp "$SERVER" 80 hello
done
t_end
