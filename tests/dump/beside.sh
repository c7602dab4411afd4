#!/bin/bash
# Several captures in one run, read side by side: rows, certificates, rejects and
# words are those of each alone, one after the other, however many threads.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }
sample=$TW_SRCDIR/data-samples/capture.pcap.gz
gzip -dc "$sample" >"$t/whole.pcap"
size=$(wc -c <"$t/whole.pcap")
head -c $((size / 3)) "$t/whole.pcap" >"$t/cut.pcap" # within a packet, most likely: a reject
{ head -c $((size / 2)) "$t/whole.pcap"; head -c 5000 /dev/zero | tr '\0' '\377'; } >"$t/spoilt.pcap"
head -c $(($(wc -c <"$sample") / 2)) "$sample" >"$t/torn.pcap.gz"
head -c 24 "$t/whole.pcap" >"$t/none.pcap"
mkdir "$t/folder"
cp "$t/whole.pcap" "$t/folder/a.pcap"
: >"$t/empty"
set -- "$t/whole.pcap" "$t/cut.pcap" "$sample" "$t/spoilt.pcap" "$TW_SRCDIR/data-samples/scan.jsonl.gz" "$t/none.pcap" "$t/torn.pcap.gz" "$t/folder" \
	"$t/empty" "$t/whole.pcap" "$t/cut.pcap" "$TW_SRCDIR/data-samples/roots.pem" "$sample"

# Each alone, and put together with other tools.
i=0
for f; do
	i=$((i + 1))
	"$TW_BUILDDIR/tw-ingest" --threads 1 --show ja4 --certs "$t/alone.$i.der" --rejects "$t/r.csv" "$f" >"$t/rows.csv" 2>"$t/words" || fail "$f: exit $?"
	[ $i = 1 ] && { head -n 1 "$t/rows.csv" >"$t/alone.csv"; head -n 1 "$t/r.csv" >"$t/alone.rejects"; }
	tail -n +2 "$t/rows.csv" >>"$t/alone.csv"
	tail -n +2 "$t/r.csv" >>"$t/alone.rejects"
	grep -v ^records "$t/words" >>"$t/alone.words"
	awk '/^records/ { for (k = 2; k <= 10; k += 2) print k, $k }' "$t/words" >>"$t/counts"
done
# shellcheck disable=SC2046
"$TW_BUILDDIR/tw-certs" -q --merge $(seq -f "$t/alone.%g.der" $i) >"$t/alone.der" || fail "tw-certs --merge: exit $?"
counts=$(awk '{ n[$1] += $2 } END { for (k = 2; k <= 10; k += 2) print n[k] }' "$t/counts" | xargs)
[ "$(wc -l <"$t/alone.csv")" -gt 1000 ] && [ "$(wc -l <"$t/alone.rejects")" -gt 4 ] || fail "the samples are too small: $counts"

for n in 1 2 3 7; do
	"$TW_BUILDDIR/tw-ingest" --threads $n --show ja4 --certs "$t/c.der" --rejects "$t/r.csv" -o "$t/rows.csv" "$@" 2>"$t/words" || fail "$n threads: exit $?"
	cmp "$t/alone.csv" "$t/rows.csv" || fail "$n threads: other rows"
	cmp "$t/alone.der" "$t/c.der" || fail "$n threads: other certificates"
	cmp "$t/alone.rejects" "$t/r.csv" || fail "$n threads: other rejects"
	grep -v ^records "$t/words" | cmp - "$t/alone.words" || fail "$n threads: other words"
	[ "$(awk '/^records/ { print $2, $4, $6, $8, $10 }' "$t/words")" = "$counts" ] || fail "$n threads: counts $(cat "$t/words"), wanted $counts"
	[ $n = 1 ] && cp "$t/rows.csv.provenance.json" "$t/first.json"
	cmp "$t/first.json" "$t/rows.csv.provenance.json" || fail "$n threads: another provenance"
	for f; do
		[ -d "$f" ] || [ ! -s "$f" ] || case $f in *torn*) ;; *) grep -q "$(sha256sum <"$f" | cut -d' ' -f1)" "$t/rows.csv.provenance.json" || fail "$f: its digest is not told";; esac
	done
done
# An output that can't be written ends the run, whoever is at work.
if [ -w /dev/full ]; then
	for n in 1 2 7; do
		"$TW_BUILDDIR/tw-ingest" -q --threads $n "$t/whole.pcap" "$t/whole.pcap" "$t/whole.pcap" "$t/whole.pcap" >/dev/full 2>"$t/words"
		[ $? = 2 ] || fail "$n threads: a full disk is no failure"
		grep -q "No space" "$t/words" || fail "$n threads: a full disk: $(cat "$t/words")"
	done
fi
[ $bad = 0 ] && echo "$i dumps side by side in 1, 2, 3 and 7 threads: as each alone ($counts)"
exit $bad
