/* pool.h: a set of certificates to look up by their digests: what files that
 * only name certificates are joined with, and where snapshots keep theirs. */
#ifndef TW_TRUST_POOL_H
#define TW_TRUST_POOL_H

#include "cert/cert.h"

#define TW_SHA1 20
struct tw_pool {
	struct tw_certs certs;
	struct tw_set sha1; /* SHA-1, padded with zeros, to an ordinal of first */
	uint32_t *first;    /* by ordinal of sha1: index in certs */
}; /* all zero = empty */

/* Adds the certificates of a file (PEM or DER, in any text) or of all files of
 * a folder and the folders in it; a file of a folder without any is passed over.
 * -1 after tw_error. */
int tw_pool_open(struct tw_pool *p, const char *path) TW_CHECK;
void tw_pool_free(struct tw_pool *p);
/* Index in p->certs, or TW_NONE. */
uint32_t tw_pool_find(const struct tw_pool *p, const uint8_t sha256[TW_SHA256]);
/* The SHA-1 of der, padded with zeros to be a key of a tw_set. */
void tw_pool_sha1(struct tw_slice der, uint8_t out[TW_SHA256]);
uint32_t tw_pool_find_sha1(const struct tw_pool *p, const uint8_t sha1[TW_SHA1]);

/* Writes a pool: PEM blocks in the order of their SHA-256, each below a line
 * with it and the subject. Those of path, if it is there, and those of certs
 * whose bit in add is set (NULL: all). -1 after tw_error; the file is then as
 * it was. */
int tw_pool_add(const char *path, const struct tw_certs *certs, const bool *add) TW_CHECK;
/* One block of it. */
void tw_pool_block(struct tw_buf *b, const struct tw_cert *c);

#endif
