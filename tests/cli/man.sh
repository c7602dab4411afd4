#!/bin/sh
# Each tool has a man page; page, --help and the tool's own table of options
# name the same options; mandoc has nothing to warn of.
set -u
cd "$TW_SRCDIR" || exit 1
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }

# Long options, and short ones, in text; what belongs to other tools in
# examples and cross-references is cut before.
options() { grep -oE '(^|[^-a-z0-9])(--[a-z][a-z-]*|-[a-zA-Z9])\b' | grep -oE -e '-[-a-zA-Z9]+' | sort -u; }
# The page's text without roff's requests, fonts and examples.
text() {
	sed -e '/^\.SH EXAMPLES/,/^\.SH SEE/d' -e 's/\\f[BIR]//g' -e 's/^\.[A-Z][A-Za-z]* *//' -e 's/"//g' -e 's/\\-/-/g' "$1"
}
long_of() { sed -n 's/.*{ "[a-z-]*", .*/&/p' "$1" | grep -oE '\{ "[a-z-]+", *(no_argument|required_argument|[01])' | sed 's/{ "\([a-z-]*\)".*/--\1/' | sort -u; }
# A tool of verbs has a file and a --help for each; --version is the tool's own.
sources() { case $1 in tw-stores) ls tools/stores.c tools/stores_*.c ;; *) echo "tools/$1.c" ;; esac; }
verbs() { case $1 in tw-stores) sources "$1" | sed -n 's/.*stores_\(.*\)\.c/\1/p' ;; esac; }
help_of() {
	"$TW_BUILDDIR/$1" --help
	for v in $(verbs "$1"); do "$TW_BUILDDIR/$1" "$v" --help || fail "$1 $v --help: exit $?"; done
}

n=0
for c in tools/tw-*.c; do
	tool=$(basename "$c" .c)
	page=man/$tool.1
	n=$((n + 1))
	[ -f "$page" ] || { fail "$tool has no man page"; continue; }
	text "$page" | options >"$t/page"
	help_of "$tool" | sed '/Print a table: /d' | options >"$t/help"
	# -o and -q have long names that not every --help spells out, and the other way round
	for o in $(cat "$t/help"); do
		grep -qx -e "$o" "$t/page" || fail "$page lacks $o of --help"
	done
	for o in $(cat "$t/page"); do
		grep -qx -e "$o" "$t/help" || fail "$page has $o, --help does not"
	done
	for f in $(sources "$tool"); do long_of "$f"; done >"$t/found"
	[ -z "$(verbs "$tool")" ] || echo "--version" >>"$t/found"
	sort -u "$t/found" >"$t/longs"
	[ -s "$t/longs" ] || fail "no options found in $c"
	grep -e '^--' "$t/help" | diff "$t/longs" - >"$t/diff" || fail "$tool takes other options than --help names: $(cat "$t/diff")"
	for h in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -q "^\.SH $h\$" "$page" || fail "$page has no $h"
	done
	grep -nE '(^|[^\\-])--[a-z]' "$page" && fail "$page: a - that should be \\-, or it prints as a hyphen"
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W warning "$page" || fail "mandoc warns of $page"
	fi
done
[ $n -ge 7 ] || fail "only $n tools found"
[ $bad = 0 ] || exit 1
command -v mandoc >/dev/null || { echo "mandoc is not installed: its part skipped"; exit 77; }
