/* store.h: root stores. A store is a name and its anchors; the certificates
 * themselves lie with all others in one struct tw_certs. */
#ifndef TW_TRUST_STORE_H
#define TW_TRUST_STORE_H

#include "cert/cert.h"

struct tw_store {
	char *name;       /* [a-z0-9_-]+ */
	char *spec;       /* as given: a file, a folder, or "mozilla" */
	uint32_t *anchor; /* indexes in the certificates, each once */
	uint32_t n, cap;
};

/* Reads [NAME=]SPEC: a PEM or DER file, a folder of such files, or "mozilla",
 * the host's ca-certificates package (a file or folder of that name in the
 * working folder must be written ./mozilla). The certificates are added to
 * certs. The default NAME is SPEC's base name without its extension, in lower
 * case, other bytes as "-". -1 after tw_error. */
int tw_store_open(struct tw_store *s, struct tw_certs *certs, const char *spec) TW_CHECK;
void tw_store_free(struct tw_store *s);

/* Adds all certificates of a PEM file (or one of plain DER elements), compressed
 * or not, "-" for standard input, to certs
 * and appends their indexes, repeats included, to *list. Returns how many
 * there were; 0 is no error here; -1 after tw_error. */
int tw_certs_load(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n) TW_CHECK;

#endif
