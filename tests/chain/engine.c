#include "chain/engine.h"

#include "synth/web.h"

#include <stdlib.h>
#include <string.h>

/* ---- signatures are the web's truth ---- */

struct tw_pubkey {
	uint8_t number;
};

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer);
void __wrap_tw_pubkey_free(struct tw_pubkey *k);
enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer)
{
	struct tw_pubkey *k = tw_alloc(sizeof *k);
	struct tw_slice s = issuer->key_bits_raw;

	k->number = s.n > 65 ? s.p[s.n - 5] : s.p[60];
	return k;
}

void __wrap_tw_pubkey_free(struct tw_pubkey *k)
{
	free(k);
}

enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child)
{
	static const uint8_t unsupported[] = { 0x2a, 3, 4, 5 };
	struct tw_slice u = { unsupported, sizeof unsupported };

	if (tw_slice_eq(child->sig_oid, u))
		return TW_SIG_UNSUPPORTED;
	return child->signature.p[0] == k->number ? TW_SIG_GOOD : TW_SIG_BAD;
}

/* ---- the engine ---- */

struct web_features engine_features(void)
{
	return (struct web_features){ .policies = false, .store_rows = false };
}

void engine_open(struct engine *e, const struct web *w, const int *order)
{
	memset(e, 0, sizeof *e);
	e->n = w->n;
	for (int i = 0; i < w->n; i++) {
		struct tw_buf der = { 0, 0, 0 };
		web_der(w, order[i], &der);
		e->id[order[i]] = tw_certs_add(&e->certs, tw_buf_slice(&der));
		tw_buf_free(&der);
	}
	tw_graph_init(&e->graph, &e->certs);
}

void engine_close(struct engine *e)
{
	tw_judgement_free(&e->judgement);
	tw_graph_free(&e->graph);
	tw_certs_close(&e->certs);
}

static void index_of(struct engine *e, uint32_t set, struct tw_index *x)
{
	uint32_t v[WEB_CERTS], n = 0;

	for (int i = 0; i < e->n; i++)
		if (set >> i & 1)
			v[n++] = e->id[i];
	tw_index_make(x, &e->graph, v, n, false);
}

void engine_judge(struct engine *e, const struct web *w)
{
	uint32_t presented[WEB_CERTS], trusted = 0;
	struct tw_index pool, witness, anchors;
	struct tw_question q = { .presented = presented, .npresented = (uint32_t)w->npresented, .anchors = &anchors, .pool = &pool,
		.witness = w->has_witness ? &witness : NULL, .purpose = (enum tw_purpose)w->purpose };

	for (int i = 0; i < w->npresented; i++)
		presented[i] = e->id[w->presented[i]];
	for (int i = 0; i < w->nanchor; i++)
		trusted |= UINT32_C(1) << w->anchor[i].cert;
	index_of(e, trusted, &anchors);
	index_of(e, w->pool, &pool);
	index_of(e, w->witness, &witness);
	tw_judgement_free(&e->judgement);
	tw_judge(&e->graph, &q, &e->judgement);
	tw_index_free(&pool);
	tw_index_free(&witness);
	tw_index_free(&anchors);
}

static int back(const struct engine *e, uint32_t id)
{
	for (int i = 0; i < e->n; i++)
		if (e->id[i] == id)
			return i;
	return -1;
}

void engine_at(const struct engine *e, int64_t t, struct brute_answer *a)
{
	const struct tw_step *s = tw_judgement_at(&e->judgement, t);

	memset(a, 0, sizeof *a);
	a->reason = (int)s->reason;
	a->culprit = s->culprit == TW_NONE ? 0 : UINT32_C(1) << back(e, s->culprit);
	a->npath = (int)s->npath;
	a->fetched = (int)s->fetched;
	for (uint32_t i = 0; i < s->npath && i <= WEB_CERTS; i++)
		a->path[i] = back(e, e->judgement.path[s->path + i]);
}
