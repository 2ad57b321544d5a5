#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpcctl metrics: what Prometheus' own parser reads is what was sent, and counters of a VPC do not
# fall when its ports go.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # check calls functions
. "${0%/*}/lib.sh"
. "${0%/*}/scene.sh"
. "${0%/*}/lib-nat.sh"
t_begin "metrics"
t_need /usr/bin/python3
/usr/bin/python3 -c "import prometheus_client.parser" 2>/dev/null ||
	t_skip_all "python3-prometheus-client is not there"

COUNT=500 SIZE=172	# packets, bytes of the network layer

# Names and labels as they are, one sample per line.
read_metrics()
{
	vpc metrics >"$T_DIR/metrics" || return
	/usr/bin/python3 -c '
import sys
from prometheus_client.parser import text_string_to_metric_families as parse
seen = set()
for family in parse(open(sys.argv[1], encoding="utf-8").read()):
    assert family.type in ("counter", "gauge"), family
    assert family.documentation, family
    for s in family.samples:
        key = s.name + str(sorted(s.labels.items()))
        assert key not in seen, "twice: " + key
        seen.add(key)
        print(s.name, *(k + "=" + v for k, v in sorted(s.labels.items())), int(s.value))
' "$T_DIR/metrics" >"$T_DIR/samples"
}

# sample NAME LABEL=VALUE...: labels in the order of the alphabet
sample()
{
	grep -x "$* [0-9]*" "$T_DIR/samples" | sed 's/.* //'
}

counts()
{
	local port dropped

	check "the parser takes it" read_metrics
	port=$(sample vpc_port_received_packets_total device=pa vpc=a)
	dropped=$(sample vpc_port_dropped_packets_total device=pa vpc=a)
	fence ha 10.1.1.1
	check "twice" read_metrics
	t_is "the fence is two packets at most" \
		"$(($(sample vpc_port_received_packets_total device=pa vpc=a) - port <= 2))" 1
	port=$(sample vpc_port_received_packets_total device=pa vpc=a)
	bg sink hb "$T_PKT" sink -c $COUNT -t 60 10.2.1.10 7777
	must wait_for 60 listening hb u 7777
	must ns ha "$T_PKT" udp -c $COUNT -i 500 -s $((SIZE - 28)) 10.2.1.10 7777
	check "all of them arrive" bg_wait sink 120
	check "again" read_metrics
	t_is "a port: what was sent" \
		"$(($(sample vpc_port_received_packets_total device=pa vpc=a) - port))" $COUNT
	t_is "none of it dropped" "$(sample vpc_port_dropped_packets_total device=pa vpc=a)" "$dropped"
	t_is "the peering, one way" \
		"$(sample vpc_peering_packets_total from=a peering=ab to=b)" $COUNT
	t_is "in bytes" "$(sample vpc_peering_bytes_total from=a peering=ab to=b)" $((COUNT * SIZE))
	t_is "and not the other" "$(sample vpc_peering_packets_total from=b peering=ab to=a)" 0
	t_is "it is active" "$(sample vpc_peering_active peering=ab)" 1
	# Nobody has that address: they are dropped on the other side.
	must ns ha "$T_PKT" udp -c 5 10.2.1.99 9
	must ns ha "$T_PKT" udp -c 7 -s 100 192.0.2.1 9
	must wait_for 30 dropped_are 7
	t_is "drops, by reason" "$(sample vpc_drops_total reason=no_route vpc=a)" 7
	t_is "what a peering has lost, one way" \
		"$(sample vpc_peering_dropped_packets_total from=a peering=ab to=b)" 5
	t_is "and the other" \
		"$(sample vpc_peering_dropped_packets_total from=b peering=ab to=a)" 0
}

# shellcheck disable=SC2317	# called by wait_for
dropped_are()
{
	read_metrics && [ "$(sample vpc_drops_total reason=no_route vpc=a)" = "$1" ]
}

monotonic()
{
	local before

	before=$(sample vpc_received_packets_total vpc=a)
	vpc_ok port del pa
	check "without the port" read_metrics
	t_is "the port is gone" "$(sample vpc_port_received_packets_total device=pa vpc=a)" ""
	t_num "its packets are still those of the VPC" "$(sample vpc_received_packets_total vpc=a)" -ge "$before"
	port_add pa subnet sa address 10.1.1.10
	check "with it again" read_metrics
	t_num "and nothing falls" "$(sample vpc_received_packets_total vpc=a)" -ge "$before"
	expect_error "-json is for" "another form" -json metrics
}

gateway()
{
	sample "vpc_nat_gateway_$1_total" gateway=n1 vpc=v1
}

# What passes a NAT gateway, and what it has no port for.
nat_counts()
{
	local n=200 i

	outside
	must ns isp ip neigh replace 192.0.2.10 lladdr "$(mac R ext0)" dev eth0 nud permanent
	tenant 1
	nat 1 address $POOL1
	check "ready" ping_all h1 1 $SERVER
	check "before" read_metrics
	t_is "a NAT gateway: a request and its answer" "$(gateway received_packets) $(gateway sent_packets)" "1 1"
	bg sink web "$T_PKT" sink -c $n -t 60 $SERVER 7777
	must wait_for 60 listening web u 7777
	must ns h1 "$T_PKT" udp -c $n -i 500 -s $((SIZE - 28)) $SERVER 7777
	check "all of them arrive" bg_wait sink 120
	check "ten echo requests are answered" ping_all h1 10 -s 100 $SERVER
	check "after" read_metrics
	t_is "what left by it" "$(gateway received_packets)" $((1 + n + 10))
	t_is "in bytes" "$(gateway received_bytes)" $((84 + n * SIZE + 10 * 128))
	t_is "what came back" "$(gateway sent_packets)" 11
	t_is "in bytes, too" "$(gateway sent_bytes)" $((84 + 10 * 128))
	t_is "the uplink has sent the same" \
		"$(sample vpc_uplink_sent_packets_total device=ext0 vpc=)" $((1 + n + 10))
	t_is "and nothing was dropped" "$(gateway dropped_packets)" 0
	vpc_ok nat-gateway set n1 port-limit 32
	for ((i = 0; i < 40; i++)); do
		must ns h1 "$T_PKT" udp -c 1 -B $((6000 + i)) $OTHER 7777
	done
	must ns h1 "$T_PKT" send -c 3 eth0 eth src "$(mac h1 eth0)" dst "$(mac R p1)" \
		ip4 src 10.0.1.10 dst $OTHER ttl 1 udp 6000 7777
	fence h1 10.0.1.1
	check "more than it may have" read_metrics
	t_is "what had no port, and what had no hop left" \
		"$(gateway dropped_packets) $(gateway limited) $(sample vpc_drops_total reason=ttl vpc=v1)" "11 8 3"
	t_is "all of it had come in" "$(gateway received_packets)" $((1 + n + 10 + 43))
}

router_new
vpc_ok vpc add a cidr 10.1.0.0/16
vpc_ok vpc add b cidr 10.2.0.0/16
i=1
for v in a b; do
	vpc_ok subnet add "s$v" vpc $v cidr 10.$i.1.0/24
	host_new "h$v" "p$v" 10.$i.1.10/24 via 10.$i.1.1 quiet
	port_add "p$v" subnet "s$v" address 10.$i.1.10
	i=$((i + 1))
done
vpc_ok peering add ab vpc a peer b
vpc_ok route add 10.2.0.0/16 vpc a via peering ab
vpc_ok route add 10.1.0.0/16 vpc b via peering ab
counts
monotonic
nat_counts
t_end
