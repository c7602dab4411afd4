#!/bin/sh
# Makes the certificates of tests/chain/certs with openssl: fixed dates, P-256
# keys (tests/chain/keys, worth nothing). Run by hand; keys and certificates
# are kept, so that tests need no openssl. What is there already stays: to
# renew a certificate delete it, and what hangs below it is still good.
# usage: tests/chain/make-fixtures.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
keys=$here/keys out=$here/certs
mkdir -p "$keys" "$out"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

ca='basicConstraints=critical,CA:TRUE'
noca='basicConstraints=critical,CA:FALSE'
sign='keyUsage=critical,keyCertSign,cRLSign'
crlsign='keyUsage=critical,cRLSign'
tls='keyUsage=critical,digitalSignature'
san='subjectAltName=DNS:www.example.org'
server='extendedKeyUsage=serverAuth'
client='extendedKeyUsage=clientAuth'
unknown='1.2.3.4=critical,DER:0500'
nc_out='nameConstraints=critical,permitted;DNS:example.com'
explicit='policyConstraints=critical,requireExplicitPolicy:0'

key() {
	[ -f "$keys/$1.key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$keys/$1.key"
}

# mk NAME KEY SUBJECT ISSUER ISSUERKEY FROM UNTIL EXTENSION...; no extension: version 1.
# md=NAME before it: another digest.
mk() {
	name=$1 key=$2 subject=$3 issuer=$4 ikey=$5 from=$6 until=$7
	shift 7
	[ ! -f "$out/$name.pem" ] || return 0
	key "$key"; key "$ikey"
	: >index.txt
	printf '%s\n' '[ca]' 'default_ca=d' '[d]' 'database=index.txt' 'new_certs_dir=.' 'rand_serial=yes' \
		"default_md=${md:-sha256}" 'policy=p' 'unique_subject=no' 'string_mask=utf8only' '[p]' 'commonName=supplied' '[x]' >c.cnf
	[ $# = 0 ] || printf '%s\n' "$@" >>c.cnf
	openssl req -new -key "$keys/$key.key" -subj "/CN=$subject" -out r.csr 2>/dev/null
	if [ "$issuer" = self ]; then who="-selfsign -keyfile $keys/$key.key"
	else who="-cert $out/$issuer.pem -keyfile $keys/$ikey.key"; fi
	# shellcheck disable=SC2086
	# shellcheck disable=SC2046
	openssl ca -batch -config c.cnf $([ $# = 0 ] || echo -extensions x) $who -in r.csr \
		-startdate "$from" -enddate "$until" -notext -out "$out/$name.pem" 2>log || { cat log >&2; exit 1; }
}
# edit NAME FROM KEY EDIT...: see tests/synth/resign.py
edit() {
	name=$1 from=$2 ikey=$3
	shift 3
	[ -f "$out/$name.pem" ] || python3 "$here/../synth/resign.py" "$out/$from.pem" "$keys/$ikey.key" "$out/$name.pem" "$@"
}

a=20100101000000Z z=20300101000000Z
b=20140101000000Z y=20160101000000Z
mk root root 'Root' self root $a $z "$ca" "$sign"
mk int int 'Int' root root $a $z "$ca" "$sign"
mk leaf leaf 'leaf' int int $b $y "$tls" "$san" "$server"
mk other other 'Other Root' self other $a $z "$ca" "$sign"

# anchors
mk root_short root 'Root' self root $a 20140601000000Z "$ca" "$sign"
mk root_late root 'Root' self root 20150101000000Z $z "$ca" "$sign"
mk root_pathlen root 'Root' self root $a $z "$ca,pathlen:0" "$sign"
mk root_notca root 'Root' self root $a $z "$noca"
mk root_nosign root 'Root' self root $a $z "$ca" "$crlsign"
mk root_client root 'Root' self root $a $z "$ca" "$sign" "$client"
mk root_critical root 'Root' self root $a $z "$ca" "$sign" "$unknown"
mk root_nc root 'Root' self root $a $z "$ca" "$sign" "$nc_out"
mk root_v1 root 'Root' self root $a $z
mk root_cross root 'Root' other other $a $z "$ca" "$sign"
edit root_twice root root twice
edit root_badsig root other twice

# one fault at a time
mk int_old int 'Int' root root $a 20150101000000Z "$ca" "$sign"
mk int_renamed int 'Renamed' root root $a $z "$ca" "$sign"
mk int_older int 'Int' root root $a 20141001000000Z "$ca" "$sign"
mk int_late int 'Int' root root 20150101000000Z $z "$ca" "$sign"
mk int_later int 'Int' root root 20150701000000Z $z "$ca" "$sign"
mk int_notca int 'Int' root root $a $z "$noca"
mk int_nobc int 'Int' root root $a $z "$sign"
mk int_v1 int 'Int' root root $a $z
mk int_nosign int 'Int' root root $a $z "$ca" "$crlsign"
mk int_noku int 'Int' root root $a $z "$ca"
mk int_client int 'Int' root root $a $z "$ca" "$sign" "$client"
mk int_server int 'Int' root root $a $z "$ca" "$sign" "$server"
mk int_anyeku int 'Int' root root $a $z "$ca" "$sign" 'extendedKeyUsage=anyExtendedKeyUsage'
mk int_nc_in int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;DNS:example.org'
mk int_nc_out int 'Int' root root $a $z "$ca" "$sign" "$nc_out"
mk int_nc_excl int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,excluded;DNS:example.org'
mk int_nc_mail int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;email:example.org'
mk int_nc_dn int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;dirName:one,permitted;dirName:two' \
	'[one]' 'O=An Org' 'CN=leaf' '[two]' 'C=DE'
mk int_nc_dn_excl int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,excluded;dirName:one' '[one]' 'CN=LEAF'
mk int_nc_mask int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;IP:10.0.0.0/255.0.255.0'
mk root_nc_mask root 'Root' self root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;IP:10.0.0.0/255.0.255.0'
mk int_critical int 'Int' root root $a $z "$ca" "$sign" "$unknown"
mk int_noncritical int 'Int' root root $a $z "$ca" "$sign" '1.2.3.4=DER:0500'
mk int_explicit int 'Int' root root $a $z "$ca" "$sign" "$explicit"
mk int_policy int 'Int' root root $a $z "$ca" "$sign" "$explicit" 'certificatePolicies=1.2.3.5'
mk int_bad wrong 'Int' root root $a $z "$ca" "$sign" 'subjectKeyIdentifier=none'
mk int_bad_ski wrong 'Int' root root $a $z "$ca" "$sign"
mk int_cross int 'Int' other other $a $z "$ca" "$sign"
edit int_twice int root twice
edit int_after int root after=00
edit int_v2 int root version=1
edit int_v1_extensions int root version=0
# without end (RFC 5280 4.1.2.5)
ever=99991231235959Z
mk root_ever root 'Root' self root $a $ever "$ca" "$sign"
mk int_ever int 'Int' root root $a $ever "$ca" "$sign"
mk leaf_ever leaf 'leaf' int int $a $ever "$tls" "$san"
# an algorithm that nobody has: 1.2.3.4.5
unsupported=30060604 unsupported=${unsupported}2a030405
edit int_unsupported int root sigalg=$unsupported
mk leaf_mail leaf 'leaf' int int $b $y "$tls" "$san,email:someone@example.org" "$server"
mk leaf_mail_at leaf 'leaf' int int $b $y "$tls" "$san,email:some@one@example.org" "$server"
mk leaf_mail_quoted leaf 'leaf' int int $b $y "$tls" "$san"',email:\"some@one\"@example.org' "$server"
mk leaf_client leaf 'leaf' int int $b $y "$tls" "$san" "$client"
mk leaf_any leaf 'leaf' int int $b $y "$tls" "$san" 'extendedKeyUsage=anyExtendedKeyUsage'
mk leaf_crlsign leaf 'leaf' int int $b $y "$crlsign" "$san"
mk leaf_encipher leaf 'leaf' int int $b $y 'keyUsage=critical,keyEncipherment' "$san"
mk leaf_critical leaf 'leaf' int int $b $y "$tls" "$san" "$unknown"
mk leaf_ca leaf 'leaf' int int $b $y "$ca" 'keyUsage=critical,digitalSignature,keyCertSign' "$san"
mk leaf_policy leaf 'leaf' int int $b $y "$tls" "$san" 'certificatePolicies=1.2.3.5'
mk leaf_late leaf 'leaf' int int 20200101000000Z $z "$tls" "$san"
mk leaf_direct leaf 'leaf' root root $b $y "$tls" "$san"
mk leaf_v1 leaf 'leaf' int int $b $y
if [ ! -f "$out/leaf_explicit.pem" ]; then
	openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout | openssl ec -param_enc explicit -pubout -outform DER -out spki.der 2>/dev/null
	edit leaf_explicit leaf int spki=spki.der
fi
if [ ! -f "$out/leaf_even.pem" ]; then
	printf '%s\n' asn1=SEQUENCE:s '[s]' a=SEQUENCE:alg 'k=BITWRAP,SEQUENCE:rsa' '[alg]' o=OID:rsaEncryption n=NULL \
		'[rsa]' "n=INTEGER:0x00c3$(openssl rand -hex 254)02" e=INTEGER:65537 >even.cnf
	openssl asn1parse -genconf even.cnf -noout -out even.der
	edit leaf_even leaf int spki=even.der
fi
if [ ! -f "$out/leaf_e1.pem" ]; then
	# an RSA key of exponent 1: the modulus is arbitrary, nobody has its factors
	n=00$(openssl rand -hex 254 | sed 's/^..../c001/')0001
	printf '%s\n' asn1=SEQUENCE:s '[s]' a=SEQUENCE:alg 'k=BITWRAP,SEQUENCE:rsa' '[alg]' o=OID:rsaEncryption n=NULL \
		'[rsa]' "n=INTEGER:0x$n" e=INTEGER:1 >e1.cnf
	openssl asn1parse -genconf e1.cnf -noout -out e1.der
	edit leaf_e1 leaf int spki=e1.der
	edit leaf_e1_late leaf_late int spki=e1.der
fi
edit leaf_twice leaf int twice
edit leaf_after leaf int after=00
edit leaf_trailing leaf int trailing=0500
edit leaf_v5 leaf int version=4
edit leaf_outer leaf int outer=300a06082a8648ce3d040303
edit leaf_unsupported leaf int sigalg=$unsupported
edit leaf_unsupported_twice leaf int sigalg=$unsupported twice
# shellcheck disable=SC2046
edit leaf_badsig leaf other tbs=$(printf leaf | od -An -tx1 | tr -d ' '):$(printf leaf | od -An -tx1 | tr -d ' ')
edit leaf_direct_badsig leaf_direct other version=2
edit leaf_cut leaf int cut=1

# two faults on one path: neighbours in the order of reasons
mk int_explicit_client int 'Int' root root $a $z "$ca" "$sign" "$explicit" "$client"
mk int_client_nc int 'Int' root root $a $z "$ca" "$sign" "$client" "$nc_out"
mk int_under int2 'Int 2' int int $a $z "$ca,pathlen:0" "$sign"
mk int_p0 int 'Int' root root $a $z "$ca,pathlen:0" "$sign"
mk int_p1 int 'Int' root root $a $z "$ca,pathlen:1" "$sign"
mk int_p0_nc int 'Int' root root $a $z "$ca,pathlen:0" "$sign" "$nc_out"
mk int_p0_nosign int 'Int' root root $a $z "$ca,pathlen:0" "$crlsign"
mk int_notca_nosign int 'Int' root root $a $z "$noca" "$crlsign"
mk int_notca_client int 'Int' root root $a $z "$noca" "$client"
mk int_notca_critical int 'Int' root root $a $z "$noca" "$unknown"
edit int_critical_twice int_critical root twice
edit int_twice_unsupported int root twice sigalg=$unsupported
mk leaf_under leaf 'leaf' int_under int2 $b $y "$tls" "$san"
mk leaf_under_critical leaf 'leaf' int_under int2 $b $y "$tls" "$san" "$unknown"

# two CAs below one
mk int_a int2 'Int A' int int $a $z "$ca" "$sign"
mk int_b int3 'Int B' int_a int2 $a $z "$ca" "$sign"
mk leaf_b leaf 'leaf' int_b int3 $b $y "$tls" "$san"

# self-issued roll-over: a new key of the same name does not count for pathLen
mk int_new int3 'Int' root root $a $z "$ca,pathlen:0" "$sign"
mk int_roll int 'Int' int_new int3 $a $z "$ca" "$sign"
mk int_roll_nc int 'Int' int_new int3 $a $z "$ca" "$sign"
mk int_new_nc int3 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;DNS:example.org,permitted;dirName:n' '[n]' 'CN=leaf'
mk leaf_selfissued leaf 'Int' int int $b $y "$tls" "$san"

# self-signed, and nearly
mk self selfk 'self' self selfk $b $y "$san"
mk self_ids selfk 'self' self selfk $b $y 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid:always' "$san"
mk self_noids selfk 'self' self selfk $b $y 'subjectKeyIdentifier=none' 'authorityKeyIdentifier=none' "$san"
mk leaf_noids leaf 'leaf' int int $b $y 'subjectKeyIdentifier=none' 'authorityKeyIdentifier=none' "$tls" "$san"
mk self_cross selfk 'self' root root $a $z "$ca" "$sign"
mk self_cross_missing selfk 'self' int int $a $z "$ca" "$sign"
edit self_ids_unsupported self_ids selfk sigalg=$unsupported
edit self_noids_unsupported self_noids selfk sigalg=$unsupported
skid=$(openssl x509 -in "$out/self_ids.pem" -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' :' | tr A-F a-f)
edit self_otherid self_ids selfk sigalg=$unsupported tbs=30168014"$skid":301680140000000000000000000000000000000000000000
edit self_badsig self other version=2
edit self_cut self selfk cut=1

# webs that end at no anchor
mk far far 'Far Root' self far $a $z "$ca" "$sign"
mk mid mid 'Mid' far far $a $z "$ca" "$sign"
mk int_mid int 'Int' mid mid $a $z "$ca" "$sign"
mk int_mid_client int 'Int' mid mid $a $z "$ca" "$sign" "$client"
mk gone gone 'Gone' self gone $a $z "$ca" "$sign"
mk int_gone int 'Int' gone gone $a $z "$ca" "$sign"
mk mid_gone mid 'Mid' gone gone $a $z "$ca" "$sign"

# profiles
md=sha1 mk leaf_sha1 leaf 'leaf' int int $b $y "$tls" "$san" "$server"
[ -f "$keys/rsa1024.key" ] || openssl genrsa -out "$keys/rsa1024.key" 1024 2>/dev/null
mk leaf_rsa1024 rsa1024 'leaf' int int $b $y "$tls" "$san" "$server"

# policies mapped, the second first
maps='policyMappings=1.2.3.6:1.2.3.8,1.2.3.5:1.2.3.7'
mk int_map int 'Int' root root $a $z "$ca" "$sign" "$explicit" 'certificatePolicies=1.2.3.5,1.2.3.6' "$maps"
mk int_map_any int 'Int' root root $a $z "$ca" "$sign" "$explicit" 'certificatePolicies=anyPolicy' "$maps"
mk leaf_policy6 leaf 'leaf' int int $b $y "$tls" "$san" 'certificatePolicies=1.2.3.6'
mk leaf_policy7 leaf 'leaf' int int $b $y "$tls" "$san" 'certificatePolicies=1.2.3.7'
mk leaf_policy8 leaf 'leaf' int int $b $y "$tls" "$san" 'certificatePolicies=1.2.3.8'

# Revocation lists by openssl ca, of 2015: mkcrl NAME ISSUER KEY [CERTIFICATE DATE REASON]
mkcrl() {
	[ ! -f "$out/$1.crl" ] || return 0
	printf '%s\n' '[ca]' 'default_ca=d' '[d]' 'database=index.txt' 'default_md=sha256' 'crl_extensions=x' '[x]' \
		'authorityKeyIdentifier=keyid' >c.cnf
	: >index.txt
	[ $# = 3 ] || printf 'R\t%s\t%s,%s\t%s\tunknown\t/CN=x\n' 300101000000Z "$5" "$6" \
		"$(openssl x509 -in "$out/$4.pem" -noout -serial | cut -d= -f2)" >index.txt
	openssl ca -config c.cnf -gencrl -cert "$out/$2.pem" -keyfile "$keys/$3.key" -crl_lastupdate 20150101000000Z \
		-crl_nextupdate 20160101000000Z -out "$out/$1.crl" 2>log || { cat log >&2; exit 1; }
}
mkcrl root root root
mkcrl int int int leaf 150601000000Z keyCompromise
mkcrl root_int root root int 150901000000Z CACompromise

# OCSP responses of int about leaf; by python3-cryptography, since openssl ocsp knows no time but the clock's.
mkocsp() {
	[ -f "$out/$1.ocsp" ] || python3 - "$out" "$keys" "$@" <<'END'
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
out, keys, name, state, this, until, revoked = sys.argv[1:8]
load = lambda n: x509.load_pem_x509_certificate(open(f"{out}/{n}.pem", "rb").read())
day = datetime.datetime.fromisoformat
b = ocsp.OCSPResponseBuilder().add_response(load("leaf"), load("int"), hashes.SHA1(), ocsp.OCSPCertStatus[state], day(this), day(until),
    day(revoked) if revoked else None, x509.ReasonFlags.key_compromise if revoked else None)
key = serialization.load_pem_private_key(open(f"{keys}/int.key", "rb").read(), None)
r = b.responder_id(ocsp.OCSPResponderEncoding.HASH, load("int")).sign(key, hashes.SHA256())
open(f"{out}/{name}.ocsp", "wb").write(r.public_bytes(serialization.Encoding.DER))
END
}
mkocsp leaf GOOD 2015-05-01 2015-05-08 ''
mkocsp leaf_revoked REVOKED 2015-06-01 2015-06-08 2015-06-01
