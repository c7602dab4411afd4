"""DTLS spoken by OpenSSL and GnuTLS over the loopback, recorded by a relay between them: Session.datagrams, and what
the peers themselves say of it, Session.truth."""
import base64
import hashlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import packets as P

SERVER, CLIENT = b"\xc6\x33\x64\x01", b"\xc0\0\2\1"
HERE = "127.0.0.1"


class Relay:
    """Between a client on the loopback and the server: every datagram is noted."""

    def __init__(self, server):
        self.server, self.noted, self.closed = server, [], False
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind((HERE, 0))
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back.bind((HERE, 0))
        self.port, self.client = self.front.getsockname()[1], None
        for s, serves in ((self.front, False), (self.back, True)):
            s.settimeout(0.1)
            threading.Thread(target=self.run, args=(s, serves), daemon=True).start()

    def run(self, s, serves):
        while not self.closed:
            try:
                data, source = s.recvfrom(65536)
            except socket.timeout:
                continue
            except OSError:  # a peer that is gone
                continue
            self.noted.append((serves, data))
            if serves and self.client:
                self.front.sendto(data, self.client)
            elif not serves:
                self.client = source
                self.back.sendto(data, (HERE, self.server))

    def close(self):
        self.closed = True
        time.sleep(0.15)
        self.front.close()
        self.back.close()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((HERE, 0))
        return s.getsockname()[1]


def sh(*args, **kw):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw).stdout


def digest(pem):
    return hashlib.sha256(sh("openssl", "x509", "-in", pem, "-outform", "DER")).hexdigest()


def length(body):
    return b"\x82" + len(body).to_bytes(2, "big")


class Keys:
    """Made anew for each run: a chain of two, RSA; one of P-256; a client's; a DH group."""

    def __init__(self, folder):
        self.folder = folder
        self.rsa, self.ec, self.client = (self.make(n, k) for n, k in (("rsa", "rsa:2048"), ("ec", "ec"), ("client", "rsa:2048")))
        self.dh = os.path.join(folder, "dh.pem")
        # A prime that nobody else has. s_server wants it in PKCS #3's form, not X9.42's, which -dsaparam writes.
        text = sh("openssl", "asn1parse", "-in", "-", input=sh("openssl", "dhparam", "-dsaparam", "1024")).decode()
        self.p, g = (bytes.fromhex(n) for n in re.findall(r"INTEGER\s+:([0-9A-F]+)", text)[:2])
        body = b"".join(b"\2" + length(b"\0" + n) + b"\0" + n for n in (self.p, g))
        with open(self.dh, "w") as f:
            f.write("-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(b"\x30" + length(body) + body).decode() + "-----END DH PARAMETERS-----\n")

    def make(self, name, kind):
        base = os.path.join(self.folder, name)
        new = ["-newkey", kind] if kind != "ec" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        sh("openssl", "req", "-x509", *new, "-nodes", "-keyout", base + ".key", "-out", base + ".pem", "-days", "30", "-subj", f"/CN={name}.example")
        return base

    def dh_prime(self):
        return int.from_bytes(self.p, "big").bit_length(), hashlib.sha256(self.p).hexdigest()[:16]


def until(stream, words, seconds=10):
    """What a program says up to one of these words, or its end."""
    got, end = b"", time.monotonic() + seconds
    os.set_blocking(stream.fileno(), False)
    while time.monotonic() < end:
        part = stream.read()
        if part == b"":
            break
        got += part or b""
        if any(w in got for w in words):
            break
        time.sleep(0.02)
    return got


class Session:
    def __init__(self, name, port, sport):
        self.name, self.port, self.sport, self.said, self.noted, self.truth = name, port, sport, "", [], {}

    def datagrams(self, at=1700000000000000):
        out = []
        for i, (serves, data) in enumerate(self.noted):
            ends = (SERVER, CLIENT, self.port, self.sport) if serves else (CLIENT, SERVER, self.sport, self.port)
            out.append(P.Datagram(*ends, data, at + 1000 * i))
        return out


def speak(session, server, client, ready, done, quit=b"Q\n"):
    """Runs both with a relay between them; server and client are functions of a port."""
    port = free_port()
    s = subprocess.Popen(server(port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        until(s.stdout, ready)
        relay = Relay(port)
        c = subprocess.Popen(client(relay.port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            session.said = until(c.stdout, done).decode(errors="replace")
            time.sleep(0.1)
            try:
                c.stdin.write(quit)
                c.stdin.close()
            except OSError:
                pass
            c.wait(5)
        finally:
            c.kill()
            c.wait()
        time.sleep(0.1)
        relay.close()
        session.noted += relay.noted
    finally:
        s.kill()
        s.wait()
        for p in (s, c):
            p.stdout.close()


def iana():
    out = {}
    for line in sh("openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").decode().splitlines():
        name, _, ours = line.split()[:3]
        out[ours] = name
    return out


GROUPS = {"X25519": "x25519", "prime256v1": "secp256r1", "P-256": "secp256r1", "secp384r1": "secp384r1"}


def openssl_truth(session, keys, chain, names, client_chain):
    """Of what s_client says."""
    said = session.said
    cipher = re.search(r"Cipher is (\S+)", said).group(1)
    t = session.truth = {"cipher": names[cipher], "version": re.search(r"Protocol *: *(DTLSv[0-9.]+)", said).group(1).replace("DTLSv1\n", "DTLSv1.0"),
                         "resumed": "yes" if "\nReused, " in said else "no", "chain": " ".join(chain), "outcome": "established", "alert": ""}
    if t["version"] == "DTLSv1":
        t["version"] = "DTLSv1.0"
    if t["resumed"] == "yes":
        t["chain"] = ""
    key = re.search(r"Server Temp Key: (?:ECDH, )?(X25519|prime256v1|secp384r1|DH)", said)
    t["group"] = GROUPS.get(key.group(1), "") if key else ""
    t["dh_bits"], t["dh_prime"] = map(str, keys.dh_prime()) if key and key.group(1) == "DH" else ("", "")
    kind, hashed = re.search(r"Peer signature type: (\S+)", said), re.search(r"Peer signing digest: (\S+)", said)
    scheme = {("RSA-PSS", "SHA256"): "rsa_pss_rsae_sha256", ("RSA", "SHA256"): "rsa_pkcs1_sha256", ("ECDSA", "SHA256"): "ecdsa_secp256r1_sha256",
              ("RSA", "SHA512"): "rsa_pkcs1_sha512"}
    t["sig_scheme"] = scheme[kind.group(1), hashed.group(1)] if kind and t["version"] == "DTLSv1.2" and key else ""
    t["client_chain"] = client_chain if t["resumed"] == "no" else ""


def openssl_sessions(keys, folder):
    names, out = iana(), []
    rsa, ec = [digest(keys.rsa + ".pem")], [digest(keys.ec + ".pem")]

    def one(name, version, cipher, cert, chain, server=(), client=(), port=4433, sport=0, into=None, client_chain=""):
        session = into or Session(name, port, sport or 40000 + len(out))
        v = "-dtls1" if version == "DTLSv1.0" else "-dtls1_2"
        level = ["-cipher", cipher + ":@SECLEVEL=0"]
        identity = ["-cert", cert + ".pem", "-key", cert + ".key"] if cert else ["-nocert"]
        speak(session, lambda p: ["openssl", "s_server", "-accept", f"{HERE}:{p}", v, *level, *identity, *server],
              lambda p: ["openssl", "s_client", "-connect", f"{HERE}:{p}", v, *level, "-servername", "dtls.example", *client],
              [b"ACCEPT"], [b"Verify return code", b"alert", b":error:"])
        if "Cipher is (NONE)" in session.said or "Cipher is" not in session.said:
            session.truth = None
        else:
            openssl_truth(session, keys, chain, names, client_chain)
            session.truth["name"] = "" if "-noservername" in client else "dtls.example"
        if not into:
            out.append(session)
        return session

    one("RSA", "DTLSv1.2", "AES128-SHA", keys.rsa, rsa)
    one("RSA, 1.0", "DTLSv1.0", "AES256-SHA", keys.rsa, rsa)
    one("DHE", "DTLSv1.2", "DHE-RSA-AES128-GCM-SHA256", keys.rsa, rsa, ["-dhparam", keys.dh])
    one("DHE, 1.0", "DTLSv1.0", "DHE-RSA-AES128-SHA", keys.rsa, rsa, ["-dhparam", keys.dh])
    one("ECDHE", "DTLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", keys.rsa, rsa, ["-named_curve", "P-256"], ["-groups", "P-256"])
    one("ECDHE, 1.0", "DTLSv1.0", "ECDHE-RSA-AES128-SHA", keys.rsa, rsa)
    one("ECDSA, CoAP's port", "DTLSv1.2", "ECDHE-ECDSA-AES128-CCM8", keys.ec, ec, port=5684)
    one("client's certificate", "DTLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305", keys.rsa, rsa, ["-verify", "3"],
        ["-cert", keys.client + ".pem", "-key", keys.client + ".key"], client_chain=digest(keys.client + ".pem"))
    one("small datagrams", "DTLSv1.2", "DHE-RSA-AES256-GCM-SHA384", keys.rsa, rsa, ["-dhparam", keys.dh, "-mtu", "256"], ["-mtu", "256"])
    one("cookie", "DTLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", keys.rsa, rsa, ["-listen"])
    psk = ["-psk", "0102030405060708090a0b0c0d0e0f10"]
    s = one("PSK", "DTLSv1.2", "PSK-AES128-CCM8", None, ["NONE"], psk, psk, port=5684)
    s.truth["resumed"] = ""  # neither a certificate nor a key exchange could tell
    s = one("no suite in common", "DTLSv1.2", "AES128-SHA", keys.ec, ec)
    if s.truth is None and "alert" in s.said:
        s.truth = {"outcome": "handshake-failed", "alert": "handshake_failure", "version": "", "cipher": "", "chain": "", "name": "dtls.example"}
    return out, one


def resumed_sessions(keys, folder, one):
    """The first session of a server and the second: by ticket, and by the server's cache."""
    out = []
    for i, options in enumerate(([], ["-no_ticket"])):
        state = os.path.join(folder, f"state{i}")
        port, pair = free_port(), []
        cert = ["-cert", keys.rsa + ".pem", "-key", keys.rsa + ".key"]
        server = subprocess.Popen(["openssl", "s_server", "-accept", f"{HERE}:{port}", "-dtls1_2", *cert, *options], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            until(server.stdout, [b"ACCEPT"])
            for k in range(2):
                session = Session(f"resumed {options} {k}", 4433, 41000 + 2 * i + k)
                relay = Relay(port)
                c = subprocess.Popen(["openssl", "s_client", "-connect", f"{HERE}:{relay.port}", "-dtls1_2", "-servername", "dtls.example",
                                      "-sess_in" if k else "-sess_out", state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                session.said = until(c.stdout, [b"Verify return code"]).decode(errors="replace")
                time.sleep(0.1)
                c.stdin.write(b"Q\n")
                c.stdin.close()
                c.wait(5)
                c.stdout.close()
                until(server.stdout, [b"ACCEPT", b"DONE"], 2)
                relay.close()
                session.noted = relay.noted
                openssl_truth(session, keys, [digest(keys.rsa + ".pem")], iana(), "")
                session.truth["name"] = "dtls.example"
                pair.append(session)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
        if pair[1].truth["resumed"] != "yes":
            raise RuntimeError(f"openssl did not resume: {pair[1].said}")
        out += pair
    return out


def gnutls_sessions(keys):
    """GnuTLS's server asks for a cookie in any case."""
    if not shutil.which("gnutls-serv") or not shutil.which("gnutls-cli"):
        return []
    out = []
    for version, priority in (("DTLSv1.2", "NORMAL:-VERS-ALL:+VERS-DTLS1.2"), ("DTLSv1.0", "NORMAL:-VERS-ALL:+VERS-DTLS1.0:+SHA1:%COMPAT:@")):
        session = Session("GnuTLS " + version, 4433, 42000 + len(out))
        priority = priority.replace(":@", "")
        speak(session, lambda p: ["gnutls-serv", "--udp", "-p", str(p), "--x509certfile", keys.rsa + ".pem", "--x509keyfile", keys.rsa + ".key",
                                  "--priority", priority, "--noticket", "--mtu", "1200"],
              lambda p: ["gnutls-cli", "--udp", "-p", str(p), "--insecure", "--sni-hostname", "dtls.example", "--priority", priority, HERE],
              [b"ready", b"Echo", b"listening"], [b"Handshake was completed", b"rror"], b"x\n")
        if "Handshake was completed" not in session.said:
            print(f"{session.name}: gnutls-cli made no handshake here: {session.said[-200:]!r}")
            continue
        session.truth = {"version": version, "chain": digest(keys.rsa + ".pem"), "resumed": "no", "outcome": "established", "alert": "", "name": "dtls.example"}
        text = re.search(r"\(DTLS[0-9.]+\)-\(([^)]*)\)", session.said)
        if text and "SECP256R1" in text.group(1):
            session.truth["group"] = "secp256r1"
        elif text and "X25519" in text.group(1):
            session.truth["group"] = "x25519"
        out.append(session)
    return out
