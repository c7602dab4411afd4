#!/bin/sh
# What difference the root store makes: stores.py.
command -v python3 >/dev/null && command -v openssl >/dev/null || { echo "python3 or openssl is not installed: skipped"; exit 77; }
exec python3 "$TW_SRCDIR/tests/samples/stores.py"
