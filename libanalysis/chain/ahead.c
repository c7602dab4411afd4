/* Signatures checked ahead. */
#include "chain/ahead.h"
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

/* Keys tried for one child: the right one stands first, and more than one right
 * one (a CA's key in two certificates is one) is rare. */
#define KEYS 4
/* Certificates of one name looked at in an index. */
#define LOOKS 64
/* Keys that a thread has read. */
#define KEPT 4096

/* GnuTLS does not promise that a key may be used by two threads at once. */
struct worker {
	struct tw_cache keys; /* number to struct tw_pubkey * */
};

struct tw_ahead {
	struct tw_graph *g;
	struct tw_trust *const *trust;
	int ntrust;
	const struct tw_index *pool, *witness;
	struct worker worker[TW_MAX_THREADS];
};

struct tw_ahead *tw_ahead_new(struct tw_graph *g, struct tw_trust *const *trust, int ntrust, const struct tw_index *pool,
	const struct tw_index *witness)
{
	struct tw_ahead *a = tw_alloc(sizeof *a);

	a->g = g;
	a->trust = trust;
	a->ntrust = ntrust;
	a->pool = pool;
	a->witness = witness;
	tw_graph_share(g);
	return a;
}

static void forget(struct worker *w)
{
	for (uint32_t i = 0; i < w->keys.cap; i++)
		if (w->keys.key[i] != UINT64_MAX)
			tw_pubkey_free((struct tw_pubkey *)w->keys.value[i]);
	tw_cache_free(&w->keys);
}

void tw_ahead_free(struct tw_ahead *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < TW_MAX_THREADS; i++)
		forget(&a->worker[i]);
	free(a);
}

/* One child, and what its checks cost so far together with its set's. */
struct try {
	struct tw_ahead *a;
	struct worker *w;
	uint32_t child, key[KEYS], nkey;
	uint32_t *cost;
};

static struct tw_pubkey *key_of(struct worker *w, uint32_t key, const struct tw_cert *issuer)
{
	const uintptr_t *known = tw_cache_get(&w->keys, key);

	if (known)
		return (struct tw_pubkey *)*known;
	if (w->keys.n == KEPT)
		forget(w);
	struct tw_pubkey *k = tw_pubkey_new(issuer, issuer->key_params);
	tw_cache_put(&w->keys, key, (uintptr_t)k);
	return k;
}

static void check(struct try *t, uint32_t issuer)
{
	struct tw_graph *g = t->a->g;
	const struct tw_cert *c = &g->certs->v[issuer], *child = &g->certs->v[t->child];
	uint32_t key = g->node[issuer].key;

	/* A DSA key may inherit its parameters: by the judge. */
	if (c->key == TW_KEY_DSA || tw_key_ids(child, c) < 0 || t->nkey == KEYS)
		return;
	for (uint32_t i = 0; i < t->nkey; i++)
		if (t->key[i] == key)
			return;
	t->key[t->nkey++] = key;
	*t->cost += tw_pubkey_cost(c);
	if (*t->cost > TW_MAX_CHECK_COST || !tw_graph_claim(g, key, t->child))
		return;
	if (issuer == t->child) { /* self-signed leaves are many, and each such key is asked once */
		struct tw_pubkey *k = tw_pubkey_new(c, c->key_params);
		tw_graph_tell(g, key, t->child, tw_signature_check(k, child));
		tw_pubkey_free(k);
	} else {
		tw_graph_tell(g, key, t->child, tw_signature_check(key_of(t->w, key, c), child));
	}
}

static void try_store(struct try *t, const struct tw_trust *s, uint32_t name)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (s->subject[mid] < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < s->n && s->subject[lo] == name; lo++)
		check(t, s->row[lo].cert);
}

static void try_index(struct try *t, const struct tw_index *x, uint32_t name)
{
	uint32_t n = 0, at;

	if (!x)
		return;
	at = tw_index_find(x, name, &n);
	for (uint32_t i = 0; i < n && i < LOOKS; i++)
		check(t, x->v[at + i]);
}

void tw_ahead_check(struct tw_ahead *a, const uint32_t *presented, uint32_t n, unsigned thread)
{
	const struct tw_node *node = a->g->node;
	uint32_t cost = 0;

	for (uint32_t i = 0; i < n && cost <= TW_MAX_CHECK_COST; i++) {
		struct try t = { .a = a, .w = &a->worker[thread], .child = presented[i], .cost = &cost };
		uint32_t name = node[t.child].issuer;
		if (name == TW_NONE)
			continue;
		for (uint32_t k = 0; k < n; k++)
			if (node[presented[(i + 1 + k) % n]].subject == name)
				check(&t, presented[(i + 1 + k) % n]);
		for (int s = 0; s < a->ntrust; s++)
			try_store(&t, a->trust[s], name);
		try_index(&t, a->pool, name);
		if (!t.nkey)
			try_index(&t, a->witness, name);
	}
}
