/* stage.h: judging as a stage over rows: what tw-chain is, and what tw-study
 * runs. Each distinct chain is judged once for each store and pool. */
#ifndef TW_CHAIN_STAGE_H
#define TW_CHAIN_STAGE_H

#include "chain/judge.h"

/* Columns on demand, in this order. */
enum { TW_SHOW_PATH = 1, TW_SHOW_CULPRIT = 2, TW_SHOW_WINDOW = 4, TW_SHOW_EVER = 8, TW_SHOW_FETCHED = 16,
	TW_SHOW_SNAPSHOT = 32, TW_SHOW_FACTS = 64, TW_SHOW_ROOTS = 128 };

struct tw_chain_options {
	const char *certs;    /* certs.der */
	bool follow;          /* it is still being written: cert/tail.h; no "all" then */
	char *const *store;   /* [NAME=]SPEC, at least one */
	int nstore;
	bool nearest;         /* rows older than a store's first snapshot are judged by it */
	const char *pool;     /* NULL: presented only; "all": certs.der; else a file */
	const char *witness;  /* NULL: none; "all": certs.der; else a file */
	uint32_t show;        /* TW_SHOW_* */
	bool judgements;      /* tw_chain_judgements will be asked for: it has them all */
	enum tw_purpose purpose;
	const struct tw_profile *profile; /* NULL: rfc5280 */
	char *const *crl;     /* files and folders of revocation lists */
	int ncrl;
	bool require;         /* each member needs a list in force */
	bool client;          /* for the tool: tw_chain_stage_client behind it */
	unsigned threads;     /* that work on rows; 0: one a processor */
	bool stats;           /* for the tool: tw_chain_stats at the end */
};

/* NULL after tw_error. tw_chain_stage_free frees the stage, ->free is NULL. */
struct tw_stage *tw_chain_stage(const struct tw_chain_options *o) TW_CHECK;
/* A stage more behind that one, over the same certificates and stores: clients'
 * chains, of the column client_chain, for the purpose client, in columns with the
 * suffix .client. Freed before the other. */
struct tw_stage *tw_chain_stage_client(struct tw_stage *server) TW_CHECK;
void tw_chain_stage_free(struct tw_stage *s);
/* Comma-separated names of columns on demand to bits; -1 after tw_error. */
int tw_chain_show(const char *list, uint32_t *bits) TW_CHECK;
/* judgements.csv: one row for each distinct chain, store, pool and step in
 * time so far, chains in first-seen order. -1 when a write failed. */
int tw_chain_judgements(const struct tw_stage *s, FILE *out) TW_CHECK;
/* Adds the member "stores" to p: of each [NAME=]SPEC its name and the spec; of a
 * store without dates its anchors, their digest (digest.h) and the rows with a
 * chain and a time; of others the snapshots in force for such rows, with their
 * numbers, and for how many there was none. After the last row. */
struct tw_provenance;
void tw_chain_provenance(const struct tw_stage *s, struct tw_provenance *p);
/* -1 after tw_error where more than one of a hundred such rows had no snapshot
 * of some store. After the last row. */
int tw_chain_spoken(const struct tw_stage *s) TW_CHECK;
/* One line of what a stage did, for --stats: chains, contexts, certificates,
 * labels, edges, signatures, limits. */
void tw_chain_stats(const struct tw_stage *s, struct tw_buf *b);

#endif
