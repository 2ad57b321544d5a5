# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Packets of a tenant that leave in ESP: through an xfrm interface in a VRF, which is what one
# would do without this module, and by an IPsec connection. Both with keys by hand. The device
# of the underlay is out0, 10.200.255.1/16, and knows the MACs of the other ends.

ESP_LOCAL=10.200.255.1
declare -A ESP_CIPHER=(
	[null]='enc ecb(cipher_null) "" auth digest_null ""'
	[gcm]="aead rfc4106(gcm(aes)) $(printf '0x%040x' 1) 128"
)

# each N LINE...: the lines for the connections 0 to N - 1, for ip -batch and vpcctl: % is the
# number plus one, @ the address of the other end, ~ the prefix behind it.
each()
{
	local n=$1

	shift
	printf '%s\n' "$@" | awk -v n="$n" '
		{ line[NR] = $0 }
		END {
			for (i = 0; i < n; i++)
				for (j = 1; j <= NR; j++) {
					text = line[j]
					gsub("%", i + 1, text)
					gsub("@", "10.200." int(i / 250) "." i % 250 + 1, text)
					gsub("~", "11." int(i / 256) "." i % 256 ".0/24", text)
					print text
				}
		}'
}

# esp_keys N CIPHER FIRST: security associations and policies of N connections, with if_ids
# from FIRST on
esp_keys()
{
	local n=$1 cipher=${ESP_CIPHER[$2]} first=$3
	local sa="proto esp reqid 1 mode tunnel if_id"

	each "$n" \
		"xfrm state add src $ESP_LOCAL dst @ spi 0x1% $sa # $cipher" \
		"xfrm state add src @ dst $ESP_LOCAL spi 0x2% $sa # $cipher" \
		"xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id # tmpl src $ESP_LOCAL dst @ proto esp reqid 1 mode tunnel" |
		awk -v first="$first" '{ sub("#", first + int((NR - 1) / 3)); print }' |
		ip -n "$SPACE" -batch - || die "keys of $SPACE"
}

# esp_host NAME N
esp_host()
{
	space "$1"
	dummy in0
	dummy out0
	ipn addr add $ESP_LOCAL/16 dev out0
	each "$2" "neigh add @ lladdr $NEXT_MAC dev out0" | ip -n "$SPACE" -batch - ||
		die "neighbours of $1"
}

# esp_flow KEY SIZE N: to random destinations behind N connections
esp_flow()
{
	local last=$(($3 - 1)) before

	contender "$1" in0 out0 PACKETS=$((BENCH_PACKETS / 5)) "pkt_size $2" "src_min 10.1.1.10" \
		"src_max 10.1.1.10" "dst_min 11.0.0.1" "flag IPDST_RND" \
		"dst_max 11.$((last / 256)).$((last % 256)).254"
	# What arrives has gone through the security associations.
	before=$(esp_packets)
	run "$1" 100 >/dev/null || die "$1: packets are lost"
	[ $(($(esp_packets) - before)) = 100 ] || die "$1: it is not ESP that arrives"
}

esp_packets()
{
	net ip -s xfrm state | awk '/lifetime current/ { getline; sub(/.*, /, ""); n += $1 }
		END { print n + 0 }'
}

# xfrmi CIPHER N
xfrmi()
{
	esp_host "xfrmi-$1-$2" "$2"
	vrf red 100
	ipn link set in0 master red
	ipn addr add 10.1.1.1/24 dev in0
	each "$2" "link add ipsec% type xfrm dev lo if_id %" "link set ipsec% master red" \
		"link set ipsec% up" "route add ~ dev ipsec% table 100" |
		ip -n "$SPACE" -batch - || die "xfrm interfaces"
	esp_keys "$2" "$1" 1
}

# connections CIPHER N
connections()
{
	local name=esp-$1-$2 first=1979711488

	esp_host "$name" "$2"
	vpc vpc add a cidr 10.1.0.0/16
	vpc subnet add a1 vpc a cidr 10.1.1.0/24
	vpc port add in0 subnet a1 address 10.1.1.10 lladdr "$HOST_MAC"
	vpc vpn-gateway add gw vpc a local $ESP_LOCAL
	each "$2" "customer-gateway add c% address @" \
		"ipsec add t% gateway gw customer c% if-id #" "route add ~ vpc a via ipsec t%" |
		awk -v first=$first '{ sub("#", first + int((NR - 1) / 3)); print }' >"$BENCH_OUT.lines"
	must net vpcctl -batch "$BENCH_OUT.lines"
	rm -f "$BENCH_OUT.lines"
	esp_keys "$2" "$1" $first
	must wait_for 60 negotiated "$2"
}

# negotiated N: so many are
negotiated()
{
	[ "$(net vpcctl -json ipsec show | jq '[.[] | select(.state == "negotiated")] | length')" = "$1" ]
}

esp()
{
	local cipher size way

	for cipher in null gcm; do
		for way in xfrmi connections; do
			"$way" "$cipher" 1
			for size in 60 1400; do
				esp_flow "${SPACE%-*}-$size" "$size" 1
			done
		done
	done
	xfrmi null 1000
	esp_flow xfrmi-1000 60 1000
	connections null 1000
	esp_flow esp-1000 60 1000
}
