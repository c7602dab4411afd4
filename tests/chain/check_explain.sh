#!/bin/sh
# Profiles, --reasons all and --explain of tw-verify, over the fixtures: each
# rule once where it holds and once where it does not.
src=${TW_SRCDIR:-.}/tests/chain/certs
verify=${TW_BUILDDIR:-.}/tw-verify
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
fail=0

# said WANTED NAME CHAIN... : the field of that name in the one row
judge() {
	profile=$1
	shift
	for c in "$@"; do cat "$src/$c.pem"; done >"$tmp/chain.pem"
	"$verify" --profile "$profile" --reasons all --store "r=$src/$root.pem" --at 2015-06-01 "$tmp/chain.pem" >"$tmp/out"
	sed -n 2p "$tmp/out"
}
is() {
	got=$(judge "$1" $4 | cut -d, -f"$2")
	[ "$got" = "$3" ] || { echo "FAIL profile $1, $4: $got, not $3"; fail=1; }
}
root=root
for p in rfc5280 webpki 2015; do is $p 3 ok "leaf int"; done
# A CA as a leaf; SHA-1; RSA of 1024 bits.
is rfc5280 3 ok "leaf_ca int"
is 2015 3 ok "leaf_ca int"
is webpki 3 key_usage "leaf_ca int"
is rfc5280 3 ok "leaf_sha1 int"
is 2015 3 ok "leaf_sha1 int"
is webpki 3 weak_signature "leaf_sha1 int"
is rfc5280 3 ok "leaf_rsa1024 int"
is 2015 3 ok "leaf_rsa1024 int"
is webpki 3 weak_key "leaf_rsa1024 int"
is 2015 3 weak_key "leaf_e1 int"

# All failures of one path, farthest first, then the other path's reason.
is rfc5280 9 "not_a_ca extended_key_usage" "leaf int_notca_client"
is rfc5280 9 "ok;not_a_ca" "leaf int int_notca"

"$verify" --explain --store "r=$src/root.pem" --at 2016-06-01 "$src/leaf.pem" --intermediates "$src/int_notca.pem" >"$tmp/out"
[ $? = 1 ] || { echo "FAIL exit status of --explain"; fail=1; }
grep -q '^r: broken, not_a_ca at 2016-06-01T00:00:00Z (profile rfc5280, purpose server)$' "$tmp/out" || { echo "FAIL headline"; fail=1; }
# What fails stands below the certificate that fails it.
awk '/^  [a-zA-Z]/ { who = $1 } /FAILS/ { print who, $2 }' "$tmp/out" >"$tmp/got"
printf '%s\n' 'leaf expired:' 'CA not_a_ca:' >"$tmp/want"
diff "$tmp/want" "$tmp/got" || { cat "$tmp/out"; fail=1; }
"$verify" --profile other --store "r=$src/root.pem" --at 2015-06-01 "$src/leaf.pem" 2>/dev/null
[ $? = 2 ] || { echo "FAIL an unknown profile"; fail=1; }
exit $fail
