/* The issuer graph. */
#include "chain/graph.h"
#include "chain/name.h"

#include <stdlib.h>
#include <string.h>

void tw_graph_init(struct tw_graph *g, struct tw_certs *certs)
{
	memset(g, 0, sizeof *g);
	g->certs = certs;
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->told, NULL);
	tw_graph_sync(g);
}

uint32_t tw_graph_constraints(struct tw_graph *g, const struct tw_alternatives *a)
{
	uint8_t key[TW_SHA256];
	bool fresh;

	tw_sha256(tw_str(a->text), key);
	uint32_t i = tw_set_add(&g->texts, key, &fresh);
	if (i == g->capconstraints) {
		g->capconstraints = g->capconstraints ? 2 * g->capconstraints : 16;
		g->constraints = tw_realloc(g->constraints, g->capconstraints, sizeof *g->constraints);
	}
	if (fresh)
		g->constraints[i] = a;
	return i + 1;
}

void tw_graph_free(struct tw_graph *g)
{
	for (uint32_t i = 0; i < g->nkeyinfo; i++)
		tw_pubkey_free(g->keyinfo[i].pubkey);
	free(g->keyinfo);
	free(g->node);
	free(g->memo);
	tw_set_free(&g->texts);
	free(g->constraints);
	tw_set_free(&g->names);
	tw_set_free(&g->keys);
	pthread_mutex_destroy(&g->lock);
	pthread_cond_destroy(&g->told);
	memset(g, 0, sizeof *g);
}

static uint32_t name_number(struct tw_graph *g, struct tw_slice name, struct tw_buf *b)
{
	uint8_t h[TW_SHA256];
	bool fresh;

	b->n = 0;
	(void)tw_name_normal(b, name);
	tw_sha256(tw_buf_slice(b), h);
	return tw_set_add(&g->names, h, &fresh);
}

uint32_t tw_graph_name(struct tw_graph *g, struct tw_slice name, struct tw_slice rdn, bool add)
{
	struct tw_buf b = { 0, 0, 0 };
	uint8_t h[TW_SHA256];
	bool fresh;

	(void)tw_name_normal(&b, name);
	if (rdn.n && !tw_name_normal_rdn(&b, rdn))
		tw_buf_addslice(&b, rdn);
	tw_sha256(tw_buf_slice(&b), h);
	tw_buf_free(&b);
	return add ? tw_set_add(&g->names, h, &fresh) : tw_set_find(&g->names, h);
}

static void new_key(struct tw_graph *g, uint32_t cert, struct tw_slice params)
{
	if (g->nkeyinfo == g->keyinfo_cap) {
		g->keyinfo_cap = g->keyinfo_cap ? g->keyinfo_cap * 2 : 64;
		g->keyinfo = tw_realloc(g->keyinfo, g->keyinfo_cap, sizeof *g->keyinfo);
	}
	g->keyinfo[g->nkeyinfo++] = (struct tw_keyinfo){ .cert = cert, .params = params };
}

void tw_graph_sync(struct tw_graph *g)
{
	struct tw_buf b = { 0, 0, 0 };
	bool fresh;

	g->node = tw_realloc(g->node, g->certs->n, sizeof *g->node);
	for (; g->n < g->certs->n; g->n++) {
		const struct tw_cert *c = &g->certs->v[g->n];
		struct tw_node *o = &g->node[g->n];
		o->subject = o->issuer = o->key = TW_NONE;
		if (!c->readable)
			continue;
		o->subject = name_number(g, c->subject, &b);
		o->issuer = tw_slice_eq(c->subject, c->issuer) ? o->subject : name_number(g, c->issuer, &b);
		o->key = tw_set_add(&g->keys, c->spki_sha256, &fresh);
		if (fresh)
			new_key(g, g->n, c->key_params);
	}
	tw_buf_free(&b);
}

static uint32_t slot(const struct tw_graph *g, uint64_t at)
{
	uint64_t h = at * 0x9e3779b97f4a7c15u;
	uint32_t i = (uint32_t)(h >> 32) & (g->memo_cap - 1);

	while (g->memo[i].at != UINT64_MAX && g->memo[i].at != at)
		i = (i + 1) & (g->memo_cap - 1);
	return i;
}

/* At most half full. */
static void grow(struct tw_graph *g)
{
	struct tw_memo *old = g->memo;
	uint32_t n = g->memo_cap;

	g->memo_cap = n ? n * 2 : 256;
	g->memo = tw_realloc(NULL, g->memo_cap, sizeof *g->memo);
	for (uint32_t i = 0; i < g->memo_cap; i++)
		g->memo[i].at = UINT64_MAX;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].at != UINT64_MAX)
			g->memo[slot(g, old[i].at)] = old[i];
	free(old);
}

static enum tw_sig check(struct tw_graph *g, uint32_t key, const struct tw_cert *what)
{
	struct tw_keyinfo *k = &g->keyinfo[key];

	if (!k->pubkey)
		k->pubkey = tw_pubkey_new(&g->certs->v[k->cert], k->params);
	return tw_signature_check(k->pubkey, what);
}

enum tw_sig tw_graph_verify(struct tw_graph *g, uint32_t key, const struct tw_cert *what)
{
	g->checked++;
	return check(g, key, what);
}

static void lock(struct tw_graph *g)
{
	if (g->shared)
		pthread_mutex_lock(&g->lock);
}

static void unlock(struct tw_graph *g)
{
	if (g->shared)
		pthread_mutex_unlock(&g->lock);
}

/* The place of a pair; *fresh: it is new, and the caller's to check. */
static struct tw_memo *place(struct tw_graph *g, uint64_t at, bool *fresh)
{
	if (2 * g->nmemo >= g->memo_cap)
		grow(g);
	struct tw_memo *m = &g->memo[slot(g, at)];
	*fresh = m->at != at;
	if (*fresh) {
		*m = (struct tw_memo){ .at = at, .sig = TW_SIG_UNKNOWN };
		g->nmemo++;
	}
	return m;
}

enum tw_sig tw_graph_sig(struct tw_graph *g, uint32_t key, uint32_t child)
{
	uint64_t at = (uint64_t)key << 32 | child;
	bool fresh;

	lock(g);
	struct tw_memo *m = place(g, at, &fresh);
	if (fresh) {
		unlock(g);
		enum tw_sig sig = check(g, key, &g->certs->v[child]);
		lock(g);
		m = &g->memo[slot(g, at)];
		m->sig = (uint8_t)sig;
	}
	for (; m->sig == TW_SIG_UNKNOWN; m = &g->memo[slot(g, at)])
		pthread_cond_wait(&g->told, &g->lock);
	g->checked += !m->asked;
	m->asked = true;
	enum tw_sig sig = (enum tw_sig)m->sig;
	unlock(g);
	return sig;
}

void tw_graph_share(struct tw_graph *g)
{
	g->shared = true;
}

bool tw_graph_claim(struct tw_graph *g, uint32_t key, uint32_t child)
{
	bool fresh;

	lock(g);
	(void)place(g, (uint64_t)key << 32 | child, &fresh);
	unlock(g);
	return fresh;
}

void tw_graph_tell(struct tw_graph *g, uint32_t key, uint32_t child, enum tw_sig sig)
{
	lock(g);
	g->memo[slot(g, (uint64_t)key << 32 | child)].sig = (uint8_t)sig;
	pthread_cond_signal(&g->told); /* one thread at a time judges */
	unlock(g);
}

uint32_t tw_graph_cost(const struct tw_graph *g, uint32_t key)
{
	return tw_pubkey_cost(&g->certs->v[g->keyinfo[key].cert]);
}

static bool no_params(struct tw_slice p)
{
	return !p.n || (p.n == 2 && p.p[0] == 0x05);
}

bool tw_graph_inherits(const struct tw_graph *g, uint32_t key)
{
	const struct tw_keyinfo *k = &g->keyinfo[key];

	return g->certs->v[k->cert].key == TW_KEY_DSA && no_params(k->params);
}

uint32_t tw_graph_inherit(struct tw_graph *g, uint32_t key, uint32_t above)
{
	struct tw_buf b = { 0, 0, 0 };
	struct tw_slice params = g->keyinfo[above].params;
	uint8_t h[TW_SHA256];
	bool fresh;

	if (!tw_graph_inherits(g, key) || tw_graph_inherits(g, above) ||
			g->certs->v[g->keyinfo[above].cert].key != TW_KEY_DSA)
		return key;
	/* Two digests and more bytes: no SPKI is that. */
	tw_buf_add(&b, g->certs->v[g->keyinfo[key].cert].spki_sha256, TW_SHA256);
	tw_buf_addslice(&b, params);
	tw_sha256(tw_buf_slice(&b), h);
	tw_buf_free(&b);
	uint32_t n = tw_set_add(&g->keys, h, &fresh);
	if (fresh)
		new_key(g, g->keyinfo[key].cert, params);
	return n;
}
