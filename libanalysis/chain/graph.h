/* graph.h: one issuer graph over all certificates. Names and keys become
 * numbers; a signature is checked at most once for an issuer key and a child,
 * only when some path needs it, and remembered. */
#ifndef TW_CHAIN_GRAPH_H
#define TW_CHAIN_GRAPH_H

#include "cert/cert.h"
#include "chain/signature.h"

struct tw_node {
	uint32_t subject, issuer; /* numbers of normalised names; TW_NONE: unreadable */
	uint32_t key;             /* number of the SPKI's bytes */
};

/* A set of certificates found by their subject: a store's anchors, the pool,
 * the witness. Sorted by (subject, SHA-256). */
struct tw_index {
	uint32_t *v;
	uint32_t n;
};

struct tw_memo {
	uint64_t at; /* key << 32 | child; UINT64_MAX = free */
	uint8_t sig;
};

struct tw_graph {
	struct tw_certs *certs; /* borrowed; may grow between tw_graph_sync calls */
	struct tw_node *node;   /* by index in certs */
	uint32_t n;
	struct tw_set names, keys;
	struct tw_pubkey **pubkey; /* by key, made when needed */
	uint32_t npubkey;
	struct tw_memo *memo;
	uint32_t nmemo, memo_cap;
};

void tw_graph_init(struct tw_graph *g, struct tw_certs *certs);
void tw_graph_free(struct tw_graph *g);
/* Takes in the certificates added since. */
void tw_graph_sync(struct tw_graph *g);

/* An index over n certificates; the unreadable are left out, and all without
 * cA TRUE when only_ca. */
void tw_index_make(struct tw_index *x, const struct tw_graph *g, const uint32_t *v, uint32_t n, bool only_ca);
void tw_index_free(struct tw_index *x);
/* Those with this subject: the first's place, and in *n how many. */
uint32_t tw_index_find(const struct tw_index *x, const struct tw_graph *g, uint32_t subject, uint32_t *n);
/* Is the certificate one of them? */
bool tw_index_has(const struct tw_index *x, const struct tw_graph *g, uint32_t cert);

/* Does the key of issuer verify child? Names are not looked at. */
enum tw_sig tw_graph_sig(struct tw_graph *g, uint32_t issuer, uint32_t child);
/* The same subject and the same key. */
bool tw_same_entity(const struct tw_graph *g, uint32_t a, uint32_t b);

#endif
