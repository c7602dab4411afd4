#!/bin/sh
# Makes the revocation lists and OCSP responses beside this script with openssl
# (3.0) only. Run it here to make them anew; tests read what is checked in.
set -eu
cd "$(dirname "$0")"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

cat >"$t/ca.cnf" <<'END'
[ca]
default_ca = d
[d]
database = $ENV::T/index.txt
crlnumber = $ENV::T/crlnumber
default_md = sha256
[full]
authorityKeyIdentifier = keyid:always,issuer:always
[idp]
issuingDistributionPoint = critical,@point
freshestCRL = URI:http://example.org/delta.crl
[point]
fullname = URI:http://example.org/ca.crl,URI:http://example.net/ca.crl
onlyCA = TRUE
onlysomereasons = keyCompromise,CACompromise
indirectCRL = TRUE
[relative]
issuingDistributionPoint = critical,@rpoint
[rpoint]
relativename = rdn
onlyuser = TRUE
[rdn]
CN = Point 1
[attribute]
issuingDistributionPoint = critical,@apoint
[apoint]
onlyAA = TRUE
[delta]
deltaCRL = critical,ASN1:INTEGER:0x11
[unknown]
1.2.3.4 = critical,ASN1:NULL
[unknown_plain]
1.2.3.4 = ASN1:NULL
END
export T="$t"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$t/ca.key" -out ca.pem \
	-subj '/O=tlswild/CN=Revoking CA' -days 36500 -set_serial 0x1234 2>/dev/null
printf 'R\t491231235959Z\t150101000000Z\t01\tunknown\t/CN=a\n' >"$t/index.txt"
printf 'R\t491231235959Z\t150102030405Z,keyCompromise\t0080\tunknown\t/CN=b\n' >>"$t/index.txt"
printf 'R\t491231235959Z\t150103000000Z,holdInstruction,holdInstructionReject\t7FFF00\tunknown\t/CN=c\n' >>"$t/index.txt"
printf 'R\t491231235959Z\t150104000000Z,keyTime,20141231120000Z\tABCDEF0123456789ABCDEF0123456789ABCDEF01\tunknown\t/CN=d\n' >>"$t/index.txt"
printf 'R\t491231235959Z\t150105000000Z,removeFromCRL\t05\tunknown\t/CN=e\n' >>"$t/index.txt"
printf 'V\t491231235959Z\t\t06\tunknown\t/CN=f\n' >>"$t/index.txt"
printf 'R\t491231235959Z\t150107000000Z,superseded\t07\tunknown\t/CN=g\n' >>"$t/index.txt"

gencrl() { # FILE SECTION NUMBER
	echo "$3" >"$t/crlnumber"
	openssl ca -config "$t/ca.cnf" -gencrl -keyfile "$t/ca.key" -cert ca.pem ${2:+-crlexts "$2"} \
		-crl_lastupdate 20150201000000Z -crl_nextupdate 20510301000000Z -out "$1" 2>>"$t/log" || { cat "$t/log"; exit 1; }
}
gencrl full.pem full 1000
gencrl idp.pem idp 1001
gencrl relative.pem relative 1002
gencrl attribute.pem attribute 1003
gencrl delta.pem delta 1004
gencrl unknown.pem unknown 1005
gencrl unknown_plain.pem unknown_plain 1006
: >"$t/index2.txt"
sed 's/index.txt/index2.txt/' "$t/ca.cnf" >"$t/empty.cnf"
rm -f "$t/crlnumber"
sed -i '/crlnumber/d' "$t/empty.cnf"
openssl ca -config "$t/empty.cnf" -gencrl -keyfile "$t/ca.key" -cert ca.pem -crl_lastupdate 20150201000000Z \
	-crl_nextupdate 20150301000000Z -out empty.pem 2>/dev/null

# Stapled responses: of the list above, signed by a delegate.
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$t/ocsp.key" -out "$t/ocsp.csr" \
	-subj '/CN=Responder' 2>/dev/null
printf 'extendedKeyUsage=OCSPSigning\nnoCheck=NULL\n' >"$t/ocsp.ext"
openssl x509 -req -in "$t/ocsp.csr" -CA ca.pem -CAkey "$t/ca.key" -set_serial 0x77 -days 36500 \
	-extfile "$t/ocsp.ext" -out responder.pem 2>/dev/null
respond() { # FILE SERIAL... -- OPTION...
	out=$1
	shift
	set -- "$@"
	serials=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		serials="$serials -serial $1"
		shift
	done
	[ $# = 0 ] || shift
	# shellcheck disable=SC2086
	openssl ocsp -issuer ca.pem $serials -reqout "$t/req" -no_nonce
	openssl ocsp -index "$t/index.txt" -rsigner responder.pem -rkey "$t/ocsp.key" -CA ca.pem -reqin "$t/req" \
		-respout "$out" "$@" >/dev/null 2>&1
}
respond good.ocsp 6 -- -nmin 60
respond revoked.ocsp 0x80 -- -nmin 60
respond several.ocsp 6 0x80 0x99 7 -- -resp_key_id
respond bare.ocsp 6 -- -resp_no_certs
printf '\060\003\012\001\003' >trylater.ocsp
