/* Delta lists by scope and number, so that what brings a list up to date is
 * found without looking at all lists of its issuer (RFC 5280 5.2.4, 6.3.3 (c)). */
#include "chain/crls.h"

#include <stdlib.h>
#include <string.h>

int tw_crls_compare(struct tw_slice a, struct tw_slice b)
{
	while (a.n > 1 && !a.p[0]) {
		a.p++;
		a.n--;
	}
	while (b.n > 1 && !b.p[0]) {
		b.p++;
		b.n--;
	}
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return tw_slice_cmp(a, b);
}

static void add_number(struct tw_buf *b, uint32_t v)
{
	tw_buf_add(b, &v, sizeof v);
}

uint32_t tw_crls_scope(struct tw_crls *s, const struct tw_list *l)
{
	const struct tw_idp *p = &l->crl.idp;
	struct tw_buf b = { 0, 0, 0 };
	uint8_t h[TW_SHA256];
	bool fresh;

	add_number(&b, l->issuer);
	if (l->crl.ext & TW_CRL_IDP) {
		tw_buf_addf(&b, "%d%d%d%d%d%d ", p->only_user, p->only_ca, p->only_attribute, p->indirect, p->point.named,
			p->point.has_reasons);
		add_number(&b, p->point.reasons);
		for (uint32_t i = 0; i < l->nname; i++) {
			const struct tw_point_name *n = &l->name[i];
			add_number(&b, (uint32_t)n->kind);
			add_number(&b, n->kind == 4 ? n->number : (uint32_t)n->bytes.n);
			if (n->kind != 4)
				tw_buf_addslice(&b, n->bytes);
		}
	}
	tw_sha256(tw_buf_slice(&b), h);
	tw_buf_free(&b);
	return tw_set_add(&s->scopes, h, &fresh);
}

static int by_number(const void *x, const void *y, void *arg)
{
	const struct tw_crls *s = arg;
	uint32_t i = ((const struct tw_delta *)x)->list, k = ((const struct tw_delta *)y)->list;
	const struct tw_list *a = &s->list[i], *b = &s->list[k];

	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	int d = tw_crls_compare(a->crl.number, b->crl.number);
	return d ? d : (i > k) - (i < k);
}

/* Once, after all lists are there. */
static void sort(struct tw_crls *s)
{
	s->delta = tw_realloc(s->delta, (size_t)s->n + 1, sizeof *s->delta);
	s->ndelta = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->list[i].delta)
			s->delta[s->ndelta++] = (struct tw_delta){ i, i };
	qsort_r(s->delta, s->ndelta, sizeof *s->delta, by_number, s);
	for (uint32_t i = s->ndelta; i-- > 1;) {
		const struct tw_list *low = &s->list[s->delta[i].low], *own = &s->list[s->delta[i - 1].list];
		if (low->scope == own->scope && tw_crls_compare(low->crl.base, own->crl.base) < 0)
			s->delta[i - 1].low = s->delta[i].low;
	}
	s->sorted = true;
}

/* The first that is of a later scope, or of this one with a larger number. */
static uint32_t behind(const struct tw_crls *s, uint32_t scope, struct tw_slice number)
{
	uint32_t lo = 0, hi = s->ndelta;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct tw_list *l = &s->list[s->delta[mid].list];
		if (l->scope < scope || (l->scope == scope && tw_crls_compare(l->crl.number, number) <= 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool tw_crls_next_delta(struct tw_crls *s, uint32_t list, uint32_t *at, uint32_t *delta)
{
	const struct tw_list *x = &s->list[list];

	if (!s->sorted)
		sort(s);
	if (*at == TW_NONE)
		*at = behind(s, x->scope, x->crl.number);
	if (*at == s->ndelta || s->list[s->delta[*at].list].scope != x->scope ||
			tw_crls_compare(x->crl.number, s->list[s->delta[*at].low].crl.base) < 0)
		return false;
	*delta = s->delta[(*at)++].list;
	return true;
}
