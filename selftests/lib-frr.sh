# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# FRR's daemons, as the distribution ships them, in namespaces of lib.sh. Each namespace
# has a directory of its own for sockets, pids, configuration and logs: several run at
# once, and the machine's own FRR is not touched.
#
#   frr_start NAME DAEMON...     starts daemons (zebra first, bgpd, bfdd) and waits until
#                                they listen
#   frr_config NAME              configuration from standard input, as vtysh takes it
#   frr NAME COMMAND             one command of vtysh
#   frr_stop NAME DAEMON [SIGNAL]   ends one (TERM: bfdd takes leave of its peers)
#   frr_peer NAME ADDR FIELD     a field of a BFD peer by its address, from "show bfd peers
#                                json"; FIELD as jq takes it: status, "remote-id"
#   frr_is NAME ADDR STATUS      for wait_for
#   frr_up NAME ADDR [SECONDS]   waits for status "up"

FRR_BIN=/usr/lib/frr

frr_dir()
{
	echo "$T_DIR/frr.$1"
}

frr_listens()
{
	local name=$1 daemon

	shift
	for daemon; do
		[ -S "$(frr_dir "$name")/$daemon.vty" ] && bg_alive "frr.$name.$daemon" || return 1
	done
	frr "$name" "show version" >/dev/null
}

frr_start()
{
	local name=$1 daemon dir options

	shift
	dir=$(frr_dir "$name")
	chmod 711 "$T_DIR"	# the daemons leave root
	install -d -o frr -g frr "$dir"
	: >"$dir/vtysh.conf"
	for daemon; do
		: >"$dir/$daemon.conf"
		options=(-P 0 -f "$dir/$daemon.conf" -i "$dir/$daemon.pid"
			-z "$dir/zserv.api" --vty_socket "$dir" --log "file:$dir/$daemon.log")
		case $daemon in
		bfdd) options+=(--bfdctl "$dir/bfdctl") ;;
		bgpd) options+=(-l 0.0.0.0) ;;
		esac
		rm -f "$dir/$daemon.vty"
		bg "frr.$name.$daemon" "$name" "$FRR_BIN/$daemon" "${options[@]}"
		must wait_for 60 frr_listens "$name" "$daemon"
	done
}

frr()
{
	ns "$1" vtysh --config_dir "$(frr_dir "$1")" --vty_socket "$(frr_dir "$1")" -c "$2"
}

frr_config()
{
	local dir

	dir=$(frr_dir "$1")
	cat >"$dir/commands"
	must ns "$1" vtysh --config_dir "$dir" --vty_socket "$dir" -f "$dir/commands"
}

frr_stop()
{
	bg_stop "frr.$1.$2" "${3:-TERM}" || :	# its status is its own business
}

frr_peer()
{
	frr "$1" "show bfd peers json" | jq -r --arg a "$2" "
		.[] | select(.peer == \$a) | .$3"
}

frr_is()
{
	[ "$(frr_peer "$1" "$2" status)" = "$3" ]
}

frr_up()
{
	wait_for "${3:-60}" frr_is "$1" "$2" up
}
