#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make style: how the sources look. Prints what it finds; exit status 1 if anything.
# KDIR and RELEASE: the kernel that sparse and the build are checked against.

set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
MAKE=${MAKE:-make}
KDIR=${KDIR:-$("$here/kernel.sh" kdir "${KERNEL:-6.1}")} || exit 2
RELEASE=$("$here/kernel.sh" release "$KDIR")
cache=${VPC_CACHE:-build/cache}
failed=0

files()
{
	find kmod uapi tools selftests .ci Kbuild Makefile -type f "$@" ! -name autoconf.h \
		! -name '*.mod.c' ! -path '*/build/*' ! -path '*/__pycache__/*' | sort
}

shell_files()
{
	files ! -name '*.[ch]' ! -name '*.py' |
		xargs -r grep -lE -m 1 '^#!(/bin/|/usr/bin/env )(ba)?sh|^# shellcheck shell='
}

verdict()
{
	if [ "$2" = 0 ]; then
		echo "style: $1: ok"
	else
		echo "style: $1: FAILED"
		failed=1
	fi
}

# Debian's headers come without checkpatch; the source package has it.
checkpatch_dir()
{
	local dir src deb

	for dir in "$KDIR/scripts" "$KDIR/source/scripts" "$(dirname "$KDIR")"/*/scripts \
		/usr/src/linux-source-*/scripts "$cache/checkpatch"; do
		if [ -e "$dir/checkpatch.pl" ]; then
			echo "$dir"
			return
		fi
	done
	deb=$("$here/kernel.sh" file bookworm-security linux-source-6.1 ||
		"$here/kernel.sh" file bookworm linux-source-6.1) || return 1
	src=linux-source-6.1
	mkdir -p "$cache/checkpatch"
	dpkg-deb --fsys-tarfile "$deb" 2>/dev/null | tar -xO "./usr/src/$src.tar.xz" | xz -dc |
		tar -x -C "$cache/checkpatch" --strip-components=2 --occurrence=1 \
			"$src"/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch} \
			2>/dev/null
	rm -f "$deb"
	[ -e "$cache/checkpatch/checkpatch.pl" ] && echo "$cache/checkpatch"
}

# Not for us: there is no MAINTAINERS file out of tree (FILE_PATH_CHANGES); a new
# file is no patch with a description (COMMIT_*); the SPDX line is checked below, for
# every kind of file (SPDX_LICENSE_TAG knows some); symbols of other files are not
# seen out of tree (CONFIG_DESCRIPTION, NOT_UNIFIED_DIFF).
# In kmod/compat/ the point is to redefine the kernel's own names: macros that
# reuse arguments or end in a semicolon are theirs (MACRO_ARG_REUSE and the like).
# Programs have no __printf(), __noreturn, u8 or BIT(), and have signal handlers
# (PREFER_DEFINED_ATTRIBUTE_MACRO, PREFER_KERNEL_TYPES, BIT_MACRO, VOLATILE); a word
# of theirs may also name a function (EMBEDDED_FUNCTION_NAME); a switch over options
# is a table with a line each (TRAILING_STATEMENTS);
# loops over lists are macros that use their arguments twice (MACRO_ARG_REUSE).
# 100 columns is the kernel's own limit for what reads better so.
# A sentence for users is one string, so that it can be searched for
# (LONG_LINE_STRING), and is told to the caller, whom the allocator's own complaint
# in the log does not reach (OOM_MESSAGE). Fields are described in the kernel-doc
# above their struct (UNCOMMENTED_DEFINITION). The lists of reasons and of trace
# fields are macros that are no expressions (COMPLEX_MACRO and the like).
checkpatch()
{
	local base=FILE_PATH_CHANGES,SPDX_LICENSE_TAG,CONFIG_DESCRIPTION,NOT_UNIFIED_DIFF rc=0
	local ours=$base,LONG_LINE_STRING,OOM_MESSAGE,UNCOMMENTED_DEFINITION
	local programs=$base,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES
	programs+=,EMBEDDED_FUNCTION_NAME,BIT_MACRO,VOLATILE,TRAILING_STATEMENTS
	local lists='kmod/(trace|stats)\.h'

	dir=$(checkpatch_dir) || { echo "no checkpatch.pl to be had"; return 1; }
	patched "$ours" "^(kmod/[^/]*|uapi/.*)$" "$lists" || rc=1
	patched "$ours,COMPLEX_MACRO,MACRO_ARG_REUSE,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT" \
		"^$lists$" || rc=1
	patched "$base,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,MACRO_ARG_UNUSED" '^kmod/compat/' || rc=1
	patched "$programs,MACRO_ARG_REUSE" '^tools/' || rc=1
	patched "$programs" '^selftests/([^/]*|(bench|debug|host|vm)/[^/]*)$' || rc=1
	patched "$programs,MACRO_ARG_REUSE" '^selftests/fuzz/[^/]*$' || rc=1
	return "$rc"
}

# patched IGNORED FILES [EXCEPT]
patched()
{
	local list

	mapfile -t list < <(files -name '*.[ch]' | grep -E "$2" | grep -vE "^${3:-none}$")
	[ ${#list[@]} = 0 ] || perl "$dir/checkpatch.pl" --no-tree --strict --quiet --terse \
		--show-types --no-summary --max-line-length=100 --ignore "$1" -f "${list[@]}"
}

# The build itself stops at a compiler warning (-Werror); here sparse and modpost
# run over everything again. What sparse says inside the kernel's headers is theirs.
build()
{
	local dir=build/module/$RELEASE log=build/style.log

	mkdir -p build
	rm -f "$dir/vpc.ko" "$dir/Module.symvers"
	if ! "$MAKE" --no-print-directory module KDIR="$KDIR" \
		KBUILD_ARGS="C=2 CF=-D__CHECK_ENDIAN__" >"$log" 2>&1; then
		tail -n 30 "$log"
		return 1
	fi
	! grep -q 'C=2 specified, but' "$log" ||
		echo "style: sparse is too old for the headers of $RELEASE and was left out"
	! grep -E '^(kmod|uapi)/[^ ]*: (warning|error):|^WARNING: modpost' "$log"
}

spelling()
{
	local list

	mapfile -t list < <(files ! -name '*.json'; find Documentation README.md CHANGELOG* \
		-type f 2>/dev/null)
	codespell --quiet-level=2 --ignore-words-list=nd,ba,te,fo,tha,iif,nin "${list[@]}"
}

shells()
{
	local list

	mapfile -t list < <(shell_files)
	shellcheck -x -P SCRIPTDIR "${list[@]}"
}

licences()
{
	local bad

	bad=$(files ! -name '*.json' ! -name '*.txt' ! -name '.gitignore' -size +0 |
		xargs -r awk 'FNR == 1 { if (NR > 1 && !seen) print name; name = FILENAME; seen = 0 }
			FNR <= 5 && /SPDX-License-Identifier:/ { seen = 1 }
			END { if (!seen) print name }')
	[ -z "$bad" ] || { echo "no SPDX-License-Identifier in the first lines of:"; echo "$bad"; }
	[ -z "$bad" ]
}

# The ABI is one document.
lengths()
{
	local bad

	bad=$({ files -name '*.[ch]'; files -name '*.sh'; shell_files; } | sort -u |
		xargs -r wc -l | awk '$2 !~ /^(total|uapi\/)/ && $1 > 600')
	[ -z "$bad" ] || { echo "more than 600 lines:"; echo "$bad"; }
	[ -z "$bad" ]
}

licences
verdict licences $?
lengths
verdict lengths $?
shells
verdict shellcheck $?
spelling
verdict codespell $?
checkpatch
verdict checkpatch $?
build
verdict build $?
exit $failed
