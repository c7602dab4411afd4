"""The scan: tcpdump, zgrab2 and openssl s_client, each bounded in time."""
import concurrent.futures
import datetime
import gzip
import os
import subprocess
import time

import truth
from work import path, read

STREAM = ("<?xml version='1.0'?><stream:stream xmlns='jabber:%s' xmlns:stream='http://etherx.jabber.org/streams'"
          " xmlns:db='jabber:server:dialback' to='%s' version='1.0'>")


def zgrab(programs, groups):
    """One run of zgrab2 for all rows that want the same; in a fixed order."""
    text = ""
    for (tool, module, port, options), rows in sorted(groups.items()):
        args = [programs[tool], module, "--port", str(port), "--senders", "8", *options]
        if tool.endswith("1.0.0"):
            args[2:2] = ["-b", path("empty"), "--connect-timeout", "5s"]
        with open(path("zgrab2.log"), "a") as log:
            targets = "".join("%s,%s\n" % (r["ip"], r["name"]) for r in rows)
            done = subprocess.run(args, input=targets, stdout=subprocess.PIPE, stderr=log, text=True, timeout=120, check=True,
                                  env=dict(os.environ, GODEBUG="rsa1024min=0"))
        text += done.stdout
    return text


def lines(r):
    """What is said inside TLS, so that the transcript shows the mechanisms there."""
    p = r["protocol"]
    if p in ("smtp", "submission", "smtps"):
        return ["EHLO scanner.example.test", "QUIT"]
    if p in ("imap", "imaps"):
        return ["a1 CAPABILITY", "a2 LOGOUT"]
    if p in ("pop3", "pop3s"):
        return ["CAPA", "QUIT"]
    if p.startswith("xmpp"):
        return [STREAM % ("client" if "client" in p else "server", r["name"]), "</stream:stream>"]
    if p in ("irc", "ircs"):
        return ["CAP LS 302", "QUIT"]
    return ["GET / HTTP/1.0", ""]


def s_client(r, folder):
    """One connection, its words and its errors in one transcript. The first line is
    the rig's: the time, the address, the name and the options, which s_client does not tell."""
    name = "%s_%s_%s%s.txt" % (r["protocol"] or "tls", r["ip"], r["port"], "_" + r["name"].split(".")[0] if r["name"] else "")
    options = ["-connect", "%s:%s" % (r["ip"], r["port"])]
    if r.module:
        options += ["-starttls", r.module]
        if r.module.startswith("xmpp"):
            options += ["-xmpphost", r["name"]]
    if r["name"]:
        options += ["-servername", r["name"]]
    options += ["-CAfile", "roots.pem", "-showcerts", "-min_protocol", "TLSv1", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-crlf", "-ign_eof", *r.options]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    p = subprocess.Popen(["openssl", "s_client", *options], cwd=path(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        time.sleep(2)
        for line in lines(r):
            p.stdin.write(line.encode() + b"\n")
            p.stdin.flush()
            time.sleep(0.7)
        out, _ = p.communicate(timeout=10)
    except BrokenPipeError:
        out = p.stdout.read()
    except subprocess.TimeoutExpired:
        p.kill()
        out, _ = p.communicate()
    with open(os.path.join(folder, name), "wb") as f:
        f.write(("# %s openssl s_client %s\n" % (now, " ".join(options))).encode() + out)
    return name


def scan(programs, out):
    """What zgrab2 wrote, and the transcripts' names in their rows."""
    open(path("empty"), "w").close()
    dump = subprocess.Popen(["timeout", "300", "tcpdump", "-i", "lo", "-U", "-s", "0", "-B", "16384", "-w", path("capture.pcap"), "net", "127.1.0.0/16", "and", "tcp"],
                            stderr=subprocess.DEVNULL)
    groups, asked = {}, []
    for r in truth.rows:
        if r["tool"] == "s_client":
            asked.append(r)
        elif r.asked:
            groups.setdefault((r["tool"], r.module, int(r["port"]), r.options), []).append(r)
    folder = os.path.join(out, "transcripts")
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.unlink(os.path.join(folder, old))
    time.sleep(2)
    try:
        text = zgrab(programs, groups)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for r, name in zip(asked, pool.map(lambda r: s_client(r, folder), asked)):
                r.cells["transcript"] = "transcripts/" + name
    finally:
        time.sleep(1)
        dump.terminate()
        dump.wait()
    for name, data in (("scan.jsonl", text.encode()), ("capture.pcap", open(path("capture.pcap"), "rb").read())):
        with open(os.path.join(out, name + ".gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
            z.write(data)
