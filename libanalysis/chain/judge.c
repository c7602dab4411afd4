/* From paths to a step function of time. */
#include "chain/path.h"

#include <stdlib.h>
#include <string.h>

static enum tw_reason reason_at(const struct tw_path *p, int64_t t)
{
	enum tw_reason r = t > p->until ? TW_R_EXPIRED : t < p->from ? TW_R_NOT_YET_VALID : TW_R_OK;

	return p->reason > r ? p->reason : r;
}

static uint32_t culprit_at(const struct tw_path *p, enum tw_reason r)
{
	return r == TW_R_OK ? TW_NONE : r == TW_R_EXPIRED ? p->late : r == TW_R_NOT_YET_VALID ? p->early : p->culprit;
}

/* Which of two paths stands for the chain when their reasons are equal. */
static int tie(const struct tw_graph *g, const struct tw_path *a, const struct tw_path *b)
{
	const struct tw_cert *v = g->certs->v;

	if (a->until != b->until)
		return a->until > b->until ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (a->fetched != b->fetched)
		return a->fetched < b->fetched ? -1 : 1;
	for (uint32_t i = 0; i < a->n; i++) {
		int d = memcmp(v[a->cert[i]].sha256, v[b->cert[i]].sha256, TW_SHA256);
		if (d)
			return d;
	}
	return 0;
}

static const struct tw_path *best_at(const struct tw_search *s, int64_t t)
{
	const struct tw_path *best = NULL;

	for (uint32_t i = 0; i < s->npath; i++) {
		const struct tw_path *p = &s->path[i];
		if (!best || reason_at(p, t) < reason_at(best, t) ||
				(reason_at(p, t) == reason_at(best, t) && tie(s->g, p, best) < 0))
			best = p;
	}
	return best;
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

/* The anchor's certificate is no second member where it is the leaf itself. */
static uint32_t printed(const struct tw_path *p)
{
	return p->n == 2 && p->cert[0] == p->cert[1] ? 1 : p->n;
}

static void add_step(struct tw_judgement *j, int64_t from, const struct tw_path *p, enum tw_reason r)
{
	uint32_t culprit = culprit_at(p, r), n = printed(p);

	if (j->nstep) {
		const struct tw_step *l = &j->step[j->nstep - 1];
		if (l->reason == r && l->culprit == culprit && l->npath == n &&
				!memcmp(j->path + l->path, p->cert, n * sizeof *p->cert))
			return;
	}
	j->path = tw_realloc(j->path, (size_t)j->npath + n, sizeof *j->path);
	memcpy(j->path + j->npath, p->cert, n * sizeof *p->cert);
	struct tw_step *s = push_step(j, from, r, culprit);
	s->path = j->npath;
	s->npath = n;
	s->fetched = p->fetched;
	j->npath += n;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void steps(const struct tw_search *s, struct tw_judgement *j)
{
	int64_t *at = tw_realloc(NULL, (size_t)s->npath * 2 + 1, sizeof *at);
	size_t n = 0;

	at[n++] = TW_TIME_MIN;
	for (uint32_t i = 0; i < s->npath; i++) {
		at[n++] = s->path[i].from;
		if (s->path[i].until < TW_TIME_MAX)
			at[n++] = s->path[i].until + 1;
	}
	qsort(at, n, sizeof *at, by_time);
	for (size_t i = 0; i < n; i++) {
		if (i && at[i] == at[i - 1])
			continue;
		const struct tw_path *p = best_at(s, at[i]);
		enum tw_reason r = reason_at(p, at[i]);
		if (r == TW_R_OK || !s->limited)
			add_step(j, at[i], p, r);
		else if (!j->nstep || j->step[j->nstep - 1].reason != TW_R_LIMIT)
			push_step(j, at[i], TW_R_LIMIT, TW_NONE);
	}
	free(at);
}

/* No path: is there one through the witness? The culprit is the last
 * certificate reached without it. */
static bool witness(struct tw_graph *g, const struct tw_question *q, struct tw_judgement *j)
{
	struct tw_search s = { .g = g, .q = q, .pool = q->pool, .more = q->witness, .verified = true };
	const struct tw_path *best = NULL;

	if (!q->witness)
		return false;
	tw_search_run(&s);
	for (uint32_t i = 0; i < s.npath; i++) {
		const struct tw_path *p = &s.path[i];
		if (p->reason < TW_R_UNSUPPORTED_ALGORITHM && (!best || p->reason < best->reason ||
				(p->reason == best->reason && tie(g, p, best) < 0)))
			best = p;
	}
	if (best) {
		uint32_t k = 0;
		for (uint32_t i = 1; i + 1 < best->n; i++, k++) {
			bool near = q->pool && tw_index_has(q->pool, g, best->cert[i]);
			near |= tw_index_has(q->anchors, g, best->cert[i]);
			for (uint32_t m = 0; m < q->npresented && !near; m++)
				near = q->presented[m] == best->cert[i];
			if (!near)
				break;
		}
		push_step(j, TW_TIME_MIN, TW_R_MISSING_INTERMEDIATE, best->cert[k]);
	}
	tw_search_free(&s);
	return best != NULL;
}

static bool self_signed(struct tw_graph *g, uint32_t id)
{
	const struct tw_cert *c = &g->certs->v[id];

	if (g->node[id].subject != g->node[id].issuer)
		return false;
	enum tw_sig sig = tw_graph_sig(g, id, id);
	return sig == TW_SIG_GOOD || (sig == TW_SIG_UNSUPPORTED && (!c->aki.n || tw_slice_eq(c->aki, c->ski)));
}

/* By fewest edges, breadth first: the nearest root that is no anchor, and the
 * certificate farthest from the leaf. Every level is taken in whole, so ties
 * are broken by the bytes and not by the order of finding. */
struct reach {
	uint32_t *v, *dist;
	uint32_t n, cap;
};

static void reach_add(struct reach *r, uint32_t cert, uint32_t dist)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->v[i] == cert)
			return;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->v = tw_realloc(r->v, r->cap, sizeof *r->v);
		r->dist = tw_realloc(r->dist, r->cap, sizeof *r->dist);
	}
	r->v[r->n] = cert;
	r->dist[r->n++] = dist;
}

static bool before(const struct tw_graph *g, uint32_t a, uint32_t b)
{
	return b == TW_NONE || memcmp(g->certs->v[a].sha256, g->certs->v[b].sha256, TW_SHA256) < 0;
}

static void no_path(struct tw_search *s, struct tw_judgement *j)
{
	struct tw_graph *g = s->g;
	struct reach r = { 0 };
	uint32_t root = TW_NONE, far = TW_NONE, rootd = UINT32_MAX, fard = 0;
	bool others = false;

	reach_add(&r, s->q->presented[0], 0);
	for (uint32_t i = 0; i < r.n && r.n < TW_MAX_EDGES; i++) {
		struct tw_candidate *c = NULL;
		uint32_t n = tw_candidates(s, r.v[i], &c), d = r.dist[i];
		for (uint32_t k = 0; k < n; k++) {
			if (c[k].sig != TW_SIG_GOOD)
				continue;
			others |= i == 0 && c[k].cert != r.v[0];
			reach_add(&r, c[k].cert, d + 1);
		}
		free(c);
	}
	for (uint32_t i = 0; i < r.n; i++) {
		uint32_t d = r.dist[i], id = r.v[i];
		if (d <= rootd && self_signed(g, id) && (d < rootd || before(g, id, root))) {
			root = id;
			rootd = d;
		}
		if (far == TW_NONE || d > fard || (d == fard && before(g, id, far))) {
			far = id;
			fard = d;
		}
	}
	if (root == s->q->presented[0] && !others)
		push_step(j, TW_TIME_MIN, TW_R_SELF_SIGNED, root);
	else if (root != TW_NONE)
		push_step(j, TW_TIME_MIN, TW_R_UNTRUSTED_ROOT, root);
	else
		push_step(j, TW_TIME_MIN, TW_R_UNKNOWN_ISSUER, far);
	free(r.v);
	free(r.dist);
}

void tw_judge(struct tw_graph *g, const struct tw_question *q, struct tw_judgement *j)
{
	struct tw_search s = { .g = g, .q = q, .pool = q->pool };

	memset(j, 0, sizeof *j);
	if (!g->certs->v[q->presented[0]].readable) {
		push_step(j, TW_TIME_MIN, TW_R_UNREADABLE, q->presented[0]);
		return;
	}
	tw_search_run(&s);
	if (s.npath)
		steps(&s, j);
	else if (s.limited)
		push_step(j, TW_TIME_MIN, TW_R_LIMIT, TW_NONE);
	else if (!witness(g, q, j))
		no_path(&s, j);
	tw_search_free(&s);
}

void tw_judgement_free(struct tw_judgement *j)
{
	free(j->step);
	free(j->path);
	memset(j, 0, sizeof *j);
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

const char *tw_reason_name(enum tw_reason r)
{
	switch (r) {
	case TW_R_OK: return "ok";
	case TW_R_EXPIRED: return "expired";
	case TW_R_NOT_YET_VALID: return "not_yet_valid";
	case TW_R_WEAK_KEY: return "weak_key";
	case TW_R_POLICY: return "policy";
	case TW_R_EXTENDED_KEY_USAGE: return "extended_key_usage";
	case TW_R_NAME_CONSTRAINTS: return "name_constraints";
	case TW_R_PATH_LENGTH: return "path_length";
	case TW_R_KEY_USAGE: return "key_usage";
	case TW_R_NOT_A_CA: return "not_a_ca";
	case TW_R_CRITICAL_EXTENSION: return "critical_extension";
	case TW_R_MALFORMED: case TW_R_UNREADABLE: return "malformed";
	case TW_R_UNSUPPORTED_ALGORITHM: return "unsupported_algorithm";
	case TW_R_BAD_SIGNATURE: return "bad_signature";
	case TW_R_LIMIT: return "limit";
	case TW_R_MISSING_INTERMEDIATE: return "missing_intermediate";
	case TW_R_UNTRUSTED_ROOT: return "untrusted_root";
	case TW_R_UNKNOWN_ISSUER: return "unknown_issuer";
	case TW_R_SELF_SIGNED: return "self_signed";
	}
	return "";
}

const char *tw_verdict_name(enum tw_reason r)
{
	switch (r) {
	case TW_R_OK: return "verifiable";
	case TW_R_EXPIRED: return "expired";
	case TW_R_SELF_SIGNED: return "self-signed";
	default: return "broken";
	}
}
