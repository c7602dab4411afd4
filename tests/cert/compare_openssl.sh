#!/bin/sh
# certificates.csv against the words of "openssl x509", for the fixtures and the
# host's Mozilla roots. Exit status 77: skipped, as make check has it.
set -u
src=${TW_SRCDIR-.} tool=${TW_BUILDDIR-.}/tw-certs
command -v openssl >/dev/null || {
	echo "skipped: no openssl"
	exit 77
}
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT

# From CSV to "column value" lines; quotes as in RFC 4180.
columns='
function split_csv(s, f,    n, c, i, v, q) {
	n = 0; v = ""; q = 0
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (q) {
			if (c != "\"") v = v c
			else if (substr(s, i + 1, 1) == "\"") { v = v c; i++ }
			else q = 0
		} else if (c == "\"") q = 1
		else if (c == ",") { f[++n] = v; v = "" }
		else v = v c
	}
	f[++n] = v
	return n
}
NR == 1 { n = split_csv($0, name) }
NR == 2 { split_csv($0, f); for (i = 1; i <= n; i++) print name[i], f[i] }'

ours() {
	openssl x509 -in "$1" -outform der -out "$t/der" && "$tool" -q "$t/der" >"$t/csv" || return 1
	awk "$columns" "$t/csv" | grep -E '^(sha256|subject|issuer|serial|not_before|not_after|version|key_bits) ' |
		sed -E 's/^serial (00)*/serial /'
}

# OpenSSL writes the serial without the sign's zeros, dates with a blank.
theirs() {
	openssl x509 -in "$1" -noout -fingerprint -sha256 -subject -issuer -serial -startdate -enddate \
		-dateopt iso_8601 -nameopt RFC2253,-esc_msb >"$t/words" || return 1
	sed -n -E -e '/^sha256 Fingerprint=/ { s/.*=//; s/://g; y/ABCDEF/abcdef/; s/^/sha256 /p; }' \
		-e 's/^(subject|issuer)=/\1 /p' \
		-e '/^serial=/ { s/=/ /; y/ABCDEF/abcdef/; s/^serial (00)*/serial /p; }' \
		-e 's/^notBefore=(.*) (.*)/not_before \1T\2/p' -e 's/^notAfter=(.*) (.*)/not_after \1T\2/p' "$t/words"
	openssl x509 -in "$1" -noout -text | sed -n -E -e 's/^ *Version: ([0-9]+) .*/version \1/p' \
		-e 's/^ *.*Public-Key: \(([0-9]+) bit.*/key_bits \1/p' -e 's/^ *ED(25519|448) Public-Key:/key_bits \1/p'
}

files=0 bad=0
for f in "$src"/tests/cert/fixtures/*.pem /usr/share/ca-certificates/mozilla/*.crt; do
	[ -f "$f" ] || continue
	ours "$f" | sort >"$t/ours" && theirs "$f" | sort >"$t/theirs"
	# OpenSSL writes #HEX, we #hex.
	sed -E -i 's/(=#)0C036F6464/\10c036f6464/' "$t/theirs"
	# OpenSSL spells it "street"; the sizes of Edwards keys are in their names.
	sed -E -i -e 's/(^|[,+ ])street=/\1STREET=/g' -e 's/^key_bits 25519/key_bits 256/' -e 's/^key_bits 448/key_bits 456/' "$t/theirs"
	files=$((files + 1))
	[ "$(wc -l <"$t/ours")" = 8 ] && cmp -s "$t/ours" "$t/theirs" || {
		bad=$((bad + 1))
		echo "$f"
		diff "$t/ours" "$t/theirs"
	}
done
echo "$files certificates compared with openssl, $bad differ"
[ $files -ge 15 ] && [ $bad = 0 ]
