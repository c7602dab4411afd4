/* path.h: paths from a leaf to anchors, and what each fails at. Inner to
 * chain/. */
#ifndef TW_CHAIN_PATH_H
#define TW_CHAIN_PATH_H

#include "base/bounds.h"
#include "chain/judge.h"

struct tw_path {
	uint32_t cert[TW_MAX_DEPTH + 1]; /* leaf first, the anchor's certificate last */
	uint32_t n;            /* the anchor's counted, even if it is the leaf's own */
	enum tw_reason reason; /* farthest from good, time aside */
	uint32_t culprit;
	int64_t from, until;   /* all are valid; empty when from > until */
	uint32_t early, late;  /* whose notBefore, notAfter bind */
	uint32_t fetched;
};

struct tw_search {
	struct tw_graph *g;
	const struct tw_question *q;
	const struct tw_index *pool, *more; /* more: the witness, or NULL */
	bool verified;         /* follow edges that verify, no others */
	uint32_t at[TW_MAX_DEPTH]; /* the path so far */
	enum tw_reason edge[TW_MAX_DEPTH]; /* of at[i] to its issuer */
	uint32_t depth;
	uint32_t edges;
	bool limited;          /* a bound was met */
	struct tw_path *path;
	uint32_t npath, cap;
};

/* A candidate issuer of a child. */
struct tw_candidate {
	uint32_t cert;
	uint8_t rank;   /* order of the tries only */
	bool anchor;    /* of the store */
	bool member;    /* may stand below the anchor */
	enum tw_sig sig;
};

/* Candidates of child with their signatures checked, in an order that is a
 * function of the bytes. The caller frees *out. */
uint32_t tw_candidates(struct tw_search *s, uint32_t child, struct tw_candidate **out);
/* All paths from q's leaf, within the bounds. */
void tw_search_run(struct tw_search *s);
void tw_search_free(struct tw_search *s);

/* Fills reason, culprit, from, until, early and late of a path whose
 * certificates are there, edge giving the failure of each edge. */
void tw_path_rules(struct tw_search *s, struct tw_path *p);

/* Raises the path's failure to r at cert, if r is farther from good. */
void tw_path_fail(struct tw_path *p, enum tw_reason r, uint32_t cert);

#endif
