# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part of demo.sh about NAT gateways: two tenants with the same address browse the same server
# through one public address, and one of them serves something itself.

# shellcheck source-path=SCRIPTDIR
. "${0%/*}/lib-nat.sh"

# A web server that greets whoever asks by the address that it sees.
greet()
{
	cat >"$T_DIR/greet.$1" <<-END
		#!/bin/sh
		sed '/^.\{0,1\}\$/q' >/dev/null
		printf 'HTTP/1.0 200 OK\r\n\r\n%s sees %s\n' $1 "\$SOCAT_PEERADDR"
	END
	bg "greet.$1" "$1" socat TCP-LISTEN:8000,reuseaddr,fork "EXEC:sh $T_DIR/greet.$1"
	wait_for 60 listening "$1" t 8000 || quit "the web server of $1 does not start"
}

demo_nat()
{
	local n

	outside
	tenant 1
	tenant 2
	greet web
	greet h1
	capture_start wire isp eth0 "not arp"
	say "$1. Two tenants with one and the same address, a NAT gateway each, one public address."
	for n in 1 2; do
		works router vpcctl nat-gateway add "n$n" vpc "v$n" uplink ext0 address $POOL1
		works router vpcctl nat-gateway snat add "n$n" subnet "s$n"
		works router vpcctl route add 0.0.0.0/0 vpc "v$n" via nat "n$n"
	done
	for n in 1 2; do
		works "h$n" curl -s -m 30 --local-port 5555 "http://$SERVER:8000/"
		shows "web sees $POOL1"
	done

	say "$(($1 + 1)). The first one serves, too: a port of the public address leads to it. The client is seen."
	works router vpcctl nat-gateway dnat add n1 address $POOL1 tcp 80 to 10.0.1.10 port 8000
	works web curl -s -m 30 "http://$POOL1/"
	shows "h1 sees $SERVER"
	works router vpcctl nat-gateway show
	capture_stop wire
	echo "             on the wire: $(capture_count wire "host $POOL1") packets of $POOL1, $(capture_count wire 'net 10.0.0.0/8') of 10.0.0.0/8"
	[ "$(capture_count wire 'net 10.0.0.0/8')" = 0 ] || quit "private addresses got out"
	works router vpcctl flush
}
