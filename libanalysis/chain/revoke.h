/* revoke.h: revocation within a judge. Inner to chain/; outside: revocation.h. */
#ifndef TW_CHAIN_REVOKE_H
#define TW_CHAIN_REVOKE_H

#include "chain/crls.h"
#include "chain/label.h"
#include "chain/staple.h"
#include "chain/times.h"

/* What a list is worth under an anchor. */
struct tw_standing {
	uint32_t key;          /* that verifies it; TW_NONE: none does, or one that inherits its parameters */
	struct tw_times known; /* a signer's path is good, dates aside */
	struct tw_times good;  /* dates too */
	bool cut;              /* a bound was met: there may be more */
	/* When it is in force, brought up to date; worked out when needed. */
	struct tw_times force;
	bool forced, force_cut;
};
/* anchor is its certificate. Lent as long as c. */
struct tw_standing *tw_standing(struct tw_context *c, uint32_t list, uint32_t anchor);
/* The same of an issuer (key: its own) as one who may say what became of its
 * certificates, whatever its keyUsage. */
const struct tw_standing *tw_standing_issuer(struct tw_context *c, uint32_t issuer, uint32_t anchor);

/* A certificate, the one that issued it, and the anchor's above. */
struct tw_ask {
	struct tw_listed who;
	uint32_t issuer, anchor;
	bool require;
	const struct tw_staple *staple; /* that came with it, or NULL */
};
/* When it is revoked, or not known not to be. Depends on what c holds, and
 * nothing else. */
uint32_t tw_revocation_spans(struct tw_context *c, const struct tw_ask *q, struct tw_span out[TW_MAX_SPANS]);

/* ---- evidence.c ---- */
/* Appends to b, which is empty, what a list or the store's row has against the
 * certificate that fails at t; nothing for other failures. */
void tw_evidence(struct tw_buf *b, struct tw_context *c, const struct tw_row_key *row, const struct tw_path *p,
	const struct tw_failure *f, int64_t t);

/* ---- staple.c ---- */
/* What the stapled response proves. */
struct tw_word {
	struct tw_times revoked; /* the certificate is */
	struct tw_times good;    /* the response is in force */
	bool cut;                /* a bound was met on the way to who signed it */
	struct tw_staple_says says;
};
/* q->staple must be there. */
void tw_staple_word(struct tw_context *c, const struct tw_ask *q, struct tw_word *w);
void tw_word_free(struct tw_word *w);

#endif
