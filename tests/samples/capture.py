#!/usr/bin/env python3
"""data-samples/capture.pcap.gz: what tshark sees on the wire of each connection is what
TRUTH.csv says of its row: version, suite, group and certificates."""
import collections
import hashlib
import os
import re
import subprocess

import samples
from samples import fail

FIELDS = ("tcp.stream ip.src tcp.srcport tls.handshake.type tls.handshake.version tls.handshake.extensions.supported_version "
          "tls.handshake.ciphersuite tls.handshake.certificate tls.handshake.server_named_curve "
          "tls.handshake.extensions_key_share_group tls.handshake.extensions_server_name tls.handshake.p_len").split()
VERSIONS = {0x300: "SSLv3", 0x301: "TLSv1.0", 0x302: "TLSv1.1", 0x303: "TLSv1.2", 0x304: "TLSv1.3"}
GROUPS = {23: "secp256r1", 24: "secp384r1", 25: "secp521r1", 29: "x25519", 30: "x448"}
# tshark follows STARTTLS in SMTP, IMAP, POP3 and XMPP by itself.
DECODE = ["-d", "tcp.port==6697,tls", "-d", "tcp.port==5223,tls", "-d", "tcp.port==5270,tls",
          "-d", "tcp.port==465,tls", "-d", "tcp.port==6667,tls", "-d", "tcp.port==5269,xmpp", "-d", "tcp.port==587,smtp"]


def connections():
    """stream -> what its server said."""
    out = subprocess.run(["tshark", "-r", os.path.join(samples.SAMPLES, "capture.pcap.gz"), *DECODE, "-Y", "tls.handshake.type", "-T", "fields",
                          *[w for f in FIELDS for w in ("-e", f)]], capture_output=True, text=True, check=True).stdout
    streams = collections.defaultdict(lambda: {"certificates": []})
    for line in out.splitlines():
        v = dict(zip(FIELDS, line.split("\t")))
        s = streams[v["tcp.stream"]]
        types = v["tls.handshake.type"].split(",")
        if "1" in types and "2" not in types:
            s["name"] = v["tls.handshake.extensions_server_name"]
            continue
        if "2" in types and "version" not in s:
            version = (v["tls.handshake.extensions.supported_version"] or v["tls.handshake.version"]).split(",")[0]
            s.update(version=VERSIONS[int(version, 16)], cipher=int(v["tls.handshake.ciphersuite"].split(",")[0], 16),
                     ip=v["ip.src"], port=v["tcp.srcport"])
        if "2" in types and v["tls.handshake.extensions_key_share_group"]:  # of the last ServerHello, after a HelloRetryRequest
            s["group"] = GROUPS.get(int(v["tls.handshake.extensions_key_share_group"].split(",")[0], 0))
        if v["tls.handshake.server_named_curve"]:
            s["group"] = GROUPS.get(int(v["tls.handshake.server_named_curve"].split(",")[0], 16))
        if v["tls.handshake.p_len"]:
            s["p"] = int(v["tls.handshake.p_len"].split(",")[0])
        s["certificates"] += [hashlib.sha256(bytes.fromhex(c.replace(":", ""))).hexdigest() for c in v["tls.handshake.certificate"].split(",") if c]
    return [s for s in streams.values() if "version" in s]


def suites():
    """Code point -> name, from the table's snapshot, which is checked against IANA's elsewhere."""
    with open(os.path.join(os.environ["TW_SRCDIR"], "tests", "crypto", "suites.snapshot.csv")) as f:
        return {m.group(2): int(m.group(1), 16) for m in re.finditer(r"^(0x[0-9A-Fa-f]{4}),([A-Z]\w+)", f.read(), re.M)}


def agrees(t, s, code):
    """The first thing that the wire says otherwise than the truth, or None."""
    if t["version"] and s["version"] != t["version"]:
        return "version " + s["version"]
    if t["cipher"] and s["cipher"] != code[t["cipher"]]:
        return "cipher %#x" % s["cipher"]
    if s["version"] != "TLSv1.3" and t["chain"] and " ".join(s["certificates"]) != t["chain"].replace("NONE", ""):
        return "certificates " + " ".join(s["certificates"])
    if t["group"] not in ("", "-") and s.get("group") != t["group"]:
        return "group %s" % s.get("group")
    if t["dh_bits"] not in ("", "-") and s.get("p", 0) * 8 != int(t["dh_bits"]):
        return "DH of %d bytes" % s.get("p", 0)
    return None


def clear_text():
    """(ip, port) -> what its server said in each connection before any TLS."""
    out = subprocess.run(["tshark", "-r", os.path.join(samples.SAMPLES, "capture.pcap.gz"), "-Y", "tcp.len > 0 && ip.src != 127.0.0.1",
                          "-T", "fields", "-e", "tcp.stream", "-e", "ip.src", "-e", "tcp.srcport", "-e", "tcp.payload"],
                         capture_output=True, text=True, check=True).stdout
    said, ended = {}, set()
    for stream, ip, port, payload in (line.split("\t") for line in out.splitlines()):
        data = bytes.fromhex(payload.replace(":", "").split(",")[0])
        if data[:2] in (b"\x16\x03", b"\x15\x03"):
            ended.add(stream)
        if stream not in ended:
            said[ip, port, stream] = said.get((ip, port, stream), "") + data.decode("utf-8", "replace")
    by_server = collections.defaultdict(list)
    for (ip, port, _), text in said.items():
        by_server[ip, port].append(text.replace("\r", ""))
    return by_server


def offered(protocol, text):
    """(mechanisms, yes or no to STARTTLS) that a list in clear holds, or None."""
    if protocol in ("smtp", "submission"):
        if not re.search(r"^250 ", text, re.M):
            return None
        auth = re.findall(r"^250[- ]AUTH (.*)$", text, re.M)
        return sorted(auth[0].split() if auth else ["NONE"]), "yes" if re.search(r"^250[- ]STARTTLS$", text, re.M) else "no"
    if protocol == "imap":
        words = re.search(r"CAPABILITY ([^\]\n]*)", text).group(1).split()
        login = "LOGINDISABLED" if "LOGINDISABLED" in words else "IMAP-LOGIN"
        return sorted([w[5:] for w in words if w.startswith("AUTH=")] + [login]), "yes" if "STARTTLS" in words else "no"
    if protocol == "xmpp-client":
        return sorted(re.findall(r"<mechanism>([^<]*)<", text)) or ["NONE"], "yes" if "<starttls" in text else "no"
    return None


def lists(truth):
    """The lists in clear, of the protocols that have one which was asked for."""
    said, met = clear_text(), 0
    for t in truth:
        if t["protocol"] not in ("smtp", "submission", "imap", "xmpp-client") or not t["auth_plain"]:
            continue
        want = sorted(t["auth_plain"].split()), t["starttls_offered"]
        have = [offered(t["protocol"], text) for text in said[t["ip"], t["port"]]]
        if want not in have:
            fail(t["ip"], t["port"], t["protocol"], t["tool"], "offered", have, "not", want)
        met += 1
    print(met, "lists of mechanisms met in clear")


def run(_):
    code = suites()
    lists(samples.truth())
    by_server = collections.defaultdict(list)
    for s in connections():
        by_server[s["ip"], s["port"]].append(s)
    met = 0
    for t in samples.truth():
        ip = t["name"] if t["ip"] == "-" else t["ip"]
        if t["outcome"] != "established" or t["not_served"]:
            continue
        # each connection stands for one row
        there = by_server[ip, t["port"]]
        differ = [agrees(t, s, code) for s in there]
        if None not in differ:
            fail(ip, t["port"], t["protocol"], t["tool"], t["note"], "on the wire:", differ)
            continue
        del there[differ.index(None)]
        met += 1
    left = {k: v for k, v in by_server.items() if v}
    for (ip, port), there in sorted(left.items()):
        fail("no truth about", len(there), "connections of", ip, port)
    print(met, "rows of truth met on the wire")


samples.main(run)
