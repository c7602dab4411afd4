/* memory.h: the distinct chains of a stage and their judgements. Inner to
 * chain/. */
#ifndef TW_CHAIN_MEMORY_H
#define TW_CHAIN_MEMORY_H

#include "chain/stage.h"

enum tw_chain_column { TW_COL_TIME, TW_COL_NAME, TW_COL_CHAIN, TW_COL_COLLECTED, TW_COL_VERSION, TW_COL_RESUMED,
	TW_COL_OUTCOME, TW_COL_SOURCE, TW_COL_STAPLE, TW_COL_N };

/* What is remembered of a distinct chain. */
struct tw_seen {
	uint32_t leaf;            /* TW_NONE: not at hand */
	bool partly;              /* some member is not at hand */
	const char *order;
	/* By store, presented and pool; equal ones are one. NULL without leaf. */
	struct tw_judgement **j;
};

struct tw_chain {
	struct tw_stage stage;
	/* Whose certs and g are used: its own, or for clients' chains those of the
	 * stage of servers', which its store, trust, lists and indexes belong to too. */
	struct tw_chain *of;
	const char *suffix;      /* of its columns */
	struct tw_certs certs;
	struct tw_graph g;
	struct tw_store *store;
	struct tw_trust **trust; /* by store */
	struct tw_crls *lists;    /* NULL: no word on revocation */
	struct tw_judge *judge;
	const struct tw_profile *profile;
	int nstore;
	struct tw_index pool, witness;
	bool has_pool, has_witness, require;
	uint32_t show;
	uint32_t at[TW_COL_N];
	struct tw_set chains;    /* SHA-256 of the chain field's text */
	struct tw_seen *seen;    /* by number in chains */
	uint32_t cap;
	struct tw_buf b;
	struct tw_buf der;       /* the row's stapled response */
};

/* The chain of this text, judged if it is new; its number. */
uint32_t tw_chain_look_up(struct tw_chain *o, struct tw_slice text);
/* The judgement of the chain with what was stapled to it, for one row; only what
 * was checked of the response is remembered. The caller frees *out. */
void tw_chain_stapled(struct tw_chain *o, struct tw_slice text, int store, int pool, const struct tw_staple *staple,
	struct tw_judgement *out);
void tw_chain_forget(struct tw_chain *o);
/* A chain is judged when the members its path needs are at hand. */
bool tw_chain_lacks(const struct tw_seen *e, const struct tw_step *at);

/* Columns' names, and the fields of one row: rows.c. */
extern const char *const tw_chain_shows[];
#define TW_NSHOW 5
int tw_chain_bind(void *self, struct tw_header *h);
int tw_chain_row(void *self, struct tw_row *r);

#endif
