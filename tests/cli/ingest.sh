#!/bin/sh
# tw-ingest from outside: rows against openssl and jq, damage, accounting.
set -u
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
ingest=$TW_BUILDDIR/tw-ingest
bad=0
fail() { echo "FAIL $*"; bad=1; }
# same WHAT EXPECTED GOT
same() { [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"; }

openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$t/c.pem" -days 9 -subj /CN=a.example.test 2>"$t/err" ||
	{ echo "openssl is not installed: skipped"; exit 77; }
openssl x509 -in "$t/c.pem" -outform DER -out "$t/c.crt"
b64=$(base64 -w0 "$t/c.crt")
sha=$(sha256sum "$t/c.crt" | cut -d' ' -f1)
# A line of zgrab2's tls module; $1 = address.
line() {
	printf '{"ip":"%s","domain":"a.example.test","data":{"tls":{"status":"success","protocol":"tls","port":443,"timestamp":"2024-05-01T02:03:04.5+02:00","result":{"handshake_log":{"server_hello":{"version":{"name":"TLSv1.2","value":771},"cipher_suite":{"value":49199}},"server_certificates":{"certificate":{"raw":"%s"}},"server_key_exchange":{"ecdh_params":{"curve_id":{"name":"x","id":29}}},"server_finished":{"verify_data":"AA=="}}}}}}\n' "$1" "$b64"
}
# run NAME EXPECTED-COUNTS FILE... : the last line on standard error.
run() {
	name=$1 want=$2; shift 2
	"$ingest" -o "$t/o.csv" --certs "$t/certs.der" --rejects "$t/r.csv" "$@" 2>"$t/err"
	status=$?
	same "$name" "$want" "$(tail -1 "$t/err")"
}
counts() { echo "records $1 used $2 context $3 rejected $4 observations $5 certificates $6"; }

line 192.0.2.1 >"$t/one.json"
run "one line" "$(counts 1 1 0 0 1 1)" "$t/one.json"
same "status" 0 $status
same "the row" "2024-05-01T00:03:04.5Z,active,,$t/one.json,1,tls,,,192.0.2.1,443,,https,a.example.test,implicit,,,established,,,,TLSv1.2,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,x25519,,,,,no,$sha,yes,,,," "$(sed -n 2p "$t/o.csv")"
cmp -s "$t/certs.der" "$t/c.crt" || fail "certs.der is not the certificate"
same "provenance" "$(sha256sum "$t/one.json" | cut -d' ' -f1)" "$(sed -n 's/.*"sha256": "\([0-9a-f]*\)".*/\1/p' "$t/o.csv.provenance.json")"

# One good line after each bad one: nothing that is whole is lost.
{
	line 192.0.2.1
	echo '{"ip":'; line 192.0.2.2
	printf '{"ip":"\377","data":{}}\n'; line 192.0.2.3
	printf '{"ip":"a\000b","data":{}}\n'; line 192.0.2.4
	line 192.0.2.5 | sed 's/"raw":"..../"raw":"!!!!/'; line 192.0.2.5
	line 192.0.2.6 | sed 's/$/ x/'; line 192.0.2.6
	line 192.0.2.7 | sed 's/"port":443/"port":443e/'; line 192.0.2.7
	echo '{"statuses":{"tls":{"successes":1}}}'
	echo; line 192.0.2.8
	line 192.0.2.9 | tr -d '\n' | head -c 300
} >"$t/bad.json"
run "bad lines" "$(counts 16 8 1 7 8 1)" "$t/bad.json"
same "each good line" 8 "$(awk -F, 'NR > 1 && $17 == "established"' "$t/o.csv" | cut -d, -f9 | sort -u | wc -l)"
same "rejects name line and offset" "2,$(head -1 "$t/bad.json" | wc -c)" "$(sed -n 2p "$t/r.csv" | cut -d, -f2,3)"
"$ingest" -q --strict "$t/bad.json" >"$t/strict" 2>&1; same "--strict" 2 $?

# The same lines, plain and packed, in one thread and in two: the same of everything.
pack() { # KIND: standard input to standard output
	case $1 in plain) cat ;; gz) gzip -n ;; zst) zstd -qc ;; xz) xz -c ;; esac
}
both() { # NAME FILE...: runs with 1, 2 and 5 threads; leaves the outputs of one
	name=$1; shift
	for n in 5 2 1; do
		"$ingest" --threads $n -o "$t/o.csv" --certs "$t/certs.der" --rejects "$t/r.csv" "$@" 2>"$t/err"
		status=$?
		counts=$(tail -1 "$t/err")
		sum=$(cat "$t/o.csv" "$t/certs.der" "$t/r.csv" "$t/o.csv.provenance.json" "$t/err" | sha256sum)
		[ $n = 5 ] || same "$name: $n threads" "$was" "$sum"
		was=$sum
	done
}
gzip -9n <"$t/bad.json" >"$t/bad.json.gz"; cat "$t/bad.json.gz" "$t/bad.json.gz" >"$t/two.gz"
run "two gzip members" "$(counts 31 15 2 14 15 1)" "$t/two.gz"
# Some MiB of lines, a bad one in ten, every certificate its own (its last bytes).
i=0; while [ $i -lt 2000 ]; do
	line 198.51.100.$((i % 250)) | sed "s/....\"}},\"server_key/$(printf 'A%03dA' $i | cut -c2-4)A\"}},\"server_key/"
	[ $((i % 10)) -eq 0 ] && echo "{\"ip\":$i"
	i=$((i + 1))
done >"$t/many.json"
cat "$t/many.json" "$t/many.json" >"$t/many2.json"
good=$(grep -c '}$' "$t/many2.json")
for k in plain gz zst xz; do
	pack $k <"$t/many2.json" >"$t/many.$k"
	both "many lines, $k" "$t/many.$k"
	same "many lines, $k" "$(counts 4400 4000 0 400 4000 1000)" "$counts"
	awk -F, 'NR > 1 { print $5 }' "$t/o.csv" >"$t/records"
	sort -nu "$t/records" | cmp -s - "$t/records" || fail "many lines, $k: not in order"
	[ $k = plain ] && cp "$t/o.csv" "$t/many.csv"
	sed "s/many.$k,/many.plain,/" "$t/o.csv" | cmp -s - "$t/many.csv" || fail "many lines, $k: other rows"
done
same "many lines" 4000 "$good"

# Damage: half a stream; a byte changed in its middle, at its start, at its end;
# words behind it. What came before the damage counts, line by line, and the
# damage is one record more.
flip() { # FILE OFFSET: the byte there, changed
	b=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	cp "$1" "$t/flipped.$k"
	printf "\\$(printf '%03o' $(((b + 85) % 256)))" | dd of="$t/flipped.$k" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
damaged() { # NAME FILE LEAST SURE: more than LEAST records; SURE rows as of the whole
	sure=$4
	both "$1" "$2"
	same "$1: status" 0 $status
	# shellcheck disable=SC2086
	set -- "$1" "$2" "$3" $counts # records N used N context N rejected N ...
	same "$1: the counts add up" "$5" $(($7 + $9 + ${11}))
	[ "$5" -gt "$3" ] || fail "$1: $5 records, at least $3 were whole"
	same "$1: the damage is the last reject" "$5" "$(tail -1 "$t/r.csv" | cut -d, -f2)"
	tail -1 "$t/r.csv" | grep -q ',damaged stream,' || fail "$1: $(tail -1 "$t/r.csv")"
	[ "$sure" = all ] && sure=$(wc -l <"$t/o.csv")
	[ "$(wc -l <"$t/o.csv")" -ge "$sure" ] || fail "$1: less than $sure rows"
	head -n "$sure" "$t/o.csv" | sed "s/${2##*/},/many.plain,/" >"$t/x"
	head -n "$sure" "$t/many.csv" | cmp -s - "$t/x" || fail "$1: other rows than those of the whole"
}
for k in gz zst xz; do
	f=$t/many.$k size=$(wc -c <"$t/many.$k")
	head -c $((size / 2)) "$f" >"$t/half.$k"
	# The other program's word on how much of half a stream is readable.
	case $k in gz) gzip -dc ;; zst) zstd -qdc ;; xz) xz -dc ;; esac <"$t/half.$k" 2>/dev/null >"$t/x"
	damaged "half, $k" "$t/half.$k" "$(wc -l <"$t/x")" all
	flip "$f" $((size / 2))
	# The check sums come at the end: lines behind the byte may be garbled.
	damaged "a byte in the middle, $k" "$t/flipped.$k" 0 500
	flip "$f" $((size - 6))
	damaged "a byte at the end, $k" "$t/flipped.$k" 2000 all
	{ cat "$f"; echo words; } >"$t/tail.$k"
	damaged "words behind, $k" "$t/tail.$k" 4400 all
	head -c 3 "$f" >"$t/three.$k"
	"$ingest" -q "$t/three.$k" >/dev/null 2>&1; same "three bytes, $k" 2 $?
	"$ingest" -f zgrab2 "$t/half.$k" "$t/one.json" 2>"$t/err" | tail -1 | grep -q "one.json" || fail "the input behind half of $k is lost"
done
: >"$t/empty"; run "empty file" "$(counts 0 0 0 0 0 0)" "$t/empty"
for k in gz zst xz; do pack $k <"$t/empty" >"$t/empty.$k"; run "empty $k" "$(counts 0 0 0 0 0 0)" "$t/empty.$k"; done
mkdir "$t/dir" "$t/dir2"; run "empty folder" "$(counts 0 0 0 0 0 0)" "$t/dir"
echo hello >"$t/dir2/README"; cp "$t/one.json" "$t/dir2/z"; run "a stray file" "$(counts 2 1 0 1 1 1)" "$t/dir2"
same "a stray file is no failure" 0 $status
echo words >"$t/dir/a"; : >"$t/dir/b"; run "a folder without dumps" "$(counts 1 0 0 1 0 0)" "$t/dir"
run "unknown format" "$(counts 1 0 0 1 0 0)" "$t/dir2/README"; same "its status" 2 $status
mkdir "$t/dir3"; cp "$t/many.gz" "$t/many.zst" "$t/bad.json" "$t/c.pem" "$t/c.crt" "$t/empty" "$t/half.xz" "$t/dir3"
both "a folder of all kinds" "$t/dir3" "$t/one.json"
same "a folder of all kinds: status" 0 $status
# A long line between whole ones, packed or not. In two threads, too.
for k in plain zst; do
	{ line 192.0.2.1; head -c 200000000 /dev/zero | tr '\0' 'a'; echo; line 192.0.2.2; } | pack $k >"$t/long"
	both "a 200 MB line, $k" "$t/long"
	same "a 200 MB line, $k" "$(counts 3 2 0 1 2 1)" "$counts"
	same "a 200 MB line, $k: the reject" "2,$(line 192.0.2.1 | wc -c),record too long," "$(sed -n 2p "$t/r.csv" | cut -d, -f2-)"
	same "a 200 MB line, $k: the last row" 3,192.0.2.2 "$(tail -1 "$t/o.csv" | cut -d, -f5,9)"
done
# The largest record that is read, and one byte more.
largest() { # BYTES COUNTS
	{ line 192.0.2.1 | tr -d '\n' | sed 's/}$//'; printf ',"x":"'; } >"$t/long"
	{ cat "$t/long"; head -c $(($1 - $(wc -c <"$t/long") - 3)) /dev/zero | tr '\0' a; echo '"}'; line 192.0.2.2; } >"$t/long2"
	both "a record of $1 bytes" "$t/long2"
	same "a record of $1 bytes" "$2" "$counts"
}
largest 16777216 "$(counts 2 2 0 0 2 1)"
largest 16777217 "$(counts 2 1 0 1 1 1)"
rm "$t/long" "$t/long2"

# Certificates alone.
{ echo words; cat "$t/c.pem" "$t/c.pem"; echo '-----BEGIN CERTIFICATE-----'; echo '!!!'; echo '-----END CERTIFICATE-----'; } >"$t/b.pem"
run "PEM" "$(counts 3 2 0 1 0 1)" "$t/b.pem"
cat "$t/c.crt" "$t/c.crt" >"$t/two.crt"; run "DER" "$(counts 2 2 0 0 0 1)" "$t/two.crt"
head -c 500 "$t/c.crt" >"$t/cut.crt"; run "DER cut" "$(counts 1 0 0 1 0 0)" "$t/cut.crt"

# Options that fill columns. A dump without times: its own, the name's, --at.
line 192.0.2.1 | sed 's/"timestamp":"[^"]*",//; s/"port":443,//' >"$t/2016-02-21-x.json"
line 192.0.2.2 | sed 's/"timestamp":"[^"]*",//' >"$t/x.json"
field() { # N FILE OPTION...: column N of the first row
	n=$1 f=$2; shift 2
	"$ingest" -q "$@" "$f" | sed -n 2p | cut -d, -f"$n"
}
same "no time" "" "$(field 1 "$t/2016-02-21-x.json")"
same "--at" 2017-01-01T11:00:00Z "$(field 1 "$t/2016-02-21-x.json" --at 2017-01-01T12:00:00+01:00)"
same "--time-from-name" 2016-02-21T00:00:00Z "$(field 1 "$t/2016-02-21-x.json" --time-from-name --at 2017-01-01)"
same "--at, no date in the name" 2017-01-01T00:00:00Z "$(field 1 "$t/x.json" --time-from-name --at 2017-01-01)"
same "its own time" 2024-05-01T00:03:04.5Z "$(field 1 "$t/one.json" --at 2017-01-01)"
same "--port" 8443 "$(field 10 "$t/2016-02-21-x.json" --port 8443)"
same "its own port" 443 "$(field 10 "$t/x.json" --port 8443)"
same "--protocol" ldaps "$(field 12 "$t/x.json" --protocol ldaps)"
same "--source" passive "$(field 2 "$t/x.json" --source passive)"
same "--scan" a,b "$("$ingest" -q --scan a,b "$t/x.json" | sed -n 's/^[^,]*,active,"\(a,b\)",.*/\1/p')"
for o in "--source both" "--at yesterday" "--port 65536" "--threads 0" "-f zgrab"; do
	# shellcheck disable=SC2086
	"$ingest" $o "$t/one.json" >/dev/null 2>"$t/err"; same "$o" 2 $?
done
grep -q "there are zgrab2, pem, der" "$t/err" || fail "-f names no formats: $(cat "$t/err")"
"$ingest" -q --strict "$t/one.json" >/dev/null; same "--strict, nothing rejected" 0 $?

# Outputs named .gz and .zst.
"$ingest" -q -o "$t/o.csv" --certs "$t/certs.der" --rejects "$t/r.csv" "$t/bad.json"
"$ingest" -q -o "$t/p.csv.gz" --certs "$t/p.der.zst" --rejects "$t/p.r.gz" "$t/bad.json"
gzip -dc "$t/p.csv.gz" | cmp - "$t/o.csv" && zstd -qdc "$t/p.der.zst" | cmp - "$t/certs.der" &&
	gzip -dc "$t/p.r.gz" | cmp - "$t/r.csv" || fail "compressed outputs differ"
same "no part is left" "" "$(ls "$t"/*.part 2>/dev/null)"
same "a sidecar each" "$(sed 's/p\.csv/o.csv/' "$t/p.csv.gz.provenance.json")" "$(cat "$t/o.csv.provenance.json")"

# Who reads has enough: no word. Not a terminal: no progress.
same "| head" "time,source" "$({ "$ingest" -q "$t/many.gz" 2>"$t/err"; } | head -1 | cut -d, -f1,2)"
same "| head is quiet" "" "$(cat "$t/err")"
(trap '' PIPE; "$ingest" -q "$t/many.gz" 2>"$t/err" | head -1 >/dev/null)
same "| head is quiet, SIGPIPE ignored" "" "$(cat "$t/err")"
"$ingest" "$t/many.gz" 2>"$t/err" >/dev/null
same "no progress in a file" 1 "$(wc -l <"$t/err")"
grep -q "$(printf '\r')" "$t/err" && fail "progress in a file"

# A slow pipe: what came is passed on, certificates first, before more comes.
mkfifo "$t/fifo"
"$ingest" -q --certs "$t/live.der" -o "$t/live.csv" - <"$t/fifo" &
{
	line 192.0.2.1
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(wc -l <"$t/live.csv.part" 2>/dev/null)" = 2 ] && break
		sleep 0.5
	done
	wc -l <"$t/live.csv.part" >"$t/live.rows"
	cmp "$t/live.der.part" "$t/c.crt" >>"$t/live.rows" 2>&1
	line 192.0.2.2
} >"$t/fifo"
wait
same "a slow pipe" 2 "$(cat "$t/live.rows")"
same "the whole pipe" 3 "$(wc -l <"$t/live.csv")"

# Same input, same bytes; input from a pipe.
"$ingest" -q --certs "$t/c1" -o "$t/o1" "$t/many.gz" "$t/bad.json" 2>/dev/null
"$ingest" -q --certs "$t/c2" -o "$t/o2" --threads 2 "$t/many.gz" "$t/bad.json" 2>/dev/null
cmp -s "$t/o1" "$t/o2" && cmp -s "$t/c1" "$t/c2" || fail "two runs differ"
same "a pipe" 4001 "$(gzip -dc "$t/many.gz" | "$ingest" - 2>/dev/null | wc -l)"
"$ingest" "$t/none" >/dev/null 2>&1; same "no such file" 2 $?
"$ingest" --port 0 "$t/one.json" >/dev/null 2>&1; same "usage" 2 $?
[ -w /dev/full ] && { "$ingest" "$t/many.gz" >/dev/full 2>/dev/null; same "a full disk" 2 $?; }
exit $bad
