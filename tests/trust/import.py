#!/usr/bin/env python3
"""Vendors' files through tw-stores import: each row against tables that were made by others (../shared/rootstores/expected)."""
import csv
import io
import os
import subprocess
import sys

TOOL = os.environ["TW_BUILDDIR"] + "/tw-stores"
SHARED = os.environ["TW_SRCDIR"] + "/../shared/rootstores/"

POOL = ["--certs", SHARED + "observatory/certificates"]
# Native file, options, table of expected rows. A new importer adds its files here.
CASES = [
    ("pem/certifi-npm-14.5.15-cacert.pem", [], "certifi-npm-14.5.15-cacert"),
    ("mozilla/certdata-2006-07-31-nss-3.11.txt", [], "certdata-2006-07-31-nss-3.11"),
    ("mozilla/certdata-2015-06-17-nss-3.19.2.txt", [], "certdata-2015-06-17-nss-3.19.2"),
    ("mozilla/certdata-2018-01-18-nss-3.35.txt", [], "certdata-2018-01-18-nss-3.35"),
    ("mozilla/certdata-2026-04-09-nss-3.124-dev.txt", [], "certdata-2026-04-09-nss-3.124-dev"),
    ("chrome/root_store-v10-2023-04-17.textproto", ["--certs", SHARED + "chrome/root_store-v10-2023-04-17.certs"],
     "chrome-v10-2023-04-17"),
    ("observatory/trust_stores/apple-2025-12-28.yaml", POOL, "observatory-apple-2025-12-28"),
    ("observatory/trust_stores/apple_macos-2017-12-27.yaml", POOL, "observatory-apple_macos-2017-12-27"),
    ("observatory/trust_stores/google_aosp-2017-12-28.yaml", POOL, "observatory-google_aosp-2017-12-28"),
    ("observatory/trust_stores/google_aosp-2026-06-21.yaml", POOL, "observatory-google_aosp-2026-06-21"),
    ("observatory/trust_stores/mozilla_nss-2017-12-31.yaml", POOL, "observatory-mozilla_nss-2017-12-31"),
    ("observatory/trust_stores/mozilla_nss-2026-07-19.yaml", POOL, "observatory-mozilla_nss-2026-07-19"),
    ("observatory/trust_stores/openjdk-2022-01-23.yaml", POOL, "observatory-openjdk-2022-01-23"),
    ("observatory/trust_stores/oracle_java-2020-01-16.yaml", POOL, "observatory-oracle_java-2020-01-16"),
    ("ccadb/IncludedCACertificateReportForMSFT-2025-10.csv", [], "ccadb-msft-2025-10"),
    ("ccadb/AllCertificatePEMsCSVFormat_NotBeforeYear_1998.csv", [], "ccadb-pems-1998"),
    ("ccadb/AllCertificatePEMsCSVFormat_NotBeforeYear_2003.csv", [], "ccadb-pems-2003"),
    ("ccadb/AllCertificatePEMsCSVFormat_NotBeforeYear_2005.csv", [], "ccadb-pems-2005"),
    ("aosp/2014-12-08-7cf911c", [], "aosp-2014-12-08-7cf911c"),
    ("apple/2015-05-13-security_certificates-55040.30.1", [], "apple-2015-05-13-55040.30.1"),
    ("apple/2025-07-20-security_certificates-55349.0.11", [], "apple-2025-07-20-55349.0.11"),
    ("intermediates/cfssl-int-bundle-2015-04-06.pem", [], "cfssl-int-bundle-2015-04-06"),
    ("java/cacerts-oracle-jdk7-ga-windows.jks", [], "cacerts-oracle-jdk7-ga-windows"),
    ("java/cacerts-jdk-17.0.5.jks", [], "cacerts-jdk-17.0.5"),
    ("java/generated-from-jdk7.p12", [], "generated-from-jdk7"),
    ("java/generated-from-jdk7-passwordless.p12", [], "generated-from-jdk7"),
    ("microsoft/authroot-2015-06-18.stl", ["--certs", SHARED + "microsoft/crt"], "authroot-2015-06-18"),
    ("microsoft/authroot-2025-06-16.stl", ["--certs", SHARED + "microsoft/crt"], "authroot-2025-06-16"),
]
# Tables that say of certificates what the file does not: a bundle of intermediates says nothing of trust, and as a
# store each of it is an anchor.
NO_TRUST = {"cfssl-int-bundle-2015-04-06"}

bad = 0


def fail(text):
    global bad
    bad += 1
    print("FAIL", text)


def rows_of(path, options):
    run = subprocess.run([TOOL, "import", "-q", *options, path], capture_output=True, text=True)
    if run.returncode:
        fail(f"{path}: exit {run.returncode}: {run.stderr.strip()}")
        return []
    return list(csv.DictReader(io.StringIO(run.stdout)))


def trust(name, rows):
    """(sha256, tls_trusted, distrust_after) of each certificate that has a name."""
    found = {}
    for r in rows:
        key = r["sha256"]
        value = ("0" if name in NO_TRUST else r["tls_trusted"], r["distrust_after"])
        if key and found.setdefault(key, value) != value:
            fail(f"{name}: {key} is said twice, differently: {found[key]}, {value}")
    return found


def table(name):
    with open(SHARED + "expected/" + name + ".csv", newline="") as f:
        return list(csv.DictReader(f))


def compare(native, options, name):
    rows = rows_of(SHARED + native, options)
    have, want = trust(name, rows), trust(name, table(name))
    if os.path.exists(SHARED + "expected/" + name + ".missing.csv"):
        want.update((r["sha256"], ("0", "")) for r in table(name + ".missing"))
    for key in sorted(have.keys() | want.keys()):
        if have.get(key) != want.get(key):
            fail(f"{native}: {key}: {have.get(key)}, not {want.get(key)}")
    if os.path.exists(SHARED + "expected/" + name + ".distrusted.csv"):
        have = {(r["issuer_der_sha256"], r["serial_hex"], "1" if r["sha256"] else "0") for r in rows if r["issuer_der_sha256"]}
        want = {(r["issuer_der_sha256"], r["serial_hex"], r["has_certificate"]) for r in table(name + ".distrusted")}
        for key in sorted(have ^ want):
            fail(f"{native}: distrusted {key}: {'not expected' if key in have else 'missing'}")
    if os.path.exists(SHARED + "expected/" + name + ".properties.csv"):
        properties(native, rows, table(name + ".properties"))
    return len(want)


def properties(native, rows, entries):
    """What Microsoft's properties say, as purposes and label."""
    uses = {"1.3.6.1.5.5.7.3.1": "server", "1.3.6.1.5.5.7.3.2": "client", "1.3.6.1.5.5.7.3.4": "email", "1.3.6.1.5.5.7.3.3": "code"}
    have = {r["sha256"]: (r["kind"], r["purposes"], r["label"]) for r in rows}
    for e in entries:
        yes = uses.keys() if e["eku"] == "-" else e["eku"].split(";")
        words = [] if e["disallowed_filetime"] != "-" else [w for o, w in uses.items() if o in yes and o not in e["disallowed_eku"].split(";")]
        want = ("anchor", " ".join(words), "" if e["friendly_name"] == "-" else e["friendly_name"])
        if have.get(e["sha256"]) != want:
            fail(f"{native}: {e['sha256']}: {have.get(e['sha256'])}, not {want}")


if not os.path.isdir(SHARED):
    print("no ../shared/rootstores here: skipped")
    sys.exit(77)
cells = sum(compare(*case) for case in CASES)
print(f"{len(CASES)} files, {cells} certificates, {bad} failures")
sys.exit(bad != 0)
