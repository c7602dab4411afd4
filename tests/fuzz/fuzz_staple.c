/* A PEM bundle of certificates, CRLs and an OCSP response: the first certificate
 * is the leaf, the last an anchor, the rest are presented. All signatures hold,
 * so that changed bytes still matter. A response only takes away where nothing
 * is required, and gives at most what lists were asked for; one that cannot
 * matter does not; and asked again it says the same. */
#include "chain/crls.h"
#include "chain/judge.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };
struct world {
	struct tw_graph g;
	uint32_t chain[MOST], n;
	struct tw_trust *trust;
	struct tw_crls *lists;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child)
{
	(void)k;
	return child->signature.n ? TW_SIG_GOOD : TW_SIG_BAD;
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

static void ask(struct world *w, const struct tw_staple *s, bool require)
{
	struct tw_judge_options rules = { .purpose = TW_PURPOSE_ANY, .revocation = w->lists, .require = require };
	struct tw_question q = { .presented = w->chain, .npresented = w->n, .trust = w->trust };
	struct tw_judge *j = tw_judge_new(&w->g, &rules);
	struct tw_judge_options lax = { .purpose = TW_PURPOSE_ANY, .revocation = w->lists };
	struct tw_judge *k = tw_judge_new(&w->g, &lax);
	struct tw_judgement without, with, again, known;
	struct tw_path *p;

	tw_judge_chain(j, &q, &without);
	q.staple = s;
	tw_judge_chain(j, &q, &with);
	tw_judge_chain(k, &q, &known);
	uint32_t n = tw_judge_paths(j, &q, 1433116800, &p);
	tw_paths_free(p, n);
	tw_judge_chain(j, &q, &again);
	within(&with, &known);
	if (!require)
		within(&with, &without);
	if (!tw_judgement_eq(&with, &again))
		abort();
	if (!tw_staple_matters(s, &w->g.certs->v[w->chain[0]], require) && !tw_judgement_eq(&with, &without))
		abort();
	q.staple = NULL;
	tw_judgement_free(&again);
	tw_judge_chain(j, &q, &again);
	if (!tw_judgement_eq(&without, &again))
		abort();
	tw_judgement_free(&without);
	tw_judgement_free(&with);
	tw_judgement_free(&again);
	tw_judgement_free(&known);
	tw_judge_free(j);
	tw_judge_free(k);
}

static void load(struct world *w, struct tw_slice text, struct tw_certs *certs, struct tw_buf *der)
{
	const char *why = "";
	size_t pos = 0, at = 0;
	int got;

	while (w->n < MOST && (got = tw_pem_next(text, &pos, der, &at, &why)) != 0) {
		if (got > 0)
			w->chain[w->n++] = tw_certs_add(certs, tw_buf_slice(der));
		der->n = 0;
	}
	tw_graph_init(&w->g, certs);
	w->lists = tw_crls_new(&w->g);
	pos = 0;
	for (int i = 0; i < MOST && (got = tw_pem_next_crl(text, &pos, der, &at, &why)) != 0; i++) {
		if (got > 0) {
			uint8_t *own = tw_realloc(NULL, der->n + 1, 1);
			memcpy(own, der->p, der->n);
			if (!tw_crls_add(w->lists, own, der->n, &why) && !why)
				abort();
		}
		der->n = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = { "OCSP RESPONSE", NULL };
	struct tw_slice text = { data, size }, label;
	struct tw_certs certs = { 0 };
	struct tw_buf der = { 0, 0, 0 };
	struct world w = { .n = 0 };
	struct tw_staple s;
	const char *why = "";
	size_t pos = 0, at = 0;

	load(&w, text, &certs, &der);
	if (w.n && tw_pem_find(text, labels, &pos, &label, &der, &at, &why) == 1) {
		struct tw_anchor row = tw_anchor_plain(w.chain[w.n - 1]);
		struct tw_store store = { .anchor = &row, .n = 1 };
		w.trust = tw_trust_new(&w.g, &store);
		tw_staple_read(&s, tw_buf_slice(&der));
		ask(&w, &s, false);
		ask(&w, &s, true);
		tw_trust_free(w.trust);
	}
	tw_crls_free(w.lists);
	tw_graph_free(&w.g);
	tw_buf_free(&der);
	tw_certs_close(&certs);
	return 0;
}
