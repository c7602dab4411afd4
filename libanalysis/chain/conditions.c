/* A vendor's conditions on leaves (Chrome's root store, root_store.proto), as
 * its verifier asks them: dates of embedded SCTs (RFC 6962 section 3.3), whose
 * signatures are not checked, the leaf's notBefore, its dNSNames. */
#include "chain/constraints.h"
#include "chain/label.h"

#include <string.h>

/* What a leaf's SCTs say: milliseconds. */
struct scts {
	uint64_t n, first;
	bool broken;
};

static void read_scts(struct scts *o, const struct tw_cert *leaf)
{
	struct tw_der d = { leaf->scts, false };
	struct tw_slice log;
	uint64_t ms;
	int got;

	*o = (struct scts){ 0, UINT64_MAX, false };
	while ((got = tw_scts_next(&d, &log, &ms)) == 1) {
		o->n++;
		o->first = ms < o->first ? ms : o->first;
	}
	o->broken = got < 0;
}

static bool later(uint64_t ms, int64_t seconds)
{
	return seconds < 0 || ms > (uint64_t)seconds * 1000;
}

static bool permits(const struct tw_constraint *c, struct tw_slice name)
{
	struct tw_form_name n = tw_form_name(TW_FORM_DNS, name);
	const char *base = c->permitted;

	for (uint32_t i = 0; i < c->npermitted; i++, base += strlen(base) + 1) {
		struct tw_form_name b = tw_form_base(TW_FORM_DNS, tw_str(base));
		/* What ends a host name behind a dot is one. */
		if (n.ok && tw_form_within(&n, &b, false))
			return true;
	}
	return false;
}

/* Each dNSName lies in one of the names; a leaf without any has none outside. */
static bool names_hold(const struct tw_constraint *c, const struct tw_cert *leaf)
{
	struct tw_der d;
	struct tw_slice v;
	int kind, got;

	if (!c->npermitted)
		return true;
	tw_san_start(&d, leaf->san);
	while ((got = tw_san_next(&d, &kind, &v)) == 1)
		if (kind == 2 && !permits(c, v))
			return false;
	return got == 0;
}

/* Why it does not hold; NULL: it does. */
static const char *fails(const struct tw_constraint *c, const struct tw_cert *leaf, const struct scts *s)
{
	bool first = c->sct_not_after != TW_TIME_MAX, all = c->sct_all_after != TW_TIME_MIN;

	if (c->never)
		return "no newest client fulfils what the store asks";
	if ((first || all) && (s->broken || !s->n))
		return "the store asks for dates of SCTs, and there is no SCT in it";
	if (first && later(s->first, c->sct_not_after))
		return "the store asks for an earlier SCT";
	if (!later(s->first, c->sct_all_after))
		return "the store asks for later SCTs";
	if (leaf->not_before > c->starts_not_after)
		return "the store asks for an earlier begin of validity";
	if (c->starts_after != TW_TIME_MIN && leaf->not_before <= c->starts_after)
		return "the store asks for a later begin of validity";
	if (!names_hold(c, leaf))
		return "the store permits none but other names";
	return NULL;
}

bool tw_conditions_hold(const struct tw_alternatives *a, const struct tw_cert *leaf)
{
	struct scts s;

	read_scts(&s, leaf);
	for (uint32_t i = 0; i < a->n; i++)
		if (!fails(&a->v[i], leaf, &s))
			return true;
	return false;
}

void tw_conditions_say(struct tw_buf *b, const struct tw_alternatives *a, const struct tw_cert *leaf)
{
	struct scts s;

	read_scts(&s, leaf);
	for (uint32_t i = 0; i < a->n; i++) {
		const char *why = fails(&a->v[i], leaf, &s);
		if (why)
			tw_buf_addf(b, "%s%s", i ? "; or " : "", why);
	}
	tw_buf_addf(b, " (%s)", a->text);
}
