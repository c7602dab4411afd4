/* crls.h: revocation lists loaded from files, found by issuer, and whether one
 * speaks of a certificate. Inner to chain/; outside: revocation.h. */
#ifndef TW_CHAIN_CRLS_H
#define TW_CHAIN_CRLS_H

#include "cert/crl.h"
#include "chain/cache.h"
#include "chain/graph.h"
#include "chain/revocation.h"
#include "trust/revoked.h"

/* A GeneralName made comparable: a directoryName by its number in the graph,
 * others by kind and bytes. */
struct tw_point_name {
	int kind;
	uint32_t number;
	struct tw_slice bytes;
};

struct tw_list {
	struct tw_crl crl;
	uint32_t issuer;            /* number of its name */
	struct tw_point_name *name; /* of its issuing distribution point */
	uint32_t nname;
	bool delta, removes;        /* it has an entry removeFromCRL */
	uint32_t scope;             /* number of issuer, distribution point and reasons */
	uint32_t next;              /* of the same issuer, TW_NONE: the last */
};

struct tw_delta {
	uint32_t list;
	uint32_t low;               /* of it and those behind it of its scope, one whose base is lowest */
};

struct tw_crls {
	struct tw_graph *g;         /* lent */
	struct tw_list *list;       /* usable ones, each once */
	uint32_t n, cap;
	struct tw_cache first;      /* issuer's number to the first of its lists */
	uint32_t *indirect, nindirect; /* names of the issuers of indirect lists, each once */
	struct tw_set seen, scopes;
	struct tw_delta *delta;     /* by scope and number, when sorted */
	uint32_t ndelta;
	bool sorted;
	struct tw_cache sig;        /* key << 32 | list to enum tw_sig */
	struct tw_revoked *vendor;  /* OneCRL, CRLSet */
	uint32_t nvendor;
};

/* A certificate that lists are asked about; it need not be in the graph. */
struct tw_listed {
	const struct tw_cert *cert;
	uint32_t issuer;            /* number of its issuer's name */
};

/* Takes over one list's bytes (malloc). False, and *why set, where it is of no
 * use; a list that is there already is used once. */
bool tw_crls_add(struct tw_crls *s, uint8_t *der, size_t n, const char **why);
/* The first list of an issuer; go on with .next. */
uint32_t tw_crls_first(const struct tw_crls *s, uint32_t issuer);
/* Does the key verify the list? */
enum tw_sig tw_crls_sig(struct tw_crls *s, uint32_t key, uint32_t list);

/* ---- deltas.c ---- */
/* The order of numbers of lists: INTEGERs that are not negative (RFC 5280
 * 5.2.3); an absent one is before all. */
int tw_crls_compare(struct tw_slice a, struct tw_slice b);
/* The number of a list's scope: equal for two of which (6.3.3 (c)) holds. */
uint32_t tw_crls_scope(struct tw_crls *s, const struct tw_list *l);
/* The delta lists of list's scope whose numbers are larger, in their order,
 * until no more of them can have a base that is not behind it: start with *at
 * = TW_NONE. Some on the way may have one behind it. */
bool tw_crls_next_delta(struct tw_crls *s, uint32_t list, uint32_t *at, uint32_t *delta);

/* ---- scope.c: RFC 5280 6.3.3 ---- */
/* The names of the CRL issuers of w's distribution points, its own issuer
 * first, each once; TW_NONE for unknown ones. Up to max; how many. */
uint32_t tw_scope_issuers(struct tw_crls *s, const struct tw_listed *w, uint32_t *out, uint32_t max);
/* The reasons for which the list speaks of w, TW_REASON_* (6.3.3 (b), (d),
 * by any of its points or as its issuer's own); 0: it does not. */
uint32_t tw_scope_reasons(struct tw_crls *s, uint32_t list, const struct tw_listed *w);
/* The list's entries for w: start with *at = 0. */
const struct tw_crl_entry *tw_scope_entry(struct tw_crls *s, uint32_t list, const struct tw_listed *w,
	uint32_t *at);

#endif
