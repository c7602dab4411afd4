/* From lists to spans of time in which a certificate is revoked, or nobody
 * says that it isn't: RFC 5280 6.3.3 (h) to (l), at every time at once. */
#include "chain/revocation.h"
#include "chain/revoke.h"

#include <stdlib.h>
#include <string.h>

enum { REASONS = 9 };

/* One certificate below one anchor. */
struct asking {
	struct tw_context *c;
	struct tw_crls *s;
	struct tw_listed who;
	uint32_t anchor;
	bool require;
	struct tw_times revoked;
	struct tw_times covered[REASONS]; /* by bit of the reason; 0: all of them */
	bool cut, doubt;                  /* a bound hid a signer: of an entry; of a list in force */
};

struct tw_crls *tw_crls_new(struct tw_graph *g)
{
	struct tw_crls *s = tw_alloc(sizeof *s);

	s->g = g;
	return s;
}

bool tw_crls_issuer(const struct tw_crls *s, uint32_t subject)
{
	return tw_crls_first(s, subject) != TW_NONE;
}

static bool always(const struct tw_times *t)
{
	return t->n == 1 && t->v[0].from == TW_TIME_MIN && t->v[0].until == TW_TIME_MAX;
}

/* Numbers of lists: INTEGERs that are not negative (5.2.3). */
static int compare(struct tw_slice a, struct tw_slice b)
{
	while (a.n > 1 && !a.p[0]) {
		a.p++;
		a.n--;
	}
	while (b.n > 1 && !b.p[0]) {
		b.p++;
		b.n--;
	}
	return a.n != b.n ? (a.n < b.n ? -1 : 1) : memcmp(a.p, b.p, a.n);
}

/* y was issued after x. */
static bool later(const struct tw_crl *y, const struct tw_crl *x)
{
	if (x->number.n && y->number.n)
		return compare(x->number, y->number) < 0;
	return x->this_update <= y->this_update;
}

/* What section 5 of RFC 5280 forbids of a list: fields of another version
 * (5.1.2.1), empty lists (5.1.2.6, 5.2.5), a thing said twice or left over. */
static const uint64_t breaches = TW_FAULT_BIT(TW_FAULT_VERSION_DEFAULT) | TW_FAULT_BIT(TW_FAULT_V1_EXTENSIONS) |
	TW_FAULT_BIT(TW_FAULT_EXTENSIONS_EMPTY) | TW_FAULT_BIT(TW_FAULT_LIST_EMPTY) | TW_FAULT_BIT(TW_FAULT_DUPLICATE) |
	TW_FAULT_BIT(TW_FAULT_TRAILING);

/* Whether x's silence about the certificate counts. A list that breaks its
 * profile is still heard when it revokes, but vouches for nobody. */
static bool vouches(const struct asking *a, uint32_t x)
{
	const struct tw_judge *j = a->c->judge;
	const struct tw_crl *c = &a->s->list[x].crl;
	bool kinds = c->ext & TW_CRL_IDP && (c->idp.only_user || c->idp.only_ca);

	/* 5.2.3: the number must not be critical. */
	if (c->faults & breaches & ~j->o.profile->tolerated || c->critical & TW_CRL_NUMBER)
		return false;
	/* 5.2.5: no certificate of version 1 or 2 is in the scope of a list for
	 * users or for CAs. */
	return !kinds || a->who.cert->version >= 3;
}

/* The earliest date on which an entry revokes, or the latest on which one is
 * removed. */
static bool entry_date(const struct asking *a, uint32_t list, bool removed, int64_t *date)
{
	const struct tw_crl_entry *e;
	uint32_t at = 0;
	bool found = false;

	while ((e = tw_scope_entry(a->s, list, &a->who, &at)) != NULL) {
		if ((e->reason == TW_CRL_REMOVE) != removed)
			continue;
		if (!found || (removed ? e->date > *date : e->date < *date))
			*date = e->date;
		found = true;
	}
	return found;
}

/* y is a delta list of x's scope and signer. */
static bool pairs(const struct asking *a, uint32_t x, uint32_t y, const struct tw_standing **sy)
{
	const struct tw_standing *sx = tw_standing(a->c, x, a->anchor);

	if (x == y || !a->s->list[y].delta || !tw_scope_same(&a->s->list[x], &a->s->list[y]))
		return false;
	*sy = tw_standing(a->c, y, a->anchor);
	return sx->key == (*sy)->key;
}

/* What a later delta list removed is not revoked from then on (5.2.4). */
static void take_removals(struct asking *a, uint32_t x, struct tw_times *revoked)
{
	const struct tw_standing *sy;
	int64_t date;

	for (uint32_t y = tw_crls_first(a->s, a->s->list[x].issuer); y != TW_NONE; y = a->s->list[y].next) {
		if (!a->s->list[y].delta || !later(&a->s->list[y].crl, &a->s->list[x].crl) || !entry_date(a, y, true, &date) ||
				!pairs(a, x, y, &sy))
			continue;
		struct tw_times t = { .n = 0 };
		tw_times_add(&t, date, TW_TIME_MAX);
		tw_times_meet(&t, &sy->known);
		tw_times_invert(&t);
		tw_times_meet(revoked, &t);
		tw_times_free(&t);
	}
}

static void take_entry(struct asking *a, uint32_t x, int64_t date)
{
	const struct tw_standing *st = tw_standing(a->c, x, a->anchor);
	struct tw_times t = { .n = 0 };

	a->cut |= st->cut && !always(&st->known);
	tw_times_add(&t, date, TW_TIME_MAX);
	tw_times_meet(&t, &st->known);
	take_removals(a, x, &t);
	tw_times_join(&a->revoked, &t);
	tw_times_free(&t);
}

/* When x is in force, alone or brought up to date by a delta list (5.2.4,
 * 6.3.3 (a)). */
static void in_force(const struct asking *a, uint32_t x, struct tw_times *out)
{
	const struct tw_crl *cx = &a->s->list[x].crl;
	const struct tw_standing *sx = tw_standing(a->c, x, a->anchor), *sy;

	tw_times_add(out, cx->this_update, cx->next_update);
	for (uint32_t y = tw_crls_first(a->s, a->s->list[x].issuer); cx->number.n && y != TW_NONE; y = a->s->list[y].next) {
		const struct tw_crl *cy = &a->s->list[y].crl;
		if (!a->s->list[y].delta || !cy->number.n || compare(cx->number, cy->base) < 0 ||
				compare(cx->number, cy->number) >= 0 || !vouches(a, y) || !pairs(a, x, y, &sy))
			continue;
		struct tw_times t = { .n = 0 };
		tw_times_add(&t, cy->this_update > cx->this_update ? cy->this_update : cx->this_update, cy->next_update);
		tw_times_meet(&t, &sy->good);
		tw_times_join(out, &t);
		tw_times_free(&t);
	}
	tw_times_meet(out, &sx->good);
}

static void take_force(struct asking *a, uint32_t x, uint32_t reasons)
{
	const struct tw_standing *st = tw_standing(a->c, x, a->anchor);
	struct tw_times t = { .n = 0 };

	a->doubt |= st->cut;
	in_force(a, x, &t);
	if (reasons == TW_REASONS_ALL)
		tw_times_join(&a->covered[0], &t);
	for (int i = 1; i < REASONS && reasons != TW_REASONS_ALL; i++)
		if (reasons >> i & 1)
			tw_times_join(&a->covered[i], &t);
	tw_times_free(&t);
}

static void take_list(struct asking *a, uint32_t x)
{
	const struct tw_list *l = &a->s->list[x];
	int64_t date;
	bool entry = entry_date(a, x, false, &date), force = a->require && !l->delta && vouches(a, x);

	if (!entry && !force)
		return;
	uint32_t reasons = tw_scope_reasons(a->s, x, &a->who);
	if (!reasons)
		return;
	if (entry)
		take_entry(a, x, date);
	if (force)
		take_force(a, x, reasons);
}

/* A certificate that says that nobody will speak of it: RFC 9608. */
static bool never_listed(const struct tw_cert *c)
{
	return c->ext & TW_EXT_NO_REV_AVAIL && !c->ca;
}

/* The times without a word on some reason. */
static void unknown(struct asking *a, struct tw_times *out)
{
	if (!a->require || never_listed(a->who.cert))
		return;
	tw_times_add(out, TW_TIME_MIN, TW_TIME_MAX);
	for (int i = 1; i < REASONS; i++) {
		tw_times_join(&a->covered[i], &a->covered[0]);
		tw_times_meet(out, &a->covered[i]);
	}
	tw_times_invert(out);
	a->cut |= a->doubt && out->n;
}

static uint32_t spans(const struct tw_times *t, enum tw_reason r, struct tw_span *out)
{
	for (uint32_t i = 0; i < t->n; i++)
		out[i] = (struct tw_span){ t->v[i].from, t->v[i].until, r };
	return t->n;
}

static void take_lists(struct asking *a, const uint8_t *issuer_key)
{
	uint32_t name[TW_MAX_POINTS], n = tw_scope_issuers(a->s, &a->who, name, TW_MAX_POINTS);
	int64_t since;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t x = tw_crls_first(a->s, name[i]); x != TW_NONE; x = a->s->list[x].next)
			take_list(a, x);
	for (uint32_t i = 0; i < a->s->nvendor; i++)
		if (tw_revoked_has(&a->s->vendor[i], a->who.cert, issuer_key, &since))
			tw_times_add(&a->revoked, since, TW_TIME_MAX);
}

static void take_staple(struct asking *a, const struct tw_ask *q)
{
	struct tw_word w;

	tw_staple_word(a->c, q, &w);
	tw_times_join(&a->revoked, &w.revoked);
	tw_times_join(&a->covered[0], &w.good);
	a->cut |= w.cut;
	tw_word_free(&w);
}

uint32_t tw_revocation_spans(struct tw_context *c, const struct tw_ask *q, struct tw_span out[TW_MAX_SPANS])
{
	struct asking a = { .c = c, .s = c->judge->o.revocation, .who = q->who, .anchor = q->anchor, .require = q->require };
	struct tw_times u = { .n = 0 };
	uint32_t k;

	if (a.s)
		take_lists(&a, c->judge->g->certs->v[q->issuer].spki_sha256);
	if (q->staple)
		take_staple(&a, q);
	unknown(&a, &u);
	if (a.cut || a.revoked.n + u.n > TW_MAX_SPANS) {
		out[0] = (struct tw_span){ TW_TIME_MIN, TW_TIME_MAX, TW_R_LIMIT };
		k = 1;
	} else {
		k = spans(&a.revoked, TW_R_REVOKED, out);
		k += spans(&u, TW_R_REVOCATION_UNKNOWN, out + k);
	}
	tw_times_free(&a.revoked);
	tw_times_free(&u);
	for (int i = 0; i < REASONS; i++)
		tw_times_free(&a.covered[i]);
	return k;
}
