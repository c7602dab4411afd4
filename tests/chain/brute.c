#include "chain/brute.h"

#include <stdlib.h>
#include <string.h>

/* ---- edges ---- */

static bool presented(const struct web *w, int i)
{
	for (int k = 0; k < w->npresented; k++)
		if (w->presented[k] == i)
			return true;
	return false;
}

static bool anchors(const struct web *w, int i)
{
	for (int k = 0; k < w->nanchor; k++)
		if (w->anchor[k].cert == i)
			return true;
	return false;
}

/* All that may issue; the witness only where asked. */
static bool candidate(const struct web *w, int i, bool witness)
{
	return presented(w, i) || anchors(w, i) || (w->pool >> i & 1) || (witness && (w->witness >> i & 1));
}

static bool names_fit(const struct web *w, int child, int issuer)
{
	return w->c[child].issuer == w->c[issuer].subject;
}

static bool verifies(const struct web *w, int child, int issuer)
{
	return names_fit(w, child, issuer) && !w->c[child].unsupported && w->c[child].signer == w->c[issuer].key &&
		w->kind[w->c[issuer].key] != WEB_INHERITS;
}

/* The failure of an edge that does not verify. A key that inherits its
 * parameters verifies nothing by itself: paths say what it does. */
static int failed(const struct web *w, int child, int issuer)
{
	const struct web_cert *c = &w->c[child], *i = &w->c[issuer];

	for (int k = 0; k < w->n; k++)
		if (candidate(w, k, false) && verifies(w, child, k))
			return -1;
	return !c->v1 && !i->v1 && c->aki && i->ski && c->aki != i->ski ? -1 : B_BAD;
}

enum { LATER = 100 }; /* when the path is whole */

/* B_OK, the failure of the edge, LATER, or -1: no edge. */
static int edge(const struct web *w, int child, int issuer)
{
	if (!names_fit(w, child, issuer))
		return -1;
	if (verifies(w, child, issuer))
		return B_OK;
	if (w->c[child].unsupported)
		return B_UNSUPPORTED;
	return w->kind[w->c[issuer].key] == WEB_INHERITS ? LATER : failed(w, child, issuer);
}

/* The edge of c[i] by a key that inherits from the nearest above that has
 * parameters, with nothing but such keys between. */
static int later(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]], *by = &w->c[p->c[i + 1]];
	int k = i + 2;

	while (k < p->n && w->kind[w->c[p->c[k]].key] == WEB_INHERITS)
		k++;
	int kind = k < p->n ? w->kind[w->c[p->c[k]].key] : WEB_EC;
	if (kind == WEB_EC)
		return B_UNSUPPORTED;
	return c->signer == by->key && c->group == kind - WEB_DSA_0 ? B_OK : failed(w, p->c[i], p->c[i + 1]);
}

static bool same_entity(const struct web *w, int a, int b)
{
	return w->c[a].subject == w->c[b].subject && w->c[a].key == w->c[b].key;
}

static void found(struct brute *b, const struct brute_path *p, int anchor)
{
	if (b->npath == BRUTE_PATHS) {
		b->overflow = true;
		return;
	}
	struct brute_path *q = &b->path[b->npath++];
	*q = *p;
	q->c[q->n++] = b->w->anchor[anchor].cert;
	q->anchor = anchor;
	for (int i = 0; i < q->n - 1; i++) {
		if (q->edge[i] == LATER)
			q->edge[i] = later(b->w, q, i);
		if (q->edge[i] < 0) {
			b->npath--;
			return;
		}
	}
}

/* Name and key never repeat in C2..Cn, and the anchor's is not among them;
 * C1's certificate does not appear again. */
static bool repeats(const struct web *w, const struct brute_path *p, int next)
{
	for (int i = 1; i < p->n; i++)
		if (same_entity(w, p->c[i], next))
			return true;
	return false;
}

static void walk(struct brute *b, struct brute_path *p)
{
	const struct web *w = b->w;
	int child = p->c[p->n - 1];

	for (int next = 0; next < w->n; next++) {
		int e = candidate(w, next, false) ? edge(w, child, next) : -1;
		if (e < 0 || repeats(w, p, next))
			continue;
		p->edge[p->n - 1] = e;
		for (int a = 0; a < w->nanchor; a++)
			if (w->anchor[a].cert == next)
				found(b, p, a);
		if (next == p->c[0])
			continue;
		p->c[p->n++] = next;
		walk(b, p);
		p->n--;
	}
}

void brute_paths(struct brute *b)
{
	struct brute_path p = { .n = 1 };

	b->path = tw_realloc(NULL, BRUTE_PATHS, sizeof *b->path);
	b->npath = 0;
	b->overflow = false;
	p.c[0] = b->w->presented[0];
	walk(b, &p);
}

void brute_free(struct brute *b)
{
	free(b->path);
	b->path = NULL;
}

/* ---- the rules, each for one path; who is at fault goes to *culprit, the
 * nearest to the leaf ---- */

static bool ext(const struct web_cert *c)
{
	return !c->v1;
}

static bool self_issued(const struct web_cert *c)
{
	return c->subject == c->issuer;
}

/* The anchor's certificate is the leaf itself. */
static bool own(const struct brute_path *p)
{
	return p->c[0] == p->c[p->n - 1];
}

static bool usage_wrong(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]];

	if (i == 0 && w->profile == WEB_WEBPKI && ext(c) && c->ca)
		return true;
	if (!ext(c) || c->ku < 0)
		return false;
	if (i == 0 && w->purpose != 2 && !(c->ku & (w->purpose == 0 ? WEB_SIGN | WEB_ENCIPHER : WEB_SIGN)))
		return true;
	return i > 0 && !(i == p->n - 1 && own(p)) && !(c->ku & WEB_KEYCERT);
}

static bool not_ca(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]];

	if (i == 0)
		return false;
	if (i == p->n - 1)
		return !own(p) && ext(c) && c->bc && !c->ca;
	return c->v1 || (c->v1_extensions && w->profile != WEB_2015) || !c->bc || !c->ca;
}

static bool too_long(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]];
	int below = 0;

	for (int k = 1; k < i; k++)
		below += !self_issued(&w->c[p->c[k]]);
	return i > 0 && ext(c) && c->pathlen >= 0 && c->pathlen < below;
}

static bool eku_wrong(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]];

	int fits = (w->purpose == 0 ? WEB_SERVER : WEB_CLIENT) | WEB_ANYEKU;

	if (w->profile == WEB_2015 && w->purpose == 0 && i > 0)
		fits |= WEB_GATED;
	return w->purpose != 2 && ext(c) && c->eku >= 0 && !(c->eku & fits);
}

static bool blocked(const struct web *w, const struct brute_path *p, int i, int64_t t)
{
	const struct web_anchor *a = &w->anchor[p->anchor];
	const struct web_cert *c = &w->c[p->c[i]];

	if (i == p->n - 1)
		return (w->purpose == 0 && !a->server) || (w->purpose == 1 && !a->client);
	if (i == 0 && w->purpose != 1 && (c->not_before > a->distrust_after || a->sets))
		return true;
	for (int k = 0; k < w->nblock; k++) {
		const struct web_block *b = &w->block[k];
		/* serials differ in a web, so that issuer and serial say which certificate */
		bool hit = b->kind == WEB_BLOCK_KEY ? w->c[b->cert].key == c->key : b->cert == p->c[i];
		if (hit && b->from <= t && t <= b->until)
			return true;
	}
	return false;
}

/* ---- name constraints ---- */

static bool inside(const char *name, const char *base)
{
	size_t n = strlen(name), m = strlen(base);

	if (!m)
		return true;
	if (base[0] == '.')
		return n > m && !strcmp(name + n - m, base);
	return !strcmp(name, base) || (n > m && name[n - m - 1] == '.' && !strcmp(name + n - m, base));
}

static bool permitted(const char *name, const char *base)
{
	if (name[0] != '*')
		return inside(name, base);
	return inside(name + 2, base) || !strcmp(name + 1, base);
}

/* Some expansion of a wildcard is inside. */
static bool excluded(const char *name, const char *base)
{
	const char *dot = strchr(base, '.');

	if (name[0] != '*')
		return inside(name, base);
	return permitted(name, base) || (dot && dot != base && !strcmp(dot + 1, name + 2));
}

static bool names_wrong(const struct web *w, const struct brute_path *p, int i)
{
	const struct web_cert *c = &w->c[p->c[i]];

	if (i == p->n - 1 || (self_issued(c) && i > 0))
		return false;
	for (int k = i + 1; k < p->n; k++) {
		const struct web_cert *by = &w->c[p->c[k]];
		if (!ext(by))
			continue;
		if ((by->permit_o && by->permit_o != 1 + web_o(c->subject)) || (by->exclude_o && by->exclude_o == 1 + web_o(c->subject)))
			return true;
		for (int d = 0; d < 2 && ext(c); d++) {
			const char *name = web_dns[c->dns[d]];
			if (c->dns[d] && ((by->permit_dns && !permitted(name, web_base[by->permit_dns])) ||
					(by->exclude_dns && excluded(name, web_base[by->exclude_dns]))))
				return true;
		}
	}
	return false;
}

/* ---- policies: RFC 5280 6.1.2 to 6.1.5, nodes of one level merged by their
 * valid_policy (RFC 9618) ---- */

struct tree {
	bool there[3];   /* P0, P1, any */
	int expected[3];
	int explicit_policy, mapping, any;
};

static bool empty(const struct tree *t)
{
	return !t->there[0] && !t->there[1] && !t->there[2];
}

static void level(struct tree *t, int policies, bool any_counts)
{
	struct tree next = *t;
	int expected = 0;

	for (int i = 0; i < 3; i++)
		expected |= t->there[i] ? t->expected[i] : 0;
	for (int i = 0; i < 3; i++) {
		bool listed = i < 2 && (policies >> i & 1) && ((expected >> i & 1) || t->there[2]);
		next.there[i] = listed || ((policies & WEB_ANY) && any_counts && (expected >> i & 1));
		next.expected[i] = 1 << i;
	}
	*t = next;
}

static bool map(struct tree *t, const struct web_cert *c)
{
	int from = c->map_from == WEB_P0 ? 0 : 1;

	if (c->map_from == WEB_ANY || c->map_to == WEB_ANY)
		return false;
	if (!t->mapping) {
		t->there[from] = false;
	} else if (t->there[from] || t->there[2]) {
		t->there[from] = true;
		t->expected[from] = c->map_to;
	}
	return true;
}

static int least(int have, int said)
{
	return said >= 0 && said < have ? said : have;
}

/* Who may be named: the first, from the anchor down, at which no policy is left
 * though one is required; and all that map to or from any. */
static uint32_t policy_wrong(const struct web *w, const struct brute_path *p)
{
	uint32_t who = 0;

	struct tree t = { { false, false, true }, { 0, 0, WEB_ANY }, p->n + 1, p->n + 1, p->n + 1 };

	for (int i = p->n - 1; i >= 0; i--) {
		const struct web_cert *c = &w->c[p->c[i]];
		bool anchor = i == p->n - 1, self = anchor || self_issued(c);
		if (ext(c) && c->policies >= 0)
			level(&t, c->policies, t.any > 0 || (i > 0 && self));
		else if (!anchor)
			memset(t.there, 0, sizeof t.there);
		if (!t.explicit_policy && empty(&t))
			return who | UINT32_C(1) << p->c[i];
		if (i == 0)
			break;
		if (ext(c) && c->map_from && !map(&t, c))
			who |= UINT32_C(1) << p->c[i];
		if (!self) {
			t.explicit_policy -= t.explicit_policy > 0;
			t.mapping -= t.mapping > 0;
			t.any -= t.any > 0;
		}
		if (!ext(c))
			continue;
		t.explicit_policy = least(t.explicit_policy, c->explicit_policy);
		t.mapping = least(t.mapping, c->inhibit_mapping);
		t.any = least(t.any, c->inhibit_any);
	}
	const struct web_cert *leaf = &w->c[p->c[0]];
	t.explicit_policy -= t.explicit_policy > 0;
	if (ext(leaf) && leaf->explicit_policy == 0)
		t.explicit_policy = 0;
	return who | (!t.explicit_policy && empty(&t) ? UINT32_C(1) << p->c[0] : 0);
}

/* ---- a path at a time ---- */

static void raise_to(struct brute_listed *l, int r, uint32_t who)
{
	l->by[r] |= who;
	if (r > l->reason) {
		l->reason = r;
		l->culprit = who;
	}
}

static void dates(const struct web *w, const struct brute_path *p, int64_t t, struct brute_listed *l)
{
	int late = -1, early = -1;

	for (int i = 0; i < p->n; i++) {
		const struct web_cert *c = &w->c[p->c[i]];
		if (i == p->n - 1 && !w->anchor[p->anchor].expiry)
			continue;
		if (c->not_after < t)
			l->by[B_EXPIRED] |= UINT32_C(1) << p->c[i];
		if (c->not_before > t)
			l->by[B_NOT_YET_VALID] |= UINT32_C(1) << p->c[i];
		if (c->not_after < t && (late < 0 || c->not_after < w->c[late].not_after))
			late = p->c[i];
		if (c->not_before > t && (early < 0 || c->not_before > w->c[early].not_before))
			early = p->c[i];
	}
	if (late >= 0)
		raise_to(l, B_EXPIRED, UINT32_C(1) << late);
	else if (early >= 0)
		raise_to(l, B_NOT_YET_VALID, UINT32_C(1) << early);
}

static void path_fails(const struct web *w, const struct brute_path *p, int64_t t, struct brute_listed *l)
{
	memset(l, 0, sizeof *l);
	dates(w, p, t, l);
	for (int i = 0; i < p->n; i++) {
		const struct web_cert *c = &w->c[p->c[i]];
		uint32_t me = UINT32_C(1) << p->c[i];
		if (w->weak[c->key] || (w->kind[c->key] != WEB_EC && w->profile == WEB_WEBPKI))
			raise_to(l, B_WEAK_KEY, me);
		if (eku_wrong(w, p, i))
			raise_to(l, B_EKU, me);
		if (names_wrong(w, p, i))
			raise_to(l, B_NAMES, me);
		if (too_long(w, p, i))
			raise_to(l, B_PATHLEN, me);
		if (usage_wrong(w, p, i))
			raise_to(l, B_KU, me);
		if (not_ca(w, p, i))
			raise_to(l, B_NOT_CA, me);
		if (ext(c) && c->critical)
			raise_to(l, B_CRITICAL, me);
		if (blocked(w, p, i, t))
			raise_to(l, B_DISTRUSTED, me);
		if (i < p->n - 1 && !c->unsupported && (w->profile == WEB_WEBPKI ? c->digest >= WEB_SHA1 : w->profile == WEB_2015 && c->digest == WEB_MD5))
			raise_to(l, B_WEAK_SIGNATURE, me);
		if (i < p->n - 1 && ext(c) && (c->twice || (c->v1_extensions && w->profile != WEB_2015)))
			raise_to(l, B_MALFORMED, me);
		if (i < p->n - 1 && p->edge[i])
			raise_to(l, p->edge[i], me);
	}
	if (policy_wrong(w, p))
		raise_to(l, B_POLICY, policy_wrong(w, p));
}

static void window(const struct web *w, const struct brute_path *p, int64_t *from, int64_t *until)
{
	*from = INT64_MIN;
	*until = INT64_MAX;
	for (int i = 0; i < p->n; i++) {
		const struct web_cert *c = &w->c[p->c[i]];
		if (i == p->n - 1 && !w->anchor[p->anchor].expiry)
			continue;
		*from = c->not_before > *from ? c->not_before : *from;
		*until = c->not_after < *until ? c->not_after : *until;
	}
}

static int fetched(const struct web *w, const struct brute_path *p)
{
	int n = 0;

	for (int i = 0; i < p->n - 1; i++)
		n += !presented(w, p->c[i]);
	return n;
}

/* <0: a stands for the chain before b. */
static int tie(const struct brute *b, const struct brute_path *x, const struct brute_path *y)
{
	int64_t xf, xu, yf, yu;

	window(b->w, x, &xf, &xu);
	window(b->w, y, &yf, &yu);
	if (xu != yu)
		return xu > yu ? -1 : 1;
	if (xf != yf)
		return xf < yf ? -1 : 1;
	if (x->n != y->n)
		return x->n - y->n;
	if (fetched(b->w, x) != fetched(b->w, y))
		return fetched(b->w, x) - fetched(b->w, y);
	for (int i = 0; i < x->n; i++) {
		int d = memcmp(b->sha256[x->c[i]], b->sha256[y->c[i]], TW_SHA256);
		if (d)
			return d;
	}
	return 0;
}

/* ---- no path ---- */

static bool self_signed(const struct web *w, int i)
{
	const struct web_cert *c = &w->c[i];

	if (!self_issued(c))
		return false;
	if (c->unsupported || w->kind[c->key] == WEB_INHERITS)
		return c->v1 || !c->aki || c->aki == c->ski;
	return c->signer == c->key;
}

/* Edges from the leaf to each, verified only; -1: not reached. */
static void reach(const struct web *w, int dist[WEB_CERTS])
{
	for (int i = 0; i < w->n; i++)
		dist[i] = -1;
	dist[w->presented[0]] = 0;
	for (int round = 0; round < w->n; round++)
		for (int i = 0; i < w->n; i++)
			for (int k = 0; k < w->n && dist[i] == round; k++)
				if (dist[k] < 0 && candidate(w, k, false) && verifies(w, i, k))
					dist[k] = round + 1;
}

/* A whole path: if it verifies, it leaves the known at its last such member. */
static void leaves_at(const struct web *w, const struct brute_path *p, uint32_t *set)
{
	int last = 0;

	for (int i = 0; i < p->n - 1; i++)
		if (p->edge[i] == LATER && later(w, p, i) != B_OK)
			return;
	while (last + 2 < p->n && candidate(w, p->c[last + 1], false))
		last++;
	*set |= UINT32_C(1) << p->c[last];
}

/* Certificates at which some path through the witness leaves the known. */
static void witnessed(const struct web *w, struct brute_path *p, uint32_t *set)
{
	int child = p->c[p->n - 1];

	for (int next = 0; next < w->n; next++) {
		int e = candidate(w, next, true) ? edge(w, child, next) : -1;
		if ((e != B_OK && e != LATER) || repeats(w, p, next))
			continue;
		p->edge[p->n - 1] = e;
		p->c[p->n++] = next;
		if (anchors(w, next))
			leaves_at(w, p, set);
		if (next != p->c[0])
			witnessed(w, p, set);
		p->n--;
	}
}

static void no_path(const struct brute *b, struct brute_answer *a)
{
	const struct web *w = b->w;
	int leaf = w->presented[0], dist[WEB_CERTS], best = -1;
	bool others = false;

	if (w->has_witness) {
		struct brute_path p = { .n = 1, .c = { leaf } };
		witnessed(w, &p, &a->culprit);
		if (a->culprit) {
			a->reason = B_MISSING;
			return;
		}
	}
	reach(w, dist);
	for (int i = 0; i < w->n; i++)
		others |= i != leaf && candidate(w, i, false) && verifies(w, leaf, i);
	if (self_signed(w, leaf) && !others) {
		a->reason = B_SELF;
		a->culprit = UINT32_C(1) << leaf;
		return;
	}
	a->reason = B_UNKNOWN;
	for (int i = 0; i < w->n; i++)
		if (dist[i] >= 0 && self_signed(w, i))
			a->reason = B_UNTRUSTED;
	for (int i = 0; i < w->n; i++) {
		if (dist[i] < 0 || (a->reason == B_UNTRUSTED && !self_signed(w, i)))
			continue;
		int d = best < 0 ? 0 : a->reason == B_UNTRUSTED ? dist[best] - dist[i] : dist[i] - dist[best];
		if (best < 0 || d > 0 || (d == 0 && memcmp(b->sha256[i], b->sha256[best], TW_SHA256) < 0))
			best = i;
	}
	a->culprit = UINT32_C(1) << best;
}

/* ---- facts ---- */

/* Of certificate i: 0, or what its dates say at t. */
static uint32_t date_facts(const struct web *w, int i, int64_t t, uint32_t late, uint32_t early)
{
	return (w->c[i].not_after < t ? late : 0) | (w->c[i].not_before > t ? early : 0);
}

/* Does a verified way lead to something that signed itself? */
static bool builds(const struct web *w)
{
	int dist[WEB_CERTS];

	reach(w, dist);
	for (int i = 0; i < w->n; i++)
		if (dist[i] >= 0 && self_signed(w, i))
			return true;
	return false;
}

static uint32_t leaf_facts(const struct web *w, int64_t t)
{
	int leaf = w->presented[0];

	return (self_signed(w, leaf) ? B_SELF_SIGNED : 0u) | (self_issued(&w->c[leaf]) ? B_SELF_ISSUED : 0u) |
		date_facts(w, leaf, t, B_LEAF_EXPIRED, B_LEAF_EARLY);
}

static uint32_t timed(uint32_t facts)
{
	return facts & (B_LEAF_EXPIRED | B_LEAF_EARLY | B_ISSUER_EXPIRED | B_ISSUER_EARLY) ? facts : facts | B_IN_TIME;
}

static void path_facts(const struct brute *b, const struct brute_path *p, uint32_t all, int64_t t, struct brute_answer *a)
{
	const struct web *w = b->w;
	uint32_t f = leaf_facts(w, t), rules = 0;
	static const int rule[] = { B_WEAK_SIGNATURE, B_WEAK_KEY, B_POLICY, B_EKU, B_NAMES, B_PATHLEN, B_KU, B_NOT_CA, B_CRITICAL,
		B_MALFORMED };

	for (int i = 1; i < p->n; i++)
		if (p->c[i] != p->c[0] && (i < p->n - 1 || w->anchor[p->anchor].expiry))
			f |= date_facts(w, p->c[i], t, B_ISSUER_EXPIRED, B_ISSUER_EARLY);
	for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
		rules |= UINT32_C(1) << rule[i];
	if (!(all & (UINT32_C(1) << B_UNSUPPORTED | UINT32_C(1) << B_BAD)))
		f |= B_ANCHORED | B_CHAIN_BUILDS;
	f |= (builds(w) ? B_CHAIN_BUILDS : 0u) | (all >> B_DISTRUSTED & 1 ? B_FACT_DISTRUSTED : 0u) | (all & rules ? B_RULE_FAILED : 0u);
	a->facts[a->nfacts++] = timed(f);
}

/* All shortest verified ways down from at to the leaf; have: what those above say. */
static void ways(const struct brute *b, const int dist[WEB_CERTS], int at, uint32_t have, int64_t t, struct brute_answer *a)
{
	const struct web *w = b->w;

	/* Of a key that inherits there is perhaps no such way. */
	if (dist[at] <= 0) {
		uint32_t f = timed(have | leaf_facts(w, t) | (builds(w) ? B_CHAIN_BUILDS : 0u));
		for (int i = 0; i < a->nfacts; i++)
			if (a->facts[i] == f)
				return;
		if (a->nfacts < WEB_CERTS)
			a->facts[a->nfacts++] = f;
		return;
	}
	have |= date_facts(w, at, t, B_ISSUER_EXPIRED, B_ISSUER_EARLY);
	for (int i = 0; i < w->n; i++)
		if (dist[i] == dist[at] - 1 && verifies(w, i, at))
			ways(b, dist, i, have, t, a);
}

static uint32_t reasons_of(const struct brute_listed *l)
{
	uint32_t all = 0;

	for (int k = 0; k < (int)(sizeof l->by / sizeof *l->by); k++)
		all |= l->by[k] ? UINT32_C(1) << k : 0;
	return all;
}

/* Entries of one certificate are alternatives that no order tells apart: where
 * both fail alike, either may be spoken of. */
static void same_but_entry(const struct brute *b, const struct brute_path *best, int64_t t, struct brute_answer *a)
{
	for (int i = 0; i < b->npath; i++) {
		struct brute_listed l;
		path_fails(b->w, &b->path[i], t, &l);
		if (l.reason != a->reason || tie(b, &b->path[i], best) != 0)
			continue;
		a->culprit |= l.culprit;
		if (a->nfacts < WEB_CERTS)
			path_facts(b, &b->path[i], reasons_of(&l), t, a);
	}
}

void brute_at(const struct brute *b, int64_t t, struct brute_answer *a)
{
	const struct brute_path *best = NULL;

	memset(a, 0, sizeof *a);
	for (int i = 0; i < b->npath; i++) {
		struct brute_listed l;
		path_fails(b->w, &b->path[i], t, &l);
		int r = l.reason;
		if (!best || r < a->reason || (r == a->reason && tie(b, &b->path[i], best) < 0)) {
			best = &b->path[i];
			a->reason = r;
			a->culprit = l.culprit;
		}
	}
	if (!best) {
		int dist[WEB_CERTS];
		no_path(b, a);
		reach(b->w, dist);
		for (int i = 0; i < b->w->n; i++)
			if (a->culprit >> i & 1)
				ways(b, dist, i, 0, t, a);
		return;
	}
	same_but_entry(b, best, t, a);
	a->npath = best->n == 2 && own(best) ? 1 : best->n;
	memcpy(a->path, best->c, sizeof best->c);
	a->fetched = fetched(b->w, best);
}

bool brute_list(const struct brute *b, const int *path, int npath, int64_t t, struct brute_listed *l)
{
	const struct brute_path *one = NULL;

	for (int i = 0; i < b->npath; i++) {
		if (b->path[i].n != npath || memcmp(b->path[i].c, path, (size_t)npath * sizeof *path) != 0)
			continue;
		if (one)
			return false;
		one = &b->path[i];
	}
	if (!one)
		return false;
	path_fails(b->w, one, t, l);
	window(b->w, one, &l->from, &l->until);
	l->npath = one->n;
	memcpy(l->path, one->c, sizeof one->c);
	l->fetched = fetched(b->w, one);
	return true;
}
