#!/bin/bash
# Judging the same rows under ten stores against one of them, and under a
# hundred snapshots of a store against one: CPU seconds of judgement, opening
# aside, medians of five interleaved runs. The chains are those of chain.sh, a
# fifth of them.
set -eu
leaves=${TW_BENCH_LEAVES-20000} inters=${TW_BENCH_INTERMEDIATES-400} runs=${TW_BENCH_RUNS-5}
d=$TW_BUILDDIR/tests/bench/chains-$leaves-$inters
b=$TW_BUILDDIR/tests/bench
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 0; }
if [ ! -e "$d/done" ]; then
	mkdir -p "$d"
	"$b/chain-make" "$leaves" "$inters" "$d"
	touch "$d/done"
fi
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 "$TW_SRCDIR/tests/bench/stores-make.py" "$d" "$t/s"
ten=()
for i in 0 1 2 3 4 5 6 7 8 9; do ten+=("s$i=$t/s/store-$i"); done
for _ in $(seq "$runs"); do
	"$b/chain" judge "$t/s" "${ten[0]}" >>"$t/first"
	"$b/chain" judge "$t/s" "${ten[@]}" >>"$t/ten"
	"$b/chain" judge "$t/s" "own=$t/s/one" >>"$t/one"
	"$b/chain" judge "$t/s" "own=$t/s/series" >>"$t/series"
done
median() { cut -d' ' -f"$2" "$t/$1" | sort -n | sed -n "$(((runs + 1) / 2))p"; }
field() { tail -1 "$t/$1" | cut -d' ' -f"$2"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
echo "stores: $leaves chains, three rows each; opening: one $(median one 4) s, a hundred snapshots $(median series 4) s"
echo "ten stores $(median ten 1) s, one $(median first 1) s: $(per "$(median ten 1)" "$(median first 1)") times one (wanted: at most 2.00)"
echo "a hundred snapshots $(median series 1) s, one $(median one 1) s: $(per "$(median series 1)" "$(median one 1)") times one (wanted: at most 1.20); verifiable $(field series 3) of $(field one 3)"
