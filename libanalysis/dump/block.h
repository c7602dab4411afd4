/* block.h: what goes from the reader of a run (cut.c) through its workers to
 * its writer (ingest.c), or is read by one worker alone (captures.c); not for
 * others. */
#ifndef TW_DUMP_BLOCK_H
#define TW_DUMP_BLOCK_H

#include "base/blocks.h"
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
	struct tw_buf notes;  /* for the user, each with a NUL behind it */
	struct tw_set *once;  /* or NULL: certificates in it are not sent again */
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
/* It was read to its end: its source says so if all of it was good, and with
 * digest what its bytes are. */
void tw_stream_whole(struct stream *s, bool digest);

/* A run. */
struct tw_ingest {
	struct tw_ingest_options options;
	const struct tw_format *format;
	struct tw_output *out, *certs, *rejects;
	struct tw_blocks *blocks;   /* of records */
	struct tw_blocks *captures; /* of whole captures; NULL: none yet (captures.c) */
	_Atomic uint64_t turned, ahead, written; /* captures whose turn is over; bytes read of those that were given; records */
	uint64_t given;             /* captures */
	bool failed;                /* a capture could not be written */
	void **reader; /* [thread * nformats + format], opened when first needed */
	size_t nformats;
	unsigned threads;
	/* the writer's */
	struct tw_capture *capture; /* under way: its inputs are one stream */
	struct tw_set seen;
	struct tw_buf elements;
	struct tw_counts n;
	struct source **sources;
	size_t nsources, cap_sources;
	uint64_t bytes; /* of the inputs before the one at hand */
};

/* ingest.c: blocks of a run; what is in one goes out, which leaves it empty. */
void *tw_block_open(void *ingest);
void tw_block_close(void *ingest, void *block);
struct tw_sink tw_block_sink(struct block *b);
int tw_block_put(struct tw_ingest *g, struct block *b) TW_CHECK;
void tw_counts_add(struct tw_counts *to, const struct tw_counts *n);

/* captures.c. The writer's way, for folders and pipes: a block's bytes are read;
 * an input ended (damage: why), or with last the capture. */
int tw_captures_take(struct tw_ingest *g, struct block *b) TW_CHECK;
int tw_captures_end(struct tw_ingest *g, struct source *source, const char *damage, bool last) TW_CHECK;
/* The other, for files that are a capture each: does one begin here? Then the
 * stream may be given away, to be read beside others; what was given before to
 * other blocks must have been committed. */
bool tw_captures_is(struct stream *s);
int tw_captures_give(struct tw_ingest *g, struct stream *s) TW_CHECK;
/* Waits until all that were given are read and written. */
int tw_captures_drain(struct tw_ingest *g) TW_CHECK;

#endif
