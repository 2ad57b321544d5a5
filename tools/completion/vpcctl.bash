# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Bash completion for vpcctl. It has no grammar: "vpcctl complete" prints what may
# come, see vpcctl(8).

_vpcctl()
{
	local words answer word

	# Not COMP_WORDS: those are divided at the colons of addresses, too. Words of
	# vpcctl have no quotes; a blank at the end begins an empty one.
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}x"
	words[-1]=${words[-1]%x}
	mapfile -t answer < <("$1" complete "${words[@]:1}" 2>/dev/null)
	COMPREPLY=()
	for word in "${answer[@]}"; do
		case $word in
		"<FILE>")
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "${words[-1]}")
			;;
		"<"*) ;;
		*) COMPREPLY+=("$word") ;;
		esac
	done
} && complete -F _vpcctl vpcctl
