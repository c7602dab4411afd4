/* fragments.h: IP datagrams put together; inner to capture/.
 *
 * RFC 791 section 3.2, RFC 8200 section 4.5. Of bytes that come twice the first
 * count. A datagram that is not whole after TW_FRAGMENT_SECONDS of the
 * capture's time is given up, so that one with the same identification later is
 * not mixed with it. */
#ifndef TW_FRAGMENTS_H
#define TW_FRAGMENTS_H

#include "dump/capture/ip.h"

struct tw_fragment {
	struct tw_ip ip[2];
	uint32_t id;
	uint8_t protocol;
	uint16_t offset; /* in bytes, a multiple of 8 */
	bool more;
	int64_t time;
	struct tw_slice data;
};
/* True: the datagram is whole and lent as *out until the next call. */
bool tw_fragment_add(struct tw_fragments *f, const struct tw_fragment *in, struct tw_slice *out);
/* A fragment that is cut short in the file: its datagram cannot become whole. */
void tw_fragment_lose(struct tw_fragments *f);

#endif
