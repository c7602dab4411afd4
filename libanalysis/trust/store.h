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

/* One alternative of a vendor's conditions (Chrome's root store), as
 * root_store.proto has them: it holds when each of its members does. */
struct tw_constraint {
	int64_t sct_not_after;    /* some embedded SCT is not later; TW_TIME_MAX: not asked */
	int64_t sct_all_after;    /* there are SCTs, and each is later; TW_TIME_MIN: not asked */
	int64_t starts_not_after; /* the leaf's notBefore is not later; TW_TIME_MAX: not asked */
	int64_t starts_after;     /* it is later; TW_TIME_MIN: not asked */
	const char *permitted;    /* each dNSName lies in one of these: NUL-terminated, one behind another */
	uint32_t npermitted;
	bool never;               /* asks for what no newest client fulfils, or what is not known */
};
/* Alternatives, one of which must hold. */
struct tw_alternatives {
	struct tw_constraint *v;
	uint32_t n;
	char *text;               /* canonical: snapshot.h; the names above lie behind it */
};
/* From the canonical text. NULL where a time in it is none. */
struct tw_alternatives *tw_alternatives_new(const char *text);
void tw_alternatives_free(struct tw_alternatives *a);

struct tw_anchor {
	uint32_t cert;          /* index in the certificates */
	uint32_t purposes;      /* TW_TRUST_*; others: distrusted */
	int64_t distrust_after; /* a leaf with a later notBefore is distrusted; TW_TIME_MAX: none */
	bool expiry;            /* its certificate's own validity counts */
	const struct tw_alternatives *constraints; /* NULL: none asked */
	struct tw_held held;
};

/* What is never to stand below an anchor: matched by bytes, parsed or not. */
enum tw_block_kind { TW_BLOCK_CERT, TW_BLOCK_SERIAL, TW_BLOCK_KEY };
struct tw_block {
	enum tw_block_kind kind;
	/* SHA-256 of the certificate; of the SHA-256 of the issuer's DER followed by
	 * the serial's content octets; of the SubjectPublicKeyInfo. */
	uint8_t hash[TW_SHA256];
	int64_t from, until;    /* distrusted then, both inclusive */
	struct tw_held held;
};

/* A block's hash by issuer and serial: issuer is the SHA-256 of the Name's DER. */
void tw_block_serial(const uint8_t issuer[TW_SHA256], struct tw_slice serial, uint8_t out[TW_SHA256]);

/* A snapshot of a store with dates. */
struct tw_store_day {
	int64_t since;          /* in force from then until the next one's second */
	char date[11];          /* YYYY-MM-DD */
	int8_t distrust_dates;  /* could its source carry them? -1: not known */
};

struct tw_store {
	char *name;       /* [a-z0-9_-]+ */
	char *spec;       /* as given, without NAME= */
	struct tw_anchor *anchor; /* by certificate; one may have several entries */
	uint32_t n, cap;
	struct tw_block *block;
	uint32_t nblock;
	struct tw_alternatives **constraints; /* those of anchors, each once */
	uint32_t nconstraints;
	/* Its snapshots, oldest first; none: a store without dates. One that is fixed
	 * has only the one asked for, which holds at all times. */
	struct tw_store_day *day;
	uint32_t nday;
	bool fixed;
	bool nearest;     /* the first snapshot holds for all times before it */
};

/* Rows this much older than a store's first snapshot are judged by it. */
#define TW_STORE_GRACE (30 * 86400LL)
/* Does some snapshot speak for the time t? */
bool tw_store_speaks(const struct tw_store *s, int64_t t);
/* The first second that it speaks for; TW_TIME_MIN: there is none. */
int64_t tw_store_begin(const struct tw_store *s);
/* The place in day of the snapshot in force at t: the first of all where none is
 * as old. The store has snapshots. */
uint32_t tw_store_day_at(const struct tw_store *s, int64_t t);

/* A row that asks nothing: held always, for every purpose. */
struct tw_anchor tw_anchor_plain(uint32_t cert);

/* Opens [NAME=]SPEC. SPEC is
 *   NAME          of a folder of dated snapshots (rootstores.h): a series, each
 *                 time judged by the snapshot in force then; mozilla, where there
 *                 is no such folder, is the host's ca-certificates package
 *   NAME@DATE     the snapshot in force on that date, for all times
 *   a folder      of dated snapshots, with pool.pem in it or beside it (FOLDER@DATE
 *                 too); of PEM and DER files; or what an importer knows
 *   a file        a snapshot's CSV, with pool.pem in its folder or the one above;
 *                 PEM, DER, or what an importer knows (import.h)
 * A file or folder whose name is that of a folder of snapshots is written
 * ./NAME. Certificates are added to certs. The default NAME is SPEC's base name
 * without its extension, in lower case, other bytes as "-". nearest: times far
 * older than the first snapshot are judged by it. -1 after tw_error. */
int tw_store_open(struct tw_store *s, struct tw_certs *certs, const char *spec, bool nearest) TW_CHECK;
void tw_store_free(struct tw_store *s);

/* Adds all certificates of a PEM file (or one of plain DER elements) to certs
 * and appends their indexes, repeats included, to *list. Returns how many
 * there were; 0 is no error here; -1 after tw_error. */
int tw_certs_load(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n) TW_CHECK;
/* The same of bytes that were read from path. */
int tw_certs_take(struct tw_certs *certs, struct tw_slice bytes, const char *path, uint32_t **list, uint32_t *n) TW_CHECK;

#endif
