/* Whether a list speaks of a certificate: RFC 5280 6.3.3 (a) to (e). */
#include "chain/crls.h"
#include "base/bounds.h"

#include <string.h>

static bool same_name(const struct tw_point_name *a, const struct tw_point_name *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == 4 ? a->number == b->number && a->number != TW_NONE : tw_slice_eq(a->bytes, b->bytes);
}

/* The next GeneralName of a list, made comparable. */
static bool next_name(struct tw_crls *s, struct tw_der *d, struct tw_point_name *out)
{
	const struct tw_slice none = { NULL, 0 };

	if (tw_san_next(d, &out->kind, &out->bytes) != 1)
		return false;
	out->number = out->kind == 4 ? tw_graph_name(s->g, out->bytes, none, false) : TW_NONE;
	return true;
}

static bool any_name(struct tw_crls *s, const struct tw_list *l, struct tw_slice names)
{
	struct tw_der d = { names, false };
	struct tw_point_name n;

	while (next_name(s, &d, &n))
		for (uint32_t i = 0; i < l->nname; i++)
			if (same_name(&l->name[i], &n))
				return true;
	return false;
}

static bool names_number(struct tw_crls *s, struct tw_slice names, uint32_t number)
{
	struct tw_der d = { names, false };
	struct tw_point_name n;

	while (next_name(s, &d, &n))
		if (n.kind == 4 && n.number == number)
			return true;
	return false;
}

/* The full name that p's relative one stands for is one of the list's. */
static bool relative_name(struct tw_crls *s, const struct tw_list *l, const struct tw_point *p, const struct tw_cert *c)
{
	struct tw_slice issuer = c->issuer;
	struct tw_der d = { p->crl_issuer, false };
	struct tw_point_name n = { .kind = 4 };

	if (p->crl_issuer.n && (tw_san_next(&d, &n.kind, &issuer) != 1 || n.kind != 4))
		return false;
	n.number = tw_graph_name(s->g, issuer, p->relative, false);
	for (uint32_t i = 0; i < l->nname; i++)
		if (same_name(&l->name[i], &n))
			return true;
	return false;
}

/* (b)(1) and (b)(2)(i). */
static bool point_fits(struct tw_crls *s, const struct tw_list *l, const struct tw_point *p,
	const struct tw_listed *w)
{
	bool idp = l->crl.ext & TW_CRL_IDP;

	if (p->crl_issuer.n ? !idp || !l->crl.idp.indirect || !names_number(s, p->crl_issuer, l->issuer) :
			l->issuer != w->issuer)
		return false;
	if (!idp || !l->crl.idp.point.named)
		return true;
	if (p->relative.n)
		return relative_name(s, l, p, w->cert);
	return any_name(s, l, p->named ? p->full_name : p->crl_issuer);
}

/* (d) */
static uint32_t reasons_of(const struct tw_list *l, const struct tw_point *p)
{
	uint32_t r = TW_REASONS_ALL;

	if (l->crl.ext & TW_CRL_IDP && l->crl.idp.point.has_reasons)
		r &= l->crl.idp.point.reasons;
	return p->has_reasons ? r & p->reasons : r;
}

/* The issuer's own lists, as a point with its name. */
static bool own_fits(const struct tw_list *l, const struct tw_listed *w)
{
	struct tw_point_name n = { .kind = 4, .number = w->issuer };

	if (l->issuer != n.number)
		return false;
	if (!(l->crl.ext & TW_CRL_IDP) || !l->crl.idp.point.named)
		return true;
	for (uint32_t i = 0; i < l->nname; i++)
		if (same_name(&l->name[i], &n))
			return true;
	return false;
}

uint32_t tw_scope_reasons(struct tw_crls *s, uint32_t list, const struct tw_listed *w)
{
	const struct tw_list *l = &s->list[list];
	const struct tw_cert *c = w->cert;
	struct tw_point p = { .named = false };
	struct tw_der d;
	uint32_t r = 0;

	if (l->crl.ext & TW_CRL_IDP && (l->crl.idp.only_attribute || (l->crl.idp.only_user && c->ca) ||
			(l->crl.idp.only_ca && !c->ca)))
		return 0;
	if (own_fits(l, w))
		r |= reasons_of(l, &p);
	if (r == TW_REASONS_ALL)
		return r;
	tw_list_start(&d, c->crldp);
	for (uint32_t n = 0; n < TW_MAX_POINTS && tw_points_next(&d, &p) == 1; n++)
		if (point_fits(s, l, &p, w))
			r |= reasons_of(l, &p);
	return r;
}

uint32_t tw_scope_issuers(struct tw_crls *s, const struct tw_listed *w, uint32_t *out, uint32_t max)
{
	struct tw_point p;
	struct tw_point_name name;
	struct tw_der d, names;
	uint32_t n = 0, points = 0;

	out[n++] = w->issuer;
	if (!s->nindirect)
		return n;
	tw_list_start(&d, w->cert->crldp);
	while (points++ < TW_MAX_POINTS && tw_points_next(&d, &p) == 1) {
		names = (struct tw_der){ p.crl_issuer, false };
		while (n < max && next_name(s, &names, &name)) {
			uint32_t i = 0;
			while (i < n && out[i] != name.number)
				i++;
			if (i == n)
				out[n++] = name.number;
		}
	}
	return n;
}

const struct tw_crl_entry *tw_scope_entry(struct tw_crls *s, uint32_t list, const struct tw_listed *w,
	uint32_t *at)
{
	const struct tw_list *l = &s->list[list];
	const struct tw_crl_entry *e;

	while ((e = tw_crl_find(&l->crl, w->cert->serial, at)) != NULL) {
		struct tw_slice issuer = tw_crl_entry_issuer(&l->crl, e);
		if (issuer.p ? names_number(s, issuer, w->issuer) : l->issuer == w->issuer)
			return e;
	}
	return NULL;
}
