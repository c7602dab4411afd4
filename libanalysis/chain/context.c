/* Contexts: what is within reach of a leaf, found by names alone and shared. */
#include "chain/crls.h"
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

/* What one walk gathers. */
struct walk {
	struct tw_judge *j;
	const struct tw_question *q;
	const struct tw_index *witness;
	struct tw_buf *names;   /* uint32_t, met so far */
	struct tw_buf *members; /* uint32_t */
	struct tw_buf *rows;    /* struct tw_row_key */
	uint32_t leaf;
	bool indexed;           /* some certificate of the pool or the witness */
	bool policies, cut;
};

static void meet(struct walk *w, uint32_t name)
{
	if (name == TW_NONE || w->j->stamp[name] == w->j->epoch)
		return;
	if (w->names->n / sizeof name >= TW_MAX_NAMES) {
		w->cut = true;
		return;
	}
	w->j->stamp[name] = w->j->epoch;
	tw_buf_add(w->names, &name, sizeof name);
}

static void meet_index(struct walk *w, const struct tw_index *x, uint32_t name)
{
	if (!x || name >= x->nname || x->first[name] == x->first[name + 1])
		return;
	w->indexed = true;
	w->policies |= x->policies[name];
	for (uint32_t i = x->nextfirst[name]; i < x->nextfirst[name + 1]; i++)
		meet(w, x->next[i]);
}

static bool has(const struct tw_buf *b, uint32_t v)
{
	const uint32_t *p = (const uint32_t *)(const void *)b->p;

	for (size_t i = 0; i < b->n / sizeof v; i++)
		if (p[i] == v)
			return true;
	return false;
}

static void meet_presented(struct walk *w, uint32_t name)
{
	const struct tw_graph *g = w->j->g;
	uint32_t leaf = w->q->presented[0];

	for (uint32_t i = 0; i < w->q->npresented; i++) {
		uint32_t c = w->q->presented[i];
		if (g->node[c].subject != name)
			continue;
		if (c == leaf) {
			w->leaf = leaf;
		} else if (!has(w->members, c)) {
			tw_buf_add(w->members, &c, sizeof c);
			w->policies |= g->certs->v[c].require_explicit >= 0;
			meet(w, g->node[c].issuer);
		}
	}
}

static void meet_rows(struct walk *w, uint32_t name)
{
	const struct tw_trust *t = w->q->trust;
	const struct tw_graph *g = w->j->g;
	uint32_t lo = 0, hi = t->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (t->subject[mid] < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < t->n && t->subject[lo] == name; lo++) {
		uint32_t c = t->row[lo].cert;
		tw_buf_add(w->rows, &t->row[lo], sizeof t->row[lo]);
		w->policies |= g->certs->v[c].require_explicit >= 0;
		if (c == w->q->presented[0])
			w->leaf = c;
		meet(w, g->node[c].issuer);
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tw_row_key));
}

static void walk(struct walk *w)
{
	struct tw_judge *j = w->j;
	const struct tw_graph *g = j->g;
	uint32_t leaf = w->q->presented[0];

	if (j->nstamp < g->names.n) {
		j->stamp = tw_realloc(j->stamp, g->names.n, sizeof *j->stamp);
		memset(j->stamp + j->nstamp, 0, (g->names.n - j->nstamp) * sizeof *j->stamp);
		j->nstamp = g->names.n;
	}
	j->epoch++;
	w->names->n = w->members->n = w->rows->n = 0;
	w->leaf = TW_NONE;
	w->policies = g->certs->v[leaf].require_explicit == 0;
	meet(w, g->node[leaf].issuer);
	/* Who signs lists for others must be within reach. */
	for (uint32_t i = 0; j->o.revocation && i < j->o.revocation->nindirect; i++)
		meet(w, j->o.revocation->indirect[i]);
	for (size_t i = 0; i < w->names->n; i += sizeof(uint32_t)) {
		uint32_t name;
		memcpy(&name, w->names->p + i, sizeof name);
		meet_presented(w, name);
		meet_rows(w, name);
		meet_index(w, w->q->pool, name);
		meet_index(w, w->witness, name);
	}
	if (w->members->n > sizeof(uint32_t))
		qsort(w->members->p, w->members->n / sizeof(uint32_t), sizeof(uint32_t), by_number);
	if (w->rows->n > sizeof(struct tw_row_key))
		qsort(w->rows->p, w->rows->n / sizeof(struct tw_row_key), sizeof(struct tw_row_key), by_bytes);
}

static bool same_bytes(const void *p, size_t n, const struct tw_buf *b)
{
	return n == b->n && (!n || !memcmp(p, b->p, n));
}

static bool equal(const struct tw_context *c, const struct walk *w, const struct tw_trust *blocks)
{
	return c->pool == w->q->pool && c->witness == w->witness && c->blocks == blocks && c->leaf == w->leaf &&
		c->policies == w->policies && c->cut == w->cut &&
		same_bytes(c->presented, c->npresented * sizeof *c->presented, w->members) &&
		same_bytes(c->row, c->nrow * sizeof *c->row, w->rows);
}

static void *copied(const struct tw_buf *b)
{
	void *p = tw_alloc(b->n + 1);

	if (b->n)
		memcpy(p, b->p, b->n);
	return p;
}

static struct tw_context *make(const struct walk *w, const struct tw_trust *blocks, uint64_t hash)
{
	struct tw_context *c = tw_alloc(sizeof *c);

	c->judge = w->j;
	c->hash = hash;
	c->pool = w->q->pool;
	c->witness = w->witness;
	c->blocks = blocks;
	c->leaf = w->leaf;
	c->policies = w->policies;
	c->cut = w->cut;
	c->presented = copied(w->members);
	c->npresented = (uint32_t)(w->members->n / sizeof *c->presented);
	c->row = copied(w->rows);
	c->nrow = (uint32_t)(w->rows->n / sizeof *c->row);
	c->base = tw_realloc(NULL, (size_t)c->nrow + 1, sizeof *c->base);
	for (uint32_t i = 0; i < c->nrow; i++)
		c->base[i] = TW_NONE;
	c->verified = w->witness != NULL;
	c->hopeless = c->nrow == 0;
	w->j->stats.contexts++;
	return c;
}

static void context_free(struct tw_context *c)
{
	for (uint32_t i = 0; i < c->nnode; i++)
		free(c->node[i].label);
	for (uint32_t i = 0; i < c->ngroup; i++) {
		struct tw_group *g = c->group[i];
		while (g->entries) {
			struct tw_entries *e = g->entries;
			g->entries = e->next;
			free(e->v);
			free(e);
		}
		free(g->cand);
		free(g);
	}
	free(c->group);
	free(c->bucket);
	free(c->node);
	tw_cache_free(&c->nodes);
	tw_standings_free(&c->standings);
	free(c->presented);
	free(c->row);
	free(c->base);
	free(c);
}

void tw_contexts_free(struct tw_judge *j)
{
	for (uint32_t i = 0; i < j->capcontext; i++)
		if (j->context[i])
			context_free(j->context[i]);
	free(j->context);
	j->context = NULL;
	j->ncontext = j->capcontext = 0;
	for (uint32_t i = 0; i < j->nchunk; i++)
		free(j->chunk[i]);
	free(j->chunk);
	j->chunk = NULL;
	j->nchunk = j->nlabel = 0;
	j->nevent = j->nevent ? 1 : 0;
	if (!j->nasked)
		tw_signers_forget(j->signers);
}

static void grow(struct tw_judge *j)
{
	struct tw_context **old = j->context;
	uint32_t n = j->capcontext;

	j->capcontext = n ? n * 2 : 64;
	j->context = tw_alloc(j->capcontext * sizeof *j->context);
	for (uint32_t i = 0; i < n; i++) {
		if (!old[i])
			continue;
		uint32_t k = (uint32_t)old[i]->hash & (j->capcontext - 1);
		while (j->context[k])
			k = (k + 1) & (j->capcontext - 1);
		j->context[k] = old[i];
	}
	free(old);
}

struct tw_context *tw_context_find(struct tw_judge *j, const struct tw_question *q, bool witness)
{
	struct walk w = { .j = j, .q = q, .witness = witness ? q->witness : NULL, .names = &j->scratch[0],
		.members = &j->scratch[1], .rows = &j->scratch[2] };

	walk(&w);
	if (!w.members->n && !w.rows->n && !w.indexed)
		return NULL;
	const struct tw_trust *blocks = w.q->trust->nblock > 1 ? w.q->trust : w.q->trust->origin;
	struct { const void *p[3]; uint32_t leaf, flags; } head;
	memset(&head, 0, sizeof head);
	head.p[0] = q->pool;
	head.p[1] = w.witness;
	head.p[2] = blocks;
	head.leaf = w.leaf;
	head.flags = (uint32_t)w.policies | (uint32_t)w.cut << 1;
	uint64_t h = tw_hash_bytes(&head, sizeof head, 1);
	h = tw_hash_bytes(w.members->p, w.members->n, h);
	h = tw_hash_bytes(w.rows->p, w.rows->n, h);
	if (2 * j->ncontext >= j->capcontext)
		grow(j);
	uint32_t i = (uint32_t)h & (j->capcontext - 1);
	while (j->context[i]) {
		if (j->context[i]->hash == h && equal(j->context[i], &w, blocks)) {
			j->stats.hits++;
			return j->context[i];
		}
		i = (i + 1) & (j->capcontext - 1);
	}
	j->ncontext++;
	return j->context[i] = make(&w, blocks, h);
}
