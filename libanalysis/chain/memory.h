/* memory.h: the distinct chains of a stage and their judgements. Inner to
 * chain/. */
#ifndef TW_CHAIN_MEMORY_H
#define TW_CHAIN_MEMORY_H

#include "base/bounds.h"
#include "base/known.h"
#include "cert/tail.h"
#include "chain/ahead.h"
#include "chain/stage.h"

#include <stdatomic.h>

enum tw_chain_column { TW_COL_TIME, TW_COL_NAME, TW_COL_CHAIN, TW_COL_COLLECTED, TW_COL_VERSION, TW_COL_RESUMED,
	TW_COL_OUTCOME, TW_COL_SOURCE, TW_COL_STAPLE, TW_COL_N };

/* A chain's judgement, and the dates on which it is that. One thread at a time
 * adds another behind while others look at those that they had added. */
struct tw_answer {
	struct tw_held held;
	struct tw_judgement *j; /* equal ones of a chain are one; NULL: none yet */
	_Atomic(struct tw_answer *) next;
};

/* All anchors at which a good path of a chain ends, for rows of these times. One
 * thread at a time puts another before those that others look at. */
struct tw_rooted {
	int64_t from, until;
	struct tw_buf text;       /* SHA-256s, sorted, a blank between them */
	struct tw_rooted *next;
};

/* What one row alone is answered in a store, because of what was stapled. */
struct tw_own {
	struct tw_judgement j;
	struct tw_buf roots;     /* as tw_rooted's text; empty where nobody asked */
};

/* What is remembered of a distinct chain. */
struct tw_seen {
	uint8_t id[TW_SHA256];    /* of the chain field's text */
	uint32_t leaf;            /* TW_NONE: not at hand */
	bool partly;              /* some member is not at hand */
	const char *order;
	struct tw_answer *answer; /* by store, presented and pool: its first. NULL without leaf */
	_Atomic(struct tw_rooted *) *rooted; /* likewise; NULL: nobody asked */
};

/* Which snapshots of a store rows were judged by. */
struct tw_used {
	uint64_t *rows;           /* by day; of a store without days one number */
	uint64_t silent;          /* rows for whose time it has none */
};

struct tw_chain {
	struct tw_stage stage;
	/* Whose certs and g are used: its own, or for clients' chains those of the
	 * stage of servers', which its store, trust, lists and indexes belong to too. */
	struct tw_chain *of;
	const char *suffix;      /* of its columns */
	struct tw_certs certs;
	struct tw_tail *tail;    /* certs.der while it grows; NULL: it was whole */
	struct tw_graph g;
	struct tw_store *store;
	struct tw_trust **trust; /* by store */
	uint8_t (*snapshot)[TW_SHA256]; /* tw_store_digest, by store */
	struct tw_crls *lists;    /* NULL: no word on revocation */
	struct tw_judge *judge;
	const struct tw_profile *profile;
	int nstore;
	char *const *spec;       /* of the stores, as given */
	bool dated;              /* some store is a series */
	struct tw_used *used;    /* by store */
	uint64_t rows;           /* with a chain and a time */
	struct tw_index pool, witness;
	bool has_pool, has_witness, require, facts;
	uint32_t show;
	uint32_t at[TW_COL_N];
	struct tw_known *chains; /* struct tw_seen */
	struct tw_buf settled;   /* uint32_t, the set being judged */
	const struct tw_seen *of_settled; /* whose it is, or NULL */
	struct tw_ahead *ahead;  /* NULL: one thread does all */
	/* By thread; set: as settled, looked ahead at; der: a stapled response. */
	struct tw_buf b[TW_MAX_THREADS], set[TW_MAX_THREADS], der[TW_MAX_THREADS];
};

/* The chain of this text and digest. With a tail a new one first waits for its
 * members. NULL after tw_error. */
struct tw_seen *tw_chain_look_up(struct tw_chain *o, struct tw_slice text, const uint8_t id[TW_SHA256]);
/* Judges it in all stores for the time t (or NULL: in those that are the same at
 * all times), where that was not done yet. */
void tw_chain_judge(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, const int64_t *t);
/* What came of it in a store that speaks for t. */
const struct tw_judgement *tw_chain_answer(const struct tw_seen *e, int store, int pool, int64_t t);
/* What is asked of it in a store, with its members, which are lent until
 * another's are. t: of a series, the date. */
struct tw_question tw_chain_question(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, int store, int pool, int64_t t);
/* roots.c: finds the roots that good paths reach at t in each store, where that
 * was not done yet; and looks them up, empty where the chain is not ok. */
void tw_chain_roots(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, int64_t t);
struct tw_slice tw_chain_rooted(const struct tw_seen *e, int store, int pool, int64_t t);
void tw_chain_roots_free(struct tw_seen *e, int n);
/* Those of one question, for a row at t, into text. */
void tw_chain_roots_own(struct tw_chain *o, const struct tw_question *q, int64_t t, struct tw_buf *text);
/* The first member that is not at hand; empty: all are. */
struct tw_slice tw_chain_absent(const struct tw_chain *o, struct tw_slice text);
/* The first certificate of a chain, TW_NONE where it is not at hand. */
uint32_t tw_chain_leaf(const struct tw_chain *o, struct tw_slice text);
/* The answers, by store, presented and pool, to the chain with what was
 * stapled to it, for one row at t; only what was checked of the response is
 * remembered. tw_chain_stapled_free frees them. */
struct tw_own *tw_chain_stapled(struct tw_chain *o, struct tw_slice text, const struct tw_staple *staple, int64_t t);
void tw_chain_stapled_free(const struct tw_chain *o, struct tw_own *own);
/* Checks the signatures that judging it will ask for. */
void tw_chain_ahead(struct tw_chain *o, struct tw_slice text, unsigned thread);
void tw_chain_forget(struct tw_chain *o);
/* A chain is judged when the members its path needs are at hand. */
bool tw_chain_lacks(const struct tw_seen *e, const struct tw_step *at);

/* used.c: a row with a chain and the time t. */
void tw_chain_count(struct tw_chain *o, int64_t t);
void tw_chain_used_new(struct tw_chain *o);
void tw_chain_used_free(struct tw_chain *o);

/* Columns' names, and the fields of one row: rows.c. One of them, TW_SHOW_*, of
 * the store s at a step, of a row at t, behind what b holds. */
void tw_chain_put_show(const struct tw_chain *o, struct tw_buf *b, uint32_t what, int s, const struct tw_judgement *j,
	const struct tw_step *at, int64_t t);
extern const char *const tw_chain_shows[];
#define TW_NSHOW 8
int tw_chain_bind(void *self, struct tw_header *h);
int tw_chain_row(void *self, struct tw_row *r);
void tw_chain_look(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread);
int tw_chain_settle(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread, struct tw_buf *why);
void tw_chain_fill(void *self, struct tw_row *r, const struct tw_mark *m, unsigned thread);

#endif
