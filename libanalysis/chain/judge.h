/* judge.h: what a chain is worth in a store, at every time.
 *
 * A judge holds the rules (profile, purpose) and what it worked out so far.
 * A chain's answer is a function of bytes alone: the set presented, the pool,
 * the store's rows. How it is computed: label.h. */
#ifndef TW_CHAIN_JUDGE_H
#define TW_CHAIN_JUDGE_H

#include "chain/graph.h"
#include "chain/profile.h"
#include "chain/reason.h"
#include "chain/revocation.h"
#include "chain/staple.h"
#include "trust/store.h"

enum tw_purpose { TW_PURPOSE_SERVER, TW_PURPOSE_CLIENT, TW_PURPOSE_ANY };
/* server, client or any; false if name is none. */
bool tw_purpose_find(const char *name, enum tw_purpose *out);
const char *tw_purpose_name(enum tw_purpose p);

/* A failure that comes and goes with time: from, until inclusive. */
struct tw_span {
	int64_t from, until;
	enum tw_reason reason;
};

/* What a single reason hides: docs/verdicts.md, section 8, defines each. named
 * is a row's, no chain's. */
enum { TW_FACT_SELF_SIGNED = 1, TW_FACT_SELF_ISSUED = 2, TW_FACT_CHAIN_BUILDS = 4, TW_FACT_ANCHORED = 8,
	TW_FACT_IN_TIME = 16, TW_FACT_LEAF_EXPIRED = 32, TW_FACT_ISSUER_EXPIRED = 64, TW_FACT_LEAF_EARLY = 128,
	TW_FACT_ISSUER_EARLY = 256, TW_FACT_NAMED = 512, TW_FACT_REVOKED = 1024, TW_FACT_DISTRUSTED = 2048,
	TW_FACT_RULE_FAILED = 4096 };
/* Their names in this order, space-separated. */
void tw_fact_names(struct tw_buf *b, uint32_t facts);

struct tw_judge_options {
	enum tw_purpose purpose;
	const struct tw_profile *profile; /* NULL: rfc5280 */
	struct tw_crls *revocation;       /* revocation.h; NULL: nothing is revoked */
	bool require;                     /* each member needs a list in force */
	bool facts;                       /* steps tell them, and begin where they change */
};

/* The rows of a store, of all its dates, found by name. */
struct tw_trust;
/* Certificates that s names must be in g (tw_graph_sync). Lends s, which must
 * not change. */
struct tw_trust *tw_trust_new(struct tw_graph *g, const struct tw_store *s);
void tw_trust_free(struct tw_trust *t);

struct tw_question {
	const uint32_t *presented; /* leaf first; at least one; a set but for the first */
	uint32_t npresented;
	const struct tw_trust *trust;
	int64_t at;                     /* its rows and blocks that are held then count */
	const struct tw_index *pool;    /* or NULL */
	const struct tw_index *witness; /* or NULL */
	const struct tw_staple *staple; /* the response that came with it, or NULL */
	const uint32_t *without;        /* certificates that are no anchors here, whatever the store says */
	uint32_t nwithout;
};

/* From its second on, until the next step's. */
struct tw_step {
	int64_t from;
	enum tw_reason reason;
	uint32_t culprit;     /* a certificate, or TW_NONE */
	uint32_t path, npath; /* place in .path: leaf to the anchor's certificate; 0 = no path */
	uint32_t fetched;     /* of it, neither presented nor the anchor */
	uint32_t facts;       /* TW_FACT_*, if the options ask for them */
};

/* Sorted by from; the first step's is TW_TIME_MIN. held: the dates, the
 * question's among them, on which the store holds all that the answer depends
 * on, or could, as it does on the question's: with any of them it is this one. */
struct tw_judgement {
	struct tw_held held;
	struct tw_step *step;
	uint32_t nstep;
	uint32_t *path;
	uint32_t npath;
};

struct tw_judge;
/* Lends g and the options' profile. */
struct tw_judge *tw_judge_new(struct tw_graph *g, const struct tw_judge_options *o);
void tw_judge_free(struct tw_judge *j);

/* Judges one chain at all times. The caller frees *out. Answers are worked out
 * on what earlier ones left behind, and do not depend on it. */
void tw_judge_chain(struct tw_judge *j, const struct tw_question *q, struct tw_judgement *out);
void tw_judgement_free(struct tw_judgement *j);
/* The same answer, step by step, whatever its dates. */
bool tw_judgement_eq(const struct tw_judgement *a, const struct tw_judgement *b);
/* The step in force at t. */
const struct tw_step *tw_judgement_at(const struct tw_judgement *j, int64_t t);
/* The next interval in which the reason is ok, both ends inclusive, from step
 * *i on (begin with 0); false when there is none left. */
bool tw_judgement_window(const struct tw_judgement *j, uint32_t *i, int64_t *from, int64_t *until);

/* ---- one path taken apart, for --reasons all and --explain ---- */
struct tw_failure {
	enum tw_reason reason;
	uint32_t at;          /* which certificate of the path, 0 = leaf */
	struct tw_buf evidence; /* in words: of revoked and distrusted */
};
struct tw_path {
	uint32_t cert[33];    /* leaf first, the anchor's certificate last */
	uint32_t n;           /* the anchor's counted, even if it is the leaf's own */
	int64_t from, until;  /* all are valid; empty when from > until */
	enum tw_reason reason; /* at the time asked for */
	uint32_t culprit;
	uint32_t fetched;
	struct tw_staple_says says; /* of the question's staple, if there is one */
	struct tw_failure *failure; /* all at that time, farthest from good first, then nearest the leaf */
	uint32_t nfailure;
};
/* The undominated paths at time t, the chosen one first, then in tie order.
 * None where there is no path. The caller frees with tw_paths_free. */
uint32_t tw_judge_paths(struct tw_judge *j, const struct tw_question *q, int64_t t, struct tw_path **out);
void tw_paths_free(struct tw_path *p, uint32_t n);

/* What was done so far. */
struct tw_judge_stats {
	uint64_t chains, contexts, nodes, labels, edges, hits, limited;
};
struct tw_judge_stats tw_judge_stats(const struct tw_judge *j);

/* What was sent, for no store: single, ordered (each signs the one before),
 * duplicate, superfluous (holds a certificate that no verified edge from the
 * leaf leads to) or unordered; empty where telling would cost more than
 * TW_MAX_ORDER_COST. */
const char *tw_chain_order(struct tw_graph *g, const uint32_t *presented, uint32_t n);

#endif
