/* A PEM bundle of certificates and CRLs: the first certificate is the leaf, the
 * last an anchor, the rest are presented. All signatures hold, so that changed
 * bytes still matter. Lists only take away, requiring them takes away more, and
 * their order does not show. */
#include "chain/crls.h"
#include "chain/judge.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 32 };
struct world {
	struct tw_graph g;
	uint32_t chain[MOST], n;
	struct tw_slice list[MOST];
	uint32_t nlist;
	struct tw_trust *trust;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child)
{
	(void)k;
	return child->signature.n ? TW_SIG_GOOD : TW_SIG_BAD;
}

static void judge(struct world *w, bool lists, bool require, bool backwards, struct tw_judgement *out)
{
	struct tw_crls *s = lists ? tw_crls_new(&w->g) : NULL;
	struct tw_judge_options rules = { .purpose = TW_PURPOSE_ANY, .revocation = s, .require = require };
	struct tw_question q = { .presented = w->chain, .npresented = w->n, .trust = w->trust };

	for (uint32_t i = 0; s && i < w->nlist; i++) {
		struct tw_slice l = w->list[backwards ? w->nlist - 1 - i : i];
		uint8_t *der = tw_realloc(NULL, l.n ? l.n : 1, 1);
		const char *why = NULL;
		if (l.n)
			memcpy(der, l.p, l.n);
		if (!tw_crls_add(s, der, l.n, &why) && !why)
			abort();
	}
	struct tw_judge *j = tw_judge_new(&w->g, &rules);
	tw_judge_chain(j, &q, out);
	tw_judge_free(j);
	tw_crls_free(s);
}

/* Wherever a is good, b is. */
static void within(const struct tw_judgement *a, const struct tw_judgement *b)
{
	for (uint32_t i = 0; i < a->nstep + b->nstep; i++) {
		int64_t t = i < a->nstep ? a->step[i].from : b->step[i - a->nstep].from;
		if (tw_judgement_at(a, t)->reason == TW_R_OK && tw_judgement_at(b, t)->reason != TW_R_OK)
			abort();
	}
}

static void ask(struct world *w)
{
	struct tw_judgement none, known, back, require;

	judge(w, false, false, false, &none);
	judge(w, true, false, false, &known);
	judge(w, true, false, true, &back);
	judge(w, true, true, false, &require);
	if (!tw_judgement_eq(&known, &back))
		abort();
	within(&known, &none);
	within(&require, &known);
	tw_judgement_free(&none);
	tw_judgement_free(&known);
	tw_judgement_free(&back);
	tw_judgement_free(&require);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_slice text = { data, size };
	struct tw_certs certs = { 0 };
	struct tw_buf der[MOST] = { { 0, 0, 0 } };
	struct world w = { .n = 0 };
	const char *why = "";
	size_t pos = 0, at = 0;
	int got;

	while (w.n < MOST && (got = tw_pem_next(text, &pos, &der[0], &at, &why)) != 0) {
		if (got > 0)
			w.chain[w.n++] = tw_certs_add(&certs, tw_buf_slice(&der[0]));
		der[0].n = 0;
	}
	for (pos = 0; w.nlist < MOST && (got = tw_pem_next_crl(text, &pos, &der[w.nlist], &at, &why)) != 0;) {
		if (got > 0) {
			w.list[w.nlist] = tw_buf_slice(&der[w.nlist]);
			w.nlist++;
		} else {
			der[w.nlist].n = 0;
		}
	}
	if (w.n) {
		struct tw_anchor row = tw_anchor_plain(w.chain[w.n - 1]);
		struct tw_store store = { .anchor = &row, .n = 1 };
		tw_graph_init(&w.g, &certs);
		w.trust = tw_trust_new(&w.g, &store);
		ask(&w);
		tw_trust_free(w.trust);
		tw_graph_free(&w.g);
	}
	for (int i = 0; i < MOST; i++)
		tw_buf_free(&der[i]);
	tw_certs_close(&certs);
	return 0;
}
