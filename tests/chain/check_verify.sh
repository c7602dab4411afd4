#!/bin/sh
# tw-verify over tests/chain/cases: reason, culprit and name_match as the table
# says, and the yes or no as openssl verify says, where it is installed.
src=${TW_SRCDIR:-.}/tests/chain
verify=${TW_BUILDDIR:-.}/tw-verify
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
fail=0 n=0
peer=$(command -v openssl || true)
[ -n "$peer" ] || echo "openssl is not installed: no comparison with it"

fp() {
	[ -z "$1" ] || sed -n '/BEGIN/,/END/p' "$src/certs/$1.pem" | grep -v -- ----- | base64 -d | sha256sum | cut -d' ' -f1
}

while IFS='|' read -r store chain at purpose name reason culprit match says; do
	case $store in \#* | '') continue ;; esac
	store=${store% } reason=$(echo $reason) culprit=$(echo $culprit) name=$(echo $name) match=$(echo $match)
	purpose=$(echo $purpose) says=$(echo $says) at=$(echo $at)
	set -- $chain
	: >"$tmp/chain.pem"
	for c; do cat "$src/certs/$c.pem" >>"$tmp/chain.pem"; done
	n=$((n + 1))
	got=$("$verify" --store "s=$src/certs/$store.pem" --at "$at" --purpose "$purpose" ${name:+--name "$name"} "$tmp/chain.pem")
	code=$?
	row=$(echo "$got" | tail -n 1 | cut -d, -f3-5)
	want="$reason,$(fp "$culprit"),$match"
	[ "$reason" = ok ] && good=0 || good=1
	if [ "$row" != "$want" ] || [ "$code" != "$good" ]; then
		echo "FAIL $store | $chain | $at | $purpose: exit $code, $row, wanted $want"
		fail=1
	fi
	if [ -n "$peer" ] && [ "$says" != - ]; then
		usage=
		[ "$purpose" = any ] || usage="-purpose ssl$purpose"
		if openssl verify -no-CApath -no-CAstore -CAfile "$src/certs/$store.pem" -untrusted "$tmp/chain.pem" \
			-attime "$(date -u -d "$at" +%s)" $usage "$src/certs/$1.pem" >/dev/null 2>&1; then o=ok; else o=no; fi
		if [ "$o" != "$says" ]; then
			echo "FAIL $store | $chain | $at | $purpose: openssl says $o, the table $says"
			fail=1
		fi
	fi
done <"$src/cases"
echo "$n cases"
exit $fail
