#!/bin/sh
# The verbs of tw-stores over a folder of snapshots made here, and over the one
# that is shipped; stores.py reads both by itself.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }
stores() { "$TW_BUILDDIR/tw-stores" "$@"; }
certs=$TW_SRCDIR/tests/chain/certs
sha() { openssl x509 -in "$1" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1; }
cd "$t" || exit 1

# ---- a folder of a user's own files, by rootstores/update ----
mkdir own
TLSWILD_ROOTSTORES=$t/own
export TLSWILD_ROOTSTORES
update() { sh "$TW_SRCDIR/rootstores/update" --tool "$TW_BUILDDIR/tw-stores" "$@" 2>err; }
cat "$certs/root.pem" "$certs/int.pem" >two.pem
update --licence 'none, "mine"' --note 'a, b' acme 2015-01-01 "$certs/root.pem" || fail "update: exit $?: $(cat err)"
update acme 2016-01-01 two.pem || fail "update, once more: exit $?: $(cat err)"
update acme 2016-07-01 two.pem || fail "update, the same again: exit $?: $(cat err)"
update acme 2017-01-01 "$certs/int.pem" || fail "update, third: exit $?: $(cat err)"
update other 2016-02-01 "$certs/int.pem" || fail "update, another store: exit $?: $(cat err)"
cp -r own before
update acme 2016-01-01 two.pem && diff -r own before || fail "the same update twice changes something"
for wrong in "Acme 2016-01-01 two.pem" "acme 2016-1-1 two.pem" "acme 2016-02-30 two.pem" "acme 2016-01-01 none.pem" "acme 2016-01-01" \
	"new 2016-01-01 err" "--no-such acme 2016-01-01 two.pem"; do
	# shellcheck disable=SC2086
	update $wrong && fail "update $wrong: exit 0"
	[ -s err ] || fail "update $wrong: not a word"
done
diff -r own before || fail "an update that fails changes something"
root=$(sha "$certs/root.pem") int=$(sha "$certs/int.pem")
grep -qx 'acme,2015-01-01,no,"file root.pem","'"$(sha256sum <"$certs/root.pem" | cut -d' ' -f1)"'","none, ""mine""","a, b"' own/SOURCES.csv ||
	sed 's/"\([0-9a-f]\{64\}\)"/\1/' own/SOURCES.csv | grep -qx 'acme,2015-01-01,no,"file root.pem",[0-9a-f]*,"none, ""mine""","a, b"' ||
	fail "SOURCES.csv: $(cat own/SOURCES.csv)"

# ---- NAME, NAME@DATE, --at: before the first, on a day, between two, after the last ----
anchors() { stores show -q "$@" | sed -n 's/^\([0-9a-f]\{64\}\),.*/\1/p' | sort | tr '\n' ' '; }
both=$(printf '%s\n%s\n' "$root" "$int" | sort | tr '\n' ' ')
[ "$(anchors acme)" = "$int " ] || fail "NAME is not the newest"
[ "$(anchors acme@2015-01-01)" = "$root " ] || fail "NAME@ the first day"
[ "$(anchors acme@2015-12-31T23:59:59Z)" = "$root " ] || fail "NAME@ the last second of a snapshot"
[ "$(anchors acme@2016-01-01)" = "$both" ] || fail "NAME@ the day of the second"
[ "$(anchors --at 2016-12-31 acme)" = "$both" ] || fail "--at"
[ "$(anchors --at 2016-12-31 acme@2015-06-01)" = "$root " ] || fail "a date of its own is not stronger than --at"
for wrong in acme@2014-12-31 none acme@2014 none@2015-01-01 Acme; do
	stores show "$wrong" >out 2>err && fail "show $wrong: exit 0"
	[ ! -s out ] && [ -s err ] || fail "show $wrong: $(cat out err)"
done
stores show acme@2014-12-31 2>&1 | grep -q 2015-01-01 || fail "what is before the first is not told when that is"
# A file is a store too, and what show prints is one that says the same.
stores show -q two.pem >two.csv && stores show -q two.csv | cmp -s - two.csv ||
	fail "a snapshot read and written again is other bytes"
stores import -q --certs own/pool.pem own/acme/2016-01-01.csv | cmp -s - own/acme/2016-01-01.csv ||
	fail "import of a snapshot is other bytes"

# ---- export, and back ----
stores export -q acme@2016-01-01 >out.pem || fail "export: exit $?"
[ "$(grep -c BEGIN out.pem)" = 2 ] || fail "export has not two certificates"
stores import -q out.pem | cmp -s - own/acme/2016-01-01.csv || fail "export then import is another store"
sed 's/,server client email code,/,server,/; s/,1,,anchor,/,1,2016-03-01T00:00:00Z,anchor,/' own/acme/2015-01-01.csv >server.csv
stores export -q --purpose email server.csv >out 2>err && fail "export of a purpose that nobody has: exit 0"
stores export server.csv 2>&1 >out | grep -q 'certificates 1 not_at_hand 0 with_conditions 1 blocks 0' ||
	fail "what PEM can't say is not counted"
# A certificate that nobody has: told, counted; --strict stops.
sed "s/^$root/$(printf %064d 0)/" server.csv >absent.csv
stores export absent.csv >out 2>err && fail "export of nothing: exit 0"
{ cat server.csv; sed 1d absent.csv; } >part.csv
stores export part.csv 2>err >out || fail "export without one of two: exit $?"
grep -q 'not_at_hand 1' err && grep -q 'not at hand' err || fail "a certificate that is not at hand is not told"
stores export --strict part.csv >out 2>err && fail "--strict goes on"
[ ! -s out ] || fail "--strict prints"

# ---- diff ----
stores diff -q acme@2015-01-01 acme@2015-06-01 >out && [ "$(wc -l <out)" = 1 ] || fail "diff of the same: exit $?"
stores diff -q acme@2015-01-01 acme@2016-01-01 >out; [ $? = 1 ] || fail "diff with differences: exit not 1"
[ "$(cut -d, -f1,2 out | sed 1d)" = "added,$int" ] || fail "diff does not say what was added"
stores diff -q acme@2016-01-01 acme >out; [ $? = 1 ] && [ "$(cut -d, -f1,2 out | sed 1d)" = "removed,$root" ] ||
	fail "diff does not say what was removed"
stores diff -q acme@2015-01-01 server.csv >out
grep -q "^changed,$root,.*,anchor server client email code,anchor server distrust_after=2016-03-01T00:00:00Z$" out ||
	fail "diff: changed trust: $(cat out)"
stores diff acme none.csv >out 2>err; [ $? = 2 ] || fail "diff with a missing file: exit not 2"

# ---- history ----
stores history -q "$int" >out || fail "history: exit $?"
printf '%s\n' store,first,last,next,snapshots,trust 'acme,2016-01-01,2017-01-01,,3,anchor server client email code' \
	'other,2016-02-01,2016-02-01,,1,anchor server client email code' | cmp -s - out || fail "history: $(cat out)"
stores history -q "$(echo "$root" | tr a-f A-F)" | sed 1d >out
[ "$(cat out)" = 'acme,2015-01-01,2016-07-01,2017-01-01,3,anchor server client email code' ] ||
	fail "history until: $(cat out)"
stores history "$(sha "$certs/leaf.pem")" >out 2>err; [ $? = 1 ] && [ "$(wc -l <out)" = 1 ] ||
	fail "history of what is nowhere: exit not 1"
stores history abc >out 2>err; [ $? = 2 ] || fail "history of no SHA-256: exit not 2"
# A block names it by issuer and serial, and by key; a gap ends a run.
der() { openssl x509 -in "$certs/int.pem" -outform DER; }
spki=$(openssl x509 -in "$certs/int.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
serial=$(openssl x509 -in "$certs/int.pem" -noout -serial | sed 's/.*=//' | tr A-F a-f)
case $serial in [89a-f]*) serial=00$serial ;; esac
issuer=$(PATH=/usr/bin:/bin python3 -c 'import sys, hashlib; from cryptography import x509
print(hashlib.sha256(x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read()).issuer.public_bytes()).hexdigest())' "$certs/int.pem") ||
	{ echo "no python3 with cryptography: skipped"; exit 77; }
header=$(head -1 two.csv)
printf '%s\n' "$header" ",,0,,block,,,,$issuer,$serial,,,," >own/other/2016-05-01.csv
printf '%s\n' "$header" "$root,,1,,anchor,server,1,,,,,,," >own/other/2016-06-01.csv
printf '%s\n' "$header" ",,0,,block,,,,,,$spki,2016-01-01T00:00:00Z,," >own/other/2016-07-01.csv
stores history -q "$int" | grep ^other >out
printf '%s\n' 'other,2016-02-01,2016-02-01,2016-05-01,1,anchor server client email code' 'other,2016-05-01,2016-05-01,2016-06-01,1,block' \
	'other,2016-07-01,2016-07-01,,1,block from=2016-01-01T00:00:00Z' | cmp -s - out || fail "history of blocks: $(cat out)"

# ---- list, overlap ----
stores list -q acme >out && [ "$(cut -d, -f1-7 out | sed -n 2p)" = acme,2015-01-01,1,1,1,0,no ] || fail "list: $(cat out)"
stores list -q | grep -q '^other,2016-05-01,1,0,0,1,,,,,$' || fail "a snapshot without a source is not listed"
stores list none >out 2>err; [ $? = 2 ] || fail "list of no store: exit not 2"
TLSWILD_ROOTSTORES=$t/none stores list >out 2>err && fail "a folder that is not there"
grep -q none err || fail "a folder that is not there is not named"
stores overlap -q --at 2016-02-01 >out || fail "overlap: exit $?"
[ "$(sed 1d out)" = "acme,2016-01-01,other,2016-02-01,2,1,1,0.5000,2,1,1,0.5000" ] || fail "overlap: $(cat out)"
stores overlap --at 2015-02-01 2>&1 >out | grep -q 'other: .*left out' && [ "$(wc -l <out)" = 1 ] ||
	fail "overlap before a store begins"
stores overlap -q two.pem acme@2015-01-01 "$certs/leaf.pem" | sed 1d >out
[ "$(cut -d, -f7,8 out | tr '\n' ' ')" = '1,0.5000 0,0.0000 0,0.0000 ' ] || fail "overlap of files: $(cat out)"

# ---- check: a folder with one of each fault ----
what() { cut -d, -f1-3,5 out | sed 1d | sort; }
stores check -q "$certs/root.pem" >out || fail "check of a root that is fine: exit $?: $(cat out)"
stores check -q acme@2015-01-01 >out || fail "check of a snapshot that is fine: exit $?: $(cat out)"
cp -r own sick
twice=$(sha "$certs/int_critical_twice.pem")
absent=$(printf %064d 0)
rm sick/other/2016-06-01.csv sick/other/2016-02-01.csv
TLSWILD_ROOTSTORES=$t/sick
update early 2009-12-31 "$certs/root.pem" # valid from 2010-01-01 to 2030-01-01
update late 2030-01-02 "$certs/root.pem"
update twin 2016-01-01 "$certs/int_critical_twice.pem"
update gone 2016-01-01 "$certs/leaf.pem"
rm sick/gone/2016-01-01.csv
{ cat server.csv; sed '1d; s/,2016-03-01T00:00:00Z,/,,/' server.csv; sed 1d absent.csv; } >sick/acme/2015-01-01.csv
stores check -q >out 2>err; [ $? = 1 ] || fail "check of what is wrong: exit not 1"
what >have
printf '%s\n' "acme,2015-01-01,$absent,not_at_hand" "acme,2015-01-01,$root,twice" "early,2009-12-31,$root,not_yet" "late,2030-01-02,$root,expired" \
	"twin,2016-01-01,$twice,fault" "other,2016-05-01,,no_source" "other,2016-07-01,,no_source" "other/2016-02-01,,,lost" "gone/2016-01-01,,,lost" \
	",,$(sha "$certs/leaf.pem"),unused" | sort | diff - have || fail "check finds something else"
grep -q "^twin,.*,fault,.*twice.*,RFC 5280 4.2" out || fail "check does not say which fault: $(grep fault out)"
TLSWILD_ROOTSTORES=$t/own

# ---- what is wrong with SOURCES.csv ----
for wrong in 'acme,2015-01-01,maybe,a,,,' 'acme,2015-01-01,no,a,,' 'Acme,2015-01-01,no,a,,,' 'acme,2015-13-01,no,a,,,' 'acme,2015-01-01,no,"a,,,'; do
	cp -r before wrong
	printf '%s\n' "$wrong" >>wrong/SOURCES.csv
	TLSWILD_ROOTSTORES=$t/wrong stores list >out 2>err; [ $? = 2 ] || fail "SOURCES.csv with $wrong: exit not 2"
	grep -q 'SOURCES.csv: record 7: ' err || fail "SOURCES.csv with $wrong: $(cat err)"
	rm -r wrong
done
[ $bad = 0 ] || exit 1
unset TLSWILD_ROOTSTORES
PATH=/usr/bin:/bin TLSWILD_ROOTSTORES="$TW_SRCDIR/rootstores" python3 "$TW_SRCDIR/tests/trust/stores.py" || exit $?
