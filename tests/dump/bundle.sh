#!/bin/sh
# PEM bundles and DER folders: what is a certificate, what is not, and what
# openssl reads from the same files.
set -u
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
ingest=$TW_BUILDDIR/tw-ingest
bad=0
fail() { echo "FAIL $*"; bad=1; }
same() { [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"; }
# run NAME RECORDS USED CONTEXT REJECTED CERTIFICATES FILE...
run() {
	name=$1 want="records $2 used $3 context $4 rejected $5 observations 0 certificates $6"; shift 6
	"$ingest" -o "$t/o.csv" --certs "$t/certs.der" --rejects "$t/r.csv" "$@" 2>"$t/err"
	same "$name" "$want" "$(tail -1 "$t/err")"
	same "$name: rejects" "$(echo "$want" | cut -d' ' -f8)" "$(($(wc -l <"$t/r.csv") - 1))"
}
# holds NAME FILE.crt...: certs.der is these, in this order.
holds() { name=$1; shift; cat "$@" | cmp -s - "$t/certs.der" || fail "$name: not these certificates"; }
# reason NAME WORDS
reason() { grep -q "$2" "$t/r.csv" || fail "$1: $(tail -1 "$t/r.csv")"; }

cd "$t" || exit 1
for i in 1 2 3; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k$i.pem -out c$i.pem -days 9 -subj /CN=c$i.example.test 2>err ||
		{ echo "openssl is not installed: skipped"; exit 77; }
	openssl x509 -in c$i.pem -outform DER -out c$i.crt
done

# ---- PEM ----
{ echo 'words = of the owner'; cat c1.pem; printf 'more\n\n'; cat c2.pem c1.pem; } >text.pem
run "text around blocks" 3 3 0 0 2 text.pem; holds "text around blocks" c1.crt c2.crt
sed 's/$/\r/' text.pem >crlf.pem
run "CRLF" 3 3 0 0 2 crlf.pem; holds "CRLF" c1.crt c2.crt
printf %s "$(cat c1.pem)" >nolf.pem
run "no LF at the end" 1 1 0 0 1 nolf.pem; holds "no LF at the end" c1.crt
sed 's/ CERTIFICATE/ X509 CERTIFICATE/' c1.pem >x509.pem
openssl x509 -in c2.pem -trustout -addtrust serverAuth -setalias me -out trusted.pem
grep -q 'TRUSTED CERT' trusted.pem || fail "openssl wrote no TRUSTED CERTIFICATE"
cat x509.pem trusted.pem >labels.pem
run "X509 and TRUSTED" 2 2 0 0 2 labels.pem; holds "X509 and TRUSTED" c1.crt c2.crt
openssl req -new -key k1.pem -subj /CN=r -out req.pem
cat k1.pem c1.pem req.pem >mixed.pem; echo 'the end' >>mixed.pem
run "keys and requests are context" 4 1 3 0 1 mixed.pem
{ sed '/END/d' c1.pem; cat c2.pem; } >noend.pem
run "a block without END takes no other with it" 2 1 0 1 1 noend.pem; holds "no END" c2.crt; reason "no END" "no END line"
{ sed '3s/.*/!!!!/' c1.pem; cat c2.pem; } >bad.pem
run "not base64" 2 1 0 1 1 bad.pem; reason "not base64" "not base64"
same "the offset is the block's" "$(printf 'words\n' | wc -c)" \
	"$({ echo words; cat bad.pem; } >off.pem; "$ingest" --rejects "$t/r2.csv" off.pem >/dev/null 2>&1; sed -n 2p "$t/r2.csv" | cut -d, -f3)"
head -c 700 c1.pem >cut.pem
run "cut" 1 0 0 1 0 cut.pem

# ---- CMS (PKCS #7) ----
openssl crl2pkcs7 -nocrl -certfile text.pem -out b.p7.pem
openssl crl2pkcs7 -nocrl -certfile text.pem -outform DER -out b.p7b
for f in b.p7.pem b.p7b; do
	run "CMS in $f" 1 1 0 0 2 $f
	# openssl's order is that of its SET.
	openssl pkcs7 -in b.p7.pem -print_certs -out p7.pem
	csplit -s -z -f one- p7.pem '/-----BEGIN/' '{*}'
	for o in one-*; do openssl x509 -in "$o" -outform DER 2>/dev/null; done >all.der
	"$ingest" -q --certs again.der all.der >/dev/null 2>&1
	cmp -s again.der "$t/certs.der" || fail "CMS in $f: not what openssl reads"
	rm -f one-*
done
openssl crl2pkcs7 -nocrl -outform DER -out none.p7b; run "CMS without certificates" 1 0 0 1 0 -f der none.p7b; reason "empty CMS" "without certificates"
head -c 900 b.p7b >cut.p7b; run "CMS cut" 1 0 0 1 0 cut.p7b

# ---- DER ----
cat c1.crt c2.crt c1.crt >seq.der
run "one after the other" 3 3 0 0 2 seq.der; holds "one after the other" c1.crt c2.crt
printf '\004\003abc' >blob; cat blob c1.crt >blobs.der
run "what is no SEQUENCE, as certs.der has it" 2 2 0 0 2 blobs.der; holds "blob" blob c1.crt
{ cat c1.crt; head -c 300 c2.crt; } >tail.der
run "the last one cut" 2 1 0 1 1 tail.der; reason "cut" "cut short"
openssl rsa -in k1.pem -outform DER -out k1.der 2>err
openssl pkcs8 -topk8 -nocrypt -in k1.pem -outform DER -out k8.der
openssl pkcs8 -topk8 -in k1.pem -passout pass:x -outform DER -out k8e.der
openssl pkcs12 -export -inkey k1.pem -in c1.pem -passout pass:x -out store.p12
openssl rsa -in k1.pem -pubout -outform DER -out pub.der 2>err
openssl req -in req.pem -outform DER -out req.der
: >index; echo 01 >serial; printf '[ca]\ndefault_ca=a\n[a]\ndatabase=index\ncrlnumber=serial\n' >conf
openssl ca -config conf -gencrl -keyfile k1.pem -cert c1.pem -md sha256 -crldays 1 -out crl.pem 2>err && openssl crl -in crl.pem -outform DER -out crl.der
for f in k1 k8 k8e pub req crl; do
	[ -s $f.der ] || { fail "no $f.der was made"; continue; }
	run "$f.der is no certificate" 1 0 0 1 0 $f.der; reason "$f.der" "no certificate"
done
run "store.p12 is no certificate" 1 0 0 1 0 store.p12; reason "store.p12" "no certificate"
# The certificate of version 1 has no version and no extensions.
printf '[q]\n' >empty; openssl req -new -key k1.pem -subj /CN=v1 -out v1.req
openssl x509 -req -in v1.req -signkey k1.pem -days 9 -outform DER -out v1.crt 2>err
run "version 1" 1 1 0 0 1 v1.crt

# ---- a folder ----
mkdir dir; cp c1.crt dir/a.crt; cp c2.crt dir/b.cer; cp c3.pem dir/c.pem; gzip -c c1.pem >dir/d.pem.gz
cp k1.der dir/key.der; echo hello >dir/README
run "a folder" 6 4 0 2 3 dir; holds "a folder" c1.crt c2.crt c3.crt
exit $bad
