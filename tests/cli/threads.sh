#!/bin/bash
# Rows through tw-chain, tw-classify and tw-report: the same bytes, and the same
# words where a row cannot be had, in 1, 2 and 5 threads. Truth about rows is in
# other tests; here it is enough that batches are put together again in order,
# wherever they are cut: many rows, long rows, none.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }
in=$TW_SRCDIR/data-samples/scan.jsonl.gz roots=$TW_SRCDIR/data-samples/roots.pem
"$TW_BUILDDIR/tw-ingest" -q --certs "$t/c.der" -o "$t/few.csv" "$in" || exit 1
"$TW_BUILDDIR/tw-certs" -q "$t/c.der" >"$t/certs.csv" || exit 1

# Rows in plenty: the sample's with new numbers, chains cut and turned round so
# that distinct ones come up all along, quotes, and rows as long as a batch.
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next } { row[n++] = $0 }
END {
	for (k = 0; k < 6000; k++) {
		$0 = row[k * 7 % n]
		if (/"/) { print; continue }
		c = split($at["chain"], part, " ")
		if (c > 1 && k % 3 == 0) { s = part[1]; for (j = 2; j <= c; j++) if ((k + j) % 2) s = s " " part[j]; $at["chain"] = s }
		if (c > 0 && k % 5 == 0) $at["chain"] = $at["chain"] " " part[1 + k % c]
		if (k % 11 == 0) $at["banner"] = "\"220 \"\"" k "\"\", Exim\""
		if (k % 1999 == 0) { s = "x"; while (length(s) < 150000) s = s s; $at["banner"] = s k }
		$at["record"] = k
		print
	}
}' "$t/few.csv" >"$t/rows.csv"
[ "$(wc -l <"$t/rows.csv")" -gt 5000 ] || fail "only $(wc -l <"$t/rows.csv") lines of rows"

# Each command in 1, 2 and 5 threads: output, words and exit status.
same() { # NAME COMMAND...
	local name=$1 n was='' sum
	shift
	for n in 1 2 5; do
		"$@" --threads $n >"$t/out.$n" 2>"$t/err.$n"
		sum="$? $(cat "$t/out.$n" "$t/err.$n" | sha256sum)"
		[ $n = 1 ] && was=$sum
		[ "$sum" = "$was" ] || { fail "$name: other bytes with $n threads"; diff "$t/out.1" "$t/out.$n" | head -5; cat "$t/err.1" "$t/err.$n"; }
	done
}
chain() { same "$1" "$TW_BUILDDIR/tw-chain" --certs "$t/c.der" --store own="$roots" --store none="$TW_SRCDIR/tests/chain/certs/root.pem" --stats "${@:2}"; }
classify() { same "$1" "$TW_BUILDDIR/tw-classify" "${@:2}"; }
chain chain "$t/rows.csv"
chain "chain, all columns and a pool" --pool all --show path,culprit,window,ever,fetched "$t/rows.csv"
[ "$(wc -l <"$t/out.1")" = "$(wc -l <"$t/rows.csv")" ] || fail "tw-chain lost rows"
cut -d, -f1-3 "$t/out.1" | cmp -s - <(cut -d, -f1-3 "$t/rows.csv") || fail "tw-chain's rows are in another order"
cp "$t/out.1" "$t/judged.csv"
classify "classify, certs.der" --certs "$t/c.der" "$t/judged.csv"
cp "$t/out.1" "$t/classified.csv"
classify "classify, certificates.csv" --certificates "$t/certs.csv" "$t/rows.csv"
classify "classify, nothing" "$t/rows.csv"
same report "$TW_BUILDDIR/tw-report" "$t/classified.csv"
same "rows behind a number" "$TW_BUILDDIR/tw-report" --rows versions:active/https/host/TLSv1.2 "$t/classified.csv"
[ -s "$t/out.1" ] || fail "no rows behind a number"

# Each signature is checked once, whichever thread comes first: counted at the
# library's door. The rows begin with every chain of the sample, so that all
# threads look ahead at the same.
: "${CC:=cc}"
if $CC -std=c11 -D_GNU_SOURCE -O1 -shared -fPIC -o "$t/once.so" "$TW_SRCDIR/tests/chain/once.c" -lgnutls -ldl 2>"$t/err" &&
		! nm "$TW_BUILDDIR/tw-chain" | grep -qE '__(a|t)san_init'; then
	for n in 1 2 5; do
		for _ in 1 2 3 4 5; do
			rm -f "$t/once"
			TW_ONCE=$t/once LD_PRELOAD=$t/once.so "$TW_BUILDDIR/tw-chain" --threads $n --certs "$t/c.der" --store own="$roots" \
				--pool all "$t/rows.csv" >/dev/null || fail "tw-chain, counted"
			[ -z "$(sort "$t/once" | uniq -d)" ] || fail "$n threads: signatures were checked twice"
			[ $n = 1 ] && cp "$t/once" "$t/once.1"
			# What was foretold in vain is little.
			[ "$(wc -l <"$t/once")" -le $(($(wc -l <"$t/once.1") * 5 / 4)) ] ||
				fail "$n threads: $(wc -l <"$t/once") signatures, one thread $(wc -l <"$t/once.1")"
			sort "$t/once" | comm -13 - <(sort "$t/once.1") | grep -q . && fail "$n threads: some signature was not checked"
		done
	done
	[ "$(wc -l <"$t/once.1")" -gt 20 ] || fail "only $(wc -l <"$t/once.1") signatures"
else
	echo "no library to count signatures could be built, or a sanitizer is in the way: that part is skipped"
fi

# A row that cannot be had: the rows before it come out, and one message.
broken() { # NAME SED-PROGRAM: its line, 4001, in the middle of a batch
	sed "$2" "$t/rows.csv" >"$t/broken.csv"
	chain "$1, chain" "$t/broken.csv"
	[ "$(wc -l <"$t/out.5")" = 4000 ] || fail "$1: $(wc -l <"$t/out.5") lines before the row, wanted 4000"
	[ "$(wc -l <"$t/err.5")" = 1 ] || fail "$1: $(cat "$t/err.5")"
	grep -q 'row 4000' "$t/err.5" || fail "$1: $(cat "$t/err.5")"
}
broken "a time that is none" '4001s/^[^,]*/yesterday/;5500s/^[^,]*/tomorrow/'
broken "quotes" '4001s/^/"/;4000s/"//g;4002,$s/"//g'
head -1 "$t/rows.csv" >"$t/empty.csv"
chain "no rows" "$t/empty.csv"
classify "no rows" "$t/empty.csv"
tr -d '\n' <"$t/empty.csv" >"$t/unended.csv"
classify "no line end" "$t/unended.csv"

# A whole study.
for n in 1 2 5; do
	"$TW_BUILDDIR/tw-study" -q --threads $n --store own="$roots" "$t/study$n" "$in" || fail "tw-study in $n threads"
	[ $n = 1 ] || diff -r "$t/study1" "$t/study$n" || fail "tw-study: other bytes in $n threads"
done
exit $bad
