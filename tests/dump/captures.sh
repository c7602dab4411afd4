#!/bin/sh
# Captures with known answers, where they are; and the one of data-samples/ in
# every dress that a capture may have, and damaged in every way.
set -u
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
bad=0 known=$TW_SRCDIR/../shared/captures
if [ -f "$known/expected.csv" ]; then
	python3 -B "$TW_SRCDIR/tests/dump/captures.py" "$TW_BUILDDIR/tw-ingest" "$known" || bad=1
else
	echo "captures with known answers are not here: that part is skipped"
fi
python3 -B "$TW_SRCDIR/tests/dump/capture_forms.py" "$TW_BUILDDIR/tw-ingest" "$TW_SRCDIR/data-samples/capture.pcap.gz" || bad=1
python3 -B "$TW_SRCDIR/tests/dump/capture_talk.py" "$TW_BUILDDIR/tw-ingest" || bad=1
python3 -B "$TW_SRCDIR/tests/dump/capture_wire.py" "$TW_BUILDDIR/tw-ingest" || bad=1
python3 -B "$TW_SRCDIR/tests/dump/capture_fragments.py" "$TW_BUILDDIR/tw-ingest" || bad=1
python3 -B "$TW_SRCDIR/tests/dump/capture_secrets.py" "$TW_BUILDDIR/tw-ingest" || bad=1
exit $bad
