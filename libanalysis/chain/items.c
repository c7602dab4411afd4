/* Names and subtrees, read out of certificates. */
#include "chain/items.h"
#include "chain/name.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void tw_items_free(struct tw_items *o)
{
	if (!o)
		return;
	free(o->v);
	tw_buf_free(&o->flat);
	free(o);
}

static struct tw_item *push(struct tw_items *o, enum tw_form form, struct tw_slice v)
{
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 8;
		o->v = tw_realloc(o->v, o->cap, sizeof *o->v);
	}
	o->v[o->n] = (struct tw_item){ .name = { .form = form, .v = v } };
	return &o->v[o->n++];
}

/* While flat grows a value in it is kept as NULL and its offset in host.n. */
static struct tw_item *push_own(struct tw_items *o, enum tw_form form, size_t off)
{
	struct tw_item *i = push(o, form, (struct tw_slice){ NULL, o->flat.n - off });

	i->name.host.n = off;
	return i;
}

static struct tw_item *push_dn(struct tw_items *o, struct tw_slice name)
{
	size_t off = o->flat.n;

	(void)tw_name_normal(&o->flat, name);
	struct tw_item *i = push_own(o, TW_FORM_DN, off);
	i->dn = name;
	return i;
}

static struct tw_slice settled(const struct tw_items *o, const struct tw_form_name *n)
{
	if (n->v.p || !n->v.n)
		return n->v;
	return (struct tw_slice){ o->flat.p + n->host.n, n->v.n };
}

/* Now that flat no longer moves. */
static void settle(struct tw_items *o, bool bases)
{
	for (uint32_t i = 0; i < o->n; i++) {
		struct tw_form_name *n = &o->v[i].name;
		struct tw_slice v = settled(o, n);
		bool other = n->other, anycase = n->anycase;
		*n = bases ? tw_form_base(n->form, v) : tw_form_name(n->form, v);
		n->other = other;
		n->anycase = anycase;
		o->bad |= bases && !n->ok;
	}
}

/* SmtpUTF8Mailbox (RFC 9598) stands under the email form. */
static bool smtp_utf8(struct tw_slice other, struct tw_slice *v)
{
	static const uint8_t oid[] = { 0x2b, 6, 1, 5, 5, 7, 8, 9 };
	struct tw_der d = { other, false };
	struct tw_tlv t;

	if (!tw_der_tagged(&d, 0x06, &t) || t.body.n != 8 || memcmp(t.body.p, oid, 8) != 0 || !tw_der_tagged(&d, 0xa0, &t))
		return false;
	d.s = t.body;
	if (tw_der_next(&d, &t) != 1)
		return false;
	*v = t.body;
	return true;
}

static void push_name(struct tw_items *o, int kind, struct tw_slice v)
{
	struct tw_slice box;

	if (kind == TW_FORM_DN)
		push_dn(o, v);
	else if (kind == TW_FORM_OTHER && smtp_utf8(v, &box))
		push(o, TW_FORM_EMAIL, box)->name.other = true;
	else
		push(o, (enum tw_form)kind, v);
}

/* The emailAddress attributes of a subject. */
static void subject_email(struct tw_items *o, struct tw_slice name)
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
			if (tw_der_tagged(&ava, 0x06, &type) && type.body.n == sizeof oid &&
					!memcmp(type.body.p, oid, sizeof oid) && tw_der_next(&ava, &v) == 1)
				push(o, TW_FORM_EMAIL, v.body)->name.anycase = true;
		}
	}
}

/* An IP address, or a host name of two labels or more. */
static void common_name(struct tw_items *o, struct tw_slice v)
{
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
	} else if (v.n && memchr(v.p, '.', v.n) && tw_form_name(TW_FORM_DNS, v).ok) {
		tw_buf_addslice(&o->flat, v);
		push_own(o, TW_FORM_DNS, off);
	}
}

static bool empty_name(struct tw_slice name)
{
	struct tw_der d = { name, false };
	struct tw_tlv t;

	return tw_der_next(&d, &t) == 1 && !t.body.n;
}

struct tw_items *tw_items_names(const struct tw_cert *c, bool cn)
{
	struct tw_items *o = tw_alloc(sizeof *o);
	struct tw_buf b = { 0, 0, 0 };
	struct tw_der d;
	struct tw_slice v;
	uint32_t pos = 0;
	int kind, got;

	if (!empty_name(c->subject))
		push_dn(o, c->subject);
	if (c->ext & TW_EXT_SAN) {
		tw_san_start(&d, c->san);
		while ((got = tw_san_next(&d, &kind, &v)) == 1)
			push_name(o, kind, v);
		o->bad = got < 0;
	} else {
		subject_email(o, c->subject);
	}
	for (; cn && tw_common_name(c->subject, &pos, &b) == 1; b.n = 0)
		common_name(o, tw_buf_slice(&b));
	tw_buf_free(&b);
	settle(o, false);
	return o;
}

/* GeneralSubtrees: minimum must be 0 and maximum absent. */
static void subtrees(struct tw_items *o, struct tw_slice list, bool excluded)
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
		int kind = t.tag & 0x1f;
		struct tw_item *i = kind == TW_FORM_DN ? push_dn(o, t.body) : push(o, (enum tw_form)kind, t.body);
		i->excluded = excluded;
		if (tw_der_next(&in, &t) != 0)
			o->bad |= t.tag != 0x80 || t.body.n != 1 || t.body.p[0] != 0 || in.s.n;
	}
	o->bad |= got < 0;
}

struct tw_items *tw_items_subtrees(struct tw_slice ext)
{
	struct tw_items *o = tw_alloc(sizeof *o);
	struct tw_der d = { ext, false };
	struct tw_tlv t;
	int got;

	if (tw_der_next(&d, &t) != 1 || !t.body.n) {
		o->bad = true;
		return o;
	}
	d.s = t.body;
	while ((got = tw_der_next(&d, &t)) == 1) {
		if (t.tag != 0xa0 && t.tag != 0xa1)
			o->bad = true;
		else
			subtrees(o, t.body, t.tag == 0xa1);
	}
	o->bad |= got < 0;
	settle(o, true);
	return o;
}
