/* From paths to a step function of time. */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

static const char *const purposes[] = { "server", "client", "any" };

bool tw_purpose_find(const char *name, enum tw_purpose *out)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++) {
		if (!strcmp(name, purposes[i])) {
			*out = (enum tw_purpose)i;
			return true;
		}
	}
	return false;
}

const char *tw_purpose_name(enum tw_purpose p)
{
	return purposes[p];
}

struct tw_judge *tw_judge_new(struct tw_graph *g, const struct tw_judge_options *o)
{
	struct tw_judge *j = tw_alloc(sizeof *j);

	j->g = g;
	j->o = *o;
	if (!j->o.profile)
		j->o.profile = &tw_profile_rfc5280;
	j->constraints = tw_constraints_new(g->certs, j->o.profile);
	j->policies = tw_policies_new(g->certs);
	j->named = TW_NONE;
	return j;
}

void tw_judge_free(struct tw_judge *j)
{
	if (!j)
		return;
	tw_contexts_free(j);
	if (!j->nasked)
		tw_signers_free(j->signers);
	tw_constraints_free(j->constraints);
	tw_policies_free(j->policies);
	tw_staples_free(j->staples);
	free(j->event);
	free(j->stamp);
	for (size_t i = 0; i < sizeof j->scratch / sizeof *j->scratch; i++)
		tw_buf_free(&j->scratch[i]);
	tw_buf_free(&j->own);
	tw_buf_free(&j->touches);
	free(j);
}

struct tw_judge_stats tw_judge_stats(const struct tw_judge *j)
{
	return j->stats;
}

static void push_step(struct tw_judgement *j, const struct tw_step *s)
{
	j->step = tw_realloc(j->step, (size_t)j->nstep + 1, sizeof *j->step);
	j->step[j->nstep++] = *s;
}

/* Says the same as the step before. */
static bool goes_on(const struct tw_judgement *j, const struct tw_step *s)
{
	const struct tw_step *l = j->nstep ? &j->step[j->nstep - 1] : NULL;

	return l && l->reason == s->reason && l->culprit == s->culprit && l->facts == s->facts;
}

/* Leaf to anchor into cert, room for TW_MAX_DEPTH + 1; how many. */
static uint32_t certs_of(const struct tw_judge *j, uint32_t leaf, uint32_t label, uint32_t *cert)
{
	uint32_t n = 0;

	cert[n++] = leaf;
	for (uint32_t l = label; l != TW_NONE; l = tw_label(j, l)->parent)
		cert[n++] = tw_label(j, l)->cert;
	return n;
}

static void add_step(const struct tw_judge *j, struct tw_judgement *out, uint32_t leaf,
	const struct tw_candidate_path *p, struct tw_step s)
{
	uint32_t cert[TW_MAX_DEPTH + 1], n = certs_of(j, leaf, p->label, cert), at = out->npath;

	if (n == 2 && cert[0] == cert[1])
		n = 1; /* the anchor's certificate is the leaf itself */
	if (out->nstep) {
		const struct tw_step *l = &out->step[out->nstep - 1];
		bool same = l->npath == n && !memcmp(out->path + l->path, cert, n * sizeof *cert);
		if (same && goes_on(out, &s))
			return;
		if (same)
			at = l->path;
	}
	if (at == out->npath) {
		out->path = tw_realloc(out->path, (size_t)out->npath + n, sizeof *out->path);
		memcpy(out->path + out->npath, cert, n * sizeof *cert);
		out->npath += n;
	}
	s.path = at;
	s.npath = n;
	s.fetched = tw_label(j, p->label)->fetched;
	push_step(out, &s);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The path that stands for the chain at t. */
static uint32_t best_at(const struct tw_judge *j, const struct tw_candidate_path *p, uint32_t n, int64_t t,
	enum tw_reason *reason, uint32_t *culprit)
{
	uint32_t best = 0, who;

	*reason = tw_path_reason(j, &p[0], t, culprit);
	for (uint32_t i = 1; i < n; i++) {
		enum tw_reason r = tw_path_reason(j, &p[i], t, &who);
		if (r < *reason || (r == *reason && tw_path_tie(j, &p[i], &p[best]) < 0)) {
			best = i;
			*reason = r;
			*culprit = who;
		}
	}
	return best;
}

static size_t add_span(int64_t *at, size_t k, int64_t from, int64_t until)
{
	at[k++] = from;
	if (until < TW_TIME_MAX)
		at[k++] = until + 1;
	return k;
}

/* The seconds at which some path's failures change, or its facts. */
static size_t changes(const struct tw_context *c, const struct tw_candidate_path *p, uint32_t n, int64_t **out)
{
	const struct tw_judge *j = c->judge;
	size_t k = 0, cap = 6 * (size_t)n + 1;
	int64_t *at;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t e = p[i].events; e; e = j->event[e].next)
			cap += 2;
	at = tw_realloc(NULL, cap, sizeof *at);
	at[k++] = TW_TIME_MIN;
	for (uint32_t i = 0; i < n; i++) {
		k = add_span(at, k, p[i].from, p[i].until);
		for (uint32_t e = p[i].events; e; e = j->event[e].next)
			k = add_span(at, k, j->event[e].span.from, j->event[e].span.until);
		if (j->o.facts) {
			const struct tw_cert *leaf = &j->g->certs->v[p[i].leaf];
			struct tw_way above;
			tw_facts_above(c, &p[i], &above);
			k = add_span(at, k, leaf->not_before, leaf->not_after);
			k = add_span(at, k, above.from, above.until);
		}
	}
	qsort(at, k, sizeof *at, by_time);
	*out = at;
	return k;
}

/* Of some path a bound hides what it is worth: it could be the good one. */
static bool bounded_at(const struct tw_judge *j, const struct tw_candidate_path *p, uint32_t n, int64_t t)
{
	uint32_t who;

	for (uint32_t i = 0; i < n; i++)
		if (tw_path_reason(j, &p[i], t, &who) == TW_R_LIMIT)
			return true;
	return false;
}

/* own: what the leaf says by itself, and whether a root is within reach of it. */
static void steps(struct tw_context *c, struct tw_judgement *out, uint32_t leaf, const struct tw_candidate_path *p,
	uint32_t n, struct tw_lost lost, uint32_t own)
{
	static const struct tw_way none = { TW_TIME_MIN, TW_TIME_MAX, false };
	struct tw_judge *j = c->judge;
	int64_t *at;
	size_t k = changes(c, p, n, &at);

	for (size_t i = 0; i < k; i++) {
		struct tw_step s = { .from = at[i] };
		if (i && at[i] == at[i - 1])
			continue;
		uint32_t best = best_at(j, p, n, at[i], &s.reason, &s.culprit);
		if (s.reason == TW_R_OK || (!lost.paths && !(lost.reasons && s.reason == TW_R_NOT_YET_VALID) &&
				!bounded_at(j, p, n, at[i]))) {
			if (j->o.facts)
				s.facts = own | tw_facts_path(c, &p[best], at[i]);
			add_step(j, out, leaf, &p[best], s);
			continue;
		}
		s.reason = TW_R_LIMIT;
		s.culprit = TW_NONE;
		if (j->o.facts)
			s.facts = tw_facts_leaf(j, leaf) | tw_facts_time(&j->g->certs->v[leaf], &none, at[i]);
		if (!goes_on(out, &s))
			push_step(out, &s);
	}
	free(at);
}

/* One answer for all times, but for the facts: those of the leaf and of the way
 * to the culprit. */
static void one_step(struct tw_judge *j, struct tw_context *c, struct tw_judgement *out, uint32_t leaf, struct tw_step s)
{
	const struct tw_cert *x = &j->g->certs->v[leaf];
	struct tw_way above = { TW_TIME_MIN, TW_TIME_MAX, false };
	int64_t at[5] = { TW_TIME_MIN };
	size_t k = 1;
	uint32_t own = 0;

	if (j->o.facts) {
		own = tw_facts_leaf(j, leaf);
		if (s.reason != TW_R_LIMIT)
			tw_way_to(j, c, leaf, s.culprit, &above);
		own |= above.root ? TW_FACT_CHAIN_BUILDS : 0u;
		k = add_span(at, k, x->not_before, x->not_after);
		k = add_span(at, k, above.from, above.until);
		qsort(at, k, sizeof *at, by_time);
	}
	for (size_t i = 0; i < k; i++) {
		s.from = at[i];
		s.facts = j->o.facts ? own | tw_facts_time(x, &above, at[i]) : 0;
		if (!goes_on(out, &s))
			push_step(out, &s);
	}
}

/* What no time changes of a leaf that has paths. */
static uint32_t own_facts(struct tw_judge *j, struct tw_context *c, uint32_t leaf, const struct tw_candidate_path *p, uint32_t n)
{
	uint32_t f;
	struct tw_way w;

	if (!j->o.facts)
		return 0;
	f = tw_facts_leaf(j, leaf);
	/* Where a path does not verify, something else may that ends elsewhere. */
	for (uint32_t i = 0; i < n && !(f & TW_FACT_CHAIN_BUILDS); i++) {
		if (p[i].reason < TW_R_UNSUPPORTED_ALGORITHM)
			continue;
		tw_way_to(j, c, leaf, TW_NONE, &w);
		return f | (w.root ? TW_FACT_CHAIN_BUILDS : 0u);
	}
	return f;
}

static bool limited(const struct tw_judgement *o)
{
	for (uint32_t i = 0; i < o->nstep; i++)
		if (o->step[i].reason == TW_R_LIMIT)
			return true;
	return false;
}

/* Before they take too much memory. Answers do not depend on it. */
static void make_room(struct tw_judge *j)
{
	if (j->ncontext > TW_MAX_CONTEXTS || j->nlabel > TW_MAX_CONTEXTS * 64)
		tw_contexts_free(j);
	else if (j->nevent > TW_MAX_CONTEXTS * 16)
		tw_contexts_free(j);
}

void tw_judge_chain(struct tw_judge *j, const struct tw_question *q, struct tw_judgement *out)
{
	uint32_t leaf = q->presented[0], n = 0;
	struct tw_candidate_path *p = NULL;
	struct tw_lost lost;

	memset(out, 0, sizeof *out);
	out->held = j->held = (struct tw_held){ TW_TIME_MIN, TW_TIME_MAX };
	j->stats.chains++;
	if (!j->g->certs->v[leaf].readable) {
		push_step(out, &(struct tw_step){ .from = TW_TIME_MIN, .reason = TW_R_UNREADABLE, .culprit = leaf });
		return;
	}
	make_room(j);
	j->question = q;
	struct tw_context *c = tw_context_find(j, q, false);
	n = tw_leaf_paths(c, leaf, &p, &lost);
	j->question = NULL;
	if (n)
		steps(c, out, leaf, p, n, lost, own_facts(j, c, leaf, p, n));
	else if (lost.paths)
		one_step(j, c, out, leaf, (struct tw_step){ .reason = TW_R_LIMIT, .culprit = TW_NONE });
	else
		one_step(j, c, out, leaf, tw_no_path(j, c, q));
	out->held = j->held;
	j->stats.limited += limited(out);
	free(p);
}

void tw_judgement_free(struct tw_judgement *j)
{
	free(j->step);
	free(j->path);
	memset(j, 0, sizeof *j);
}

bool tw_judgement_eq(const struct tw_judgement *a, const struct tw_judgement *b)
{
	if (a->nstep != b->nstep)
		return false;
	for (uint32_t i = 0; i < a->nstep; i++) {
		const struct tw_step *x = &a->step[i], *y = &b->step[i];
		if (x->from != y->from || x->reason != y->reason || x->culprit != y->culprit || x->npath != y->npath ||
				x->fetched != y->fetched || x->facts != y->facts ||
				(x->npath && memcmp(a->path + x->path, b->path + y->path, x->npath * sizeof *a->path) != 0))
			return false;
	}
	return true;
}

const struct tw_step *tw_judgement_at(const struct tw_judgement *j, int64_t t)
{
	uint32_t i = j->nstep - 1;

	while (i && j->step[i].from > t)
		i--;
	return &j->step[i];
}

bool tw_judgement_window(const struct tw_judgement *j, uint32_t *i, int64_t *from, int64_t *until)
{
	while (*i < j->nstep && j->step[*i].reason != TW_R_OK)
		++*i;
	if (*i == j->nstep)
		return false;
	*from = j->step[*i].from;
	while (*i < j->nstep && j->step[*i].reason == TW_R_OK)
		++*i;
	*until = *i < j->nstep ? j->step[*i].from - 1 : TW_TIME_MAX;
	return true;
}
