#!/bin/sh
# Live pipes: tests/cli/follow.py.
exec python3 "${TW_SRCDIR:-.}/tests/cli/follow.py"
