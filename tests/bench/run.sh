#!/bin/bash
# make bench: tw-ingest against bare loops over the same bytes. The commands of
# a round run one after the other, so that what else the machine does hits all
# alike; medians over TW_BENCH_ROUNDS rounds of times and of ratios. tw-ingest
# has a thread for reading and hashing its input and one for inflating beside
# those of --threads: on a machine that is busy, or has one processor, look at
# the processor seconds, which are printed too.
set -eu
size=${TW_BENCH_BYTES-400000000} rounds=${TW_BENCH_ROUNDS-5}
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 "$TW_SRCDIR/tests/bench/make-dump.py" "$TW_SRCDIR/data-samples/scan.jsonl.gz" "$size" >"$t/d.json"
gzip -6 -k "$t/d.json"
bare=$TW_BUILDDIR/tests/bench/bare

ingest() { "$TW_BUILDDIR/tw-ingest" -o "$t/o" --certs "$t/c" "$@" 2>"$t/counts"; }
# timed NAME COMMAND...: adds the milliseconds and the processor seconds of one
# run to the files of that name.
TIMEFORMAT='%R %U %S'
timed() {
	local name=$1
	shift
	{ time "$@" >/dev/null 2>&3; } 3>&2 2>"$t/time"
	awk '{ printf "%.0f\n", 1000 * $1 }' "$t/time" >>"$t/$name.ms"
	awk '{ printf "%.2f\n", $2 + $3 }' "$t/time" >>"$t/$name.cpu"
}
median() { sort -n "$1" | sed -n $(((rounds + 1) / 2))p; }
ms() { echo "$(median "$t/$1.ms") ms ($(median "$t/$1.cpu") s of processor)"; }
# rate A B: the median of what A took to what B took, in percent.
rate() {
	paste "$t/$1.ms" "$t/$2.ms" | awk '{ printf "%.0f\n", 100 * $1 / $2 }' >"$t/ratio"
	echo "$(median "$t/ratio") %"
}

for ((i = 0; i < rounds; i++)); do
	timed parse "$bare" parse "$t/d.json"
	timed plain1 ingest --threads 1 "$t/d.json"
	timed plain2 ingest --threads 2 "$t/d.json"
	timed inflate "$bare" inflate "$t/d.json.gz"
	timed gzip1 ingest --threads 1 "$t/d.json.gz"
	timed gzip2 ingest --threads 2 "$t/d.json.gz"
done
echo "input: $(wc -c <"$t/d.json") bytes, $(wc -c <"$t/d.json.gz") as gzip; $(cat "$t/counts")"
echo "plain: bare loop $(ms parse); tw-ingest, 1 thread $(ms plain1), $(rate parse plain1) of its rate (wanted: 50);" \
	"2 threads $(ms plain2), $(rate parse plain2)"
echo "gzip: bare inflate $(ms inflate); tw-ingest, 1 thread $(ms gzip1), $(rate inflate gzip1) of its rate (wanted: 90);" \
	"2 threads $(ms gzip2), $(rate inflate gzip2)"
if [ -x /usr/bin/time ]; then
	for n in 1 2; do
		/usr/bin/time -f "memory, $n threads: %M KB (wanted: below 200000 beside the table of certificates)" \
			"$TW_BUILDDIR/tw-ingest" -q --threads $n -o "$t/o" --certs "$t/c" "$t/d.json.gz"
	done
fi
if command -v jq >/dev/null; then
	timed jq jq -c .ip "$t/d.json"
	rounds=1
	echo "for information, jq -c .ip: $(ms jq)"
fi
