#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the Makefile asks of the machine.
#
#   deps.sh build | check | kernel   install the Debian packages that are missing
#   deps.sh kdir [KERNEL]      print the kernel build directory to build for
#   deps.sh links DIR          make DIR a tree of links to the module's sources

set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

build="gcc make pkg-config libc6-dev libnl-3-dev libnl-genl-3-dev libjson-c-dev kmod"
check="linux-headers-cloud-amd64 qemu-system-x86 qemu-system-common busybox-static cpio kmod
	xz-utils zstd procps psmisc iproute2 iputils-ping iputils-arping iputils-tracepath
	traceroute ndisc6 tcpdump nftables iperf3 conntrack ethtool socat netcat-openbsd nmap jq gojq
	python3 python3-scapy python3-yaml python3-prometheus-client sparse shellcheck codespell
	clang libclang-rt-14-dev
	perl mandoc frr charon-systemd strongswan-swanctl strongswan-pki
	libstrongswan-standard-plugins libstrongswan-extra-plugins haproxy curl"

kernel="flex bison bc libelf-dev libssl-dev"

installed()
{
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		sed -n 's/ installed$//p'
}

# need PACKAGE...: have them installed.
need()
{
	local missing as=

	if ! command -v dpkg-query >/dev/null; then
		echo "deps: no Debian package manager here; needed: $*" >&2
		return
	fi
	missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) <(installed "$@" | sort -u) |
		tr '\n' ' ')
	[ -n "$missing" ] || return 0
	echo "deps: installing by apt-get: $missing"
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "deps: not root, and no sudo: have root run: apt-get install $missing" >&2
			exit 1
		fi
		as=sudo
	fi
	# shellcheck disable=SC2086
	if ! try $missing; then
		$as apt-get -q update
		try $missing
	fi
}

try()
{
	$as env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=900 \
		install --no-install-recommends "$@"
}

# The running kernel's, else the newest that is installed.
kdir()
{
	local dir

	if [ -n "${1:-}" ]; then
		"$here/kernel.sh" kdir "$1"
		return
	fi
	while read -r dir; do
		if [ -e "$dir/Makefile" ] && [ -e "$dir/.config" ]; then
			echo "$dir"
			return
		fi
	done < <(echo "/lib/modules/$(uname -r)/build"
		find /lib/modules -mindepth 2 -maxdepth 2 -name build 2>/dev/null | sort -rV
		find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' 2>/dev/null | sort -rV)
	return 1
}

links()
{
	local dir=$1 file

	mkdir -p "$dir"
	find "$dir" -xtype l -delete
	{
		echo Kbuild
		find kmod uapi -type f \( -name '*.[ch]' -o -name '*.sh' \) ! -name autoconf.h \
			! -name '*.mod.c'
	} | while read -r file; do
		[ -L "$dir/$file" ] && continue
		mkdir -p "$dir/$(dirname "$file")"
		ln -sf "$PWD/$file" "$dir/$file"
	done
}

case ${1:-} in
build)
	# shellcheck disable=SC2046,SC2086
	need $build $(kdir >/dev/null || echo linux-headers-cloud-amd64)
	;;
check)
	# shellcheck disable=SC2086
	need $check
	;;
kernel)
	# shellcheck disable=SC2086
	need $kernel
	;;
kdir)
	kdir "${2:-}" || {
		echo "deps: no kernel headers here; run make deps" >&2
		exit 1
	}
	;;
links)
	links "$2"
	;;
*)
	echo "usage: deps.sh build | check | kernel | kdir [KERNEL] | links DIR" >&2
	exit 2
	;;
esac
