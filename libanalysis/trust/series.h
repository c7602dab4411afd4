/* series.h: the rows of snapshots as the rows of a store. Inner to trust/. */
#ifndef TW_TRUST_SERIES_H
#define TW_TRUST_SERIES_H

#include "trust/rootstores.h"
#include "trust/snapshot.h"

/* A row while snapshots are taken in: the first and the last of those in a row
 * that hold it. */
struct tw_span_of {
	uint32_t first, last;
};
struct tw_series {
	struct tw_store *store;
	struct tw_certs *certs;
	uint32_t n;           /* snapshots so far */
	struct tw_set seen;   /* rows, by all that they say */
	uint32_t *newest;     /* by ordinal of seen: place of its newest row, in anchor or block */
	struct tw_span_of *anchor, *block; /* by place in the store's */
	uint32_t capnewest, capanchor, capblock;
	struct tw_set texts;  /* of the store's constraints */
};
/* Snapshots one after the other, oldest first: rows that say the same in
 * consecutive ones become one row with the interval in which it is held. The
 * store has no rows yet. Lends both. */
void tw_series_begin(struct tw_series *m, struct tw_store *s, struct tw_certs *certs);
/* A snapshot, whose rows' certificates lie in from; file and pool are for
 * messages. An anchor without certificate is an error, but where pool is NULL
 * it is left out. -1 after tw_error. */
int tw_series_add(struct tw_series *m, const struct tw_snapshot *s, const struct tw_certs *from, const char *file,
	const char *pool) TW_CHECK;
/* Intervals from the days that the store has; without days each row is held
 * always. Frees m. */
void tw_series_end(struct tw_series *m);

/* Opens n snapshots, oldest first, with the certificates of the file pool, as
 * the store's days and rows. -1 after tw_error. */
int tw_series_open(struct tw_store *s, struct tw_certs *certs, const struct tw_dated *d, uint32_t n, const char *pool) TW_CHECK;
/* One snapshot's CSV, whose text is at hand, with pool.pem in its folder or the
 * one above. -1 after tw_error. */
int tw_series_file(struct tw_store *s, struct tw_certs *certs, struct tw_slice text, const char *path) TW_CHECK;

#endif
