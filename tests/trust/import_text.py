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


certdata()
chrome()
observatory()
if sys.argv[1:2] == ["--seeds"]:
    for name, data in seeds.items():
        with open(os.path.join(sys.argv[2], name), "wb") as f:
            f.write(data)
print(f"{count} files, {bad} failures")
sys.exit(bad != 0)
