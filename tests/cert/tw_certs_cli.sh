#!/bin/sh
# tw-certs from outside: exit codes, merging, repeats, compressed input, .part.
set -u
src=${TW_SRCDIR-.} tool=${TW_BUILDDIR-.}/tw-certs
corpus=$src/tests/fuzz/corpus/cert
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
no() {
	echo "FAILED: $*"
	bad=1
}
status() { # WANTED COMMAND...
	want=$1
	shift
	"$@" >"$t/out" 2>"$t/err"
	got=$?
	[ $got = "$want" ] || no "exit $got, not $want: $*"
}
cat "$corpus/rich.der" "$corpus/ca.der" >"$t/a"
cat "$corpus/ca.der" "$corpus/dsa.der" "$corpus/rich.der" >"$t/b"
cat "$corpus/rich.der" "$corpus/ca.der" "$corpus/dsa.der" >"$t/merged"
printf '\004\003\060\005\001' >>"$t/b" # what a server sent and is no SEQUENCE
printf '\004\003\060\005\001' >>"$t/merged"

status 0 "$tool" --merge -q -o "$t/ab" "$t/a" "$t/b"
cmp "$t/ab" "$t/merged" || no merge
[ ! -e "$t/ab.part" ] || no ".part is left"
[ ! -s "$t/err" ] || no "-q speaks"

status 0 "$tool" "$t/b"
[ "$(wc -l <"$t/out")" = 5 ] || no rows
# The name of each is the SHA-256 of its bytes, as sha256sum has it.
[ "$(sed 1d "$t/out" | cut -d, -f1 | sed 3q)" = "$(for f in ca dsa rich; do sha256sum <"$corpus/$f.der" | cut -d' ' -f1; done)" ] ||
	no names
tail -n 1 "$t/out" | grep -q ',unreadable,$' || no unreadable
[ "$(awk -F'"[^"]*"' '{ $1 = $1; print gsub(/,/, "") }' "$t/out" | sort -u)" = 24 ] || no columns
mv "$t/out" "$t/csv"
gzip -c "$t/b" >"$t/b.gz"
status 0 "$tool" "$t/b.gz"
cmp "$t/out" "$t/csv" || no gzip
status 0 "$tool" - <"$t/b"
cmp "$t/out" "$t/csv" || no "standard input"

# Through a pipe an element of three megabytes, between others, and then cut.
{
	cat "$corpus/rich.der"
	printf '\004\203\060\000\000'
	head -c 3145728 /dev/zero
	cat "$corpus/ca.der"
} >"$t/long"
status 0 "$tool" --merge -q - <"$t/long"
cmp "$t/out" "$t/long" || no "a long element through a pipe"
head -c 2000000 "$t/long" >"$t/short"
status 2 "$tool" --merge -q - <"$t/short"
grep -q "offset $(wc -c <"$corpus/rich.der"):" "$t/err" || no "the offset of a cut element"

echo whole >"$t/kept"
printf '\060\202\001' >"$t/cut"
status 2 "$tool" -o "$t/kept" "$t/cut"
[ "$(cat "$t/kept")" = whole ] && [ ! -e "$t/kept.part" ] || no "a failed run wrote its output"
grep -q 'offset 0' "$t/err" || no "no offset in the message"
status 2 "$tool"
status 2 "$tool" "$t/a" "$t/b"
status 2 "$tool" --nonsense "$t/a"
status 2 "$tool" "$t/missing"
status 2 "$tool" -o "$t/missing/x" "$t/a"
status 0 "$tool" --help
status 0 "$tool" --version
if [ -w /dev/full ]; then
	"$tool" -q "$t/a" >/dev/full 2>"$t/err"
	[ $? = 2 ] || no "a full disk goes unnoticed"
fi
exit $bad
