/* ingest.h: dumps in, observations, certificates and rejects out. */
#ifndef TW_INGEST_H
#define TW_INGEST_H

#include "base/output.h"
#include "base/provenance.h"
#include "dump/format.h"

struct tw_counts {
	uint64_t records, used, context, rejected, observations, certificates;
};

struct tw_ingest;
/* obs, certs and rejects are lent and open; certs and rejects may be NULL
 * (rejects then are only counted). Headers are written at once. NULL after
 * tw_error. */
struct tw_ingest *tw_ingest_new(const struct tw_ingest_options *, struct tw_output *obs, struct tw_output *certs,
    struct tw_output *rejects) TW_CHECK;
/* Reads a file, a folder's files in the order of their names, or "-"; what it
 * gives may still be under way when this returns. Input
 * that is damaged or of no known format ends as one rejected record. -1 after
 * tw_error where an output could not be written; 1 after tw_error where the
 * input could not be opened or is of no known format; else 0. */
int tw_ingest_read(struct tw_ingest *, const char *path) TW_CHECK;
/* Writes what is left. Ends the process where records were neither used,
 * context nor rejected: that is our bug. -1 after tw_error. */
int tw_ingest_end(struct tw_ingest *, struct tw_counts *out) TW_CHECK;
/* After the end, with options.digests: the inputs with the SHA-256 of their own bytes (null where not
 * read to the end) and counts. */
void tw_ingest_inputs(const struct tw_ingest *, struct tw_provenance *p);
void tw_ingest_free(struct tw_ingest *);

#endif
