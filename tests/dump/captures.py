#!/usr/bin/env python3
"""Captures with known answers: each row of the tables that stand beside them against tw-ingest's.

usage: captures.py TW_INGEST FOLDER   FOLDER holds expected.csv, expected_extra.csv, expected_app.csv and the captures.

The tables come from tshark and a second walk of the streams, checked against Zeek where it had a baseline."""
import csv
import os
import subprocess
import sys

ALERTS = {10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate", 46: "certificate_unknown",
          47: "illegal_parameter", 48: "unknown_ca", 50: "decode_error", 51: "decrypt_error", 70: "protocol_version", 80: "internal_error"}
PSEUDO = {"USER", "IMAP-LOGIN", "LOGINDISABLED", "NONE"}
csv.field_size_limit(1 << 30)


def table(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def ingest(tool, path):
    out = subprocess.run([tool, "-q", "--show", "client_chain", path], stdout=subprocess.PIPE, check=True).stdout.decode()
    return list(csv.DictReader(out.splitlines()))


def key(row):
    return (row["client"], row["cport"], row["server"], row["sport"])


def our_key(row):
    return (row["client"], row["client_port"], row["ip"], row["port"])


def spoke_tls(row):
    return bool(row["version"] or row["offered_versions"])


def tls_cells(want, got):
    chain = got["chain"] if got["chain"] != "NONE" else ""
    for name, ours in (("version", got["version"]), ("cipher", got["cipher"]), ("sni", got["name"]), ("kex_group", got["group"]),
                       ("dh_bits", got["dh_bits"]), ("chain_sha256", chain)):
        yield name, want[name], ours
    yield "n_certs", want["n_certs"], str(len(chain.split()))
    yield "established", want["established"], "true" if got["outcome"] == "established" else "false"
    spoken = got["spoken"].split("-")[0] if got["tls_start"] == "starttls" else ""
    yield "starttls_protocol", want["starttls_protocol"], spoken


def extra_cells(want, got):
    yield "offered_versions", want["offered_versions"], got["offered_versions"]
    yield "client_chain", want["client_chain_sha256"], got["client_chain"]
    fatal = [a.split(":") for a in want["alerts"].split() if a.split(":")[1] == "2"]
    yield "alert", ALERTS[int(fatal[0][2])] if fatal else "", got["alert"]


def app_cells(want, got):
    yield "protocol", want["protocol"], got["spoken"].split("-")[0]
    yield "offered", want["starttls_offered"], "true" if got["starttls_offered"] == "yes" else "false"
    yield "asked", want["starttls_requested"], "true" if got["starttls_answer"] else "false"
    yield "accepted", want["starttls_accepted"], "true" if got["starttls_answer"] == "accepted" else "false"
    yield "tls", want["tls_seen"], "true" if spoke_tls(got) else "false"
    ours = set(got["auth_plain"].split()) - PSEUDO
    yield "auth", sorted(set(want["auth_mechanisms"].split()) - PSEUDO), sorted(ours)


def compare(tool, folder):
    met = wrong = 0
    rows = {}
    for name, cells, is_tls in (("expected.csv", tls_cells, True), ("expected_extra.csv", extra_cells, True), ("expected_app.csv", app_cells, False)):
        wanted = table(os.path.join(folder, name))
        taken = {}
        for want in wanted:
            capture = want["capture"]
            if capture not in rows:
                rows[capture] = ingest(tool, os.path.join(folder, capture))
            same = [r for r in rows[capture] if our_key(r) == key(want) and (spoke_tls(r) or not is_tls)]
            nth = taken.setdefault((capture, key(want)), 0)
            taken[(capture, key(want))] += 1
            if nth >= len(same):
                print(f"{name}: {capture} {key(want)}: no row")
                wrong += 1
                continue
            for cell, a, b in cells(want, same[nth]):
                met += a == b
                if a != b:
                    print(f"{name}: {capture} {key(want)} {cell}: wanted {a!r}, got {b!r}")
                    wrong += 1
        if name == "expected.csv":
            for capture in sorted(os.listdir(folder)):
                if "pcap" not in capture:
                    continue
                if capture not in rows:
                    rows[capture] = ingest(tool, os.path.join(folder, capture))
                n = sum(map(spoke_tls, rows[capture]))
                if n != sum(w["capture"] == capture for w in wanted):
                    print(f"{capture}: {n} TLS rows, wanted {sum(w['capture'] == capture for w in wanted)}")
                    wrong += 1
    print(f"{met} cells met, {wrong} not")
    return wrong or not met


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1], sys.argv[2]) != 0)
