/* What a store or a list has against a certificate, in words. */
#include "chain/revoke.h"

static void revoked_by_crl(struct tw_buf *b, struct tw_context *c, const struct tw_ask *q, uint32_t list, int64_t t)
{
	static const char *const reason[] = { "", ", keyCompromise", ", cACompromise", ", affiliationChanged", ", superseded",
		", cessationOfOperation", ", certificateHold", "", "", ", privilegeWithdrawn", ", aACompromise" };
	struct tw_crls *s = c->judge->o.revocation;
	const struct tw_crl *l = &s->list[list].crl;
	const struct tw_crl_entry *e;
	uint32_t at = 0;

	while ((e = tw_scope_entry(s, list, &q->who, &at)) != NULL) {
		if (e->reason == TW_CRL_REMOVE || e->date > t || !tw_scope_reasons(s, list, &q->who))
			continue;
		const struct tw_times *known = &tw_standing(c, list, q->anchor)->known;
		uint32_t i = 0;
		while (i < known->n && known->v[i].until < t)
			i++;
		if (i == known->n || known->v[i].from > t)
			return;
		tw_buf_adds(b, b->n ? "; since " : "since ");
		tw_time_add(b, e->date);
		tw_buf_adds(b, e->reason < sizeof reason / sizeof *reason ? reason[e->reason] : "");
		tw_buf_adds(b, ", by a CRL of ");
		(void)tw_name_text(b, l->issuer);
		tw_buf_adds(b, " of ");
		tw_time_add(b, l->this_update);
		return;
	}
}

static void revoked_by(struct tw_buf *b, struct tw_context *c, const struct tw_ask *q, int64_t t)
{
	struct tw_crls *s = c->judge->o.revocation;
	const struct tw_cert *v = c->judge->g->certs->v;
	uint32_t name[TW_MAX_POINTS], n = s ? tw_scope_issuers(s, &q->who, name, TW_MAX_POINTS) : 0;
	int64_t since;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t x = tw_crls_first(s, name[i]); x != TW_NONE; x = s->list[x].next)
			revoked_by_crl(b, c, q, x, t);
	for (uint32_t i = 0; s && i < s->nvendor; i++) {
		if (!tw_revoked_has(&s->vendor[i], q->who.cert, v[q->issuer].spki_sha256, &since) || since > t)
			continue;
		tw_buf_adds(b, b->n ? "; by a vendor's list" : "by a vendor's list");
		if (since == TW_TIME_MIN)
			continue;
		tw_buf_adds(b, " since ");
		tw_time_add(b, since);
	}
}

static void distrusted_by(struct tw_buf *b, const struct tw_context *c, const struct tw_row_key *row, const struct tw_cert *cert,
	bool anchor, bool leaf)
{
	static const uint32_t purpose[] = { TW_TRUST_SERVER, TW_TRUST_CLIENT, TW_TRUST_ALL };
	enum tw_purpose p = c->judge->o.purpose;

	if (anchor && !(row->purposes & purpose[p])) {
		tw_buf_addf(b, "the store does not trust it for the purpose %s", tw_purpose_name(p));
	} else if (leaf && cert->not_before > row->distrust_after) {
		tw_buf_adds(b, "the store trusts nothing below this anchor that begins after ");
		tw_time_add(b, row->distrust_after);
	} else if (leaf && tw_rules_row(c->judge->g, row, cert)) {
		tw_conditions_say(b, c->judge->g->constraints[row->constraints - 1], cert);
	} else {
		tw_buf_adds(b, "the store blocks it");
	}
}

void tw_evidence(struct tw_buf *b, struct tw_context *c, const struct tw_row_key *row, const struct tw_path *p,
	const struct tw_failure *f, int64_t t)
{
	const struct tw_graph *g = c->judge->g;
	uint32_t cert = p->cert[f->at];

	if (f->reason == TW_R_DISTRUSTED)
		distrusted_by(b, c, row, &g->certs->v[cert], f->at + 1 == p->n, f->at == 0);
	if (f->reason != TW_R_REVOKED || f->at + 1 == p->n)
		return;
	struct tw_ask q = { .who = { &g->certs->v[cert], g->node[cert].issuer }, .issuer = p->cert[f->at + 1],
		.anchor = p->cert[p->n - 1] };
	revoked_by(b, c, &q, t);
}
