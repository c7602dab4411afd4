/* revoked.h: vendors' lists of revoked certificates: Mozilla's OneCRL as JSON
 * (records of the kinto collection) and Chrome's CRLSet. Reading and look-up;
 * what a hit means at a time is judged in chain/. */
#ifndef TW_TRUST_REVOKED_H
#define TW_TRUST_REVOKED_H

#include "cert/cert.h"

enum tw_revoked_kind { TW_REVOKED_ONECRL, TW_REVOKED_CRLSET };

/* Every entry is one digest of what it names; 36 bytes each, and its date. */
struct tw_revoked {
	enum tw_revoked_kind kind;
	struct tw_set set;
	int64_t *since;      /* by ordinal in set: TW_TIME_MIN where it has no date */
	uint32_t cap;
	uint64_t entries, rejected; /* records read; records that name nothing usable */
	uint64_t sequence;   /* CRLSet: its number; else 0 */
	int64_t not_after;   /* CRLSet: its NotAfter, where given; else TW_TIME_MAX */
	struct tw_buf key;   /* scratch */
};

/* Reads a whole list, recognised by its first bytes. -1 after tw_error that
 * names it and the offset or cause; *r is then empty. OneCRL: an object with
 * "data" or "changes", or the array alone; an entry's date is details.created,
 * else last_modified. "enabled" counts for nothing there, as in the client.
 * A CRLSet must be of version 0 and whole; its entries have no date. */
int tw_revoked_read(struct tw_revoked *r, struct tw_slice bytes, const char *name) TW_CHECK;
void tw_revoked_free(struct tw_revoked *r);

/* Does the list name c? issuer_spki is the SHA-256 of its issuer's key on the
 * path (CRLSets go by it; NULL: not asked). *since is the entry's date. OneCRL
 * matches issuer and serial, or subject and key, byte by byte; a CRLSet issuer
 * key and serial (never a negative one), the key itself, or a subject that is
 * limited to other keys. */
bool tw_revoked_has(struct tw_revoked *r, const struct tw_cert *c, const uint8_t *issuer_spki, int64_t *since);

#endif
