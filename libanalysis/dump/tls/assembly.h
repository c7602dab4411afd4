/* assembly.h: DTLS handshake messages put together (RFC 6347 section 4.2.3);
 * inner to tls/. */
#ifndef TW_TLS_ASSEMBLY_H
#define TW_TLS_ASSEMBLY_H

#include "base/base.h"

/* A fragment as it came. */
struct tw_handshake {
	uint8_t type;
	uint16_t seq;
	uint32_t length, at; /* of the message; where in it body stands */
	struct tw_slice body;
};

struct tw_begun; /* a message of which parts are missing */
struct tw_assembly {
	struct tw_begun *begun; /* newest first */
	unsigned n;
	size_t memory;
}; /* all zero = empty */

/* Takes a fragment of a message that is not whole by itself. True: it is whole
 * now, and owned by the caller as *out. What is beyond the bounds is dropped; of
 * fragments that contradict each other the later one begins the message anew. */
bool tw_assembly_add(struct tw_assembly *a, const struct tw_handshake *in, struct tw_buf *out);
void tw_assembly_clear(struct tw_assembly *a);

#endif
