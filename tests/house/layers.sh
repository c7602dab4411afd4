#!/bin/sh
# The link refuses upward dependencies: what each folder's library leaves
# undefined is found in the folders it may use, never in another one of ours.
set -u
bad=0
fail() { echo "FAIL $*"; bad=1; }
command -v nm >/dev/null || { echo "no nm here: skipped"; exit 77; }
t=$(mktemp -d) && trap 'rm -rf "$t"' EXIT
cd "$TW_BUILDDIR/libanalysis" || exit 1
for d in */; do
	d=${d%/}
	find "$d" -name '*.o' -exec nm -g --defined-only {} + | awk 'NF == 3 { print $3 }' | grep -E '^_*tw_' | sort -u >"$t/$d.has"
	find "$d" -name '*.o' -exec nm -u {} + | awk 'NF == 2 { print $2 }' | sort -u >"$t/$d.wants"
done
[ -s "$t/base.has" ] && [ -s "$t/chain.wants" ] || fail "nm found no symbols"
sed '/^#/d' "$TW_SRCDIR/tests/house/may-include" | while read -r d allowed; do
	[ -e "$t/$d.wants" ] || continue
	for other in "$t"/*.has; do
		o=$(basename "$other" .has)
		case " $d $allowed " in *" $o "*) continue ;; esac
		comm -12 "$t/$d.wants" "$other" | sed "s/^/$d needs of $o: /"
	done
done >"$t/wrong"
[ ! -s "$t/wrong" ] || fail "$(cat "$t/wrong")"
exit $bad
