#!/bin/sh
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
python3 -c 'import cryptography' 2>/dev/null || { echo "python3-cryptography is not installed: skipped"; exit 77; }
exec python3 "$TW_SRCDIR/tests/chain/check_signatures.py"
