#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Stock Debian kernels for the VM: the headers that the module is built with and
# the image that boots it. Nothing is installed; packages come by name from the
# mirror that apt is configured with, and are unpacked under build/cache.
#
#   kernel.sh supported        print what KERNEL may be
#   kernel.sh kdir KERNEL      print the kernel build directory for 6.1, 6.12 or 7
#   kernel.sh release KDIR     print the release that a build directory is for
#   kernel.sh image RELEASE    print the directory with vmlinuz and lib/modules
#   kernel.sh file SUITE PACKAGE...   download packages, print their file names

set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${VPC_CACHE:-$here/../../build/cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd -P)
flavour=cloud-amd64
supported="6.1 6.12 7"

say()
{
	echo "kernel: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# apt_in SUITE COMMAND...: apt with lists of its own that hold one Debian suite;
# the machine's lists and packages stay as they are, and no root is needed.
apt_in()
{
	local tool=$2 dir=$cache/apt/$1

	shift 2
	"$tool" -q -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" \
		-o APT::Sandbox::User= -o APT::Get::List-Cleanup=0 "$@"
}

# The site that serves "bookworm" (or its security suite) on this machine.
site()
{
	# shellcheck disable=SC2016	# names of apt's
	apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
		awk -v want="$1" '$2 == want { print $1; exit }'
}

# Lists are kept for a day.
suite_update()
{
	local dir=$cache/apt/$1 base=bookworm url

	[ -z "$(find "$dir/fresh" -mmin -1440 2>/dev/null)" ] || return 0
	[ "$1" != bookworm-security ] || base=bookworm-security
	url=$(site "$base")
	[ -n "$url" ] || die "apt is not configured for Debian 12 ($base); no kernel packages"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $url $1 main" \
		>"$dir/sources.list"
	apt_in "$1" apt-get update >"$dir/update.log" 2>&1 ||
		die "apt-get update for $1 failed: $(tail -n 1 "$dir/update.log")"
	touch "$dir/fresh"
}

fetch()
{
	(cd "$cache/deb" && apt_in "$1" apt-get download "$2/$1") >"$cache/deb.log" 2>&1
}

# download SUITE PACKAGE...: the .deb files, by name on stdout.
download()
{
	local suite=$1 pkg file

	shift
	suite_update "$suite"
	mkdir -p "$cache/deb"
	for pkg; do
		file=$(cd "$cache/deb" && find . -maxdepth 1 -name "${pkg}_*.deb" | head -n 1)
		if [ -z "$file" ]; then
			say "downloading $pkg ($suite)"
			if ! fetch "$suite" "$pkg"; then	# perhaps the lists are stale
				rm -f "$cache/apt/$suite/fresh"
				suite_update "$suite"
				fetch "$suite" "$pkg" || return 1
			fi
			file=$(cd "$cache/deb" && find . -maxdepth 1 -name "${pkg}_*.deb" | head -n 1)
		fi
		[ -n "$file" ] || return 1
		echo "$cache/deb/${file#./}"
	done
}

# The release that the suite's meta package points to.
newest()
{
	suite_update "$1"
	apt_in "$1" apt-cache show "linux-image-$flavour" |
		sed -n 's/^Depends:.*linux-image-\([0-9][^ ,]*\).*/\1/p' | sort -V | tail -n 1
}

# Suites that may hold a release, the likely one first.
suites_of()
{
	case $1 in
	*deb12-*) echo bookworm-backports ;;
	7.*deb13-*) echo trixie-backports ;;
	*) echo bookworm-security bookworm ;;
	esac
}

# Newer releases divide the image: linux-image needs linux-base, -binary and -modules.
image()
{
	local release=$1 dir=$cache/image/$1 tmp=$cache/image/$1.$$ suite more file files

	if [ -e "$dir/vmlinuz" ]; then
		echo "$dir"
		return
	fi
	for suite in $(suites_of "$release"); do
		files=$(download "$suite" "linux-image-$release") || continue
		more=$(dpkg-deb -f "$files" Depends | tr ',|' '\n' |
			sed -n "s/^ *\(linux-\(base\|binary\|modules\)-$release\)\( .*\)\?$/\1/p" | sort -u)
		# shellcheck disable=SC2086
		[ -z "$more" ] || files="$files $(download "$suite" $more)"
		rm -rf "$tmp"
		mkdir -p "$tmp"
		for file in $files; do
			dpkg-deb --fsys-tarfile "$file" |
				tar -x -C "$tmp" --wildcards './boot/*' './lib/modules/*' \
					'./usr/lib/modules/*' 2>/dev/null || :
		done
		if [ -d "$tmp/usr/lib/modules" ]; then
			mkdir -p "$tmp/lib"
			mv "$tmp/usr/lib/modules" "$tmp/lib/"
		fi
		[ -d "$tmp/lib/modules/$release/kernel" ] || die "linux-image-$release: no modules in it"
		/sbin/depmod -b "$tmp" "$release"
		file=$(find "$tmp" -name 'vmlinuz*' | head -n 1)
		mv "$file" "$tmp/vmlinuz"
		mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
		rm -f "$cache/deb"/linux-{image,base,binary,modules}-"$release"_*.deb
		echo "$dir"
		return
	done
	return 1
}

# Headers unpacked beside each other; their own links are relative, and the
# flavour's Makefile is pointed at its new place.
headers()
{
	local suite=$1 release=$2 dir=$cache/headers/$2 common kbuild file files

	if [ ! -e "$dir/.done" ]; then
		rm -rf "$dir"
		mkdir -p "$dir"
		file=$(download "$suite" "linux-headers-$release") || return 1
		common=$(dpkg-deb -f "$file" Depends | grep -o 'linux-headers-[^ ,]*-common' | head -n 1)
		kbuild=$(dpkg-deb -f "$file" Depends | grep -o 'linux-kbuild-[^ ,]*' | head -n 1)
		files="$file $(download "$suite" "$common" "$kbuild")" || return 1
		for file in $files; do
			dpkg-deb -x "$file" "$dir"
		done
		sed -i "s|/usr/src/|$dir/usr/src/|" "$dir/usr/src/linux-headers-$release/Makefile"
		older_libc "$dir"
		older_compiler "$dir" "$release"
		touch "$dir/.done"
	fi
	echo "$dir/usr/src/linux-headers-$release"
}

# Helpers that want a newer C library than this machine has are run with the
# loader of the release that they were built on.
older_libc()
{
	local dir=$1 libs=$1/loader file real

	find "$dir/usr" -path '*/linux-kbuild-*' -type f -perm -100 | while read -r file; do
		if LC_ALL=C ldd "$file" 2>&1 | grep -q 'not found'; then
			echo "$file"
		fi
	done >"$dir/helpers"
	[ -s "$dir/helpers" ] || return 0
	mkdir -p "$libs"
	for file in $(download trixie libc6 libelf1t64 libssl3t64 zlib1g libzstd1); do
		dpkg-deb -x "$file" "$libs"
	done
	libs=$libs/usr/lib/x86_64-linux-gnu
	[ -e "$libs/ld-linux-x86-64.so.2" ] || die "cannot get the C library of trixie"
	while read -r file; do
		real=$file.elf
		mv "$file" "$real"
		# shellcheck disable=SC2016	# for that script
		printf '#!/bin/sh\nexec "%s" --argv0 "$0" --library-path "%s" "%s" "$@"\n' \
			"$libs/ld-linux-x86-64.so.2" "$libs" "$real" >"$file"
		chmod +x "$file"
	done <"$dir/helpers"
}

# The compiler that the headers name, where this machine has it; else gcc, with
# the older name of an option that gcc 12 does not know. pahole makes BTF, which
# modules built here do without.
older_compiler()
{
	local dir=$1 variables cc

	variables=$dir/usr/src/linux-headers-$2/.kernelvariables
	# shellcheck disable=SC2016	# make expands it
	echo 'override PAHOLE_VERSION = $(CONFIG_PAHOLE_VERSION)' >>"$variables"
	cc=$(grep -o 'gcc-[0-9]*$' "$variables" | tail -n 1)
	if command -v "x86_64-linux-gnu-$cc" >/dev/null; then
		return
	fi
	cat >"$dir/cc" <<-'EOF'
		#!/bin/bash
		args=()
		for arg; do
			case $arg in
			-fmin-function-alignment=*) args+=("-falign-functions=${arg#*=}") ;;
			*) args+=("$arg") ;;
			esac
		done
		exec gcc "${args[@]}"
	EOF
	chmod +x "$dir/cc"
	echo "CC = $dir/cc" >>"$variables"
}

# 6.1: the newest installed headers whose image can be had; else a pair of the
# archive's newest. The others always come as a pair.
kdir()
{
	local suite release dir

	case $1 in
	6.1)
		for dir in $(find /usr/src -maxdepth 1 -name "linux-headers-6.1.*-$flavour" | sort -rV); do
			[ -e "$dir/.config" ] || continue
			release=${dir#/usr/src/linux-headers-}
			if image "$release" >/dev/null; then
				echo "$dir"
				return
			fi
			say "no image for the installed headers $release"
		done
		suite=bookworm
		[ -z "$(site bookworm-security)" ] || suite=bookworm-security
		;;
	6.12) suite=bookworm-backports ;;
	7 | 7.*) suite=trixie-backports ;;
	*) die "KERNEL=$1 is not supported; supported: $supported" ;;
	esac
	release=$(newest "$suite")
	case $release in
	"$1".*) ;;
	*) die "KERNEL=$1: $suite has ${release:-no kernel} now; supported: $supported" ;;
	esac
	image "$release" >/dev/null || die "cannot get linux-image-$release from $suite"
	headers "$suite" "$release" || die "cannot get linux-headers-$release from $suite"
}

case ${1:-} in
supported)
	echo "$supported"
	;;
kdir)
	exec 9>"$cache/lock"
	flock 9
	kdir "$2"
	;;
release)
	sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$2/include/generated/utsrelease.h"
	;;
image)
	exec 9>"$cache/lock"
	flock 9
	image "$2" || die "no package linux-image-$2 at the configured mirror"
	;;
file)
	shift
	download "$@" || die "cannot download $*"
	;;
*)
	die "usage: kernel.sh supported | kdir KERNEL | release KDIR | image RELEASE |" \
		"file SUITE PACKAGE..."
	;;
esac
