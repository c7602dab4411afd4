/* Candidate issuers of a child, in an order that is a function of bytes, and
 * the checks of its signature. */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

int tw_key_ids(const struct tw_cert *child, const struct tw_cert *issuer)
{
	if (!child->aki.n || !issuer->ski.n)
		return 0;
	return tw_slice_eq(child->aki, issuer->ski) ? 1 : -1;
}

bool tw_context_presented(const struct tw_context *c, uint32_t cert)
{
	uint32_t lo = 0, hi = c->npresented;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (c->presented[mid] < cert)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < c->npresented && c->presented[lo] == cert) || cert == c->leaf;
}

struct gather {
	struct tw_context *c;
	struct tw_group *g;
	uint32_t cap, own; /* the first own came from the leaf's server or the store */
};

static void add(struct gather *o, uint32_t cert, uint32_t row, bool near)
{
	const struct tw_cert *x = &o->c->judge->g->certs->v[cert];
	struct tw_cert child = { .aki = o->g->aki };
	int ids = tw_key_ids(&child, x);

	if (o->g->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 4;
		o->g->cand = tw_realloc(o->g->cand, o->cap, sizeof *o->g->cand);
	}
	o->g->cand[o->g->n++] = (struct tw_cand){ .cert = cert, .row = row, .contradicts = ids < 0,
		.rank = (uint8_t)((ids > 0 ? 0 : ids == 0 ? 2 : 4) + !near) };
}

static bool member_there(const struct gather *o, uint32_t cert)
{
	for (uint32_t i = 0; i < o->own; i++)
		if (o->g->cand[i].cert == cert && (o->g->cand[i].row == TW_NONE || o->g->cand[i].row == TW_CAND_SELF))
			return true;
	return false;
}

static void add_own(struct gather *o)
{
	struct tw_context *c = o->c;
	const struct tw_node *node = c->judge->g->node;

	for (uint32_t i = 0; i < c->npresented; i++)
		if (node[c->presented[i]].subject == o->g->name)
			add(o, c->presented[i], TW_NONE, true);
	if (c->leaf != TW_NONE && node[c->leaf].subject == o->g->name)
		add(o, c->leaf, TW_CAND_SELF, true);
	o->own = o->g->n;
	for (uint32_t i = 0; i < c->nrow; i++) {
		if (node[c->row[i].cert].subject != o->g->name)
			continue;
		add(o, c->row[i].cert, i, true);
		if (!member_there(o, c->row[i].cert)) {
			add(o, c->row[i].cert, TW_NONE, true);
			o->own = o->g->n;
		}
	}
	o->own = o->g->n;
}

/* At most one more than can be used from n certificates at v. */
static void add_some(struct gather *o, const uint32_t *v, uint32_t n, int want)
{
	const struct tw_cert *certs = o->c->judge->g->certs->v;
	struct tw_cert child = { .aki = o->g->aki };

	for (uint32_t i = 0, k = 0; i < n && k <= TW_MAX_CANDIDATES; i++) {
		if ((want != 2 && tw_key_ids(&child, &certs[v[i]]) != want) || member_there(o, v[i]))
			continue;
		add(o, v[i], TW_NONE, false);
		k++;
	}
}

static bool before(const struct tw_cert *c, struct tw_slice id, bool or_equal)
{
	int d = tw_slice_cmp(c->ski, id);
	return d < 0 || (or_equal && d == 0);
}

static uint32_t bound(const struct gather *o, const uint32_t *v, uint32_t n, struct tw_slice id, bool or_equal)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (before(&o->c->judge->g->certs->v[v[mid]], id, or_equal))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A pool of the whole web may hold thousands of one name: those with the right
 * key identifier are found at once, the others in the order of their bytes. */
static void add_index(struct gather *o, const struct tw_index *x)
{
	const struct tw_slice none = { NULL, 0 };
	uint32_t n = 0, at;

	if (!x)
		return;
	at = tw_index_find(x, o->g->name, &n);
	if (!o->g->aki.n) {
		add_some(o, x->v + at, n, 2);
		return;
	}
	const uint32_t *v = x->byid + at;
	uint32_t without = bound(o, v, n, none, true);
	uint32_t from = bound(o, v, n, o->g->aki, false), to = bound(o, v, n, o->g->aki, true);
	add_some(o, v + from, to - from, 1);
	add_some(o, v, without, 0);
	add_some(o, x->v + at, n, -1);
}

static int by_rank(const void *x, const void *y, void *arg)
{
	const struct tw_cand *a = x, *b = y;
	const struct tw_graph *g = arg;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	int d = memcmp(g->certs->v[a->cert].sha256, g->certs->v[b->cert].sha256, TW_SHA256);
	return d ? d : a->row < b->row ? -1 : a->row > b->row;
}

/* Has candidate i's key another key identifier in one before it? */
static bool differs(const struct tw_graph *graph, const struct tw_group *g, uint32_t i)
{
	const struct tw_cert *v = graph->certs->v;
	uint32_t k = 0;

	while (g->cand[k].slot != g->cand[i].slot)
		k++;
	return !tw_slice_eq(v[g->cand[k].cert].ski, v[g->cand[i].cert].ski);
}

/* Cut to the bounds; keys become numbers of their own. */
static void arrange(struct gather *o)
{
	const struct tw_graph *graph = o->c->judge->g;
	struct tw_group *g = o->g;
	uint32_t n = 0;

	if (g->n > 1)
		qsort_r(g->cand, g->n, sizeof *g->cand, by_rank, (void *)(uintptr_t)graph);
	for (uint32_t i = 0; i < g->n; i++) {
		uint32_t key = graph->node[g->cand[i].cert].key, k = 0;
		if (n && g->cand[i].cert == g->cand[n - 1].cert && g->cand[i].row == g->cand[n - 1].row)
			continue; /* in the pool and in the witness */
		while (k < g->nkey && g->key[k] != key)
			k++;
		if ((k == g->nkey && k == TW_MAX_CHECKS) || n == TW_MAX_CANDIDATES) {
			g->cut = true;
			continue;
		}
		if (k == g->nkey) {
			g->inherits |= (uint64_t)tw_graph_inherits(graph, key) << k;
			g->key[g->nkey++] = key;
		}
		g->cand[n] = g->cand[i];
		g->cand[n].slot = (uint8_t)k;
		g->mixed |= differs(graph, g, n);
		n++;
	}
	g->n = n;
}

static uint32_t bucket_of(const struct tw_context *c, uint32_t name, struct tw_slice aki)
{
	return (uint32_t)tw_hash_bytes(aki.p, aki.n, name) & (c->nbucket - 1);
}

static void rehash(struct tw_context *c)
{
	c->nbucket = c->nbucket ? c->nbucket * 2 : 8;
	c->bucket = tw_realloc(c->bucket, c->nbucket, sizeof *c->bucket);
	for (uint32_t i = 0; i < c->nbucket; i++)
		c->bucket[i] = TW_NONE;
	for (uint32_t i = 0; i < c->ngroup; i++) {
		uint32_t b = bucket_of(c, c->group[i]->name, c->group[i]->aki);
		c->group[i]->next = c->bucket[b];
		c->bucket[b] = i;
	}
}

uint32_t tw_group_find(struct tw_context *c, uint32_t child)
{
	uint32_t name = c->judge->g->node[child].issuer;
	struct tw_slice aki = c->judge->g->certs->v[child].aki;

	if (c->ngroup >= c->nbucket)
		rehash(c);
	uint32_t b = bucket_of(c, name, aki);
	for (uint32_t i = c->bucket[b]; i != TW_NONE; i = c->group[i]->next)
		if (c->group[i]->name == name && tw_slice_eq(c->group[i]->aki, aki))
			return i;
	if (c->ngroup == c->capgroup) {
		c->capgroup = c->capgroup ? c->capgroup * 2 : 4;
		c->group = tw_realloc(c->group, c->capgroup, sizeof *c->group);
	}
	struct tw_group *g = c->group[c->ngroup] = tw_alloc(sizeof *g);
	struct gather o = { .c = c, .g = g };
	g->name = name;
	g->aki = aki;
	g->next = c->bucket[b];
	c->bucket[b] = c->ngroup;
	add_own(&o);
	add_index(&o, c->pool);
	add_index(&o, c->witness);
	arrange(&o);
	return c->ngroup++;
}

struct tw_edges tw_edges_check(struct tw_context *c, const struct tw_group *g, uint32_t child)
{
	struct tw_graph *graph = c->judge->g;
	struct tw_edges e = { .cut = g->cut };
	uint64_t cost = 0;

	for (uint32_t i = 0; i < g->nkey; i++) {
		uint64_t bit = UINT64_C(1) << i;
		/* A signature holds under one key: to explain, that is enough. */
		if (c->hopeless && e.good)
			break;
		cost += tw_graph_cost(graph, g->key[i]);
		if (cost > TW_MAX_CHECK_COST) {
			e.cut = true;
			break;
		}
		switch (tw_graph_sig(graph, g->key[i], child)) {
		case TW_SIG_GOOD: e.good |= bit; break;
		case TW_SIG_BAD: e.bad |= bit; break;
		default: e.unknown |= bit; break;
		}
	}
	return e;
}

int tw_edge(struct tw_context *c, const struct tw_group *g, const struct tw_edges *e, const struct tw_cand *k,
	uint32_t key, uint32_t child)
{
	uint64_t bit = UINT64_C(1) << k->slot;
	bool good = e->good & bit, bad = e->bad & bit;

	if (g->inherits & bit && key != g->key[k->slot]) {
		enum tw_sig s = tw_graph_sig(c->judge->g, key, child);
		good = s == TW_SIG_GOOD;
		bad = s == TW_SIG_BAD;
	} else if (!good && !bad && !(e->unknown & bit)) {
		return -1; /* not checked: a bound */
	}
	if (good)
		return TW_R_OK;
	if (c->verified)
		return -1;
	if (!bad)
		return TW_R_UNSUPPORTED_ALGORITHM;
	/* Under a key that inherits, what counts is the checks of other keys. */
	if (e->good || e->unknown & ~g->inherits || k->contradicts)
		return -1;
	return TW_R_BAD_SIGNATURE;
}
