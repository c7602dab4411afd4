# a scan that really happened, and real public chains; tests/samples/ holds them
# against their truth
EXTRA_DIST += data-samples/README data-samples/TRUTH.csv data-samples/roots.pem \
	data-samples/scan.jsonl.gz data-samples/capture.pcap.gz data-samples/transcripts \
	data-samples/public \
	data-samples/rig/LegacyServer.java \
	data-samples/rig/certificates.py \
	data-samples/rig/chat_servers.py \
	data-samples/rig/mail_servers.py \
	data-samples/rig/public.py \
	data-samples/rig/rig.py \
	data-samples/rig/scan.py \
	data-samples/rig/tls_servers.py \
	data-samples/rig/truth.py \
	data-samples/rig/work.py
