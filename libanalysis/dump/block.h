/* block.h: what goes from the reader of a run (cut.c) through its workers to
 * its writer (ingest.c); not for others. */
#ifndef TW_DUMP_BLOCK_H
#define TW_DUMP_BLOCK_H

#include "base/input.h"
#include "dump/ingest.h"

/* A dump; its counts are the writer's. */
struct source {
	char *name;
	struct tw_slice at; /* time of rows that have none; in time, or the run's */
	char time[24];
	bool whole; /* read to its end: sha256 is that of the file */
	uint8_t sha256[TW_SHA256];
	struct tw_counts n;
};

/* A record's place in its block; or, with a reason, one that the reader had
 * to reject: then the text is the detail. */
struct cut {
	size_t at, n;
	uint64_t number, offset;
	const char *reason;
};

/* A certificate's place in sent. */
struct staged {
	uint8_t sha256[TW_SHA256];
	size_t at, n;
};

struct block {
	/* the reader's */
	struct source *source;
	const struct tw_format *format; /* NULL: all are rejects */
	struct tw_buf text;
	size_t done; /* of text: cut */
	struct cut *cut;
	size_t ncut, cap_cut;
	/* the worker's */
	struct tw_buf rows, sent, rejects;
	struct staged *staged;
	size_t nstaged, cap_staged;
	struct tw_counts n; /* certificates is not used */
	struct tw_counts *totals; /* of the run: where captures are counted */
	bool failed;
	unsigned show; /* columns on demand */
	const struct tw_clients *clients;
	struct tw_buf hidden; /* what --clients makes of the row at hand */
};

/* One stream being cut. */
struct stream {
	struct source *source;
	struct tw_input *in;
	const struct tw_format *format; /* NULL until it is recognised */
	struct tw_buf carry;     /* the begun record that goes into the next block */
	uint64_t offset, number; /* of what is to be cut next; records so far, blank lines too */
	bool skipping;           /* inside a record that was too long */
	bool ended;              /* no block follows */
	bool unusable;           /* of no known format; said with tw_error */
	const char *damage;
	/* Called before a wait for a slow input, with all blocks given. */
	int (*idle)(void *self);
	void *self;
};
/* Fills the empty block b with whole records: about TW_BLOCK bytes, fewer at
 * the end or where the input is slow. -1: idle failed. */
int tw_stream_fill(struct stream *s, struct block *b) TW_CHECK;
void tw_stream_close(struct stream *s);

#endif
