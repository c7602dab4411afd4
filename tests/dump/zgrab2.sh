#!/bin/sh
# zgrab2 lines: made ones against the rows that must come, and samples of
# scans against what jq and tshark find in the same bytes.
set -u
bad=0
python3 "$TW_SRCDIR/tests/dump/cases.py" "$TW_BUILDDIR/tw-ingest" "$TW_SRCDIR/tests/dump/zgrab2.cases" \
	"$TW_SRCDIR/docs/formats.md" || bad=1
python3 "$TW_SRCDIR/tests/dump/samples.py" "$TW_BUILDDIR/tw-ingest" "$TW_SRCDIR" || bad=1
exit $bad
