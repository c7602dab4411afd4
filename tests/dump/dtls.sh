#!/bin/sh
# DTLS, spoken by OpenSSL and GnuTLS over the loopback and read from captures.
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
exec python3 -B "$TW_SRCDIR/tests/dump/dtls.py" "$TW_BUILDDIR/tw-ingest"
