#!/bin/sh
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
command -v gnuplot >/dev/null || { echo "gnuplot is not installed: skipped"; exit 77; }
exec python3 "$TW_SRCDIR/tests/report/figures.py"
