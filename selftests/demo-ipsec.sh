# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part of demo.sh about IPsec: a datacentre behind two customer gateways, strongSwan on both
# ends, the active one dies while packets flow, and what the underlay saw of all this.

# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib-ipsec.sh"
. "${0%/*}/lib-swan.sh"

IDC=172.20.0.1

# What the datacentre has got of the stream, by way of customer gateway N.
idc_got()
{
	ns "c$1" nft -j list table inet seen | jq '.. | .counter? | .packets? // empty'
}

idc_more_than()
{
	[ $(($(idc_got 1) + $(idc_got 2))) -gt "$1" ]
}

idc_scene()
{
	local n

	router_new
	underlay_new
	side 1
	for n in 1 2; do
		customer_new "$n"
		must ip -n "$T_ID.c$n" addr add $IDC/32 dev lan
		must ns "c$n" nft 'add table inet seen; add chain inet seen in {
			type filter hook input priority 0; }; add rule inet seen in udp dport 9 counter drop'
	done
}

demo_ipsec()
{
	local n lost told other

	idc_scene
	say "22. VPC a gets a VPN gateway. A datacentre, 172.16.0.0/12, has two customer gateways."
	works router vpcctl vpn-gateway add g vpc a local $WAN inside 10.255.0.1
	for n in 1 2; do
		works router vpcctl ipsec add "t$n" gateway g customer "c$n"
		works router vpcctl route add "172.16.$n.0/24" gateway g via ipsec "t$n"
	done
	works router vpcctl route add 172.16.0.0/12 gateway g via ipsec t1 weight 100 \
		via ipsec t2 weight 0 publish
	underlay_watch wire 200
	# shellcheck disable=SC2046
	fails ha $(ping4 $IDC)

	say "23. strongSwan on both ends, with the configuration that \"vpcctl ipsec config\" prints for each."
	swan_start R c1 c2
	for n in 1 2; do
		printf '    %-6s # %s\n' router "vpcctl ipsec config t$n >conf.d/t$n.conf; swanctl --load-all" \
			"c$n" "vpcctl ipsec config t$n peer >conf.d/t$n.conf; swanctl --load-all"
		swan_pair "t$n" "$n"
		works router vpcctl probe add "q$n" for ipsec "t$n" icmp source 10.255.0.1 \
			destination "172.16.$n.1" interval 300 retries 3
	done
	for n in 1 2; do
		wait_for 120 probe_in "q$n" up || quit "probe q$n is not up"
	done
	works router vpcctl ipsec show t1
	works router vpcctl route show vpc a

	say "24. Packets flow through connection 1, and its customer gateway dies without a word."
	bg stream ha "$T_PKT" udp -c "$PACKETS" -i 5000 -p "$MARKER" $IDC 9
	wait_for 60 idc_more_than 100 || quit "nothing arrives"
	[ "$(idc_got 2)" = 0 ] || quit "the second one has got packets"
	works c1 nft 'add table netdev gone; add chain netdev gone in { type filter hook ingress device eth0 priority 0; policy drop; }'
	bg_wait stream 300 || quit "the stream ends badly"

	say "25. The rest went through connection 2. The receipt, beside what the datacentre counted:"
	works router vpcctl probe history q1
	shows "(detection time expired)"
	lost=$((PACKETS - $(idc_got 1) - $(idc_got 2)))
	echo "             $PACKETS packets sent, $(idc_got 1) came by 1, $(idc_got 2) by 2, $lost lost"
	told=$(vpc -json probe history q1 | jq '.[-1].packets')
	[ "$(idc_got 2)" -gt 0 ] || quit "nothing came by the second one"
	if [ "$lost" = 0 ] || [ "$lost" -gt "$told" ]; then
		quit "the receipt says that $told were given to the dead connection"
	fi

	say "26. And this is what was on the wire between the gateways, since before there was a key:"
	underlay_stop wire
	other=$(underlay_dirt wire)
	echo "             ESP $(capture_count wire 'ip proto 50'), IKE $(capture_count wire \
		'udp and (port 500 or port 4500)'), ARP, ND and MLD $(capture_count wire \
		'arp or icmp6 or ip6 proto 0')," \
		"others $(capture_count wire "not ($OUTSIDE)")"
	[ -z "$other" ] || quit "there is something in clear: $other"
	[ "$(capture_count wire 'ip proto 50')" -gt 1000 ] || quit "that is too little ESP"
	works router vpcctl flush
}
