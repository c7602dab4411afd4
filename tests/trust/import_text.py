#!/usr/bin/env python3
"""Files of text by vendors through tw-stores import, made here of this project's own certificates, sound and damaged: what
comes of each row, and what is told with which line. With --seeds FOLDER it writes them there, for fuzz_import."""
import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import tempfile

SRC = os.environ["TW_SRCDIR"]
bad = count = 0
seeds = {}


def fail(text):
    global bad
    bad += 1
    print("FAIL", text)


def der(name):
    with open(f"{SRC}/tests/chain/certs/{name}.pem") as f:
        return base64.b64decode("".join(l for l in f.read().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0].split()))


def pem(name):
    body = base64.b64encode(der(name)).decode()
    return "\n".join(["-----BEGIN CERTIFICATE-----", *(body[i:i + 64] for i in range(0, len(body), 64)), "-----END CERTIFICATE-----", ""])


def sha256(name):
    return hashlib.sha256(der(name)).hexdigest()


def tlvs(data):
    """The elements of data: whole, and their contents."""
    found = []
    while data:
        n, at = data[1], 2
        if n & 0x80:
            at += n & 0x7f
            n = int.from_bytes(data[2:at], "big")
        found.append((data[:at + n], data[at:at + n]))
        data = data[at + n:]
    return found


def issuer_serial(name):
    tbs = tlvs(tlvs(tlvs(der(name))[0][1])[0][1])
    return tbs[3][0], tbs[1][0]


def line_of(text, part, after=0):
    """Line of the first place of part in text, plus after."""
    return text[:text.index(part)].count("\n") + 1 + after


def run(path, options):
    global count
    count += 1
    r = subprocess.run([os.environ["TW_BUILDDIR"] + "/tw-stores", "import", *options, path], capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(r.stdout))), r.stderr, r.returncode


def expect(what, path, rows, messages, options=(), status=0):
    """rows: dicts of what matters of each row, in any order. messages: parts of what is told, one each, no others."""
    have, err, code = run(path, options)
    if code != status:
        fail(f"{what}: exit {code}, not {status}: {err}")
    for want in rows:
        fitting = [r for r in have if all(r[k] == v for k, v in want.items())]
        if len(fitting) != 1:
            fail(f"{what}: {len(fitting)} rows are {want}, of {have}")
    if len(have) != len(rows):
        fail(f"{what}: {len(have)} rows, not {len(rows)}: {have}")
    told = [l for l in err.splitlines() if not l.startswith("tw-stores: rows ")]
    for m in messages:
        if not any(m in l for l in told):
            fail(f"{what}: not told: {m}; but {told}")
    if len(told) != len(messages):
        fail(f"{what}: {len(told)} messages, not {len(messages)}: {told}")


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def check(kind, what, text, rows, messages, options=(), status=0):
    """One file, recognised as kind by its content."""
    seeds[f"{kind}-{what}"] = kind.encode() + b"\n" + (text if isinstance(text, bytes) else text.encode())
    with tempfile.TemporaryDirectory() as t:
        expect(f"{kind} {what}", write(t, "file", text), rows, messages, options, status)


# ---- certdata ----
def octal(data):
    text = [f"\\{b:03o}" for b in data]
    return "MULTILINE_OCTAL\n" + "\n".join("".join(text[i:i + 16]) for i in range(0, len(text), 16)) + "\nEND\n"


def certdata_cert(name, label, date=None):
    issuer, serial = issuer_serial(name)
    text = f"#\n# Certificate \"{label}\"\n#\nCKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE\nCKA_TOKEN CK_BBOOL CK_TRUE\n"
    text += f"CKA_LABEL UTF8 \"{label}\"\nCKA_ISSUER {octal(issuer)}CKA_SERIAL_NUMBER {octal(serial)}CKA_VALUE {octal(der(name))}"
    if date:
        text += "# For Server Distrust After\nCKA_NSS_SERVER_DISTRUST_AFTER " + octal(date)
    return text + ("" if date else "CKA_NSS_SERVER_DISTRUST_AFTER CK_BBOOL CK_FALSE\n")


def certdata_trust(name, server, email="CKT_NSS_MUST_VERIFY_TRUST", sha1=True, more="", issuer=None):
    text = "CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST\nCKA_LABEL UTF8 \"trust\"\n"
    if sha1:
        text += "CKA_CERT_SHA1_HASH " + octal(hashlib.sha1(der(name)).digest() if sha1 is True else sha1)
    i, serial = issuer_serial(name)
    text += f"CKA_ISSUER {octal(issuer or i)}CKA_SERIAL_NUMBER {octal(serial)}{more}"
    return text + f"CKA_TRUST_SERVER_AUTH CK_TRUST {server}\nCKA_TRUST_EMAIL_PROTECTION CK_TRUST {email}\n" \
        "CKA_TRUST_CODE_SIGNING CK_TRUST CKT_NSS_MUST_VERIFY_TRUST\nCKA_TRUST_STEP_UP_APPROVED CK_BBOOL CK_FALSE\n"


HEAD = "# prose\n#\nCVS_ID \"@(#) $RCSfile$\"\nBEGINDATA\nCKA_CLASS CK_OBJECT_CLASS CKO_NSS_BUILTIN_ROOT_LIST\nCKA_LABEL UTF8 \"Roots\"\n"
ANCHOR, DISTRUST, NOTHING = "CKT_NSS_TRUSTED_DELEGATOR", "CKT_NSS_NOT_TRUSTED", "CKT_NSS_MUST_VERIFY_TRUST"


def block_of(name):
    issuer, serial = issuer_serial(name)
    return {"kind": "block", "issuer_der_sha256": hashlib.sha256(issuer).hexdigest(), "serial_hex": tlvs(serial)[0][1].hex()}


def certdata():
    check("certdata", "sound", HEAD + certdata_cert("root", "F\\xc3\\x85", b"250630235959Z") + certdata_trust("root", ANCHOR, ANCHOR)
          + certdata_cert("int", "listed") + certdata_trust("int", NOTHING) + certdata_cert("gone", "bare")
          + certdata_cert("int_old", "bad") + certdata_trust("int_old", DISTRUST, DISTRUST)
          + certdata_trust("int_new", DISTRUST, DISTRUST, sha1=False) + certdata_cert("far", "mail") + certdata_trust("far", NOTHING, ANCHOR), [
              {"sha256": sha256("root"), "kind": "anchor", "purposes": "server email", "distrust_after": "2025-06-30T23:59:59Z",
               "label": "F\u00c5", "anchor_expiry": "1"},
              {"sha256": sha256("int"), "kind": "listed", "purposes": "", "label": "listed"},
              {"sha256": sha256("gone"), "kind": "listed"},
              {"sha256": sha256("int_old"), "label": "bad", **block_of("int_old")},
              {"sha256": "", "label": "trust", **block_of("int_new")},
              {"sha256": sha256("far"), "kind": "anchor", "purposes": "email", "tls_trusted": "0"}], [])
    # Names whose meaning misleads; a root that "valid" is said of beside trust for mail is not distrusted.
    check("certdata", "old-words", (HEAD + certdata_cert("root", "a") + certdata_trust("root", "CKT_NETSCAPE_VALID", "CKT_NETSCAPE_TRUSTED_DELEGATOR")
          + certdata_cert("int", "b") + certdata_trust("int", "CKT_NETSCAPE_VALID") + certdata_cert("gone", "c")
          + certdata_trust("gone", "CKT_NETSCAPE_UNTRUSTED") + certdata_cert("far", "d")
          + certdata_trust("far", "CKT_NETSCAPE_MUST_VERIFY")).replace("CKO_NSS_TRUST", "CKO_NETSCAPE_TRUST"), [
              {"sha256": sha256("root"), "kind": "anchor", "purposes": "email"}, {"sha256": sha256("int"), **block_of("int")},
              {"sha256": sha256("gone"), "kind": "listed"}, {"sha256": sha256("far"), "kind": "listed"}], [])
    # SHA-1 before issuer and serial: the trust object names another's issuer.
    check("certdata", "sha1-first", HEAD + certdata_cert("root", "a") + certdata_trust("root", ANCHOR, issuer=issuer_serial("int_old")[0]),
          [{"sha256": sha256("root"), "kind": "anchor"}], [])
    text = HEAD + certdata_cert("root", "a") + certdata_trust("root", ANCHOR, sha1=b"x" * 20)
    check("certdata", "sha1-differs", text, [{"sha256": sha256("root"), "kind": "anchor"}],
          [f"line {line_of(text, 'CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST')}: a trust object whose issuer and serial are"])
    text = HEAD + certdata_cert("root", "a") + certdata_trust("root", ANCHOR, more="CKA_NSS_SERVER_DISTRUST_AFTER " + octal(b"260101000000Z"))
    check("certdata", "date-on-trust", text, [{"sha256": sha256("root"), "kind": "anchor", "distrust_after": ""}],
          [f"line {line_of(text, 'CKA_NSS_SERVER_DISTRUST_AFTER MULTI')}: a distrust date in a trust object"])
    text = HEAD + certdata_cert("root", "a", b"2025Z") + certdata_trust("root", "CKT_NSS_TRUSTY")
    check("certdata", "bad-words", text, [{"sha256": sha256("root"), "kind": "listed", "distrust_after": "0000-01-01T00:00:00Z"}],
          [f"line {line_of(text, 'CKA_NSS_SERVER_DISTRUST_AFTER MULTI')}: a distrust date that is no UTCTime",
           f"line {line_of(text, 'CKT_NSS_TRUSTY')}: CKA_TRUST_SERVER_AUTH: CKT_NSS_TRUSTY is no trust"])
    # Damage: an octal digit, a lost END, a line of nothing; the rest is used.
    first = certdata_cert("int", "a")
    text = HEAD + first.replace("\\060\\202", "\\060\\209") + certdata_cert("root", "b") + certdata_trust("root", ANCHOR) + "rubbish\n"
    check("certdata", "damaged", text, [{"sha256": sha256("root"), "kind": "anchor"}],
          [f"line {line_of(text, chr(92) + '060' + chr(92) + '209')}: not octets", f"line {line_of(text, 'CKA_CLASS CK_OBJECT_CLASS CKO_CERT')}: a certificate object with a damaged CKA_VALUE",
           f"line {line_of(text, 'rubbish')}: not an attribute"])
    text = HEAD + certdata_cert("root", "b") + certdata_trust("root", ANCHOR, sha1=False).replace("END\nCKA_TRUST", "CKA_TRUST")
    check("certdata", "no-end", text, [{"sha256": sha256("root"), "kind": "listed"}],
          [f"line {line_of(text, 'CKA_TRUST_SERVER')}: the octal ends without END",
           f"line {line_of(text, 'CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST')}: a trust object that names no"])
    text = HEAD + certdata_trust("root", ANCHOR) + certdata_cert("int", "b") * 2
    second = text.rindex("CKA_CLASS CK_OBJECT_CLASS CKO_CERT")
    check("certdata", "alone", text, [{"sha256": sha256("int"), "kind": "listed"}],
          [f"line {line_of(text, 'CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST')}: trust in a certificate that the file does not have",
           f"line {text[:second].count(chr(10)) + 1}: a certificate object whose certificate stands in the file before"])
    # A label that is no UTF-8 reads as Latin-1, and line ends may be CR LF.
    check("certdata", "latin1-crlf", (HEAD + certdata_cert("root", "L\u00e9") + certdata_trust("root", ANCHOR)).encode("latin-1").replace(b"\n", b"\r\n"),
          [{"sha256": sha256("root"), "kind": "anchor", "label": "L\u00e9"}], [])
    check("certdata", "empty", HEAD, [], ["no certificate and no distrust"], status=2)


# ---- chrome ----
def chrome():
    a, b, c, d, e = (sha256(n) for n in ("root", "int", "gone", "far", "int_old"))
    text = f"""# Chrome Root Store.
version_major: 25
trust_anchors {{
  sha256_hex: "{a}"
  ev_policy_oids: "1.2.3",
  ev_policy_oids: "1.2.4"
  display_name: "a \\"root\\" \\xc3\\xa9" ' of \\303\\251'
  trust_anchor_id: "\\x01\\x02"
  crs_root_id: 7
}}
trust_anchors: {{ sha256_hex: "{b.upper()}"
  constraints: {{
    permitted_dns_names: "gov.tr"
    min_version: "121"
    sct_not_after_sec: 1719791999
    permitted_dns_names: "tr"
    index_after: 5
  }}
  constraints < max_version_exclusive: "128.0.6613" validity_starts_after_sec: 1730000000; sct_all_after_sec: -1 >
  constraints {{ validity_starts_not_after_sec: 99999999999999 }}
  enforce_anchor_expiry: true enforce_anchor_constraints: true
}}
trust_anchors {{
  sha256_hex: "{c}"
  constraints {{ sct_not_after_sec: 5 }}
  constraints [ {{ index_not_after: 7 }}, {{}} ]
}}
additional_certs {{ sha256_hex: "{d}" eutl: true }}
additional_certs {{ sha256_hex: "{e}" eutl: true tls_trust_anchor: true }}
mtc_anchors {{ log_id: "x" tls_trust_anchor: true constraints {{ index_after: 1 }} }}
"""
    pool = "".join("Certificate:\n    Data:\n" + pem(n) for n in ("root", "int", "gone", "far", "int_old"))
    with tempfile.TemporaryDirectory() as t:
        certs = ["--certs", write(t, "certs", pool)]
        row = {"kind": "anchor", "purposes": "server", "tls_trusted": "1", "anchor_expiry": "0"}
        check("chrome", "sound", text, [
            {**row, "sha256": a, "constraints": "", "label": "a \"root\" \u00e9 of \u00e9"},
            {**row, "sha256": b, "anchor_expiry": "1",
             "constraints": "sct_not_after=2024-06-30T23:59:59Z min_version=121.0.0.0 permitted_dns_name=gov.tr permitted_dns_name=tr"
             " | sct_all_after=1969-12-31T23:59:59Z starts_after=2024-10-27T03:33:20Z max_version_exclusive=128.0.6613.0"
             " | starts_not_after=9999-12-31T23:59:59Z"},
            {**row, "sha256": c, "constraints": ""}, {"sha256": d, "kind": "listed", "tls_trusted": "0"}, {**row, "sha256": e}], [], certs)
        # What Chrome does not know of it refuses.
        text = f"""trust_anchors {{
  sha256_hex: "{a}"
  constraints {{
    sct_not_after_sec: 1719791999
    phase_of_moon: "new | full"
    min_version: "1.x"
    sct_all_after_sec: 1
    sct_all_after_sec: 2
    more {{ a: 1 }}
  }}
}}
"""
        check("chrome", "unknown-members", text, [{"sha256": a, "constraints": "sct_not_after=2024-06-30T23:59:59Z sct_all_after=1970-01-01T00:00:02Z "
              "phase_of_moon=new???full unreadable_min_version=1.x more={}"}],
              ["line 5: phase_of_moon: not a constraint", "line 6: min_version: a value that can't be read",
               "line 8: sct_all_after_sec: stands twice", "line 9: more: not a constraint"], certs)
        text = f"""trust_anchors {{
  sha256_hex: "{a}
}}
trust_anchors {{
  sha256_hex: "{b[:-1]}"
}}
trust_anchors {{ sha256_hex: "{c}" display_name: "\\q" }}
trust_anchors {{ sha256_hex: "{c}" constraints {{ min_version: ] }} }}
trust_anchors {{ sha256_hex: "{c}" {"x { " * 20} }}
trust_anchors {{ sha256_hex: "{d}" }}
trust_anchors {{ sha256_hex: "{e}"
"""
        check("chrome", "damaged", text, [{**row, "sha256": d}],
              ["line 2: a string without its end", "line 5: sha256_hex: not 64", "line 4: an anchor without a certificate",
               "line 7: an escape", "line 8: a value is missing", "line 9: messages nested too deep", "line 12: a message without its end"], certs)
    check("chrome", "no-pool", f'trust_anchors {{ sha256_hex: "{a}" }}\n', [{**row, "sha256": a, "subject": ""}],
          [f"line 1: certificate {a[:16]}...: named, but not at hand"])
    check("chrome", "der", 'trust_anchors {\n  der: "' + "".join(f"\\{x:03o}" for x in der("root")) + '" # sha256_hex\n}\n', [{**row, "sha256": a}], [])


# ---- observatory ----
def observatory():
    a, b, c = (sha256(n) for n in ("root", "int", "gone"))
    text = f"""platform: OPENJDK
version: null
url: https://a.example/
date_fetched: 2099-01-01
trusted_certificates_count: 2
trusted_certificates:
- subject_name: "F\\u0151 \\
    \\xE9"
  fingerprint: {a}
- subject_name: 'it''s
    folded'
  fingerprint: {b}
  more: {{x: [1, 2]}}
blocked_certificates_count: 1
blocked_certificates:
- subject_name: ' CERTIFICATE NOT IN REPO: Blacklisted'
  fingerprint: {c}
"""
    with tempfile.TemporaryDirectory() as t:
        certs = ["--certs", write(t, "certs", pem("root") + pem("int"))]
        row = {"kind": "anchor", "purposes": "server", "tls_trusted": "1", "anchor_expiry": "0"}
        block = {"sha256": c, "kind": "block", "label": " CERTIFICATE NOT IN REPO: Blacklisted", "tls_trusted": "0"}
        # The date of the file is the snapshot's; Java looks at no date of an anchor.
        rows = [{**row, "sha256": a, "label": "F\u0151 \u00e9"}, {**row, "sha256": b, "label": "it's folded"}, block]
        check("observatory", "sound", text, rows, [f"line 7: certificate {a[:16]}...: an anchor that had expired", f"line 10: certificate {b[:16]}"], certs)
        check("observatory", "own-date", text, rows, [], certs + ["--date", "2012-01-01"])
        text = text.replace("OPENJDK", "APPLE").replace("2099-01-01", "soon").replace("count: 2", "count: 3").replace(b, b[:-1] + "g")
        check("observatory", "damaged", text, [{**row, "sha256": a, "anchor_expiry": "1"}, block],
              ["line 4: date_fetched is not a date", "line 10: a certificate whose fingerprint", "line 7: 2 certificates, where their count says 3"], certs)
        check("observatory", "cut", text[:text.index("more") + 9], [{**row, "sha256": a, "anchor_expiry": "1"}],
              ["line 4: date_fetched is not a date", "no YAML from here on"], certs)
        check("observatory", "deep", text[:text.index("more") + 6] + "[" * 100, [{**row, "sha256": a, "anchor_expiry": "1"}],
              ["line 4: date_fetched is not a date", "line 13: values nested too deep"], certs)
    check("observatory", "no-pool", text.replace("soon", "2012-01-01").replace("3\n", "2\n").replace(b[:-1] + "g", a), [{"sha256": a, "label": "it's folded", "subject": "it's folded"},
          {"sha256": a, "subject": "F\u0151 \u00e9"}, block], ["line 7: certificate", "line 10: certificate", "an anchor twice"])


# ---- ccadb ----
def quoted(*fields):
    return ",".join('"' + f.replace('"', '""') + '"' for f in fields) + "\n"


def ccadb():
    a, b, c = (sha256(n) for n in ("root", "int", "gone"))
    head = quoted("CA Owner", "Common Name or Certificate Name", "SHA-256 Fingerprint", "Trust Bits", "Distrust for TLS After Date", "PEM Info")
    one = quoted("An \"Owner\", Inc.", "root, it is", a.upper(), "Websites;Email", "2024.11.30", "'" + pem("root") + "'")
    two = quoted("Other", "", b.upper(), "", "", "'" + pem("int").replace("\n", "\r\n") + "'")
    rows = [{"sha256": a, "kind": "anchor", "purposes": "server email", "distrust_after": "2024-11-30T23:59:59Z", "label": "root, it is",
             "anchor_expiry": "1"}, {"sha256": b, "kind": "listed", "purposes": "", "distrust_after": "", "label": "Other"}]
    check("ccadb", "mozilla", "\ufeff" + head + one + "\n" + two, rows, [])
    at = 2 + one.count("\n")
    check("ccadb", "damaged", head + one + quoted("x", "y", a[:-2], "", "", "") + quoted("x", "y") + quoted("x", "y", c, "", "", pem("root"))
          + quoted("x", "y", c, "Websites", "soon", pem("gone")) + quoted("x", "y", "", "", "", pem("far")[:200]) + two, rows
          + [{"sha256": c, "kind": "anchor", "distrust_after": "0000-01-01T00:00:00Z"}],
          [f"line {at}: a SHA-256 Fingerprint that is not", f"line {at}: a record without a certificate", f"line {at + 1}: 2 fields, where the header has 6",
           f"line {at + 2}: the record's PEM is not the certificate", f"line {at + 2 + pem('root').count(chr(10)) + 1}: Distrust for TLS After Date is no date",
           "the record's PEM: ", "a record without a certificate"])
    # A quote inside and one that does not close: what follows is found again, or told to be lost.
    check("ccadb", "quotes", head + one.replace('root, it', 'root" it') + two, rows[1:], ["line 2: a record whose quotes are broken"])
    check("ccadb", "unclosed", head + two + one[:-2], rows[1:], [f"line {2 + two.count(chr(10))}: a record whose last quote does not close"])
    check("ccadb", "endless", head + one[:-2] + "\n" + "x" * 64 * 4096 + "\n" + two, rows[1:], ["line 2: a record without its end"])
    seeds.pop("ccadb-endless")
    with tempfile.TemporaryDirectory() as t:
        certs = ["--certs", write(t, "certs", pem("root") + pem("int"))]
        text = quoted("Microsoft Status", "CA Common Name or Certificate Name", "Subject", "SHA-256 Fingerprint", "Microsoft EKUs")
        text += quoted("Included", "a", "CN=a; O=b", a, "Server Authentication;Client Authentication;Time Stamping")
        text += quoted("NotBefore", "b", "CN=b", b, "Secure Email; Code Signing") + quoted("Disabled", "c", "CN=c", c, "Server Authentication")
        text += quoted("Pending", "d", "CN=d", sha256("far"), "Server Authentication")
        check("ccadb", "microsoft", text, [{"sha256": a, "kind": "anchor", "purposes": "server client"}, {"sha256": b, "kind": "anchor", "purposes": "email code"},
              {"sha256": c, "kind": "anchor", "purposes": "", "subject": "CN=c", "tls_trusted": "0"}, {"sha256": sha256("far"), "purposes": ""}],
              ["line 5: Microsoft Status is none of", f"line 4: certificate {c[:16]}", "line 5: certificate"], certs)
    check("ccadb", "pems", "SHA-256 Fingerprint,X.509 Certificate (PEM)\n" + a.upper() + ',"' + pem("root").strip() + '"\n' + b + ',"' + pem("int").strip() + 'x"y"\n'
          + c + ',"' + pem("gone").strip() + '"\n', [{"sha256": a, "kind": "listed"}, {"sha256": c, "kind": "listed"}], ["a record whose quotes are broken"])
    check("ccadb", "records", quoted("CA Owner", "Certificate Name", "Apple Status", "Microsoft Status", "SHA-256 Fingerprint")
          + quoted("x", "y", "Included", "Included", a), [{"sha256": a, "kind": "listed", "label": "y"}], [])


# ---- folders ----
def folder(what, files, rows, messages, options=(), status=0, below=""):
    with tempfile.TemporaryDirectory() as t:
        for name, data in files.items():
            write(t, "store/" + name, data)
        expect("dir " + what, t + "/store" + below, rows, messages, options, status)


def folders():
    a, b, c, d = (sha256(n) for n in ("root", "int", "gone", "far"))
    text = "Certificate:\n    Data:\n"
    anchor = {"kind": "anchor", "purposes": "server client email code", "tls_trusted": "1"}
    folder("android", {"files/00673b5b.0": pem("root") + text, "files/02b73561.12": text + pem("int"), "README.cacerts": "-----BEGIN nothing"},
           [{**anchor, "sha256": a, "anchor_expiry": "0", "label": ""}, {**anchor, "sha256": b, "anchor_expiry": "0"}], [])
    folder("debian", {"mozilla/A_Root.crt": pem("root"), "mozilla/b.pem": pem("int"), "00673b5b.0": pem("root"), "c.der": der("gone")},
           [{**anchor, "sha256": a, "anchor_expiry": "1", "label": ""}, {**anchor, "sha256": b, "anchor_expiry": "1", "label": "b"},
            {**anchor, "sha256": c, "label": "c"}], [])
    folder("damaged", {"a.cer": der("root")[:-1], "b.crt": "nothing", "c.pem": "\n" + pem("root").replace("MII", "M!I", 1) + pem("int"),
                       "d.der": der("gone") + b"\x04\x00", "e.der": b"\x30\x03\x02\x01\x01", "notes.txt": "nothing"},
           [{**anchor, "sha256": b}, {**anchor, "sha256": c}],
           ["/store/a.cer: byte 0: no whole DER", "/store/b.crt: no certificate in it", "/store/c.pem: line 2: ",
            f"/store/d.der: byte {len(der('gone'))}: no whole DER", "/store/e.der: byte 0: what can't be read as a certificate"])
    apple = {"certificates/roots/A root*.cer": der("root"), "certificates/roots/x/" + b.upper() + ".der": der("int"),
             "certificates/distrusted/bad, one.crt": der("gone"), "certificates/revoked/worse.cer": der("far"),
             "certificates/certs/mid.cer": der("int_old"), "certificates/removed/old.cer": der("int_new"),
             "certificates/removed/roots/older.cer": der("int_late"), "notes/other.cer": der("int_mid")}
    rows = [{**anchor, "sha256": a, "anchor_expiry": "1", "label": "A root*"}, {**anchor, "sha256": b, "label": ""},
            {"sha256": c, "kind": "block", "tls_trusted": "0", "label": "bad, one"}, {"sha256": d, "kind": "block"}, {"sha256": sha256("int_old"), "kind": "listed"}]
    folder("apple", apple, rows, [])
    folder("apple-below", apple, rows[:2], [], below="/certificates/roots")
    apple = {k: v for k, v in apple.items() if "/roots/" in k and "removed" not in k}
    oid = "1.2.840.113635.100.1."

    def limited(system, more=""):
        return '{"custom": {"' + a.upper() + '": ["' + oid + '8"]}' + more + ', "system": {' + system + "}}"
    folder("constraints", {**apple, "certificates/constraints.json": limited(f'"{b.upper()}": ["{oid}30", "{oid}4"]')},
           [rows[0], {"sha256": b, "kind": "listed"}], [])
    folder("constraints-tls", {**apple, "certificates/constraints.json": limited(f'"{b.upper()}": ["{oid}30", " {oid}3.1", "{oid}8"]')},
           [rows[0], {"sha256": b, "kind": "anchor", "purposes": "server client email"}], [])
    folder("constraints-odd", {**apple, "certificates/constraints.json": limited(f'"{b[1:]}": ["{oid}30"], "{a}": "{oid}3", "{a}": [1, "{oid}16.7"]')},
           [{"sha256": a, "kind": "anchor", "purposes": "code", "tls_trusted": "0"}, rows[1]],
           [f"constraints.json: system: {b[1:]}: not a SHA-256", f"constraints.json: system: {a}: not a SHA-256", "constraints.json: a policy that is no text"])
    folder("constraints-none", {**apple, "certificates/constraints.json": "{}"}, rows[:2], ['constraints.json: it has no "system"'])
    folder("constraints-cut", {**apple, "certificates/constraints.json": '{"system": {'}, rows[:2], ["constraints.json: "])
    folder("empty", {"notes.txt": "nothing"}, [], ["no certificate in it"], status=2)
    for k, v in (("sound", limited(f'"{b.upper()}": ["{oid}30", " {oid}3.1"]')), ("odd", limited(f'"{b[1:]}": ["{oid}30"], "{a}": [1]')), ("cut", '{"system": {')):
        seeds["constraints.json-" + k] = b"constraints.json\n" + v.encode()


# ---- snapshots ----
def snapshots():
    """Read and written again, with certificates and without: the same bytes, whatever made them."""
    with tempfile.TemporaryDirectory() as t:
        certs = write(t, "certs", "".join(pem(n) for n in ("root", "int", "gone", "far", "int_old", "int_new")))
        for name, data in sorted(seeds.items()):
            kind, text = data.split(b"\n", 1)
            if kind == b"constraints.json":
                continue
            tool = [os.environ["TW_BUILDDIR"] + "/tw-stores", "import", "-q", "--certs", certs]
            path = write(t, "file", text)
            once = subprocess.run([*tool, path], capture_output=True)
            if once.returncode:
                continue
            path = write(t, "snapshot.csv", once.stdout)
            for options in [tool, tool[:3]]:
                twice = subprocess.run([*options, path], capture_output=True)
                if twice.stdout != once.stdout:
                    fail(f"snapshot of {name}, {options[3:]}: other bytes: {once.stdout} {twice.stdout} {twice.stderr}")
    head = "sha256,subject,tls_trusted,distrust_after,kind,purposes,anchor_expiry,constraints,issuer_der_sha256,serial_hex,spki_sha256,from,until,label\n"
    check("snapshot", "bad-row", head + ",,0,,block,,,,,,,,,\n", [], ["line 2: a block that names nothing"], status=2)
    check("snapshot", "bad-quotes", head + 'a"b\n', [], ["line 2: quotes are broken"], status=2)


certdata()
chrome()
observatory()
ccadb()
folders()
snapshots()
if sys.argv[1:2] == ["--seeds"]:
    for name, data in seeds.items():
        with open(os.path.join(sys.argv[2], name), "wb") as f:
            f.write(data)
print(f"{count} files, {bad} failures")
sys.exit(bad != 0)
