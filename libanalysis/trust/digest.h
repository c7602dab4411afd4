/* digest.h: which anchors a store held, for provenance. */
#ifndef TW_TRUST_DIGEST_H
#define TW_TRUST_DIGEST_H

#include "base/provenance.h"
#include "trust/store.h"

/* Which anchors a store without dates holds: the digest of their SHA-256, in the
 * order of their bytes, one behind the other: the same for the same anchors,
 * however they are stored. certs are those that s was opened with. */
void tw_store_digest(const struct tw_store *s, const struct tw_certs *certs, uint8_t out[TW_SHA256]);

/* Adds the member "stores" to p: of each [NAME=]SPEC its name, the spec, the
 * number of anchors, and as sha256 the digest of the above. -1 after tw_error. */
int tw_provenance_stores(struct tw_provenance *p, char *const *spec, int n) TW_CHECK;

#endif
