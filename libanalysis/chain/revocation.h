/* revocation.h: what CRLs, OneCRL and CRLSets say of paths (RFC 5280 section
 * 6.3; docs/verdicts.md, Revocation). From files only. */
#ifndef TW_CHAIN_REVOCATION_H
#define TW_CHAIN_REVOCATION_H

#include "chain/graph.h"

/* Lists in memory, shared by all judges of one graph and one thread. */
struct tw_crls;
/* Lends g. */
struct tw_crls *tw_crls_new(struct tw_graph *g);
void tw_crls_free(struct tw_crls *s);
/* Reads a file, packed or not: CRLs in PEM (any number of blocks) or DER (one
 * after the other), OneCRL as JSON, or a CRLSet; or all files of a folder. A
 * CRL that is of no use (crl.h) is named on standard error with its offset and
 * cause, and the rest is used. A file that can't be read, a damaged vendor's
 * list, or no list at all: -1 after tw_error. */
int tw_crls_load(struct tw_crls *s, const char *path) TW_CHECK;
/* Does the subject stand as the issuer of some list? Such a certificate may be
 * needed to check one, even if it is no CA. */
bool tw_crls_issuer(const struct tw_crls *s, uint32_t subject);

#endif
