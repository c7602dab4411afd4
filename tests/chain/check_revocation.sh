#!/bin/sh
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
python3 "$TW_SRCDIR/tests/chain/check_revocation.py" || exit
exec python3 "$TW_SRCDIR/tests/chain/check_revocation_random.py"
