#!/bin/bash
. "${0%/*}/lib.sh"
t_begin dbg
router_new
vpc_ok vpc add a cidr 10.0.0.0/16 cidr fd00:a::/32
vpc_ok subnet add s1 vpc a cidr 10.0.1.0/24 cidr fd00:a:1::/64
for ((i = 10; i < 60; i++)); do
host_new h$i p$i 10.0.1.$i/24 fd00:a:1::$i/64 via 10.0.1.1 via fd00:a:1::1
d=$(drops_all a | grep source)
port_add p$i subnet s1 address 10.0.1.$i address fd00:a:1::$i
if ! ns h$i ping -q -c 1 -W 3 10.0.1.1 >/dev/null; then
	echo lost $i "$d" "$(drops_all a|grep source)" "$(vpc -json port show p$i)"; ip -n $T_ID.h$i neigh
fi
host_del h$i
done
drops_all a
t_end
