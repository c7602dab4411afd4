/* What exactly fails, in words: a line below each failure of a drawing. */
#include "chain/items.h"
#include "chain/label.h"
#include "chain/revoke.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- name constraints ---- */

/* An address, or a base: an address and its mask. */
static void add_ip(struct tw_buf *b, struct tw_slice v, bool base)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = base ? v.n / 2 : v.n;

	if ((n != 4 && n != 16) || (base && v.n % 2)) {
		tw_buf_addhex(b, v.p, v.n);
		return;
	}
	for (size_t at = 0; at < v.n; at += n) {
		tw_buf_adds(b, at ? "/" : "");
		if (inet_ntop(n == 4 ? AF_INET : AF_INET6, v.p + at, text, sizeof text))
			tw_buf_adds(b, text);
	}
}

static void add_item(struct tw_buf *b, const struct tw_item *i, bool base)
{
	const struct tw_form_name *n = &i->name;
	static const char *const form[TW_FORM_N] = { "otherName", "rfc822Name", "dNSName", "x400Address", "directoryName",
		"ediPartyName", "URI", "iPAddress", "registeredID" };

	tw_buf_adds(b, form[n->form]);
	tw_buf_addc(b, ' ');
	if (n->form == TW_FORM_IP)
		add_ip(b, n->v, base);
	else if (n->form == TW_FORM_EMAIL || n->form == TW_FORM_DNS || n->form == TW_FORM_URI)
		tw_buf_addslice(b, n->v);
	else if (n->form == TW_FORM_DN)
		(void)tw_name_text(b, i->dn);
	else
		tw_buf_adds(b, "(not shown)");
}

/* What of the subtrees stands against the name. */
static void add_trees(struct tw_buf *b, const struct tw_form_name *name, const struct tw_items *trees)
{
	enum { SHOWN = 3 };
	uint32_t shown = 0;

	for (uint32_t i = 0; i < trees->n; i++) {
		const struct tw_item *t = &trees->v[i];
		if (!t->excluded || t->name.form != name->form || !name->ok || !tw_form_within(name, &t->name, true))
			continue;
		tw_buf_adds(b, " excludes ");
		add_item(b, t, true);
		return;
	}
	tw_buf_adds(b, name->ok ? " permits" : " constrains this form, of which it is none:");
	for (uint32_t i = 0; i < trees->n && shown <= SHOWN; i++) {
		const struct tw_item *t = &trees->v[i];
		if (t->name.form != name->form || (name->ok && t->excluded))
			continue;
		tw_buf_adds(b, !shown ? " " : shown < SHOWN ? ", " : ", ...");
		if (shown++ < SHOWN)
			add_item(b, t, true);
	}
}

/* The first of cert's names that issuer's constraints do not let pass. */
static bool name_outside(struct tw_buf *b, const struct tw_judge *j, uint32_t issuer, uint32_t cert, bool leaf)
{
	const struct tw_cert *x = &j->g->certs->v[issuer], *c = &j->g->certs->v[cert];
	bool found = false;

	if (!(x->ext & TW_EXT_NAME_CONSTRAINTS))
		return false;
	struct tw_items *trees = tw_items_subtrees(x->name_constraints);
	struct tw_items *names = tw_items_names(c, leaf && tw_profile_cn_counts(j->o.profile, c));
	for (uint32_t i = 0; !trees->bad && !found && i < names->n; i++) {
		const struct tw_form_name *n = &names->v[i].name;
		found = !tw_items_allow(trees, n);
		if (!found)
			continue;
		add_item(b, &names->v[i], false);
		tw_buf_adds(b, ": ");
		(void)tw_name_text(b, x->subject);
		add_trees(b, n, trees);
	}
	tw_items_free(trees);
	tw_items_free(names);
	return found;
}

static void name_constraints(struct tw_buf *b, struct tw_judge *j, const struct tw_path *p, uint32_t at)
{
	if (tw_constraints_bad(j->constraints, p->cert[at]))
		tw_buf_adds(b, "its own constraints cannot be held to");
	for (uint32_t i = at + 1; i < p->n && !tw_constraints_bad(j->constraints, p->cert[at]); i++)
		if (name_outside(b, j, p->cert[i], p->cert[at], at == 0))
			return;
}

/* ---- usages, lengths ---- */

static void eku(struct tw_buf *b, const struct tw_judge *j, const struct tw_cert *c)
{
	tw_buf_adds(b, "it has ");
	tw_eku_text(b, c->eku);
	tw_buf_addf(b, ", asked for is %sAuth", tw_purpose_name(j->o.purpose));
}

static void key_usage(struct tw_buf *b, const struct tw_judge *j, const struct tw_cert *c, bool leaf)
{
	if (leaf && c->ca && !j->o.profile->ca_leaf) {
		tw_buf_adds(b, "it is a CA, which the profile does not take for a leaf");
		return;
	}
	tw_buf_adds(b, "it has ");
	tw_key_usage_text(b, c->key_usage);
	tw_buf_adds(b, !leaf ? ", an issuer needs keyCertSign" : j->o.purpose == TW_PURPOSE_SERVER ?
		", a server needs digitalSignature, keyEncipherment or keyAgreement" :
		", a client needs digitalSignature or keyAgreement");
}

static void path_length(struct tw_buf *b, const struct tw_judge *j, const struct tw_path *p, uint32_t at)
{
	uint32_t below = 0;

	for (uint32_t i = 1; i < at; i++)
		below += j->g->node[p->cert[i]].subject != j->g->node[p->cert[i]].issuer;
	tw_buf_addf(b, "it allows %d, and %u that are not self-issued stand between it and the leaf",
		(int)j->g->certs->v[p->cert[at]].path_length, below);
}

static void critical(struct tw_buf *b, const struct tw_cert *c)
{
	size_t at = b->n;

	tw_critical_text(b, c, TW_KNOWN_CRITICAL);
	if (b->n == at)
		tw_buf_adds(b, "a known one that cannot be decoded, or with an unknown policy qualifier");
}

static void policy(struct tw_buf *b, const struct tw_cert *c)
{
	struct tw_slice oid, qualifiers;
	struct tw_der d;
	uint32_t n = 0;

	tw_list_start(&d, c->policies);
	while (n < 8 && tw_policies_next(&d, &oid, &qualifiers) == 1) {
		tw_buf_adds(b, n++ ? " " : "its policies: ");
		tw_oid_text(b, oid);
	}
	if (!n)
		tw_buf_adds(b, "it names no policy");
}

static void not_a_ca(struct tw_buf *b, const struct tw_cert *c)
{
	if (!(c->ext & TW_EXT_BASIC_CONSTRAINTS))
		tw_buf_addf(b, "version %d, without basicConstraints", c->version);
	else
		tw_buf_addf(b, "version %d, basicConstraints cA %s", c->version, c->ca ? "TRUE" : "FALSE");
}

void tw_explain_detail(struct tw_buf *b, struct tw_judge *j, const struct tw_path *p, const struct tw_failure *f)
{
	const struct tw_cert *c = &j->g->certs->v[p->cert[f->at]];

	switch (f->reason) {
	case TW_R_NAME_CONSTRAINTS: name_constraints(b, j, p, f->at); break;
	case TW_R_EXTENDED_KEY_USAGE: eku(b, j, c); break;
	case TW_R_KEY_USAGE: key_usage(b, j, c, f->at == 0); break;
	case TW_R_PATH_LENGTH: path_length(b, j, p, f->at); break;
	case TW_R_CRITICAL_EXTENSION: critical(b, c); break;
	case TW_R_POLICY: policy(b, c); break;
	case TW_R_NOT_A_CA: not_a_ca(b, c); break;
	default: break;
	}
}
