#!/usr/bin/env python3
"""A scan that really happens: real servers on loopback addresses, scanned by the
real zgrab2 while tcpdump captures. Run as root:

    rig.py ZGRAB2 ZGRAB2_0_1 OUTDIR

the paths of zgrab2 1.0.0 and of 0.1.8, which still speaks DHE (data-samples/README
says how to build them). OUTDIR gets scan.jsonl.gz, capture.pcap.gz,
roots.pem and TRUTH.csv, which is written before the scan; after it only the
column not_served is filled, with the server's own words. Everything stops by
itself within some minutes. Needs openssl, gnutls-serv, nginx, postfix, dovecot
and tcpdump from Debian packages; nothing leaves the loopback interface."""
import csv
import datetime
import gzip
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ZGRAB2, OLD_ZGRAB2, OUT = sys.argv[1], sys.argv[2], os.path.abspath(sys.argv[3])
DIR = tempfile.mkdtemp(prefix="rig.")
os.chmod(DIR, 0o755)
TRUTH = ("ip,port,protocol,name,verdict,reason,version,cipher,dh_bits,tls_start,starttls_offered,starttls_answer,"
         "outcome,auth_plain,auth_tls,key,note,not_served").split(",")
rows, running = [], []


def path(*p):
    return os.path.join(DIR, *p)


def sh(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, cwd=DIR, **kw).stdout


# ---- certificates: openssl ca, whose dates can be set ----
def make_ca(name, subject, issuer=None, extra="basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n", days=(-400, 4000)):
    make_cert(name, subject, issuer or name, ["-newkey", "rsa:2048"], extra + "subjectKeyIdentifier=hash\n", days, selfsign=issuer is None)


def stamp(days):
    return (datetime.datetime.utcnow() + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def make_cert(name, subject, issuer, key, extra, days=(-30, 365), selfsign=False, md="sha256"):
    with open(path(name + ".ext"), "w") as f:
        f.write("[v]\n" + extra)
    sh("openssl", "req", "-new", "-nodes", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject)
    with open(path("ca.cnf"), "w") as f:
        f.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\nunique_subject=no\npolicy=p\n"
                "email_in_dn=no\ndefault_md=%s\n[p]\ncommonName=supplied\n" % (path("index"), DIR, md))
    open(path("index"), "w").close()
    sign = ["-selfsign", "-keyfile", name + ".key"] if selfsign else ["-cert", issuer + ".pem", "-keyfile", issuer + ".key"]
    sh("openssl", "ca", "-batch", "-notext", "-config", "ca.cnf", "-extensions", "v", "-extfile", name + ".ext", *sign,
       "-startdate", stamp(days[0]), "-enddate", stamp(days[1]), "-in", name + ".csr", "-out", name + ".pem")


LEAF = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\nsubjectAltName=DNS:%s\n"


def leaf(name, issuer="inter", key=("-newkey", "rsa:2048"), days=(-30, 365), eku="serverAuth", md="sha256", selfsign=False):
    host = name + ".example.test"
    make_cert(name, "/CN=" + host, issuer, list(key), LEAF % (eku, host), days, selfsign, md)
    return host


def bundle(name, *parts):
    with open(path(name + ".chain.pem"), "w") as f:
        for p in parts:
            f.write(open(path(p + ".pem")).read())


# ---- rows and servers ----
def row(ip, port, protocol, name="", **kw):
    r = dict.fromkeys(TRUTH, "")
    r.update(ip=ip, port=str(port), protocol=protocol, name=name, outcome="established", **kw)
    rows.append(r)
    return r


def start(name, *args):
    log = open(path(name + ".log"), "w")
    running.append((name, subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=DIR)))


AES = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
count = [0]


def s_server(name, version="-tls1_2", cipher="ECDHE-RSA-AES128-GCM-SHA256", iana=AES, shown="TLSv1.2", extra=(), ok=("verifiable", "ok"),
             sent=None, note="", **kw):
    count[0] += 1
    ip = "127.1.0.%d" % count[0]
    args = ["openssl", "s_server", "-accept", ip + ":443", "-cert", name + ".pem", "-key", name + ".key", "-quiet", "-www", version, *extra]
    args += ["-ciphersuites", cipher] if version == "-tls1_3" else ["-cipher", cipher + ":@SECLEVEL=0"]
    sent = ["inter"] if sent is None else sent
    if sent:
        bundle(name + str(count[0]), *sent)
        args += ["-cert_chain", name + str(count[0]) + ".chain.pem"]
    start("s_server-" + ip, *args)
    row(ip, 443, "https", name + ".example.test", verdict=ok[0], reason=ok[1], version=shown, cipher=iana, tls_start="implicit", note=note, **kw)


def certificates():
    make_ca("root", "/CN=Rig Root")
    make_ca("inter", "/CN=Rig Intermediate", "root")
    make_ca("other", "/CN=Rig Unknown Root")
    make_ca("oldinter", "/CN=Rig Expired Intermediate", "root", days=(-300, -10))
    make_ca("noca", "/CN=Rig Not A CA", "root", extra="basicConstraints=critical,CA:FALSE\n")
    make_ca("stray", "/CN=Rig Stray", "other")
    shutil.copy(path("root.pem"), os.path.join(OUT, "roots.pem"))


def chains():
    for n in ("good", "nointer", "order", "extra", "mail"):
        leaf(n)
    s_server("good", key="RSA-2048")
    s_server("nointer", sent=[], ok=("broken", "missing_intermediate"))
    s_server("order", sent=["root", "inter"], note="root before the intermediate")
    s_server("extra", sent=["inter", "stray", "other"], note="certificates of another CA too")
    leaf("self", key=("-newkey", "rsa:2048"), selfsign=True)
    s_server("self", sent=[], ok=("self-signed", "self_signed"))
    leaf("selfold", selfsign=True, days=(-100, -5))
    s_server("selfold", sent=[], ok=("self-signed", "self_signed"), note="expired too")
    leaf("old", days=(-200, -20))
    s_server("old", ok=("expired", "expired"))
    leaf("early", days=(20, 200))
    s_server("early", ok=("broken", "not_yet_valid"))
    leaf("unknown", "other")
    s_server("unknown", sent=["other"], ok=("broken", "untrusted_root"))
    leaf("belowold", "oldinter")
    s_server("belowold", sent=["oldinter"], ok=("expired", "expired"), note="its intermediate is expired")
    leaf("belownoca", "noca")
    s_server("belownoca", sent=["noca"], ok=("broken", "not_a_ca"))
    leaf("client", eku="clientAuth")
    s_server("client", ok=("broken", "extended_key_usage"))
    leaf("sha1", md="sha1")
    s_server("sha1", note="signed with SHA-1")
    for bits in (512, 768, 1024, 3072, 4096):
        leaf("rsa%d" % bits, key=("-newkey", "rsa:%d" % bits))
        s_server("rsa%d" % bits, key="RSA-%d" % bits)
    leaf("ec", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"))
    s_server("ec", cipher="ECDHE-ECDSA-AES128-GCM-SHA256", iana="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", key="EC-secp256r1")
    leaf("ec384", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"))
    s_server("ec384", cipher="ECDHE-ECDSA-AES256-GCM-SHA384", iana="TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", key="EC-secp384r1")


def sessions():
    for flag, shown in (("-tls1", "TLSv1.0"), ("-tls1_1", "TLSv1.1"), ("-tls1_2", "TLSv1.2")):
        s_server("good", flag, "ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", shown)
        s_server("good", flag, "AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", shown)
    s_server("good", "-tls1_2", "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
    s_server("good", "-tls1_2", "AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256")
    s_server("good", "-tls1_3", "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "TLSv1.3")
    s_server("good", "-tls1_3", "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3")
    for bits in (512, 768, 1024, 2048, 3072, 4096):
        with open(path("dh%d.pem" % bits), "w") as f:
            f.write(sh("openssl", "dhparam", str(bits)) if bits < 2048 else
                    sh("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe%d" % bits))
        s_server("good", "-tls1_2", "DHE-RSA-AES128-SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", dh_bits=str(bits),
                 extra=["-dhparam", "dh%d.pem" % bits])
    for cipher, iana in (("RC4-SHA", "TLS_RSA_WITH_RC4_128_SHA"), ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
                         ("EXP-RC4-MD5", "TLS_RSA_EXPORT_WITH_RC4_40_MD5")):
        s_server("good", "-tls1", cipher, iana, "TLSv1.0", note="openssl")
    bundle("gnutls", "good", "inter")
    for port, name, iana in ((44301, "ARCFOUR-128", "TLS_RSA_WITH_RC4_128_SHA"), (44302, "3DES-CBC", "TLS_RSA_WITH_3DES_EDE_CBC_SHA")):
        start("gnutls-%d" % port, "gnutls-serv", "--http", "--port", str(port), "--x509certfile", "gnutls.chain.pem", "--x509keyfile", "good.key",
              "--priority", "NONE:+VERS-TLS1.0:+%s:+SHA1:+RSA:+COMP-NULL:+SIGN-ALL:%%COMPAT" % name)
        row("127.1.1.1", port, "", "good.example.test", verdict="verifiable", reason="ok", version="TLSv1.0", cipher=iana,
            tls_start="implicit", note="gnutls-serv")
    r = row("127.1.1.2", 443, "https", "closed.example.test", note="no server listens")
    r.update(outcome="refused", tls_start="implicit")


def nginx():
    block = ("server { listen %s:443 ssl; server_name good.example.test; ssl_certificate gnutls.chain.pem; ssl_certificate_key good.key;"
             " ssl_protocols %s; ssl_ciphers %s; }\n")
    with open(path("nginx.conf"), "w") as f:
        f.write("pid nginx.pid; error_log nginx.err; daemon off; events {} http { access_log off;\n")
        for i, (protocols, cipher, iana, shown) in enumerate((
                ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLSv1.2"),
                ("TLSv1.1", "AES128-SHA:@SECLEVEL=0", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.1"))):
            ip = "127.1.2.%d" % (i + 1)
            f.write(block % (ip, protocols, cipher))
            row(ip, 443, "https", "good.example.test", verdict="verifiable", reason="ok", version=shown, cipher=iana, tls_start="implicit", note="nginx")
        f.write("}\n")
    start("nginx", "nginx", "-p", DIR + "/", "-c", path("nginx.conf"))


POSTFIX = "smtpd_tls_security_level=%s smtpd_tls_chain_files=%s smtpd_tls_protocols=%s tls_high_cipherlist=%s smtpd_tls_ciphers=high smtpd_tls_mandatory_ciphers=high " \
          "smtpd_sasl_auth_enable=%s smtpd_tls_auth_only=no"


def postfix():
    os.makedirs(path("postfix"))
    os.makedirs(path("data"))
    os.makedirs(path("queue"))
    shutil.chown(path("data"), "postfix")
    shutil.copy("/etc/postfix/postfix-files", path("postfix"))
    os.makedirs(path("postfix/postfix-files.d"), exist_ok=True)
    for f in ("dynamicmaps.cf",):
        shutil.copy("/etc/postfix/" + f, path("postfix"))
    with open(path("mailkeys.pem"), "w") as f:
        for p in ("mail.key", "mail.pem", "inter.pem"):
            f.write(open(path(p)).read())
    with open(path("selfkeys.pem"), "w") as f:
        for p in ("self.key", "self.pem"):
            f.write(open(path(p)).read())
    with open(path("postfix/main.cf"), "w") as f:
        f.write("compatibility_level=3.6\nqueue_directory=%s\ndata_directory=%s\nmyhostname=mail.example.test\ninet_interfaces=127.0.0.1\n"
                "smtpd_sasl_type=dovecot\nsmtpd_sasl_path=%s\nmaillog_file=%s\nmaillog_file_prefixes=%s\ninet_protocols=ipv4\n"
                "smtpd_peername_lookup=no\n" % (path("queue"), path("data"), path("auth"), path("postfix.maillog"), DIR))
    services = [("none", "mailkeys.pem", ">=TLSv1", "DEFAULT", "no"), ("may", "mailkeys.pem", ">=TLSv1.2,<=TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "no"),
                ("may", "selfkeys.pem", ">=TLSv1.2,<=TLSv1.2", "AES128-SHA", "yes"), ("none", "mailkeys.pem", ">=TLSv1", "DEFAULT", "yes"),
                ("may", "mailkeys.pem", ">=TLSv1,<=TLSv1", "AES256-SHA:@SECLEVEL=0", "yes")]
    with open(path("postfix/master.cf"), "w") as f:
        for i, s in enumerate(services):
            values = (s[0], path(s[1]), s[2], s[3], s[4])
            options = "".join(" -o { %s }" % o.replace("=", " = ", 1) for o in (POSTFIX % values).split(" "))
            f.write("127.1.3.%d:25 inet n - n - - smtpd%s\n" % (i + 1, options))
        f.write("cleanup unix n - n - 0 cleanup\nrewrite unix - - n - - trivial-rewrite\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
                "anvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\nqmgr unix n - n 300 1 qmgr\npickup unix n - n 60 1 pickup\n"
                "proxymap unix - - n - - proxymap\nbounce unix - - n - 0 bounce\nerror unix - - n - - error\n")
    good = dict(verdict="verifiable", reason="ok")
    tls = dict(tls_start="starttls", starttls_offered="yes", starttls_answer="accepted", version="TLSv1.2")
    row("127.1.3.1", 25, "smtp", "mail.example.test", note="postfix without TLS", starttls_offered="no", auth_plain="NONE").update(outcome="no-tls")
    row("127.1.3.2", 25, "smtp", "mail.example.test", note="postfix", cipher=AES, auth_plain="NONE", **good, **tls)
    row("127.1.3.3", 25, "smtp", "mail.example.test", note="postfix", cipher="TLS_RSA_WITH_AES_128_CBC_SHA", verdict="self-signed", reason="self_signed", auth_plain="PLAIN LOGIN", **tls)
    row("127.1.3.4", 25, "smtp", "mail.example.test", note="postfix without TLS", starttls_offered="no", auth_plain="PLAIN LOGIN").update(outcome="no-tls")
    row("127.1.3.5", 25, "smtp", "mail.example.test", note="postfix", cipher="TLS_RSA_WITH_AES_256_CBC_SHA", auth_plain="PLAIN LOGIN", **good, **dict(tls, version="TLSv1.0"))
    sh("postfix", "-c", path("postfix"), "start")


def dovecot():
    bundle("mail", "mail", "inter")
    with open(path("dovecot.conf"), "w") as f:
        f.write("protocols = imap pop3\nbase_dir = %s\nstate_dir = %s\nlog_path = %s\nlisten = 127.1.4.1, 127.1.4.2\nauth_mechanisms = plain login\n"
                "disable_plaintext_auth = no\nssl = yes\nssl_cert = <%s\nssl_key = <%s\nssl_min_protocol = TLSv1.2\n"
                "ssl_cipher_list = ECDHE-RSA-AES128-GCM-SHA256\npassdb {\n driver = static\n args = nopassword=y\n}\nuserdb {\n driver = static\n"
                " args = uid=mail gid=mail home=/nonexistent\n}\n"
                "service auth {\n unix_listener %s {\n  mode = 0666\n }\n}\n"
                "local 127.1.4.2 {\n ssl = no\n}\n" % (path("dovecot"), path("dovecot"), path("dovecot.log"), path("mail.chain.pem"), path("mail.key"), path("auth")))
    good = dict(verdict="verifiable", reason="ok", note="dovecot")
    for protocol, port in (("imap", 143), ("pop3", 110)):
        row("127.1.4.1", port, protocol, tls_start="starttls", starttls_answer="accepted", **good)
        row("127.1.4.2", port, protocol, starttls_answer="refused", tls_start="starttls", note="dovecot without TLS").update(outcome="no-tls")
    for protocol, port in (("imaps", 993), ("pop3s", 995)):
        row("127.1.4.1", port, protocol, tls_start="implicit", **good)
    start("dovecot", "dovecot", "-F", "-c", path("dovecot.conf"))


# ---- the scan ----
def zgrab(module, protocol, port, *options, dhe=False):
    targets = "".join("%s,%s\n" % (r["ip"], r["name"]) for r in rows
                      if r["protocol"] == protocol and r["port"] == str(port) and bool(r["dh_bits"]) == dhe)
    with open(path("meta.log"), "a") as log:
        program = [OLD_ZGRAB2, module] if dhe else [ZGRAB2, module, "-b", path("empty")]
        done = subprocess.run([*program, "--port", str(port), "--senders", "8", *options],
                              input=targets, stdout=subprocess.PIPE, stderr=log, text=True, timeout=120, check=True,
                              env=dict(os.environ, GODEBUG="rsa1024min=0"))
    return done.stdout


def scan():
    open(path("empty"), "w").close()
    dump = subprocess.Popen(["tcpdump", "-i", "lo", "-U", "-s", "0", "-w", path("capture.pcap"), "net", "127.1.0.0/16", "and", "tcp"],
                            stderr=subprocess.DEVNULL)
    time.sleep(2)
    try:
        text = zgrab("tls", "https", 443)
        # What zgrab2 offers only when asked to: DHE (the old one), RC4, 3DES.
        text += zgrab("tls", "https", 443, "--cipher-suite", "0x0033", dhe=True)
        text += zgrab("tls", "", 44301, "--cipher-suite", "0x0005") + zgrab("tls", "", 44302, "--cipher-suite", "0x000A")
        text += zgrab("smtp", "smtp", 25)
        text += zgrab("imap", "imap", 143, "--starttls") + zgrab("pop3", "pop3", 110, "--starttls")
        text += zgrab("imap", "imaps", 993, "--imaps") + zgrab("pop3", "pop3s", 995, "--pop3s")
    finally:
        time.sleep(1)
        dump.terminate()
        dump.wait()
    for name, data in (("scan.jsonl", text.encode()), ("capture.pcap", open(path("capture.pcap"), "rb").read())):
        with open(os.path.join(OUT, name + ".gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
            z.write(data)


def write_truth():
    with open(os.path.join(OUT, "TRUTH.csv"), "w", newline="") as f:
        w = csv.DictWriter(f, TRUTH, lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def not_served():
    """What a server that ended, or that refuses its own setting, said."""
    for name, p in running:
        words = open(path(name + ".log")).read().replace(DIR, "").strip().split("\n")
        for r in rows:
            if name == "s_server-" + r["ip"] and p.poll() is not None:
                r["not_served"] = next((w for w in words if "rror" in w), words[-1])
            elif name == "gnutls-" + r["port"] and p.poll() is not None:
                r["not_served"] = words[-1]


def main():
    os.makedirs(OUT, exist_ok=True)
    try:
        for step in (certificates, chains, sessions, nginx, dovecot, postfix, write_truth):
            step()
        time.sleep(4)
        scan()
        not_served()
        write_truth()
    finally:
        subprocess.run(["postfix", "-c", path("postfix"), "stop"], capture_output=True)
        for _, p in running:
            p.terminate()
        for _, p in running:
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                p.kill()
        if not os.environ.get("RIG_KEEP"):
            shutil.rmtree(DIR, ignore_errors=True)
        else:
            print(DIR)


main()
