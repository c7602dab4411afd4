#!/bin/bash
# Every write, flush, rename, open, read (of a place, too) and allocation of the tools fails once
# in its turn: exit 2 with a message (an allocation may abort), nothing half
# written under a final name, no part left behind.
set -u
ulimit -c 0
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
b=$TW_BUILDDIR src=$TW_SRCDIR
bad=0
fail() { echo "FAIL $*"; bad=1; }
: "${CC:=cc}"
$CC -std=c11 -D_GNU_SOURCE -O1 -shared -fPIC -o "$t/shim.so" "$src/tests/cli/shim.c" -ldl 2>"$t/err" ||
	{ echo "$CC builds no shim: skipped"; cat "$t/err"; exit 77; }
if nm "$b/tw-study" | grep -q __asan_init; then
	echo "AddressSanitizer has a malloc of its own: skipped"
	exit 77
fi
cd "$t" || exit 1
gzip -dc "$src/data-samples/scan.jsonl.gz" | head -20 >scan.json
roots=$src/data-samples/roots.pem
mkdir good old
# A fast run would else end within the clock tick that scan.json was made in.
touch -d "2 minutes ago" scan.json
ingest() { "$b/tw-ingest" --certs "$1/certs.der" --rejects "$1/rejects.csv" -o "$1/observations.csv" scan.json; }
chain() { "$b/tw-chain" --certs good/certs.der --store "rig=$roots" --pool all -o "$1/judged.csv" good/observations.csv; }
follow() { "$b/tw-chain" --follow --certs good/certs.der --store "rig=$roots" -o "$1/followed.csv" <good/observations.csv; }
classify() { "$b/tw-classify" --certs good/certs.der -o "$1/classified.csv" good/judged.csv; }
certs() { "$b/tw-certs" -o "$1/certificates.csv" good/certs.der; }
report() { "$b/tw-report" -o "$1/tables" good/classified.csv; }
verify() { "$b/tw-verify" --store "root=$src/tests/chain/certs/root.pem" --at 2015-06-01 -o "$1/verdict.csv" "$src/tests/chain/certs/leaf.pem" --intermediates "$src/tests/chain/certs/int.pem"; }
study() { "$b/tw-study" --store "rig=$roots" "$1/study" scan.json; }
runs='ingest chain follow classify certs report verify study'
for r in $runs; do
	$r good >/dev/null 2>err || fail "$r: $(cat err)"
	[ -n "$(find good -newer scan.json -type f)" ] || fail "$r: no output"
done

# one RUN CALL N [once]: the N-th CALL and all after it fail, or the N-th alone.
one() {
	local what="$1, $2 $3${4+ $4}" rc
	rm -rf new
	mkdir new
	(
		export LD_PRELOAD=$t/shim.so TW_FAIL=$2 TW_FAIL_AT=$3
		[ -z "${4-}" ] || export TW_FAIL_ONCE=1
		"$1" new
	) >out 2>err
	rc=$?
	case $2:$rc in
	*:2 | malloc:134) ;;
	# libtasn1, below GnuTLS, does not survive an allocation that fails.
	malloc:139) ;;
	# A damaged dump is a reject; no failure that was made good changes a byte.
	read:0) ;;
	malloc:0 | pread:0) diff -r new "ref.$1" >differs || fail "$what: exit 0 and other bytes: $(head -3 differs)" ;;
	*) fail "$what: exit $rc: $(head -1 err)" ;;
	esac
	[ "$rc" = 0 ] || [ -s err ] || fail "$what: not a word"
	# Without memory the process ends at once: its parts may stay, as parts.
	[ "$rc" -gt 2 ] || [ -z "$(find new -name '*.part')" ] || fail "$what: left $(find new -name '*.part' | head -3)"
	[ "$2" = read ] && return
	find new -type f ! -name '*.part' | while read -r f; do
		cmp -s "$f" "ref.$1/${f#new/}" || echo "$f"
	done >half
	[ ! -s half ] || fail "$what: half a file: $(cat half)"
}

total=0
for r in $runs; do
	for call in write fflush fclose rename mkdir fopen read pread malloc; do
		rm -rf new
		mkdir new
		(export LD_PRELOAD=$t/shim.so TW_FAIL=$call TW_FAIL_COUNT=$t/count; $r new) >/dev/null 2>&1
		[ $call != write ] || mv new "ref.$r"
		n=$(cat count)
		# Each of the first and last, and some between.
		for i in $(seq 1 "$n" | awk -v n="$n" 'NR <= 6 || NR > n - 6 || NR % int(n / 12 + 1) == 0'); do
			one $r $call "$i"
			[ $call != malloc ] || one $r $call "$i" once
			total=$((total + 1))
		done
	done
done
echo "$total failures injected"
[ $total -gt 200 ] || fail "only $total"
exit $bad
