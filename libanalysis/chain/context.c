/* Contexts: what is within reach of a leaf, kept and shared. */
#include "chain/walk.h"

#include <stdlib.h>
#include <string.h>

static bool same_bytes(const void *p, size_t n, const struct tw_buf *b)
{
	return n == b->n && (!n || !memcmp(p, b->p, n));
}

static bool equal(const struct tw_context *c, const struct tw_walk *w)
{
	return c->pool == w->q->pool && c->witness == w->witness && c->leaf == w->leaf &&
		c->policies == w->policies && c->cut == w->cut &&
		same_bytes(c->presented, c->npresented * sizeof *c->presented, w->members) &&
		same_bytes(c->row, c->nrow * sizeof *c->row, w->rows) &&
		same_bytes(c->touch, c->ntouch * sizeof *c->touch, w->touches);
}

static void *copied(const struct tw_buf *b)
{
	void *p = tw_alloc(b->n + 1);

	if (b->n)
		memcpy(p, b->p, b->n);
	return p;
}

static struct tw_context *make(const struct tw_walk *w, uint64_t hash)
{
	struct tw_context *c = tw_alloc(sizeof *c);

	c->judge = w->j;
	c->hash = hash;
	c->pool = w->q->pool;
	c->witness = w->witness;
	c->leaf = w->leaf;
	c->policies = w->policies;
	c->cut = w->cut;
	c->presented = copied(w->members);
	c->npresented = (uint32_t)(w->members->n / sizeof *c->presented);
	c->row = copied(w->rows);
	c->nrow = (uint32_t)(w->rows->n / sizeof *c->row);
	c->touch = copied(w->touches);
	c->ntouch = (uint32_t)(w->touches->n / sizeof *c->touch);
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
	free(c->touch);
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
	struct tw_walk w;

	tw_walk(&w, j, q, witness ? q->witness : NULL);
	if (!w.members->n && !w.rows->n && !w.indexed)
		return NULL;
	struct { const void *p[2]; uint32_t leaf, flags; } head;
	memset(&head, 0, sizeof head);
	head.p[0] = q->pool;
	head.p[1] = w.witness;
	head.leaf = w.leaf;
	head.flags = (uint32_t)w.policies | (uint32_t)w.cut << 1;
	uint64_t h = tw_hash_bytes(&head, sizeof head, 1);
	h = tw_hash_bytes(w.members->p, w.members->n, h);
	h = tw_hash_bytes(w.rows->p, w.rows->n, h);
	h = tw_hash_bytes(w.touches->p, w.touches->n, h);
	if (2 * j->ncontext >= j->capcontext)
		grow(j);
	uint32_t i = (uint32_t)h & (j->capcontext - 1);
	while (j->context[i]) {
		if (j->context[i]->hash == h && equal(j->context[i], &w)) {
			j->stats.hits++;
			return j->context[i];
		}
		i = (i + 1) & (j->capcontext - 1);
	}
	j->ncontext++;
	return j->context[i] = make(&w, h);
}
