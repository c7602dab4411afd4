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
	struct removal *removal;          /* by scope and number */
	uint32_t nremoval, capremoval;
	uint32_t work;
};

/* A delta list's word that a hold is over. */
struct removal {
	uint32_t scope, list;
	int64_t date;
	struct tw_slice number;
	uint32_t low;  /* of it and those behind it of its scope, one whose date is earliest */
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

/* What section 5 of RFC 5280 forbids of a list: fields of another version
 * (5.1.2.1), empty lists (5.1.2.6, 5.2.5), a thing said twice or left over, an
 * extension that is not of its form or not of this list (5.2, 5.3). */
static const uint64_t breaches = TW_FAULT_BIT(TW_FAULT_VERSION_DEFAULT) | TW_FAULT_BIT(TW_FAULT_V1_EXTENSIONS) |
	TW_FAULT_BIT(TW_FAULT_EXTENSIONS_EMPTY) | TW_FAULT_BIT(TW_FAULT_LIST_EMPTY) | TW_FAULT_BIT(TW_FAULT_DUPLICATE) |
	TW_FAULT_BIT(TW_FAULT_TRAILING) | TW_FAULT_BIT(TW_FAULT_EXTENSION_UNREADABLE);

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

static int by_number(const void *x, const void *y)
{
	const struct removal *a = x, *b = y;

	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	int d = tw_crls_compare(a->number, b->number);
	/* Where the bound on this work cuts must not depend on who sorts. */
	return d ? d : (a->date > b->date) - (a->date < b->date);
}

static void sort_removals(struct asking *a)
{
	struct removal *v = a->removal;

	qsort(v, a->nremoval, sizeof *v, by_number);
	for (uint32_t i = a->nremoval; i-- > 0;) {
		bool more = i + 1 < a->nremoval && v[i + 1].scope == v[i].scope;
		v[i].low = more && v[v[i + 1].low].date < v[i].date ? v[i + 1].low : i;
	}
}

static void find_removals(struct asking *a, const uint32_t *name, uint32_t n)
{
	int64_t date;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t y = tw_crls_first(a->s, name[i]); y != TW_NONE; y = a->s->list[y].next) {
			const struct tw_list *l = &a->s->list[y];
			if (!l->removes || !entry_date(a, y, true, &date))
				continue;
			if (a->nremoval == a->capremoval) {
				a->capremoval = a->capremoval ? 2 * a->capremoval : 4;
				a->removal = tw_realloc(a->removal, a->capremoval, sizeof *a->removal);
			}
			a->removal[a->nremoval++] = (struct removal){ .scope = l->scope, .list = y, .date = date,
				.number = l->crl.number };
		}
	}
	if (a->nremoval)
		sort_removals(a);
}

/* The first of a scope's removals whose list's number is above this one; of
 * all of them where above is NULL. */
static uint32_t first_removal(const struct asking *a, uint32_t scope, const struct tw_slice *above)
{
	uint32_t lo = 0, hi = a->nremoval;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct removal *r = &a->removal[mid];
		if (r->scope < scope || (r->scope == scope && above && tw_crls_compare(r->number, *above) <= 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What a delta list of the same signer as x's says is over from then on. */
static void take_removal(struct asking *a, uint32_t x, const struct removal *r, struct tw_times *revoked)
{
	const struct tw_standing *sy = tw_standing(a->c, r->list, a->anchor);
	struct tw_times t = { .n = 0 };

	a->work += 1 + revoked->n;
	if (x == r->list || tw_standing(a->c, x, a->anchor)->key != sy->key)
		return;
	tw_times_add(&t, r->date, TW_TIME_MAX);
	tw_times_meet(&t, &sy->known);
	tw_times_invert(&t);
	tw_times_meet(revoked, &t);
	tw_times_free(&t);
}

/* What a later delta list of the same scope and signer removed is not revoked
 * from then on (5.2.4). The earliest removal mostly leaves nothing to the
 * others, so it is taken first. */
static void take_removals(struct asking *a, uint32_t x, struct tw_times *revoked)
{
	const struct tw_list *l = &a->s->list[x];
	uint32_t all = first_removal(a, l->scope, NULL);
	uint32_t above = l->crl.number.n ? first_removal(a, l->scope, &l->crl.number) : a->nremoval;

	if (above < a->nremoval && a->removal[above].scope == l->scope)
		take_removal(a, x, &a->removal[a->removal[above].low], revoked);
	for (uint32_t i = all; i < a->nremoval && a->removal[i].scope == l->scope && revoked->n; i++) {
		const struct removal *r = &a->removal[i];
		/* Numbers say whether it is later, and without them the times. */
		if (i < above && l->crl.number.n && r->number.n)
			i = above - 1;
		else if (a->removal[r->low].date > revoked->v[revoked->n - 1].until)
			break;
		else if (a->work > TW_MAX_REMOVALS) {
			a->cut = true;
			break;
		} else if (i >= above || a->s->list[r->list].crl.this_update >= l->crl.this_update)
			take_removal(a, x, r, revoked);
		else
			a->work++;
	}
}

static void take_entry(struct asking *a, uint32_t x, int64_t date)
{
	const struct tw_standing *st = tw_standing(a->c, x, a->anchor);
	struct tw_times t = { .n = 0 };

	a->cut |= st->cut && !tw_times_always(&st->known);
	tw_times_add(&t, date, TW_TIME_MAX);
	tw_times_meet(&t, &st->known);
	take_removals(a, x, &t);
	tw_times_join(&a->revoked, &t);
	tw_times_free(&t);
}

/* When x is in force, alone or brought up to date by a delta list (5.2.4,
 * 6.3.3 (a)): the same for all that it speaks of. */
static const struct tw_standing *in_force(const struct asking *a, uint32_t x)
{
	const struct tw_crl *cx = &a->s->list[x].crl;
	struct tw_standing *sx = tw_standing(a->c, x, a->anchor);
	uint32_t at = TW_NONE, y, tried = 0;

	if (sx->forced)
		return sx;
	sx->forced = true;
	tw_times_add(&sx->force, cx->this_update, cx->next_update);
	while (cx->number.n && tw_crls_next_delta(a->s, x, &at, &y)) {
		const struct tw_crl *cy = &a->s->list[y].crl;
		if (tried++ == TW_MAX_DELTAS) {
			sx->force_cut = true;
			break;
		}
		/* x vouches for who is asked about, and y's scope is x's: whether y
		 * does depends on y alone. */
		if (tw_crls_compare(cx->number, cy->base) < 0 || !vouches(a, y))
			continue;
		const struct tw_standing *sy = tw_standing(a->c, y, a->anchor);
		if (sy->key != sx->key)
			continue;
		tw_times_join_within(&sx->force, &sy->good, cy->this_update > cx->this_update ? cy->this_update : cx->this_update,
			cy->next_update);
	}
	tw_times_meet(&sx->force, &sx->good);
	return sx;
}

static void take_force(struct asking *a, uint32_t x, uint32_t reasons)
{
	const struct tw_standing *st = in_force(a, x);

	a->doubt |= st->cut || st->force_cut;
	if (reasons == TW_REASONS_ALL)
		tw_times_join(&a->covered[0], &st->force);
	for (int i = 1; i < REASONS && reasons != TW_REASONS_ALL; i++)
		if (reasons >> i & 1)
			tw_times_join(&a->covered[i], &st->force);
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

	find_removals(a, name, n);
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
		/* Who was not looked at might have spoken then. */
		k += spans(&u, a.doubt ? TW_R_LIMIT : TW_R_REVOCATION_UNKNOWN, out + k);
	}
	free(a.removal);
	tw_times_free(&a.revoked);
	tw_times_free(&u);
	for (int i = 0; i < REASONS; i++)
		tw_times_free(&a.covered[i]);
	return k;
}
