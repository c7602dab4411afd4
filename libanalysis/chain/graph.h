/* graph.h: one issuer graph over all certificates. Names and keys become
 * numbers; a signature is checked at most once for an effective issuer key and
 * a child, only when some path needs it, and remembered. */
#ifndef TW_CHAIN_GRAPH_H
#define TW_CHAIN_GRAPH_H

#include "cert/cert.h"
#include "chain/signature.h"
#include "trust/store.h"

#include <pthread.h>

struct tw_node {
	uint32_t subject, issuer; /* numbers of normalised names; TW_NONE: unreadable */
	uint32_t key;             /* number of the SPKI's bytes */
};

/* A set of certificates found by their subject: the pool, the witness. */
struct tw_index {
	uint32_t *v;     /* by (subject, SHA-256) */
	uint32_t *byid;  /* by (subject, SKI, SHA-256); those without SKI first */
	uint32_t n;
	uint32_t *first; /* by subject's number: where it begins in both; nname + 1 of them */
	uint32_t nname;
	/* The issuers' names of each subject's certificates, each once and sorted. */
	uint32_t *next, *nextfirst;
	bool *policies;  /* by subject: some certificate requires a policy */
};

/* A key as it is used: a DSA key without parameters has as many as there are
 * parameters that it may inherit. */
struct tw_keyinfo {
	uint32_t cert;           /* one certificate that has it */
	struct tw_slice params;  /* AlgorithmIdentifier's parameters, own or inherited */
	struct tw_pubkey *pubkey; /* made when needed */
};

struct tw_memo {
	uint64_t at; /* key << 32 | child; UINT64_MAX = free */
	uint8_t sig; /* TW_SIG_UNKNOWN: being checked */
	bool asked;  /* by who judges */
};

struct tw_graph {
	struct tw_certs *certs; /* borrowed; may grow between tw_graph_sync calls */
	struct tw_node *node;   /* by index in certs */
	uint32_t n;
	struct tw_set names, keys;
	struct tw_keyinfo *keyinfo; /* by key's number */
	uint32_t nkeyinfo, keyinfo_cap;
	struct tw_memo *memo;
	uint32_t nmemo, memo_cap;
	struct tw_set texts;    /* of stores' constraints */
	const struct tw_alternatives **constraints; /* by ordinal of texts */
	uint32_t capconstraints;
	uint64_t checked;       /* signatures that a judgement asked for, each once */
	bool shared;            /* lock guards memo, nmemo, memo_cap */
	pthread_mutex_t lock;
	pthread_cond_t told;
};

void tw_graph_init(struct tw_graph *g, struct tw_certs *certs);
void tw_graph_free(struct tw_graph *g);
/* Takes in the certificates added since. */
void tw_graph_sync(struct tw_graph *g);

/* The number of a Name (whole TLV), followed by rdn, the content of an RDN's SET
 * (RFC 5280 4.2.1.13, nameRelativeToCRLIssuer), unless that is empty. add:
 * unknown ones get a number, else TW_NONE. */
uint32_t tw_graph_name(struct tw_graph *g, struct tw_slice name, struct tw_slice rdn, bool add);

/* The number of a store's constraints, from 1 on: equal ones have one, whichever
 * store they are of. Lends them. */
uint32_t tw_graph_constraints(struct tw_graph *g, const struct tw_alternatives *a);

/* An index over n certificates, repeats allowed; the unreadable are left out,
 * and all without cA TRUE when only_ca. */
void tw_index_make(struct tw_index *x, const struct tw_graph *g, const uint32_t *v, uint32_t n, bool only_ca);
void tw_index_free(struct tw_index *x);
/* Those with this subject: the first's place in v and byid, and in *n how many. */
uint32_t tw_index_find(const struct tw_index *x, uint32_t subject, uint32_t *n);
/* Is the certificate one of them? */
bool tw_index_has(const struct tw_index *x, const struct tw_graph *g, uint32_t cert);

/* Does the key verify child? Names are not looked at. A DSA key without
 * parameters is TW_SIG_UNSUPPORTED. */
enum tw_sig tw_graph_sig(struct tw_graph *g, uint32_t key, uint32_t child);
/* The same of anything signed (its tbs, sig_oid, sig_params and signature);
 * not remembered. */
enum tw_sig tw_graph_verify(struct tw_graph *g, uint32_t key, const struct tw_cert *what);
/* For ahead.h: threads beside the one that calls the functions above. share:
 * before the first of them. claim: nobody checked the pair, nor is about to;
 * the caller does, and tells; who asks meanwhile waits. */
void tw_graph_share(struct tw_graph *g);
bool tw_graph_claim(struct tw_graph *g, uint32_t key, uint32_t child);
void tw_graph_tell(struct tw_graph *g, uint32_t key, uint32_t child, enum tw_sig sig);
/* What a check with it costs, in units of an RSA-2048 verification. */
uint32_t tw_graph_cost(const struct tw_graph *g, uint32_t key);
/* The key is a DSA key that must inherit its parameters. */
bool tw_graph_inherits(const struct tw_graph *g, uint32_t key);
/* The number of key with the parameters of the issuer's key above (RFC 5280
 * 6.1.4 (e)); key itself where above has none or is no DSA key. */
uint32_t tw_graph_inherit(struct tw_graph *g, uint32_t key, uint32_t above);
/* The same subject and the same key. */
static inline bool tw_same_entity(const struct tw_graph *g, uint32_t a, uint32_t b)
{
	return g->node[a].subject == g->node[b].subject && g->node[a].key == g->node[b].key;
}

#endif
