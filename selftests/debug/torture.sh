#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything at once: configuration comes and goes at full speed beside traffic on all
# ports, with packets parked in NFQUEUE and in netem, while devices and namespaces are
# deleted; in the last third the module is unloaded and loaded all the time as well.
# What goes wrong is in the kernel log, or in what leaks.sh finds.
#
# VPC_TORTURE_SECONDS (60): how long; VPC_TORTURE_SEED: repeats a run's requests.
# timeout: 7200
# shellcheck source-path=SCRIPTDIR disable=SC1091,SC2317 # wait_for calls functions
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-torture.sh"
t_begin "torture"
t_need iperf3 nft tc insmod rmmod renice "$T_TOP/build/selftests/churn" "$T_TOP/build/selftests/nfq"

churn=$T_TOP/build/selftests/churn
nfq=$T_TOP/build/selftests/nfq
seconds=${VPC_TORTURE_SECONDS:-60}
seed=${VPC_TORTURE_SEED:-$(date +%s)}
PORTS=8

# The addresses of churn.c.
subnet_of()
{
	echo "10.$(($1 % 4 + 1)).$(($1 / 4 % 2 + 1))"
}

subnet6_of()
{
	echo "fd00:$(($1 % 4 + 1)):0:$(($1 / 4 % 2 + 1))"
}

# A host whose packets come whatever is configured: it never asks for the gateway.
tenant()
{
	local j=$1 in=$2 net net6 mac

	net=$(subnet_of "$j")
	net6=$(subnet6_of "$j")
	host_new "${3:-}h$j" "p$j" "$net.$((10 + j))/24" "$net6::$((10 + j))/64" \
		via "$net.1" via "$net6::1" in "$in"
	mac=$(mac "$in" "p$j")
	neigh "${3:-}h$j" "$net.1" "$mac"
	neigh "${3:-}h$j" "$net6::1" "$mac"
}

# Ports 5000 to 5004: forwarded, or what the ruleset below makes of them.
traffic()
{
	local j=$1 step k net mac

	while ! over; do
		for step in 2 1 4; do
			k=$(((j + step) % PORTS))
			net=$(subnet_of "$k").$((10 + k))
			mac=02:00:00:00:00:0$k
			ns "h$j" timeout 30 "$T_PKT" udp -c 500 -i 1000 -s 100 "$net" \
				$((5000 + (j + k) % 5)) &
			ns "h$j" timeout 30 "$T_PKT" udp -c 50 -i 5000 -s 4000 \
				"$(subnet6_of "$k")::$((10 + k))" 5000 &
			wait
			ns "h$j" timeout 30 ping -q -f -c 500 -w 2 "$net" &
			ns "h$j" timeout 30 "$T_PKT" send -c 50 -i 2000 eth0 eth src "$mac" arp 1 \
				"$mac" "$net" 0:0:0:0:0:0 "$(subnet_of "$j").1" &
			ns "h$j" timeout 30 "$T_PKT" send -c 50 -i 2000 eth0 eth src "$mac" \
				ip4 src "$net" dst "$(subnet_of "$j").1" udp 1 2 text x &
			wait
		done
	done >/dev/null 2>&1
}

# TCP with segmentation left to the devices.
stream()
{
	while ! over; do
		ns h5 timeout 20 iperf3 -s -1 &
		ns h1 timeout 10 iperf3 -t 2 --connect-timeout 2000 -c "$(subnet_of 5).15"
		ns h5 timeout 5 iperf3 -t 1 --connect-timeout 1000 -c 127.0.0.1
		wait
	done >/dev/null 2>&1
}

# Ports that are deleted leave their devices down, and lose their qdiscs with them.
devices()
{
	local j

	while ! over; do
		for ((j = 0; j < PORTS; j++)); do
			ns R ip link set "p$j" up
		done
		ns R ip link set u0 up
		ns R ip link set u1 up
		ns R tc qdisc replace dev p1 root netem delay 100ms limit 2000
		ns R tc qdisc replace dev p6 root netem delay 300ms limit 2000
		sleep 0.3
	done >/dev/null 2>&1
}

# A tenant's device goes away with everything in it, and comes back. Nobody else does
# either, so all of it works, or the test says so.
disappear()
{
	local net

	net=$(subnet_of 6)
	while ! over; do
		sleep 1
		if ns R ip link del p6 &&
			ns R ip link add p6 address 02:06:06:06:06:06 type veth \
				peer name eth0 netns "$T_ID.h6" &&
			ns h6 ip link set eth0 up &&
			ns h6 ip addr add "$net.16/24" dev eth0 &&
			ns h6 ip route add default via "$net.1" &&
			ns h6 ip neigh replace "$net.1" lladdr 02:06:06:06:06:06 dev eth0; then
			echo again
		else
			echo failed
		fi
	done
}

# A router namespace with tenants, traffic and parked packets is deleted at once. Its
# names are new each time, as the deletion itself comes later.
namespace()
{
	# What is to be removed is what is made here.
	T_ID=$T_ID.$1 T_NS=() T_PIDS=()
	trap t_remove EXIT
	ns_new Q
	tenant 0 Q
	tenant 4 Q
	must ns Q "$churn" build 1
	must ns Q vpcctl port add p4 subnet s01 address 10.1.2.14
	must ns Q nft -f "$T_DIR/rules"
	bg reader Q "$nfq" 2 park
	must wait_for 60 grep -qs ready "$T_DIR/reader.out"
	must ns Q ip link set p0 up
	must ns Q ip link set p4 up
	must ns Q tc qdisc replace dev p0 root netem delay 500ms
	bg from0 h0 "$T_PKT" udp -c 100000 -i 500 10.1.2.14 5002
	bg from4 h4 "$T_PKT" udp -c 100000 -i 500 10.1.1.10 5000
	must wait_for 60 parked Q
	# It lives until the last socket in it is closed, and then goes with all that is
	# parked.
	host_del Q
	bg_stop reader || :
}

# Takes what the others leave of the CPU: it would take all of it.
background()
{
	renice -n 15 -p "$BASHPID"
	"$@"
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
must strip -g -o "$T_DIR/vpc.ko" "$T_TOP/build/module/$(uname -r)/vpc.ko"

t_note "seed $seed, $seconds seconds: VPC_TORTURE_SEED=$seed VPC_TORTURE_SECONDS=$seconds"
router_new
for ((j = 0; j < PORTS; j++)); do
	tenant "$j" R
done
host_new r0 u0 192.0.2.254/24 192.0.2.253/24 via 192.0.2.1
host_new r1 u1 192.0.3.254/24 192.0.3.253/24 via 192.0.3.1
must r "$churn" build "$PORTS"
must r nft -f "$T_DIR/rules"
bg slow R "$nfq" 1 slow 5000
bg park R "$nfq" 2 park
must wait_for 60 grep -qs ready "$T_DIR/slow.out"
must wait_for 60 grep -qs ready "$T_DIR/park.out"
for ((j = 0; j < PORTS; j++)); do
	plug "p$j"
done
check "it begins with tenants that can talk" ns h0 ping -q -c 3 -i 0.2 -W 30 10.1.2.14

job devices devices
for ((j = 0; j < PORTS; j++)); do
	job "traffic$j" background traffic "$j"
done
job stream background stream
check "packets are parked" wait_for 300 parked R
job disappear disappear
job namespaces namespaces
bg churn0 R "$churn" $((seconds * 2 / 3)) "$seed" "$PORTS"
bg churn1 R "$churn" $((seconds * 2 / 3)) $((seed + 1)) "$PORTS"
for i in 0 1; do
	check "random requests are all answered ($i)" bg_wait "churn$i" $((seconds + 600))
	t_show "$T_DIR/churn$i.out"
done

touch "$T_DIR/last"
check "the last namespace is gone" bg_wait namespaces 600
bg churn2 R "$churn" $((seconds / 3)) $((seed + 2)) "$PORTS"
bg reload R "$churn" reload $((seconds / 3)) "$T_DIR/vpc.ko" "$PORTS"
check "the module is removed under traffic" bg_wait reload $((seconds + 600))
t_show "$T_DIR/reload.out"
t_show "$T_DIR/reload.err"
check "random requests beside that are answered" bg_wait churn2 600
t_show "$T_DIR/churn2.out"

finish
for i in disappear namespaces; do
	t_note "$i: $(grep -c again "$T_DIR/$i.out") times"
done
t_is "a device was deleted, each time" "$(sort -u "$T_DIR/disappear.out")" again
t_show "$T_DIR/disappear.err"
t_is "a namespace was deleted, each time" "$(sort -u "$T_DIR/namespaces.out")" again
[ ! -e "$T_DIR/namespace.failed" ] || t_show "$T_DIR/namespace.failed"
for i in $("$churn" wanted); do
	grep -qsE "^command $i: [1-9][0-9]* done" "$T_DIR"/churn[012].out || missing+=" $i"
done
t_num "commands that are wanted" "$("$churn" wanted | wc -l)" -gt 40
t_is "each was done at least once (these were not)" "${missing:-}" ""
check "rmmod with packets still parked" eval 'r vpcctl flush && wait_for 60 rmmod vpc'
check "insmod" insmod "$T_DIR/vpc.ko"
t_end
