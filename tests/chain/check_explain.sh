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
# What exactly fails, and that nothing else does. drawn OPTIONS LEAF WANTED: "ROLE REASON: detail" lines
drawn() {
	# shellcheck disable=SC2086
	(cd "$src" && "$verify" --explain --at 2015-06-01 $1 $2.pem) >"$tmp/out" 2>&1
	awk '/^  [a-zA-Z]/ && !/^  another/ { who = $1 } /FAILS/ { sub(/:$/, "", $2); line = who " " $2; getline
		if ($0 ~ /^                /) { sub(/^ */, ""); line = line ": " $0 } print line }' "$tmp/out" >"$tmp/got"
	printf '%s' "$3" >"$tmp/want"
	diff "$tmp/want" "$tmp/got" || { cat "$tmp/out"; echo "FAIL --explain $1 $2"; fail=1; }
}
nl='
'
r="--store root.pem --intermediates"
cat "$src/int_under.pem" "$src/int_p0.pem" >"$tmp/p0.pem"
cat "$src/int_mid.pem" "$src/mid.pem" "$src/far.pem" >"$tmp/far.pem"
drawn "$r int.pem" leaf ""
drawn "$r int_old.pem" leaf "CA expired$nl"
drawn "$r int_nc_out.pem" leaf "leaf name_constraints: dNSName www.example.org: CN=Int permits dNSName example.com$nl"
drawn "$r int_nc_excl.pem" leaf "leaf name_constraints: dNSName www.example.org: CN=Int excludes dNSName example.org$nl"
drawn "$r int_nc_dn.pem" leaf "leaf name_constraints: directoryName CN=leaf: CN=Int permits directoryName CN=leaf,O=An Org, directoryName C=DE$nl"
drawn "$r int_nc_dn_excl.pem" leaf "leaf name_constraints: directoryName CN=leaf: CN=Int excludes directoryName CN=LEAF$nl"
drawn "$r int_nc_mask.pem" leaf "CA name_constraints: its own constraints cannot be held to$nl"
drawn "$r int_nc_mail.pem" leaf_mail_at "leaf name_constraints: rfc822Name some@one@example.org: CN=Int constrains this form, of which it is none: rfc822Name example.org$nl"
drawn "$r int.pem --crl int.crl" leaf "leaf revoked: since 2015-06-01T00:00:00Z, keyCompromise, by a CRL of CN=Int of 2015-01-01T00:00:00Z$nl"
serial=$(openssl x509 -in "$src/int.pem" -noout -serial 2>/dev/null | sed 's/.*=//')
if [ "$serial" ] && command -v python3 >/dev/null; then
	b64() { python3 -c 'import base64, sys; print(base64.b64encode(bytes.fromhex(sys.argv[1])).decode())' "$1"; }
	printf '{"data":[{"issuerName":"%s","serialNumber":"%s","details":{"created":"2015-02-01T00:00:00Z"}}]}' \
		"$(b64 "300f310d300b06035504030c04526f6f74")" "$(b64 "$serial")" >"$tmp/one.json"
	drawn "$r int.pem --crl $tmp/one.json" leaf "CA revoked: by a vendor's list since 2015-02-01T00:00:00Z$nl"
fi
drawn "$r int_policy.pem" leaf "leaf policy: it names no policy$nl"
# One failure of a kind: of those below the first that is without a policy nothing is said.
cat "$src/int_under.pem" "$src/int_explicit.pem" >"$tmp/explicit.pem"
drawn "$r $tmp/explicit.pem" leaf_under "CA policy: it names no policy$nl"
drawn "$r $tmp/p0.pem" leaf_under "CA path_length: it allows 0, and 1 that are not self-issued stand between it and the leaf$nl"
drawn "$r int.pem" leaf_client "leaf extended_key_usage: it has clientAuth, asked for is serverAuth$nl"
drawn "$r int.pem" leaf_crlsign "leaf key_usage: it has cRLSign, a server needs digitalSignature, keyEncipherment or keyAgreement$nl"
drawn "$r int_nosign.pem" leaf "CA key_usage: it has cRLSign, an issuer needs keyCertSign$nl"
drawn "$r int_nobc.pem" leaf "CA not_a_ca: version 3, without basicConstraints$nl"
drawn "$r int_notca.pem" leaf "CA not_a_ca: version 3, basicConstraints cA FALSE$nl"
drawn "$r int.pem" leaf_critical "leaf critical_extension: 1.2.3.4$nl"
drawn "$r int.pem" leaf_twice "leaf malformed: an extension stands twice (RFC 5280 4.2)$nl"
drawn "$r int.pem" leaf_unsupported "leaf unsupported_algorithm$nl"
grep -q 'signed with 1\.2\.3\.4\.5$' "$tmp/out" || { echo "FAIL the algorithm is not named"; fail=1; }
drawn "--store other.pem --intermediates int.pem" leaf "CA unknown_issuer: it names as its issuer CN=Root$nl"
drawn "--store root.pem --witness int.pem" leaf "leaf missing_intermediate: it names as its issuer CN=Int$nl"
drawn "--store other.pem --intermediates $tmp/far.pem" leaf "root untrusted_root$nl"
# Every certificate on the way is there, and which of them were sent.
grep -E '^  [a-zA-Z]' "$tmp/out" >"$tmp/got"
printf '  %-7s %s\n' leaf CN=leaf CA 'CN=Int (not presented)' CA 'CN=Mid (not presented)' root 'CN=Far Root (not presented)' >"$tmp/want"
diff "$tmp/want" "$tmp/got" || { echo "FAIL the way to a root"; fail=1; }
# Two roads to two roots of one store: one is better now, the other ends later.
cat "$src/root_short.pem" "$src/other.pem" >"$tmp/two.pem"
cat "$src/int.pem" "$src/int_cross.pem" >"$tmp/cross.pem"
drawn "--store two=$tmp/two.pem --intermediates $tmp/cross.pem" leaf ""
grep -q '^  anchor  CN=Other Root$' "$tmp/out" || { echo "FAIL two roots"; fail=1; }

# The way to where nobody goes on is drawn up to 32 certificates; beyond, where it ends.
if python3 -c 'import cryptography' 2>/dev/null; then
	for n in 32 33; do
		PYTHONPATH=${TW_SRCDIR:-.}/tests/synth PYTHONDONTWRITEBYTECODE=1 python3 - $n >"$tmp/deep.pem" <<'END'
import sys
from lists import CA, Cert, pem
print(pem("CERTIFICATE", [Cert(f"C{i}", f"C{i + 1}", ku=CA).der for i in range(int(sys.argv[1]))]))
END
		"$verify" --explain --purpose any --store "r=$src/root.pem" --at 2015-06-01 "$tmp/deep.pem" >"$tmp/out"
		got=$(grep -c '^  [a-zA-Z]* *CN=C' "$tmp/out") up=$(grep -c 'and by verified signatures up to' "$tmp/out")
		want=32\ 0
		[ $n = 32 ] || want=2\ 1
		[ "$got $up" = "$want" ] && grep -q unknown_issuer "$tmp/out" || { echo "FAIL a way of $n certificates: $got $up"; fail=1; }
	done
else
	echo "python3-cryptography is not installed: no long ways"
fi

"$verify" --profile other --store "r=$src/root.pem" --at 2015-06-01 "$src/leaf.pem" 2>/dev/null
[ $? = 2 ] || { echo "FAIL an unknown profile"; fail=1; }
"$verify" --purpose other --store "r=$src/root.pem" --at 2015-06-01 "$src/leaf.pem" 2>/dev/null
[ $? = 2 ] || { echo "FAIL an unknown purpose"; fail=1; }
exit $fail
