#!/bin/bash
# make bench: medians of five runs, tw-ingest against bare loops in the same run.
set -eu
size=${TW_BENCH_BYTES-400000000}
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 "$TW_SRCDIR/tests/bench/make-dump.py" "$TW_SRCDIR/data-samples/scan.jsonl.gz" "$size" >"$t/d.json"
gzip -6 -k "$t/d.json"
median() { # COMMAND...: seconds
	for _ in 1 2 3 4 5; do
		s=$(date +%s%N); "$@" >/dev/null 2>"$t/err"; e=$(date +%s%N); echo $(((e - s) / 1000000))
	done | sort -n | sed -n 3p
}
bare=$TW_BUILDDIR/tests/bench/bare ingest=$TW_BUILDDIR/tw-ingest
a=$(median "$bare" parse "$t/d.json")
b=$(median "$ingest" -o "$t/o" --certs "$t/c" "$t/d.json")
echo "input: $(wc -c <"$t/d.json") bytes; $(cat "$t/err")"
echo "plain: bare loop $a ms, tw-ingest $b ms: $((100 * a / b)) % of its rate (wanted: 50)"
a=$(median "$bare" inflate "$t/d.json.gz")
b=$(median "$ingest" -o "$t/o" --certs "$t/c" "$t/d.json.gz")
echo "gzip: bare inflate $a ms, tw-ingest $b ms: $((100 * a / b)) % of its rate (wanted: 90)"
[ -x /usr/bin/time ] && /usr/bin/time -f "memory: %M KB (wanted: below 200000)" "$ingest" -q -o "$t/o" --certs "$t/c" "$t/d.json.gz"
command -v jq >/dev/null && { s=$(date +%s%N); jq -c .ip "$t/d.json" >/dev/null; e=$(date +%s%N); echo "jq -c .ip: $(((e - s) / 1000000)) ms"; }
exit 0
