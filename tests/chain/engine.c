#include "chain/engine.h"

#include "synth/web.h"

#include <stdlib.h>
#include <string.h>

/* ---- signatures are the web's truth ---- */

struct tw_pubkey {
	uint8_t number;
};

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer, struct tw_slice params);
void __wrap_tw_pubkey_free(struct tw_pubkey *k);
enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer, struct tw_slice params)
{
	(void)params;
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
	return (struct web_features){ .policies = true, .store_rows = true, .profiles = true };
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

/* The certificate's own bytes, or those of its issuer and serial, or its key's. */
static struct tw_block block_of(const struct engine *e, const struct web_block *b)
{
	const struct tw_cert *c = &e->certs.v[e->id[b->cert]];
	struct tw_block r = { .kind = (enum tw_block_kind)b->kind, .from = b->from, .until = b->until,
		.held = { TW_TIME_MIN, TW_TIME_MAX } };
	struct tw_buf bytes = { 0, 0, 0 };

	tw_buf_addslice(&bytes, b->kind == WEB_BLOCK_CERT ? c->der : b->kind == WEB_BLOCK_KEY ? c->spki : c->issuer);
	if (b->kind == WEB_BLOCK_SERIAL)
		tw_buf_addslice(&bytes, c->serial);
	tw_sha256(tw_buf_slice(&bytes), r.hash);
	tw_buf_free(&bytes);
	return r;
}

/* The leaf is asked about in a web where another was asked about before: one
 * judge for all, as in a run. */
void engine_judge(struct engine *e, const struct web *w)
{
	uint32_t presented[WEB_CERTS];
	struct tw_anchor anchor[WEB_CERTS];
	struct tw_block block[2];
	struct tw_store store = { .anchor = anchor, .block = block, .n = (uint32_t)w->nanchor, .nblock = (uint32_t)w->nblock };
	struct tw_index pool, witness;

	for (int i = 0; i < w->npresented; i++)
		presented[i] = e->id[w->presented[i]];
	for (int i = 0; i < w->nanchor; i++) {
		const struct web_anchor *a = &w->anchor[i];
		anchor[i] = tw_anchor_plain(e->id[a->cert]);
		anchor[i].purposes = (a->server ? TW_TRUST_SERVER : 0u) | (a->client ? TW_TRUST_CLIENT : 0u) | TW_TRUST_EMAIL;
		anchor[i].expiry = a->expiry;
		anchor[i].distrust_after = a->distrust_after;
	}
	for (int i = 0; i < w->nblock; i++)
		block[i] = block_of(e, &w->block[i]);
	index_of(e, w->pool, &pool);
	index_of(e, w->witness, &witness);
	struct tw_trust *trust = tw_trust_new(&e->graph, &store, 0);
	static const char *const profile[] = { "rfc5280", "webpki", "2015" };
	struct tw_judge_options rules = { .purpose = (enum tw_purpose)w->purpose, .profile = tw_profile_find(profile[w->profile]) };
	struct tw_judge *judge = tw_judge_new(&e->graph, &rules);
	struct tw_question q = { .presented = presented, .npresented = (uint32_t)w->npresented, .trust = trust, .pool = &pool,
		.witness = w->has_witness ? &witness : NULL };
	/* The others first: what the judge remembers of them must not show. */
	for (int i = w->npresented - 1; i >= 0; i--) {
		uint32_t first = presented[0];
		presented[0] = presented[i];
		presented[i] = first;
		tw_judgement_free(&e->judgement);
		tw_judge_chain(judge, &q, &e->judgement);
		presented[i] = presented[0];
		presented[0] = first;
	}
	tw_judge_free(judge);
	tw_trust_free(trust);
	tw_index_free(&pool);
	tw_index_free(&witness);
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
