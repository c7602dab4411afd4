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
	free(j);
}

struct tw_judge_stats tw_judge_stats(const struct tw_judge *j)
{
	return j->stats;
}

static struct tw_step *push_step(struct tw_judgement *j, int64_t from, enum tw_reason r, uint32_t culprit)
{
	j->step = tw_realloc(j->step, (size_t)j->nstep + 1, sizeof *j->step);
	struct tw_step *s = &j->step[j->nstep++];
	memset(s, 0, sizeof *s);
	s->from = from;
	s->reason = r;
	s->culprit = culprit;
	return s;
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

static void add_step(const struct tw_judge *j, struct tw_judgement *out, int64_t from, uint32_t leaf,
	const struct tw_candidate_path *p, enum tw_reason r, uint32_t culprit)
{
	uint32_t cert[TW_MAX_DEPTH + 1], n = certs_of(j, leaf, p->label, cert), at = out->npath;

	if (n == 2 && cert[0] == cert[1])
		n = 1; /* the anchor's certificate is the leaf itself */
	if (out->nstep) {
		const struct tw_step *l = &out->step[out->nstep - 1];
		bool same = l->npath == n && !memcmp(out->path + l->path, cert, n * sizeof *cert);
		if (same && l->reason == r && l->culprit == culprit)
			return;
		if (same)
			at = l->path;
	}
	if (at == out->npath) {
		out->path = tw_realloc(out->path, (size_t)out->npath + n, sizeof *out->path);
		memcpy(out->path + out->npath, cert, n * sizeof *cert);
		out->npath += n;
	}
	struct tw_step *s = push_step(out, from, r, culprit);
	s->path = at;
	s->npath = n;
	s->fetched = tw_label(j, p->label)->fetched;
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

/* The seconds at which some path's failures change. */
static size_t changes(const struct tw_judge *j, const struct tw_candidate_path *p, uint32_t n, int64_t **out)
{
	size_t k = 0, cap = 2 * (size_t)n + 1;
	int64_t *at;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t e = p[i].events; e; e = j->event[e].next)
			cap += 2;
	at = tw_realloc(NULL, cap, sizeof *at);
	at[k++] = TW_TIME_MIN;
	for (uint32_t i = 0; i < n; i++) {
		at[k++] = p[i].from;
		if (p[i].until < TW_TIME_MAX)
			at[k++] = p[i].until + 1;
		for (uint32_t e = p[i].events; e; e = j->event[e].next) {
			at[k++] = j->event[e].span.from;
			if (j->event[e].span.until < TW_TIME_MAX)
				at[k++] = j->event[e].span.until + 1;
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

static void steps(struct tw_judge *j, struct tw_judgement *out, uint32_t leaf, const struct tw_candidate_path *p,
	uint32_t n, struct tw_lost lost)
{
	int64_t *at;
	size_t k = changes(j, p, n, &at);
	bool limited = false;

	for (size_t i = 0; i < k; i++) {
		enum tw_reason r;
		uint32_t culprit;
		if (i && at[i] == at[i - 1])
			continue;
		uint32_t best = best_at(j, p, n, at[i], &r, &culprit);
		if (r == TW_R_OK || (!lost.paths && !(lost.reasons && r == TW_R_NOT_YET_VALID) && !bounded_at(j, p, n, at[i])))
			add_step(j, out, at[i], leaf, &p[best], r, culprit);
		else if (!out->nstep || out->step[out->nstep - 1].reason != TW_R_LIMIT)
			push_step(out, at[i], TW_R_LIMIT, TW_NONE);
		limited |= out->step[out->nstep - 1].reason == TW_R_LIMIT;
	}
	j->stats.limited += limited;
	free(at);
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
	j->stats.chains++;
	if (!j->g->certs->v[leaf].readable) {
		push_step(out, TW_TIME_MIN, TW_R_UNREADABLE, leaf);
		return;
	}
	make_room(j);
	j->staple = q->staple;
	struct tw_context *c = tw_context_find(j, q, false);
	n = tw_leaf_paths(c, leaf, &p, &lost);
	j->staple = NULL;
	if (n)
		steps(j, out, leaf, p, n, lost);
	else if (lost.paths)
		push_step(out, TW_TIME_MIN, TW_R_LIMIT, TW_NONE);
	else
		*push_step(out, 0, TW_R_OK, TW_NONE) = tw_no_path(j, c, q);
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
				x->fetched != y->fetched ||
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
