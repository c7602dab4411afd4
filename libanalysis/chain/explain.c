/* Drawings of paths. */
#include "chain/explain.h"
#include "chain/label.h"

/* Bytes of others may hold anything; a terminal must not act on them. */
static void tame(struct tw_buf *b, size_t at)
{
	for (; at < b->n; at++)
		if (b->p[at] < ' ' || b->p[at] == 0x7f)
			b->p[at] = '?';
}

static void name(struct tw_buf *b, struct tw_slice n, const char *none)
{
	size_t at = b->n;

	(void)tw_name_text(b, n);
	if (b->n == at)
		tw_buf_adds(b, none);
	tame(b, at);
}

static void subject(struct tw_buf *b, const struct tw_cert *c)
{
	if (c->readable)
		name(b, c->subject, "(no subject)");
	else
		tw_buf_adds(b, "(not to be read)");
}

/* The first of the SAN's host names and addresses. */
static void names(struct tw_buf *b, const struct tw_cert *c)
{
	enum { SHOWN = 4 };
	struct tw_der d;
	struct tw_slice v;
	int kind, n = 0;

	tw_san_start(&d, c->san);
	while (n <= SHOWN && tw_san_next(&d, &kind, &v) == 1) {
		if (kind != 2)
			continue;
		tw_buf_adds(b, !n ? "          for " : n < SHOWN ? " " : " ...");
		if (n++ >= SHOWN)
			break;
		size_t at = b->n;
		tw_buf_addslice(b, v);
		tame(b, at);
	}
	if (n)
		tw_buf_addc(b, '\n');
}

static void certificate(struct tw_buf *b, const struct tw_cert *c, const char *role, const char *from)
{
	tw_buf_addf(b, "  %-7s ", role);
	subject(b, c);
	tw_buf_addf(b, "%s\n          ", from);
	tw_buf_addhex(b, c->sha256, TW_SHA256);
	tw_buf_adds(b, "\n");
	if (!c->readable)
		return;
	tw_buf_adds(b, "          serial ");
	tw_buf_addhex(b, c->serial.p, c->serial.n < 32 ? c->serial.n : 32);
	tw_buf_adds(b, c->serial.n > 32 ? "...\n" : "\n");
	tw_buf_adds(b, "          valid ");
	tw_time_add(b, c->not_before);
	tw_buf_adds(b, " to ");
	tw_time_add(b, c->not_after);
	tw_buf_addf(b, ", %s", tw_key_name(c->key));
	if (c->curve)
		tw_buf_addf(b, " %s", c->curve);
	else if (c->key_bits)
		tw_buf_addf(b, " %u", c->key_bits);
	tw_buf_adds(b, ", signed with ");
	tw_sig_name(b, c);
	tw_buf_addc(b, '\n');
	if (!c->ca)
		names(b, c);
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

/* And what it is exactly. */
static void failure_of(struct tw_buf *b, struct tw_judge *j, const struct tw_path *p, const struct tw_failure *f)
{
	static const char indent[] = "                ";

	failure(b, f->reason, &j->g->certs->v[p->cert[f->at]]);
	size_t at = b->n + sizeof indent - 1;
	tw_buf_adds(b, indent);
	tw_buf_addslice(b, tw_buf_slice(&f->evidence));
	tw_explain_detail(b, j, p, f);
	if (b->n == at) {
		b->n -= sizeof indent - 1;
		return;
	}
	tame(b, at);
	tw_buf_addc(b, '\n');
}

/* Where a certificate came from, if not with the leaf. */
static const char *source(const struct tw_question *q, uint32_t cert)
{
	for (uint32_t i = 0; i < q->npresented; i++)
		if (q->presented[i] == cert)
			return "";
	return " (not presented)";
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

static void path(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q, const struct tw_path *p)
{
	const struct tw_cert *v = j->g->certs->v;
	uint32_t n = p->n == 2 && p->cert[0] == p->cert[1] ? 1 : p->n;

	for (uint32_t i = 0; i < n; i++) {
		bool anchor = i + 1 == n;
		certificate(b, &v[p->cert[i]], anchor ? "anchor" : i == 0 ? "leaf" : "CA", anchor ? "" : source(q, p->cert[i]));
		if (!i && q->staple)
			response(b, &p->says);
		for (uint32_t k = 0; k < p->nfailure; k++)
			if (p->failure[k].at == i || (n == 1 && p->failure[k].at == 1))
				failure_of(b, j, p, &p->failure[k]);
		if (!anchor)
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

/* What verified edges lead to, and what is wrong there. */
static void without_path(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q, const struct tw_step *s)
{
	const struct tw_cert *v = j->g->certs->v;
	uint32_t trail[TW_MAX_DEPTH] = { q->presented[0] }, n = 0, last = s->culprit == TW_NONE ? q->presented[0] : s->culprit;
	struct tw_context *c = v[q->presented[0]].readable ? tw_context_find(j, q, false) : NULL;

	if (c && s->culprit != TW_NONE && s->reason != TW_R_LIMIT)
		n = tw_no_path_trail(c, q->presented[0], s->culprit, trail, TW_MAX_DEPTH);
	for (uint32_t i = 0; i < n || i == 0; i++) {
		if (i)
			tw_buf_adds(b, "     ^ issued by\n");
		certificate(b, &v[trail[i]], i == 0 ? "leaf" : trail[i] == last && s->reason == TW_R_UNTRUSTED_ROOT ? "root" : "CA",
			source(q, trail[i]));
	}
	if (!n && last != q->presented[0]) {
		tw_buf_adds(b, "     ^ and by verified signatures up to\n");
		certificate(b, &v[last], s->reason == TW_R_UNTRUSTED_ROOT ? "root" : "CA", source(q, last));
	}
	failure(b, s->reason, &v[last]);
	if (s->reason != TW_R_UNKNOWN_ISSUER && s->reason != TW_R_MISSING_INTERMEDIATE)
		return;
	tw_buf_adds(b, "                it names as its issuer ");
	name(b, v[last].issuer, "(no name)");
	tw_buf_addc(b, '\n');
}

void tw_explain(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q, const struct tw_judgement *answer,
	int64_t t)
{
	const struct tw_step *s = tw_judgement_at(answer, t);
	const struct tw_cert *v = j->g->certs->v;
	struct tw_path *p = NULL;
	uint32_t n = tw_judge_paths(j, q, t, &p);

	if (n && s->npath) {
		path(b, j, q, &p[0]);
		for (uint32_t i = 1; i < n; i++)
			other(b, v, &p[i]);
	} else {
		without_path(b, j, q, s);
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
