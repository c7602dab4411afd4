#!/bin/sh
# tw-study: the same as the tools one after the other; the same bytes twice;
# the same rows whatever the order of the inputs.
set -u
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
b=$TW_BUILDDIR
bad=0
fail() { echo "FAIL $*"; bad=1; }
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }

pair() { # NAME CN: a key and its certificate below the test's root
	openssl req -newkey rsa:2048 -nodes -keyout "$t/$1.key" -subj "/CN=$2" -out "$t/$1.csr" 2>/dev/null
	openssl x509 -req -in "$t/$1.csr" -CA "$t/root.pem" -CAkey "$t/root.key" -days 30 -out "$t/$1.pem" 2>/dev/null
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$t/root.key" -out "$t/root.pem" -days 99 -subj /CN=root 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$t/self.key" -out "$t/self.pem" -days 99 -subj /CN=self 2>/dev/null
pair good good.example.test
raw() { openssl x509 -in "$1" -outform DER | base64 -w0; }
when=$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)
late=$(date -u -d '+60 days' +%Y-%m-%dT%H:%M:%SZ)
line() { # IP TIME PEM
	printf '{"ip":"%s","data":{"tls":{"status":"success","protocol":"tls","port":443,"timestamp":"%s","result":{"handshake_log":{"server_hello":{"version":{"value":771},"cipher_suite":{"value":49199}},"server_certificates":{"certificate":{"raw":"%s"}},"server_finished":{"verify_data":"AA=="}}}}}}\n' "$1" "$2" "$(raw "$3")"
}
line 192.0.2.1 "$when" "$t/good.pem" >"$t/a.json"
line 192.0.2.2 "$late" "$t/good.pem" >>"$t/a.json"
line 192.0.2.3 "$when" "$t/self.pem" >"$t/b.json"
study() { "$b/tw-study" -q --store "own=$t/root.pem" "$@" 2>"$t/err" || fail "tw-study: $(cat "$t/err")"; }
study "$t/s1" "$t/a.json" "$t/b.json"
study --threads 2 "$t/s2" "$t/a.json" "$t/b.json"
for f in "$t"/s1/*.csv "$t/s1/certs.der" "$t/s1/study.provenance.json"; do
	cmp -s "$f" "$t/s2/${f##*/}" || fail "${f##*/} differs between two runs"
done
study "$t/s3" "$t/b.json" "$t/a.json"
for f in "$t"/s1/report/*.csv; do
	cmp -s "$f" "$t/s2/report/${f##*/}" && cmp -s "$f" "$t/s3/report/${f##*/}" || fail "table ${f##*/} differs"
done
"$b/tw-report" "$t/s1/classified.csv" -o "$t/tables" && diff -r "$t/tables" "$t/s1/report" || fail "tw-report differs from tw-study"
sort "$t/s1/classified.csv" >"$t/x"; sort "$t/s3/classified.csv" >"$t/y"
cmp -s "$t/x" "$t/y" || fail "rows depend on the order of the inputs"
got=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "reason.own") c = i } NR > 1 { print $9, $c }' "$t/s1/classified.csv")
want="192.0.2.1 ok
192.0.2.2 expired
192.0.2.3 self_signed"
[ "$got" = "$want" ] || fail "reasons: $got"
# A row without a time has no verdict; its chain is judged all the same, for all times.
line 192.0.2.9 "" "$t/good.pem" | sed 's/"timestamp":"",//' >"$t/n.json"
study "$t/sn" "$t/n.json"
grep -q no_time "$t/sn/classified.csv" || fail "a row without a time is judged"
line 192.0.2.9 "$when" "$t/good.pem" >"$t/n.json"
study "$t/st" "$t/n.json"
cmp -s "$t/sn/judgements.csv" "$t/st/judgements.csv" || fail "judgements of a row without a time: $(cat "$t/sn/judgements.csv")"
"$b/tw-ingest" -q -o "$t/o.csv" --certs "$t/c.der" "$t/a.json" "$t/b.json" 2>/dev/null
"$b/tw-chain" --certs "$t/c.der" --store "own=$t/root.pem" --pool all --show ever "$t/o.csv" | "$b/tw-classify" --certs "$t/c.der" >"$t/classified.csv"
cmp -s "$t/classified.csv" "$t/s1/classified.csv" || fail "tw-study differs from the tools"
# Clients' certificates: of captures, judged beside the servers'; tables stay as they are.
cap=$TW_SRCDIR/data-samples/capture.pcap.gz rig=rig=$TW_SRCDIR/data-samples/roots.pem
"$b/tw-study" -q --store "$rig" --client-chain "$t/cc" "$cap" && "$b/tw-study" -q --store "$rig" "$t/cp" "$cap" || fail "a study of a capture"
"$b/tw-ingest" -q --show client_chain --certs "$t/k.der" -o "$t/k.csv" "$cap"
"$b/tw-chain" --client-chain --certs "$t/k.der" --store "$rig" --pool all --witness "$t/k.der" --show ever "$t/k.csv" |
	"$b/tw-classify" --certs "$t/k.der" >"$t/kc.csv"
cmp -s "$t/kc.csv" "$t/cc/classified.csv" || fail "tw-study --client-chain differs from the tools"
head -1 "$t/cc/classified.csv" | grep -q 'verdict\.rig\.pool\.client' || fail "no verdicts on clients"
diff -r "$t/cc/report" "$t/cp/report" || fail "clients' verdicts are in tables of servers"
# judgements.csv: what tw-chain shows of a row stands in the span that holds its time.
"$b/tw-chain" --certs "$t/c.der" --store "own=$t/root.pem" --witness "$t/c.der" --pool all --show path,culprit,window,ever,fetched,snapshot,facts \
	"$t/o.csv" >"$t/shown.csv"
python3 - "$t" <<'END' || fail "judgements.csv"
import csv, sys
t = sys.argv[1]
rows = list(csv.DictReader(open(f"{t}/shown.csv")))
spans = list(csv.DictReader(open(f"{t}/s1/judgements.csv")))
shows = ["verdict", "reason", "culprit", "path", "fetched", "window", "ever", "snapshot", "facts"]
assert list(spans[0]) == ["chain_id", "store", "pool", "from", "until"] + shows, list(spans[0])
for row in rows:
    for pool, suffix in (("presented", ""), ("pool", ".pool")):
        hit = [s for s in spans if (s["chain_id"], s["store"], s["pool"]) == (row["chain_id"], "own", pool)
               and s["from"] <= row["time"] and (not s["until"] or row["time"] <= s["until"])]
        assert len(hit) == 1, (row, hit)
        want = {k: row[f"{k}.own{suffix}"] for k in shows}
        want["facts"] = " ".join(f for f in want["facts"].split() if f != "named")
        assert want == {k: hit[0][k] for k in shows}, (want, hit)
# Spans follow each other without a gap, and say something new.
for a, b in zip(spans, spans[1:]):
    if all(a[k] == b[k] for k in ("chain_id", "store", "pool")):
        assert a["until"] < b["from"] and any(a[k] != b[k] for k in shows), (a, b)
assert len(spans) > len(rows) and {s["facts"] for s in spans if s["reason"] == "self_signed"} > {"self_signed self_issued chain_builds in_time"}
END
# With -o: a sidecar, its digests against other programs' (of a store: SHA-256
# over its anchors' digests in order).
"$b/tw-chain" --certs "$t/c.der" --store "own=$t/root.pem" --pool all --show ever -o "$t/judged.csv.gz" "$t/o.csv" &&
	"$b/tw-classify" --certs "$t/c.der" -o "$t/classed.csv.zst" "$t/judged.csv.gz" || fail "-o"
zstd -qdc "$t/classed.csv.zst" | cmp - "$t/classified.csv" || fail "packed rows differ"
anchor=$(openssl x509 -in "$t/root.pem" -outform DER | sha256sum | cut -d' ' -f1)
store=$(printf '%s' "$anchor" | python3 -c 'import hashlib, sys; print(hashlib.sha256(bytes.fromhex(sys.stdin.read())).hexdigest())')
python3 - "$t" "$store" <<'END' || fail "a sidecar"
import hashlib, json, sys
t, store = sys.argv[1:]
def load(name): return json.load(open(f"{t}/{name}.provenance.json"))
def sha(name): return hashlib.sha256(open(f"{t}/{name}", "rb").read()).hexdigest()
stores = [{"name": "own", "spec": f"own={t}/root.pem", "anchors": 1, "sha256": store, "rows": 3}]
c = load("judged.csv.gz")
assert (c["tool"], c["pool"], c["stores"]) == ("tw-chain", "all", stores), c
assert c["inputs"] == [{"name": f"{t}/c.der", "sha256": sha("c.der"), "role": "certs"},
                       {"name": f"{t}/o.csv", "sha256": sha("o.csv"), "rows": 3}], c
c = load("classed.csv.zst")
assert c["tool"] == "tw-classify" and c["inputs"][0]["sha256"] == sha("c.der"), c
assert c["inputs"][1] == {"name": f"{t}/judged.csv.gz", "sha256": sha("judged.csv.gz"), "rows": 3}, c
assert json.load(open(f"{t}/s1/study.provenance.json"))["stores"] == stores
END
# A store in another form, the same anchors: the same digest.
openssl x509 -in "$t/root.pem" -outform DER -out "$t/root.der"
"$b/tw-chain" --certs "$t/c.der" --store "own=$t/root.der" -o "$t/x.csv" "$t/o.csv" && grep -q "$store" "$t/x.csv.provenance.json" || fail "a store's digest"
"$b/tw-chain" --certs "$t/none" --store "own=$t/root.pem" -o "$t/y.csv" "$t/o.csv" 2>/dev/null; [ ! -e "$t/y.csv.provenance.json" ] || fail "a sidecar of nothing"
# A slow pipe: the filter passes on the rows it has.
mkfifo "$t/fifo"
"$b/tw-classify" -q --certs "$t/c.der" - <"$t/fifo" >"$t/live.csv" &
{
	head -2 "$t/o.csv"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(wc -l <"$t/live.csv")" = 2 ] && break
		sleep 0.5
	done
	wc -l <"$t/live.csv" >"$t/live.rows"
	tail -n +3 "$t/o.csv"
} >"$t/fifo"
wait
[ "$(cat "$t/live.rows")" = 2 ] && [ "$(wc -l <"$t/live.csv")" = 4 ] || fail "a slow pipe"
"$b/tw-certs" -q "$t/c.der" | cmp -s - "$t/s1/certificates.csv" || fail "certificates.csv differs from tw-certs"
"$b/tw-study" "$t/s4" "$t/none" >/dev/null 2>&1; [ $? -eq 2 ] || fail "a missing dump is no failure"
"$b/tw-study" >/dev/null 2>&1; [ $? -eq 2 ] || fail "usage"
exit $bad
