#!/usr/bin/env python3
"""data-samples/transcripts: what openssl s_client itself wrote is what TRUTH.csv says
of the rows it asked for; they wait for a later reader."""
import base64
import csv
import hashlib
import io
import os
import re
import subprocess

import samples
from samples import fail

# Of so many rows the transcripts tell; the rest of TRUTH.csv is zgrab2's. All were served.
TRANSCRIPTS = 56
# X509_V_ERR_* by reason; a chain cut short is "unable to get local issuer certificate"
# or "unable to verify the first certificate", which s_client reports last.
CODES = {"ok": {0}, "expired": {10}, "self_signed": {10, 18}, "missing_intermediate": {20, 21}, "untrusted_root": {19}}
GROUPS = {"prime256v1": "secp256r1", "P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1", "X25519": "x25519", "X448": "x448"}


def suites():
    """OpenSSL's name -> IANA's, as openssl tells it."""
    out = subprocess.run(["openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True, check=True).stdout
    return {line.split()[2]: line.split()[0] for line in out.splitlines()}


def mechanisms(t, text):
    """What the server listed inside TLS: the words after the handshake's report."""
    said = text.rpartition("\n---\n")[2] if t["protocol"].startswith("xmpp") else text
    if t["protocol"] in ("smtp", "submission", "smtps"):
        found = re.findall(r"^250[- ]AUTH (.*)$", said, re.M)
        return found[-1].split() if found else ["NONE"]
    if t["protocol"] in ("imap", "imaps"):
        words = re.findall(r"^\* CAPABILITY (.*)$", said, re.M)[-1].split()
        return [w[5:] for w in words if w.startswith("AUTH=")] + ["LOGINDISABLED" if "LOGINDISABLED" in words else "IMAP-LOGIN"]
    if t["protocol"] in ("pop3", "pop3s"):
        sasl = re.findall(r"^SASL (.*)$", said, re.M)
        return (sasl[-1].split() if sasl else []) + re.findall(r"^(USER)$", said, re.M)[-1:]
    return re.findall(r"<mechanism>([^<]*)</mechanism>", said) or ["NONE"]


def check(t, text, iana):
    def same(what, have, want):
        if want and have != want:
            fail(t["transcript"], what, "is", repr(have), "not", repr(want))

    cipher = re.findall(r"Cipher is (\S+)", text)
    if t["outcome"] != "established":
        if any(c != "(NONE)" for c in cipher):
            fail(t["transcript"], "has a cipher, but", t["outcome"])
        return
    protocol = re.findall(r"Protocol  ?: (\S+)", text) or re.findall(r"New, (TLSv1\.3), Cipher", text)
    same("version", {"TLSv1": "TLSv1.0"}.get(protocol[0], protocol[0]) if protocol else "", t["version"])
    same("cipher", iana.get(cipher[0], cipher[0]) if cipher else "", t["cipher"])
    sent = [hashlib.sha256(base64.b64decode(p)).hexdigest() for p in
            re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", text.partition("Server certificate")[0], re.S)]
    same("chain", " ".join(sent) or "NONE", t["chain"])
    temp = re.findall(r"(?:Server|Peer) Temp Key: ([^,\n]+)(?:, ([^,\n]+))?", text)
    if t["group"] not in ("", "-"):
        same("group", GROUPS.get(temp[0][1] if temp[0][0] == "ECDH" else temp[0][0]) if temp else "", t["group"])
    if t["dh_bits"] not in ("", "-"):
        same("DH", temp[0] if temp else (), ("DH", t["dh_bits"] + " bits"))
    code = {int(c) for c in re.findall(r"Verify return code: (\d+)", text)}
    if t["chain"] != "NONE" and not code & CODES.get(t["reason"], set()):
        fail(t["transcript"], "verify return code", code, "of", t["reason"])
    if t["auth_tls"] not in ("", "-"):
        same("auth_tls", sorted(mechanisms(t, text)), sorted(t["auth_tls"].split()))


def judged(rows, texts, d):
    """What tw-chain makes of the chains of the transcripts, whose PEM blocks
    tw-ingest collects: the columns of truth that no transcript says."""
    pem, certs, out = (os.path.join(d, n) for n in ("all.pem", "certs.der", "rows.csv"))
    with open(pem, "w") as f:
        f.write("".join(p + "\n" for text in texts for p in re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.S)))
    subprocess.run([samples.tool("tw-ingest"), "-q", "-o", os.path.join(d, "none.csv"), "--certs", certs, pem], check=True, stderr=subprocess.DEVNULL)
    with open(out, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["time", "name", "chain", "collected"])
        w.writerows([text.split()[1], t["name"], "" if t["chain"] == "-" else t["chain"], "yes"] for t, text in zip(rows, texts, strict=True))
    text = subprocess.run([samples.tool("tw-chain"), "-q", "--certs", certs, "--witness", certs, "--store", "roots=" + samples.ROOTS, out],
                          capture_output=True, text=True, check=True).stdout
    met = 0
    for t, r in zip(rows, csv.DictReader(io.StringIO(text)), strict=True):
        for column, have in (("verdict", "verdict.roots"), ("reason", "reason.roots"), ("order", "order"), ("name_match", "name_match"), ("leaf_time", "leaf_time")):
            if t[column] and r[have] != ("" if t[column] == "-" else t[column]):
                fail(t["transcript"], column, "is", repr(r[have]), "not", repr(t[column]))
            met += t[column] != ""
    print(met, "cells met by tw-chain over the transcripts' certificates")


def run(d):
    rows = [t for t in samples.truth() if t["tool"] == "s_client"]
    if len(rows) != TRANSCRIPTS:
        fail(len(rows), "rows by transcript, not", TRANSCRIPTS)
    names = set(os.listdir(os.path.join(samples.SAMPLES, "transcripts")))
    if {"transcripts/" + n for n in names} != {t["transcript"] for t in rows}:
        fail("transcripts and rows are not the same")
    iana, texts = suites(), []
    for t in rows:
        if t["not_served"]:
            fail(t["transcript"], "was not served:", t["not_served"])
        with open(os.path.join(samples.SAMPLES, t["transcript"]), "rb") as f:
            texts.append(f.read().decode("utf-8", "replace").replace("\r", ""))
        asked = "starttls" if " -starttls " in texts[-1].partition("\n")[0] else "implicit"
        if t["tls_start"] != asked:
            fail(t["transcript"], "tls_start", t["tls_start"], "but asked", asked)
        check(t, texts[-1], iana)
    judged(rows, texts, d)
    print(len(rows), "transcripts, read by a later reader, say what the truth says")


samples.main(run)
