#include "chain/engine.h"

#include "synth/web.h"

#include <stdlib.h>
#include <string.h>

/* ---- signatures are the web's truth ---- */

struct tw_pubkey {
	uint8_t number, group; /* as signatures have them: with inherited parameters 1 or 2 */
	bool lacks;            /* parameters */
};

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer, struct tw_slice params);
void __wrap_tw_pubkey_free(struct tw_pubkey *k);
enum tw_sig __wrap_tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

struct tw_pubkey *__wrap_tw_pubkey_new(const struct tw_cert *issuer, struct tw_slice params)
{
	struct tw_pubkey *k = tw_alloc(sizeof *k);
	struct tw_slice s = issuer->key_bits_raw;

	k->number = s.n > 65 ? s.p[s.n - 5] : issuer->key == TW_KEY_DSA ? s.p[s.n - 1] : s.p[60];
	if (tw_cert_dsa_inherits(issuer)) {
		k->lacks = !params.n;
		k->group = params.n ? (uint8_t)(params.p[params.n - 1] - 1) : 0; /* g is 2 or 3 */
	}
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
	if (k->lacks)
		return TW_SIG_UNSUPPORTED;
	return child->signature.p[0] == (k->number | k->group << 4) ? TW_SIG_GOOD : TW_SIG_BAD;
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

static void index_of(struct engine *e, uint32_t set, struct tw_index *x)
{
	uint32_t v[WEB_CERTS], n = 0;

	for (int i = 0; i < e->n; i++)
		if (set >> i & 1)
			v[n++] = e->id[i];
	tw_index_make(x, &e->graph, v, n, false);
}

/* The certificate's own bytes, or those of its issuer and serial, or its key's. */
static struct tw_block block_of(const struct web *w, const struct web_block *b)
{
	struct tw_block r = { .kind = (enum tw_block_kind)b->kind, .from = b->from, .until = b->until,
		.held = { TW_TIME_MIN, TW_TIME_MAX } };
	struct tw_buf bytes = { 0, 0, 0 }, der = { 0, 0, 0 };
	struct tw_cert c;

	web_der(w, b->cert, &der);
	tw_cert_read(&c, tw_buf_slice(&der));
	tw_buf_addslice(&bytes, b->kind == WEB_BLOCK_CERT ? c.der : b->kind == WEB_BLOCK_KEY ? c.spki : c.issuer);
	tw_sha256(tw_buf_slice(&bytes), r.hash);
	if (b->kind == WEB_BLOCK_SERIAL) {
		bytes.n = 0;
		tw_buf_add(&bytes, r.hash, TW_SHA256);
		tw_buf_addslice(&bytes, c.serial);
		tw_sha256(tw_buf_slice(&bytes), r.hash);
	}
	tw_buf_free(&bytes);
	tw_buf_free(&der);
	return r;
}

static void forget(struct engine *e)
{
	if (!e->judge)
		return;
	tw_judge_free(e->judge);
	tw_trust_free(e->trust);
	tw_index_free(&e->pool);
	tw_index_free(&e->witness);
	e->judge = NULL;
}

void engine_close(struct engine *e)
{
	forget(e);
	tw_judgement_free(&e->judgement);
	tw_graph_free(&e->graph);
	tw_certs_close(&e->certs);
}

/* Rows of the store that its snapshots hold at second 0 alone, and of every
 * certificate one that they held until a second before or from one after. */
static void take_store(struct engine *e, const struct web *w)
{
	static struct tw_constraint ask[] = { { .sct_not_after = 1, .sct_all_after = TW_TIME_MIN, .starts_not_after = TW_TIME_MAX,
		.starts_after = TW_TIME_MIN }, { .sct_not_after = TW_TIME_MAX, .sct_all_after = 2, .starts_not_after = TW_TIME_MAX,
		.starts_after = TW_TIME_MIN } };
	static const struct tw_alternatives sets[] = { { &ask[0], 1, (char *)(uintptr_t)"one" }, { &ask[1], 1, (char *)(uintptr_t)"two" } };
	static const struct tw_held now = { 0, 0 }, other[] = { { TW_TIME_MIN, -1 }, { 1, TW_TIME_MAX } };
	uint32_t n = 0, nblock = 0;

	for (int i = 0; i < w->nanchor; i++) {
		const struct web_anchor *a = &w->anchor[i];
		struct tw_anchor *x = &e->anchor[n++];
		*x = tw_anchor_plain(e->id[a->cert]);
		x->purposes = (a->server ? TW_TRUST_SERVER : 0u) | (a->client ? TW_TRUST_CLIENT : 0u) | TW_TRUST_EMAIL;
		x->expiry = a->expiry;
		x->distrust_after = a->distrust_after;
		x->constraints = a->sets ? &sets[a->sets - 1] : NULL;
		x->held = now;
	}
	for (int i = 0; i < w->nblock; i++) {
		e->block[nblock] = block_of(w, &w->block[i]);
		e->block[nblock++].held = now;
	}
	for (int i = 0; i < w->n; i++) {
		struct web_block all = { (enum web_block_kind)(i % 3), i, TW_TIME_MIN, TW_TIME_MAX };
		if (e->id[i] != TW_NONE) { /* else it is still to come */
			e->anchor[n] = tw_anchor_plain(e->id[i]);
			e->anchor[n++].held = other[i & 1];
		}
		e->block[nblock] = block_of(w, &all);
		e->block[nblock++].held = other[i >> 1 & 1];
	}
	e->store = (struct tw_store){ .anchor = e->anchor, .block = e->block, .n = n, .nblock = nblock };
}

static struct tw_judge *new_judge(struct engine *e, const struct web *w, bool facts)
{
	static const char *const profile[] = { "rfc5280", "webpki", "2015" };
	struct tw_judge_options rules = { .purpose = (enum tw_purpose)w->purpose, .profile = tw_profile_find(profile[w->profile]),
		.facts = facts };

	return tw_judge_new(&e->graph, &rules);
}

static void bring(struct engine *e, const struct web *w, int i)
{
	struct tw_buf der = { 0, 0, 0 };

	web_der(w, i, &der);
	e->id[i] = tw_certs_add(&e->certs, tw_buf_slice(&der));
	tw_buf_free(&der);
}

void engine_begin(struct engine *e, const struct web *w)
{
	memset(e, 0, sizeof *e);
	e->n = w->n;
	for (int i = 0; i < w->n; i++)
		e->id[i] = TW_NONE;
	tw_graph_init(&e->graph, &e->certs);
	for (int i = 0; i < w->nanchor; i++)
		bring(e, w, w->anchor[i].cert);
	tw_graph_sync(&e->graph);
	take_store(e, w);
	e->trust = tw_trust_new(&e->graph, &e->store);
	e->judge = new_judge(e, w, true);
}

void engine_ask(struct engine *e, const struct web *w)
{
	for (int i = 0; i < w->npresented; i++) {
		bring(e, w, w->presented[i]);
		e->presented[i] = e->id[w->presented[i]];
	}
	tw_graph_sync(&e->graph);
	e->question = (struct tw_question){ .presented = e->presented, .npresented = (uint32_t)w->npresented, .trust = e->trust };
	tw_judgement_free(&e->judgement);
	tw_judge_chain(e->judge, &e->question, &e->judgement);
}

/* The leaf is asked about in a web where another was asked about before: one
 * judge for all, as in a run. */
void engine_judge(struct engine *e, const struct web *w)
{
	forget(e);
	for (int i = 0; i < w->npresented; i++)
		e->presented[i] = e->id[w->presented[i]];
	take_store(e, w);
	index_of(e, w->pool, &e->pool);
	index_of(e, w->witness, &e->witness);
	e->trust = tw_trust_new(&e->graph, &e->store);
	e->judge = new_judge(e, w, true);
	e->question = (struct tw_question){ .presented = e->presented, .npresented = (uint32_t)w->npresented, .trust = e->trust,
		.pool = &e->pool, .witness = w->has_witness ? &e->witness : NULL };
	/* The others first: what the judge remembers of them must not show. */
	for (int i = w->npresented - 1; i >= 0; i--) {
		uint32_t first = e->presented[0];
		e->presented[0] = e->presented[i];
		e->presented[i] = first;
		tw_judgement_free(&e->judgement);
		tw_judge_chain(e->judge, &e->question, &e->judgement);
		e->presented[i] = e->presented[0];
		e->presented[0] = first;
	}
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
	a->facts[a->nfacts++] = s->facts;
	for (uint32_t i = 0; i < s->npath && i <= WEB_CERTS; i++)
		a->path[i] = back(e, e->judgement.path[s->path + i]);
}

int engine_paths(struct engine *e, int64_t t, struct brute_listed *out, int max)
{
	struct tw_path *p;
	uint32_t n = tw_judge_paths(e->judge, &e->question, t, &p);
	int got = 0;

	for (uint32_t i = 0; i < n && got < max; i++) {
		struct brute_listed *l = &out[got++];
		memset(l, 0, sizeof *l);
		l->reason = (int)p[i].reason;
		l->culprit = p[i].culprit == TW_NONE ? 0 : UINT32_C(1) << back(e, p[i].culprit);
		l->fetched = (int)p[i].fetched;
		l->from = p[i].from;
		l->until = p[i].until;
		l->npath = (int)p[i].n;
		for (uint32_t k = 0; k < p[i].n; k++)
			l->path[k] = back(e, p[i].cert[k]);
		for (uint32_t k = 0; k < p[i].nfailure; k++)
			l->by[p[i].failure[k].reason] |= UINT32_C(1) << l->path[p[i].failure[k].at];
	}
	tw_paths_free(p, n);
	return got;
}

static bool same_step(const struct tw_judgement *a, const struct tw_judgement *b, uint32_t i)
{
	const struct tw_step *x = &a->step[i], *y = &b->step[i];

	if (x->from != y->from || x->reason != y->reason || x->culprit != y->culprit || x->fetched != y->fetched || x->npath != y->npath)
		return false;
	for (uint32_t k = 0; k < x->npath; k++)
		if (a->path[x->path + k] != b->path[y->path + k])
			return false;
	return true;
}

/* But for where they begin. */
static bool says_the_same(const struct tw_judgement *a, const struct tw_step *x, const struct tw_judgement *b, const struct tw_step *y, bool facts)
{
	if (x->reason != y->reason || x->culprit != y->culprit || x->fetched != y->fetched || x->npath != y->npath || (facts && x->facts != y->facts))
		return false;
	return !x->npath || !memcmp(a->path + x->path, b->path + y->path, x->npath * sizeof *a->path);
}

static bool are_steps(const struct tw_judgement *a)
{
	bool ok = a->nstep && a->step[0].from == TW_TIME_MIN && a->step[a->nstep - 1].from <= TW_TIME_MAX;

	for (uint32_t i = 1; i < a->nstep; i++)
		ok &= a->step[i].from > a->step[i - 1].from && !says_the_same(a, &a->step[i - 1], a, &a->step[i], true);
	return ok;
}

bool engine_steps(const struct engine *e)
{
	return are_steps(&e->judgement);
}

bool engine_without_facts(struct engine *e, const struct web *w)
{
	struct tw_judge *judge = new_judge(e, w, false);
	struct tw_judgement bare;
	bool ok;

	engine_judge(e, w);
	tw_judge_chain(judge, &e->question, &bare);
	ok = are_steps(&bare);
	for (uint32_t i = 0; i < e->judgement.nstep; i++) {
		const struct tw_step *s = &e->judgement.step[i], *b = tw_judgement_at(&bare, s->from);
		ok &= says_the_same(&e->judgement, s, &bare, b, false) && !b->facts;
	}
	tw_judgement_free(&bare);
	tw_judge_free(judge);
	return ok;
}

static bool same_judgement(const struct tw_judgement *a, const struct tw_judgement *b)
{
	bool same = a->nstep == b->nstep;

	for (uint32_t i = 0; same && i < a->nstep; i++)
		same = same_step(a, b, i);
	return same;
}

bool engine_remembers(struct engine *e, const struct web *w)
{
	uint32_t sent[WEB_CERTS] = { e->id[w->presented[0]] };
	struct tw_judgement last = { .nstep = 0 };
	bool ok = true;

	engine_judge(e, w);
	for (uint32_t set = 0; set < UINT32_C(1) << w->n; set++) {
		struct tw_question q = e->question;
		struct tw_judgement one, other;
		struct tw_judge *judge = new_judge(e, w, true);
		q.presented = sent;
		q.npresented = 1;
		for (int i = 0; i < w->n; i++)
			if (set >> i & 1 && i != w->presented[0])
				sent[q.npresented++] = e->id[i];
		tw_judge_chain(e->judge, &q, &one);
		tw_judge_chain(judge, &q, &other);
		ok &= same_judgement(&one, &other) && tw_judgement_eq(&one, &other);
		ok &= tw_judgement_eq(&one, &last) == same_judgement(&one, &last);
		tw_judgement_free(&last);
		tw_judgement_free(&other);
		tw_judge_free(judge);
		last = one;
	}
	tw_judgement_free(&last);
	return ok;
}
