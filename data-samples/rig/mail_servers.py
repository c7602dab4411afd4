"""SMTP, submission and SMTPS by Postfix and Exim; IMAP and POP3 by Dovecot."""
import os
import shutil

from certificates import bundle, fingerprints, host
from truth import GOOD, NO_TLS, row
from work import DIR, at_end, path, sh, start, write

AES = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
STARTTLS = {"tls_start": "starttls", "starttls_offered": "yes", "starttls_answer": "accepted"}
IMPLICIT = {"tls_start": "implicit", "starttls_offered": "-", "starttls_answer": "-"}
PLAIN_SMTP = {**NO_TLS, "tls_start": "-", "starttls_offered": "no", "starttls_answer": "-"}
REFUSED_SMTP = {**NO_TLS, "tls_start": "starttls", "starttls_offered": "yes", "starttls_answer": "refused"}
MAIL = {**GOOD, "chain": ("mail", "inter"), "leaf_time": "ok"}
SELF = {"verdict": "self-signed", "reason": "self_signed", "chain": ("self",), "leaf_time": "ok"}
OLD = {"verdict": "expired", "reason": "expired", "chain": ("old", "inter"), "leaf_time": "expired"}
OLD_ZGRAB = "zgrab2 0.1.8"
ASK_OLD = ("--starttls", "--ehlo-domain", "scanner.example.test", "--cipher-suite")


def mail_row(ip, port, protocol, server, program, name="mail", options=(), tool="zgrab2 1.0.0", module=None, **cells):
    """name is that of the certificate whose host is asked for, or None."""
    chain = cells.get("chain", "")
    if isinstance(chain, tuple):
        cells["chain"] = fingerprints(chain)
        asked = host(name) if name else ""
        cells.update(name=asked, name_match="" if not asked else "yes" if name == chain[0] else "no")
    elif name:
        cells["name"] = host(name)
    if module is None:
        module = "smtp" if protocol in ("smtp", "smtps", "submission") else protocol.rstrip("s")
    return row(ip, port, protocol, server, module, options, tool, program, program, **cells)


def dialogue(ip, port, protocol, server, program, auth_plain, auth_tls, options=(), **cells):
    """The same server asked again with s_client, which lists what it offers inside TLS."""
    word = "" if cells["tls_start"] == "implicit" else {"imap": "imap", "pop3": "pop3"}.get(protocol, "smtp")
    mail_row(ip, port, protocol, server, program, tool="s_client", module=word, options=options, auth_plain=auth_plain, auth_tls=auth_tls, **cells)


# ---- Postfix ----
TLS12 = ">=TLSv1.2,<=TLSv1.2"
NO_PLAINTEXT = {"smtpd_sasl_path": "auth-b", "smtpd_sasl_security_options": "noanonymous,noplaintext", "smtpd_sasl_tls_security_options": "noanonymous"}
SASL = {"smtpd_sasl_auth_enable": "yes"}


def postfix_services():
    """(ip, port, settings, [(truth, options)...]): what smtpd is told, and what must come of it."""
    with_tls = {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": "mailkeys.pem", "smtpd_tls_protocols": TLS12,
                "tls_high_cipherlist": "ECDHE-RSA-AES128-GCM-SHA256"}
    aes = {"version": "TLSv1.2", "cipher": AES}
    none = {"smtpd_tls_security_level": "none"}
    broken = {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": "absent.pem"}
    yield "127.1.3.1", 25, none, {**PLAIN_SMTP, "auth_plain": "NONE", "note": "without TLS"}
    yield "127.1.3.2", 25, with_tls, {**MAIL, **STARTTLS, **aes, "auth_plain": "NONE", "auth_tls": "NONE"}
    yield ("127.1.3.3", 25, {**with_tls, **SASL, "smtpd_tls_chain_files": "selfkeys.pem", "tls_high_cipherlist": "AES128-SHA"},
           {**SELF, **STARTTLS, "version": "TLSv1.2", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "auth_plain": "PLAIN LOGIN", "auth_tls": "PLAIN LOGIN"})
    yield "127.1.3.4", 25, {**none, **SASL}, {**PLAIN_SMTP, "auth_plain": "PLAIN LOGIN", "note": "without TLS"}
    yield ("127.1.3.5", 25, {**with_tls, **SASL, "smtpd_tls_protocols": ">=TLSv1,<=TLSv1", "tls_high_cipherlist": "AES256-SHA:@SECLEVEL=0"},
           {**MAIL, **STARTTLS, "version": "TLSv1.0", "cipher": "TLS_RSA_WITH_AES_256_CBC_SHA", "auth_plain": "PLAIN LOGIN", "auth_tls": "PLAIN LOGIN"})
    yield "127.1.3.6", 25, {**broken, **SASL}, {**REFUSED_SMTP, "starttls_answer": "accepted", "outcome": "handshake-failed", "alert": "handshake_failure", "auth_plain": "PLAIN LOGIN", "note": "offers and accepts STARTTLS without a key"}
    yield ("127.1.3.7", 587, {**with_tls, **SASL, "smtpd_tls_auth_only": "yes"},
           {**MAIL, **STARTTLS, **aes, "protocol": "submission", "auth_plain": "NONE", "auth_tls": "PLAIN LOGIN", "note": "AUTH inside TLS only"})
    yield ("127.1.3.8", 587, {**with_tls, **SASL, **NO_PLAINTEXT},
           {**MAIL, **STARTTLS, **aes, "protocol": "submission", "auth_plain": "CRAM-MD5", "auth_tls": "PLAIN LOGIN CRAM-MD5",
            "note": "no passwords in clear before TLS"})
    yield ("127.1.3.9", 465, {**with_tls, **SASL, "smtpd_tls_wrappermode": "yes", "smtpd_tls_security_level": "encrypt", "smtpd_tls_mandatory_protocols": TLS12},
           {**MAIL, **IMPLICIT, **aes, "protocol": "smtps", "auth_plain": "-", "auth_tls": "PLAIN LOGIN"})
    yield ("127.1.3.10", 25, {**with_tls, "smtpd_tls_protocols": ">=TLSv1.3"},
           {**MAIL, **STARTTLS, "version": "TLSv1.3", "auth_plain": "NONE", "auth_tls": "NONE"})
    yield ("127.1.3.11", 25, {**with_tls, "smtpd_tls_chain_files": "oldkeys.pem"},
           {**OLD, **STARTTLS, **aes, "auth_plain": "NONE", "auth_tls": "NONE", "note": "asked for another name"})
    for i, bits in enumerate((1024, 3072)):
        yield ("127.1.3.%d" % (12 + i), 25, {**with_tls, "smtpd_tls_dh1024_param_file": "dh%d.pem" % bits,
                                             "tls_high_cipherlist": "DHE-RSA-AES128-SHA:@SECLEVEL=0"},
               {**MAIL, **STARTTLS, "version": "TLSv1.2", "cipher": "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "dh_bits": bits, "auth_plain": "NONE",
                "auth_tls": "NONE", "tool": OLD_ZGRAB})


def postfix():
    for folder in ("postfix", "postfix/postfix-files.d", "data", "queue"):
        os.makedirs(path(folder))
    shutil.chown(path("data"), "postfix")
    for f in ("postfix-files", "dynamicmaps.cf"):
        shutil.copy("/etc/postfix/" + f, path("postfix"))
    for name, parts in (("mail", ("mail", "inter")), ("self", ("self",)), ("old", ("old", "inter"))):
        bundle(name + "keys.pem", parts, key=name)
    write("postfix/main.cf", "compatibility_level=3.6\nqueue_directory=%s\ndata_directory=%s\nmyhostname=mail.example.test\n"
          "inet_interfaces=127.0.0.1\nsmtpd_sasl_type=dovecot\nsmtpd_sasl_path=%s\nmaillog_file=%s\nmaillog_file_prefixes=%s\n"
          "inet_protocols=ipv4\nsmtpd_peername_lookup=no\nsmtpd_tls_ciphers=high\nsmtpd_tls_mandatory_ciphers=high\nsmtpd_tls_auth_only=no\n" %
          (path("queue"), path("data"), path("auth-a"), path("postfix.log"), DIR))
    master = ""
    for ip, port, settings, truth in postfix_services():
        options = "".join(" -o { %s = %s }" % (k, path(v) if v.endswith(".pem") or v.startswith("auth-") else v) for k, v in settings.items())
        master += "%s:%d inet n - n - - smtpd%s\n" % (ip, port, options)
        protocol = truth.pop("protocol", "smtp")
        zgrab = {k: v for k, v in truth.items() if k != "auth_tls" or truth["tls_start"] == "implicit"}
        options = ("--smtps",) if port == 465 else ASK_OLD + ("0x0033",) if "tool" in truth else ()
        mail_row(ip, port, protocol, "Postfix", "postfix", options=options, **zgrab)
        truth.pop("tool", None)
        if "outcome" not in truth:
            dialogue(ip, port, protocol, "Postfix", "postfix", **truth)
    write("postfix/master.cf", master +
          "cleanup unix n - n - 0 cleanup\nrewrite unix - - n - - trivial-rewrite\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
          "anvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\nqmgr unix n - n 300 1 qmgr\npickup unix n - n 60 1 pickup\n"
          "proxymap unix - - n - - proxymap\nbounce unix - - n - 0 bounce\nerror unix - - n - - error\n")
    at_end.append(["postfix", "-c", path("postfix"), "stop"])
    sh("postfix", "-c", path("postfix"), "start")


# ---- Exim: Debian's, unpacked, since its package excludes Postfix's ----
LOGIN = ("plain:\n driver = plaintext\n public_name = PLAIN\n server_condition = false\n server_advertise_condition = %s\n"
         "login:\n driver = plaintext\n public_name = LOGIN\n server_prompts = User : Pass\n server_condition = false\n server_advertise_condition = %s\n")
CRAM = "cram:\n driver = cram_md5\n public_name = CRAM-MD5\n server_secret = none\n"
INSIDE = "${if def:tls_in_cipher}"
GNUTLS = "NONE:+VERS-%s:+%s:+SHA1:+%s:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:%%COMPAT"


def exim_services():
    """(ip, ports, certificate, priority, authenticators, truth)."""
    aes = "NONE:+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-RSA:+COMP-NULL:+SIGN-ALL:+GROUP-ALL"
    both = {"auth_plain": "PLAIN LOGIN", "auth_tls": "PLAIN LOGIN"}
    tls10 = {**STARTTLS, "version": "TLSv1.0"}
    yield ("127.1.6.1", (25, 587, 465), "mail", aes, LOGIN % (INSIDE, INSIDE),
           {**MAIL, "version": "TLSv1.2", "cipher": AES, "auth_plain": "NONE", "auth_tls": "PLAIN LOGIN", "note": "AUTH inside TLS only"})
    yield "127.1.6.2", (25,), None, "", LOGIN % ("yes", "yes"), {**PLAIN_SMTP, "auth_plain": "PLAIN LOGIN", "note": "without TLS"}
    yield "127.1.6.3", (25,), "absent", "", CRAM, {**REFUSED_SMTP, "auth_plain": "CRAM-MD5", "note": "its certificate is not there: 454"}
    yield ("127.1.6.4", (25,), "self", GNUTLS % ("TLS1.0", "3DES-CBC", "RSA"), CRAM + LOGIN % (INSIDE, INSIDE),
           {**SELF, **tls10, "cipher": "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "auth_plain": "CRAM-MD5", "auth_tls": "CRAM-MD5 PLAIN LOGIN", "code": "0x000A"})
    yield ("127.1.6.5", (25,), "old", GNUTLS % ("TLS1.0", "ARCFOUR-128", "RSA"), LOGIN % ("yes", "yes"),
           {**OLD, **tls10, **both, "cipher": "TLS_RSA_WITH_RC4_128_SHA", "code": "0x0005"})
    # Exim takes a 2048-bit group by itself: with GnuTLS 3.6 and later it does not read tls_dhparam.
    yield ("127.1.6.6", (25,), "mail", GNUTLS % ("TLS1.2", "AES-128-CBC", "DHE-RSA"), "",
           {**MAIL, **STARTTLS, "version": "TLSv1.2", "cipher": "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "dh_bits": 2048, "auth_plain": "NONE",
            "auth_tls": "NONE", "code": "0x0033"})


def download():
    for package in ("exim4-base", "exim4-daemon-light"):
        sh("apt-get", "-q", "download", package)


def exim():
    for deb in [f for f in os.listdir(DIR) if f.startswith("exim4") and f.endswith(".deb")]:
        sh("dpkg", "-x", deb, "exim")
    # Debian's Exim insists on a user Debian-exim: nss_wrapper shows it one, this machine gets none.
    write("passwd", "root:x:0:0::/root:/bin/sh\nDebian-exim:x:8:8::/nonexistent:/bin/false\n")
    write("group", "root:x:0:\nDebian-exim:x:8:\n")
    env = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": path("passwd"), "NSS_WRAPPER_GROUP": path("group")}
    for name in ("mail", "self", "old"):
        os.chmod(path(name + ".key"), 0o644)
    bundle("self.chain.pem", ("self",))
    bundle("mail.chain.pem", ("mail", "inter"))
    bundle("old.chain.pem", ("old", "inter"))
    for i, (ip, ports, cert, priority, authenticators, truth) in enumerate(exim_services()):
        program, spool = "exim-%d" % i, path("exim-spool-%d" % i)
        os.makedirs(spool)
        os.chown(spool, 8, 8)
        tls = "tls_advertise_hosts = *\ntls_certificate = %s\ntls_privatekey = %s\n%s" % (
            path(cert + ".chain.pem"), path(cert + ".key"), "tls_require_ciphers = %s\n" % priority if priority else "") if cert else "tls_advertise_hosts =\n"
        write(program + ".conf", "primary_hostname = mail.example.test\nspool_directory = %s\nlog_file_path = %s/%%s.log\nkeep_environment =\n"
              "local_interfaces = %s\ndaemon_smtp_ports = %s\ntls_on_connect_ports = 465\nhost_lookup =\nrfc1413_query_timeout = 0s\n"
              "pid_file_path = %s/pid\nauth_advertise_hosts = *\nacl_smtp_rcpt = deny\n%sbegin acl\ndeny:\n deny\nbegin authenticators\n%s" %
              (spool, spool, ip, " : ".join(map(str, ports)), spool, tls, authenticators))
        start(program, path("exim/usr/sbin/exim4"), "-bdf", "-C", path(program + ".conf"), env=env)
        code = truth.pop("code", None)
        for port in ports:
            start_of = IMPLICIT if port == 465 else STARTTLS
            cells = {**start_of, **truth} if "tls_start" not in truth else dict(truth)
            if port == 465:
                cells["auth_plain"] = "-"
            protocol = {25: "smtp", 587: "submission", 465: "smtps"}[port]
            zgrab = {k: v for k, v in cells.items() if k != "auth_tls" or port == 465}
            tool = OLD_ZGRAB if code else "zgrab2 1.0.0"
            options = ("--smtps",) if port == 465 else ASK_OLD + (code,) if code else ()
            mail_row(ip, port, protocol, "Exim", program, options=options, tool=tool, **zgrab)
            if cert and cert != "absent" and not code:
                dialogue(ip, port, protocol, "Exim", program, **cells)


# ---- Dovecot ----
def dovecot():
    """Three of them, since mechanisms are of a whole Dovecot: a and b answer Postfix too."""
    bundle("mail.chain.pem", ("mail", "inter"))
    bundle("ec256.chain.pem", ("ec256", "inter"))
    bundle("selfold.chain.pem", ("selfold",))
    tls = "ssl = yes\nssl_cert = <%s\nssl_key = <%s\nssl_min_protocol = %s\nssl_cipher_list = %s\n"
    ecdsa = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    selfold = {**SELF, "chain": ("selfold",), "leaf_time": "expired"}
    for i, (ip, mechanisms, no_plain, cert, cipher, protocol, truth, before, inside) in enumerate((
            ("127.1.4.1", "plain login", "no", "mail", "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", {**MAIL}, "PLAIN LOGIN IMAP-LOGIN", "PLAIN LOGIN IMAP-LOGIN"),
            ("127.1.4.2", "plain login cram-md5", "yes", "ec256", "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2",
             {**GOOD, "chain": ("ec256", "inter"), "leaf_time": "ok", "leaf_key": "EC-secp256r1"}, "CRAM-MD5 LOGINDISABLED", "PLAIN LOGIN CRAM-MD5 IMAP-LOGIN"),
            ("127.1.4.3", "cram-md5 scram-sha-256", "yes", "selfold", "AES128-SHA", "TLSv1.2", selfold, "CRAM-MD5 SCRAM-SHA-256 LOGINDISABLED",
             "CRAM-MD5 SCRAM-SHA-256 LOGINDISABLED"),
            ("127.1.4.4", "plain", "no", None, "", "", None, "PLAIN IMAP-LOGIN", None))):
        letter = "abcd"[i]
        program = "dovecot-" + letter
        encryption = tls % (path(cert + ".chain.pem"), path(cert + ".key"), protocol, cipher) if cert else "ssl = no\n"
        write(program + ".conf", "protocols = imap pop3\nbase_dir = %s\nstate_dir = %s\nlog_path = %s\nlisten = %s\nauth_mechanisms = %s\n"
              "disable_plaintext_auth = %s\n%spassdb {\n driver = static\n args = password=rig\n}\nuserdb {\n driver = static\n"
              " args = uid=mail gid=mail home=/nonexistent\n}\nservice auth {\n unix_listener %s {\n  mode = 0666\n }\n}\n" %
              (path(program), path(program), path(program + ".log"), ip, mechanisms, no_plain, encryption, path("auth-" + letter)))
        start(program, "dovecot", "-F", "-c", path(program + ".conf"))
        dovecot_rows(ip, program, cert, truth, before, inside, {"mail": AES, "ec256": ecdsa, "selfold": "TLS_RSA_WITH_AES_128_CBC_SHA"}.get(cert))


def dovecot_rows(ip, program, cert, truth, before, inside, cipher):
    def pop3(words, tls):  # CAPA has USER wherever passwords may be sent, of use or not
        return words.replace(" LOGINDISABLED", " USER" if tls else "").replace("IMAP-LOGIN", "USER")

    if not cert:
        for protocol, port in (("imap", 143), ("pop3", 110)):
            offered = {"starttls_offered": "no", "auth_plain": before} if protocol == "imap" else {}
            mail_row(ip, port, protocol, "Dovecot", program, name=None, options=("--starttls",), **NO_TLS, tls_start="starttls",
                     starttls_answer="refused", **offered, note="without TLS")
        return
    version = {"version": "TLSv1.2", "cipher": cipher, **truth}
    for protocol, port in (("imap", 143), ("pop3", 110)):
        # zgrab2 asks neither CAPABILITY nor CAPA: Dovecot's IMAP greeting tells, its POP3 greeting does not
        seen = {"starttls_offered": "yes", "auth_plain": before} if protocol == "imap" else {"starttls_offered": "-", "auth_plain": "-"}
        listed = (before, inside) if protocol == "imap" else (pop3(before, False), pop3(inside, True))
        mail_row(ip, port, protocol, "Dovecot", program, name=cert, options=("--starttls", "--max-version", "771"), **{**STARTTLS, **version, **seen})
        dialogue(ip, port, protocol, "Dovecot", program, *listed, name=cert, options=("-tls1_2",), **{**STARTTLS, **version})
    for protocol, port in (("imaps", 993), ("pop3s", 995)):
        seen = {"auth_tls": inside if protocol == "imaps" else "-"}
        mail_row(ip, port, protocol, "Dovecot", program, name=cert, options=("--" + protocol, "--max-version", "771"), **{**IMPLICIT, **version, **seen})


def all_servers():
    for step in (dovecot, postfix, exim):
        step()
