#!/bin/bash
# Judging against the bare loop of its signatures and against libcrypto, CPU
# seconds, medians of five interleaved runs. The chains are made once
# (some two minutes) and kept in the build folder.
set -eu
leaves=${TW_BENCH_LEAVES-100000} inters=${TW_BENCH_INTERMEDIATES-2000} runs=${TW_BENCH_RUNS-5}
d=$TW_BUILDDIR/tests/bench/chains-$leaves-$inters
b=$TW_BUILDDIR/tests/bench
if [ ! -e "$d/done" ]; then
	mkdir -p "$d"
	"$b/chain-make" "$leaves" "$inters" "$d"
	touch "$d/done"
fi
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
for _ in $(seq "$runs"); do
	"$b/chain" bare "$d" >>"$t/bare"
	"$b/chain" engine "$d" own="$d/roots.pem" >>"$t/one"
	"$b/chain" engine "$d" own="$d/roots.pem" other="$d/other.pem" >>"$t/two"
	"$b/chain" libcrypto "$d" >>"$t/peer"
done
median() { cut -d' ' -f1 "$t/$1" | sort -n | sed -n "$(((runs + 1) / 2))p"; }
field() { tail -1 "$t/$1" | cut -d' ' -f"$2"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
bare=$(median bare) one=$(median one) two=$(median two) peer=$(median peer)
echo "chains: $leaves leaves, $inters intermediates; verifiable: engine $(field one 3), libcrypto $(field peer 3)"
echo "bare loop $bare s, $(field bare 2) signatures; engine $one s, $(field one 2) signatures: $(per "$one" "$bare") times the loop (wanted: at most 1.50)"
echo "two stores $two s, $(field two 2) signatures: $(per "$two" "$one") times one store (wanted: below 1.10)"
echo "libcrypto $peer s: $(per "$peer" "$one") times ours (wanted: at least 5)"
