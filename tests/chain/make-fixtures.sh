#!/bin/sh
# Makes tests/chain/certs/*.pem with openssl: fixed dates, P-256 keys that are
# thrown away. Run by hand; the certificates are kept, so that tests need no
# openssl. usage: tests/chain/make-fixtures.sh OUTDIR
set -eu
out=$(cd "$1" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

ca='basicConstraints=critical,CA:TRUE'
sign='keyUsage=critical,keyCertSign,cRLSign'
tls='keyUsage=critical,digitalSignature'
san='subjectAltName=DNS:www.example.org'
server='extendedKeyUsage=serverAuth'

key() {
	[ -f "$1.key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
}

# mk NAME KEY SUBJECT ISSUER ISSUERKEY FROM UNTIL EXTENSION...
mk() {
	name=$1 key=$2 subject=$3 issuer=$4 ikey=$5 from=$6 until=$7
	shift 7
	key "$key"; key "$ikey"
	: >index.txt
	printf '%s\n' '[ca]' 'default_ca=d' '[d]' 'database=index.txt' 'new_certs_dir=.' 'rand_serial=yes' \
		'default_md=sha256' 'policy=p' 'unique_subject=no' 'string_mask=utf8only' '[p]' 'commonName=supplied' '[x]' >c.cnf
	printf '%s\n' "$@" >>c.cnf
	openssl req -new -key "$key.key" -subj "/CN=$subject" -out r.csr 2>/dev/null
	if [ "$issuer" = self ]; then
		openssl ca -batch -config c.cnf -extensions x -selfsign -keyfile "$key.key" -in r.csr \
			-startdate "$from" -enddate "$until" -notext -out "$name.pem" 2>/dev/null
	else
		openssl ca -batch -config c.cnf -extensions x -cert "$issuer.pem" -keyfile "$ikey.key" -in r.csr \
			-startdate "$from" -enddate "$until" -notext -out "$name.pem" 2>/dev/null
	fi
	cp "$name.pem" "$out/$name.pem"
}

a=20100101000000Z z=20300101000000Z
b=20140101000000Z y=20160101000000Z
mk root root 'Root' self root $a $z "$ca" "$sign"
mk int int 'Int' root root $a $z "$ca" "$sign"
mk leaf leaf 'leaf' int int $b $y "$tls" "$san" "$server"
mk other other 'Other Root' self other $a $z "$ca" "$sign"
mk self selfk 'self' self selfk $b $y "$san"
mk root_short root 'Root' self root $a 20140601000000Z "$ca" "$sign"
mk root_pathlen root 'Root' self root $a $z "$ca,pathlen:0" "$sign"
mk root_notca root 'Root' self root $a $z 'basicConstraints=critical,CA:FALSE'
mk int_old int 'Int' root root $a 20150101000000Z "$ca" "$sign"
mk int_late int 'Int' root root 20150101000000Z $z "$ca" "$sign"
mk int_notca int 'Int' root root $a $z 'basicConstraints=critical,CA:FALSE'
mk int_nosign int 'Int' root root $a $z "$ca" 'keyUsage=critical,cRLSign'
mk int_client int 'Int' root root $a $z "$ca" "$sign" 'extendedKeyUsage=clientAuth'
mk int_nc_in int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;DNS:example.org'
mk int_nc_out int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,permitted;DNS:example.com'
mk int_nc_excl int 'Int' root root $a $z "$ca" "$sign" 'nameConstraints=critical,excluded;DNS:example.org'
mk int_critical int 'Int' root root $a $z "$ca" "$sign" '1.2.3.4=critical,DER:0500'
mk int_notca_client int 'Int' root root $a $z 'basicConstraints=critical,CA:FALSE' 'extendedKeyUsage=clientAuth'
mk int_bad wrong 'Int' root root $a $z "$ca" "$sign"
mk int_cross int 'Int' other other $a $z "$ca" "$sign"
mk leaf_client leaf 'leaf' int int $b $y "$tls" "$san" 'extendedKeyUsage=clientAuth'
mk leaf_any leaf 'leaf' int int $b $y "$tls" "$san" 'extendedKeyUsage=anyExtendedKeyUsage'
mk leaf_crlsign leaf 'leaf' int int $b $y 'keyUsage=critical,cRLSign' "$san"
mk leaf_critical leaf 'leaf' int int $b $y "$tls" "$san" '1.2.3.4=critical,DER:0500'
mk int_under int2 'Int 2' int int $a $z "$ca,pathlen:0" "$sign"
mk leaf_under leaf 'leaf' int_under int2 $b $y "$tls" "$san"
