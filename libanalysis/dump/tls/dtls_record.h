/* dtls_record.h: records of a datagram, fragments of a record; inner to tls/. */
#ifndef TW_DTLS_RECORD_H
#define TW_DTLS_RECORD_H

#include "dump/tls/assembly.h"

enum { TW_DTLS_CCS = 20, TW_DTLS_ALERT = 21, TW_DTLS_HANDSHAKE = 22, TW_DTLS_DATA = 23, TW_DTLS_HEARTBEAT = 24,
	TW_DTLS_CID = 25 /* RFC 9146: its own type is encrypted */, TW_DTLS_ACK = 26 /* RFC 9147 section 7 */ };

struct tw_dtls_record {
	uint8_t type;
	unsigned epoch;
	uint64_t seq;
	struct tw_slice body; /* what of it is here */
	size_t missing;       /* bytes behind that */
};

/* Takes a record in the header of RFC 6347 section 4.1 off *s, behind which
 * `missing` more bytes were sent. False: none begins here. */
bool tw_dtls_record_next(struct tw_slice *s, size_t missing, struct tw_dtls_record *r);
/* Takes a fragment of a handshake message off *b, which ends a record of which
 * `missing` more bytes were sent. False: none begins here, or it contradicts itself. */
bool tw_dtls_fragment_next(struct tw_slice *b, size_t missing, struct tw_handshake *m);
/* A record type and DTLS's versions: at least 3 bytes. */
bool tw_dtls_version_known(const uint8_t *record);
/* DTLSCiphertext's first byte: 001CSLEE (RFC 9147 section 4). */
static inline bool tw_dtls_unified(uint8_t first)
{
	return first >> 5 == 1;
}

#endif
