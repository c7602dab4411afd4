#!/bin/sh
# Dependencies point one way: each #include "FOLDER/..." below libanalysis/ is
# allowed by tests/house/may-include, which ARCHITECTURE.md's table repeats.
set -u
cd "$TW_SRCDIR" || exit 1
table=tests/house/may-include
bad=0
fail() { echo "FAIL $*"; bad=1; }
folders=$(sed -n 's/^\([a-z]*\).*/\1/p' "$table")

# allowed FILE... : the includes that the table does not allow.
wrong() {
	grep -Ho '^#[ 	]*include "[^"]*"' "$@" | awk -v table="$table" '
	BEGIN {
		while ((getline line <table) > 0) {
			n = split(line, w, /[ \t]+/)
			if (line !~ /^#/) for (i = 1; i <= n; i++) ok[w[1], w[i]] = 1
		}
	}
	{
		split($0, part, "\"")
		file = part[1]; sub(/:.*/, "", file)
		n = split(file, path, "/")
		from = path[1] == "libanalysis" ? path[2] : path[n - 1]
		to = part[2]; sub(/\/.*/, "", to)
		if (!((from, to) in ok)) print file " includes " part[2]
	}'
}

for d in libanalysis/*/; do
	d=$(basename "$d")
	echo "$folders" | grep -qx "$d" || fail "libanalysis/$d is not in $table"
done
found=$(find libanalysis -name '*.[ch]' -o -name '*.cc')
[ "$(echo "$found" | wc -l)" -gt 50 ] || fail "only $(echo "$found" | wc -l) sources found"
# shellcheck disable=SC2086
got=$(wrong $found)
[ -z "$got" ] || fail "$got"

# The check itself: an upward include and one without its folder are found.
t=$(mktemp -d) && mkdir "$t/base" && trap 'rm -rf "$t"' EXIT
printf '#include "base/base.h"\n#include "cert/cert.h"\n#include "base.h"\n' >"$t/base/x.c"
[ "$(wrong "$t/base/x.c" | wc -l)" = 2 ] || fail "an upward include goes unseen"

# ARCHITECTURE.md: | libanalysis/FOLDER | ... | allowed, commas between |
sed -n 's/^| libanalysis\/\([a-z]*\) |.*| \(.*\) |$/\1\t\2/p' ARCHITECTURE.md |
	sed 's/nothing of ours//; s/,//g; s/[ 	]*$//' | sort >"$t/page"
grep -v '^#' "$table" | sort >"$t/table"
diff "$t/page" "$t/table" || fail "ARCHITECTURE.md and $table differ"
exit $bad
