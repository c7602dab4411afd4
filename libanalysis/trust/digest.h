/* digest.h: which anchors a store held, for provenance. */
#ifndef TW_TRUST_DIGEST_H
#define TW_TRUST_DIGEST_H

#include "trust/store.h"

/* Which anchors a store without dates holds: the digest of their SHA-256, in the
 * order of their bytes, one behind the other: the same for the same anchors,
 * however they are stored. certs are those that s was opened with. */
void tw_store_digest(const struct tw_store *s, const struct tw_certs *certs, uint8_t out[TW_SHA256]);

#endif
