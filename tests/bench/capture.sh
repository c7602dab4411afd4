#!/bin/bash
# Captures against tshark extracting the same fields, and against reading the
# file alone (cat FILE | wc -c), wall seconds in the same run: medians of five,
# tshark once. TW_BENCH_CAPTURE sets the size in bytes.
set -eu
size=${TW_BENCH_CAPTURE-500000000} runs=${TW_BENCH_RUNS-5}
command -v tshark >/dev/null || { echo "tshark is not installed: no bench of captures"; exit 0; }
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
sample=$TW_SRCDIR/data-samples/capture.pcap.gz
python3 "$TW_SRCDIR/tests/bench/make-capture.py" "$sample" "$size" "$t/mix.pcap"
python3 "$TW_SRCDIR/tests/bench/make-capture.py" "$sample" "$size" "$t/payload.pcap" --payload
seconds() { local s; s=$(date +%s%N); "$@" >"$t/out" 2>"$t/err"; echo $((($(date +%s%N) - s) / 1000000)); }
ours() { "$TW_BUILDDIR/tw-ingest" -q --certs "$t/c.der" "$1"; }
# shellcheck disable=SC2002
bare() { cat "$1" | wc -c; }
peer() {
	tshark -n -r "$1" -Y tls.handshake -T fields -e frame.time_epoch -e ip.src -e tcp.srcport -e ip.dst -e tcp.dstport \
		-e tls.handshake.type -e tls.handshake.version -e tls.handshake.extensions.supported_version \
		-e tls.handshake.ciphersuite -e tls.handshake.extensions_server_name -e tls.handshake.server_named_curve \
		-e tls.handshake.p_len -e tls.handshake.certificate
}
for _ in $(seq "$runs"); do
	for f in mix payload; do
		seconds ours "$t/$f.pcap" >>"$t/ours.$f"
		seconds bare "$t/$f.pcap" >>"$t/bare.$f"
	done
done
cp "$t/mix.pcap" "$t/mix2.pcap"
for _ in $(seq "$runs"); do
	for n in 1 2; do seconds "$TW_BUILDDIR/tw-ingest" -q --threads $n "$t/mix.pcap" "$t/mix2.pcap" >>"$t/two.$n"; done
done
tshark=$(seconds peer "$t/mix.pcap")
median() { sort -n "$t/$1" | sed -n "$(((runs + 1) / 2))p"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
memory=$( (ulimit -v unlimited; /usr/bin/time -f %M "$TW_BUILDDIR/tw-ingest" -q "$t/mix.pcap" 2>&1 >/dev/null) || true)
echo "captures of $size bytes: handshakes $(median ours.mix) ms, tshark $tshark ms: $(per "$tshark" "$(median ours.mix)") times ours (wanted: at least 30); $memory KB"
echo "mostly payload $(median ours.payload) ms, cat | wc -c $(median bare.payload) ms: $(per "$(median bare.payload)" "$(median ours.payload)") of its speed (wanted: at least 1.00)"
echo "two captures in one thread $(median two.1) ms, in two $(median two.2) ms: $(per "$(median two.2)" "$(median two.1)") of the time (wanted: at most 0.60)"
