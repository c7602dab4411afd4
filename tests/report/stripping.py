#!/usr/bin/env python3
"""Captures with a box on the way that hides STARTTLS, to the table stripping: what each client saw is said by hand below,
each count is made of that here, and the rows behind each are those connections. With clients kept, hashed and dropped.

usage: stripping.py BUILD_FOLDER"""
import csv
import os
import subprocess
import sys
import tempfile
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dump"))
import capture_talk as talk  # noqa: E402
from capture_talk import P  # noqa: E402

# Server, port, client, what the box does to the list (no box; mangle; drop; or it is not asked for), what the client then does:
# nothing; asks (and TLS follows); is refused: the box writes over the command, so that the server knows none; is not answered.
PLAN = [
    ("mx1", 25, 1, "", "asks"), ("mx1", 25, 1, "", "asks"), ("mx1", 25, 2, "", ""), ("mx1", 25, 3, "", "refused"),          # always
    ("mx2", 25, 1, "", "asks"), ("mx2", 25, 2, "mangle", ""), ("mx2", 25, 2, "mangle", "asks"), ("mx2", 25, 4, "mangle", "refused"),  # client 2 and 4
    ("mx3", 25, 5, "drop", ""), ("mx3", 25, 5, "", "asks"),                                                                # one client, at times
    ("mx4", 25, 1, "drop", ""), ("mx4", 25, 2, "drop", "asks"), ("mx4", 25, 6, "mangle", ""),                              # never
    ("mx4", 25, 1, "unseen", ""), ("mx1", 25, 8, "unseen", ""),
    ("mx5", 25, 3, "", "silent"), ("mx6", 25, 3, "mangle", "silent"),                                                      # seen once
    ("mx7", 25, 1, "", ""), ("mx7", 25, 1, "drop", ""), ("mx7", 25, 2, "drop", ""), ("mx7", 25, 2, "", "asks"),            # two clients, at times
    ("mx1", 143, 1, "", "asks"), ("mx1", 143, 2, "drop", ""), ("mx1", 143, 7, "mangle", "asks"),                           # another protocol
    ("mx2", 110, 2, "", "asks"), ("mx2", 110, 2, "mangle", ""), ("mx2", 110, 7, "", "refused"),
    ("mx3", 5222, 1, "", "asks"), ("mx3", 5222, 5, "drop", ""), ("mx4", 389, 1, "unseen", "asks"), ("mx4", 389, 1, "unseen", "refused"),
    ("mx4", 389, 2, "", "asks"), ("mx4", 389, 3, "drop", "refused"), ("mx4", 389, 3, "drop", ""),                          # the root DSE has the list
    ("mx5", 5432, 1, "drop", "refused"), ("mx5", 5432, 2, "", "asks"),                                                     # no list: the answer tells
    ("mx6", 3306, 1, "drop", ""), ("mx6", 3306, 1, "", "asks"),
]
NAMES = {25: "smtp", 143: "imap", 110: "pop3", 5222: "xmpp-client", 389: "ldap", 5432: "postgresql", 3306: "mysql"}
# What the server says and, behind @, what the client asks with; {} stands where the keyword does.
SCRIPTS = {
    25: (["S 220 mx", "C EHLO a", "S 250-mx", "S 250-{}", "S 250 HELP"], "STARTTLS", "C STARTTLS", "S 220 go", "S 500 what"),
    143: (["S * OK hi", "C a CAPABILITY", "S * CAPABILITY IMAP4rev1 {} AUTH=PLAIN", "S a OK"], "STARTTLS", "C b STARTTLS", "S b OK go", "S b BAD what"),
    110: (["S +OK hi", "C CAPA", "S +OK", "S TOP", "S {}", "S ."], "STLS", "C STLS", "S +OK go", "S -ERR what"),
}
XMPP = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
bad = 0


def fail(*words):
    global bad
    bad += 1
    print("FAIL", *words)


def xmpp(box, does):
    offer = {"": XMPP, "drop": ""}[box]
    said = [("C", b"<stream:stream xmlns='jabber:client' xmlns:stream='x'>"), ("S", b"<stream:stream xmlns='jabber:client' id='1'>"),
            ("S", b"<stream:features>" + offer.encode() + b"<mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>")]
    return said + ([("C", XMPP.encode()), ("S", XMPP.replace("starttls", "proceed").encode())] + talk.TLS if does == "asks" else [])


def conversation(port, box, does):
    if port == 5222:
        return xmpp(box, does)
    if port == 389:
        said = [talk.ldap_search(1, talk.EXT), talk.ldap_entry(1, supportedExtension=[talk.MODIFY] + ([] if box else [talk.START])), talk.ldap_done(1)]
        asks = [("C", talk.ldap(2, "ask")), ("S", talk.ldap(2, "yes" if does == "asks" else "no"))] + (talk.TLS if does == "asks" else [])
        return (said if box != "unseen" else []) + (asks if does else talk.LDAP_BYE)
    if port == 5432:
        return [("C", talk.SSL_REQUEST), ("S", b"N" if box else b"S")] + ([] if box else talk.TLS)
    if port == 3306:
        return [("S", talk.mysql(not box))] + ([("C", talk.MYSQL_SSL)] + talk.TLS if does else [("C", b"\x30\0\0\1\x85\xa6" + bytes(46))])
    if box == "unseen":
        return talk.lines("S 220 mx", "C HELO a", "S 250 mx", "C QUIT", "S 221 bye")
    said, keyword, ask, yes, what = SCRIPTS[port]
    through = {"": keyword, "mangle": "X" * (len(keyword) - 1) + ("A" if keyword == "STARTTLS" else "X"), "drop": ""}[box]
    said = [s.format(through) for s in said if through or s not in ("S 250-{}", "S {}")]
    if does:
        said = said + [ask] + {"asks": [yes], "refused": [what], "silent": []}[does]
    return talk.lines(*said) + (talk.TLS if does == "asks" else [])


def client(n):
    return "192.0.2.%d" % n


def capture(path):
    frames = []
    for i, (server, port, who, box, does) in enumerate(PLAN):
        ends = {b"\xc0\0\2\1": bytes((192, 0, 2, who)), b"\xc6\x33\x64\1": bytes((198, 51, 100, int(server[2:])))}
        for s in talk.segments(conversation(port, box, does), port):
            ports = {40000: 40000 + i}
            s = s.copy(src=ends[s.src], dst=ends[s.dst], sport=ports.get(s.sport, s.sport), dport=ports.get(s.dport, s.dport), time=s.time + 10 ** 6 * i)
            frames.append((s.time, P.ethernet(P.ipv4(s, s.tcp()))))
    with open(path, "wb") as f:
        f.write(P.pcap(frames))


def expected(clients):
    """(unit, protocol) -> column -> the connections of PLAN that count, and how many things they are."""
    seen = [i for i, p in enumerate(PLAN) if p[3] != "unseen"]
    offered = {i for i in seen if not PLAN[i][3]}
    lists = defaultdict(list)
    for i in seen:
        lists[PLAN[i][:2]].append(i)
    by_server = {}
    for server, v in lists.items():
        missing = [i for i in v if i not in offered]
        whom = defaultdict(set)
        for i in v:
            whom[PLAN[i][2]].add(i in offered)
        sometimes = 0 < len(missing) < len(v)
        by_server[server] = dict(compared=len(v) > 1, always=not missing, never=len(missing) == len(v), sometimes=sometimes,
                                 clients_unknown=len(v) > 1 and not clients, several_clients=clients and len(whom) > 1,
                                 some_clients=clients and sometimes and {False} in whom.values(),
                                 at_times=clients and sometimes and {False} not in whom.values())
    out = {}
    for protocol in list(NAMES.values()) + ["all"]:
        for unit in ["connection", "server"] + ["client"] * clients:
            line = defaultdict(set)
            for i, (server, port, who, box, does) in enumerate(PLAN):
                if protocol not in (NAMES[port], "all"):
                    continue
                line["n"].add(i)
                if i not in seen:
                    continue
                o, asked = i in offered, does and (NAMES[port] != "postgresql" or i in offered)
                hit = dict(list_seen=True, offered=o, missing=not o, mangled=box == "mangle", withheld=not o and by_server[server, port]["sometimes"],
                           missing_asked=asked and not o, missing_accepted=not o and does == "asks", offered_asked=asked and o,
                           offered_refused=o and does == "refused", offered_unanswered=o and does == "silent")
                if unit == "server":
                    del hit["withheld"]
                    hit.update(by_server[server, port])
                for c, yes in hit.items():
                    line[c] |= {i} if yes else set()
            thing = {"connection": lambda i: i, "server": lambda i: PLAN[i][:2], "client": lambda i: PLAN[i][2]}[unit]
            out[unit, protocol] = {c: (len({thing(i) for i in v}), v) for c, v in line.items()}
    return out


def run(*args):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True).stdout


def compare(build, d, how, clients):
    rows = os.path.join(d, "rows.csv")
    run(build + "/tw-ingest", "-q", "--clients", how, "-o", rows, os.path.join(d, "capture.pcap"))
    with open(rows, newline="") as f:
        order = {r["time"]: i for i, r in enumerate(csv.DictReader(f))}
    if len(order) != len(PLAN):
        fail(how, len(order), "connections, not", len(PLAN))
    want = expected(clients)
    cells = 0
    for line in csv.DictReader(run(build + "/tw-report", "-t", "stripping", rows).splitlines()):
        key = line["unit"], line["protocol"]
        columns = want.pop(key)
        of_servers = ("compared", "always", "sometimes", "never", "clients_unknown", "several_clients", "some_clients", "at_times")
        blank = ({"withheld"} if key[0] == "server" else set(of_servers)) | (set() if clients else set(of_servers[-3:]))
        for c in line:
            if c in ("source", "protocol", "unit", "disagreeing_hosts") or "_pct" in c:
                continue
            cells += 1
            n, behind = columns.get(c, (0, set()))
            if line[c] != ("" if c in blank else str(n)):
                fail(how, key, c, "is", repr(line[c]), "not", n)
            if c in blank or (c == "n" and how != "keep"):
                continue
            out = run(build + "/tw-report", "--rows", f"stripping:passive/{key[1]}/{key[0]}/{c}", rows)
            got = {order[r["time"]] for r in csv.DictReader(out.splitlines())}
            if got != behind:
                fail(how, key, c, "rows of", sorted(got), "not", sorted(behind))
    if want:
        fail(how, "no lines", sorted(want))
    return cells


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as d:
        capture(os.path.join(d, "capture.pcap"))
        with open(os.path.join(d, "key"), "wb") as f:
            f.write(bytes(range(32)))
        cells = [compare(build, d, how, clients) for how, clients in (("keep", True), ("hash:" + os.path.join(d, "key"), True), ("drop", False))]
    print(cells, "cells of captures with a box on the way, traced to their connections")
    return bad != 0


sys.exit(main())
