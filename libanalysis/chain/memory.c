/* Each distinct chain is judged once. */
#include "chain/memory.h"

#include <stdlib.h>
#include <string.h>

/* Cuts the next name off text; its certificate's number. */
static uint32_t next_member(const struct tw_chain *o, struct tw_slice *text, struct tw_slice *name)
{
	const uint8_t *sp = memchr(text->p, ' ', text->n);
	uint8_t h[TW_SHA256];

	name->p = text->p;
	name->n = sp ? (size_t)(sp - text->p) : text->n;
	text->p += name->n + (sp != NULL);
	text->n -= name->n + (sp != NULL);
	return name->n == 2 * TW_SHA256 && tw_unhex(*name, h, TW_SHA256) ? tw_certs_find(&o->of->certs, h) : TW_NONE;
}

struct tw_slice tw_chain_absent(const struct tw_chain *o, struct tw_slice text)
{
	struct tw_slice name = { NULL, 0 };

	while (text.n)
		if (next_member(o, &text, &name) == TW_NONE)
			return name;
	return text;
}

/* The chain's members at hand into v, emptied before; whether all are, and the
 * leaf. */
static void members(const struct tw_chain *o, struct tw_slice text, struct tw_seen *e, struct tw_buf *v)
{
	struct tw_slice name;

	v->n = 0;
	e->leaf = TW_NONE;
	for (bool first = true; text.n; first = false) {
		uint32_t c = next_member(o, &text, &name);
		if (first)
			e->leaf = c;
		if (c == TW_NONE)
			e->partly = true;
		else
			tw_buf_add(v, &c, sizeof c);
	}
}

/* What a new chain waits for. */
struct wanted {
	struct tw_chain *o;
	struct tw_slice text;
};

static bool there(void *what)
{
	struct wanted *w = what;

	return !tw_chain_absent(w->o, w->text).n;
}

/* -1 after tw_error; else what came is in the graph. */
static int await(struct tw_chain *o, struct tw_slice text)
{
	struct wanted w = { o, text };

	if (!o->tail || there(&w))
		return 0;
	int got = tw_tail_await(o->tail, &o->stage, there, &w);
	tw_graph_sync(&o->g);
	return got < 0 ? -1 : 0;
}

static struct tw_question question(const struct tw_chain *o, const uint32_t *v, uint32_t n, int store, int pool, int64_t t)
{
	return (struct tw_question){ .presented = v, .npresented = n, .trust = o->trust[store], .at = t,
		.pool = pool ? &o->pool : NULL, .witness = o->has_witness ? &o->witness : NULL };
}

static bool always(const struct tw_store *s)
{
	return !s->nday || s->fixed;
}

static const struct tw_answer *find(const struct tw_answer *a, int64_t t)
{
	for (; a && a->j; a = atomic_load_explicit(&a->next, memory_order_acquire))
		if (a->held.from <= t && t <= a->held.until)
			return a;
	return NULL;
}

const struct tw_judgement *tw_chain_answer(const struct tw_seen *e, int store, int pool, int64_t t)
{
	return find(&e->answer[2 * store + pool], t)->j;
}

/* One judgement for all stores and dates that agree; most do on most chains. */
static struct tw_judgement *shared(const struct tw_chain *o, const struct tw_seen *e, struct tw_judgement *j)
{
	for (int i = 0; i < 2 * o->nstore; i++) {
		for (const struct tw_answer *a = &e->answer[i]; a && a->j; a = atomic_load_explicit(&a->next, memory_order_relaxed)) {
			if (tw_judgement_eq(a->j, j)) {
				tw_judgement_free(j);
				return a->j;
			}
		}
	}
	struct tw_judgement *own = tw_alloc(sizeof *own);
	*own = *j;
	return own;
}

static void add_answer(struct tw_answer *a, struct tw_held held, struct tw_judgement *j)
{
	if (!a->j) {
		a->held = held;
		a->j = j;
		return;
	}
	struct tw_answer *more = tw_alloc(sizeof *more);
	more->held = held;
	more->j = j;
	while (atomic_load_explicit(&a->next, memory_order_relaxed))
		a = atomic_load_explicit(&a->next, memory_order_relaxed);
	atomic_store_explicit(&a->next, more, memory_order_release);
}

/* What is remembered of e stays as it is: other threads look at it. */
static void settle_members(struct tw_chain *o, struct tw_slice text, const struct tw_seen *e)
{
	struct tw_seen again = { .leaf = TW_NONE };

	if (o->of_settled == e)
		return;
	members(o, text, &again, &o->settled);
	o->of_settled = e;
}

struct tw_question tw_chain_question(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, int store, int pool, int64_t t)
{
	settle_members(o, text, e);
	return question(o, (const uint32_t *)(const void *)o->settled.p, (uint32_t)(o->settled.n / sizeof(uint32_t)), store, pool, t);
}

void tw_chain_judge(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, const int64_t *t)
{
	if (e->leaf == TW_NONE || (!o->dated && e->answer[0].j))
		return;
	for (int p = 0; p <= o->has_pool; p++) {
		for (int s = 0; s < o->nstore; s++) {
			struct tw_answer *a = &e->answer[2 * s + p];
			struct tw_judgement j;
			bool any = always(&o->store[s]);
			int64_t at = any || !t ? 0 : *t;
			if ((!any && (!t || !tw_store_speaks(&o->store[s], at))) || find(a, at))
				continue;
			struct tw_question q = tw_chain_question(o, e, text, s, p, at);
			tw_judge_chain(o->judge, &q, &j);
			struct tw_held held = j.held;
			add_answer(a, held, shared(o, e, &j));
		}
	}
}

void tw_chain_ahead(struct tw_chain *o, struct tw_slice text, unsigned thread)
{
	struct tw_seen e = { .leaf = TW_NONE };
	struct tw_buf *v = &o->set[thread];

	members(o, text, &e, v);
	if (e.leaf != TW_NONE)
		tw_ahead_check(o->ahead, (const uint32_t *)(const void *)v->p, (uint32_t)(v->n / sizeof e.leaf), thread);
}

struct tw_seen *tw_chain_look_up(struct tw_chain *o, struct tw_slice text, const uint8_t id[TW_SHA256])
{
	bool fresh;
	struct tw_seen *e = tw_known_add(o->chains, id, &fresh);

	if (!fresh)
		return e;
	if (await(o, text) < 0)
		return NULL;
	e->order = "";
	members(o, text, e, &o->settled);
	o->of_settled = e;
	if (!e->partly)
		e->order = tw_chain_order(&o->of->g, (const uint32_t *)(const void *)o->settled.p,
			(uint32_t)(o->settled.n / sizeof(uint32_t)));
	if (e->leaf != TW_NONE)
		e->answer = tw_alloc((size_t)o->nstore * 2 * sizeof *e->answer);
	return e;
}

uint32_t tw_chain_leaf(const struct tw_chain *o, struct tw_slice text)
{
	uint8_t h[TW_SHA256];
	struct tw_slice w = { text.p, text.n < 2 * TW_SHA256 ? text.n : 2 * TW_SHA256 };
	bool alone = w.n == text.n || text.p[w.n] == ' ';

	return alone && tw_unhex(w, h, TW_SHA256) ? tw_certs_find(&o->of->certs, h) : TW_NONE;
}

struct tw_own *tw_chain_stapled(struct tw_chain *o, struct tw_slice text, const struct tw_staple *staple, int64_t t)
{
	struct tw_own *own = tw_alloc((size_t)o->nstore * 2 * sizeof *own);
	struct tw_seen e = { .leaf = TW_NONE };

	members(o, text, &e, &o->settled);
	o->of_settled = NULL;
	const uint32_t *v = (const uint32_t *)(const void *)o->settled.p;
	uint32_t n = (uint32_t)(o->settled.n / sizeof *v);
	for (int s = 0; s < o->nstore; s++) {
		for (int p = 0; p <= o->has_pool && tw_store_speaks(&o->store[s], t); p++) {
			struct tw_question q = question(o, v, n, s, p, t);
			struct tw_own *a = &own[2 * s + p];
			q.staple = staple;
			tw_judge_chain(o->judge, &q, &a->j);
			if (o->show & TW_SHOW_ROOTS && tw_judgement_at(&a->j, t)->reason == TW_R_OK)
				tw_chain_roots_own(o, &q, t, &a->roots);
		}
	}
	return own;
}

void tw_chain_stapled_free(const struct tw_chain *o, struct tw_own *own)
{
	for (int i = 0; i < 2 * o->nstore; i++) {
		tw_judgement_free(&own[i].j);
		tw_buf_free(&own[i].roots);
	}
	free(own);
}

/* The place of each judgement in the chain's answers is forgotten with the first. */
static void forget_one(struct tw_seen *e, int n, struct tw_judgement *j)
{
	for (int i = 0; i < n; i++)
		for (struct tw_answer *a = &e->answer[i]; a; a = a->next)
			if (a->j == j)
				a->j = NULL;
	tw_judgement_free(j);
	free(j);
}

static void forget(struct tw_seen *e, int n)
{
	for (int i = 0; e->answer && i < n; i++)
		for (struct tw_answer *a = &e->answer[i]; a; a = a->next)
			if (a->j)
				forget_one(e, n, a->j);
	for (int i = 0; e->answer && i < n; i++) {
		for (struct tw_answer *a = e->answer[i].next, *next; a; a = next) {
			next = a->next;
			free(a);
		}
	}
	free(e->answer);
	tw_chain_roots_free(e, n);
}

void tw_chain_forget(struct tw_chain *o)
{
	for (uint32_t i = 0; i < tw_known_count(o->chains); i++)
		forget(tw_known_at(o->chains, i), 2 * o->nstore);
	tw_known_free(o->chains);
}

/* A chain is judged when the members its path needs are at hand. */
bool tw_chain_lacks(const struct tw_seen *e, const struct tw_step *at)
{
	return e->partly && (at->reason == TW_R_MISSING_INTERMEDIATE || at->reason == TW_R_UNTRUSTED_ROOT ||
		at->reason == TW_R_UNKNOWN_ISSUER);
}
