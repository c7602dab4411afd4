# a scan that really happened; its truth is checked by tests/samples/
EXTRA_DIST += data-samples/README data-samples/TRUTH.csv data-samples/roots.pem \
	data-samples/scan.jsonl.gz data-samples/capture.pcap.gz data-samples/rig
