/* Name constraints: chain/constraints.c, subtree.c and items.c against RFC 5280
 * 4.2.1.10 as docs/verdicts.md has it, told anew with plain strings.
 *
 * Bytes are lines. Of the certificate: "c" and a CN, "o" and an O, "m" and an
 * emailAddress, each an RDN of the subject; "n", a form and a value: a name of the
 * SAN. Of its CAs: p permits, x excludes (P, X: those of the second CA), a form, a
 * base. Forms: d DNS, e mail, u URI, i IP address in hex, n a DN of Os with / between,
 * o SmtpUTF8Mailbox, r registered ID. Bytes that begin as DER are an extension's value.
 *
 * All answers are those of the strings. Two CAs permit what each of them does, in
 * either order; one that excludes more never permits more; a base lies in itself. */
#include "chain/constraints.h"
#include "synth/cert.h"
#include "synth/der.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST = 24 };

struct item {
	enum tw_form form;
	struct tw_slice v;   /* its text; an IP address: its octets */
	bool excluded, other, caseless;
};
struct list {
	struct item v[MOST];
	int n;
};
struct rdn {
	char type;           /* c, o, m */
	struct tw_slice v;
};
struct input {
	struct list names, trees[2];
	struct rdn subject[MOST];
	int nsubject;
	uint8_t octets[3 * MOST][64];
	int noctets;
	bool dull;           /* DNs of more than ASCII: nothing to compare with */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void hold(bool so)
{
	if (!so)
		abort();
}

/* ---- what the text says ---- */

static struct tw_slice from(struct tw_slice s, size_t at)
{
	return (struct tw_slice){ s.p + at, s.n - at };
}

static bool same(struct tw_slice a, struct tw_slice b)
{
	return a.n == b.n && (!a.n || !strncasecmp((const char *)a.p, (const char *)b.p, a.n));
}

static struct tw_slice label(struct tw_slice *host)
{
	struct tw_slice l = { host->p, 0 };

	while (l.n < host->n && host->p[l.n] != '.')
		l.n++;
	*host = l.n < host->n ? from(*host, l.n + 1) : (struct tw_slice){ NULL, 0 };
	return l;
}

static int labels(struct tw_slice host)
{
	int n = 0;

	for (; host.p; n++)
		(void)label(&host);
	return n;
}

static bool is_host(struct tw_slice s)
{
	bool ok = s.n && s.n <= 253;

	while (ok && s.p) {
		struct tw_slice l = label(&s);
		ok = l.n && l.n <= 63;
		for (size_t i = 0; i < l.n; i++)
			ok &= l.p[i] && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", l.p[i]);
	}
	return ok;
}

static bool wild(struct tw_slice s)
{
	return s.n > 2 && s.p[0] == '*' && s.p[1] == '.';
}

/* Name, whose first label may be given apart, ends with the labels of base and has
 * at least so many more. */
static bool ends(const struct tw_slice *first, struct tw_slice name, struct tw_slice base, int more)
{
	int n = labels(name) + (first != NULL), m = labels(base);

	if (n < m + more)
		return false;
	for (int i = 0; i < n; i++) {
		struct tw_slice l = first && !i ? *first : label(&name);
		if (i >= n - m && !same(l, label(&base)))
			return false;
	}
	return true;
}

/* Each label that * may stand for is as good as one that occurs nowhere, or is
 * the base's own first one. */
static bool in_dns(struct tw_slice name, struct tw_slice base, bool excluding)
{
	bool below = base.n && base.p[0] == '.';
	struct tw_slice b = below ? from(base, 1) : base, rest = b, fresh = tw_str("-fresh-"), own;

	if (!base.n)
		return true;
	if (!wild(name))
		return ends(NULL, name, b, below);
	own = label(&rest);
	bool one = ends(&fresh, from(name, 2), b, below), two = ends(&own, from(name, 2), b, below);
	return excluding ? one || two : one && two;
}

static bool in_host(struct tw_slice host, struct tw_slice base)
{
	return base.n && base.p[0] == '.' ? ends(NULL, host, from(base, 1), 1) : same(host, base);
}

static struct tw_slice host_of(enum tw_form form, struct tw_slice v)
{
	if (form == TW_FORM_URI) {
		v = from(v, (size_t)((const uint8_t *)memmem(v.p, v.n, "://", 3) + 3 - v.p));
		for (size_t i = 0; i < v.n; i++)
			if (memchr("/?#", v.p[i], 3))
				v.n = i;
	}
	for (size_t i = v.n; i-- > 0;)
		if (v.p[i] == '@')
			return host_of(TW_FORM_OTHER, from(v, i + 1));
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == ':')
			v.n = i;
	return v;
}

/* The mailbox whose local part is written so, without quotes and backslashes. */
static void meant(struct tw_buf *b, struct tw_slice local)
{
	bool quoted = local.n && local.p[0] == '"';

	for (size_t i = 0; i < local.n; i++) {
		if (quoted && (i == 0 || i + 1 == local.n))
			continue;
		if (quoted && local.p[i] == '\\')
			i++;
		tw_buf_addc(b, (char)local.p[i]);
	}
}

static bool in_mail(const struct item *name, const struct item *base)
{
	struct tw_slice host = host_of(TW_FORM_EMAIL, name->v), other = host_of(TW_FORM_EMAIL, base->v);
	struct tw_slice a = { name->v.p, (size_t)(host.p - name->v.p) - 1 }, b = { base->v.p, 0 };
	struct tw_buf x = { 0, 0, 0 }, y = { 0, 0, 0 };

	if (other.p == base->v.p)
		return !base->v.n || in_host(host, base->v);
	b.n = (size_t)(other.p - base->v.p) - 1;
	bool equal = tw_slice_eq(a, b);
	meant(&x, a);
	meant(&y, b);
	if (base->excluded)
		equal = name->caseless ? same(tw_buf_slice(&x), tw_buf_slice(&y)) : tw_slice_eq(tw_buf_slice(&x), tw_buf_slice(&y));
	tw_buf_free(&x);
	tw_buf_free(&y);
	return equal && same(host, other);
}

static bool in_ip(struct tw_slice name, struct tw_slice base)
{
	for (size_t bit = 0; name.n * 2 == base.n && bit < 8 * name.n; bit++) {
		uint8_t at = (uint8_t)(0x80 >> bit % 8);
		if (base.p[name.n + bit / 8] & at && (name.p[bit / 8] ^ base.p[bit / 8]) & at)
			return false;
	}
	return name.n * 2 == base.n;
}

/* The next character of prepared ASCII; 0 at the end. */
static int prepared(struct tw_slice *s, bool *begun)
{
	size_t i = 0;

	while (i < s->n && s->p[i] == ' ')
		i++;
	bool gap = i && i < s->n && *begun;
	*s = from(*s, gap ? i - 1 : i);
	if (!s->n)
		return 0;
	int c = s->p[0];
	*s = from(*s, 1);
	*begun = true;
	if (gap) /* the blank itself; the letter comes next, as if it began */
		*begun = false;
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_text(struct tw_slice a, struct tw_slice b)
{
	bool x = false, y = false;

	for (;;) {
		int c = prepared(&a, &x), d = prepared(&b, &y);
		if (c != d)
			return false;
		if (!c)
			return true;
	}
}

static bool dn_next(struct tw_slice *dn, struct tw_slice *value)
{
	if (!dn->p)
		return false;
	const uint8_t *slash = dn->n ? memchr(dn->p, '/', dn->n) : NULL;
	*value = (struct tw_slice){ dn->p, slash ? (size_t)(slash - dn->p) : dn->n };
	*dn = slash ? from(*dn, value->n + 1) : (struct tw_slice){ NULL, 0 };
	return true;
}

static bool in_dn(struct tw_slice name, struct tw_slice base)
{
	struct tw_slice a, b;

	while (dn_next(&base, &b))
		if (!dn_next(&name, &a) || !same_text(a, b))
			return false;
	return true;
}

/* The subject's RDNs begin with the base's, which are Os. */
static bool subject_in(const struct input *in, struct tw_slice base)
{
	struct tw_slice b;

	for (int i = 0; dn_next(&base, &b); i++)
		if (i == in->nsubject || in->subject[i].type != 'o' || !same_text(in->subject[i].v, b))
			return false;
	return true;
}

static bool of_form(const struct item *o)
{
	switch (o->form) {
	case TW_FORM_DNS: return is_host(wild(o->v) ? from(o->v, 2) : o->v);
	case TW_FORM_IP: case TW_FORM_DN: return true;
	/* Grammars of their own; here their hosts matter. */
	case TW_FORM_EMAIL: case TW_FORM_URI: return tw_form_name(o->form, o->v).ok && is_host(host_of(o->form, o->v));
	default: return false;
	}
}

static bool base_of_form(const struct item *o)
{
	bool host = is_host(o->v.n && o->v.p[0] == '.' ? from(o->v, 1) : o->v);
	size_t ones = 0, half = o->v.n / 2;

	switch (o->form) {
	case TW_FORM_DNS: return host || !o->v.n;
	case TW_FORM_URI: return host;
	case TW_FORM_EMAIL: return host || !o->v.n || of_form(o);
	case TW_FORM_IP:
		while (ones < half * 8 && o->v.p[half + ones / 8] & 0x80 >> ones % 8)
			ones++;
		for (size_t i = ones; i < half * 8; i++)
			if (o->v.p[half + i / 8] & 0x80 >> i % 8)
				return false;
		return o->v.n == 8 || o->v.n == 32;
	default: return true;
	}
}

static bool within(const struct item *name, const struct item *base)
{
	switch (name->form) {
	case TW_FORM_DNS: return in_dns(name->v, base->v, base->excluded);
	case TW_FORM_EMAIL: return in_mail(name, base);
	case TW_FORM_URI: return in_host(host_of(TW_FORM_URI, name->v), base->v);
	case TW_FORM_IP: return in_ip(name->v, base->v);
	case TW_FORM_DN: return in_dn(name->v, base->v);
	default: return false;
	}
}

static bool name_holds(const struct input *in, const struct list *trees, const struct item *name, bool subject)
{
	bool permitted = false, constrained = false;

	for (int i = 0; i < trees->n; i++) {
		const struct item *b = &trees->v[i];
		if (b->form == TW_FORM_OTHER && name->other)
			return false;
		if (b->form != name->form)
			continue;
		if (!of_form(name))
			return false;
		bool inside = subject ? subject_in(in, b->v) : within(name, b);
		if (inside && b->excluded)
			return false;
		constrained |= !b->excluded;
		permitted |= inside && !b->excluded;
	}
	return permitted || !constrained;
}

/* A CN of a leaf as a name of a server; false: it is none. */
static bool server(struct tw_slice cn, struct item *name, uint8_t octets[16])
{
	char text[64] = "";

	if (cn.n < sizeof text && cn.n && !memchr(cn.p, 0, cn.n))
		memcpy(text, cn.p, cn.n);
	size_t n = inet_pton(AF_INET, text, octets) == 1 ? 4 : inet_pton(AF_INET6, text, octets) == 1 ? 16 : 0;
	*name = (struct item){ .form = n ? TW_FORM_IP : TW_FORM_DNS, .v = n ? (struct tw_slice){ octets, n } : cn };
	return n || (cn.n && memchr(cn.p, '.', cn.n) && of_form(name));
}

static bool names_hold(const struct input *in, const struct list *trees, bool leaf)
{
	const struct item subject = { .form = TW_FORM_DN };
	bool ok = !in->nsubject || name_holds(in, trees, &subject, true);

	for (int i = 0; i < in->names.n; i++)
		ok &= name_holds(in, trees, &in->names.v[i], false);
	for (int i = 0; i < in->nsubject && !in->names.n; i++) {
		struct item name = { .form = TW_FORM_EMAIL, .v = in->subject[i].v, .caseless = true };
		uint8_t octets[16];
		if (in->subject[i].type == 'm' || (in->subject[i].type == 'c' && leaf && server(in->subject[i].v, &name, octets)))
			ok &= name_holds(in, trees, &name, false);
	}
	return ok;
}

/* ---- the same in certificates ---- */

static void put_rdn(struct tw_buf *out, const char *oid, int tag, struct tw_slice v)
{
	struct tw_buf ava = { 0, 0, 0 }, one = { 0, 0, 0 };

	der_oid(&ava, oid);
	der_put(&ava, (uint8_t)tag, v.p, v.n);
	der_wrap(&one, 0x30, &ava);
	der_wrap(out, 0x31, &one);
	tw_buf_free(&ava);
	tw_buf_free(&one);
}

static void put_general(struct tw_buf *out, const struct item *o)
{
	struct tw_buf body = { 0, 0, 0 }, more = { 0, 0, 0 };
	struct tw_slice dn = o->v, v;

	if (o->form == TW_FORM_DN) {
		while (dn_next(&dn, &v))
			put_rdn(&body, "2.5.4.10", 0x0c, v);
		der_wrap(&more, 0x30, &body);
		der_wrap(out, 0xa4, &more);
	} else if (o->other || o->form == TW_FORM_OTHER) {
		der_put(&more, 0x0c, o->v.p, o->v.n);
		der_oid(&body, "1.3.6.1.5.5.7.8.9");
		der_put(&body, 0xa0, more.p, more.n);
		der_wrap(out, 0xa0, &body);
	} else {
		der_put(out, (uint8_t)(0x80 | o->form), o->v.p, o->v.n);
	}
	tw_buf_free(&body);
	tw_buf_free(&more);
}

static uint32_t put_cert(struct tw_certs *certs, const struct input *in)
{
	struct tw_buf subject = { 0, 0, 0 }, ext = { 0, 0, 0 }, san = { 0, 0, 0 }, v = { 0, 0, 0 };

	for (int i = 0; i < in->nsubject; i++) {
		const struct rdn *r = &in->subject[i];
		put_rdn(&subject, r->type == 'c' ? "2.5.4.3" : r->type == 'o' ? "2.5.4.10" : "1.2.840.113549.1.9.1", 0x0c, r->v);
	}
	for (int i = 0; i < in->names.n; i++)
		put_general(&san, &in->names.v[i]);
	if (in->names.n) {
		der_wrap(&v, 0x30, &san);
		cert_extension(&ext, "2.5.29.17", true, &v);
	}
	cert_der(&v, 1, tw_buf_slice(&subject), &ext);
	uint32_t id = tw_certs_add(certs, tw_buf_slice(&v));
	tw_buf_free(&subject);
	tw_buf_free(&ext);
	tw_buf_free(&san);
	tw_buf_free(&v);
	return id;
}

static uint32_t put_ca(struct tw_certs *certs, uint64_t serial, struct tw_buf *value)
{
	struct tw_buf ext = { 0, 0, 0 }, der = { 0, 0, 0 };

	if (value->n)
		cert_extension(&ext, "2.5.29.30", true, value);
	cert_der(&der, serial, (struct tw_slice){ NULL, 0 }, &ext);
	uint32_t id = tw_certs_add(certs, tw_buf_slice(&der));
	tw_buf_free(&ext);
	tw_buf_free(&der);
	return id;
}

/* The trees of a, and, excluded, the first of b's. */
static uint32_t put_trees(struct tw_certs *certs, uint64_t serial, const struct list *a, const struct list *b)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 }, list[2] = { { 0, 0, 0 }, { 0, 0, 0 } }, one = { 0, 0, 0 };
	int n = b && b->n ? a->n + 1 : a->n;

	for (int i = 0; i < n; i++) {
		put_general(&one, i < a->n ? &a->v[i] : &b->v[0]);
		der_wrap(&list[i == a->n || a->v[i].excluded], 0x30, &one);
	}
	for (int i = 0; i < 2; i++)
		if (list[i].n)
			der_wrap(&seq, (uint8_t)(0xa0 | i), &list[i]);
	if (seq.n)
		der_wrap(&v, 0x30, &seq);
	uint32_t id = put_ca(certs, serial, &v);
	tw_buf_free(&v);
	tw_buf_free(&seq);
	tw_buf_free(&list[0]);
	tw_buf_free(&list[1]);
	tw_buf_free(&one);
	return id;
}

/* ---- both ---- */

static void check_base(const struct item *o)
{
	struct tw_form_name name, base;

	if (o->form == TW_FORM_DN)
		return; /* those are compared prepared */
	base = tw_form_base(o->form, o->v);
	name = tw_form_name(o->form, o->v);
	hold(base.ok == base_of_form(o) && name.ok == of_form(o));
	bool itself = o->form == TW_FORM_DNS || (o->form == TW_FORM_EMAIL && base.local.n);
	if (itself && base.ok && name.ok && !name.wild)
		hold(tw_form_within(&name, &base, false) && tw_form_within(&name, &base, true));
}

static bool unreadable(const struct tw_cert *c)
{
	return c->faults & TW_FAULT_BIT(TW_FAULT_EXTENSION_UNREADABLE);
}

/* An extension that does not decode is the reader's to judge; here it says nothing. */
static void check(struct input *in)
{
	struct tw_certs certs = { 0 };
	uint32_t cert = put_cert(&certs, in), ca[3];
	bool bad[2] = { false, false }, dull = in->dull || unreadable(&certs.v[cert]);

	for (int k = 0; k < 2; k++)
		ca[k] = put_trees(&certs, 2 + (uint64_t)k, &in->trees[k], NULL);
	ca[2] = put_trees(&certs, 4, &in->trees[0], &in->trees[1]);
	struct tw_constraints *t = tw_constraints_new(&certs, &tw_profile_rfc5280);
	for (int k = 0; k < 2; k++) {
		if (unreadable(&certs.v[ca[k]]))
			in->trees[k].n = 0;
		for (int i = 0; i < in->trees[k].n; i++) {
			bad[k] |= !base_of_form(&in->trees[k].v[i]);
			check_base(&in->trees[k].v[i]);
		}
		hold(tw_constraints_bad(t, ca[k]) == bad[k]);
	}
	uint32_t one = tw_constraints_add(t, 0, ca[0]), two = tw_constraints_add(t, 0, ca[1]), more = tw_constraints_add(t, 0, ca[2]);
	uint32_t both = tw_constraints_add(t, one, ca[1]);
	hold(both == tw_constraints_add(t, two, ca[0]) && (one == 0) == !in->trees[0].n);
	for (int leaf = 0; leaf < 2; leaf++) {
		bool a = tw_constraints_hold(t, one, cert, leaf), b = tw_constraints_hold(t, two, cert, leaf);
		hold(tw_constraints_hold(t, both, cert, leaf) == (a && b));
		hold(tw_constraints_cost(t, both, cert, leaf) == tw_constraints_cost(t, one, cert, leaf) + tw_constraints_cost(t, two, cert, leaf));
		hold(dull || a == (bad[0] || names_hold(in, &in->trees[0], leaf)));
		hold(dull || b == (bad[1] || names_hold(in, &in->trees[1], leaf)));
		if (!unreadable(&certs.v[ca[2]]) && !tw_constraints_bad(t, ca[2]) && tw_constraints_hold(t, more, cert, leaf))
			hold(a);
	}
	tw_constraints_free(t);
	tw_certs_close(&certs);
}

/* ---- lines ---- */

static bool read_item(struct input *in, struct list *l, bool excluded, struct tw_slice v)
{
	static const char forms[] = "deuinor";
	static const enum tw_form kind[] = { TW_FORM_DNS, TW_FORM_EMAIL, TW_FORM_URI, TW_FORM_IP, TW_FORM_DN, TW_FORM_OTHER, TW_FORM_ID };
	const char *f = v.n && v.p[0] ? strchr(forms, v.p[0]) : NULL;
	struct item *o = &l->v[l->n];

	if (!f || l->n == MOST)
		return false;
	*o = (struct item){ .form = kind[f - forms], .v = from(v, 1), .excluded = excluded };
	if (o->form == TW_FORM_IP && o->v.n / 2 <= sizeof in->octets[0] && tw_unhex(o->v, in->octets[in->noctets], o->v.n / 2)) {
		o->v.n /= 2;
		o->v.p = in->octets[in->noctets++];
	}
	if (o->form == TW_FORM_OTHER && l == &in->names) { /* of a name: what it holds; of a base: all otherNames */
		o->form = TW_FORM_EMAIL;
		o->other = true;
	}
	l->n++;
	return true;
}

static void read_line(struct input *in, struct tw_slice v)
{
	char role = v.n ? (char)v.p[0] : 0;
	struct tw_slice rest = v.n ? from(v, 1) : v;
	bool dn = false;

	switch (role) {
	case 'c': case 'o': case 'm':
		if (in->nsubject < MOST)
			in->subject[in->nsubject++] = (struct rdn){ role, rest };
		dn = true;
		break;
	case 'n': dn = read_item(in, &in->names, false, rest) && rest.p[0] == 'n'; break;
	case 'p': case 'x': dn = read_item(in, &in->trees[0], role == 'x', rest) && rest.p[0] == 'n'; break;
	case 'P': case 'X': dn = read_item(in, &in->trees[1], role == 'X', rest) && rest.p[0] == 'n'; break;
	default: break;
	}
	for (size_t i = 0; dn && i < rest.n; i++)
		in->dull |= rest.p[i] < ' ' || rest.p[i] > '~';
}

static void raw(const uint8_t *data, size_t n)
{
	struct input in = { .nsubject = 1, .subject = { { 'o', tw_str("org") } } };
	struct tw_certs certs = { 0 };
	struct tw_buf v = { 0, 0, 0 };

	read_line(&in, tw_str("nda.example"));
	read_line(&in, tw_str("nea@b.example"));
	read_line(&in, tw_str("ni0a000001"));
	tw_buf_add(&v, data, n);
	uint32_t cert = put_cert(&certs, &in), ca = put_ca(&certs, 2, &v);
	struct tw_constraints *t = tw_constraints_new(&certs, &tw_profile_rfc5280);
	uint32_t set = tw_constraints_add(t, 0, ca);
	bool ok = tw_constraints_hold(t, set, cert, true);
	hold(ok || !tw_constraints_bad(t, ca));
	hold(tw_constraints_cost(t, set, cert, true) % 4 == 0);
	tw_constraints_free(t);
	tw_certs_close(&certs);
	tw_buf_free(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in;

	if (n && data[0] == 0x30) {
		raw(data, n);
		return 0;
	}
	memset(&in, 0, sizeof in);
	for (size_t i = 0, end; i < n; i = end + 1) {
		for (end = i; end < n && data[end] != '\n'; end++)
			;
		read_line(&in, (struct tw_slice){ data + i, end - i });
	}
	check(&in);
	return 0;
}
