/* store.h: root stores. A store is a name and rows: anchors, with what its
 * vendor says of them, and blocks. The certificates themselves lie with all
 * others in one struct tw_certs. */
#ifndef TW_TRUST_STORE_H
#define TW_TRUST_STORE_H

#include "cert/cert.h"

/* What a row is for, and when the store holds it: dates of the store's
 * snapshots, both inclusive. A store without dates holds each row always. */
enum { TW_TRUST_SERVER = 1, TW_TRUST_CLIENT = 2, TW_TRUST_EMAIL = 4, TW_TRUST_CODE = 8, TW_TRUST_ALL = 15 };
struct tw_held {
	int64_t from, until;
};

/* One alternative of a vendor's conditions (Chrome's root store): holds when
 * each of its dates does. Times without a bound are TW_TIME_MAX. */
struct tw_constraint {
	int64_t sct_not_after;  /* some embedded SCT is not later */
	int64_t sct_all_after;  /* every embedded SCT is later; TW_TIME_MIN: not asked */
};

struct tw_anchor {
	uint32_t cert;          /* index in the certificates */
	uint32_t purposes;      /* TW_TRUST_*; others: distrusted */
	int64_t distrust_after; /* a leaf with a later notBefore is distrusted; TW_TIME_MAX: none */
	bool expiry;            /* its certificate's own validity counts */
	const struct tw_constraint *constraint; /* one of them must hold; NULL: none asked */
	uint32_t nconstraint;
	struct tw_held held;
};

/* What is never to stand below an anchor: matched by bytes, parsed or not. */
enum tw_block_kind { TW_BLOCK_CERT, TW_BLOCK_SERIAL, TW_BLOCK_KEY };
struct tw_block {
	enum tw_block_kind kind;
	/* SHA-256 of the certificate; of issuer DER followed by the serial's content
	 * octets; of the SubjectPublicKeyInfo. */
	uint8_t hash[TW_SHA256];
	int64_t from, until;    /* distrusted then, both inclusive */
	struct tw_held held;
};

struct tw_store {
	char *name;       /* [a-z0-9_-]+ */
	char *spec;       /* as given: a file, a folder, or "mozilla" */
	struct tw_anchor *anchor; /* by certificate; one may have several entries */
	uint32_t n, cap;
	struct tw_block *block;
	uint32_t nblock;
};

/* A row that asks nothing: held always, for every purpose. */
struct tw_anchor tw_anchor_plain(uint32_t cert);

/* Reads [NAME=]SPEC: a PEM or DER file, a folder of such files, or "mozilla",
 * the host's ca-certificates package (a file or folder of that name in the
 * working folder must be written ./mozilla). The certificates are added to
 * certs. The default NAME is SPEC's base name without its extension, in lower
 * case, other bytes as "-". -1 after tw_error. */
int tw_store_open(struct tw_store *s, struct tw_certs *certs, const char *spec) TW_CHECK;
void tw_store_free(struct tw_store *s);

/* Adds all certificates of a PEM file (or one of plain DER elements) to certs
 * and appends their indexes, repeats included, to *list. Returns how many
 * there were; 0 is no error here; -1 after tw_error. */
int tw_certs_load(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n) TW_CHECK;

#endif
