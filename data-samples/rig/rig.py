#!/usr/bin/env python3
"""A scan that really happens: real servers on loopback addresses, scanned by the
real zgrab2 and by openssl s_client while tcpdump captures. Run as root:

    rig.py ZGRAB2 ZGRAB2_0_1 OUTDIR

the paths of zgrab2 1.0.0 and of 0.1.8 (data-samples/README says how to build
them, and what else is needed). OUTDIR gets TRUTH.csv before the scan, then
scan.jsonl.gz, transcripts/, capture.pcap.gz and roots.pem; after it only the
columns transcript and not_served of TRUTH.csv are filled. All of it happens in a
network namespace that has a loopback interface and nothing else, and ends by
itself within ten minutes. RIG_KEEP=1 leaves the folder with keys,
configurations and logs."""
import gzip
import os
import re
import shutil
import socket
import subprocess
import sys

import certificates
import chat_servers
import mail_servers
import scan
import tls_servers
import truth
import work

# What a server says that does not serve what the rig asked of it.
REFUSAL = re.compile(r"not served|no shared cipher|no suitable|unsupported protocol|too small|temp DH|cipher match|[Ee]rror in handshake|Error: |"
                     r"Could not negotiate|insufficient|inappropriate|syntax error", re.I)


def not_served():
    """Where the server ended, or its log refuses, its own words."""
    ended = {name for name, p in work.started if p.poll() is not None}
    for r in truth.rows:
        if r["outcome"] != "established" or not r.log:
            continue
        words = [re.sub(r"^[0-9A-F]{12,16}:", "", w).strip() for w in work.read(r.log + ".log").replace(work.DIR, "").split("\n") if w.strip()]
        said = [w for w in words if REFUSAL.search(w)]
        if r.log == "java":
            said = [w for w in words if w.startswith("not served %s:" % r["ip"])]
        elif r.log in ("postfix", "nginx") or (r.log.startswith(("dovecot", "prosody", "exim", "ngircd", "inspircd")) and r.program not in ended):
            said = []
        if r.program in ended or said:
            r.cells["not_served"] = said[0] if said else words[-1] if words else "ended without a word"


def check_nothing_of_this_machine(out, host):
    """The shipped files may name neither the rig's folder nor this machine."""
    for folder, _, files in os.walk(out):
        for name in files:
            p = os.path.join(folder, name)
            with gzip.open(p) if p.endswith(".gz") else open(p, "rb") as f:
                data = f.read()
            for word in [work.DIR] + [host] * (len(host) > 5):  # less is in any base64
                if word.encode() in data:
                    sys.exit("rig: %s names %s" % (p, word))


def inside(programs, out):
    """In a network of its own, where only loopback is."""
    work.sh("ip", "link", "set", "lo", "up")
    try:
        certificates.make_all()
        for servers in (tls_servers, mail_servers, chat_servers):
            servers.all_servers()
        shutil.copy(work.path("roots.pem"), os.path.join(out, "roots.pem"))
        truth.write(os.path.join(out, "TRUTH.csv"))
        wanted = {(r["ip"], int(r["port"])) for r in truth.rows if r["outcome"] != "refused" and r.asked}
        for ip, port in sorted(work.await_listening(wanted, 20)):
            print("rig: nothing listens on %s:%d" % (ip, port), file=sys.stderr)
        scan.scan(programs, out)
        not_served()
        truth.write(os.path.join(out, "TRUTH.csv"))
    finally:
        work.stop()


def main():
    programs = {"zgrab2 1.0.0": os.path.abspath(sys.argv[1]), "zgrab2 0.1.8": os.path.abspath(sys.argv[2])}
    out = os.path.abspath(sys.argv[3])
    if os.environ.get("RIG_DIR"):
        return inside(programs, out)
    # Namespaces of its own for network, processes and host name: no other address can be
    # reached or listened on, no port is taken, and all processes end with the first one.
    os.makedirs(out, exist_ok=True)
    try:
        mail_servers.download()
        return subprocess.run(["timeout", "600", "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts",
                               "sh", "-c", 'hostname rig && exec "$0" "$@"', sys.executable, "-B", *sys.argv],
                              env=dict(os.environ, RIG_DIR=work.DIR)).returncode
    finally:
        check_nothing_of_this_machine(out, socket.gethostname())
        work.remove()


if len(sys.argv) != 4 or os.geteuid():
    sys.exit(__doc__)
sys.exit(main())
