/* Drawing webs. Few features at once, so that each decides often. */
#include "synth/web.h"

#include <string.h>

#define BASE 1262304000 /* 2010-01-01 */

const char *const web_dns[] = { "", "a.x", "b.a.x", "y.z", "*.x", "*.a.x", "x" };
const char *const web_base[] = { "", "x", "a.x", ".x", "z", "b.a.x", ".a.x" };

/* splitmix64 */
uint64_t web_random(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Where a web's choices come from: bytes, or a seed. */
struct source {
	const uint8_t *p, *end; /* NULL: the seed */
	uint64_t seed;
};

static int below(struct source *s, int n)
{
	if (!s->p)
		return (int)(web_random(&s->seed) % (uint64_t)n);
	return s->p < s->end ? *s->p++ % n : n - 1;
}

static bool chance(struct source *s, int percent)
{
	return below(s, 100) < percent;
}

enum { F_DATES, F_BC, F_PATHLEN, F_KU, F_EKU, F_CRITICAL, F_TWICE, F_IDS, F_DNS, F_DN, F_POLICY, F_BAD, F_UNSUPPORTED,
	F_WEAK, F_DIGEST, F_GATED, F_V1EXT, F_BLOCK, F_ROWS, F_V1, F_DSA, F_N };

static void draw_names(struct web_cert *c, struct source *s, int i, int names)
{
	/* The leaf has a name of its own, most times; the rest are a web of CAs. */
	c->subject = (uint8_t)(i == 0 && chance(s, 80) ? WEB_NAMES - 1 : below(s, names));
	c->issuer = (uint8_t)(chance(s, 15) ? c->subject : below(s, names));
	c->style = (uint8_t)below(s, 4);
	c->key = (uint8_t)(2 * c->subject + (chance(s, 15) ? 1 : 0));
	c->signer = (uint8_t)(2 * c->issuer + (chance(s, 15) ? 1 : 0));
	c->group = chance(s, 25);
}

static void draw_rules(struct web_cert *c, struct source *s, const bool *on, int i)
{
	static const int kus[] = { WEB_KEYCERT, WEB_KEYCERT | WEB_SIGN, WEB_SIGN, WEB_CRL, WEB_ENCIPHER, WEB_KEYCERT | WEB_ENCIPHER };
	static const int ekus[] = { WEB_SERVER, WEB_CLIENT, WEB_SERVER | WEB_CLIENT, WEB_ANYEKU, WEB_OTHER, WEB_OTHER | WEB_SERVER };

	c->bc = c->ca = i > 0 || chance(s, 20);
	if (on[F_BC] && chance(s, 25)) {
		c->bc = chance(s, 50);
		c->ca = c->bc && chance(s, 30);
	}
	c->pathlen = on[F_PATHLEN] && c->ca && chance(s, 50) ? below(s, 3) : -1;
	c->ku = on[F_KU] && chance(s, 50) ? kus[below(s, 6)] : -1;
	c->eku = on[F_EKU] && chance(s, 50) ? ekus[below(s, 6)] : -1;
	if (on[F_GATED] && chance(s, 40))
		c->eku = WEB_GATED | (chance(s, 30) ? WEB_OTHER : 0);
	c->v1_extensions = on[F_V1EXT] && chance(s, 30);
	c->critical = on[F_CRITICAL] && chance(s, 20);
	c->twice = on[F_TWICE] && chance(s, 20);
	if (on[F_IDS]) {
		c->ski = (uint8_t)(chance(s, 60) ? 1 + (chance(s, 80) ? c->key : below(s, WEB_KEYS)) : 0);
		c->aki = (uint8_t)(chance(s, 60) ? 1 + (chance(s, 80) ? c->signer : below(s, WEB_KEYS)) : 0);
	}
	if (on[F_DNS]) {
		c->dns[0] = (uint8_t)(chance(s, 50) ? 1 + below(s, 6) : 0);
		c->dns[1] = (uint8_t)(c->dns[0] && chance(s, 30) ? 1 + below(s, 6) : 0);
		c->permit_dns = (uint8_t)(c->ca && chance(s, 30) ? 1 + below(s, 6) : 0);
		c->exclude_dns = (uint8_t)(c->ca && chance(s, 15) ? 1 + below(s, 6) : 0);
	}
	if (on[F_DN]) {
		c->permit_o = (uint8_t)(c->ca && chance(s, 30) ? 1 + below(s, 2) : 0);
		c->exclude_o = (uint8_t)(c->ca && chance(s, 15) ? 1 + below(s, 2) : 0);
	}
}

static void draw_policies(struct web_cert *c, struct source *s, int i)
{
	static const int sets[] = { WEB_P0, WEB_P1, WEB_P0 | WEB_P1, WEB_ANY, WEB_ANY | WEB_P0 };

	c->policies = chance(s, 75) ? sets[below(s, 5)] : -1;
	if (i > 0 && chance(s, 30)) {
		c->map_from = (uint8_t)(1 << below(s, 2));
		c->map_to = (uint8_t)(1 << below(s, 2));
		if (chance(s, 6))
			c->map_to = WEB_ANY;
	}
	c->explicit_policy = chance(s, 40) ? below(s, 3) : -1;
	c->inhibit_mapping = chance(s, 20) ? below(s, 3) : -1;
	c->inhibit_any = chance(s, 20) ? below(s, 3) : -1;
}

static void draw_cert(struct web *w, struct source *s, const bool *on, int i, int names)
{
	struct web_cert *c = &w->c[i];

	draw_names(c, s, i, names);
	c->not_before = BASE + WEB_DAY * (on[F_DATES] ? below(s, 6) : 0);
	c->not_after = BASE + WEB_DAY * (on[F_DATES] ? 3 + below(s, 7) : 10);
	c->policies = c->explicit_policy = c->inhibit_mapping = c->inhibit_any = -1;
	c->pathlen = c->ku = c->eku = -1;
	if (on[F_BAD] && chance(s, 20))
		c->signer = (uint8_t)below(s, WEB_KEYS);
	c->digest = on[F_DIGEST] && chance(s, 35) ? 1 + below(s, 2) : WEB_SHA256;
	c->unsupported = on[F_UNSUPPORTED] && chance(s, 15);
	c->v1 = on[F_V1] && chance(s, 15);
	if (c->v1)
		return;
	draw_rules(c, s, on, i);
	if (on[F_POLICY])
		draw_policies(c, s, i);
}

/* What is presented, pooled, seen elsewhere and trusted: one may be in many. */
static void draw_places(struct web *w, struct source *s, bool rows)
{
	w->presented[w->npresented++] = 0;
	w->has_witness = chance(s, 30);
	for (int i = 0; i < w->n; i++) {
		if (i && chance(s, 70))
			w->presented[w->npresented++] = i;
		if (chance(s, 40))
			w->pool |= UINT32_C(1) << i;
		if (w->has_witness && chance(s, 60))
			w->witness |= UINT32_C(1) << i;
		if (chance(s, i == 0 ? 5 : 30)) {
			struct web_anchor *a = &w->anchor[w->nanchor++];
			a->cert = i;
			a->server = !rows || chance(s, 85);
			a->client = !rows || chance(s, 85);
			a->expiry = !rows || chance(s, 80);
			a->distrust_after = rows && chance(s, 30) ? BASE + WEB_DAY * below(s, 5) : TW_TIME_MAX;
		}
	}
}

static void draw(struct web *w, struct source *s, struct web_features f)
{
	bool on[F_N];

	memset(w, 0, sizeof *w);
	for (int i = 0; i < F_N; i++)
		on[i] = chance(s, i == F_DATES ? 70 : 25);
	on[F_POLICY] &= f.policies;
	on[F_V1EXT] &= f.profiles;
	on[F_ROWS] &= f.store_rows;
	on[F_BLOCK] &= f.store_rows;
	w->n = 2 + below(s, WEB_CERTS - 1);
	w->purpose = below(s, 3);
	w->profile = f.profiles ? below(s, 3) : WEB_RFC5280;
	int names = 2 + below(s, 2);
	for (int i = 0; i < WEB_KEYS; i++)
		w->weak[i] = on[F_WEAK] && chance(s, 20);
	for (int i = 0; on[F_DSA] && i < WEB_KEYS; i++)
		if (!w->weak[i])
			w->kind[i] = chance(s, 45) ? WEB_INHERITS : chance(s, 70) ? WEB_DSA_0 : chance(s, 50) ? WEB_DSA_1 : WEB_EC;
	for (int i = 0; i < w->n; i++)
		draw_cert(w, s, on, i, names);
	draw_places(w, s, on[F_ROWS]);
	for (int i = 0; on[F_ROWS] && i < w->nanchor; i++)
		w->anchor[i].sets = chance(s, 20) ? 1 + below(s, 2) : 0;
	for (int i = 0; on[F_BLOCK] && i < 2; i++) {
		struct web_block *b = &w->block[w->nblock++];
		b->kind = (enum web_block_kind)below(s, 3);
		b->cert = below(s, w->n);
		b->from = BASE + WEB_DAY * below(s, 8);
		b->until = chance(s, 50) ? TW_TIME_MAX : b->from + WEB_DAY * below(s, 4);
	}
}

void web_make(struct web *w, uint64_t seed, struct web_features f)
{
	struct source s = { .seed = seed };

	draw(w, &s, f);
}

void web_read(struct web *w, const uint8_t *p, size_t n, struct web_features f)
{
	static const uint8_t none;
	struct source s = { .p = n ? p : &none, .end = n ? p + n : &none };

	draw(w, &s, f);
}
