#!/bin/sh
# tw-stores import: import.py against tables of others; and files made here.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }
import() { "$TW_BUILDDIR/tw-stores" import "$@"; }
cd "$t" || exit 1

# ---- what is wrong in a bundle is told with its line, the rest is used ----
certs=$TW_SRCDIR/tests/chain/certs
{ echo "# two"; cat "$certs/root.pem"; echo "-----BEGIN CERTIFICATE-----"; echo "%%%"; echo "-----END CERTIFICATE-----"
	cat "$certs/root.pem" "$certs/int.pem"; } >bundle.pem
line=$(grep -n -B1 %%% bundle.pem | sed -n 's/-.*//p')
import bundle.pem >out 2>err || fail "a bundle with a damaged block: exit $?"
grep -q "bundle.pem: line $line: " err || fail "the damaged block of line $line is not told: $(cat err)"
grep -q 'rows 2 certificates 2 tls_trusted 2 warnings 2' err || fail "not two rows and two warnings: $(tail -1 err)"
for c in root int; do
	hash=$(openssl x509 -in "$certs/$c.pem" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
	grep -q "^$hash,.*,1,,anchor,server client email code,1,,,,,,,$" out || fail "$c is not there as an anchor"
done
import --strict bundle.pem >out 2>err && fail "--strict goes on"
[ ! -s out ] || fail "--strict prints rows"
import --date 2100-01-01 "$certs/root.pem" 2>&1 >out | grep -q expired || fail "a root of the past is not told"
echo nothing >none.txt
import none.txt >out 2>err && fail "any text is a store"

# ---- a pool keeps certificates once, sorted, and gives them back ----
import -q --pool pool.pem "$certs/root.pem" >root.csv || fail "--pool: exit $?"
cp pool.pem first.pem
import -q --pool pool.pem "$certs/int.pem" >int.csv || fail "--pool, once more: exit $?"
[ "$(grep -c BEGIN pool.pem)" = 2 ] || fail "the pool has not two certificates"
grep '^# ' pool.pem | sort -c || fail "the pool is not sorted"
cp pool.pem second.pem
import -q --pool pool.pem "$certs/root.pem" >out || fail "--pool, known: exit $?"
cmp -s pool.pem second.pem || fail "a pool changes by what it has"
import -q pool.pem | sort >have
sort -u root.csv int.csv >want
cmp -s have want || fail "the pool's certificates are others"
[ $bad = 0 ] || exit 1
PATH=/usr/bin:/bin python3 "$TW_SRCDIR/tests/trust/import_text.py" || exit 1
PATH=/usr/bin:/bin python3 "$TW_SRCDIR/tests/trust/keystores.py" || exit 1
PATH=/usr/bin:/bin python3 "$TW_SRCDIR/tests/trust/ctl.py" || exit 1
PATH=/usr/bin:/bin python3 "$TW_SRCDIR/tests/trust/import.py" || exit $?
