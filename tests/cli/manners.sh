#!/bin/sh
# What every tool does alike, held against each executable of the build: a tool
# without a line in opts() or input() below fails.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
b=$TW_BUILDDIR src=$TW_SRCDIR
bad=0
fail() { echo "FAIL $tool: $*"; bad=1; }

# ---- the table: options and the input of a run that succeeds ----
opts() {
	case $1 in
	tw-certs | tw-ingest) ;;
	tw-chain) echo "--certs $t/certs.der --store rig=$src/data-samples/roots.pem --pool all --witness $t/certs.der" ;;
	tw-classify) echo "--certs $t/certs.der" ;;
	tw-report) echo "-t validity" ;;
	tw-study) echo "--store rig=$src/data-samples/roots.pem" ;;
	tw-stores) ;;
	tw-verify) echo "--at 2015-06-01 --store $src/tests/chain/certs/root.pem" ;;
	*) return 1 ;;
	esac
}
input() {
	case $1 in
	tw-certs) echo certs.der ;;
	tw-chain) echo observations.csv ;;
	tw-classify) echo judged.csv ;;
	tw-report) echo classified.csv ;;
	tw-ingest | tw-study) echo scan.json ;;
	tw-stores | tw-verify) echo chain.pem ;;
	*) return 1 ;;
	esac
}
is_filter() { case $1 in tw-chain | tw-classify | tw-report) ;; *) false ;; esac; }
# What is no failure: an empty dump has no rows, an empty certs.der no certificates.
takes_empty() { case $1 in tw-ingest | tw-certs) ;; *) false ;; esac; }

tool=fixtures
gzip -dc "$src/data-samples/scan.jsonl.gz" >"$t/scan.json"
cat "$src/tests/chain/certs/leaf.pem" "$src/tests/chain/certs/int.pem" >"$t/chain.pem"
cd "$t" || exit 1
"$b/tw-ingest" -q --certs certs.der -o observations.csv scan.json || fail "no observations"
# The words of opts() are split on purpose, here and below.
# shellcheck disable=SC2046
"$b/tw-chain" $(opts tw-chain) observations.csv >judged.csv || fail "no verdicts"
"$b/tw-classify" --certs certs.der judged.csv >classified.csv || fail "no classes"

# A tool of verbs is run with each that reads a file and prints one.
verbs() { case $1 in tw-stores) echo import show export ;; *) echo none ;; esac; }
verb=

# run ARGUMENT... : out, err and $rc of the tool; standard input is empty.
run() { "$b/$tool" $verb "$@" >out 2>err </dev/null; rc=$?; }
# refuses WHAT: exit 2, nothing on standard output, words on standard error.
refuses() {
	[ "$rc" = 2 ] || fail "$1: exit $rc, not 2"
	[ -s err ] || fail "$1: not a word"
	[ ! -s out ] || fail "$1: wrote to standard output"
	grep -q "^$tool: " err || fail "$1: the message does not begin with the tool's name"
}
usage() { refuses "$1"; grep -q -e "$tool --help" err || fail "$1: the message does not name --help"; }

about() { # --help, --version, usage
	run --help
	[ "$rc" = 0 ] && [ ! -s err ] || fail "--help: exit $rc"
	head -1 out | grep -q "^usage: $tool " || fail "--help begins otherwise"
	[ "$(wc -l <out)" -le 24 ] || fail "--help has $(wc -l <out) lines: no screen of 24"
	[ "$(wc -L <out)" -le 80 ] || fail "--help has a line of $(wc -L <out)"
	grep -q '^Exit status: ' out || fail "--help does not name the exit status"
	run --version
	[ "$rc" = 0 ] && grep -qx "$tool [0-9.]*" out || fail "--version: exit $rc, $(cat out)"
	for o in --help --version; do
		"$b/$tool" $o >/dev/full 2>err; rc=$?; : >out; refuses "$o on a full disk"
	done
	run --no-such-option; usage "an unknown option"
	grep -q -e '--no-such-option' err || fail "an unknown option is not named"
	run -9; usage "an unknown letter"
	run --help=3; usage "a value too many"
	run --threads; usage "no value"
	for n in 0 -1 x 1025 99999999999999999999 ''; do run --threads "$n"; usage "--threads '$n'"; done
	run; refuses "no arguments"
}

inputs() { # missing, folder, empty, standard input, compressed, odd names
	# shellcheck disable=SC2046
	set -- $(opts "$tool")
	run "$@" none.csv; refuses "a missing file"
	grep -q 'none.csv: No such file' err || fail "a missing file is not named: $(cat err)"
	mkdir -p folder
	case $tool in tw-ingest) ;; *) run "$@" folder; refuses "a folder" ;; esac
	: >empty
	run "$@" empty
	if takes_empty "$tool"; then
		[ "$rc" = 0 ] && [ "$(wc -l <out)" = 1 ] || fail "empty input: exit $rc"
	else
		refuses "empty input"
		grep -q empty err || fail "empty input is not named"
	fi
	run "$@" "$in"
	[ "$rc" = 0 ] && [ -s out ] || fail "a good run: exit $rc, $(cat err)"
	cp out good
	"$b/$tool" $verb "$@" - <"$in" >out 2>err; rc=$?
	[ "$tool" = tw-ingest ] && sed 's/,scan.json,/,-,/' good >good.stdin || cp good good.stdin
	[ "$rc" = 0 ] && cmp -s out good.stdin || fail "standard input as -: exit $rc, $(head -2 err)"
	for z in gzip zstd xz; do
		command -v $z >/dev/null || continue
		$z -c <"$in" >packed
		cp packed "$in.packed"
		run "$@" "$in.packed"
		sed 's/scan.json.packed/scan.json/' out >out.plain
		[ "$rc" = 0 ] && cmp -s out.plain good || fail "packed by $z: exit $rc, $(head -2 err)"
	done
	head -c $(($(wc -c <packed) / 2)) packed >half
	run "$@" half
	case $tool in
	tw-ingest) [ "$rc" != 0 ] || grep -q 'rejected 1 ' err || fail "half an archive: no reject" ;;
	*) [ "$rc" = 2 ] && [ -s err ] || fail "half an archive: exit $rc" ;;
	esac
	cp "$in" ./-odd
	run "$@" -- -odd
	[ "$rc" = 0 ] || fail "a name after --: exit $rc"
	for a in LC_ALL=C LC_ALL=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 TZ=Asia/Tokyo 'TZ=<-12>12' POSIXLY_CORRECT=1; do
		env "$a" "$b/$tool" $verb "$@" "$in" 2>/dev/null </dev/null | cmp -s - good || fail "other bytes with $a"
	done
	run --threads 2 "$@" "$in"
	cmp -s out good || fail "other bytes with two threads"
}

outputs() { # -o, -q, full disks, closed streams
	# shellcheck disable=SC2046
	set -- $(opts "$tool")
	run -q "$@" "$in"
	[ "$rc" = 0 ] && [ ! -s err ] || fail "-q: exit $rc, $(head -1 err)"
	"$b/$tool" $verb "$@" "$in" >/dev/full 2>err </dev/null; rc=$?; : >out; refuses "a full disk"
	"$b/$tool" $verb "$@" "$in" >&- 2>err </dev/null; rc=$?; : >out; refuses "standard output closed"
	"$b/$tool" $verb "$@" "$in" 2>&- >out </dev/null || fail "standard error closed: exit $?"
	cmp -s out good || fail "other bytes with standard error closed"
	"$b/$tool" $verb "$@" "$in" <&- >out 2>err || fail "standard input closed: exit $?"
	cmp -s out good || fail "other bytes with standard input closed"
	run -o - "$@" "$in"
	cmp -s out good || fail "-o - is not standard output"
	[ "$tool" = tw-report ] && return # -o names a folder there
	run -o made "$@" "$in"
	[ "$rc" = 0 ] && [ ! -s out ] && cmp -s made good && [ ! -e made.part ] || fail "-o: exit $rc"
	echo old >kept
	run -o kept "$@" none.csv
	[ "$rc" = 2 ] && [ "$(cat kept)" = old ] && [ ! -e kept.part ] || fail "-o and a missing input: exit $rc"
	takes_empty "$tool" || { run -o kept "$@" empty; [ "$(cat kept)" = old ] && [ ! -e kept.part ] || fail "-o and an empty input"; }
	run -o no-folder/x "$@" "$in"; refuses "-o into no folder"
	run -o kept/x "$@" "$in"; refuses "-o below a file"
	run -o folder "$@" "$in"; refuses "-o onto a folder"
	[ ! -e folder.part ] || fail "-o onto a folder leaves a part"
}

filters() { # columns
	# shellcheck disable=SC2046
	set -- $(opts "$tool")
	head -1 "$in" >header
	run "$@" header
	[ "$rc" = 0 ] && [ "$(wc -l <out)" = 1 ] && [ "$(cat out)" = "$(head -1 good)" ] || fail "a header alone: exit $rc"
	printf 'a,b\n1,2\n' >other.csv
	run "$@" other.csv; refuses "absent columns"
	printf '%s\n"open\n' "$(head -1 "$in")" >quotes.csv
	run "$@" quotes.csv
	[ "$rc" = 2 ] && [ -s err ] || fail "broken quotes: exit $rc"
	for edit in 's/,[^,]*$//' 's/$/,x/'; do
		{ cat header; sed -n '2p' "$in" | sed "$edit"; } >ragged.csv
		run "$@" ragged.csv
		[ "$rc" = 2 ] && grep -q 'row 1 has [0-9]* fields' err || fail "a field too few or too many: exit $rc, $(cat err)"
	done
	[ "$tool" = tw-report ] && return
	run "$@" good; refuses "its own columns once more"
	cut -d, -f1-3 "$in" | cmp -s - "$in" && fail "the input is too small to tell"
	n=$(head -1 "$in" | tr , '\n' | wc -l)
	[ "$(head -1 good | cut -d, -f1-"$n")" = "$(head -1 "$in")" ] || fail "the header's own bytes changed"
}

study() { # a folder instead of -o
	# shellcheck disable=SC2046
	set -- $(opts "$tool")
	run "$@" s1 none.json; refuses "a missing dump"
	run "$@" scan.json/s scan.json; refuses "a study below a file"
	run "$@" scan.json scan.json; refuses "a study that is a file"
	run -q "$@" s1 scan.json
	[ "$rc" = 0 ] && [ ! -s err ] && [ ! -s out ] || fail "-q: exit $rc, $(head -1 err)"
	for a in LC_ALL=tr_TR.UTF-8 TZ=Asia/Tokyo; do
		rm -rf s2
		env "$a" "$b/$tool" -q "$@" s2 scan.json && diff -r s1 s2 >/dev/null || fail "other bytes with $a"
	done
	find s1 -name '*.part' | grep . && fail "parts are left"
	cmp -s s1/certs.der certs.der && cmp -s s1/observations.csv observations.csv || fail "not what the tools write"
	cp -r s1 s3
	run "$@" s3 scan.json
	diff -r s1 s3 >/dev/null || fail "a second run into the same folder differs"
	"$b/$tool" -q "$@" s4 - <scan.json || fail "standard input as -: exit $?"
	cmp -s s4/certs.der s1/certs.der || fail "standard input as -: other certificates"
}

seen=0
for f in "$b"/tw-*; do
	[ -f "$f" ] && [ -x "$f" ] || continue
	tool=$(basename "$f")
	seen=$((seen + 1))
	in=$(input "$tool") && opts "$tool" >/dev/null || { fail "has no line in the table of tests/cli/manners.sh"; continue; }
	about
	for v in $(verbs "$tool"); do
		verb=$v
		[ "$v" != none ] || verb=
		case $tool in tw-study) study ;; *) inputs; outputs ;; esac
	done
	verb=
	if is_filter "$tool"; then filters; fi
done
tool=all
[ $seen -ge 7 ] || fail "only $seen tools found"
exit $bad
