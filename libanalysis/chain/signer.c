/* Who signed a list, and whether that one may: RFC 5280 6.3.3 (f) and (g).
 *
 * A signer is judged as the leaf of paths of its own, by a judge that knows
 * which signers are in question: lists that these signed say nothing about
 * them, so that no list vouches for itself. It is the signer (name and key)
 * that is in question, not the one list: of two copies of a list neither must
 * speak of the key that signed both. */
#include "chain/revoke.h"

#include <stdlib.h>
#include <string.h>

/* A judge of signers for each set of them in question. */
struct asked {
	uint64_t entity[TW_MAX_SIGNERS]; /* sorted */
	uint32_t n;
	struct tw_judge *judge;
};
struct tw_signers {
	struct tw_profile profile;
	struct asked *v;
	uint32_t n, cap;
	struct tw_cache at; /* hash of the entities to the place of the last with it */
};

void tw_signers_free(struct tw_signers *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n; i++)
		tw_judge_free(s->v[i].judge);
	free(s->v);
	tw_cache_free(&s->at);
	free(s);
}

void tw_signers_forget(struct tw_signers *s)
{
	for (uint32_t i = 0; s && i < s->n; i++)
		tw_contexts_free(s->v[i].judge);
}

static uint64_t entity_of(const struct tw_graph *g, uint32_t cert)
{
	return (uint64_t)g->node[cert].subject << 32 | g->node[cert].key;
}

static bool in_question(const struct tw_judge *j, uint64_t entity)
{
	for (uint32_t i = 0; i < j->nasked; i++)
		if (j->asked[i] == entity)
			return true;
	return false;
}

static struct tw_judge *new_judge(struct tw_judge *j, struct asked *a)
{
	struct tw_judge_options o = { .purpose = TW_PURPOSE_ANY, .profile = &j->signers->profile,
		.revocation = j->o.revocation };

	a->judge = tw_judge_new(j->g, &o);
	a->judge->signers = j->signers;
	a->judge->nasked = a->n;
	memcpy(a->judge->asked, a->entity, a->n * sizeof *a->entity);
	return a->judge;
}

/* The judge with one signer more in question; NULL: too many. */
static struct tw_judge *judge_of(struct tw_judge *j, uint64_t entity)
{
	struct asked a = { .n = 0 };
	uint32_t i = 0;

	if (j->nasked == TW_MAX_SIGNERS)
		return NULL;
	for (; i < j->nasked && j->asked[i] < entity; i++)
		a.entity[i] = j->asked[i];
	a.entity[i] = entity;
	memcpy(a.entity + i + 1, j->asked + i, (j->nasked - i) * sizeof *a.entity);
	a.n = j->nasked + 1;
	if (!j->signers) {
		j->signers = tw_alloc(sizeof *j->signers);
		j->signers->profile = *j->o.profile;
		j->signers->profile.ca_leaf = true;
	}
	struct tw_signers *s = j->signers;
	/* Equal hashes of unlike sets: the next number. */
	for (uint64_t h = tw_hash_bytes(a.entity, a.n * sizeof *a.entity, 7) >> 1;; h++) {
		const uintptr_t *at = tw_cache_get(&s->at, h);
		if (!at) {
			if (s->n == s->cap) {
				s->cap = s->cap ? s->cap * 2 : 4;
				s->v = tw_realloc(s->v, s->cap, sizeof *s->v);
			}
			s->v[s->n] = a;
			tw_cache_put(&s->at, h, s->n);
			return new_judge(j, &s->v[s->n++]);
		}
		const struct asked *b = &s->v[*at];
		if (b->n == a.n && !memcmp(b->entity, a.entity, a.n * sizeof *a.entity))
			return b->judge;
	}
}

static bool signs_lists(const struct tw_cert *c)
{
	return !(c->ext & TW_EXT_KEY_USAGE) || c->key_usage & TW_KU_CRL_SIGN;
}

/* ---- the signer's own paths ---- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tw_row_key));
}

/* The rows of one anchor, for a leaf that is no server's: without what their
 * vendor asks of those. */
static void anchor_rows(const struct tw_context *c, uint32_t anchor, struct tw_trust *t)
{
	const struct tw_graph *g = c->judge->g;

	t->row = tw_realloc(NULL, c->nrow, sizeof *t->row);
	t->subject = tw_realloc(NULL, c->nrow, sizeof *t->subject);
	t->given = c->touch;
	t->ngiven = c->ntouch;
	for (uint32_t i = 0; i < c->nrow; i++) {
		struct tw_row_key *r = &t->row[t->n];
		if (!tw_same_entity(g, c->row[i].cert, anchor))
			continue;
		memset(r, 0, sizeof *r);
		r->cert = c->row[i].cert;
		r->purposes = TW_TRUST_ALL;
		r->distrust_after = TW_TIME_MAX;
		r->expiry = c->row[i].expiry;
		t->subject[t->n++] = g->node[r->cert].subject;
	}
	qsort(t->row, t->n, sizeof *t->row, by_bytes);
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->n; i++)
		if (!n || by_bytes(&t->row[i], &t->row[n - 1]) != 0)
			t->row[n++] = t->row[i];
	t->n = n;
}

/* Adds the times at which one path makes its leaf a signer. */
static void add_path(const struct tw_judge *j, const struct tw_candidate_path *p, struct tw_standing *o)
{
	struct tw_times t = { .n = 0 };

	for (uint32_t e = p->events; e; e = j->event[e].next) {
		tw_times_add(&t, j->event[e].span.from, j->event[e].span.until);
		o->cut |= j->event[e].span.reason == TW_R_LIMIT;
	}
	tw_times_invert(&t);
	tw_times_join(&o->known, &t);
	tw_times_within(&t, p->from, p->until);
	tw_times_join(&o->good, &t);
	tw_times_free(&t);
}

/* Does a key that inherits its parameters verify the list, with those that it
 * has on this path? */
static bool whole_verifies(const struct tw_judge *j, uint32_t list, uint32_t key, const struct tw_candidate_path *p)
{
	uint32_t whole = tw_graph_inherit(j->g, key, tw_label(j, p->label)->key);

	return tw_crls_sig(j->o.revocation, whole, list) == TW_SIG_GOOD;
}

/* list: one that the signer's key, which inherits its parameters, has to verify
 * on the path; or TW_NONE. */
static void judge_signer(struct tw_context *c, uint32_t list, uint32_t signer, uint32_t anchor, struct tw_standing *o)
{
	struct tw_graph *g = c->judge->g;
	struct tw_judge *j = judge_of(c->judge, entity_of(g, signer));
	struct tw_trust trust = { .n = 0 };
	struct tw_candidate_path *p = NULL;
	uint32_t n = 0, own = g->node[signer].key;
	struct tw_lost lost;

	if (!j) {
		o->cut = true;
		return;
	}
	uint32_t *presented = tw_realloc(NULL, (size_t)c->npresented + 2, sizeof *presented);
	presented[n++] = signer;
	for (uint32_t i = 0; i < c->npresented; i++)
		presented[n++] = c->presented[i];
	if (c->leaf != TW_NONE)
		presented[n++] = c->leaf;
	anchor_rows(c, anchor, &trust);
	struct tw_question q = { .presented = presented, .npresented = n, .trust = &trust, .pool = c->pool };
	struct tw_context *sub = tw_context_find(j, &q, false);
	n = tw_leaf_paths(sub, signer, &p, &lost);
	for (uint32_t i = 0; i < n; i++) {
		if (!p[i].failures && (list == TW_NONE || whole_verifies(j, list, own, &p[i])))
			add_path(j, &p[i], o);
	}
	o->cut |= lost.paths;
	free(p);
	free(presented);
	free(trust.row);
	free(trust.subject);
}

/* ---- candidates ---- */

struct search {
	struct tw_context *c;
	uint32_t list, key;  /* TW_NONE until one verifies */
	uint32_t cert[TW_MAX_CANDIDATES], n;
	uint32_t tried[TW_MAX_CHECKS], ntried; /* keys that do not verify */
	uint64_t cost;
	bool cut;
};

static int key_id(const struct search *o, uint32_t cert)
{
	struct tw_cert child = { .aki = o->c->judge->o.revocation->list[o->list].crl.aki };

	return tw_key_ids(&child, &o->c->judge->g->certs->v[cert]);
}

/* The i-th of all that may be signers by their name; TW_NONE behind the last. */
static uint32_t named(const struct tw_context *c, uint32_t name, uint32_t i)
{
	uint32_t n = 0, at;

	if (i < c->npresented)
		return c->presented[i];
	i -= c->npresented;
	if (c->leaf != TW_NONE && i-- == 0)
		return c->leaf;
	if (!c->pool)
		return TW_NONE;
	at = tw_index_find(c->pool, name, &n);
	return i < n ? c->pool->v[at + i] : TW_NONE;
}

static void gather(struct search *o, uint32_t name)
{
	const struct tw_graph *g = o->c->judge->g;

	/* Those whose key identifier is the list's stand first. */
	for (int id = 1; id >= -1; id--) {
		uint32_t cert;
		for (uint32_t i = 0; (cert = named(o->c, name, i)) != TW_NONE; i++) {
			if (g->node[cert].subject != name || key_id(o, cert) != id)
				continue;
			if (o->n == TW_MAX_CANDIDATES) {
				o->cut = true;
				return;
			}
			o->cert[o->n++] = cert;
		}
	}
}

static bool verifies(struct search *o, uint32_t key)
{
	if (o->key != TW_NONE)
		return key == o->key;
	for (uint32_t i = 0; i < o->ntried; i++)
		if (o->tried[i] == key)
			return false;
	o->cost += tw_graph_cost(o->c->judge->g, key);
	if (o->cost > TW_MAX_CHECK_COST || o->ntried == TW_MAX_CHECKS) {
		o->cut = true;
		return false;
	}
	if (tw_crls_sig(o->c->judge->o.revocation, key, o->list) == TW_SIG_GOOD)
		o->key = key;
	else
		o->tried[o->ntried++] = key;
	return o->key == key;
}

static void at_all_times(struct tw_standing *o)
{
	tw_times_add(&o->known, TW_TIME_MIN, TW_TIME_MAX);
	tw_times_add(&o->good, TW_TIME_MIN, TW_TIME_MAX);
}

static void find_signers(struct search *o, uint32_t anchor, struct tw_standing *out)
{
	const struct tw_graph *g = o->c->judge->g;
	uint32_t name = o->c->judge->o.revocation->list[o->list].issuer;

	if (g->node[anchor].subject == name && verifies(o, g->node[anchor].key) && signs_lists(&g->certs->v[anchor])) {
		at_all_times(out);
		return;
	}
	gather(o, name);
	for (uint32_t i = 0; i < o->n; i++) {
		uint32_t cert = o->cert[i], key = g->node[cert].key;
		bool inherits = tw_graph_inherits(g, key);
		if (signs_lists(&g->certs->v[cert]) && !in_question(o->c->judge, entity_of(g, cert)) && (inherits || verifies(o, key)))
			judge_signer(o->c, inherits ? o->list : TW_NONE, cert, anchor, out);
	}
}

struct tw_standing *tw_standing(struct tw_context *c, uint32_t list, uint32_t anchor)
{
	uint64_t at = (uint64_t)list << 32 | anchor;
	const uintptr_t *known = tw_cache_get(&c->standings, at);

	if (known)
		return (struct tw_standing *)*known;
	struct tw_standing *o = tw_alloc(sizeof *o);
	struct search *s = tw_alloc(sizeof *s);
	s->c = c;
	s->list = list;
	s->key = TW_NONE;
	find_signers(s, anchor, o);
	o->key = s->key;
	o->cut |= s->cut;
	free(s);
	tw_cache_put(&c->standings, at, (uintptr_t)o);
	return o;
}

const struct tw_standing *tw_standing_issuer(struct tw_context *c, uint32_t issuer, uint32_t anchor)
{
	/* The numbers of lists end below this bit. */
	uint64_t at = (uint64_t)(issuer | 1u << 31) << 32 | anchor;
	const uintptr_t *known = tw_cache_get(&c->standings, at);

	if (known)
		return (const struct tw_standing *)*known;
	struct tw_standing *o = tw_alloc(sizeof *o);
	o->key = c->judge->g->node[issuer].key;
	if (tw_same_entity(c->judge->g, issuer, anchor))
		at_all_times(o);
	else
		judge_signer(c, TW_NONE, issuer, anchor, o);
	tw_cache_put(&c->standings, at, (uintptr_t)o);
	return o;
}

void tw_standings_free(struct tw_cache *c)
{
	for (uint32_t i = 0; i < c->cap; i++) {
		if (c->key[i] == UINT64_MAX)
			continue;
		struct tw_standing *o = (struct tw_standing *)c->value[i];
		tw_times_free(&o->known);
		tw_times_free(&o->good);
		tw_times_free(&o->force);
		free(o);
	}
	tw_cache_free(c);
}
