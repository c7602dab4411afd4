/* Drawings of paths. */
#include "chain/explain.h"
#include "chain/label.h"

static void subject(struct tw_buf *b, const struct tw_cert *c)
{
	size_t at = b->n;

	if (c->readable)
		(void)tw_name_text(b, c->subject);
	if (b->n == at)
		tw_buf_adds(b, c->readable ? "(no subject)" : "(not to be read)");
	/* A name may hold anything; a terminal must not act on it. */
	for (; at < b->n; at++)
		if (b->p[at] < ' ' || b->p[at] == 0x7f)
			b->p[at] = '?';
}

static void certificate(struct tw_buf *b, const struct tw_cert *c, const char *role)
{
	tw_buf_addf(b, "  %-7s ", role);
	subject(b, c);
	tw_buf_adds(b, "\n          ");
	tw_buf_addhex(b, c->sha256, TW_SHA256);
	tw_buf_adds(b, "\n");
	if (!c->readable)
		return;
	tw_buf_adds(b, "          valid ");
	tw_time_add(b, c->not_before);
	tw_buf_adds(b, " to ");
	tw_time_add(b, c->not_after);
	tw_buf_addf(b, ", %s", tw_key_name(c->key));
	if (c->key_bits)
		tw_buf_addf(b, " %u", c->key_bits);
	tw_buf_adds(b, ", signed with ");
	tw_sig_name(b, c);
	tw_buf_addc(b, '\n');
}

static void failure(struct tw_buf *b, enum tw_reason r, const struct tw_cert *c)
{
	tw_buf_addf(b, "          FAILS %s: %s (%s)\n", tw_reason_name(r), tw_reason_says(r), tw_reason_rule(r));
	if (r != TW_R_MALFORMED)
		return;
	for (unsigned k = 0; k < TW_FAULT_N; k++)
		if (c->faults & TW_FAULT_BIT(k))
			tw_buf_addf(b, "                %s (%s)\n", tw_fault_kinds[k].says, tw_fault_kinds[k].rule);
}

static void response(struct tw_buf *b, const struct tw_staple_says *w)
{
	static const char *const state[] = { "good", "revoked", "unknown" };

	tw_buf_adds(b, "          OCSP response: ");
	if (w->why) {
		tw_buf_addf(b, "proves nothing: %s\n", w->why);
		return;
	}
	tw_buf_adds(b, state[w->state]);
	if (w->state == TW_OCSP_REVOKED) {
		tw_buf_adds(b, " since ");
		tw_time_add(b, w->revoked_at);
	}
	tw_buf_adds(b, w->next_update == TW_TIME_MAX ? ", in force since " : ", in force ");
	tw_time_add(b, w->this_update);
	if (w->next_update != TW_TIME_MAX) {
		tw_buf_adds(b, " to ");
		tw_time_add(b, w->next_update);
	}
	tw_buf_adds(b, w->delegated ? ", signed by a responder that the issuer named\n" : ", signed by the issuer\n");
}

static void path(struct tw_buf *b, const struct tw_cert *v, const struct tw_path *p, bool stapled)
{
	uint32_t n = p->n == 2 && p->cert[0] == p->cert[1] ? 1 : p->n;

	for (uint32_t i = 0; i < n; i++) {
		certificate(b, &v[p->cert[i]], n == 1 ? "anchor" : i == 0 ? "leaf" : i + 1 == n ? "anchor" : "CA");
		if (!i && stapled)
			response(b, &p->says);
		for (uint32_t k = 0; k < p->nfailure; k++)
			if (p->failure[k].at == i || (n == 1 && p->failure[k].at == 1))
				failure(b, p->failure[k].reason, &v[p->cert[i]]);
		if (i + 1 < n)
			tw_buf_adds(b, "     ^ issued by\n");
	}
}

static void other(struct tw_buf *b, const struct tw_cert *v, const struct tw_path *p)
{
	tw_buf_addf(b, "  another path is %s:", tw_reason_name(p->reason));
	for (uint32_t i = 1; i < p->n; i++) {
		tw_buf_adds(b, i == 1 ? " " : ", then ");
		subject(b, &v[p->cert[i]]);
	}
	tw_buf_addc(b, '\n');
}

static void without_path(struct tw_buf *b, const struct tw_cert *v, const struct tw_question *q,
	const struct tw_step *s)
{
	certificate(b, &v[q->presented[0]], "leaf");
	if (s->culprit != TW_NONE && s->culprit != q->presented[0]) {
		tw_buf_adds(b, "     ^ and by verified signatures up to\n");
		certificate(b, &v[s->culprit], s->reason == TW_R_UNTRUSTED_ROOT ? "root" : "CA");
	}
	failure(b, s->reason, &v[s->culprit == TW_NONE ? q->presented[0] : s->culprit]);
}

void tw_explain(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q, const struct tw_judgement *answer,
	int64_t t)
{
	const struct tw_step *s = tw_judgement_at(answer, t);
	const struct tw_cert *v = j->g->certs->v;
	struct tw_path *p = NULL;
	uint32_t n = tw_judge_paths(j, q, t, &p);

	if (n && s->npath) {
		path(b, v, &p[0], q->staple);
		for (uint32_t i = 1; i < n; i++)
			other(b, v, &p[i]);
	} else {
		without_path(b, v, q, s);
	}
	tw_paths_free(p, n);
}

void tw_explain_reasons(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q,
	const struct tw_judgement *answer, int64_t t)
{
	const struct tw_step *s = tw_judgement_at(answer, t);
	struct tw_path *p = NULL;
	uint32_t n = tw_judge_paths(j, q, t, &p);

	if (!n || !s->npath || !p[0].nfailure)
		tw_buf_adds(b, tw_reason_name(s->reason));
	for (uint32_t k = 0; n && s->npath && k < p[0].nfailure; k++) {
		if (k && p[0].failure[k].reason == p[0].failure[k - 1].reason)
			continue;
		if (k)
			tw_buf_addc(b, ' ');
		tw_buf_adds(b, tw_reason_name(p[0].failure[k].reason));
	}
	for (uint32_t i = 1; s->npath && i < n; i++)
		tw_buf_addf(b, ";%s", tw_reason_name(p[i].reason));
	tw_paths_free(p, n);
}
