#!/bin/sh
# rootstores/rebuild: over a package made here, and over the shipped folder where
# the packages lie in a cache (TW_ROOTSTORES_CACHE).
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0
fail() { echo "FAIL $*"; bad=1; }
PATH=/usr/bin:/bin
command -v python3 >/dev/null || { echo "no python3: skipped"; exit 77; }
certs=$TW_SRCDIR/tests/chain/certs
shipped=$TW_SRCDIR/rootstores
rebuild() { python3 "$shipped/rebuild" --tool "$TW_BUILDDIR/tw-stores" --offline "$@" >out 2>err; }
cd "$t" || exit 1

# ---- a wheel and a source archive, as a registry's client leaves them ----
mkdir -p cache/python/roots-1.0 cache/python/roots-2.0 own roots-2.0/roots
cat "$certs/root.pem" "$certs/int.pem" >roots-2.0/roots/cacert.pem
cp "$certs/root.pem" cacert.pem
python3 - <<'END' || exit 1
import tarfile, zipfile
with zipfile.ZipFile("cache/python/roots-1.0/roots-1.0-py3-none-any.whl", "w") as z:
    z.write("cacert.pem", "roots/cacert.pem")
with tarfile.open("cache/python/roots-2.0/roots-2.0.tar.gz", "w:gz") as t:
    t.add("roots-2.0")
END
first=$(sha256sum <cacert.pem | cut -d' ' -f1) second=$(sha256sum <roots-2.0/roots/cacert.pem | cut -d' ' -f1)
TLSWILD_ROOTSTORES=$t/own
export TLSWILD_ROOTSTORES
header=store,date,distrust_dates,source,sha256,licence,note
printf '%s\n' $header "acme,2015-01-01,no,python roots 1.0 roots/cacert.pem,$first,MIT,one" \
	"acme,2016-01-01,no,python roots 2.0 roots/cacert.pem,$second,MIT,two" >own/SOURCES.csv
rebuild --cache cache; rc=$?
[ $rc = 1 ] && [ "$(tail -1 out)" = "snapshots 2 differ 3 failed 0" ] || fail "an empty folder: exit $rc, $(cat out err)"
[ ! -e own/pool.pem ] || fail "written without --write"
rebuild --cache cache --write || fail "--write: exit $?, $(cat out err)"
"$TW_BUILDDIR/tw-stores" import -q roots-2.0/roots/cacert.pem | cmp -s - own/acme/2016-01-01.csv ||
	fail "another snapshot than import's"
[ "$(grep -c BEGIN own/pool.pem)" = 2 ] || fail "the pool has not two certificates"
rebuild --cache cache || fail "what was written differs: exit $?, $(cat out err)"
# A user's own snapshot beside them stays.
sh "$shipped/update" --tool "$TW_BUILDDIR/tw-stores" mine 2017-01-01 "$certs/leaf.pem" 2>err || fail "update: $(cat err)"
rebuild --cache cache || fail "beside a user's own snapshot: exit $?, $(cat out err)"
[ "$(tail -1 out)" = "snapshots 3 differ 0 failed 0" ] || fail "a user's own snapshot is not rebuilt: $(cat out)"
# What was changed by hand is found: rows, the pool.
cp own/acme/2015-01-01.csv kept
sed -i 's/server client email code/server/' own/acme/2015-01-01.csv
rebuild --cache cache; [ $? = 1 ] && grep -q '^acme/2015-01-01.csv: differs' out || fail "a changed snapshot: $(cat out)"
cp kept own/acme/2015-01-01.csv
rebuild --cache cache acme || fail "one store: exit $?"
cp kept own/acme/2015-06-01.csv
rebuild --cache cache; [ $? = 1 ] && grep -q '^acme/2015-06-01.csv: in no line' out ||
	fail "a snapshot without a line: $(cat out)"
rm own/acme/2015-06-01.csv
# Another file than the one whose SHA-256 stands there; a package that is not there; a member that is not.
for wrong in "s/$first/$second/" 's/roots 1.0/roots 3.0/' 's/1.0 roots.cacert/1.0 roots\/none/' 's/python roots 1.0/perl roots 1.0/' \
	's/ 1.0 roots.cacert.pem/ 1.0/'; do
	cp own/SOURCES.csv kept
	sed -i "$wrong" own/SOURCES.csv
	rebuild --cache cache; rc=$?
	[ $rc = 2 ] && grep -q '^acme/2015-01-01: ' err || fail "$wrong: exit $rc, $(cat err)"
	cp kept own/SOURCES.csv
done
[ $bad = 0 ] || exit 1

# ---- what is shipped ----
TLSWILD_ROOTSTORES=$shipped
cache=${TW_ROOTSTORES_CACHE:-}
[ -d "$cache" ] || { echo "TW_ROOTSTORES_CACHE names no folder of packages: rebuilding what is shipped is skipped"; exit 0; }
rebuild --cache "$cache" || { echo "FAIL what is shipped is not what its packages give: exit $?"; cat out err; exit 1; }
tail -1 out
