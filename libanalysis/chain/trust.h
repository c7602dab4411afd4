/* trust.h: a store's rows and blocks as a judge asks for them. Inner to chain/. */
#ifndef TW_CHAIN_TRUST_H
#define TW_CHAIN_TRUST_H

#include "chain/cache.h"
#include "chain/judge.h"

/* A row as paths see it; compared as bytes, so without holes. */
struct tw_row_key {
	uint32_t cert, purposes;
	int64_t distrust_after;
	uint32_t constraints; /* number of the alternatives, 0: none (tw_graph_constraints) */
	uint32_t expiry;
};

struct tw_trust_block {
	int64_t from, until;
	struct tw_held held;
	uint32_t next;        /* another of the same hash, 0: none */
};

/* What was found out so far. */
struct tw_trust_index {
	const struct tw_index *x;
	struct tw_cache name;  /* by subject: some certificate of the index is blocked on some date */
};
struct tw_trust_memo {
	struct tw_cache cert;  /* by certificate: place of its blocks in hit */
	struct tw_buf hit;     /* lists of blocks, uint32_t each, ended by 0 */
	struct tw_trust_index *index; /* the pool and the witness */
	uint32_t nindex;
};

/* A block of a certificate that a context holds; compared as bytes. */
struct tw_touch {
	uint32_t cert, none;
	int64_t from, until;
};

struct tw_trust {
	const struct tw_store *store;
	struct tw_row_key *row; /* of all dates, by subject's number; some twice: tw_walk keeps one */
	struct tw_held *held;   /* of each row */
	uint32_t *subject;      /* likewise */
	uint32_t n;
	/* Blocks, by kind: hashes to the first of those with it. */
	struct tw_set blocked[3];
	uint32_t *first[3];
	struct tw_trust_block *block; /* from 1 on */
	struct tw_trust_memo *memo;   /* NULL: there are none */
	/* Of rows that some context had (signers of lists): its blocks instead. */
	const struct tw_touch *given;
	uint32_t ngiven;
};

/* The first row of this subject, or of a later one. */
uint32_t tw_trust_rows(const struct tw_trust *t, uint32_t name);
/* Cuts all down to the dates over which the row is held as it is at at, or as
 * it is not. Whether it is held then. */
bool tw_held_narrow(struct tw_held *all, struct tw_held row, int64_t at);
/* Appends the blocks of c, of all dates, as places in t->block. */
void tw_trust_blocks(const struct tw_trust *t, const struct tw_cert *c, struct tw_buf *b);
/* The same of one of the graph's, remembered; 0 ends them. t has a memo. Lent
 * until the next call. */
const uint32_t *tw_trust_hits(const struct tw_trust *t, const struct tw_graph *g, uint32_t cert);
/* Is some certificate of the index with this subject blocked on some date? The
 * index must stay as it is as long as t, which has a memo. */
bool tw_trust_hits_name(const struct tw_trust *t, const struct tw_graph *g, const struct tw_index *x, uint32_t name);

#endif
