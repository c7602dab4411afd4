/* dtls.h: what a DTLS association says in clear, from its datagrams.
 *
 * DTLS 1.0, 1.2 and 1.3 (RFC 4347, 6347, 9147) and OpenSSL's 0x0100 before the
 * standard, which AnyConnect speaks; connection IDs (RFC 9146, 9147). Handshake
 * messages of epoch 0 are put together from fragments in any order, sent any
 * number of times: of bytes that come twice the first count. What is said goes
 * into a struct tw_wire whose `datagram` is set here. Nothing is inferred from
 * absence, for UDP does not tell what is missing. */
#ifndef TW_DTLS_H
#define TW_DTLS_H

#include "dump/tls/wire.h"

/* Is this datagram whole DTLS records in the old header's form, or such with
 * DTLS 1.3's behind them? missing: bytes behind s that the capture has not.
 * RFC 7983 and 9443: only first bytes of 20 to 63 can be. */
bool tw_dtls_starts(struct tw_slice s, size_t missing);

struct tw_dtls; /* one association */
struct tw_dtls *tw_dtls_new(void);
void tw_dtls_free(struct tw_dtls *a);
/* One datagram of direction d, 0 or 1. True: it ends another association's first
 * hello, which is kept, not read: w says all there is of this one, and the caller
 * goes on with tw_dtls_renew and an empty w. */
bool tw_dtls_take(struct tw_dtls *a, struct tw_wire *w, unsigned d, struct tw_slice datagram, size_t missing) TW_CHECK;
/* Behind true: begins the other association in w. */
void tw_dtls_renew(struct tw_dtls *a, struct tw_wire *w);
/* The direction that the client sends; -1: not known. */
int tw_dtls_client(const struct tw_dtls *a);
/* Bytes held, struct tw_wire's apart. */
size_t tw_dtls_memory(const struct tw_dtls *a);

#endif
