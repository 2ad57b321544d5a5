# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# strongSwan as the distribution ships it, in namespaces of lib.sh, after lib-ipsec.sh. Each
# has a directory of its own for configuration, socket and log, so several run at once, and
# the machine's own is not touched. Configuration is that of vpcctl ipsec config.
#
#   swan_start NAME...           starts charon in these namespaces, all at once
#   swan NAME ARG...             swanctl
#   swan_load NAME KEY           loads the configuration KEY from standard input, in addition
#                                to what is there
#   swan_ours CONN [SED]         the configuration of our end, edited by SED, with the secret
#   swan_peer CONN N [SED]       that of customer N, with its device and routes
#   swan_pair CONN N [SED [SED]] both; CONN is negotiated
#   swan_kill NAME [SIGNAL]      ends one, KILL by default: it tells nobody
#   swan_log NAME                its log, for a failure

SWAN=/usr/sbin/charon-systemd

swan_dir()
{
	echo "$T_DIR/swan.$1"
}

swan()
{
	local name=$1 command=$2

	shift 2
	SWANCTL_DIR=$(swan_dir "$name") ns "$name" swanctl "$command" \
		--uri "unix://$(swan_dir "$name")/vici" "$@"
}

swan_answers()
{
	swan "$1" --version --daemon >/dev/null 2>&1
}

swan_start()
{
	local name dir

	for name; do
		dir=$(swan_dir "$name")
		mkdir -p "$dir/conf.d" "$dir"/{x509,x509ca,private}
		echo 'include conf.d/*.conf' >"$dir/swanctl.conf"
		cat >"$dir/strongswan.conf" <<-END
			charon-systemd {
				load = random nonce openssl aes gcm pem pkcs1 pkcs8 x509 pubkey constraints kdf hmac kernel-netlink socket-default vici
				install_routes = no
				retransmit_base = 1.4
				retransmit_timeout = 2
				retransmit_tries = 6
				plugins {
					vici {
						socket = unix://$dir/vici
					}
				}
				filelog {
					log {
						path = $dir/log
						flush_line = yes
					}
				}
			}
			swanctl {
				load = random openssl pem pkcs1 pkcs8 x509 pubkey
			}
		END
		rm -f "$dir/vici"
		STRONGSWAN_CONF=$dir/strongswan.conf bg "swan.$name" "$name" "$SWAN"
	done
	for name; do
		must wait_for 120 swan_answers "$name"
	done
}

swan_load()
{
	local dir

	dir=$(swan_dir "$1")
	cat >"$dir/conf.d/$2.conf"
	SWANCTL_DIR=$dir must swan "$1" --load-all --noprompt
}

swan_conf()
{
	vpc ipsec config "$1" ${2:+"$2"} | sed "s/REPLACE-THIS/secret of $1/; ${3:-}"
}

swan_ours()
{
	swan_load R "$1" < <(swan_conf "$1" "" "${2:-}")
}

# As the configuration says: an interface for what is routed there.
swan_device()
{
	! ns "c$2" ip link show dev ipsec1 >/dev/null 2>&1 || return 0
	must ip -n "$T_ID.c$2" -batch - <<-END
		link add ipsec1 type xfrm if_id $(swan_conf "$1" peer | sed -n 's/.*if_id_in = //p')
		link set ipsec1 up
		route replace 10.0.0.0/8 dev ipsec1 src 172.16.$2.1
		route replace 172.16.0.0/16 dev ipsec1 src 172.16.$2.1
		route replace fd00::/16 dev ipsec1 src fd00:ac:$2::1
	END
}

swan_peer()
{
	swan_device "$1" "$2"
	swan_load "c$2" "$1" < <(swan_conf "$1" peer "${3:-}")
}

swan_pair()
{
	swan_peer "$1" "$2" "${4:-}"
	swan_ours "$1" "${3:-}"
	wait_for 120 conn_is "$1" negotiated || swan_log R "c$2"
	must conn_is "$1" negotiated
}

swan_kill()
{
	bg_stop "swan.$1" "${2:-KILL}" 2>"$T_DIR/killed"
	return 0
}

swan_log()
{
	local name

	for name; do
		t_note "the end of the log of $name:"
		tail -n 30 "$(swan_dir "$name")/log" | sed 's/^/# /'
	done
}
