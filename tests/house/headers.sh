#!/bin/sh
# Each header below libanalysis/ compiles alone, and twice in one file.
set -u
: "${CC:=cc}"
$CC --version >/dev/null 2>&1 || { echo "no $CC here: skipped"; exit 77; }
bad=0
for h in "$TW_SRCDIR"/libanalysis/*/*.h "$TW_SRCDIR"/libanalysis/*/*/*.h; do
	n=${h#"$TW_SRCDIR"/libanalysis/}
	printf '#include "%s"\n#include "%s"\n' "$n" "$n" |
		$CC -std=c11 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Werror -I"$TW_SRCDIR/libanalysis" -xc - ||
		{ echo "FAIL $n does not stand alone"; bad=1; }
done
exit $bad
