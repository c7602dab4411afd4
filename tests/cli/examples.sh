#!/bin/bash
# What README and the man pages show works when pasted: each block of commands
# runs in a folder that holds the files it names, and must succeed in each part.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
src=$TW_SRCDIR
PATH=$TW_BUILDDIR:$PATH
# A file, for pieces of pipes are processes of their own.
fail() { echo "FAIL $*"; : >"$t/bad"; }
[ -r /etc/ssl/certs/ca-certificates.crt ] || { echo "ca-certificates is not installed: skipped"; exit 77; }
command -v gnuplot >/dev/null || { echo "gnuplot is not installed: skipped"; exit 77; }
command -v zstd >/dev/null || { echo "zstd is not installed: skipped"; exit 77; }

# The files that examples name.
mkdir "$t/files" && cd "$t/files" || exit 1
ln -s "$TW_BUILDDIR" build
ln -s "$src/data-samples" data-samples
cp "$src/data-samples/scan.jsonl.gz" .
gzip -dc scan.jsonl.gz | zstd -q >scan.jsonl.zst
cp "$src/data-samples/capture.pcap.gz" .
cp capture.pcap.gz capture.pcapng # told by its content
mkdir dumps && cp scan.jsonl.gz dumps/
certs=$src/tests/chain/certs
cp "$certs/root.pem" myroot.pem
cp "$certs/int.pem" pool.pem
cp "$certs/leaf.pem" leaf.pem
cat leaf.pem pool.pem >chain.pem
tw-study -q --store own=myroot.pem study scan.jsonl.gz || fail "no study"
cp study/observations.csv study/certs.der study/classified.csv .
cp certs.der monday.der
cp certs.der tuesday.der
tw-chain --certs certs.der --store own=myroot.pem observations.csv >judged.csv || fail "no verdicts"

# tries NAME: the script on standard input, with every part of a pipe checked.
tries() {
	rm -rf "$t/run"
	cp -a "$t/files" "$t/run"
	cat >"$t/script"
	# tw-stores diff says with 1 that there are differences: that is no failure.
	sed -i '1i tw-stores() { command tw-stores "$@" || [ $? = 1 ]; }' "$t/script"
	[ "$(wc -l <"$t/script")" -gt 1 ] || { fail "$1: no examples found"; return; }
	(cd "$t/run" && bash -eu -o pipefail "$t/script" >"$t/out" 2>"$t/err") ||
		fail "$1: exit $?: $(tail -2 "$t/err")"
	[ -s "$t/out" ] || [ -n "$(find "$t/run" -newer "$t/script" -type f)" ] || fail "$1: neither output nor a file"
}

# README: the indented lines that start a tool, and what they go on with.
awk '/^    build\/tw-/ { on = 1 } !/^    / { on = 0 } on { sub(/^    /, ""); print }' "$src/README" | tries README
# quickstart is the other block; its words are tried in a bare root, by hand.
for page in "$src"/man/*.1; do
	sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/{ /^\./d; s/\\-/-/g; s/\\e/\\/g; p }' "$page" | tries "${page##*/}"
done
[ ! -e "$t/bad" ]
