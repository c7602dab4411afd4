#!/bin/sh
# Skips where there is no Python: the check is an extra opinion.
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
exec python3 "$TW_SRCDIR/tests/crypto/suites_check.py"
