#!/bin/sh
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
exec python3 -B "$TW_SRCDIR/tests/report/stripping.py" "$TW_BUILDDIR"
