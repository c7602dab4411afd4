#!/bin/sh
# tw-chain over rows of the fixtures: verdicts with and without the pool, the
# witness, rows without a verdict, and what must stop it.
src=${TW_SRCDIR:-.}/tests/chain/certs
chain=${TW_BUILDDIR:-.}/tw-chain
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
fail=0

der() {
	sed -n '/BEGIN/,/END/p' "$src/$1.pem" | grep -v -- ----- | base64 -d
}
fp() {
	der "$1" | sha256sum | cut -d' ' -f1
}
for c in leaf int self leaf_under int_under other; do der $c; done >"$tmp/c.der"
L=$(fp leaf) I=$(fp int) S=$(fp self)
none=0000000000000000000000000000000000000000000000000000000000000000
cat >"$tmp/rows.csv" <<END
n,time,name,chain,collected,version,resumed,source
1,2015-06-01T12:00:00.5Z,www.example.org,$L $I,yes,TLSv1.2,,active
2,2016-06-01T00:00:00Z,example.net,$L $I,yes,TLSv1.2,,active
3,2015-06-01T00:00:00Z,,$L,yes,TLSv1.2,,active
4,2015-06-01T00:00:00Z,,$S,yes,TLSv1.2,,active
5,,,$L $I,yes,TLSv1.2,,active
6,2015-06-01T00:00:00Z,,NONE,yes,TLSv1.2,,active
7,2015-06-01T00:00:00Z,,,no,TLSv1.3,,passive
8,2015-06-01T00:00:00Z,,,no,TLSv1.2,yes,passive
9,2015-06-01T00:00:00Z,,$none,no,TLSv1.2,,active
10,2013-06-01T00:00:00Z,,$I $L,partly,TLSv1.2,,active
END
cat >"$tmp/want" <<END
1 ok ordered yes verifiable ok verifiable ok
2 expired ordered no expired expired expired expired
3 ok single  broken missing_intermediate verifiable ok
4 ok single  self-signed self_signed self-signed self_signed
5  ordered   no_time  no_time
6     no_certificate  no_certificate
7     encrypted  encrypted
8     resumed  resumed
9     not_collected  not_collected
10 ok superfluous  broken key_usage broken key_usage
END
run() {
	"$chain" --certs "$tmp/c.der" --store "r=$src/root.pem" "$@"
}
run --pool all "$tmp/rows.csv" >"$tmp/got.csv" || { echo "FAIL exit status $?"; fail=1; }
# columns: 8 of input, chain_id, leaf_time, order, name_match, name_cause, two verdicts and reasons
awk -F, 'NR > 1 { print $1, $10, $11, $12, $14, $15, $16, $17 }' "$tmp/got.csv" >"$tmp/got"
diff "$tmp/want" "$tmp/got" || fail=1
cut -d, -f1-8 "$tmp/got.csv" | cmp - "$tmp/rows.csv" || { echo "FAIL the rows' own bytes changed"; fail=1; }
run <"$tmp/rows.csv" | grep -q '^3,.*,broken,unknown_issuer$' || { echo "FAIL a pipe has a witness"; fail=1; }

# windows: two intermediates with a gap between their years; one is sent, the other is in the pool
for c in leaf int_old int_later; do der $c; done >"$tmp/gap.der"
printf 'time,chain\n2015-03-01,%s %s\n2015-08-01,%s %s\n' "$L" "$(fp int_old)" "$L" "$(fp int_old)" >"$tmp/gap.csv"
old=2014-01-01T00:00:00Z/2015-01-01T00:00:00Z later=2015-07-01T00:00:00Z/2016-01-01T00:00:00Z
cat >"$tmp/want" <<END
expired,$old,yes,0,expired,$old $later,yes,0
expired,$old,yes,0,ok,$old $later,yes,1
END
"$chain" --certs "$tmp/gap.der" --store "r=$src/root.pem" --pool all --show window,ever,fetched "$tmp/gap.csv" |
	sed 1d | cut -d, -f9-12,14-17 >"$tmp/got"
diff "$tmp/want" "$tmp/got" || { echo "FAIL windows with a gap"; fail=1; }

# the order of what a server sent: whose name and key each next one has, if it can be read at all
for c in leaf int root int_renamed other; do der $c; done >"$tmp/order.der"
printf '\060\000\060\002\005\000' >>"$tmp/order.der"
U=$(printf '\060\000' | sha256sum | cut -d' ' -f1) V=$(printf '\060\002\005\000' | sha256sum | cut -d' ' -f1) R=$(fp root)
cat >"$tmp/order.csv" <<END
want,time,chain
single,,$L
ordered,,$L $I $R
unordered,,$L $R $I
superfluous,,$L $R $I $(fp other)
duplicate,,$L $I $L
superfluous,,$L $(fp int_renamed)
superfluous,,$U $V
superfluous,,$U $L
superfluous,,$L $V
END
"$chain" --certs "$tmp/order.der" --store "r=$src/root.pem" "$tmp/order.csv" | sed 1d | cut -d, -f1,6 >"$tmp/got"
awk -F, '$1 != $2 { print "FAIL order", NR, $0; bad = 1 } END { exit bad || NR != 9 }' "$tmp/got" || fail=1

run "$tmp/got.csv" >/dev/null 2>&1
[ $? = 2 ] || { echo "FAIL an output column that is there already"; fail=1; }
printf 'time,chain,collected\n2015-06-01,%s,yes\n' $none | run >/dev/null 2>&1
[ $? = 2 ] || { echo "FAIL collected, but not there"; fail=1; }
run --store "r=$src/other.pem" "$tmp/rows.csv" >/dev/null 2>&1
[ $? = 2 ] || { echo "FAIL two stores of one name"; fail=1; }
exit $fail
