/* What is within reach of a leaf, by names alone. */
#include "chain/walk.h"
#include "chain/crls.h"

#include <stdlib.h>
#include <string.h>

static void meet(struct tw_walk *w, uint32_t name)
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

static void meet_index(struct tw_walk *w, const struct tw_index *x, uint32_t name)
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

static void meet_presented(struct tw_walk *w, uint32_t name)
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

/* Only what can make a difference to this judge: rows that differ in other
 * purposes are one. */
static struct tw_row_key seen_by(const struct tw_judge *j, struct tw_row_key r)
{
	static const uint32_t purpose[] = { TW_TRUST_SERVER, TW_TRUST_CLIENT, TW_TRUST_ALL };

	r.purposes = r.purposes & purpose[j->o.purpose] ? TW_TRUST_ALL : 0;
	if (j->o.purpose == TW_PURPOSE_CLIENT) { /* vendors ask these of servers */
		r.distrust_after = TW_TIME_MAX;
		r.constraints = 0;
	}
	return r;
}

static bool is_without(const struct tw_question *q, uint32_t cert)
{
	for (uint32_t i = 0; i < q->nwithout; i++)
		if (q->without[i] == cert)
			return true;
	return false;
}

static void meet_rows(struct tw_walk *w, uint32_t name)
{
	const struct tw_trust *t = w->q->trust;
	const struct tw_graph *g = w->j->g;

	for (uint32_t i = tw_trust_rows(t, name); i < t->n && t->subject[i] == name; i++) {
		uint32_t c = t->row[i].cert;
		if (is_without(w->q, c) || (t->held && !tw_held_narrow(&w->j->held, t->held[i], w->q->at)))
			continue;
		struct tw_row_key r = seen_by(w->j, t->row[i]);
		tw_buf_add(w->rows, &r, sizeof r);
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

static int by_touch(const void *x, const void *y)
{
	const struct tw_touch *a = x, *b = y;

	if (a->cert != b->cert)
		return a->cert < b->cert ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->until < b->until ? -1 : a->until > b->until;
}

/* Sorts n elements of size bytes and keeps one of equals. */
static void once(struct tw_buf *b, size_t size, int (*order)(const void *, const void *))
{
	size_t k = 0;

	if (b->n <= size)
		return;
	qsort(b->p, b->n / size, size, order);
	for (size_t i = 0; i < b->n; i += size) {
		if (i && !order(b->p + i, b->p + k - size))
			continue;
		memmove(b->p + k, b->p + i, size);
		k += size;
	}
	b->n = k;
}

/* ---- blocks ---- */

static void touch(struct tw_buf *to, uint32_t cert, int64_t from, int64_t until)
{
	struct tw_touch o;

	memset(&o, 0, sizeof o);
	o.cert = cert;
	o.from = from;
	o.until = until;
	tw_buf_add(to, &o, sizeof o);
}

/* Blocks of cert that are in force on the question's date. */
static void touches_of(struct tw_walk *w, uint32_t cert, struct tw_buf *to, bool leaf)
{
	const struct tw_trust *t = w->q->trust;
	struct tw_judge *j = w->j;
	const uint32_t *hit;

	for (uint32_t i = 0; i < t->ngiven; i++)
		if (t->given[i].cert == cert)
			touch(to, cert, t->given[i].from, t->given[i].until);
	if (!t->memo)
		return;
	if (leaf) { /* of millions nothing is remembered */
		const uint32_t end = 0;
		j->scratch[3].n = 0;
		tw_trust_blocks(t, &j->g->certs->v[cert], &j->scratch[3]);
		tw_buf_add(&j->scratch[3], &end, sizeof end);
		hit = (const uint32_t *)(const void *)j->scratch[3].p;
	} else {
		hit = tw_trust_hits(t, j->g, cert);
	}
	for (; *hit; hit++) {
		const struct tw_trust_block *b = &t->block[*hit];
		if (tw_held_narrow(&j->held, b->held, w->q->at))
			touch(to, cert, b->from, b->until);
	}
}

static void touch_index(struct tw_walk *w, const struct tw_index *x, uint32_t name)
{
	const struct tw_trust *t = w->q->trust;
	const struct tw_graph *g = w->j->g;

	if (!x || name >= x->nname || x->first[name] == x->first[name + 1])
		return;
	for (uint32_t i = 0; i < t->ngiven; i++)
		if (g->node[t->given[i].cert].subject == name && tw_index_has(x, g, t->given[i].cert))
			touch(w->touches, t->given[i].cert, t->given[i].from, t->given[i].until);
	if (!t->memo || !tw_trust_hits_name(t, g, x, name))
		return;
	for (uint32_t i = x->first[name]; i < x->first[name + 1]; i++)
		touches_of(w, x->v[i], w->touches, false);
}

/* Blocks of all that paths can pass. The leaf's own are of no context, unless it
 * may stand there. */
static void touch_all(struct tw_walk *w)
{
	uint32_t v;

	w->touches->n = w->j->own.n = 0;
	for (size_t i = 0; i < w->members->n; i += sizeof v) {
		memcpy(&v, w->members->p + i, sizeof v);
		touches_of(w, v, w->touches, false);
	}
	/* An anchor's certificate may stand below another. */
	for (size_t i = 0; i < w->rows->n; i += sizeof(struct tw_row_key))
		touches_of(w, ((const struct tw_row_key *)(const void *)(w->rows->p + i))->cert, w->touches, false);
	for (size_t i = 0; i < w->names->n; i += sizeof v) {
		memcpy(&v, w->names->p + i, sizeof v);
		touch_index(w, w->q->pool, v);
		touch_index(w, w->witness, v);
	}
	touches_of(w, w->q->presented[0], &w->j->own, true);
	if (w->leaf != TW_NONE)
		tw_buf_addslice(w->touches, tw_buf_slice(&w->j->own));
	once(&w->j->own, sizeof(struct tw_touch), by_touch);
	once(w->touches, sizeof(struct tw_touch), by_touch);
}

void tw_walk(struct tw_walk *w, struct tw_judge *j, const struct tw_question *q, const struct tw_index *witness)
{
	const struct tw_graph *g = j->g;
	uint32_t leaf = q->presented[0];

	*w = (struct tw_walk){ .j = j, .q = q, .witness = witness, .names = &j->scratch[0], .members = &j->scratch[1],
		.rows = &j->scratch[2], .touches = &j->touches };

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
	once(w->rows, sizeof(struct tw_row_key), by_bytes);
	touch_all(w);
}
