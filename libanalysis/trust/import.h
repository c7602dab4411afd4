/* import.h: vendors' files to snapshots. A new kind of file is one file
 * import_KIND.c and one line in importers.c; it is recognised by content. */
#ifndef TW_TRUST_IMPORT_H
#define TW_TRUST_IMPORT_H

#include "trust/pool.h"
#include "trust/snapshot.h"

struct tw_importer;
struct tw_import {
	/* What is asked. */
	const char *path;         /* of the file or folder, for messages */
	const struct tw_pool *pool; /* certificates for files that only name them; NULL: none */
	const char *password;     /* of keystores; NULL: the usual ones */
	int64_t date;             /* of the snapshot; TW_TIME_MAX: not told, nor said by the file */
	bool quiet;               /* warnings are counted, not printed */
	/* What is read. */
	struct tw_slice bytes;    /* the whole file as it is when unpacked; empty for a folder */
	bool folder;
	/* What comes of it. */
	struct tw_snapshot *out;
	struct tw_certs *certs;   /* certificates are added to it: tw_certs_add */
	const struct tw_importer *kind; /* what it was read as */
	uint64_t warnings;        /* see tw_import_warn */
	uint64_t at;              /* for warnings: a line, or a byte */
	bool lines;               /* which of the two: the importer's word */
	struct { const uint8_t *p; uint64_t line; } mark; /* of tw_import_line: where it last was */
};

struct tw_importer {
	const char *name, *help;
	bool lines; /* places in it are lines, not bytes */
	bool dates; /* it has a place for a vendor's distrust dates */
	/* Is it one of these? Looks at bytes, or for a folder at what lies in it. */
	bool (*mine)(const struct tw_import *im);
	/* Adds rows (and certificates). -1 after tw_error that names place and
	 * cause, where nothing in it can be used; what is wrong with a part of it is
	 * a warning, and the rest is used. */
	int (*read)(struct tw_import *im);
};
extern const struct tw_importer *const tw_importers[]; /* ends with NULL */
/* NULL: there is none of this name. */
const struct tw_importer *tw_importer_find(const char *name);

/* Something in the file that is wrong: prints "PATH: line N: ..." or "PATH:
 * byte N: ..." (the place in im->at, none where it is TW_NOWHERE), and counts
 * it. */
#define TW_NOWHERE UINT64_MAX
void tw_import_warn(struct tw_import *im, const char *fmt, ...) TW_PRINTF(2, 3);

/* Imports path, a file (unpacked if it is gzip, zstd or xz) or a folder, as
 * what it is recognised as, or as the importer named. Then looks at the whole:
 * certificates that can't be read, that are named twice, that are not at hand,
 * or expired at im->date are warnings too. Rows come sorted. im: path, pool,
 * password, date, out and certs are set. -1 after tw_error. */
int tw_import(struct tw_import *im, const struct tw_importer *as) TW_CHECK;
/* The same of im->bytes, a file's. */
int tw_import_bytes(struct tw_import *im, const struct tw_importer *as) TW_CHECK;
/* The importer that tw_import would take; NULL: none knows it. */
const struct tw_importer *tw_import_recognise(const struct tw_import *im);

/* ---- for importers ---- */
/* Line of the byte at p, which lies in im->bytes: 1 for the first. Cheap for
 * places that come in order. */
uint64_t tw_import_line(struct tw_import *im, const uint8_t *p);
/* Foreign words for people (labels, subjects) into out's text, in UTF-8: what is
 * none reads as ISO 8859-1, octet by octet. As tw_snapshot_text. */
uint32_t tw_import_text(struct tw_import *im, struct tw_slice words);
/* A row named by SHA-256 (or SHA-1 where sha1 is true, which only a certificate
 * at hand can be found by): with the certificate of im->certs or im->pool,
 * which is added to im->certs; else by the digest alone, or NULL where that is a
 * SHA-1. */
struct tw_snapshot_row *tw_import_named(struct tw_import *im, enum tw_snapshot_kind kind, bool sha1, const uint8_t *digest);

#endif
