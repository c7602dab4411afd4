/* spec.h: how a store is opened from what its certificates are alone. Inner to
 * trust/. */
#ifndef TW_TRUST_SPEC_H
#define TW_TRUST_SPEC_H

#include "trust/store.h"

/* Certificates without a vendor's word, of a file's bytes or (NULL) of the
 * files of the folder path, as plain rows. -1 after tw_error. */
int tw_store_plain(struct tw_store *s, struct tw_certs *certs, const char *path, const struct tw_slice *bytes) TW_CHECK;

#endif
