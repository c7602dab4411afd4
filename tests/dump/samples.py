#!/usr/bin/env python3
"""Real scans: every column that the TLS log fills, found again in the same JSON
by other code (Python's json, base64, hashlib; openssl's names of suites), and
in the packets of the same scan by tshark.

usage: samples.py TW-INGEST SRCDIR
Reads data-samples/scan.jsonl.gz, and ../shared/formats/samples/zgrab2 where it
is. Skips, and says so, what is not there.
"""
import base64, csv, datetime, gzip, glob, hashlib, io, json, os, shutil, subprocess, sys, tempfile

VERSIONS = {2: "SSLv2", 0x300: "SSLv3", 0x301: "TLSv1.0", 0x302: "TLSv1.1", 0x303: "TLSv1.2", 0x304: "TLSv1.3"}
# The groups of these scans, by RFC 8422 section 5.1.1 and the IANA registry.
GROUPS = {23: "secp256r1", 24: "secp384r1", 25: "secp521r1", 29: "x25519", 30: "x448", 0x11EC: "X25519MLKEM768"}
# RFC 8446 section 4.2.3.
SCHEMES = {0x0401: "rsa_pkcs1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0201: "rsa_pkcs1_sha1",
           0x0403: "ecdsa_secp256r1_sha256", 0x0503: "ecdsa_secp384r1_sha384", 0x0603: "ecdsa_secp521r1_sha512",
           0x0807: "ed25519", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512"}
failed = 0


def fail(*words):
    global failed
    failed += 1
    print("FAIL", *words)


def suites():
    out = subprocess.run(["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
                         capture_output=True, text=True).stdout
    names = {}
    for line in out.splitlines():
        code, name = line.split()[0], line.split()[2]
        names[int(code.replace("0x", "").replace(",", ""), 16)] = name
    return names


def ingest(tool, path):
    p = subprocess.run([tool, "-q", path], capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(p.stdout)))


def find_log(v):
    if isinstance(v, dict):
        if "handshake_log" in v:
            return v["handshake_log"] or {}
        for x in v.values():
            if (found := find_log(x)) is not None:
                return found
    return None


def utc(text):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def hop(scan, probe):
    """One hop of an HTTP scan, and the host that the first hop asked for."""
    result = scan.get("result") or {}
    hops = (result.get("redirect_response_chain") or []) + [result.get("response") or {}]
    k = int(probe.partition(":")[2] or 0)
    return hops[k], hops[0].get("request", {}).get("url", {}).get("host", "")


def expect(line, name, scan, suite):
    """The columns of one scan, or of one hop of its redirect chain."""
    want = {"probe": name, "ip": line.get("ip", ""), "name": line.get("domain", ""), "time": utc(scan["timestamp"])}
    result = scan.get("result") or {}
    if scan["protocol"] == "http":
        result, first = hop(scan, name)
        host = result.get("request", {}).get("url", {}).get("host", "")
        if host != first and host not in (want["ip"], want["name"]):
            want.update(ip="", name=host)
    log = find_log(result)
    want["version"] = want["cipher"] = want["group"] = want["dh_bits"] = want["chain"] = ""
    if scan["protocol"] != "http":
        want["banner"] = result.get("banner", "").rstrip("\r\n").replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    ehlo = result.get("ehlo", "")
    auth = {w.upper() for l in ehlo.split("\r\n") if l[4:].upper().startswith("AUTH") for w in l[9:].split()}
    want["auth_plain"], want["auth_tls"] = {frozenset(auth) if auth else frozenset({"NONE"}) if ehlo else frozenset()}, {frozenset()}
    if result.get("implicit_tls"):  # its EHLO went through TLS
        want["auth_plain"], want["auth_tls"] = want["auth_tls"], want["auth_plain"]
    if scan["protocol"] == "imap":
        del want["auth_plain"], want["auth_tls"]
    if not log:
        return want
    hello = log.get("server_hello")
    if hello:
        version = hello.get("supported_versions", {}).get("selected_version", hello["version"])["value"]
        want["version"] = VERSIONS[version]
        want["cipher"] = suite.get(hello["cipher_suite"]["value"], hello["cipher_suite"]["name"].replace("_ANON_", "_anon_"))
    kex = log.get("server_key_exchange", {})
    group = kex.get("ecdh_params", {}).get("curve_id", {}).get("id") or (hello or {}).get("key_share", {}).get("value")
    want["group"] = GROUPS[group] if group else ""
    if "dh_params" in kex:
        prime = int.from_bytes(base64.b64decode(kex["dh_params"]["prime"]["value"]), "big")
        want["dh_bits"] = str(prime.bit_length())
    sent = log.get("server_certificates", {})
    certs = [c["raw"] for c in [sent.get("certificate", {})] + sent.get("chain", []) if "raw" in c]
    want["chain"] = " ".join(hashlib.sha256(base64.b64decode(c)).hexdigest() for c in certs)
    if "_anon_" in want["cipher"]:  # RFC 5246 appendix F.1.1.1: such a server sends none
        want["chain"] = "NONE"
    want["collected"] = "yes" if certs else ""
    validation = sent.get("validation", {})
    want["dump_verdict"] = validation.get("browser_error") or ("browser_trusted" if validation.get("browser_trusted") else "")
    if scan["status"] == "success":
        want["outcome"] = "established"
    return want


def compare(tool, path, suite):
    rows, compared = ingest(tool, path), 0
    opener = gzip.open if path.endswith(".gz") else open
    lines = [json.loads(x) for x in opener(path, "rt") if x.strip()]
    for row in rows:
        line = lines[int(row["record"]) - 1]
        if "data" not in line:
            if row["outcome"] != "unreachable" or row["name"] != line["domain"]:
                fail(path, row["record"], "a name that did not resolve", row)
            continue
        scan = line["data"]["http" if row["probe"].startswith("redirect:") else row["probe"]]
        for column, value in expect(line, row["probe"], scan, suite).items():
            got = {frozenset(row[column].split())} if isinstance(value, set) else row[column]
            if got != value:
                fail(f"{path}:{row['record']}: {column}: expected {value!r}, got {got!r}")
        compared += 1
    if compared < sum("data" in x for x in lines):
        fail(path, "lines without a row")
    return compared


def tshark(capture, filter, *fields):
    args = ["tshark", "-n", "-r", capture, "-Y", filter, "-T", "fields"]
    for f in fields:
        args += ["-e", f]
    out = subprocess.run(args, capture_output=True, text=True)
    if out.returncode:
        fail("tshark", out.stderr)
    return [line.split("\t") for line in out.stdout.splitlines()]


def compare_capture(tool, src, suite):
    """What went over the wire while zgrab2 wrote its lines."""
    if not shutil.which("tshark"):
        print("tshark is not installed: the capture is skipped")
        return
    rows = {(r["ip"], r["port"]): r for r in ingest(tool, src + "/data-samples/scan.jsonl.gz")}
    with open(src + "/data-samples/TRUTH.csv", newline="") as f:
        for t in csv.DictReader(f):
            if t["tool"] == "s_client":  # another client at the same port, with another offer
                rows.pop((t["ip"], t["port"]), None)
    compared = {"sig_scheme": 0, "group": 0, "dh_bits": 0, "cipher": 0}

    def one(key, column, value):
        row = rows.get(key)
        if row and value:
            compared[column] += 1
            if row[column] != value:
                fail(f"capture: {key}: {column}: expected {value}, got {row[column]}")

    with tempfile.TemporaryDirectory() as d:
        capture = d + "/capture.pcap"
        with gzip.open(src + "/data-samples/capture.pcap.gz") as a, open(capture, "wb") as b:
            shutil.copyfileobj(a, b)
        for ip, port, scheme, curve, bits in tshark(capture, "tls.handshake.type == 12", "ip.src", "tcp.srcport",
                "tls.handshake.sig_hash_alg", "tls.handshake.server_named_curve", "tls.handshake.p"):
            one((ip, port), "sig_scheme", SCHEMES[int(scheme.split(",")[0], 16)] if scheme else "")  # a CertificateRequest's follow
            one((ip, port), "group", GROUPS[int(curve, 16)] if curve else "")
            one((ip, port), "dh_bits", str(int(bits.replace(":", ""), 16).bit_length()) if bits else "")
        for ip, port, cipher in tshark(capture, "tls.handshake.type == 2", "ip.src", "tcp.srcport", "tls.handshake.ciphersuite"):
            one((ip, port), "cipher", suite.get(int(cipher, 16), ""))
    print("compared with the capture:", *(f"{k} {v}" for k, v in compared.items()))
    if compared["sig_scheme"] < 20 or compared["group"] < 20 or compared["dh_bits"] < 4 or compared["cipher"] < 30:
        fail("capture: too little was compared")


def main():
    tool, src = sys.argv[1:]
    suite = suites()
    files = [src + "/data-samples/scan.jsonl.gz"] + sorted(glob.glob(src + "/../shared/formats/samples/zgrab2/*.json"))
    if len(files) == 1:
        print("no samples beside the source tree: only data-samples is compared")
    print("compared with the JSON:", sum(compare(tool, f, suite) for f in files), "rows of", len(files), "files")
    compare_capture(tool, src, suite)
    return failed > 0


sys.exit(main())
