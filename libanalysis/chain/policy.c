/* States of the policy graph. */
#include "chain/policy.h"
#include "chain/cache.h"

#include <stdlib.h>
#include <string.h>

#define NEVER UINT8_MAX /* a counter that no path is long enough for */
#define ANY 0u          /* the number of anyPolicy */

struct list {
	uint32_t *v, n, cap; /* sorted once made, each once */
};

struct state {
	struct list expected; /* empty: the graph is NULL */
	uint8_t explicit_policy, mapping, any;
};

/* What a certificate says, in numbers. */
struct said {
	bool has;            /* certificatePolicies is there */
	struct list policies; /* without anyPolicy */
	bool any;
	struct list from, to; /* mappings, pair by pair, sorted by from */
};

struct tw_policies {
	const struct tw_certs *certs;
	struct tw_set oids;
	struct tw_set states;  /* digests of states */
	struct state *state;
	uint32_t cap;
	struct tw_cache said;  /* by certificate */
};

static const uint8_t any_policy[] = { 0x55, 0x1d, 0x20, 0x00 };

static uint32_t number(struct tw_policies *t, struct tw_slice oid)
{
	uint8_t h[TW_SHA256];
	bool fresh;

	tw_sha256(oid, h);
	return tw_set_add(&t->oids, h, &fresh);
}

static void put(struct list *l, uint32_t v)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		l->v = tw_realloc(l->v, l->cap, sizeof *l->v);
	}
	l->v[l->n++] = v;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void tidy(struct list *l)
{
	uint32_t k = 0, i = 1;

	while (i < l->n && l->v[i - 1] < l->v[i])
		i++;
	if (i >= l->n)
		return; /* sorted already, as most are */
	qsort(l->v, l->n, sizeof *l->v, by_number);
	for (i = 0; i < l->n; i++)
		if (!k || l->v[i] != l->v[k - 1])
			l->v[k++] = l->v[i];
	l->n = k;
}

static bool has(const struct list *l, uint32_t v)
{
	return l->n && bsearch(&v, l->v, l->n, sizeof *l->v, by_number);
}

/* Takes l's memory. */
static uint32_t intern(struct tw_policies *t, struct state *s)
{
	struct tw_buf b = { 0, 0, 0 };
	uint8_t h[TW_SHA256], counters[3] = { s->explicit_policy, s->mapping, s->any };
	bool fresh;

	tw_buf_add(&b, counters, 3);
	if (s->expected.n)
		tw_buf_add(&b, s->expected.v, s->expected.n * sizeof *s->expected.v);
	tw_sha256(tw_buf_slice(&b), h);
	tw_buf_free(&b);
	uint32_t id = tw_set_add(&t->states, h, &fresh);
	if (!fresh) {
		free(s->expected.v);
		return id;
	}
	if (id >= t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->state = tw_realloc(t->state, t->cap, sizeof *t->state);
	}
	t->state[id] = *s;
	return id;
}

struct tw_policies *tw_policies_new(const struct tw_certs *certs)
{
	struct tw_policies *t = tw_alloc(sizeof *t);
	struct state s = { .explicit_policy = NEVER, .mapping = NEVER, .any = NEVER };

	t->certs = certs;
	(void)number(t, (struct tw_slice){ any_policy, sizeof any_policy });
	put(&s.expected, ANY);
	(void)intern(t, &s);
	return t;
}

static void said_free(struct said *s)
{
	free(s->policies.v);
	free(s->from.v);
	free(s->to.v);
	free(s);
}

void tw_policies_free(struct tw_policies *t)
{
	for (uint32_t i = 0; i < t->states.n; i++)
		free(t->state[i].expected.v);
	for (uint32_t i = 0; i < t->said.cap; i++)
		if (t->said.key[i] != UINT64_MAX)
			said_free((struct said *)t->said.value[i]);
	tw_cache_free(&t->said);
	tw_set_free(&t->oids);
	tw_set_free(&t->states);
	free(t->state);
	free(t);
}

/* The body of the one SEQUENCE that ext is. */
static struct tw_der inside(struct tw_slice ext)
{
	struct tw_der d = { ext, false };
	struct tw_tlv t;

	if (!ext.n || tw_der_next(&d, &t) != 1)
		return (struct tw_der){ { NULL, 0 }, false };
	return (struct tw_der){ t.body, false };
}

static bool is_any(struct tw_slice oid)
{
	return oid.n == sizeof any_policy && !memcmp(oid.p, any_policy, oid.n);
}

bool tw_policy_maps_any(const struct tw_cert *c)
{
	struct tw_der d = inside(c->policy_mappings);
	struct tw_tlv pair, from, to;

	while (tw_der_next(&d, &pair) == 1) {
		struct tw_der in = { pair.body, false };
		if (tw_der_next(&in, &from) == 1 && tw_der_next(&in, &to) == 1 && (is_any(from.body) || is_any(to.body)))
			return true;
	}
	return false;
}

struct pair {
	uint32_t from, to; /* sorted by the first */
};

static void read_mappings(struct tw_policies *t, struct said *s, struct tw_slice ext)
{
	struct tw_der d = inside(ext);
	struct tw_tlv one, from, to;
	struct pair *p = NULL;
	size_t n = 0, cap = 0;

	while (tw_der_next(&d, &one) == 1) {
		struct tw_der in = { one.body, false };
		if (tw_der_next(&in, &from) != 1 || tw_der_next(&in, &to) != 1)
			break;
		if (n == cap)
			p = tw_realloc(p, cap = cap ? cap * 2 : 8, sizeof *p);
		p[n].from = number(t, from.body);
		p[n++].to = number(t, to.body);
	}
	if (n)
		qsort(p, n, sizeof *p, by_number);
	for (size_t i = 0; i < n; i++) {
		put(&s->from, p[i].from);
		put(&s->to, p[i].to);
	}
	free(p);
}

static const struct said *said_of(struct tw_policies *t, uint32_t cert)
{
	uintptr_t *known = tw_cache_get(&t->said, cert);
	const struct tw_cert *c = &t->certs->v[cert];

	if (known)
		return (const struct said *)*known;
	struct said *s = tw_alloc(sizeof *s);
	struct tw_der d = inside(c->policies);
	struct tw_tlv one, oid;
	s->has = (c->ext & TW_EXT_POLICIES) != 0;
	while (tw_der_next(&d, &one) == 1) {
		struct tw_der in = { one.body, false };
		if (tw_der_next(&in, &oid) != 1)
			break;
		if (is_any(oid.body))
			s->any = true;
		else
			put(&s->policies, number(t, oid.body));
	}
	tidy(&s->policies);
	read_mappings(t, s, c->policy_mappings);
	tw_cache_put(&t->said, cert, (uintptr_t)s);
	return s;
}

/* RFC 9618 5.2 (d): which policies are valid at this certificate. */
static struct list valid(const struct state *s, const struct said *c, bool any_allowed)
{
	struct list v = { 0 };
	bool above_any = has(&s->expected, ANY);

	for (uint32_t i = 0; i < c->policies.n; i++)
		if (above_any || has(&s->expected, c->policies.v[i]))
			put(&v, c->policies.v[i]);
	if (c->any && any_allowed)
		for (uint32_t i = 0; i < s->expected.n; i++)
			put(&v, s->expected.v[i]);
	tidy(&v);
	return v;
}

/* RFC 9618 5.3, RFC 5280 6.1.4 (b): what the next certificate may name. Under
 * anyPolicy it may name all, mapped or not. */
static struct list map(struct list v, const struct said *c, bool allowed)
{
	struct list next = { 0 };

	for (uint32_t i = 0; i < v.n; i++)
		if (!has(&c->from, v.v[i]))
			put(&next, v.v[i]);
	for (uint32_t i = 0; i < c->from.n && allowed; i++)
		if (has(&v, c->from.v[i]))
			put(&next, c->to.v[i]);
	free(v.v);
	tidy(&next);
	return next;
}

static void count(uint8_t *n)
{
	if (*n && *n != NEVER)
		--*n;
}

static void lower(uint8_t *n, int32_t to)
{
	if (to >= 0 && to < *n)
		*n = (uint8_t)to;
}

/* RFC 5280 6.1.4 (h) to (j). */
static void counters(struct state *s, const struct tw_cert *c, bool self_issued)
{
	if (!self_issued) {
		count(&s->explicit_policy);
		count(&s->mapping);
		count(&s->any);
	}
	lower(&s->explicit_policy, c->require_explicit);
	lower(&s->mapping, c->inhibit_mapping);
	lower(&s->any, c->inhibit_any);
}

uint32_t tw_policy_anchor(struct tw_policies *t, uint32_t cert)
{
	const struct said *c = said_of(t, cert);
	struct state s = t->state[TW_POLICY_INITIAL];
	struct list v = { 0 };

	if (c->has)
		v = valid(&t->state[TW_POLICY_INITIAL], c, true);
	else
		put(&v, ANY);
	s.expected = map(v, c, true);
	counters(&s, &t->certs->v[cert], true);
	return intern(t, &s);
}

uint32_t tw_policy_member(struct tw_policies *t, uint32_t state, uint32_t cert, bool self_issued, bool *failed)
{
	const struct said *c = said_of(t, cert);
	struct state s = t->state[state];
	struct list v = valid(&t->state[state], c, s.any > 0 || self_issued);

	*failed = !v.n && !s.explicit_policy;
	s.expected = map(v, c, s.mapping > 0);
	counters(&s, &t->certs->v[cert], self_issued);
	return intern(t, &s);
}

uint32_t tw_policy_size(struct tw_policies *t, uint32_t state, uint32_t cert)
{
	const struct said *c = said_of(t, cert);

	return t->state[state].expected.n + c->policies.n + c->from.n;
}

bool tw_policy_leaf(struct tw_policies *t, uint32_t state, uint32_t cert, bool self_issued)
{
	const struct said *c = said_of(t, cert);
	const struct state *s = &t->state[state];
	/* (d)(2): at the last certificate self-issued ones are no exception. */
	struct list v = valid(s, c, s->any > 0);
	bool some = v.n != 0;
	uint8_t left = s->explicit_policy;

	(void)self_issued;
	free(v.v);
	count(&left); /* 6.1.5 (a) */
	if (t->certs->v[cert].require_explicit == 0)
		left = 0;
	return some || left;
}
