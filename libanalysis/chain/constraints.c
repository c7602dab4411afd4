/* Name constraints: form by form, every name of a constrained form lies in a
 * permitted subtree of each constraining CA and in no excluded one. */
#include "chain/constraints.h"
#include "chain/name.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Values lie in a certificate or in flat, as offsets until all are there. */
struct item {
	enum tw_form form;
	bool excluded;   /* of subtrees */
	bool own;        /* v is at off in flat */
	size_t off;
	struct tw_slice v;
};

struct items {
	struct item *v;
	uint32_t n, cap;
	struct tw_buf flat;
	bool bad;
};

static void items_free(struct items *o)
{
	free(o->v);
	tw_buf_free(&o->flat);
}

static struct item *push(struct items *o, enum tw_form form, struct tw_slice v)
{
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 8;
		o->v = tw_realloc(o->v, o->cap, sizeof *o->v);
	}
	o->v[o->n] = (struct item){ .form = form, .v = v };
	return &o->v[o->n++];
}

static struct item *push_own(struct items *o, enum tw_form form, size_t off)
{
	struct item *i = push(o, form, (struct tw_slice){ NULL, o->flat.n - off });

	i->own = true;
	i->off = off;
	return i;
}

static struct item *push_dn(struct items *o, struct tw_slice name)
{
	size_t off = o->flat.n;

	(void)tw_name_normal(&o->flat, name);
	return push_own(o, TW_FORM_DN, off);
}

/* Now that flat no longer moves. */
static void settle(struct items *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->v[i].own)
			o->v[i].v.p = o->flat.p + o->v[i].off;
}

/* SmtpUTF8Mailbox (RFC 9598) stands under the email form. */
static bool smtp_utf8(struct tw_slice other, struct tw_slice *v)
{
	static const uint8_t oid[] = { 0x2b, 6, 1, 5, 5, 7, 8, 9 };
	struct tw_der d = { other, false };
	struct tw_tlv t;

	if (tw_der_next(&d, &t) != 1 || t.tag != 0x06 || t.body.n != 8 || memcmp(t.body.p, oid, 8) != 0 ||
			tw_der_next(&d, &t) != 1 || t.tag != 0xa0)
		return false;
	d.s = t.body;
	if (tw_der_next(&d, &t) != 1)
		return false;
	*v = t.body;
	return true;
}

static struct item *push_general(struct items *o, int kind, struct tw_slice v)
{
	struct tw_slice box;

	if (kind == TW_FORM_DN)
		return push_dn(o, v);
	if (kind == TW_FORM_OTHER && smtp_utf8(v, &box))
		return push(o, TW_FORM_EMAIL, box);
	return push(o, (enum tw_form)kind, v);
}

/* The emailAddress attributes of a subject. */
static void subject_email(struct items *o, struct tw_slice name)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 };
	struct tw_der d = { name, false }, rdn, ava;
	struct tw_tlv t, set, type, v;

	if (tw_der_next(&d, &t) != 1)
		return;
	for (d.s = t.body; tw_der_next(&d, &set) == 1;) {
		rdn = (struct tw_der){ set.body, false };
		while (tw_der_next(&rdn, &t) == 1) {
			ava = (struct tw_der){ t.body, false };
			if (tw_der_next(&ava, &type) == 1 && type.body.n == sizeof oid &&
					!memcmp(type.body.p, oid, sizeof oid) && tw_der_next(&ava, &v) == 1)
				push(o, TW_FORM_EMAIL, v.body);
		}
	}
}

/* A CN that stands for a server's name. */
static void common_names(struct items *o, const struct tw_cert *c)
{
	struct tw_buf b = { 0, 0, 0 };
	uint32_t pos = 0;

	for (; tw_common_name(c->subject, &pos, &b) == 1; b.n = 0) {
		struct tw_slice v = tw_buf_slice(&b);
		char text[64];
		uint8_t ip[16];
		size_t off = o->flat.n, n = 0;
		if (v.n && v.n < sizeof text) {
			memcpy(text, v.p, v.n);
			text[v.n] = 0;
			n = inet_pton(AF_INET, text, ip) == 1 ? 4 : inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
		}
		if (n) {
			tw_buf_add(&o->flat, ip, n);
			push_own(o, TW_FORM_IP, off);
		} else if (v.n && memchr(v.p, '.', v.n) && tw_form_ok(TW_FORM_DNS, v)) {
			tw_buf_addslice(&o->flat, v);
			push_own(o, TW_FORM_DNS, off);
		}
	}
	tw_buf_free(&b);
}

static void names_of(struct items *o, const struct tw_cert *c, bool leaf)
{
	struct tw_der d;
	struct tw_slice v;
	int kind, got;

	if (c->subject.n > 2)
		push_dn(o, c->subject);
	if (c->ext & TW_EXT_SAN) {
		tw_san_start(&d, c->san);
		while ((got = tw_san_next(&d, &kind, &v)) == 1)
			push_general(o, kind, v);
		o->bad = got < 0;
	} else {
		subject_email(o, c->subject);
		if (leaf)
			common_names(o, c);
	}
	settle(o);
}

/* GeneralSubtrees: minimum must be 0 and maximum absent. */
static void subtrees(struct items *o, struct tw_slice list, bool excluded)
{
	struct tw_der d = { list, false };
	struct tw_tlv tree, t;
	int got;

	o->bad |= !list.n;
	while ((got = tw_der_next(&d, &tree)) == 1) {
		struct tw_der in = { tree.body, false };
		if (tw_der_next(&in, &t) != 1 || (t.tag & 0x1f) > 8 || (t.tag & 0xc0) != 0x80) {
			o->bad = true;
			return;
		}
		push_general(o, t.tag & 0x1f, t.body)->excluded = excluded;
		if (tw_der_next(&in, &t) != 0)
			o->bad |= t.tag != 0x80 || t.body.n != 1 || t.body.p[0] != 0 || in.s.n;
	}
	o->bad |= got < 0;
}

static void constraints_of(struct items *o, struct tw_slice ext)
{
	struct tw_der d = { ext, false };
	struct tw_tlv t;
	int got;

	if (tw_der_next(&d, &t) != 1 || !t.body.n) {
		o->bad = true;
		return;
	}
	d.s = t.body;
	while ((got = tw_der_next(&d, &t)) == 1) {
		if (t.tag != 0xa0 && t.tag != 0xa1)
			o->bad = true;
		else
			subtrees(o, t.body, t.tag == 0xa1);
	}
	o->bad |= got < 0;
	settle(o);
	for (uint32_t i = 0; i < o->n; i++)
		o->bad |= !tw_base_ok(o->v[i].form, o->v[i].v);
}

static bool allowed(const struct item *name, const struct items *trees)
{
	bool constrained = false, wanted = false, found = false;

	for (uint32_t i = 0; i < trees->n; i++) {
		const struct item *t = &trees->v[i];
		if (t->form != name->form)
			continue;
		if (!constrained && !tw_form_ok(name->form, name->v))
			return false;
		constrained = true;
		bool in = tw_name_within(name->form, name->v, t->v, t->excluded);
		if (in && t->excluded)
			return false;
		wanted |= !t->excluded;
		found |= in && !t->excluded;
	}
	return !wanted || found;
}

static bool exempt(const struct tw_search *s, const struct tw_path *p, uint32_t i)
{
	const struct tw_node *o = &s->g->node[p->cert[i]];

	return i > 0 && o->subject == o->issuer;
}

/* The work of a pair is its names times its subtrees, before any is done. */
static void judge(struct tw_search *s, struct tw_path *p, const struct items *names, const struct items *trees)
{
	uint64_t cost = 0;

	for (uint32_t k = 1; k < p->n; k++)
		for (uint32_t i = 0; i < k; i++)
			cost += exempt(s, p, i) ? 0 : (uint64_t)names[i].n * trees[k].n;
	if (cost > TW_MAX_CONSTRAINT_COST) {
		s->limited = true;
		tw_path_fail(p, TW_R_LIMIT, TW_NONE);
		return;
	}
	for (uint32_t i = 0; i < p->n; i++) {
		bool ok = !trees[i].bad;
		for (uint32_t k = i + 1; k < p->n && ok && !exempt(s, p, i); k++) {
			ok = !trees[k].n || !names[i].bad;
			for (uint32_t m = 0; m < names[i].n && ok; m++)
				ok = allowed(&names[i].v[m], &trees[k]);
		}
		if (!ok)
			tw_path_fail(p, TW_R_NAME_CONSTRAINTS, p->cert[i]);
	}
}

void tw_path_constraints(struct tw_search *s, struct tw_path *p)
{
	const struct tw_cert *v = s->g->certs->v;
	struct items names[TW_MAX_DEPTH + 1], trees[TW_MAX_DEPTH + 1];
	bool any = false;

	for (uint32_t i = 1; i < p->n; i++)
		any |= (v[p->cert[i]].ext & TW_EXT_NAME_CONSTRAINTS) != 0;
	if (!any)
		return;
	memset(names, 0, sizeof names);
	memset(trees, 0, sizeof trees);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct tw_cert *c = &v[p->cert[i]];
		if (i + 1 < p->n && !exempt(s, p, i))
			names_of(&names[i], c, i == 0);
		if (i > 0 && c->name_constraints.n)
			constraints_of(&trees[i], c->name_constraints);
		else if (i > 0)
			/* One that cannot be decoded refuses. */
			trees[i].bad = (c->ext & TW_EXT_NAME_CONSTRAINTS) != 0;
	}
	judge(s, p, names, trees);
	for (uint32_t i = 0; i < p->n; i++) {
		items_free(&names[i]);
		items_free(&trees[i]);
	}
}
