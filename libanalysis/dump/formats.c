/* The table of formats: a new one is its file and its row here. */
#include "dump/format.h"
#include "dump/capture/capture.h"

#include <string.h>

static size_t cut_line(struct tw_slice p, bool eof)
{
	const uint8_t *lf = p.n ? memchr(p.p, '\n', p.n) : NULL;
	return lf ? (size_t)(lf - p.p) + 1 : eof ? p.n : 0;
}

const struct tw_format tw_formats[] = {
	{ "zgrab2", "JSON lines of zgrab2, 2018 to today", true, false, tw_zgrab2_detect, cut_line,
		tw_zgrab2_open, tw_zgrab2_read, tw_zgrab2_close },
	{ "pem", "certificates as PEM blocks, PKCS #7 too", false, false, tw_pem_detect, tw_pem_cut,
		tw_bundle_open, tw_pem_read, tw_bundle_close },
	{ "der", "certificates as DER, one after the other", false, false, tw_der_detect, tw_der_cut,
		tw_bundle_open, tw_der_read, tw_bundle_close },
	{ "pcap", "captures of packets, pcapng too", false, true, tw_capture_detect, NULL, NULL, NULL, NULL },
	{ NULL, NULL, false, false, NULL, NULL, NULL, NULL, NULL },
};
