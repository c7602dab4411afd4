/* Paths taken apart: every failure of every certificate, for people. */
#include "chain/revoke.h"

#include <stdlib.h>
#include <string.h>

struct taking {
	struct tw_judge *j;
	struct tw_context *c;
	struct tw_path *path;
	uint32_t label[TW_MAX_DEPTH + 1]; /* of path->cert[i]; TW_NONE for the leaf */
	int64_t at;
};

static void fail(struct tw_path *p, enum tw_reason r, uint32_t at)
{
	if ((p->nfailure & (p->nfailure - 1)) == 0) /* grows at powers of two */
		p->failure = tw_realloc(p->failure, 2 * (size_t)p->nfailure + 1, sizeof *p->failure);
	p->failure[p->nfailure++] = (struct tw_failure){ .reason = r, .at = at };
}

static void fail_all(struct tw_path *p, uint32_t bits, uint32_t at)
{
	for (unsigned r = 0; r < TW_R_N; r++)
		if (bits & TW_R_BIT(r))
			fail(p, (enum tw_reason)r, at);
}

static void in_time(const struct taking *k, uint32_t i)
{
	const struct tw_cert *x = &k->j->g->certs->v[k->path->cert[i]];
	const struct tw_label *base = tw_label(k->j, k->label[k->path->n - 1]);

	if (i + 1 == k->path->n && !k->c->row[base->row].expiry)
		return;
	if (x->not_after < k->at)
		fail(k->path, TW_R_EXPIRED, i);
	if (x->not_before > k->at)
		fail(k->path, TW_R_NOT_YET_VALID, i);
}

static bool self_issued(const struct taking *k, uint32_t i)
{
	const struct tw_node *n = &k->j->g->node[k->path->cert[i]];

	return n->subject == n->issuer;
}

static void length(const struct taking *k, uint32_t i)
{
	int32_t allowed = k->j->g->certs->v[k->path->cert[i]].path_length, below = 0;

	for (uint32_t m = 1; m < i; m++)
		below += !self_issued(k, m);
	if (allowed >= 0 && below > allowed)
		fail(k->path, TW_R_PATH_LENGTH, i);
}

/* What a member's issuer decides: signature, names, policies. */
static void below_issuer(const struct taking *k, uint32_t i)
{
	struct tw_judge *j = k->j;
	uint32_t cert = k->path->cert[i];
	const struct tw_label *up = tw_label(j, k->label[i + 1]);
	enum tw_sig sig = tw_graph_sig(j->g, up->key, cert);
	bool failed = false;

	if (sig == TW_SIG_UNSUPPORTED)
		fail(k->path, TW_R_UNSUPPORTED_ALGORITHM, i);
	else if (sig == TW_SIG_BAD)
		fail(k->path, TW_R_BAD_SIGNATURE, i);
	if ((i == 0 || !self_issued(k, i)) && !tw_constraints_hold(j->constraints, up->constraints, cert, i == 0))
		fail(k->path, TW_R_NAME_CONSTRAINTS, i);
	if (!k->c->policies || up->failures & TW_R_BIT(TW_R_POLICY))
		return;
	if (i == 0)
		failed = !tw_policy_leaf(j->policies, up->policy, cert, self_issued(k, i));
	else
		(void)tw_policy_member(j->policies, up->policy, cert, self_issued(k, i), &failed);
	if (failed)
		fail(k->path, TW_R_POLICY, i);
}

static void own(const struct taking *k, uint32_t i)
{
	struct tw_judge *j = k->j;
	uint32_t cert = k->path->cert[i], n = k->path->n;
	const struct tw_row_key *row = &k->c->row[tw_label(j, k->label[n - 1])->row];
	static const uint32_t purpose[] = { TW_TRUST_SERVER, TW_TRUST_CLIENT, TW_TRUST_ALL };

	if (i + 1 == n) {
		fail_all(k->path, tw_rules_anchor(j, cert, cert == k->path->cert[0]), i);
		if (!(row->purposes & purpose[j->o.purpose]))
			fail(k->path, TW_R_DISTRUSTED, i);
		return;
	}
	fail_all(k->path, i ? tw_rules_member(j, cert) :
		tw_rules_leaf(j, cert) | tw_rules_row(j->g, row, &j->g->certs->v[cert]), i);
	below_issuer(k, i);
}

static void events(const struct taking *k, uint32_t first)
{
	for (uint32_t e = first; e; e = k->j->event[e].next) {
		const struct tw_event *v = &k->j->event[e];
		if (k->at < v->span.from || k->at > v->span.until)
			continue;
		for (uint32_t i = 0; i < k->path->n; i++) {
			if (k->path->cert[i] == v->culprit) {
				fail(k->path, v->span.reason, i);
				break;
			}
		}
	}
}

static void stapled(const struct taking *k)
{
	struct tw_judge *j = k->j;
	uint32_t leaf = k->path->cert[0];
	struct tw_ask q = { .who = { &j->g->certs->v[leaf], j->g->node[leaf].issuer }, .issuer = k->path->cert[1],
		.anchor = k->path->cert[k->path->n - 1], .require = j->o.require, .staple = j->question->staple };
	struct tw_word w;

	tw_staple_word(k->c, &q, &w);
	k->path->says = w.says;
	tw_word_free(&w);
}

static int by_weight(const void *a, const void *b)
{
	const struct tw_failure *x = a, *y = b;

	if (x->reason != y->reason)
		return x->reason > y->reason ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* One failure of one kind at one certificate is enough. */
static void tidy(struct tw_path *p)
{
	uint32_t k = 0;

	if (p->nfailure)
		qsort(p->failure, p->nfailure, sizeof *p->failure, by_weight);
	for (uint32_t i = 0; i < p->nfailure; i++)
		if (!k || by_weight(&p->failure[i], &p->failure[k - 1]) != 0)
			p->failure[k++] = p->failure[i];
	p->nfailure = k;
}

static void take(struct tw_judge *j, struct tw_context *c, uint32_t leaf, const struct tw_candidate_path *from,
	int64_t at, struct tw_path *p)
{
	struct taking k = { .j = j, .c = c, .path = p, .at = at };

	memset(p, 0, sizeof *p);
	p->from = from->from;
	p->until = from->until;
	p->reason = tw_path_reason(j, from, at, &p->culprit);
	p->fetched = tw_label(j, from->label)->fetched;
	k.label[0] = TW_NONE;
	p->cert[p->n++] = leaf;
	for (uint32_t l = from->label; l != TW_NONE; l = tw_label(j, l)->parent) {
		k.label[p->n] = l;
		p->cert[p->n++] = tw_label(j, l)->cert;
	}
	for (uint32_t i = 0; i < p->n; i++) {
		in_time(&k, i);
		length(&k, i);
		own(&k, i);
	}
	events(&k, from->events);
	if (j->question->staple)
		stapled(&k);
	tidy(p);
	const struct tw_row_key *row = &c->row[tw_label(j, k.label[p->n - 1])->row];
	for (uint32_t i = 0; i < p->nfailure; i++)
		tw_evidence(&p->failure[i].evidence, c, row, p, &p->failure[i], at);
}

uint32_t tw_judge_paths(struct tw_judge *j, const struct tw_question *q, int64_t t, struct tw_path **out)
{
	uint32_t leaf = q->presented[0], n = 0, who;
	struct tw_candidate_path *p = NULL;
	struct tw_lost lost;

	*out = NULL;
	if (!j->g->certs->v[leaf].readable)
		return 0;
	struct tw_context *c = tw_context_find(j, q, false);
	j->question = q;
	n = tw_leaf_paths(c, leaf, &p, &lost);
	/* Few: insertion keeps the code short. */
	for (uint32_t i = 1; i < n; i++) {
		struct tw_candidate_path one = p[i];
		enum tw_reason r = tw_path_reason(j, &one, t, &who);
		uint32_t k = i;
		for (; k; k--) {
			enum tw_reason s = tw_path_reason(j, &p[k - 1], t, &who);
			if (s < r || (s == r && tw_path_tie(j, &p[k - 1], &one) <= 0))
				break;
			p[k] = p[k - 1];
		}
		p[k] = one;
	}
	*out = tw_alloc(n * sizeof **out);
	for (uint32_t i = 0; i < n; i++)
		take(j, c, leaf, &p[i], t, &(*out)[i]);
	j->question = NULL;
	free(p);
	return n;
}

void tw_paths_free(struct tw_path *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < p[i].nfailure; k++)
			tw_buf_free(&p[i].failure[k].evidence);
		free(p[i].failure);
	}
	free(p);
}
